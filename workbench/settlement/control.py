"""Control totals: every receipt is allocated, a customer's credit or unmatched, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.settlement.books import Books

__all__ = ["Control", "control_totals"]


@dataclass(frozen=True, slots=True)
class Control:
    """Receipts of one currency: ``received`` = ``allocated`` + ``credit`` + ``unmatched``, each in that currency.

    ``unmatched`` is counted receipt by receipt from what is left of each, ``beyond`` how many receipts have more taken
    from them than they hold: none, in sound books.
    """

    currency: str
    received: Decimal
    allocated: Decimal
    credit: Decimal
    unmatched: Decimal
    beyond: int

    @property
    def agrees(self) -> bool:
        """Whether it adds up and nothing was taken twice."""
        return self.received == self.allocated + self.credit + self.unmatched and not self.beyond

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "currency": self.currency,
            "received": f"{self.received:f}",
            "allocated": f"{self.allocated:f}",
            "credit": f"{self.credit:f}",
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
        left = [(row["amount"], row["amount"] - taken.get(row["id"], zero)) for row in rows]
        lines.append(
            Control(
                code,
                sum((amount for amount, _left in left), zero),
                allocated[code],
                credit[code],
                sum((rest for _amount, rest in left), zero),
                sum(1 for amount, rest in left if rest * amount < 0 or abs(rest) > abs(amount)),
            )
        )
    return lines
