"""From a pair of currencies to the series that answer it, and from a day to the row of each series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from workbench.i18n import _
from workbench.rates.errors import RateBeforeFirst, RateMissing, RateRetired, RateStale, RateSuspect
from workbench.rates.exact import quotient
from workbench.rates.policies import Policy
from workbench.rates.rate import Rate
from workbench.rates.series import Hop, Leg, Series, Table
from workbench.rates.sources import SourceRule

__all__ = ["Ending", "Loaded", "Route"]

_ONE = Fraction(1)


class Ending(NamedTuple):
    """A currency that ends: its first day (ordinal) without it, and what followed."""

    day: int
    currency: str
    successor: str
    ratio: str

    def error(self) -> RateRetired:
        """The refusal of a day on which the currency is no more."""
        return RateRetired(self.currency, self.successor, self.ratio, since=date.fromordinal(self.day))


class Loaded(NamedTuple):
    """The hops' tables; whether none has periods or rows held back; and the part of the fraction that never changes."""

    tables: tuple[Table, ...]
    plain: bool
    numerator: int
    denominator: int


class Route:
    """How a pair is answered: published hops of one source (none, one, or two through its pivot) times fixed rates.

    ``factor`` is the exact product of the fixed rates (pegs, legal rates), ``fixed_legs`` say where it is from and
    ``fixed_since`` (ordinal) from when all of them hold. ``endings`` are the retirements of the pair's currencies.
    ``derived`` tells whether its rates were published by nobody as they stand.
    """

    __slots__ = (
        "_loaded",
        "base",
        "derived",
        "endings",
        "factor",
        "fixed_legs",
        "fixed_since",
        "hops",
        "kind",
        "quote",
        "rule",
        "source",
    )  # fmt: skip

    def __init__(
        self,
        pair: tuple[str, str],
        source: str,
        kind: str,
        rule: SourceRule,
        hops: tuple[Hop, ...],
        *,
        factor: Fraction = _ONE,
        fixed_legs: tuple[Leg, ...] = (),
        fixed_since: int = 0,
        endings: tuple[Ending, ...] = (),
    ) -> None:
        self.base, self.quote = pair
        self.source = source
        self.kind = kind
        self.rule = rule
        self.hops = hops
        self.factor = factor
        self.fixed_legs = fixed_legs
        self.fixed_since = fixed_since
        self.endings = endings
        self.derived = self._is_derived()
        self._loaded: Loaded | None = None

    @property
    def loaded(self) -> Loaded:
        """The hops' tables, decoded at first use."""
        loaded = self._loaded
        if loaded is None:
            loaded = self._loaded = self._load()
        return loaded

    def _load(self) -> Loaded:
        numerator, denominator = self.factor.as_integer_ratio()
        tables = tuple(hop.series.table for hop in self.hops)
        for hop, table in zip(self.hops, tables, strict=True):
            if hop.inverse:
                numerator *= table.denominator
            else:
                denominator *= table.denominator
        plain = bool(tables) and not any(table.held or table.ends for table in tables)
        return Loaded(tables, plain, numerator, denominator)

    def _is_derived(self) -> bool:
        if self.hops:
            return len(self.hops) > 1 or bool(self.fixed_legs) or self.hops[0].inverse
        if len(self.fixed_legs) == 1:
            return self.kind == "average" or self.fixed_legs[0].base != self.base
        return bool(self.fixed_legs)

    def ratio(self, rows: tuple[int, ...]) -> tuple[int, int]:
        """``quote`` per 1 ``base`` at these rows of the hops' tables, as numerator and denominator."""
        tables, _plain, numerator, denominator = self.loaded
        for hop, table, row in zip(self.hops, tables, rows, strict=True):
            if hop.inverse:
                denominator *= table.numerators[row]
            else:
                numerator *= table.numerators[row]
        return numerator, denominator

    def rate(self, on: date, policy: Policy) -> Rate:
        """The rate as of ``on``; raises a leaf of RateError where there is none to stand behind."""
        for ending in self.endings:
            if on.toordinal() >= ending.day:
                raise ending.error()
        return self.rate_regardless_of_endings(on, policy)

    def rate_regardless_of_endings(self, on: date, policy: Policy) -> Rate:
        """The same without asking whether the currencies still exist on that day."""
        wanted = policy.wanted(on)
        if wanted < self.fixed_since:
            since = date.fromordinal(self.fixed_since)
            raise RateBeforeFirst((self.base, self.quote), on, self.source, first=since)
        tables, plain, _numerator, _denominator = self._loaded or self.loaded
        # By far most questions are for the last of rates of which none is held back or has a period of its own.
        picked = _last(wanted, tables) if plain and policy.pick == "last" else None
        if picked is None or wanted - picked[0] > self.rule.max_age:
            if policy.pick == "average" and tables:
                return self._average(on, policy, wanted)
            picked = self._pick(on, policy, wanted, tables)
        day, rows = picked
        # Past the class's own __new__, which is a Python function: this line is passed at every look-up.
        return tuple.__new__(Rate, (self, on, date.fromordinal(day), abs(wanted - day), policy.name, rows))

    def _pick(self, on: date, policy: Policy, wanted: int, tables: tuple[Table, ...]) -> tuple[int, tuple[int, ...]]:
        if not tables:
            return wanted, ()
        picked = _next(wanted, on.toordinal(), tables) if policy.pick == "next" else _last(wanted, tables)
        if picked is None:
            raise self._nothing(on, wanted, policy)
        day, rows = picked
        if policy.pick == "exact" and day != wanted:
            raise self._missing(date.fromordinal(wanted))
        plain = True
        for hop, table, row in zip(self.hops, tables, rows, strict=True):
            if row in table.held:
                raise _suspect(hop.series, row)
            plain = plain and table.ends is None
        if not plain or policy.pick == "period":
            self._check_period(on, policy, wanted, picked)
        elif abs(wanted - day) > self.rule.max_age:
            self._check_age(on, day, wanted)
        return picked

    def _check_period(self, on: date, policy: Policy, wanted: int, picked: tuple[int, tuple[int, ...]]) -> None:
        day, rows = picked
        ends = [table.ends[row] for table, row in zip(self.loaded.tables, rows, strict=True) if table.ends is not None]
        limits = [end for end in ends if end]
        if not limits and policy.pick == "period":
            raise self._missing(date.fromordinal(wanted))
        if limits and wanted > min(limits):
            raise self._stale(on, day, wanted - min(limits), 0)
        if len(limits) < len(rows):
            self._check_age(on, day, wanted)

    def _check_age(self, on: date, day: int, wanted: int) -> None:
        # Of the first publication of a month the wanted day is the earlier one.
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
        averaged = Route(
            (self.base, self.quote), self.source, "average", self.rule, (), factor=value, fixed_legs=tuple(legs)
        )
        return Rate(averaged, on, date.fromordinal(last_day), wanted - last_day, policy.name, ())

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
            return RateBeforeFirst((self.base, self.quote), on, self.source, first=date.fromordinal(max(starts)))
        return self._missing(on)

    def _missing(self, day: date) -> RateMissing:
        return RateMissing(
            _("{source} has no {base}/{quote} rate of {day}.").format(
                source=self.source, base=self.base, quote=self.quote, day=day
            ),
            remedy=_("Fetch the rates of that day, or use another policy."),
        )

    def _stale(self, on: date, day: int, days: int, limit: int) -> RateStale:
        pair = (self.base, self.quote)
        return RateStale(pair, on, self.source, rate_date=date.fromordinal(day), days=days, limit=limit)


