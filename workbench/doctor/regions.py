"""Lists on a sheet: where their headings stand and how far their columns reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.doctor.book import Book
from workbench.doctor.scan import BOOLEAN, NUMBER, SheetScan
from workbench.places import Box
from workbench.sheets.words import column_fields, plain

__all__ = ["Region", "regions"]

MOST_ROWS_ABOVE = 40
LONGEST_HEADING = 80
SURE = 0.8
"""A heading whose meaning is at least so sure is taken at its word."""


@dataclass(frozen=True, slots=True)
class Region:
    """A list: the row of its headings, its headings by column, and its last row."""

    sheet: SheetScan
    row: int
    headings: dict[int, str]
    bottom: int
    table: str = ""

    @property
    def box(self) -> Box:
        """Headings and records."""
        return Box(self.row, min(self.headings), self.bottom, max(self.headings))

    def means(self, column: int, *words: str) -> bool:
        """Whether a column's heading means a field whose name ends in one of the words (``amount``, ``date``)."""
        fields = column_fields(self.headings.get(column, ""))
        return any(score >= SURE and field.rpartition(".")[2] in words for field, score in fields.items())


def regions(book: Book) -> list[Region]:
    """The lists of a workbook: its tables, and on sheets without any the list under the first row of headings."""
    found = []
    for sheet in book.sheets:
        tables = [one for one in book.tables if one.sheet is sheet and one.box is not None and one.header_rows]
        for table in tables:
            if table.box is not None:
                headings = dict(enumerate(table.columns, start=table.box.left))
                bottom = table.box.bottom - table.totals_rows
                found.append(Region(sheet, table.box.top, headings, bottom, table.name))
        if not tables:
            found += list(_without_table(book, sheet))
    return found


def _without_table(book: Book, sheet: SheetScan) -> Iterator[Region]:
    rows = sorted({row for column in sheet.columns.values() for row in column.rows[:MOST_ROWS_ABOVE]})
    best: tuple[int, dict[int, str]] | None = None
    for row in rows[:MOST_ROWS_ABOVE]:
        headings = _headings(book, sheet, row)
        if (
            len(headings) >= 2
            and (best is None or len(headings) > 2 * len(best[1]))
            and _stands_over(sheet, row, headings)
        ):
            best = row, headings
    if best is not None:
        bottom = max(sheet.columns[column].rows[-1] for column in best[1])
        yield Region(sheet, best[0], best[1], bottom)


def _headings(book: Book, sheet: SheetScan, row: int) -> dict[int, str]:
    """The texts of a row by column; nothing where the row holds figures or formulas."""
    found = {}
    for number, column in sheet.columns.items():
        at = column.index(row)
        if at < 0:
            continue
        if column.kinds[at] in (NUMBER, BOOLEAN) or (row, number) in sheet.formulas:
            return {}
        text = plain(book.text(column, at))
        if text and len(text) <= LONGEST_HEADING:
            found[number] = text
    return dict(sorted(found.items()))


def _stands_over(sheet: SheetScan, row: int, headings: dict[int, str]) -> bool:
    """Whether most of the columns are filled beneath the row."""
    filled = sum(
        any(sheet.columns[column].index(below) >= 0 for below in range(row + 1, row + 4)) for column in headings
    )
    return 2 * filled >= len(headings)
