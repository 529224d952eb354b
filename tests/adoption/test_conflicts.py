"""Several people's workbooks tell one order differently: shown with their cells, held, and one is chosen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from workbench import adoption
from workbench.adoption import Answers, Decision
from workbench.errors import ConfigurationError
from workbench.rates import RateBook
from workbench.register import Register

BOOK = RateBook.embedded()
HEADINGS = ["Order No.", "Order date", "Customer", "Currency", "Amount"]


def write(
    path: Path, amount: int, *, customer: str = "Nord AB", day: date = date(2025, 3, 4), second: object = 7
) -> Path:
    rows = [HEADINGS, ["PI-1", day, customer, "USD", amount], ["PI-2", day, customer, "USD", second]]
    return written(path, "Orders", rows)


def written(path: Path, name: str, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    book.close()
    return path


def test_both_are_held_and_asked_then_one_is_taken(tmp_path: Path) -> None:
    files = [write(tmp_path / "Li.xlsx", 100), write(tmp_path / "Tom.xlsx", 120)]
    plan = adoption.plan(files, BOOK)
    (asked,) = plan.asked
    assert (asked.code, asked.where) == ("record.conflict", "Li.xlsx!Orders!A2:E2")
    assert asked.candidates == (
        "Li.xlsx!Orders!A2:E2: 2025-03-04 USD 100", "Tom.xlsx!Orders!A2:E2: 2025-03-04 USD 120",
    )  # fmt: skip
    assert [item.decision for item in plan.of("orders")] == [
        Decision.HELD, Decision.IMPORTED, Decision.HELD, Decision.KNOWN,
    ]  # fmt: skip
    for said in (asked.candidates[1], "Tom.xlsx"):
        chosen = adoption.plan(files, BOOK, answers=Answers({(asked.where, asked.code): said}))
        taken = {item.value("number"): item.value("amount") for item in chosen.of("orders", Decision.IMPORTED)}
        assert taken == {"PI-1": Decimal(120), "PI-2": Decimal(7)}
        assert not chosen.asked
        assert {total.sheet - total.imported - total.refused - total.known for total in chosen.control_totals()} == {0}
    with pytest.raises(ConfigurationError, match=r"Eva\.xlsx"):
        adoption.plan(files, BOOK, answers=Answers({(asked.where, asked.code): "Eva.xlsx"}))


@pytest.mark.parametrize("other", [{"customer": "Süd KG", "second": 8}, {"day": date(2026, 3, 4)}])
def test_orders_that_only_share_a_number_are_all_taken(tmp_path: Path, other: dict[str, object]) -> None:
    files = [write(tmp_path / "Li.xlsx", 100), write(tmp_path / "Tom.xlsx", 120, **other)]  # type: ignore[arg-type]
    plan = adoption.plan(files, BOOK)
    assert {item.decision for item in plan.of("orders")} == {Decision.IMPORTED}
    assert "record.number-twice" in {one.code for one in plan.findings}


def test_an_order_typed_in_another_way_is_the_same_order(tmp_path: Path) -> None:
    """1500 and 1,500.00 are one amount, Nord AB and NORD A.B. one customer: it may not come in twice."""
    files = [
        written(tmp_path / "Li.xlsx", "Orders", [HEADINGS, *([f"PI-{n}", f"2025-03-1{n}", "Nord AB", "USD", 1500] for n in range(4))]),
        written(tmp_path / "Tom.xlsx", "Orders", [HEADINGS, *([f"PI-{n}", f"2025-03-1{n}", "NORD A.B.", "USD", "1,500.00"] for n in range(4))]),
    ]  # fmt: skip
    plan = adoption.plan(files, BOOK)
    assert plan.counts() == {"orders": {"imported": 4, "known": 4}}
    assert [one.code for one in plan.findings] == ["record.written-twice"] * 4


def test_an_order_of_two_customers_is_asked(tmp_path: Path) -> None:
    files = [write(tmp_path / "Li.xlsx", 100), write(tmp_path / "Tom.xlsx", 100, customer="Süd KG", second=8)]
    plan = adoption.plan(files, BOOK)
    (asked,) = plan.asked
    assert asked.code == "record.conflict"
    assert asked.candidates == (
        "Li.xlsx!Orders!A2:E2: 2025-03-04 USD 100 Nord AB", "Tom.xlsx!Orders!A2:E2: 2025-03-04 USD 100 Süd KG",
    )  # fmt: skip
    answers = Answers({(asked.where, asked.code): asked.candidates[1]})
    taken = adoption.plan(files, BOOK, answers=answers).of("orders", Decision.IMPORTED)
    assert [(item.value("number"), item.value("customer")) for item in taken] == [
        ("PI-2", "Nord AB"), ("PI-1", "Süd KG"), ("PI-2", "Süd KG"),
    ]  # fmt: skip


def test_a_receipt_in_two_peoples_workbooks_is_one(tmp_path: Path) -> None:
    """Two equal receipts of one sheet are two; the sheet of a colleague that has them, too, brings nothing new."""
    heads = ["Value date", "Payer", "Currency", "Amount received"]
    rows = [
        ["2025-03-11", "Nord AB", "USD", 1500],
        ["2025-03-11", "Nord AB", "USD", 1500],
        ["2025-03-12", "Süd KG", "EUR", 9],
    ]
    typed = [
        ["2025-03-11", "Nord AB", "USD", "1,500.00"],
        ["2025-03-12", "Süd KG", "EUR", 9],
        ["2025-03-13", "Süd KG", "EUR", 9],
    ]
    files = [
        written(tmp_path / "Li.xlsx", "Receipts", [heads, *rows]),
        written(tmp_path / "Tom.xlsx", "Receipts", [heads, *typed]),
    ]
    plan = adoption.plan(files, BOOK)
    assert plan.counts() == {"receipts": {"imported": 4, "known": 2}}
    told = [one for one in plan.findings if one.code == "record.in-two-files"]
    assert [(one.where, one.details["other"]) for one in told] == [
        ("Tom.xlsx!Receipts!A2:D2", "Li.xlsx!Receipts!A2:D2"), ("Tom.xlsx!Receipts!A3:D3", "Li.xlsx!Receipts!A4:D4"),
    ]  # fmt: skip
    with Register.create(tmp_path / "register.sqlite") as register:
        adoption.plan(files[:1], BOOK, register).apply(register, "test")
        adoption.plan(files[1:], BOOK, register).apply(register, "test")
        apart = register.count("receipts")
    with Register.create(tmp_path / "together.sqlite") as register:
        plan.apply(register, "test")
        assert register.count("receipts") == apart == 4
