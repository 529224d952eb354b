"""The answer of a rate book: a value with everything it rests on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from workbench.money import Rounding, round_fraction
from workbench.rates.exact import quotient
from workbench.rates.series import Hop, Leg

__all__ = ["Rate"]


class _Fields(NamedTuple):
    base: str
    quote: str
    date: dt.date
    rate_date: dt.date
    age_days: int
    source: str
    kind: str
    policy: str
    numerator: int
    denominator: int
    fixed_legs: tuple[Leg, ...]
    hops: tuple[Hop, ...]
    rows: tuple[int, ...]


class Rate(_Fields):
    """``value`` ``quote`` per 1 ``base``, as of ``date`` under ``policy``.

    ``rate_date`` is the day the rate was published for and ``age_days`` how many calendar days it lies before the day
    that the policy wanted (``date`` itself, the first of the month, …). ``numerator / denominator`` is the exact
    value. ``kind`` is ``identity`` for a currency against itself. ``hops`` and ``rows`` tell where in the book
    the published rates are that ``legs`` shows.
    """

    __slots__ = ()

    @property
    def value(self) -> Decimal:
        """``quote`` per 1 ``base``: the published digits where the rate is one, else 34 significant digits."""
        if self.derived or self.kind == "identity":
            return quotient(self.numerator, self.denominator)
        return self.legs[0].value

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The published rates that the value was computed from, in their published direction."""
        return (*self.fixed_legs, *(hop.series.leg(row) for hop, row in zip(self.hops, self.rows, strict=True)))

    @property
    def derived(self) -> bool:
        """Whether nobody published this value as it stands: it was crossed, divided or averaged."""
        if self.kind == "identity":
            return False
        if len(self.fixed_legs) + len(self.hops) != 1 or self.policy == "month_average":
            return True
        return self.hops[0].inverse if self.hops else self.base != self.fixed_legs[0].base

    def convert(self, amount: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
        """``amount`` of ``base`` in ``quote``: exact, and rounded once to the minor units of ``quote``."""
        return round_fraction(Fraction(amount) * Fraction(self.numerator, self.denominator), self.quote, rounding)

    def as_dict(self) -> dict[str, object]:
        """The rate as the command line's JSON object: decimals as text, dates as ISO."""
        return {
            "value": format(self.value, "f"),
            "base": self.base,
            "quote": self.quote,
            "date": self.date.isoformat(),
            "rate_date": self.rate_date.isoformat(),
            "age_days": self.age_days,
            "source": self.source,
            "kind": self.kind,
            "policy": self.policy,
            "legs": [leg.as_dict() for leg in self.legs],
        }
