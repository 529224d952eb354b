"""What a register's workbook tells beside its rows: what is open, overdue and waiting, by currency, month and customer.

Everything is added up in one walk over what is open, in whole minor units of one currency each. ``as_of`` is the day
on which the workbook is read: it decides what is due or overdue and at which rates open amounts are valued. The rows
themselves are the register's as they stand now.
"""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from workbench.errors import RateError
from workbench.rates import Rate, RateBook
from workbench.reports.plain import decimal, minor_units
from workbench.reports.queries import Queries, Where
from workbench.reports.reading import Snapshot

__all__ = ["BUCKETS", "Amounts", "Figures", "LatestRate", "Row", "Tally", "read_figures"]

Row = dict[str, Any]
Amounts = dict[str, Decimal]
"""Currency code to amount in that currency; never added across currencies."""

BUCKETS = ("age-none", "age-30", "age-60", "age-90", "age-more", "age-undated")
_NAMED = 500  # overdue instalments that are named one by one
_MONTHS = 6


@dataclass(frozen=True, slots=True)
class LatestRate:
    """Base currency per 1 ``currency`` on the as-of day, or why there is none; ``rate`` is None for base itself."""

    currency: str
    rate: Rate | None
    problem: str = ""  # code of the error: rate.missing, rate.stale, …


@dataclass(slots=True)
class Tally:
    """Rows counted, and what they come to per currency.

    Attributes:
        count: how many rows; ``first`` is the id of the first of them in the order of their sheet.
        units: currency → sum in its minor units.
        base: currency → value of that sum in minor units of base currency, each row rounded once; only currencies
            with a usable rate.
    """

    count: int = 0
    first: str = ""
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    base: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row_id: str, currency: str = "", units: int = 0, base: int | None = None) -> None:
        """Count a row; ``base`` is the value of its amount in base currency, None without a rate."""
        self.count += 1
        self.first = self.first or row_id
        if currency:
            self.units[currency] += units
        if currency and base is not None:
            self.base[currency] += base

    @property
    def missing(self) -> tuple[str, ...]:
        """Currencies that have no usable rate."""
        return tuple(sorted(set(self.units) - set(self.base)))

    @property
    def amounts(self) -> Amounts:
        """Amounts that are not zero, worth most first."""
        codes = sorted(
            (code for code, units in self.units.items() if units), key=lambda code: (-self.base.get(code, 0), code)
        )
        return {code: decimal(self.units[code], code) for code in codes}


