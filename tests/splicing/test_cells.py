"""Cells are written exactly, where they belong, and nothing else of the file moves."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.splicing.packages import MAIN, part, parts_of, raw_book, worksheet
from workbench.splicing import CellWrite, EditRefused, WorkbookEditor


def _edit(path: Path, cells: dict[tuple[int, int], object], **options: bool) -> None:
    editor = WorkbookEditor.open(path)
    writes = {place: value if isinstance(value, CellWrite) else CellWrite(value) for place, value in cells.items()}  # type: ignore[arg-type]  # hostile values too
    editor.set_cells(editor.sheets[0].name, writes, **options)
    editor.save(keep=0)


def _refusal(path: Path, cells: dict[tuple[int, int], object], **options: bool) -> EditRefused:
    before = path.read_bytes()
    with pytest.raises(EditRefused) as caught:
        _edit(path, cells, **options)
    assert path.read_bytes() == before
    assert caught.value.remedy
    assert caught.value.where
    return caught.value


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A workbook with a chart, a table, a picture-like comment, conditional formats, validations and a filter."""
    path = tmp_path / "rich.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, other = book.add_worksheet("Orders"), book.add_worksheet("Other sheet")
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, ["No", "Amount", "Date", "Total"])
    for row in range(1, 6):
        sheet.write(row, 0, f"A-{row}")
        sheet.write(row, 1, row * 10.5, money)
        sheet.write_datetime(row, 2, dt.datetime(2026, 1, row), day)
        sheet.write_formula(row, 3, f"=B{row + 1}*2", None, row * 21)
    sheet.write_comment("A2", "a note of mine")
    sheet.conditional_format("B2:B6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("A2:A6", {"validate": "list", "source": ["x", "y"]})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Orders!$B$2:$B$6"})
    other.insert_chart("B2", chart)
    other.add_table("A20:B23", {"columns": [{"header": "K"}, {"header": "V"}]})
    book.close()
    return path


def test_only_the_changed_cell_differs(rich: Path) -> None:
    before = parts_of(rich)
    _edit(rich, {(3, 2): Decimal("99.90")})
    after = parts_of(rich)
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet1.xml"}
    old, new = before["xl/worksheets/sheet1.xml"], after["xl/worksheets/sheet1.xml"]
    assert new == old.replace(b'<v>21</v></c><c r="C3"', b'<v>99.9</v></c><c r="C3"', 1)


def test_untouched_entries_keep_their_packed_bytes_times_and_order(rich: Path) -> None:
    import zipfile

    with zipfile.ZipFile(rich) as archive:
        before = [(info.filename, info.date_time, info.flag_bits, info.external_attr) for info in archive.infolist()]
    raw = rich.read_bytes()
    _edit(rich, {(3, 1): "x"})
    with zipfile.ZipFile(rich) as archive:
        assert before == [
            (info.filename, info.date_time, info.flag_bits, info.external_attr) for info in archive.infolist()
        ]
        styles = archive.getinfo("xl/styles.xml")
    packed = rich.read_bytes()[styles.header_offset : styles.header_offset + 30 + styles.compress_size]
    assert packed in raw


def test_no_edit_leaves_the_file_alone(rich: Path) -> None:
    before, stat = rich.read_bytes(), rich.stat()
    editor = WorkbookEditor.open(rich)
    editor.set_cells("Orders", {(2, 1): CellWrite("A-1"), (2, 2): CellWrite(Decimal("10.50"))})
    editor.set_cells("Orders", {(2, 3): CellWrite(dt.date(2026, 1, 1)), (40, 40): CellWrite(None)})
    report = editor.save()
    assert report.changed_parts == ()
    assert report.backup is None
    assert rich.read_bytes() == before
    assert rich.stat().st_mtime_ns == stat.st_mtime_ns
    assert rich.stat().st_ino == stat.st_ino


