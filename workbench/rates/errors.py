"""Why no rate can be given: each reason is its own class with a stable code."""

from __future__ import annotations

from datetime import date

from workbench.errors import ConfigurationError, RateError
from workbench.i18n import _

__all__ = [
    "LockRefused",
    "ObservationRefused",
    "PolicyRefused",
    "RateBeforeFirst",
    "RateMissing",
    "RateRetired",
    "RateStale",
    "RateSuspect",
]


class RateMissing(RateError):
    """No source that may be asked has this pair, or it has nothing on that day."""

    code = "rate.missing"


class RateStale(RateError):
    """The newest rate is older than its source's limit; ``extra`` has ``days``, ``limit`` and ``rate_date``."""

    code = "rate.stale"

    def __init__(self, pair: tuple[str, str], on: date, source: str, *, rate_date: date, days: int, limit: int) -> None:
        base, quote = pair
        super().__init__(
            _("The newest {base}/{quote} rate of {source} for {on} is of {rate_date}, {days} days before.").format(
                base=base, quote=quote, source=source, on=on, rate_date=rate_date, days=days
            ),
            remedy=_("Fetch newer rates, or name another source; the limit is {limit} days.").format(limit=limit),
            days=str(days),
            limit=str(limit),
            rate_date=rate_date.isoformat(),
        )
        self.days = days


class RateBeforeFirst(RateError):
    """The day lies before the first rate there is; ``extra`` has ``first``."""

    code = "rate.before-first"

    def __init__(self, pair: tuple[str, str], on: date, source: str, *, first: date) -> None:
        base, quote = pair
        super().__init__(
            _("{source} has no {base}/{quote} rate for {on}: its first is of {first}.").format(
                source=source, base=base, quote=quote, on=on, first=first
            ),
            remedy=_("Check the date, or load an older source."),
            first=first.isoformat(),
        )
        self.first = first


class RateRetired(RateError):
    """A currency had ended by that day; ``extra`` has ``currency``, ``successor``, ``ratio`` and ``since``.

    ``ratio`` is how many old units make 1 unit of the successor.
    """

    code = "rate.retired"

    def __init__(self, currency: str, successor: str, ratio: str, *, since: date) -> None:
        super().__init__(
            _("{currency} ended on {since}: {ratio} {currency} became 1 {successor}.").format(
                currency=currency, since=since, ratio=ratio, successor=successor
            ),
            remedy=_("Convert the amount to {successor}, or ask for the legal rate.").format(successor=successor),
            currency=currency,
            successor=successor,
            ratio=ratio,
            since=since.isoformat(),
        )


class RateSuspect(RateError):
    """The rate of that day failed the plausibility gate and waits for a person; ``extra`` has value and rate_date."""

    code = "rate.suspect"

    def __init__(self, pair: tuple[str, str], rate_date: date, source: str, *, value: str) -> None:
        base, quote = pair
        super().__init__(
            _("The {base}/{quote} rate {value} of {source} for {rate_date} is held back as suspect.").format(
                base=base, quote=quote, value=value, source=source, rate_date=rate_date
            ),
            remedy=_("Compare it with another source, then accept or reject it."),
            value=value,
            rate_date=rate_date.isoformat(),
        )


class ObservationRefused(RateError, ValueError):
    """A published rate that cannot be one: not positive, no digits, no ISO code, a period that ends before it starts."""

    code = "rate.observation-refused"


class LockRefused(RateError, ValueError):
    """A rate lock or override without value, reason or person."""

    code = "rate.lock-refused"


class PolicyRefused(ConfigurationError):
    """A rate policy that does not exist, is not chosen for a purpose, or may not be changed yet."""

    code = "rate.policy-refused"
