"""Control totals: every receipt is allocated, a customer's credit, no customer's payment or unmatched, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.settlement.books import Books

__all__ = ["NO_PAYMENTS", "Control", "control_totals"]

NO_PAYMENTS = ("fee", "interest", "transfer", "other")
"""Kinds of receipts that are no customers' payments."""


@dataclass(frozen=True, slots=True)
class Control:
    """Receipts of one currency: ``received`` = ``allocated`` + ``credit`` + ``other`` + ``unmatched``, in that currency.

    ``other`` is no customer's payment by its kind (fees, interest, own transfers). It and ``unmatched`` are counted receipt by receipt from what is left of each, ``beyond`` how many receipts have more taken
    from them than they hold: none, in sound books.
    """

    currency: str
    received: Decimal
    allocated: Decimal
    credit: Decimal
    other: Decimal
    unmatched: Decimal
    beyond: int

    @property
    def agrees(self) -> bool:
        """Whether it adds up and nothing was taken twice."""
        return self.received == self.allocated + self.credit + self.other + self.unmatched and not self.beyond

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "currency": self.currency,
            "received": f"{self.received:f}",
            "allocated": f"{self.allocated:f}",
            "credit": f"{self.credit:f}",
            "other": f"{self.other:f}",
            "unmatched": f"{self.unmatched:f}",
            "agrees": self.agrees,
        }


def control_totals(books: Books) -> list[Control]:
    """One line a currency, from the rows themselves."""
    zero = Decimal(0)
    allocated: dict[str, Decimal] = defaultdict(Decimal)
    credit: dict[str, Decimal] = defaultdict(Decimal)
    by_currency: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in books.receipts:
        by_currency[row["currency"]].append(row)
    for row in books.allocations:
        if row["receipt_id"]:
            allocated[row["receipt_currency"]] += row["receipt_amount"]
    for row in books.credits:
        credit[row["currency"]] += row["amount"]
    taken = books.taken()
    lines = []
    for code, rows in sorted(by_currency.items()):
        left = [
            (row["amount"], row["amount"] - taken.get(row["id"], zero), row.get("kind") in NO_PAYMENTS) for row in rows
        ]
        lines.append(
            Control(
                code,
                sum((amount for amount, _rest, _other in left), zero),
                allocated[code],
                credit[code],
                sum((rest for _amount, rest, other in left if other), zero),
                sum((rest for _amount, rest, other in left if not other), zero),
                sum(1 for amount, rest, _other in left if rest * amount < 0 or abs(rest) > abs(amount)),
            )
        )
    return lines
