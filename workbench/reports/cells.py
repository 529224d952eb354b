"""The formats of cells, and how one value of a small table becomes one cell.

Whatever comes from the register is written as a constant: text as text (with Excel's quote prefix where it begins like
a formula), numbers and dates as themselves. No formula, and no link to anywhere outside the workbook, can come from
data. Tables of the register's rows are streamed instead (``rows``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbench.findings import Finding
from workbench.reports.columns import NUMERIC, Column, Group, Kind
from workbench.reports.plain import MAX_TEXT, is_formula_like, money_format, plain_text, shortened, utf16_length
from workbench.reports.styles import Palette, Styles
from workbench.reports.texts import Texts

__all__ = ["CellWriter"]

_NUMBER_FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.INTEGER: "#,##0",
    Kind.RATE: "0.0000####",
    Kind.PERCENT: "0.##",
    Kind.SHARE: "0%",
}


class CellWriter:
    """Formats of a workbook's cells; collects a finding wherever a cell cannot show the whole value."""

    def __init__(self, texts: Texts, styles: Styles) -> None:
        self.texts, self.styles = texts, styles
        self.findings: list[Finding] = []
        self._formats: dict[tuple[Column, str, bool], Format] = {}

    def write(self, worksheet: Worksheet, place: tuple[int, int], column: Column, row: Mapping[str, Any]) -> None:
        """Write a row's value of a column. Values are plain ones (Decimal, date), not as the register stores them."""
        value = row.get(column.key)
        if value is None or value == "":
            worksheet.write_blank(*place, None, self.format(column))
        elif column.kind in NUMERIC:
            worksheet.write_number(*place, float(value), self.format(column))
        elif column.kind is Kind.DATE:
            worksheet.write_datetime(*place, datetime.combine(value, datetime.min.time()), self.format(column))
        else:
            shown = self.shown(column, value)
            text = self.safe(shown)
            if text is not shown:
                where = f"{worksheet.name}!{xl_rowcol_to_cell(*place)}"
                self.findings.append(Finding("workbook.text-cut", where, f"{shown[:40]}…"))
            self.text(worksheet, place, text, self.format(column, quoted=is_formula_like(text)))

    def format(self, column: Column, number_format: str = "", *, quoted: bool = False) -> Format:
        """The cell format of a column; ``number_format`` is that of the row's currency where the column holds money."""
        key = (column, number_format, quoted)
        made = self._formats.get(key)
        if made is None:
            made = self._formats[key] = self.styles.cell(**_properties(column, number_format, quoted=quoted))
        return made

    def shown(self, column: Column, value: object) -> str:
        """A value as the text that people read."""
        if column.kind is Kind.CHOICE:
            return self.texts.label(str(value), column.choices)
        if column.kind is Kind.BOOLEAN or isinstance(value, bool):
            return self.texts.label("true" if value else "false")
        if column.kind is Kind.LIST and isinstance(value, str):
            value = json.loads(value)
        if isinstance(value, str):
            return value
        if isinstance(value, list | tuple):
            return ", ".join(one if isinstance(one, str) else _as_json(one) for one in value)
        return str(value) if isinstance(value, date | int | float | Decimal) else _as_json(value)

    def safe(self, text: str) -> str:
        """Text that a cell takes: itself, or its beginning with a mark of the cut."""
        if len(text) * 2 <= MAX_TEXT or utf16_length(text) <= MAX_TEXT:
            return text
        return shortened(text, self.texts.say("cut", length=f"{len(text):,}"))

    def text(self, worksheet: Worksheet, place: tuple[int, int], text: str, made: Format) -> None:
        """Write text as a constant, whatever it looks like."""
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take it for rich text of its own, and put it into the file unescaped.
            plain = self.styles.get()
            worksheet.write_rich_string(*place, plain, text[:2], plain, text[2:], made)
        else:
            worksheet.write_string(*place, plain_text(text, breaks=True) if not text.isprintable() else text, made)


def _properties(column: Column, number_format: str, *, quoted: bool) -> dict[str, object]:
    properties: dict[str, object] = {"align": "right" if column.kind in NUMERIC else "left", "indent": 1}
    if column.kind in _NUMBER_FORMATS:
        properties["num_format"] = _NUMBER_FORMATS[column.kind]
    elif column.kind is Kind.MONEY:
        properties["num_format"] = number_format or money_format("")
    if column.kind is Kind.LONG:
        properties["text_wrap"] = True
    if column.group in (Group.EVIDENCE, Group.MORE) and not column.field:
        properties["font_color"] = Palette.MUTED
    if column.kind is Kind.LINK:
        properties = {"align": "center", "font_color": Palette.LINK}
    if column.key == "sync":
        properties |= {"font_size": 9, "shrink": True}
    if quoted:
        properties["quote_prefix"] = True
    return properties


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
