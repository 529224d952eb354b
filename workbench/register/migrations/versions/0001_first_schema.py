"""The first schema: every table of the register and its append-only log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Exact on both engines: SQLite gets text and integers, never its NUMERIC, which would be a binary float.
TEXT = sa.Text()
KEY = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean().with_variant(sa.Integer(), "sqlite")
DATE = sa.Date().with_variant(sa.Text(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DECIMAL = sa.Numeric().with_variant(sa.Text(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")

APPEND_ONLY = ("changesets", "changes")


def upgrade() -> None:
    _tables()
    _make_append_only()


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _tables() -> None:
    op.create_table(
        "bindings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("workbook_id", TEXT, nullable=False),
        sa.Column("file", TEXT, nullable=False),
        sa.Column("sheet", TEXT, nullable=False),
        sa.Column("range_name", TEXT, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("key_column", TEXT, nullable=False),
        sa.Column("view", TEXT),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
        sqlite_strict=True,
    )
    op.create_index("ix_bindings_workbook_id", "bindings", ["workbook_id"], unique=False)
    op.create_table(
        "changesets",
        sa.Column("number", INTEGER, autoincrement=False, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("undoes", INTEGER),
        sa.Column("changes", INTEGER, nullable=False),
        sa.Column("body_hash", TEXT, nullable=False),
        sa.Column("previous_hash", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_changesets")),
        sqlite_strict=True,
    )
    op.create_table(
        "custom_fields",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("required", BOOLEAN),
        sa.Column("currency_field", TEXT),
        sa.Column("choices", JSON),
        sa.Column("meaning", TEXT),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_fields")),
        sqlite_strict=True,
    )
    op.create_index("uq_custom_fields_table_name_name", "custom_fields", ["table_name", "name"], unique=True)
    op.create_table(
        "customers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("code", TEXT),
        sa.Column("legal_name", TEXT, nullable=False),
        sa.Column("local_name", TEXT),
        sa.Column("country", TEXT),
        sa.Column("default_currency", TEXT),
        sa.Column("allowed_currencies", JSON),
        sa.Column("payment_terms", TEXT),
        sa.Column("tax_id", TEXT),
        sa.Column("email", TEXT),
        sa.Column("phone", TEXT),
        sa.Column("address", TEXT),
        sa.Column("tags", JSON),
        sa.Column("tier", TEXT),
        sa.Column("owner", TEXT),
        sa.Column("language", TEXT),
        sa.Column("time_zone", TEXT),
        sa.Column("source_channel", TEXT),
        sa.Column("special_requirements", TEXT),
        sa.Column("screening_state", TEXT),
        sa.Column("merged_into", KEY),
        sa.Column("note", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["customers.id"],
            name=op.f("fk_customers_merged_into"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sqlite_strict=True,
    )
    op.create_index("ix_customers_code", "customers", ["code"], unique=False)
    op.create_index("ix_customers_legal_name", "customers", ["legal_name"], unique=False)
    op.create_index("ix_customers_merged_into", "customers", ["merged_into"], unique=False)
    op.create_table(
        "forward_contracts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("contract", TEXT, nullable=False),
        sa.Column("bank", TEXT, nullable=False),
        sa.Column("sold_currency", TEXT, nullable=False),
        sa.Column("sold_amount", INTEGER, nullable=False),
        sa.Column("bought_currency", TEXT, nullable=False),
        sa.Column("rate", DECIMAL, nullable=False),
        sa.Column("dealt_on", DATE, nullable=False),
        sa.Column("due_from", DATE, nullable=False),
        sa.Column("due_to", DATE, nullable=False),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forward_contracts")),
        sqlite_strict=True,
    )
    op.create_table(
        "open_findings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("candidates", JSON),
        sa.Column("details", JSON),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_findings")),
        sqlite_strict=True,
    )
    op.create_index("ix_open_findings_code", "open_findings", ["code"], unique=False)
    op.create_table(
        "rate_locks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("document", TEXT),
        sa.Column("base", TEXT, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("value", DECIMAL, nullable=False),
        sa.Column("valid_from", DATE, nullable=False),
        sa.Column("valid_to", DATE),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("locked_at", TIMESTAMP, nullable=False),
        sa.Column("rate_row", JSON),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_locks")),
        sqlite_strict=True,
    )
    op.create_table(
        "rate_observations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("base", TEXT, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("unit", INTEGER, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("rate_date", DATE, nullable=False),
        sa.Column("valid_to", DATE),
        sa.Column("published_at", TIMESTAMP),
        sa.Column("fetched_at", TIMESTAMP),
        sa.Column("payload_sha256", TEXT),
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("note", TEXT),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_observations")),
        sqlite_strict=True,
    )
    op.create_index("ix_rate_observations_rate_date", "rate_observations", ["rate_date"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("value_date", DATE, nullable=False),
        sa.Column("booking_date", DATE),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("instructed_currency", TEXT),
        sa.Column("instructed_amount", INTEGER),
        sa.Column("fee_currency", TEXT),
        sa.Column("fee_amount", INTEGER),
        sa.Column("payer", TEXT),
        sa.Column("payer_account", TEXT),
        sa.Column("reference", TEXT),
        sa.Column("bank_reference", TEXT),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("kind", TEXT),
        sa.Column("note", TEXT),
        sa.Column("base_currency", TEXT),
        sa.Column("base_amount", INTEGER),
        sa.Column("rate_value", DECIMAL),
        sa.Column("rate_date", DATE),
        sa.Column("rate_source", TEXT),
        sa.Column("rate_kind", TEXT),
        sa.Column("rate_policy", TEXT),
        sa.Column("rate_legs", JSON),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sqlite_strict=True,
    )
    op.create_index("ix_receipts_account", "receipts", ["account"], unique=False)
    op.create_index("ix_receipts_reference", "receipts", ["reference"], unique=False)
    op.create_index("ix_receipts_value_date", "receipts", ["value_date"], unique=False)
    op.create_index("uq_receipts_fingerprint", "receipts", ["fingerprint"], unique=True)
    op.create_table(
        "sequences",
        sa.Column("table_name", KEY, nullable=False),
        sa.Column("last", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_sequences")),
        sqlite_strict=True,
    )
    op.create_table(
        "settings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
        sqlite_strict=True,
    )
    op.create_index("uq_settings_name", "settings", ["name"], unique=True)
    op.create_table(
        "source_records",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("file", TEXT, nullable=False),
        sa.Column("sheet", TEXT),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("file_sha256", TEXT, nullable=False),
        sa.Column("raw", JSON),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_records")),
        sqlite_strict=True,
    )
    op.create_index("ix_source_records_row_id", "source_records", ["row_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("custom", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sqlite_strict=True,
    )
    op.create_index("uq_users_name", "users", ["name"], unique=True)
    op.create_table(
        "activities",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("happened_at", TIMESTAMP, nullable=False),
        sa.Column("channel", TEXT),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("person", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_activities_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sqlite_strict=True,
    )
    op.create_index("ix_activities_customer_id", "activities", ["customer_id"], unique=False)
    op.create_table(
        "changes",
        sa.Column("changeset", INTEGER, autoincrement=False, nullable=False),
        sa.Column("seq", INTEGER, autoincrement=False, nullable=False),
        sa.Column("table_name", KEY, nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
        sa.ForeignKeyConstraint(
            ["changeset"],
            ["changesets.number"],
            name=op.f("fk_changes_changeset"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("changeset", "seq", name=op.f("pk_changes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_table_name_row_id", "changes", ["table_name", "row_id", "changeset"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT),
        sa.Column("email", TEXT),
        sa.Column("phone", TEXT),
        sa.Column("note", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_contacts_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sqlite_strict=True,
    )
    op.create_index("ix_contacts_customer_id", "contacts", ["customer_id"], unique=False)
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("customer_a", KEY, nullable=False),
        sa.Column("customer_b", KEY, nullable=False),
        sa.Column("score", DECIMAL, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("decided_by", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["customer_a"],
            ["customers.id"],
            name=op.f("fk_duplicate_pairs_customer_a"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_b"],
            ["customers.id"],
            name=op.f("fk_duplicate_pairs_customer_b"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
        sqlite_strict=True,
    )
    op.create_index("ix_duplicate_pairs_customer_a", "duplicate_pairs", ["customer_a"], unique=False)
    op.create_index("ix_duplicate_pairs_customer_b", "duplicate_pairs", ["customer_b"], unique=False)
    op.create_index(
        "uq_duplicate_pairs_customer_a_customer_b", "duplicate_pairs", ["customer_a", "customer_b"], unique=True
    )
    op.create_table(
        "merges",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("kept_id", KEY, nullable=False),
        sa.Column("merged_id", KEY, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("survivorship", JSON),
        sa.Column("undone", BOOLEAN),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["customers.id"], name=op.f("fk_merges_kept_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["customers.id"], name=op.f("fk_merges_merged_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sqlite_strict=True,
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"], unique=False)
    op.create_index("ix_merges_merged_id", "merges", ["merged_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("customer_po", TEXT),
        sa.Column("order_date", DATE, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("incoterm", TEXT),
        sa.Column("incoterm_place", TEXT),
        sa.Column("deposit_percent", DECIMAL),
        sa.Column("due_date", DATE),
        sa.Column("status", TEXT),
        sa.Column("salesperson", TEXT),
        sa.Column("note", TEXT),
        sa.Column("base_currency", TEXT),
        sa.Column("base_amount", INTEGER),
        sa.Column("rate_value", DECIMAL),
        sa.Column("rate_date", DATE),
        sa.Column("rate_source", TEXT),
        sa.Column("rate_kind", TEXT),
        sa.Column("rate_policy", TEXT),
        sa.Column("rate_legs", JSON),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_orders_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sqlite_strict=True,
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"], unique=False)
    op.create_index("ix_orders_number", "orders", ["number"], unique=False)
    op.create_index("ix_orders_order_date", "orders", ["order_date"], unique=False)
    op.create_table(
        "sync_rows",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("binding_id", KEY, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("row_version", INTEGER, nullable=False),
        sa.Column("pulled", JSON, nullable=False),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["bindings.id"], name=op.f("fk_sync_rows_binding_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_rows")),
        sqlite_strict=True,
    )
    op.create_index("ix_sync_rows_binding_id", "sync_rows", ["binding_id"], unique=False)
    op.create_index("ix_sync_rows_row_id", "sync_rows", ["row_id"], unique=False)
    op.create_index("uq_sync_rows_binding_id_row_id", "sync_rows", ["binding_id", "row_id"], unique=True)
    op.create_table(
        "costs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("supplier", TEXT),
        sa.Column("cost_date", DATE),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("vat_percent", DECIMAL),
        sa.Column("rebate_percent", DECIMAL),
        sa.Column("note", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_costs_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_costs")),
        sqlite_strict=True,
    )
    op.create_index("ix_costs_order_id", "costs", ["order_id"], unique=False)
    op.create_table(
        "instalments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("sequence", INTEGER, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("due_date", DATE),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("basis", TEXT),
        sa.Column("refundable", BOOLEAN),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_instalments_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalments")),
        sqlite_strict=True,
    )
    op.create_index("ix_instalments_due_date", "instalments", ["due_date"], unique=False)
    op.create_index("ix_instalments_order_id", "instalments", ["order_id"], unique=False)
    op.create_index("uq_instalments_order_id_sequence", "instalments", ["order_id", "sequence"], unique=True)
    op.create_table(
        "invoices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("invoice_date", DATE, nullable=False),
        sa.Column("due_date", DATE),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("base_currency", TEXT),
        sa.Column("base_amount", INTEGER),
        sa.Column("rate_value", DECIMAL),
        sa.Column("rate_date", DATE),
        sa.Column("rate_source", TEXT),
        sa.Column("rate_kind", TEXT),
        sa.Column("rate_policy", TEXT),
        sa.Column("rate_legs", JSON),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sqlite_strict=True,
    )
    op.create_index("ix_invoices_number", "invoices", ["number"], unique=False)
    op.create_index("ix_invoices_order_id", "invoices", ["order_id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("line", INTEGER, nullable=False),
        sa.Column("product", TEXT, nullable=False),
        sa.Column("quantity", DECIMAL, nullable=False),
        sa.Column("unit", TEXT),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("unit_price", DECIMAL),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sqlite_strict=True,
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id"], unique=False)
    op.create_index("uq_order_lines_order_id_line", "order_lines", ["order_id", "line"], unique=True)
    op.create_table(
        "shipments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("shipped_on", DATE, nullable=False),
        sa.Column("transport_document", TEXT),
        sa.Column("carrier", TEXT),
        sa.Column("destination", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_shipments_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sqlite_strict=True,
    )
    op.create_index("ix_shipments_order_id", "shipments", ["order_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("customer_id", KEY),
        sa.Column("order_id", KEY),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("due_date", DATE),
        sa.Column("owner", TEXT),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_tasks_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_tasks_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_strict=True,
    )
    op.create_index("ix_tasks_customer_id", "tasks", ["customer_id"], unique=False)
    op.create_index("ix_tasks_due_date", "tasks", ["due_date"], unique=False)
    op.create_index("ix_tasks_order_id", "tasks", ["order_id"], unique=False)
    op.create_table(
        "allocations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("receipt_id", KEY, nullable=False),
        sa.Column("instalment_id", KEY, nullable=False),
        sa.Column("allocation_date", DATE, nullable=False),
        sa.Column("receipt_currency", TEXT, nullable=False),
        sa.Column("receipt_amount", INTEGER, nullable=False),
        sa.Column("document_currency", TEXT, nullable=False),
        sa.Column("document_amount", INTEGER, nullable=False),
        sa.Column("base_currency", TEXT, nullable=False),
        sa.Column("carrying_rate", DECIMAL, nullable=False),
        sa.Column("carrying_rate_date", DATE, nullable=False),
        sa.Column("carrying_amount", INTEGER, nullable=False),
        sa.Column("settlement_rate", DECIMAL, nullable=False),
        sa.Column("settlement_rate_date", DATE, nullable=False),
        sa.Column("rate_source", TEXT, nullable=False),
        sa.Column("settlement_amount", INTEGER, nullable=False),
        sa.Column("realised_fx", INTEGER, nullable=False),
        sa.Column("fee_currency", TEXT),
        sa.Column("fee_amount", INTEGER),
        sa.Column("reasons", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["instalments.id"],
            name=op.f("fk_allocations_instalment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipts.id"],
            name=op.f("fk_allocations_receipt_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sqlite_strict=True,
    )
    op.create_index("ix_allocations_instalment_id", "allocations", ["instalment_id"], unique=False)
    op.create_index("ix_allocations_receipt_id", "allocations", ["receipt_id"], unique=False)
    op.create_table(
        "match_decisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("receipt_id", KEY, nullable=False),
        sa.Column("instalment_id", KEY),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("confidence", DECIMAL),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("alternatives", JSON),
        sa.Column("decided_by", TEXT),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["instalments.id"],
            name=op.f("fk_match_decisions_instalment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipts.id"],
            name=op.f("fk_match_decisions_receipt_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decisions")),
        sqlite_strict=True,
    )
    op.create_index("ix_match_decisions_instalment_id", "match_decisions", ["instalment_id"], unique=False)
    op.create_index("ix_match_decisions_receipt_id", "match_decisions", ["receipt_id"], unique=False)
    op.create_table(
        "revaluations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("month_end", DATE, nullable=False),
        sa.Column("instalment_id", KEY, nullable=False),
        sa.Column("document_currency", TEXT, nullable=False),
        sa.Column("open_amount", INTEGER, nullable=False),
        sa.Column("base_currency", TEXT, nullable=False),
        sa.Column("carrying_amount", INTEGER, nullable=False),
        sa.Column("closing_rate", DECIMAL, nullable=False),
        sa.Column("closing_rate_date", DATE, nullable=False),
        sa.Column("unrealised_fx", INTEGER, nullable=False),
        sa.Column("custom", JSON),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["instalments.id"],
            name=op.f("fk_revaluations_instalment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revaluations")),
        sqlite_strict=True,
    )
    op.create_index("ix_revaluations_instalment_id", "revaluations", ["instalment_id"], unique=False)
    op.create_index("ix_revaluations_month_end", "revaluations", ["month_end"], unique=False)
