"""Rows below a list and columns beside it: everything that covers the list follows, nothing else is written over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.splicing.packages import part, raw_book, worksheet
from tests.workbook_rules import problems
from workbench.splicing import CellWrite, EditRefused, WorkbookEditor

Row = dict[int, CellWrite]


def _row(*values: object, start: int = 1) -> Row:
    return {column: CellWrite(value) for column, value in enumerate(values, start=start) if value is not None}  # type: ignore[arg-type]  # values of all kinds


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with a calculated column and totals, used by a chart, names, formats, a validation and another sheet."""
    path = tmp_path / "table.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, other = book.add_worksheet("Data"), book.add_worksheet("It's more")
    money = book.add_format({"num_format": "#,##0.00"})
    data = [[f"A-{n}", n * 10.0] for n in range(1, 4)]
    columns = [
        {"header": "No", "total_string": "Sum"},
        {"header": "Amount", "format": money, "total_function": "sum"},
        {"header": "Double", "formula": "=[@Amount]*2"},
    ]
    sheet.add_table("B3:D7", {"name": "Orders", "data": data, "columns": columns, "total_row": True})
    sheet.conditional_format("C4:C6", {"type": "cell", "criteria": ">", "value": 15, "format": money})
    sheet.conditional_format("C4:C6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("B4:B6", {"validate": "length", "criteria": ">", "value": 0})
    sheet.print_area("A1:E6")
    book.define_name("Amounts", "=Data!$C$4:$C$6")
    other.write_formula("A1", "=SUM(Data!C4:C6)+COUNT(Data!$C$4:$C$6)")
    other.write_formula("A2", "=SUM(Data!C5:C6)")
    other.write_formula("A3", "=Data!C7*2")
    other.add_sparkline("B1", {"range": "Data!C4:C6"})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Data!$C$4:$C$6", "categories": "=Data!$B$4:$B$6"})
    other.insert_chart("D3", chart)
    book.close()
    return path


def test_a_table_grows_with_all_that_covers_it(table: Path) -> None:
    editor = WorkbookEditor.open(table)
    (before,) = editor.tables("Data")
    assert (before.header_row, before.first_row, before.last_row, before.totals) == (3, 4, 6, True)
    assert editor.append_rows(
        "Data", [_row("A-4", Decimal(40), start=2), _row("A-5", Decimal("50.5"), start=2)], table="Orders"
    ) == (7, 8)
    (after,) = editor.tables("Data")
    assert (after.last_row, str(after.ref)) == (8, "B3:D9")
    report = editor.save(keep=0)
    assert problems(table) == []
    assert report.warnings == ("The formula in It's more!A2 ends above the new rows.",)
    book = openpyxl.load_workbook(table)
    data, other = book["Data"], book["It's more"]
    assert [cell.value for cell in data[8]][1:] == ["A-5", 50.5, data["D6"].value]
    assert data["C8"].number_format == "#,##0.00"
    assert [cell.value for cell in data[9]][1:3] == ["Sum", "=SUBTOTAL(109,[Amount])"]
    assert other["A1"].value == "=SUM(Data!C4:C8)+COUNT(Data!$C$4:$C$8)"
    assert other["A2"].value == "=SUM(Data!C5:C6)"
    assert other["A3"].value == "=Data!C9*2"
    assert book.defined_names["Amounts"].attr_text == "Data!$C$4:$C$8"
    assert data.print_area == "'Data'!$A$1:$E$8"
    assert str(data.data_validations.dataValidation[0].sqref) == "B4:B8"
    assert {str(one.sqref) for one in data.conditional_formatting} == {"C4:C8"}
    sheet1, sheet2 = part(table), part(table, "xl/worksheets/sheet2.xml")
    assert "<xm:sqref>C4:C8</xm:sqref>" in sheet1
    assert "<xm:f>Data!C4:C8</xm:f>" in sheet2
    assert 'ref="B3:D8"' in part(table, "xl/tables/table1.xml")
    chart = part(table, "xl/charts/chart1.xml")
    assert "<c:f>Data!$C$4:$C$8</c:f>" in chart
    assert "<c:f>Data!$B$4:$B$8</c:f>" in chart


def test_a_plain_list_grows_and_its_totals_move_down(tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    bold = book.add_format({"bold": True})
    sheet.write_row("A1", ["No", "Day", "Amount", "Running"])
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for row in range(2, 5):
        sheet.write(row - 1, 0, f"A-{row}")
        sheet.write_datetime(row - 1, 1, dt.datetime(2026, 1, row), day)
        sheet.write(row - 1, 2, row)
        sheet.write_formula(row - 1, 3, f"=SUM(C$2:C{row})")
    sheet.write("A6", "Total", bold)
    sheet.write_formula("C6", "=SUM(C2:C4)", bold)
    sheet.write("H9", "beside")
    sheet.write_formula("H1", "=C6")
    sheet.autofilter("A1:D4")
    book.close()
    editor = WorkbookEditor.open(path)
    editor.append_rows("Orders", [_row("A-5", dt.date(2026, 1, 5), 5), _row("A-6", dt.date(2026, 1, 6), 6)], after=4)
    editor.save(keep=0)
    book = openpyxl.load_workbook(path)
    sheet = book["Orders"]
    assert [cell.value for cell in sheet[6]][:4] == ["A-6", dt.datetime(2026, 1, 6), 6, "=SUM(C$2:C6)"]
    assert sheet["B6"].number_format == "dd.mm.yyyy"
    assert not sheet["A6"].font.b
    assert (sheet["A8"].value, sheet["C8"].value, sheet["H1"].value) == ("Total", "=SUM(C2:C6)", "=C8")
    assert sheet["C8"].font.b
    assert sheet["D4"].value == "=SUM(C$2:C4)"
    assert sheet.auto_filter.ref == "A1:D6"
    assert "$A$1:$D$6" in part(path, "xl/workbook.xml")
    assert sheet["H9"].value == "beside"


def test_what_stands_below_is_never_written_over(table: Path, tmp_path: Path) -> None:
    editor = WorkbookEditor.open(table)
    editor.set_cells("Data", {(8, 3): CellWrite("footnote")})
    editor.save(keep=0)
    before = table.read_bytes()
    editor = WorkbookEditor.open(table)
    with pytest.raises(EditRefused) as caught:
        editor.append_rows("Data", [_row("x", 1, start=2)], table="Orders")
    assert caught.value.code == "edit.no-room"
    assert editor.save().changed_parts == ()
    assert table.read_bytes() == before
    with pytest.raises(EditRefused) as caught:
        editor.append_rows("Data", [_row("x", 1, start=1)], table="Orders")
    assert caught.value.code == "edit.table"
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row><row r="4"><c r="A4"><v>5</v></c></row>'
    path = raw_book(tmp_path / "b.xlsx", worksheet(rows))
    with pytest.raises(EditRefused, match="row 4"):
        WorkbookEditor.open(path).append_rows("S", [_row(1), _row(2)], after=2)
    path = raw_book(tmp_path / "m.xlsx", worksheet(rows, after='<mergeCells><mergeCell ref="A7:B8"/></mergeCells>'))
    with pytest.raises(EditRefused, match="A7:B8"):
        WorkbookEditor.open(path).append_rows("S", [_row(1), _row(2), _row(3)])


def test_an_empty_table_is_filled_from_its_blank_row(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("S").add_table("A1:B2", {"columns": [{"header": "a"}, {"header": "b"}]})
    book.close()
    editor = WorkbookEditor.open(path)
    assert editor.append_rows("S", [_row("x", 1), _row("y", 2)], table="Table1") == (2, 3)
    editor.save(keep=0)
    sheet = openpyxl.load_workbook(path)["S"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [["a", "b"], ["x", 1], ["y", 2]]
    assert sheet.tables["Table1"].ref == "A1:B3"


def test_formulas_shared_by_rows_are_copied_but_not_bent(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B2" si="3">A1*$D$1</f></c></row>'
    rows += '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" si="3"/></c></row>'
    path = raw_book(tmp_path / "s.xlsx", worksheet(rows))
    editor = WorkbookEditor.open(path)
    editor.append_rows("S", [_row(3)], after=2)
    editor.save(keep=0)
    assert '<c r="B3"><f>A3*$D$1</f></c>' in part(path)
    rows += '<row r="9"><c r="F9"><f t="shared" ref="F9:F10" si="4">SUM(A1:A2)</f></c></row>'
    path = raw_book(tmp_path / "t.xlsx", worksheet(rows))
    with pytest.raises(EditRefused) as caught:
        WorkbookEditor.open(path).append_rows("S", [_row(3)], after=2)
    assert caught.value.code == "edit.shared-formula"


def test_columns_join_a_table_and_a_filtered_list(table: Path, tmp_path: Path) -> None:
    editor = WorkbookEditor.open(table)
    assert editor.append_columns("Data", ["key", "version"], table="Orders") == (5, 6)
    with pytest.raises(EditRefused) as caught:
        editor.append_columns("Data", ["KEY"], table="Orders")
    assert caught.value.code == "edit.table"
    editor.set_cells("Data", {(4, 5): CellWrite("C-000001")})
    editor.save(keep=0)
    assert problems(table) == []
    sheet = openpyxl.load_workbook(table)["Data"]
    assert sheet.tables["Orders"].ref == "B3:F7"
    assert [one.name for one in sheet.tables["Orders"].tableColumns] == ["No", "Amount", "Double", "key", "version"]
    assert sheet.tables["Orders"].autoFilter.ref == "B3:F6"
    assert sheet["E3"].value == "key"
    assert sheet.column_dimensions["E"].hidden
    cols = '<cols><col min="1" max="2" width="20"/><col min="3" max="16384" width="11" style="0"/></cols>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>No</t></is></c></row><row r="2"><c r="A2"><v>5</v></c></row>'
    path = raw_book(tmp_path / "f.xlsx", worksheet(rows, before=cols, after='<autoFilter ref="A1:A2"/>'))
    editor = WorkbookEditor.open(path)
    assert editor.append_columns("S", ["key"]) == (2,)
    editor.hide_columns("S", 4, 4)
    editor.save(keep=0)
    text = part(path)
    assert '<autoFilter ref="A1:B2"/>' in text
    assert '<cols><col min="1" max="1" width="20"/><col min="2" max="2" width="20" hidden="1"/>' in text
    assert '<col min="3" max="3" width="11" style="0"/><col min="4" max="4" width="11" style="0" hidden="1"/>' in text
    assert '<col min="5" max="16384" width="11" style="0"/></cols>' in text
