"""Dates: reading what sheets and people write, and the calendars that rates and terms of payment follow.

Standard library only.
"""

from __future__ import annotations

from workbench.dates.buddhist import BUDDHIST_ERA, buddhist_date, has_thai_month
from workbench.dates.calendars import (
    UnknownCalendar,
    calendar_years,
    easter_sunday,
    is_working_day,
    next_working_day,
    previous_working_day,
    third_wednesday,
)
from workbench.dates.reading import Order, ReadDate, decide_order, existing_day, read_date

__all__ = [
    "BUDDHIST_ERA",
    "Order",
    "ReadDate",
    "UnknownCalendar",
    "buddhist_date",
    "calendar_years",
    "decide_order",
    "easter_sunday",
    "existing_day",
    "has_thai_month",
    "is_working_day",
    "next_working_day",
    "previous_working_day",
    "read_date",
    "third_wednesday",
]
