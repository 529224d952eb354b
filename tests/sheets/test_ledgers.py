"""Tables whose figures prove what they are: running balances, two sides, payments with what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.sheets.writing import Rows, written
from workbench.sheets import Record, Role, Table, TableMap, find_tables, map_tables, read, read_records


def _read(path: Path, *sheets: Rows) -> tuple[list[TableMap | None], list[Record]]:
    made = read(written(path, *sheets, name="Sheet1"))
    tables: list[Table] = [table for sheet in made.sheets for table in find_tables(sheet).tables]
    mapped = map_tables(tables)
    return mapped, [one for table in mapped if table for one in read_records(table, made)]


def _said(records: Sequence[Record], *names: str) -> list[tuple[object, ...]]:
    return [tuple(record.values.get(name) for name in names) for record in records]


def _bank(*entries: tuple[str, float, str], marks: bool = True) -> Rows:
    balance = 1000.0
    rows: list[list[object]] = [
        ["Incoming payments EUR"], [None],
        ["Value date", "Payer", "Bank ref.", "Amount received", *(["Dr/Cr"] if marks else []), "Balance"],
        [None, "Opening balance", None, None, *([None] if marks else []), balance],
    ]  # fmt: skip
    for number, (payer, amount, side) in enumerate(entries, 1):
        balance += amount if side == "Cr" else -amount
        day = date(2026, 1, number)
        rows.append([day, payer, f"TT{number:04d}", amount, *([side] if marks else []), balance])
    rows.append([None, "Closing balance", None, None, *([None] if marks else []), balance])
    return rows


ENTRIES = (
    ("Nord AB", 250.5, "Cr"),
    ("Our bank", 12.25, "Dr"),
    ("Süd KG", 900, "Cr"),
    ("Ost SA", 75.75, "Cr"),
    ("Our bank", 3.1, "Dr"),
    ("Nord AB", 60, "Cr"),
)


def test_only_credits_of_a_bank_list_are_receipts(tmp_path: Path) -> None:
    for marks in (True, False):
        mapped, records = _read(tmp_path / f"{marks}.xlsx", _bank(*ENTRIES, marks=marks))
        assert [one.kind for one in mapped if one] == ["receipts"]
        assert _said(records, "receipt.payer", "receipt.amount", "receipt.currency") == [
            ("Nord AB", Decimal("250.5"), "EUR"), ("Süd KG", Decimal(900), "EUR"),
            ("Ost SA", Decimal("75.75"), "EUR"), ("Nord AB", Decimal(60), "EUR"),
        ]  # fmt: skip


def _account(*heads: str, code: str = "S-") -> Rows:
    rows: list[list[object]] = [
        ["Account: Nord AB (EUR)"], [None],
        ["Date", "Text", "Order no.", *heads],
        [None, "Opening balance", None, None, None, 500],
    ]  # fmt: skip
    balance = 500.0
    for number, (order, plus, minus) in enumerate(
        [(1, 100.5, None), (2, 300, None), (1, None, 100.5), (3, 50, None), (2, None, 120), (2, None, 180)], 1
    ):
        balance += (plus or 0) - (minus or 0)
        said = f"{code if plus else 'S-'}{order}"
        rows.append([date(2026, 1, number), "Entry", said, plus, minus, balance])
    rows.append([None, "Closing balance", None, 450.5, 400.5, balance])
    return rows


def test_a_running_account_holds_orders_and_receipts(tmp_path: Path) -> None:
    for heads in (("Debit", "Credit", "Balance"), ("Out", "In", "Rest")):
        _mapped, records = _read(tmp_path / f"{heads[0]}.xlsx", _account(*heads))
        orders = [record for record in records if record.kind == "orders"]
        receipts = [record for record in records if record.kind == "receipts"]
        assert _said(orders, "order.number", "order.amount", "order.currency") == [
            ("S-1", Decimal("100.5"), "EUR"), ("S-2", Decimal(300), "EUR"), ("S-3", Decimal(50), "EUR"),
        ]  # fmt: skip
        assert _said(receipts, "receipt.order_number", "receipt.amount", "receipt.date") == [
            ("S-1", Decimal("100.5"), date(2026, 1, 3)), ("S-2", Decimal(120), date(2026, 1, 5)),
            ("S-2", Decimal(180), date(2026, 1, 6)),
        ]  # fmt: skip
        assert len(receipts) + len(orders) == len(records)


def test_moves_in_and_out_that_nothing_explains_are_left_to_be_asked(tmp_path: Path) -> None:
    mapped, records = _read(tmp_path / "t.xlsx", _account("In", "Out", "Stock", code="Z-"))
    assert mapped == [None]
    assert not records


def _two_sides() -> Rows:
    return [
        ["Customer account: Nord AB (EUR)"], [None],
        ["Debit", None, None, "Credit"],
        ["Order date", "Order no.", "Amount", "Received on", "Bank ref.", "For order", "Amount paid"],
        [date(2026, 1, 2), "S-1", 100.5, date(2026, 1, 9), "TT1", "S-2", 30],
        [date(2026, 1, 5), "S-2", 90, date(2026, 1, 20), "TT2", "S-1", 100.5],
        [None, None, None, date(2026, 2, 1), "TT3", "S-2", 60],
        ["Total", None, 190.5, None, None, None, 190.5],
    ]  # fmt: skip


def test_the_sides_of_an_account_are_two_tables(tmp_path: Path) -> None:
    mapped, records = _read(tmp_path / "t.xlsx", _two_sides())
    assert [(one.kind, str(one.table.box)[-2:]) for one in mapped if one] == [("orders", "C6"), ("receipts", "G7")]
    assert _said(records[:2], "order.number", "order.customer", "order.amount", "order.currency") == [
        ("S-1", "Nord AB", Decimal("100.5"), "EUR"), ("S-2", "Nord AB", Decimal(90), "EUR"),
    ]  # fmt: skip
    assert _said(records[2:], "receipt.order_number", "receipt.amount", "receipt.reference") == [
        ("S-2", Decimal(30), "TT1"), ("S-1", Decimal("100.5"), "TT2"), ("S-2", Decimal(60), "TT3"),
    ]  # fmt: skip


def _beside(*, day_first: bool) -> Rows:
    def pair(amount: object, day: object) -> list[object]:
        return [day, amount] if day_first else [amount, day]

    heads = ["Contract no.", "Customer", "Date", "Ccy", "Value"]
    heads += [str(text) for number in "123" for text in pair(f"Tranche {number}", f"Tranche {number} when")]
    days = [date(2026, month, 3) for month in (2, 3, 4)]
    paid: dict[int, list[float]] = {1: [30, 40, 30], 2: [60.5], 3: [], 4: [10, 15], 5: [25]}
    rows: list[list[object]] = [[*heads, "Still open"]]
    for number, amounts in paid.items():
        cells = [cell for amount, day in zip(amounts, days, strict=False) for cell in pair(amount, day)]
        cells += [None] * (6 - len(cells))
        whole = 100.0 * number
        rows.append([f"S-{number}", "Nord AB", date(2026, 1, number), "EUR", whole, *cells, whole - sum(amounts)])
    return rows


def test_payments_beside_an_order_are_proven_by_what_is_open(tmp_path: Path) -> None:
    for day_first in (False, True):
        _mapped, records = _read(tmp_path / f"{day_first}.xlsx", _beside(day_first=day_first))
        orders = [record for record in records if record.kind == "orders"]
        receipts = [record for record in records if record.kind == "receipts"]
        assert [record.values["order.amount"] for record in orders] == [100, 200, 300, 400, 500]
        assert [record.values["order.balance"] for record in orders] == [0, Decimal("139.5"), 300, 375, 475]
        assert _said(receipts, "receipt.order_number", "receipt.amount", "receipt.date")[2:5] == [
            ("S-1", Decimal(30), date(2026, 4, 3)), ("S-2", Decimal("60.5"), date(2026, 2, 3)),
            ("S-4", Decimal(10), date(2026, 2, 3)),
        ]  # fmt: skip


def test_a_line_to_sign_is_no_receipt(tmp_path: Path) -> None:
    mapped, records = _read(
        tmp_path / "t.xlsx",
        [
            ["Value date", "Bank ref.", "Amount received EUR"],
            [date(2026, 1, 2), "TT1", 10], [date(2026, 1, 3), "TT2", 20], [None],
            ["Aufgestellt: ______", None, "Geprüft: ______"],
        ],
    )  # fmt: skip
    assert [record.values["receipt.amount"] for record in records] == [10, 20]
    assert [role for one in mapped if one for role in one.table.rows.values()][-1] is Role.SIGNATURE
