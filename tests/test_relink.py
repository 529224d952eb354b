"""Workbooks brought from one spelling of our functions to another, and nothing else of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from workbench.cli import run
from workbench.spellings import HOSTS, CannotRelink, own_spelling, relink
from workbench.spellings.formulas import Call, calls, respelled
from workbench.spellings.names import spelled
from workbench.splicing import EditRefused

FORMULAS = {
    '=FX_RATE("USD","CNY",A1)': '={FX_RATE}("USD","CNY",A1)',
    '=IFERROR(ROUND(A1*fx_rate("USD","CNY",A1),2)+FX_SUM(A1:A3,B1:B3,C1:C3,"CNY"),"FX_RATE(1)")': (
        '=IFERROR(ROUND(A1*{FX_RATE}("USD","CNY",A1),2)+{FX_SUM}(A1:A3,B1:B3,C1:C3,"CNY"),"FX_RATE(1)")'
    ),
    '="say ""FX_RATE("" and "&FX_WORDS(1,"USD")': '="say ""FX_RATE("" and "&{FX_WORDS}(1,"USD")',
    "='FX_RATE('!A1+FX_ROUND(1,\"USD\")": "='FX_RATE('!A1+{FX_ROUND}(1,\"USD\")",
    "=Sheet2!FX_RATE(1)": "=Sheet2!FX_RATE(1)",  # a sheet's own name
    "=MY_FX_RATE(1)+FX_RATES(1)+FX_RATE": "=MY_FX_RATE(1)+FX_RATES(1)+FX_RATE",
    '=SUM(T[FX_RATE(])+FX_ROUND (1,"USD")': '=SUM(T[FX_RATE(])+{FX_ROUND} (1,"USD")',
    "=SUM(T['[FX_RATE(])+FX_ROUND(1)": "=SUM(T['[FX_RATE(])+{FX_ROUND}(1)",
    "='C:\\Add Ins\\Workbench.xlam'!FX_RATE(1)": "={FX_RATE}(1)",
    "='C:\\Add Ins\\Other.xlsx'!FX_RATE(1)": "='C:\\Add Ins\\Other.xlsx'!FX_RATE(1)",
    "=ORG.FXWB.FXWORKBENCHADDIN.FXRATE(1)": "={FX_RATE}(1)",
    "=_xll.FX_RATE(_xldudf_WB_FX_PARSE(WB.FX_SOURCE(1)))": "={FX_RATE}({FX_PARSE}({FX_SOURCE}(1)))",
    "=_xldudf_ACME_FX_RATE(1)": "=_xldudf_ACME_FX_RATE(1)",  # another firm's function
}


def expected(pattern: str, host: str) -> str:
    for name in ("FX_RATE", "FX_SUM", "FX_WORDS", "FX_ROUND", "FX_PARSE", "FX_SOURCE"):
        pattern = pattern.replace(f"{{{name}}}", spelled(name, host))
    return pattern


def respell(formula: str, host: str) -> str:
    def change(call: Call) -> str | None:
        new = spelled(call.name, host)
        return None if call.text.upper() == new.upper() and not call.link else new

    return respelled(formula, change)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("formula", FORMULAS)
def test_names_are_changed_and_nothing_that_looks_like_one(formula: str, host: str) -> None:
    found = respell(formula, host)
    wanted = expected(FORMULAS[formula], host)
    assert found == wanted or (host == "plain" and found.upper() == wanted.upper())


@pytest.mark.parametrize("host", HOSTS)
def test_xml_is_read_as_it_is_meant_and_kept_as_it_is_written(host: str) -> None:
    rate = spelled("FX_RATE", host)
    for raw, wanted in {
        "FX_RATE(&quot;FX_RATE(&quot;)&amp;A1&lt;2": f"{rate}(&quot;FX_RATE(&quot;)&amp;A1&lt;2",
        "&#70;X_RATE(&#x22;FX_RATE(&#x22;)": f"{rate}(&#x22;FX_RATE(&#x22;)",
        '<![CDATA[FX_RATE("&quot;FX_RATE(")]]>': f'<![CDATA[{rate}("&quot;FX_RATE(")]]>',
        "FX_RATE<!-- FX_RATE( -->(1)": f"{rate}<!-- FX_RATE( -->(1)",
    }.items():
        assert respell(raw, host) in ({wanted, raw} if host == "plain" else {wanted})


_words = st.sampled_from(
    [
        '"FX_RATE(1)"',
        "A1",
        "FX_RATE(",
        "FX_SUM(",
        "'FX_RATE('!A1",
        "T[FX_RATE(]",
        "+",
        ",",
        ")",
        " ",
        "SUM(",
        "Ü.FX_RATE(",
    ]
)


@given(st.lists(_words, max_size=12).map("".join), st.sampled_from(sorted(set(HOSTS) - {"plain"})))
def test_there_and_back_is_the_same(formula: str, host: str) -> None:
    there = respell(formula, host)
    assert respell(there, "plain") == formula
    assert all(call.host == host for call in calls(there))
    assert len(list(calls(there))) == len(list(calls(formula)))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(formula: str) -> None:
    assert respell(respell(formula, "xll"), "xll") == respell(formula, "xll")


def book(path: Path, formulas: int = 3) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet["B1"] = "FX_RATE(1) is how it is called"
    sheet["B2"] = '=FX_RATE("USD","CNY",A1)'
    sheet["B2"].data_type = "s"  # a text that begins like a formula
    for row in range(1, formulas + 1):
        sheet.cell(row, 3).value = f'=IFERROR(FX_CONVERT(A{row},"USD","CNY",D{row})&"FX_RATE(",0)'
    sheet.conditional_formatting.add("A1:A9", FormulaRule(formula=['FX_CHECK(A1,"USD")=FALSE']))
    check = DataValidation(type="custom", formula1='FX_CHECK(A1,"JPY")')
    check.add("A1:A9")
    sheet.add_data_validation(check)
    made.defined_names["Today"] = DefinedName("Today", attr_text='FX_RATE("USD","CNY",TODAY())')
    made.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("host", sorted(set(HOSTS) - {"plain"}))
def test_a_workbook_there_and_back(tmp_path: Path, host: str) -> None:
    source, there, back = book(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    done = relink(source, host, there)
    assert (done.formulas, done.calls, done.before) == (6, 6, {"plain": 6})
    assert set(done.parts) == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    before, after = parts(source), parts(there)
    assert {name for name in before if before[name] != after[name]} == set(done.parts)
    opened = openpyxl.load_workbook(there)
    sheet = opened.active
    assert sheet["C2"].value == f'=IFERROR({spelled("FX_CONVERT", host)}(A2,"USD","CNY",D2)&"FX_RATE(",0)'
    assert sheet["B2"].value == '=FX_RATE("USD","CNY",A1)'
    assert sheet.data_validations.dataValidation[0].formula1 == f'{spelled("FX_CHECK", host)}(A1,"JPY")'
    [rules] = [one.rules for one in sheet.conditional_formatting]
    assert rules[0].formula == [f'{spelled("FX_CHECK", host)}(A1,"USD")=FALSE']
    assert opened.defined_names["Today"].attr_text == f'{spelled("FX_RATE", host)}("USD","CNY",TODAY())'
    relink(there, "plain", back)
    assert parts(back) == before


def test_the_file_itself_is_changed_with_its_version_before_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = book(tmp_path / "a.xlsx")
    before = source.read_bytes()
    assert run(["relink", str(source), "--to", "officejs", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["calls"], told["spellings"], told["left"]) == (6, {"plain": 6}, [])
    assert Path(told["backup"]).read_bytes() == before
    changed = source.read_bytes()
    assert run(["relink", str(source), "--to", "officejs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calls"] == 0
    assert source.read_bytes() == changed


def with_part(path: Path, name: str, content: bytes, target: Path) -> Path:
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for entry in read.infolist():
            written.writestr(entry, content if entry.filename == name else read.read(entry))
        if name not in read.namelist():
            written.writestr(name, content)
    return target


def test_parts_that_are_no_sheets_are_left_alone(tmp_path: Path) -> None:
    foreign = b"<?xml version='1.0'?><data><formula>FX_RATE(1)</formula></data>"
    source = with_part(book(tmp_path / "a.xlsx"), "customXml/item1.xml", foreign, tmp_path / "b.xlsx")
    relink(source, "xll")
    assert parts(source)["customXml/item1.xml"] == foreign


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><f>FX_RATE(1)</f></worksheet>'),
        ("xl/worksheets/sheet1.xml", b"<worksheet><f>FX_RATE(1)"),
        ("../evil.xml", b"<worksheet/>"),
    ],
)
def test_files_made_to_harm_are_refused_and_left_as_they_are(tmp_path: Path, name: str, content: bytes) -> None:
    source = with_part(book(tmp_path / "a.xlsx"), name, content, tmp_path / "b.xlsx")
    before = source.read_bytes()
    with pytest.raises(CannotRelink):
        relink(source, "xll")
    assert source.read_bytes() == before


def test_markup_that_never_ends_is_read_in_linear_time(tmp_path: Path) -> None:
    content = b"<worksheet>" + b"<f>" * 300_000 + b"</worksheet>"
    source = with_part(book(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", content, tmp_path / "b.xlsx")
    with pytest.raises(CannotRelink):
        relink(source, "xll")


def test_a_link_to_an_add_in_is_taken_off_and_one_to_another_workbook_stays(tmp_path: Path) -> None:
    source = book(tmp_path / "a.xlsx")
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><f>[1]!FX_RATE(1)</f></c><c r="B1"><f>[2]!FX_RATE(1)</f></c></row></sheetData></worksheet>'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    found = parts(source)
    found["xl/worksheets/sheet1.xml"] = sheet
    found["xl/workbook.xml"] = found["xl/workbook.xml"].replace(
        b"</sheets>",
        f'</sheets><externalReferences xmlns:r="{rel}"><externalReference r:id="l1"/><externalReference r:id="l2"/></externalReferences>'.encode(),
    )
    for number, target in ((1, "file:///C:/Add%20Ins/Workbench.xlam"), (2, "Other.xlsx")):
        found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
            b"</Relationships>",
            f'<Relationship Id="l{number}" Type="{rel}/externalLink" Target="/xl/externalLinks/externalLink{number}.xml"/></Relationships>'.encode(),
        )
        found[f"xl/externalLinks/externalLink{number}.xml"] = b"<externalLink/>"
        found[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="{rel}/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
        ).encode()
    with zipfile.ZipFile(source, "w") as written:
        for name, content in found.items():
            written.writestr(name, content)
    done = relink(source, "plain")
    assert (done.calls, [(one.spelling, one.count) for one in done.left]) == (1, [("[2]!FX_RATE", 1)])
    assert b"<f>FX_RATE(1)</f></c>" in parts(source)["xl/worksheets/sheet1.xml"]
    assert b"<f>[2]!FX_RATE(1)</f></c>" in parts(source)["xl/worksheets/sheet1.xml"]


def test_a_file_that_is_open_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    source = book(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").touch()
    with pytest.raises(EditRefused):
        relink(source, "xll")
    other = tmp_path / "a.csv"
    other.write_text("=FX_RATE(1)")
    with pytest.raises(CannotRelink):
        relink(other, "xll")


def test_spellings_of_others_are_not_ours() -> None:
    assert own_spelling("_xldudf_WB_CUSTOMER_FIND") == ("CUSTOMER_FIND", "officejs")
    assert own_spelling("WB_LAST_ERROR") == ("WB_LAST_ERROR", "plain")
    assert own_spelling("_xll.WB_LAST_ERROR") == ("WB_LAST_ERROR", "xll")
    assert own_spelling("ORG.OTHER.ADDIN.FXRATE") == ("", "")
    assert own_spelling("FXRATE") == ("", "")