def test_every_kind_of_value_reads_back(rich: Path) -> None:
    values = {
        (2, 1): "=1+1", (3, 1): "  spaces & <tags>\n", (4, 1): "客户\r\t_x0041_\x07", (2, 2): Decimal("0.1"),
        (3, 2): 12345678901234, (4, 2): Decimal("-1E-7"), (5, 2): True, (2, 3): dt.date(2030, 2, 28),
        (3, 3): dt.datetime(2030, 2, 28, 13, 45, 30), (9, 9): dt.date(1999, 12, 31), (6, 2): None,
    }  # fmt: skip
    _edit(rich, values)
    sheet = openpyxl.load_workbook(rich)["Orders"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type in ("s", "inlineStr")
    assert sheet["A3"].value == "  spaces & <tags>\n"
    assert sheet["B2"].value == 0.1
    assert sheet["B3"].value == 12345678901234
    assert sheet["B4"].value == -1e-7
    assert sheet["B5"].value is True
    assert sheet["B6"].value is None
    assert sheet["B6"].number_format == "#,##0.00"
    assert sheet["C2"].value == dt.datetime(2030, 2, 28)
    assert sheet["C2"].number_format == "dd/mm/yyyy"
    assert sheet["C3"].value == dt.datetime(2030, 2, 28, 13, 45, 30)
    assert sheet["I9"].value == dt.datetime(1999, 12, 31)
    assert sheet["I9"].number_format == "yyyy-mm-dd"
    assert "客户_x000D_\t_x005F_x0041__x0007_" in part(rich)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"), Decimal("Infinity"), Decimal("1E400"), Decimal("0.1234567890123456789"), 2**70 + 1, "x" * 32768,
        "half \ud83d", dt.date(1899, 12, 31), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 1.5, b"x",
        math.nan,
    ],
)  # fmt: skip
def test_what_a_cell_cannot_hold_is_refused(rich: Path, value: object) -> None:
    assert _refusal(rich, {(3, 2): "fine", (4, 2): value}).code == "edit.value"


def test_formulas_are_kept_unless_told(tmp_path: Path) -> None:
    chain = f'<calcChain xmlns="{MAIN}"><c r="B1" i="1"/><c r="B2"/><c r="B3"/></calcChain>'
    link = '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="/xl/calcChain.xml"/>'
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><f>A{n}</f><v>{n}</v></c></row>' for n in (1, 2, 3)
    )
    path = raw_book(tmp_path / "chain.xlsx", worksheet(rows), book_links=link, more={"xl/calcChain.xml": chain},
                    overrides={"/xl/calcChain.xml": "application/x-chain"})  # fmt: skip
    assert _refusal(path, {(1, 2): 5}).code == "edit.formula"
    _edit(path, {(1, 2): 5}, overwrite_formula=True)
    assert part(path, "xl/calcChain.xml") == f'<calcChain xmlns="{MAIN}"><c r="B2" i="1"/><c r="B3"/></calcChain>'
    assert '<c r="B1"><v>5</v></c>' in part(path)
    _edit(path, {(2, 2): 5, (3, 2): None}, overwrite_formula=True)
    after = parts_of(path)
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]


