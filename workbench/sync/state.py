"""The register's side of a bound table: its rows now, the rows as the sheet last saw them, and the names it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from workbench.register import TABLES, LastChange, Register
from workbench.sync.locating import BIRTH, FoundTable
from workbench.sync.model import Binding, Stamp
from workbench.sync.values import LookupNames, ValueColumn, field_of

__all__ = ["Names", "TableState", "load_state"]

Row = Mapping[str, Any]
_CODES = {"customers": "code"}


@dataclass(slots=True)
class TableState:
    """What the register knows about a bound table.

    Attributes:
        current: rows by id as they are: those of the view, and those that the sheet has beside.
        earlier: by id and version, rows that have changed since the sheet saw them.
        held: by id and field, the version of the row that a cell is still compared with.
        in_view: ids of the rows that the view chooses now, in order; ``was_shown`` those it chose when the sheet was
            last written.
        births: ids of rows that were first typed into a sheet, by the key they got there.
        last: who changed or deleted rows that the register no longer has.
        columns: readers of the bound columns that show a field, by index.
    """

    binding: Binding
    current: dict[str, Row]
    earlier: Mapping[tuple[str, int], Row]
    held: Mapping[tuple[str, str], int]
    in_view: list[str]
    was_shown: set[str]
    births: Mapping[str, str]
    last: dict[str, LastChange]
    columns: dict[int, ValueColumn]
    changes: dict[str, LastChange | None] = field(default_factory=dict)

    def last_change(self, register: Register, row_id: str) -> LastChange | None:
        """Who changed the row last."""
        if row_id not in self.changes:
            self.changes[row_id] = register.last_changes(self.binding.table, [row_id]).get(row_id)
        return self.changes[row_id]


class Names:
    """Names of the rows that lookups refer to, read once for a whole workbook."""

    def __init__(self, register: Register, changeset: int) -> None:
        self._register, self._changeset = register, changeset
        self._known: dict[str, LookupNames] = {}
        self._added: list[tuple[str, str, Mapping[str, Any]]] = []

    def of(self, lookup: str) -> LookupNames:
        """The names behind ``table.field``."""
        if lookup not in self._known:
            table, _dot, name = lookup.partition(".")
            now = {one: str(value) for one, value in self._register.column(table, name).items() if value is not None}
            then = dict(now)
            for row_id, earlier in self._register.states_at(table, self._changeset).items():
                if earlier is not None and earlier.get(name) is not None:
                    then[row_id] = str(earlier[name])
            codes = self._register.column(table, _CODES[table]) if table in _CODES else {}
            names = LookupNames(table, now, then, {one: str(code) for one, code in codes.items() if code})
            for added_to, key, row in self._added:
                if added_to == table and row.get(name) is not None:
                    names.add(key, str(row[name]))
            self._known[lookup] = names
        return self._known[lookup]

    def add(self, table: str, key: str, row: Mapping[str, Any]) -> None:
        """Let a row that is new in this very workbook be referred to by its name, in the tables merged after it."""
        self._added.append((table, key, row))


def load_state(register: Register, found: FoundTable, names: Names, stamp: Stamp, *, epoch_1904: bool) -> TableState:
    """Read what is needed to merge the table; ``stamp`` is what the workbook says about itself."""
    binding = found.binding
    held = {(row_id, name): version for (of, row_id, name), version in stamp.held.items() if of == binding.id}
    births = _births(register, [row.key for row in found.rows if row.key.startswith(BIRTH)])
    versions: dict[str, int] = {}
    for row in found.rows:
        row_id = births.get(row.key, row.key)
        if row_id and not row_id.startswith(BIRTH):
            versions[row_id] = int(row.version) if row.version.isdigit() else int(row.key.startswith(BIRTH))
    view = _View(register, binding.table, binding.view, stamp.changeset)
    current: dict[str, Row] = {} if binding.listed else {row["id"]: row for row in view.rows()}
    in_view = list(current)
    current |= register.rows_by_id(binding.table, [row_id for row_id in versions if row_id not in current])
    stale: dict[str, set[int]] = defaultdict(set)
    for row_id, number in [*versions.items(), *((row_id, version) for (row_id, _name), version in held.items())]:
        if row_id not in current or current[row_id]["version"] != number:
            stale[row_id].add(number)
    gone = [row_id for row_id in versions if row_id not in current]
    return TableState(
        binding,
        current,
        register.rows_at_versions(binding.table, stale),
        held,
        in_view,
        set() if binding.id in stamp.fresh else {one for one in in_view if view.chose(current[one])},
        births,
        register.last_changes(binding.table, gone) if gone else {},
        _columns(register, binding, names, epoch_1904=epoch_1904),
    )


def _births(register: Register, keys: Sequence[str]) -> dict[str, str]:
    if not keys:
        return {}
    born = register.stream("sheet_births", {"sheet_key": list(keys)})
    return {row["sheet_key"]: row["row_id"] for row in born}


class _View:
    """The rows that a view chooses now, and those that it chose right after a changeset."""

    def __init__(self, register: Register, table: str, view: Mapping[str, Any], changeset: int) -> None:
        self._register, self._table, self._changeset = register, table, changeset
        self._plain = {name: value for name, value in view.items() if not isinstance(value, Mapping)}
        self._nested = {
            name: _View(register, TABLES[table].field_named(name).references, value, changeset)
            for name, value in view.items()
            if isinstance(value, Mapping)
        }

    def rows(self) -> Iterator[Row]:
        """The rows that it chooses now."""
        for row in self._register.stream(self._table, self._plain):
            if all(row[name] in nested.ids for name, nested in self._nested.items()):
                yield row

    def chose(self, row: Row) -> bool:
        """Whether it chose a row of today then; one that was not touched since was what it is."""
        before = self._touched.get(row["id"], row)
        return before is not None and self._matches(before)

    @cached_property
    def ids(self) -> set[str]:
        """Ids of the rows that it chooses now."""
        return {row["id"] for row in self.rows()}

    @cached_property
    def ids_then(self) -> set[str]:
        """Ids of the rows that it chose then."""
        now = (row for row in self._register.stream(self._table, self._plain) if row["id"] not in self._touched)
        before = (row for row in self._touched.values() if row is not None)
        return {row["id"] for row in chain(now, before) if self._matches(row)}

    @cached_property
    def _touched(self) -> Mapping[str, Row | None]:
        return self._register.states_at(self._table, self._changeset)

    def _matches(self, row: Row) -> bool:
        plain = all(
            row[name] in wanted if isinstance(wanted, list) else row[name] == wanted
            for name, wanted in self._plain.items()
        )
        return plain and all(row[name] in nested.ids_then for name, nested in self._nested.items())


def _columns(register: Register, binding: Binding, names: Names, *, epoch_1904: bool) -> dict[int, ValueColumn]:
    custom = register.custom_fields(binding.table)
    readers = {}
    for index, one in enumerate(binding.columns.bound):
        if one.field:
            looked_up = names.of(one.lookup) if one.lookup else None
            definition = field_of(binding.table, one.field, custom)
            readers[index] = ValueColumn(one, definition, looked_up, epoch_1904=epoch_1904)
    return readers
