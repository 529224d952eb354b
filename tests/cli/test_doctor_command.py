"""``workbench doctor``: words, JSON, and the exit status that scripts look at."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import Workbench
from workbench.i18n import use_language


@pytest.fixture
def sick(tmp_path: Path) -> Path:
    with xlsxwriter.Workbook(str(tmp_path / "Sick.xlsx")) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Order No.", "Currency", "Amount"])
        for row, code in enumerate(("USD", "EUR", "USD", "JPY", "EUR"), start=1):
            sheet.write_row(row, 0, [f"PI-{row}", code, 100 * row])
            sheet.write_formula(row, 4, "=C1/0", None, "#DIV/0!")
            sheet.write(row, 3, "x")
        sheet.set_column("D:D", 8, None, {"hidden": True})
        sheet.write_formula("C8", "=SUM(C2:C6)", None, 1500)
        for row in range(10, 15):
            sheet.write_formula(row, row, f"=MYSTERY{row}(1)", None, 1)
    return tmp_path / "Sick.xlsx"


def test_a_sick_workbook_is_told_in_words(workbench: Workbench, sick: Path) -> None:
    told = workbench("doctor", sick)
    assert told.status == 1
    assert told.out.startswith("Sick.xlsx is sick.")
    assert "Plan!C8: =SUM(C2:C6) adds EUR, JPY, USD" in told.out
    assert told.out.count("Excel has no function") == 3
    assert "2 more; --all lists them" in told.out
    assert told.err == ""
    assert "Plan!D:D: columns with data are hidden" in told.out  # and no picture of a letter between colons
    assert workbench("doctor", sick, "--all").out.count("Excel has no function") == 5


def test_json_tells_the_same(workbench: Workbench, sick: Path) -> None:
    told = workbench("doctor", sick, "--json")
    assert told.status == 1
    assert told.json["healthy"] is False
    assert told.json["counts"]["doctor.sum-mixed"] == 1
    (mixed,) = (one for one in told.json["findings"] if one["code"] == "doctor.sum-mixed")
    assert (mixed["where"], mixed["severity"]) == ("Sick.xlsx!Plan!C8", "refuse")
    assert mixed["candidates"] == ["EUR", "JPY", "USD"]
    assert told.json["facts"]["sheets"][0]["name"] == "Plan"


def test_a_healthy_one_is_told_so(workbench: Workbench, orders: Path, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "Well.xlsx")) as book:
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    told = workbench("doctor", tmp_path / "Well.xlsx")
    assert (told.status, told.out.splitlines()[0]) == (0, "Well.xlsx is healthy.")
    assert workbench("doctor", tmp_path / "Well.xlsx", "--json").json["findings"] == []
    # A date typed as text that can be two days is what the doctor is for as well.
    assert workbench("doctor", orders).status == 1


def test_it_speaks_chinese(workbench: Workbench, sick: Path) -> None:
    try:
        use_language("zh")
        told = workbench("doctor", sick)
    finally:
        use_language("en")
    assert "Sick.xlsx 有问题" in told.out
    assert "当作同一币种相加" in told.out


def test_what_cannot_be_examined_is_an_error(workbench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b", encoding="utf-8")
    workbench("doctor", tmp_path / "a.csv", "--json").error("file.not-a-workbook")
    workbench("doctor", tmp_path / "none.xlsx", "--json").error("file.missing")
    assert workbench("doctor").status == 2
