"""LibreOffice opens edited workbooks, computes their formulas anew, and keeps our sheets and marks when it saves."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.splicing.packages import without_results
from workbench.splicing import CellWrite, WorkbookEditor

pytestmark = [
    pytest.mark.xdist_group("libreoffice"),
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]


def _saved_by_libreoffice(path: Path, folder: Path) -> Path:
    out = folder / "out"
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    done = subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, text=True, check=False)
    assert (out / path.name).exists(), done.stderr
    return out / path.name


def test_libreoffice_reads_what_was_spliced(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("订单")
    rows = [[f"A-{n}", n * 100, f"=B{n + 1}*2"] for n in range(1, 4)]
    sheet.add_table(
        "A1:C5",
        {
            "name": "Orders",
            "data": rows,
            "total_row": True,
            "columns": [{"header": "No"}, {"header": "Amount", "total_function": "sum"}, {"header": "Double"}],
        },
    )
    book.add_worksheet("Sum").write_formula("A1", "=SUM(订单!B2:B4)", None, 600)
    book.close()
    without_results(path)
    editor = WorkbookEditor.open(path)
    editor.set_cells("订单", {(2, 2): CellWrite(Decimal("100.25")), (9, 5): CellWrite(dt.date(2026, 2, 28))})
    editor.append_rows("订单", [{1: CellWrite("=A-4"), 2: CellWrite(Decimal("0.75"))}], table="Orders")
    editor.append_columns("订单", ["key"], table="Orders")
    editor.set_note("订单", 2, 2, "批注 <ours>")
    editor.put_sheet("_workbench", [["workbench", "1"]], state="veryHidden")
    assert editor.save(keep=0).stale_results
    kept = _saved_by_libreoffice(path, tmp_path)
    theirs = openpyxl.load_workbook(kept, data_only=True)
    sheet = theirs["订单"]
    assert [[cell.value for cell in row[:3]] for row in sheet["A2:C5"]] == [
        ["A-1", 100.25, 200.5], ["A-2", 200, 400], ["A-3", 300, 600], ["=A-4", 0.75, 1.5],
    ]  # fmt: skip
    assert theirs["Sum"]["A1"].value == 601
    assert sheet["E9"].value == dt.datetime(2026, 2, 28)
    assert sheet["B2"].comment.text == "Workbench:\n批注 <ours>"
    assert sheet.column_dimensions["D"].hidden
    assert theirs["_workbench"].sheet_state != "visible"
    again = WorkbookEditor.open(kept)
    again.put_sheet("_workbench", [["workbench", "2"]], state="veryHidden")
    again.remove_note("订单", 2, 2)
    again.set_cells("订单", {(3, 2): CellWrite(1)})
    again.save(keep=0)
    book = openpyxl.load_workbook(kept)
    assert book["_workbench"]["B1"].value == "2"
    assert book["订单"]["B2"].comment is None
    assert book["订单"]["B3"].value == 1
