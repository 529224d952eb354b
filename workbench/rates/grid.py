"""A book spread out day by day, so that whole columns can be looked up by index.

For one quote currency, policy, kind and source there is a row a base currency and a column a calendar day; each cell
holds the answer that the scalar look-up gives for that day, or the status that stands for its error. Rows are filled
when a currency is first met. Days outside the grid are left to the scalar look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import prod
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import MoneyError, RateError
from workbench.money import RETIRED
from workbench.rates.book import AGREED, RateBook
from workbench.rates.locks import lock_in_force
from workbench.rates.policies import Policy, policy_named
from workbench.rates.rate import Rate
from workbench.rates.routes import Route
from workbench.rates.series import Table
from workbench.rates.sources import SourceRule

__all__ = [
    "DATE_MISSING",
    "EPOCH",
    "OK",
    "STATUSES",
    "Cell",
    "Cells",
    "Grid",
    "Ints",
    "cell_of",
    "no_rate",
    "reach",
    "status_of",
]

EPOCH = date(1970, 1, 1).toordinal()
STATUSES = (
    "",
    "rate.missing",
    "rate.stale",
    "rate.before-first",
    "rate.retired",
    "rate.suspect",
    "currency.unknown",
    "currency.not-money",
    "date.missing",
)
"""Error code by status number; 0 is a rate."""
DATE_MISSING = STATUSES.index("date.missing")
OK, MISSING, STALE, BEFORE_FIRST, RETIRED_STATUS, SUSPECT = range(6)
_TRY_NEXT = (MISSING, STALE, BEFORE_FIRST)
_MARGIN = 400
_MILLENNIUM = date(2000, 1, 1).toordinal()
_EXACT_FLOAT = 1 << 53
_LARGEST = (1 << 62) - 1
_SHIFTS = {"on_or_before": 0, "strictly_before": -1, "exact": 0, "period": 0}

Ints = npt.NDArray[np.int64]


class Answers(NamedTuple):
    """Parallel over days: status, rate as a float, rate day (ordinal), and the exact fraction.

    The denominator is 0 where there is no rate or the fraction does not fit 64 bits. The rate is NaN where the status
    is not 0.
    """

    status: npt.NDArray[np.uint8]
    rate: npt.NDArray[np.float64]
    day: Ints
    numerator: Ints
    denominator: Ints

    @classmethod
    def refused(cls, count: int, status: int) -> Answers:
        """The same status for so many days."""
        zeros = np.zeros(count, np.int64)
        return cls(np.full(count, status, np.uint8), np.full(count, np.nan), zeros, zeros.copy(), zeros.copy())

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """All five, in their order."""
        return tuple(self)

    def put(self, mask: npt.NDArray[np.bool_], other: Answers) -> None:
        """Take the other's cells where the mask holds."""
        for mine, theirs in zip(self.columns, other.columns, strict=True):
            mine[mask] = theirs[mask]

    def refuse(self, mask: npt.NDArray[np.bool_], status: int) -> None:
        """No rate where the mask holds."""
        self.put(mask, Answers.refused(len(self.status), status))


class Cells(NamedTuple):
    """Answers as they are handed out: NaT where there is no rate."""

    rate: npt.NDArray[np.float64]
    rate_date: npt.NDArray[np.datetime64]
    status: npt.NDArray[np.uint8]
    numerator: Ints
    denominator: Ints


def _as_cells(answers: Answers) -> Cells:
    days = (answers.day - EPOCH).astype("M8[D]")
    days[answers.status != OK] = np.datetime64("NaT")
    return Cells(answers.rate, days, answers.status, answers.numerator, answers.denominator)


