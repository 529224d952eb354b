"""``workbench libreoffice``: install, doctor and uninstall in a scratch profile; closed workbooks recalculated."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytest.importorskip("xlwings")

from tests.udfs import calc_support as support
from tests.udfs.test_calc_service import recorded_pid
from udfs.libreoffice.addin import installing, spelling
from workbench.cli import run
from workbench.errors import MissingComponent
from workbench.rates import RateBook

RATE = float(RateBook.embedded().get("USD", "CNY", support.DAY).value)


@pytest.fixture(autouse=True)
def office_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    from udfs.libreoffice import office

    try:
        office.find_installation()
    except MissingComponent as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    monkeypatch.setenv("WORKBENCH_SERVICE_FOLDER", str(tmp_path / "s"))
    yield
    if (tmp_path / "s" / "address.json").exists():
        os.kill(recorded_pid(tmp_path / "s"), signal.SIGTERM)


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    status = run(["libreoffice", *map(str, arguments), "--json"])
    return status, json.loads(capsys.readouterr().out)


def checks(outcome: dict[str, Any]) -> dict[str, bool]:
    return {one["name"]: one["ok"] for one in outcome["checks"]}


def test_install_doctor_and_uninstall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "profile"
    status, outcome = answer(capsys, "doctor", "--profile", profile)
    assert status == 1
    assert outcome["error"]["code"] == "libreoffice.not-healthy"
    assert checks(outcome)["functions"] is False
    for _twice in range(2):
        status, outcome = answer(capsys, "install", "--profile", profile)
        assert (status, outcome["installed"]) == (0, True)
    status, outcome = answer(capsys, "doctor", "--profile", profile)
    assert (status, outcome["healthy"]) == (0, True), outcome
    assert set(checks(outcome)) >= {"extension", "functions", "service", "plain-names"}
    status, outcome = answer(capsys, "uninstall", "--profile", profile)
    assert (status, outcome["uninstalled"]) == (0, True)
    status, outcome = answer(capsys, "uninstall", "--profile", profile)
    assert (status, outcome["uninstalled"]) == (0, False)
    basic = (profile / "user" / "basic" / "Standard").glob("Workbench*")
    assert list(basic) == []


def test_a_profile_that_is_in_use_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.libreoffice.connection import Connection

    profile = tmp_path / "profile"
    running = Connection.start(visible=False, profile=profile)
    try:
        status, outcome = answer(capsys, "install", "--profile", profile)
        assert status == 1
        assert outcome["error"]["code"] == "libreoffice.profile-in-use"
        assert running.call("extensions.list") == []
    finally:
        running.close(terminate=True)
    (profile / ".lock").write_text("left by a crash", encoding="utf-8")
    assert not installing._somebody_runs(profile)


def test_a_closed_workbook_is_computed_with_its_names_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formulas = [
        '=FX_RATE("USD","CNY",DATE(2026,3,31))', '=fx_rate("USD","KZT",DATE(2026,3,31))', "=WB_LAST_ERROR(A2)",
        '="FX_RATE("&"FX_RATE(1)"', '=IFERROR(_xll.FX_RATE("USD","KZT",1),_xldudf_WB_FX_PARSE("USD 5"))', "=SUM(A1,1)", "=1/0",
    ]  # fmt: skip
    source = support.workbook(tmp_path / "in.xlsx", formulas)
    before = source.read_bytes()
    status, outcome = answer(capsys, "recalc", source, "--out", tmp_path / "out.xlsx")
    assert status == 0
    assert source.read_bytes() == before
    assert outcome["formulas"] == 7
    assert outcome["errors"] == {"#N/A": 1, "#DIV/0!": 1}
    assert outcome["functions"] == {"FX_PARSE": 1, "FX_RATE": 3, "WB_LAST_ERROR": 1}
    assert outcome["other_functions"] == {"DATE": 2, "IFERROR": 1, "SUM": 1}
    told = {one["cell"]: (one["error"], one["message"]) for one in outcome["error_cells"]}
    assert told["A2"][0] == "#N/A"
    assert "USD/KZT" in told["A2"][1]
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    written = [book.active.cell(row, 1).value for row in range(1, 8)]
    assert written[0] == formulas[0]
    assert written[1] == formulas[1].upper()
    assert written[3] == formulas[3]
    assert written[4] == '=IFERROR(FX_RATE("USD","KZT",1),FX_PARSE("USD 5"))'
    values = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True).active
    assert values["A1"].value == pytest.approx(RATE, rel=1e-14)
    assert values["A2"].value == "#N/A"
    assert values["A3"].value == told["A2"][1]
    assert values["A4"].value == "FX_RATE(FX_RATE(1)"
    assert values["A5"].value == "USD 5"
    assert values["A6"].value == pytest.approx(RATE + 1, rel=1e-14)


def test_what_is_no_workbook_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\3\4 no package")
    status, outcome = answer(capsys, "recalc", bad, "--out", tmp_path / "out.xlsx")
    assert status == 1
    assert outcome["error"]["code"] == "libreoffice.recalc"
    assert not (tmp_path / "out.xlsx").exists()
    status, outcome = answer(capsys, "recalc", bad, "--out", bad)
    assert outcome["error"]["code"] == "file.target"


def test_the_extension_can_be_written_as_a_file_and_is_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.oxt", "b.oxt"):
        assert answer(capsys, "install", "--to", tmp_path / name)[0] == 0
    assert (tmp_path / "a.oxt").read_bytes() == (tmp_path / "b.oxt").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.oxt") as package:
        assert package.testzip() is None
        assert {"description.xml", "CalcAddIns.xcu", "Addons.xcu", "META-INF/manifest.xml"} <= set(package.namelist())


def test_respelling_touches_formulas_only_and_comes_back(tmp_path: Path) -> None:
    formulas = [
        '=FX_RATE("USD","CNY",A9)', '="FX_RATE("&1', "='FX_RATE('!A1", "=MYFX_RATE(1)", "=Sheet.FX_RATE(1)", "=FX_RATE_OLD(1)",
        '=WB.FX_RATE( "a""FX_RATE(" )',
    ]  # fmt: skip
    source = support.workbook(tmp_path / "a.xlsx", formulas)
    book = openpyxl.load_workbook(source)
    book.active["B1"] = "FX_RATE(x)"
    book.save(source)
    spelling.respelled(source, tmp_path / "b.xlsx", ["FX_RATE"], plain=False)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert [sheet.cell(row, 1).value for row in range(1, 8)] == [
        '=WB.FX_RATE("USD","CNY",A9)', *formulas[1:6], '=WB.FX_RATE( "a""FX_RATE(" )',
    ]  # fmt: skip
    assert sheet["B1"].value == "FX_RATE(x)"
    spelling.respelled(tmp_path / "b.xlsx", tmp_path / "c.xlsx", ["FX_RATE"], plain=True)
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx").active
    assert sheet["A1"].value == formulas[0]
    for one in ("b.xlsx", "c.xlsx"):
        with zipfile.ZipFile(source) as left, zipfile.ZipFile(tmp_path / one) as right:
            same = [name for name in left.namelist() if left.read(name) == right.read(name)]
            assert set(left.namelist()) - set(same) == {"xl/worksheets/sheet1.xml"}
