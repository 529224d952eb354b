"""The past: the log, any table as it stood, taking changesets back, and proving that nothing was changed unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from workbench.i18n import _
from workbench.register.changesets import GENESIS, Changeset, LogEntry, body_line, changeset_hash, table_named
from workbench.register.codec import Stored, canonical, from_database
from workbench.register.errors import UndoRefused
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import TABLES, Table

if TYPE_CHECKING:
    from workbench.register.store import Register

__all__ = ["Verification", "log", "rows_as_of", "state_hash", "undo", "verify"]

_PROBLEMS_SHOWN = 20
_UNDO_CHUNK = 20_000
_IN_LIMIT = 900
_Change = tuple[str, str | None, str | None]  # action, before, after
_RowChange = tuple[str, str | None, str | None]  # row id, before, after


class Verification(NamedTuple):
    """What ``verify`` found; ``head`` is the hash of the newest changeset, ``problems`` name each place."""

    ok: bool
    changesets: int
    head: str
    problems: tuple[str, ...]


def log(register: Register, limit: int | None) -> list[LogEntry]:
    """Changesets, newest first."""
    changesets = METADATA.tables["changesets"]
    query = sa.select(changesets).order_by(changesets.c.number.desc())
    with register.engine.connect() as connection:
        found = connection.execute(query.limit(limit) if limit else query).all()
    return [
        LogEntry(
            row.number,
            row.author,
            datetime.fromisoformat(row.at),
            row.origin,
            row.reason,
            row.undoes,
            row.changes,
            row.hash,
        )
        for row in found
    ]


def rows_as_of(register: Register, table: Table, as_of: datetime | int) -> Iterator[Stored]:
    """Stored rows of a table as they stood right after a changeset or moment, in order of their ids."""
    changes = METADATA.tables["changes"]
    with register.snapshot() as connection:
        number = as_of if isinstance(as_of, int) else _number_at(connection, as_of)
        query = (
            sa.select(changes.c.row_id, changes.c.action, changes.c.before, changes.c.after)
            .where(changes.c.table_name == table.name, changes.c.changeset <= number)
            .order_by(sa.func.length(changes.c.row_id), changes.c.row_id, changes.c.changeset, changes.c.seq)
        )
        for _row_id, history in groupby(_streamed(connection, query), key=lambda row: row[0]):
            state, _problem = _fold((action, before, after) for _id, action, before, after in history)
            if state is not None:
                yield state


def undo(register: Register, number: int, *, author: str, reason: str) -> Changeset:
    """Take a changeset back as a changeset of its own: its changes in reverse, the newest first."""
    try:
        with register.changeset(origin="undo", reason=reason, author=author, undoes=number) as cs:
            connection = cs.connection()
            _refuse_undo(connection, number)
            for table, action, changes in _newest_first(connection, number):
                rows = _current(connection, table, {row_id for row_id, _before, _after in changes})
                steps = []
                for row_id, before, after in changes:
                    now = rows.get(row_id)
                    rows[row_id] = _reverted(now, action, before, after)
                    steps.append((now, rows[row_id]))
                cs.restore_stored(table, steps)
    except sa.exc.IntegrityError as error:
        raise UndoRefused(
            _(
                "Changeset {number} cannot be taken back: a row that it needs is gone by now, or another has taken its "
                "place ({why})."
            ).format(number=number, why=str(error.orig).strip().splitlines()[0]),
            remedy=_("Undo the later changesets first, newest first, or correct the rows by hand."),
            blocking="",
        ) from error
    return cs


def verify(register: Register) -> Verification:
    """Recompute the chain, then replay every row's changes and compare with the row as it is."""
    with register.snapshot() as connection:
        problems: list[str] = []
        count, head = _verify_chain(connection, problems)
        _verify_file(connection, problems)
        for table in TABLES.values():
            try:
                _verify_rows(connection, table, problems)
            except (ValueError, sa.exc.DBAPIError) as error:
                # A damaged byte can make a value unreadable (no UTF-8, no JSON); that is what is being looked for.
                problems.append(_("{table}: a value cannot be read ({why})").format(table=table.name, why=error))
    if len(problems) > _PROBLEMS_SHOWN:
        rest = len(problems) - _PROBLEMS_SHOWN
        problems = [*problems[:_PROBLEMS_SHOWN], _("and {count} more").format(count=rest)]
    return Verification(not problems, count, head, tuple(problems))


