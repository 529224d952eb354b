"""Settlement in a shared register: answers, a month end, its lock and the workbook, on PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.register.conftest import postgres_server  # noqa: F401 - a fixture
from tests.settlement.firm import make_firm, rate_book, receipt
from workbench.matching import run
from workbench.register import InvalidRows
from workbench.reports import write_register_workbook
from workbench.settlement import answers
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books
from workbench.settlement.closing import close_month, month_end, reopen_month
from workbench.settlement.control import control_totals

BOOK = rate_book()
MARCH = date(2026, 3, 31)


def test_the_whole_way(postgres_server: str, tmp_path: Path) -> None:  # noqa: F811
    rows = (receipt("15100", "2026-03-01", 1), receipt("70", "2026-04-20", 2), receipt("9", "2026-04-22", 3))
    with make_firm(postgres_server, *rows) as register:
        run(register, BOOK, "li.na", bar=Decimal(1))
        with register.changeset(origin="receipts", reason="deposit", author="li.na") as cs:
            answers.pay(cs, BOOK, "R-000001", [Chosen("I-000001")], "li.na")
            answers.reject(cs, "R-000002", "li.na")
        closed, _number = close_month(register, MARCH, "li.na", book=BOOK)
        late = register.changeset(origin="test", reason="late", author="li.na")
        with pytest.raises(InvalidRows, match="closed"), late as cs:
            cs.insert("receipts", [receipt("1", "2026-03-31", 9)])
        assert month_end(register, MARCH, book=BOOK).fingerprint == closed.fingerprint
        assert all(one.agrees for one in control_totals(Books.of(register)))
        made = write_register_workbook(register, BOOK, tmp_path / "r.xlsx", language="en", as_of=date(2026, 4, 30))
        assert made.rows["Month end"] == len(closed.lines) > 0
        sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Unmatched"]
        assert [row[0].value for row in sheet.iter_rows(min_row=5) if row[0].value] == ["R-000003"]
        reopen_month(register, MARCH, "li.na", "a late invoice")
        assert register.verify().ok
