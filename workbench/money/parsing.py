"""Reading amounts as people type them: ``HK$ 12,000``, ``1.234,56 €``, ``(1,200.00)``, ``12.5万``, ``¥１２３４``.

Reading never guesses in silence. What the text and the caller's hints settle is given with the evidence; what they do
not settle comes back as candidates with ``ambiguous`` set.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache

from workbench.errors import MoneyError
from workbench.i18n import _
from workbench.money.currencies import CURRENCIES, RETIRED, NotTradeCurrency, currency, minor_units
from workbench.money.symbols import COUNTRY_CURRENCY, DECIMAL_COMMA, ENGLISH_WORDS, HOME, YUAN, currency_tokens

__all__ = ["Hints", "Parsed", "parse"]

LONGEST_TEXT = 120
"""Characters; nobody types a longer amount, and hostile texts stay cheap."""
MOST_DIGITS, MOST_ZEROS = 34, 16
_EXACT = Context(prec=60, traps=[InvalidOperation, Inexact])

# Read behind a number only: "5k" is 5,000, but "K 5" may be kwacha or kina. M is a million, as people write it today.
# "cr" is missing, for on a statement it means credit.
_MAGNITUDES = {
    "万": 4, "萬": 4, "亿": 8, "億": 8, "千": 3, "百": 2, "十万": 5, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "만": 4, "억": 8,
    "천": 3, "k": 3, "m": 6, "mm": 6, "mn": 6, "mio": 6, "mio.": 6, "million": 6, "millions": 6, "bn": 9, "billion": 9,
    "tsd": 3, "tsd.": 3, "thousand": 3, "тыс": 3, "тыс.": 3, "млн": 6, "lakh": 5, "lakhs": 5, "lac": 5, "crore": 7,
}  # fmt: skip
_FILLERS = {"整", "正", "only", ":"}
_ROUND_SUFFIX = re.compile(r"[.,]\s?(?:-|--|–)\s*$|[.,]\s?-(?=\s*[^\d\s])")
_NUMBER = re.compile(r"[0-9][0-9.,'\u066b\u066c ]*[0-9]|[0-9]|[.,][0-9]+")
_LIKE_CODE = re.compile(r"[A-Z]{3}")
_APART = re.compile(r"\b(US|U\.S\.|HK|AU?|CA?|SG?|NZ|NT|MX)\s+\$")
_TRANSLATE = {
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2002\u2003\u3000\t\r\n"), " "),
    **dict.fromkeys(map(ord, "’‘ʼ′`´"), "'"),
    **dict.fromkeys(map(ord, "−–‒—﹣－▲△"), "-"),  # the triangles are Japanese bookkeepers' minus
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
    code-like word that is no currency in use; ``candidates`` then are codes close to it. ``retired`` is a currency that
    was replaced; the only candidate then is its successor, in which the amount would be another one. ``evidence`` tells
    each step.
    """

    amount: Decimal | None
    currency: str | None
    candidates: tuple[str, ...] = ()
    amount_candidates: tuple[Decimal, ...] = ()
    ambiguous: bool = False
    evidence: tuple[str, ...] = ()
    unknown_code: str = ""
    retired: str = ""


@dataclass(slots=True)
class _Words:
    """What stands around the number, gathered from both sides of it."""

    codes: tuple[str, ...] | None = None  # None: no currency is named
    yuan: str = ""  # the word for the unit of whichever currency is spoken of
    exponent: int = 0
    east_asian: bool = False
    unknown: str = ""
    retired: str = ""
    evidence: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    """The text is no amount; its message is the last piece of evidence."""


def parse(text: str, hints: Hints = Hints()) -> Parsed:
    """Read one amount with its currency.

    Never raises for what the text holds: no amount is ``amount=None`` with the reason in ``evidence``.

    >>> parse("1.234,56 €").amount, parse("1.234,56 €").currency
    (Decimal('1234.56'), 'EUR')
    >>> parse("1,234").ambiguous
    True
    """
    words = _Words()
    try:
        return _parse(text, hints, words)
    except _Unreadable as why:
        return Parsed(None, None, evidence=(*words.evidence, str(why)))


