"""Days of years that count from 543 before our era, as in Thailand: 15/03/2568 and ``15 มี.ค. 68`` are 15 March 2025."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from workbench.dates.reading import LONGEST_TEXT, Order, existing_day
from workbench.dates.words import THAI_MONTHS

__all__ = ["BUDDHIST_ERA", "buddhist_date", "has_thai_month"]

BUDDHIST_ERA = 543
"""Years that it began before ours."""
YEARS = range(2443, 2643)
"""1900 to 2099: no other calendar in use has these years."""
_FIGURES = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})|(\d{4})\s?([-/.])\s?(\d{1,2})\s?\6\s?(\d{1,2})")
_WORDS = re.compile(
    r"(\d{{1,2}})[\s\-/.]*({})\.?[\s\-/.]*(?:พ\.?ศ\.?\s*)?(\d{{4}}|\d{{2}})".format(
        "|".join(sorted(map(re.escape, THAI_MONTHS), key=len, reverse=True))
    )
)
_SHORT_OF_OURS = 32
"""Two figures up to here are years of our era (2000 to 2032): in the other count they would lie before 1990."""
_SHORT_OF_BUDDHA = 50
"""Two figures from here on count from Buddha (2007 to 2056): as years of our era they would lie before 2000."""


def buddhist_date(text: str, order: Order | None = None) -> date | None:
    """The day, or None where the text is no day of such a year.

    Figures without a month's name count only with a year of four figures; the day stands first in them unless ``order``
    says otherwise. With the name of a Thai month two figures are enough where only one of the two counts gives a year that
    a firm's papers have.
    """
    plain = _plain(text)
    words = _WORDS.fullmatch(plain)
    if words:
        return _day(_year(words[3]), THAI_MONTHS[words[2]], int(words[1]))
    figures = _FIGURES.fullmatch(plain)
    if figures is None:
        return None
    if figures[5]:
        year, month, day = int(figures[5]), int(figures[7]), int(figures[8])
    else:
        first, second, year = int(figures[1]), int(figures[3]), int(figures[4])
        day, month = (second, first) if order == "mdy" else (first, second)
    return _day(year - BUDDHIST_ERA, month, day) if year in YEARS else None


def has_thai_month(text: str) -> bool:
    """Whether the name of a Thai month, and so the count itself, stands in a date."""
    return _WORDS.fullmatch(_plain(text)) is not None


def _year(figures: str) -> int:
    """The year of our era; 0 where two figures could be one of either count."""
    year = int(figures)
    if len(figures) == 4:
        return year - BUDDHIST_ERA if year in YEARS else year
    if year <= _SHORT_OF_OURS:
        return 2000 + year
    return 2500 + year - BUDDHIST_ERA if year >= _SHORT_OF_BUDDHA else 0


def _day(year: int, month: int, day: int) -> date | None:
    return existing_day(year, month, day) if year in range(1900, 2100) else None


def _plain(text: str) -> str:
    """Ordinary figures and spaces; empty where far too long."""
    if len(text) > LONGEST_TEXT:
        return ""
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text).strip()
