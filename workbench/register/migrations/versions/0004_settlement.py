"""Credits of customers, write-offs with their reason, answers typed into the sheet, and months that are closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text()
KEY = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean().with_variant(sa.Integer(), "sqlite")
DATE = sa.Date().with_variant(sa.Text(), "sqlite")
DECIMAL = sa.Numeric().with_variant(sa.Text(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")
STRICT = {"sqlite_strict": True}


def upgrade() -> None:
    with op.batch_alter_table("allocations", table_kwargs=STRICT) as batch:
        batch.alter_column("receipt_id", existing_type=KEY, nullable=True)
        batch.add_column(sa.Column("kind", TEXT))
        batch.add_column(sa.Column("write_off_amount", INTEGER))
        batch.add_column(sa.Column("why", TEXT))
        batch.add_column(sa.Column("person", TEXT))
    with op.batch_alter_table("revaluations", table_kwargs=STRICT) as batch:
        batch.alter_column("instalment_id", existing_type=KEY, nullable=True)
        batch.add_column(sa.Column("receipt_id", KEY))
        batch.create_foreign_key(
            op.f("fk_revaluations_receipt_id"),
            "receipts",
            ["receipt_id"],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )
    op.create_index("ix_revaluations_receipt_id", "revaluations", ["receipt_id"], unique=False)
    op.add_column("match_decisions", sa.Column("answer", TEXT))
    op.add_column("match_decisions", sa.Column("proposed", JSON))
    op.create_table(
        "credits",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("receipt_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("credit_date", DATE, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("base_currency", TEXT, nullable=False),
        sa.Column("base_amount", INTEGER, nullable=False),
        sa.Column("rate", DECIMAL, nullable=False),
        sa.Column("rate_date", DATE, nullable=False),
        sa.Column("rate_source", TEXT, nullable=False),
        sa.Column("refundable", BOOLEAN),
        sa.Column("why", TEXT),
        sa.Column("custom", JSON),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}s.id"], name=op.f(f"fk_credits_{one}_id"), initially="DEFERRED", deferrable=True
            )
            for one in ("receipt", "customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sqlite_strict=True,
    )
    op.create_index("ix_credits_receipt_id", "credits", ["receipt_id"], unique=False)
    op.create_index("ix_credits_customer_id", "credits", ["customer_id"], unique=False)
    op.create_table(
        "closings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("month_end", DATE, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("as_of_changeset", INTEGER, nullable=False),
        sa.Column("figures_sha256", TEXT, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("why", TEXT),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sqlite_strict=True,
    )
    op.create_index("ix_closings_month_end", "closings", ["month_end"], unique=False)
