"""What a synchronisation writes into the workbook: newer values, ids and versions, words beside rows, and conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.i18n import _
from workbench.register import FieldKind
from workbench.sync.applying import Applied
from workbench.sync.images import BookEdits, BookImage, CellValue, OwnSheet, Write
from workbench.sync.merging import Choice, Choices, MergedRow, MergedTable
from workbench.sync.model import Conflict
from workbench.sync.values import value_of

__all__ = ["conflict_sheet", "mark_tables", "read_choices", "sheet_keys"]

Row = Mapping[str, Any]
_SERVICE = 4  # columns at the right of the conflicts sheet that say which cell it is
_WIDTHS = (26, 22, 16, 24, 24, 24, 16, 18, 16)
_MOST_NOTES = 200


@dataclass(frozen=True, slots=True)
class Written:
    """How much the sheet got: cells with newer values, rows added, rows that are gone; cells with a note or held back."""

    refreshed: int
    added: int
    gone: int
    noted: tuple[tuple[str, str, str], ...]
    held: Mapping[tuple[str, str, str], int]


def sheet_keys(tables: Sequence[MergedTable]) -> BookEdits:
    """The keys of new rows, written before the register takes them, so that no interruption can store a row twice."""
    edits = BookEdits()
    for table in tables:
        for one in table.new:
            if not one.row.key or one.row.key != one.key:
                edits.put(table.found.sheet, one.row.number, table.found.key, Write(one.key))
                if table.found.version:
                    edits.put(table.found.sheet, one.row.number, table.found.version, Write(None))
    return edits


def mark_tables(
    edits: BookEdits,
    tables: Sequence[MergedTable],
    applied: Applied | None,
    rows_now: Mapping[str, Mapping[str, Row]],
    noted: Sequence[tuple[str, str, str]],
) -> Written:
    """Add everything that each table gets to the edits.

    Args:
        edits: filled here.
        tables: the merged tables.
        applied: what a push brought into the register; None for a pull or a push that was refused.
        rows_now: by table and id, rows that the push has changed or added, as they are now.
        noted: cells that carry a note of ours already.
    """
    refreshed = added = gone = 0
    notes: list[tuple[str, str, str]] = []
    held: dict[tuple[str, str, str], int] = {}
    for table in tables:
        marker = _Marker(edits, table, applied, rows_now.get(table.found.binding.table, {}))
        marker.rows()
        marker.arrivals()
        notes += marker.notes(noted)
        held |= marker.held
        refreshed += marker.refreshed
        added += len(table.arrivals)
        gone += sum(one.gone for one in table.rows)
    return Written(refreshed, added, gone, tuple(notes), held)


class _Marker:
    def __init__(
        self, edits: BookEdits, table: MergedTable, applied: Applied | None, rows_now: Mapping[str, Row]
    ) -> None:
        self.edits, self.table, self.applied, self.rows_now = edits, table, applied, rows_now
        self.found, self.state = table.found, table.state
        self.bound = table.found.binding.columns.bound
        self.refreshed = 0
        self.row_of = {merged.id: merged.row.number for merged in table.rows}
        self.in_conflict: dict[str, set[str]] = defaultdict(set)
        for conflict in table.conflicts:
            self.in_conflict[conflict.row].add(conflict.field)
        self.refused: dict[int, list[str]] = defaultdict(list)
        for (number, _column), words in table.red.items():
            self.refused[number].append(words)
        self.red = {*table.red, *filter(None, map(self._cell_of, table.conflicts))}
        self.held: dict[tuple[str, str, str], int] = {}

    def rows(self) -> None:
        """Newer values, ids, versions and words for the rows that the sheet has."""
        for merged in self.table.rows:
            if merged.gone:
                self._gone(merged)
                continue
            row = self.rows_now.get(merged.id) or self.state.current[merged.id]
            indices = [index for index in self.found.columns if index in self.state.columns]
            if merged.id not in self.rows_now:
                indices = merged.theirs
            for index in indices:
                if self.bound[index].field not in merged.held:
                    self._show(merged.row.number, index, row, merged.row.cells)
            self._hold(merged)
            if "version" not in merged.held:
                self._service(merged, row)
            self._words(merged.row.number, self._state_of(merged), merged.row.cells)
            self._mark(merged.row.number, merged.row.cells)
        for one in self.table.new:
            row_id = self.applied.born.get(one.key, "") if self.applied else ""
            if row_id:
                self._born(one.row.number, row_id, one.row.cells)
            else:
                self._words(one.row.number, self._refusals(one.row.number), one.row.cells)
            self._mark(one.row.number, one.row.cells)

    def arrivals(self) -> None:
        """Rows that the register has and the sheet has not, below its last row."""
        rows = []
        for row_id in self.table.arrivals:
            row = self.state.current[row_id]
            cells = {self.found.key: Write(row_id)}
            if self.found.version:
                cells[self.found.version] = Write(row["version"])
            for index, column in self.found.columns.items():
                if index in self.state.columns:
                    cells[column] = self._write(index, row)
            rows.append(cells)
        if rows:
            self.edits.added[self.found.sheet] = (self.found.last_row, rows)

    def notes(self, noted: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Hang words on cells that are refused or in conflict, and take away those that are settled."""
        keys = {row.number: row.key for row in self.found.rows} | {one.row.number: one.key for one in self.table.new}
        numbers = {key: number for number, key in keys.items() if key}
        fields = {column: self.bound[index].field for index, column in self.found.columns.items()}
        columns = {name: column for column, name in fields.items()}
        words = dict(list(self.table.red.items())[:_MOST_NOTES])
        for conflict in self.table.conflicts:
            place = self._cell_of(conflict)
            if place and len(words) < _MOST_NOTES:
                words[place] = _("Conflict: the register has {theirs} ({author}).").format(
                    theirs=conflict.theirs or "—", author=conflict.author
                )
        sheet = self.edits.notes.setdefault(self.found.sheet, {})
        for binding, key, name in noted:
            place = (numbers.get(key, 0), columns.get(name, 0))
            if binding == self.found.binding.id and all(place) and place not in words:
                sheet[place] = None
        sheet |= words
        made = [(self.found.binding.id, keys.get(row, ""), fields.get(column, "")) for row, column in words]
        return [one for one in made if one[1] and one[2]]

    # pieces

    def _cell_of(self, conflict: Conflict) -> tuple[int, int] | None:
        number = self.row_of.get(conflict.row)
        if number is None:
            return None
        index = next(i for i, one in enumerate(self.bound) if one.field == conflict.field and i in self.found.columns)
        return number, self.found.columns[index]

    def _show(self, number: int, index: int, row: Row, cells: Mapping[int, Any]) -> None:
        reader, column = self.state.columns[index], self.found.columns[index]
        value = value_of(row, self.bound[index].field)
        cell = cells.get(column)
        current = reader.same(cell, value) and reader.named(cell, value)
        if not current and not (cell and cell.formula and not self.bound[index].editable):
            self.edits.put(self.found.sheet, number, column, self._write(index, row))
            self.refreshed += 1

    def _write(self, index: int, row: Row) -> Write:
        reader = self.state.columns[index]
        currency = None
        if reader.field.kind is FieldKind.MONEY:
            own = self.bound[index].field.startswith("custom.")
            currency = value_of(row, f"custom.{reader.field.currency_field}" if own else reader.field.currency_field)
        value, number_format = reader.shown(value_of(row, self.bound[index].field), currency)
        return Write(value, number_format)

    def _hold(self, merged: MergedRow) -> None:
        """Cells with something unsettled go on being compared with the version that they were compared with."""
        applied = self.applied is not None and merged.id in self.rows_now
        waiting = [*merged.held, *(() if applied else merged.edits)]
        for name in waiting:
            self.held[self.found.binding.id, merged.id, name] = merged.bases.get(name, merged.base)

    def _service(self, merged: MergedRow, row: Row) -> None:
        if merged.row.key != merged.id:
            self.edits.put(self.found.sheet, merged.row.number, self.found.key, Write(merged.id))
        if self.found.version and merged.row.version != str(row["version"]):
            self.edits.put(self.found.sheet, merged.row.number, self.found.version, Write(row["version"]))

    def _born(self, number: int, row_id: str, cells: Mapping[int, Any]) -> None:
        row = self.rows_now[row_id]
        self.edits.put(self.found.sheet, number, self.found.key, Write(row_id))
        if self.found.version:
            self.edits.put(self.found.sheet, number, self.found.version, Write(row["version"]))
        for index in self.found.columns:
            if index in self.state.columns:
                self._show(number, index, row, cells)
        self._words(number, "", cells)

    def _gone(self, merged: MergedRow) -> None:
        before = self.state.earlier.get((merged.id, merged.base), {})
        for index in merged.theirs:
            self.edits.put(self.found.sheet, merged.row.number, self.found.columns[index], self._write(index, before))
        last = self.state.last.get(merged.id)
        if last is not None:
            words = _("deleted in the register by {author}, {day}").format(
                author=last.author, day=f"{last.at:%Y-%m-%d}"
            )
            self._words(merged.row.number, words, merged.row.cells)

    def _state_of(self, merged: MergedRow) -> str:
        fields = self.in_conflict.get(merged.id, ())
        headings = [one.heading for one in self.bound if one.field in fields]
        words = [_("conflict: {columns}").format(columns=", ".join(headings))] if headings else []
        return " · ".join(filter(None, [*words, self._refusals(merged.row.number)]))

    def _refusals(self, number: int) -> str:
        return " · ".join(self.refused.get(number, ()))

    def _mark(self, number: int, cells: Mapping[int, Any]) -> None:
        """Name the fields that are to be shown in red, where the sheet has a column for that."""
        if not self.found.marks:
            return
        names = [
            self.bound[index].field for index, column in self.found.columns.items() if (number, column) in self.red
        ]
        marks = f"|{'|'.join(sorted(set(names)))}|" if any(names) else ""
        cell = cells.get(self.found.marks)
        if (cell.text if cell else "") != marks:
            self.edits.put(self.found.sheet, number, self.found.marks, Write(marks or None))

    def _words(self, number: int, words: str, cells: Mapping[int, Any]) -> None:
        if not self.found.state:
            return
        cell = cells.get(self.found.state)
        if (cell.text if cell else "") != words:
            self.edits.put(self.found.sheet, number, self.found.state, Write(words or None))


