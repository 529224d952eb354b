"""A second engine of another make computes the same workbook: the PyPI package ``formulas`` against LibreOffice."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

formulas = pytest.importorskip("formulas")
pytest.importorskip("xlwings")

from tests.udfs.calc_support import formula, table  # noqa: E402
from tests.udfs.formulas_support import computed  # noqa: E402
from udfs.libreoffice.addin.recalculating import recalculate  # noqa: E402
from workbench.errors import MissingComponent  # noqa: E402

NESTED = [
    '=IFERROR(FX_RATE("USD","KZT",DATE(2026,3,31)),"none")',
    '=IF(ISNA(FX_RATE("USD","CNY",DATE(2099,1,1))),1,2)',
    '=ROUND(1234.56*FX_RATE("USD","CNY",DATE(2026,3,31)),2)-FX_CONVERT(1234.56,"USD","CNY",DATE(2026,3,31))',
    '=SUM(FX_ROUND(1.005,"USD"),FX_ROUND(2.675,"USD"))',
    '=FX_WORDS(FX_CONVERT(100,"USD","CNY",DATE(2026,3,31)),"CNY")',
    '=FX_SUM(F1:F3,G1:G3,H1:H3,"CNY")',
    '=FX_SUM(F1:F3,G1:G3,DATE(2026,3,31),"USD")',
    '=FX_ROUND(1/0,"USD")',
    '=FX_RATE(NA(),"CNY",DATE(2026,3,31))',
    "=FX_CHECK(5,FX_PARSE(NA()))",
]
MONEY = [(100.0, "USD", 46112), (2500.5, "EUR", 46112), (10000.0, "JPY", 46112)]


def values(path: Path, count: int) -> list[Any]:
    sheet = openpyxl.load_workbook(path, data_only=True).active
    return [sheet.cell(row, 1).value for row in range(1, count + 1)]


def test_two_engines_agree_on_every_function(tmp_path: Path) -> None:
    logging.getLogger("schedula").setLevel(logging.ERROR)
    texts = [formula(name, arguments, prefix="") for name, arguments in table()] + NESTED
    book = openpyxl.Workbook()
    for row, text in enumerate(texts, 1):
        book.active.cell(row, 1).value = text
    for row, cells in enumerate(MONEY, 1):
        for column, cell in enumerate(cells, 6):
            book.active.cell(row, column).value = cell
    source, theirs = tmp_path / "book.xlsx", tmp_path / "theirs.xlsx"
    book.save(source)
    try:
        recalculate(source, theirs)
    except MissingComponent as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    found = computed(source, len(texts))
    differing = [
        (text, mine, calc)
        for text, mine, calc in zip(texts, found, values(theirs, len(texts)), strict=True)
        if not same(mine, calc)
    ]
    assert not differing
    assert len({type(one) for one in found}) >= 3
    assert {"#N/A", "#VALUE!", "#NUM!"} <= set(map(str, found))


def same(mine: Any, calc: Any) -> bool:
    if isinstance(mine, float) and isinstance(calc, int | float) and not isinstance(calc, bool):
        return mine == pytest.approx(calc, rel=1e-14)
    return mine == calc or {mine, calc} <= {"", None}
