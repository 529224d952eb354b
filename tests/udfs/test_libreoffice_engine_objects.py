"""Tables, filters, rules, pictures, charts and editing through xlwings on LibreOffice."""

from __future__ import annotations

import datetime as dt
import re
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlwings as xw

from udfs import libreoffice
from udfs.libreoffice import connection, engine
from udfs.libreoffice.errors import NotInLibreOffice, NotThere

pytestmark = pytest.mark.xdist_group("libreoffice")

ROWS = [
    ["name", "n", "on"],
    ["b", 2, dt.date(2024, 1, 2)],
    ["a", 1, dt.date(2024, 2, 3)],
    ["c", 3, dt.date(2024, 3, 4)],
]


def hidden(sheet: xw.Sheet, rows: range) -> list[int]:
    return [row for row in rows if sheet[f"A{row}"].rows.hidden]


def image(path: Path, width: int = 96, height: int = 48) -> Path:
    """A grey PNG of so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\x80" * width) * height)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b""))
    return path


# Tables


def test_a_table_is_made_read_and_saved(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["B2"].value = ROWS
    table = sheet.tables.add(sheet["B2"], name="Receipts")
    assert [found.name for found in sheet.tables] == ["Receipts"]
    assert table.range.address == "$B$2:$D$5"
    assert table.header_row_range.value == ROWS[0]
    assert table.data_body_range.address == "$B$3:$D$5"
    assert [column.name for column in table.columns] == ["name", "n", "on"]
    assert table.columns["n"].data_body_range.value == [2.0, 1.0, 3.0]
    assert sheet["C4"].table == table
    assert sheet["A1"].table is None
    assert sheet["Receipts"].address == "$B$2:$D$5"
    assert "Receipts" in sheet.tables
    book.save(tmp_path / "t.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].tables
    assert {name: saved[name].ref for name in saved} == {"Receipts": "B2:D5"}


def test_rows_and_columns_of_a_table(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ROWS
    sheet["A5"].value = "below"
    table = sheet.tables.add(sheet["A1:C4"])
    assert table.name == "Table1"
    table.rows.add(["d", 4, None])
    assert table.range.address == "$A$1:$C$5"
    assert sheet["A6"].value == "below"
    table.rows.add(["z", 0, None], index=1)
    assert table.rows[0].range.value == ["z", 0.0, None]
    table.rows[0].delete()
    assert [row.range.value[0] for row in table.rows] == ["b", "a", "c", "d"]
    table.columns.add("more")
    assert table.columns[-1].name == "more"
    table.columns["on"].delete()
    assert table.range.address == "$A$1:$C$5"
    table.sort(2, ascending=False)
    assert table.columns["name"].data_body_range.value == ["d", "c", "b", "a"]
    table.show_totals = True
    assert table.totals_row_range.address == "$A$6:$C$6"
    assert sheet["A7"].value == "below"
    table.show_totals = False
    assert table.totals_row_range is None
    assert sheet["A6"].value == "below"
    table.name = "Renamed"
    assert sheet.tables["renamed"].range == table.range
    with pytest.raises(NotInLibreOffice):
        table.table_style = "TableStyleMedium2"
    with pytest.raises(NotThere):
        sheet.tables["none"]


def test_a_table_takes_a_data_frame(sheet: xw.Sheet) -> None:
    table = sheet.tables.add(sheet["A1"].resize(2, 2), name="Frame")
    table.update(pd.DataFrame({"客户": ["x", "y", "z"], "金额": [1.0, 2.0, 3.0]}), index=False)
    assert table.range.address == "$A$1:$B$4"
    assert table.range.value == [["客户", "金额"], ["x", 1.0], ["y", 2.0], ["z", 3.0]]
    table.update(pd.DataFrame({"客户": ["w"], "金额": [9.0]}), index=False)
    assert table.range.value == [["客户", "金额"], ["w", 9.0]]
    assert sheet["A3:B4"].value == [[None, None], [None, None]]


# Filters


def test_filters_of_cells(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ROWS
    rows = range(1, 5)
    found = sheet["A1:C4"].autofilter
    assert [entry.type for entry in found.criteria] == ["none"] * 3
    found.apply_values(1, ["a", "c"])
    assert hidden(sheet, rows) == [2]
    assert found.criteria[0].values == ["a", "c"]
    found.apply_comparison(2, "greater_than", 1)
    assert hidden(sheet, rows) == [2, 3]
    assert (found.criteria[1].operator, found.criteria[1].value1) == ("greater_than", "1")
    found.clear(1)
    assert hidden(sheet, rows) == [3]
    found.clear()
    assert hidden(sheet, rows) == []
    found.apply_comparison(2, "between", 1, 2)
    assert hidden(sheet, rows) == [4]
    assert found.criteria[1].operator == "between"
    found.apply_comparison(2, "not_between", 2, 2)
    assert hidden(sheet, rows) == [2]
    found.clear()
    found.apply_comparison(3, "less_than", dt.date(2024, 2, 1))
    assert hidden(sheet, rows) == [3, 4]
    found.clear()
    found.apply_top_items(2, 1)
    assert hidden(sheet, rows) == [2, 3]


def test_a_table_has_its_own_filter(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ROWS
    table = sheet.tables.add(sheet["A1:C4"])
    assert table.show_autofilter
    table.autofilter.apply_values(1, ["b"])
    assert hidden(sheet, range(1, 5)) == [3, 4]
    assert [found.address for found in sheet["A2:A4"].get_special_cells("visible")] == ["$A$2"]
    table.autofilter.clear()
    assert hidden(sheet, range(1, 5)) == []


# Rules


def test_validation_by_list_cells_and_formula(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["D1"].value = [["USD"], ["EUR"]]
    assert sheet["A1"].data_validation.type == "none"
    sheet["A1"].data_validation.set_list(["yes", 'no "really"', 3])
    assert sheet["A1"].data_validation.source == 'yes,no "really",3'
    sheet["A2"].data_validation.set_list(sheet["D1:D2"], in_cell_dropdown=False)
    assert sheet["A2"].data_validation.source == "=Sheet1!$D$1:$D$2"
    assert sheet["A2"].data_validation.in_cell_dropdown is False
    sheet["A3:A4"].data_validation.set_whole_number("between", 1, "=$D$9")
    rule = sheet["A3:A4"].data_validation
    assert (rule.type, rule.operator, rule.formula1, rule.formula2) == ("whole_number", "between", "=1", "=$D$9")
    assert sheet["A2:A3"].data_validation.type == "inconsistent"
    assert sheet["A4:A5"].data_validation.type == "mixed_criteria"
    sheet["A6"].data_validation.set_custom("=LEN(A6)<5")
    assert sheet["A6"].data_validation.formula == "=LEN(A6)<5"
    book.save(tmp_path / "v.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "v.xlsx").worksheets[0].data_validations.dataValidation
    assert {(str(rule.sqref), rule.type) for rule in saved} == {
        ("A1", "list"), ("A2", "list"), ("A3:A4", "whole"), ("A6", "custom"),
    }  # fmt: skip
    sheet["A3:A4"].data_validation.delete()
    assert sheet["A3"].data_validation.type == "none"


def test_conditional_formats(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = [[1], [5], [9]]
    formats = sheet["A1:A3"].conditional_formats
    assert len(formats) == 0
    formats.add_cell_value("greater_than", 4, fill_color="#ffcccc")
    formats.add_custom("=$A1=9", font_color=(255, 0, 0), font_bold=True)
    assert [found.type for found in formats] == ["custom", "cell_value"]
    assert (formats[0].formula, formats[0].font_color, formats[0].font_bold) == ("=$A1=9", (255, 0, 0), True)
    assert (formats[1].operator, formats[1].formula1, formats[1].fill_color) == ("greater_than", "=4", (255, 204, 204))
    book.save(tmp_path / "c.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets[0].conditional_formatting
    assert {rule.type for found in saved for rule in found.rules} == {"cellIs", "expression"}
    formats[0].delete()
    assert len(formats) == 1
    formats.clear()
    assert len(formats) == 0


# Editing


def test_finding_and_replacing(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [["North", "south"], ["northern", '="Nor"&"th"']]
    block = sheet["A1:B2"]
    assert block.find("NORTH").address == "$A$1"
    assert block.find("north", match_case=True).address == "$A$2"
    assert block.find("north", whole=True, direction="backward").address == "$B$2"
    assert block.find("south", order="columns").address == "$B$1"
    assert block.find("west") is None
    sheet["A1:A2"].replace_all("north", "East")
    assert sheet["A1:A2"].value == ["East", "Eastern"]


def test_duplicates_and_special_cells(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [["k", "v"], ["a", 1], ["A", 2], ["b", 1], ["a", 3]]
    sheet["A1:B5"].remove_duplicates(1, has_headers=True)
    assert sheet["A1:B5"].value == [["k", "v"], ["a", 1.0], ["b", 1.0], [None, None], [None, None]]
    sheet["D1"].value = [[1, "x", None], [True, "=1/0", "=D1*2"]]
    block = sheet["D1:F2"]

    def cells(kind: str, values: str | None = None) -> list[str]:
        return [found.address for found in block.get_special_cells(kind, values)]

    assert cells("blanks") == ["$F$1"]
    assert cells("constants", "numbers") == ["$D$1"]
    assert cells("constants", "logical") == ["$D$2"]
    assert cells("constants", "text") == ["$E$1"]
    assert cells("formulas", "errors") == ["$E$2"]
    assert cells("formulas", "numbers") == ["$F$2"]
    assert cells("formulas") == ["$E$2:$F$2"]


def test_parts_are_pasted(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "=A1*2"], [None, "x"]]
    sheet["A1:B2"].color = (1, 2, 3)
    sheet["A1:B2"].copy()
    sheet["D1"].paste("values")
    assert (sheet["E1"].formula, sheet["E1"].value, sheet["E1"].color) == ("2", 2.0, None)
    sheet["D5"].paste("formulas")
    assert sheet["E5"].formula == "=D5*2"
    sheet["D10"].paste("formats")
    assert (sheet["D10"].value, sheet["D10"].color) == (None, (1, 2, 3))
    sheet["D20"].paste("values", transpose=True)
    assert sheet["D20:E21"].value == [[1.0, None], [2.0, "x"]]
    sheet["G1"].value = [["keep", "keep"], ["keep", "keep"]]
    sheet["G1"].paste("values", skip_blanks=True)
    assert sheet["G1:H2"].value == [[1.0, 2.0], ["keep", "x"]]
    sheet["K1"].copy_from(sheet["A1:B1"])
    assert (sheet["L1"].formula, sheet["L1"].color) == ("=K1*2", (1, 2, 3))
    sheet["K3"].copy_from(sheet["A1:B1"], "link")
    assert sheet["K3:L3"].value == [1.0, 2.0]
    sheet["A1"].value = 10
    assert sheet["K3:L3"].value == [10.0, 20.0]


def test_filling(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1], [2]]
    sheet["A1:A2"].autofill(sheet["A1:A5"], "fill_default")
    assert sheet["A1:A5"].value == [1.0, 2.0, 3.0, 4.0, 5.0]
    sheet["B1"].value = "=A1*10"
    sheet["B1"].autofill(sheet["B1:B5"], "fill_copy")
    assert sheet["B5"].formula == "=A5*10"


# Pictures, shapes, charts


def test_pictures(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    picture = sheet.pictures.add(str(image(tmp_path / "one.png")), left=30, top=20, name="Logo")
    assert [found.name for found in sheet.pictures] == ["Logo"]
    assert (picture.left, picture.top) == (pytest.approx(30, abs=0.1), pytest.approx(20, abs=0.1))
    assert (picture.width, picture.height) == (pytest.approx(72, abs=0.5), pytest.approx(36, abs=0.5))
    picture.width = 144
    assert picture.width == pytest.approx(144, abs=0.1)
    second = sheet.pictures.add(str(tmp_path / "one.png"), anchor=sheet["C5"], scale=2)
    assert second.left == pytest.approx(sheet["C5"].left, abs=0.1)
    sheet.pictures.add(str(image(tmp_path / "two.png", 50, 50)), name="Logo", update=True)
    assert len(sheet.pictures) == 2
    book.save(tmp_path / "p.xlsx")
    with zipfile.ZipFile(tmp_path / "p.xlsx") as parts:
        assert parts.read("xl/drawings/drawing1.xml").count(b"<xdr:pic>") == 2
    sheet.pictures["Logo"].delete()
    assert "Logo" not in sheet.pictures
    assert [shape.type for shape in sheet.shapes] == ["picture"]


def test_charts(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = [["q", "n"], ["a", 2], ["b", 3]]
    chart = sheet.charts.add(200, 10, 300, 200, chart_type="line", source=sheet["A1:B3"], name="Sales")
    assert [found.name for found in sheet.charts] == ["Sales"]
    assert chart.chart_type == "line"
    for kind in ("column_clustered", "bar_stacked", "area", "pie", "xy_scatter", "xy_scatter_lines", "line_markers"):
        chart.chart_type = kind
        assert chart.chart_type == kind
    chart.chart_type = "column_clustered"
    chart.title = "By quarter"
    chart.legend.position = "bottom"
    assert (chart.title, chart.legend.visible, chart.legend.position) == ("By quarter", True, "bottom")
    chart.legend.visible = False
    assert not chart.legend.visible
    assert chart.left == pytest.approx(200, abs=0.2)
    chart.set_source_data(sheet["A1:B2"])
    assert (chart.title, chart.chart_type) == ("By quarter", "column_clustered")
    with pytest.raises(NotInLibreOffice):
        chart.chart_type = "cone_col"
    chart.to_png(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes()[:4] == b"\x89PNG"
    book.save(tmp_path / "c.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets[0]._charts
    assert [type(found).__name__ for found in saved] == ["BarChart"]
    chart.delete()
    assert len(sheet.charts) == 0


def test_cells_as_pictures(sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = [["a", 1], ["b", 2]]
    sheet["A1:B2"].impl.to_png(tmp_path / "cells.png")  # xlwings itself asks for Pillow first
    assert (tmp_path / "cells.png").read_bytes()[:4] == b"\x89PNG"
    sheet["A1:B2"].to_pdf(tmp_path / "cells.pdf")
    assert (tmp_path / "cells.pdf").read_bytes()[:5] == b"%PDF-"


# Macros


BASIC = """
Function Twice(x)
    Twice = x * 2