def state_hash(register: Register) -> str:
    """SHA-256 over all rows of all tables, without versions."""
    digest = hashlib.sha256()
    with register.snapshot() as connection:
        for table in TABLES.values():
            for row in _current_rows(connection, table):
                plain = {name: value for name, value in row.items() if name != "version"}
                digest.update(f"{table.name}\x1f{canonical(plain)}\n".encode())
    return digest.hexdigest()


def _number_at(connection: sa.Connection, moment: datetime) -> int:
    changesets = METADATA.tables["changesets"]
    at = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return connection.execute(sa.select(sa.func.max(changesets.c.number)).where(changesets.c.at <= at)).scalar() or 0


def _streamed(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Any]:
    yield from connection.execution_options(yield_per=5000).execute(query)


def _fold(history: Iterator[_Change]) -> tuple[Stored | None, str]:
    """The row after its changes; the second value says where a change does not fit the one before."""
    changes = list(history)
    try:
        return _folded(changes)
    except ValueError:
        return None, "no JSON"


def _folded(history: list[_Change]) -> tuple[Stored | None, str]:
    state: Stored | None = None
    problem = ""
    for action, before, after in history:
        if action == "insert":
            problem = problem or ("inserted twice" if state is not None else "")
            state = json.loads(after or "{}")
        elif action == "delete":
            problem = problem or ("deleted in another state" if state is None or canonical(state) != before else "")
            state = None
        else:
            old, new = json.loads(before or "{}"), json.loads(after or "{}")
            if state is None or any(state.get(name) != value for name, value in old.items()):
                problem = problem or "changed from another state"
            merged = {**(state or {}), **new}
            state = {name: value for name, value in merged.items() if value is not None}
    return state, problem


def _reverted(now: Stored | None, action: str, before: str | None, after: str | None) -> Stored | None:
    """What the row is to be again; versions never go back."""
    if action == "insert":
        return None
    if action == "delete":
        old: Stored = json.loads(before or "{}")
        return {**old, "version": old["version"] + 1}
    row = dict(now or {})
    for name in json.loads(after or "{}"):
        row.pop(name, None)
    row.update({name: value for name, value in json.loads(before or "{}").items() if value is not None})
    row["version"] = (now or {}).get("version", 0) + 1
    return row


def _newest_first(connection: sa.Connection, number: int) -> Iterator[tuple[Table, str, list[_RowChange]]]:
    """The changes of a changeset backwards, in runs of the same kind on the same table."""
    changes = METADATA.tables["changes"]
    columns = (
        changes.c.seq,
        changes.c.table_name,
        changes.c.action,
        changes.c.row_id,
        changes.c.before,
        changes.c.after,
    )
    query = sa.select(*columns).where(changes.c.changeset == number).order_by(changes.c.seq.desc()).limit(_UNDO_CHUNK)
    found = connection.execute(query).all()
    while found:
        for (table_name, action), run in groupby(found, key=lambda row: (row.table_name, row.action)):
            yield TABLES[table_name], action, [(row.row_id, row.before, row.after) for row in run]
        found = connection.execute(query.where(changes.c.seq < found[-1].seq)).all()


def _current(connection: sa.Connection, table: Table, row_ids: set[str]) -> dict[str, Stored | None]:
    columns = data_columns(table)
    made = METADATA.tables[table.name]
    query = sa.select(*(made.c[name] for name in columns))
    rows: dict[str, Stored | None] = {}
    every = iter(sorted(row_ids))
    while some := list(islice(every, _IN_LIMIT)):
        for found in connection.execute(query.where(made.c.id.in_(some))):
            rows[found.id] = from_database(table, columns, found, sqlite=_is_sqlite(connection))
    return rows