def _parse(text: str, hints: Hints, words: _Words) -> Parsed:
    plain, bracketed = _without_brackets(_ROUND_SUFFIX.sub(" ", _plain(text)))
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) != 1:
        raise _Unreadable(_("more than one number in it") if numbers else _("no number in it"))
    number = numbers[0]
    before, after = plain[: number.start()], plain[number.end() :]
    signs = _signs(before, after)
    if bracketed:
        words.evidence.append(_("brackets around it make it negative"))
        signs = (-1,)
    _read_words(before, words, may_scale=False)
    _read_words(after, words, may_scale=True)
    currency, candidates = _choose_currency(words, hints)
    likely = (currency,) if currency else candidates[:3] if not words.unknown else ()
    values, how = _read_number(number.group().strip(), likely, hints, words)
    words.evidence += how
    if not values:
        raise _Unreadable(_("no way to write a number"))
    if len(signs) > 1:
        words.evidence.append(_("the dash may be a minus or only a dash"))
    values = tuple(_scaled(value, sign, words.exponent) for value in values for sign in signs)
    return Parsed(
        amount=values[0] if len(values) == 1 else None,
        currency=currency,
        candidates=candidates,
        amount_candidates=values if len(values) > 1 else (),
        ambiguous=len(values) > 1 or bool(candidates),
        evidence=tuple(words.evidence),
        unknown_code=words.unknown,
        retired=words.retired,
    )


def _plain(text: str) -> str:
    """The text in one spelling of digits, spaces, quotes and signs."""
    if len(text) > LONGEST_TEXT:
        raise _Unreadable(_("longer than any amount"))
    if any(unicodedata.category(letter) in {"No", "Nl"} for letter in text):
        raise _Unreadable(_("a fraction, a raised or a Roman figure in it"))  # 5² is not 52
    folded = unicodedata.normalize("NFKC", text.translate(_TRANSLATE)).translate(_TRANSLATE)
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in folded
        if unicodedata.category(letter) != "Cf"
    )
    stripped = _APART.sub(r"\1$", digits.strip())
    if not stripped:
        raise _Unreadable(_("empty"))
    return stripped[:-1] if re.search(r"[0-9]\.$", stripped) else stripped


def _without_brackets(plain: str) -> tuple[str, bool]:
    """Strip brackets around the number, with or without the currency: a bookkeeper's minus."""
    bracketed = re.fullmatch(r"(.*)\(([^()]*)\)(.*)", plain)
    if bracketed and _NUMBER.search(bracketed.group(2)):
        return " ".join(part for part in bracketed.groups() if part).strip(), True
    return plain, False


def _signs(before: str, after: str) -> tuple[int, ...]:
    """The signs that the number may have; both where a dash between the currency and it stands free (``USD - 5``)."""
    if before.count("-") + before.count("+") + after.count("-") > 1 or "+" in after:
        raise _Unreadable(_("more than one sign in it"))
    dash = before.partition("-")
    if dash[1]:
        free = dash[0].strip() and dash[0].endswith(" ") and dash[2].startswith(" ")
        return (1, -1) if free else (-1,)
    if "-" in after:
        words, _dash, rest = after.partition("-")
        if words.strip():
            raise _Unreadable(_("a dash behind its words"))
        return (1, -1) if words and rest.strip() else (-1,)
    return (1,)


