"""How one value becomes one cell, whatever it holds.

Whatever comes from the register is written as a constant: text by ``write_string`` (with Excel's quote prefix where it
begins like a formula), numbers and dates as themselves. No formula, and no link to anywhere outside the workbook, can
come from data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbench.errors import MoneyError
from workbench.findings import Finding
from workbench.money import currency, number_format
from workbench.reports.columns import NUMERIC, Column, Group, Kind
from workbench.reports.styles import Palette, Styles
from workbench.reports.texts import Texts

__all__ = ["CellWriter", "cut", "fit", "money_format", "plain_text", "shown_amount"]

MAX_TEXT = 32_767  # characters of one cell, counted in UTF-16 units
_MAX_DISPLAY = 200  # characters of a link's own copy of its text
MAX_LINKS = 65_000  # Excel keeps 65,530 a sheet and drops the rest
FIRST_EXCEL_DAY = date(1900, 3, 1)  # before it Excel counts a 29 February 1900 that never was
_FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]+")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPE = re.compile(r"_(x[0-9a-fA-F]{4}_)")


def plain_text(value: str, *, breaks: bool = False) -> str:
    """Printable text, for places where a control character would damage the file; line ends stay where ``breaks``."""
    control = _CONTROL_BUT_BREAKS if breaks else _CONTROL
    return _ESCAPE.sub(r"_ \1", _SURROGATE.sub("�", control.sub(" ", value))).strip()


def shown_amount(amount: Decimal, code: str) -> str:
    """An amount with its code for running text: ``USD 1,234.50``."""
    return f"{code} {amount:,.{_minor_units(code)}f}"


def fit(text: str) -> int:
    """Columns that the text takes in a fixed-width reckoning: Chinese characters count twice."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def cut(text: str, length: int) -> str:
    """One line of at most ``length`` characters, with … where something is left out."""
    line = plain_text(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _is_rich(text: str) -> bool:
    """Whether XlsxWriter would take the text for rich text of its own, and put it into the file unescaped."""
    return text.startswith("<r>") and text.endswith("</r>")


def _minor_units(code: str) -> int:
    try:
        return currency(code).minor_units
    except MoneyError:  # a code that has left circulation since the row was written
        return 2


def _utf16_length(text: str) -> int:
    return len(text) + sum(1 for one in text if one > "\uffff")


class CellWriter:
    """Writes values of columns into worksheets; collects a finding wherever a cell cannot show the whole value.

    ``targets`` maps a sheet's key to the cell that each register id has there, as an internal link.
    """

    def __init__(self, texts: Texts, styles: Styles) -> None:
        self.texts, self.styles = texts, styles
        self.findings: list[Finding] = []
        self.targets: dict[str, dict[str, str]] = {}
        self._links: dict[str, int] = {}
        self._formats: dict[tuple[Column, str, bool, bool], Format] = {}

    def writer(self, worksheet: Worksheet, column: Column, col: int) -> Callable[[int, Mapping[str, Any]], None]:
        """A function that writes this column's cell of a row: ``write(position, row)``, position 0-based."""
        write: Callable[..., None]
        if column.kind in NUMERIC:
            write = self._number
        elif column.kind is Kind.DATE:
            write = self._date
        else:
            write = self._text

        def cell(position: int, row: Mapping[str, Any]) -> None:
            value = row.get(column.key)
            if value is None or value == "":
                worksheet.write_blank(position, col, None, self.format(column))
            else:
                write(worksheet, (position, col), column, row, value)

        return cell

    def format(self, column: Column, code: str = "", *, quoted: bool = False, linked: bool = False) -> Format:
        """The cell format of a column, for the currency of the row where the column holds money."""
        key = (column, code, quoted, linked)
        made = self._formats.get(key)
        if made is None:
            made = self._formats[key] = self.styles.cell(**self._properties(column, code, quoted=quoted, linked=linked))
        return made

    def shown(self, column: Column, value: object) -> str:
        """A value as the text that people read."""
        if column.kind is Kind.CHOICE:
            return self.texts.label(str(value), column.choices)
        if isinstance(value, bool):
            return self.texts.label("true" if value else "false")
        if isinstance(value, str):
            return value
        if isinstance(value, list | tuple):
            return ", ".join(one if isinstance(one, str) else _as_json(one) for one in value)
        return str(value) if isinstance(value, date | int | float | Decimal) else _as_json(value)

    def text(self, worksheet: Worksheet, place: tuple[int, int], text: str, made: Format) -> None:
        """Write text as a constant, whatever it looks like."""
        if _is_rich(text):
            plain = self.styles.get()
            worksheet.write_rich_string(*place, plain, text[:2], plain, text[2:], made)
        else:
            worksheet.write_string(*place, text, made)

    def _number(
        self, worksheet: Worksheet, place: tuple[int, int], column: Column, row: Mapping[str, Any], value: Decimal | int
    ) -> None:
        code = (row.get(column.currency) or "") if column.currency else ""
        number = float(value)
        if column.kind in _EXACT and Decimal(repr(number)) != value:
            # More digits than a spreadsheet's number holds: exact as text rather than wrong as a number.
            worksheet.write_string(*place, f"{value:,}", self.format(column, code, quoted=True))
            self.findings.append(Finding("workbook.amount-as-text", _where(worksheet, place), str(value)))
        else:
            worksheet.write_number(*place, number, self.format(column, code))

    def _date(
        self, worksheet: Worksheet, place: tuple[int, int], column: Column, _row: Mapping[str, Any], value: date
    ) -> None:
        if value < FIRST_EXCEL_DAY:
            worksheet.write_string(*place, value.isoformat(), self.format(column))
        else:
            worksheet.write_datetime(*place, datetime.combine(value, datetime.min.time()), self.format(column))

    def _text(
        self, worksheet: Worksheet, place: tuple[int, int], column: Column, row: Mapping[str, Any], value: object
    ) -> None:
        text = self._safe(self.shown(column, value), worksheet, place)
        quoted = text.startswith(_FORMULA_LIKE)
        target = self._target(row, column)
        links = self._links.get(worksheet.name, 0)
        if not target or links >= MAX_LINKS or _is_rich(text):
            self.text(worksheet, place, text, self.format(column, quoted=quoted))
            return
        self._links[worksheet.name] = links + 1
        made, display = self.format(column, quoted=quoted, linked=True), cut(text, _MAX_DISPLAY)
        # A link repeats the text in an attribute, where a control character would damage the file.
        worksheet.write_url(*place, target, made, display)
        if display != text:
            self.text(worksheet, place, text, made)

    def _target(self, row: Mapping[str, Any], column: Column) -> str:
        sheet, _, key = column.link.partition(":")
        return self.targets.get(sheet, {}).get(row.get(key) or "", "") if key else ""

    def _safe(self, text: str, worksheet: Worksheet, place: tuple[int, int]) -> str:
        """Text that the file can hold: no lone surrogates, at most what a cell takes, the cut marked and told."""
        text = _SURROGATE.sub("�", text)
        if len(text) * 2 <= MAX_TEXT or _utf16_length(text) <= MAX_TEXT:
            return text
        mark = self.texts.say("cut", length=f"{len(text):,}")
        self.findings.append(Finding("workbook.text-cut", _where(worksheet, place), f"{text[:40]}…"))
        kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))].decode("utf-16-le", errors="ignore")
        return kept + mark

    def _properties(self, column: Column, code: str, *, quoted: bool, linked: bool) -> dict[str, object]:
        properties: dict[str, object] = {"align": "right"} if column.kind in NUMERIC else {"align": "left", "indent": 1}
        if column.kind in _NUMBER_FORMATS:
            properties["num_format"] = _NUMBER_FORMATS[column.kind]
        elif column.kind is Kind.MONEY:
            properties["num_format"] = money_format(code)
        if column.kind is Kind.LONG:
            properties["text_wrap"] = True
        if column.group in (Group.EVIDENCE, Group.MORE) and not column.field:
            properties["font_color"] = Palette.MUTED
        if linked:
            properties["font_color"] = Palette.LINK
        if quoted:
            properties["quote_prefix"] = True
        return properties


_EXACT = (Kind.MONEY, Kind.DECIMAL)
_NUMBER_FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.INTEGER: "#,##0",
    Kind.RATE: "0.0000####",
    Kind.PERCENT: "0.##",
    Kind.SHARE: "0%",
}


def money_format(code: str) -> str:
    """The number format of amounts in a currency, negative in red."""
    try:
        return number_format(code)
    except MoneyError:  # a code that has left circulation since the row was written: show the digits that there are
        return "#,##0.00##"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _where(worksheet: Worksheet, place: tuple[int, int]) -> str:
    return f"{worksheet.name}!{xl_rowcol_to_cell(*place)}"
