"""Changesets: the only way anything gets into the register.

A changeset has an author, a time, an origin and a reason, and holds every row it touched before and after. Its hash
covers all of that and the hash of the changeset before it, so that no byte of the past can change unnoticed. Writers
take turns: a changeset holds the register's write lock from its first write until it is committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, islice, repeat
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import sqlalchemy as sa

from workbench.errors import ConfigurationError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.register import checks
from workbench.register.codec import Stored, canonical, from_database, is_storable, pack, to_database, unpack
from workbench.register.columns import Columns, by_column, encoded, pack_columns, rows_of
from workbench.register.conflicts import row_changed, row_missing
from workbench.register.errors import ChangesetBroken, InvalidRows
from workbench.register.periods import may_be_added, period_problems
from workbench.register.schema import METADATA, data_columns
from workbench.register.selection import Selection
from workbench.register.tables import TABLES, Field, Table

if TYPE_CHECKING:
    from workbench.register.store import Register

__all__ = ["GENESIS", "Changeset", "LogEntry", "body_line", "changeset_hash", "insertion_lines", "table_named"]

GENESIS = "0" * 64
"""What the first changeset has as the hash before it."""
_CHUNK = 5_000


class LogEntry(NamedTuple):
    """One line of the log; ``undoes`` is the changeset it took back, ``changes`` the rows it touched."""

    number: int
    author: str
    at: datetime
    origin: str
    reason: str
    undoes: int | None
    changes: int
    hash: str


def body_line(seq: int, table: str, row_id: str, action: str, before: str | None, after: str | None) -> bytes:
    """What a change contributes to its changeset's hash; lengths make the parts unmistakable."""
    number, old, new = str(seq), before or "", after or ""
    return (
        f"{len(number)}:{number}\x1f{len(table)}:{table}\x1f{len(row_id)}:{row_id}\x1f{len(action)}:{action}"
        f"\x1f{len(old)}:{old}\x1f{len(new)}:{new}\n"
    ).encode()


def insertion_lines(first: int, table: str, ids: Iterable[str], texts: Iterable[str]) -> bytes:
    """What new rows contribute: their ``body_line``s, one after another, numbered from ``first``."""
    before, after = f"\x1f{len(table)}:{table}\x1f", "\x1f6:insert\x1f0:\x1f"
    return "".join([
        f"{len(str(seq))}:{seq}{before}{len(row_id)}:{row_id}{after}{len(text)}:{text}\n"
        for seq, (row_id, text) in enumerate(zip(ids, texts, strict=True), start=first)
    ]).encode()  # fmt: skip


def changeset_hash(
    number: int,
    author: str,
    at: str,
    origin: str,
    reason: str,
    undoes: int | None,
    changes: int,
    body: str,
    previous: str,
) -> str:
    """SHA-256 over everything a changeset says and the changeset before it."""
    return hashlib.sha256(
        canonical([number, author, at, origin, reason, undoes, changes, body, previous]).encode()
    ).hexdigest()


def table_named(name: str) -> Table:
    """The table of that name; KeyError names the wrong one."""
    try:
        return TABLES[name]
    except KeyError:
        raise KeyError(_("the register has no table {name}").format(name=repr(name))) from None


