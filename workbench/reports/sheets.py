"""Which sheets the workbook has, and which columns and rows each of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from workbench.register.tables import Field, FieldKind
from workbench.reports.cells import shown_amount
from workbench.reports.columns import Alert, Column, Group, Kind, Sheet, Table
from workbench.reports.evidence import legs_text, note
from workbench.reports.figures import Figures, Row
from workbench.reports.reasons import Teller
from workbench.reports.texts import Texts
from workbench.reports.views import Where

__all__ = ["build_sheets"]

_STATE_RANK = {"overdue": 0, "part": 1, "open": 1, "paid": 2, "cancelled": 3}
_DECISION_RANK = {"review": 0, "later": 1}
_SEVERITY_RANK = {"refuse": 0, "ask": 1, "report": 2}
_FAR = 10**7  # sorts undated after dated

_OWN_KINDS = {
    FieldKind.INTEGER: Kind.DECIMAL,
    FieldKind.DECIMAL: Kind.DECIMAL,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.DATE: Kind.DATE,
    FieldKind.CURRENCY: Kind.CURRENCY,
    FieldKind.MONEY: Kind.MONEY,
}

KEYS = (
    Column("id", field="id", group=Group.KEY, width=10),
    Column("version", Kind.INTEGER, field="version", group=Group.KEY, width=8),
)
SYNC = Column("sync", width=9)
CUSTOMER = Column("customer_id", group=Group.KEY, width=10)
CUSTOMER_NAME = Column("customer_name", field="customer_id", lookup="customers.legal_name")
EVIDENCE = (
    Column("base_currency", Kind.CURRENCY, group=Group.EVIDENCE),
    Column("rate_value", Kind.RATE, group=Group.EVIDENCE),
    Column("rate_date", Kind.DATE, group=Group.EVIDENCE),
    Column("rate_source", Kind.CHOICE, choices="rate_source", group=Group.EVIDENCE),
    Column("rate_kind", Kind.CHOICE, choices="rate_kind", group=Group.EVIDENCE),
    Column("rate_policy", Kind.CHOICE, choices="rate_policy", group=Group.EVIDENCE),
)
LEGS = Column("legs_text", group=Group.MORE)
SOURCE = Column("source_place", group=Group.MORE)


def _stored(
    name: str,
    kind: Kind = Kind.TEXT,
    group: Group = Group.MAIN,
    *,
    currency: str = "",
    choices: str = "",
    width: int = 0,
) -> Column:
    """A column that people may edit: it shows the register's field of the same name."""
    return Column(name, kind, field=name, group=group, currency=currency, choices=choices, width=width)


def _more(*names: str) -> tuple[Column, ...]:
    return tuple(_stored(name, group=Group.MORE) for name in names)


def build_sheets(figures: Figures, texts: Texts, where: Where | None = None) -> list[Sheet]:
    """The sheets that show one table each, in the order of the workbook (Today, Rates and Settings are made apart)."""
    teller = Teller(texts)
    sheets = [
        Sheet("customers", _customers(figures)),
        Sheet("orders", _orders(figures, texts)),
        Sheet("instalments", _instalments(figures, texts)),
        Sheet("receipts", _receipts(figures, texts)),
        Sheet("matches", _matches(figures, texts, teller)),
        Sheet("settlements", _settlements(figures)),
        Sheet("duplicates", _duplicates(figures, teller)),
        Sheet("questions", _questions(figures, teller)),
    ]
    for sheet in sheets:
        wanted = (where or {}).get(sheet.table.source, {})
        sheet.table.rows = [row for row in sheet.table.rows if _has(row, wanted)]
    return sheets


def _has(row: Row, wanted: Mapping[str, Any]) -> bool:
    return all(
        row.get(name) in value if isinstance(value, list | tuple | set | frozenset) else row.get(name) == value
        for name, value in wanted.items()
    )


