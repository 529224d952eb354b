"""Reading dates as sheets and people write them, with the rule that read them.

What can be two days is given as two candidates, never as one of them in silence; a day that no calendar has
(30 February) is not bent into another one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from workbench.dates.words import CHINESE_FIGURES, ERAS, MONTHS

__all__ = ["Order", "ReadDate", "decide_order", "existing_day", "read_date"]

Order = Literal["ymd", "dmy", "mdy"]
Day: TypeAlias = date  # the field ``date`` of ReadDate hides the type's own name

LONGEST_TEXT = 60
YEARS = range(1900, 2200)
"""Years that are believed; 2569 is another calendar's, 1026 a slip."""
_LAST_SERIAL = (date(YEARS.stop - 1, 12, 31) - date(1899, 12, 30)).days
_BEFORE_1904 = (date(1904, 1, 1) - date(1899, 12, 30)).days

_SEPARATED = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*([-/.])\s*(\d{1,4})\.?")
_EAST_ASIAN = re.compile(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?")
_ERA = re.compile(
    r"({})\s*(\d{{1,3}}|元)\s*(?:年|[-/.])\s*(\d{{1,2}})\s*(?:月|[-/.])\s*(\d{{1,2}})\s*日?".format(
        "|".join(sorted(map(re.escape, ERAS), key=len, reverse=True))
    )
)
_DAY_FIRST_WORD = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s\-/.]*(?:de |d')?([^\W\d_]+)\.?[\s\-/.,]*(?:de )?(\d{4}|\d{2})"
)
_MONTH_FIRST_WORD = re.compile(r"([^\W\d_]+)\.?[\s\-]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})")
_YEAR_FIRST_WORD = re.compile(r"(\d{4})[\s\-/.]+([^\W\d_]+)\.?[\s\-/.]+(\d{1,2})")
_TIME = re.compile(
    r"(?:[T\s]+|(?<=日))(?:上午|下午|午前|午後)?\s*\d{1,2}[:.时時]\d{2}(?:[:.分]\d{2}(?:\.\d{1,9})?秒?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_WEEKDAY = re.compile(
    r"[(（]?(?:\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[,.]?|(?:星期|礼拜|週|周)[一二三四五六日天]|[日月火水木金土]曜日?"
    r"|[(（][日月火水木金土一二三四五六][)）])[)）]?",
    re.IGNORECASE,
)
_FIGURES = {sign: str(value) for value, signs in enumerate(CHINESE_FIGURES) for sign in signs}
_CHINESE_NUMBER = re.compile(f"[{''.join(_FIGURES)}十廿卅]+(?=[年月日号號])")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a cell was read as.

    ``date`` is None where there is no date in it, or more than one reading (then ``ambiguous``, with ``candidates`` in
    calendar order). ``rule`` names the rule that read it: ``cell``, ``year-first``, ``day-first``, ``month-first``,
    ``month-name``, ``east-asian``, ``era``, ``compact``, ``serial-1900``, ``serial-1904``; of what was not read:
    ``ambiguous``, ``against-order`` (readable, but only against the order given), ``no-such-day``, ``unreadable``.
    """

    date: Day | None
    candidates: tuple[Day, ...] = ()
    ambiguous: bool = False
    rule: str = "unreadable"


_UNREADABLE = ReadDate(None)
_NO_SUCH_DAY = ReadDate(None, rule="no-such-day")


def read_date(value: object, *, order: Order | None = None, epoch_1904: bool = False) -> ReadDate:
    """Read one date.

    Args:
        value: a cell's value: text, a number (a spreadsheet's serial day), a date or datetime.
        order: what the column's other cells settled (see ``decide_order``), for texts such as ``03/04/2026``.
        epoch_1904: the workbook counts days from 1904-01-01, as old Macintosh files do.

    Two-digit years 00 to 49 are 2000 to 2049, 50 to 99 are 1950 to 1999. A time of day is dropped.

    >>> read_date("2026年3月1日").date
    datetime.date(2026, 3, 1)
    >>> [day.isoformat() for day in read_date("03/04/2026").candidates]
    ['2026-03-04', '2026-04-03']
    """
    if isinstance(value, datetime):
        return ReadDate(value.date(), rule="cell")
    if isinstance(value, date):
        return ReadDate(value, rule="cell")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value, epoch_1904=epoch_1904)
    if isinstance(value, str):
        return _from_text(value, order, epoch_1904=epoch_1904)
    return _UNREADABLE


def decide_order(texts: Iterable[str]) -> Order | None:
    """The order of day, month and year that every date of a column allows; None where more than one does, or none.

    Only figures without a four-digit year in front count: ``13/04/2026`` leaves day first, ``04/13/2026`` month first.
    Where all years have two digits, the place that hardly changes while the other one does is the year's.
    """
    possible: set[Order] = {"dmy", "mdy", "ymd"}
    first: list[int] = []
    last: list[int] = []
    seen = False
    for text in texts:
        match = _SEPARATED.fullmatch(_plain(text))
        if match is None or len(match[1]) > 2:
            continue
        seen = True
        readings = dict(_readings(match[1], match[3], match[5]))
        if readings:
            possible &= readings.keys()
            first.append(int(match[1]))
            last.append(int(match[5]))
    if not seen or not possible:
        return None
    if possible == {"dmy", "ymd"} and len(first) > 2:
        starts, ends = len(set(first)), len(set(last))
        if 2 * ends <= starts:
            return "dmy"
        if 2 * starts <= ends:
            return "ymd"
    return possible.pop() if len(possible) == 1 else None


def _plain(text: str) -> str:
    """One spelling of digits, width, spaces and dashes, without time and weekday; empty where far too long."""
    folded = unicodedata.normalize("NFKC", text) if len(text) <= LONGEST_TEXT else ""
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else " " if letter.isspace() else letter
        for letter in folded
        if unicodedata.category(letter) != "Cf"
    )
    plain = digits.translate({ord("−"): "-", ord("–"): "-", ord("‑"): "-", ord("。"): "."}).strip()
    return _TIME.sub("", _WEEKDAY.sub(" ", plain)).strip(" ,")


def _from_text(text: str, order: Order | None, *, epoch_1904: bool) -> ReadDate:
    plain = _plain(text)
    if plain.isdigit():
        return _from_digits(plain, order, epoch_1904=epoch_1904)
    separated = _SEPARATED.fullmatch(plain)
    if separated:
        return _from_separated(separated, order)
    era = _ERA.fullmatch(_with_arabic_figures(plain))
    if era:
        count = 1 if era[2] == "元" else int(era[2])
        return _settled(ERAS[era[1]] + count - 1, int(era[3]), int(era[4]), "era")
    east = _EAST_ASIAN.fullmatch(_with_arabic_figures(plain))
    if east:
        return _settled(_year(east[1]), int(east[2]), int(east[3]), "east-asian")
    return _from_words(plain)


def _from_words(plain: str) -> ReadDate:
    """``3 Mar 2026``, ``March 3, 2026``, ``01-Mar-26``, ``2026-Mar-03``, and the same in further languages."""
    for pattern, places in (
        (_DAY_FIRST_WORD, (3, 2, 1)),
        (_MONTH_FIRST_WORD, (3, 1, 2)),
        (_YEAR_FIRST_WORD, (1, 2, 3)),
    ):
        match = pattern.fullmatch(plain)
        month = MONTHS.get(match[places[1]].casefold()) if match else None
        if match and month:
            return _settled(_year(match[places[0]]), month, int(match[places[2]]), "month-name")
    return _UNREADABLE


def _from_separated(match: re.Match[str], order: Order | None) -> ReadDate:
    first, one, second, two, third = match.groups()
    if one != two:
        return _UNREADABLE
    if len(first) == 4:
        return _settled(int(first), int(second), int(third), "year-first") if len(third) <= 2 else _UNREADABLE
    if len(first) == 3 or len(third) == 3:  # 113/3/1 counts from 1912 where it is written so; nothing here says it
        return _UNREADABLE
    return _choose(dict(_readings(first, second, third)), order)


def _readings(first: str, second: str, third: str) -> Iterator[tuple[Order, date]]:
    """Every order in which three figures are a day, the year being last, or first where it has two digits."""
    places: list[tuple[Order, tuple[str, str, str]]] = [
        ("dmy", (third, second, first)),
        ("mdy", (third, first, second)),
    ]
    if len(third) <= 2:
        places.append(("ymd", (first, second, third)))
    for order, (year, month, day) in places:
        found = _day(_year(year), int(month), int(day)) if len(year) in {2, 4} else None
        if found:
            yield order, found


def _choose(readings: dict[Order, date], order: Order | None) -> ReadDate:
    rules: dict[Order, str] = {"dmy": "day-first", "mdy": "month-first", "ymd": "year-first"}
    if not readings:
        return _NO_SUCH_DAY
    if order:
        if order in readings:
            return ReadDate(readings[order], rule=rules[order])
        return ReadDate(None, tuple(sorted(set(readings.values()))), ambiguous=True, rule="against-order")
    # A year in front is written with two digits where the figure cannot be a month; 03/04/26 is not 26 April 2003.
    if "mdy" in readings:
        readings.pop("ymd", None)
    days = tuple(sorted(set(readings.values())))
    if len(days) == 1:
        return ReadDate(days[0], rule=rules[next(iter(readings))])
    return ReadDate(None, days, ambiguous=True, rule="ambiguous")


def _from_digits(digits: str, order: Order | None, *, epoch_1904: bool) -> ReadDate:
    """``20260331``; ``31032026`` and ``260331`` where only one order fits; five digits are a serial day in text."""
    if len(digits) == 8:
        year_first = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if year_first:
            return ReadDate(year_first, rule="compact")
        return _choose(dict(_readings(digits[:2], digits[2:4], digits[4:])), order)
    if len(digits) == 6:
        return _choose(dict(_readings(digits[:2], digits[2:4], digits[4:])), order)
    if len(digits) == 5:
        return _from_number(int(digits), epoch_1904=epoch_1904)
    return _UNREADABLE


def _from_number(number: float, *, epoch_1904: bool) -> ReadDate:
    """A spreadsheet's serial day; also 20260331 typed as a number."""
    if not math.isfinite(number) or number < 0:
        return _UNREADABLE
    serial = math.floor(number)
    if 19000101 <= serial <= 21991231 and serial == number:
        return _from_digits(str(serial), None, epoch_1904=epoch_1904)
    if serial > _LAST_SERIAL - (_BEFORE_1904 if epoch_1904 else 0):
        return _UNREADABLE
    if epoch_1904:
        return ReadDate(date(1904, 1, 1) + timedelta(days=serial), rule="serial-1904")
    if serial == 0:
        return _UNREADABLE
    if serial == 60:  # 1900-02-29, which the 1900 system counts though there was no such day
        return _NO_SUCH_DAY
    start = date(1899, 12, 31) if serial < 60 else date(1899, 12, 30)
    return ReadDate(start + timedelta(days=serial), rule="serial-1900")


def _settled(year: int, month: int, day: int, rule: str) -> ReadDate:
    if year not in YEARS:
        return _UNREADABLE
    found = _day(year, month, day)
    return ReadDate(found, rule=rule) if found else _NO_SUCH_DAY


def _day(year: int, month: int, day: int) -> date | None:
    return existing_day(year, month, day) if year in YEARS else None


def existing_day(year: int, month: int, day: int) -> Day | None:
    """The day, or None where no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(figures: str) -> int:
    if len(figures) > 2:
        return int(figures)
    short = int(figures)
    return short + (2000 if short < 50 else 1900)


def _with_arabic_figures(plain: str) -> str:
    """``二〇二六年三月十五日`` as ``2026年3月15日``; the figures of 元年 stay."""
    return _CHINESE_NUMBER.sub(lambda found: _arabic(found.group()), plain)


def _arabic(figures: str) -> str:
    figures = figures.replace("廿", "二十").replace("卅", "三十")
    if "十" not in figures:
        return "".join(_FIGURES[sign] for sign in figures)
    tens, _ten, units = figures.partition("十")
    if len(tens) > 1 or len(units) > 1:
        return figures
    return str(10 * int(_FIGURES.get(tens, "1")) + int(_FIGURES.get(units, "0")))
