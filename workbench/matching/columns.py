"""Receipts, instalments and rates as columns, so that the matching works on whole arrays.

Amounts are whole ten-thousandths of a unit of their currency (``SCALE``), days are proleptic Gregorian ordinals.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.rates import RateBook
from workbench.rates.frame import lookup

__all__ = [
    "NONE",
    "SCALE",
    "Codes",
    "Floats",
    "Ints",
    "Ledger",
    "Mask",
    "Receipts",
    "Worth",
    "distinct",
    "held",
    "runs",
    "scaled",
    "spread",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SCALE = 10_000
"""No currency has more than four decimals, so amounts are exact."""
NONE = -1
"""Stands for no row, no currency and no code."""
_MOST = 10**15
_ZERO = Decimal(0)
_UNKNOWN_LAG = 30  # days that are taken from falling due to being issued where the issue is not told
_CHARGE_CODES = {"OUR": 0, "SHA": 1, "SLEV": 1, "SHAR": 1, "BEN": 2, "CRED": 2, "DEBT": 0}


class Codes:
    """Numbers texts in the order in which they are met."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, text: str) -> int:
        """The number of a text, a new one where it was not met before."""
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def find(self, text: str) -> int:
        """The number of a text, ``NONE`` where it was not met."""
        return self._numbers.get(text, NONE)


def scaled(amount: Decimal) -> int:
    """An amount in ten-thousandths; what is beyond any payment stays at the most that is computed with."""
    whole = int(amount.scaleb(4).to_integral_value(ROUND_HALF_EVEN)) if amount.is_finite() else _MOST
    return max(min(whole, _MOST), -_MOST)


def spread(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Every place of the runs that begin at ``starts``: pairs of run number and place."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - first[owner] + starts[owner]


def runs(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Where each value's run begins in sorted ``keys`` and how long it is."""
    begin = np.searchsorted(keys, values, "left")
    return begin, np.searchsorted(keys, values, "right") - begin


def distinct(values: Ints) -> Ints:
    """The different values, sorted; for many whole numbers sorting is faster than numpy's own way."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def held(keys: Ints, values: Ints) -> Mask:
    """Whether each value is one of sorted ``keys``."""
    if not len(keys):
        return np.zeros(len(values), np.bool_)
    return np.asarray(keys[np.minimum(np.searchsorted(keys, values), len(keys) - 1)] == values, np.bool_)


@dataclass(slots=True)
class Ledger:
    """Instalments sorted by customer and due day, with the orders and customers they belong to."""

    ids: list[str]
    open_text: list[Decimal]  # the open amounts as they came
    order: Ints
    customer: Ints
    currency: Ints
    amount: Ints
    open: Ints
    issue: Ints
    due: Ints
    numbers: list[str]  # an instalment's own number, empty where it has none
    orders: Codes
    order_numbers: list[tuple[str, ...]]
    order_customer: Ints
    customers: Codes
    currencies: Codes
    customer_start: Ints  # first instalment of each customer, and the end
    by_order: Ints  # instalments sorted by order
    order_start: Ints

    @classmethod
    def of(
        cls,
        instalments: Iterable[Mapping[str, Any]],
        orders: Iterable[Mapping[str, Any]],
        customers: Codes,
        invoices: Iterable[Mapping[str, Any]],
        currencies: Codes,
    ) -> Ledger:
        """Takes rows like the register's; see ``match`` for the fields that are used."""
        order_codes, order_customer, placed, numbers = _orders(orders, customers, invoices)
        ids, names, left_text = [], [], []
        table = array("q")
        for row in instalments:
            amount = row["amount"] if row.get("amount") is not None else row["open_amount"]
            left = row["open_amount"] if row.get("open_amount") is not None else amount
            order = order_codes.find(str(row["order_id"]))
            due = row["due_date"].toordinal() if row.get("due_date") else placed[order]
            issue = row["issue_date"].toordinal() if row.get("issue_date") else placed[order]
            due = due if due != NONE else issue
            issue = issue if issue != NONE else due - _UNKNOWN_LAG
            currency = currencies.add(str(row["currency"]))
            told = (order_customer[order], due, order, currency, scaled(amount), scaled(left), issue)
            table.extend((*told, row.get("sequence") or 0))
            ids.append(str(row["id"]))
            names.append(str(row.get("number") or ""))
            left_text.append(left or _ZERO)
        columns = np.frombuffer(table, np.int64).reshape(len(ids), 8)
        rank = np.empty(len(ids), np.int64)
        rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        sort = np.lexsort((rank, columns[:, 7], columns[:, 1], columns[:, 0]))
        customer, due_day, order_of, currency_of, whole, open_, issued = (
            np.ascontiguousarray(columns[sort, place]) for place in range(7)
        )
        places = sort.tolist()
        by_order = np.argsort(order_of, kind="stable")
        return cls(
            [ids[place] for place in places],
            [left_text[place] for place in places],
            order_of,
            customer,
            currency_of,
            whole,
            open_,
            issued,
            due_day,
            [names[place] for place in places],
            order_codes,
            numbers,
            np.array(order_customer, np.int64),
            customers,
            currencies,
            np.searchsorted(customer, np.arange(len(customers) + 1)),
            by_order,
            np.searchsorted(order_of[by_order], np.arange(len(order_codes) + 1)),
        )

    def __len__(self) -> int:
        return len(self.ids)


def _orders(
    orders: Iterable[Mapping[str, Any]], customers: Codes, invoices: Iterable[Mapping[str, Any]]
) -> tuple[Codes, list[int], list[int], list[tuple[str, ...]]]:
    """Orders by id: their numbers, and by number the customer, the day it was placed on and what it is called."""
    rows = []
    for row in orders:
        named = (row.get(name) for name in ("number", "customer_po", "proforma_number"))
        day = row["order_date"].toordinal() if row.get("order_date") else NONE
        called = tuple(dict.fromkeys(str(number) for number in named if number))
        rows.append((str(row["id"]), str(row["customer_id"]), day, called))
    rows.sort(key=lambda row: row[0])
    codes = Codes()
    for id_, *_rest in rows:
        codes.add(id_)
    numbers = [row[3] for row in rows]
    for row in invoices:
        order = codes.find(str(row["order_id"]))
        if order != NONE:
            numbers[order] = tuple(dict.fromkeys((*numbers[order], str(row["number"]))))
    return codes, [customers.add(row[1]) for row in rows], [row[2] for row in rows], numbers


@dataclass(slots=True)
class Receipts:
    """Receipts in the order of value date and id, as columns.

    ``charges`` is 0 where the payer bears them (OUR), 1 where they are shared, 2 where we do, ``NONE`` where it is not
    told. ``instructed`` is the amount instructed, 0 where it is not told.
    """

    ids: list[str]
    day: Ints
    currency: Ints
    amount: Ints
    instructed_currency: Ints
    instructed: Ints
    charges: Ints
    payer: list[str]
    account: list[str]
    text: list[str]
    bank_reference: list[str]
    kind: list[str]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], currencies: Codes) -> Receipts:
        """Takes rows like the register's; a row need not tell more than id, value date, currency and amount."""
        taken = [_receipt(row, currencies) for row in rows]
        taken.sort(key=lambda row: (row[0], row[6]))
        columns = np.array([row[:6] for row in taken], np.int64).reshape(len(taken), 6)
        day, currency, amount, instructed_currency, instructed, charges = (np.ascontiguousarray(c) for c in columns.T)
        texts = [[row[place] for row in taken] for place in range(6, 12)]
        ids, payer, account, text, reference, kind = texts
        return cls(
            ids, day, currency, amount, instructed_currency, instructed, charges, payer, account, text, reference, kind
        )

    def __len__(self) -> int:
        return len(self.ids)


