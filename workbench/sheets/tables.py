"""Finding the tables of a sheet: where headings stand, which rows are records, and what every other row is.

Nothing is dropped: each non-empty cell of a sheet ends in exactly one role (see ``SheetLayout.roles``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from workbench.sheets.formulas import summed_ranges
from workbench.sheets.model import Box, Cell, CellKind, Sheet
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.words import column_fields, plain, row_word, squeezed

__all__ = ["Column", "Role", "SheetLayout", "Table", "find_tables"]

LONGEST_HEADING = 60
LOOK_AHEAD = 12
MOST_BLANK_ROWS = 25
"""Rows; below a wider gap a table is not continued."""


class Role(Enum):
    """What a row of a table, or a cell outside of tables, is."""

    RECORD = "record"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    TITLE = "title"
    NOTE = "note"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    CARRIED_FORWARD = "carried_forward"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``labels`` are its headings from top to bottom, ``group`` numbers its group heading."""

    at: int
    labels: tuple[str, ...]
    group: int = 0

    @property
    def label(self) -> str:
        """The headings in one line."""
        return " ".join(dict.fromkeys(label for label in self.labels if label))

    @property
    def leaf(self) -> str:
        """The lowest heading."""
        return next((label for label in reversed(self.labels) if label), "")


@dataclass(slots=True)
class Table:
    """One table: headings, columns, and the role of each of its non-empty rows."""

    sheet: Sheet
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: dict[int, Role] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """Number of its first column."""
        return self.columns[0].at

    @property
    def right(self) -> int:
        """Number of its last column."""
        return self.columns[-1].at

    @property
    def records(self) -> list[int]:
        """Row numbers of the records."""
        return [row for row, role in self.rows.items() if role is Role.RECORD]

    @property
    def box(self) -> Box:
        """From the heading to the last record."""
        records = self.records
        top = min((*self.header_rows, *records))
        return Box(top, self.left, max(records, default=max(self.header_rows, default=top)), self.right)

    def cells(self, row: int) -> list[Cell]:
        """The row's cells within the table."""
        return [cell for cell in self.sheet.row(row) if self.left <= cell.column <= self.right]


@dataclass(slots=True)
class SheetLayout:
    """A sheet with its tables and the role of every non-empty cell."""

    sheet: Sheet
    tables: list[Table]
    roles: dict[tuple[int, int], Role] = field(default_factory=dict)

    def settle_roles(self) -> None:
        """Give each non-empty cell its role; what no table claims is a title or a note."""
        self.roles = {}
        for table in self.tables:
            for row, role in [*((row, Role.HEADER) for row in table.header_rows), *table.rows.items()]:
                for column in self.sheet.columns_of(row):
                    if table.left <= column <= table.right:
                        self.roles[row, column] = role
        heads = {row for table in self.tables for row in table.header_rows}
        first = min(heads, default=0)
        for cell in self.sheet.cells():
            if (cell.row, cell.column) not in self.roles:
                self.roles[cell.row, cell.column] = _role_outside(cell, first)


def _role_outside(cell: Cell, first_heading: int) -> Role:
    named = row_word(cell.text) if cell.kind is CellKind.TEXT else ""
    if named:
        return Role(named)
    return Role.TITLE if cell.row < first_heading else Role.NOTE


def find_tables(sheet: Sheet) -> SheetLayout:
    """The tables of a sheet, from top to bottom and left to right."""
    finder = _Finder(sheet)
    layout = SheetLayout(sheet, finder.tables())
    layout.settle_roles()
    return layout


@dataclass(slots=True)
class _Heading:
    rows: tuple[int, ...]
    columns: list[Column]

    @property
    def left(self) -> int:
        return self.columns[0].at

    @property
    def right(self) -> int:
        return self.columns[-1].at

    def overlaps(self, left: int, right: int) -> bool:
        return self.left <= right and left <= self.right


