"""Old forex-python scripts over our rate book, with the real package's signatures as the measure."""

from __future__ import annotations

import inspect
from datetime import date, datetime
from decimal import Decimal

import pytest

from workbench.money import CURRENCIES
from workbench.rate_sources import forex_python as ours

original = pytest.importorskip("forex_python.converter")
FRIDAY = datetime(2026, 10, 30, 12)


@pytest.mark.parametrize("name", ["CurrencyRates", "CurrencyCodes"])
def test_every_public_method_takes_what_the_original_takes(name: str) -> None:
    theirs, mine = getattr(original, name), getattr(ours, name)
    for method, function in inspect.getmembers(theirs, inspect.isfunction):
        if not method.startswith("_"):
            expected = list(inspect.signature(function).parameters)
            assert list(inspect.signature(getattr(mine, method)).parameters) == expected
    first = list(inspect.signature(theirs).parameters)
    assert list(inspect.signature(mine).parameters)[: len(first)] == first


def test_every_module_function_is_there() -> None:
    for name, thing in vars(original).items():
        if not name.startswith("_") and getattr(thing, "__module__", "") == original.__name__ and name != "Common":
            assert hasattr(ours, name), name


def test_rates_and_conversions_come_from_the_book() -> None:
    c = ours.CurrencyRates()
    assert c.get_rate("EUR", "USD", FRIDAY) == 1.1172
    assert isinstance(c.get_rate("EUR", "USD", FRIDAY), float)
    assert c.get_rate("USD", "USD", FRIDAY) == 1.0
    assert c.convert("EUR", "USD", 10, FRIDAY) == pytest.approx(11.172)
    assert c.convert("EUR", "USD", Decimal("10.10"), FRIDAY) == Decimal("11.283720")
    rates = c.get_rates("EUR", FRIDAY)
    assert rates["CNY"] == 7.4326
    assert len(rates) >= 29
    exact = ours.CurrencyRates(force_decimal=True)
    assert exact.get_rate("EUR", "USD", FRIDAY) == Decimal("1.1172")
    with pytest.raises(ours.DecimalFloatMismatchError):
        exact.convert("EUR", "USD", 10.5, FRIDAY)


@pytest.mark.parametrize(
    ("base", "quote", "day"),
    [
        ("QQQ", "QQQ", FRIDAY),
        ("EUR", "HRK", FRIDAY),
        ("EUR", "KES", FRIDAY),
        ("EUR", "USD", date(2099, 1, 1)),
        ("EUR", "USD", date(1990, 1, 1)),
    ],
)
def test_what_cannot_be_stood_behind_is_not_available(base: str, quote: str, day: date) -> None:
    with pytest.raises(ours.RatesNotAvailableError):
        ours.CurrencyRates().convert(base, quote, 5, day)


def test_codes_and_symbols_are_never_guessed() -> None:
    codes = ours.CurrencyCodes()
    assert codes.get_currency_name("CNY") == CURRENCIES["CNY"].name_en
    assert (codes.get_symbol("EUR"), codes.get_symbol("KES"), codes.get_symbol("HRK")) == ("€", "KES", None)
    assert codes.get_currency_code_from_symbol("€") == "EUR"
    assert codes.get_currency_code_from_symbol("$") is None
    assert codes.get_currency_code_from_symbol("¥") is None
