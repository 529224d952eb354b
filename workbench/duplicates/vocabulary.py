"""What the words of a company's name mean: its trade, a place, a country, or the name itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from workbench.duplicates.normalise import cut_remark, data_lines, fold, nation_of, words_and_form
from workbench.duplicates.scripts import is_compound, is_han, latin, simplified

__all__ = ["ParsedName", "parse_name", "sense_names"]

_SHORTEST_WORD = 3
_SHORTEST_STEM = 3
_SHORT_STEM = 4  # a stem this short stands for a trade in short words only
_SHORTEST_SLIP = 6  # a trade word that is this long is known with a letter wrong
_SHORTEST_PAIR = 5  # letters of two words that are one
# Words that say nothing in a name that has others.
_FILLING = frozenset(
    [
        "and",
        "al",
        "el",
        "the",
        "la",
        "le",
        "les",
        "los",
        "las",
        "de",
        "del",
        "der",
        "die",
        "das",
        "den",
        "van",
        "von",
        "of",
        "y",
        "e",
        "i",
        "et",
        "und",
        "u",
        "och",
        "og",
        "ve",
    ]
)
_ARTICLE = re.compile(r"^[وفبلك]?ال(?=..)|^لل(?=..)")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A company's name in parts, everything in Latin letters but ``native``."""

    text: str
    core: tuple[str, ...]  # what is the firm's own
    senses: tuple[int, ...]  # numbers of the trades named, see ``sense_names``
    places: tuple[str, ...]
    nations: tuple[str, ...]  # ISO 3166-1 alpha-2
    words: tuple[str, ...]  # all of them, in the order written
    native: str  # the words as typed, folded, simplified and written together
    han: tuple[str, ...]  # the firm's own words with Han characters, as typed; empty where it has none
    form: str  # the legal form, folded


@cache
def _senses() -> dict[str, tuple[str, ...]]:
    lines = (line.partition(":") for line in data_lines("trade_words.txt"))
    return {sense: tuple(words.split()) for sense, _, words in lines}


@cache
def sense_names() -> tuple[str, ...]:
    """The trades that words may stand for; a sense's number is its place."""
    return tuple(_senses())


@cache
def _words_and_stems() -> tuple[dict[str, int], dict[str, int]]:
    whole: dict[str, int] = {}
    stems: dict[str, int] = {}
    for number, words in enumerate(_senses().values()):
        for word in words:
            spelled = latin(_bare(fold(word.rstrip("*")))).replace(" ", "")
            if len(spelled) < _SHORTEST_WORD or is_compound(word):
                continue
            (stems if word.endswith("*") else whole).setdefault(spelled, number)
    return whole, stems


@cache
def _compounds() -> tuple[dict[str, int], frozenset[str], re.Pattern[str]]:
    """Trade words and places that are cut out of words of scripts without spaces."""
    trades = {
        fold(word): number
        for number, words in enumerate(_senses().values())
        for word in words
        if is_compound(word) and len(word) > 1
    }
    places = frozenset(fold(place) for line in data_lines("han_places.txt") for place in line.split())
    longest_first = sorted({*trades, *places}, key=lambda word: (-len(word), word))
    return trades, places, re.compile("(" + "|".join(map(re.escape, longest_first)) + ")[市省縣县区區]?")


@cache
def _latin_places() -> frozenset[str]:
    return frozenset(latin(place) for place in _compounds()[1])


@cache
def _slips() -> dict[str, int]:
    """Long trade words with one letter left out."""
    whole, stems = _words_and_stems()
    known = {word: number for word, number in (*whole.items(), *stems.items()) if len(word) >= _SHORTEST_SLIP}
    return {word[:at] + word[at + 1 :]: number for word, number in known.items() for at in range(1, len(word))}


@lru_cache(maxsize=200_000)
def _sense_of(word: str) -> int:
    """The trade a Latin word stands for, or -1; a long word may have one letter wrong."""
    whole, stems = _words_and_stems()
    if word in whole:
        return whole[word]
    for size in range(len(word), _SHORTEST_STEM - 1, -1):
        if word[:size] in stems and (size > _SHORT_STEM or len(word) <= size + _SHORT_STEM):
            return stems[word[:size]]
    if len(word) >= _SHORTEST_SLIP:
        return _slipped(word)
    return -1


def _slipped(word: str) -> int:
    """The trade of a word with one letter wrong, too many, missing or changed with the next."""
    slips = _slips()
    for size in range(len(word), _SHORTEST_SLIP - 2, -1):
        part = word[:size]
        if size < len(word) and size < _SHORTEST_SLIP:
            break
        for at in range(1, size):
            if (shorter := part[:at] + part[at + 1 :]) in slips:
                return slips[shorter]
    return -1


@lru_cache(maxsize=200_000)
def _bare(word: str) -> str:
    """An Arabic word without its article."""
    return _ARTICLE.sub("", word)


class _Parts:
    """Collects the parts of one name."""

    def __init__(self) -> None:
        self.core: list[str] = []
        self.senses: list[int] = []
        self.places: list[str] = []
        self.nations: list[str] = []
        self.words: list[str] = []
        self.han: list[str] = []

    def add_pair(self, word: str, following: str) -> bool:
        """Two words that name one trade, as ``thuong mai``; whether they do."""
        spelled = latin(word + following)
        sense = _words_and_stems()[0].get(spelled, -1) if len(spelled) >= _SHORTEST_PAIR else -1
        if sense < 0:
            return False
        self.words.extend((latin(word), latin(following)))
        self.senses.append(sense)
        return True

    def add(self, word: str) -> None:
        spelled = latin(_bare(word))
        if not spelled:
            return
        self.words.extend(spelled.split())
        if nation := nation_of(word):
            self.nations.append(nation)
        elif (sense := _sense_of(spelled)) >= 0:
            self.senses.append(sense)
        elif spelled in _latin_places():
            self.places.append(spelled)
        else:
            self.core.extend(spelled.split())
            self.han.append(word)

    def add_compound(self, word: str) -> None:
        trades, places, pattern = _compounds()
        if nation := nation_of(word):
            self.nations.append(nation)
            self.words.append(latin(word))
            return
        for piece in pattern.split(word):
            if not piece or not (spelled := latin(piece).replace(" ", "")):
                continue
            self.words.append(spelled)
            if piece in trades:
                self.senses.append(trades[piece])
            elif piece in places:
                self.places.append(spelled)
            else:
                self.core.append(spelled)
                self.han.append(piece)


def parse_name(text: str) -> ParsedName:
    """The parts of a name as typed; a name of nothing but trades and places keeps those words as its own."""
    typed, form = words_and_form(cut_remark(text))
    if not typed:
        typed, form = words_and_form(text)
    parts = _Parts()
    at = 0
    while at < len(typed):
        word, following = typed[at], typed[at + 1] if at + 1 < len(typed) else ""
        if following and parts.add_pair(word, following):
            at += 2
            continue
        (parts.add_compound if is_compound(word) else parts.add)(word)
        at += 1
    core = [word for word in parts.core if word not in _FILLING] or parts.core or parts.words
    return ParsedName(
        text=text,
        core=tuple(core),
        senses=tuple(dict.fromkeys(parts.senses)),
        places=tuple(dict.fromkeys(parts.places)),
        nations=tuple(dict.fromkeys(parts.nations)),
        words=tuple(word for word in parts.words if word != "and"),
        native=simplified("".join(typed)),
        han=tuple(parts.han) if any(map(is_han, parts.han)) else (),
        form=form,
    )
