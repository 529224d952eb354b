"""Names in any script as Latin letters, and as the sounds that spellings of one name share."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from anyascii import anyascii

from workbench.duplicates.normalise import data_lines

__all__ = [
    "READINGS",
    "has_kana",
    "is_compound",
    "is_han",
    "latin",
    "read_han",
    "script_of",
    "simplified",
    "skeleton",
    "sounds",
]

READINGS = ("hong kong", "native japanese", "chinese japanese")
"""How Han characters may be read besides the Mandarin that ``latin`` gives."""

_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
# Revised Romanization, syllable by syllable.
_LEADS = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS = (
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
)
_TAILS = (
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "p",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
)
_COMPOUND = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")

# Spellings of one sound, longest first: transliterations of one name differ in these.
_SOUNDS = (
    ("shch", "s"), ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "c"), ("zh", "z"), ("kh", "h"),
    ("ph", "f"), ("th", "t"), ("gh", "g"), ("dj", "j"), ("dz", "z"), ("ts", "c"), ("tz", "c"), ("ck", "k"),
    ("qu", "k"), ("cz", "c"), ("x", "ks"), ("q", "k"), ("w", "v"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_SOUND = re.compile("|".join(re.escape(spelling) for spelling, _ in _SOUNDS))
_SOUND_OF = dict(_SOUNDS)
_DOUBLED = re.compile(r"(.)\1+")
_CLASSES = str.maketrans("bpvfwkgcqdtszlrmnjxh", "bbbbbkkkkttssllmnjk ")
_VOWEL = re.compile(r"[aeiouy ]")


def is_compound(text: str) -> bool:
    """Whether the script is written without spaces between words."""
    return _COMPOUND.search(text) is not None


def script_of(text: str) -> str:
    """The script of a name's first letter that is not Latin, in two or three letters; ``la`` when all are Latin."""
    for letter in text:
        if letter.isalpha() and not letter.isascii():
            if _HAN.match(letter) or _KANA.match(letter):
                return "han"
            name = unicodedata.name(letter, "latin").split()[0].lower()
            if name != "latin":
                return name[:3]
    return "la"


@lru_cache(maxsize=200_000)
def latin(text: str) -> str:
    """Lower-case ASCII letters and digits with single spaces; Hangul by syllable, Han by its Mandarin reading."""
    if text.isascii():
        return _plain(text)
    spelled = "".join(map(_syllable, text)) if any("\uac00" <= letter <= "\ud7a3" for letter in text) else text
    return _plain(anyascii(spelled))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower().replace("'", "")).split())


def _syllable(letter: str) -> str:
    number = ord(letter) - _HANGUL_FIRST
    if not 0 <= number <= _HANGUL_LAST - _HANGUL_FIRST:
        return letter
    lead, rest = divmod(number, 588)
    vowel, tail = divmod(rest, 28)
    return _LEADS[lead] + _VOWELS[vowel] + _TAILS[tail]


@lru_cache(maxsize=500_000)
def sounds(word: str) -> str:
    """A Latin word with the spellings of one sound made equal: ``kharkov`` and ``charkow`` come closer."""
    return _DOUBLED.sub(r"\1", _SOUND.sub(lambda match: _SOUND_OF[match.group()], word))


@lru_cache(maxsize=500_000)
def skeleton(word: str) -> str:
    """The consonants of a Latin word in broad classes; with its first letter where that leaves next to nothing."""
    bare = _DOUBLED.sub(r"\1", _VOWEL.sub("", sounds(word).translate(_CLASSES)))
    return bare if len(bare) > 1 else bare + word[:1]


@cache
def _han() -> dict[str, tuple[str, str, str, str]]:
    lines = (line.split(" ") for line in data_lines("han_readings.txt"))
    return {letter: (canton, kun, on, simple) for letter, canton, kun, on, simple in lines}


def is_han(text: str) -> bool:
    """Whether a text has Han characters."""
    return _HAN.search(text) is not None


def has_kana(text: str) -> bool:
    """Whether a text has Japanese syllables."""
    return _KANA.search(text) is not None


def read_han(text: str, reading: str) -> str:
    """A text in one of ``READINGS``, in Latin letters; characters without that reading in Mandarin."""
    column = READINGS.index(reading)
    known = _han()
    spelled = (known[letter][column] if letter in known else "-" for letter in text)
    return "".join(latin(letter) if one == "-" else one for letter, one in zip(text, spelled, strict=True))


def simplified(text: str) -> str:
    """A text with traditional characters in their simplified form."""
    known = _han()
    return "".join(known[letter][3] if letter in known and known[letter][3] != "-" else letter for letter in text)