class Grid:
    """The answers of one book for one quote currency, policy, kind and source; ``first`` is its first day (ordinal).

    It is handed its book at each call instead of keeping it, so that a book that nobody uses any more can go.
    """

    def __init__(self, book: RateBook, quote: str, policy: str, kind: str | None, source: str | None) -> None:
        self._quote = quote
        self._policy = policy_named(policy)
        self._question = (kind, source)
        self.first, last = reach(book)
        self.width = last - self.first + 1
        self._axis = np.arange(self.first, self.first + self.width, dtype=np.int64)
        self._rows: dict[str, int] = {}
        self._cells = _as_cells(Answers.refused(0, MISSING))
        self._wanted: Ints | None = None
        self._lock = Lock()

    def rows(self, book: RateBook, codes: Sequence[str]) -> Ints:
        """The grid row of each base currency; fills those that are new."""
        with self._lock:
            new = [code for code in dict.fromkeys(codes) if code not in self._rows]
            if new:
                filled = [self._fill(book, code) for code in new]
                for number, code in enumerate(new, start=len(self._rows)):
                    self._rows[code] = number
                parts = zip(self._cells, *map(_as_cells, filled), strict=True)
                self._cells = Cells(*(np.concatenate(part) for part in parts))
            return np.array([self._rows[code] for code in codes], np.int64)

    @property
    def cells(self) -> Cells:
        """All rows one after the other, ``width`` cells each."""
        return self._cells

    def _fill(self, book: RateBook, code: str) -> Answers:
        kind, source = self._question
        try:
            routes = book.routes(code, self._quote, kind, source)
        except MoneyError as error:
            return Answers.refused(self.width, status_of(error))
        answers = self._without_route(code)
        for number, route in enumerate(routes):
            found = self._of_route(route)
            if number == 0:
                answers = found
                continue
            answers.put(np.isin(answers.status, _TRY_NEXT) & ~np.isin(found.status, _TRY_NEXT), found)
        if source is None and (kind is None or kind in AGREED):
            self._overlay_locks(book, code, answers)
        return answers

    def _without_route(self, code: str) -> Answers:
        answers = Answers.refused(self.width, MISSING)
        if self._question[0] != "legal":
            for one in (code, self._quote):
                if one in RETIRED:
                    answers.refuse(self._axis >= RETIRED[one].date.toordinal(), RETIRED_STATUS)
        return answers

    def _of_route(self, route: Route) -> Answers:
        answers = _daily(route, self._axis, self._policy) if self._policy.daily else self._monthly(route)
        for ending in route.endings:
            answers.refuse(self._axis >= ending.day, RETIRED_STATUS)
        return answers

    def _monthly(self, route: Route) -> Answers:
        # One scalar look-up for each wanted day; where the answer also depends on what is out by then, for each day.
        if self._wanted is None and self._policy.pick == "next":
            self._wanted = self._axis
        elif self._wanted is None:
            self._wanted = np.array([self._policy.wanted(date.fromordinal(day)) for day in self._axis.tolist()])
        starts = np.flatnonzero(np.diff(self._wanted, prepend=self._wanted[0] - 1))
        stops = [*starts[1:].tolist(), self.width]
        answers = Answers.refused(self.width, MISSING)
        for start, stop in zip(starts.tolist(), stops, strict=True):
            cell = _scalar(route, date.fromordinal(self.first + stop - 1), self._policy)
            for column, value in zip(answers.columns, cell, strict=True):
                column[start:stop] = value
        return answers

    def _overlay_locks(self, book: RateBook, code: str, answers: Answers) -> None:
        company = [lock for lock in book.locks if lock.scope == "company"]
        # Ordinals, for many an agreement ends on the calendar's last day, 9999-12-31, which has none after it.
        days = {lock.valid_from.toordinal() for lock in company}
        days |= {lock.valid_to.toordinal() + 1 for lock in company if lock.valid_to}
        bounds = sorted({self.first, *(min(max(day, self.first), self.first + self.width) for day in days)})
        for start, stop in zip(bounds, [*bounds[1:], self.first + self.width], strict=True):
            if start < stop and company:
                on = date.fromordinal(start)
                kind = self._question[0]
                lock = lock_in_force(company, (code, self._quote), on, document="", customer="", kind=kind)
                if lock is not None:
                    rate = lock.rate(code, self._quote, on, self._policy.name)
                    for column, value in zip(answers.columns, cell_of(rate), strict=True):
                        column[start - self.first : stop - self.first] = value


def status_of(error: RateError | MoneyError) -> int:
    """The status number of an error; an error that has none is raised again."""
    if error.code not in STATUSES:
        raise error
    return STATUSES.index(error.code)


class Cell(NamedTuple):
    """One answer; the columns of ``Answers``."""

    status: int
    rate: float
    day: int
    numerator: int
    denominator: int


def no_rate(status: int) -> Cell:
    """The answer that there is none."""
    return Cell(status, float("nan"), 0, 0, 0)


def cell_of(rate: Rate) -> Cell:
    """A scalar answer."""
    numerator, denominator = rate.exact.as_integer_ratio()
    exact = (numerator, denominator) if max(numerator, denominator) <= _LARGEST else (0, 0)
    return Cell(OK, numerator / denominator, rate.rate_date.toordinal(), *exact)


def reach(book: RateBook) -> tuple[int, int]:
    """First and last day (ordinals) of the book's grids: its rates, and a year on both sides."""
    spans = [series.span for series in book.series]
    days = [day for first, last, count in spans if count for day in (first, last)]
    return min(days, default=_MILLENNIUM) - _MARGIN, max(days, default=_MILLENNIUM) + _MARGIN


def _scalar(route: Route, on: date, policy: Policy) -> Cell:
    try:
        return cell_of(route.rate_regardless_of_endings(on, policy))
    except RateError as error:
        return no_rate(status_of(error))


