"""The three-way merge: what the sheet says, what the register says, and what both last agreed on.

What a row was when the sheet last saw it is not kept anywhere: the row carries its version, and the register's log
knows what the row was at that version. So a copy of a workbook merges rightly, however old it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.findings import Finding
from workbench.i18n import _
from workbench.register import FieldKind, Register
from workbench.sheets import Cell, CellKind
from workbench.sync.locating import BIRTH, FoundRow, FoundTable, refuse_apart, settle_renamed
from workbench.sync.model import Conflict, WorkbookMismatch
from workbench.sync.rules import DEFAULTED, LABELS, locked_fields, why_protected
from workbench.sync.seals import SEAL_LENGTH, seal_of_cell
from workbench.sync.state import TableState
from workbench.sync.values import Unreadable, ValueColumn, value_of

__all__ = ["Choice", "Choices", "MergedRow", "MergedTable", "NewRow", "merge"]

Values = dict[str, Any]
Row = Mapping[str, Any]
_FOREIGN = 0.6  # share of a row's cells that differ before it is suspected to be another row


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided about a conflict: to keep the sheet's value or the register's.

    ``version`` of the row and ``shown``, the sheet's value, are those that the decision was made on; for others it does
    not hold.
    """

    mine: bool
    version: int
    shown: str


Choices = Mapping[tuple[str, str], Choice]
"""By id of the row and field."""


@dataclass(slots=True)
class MergedRow:
    """What became of a row that the register has or had.

    Attributes:
        row: the row in the sheet; ``id`` its id, ``version`` the register's version, ``base`` the one merged against.
        edits: fields that only the sheet changed, with their new values.
        theirs: bound columns (by index) whose cell is to show the register's newer value.
        held: fields in conflict or refused, whose cells are not settled.
        bases: fields whose cells are compared with an older version than the row carries.
        gone: the register no longer has the row.
    """

    row: FoundRow
    id: str
    version: int
    base: int
    edits: Values = field(default_factory=dict)
    theirs: list[int] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    bases: dict[str, int] = field(default_factory=dict)
    gone: bool = False


@dataclass(slots=True)
class NewRow:
    """A row that the register does not have yet; ``key`` is empty until the sheet got one for it."""

    row: FoundRow
    key: str
    values: Values


