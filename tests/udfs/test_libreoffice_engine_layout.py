"""Looks and structure through xlwings on LibreOffice."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlwings as xw

from udfs.libreoffice.errors import FormulaRefused, NotInLibreOffice, NotThere

pytestmark = pytest.mark.xdist_group("libreoffice")


def saved(book: xw.Book, tmp_path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    """The first sheet as another program reads it from the file."""
    book.save(tmp_path / "saved.xlsx")
    return openpyxl.load_workbook(tmp_path / "saved.xlsx").worksheets[0]


def test_fonts(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = ["a", "汉字"]
    font = sheet["A1:B1"].font
    font.bold, font.italic, font.size, font.name, font.color = True, True, 14, "Arial", "#ff8000"
    assert (font.bold, font.italic, font.size, font.name, font.color) == (True, True, 14, "Arial", (255, 128, 0))
    assert sheet["A1:B1"].api.CharWeightAsian == 150.0
    sheet["B1"].font.bold = False
    assert font.bold is None
    assert sheet["C1"].font.color == (0, 0, 0)
    cell = saved(book, tmp_path)["A1"]
    assert (cell.font.b, cell.font.i, cell.font.sz, cell.font.name, cell.font.color.rgb) == (
        True, True, 14, "Arial", "FFFF8000",
    )  # fmt: skip


def test_fills(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1:B2"].color = (1, 2, 3)
    assert sheet["A1:B2"].color == (1, 2, 3)
    sheet["B2"].color = None
    assert sheet["B2"].color is None
    assert sheet["A1:B2"].color is None
    sheet["D1:E2"].set_colors([[(255, 0, 0), "#00ff00"], [..., None]])
    assert [cell.color for cell in sheet["D1:E2"]] == [(255, 0, 0), (0, 255, 0), None, None]
    assert saved(book, tmp_path)["A1"].fill.fgColor.rgb == "FF010203"


def test_number_formats(sheet: xw.Sheet) -> None:
    assert sheet["A1"].number_format == "General"
    for code in ("0.00", "#,##0", "#,##0.00;[RED]-#,##0.00", "0.00%", "@", "YYYY-MM-DD", "[$USD] #,##0.00"):
        sheet["A1"].number_format = code
        assert sheet["A1"].number_format == code
    assert sheet["A1:A2"].number_format is None
    with pytest.raises(FormulaRefused):
        sheet["A1"].number_format = "[nonsense"


def test_alignment_wrapping_and_indent(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    cell = sheet["A1"]
    assert (cell.horizontal_alignment, cell.vertical_alignment, cell.wrap_text) == ("general", "bottom", False)
    for value in ("left", "center", "right", "fill", "justify", "distributed", "general"):
        cell.horizontal_alignment = value
        assert cell.horizontal_alignment == value
    for value in ("top", "center", "bottom", "justify", "distributed"):
        cell.vertical_alignment = value
        assert cell.vertical_alignment == value
    cell.horizontal_alignment, cell.wrap_text = "left", True
    cell.adjust_indent(2)
    assert sheet["A1:B1"].horizontal_alignment is None
    with pytest.raises(NotInLibreOffice):
        cell.horizontal_alignment = "center_across_selection"
    alignment = saved(book, tmp_path)["A1"].alignment
    assert (alignment.horizontal, alignment.wrap_text, alignment.indent) == ("left", True, 2)


def test_borders(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    block = sheet["B2:D4"]
    block.borders.set("outside", line_style="continuous", weight="thick", color="#ff0000")
    block.borders["inside_horizontal"].line_style = "dash"
    assert block.borders["edge_top"].line_style == "continuous"
    assert block.borders["edge_left"].weight == "thick"
    assert block.borders["edge_right"].color == (255, 0, 0)
    assert block.borders["inside_horizontal"].line_style == "dash"
    assert block.borders["inside_vertical"].line_style == "none"
    assert block.borders.line_style is None
    sheet["F1"].borders["diagonal_down"].line_style = "continuous"
    assert sheet["F1"].borders["diagonal_down"].line_style == "continuous"
    file = saved(book, tmp_path)
    assert file["B2"].border.top.style == "thick"
    assert file["C3"].border.left.style is None
    block.borders.clear()
    assert block.borders.line_style == "none"


def test_sizes(sheet: xw.Sheet) -> None:
    sheet["B:C"].column_width = 20
    sheet["2:3"].row_height = 30
    assert sheet["B1:C1"].column_width == pytest.approx(20, abs=0.05)
    assert sheet["A2:A3"].row_height == pytest.approx(30, abs=0.05)
    assert sheet["A1:B1"].column_width is None
    assert sheet["B2"].width == pytest.approx(108.75, abs=0.1)
    assert sheet["B2"].left == pytest.approx(sheet["A1"].width, abs=0.1)
    assert sheet["A4"].top == pytest.approx(sheet["A1"].height + 60, abs=0.2)
    sheet["B1"].value = "a text that is much longer than its column is wide"
    before = sheet["B1"].column_width
    sheet["B1"].columns.autofit()
    assert sheet["B1"].column_width > before
    sheet.autofit()


def test_hidden_rows_and_columns(sheet: xw.Sheet) -> None:
    sheet["B:B"].columns.hidden = True
    sheet["3:4"].rows.hidden = True
    assert sheet["B1"].columns.hidden
    assert sheet["A1:B1"].columns.hidden is None
    assert sheet["A3:A4"].rows.hidden
    sheet["A3"].rows.hidden = False
    assert sheet["A3:A4"].rows.hidden is None


def test_merging(sheet: xw.Sheet) -> None:
    sheet["B2:C3"].merge()
    assert sheet["B2"].merge_area.address == "$B$2:$C$3"
    assert sheet["C3"].merge_area.address == "$B$2:$C$3"
    assert sheet["B2:C3"].merge_cells
    assert sheet["A1"].merge_cells is False
    assert sheet["A1:C3"].merge_cells is None
    sheet["B2:C3"].unmerge()
    assert sheet["B2"].merge_area.address == "$B$2"
    sheet["A5:C6"].merge(across=True)
    assert sheet["A6"].merge_area.address == "$A$6:$C$6"


def test_inserting_and_deleting(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["D1"].value = "=SUM(A1:B2)"
    sheet["1:1"].insert("down")
    assert sheet["A2:B3"].value == [[1.0, 2.0], [3.0, 4.0]]
    assert sheet["D2"].formula == "=SUM(A2:B3)"
    sheet["A:A"].insert("right")
    sheet["A:A"].delete()
    sheet["A1"].delete("up")
    assert sheet["A1:A2"].value == [1.0, 3.0]
    sheet["A1"].insert("right")
    assert sheet["A1:B1"].value == [None, 1.0]
    sheet["A1"].delete("left")
    sheet["1:1"].delete()
    assert sheet["A1"].value == 3.0


def test_copying_and_moving(book: xw.Book, sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "=A1*2"]]
    sheet["A1"].color = (9, 9, 9)
    sheet["A1:B1"].copy(sheet["A3"])
    assert sheet["A3:B3"].value == [1.0, 2.0]
    assert sheet["B3"].formula == "=A3*2"
    assert sheet["A3"].color == (9, 9, 9)
    sheet["D1"].value = "=A1"
    sheet["A1"].move(sheet["A10"])
    assert sheet["D1"].formula == "=A10"
    assert sheet["A1"].value is None
    other = book.app.books.add()
    sheet["A3:B3"].copy(other.sheets[0]["C5"])
    assert other.sheets[0]["C5:D5"].value == [1.0, 2.0]
    assert other.sheets[0]["D5"].formula == "=C5*2"
    other.close()


def test_clearing(sheet: xw.Sheet) -> None:
    def fill() -> None:
        sheet["A1"].value = 1
        sheet["A1"].color = (1, 1, 1)

    fill()
    sheet["A1"].clear_contents()
    assert (sheet["A1"].value, sheet["A1"].color) == (None, (1, 1, 1))
    fill()
    sheet["A1"].clear_formats()
    assert (sheet["A1"].value, sheet["A1"].color) == (1.0, None)
    fill()
    sheet.clear()
    assert (sheet["A1"].value, sheet["A1"].color) == (None, None)


def test_sorting(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [["name", "n"], ["b", 2], ["A", 1], ["c", 2]]
    sheet["A1:B4"].sort([2, 1], [False, True], has_headers=True)
    assert sheet["A1:B4"].value == [["name", "n"], ["b", 2.0], ["c", 2.0], ["A", 1.0]]
    sheet["A2:B4"].sort(1)
    assert sheet["A2:A4"].value == ["A", "b", "c"]


def test_links(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].add_hyperlink("https://example.com/x", "here")
    assert sheet["A1"].hyperlink == "https://example.com/x"
    assert sheet["A1"].value == "here"
    with pytest.raises(NotThere):
        sheet["A2"].hyperlink  # noqa: B018  # reading it is what fails
    assert saved(book, tmp_path)["A1"].hyperlink.target == "https://example.com/x"


def test_notes(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    assert sheet["A1"].note is None
    note = sheet["B3"].add_note("first")
    note.text = "second"
    sheet["A1"].add_note("汇率")
    assert [(found.location.address, found.text) for found in sheet.notes] == [("$A$1", "汇率"), ("$B$3", "second")]
    assert saved(book, tmp_path)["B3"].comment.text == "second"
    note.delete()
    assert sheet["B3"].note is None


def test_groups_panes_grid_and_print_area(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = [[1, 2, 3]] * 5
    sheet["2:3"].group()
    sheet["B:C"].group()
    sheet.freeze_panes.freeze_at("A1:B2")
    sheet.show_gridlines = False
    assert not sheet.show_gridlines
    sheet.page_setup.print_area = "A1:C5"
    assert sheet.page_setup.print_area == "$A$1:$C$5"
    file = saved(book, tmp_path)
    assert file.row_dimensions[2].outlineLevel == 1
    assert (file.sheet_view.pane.xSplit, file.sheet_view.pane.ySplit, file.sheet_view.pane.state) == (2, 2, "frozen")
    assert file.print_area == "'Sheet1'!$A$1:$C$5"
    sheet["2:3"].ungroup()
    sheet.freeze_panes.unfreeze()
    sheet.page_setup.print_area = None
    file = saved(book, tmp_path)
    assert file.freeze_panes is None


def test_hidden_sheets_and_pdf(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = "shown"
    other = book.sheets.add("Other", after=sheet)
    other["A1"].value = "hidden"
    other.visible = False
    assert not other.visible
    book.to_pdf(tmp_path / "all.pdf")
    assert (tmp_path / "all.pdf").read_bytes()[:5] == b"%PDF-"
    sheet.to_pdf(tmp_path / "one.pdf")
    assert (tmp_path / "one.pdf").stat().st_size > 500
    sheet.to_html(tmp_path / "one.html")
    assert "shown" in (tmp_path / "one.html").read_text(encoding="utf-8")
