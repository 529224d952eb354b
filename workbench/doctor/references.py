"""What the formulas of a workbook refer to: cells and ranges of any of its sheets, tables' columns, defined names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from workbench.doctor.book import Book, TablePart
from workbench.doctor.functions import bare
from workbench.doctor.scan import SheetScan
from workbench.places import LAST_COLUMN, LAST_ROW, Box, column_number

__all__ = ["Area", "area_of", "areas_in"]

_REFERENCE = re.compile(
    r"(?:('(?:[^']|'')+')!|([^\W\d][\w.]*)!)?"
    r"(?:(?<![\w.$])\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?"
    r"|(?<![\w.$])\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})"
    r"|(?<![\w.$])\$?(\d{1,7}):\$?(\d{1,7}))(?![\w(.!\[])"
)
_TABLE_COLUMN = re.compile(r"(?<![\w.'])([A-Za-z_\\\u4e00-\u9fff][\w.\\]*)\[((?:'.|[^\[\]'])+)\]")


_column = lru_cache(maxsize=4096)(column_number)


class Area(NamedTuple):
    """A rectangle of cells on one sheet."""

    sheet: SheetScan
    box: Box


def areas_in(book: Book, sheet: SheetScan, formula: str) -> Iterator[Area]:
    """Every area of the workbook that a formula of a sheet names; what is outside of it, or gone, is left out."""
    text = bare(formula)
    for found in _REFERENCE.finditer(text):
        quoted, named, *ends = found.groups()
        name = quoted[1:-1].replace("''", "'") if quoted else named
        target = book.sheet(name) if name else sheet
        if target is not None:
            yield Area(target, _box(*ends))
    if "[" in text:
        for name, column in _TABLE_COLUMN.findall(text):
            table = next((one for one in book.tables if one.name.casefold() == name.casefold()), None)
            box = _column_box(table, re.sub(r"'(.)", r"\1", column)) if table else None
            if table is not None and box is not None:
                yield Area(table.sheet, box)


def area_of(book: Book, sheet: SheetScan, text: str) -> Area | None:
    """The one area that a text names, or None where it names none, or more than that."""
    found = list(areas_in(book, sheet, text))
    return found[0] if len(found) == 1 else None


def _box(
    left: str | None,
    top: str | None,
    right: str | None,
    bottom: str | None,
    first: str | None,
    last: str | None,
    begin: str | None,
    end: str | None,
) -> Box:
    """The rectangle of ``B7``, ``B7:D9``, of whole columns or whole rows."""
    if left and top:
        if right is None or bottom is None:
            row, column = int(top), _column(left)
            return Box(row, column, row, column)
        rows, columns = sorted((int(top), int(bottom))), sorted((_column(left), _column(right)))
    elif first and last:
        rows, columns = [1, LAST_ROW], sorted((_column(first), _column(last)))
    else:
        rows, columns = sorted((int(begin or 1), int(end or 1))), [1, LAST_COLUMN]
    return Box(rows[0], columns[0], rows[1], columns[1])


def _column_box(table: TablePart, column: str) -> Box | None:
    folded = [one.casefold() for one in table.columns]
    if table.box is None or column.casefold() not in folded:
        return None
    at = table.box.left + folded.index(column.casefold())
    return Box(table.box.top + table.header_rows, at, table.box.bottom - table.totals_rows, at)
