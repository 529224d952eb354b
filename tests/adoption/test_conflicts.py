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

BOOK = RateBook.embedded()
HEADINGS = ["Order No.", "Order date", "Customer", "Currency", "Amount"]


def write(path: Path, amount: int, *, customer: str = "Nord AB", day: date = date(2025, 3, 4)) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    for row, values in enumerate([HEADINGS, ["PI-1", day, customer, "USD", amount], ["PI-2", day, customer, "USD", 7]]):
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


@pytest.mark.parametrize("other", [{"customer": "Süd KG"}, {"day": date(2026, 3, 4)}])
def test_orders_that_only_share_a_number_are_all_taken(tmp_path: Path, other: dict[str, object]) -> None:
    files = [write(tmp_path / "Li.xlsx", 100), write(tmp_path / "Tom.xlsx", 120, **other)]  # type: ignore[arg-type]
    plan = adoption.plan(files, BOOK)
    assert {item.decision for item in plan.of("orders")} == {Decision.IMPORTED}
    assert "record.number-twice" in {one.code for one in plan.findings}
