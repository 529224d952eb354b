"""Shares and growth: exact, rounded once, never of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

__all__ = ["percent", "rounded_to_sum", "to_places"]


def to_places(value: Fraction, places: int) -> Decimal:
    """The value at that many decimals, half up and away from zero."""
    scaled = abs(value) * 10**places
    size = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    with localcontext(prec=60):
        return Decimal(-size if value < 0 else size).scaleb(-places)


def percent(part: int | Decimal | Fraction, whole: int | Decimal | Fraction, places: int = 2) -> Decimal | None:
    """``part`` of ``whole`` in per cent; None of nothing."""
    return to_places(Fraction(part) * 100 / Fraction(whole), places) if whole else None


def rounded_to_sum(parts: Sequence[Fraction]) -> list[int]:
    """Whole numbers beside the parts that add up to the parts' rounded sum: each is a step of the running total."""
    running, before, found = Fraction(0), 0, []
    for part in parts:
        running += part
        now = int(to_places(running, 0))
        found.append(now - before)
        before = now
    return found
