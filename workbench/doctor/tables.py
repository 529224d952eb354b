"""Tables (ListObjects) whose part and cells do not fit together: over these Excel offers a repair."""

from __future__ import annotations

from itertools import combinations

from workbench.doctor.book import Book, TablePart
from workbench.doctor.notes import Notes
from workbench.places import Box, a1
from workbench.sheets.words import plain

__all__ = ["boxes_meet", "check_tables"]

MOST_COMPARED = 500


def boxes_meet(one: Box, other: Box) -> bool:
    """Whether two rectangles share a cell."""
    return one.top <= other.bottom and other.top <= one.bottom and one.left <= other.right and other.left <= one.right


def check_tables(book: Book, notes: Notes) -> None:
    """Names and ids used twice, ranges that overlap or do not fit, headings that differ from the cells."""
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    defined = {name.name.casefold() for name in book.names if not name.scope}
    for table in book.tables:
        place = f"{table.sheet.name}!{table.box}" if table.box else table.sheet.name
        for seen, key in ((names, table.name.casefold()), (ids, table.id)):
            if key in seen or (seen is names and key in defined):
                notes.add("doctor.table-twice", place, table.name, part=table.part)
            seen[key] = table.name
        if table.box is None or len(table.columns) != table.box.right - table.box.left + 1:
            notes.add("doctor.table-range", place, table.name, columns=len(table.columns), part=table.part)
        elif table.header_rows:
            _check_headings(book, table, notes)
    for one, other in combinations(book.tables[:MOST_COMPARED], 2):
        if one.sheet is other.sheet and one.box and other.box and boxes_meet(one.box, other.box):
            notes.add("doctor.table-overlap", f"{one.sheet.name}!{one.box}", one.name, other=other.name)


def _check_headings(book: Book, table: TablePart, notes: Notes) -> None:
    if table.box is None:
        return
    for at, name in enumerate(table.columns, start=table.box.left):
        found = table.sheet.cell(table.box.top, at)
        text = book.text(*found) if found is not None and book.is_text(*found) else ""
        if plain(text) != plain(name):
            place = f"{table.sheet.name}!{a1(table.box.top, at)}"
            notes.add("doctor.table-heading", place, name, shown=text or "—", table=table.name)