def _receipt(row: Mapping[str, Any], currencies: Codes) -> tuple[Any, ...]:
    instructed, code = row.get("instructed_amount"), row.get("instructed_currency")
    known = bool(instructed and code)
    return (
        row["value_date"].toordinal(),
        currencies.add(str(row["currency"])),
        scaled(row["amount"]),
        currencies.add(str(code)) if known else NONE,
        scaled(instructed) if known and instructed else 0,
        _CHARGE_CODES.get(str(row.get("charges") or "").upper(), NONE),
        str(row["id"]),
        str(row.get("payer") or ""),
        str(row.get("payer_account") or ""),
        str(row.get("reference") or ""),
        str(row.get("bank_reference") or ""),
        str(row.get("kind") or "unknown"),
    )


class Worth:
    """What a unit of each currency was worth on each day, to compare amounts; never used to book one.

    Published rates up to the day where the book has them. Where it has none the worth is unknown (NaN): then amounts of
    that currency are only compared with their own kind.
    """

    def __init__(self, book: RateBook, currencies: Codes, first: int, last: int, *, measure: str = "USD") -> None:
        self._first, self._last = first, max(first, last)
        begin = np.datetime64(date.fromordinal(first), "D")
        days = begin + np.arange(self._last - first + 1)
        table = [lookup(book, code, measure, days, policy="on_or_before").rate for code in currencies.texts]
        self._table = np.array(table, np.float64).reshape(len(table), len(days))

    def of(self, currency: Ints, day: Ints) -> Floats:
        """Units of the measure per 1 unit of the currency; NaN where unknown."""
        at: Floats = self._table[currency, np.clip(day, self._first, self._last) - self._first]
        return at

    def rate(self, currency: Ints, other: Ints, day: Ints) -> Floats:
        """Units of ``other`` per 1 unit of ``currency``; exactly 1 for one and the same."""
        same = currency == other
        with np.errstate(invalid="ignore"):
            return np.where(same, 1.0, self.of(currency, day) / self.of(np.where(same, currency, other), day))


def totals(owner: Ints, values: npt.NDArray[Any], count: int) -> Floats:
    """The sum of the values of every owner."""
    return np.bincount(owner, weights=values, minlength=count).astype(np.float64)