def _customers(figures: Figures) -> Table:
    rows = sorted(figures.tables["customers"], key=lambda row: (bool(row.get("merged_into")), row["id"]))
    for row in rows:
        row["open_text"] = _amounts(row["open_by_currency"])
        row["overdue_text"] = _amounts(row["overdue_by_currency"])
        row["source_place"] = figures.places.get(row["id"])
    columns = (
        *KEYS,
        SYNC,
        _stored("code"),
        _stored("legal_name"),
        _stored("local_name"),
        _stored("country"),
        _stored("default_currency", Kind.CURRENCY),
        Column("order_count", Kind.INTEGER),
        Column("open_text"),
        Column("overdue_text"),
        _stored("payment_terms"),
        _stored("tier"),
        _stored("owner"),
        _stored("email"),
        _stored("phone"),
        _stored("screening_state", Kind.CHOICE, choices="customers.screening_state"),
        *_more("tax_id", "address"),
        _stored("allowed_currencies", Kind.LIST, Group.MORE),
        _stored("tags", Kind.LIST, Group.MORE),
        *_more("language", "time_zone", "source_channel"),
        *_more("special_requirements", "note"),
        Column("merged_into", group=Group.MORE, link="customers:merged_into"),
        SOURCE,
    )
    alerts = (Alert("screening_state", "RED", "blocked"), Alert("screening_state", "AMBER", "review"))
    return _with_custom(Table("tblCustomers", columns, rows, "customers", frozen=3, alerts=alerts), figures)


