"""Double entries of everything that settlement did, up to a day: what vouchers, beancount and hledger are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workbench.errors import RateError
from workbench.findings import Finding
from workbench.money import round_fraction
from workbench.rates import RateBook
from workbench.settlement.books import Books
from workbench.settlement.receivables import Basis, Receivables
from workbench.settlement.valuation import Valuer

__all__ = ["ACCOUNTS", "Entry", "Ledger", "Line", "ledger"]

BANK, RECEIVABLE, ADVANCES, CREDITS = "bank", "receivable", "advances", "customer_credits"
SUSPENSE, REVENUE, FX, UNREALISED = "unmatched", "revenue", "realised_fx", "unrealised_fx"
FEES, WRITE_OFFS, REVALUED = "bank_fees", "write_offs", "revaluation"

ACCOUNTS: Mapping[str, tuple[str, str]] = {
    BANK: ("1002", "Assets:Bank"),
    RECEIVABLE: ("1122", "Assets:Receivable"),
    REVALUED: ("112299", "Assets:Revaluation"),
    ADVANCES: ("2203", "Liabilities:Advances"),
    CREDITS: ("220399", "Liabilities:CustomerCredits"),
    SUSPENSE: ("2241", "Liabilities:Unmatched"),
    REVENUE: ("6001", "Income:Revenue"),
    FX: ("660301", "Income:RealisedFX"),
    UNREALISED: ("660302", "Income:UnrealisedFX"),
    FEES: ("660303", "Expenses:BankFees"),
    WRITE_OFFS: ("6701", "Expenses:WriteOffs"),
}
"""Key of each account → its number in China's chart of accounts, and its name in journals."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``amount`` in ``currency``, debit above zero, and what it is in base currency.

    Lines in base currency have both equal. ``detail`` tells the account within the account: bank account, instalment,
    receipt or customer. ``rate`` is base per 1 currency where one was used.
    """

    account: str
    currency: str
    amount: Decimal
    base: Decimal
    detail: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines that add up to nothing in base currency, on a day; ``source`` is the id of the row that they come from."""

    day: date
    kind: str
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries in their order, and what could not be booked for lack of a rate."""

    base_currency: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]

    def balances(self) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        """By account and currency: the balance in that currency and in base currency."""
        sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for line in (line for entry in self.entries for line in entry.lines):
            held = sums[line.account, line.currency]
            held[0] += line.amount
            held[1] += line.base
        return {key: (amount, base) for key, (amount, base) in sorted(sums.items())}


def ledger(
    books: Books,
    book: RateBook,
    until: date,
    *,
    revaluations: Iterable[Mapping[str, Any]] = (),
    basis: Basis = Basis.INVOICE_OR_ORDER,
) -> Ledger:
    """Everything up to the end of a day as double entries.

    Args:
        books: rows of the register.
        book: rates, for what carries none yet.
        until: the last day.
        revaluations: rows of ``revaluations``: booked on their month end, taken back the day after.
        basis: when receivables arise.
    """
    maker = _Maker(books, book, basis)
    maker.receivables_arise(until)
    maker.receipts(until)
    maker.allocations(until)
    maker.credits(until)
    maker.revaluations(revaluations, until)
    order = {"receivable": 0, "receipt": 1}
    entries = sorted(maker.entries, key=lambda one: (one.day, order.get(one.kind, 2), one.source, one.kind))
    return Ledger(books.base_currency, tuple(entries), tuple(maker.findings))


@dataclass(slots=True)
class _Maker:
    books: Books
    book: RateBook
    basis: Basis
    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    valued: dict[str, tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    receivables: Receivables = field(init=False)
    valuer: Valuer = field(init=False)

    def __post_init__(self) -> None:
        self.receivables = self.books.receivables(self.book, basis=self.basis)
        self.valuer = self.books.valuer(self.book)
        self._value_receipts()

    def add(self, day: date, kind: str, source: str, lines: Iterable[Line]) -> None:
        kept = tuple(line for line in lines if line.amount or line.base)
        if kept:
            self.entries.append(Entry(day, kind, source, kept))

    def own(self, account: str, base: Decimal, detail: str = "") -> Line:
        """A line in base currency."""
        return Line(account, self.books.base_currency, base, base, detail)

    def receivables_arise(self, until: date) -> None:
        orders = {row["id"]: row for row in self.books.orders}
        paid: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self.books.allocations:
            paid[row["instalment_id"]].append(row)
        for row in self.books.instalments:
            day = self.receivables.arises_on(row["id"])
            order = orders[row["order_id"]]
            if day is None or day > until or (order.get("status") == "cancelled" and not paid[row["id"]]):
                continue
            early = [one for one in paid[row["id"]] if one["allocation_date"] < day]
            try:
                item = self.receivables.item(row["id"], max(day, until))
            except RateError as error:
                self._missing(f"instalments {row['id']}", row["currency"], error)
                continue
            later = [one for one in paid[row["id"]] if one["allocation_date"] >= day]
            raised = (item.open_base or ZERO) + sum((one["carrying_amount"] for one in later), ZERO)
            amount = row["amount"] - sum((one["document_amount"] for one in early), ZERO)
            released = sum((one["carrying_amount"] for one in early), ZERO)
            rate = item.carrying.rate if item.carrying else None
            lines = [
                Line(RECEIVABLE, row["currency"], amount, raised, row["id"], rate),
                self.own(ADVANCES, released, row["id"]),
                self.own(REVENUE, -raised - released, order["number"]),
            ]
            self.add(day, "receivable", row["id"], lines)

    def receipts(self, until: date) -> None:
        for row in self.books.receipts:
            if row["value_date"] > until or row["id"] not in self.valued:
                continue
            base, rate = self.valued[row["id"]]
            amount, code = row["amount"], row["currency"]
            lines = [
                Line(BANK, code, amount, base, row["account"], rate),
                Line(SUSPENSE, code, -amount, -base, row["id"], rate),
            ]
            self.add(row["value_date"], "receipt", row["id"], lines)

    def allocations(self, until: date) -> None:
        residue = self._fee_residues()
        for row in self.books.allocations:
            if row["allocation_date"] > until:
                continue
            if row["receipt_id"] and row["receipt_amount"] and row["receipt_id"] not in self.valued:
                continue
            fee = _fee_base(row) + residue.get(row["id"], ZERO)
            cash = row["settlement_amount"] - fee
            day = self.receivables.arises_on(row["instalment_id"])
            standing = day is not None and row["allocation_date"] >= day
            document, carrying = row["document_currency"], row["carrying_amount"]
            lines = [
                Line(SUSPENSE, row["receipt_currency"], row["receipt_amount"], cash, row["receipt_id"] or "",
                     row["settlement_rate"]),
                self.own(FEES, fee, row["receipt_id"] or ""),
                self.own(WRITE_OFFS, row.get("write_off_amount") or ZERO, row["instalment_id"]),
                Line(RECEIVABLE, document, -row["document_amount"], -carrying, row["instalment_id"],
                     row["carrying_rate"]) if standing else self.own(ADVANCES, -carrying, row["instalment_id"]),
                self.own(FX, -row["realised_fx"], row["instalment_id"]),
            ]  # fmt: skip
            self.add(row["allocation_date"], row.get("kind") or "payment", row["id"], lines)

    def credits(self, until: date) -> None:
        valued = {receipt_id: base for receipt_id, (base, _rate) in self.valued.items()}
        paid_back = {row["id"]: cash for row, cash in self.books.repayments(valued)}
        for row in self.books.credits:
            if row["credit_date"] > until or row["receipt_id"] not in self.valued:
                continue
            amount, base, code = row["amount"], row["base_amount"], row["currency"]
            cash = paid_back.get(row["id"], base)
            lines = [
                Line(SUSPENSE, code, amount, cash, row["receipt_id"], row["rate"]),
                Line(CREDITS, code, -amount, -base, row["customer_id"], row["rate"]),
                self.own(FX, base - cash, row["customer_id"]),
            ]
            self.add(row["credit_date"], "customer_credit", row["id"], lines)

    def revaluations(self, rows: Iterable[Mapping[str, Any]], until: date) -> None:
        for row in rows:
            source = row["instalment_id"] or row["receipt_id"]
            lines = (
                self.own(REVALUED, row["unrealised_fx"], source),
                self.own(UNREALISED, -row["unrealised_fx"], source),
            )
            after = row["month_end"] + timedelta(days=1)
            if row["month_end"] <= until:
                self.add(row["month_end"], "revaluation", source, lines)
            if after <= until:
                back = (Line(one.account, one.currency, -one.amount, -one.base, one.detail) for one in lines)
                self.add(after, "reversal", source, back)

    def _value_receipts(self) -> None:
        """What each receipt is in base currency; one without any rate is told and left out."""
        for row in self.books.receipts:
            stored = row.get("base_amount") if row.get("base_currency") == self.books.base_currency else None
            if stored is not None:
                self.valued[row["id"]] = (stored, row.get("rate_value"))
                continue
            try:
                cash = self.valuer.on(row["currency"], row["value_date"], row)
            except RateError as error:
                self._missing(f"receipts {row['id']}", row["currency"], error)
                continue
            self.valued[row["id"]] = (cash.convert(row["amount"]), cash.rate)

    def _fee_residues(self) -> dict[str, Decimal]:
        """By allocation the cents by which the charges of a receipt that is used up differ from what each row says."""
        rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self.books.allocations:
            if row["receipt_id"] and row["receipt_amount"]:
                rows[row["receipt_id"]].append(row)
        aside: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.books.credits:
            aside[one["receipt_id"]] += one["base_amount"]
        taken = self.books.taken()
        amounts = {row["id"]: row["amount"] for row in self.books.receipts}
        residues = {}
        for receipt_id, held in rows.items():
            charged = [row for row in held if row.get("fee_amount")]
            if not charged or receipt_id not in self.valued or taken[receipt_id] != amounts.get(receipt_id):
                continue
            cash = sum((row["settlement_amount"] - _fee_base(row) for row in held), aside[receipt_id])
            residues[charged[-1]["id"]] = cash - self.valued[receipt_id][0]
        return residues

    def _missing(self, place: str, currency: str, error: RateError) -> None:
        details = {"problem": error.message, "remedy": error.remedy}
        self.findings.append(Finding("settlement.rate-missing", place, currency, details=details))


def _fee_base(row: Mapping[str, Any]) -> Decimal:
    """The charges' share of the settlement amount, at its minor units."""
    fee = row.get("fee_amount") or ZERO
    if not fee:
        return ZERO
    share = Fraction(fee) / Fraction(row["receipt_amount"] + fee)
    return round_fraction(Fraction(row["settlement_amount"]) * share, row["base_currency"])
