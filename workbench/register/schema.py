"""The database schema, derived from ``tables``; and the tables that hold the log.

Money is a 64-bit integer of minor units; decimals are NUMERIC on PostgreSQL and text on SQLite, whose NUMERIC would
become a binary float. No column is a floating-point number.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from workbench.register.tables import TABLES, Field, FieldKind, Table

__all__ = ["APPEND_ONLY", "METADATA", "SCHEMA_REVISION", "data_columns"]

SCHEMA_REVISION = "0004"
"""Revision of the migrations in ``workbench/register/migrations`` that this code works with."""

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
APPEND_ONLY = ("changesets", "changes")


def _text() -> sa.types.TypeEngine[Any]:
    return sa.Text()


def _key() -> sa.types.TypeEngine[Any]:
    # Byte order on both engines, so that both walk rows in the same order.
    return sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def _integer() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _column_type(kind: FieldKind) -> sa.types.TypeEngine[Any]:
    types: dict[FieldKind, sa.types.TypeEngine[Any]] = {
        FieldKind.INTEGER: _integer(),
        FieldKind.MONEY: _integer(),
        FieldKind.BOOLEAN: sa.Boolean().with_variant(sa.Integer(), "sqlite"),
        FieldKind.DATE: sa.Date().with_variant(sa.Text(), "sqlite"),
        FieldKind.TIMESTAMP: sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"),
        FieldKind.DECIMAL: sa.Numeric().with_variant(sa.Text(), "sqlite"),
        FieldKind.JSON: postgresql.JSONB().with_variant(sa.Text(), "sqlite"),
        FieldKind.REFERENCE: _key(),
    }
    return types.get(kind, _text())


def _column(field: Field) -> sa.Column[Any]:
    references = (
        [sa.ForeignKey(f"{field.references}.id", deferrable=True, initially="DEFERRED")] if field.references else []
    )
    return sa.Column(field.name, _column_type(field.kind), *references, nullable=not field.required)


def _table(table: Table) -> None:
    made = sa.Table(
        table.name,
        METADATA,
        sa.Column("id", _key(), primary_key=True),
        sa.Column("version", _integer(), nullable=False),
        *(_column(field) for field in table.fields),
        sa.Column("custom", _column_type(FieldKind.JSON)),
        sqlite_strict=True,
    )
    for field in table.fields:
        if field.unique or field.indexed:
            sa.Index(
                f"{'uq' if field.unique else 'ix'}_{table.name}_{field.name}", made.c[field.name], unique=field.unique
            )
    for names in table.unique_together:
        sa.Index(f"uq_{table.name}_{'_'.join(names)}", *(made.c[name] for name in names), unique=True)


def data_columns(table: Table) -> tuple[str, ...]:
    """Every column of a data table, in order."""
    return ("id", "version", *(field.name for field in table.fields), "custom")


for _one in TABLES.values():
    _table(_one)

sa.Table(
    "changesets",
    METADATA,
    sa.Column("number", _integer(), primary_key=True, autoincrement=False),
    sa.Column("author", _text(), nullable=False),
    sa.Column("at", _text(), nullable=False),
    sa.Column("origin", _text(), nullable=False),
    sa.Column("reason", _text(), nullable=False),
    sa.Column("undoes", _integer()),
    sa.Column("changes", _integer(), nullable=False),
    sa.Column("body_hash", _text(), nullable=False),
    sa.Column("previous_hash", _text(), nullable=False),
    sa.Column("hash", _text(), nullable=False),
    sqlite_strict=True,
)
_changes = sa.Table(
    "changes",
    METADATA,
    sa.Column("changeset", _integer(), sa.ForeignKey("changesets.number", deferrable=True, initially="DEFERRED"),
              primary_key=True, autoincrement=False),
    sa.Column("seq", _integer(), primary_key=True, autoincrement=False),
    sa.Column("table_name", _key(), nullable=False),
    sa.Column("row_id", _key(), nullable=False),
    sa.Column("action", _text(), nullable=False),
    sa.Column("before", _text()),
    sa.Column("after", _text()),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip
sa.Index("ix_changes_table_name_row_id", _changes.c.table_name, _changes.c.row_id, _changes.c.changeset)
sa.Table(
    "sequences",
    METADATA,
    sa.Column("table_name", _key(), primary_key=True),
    sa.Column("last", _integer(), nullable=False),
    sqlite_strict=True,
)
