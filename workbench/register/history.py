"""The past: the log, any table as it stood, and proving that nothing was changed unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register.changesets import GENESIS, LogEntry, body_line, changeset_hash
from workbench.register.codec import Stored, canonical, from_database
from workbench.register.errors import StorageFailed
from workbench.register.locations import is_sqlite, snapshot
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import TABLES, Table

__all__ = [
    "LastChange", "Verification", "entry", "last_changes", "log", "rows_as_of", "rows_at_versions", "state_hash", "states_at", "verify",
]  # fmt: skip

_PROBLEMS_SHOWN = 20
_PAGE = 5_000
_IN_LIMIT = 900
_Change = tuple[str, str | None, str | None]  # action, before, after


class LastChange(NamedTuple):
    """The newest change of a row: who made it, when, in which changeset; ``deleted`` where it took the row away."""

    author: str
    at: datetime
    changeset: int
    deleted: bool


class Verification(NamedTuple):
    """What ``verify`` found; ``head`` is the hash of the newest changeset, ``problems`` name each place."""

    ok: bool
    changesets: int
    head: str
    problems: tuple[str, ...]


def log(engine: sa.Engine, limit: int | None) -> list[LogEntry]:
    """Changesets, newest first."""
    changesets = METADATA.tables["changesets"]
    query = sa.select(changesets).order_by(changesets.c.number.desc())
    with engine.connect() as connection:
        found = connection.execute(query.limit(limit) if limit else query).all()
    return [_entry(row) for row in found]


def entry(engine: sa.Engine, number: int) -> LogEntry | None:
    """One changeset's line of the log; None where there is no such changeset."""
    changesets = METADATA.tables["changesets"]
    with engine.connect() as connection:
        found = connection.execute(sa.select(changesets).where(changesets.c.number == number)).first()
    return None if found is None else _entry(found)


def _entry(row: Any) -> LogEntry:
    at = datetime.fromisoformat(row.at)
    return LogEntry(row.number, row.author, at, row.origin, row.reason, row.undoes, row.changes, row.hash)


def rows_as_of(
    connection: sa.Connection, table: Table, as_of: datetime | int, *, row_id: str | None = None
) -> Iterator[Stored]:
    """Stored rows of a table (or one of them) as they stood right after a changeset or moment, in order of their ids.

    Raises:
        ConfigurationError: the moment has no zone.
    """
    changes = METADATA.tables["changes"]
    number = as_of if isinstance(as_of, int) else _number_at(connection, as_of)
    query = (
        sa.select(changes.c.row_id, changes.c.action, changes.c.before, changes.c.after)
        .where(changes.c.table_name == table.name, changes.c.changeset <= number)
        .order_by(sa.func.length(changes.c.row_id), changes.c.row_id, changes.c.changeset, changes.c.seq)
    )
    if row_id is not None:
        query = query.where(changes.c.row_id == row_id)
    for _row_id, history in groupby(_streamed(connection, query), key=lambda row: row[0]):
        state, _misfit = _folded([(action, before, after) for _id, action, before, after in history])
        if state is not None:
            yield state


def rows_at_versions(
    connection: sa.Connection, table: Table, wanted: Mapping[str, Collection[int]]
) -> dict[tuple[str, int], Stored]:
    """Stored rows by id and version, for the versions asked for; those that never were are left out."""
    found: dict[tuple[str, int], Stored] = {}
    for row_id, history in _histories(connection, table, wanted):
        state: Stored | None = None
        for _number, action, _before, after in history:
            new = json.loads(after or "{}")
            if action == "delete":
                state = None
                continue
            merged = new if action == "insert" else {**(state or {}), **new}
            state = {name: value for name, value in merged.items() if value is not None}
            version = state.get("version", 0)
            if version in wanted[row_id]:
                found[row_id, version] = state
    return found


def states_at(connection: sa.Connection, table: Table, changeset: int) -> dict[str, Stored | None]:
    """For every row that was touched after a changeset: the row as it stood right after it, None where there was none."""
    changes = METADATA.tables["changes"]
    touched = connection.execute(
        sa.select(changes.c.row_id)
        .where(changes.c.changeset > changeset, changes.c.table_name == table.name)
        .distinct()
    ).scalars()
    states: dict[str, Stored | None] = dict.fromkeys(touched)
    for row_id, history in _histories(connection, table, states):
        steps = [(action, before, after) for number, action, before, after in history if number <= changeset]
        states[row_id], _misfit = _folded(steps)
    return states


