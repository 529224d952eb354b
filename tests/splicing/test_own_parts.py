"""Notes, names and sheets of ours beside those of other people."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.splicing.packages import MAIN, part, parts_of, raw_book, worksheet
from tests.workbook_rules import problems
from workbench.splicing import CellWrite, EditRefused, WorkbookEditor


def _saved(editor: WorkbookEditor, path: Path) -> None:
    """Save, and hold the result against what Excel demands."""
    editor.save(keep=0)
    assert problems(path) == []


def _code(editor: WorkbookEditor, method: str, *arguments: object, **options: object) -> str:
    with pytest.raises(EditRefused) as caught:
        getattr(editor, method)(*arguments, **options)
    return caught.value.code


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    path = tmp_path / "noted.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    book.add_worksheet("Bare").write("A1", 1)
    sheet.write("A1", "x")
    sheet.write_comment("A1", "theirs", {"author": "Li Na"})
    sheet.insert_button("C3", {"caption": "press"})
    book.close()
    return path


def test_notes_come_and_go_without_a_trace(noted: Path) -> None:
    before = parts_of(noted)
    editor = WorkbookEditor.open(noted)
    editor.set_note("S", 2, 3, "amount <differs>\nby 5 & more")
    editor.set_notes("Bare", {(1, 1): "one", (4, 2): "two"})
    _saved(editor, noted)
    book = openpyxl.load_workbook(noted)
    assert book["S"]["A1"].comment.text == "theirs"
    assert book["S"]["A1"].comment.author == "Li Na"
    assert book["S"]["C2"].comment.text == "Workbench:\namount <differs>\nby 5 & more"
    assert book["Bare"]["B4"].comment.text == "Workbench:\ntwo"
    drawing = part(noted, "xl/drawings/vmlDrawing1.vml")
    assert before["xl/drawings/vmlDrawing1.vml"].decode().removesuffix("</xml>").rstrip() in drawing
    editor = WorkbookEditor.open(noted)
    editor.set_note("S", 2, 3, "amount <differs>\nby 5 & more")
    assert editor.save().changed_parts == ()
    editor.set_note("S", 2, 3, "settled")
    _saved(editor, noted)
    assert openpyxl.load_workbook(noted)["S"]["C2"].comment.text == "Workbench:\nsettled"
    editor.remove_note("S", 2, 3)
    editor.set_notes("Bare", {(1, 1): None, (4, 2): None, (9, 9): None})
    _saved(editor, noted)
    after = parts_of(noted)
    assert after["xl/worksheets/sheet2.xml"] == before["xl/worksheets/sheet2.xml"]
    assert b'ref="A1"' in after["xl/comments1.xml"]
    assert b"C2" not in after["xl/comments1.xml"]
    assert after.keys() - before.keys() <= {"xl/worksheets/_rels/sheet2.xml.rels"}


def test_notes_of_others_are_not_touched(noted: Path) -> None:
    editor = WorkbookEditor.open(noted)
    assert _code(editor, "set_note", "S", 1, 1, "mine now") == "edit.note"
    assert _code(editor, "remove_note", "S", 1, 1) == "edit.note"
    assert editor.save().changed_parts == ()


def test_our_sheets_are_written_anew_and_others_never(noted: Path) -> None:
    before = parts_of(noted)
    editor = WorkbookEditor.open(noted)
    rows = [["workbench", "1"], ["=1+1", CellWrite(5, number_format="0.00")], [None, True]]
    editor.put_sheet("_workbench", rows, state="veryHidden")
    editor.put_sheet("Conflicts", [["a", "b"]], frozen_rows=1, widths=[20, 8.5], hidden_columns=[3],
                     choices={2: (2, 1048576, ["mine", "theirs & co"])})  # fmt: skip
    assert _code(editor, "put_sheet", "Bare", [["x"]]) == "edit.not-ours"
    assert _code(editor, "put_sheet", "bare", [["x"]]) == "edit.not-ours"
    assert _code(editor, "put_sheet", "a/b", [["x"]]) == "edit.name"
    assert _code(editor, "remove_sheet", "Bare") == "edit.not-ours"
    _saved(editor, noted)
    book = openpyxl.load_workbook(noted)
    assert book.sheetnames == ["S", "Bare", "_workbench", "Conflicts"]
    assert book["_workbench"].sheet_state == "veryHidden"
    assert [[cell.value for cell in row] for row in book["_workbench"].rows] == [
        ["workbench", "1"],
        ["=1+1", 5],
        [None, True],
    ]
    assert book["_workbench"]["A2"].data_type in ("s", "inlineStr")
    assert book["Conflicts"].freeze_panes == "A2"
    assert book["Conflicts"].data_validations.dataValidation[0].formula1 == '"mine,theirs & co"'
    assert parts_of(noted)["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]
    editor = WorkbookEditor.open(noted)
    editor.put_sheet("_workbench", rows, state="veryHidden")
    assert editor.save().changed_parts == ()
    editor.put_sheet("_workbench", [["other"]], state="visible")
    editor.set_note("_workbench", 1, 1, "kept")
    editor.put_sheet("_workbench", [["another"]], state="visible")
    editor.remove_sheet("Conflicts")
    _saved(editor, noted)
    book = openpyxl.load_workbook(noted)
    assert book.sheetnames == ["S", "Bare", "_workbench"]
    assert (book["_workbench"]["A1"].value, book["_workbench"].sheet_state) == ("another", "visible")
    assert book["_workbench"]["A1"].comment.text == "Workbench:\nkept"
    editor.remove_sheet("_workbench")
    _saved(editor, noted)
    after = parts_of(noted)
    assert set(after) == set(before)
    assert {name for name in before if after[name] != before[name]} <= {
        "xl/workbook.xml",
        "[Content_Types].xml",
        "xl/styles.xml",
    }


def test_a_sheet_that_is_used_stays(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "u.xlsx", worksheet('<row r="1"><c r="A1"><f>\'Our &amp; sheet\'!A1</f></c></row>'))
    editor = WorkbookEditor.open(path)
    editor.put_sheet("Our & sheet", [[1]])
    assert _code(editor, "remove_sheet", "Our & sheet") == "edit.not-ours"


def test_places_of_sheets_are_counted_anew(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "n.xlsx", worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    editor = WorkbookEditor.open(path)
    editor.put_sheet("Ours", [[1]])
    editor.put_sheet("Later", [[1]])
    editor.save(keep=0)
    text = part(path, "xl/workbook.xml")
    local = '<definedName name="_xlnm.Print_Area" localSheetId="2">Later!$A$1</definedName>'
    raw = text.replace("</definedNames>", local + "</definedNames>").replace(
        "<sheets>", '<bookViews><workbookView activeTab="2"/></bookViews><sheets>'
    )
    import zipfile

    contents = {**parts_of(path), "xl/workbook.xml": raw.encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    editor = WorkbookEditor.open(path)
    editor.remove_sheet("Ours")
    editor.save(keep=0)
    text = part(path, "xl/workbook.xml")
    assert 'name="_xlnm.Print_Area" localSheetId="1"' in text
    assert 'activeTab="1"' in text
    assert openpyxl.load_workbook(path).sheetnames == ["S", "Later"]


def test_names(tmp_path: Path) -> None:
    names = '<definedNames><definedName name="Rate">S!$A$1</definedName></definedNames><calcPr/>'
    path = raw_book(tmp_path / "n.xlsx", worksheet(""), book=names)
    editor = WorkbookEditor.open(path)
    assert editor.defined_names == {"Rate": "S!$A$1"}
    editor.define_name("_workbench.table", "S!$A$1:$B$2")
    editor.define_name("_workbench.table", "S!$A$1:$B$3")
    editor.define_name("Zone", '"a&b"', hidden=False)
    assert _code(editor, "define_name", "rate", "S!$A$2") == "edit.not-ours"
    assert _code(editor, "define_name", "A1", "S!$A$2") == "edit.name"
    assert _code(editor, "remove_name", "Rate") == "edit.not-ours"
    editor.save(keep=0)
    book = openpyxl.load_workbook(path)
    assert {name: one.attr_text for name, one in book.defined_names.items()} == {
        "Rate": "S!$A$1", "_workbench.table": "S!$A$1:$B$3", "Zone": '"a&b"',
    }  # fmt: skip
    assert book.defined_names["_workbench.table"].hidden
    editor.remove_name("_workbench.table")
    editor.save(keep=0)
    assert "_workbench" not in part(path, "xl/workbook.xml")


def test_strict_and_prefixed_workbooks_get_parts_of_their_kind(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    links = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    book = f'<x:workbook xmlns:x="{strict}" xmlns:rel="{links}"><x:sheets><x:sheet name="S" sheetId="1" rel:id="rId1"/></x:sheets></x:workbook>'
    sheet = f'<x:worksheet xmlns:x="{strict}"><x:sheetData/></x:worksheet>'
    path = raw_book(tmp_path / "strict.xlsx", sheet, more={"xl/workbook.xml": book})
    editor = WorkbookEditor.open(path)
    editor.put_sheet("Ours", [[1]])
    editor.set_note("S", 1, 1, "note")
    editor.set_cells("S", {(1, 1): CellWrite("text")})
    editor.save(keep=0)
    parts = parts_of(path)
    assert f'<worksheet xmlns="{strict}">'.encode() in parts["xl/worksheets/sheet2.xml"]
    assert b'<x:sheet name="Ours" sheetId="2" rel:id="rId2"/>' in parts["xl/workbook.xml"]
    assert b'<x:legacyDrawing xmlns:r="' + links.encode() in parts["xl/worksheets/sheet1.xml"]
    assert MAIN.encode() not in parts["xl/comments1.xml"]
    assert [one.name for one in WorkbookEditor.open(path).sheets] == ["S", "Ours"]