End Function
Sub Mark(text)
    ThisComponent.Sheets(0).getCellRangeByName("A1").String = text
End Sub
"""


def test_macros_of_a_book_run(book: xw.Book, sheet: xw.Sheet) -> None:
    library = book.api.BasicLibraries
    if not library.hasByName("Standard"):
        library.createLibrary("Standard")
    library.getByName("Standard").insertByName("Module1", BASIC)
    assert book.macro("Module1.Twice")(21) == 42
    assert book.macro("Standard.Module1.Twice")(1.5) == 3.0
    book.macro("Twice")(1)
    with pytest.raises(NotThere):
        book.macro("Nothing")()


def test_a_macro_runs_by_itself_only_when_allowed(
    calc: xw.App, book: xw.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = book.api.BasicLibraries
    if not library.hasByName("Standard"):
        library.createLibrary("Standard")
    library.getByName("Standard").insertByName("Module1", BASIC + 'Sub Auto\nMark("it ran")\nEnd Sub\n')
    book.save(tmp_path / "plain.ods")
    book.close()
    link = "vnd.sun.star.script:Standard.Module1.Auto?language=Basic&amp;location=document"
    listener = (
        '<office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load"'
        f' xlink:href="{link}" xlink:type="simple"/></office:event-listeners>'
    )
    with zipfile.ZipFile(tmp_path / "plain.ods") as old, zipfile.ZipFile(tmp_path / "m.ods", "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "content.xml":
                data = data.replace(b"<office:scripts/>", f"<office:scripts>{listener}</office:scripts>".encode())
                assert b"Module1.Auto" in data
            new.writestr(part, data)
    monkeypatch.setattr(connection.Settings, "macros", False)
    for allowed, found in ((False, None), (True, "it ran")):
        libreoffice.configure(macros=allowed)
        opened = calc.books.open(tmp_path / "m.ods")
        assert opened.sheets[0]["A1"].value == found
        opened.close()


# The documentation


def test_the_examples_of_the_documentation_run(calc: xw.App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "libreoffice-engine.md"
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine._Running, "apps", {})  # as in a Python of its own
    done: dict[str, object] = {}
    for block in blocks:
        exec(block, done)  # the page's own words are what is tested
    saved = openpyxl.load_workbook(tmp_path / "receipts.xlsx").worksheets[0]
    assert saved["D2"].value == "=ROUND(B2*7.1,2)"
    assert saved["A1"].comment.text == "from the bank"