def _orders(figures: Figures, texts: Texts) -> Table:
    rows = sorted(figures.tables["orders"], key=lambda row: row["id"])
    rows.sort(key=lambda row: row["order_date"], reverse=True)
    for row in rows:
        row["customer_name"] = figures.customers[row["customer_id"]]["legal_name"]
        row["receipts_text"] = _several(row["receipt_ids"], texts)
        row["first_receipt"] = row["receipt_ids"][0] if row["receipt_ids"] else None
        _explain(row, "amount", "base_amount", figures, texts)
    columns = (
        *KEYS,
        CUSTOMER,
        SYNC,
        _stored("number"),
        CUSTOMER_NAME,
        _stored("order_date", Kind.DATE),
        _stored("status", Kind.CHOICE, choices="orders.status"),
        _stored("currency", Kind.CURRENCY),
        _stored("amount", Kind.MONEY, currency="currency"),
        Column("open_amount", Kind.MONEY, currency="currency"),
        Column("receipts_text", link="receipts:first_receipt"),
        _stored("due_date", Kind.DATE),
        Column("base_amount", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        *_more("customer_po"),
        _stored("incoterm", Kind.CHOICE, Group.MORE, choices="orders.incoterm"),
        *_more("incoterm_place"),
        _stored("deposit_percent", Kind.PERCENT, Group.MORE),
        *_more("salesperson", "note"),
        SOURCE,
    )
    alerts = (
        Alert("status", "GREEN", "paid"),
        Alert("status", "AMBER", "part_paid"),
    )
    return _with_custom(Table("tblOrders", columns, rows, "orders", frozen=3, alerts=alerts), figures)


def _instalments(figures: Figures, texts: Texts) -> Table:
    def urgency(row: Row) -> tuple[int, int, str]:
        return _STATE_RANK[row["state"]], row["due_date"].toordinal() if row.get("due_date") else _FAR, row["id"]

    rows = sorted(figures.tables["instalments"], key=urgency)
    for row in rows:
        order = figures.orders[row["order_id"]]
        row["order_number"] = order["number"]
        row["customer_id"] = order["customer_id"]
        row["customer_name"] = figures.customers[order["customer_id"]]["legal_name"]
        _explain(row, "open_amount", "open_base", figures, texts)
    columns = (
        *KEYS,
        Column("order_id", group=Group.KEY, width=10),
        CUSTOMER,
        SYNC,
        Column("order_number", field="order_id", lookup="orders.number"),
        Column("customer_name", link="customers:customer_id"),
        _stored("sequence", Kind.INTEGER),
        _stored("kind", Kind.CHOICE, choices="instalments.kind"),
        _stored("due_date", Kind.DATE),
        Column("state", Kind.CHOICE, choices="instalments.state"),
        Column("days_overdue", Kind.INTEGER),
        _stored("currency", Kind.CURRENCY),
        _stored("amount", Kind.MONEY, currency="currency"),
        Column("settled_amount", Kind.MONEY, currency="currency"),
        Column("open_amount", Kind.MONEY, currency="currency"),
        Column("open_base", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        _stored("basis", group=Group.MORE),
        _stored("refundable", Kind.BOOLEAN, Group.MORE),
    )
    alerts = (
        Alert("state", "RED", "overdue"),
        Alert("state", "AMBER", "part"),
        Alert("state", "GREEN", "paid"),
        Alert("days_overdue", "RED", above=30),
    )
    return _with_custom(Table("tblInstalments", columns, rows, "instalments", frozen=3, alerts=alerts), figures)


def _receipts(figures: Figures, texts: Texts) -> Table:
    rows = sorted(figures.tables["receipts"], key=lambda row: row["id"])
    rows.sort(key=lambda row: row["value_date"], reverse=True)
    for row in rows:
        row["orders_text"] = _several([figures.orders[one]["number"] for one in row["order_ids"]], texts)
        row["first_order"] = row["order_ids"][0] if row["order_ids"] else None
        _explain(row, "amount", "base_amount", figures, texts)
    columns = (
        *KEYS,
        SYNC,
        _stored("value_date", Kind.DATE),
        _stored("payer"),
        _stored("account"),
        _stored("kind", Kind.CHOICE, choices="receipts.kind"),
        Column("state", Kind.CHOICE, choices="receipts.state"),
        _stored("currency", Kind.CURRENCY),
        _stored("amount", Kind.MONEY, currency="currency"),
        Column("unmatched_amount", Kind.MONEY, currency="currency"),
        Column("orders_text", link="orders:first_order"),
        _stored("reference", width=34),
        Column("base_amount", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        *_more("bank_reference"),
        _stored("instructed_currency", Kind.CURRENCY, Group.MORE),
        _stored("instructed_amount", Kind.MONEY, Group.MORE, currency="instructed_currency"),
        _stored("fee_currency", Kind.CURRENCY, Group.MORE),
        _stored("fee_amount", Kind.MONEY, Group.MORE, currency="fee_currency"),
        _stored("booking_date", Kind.DATE, Group.MORE),
        *_more("payer_account", "note"),
        Column("fingerprint", group=Group.MORE),
        SOURCE,
    )
    alerts = (
        Alert("state", "AMBER", "unmatched"),
        Alert("state", "AMBER", "part_matched"),
        Alert("state", "AMBER", "review"),
        Alert("state", "GREEN", "matched"),
    )
    return _with_custom(Table("tblReceipts", columns, rows, "receipts", frozen=3, alerts=alerts), figures)


def _matches(figures: Figures, texts: Texts, teller: Teller) -> Table:
    rows = sorted(
        figures.tables["match_decisions"],
        key=lambda row: (_DECISION_RANK.get(row["decision"], 2), -(row.get("confidence") or Decimal(0)), row["id"]),
    )
    for row in rows:
        receipt = figures.receipts[row["receipt_id"]]
        row |= {name: receipt.get(name) for name in ("value_date", "payer", "currency", "amount", "reference")}
        instalment = figures.instalments.get(row.get("instalment_id") or "")
        if instalment:
            order = figures.orders[instalment["order_id"]]
            row["order_id"], row["order_number"] = order["id"], order["number"]
            row["customer_id"] = order["customer_id"]
            row["customer_name"] = figures.customers[order["customer_id"]]["legal_name"]
        row["reasons_text"] = teller.reasons(row.get("reasons"))
        others = [_alternative(one, figures, texts, teller) for one in row.get("alternatives") or ()]
        row["alternatives_text"] = texts.join(others)
    columns = (
        *KEYS,
        SYNC,
        Column("receipt_id", link="receipts:receipt_id"),
        Column("value_date", Kind.DATE),
        Column("payer"),
        Column("currency", Kind.CURRENCY),
        Column("amount", Kind.MONEY, currency="currency"),
        Column("order_number", link="orders:order_id"),
        Column("customer_name", link="customers:customer_id"),
        Column("confidence", Kind.SHARE),
        _stored("decision", Kind.CHOICE, choices="match_decisions.decision"),
        Column("reasons_text", Kind.LONG, width=52),
        Column("alternatives_text", Kind.LONG, width=30),
        Column("reference", width=30),
        Column("decided_by"),
        Column("instalment_id", group=Group.MORE),
    )
    alerts = (
        Alert("confidence", "AMBER", below=0.8),
        Alert("decision", "AMBER", "review"),
        Alert("decision", "GREEN", "posted"),
    )
    return Table("tblMatches", columns, rows, "match_decisions", frozen=2, alerts=alerts)


def _settlements(figures: Figures) -> Table:
    rows = sorted(figures.tables["allocations"], key=lambda row: row["id"])
    rows.sort(key=lambda row: row["allocation_date"], reverse=True)
    for row in rows:
        order = figures.orders[figures.instalments[row["instalment_id"]]["order_id"]]
        row["order_id"], row["order_number"] = order["id"], order["number"]
        row["customer_id"] = order["customer_id"]
        row["customer_name"] = figures.customers[order["customer_id"]]["legal_name"]
        row["reasons_text"] = row.get("reasons")
    columns = (
        *KEYS,
        Column("allocation_date", Kind.DATE),
        Column("order_number", link="orders:order_id"),
        Column("customer_name", link="customers:customer_id"),
        Column("receipt_id", link="receipts:receipt_id"),
        Column("receipt_currency", Kind.CURRENCY),
        Column("receipt_amount", Kind.MONEY, currency="receipt_currency"),
        Column("document_currency", Kind.CURRENCY),
        Column("document_amount", Kind.MONEY, currency="document_currency"),
        Column("carrying_amount", Kind.MONEY, currency="base_currency", total=True),
        Column("settlement_amount", Kind.MONEY, currency="base_currency", total=True),
        Column("realised_fx", Kind.MONEY, currency="base_currency", total=True),
        Column("base_currency", Kind.CURRENCY, group=Group.EVIDENCE),
        Column("carrying_rate", Kind.RATE, group=Group.EVIDENCE),
        Column("carrying_rate_date", Kind.DATE, group=Group.EVIDENCE),
        Column("settlement_rate", Kind.RATE, group=Group.EVIDENCE),
        Column("settlement_rate_date", Kind.DATE, group=Group.EVIDENCE),
        Column("rate_source", Kind.CHOICE, choices="rate_source", group=Group.EVIDENCE),
        Column("fee_currency", Kind.CURRENCY),
        Column("fee_amount", Kind.MONEY, currency="fee_currency"),
        Column("reasons_text", width=40),
    )
    return Table("tblSettlements", columns, rows, "allocations", frozen=2)


def _duplicates(figures: Figures, teller: Teller) -> Table:
    rows = sorted(
        figures.tables["duplicate_pairs"],
        key=lambda row: (_DECISION_RANK.get(row["decision"], 2), -row["score"], row["id"]),
    )
    for row in rows:
        for side in ("a", "b"):
            customer = figures.customers[row[f"customer_{side}"]]
            row[f"{side}_name"] = customer["legal_name"]
            row[f"{side}_orders"] = customer["order_count"]
            for name, field in (("country", "country"), ("email", "email"), ("phone", "phone"), ("tax", "tax_id")):
                row[f"{side}_{name}"] = customer.get(field)
        row["reasons_text"] = teller.reasons(row.get("reasons"))
    columns = (
        *KEYS,
        SYNC,
        Column("a_name", link="customers:customer_a"),
        Column("b_name", link="customers:customer_b"),
        Column("score", Kind.SHARE),
        _stored("decision", Kind.CHOICE, choices="duplicate_pairs.decision"),
        Column("reasons_text", Kind.LONG, width=48),
        *(Column(f"{side}_{name}") for name in ("country", "email", "phone", "tax") for side in ("a", "b")),
        Column("a_orders", Kind.INTEGER),
        Column("b_orders", Kind.INTEGER),
        Column("decided_by"),
    )
    alerts = (
        Alert("decision", "AMBER", "review"),
        Alert("decision", "GREEN", "merge"),
        Alert("score", "RED", above=0.9),
    )
    return Table("tblDuplicates", columns, rows, "duplicate_pairs", frozen=3, alerts=alerts)


def _questions(figures: Figures, teller: Teller) -> Table:
    rows = sorted(
        figures.tables["open_findings"],
        key=lambda row: (row["state"] != "open", _SEVERITY_RANK.get(row["severity"], 3), row["place"], row["id"]),
    )
    for row in rows:
        row["finding_code"] = row["code"]
        row["candidates_text"] = teller.reasons(row.get("candidates"))
        row["what"], row["remedy"] = teller.finding(
            row["code"], row.get("value") or "", row["candidates_text"], row.get("details") or {}
        )
    columns = (
        *KEYS,
        SYNC,
        Column("severity", Kind.CHOICE, choices="open_findings.severity"),
        Column("place", width=34),
        Column("value", width=22),
        Column("what", Kind.LONG, width=44),
        Column("candidates_text", Kind.LONG, width=24),
        Column("remedy", Kind.LONG, width=44),
        _stored("state", Kind.CHOICE, choices="open_findings.state"),
        Column("finding_code"),
    )
    alerts = (
        Alert("severity", "RED", "refuse"),
        Alert("severity", "AMBER", "ask"),
        Alert("state", "GREEN", "answered"),
    )
    return Table("tblQuestions", columns, rows, "open_findings", frozen=2, alerts=alerts)


def _alternative(one: object, figures: Figures, texts: Texts, teller: Teller) -> str:
    """Another instalment that the receipt might pay, by its order, kind and amount."""
    instalment = figures.instalments.get(str(one.get("instalment_id"))) if isinstance(one, dict) else None
    if instalment is None:
        return teller.reason(one)
    number = figures.orders[instalment["order_id"]]["number"]
    kind = texts.label(instalment["kind"], "instalments.kind")
    paid = "" if instalment["open_amount"] else f" {texts.label(instalment['state'])}"
    return f"{number} {kind} {shown_amount(instalment['amount'], instalment['currency'])}{paid}"


def _explain(row: Row, amount: str, base_amount: str, figures: Figures, texts: Texts) -> None:
    """Add what stands beside a converted figure: its legs, its note and where the row was adopted from."""
    row["legs_text"] = legs_text(row)
    row["_note"] = note(row, amount, base_amount, texts)
    row["source_place"] = figures.places.get(row["id"])


def _with_custom(table: Table, figures: Figures) -> Table:
    """The firm's own fields as further columns at the end."""
    fields = figures.custom[table.source]
    for row in table.rows:
        for name in fields:
            row[f"custom.{name}"] = row["custom"].get(name)
    own = tuple(_own(field, fields) for field in fields.values())
    return replace(table, columns=table.columns + own)


def _own(field: Field, fields: Mapping[str, Field]) -> Column:
    key, code = f"custom.{field.name}", field.currency_field
    currency = f"custom.{code}" if code in fields else code
    kind = _OWN_KINDS.get(field.kind, Kind.TEXT)
    return Column(key, kind, field=key, group=Group.MORE, heading=field.name, currency=currency)


def _amounts(amounts: dict[str, Decimal]) -> str:
    return " · ".join(shown_amount(amount, code) for code, amount in sorted(amounts.items()))


def _several(names: list[str], texts: Texts) -> str:
    """The first name, and how many there are beside it."""
    if len(names) < 2:
        return "".join(names)
    return f"{names[0]} {texts.say('kinds-more', count=len(names) - 1 if texts.language == 'en' else len(names))}"
