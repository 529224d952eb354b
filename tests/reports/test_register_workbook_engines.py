"""A register gives the same workbook whichever engine keeps it, and all its sheets show one moment of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.reports.workbook_reading import AS_OF, table_rows
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports import TableView, write_register_workbook


@pytest.mark.xdist_group("postgres")
def test_both_engines_give_the_same_sheets(both_engines: list[Register], book: RateBook, tmp_path: Path) -> None:
    where = {"orders": {"order_date": [date(2024, 5, 1), date(2024, 5, 2), None], "status": ["part_paid", "open"]}}
    for name, wanted in (("all", None), ("view", where)):
        told = []
        for number, register in enumerate(both_engines):
            path = tmp_path / f"{name}{number}.xlsx"
            report = write_register_workbook(register, book, path, language="en", as_of=AS_OF, where=wanted)
            found = openpyxl.load_workbook(report.path)
            told.append({sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in found})
        for sheet in told[0]:
            if sheet not in {"Today", "Settings"}:  # which tell the hash of the newest changeset, and so its moment
                assert told[0][sheet] == told[1][sheet], sheet
        assert told[0]["Today"][4:] == told[1]["Today"][4:]
        assert len(told[0]["Orders"]) == (8 if wanted is None else 6)


def test_all_sheets_show_one_moment(firm: Register, book: RateBook, tmp_path: Path) -> None:
    """A changeset that comes while the workbook is being written is in none of its sheets."""
    firm.backup(tmp_path / "firm.sqlite")
    with Register.open(tmp_path / "firm.sqlite") as register, Register.open(tmp_path / "firm.sqlite") as other:

        def meanwhile(_views: Sequence[TableView]) -> list[list[str]]:
            with other.changeset(origin="test", reason="meanwhile", author="wang.wei") as changes:
                changes.update("orders", "O-000001", {"number": "NB-1 renamed"})
                changes.insert("customers", [{"legal_name": "Latecomer"}])
            return []

        report = write_register_workbook(
            register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF, hidden=meanwhile
        )
        assert register.get("orders", "O-000001")["number"] == "NB-1 renamed"
    assert "NB-1" in {row["Order no."].value for row in table_rows(report.path, "tblOrders")}
    assert "NB-1" in {row["Order no."].value for row in table_rows(report.path, "tblInstalments")}
    assert len(table_rows(report.path, "tblCustomers")) == report.rows["Customers"] == 3
    assert report.views[0].changeset == 2  # making the register, and filling it
