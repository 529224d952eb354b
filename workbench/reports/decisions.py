"""The sheets of what was decided or waits for a person: matches, settlements, duplicates, questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.reports.columns import Alert, Column, Group, Kind, Table
from workbench.reports.fields import CUSTOMER, KEYS, ORDER, SYNC, TO_ORDER, stored
from workbench.reports.figures import Row
from workbench.reports.money_in import MOST_ANSWERS, offered_answers
from workbench.reports.plain import decimal, shown_amount
from workbench.reports.reading import Page
from workbench.reports.reasons import Teller
from workbench.reports.survivors import kept_fields
from workbench.reports.tables import TableBuilder
from workbench.reports.texts import Texts

__all__ = ["duplicates", "matches", "questions", "settlements"]

TO_RECEIPT = Column("to_receipt", Kind.LINK, link="receipts:receipt_id")


def matches(builder: TableBuilder, teller: Teller) -> Table:
    """Which receipt pays which order, and why."""

    def derive(page: Page) -> None:
        page["reasons_text"] = [teller.reasons(_read(reasons)) for reasons in page["reasons"]]
        page["alternatives_text"] = _alternatives(builder, teller, page["alternatives"])

    columns = (
        *KEYS,
        ORDER,
        SYNC,
        Column("receipt_id"),
        TO_RECEIPT,
        Column("value_date", Kind.DATE),
        Column("payer", width=28),
        Column("currency", Kind.CURRENCY),
        Column("amount", Kind.MONEY, currency="currency"),
        Column("order_number"),
        TO_ORDER,
        Column("customer_name"),
        Column("confidence", Kind.SHARE),
        stored("decision", Kind.CHOICE, choices="match_decisions.decision"),
        stored("answer", width=26),
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
    query = builder.queries.matches()
    table = builder.shown("tblMatches", "match_decisions", query, columns, derive=derive, frozen=2, alerts=alerts)
    table.offered = {"answer": _offered(builder, teller, query)}
    return table


def _offered(builder: TableBuilder, teller: Teller, query: Any) -> list[list[str]]:
    """What the drop-downs of the first rows offer, those that wait being the first."""
    rows = list(builder.snapshot.rows(query.limit(MOST_ANSWERS)))
    others = _named_alternatives(builder, teller, [row["alternatives"] for row in rows])
    return offered_answers(builder, list(zip(rows, others, strict=True)))


def settlements(builder: TableBuilder) -> Table:
    """What was settled, at which rates, and what that gained or lost."""
    columns = (
        *KEYS,
        ORDER,
        CUSTOMER,
        Column("allocation_date", Kind.DATE),
        Column("order_number"),
        TO_ORDER,
        Column("customer_name"),
        Column("receipt_id"),
        TO_RECEIPT,
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
        Column("reasons", width=40),
    )
    return builder.shown("tblSettlements", "allocations", builder.queries.settlements(), columns, frozen=2)


def duplicates(builder: TableBuilder, teller: Teller) -> Table:
    """Two records that may be one customer, side by side, and what a merge would keep of each."""

    def derive(page: Page) -> None:
        page["reasons_text"] = [teller.reasons(_read(reasons)) for reasons in page["reasons"]]
        page["would_keep"] = kept_fields(builder, page)

    sides = ("country", "email", "phone", "tax")
    columns = (
        *KEYS,
        Column("customer_a", group=Group.KEY, width=10),
        Column("customer_b", group=Group.KEY, width=10),
        SYNC,
        Column("score", Kind.SHARE),
        Column("a_name", width=26),
        Column("to_a", Kind.LINK, link="customers:customer_a"),
        Column("b_name", width=26),
        Column("to_b", Kind.LINK, link="customers:customer_b"),
        stored("decision", Kind.CHOICE, choices="duplicate_pairs.decision", width=16),
        stored("survivor", Kind.CHOICE, choices="duplicate_pairs.survivor", width=9),
        stored("take", width=18),
        stored("why", width=22),
        Column("reasons_text", Kind.LONG, width=52),
        Column("would_keep", Kind.LONG, width=40),
        *(Column(f"{side}_{name}") for name in sides for side in ("a", "b")),
        Column("a_orders", Kind.INTEGER),
        Column("b_orders", Kind.INTEGER),
        Column("decided_by"),
    )
    alerts = (
        Alert("decision", "AMBER", "review"),
        Alert("decision", "GREEN", "merge"),
        Alert("score", "RED", above=0.9),
    )
    query = builder.queries.duplicates()
    return builder.shown("tblDuplicates", "duplicate_pairs", query, columns, derive=derive, frozen=4, alerts=alerts)


def questions(builder: TableBuilder, teller: Teller) -> Table:
    """What was not understood on the way into the register."""

    def derive(page: Page) -> None:
        page["finding_code"] = page["code"]
        page["candidates_text"] = [teller.reasons(_read(one)) for one in page["candidates"]]
        facts = zip(page["code"], page["value"], page["candidates_text"], page["details"], strict=True)
        told = [
            teller.finding(code, value or "", candidates, _read(details) or {})
            for code, value, candidates, details in facts
        ]
        page["what"], page["remedy"] = [what for what, _remedy in told], [remedy for _what, remedy in told]

    columns = (
        *KEYS,
        SYNC,
        Column("severity", Kind.CHOICE, choices="open_findings.severity"),
        Column("place", width=34),
        Column("value", width=22),
        Column("what", Kind.LONG, width=44),
        Column("candidates_text", Kind.LONG, width=24),
        Column("remedy", Kind.LONG, width=44),
        stored("state", Kind.CHOICE, choices="open_findings.state"),
        Column("finding_code"),
    )
    alerts = (
        Alert("severity", "RED", "refuse"),
        Alert("severity", "AMBER", "ask"),
        Alert("state", "GREEN", "answered"),
    )
    query = builder.queries.questions()
    return builder.shown("tblQuestions", "open_findings", query, columns, derive=derive, frozen=2, alerts=alerts)


def _read(stored: str | None) -> Any:
    return json.loads(stored) if stored else None


def _alternatives(builder: TableBuilder, teller: Teller, stored: Any) -> list[str]:
    """For each row of a page the other instalments that its receipt might pay, numbered."""
    named = _named_alternatives(builder, teller, stored)
    return [
        builder.texts.join([f"{number}: {one}" if len(row) > 1 else one for number, one in enumerate(row, start=1)])
        for row in named
    ]


def _named_alternatives(builder: TableBuilder, teller: Teller, stored: Any) -> list[list[str]]:
    read = [_read(one) or [] for one in stored]
    ids = {str(one["instalment_id"]) for row in read for one in row if isinstance(one, dict) and "instalment_id" in one}
    named: Mapping[str, Row] = {}
    if ids:
        named = {row["id"]: row for row in builder.snapshot.rows(builder.queries.instalments_named(ids))}
    return [[_alternative(one, named, builder.texts, teller) for one in row] for row in read]


def _alternative(one: object, named: Mapping[str, Row], texts: Texts, teller: Teller) -> str:
    """Another instalment that the receipt might pay, by its order, kind and amount."""
    row = named.get(str(one.get("instalment_id"))) if isinstance(one, dict) else None
    if row is None:
        return teller.reason(one)
    kind = texts.label(row["kind"], "instalments.kind")
    settled = row["status"] == "cancelled" or row["amount"] == row["settled_amount"]
    state = texts.label("cancelled" if row["status"] == "cancelled" else "paid") if settled else ""
    amount = shown_amount(decimal(row["amount"], row["currency"]), row["currency"])
    return f"{row['number']} {kind} {amount}{' ' + state if state else ''}"