def _daily(route: Route, axis: Ints, policy: Policy) -> Answers:
    wanted = axis + _SHIFTS[policy.name]
    tables = route.loaded.tables
    if not tables:
        answers = _constant(route, wanted)
    elif not all(len(table.days) for table in tables):
        answers = Answers.refused(len(axis), MISSING)
    else:
        answers = _published(route, wanted, policy)
    answers.refuse(wanted < route.fixed_since, BEFORE_FIRST)
    return answers


def _constant(route: Route, wanted: Ints) -> Answers:
    numerator, denominator = route.ratio(())
    count = len(wanted)
    fits = max(numerator, denominator) <= _LARGEST
    return Answers(
        np.zeros(count, np.uint8),
        np.full(count, numerator / denominator),
        wanted.copy(),
        np.full(count, numerator if fits else 0, np.int64),
        np.full(count, denominator if fits else 0, np.int64),
    )


def _published(route: Route, wanted: Ints, policy: Policy) -> Answers:
    tables = route.loaded.tables
    days = np.array(tables[0].days, np.int64)
    rows: tuple[Ints, ...] = (np.arange(len(days)),)
    if len(tables) == 2:
        days, first, second = np.intersect1d(days, np.array(tables[1].days, np.int64), return_indices=True)
        rows = (first, second)
    if not len(days):
        return Answers.refused(len(wanted), BEFORE_FIRST)
    numerator, denominator, rate = _fractions(route, rows)
    found = np.searchsorted(days, wanted, side="right") - 1
    at = np.maximum(found, 0)
    day = days[at]
    answers = Answers(np.zeros(len(wanted), np.uint8), rate[at], day.copy(), numerator[at], denominator[at])
    # From the weakest reason to the strongest, as the scalar look-up would have met them first.
    end, bounded = _period_end(tables, [row[at] for row in rows])
    answers.refuse((end > 0) & (wanted > end), STALE)
    answers.refuse(~bounded & _too_old(route.rule, wanted, day), STALE)
    if policy.pick == "period":
        answers.refuse(end == 0, MISSING)
    for table, row in zip(tables, rows, strict=True):
        if table.held:
            answers.refuse(np.isin(row[at], list(table.held)), SUSPECT)
    if policy.pick == "exact":
        answers.refuse(day != wanted, MISSING)
    answers.refuse(found < 0, BEFORE_FIRST)
    return answers


def _period_end(tables: Sequence[Table], rows: Sequence[Ints]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The last day (ordinal) of the shortest period among the hops' rates, 0 where none has one; and whether all have."""
    end = np.zeros(len(rows[0]), np.int64)
    bounded = np.ones(len(rows[0]), np.bool_)
    for table, row in zip(tables, rows, strict=True):
        own = np.zeros(len(row), np.int64) if table.ends is None else np.array(table.ends, np.int64)[row]
        end = np.where((end == 0) | ((own > 0) & (own < end)), own, end)
        bounded &= own > 0
    return end, bounded


def _too_old(rule: SourceRule, wanted: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    age = wanted - day
    if rule.calendar and (age > rule.max_age).any():
        first, last = int(day.min()), int(wanted.max())
        publishing = [rule.is_publication_day(date.fromordinal(one)) for one in range(first, last + 1)]
        until = np.cumsum(publishing)
        age = until[np.maximum(wanted - first, 0)] - until[day - first]
    return age > rule.max_age


def _fractions(route: Route, rows: tuple[Ints, ...]) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Numerator, denominator (0 where they do not fit) and float of each of these rows of the route's tables."""
    tops, bottoms = [route.factor.numerator], [route.factor.denominator]
    for hop, table in zip(route.hops, route.loaded.tables, strict=True):
        largest = max(table.numerators)
        tops.append(table.denominator if hop.inverse else largest)
        bottoms.append(largest if hop.inverse else table.denominator)
    if max(prod(tops), prod(bottoms)) >= _EXACT_FLOAT:
        return _wide_fractions(route, rows)
    count = len(rows[0])
    numerator = np.full(count, route.factor.numerator, np.int64)
    denominator = np.full(count, route.factor.denominator, np.int64)
    for hop, table, row in zip(route.hops, route.loaded.tables, rows, strict=True):
        published = np.array(table.numerators, np.int64)[row]
        numerator *= table.denominator if hop.inverse else published
        denominator *= published if hop.inverse else table.denominator
    return numerator, denominator, numerator / denominator


def _wide_fractions(route: Route, rows: tuple[Ints, ...]) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    ratios = [
        Fraction(*route.ratio(one)).as_integer_ratio() for one in zip(*(row.tolist() for row in rows), strict=True)
    ]
    exact = [ratio if max(ratio) <= _LARGEST else (0, 0) for ratio in ratios]
    return (
        np.array([top for top, _bottom in exact], np.int64),
        np.array([bottom for _top, bottom in exact], np.int64),
        np.array([top / bottom for top, bottom in ratios]),
    )
