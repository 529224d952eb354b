"""Each thing that can be wrong with a workbook is found, at its place; what is right is left alone."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from tests.doctor import sick_books
from workbench.doctor import Diagnosis, examine
from workbench.doctor.kinds import KINDS
from workbench.errors import FileRefused
from workbench.findings import Finding, Severity
from workbench.i18n import current_language, use_language


@pytest.fixture(scope="session")
def diagnoses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Diagnosis]:
    folder = tmp_path_factory.mktemp("sick")
    return {name: examine(make(folder / f"{name}.xlsx")) for name, make in sick_books.BOOKS.items()}


# code: book, places of all its findings there (None: not looked at), words that the message holds
EXPECTED: dict[str, tuple[str, list[str] | None, str]] = {
    "doctor.number-text": ("values", ["Data!C4:C5"], "1,234.50"),
    "doctor.date-text-unclear": ("values", ["Data!B2:B21"], "03/04/2024"),
    "doctor.date-text": ("values", ["Days!B2:B9"], "2024-04-30"),
    "doctor.dates-shifted": ("values", ["Data!D8:D9"], "-1462"),
    "doctor.heading-twice": ("values", ["Data!G1"], "F1"),
    "doctor.text-formula": ("values", ["Data!F7"], "=cmd|"),
    "doctor.error-division": ("formulas", ["Data!D2"], "=B2/E2"),
    "doctor.error-follows": ("formulas", ["Data!D3"], "2"),
    "doctor.error-not-found": ("formulas", ["Data!E5"], "VLOOKUP"),
    "doctor.error-reference": ("formulas", ["Data!F5"], "=#REF!+1"),
    "doctor.error-value": ("formulas", ["Data!G5"], "B2"),
    "doctor.error-number": ("formulas", ["Data!H5"], "SQRT"),
    "doctor.error-null": ("formulas", ["Data!I5"], "A1:A2 B1:B2"),
    "doctor.error-spill": ("formulas", ["Data!J5"], "=B2"),
    "doctor.error-other": ("formulas", ["Data!K5"], "#BUSY!"),
    "doctor.error-pasted": ("formulas", ["Data!B30"], "#N/A"),
    "doctor.error-name": ("formulas", ["Data!M5", "Data!N5"], "MYSTERY"),
    "doctor.reference-lost": ("formulas", ["Data!L5"], "IFERROR"),
    "doctor.name-broken": ("formulas", [""], "Broken"),
    "doctor.function-unknown": ("formulas", ["Data!M5"], "MYSTERY"),
    "doctor.addin-missing": ("formulas", ["Data!N5"], "FX_RATE"),
    "doctor.function-ours": ("formulas", ["Data!O5", "Data!P5"], "officejs"),
    "doctor.function-spellings": ("formulas", [""], "plain: FX_RATE"),
    "doctor.function-prefix": ("formulas", ["Data!Q5"], "TEXTJOIN"),
    "doctor.function-elsewhere": ("formulas", ["Data!S5"], "fx.xlam"),
    "doctor.volatile": ("formulas", ["Data!T5"], "NOW"),
    "doctor.function-dangerous": ("formulas", ["Data!U5"], "WEBSERVICE"),
    "doctor.link-leaks": ("formulas", ["Data!V5"], "evil.example"),
    "doctor.dde": ("formulas", ["Data!W5"], "cmd|"),
    "doctor.circle": ("formulas", ["Data!B40", "Data!C40"], "Data!B40 → Data!B40"),
    "doctor.result-stale": ("formulas", ["Data!D40"], "99"),
    "doctor.result-missing": ("formulas", ["Data!F40"], "=B2+1"),
    "doctor.calculation-manual": ("formulas", [""], "manual"),
    "doctor.calculation-iterates": ("formulas", [""], "100"),
    "doctor.calculation-rounds": ("formulas", [""], "fullPrecision"),
    "doctor.epoch-1904": ("formulas", [""], "1904"),
    "doctor.interpreter": ("formulas", ["xlwings.conf"], "Python"),
    "doctor.sum-mixed": ("sums", ["Data!C15", "Data!E15"], "CNY, EUR, USD"),
    "doctor.sheet-hidden": ("layout", ["hide"], "hidden"),
    "doctor.sheet-very-hidden": ("layout", ["very_hidden"], "menu"),
    "doctor.rows-hidden": ("layout", ["Data!5:5"], "rows: 1"),
    "doctor.rows-filtered": ("layout", ["Filtered!3:3"], "rows: 1"),
    "doctor.columns-hidden": ("layout", ["Data!D:D"], "D"),
    "doctor.rows-empty": ("layout", ["Data!62:3000"], "row 61"),
    "doctor.columns-empty": ("layout", ["Data!E:ET"], "146"),
    "doctor.formats-fragmented": ("layout", ["Data"], "30"),
    "doctor.validations-fragmented": ("layout", ["Data"], "30"),
    "doctor.merge-in-list": ("layout", ["Data!B10:B12"], "ranges: 1"),
    "doctor.merge-in-table": ("layout", ["Table!A2:A3"], "A2:A3"),
    "doctor.merges-overlap": ("layout", ["Data!B12:C12"], "B12:C12"),
    "doctor.cells-disordered": ("layout", ["Data!B20"], "sheet1.xml"),
    "doctor.table-heading": ("layout", ["Table!B1", "Table!B1", "Table!C1"], "Zwei"),
    "doctor.table-twice": ("layout", ["Table!B1:C5"], "tblOne"),
    "doctor.table-overlap": ("layout", ["Table!A1:B5"], "tblOne"),
    "doctor.styles-many": ("styles", [""], "5003"),
    "doctor.table-range": ("styles", ["Orders!A1:F13"], "7 columns"),
    "doctor.links-many": ("styles", ["Orders"], "65599"),
    "doctor.text-long": ("styles", [""], "33,009"),
    "doctor.macros": ("carrying", [""], "vbaProject.bin"),
    "doctor.macro-sheet": ("carrying", [""], "Excel 4"),
    "doctor.embedded": ("carrying", [""], "oleObject1.bin"),
    "doctor.signature": ("carrying", [""], "sig1.xml"),
    "doctor.ribbon": ("carrying", [""], "customUI14.xml"),
    "doctor.connection": ("carrying", [""], "DSN=bank"),
    "doctor.query": ("carrying", [""], "Orders"),
    "doctor.external-link": ("carrying", ["Orders!G15"], "Budget 2024.xlsx"),
    "doctor.package-damaged": ("broken_package", [""], "table1.xml"),
    "doctor.part-missing": ("broken_package", [""], "xl/theme/theme1.xml"),
    "doctor.part-type": ("broken_package", [""], "table+xml"),
    "doctor.sheet-lost": ("broken_package", ["Lost"], "Lost"),
    "doctor.formula-live": ("live", ["Data!A7", "Data!B9"], "evil.example"),
    "doctor.function-macro": ("live", ["Data!D1"], "HOUSE_RULE"),
}


def test_every_kind_is_tried() -> None:
    assert EXPECTED.keys() == KINDS.keys() - {"doctor.hostile"}


@pytest.mark.parametrize("code", sorted(EXPECTED))
def test_a_sickness_is_found_at_its_place(diagnoses: dict[str, Diagnosis], code: str) -> None:
    book, places, words = EXPECTED[code]
    found = [one for one in diagnoses[book].findings if one.code == code]
    assert [one.where.partition("!")[2] for one in found] == places, diagnoses[book].findings
    assert any(words in one.message for one in found), [one.message for one in found]
    assert all("{" not in one.message + one.remedy for one in found)


def test_what_is_right_is_left_alone(tmp_path: Path) -> None:
    diagnosis = examine(sick_books.sound(tmp_path / "sound.xlsx"))
    assert diagnosis.findings == ()
    assert diagnosis.healthy
    assert diagnosis.summary == "sound.xlsx is healthy."
    assert diagnosis.facts["sheets"][0]["data"] == "A1:G16"
    assert diagnosis.facts["results_compared"] >= 13


def test_passwords_are_not_told(diagnoses: dict[str, Diagnosis]) -> None:
    assert "hunter2" not in str([one.as_dict() for one in diagnoses["carrying"].findings])


def test_the_gravest_come_first(diagnoses: dict[str, Diagnosis]) -> None:
    order = [Severity.REFUSE, Severity.ASK, Severity.REPORT]
    for diagnosis in diagnoses.values():
        ranks = [order.index(one.severity) for one in diagnosis.findings]
        assert ranks == sorted(ranks)
        assert not diagnosis.healthy


def test_findings_speak_chinese(diagnoses: dict[str, Diagnosis]) -> None:
    before = current_language()
    try:
        use_language("zh")
        for diagnosis in diagnoses.values():
            for finding in diagnosis.findings:
                assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.message)
                assert "{" not in finding.message + finding.remedy
            assert "有问题" in diagnosis.summary
    finally:
        use_language(before)


def test_the_file_is_not_touched(tmp_path: Path) -> None:
    path = sick_books.BOOKS["formulas"](tmp_path / "book.xlsx")
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    examine(path)
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before


def test_others_may_add_what_they_know(tmp_path: Path) -> None:
    path = sick_books.sound(tmp_path / "sound.xlsx")

    def keys_are_gone(book: Path) -> list[Finding]:
        return [Finding("doctor.sheet-lost", f"{book.name}!Orders", "Orders")]

    diagnosis = examine(path, also=[keys_are_gone])
    assert [one.code for one in diagnosis.findings] == ["doctor.sheet-lost"]
    assert not diagnosis.healthy


def test_many_of_a_kind_are_counted_not_listed(tmp_path: Path) -> None:
    path = sick_books.sound(tmp_path / "sound.xlsx")
    names = "".join(f'<definedName name="Gone{n}">#REF!</definedName>' for n in range(300))
    many = sick_books.edited(
        path,
        tmp_path / "many.xlsx",
        {"xl/workbook.xml": [("</sheets>", f"</sheets><definedNames>{names}</definedNames>")]},
    )
    diagnosis = examine(many)
    assert sum(one.code == "doctor.name-broken" for one in diagnosis.findings) == 200
    assert diagnosis.beyond == {"doctor.name-broken": 100}
    assert "300" in diagnosis.summary


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for name, body, code in (
        ("a.csv", b"a,b\n1,2\n", "file.not-a-workbook"),
        ("b.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.not-a-workbook"),
        (
            "c.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "file.locked",
        ),
        ("d.xlsx", b"", "file.empty"),
    ):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(FileRefused) as refused:
            examine(tmp_path / name)
        assert refused.value.code == code
    with pytest.raises(FileRefused):
        examine(tmp_path / "missing.xlsx")
    with zipfile.ZipFile(tmp_path / "e.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(FileRefused) as refused:
        examine(tmp_path / "e.xlsx")
    assert refused.value.code == "file.not-a-workbook"