@dataclass(slots=True)
class Figures:
    """The figures of one state of a register.

    Attributes:
        base: the register's base currency; ``as_of`` the day.
        changeset: number and hash of the newest changeset; (0, "") where there is none.
        rates: currency in use → its rate on the day.
        settings: the firm's settings, as stored.
        unpaid: everything open; ``overdue``, ``due_7``, ``due_30`` and ``undated`` are parts of it.
        ages: bucket of days overdue → open in minor units of base currency; what has no rate is in none of them.
        months: (currency, bucket of ``month_buckets``) → open in its minor units and in those of base currency.
        by_customer: customer → its open and its overdue amounts.
        late: overdue instalments worth most, as rows of ``Queries.instalments`` with ``open_base`` and ``days_overdue``.
        waiting: receipts to be matched; ``review``, ``pairs`` and ``questions`` what is to be decided; ``bare`` orders
            that lack evidence; ``tasks`` follow-ups due by the day.
    """

    base: str
    as_of: date
    changeset: tuple[int, str] = (0, "")
    rates: dict[str, LatestRate] = field(default_factory=dict)
    settings: list[tuple[str, str]] = field(default_factory=list)
    unpaid: Tally = field(default_factory=Tally)
    overdue: Tally = field(default_factory=Tally)
    due_7: Tally = field(default_factory=Tally)
    due_30: Tally = field(default_factory=Tally)
    undated: Tally = field(default_factory=Tally)
    ages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    months: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    by_customer: dict[str, tuple[Tally, Tally]] = field(default_factory=dict)
    late: list[Row] = field(default_factory=list)
    waiting: Tally = field(default_factory=Tally)
    review: Tally = field(default_factory=Tally)
    pairs: Tally = field(default_factory=Tally)
    questions: Tally = field(default_factory=Tally)
    bare: Tally = field(default_factory=Tally)
    tasks: Tally = field(default_factory=Tally)

    def valuer(self, currency: str) -> Callable[[int], int | None]:
        """From minor units of a currency to those of base currency at the day's rate, rounded once; None without one."""
        if currency == self.base:
            return lambda units: units
        latest = self.rates.get(currency)
        if latest is None or latest.rate is None:
            return lambda _units: None
        scale = minor_units(self.base) - minor_units(currency)
        exact = latest.rate.exact * (10**scale if scale >= 0 else 1)
        numerator, denominator = exact.numerator, exact.denominator * (10**-scale if scale < 0 else 1)

        def value(units: int) -> int:
            size = (2 * abs(units) * numerator + denominator) // (2 * denominator)
            return -size if units < 0 else size

        return value

    @property
    def month_buckets(self) -> list[tuple[str, date | None, date | None]]:
        """Due dates by bucket: name, first day, day after the last; overdue, this month to the sixth, later, undated."""
        starts = [self.as_of]
        for _month in range(_MONTHS):
            last = starts[-1]
            starts.append(date(last.year + last.month // 12, last.month % 12 + 1, 1))
        months = [(f"{start:%Y-%m}", start, end) for start, end in pairwise(starts)]
        return [("overdue", None, self.as_of), *months, ("later", starts[-1], None), ("undated", None, None)]


def read_figures(snapshot: Snapshot, book: RateBook, as_of: date, where: Where) -> Figures:
    """Read what the workbook tells beside its rows.

    A currency without a usable rate stays without a base figure: nothing stands in for it.
    """
    queries = Queries(as_of, snapshot.sqlite, where)
    settings = {row["name"]: row["value"] for row in snapshot.rows(queries.settings())}
    figures = Figures(str(json.loads(settings["base_currency"])), as_of, settings=sorted(settings.items()))
    newest = snapshot.one(queries.changeset())
    if newest:
        figures.changeset = (newest["number"], newest["hash"])
    used = {row["currency"] for query in queries.currencies() for row in snapshot.rows(query)}
    figures.rates = {code: _latest(book, code, figures.base, as_of) for code in sorted(used)}
    _walk_unpaid(figures, snapshot, queries)
    _walk_waiting(figures, snapshot, queries)
    return figures


def _latest(book: RateBook, currency: str, base: str, as_of: date) -> LatestRate:
    if currency == base:
        return LatestRate(currency, None)
    try:
        return LatestRate(currency, book.get(currency, base, as_of))
    except RateError as error:
        return LatestRate(currency, None, error.code)


def _walk_unpaid(figures: Figures, snapshot: Snapshot, queries: Queries) -> None:
    valuers = {code: figures.valuer(code) for code in figures.rates}
    buckets = _DueBuckets(figures)
    late: list[tuple[int, int, Row]] = []
    for number, row in enumerate(snapshot.rows(queries.instalments(unpaid=True))):
        code, units = row["currency"], row["open_amount"]
        base = valuers[code](units)
        due = date.fromisoformat(row["due_date"]) if row["due_date"] else None
        days = (due - figures.as_of).days if due else None
        one = (row["id"], code, units, base)
        figures.unpaid.add(*one)
        open_, overdue = figures.by_customer.setdefault(row["customer_id"], (Tally(), Tally()))
        open_.add(*one)
        if row["state"] == "overdue":
            figures.overdue.add(*one)
            overdue.add(*one)
            row |= {"open_base": base, "days_overdue": -(days or 0)}
            # The number keeps the comparison from ever reaching the rows.
            _keep_largest(late, (-1 if base is None else base, -number, row))
        elif row["state"] != "paid":
            _due_tally(figures, days).add(*one)
        if base is not None:
            figures.ages[_age(days if row["state"] == "overdue" or not due else 0)] += base
        sums = figures.months[code, buckets.of(due)]
        sums[0] += units
        sums[1] += base or 0
    figures.late = [row for _base, _number, row in sorted(late, key=lambda one: one[:2], reverse=True)]


def _keep_largest(heap: list[tuple[int, int, Row]], one: tuple[int, int, Row]) -> None:
    if len(heap) < _NAMED:
        heapq.heappush(heap, one)
    else:
        heapq.heappushpop(heap, one)


def _due_tally(figures: Figures, days: int | None) -> Tally:
    if days is None:
        return figures.undated
    if days <= 7:
        return figures.due_7
    return figures.due_30 if days <= 30 else Tally()


def _age(days: int | None) -> str:
    """Bucket of an instalment due in ``days`` (negative: overdue)."""
    if days is None:
        return "age-undated"
    limits = ((0, "age-none"), (30, "age-30"), (60, "age-60"), (90, "age-90"))
    return next((bucket for limit, bucket in limits if -days <= limit), "age-more")


class _DueBuckets:
    """Finds the bucket of a due date; the same days come again and again."""

    def __init__(self, figures: Figures) -> None:
        self._buckets = figures.month_buckets
        self._known: dict[date | None, str] = {None: "undated"}

    def of(self, due: date | None) -> str:
        known = self._known.get(due)
        if known is None and due is not None:
            known = self._known[due] = next(
                name for name, first, after in self._buckets if (first or due) <= due and (not after or due < after)
            )
        return known or "undated"


def _walk_waiting(figures: Figures, snapshot: Snapshot, queries: Queries) -> None:
    valuers = {code: figures.valuer(code) for code in figures.rates}
    for tally, query, amount in (
        (figures.waiting, queries.receipts(waiting=True), "unmatched_amount"),
        (figures.review, queries.undecided("match_decisions"), "amount"),
        (figures.bare, queries.bare_orders(figures.base), "amount"),
    ):
        for row in snapshot.rows(query):
            code, units = row["currency"], row[amount]
            tally.add(row["id"], code, units, valuers[code](units))
    for tally, query in (
        (figures.pairs, queries.undecided("duplicate_pairs")),
        (figures.questions, queries.undecided("open_findings")),
        (figures.tasks, queries.tasks(due=True)),
    ):
        for row in snapshot.rows(query):
            tally.add(row["id"])