class _Finder:
    """Walks a sheet once for headings, then gives each heading the rows beneath it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.rows = list(sheet.rows)

    def tables(self) -> list[Table]:
        headings = self._headings()
        if not headings:
            headings = self._unnamed_heading()
        tables = []
        for heading in headings:
            table = self._filled(heading, headings)
            if table.records:
                tables.append(table)
        return tables

    # ---- headings ----

    def _headings(self) -> list[_Heading]:
        found: list[_Heading] = []
        for index, row in enumerate(self.rows):
            for segment in self._segments(row, self.rows[index + 1 : index + 1 + LOOK_AHEAD]):
                heading = self._heading(row, segment)
                if heading is None or any(row in other.rows and other.overlaps(*_ends(segment)) for other in found):
                    continue
                if not self._repeats(heading, found):
                    found.append(heading)
        return found

    def _segments(self, row: int, below: Sequence[int]) -> list[list[Cell]]:
        """Cells of a row, parted where columns are empty in the rows below as well; merged headings are spread out."""
        cells = self._spread(row)
        segments: list[list[Cell]] = [[]]
        for cell in cells:
            last = segments[-1][-1].column if segments[-1] else cell.column - 1
            gap = range(last + 1, cell.column)
            if gap and not all(any(self.sheet.cell(other, column) for other in below) for column in gap):
                segments.append([])
            segments[-1].append(cell)
        return segments

    def _spread(self, row: int) -> list[Cell]:
        """The row's cells, a horizontally merged one repeated over its columns (within reason)."""
        spread: list[Cell] = []
        for cell in self.sheet.row(row):
            merge = self.sheet.merge_over(row, cell.column)
            right = min(merge.right, cell.column + 60) if merge and merge.top == row else cell.column
            spread.extend(
                Cell(row, column, cell.kind, cell.text, cell.number_format, cell.formula)
                for column in range(cell.column, right + 1)
            )
        return spread

    def _heading(self, row: int, segment: list[Cell]) -> _Heading | None:
        if len({cell.text for cell in segment}) < 2 or not all(_may_be_heading(cell) for cell in segment):
            return None
        leaves = self._leaves_below(row, segment)
        if leaves is not None:
            return leaves
        known = [max(column_fields(cell.text).values(), default=0.0) for cell in segment]
        strong = sum(score >= 0.7 for score in known)
        if strong >= 2 and strong >= 0.4 * len(segment):
            return _Heading((row,), [Column(cell.column, (plain(cell.text),)) for cell in segment])
        return None

    def _leaves_below(self, row: int, segment: list[Cell]) -> _Heading | None:
        """Two heading rows: groups in this one (merged, or with gaps after them), columns in the next."""
        below = [cell for cell in self.sheet.row(row + 1) if cell.column >= segment[0].column]
        width = len(segment)
        if len({cell.text for cell in segment}) == width or not below or not all(map(_may_be_heading, below)):
            return None
        names = {cell.column: plain(cell.text) for cell in below}
        groups = {cell.column: plain(cell.text) for cell in segment}
        numbers: dict[int, int] = {}
        for cell in segment:
            merge = self.sheet.merge_over(row, cell.column)
            numbers[cell.column] = merge.left if merge and merge.right > merge.left else 0
        columns = [
            Column(at, (groups.get(at, ""), names.get(at, "")), numbers.get(at, 0))
            for at in range(segment[0].column, max(segment[-1].column, *names) + 1)
            if at in groups or at in names
        ]
        known = sum(max(column_fields(column.leaf).values(), default=0.0) >= 0.6 for column in columns)
        if known < 2 or known < 0.4 * len(columns):
            return None
        return _Heading((row, row + 1), columns)

    def _repeats(self, heading: _Heading, found: list[_Heading]) -> bool:
        """The same headings once more over the same columns."""
        labels = {(column.at, squeezed(column.leaf)) for column in heading.columns}
        for other in found:
            same = labels & {(column.at, squeezed(column.leaf)) for column in other.columns}
            if len(same) >= 0.8 * max(len(labels), len(other.columns)):
                return True
        return False

    def _unnamed_heading(self) -> list[_Heading]:
        """No known words: the first row of texts above rows of the same width that hold numbers or dates."""
        for index, row in enumerate(self.rows[:40]):
            cells = self.sheet.row(row)
            below = [self.sheet.row(other) for other in self.rows[index + 1 : index + 4]]
            if len(cells) < 3 or not all(map(_may_be_heading, cells)) or len(below) < 2:
                continue
            numeric = [
                sum(cell.kind in (CellKind.NUMBER, CellKind.DATE) for cell in cells_below) for cells_below in below
            ]
            if min(numeric) >= 1 and all(abs(len(cells_below) - len(cells)) <= 2 for cells_below in below):
                return [_Heading((row,), [Column(cell.column, (plain(cell.text),)) for cell in cells])]
        return []

    # ---- rows ----

    def _filled(self, heading: _Heading, headings: list[_Heading]) -> Table:
        last_head = heading.rows[-1]
        end = min(
            (
                min(other.rows)
                for other in headings
                if min(other.rows) > last_head and other.overlaps(heading.left, heading.right)
            ),
            default=None,
        )
        columns = list(heading.columns)
        table = Table(self.sheet, heading.rows, tuple(columns))
        rows = [row for row in self.rows if row > last_head and (end is None or row < end)]
        neighbours = [other.left for other in headings if other.left > heading.right and _beside(other, heading, end)]
        table.columns = tuple(self._with_unheaded(columns, rows, min(neighbours, default=None)))
        self._classify(table, rows)
        table.titles, table.notes = self._words_around(table, headings)
        return table

    def _with_unheaded(self, columns: list[Column], rows: list[int], stop: int | None) -> list[Column]:
        """The columns with those in between and to the right that hold values but have no heading."""
        known = {column.at: column for column in columns}
        used = {at for row in rows[:200] for at in self.sheet.columns_of(row)}
        right = columns[-1].at
        while right + 1 in used and (stop is None or right + 1 < stop):
            right += 1
        return [
            known.get(at) or Column(at, ("",)) for at in range(columns[0].at, right + 1) if at in known or at in used
        ]

    def _classify(self, table: Table, rows: list[int]) -> None:
        headings = {column.at: squeezed(column.leaf) for column in table.columns}
        previous = table.header_rows[-1]
        pending: list[int] = []
        width = len([column for column in table.columns if column.leaf])
        for row in rows:
            cells = table.cells(row)
            if not cells:
                continue
            if row - previous > MOST_BLANK_ROWS and len(table.records) > 0:
                break
            previous = row
            role = _role_of(row, cells, headings, width)
            table.rows[row] = role
            pending.append(row)
        _trim(table)

    def _words_around(self, table: Table, headings: list[_Heading]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Titles and notes of a table: texts above it (up to the table before) and beside its records."""
        top = table.header_rows[0]
        before = max((row for other in headings for row in other.rows if row < top), default=0)
        above = [
            cell
            for row in self.rows
            if before < row < top
            for cell in self.sheet.row(row)
            if cell.kind is CellKind.TEXT and row not in table.rows
        ]
        if before:
            above = [cell for cell in above if cell.row >= top - 3]
        near = [cell for cell in above if table.left - 1 <= cell.column <= table.right] or above
        titles = tuple(plain(cell.text) for cell in near)
        notes = tuple(
            plain(cell.text)
            for row, role in table.rows.items()
            if role in (Role.NOTE, Role.TITLE)
            for cell in table.cells(row)
            if cell.kind is CellKind.TEXT
        )
        return titles, (*titles, *notes)


def _ends(segment: list[Cell]) -> tuple[int, int]:
    return segment[0].column, segment[-1].column


def _beside(other: _Heading, heading: _Heading, end: int | None) -> bool:
    return min(other.rows) < (end or 10**9) and abs(min(other.rows) - min(heading.rows)) <= 5


def _may_be_heading(cell: Cell) -> bool:
    text = plain(cell.text)
    if cell.kind is not CellKind.TEXT or len(text) > LONGEST_HEADING or cell.formula:
        return False
    return not re.fullmatch(r"[\d\s.,:/%()+\-–¥$€£]+", text)


def _role_of(row: int, cells: list[Cell], headings: dict[int, str], width: int) -> Role:
    """What a row is, from its own cells."""
    texts = [cell for cell in cells if cell.kind is CellKind.TEXT]
    same = sum(squeezed(cell.text) == headings.get(cell.column, "") for cell in texts)
    if same >= 2 and same >= 0.7 * len(cells):
        return Role.REPEATED_HEADER
    for cell in texts[:2]:
        named = row_word(cell.text)
        if named in ("total", "subtotal", "carried_forward") and _sum_row(cells, cell, headings):
            return Role(named)
        if named in ("signature", "note") and len(cells) <= max(2, width // 3):
            return Role(named)
    if width >= 3 and len(cells) == 1 and len(texts) == 1:
        return Role.NOTE
    if _adds_up_rows_above(cells, row) and len(texts) <= 1:
        return Role.TOTAL
    return Role.RECORD


def _sum_row(cells: list[Cell], named: Cell, headings: dict[int, str]) -> bool:
    """A row named as a total holds little else than figures."""
    others = [
        cell for cell in cells if cell is not named and cell.kind is CellKind.TEXT and not re.search(r"\d", cell.text)
    ]
    dates = [cell for cell in cells if cell.kind is CellKind.DATE or meaning_of(cell.number_format).is_date]
    return len(others) <= 1 and len(dates) <= 1 and len(cells) <= max(4, 0.7 * len(headings))


def _adds_up_rows_above(cells: list[Cell], row: int) -> bool:
    ranges = [box for cell in cells if cell.formula for box in summed_ranges(cell.formula)]
    return any(bottom < row and bottom > top for top, _left, bottom, _right in ranges)


def _trim(table: Table) -> None:
    """Rows after the last record that only look like records: too few cells, far below."""
    records = table.records
    if len(records) < 3:
        return
    counts = sorted(len(table.cells(row)) for row in records)
    usual = counts[len(counts) // 2]
    for row in records:
        cells = table.cells(row)
        if len(cells) <= 2 and usual >= 5 and all(cell.kind is CellKind.TEXT for cell in cells):
            table.rows[row] = Role.SIGNATURE if any(row_word(cell.text) == "signature" for cell in cells) else Role.NOTE
