"""The register's own workbook, closed, in both languages: fresh, edited, pushed, pulled and brought up to date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.doctor import examine
from workbench.money import CURRENCIES
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import fresh_image, write_bound_workbook
from workbench.sync import pull, push, status
from workbench.sync.closed import ClosedFile
from workbench.sync.examining import examine_binding

DAY = date(2026, 4, 1)
SHEETS = {"en": ("Orders", "Today", "Conflicts"), "zh": ("订单", "今日", "冲突")}


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workbook(register: Register, tmp_path: Path, language: str) -> Path:
    with register.changeset(origin="test", reason="more", author="test") as cs:
        for order in register.rows("orders"):
            cs.insert(
                "instalments",
                [{"order_id": order["id"], "sequence": 1, "kind": "full", "due_date": date(2026, 3, 30),
                  "currency": order["currency"], "amount": order["amount"]}],
            )  # fmt: skip
        cs.insert("tasks", [{"summary": "call", "state": "open", "customer_id": "C-000001", "due_date": DAY}])
        cs.insert("contacts", [{"customer_id": "C-000002", "name": "Ms. Ng"}])
    path = tmp_path / "Register.xlsx"
    write_bound_workbook(register, load_book(register), path, language=language, author="li.na", as_of=DAY)
    return path


def refreshed(register: Register, path: Path) -> Any:
    rates = load_book(register)
    return pull(
        register,
        ClosedFile(path),
        author="li.na",
        fresh=lambda language, views: fresh_image(register, rates, language, views, DAY),
    )


class Sheet:
    """A sheet of a file by ids and by the fields behind its columns, through openpyxl."""

    def __init__(self, path: Path, register: Register, table: str) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)
        binding = next(row for row in register.rows("bindings") if row["table_name"] == table)
        self.sheet = self.book[binding["sheet"]]
        self.fields = {one["field"]: one["heading"] for one in binding["columns"]["columns"] if one["field"]}
        self.columns = binding["columns"]
        self.head = next(
            row for row in range(1, 12) if any(cell.value == self.columns["key"] for cell in self.sheet[row])
        )
        self.at = {cell.value: cell.column for cell in self.sheet[self.head] if cell.value}

    def cell(self, row_id: str, name: str) -> Any:
        key = self.at[self.columns["key"]]
        row = next(
            one for one in range(self.head + 1, self.sheet.max_row + 1) if self.sheet.cell(one, key).value == row_id
        )
        return self.sheet.cell(row, self.at[self.fields.get(name, name)])

    def save(self) -> None:
        self.book.save(self.path)


def test_fresh_workbooks_have_nothing_to_tell(register: Register, workbook: Path) -> None:
    told = status(register, ClosedFile(workbook)).as_dict()
    assert {told[name] for name in ("pending", "created", "updated", "refreshed", "added", "gone")} == {0}
    assert not told["refused"]
    assert not told["asked"]
    assert not told["notes"]
    assert refreshed(register, workbook).refreshed <= 3  # the lines that tell the newest changeset
    before = workbook.read_bytes()
    assert refreshed(register, workbook).refreshed == 0
    assert push(register, ClosedFile(workbook), author="li.na").changeset is None
    assert workbook.read_bytes() == before


def test_edits_conflicts_and_refusals_show_in_the_sheet(register: Register, workbook: Path, language: str) -> None:
    _orders, _today, conflicts = SHEETS[language]
    with register.changeset(origin="test", reason="x", author="wang.wei") as cs:
        cs.update("orders", "O-000002", {"note": "his"})
        cs.update("orders", "O-000003", {"salesperson": "ana"})
    mine = Sheet(workbook, register, "orders")
    mine.cell("O-000001", "amount").value = 1234.5
    mine.cell("O-000002", "note").value = "mine"
    mine.cell("O-000004", "amount").value = "twelve"
    computed = next(one for one in mine.columns["sealed"] if one not in mine.fields.values())
    mine.cell("O-000005", computed).value = "typed over"
    mine.save()

    told = push(register, ClosedFile(workbook), author="li.na")
    assert sorted(one.code for one in told.refused) == ["cell.amount-unreadable", "sync.computed"]
    assert register.get("orders", "O-000001")["amount"] == Decimal("1001.50")
    sheet = Sheet(workbook, register, "orders")
    assert sheet.cell("O-000004", "amount").comment is not None
    assert sheet.cell("O-000004", sheet.columns["marks"]).value == "|amount|"
    assert sheet.cell("O-000004", sheet.columns["state"]).value
    assert sheet.cell("O-000003", "salesperson").value == "ana"
    assert conflicts in sheet.book.sheetnames

    sheet.cell("O-000004", "amount").value = 12
    sheet.cell("O-000005", computed).value = None
    keep = next(cell for cell in sheet.book[conflicts][2] if cell.column == 9)
    keep.value = "mine"
    sheet.save()
    told = push(register, ClosedFile(workbook), author="li.na")
    if told.refused:  # the computed cell was not empty before: a pull brings it back
        assert [one.code for one in told.refused] == ["sync.computed"]
        refreshed(register, workbook)
        told = push(register, ClosedFile(workbook), author="li.na")
    assert told.refused == []
    assert register.get("orders", "O-000001")["amount"] == Decimal("1234.50")
    assert register.get("orders", "O-000002")["note"] == "mine"
    after = Sheet(workbook, register, "orders")
    assert conflicts not in after.book.sheetnames
    assert after.cell("O-000004", "amount").comment is None
    assert after.cell("O-000004", after.columns["marks"]).value is None


def test_pull_brings_computed_cells_and_pages_up_to_date(register: Register, workbook: Path, language: str) -> None:
    _orders, today, _conflicts = SHEETS[language]
    with register.changeset(origin="test", reason="x", author="boss") as cs:
        cs.insert("customers", [{"legal_name": "Nouveau SARL"}])
        cs.update("instalments", "I-000001", {"amount": Decimal("500.00")})
        (order,) = cs.insert("orders", [{"number": "SO-77", "customer_id": "C-000001", "order_date": DAY, "currency": "JPY",
                                         "amount": Decimal(777)}])  # fmt: skip
        cs.insert("instalments", [{"order_id": order, "sequence": 1, "kind": "full", "due_date": DAY, "currency": "JPY",
                                   "amount": Decimal(777)}])  # fmt: skip
    told = refreshed(register, workbook)
    assert told.added == 3
    assert told.refreshed > 3
    sheet = Sheet(workbook, register, "instalments")
    opened = next(one for one in sheet.columns["sealed"] if one in ("Open", "未结", "未收", "未结金额", "Open amount"))
    assert sheet.cell("I-000001", opened).value == 500
    assert sheet.cell("I-000007", opened).value == 777
    assert sheet.cell("I-000007", "amount").number_format == sheet.cell("I-000002", "amount").number_format
    assert today in sheet.book.sheetnames
    again = status(register, ClosedFile(workbook))
    assert (again.edits, again.refused, again.refreshed, again.added) == (0, [], 0, 0)
    assert refreshed(register, workbook).refreshed == 0


def test_a_view_of_open_orders_has_their_instalments_only(register: Register, tmp_path: Path) -> None:
    with register.changeset(origin="test", reason="more", author="test") as cs:
        for order in register.rows("orders"):
            part = {"order_id": order["id"], "sequence": 1, "kind": "full", "currency": order["currency"]}
            cs.insert("instalments", [part | {"amount": order["amount"]}])
        cs.update("orders", "O-000002", {"status": "paid"})
        cs.update("customers", "C-000001", {"owner": "li.na"})
    path = tmp_path / "Mine.xlsx"
    where = {"orders": {"status": ["open", "shipped"]}, "customers": {"owner": "li.na"}}
    write_bound_workbook(register, load_book(register), path, language="en", author="li.na", as_of=DAY, where=where)
    told = status(register, ClosedFile(path))
    assert (told.asked, told.added) == ([], 0)
    ours = {row["id"] for row in register.rows("orders", {"customer_id": "C-000001"})}
    with register.changeset(origin="test", reason="x", author="boss") as cs:
        for row_id in ours:
            cs.update("orders", row_id, {"status": "paid"})
        cs.update("orders", "O-000002", {"status": "open", "customer_id": "C-000001"})
    told = status(register, ClosedFile(path))
    assert told.asked == []
    assert told.added == 2  # the order that came into view, and its instalment
    rates = load_book(register)
    pull(register, ClosedFile(path), author="li.na",
         fresh=lambda language, views: fresh_image(register, rates, language, views, DAY))  # fmt: skip
    assert status(register, ClosedFile(path)).added == 0


def test_the_doctor_knows_what_waits(register: Register, workbook: Path) -> None:
    with register.changeset(origin="test", reason="x", author="wang.wei") as cs:
        cs.update("orders", "O-000002", {"note": "his"})
    assert not [one.code for one in examine_binding(register, workbook)]
    sheet = Sheet(workbook, register, "orders")
    sheet.cell("O-000002", "note").value = "mine"
    sheet.cell("O-000004", "amount").value = "twelve"
    sheet.save()
    told = examine(workbook, also=[lambda path: examine_binding(register, path)])
    assert {"sync.conflict", "cell.amount-unreadable"} <= {one.code for one in told.findings}
    assert not told.healthy
    sheet.sheet.cell(sheet.head, sheet.at[sheet.columns["key"]]).value = "?"
    sheet.sheet.delete_cols(sheet.at[sheet.columns["key"]])
    sheet.save()
    assert "sync.unusable" in [one.code for one in examine_binding(register, workbook)]


def test_an_empty_register_may_grow_into_its_workbook(tmp_path: Path) -> None:
    """The page of rates has room for the currencies that come with the first import; no table is run over."""
    with Register.create(tmp_path / "new.sqlite", base_currency="CNY", actor="li.na") as register:
        path = tmp_path / "New.xlsx"
        write_bound_workbook(register, load_book(register), path, language="en", author="li.na", as_of=DAY)
        _add_orders(register, ("USD", "EUR", "GBP", "JPY"))
        report = refreshed(register, path)
        assert (report.added, report.notes) == (9, [])
        rates = openpyxl.load_workbook(path)["Rates"]
        assert [rates.cell(row, 1).value for row in range(7, 11)] == ["EUR→CNY", "GBP→CNY", "JPY→CNY", "USD→CNY"]
        _add_orders(register, tuple(sorted(CURRENCIES)[:30]))
        report = refreshed(register, path)
        assert [(one.code, one.value) for one in report.notes] == [("sync.page-outgrown", "Rates")]
        assert openpyxl.load_workbook(path)["Rates"]["A7"].value == "EUR→CNY"


def _add_orders(register: Register, currencies: tuple[str, ...]) -> None:
    with register.changeset(origin="test", reason="orders", author="test") as cs:
        (customer,) = cs.insert("customers", [{"legal_name": f"Buyer of {len(currencies)}"}])
        orders = [
            {"number": f"N{len(currencies)}-{code}", "customer_id": customer, "order_date": DAY, "currency": code,
             "amount": Decimal(100)}
            for code in currencies
        ]  # fmt: skip
        ids = cs.insert("orders", orders)
        parts = [
            {"order_id": row_id, "sequence": 1, "kind": "full", "currency": code, "amount": Decimal(100)}
            for row_id, code in zip(ids, currencies, strict=True)
        ]
        cs.insert("instalments", parts)
