"""Finding a bound table again, wherever people have moved it: renamed, sorted, with rows and columns put in between.

Nothing here trusts positions. The sheet is the one whose cells carry the table's ids; the row of headings is the one
that has most of the headings; a column whose heading was renamed is recognised by what it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.i18n import _
from workbench.places import a1
from workbench.register import TABLES
from workbench.sheets import Cell, CellKind
from workbench.sync.images import BookImage, SheetImage
from workbench.sync.model import Binding, KeysApart, WorkbookMismatch

__all__ = ["BIRTH", "FoundRow", "FoundTable", "find_table", "refuse_apart", "settle_renamed"]

BIRTH = "new:"
"""Begins the key of a row that was typed into the sheet and is not in the register yet."""
_HEADING_ROWS = 250  # rows that may hold the headings
_AGREE = 0.6  # share of rows in which a renamed column must hold what it held
_REPEATED = 0.6  # share of the headings that make a row of cells a second row of headings


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the table: its number in the sheet, its key and version as they stand there, and its cells."""

    number: int
    key: str
    version: str
    cells: Mapping[int, Cell]


@dataclass(slots=True)
class FoundTable:
    """A bound table as it stands in the workbook now.

    Attributes:
        columns: place of each bound column (index in the binding's columns to column number of the sheet).
        rows: rows with a key, and rows with content directly below or among them.
        last_row: the last row of the table; new rows go below it.
        apart: rows with content further below, which were not read.
        unplaced: bound columns whose heading is nowhere; free: columns that nobody claims.
        repeated: columns that carry a bound heading a second time.
    """

    binding: Binding
    sheet: str
    head_row: int
    key: int
    version: int
    state: int
    marks: int
    check: int
    columns: dict[int, int]
    head: Mapping[int, Cell]
    rows: list[FoundRow] = field(default_factory=list)
    last_row: int = 0
    apart: int = 0
    unplaced: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)

    def place(self, book: str, row: int, column: int) -> str:
        """``Book.xlsx!Sheet!B7``."""
        return f"{book}!{self.sheet}!{a1(row, column)}"