def last_changes(connection: sa.Connection, table: Table, ids: Iterable[str]) -> dict[str, LastChange]:
    """The newest change of each of the rows; ids that never were are left out."""
    newest = {row_id: history[-1] for row_id, history in _histories(connection, table, ids)}
    numbers = sorted({row[0] for row in newest.values()})
    changesets = METADATA.tables["changesets"]
    told: dict[int, Any] = {}
    for some in _pieces(numbers):
        query = sa.select(changesets.c.number, changesets.c.author, changesets.c.at)
        told |= {row.number: row for row in connection.execute(query.where(changesets.c.number.in_(some)))}
    return {
        row_id: LastChange(told[row[0]].author, datetime.fromisoformat(told[row[0]].at), row[0], row[1] == "delete")
        for row_id, row in newest.items()
        if row[0] in told
    }


def _histories(
    connection: sa.Connection, table: Table, ids: Iterable[str]
) -> Iterator[tuple[str, list[tuple[int, str, str | None, str | None]]]]:
    """Every change (changeset, action, before, after) of each of the rows, oldest first."""
    changes = METADATA.tables["changes"]
    for some in _pieces(sorted(ids)):
        query = (
            sa.select(changes.c.row_id, changes.c.changeset, changes.c.action, changes.c.before, changes.c.after)
            .where(changes.c.table_name == table.name, changes.c.row_id.in_(some))
            .order_by(changes.c.row_id, changes.c.changeset, changes.c.seq)
        )
        for row_id, history in groupby(connection.execute(query), key=lambda row: row[0]):
            yield row_id, [(number, action, before, after) for _id, number, action, before, after in history]


def _pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Pieces that fit one query."""
    return (values[start : start + _IN_LIMIT] for start in range(0, len(values), _IN_LIMIT))


def verify(engine: sa.Engine, known_head: str = "") -> Verification:
    """Recompute the chain, then replay every row's changes and compare with the row as it is."""
    problems: list[str] = []
    count, head = 0, ""
    with snapshot(engine) as connection:
        with _reading(_("log"), problems):
            count, head = _verify_chain(connection, known_head, problems)
        _verify_file(connection, problems)
        for table in TABLES.values():
            with _reading(table.name, problems):
                _verify_rows(connection, table, problems)
    if len(problems) > _PROBLEMS_SHOWN:
        rest = len(problems) - _PROBLEMS_SHOWN
        problems = [*problems[:_PROBLEMS_SHOWN], _("and {count} more").format(count=rest)]
    return Verification(not problems, count, head, tuple(problems))


def state_hash(engine: sa.Engine, as_of: datetime | int | None = None) -> str:
    """SHA-256 over all rows of all tables, without versions, as they are or as they stood."""
    digest = hashlib.sha256()
    with snapshot(engine) as connection:
        for table in TABLES.values():
            rows = _current_rows(connection, table) if as_of is None else _rows_by_id(connection, table, as_of)
            for row in rows:
                plain = {name: value for name, value in row.items() if name != "version"}
                digest.update(f"{table.name}\x1f{canonical(plain)}\n".encode())
    return digest.hexdigest()


def _rows_by_id(connection: sa.Connection, table: Table, as_of: datetime | int) -> list[Stored]:
    return sorted(rows_as_of(connection, table, as_of), key=lambda row: str(row["id"]))


