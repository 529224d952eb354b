"""What old sheets get wrong by themselves is told, and nothing is told of sheets that are right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import xlsxwriter

from workbench import adoption
from workbench.findings import Finding
from workbench.rates import RateBook

HEADINGS = ["Order No.", "Date", "Customer", "Currency", "Amount", "Rate", "RMB equiv."]


def _findings(
    path: Path, currencies: list[str], total: str, *, rates: list[float], factor: float = 1.0
) -> list[Finding]:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    shown = [heading for heading in HEADINGS if rates or heading != "Rate"]
    sheet.write_row(0, 0, shown)
    for row, currency in enumerate(currencies, 1):
        amount = 1000.0 * row
        rate = rates[row - 1] if rates else 7.0 + row * (factor - 1.0)
        values = [f"PI{row:03d}", date(2026, 1, row), "Nord GmbH", currency, amount]
        sheet.write_row(row, 0, [*values, *([rate] if rates else []), amount * rate * factor])
    end = len(currencies) + 1
    sheet.write(end, 0, "Total")
    sheet.write_formula(end, 4, total, None, 1)
    book.close()
    return [one for one in adoption.plan([path], RateBook.embedded()).findings if one.code.startswith("sheet.")]


def test_a_sheet_that_is_right_is_left_alone(tmp_path: Path) -> None:
    assert (
        _findings(tmp_path / "good.xlsx", ["USD"] * 8, "=SUM(E2:E9)", rates=[7.1, 7.2, 7.1, 7.0, 7.3, 7.2, 7.1, 7.15])
        == []
    )
    assert _findings(tmp_path / "one_rate.xlsx", ["USD"] * 8, "=SUM(E2:E9)", rates=[]) == []


def test_a_sum_over_several_currencies(tmp_path: Path) -> None:
    (found,) = _findings(
        tmp_path / "mixed.xlsx", ["USD", "EUR", "USD", "EUR", "USD", "JPY"], "=SUM(E2:E7)", rates=[7.0] * 6
    )
    assert (found.code, found.candidates) == ("sheet.mixed-sum", ("EUR", "JPY", "USD"))
    assert found.where == "mixed.xlsx!Orders!E8"


def test_a_total_that_misses_rows(tmp_path: Path) -> None:
    (found,) = _findings(tmp_path / "short.xlsx", ["USD"] * 8, "=SUM(E4:E8)", rates=[7.0] * 8)
    assert (found.code, found.candidates) == ("sheet.total-misses-rows", ("E2", "E3", "E9"))


def test_a_converted_column_that_nothing_explains(tmp_path: Path) -> None:
    beside = _findings(tmp_path / "beside.xlsx", ["USD"] * 8, "=SUM(E2:E9)", rates=[7.0] * 8, factor=1.03)
    alone = _findings(tmp_path / "alone.xlsx", ["USD"] * 8, "=SUM(E2:E9)", rates=[], factor=1.02)
    assert [one.code for one in (*beside, *alone)] == ["sheet.rate-unexplained", "sheet.rate-unexplained"]
    assert beside[0].where == "beside.xlsx!Orders!G1"
