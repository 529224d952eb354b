"""What the remittance texts name: exactly, without prefix or zeros, cut off, or typed wrong."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from workbench.matching.columns import Floats, Ints, Ledger, Receipts, distinct, runs, spread, totals
from workbench.matching.numbers import NumberIndex, digit_strings, number_digits
from workbench.matching.sieve import Sieve

__all__ = ["CUT", "DIGITS", "ONE_SLIP", "References"]

CUT, ONE_SLIP, DIGITS = 1, 2, 3
"""How digits agree: the text stops short, one digit is wrong, missing, doubled or swapped, or all of them agree."""

_WIDTH = 12
_CHUNK = 1 << 16
_TEXTS_AT_ONCE = 8192
_OWNERS_AT_ONCE = 8192
_MOST_DOCUMENTS = 12  # that one string of digits may stand for before it says nothing


@dataclass(slots=True)
class _Strings:
    """Strings of digits as left- and right-aligned letters, those of one owner together."""

    start: Ints
    length: npt.NDArray[np.int8]
    value: Ints
    left: npt.NDArray[np.uint8]
    right: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, owners: Iterable[Sequence[str]]) -> _Strings:
        """Takes every owner's strings, some thousand owners at a time."""
        source, parts = iter(owners), []
        while some := list(islice(source, _OWNERS_AT_ONCE)):
            parts.append(cls._block(some))
        parts = parts or [cls._block([])]
        counts, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
        length, value, left, right = columns
        return cls(np.concatenate([[0], np.cumsum(counts)]), length, value, left, right)

    @classmethod
    def _block(cls, owners: Sequence[Sequence[str]]) -> tuple[npt.NDArray[Any], ...]:
        flat = [string for strings in owners for string in strings]
        counts = np.array([len(strings) for strings in owners], np.int64)
        left = np.zeros((len(flat), _WIDTH), np.uint8)
        right = np.zeros((len(flat), _WIDTH), np.uint8)
        joined = np.frombuffer("".join(flat).encode("ascii"), np.uint8)
        length = np.array([len(one) for one in flat], np.int64)
        owner, place = spread(np.cumsum(length) - length, length)
        column = place - (np.cumsum(length) - length)[owner]
        left[owner, column] = joined[place]
        right[owner, column + _WIDTH - length[owner]] = joined[place]
        value = np.array([int(one) for one in flat], np.int64)
        return counts, length.astype(np.int8), value, left, right

    def counts(self, owners: Ints) -> Ints:
        counted: Ints = self.start[owners + 1] - self.start[owners]
        return counted


class _Named(Sequence[Mapping[str, frozenset[int]]]):
    """The numbers that texts name and their documents, text by text; held as columns, as there may be millions."""

    def __init__(self) -> None:
        self._numbers: list[str] = []
        self._first_number = array("q", [0])  # by text
        self._documents = array("q")
        self._first_document = array("q", [0])  # by number

    def add(self, found: Mapping[str, frozenset[int]]) -> None:
        """Takes what the next text names."""
        for number, documents in found.items():
            self._numbers.append(number)
            self._documents.extend(sorted(documents))
            self._first_document.append(len(self._documents))
        self._first_number.append(len(self._numbers))

    def columns(self) -> tuple[Ints, Ints, Ints]:
        """Of every document named: the receipt, the place of its number among all that are named, and the document."""
        starts, firsts = np.array(self._first_document, np.int64), np.array(self._first_number, np.int64)
        number = np.repeat(np.arange(len(self._numbers)), starts[1:] - starts[:-1])
        receipt = np.repeat(np.arange(len(self)), firsts[1:] - firsts[:-1])
        return receipt[number], number, np.array(self._documents, np.int64)

    def __len__(self) -> int:
        return len(self._first_number) - 1

    @overload
    def __getitem__(self, receipt: int) -> dict[str, frozenset[int]]: ...
    @overload
    def __getitem__(self, receipt: slice) -> list[dict[str, frozenset[int]]]: ...
    def __getitem__(self, receipt: int | slice) -> dict[str, frozenset[int]] | list[dict[str, frozenset[int]]]:
        if isinstance(receipt, slice):
            return [self[one] for one in range(*receipt.indices(len(self)))]
        numbers = range(self._first_number[receipt], self._first_number[receipt + 1])
        starts = self._first_document
        return {self._numbers[one]: frozenset(self._documents[starts[one] : starts[one + 1]]) for one in numbers}


