"""A save replaces the file as a whole or not at all, keeps the version before, and never writes over others' work."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.splicing.packages import parts_of, raw_book, worksheet
from workbench.errors import FileRefused
from workbench.splicing import CellWrite, EditRefused, WorkbookEditor, saving


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "客户 orders.xlsx"
    made = xlsxwriter.Workbook(str(path))
    made.add_worksheet("S").write_row("A1", ["No", 1, 2.5])
    made.close()
    return path


def _edited(path: Path, value: str = "new") -> WorkbookEditor:
    editor = WorkbookEditor.open(path)
    editor.set_cells("S", {(1, 1): CellWrite(value)})
    return editor


def _refusal(editor: WorkbookEditor, path: Path) -> EditRefused:
    before = path.read_bytes()
    with pytest.raises(EditRefused) as caught:
        editor.save()
    assert path.read_bytes() == before
    assert not [one for one in path.parent.iterdir() if one.name.endswith(".part")]
    return caught.value


def test_earlier_versions_are_kept_up_to_a_number(book: Path) -> None:
    book.chmod(0o640)
    original = book.read_bytes()
    editor = _edited(book, "v0")
    report = editor.save(keep=2)
    assert report.backup is not None
    assert report.backup.read_bytes() == original
    assert report.changed_parts == ("xl/worksheets/sheet1.xml",)
    assert stat.S_IMODE(book.stat().st_mode) == 0o640
    assert editor.sha256 == report.sha256
    for number in range(1, 4):
        editor.set_cells("S", {(1, 1): CellWrite(f"v{number}")})
        editor.save(keep=2)
    folder = book.parent / f".{book.name}.backups"
    kept = sorted(folder.iterdir())
    assert len(kept) == 2
    assert {openpyxl.load_workbook(one)["S"]["A1"].value for one in kept} == {"v1", "v2"}
    assert openpyxl.load_workbook(book)["S"]["A1"].value == "v3"


def test_no_backup_where_none_is_wanted_and_a_copy_leaves_the_original(book: Path) -> None:
    original = book.read_bytes()
    copy = book.with_name("copy.xlsx")
    _edited(book).save(copy, keep=0)
    assert book.read_bytes() == original
    assert openpyxl.load_workbook(copy)["S"]["A1"].value == "new"
    assert sorted(one.name for one in book.parent.iterdir()) == ["copy.xlsx", book.name]
    with pytest.raises(EditRefused):
        _edited(book).save(book.with_name("copy.xlsm"))


def test_a_link_to_the_file_stays_a_link(book: Path) -> None:
    link = book.with_name("link.xlsx")
    link.symlink_to(book)
    _edited(link).save(keep=0)
    assert link.is_symlink()
    assert openpyxl.load_workbook(book)["S"]["A1"].value == "new"


def test_files_of_others_are_not_written_over(book: Path) -> None:
    editor = _edited(book)
    book.write_bytes(book.read_bytes() + b"\0")
    assert _refusal(editor, book).code == "edit.file-changed"
    editor = _edited(book)
    for mark in (f"~${book.name}", f".~lock.{book.name}#"):
        book.with_name(mark).touch()
        assert _refusal(editor, book).code == "edit.file-in-use"
        book.with_name(mark).unlink()
    editor.save()


def test_a_result_that_reads_back_differently_is_thrown_away(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = _edited(book)
    written = saving.Container.write

    def broken(self, out, changed, added, removed):  # type: ignore[no-untyped-def]  # stands in for a fault of the disk
        written(self, out, {name: data.replace(b"new", b"old") for name, data in changed.items()}, added, removed)

    monkeypatch.setattr(saving.Container, "write", broken)
    assert _refusal(editor, book).code == "edit.read-back"
    monkeypatch.undo()
    editor = _edited(book)
    editor._session.expected["xl/worksheets/sheet1.xml"][(1, 2)] = saving.Content("n", "7")
    assert _refusal(editor, book).code == "edit.read-back"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_read_only_file_is_refused(book: Path) -> None:
    book.chmod(0o400)
    assert _refusal(_edited(book), book).code == "edit.not-writable"


def test_a_full_disk_is_a_refusal(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.Container, "write", full)
    assert _refusal(_edited(book), book).code == "edit.not-writable"


KILLED = """
import sys
from decimal import Decimal
from workbench.splicing import CellWrite, WorkbookEditor
editor = WorkbookEditor.open(sys.argv[1])
print("go", flush=True)
number = 0
while True:
    number += 1
    editor.set_cells("S", {(row, 2): CellWrite(Decimal(number)) for row in range(1, 400)})
    editor.save(keep=0)
