"""A sheet of the firm's own, bound: everything that is theirs stays byte for byte, and both sides keep up."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from workbench.errors import ConfigurationError, FileRefused
from workbench.register import FieldKind, Register
from workbench.sync import pull, push, status
from workbench.sync.closed import ClosedFile
from workbench.sync.foreign import bind_sheet, share_column


@pytest.fixture
def old_sheet(tmp_path: Path) -> Path:
    """An order list as a salesperson keeps it, with a chart, formulas, a formatted remark column and a second sheet."""
    path = tmp_path / "Orders 2026.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["Order no.", "Customer", "Order date", "Currency", "Amount", "Remark", "Doubled"])
    rows = [
        ("SO-0001", "Customer 2 Ltd", date(2026, 3, 2), "EUR", 1001.5, "call them"),
        ("SO-0002", "Customer 3 Ltd", date(2026, 3, 3), "JPY", 1002, ""),
        ("SO-0004", "Customer 2 Ltd", date(2026, 3, 5), "EUR", 1111.0, "changed here"),
        ("SO-NEW", "Customer 1 Ltd", date(2026, 5, 5), "USD", 42, ""),
    ]
    for number, (order, customer, when, currency, amount, remark) in enumerate(rows, 1):
        sheet.write_row(number, 0, [order, customer])
        sheet.write_datetime(number, 2, when, day)
        sheet.write(number, 3, currency)
        sheet.write_number(number, 4, amount, money)
        sheet.write(number, 5, remark)
        sheet.write_formula(number, 6, f"=E{number + 1}*2", money, amount * 2)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Orders!$E$2:$E$5"})
    sheet.insert_chart("J2", chart)
    sheet.conditional_format("E2:E5", {"type": "data_bar"})
    book.add_worksheet("Private").write(0, 0, "leave me alone")
    book.close()
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_an_old_sheet_lives_on(register: Register, old_sheet: Path) -> None:
    before = parts(old_sheet)
    made = bind_sheet(register, old_sheet, "Orders", author="li.na")
    assert made.table == "orders"
    assert made.columns == {"Order no.": "number", "Customer": "customer_id", "Order date": "order_date",
                            "Currency": "currency", "Amount": "amount", "Remark": "note"}  # fmt: skip
    assert (made.linked, made.new, made.private) == (3, 1, ["Doubled"])

    told = status(register, ClosedFile(old_sheet))
    assert (told.created, told.edits, told.refused) == (1, 3, [])
    pushed = push(register, ClosedFile(old_sheet), author="li.na")
    assert pushed.refused == []
    assert pushed.changeset
    assert register.get("orders", "O-000004")["amount"] == Decimal("1111.00")
    assert register.get("orders", "O-000004")["note"] == "changed here"
    assert register.rows("orders", {"number": "SO-NEW"})[0]["amount"] == Decimal("42.00")

    with register.changeset(origin="x", reason="x", author="boss") as cs:
        cs.update("orders", "O-000001", {"amount": Decimal("9.99")})
    told = pull(register, ClosedFile(old_sheet), author="li.na")
    assert (told.refreshed, told.added, told.asked) == (1, 0, [])
    sheet = openpyxl.load_workbook(old_sheet)["Orders"]
    assert sheet["E2"].value == 9.99
    assert [sheet.cell(row, 1).value for row in range(2, 7)] == ["SO-0001", "SO-0002", "SO-0004", "SO-NEW", None]
    assert sheet["G2"].value == "=E2*2"

    after = parts(old_sheet)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml",
        "xl/charts/chart1.xml",
    }  # fmt: skip
    assert status(register, ClosedFile(old_sheet)).edits == 0


def test_a_bound_sheet_may_show_a_view(register: Register, old_sheet: Path) -> None:
    bind_sheet(register, old_sheet, "Orders", author="li.na", view={"status": "open"})
    told = pull(register, ClosedFile(old_sheet), author="li.na")
    assert (told.added, told.asked) == (3, [])
    sheet = openpyxl.load_workbook(old_sheet)["Orders"]
    assert [sheet.cell(row, 1).value for row in range(2, 9)] == [
        "SO-0001", "SO-0002", "SO-0004", "SO-NEW", "SO-0003", "SO-0005", "SO-0006",
    ]  # fmt: skip
    assert sheet["G6"].value == "=E6*2"
    assert sheet["C6"].number_format == "yyyy-mm-dd"


def test_a_private_column_becomes_a_field_when_its_owner_says_so(register: Register, old_sheet: Path) -> None:
    bind_sheet(register, old_sheet, "Orders", author="li.na", columns={"Remark": ""})
    push(register, ClosedFile(old_sheet), author="li.na")
    assert register.get("orders", "O-000001")["note"] is None
    name = share_column(register, old_sheet, "Orders", "Remark", FieldKind.TEXT, author="li.na", name="our_remark")
    assert name == "our_remark"
    told = push(register, ClosedFile(old_sheet), author="li.na")
    assert told.refused == []
    assert register.get("orders", "O-000001")["custom"] == {"our_remark": "call them"}
    with pytest.raises(ConfigurationError):
        share_column(register, old_sheet, "Orders", "Remark", FieldKind.TEXT, author="li.na")


def test_what_cannot_be_bound_says_why(register: Register, old_sheet: Path, tmp_path: Path) -> None:
    for sheet, columns, words in (
        ("Nowhere", {}, "Private"),
        ("Private", {}, "exactly one"),
        ("Orders", {"Nothing": "amount"}, "Order no."),
        ("Orders", {"Remark": "smell"}, "amount"),
    ):
        with pytest.raises(ConfigurationError) as refused:
            bind_sheet(register, old_sheet, sheet, author="li.na", columns=columns)
        assert words in str(refused.value)
    bind_sheet(register, old_sheet, "Orders", author="li.na")
    with pytest.raises(ConfigurationError, match="already"):
        bind_sheet(register, old_sheet, "Orders", author="li.na")
    assert len(register.rows("bindings")) == 1


def test_a_file_that_somebody_has_open_is_left_alone(register: Register, old_sheet: Path) -> None:
    for mark in (f".~lock.{old_sheet.name}#", f"~${old_sheet.name}"):
        lock = old_sheet.with_name(mark)
        lock.write_text("somebody")
        with pytest.raises(FileRefused, match="open in a spreadsheet"):
            bind_sheet(register, old_sheet, "Orders", author="li.na")
        with pytest.raises(FileRefused, match="open in a spreadsheet"):
            push(register, ClosedFile(old_sheet), author="li.na")
        lock.unlink()


def test_earlier_versions_are_kept(register: Register, old_sheet: Path) -> None:
    bind_sheet(register, old_sheet, "Orders", author="li.na", keep=2)
    for number in range(4):
        with register.changeset(origin="x", reason="x", author="boss") as cs:
            cs.update("orders", "O-000001", {"note": f"n{number}"})
        pull(register, ClosedFile(old_sheet, keep=2), author="li.na", restore=True)
    kept = list((old_sheet.parent / f".{old_sheet.stem}.xlsx.backups").iterdir())
    assert len(kept) == 2
    assert all(openpyxl.load_workbook(one)["Private"]["A1"].value == "leave me alone" for one in kept)
