"""When a difference between what was owed and what came is small enough (the lower-of rule)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from workbench.errors import MoneyError
from workbench.i18n import _

__all__ = ["Difference", "Limits", "ToleranceError", "classify_difference", "tolerance_limit"]


class ToleranceError(MoneyError):
    """A tolerance below zero, or no number."""

    code = "settlement.tolerance"


@dataclass(frozen=True, slots=True)
class Limits:
    """A customer's tolerance: an amount in the document's currency and a percentage of the document (0.5 means 0.5 %)."""

    amount: Decimal
    percent: Decimal

    def __post_init__(self) -> None:
        if not all(limit.is_finite() and limit >= 0 for limit in (self.amount, self.percent)):
            raise ToleranceError(
                _("a tolerance is a number, not below zero: {amount}, {percent} %").format(
                    amount=self.amount, percent=self.percent
                ),
                remedy=_("Give zero to accept no difference."),
            )


class Difference(Enum):
    """How what came compares with what was owed."""

    NONE = "none"
    SHORT_WITHIN = "short_within"  # may be written off, or told as charges
    SHORT = "short"  # the rest stays open
    OVER_WITHIN = "over_within"  # may be taken as income
    OVER = "over"  # a customer's credit, never income


def tolerance_limit(document_amount: Decimal, limits: Limits) -> Decimal:
    """The lower of the amount and the percentage of the document, in the document's currency."""
    return min(limits.amount, abs(document_amount) * limits.percent / 100)


def classify_difference(owed: Decimal, came: Decimal, limits: Limits) -> Difference:
    """Compare ``came`` with ``owed``, both in the document's currency; a difference equal to the limit is within it."""
    short = owed - came
    if short == 0:
        return Difference.NONE
    within = abs(short) <= tolerance_limit(owed, limits)
    if short > 0:
        return Difference.SHORT_WITHIN if within else Difference.SHORT
    return Difference.OVER_WITHIN if within else Difference.OVER
