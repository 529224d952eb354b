"""What the firm decides about a sheet holds, is kept for the next file of its family, and is forgotten with its import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from workbench import adoption
from workbench.adoption import Answers, Plan
from workbench.errors import ConfigurationError
from workbench.rates import RateBook
from workbench.register import Register

BOOK = RateBook.embedded()
HEADINGS = ["Order No.", "Order date", "Customer", "Currency", "Amount", "Zielwert", "Freigabe"]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "register.sqlite", base_currency="CNY") as made:
        yield made


def write(path: Path, month: int) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, 6):
        values = [f"N{month}-{row}", date(2025, month, row), "Nord AB", "USD", 100 * row, 7 * row, 3 * row]
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    book.close()
    return path


def amounts(plan: Plan) -> list[object]:
    return [item.value("amount") for item in plan.of("orders")]


def answered(**given: str) -> Answers:
    return Answers({(f"May.xlsx!Orders!{place}", code.replace("_", ".")): said
                    for key, said in given.items() for place, code in [key.split("__")]})  # fmt: skip


def test_another_column_is_the_amount(tmp_path: Path) -> None:
    file = write(tmp_path / "May.xlsx", 5)
    assert amounts(adoption.plan([file], BOOK)) == [Decimal(100 * row) for row in range(1, 6)]
    plan = adoption.plan([file], BOOK, answers=answered(F__column_field="order.amount"))
    assert amounts(plan) == [Decimal(7 * row) for row in range(1, 6)]
    assert [total.sheet for total in plan.control_totals()] == [Decimal(105)]


def test_a_column_is_left_out_counts_in_thousands_or_is_of_one_currency(tmp_path: Path) -> None:
    file = write(tmp_path / "May.xlsx", 5)
    plan = adoption.plan([file], BOOK, answers=answered(E__column_unit="1000"))
    assert amounts(plan)[0] == Decimal(100_000)
    plan = adoption.plan([file], BOOK, answers=answered(D__column_field="ignore", E__column_currency="eur"))
    assert {item.value("currency") for item in plan.of("orders")} == {"EUR"}
    asked = adoption.plan([file], BOOK, answers=answered(D__column_field="ignore"))
    assert {one.code for one in asked.asked} == {"cell.currency-missing"}


def test_a_row_is_a_total_and_a_table_is_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "May.xlsx", 5)
    plan = adoption.plan([file], BOOK, answers=Answers({("May.xlsx!Orders!6", "row.role"): "total"}))
    assert len(plan.of("orders")) == 4
    assert all(sum(one.by_role.values()) == one.cells for one in plan.accounts())
    plan = adoption.plan([file], BOOK, answers=Answers({("May.xlsx!Orders", "table.kind"): "ignore"}))
    assert not plan.items
    assert not plan.asked
    plan = adoption.plan([file], BOOK, answers=Answers({("May.xlsx!Orders!A1:G6", "table.kind"): "receipts"}))
    assert {item.record.kind for item in plan.items} == {"receipts"}


def test_the_day_order_of_a_column(tmp_path: Path) -> None:
    path = tmp_path / "May.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, HEADINGS[:5])
    for row in range(1, 4):
        sheet.write_row(row, 0, [f"N{row}", f"0{row}/04/2025", "Nord AB", "USD", 5])
    book.close()
    assert adoption.plan([path], BOOK).asked
    plan = adoption.plan([path], BOOK, answers=answered(B__column_days="dmy"))
    assert [item.value("date") for item in plan.of("orders")] == [date(2025, 4, row) for row in range(1, 4)]
    assert not plan.asked


def test_next_month_asks_nothing_again_and_undo_forgets(tmp_path: Path, register: Register) -> None:
    choice = answered(F__column_field="order.amount")
    number = adoption.plan([write(tmp_path / "May.xlsx", 5)], BOOK, register, choice).apply(register, "li.na")
    assert number is not None
    june = write(tmp_path / "June.xlsx", 6)
    assert amounts(adoption.plan([june], BOOK, register)) == [Decimal(7 * row) for row in range(1, 6)]
    register.undo(number, author="li.na", reason="wrong column")
    assert amounts(adoption.plan([june], BOOK, register)) == [Decimal(100 * row) for row in range(1, 6)]


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("May.xlsx!Orders!F", "column.field", "order.colour"),
        ("May.xlsx!Orders!E", "column.currency", "QQQ"),
        ("May.xlsx!Orders!E", "column.unit", "0.5"),
        ("May.xlsx!Orders!B", "column.days", "ydm"),
        ("May.xlsx!Orders", "table.kind", "invoices"),
        ("May.xlsx!Orders!6", "row.role", "nothing"),
    ],
)
def test_a_choice_that_is_none_is_refused(tmp_path: Path, place: str, code: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        adoption.plan([write(tmp_path / "May.xlsx", 5)], BOOK, answers=Answers({(place, code): said}))


SWAHILI = ["Nambari ya oda", "Tarehe", "Mteja", "Sarafu", "Idadi", "Bei", "Thamani"]


def write_unknown(path: Path, *, named: bool = False) -> Path:
    """Orders under headings of a language that there are no words of; the amount is quantity times price."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders" if named else "2025")
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, SWAHILI)
    for row in range(1, 9):
        firm, price = f"{'ABCDEFGH'[row - 1]}co Trading Ltd", 3.25 + row
        values = [f"PI25-{40 + row}", date(2025, 5, row), firm, "USD", 10 * row, price, 10 * row * price]
        for column, value in enumerate(values):
            sheet.write(row, column, value, money if column > 4 else None)
    book.close()
    return path


def test_a_table_that_no_word_explains_is_read_and_held_until_somebody_says_what_it_is(tmp_path: Path) -> None:
    file = write_unknown(tmp_path / "May.xlsx")
    plan = adoption.plan([file], BOOK)
    assert plan.counts() == {"orders": {"held": 8}}
    (question,) = plan.asked
    assert (question.code, question.where) == ("table.kind", "May.xlsx!2025!A1:G9")
    assert question.candidates[0] == "orders"
    assert amounts(plan) == [Decimal(10 * row) * (Decimal("3.25") + row) for row in range(1, 9)]
    answers = Answers({(question.where, question.code): "orders"})
    assert adoption.plan([file], BOOK, answers=answers).counts() == {"orders": {"imported": 8}}
    ignored = Answers({(question.where, question.code): "ignore"})
    assert adoption.plan([file], BOOK, answers=ignored).counts() == {}


def test_a_title_that_says_what_the_table_lists_needs_no_answer(tmp_path: Path) -> None:
    assert adoption.plan([write_unknown(tmp_path / "May.xlsx", named=True)], BOOK).counts() == {
        "orders": {"imported": 8}
    }


def test_a_list_without_parties_and_currencies_is_no_order_book(tmp_path: Path) -> None:
    """Such as wages: a number, a day and an amount."""
    path = tmp_path / "May.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("2025")
    sheet.write_row(0, 0, ["Namba", "Tarehe", "Jina", "Mshahara"])
    for row in range(1, 9):
        for column, value in enumerate(
            [f"W{100 + row}", date(2025, 5, row), f"Asha {'ABCDEFGH'[row - 1]}", 812.5 * row]
        ):
            sheet.write(row, column, value)
    book.close()
    assert adoption.plan([path], BOOK).counts() == {}
