"""Exact quotients: one division, at the end."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

__all__ = ["quotient"]

_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)


def quotient(numerator: int, denominator: int) -> Decimal:
    """``numerator / denominator`` to 34 significant digits; exact, and without trailing zeros, where it ends sooner."""
    return _CONTEXT.divide(Decimal(numerator), Decimal(denominator))