def _read_words(around: str, words: _Words, *, may_scale: bool) -> None:
    """Gather the currency and magnitude named on one side of the number."""
    rest = around.strip(" -+")
    words.east_asian |= any("\u4e00" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" for letter in rest)
    while rest:
        token = _longest_token(rest) or _like_code(rest, words)
        lowered = token.lower()
        if lowered in YUAN:
            words.yuan = lowered
        elif lowered in currency_tokens() and not (lowered in ENGLISH_WORDS and not token.isupper()):
            _name_currency(token, words)
        elif lowered in _MAGNITUDES and may_scale:
            exponent = _MAGNITUDES[lowered]
            words.exponent += exponent
            words.evidence.append(_("{token} multiplies by 10^{exponent}").format(token=token, exponent=exponent))
        elif lowered not in _FILLERS and token != words.unknown:
            raise _Unreadable(_("words in it that are no currency"))
        rest = rest[len(token) :].strip(" -")


def _name_currency(token: str, words: _Words) -> None:
    meant = currency_tokens()[token.lower()]
    if meant != (token,):
        words.evidence.append(_("{token} is {codes}").format(token=token, codes=_listed(meant)))
    words.codes = meant if words.codes is None else tuple(code for code in words.codes if code in meant)
    if not words.codes:
        raise _Unreadable(_("the currencies named contradict each other"))


def _like_code(rest: str, words: _Words) -> str:
    """Three capitals that are no currency in use: the one slip that is read on, with the codes near to it."""
    word = re.match(r"[^\W\d_]+", rest)
    if word is None or words.unknown or not _LIKE_CODE.fullmatch(word.group()):
        raise _Unreadable(_("words in it that are no currency"))
    words.unknown = word.group()
    return words.unknown


@cache
def _tokens_by_length() -> tuple[tuple[int, frozenset[str]], ...]:
    tokens = {*currency_tokens(), *_MAGNITUDES, *_FILLERS, *YUAN}
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


def _choose_currency(words: _Words, hints: Hints) -> tuple[str | None, tuple[str, ...]]:
    """The currency, or the candidates between which a person must choose; adds the evidence to the words."""
    evidence = words.evidence
    if words.unknown and words.codes is None:
        near, why = _near_codes(words.unknown)
        evidence.append(why)
        return None, near
    named = words.codes or YUAN.get(words.yuan)
    if named is None:
        if hints.currency:
            evidence.append(_("the sheet is in {code}").format(code=hints.currency))
        return hints.currency or None, ()
    if words.codes is None:
        evidence.append(_("{token} is {codes}").format(token=words.yuan, codes=_listed(named)))
        named = _yuan_of(named, hints)
    if len(named) == 1 and named[0] in RETIRED:
        words.retired = named[0]
        successor = RETIRED[named[0]].successor
        evidence.append(_("{code} was replaced by {successor}").format(code=named[0], successor=successor))
        return None, (successor,)
    home = COUNTRY_CURRENCY.get(hints.country, "")
    if len(named) > 1:
        for hinted, why in (
            (hints.currency if words.codes else "", _("the sheet is in {code}")),
            (home, _("the writer's country uses {code}")),
        ):
            if hinted in named:
                evidence.append(why.format(code=hinted))
                return hinted, ()
        return None, named
    return named[0], ()


def _yuan_of(usual: tuple[str, ...], hints: Hints) -> tuple[str, ...]:
    """What 元 alone may mean: in Hong Kong and Taiwan their own unit; in a sheet of dollars perhaps those."""
    home = COUNTRY_CURRENCY.get(hints.country, "")
    if home in {"HKD", "TWD"}:
        return (home,)
    sheet = CURRENCIES.get(hints.currency)
    if sheet and sheet.name_zh.endswith("元") and sheet.code not in usual:
        return (*usual, sheet.code)
    return (sheet.code,) if sheet and sheet.code in usual else usual


def _near_codes(word: str) -> tuple[tuple[str, ...], str]:
    """Codes that differ from the word in one letter or by two swapped ones, RMB counting as CNY; and what is wrong."""
    try:
        currency(word)
    except NotTradeCurrency as why:  # gold is no slip for a franc
        return (), why.message
    except MoneyError:
        pass

    def near(code: str) -> bool:
        return sum(one != other for one, other in zip(code, word, strict=True)) == 1 or sorted(code) == sorted(word)

    found = [code for code in CURRENCIES if near(code)]
    if near("RMB"):
        found.insert(0, "CNY")
    traded = ("USD", "EUR", "CNY", "HKD", "GBP", "JPY", "AUD", "CAD", "SGD", "CHF", "KRW")
    ranked = sorted(set(found), key=lambda code: (traded.index(code) if code in traded else len(traded), code))
    return tuple(ranked[:5]), _("{code} is no currency in use").format(code=word)


def _read_number(
    number: str, likely: tuple[str, ...], hints: Hints, words: _Words
) -> tuple[tuple[Decimal, ...], list[str]]:
    """The readings of the digits: one where it is settled, two where a mark may group or divide, none where malformed."""
    compact = number.replace("\u066c", ",").replace("\u066b", ".")
    if compact != number:
        hints = replace(hints, decimal_mark=".")  # the Arabic marks say themselves which is which
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
    return _one_mark(compact, mark, likely, hints, words)


def _grouped_by_space_or_quote(compact: str, marks: set[str]) -> tuple[tuple[Decimal, ...], list[str]]:
    """``1 234,50`` and ``1'234.50``: what groups is plain, so one other mark may divide."""
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
    compact: str, mark: str, likely: tuple[str, ...], hints: Hints, words: _Words
) -> tuple[tuple[Decimal, ...], list[str]]:
    """One ``.`` or ``,`` once: decimal mark, unless exactly three digits follow; then evidence decides or nobody does."""
    head, _mark, tail = compact.partition(mark)
    divided = Decimal(f"{head or '0'}.{tail}")
    if len(tail) != 3 or not head or head.startswith("0") or len(head) > 3:
        return (divided,), [_("{mark} divides, for no group of three stands behind it").format(mark=mark)]
    grouped = Decimal(head + tail)
    decimal_mark = hints.decimal_mark or _country_mark(hints.country)
    if not decimal_mark and words.exponent and words.east_asian:
        decimal_mark = "."  # who counts in 万 writes 1,234.5
    if decimal_mark:
        reading = divided if mark == decimal_mark else grouped
        return (reading,), [_("the decimal mark is {mark}").format(mark=decimal_mark)]
    if likely and not words.exponent:
        if all(_must_group(mark, code) for code in likely):
            return (grouped,), [
                _("an amount of {code} has no third decimal, so {mark} groups").format(code=likely[0], mark=mark)
            ]
        if all(minor_units(code) == 3 and mark == _home_mark(code) for code in likely):
            return (divided,), [
                _("{code} has three decimals and is written with {mark}").format(code=likely[0], mark=mark)
            ]
    return (grouped, divided), [_("{mark} may group or divide").format(mark=mark)]


def _must_group(mark: str, code: str) -> bool:
    """Whether three digits behind the mark cannot be decimals of an amount of that currency, as its home writes it.

    Where the home's own decimal mark is used, the figure may be a unit price finer than a cent: that is asked.
    """
    units = minor_units(code)
    return units == 0 or (units < 3 and mark != _home_mark(code))


def _home_mark(code: str) -> str:
    return _country_mark(HOME.get(code, "")) or "."


def _country_mark(country: str) -> str:
    if not country:
        return ""
    return "," if country in DECIMAL_COMMA else "."


def _scaled(value: Decimal, sign: int, exponent: int) -> Decimal:
    """The value with its sign and magnitude, written out (125000, not 1.25E+5); the limits keep every digit."""
    if len(value.as_tuple().digits) > MOST_DIGITS or exponent > MOST_ZEROS:
        raise _Unreadable(_("longer than any amount"))
    scaled = _EXACT.scaleb(_EXACT.minus(value) if sign < 0 else value, exponent)
    places = scaled.as_tuple().exponent
    return scaled.quantize(Decimal(1), context=_EXACT) if isinstance(places, int) and places > 0 else scaled
