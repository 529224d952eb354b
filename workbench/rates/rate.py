"""The answer of a rate book: a value with everything it rests on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from workbench.money import Rounding, round_ratio
from workbench.rates.exact import quotient
from workbench.rates.series import Leg

if TYPE_CHECKING:
    from workbench.rates.routes import Route

__all__ = ["Rate"]


class Rate(NamedTuple):
    """``value`` ``quote`` per 1 ``base``, as of ``date`` under ``policy``.

    ``rate_date`` is the day the rate was published for and ``age_days`` how many calendar days it lies from the day
    that the policy wanted (``date`` itself, the first of the month, …). ``route`` and ``rows`` tell where in the book
    the published rates are that ``legs`` shows.
    """

    route: Route
    date: dt.date
    rate_date: dt.date
    age_days: int
    policy: str
    rows: tuple[int, ...]

    def __repr__(self) -> str:
        return (
            f"Rate(1 {self.base} = {self.value:f} {self.quote}, {self.source} {self.kind} of {self.rate_date}, "
            f"{self.policy} {self.date})"
        )

    @property
    def base(self) -> str:
        """The currency converted from."""
        return self.route.base

    @property
    def quote(self) -> str:
        """The currency converted to."""
        return self.route.quote

    @property
    def source(self) -> str:
        """Who published the rate; with a peg or legal rate on the way, its authority too."""
        return self.route.source

    @property
    def kind(self) -> str:
        """mid, bank_buy, monthly, …; legal, peg, lock, contract, manual; ``identity`` for a currency against itself."""
        return self.route.kind

    @property
    def exact(self) -> Fraction:
        """``quote`` per 1 ``base``, exactly."""
        return Fraction(*self.route.ratio(self.rows))

    @property
    def value(self) -> Decimal:
        """``quote`` per 1 ``base``: the published digits where the rate is one, else 34 significant digits."""
        route = self.route
        if route.derived or route.kind == "identity":
            return quotient(*route.ratio(self.rows))
        return self.legs[0].value

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The published rates that the value was computed from, in their published direction."""
        route = self.route
        return (*route.fixed_legs, *(hop.series.leg(row) for hop, row in zip(route.hops, self.rows, strict=True)))

    @property
    def derived(self) -> bool:
        """Whether nobody published this value as it stands: it was crossed, divided or averaged."""
        return self.route.derived

    def convert(self, amount: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
        """``amount`` of ``base`` in ``quote``: exact, and rounded once to the minor units of ``quote``."""
        numerator, denominator = self.route.ratio(self.rows)
        units, parts = amount.as_integer_ratio()
        return round_ratio(units * numerator, parts * denominator, self.quote, rounding)

    def as_fields(self) -> dict[str, object]:
        """The rate under the names that a converted figure has in the register, and that ``audit`` reads."""
        return {
            "rate_value": self.value,
            "rate_date": self.rate_date,
            "rate_source": self.source,
            "rate_kind": self.kind,
            "rate_policy": self.policy,
            "rate_legs": [leg.as_dict() for leg in self.legs],
        }

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
