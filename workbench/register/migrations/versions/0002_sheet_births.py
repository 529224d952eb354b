"""Rows born in a sheet are remembered by the key they got there; what a sheet last saw is told by the log itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()
KEY = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.drop_table("sync_rows")
    op.add_column("bindings", sa.Column("owner", TEXT))
    op.add_column("bindings", sa.Column("language", TEXT))
    op.add_column("bindings", sa.Column("copied_from", TEXT))
    op.create_table(
        "sheet_births",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("binding_id", KEY, nullable=False),
        sa.Column("sheet_key", TEXT, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["binding_id"],
            ["bindings.id"],
            name=op.f("fk_sheet_births_binding_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_births")),
        sqlite_strict=True,
    )
    op.create_index("ix_sheet_births_binding_id", "sheet_births", ["binding_id"], unique=False)
    op.create_index("ix_sheet_births_row_id", "sheet_births", ["row_id"], unique=False)
    op.create_index("uq_sheet_births_sheet_key", "sheet_births", ["sheet_key"], unique=True)