@dataclass(slots=True)
class MergedTable:
    """A table after the merge.

    ``missing`` rows were taken out of the sheet, ``arrivals`` are not in it yet; ``decided`` conflicts are to be kept as
    the sheet has them, and are settled once that is pushed.
    """

    state: TableState
    found: FoundTable
    rows: list[MergedRow] = field(default_factory=list)
    new: list[NewRow] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    arrivals: list[str] = field(default_factory=list)
    same: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    decided: list[Conflict] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    red: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells (row, column of the sheet) with words on what is wrong there."""


def merge(
    register: Register, state: TableState, found: FoundTable, book: str, choices: Choices, *, take_results: bool
) -> MergedTable:
    """Compare every cell of a bound table with what it was and with what the register has now.

    Args:
        register: read only.
        state: the table's rows now and then.
        found: the table in the sheet.
        book: the file's name, for places.
        choices: what people decided about conflicts.
        take_results: whether the result of a formula typed over a value is taken as the value.

    Raises:
        WorkbookMismatch: a column cannot be found again.
        KeysApart: rows carry the ids of other rows.
    """
    return _Merge(register, state, found, book, choices, take_results=take_results).whole()


class _Merge:
    def __init__(
        self,
        register: Register,
        state: TableState,
        found: FoundTable,
        book: str,
        choices: Choices,
        *,
        take_results: bool,
    ) -> None:
        self.register, self.state, self.found, self.book = register, state, found, book
        self.choices, self.take_results = choices, take_results
        self.locked = locked_fields(register)
        self.result = MergedTable(state, found)
        self.bound = found.binding.columns.bound
        at = {one.heading: index for index, one in enumerate(self.bound)}
        self.sealed = [at[heading] for heading in found.binding.columns.sealed if heading in at]

    def whole(self) -> MergedTable:
        keyed, fresh = self._sorted_out()
        self._place_renamed(keyed)
        self._order()
        for row, row_id in keyed:
            self.result.rows.append(self._row(row, row_id))
        self._refuse_if_apart()
        fresh += self._copies()
        for row, key in fresh:
            self._new_row(row, key)
        self._missing_and_arrivals()
        if self.found.apart:
            self._note("sync.rows-apart", self.found.last_row + 1, self.found.key, str(self.found.apart))
        return self.result

    # rows

    def _sorted_out(self) -> tuple[list[tuple[FoundRow, str]], list[tuple[FoundRow, str]]]:
        """Rows with an id of the register, and rows that are new (with the key they have, if any)."""
        keyed, fresh = [], []
        for row in self.found.rows:
            if not row.key:
                fresh.append((row, ""))
            elif not row.key.startswith(BIRTH):
                keyed.append((row, row.key))
            elif born := self.state.births.get(row.key):
                keyed.append((row, born))
            else:
                fresh.append((row, row.key))
        return keyed, fresh

    def _place_renamed(self, keyed: Sequence[tuple[FoundRow, str]]) -> None:
        """Find the columns whose headings were changed by what they hold; refuse where one cannot be found."""
        sample = keyed[:400]

        def agreement(index: int, column: int) -> tuple[int, int]:
            reader = self.state.columns.get(index)
            agree = total = 0
            for row, row_id in sample if reader else ():
                base, _version = self._base(row, row_id)
                value = None if base is None else value_of(base, self.bound[index].field)
                if reader and value is not None:
                    total += 1
                    agree += reader.same(row.cells.get(column), value)
            return agree, total

        for index, column in settle_renamed(self.found, agreement).items():
            cell = self.found.head.get(column)
            heading = self.bound[index].heading
            self._note("sync.column-renamed", self.found.head_row, column, cell.text if cell else "", field=heading)
        lost = [self.bound[index].heading for index in self.found.unplaced if self.bound[index].field]
        if lost:
            raise WorkbookMismatch(
                _("The sheet {sheet} no longer has the columns: {columns}.").format(
                    sheet=self.found.sheet, columns=", ".join(lost)
                ),
                where=f"{self.book}!{self.found.sheet}",
                remedy=_("Give the columns their headings back, or pull into a new file."),
            )

    def _order(self) -> None:
        """Currencies before amounts, so that an amount is read in the currency that stands beside it."""
        placed = [index for index in self.found.columns if index in self.state.columns]
        self.order = sorted(placed, key=lambda index: self.state.columns[index].field.kind is FieldKind.MONEY)
        self.places = {
            index: (self.found.columns[index], self.bound[index].field, self.state.columns[index]) for index in placed
        }
        self.unsettled = {row_id for row_id, _name in self.state.held}
        self.editable = [index for index in self.order if self._editable(index)]
        self.fixed = [index for index in self.order if not self._editable(index)]

    def _editable(self, index: int) -> bool:
        one = self.bound[index]
        return one.editable and not self._why_fixed(one.field)

    def _why_fixed(self, name: str, *, new: bool = False) -> str:
        table = self.found.binding.table
        return why_protected(table, name, new=new) or self.locked.get(f"{table}.{name}", "")

    def _typeable(self, index: int) -> bool:
        one = self.bound[index]
        return one.editable and not self._why_fixed(one.field, new=True)

    def _base(self, row: FoundRow, row_id: str) -> tuple[Row | None, int]:
        """What the row was when the sheet last saw it, and its version then."""
        version = int(row.version) if row.version.isdigit() else 0
        if row.key.startswith(BIRTH):
            version = version or 1
        return self._at_version(row_id, version), version

    def _at_version(self, row_id: str, version: int) -> Row | None:
        current = self.state.current.get(row_id)
        if current is not None and current["version"] == version:
            return current
        return self.state.earlier.get((row_id, version))

    def _row(self, row: FoundRow, row_id: str) -> MergedRow:
        current = self.state.current.get(row_id)
        base, version = self._base(row, row_id)
        if current is None:
            return self._gone(row, row_id, base, version)
        merged = MergedRow(row, row_id, current["version"], version)
        if base is None:
            self._without_base(merged, current)
            return merged
        editable, fixed = self.editable, self.fixed
        if base is current and row_id not in self.unsettled and not row.key.startswith(BIRTH):
            # In almost every row of a sheet nothing is to be done; the rest of this is for the few others.
            editable, fixed = self._otherwise(row, editable, current), self._otherwise(row, fixed, current)
        for index in editable:
            self._cell(merged, index, base, current)
        for index in fixed:
            self._fixed_cell(merged, index, base, current)
        self._sealed_cells(merged)
        return merged

    def _otherwise(self, row: FoundRow, indices: Sequence[int], current: Row) -> list[int]:
        """Columns whose cells do not show just what the register has."""
        cells = row.cells
        found = []
        for index in indices:
            column, name, reader = self.places[index]
            cell, value = cells.get(column), value_of(current, name)
            if not (reader.same(cell, value) and reader.named(cell, value)):
                found.append(index)
        return found

    def _gone(self, row: FoundRow, row_id: str, base: Row | None, version: int) -> MergedRow:
        merged = MergedRow(row, row_id, 0, version, gone=True)
        last = self.state.last.get(row_id)
        if last is None:
            self._refuse(Finding("sync.key-unknown", self._at(row, self.found.key), row_id), row, self.found.key)
            return merged
        touched = [
            index
            for index in self.editable
            if base
            and not self.state.columns[index].same(self._shown(row, index), value_of(base, self.bound[index].field))
        ]
        for index in touched:
            choice = self.choices.get((row_id, self.bound[index].field))
            if choice is not None and not choice.mine:
                merged.theirs.append(index)
                continue
            merged.held.append(self.bound[index].field)
            theirs = _("(deleted)")
            self._conflict(merged, index, base or {}, theirs, 0)
        return merged

    def _without_base(self, merged: MergedRow, current: Row) -> None:
        """The version beside the id is not one that the row ever had: harmless only where nothing differs."""
        differs = [
            index
            for index in self.editable
            if not self.state.columns[index].same(
                self._shown(merged.row, index), value_of(current, self.bound[index].field)
            )
        ]
        if differs:
            merged.held.append("version")
            where = self._at(merged.row, self.found.key)
            self._refuse(Finding("sync.version-unknown", where, merged.id), merged.row, self.found.key)

    # cells

    def _cell(self, merged: MergedRow, index: int, base: Row, current: Row) -> None:
        one, reader = self.bound[index], self.state.columns[index]
        cell = self._shown(merged.row, index)
        older = self.state.held.get((merged.id, one.field))
        if older is not None and (held_base := self._at_version(merged.id, older)) is not None:
            base = held_base
            merged.bases[one.field] = older
        was, now = value_of(base, one.field), value_of(current, one.field)
        if self._never_shown(merged.row, one.field, cell) and not reader.same(cell, now):
            merged.theirs.append(index)
            return
        if reader.same(cell, was):
            if (was != now and not _alike(was, now)) or not reader.named(cell, now):
                merged.theirs.append(index)
            return
        try:
            typed = self._read(index, cell, merged.edits, current, was)
        except Unreadable as problem:
            merged.held.append(one.field)
            where = self._at(merged.row, self.found.columns[index])
            self._refuse(problem.finding(where, one.heading), merged.row, self.found.columns[index])
            return
        self._decide(merged, index, (typed, was, now), base, current)

    def _decide(self, merged: MergedRow, index: int, values: tuple[Any, Any, Any], base: Row, current: Row) -> None:
        one = self.bound[index]
        typed, was, now = values
        if _alike(typed, was):
            if not _alike(was, now):
                merged.theirs.append(index)
        elif _alike(typed, now):
            self.result.same += 1
        elif _alike(was, now):
            merged.edits[one.field] = typed
        elif (choice := self._choice(merged, index, current)) is not None:
            if choice.mine:
                merged.edits[one.field] = typed
                reader = self.state.columns[index]
                self.result.decided.append(
                    self._conflict_at(merged, index, base, reader.text_of(now), current["version"])
                )
            else:
                merged.theirs.append(index)
        else:
            merged.held.append(one.field)
            reader = self.state.columns[index]
            self._conflict(merged, index, base, reader.text_of(now), current["version"])

    def _choice(self, merged: MergedRow, index: int, current: Row) -> Choice | None:
        """What was decided about the cell, where neither side has changed it again since."""
        choice = self.choices.get((merged.id, self.bound[index].field))
        if choice is None or choice.version != current["version"]:
            return None
        shown = _shown_text(self._shown(merged.row, index), self.state.columns[index])
        return choice if choice.shown == shown else None

    def _read(
        self,
        index: int,
        cell: Cell | None,
        typed: Mapping[str, Any],
        current: Mapping[str, Any],
        was: Any,
    ) -> Any:
        """The value typed into a cell, in the row's own currency where it is money."""
        if cell is not None and cell.formula and not (self.take_results and cell.text):
            raise Unreadable("sync.formula", cell.formula[:80])
        reader = self.state.columns[index]
        code = reader.field.currency_field
        currency = None
        if code:
            name = f"custom.{code}" if self.bound[index].field.startswith("custom.") else code
            currency = typed.get(name, value_of(current, name))
        return reader.read(cell, currency, was)

    def _never_shown(self, row: FoundRow, name: str, cell: Cell | None) -> bool:
        """Whether the register filled the field when the row was new, and an interruption kept that from the sheet."""
        filled = name in DEFAULTED.get(self.found.binding.table, ())
        return filled and row.key.startswith(BIRTH) and not (cell and cell.text)

    def _fixed_cell(self, merged: MergedRow, index: int, base: Row, current: Row) -> None:
        """A cell that shows a field which is not for typing: newer values are shown, edits are refused."""
        one, reader = self.bound[index], self.state.columns[index]
        cell = self._shown(merged.row, index)
        was, now = value_of(base, one.field), value_of(current, one.field)
        untouched = reader.same(cell, was) or merged.row.key.startswith(BIRTH)
        if not untouched and not reader.same(cell, now):
            column = self.found.columns[index]
            why = self._why_fixed(one.field)
            code = "sync.protected" if why else "sync.computed"
            text = cell.text[:80] if cell else "—"
            finding = Finding(code, self._at(merged.row, column), text, details={"field": one.heading, "why": why})
            merged.held.append(one.field)
            self._refuse(finding, merged.row, column)
        elif untouched and (not _alike(was, now) or not reader.same(cell, now)):
            merged.theirs.append(index)

    def _sealed_cells(self, merged: MergedRow) -> None:
        """Computed cells that are no longer as they were written."""
        cell = merged.row.cells.get(self.found.check)
        seals = cell.text if cell else ""
        if len(seals) != SEAL_LENGTH * len(self.sealed):
            return
        for position, index in enumerate(self.sealed):
            column = self.found.columns.get(index, 0)
            was = seals[position * SEAL_LENGTH : (position + 1) * SEAL_LENGTH]
            now = merged.row.cells.get(column)
            if column and not self.bound[index].field and seal_of_cell(now) != was:
                details = {"field": self.bound[index].heading}
                finding = Finding(
                    "sync.computed", self._at(merged.row, column), now.text[:80] if now else "—", details=details
                )
                merged.held.append(f"={self.bound[index].heading}")
                self._refuse(finding, merged.row, column)

    # rows that are new, copied, or missing

    def _new_row(self, row: FoundRow, key: str) -> None:
        values: Values = {}
        formulas = 0
        typeable = [index for index in self.order if self._typeable(index)]
        filled = [index for index in typeable if (cell := self._shown(row, index)) and (cell.text or cell.formula)]
        for index in filled:
            cell = self._shown(row, index)
            formulas += bool(cell and cell.formula)
        numbers = [index for index in filled if (cell := self._shown(row, index)) and cell.kind is CellKind.NUMBER]
        if numbers and formulas >= len(numbers) and not key:
            self._note("sync.totals-left", row.number, self.found.columns[numbers[0]])
            return
        for index in filled:
            try:
                typed = self._read(index, self._shown(row, index), values, {}, None)
            except Unreadable as problem:
                column = self.found.columns[index]
                self._refuse(problem.finding(self._at(row, column), self.bound[index].heading), row, column)
                continue
            if typed is not None:
                values[self.bound[index].field] = typed
        if filled:
            self.result.new.append(NewRow(row, key, values))

    def _copies(self) -> list[tuple[FoundRow, str]]:
        """Rows whose id stands more than once: the one that is as it was keeps it, a changed copy is a new row."""
        by_id: dict[str, list[MergedRow]] = defaultdict(list)
        for merged in self.result.rows:
            by_id[merged.id].append(merged)
        copies: list[tuple[FoundRow, str]] = []
        for row_id, several in by_id.items():
            if len(several) == 1:
                continue
            untouched = [one for one in several if not one.edits and not one.held]
            changed = [one for one in several if one.edits or one.held]
            label = LABELS.get(self.found.binding.table, "")
            if len(untouched) != 1 or any(label and label not in one.edits for one in changed):
                numbers = tuple(str(one.row.number) for one in several)
                for one in several:
                    where = self._at(one.row, self.found.key)
                    self._refuse(
                        Finding("sync.key-doubled", where, row_id, candidates=numbers), one.row, self.found.key
                    )
                continue
            for one in changed:
                self.result.rows.remove(one)
                self.result.conflicts = [each for each in self.result.conflicts if each.place not in self._places(one)]
                self._note("sync.key-shown", one.row.number, self.found.key, row_id)
                copies.append((one.row, ""))
        return copies

    def _places(self, merged: MergedRow) -> set[str]:
        return {self._at(merged.row, column) for column in self.found.columns.values()}

    def _missing_and_arrivals(self) -> None:
        shown = {merged.id for merged in self.result.rows}
        for row_id in self.state.in_view:
            if row_id not in shown:
                (self.result.missing if row_id in self.state.was_shown else self.result.arrivals).append(row_id)

    def _refuse_if_apart(self) -> None:
        """Rows that changed in most cells, and hold what other rows held: the ids were sorted apart from them."""
        most = max(3, int(_FOREIGN * len(self.editable)))
        suspects = [one for one in self.result.rows if len(one.edits) + len(one.held) >= min(most, len(self.editable))]
        if len(suspects) < 2:
            return
        texts = [index for index in self.editable if self.state.columns[index].field.kind is FieldKind.TEXT
                 or self.state.columns[index].names]  # fmt: skip
        texts = texts or self.editable
        owners: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for row_id, base in self._bases():
            signature = tuple(
                self.state.columns[index].text_of(value_of(base, self.bound[index].field), then=True) for index in texts
            )
            owners[signature].append(row_id)
        mixed = []
        for one in suspects:
            signature = tuple((cell.text if (cell := self._shown(one.row, index)) else "") for index in texts)
            others = owners.get(signature, [])
            if len(others) == 1 and others[0] != one.id and any(signature):
                mixed.append((one.row.number, others[0]))
        if len(mixed) > 1:
            refuse_apart(self.found, self.book, mixed)

    def _bases(self) -> Iterator[tuple[str, Row]]:
        for merged in self.result.rows:
            base, _version = self._base(merged.row, merged.id)
            if base is not None:
                yield merged.id, base

    # words

    def _shown(self, row: FoundRow, index: int) -> Cell | None:
        return row.cells.get(self.found.columns[index])

    def _at(self, row: FoundRow, column: int) -> str:
        return self.found.place(self.book, row.number, column)

    def _refuse(self, finding: Finding, row: FoundRow, column: int) -> None:
        self.result.refused.append(finding)
        self.result.red[(row.number, column)] = f"{finding.message} {finding.remedy}"

    def _note(self, code: str, row: int, column: int, value: str = "", **details: str) -> None:
        where = self.found.place(self.book, row, column)
        self.result.notes.append(Finding(code, where, value, details=details))

    def _conflict(self, merged: MergedRow, index: int, base: Row, theirs: str, version: int) -> None:
        self.result.conflicts.append(self._conflict_at(merged, index, base, theirs, version))

    def _conflict_at(self, merged: MergedRow, index: int, base: Row, theirs: str, version: int) -> Conflict:
        one, reader = self.bound[index], self.state.columns[index]
        cell = self._shown(merged.row, index)
        last = self.state.last_change(self.register, merged.id)
        label = LABELS.get(self.found.binding.table, "")
        return Conflict(
            table=self.found.binding.table,
            row=merged.id,
            field=one.field,
            heading=one.heading,
            place=self._at(merged.row, self.found.columns[index]),
            label=str(base.get(label) or merged.id),
            base=reader.text_of(value_of(base, one.field)),
            mine=_shown_text(cell, reader),
            theirs=theirs,
            version=version,
            author=last.author if last else "",
            at=last.at.isoformat(timespec="minutes") if last else "",
        )


def _alike(one: Any, other: Any) -> bool:
    """Equal values; an empty text is an empty field."""
    return (one if one != "" else None) == (other if other != "" else None)


def _shown_text(cell: Cell | None, reader: ValueColumn) -> str:
    """What the cell shows, a date as a date."""
    if cell is None:
        return ""
    try:
        return reader.text_of(reader.read(cell, None, None))
    except Unreadable:
        return cell.text
