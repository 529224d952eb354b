"""What a file holds comes out as stored: digits, formats, texts, errors, formulas, hidden parts, encodings."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.sheets import CellKind, read
from workbench.sheets.number_formats import meaning_of


def test_cells_with_their_evidence(tmp_path: Path) -> None:
    path = tmp_path / "Book.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet("报价")
    money = book.add_format({"num_format": "[$¥-804]#,##0.00"})
    sheet.write_number(0, 0, 1234.5, money)
    sheet.write_string(0, 1, "  two  blanks & <tags> ")
    sheet.write_formula(1, 0, "=A1*2", money, 2469)
    sheet.write_formula(1, 1, "=#REF!+1", None, "#REF!")
    sheet.merge_range(3, 0, 4, 1, "merged")
    sheet.write_comment(0, 0, "by phone")
    sheet.set_row(1, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})
    book.close()
    read_book = read(path)
    page = read_book.sheets[0]
    first = page.cell(1, 1)
    assert first is not None
    assert (first.number, first.number_format) == (Decimal("1234.5"), "[$¥-804]#,##0.00")
    text = page.cell(1, 2)
    assert text is not None
    assert text.text == "  two  blanks & <tags> "
    formula, error = page.cell(2, 1), page.cell(2, 2)
    assert formula is not None
    assert error is not None
    assert (formula.formula, formula.number) == ("A1*2", Decimal(2469))
    assert (error.kind, error.text) == (CellKind.ERROR, "#REF!")
    assert read_book.epoch_1904
    assert page.place(2, 1) == "Book.xlsx!报价!A2"
    assert page.hidden_rows == {2}
    assert page.column_hidden(2)
    assert not page.column_hidden(1)
    assert str(page.merge_over(5, 2)) == "A4:B5"
    assert page.comments[1, 1].endswith("by phone")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(-1e12, 1e12, allow_nan=False),
                st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
            ),
            min_size=1,
            max_size=6,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_same_values_as_another_reader(tmp_path: Path, rows: list[list[float | str]]) -> None:
    path = tmp_path / "same.xlsx"
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet("S")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.close()
    mine = {(cell.row, cell.column): cell for cell in read(path).sheets[0].cells()}
    theirs = {
        (c.row, c.column): c.value
        for line in openpyxl.load_workbook(path)["S"].iter_rows()
        for c in line
        if c.value is not None
    }
    assert set(mine) == set(theirs)
    for place, value in theirs.items():
        cell = mine[place]
        assert float(cell.text) == value if cell.kind is CellKind.NUMBER else cell.text == value


def test_shared_formulas_and_odd_xml(tmp_path: Path) -> None:
    good = tmp_path / "g.xlsx"
    book = xlsxwriter.Workbook(str(good))
    book.add_worksheet("S").write(0, 0, "x")
    book.close()
    sheet = (
        b'<?xml version="1.0"?><!-- made by hand --><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t><![CDATA[a < b]]></x:t></x:is></x:c>'
        b'<x:c><x:f t="shared" si="0" ref="B1:B2">C1*2</x:f><x:v>4</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'
        b'<x:row><x:c r="B2" s=""><x:f t="shared" si="0"/><x:v>6</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    found = {(c.row, c.column): (c.text, c.formula) for c in read(path).sheets[0].cells()}
    assert found == {(1, 1): ("a < b", ""), (1, 2): ("4", "C1*2"), (1, 3): ("2", ""), (2, 2): ("6", "C2*2")}


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("订单号,客户名称,金额\nPI01,北风贸易有限公司,5\n", "gb18030", "gb18030"),
        ("訂單號,客戶名稱,金額\nPI01,香港貿易有限公司,5\n", "big5", "big5"),
        ("Kundennr.;Straße;Betrag\n1;Müllerstraße;5,00\n", "cp1252", "cp1252"),
        ("수주번호,주문금액,거래처명\nPI01,5,한국상사\n", "cp949", "cp949"),
        ("受注番号,受注金額,得意先名\nPI01,5,さくら商事\n", "shift_jis", "cp932"),
        ("Номер заказа;Сумма;Покупатель\nA1;5,00;Ромашка\n", "cp1251", "cp1251"),
        ("a\tb\n1\té\n", "utf-16", "utf-16"),
        ("a,b\n1,é\n", "utf-8-sig", "utf-8-sig"),
    ],
)
def test_encodings_and_separators(tmp_path: Path, text: str, encoding: str, said: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    book = read(path)
    page = book.sheets[0]
    separator = next(mark for mark in "\t;," if mark in text)
    expected = [line.split(separator) for line in text.strip().split("\n")]
    assert [[cell.text for cell in page.row(row)] for row in page.rows] == expected
    assert book.encoding == said
    assert page.name == "export"


def test_web_page_called_xls(tmp_path: Path) -> None:
    path = tmp_path / "report.xls"
    path.write_text(
        '<html><body><table><tr><th colspan="2">Sales</th></tr><tr><td>A&amp;B</td><td>5</td></tr></table></body></html>',
        encoding="utf-8",
    )
    page = read(path).sheets[0]
    assert [[cell.text for cell in page.row(row)] for row in page.rows] == [["Sales"], ["A&B", "5"]]
    assert str(page.merges[0]) == "A1:B1"


@pytest.mark.parametrize(
    ("code", "symbol", "currency", "date", "percent", "padding"),
    [
        ("[$¥-804]#,##0.00", "¥", "CNY", False, False, 0),
        ("[$¥-411]#,##0", "¥", "JPY", False, False, 0),
        ('"$"#,##0.00', "$", "", False, False, 0),
        ("#,##0.00\\ [$€-407]", "€", "", False, False, 0),
        ("[$-F800]dddd, mmmm dd, yyyy", "", "", True, False, 0),
        ('yyyy"年"m"月"d"日"', "", "", True, False, 0),
        ("0.00%", "", "", False, True, 0),
        ("00000", "", "", False, False, 5),
        ("[Red]#,##0.00;-#,##0.00", "", "", False, False, 0),
        ("0.00E+00", "", "", False, False, 0),
    ],
)
def test_number_formats(code: str, symbol: str, currency: str, date: bool, percent: bool, padding: int) -> None:
    meaning = meaning_of(code)
    assert (meaning.symbol, meaning.is_date, meaning.is_percent, meaning.padding) == (symbol, date, percent, padding)
    assert meaning.lcid_currency == currency


def test_shared_strings_of_other_writers(tmp_path: Path) -> None:
    """A namespace prefix, an empty string, rich text: none costs a cell, and a second reader agrees."""
    good = tmp_path / "g.xlsx"
    book = xlsxwriter.Workbook(str(good))
    page = book.add_worksheet("S")
    page.write_column(0, 0, ["one", "two", "three"])
    book.close()
    parts = {
        "prefixed": b'<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:si><x:t>one</x:t></x:si>'
        b"<x:si><x:t>two</x:t></x:si><x:si><x:t>three</x:t></x:si></x:sst>",
        "mixed": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>one</t></si>'
        b"<si><r><t>t</t></r><r><t>wo</t></r></si><si><t>three</t></si></sst>",
    }
    for name, strings in parts.items():
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
            for part in old.namelist():
                new.writestr(part, strings if part.endswith("sharedStrings.xml") else old.read(part))
        found = read(path)
        assert [cell.text for cell in found.sheets[0].cells()] == ["one", "two", "three"]
        assert found.differences == ()
        assert found.second_reader_failed == ""


def test_many_cells_and_inline_texts(tmp_path: Path) -> None:
    """More than one piece of XML, with formulas, hidden rows and texts inside the cells."""
    path = tmp_path / "many.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("S")
    for row in range(9000):
        if row % 1000 == 7:
            page.set_row(row, None, None, {"hidden": True})
        page.write_row(row, 0, [f"A{row} & <b>", row / 4, "common", row])
        if row % 100 == 3:
            page.write_formula(row, 4, f"=B{row + 1}*2", None, row / 2)
    book.close()
    sheet = read(path).sheets[0]
    assert len(sheet) == 9000 * 4 + 90
    assert sheet.hidden_rows == {1000 * n + 8 for n in range(9)}
    for row in (1, 4567, 9000):
        first, second = sheet.cell(row, 1), sheet.cell(row, 2)
        assert first is not None
        assert second is not None
        assert (first.text, second.number) == (f"A{row - 1} & <b>", Decimal(row - 1) / 4)
    formula = sheet.cell(8904, 5)
    assert formula is not None
    assert (formula.formula, formula.number) == ("B8904*2", Decimal(8903) / 2)
