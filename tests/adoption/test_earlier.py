"""A workbook that was adopted before and comes back changed: what changed is brought, asked or told, never dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from workbench import adoption
from workbench.adoption import Answers, Plan
from workbench.errors import ConfigurationError
from workbench.rates import RateBook
from workbench.register import Register

BOOK = RateBook.embedded()
Rows = list[list[object]]
ORDERS: Rows = [
    ["Order no.", "Order date", "Customer", "Currency", "Amount", "Note"],
    ["Q-1", date(2026, 3, 1), "Alpha AG", "EUR", 1000, "urgent"],
    ["Q-2", date(2026, 3, 2), "Beta SA", "USD", 2000, None],
    ["Q-3", date(2026, 3, 3), "Gamma KK", "JPY", 300000, None],
]
RECEIPTS: Rows = [
    ["Value date", "Payer", "Amount", "Currency", "Reference"],
    [date(2026, 4, 1), "Alpha AG", 500, "EUR", "TT1"],
    [date(2026, 4, 1), "Alpha AG", 500, "EUR", "TT1"],
    [date(2026, 4, 2), "Beta SA", 700, "USD", "TT2"],
]
COSTS: Rows = [["Order no.", "Supplier", "Purchase amount (CNY)", "Freight (USD)"], ["Q-1", "Factory", 500, 20]]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "register.sqlite", base_currency="CNY", actor="li.na") as made:
        yield made


def planned(
    folder: Path, register: Register, sheets: Mapping[str, Rows], answers: Answers | None = None, rows: int = 0
) -> Plan:
    book = xlsxwriter.Workbook(str(folder / "Book.xlsx"), {"default_date_format": "yyyy-mm-dd"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(lines):
            sheet.write_row(number, 0, row)
    book.close()
    chosen = adoption.Part(rows)
    return adoption.plan([folder / "Book.xlsx"], BOOK, register, answers=answers, part=chosen)


def told(plan: Plan) -> dict[str, str]:
    return {one.code: one.message for one in plan.findings}


def test_the_same_rows_elsewhere_say_nothing(register: Register, tmp_path: Path) -> None:
    planned(tmp_path, register, {"Orders": ORDERS, "Bank": RECEIPTS, "Costs": COSTS}).apply(register, "li.na")
    moved = {"Aufträge": [ORDERS[0], *ORDERS[:0:-1]], "Bank in": [RECEIPTS[0], *RECEIPTS[:0:-1]], "Costs": COSTS}
    inserted = [[*row[:2], "ZZ" if number else "Salesperson", *row[2:]] for number, row in enumerate(ORDERS)]
    for sheets in (moved, {**moved, "Aufträge": inserted}):
        plan = planned(tmp_path, register, sheets)
        assert plan.counts() == {"orders": {"known": 3}, "receipts": {"known": 3}, "costs": {"known": 2}}
        assert plan.findings == []
        assert plan.apply(register, "li.na") is None


def test_rows_that_are_gone_or_edited_are_told(register: Register, tmp_path: Path) -> None:
    planned(tmp_path, register, {"Orders": ORDERS}).apply(register, "li.na")
    plan = planned(
        tmp_path, register, {"Orders": [*ORDERS[:2], ["Q-3", date(2026, 3, 3), "Gamma K.K.", "JPY", 300000, "x"]]}
    )
    assert plan.counts()["orders"] == {"known": 2}
    assert told(plan) == {
        "record.gone": "the register has O-000002 Q-2 2026-03-02 USD 2000.00 from this workbook, where it no longer stands",
        "record.edited": "Q-3 was edited in the sheet since it was adopted (Customer: Gamma KK → Gamma K.K.; Note:  → x); "
        "the register keeps what it has",
    }
    assert planned(tmp_path, register, {"Orders": ORDERS}, rows=1).findings == []  # a trial leaves rows out itself


def test_a_corrected_receipt_is_not_taken_a_second_time(register: Register, tmp_path: Path) -> None:
    planned(tmp_path, register, {"Bank": RECEIPTS}).apply(register, "li.na")
    changed = {"Bank": [*RECEIPTS[:3], [date(2026, 4, 2), "Beta SA", 750, "USD", "TT2"]]}
    plan = planned(tmp_path, register, changed)
    assert plan.counts()["receipts"] == {"known": 2, "held": 1}
    (question,) = plan.asked
    assert (question.code, question.candidates) == ("record.perhaps-corrected", ("new", "same"))
    assert "R-000003 Beta SA 2026-04-02 USD 700.00" in question.message
    assert plan.apply(register, "li.na") is not None  # what is told is kept
    assert len(register.rows("receipts")) == 3
    place = (question.where, question.code)
    same = planned(tmp_path, register, changed, Answers({place: "same"}))
    assert (same.counts()["receipts"], same.asked) == ({"known": 3}, [])
    with pytest.raises(ConfigurationError, match="maybe"):
        planned(tmp_path, register, changed, Answers({place: "maybe"}))
    planned(tmp_path, register, changed, Answers({place: "new"})).apply(register, "li.na")
    assert len(register.rows("receipts")) == 4
    further = {"Bank": [*RECEIPTS, [date(2026, 4, 9), "Zeta", 9, "USD", "TT9"]]}
    assert planned(tmp_path, register, further).counts()["receipts"] == {"known": 3, "imported": 1}


def test_a_corrected_cost_is_not_taken_a_second_time(register: Register, tmp_path: Path) -> None:
    planned(tmp_path, register, {"Orders": ORDERS, "Costs": COSTS}).apply(register, "li.na")
    changed = [COSTS[0], ["Q-1", "Factory", 555, 20]]
    plan = planned(tmp_path, register, {"Orders": ORDERS, "Costs": changed})
    assert plan.counts()["costs"] == {"held": 1, "known": 1}
    assert [one.code for one in plan.asked] == ["record.perhaps-corrected"]
