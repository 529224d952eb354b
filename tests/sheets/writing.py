"""Small workbooks for these tests, written from rows of values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

Rows = Sequence[Sequence[object]]


def written(path: Path, *sheets: Rows, name: str = "Orders") -> Path:
    """A workbook with a sheet for each list of rows; the first is called ``name``. None leaves a cell empty."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for number, rows in enumerate(sheets, 1):
        page = book.add_worksheet(name if number == 1 else f"{name} {number}")
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if value is not None:
                    page.write(row, column, value)
    book.close()
    return path
