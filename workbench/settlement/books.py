"""The register's rows that settlement reads, of now or of a past changeset, up to a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from workbench.errors import RateError
from workbench.findings import Finding
from workbench.money import relieve, round_to_minor
from workbench.rates import RateBook
from workbench.register import Register
from workbench.settlement.receivables import Basis, OpenItem, Receivables
from workbench.settlement.valuation import RateChoice, Valuer

__all__ = ["Books", "Past", "Rows", "first_open_day", "open_items", "realised_fx", "standing_by_order"]

Row = Mapping[str, Any]
BY_ORDER = "by_order"
"""Where a closing keeps the orders of its month that stood without an invoice."""
_TABLES = ("receipts", "instalments", "orders", "customers", "invoices", "allocations", "credits")


class Rows(Protocol):
    """What rows can be read from: a register, or a changeset that is being made."""

    def rows(self, table: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows of a table."""


@dataclass(frozen=True, slots=True)
class Past:
    """A register as it stood after a changeset."""

    register: Register
    changeset: int

    def rows(self, table: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows of a table as they stood."""
        return self.register.rows(table, where, as_of=self.changeset)

    def setting(self, name: str, default: object = None) -> Any:
        """A setting as it stood."""
        rows = self.rows("settings", {"name": name})
        return rows[0]["value"] if rows else default


@dataclass(frozen=True, slots=True)
class Books:
    """Rows of the tables that money is settled in; money dated after ``until`` is left out, where it is given.

    ``by_order`` are orders that stood by their order date in a month that is closed.
    """

    base_currency: str
    receipts: list[dict[str, Any]]
    instalments: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    customers: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    allocations: list[dict[str, Any]]
    credits: list[dict[str, Any]]
    by_order: frozenset[str] = frozenset()

    @classmethod
    def of(cls, source: Rows, *, until: date | None = None) -> Books:
        """Read them from a register or from a changeset under way."""
        (setting,) = source.rows("settings", {"name": "base_currency"})
        found = {table: source.rows(table) for table in _TABLES}
        # Invoices that come later stay: they tell that nothing is receivable yet.
        days = {
            "receipts": "value_date",
            "allocations": "allocation_date",
            "credits": "credit_date",
        }
        if until is not None:
            for table, day in days.items():
                found[table] = [row for row in found[table] if row[day] <= until]
        return cls(str(setting["value"]), **found, by_order=standing_by_order(source))

    @classmethod
    def around(
        cls, source: Rows, receipt_id: str | None, instalment_ids: Iterable[str], customer_ids: Iterable[str] = ()
    ) -> Books:
        """Only what one receipt and some instalments stand among: their orders whole, and all that settled them.

        Credits are those of the receipt and all of the customers that it was kept for, or that are named.
        """
        (setting,) = source.rows("settings", {"name": "base_currency"})
        named = source.rows("instalments", {"id": sorted(set(instalment_ids))})
        orders = sorted({row["order_id"] for row in named})
        instalments = source.rows("instalments", {"order_id": orders})
        of_receipt = {"receipt_id": receipt_id}
        settled = source.rows("allocations", {"instalment_id": [row["id"] for row in instalments]})
        settled += source.rows("allocations", of_receipt) if receipt_id else []
        kept = source.rows("credits", of_receipt) if receipt_id else []
        holders = sorted({*customer_ids, *(row["customer_id"] for row in kept)})
        kept += source.rows("credits", {"customer_id": holders}) if holders else []
        return cls(
            str(setting["value"]),
            source.rows("receipts", {"id": receipt_id}) if receipt_id else [],
            instalments,
            source.rows("orders", {"id": orders}),
            [],
            source.rows("invoices", {"order_id": orders}),
            _in_order(settled),
            _in_order(kept),
            standing_by_order(source),
        )

    @classmethod
    def as_of(cls, register: Register, changeset: int, *, until: date | None = None) -> Books:
        """As they stood right after a changeset."""
        return cls.of(Past(register, changeset), until=until)

    def receivables(
        self, book: RateBook, *, basis: Basis = Basis.INVOICE_OR_ORDER, choice: RateChoice | None = None
    ) -> Receivables:
        """The instalments with what is settled of them."""
        return Receivables(
            self.instalments,
            self.orders,
            book=book,
            base_currency=self.base_currency,
            invoices=self.invoices,
            allocations=self.allocations,
            basis=basis,
            choice=choice,
            by_order=self.by_order,
        )

    def credit_left(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By receipt and customer what is left of credits: ``amount``, ``base_amount`` and the row it began with.

        Money that went back to the customer uses up the oldest credits in its currency, at the rates they are held at.
        """
        left: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.credits:
            key = (row["receipt_id"], row["customer_id"])
            if row["amount"] < 0 and key not in left:
                used = paid_back(left.values(), row["customer_id"], row["currency"], -row["amount"])
                for held, amount, base in used:
                    held["amount"], held["base_amount"] = held["amount"] - amount, held["base_amount"] - base
                continue
            held = left.setdefault(key, {**row, "amount": Decimal(0), "base_amount": Decimal(0)})
            held["amount"] += row["amount"]
            held["base_amount"] += row["base_amount"]
        return {key: row for key, row in left.items() if row["amount"]}

    def repayments(self, valued: Mapping[str, Decimal] | None = None) -> list[tuple[Row, Decimal]]:
        """Rows of credits that were paid back, each with the base amount of the cash that went out (below zero).

        What that is more or less than the credit was held at is realised.
        """
        receipts = {row["id"]: row for row in self.receipts if row["amount"] < 0}
        settled: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.allocations:
            settled[row["receipt_id"]] += row["settlement_amount"]
        made: list[tuple[Row, Decimal]] = []
        for row in self.credits:
            receipt = receipts.get(row["receipt_id"])
            if receipt is None:
                continue
            whole = (valued or {}).get(receipt["id"])
            if whole is None and receipt.get("base_currency") == self.base_currency:
                whole = receipt.get("base_amount")
            if whole is None:
                whole = round_to_minor(receipt["amount"] * row["rate"], self.base_currency)
            made.append((row, whole - settled[receipt["id"]]))
        return made

    def taken(self) -> dict[str, Decimal]:
        """By receipt what of it is allocated or set aside as a credit, in its own currency."""
        taken: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.allocations:
            if row["receipt_id"]:
                taken[row["receipt_id"]] += row["receipt_amount"]
        for row in self.credits:
            taken[row["receipt_id"]] += row["amount"]
        return taken

    def valuer(self, book: RateBook, choice: RateChoice | None = None) -> Valuer:
        """Values currencies in base currency."""
        return Valuer(book, self.base_currency, choice or RateChoice())


def paid_back(
    held_credits: Iterable[dict[str, Any]], customer_id: str, currency: str, amount: Decimal
) -> list[tuple[dict[str, Any], Decimal, Decimal]]:
    """Which credits of a customer an amount that goes back uses up, the oldest first: credit, amount, base amount."""
    used = []
    for held in held_credits:
        if (held["customer_id"], held["currency"]) != (customer_id, currency) or held["amount"] <= 0 or not amount:
            continue
        part = min(amount, held["amount"])
        used.append((held, part, relieve(held["amount"], held["base_amount"], part, held["base_currency"])))
        amount -= part
    return used


def _in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row once, in the order in which they were made."""
    return sorted({row["id"]: row for row in rows}.values(), key=lambda row: (len(row["id"]), row["id"]))


def standing_by_order(source: Rows) -> frozenset[str]:
    """Orders that stood by their order date, for lack of an invoice, when a month was closed."""
    closed = [row for row in source.rows("closings") if row["state"] == "closed"]
    return frozenset(one for row in closed for one in row["lines"].get(BY_ORDER, ()))


def first_open_day(source: Rows) -> date | None:
    """The first day that is not closed; None where no month is."""
    found = source.rows("settings", {"name": "locked_until"})
    until = found[0]["value"] if found else None
    return date.fromisoformat(until) + timedelta(days=1) if until else None


def open_items(
    register: Register, as_of: date, *, book: RateBook | None = None, basis: Basis = Basis.INVOICE_OR_ORDER
) -> tuple[list[tuple[dict[str, Any], OpenItem]], list[Finding]]:
    """Instalments (their rows) with anything open at the end of a day, and what has no carrying rate.

    Orders dated later, and cancelled ones of which nothing was paid, are left out. Amounts are in document currency;
    ``open_base`` in base currency at the rate at which the receivable stands.
    """
    from workbench.rate_store import load_book

    books = Books.of(register, until=as_of)
    return items_of(books, books.receivables(book or load_book(register), basis=basis), as_of)


def items_of(
    books: Books, receivables: Receivables, as_of: date
) -> tuple[list[tuple[dict[str, Any], OpenItem]], list[Finding]]:
    """As ``open_items``, from rows that are at hand."""
    orders = {row["id"]: row for row in books.orders}
    found, findings = [], []
    for row in books.instalments:
        order = orders[row["order_id"]]
        if order["order_date"] > as_of or order.get("status") == "cancelled":
            continue
        if not receivables.open_amount(row["id"]):
            continue
        try:
            found.append((row, receivables.item(row["id"], as_of)))
        except RateError as error:
            details = {"problem": error.message, "remedy": error.remedy}
            findings.append(
                Finding("settlement.rate-missing", f"instalments {row['id']}", row["currency"], details=details)
            )
    return found, findings


def realised_fx(register: Register, period: tuple[date, date]) -> dict[str, Decimal]:
    """Realised exchange gain (+) or loss (-) by document currency, in base currency, first and last day included."""
    return realised_in(Books.of(register, until=period[1]), period)


def realised_in(books: Books, period: tuple[date, date]) -> dict[str, Decimal]:
    """As ``realised_fx``, from rows that are at hand: of allocations, and of credits that were paid back."""
    first, last = period
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in books.allocations:
        if first <= row["allocation_date"] <= last:
            sums[row["document_currency"]] += row["realised_fx"]
    for back, cash in books.repayments():
        if first <= back["credit_date"] <= last:
            sums[back["currency"]] += cash - back["base_amount"]
    return dict(sorted(sums.items()))


def changeset_now(register: Register) -> int:
    """Number of the register's newest changeset; 0 where there is none."""
    return next((entry.number for entry in register.log(1)), 0)
