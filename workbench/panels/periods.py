"""Periods that analysts compare."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from workbench.profit import Period

__all__ = ["year_to_date"]


def year_to_date(day: date) -> tuple[Period, Period]:
    """The same days of the year before, and this year up to the day; 29 February is compared with the 28th."""
    last = min(day.day, monthrange(day.year - 1, day.month)[1])
    before = Period(date(day.year - 1, 1, 1), date(day.year - 1, day.month, last))
    return before, Period(date(day.year, 1, 1), day)
