"""The plan as a workbook: it says what happens and what to do, asks once for a column, and takes the answers back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from workbench import adoption
from workbench.adoption import Answers, Plan
from workbench.errors import ConfigurationError
from workbench.i18n import speaking
from workbench.rates import RateBook

BOOK = RateBook.embedded()
ROWS: list[list[object]] = [
    ["Value date", "Payer", "Amount", "Currency", "Reference"],
    *([f"0{day}/0{day + 1}/2026", "Nord AB", 100 * day, "USD", f"TT{day}"] for day in range(1, 6)),
    ["2026-05-20", "Tokyo KK", 1500.5, "JPY", "TT9"],
]


@pytest.fixture
def receipts(tmp_path: Path) -> Path:
    book = xlsxwriter.Workbook(str(tmp_path / "Receipts.xlsx"))
    sheet = book.add_worksheet("Bank")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    book.close()
    return tmp_path / "Receipts.xlsx"


def answered(receipts: Path, answers: dict[tuple[str, str], str]) -> Plan:
    return adoption.plan([receipts], BOOK, answers=Answers(answers))


def test_one_answer_serves_a_column(receipts: Path, tmp_path: Path) -> None:
    plan = adoption.plan([receipts], BOOK)
    assert len([one for one in plan.asked if one.code == "cell.date-ambiguous"]) == 5
    path = plan.write_workbook(tmp_path / "Plan.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Questions"]
    rows = [row[:5] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0] == ("Receipts.xlsx!Bank!A", "cell.date-ambiguous", "", "", "dmy, mdy, ymd")
    assert [row[0] for row in rows[1:3]] == ["Receipts.xlsx!Bank!A2", "Receipts.xlsx!Bank!A3"]
    sheet["C2"] = "dmy"
    book.save(path)
    again = adoption.plan([receipts], BOOK, answers=path)
    assert [one.code for one in again.asked] == ["cell.minor-units"]
    assert [str(item.value("date")) for item in again.of("receipts")][:2] == ["2026-02-01", "2026-03-02"]


def test_an_amount_finer_than_its_currency_is_asked(receipts: Path) -> None:
    place = ("Receipts.xlsx!Bank!C7", "cell.minor-units")
    (question,) = [one for one in adoption.plan([receipts], BOOK).asked if one.code == "cell.minor-units"]
    assert (question.where, question.code) == place
    plan = answered(receipts, {place: "1501"})
    assert plan.counts()["receipts"] == {"held": 5, "imported": 1}
    (total,) = [one for one in plan.control_totals() if one.currency == "JPY"]
    assert total.sheet == total.imported == 1501
    for wrong in ("1500.5", "NaN", "many"):
        with pytest.raises(ConfigurationError, match=wrong):
            answered(receipts, {place: wrong})


def test_the_first_sheet_says_where_things_stand(receipts: Path, tmp_path: Path) -> None:
    plan = adoption.plan([receipts], BOOK)
    sheet = openpyxl.load_workbook(plan.write_workbook(tmp_path / "Plan.xlsx"))["Summary"]
    rows = [tuple(value for value in row if value is not None) for row in sheet.iter_rows(values_only=True)]
    assert rows[1] == ("0 of 6 records can be imported; 6 questions are open. This plan has changed nothing.",)
    assert ("Receipts", 0, 6, 0, 0) in rows
    assert ("Receipts", "USD", 1500, 0, 1500, 0, 0, 0) in rows
    assert ("Receipts", "JPY", 1500.5, 0, 1500.5, 0, 0, 0) in rows
    (yen,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == 1500.5 and cell.column == 3]
    assert yen.number_format == "General"  # not rounded away where it is what is asked about
    assert ("Receipts.xlsx", "Bank", 35, 6) in rows


def test_the_sheets_speak_chinese(receipts: Path, tmp_path: Path) -> None:
    with speaking("zh"):
        plan = adoption.plan([receipts], BOOK)
        book = openpyxl.load_workbook(plan.write_workbook(tmp_path / "Plan.xlsx"))
    heads = [cell.value for cell in book["收款"][1]]
    assert heads == ["处理结果", "位置", "金额", "币种", "日期", "付款人", "附言"]
    cells = [row[3] for row in book["单元格"].iter_rows(min_row=2, values_only=True)]
    assert cells == ["列标题 5, 记录 30"]
