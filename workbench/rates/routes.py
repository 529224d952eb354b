"""From a pair of currencies to the series that answer it, and from a day to the row of each series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from workbench.i18n import _
from workbench.rates.errors import RateBeforeFirst, RateMissing, RateRetired, RateStale, RateSuspect
from workbench.rates.exact import quotient
from workbench.rates.policies import Policy
from workbench.rates.rate import Rate
from workbench.rates.series import Leg, Series
from workbench.rates.sources import SourceRule

__all__ = ["Ending", "Hop", "Picked", "Route"]

_ONE = Fraction(1)


class Hop(NamedTuple):
    """One series on the way; ``inverse`` where it is used against its published direction, that is, divided by."""

    series: Series
    inverse: bool


class Ending(NamedTuple):
    """A currency that ends: its first day (ordinal) without it, and what followed."""

    day: int
    currency: str
    successor: str
    ratio: str

    def error(self) -> RateRetired:
        return RateRetired(self.currency, self.successor, self.ratio, date.fromordinal(self.day))


class Picked(NamedTuple):
    """A rate date (ordinal) and, hop by hop, the table row that holds it."""

    day: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """How a pair is answered: published hops of one source (none, one, or two through its pivot) times fixed rates.

    ``factor`` is the exact product of the fixed rates (pegs, legal rates), ``fixed_legs`` say where it is from and
    ``fixed_since`` (ordinal) from when all of them hold. ``endings`` are the retirements of the pair's currencies.
    """

    base: str
    quote: str
    source: str
    kind: str
    rule: SourceRule
    hops: tuple[Hop, ...]
    factor: Fraction = _ONE
    fixed_legs: tuple[Leg, ...] = ()
    fixed_since: int = 0
    endings: tuple[Ending, ...] = ()

    def rate(self, on: date, policy: Policy) -> Rate:
        """The rate as of ``on``; raises a leaf of RateError where there is none to stand behind."""
        wanted = policy.wanted(on)
        if self.endings or self.fixed_since:
            self._check_alive(on, wanted)
        if policy.pick == "average" and self.hops:
            return self._average(on, policy, wanted)
        day, rows = self._pick(on, policy, wanted)
        numerator, denominator = self.factor.as_integer_ratio()
        picks = []
        for (series, inverse), row in zip(self.hops, rows, strict=True):
            table = series.table
            if inverse:
                numerator *= table.denominator
                denominator *= table.numerators[row]
            else:
                numerator *= table.numerators[row]
                denominator *= table.denominator
            picks.append((series, row, inverse))
        return Rate(
            self.base,
            self.quote,
            on,
            on if day == on.toordinal() else date.fromordinal(day),
            abs(wanted - day),
            self.source,
            self.kind,
            policy.name,
            numerator,
            denominator,
            self.fixed_legs,
            tuple(picks),
        )

    def _check_alive(self, on: date, wanted: int) -> None:
        for ending in self.endings:
            if on.toordinal() >= ending.day:
                raise ending.error()
        if wanted < self.fixed_since:
            raise RateBeforeFirst(self.base, self.quote, on, date.fromordinal(self.fixed_since), self.source)

    def _pick(self, on: date, policy: Policy, wanted: int) -> Picked:
        if not self.hops:
            return Picked(wanted, ())
        picked = self.next(wanted, on.toordinal()) if policy.pick == "next" else self.last(wanted)
        if picked is None:
            raise self._nothing(on, wanted, policy)
        if policy.pick == "exact" and picked.day != wanted:
            raise self._missing(date.fromordinal(wanted))
        self._check_row(on, policy, wanted, picked)
        return picked

    def last(self, wanted: int) -> Picked | None:
        """The last day up to ``wanted`` on which the source published every hop: a cross is never of two days."""
        hops = self.hops
        days = hops[0].series.table.days
        row = bisect_right(days, wanted) - 1
        if row < 0:
            return None
        if len(hops) == 1:
            return Picked(days[row], (row,))
        other = hops[1].series.table.days
        while row >= 0:
            day = days[row]
            second = bisect_right(other, day) - 1
            if second < 0:
                return None
            if other[second] == day:
                return Picked(day, (row, second))
            row = bisect_right(days, other[second]) - 1
        return None

    def next(self, wanted: int, latest: int) -> Picked | None:
        """The first day from ``wanted`` to ``latest`` on which the source published every hop."""
        days = self.hops[0].series.table.days
        start, stop = bisect_left(days, wanted), bisect_right(days, latest)
        for row in range(start, stop):
            picked = self.last(days[row])
            if picked is not None and picked.day == days[row]:
                return picked
        return None

    def _check_row(self, on: date, policy: Policy, wanted: int, picked: Picked) -> None:
        end = 0
        for (series, _inverse), row in zip(self.hops, picked.rows, strict=True):
            table = series.table
            if table.held and row in table.held:
                raise _suspect(series, row)
            if table.ends is not None and table.ends[row]:
                end = min(end or table.ends[row], table.ends[row])
        if end:
            if wanted > end:
                raise self._stale(on, picked.day, wanted - end, 0)
        elif policy.pick == "period":
            raise self._missing(date.fromordinal(wanted))
        elif abs(wanted - picked.day) > self.rule.max_age:
            self._check_age(on, picked.day, wanted)

    def _check_age(self, on: date, day: int, wanted: int) -> None:
        counted = self.rule.counted_age(min(day, wanted), max(day, wanted))
        if counted > self.rule.max_age:
            raise self._stale(on, day, counted, self.rule.max_age)

    def _average(self, on: date, policy: Policy, wanted: int) -> Rate:
        value, last_day = self.factor, 0
        legs = list(self.fixed_legs)
        for series, inverse in self.hops:
            table = series.table
            rows = self._month_rows(on, policy, series, wanted)
            mean = Fraction(sum(table.numerators[row] for row in rows), table.denominator * len(rows))
            value = value / mean if inverse else value * mean
            last_day = max(last_day, table.days[rows[-1]])
            shown = quotient(mean.numerator, mean.denominator)
            legs.append(Leg(series.key.base, series.key.quote, shown, date.fromordinal(table.days[rows[-1]])))
        return Rate(
            self.base,
            self.quote,
            on,
            date.fromordinal(last_day),
            wanted - last_day,
            self.source,
            "average",
            policy.name,
            value.numerator,
            value.denominator,
            tuple(legs),
            (),
        )

    def _month_rows(self, on: date, policy: Policy, series: Series, wanted: int) -> range:
        days, held = series.table.days, series.table.held
        first = date.fromordinal(wanted).replace(day=1).toordinal()
        rows = range(bisect_left(days, first), bisect_right(days, wanted))
        if not days or rows.stop == 0:
            raise self._nothing(on, wanted, policy)
        # A series that starts or breaks off inside the month has no average of that month.
        self._check_age(on, days[rows.stop - 1], wanted)
        if not rows or self.rule.counted_age(first, days[rows.start]) > self.rule.max_age:
            raise self._missing(date.fromordinal(wanted))
        for row in rows:
            if row in held:
                raise _suspect(series, row)
        return rows

    def _nothing(self, on: date, wanted: int, policy: Policy) -> RateBeforeFirst | RateMissing:
        starts = [hop.series.table.days[0] for hop in self.hops if hop.series.table.days]
        if len(starts) == len(self.hops) and (policy.pick != "next" or wanted < max(starts)):
            return RateBeforeFirst(self.base, self.quote, on, date.fromordinal(max(starts)), self.source)
        return self._missing(on)

    def _missing(self, day: date) -> RateMissing:
        return RateMissing(
            _("{source} has no {base}/{quote} rate of {day}.").format(
                source=self.source, base=self.base, quote=self.quote, day=day
            ),
            remedy=_("Fetch the rates of that day, or use another policy."),
        )

    def _stale(self, on: date, day: int, days: int, limit: int) -> RateStale:
        return RateStale(self.base, self.quote, on, date.fromordinal(day), days, limit, self.source)


def _suspect(series: Series, row: int) -> RateSuspect:
    leg = series.leg(row)
    return RateSuspect(leg.base, leg.quote, format(leg.value, "f"), leg.rate_date, series.key.source)
