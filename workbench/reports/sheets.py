"""The sheets that people edit, and which columns and rows each of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from workbench.reports.columns import Alert, Column, Group, Kind, Sheet, Table
from workbench.reports.decisions import duplicates, matches, questions, settlements
from workbench.reports.evidence import legs_text, note, stored_rate
from workbench.reports.fields import (
    CUSTOMER,
    CUSTOMER_NAME,
    EVIDENCE,
    KEYS,
    LEGS,
    ORDER,
    ORDER_NUMBER,
    SOURCE,
    SYNC,
    TO_CUSTOMER,
    TO_ORDER,
    more,
    several,
    stored,
)
from workbench.reports.figures import Amounts, Figures, Row
from workbench.reports.money_in import month_ends, unmatched
from workbench.reports.plain import shown_amount
from workbench.reports.reading import Page
from workbench.reports.reasons import Teller
from workbench.reports.tables import TableBuilder

__all__ = ["build_sheets"]


def build_sheets(builder: TableBuilder) -> list[Sheet]:
    """The sheets that show one table each (Today, Exposure, Rates, Settings and Help are made apart)."""
    teller = Teller(builder.texts)
    return [
        Sheet("customers", _customers(builder)),
        Sheet("contacts", _contacts(builder)),
        Sheet("orders", _orders(builder)),
        Sheet("instalments", _instalments(builder)),
        Sheet("receipts", _receipts(builder)),
        Sheet("matches", matches(builder, teller)),
        Sheet("unmatched", unmatched(builder, teller)),
        Sheet("settlements", settlements(builder)),
        Sheet("month_end", month_ends(builder)),
        Sheet("duplicates", duplicates(builder, teller)),
        Sheet("questions", questions(builder, teller)),
        Sheet("followups", _followups(builder)),
        Sheet("chase", _chase(builder)),
    ]


def _customers(builder: TableBuilder) -> Table:
    by_customer = builder.figures.by_customer

    def derive(page: Page) -> None:
        found = [by_customer.get(one) for one in page["id"]]
        page["open_text"] = [_amounts(one[0].amounts) if one else None for one in found]
        page["overdue_text"] = [_amounts(one[1].amounts) if one else None for one in found]

    columns = (
        *KEYS,
        Column("merged_into", group=Group.KEY, width=10),
        SYNC,
        stored("code"),
        stored("legal_name"),
        stored("local_name"),
        stored("country", Kind.COUNTRY),
        stored("default_currency", Kind.CURRENCY),
        Column("order_count", Kind.INTEGER),
        Column("open_text"),
        Column("overdue_text"),
        stored("payment_terms"),
        stored("tier"),
        stored("owner"),
        stored("email"),
        stored("phone"),
        stored("screening_state", Kind.CHOICE, choices="customers.screening_state"),
        *more("tax_id", "address"),
        stored("allowed_currencies", Kind.LIST, Group.MORE),
        stored("tags", Kind.LIST, Group.MORE),
        *more("language", "time_zone", "source_channel", "special_requirements", "note"),
        Column("to_merged", Kind.LINK, group=Group.MORE, link="customers:merged_into"),
        SOURCE,
    )
    alerts = (
        Alert("screening_state", "RED", "blocked"),
        Alert("screening_state", "AMBER", "review"),
        Alert("overdue_text", "RED", filled=True),
    )
    query = builder.queries.customers()
    return builder.shown("tblCustomers", "customers", query, columns, derive=derive, frozen=3, alerts=alerts)


def _contacts(builder: TableBuilder) -> Table:
    columns = (
        *KEYS,
        CUSTOMER,
        SYNC,
        stored("name"),
        CUSTOMER_NAME,
        TO_CUSTOMER,
        stored("role"),
        stored("email"),
        stored("phone"),
        stored("note", width=40),
        SOURCE,
    )
    return builder.shown("tblContacts", "contacts", builder.queries.contacts(), columns, frozen=3)


def _orders(builder: TableBuilder) -> Table:
    texts = builder.texts

    def derive(page: Page) -> None:
        pairs = zip(page["first_receipt"], page["receipt_count"], strict=True)
        page["receipts_text"] = [several(first, count, texts) for first, count in pairs]
        page["legs_text"] = _legs(page)

    columns = (
        *KEYS,
        CUSTOMER,
        Column("first_receipt", group=Group.KEY, width=10),
        SYNC,
        stored("number"),
        CUSTOMER_NAME,
        TO_CUSTOMER,
        stored("order_date", Kind.DATE),
        stored("status", Kind.CHOICE, choices="orders.status"),
        stored("currency", Kind.CURRENCY),
        stored("amount", Kind.MONEY, currency="currency"),
        Column("open_amount", Kind.MONEY, currency="currency"),
        Column("receipts_text"),
        Column("to_receipt", Kind.LINK, link="receipts:first_receipt"),
        stored("due_date", Kind.DATE),
        Column("base_amount", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        *more("customer_po"),
        stored("incoterm", Kind.CHOICE, Group.MORE, choices="orders.incoterm"),
        *more("incoterm_place"),
        stored("deposit_percent", Kind.PERCENT, Group.MORE),
        *more("salesperson", "note"),
        SOURCE,
    )
    return builder.shown(
        "tblOrders",
        "orders",
        builder.queries.orders(),
        columns,
        derive=derive,
        note=lambda row: note(row, "amount", "base_amount", texts),
        frozen=3,
        alerts=(Alert("status", "GREEN", "paid"), Alert("status", "AMBER", "part_paid")),
    )


def _instalments(builder: TableBuilder) -> Table:
    figures, texts = builder.figures, builder.texts
    valued = _Valued(figures)

    def derive(page: Page) -> None:
        valued.add(page)
        overdue = zip(page["state"], page["due_date"], strict=True)
        page["days_overdue"] = [_days(figures.as_of, due) if state == "overdue" else None for state, due in overdue]

    columns = (
        *KEYS,
        ORDER,
        CUSTOMER,
        SYNC,
        ORDER_NUMBER,
        TO_ORDER,
        Column("customer_name"),
        TO_CUSTOMER,
        stored("sequence", Kind.INTEGER),
        stored("kind", Kind.CHOICE, choices="instalments.kind"),
        stored("due_date", Kind.DATE),
        Column("state", Kind.CHOICE, choices="instalments.state"),
        Column("days_overdue", Kind.INTEGER),
        stored("currency", Kind.CURRENCY),
        stored("amount", Kind.MONEY, currency="currency"),
        Column("settled_amount", Kind.MONEY, currency="currency"),
        Column("open_amount", Kind.MONEY, currency="currency"),
        Column("open_base", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        stored("basis", group=Group.MORE),
        stored("refundable", Kind.BOOLEAN, Group.MORE),
    )
    alerts = (
        Alert("state", "RED", "overdue"),
        Alert("state", "AMBER", "part"),
        Alert("state", "GREEN", "paid"),
        Alert("days_overdue", "RED", above=30),
    )
    return builder.shown(
        "tblInstalments",
        "instalments",
        builder.queries.instalments(),
        columns,
        derive=derive,
        note=lambda row: note(row, "open_amount", "open_base", texts),
        totals={"open_base": sum(figures.unpaid.base.values())},
        frozen=3,
        alerts=alerts,
    )


def _receipts(builder: TableBuilder) -> Table:
    texts = builder.texts

    def derive(page: Page) -> None:
        pairs = zip(page["order_number"], page["order_count"], strict=True)
        page["orders_text"] = [several(first, count, texts) for first, count in pairs]
        page["legs_text"] = _legs(page)

    columns = (
        *KEYS,
        Column("first_order", group=Group.KEY, width=10),
        SYNC,
        stored("value_date", Kind.DATE),
        stored("payer"),
        stored("account"),
        stored("kind", Kind.CHOICE, choices="receipts.kind"),
        Column("state", Kind.CHOICE, choices="receipts.state"),
        stored("currency", Kind.CURRENCY),
        stored("amount", Kind.MONEY, currency="currency"),
        Column("unmatched_amount", Kind.MONEY, currency="currency"),
        Column("orders_text"),
        Column("to_order", Kind.LINK, link="orders:first_order"),
        stored("reference", width=34),
        Column("base_amount", Kind.MONEY, currency="base_currency", total=True, noted=True),
        *EVIDENCE,
        LEGS,
        *more("bank_reference"),
        stored("instructed_currency", Kind.CURRENCY, Group.MORE),
        stored("instructed_amount", Kind.MONEY, Group.MORE, currency="instructed_currency"),
        stored("fee_currency", Kind.CURRENCY, Group.MORE),
        stored("fee_amount", Kind.MONEY, Group.MORE, currency="fee_currency"),
        stored("booking_date", Kind.DATE, Group.MORE),
        *more("payer_account", "note"),
        Column("fingerprint", group=Group.MORE),
        SOURCE,
    )
    alerts = (
        Alert("state", "AMBER", "unmatched"),
        Alert("state", "AMBER", "part_matched"),
        Alert("state", "AMBER", "review"),
        Alert("state", "GREEN", "matched"),
    )
    return builder.shown(
        "tblReceipts",
        "receipts",
        builder.queries.receipts(),
        columns,
        derive=derive,
        note=lambda row: note(row, "amount", "base_amount", texts),
        frozen=3,
        alerts=alerts,
    )


def _followups(builder: TableBuilder) -> Table:
    columns = (
        *KEYS,
        CUSTOMER,
        ORDER,
        SYNC,
        stored("summary", width=52),
        stored("due_date", Kind.DATE),
        stored("owner"),
        stored("state", Kind.CHOICE, choices="tasks.state"),
        CUSTOMER_NAME,
        TO_CUSTOMER,
        ORDER_NUMBER,
        TO_ORDER,
        SOURCE,
    )
    alerts = (
        Alert("state", "GREEN", "done"),
        Alert("due_date", "RED", days=-1, only=("state", "open")),
        Alert("due_date", "AMBER", days=7, only=("state", "open")),
    )
    return builder.shown("tblTasks", "tasks", builder.queries.tasks(), columns, frozen=2, alerts=alerts)


def _chase(builder: TableBuilder) -> Table:
    """Overdue instalments, the largest first: whom to call, about what, and who looks after the customer."""
    columns = (
        Column("id", group=Group.KEY, width=10),
        Column("customer_id", group=Group.KEY, width=10),
        Column("owner"),
        Column("customer_name"),
        TO_CUSTOMER,
        Column("order_number"),
        Column("to_instalment", Kind.LINK, link="instalments:id"),
        Column("kind", Kind.CHOICE, choices="instalments.kind"),
        Column("due_date", Kind.DATE),
        Column("days_overdue", Kind.INTEGER),
        Column("currency", Kind.CURRENCY),
        Column("open_amount", Kind.MONEY, currency="currency"),
        Column("open_base", Kind.MONEY, currency="base_currency"),
        Column("email"),
        Column("phone"),
    )
    names = [column.key for column in columns if column.kind is not Kind.LINK]
    base = builder.figures.base
    late = [{**row, "owner": row["owner"] or row["salesperson"], "base_currency": base} for row in builder.figures.late]
    rows = [{name: row.get(name) for name in [*names, "base_currency"]} for row in late]
    table = builder.told("tblChase", columns, rows, frozen=2)
    table.alerts = (Alert("days_overdue", "RED", above=30),)
    return table


class _Valued:
    """Adds what open amounts are worth at the day's rates, and the rates' evidence, to pages of instalments."""

    _NAMES = ("base_currency", "rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy", "rate_legs")

    def __init__(self, figures: Figures) -> None:
        self._valuers = {code: figures.valuer(code) for code in figures.rates}
        self._rates: dict[str, Mapping[str, Any]] = {}
        for code, latest in figures.rates.items():
            known: Row = {"base_currency": figures.base}
            if latest.rate:
                known |= stored_rate(latest.rate)
                known["legs_text"] = legs_text(known["rate_legs"])
            self._rates[code] = known

    def add(self, page: Page) -> None:
        codes, valuers = page["currency"], self._valuers
        pairs = zip(page["open_amount"], codes, strict=True)
        bases = page["open_base"] = [valuers[code](units) if units else None for units, code in pairs]
        for name in (*self._NAMES, "legs_text"):
            known = {code: rate.get(name) for code, rate in self._rates.items()}
            pairs_ = zip(bases, codes, strict=True)
            page[name] = [None if base is None else known[code] for base, code in pairs_]


def _legs(page: Page) -> list[str | None]:
    return [_legs_text(legs) if legs else None for legs in page["rate_legs"]]


_legs_text = lru_cache(maxsize=4_000)(legs_text)


@lru_cache(maxsize=4_000)
def _days(as_of: date, due: str) -> int:
    return (as_of - date.fromisoformat(due)).days


def _amounts(amounts: Amounts) -> str:
    return " · ".join(shown_amount(amount, code) for code, amount in sorted(amounts.items()))
