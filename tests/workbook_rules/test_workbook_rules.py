"""The rules notice what they are for: a sound workbook passes, and each single damage to it is told."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from tests.workbook_rules import Book, problems
from tests.workbook_rules.schemas import schema_problems
from tests.workbook_rules.sdk import sdk_problems

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sheets with everything that our workbooks use."""
    path = tmp_path_factory.mktemp("rules") / "sound.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet, other = book.add_worksheet("Orders"), book.add_worksheet("Other one")
    columns = [
        {"header": "Number"}, {"header": "Date"}, {"header": "Amount", "total_function": "sum", "total_value": 30},
    ]  # fmt: skip
    sheet.add_table("A4:C7", {"name": "tblOrders", "columns": columns, "total_row": True})
    for row, (number, day, amount) in enumerate([("N1", date(2024, 5, 1), 10), ("N2", date(2024, 5, 2), 20)], start=4):
        sheet.write_row(row, 0, [number, day, amount])
    sheet.merge_range("A1:C1", "Title", book.add_format({"bold": True, "num_format": "#,##0.00;[Red]-#,##0.00"}))
    sheet.write_formula("E1", "=SUM(tblOrders[Amount])", None, 30)
    sheet.write_formula("E2", "=IFERROR('Other one'!A1,\"none\")", None, "here")
    sheet.write_comment("C5", "evidence")
    sheet.write_url("A5", "internal:'Other one'!A1", string="N1")
    sheet.data_validation("B5:B6", {"validate": "list", "source": ["open", "paid"], "error_message": "choose"})
    sheet.conditional_format(
        "C5:C6", {"type": "cell", "criteria": ">", "value": 15, "format": book.add_format({"italic": True})}
    )
    sheet.freeze_panes(4, 0)
    other.write("A1", "here")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"categories": "=Orders!$A$5:$A$6", "values": "=Orders!$C$5:$C$6"})
    other.insert_chart("C3", chart)
    book.define_name("Total", "=Orders!$E$1")
    book.close()
    return path


def test_a_sound_workbook_passes(sound: Path) -> None:
    assert problems(sound) == []
    assert list(schema_problems(Book(sound))) == []
    assert sdk_problems(sound) == []


