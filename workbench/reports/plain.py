"""Text that a workbook can hold, and amounts as text."""

from __future__ import annotations

import re
from decimal import Decimal
from unicodedata import east_asian_width

from workbench.errors import MoneyError
from workbench.money import currency, number_format

__all__ = [
    "MAX_TEXT",
    "cut",
    "decimal",
    "escaped",
    "fit",
    "is_formula_like",
    "minor_units",
    "money_format",
    "plain_text",
    "shortened",
    "shown_amount",
    "unescaped",
    "utf16_length",
]

MAX_TEXT = 32_767  # characters of one cell, counted in UTF-16 units
_FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]+")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_READ_BACK = re.compile(r"_x([0-9a-fA-F]{4})_")
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9a-fA-F]{4}_")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def plain_text(value: str, *, breaks: bool = False) -> str:
    """Printable text, for places where a control character would damage the file; line ends stay where ``breaks``."""
    control = _CONTROL_BUT_BREAKS if breaks else _CONTROL
    return _ESCAPE.sub("_ ", _SURROGATE.sub("�", control.sub(" ", value))).strip()


def escaped(text: str) -> str:
    """Text for the inside of an XML element, with characters that XML lacks as Excel writes them (``_x0001_``)."""
    if _SPECIAL.search(text) is None:
        return text
    text = _SURROGATE.sub("�", _ESCAPE.sub("_x005F_", text))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """The text that ``escaped`` was given, as a spreadsheet reads it back."""
    if "_x" in text:
        text = _READ_BACK.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula if somebody typed it."""
    return text.startswith(_FORMULA_LIKE)


def shown_amount(amount: Decimal, code: str) -> str:
    """An amount with its code for running text: ``USD 1,234.50``."""
    return f"{code} {amount:,.{minor_units(code)}f}"


def decimal(units: int, code: str) -> Decimal:
    """Minor units as an amount of the currency."""
    return Decimal(units).scaleb(-minor_units(code))


def minor_units(code: str) -> int:
    """Decimals of a currency; two for a code that has left circulation since the row was written."""
    try:
        return currency(code).minor_units
    except MoneyError:
        return 2


def money_format(code: str) -> str:
    """The number format of amounts in a currency, negative in red."""
    try:
        return number_format(code)
    except MoneyError:  # a code that has left circulation since the row was written: show the digits that there are
        return "#,##0.00##"


def fit(text: str) -> int:
    """Columns that the text takes in a fixed-width reckoning: Chinese characters count twice."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def cut(text: str, length: int) -> str:
    """One line of at most ``length`` characters, with … where something is left out."""
    line = plain_text(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def utf16_length(text: str) -> int:
    """Length as spreadsheets count it."""
    return len(text) + sum(1 for one in text if one > "\uffff")


def shortened(text: str, mark: str) -> str:
    """The beginning of a text that is longer than a cell, with the mark at its end."""
    return text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))].decode("utf-16-le", errors="ignore") + mark
