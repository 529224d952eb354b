"""One published rate, exactly as its source gave it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from workbench.i18n import _
from workbench.rates.errors import ObservationRefused

__all__ = ["Observation", "Status", "in_utc"]

Status = Literal["ok", "suspect", "rejected"]

_DIGITS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_STATUSES = ("ok", "suspect", "rejected")


@dataclass(frozen=True, slots=True)
class Observation:
    """``unit`` ``base`` = ``value`` ``quote``, in the source's own direction, unit and digits; never inverted.

    ``value`` is the text as published (``"4.6128"`` with ``unit`` 100 for yen at the Chinese interbank market) and is
    kept as text; a Decimal is taken by its digits. ``rate_date`` is the day the rate is for, ``valid_to`` the last day of a rate that
    holds for a period. ``published_at`` and ``fetched_at`` without a time zone are UTC. A correction of the source is a
    further observation with a higher ``revision``: nothing is ever overwritten.

    Raises:
        ObservationRefused: the values cannot be a published rate.
    """

    source: str
    kind: str
    base: str
    quote: str
    unit: int
    value: str | Decimal
    rate_date: date
    valid_to: date | None = None
    published_at: datetime | None = None
    fetched_at: datetime | None = None
    payload_sha256: str = ""
    revision: int = 1
    status: Status = "ok"
    note: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal):
            object.__setattr__(self, "value", format(self.value, "f"))
        problem = self._problem()
        if problem:
            raise ObservationRefused(problem, where=f"{self.source} {self.base}/{self.quote} {self.rate_date}")

    def _problem(self) -> str:
        if not self.source or not self.kind:
            return _("A rate needs a source and a kind.")
        if not _CODE.fullmatch(self.base) or not _CODE.fullmatch(self.quote) or self.base == self.quote:
            return _("{base}/{quote} is no pair of two ISO codes.").format(base=self.base, quote=self.quote)
        if not _DIGITS.fullmatch(self.digits) or not self.mantissa:
            return _("{value} is no positive decimal number.").format(value=self.value)
        if self.unit < 1 or self.revision < 1 or self.status not in _STATUSES:
            return _("Unit and revision count from 1, and the status is ok, suspect or rejected.")
        if self.valid_to is not None and self.valid_to < self.rate_date:
            return _("The rate's period ends before it starts.")
        return ""

    @property
    def digits(self) -> str:
        """``value`` as published."""
        return str(self.value)

    @property
    def mantissa(self) -> int:
        """The digits of ``value`` as an integer: 46128 for ``4.6128``."""
        return int(self.digits.replace(".", ""))

    @property
    def exponent(self) -> int:
        """Power of ten of the mantissa: −4 for ``4.6128``."""
        return -len(self.digits.partition(".")[2])

    @property
    def exact(self) -> Fraction:
        """``quote`` per 1 ``base``, exactly."""
        return Fraction(self.mantissa, self.unit * 10**-self.exponent)

    @property
    def known_from(self) -> datetime | None:
        """When the figure could be known (UTC): its publication, else when it was fetched."""
        moment = self.published_at or self.fetched_at
        return None if moment is None else in_utc(moment)


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; without a time zone it is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
