"""Bringing the computed cells of a register workbook up to date: open amounts, evidence, and the pages of figures.

The same writer that makes a register workbook makes a fresh one; what differs is taken over cell by cell. Rows are
found by their ids, wherever they stand. Cells with formulas compute themselves and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.sheets import Cell, CellKind
from workbench.sync.carried import HIDDEN_SHEET
from workbench.sync.images import BookEdits, BookImage, CellValue, SheetImage, Write
from workbench.sync.locating import FoundRow, FoundTable, find_table
from workbench.sync.merging import MergedTable

__all__ = ["refresh"]

add_kinds({
    "sync.page-outgrown": Kind(
        Severity.REPORT,
        "the page {value} has outgrown its room and still shows the figures it had",
        "工作表 {value} 的空间已不够，仍显示原来的数字",
        "Make the workbook anew: workbench report register --out FILE.xlsx.",
        "请重新生成工作簿：workbench report register --out FILE.xlsx。",
    ),
})  # fmt: skip
_HEADINGS = 5
"""Texts in a row, and in the one above it, that make them headings; a row of the pages has fewer texts alone."""


def refresh(
    edits: BookEdits, image: BookImage, fresh: BookImage, tables: Sequence[MergedTable], own: Sequence[str], name: str
) -> tuple[int, list[Finding]]:
    """Add what differs between a workbook and a fresh one to the edits; returns the number of cells, and what is told.

    Args:
        edits: filled here; what they hold already goes before.
        image: the workbook.
        fresh: the same sheets as they would be written now.
        tables: the bound tables, merged.
        own: names of further sheets that are written as a whole.
        name: the file's name, for places.
    """
    count = 0
    told = []
    bound = {HIDDEN_SHEET, *own}
    for table in tables:
        bound |= {table.found.sheet, table.found.binding.sheet}
        there = find_table(fresh, table.found.binding, name)
        if there is not None:
            count += _refresh_table(edits, table.found, there)
    for sheet in fresh.sheets.values():
        if sheet.name in bound or sheet.name not in image.sheets:
            continue
        if _is_outgrown(image.sheets[sheet.name], sheet):
            told.append(Finding("sync.page-outgrown", f"{name}!{sheet.name}", sheet.name))
        else:
            count += _refresh_page(edits, image.sheets[sheet.name], sheet)
    return count, told


def _refresh_table(edits: BookEdits, found: FoundTable, there: FoundTable) -> int:
    """Computed cells and their seals, row by row."""
    bound = found.binding.columns.bound
    pairs = [
        (column, there.columns[index])
        for index, column in found.columns.items()
        if not bound[index].field and index in there.columns
    ]
    if found.check and there.check:
        pairs.append((found.check, there.check))
    rows = {row.key: row for row in there.rows if row.key}
    count = 0
    for row in found.rows:
        if row.key in rows:
            count += _refresh_row(edits, found.sheet, row, rows[row.key], pairs)
    _last, added = edits.added.get(found.sheet, (0, []))
    for cells in added:
        source = rows.get(str(cells[found.key].value))
        for column, origin in pairs if source else ():
            cell = source.cells.get(origin) if source else None
            if cell is not None and not cell.formula:
                cells[column] = _write(cell)
    return count


def _refresh_row(
    edits: BookEdits, sheet: str, row: FoundRow, source: FoundRow, pairs: Sequence[tuple[int, int]]
) -> int:
    count = 0
    for column, origin in pairs:
        now, then = row.cells.get(column), source.cells.get(origin)
        if not _formula(now) and not _formula(then) and not _alike(now, then):
            edits.put(sheet, row.number, column, _write(then))
            count += 1
    return count


def _refresh_page(edits: BookEdits, page: SheetImage, fresh: SheetImage) -> int:
    """A page of figures, as far as the fresh one reaches; what people wrote beside or below stays."""
    last_row = max(fresh.rows, default=0)
    last_column = max((column for cells in fresh.rows.values() for column in cells), default=0)
    count = 0
    for number in range(1, last_row + 1):
        now: Mapping[int, Cell] = page.rows.get(number, {})
        then = fresh.rows.get(number, {})
        for column in sorted({*now, *then}):
            old, new = now.get(column), then.get(column)
            if column <= last_column and not _formula(old) and not _formula(new) and not _alike(old, new):
                edits.put(page.name, number, column, _write(new))
                count += 1
    return count


def _is_outgrown(page: SheetImage, fresh: SheetImage) -> bool:
    """Whether headings would have to move: a table of the page grew into the one below it, and no table is moved."""
    places = {heads: number for number in page.rows if (heads := _table_headings(page, number))}
    return any(
        places.get(heads, number) != number for number in fresh.rows if (heads := _table_headings(fresh, number))
    )


def _table_headings(page: SheetImage, number: int) -> tuple[tuple[int, str], ...]:
    """A row's texts by column where it is the second row of a table's headings, in two languages; else nothing."""
    row, above = page.rows.get(number, {}), page.rows.get(number - 1, {})
    texts = tuple((column, cell.text) for column, cell in row.items() if cell.kind is CellKind.TEXT)
    over = {column for column, cell in above.items() if cell.kind is CellKind.TEXT}
    return texts if len(texts) == len(row) >= _HEADINGS and over == row.keys() else ()


def _formula(cell: Cell | None) -> bool:
    return bool(cell and cell.formula)


def _alike(one: Cell | None, other: Cell | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.kind is CellKind.NUMBER and other.kind is CellKind.NUMBER:
        return one.number == other.number
    return (one.kind, one.text) == (other.kind, other.text)


def _write(cell: Cell | None) -> Write:
    if cell is None:
        return Write(None)
    value: CellValue = cell.text
    if cell.kind is CellKind.NUMBER:
        # A cell holds a binary number; a file may spell it with more digits than tell it apart from its neighbours.
        value = Decimal(repr(float(cell.text)))
    elif cell.kind is CellKind.BOOLEAN:
        value = cell.text == "1"
    return Write(value, cell.number_format if cell.kind is CellKind.NUMBER else "")
