"""Amounts in words, as invoices, cheques and letters of credit carry them.

Chinese is written in the characters that cannot be altered (大写), after the People's Bank's rules for filling in
vouchers; other languages by num2words, with the unit's name as CLDR has it, and the minor units as a fraction, which holds
for every currency.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from workbench.errors import ConfigurationError, MissingComponent
from workbench.i18n import _
from workbench.money.amounts import to_minor
from workbench.money.currencies import currency

__all__ = ["LANGUAGES", "in_words"]

LANGUAGES: Final = {
    "zh": "", "en": "and", "de": "und", "es": "y", "fr": "et", "it": "e", "nl": "en", "pl": "i", "pt": "e", "ru": "и",
}  # fmt: skip
"""Language → the word between whole and minor units."""
_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿", "亿亿")
_MINOR: Final = "角分厘毫"


def in_words(amount: Decimal, code: str, language: str = "zh") -> str:
    """The amount in words with its currency: ``人民币壹仟元整``, ``US dollars one thousand and 00/100``.

    The unit stands before the number in the language's own words, so that it need not agree with it; its ISO code stands
    there where the language has no word for it.

    Raises:
        UnknownCurrency: no such currency.
        MinorUnitsError: the amount is finer than its currency.
        ConfigurationError: a language that is not among ``LANGUAGES``.
        MissingComponent: num2words is not installed.
    """
    if language not in LANGUAGES:
        raise ConfigurationError(
            _("Amounts are not written out in {language}.").format(language=repr(language)),
            remedy=_("Choose one of: {words}").format(words=", ".join(LANGUAGES)),
        )
    known = currency(code)
    units = to_minor(amount, known.code)
    whole, part = divmod(abs(units), 10**known.minor_units)
    if language == "zh":
        return _chinese(whole, part, known.minor_units, known.name_zh, negative=units < 0)
    return _western(whole, part, known.minor_units, known.code, language, negative=units < 0)


def _western(whole: int, part: int, places: int, code: str, language: str, *, negative: bool) -> str:
    try:
        from num2words import num2words
    except ImportError as error:
        raise MissingComponent(
            _("Amounts in words need the package num2words, which is not installed."), remedy="pip install num2words"
        ) from error
    words = str(num2words(-whole if negative and whole else whole, lang=language))
    if negative and not whole:
        words = f"{str(num2words(-1, lang=language)).split()[0]} {words}"
    minor = f" {LANGUAGES[language]} {part:0{places}d}/{10**places}" if places else ""
    from workbench.money._unit_names import UNIT_NAMES

    return f"{UNIT_NAMES[language].get(code, code)} {words}{minor}"


def _chinese(whole: int, part: int, places: int, name: str, *, negative: bool) -> str:
    minor = f"{part:0{places}d}" if places else ""
    minor = minor.rstrip("0")
    words = _whole(whole) + "元" if whole or not minor else ""
    for place, digit in enumerate(minor):
        if digit != "0":
            words += _DIGITS[int(digit)] + _MINOR[place]
        elif words and not words.endswith("零"):
            words += "零"
    ends_open = len(minor) < 2
    return f"{name}{'负' if negative else ''}{words}{'整' if ends_open else ''}"


def _whole(number: int) -> str:
    """A whole number in groups of four digits; one 零 stands for any run of zeros between digits."""
    if not number:
        return _DIGITS[0]
    words, gap, group = "", False, 0
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    for level in range(len(groups) - 1, -1, -1):
        group = groups[level]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += _DIGITS[0]
        words += _group(group) + _GROUPS[level]
        gap = False
    return words


def _group(number: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += (_DIGITS[0] if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words