def find_table(image: BookImage, binding: Binding, book: str) -> FoundTable | None:
    """The bound table; None where no sheet of the workbook shows it any more.

    Raises:
        WorkbookMismatch: the sheet is there, but the column with the ids is gone, or a second table stands in it.
    """
    best: tuple[int, SheetImage, int] | None = None
    for sheet in image.sheets.values():
        hits, row = _heading_row(sheet, binding)
        hits = hits * 2 + (sheet.name == binding.sheet)
        if best is None or hits > best[0]:
            best = (hits, sheet, row)
    wanted = len(binding.columns.bound)
    if best is None or best[0] < 2 * max(2, min(wanted, 2 + wanted // 4)):
        return None
    _hits, sheet, head_row = best
    found = _columns(sheet, head_row, binding)
    if found is None:
        raise WorkbookMismatch(
            _("The column {heading} with the ids of the rows is gone from the sheet {sheet}.").format(
                heading=binding.columns.key, sheet=sheet.name
            ),
            where=f"{book}!{sheet.name}",
            remedy=_("Pull into a new file, and copy what you have typed since into it."),
        )
    _rows(sheet, found, book)
    return found


def settle_renamed(found: FoundTable, agreement: Callable[[int, int], tuple[int, int]]) -> dict[int, int]:
    """Place the columns whose heading was renamed; returns them (index to column).

    Args:
        found: the table; its ``unplaced`` columns are placed as far as it can be told.
        agreement: for a bound column and a column of the sheet, in how many rows that hold a value of the field the
            cell still shows it, and in how many rows it could.
    """
    placed: dict[int, int] = {}
    for index in list(found.unplaced):
        scores = []
        for column in found.free:
            agree, total = agreement(index, column)
            if total and agree / total >= _AGREE:
                scores.append((agree / total, column))
        scores.sort(reverse=True)
        tie = len(scores) > 1 and scores[0][0] - scores[1][0] < 0.2
        chosen = scores[0][1] if scores else _between(found, index)
        if chosen is None or tie or (not scores and agreement(index, chosen)[1]):
            continue
        found.columns[index] = placed[index] = chosen
        found.unplaced.remove(index)
        found.free.remove(chosen)
    return placed


def _heading_row(sheet: SheetImage, binding: Binding) -> tuple[int, int]:
    """How many of the headings the best row has, and which row that is."""
    columns = binding.columns
    wanted = {one.heading.strip() for one in columns.bound} | {columns.key, columns.version}
    best = (0, 0)
    for number in sorted(sheet.rows)[:_HEADING_ROWS]:
        texts = {cell.text.strip() for cell in sheet.rows[number].values() if cell.kind is CellKind.TEXT}
        hits = len(texts & wanted)
        if hits > best[0]:
            best = (hits, number)
    return best


def _columns(sheet: SheetImage, head_row: int, binding: Binding) -> FoundTable | None:
    at: dict[str, list[int]] = {}
    for column, cell in sheet.rows[head_row].items():
        at.setdefault(cell.text.strip(), []).append(column)
    columns = binding.columns
    key = _single(at, columns.key) or _key_by_content(sheet, head_row, binding)
    if key is None:
        return None
    service = {name: _single(at, heading) or 0 for name, heading in
               (("version", columns.version), ("state", columns.state), ("marks", columns.marks), ("check", columns.check))}  # fmt: skip
    single = {index: _single(at, one.heading.strip()) for index, one in enumerate(columns.bound)}
    placed = {index: column for index, column in single.items() if column is not None}
    taken = {key, *service.values(), *placed.values()}
    used = {column for number, cells in sheet.rows.items() if number >= head_row for column in cells}
    last = max([*placed.values(), key])
    return FoundTable(
        binding,
        sheet.name,
        head_row,
        key,
        service["version"],
        service["state"],
        service["marks"],
        service["check"],
        placed,
        sheet.rows[head_row],
        unplaced=[index for index in range(len(columns.bound)) if index not in placed],
        free=sorted(column for column in used - taken if column <= last + len(columns.bound)),
    )


def _single(at: Mapping[str, Sequence[int]], heading: str) -> int | None:
    """The column with the heading; None where there is none, or more than one."""
    found = at.get(heading, ()) if heading else ()
    return found[0] if len(found) == 1 else None


def _key_by_content(sheet: SheetImage, head_row: int, binding: Binding) -> int | None:
    """The column that holds most ids of the table, where its heading was renamed."""
    pattern = _id_pattern(binding.table)
    counts: Counter[int] = Counter()
    others: Counter[int] = Counter()
    for number, cells in sheet.rows.items():
        if number > head_row:
            for column, cell in cells.items():
                (counts if pattern.fullmatch(cell.text) else others)[column] += 1
    best = [column for column, count in counts.most_common(1) if count > others[column]]
    return best[0] if best else None


def _id_pattern(table: str) -> re.Pattern[str]:
    return re.compile(rf"{TABLES[table].prefix}-\d{{6,}}|{BIRTH}[0-9a-f-]+")


def _rows(sheet: SheetImage, found: FoundTable, book: str) -> None:
    """Collect the rows: everything with a key, and rows that touch them; what stands apart is only counted."""
    pattern = _id_pattern(found.binding.table)
    watched = [found.key, *found.columns.values()]
    headings = {one.heading.strip() for one in found.binding.columns.bound}
    rows: list[FoundRow] = []
    for number in sorted(number for number in sheet.rows if number > found.head_row):
        cells = sheet.rows[number]
        key = cells[found.key].text.strip() if found.key in cells else ""
        if not key and not any(column in cells and cells[column].text for column in watched):
            continue
        if key and not pattern.fullmatch(key):
            _refuse_foreign(sheet, found, number, key, headings, book)
        version = cells[found.version].text.strip() if found.version in cells else ""
        rows.append(FoundRow(number, key, version, cells))
    last = max((row.number for row in rows if row.key), default=found.head_row)
    for row in rows:
        if row.number == last + 1:
            last = row.number
        if row.number <= last:
            found.rows.append(row)
    found.last_row = last
    found.apart = len(rows) - len(found.rows)


def _refuse_foreign(sheet: SheetImage, found: FoundTable, number: int, key: str, headings: set[str], book: str) -> None:
    cells = sheet.rows[number]
    repeated = len({cell.text.strip() for cell in cells.values()} & headings) >= _REPEATED * len(headings)
    what = (
        _("A second table with its own headings stands in the sheet {sheet}.")
        if repeated
        else _("The column {heading} of the sheet {sheet} holds {value}, which is no id of this table.")
    )
    raise WorkbookMismatch(
        what.format(sheet=sheet.name, heading=found.binding.columns.key, value=key[:60]),
        where=found.place(book, number, found.key),
        remedy=_("Take the rows that belong to another table out of this sheet; each sheet is one table."),
    )


def _between(found: FoundTable, index: int) -> int | None:
    """The one free column between the columns that stood left and right of a column when it was bound."""
    left = max((found.columns[one] for one in found.columns if one < index), default=0)
    right = min((found.columns[one] for one in found.columns if one > index), default=0)
    between = [column for column in found.free if left < column and (column < right or not right)]
    missing = [one for one in found.unplaced if _neighbours(found, one) == _neighbours(found, index)]
    return between[0] if len(between) == 1 and len(missing) == 1 else None


def _neighbours(found: FoundTable, index: int) -> tuple[int, int]:
    return (
        max((one for one in found.columns if one < index), default=-1),
        min((one for one in found.columns if one > index), default=len(found.binding.columns.bound)),
    )


def refuse_apart(found: FoundTable, book: str, mixed: Sequence[tuple[int, str]]) -> None:
    """Refuse where rows carry the ids of other rows (number of the row, id of the row whose values stand in it)."""
    shown = ", ".join(f"{number} ({row_id})" for number, row_id in mixed[:5])
    raise KeysApart(
        _("{count} rows of the sheet {sheet} carry the id of another row: {shown}.").format(
            count=len(mixed), sheet=found.sheet, shown=shown
        ),
        where=found.place(book, mixed[0][0], found.key),
        remedy=_("The column with the ids was sorted apart from its rows. Undo the sorting, or pull into a new file."),
    )