def _refuse_undo(connection: sa.Connection, number: int) -> None:
    changesets, changes = METADATA.tables["changesets"], METADATA.tables["changes"]
    known = connection.execute(sa.select(changesets.c.number).where(changesets.c.number == number)).scalar()
    if known is None:
        raise UndoRefused(
            _("There is no changeset {number}.").format(number=number), remedy=_("Look it up with: workbench log")
        )
    taken_back = connection.execute(
        sa.select(changesets.c.undoes, changesets.c.number).where(changesets.c.undoes.is_not(None)).order_by("number")
    )
    undone_by: dict[int, int] = {undoes: one for undoes, one in taken_back}  # noqa: C416 - rows are not plain tuples
    undone: set[int] = set()
    for target in sorted(undone_by, reverse=True):
        # An undo that was itself taken back no longer counts.
        if undone_by[target] not in undone:
            undone.add(target)
    if number in undone:
        raise UndoRefused(
            _("Changeset {number} is taken back already, by changeset {by}.").format(
                number=number, by=undone_by[number]
            ),
            remedy=_("Undo changeset {by} to bring it back.").format(by=undone_by[number]),
            blocking=str(undone_by[number]),
        )
    mine, later = changes.alias(), changes.alias()
    touching = connection.execute(
        sa.select(later.c.changeset)
        .join(mine, sa.and_(mine.c.table_name == later.c.table_name, mine.c.row_id == later.c.row_id))
        .where(mine.c.changeset == number, later.c.changeset > number)
        .distinct()
    ).scalars()
    cancelled = undone | {undone_by[one] for one in undone}
    blocking = {one for one in touching if one not in cancelled} | _users(connection, number)
    if blocking:
        raise UndoRefused(
            _("Later changesets depend on changeset {number}: {blocking}.").format(
                number=number, blocking=", ".join(map(str, sorted(blocking)))
            ),
            remedy=_("Undo those first, newest first, or correct the rows by hand."),
            blocking=",".join(map(str, sorted(blocking))),
        )


def _users(connection: sa.Connection, number: int) -> set[int]:
    """Changesets that inserted or changed rows which refer to rows that this changeset inserted."""
    changes = METADATA.tables["changes"]
    users: set[int] = set()
    for table in TABLES.values():
        for field in table.fields:
            if not field.references:
                continue
            made = METADATA.tables[table.name]
            inserted = sa.select(changes.c.row_id).where(
                changes.c.changeset == number,
                changes.c.table_name == field.references,
                changes.c.action == "insert",
            )
            referring = sa.select(made.c.id).where(made.c[field.name].in_(inserted))
            users.update(
                connection.execute(
                    sa.select(sa.func.max(changes.c.changeset))
                    .where(changes.c.table_name == table.name, changes.c.row_id.in_(referring))
                    .group_by(changes.c.row_id)
                ).scalars()
            )
    return {one for one in users if one is not None and one != number}


