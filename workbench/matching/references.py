"""What the remittance texts name: exactly, without prefix or zeros, cut off, or typed wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.matching.columns import Floats, Ints, Ledger, Receipts, distinct, runs, spread, totals
from workbench.matching.numbers import NumberIndex, digit_strings, number_digits

__all__ = ["CUT", "DIGITS", "ONE_SLIP", "References"]

CUT, ONE_SLIP, DIGITS = 1, 2, 3
"""How digits agree: the text stops short, one digit is wrong, missing, doubled or swapped, or all of them agree."""

_WIDTH = 12
_CHUNK = 1 << 18
_MOST_DOCUMENTS = 12  # that one string of digits may stand for before it says nothing


@dataclass(slots=True)
class _Strings:
    """Strings of digits as left- and right-aligned letters, those of one owner together."""

    start: Ints
    length: Ints
    value: Ints
    left: npt.NDArray[np.uint8]
    right: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, owners: Iterable[Sequence[str]]) -> _Strings:
        flat: list[str] = []
        sizes: list[int] = []
        for strings in owners:
            flat.extend(strings)
            sizes.append(len(strings))
        counts = np.array(sizes, np.int64)
        left = np.zeros((len(flat), _WIDTH), np.uint8)
        right = np.zeros((len(flat), _WIDTH), np.uint8)
        joined = np.frombuffer("".join(flat).encode("ascii"), np.uint8)
        length = np.array([len(one) for one in flat], np.int64)
        owner, place = spread(np.cumsum(length) - length, length)
        column = place - (np.cumsum(length) - length)[owner]
        left[owner, column] = joined[place]
        right[owner, column + _WIDTH - length[owner]] = joined[place]
        value = np.array([int(one) for one in flat], np.int64)
        return cls(np.concatenate([[0], np.cumsum(counts)]), length, value, left, right)

    def counts(self, owners: Ints) -> Ints:
        counted: Ints = self.start[owners + 1] - self.start[owners]
        return counted


class References:
    """The numbers named by every receipt, and how well a receipt's text agrees with an instalment's numbers."""

    def __init__(self, receipts: Receipts, ledger: Ledger) -> None:
        """Reads every text once."""
        self._ledger = ledger
        self._documents = len(ledger.orders) + len(ledger)  # orders first, then instalments by their own numbers
        self.named = self._found(receipts)
        self._exact, self._among = self._exact_edges()
        self._texts = _Strings.of(map(digit_strings, receipts.text))
        self._items = _Strings.of(_item_strings(ledger))
        self.strings = self._texts.start[1:] - self._texts.start[:-1]
        """How many strings of digits each text holds."""
        self.orders = np.array([len({self._order(doc) for docs in d.values() for doc in docs}) for d in self.named])
        """How many orders each text names exactly."""
        self._orders_named = self._pairs_named()
        receipt, order = self.named_orders()
        owed = np.bincount(ledger.order[ledger.open > 0], minlength=len(ledger.orders)) > 0
        still = totals(receipt, owed[order], len(receipts))
        self.settled = (self.orders > 0) & (still == 0)
        """Whether nothing is open any more of all that a text names."""

    def _found(self, receipts: Receipts) -> list[dict[str, frozenset[int]]]:
        index = NumberIndex(self._numbers())
        nothing: dict[str, frozenset[int]] = {}
        return [index.find(text) or nothing for text in receipts.text]

    def _numbers(self) -> list[tuple[str, int]]:
        ledger = self._ledger
        pairs = [(number, order) for order, numbers in enumerate(ledger.order_numbers) for number in numbers]
        own = [(number, len(ledger.orders) + item) for item, number in enumerate(ledger.numbers) if number]
        return pairs + own

    def _order(self, document: int) -> int:
        first_item = len(self._ledger.orders)
        return document if document < first_item else int(self._ledger.order[document - first_item])

    def _exact_edges(self) -> tuple[Ints, Floats]:
        """Keys of (receipt, document), sorted, and one over the number of orders that the number may mean."""
        edges: dict[int, float] = defaultdict(float)
        for receipt, found in enumerate(self.named):
            for documents in found.values():
                share = 1 / len({self._order(document) for document in documents})
                for document in documents:
                    key = receipt * self._documents + document
                    edges[key] = max(edges[key], share)
        keys = np.array(sorted(edges), np.int64)
        return keys, np.array([edges[key] for key in keys.tolist()], np.float64)

    def named_orders(self) -> tuple[Ints, Ints]:
        """Pairs of receipt and order that are named exactly, by receipt."""
        return self._orders_named

    def _pairs_named(self) -> tuple[Ints, Ints]:
        receipt, document = self._exact // self._documents, self._exact % self._documents
        first_item = len(self._ledger.orders)
        order = np.where(document < first_item, document, 0)
        own = document >= first_item
        order[own] = self._ledger.order[document[own] - first_item]
        pair = distinct(receipt * max(first_item, 1) + order)
        return pair // max(first_item, 1), pair % max(first_item, 1)

    def items_named(self, receipt: int) -> list[int]:
        """The instalments of the orders that a text names, open or not."""
        ledger = self._ledger
        orders = {self._order(document) for documents in self.named[receipt].values() for document in documents}
        starts = ledger.order_start
        return [int(one) for order in sorted(orders) for one in ledger.by_order[starts[order] : starts[order + 1]]]

    def own_number(self, receipt: Ints, item: Ints) -> Floats:
        """1 where the text names the instalment's own number (less where it may mean another), else 0."""
        return self._share(receipt * self._documents + len(self._ledger.orders) + item)

    def order_number(self, receipt: Ints, item: Ints) -> Floats:
        """1 where the text names a number of the instalment's order (less where it may mean another), else 0."""
        return self._share(receipt * self._documents + self._ledger.order[item])

    def _share(self, keys: Ints) -> Floats:
        if not len(self._exact):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(self._exact, keys), len(self._exact) - 1)
        return np.where(self._exact[at] == keys, self._among[at], 0.0)

    def digits(self, receipt: Ints, item: Ints) -> Ints:
        """The best agreement of the text's digits with the instalment's and its order's: 0, or one of the three."""
        best = np.zeros(len(receipt), np.int64)
        for begin in range(0, len(receipt), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            best[part] = self._digits(receipt[part], item[part])
        return best

    def _digits(self, receipt: Ints, item: Ints) -> Ints:
        texts, items = self._texts, self._items
        best = np.zeros(len(receipt), np.int64)
        pair, one = spread(texts.start[receipt], texts.counts(receipt))
        again, other = spread(items.start[item[pair]], items.counts(item[pair]))
        one, pair = one[again], pair[again]
        near = np.abs(texts.length[one] - items.length[other]) <= 3
        pair, one, other = pair[near], one[near], other[near]
        np.maximum.at(best, pair, _agreement(texts, one, items, other))
        return best

    def items_by_digits(self) -> tuple[Ints, Ints]:
        """Pairs of receipt and instalment where all digits of a number agree with a string of the text."""
        owner = np.repeat(np.arange(len(self._ledger)), np.diff(self._items.start))
        order = np.argsort(self._items.value, kind="stable")
        keys, owner = self._items.value[order], owner[order]
        long_enough = np.flatnonzero(self._texts.length >= 4)
        begin, count = runs(keys, self._texts.value[long_enough])
        count = np.where(count <= _MOST_DOCUMENTS, count, 0)
        string, place = spread(begin, count)
        receipt = np.repeat(np.arange(len(self.strings)), self.strings)[long_enough]
        return receipt[string], owner[place]


def _item_strings(ledger: Ledger) -> Iterator[Sequence[str]]:
    """The digits of every instalment's own number and of its order's numbers, each string kept once."""
    of_orders: dict[int, tuple[str, ...]] = {}
    for number, order in zip(ledger.numbers, ledger.order.tolist(), strict=True):
        if order not in of_orders:
            names = ledger.order_numbers[order]
            of_orders[order] = tuple(dict.fromkeys(digits for name in names for digits in number_digits(name)))
        shared = of_orders[order]
        own = [digits for digits in number_digits(number) if digits not in shared] if number else []
        yield (*own, *shared) if own else shared


def _agreement(texts: _Strings, one: Ints, items: _Strings, other: Ints) -> Ints:
    """How each text string agrees with an instalment's: 0, ``CUT``, ``ONE_SLIP`` or ``DIGITS``."""
    length, its = texts.length[one], items.length[other]
    ahead = _equal(texts.left[one] == items.left[other])
    behind = _equal((texts.right[one] == items.right[other])[:, ::-1])
    ahead, behind = np.minimum(ahead, np.minimum(length, its)), np.minimum(behind, np.minimum(length, its))
    agree = ahead + behind
    longer = np.maximum(length, its)
    slip = (its >= 4) & (np.abs(length - its) <= 1) & (agree >= longer - 1)
    swapped = (its >= 4) & (length == its) & (agree == its - 2) & _crossed(texts, one, items, other, ahead)
    cut = (length < its) & (ahead == length) & (length >= 4) & (its >= 6)
    found = np.where(cut, CUT, 0)
    found = np.where(slip | swapped, ONE_SLIP, found)
    return np.asarray(np.where(texts.value[one] == items.value[other], DIGITS, found), np.int64)


def _equal(same: npt.NDArray[np.bool_]) -> Ints:
    """How many letters agree from the left."""
    padded = np.concatenate([same, np.zeros((len(same), 1), np.bool_)], axis=1)
    return np.asarray(np.argmin(padded, axis=1), np.int64)


def _crossed(texts: _Strings, one: Ints, items: _Strings, other: Ints, ahead: Ints) -> npt.NDArray[np.bool_]:
    at = np.minimum(ahead, _WIDTH - 2)
    first = texts.left[one, at] == items.left[other, at + 1]
    second = texts.left[one, at + 1] == items.left[other, at]
    crossed: npt.NDArray[np.bool_] = first & second
    return crossed