DAMAGE = [
    # what package and workbook say
    (f"{WORKBOOK}", b'name="Orders"', b'name="Ord/ers"', "cannot be the name of a sheet"),
    (f"{WORKBOOK}", b'name="Other one"', b'name="ORDERS"', "two sheets have one name"),
    (f"{WORKBOOK}", b'name="Orders" sheetId="1"', b'name="Orders" sheetId="1" state="hidden"', "hidden or missing"),
    (f"{WORKBOOK}", b'name="Total"', b'name="AB12"', "cannot be a defined name"),
    (f"{WORKBOOK}", b'name="Total"', b'name="tblOrders"', "is a table as well"),
    (f"{WORKBOOK}", b"Orders!$E$1", b"#REF!$E$1", "points to #REF!"),
    (f"{WORKBOOK}", b"Orders!$E$1", b"Gone!$E$1", "a sheet that does not exist"),
    ("[Content_Types].xml", b"spreadsheetml.table+xml", b"spreadsheetml.styles+xml", "not that of a table"),
    ("[Content_Types].xml", b"/xl/comments1.xml", b"/xl/comments9.xml", "does not exist"),
    ("xl/worksheets/_rels/sheet1.xml.rels", b"../comments1.xml", b"../comments9.xml", "does not exist"),
    ("xl/worksheets/_rels/sheet1.xml.rels", b"../comments1.xml", b"../vmlDrawing9.xml", "nothing leads to it"),
    (SHEET, b'<legacyDrawing r:id="rId1"/>', b'<legacyDrawing r:id="rId9"/>', "is no relation of it"),
    # cells
    (SHEET, b'<row r="5"', b'<row r="2"', "row 2 after row"),
    (SHEET, b'<c r="B5"', b'<c r="A5"', "out of place"),
    (SHEET, b'ref="A1:E7"', b'ref="A1:C7"', "outside of its dimension"),
    (SHEET, b"<v>45413</v>", b"<v>3000000</v>", "outside of what Excel shows"),
    (SHEET, b"<v>45413</v>", b"<v>1e999</v>", "outside of what Excel shows"),
    (SHEET, b'r="A5" s="', b'r="A5" s="9', "does not exist"),
    (SHEET, b"tblOrders[Amount]", b"tblOrders[Sum]", "no column sum"),
    (SHEET, b"tblOrders[Amount]", b"tblGone[Amount]", "no table tblGone"),
    (SHEET, b"'Other one'!A1", b"'Lost one'!A1", "no sheet Lost one"),
    (SHEET, b"SUM(tblOrders[Amount])", b"XLOOKUP(1,A1,A1)", "needs its prefix"),
    (SHEET, b"SUM(tblOrders[Amount])", b"SUM(tblOrders[Amount]", "is no formula"),
    (SHEET, b"SUM(tblOrders[Amount])", b"[1]Sheet1!A1", "leads out of the file"),
    (SHEET, b"<f>SUM(tblOrders[Amount])</f>", b'<f t="shared" si="3"/>', "a formula that nobody has"),
    # ranges
    (SHEET, b'<mergeCell ref="A1:C1"/>', b'<mergeCell ref="A5:C5"/>', "merged inside of a table"),
    (SHEET, b'<mergeCell ref="A1:C1"/>', b'<mergeCell ref="A1:C1"/><mergeCell ref="C1:D1"/>', "overlap"),
    (SHEET, b"location=\"'Other one'!A1\"", b"location=\"'Lost one'!A1\"", "which does not exist"),
    (SHEET, b'"open,paid"', b'"' + b"open," * 60 + b'"', "a validation of 300 characters"),
    (SHEET, b'error="choose"', b'error="' + b"c" * 300 + b'"', "longer than 225"),
    (SHEET, b'"open,paid"', b"tblOrders[Number]", "may not name a table"),
    (SHEET, b'dxfId="0"', b'dxfId="7"', "which does not exist"),
    (SHEET, b'topLeftCell="A5"', b'topLeftCell="A2"', "inside of its frozen rows"),
    # tables
    (TABLE, b'name="Amount"', b'name="Betrag"', "is not its column's 'Betrag'"),
    (TABLE, b'name="Amount"', b'name="number"', "two columns have one name"),
    (TABLE, b'ref="A4:C7"', b'ref="A4:D7"', "3 columns over"),
    (TABLE, b'<autoFilter ref="A4:C6"', b'<autoFilter ref="A4:C7"', "its filter covers"),
    (TABLE, b'displayName="tblOrders"', b'displayName="R1C1"', "cannot be the name of a table"),
    # styles, comments, charts
    (STYLES, b'<fills count="2"', b'<fills count="3"', "fills says"),
    (STYLES, b'formatCode="yyyy-mm-dd"', b'formatCode="yyyy&quot;mm"', "is no number format"),
    ("xl/drawings/vmlDrawing1.vml", b"<x:Row>4</x:Row>", b"<x:Row>5</x:Row>", "or on other cells"),
    ("xl/charts/chart1.xml", b"Orders!$C$5:$C$6", b"Gone!$C$5:$C$6", "draws Gone"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "old", "new", "told"), DAMAGE)
def test_a_damage_is_told(sound: Path, tmp_path: Path, part: str, old: bytes, new: bytes, told: str) -> None:
    damaged = _edited(sound, tmp_path / "damaged.xlsx", part, old, new)
    assert any(told in problem for problem in problems(damaged)), problems(damaged)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"<sheetData>", b"<sheetDatum/><sheetData>"),
        (SHEET, b'<row r="5"', b'<row r="five"'),
        (TABLE, b"totalsRowCount", b"totalRows"),
        (STYLES, b"<family ", b"<familie "),
        ("xl/charts/chart1.xml", b"<c:barDir ", b"<c:barWay "),
    ],
)
def test_the_schemas_and_the_sdk_notice_what_no_part_may_hold(
    sound: Path, tmp_path: Path, part: str, old: bytes, new: bytes
) -> None:
    damaged = _edited(sound, tmp_path / "damaged.xlsx", part, old, new)
    assert list(schema_problems(Book(damaged)))
    assert sdk_problems(damaged)


def _edited(path: Path, target: Path, part: str, old: bytes, new: bytes) -> Path:
    """The workbook with one replacement in one part."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            body = source.read(name)
            if name == part:
                assert old in body, f"{old!r} is not in {part}: {body[:2000]!r}"
                body = body.replace(old, new, 1)
            out.writestr(name, body)
    return target
