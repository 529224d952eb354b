"""What customers owe: every instalment with what is open of it and the rate at which it stands in the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from workbench.money import allocate
from workbench.rates import RateBook
from workbench.settlement.valuation import RateChoice, Valuation, Valuer

__all__ = ["Basis", "OpenItem", "Receivables"]


class Basis(Enum):
    """The day on which a receivable arises, and so its carrying rate."""

    INVOICE = "invoice"  # the invoice date; money that comes earlier is an advance, held at its own rate
    ORDER = "order"  # the order date
    INVOICE_OR_ORDER = "invoice_or_order"  # the invoice date of invoiced orders, else the order date


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is open of an instalment on a day.

    ``open_base`` and ``carrying`` are None where no receivable stands yet: what comes in is then an advance, which is
    held at the rate of its own day and has no exchange gain or loss. ``paid`` and ``paid_base`` are what was paid so
    far, in the document's and in base currency, without what was written off: what a refund can open again, at the rate
    it was relieved at.
    """

    instalment_id: str
    currency: str
    open_amount: Decimal
    base_currency: str
    open_base: Decimal | None = None
    carrying: Valuation | None = None
    paid: Decimal = Decimal(0)
    paid_base: Decimal = Decimal(0)

    @property
    def is_advance(self) -> bool:
        """Whether a payment of it is an advance."""
        return self.carrying is None


class Receivables:
    """The register's instalments, as receipts are set off against them one after another.

    The base amount of an order's receivable is converted once, at the day it arises and for what is unpaid on that day;
    its instalments share it by largest remainder, so that parts make up the whole in both currencies.
    """

    def __init__(
        self,
        instalments: Iterable[Mapping[str, Any]],
        orders: Iterable[Mapping[str, Any]],
        *,
        book: RateBook,
        base_currency: str,
        invoices: Iterable[Mapping[str, Any]] = (),
        allocations: Iterable[Mapping[str, Any]] = (),
        basis: Basis = Basis.INVOICE_OR_ORDER,
        choice: RateChoice | None = None,
        by_order: Collection[str] = (),
    ) -> None:
        """Takes rows of the register; of an order's several invoices the first one counts.

        ``by_order`` are orders whose receivable stands since the order date in a month that is closed: an invoice that
        comes later does not move it.
        """
        self._valuer = Valuer(book, base_currency, choice or RateChoice())
        self._base = base_currency
        self._basis = basis
        self._orders = {row["id"]: row for row in orders}
        self._instalments = {row["id"]: row for row in instalments}
        self._by_order: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self._instalments.values():
            self._by_order[row["order_id"]].append(row)
        self._invoice: dict[str, Mapping[str, Any]] = {}
        for row in sorted(invoices, key=lambda row: (row["invoice_date"], str(row["number"]))):
            if row["order_id"] not in by_order or basis is Basis.INVOICE:
                self._invoice.setdefault(row["order_id"], row)
        self._allocations: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._shares: dict[tuple[str, str, date], dict[str, Decimal]] = {}
        self.settle(allocations)

    def settle(self, allocations: Iterable[Mapping[str, Any]]) -> None:
        """Take allocation rows into account from now on."""
        for row in allocations:
            self._allocations[row["instalment_id"]].append(row)
        self._shares.clear()

    def amount(self, instalment_id: str) -> Decimal:
        """What the instalment comes to, in the document's currency."""
        whole: Decimal = self._instalments[instalment_id]["amount"]
        return whole

    def open_amount(self, instalment_id: str) -> Decimal:
        """What is open in the document's currency."""
        paid = (row["document_amount"] for row in self._allocations[instalment_id])
        amount: Decimal = self._instalments[instalment_id]["amount"]
        return amount - sum(paid, Decimal(0))

    def item(self, instalment_id: str, on: date) -> OpenItem:
        """What is open, and at which rate it stands, for money that comes in on that day.

        Raises:
            KeyError: there is no such instalment.
            RateError: there is no carrying rate; nothing can be settled then.
        """
        instalment = self._instalments[instalment_id]
        order = self._orders[instalment["order_id"]]
        open_amount = self.open_amount(instalment_id)
        arose = self._arises(order)
        money = [row for row in self._allocations[instalment_id] if row.get("kind") != "write_off"]
        paid = sum((row["document_amount"] for row in money), Decimal(0))
        paid_base = sum((row["carrying_amount"] for row in money), Decimal(0))
        if arose is None or on < arose[0]:
            return OpenItem(
                instalment_id, instalment["currency"], open_amount, self._base, paid=paid, paid_base=paid_base
            )
        day, evidence = arose
        same = evidence if evidence.get("currency") == instalment["currency"] else None
        carrying = self._valuer.on(instalment["currency"], day, same)
        relieved = (row["carrying_amount"] for row in self._allocations[instalment_id] if row["allocation_date"] >= day)
        open_base = self._share(order["id"], day, carrying)[instalment_id] - sum(relieved, Decimal(0))
        return OpenItem(
            instalment_id, instalment["currency"], open_amount, self._base, open_base, carrying, paid, paid_base
        )

    def order_of(self, instalment_id: str) -> Mapping[str, Any]:
        """The order that an instalment belongs to; KeyError where there is none."""
        return self._orders[self._instalments[instalment_id]["order_id"]]

    def arises_on(self, instalment_id: str) -> date | None:
        """The day its receivable arises; None where nothing was invoiced and the basis asks for it."""
        arose = self._arises(self.order_of(instalment_id))
        return arose[0] if arose else None

    def _arises(self, order: Mapping[str, Any]) -> tuple[date, Mapping[str, Any]] | None:
        """The day the receivable arises and the row that may carry its rate."""
        invoice = self._invoice.get(order["id"])
        if invoice and self._basis is not Basis.ORDER:
            return invoice["invoice_date"], invoice
        if self._basis is Basis.INVOICE:
            return None
        return order["order_date"], order

    def _share(self, order_id: str, day: date, carrying: Valuation) -> dict[str, Decimal]:
        """Each instalment's share of the base amount that the order's receivable had on the day it arose."""
        key = (order_id, carrying.currency, day)
        if key not in self._shares:
            rows = [row for row in self._by_order[order_id] if row["currency"] == carrying.currency]
            unpaid = [row["amount"] - self._paid_before(row["id"], day) for row in rows]
            if all(amount >= 0 for amount in unpaid) and any(unpaid):
                shares = allocate(carrying.convert(sum(unpaid, Decimal(0))), unpaid, self._base)
            else:
                shares = [carrying.convert(amount) for amount in unpaid]
            self._shares[key] = {row["id"]: share for row, share in zip(rows, shares, strict=True)}
        return self._shares[key]

    def _paid_before(self, instalment_id: str, day: date) -> Decimal:
        paid = (row["document_amount"] for row in self._allocations[instalment_id] if row["allocation_date"] < day)
        return sum(paid, Decimal(0))