def test_the_first_cell_of_a_shared_formula_hands_it_on(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">$B1+B$1+Sheet2!C1&amp;"B1"</f><v>1</v></c></row>'
    rows += '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row><row r="3"><c r="A3"><f t="shared" si="0"/></c></row>'
    path = raw_book(tmp_path / "shared.xlsx", worksheet(rows))
    _edit(path, {(1, 1): 7}, overwrite_formula=True)
    assert '<f t="shared" si="0" ref="A2:A3">$B2+B$1+Sheet2!C2&amp;"B1"</f>' in part(path)
    assert openpyxl.load_workbook(path)["S"]["A3"].value == '=$B3+B$1+Sheet2!C3&"B1"'


def test_array_formulas_merged_cells_and_pivot_tables_are_refused(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:A3">B1:B3</f><v>1</v></c><c r="C1"><v>1</v></c></row>'
    merges = '<mergeCells count="1"><mergeCell ref="C1:D2"/></mergeCells>'
    pivot = f'<pivotTableDefinition xmlns="{MAIN}"><location ref="F3:G9"/></pivotTableDefinition>'
    link = '<Relationship Id="rId1" Type="http://x/pivotTable" Target="../pivotTables/pivotTable1.xml"/>'
    path = raw_book(tmp_path / "areas.xlsx", worksheet(rows, after=merges), sheet_links=link,
                    more={"xl/pivotTables/pivotTable1.xml": pivot})  # fmt: skip
    assert _refusal(path, {(2, 1): 5}, overwrite_formula=True).code == "edit.array-formula"
    assert _refusal(path, {(2, 4): 5}).code == "edit.merged-cell"
    assert _refusal(path, {(4, 7): 5}).code == "edit.pivot"
    assert _refusal(path, {(2**20 + 1, 1): 5}).code == "edit.beyond-the-sheet"
    _edit(path, {(1, 3): 5})
    with pytest.raises(EditRefused, match="no sheet"):
        WorkbookEditor.open(path).set_cells("Nowhere", {})


ODD_SHEETS = {
    "prefixed": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    "no places": f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>9</v></c></row><row><c/><c><v>1</v></c><c t="str"><v>x</v></c></row></sheetData></worksheet>',
    "no rows": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
    "no sheet data": f'<worksheet xmlns="{MAIN}"><sheetFormatPr defaultRowHeight="15"/><pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/></worksheet>',
    "closed row": f'<worksheet xmlns="{MAIN}"><sheetData><row r="2" spans="1:1" ht="20"/><row r="3" /></sheetData></worksheet>',
    "comments": f'<?xml version="1.0"?><!-- <row r="9"> --><worksheet xmlns="{MAIN}"><sheetData><!-- </sheetData> --><row r="2"><c r="A2" t="inlineStr"><is><t><![CDATA[</c></row>]]></t></is></c><!-- <c r="B2"/> --></row></sheetData></worksheet>',
    "quotes": f"<worksheet xmlns='{MAIN}' xmlns:m='http://m'><sheetData><row r='2' m:a='a>b'><c r='A2' m:q='\"/>'/></row></sheetData></worksheet>",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_SHEETS)
def test_sheets_of_unusual_writers(tmp_path: Path, name: str) -> None:
    path = raw_book(tmp_path / "odd.xlsx", ODD_SHEETS[name])
    before = {cell.coordinate: cell.value for row in openpyxl.load_workbook(path)["S"].rows for cell in row}
    _edit(path, {(1, 1): "first", (2, 2): Decimal("2.5"), (2, 4): "late", (5, 1): dt.date(2026, 5, 1)})
    sheet = openpyxl.load_workbook(path)["S"]
    assert (sheet["A1"].value, sheet["B2"].value, sheet["D2"].value) == ("first", 2.5, "late")
    assert sheet["A5"].value == dt.datetime(2026, 5, 1)
    changed = {"A1", "B2", "D2", "A5"}
    assert {key: sheet[key].value for key in before if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }


def test_a_cell_pushed_aside_is_told_its_place(tmp_path: Path) -> None:
    path = raw_book(
        tmp_path / "p.xlsx",
        worksheet(
            '<row r="1"><c r="A1"><v>1</v></c><c r="D1"><v>4</v></c><c><v>5</v></c></row><row><c r="B2"><v>7</v></c></row>'
        ),
    )
    editor = WorkbookEditor.open(path)
    editor.set_cells("S", {(1, 3): CellWrite(3), (1, 5): CellWrite(6)})
    editor.save(keep=0)
    assert [cell.value for cell in openpyxl.load_workbook(path)["S"][1]] == [1, None, 3, 4, 6]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "gb2312", "utf-8-sig"])