class References:
    """The numbers named by every receipt, and how well a receipt's text agrees with an instalment's numbers."""

    def __init__(self, receipts: Receipts, ledger: Ledger) -> None:
        """Reads every text once."""
        self._ledger = ledger
        self._documents = len(ledger.orders) + len(ledger)  # orders first, then instalments by their own numbers
        self.named = self._found(receipts)
        """By receipt the numbers that its text names, with the documents they stand for."""
        self._exact, self._among = self._exact_edges()
        self._texts = _Strings.of(map(digit_strings, receipts.text))
        self._items = _Strings.of(_item_strings(ledger))
        self.strings = self._texts.start[1:] - self._texts.start[:-1]
        """How many strings of digits each text holds."""
        self._orders_named = self._pairs_named()
        receipt, order = self.named_orders()
        self.orders = np.bincount(receipt, minlength=len(receipts))
        """How many orders each text names exactly."""
        owed = np.bincount(ledger.order[ledger.open > 0], minlength=len(ledger.orders)) > 0
        still = totals(receipt, owed[order], len(receipts))
        self.settled = (self.orders > 0) & (still == 0)
        """Whether nothing is open any more of all that a text names."""

    def _found(self, receipts: Receipts) -> _Named:
        """Looks up some thousand texts at a time, among the numbers that these may name."""
        numbers = [number for names in self._ledger.order_numbers for number in names]
        orders = [order for order, names in enumerate(self._ledger.order_numbers) for _name in names]
        own = [(number, item) for item, number in enumerate(self._ledger.numbers) if number]
        numbers += [number for number, _item in own]
        document = np.array(orders + [len(self._ledger.orders) + item for _number, item in own], np.int64)
        sieve, found = Sieve(numbers), _Named()
        for begin in range(0, len(receipts), _TEXTS_AT_ONCE):
            texts = receipts.text[begin : begin + _TEXTS_AT_ONCE]
            maybe = sieve.maybe(texts)
            index = NumberIndex((numbers[one], int(document[one])) for one in maybe)
            for text in texts:
                found.add(index.find(text))
        return found

    def _order(self, document: int) -> int:
        first_item = len(self._ledger.orders)
        return document if document < first_item else int(self._ledger.order[document - first_item])

    def _exact_edges(self) -> tuple[Ints, Floats]:
        """Keys of (receipt, document), sorted, and one over the number of orders that the number may mean."""
        receipt, number, document = self.named.columns()
        order = self._orders_of(document)
        width = max(len(self._ledger.orders), 1)
        several = np.bincount(distinct(number * width + order) // width, minlength=int(number.max(initial=-1)) + 1)
        keys = receipt * self._documents + document
        sort = np.lexsort((several[number], keys))
        first = np.ones(len(sort), np.bool_)
        first[1:] = keys[sort][1:] != keys[sort][:-1]
        best = sort[first]
        return keys[best], 1 / several[number[best]]

    def _orders_of(self, document: Ints) -> Ints:
        """The order that each document is or belongs to."""
        order, first_item = document.copy(), len(self._ledger.orders)
        own = document >= first_item
        order[own] = self._ledger.order[document[own] - first_item]
        return order

    def named_orders(self) -> tuple[Ints, Ints]:
        """Pairs of receipt and order that are named exactly, by receipt."""
        return self._orders_named

    def _pairs_named(self) -> tuple[Ints, Ints]:
        width = max(len(self._ledger.orders), 1)
        pair = distinct(self._exact // self._documents * width + self._orders_of(self._exact % max(self._documents, 1)))
        return pair // width, pair % width

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
    length, its = texts.length[one].astype(np.int64), items.length[other].astype(np.int64)
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