def conflict_sheet(conflicts: Sequence[Conflict], decided: Sequence[Conflict] = ()) -> OwnSheet:
    """The sheet that shows both sides of every conflict, with a column for the decision.

    ``decided`` ones are to be kept as the sheet has them, and wait for the next push.
    """
    head: list[CellValue] = [
        _("Cell"), _("Row"), _("Column"), _("Value before"), _("Mine (this sheet)"), _("Theirs (register)"),
        _("Changed by"), _("When"), _("Keep"), "table", "id", "field", "version",
    ]  # fmt: skip
    rows: list[list[CellValue]] = [head]
    rows += [
        [one.place.partition("!")[2], one.label, one.heading, one.base, one.mine, one.theirs, one.author, one.at, choice,
         one.table, one.row, one.field, one.version]
        for choice, some in ((None, conflicts), (_("mine"), decided))
        for one in some
    ]  # fmt: skip
    choice = len(head) - _SERVICE
    return OwnSheet(
        rows,
        widths=_WIDTHS,
        hidden_columns=range(choice + 1, len(head) + 1),
        choices={choice: (_("mine"), _("theirs"))},
    )


def read_choices(image: BookImage, name: str) -> Choices:
    """What people chose in the conflicts sheet; other words than the two are no choice."""
    sheet = image.sheets.get(name)
    if sheet is None:
        return {}
    mine, theirs = {"mine", _("mine")}, {"theirs", _("theirs")}
    choices: dict[tuple[str, str], Choice] = {}
    for number in sorted(sheet.rows)[1:]:
        whole = {column: cell.text for column, cell in sheet.rows[number].items()}
        texts = {column: text.strip() for column, text in whole.items()}
        chosen = texts.get(9, "").casefold()
        if chosen in mine | theirs and texts.get(13, "").isdigit():
            choices[(texts.get(11, ""), texts.get(12, ""))] = Choice(chosen in mine, int(texts[13]), whole.get(5, ""))
    return choices