class Changeset:
    """One unit of work: all of it is stored when the ``with`` block ends well, none of it otherwise.

    ``number`` and ``hash`` are set after the block; a block that changed nothing leaves no changeset (``number`` 0).
    """

    def __init__(self, register: Register, *, author: str, origin: str, reason: str, undoes: int | None = None) -> None:
        for name, text in (("author", author), ("origin", origin), ("reason", reason)):
            if not is_storable(text) or (name == "author" and not text.strip()):
                raise ConfigurationError(
                    _("The {name} of a changeset must be text that can be stored.").format(name=name),
                    remedy=_("Say who changes the register, from where, and why."),
                )
        self._register = register
        self._author, self._origin, self._reason, self._undoes = author, origin, reason, undoes
        self._custom: dict[str, dict[str, Field]] = {}
        self._added: dict[str, set[str]] = {}  # ids of rows that came new, and were not taken away again
        self._connection: sa.Connection | None = None
        self._body = hashlib.sha256()
        self._seq = 0
        self._broken = False
        self._ended = False
        self.number = 0
        self.hash = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        if self._connection is None:
            return
        try:
            if kind is None and self._broken:
                raise ChangesetBroken(
                    _("A batch of this changeset was refused, so none of it is stored."),
                    remedy=_("Correct the rows and begin a new changeset."),
                )
            if kind is None and self._seq:
                self._seal(self._connection)
                self._connection.commit()
            else:
                self._connection.rollback()
                self.number, self.hash = 0, ""
        except BaseException:
            self._connection.rollback()
            raise
        finally:
            self._connection.close()
            self._connection = None

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Add rows; returns their ids in order.

        A row may bring its own ``id`` (unused so far); otherwise it gets the next of its table.

        Raises:
            InvalidRows: with every problem of the whole batch; the changeset can then not be stored.
        """
        every = iter(rows)
        return self.insert_columns(table, map(by_column, iter(lambda: list(islice(every, _CHUNK)), [])))

    def insert_columns(self, table: str, batches: Iterable[Columns]) -> list[str]:
        """Add rows that are given field by field, some thousand at a time; otherwise as ``insert``, and quicker."""
        definition = table_named(table)
        connection = self._begin()
        ids: list[str] = []
        problems: list[Finding] = []
        with self._all_or_nothing():
            for columns in batches:
                stored, found = self._checked(connection, definition, columns, len(ids))
                problems.extend(found)
                ids.extend(stored["id"])
                if not problems:
                    self._write_inserts(connection, definition, stored)
            if problems:
                raise InvalidRows(table, problems)
        return ids

    def update(self, table: str, row_id: str, values: Mapping[str, Any], *, expected_version: int | None = None) -> int:
        """Change fields of one row; returns its new version.

        Args:
            table: the table's name.
            row_id: the row's id.
            values: the fields to change; None empties a field. ``custom`` is merged field by field. Values that the
                row has already are no change, and leave its version as it is.
            expected_version: the version the caller read. Where the row has moved on since, nothing is written and
                RowChanged tells what changed, by whom and when.

        Raises:
            RowMissing: there is no such row.
            RowChanged: somebody else changed or deleted it since ``expected_version``.
            InvalidRows: the row would not be valid.
        """
        definition = table_named(table)
        connection = self._begin()
        before = self._current(connection, definition, row_id, expected_version)
        custom = self._custom_fields(connection, table)
        own = values.get("custom") or {}
        whole = unpack(definition, before, custom)
        if isinstance(own, Mapping):
            own = {**whole["custom"], **own}
        after, problems = pack(definition, {**whole, **values, "custom": own}, custom, complete=False)
        problems += [
            Finding("row.required", f"custom.{name}", details={"field": name})
            for name in before.get("custom") or {}
            if name in custom and custom[name].required and name not in (after.get("custom") or {})
        ]
        after |= {"id": row_id, "version": before["version"]}
        if not problems and canonical(after) == canonical(before):
            return int(before["version"])
        after["version"] += 1
        place = f"{table} {row_id}"
        problems = [_placed(one, place) for one in problems]
        problems += self._table_problems(
            connection, definition, by_column([after]), [(before, after)], lambda _index: place
        )
        with self._all_or_nothing():
            if problems:
                raise InvalidRows(table, problems)
            self._write_updates(connection, definition, [(before, after)])
        return int(after["version"])

    def delete(self, table: str, row_id: str, *, expected_version: int | None = None) -> None:
        """Remove one row; refused while other rows refer to it."""
        definition = table_named(table)
        connection = self._begin()
        before = self._current(connection, definition, row_id, expected_version)
        place = f"{table} {row_id}"
        problems = self._table_problems(connection, definition, {}, [(before, None)], lambda _index: place)
        if users := checks.users_of(connection, table, row_id):
            problems.append(Finding("row.in-use", place, row_id, details={"table": ", ".join(users)}))
        with self._all_or_nothing():
            if problems:
                raise InvalidRows(table, problems)
            self._write_deletes(connection, definition, [before])

    def rows(self, table: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows as they stand inside this changeset, its own writes among them; ``where`` as in ``Register.rows``."""
        definition = table_named(table)
        connection = self._begin()
        custom = self._custom_fields(connection, table)
        wanted = Selection(definition, where or {})
        found = (unpack(definition, stored, custom) for stored in wanted.stored_rows(connection))
        return [row for row in found if wanted.matches(row, everything=False)]

    def set_setting(self, name: str, value: object) -> None:
        """Give a setting of the firm a value (text, number, list, …); ``Register.setting`` reads it."""
        connection = self._begin()
        made = METADATA.tables["settings"]
        row_id = connection.execute(sa.select(made.c.id).where(made.c.name == name)).scalar()
        if row_id is None:
            self.insert("settings", [{"name": name, "value": value}])
        else:
            self.update("settings", row_id, {"value": value})

    # What undo replays, in stored form; not for other callers.

    def restore_stored(self, table: Table, steps: Sequence[tuple[Stored | None, Stored | None]]) -> None:
        """Bring rows from one state to another, in order, both in stored form; None is no row.

        All steps are of one kind: insertions, changes or deletions.
        """
        connection = self._begin()
        ids = [str((before or after or {}).get("id")) for before, after in steps]
        if problems := list(period_problems(connection, table, steps, lambda at: f"{table.name} {ids[at]}")):
            raise InvalidRows(table.name, problems)
        inserted = [after for before, after in steps if before is None and after is not None]
        deleted = [before for before, after in steps if before is not None and after is None]
        changed = [(before, after) for before, after in steps if before is not None and after is not None]
        if inserted:
            self._write_inserts(connection, table, by_column(inserted))
        if deleted:
            self._write_deletes(connection, table, deleted)
        if changed:
            self._write_updates(connection, table, changed)

    def begin(self) -> int:
        """Take the write lock now rather than at the first write; the number that this changeset will have."""
        self._begin()
        return self.number

    def connection(self) -> sa.Connection:
        """The connection that holds the write lock."""
        return self._begin()

    def _begin(self) -> sa.Connection:
        if self._ended:
            raise ChangesetBroken(
                _("This changeset has ended; nothing can be added to it."), remedy=_("Begin a new changeset.")
            )
        if self._connection is None:
            self._connection = self._register.begin_writing()
            last = self._connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar()
            self.number = (last or 0) + 1
            # The header comes first so that changes can refer to it; it is sealed at the end.
        return self._connection

    def _seal(self, connection: sa.Connection) -> None:
        newest = connection.execute(
            sa.text("SELECT hash, at FROM changesets WHERE number = :number"), {"number": self.number - 1}
        ).first()
        previous = newest.hash if newest else GENESIS
        # A clock that was set back must not make a later changeset seem the earlier one.
        at = max(datetime.now(UTC).isoformat(timespec="microseconds"), newest.at if newest else "")
        body = self._body.hexdigest()
        header = (self.number, self._author, at, self._origin, self._reason, self._undoes, self._seq, body)
        self.hash = changeset_hash(*header, previous)
        connection.execute(
            METADATA.tables["changesets"].insert(),
            {
                "number": self.number,
                "author": self._author,
                "at": at,
                "origin": self._origin,
                "reason": self._reason,
                "undoes": self._undoes,
                "changes": self._seq,
                "body_hash": body,
                "previous_hash": previous,
                "hash": self.hash,
            },
        )

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """A batch that fails half way may not be kept, even where the caller goes on after the error."""
        broken, self._broken = self._broken, True
        yield
        self._broken = broken

    def _custom_fields(self, connection: sa.Connection, table: str) -> dict[str, Field]:
        """As they are inside this changeset, whatever this process or another has read before."""
        if table not in self._custom:
            self._custom[table] = checks.custom_fields(connection, table)
        return self._custom[table]

    def _checked(
        self, connection: sa.Connection, table: Table, columns: Columns, offset: int
    ) -> tuple[Columns, list[Finding]]:
        """Rows in stored form with their ids, and every problem; ``offset`` rows of the batch came before them."""
        custom = self._custom_fields(connection, table.name)
        own_ids = columns.get("id") or [None] * len(next(iter(columns.values())))

        def place(index: int) -> str:
            return f"{table.name} {own_ids[index] or f'#{offset + index + 1}'}"

        problems: list[Finding] = []
        stored = pack_columns(table, columns) if not custom else None
        if stored is None:
            rows = []
            for index, values in enumerate(zip(*columns.values(), strict=True)):
                packed, found = pack(table, dict(zip(columns, values, strict=True)), custom)
                problems.extend(_placed(one, place(index)) for one in found)
                rows.append(packed)
            stored = by_column(rows)
        given = [(index, str(row_id)) for index, row_id in enumerate(own_ids) if row_id]
        fresh = iter(self._new_ids(connection, table, len(own_ids) - len(given), [row_id for _index, row_id in given]))
        stored["id"] = [str(row_id) if row_id else next(fresh) for row_id in own_ids]
        stored["version"] = [1] * len(own_ids)
        watched = table.name == "custom_fields" or not may_be_added(table)
        steps: list[tuple[Stored | None, Stored | None]] = [(None, row) for row in rows_of(stored)] if watched else []
        problems += self._table_problems(connection, table, stored, steps, place)
        if given:
            problems += checks.id_problems(connection, table, given, place)
        return stored, problems

    def _table_problems(
        self,
        connection: sa.Connection,
        table: Table,
        after: Columns,
        steps: Sequence[tuple[Stored | None, Stored | None]],
        place: checks.Place,
    ) -> list[Finding]:
        """What is wrong with rows beside others; ``steps`` are (before, after), None for no row."""
        problems = list(checks.reference_problems(connection, table, after, self._added, place))
        problems += checks.unique_problems(connection, table, after, place)
        problems += period_problems(connection, table, steps, place)
        if table.name == "custom_fields":
            problems += checks.definition_problems(connection, steps, place)
        return problems

    def _new_ids(self, connection: sa.Connection, table: Table, count: int, given: Sequence[str]) -> list[str]:
        """The next ids of a table; numbers are never used twice, nor those that rows brought along."""
        brought = [number for one in given if (number := checks.id_number(table, one)) is not None]
        if not count and not brought:
            return []
        sequences = METADATA.tables["sequences"]
        last = connection.execute(sa.select(sequences.c.last).where(sequences.c.table_name == table.name)).scalar()
        if last is None:
            connection.execute(sequences.insert(), {"table_name": table.name, "last": 0})
        last = max([last or 0, *brought])
        connection.execute(sequences.update().where(sequences.c.table_name == table.name), {"last": last + count})
        return [f"{table.prefix}-{number:06d}" for number in range(last + 1, last + count + 1)]

    def _current(self, connection: sa.Connection, table: Table, row_id: str, expected_version: int | None) -> Stored:
        """The row as it is, at the version that the caller read."""
        found = next(checks.current_rows(connection, table, [row_id]), None)
        sqlite = self._register.is_sqlite
        now = None if found is None else from_database(table, data_columns(table), found, sqlite=sqlite)
        if expected_version is not None and (now is None or now["version"] != expected_version):
            custom = self._custom_fields(connection, table.name)
            raise row_changed(connection, table, row_id, expected_version, now, custom)
        if now is None:
            raise row_missing(table.name, row_id)
        return now

    def _write_inserts(self, connection: sa.Connection, table: Table, stored: Columns) -> None:
        names = data_columns(table)
        sqlite = self._register.is_sqlite
        holders = ", ".join(["?" if sqlite else "%s"] * len(names))
        quoted = ", ".join(f'"{name}"' for name in names)
        parameters, texts = encoded(table, stored, names, sqlite=sqlite)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({quoted}) VALUES ({holders})',  # noqa: S608 - names come from TABLES
            parameters,
        )
        self._added.setdefault(table.name, set()).update(stored["id"])
        self._log_inserts(connection, table, stored["id"], texts)

    def _write_updates(self, connection: sa.Connection, table: Table, changed: Iterable[tuple[Stored, Stored]]) -> None:
        sqlite = self._register.is_sqlite
        mark = "?" if sqlite else "%s"
        for names, run in groupby(changed, key=_changed_fields):
            pairs = list(run)
            setting = ", ".join(f'"{name}" = {mark}' for name in names)
            connection.exec_driver_sql(
                f'UPDATE "{table.name}" SET {setting} WHERE id = {mark}',  # noqa: S608 - names come from TABLES
                [(*to_database(table, after, names, sqlite=sqlite), before["id"]) for before, after in pairs],
            )
            self._log(
                connection,
                table,
                ((before["id"], "update", _only(before, names), _only(after, names)) for before, after in pairs),
            )

    def _write_deletes(self, connection: sa.Connection, table: Table, rows: Sequence[Stored]) -> None:
        mark = "?" if self._register.is_sqlite else "%s"
        connection.exec_driver_sql(
            f'DELETE FROM "{table.name}" WHERE id = {mark}',  # noqa: S608 - the name comes from TABLES
            [(row["id"],) for row in rows],
        )
        self._added.get(table.name, set()).difference_update(row["id"] for row in rows)
        self._log(connection, table, ((row["id"], "delete", canonical(row), None) for row in rows))

    def _log(
        self, connection: sa.Connection, table: Table, changes: Iterable[tuple[str, str, str | None, str | None]]
    ) -> None:
        """Store what happened to rows of a table: (id, action, before, after)."""
        lines = []
        for row_id, action, before, after in changes:
            self._seq += 1
            self._body.update(body_line(self._seq, table.name, row_id, action, before, after))
            lines.append((self.number, self._seq, table.name, row_id, action, before, after))
        self._store_log(connection, table, lines)

    def _log_inserts(self, connection: sa.Connection, table: Table, ids: Sequence[str], texts: Sequence[str]) -> None:
        """What ``_log`` stores of new rows, a whole batch at a time."""
        first, name, number = self._seq + 1, table.name, self.number
        self._seq += len(ids)
        self._body.update(insertion_lines(first, name, ids, texts))
        numbers = range(first, self._seq + 1)
        every = zip(repeat(number), numbers, repeat(name), ids, repeat("insert"), repeat(None), texts, strict=False)
        self._store_log(connection, table, list(every))

    def _store_log(self, connection: sa.Connection, table: Table, lines: list[tuple[Any, ...]]) -> None:
        holders = ", ".join(["?" if self._register.is_sqlite else "%s"] * 7)
        connection.exec_driver_sql(
            f"INSERT INTO changes (changeset, seq, table_name, row_id, action, before, after) VALUES ({holders})",  # noqa: S608
            lines,
        )
        if table.name == "custom_fields":
            self._custom.clear()


def _changed_fields(pair: tuple[Stored, Stored]) -> tuple[str, ...]:
    before, after = pair
    return tuple(
        sorted(name for name in {*before, *after} - {"id"} if canonical(before.get(name)) != canonical(after.get(name)))
    )


def _only(row: Stored, names: Iterable[str]) -> str:
    return canonical({name: row.get(name) for name in names})


def _placed(problem: Finding, place: str) -> Finding:
    return replace(problem, where=f"{place}.{problem.where}")
