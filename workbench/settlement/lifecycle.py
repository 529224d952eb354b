"""The life of an order in the books: advances, revenue, month ends, the locked rate, credit notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.errors import RateError
from workbench.findings import Finding
from workbench.money import relieve
from workbench.settlement.receivables import OpenItem
from workbench.settlement.valuation import Valuation, Valuer

__all__ = [
    "Advance",
    "CreditNote",
    "Recognition",
    "closing_rates",
    "credit_note",
    "lock_identity",
    "lock_variance",
    "recognise_revenue",
    "revalue",
    "reversal",
]


@dataclass(frozen=True, slots=True)
class Advance:
    """Money that came before delivery: ``amount`` in the document's currency, held at ``base_amount`` and not revalued.

    A refundable deposit is no advance but a debt in foreign currency: revalue it as an ``OpenItem`` below zero.
    """

    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True)
class Recognition:
    """Revenue of a delivery in base currency, and what it leaves.

    ``receivable`` and ``receivable_base`` are the unpaid part in the document's and in base currency; ``advances`` are
    what is left of the advances.
    """

    revenue: Decimal
    released: Decimal
    receivable: Decimal
    receivable_base: Decimal
    advances: tuple[Advance, ...]


def recognise_revenue(amount: Decimal, advances: Sequence[Advance], delivery: Valuation) -> Recognition:
    """Revenue of a delivery worth ``amount``, in the document's currency (IFRIC 22).

    The part paid in advance counts at what came in for it, oldest first; the unpaid part at the rate of the delivery.
    """
    unpaid, released, left = amount, Decimal(0), []
    for advance in advances:
        used = min(unpaid, advance.amount)
        taken = relieve(advance.amount, advance.base_amount, used, delivery.base) if used else Decimal(0)
        unpaid, released = unpaid - used, released + taken
        if used < advance.amount:
            left.append(Advance(advance.amount - used, advance.base_amount - taken))
    receivable_base = delivery.convert(unpaid)
    return Recognition(released + receivable_base, released, unpaid, receivable_base, tuple(left))


def closing_rates(
    currencies: Iterable[str], month_end: date, valuer: Valuer
) -> tuple[dict[str, Valuation], list[Finding]]:
    """The closing rate of every currency that has one, and a finding for every one that has none."""
    rates: dict[str, Valuation] = {}
    findings = []
    for currency in sorted(set(currencies)):
        try:
            rates[currency] = valuer.on(currency, month_end)
        except RateError as error:
            details = {"problem": error.message, "remedy": error.remedy}
            findings.append(Finding("settlement.rate-missing", month_end.isoformat(), currency, details=details))
    return rates, findings


def revalue(items: Iterable[OpenItem], rates: Mapping[str, Valuation], month_end: date) -> list[dict[str, Any]]:
    """Rows for ``revaluations``: every open receivable at the closing rate against the amount it stands at.

    Items without a receivable (advances), with nothing open, or without a closing rate give no row.
    """
    rows = []
    for item in items:
        closing = rates.get(item.currency)
        if item.open_base is None or item.open_amount == 0 or closing is None:
            continue
        rows.append(
            {
                "month_end": month_end,
                "instalment_id": item.instalment_id,
                "document_currency": item.currency,
                "open_amount": item.open_amount,
                "base_currency": item.base_currency,
                "carrying_amount": item.open_base,
                "closing_rate": closing.rate,
                "closing_rate_date": closing.rate_date,
                "unrealised_fx": closing.convert(item.open_amount) - item.open_base,
            }
        )
    return rows


def reversal(revaluations: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Per instalment, what is booked on the first day of the next month to take a month end back."""
    return {row["instalment_id"]: -row["unrealised_fx"] for row in revaluations}


def lock_variance(lock: Valuation, payments: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """What payments brought in base currency against the locked rate: gain (+) or loss (-).

    Args:
        lock: the rate that was locked for the order.
        payments: pairs of document amount settled and its value in base currency.
    """
    return sum((settled - lock.convert(amount) for amount, settled in payments), Decimal(0))


def lock_identity(*, revenue: Decimal, deal_value: Decimal, realised_fx: Decimal, variance: Decimal) -> Decimal:
    """Zero when the books close: revenue over deal value and realised differences together are the lock variance."""
    return (revenue - deal_value) + realised_fx - variance


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note in base currency, what it leaves open, and the difference that a spot rate would strand."""

    base_amount: Decimal
    item: OpenItem
    stray: Decimal


def credit_note(item: OpenItem, amount: Decimal, *, at: Valuation | None = None) -> CreditNote:
    """Take back ``amount`` of a receivable, in the document's currency.

    By default at the rate the receivable stands at; ``at`` another rate leaves ``stray`` base currency behind, which
    is an exchange difference.

    Raises:
        MoneyError: more is taken back than is open.
        ValueError: the item is an advance, not a receivable.
    """
    if item.open_base is None:
        raise ValueError(item.instalment_id)
    original = relieve(item.open_amount, item.open_base, amount, item.base_currency)
    base_amount = at.convert(amount) if at else original
    left = replace(item, open_amount=item.open_amount - amount, open_base=item.open_base - original)
    return CreditNote(base_amount, left, original - base_amount)
