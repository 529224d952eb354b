"""Taking a changeset back: as a changeset of its own, and only where nothing later depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workbench.i18n import _
from workbench.register import checks
from workbench.register.changesets import Changeset
from workbench.register.codec import Stored, from_database
from workbench.register.errors import UndoRefused
from workbench.register.locations import is_sqlite, snapshot
from workbench.register.schema import METADATA, data_columns
from workbench.register.settled import SETTLED, unsettled
from workbench.register.tables import TABLES, FieldKind, Table

if TYPE_CHECKING:
    from workbench.register.store import Register

__all__ = ["undo"]

_CHUNK = 20_000
_NAMED_AT_MOST = 500
_RowChange = tuple[str, str | None, str | None]  # row id, before, after
_Step = tuple[Stored | None, Stored | None]  # a row as it is, and as it is to be


def undo(register: Register, number: int, *, author: str, reason: str) -> Changeset:
    """Take a changeset back: its changes in reverse, the newest first."""
    try:
        with register.changeset(origin="undo", reason=reason, author=author, undoes=number) as cs:
            connection = cs.connection()
            _refuse_done(connection, number)
            _refuse(number, _later_changes(connection, number) | _later_references(connection, number))
            settled: list[Stored] = []
            for table, action, changes in _newest_first(connection, number):
                rows = _current(connection, table, {row_id for row_id, _before, _after in changes})
                steps: list[_Step] = []
                for row_id, before, after in changes:
                    now = rows.get(row_id)
                    rows[row_id] = _reverted(now, action, before, after)
                    steps.append((now, rows[row_id]))
                _refuse(number, _custom_dependents(connection, table, steps))
                cs.restore_stored(table, steps)
                if table.name in SETTLED:
                    settled += [row for step in steps for row in step if row is not None]
            _refuse_unsettled(number, sorted(set(unsettled(connection, settled))))
    except sa.exc.IntegrityError as error:
        # What the rows need is gone, or what must be unique is taken: rare, so looked up only now.
        with snapshot(register.engine) as connection:
            _refuse(number, _in_the_way(connection, number))
        raise UndoRefused(
            _("Changeset {number} cannot be taken back: {why}.").format(
                number=number, why=str(error.orig).strip().splitlines()[0]
            ),
            remedy=_("Correct the rows by hand."),
            blocking="",
        ) from error
    return cs


def _refuse_done(connection: sa.Connection, number: int) -> None:
    changesets = METADATA.tables["changesets"]
    known = connection.execute(sa.select(changesets.c.number).where(changesets.c.number == number)).scalar()
    if known is None:
        raise UndoRefused(
            _("There is no changeset {number}.").format(number=number), remedy=_("Look it up with: workbench log")
        )
    by = _undone(connection).get(number)
    if by is not None:
        raise UndoRefused(
            _("Changeset {number} is taken back already, by changeset {by}.").format(number=number, by=by),
            remedy=_("Undo changeset {by} to bring it back.").format(by=by),
            blocking=str(by),
        )


def _refuse(number: int, blocking: set[int]) -> None:
    if not blocking:
        return
    raise UndoRefused(
        _("Later changesets depend on changeset {number}: {blocking}.").format(
            number=number, blocking=", ".join(map(str, sorted(blocking)))
        ),
        remedy=_("Undo those first, newest first, or correct the rows by hand."),
        blocking=",".join(map(str, sorted(blocking))),
    )


def _refuse_unsettled(number: int, short: list[str]) -> None:
    """What others used since cannot be taken away from under them."""
    if short:
        raise UndoRefused(
            _("Changeset {number} cannot be taken back: what it settled was used or paid back since ({rows}).").format(
                number=number, rows=", ".join(short[:5]) + (" …" if len(short) > 5 else "")
            ),
            remedy=_("Undo the later postings of these first, newest first."),
            blocking="",
        )


def _undone(connection: sa.Connection) -> dict[int, int]:
    """Changesets that are taken back now, with the changeset that did it."""
    changesets = METADATA.tables["changesets"]
    query = sa.select(changesets.c.undoes, changesets.c.number).where(changesets.c.undoes.is_not(None))
    by = {undoes: number for undoes, number in connection.execute(query.order_by(changesets.c.number))}  # noqa: C416 - rows are not plain tuples
    undone: dict[int, int] = {}
    for target in sorted(by, reverse=True):
        # An undo that was itself taken back no longer counts.
        if by[target] not in undone:
            undone[target] = by[target]
    return undone


def _later_changes(connection: sa.Connection, number: int) -> set[int]:
    """Later changesets that touched the same rows, without those that were taken back since."""
    changes = METADATA.tables["changes"]
    mine, later = changes.alias(), changes.alias()
    touching = connection.execute(
        sa.select(later.c.changeset)
        .join(mine, sa.and_(mine.c.table_name == later.c.table_name, mine.c.row_id == later.c.row_id))
        .where(mine.c.changeset == number, later.c.changeset > number)
        .distinct()
    ).scalars()
    # A pair of changeset and undo leaves nothing only where both came later; an undo of something earlier does.
    pairs = [(target, by) for target, by in _undone(connection).items() if target > number]
    return set(touching) - {one for pair in pairs for one in pair}


def _later_references(connection: sa.Connection, number: int) -> set[int]:
    """Changesets that last touched rows which refer to rows that this changeset inserted."""
    changes = METADATA.tables["changes"]
    users: set[int] = set()
    for table in TABLES.values():
        for field in table.fields:
            if field.kind is not FieldKind.REFERENCE:
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
    return users - {number}


def _newest_first(connection: sa.Connection, number: int) -> Iterator[tuple[Table, str, list[_RowChange]]]:
    """The changes of a changeset backwards, in runs of the same kind on the same table."""
    changes = METADATA.tables["changes"]
    columns = ("seq", "table_name", "action", "row_id", "before", "after")
    query = (
        sa.select(*(changes.c[name] for name in columns))
        .where(changes.c.changeset == number)
        .order_by(changes.c.seq.desc())
        .limit(_CHUNK)
    )
    found = connection.execute(query).all()
    while found:
        for (table_name, action), run in groupby(found, key=lambda row: (row.table_name, row.action)):
            yield TABLES[table_name], action, [(row.row_id, row.before, row.after) for row in run]
        found = connection.execute(query.where(changes.c.seq < found[-1].seq)).all()


def _current(connection: sa.Connection, table: Table, row_ids: set[str]) -> dict[str, Stored | None]:
    sqlite, columns = is_sqlite(connection), data_columns(table)
    found = checks.current_rows(connection, table, row_ids)
    return {row[0]: from_database(table, columns, row, sqlite=sqlite) for row in found}


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


def _custom_dependents(connection: sa.Connection, table: Table, steps: Sequence[_Step]) -> set[int]:
    """Changesets in the way of the firm's own fields: values in one that would go, or one gone that values need."""
    if table.name == "custom_fields":
        problems = checks.definition_problems(connection, steps, lambda _index: "")
        if not any(one.code == "row.in-use" for one in problems):
            return set()
        users: set[int] = set()
        for before, _after in steps:
            if before is not None:
                ids = islice(checks.rows_with_custom(connection, before["table_name"], before["name"]), _NAMED_AT_MOST)
                users |= _last_changes(connection, before["table_name"], ids)
        return users
    needed = {name for _before, after in steps if after is not None for name in after.get("custom") or {}}
    gone = needed - checks.custom_fields(connection, table.name).keys() if needed else set()
    changes = METADATA.tables["changes"]
    query = sa.select(changes.c.changeset, changes.c.before).where(
        changes.c.table_name == "custom_fields", changes.c.action != "insert"
    )
    found = [(changeset, json.loads(before)) for changeset, before in connection.execute(query)] if gone else []
    return {changeset for changeset, before in found if before.get("name") in gone}


