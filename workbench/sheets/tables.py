"""Finding the tables of a sheet: where headings stand, which rows are records, and what every other row is.

Nothing is dropped: each non-empty cell of a sheet ends in exactly one role (see ``SheetLayout.roles``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workbench.money import parse
from workbench.sheets.arrangements import (
    cards,
    cross_tabs,
    forms,
    lies_on_its_side,
    strongest_heading,
    texts_outside,
    two_lines,
)
from workbench.sheets.blocks import card_blocks, wide_blocks
from workbench.sheets.days_in_parts import with_days_joined
from workbench.sheets.ledgers import proven_tables
from workbench.sheets.model import Cell, CellKind, Sheet
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.order_lines import with_lines_joined
from workbench.sheets.profiles import date_like, is_value
from workbench.sheets.rearranged import around, turned
from workbench.sheets.rows import TRANSLATED, Column, Role, Table, label_strength, may_be_heading, role_of
from workbench.sheets.words import column_fields, plain, row_word, squeezed

__all__ = ["UNREAD", "Column", "Role", "SheetLayout", "Table", "find_tables"]

UNREAD = "unrecognised"
"""Cells of a table that is neither customers, orders, receipts nor costs."""

LOOK_AHEAD = 12
MOST_BLANK_ROWS = 25
"""Rows; below a wider gap a table is not continued."""
_MOST_TURNED = 40_000
"""Cells; a longer sheet is not looked at from the side."""
_MOST_UNNAMED = 8
_AS_WIDE = 0.25
"""Share of rows as wide as their headings; sums, balances and further lines of an order are shorter."""
_NAMED = 0.6
_WELL_NAMED = 0.7


@dataclass(slots=True)
class SheetLayout:
    """A sheet with its tables."""

    sheet: Sheet
    tables: list[Table]

    def counts(self, unread: Sequence[Table]) -> Counter[str]:
        """How many non-empty cells have each role; those of tables that nothing was taken from count as UNREAD."""
        lines: dict[int, list[tuple[int, int, str]]] = {}
        for table in self.tables:
            if table.orientation != "rows":
                return self._counts_one_by_one(unread)
            skipped = any(table is one for one in unread)
            for row, role in [*((row, Role.HEADER) for row in table.header_rows), *table.rows.items()]:
                lines.setdefault(row, []).append((table.left, table.right, UNREAD if skipped else role.value))
        counts: Counter[str] = Counter()
        first = min((table.box.top for table in self.tables), default=0)
        for row in self.sheet.rows:
            columns, spans = self.sheet.columns_of(row), lines.get(row, ())
            if len(spans) == 1 and spans[0][0] <= columns[0] and columns[-1] <= spans[0][1]:
                counts[spans[0][2]] += len(columns)
                continue
            for cell in self.sheet.row(row):
                named = [role for left, right, role in spans if left <= cell.column <= right]
                counts[named[0] if named else _role_outside(cell, first).value] += 1
        return counts

    def _counts_one_by_one(self, unread: Sequence[Table]) -> Counter[str]:
        roles = {place: role.value for place, role in self.roles.items()}
        for table in unread:
            roles.update(dict.fromkeys((place for place, _role in table.roles()), UNREAD))
        return Counter(roles.values())

    @property
    def roles(self) -> dict[tuple[int, int], Role]:
        """The role of every non-empty cell; what no table claims is a title or a note."""
        roles = {place: role for table in self.tables for place, role in table.roles()}
        first = min((table.box.top for table in self.tables), default=0)
        for row in self.sheet.rows:
            if all((row, column) in roles for column in self.sheet.columns_of(row)):
                continue
            for cell in self.sheet.row(row):
                if (cell.row, cell.column) not in roles:
                    roles[cell.row, cell.column] = _role_outside(cell, first)
        return roles


def _role_outside(cell: Cell, first_heading: int) -> Role:
    named = row_word(cell.text) if cell.kind is CellKind.TEXT else ""
    if named:
        return Role(named)
    return Role.TITLE if cell.row < first_heading else Role.NOTE


_ARRANGEMENTS: tuple[Callable[[Sheet], list[Table]], ...] = (
    cross_tabs,
    wide_blocks,
    cards,
    forms,
    card_blocks,
    two_lines,
)


def find_tables(sheet: Sheet) -> SheetLayout:
    """The tables of a sheet, from top to bottom and left to right, however they are laid out."""
    for arranged in (*_ARRANGEMENTS, _turned_tables):
        tables = arranged(sheet)
        if tables:
            return SheetLayout(sheet, tables)
    tables = [with_lines_joined(with_days_joined(table)) for table in _Finder(sheet).tables()]
    return SheetLayout(sheet, proven_tables(tables))


def _turned_tables(sheet: Sheet) -> list[Table]:
    """Tables whose records are columns: their headings stand below each other, and no row names as much."""
    if len(sheet) > _MOST_TURNED:
        return []
    view = turned(sheet)
    below_each_other, beside_each_other = strongest_heading(view), strongest_heading(sheet)
    named = below_each_other >= 3 and below_each_other > beside_each_other
    if not named and (beside_each_other > 1 or not lies_on_its_side(sheet)):
        return []
    tables = [table for table in _Finder(view).tables() if table.header_rows or table.records]
    tables = [table for table in tables if not _has_labels_inside(table)]
    for table in tables:
        _trim_unused(table)
        table.orientation = "columns"
        lines = (*table.header_rows, *table.records)
        corners = [(min(lines), table.left), (max(lines), table.right)]
        table.area = around((row, column) for column, row in corners)
        table.titles = table.notes = texts_outside(sheet, table.area)
    return tables


def _has_labels_inside(table: Table) -> bool:
    """Whether further labels stand among its values, as on a form: it is no list, then."""
    texts = [cell.text for row in table.records for cell in table.cells(row) if cell.kind is CellKind.TEXT]
    return any(plain(text).endswith((":", "：")) for text in texts)


def _trim_unused(table: Table) -> None:
    """Drop columns without a value from both ends: a title in line with the headings is none of them."""
    used = {column for row in table.records for column in table.sheet.columns_of(row)}
    columns = list(table.columns)
    while len(columns) > 1 and columns[0].at not in used:
        columns.pop(0)
    while len(columns) > 1 and columns[-1].at not in used and label_strength(columns[-1].leaf) < _NAMED:
        columns.pop()
    table.columns = tuple(columns)


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

    @property
    def top(self) -> int:
        return self.rows[0]

    def overlaps(self, left: int, right: int) -> bool:
        return self.left <= right and left <= self.right


class _Finder:
    """Walks a sheet once for headings, then gives each heading the rows beneath it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.rows = list(sheet.rows)

    def tables(self) -> list[Table]:
        headings = self._headings()
        headings += self._unnamed_headings(headings)
        tables = []
        for heading in headings:
            table = self._filled(heading, headings)
            if table.records:
                tables.append(table)
        return tables or self._without_heading()

    # ---- headings ----

    def _headings(self) -> list[_Heading]:
        found: list[_Heading] = []
        for index, row in enumerate(self.rows):
            if self.sheet.texts_of(row) < 2 or (self.sheet.is_solid_with_figures(row) and not self.sheet.merges):
                continue
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
        if not self.sheet.merges:
            return self.sheet.row(row)
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
        if len(segment) < 2 or not all(may_be_heading(cell) for cell in segment):
            return None
        if len({cell.text for cell in segment}) < 2:
            return None
        leaves = self._leaves_below(row, segment)
        if leaves is not None:
            return leaves
        strong = sum(label_strength(cell.text) >= _WELL_NAMED for cell in segment)
        if strong >= 2 and strong >= 0.4 * len(segment):
            return self._with_translation(row, segment)
        return None

    def _with_translation(self, row: int, segment: list[Cell]) -> _Heading:
        """The heading, with the row above or below that says it again in another language where there is one."""
        own = {cell.column: plain(cell.text) for cell in segment}
        for other, first, second in ((row - 1, row - 1, row), (row + 1, row, row + 1)):
            if self._says_again(other, own, above=other < row):
                again = {cell.column: plain(cell.text) for cell in self.sheet.row(other)}
                upper, lower = (again, own) if other < row else (own, again)
                columns = [Column(at, (upper.get(at, ""), lower.get(at, "")), TRANSLATED) for at in own]
                return _Heading((first, second), columns)
        return _Heading((row,), [Column(at, (text,)) for at, text in own.items()])

    def _says_again(self, row: int, own: Mapping[int, str], *, above: bool) -> bool:
        """Whether a row has a text of its own over (or under) each heading, and the records come after both."""
        cells = [cell for cell in self.sheet.row(row) if cell.column in own]
        texts = {squeezed(cell.text) for cell in cells}
        if len(cells) < len(own) or len(texts) < len(own) or not all(map(may_be_heading, cells)):
            return False
        if any(any(map(str.isdigit, cell.text)) or is_value(cell) for cell in cells):
            return False
        if above:
            return True
        following = [line for other in range(row + 1, row + 4) if (line := self.sheet.row(other))]
        kinds = [sum(map(_is_figure, line)) for line in following]
        return len(kinds) >= 2 and min(kinds) >= 2

    def _leaves_below(self, row: int, segment: list[Cell]) -> _Heading | None:
        """Two heading rows: groups in this one (merged, or with gaps after them), columns in the next."""
        below = [cell for cell in self.sheet.row(row + 1) if cell.column >= segment[0].column]
        width = len(segment)
        if len({cell.text for cell in segment}) == width or not below or not all(map(may_be_heading, below)):
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
        known = sum(max(column_fields(column.leaf).values(), default=0.0) >= _NAMED for column in columns)
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

    def _unnamed_headings(self, named: Sequence[_Heading]) -> list[_Heading]:
        """No known words: rows of texts above rows of the same width that hold numbers or dates.

        The first of them where no heading is named, and those that come after a gap; parted where columns stay empty
        beneath.
        """
        found: list[_Heading] = []
        taken = {row for heading in named for row in heading.rows}
        for index, row in enumerate(self.rows):
            first = not found and not named
            if len(found) > _MOST_UNNAMED or (first and index >= 40):
                break
            if row in taken or (not first and not self._after_gap(index)):
                continue
            cells = self.sheet.row(row)
            if not self._heads(index, cells) or (not first and any(map(is_value, cells))):
                continue
            for segment in self._parts_beside(row, self.rows[index + 1 : index + 1 + LOOK_AHEAD]):
                columns = [Column(cell.column, (plain(cell.text),)) for cell in segment]
                found.append(_Heading((row,), columns))
        return found

    def _heads(self, index: int, cells: Sequence[Cell]) -> bool:
        """Whether a row of texts stands over rows as wide that hold figures."""
        if len(cells) < 3 or not all(map(may_be_heading, cells)):
            return False
        below = [line for other in self.rows[index + 1 : index + 9] if len(line := self.sheet.row(other)) > 1]
        wide = [line for line in below if abs(len(line) - len(cells)) <= 2]
        if len(wide) < 2 or len(wide) < _AS_WIDE * len(below):
            return False
        return min(sum(map(_is_figure, line)) for line in wide) > 0

    def _after_gap(self, index: int) -> bool:
        """Whether a blank row, or one with a title only, is above."""
        row, before = self.rows[index], self.rows[index - 1] if index else 0
        return row - before > 1 or (before > 0 and len(self.sheet.columns_of(before)) == 1)

    def _parts_beside(self, row: int, below: Sequence[int]) -> list[list[Cell]]:
        """The tables beside each other that a row of headings spans; a blank column after each column parts none."""
        parts = self._segments(row, below)
        return parts if all(len(part) >= 3 for part in parts) else [self.sheet.row(row)]

    def _without_heading(self) -> list[Table]:
        """Rows of one shape with nothing above them that could be a heading: only their content can tell what they are."""
        widths = [len(self.sheet.columns_of(row)) for row in self.rows[:200]]
        usual = max(set(widths), key=widths.count, default=0)
        if usual < 3:
            return []
        body = [row for row in self.rows if len(self.sheet.columns_of(row)) >= max(3, usual - 2)]
        if len(body) < 3 or len(body) < 0.6 * len(self.rows):
            return []
        first = self.sheet.row(body[0])
        if all(map(may_be_heading, first)) and not any(map(_is_figure, first)):
            return []
        columns = sorted({at for row in body[:200] for at in self.sheet.columns_of(row)})
        table = Table(self.sheet, (), tuple(Column(at, ("",)) for at in columns))
        self._classify(table, [row for row in self.rows if row >= body[0]])
        above = [cell for row in self.rows if row < body[0] for cell in self.sheet.row(row)]
        table.titles = tuple(plain(cell.text) for cell in above if cell.kind is CellKind.TEXT)
        table.notes = table.titles
        return [table] if table.records else []

    # ---- rows ----

    def _filled(self, heading: _Heading, headings: list[_Heading]) -> Table:
        last_head = heading.rows[-1]
        end = min(
            (other.top for other in headings if other.top > last_head and other.overlaps(heading.left, heading.right)),
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
        previous = table.header_rows[-1] if table.header_rows else rows[0]
        width = len([column for column in table.columns if column.leaf]) or len(table.columns)
        any_record = False
        left, right, least = table.left, table.right, int(max(4, 0.7 * len(headings))) + 1
        for row in rows:
            if self.sheet.is_plain_record(row, left, right, least) and (
                not any_record or row - previous <= MOST_BLANK_ROWS
            ):
                table.rows[row], any_record, previous = Role.RECORD, True, row
                continue
            cells = table.cells(row)
            if not cells:
                continue
            if any_record and row - previous > MOST_BLANK_ROWS:
                break
            previous = row
            role = role_of(row, cells, headings, width)
            any_record = any_record or role is Role.RECORD
            table.rows[row] = role
        _trim(table)
        _note_sums(table)
        _note_proven_sums(table)
        _note_group_lines(table)

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


def _is_figure(cell: Cell) -> bool:
    """A number or a date, as such or typed as text."""
    if cell.kind in (CellKind.NUMBER, CellKind.DATE):
        return True
    text = plain(cell.text)
    return bool(text) and (date_like(text) or (text[-1].isdigit() and not any(letter.isalpha() for letter in text)))


def _ends(segment: list[Cell]) -> tuple[int, int]:
    return segment[0].column, segment[-1].column


def _beside(other: _Heading, heading: _Heading, end: int | None) -> bool:
    return other.top < (end or 10**9) and abs(other.top - heading.top) <= 5


def _trim(table: Table) -> None:
    """Rows after the last record that only look like records: too few cells, far below."""
    records = table.records
    if len(records) < 3:
        return
    counts = sorted(len(table.sheet.columns_of(row)) for row in records)
    usual = counts[len(counts) // 2]
    if usual < 5 or counts[0] > 2:
        return
    for row in records:
        cells = table.cells(row)
        if len(cells) <= 2 and all(cell.kind is CellKind.TEXT for cell in cells):
            table.rows[row] = Role.SIGNATURE if any(row_word(cell.text) == "signature" for cell in cells) else Role.NOTE


def _note_sums(table: Table) -> None:
    """Rows of a word and figures that are no record: the word stands where the records have a code or a day."""
    records = table.records
    counts = sorted(len(table.sheet.columns_of(row)) for row in records)
    if len(records) < 5 or counts[len(counts) // 2] < 4 or counts[0] > 2:
        return
    sparse = [row for row in records if len(table.sheet.columns_of(row)) == 2]
    usual = [row for row in records[:200] if len(table.sheet.columns_of(row)) > 2]
    for row in sparse:
        word, figure = table.cells(row)[:2] if len(table.cells(row)) == 2 else (None, None)
        if word is None or figure is None or word.kind is not CellKind.TEXT or figure.kind is not CellKind.NUMBER:
            continue
        beside = [cell for other in usual if (cell := table.sheet.cell(other, word.column)) is not None]
        if any(map(str.isdigit, word.text)) or len(beside) < 0.5 * len(usual):
            continue
        if sum(any(map(str.isdigit, cell.text)) for cell in beside) >= 0.9 * len(beside):
            table.rows[row] = Role.TOTAL


def _note_proven_sums(table: Table) -> None:
    """Sparse rows whose figure is the sum of the records above it, or the figure of such a row once more: no records.

    A total, carried and brought forward from page to page; no word has to be known for them.
    """
    records = table.records
    counts = sorted(len(table.sheet.columns_of(row)) for row in records[:2000])
    usual = counts[len(counts) // 2] if counts else 0
    if len(records) < 5 or usual < 4 or counts[0] > 0.5 * usual:
        return
    since: dict[int, Decimal] = {}
    ever: dict[int, Decimal] = {}
    carried: dict[int, Decimal] = {}
    summed = 0
    for row, role in list(table.rows.items()):
        cells = table.cells(row)
        figures = {cell.column: number for cell in cells if (number := _amount_in(cell)) is not None}
        if role in (Role.TOTAL, Role.SUBTOTAL, Role.CARRIED_FORWARD):
            carried |= figures
            since, summed = {}, 0
        elif role is Role.RECORD and len(cells) <= 0.5 * usual and len(figures) == 1:
            ((at, number),) = figures.items()
            before = carried.get(at, Decimal(0))
            proven = summed > 1 and number in (since.get(at), ever.get(at), since.get(at, Decimal(0)) + before)
            again = summed == 0 and number == before != 0
            if proven or again:
                table.rows[row] = Role.CARRIED_FORWARD if again else Role.SUBTOTAL
                carried[at] = number
                since, summed = {}, 0
                continue
        if role is Role.RECORD:
            summed += 1
            for at, number in figures.items():
                since[at] = since.get(at, Decimal(0)) + number
                ever[at] = ever.get(at, Decimal(0)) + number


def _amount_in(cell: Cell) -> Decimal | None:
    if cell.kind is CellKind.NUMBER:
        return None if meaning_of(cell.number_format).is_date else cell.number
    text = plain(cell.text)
    return parse(text).amount if text[-1:].isdigit() and not date_like(text) else None


def _note_group_lines(table: Table) -> None:
    """Lines of a single text with records right under them, for at least two groups: the text says what those share."""
    lines: dict[int, int] = {}
    open_line = 0
    for row, role in table.rows.items():
        if role is Role.RECORD:
            if open_line:
                lines[row] = open_line
            continue
        if role in (Role.NOTE, Role.TITLE) and len(table.sheet.columns_of(row)) == 1:
            open_line = row
        elif role in (Role.TOTAL, Role.SUBTOTAL):
            open_line = 0
    if len(set(lines.values())) >= 2:
        table.group_lines = lines
