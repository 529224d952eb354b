"""Changesets: the only way anything gets into the register.

A changeset has an author, a time, an origin and a reason, and holds every row it touched before and after. Its hash
covers all of that and the hash of the changeset before it, so that no byte of the past can change unnoticed. Writers
take turns: a changeset holds the register's write lock from its first write until it is committed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import sqlalchemy as sa

from workbench.findings import Finding
from workbench.i18n import _
from workbench.register.codec import Stored, canonical, from_database, pack, problems_of, to_database, unpack
from workbench.register.errors import ChangesetBroken, InvalidRows, RowChanged, RowMissing
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import TABLES, Field, FieldKind, Table

if TYPE_CHECKING:
    from workbench.register.store import Register

__all__ = ["GENESIS", "Changeset", "LogEntry", "body_line", "changeset_hash", "table_named"]

GENESIS = "0" * 64
"""What the first changeset has as the hash before it."""
_CHUNK = 5_000
_IN_LIMIT = 900


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
    before, after = before or "", after or ""
    return (
        f"{len(str(seq))}:{seq}\x1f{len(table)}:{table}\x1f{len(row_id)}:{row_id}\x1f{len(action)}:{action}\x1f"
        f"{len(before)}:{before}\x1f{len(after)}:{after}\n"
    ).encode()


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
        self._register = register
        self._author, self._origin, self._reason, self._undoes = author, origin, reason, undoes
        self._connection: sa.Connection | None = None
        self._body = hashlib.sha256()
        self._seq = 0
        self._broken = False
        self.number = 0
        self.hash = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        definition = table_named(table)
        connection = self._begin()
        ids: list[str] = []
        problems: list[Finding] = []
        every = iter(rows)
        while chunk := list(islice(every, _CHUNK)):
            stored = self._checked(definition, chunk, len(ids), problems)
            ids.extend(row["id"] for row in stored)
            if not problems:
                self._write_inserts(connection, definition, stored)
        if problems:
            self._broken = True
            raise InvalidRows(table, problems)
        return ids

    def update(self, table: str, row_id: str, values: Mapping[str, Any], *, expected_version: int | None = None) -> int:
        """Change fields of one row; returns its new version.

        Args:
            table: the table's name.
            row_id: the row's id.
            values: the fields to change; None empties a field. ``custom`` is merged field by field.
            expected_version: the version the caller read. Where the row has moved on since, nothing is written and
                RowChanged tells what changed, by whom and when.

        Raises:
            RowMissing: there is no such row.
            RowChanged: somebody else changed it since ``expected_version``.
            InvalidRows: the row would not be valid.
        """
        definition = table_named(table)
        connection = self._begin()
        before = self._current(connection, definition, row_id)
        if expected_version is not None and before["version"] != expected_version:
            raise self._row_changed(connection, definition, row_id, expected_version, before)
        custom = self._register.custom_fields(table)
        whole = unpack(definition, before, custom)
        own = {**whole["custom"], **(values.get("custom") or {})}
        wanted = {**whole, **values, "custom": {name: value for name, value in own.items() if value is not None}}
        after, problems = pack(definition, wanted, f"{table} {row_id}", custom)
        problems += problems_of(definition, wanted, f"{table} {row_id}")
        problems += self._reference_problems(connection, definition, [after], [f"{table} {row_id}"])
        after |= {"id": row_id, "version": before["version"] + 1}
        problems += self._unique_problems(connection, definition, [after], [f"{table} {row_id}"])
        if problems:
            self._broken = True
            raise InvalidRows(table, problems)
        self._write_updates(connection, definition, [(before, after)])
        return int(after["version"])

    def delete(self, table: str, row_id: str, *, expected_version: int | None = None) -> None:
        """Remove one row; refused while other rows refer to it."""
        definition = table_named(table)
        connection = self._begin()
        before = self._current(connection, definition, row_id)
        if expected_version is not None and before["version"] != expected_version:
            raise self._row_changed(connection, definition, row_id, expected_version, before)
        users = self._users_of(connection, table, row_id)
        if users:
            self._broken = True
            raise InvalidRows(
                table, [Finding("row.in-use", f"{table} {row_id}", row_id, details={"table": ", ".join(users)})]
            )
        self._write_deletes(connection, definition, [before])

    # What undo replays, in stored form; not for other callers.

    def restore_stored(self, table: Table, steps: Sequence[tuple[Stored | None, Stored | None]]) -> None:
        """Bring rows from one state to another, in order, both in stored form; None is no row.

        All steps are of one kind: insertions, changes or deletions.
        """
        connection = self._begin()
        inserted = [after for before, after in steps if before is None and after is not None]
        deleted = [before for before, after in steps if before is not None and after is None]
        changed = [(before, after) for before, after in steps if before is not None and after is not None]
        if inserted:
            self._write_inserts(connection, table, inserted)
        if deleted:
            self._write_deletes(connection, table, deleted)
        if changed:
            self._write_updates(connection, table, changed)

    def connection(self) -> sa.Connection:
        """The connection that holds the write lock."""
        return self._begin()

    def _begin(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._register.begin_writing()
            last = self._connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar()
            self.number = (last or 0) + 1
            # The header comes first so that changes can refer to it; it is sealed at the end.
        return self._connection

    def _seal(self, connection: sa.Connection) -> None:
        previous = connection.execute(
            sa.text("SELECT hash FROM changesets WHERE number = :number"), {"number": self.number - 1}
        ).scalar()
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        body = self._body.hexdigest()
        header = (self.number, self._author, at, self._origin, self._reason, self._undoes, self._seq, body)
        self.hash = changeset_hash(*header, previous or GENESIS)
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
                "previous_hash": previous or GENESIS,
                "hash": self.hash,
            },
        )

    def _checked(
        self, table: Table, rows: Sequence[Mapping[str, Any]], offset: int, problems: list[Finding]
    ) -> list[Stored]:
        connection = self._begin()
        custom = self._register.custom_fields(table.name)
        places = [f"{table.name} {row.get('id') or f'#{offset + number}'}" for number, row in enumerate(rows, start=1)]
        stored = []
        for row, place in zip(rows, places, strict=True):
            packed, found = pack(table, row, place, custom)
            problems.extend(found)
            problems.extend(problems_of(table, row, place))
            stored.append(packed)
        given = [str(row["id"]) for row in rows if row.get("id")]
        fresh = iter(self._new_ids(connection, table, len(rows) - len(given), given))
        for row, packed in zip(rows, stored, strict=True):
            packed["id"] = row.get("id") or next(fresh)
            packed["version"] = 1
        problems.extend(self._reference_problems(connection, table, stored, places))
        problems.extend(self._unique_problems(connection, table, stored, places))
        if given:
            problems.extend(self._id_problems(connection, table, stored, places, given))
        return stored

    def _new_ids(self, connection: sa.Connection, table: Table, count: int, given: Sequence[str]) -> list[str]:
        """The next ids of a table; numbers are never used twice, nor those that rows brought along."""
        brought = [int(one.removeprefix(f"{table.prefix}-")) for one in given if _has_number(one, table.prefix)]
        if not count and not brought:
            return []
        sequences = METADATA.tables["sequences"]
        last = connection.execute(sa.select(sequences.c.last).where(sequences.c.table_name == table.name)).scalar()
        if last is None:
            connection.execute(sequences.insert(), {"table_name": table.name, "last": 0})
        last = max([last or 0, *brought])
        connection.execute(sequences.update().where(sequences.c.table_name == table.name), {"last": last + count})
        return [f"{table.prefix}-{number:06d}" for number in range(last + 1, last + count + 1)]

    def _reference_problems(
        self, connection: sa.Connection, table: Table, rows: Sequence[Stored], places: Sequence[str]
    ) -> Iterator[Finding]:
        for field in table.fields:
            if field.kind is not FieldKind.REFERENCE:
                continue
            wanted = {row[field.name] for row in rows if field.name in row}
            if field.references == table.name:
                wanted -= {row.get("id") for row in rows}
            known = _existing(connection, field.references, "id", wanted)
            for row, place in zip(rows, places, strict=True):
                value = row.get(field.name)
                if value in wanted and value not in known:
                    yield Finding(
                        "row.reference", f"{place}.{field.name}", str(value), details={"table": field.references}
                    )

    def _unique_problems(
        self, connection: sa.Connection, table: Table, rows: Sequence[Stored], places: Sequence[str]
    ) -> Iterator[Finding]:
        groups = [(field.name,) for field in table.fields if field.unique]
        own = {row["id"] for row in rows}
        for names in [*groups, *table.unique_together]:
            keys = [tuple(row.get(name) for name in names) for row in rows]
            taken = _taken(connection, table, names, keys, own)
            yield from _doubled(keys, taken, places, " + ".join(names))

    def _id_problems(
        self,
        connection: sa.Connection,
        table: Table,
        rows: Sequence[Stored],
        places: Sequence[str],
        given: Sequence[str],
    ) -> Iterator[Finding]:
        taken = {(one,) for one in _existing(connection, table.name, "id", set(given))}
        yield from _doubled([(row["id"],) for row in rows], taken, places, "id")

    def _current(self, connection: sa.Connection, table: Table, row_id: str) -> Stored:
        columns = data_columns(table)
        made = METADATA.tables[table.name]
        found = connection.execute(sa.select(*(made.c[name] for name in columns)).where(made.c.id == row_id)).first()
        if found is None:
            raise RowMissing(
                _("{table} has no row {id}.").format(table=table.name, id=row_id),
                where=f"{table.name} {row_id}",
                remedy=_("Pull again; somebody may have deleted it."),
            )
        return from_database(table, columns, found, sqlite=self._register.is_sqlite)

    def _row_changed(
        self, connection: sa.Connection, table: Table, row_id: str, expected: int, current: Stored
    ) -> RowChanged:
        changes, changesets = METADATA.tables["changes"], METADATA.tables["changesets"]
        found = connection.execute(
            sa.select(changes.c.after, changesets.c.author, changesets.c.at, changesets.c.number)
            .join(changesets, changes.c.changeset == changesets.c.number)
            .where(changes.c.table_name == table.name, changes.c.row_id == row_id, changes.c.action == "update")
            .order_by(changes.c.changeset.desc(), changes.c.seq.desc())
            .limit(max(current["version"] - expected, 1))
        ).all()
        names = sorted({name for row in found for name in _fields_in(row.after)})
        now = unpack(table, current, self._register.custom_fields(table.name))
        theirs = {name: now.get(name) for name in names}
        author, at, number = (found[0].author, found[0].at, found[0].number) if found else ("?", "?", 0)
        return RowChanged(
            _("{id} was changed since you read it: {fields}, by {author} at {at} (changeset {number}).").format(
                id=row_id,
                fields=", ".join(f"{name} = {value}" for name, value in theirs.items()) or "?",
                author=author,
                at=at[:16],
                number=number,
            ),
            theirs=theirs,
            where=f"{table.name} {row_id}",
            remedy=_("Read the row again, and decide which values to keep."),
            author=author,
            changeset=number,
        )

    def _users_of(self, connection: sa.Connection, table: str, row_id: str) -> list[str]:
        users = []
        for other in TABLES.values():
            for field in other.fields:
                if field.references == table:
                    made = METADATA.tables[other.name]
                    hit = connection.execute(sa.select(made.c.id).where(made.c[field.name] == row_id).limit(1)).scalar()
                    if hit:
                        users.append(f"{other.name} {hit}")
        return users

    def _write_inserts(self, connection: sa.Connection, table: Table, rows: Sequence[Stored]) -> None:
        columns = data_columns(table)
        sqlite = self._register.is_sqlite
        holders = ", ".join(["?" if sqlite else "%s"] * len(columns))
        quoted = ", ".join(f'"{name}"' for name in columns)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({quoted}) VALUES ({holders})',  # noqa: S608 - names come from TABLES
            [to_database(table, row, columns, sqlite=sqlite) for row in rows],
        )
        self._log(connection, ((table.name, row["id"], "insert", None, canonical(row)) for row in rows))

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
                (
                    (table.name, before["id"], "update", _only(before, names), _only(after, names))
                    for before, after in pairs
                ),
            )

    def _write_deletes(self, connection: sa.Connection, table: Table, rows: Sequence[Stored]) -> None:
        mark = "?" if self._register.is_sqlite else "%s"
        connection.exec_driver_sql(
            f'DELETE FROM "{table.name}" WHERE id = {mark}',  # noqa: S608 - the name comes from TABLES
            [(row["id"],) for row in rows],
        )
        self._log(connection, ((table.name, row["id"], "delete", canonical(row), None) for row in rows))

    def _log(self, connection: sa.Connection, changes: Iterable[tuple[str, str, str, str | None, str | None]]) -> None:
        lines = []
        for change in changes:
            self._seq += 1
            self._body.update(body_line(self._seq, *change))
            lines.append((self.number, self._seq, *change))
        holders = ", ".join(["?" if self._register.is_sqlite else "%s"] * 7)
        connection.exec_driver_sql(
            f"INSERT INTO changes (changeset, seq, table_name, row_id, action, before, after) VALUES ({holders})",  # noqa: S608
            lines,
        )


def _changed_fields(pair: tuple[Stored, Stored]) -> tuple[str, ...]:
    before, after = pair
    return tuple(
        sorted(
            name
            for name in {*before, *after} - {"id"}
            if before.get(name) != after.get(name) or type(before.get(name)) is not type(after.get(name))
        )
    )


def _only(row: Stored, names: Iterable[str]) -> str:
    return canonical({name: row.get(name) for name in names})


def _doubled(
    keys: Sequence[tuple[Any, ...]], taken: set[tuple[Any, ...]], places: Sequence[str], names: str
) -> Iterator[Finding]:
    seen: set[tuple[Any, ...]] = set()
    for key, place in zip(keys, places, strict=True):
        if None in key:
            continue
        if key in taken or key in seen:
            yield Finding("row.duplicate", f"{place}.{names}", " / ".join(map(str, key)), details={"field": names})
        seen.add(key)


def _has_number(row_id: str, prefix: str) -> bool:
    return row_id.startswith(f"{prefix}-") and row_id[len(prefix) + 1 :].isdecimal()


def _fields_in(after: str | None) -> list[str]:
    return [name for name in json.loads(after or "{}") if name != "version"]


def _existing(connection: sa.Connection, table: str, column: str, values: set[Any]) -> set[Any]:
    made = METADATA.tables[table]
    found: set[Any] = set()
    every = iter(sorted(values))
    while some := list(islice(every, _IN_LIMIT)):
        found.update(connection.execute(sa.select(made.c[column]).where(made.c[column].in_(some))).scalars())
    return found


def _taken(
    connection: sa.Connection, table: Table, names: tuple[str, ...], keys: Sequence[tuple[Any, ...]], own: set[Any]
) -> set[tuple[Any, ...]]:
    """Keys of that kind that other rows (not ``own`` ids) have already."""
    made = METADATA.tables[table.name]
    first = {key[0] for key in keys if None not in key}
    taken: set[tuple[Any, ...]] = set()
    every = iter(sorted(first, key=str))
    while some := list(islice(every, _IN_LIMIT)):
        chosen = sa.select(made.c.id, *(made.c[name] for name in names)).where(made.c[names[0]].in_(some))
        taken.update(tuple(row[1:]) for row in connection.execute(chosen) if row[0] not in own)
    return taken


def custom_field_of(row: Mapping[str, Any]) -> Field:
    """A row of ``custom_fields`` as a field definition."""
    return Field(
        row["name"],
        FieldKind(row["kind"]),
        bool(row["required"]),
        currency_field=row["currency_field"] or "",
        choices=tuple(row["choices"] or ()),
        meaning=row["meaning"] or "",
    )
