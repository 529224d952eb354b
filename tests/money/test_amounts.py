"""Rounding, splitting and adding, against the worked examples, a spreadsheet, and invariants."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import MoneyError
from workbench.money import (
    CURRENCIES,
    Balances,
    CurrencyMismatch,
    InexactCell,
    MinorUnitsError,
    Money,
    Rounding,
    UnknownCurrency,
    allocate,
    from_cell,
    from_minor,
    relieve,
    round_fraction,
    round_to_minor,
    to_minor,
)

Vectors = dict[str, dict[str, Any]]
codes = st.sampled_from(["JPY", "USD", "KWD", "CLF"])
decimals = st.decimals(min_value=-(10**12), max_value=10**12, places=6)


def texts(amounts: list[Decimal]) -> list[str]:
    return [str(one) for one in amounts]


def test_minor_units(vectors: Vectors) -> None:
    example = vectors["E01-minor"]
    expected = example["expect"]
    for amount, code in example["input"].items():
        name = "CNYneg" if amount.startswith("-") else code
        assert str(round_to_minor(Decimal(amount.strip()), code)) == expected[name]


def test_rounding_modes(vectors: Vectors) -> None:
    for mode, expected in vectors["E02-modes"]["expect"].items():
        got = [round_to_minor(Decimal(amount), "USD", Rounding[mode]) for amount in ("2.345", "2.355", "-2.345")]
        assert ",".join(texts(got)) == expected


def test_rounding_per_line_differs_from_rounding_the_total(vectors: Vectors) -> None:
    line = Decimal("0.35") * Decimal("7.1234")
    expected = vectors["E04b-line-vs-total"]["expect"]
    assert str(sum(round_to_minor(line, "CNY") for _ in range(3))) == expected["sum_of_rounded_lines"]
    assert str(round_to_minor(3 * line, "CNY")) == expected["rounded_sum"]
    expected = vectors["E17-lines"]["expect"]
    assert str(sum(round_to_minor(Decimal("0.335"), "USD") for _ in range(3))) == expected["line_sum"]
    assert str(round_to_minor(3 * Decimal("0.335"), "USD")) == expected["total"]


def test_last_piece_takes_the_residual(vectors: Vectors) -> None:
    expected = vectors["E15-residual"]["expect"]
    open_document, open_base = Decimal(100), Decimal(expected["AR"])
    relieved = []
    for piece in ("33.33", "33.33", "33.34"):
        part = Decimal(piece)
        relieved.append(relieve(open_document, open_base, part, "CNY"))
        open_document -= part
        open_base -= relieved[-1]
    assert texts(relieved) == ["237.42", "237.42", expected["last_part_used"]]
    assert (open_document, open_base) == (0, 0)


def test_part_of_a_carrying_amount(vectors: Vectors) -> None:
    assert (
        str(relieve(Decimal(940), Decimal(1000), Decimal(470), "EUR"))
        == vectors["E07d-dolibarr33301"]["expect"]["open_EUR"]
    )
    expected = vectors["E07a-odoo19432"]["expect"]
    assert str(relieve(Decimal(100), Decimal("200.00"), Decimal(90), "USD")) == expected["AR_relief"]
    for part, open_document in (
        (Decimal("100.01"), Decimal(100)),
        (Decimal(-1), Decimal(100)),
        (Decimal(1), Decimal(0)),
    ):
        with pytest.raises(MoneyError):
            relieve(open_document, Decimal(700), part, "CNY")


def test_converting_back_does_not_return(vectors: Vectors) -> None:
    expected = vectors["E07e-odoo222221"]["expect"]
    dollars = round_fraction(Fraction(16345) / Fraction("936.29"), "USD")
    assert str(dollars) == expected["USD"]
    assert str(round_fraction(Fraction(dollars) * Fraction("936.29"), "JPY")) == expected["back_JPY"]


def test_splitting(vectors: Vectors) -> None:
    expected = vectors["E15b-allocate"]["expect"]
    assert str(texts(allocate(Decimal("25.00"), [10000, 20000, 5000], "USD"))) == expected["USD"]
    assert str(texts(allocate(Decimal(100), [1, 1, 1], "JPY"))) == expected["JPY"]
    assert str(texts(allocate(Decimal("1.000"), [1, 2, 4], "KWD"))) == expected["KWD"]
    assert texts(allocate(Decimal(-100), [1, 1, 1], "JPY")) == ["-34", "-33", "-33"]
    assert texts(allocate(Decimal("0.05"), [0, 1, 0, 1], "EUR")) == ["0.00", "0.03", "0.00", "0.02"]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_splitting_needs_weights(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        allocate(Decimal(1), weights, "USD")


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.decimals(min_value=0, max_value=10**9, places=4), min_size=1, max_size=40).filter(any),
    codes,
)
def test_parts_make_the_whole(units: int, weights: list[Decimal], code: str) -> None:
    total = from_minor(units, code)
    parts = allocate(total, weights, code)
    assert sum(map(Fraction, parts)) == Fraction(total)
    whole = sum(map(Fraction, weights))
    smallest = Fraction(from_minor(1, code))
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < smallest
    assert allocate(-total, weights, code) == [-part for part in parts]


@given(decimals, codes, st.sampled_from(Rounding))
def test_rounding_is_symmetric_near_and_agrees_with_fractions(amount: Decimal, code: str, mode: Rounding) -> None:
    rounded = round_to_minor(amount, code, mode)
    assert round_to_minor(-amount, code, mode) == -rounded
    assert round_fraction(Fraction(amount), code, mode) == rounded
    unit = from_minor(1, code)
    assert abs(rounded - amount) <= (unit if mode is Rounding.DOWN else unit / 2)
    assert from_minor(to_minor(rounded, code), code) == rounded


@given(st.integers(1, 10**12), st.integers(1, 10**13), st.lists(st.integers(1, 10**6), min_size=1, max_size=20), codes)
def test_nothing_open_in_one_currency_is_nothing_in_the_other(
    document: int, base: int, shares: list[int], base_code: str
) -> None:
    open_document, open_base = from_minor(document, "USD"), from_minor(base, base_code)
    start = open_base
    pieces = allocate(open_document, shares, "USD")
    relieved = Decimal(0)
    for piece in pieces:
        if open_document == 0:
            break
        taken = relieve(open_document, open_base, piece, base_code)
        open_document -= piece
        open_base -= taken
        relieved += taken
        assert (open_document == 0) <= (open_base == 0)
        assert 0 <= open_base <= start
    assert (open_document, open_base, relieved) == (0, 0, start)


def test_too_fine_amounts_are_refused() -> None:
    for amount, code in (("100.5", "JPY"), ("0.001", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("1.2345", "KWD")):
        with pytest.raises(MoneyError):
            to_minor(Decimal(amount), code)
    with pytest.raises(MinorUnitsError) as refused:
        to_minor(Decimal("100.5"), "JPY")
    assert "JPY" in str(refused.value)
    with pytest.raises(MoneyError):
        to_minor(Decimal("1" * 70 + ".01"), "USD")
    with pytest.raises(MoneyError):
        round_to_minor(Decimal("1e100"), "USD")


def test_cells_hold_fifteen_digits(vectors: Vectors) -> None:
    expected = vectors["E16-digits"]["expect"]
    assert from_cell(float(expected["ok"])) == Decimal(expected["ok"])
    with pytest.raises(InexactCell) as refused:
        from_cell(float(expected["reject"].split()[0]), where="Book.xlsx!A!B7")
    assert refused.value.where == "Book.xlsx!A!B7"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(0.1, "0.1"), (1e15, "1E+15"), (5, "5"), ("12.50", "12.50"), (" -3 ", "-3"), (np.float64(2.675), "2.675"),
     (Decimal("7.1878"), "7.1878"), (1e-7, "1E-7")],
)  # fmt: skip
def test_cell_is_what_it_shows(cell: Any, expected: str) -> None:
    assert from_cell(cell) == Decimal(expected)


@pytest.mark.parametrize(
    "cell", [True, False, float("nan"), float("inf"), "", "1,000", "1_000", "USD 5", "١٢", "0x10", 10**15 + 1]
)
def test_cell_without_a_number_is_refused(cell: Any) -> None:
    with pytest.raises(MoneyError):
        from_cell(cell)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 6))
def test_fifteen_digits_survive_a_cell(digits: int, places: int) -> None:
    amount = Decimal(digits).scaleb(-places)
    assert from_cell(float(amount)) == amount


def test_money_keeps_currencies_apart() -> None:
    dollars, yuan = Money(Decimal("10.00"), "USD"), Money(Decimal("70.00"), "CNY")
    assert dollars + Money(Decimal("0.50"), "USD") == Money(Decimal("10.50"), "USD")
    assert dollars - dollars == Money(Decimal("0.00"), "USD")
    assert 3 * dollars == dollars * 3 == Money(Decimal(30), "USD")
    assert -dollars < dollars <= abs(-dollars)
    assert str(Money(Decimal("1E+3"), "USD")) == "USD 1000"
    for operation in (
        lambda: dollars + yuan, lambda: dollars - yuan, lambda: dollars < yuan, lambda: dollars >= yuan,
        lambda: dollars > yuan, lambda: dollars <= yuan,
    ):  # fmt: skip
        with pytest.raises(CurrencyMismatch):
            operation()
    assert dollars != Money(Decimal("10.00"), "CNY")


def test_money_takes_no_floats_and_no_unknown_codes() -> None:
    with pytest.raises(MoneyError):
        Money(1.5, "USD")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(MoneyError):
        Money(Decimal("NaN"), "USD")
    with pytest.raises(UnknownCurrency):
        Money(Decimal(1), "US$")
    with pytest.raises(TypeError):
        Money(Decimal(1), "USD") * 1.1  # type: ignore[operator]  # what is refused
    with pytest.raises(TypeError):
        sum([Money(Decimal(1), "USD")])  # type: ignore[list-item]  # 0 has no currency
    with pytest.raises(MoneyError):
        Money(Decimal("1" * 40), "USD") * Decimal("1." + "1" * 40)


@given(st.lists(st.tuples(decimals, st.sampled_from(sorted(CURRENCIES))), max_size=30), st.randoms())
def test_balances_do_not_depend_on_the_order(amounts: list[tuple[Decimal, str]], shuffler: random.Random) -> None:
    money = [Money(amount, code) for amount, code in amounts]
    shuffled = list(money)
    shuffler.shuffle(shuffled)
    balances = Balances(money)
    assert balances == Balances(shuffled)
    assert [code for code, _ in balances.items()] == sorted({code for _, code in amounts})
    for code, total in balances.items():
        assert Fraction(total) == sum(Fraction(amount) for amount, other in amounts if other == code)
        assert balances.get(code) == total
    assert balances.get("XPF" if "XPF" not in dict(balances.items()) else "ZZZ") == 0


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_rounding_is_the_spreadsheets(tmp_path: Path) -> None:
    """LibreOffice computes =ROUND(x, 2) over ties of either sign and random values; every row must agree."""
    source = random.Random(20260331)
    ties = [f"{sign}{source.randrange(10**6)}.{source.randrange(100):02}5" for sign in ("", "-") for _ in range(1500)]
    spread = [f"{source.randrange(-(10**9), 10**9)}e-{source.randrange(1, 8)}" for _ in range(1500)]
    values = [Decimal(text) for text in ties + spread]
    sheet = tmp_path / "ties.csv"
    sheet.write_text("".join(f'{value:f},"=ROUND({value:f};2)"\n' for value in values), encoding="utf-8")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--infilter=CSV:44,34,76,1,,1033,false,true,false,false,false,-1,true",
         "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false", "--outdir",
         str(tmp_path / "out"), str(sheet)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (tmp_path / "out" / "ties.csv").open(encoding="utf-8", newline="") as made:
        rows = list(csv.reader(made))
    assert len(rows) == len(values)
    wrong = [
        (value, row[1])
        for value, row in zip(values, rows, strict=True)
        if round_to_minor(value, "USD") != Decimal(row[1])
    ]
    assert wrong == []


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_goes_nowhere(number: str) -> None:
    bad = Decimal(number)
    for use in (
        lambda: round_to_minor(bad, "USD"),
        lambda: to_minor(bad, "USD"),
        lambda: from_cell(bad),
        lambda: Money(bad, "USD"),
        lambda: allocate(bad, [1, 1], "USD"),
        lambda: allocate(Decimal(1), [bad, 1], "USD"),
        lambda: relieve(bad, Decimal(7), Decimal(1), "USD"),
        lambda: relieve(Decimal(2), bad, Decimal(1), "USD"),
        lambda: relieve(Decimal(2), Decimal(7), bad, "USD"),
    ):
        with pytest.raises(MoneyError):
            use()


def test_a_float_is_no_weight_and_no_cell_of_another_type_is_read() -> None:
    with pytest.raises(MoneyError):
        allocate(Decimal(1), [0.1, 0.2], "USD")  # type: ignore[list-item]  # the refusal is what is tested
    with pytest.raises(MoneyError):
        from_cell([1])  # type: ignore[arg-type]  # the refusal is what is tested


def test_money_and_a_bare_number_do_not_mix() -> None:
    for use in (
        lambda: Money(Decimal(1), "USD") + 5,  # type: ignore[operator]  # the refusal is what is tested
        lambda: Money(Decimal(1), "USD") < Decimal(5),  # type: ignore[operator]  # the refusal is what is tested
        lambda: sum([Money(Decimal(1), "USD")]),  # type: ignore[list-item]  # the refusal is what is tested
    ):
        with pytest.raises(TypeError):
            use()
