"""A workbook of the register that people type into: written, bound to its tables, and ready for pull and push."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from workbench.rates import RateBook
from workbench.register import TABLES, Register
from workbench.reports import TableView, Where
from workbench.reports.register_workbook import Progress, WorkbookReport, write_register_workbook
from workbench.sheets import read
from workbench.sync import BookImage, BoundColumn, SheetColumns, bind_views, carried_rows
from workbench.sync.binding import SheetView
from workbench.sync.closed import image_of, origin_of

__all__ = ["fresh_image", "write_bound_workbook"]

_SHOWN_AS_STORED = {"date", "currency", "money", "decimal"}
_SERVICE = ("id", "version", "check", "marks", "sync")


def write_bound_workbook(
    register: Register,
    book: RateBook,
    path: str | Path,
    *,
    language: str,
    author: str,
    as_of: date | None = None,
    where: Where | None = None,
    progress: Progress | None = None,
) -> WorkbookReport:
    """Write the register's workbook and bind its sheets, in a changeset of its own.

    Args:
        register: gets the bindings.
        book: rates, as for ``write_register_workbook``.
        path: ``.xlsx`` to write.
        language: of headings and labels.
        author: whose workbook it is.
        as_of: the day it is read on.
        where: rows that its sheets show; all by default.
        progress: called with stage, steps done and steps in all.
    """

    def hidden(views: Sequence[TableView]) -> Sequence[Sequence[str]]:
        stamp = bind_views(
            register,
            [_sheet_view(one, where or {}) for one in views],
            file=Path(path).name,
            origin=origin_of(Path(path)),
            language=language,
            author=author,
            changeset=min(one.changeset for one in views),
        )
        return carried_rows(stamp)

    return write_register_workbook(
        register, book, path, language=language, as_of=as_of, where=where, progress=progress, hidden=hidden
    )


def fresh_image(
    register: Register, book: RateBook, language: str, where: Where, as_of: date | None = None
) -> BookImage:
    """A register workbook as it would be written now, read back; for bringing an older one up to date."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.xlsx"
        write_register_workbook(register, book, path, language=language, as_of=as_of, where=where)
        return image_of(read(path))


def _view_of(table: str, where: Where) -> dict[str, Any]:
    """What the sheet of a table shows: rows of orders and customers that are not shown have none of theirs shown."""
    view = dict(where.get(table, {}))
    if table in {"orders", "contacts"} and (customers := _view_of("customers", where)):
        view["customer_id"] = customers
    if table == "instalments" and (orders := _view_of("orders", where)):
        view["order_id"] = orders
    return view


def _sheet_view(view: TableView, where: Where) -> SheetView:
    named = {one.field for one in view.columns if one.lookup}
    stored = {one.name for one in TABLES[view.table].fields}
    bound = tuple(
        BoundColumn(
            one.heading,
            one.field or (one.key if one.key in stored and one.kind in _SHOWN_AS_STORED else ""),
            # A customer is typed by name; the id beside it follows.
            editable=one.editable and not (one.field in named and not one.lookup),
            labels=dict(one.labels),
            lookup=one.lookup,
        )
        for one in view.columns
        if one.key not in _SERVICE
    )
    columns = SheetColumns(
        bound,
        view.key_column,
        view.version_column,
        view.status_column,
        view.marks_column,
        view.check_column,
        view.sealed,
    )
    return SheetView(view.sheet, view.range_name, view.table, columns, _view_of(view.table, where))
