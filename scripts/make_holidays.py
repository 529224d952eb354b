"""Write workbench/dates/_china.py from the maintained package holidays.

    python scripts/make_holidays.py           # writes the file
    python scripts/make_holidays.py --check   # exit status 1 when the file is out of date

The State Council announces each year's arrangement, with the weekends that are worked in exchange, some weeks before
the year begins. ANNOUNCED is the last year whose announcement the installed package holds; raise it with the package.
The year after is written as far as the law fixes it: the statutory days themselves, without any exchange.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays
from generated import write_or_check

TARGET = Path(__file__).resolve().parent.parent / "workbench" / "dates" / "_china.py"
FIRST, ANNOUNCED = 2002, 2026

HEAD = '''"""Chinese statutory holidays, frozen: written by scripts/make_holidays.py from holidays {version}, never by hand."""

from __future__ import annotations

FIRST_YEAR = {first}
ANNOUNCED_TO = {announced}
"""Last year with the State Council's announcement; the year after holds the statutory days alone."""

'''


def year_of(year: int) -> tuple[list[date], list[date]]:
    """Weekdays that are free, and weekends that are worked."""
    # One object per year: the package keeps the worked weekends of every year it was ever asked for.
    calendar = holidays.country_holidays("CN", years=year)
    free = sorted(day for day in calendar if day.year == year and day.weekday() < 5)
    worked = sorted(day for day in calendar.weekend_workdays if day.year == year)
    return free, worked


def rows(name: str, meaning: str, by_year: dict[int, list[date]]) -> str:
    """One table, a line or two per year, days as MMDD."""
    lines = [f"# {meaning}, as MMDD.\n", f"{name}: dict[int, str] = {{\n"]
    lines += [f'    {year}: "{" ".join(day.strftime("%m%d") for day in days)}",\n' for year, days in by_year.items()]
    return "".join([*lines, "}\n"])


def text() -> str:
    """The file's text."""
    found = {year: year_of(year) for year in range(FIRST, ANNOUNCED + 2)}
    return (
        HEAD.format(version=holidays.__version__, first=FIRST, announced=ANNOUNCED)
        + rows("FREE_WEEKDAYS", "Mondays to Fridays that are free", {year: pair[0] for year, pair in found.items()})
        + "\n"
        + rows(
            "WORKED_WEEKENDS", "Saturdays and Sundays that are worked", {year: pair[1] for year, pair in found.items()}
        )
    )


if __name__ == "__main__":
    write_or_check(TARGET, text())
