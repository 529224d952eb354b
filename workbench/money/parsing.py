"""Reading amounts as people type them: ``HK$ 12,000``, ``1.234,56 €``, ``(1,200.00)``, ``12.5万``, ``¥１２３４``.

Reading never guesses in silence. What the text and the caller's hints settle is given with the evidence; what they do
not settle comes back as candidates with ``ambiguous`` set.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from workbench.i18n import _
from workbench.money.currencies import CURRENCIES, RETIRED, minor_units
from workbench.money.symbols import COUNTRY_CURRENCY, DECIMAL_COMMA, HOME, currency_tokens

__all__ = ["Hints", "Parsed", "parse"]

LONGEST_TEXT = 120
"""Characters; nobody types a longer amount, and hostile texts stay cheap."""

_MAGNITUDES = {
    "万": 4, "萬": 4, "亿": 8, "億": 8, "千": 3, "百": 2, "十万": 5, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "만": 4, "억": 8,
    "천": 3, "k": 3, "m": 6, "mm": 6, "mn": 6, "mio": 6, "mio.": 6, "million": 6, "millions": 6, "bn": 9, "billion": 9,
    "tsd": 3, "tsd.": 3, "thousand": 3, "тыс": 3, "тыс.": 3, "млн": 6, "lakh": 5, "lakhs": 5, "lac": 5, "crore": 7, "cr": 7,
}  # fmt: skip
_FILLERS = {"整", "正", "only", ":"}
_ROUND_SUFFIX = re.compile(r"[.,]\s?(?:-|--|–)\s*$|[.,]\s?-(?=\s*[^\d\s])")
_NUMBER = re.compile(r"[0-9][0-9.,'\u066b\u066c ]*[0-9]|[0-9]|[.,][0-9]+")
_LIKE_CODE = re.compile(r"[A-Za-z]{3}")
_TRANSLATE = {
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2002\u2003\u3000\t\r\n"), " "),
    **dict.fromkeys(map(ord, "’‘ʼ′`´"), "'"),
    **dict.fromkeys(map(ord, "−–‒—﹣－"), "-"),
    ord("￥"): "¥",
    ord("。"): ".",
    ord("，"): ",",
    ord("、"): ",",
}


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller knows besides the text.

    ``currency``: the sheet's or column's currency. ``country``: ISO 3166 code of the writer; settles ``$``, ``kr`` and
    the decimal mark. ``decimal_mark``: "." or "," where the column's other cells have settled it.
    """

    currency: str = ""
    country: str = ""
    decimal_mark: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text was read as.

    ``amount`` is None where there is no amount or more than one reading of it (then ``amount_candidates``).
    ``currency`` is None where the text names none, or several are possible (then ``candidates``). ``unknown_code`` is a
    code-like word that is no currency in use; ``candidates`` then are codes close to it. ``evidence`` tells each step.
    """

    amount: Decimal | None
    currency: str | None
    candidates: tuple[str, ...] = ()
    amount_candidates: tuple[Decimal, ...] = ()
    ambiguous: bool = False
    evidence: tuple[str, ...] = ()
    unknown_code: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands around the number."""

    codes: tuple[str, ...] | None = None  # None: no currency is named
    exponent: int = 0
    unknown: str = ""
    evidence: list[str] = field(default_factory=list)
    readable: bool = True


def parse(text: str, hints: Hints = Hints()) -> Parsed:
    """Read one amount with its currency.

    Never raises for what the text holds: no amount is ``amount=None`` with the reason in ``evidence``.

    >>> parse("1.234,56 €").amount, parse("1.234,56 €").currency
    (Decimal('1234.56'), 'EUR')
    >>> parse("1,234").ambiguous
    True
    """
    plain, why_not = _plain(text)
    if plain is None:
        return Parsed(None, None, evidence=(why_not,))
    plain, negative = _sign(_ROUND_SUFFIX.sub(" ", plain))
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) != 1:
        reason = _("no number in it") if not numbers else _("more than one number in it")
        return Parsed(None, None, evidence=(reason,))
    number = numbers[0]
    around = f"{plain[: number.start()]} {plain[number.end() :]}"
    negative = negative or _minus_between(plain[: number.start()])
    words = _read_words(around)
    if not words.readable:
        return Parsed(None, None, evidence=(*words.evidence, _("words in it that are no currency")))
    currency, candidates, evidence = _choose_currency(words, hints)
    likely = (currency,) if currency else candidates[:3] if not words.unknown else ()
    values, how = _read_number(number.group().strip(), likely, hints, scaled=words.exponent != 0)
    evidence.extend(how)
    values = tuple((-value if negative else value).scaleb(words.exponent) for value in values)
    values = tuple(_unscaled(value) for value in values)
    return Parsed(
        amount=values[0] if len(values) == 1 else None,
        currency=currency,
        candidates=candidates,
        amount_candidates=values if len(values) > 1 else (),
        ambiguous=len(values) > 1 or bool(candidates),
        evidence=tuple(evidence),
        unknown_code=words.unknown,
    )