def _verify_chain(connection: sa.Connection, problems: list[str]) -> tuple[int, str]:
    changesets, changes = METADATA.tables["changesets"], METADATA.tables["changes"]
    headers = connection.execute(sa.select(changesets).order_by(changesets.c.number)).all()
    bodies = groupby(
        _streamed(connection, sa.select(changes).order_by(changes.c.changeset, changes.c.seq)), key=lambda row: row[0]
    )
    digests: dict[int, tuple[str, int]] = {}
    for number, rows in bodies:
        digest, count = hashlib.sha256(), 0
        for _changeset, seq, table_name, row_id, action, before, after in rows:
            digest.update(body_line(seq, table_name, row_id, action, before, after))
            count += 1
        digests[number] = (digest.hexdigest(), count)
    previous, expected = GENESIS, 0
    for row in headers:
        expected += 1
        body, count = digests.pop(row.number, ("", 0))
        place = _("changeset {number}").format(number=row.number)
        if row.number != expected:
            problems.append(_("{place}: number {expected} is missing before it").format(place=place, expected=expected))
            expected = row.number
        if (body, count) != (row.body_hash, row.changes):
            problems.append(_("{place}: its changes are not those that were sealed").format(place=place))
        computed = changeset_hash(
            row.number, row.author, row.at, row.origin, row.reason, row.undoes, row.changes, row.body_hash, previous
        )
        if row.previous_hash != previous or row.hash != computed:
            problems.append(_("{place}: its hash does not agree").format(place=place))
        previous = row.hash
    problems.extend(_("changeset {number}: has changes but no header").format(number=number) for number in digests)
    return len(headers), previous


def _verify_file(connection: sa.Connection, problems: list[str]) -> None:
    """SQLite's own check, which compares indexes with their tables; PostgreSQL checks its pages when it reads them."""
    if not _is_sqlite(connection):
        return
    try:
        told = connection.exec_driver_sql(f"PRAGMA integrity_check({_PROBLEMS_SHOWN})").scalars().all()
    except sa.exc.DBAPIError as error:
        told = [str(error.orig)]
    problems.extend(_("file: {what}").format(what=one) for one in told if one != "ok")


def _verify_rows(connection: sa.Connection, table: Table, problems: list[str]) -> None:
    """Walk the table and its log side by side, both in byte order of the id."""
    changes = METADATA.tables["changes"]
    logged = groupby(
        _streamed(
            connection,
            sa.select(changes.c.row_id, changes.c.action, changes.c.before, changes.c.after)
            .where(changes.c.table_name == table.name)
            .order_by(changes.c.row_id, changes.c.changeset, changes.c.seq),
        ),
        key=lambda row: row[0],
    )
    replayed = (
        (row_id, *_fold((action, before, after) for _id, action, before, after in history))
        for row_id, history in logged
    )
    for row_id, row, state, problem in _side_by_side(_current_rows(connection, table), replayed):
        place = f"{table.name} {row_id}"
        if problem:
            problems.append(_("{place}: its log contradicts itself").format(place=place))
        elif row is None and state is not None:
            problems.append(_("{place}: the row is gone without a changeset").format(place=place))
        elif row is not None and state is None:
            problems.append(_("{place}: the row is in no changeset").format(place=place))
        elif row is not None and state is not None and canonical(state) != canonical(row):
            names = sorted(name for name in {*state, *row} if state.get(name) != row.get(name))
            problems.append(_("{place}: {fields} differ from the log").format(place=place, fields=", ".join(names)))


def _side_by_side(
    rows: Iterator[Stored], replayed: Iterator[tuple[str, Stored | None, str]]
) -> Iterator[tuple[str, Stored | None, Stored | None, str]]:
    """Merge two walks in the same order: (id, row as it is, row by the log, what is wrong in the log)."""
    row, logged = next(rows, None), next(replayed, None)
    while row is not None or logged is not None:
        if row is not None and (logged is None or row["id"] < logged[0]):
            yield row["id"], row, None, ""
            row = next(rows, None)
        elif logged is not None and (row is None or logged[0] < row["id"]):
            yield logged[0], None, logged[1], logged[2]
            logged = next(replayed, None)
        elif row is not None and logged is not None:
            yield row["id"], row, logged[1], logged[2]
            row, logged = next(rows, None), next(replayed, None)


def _current_rows(connection: sa.Connection, table: Table) -> Iterator[Stored]:
    made = METADATA.tables[table_named(table.name).name]
    columns = data_columns(table)
    query = sa.select(*(made.c[name] for name in columns)).order_by(made.c.id)
    sqlite = _is_sqlite(connection)
    for row in _streamed(connection, query):
        yield from_database(table, columns, row, sqlite=sqlite)


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"
