"""Files that cannot be read are refused by name with a remedy, and the process that asked lives on."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from workbench.errors import FileRefused
from workbench.places import column_letters
from workbench.sheets import read


def _workbook(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("S")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def _repacked(
    source: Path, target: Path, change: dict[str, bytes], extra: list[tuple[str, bytes]] | None = None
) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
        for name, data in extra or []:
            new.writestr(name, data)
    return target


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return _workbook(tmp_path / "good.xlsx", [["Order No.", "Amount"], ["A1", 5]])


def _refused(path: Path, code: str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(path)
    assert caught.value.code == code
    assert caught.value.where == path.name
    assert caught.value.remedy
    return caught.value


def test_missing_and_empty_files(tmp_path: Path) -> None:
    _refused(tmp_path / "nowhere.xlsx", "file.missing")
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    _refused(empty, "file.empty")
    blank = tmp_path / "blank.csv"
    blank.write_text("  \n\n", encoding="utf-8")
    _refused(blank, "file.empty")


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n0000", b"\x00\x01\x02\x03" * 200])
def test_other_kinds_of_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.xlsx"
    path.write_bytes(content)
    _refused(path, "file.not-a-workbook")


def test_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "letters.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    _refused(path, "file.not-a-workbook")


def test_encrypted_workbook_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    path.write_bytes(header + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024)
    _refused(path, "file.locked")


def test_truncated_and_damaged_workbooks(good: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:-700])
    _refused(cut, "file.corrupt")
    broken = _repacked(good, tmp_path / "broken.xlsx", {"xl/workbook.xml": b"<workbook><sheets>"})
    _refused(broken, "file.corrupt")
    half = _repacked(
        good, tmp_path / "half.xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row r='1'><c r='A1'><v>1"}
    )
    _refused(half, "file.corrupt")


def test_zip_bomb(good: Path, tmp_path: Path) -> None:
    bomb = _repacked(good, tmp_path / "bomb.xlsx", {}, [("xl/media/x.bin", b"\0" * 40_000_000)])
    assert "times" in _refused(bomb, "file.hostile").message


def test_names_that_lead_outside_or_twice(good: Path, tmp_path: Path) -> None:
    _refused(_repacked(good, tmp_path / "out.xlsx", {}, [("../evil.txt", b"x")]), "file.hostile")
    assert not (tmp_path.parent / "evil.txt").exists()
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = _repacked(good, tmp_path / "twice.xlsx", {}, [("xl/workbook.xml", b"<workbook/>")])
    _refused(twice, "file.hostile")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities(good: Path, tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'
    path = _repacked(good, tmp_path / "xxe.xlsx", {"xl/sharedStrings.xml": text.encode(encoding)})
    _refused(path, "file.hostile")


def test_one_cell_of_ten_megabytes(tmp_path: Path) -> None:
    csv_file = tmp_path / "long.csv"
    csv_file.write_text('a,b\n"' + "x" * 10_000_000 + '",1\n', encoding="utf-8")
    _refused(csv_file, "file.too-large")
    good = _workbook(tmp_path / "g.xlsx", [["a", "b"]])
    letters = random.Random(1)
    noise = "".join(letters.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=3_000_000))
    strings = f"<sst><si><t>{noise}</t></si><si><t>b</t></si></sst>".encode()
    _refused(_repacked(good, tmp_path / "cell.xlsx", {"xl/sharedStrings.xml": strings}), "file.too-large")


def test_far_cells_and_giant_merges_are_read(good: Path, tmp_path: Path) -> None:
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    book = read(_repacked(good, tmp_path / "far.xlsx", {"xl/worksheets/sheet1.xml": sheet}))
    assert len(book.sheets[0]) == 2


def test_a_workbook_in_bytes_only_is_never_unpacked_to_disk(good: Path) -> None:
    before = set(good.parent.iterdir())
    read(good)
    assert set(good.parent.iterdir()) == before
    assert zipfile.is_zipfile(io.BytesIO(good.read_bytes()))


def test_a_million_empty_rows_and_all_columns(good: Path, tmp_path: Path) -> None:
    blank = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (row, row) for row in range(1, 1_000_001)
    )
    sheet = b"<worksheet><sheetData>" + blank + b"</sheetData></worksheet>"
    assert len(read(_repacked(good, tmp_path / "blank.xlsx", {"xl/worksheets/sheet1.xml": sheet})).sheets[0]) == 0
    cells = b"".join(b'<c r="%s1"><v>1</v></c>' % column_letters(at).encode() for at in range(1, 16_385))
    sheet = b'<worksheet><sheetData><row r="1">' + cells + b"</row></sheetData></worksheet>"
    wide = read(_repacked(good, tmp_path / "wide.xlsx", {"xl/worksheets/sheet1.xml": sheet})).sheets[0]
    assert list(wide.columns_of(1)) == list(range(1, 16_385))


def test_what_an_external_link_leads_to_is_never_opened(good: Path, tmp_path: Path) -> None:
    """The value that the file keeps is read, the link is told, and nothing is fetched from where it leads."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,99\n", encoding="utf-8")
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" TargetMode="External" '
        b'Target="file://%s"/></Relationships>' % str(secret).encode()
    )
    sheet = b"<worksheet><sheetData><row r='1'><c r='A1'><f>[1]Sheet1!B2</f><v>7</v></c></row></sheetData></worksheet>"
    extra = [("xl/externalLinks/externalLink1.xml", link), ("xl/externalLinks/_rels/externalLink1.xml.rels", rels)]
    book = read(_repacked(good, tmp_path / "linked.xlsx", {"xl/worksheets/sheet1.xml": sheet}, extra))
    assert book.carries == ("external links",)
    (cell,) = book.sheets[0].cells()
    assert (cell.text, cell.formula) == ("7", "[1]Sheet1!B2")


def test_more_columns_than_a_sheet_has(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["1"] * 20_000), encoding="utf-8")
    _refused(path, "file.too-large")


@pytest.mark.parametrize("seed", range(12))
def test_damage_at_random_places(good: Path, tmp_path: Path, seed: int) -> None:
    """Whatever bytes are changed, the file is read or refused with a reason; nothing else happens."""
    chance, content = random.Random(seed), bytearray(good.read_bytes())
    for _change in range(chance.randrange(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(bytes(content))
    refused = ""
    try:
        read(path)
    except FileRefused as error:
        refused = error.code
    assert refused in ("", "file.corrupt", "file.hostile", "file.locked", "file.not-a-workbook", "file.too-large")
