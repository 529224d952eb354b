"""All observations of one pair from one source, ready to be searched by date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import lcm
from typing import NamedTuple

from workbench.rates.exact import quotient
from workbench.rates.observation import Observation, in_utc

__all__ = ["Hop", "Key", "Leg", "Packed", "Series", "Table"]


class Key(NamedTuple):
    """What makes a series: who published which kind of rate for which pair, in the published direction."""

    source: str
    kind: str
    base: str
    quote: str


class Leg(NamedTuple):
    """A published rate that a result rests on: ``value`` ``quote`` per 1 ``base``, in the published direction.

    ``rate_date`` is the rate's day; for a legal rate or a peg, the day since which it has held.
    """

    base: str
    quote: str
    value: Decimal
    rate_date: date

    def as_dict(self) -> dict[str, str]:
        """The leg as JSON: the value as text, the date as ISO."""
        return {
            "base": self.base,
            "quote": self.quote,
            "value": format(self.value, "f"),
            "rate_date": self.rate_date.isoformat(),
        }


class Table(NamedTuple):
    """What of a series is in force: parallel sequences sorted by day, one row per rate date.

    Row ``i`` says 1 base = ``numerators[i] / denominator`` quote on the day with ordinal ``days[i]``. ``held`` are the
    rows that are suspect; ``ends`` the last ordinals of rates that hold for a period, or None where none does;
    ``decimals`` the published decimals per 1 base, −1 where unit or source tell none, or None where none tells.
    """

    days: Sequence[int]
    numerators: Sequence[int]
    denominator: int
    held: frozenset[int]
    ends: Sequence[int] | None
    decimals: Sequence[int] | None = None


class Packed(NamedTuple):
    """A column of a packed history: how to load it, and what is known of it without loading."""

    load: Callable[[], Table]
    first: int
    last: int
    rates: int
    payload_sha256: str


class _InForce(NamedTuple):
    held: bool
    revision: int
    numerator: int
    end: int
    decimals: int


class Series:
    """One key's observations: a packed history, observations added since, or both.

    Nothing is decoded before it is needed. Reading from several threads is safe: the table is built aside and then
    put in place whole. ``publishes_at`` is the UTC time of day from which a packed rate counts as known.
    """

    __slots__ = ("_built", "cutoff", "key", "packed", "publishes_at", "rows")

    def __init__(
        self,
        key: Key,
        rows: tuple[Observation, ...] = (),
        packed: Packed | None = None,
        *,
        publishes_at: time = time(0),
        cutoff: datetime | None = None,
    ) -> None:
        self.key = key
        self.rows = rows
        self.packed = packed
        self.publishes_at = publishes_at
        self.cutoff = cutoff
        self._built: Table | None = None

    def with_rows(self, rows: Iterable[Observation]) -> Series:
        """A new series with ``rows`` appended."""
        return Series(self.key, (*self.rows, *rows), self.packed, publishes_at=self.publishes_at, cutoff=self.cutoff)

    def known_at(self, moment: datetime) -> Series:
        """The series as it could be known at that moment."""
        cutoff = in_utc(moment) if self.cutoff is None else min(self.cutoff, in_utc(moment))
        rows = tuple(row for row in self.rows if self._since(row) <= cutoff)
        return Series(self.key, rows, self.packed, publishes_at=self.publishes_at, cutoff=cutoff)

    @property
    def table(self) -> Table:
        """What is in force, built at first use."""
        built = self._built
        if built is None:
            built = self._built = self._build()
        return built

    @property
    def span(self) -> tuple[int, int, int]:
        """First and last day (ordinals) and number of rate dates; does not decode a packed history alone."""
        if self.packed is not None and not self.rows and self.cutoff is None:
            return self.packed.first, self.packed.last, self.packed.rates
        days = self.table.days
        return (days[0], days[-1], len(days)) if days else (0, 0, 0)

    def leg(self, row: int) -> Leg:
        """Row ``row`` of the table as a published rate."""
        table = self.table
        decimals = -1 if table.decimals is None else table.decimals[row]
        if decimals >= 0:
            # As text, for arithmetic would round to the precision of the context.
            value = Decimal(f"{table.numerators[row] * 10**decimals // table.denominator}E-{decimals}")
        else:
            value = quotient(table.numerators[row], table.denominator)
        return Leg(self.key.base, self.key.quote, value, date.fromordinal(table.days[row]))

    def observations(self) -> Iterator[Observation]:
        """Every observation ever added, packed ones first, superseded and rejected ones too."""
        if self.packed is not None:
            yield from self._unpacked()
        yield from self.rows

    def _unpacked(self) -> Iterator[Observation]:
        table = self._packed_table()
        source, kind, base, quote = self.key
        sha = self.packed.payload_sha256 if self.packed else ""
        for day, numerator in zip(table.days, table.numerators, strict=True):
            digits = format(quotient(numerator, table.denominator), "f")
            yield Observation(source, kind, base, quote, 1, digits, date.fromordinal(day), payload_sha256=sha)

    def _since(self, row: Observation) -> datetime:
        return row.known_from or datetime.combine(row.rate_date, self.publishes_at, UTC)

    def _packed_table(self) -> Table:
        if self.packed is None:
            return Table((), (), 1, frozenset(), None)
        table = self.packed.load()
        if self.cutoff is None:
            return table
        known = sum(
            1 for day in table.days if datetime.combine(date.fromordinal(day), self.publishes_at, UTC) <= self.cutoff
        )
        return table._replace(days=table.days[:known], numerators=table.numerators[:known])

    def _build(self) -> Table:
        packed = self._packed_table()
        if not self.rows:
            return packed
        denominator = lcm(packed.denominator, *(row.exact.denominator for row in self.rows))
        scale = denominator // packed.denominator
        in_force = {
            day: _InForce(held=False, revision=1, numerator=numerator * scale, end=0, decimals=-1)
            for day, numerator in zip(packed.days, packed.numerators, strict=True)
        }
        # A rejected revision says that the one before it, with the same figure, was never right.
        withdrawn = {(row.rate_date, row.revision - 1, row.exact) for row in self.rows if row.status == "rejected"}
        for row in self.rows:
            exact = row.exact
            if row.status == "rejected" or (row.rate_date, row.revision, exact) in withdrawn:
                continue
            candidate = _InForce(
                held=row.status == "suspect",
                revision=row.revision,
                numerator=exact.numerator * (denominator // exact.denominator),
                end=row.valid_to.toordinal() if row.valid_to else 0,
                decimals=_decimals(row),
            )
            day = row.rate_date.toordinal()
            present = in_force.get(day)
            if present is None or _supersedes(candidate, present):
                in_force[day] = candidate
        days = sorted(in_force)
        chosen = [in_force[day] for day in days]
        return Table(
            days,
            [one.numerator for one in chosen],
            denominator,
            frozenset(number for number, one in enumerate(chosen) if one.held),
            [one.end for one in chosen] if any(one.end for one in chosen) else None,
            [one.decimals for one in chosen],
        )


class Hop(NamedTuple):
    """One series on the way; ``inverse`` where it is used against its published direction, that is, divided by."""

    series: Series
    inverse: bool


def _supersedes(candidate: _InForce, present: _InForce) -> bool:
    # An accepted figure is never displaced by one still in doubt; among equals the later addition counts.
    if candidate.held != present.held:
        return present.held
    return candidate.revision >= present.revision


def _decimals(row: Observation) -> int:
    shift = len(str(row.unit)) - 1
    return shift - row.exponent if row.unit == 10**shift else -1
