"""The spreadsheet functions say what the rate book says, and an error where it has no answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from udfs.functions import use_book
from udfs.registry import Cell, CellError, ErrorKind, call
from workbench.rates import Observation, RateBook

DAY = date(2026, 3, 31)
SERIAL = 46112  # what a sheet holds for that day
D = Decimal


@pytest.fixture
def own_book() -> Iterator[RateBook]:
    book = RateBook([Observation("cfets", "parity", "USD", "CNY", 1, "7.1000", DAY)])
    use_book(book)
    yield book
    use_book(None)


def kind_of(found: object) -> ErrorKind:
    assert isinstance(found, CellError), found
    return found.kind


@pytest.mark.parametrize("pair", [("EUR", "USD"), ("USD", "CNY"), ("JPY", "GBP"), ("AED", "CNY"), ("USD", "USD")])
@pytest.mark.parametrize("policy", ["on_or_before", "strictly_before", "month_first", "month_end", "month_average"])
def test_the_rate_is_the_books(pair: tuple[str, str], policy: str) -> None:
    expected = RateBook.embedded().get(*pair, DAY, policy=policy)
    assert call("FX_RATE", *pair, DAY, policy) == expected.value
    assert call("FX_CONVERT", "1234.56", *pair, DAY, policy) == expected.convert(D("1234.56"))


def test_codes_and_policies_are_taken_as_typed() -> None:
    expected = RateBook.embedded().get("USD", "CNY", DAY).value
    assert call("FX_RATE", " usd", "cny ", DAY) == expected
    assert call("FX_RATE", "USD", "CNY", DAY, "") == call("FX_RATE", "USD", "CNY", DAY, None) == expected


@pytest.mark.parametrize(
    "day",
    [SERIAL, float(SERIAL), SERIAL + 0.99, DAY, datetime(2026, 3, 31, 23, 59), "2026-03-31", "2026/3/31", "2026年3月31日", 20260331],
)  # fmt: skip
def test_one_day_in_every_way_that_hosts_and_people_write_it(day: Cell) -> None:
    assert call("FX_RATE", "USD", "CNY", day) == RateBook.embedded().get("USD", "CNY", DAY).value


@pytest.mark.parametrize(
    ("serial", "day"), [(36164, date(1999, 1, 4)), (36526, date(2000, 1, 1)), (36585, date(2000, 2, 29))]
)
def test_serial_days_are_of_the_1900_system(serial: int, day: date) -> None:
    assert call("FX_RATE", "USD", "EUR", serial) == RateBook.embedded().get("USD", "EUR", day).value


@pytest.mark.parametrize(
    "day", [None, "", "soon", "03/04/2026", "2026-02-30", True, -1, 0, 60, float("nan"), float("inf"), 1e300, [["a"], ["b"]][0]]
)  # fmt: skip
def test_what_is_no_day_is_a_value_error(day: Cell) -> None:
    assert kind_of(call("FX_RATE", "USD", "CNY", day)) is ErrorKind.VALUE


@pytest.mark.parametrize(
    ("base", "quote", "day"),
    [
        ("USD", "CNY", date(2099, 1, 1)),  # stale
        ("USD", "CNY", date(1990, 1, 1)),  # before the first
        ("USD", "CNY", date(2004, 6, 1)),
        ("USD", "CNY", date.max),
        ("DEM", "USD", DAY),  # retired
        ("USD", "KZT", DAY),  # nobody publishes it
    ],
)
def test_where_there_is_no_rate_there_is_no_number(base: str, quote: str, day: date) -> None:
    for policy in (None, "month_end"):
        assert kind_of(call("FX_RATE", base, quote, day, policy)) is ErrorKind.NA
        assert kind_of(call("FX_CONVERT", 100, base, quote, day, policy)) is ErrorKind.NA
        assert kind_of(call("FX_SOURCE", base, quote, day, policy)) is ErrorKind.NA


@pytest.mark.parametrize("code", ["", None, "ZZZ", "XAU", "US DOLLAR", 5, "=1+1"])
def test_what_is_no_currency_is_a_value_error(code: Cell) -> None:
    assert kind_of(call("FX_RATE", code, "CNY", DAY)) is ErrorKind.VALUE
    assert kind_of(call("FX_RATE", "USD", code, DAY)) is ErrorKind.VALUE


def test_an_unknown_policy_is_a_value_error_that_names_the_known_ones() -> None:
    found = call("FX_RATE", "USD", "CNY", DAY, "latest")
    assert kind_of(found) is ErrorKind.VALUE
    assert isinstance(found, CellError)
    assert "on_or_before" in found.message


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (None, ErrorKind.VALUE),
        ("", ErrorKind.VALUE),
        ("12 apples", ErrorKind.VALUE),
        (True, ErrorKind.VALUE),
        (DAY, ErrorKind.VALUE),
        (float("nan"), ErrorKind.NUM),
        (float("inf"), ErrorKind.NUM),
        (0.1 + 0.2, ErrorKind.NUM),  # 0.30000000000000004: the cell does not hold an amount
        (D("1e300"), ErrorKind.NUM),
        (99999999999999.9, ErrorKind.NUM),  # its value in rupiah has more digits than a cell
    ],
)
def test_no_amount_is_bent_into_one(amount: Cell, kind: ErrorKind) -> None:
    assert kind_of(call("FX_CONVERT", amount, "USD", "IDR", DAY)) is kind


def test_a_column_of_amounts_is_one_call(own_book: RateBook) -> None:
    amounts = [[1], [2.345], ["x"], [-10], [None]]
    codes = [["USD"], ["USD"], ["USD"], ["EUR"], ["USD"]]
    found = call("FX_CONVERT", amounts, codes, "CNY", SERIAL)
    assert isinstance(found, list)
    assert [row[0] for row in found[:2]] == [D("7.10"), D("16.65")]
    assert [kind_of(row[0]) for row in found[2:]] == [ErrorKind.VALUE, ErrorKind.NA, ErrorKind.VALUE]


def test_the_book_of_the_host_is_used(own_book: RateBook) -> None:
    assert call("FX_RATE", "USD", "CNY", SERIAL) == D("7.1000")
    assert call("FX_RATE", "CNY", "USD", SERIAL) == own_book.get("CNY", "USD", DAY).value
    assert call("FX_SOURCE", "USD", "CNY", SERIAL + 2) == "cfets parity 2026-03-31 (2 d): 1 USD = 7.1000 CNY"


def test_a_cross_names_both_of_its_rates() -> None:
    rate = RateBook.embedded().get("USD", "CNY", DAY)
    assert call("FX_SOURCE", "USD", "CNY", DAY) == (
        f"ecb mid 2026-03-31 (0 d): 1 EUR = {rate.legs[0].value} USD; 1 EUR = {rate.legs[1].value} CNY"
    )


@pytest.mark.parametrize(
    ("text", "hint", "read"),
    [
        ("HK$ 12,000", None, "HKD 12000"),
        ("1.234,56 €", "", "EUR 1234.56"),
        ("12.5万", "cny", "CNY 125000"),
        ("$5", "AUD", "AUD 5"),
        (1234.5, "USD", "USD 1234.5"),
        (0, "USD", "USD 0"),
    ],
)
def test_amounts_as_typed(text: Cell, hint: Cell, read: str) -> None:
    assert call("FX_PARSE", text, hint) == read


@pytest.mark.parametrize(
    ("text", "hint"), [("$5", None), ("1,234", "EUR"), ("five", "USD"), (None, "USD"), (12, None), ("12", "ZZZ")]
)
def test_what_may_be_two_amounts_is_an_error(text: Cell, hint: Cell) -> None:
    assert kind_of(call("FX_PARSE", text, hint)) is ErrorKind.VALUE


def test_the_functions_load_nothing_heavy() -> None:
    script = "import sys, udfs.functions; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numpy", "pandas", "sqlalchemy", "openpyxl", "lxml", "xlwings", "click"} & set(loaded)
