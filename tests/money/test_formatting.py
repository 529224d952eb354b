"""Showing amounts as text and as spreadsheet formats."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workbench.money import CURRENCIES, Money, UnknownCurrency, format_money, number_format


@pytest.mark.parametrize(
    ("amount", "code", "language", "expected"),
    [
        ("1234.5", "USD", "en", "USD 1,234.50"),
        ("1234.5", "CNY", "zh", "CNY 1,234.50"),
        ("1234.5", "CNY", "zh_CN", "CNY 1,234.50"),
        ("1234567.8", "EUR", "de", "1.234.567,80 EUR"),
        ("1234.5", "EUR", "fr", "1\u202f234,50 EUR"),
        ("1234.5", "PLN", "pl", "1\u00a0234,50 PLN"),
        ("1234", "JPY", "ja", "JPY 1,234"),
        ("1.25", "KWD", "en", "KWD 1.250"),
        ("-0.5", "USD", "en", "USD -0.50"),
        ("0.12345", "USD", "en", "USD 0.12345"),
        ("1234.5", "USD", "xx", "USD 1,234.50"),
        ("123456789012345678901234567890.12", "USD", "en", "USD 123,456,789,012,345,678,901,234,567,890.12"),
    ],
)
def test_text(amount: str, code: str, language: str, expected: str) -> None:
    assert format_money(Money(Decimal(amount), code), language) == expected


def test_spreadsheet_format_has_the_minor_units() -> None:
    assert number_format("USD") == "#,##0.00;[Red]-#,##0.00"
    assert number_format("JPY") == "#,##0;[Red]-#,##0"
    assert number_format("KWD") == "#,##0.000;[Red]-#,##0.000"
    assert number_format("USD", accounting=True) == "#,##0.00_);[Red](#,##0.00);0.00_)"
    assert number_format("JPY", accounting=True) == "#,##0_);[Red](#,##0);0_)"
    for code, one in CURRENCIES.items():
        assert number_format(code).partition(";")[0].partition(".")[2] == "0" * one.minor_units
    with pytest.raises(UnknownCurrency):
        number_format("US$")
