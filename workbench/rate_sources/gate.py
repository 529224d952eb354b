"""The gate between a source and the book: known figures are recognised, corrections numbered, odd prints held back.

A suspect is stored with the reason, but nothing is converted at it until a person accepts it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from statistics import median

from workbench.errors import MoneyError, RateError
from workbench.i18n import _
from workbench.rates import Observation, RateBook
from workbench.rates.series import Key, Series

__all__ = ["Sifted", "accept", "reject", "sift"]

_FLOORS = {"monthly": Fraction(15, 100), "quarterly": Fraction(25, 100)}
_FLOOR = Fraction(5, 100)
_MAD_TIMES = 8
_SAMPLE = 250
_ENOUGH = 20
_APART = Fraction(10, 100)
_AGREE = Fraction(3, 100)
_STATISTICAL = frozenset(_FLOORS)
_HELD = 3
_UNIT_SLIPS = (10, 100, 1000, 10_000)


@dataclass(slots=True)
class Sifted:
    """What the gate made of a batch. ``unchanged`` are already in the book; ``suspect`` have a note that says why."""

    new: list[Observation] = field(default_factory=list)
    revised: list[Observation] = field(default_factory=list)
    unchanged: list[Observation] = field(default_factory=list)
    suspect: list[Observation] = field(default_factory=list)

    @property
    def stored(self) -> list[Observation]:
        """What is to be added to the book, suspects included, by day."""
        return sorted((*self.new, *self.revised, *self.suspect), key=lambda one: (one.rate_date, one.revision))


def sift(observations: Iterable[Observation], book: RateBook) -> Sifted:
    """Sort a batch by what the book knows already; the book is not changed.

    A value equal to the newest revision of its source, kind, pair and day is unchanged (``0.8338`` equals
    ``0.83380``); a different one becomes the next revision. A rate is suspect where it leaves its neighbour by more than
    eight times the usual scatter of its own day-to-day moves (at least 5 %), unless another source confirms it or the
    three prints before it were held back at the same level (a devaluation lasts, a misprint does not); or where it
    stands more than 10 % away from every other source. What looks inverted, slipped in its unit or put under another
    currency's name stays suspect however often it is repeated.
    """
    present = {series.key: series for series in book.series}
    pasts: dict[Key, _Past] = {}
    result = Sifted()

    def past_of(key: Key) -> _Past:
        if key not in pasts:
            pasts[key] = _Past(present.get(key))
        return pasts[key]

    def published_order(one: Observation) -> tuple[date, float]:
        return one.rate_date, one.published_at.timestamp() if one.published_at else 0.0

    for one in sorted(observations, key=published_order):
        past = past_of(Key(one.source, one.kind, one.base, one.quote))
        known = past.newest(one.rate_date)
        if known is not None and known.exact == one.exact:
            result.unchanged.append(one)
            continue
        row = one if known is None else replace(one, revision=known.revision + 1)
        doubt = _doubt(row, past, book, ((key, past_of(key)) for key in present))
        if doubt:
            row = replace(row, status="suspect", note=doubt)
            result.suspect.append(row)
        elif known is None:
            result.new.append(row)
        else:
            result.revised.append(row)
        past.add(row)
    return result


def accept(suspect: Observation, reason: str) -> Observation:
    """The next revision that puts a suspect figure in force."""
    return replace(suspect, revision=suspect.revision + 1, status="ok", note=reason)


def reject(suspect: Observation, reason: str) -> Observation:
    """The next revision that sets a suspect figure aside for good."""
    return replace(suspect, revision=suspect.revision + 1, status="rejected", note=reason)


@dataclass(frozen=True, slots=True)
class _Known:
    exact: Fraction
    revision: int


class _Past:
    """What is known of one series: the newest revision of each day, and the accepted figures in order."""

    def __init__(self, series: Series | None) -> None:
        self._days: list[int] = []
        self._values: list[Fraction] = []
        self._newest: dict[int, _Known] = {}
        self._held: dict[int, Fraction] = {}
        if series is None:
            return
        table = series.table
        for number, (day, numerator) in enumerate(zip(table.days, table.numerators, strict=True)):
            exact = Fraction(numerator, table.denominator)
            self._newest[day] = _Known(exact, 1)
            if number not in table.held:
                self._days.append(day)
                self._values.append(exact)
        for row in series.rows:
            if row.status == "suspect":
                self._held[row.rate_date.toordinal()] = row.exact
            known = self._newest.get(row.rate_date.toordinal())
            if known is None or row.revision >= known.revision:
                self._newest[row.rate_date.toordinal()] = _Known(row.exact, row.revision)

    def newest(self, day: date) -> _Known | None:
        return self._newest.get(day.toordinal())

    def add(self, row: Observation) -> None:
        day = row.rate_date.toordinal()
        self._newest[day] = _Known(row.exact, row.revision)
        if row.status != "ok":
            self._held[day] = row.exact
            return
        place = bisect_left(self._days, day)
        if place < len(self._days) and self._days[place] == day:
            self._values[place] = row.exact
        else:
            self._days.insert(place, day)
            self._values.insert(place, row.exact)

    def neighbour(self, day: date) -> tuple[Fraction, int] | None:
        """The accepted figure before the day, else the one after it, and how many days lie between."""
        wanted = day.toordinal()
        place = bisect_left(self._days, wanted)
        if place:
            return self._values[place - 1], wanted - self._days[place - 1]
        after = place + (place < len(self._days) and self._days[place] == wanted)
        return (self._values[after], self._days[after] - wanted) if after < len(self._days) else None

    def settled(self, row: Observation, limit: Fraction) -> bool:
        """Whether the last prints, held back one after the other, all stand at the level of this one."""
        day = row.rate_date.toordinal()
        place = bisect_left(self._days, day)
        since = self._days[place - 1] if place else 0
        held = [value for when, value in sorted(self._held.items())[-_HELD:] if since < when < day]
        return len(held) == _HELD and all(_apart(row.exact, value) <= limit for value in held)

    def limit(self, day: date, kind: str, gap: int) -> Fraction:
        """How far a figure may be from its neighbour ``gap`` days away, as a fraction of it."""
        end = bisect_left(self._days, day.toordinal())
        values = self._values[max(end - _SAMPLE, 0) : end] or self._values[:_SAMPLE]
        moves = [later / earlier - 1 for earlier, later in pairwise(values)]
        floor = _FLOORS.get(kind, _FLOOR)
        if len(moves) < _ENOUGH:
            usual = floor
        else:
            # Scatter only needs three digits; exact fractions of that many rates grow without end.
            small = [move.limit_denominator(10**6) for move in moves]
            middle = median(small)
            usual = max(floor, _MAD_TIMES * median(abs(move - middle) for move in small))
        return usual if kind in _STATISTICAL else usual * max(1, isqrt(max(gap, 1) // 5))


def _apart(one: Fraction, other: Fraction) -> Fraction:
    return max(one, other) / min(one, other) - 1


def _doubt(row: Observation, past: _Past, book: RateBook, others: Iterator[tuple[Key, _Past]]) -> str:
    """Why the figure is not believed, or nothing."""
    elsewhere = None if row.kind in _STATISTICAL else _elsewhere(row, book)
    neighbour = past.neighbour(row.rate_date)
    if neighbour is not None:
        before, gap = neighbour
        # The limit is never below the floor, and costs far more than this comparison.
        ordinary = _apart(row.exact, before) <= _FLOORS.get(row.kind, _FLOOR)
        limit = _FLOOR if ordinary else past.limit(row.rate_date, row.kind, gap)
        if not ordinary and _apart(row.exact, before) > limit:
            confirmed = elsewhere is not None and _apart(row.exact, elsewhere[1]) <= _AGREE
            return "" if confirmed else _how_wrong(row, past, before, limit, others)
    if elsewhere is not None and _apart(row.exact, elsewhere[1]) > _APART:
        return _("{percent} % away from the rate of {source}").format(
            percent=_percent(_apart(row.exact, elsewhere[1])), source=elsewhere[0]
        )
    return ""


def _elsewhere(row: Observation, book: RateBook) -> tuple[str, Fraction] | None:
    """The other source whose rate of that day is nearest: its name and quote per 1 base."""
    rates = []
    for source in book.sources:
        if source == row.source:
            continue
        try:
            rate = book.get(row.base, row.quote, row.rate_date, source=source)
        except (RateError, MoneyError):
            # That source has nothing to compare with on this day.
            continue
        rates.append((source, Fraction(rate.value)))
    return min(rates, key=lambda rate: _apart(row.exact, rate[1]), default=None)


def _how_wrong(
    row: Observation, past: _Past, before: Fraction, limit: Fraction, others: Iterator[tuple[Key, _Past]]
) -> str:
    if _apart(row.exact, 1 / before) <= limit:
        return _("looks inverted: the rate before was {value}").format(value=_short(before))
    for slip in _UNIT_SLIPS:
        for times, text in ((Fraction(slip), f"×{slip}"), (Fraction(1, slip), f"÷{slip}")):
            if _apart(row.exact, before * times) <= limit:
                return _("looks like a slip of the unit ({factor}): the rate before was {value}").format(
                    factor=text, value=_short(before)
                )
    own = (row.source, row.kind)
    for key, other in others:
        if (key.source, key.kind) != own or (key.base, key.quote) == (row.base, row.quote):
            continue
        neighbour = other.neighbour(row.rate_date) if key.base == row.base or key.quote == row.quote else None
        if neighbour is not None and _apart(row.exact, neighbour[0]) <= _AGREE:
            return _("looks like the rate of {base}/{quote} under another name; before it was {value}").format(
                base=key.base, quote=key.quote, value=_short(before)
            )
    if past.settled(row, limit):
        return ""
    return _("moved by {percent} % from {value}; the limit is {limit} %").format(
        percent=_percent(_apart(row.exact, before)), value=_short(before), limit=_percent(limit)
    )


def _percent(part: Fraction) -> str:
    return f"{float(part * 100):.1f}"


def _short(value: Fraction) -> str:
    return f"{float(value):.6g}"
