"""The register's tables as Arrow, all of one moment.

The database writes whole pages of columns as one JSON text and Arrow's own parser reads it, so that no value becomes a
Python object on the way: money stays an integer of minor units, dates are days, decimals their digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.json as pj
import sqlalchemy as sa

from workbench.register import TABLES, Field, FieldKind, Register, Table
from workbench.register.codec import pack_value
from workbench.register.schema import METADATA

__all__ = ["read_tables"]

PAGE = 1 << 16
_TYPES = {
    FieldKind.INTEGER: pa.int64(),
    FieldKind.MONEY: pa.int64(),
    FieldKind.DATE: pa.date32(),
}


def read_tables(
    register: Register, wanted: Mapping[str, Iterable[str]], *, known_at: datetime | int | None = None
) -> dict[str, pa.Table]:
    """Columns of tables, each with ``id``.

    Args:
        register: the register to read.
        wanted: table → names of its fields.
        known_at: a changeset or a moment with its zone: the register as it stood right after it.

    Money is int64 in minor units of the currency beside it, dates are date32, everything else is text; booleans are
    0 or 1.

    Raises:
        KeyError: there is no such table or field.
    """
    plans = {name: _plan(TABLES[name], names) for name, names in wanted.items()}
    if known_at is not None:
        return {name: _as_it_stood(register, name, fields, known_at) for name, fields in plans.items()}
    with register.snapshot() as connection:
        return {name: _read(connection, name, fields) for name, fields in plans.items()}


def _plan(table: Table, names: Iterable[str]) -> dict[str, Field | None]:
    return {"id": None, **{name: table.field_named(name) for name in names}}


def _type(field: Field | None) -> pa.DataType:
    if field is None:
        return pa.string()
    return _TYPES.get(field.kind, pa.int64() if field.kind is FieldKind.BOOLEAN else pa.string())


def _read(connection: sa.Connection, name: str, fields: Mapping[str, Field | None]) -> pa.Table:
    table, sqlite = METADATA.tables[name], connection.dialect.name == "sqlite"
    page = ((sa.func.row_number().over() - 1) // PAGE).label("page_")
    if not sqlite:
        page = sa.func.div(sa.func.row_number().over() - 1, PAGE).label("page_")
    columns = [_stored(table.c[one], field, sqlite=sqlite).label(one) for one, field in fields.items()]
    rows = sa.select(*columns, page).subquery()
    aggregate, build = ("json_group_array", "json_object") if sqlite else ("json_agg", "json_build_object")
    pairs: list[Any] = []
    for one in fields:
        pairs += [sa.literal_column(f"'{one}'"), getattr(sa.func, aggregate)(rows.c[one])]
    text = sa.cast(getattr(sa.func, build)(*pairs), sa.Text)
    pages = [
        _parsed(one, fields)
        for (one,) in connection.execute(sa.select(text).group_by(rows.c.page_).order_by(rows.c.page_))
    ]
    return pa.concat_tables(pages) if pages else _schema(fields).empty_table()


def _stored(column: sa.ColumnElement[Any], field: Field | None, *, sqlite: bool) -> sa.ColumnElement[Any]:
    if sqlite or field is None:
        return column
    if field.kind is FieldKind.BOOLEAN:
        return sa.cast(column, sa.Integer)
    return column if field.kind in _TYPES else sa.cast(column, sa.Text)


def _schema(fields: Mapping[str, Field | None]) -> pa.Schema:
    return pa.schema([(name, _type(field)) for name, field in fields.items()])


def _parsed(text: str, fields: Mapping[str, Field | None]) -> pa.Table:
    data = text.encode().replace(b"\n", b" ")
    raw = {name: pa.string() if _type(field) == pa.date32() else _type(field) for name, field in fields.items()}
    schema = pa.schema([(name, pa.list_(kind)) for name, kind in raw.items()])
    lists = pj.read_json(
        BytesIO(data),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
        parse_options=pj.ParseOptions(explicit_schema=schema),
    )
    columns = {name: lists[name].combine_chunks().flatten() for name in fields}
    return pa.table({name: column.cast(_type(fields[name])) for name, column in columns.items()})


def _as_it_stood(
    register: Register, name: str, fields: Mapping[str, Field | None], known_at: datetime | int
) -> pa.Table:
    rows = register.rows(name, as_of=known_at)
    columns = {}
    for one, field in fields.items():
        values = [row[one] for row in rows]
        if field is not None:
            values = [None if row[one] is None else pack_value(field, row[one], row) for row in rows]
        kind = _type(field)
        columns[one] = pa.array(values, pa.string()).cast(kind) if kind == pa.date32() else pa.array(values, kind)
    return pa.table(columns)
