"""What a sheet shows of which table of the register, for whoever reads the workbook back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from workbench.register.tables import TABLES
from workbench.reports.columns import Column, Kind, Table
from workbench.reports.rows import sealed_columns
from workbench.reports.texts import Texts

__all__ = ["HIDDEN_SHEET", "ColumnView", "HiddenRows", "TableView", "view_of"]

HIDDEN_SHEET = "_workbench"
"""Name of the very hidden sheet that the workbook carries for whoever binds it to the register."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_KINDS = {
    Kind.TEXT: "text",
    Kind.LONG: "text",
    Kind.INTEGER: "integer",
    Kind.DATE: "date",
    Kind.CURRENCY: "currency",
    Kind.MONEY: "money",
    Kind.RATE: "decimal",
    Kind.PERCENT: "decimal",
    Kind.DECIMAL: "decimal",
    Kind.SHARE: "decimal",
    Kind.CHOICE: "choice",
    Kind.BOOLEAN: "boolean",
    Kind.COUNTRY: "text",
    Kind.LIST: "list",
    Kind.LINK: "text",
}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column of a sheet's table.

    Attributes:
        heading: its heading in this workbook's language, unique in the table.
        key: its name in every language.
        kind: text, integer, date, currency, money, decimal, boolean, choice or list (texts joined by ``, ``).
        field: the register's field that an edit goes to (``custom.NAME`` for the firm's own); empty where computed.
        editable: whether people may type here; ``id`` and ``version`` have a field and are not editable.
        labels: for choice and boolean: label shown → code stored (``true`` and ``false`` for boolean).
        currency_field: for money: key of the column that holds the currency of the amount.
        lookup: ``table.field`` of the register by which people name the row whose id goes into ``field``:
            ``customers.legal_name`` where a customer's name is typed. Empty where the value itself is stored.
    """

    heading: str
    key: str
    kind: str
    field: str = ""
    editable: bool = False
    labels: Mapping[str, str] = dataclasses.field(default_factory=lambda: _NOTHING)
    currency_field: str = ""
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table (ListObject) of the workbook that shows a table of the register. Rows and columns count from 1.

    Attributes:
        sheet: the sheet's name; ``range_name`` the name of its table, the same in every language.
        table: the register's table.
        columns: from left to right, starting in column 1.
        key_column: heading of the column with the row's id; ``version_column`` of that with its version, both hidden.
        check_column: heading of the hidden column with the seals of the computed cells, ``sealed`` the headings of those
            in order; ``marks_column`` that of the hidden column that is kept for the fields to be shown in red.
        status_column: heading of the column that is kept free for what happened to the row; empty where nothing of
            the table can be edited.
        head_row: row of the headings; ``first_row`` the first row of data; ``row_count`` how many there are. A table
            without rows has one blank one.
        changeset: number of the newest changeset that the sheet shows.
        where: field → value of the filter that the sheet shows; empty where it shows everything.
    """

    sheet: str
    range_name: str
    table: str
    columns: tuple[ColumnView, ...]
    key_column: str
    version_column: str
    check_column: str
    marks_column: str
    sealed: tuple[str, ...]
    status_column: str
    head_row: int
    first_row: int
    row_count: int
    changeset: int = 0
    where: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def column(self, key: str) -> ColumnView:
        """The column of that key; KeyError where there is none."""
        for one in self.columns:
            if one.key == key:
                return one
        raise KeyError(key)


HiddenRows = Callable[[Sequence[TableView]], Sequence[Sequence[str]]]
"""Given the views, the rows of text that the very hidden sheet shall carry."""


def view_of(
    sheet: str,
    table: Table,
    headings: Sequence[str],
    texts: Texts,
    *,
    head: int,
    changeset: int,
    where: Mapping[str, Any],
) -> TableView:
    """The view of a sheet's table whose headings stand in row ``head``, counted from 1, as of a changeset."""
    columns = tuple(
        _column_view(column, heading, texts) for column, heading in zip(table.columns, headings, strict=True)
    )
    by_key = {one.key: one.heading for one in columns}
    return TableView(
        sheet=sheet,
        range_name=table.name,
        table=table.source,
        columns=columns,
        key_column=by_key["id"],
        version_column=by_key["version"],
        check_column=by_key["check"],
        marks_column=by_key["marks"],
        sealed=tuple(headings[i] for i in sealed_columns(table.columns)),
        status_column=by_key.get("sync", ""),
        head_row=head,
        first_row=head + 1,
        row_count=table.count,
        changeset=changeset,
        where=where,
    )


def _column_view(column: Column, heading: str, texts: Texts) -> ColumnView:
    labels: Mapping[str, str] = _NOTHING
    if column.field and column.kind is Kind.CHOICE:
        labels = _labels(column.choices, texts)
    elif column.field and column.kind is Kind.BOOLEAN:
        labels = {texts.label("true"): "true", texts.label("false"): "false"}
    return ColumnView(
        heading=heading,
        key=column.key,
        kind=_KINDS[column.kind],
        field=column.field,
        editable=bool(column.field) and column.key not in {"id", "version"},
        labels=labels,
        currency_field=column.currency,
        lookup=column.lookup,
    )


def _labels(choices: str, texts: Texts) -> dict[str, str]:
    table, _dot, name = choices.partition(".")
    return {texts.label(code, choices): code for code in TABLES[table].field_named(name).choices}
