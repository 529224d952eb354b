"""Binding sheets to tables of the register, and giving a workbook its identity."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.i18n import _
from workbench.register import Register
from workbench.sync.carried import identity_of
from workbench.sync.model import SheetColumns, Stamp

__all__ = ["SheetView", "bind_views", "new_stamp"]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet that is to be bound: what it shows of which table."""

    sheet: str
    range_name: str
    table: str
    columns: SheetColumns
    view: Mapping[str, Any]


def bind_views(
    register: Register,
    views: Sequence[SheetView],
    *,
    file: str,
    origin: str,
    language: str,
    author: str,
    changeset: int = 0,
) -> Stamp:
    """Make the sheets of a new workbook views of the register; returns what the workbook has to carry.

    Args:
        register: gets the bindings, in a changeset of their own.
        views: the sheets.
        file: the workbook's name.
        origin: computer and path where it will be.
        language: of its headings.
        author: whose workbook it is.
        changeset: the newest one that the sheets show; the one that binds them by default (for sheets without rows).
    """
    workbook = str(uuid.uuid4())
    rows = [
        {
            "workbook_id": workbook,
            "file": file,
            "sheet": one.sheet,
            "range_name": one.range_name,
            "table_name": one.table,
            "columns": one.columns.as_json(),
            "key_column": one.columns.key,
            "view": json.dumps(one.view, ensure_ascii=False, sort_keys=True) if one.view else None,
            "owner": author,
            "language": language,
        }
        for one in views
    ]
    with register.changeset(
        origin="bind", reason=_("{file} shows the register").format(file=file), author=author
    ) as cs:
        ids = cs.insert("bindings", rows)
    bindings = {made: one.sheet for made, one in zip(ids, views, strict=True)}
    return new_stamp(register, workbook, bindings, changeset=changeset or cs.number, origin=origin, language=language)


def new_stamp(
    register: Register, workbook: str, bindings: Mapping[str, str], *, changeset: int, origin: str, language: str
) -> Stamp:
    """The stamp of a workbook that was written as of a changeset."""
    entry = register.entry(changeset)
    return Stamp(
        workbook=workbook,
        register=identity_of(register),
        changeset=changeset,
        head=entry.hash if entry else "",
        origin=origin,
        synced_at=datetime.now(UTC).isoformat(timespec="seconds"),
        language=language,
        conflicts="",
        bindings=dict(bindings),
    )
