"""Files built to harm whoever opens them, and files that were harmed: each is explained, and nothing goes down."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doctor import sick_books
from workbench.archives import Refused
from workbench.doctor import examine
from workbench.doctor.inspection import inspect

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(path: Path, body: str) -> Path:
    """A workbook whose first sheet part is what is given."""
    source = sick_books.sound(path.with_name("source.xlsx"))
    return sick_books.edited(source, path, add={SHEET: body}, drop=(SHEET, "xl/worksheets/_rels/sheet1.xml.rels"))


def far_cells(path: Path) -> Path:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return with_sheet(path, f"{HEAD}<sheetData>{rows}</sheetData></worksheet>")


def huge_merge(path: Path) -> Path:
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B2:B1048576"/></mergeCells>'
    return with_sheet(path, f"{HEAD}<sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData>{merges}</worksheet>")


def many_merges(path: Path) -> Path:
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 200_001))
    return with_sheet(path, f"{HEAD}<sheetData/><mergeCells>{merges}</mergeCells></worksheet>")


def sums_of_everything(path: Path) -> Path:
    """Twenty thousand sums, each over twenty thousand formulas: hundreds of millions of steps, and no circle."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><f>SUM(B1:B20000)</f><v>0</v></c><c r="B{n}"><f>C{n}</f><v>0</v></c></row>'
        for n in range(1, 20_000)
    )
    return with_sheet(path, f"{HEAD}<sheetData>{rows}</sheetData></worksheet>")


def deep_chain(path: Path) -> Path:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>A{n + 1}+1</f><v>{20_001 - n}</v></c></row>' for n in range(1, 20_000))
    return with_sheet(
        path, f"{HEAD}<sheetData>{rows}<row r='20000'><c r='A20000'><v>1</v></c></row></sheetData></worksheet>"
    )


def long_formula(path: Path) -> Path:
    formula = "(" * 60_000 + "B1" + ")" * 60_000 + "+'" * 2_000 + '"' * 2_001 + "[" * 2_000
    return with_sheet(
        path, f"{HEAD}<sheetData><row r='1'><c r='A1'><f>{formula}</f><v>1</v></c></row></sheetData></worksheet>"
    )


def places_beyond(path: Path) -> Path:
    rows = "<row r='9999999'><c r='ZZZ9999999'><v>1</v></c></row><row r='0'><c r='A0' s='99999'><v>x</v></c></row>"
    return with_sheet(
        path, f"{HEAD}<sheetData>{rows}<row><c t='s'><v>-5</v></c><c t='zz'><v>9</v></c></row></sheetData></worksheet>"
    )


@pytest.mark.parametrize(
    ("make", "all_followed"),
    [
        (far_cells, True),
        (huge_merge, True),
        (many_merges, True),
        (sums_of_everything, False),
        (deep_chain, True),
        (long_formula, True),
        (places_beyond, True),
    ],
)
def test_a_sheet_that_is_made_to_hang_is_examined(
    tmp_path: Path, make: Callable[[Path], Path], *, all_followed: bool
) -> None:
    """What would take too long is left out, and that is said."""
    diagnosis = examine(make(tmp_path / "hostile.xlsx"))
    assert diagnosis.facts["sheets"]
    assert diagnosis.facts["circles_followed"] is all_followed
    assert not [finding for finding in diagnosis.findings if finding.code == "doctor.circle"]


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("xl/worksheets/sheet1.xml", b" " * 400_000_000)


def laughing(path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    sick_books.edited(
        sick_books.sound(path.with_name("source.xlsx")),
        path,
        {"xl/workbook.xml": [("<workbook ", entities + "<workbook ")]},
    )


def outside_names(path: Path) -> None:
    sick_books.edited(sick_books.sound(path.with_name("source.xlsx")), path, add={"../../evil.xml": "<a/>"})


def two_of_a_name(path: Path) -> None:
    source = sick_books.sound(path.with_name("source.xlsx"))
    with pytest.warns(UserWarning, match="Duplicate"):
        sick_books.edited(source, path, add={"xl/workbook.xml": "<workbook/>"})


@pytest.mark.parametrize("make", [bomb, laughing, outside_names, two_of_a_name], ids=lambda make: make.__name__)
def test_a_hostile_package_is_explained(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "hostile.xlsx"
    make(path)
    diagnosis = examine(path)
    assert not diagnosis.healthy
    codes = {finding.code for finding in diagnosis.findings}
    assert codes & {"doctor.hostile", "doctor.package-damaged"}
    assert not (tmp_path.parent / "evil.xml").exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_explained(tmp_path: Path, share: float) -> None:
    whole = sick_books.sound(tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    (finding,) = examine(path).findings
    assert finding.code == "doctor.package-damaged"


def test_damaged_parts_never_stop_the_examination(tmp_path: Path) -> None:
    """Bytes are changed, cut out and doubled at random in every part that is looked at."""
    source = sick_books.BOOKS["layout"](tmp_path / "source.xlsx")
    chance = random.Random(20240501)
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    outcomes = set()
    for _round in range(150):
        damaged = dict(parts)
        for name in chance.sample(sorted(parts), 2):
            body = bytearray(damaged[name])
            at, length = chance.randrange(len(body)), chance.randrange(1, 60)
            body[at : at + length] = chance.choice(
                [b"", b"\x00", b'"', b"<", bytes(body[at : at + length]) * 2, b"999999999"]
            )
            damaged[name] = bytes(body)
        path = tmp_path / "damaged.xlsx"
        with zipfile.ZipFile(path, "w") as out:
            for name, changed in damaged.items():
                out.writestr(name, changed)
        try:
            outcomes |= {note[0] for note in inspect(path)["notes"]}
        except Refused as refused:
            outcomes.add(refused.code)
    assert "doctor.package-damaged" in outcomes
