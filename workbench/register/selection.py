"""Choosing rows by the values of their fields: in the database where both engines agree, in Python where not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from workbench.findings import Finding
from workbench.register.codec import Stored, from_database, pack_value
from workbench.register.errors import InvalidRows
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import FieldKind, Table

__all__ = ["Selection"]

_PAGE = 5_000
_IN_LIMIT = 900
_NATIVE = {FieldKind.DATE, FieldKind.TIMESTAMP}  # text in SQLite, types of their own in PostgreSQL
# Decimals are text in SQLite (30 and 30.00 differ there), money needs its currency, JSON has no one form.
_BY_PYTHON = {FieldKind.DECIMAL, FieldKind.MONEY, FieldKind.JSON}


class Selection:
    """Rows of a table whose fields all have the values of ``where``; None is empty, a list any of its values."""

    def __init__(self, table: Table, where: Mapping[str, Any]) -> None:
        self._table = table
        self._where = where
        self._in_database = {name for name, value in where.items() if self._is_plain(name, value)}

    @property
    def row_id(self) -> str | None:
        """The one id that is asked for, if any."""
        row_id = self._where.get("id")
        return row_id if isinstance(row_id, str) else None

    def stored_rows(self, connection: sa.Connection) -> Iterator[Stored]:
        """Stored rows in order of their ids, narrowed down as far as the database can."""
        made = METADATA.tables[self._table.name]
        columns = data_columns(self._table)
        query = sa.select(*(made.c[name] for name in columns)).order_by(sa.func.length(made.c.id), made.c.id)
        sqlite = connection.dialect.name == "sqlite"
        for name in self._in_database:
            query = query.where(_condition(made.c[name], self._parameter(name, self._where[name], sqlite=sqlite)))
        if self.row_id is None:
            # An option of this query alone: the connection may be one that is written to as well.
            query = query.execution_options(yield_per=_PAGE)
        for row in connection.execute(query):
            yield from_database(self._table, columns, row, sqlite=sqlite)

    def matches(self, row: Mapping[str, Any], *, everything: bool) -> bool:
        """Whether a row has the values; ``everything`` also looks at those that the database was asked for."""
        return all(
            _equal(row[name], value)
            for name, value in self._where.items()
            if everything or name not in self._in_database
        )

    def _is_plain(self, name: str, value: Any) -> bool:
        if isinstance(value, list | tuple | set | frozenset) and len(value) > _IN_LIMIT:
            return False
        if name in {"id", "version"}:
            return True
        if name == "custom":
            return False
        return self._table.field_named(name).kind not in _BY_PYTHON

    def _parameter(self, name: str, value: Any, *, sqlite: bool) -> Any:
        """The value as the driver takes it; InvalidRows for one that the field could never have."""
        if value is None or name in {"id", "version"}:
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return [self._parameter(name, one, sqlite=sqlite) for one in value]
        field = self._table.field_named(name)
        try:
            stored = pack_value(field, value, {})
        except ValueError:
            place = f"{self._table.name}.{name}"
            problem = Finding("row.type", place, str(value)[:80], details={"field": name})
            raise InvalidRows(self._table.name, [problem]) from None
        return value if field.kind in _NATIVE and not sqlite else stored


def _condition(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    if value is None:
        return column.is_(None)
    if isinstance(value, list | tuple | set | frozenset):
        known = [one for one in value if one is not None]
        return sa.or_(column.in_(known), column.is_(None)) if len(known) < len(value) else column.in_(known)
    equal: sa.ColumnElement[bool] = column == value
    return equal


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list | tuple | set | frozenset) and not isinstance(value, list):
        return value in wanted
    return bool(value == wanted)
