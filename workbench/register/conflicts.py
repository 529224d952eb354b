"""Telling a writer who came too late what has become of the row: which fields, what values, by whom and when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workbench.i18n import _
from workbench.register.codec import Stored, unpack
from workbench.register.errors import RowChanged, RowMissing
from workbench.register.schema import METADATA
from workbench.register.tables import Field, Table

__all__ = ["row_changed", "row_missing"]


def row_missing(table: str, row_id: str) -> RowMissing:
    """The error for a row that there is not."""
    return RowMissing(
        _("{table} has no row {id}.").format(table=table, id=row_id),
        where=f"{table} {row_id}",
        remedy=_("Check the id, or read again: somebody may have deleted the row."),
    )


def row_changed(
    connection: sa.Connection,
    table: Table,
    row_id: str,
    expected_version: int,
    now: Stored | None,
    custom: Mapping[str, Field],
) -> RowChanged | RowMissing:
    """The error for a row that is not at the version the writer read; ``now`` is None where it is gone."""
    changes, changesets = METADATA.tables["changes"], METADATA.tables["changesets"]
    history = connection.execute(
        sa.select(changes.c.before, changes.c.after, changesets.c.author, changesets.c.at, changesets.c.number)
        .join(changesets, changes.c.changeset == changesets.c.number)
        .where(changes.c.table_name == table.name, changes.c.row_id == row_id)
        .order_by(changes.c.changeset, changes.c.seq)
    ).all()
    if not history:
        return row_missing(table.name, row_id)
    newest = history[-1]
    words = {"id": row_id, "author": newest.author, "at": newest.at[:16], "number": newest.number}
    theirs: dict[str, object] = {}
    if now is None:
        message = _("{id} was deleted since you read it, by {author} at {at} (changeset {number}).").format(**words)
    else:
        read = _as_read([(row.before, row.after) for row in history], expected_version)
        values = unpack(table, now, custom)
        names = sorted({*read, *now} - {"id", "version"})
        theirs = {name: values[name] for name in names if read.get(name) != now.get(name)}
        shown = ", ".join(f"{name} = {value}" for name, value in theirs.items())
        message = _("{id} was changed since you read it: {fields}, by {author} at {at} (changeset {number}).").format(
            fields=shown or _("nothing that still differs"), **words
        )
    return RowChanged(
        message,
        theirs=theirs,
        where=f"{table.name} {row_id}",
        remedy=_("Read the row again, and decide which values to keep."),
        author=newest.author,
        at=newest.at,
        changeset=newest.number,
    )


def _as_read(history: Sequence[tuple[str | None, str | None]], version: int) -> Stored:
    """The row when it had that version (or the newest one before it)."""
    state: dict[str, Any] = {}
    for before, after in history:
        if after is None:
            continue
        new = json.loads(after)
        if new["version"] > version:
            break
        state = new if before is None else {**state, **new}
    return {name: value for name, value in state.items() if value is not None}
