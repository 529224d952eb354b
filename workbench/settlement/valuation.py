"""What one unit of a currency is worth in the books' currency on a day, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from workbench.money import round_to_minor
from workbench.rates import Rate, RateBook

__all__ = ["RateChoice", "Valuation", "Valuer"]

SAME_CURRENCY = "same-currency"
"""``source`` of a valuation that needs no rate because both currencies are one."""


@dataclass(frozen=True, slots=True)
class RateChoice:
    """Which published rates are used: policy, kind and source as ``RateBook.get`` takes them."""

    policy: str = "on_or_before"
    kind: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Valuation:
    """``rate`` units of ``base`` per 1 ``currency``, published on ``rate_date`` by ``source``.

    ``published`` is the rate of the book, where it was looked up there: a crossed rate converts exactly only by itself.
    """

    currency: str
    base: str
    rate: Decimal
    rate_date: date
    source: str
    published: Rate | None = field(default=None, compare=False)

    def convert(self, amount: Decimal) -> Decimal:
        """The amount in base currency, rounded once to its minor units."""
        if self.published:
            return self.published.convert(amount)
        with localcontext(prec=60):
            return round_to_minor(amount * self.rate, self.base)


@dataclass(frozen=True, slots=True)
class Valuer:
    """Values currencies in ``base`` from a rate book."""

    book: RateBook
    base: str
    choice: RateChoice = RateChoice()

    def on(self, currency: str, day: date, stored: Mapping[str, Any] | None = None) -> Valuation:
        """The valuation of a currency on a day.

        ``stored`` is a register row that may carry its rate already; that evidence is then used again.

        Raises:
            RateError: there is no rate that can be stood behind; never is 1 or a later rate taken instead.
        """
        if currency == self.base:
            return Valuation(currency, self.base, Decimal(1), day, SAME_CURRENCY)
        if stored and stored.get("rate_value") and stored.get("base_currency") == self.base:
            source = stored.get("rate_source") or ""
            return Valuation(currency, self.base, stored["rate_value"], stored["rate_date"], source)
        choice = self.choice
        rate = self.book.get(currency, self.base, day, policy=choice.policy, kind=choice.kind, source=choice.source)
        return Valuation(rate.base, rate.quote, rate.value, rate.rate_date, rate.source, rate)