"""


def test_killing_it_at_any_moment_leaves_one_whole_version(tmp_path: Path) -> None:
    path = tmp_path / "k.xlsx"
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("S")
    for row in range(400):
        sheet.write_row(row, 0, [f"row {row}", 0])
    made.close()
    chance = random.Random(5)
    for _round in range(24):
        running = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(chance.random() * 0.08)
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
        found = WorkbookEditor.open(path)
        values = {cell.value for (cell,) in openpyxl.load_workbook(path, read_only=True)["S"].iter_rows(1, 399, 2, 2)}
        assert len(values) == 1
        assert found.save().changed_parts == ()


HOSTILE = {
    "entity": (worksheet("").replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1), "file.hostile"),
    "entity in utf-16": (worksheet("").replace("<worksheet", '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><worksheet', 1).encode("utf-16"), "file.hostile"),
    "not closed": (worksheet('<row r="1"><c r="A1"></row>'), "file.corrupt"),
    "cut off": (worksheet('<row r="1">')[:-20], "file.corrupt"),
    "quotes without end": ("<worksheet " + "<a '" * 20000, "file.corrupt"),
    "deep": ("<a>" * 5000 + "</a>" * 5000, "file.corrupt"),
    "unknown encoding": ('<?xml version="1.0" encoding="x-nothing"?>' + worksheet(""), "file.corrupt"),
    "utf-7": ('<?xml version="1.0" encoding="utf-7"?>' + worksheet(""), "file.corrupt"),
    "no utf-8": (worksheet("").replace("<sheetData>", "<sheetData>X").encode().replace(b"X", b"\xff\xfe"), "file.corrupt"),
    "place of another row": (worksheet('<row r="1"><c r="A2"/></row>'), "edit.structure"),
    "no place": (worksheet('<row r="1"><c r="?"/></row>'), "edit.structure"),
    "row too far": (worksheet('<row r="9999999"><c r="A9999999"/></row>'), "edit.structure"),
    "two namespaces": (worksheet('<row r="1"/><y:row xmlns:y="http://y" r="2"/>'), "edit.structure"),
    "two lists of rows": (worksheet('<row r="1"/></sheetData><sheetData>'), "edit.structure"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sheets_are_refused_by_name(tmp_path: Path, name: str) -> None:
    data, code = HOSTILE[name]
    path = raw_book(tmp_path / "h.xlsx", data)
    before = path.read_bytes()
    editor = WorkbookEditor.open(path)
    with pytest.raises(FileRefused) as caught:
        editor.set_cells("S", {(1, 1): CellWrite(1), (9, 9): CellWrite(Decimal("2.5"))})
    assert editor.save().changed_parts == ()
    assert caught.value.code == code
    assert caught.value.remedy
    assert path.read_bytes() == before


def test_other_files_are_refused_by_name(tmp_path: Path, book: Path) -> None:
    def code(path: Path) -> str:
        with pytest.raises(FileRefused) as caught:
            WorkbookEditor.open(path)
        return caught.value.code

    assert code(tmp_path / "missing.xlsx") == "file.missing"
    other = tmp_path / "other.xlsx"
    for data, expected in (
        (b"", "file.empty"),
        (b"a,b\n1,2\n", "edit.format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "edit.format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file.locked"),
        (book.read_bytes()[:-30], "file.corrupt"),
        (b"PK\3\4 nothing", "file.corrupt"),
    ):
        other.write_bytes(data)
        assert code(other) == expected
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    assert code(other) == "edit.format"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert code(other) == "file.not-a-workbook"
    doubled = dict(parts_of(book))
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in doubled.items():
            archive.writestr(name, data)
        archive.writestr("XL/Workbook.xml", b"<other/>")
    assert code(other) == "file.hostile"


def test_an_entry_that_holds_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "lies.xlsx", worksheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 50_000))
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    size = info.file_size.to_bytes(4, "little")
    assert raw.count(size) == 2
    path.write_bytes(bytes(raw).replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(FileRefused) as caught:
        WorkbookEditor.open(path).set_cells("S", {(1, 1): CellWrite(2)})
    assert caught.value.code == "file.corrupt"


def test_signatures_and_labels_are_told(tmp_path: Path) -> None:
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    links += '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    links += '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    path = raw_book(
        tmp_path / "signed.xlsx",
        worksheet(""),
        more={"_rels/.rels": links, "_xmlsignatures/origin.sigs": "", "docMetadata/LabelInfo.xml": "<clbl/>"},
    )
    with pytest.raises(EditRefused) as caught:
        WorkbookEditor.open(path)
    assert caught.value.code == "edit.signed"
    editor = WorkbookEditor.open(path, allow_signed=True)
    assert len(editor.warnings) == 2


def test_zips_of_other_writers(tmp_path: Path, book: Path) -> None:
    """Data descriptors, stored entries, zip64 fields, comments, and bytes before and between the entries."""
    contents = parts_of(book)

    class Stream:  # a target that cannot be rewound, as servers have it
        def __init__(self, file: object) -> None:
            self.write, self.flush = file.write, file.flush  # type: ignore[attr-defined]

    path = tmp_path / "streamed.xlsx"
    with path.open("wb") as file, zipfile.ZipFile(Stream(file), "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for number, (name, data) in enumerate(contents.items()):
            info = zipfile.ZipInfo(name, (2020, 2, 3, 4, 5, 6))
            info.compress_type = zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=number % 3 == 0) as entry:
                entry.write(data)
        archive.comment = b"made by a server"
    editor = _edited(path, "through")
    editor.put_sheet("Ours", [[1]])
    editor.save(keep=0)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.comment == b"made by a server"
        assert archive.namelist()[: len(contents)] == list(contents)
        assert {info.date_time for info in archive.infolist()} == {(2020, 2, 3, 4, 5, 6)}
    assert openpyxl.load_workbook(path)["S"]["A1"].value == "through"
