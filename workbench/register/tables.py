"""What the register holds: every table and field, in the field's own terms.

This is the one definition. The database schema (SQLite and PostgreSQL), validation at the door, custom fields, bindings
to sheets and the generated table reference in the documentation are all derived from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["TABLES", "Field", "FieldKind", "Table"]


class FieldKind(Enum):
    """What a field holds, and so how it is stored, checked and shown."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"  # a calendar day, no time zone
    TIMESTAMP = "timestamp"  # UTC, to the microsecond
    CURRENCY = "currency"  # ISO 4217 code in circulation; of a dated document, one in use on its day
    COUNTRY = "country"  # ISO 3166-1 alpha-2
    MONEY = "money"  # Decimal at the minor units of the currency named by ``currency_field``; stored as an integer
    DECIMAL = "decimal"  # exact decimal: rates, percentages, quantities
    REFERENCE = "reference"  # id of a row of ``references``
    JSON = "json"  # list or object of plain values


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table; ``currency_field`` is for MONEY, ``references`` for REFERENCE, ``choices`` for TEXT."""

    name: str
    kind: FieldKind
    required: bool = False
    currency_field: str = ""
    references: str = ""
    choices: tuple[str, ...] = ()
    unique: bool = False
    indexed: bool = False
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; a row's ``id`` is ``prefix-`` and a number (``C-000042``).

    Beside the fields every table has ``id``, ``version`` (1, 2, … per row) and ``custom`` (the firm's own typed fields).
    """

    name: str
    prefix: str
    fields: tuple[Field, ...]
    meaning: str
    unique_together: tuple[tuple[str, ...], ...] = field(default=())

    def field_named(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(f"{self.name} has no field {name!r}")


def _text(
    name: str,
    meaning: str = "",
    *,
    required: bool = False,
    indexed: bool = False,
    choices: tuple[str, ...] = (),
    unique: bool = False,
) -> Field:
    return Field(name, FieldKind.TEXT, required, choices=choices, unique=unique, indexed=indexed, meaning=meaning)


def _of(kind: FieldKind, name: str, meaning: str = "", *, required: bool = False, indexed: bool = False) -> Field:
    return Field(name, kind, required, indexed=indexed, meaning=meaning)


def _money(name: str, currency_field: str, meaning: str = "", *, required: bool = False) -> Field:
    return Field(name, FieldKind.MONEY, required, currency_field=currency_field, meaning=meaning)


def _ref(name: str, table: str, meaning: str = "", *, required: bool = False) -> Field:
    return Field(name, FieldKind.REFERENCE, required, references=table, indexed=True, meaning=meaning)


def _converted(what: str) -> tuple[Field, ...]:
    """A figure in base currency with all of its evidence; the whole group is empty or the whole group is filled."""
    return (
        _of(FieldKind.CURRENCY, "base_currency", "currency of the register's books"),
        _money("base_amount", "base_currency", f"{what} in base currency, rounded once"),
        _of(FieldKind.DECIMAL, "rate_value", "units of base currency per 1 unit of the document currency"),
        _of(FieldKind.DATE, "rate_date", "publication day of the rate used"),
        _text("rate_source", "institution that published it"),
        _text("rate_kind", "mid, bank_buy, contract, lock, …"),
        _text("rate_policy", "policy that picked the day"),
        _of(FieldKind.JSON, "rate_legs", "the published rates it was crossed from"),
    )


_D, _B, _J, _I, _T = FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.JSON, FieldKind.INTEGER, FieldKind.TIMESTAMP
_X, _C = FieldKind.DECIMAL, FieldKind.CURRENCY

_ALL: Iterable[Table] = (
    Table(
        "customers",
        "C",
        (
            _text("code", "the firm's own customer code", indexed=True),
            _text("legal_name", "name as registered, any script", required=True, indexed=True),
            _text("local_name", "name in the local script"),
            _of(FieldKind.COUNTRY, "country"),
            _of(_C, "default_currency"),
            _of(_J, "allowed_currencies", "ISO codes the customer may be invoiced in"),
            _text("payment_terms"),
            _text("tax_id"),
            _text("email"),
            _text("phone"),
            _text("address"),
            _of(_J, "tags"),
            _text("tier"),
            _text("owner", "salesperson who looks after the customer"),
            _text("language"),
            _text("time_zone"),
            _text("source_channel"),
            _text("special_requirements"),
            _text("screening_state", choices=("unchecked", "clear", "review", "blocked")),
            _ref("merged_into", "customers", "the record that this one was merged into"),
            _text("note"),
        ),
        "who buys",
    ),
    Table(
        "contacts",
        "K",
        (
            _ref("customer_id", "customers", required=True),
            _text("name", required=True),
            _text("role"),
            _text("email"),
            _text("phone"),
            _text("note"),
        ),
        "people at a customer",
    ),
    Table(
        "orders",
        "O",
        (
            _text("number", "order number as the firm writes it", required=True, indexed=True),
            _ref("customer_id", "customers", required=True),
            _text("customer_po", "the customer's own order number"),
            _of(_D, "order_date", required=True, indexed=True),
            _of(_C, "currency", required=True),
            _money("amount", "currency", "order value", required=True),
            _text("incoterm", choices=("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")),
            _text("incoterm_place"),
            _of(_X, "deposit_percent", "30 means 30 %"),
            _of(_D, "due_date"),
            _text("status", choices=("open", "shipped", "part_paid", "paid", "cancelled")),
            _text("salesperson"),
            _text("note"),
            *_converted("order value"),
        ),
        "what was sold",
    ),
    Table(
        "order_lines",
        "L",
        (
            _ref("order_id", "orders", required=True),
            _of(_I, "line", required=True),
            _text("product", required=True),
            _of(_X, "quantity", required=True),
            _text("unit"),
            _of(_C, "currency", required=True),
            _of(_X, "unit_price", "may be finer than the currency's minor units"),
            _money("amount", "currency", required=True),
        ),
        "what an order consists of",
        unique_together=(("order_id", "line"),),
    ),
    Table(
        "instalments",
        "I",
        (
            _ref("order_id", "orders", required=True),
            _of(_I, "sequence", required=True),
            _text("kind", required=True, choices=("deposit", "balance", "full", "letter_of_credit", "credit_note")),
            _of(_D, "due_date", indexed=True),
            _of(_C, "currency", required=True),
            _money("amount", "currency", required=True),
            _text("basis", "what it falls due on: order, shipment, documents, arrival"),
            _of(_B, "refundable", "a refundable deposit is monetary and revalued"),
        ),
        "amounts an order is paid in",
        unique_together=(("order_id", "sequence"),),
    ),
    Table(
        "costs",
        "X",
        (
            _ref("order_id", "orders", required=True),
            _text(
                "kind", required=True, choices=("purchase", "freight", "insurance", "domestic", "commission", "other")
            ),
            _text("supplier"),
            _of(_D, "cost_date"),
            _of(_C, "currency", required=True),
            _money("amount", "currency", required=True),
            _of(_X, "vat_percent", "13 means 13 %; a purchase amount includes it"),
            _of(_X, "rebate_percent", "export rebate rate"),
            _text("note"),
        ),
        "what an order cost",
    ),
    Table(
        "receipts",
        "R",
        (
            _text("account", "the firm's own account at the bank", required=True, indexed=True),
            _of(_D, "value_date", required=True, indexed=True),
            _of(_D, "booking_date"),
            _of(_C, "currency", required=True),
            _money("amount", "currency", "credited (negative: debited)", required=True),
            _of(_C, "instructed_currency"),
            _money("instructed_amount", "instructed_currency", "what the payer told its bank to send"),
            _of(_C, "fee_currency"),
            _money("fee_amount", "fee_currency", "charges the statement names"),
            _text("payer"),
            _text("payer_account"),
            _text("reference", "remittance text, as on the statement", indexed=True),
            _text("bank_reference", "the bank's own reference"),
            _text(
                "fingerprint",
                "stable identity of the entry; importing it twice changes nothing",
                required=True,
                unique=True,
            ),
            _text("kind", choices=("customer", "fee", "interest", "transfer", "refund", "other", "unknown")),
            _text("note"),
            *_converted("amount credited"),
        ),
        "money on the bank's statement",
    ),
    Table(
        "allocations",
        "A",
        (
            _ref("receipt_id", "receipts", "empty where an amount is written off without one"),
            _ref("instalment_id", "instalments", required=True),
            _of(_D, "allocation_date", required=True),
            _of(_C, "receipt_currency", required=True),
            _money("receipt_amount", "receipt_currency", "taken from the receipt", required=True),
            _of(_C, "document_currency", required=True),
            _money("document_amount", "document_currency", "settled of the instalment", required=True),
            _of(_C, "base_currency", required=True),
            _of(_X, "carrying_rate", "base per 1 document currency at which the receivable stands", required=True),
            _of(_D, "carrying_rate_date", required=True),
            _money("carrying_amount", "base_currency", "receivable relieved", required=True),
            _of(_X, "settlement_rate", "base per 1 receipt currency on the value date", required=True),
            _of(_D, "settlement_rate_date", required=True),
            _text("rate_source", required=True),
            _money("settlement_amount", "base_currency", "cash received", required=True),
            _money("realised_fx", "base_currency", "gain (+) or loss (-)", required=True),
            _of(_C, "fee_currency"),
            _money("fee_amount", "fee_currency"),
            _text("reasons", "why this receipt pays this instalment"),
            _text(
                "kind",
                "empty is a payment; taken_back: a refund, chargeback or reversal; credit: a customer's credit used",
                choices=("payment", "taken_back", "credit", "write_off"),
            ),
            _money("write_off_amount", "base_currency", "carrying amount given up (+) or taken as income (-)"),
            _text("why", "why it was written off"),
            _text("person", "who wrote it off"),
        ),
        "which receipt settled which instalment",
    ),
    Table(
        "rate_observations",
        "RO",
        (
            _text("source", required=True),
            _text("kind", required=True),
            _of(_C, "base", required=True),
            _of(_C, "quote", required=True),
            _of(_I, "unit", "``unit`` base = ``value`` quote, in the source's own direction", required=True),
            _text("value", "digits exactly as published", required=True),
            _of(_D, "rate_date", required=True, indexed=True),
            _of(_D, "valid_to"),
            _of(_T, "published_at"),
            _of(_T, "fetched_at"),
            _text("payload_sha256"),
            _of(_I, "revision", required=True),
            _text("status", required=True, choices=("ok", "suspect", "rejected")),
            _text("note"),
        ),
        "published rates, append-only",
    ),
    Table(
        "rate_locks",
        "RL",
        (
            _text(
                "scope",
                "order, customer, company or contract",
                required=True,
                choices=("order", "customer", "company", "contract"),
            ),
            _text("document", "order number, contract number or customer code"),
            _of(_C, "base", required=True),
            _of(_C, "quote", required=True),
            _of(_X, "value", "quote per 1 base", required=True),
            _of(_D, "valid_from", required=True),
            _of(_D, "valid_to"),
            _text("reason", required=True),
            _text("person", required=True),
            _of(_T, "locked_at", required=True),
            _of(_J, "rate_row", "the observation stood on at signing"),
        ),
        "rates fixed for a document; immutable, a re-lock adds a row",
    ),
    Table(
        "duplicate_pairs",
        "D",
        (
            _ref("customer_a", "customers", required=True),
            _ref("customer_b", "customers", required=True),
            _of(_X, "score", "0 to 1", required=True),
            _of(_J, "reasons", required=True),
            _text(
                "decision",
                "parent_a: the first is the parent company of the second",
                required=True,
                choices=("review", "merge", "apart", "later", "sister", "parent_a", "parent_b"),
            ),
            _text("decided_by"),
            _text("survivor", "the record that stands after a merge: the first or the second", choices=("a", "b")),
            _text("take", "fields to take from one of the two, against the rule: email=b, phone=a"),
            _text("why", "why it was decided so"),
        ),
        "customers that may be one",
        unique_together=(("customer_a", "customer_b"),),
    ),
    Table(
        "match_decisions",
        "M",
        (
            _ref("receipt_id", "receipts", required=True),
            _ref("instalment_id", "instalments"),
            _text("decision", required=True, choices=("posted", "review", "rejected", "no_match")),
            _of(_X, "confidence"),
            _of(_J, "reasons", required=True),
            _of(_J, "alternatives"),
            _text("decided_by"),
            _text("answer", "what a person chose in the sheet"),
            _of(_J, "proposed", "amount in the instalment's currency, charges in the receipt's"),
        ),
        "what was decided or proposed for a receipt",
    ),
    Table(
        "credits",
        "CR",
        (
            _ref("receipt_id", "receipts", required=True),
            _ref("customer_id", "customers", required=True),
            _of(_D, "credit_date", required=True),
            _of(_C, "currency", required=True),
            _money("amount", "currency", "set aside for the customer (+), used or paid back (-)", required=True),
            _of(_C, "base_currency", required=True),
            _money("base_amount", "base_currency", "at the rate of the receipt", required=True),
            _of(_X, "rate", "base per 1 currency", required=True),
            _of(_D, "rate_date", required=True),
            _text("rate_source", required=True),
            _of(_B, "refundable", "a credit that may be asked back is monetary and revalued"),
            _text("why"),
        ),
        "what customers paid too much and may use later",
    ),
    Table(
        "closings",
        "CL",
        (
            _of(_D, "month_end", required=True, indexed=True),
            _text("state", required=True, choices=("closed", "reopened")),
            _of(_I, "as_of_changeset", "the register's state that the figures were made from", required=True),
            _text("figures_sha256", "hash over all figures of the month end", required=True),
            _of(_J, "lines", "the voucher: revaluation, and its reversal on the next day", required=True),
            _text("person", required=True),
            _text("why", "why it was reopened"),
        ),
        "months that are closed, and reopened",
    ),
    Table(
        "source_records",
        "S",
        (
            _text("table_name", required=True),
            _text("row_id", required=True, indexed=True),
            _text("file", required=True),
            _text("sheet"),
            _text("place", "cell range or line: Book.xlsx!Sheet!A7:K7", required=True),
            _text("file_sha256", required=True),
            _of(_J, "raw", "the cells as typed, by column heading"),
        ),
        "where each adopted row came from",
    ),
    Table(
        "open_findings",
        "F",
        (
            _text("code", required=True, indexed=True),
            _text("severity", required=True, choices=("ask", "report", "refuse")),
            _text("place", required=True),
            _text("value"),
            _of(_J, "candidates"),
            _of(_J, "details"),
            _text("state", required=True, choices=("open", "answered", "dismissed")),
        ),
        "what is still asked or refused",
    ),
    Table(
        "invoices",
        "V",
        (
            _ref("order_id", "orders", required=True),
            _text("number", required=True, indexed=True),
            _of(_D, "invoice_date", "day the receivable arises", required=True),
            _of(_D, "due_date"),
            _of(_C, "currency", required=True),
            _money("amount", "currency", required=True),
            *_converted("invoice value"),
        ),
        "receivables raised for deliveries",
    ),
    Table(
        "shipments",
        "H",
        (
            _ref("order_id", "orders", required=True),
            _of(_D, "shipped_on", required=True),
            _text("transport_document", "bill of lading or airway bill"),
            _text("carrier"),
            _text("destination"),
        ),
        "what left the house",
    ),
    Table(
        "forward_contracts",
        "W",
        (
            _text("contract", required=True),
            _text("bank", required=True),
            _of(_C, "sold_currency", required=True),
            _money("sold_amount", "sold_currency", required=True),
            _of(_C, "bought_currency", required=True),
            _of(_X, "rate", "bought currency per 1 sold currency", required=True),
            _of(_D, "dealt_on", required=True),
            _of(_D, "due_from", required=True),
            _of(_D, "due_to", required=True),
        ),
        "currency sold forward",
    ),
    Table(
        "revaluations",
        "Z",
        (
            _of(_D, "month_end", required=True, indexed=True),
            _ref("instalment_id", "instalments", "the receivable or refundable deposit"),
            _ref("receipt_id", "receipts", "the receipt with a refundable credit"),
            _of(_C, "document_currency", required=True),
            _money("open_amount", "document_currency", required=True),
            _of(_C, "base_currency", required=True),
            _money("carrying_amount", "base_currency", required=True),
            _of(_X, "closing_rate", "base per 1 document currency", required=True),
            _of(_D, "closing_rate_date", required=True),
            _money("unrealised_fx", "base_currency", required=True),
        ),
        "open receivables at the closing rate of a month end",
    ),
    Table(
        "activities",
        "Y",
        (
            _ref("customer_id", "customers", required=True),
            _of(_T, "happened_at", required=True),
            _text("channel"),
            _text("summary", required=True),
            _text("person"),
        ),
        "what was said and done with a customer",
    ),
    Table(
        "tasks",
        "T",
        (
            _ref("customer_id", "customers"),
            _ref("order_id", "orders"),
            _text("summary", required=True),
            _of(_D, "due_date", indexed=True),
            _text("owner"),
            _text("state", required=True, choices=("open", "done", "dropped")),
        ),
        "what is to be done next",
    ),
    Table(
        "merges",
        "MG",
        (
            _ref("kept_id", "customers", required=True),
            _ref("merged_id", "customers", required=True),
            _text("reason", required=True),
            _text("person", required=True),
            _of(_J, "survivorship", "which record each field was taken from"),
            _of(_B, "undone"),
        ),
        "customers merged, and unmerged",
    ),
    Table(
        "bindings",
        "B",
        (
            _text("workbook_id", "identity carried inside the workbook", required=True, indexed=True),
            _text("file", required=True),
            _text("sheet", required=True),
            _text("range_name", required=True),
            _text("table_name", required=True),
            _of(_J, "columns", "what each column of the sheet holds", required=True),
            _text("key_column", "heading of the column with the rows' ids", required=True),
            _text("view", "filter that the sheet shows, as JSON"),
            _text("owner", "whose workbook it is"),
            _text("language", "of its headings and labels"),
            _text("copied_from", "the workbook whose copy it is"),
        ),
        "which range of which workbook is a view of which table",
    ),
    Table(
        "sheet_births",
        "SB",
        (
            _ref("binding_id", "bindings", required=True),
            _text(
                "sheet_key",
                "key that the row got in its sheet before it was in the register",
                required=True,
                unique=True,
            ),
            _text("table_name", required=True),
            _text("row_id", required=True, indexed=True),
        ),
        "rows that were first typed into a sheet, so that none is stored twice",
    ),
    Table(
        "custom_fields",
        "CF",
        (
            _text("table_name", required=True),
            _text("name", required=True),
            _text(
                "kind", required=True, choices=("text", "integer", "boolean", "date", "currency", "money", "decimal")
            ),
            _of(_B, "required"),
            _text("currency_field", "custom field with the currency, for money"),
            _of(_J, "choices"),
            _text("meaning"),
        ),
        "fields that the firm added to a table",
        unique_together=(("table_name", "name"),),
    ),
    Table(
        "settings",
        "G",
        (
            _text("name", required=True, unique=True),
            _of(_J, "value", required=True),
        ),
        "the firm's settings",
    ),
    Table(
        "users",
        "U",
        (
            _text("name", required=True, unique=True),
            _text("role", required=True, choices=("viewer", "editor", "supervisor", "administrator")),
        ),
        "who may do what",
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}
