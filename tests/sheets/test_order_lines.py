"""Orders told over several lines of goods with a sum under them, and rows that sums prove to be no records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sheets.writing import Rows, written
from workbench import adoption
from workbench.adoption import Decision
from workbench.rates import RateBook
from workbench.sheets import Role, find_tables, read

BOOK = RateBook.embedded()
HEADINGS = ["Order No.", "Order date", "Customer", "Currency", "Item", "Qty", "Unit price", "Amount"]


def _sheet(path: Path, rows: Rows) -> Path:
    return written(path, rows, name="Export")


def _orders(sums: Sequence[float], word: str = "Kokku") -> list[list[object]]:
    """Orders of one, two, three lines of 100, 200, 300, and a sum row with a word that no list of words has."""
    rows: list[list[object]] = [HEADINGS]
    for number, said in enumerate(sums, 1):
        for line in range(1, number + 1):
            facts = [f"PI-{number}", date(2025, 3, number), f"Firm {number} Ltd", "USD"] if line == 1 else [None] * 4
            rows.append([*facts, f"K-{line}", 10 * line, 10, 100 * line])
        rows.append([*[None] * 4, word, None, None, said])
    return rows


def test_each_order_is_taken_once_with_its_sum(tmp_path: Path) -> None:
    path = _sheet(tmp_path / "lines.xlsx", [*_orders([100, 300, 600, 1000]), ["All", *[None] * 6, 2000]])
    plan = adoption.plan([path], BOOK)
    taken = [(item.value("number"), item.value("amount"), str(item.record.box)) for item in plan.items]
    assert taken == [
        ("PI-1", 100, "A2:H3"), ("PI-2", 300, "A4:H6"), ("PI-3", 600, "A7:H10"), ("PI-4", 1000, "A11:H15"),
    ]  # fmt: skip
    assert {item.decision for item in plan.items} == {Decision.IMPORTED}
    assert [one.value for one in plan.findings if one.code == "table.lines-joined"] == ["3"]
    (account,) = plan.accounts()
    assert sum(account.by_role.values()) == account.cells


def test_an_order_whose_sum_is_not_that_of_its_lines_is_not_taken(tmp_path: Path) -> None:
    path = _sheet(tmp_path / "wrong.xlsx", _orders([100, 300, 600, 1000, 1501]))
    plan = adoption.plan([path], BOOK)
    assert [item.value("number") for item in plan.of("orders", Decision.IMPORTED)] == ["PI-1", "PI-2", "PI-3", "PI-4"]
    assert [item.value("number") for item in plan.of("orders", Decision.REFUSED)] == ["PI-5"]
    (told,) = [one for one in plan.findings if one.code == "record.lines-differ"]
    assert (told.where, told.value, told.details["said"]) == ("wrong.xlsx!Export!H21", "1500", "1501")


def test_orders_with_a_sum_for_each_customer_stay_orders(tmp_path: Path) -> None:
    """Here every line is an order with its own number; only the customer is written once."""
    rows: list[list[object]] = [["Customer", "Order No.", "Order date", "Currency", "Amount"]]
    for firm in range(1, 5):
        names = [f"Firm {firm} Ltd", None, None]
        rows += [[name, f"PI-{firm}{at}", date(2025, firm, at), "EUR", 100 * at] for at, name in enumerate(names, 1)]
        rows.append([None, None, None, "Sum", 600])
    plan = adoption.plan([_sheet(tmp_path / "grouped.xlsx", rows)], BOOK)
    assert len(plan.of("orders", Decision.IMPORTED)) == 12
    assert sum(item.value("amount") for item in plan.of("orders")) == 2400  # type: ignore[misc]


@pytest.mark.parametrize("word", ["Σε μεταφορά", "Wegkoe"])
def test_what_is_carried_from_page_to_page_is_no_receipt(tmp_path: Path, word: str) -> None:
    heads: list[object] = ["Value date", "Payer", "Bank reference", "Currency", "Amount received"]
    rows, carried = [heads], Decimal(0)
    for page in range(3):
        if page:
            rows.append([None, word, None, None, float(carried)])
        for line in range(4):
            amount = Decimal(100 * page + 7 * line) + Decimal("0.35")
            carried += amount
            rows.append(
                [
                    date(2025, page + 1, line + 1),
                    ["Nord", "Süd", "Ost", "West"][line],
                    f"TT{page}{line}",
                    "EUR",
                    float(amount),
                ]
            )
        rows.append([None, word, None, None, float(carried)])
    path = _sheet(tmp_path / "pages.xlsx", rows)
    plan = adoption.plan([path], BOOK)
    assert sum(item.value("amount") for item in plan.of("receipts", Decision.IMPORTED)) == carried  # type: ignore[misc]
    assert len(plan.items) == 12
    (table,) = find_tables(read(path).sheets[0]).tables
    assert set(table.rows.values()) == {Role.RECORD, Role.SUBTOTAL, Role.CARRIED_FORWARD}


def test_goods_with_their_orders_number_on_every_line_are_added_up(tmp_path: Path) -> None:
    heads = ["Order No.", "Order date", "Customer", "Currency", "Product", "Amount"]
    rows: list[list[object]] = [heads]
    for number in range(1, 5):
        facts = [f"PI-{number}", date(2025, 4, number), f"Nord {'ABCD'[number - 1]} Ltd", "EUR"]
        rows += [[*facts, f"K-{line}", 100 * line + 0.1] for line in range(1, number + 1)]
    rows.append([*rows[-1]])  # PI-4, K-4 once more, alike in every cell
    rows += [
        ["PI-9", date(2025, 4, 9), "Süd KG", "EUR", "K-1", 5],
        ["PI-9", date(2025, 4, 9), "Ost SA", "EUR", "K-2", 7],
    ]
    plan = adoption.plan([_sheet(tmp_path / "goods.xlsx", rows)], BOOK)
    taken = [(item.value("number"), item.value("amount"), str(item.record.box)) for item in plan.items]
    assert taken == [
        ("PI-1", Decimal("100.1"), "A2:F2"), ("PI-2", Decimal("300.2"), "A3:F4"), ("PI-3", Decimal("600.3"), "A5:F7"),
        ("PI-4", Decimal("1000.4"), "A8:F12"), ("PI-9", 5, "A13:F13"), ("PI-9", 7, "A14:F14"),
    ]  # fmt: skip
    assert [item.value("product") for item in plan.items] == ["K-1", None, None, None, "K-1", "K-2"]
    assert {one.code: one.value for one in plan.findings} == {
        "table.lines-joined": "3", "record.written-twice": "PI-4", "record.number-twice": "PI-9",
    }  # fmt: skip
    (total,) = plan.control_totals()
    assert total.sheet == Decimal("2013.0")
