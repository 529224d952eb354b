"""Pull and push on a workbook that is open in LibreOffice, through xlwings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlwings as xw

from tests.sync.conftest import fill
from udfs.live import LiveBook
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.sync import pull, push, status
from workbench.sync.closed import ClosedFile

pytestmark = pytest.mark.xdist_group("libreoffice")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "register.sqlite", actor="test") as made:
        fill(made)
        yield made


def test_an_open_workbook_is_synchronised_live(register: Register, tmp_path: Path, calc: xw.App) -> None:
    path = tmp_path / "Register.xlsx"
    write_bound_workbook(register, load_book(register), path, language="en", author="li.na", as_of=date(2026, 4, 1))
    book = calc.books.open(str(path))
    try:
        live = LiveBook(book)
        told = status(register, live)
        assert (told.edits, told.created, told.refused, told.conflicts) == (0, 0, [], [])
        sheet = book.sheets["Orders"]
        head = next(row for row in range(1, 10) if "Order no." in (sheet.range((row, 1), (row, 40)).value or []))
        headings = sheet.range((head, 1), (head, 60)).value
        ids = [sheet.range((row, 1)).value for row in range(head + 1, head + 7)]

        def cell(row_id: str, heading: str) -> xw.Range:
            return sheet.range((head + 1 + ids.index(row_id), headings.index(heading) + 1))

        cell("O-000001", "Amount").value = 4321.5
        cell("O-000002", "Note").value = "'=not a formula"
        cell("O-000003", "Amount").value = "twelve"
        with register.changeset(origin="x", reason="x", author="wang.wei") as cs:
            cs.update("orders", "O-000002", {"customer_po": "0042"})
            cs.insert("customers", [{"legal_name": "=HYPERLINK(1)"}])

        refused = push(register, live, author="li.na")
        assert [one.code for one in refused.refused] == ["cell.amount-unreadable"]
        assert cell("O-000003", "Sync").value
        cell("O-000003", "Amount").value = 12
        pushed = push(register, live, author="li.na")
        assert pushed.refused == []
        assert register.get("orders", "O-000001")["amount"] == Decimal("4321.50")
        assert register.get("orders", "O-000002")["note"] == "=not a formula"
        assert cell("O-000002", "Customer PO" if "Customer PO" in headings else "Customer's PO").value == "0042"
        assert cell("O-000003", "Sync").value is None
        names = book.sheets["Customers"].range((head + 1, 1), (head + 8, 12)).options(ndim=2).value
        assert any("=HYPERLINK(1)" in row for row in names)
        assert pull(register, live, author="li.na").edits == 0
        assert status(register, live).refreshed == 0
    finally:
        book.close()
    assert status(register, ClosedFile(path)).edits == 0
