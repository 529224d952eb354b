"""Whole-column conversion against unbounded integers."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import MoneyError
from workbench.money import Rounding, from_cell, round_fraction, to_minor
from workbench.money.vector import convert_cross, convert_direct, from_cells, rescale

BENCHMARK = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "exact_conversion.py"
PLACES = {"JPY": 0, "USD": 2, "KWD": 3}
codes = st.sampled_from(sorted(PLACES))


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("exact_conversion", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_row_differs_from_unbounded_integers(benchmark: ModuleType) -> None:
    found = benchmark.check(rows=120_000, ties=30_000, seed=1999)
    assert sum(rows for rows, _ties, _wrong in found.values()) >= 150_000
    assert sum(ties for _rows, ties, _wrong in found.values()) >= 50_000
    assert {name: wrong for name, (_rows, _ties, wrong) in found.items() if wrong} == {}


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    st.integers(1, 10**9),
    st.integers(1, 10**9),
    st.integers(-6, 6),
    codes,
    codes,
    st.sampled_from(Rounding),
)
def test_any_amount_is_exact_or_refused(
    amounts: list[int], top: int, below: int, exponent: int, source: str, target: str, mode: Rounding
) -> None:
    rate = Fraction(top, below) / Fraction(10) ** exponent
    expected = [
        int(round_fraction(Fraction(amount, 10 ** PLACES[source]) * rate, target, mode).scaleb(PLACES[target]))
        for amount in amounts
    ]
    units: dict[str, Any] = {"from_units": PLACES[source], "to_units": PLACES[target], "mode": mode}
    if all(-(2**63) <= one < 2**63 for one in expected):
        assert convert_cross(amounts, top, below, exponent=exponent, **units).tolist() == expected
    else:
        with pytest.raises(MoneyError):
            convert_cross(amounts, top, below, exponent=exponent, **units)


def test_published_rates() -> None:
    # USD 10,000 at 7.1878; JPY 1,234,567 at 4.6128 per 100; KRW 10,000,000 at 20,143 per 100 yuan
    assert convert_direct([1_000_000], 71878, 4, from_units=2, to_units=2).tolist() == [7_187_800]
    assert convert_direct([1_234_567], 46128, 6, from_units=0, to_units=2).tolist() == [5_694_811]
    assert convert_cross([10_000_000], 100, 20143, from_units=0, to_units=2).tolist() == [4_964_504]


def test_columns_of_rates_and_single_rates_agree() -> None:
    amounts = np.arange(-50_000, 50_000) * 37
    one = convert_direct(amounts, 71878, 4, from_units=2, to_units=0)
    many = convert_direct(
        amounts, np.full(100_000, 71878), np.full(100_000, 4), from_units=np.full(100_000, 2), to_units=0
    )
    assert np.array_equal(one, many)
    assert one.dtype == np.int64


def test_rescaling_rounds_ties_by_mode() -> None:
    halves = [25, 35, -25, -35, 24, 26]
    assert rescale(halves, 1, 0).tolist() == [3, 4, -3, -4, 2, 3]
    assert rescale(halves, 1, 0, Rounding.HALF_EVEN).tolist() == [2, 4, -2, -4, 2, 3]
    assert rescale(halves, 1, 0, Rounding.DOWN).tolist() == [2, 3, -2, -3, 2, 2]
    assert rescale([7], 0, 3).tolist() == [7000]
    assert rescale([], 3, 0).tolist() == []


def test_bad_input_is_refused() -> None:
    units: dict[str, Any] = {"from_units": 2, "to_units": 2}
    for amounts, mantissa, exponent in (
        ([1.5], 1, 0), ([1], 0, 0), ([1], -1, 0), ([1], 1, 19), ([2**62], 10**6, 0), ([[1]], 1, 0), (["1"], 1, 0),
    ):  # fmt: skip
        with pytest.raises(MoneyError):
            convert_direct(amounts, mantissa, exponent, **units)
    with pytest.raises(MoneyError):
        convert_cross([1], 1, 0, **units)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30), codes)
def test_float_cells_are_read_as_single_cells_are(cells: list[float], code: str) -> None:
    minor, exact = from_cells(cells, code)
    for cell, units, is_exact in zip(cells, minor.tolist(), exact.tolist(), strict=True):
        try:
            alone = to_minor(from_cell(cell), code)
        except MoneyError:
            alone = None
        if is_exact:
            assert alone == units
        else:
            assert units == 0
            assert alone is None or abs(alone) >= 10**15


@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1), max_size=30), codes)
def test_every_amount_of_fifteen_digits_is_read(units: list[int], code: str) -> None:
    cells = [float(Decimal(one).scaleb(-PLACES[code])) for one in units]
    minor, exact = from_cells(cells, code)
    assert minor.tolist() == units
    assert exact.all()


@pytest.mark.parametrize("mode", Rounding)
@pytest.mark.parametrize("divisor", [1, 2, 3, 5, 7, 10, 15, 99, 100])
def test_one_divisor_for_all_rows_gives_what_a_column_of_it_gives(divisor: int, mode: Rounding) -> None:
    amounts = np.arange(-150, 151)
    expected = [int(round_fraction(Fraction(amount * 3, divisor), "JPY", mode)) for amount in amounts.tolist()]
    for denominator in (divisor, np.full(len(amounts), divisor)):
        found = convert_cross(amounts, 3, denominator, from_units=0, to_units=0, mode=mode)
        assert found.tolist() == expected