def _in_the_way(connection: sa.Connection, number: int) -> set[int]:
    """Changesets that deleted rows which the restored ones refer to, or gave others what must be unique in them."""
    targets = _targets(connection, number)
    blocking: set[int] = set()
    for table, rows in targets.items():
        for field in TABLES[table].fields:
            if field.kind is FieldKind.REFERENCE:
                wanted = {row[field.name] for row in rows.values() if field.name in row}
                there = checks.existing(connection, field.references, wanted) | targets.get(field.references, {}).keys()
                blocking |= _last_changes(connection, field.references, wanted - there)
        for names in checks.unique_groups(TABLES[table]):
            keys = [tuple(row.get(name) for name in names) for row in rows.values()]
            held = checks.holders(connection, TABLES[table], names, keys)
            blocking |= _last_changes(connection, table, set(held.values()) - rows.keys())
    return {one for one in blocking if one > number}


def _targets(connection: sa.Connection, number: int) -> dict[str, dict[str, Stored]]:
    """By table and id, the rows that would be there again or otherwise."""
    now: dict[tuple[str, str], Stored | None] = {}
    for table, action, changes in _newest_first(connection, number):
        rows = _current(connection, table, {row_id for row_id, _before, _after in changes})
        for row_id, before, after in changes:
            key = (table.name, row_id)
            now[key] = _reverted(now.get(key, rows.get(row_id)), action, before, after)
    targets: dict[str, dict[str, Stored]] = {}
    for (table_name, row_id), row in now.items():
        if row is not None:
            targets.setdefault(table_name, {})[row_id] = row
    return targets


def _last_changes(connection: sa.Connection, table: str, row_ids: Iterable[str]) -> set[int]:
    """The changesets that touched each of the rows last."""
    changes = METADATA.tables["changes"]
    ids = sorted(row_ids)[:_NAMED_AT_MOST]
    query = (
        sa.select(sa.func.max(changes.c.changeset))
        .where(changes.c.table_name == table, changes.c.row_id.in_(ids))
        .group_by(changes.c.row_id)
    )
    return set(connection.execute(query).scalars()) if ids else set()
