"""Reading the register for a workbook: one unchanging state of it, whole columns at a time, values as they are stored.

A workbook of a large firm has millions of cells. So rows do not become dicts of Decimal and date here: a page holds
the stored values of each column (money as an integer of minor units, dates as ISO text, decimals as digits, JSON as
text), on PostgreSQL in the same form as on SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from workbench.register import Field, Register
from workbench.register.checks import custom_fields
from workbench.register.locations import snapshot

__all__ = ["Page", "Snapshot", "snapshot_of"]

Page = dict[str, Sequence[Any]]
"""Column name → the stored values of some consecutive rows."""

PAGE = 2_000
_CACHE_KIB = 32 * 1024


class Snapshot:
    """One state of the register; every query sees the same."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.sqlite = connection.dialect.name == "sqlite"

    def pages(self, query: sa.Select[Any], *, size: int = PAGE) -> Iterator[Page]:
        """The rows of a query in their order, some at a time; nothing where there are none."""
        names = list(query.selected_columns.keys())
        as_json = [isinstance(column.type, sa.JSON) for column in query.selected_columns]
        found = self.connection.execution_options(yield_per=size).execute(query)
        for rows in found.partitions():
            columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True))
            if not self.sqlite:
                columns = [
                    [(_json_text if is_json else _stored)(value) for value in values]
                    for is_json, values in zip(as_json, columns, strict=True)
                ]
            yield dict(zip(names, columns, strict=True))

    def rows(self, query: sa.Select[Any]) -> Iterator[dict[str, Any]]:
        """The rows of a query one by one, as dicts of stored values."""
        for page in self.pages(query):
            names = list(page)
            for values in zip(*page.values(), strict=True):
                yield dict(zip(names, values, strict=True))

    def one(self, query: sa.Select[Any]) -> dict[str, Any] | None:
        """The first row of a query."""
        return next(self.rows(query.limit(1)), None)

    def count(self, query: sa.Select[Any]) -> int:
        """How many rows a query has."""
        counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
        return int(self.connection.execute(counted).scalar_one())

    def custom_fields(self, table: str) -> Mapping[str, Field]:
        """The firm's own fields of a table, by name."""
        return custom_fields(self.connection, table)


@contextmanager
def snapshot_of(register: Register) -> Iterator[Snapshot]:
    """The register as it stands now; changesets that others commit meanwhile are not seen."""
    with snapshot(register.engine) as connection, _small_cache(connection):
        yield Snapshot(connection)


@contextmanager
def _small_cache(connection: sa.Connection) -> Iterator[None]:
    """SQLite keeps pages of the file, and the rows it sorts, in memory up to this; each is needed once here."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def _stored(value: Any) -> Any:
    """A value of PostgreSQL's driver as SQLite would have kept it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def _json_text(value: Any) -> str | None:
    """A JSON value that PostgreSQL's driver has decoded, as text again."""
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
