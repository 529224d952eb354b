"""The currency table: ISO 4217 as published, and what became of the codes that are gone."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import iso4217
import pytest

from workbench.money import (
    CURRENCIES,
    RETIRED,
    NotTradeCurrency,
    RetiredCurrency,
    UnknownCurrency,
    currency,
    minor_units,
)

ROOT = Path(__file__).resolve().parent.parent.parent


def test_frozen_table_is_what_the_script_writes() -> None:
    done = subprocess.run([sys.executable, "scripts/make_currencies.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_circulating_currencies_are_those_of_iso_4217() -> None:
    assert len(CURRENCIES) == 155
    for one in CURRENCIES.values():
        listed = iso4217.Currency(one.code)
        assert (one.numeric, one.minor_units) == (listed.number, listed.exponent)
        assert one.name_en
        assert one.name_zh
        assert currency(one.code) is one


def test_minor_units_are_those_of_iso_and_not_of_cldr() -> None:
    counts = Counter(one.minor_units for one in CURRENCIES.values())
    assert counts[3] == 7
    assert {code for code, one in CURRENCIES.items() if one.minor_units == 3} == {
        "BHD",
        "IQD",
        "JOD",
        "KWD",
        "LYD",
        "OMR",
        "TND",
    }
    assert {code for code, one in CURRENCIES.items() if one.minor_units == 0} == {
        "JPY",
        "KRW",
        "VND",
        "CLP",
        "ISK",
        "XAF",
        "XOF",
        "XPF",
        "UGX",
        "PYG",
        "RWF",
        "BIF",
        "DJF",
        "GNF",
        "KMF",
        "VUV",
    }
    cldr_differs = "AFN ALL IRR KPW LAK LBP MGA MMK RSD SOS SYP YER"
    assert {minor_units(code) for code in cldr_differs.split()} == {2}
    assert minor_units("IQD") == 3
    assert minor_units("CLF") == 4


@pytest.mark.parametrize("code", ["XAU", "XDR", "XTS", "XXX", "CLF", "COU", "CHE", "XAD"])
def test_nobody_is_paid_in_metals_funds_and_test_codes(code: str) -> None:
    with pytest.raises(NotTradeCurrency) as refused:
        currency(code)
    assert refused.value.code == "currency.not-money"
    assert refused.value.remedy


@pytest.mark.parametrize("code", ["", "usd", "USDX", "US", "QQQ", "元", "USS"])
def test_unknown_codes_are_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        currency(code)
    with pytest.raises(UnknownCurrency):
        minor_units(code)


@pytest.mark.parametrize(
    ("code", "successor", "ratio", "day"),
    [
        ("DEM", "EUR", "1.95583", "1999-01-01"),
        ("HRK", "EUR", "7.53450", "2023-01-01"),
        ("BGN", "EUR", "1.95583", "2026-01-01"),
        ("TRL", "TRY", "1000000", "2005-01-01"),
        ("ROL", "RON", "10000", "2005-07-01"),
        ("BYR", "BYN", "10000", "2016-07-01"),
        ("SLL", "SLE", "1000", "2022-07-01"),
        ("STD", "STN", "1000", "2018-01-01"),
        ("VEF", "VES", "100000", "2018-08-20"),
        ("ZMK", "ZMW", "1000", "2013-01-01"),
        ("ANG", "XCG", "1", "2025-03-31"),
    ],
)
def test_retired_code_names_its_successor(code: str, successor: str, ratio: str, day: str) -> None:
    with pytest.raises(RetiredCurrency) as refused:
        currency(code)
    assert refused.value.extra == {"successor": successor, "ratio": ratio, "date": day}
    assert successor in refused.value.remedy
    assert (RETIRED[code].ratio, RETIRED[code].date.isoformat()) == (Decimal(ratio), day)


def test_every_retired_currency_leads_to_one_in_circulation() -> None:
    assert len(RETIRED) >= 20
    assert RETIRED.keys().isdisjoint(CURRENCIES)
    for one in RETIRED.values():
        assert one.successor in CURRENCIES
        assert one.ratio > 0
        assert one.source
        if one.successor == "EUR":  # article 4 of Regulation 1103/97: six significant figures
            assert len(one.ratio.as_tuple().digits) == 6
    assert {code for code in RETIRED if code not in {one.code for one in iso4217.Currency}} == set(RETIRED)


def test_start_up_loads_only_the_standard_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import workbench.money, workbench.dates;"
        "print(' '.join({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stdout.split()) <= {*sys.stdlib_module_names, "workbench"}
