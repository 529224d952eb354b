"""Rates that people agreed on: locks on a document, contract rates, company overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from workbench.i18n import _
from workbench.rates.errors import LockRefused
from workbench.rates.exact import quotient
from workbench.rates.observation import in_utc
from workbench.rates.rate import Rate
from workbench.rates.routes import Route
from workbench.rates.series import Leg
from workbench.rates.sources import SourceRule

__all__ = ["Move", "RateLock", "lock_in_force", "moved"]

_KIND_OF_SCOPE = {"order": "lock", "contract": "contract", "customer": "manual", "company": "manual"}
_ALWAYS = SourceRule("")
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RateLock:
    """1 ``base`` = ``value`` ``quote``, agreed by ``person`` for ``reason``; never changed, a re-lock is a further one.

    ``scope`` is order (``document`` is its number), contract, customer (``document`` is its code) or company. It holds
    for days from ``valid_from`` to ``valid_to``. ``rate_row`` is the published rate that was in view at signing.

    Raises:
        LockRefused: no positive value, no reason, no person, one currency only, an unknown scope, or no document where
            one is needed.
    """

    scope: str
    document: str
    base: str
    quote: str
    value: Decimal
    valid_from: date
    valid_to: date | None
    reason: str
    person: str
    locked_at: datetime | None = None
    rate_row: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise LockRefused(
                problem,
                where=f"{self.scope} {self.document} {self.base}/{self.quote}",
                remedy=_("Give the rate, the reason and the person who agreed to it."),
            )

    def _problem(self) -> str:
        if self.scope not in _KIND_OF_SCOPE:
            return _("{scope} is no scope of a rate lock.").format(scope=repr(self.scope))
        if self.base == self.quote:
            return _("A lock is of two currencies.")
        if self.scope != "company" and not self.document:
            return _("The lock names no document.")
        if not self.reason.strip() or not self.person.strip():
            return _("A rate is fixed by a person, for a reason.")
        if not self.value.is_finite() or self.value <= 0:
            return _("{value} is no rate.").format(value=self.value)
        if self.valid_to is not None and self.valid_to < self.valid_from:
            return _("The lock ends before it starts.")
        return ""

    def holds(self, base: str, quote: str, on: date) -> bool:
        """Whether it fixes the pair, in either direction, on that day."""
        in_time = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_time and (base, quote) in ((self.base, self.quote), (self.quote, self.base))

    def rate(self, base: str, quote: str, on: date, policy: str) -> Rate:
        """The lock as a rate of ``base`` in ``quote``; its rate date is the day from which it holds."""
        exact = Fraction(self.value)
        route = Route(
            (base, quote),
            f"{self.scope} {self.document}".rstrip(),
            _KIND_OF_SCOPE[self.scope],
            _ALWAYS,
            (),
            factor=exact if base == self.base else 1 / exact,
            fixed_legs=(Leg(self.base, self.quote, self.value, self.valid_from),),
        )
        return Rate(route, on, self.valid_from, (on - self.valid_from).days, policy, ())


def lock_in_force(
    locks: Iterable[RateLock], pair: tuple[str, str], on: date, *, document: str, customer: str, kind: str | None = None
) -> RateLock | None:
    """The lock that decides: a document's own before its customer's, the company's last; of equals the newest.

    ``kind`` asks for locks of that kind of rate only.
    """
    ranks = {"order": 3, "contract": 2, "customer": 1, "company": 0}

    def applies(lock: RateLock) -> bool:
        if kind not in {None, _KIND_OF_SCOPE[lock.scope]}:
            return False
        if lock.scope == "company":
            return True
        return lock.document == customer if lock.scope == "customer" else lock.document == document

    candidates = [
        (ranks[lock.scope], in_utc(lock.locked_at or _EARLIEST), number, lock)
        for number, lock in enumerate(locks)
        if lock.holds(*pair, on) and applies(lock)
    ]
    return max(candidates, key=lambda one: one[:3])[3] if candidates else None


class Move(NamedTuple):
    """How far the market is from a lock: ``change`` = now / lock − 1, and whether that reaches the threshold."""

    lock: Decimal
    now: Decimal
    change: Decimal
    alert: bool


def moved(lock: RateLock, now: Rate | Decimal, threshold: Decimal = Decimal("0.05")) -> Move:
    """Compare today's rate (``lock.quote`` per 1 ``lock.base``) with the locked one, exactly.

    Raises:
        LockRefused: ``now`` is a rate of another pair.
    """
    if isinstance(now, Rate):
        if (now.base, now.quote) != (lock.base, lock.quote):
            raise LockRefused(
                _("The lock is of {base}/{quote}, the rate is not.").format(base=lock.base, quote=lock.quote),
                remedy=_("Compare the same pair in the same direction."),
            )
        exact, shown = now.exact, now.value
    else:
        exact, shown = Fraction(now), now
    change = exact / Fraction(lock.value) - 1
    return Move(lock.value, shown, quotient(change.numerator, change.denominator), abs(change) >= Fraction(threshold))
