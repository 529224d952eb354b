"""The sheets of money that waits and of month ends: unmatched receipts, revaluations; and what answers are offered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta

from workbench.reports.columns import Alert, Column, Group, Kind, Table
from workbench.reports.fields import KEYS, TO_ORDER
from workbench.reports.figures import Row
from workbench.reports.reading import Page
from workbench.reports.reasons import Teller
from workbench.reports.tables import TableBuilder
from workbench.settlement.typed import ACCEPT, NO_PAYMENT, REJECT

__all__ = ["MOST_ANSWERS", "month_ends", "offered_answers", "unmatched"]

MOST_ANSWERS = 3_000
"""Rows with a drop-down of their own: each is a rule of the sheet."""
_STATES = ("unmatched", "part_matched", "review")


def unmatched(builder: TableBuilder, teller: Teller) -> Table:
    """Receipts of which something waits, most money and longest waiting first, with why nothing was posted."""
    figures, queries = builder.figures, builder.queries
    told: dict[str, str] = {}
    for row in builder.snapshot.rows(queries.undecided_reasons()):
        told.setdefault(row["receipt_id"], teller.reasons(json.loads(row["reasons"])))
    valuers = {code: figures.valuer(code) for code in figures.rates}
    rows = []
    for row in builder.snapshot.rows(queries.receipts(waiting=True, states=_STATES)):
        value = valuers[row["currency"]](row["unmatched_amount"])
        days = max((figures.as_of - date.fromisoformat(row["value_date"])).days, 0)
        rows.append({
            **{name: row[name] for name in ("value_date", "payer", "currency", "amount", "unmatched_amount", "state",
                                            "account", "reference")},
            "receipt_id": row["id"],
            "days_waiting": days,
            "base_currency": figures.base,
            "unmatched_base": value,
            "reasons_text": told.get(row["id"], ""),
        })  # fmt: skip
    rows.sort(key=_weight)
    columns = (
        Column("receipt_id", width=11),
        Column("to_receipt", Kind.LINK, link="receipts:receipt_id"),
        Column("value_date", Kind.DATE),
        Column("days_waiting", Kind.INTEGER),
        Column("state", Kind.CHOICE, choices="receipts.state"),
        Column("payer", width=30),
        Column("currency", Kind.CURRENCY),
        Column("amount", Kind.MONEY, currency="currency"),
        Column("unmatched_amount", Kind.MONEY, currency="currency"),
        Column("unmatched_base", Kind.MONEY, currency="base_currency"),
        Column("reasons_text", Kind.LONG, width=52),
        Column("reference", width=34),
        Column("account", width=20),
    )
    table = builder.told("tblUnmatched", columns, rows, frozen=2)
    table.alerts = (
        Alert("days_waiting", "RED", above=30),
        Alert("state", "AMBER", "review"),
        Alert("state", "AMBER", "part_matched"),
    )
    return table


def _weight(row: Row) -> tuple[bool, int, str]:
    """What has no rate comes first, then by money times days."""
    base = row["unmatched_base"]
    return base is not None, -abs(base or 0) * max(row["days_waiting"], 1), row["receipt_id"]


def month_ends(builder: TableBuilder) -> Table:
    """The lines of the month ends that are closed: open amounts at the closing rate, and the day they are taken back."""

    def derive(page: Page) -> None:
        page["reversal_date"] = [_day_after(day) for day in page["month_end"]]

    columns = (
        *KEYS,
        Column("order_id", group=Group.KEY, width=10),
        Column("month_end", Kind.DATE),
        Column("order_number", width=14),
        TO_ORDER,
        Column("customer_name", width=30),
        Column("kind", Kind.CHOICE, choices="instalments.kind"),
        Column("document_currency", Kind.CURRENCY),
        Column("open_amount", Kind.MONEY, currency="document_currency"),
        Column("closing_rate", Kind.RATE),
        Column("closing_rate_date", Kind.DATE),
        Column("base_currency", Kind.CURRENCY),
        Column("carrying_amount", Kind.MONEY, currency="base_currency", total=True),
        Column("unrealised_fx", Kind.MONEY, currency="base_currency", total=True),
        Column("reversal_date", Kind.DATE),
        Column("instalment_id", group=Group.MORE),
        Column("receipt_id", group=Group.MORE),
    )
    query = builder.queries.month_ends()
    return builder.shown("tblMonthEnd", "revaluations", query, columns, derive=derive, frozen=2)


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def offered_answers(builder: TableBuilder, alternatives: Sequence[tuple[Row, Sequence[str]]]) -> list[list[str]]:
    """For rows of decisions what their drop-down offers; ``alternatives`` are each row and its alternatives in words."""
    chinese = builder.texts.language == "zh"

    def word(pair: Sequence[str]) -> str:
        return pair[0] if chinese else pair[1]

    offered: list[list[str]] = []
    for row, others in alternatives:
        if row["decided_by"]:
            offered.append([])
            continue
        numbered = [f"{number}: {text}" for number, text in enumerate(others, start=1)]
        accept = [word(ACCEPT)] if row["instalment_id"] else []
        offered.append([*accept, word(REJECT), word(NO_PAYMENT), *numbered])
    return offered
