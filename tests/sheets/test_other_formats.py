"""OpenDocument and old Excel files: values with what the file tells about them."""

from __future__ import annotations

import struct
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.errors import FileRefused
from workbench.sheets import CellKind, read
from workbench.sheets.biff import beside_values
from workbench.sheets.number_formats import meaning_of

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def _ods(path: Path, body: str, manifest: str = "<manifest/>") -> Path:
    content = (
        f'<?xml version="1.0"?><office:document-content {NAMESPACES} {CALC}><office:automatic-styles>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def _cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_opendocument_cells(tmp_path: Path) -> None:
    rows = [
        _cell("two<text:s text:c='2'/>blanks<text:line-break/>and a line")
        + _cell("1.234,50 €", 'office:value-type="currency" office:currency="EUR" office:value="1234.5"')
        + '<table:table-cell table:number-columns-repeated="3"/>'
        + _cell("30 %", 'office:value-type="percentage" office:value="0.3"'),
        _cell("03.02.26", 'office:value-type="date" office:date-value="2026-02-03"')
        + _cell("#REF!", 'office:value-type="string" calcext:value-type="error" table:formula="of:=[.A1]+#REF!"')
        + _cell("2469", 'office:value-type="float" office:value="2469" table:formula="of:=SUM([.B1:.B1])*2"')
        + '<table:table-cell office:value-type="float" office:value="7" table:number-columns-spanned="2"><office:annotation>'
        + "<text:p>by phone</text:p></office:annotation><text:p>7</text:p></table:table-cell><table:covered-table-cell/>",
    ]
    body = (
        '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
        '<table:table table:name="Orders"><table:table-column/><table:table-column table:visibility="collapse"/>'
        f'<table:table-row>{rows[0]}</table:table-row><table:table-row table:number-rows-repeated="2"/>'
        f'<table:table-row table:visibility="filter">{rows[1]}</table:table-row></table:table>'
        '<table:table table:name="Lists" table:style-name="ta2"><table:table-row table:number-rows-repeated="3">'
        f"{_cell('x')}</table:table-row></table:table>"
    )
    book = read(_ods(tmp_path / "a.ods", body))
    sheet, lists = book.sheets
    assert book.epoch_1904
    assert (lists.hidden, len(lists)) == (True, 3)
    cells = {(cell.row, cell.column): cell for cell in sheet.cells()}
    assert cells[1, 1].text == "two  blanks\nand a line"
    assert (cells[1, 2].number, meaning_of(cells[1, 2].number_format).symbol) == (Decimal("1234.5"), "EUR")
    assert meaning_of(cells[1, 6].number_format).is_percent
    assert (cells[4, 1].kind, cells[4, 1].text) == (CellKind.DATE, "2026-02-03")
    assert (cells[4, 2].kind, cells[4, 2].text, cells[4, 2].formula) == (CellKind.ERROR, "#REF!", "A1+#REF!")
    assert (cells[4, 3].number, cells[4, 3].formula) == (Decimal(2469), "SUM(B1:B1)*2")
    assert cells[4, 4].text == "7"
    assert (sheet.comments[4, 4], str(sheet.merges[0])) == ("by phone", "D4:E4")
    assert sheet.hidden_rows == {4}
    assert sheet.column_hidden(2)
    assert book.differences == ()


def test_opendocument_that_is_locked_or_endless(tmp_path: Path) -> None:
    locked = _ods(tmp_path / "locked.ods", "", "<manifest><encryption-data/></manifest>")
    endless = (
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
        + "".join(
            f'<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="{n}"/>'
            for n in "1"
        )
        + "</table:table-row></table:table>"
    )
    for path, code in ((locked, "file.locked"), (_ods(tmp_path / "endless.ods", endless), "file.too-large")):
        with pytest.raises(FileRefused) as caught:
            read(path)
        assert caught.value.code == code


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _old_excel() -> bytes:
    """A compound file with one stream: a sheet with a euro amount, an error, a hidden row and column, days from 1904."""
    code = "[$€-407]#,##0.00"
    start = _record(0x809, struct.pack("<HH", 0x0600, 5) + b"\0" * 12)
    head = start + _record(0x22, struct.pack("<H", 1))
    head += _record(0x41E, struct.pack("<HHB", 164, len(code), 1) + code.encode("utf-16-le"))
    head += _record(0xE0, struct.pack("<HH", 0, 0) + b"\0" * 16) + _record(
        0xE0, struct.pack("<HH", 0, 164) + b"\0" * 16
    )
    name = _record(0x85, struct.pack("<IBB", 0, 0, 0) + bytes([6, 0]) + b"Orders")
    place = len(head) + len(name) + 4
    name = _record(0x85, struct.pack("<IBB", place, 0, 0) + bytes([6, 0]) + b"Orders")
    page = _record(0x809, struct.pack("<HH", 0x0600, 0x10) + b"\0" * 12)
    page += _record(0x7D, struct.pack("<HHHHH", 2, 3, 0, 0, 1)) + _record(
        0x208, struct.pack("<HHHHHHH", 4, 0, 9, 0, 0, 0, 0x20) + b"\0\0"
    )
    page += _record(0x203, struct.pack("<HHHd", 0, 1, 1, 1234.5)) + _record(
        0x205, struct.pack("<HHHBB", 1, 1, 0, 0x17, 1)
    )
    page += _record(0xBD, struct.pack("<HH", 2, 0) + struct.pack("<HI", 1, 0) * 2 + struct.pack("<H", 1))
    stream = head + name + _record(0x0A, b"") + page + _record(0x0A, b"")
    stream += b"\0" * (4608 - len(stream))
    sectors = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 18, 2, 1) + b"\xff" * 12 + b"\0" * 36
    entry += struct.pack("<III", 2, len(stream), 0)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    )
    header += struct.pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    return header.ljust(512, b"\xff") + fat + entry.ljust(512, b"\0") + stream


def test_what_an_old_workbook_tells_beside_its_values() -> None:
    found = beside_values(_old_excel())
    assert found is not None
    assert found.epoch_1904
    page = found.pages["Orders"]
    assert page.formats == {(1, 2): "[$€-407]#,##0.00", (3, 1): "[$€-407]#,##0.00", (3, 2): "[$€-407]#,##0.00"}
    assert page.errors == {(2, 2): "#REF!"}
    assert (page.hidden_rows, page.hidden_columns) == ([5], [(3, 4)])


@pytest.mark.parametrize("cut", [0, 7, 40, 512, 700, 1100, 1600, 2000])
def test_a_damaged_old_workbook_tells_nothing(cut: int) -> None:
    whole = _old_excel()
    beside_values(whole[:cut])
    beside_values(whole[:cut] + b"\xff" * 2000)
    assert beside_values(b"") is None