def _number_at(connection: sa.Connection, moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ConfigurationError(
            _("A moment of the past needs its time zone."), remedy=_("Give it as datetime(…, tzinfo=UTC), for example.")
        )
    changesets = METADATA.tables["changesets"]
    at = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return connection.execute(sa.select(sa.func.max(changesets.c.number)).where(changesets.c.at <= at)).scalar() or 0


def _streamed(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Any]:
    yield from connection.execute(query.execution_options(yield_per=_PAGE))


def _folded(history: list[_Change]) -> tuple[Stored | None, bool]:
    """The row after its changes, and whether one of them does not fit the row before it."""
    state: Stored | None = None
    misfit = False
    for action, before, after in history:
        if action == "insert":
            misfit |= state is not None
            state = json.loads(after or "{}")
        elif action == "delete":
            misfit |= state is None or canonical(state) != before
            state = None
        else:
            old, new = json.loads(before or "{}"), json.loads(after or "{}")
            misfit |= state is None or any(state.get(name) != value for name, value in old.items())
            merged = {**(state or {}), **new}
            state = {name: value for name, value in merged.items() if value is not None}
    return state, misfit


@contextmanager
def _reading(what: str, problems: list[str]) -> Iterator[None]:
    """A damaged byte can make a value unreadable (no UTF-8, no JSON, no text); that is what is being looked for."""
    try:
        yield
    except (ValueError, TypeError, KeyError, sa.exc.DBAPIError, StorageFailed) as error:
        problems.append(_("{table}: a value cannot be read ({why})").format(table=what, why=error))


def _verify_chain(connection: sa.Connection, known_head: str, problems: list[str]) -> tuple[int, str]:
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
    if known_head and known_head not in {row.hash for row in headers}:
        problems.append(_("the changeset with hash {head} is not there").format(head=known_head))
    return len(headers), previous


def _verify_file(connection: sa.Connection, problems: list[str]) -> None:
    """SQLite's own check, which compares indexes with their tables; PostgreSQL checks its pages when it reads them."""
    if not is_sqlite(connection):
        return
    with _reading(_("file"), problems):
        told = connection.exec_driver_sql(f"PRAGMA integrity_check({_PROBLEMS_SHOWN})").scalars().all()
        problems.extend(_("file: {what}").format(what=one) for one in told if one != "ok")


def _verify_rows(connection: sa.Connection, table: Table, problems: list[str]) -> None:
    """Walk the table and its log side by side, both in byte order of the id; then look at the table's counter."""
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
        (row_id, *_last_state([(action, before, after) for _id, action, before, after in history]))
        for row_id, history in logged
    )
    highest = (0, "")
    for row_id, row, state, contradiction in _side_by_side(_current_rows(connection, table), replayed):
        highest = max(highest, (len(row_id), row_id))
        problem = _difference(row, state)
        if contradiction or problem:
            problems.append(
                f"{table.name} {row_id}: " + (_("its log contradicts itself") if contradiction else problem)
            )
    sequences = METADATA.tables["sequences"]
    last = connection.execute(sa.select(sequences.c.last).where(sequences.c.table_name == table.name)).scalar()
    if f"{table.prefix}-{last or 0:06d}" != (highest[1] or f"{table.prefix}-000000"):
        problems.append(_("{table}: its counter of ids does not agree with the log").format(table=table.name))


def _last_state(history: list[_Change]) -> tuple[str | None, bool]:
    """The row after its changes, in canonical JSON, and whether a change does not fit the one before."""
    if len(history) == 1 and history[0][0] == "insert":
        return history[0][2], False
    try:
        state, misfit = _folded(history)
    except ValueError:
        return None, True
    return None if state is None else canonical(state), misfit


def _difference(row: Stored | None, logged: str | None) -> str:
    """What is wrong with a row as it is, beside the row by the log; empty where nothing is."""
    if row is None:
        return "" if logged is None else _("the row is gone without a changeset")
    if logged is None:
        return _("the row is in no changeset")
    if canonical(row) == logged:
        return ""
    state = json.loads(logged)
    names = sorted(name for name in {*state, *row} if state.get(name) != row.get(name))
    return _("{fields} differ from the log").format(fields=", ".join(names))


def _side_by_side(
    rows: Iterator[Stored], replayed: Iterator[tuple[str, str | None, bool]]
) -> Iterator[tuple[str, Stored | None, str | None, bool]]:
    """Merge two walks in the same order: (id, row as it is, row by the log, whether the log contradicts itself)."""
    row, logged = next(rows, None), next(replayed, None)
    while row is not None or logged is not None:
        if row is not None and (logged is None or row["id"] < logged[0]):
            yield row["id"], row, None, False
            row = next(rows, None)
        elif logged is not None and (row is None or logged[0] < row["id"]):
            yield logged[0], None, logged[1], logged[2]
            logged = next(replayed, None)
        elif row is not None and logged is not None:
            yield row["id"], row, logged[1], logged[2]
            row, logged = next(rows, None), next(replayed, None)


def _current_rows(connection: sa.Connection, table: Table) -> Iterator[Stored]:
    made = METADATA.tables[table.name]
    columns = data_columns(table)
    query = sa.select(*(made.c[name] for name in columns)).order_by(made.c.id)
    sqlite = is_sqlite(connection)
    for row in _streamed(connection, query):
        yield from_database(table, columns, row, sqlite=sqlite)
