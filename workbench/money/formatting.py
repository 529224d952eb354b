"""Showing amounts: as text for people, and as a number format for spreadsheet cells."""

from __future__ import annotations

from workbench.money.amounts import Money
from workbench.money.currencies import minor_units

__all__ = ["format_money", "number_format"]

# language: (group mark, decimal mark, currency code before the number)
_STYLES = {
    "en": (",", ".", True),
    "zh": (",", ".", True),
    "ja": (",", ".", True),
    "de": (".", ",", False),
    "es": (".", ",", False),
    "it": (".", ",", False),
    "pt": (".", ",", False),
    "fr": ("\u202f", ",", False),
    "pl": ("\u00a0", ",", False),
    "ru": ("\u00a0", ",", False),
}


def format_money(money: Money, language: str = "en") -> str:
    """The amount with its ISO code and at least its minor units, as that language writes numbers.

    The code is always shown, never a sign that several currencies share.

    >>> from decimal import Decimal
    >>> format_money(Money(Decimal("1234.5"), "EUR"), "de")
    '1.234,50 EUR'
    """
    group, decimal, code_first = _STYLES.get(language[:2], _STYLES["en"])
    exponent = money.amount.as_tuple().exponent
    places = max(minor_units(money.currency), -exponent if isinstance(exponent, int) else 0)
    english = f"{money.amount:,.{places}f}"
    number = english.translate({ord(","): group, ord("."): decimal})
    return f"{money.currency} {number}" if code_first else f"{number} {money.currency}"


def number_format(code: str, *, accounting: bool = False) -> str:
    """The spreadsheet number format of a currency: its minor units, thousands grouped, negatives red.

    >>> number_format("JPY"), number_format("KWD")
    ('#,##0;[Red]-#,##0', '#,##0.000;[Red]-#,##0.000')
    """
    units = minor_units(code)
    body = "#,##0" + ("." + "0" * units if units else "")
    if accounting:
        return f"{body}_);[Red]({body});{body.replace('#,##', '')}_)"
    return f"{body};[Red]-{body}"
