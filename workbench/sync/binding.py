"""Binding sheets to tables of the register, and giving a workbook its identity."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from workbench.i18n import _
from workbench.register import Register
from workbench.sync.carried import identity_of
from workbench.sync.model import LISTED, SheetColumns, Stamp

__all__ = ["AddedBindings", "SheetView", "add_bindings", "bind_views", "new_stamp"]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet that is to be bound: what it shows of which table."""

    sheet: str
    range_name: str
    table: str
    columns: SheetColumns
    view: Mapping[str, Any] | None
    """Which rows it shows; None for those that its owner put there."""


class AddedBindings(NamedTuple):
    """Bindings that were stored: the workbook's identity, each binding's id and sheet, and the changeset."""

    workbook: str
    sheets: Mapping[str, str]
    changeset: int


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
    added = add_bindings(register, views, workbook=str(uuid.uuid4()), file=file, author=author, language=language)
    return new_stamp(
        register,
        added.workbook,
        added.sheets,
        changeset=changeset or added.changeset,
        origin=origin,
        language=language,
    )


def add_bindings(
    register: Register, views: Sequence[SheetView], *, workbook: str, file: str, author: str, language: str
) -> AddedBindings:
    """Store the bindings of sheets of a workbook, in a changeset of its own."""
    rows = [
        {
            "workbook_id": workbook,
            "file": file,
            "sheet": one.sheet,
            "range_name": one.range_name,
            "table_name": one.table,
            "columns": one.columns.as_json(),
            "key_column": one.columns.key,
            "view": _view_text(one.view),
            "owner": author,
            "language": language,
        }
        for one in views
    ]
    with register.changeset(
        origin="bind", reason=_("{file} shows the register").format(file=file), author=author
    ) as cs:
        ids = cs.insert("bindings", rows)
    return AddedBindings(workbook, {made: one.sheet for made, one in zip(ids, views, strict=True)}, cs.number)


def _view_text(view: Mapping[str, Any] | None) -> str | None:
    if view is None:
        return LISTED
    return json.dumps(view, ensure_ascii=False, sort_keys=True) if view else None


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
