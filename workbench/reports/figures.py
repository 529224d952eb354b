"""The register's rows with what follows from them: what is open, overdue, matched, and at which rate it stands.

Everything is read once. ``as_of`` is the day on which the workbook is read: it decides what is due or overdue and at
which rates open amounts are valued. The rows themselves are the register's as they stand now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.errors import RateError
from workbench.rates import Rate, RateBook
from workbench.register import Field, Register

__all__ = ["Amounts", "Figures", "LatestRate", "Row"]

Row = dict[str, Any]
Amounts = dict[str, Decimal]
"""Currency code to amount in that currency; never added across currencies."""

ZERO = Decimal(0)
_INCOMING = ("customer", "unknown", None, "")


@dataclass(frozen=True, slots=True)
class LatestRate:
    """Base currency per 1 ``currency`` on the as-of day, or why there is none; ``rate`` is None for base itself."""

    currency: str
    rate: Rate | None
    problem: str = ""  # code of the error: rate.missing, rate.stale, …


@dataclass(slots=True)
class Figures:
    """All rows of a register that its workbook shows, indexed, with the states that are derived from them."""

    base: str
    as_of: date
    tables: Mapping[str, list[Row]]
    rates: dict[str, LatestRate] = field(default_factory=dict)
    custom: dict[str, dict[str, Field]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    customers: dict[str, Row] = field(default_factory=dict)
    orders: dict[str, Row] = field(default_factory=dict)
    instalments: dict[str, Row] = field(default_factory=dict)
    receipts: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def read(cls, register: Register, book: RateBook, as_of: date) -> Figures:
        """Read the register once and derive the states.

        A currency without a usable rate stays without a base figure: nothing stands in for it.
        """
        names = (
            "customers",
            "orders",
            "instalments",
            "receipts",
            "allocations",
            "invoices",
            "duplicate_pairs",
            "match_decisions",
            "open_findings",
            "settings",
        )
        tables = {name: [dict(row) for row in register.rows(name)] for name in names}
        figures = cls(register.base_currency, as_of, tables)
        figures.custom = {name: register.custom_fields(name) for name in names}
        for source in register.rows("source_records"):
            figures.places.setdefault(source["row_id"], source["place"])
        figures.customers = {row["id"]: row for row in tables["customers"]}
        figures.orders = {row["id"]: row for row in tables["orders"]}
        figures.instalments = {row["id"]: row for row in tables["instalments"]}
        figures.receipts = {row["id"]: row for row in tables["receipts"]}
        figures._derive_instalments()
        figures._find_rates(book)
        figures._value_open_amounts()
        figures._derive_orders()
        figures._derive_receipts()
        figures._derive_customers()
        return figures

    def value(self, amount: Decimal, currency: str) -> Decimal | None:
        """``amount`` of ``currency`` in base currency at the as-of rate, rounded once; None without a rate."""
        if currency == self.base:
            return amount
        latest = self.rates.get(currency)
        return latest.rate.convert(amount) if latest and latest.rate else None

    def _derive_instalments(self) -> None:
        settled: dict[str, Decimal] = defaultdict(Decimal)
        for allocation in self.tables["allocations"]:
            settled[allocation["instalment_id"]] += allocation["document_amount"]
        for row in self.tables["instalments"]:
            order = self.orders[row["order_id"]]
            row["settled_amount"] = settled[row["id"]]
            cancelled = order.get("status") == "cancelled"
            row["open_amount"] = ZERO if cancelled else row["amount"] - row["settled_amount"]
            row["state"] = "cancelled" if cancelled else self._instalment_state(row)
            row["days_overdue"] = (self.as_of - row["due_date"]).days if row["state"] == "overdue" else None

    def _instalment_state(self, row: Row) -> str:
        if row["open_amount"] == ZERO or row["open_amount"] < ZERO < row["amount"]:
            return "paid"  # perhaps more than was owed: a credit, which nobody is to be reminded of
        if row.get("due_date") and row["due_date"] < self.as_of:
            return "overdue"
        return "part" if row["settled_amount"] else "open"

    def _find_rates(self, book: RateBook) -> None:
        used = {row["currency"] for name in ("orders", "instalments", "receipts") for row in self.tables[name]}
        used |= {row["default_currency"] for row in self.tables["customers"] if row.get("default_currency")}
        for currency in sorted(used):
            self.rates[currency] = self._latest(book, currency)

    def _latest(self, book: RateBook, currency: str) -> LatestRate:
        if currency == self.base:
            return LatestRate(currency, None)
        try:
            return LatestRate(currency, book.get(currency, self.base, self.as_of))
        except RateError as error:
            return LatestRate(currency, None, error.code)

    def _value_open_amounts(self) -> None:
        for row in self.tables["instalments"]:
            row["open_base"] = self.value(row["open_amount"], row["currency"]) if row["open_amount"] else None
            row["base_currency"] = self.base if row["open_base"] is not None else None
            latest = self.rates[row["currency"]]
            if latest.rate and row["open_base"] is not None:
                row.update(latest.rate.as_fields())

    def _derive_orders(self) -> None:
        open_amounts: dict[str, Decimal] = defaultdict(Decimal)
        receipts: dict[str, list[str]] = defaultdict(list)
        for row in self.tables["instalments"]:
            open_amounts[row["order_id"]] += row["open_amount"]
        for allocation in self.tables["allocations"]:
            order_id = self.instalments[allocation["instalment_id"]]["order_id"]
            if allocation["receipt_id"] not in receipts[order_id]:
                receipts[order_id].append(allocation["receipt_id"])
        with_instalments = {row["order_id"] for row in self.tables["instalments"]}
        for row in self.tables["orders"]:
            row["open_amount"] = open_amounts[row["id"]] if row["id"] in with_instalments else None
            row["receipt_ids"] = receipts[row["id"]]

    def _derive_receipts(self) -> None:
        taken: dict[str, Decimal] = defaultdict(Decimal)
        orders: dict[str, list[str]] = defaultdict(list)
        for allocation in self.tables["allocations"]:
            taken[allocation["receipt_id"]] += allocation["receipt_amount"]
            order_id = self.instalments[allocation["instalment_id"]]["order_id"]
            if order_id not in orders[allocation["receipt_id"]]:
                orders[allocation["receipt_id"]].append(order_id)
        decisions = {row["receipt_id"]: row["decision"] for row in self.tables["match_decisions"]}
        for row in self.tables["receipts"]:
            row["matched_amount"] = taken[row["id"]]
            row["order_ids"] = orders[row["id"]]
            row["state"] = _receipt_state(row, decisions.get(row["id"], ""))
            waits = row["state"] in {"unmatched", "part_matched", "review"}
            row["unmatched_amount"] = row["amount"] - row["matched_amount"] if waits else ZERO

    def _derive_customers(self) -> None:
        counts: dict[str, int] = defaultdict(int)
        unpaid: dict[str, Amounts] = defaultdict(lambda: defaultdict(Decimal))
        overdue: dict[str, Amounts] = defaultdict(lambda: defaultdict(Decimal))
        for order in self.tables["orders"]:
            counts[order["customer_id"]] += 1
        for row in self.tables["instalments"]:
            customer_id = self.orders[row["order_id"]]["customer_id"]
            if row["open_amount"]:
                unpaid[customer_id][row["currency"]] += row["open_amount"]
            if row["state"] == "overdue":
                overdue[customer_id][row["currency"]] += row["open_amount"]
        for row in self.tables["customers"]:
            row["order_count"] = counts[row["id"]]
            row["open_by_currency"] = dict(unpaid[row["id"]])
            row["overdue_by_currency"] = dict(overdue[row["id"]])


def _receipt_state(row: Row, decision: str) -> str:
    if row["matched_amount"] and row["matched_amount"] == row["amount"]:
        return "matched"
    if row["matched_amount"]:
        return "part_matched"
    if row["amount"] <= ZERO or row.get("kind") not in _INCOMING or decision == "no_match":
        return "not_applicable"
    return "review" if decision == "review" else "unmatched"
