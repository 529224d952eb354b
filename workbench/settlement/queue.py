"""What still waits for a person: receipts that nobody has settled, those with most money and longest waiting first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.errors import RateError
from workbench.rates import RateBook
from workbench.settlement.books import Books, Rows
from workbench.settlement.control import NO_PAYMENTS

__all__ = ["Waiting", "queue"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that waits.

    ``left`` is what is not allocated, in the receipt's currency, ``base`` what that is in base currency (None without a
    rate); ``state`` is review (something is proposed), open (nothing is) or rest (a part was settled); ``decisions``
    are the proposal's rows.
    """

    receipt: Mapping[str, Any]
    left: Decimal
    base: Decimal | None
    days: int
    state: str
    decisions: tuple[Mapping[str, Any], ...]

    @property
    def weight(self) -> Decimal:
        """Money times waiting: base amount by days, one at least; what has no rate comes first of all."""
        return Decimal("Infinity") if self.base is None else abs(self.base) * max(self.days, 1)


def queue(source: Rows, book: RateBook, as_of: date) -> list[Waiting]:
    """Every receipt of which something is left and that nobody has said to be no payment, the weightiest first."""
    books = Books.of(source, until=as_of)
    decisions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in source.rows("match_decisions"):
        decisions[row["receipt_id"]].append(row)
    taken, valuer = books.taken(), books.valuer(book)
    waiting = []
    for receipt in books.receipts:
        used = taken.get(receipt["id"], Decimal(0))
        left = receipt["amount"] - used
        told = decisions[receipt["id"]]
        if not left or _settled_as_nothing(receipt, told, used):
            continue
        try:
            base: Decimal | None = valuer.on(receipt["currency"], receipt["value_date"], receipt).convert(left)
        except RateError:
            base = None
        proposed = tuple(row for row in told if not row.get("decided_by"))
        asked = any(row["decision"] == "review" for row in proposed)
        state = "rest" if used else "review" if asked else "open"
        waiting.append(Waiting(receipt, left, base, (as_of - receipt["value_date"]).days, state, proposed))
    return sorted(waiting, key=lambda one: (-one.weight, one.receipt["value_date"], one.receipt["id"]))


def _settled_as_nothing(receipt: Mapping[str, Any], told: list[Mapping[str, Any]], used: Decimal) -> bool:
    """Whether it is no customer's payment: by its kind, or because a person said so."""
    if used:
        return False
    if receipt.get("kind") in NO_PAYMENTS:
        return True
    said = [row for row in told if row.get("decided_by") and row["decision"] == "rejected"]
    nothing = any(not row.get("instalment_id") and not _teaches(row) for row in said)
    return nothing or (receipt["amount"] < 0 and not any(row["decision"] == "review" for row in told))


def _teaches(row: Mapping[str, Any]) -> bool:
    return any(one.get("code") == "payer.taught" for one in row.get("reasons") or ())