def test_a_part_in_another_encoding_is_turned_into_utf8(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}" standalone="yes"?>' + worksheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>\u00b0</t></is></c></row>'
    )
    path = raw_book(tmp_path / "e.xlsx", text.encode(encoding))
    _edit(path, {(1, 2): "新"})
    sheet = openpyxl.load_workbook(path)["S"]
    assert (sheet["A1"].value, sheet["B1"].value) == ("\u00b0", "新")
    if encoding != "utf-8-sig":
        assert 'encoding="UTF-8" standalone="yes"' in part(path)


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "o.xlsx", worksheet('<row r="2"><c r="A2"/></row><row r="1"><c r="A1"/></row>'))
    assert _refusal(path, {(5, 1): 1}).code == "edit.structure"
    path = raw_book(tmp_path / "c.xlsx", worksheet('<row r="2"><c r="B2"/><c r="A2"/></row>'))
    assert _refusal(path, {(2, 3): 1}).code == "edit.structure"


def test_new_cells_take_the_style_of_their_surroundings(tmp_path: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills><borders count="1">'
        '<border/></borders><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="2"/><xf numFmtId="10"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>"
    )
    rows = '<row r="1"><c r="A1" s="1"/></row><row r="2" s="2" customFormat="1"/>'
    path = raw_book(
        tmp_path / "st.xlsx",
        worksheet(rows, before='<cols><col min="3" max="3" style="3"/></cols>'),
        more={"xl/styles.xml": styles},
        book_links='<Relationship Id="rId2" Type="http://x/styles" Target="styles.xml"/>',
    )
    _edit(path, {(1, 3): 1, (2, 5): 1, (3, 3): 1, (4, 3): dt.date(2026, 1, 1)})
    editor = WorkbookEditor.open(path)
    assert [editor.cell_style("S", *place) for place in ((1, 3), (2, 5), (3, 3), (4, 3))] == [3, 2, 3, 3]
    editor.set_cells("S", {(5, 1): CellWrite(1, style=1, number_format="0.000")})
    warn = editor.style(1, fill="FFC7CE", bold=True, font_colour="9C0006")
    assert editor.style(1, fill="FFC7CE", bold=True, font_colour="9C0006") == warn
    editor.set_cells("S", {(1, 1): CellWrite(4, style=warn)})
    editor.save(keep=0)
    again = WorkbookEditor.open(path)
    assert again.style(1, fill="FFC7CE", bold=True, font_colour="9C0006") == warn
    cell = openpyxl.load_workbook(path)["S"]["A1"]
    assert (cell.fill.fgColor.rgb, cell.font.b, cell.font.color.rgb) == ("FFFFC7CE", True, "FF9C0006")
    assert cell.number_format == "0.00"
    assert openpyxl.load_workbook(path)["S"]["A5"].number_format == "0.000"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 12), st.integers(1, 8)),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            st.integers(-(10**15), 10**15),
            st.decimals(-(10**9), 10**9, places=4),
            st.booleans(),
            st.none(),
            st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)),
        ),
        max_size=12,
    )
)
def test_whatever_is_written_is_what_others_read(tmp_path_factory: pytest.TempPathFactory, cells: dict) -> None:
    path = tmp_path_factory.mktemp("h") / "h.xlsx"
    raw_book(
        path, worksheet('<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c></row><row><c r="D4" t="b"><v>1</v></c></row>')
    )
    _edit(path, cells)
    sheet = openpyxl.load_workbook(path)["S"]
    expected: dict[tuple[int, int], object] = {(3, 2): 1, (3, 3): 2, (4, 4): True, **cells}
    for (row, column), value in expected.items():
        found = sheet.cell(row, column).value
        if isinstance(value, str):
            assert openpyxl.utils.escape.unescape(found or "").replace("\r\n", "\n") == value.replace("\r\n", "\n")
        elif isinstance(value, dt.date):
            assert found == dt.datetime(value.year, value.month, value.day)
        elif isinstance(value, Decimal):
            assert Decimal(repr(found)) == value
        else:
            assert found == value
