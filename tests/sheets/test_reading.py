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


_ODD_PIECES = {
    "plain": (),
    "formula": ((4321, "<v>7</v>", "<f>3+4</f><v>7</v>"),),
    "number that is none": ((4321, "<v>7</v>", "<v>7 </v>"),),
    "text inline": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322" t="inlineStr"><is><t>日本 7</t></is></c>'),),
    "attribute": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322" cm="1"><v>7</v></c>'),),
    "string beyond the last": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322" t="s"><v>99999</v></c>'),),
    "place left out": ((4321, '<c r="B4322"><v>7</v></c>', "<c><v>7</v></c>"),),
    "no value": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322"><v></v></c>'),),
    "value without end": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322"><v/></c>'),),
    "cell twice": ((4321, '<c r="B4322"><v>7</v></c>', '<c r="B4322"><v>1</v></c><c r="B4322"><v>7</v></c>'),),
}


@pytest.mark.parametrize("odd", _ODD_PIECES)
def test_a_large_sheet_is_read_like_a_small_one(tmp_path: Path, odd: str) -> None:
    """Large sheets are read as numbers over bytes; whatever is not plain in them has to come out as it would alone."""
    rows = 9_000
    path = tmp_path / "plain.xlsx"
    book = xlsxwriter.Workbook(str(path))
    money = book.add_format({"num_format": "#,##0.00 [$€-407]"})
    sheet = book.add_worksheet("Ø")
    for row in range(rows):
        sheet.write(row, 0, f"PI-{row % 700}")
        sheet.write(row, 1, 7)
        sheet.write_number(row, 2, -row / 3 * 10 ** (row % 40 - 20), money)
        sheet.write_boolean(row, 3, row % 2)
        sheet.write_blank(row, 4, None, money)
        sheet.write_string(row, 27, ["#N/A", "Zürich & Co", " <b> "][row % 3])
    sheet.set_row(77, None, None, {"hidden": True})
    sheet.merge_range(rows, 0, rows + 1, 3, "sheetData> signed")
    book.close()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                text = data.decode()
                for row, before, after in _ODD_PIECES[odd]:
                    at = text.index(before, text.index(f'<row r="{row + 1}"'))
                    text = text[:at] + after + text[at + len(before) :]
                data = text.encode()
            new.writestr(name, data)
    page = read(tmp_path / "odd.xlsx").sheets[0]
    if odd == "plain":
        theirs = openpyxl.load_workbook(tmp_path / "odd.xlsx")["Ø"]
        for line in theirs.iter_rows():
            for one in line:
                ours = page.cell(one.row, one.column)
                if one.value is None:
                    assert ours is None
                    continue
                assert ours is not None
                assert ours.number_format == one.number_format
                if one.data_type == "n":
                    assert float(ours.text) == one.value
                else:
                    assert ours.text == (str(int(one.value)) if one.data_type == "b" else one.value)
    changed = page.cell(4322, 2)
    around = [page.cell(row, column) for row in (4321, 4323) for column in (1, 2, 28)]
    texts = [one.text for one in around if one is not None]
    assert texts == [f"PI-{4320 % 700}", "7", ["#N/A", "Zürich & Co", " <b> "][4320 % 3],
                     f"PI-{4322 % 700}", "7", ["#N/A", "Zürich & Co", " <b> "][4322 % 3]]  # fmt: skip
    expected = {"text inline": "日本 7", "string beyond the last": None, "no value": None, "value without end": None}
    assert (changed.text if changed else None) == expected.get(odd, "7")
    assert (changed.formula if changed else "") == ("3+4" if odd == "formula" else "")
    assert page.hidden_rows == {78}
    assert str(page.merge_over(rows + 1, 2)) == f"A{rows + 1}:D{rows + 2}"
    assert len(page) == 5 * rows + 1 - (changed is None)
