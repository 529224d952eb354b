"""Forward cover: its price by interest parity, what a hedge ratio does, and what it is worth today."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from workbench.analysis import Facts, Measure, measure, to_places
from workbench.errors import ConfigurationError
from workbench.exposure.positions import by_currency
from workbench.i18n import _
from workbench.money import from_minor, round_fraction

__all__ = ["forward_rate", "hedge", "marked_to_market"]

_RATE_PLACES = 4


def forward_rate(
    spot: Decimal, home_percent: Decimal, foreign_percent: Decimal, days: int, *, year: int = 360
) -> Decimal:
    """Base per 1 currency for delivery in ``days``, by covered interest parity, four decimals.

    ``home_percent`` and ``foreign_percent`` are simple yearly rates (1.7 means 1.7 %); ``year`` is the day count.
    """
    time = Fraction(days, year) / 100
    exact = Fraction(spot) * (1 + Fraction(home_percent) * time) / (1 + Fraction(foreign_percent) * time)
    return to_places(exact, _RATE_PLACES)


@measure
def hedge(
    facts: Facts,
    currency: str,
    *,
    home_percent: Decimal,
    foreign_percent: Decimal,
    days: int = 90,
    ratios: Sequence[int] = (0, 25, 50, 75, 100),
    shocks: Sequence[int] = (-10, -5, 0, 5, 10),
) -> Measure:
    """What hedging the net exposure of a currency would bring, in base currency.

    A row a hedge ratio in per cent: ratio, forward (the rate by interest parity), a column a shock of the spot rate in
    per cent (``-10%`` … ``+10%``) with the base amount received, worst (the least of them) and effective (base per 1
    currency at the worst).

    Raises:
        ConfigurationError: nothing is open in that currency, or a ratio beyond 0 to 100.
        RateError: the currency has no rate on the day.
    """
    if any(not 0 <= ratio <= 100 for ratio in ratios):
        raise ConfigurationError(_("A hedge ratio is from 0 to 100 per cent."), remedy=_("Correct the ratio."))
    sums = by_currency(facts)
    units = int(sums["units"].get(currency, 0))
    if not units:
        raise ConfigurationError(
            _("Nothing is open in {currency}.").format(currency=currency),
            remedy=_("Choose one of: {words}").format(words=", ".join(sums.index)),
        )
    spot = facts.book.get(currency, facts.base, facts.as_of)
    amount = from_minor(units, currency)
    forward = forward_rate(spot.value, home_percent, foreign_percent, days)
    rows = []
    for ratio in ratios:
        brought = [outcome(amount, spot.value, forward, ratio, shock, facts.base) for shock in shocks]
        named = {f"{shock:+d}%": value for shock, value in zip(shocks, brought, strict=True)}
        worst = min(brought)
        effective = to_places(Fraction(worst) / Fraction(amount), _RATE_PLACES)
        rows.append({"ratio": ratio, "forward": forward, **named, "worst": worst, "effective": effective})
    formula = "ratio x exposure x forward + (1 - ratio) x exposure x shocked spot"
    sources = tuple(sorted({*facts.sources_named(), spot.source}))
    return Measure(pd.DataFrame(rows), facts.base, "forward", facts.as_of, sources, facts.findings, formula)


def outcome(amount: Decimal, spot: Decimal, forward: Decimal, ratio: int, shock: int, base: str) -> Decimal:
    """What an amount brings in base with ``ratio`` per cent of it sold at ``forward`` and spot moved by ``shock``."""
    covered = Fraction(ratio, 100)
    moved = Fraction(spot) * Fraction(100 + shock, 100)
    return round_fraction(Fraction(amount) * (covered * Fraction(forward) + (1 - covered) * moved), base)


def marked_to_market(amount: Decimal, agreed: Decimal, spot: Decimal, base: str, *, sold: bool = False) -> Decimal:
    """What an amount is worth at spot against the rate it stands at; ``sold`` for a forward that delivers it."""
    gain = Fraction(amount) * (Fraction(spot) - Fraction(agreed))
    return round_fraction(-gain if sold else gain, base)
