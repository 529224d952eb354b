"""Working days: China's statutory holidays with the weekends worked in exchange, and the euro's TARGET days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from workbench.dates import _china
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = [
    "UnknownCalendar",
    "calendar_years",
    "easter_sunday",
    "is_working_day",
    "next_working_day",
    "previous_working_day",
    "third_wednesday",
]

_DAY = timedelta(days=1)


class UnknownCalendar(ConfigurationError):
    """No calendar is known under that name."""

    code = "calendar.unknown"


def third_wednesday(year: int, month: int) -> date:
    """The third Wednesday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(2 - first.weekday()) % 7 + 14)


@cache
def easter_sunday(year: int) -> date:
    """Easter Sunday of the western churches (Gregorian computus)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, centuries_left = divmod(century, 4)
    correction = (8 * century + 13) // 25
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leaps, years_left = divmod(of_century, 4)
    to_sunday = (32 + 2 * centuries_left + 2 * leaps - epact - years_left) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_working_day(day: date, country: str) -> bool:
    """Whether offices and banks work on that day.

    Args:
        day: any date.
        country: ``CN`` (China) or ``TARGET`` (the euro payment system, on whose days the ECB publishes).

    China's holidays are arranged anew each year. Outside the years of ``calendar_years`` only weekends and the holidays
    of fixed date (1 January, 1 May, 1 to 3 October) are known; ask ``calendar_years`` where that matters.

    Raises:
        UnknownCalendar: another country.
    """
    return _calendar(country)(day)


def next_working_day(day: date, country: str) -> date:
    """The day itself where it is worked, else the first working day after it."""
    works = _calendar(country)
    while not works(day):
        day += _DAY
    return day


def previous_working_day(day: date, country: str) -> date:
    """The day itself where it is worked, else the last working day before it."""
    works = _calendar(country)
    while not works(day):
        day -= _DAY
    return day


def calendar_years(country: str) -> range:
    """The years of which every holiday is known: for ``CN`` those with the State Council's announcement.

    Raises:
        UnknownCalendar: another country.
    """
    _calendar(country)
    return range(_china.FIRST_YEAR, _china.ANNOUNCED_TO + 1) if country == "CN" else range(1999, 10000)


@cache
def _china_days(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Free weekdays and worked weekends of the year."""

    def days(listed: str) -> frozenset[date]:
        return frozenset(date(year, int(one[:2]), int(one[2:])) for one in listed.split())

    fixed = "0101 0501 1001 1002 1003"
    return days(_china.FREE_WEEKDAYS.get(year, fixed)), days(_china.WORKED_WEEKENDS.get(year, ""))


def _works_in_china(day: date) -> bool:
    free, worked = _china_days(day.year)
    return day in worked if day.weekday() >= 5 else day not in free


@cache
def _target_closing_days(year: int) -> frozenset[date]:
    closed = {date(year, 1, 1), date(year, 12, 25)}
    if year >= 2000:
        easter = easter_sunday(year)
        closed |= {easter - 2 * _DAY, easter + _DAY, date(year, 5, 1), date(year, 12, 26)}
    if year in {1999, 2001}:  # closed once for the year 2000 and once for the euro's notes and coins
        closed.add(date(year, 12, 31))
    return frozenset(closed)


def _works_in_target(day: date) -> bool:
    return day.weekday() < 5 and day not in _target_closing_days(day.year)


_CALENDARS: Mapping[str, Callable[[date], bool]] = MappingProxyType({"CN": _works_in_china, "TARGET": _works_in_target})


def _calendar(country: str) -> Callable[[date], bool]:
    found = _CALENDARS.get(country)
    if found is None:
        raise UnknownCalendar(
            _("No calendar is known for {country}.").format(country=repr(country)),
            remedy=_("Use one of {names}.").format(names=", ".join(_CALENDARS)),
        )
    return found
