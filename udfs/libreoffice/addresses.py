"""Addresses as Excel writes them."""

from __future__ import annotations

import re

from workbench.places import LAST_COLUMN as MAX_COLUMNS
from workbench.places import LAST_ROW as MAX_ROWS
from workbench.places import column_letters as column_name
from workbench.places import column_number

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Rect", "column_name", "format_rect", "parse"]

Rect = tuple[int, int, int, int]
"""Row and column of the first cell, both from 1; number of rows; number of columns."""
_CELL = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_CELLS = re.compile(rf"{_CELL}(?::{_CELL})?")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")


def parse(text: str) -> Rect | None:
    """The rectangle that ``B2``, ``$A$1:C3``, ``A:C`` or ``2:5`` stands for; None for anything else (a name)."""
    cells = _CELLS.fullmatch(text)
    if cells:
        first_column, first_row, last_column, last_row = cells.groups()
        first = int(first_row), column_number(first_column)
        last = (int(last_row), column_number(last_column)) if last_row else first
        return _between(first, last)
    columns = _COLUMNS.fullmatch(text)
    if columns:
        return _between((1, column_number(columns[1])), (MAX_ROWS, column_number(columns[2])))
    rows = _ROWS.fullmatch(text)
    if rows:
        return _between((int(rows[1]), 1), (int(rows[2]), MAX_COLUMNS))
    return None


def _between(first: tuple[int, int], last: tuple[int, int]) -> Rect | None:
    top, bottom = sorted((first[0], last[0]))
    left, right = sorted((first[1], last[1]))
    if top < 1 or left < 1 or bottom > MAX_ROWS or right > MAX_COLUMNS:
        return None
    return top, left, bottom - top + 1, right - left + 1


def format_rect(rect: Rect, *, row_absolute: bool = True, column_absolute: bool = True) -> str:
    """A rectangle's address; whole columns and rows as ``$A:$B`` and ``$1:$2``."""
    row, column, rows, columns = rect
    r, c = "$" * row_absolute, "$" * column_absolute
    if rows == MAX_ROWS and columns != MAX_COLUMNS:
        return f"{c}{column_name(column)}:{c}{column_name(column + columns - 1)}"
    if columns == MAX_COLUMNS:
        return f"{r}{row}:{r}{row + rows - 1}"
    first = f"{c}{column_name(column)}{r}{row}"
    if rows == columns == 1:
        return first
    return f"{first}:{c}{column_name(column + columns - 1)}{r}{row + rows - 1}"