def _plain(text: str) -> tuple[str | None, str]:
    """The text in one spelling of digits, spaces, quotes and signs; None with the reason where it is hopeless."""
    if len(text) > LONGEST_TEXT:
        return None, _("longer than any amount")
    folded = unicodedata.normalize("NFKC", text.translate(_TRANSLATE)).translate(_TRANSLATE)
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in folded
        if unicodedata.category(letter) != "Cf"
    )
    stripped = digits.strip()
    return (stripped, "") if stripped else (None, _("empty"))


def _sign(plain: str) -> tuple[str, bool]:
    """Strip what makes an amount negative: brackets around it, or a minus before or behind."""
    bracketed = re.fullmatch(r"(.*)\(([^()]*)\)(.*)", plain)
    if bracketed and _NUMBER.search(bracketed.group(2)):
        return " ".join(part for part in bracketed.groups() if part).strip(), True
    if plain.startswith("-"):
        return plain[1:].strip(), True
    if plain.startswith("+"):
        return plain[1:].strip(), False
    behind = re.fullmatch(r"(.*[0-9])\s*-(\s*[^\d\s-].*)?", plain)
    if behind:
        return f"{behind.group(1)}{behind.group(2) or ''}", True
    return plain, False


def _minus_between(before: str) -> bool:
    """A minus between the currency and the number: ``$-5``, ``USD -5``."""
    return before.rstrip().endswith("-")


def _read_words(around: str) -> _Words:
    """The currency and magnitude named around the number; ``readable`` is false where other words remain."""
    codes: tuple[str, ...] | None = None
    exponent, unknown = 0, ""
    evidence: list[str] = []
    rest = around.strip(" -")
    while rest:
        token = _longest_token(rest)
        if token is None:
            word = re.match(r"[^\W\d_]+", rest)
            looks_like_code = word and _LIKE_CODE.fullmatch(word.group()) and word.group().isupper()
            if unknown or not looks_like_code or word is None:
                return _Words(readable=False, evidence=evidence)
            unknown = word.group()
            rest = rest[word.end() :].strip(" -")
            continue
        lowered = token.lower()
        if lowered in currency_tokens():
            meant = currency_tokens()[lowered]
            if meant != (token,):
                evidence.append(_("{token} is {codes}").format(token=token, codes=_listed(meant)))
            codes = meant if codes is None else tuple(code for code in codes if code in meant)
        elif lowered in _MAGNITUDES:
            exponent += _MAGNITUDES[lowered]
            evidence.append(_("{token} multiplies by 10^{exponent}").format(token=token, exponent=_MAGNITUDES[lowered]))
        rest = rest[len(token) :].strip(" -")
    if codes == ():
        return _Words(readable=False, evidence=[*evidence, _("the currencies named contradict each other")])
    return _Words(codes, exponent, unknown, evidence)


@cache
def _tokens_by_length() -> tuple[tuple[int, frozenset[str]], ...]:
    tokens = {*currency_tokens(), *_MAGNITUDES, *_FILLERS}
    lengths = sorted({len(token) for token in tokens}, reverse=True)
    return tuple((length, frozenset(token for token in tokens if len(token) == length)) for length in lengths)


def _longest_token(rest: str) -> str | None:
    """The longest known token that the text begins with; a latin word must end where the token ends."""
    for length, tokens in _tokens_by_length():
        head = rest[:length]
        if len(head) < length or head.lower() not in tokens:
            continue
        following = rest[length : length + 1]
        if head[-1].isascii() and head[-1].isalpha() and following.isascii() and following.isalpha():
            continue
        return head
    return None


def _listed(codes: Iterable[str]) -> str:
    several = list(codes)
    return ", ".join(several[:4]) + (" …" if len(several) > 4 else "")


def _choose_currency(words: _Words, hints: Hints) -> tuple[str | None, tuple[str, ...], list[str]]:
    """The currency, or the candidates between which a person must choose, with the evidence."""
    evidence = list(words.evidence)
    if words.unknown and words.codes is None:
        near = _near_codes(words.unknown)
        evidence.append(_("{code} is no currency in use").format(code=words.unknown))
        return None, near, evidence
    if words.codes is None:
        if hints.currency:
            evidence.append(_("the sheet is in {code}").format(code=hints.currency))
            return hints.currency, (), evidence
        return None, (), evidence
    if len(words.codes) == 1:
        code = words.codes[0]
        if code in RETIRED:
            evidence.append(
                _("{code} was replaced by {successor}").format(code=code, successor=RETIRED[code].successor)
            )
            return None, (RETIRED[code].successor,), evidence
        return code, (), evidence
    home = COUNTRY_CURRENCY.get(hints.country, "")
    for hinted, why in ((hints.currency, _("the sheet is in {code}")), (home, _("the writer's country uses {code}"))):
        if hinted in words.codes:
            return hinted, (), [*evidence, why.format(code=hinted)]
    return None, words.codes, evidence