def _last(wanted: int, tables: tuple[Table, ...]) -> tuple[int, tuple[int, ...]] | None:
    """The last day up to ``wanted`` on which the source published every hop: a cross is never of two days."""
    days = tables[0].days
    row = bisect_right(days, wanted) - 1
    if len(tables) == 1:
        return (days[row], (row,)) if row >= 0 else None
    others = tables[1].days
    # Columns of one history have the same days up to their common end, so the place is mostly known without searching.
    likely = row + len(others) - len(days)
    if row >= 0 and 0 <= likely < len(others) and others[likely] == days[row]:
        return days[row], (row, likely)
    while row >= 0:
        day = days[row]
        second = bisect_right(others, day) - 1
        if second < 0:
            return None
        if others[second] == day:
            return day, (row, second)
        row = bisect_right(days, others[second]) - 1
    return None


def _next(wanted: int, latest: int, tables: tuple[Table, ...]) -> tuple[int, tuple[int, ...]] | None:
    """The first day from ``wanted`` to ``latest`` on which the source published every hop."""
    days = tables[0].days
    for row in range(bisect_left(days, wanted), bisect_right(days, latest)):
        picked = _last(days[row], tables)
        if picked is not None and picked[0] == days[row]:
            return picked
    return None


def _suspect(series: Series, row: int) -> RateSuspect:
    leg = series.leg(row)
    return RateSuspect((leg.base, leg.quote), leg.rate_date, series.key.source, value=format(leg.value, "f"))
