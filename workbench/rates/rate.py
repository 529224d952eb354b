"""The answer of a rate book: a value with everything it rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from workbench.money import Rounding, round_fraction
from workbench.rates.exact import quotient
from workbench.rates.series import Leg, Series

__all__ = ["Rate"]


class _Fields(NamedTuple):
    base: str
    quote: str
    date: date
    rate_date: date
    age_days: int
    source: str
    kind: str
    policy: str
    numerator: int
    denominator: int
    fixed_legs: tuple[Leg, ...]
    picks: tuple[tuple[Series, int, bool], ...]


class Rate(_Fields):
    """``value`` ``quote`` per 1 ``base``, as of ``date`` under ``policy``.

    ``rate_date`` is the day the rate was published for and ``age_days`` how many calendar days it lies before the day
    that the policy wanted (``date`` itself, the first of the month, …). ``numerator / denominator`` is the exact
    value. ``kind`` is ``identity`` for a currency against itself. ``picks`` are the published rates by series, table
    row, and whether they are divided by; ``legs`` shows them.
    """

    __slots__ = ()

    @property
    def value(self) -> Decimal:
        """``quote`` per 1 ``base``: the published digits where the rate is one, else 34 significant digits."""
        legs = self.legs
        if len(legs) == 1 and not self.derived:
            return legs[0].value
        return quotient(self.numerator, self.denominator)

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The published rates that the value was computed from, in their published direction."""
        return (*self.fixed_legs, *(series.leg(row) for series, row, _inverse in self.picks))

    @property
    def derived(self) -> bool:
        """Whether nobody published this value as it stands: it was crossed, divided or averaged."""
        if self.kind == "identity":
            return False
        if len(self.fixed_legs) + len(self.picks) != 1 or self.policy == "month_average":
            return True
        return self.picks[0][2] if self.picks else self.base != self.fixed_legs[0].base

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
