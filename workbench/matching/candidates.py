"""Which instalments a receipt may pay: found by number, payer and amount, never by looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.matching.columns import (
    NONE,
    SCALE,
    Floats,
    Ints,
    Ledger,
    Mask,
    Receipts,
    Worth,
    distinct,
    runs,
    spread,
    totals,
)

__all__ = ["MOST_NEAR", "Hypotheses", "Market", "Pairs", "stacked", "united"]

_WINDOW_BEFORE, _WINDOW_AFTER = 48, 20  # of a customer's instalments, counted from the receipt's day
_MOST_EQUAL = 8  # of one amount that are looked at, those due nearest
MOST_NEAR = 40
"""Instalments a little above an amount that are looked at."""
_NEAR_DAYS = (-20, 60)
_LEAST_RATIO, _MOST_RATIO = 0.70, 1.12
_LEAST_PART = 0.04
_MOST_PARTS = 14  # instalments of a customer of which a receipt may be a part
_MOST_CHARGES = 75.0  # in the measure's units
_BITS = 62


@dataclass(slots=True)
class Pairs:
    """Pairs of receipt and customer, each once, sorted by receipt."""

    receipt: Ints
    customer: Ints

    @classmethod
    def of(cls, found: Sequence[tuple[Ints, Ints]], width: int) -> Pairs:
        """Takes several pairs of columns; ``width`` is above all customers' numbers."""
        keys = distinct(np.concatenate([receipt * width + customer for receipt, customer in found]))
        return cls(keys // width, keys % width)

    def between(self, low: int, high: int) -> Pairs:
        """Those of the receipts from ``low`` up to ``high``."""
        begin, end = np.searchsorted(self.receipt, [low, high]).tolist()
        return Pairs(self.receipt[begin:end], self.customer[begin:end])

    def blocks(self, size: int) -> Iterator[Pairs]:
        """The pairs some at a time, so that what is computed of them stays small."""
        for begin in range(0, len(self), size):
            yield Pairs(self.receipt[begin : begin + size], self.customer[begin : begin + size])

    def __len__(self) -> int:
        return len(self.receipt)


@dataclass(slots=True)
class Hypotheses:
    """What a receipt may pay: sets of instalments of one customer and one currency, sorted by receipt."""

    receipt: Ints
    start: Ints  # first member of each, and the end
    item: Ints  # members, ascending within a hypothesis

    @classmethod
    def of(cls, receipt: Ints, sizes: Ints, item: Ints, tokens: Ints) -> Hypotheses:
        """Each set once a receipt, sorted; members have to ascend."""
        owner = np.repeat(np.arange(len(receipt)), sizes)
        # Sets are told apart by the sum of their members' random numbers.
        mark = totals(owner, (tokens[item] & 0xFFFFFFFF), len(receipt))
        more = totals(owner, tokens[item] >> 32, len(receipt))
        order = np.lexsort((more, mark, sizes, receipt))
        same = np.ones(len(order), np.bool_)
        for column in (receipt, sizes, mark, more):
            same[1:] &= column[order][1:] == column[order][:-1]
        same[:1] = False
        return cls(receipt, np.concatenate([[0], np.cumsum(sizes)]), item).taken(order[~same])

    def taken(self, chosen: Ints) -> Hypotheses:
        """The chosen ones, in that order."""
        sizes = self.sizes[chosen]
        _owner, place = spread(self.start[chosen], sizes)
        return Hypotheses(self.receipt[chosen], np.concatenate([[0], np.cumsum(sizes)]), self.item[place])

    def between(self, low: int, high: int) -> Hypotheses:
        """Those of the receipts from ``low`` up to ``high``."""
        begin, end = np.searchsorted(self.receipt, [low, high]).tolist()
        starts = self.start[begin : end + 1]
        return Hypotheses(self.receipt[begin:end], starts - starts[0], self.item[starts[0] : starts[-1]])

    @property
    def sizes(self) -> Ints:
        """How many members each has."""
        sizes: Ints = np.diff(self.start)
        return sizes

    @property
    def owner(self) -> Ints:
        """The hypothesis of every member."""
        return np.repeat(np.arange(len(self.receipt)), self.sizes)

    def __len__(self) -> int:
        return len(self.receipt)


def stacked(parts: Sequence[Hypotheses]) -> Hypotheses:
    """Parts of different receipts, in that order."""
    sizes = np.concatenate([one.sizes for one in parts])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Hypotheses(
        np.concatenate([one.receipt for one in parts]), starts, np.concatenate([one.item for one in parts])
    )


def united(parts: Sequence[Hypotheses], tokens: Ints) -> Hypotheses:
    """All of them, each set once a receipt."""
    receipt = np.concatenate([one.receipt for one in parts])
    sizes, item = np.concatenate([one.sizes for one in parts]), np.concatenate([one.item for one in parts])
    return Hypotheses.of(receipt, sizes, item, tokens)


@dataclass(slots=True)
class _Sorted:
    """Places of open instalments sorted by a key and the due day, for looking up many at once."""

    order: Ints
    keys: Ints
    packed: Ints  # key and day in one number

    @classmethod
    def of(cls, order: Ints, keys: Ints, due: Ints) -> _Sorted:
        return cls(order, keys[order], keys[order] * (1 << 22) + due[order])


class Market:
    """Open instalments in the orders in which they are looked up: by customer and day, by amount, by both."""

    def __init__(self, ledger: Ledger, worth: Worth) -> None:
        self._ledger, self._worth = ledger, worth
        self.live = np.flatnonzero(ledger.open)
        """Open instalments and credit notes, by customer and due day."""
        customers = np.arange(len(ledger.customers) + 1)
        self.live_start = np.searchsorted(ledger.customer[self.live], customers)
        self._day_key = ledger.customer[self.live] * (1 << 22) + ledger.due[self.live]
        amounts = np.unique(np.stack([ledger.currency[self.live], ledger.open[self.live]], axis=1), axis=0)
        self._amount_keys = amounts[:, 0] * (1 << 52) + amounts[:, 1]
        self._amount_of = np.searchsorted(self._amount_keys, self._packed(self.live))
        due, width = ledger.due[self.live], len(self._amount_keys) + 1
        by_amount = np.lexsort((due, self._amount_of))
        self._by_amount = _Sorted.of(by_amount, self._amount_of, due)
        both = ledger.customer[self.live] * width + self._amount_of
        self._by_both = _Sorted.of(np.lexsort((due, both)), both, due)
        self._upward = by_amount
        """Places in ``live`` by currency and amount."""
        self._amount_start = np.searchsorted(self._amount_of[by_amount], np.arange(width))
        generator = np.random.default_rng(20240229)
        self.tokens: Ints = generator.integers(1, 1 << _BITS, max(len(ledger), 1), np.int64)
        self.order_tokens: Ints = generator.integers(1, 1 << 50, max(len(ledger.orders), 1), np.int64)
        self.equals = self._count_equal()
        """How many open instalments of all customers have an instalment's currency and open amount."""
        self.equals_own, self.equals_older = self._count_own()
        """The same among its customer's instalments, and how many of those are due before it."""

    def _packed(self, item: Ints) -> Ints:
        packed: Ints = self._ledger.currency[item] * (1 << 52) + self._ledger.open[item]
        return packed

    def _count_equal(self) -> Ints:
        counts = np.zeros(len(self._ledger), np.int64)
        counts[self.live] = np.bincount(self._amount_of, minlength=len(self._amount_keys))[self._amount_of]
        return counts

    def _count_own(self) -> tuple[Ints, Ints]:
        own, older = np.zeros(len(self._ledger), np.int64), np.zeros(len(self._ledger), np.int64)
        item, keys = self.live[self._by_both.order], self._by_both.keys
        begin, count = runs(keys, keys)
        own[item], older[item] = count, np.arange(len(item)) - begin
        return own, older

    def _amount_number(self, currency: Ints, amount: Ints) -> Ints:
        keys = currency * (1 << 52) + amount
        at = np.minimum(np.searchsorted(self._amount_keys, keys), max(len(self._amount_keys) - 1, 0))
        known = (currency >= 0) & (amount > 0) & (len(self._amount_keys) > 0)
        known[known] &= self._amount_keys[at[known]] == keys[known]
        return np.where(known, at, NONE)

    def around(self, pairs: Pairs, day: Ints) -> tuple[Ints, Ints]:
        """Each pair's open instalments that are due nearest the day: pairs of pair number and instalment."""
        at = np.searchsorted(self._day_key, pairs.customer * (1 << 22) + day)
        begin = np.maximum(at - _WINDOW_BEFORE, self.live_start[pairs.customer])
        end = np.minimum(at + _WINDOW_AFTER, self.live_start[pairs.customer + 1])
        pair, place = spread(begin, np.maximum(end - begin, 0))
        return pair, self.live[place]

    def equal_of_customer(self, pairs: Pairs, currency: Ints, amount: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Each pair's open instalments of exactly this amount, those due nearest the day."""
        number = self._amount_number(currency, amount)
        wanted = np.where(number >= 0, pairs.customer * (len(self._amount_keys) + 1) + number, NONE)
        return self._nearest(self._by_both, wanted, day, _MOST_EQUAL)

    def equal(self, currency: Ints, amount: Ints, day: Ints) -> tuple[Ints, Ints]:
        """For every amount the open instalments of exactly it, those due nearest the day, whoever owes them."""
        return self._nearest(self._by_amount, self._amount_number(currency, amount), day, _MOST_EQUAL)

    def _nearest(self, known: _Sorted, wanted: Ints, day: Ints, most: int) -> tuple[Ints, Ints]:
        begin, count = runs(known.keys, wanted)
        count = np.where(wanted >= 0, count, 0)
        end = begin + count
        at = np.clip(np.searchsorted(known.packed, wanted * (1 << 22) + day), begin, end)
        low = np.maximum(begin, at - most)
        high = np.minimum(end, at + most // 2)
        owner, place = spread(low, np.maximum(high - low, 0))
        return owner, self.live[known.order[place]]

    def above(self, currency: Ints, amount: Ints, day: Ints) -> tuple[Ints, Ints]:
        """For every amount the open instalments that are a little more, as charges may have been kept, due around the day.

        Those due nearest the day first.
        """
        least = currency * (1 << 52) + amount
        first = np.searchsorted(self._amount_keys, least, "right")
        last = np.searchsorted(self._amount_keys, least + self._charges(currency, amount, day), "right")
        begin, end = self._amount_start[first], self._amount_start[last]
        owner, place = spread(begin, np.minimum(end - begin, 400))
        item = self.live[self._upward[place]]
        late = day[owner] - self._ledger.due[item]
        near = (late >= _NEAR_DAYS[0]) & (late <= _NEAR_DAYS[1])
        owner, item, late = owner[near], item[near], late[near]
        order = np.lexsort((np.abs(late), owner))
        return owner[order], item[order]

    def above_of_customer(self, pairs: Pairs, currency: Ints, amount: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Each pair's open instalments that are a little more than the amount: pairs of pair number and instalment."""
        known, width = self._by_both, len(self._amount_keys) + 1
        least = currency * (1 << 52) + amount
        first = np.searchsorted(self._amount_keys, least, "right")
        last = np.searchsorted(self._amount_keys, least + self._charges(currency, amount, day), "right")
        begin = np.searchsorted(known.keys, pairs.customer * width + first)
        end = np.searchsorted(known.keys, pairs.customer * width + last)
        pair, place = spread(begin, np.clip(end - begin, 0, MOST_NEAR))
        return pair, self.live[known.order[place]]

    def _charges(self, currency: Ints, amount: Ints, day: Ints) -> Ints:
        """The most that banks may have kept of an amount."""
        with np.errstate(invalid="ignore", divide="ignore"):
            most = _MOST_CHARGES / self._worth.of(currency, day) * SCALE
        return np.where(np.isfinite(most), np.minimum(most, amount * 0.3), 0).astype(np.int64)

    def ratio(self, receipts: Receipts, receipt: Ints, item: Ints) -> Floats:
        """What came, as a share of what is open; by the amount instructed where that is in the instalment's currency."""
        ledger = self._ledger
        currency, open_ = ledger.currency[item], ledger.open[item].astype(np.float64)
        told = receipts.instructed_currency[receipt] == currency
        rate = self._worth.rate(currency, receipts.currency[receipt], receipts.day[receipt])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(told, receipts.instructed[receipt] / open_, receipts.amount[receipt] / (open_ * rate))

    def plausible(self, receipts: Receipts, receipt: Ints, item: Ints, named: Mask) -> Mask:
        """Whether the receipt may pay the instalment alone: nearly all of it, or a part of one of the nearest."""
        ledger = self._ledger
        ratio = self.ratio(receipts, receipt, item)
        unit = self._worth.of(ledger.currency[item], receipts.day[receipt])
        with np.errstate(invalid="ignore"):
            short = (1 - ratio) * ledger.open[item] / SCALE * unit
            whole = (ratio <= _MOST_RATIO) & ((ratio >= _LEAST_RATIO) | ((short <= _MOST_CHARGES) & (ratio >= 0.3)))
            part = (ratio < _LEAST_RATIO) & (ratio > _LEAST_PART)
            named = named & ((ratio > 0.01) & (ratio < 4))
        far = np.abs(receipts.day[receipt] - ledger.due[item])
        customer = ledger.customer[item]
        order = np.lexsort((far, customer, receipt))
        group = receipt[order] * max(len(ledger.customers), 1) + customer[order]
        running = np.cumsum(part[order])
        first = np.searchsorted(group, group)
        nth: Ints = running - (running[first] - part[order][first])
        few = np.zeros(len(receipt), np.bool_)
        few[order] = part[order] & (nth <= _MOST_PARTS)
        return whole | few | named
