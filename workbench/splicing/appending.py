"""Adding rows below a list and columns at its right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.i18n import _
from workbench.places import LAST_ROW, Box, a1, box_of
from workbench.splicing.book import SheetRef
from workbench.splicing.formulas import CannotShift, references, shifted
from workbench.splicing.growth import Growth, Region
from workbench.splicing.markup import plain_text
from workbench.splicing.notes import noted_cells
from workbench.splicing.refusals import ArrayFormula, BeyondTheSheet, NoRoom, TableRefused, refused
from workbench.splicing.rows import CellSpan, RowSpan, SheetMarkup, attributes_in
from workbench.splicing.session import Session
from workbench.splicing.tables import TableRef, pivot_boxes
from workbench.splicing.values import CellWrite, Content, read_cell
from workbench.splicing.writing import FORMULA, HOLDS, NewCell, StyleOf, holds_something

__all__ = ["append_rows", "region_of", "table_named"]

_PLACE = re.compile(rb"""(\sr\s*=\s*)(["'])[^"']*\2""")
_ROW_KEEPS = (b"ht", b"customHeight", b"s", b"customFormat")
_HEADING_ROWS = 2  # a plain list's own sums may begin this many rows below its first row


def append_rows(
    session: Session, region: Region, rows: Sequence[Mapping[int, CellWrite]]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Write rows below the region's last one; their numbers, and formulas that do not take them in.

    Raises:
        NoRoom: something else stands below. BeyondTheSheet: the sheet ends before.
        SharedFormula, ArrayFormula: a formula cannot be grown or copied.
    """
    markup = session.markup(region.sheet)
    below = _rows_below(markup, region)
    blank = (
        region.table is not None and region.table.first_row == region.last and not _held(markup, region, region.last)
    )
    count = len(rows) - 1 if blank else len(rows)
    first = region.last if blank else region.last + 1
    if region.last + count > LAST_ROW:
        raise refused(BeyondTheSheet, _("the sheet ends before"), session.place(region.sheet, LAST_ROW, region.left))
    totals = _totals_row(markup, region, below)
    region = replace(region, totals=totals)
    if count:
        _refuse_without_room(session, region, below, count)
    growth = Growth(session, region, count)
    pattern = _Pattern(session, region)
    if count:
        growth.apply()
    new = _moved_totals(session, region, count) if totals and count else {}
    for number, row in enumerate(rows):
        new |= pattern.cells(first + number, row)
    session.write_contents(region.sheet, new, overwrite_formula=True, row_attributes=pattern.row_attributes)
    return tuple(range(first, first + len(rows))), tuple(growth.left_behind)


def table_named(session: Session, sheet: SheetRef, name: str) -> TableRef:
    """The table of that name.

    Raises:
        TableRefused: the sheet has none, or its rows come from a query.
    """
    for table in session.tables(sheet):
        if table.name == name:
            return table
    raise refused(TableRefused, _("no table named {table}").format(table=name), f"{session.where}!{sheet.name}")


def region_of(
    session: Session, sheet: SheetRef, table: TableRef | None, after: int | None, columns: Sequence[int]
) -> Region:
    """The list that a table is, or that ends at the row ``after`` (the last used one where none is given)."""
    markup = session.markup(sheet)
    after = _last_held(markup) if after is None and table is None else after
    if table is None:
        at = [one for one in session.tables(sheet) if one.last_row == after]
        table = next((one for one in at if any(one.ref.left <= c <= one.ref.right for c in columns)), None)
    if table is not None:
        left, right = table.ref.left, table.ref.right
        outside = [column for column in columns if not left <= column <= right]
        if outside:
            message = _("the table {table} has no column {cell}").format(table=table.name, cell=a1(1, outside[0])[:-1])
            raise refused(TableRefused, message, f"{session.where}!{sheet.name}")
        if session.parts.linked(table.part, "queryTable"):
            message = _("the rows of the table {table} come from a query").format(table=table.name)
            raise refused(TableRefused, message, f"{session.where}!{sheet.name}")
        return Region(sheet, table.ref.top, table.first_row, table.last_row, left, right, table)
    return _plain_region(markup, sheet, after or 0, columns)


def list_below(session: Session, sheet: SheetRef, header_row: int, after: int | None) -> Region:
    """The plain list whose headings stand in a row, up to the column ``after`` (the last used one by default)."""
    markup = session.markup(sheet)
    rows = [row for row in markup.rows() if row.number >= header_row]
    right = after or 0
    if after is None and rows and rows[0].number == header_row:
        right = max((cell.column for cell in markup.cells(rows[0]) if holds_something(markup, cell)), default=0)
    last = header_row
    for row in reversed(rows):
        if any(cell.column <= right and holds_something(markup, cell) for cell in markup.cells(row)):
            last = row.number
            break
    return Region(sheet, header_row, header_row + 1, last, 1, right)


def _plain_region(markup: SheetMarkup, sheet: SheetRef, last: int, columns: Sequence[int]) -> Region:
    """The block of cells without an empty row or column between them that ends at the row."""
    top, used = last, set(columns)
    before = 0  # the row above, where it holds something
    for row in markup.rows():
        if row.number > last:
            break
        if HOLDS.search(markup.scan, row.open_end, row.close):
            top = top if before == row.number - 1 and before else row.number
            before = row.number
        if row.number == last:
            used |= {cell.column for cell in markup.cells(row) if holds_something(markup, cell)}
    left, right = min(used, default=1), max(used, default=1)
    return Region(sheet, top, top + _HEADING_ROWS, last, left, right)


def _last_held(markup: SheetMarkup) -> int:
    last = 0
    for row in markup.rows():
        if HOLDS.search(markup.scan, row.open_end, row.close):
            last = row.number
    return last


def _held(markup: SheetMarkup, region: Region, number: int) -> list[int]:
    """Columns of the region that hold something in a row."""
    row = _row(markup, number)
    cells = [] if row is None else markup.cells(row)
    return [one.column for one in cells if region.left <= one.column <= region.right and holds_something(markup, one)]


def _row(markup: SheetMarkup, number: int) -> RowSpan | None:
    for row in markup.rows():
        if row.number >= number:
            return row if row.number == number else None
    return None


def _rows_below(markup: SheetMarkup, region: Region) -> list[int]:
    """Rows below the region that hold something in its columns."""
    return [
        row.number
        for row in markup.rows()
        if row.number > region.last
        and HOLDS.search(markup.scan, row.open_end, row.close)
        and any(region.left <= one.column <= region.right and holds_something(markup, one) for one in markup.cells(row))
    ]


def _totals_row(markup: SheetMarkup, region: Region, below: Sequence[int]) -> int:
    """The row of totals that moves down: the table's own, or the only row below a plain list that adds it up."""
    if region.table is not None:
        return region.last + 1 if region.table.totals else 0
    if len(below) != 1 or below[0] > region.last + 2:
        return 0
    row = _row(markup, below[0])
    for cell in markup.cells(row) if row is not None else ():
        if region.left <= cell.column <= region.right:
            text = _formula_text(markup, cell) or ""
            if any(_ends_at(reference.text, region.last) for reference in references(text)):
                return below[0]
    return 0


def _ends_at(reference: str, row: int) -> bool:
    try:
        box = box_of(reference)
    except ValueError:
        return False
    return box.bottom == row and box.top < row


def _refuse_without_room(session: Session, region: Region, below: Sequence[int], count: int) -> None:
    markup = session.markup(region.sheet)
    end = (region.totals or region.last) + count
    gap = 0 if region.table is not None or region.totals else 1
    where = session.place(region.sheet, region.last + 1, region.left)
    for number in below:
        if number != region.totals and number <= end + gap:
            raise refused(NoRoom, _("row {row} is in the way").format(row=number), where)
    taken = Box(region.last + 1, region.left, end, region.right)
    boxes = [*markup.merges, *pivot_boxes(session.parts, region.sheet.part)]
    boxes += [
        table.ref for table in session.tables(region.sheet) if region.table is None or table.part != region.table.part
    ]
    if region.totals:
        boxes += _marked_cells(session, region)
    for box in boxes:
        if not region.beside(box) and box.top <= taken.bottom and box.bottom >= taken.top:
            raise refused(NoRoom, _("{range} is in the way").format(range=str(box)), where)


def _marked_cells(session: Session, region: Region) -> list[Box]:
    """Cells with notes or links, which would stay behind where a totals row moves."""
    markup = session.markup(region.sheet)
    links = markup.root.child("hyperlinks")
    found = [] if links is None else [markup.boxes(markup.get(one, "ref")) for one in links.children]
    found += [Box(row, column, row, column) for row, column in noted_cells(session, region.sheet)]
    return [box for box in found if box.top <= region.totals <= box.bottom]


def _moved_totals(session: Session, region: Region, count: int) -> dict[tuple[int, int], NewCell]:
    """The totals row's cells at their new place; at the old one, cells to be written over."""
    markup = session.markup(region.sheet)
    row = _row(markup, region.totals)
    new: dict[tuple[int, int], NewCell] = {}
    for cell in markup.cells(row) if row is not None else ():
        if not region.left <= cell.column <= region.right:
            continue
        raw = markup.data[cell.start : cell.end]
        target = region.totals + count
        placed = _at_place(raw, markup.prefix, target, cell.column)
        formula = FORMULA.search(placed)
        if formula is not None and b"ref" in dict(attributes_in(formula.group(1))):
            placed = _with_ref_moved(placed, formula, markup, count)
        content = read_cell(raw, markup.scopes, session.strings())
        new[target, cell.column] = NewCell(content, raw=placed)
        new.setdefault((region.totals, cell.column), NewCell(Content("", ""), lambda _had: 0))
    return new


def _with_ref_moved(cell: bytes, formula: re.Match[bytes], markup: SheetMarkup, count: int) -> bytes:
    """A formula that names its own range, in a row that moves."""
    found = re.compile(rb"""(\sref\s*=\s*["'])([^"']*)""").search(cell, formula.start(), formula.end())
    if found is None:
        return cell
    box = markup.boxes(found.group(2).decode("ascii", "replace"))
    if box.top != box.bottom:
        raise refused(ArrayFormula, _("the totals share a formula with other rows"), markup.where)
    moved = str(Box(box.top + count, box.left, box.bottom + count, box.right)).encode()
    return cell[: found.start(2)] + moved + cell[found.end(2) :]


def _at_place(cell: bytes, prefix: bytes, row: int, column: int) -> bytes:
    head_end = cell.index(b">")
    place = a1(row, column).encode()
    found = _PLACE.search(cell, 0, head_end)
    if found is None:
        at = 1 + len(prefix) + len(b"c")
        return cell[:at] + b' r="' + place + b'"' + cell[at:]
    return cell[: found.start()] + b' r="' + place + b'"' + cell[found.end() :]


def _formula_text(markup: SheetMarkup, cell: CellSpan) -> str | None:
    """The text of a cell's own formula; None where it has none or shares that of another cell."""
    found = FORMULA.search(markup.scan, cell.open_end, cell.close)
    if found is None or found.group(1).endswith(b"/"):
        return None
    return plain_text(markup.data[found.end() : markup.scan.index(b"</", found.end())])


def _shared_text(markup: SheetMarkup, index: bytes, row: int, column: int) -> str | None:
    """What a shared formula is in one of the cells that share it; None where its first cell cannot be found."""
    for master_row, master, found in markup.formulas(FORMULA):
        values = dict(attributes_in(found.group(1)))
        if values.get(b"t") == b"shared" and values.get(b"si") == index and b"ref" in values:
            text = _formula_text(markup, master)
            return shifted(text, row - master_row.number, column - master.column) if text else None
    return None


class _Pattern:
    """What a new row takes from the row above: styles, height and calculated columns."""

    def __init__(self, session: Session, region: Region) -> None:
        self._session, self._region = session, region
        markup = session.markup(region.sheet)
        row = _row(markup, region.last)
        self.row_attributes = b""
        self._styles: dict[int, int] = {}
        self._formulas: dict[int, str] = {}
        if row is None:
            return
        kept = [(name, value) for name, value in markup.attributes_of(row) if name in _ROW_KEEPS]
        self.row_attributes = b"".join(b" " + name + b'="' + value + b'"' for name, value in kept)
        for cell in markup.cells(row):
            if region.left <= cell.column <= region.right:
                style = dict(markup.attributes_of(cell)).get(b"s", b"")
                self._styles[cell.column] = int(style) if style.isdigit() else 0
                formula = self._formula(markup, row, cell)
                if formula is not None:
                    self._formulas[cell.column] = formula

    def cells(self, number: int, row: Mapping[int, CellWrite]) -> dict[tuple[int, int], NewCell]:
        """The cells of a new row."""
        found: dict[tuple[int, int], NewCell] = {}
        for column in sorted({*row, *self._styles}):
            write = row.get(column)
            style = self._styles.get(column)
            if write is None and column in self._formulas:
                content = Content("", "", self._shifted(column, number))
                found[number, column] = NewCell(content, _fixed(style or 0))
                continue
            if write is not None and write.style is None and style is not None:
                write = CellWrite(write.value, style, write.number_format)
            if write is None:
                write = CellWrite(None, style)
            cell = self._session.new_cell(self._region.sheet, number, column, write)
            found[number, column] = cell
        return found

    def _shifted(self, column: int, number: int) -> str:
        try:
            return shifted(self._formulas[column], number - self._region.last, 0)
        except CannotShift as error:
            where = self._session.place(self._region.sheet, self._region.last, column)
            raise refused(ArrayFormula, _("the formula cannot be copied down"), where) from error

    def _formula(self, markup: SheetMarkup, row: RowSpan, cell: CellSpan) -> str | None:
        found = FORMULA.search(markup.scan, cell.open_end, cell.close)
        if found is None:
            return None
        values = dict(attributes_in(found.group(1)))
        where = self._session.place(self._region.sheet, row.number, cell.column)
        if values.get(b"t") in (b"array", b"dataTable"):
            raise refused(ArrayFormula, _("the last row holds an array formula"), where)
        text = _formula_text(markup, cell)
        if text:
            return text
        return _shared_text(markup, values.get(b"si", b""), row.number, cell.column)


def _fixed(style: int) -> StyleOf:
    return lambda _had: style