def _near_codes(word: str) -> tuple[str, ...]:
    """Codes that differ from the word in one letter, or are the same letters in another order; RMB counts as CNY."""
    word = word.upper()

    def near(code: str) -> bool:
        return sum(one != other for one, other in zip(code, word, strict=True)) == 1 or sorted(code) == sorted(word)

    found = [code for code in CURRENCIES if near(code)]
    if near("RMB"):
        found.insert(0, "CNY")
    traded = ("USD", "EUR", "CNY", "HKD", "GBP", "JPY", "AUD", "CAD", "SGD", "CHF", "KRW")
    ranked = sorted(set(found), key=lambda code: (traded.index(code) if code in traded else len(traded), code))
    return tuple(ranked[:5])


def _read_number(
    number: str, likely: tuple[str, ...], hints: Hints, *, scaled: bool
) -> tuple[tuple[Decimal, ...], list[str]]:
    """The readings of the digits: one where it is settled, two where a mark may group or divide, none where malformed."""
    compact = number.replace("\u066c", ",").replace("\u066b", ".")
    if "\u066b" in number or "\u066c" in number:
        hints = replace(hints, decimal_mark=".")
    marks = {mark for mark in " '.," if mark in compact}
    if not marks:
        return (Decimal(compact),), []
    if marks & {" ", "'"}:
        return _grouped_by_space_or_quote(compact, marks)
    if len(marks) == 2:
        decimal = max(".,", key=compact.rindex)
        group = "," if decimal == "." else "."
        return _whole(compact, group, decimal), [_("the last mark {mark} is the decimal mark").format(mark=decimal)]
    mark = marks.pop()
    if compact.count(mark) > 1:
        return _whole(compact, mark, ""), [_("{mark} stands more than once, so it groups").format(mark=mark)]
    return _one_mark(compact, mark, likely, hints, scaled=scaled)


def _grouped_by_space_or_quote(compact: str, marks: set[str]) -> tuple[tuple[Decimal, ...], list[str]]:
    group = " " if " " in marks else "'"
    others = marks - {group}
    if len(others) > 1 or (others and others <= {" ", "'"}):
        return (), [_("the marks in it do not fit together")]
    decimal = others.pop() if others else ""
    if decimal and compact.count(decimal) > 1:
        return (), [_("the marks in it do not fit together")]
    return _whole(compact, group, decimal), []


def _whole(compact: str, group: str, decimal: str) -> tuple[Decimal, ...]:
    """The number with its groups checked: threes, or twos before a last three as written in India."""
    head, _mark, tail = compact.partition(decimal) if decimal else (compact, "", "")
    well_formed = re.compile(
        r"\d{1,3}(?:G\d{3})+|\d{1,2}(?:G\d{2})*G\d{3}|\d+".replace("G", re.escape(group)) if group else r"\d+"
    )
    if not well_formed.fullmatch(head) or (decimal and not tail.isdigit()):
        return ()
    return (Decimal(head.replace(group, "") + ("." + tail if tail else "")),)


def _one_mark(
    compact: str, mark: str, likely: tuple[str, ...], hints: Hints, *, scaled: bool
) -> tuple[tuple[Decimal, ...], list[str]]:
    """One ``.`` or ``,`` once: decimal mark, unless exactly three digits follow; then evidence decides or nobody does."""
    head, _mark, tail = compact.partition(mark)
    divided = Decimal(f"{head or '0'}.{tail}")
    if len(tail) != 3 or not head or head.startswith("0") or len(head) > 3:
        return (divided,), []
    grouped = Decimal(head + tail)
    decimal_mark = hints.decimal_mark or _country_mark(hints.country)
    if decimal_mark:
        reading = divided if mark == decimal_mark else grouped
        return (reading,), [_("the decimal mark is {mark}").format(mark=decimal_mark)]
    if scaled:
        return (divided,), [_("a scaled number is not grouped")]
    if likely and all(_must_group(mark, code) for code in likely):
        return (grouped,), [
            _("an amount of {code} has no third decimal, so {mark} groups").format(code=likely[0], mark=mark)
        ]
    return (grouped, divided), [_("{mark} may group or divide").format(mark=mark)]


def _must_group(mark: str, code: str) -> bool:
    """Whether three digits behind the mark cannot be decimals of an amount of that currency, as its home writes it.

    Where the home's own decimal mark is used, the figure may be a unit price finer than a cent: that is asked.
    """
    units = minor_units(code)
    home_mark = "," if HOME.get(code, "") in DECIMAL_COMMA else "."
    return units == 0 or (units < 3 and mark != home_mark)


def _country_mark(country: str) -> str:
    if not country:
        return ""
    return "," if country in DECIMAL_COMMA else "."


def _unscaled(value: Decimal) -> Decimal:
    """Without a positive exponent (1.25E+5 becomes 125000)."""
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value
