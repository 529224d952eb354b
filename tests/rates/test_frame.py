"""Columns of rates answer as the scalar look-up does, row by row."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import MoneyError, RateError
from workbench.money import CURRENCIES, RETIRED, Rounding, from_minor
from workbench.rates import POLICIES, Observation, PolicyRefused, RateBook, RateLock, SourceRule
from workbench.rates.frame import STATUSES, convert, lookup

DAILY = [name for name, policy in POLICIES.items() if policy.daily]
MONTHLY = [name for name, policy in POLICIES.items() if not policy.daily]
CODES = sorted({*CURRENCIES, *RETIRED, "QQQ", "XAU", ""})


def scalar(book: RateBook, base: str, quote: str, on: date, **asked: Any) -> tuple[float | None, date | None, str]:
    try:
        rate = book.get(base, quote, on, **asked)
    except (RateError, MoneyError) as error:
        return None, None, error.code
    numerator, denominator = rate.exact.as_integer_ratio()
    return numerator / denominator, rate.rate_date, ""


def agree(book: RateBook, rows: list[tuple[str, str, date]], **asked: Any) -> None:
    bases, quotes, days = ([row[place] for row in rows] for place in range(3))
    column = lookup(book, np.array(bases), np.array(quotes), np.array(days, "M8[D]"), **asked)
    for number, row in enumerate(rows):
        value, rate_date, code = scalar(book, *row, **asked)
        found = column.rate[number]
        assert STATUSES[column.status[number]] == code, row
        assert np.isnan(found) if value is None else found == value, row
        given_date = column.rate_date[number]
        assert np.isnat(given_date) if rate_date is None else given_date == np.datetime64(rate_date), row


def days_between(first: date, last: date, count: int, seed: int) -> Iterator[date]:
    draw = random.Random(seed)
    for _ in range(count):
        yield date.fromordinal(draw.randint(first.toordinal(), last.toordinal()))


@pytest.fixture(scope="module")
def mixed() -> RateBook:
    """Holes, periods, inverse and per-100 quotes, suspects, two sources, an override, and rates too wide for 64 bits."""
    start = date(2024, 1, 1)
    days = [start + timedelta(days=number) for number in range(120) if number % 7 < 5 and not 40 <= number < 70]
    rows = []
    for number, day in enumerate(days):
        rows.append(Observation("cfets", "parity", "USD", "CNY", 1, f"7.{1000 + number}", day))
        if number % 3:
            rows.append(Observation("cfets", "parity", "JPY", "CNY", 100, f"4.{7000 + number}", day))
        status: Any = "suspect" if number == 20 else "rejected" if number == 25 else "ok"
        rows.append(Observation("cfets", "parity", "CNY", "KRW", 100, f"{19000 + number}", day, status=status))
    rows.append(Observation("cfets", "parity", "CNY", "IDR", 1, "2200.12345678901234567890", start))
    for month in (1, 2, 4):
        first = date(2024, month, 1)
        last = date(2024, month + 1, 1) - timedelta(days=1)
        rows.append(Observation("hmrc", "monthly", "GBP", "CNY", 1, f"9.{month}234", first, last))
        rows.append(Observation("hmrc", "monthly", "GBP", "TWD", 1, f"39.{month}", first, last))
    company = RateLock(
        "company", "", "USD", "CNY", Decimal("7.2"), date(2024, 3, 1), date(2024, 3, 9), "budget", "li.na"
    )
    rules = {"cfets": SourceRule("cfets", pivot="CNY", max_age=6, calendar="CN")}
    return RateBook(rows, locks=[company], rules=rules, secondary=True)


@pytest.mark.parametrize("policy", DAILY)
def test_every_currency_on_random_days(embedded: RateBook, policy: str) -> None:
    days = days_between(date(1997, 6, 1), date(2029, 1, 1), 12 * len(CODES), seed=len(policy))
    quotes = cycle(["CNY", "USD", "EUR", "JPY", "AED", "ISK", "HRK"])
    agree(embedded, [(code, next(quotes), next(days)) for code in CODES for _ in range(12)], policy=policy)


@pytest.mark.parametrize("policy", MONTHLY)
def test_policies_that_pick_a_day_of_the_month(embedded: RateBook, policy: str) -> None:
    days = days_between(date(2000, 1, 1), date(2027, 1, 1), 200, seed=7)
    codes = cycle(["USD", "JPY", "HRK", "RUB", "ISK", "BGN", "AED", "TWD", "EUR", "SLL"])
    agree(embedded, [(next(codes), "CNY", day) for day in days], policy=policy)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("source", [None, "cfets", "hmrc"])
def test_holes_periods_suspects_locks_and_second_sources(mixed: RateBook, policy: str, source: str | None) -> None:
    pairs = cycle([("USD", "CNY"), ("CNY", "USD"), ("JPY", "USD"), ("KRW", "CNY"), ("USD", "KRW"), ("TWD", "CNY"),
                   ("GBP", "TWD"), ("IDR", "CNY"), ("USD", "IDR"), ("DEM", "CNY"), ("EUR", "USD")])  # fmt: skip
    first = date(2023, 12, 20)
    rows = [(*next(pairs), first + timedelta(days=number % 160)) for number in range(11 * 160)]
    agree(mixed, rows, policy=policy, source=source)


@pytest.mark.parametrize("kind", ["legal", "peg", "mid", "bank_buy"])
def test_kinds(embedded: RateBook, kind: str) -> None:
    days = days_between(date(1998, 6, 1), date(2027, 6, 1), 6 * len(CODES), seed=3)
    agree(embedded, [(code, "EUR", next(days)) for code in CODES for _ in range(6)], kind=kind)


def test_the_matrix_of_ways_to_have_no_rate(embedded: RateBook, mixed: RateBook) -> None:
    cases = {
        "weekend": (embedded, "USD", "CNY", date(2024, 3, 9), ""),
        "holiday": (embedded, "USD", "CNY", date(2024, 4, 1), ""),
        "hole": (embedded, "ISK", "EUR", date(2013, 6, 3), "rate.stale"),
        "future": (embedded, "USD", "CNY", date(2031, 1, 1), "rate.stale"),
        "far future": (embedded, "USD", "CNY", date(9999, 12, 31), "rate.stale"),
        "before first": (embedded, "CNY", "USD", date(2001, 1, 1), "rate.before-first"),
        "long before": (embedded, "CNY", "USD", date(1, 1, 1), "rate.before-first"),
        "retired": (embedded, "HRK", "USD", date(2024, 1, 2), "rate.retired"),
        "retired and never there": (embedded, "VEF", "USD", date(2019, 1, 2), "rate.retired"),
        "unknown": (embedded, "QQQ", "USD", date(2024, 1, 2), "currency.unknown"),
        "not money": (embedded, "XAU", "USD", date(2024, 1, 2), "currency.not-money"),
        "nobody": (embedded, "TWD", "USD", date(2024, 1, 2), "rate.missing"),
        "stale": (embedded, "RUB", "USD", date(2022, 3, 9), "rate.stale"),
        "suspect": (mixed, "KRW", "CNY", date(2024, 1, 29), "rate.suspect"),
        "identity": (embedded, "USD", "USD", date(2031, 1, 1), ""),
    }
    for name, (book, base, quote, on, expected) in cases.items():
        value, rate_date, code = scalar(book, base, quote, on)
        assert code == expected, name
        assert rate_date is None or rate_date <= on, name
        column = lookup(book, base, quote, [on])
        assert column.errors.tolist() == [expected], name
        assert np.isnan(column.rate[0]) == (value is None), name
        money = convert(book, np.array([10_000]), base, quote, [on])
        assert money.minor.isna()[0] == (expected != ""), name


@pytest.mark.parametrize(
    "shape",
    [
        pd.Series,
        lambda codes: pd.Series(codes, dtype="category"),
        lambda codes: pd.Series(codes, dtype=object, index=range(100, 100 + len(codes))),
        np.array,
        list,
        tuple,
    ],
)
def test_columns_of_every_shape(embedded: RateBook, shape: Callable[[list[str]], Any]) -> None:
    codes = ["USD", "JPY", "USD", "GBP"]
    days = [date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 6), date(2024, 1, 5)]
    expected = [scalar(embedded, code, "CNY", day)[0] for code, day in zip(codes, days, strict=True)]
    for column in (days, np.array(days, "M8[D]"), pd.Series(pd.to_datetime(days)), pd.to_datetime(days)):
        assert lookup(embedded, shape(codes), "CNY", column).rate.tolist() == expected


def test_gaps_in_the_columns_have_a_status(embedded: RateBook) -> None:
    days = [date(2024, 1, 2), None, date(2024, 1, 2), pd.NaT]
    column = lookup(embedded, pd.Series(["USD", "USD", None, None]), "CNY", days)
    assert column.errors.tolist() == ["", "date.missing", "currency.unknown", "date.missing"]
    assert np.isnan(column.rate[1:]).all()
    assert np.isnat(column.rate_date[1:]).all()


def test_days_far_outside_the_history(embedded: RateBook) -> None:
    codes = ["USD", "XAF", "EUR", "HRK", "QQQ"]
    days = [date(1900, 1, 1), date(1990, 5, 5), date(2030, 2, 2), date(2300, 1, 1)]
    agree(embedded, [(code, "EUR", day) for day in days for code in codes])
    agree(embedded, [(code, "XOF", day) for day in days for code in codes], kind="peg")
    same = convert(embedded, np.full(3, 1250), "EUR", "EUR", np.array(["2300-01-01", "NaT", "1900-01-01"], "M8[D]"))
    assert same.minor.tolist() == [1250, pd.NA, 1250]


def test_empty_columns(embedded: RateBook) -> None:
    assert len(lookup(embedded, [], "CNY", np.array([], "M8[D]")).rate) == 0
    assert len(convert(embedded, np.array([], np.int64), "USD", "CNY", np.array([], "M8[D]")).minor) == 0


def test_columns_that_do_not_fit_are_refused(embedded: RateBook) -> None:
    day = date(2024, 1, 2)
    with pytest.raises(MoneyError):
        lookup(embedded, ["USD", "USD"], "CNY", [day])
    with pytest.raises(MoneyError):
        convert(embedded, [1, 2], "USD", "CNY", [day])
    with pytest.raises(MoneyError):
        convert(embedded, [1.5], "USD", "CNY", [day])
    with pytest.raises(TypeError):
        lookup(embedded, "USD", "CNY", ["2024-01-02"])
    with pytest.raises(TypeError):
        lookup(embedded, "USD", "CNY", pd.Series(pd.to_datetime([day])).dt.tz_localize("UTC"))
    with pytest.raises(PolicyRefused):
        lookup(embedded, "USD", "CNY", [day], policy="nearest")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["USD", "JPY", "KWD", "KRW", "EUR", "AED", "IDR", "HRK", "TWD"]),
            st.integers(-(10**13), 10**13),
            st.dates(date(2005, 5, 1), date(2026, 11, 10)),
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["CNY", "JPY", "USD", "KWD"]),
    st.sampled_from(list(Rounding)),
)
def test_conversion_is_exact_to_the_minor_unit(rows: list[tuple[str, int, date]], quote: str, mode: Rounding) -> None:
    book = RateBook.embedded()
    codes, minor, days = (list(column) for column in zip(*rows, strict=True))
    found = convert(book, np.array(minor), np.array(codes), quote, days, mode=mode)
    for (code, amount, day), result in zip(rows, found.minor, strict=True):
        try:
            rate = book.get(code, quote, day)
        except RateError:
            assert result is pd.NA
        else:
            assert from_minor(int(result), quote) == rate.convert(from_minor(amount, code), mode)


def test_rates_too_wide_for_64_bits_convert_as_exactly(mixed: RateBook) -> None:
    on = date(2024, 1, 3)
    rate = mixed.get("IDR", "USD", on)
    assert rate.exact.denominator >= 2**62
    found = convert(mixed, np.array([123_456_789_012]), "IDR", "USD", [on])
    assert from_minor(int(found.minor[0]), "USD") == rate.convert(from_minor(123_456_789_012, "IDR"))


def test_a_book_known_earlier_answers_for_columns_too(embedded: RateBook) -> None:
    earlier = embedded.known_at(datetime(2020, 6, 30, 12, tzinfo=UTC))
    agree(earlier, [("USD", "CNY", day) for day in days_between(date(2020, 5, 1), date(2020, 8, 1), 60, seed=1)])


def test_a_book_that_nobody_uses_is_let_go() -> None:
    book = RateBook.embedded().with_preference("ecb")
    lookup(book, "USD", "CNY", [date(2024, 1, 2)])
    book.get("USD", "CNY", date(2024, 1, 2))
    gone = weakref.ref(book)
    del book
    gc.collect()
    assert gone() is None


def test_columns_of_many_quotes(embedded: RateBook) -> None:
    codes = ["USD", "JPY", "GBP", "CHF", "PLN", "KRW", "INR", "BRL", "MXN", "THB", "ZAR", "SEK"]
    days = days_between(date(2010, 1, 1), date(2026, 1, 1), 2 * len(codes) ** 2, seed=5)
    agree(embedded, [(base, quote, next(days)) for base in codes for quote in (*codes, "EUR", "CNY")])


def test_many_threads_read_one_book() -> None:
    book = RateBook.embedded().with_preference("ecb")
    days = list(days_between(date(2006, 1, 1), date(2026, 1, 1), 300, seed=11))
    codes = [code for _, code in zip(days, cycle(["USD", "JPY", "GBP", "CHF", "KRW"]), strict=False)]
    results: list[tuple[list[float], list[Decimal]]] = []

    def read() -> None:
        column = lookup(book, codes, "CNY", days).rate.tolist()
        results.append((column, [book.get(code, "CNY", day).value for code, day in zip(codes, days, strict=True)]))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(one == results[0] for one in results)
