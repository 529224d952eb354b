"""What was matched teaches: who pays for whom, in which currency, with which charges, how late, how much at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.matching.columns import NONE, Codes, Floats, Ints, Ledger, Receipts, Worth, scaled, totals
from workbench.matching.payers import Payers, Tally

__all__ = ["Habits", "Lesson", "history_lesson", "linked", "shortfall"]

_USUAL_LAG, _LAG_WEIGHT = 8.0, 3.0  # days after falling due, and how many receipts that guess is worth
_MOST_BINS = 400
_LATEST = 120


@dataclass(slots=True)
class Lesson:
    """Receipts with what they paid and how sure that is; every column of one length.

    ``gap`` is what was missing in the measure's whole units, ``NONE`` where nothing was or it is unknown.
    """

    key: Ints
    account: Ints
    customer: Ints
    currency: Ints
    gap: Ints
    lag: Ints
    size: Ints
    weight: Floats

    @classmethod
    def joined(cls, lessons: Iterable[Lesson]) -> Lesson:
        """All of them in one."""
        parts = list(lessons)
        return cls(*(np.concatenate([getattr(one, name) for one in parts]) for name in cls.__slots__))


def shortfall(worth: Worth, receipts: Receipts, receipt: Ints, currency: Ints, owed: Ints) -> Floats:
    """What is missing of what is owed, in the measure's units (negative: too much came); NaN where rates are unknown."""
    own, day = receipts.currency[receipt], receipts.day[receipt]
    unit = worth.of(own, day)
    # Both sides in the receipt's currency, so that equal amounts of one currency leave exactly nothing.
    missing = owed * worth.rate(currency, own, day) - receipts.amount[receipt]
    with np.errstate(invalid="ignore"):
        return missing / 10_000 * unit


def gap_bin(missing: Floats) -> Ints:
    """Charges as whole units of the measure, to count how usual they are."""
    with np.errstate(invalid="ignore"):
        usable = (missing > 0.4) & (missing < _MOST_BINS - 1)
        return np.where(usable, np.where(usable, np.round(missing), 0), NONE).astype(np.int64)


def linked(links: Iterable[Mapping[str, Any]], earlier: Receipts, ledger: Ledger) -> Ints:
    """What earlier receipts paid: sorted rows of receipt, instalment and amount.

    ``links`` are rows with receipt_id, instalment_id and amount; those of receipts or instalments that are not there are
    left out.
    """
    table = array("q")
    at = {id_: number for number, id_ in enumerate(earlier.ids)}
    item_at = {id_: number for number, id_ in enumerate(ledger.ids)}
    for row in links:
        receipt, item = at.get(str(row["receipt_id"])), item_at.get(str(row["instalment_id"]))
        if receipt is not None and item is not None:
            table.extend((receipt, item, scaled(row["amount"])))
    rows = np.frombuffer(table, np.int64).reshape(len(table) // 3, 3)
    return rows[np.lexsort(rows.T[::-1])]


def history_lesson(table: Ints, earlier: Receipts, ledger: Ledger, payers: Payers, worth: Worth) -> Lesson:
    """What people matched before teaches; ``table`` as ``linked`` makes it."""
    receipt, first, size = np.unique(table[:, 0], return_index=True, return_counts=True)
    owner = np.repeat(np.arange(len(receipt)), size)
    item = table[:, 1]
    owed = totals(owner, table[:, 2], len(receipt)).astype(np.int64)
    due = np.zeros(len(receipt), np.int64)
    np.maximum.at(due, owner, ledger.due[item])
    head = item[first] if len(first) else np.zeros(0, np.int64)
    missing = shortfall(worth, earlier, receipt, ledger.currency[head], owed)
    paid = (earlier.amount[receipt] > 0) & (owed > 0)
    return Lesson(
        payers.earlier_key[receipt],
        payers.earlier_account[receipt],
        ledger.customer[head],
        earlier.currency[receipt],
        gap_bin(missing),
        np.clip(earlier.day[receipt] - due, -_LATEST, _LATEST),
        size.astype(np.int64),
        paid.astype(np.float64),
    )


class Habits:
    """Lessons as sums; what a receipt taught itself can be taken out by its own weight."""

    def __init__(self, lesson: Lesson, customers: Codes, currencies: Codes) -> None:
        count, weight = len(customers), lesson.weight
        self.by_key = Tally(lesson.key, lesson.customer, weight, count)
        self.by_account = Tally(lesson.account, lesson.customer, weight, count)
        self.by_currency = Tally(lesson.customer, lesson.currency, weight, len(currencies))
        known = lesson.gap >= 0
        self.by_gap = Tally(lesson.customer[known], lesson.gap[known], weight[known], _MOST_BINS)
        self.gaps = Tally(lesson.currency[known], lesson.gap[known], weight[known], _MOST_BINS)
        self._count = totals(lesson.customer, weight, count)
        self._lag = totals(lesson.customer, weight * lesson.lag, count)
        self._lumps = totals(lesson.customer, weight * (lesson.size > 1), count)

    def lag(self, customer: Ints, own: Floats, own_lag: Floats) -> Floats:
        """Days after falling due on which the customer usually pays, without what the receipt itself taught."""
        days = self._lag[customer] - own * np.clip(own_lag, -_LATEST, _LATEST) + _USUAL_LAG * _LAG_WEIGHT
        return np.asarray(days / (np.maximum(self._count[customer] - own, 0) + _LAG_WEIGHT))

    def lumps(self, customer: Ints, own: Floats) -> Floats:
        """Share of the customer's receipts that pay several instalments; ``own`` is what the receipt taught of that."""
        lumps = np.maximum(self._lumps[customer] - own, 0) + 0.3
        return np.asarray(lumps / (np.maximum(self._count[customer] - own, 0) + 2.0))
