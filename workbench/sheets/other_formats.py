"""Old and binary spreadsheets (.xls, .xlsb), read for their values; an .xls also tells its number formats."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from workbench.archives import Refused
from workbench.i18n import _
from workbench.sheets.biff import Page, beside_values
from workbench.sheets.raw import RawSheet, Texts

__all__ = ["read_with_calamine"]

_MOST_CELLS = 20_000_000


def read_with_calamine(path: Path, kind: str) -> dict[str, Any]:
    """The workbook as ``read_ooxml`` gives it; raises Refused."""
    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise Refused("file.locked", _("it is locked by a password")) from error
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("file.corrupt", _("the workbook cannot be opened")) from error
    beside = beside_values(path.read_bytes()) if kind == "xls" else None
    sheets, texts, formats = [], Texts(), ["General"]
    for meta in book.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = RawSheet(meta.name, texts, hidden=meta.visible is not SheetVisibleEnum.Visible)
        try:
            page = book.get_sheet_by_name(meta.name)
        except (CalamineError, ValueError, OSError) as error:
            raise Refused("file.corrupt", _("the sheet {sheet} cannot be read").format(sheet=meta.name)) from error
        if page.height * page.width > _MOST_CELLS:
            raise Refused("file.too-large", _("the sheet {sheet} is too wide and long").format(sheet=meta.name))
        told = beside.pages.get(meta.name, Page()) if beside else Page()
        numbers = {code: _number_of(code, formats) for code in set(told.formats.values())}
        for row, values in enumerate(page.to_python(skip_empty_area=False), 1):
            for column, value in enumerate(values, 1):
                if value == "" and (row, column) in told.errors:
                    sheet.add(row, column, "e", told.errors[row, column])
                else:
                    sheet.add(row, column, *_value(value), numbers.get(told.formats.get((row, column), ""), 0))
        sheet.hidden_rows, sheet.hidden_columns = told.hidden_rows, told.hidden_columns
        merged = page.merged_cell_ranges or []
        sheet.merges = [(first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in merged]
        sheets.append(sheet)
    if not sheets:
        raise Refused("file.not-a-workbook", _("there is no sheet in it"))
    return {
        "format": kind,
        "sheets": sheets,
        "texts": texts,
        "formats": formats,
        "epoch_1904": bool(beside and beside.epoch_1904),
        "carries": [],
    }


def _number_of(code: str, formats: list[str]) -> int:
    if code not in formats:
        formats.append(code)
    return formats.index(code)


def _value(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, (int, float)):
        return "n", repr(value)
    if isinstance(value, datetime):
        return "d", value.isoformat()
    if isinstance(value, (date, time)):
        return "d", value.isoformat()
    if isinstance(value, timedelta):
        return "n", repr(value.total_seconds() / 86400)
    return "s", str(value)
