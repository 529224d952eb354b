"""Each macro on closed workbooks, and those that touch a workbook's own cells in a running LibreOffice, too."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwings as xw

import udfs.functions  # noqa: F401  # declares them
from tests.sync.conftest import fill
from udfs.macros import MACROS, NoSuchMacro, run
from udfs.registry import call
from workbench.errors import ConfigurationError
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook

pytestmark = pytest.mark.xdist_group("libreoffice")

DAY = date(2026, 4, 1)


@pytest.fixture
def location(tmp_path: Path) -> str:
    where = str(tmp_path / "register.sqlite")
    with Register.create(where, actor="test") as made:
        fill(made)
        with made.changeset(origin="x", reason="x", author="x") as cs:
            order = cs.rows("orders")[0]
            cs.insert(
                "receipts",
                [
                    {
                        "account": "A",
                        "value_date": DAY,
                        "currency": order["currency"],
                        "amount": order["amount"],
                        "payer": "Somebody",
                        "reference": order["number"],
                        "fingerprint": "f1",
                        "kind": "customer",
                    }
                ],
            )
    return where


@pytest.fixture
def workbook(location: str, tmp_path: Path) -> Path:
    path = tmp_path / "Register.xlsx"
    with Register.open(location) as register:
        write_bound_workbook(register, load_book(register), path, language="en", author="li.na", as_of=DAY)
    return path


def quotes(path: Path) -> Path:
    """A sheet of ours and others' formulas, with the results that a program left in them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Quotes")
        sheet.write_row(0, 0, ["date", "amount", "currency", "CNY", "rounded", "theirs", "broken"])
        sheet.write_row(1, 0, ["2026-03-31", 100, "USD"])
        converted = call("FX_CONVERT", 100, "USD", "CNY", "2026-03-31")
        sheet.write_formula("D2", '=FX_CONVERT(B2,C2,"CNY",A2)', value=float(str(converted)))
        sheet.write_formula("E2", '=ROUND(FX_RATE($C$2,"CNY",A2)*(1+0),2)', value=6.91)
        sheet.write_formula("F2", '="FX_RATE("&B2', value="FX_RATE(100")
        sheet.write_formula("G2", '=FX_RATE("XXQ","CNY",A2)', value="#VALUE!")
    return path


@pytest.fixture
def frozen(tmp_path: Path, location: str) -> Path:
    path = quotes(tmp_path / "quotes.xlsx")
    told = run("freeze", path, author="li.na")
    assert "2 formulas" in told.summary
    return path


def test_freezing_keeps_the_value_the_formula_and_its_source(frozen: Path) -> None:
    sheet = openpyxl.load_workbook(frozen)["Quotes"]
    assert Decimal(str(sheet["D2"].value)) == call("FX_CONVERT", 100, "USD", "CNY", "2026-03-31")
    assert sheet["E2"].value == 6.91
    note = sheet["D2"].comment.text
    assert '=FX_CONVERT(B2,C2,"CNY",A2)' in note
    assert "ecb" in note
    assert "2026-03-31" in note
    assert '=ROUND(FX_RATE($C$2,"CNY",A2)*(1+0),2)' in sheet["E2"].comment.text


def test_freezing_leaves_other_formulas_and_errors_alone(frozen: Path) -> None:
    sheet = openpyxl.load_workbook(frozen)["Quotes"]
    assert sheet["F2"].value == '="FX_RATE("&B2'
    assert sheet["G2"].value == '=FX_RATE("XXQ","CNY",A2)'
    assert sheet["G2"].comment is None


def test_a_closed_workbook_cannot_get_formulas_back_and_says_where_they_are(frozen: Path) -> None:
    before = frozen.read_bytes()
    with pytest.raises(ConfigurationError, match="open") as refused:
        run("undo", frozen)
    assert "kept beside it" in refused.value.remedy
    assert frozen.read_bytes() == before


def test_freeze_and_undo_in_libreoffice(tmp_path: Path, location: str, calc: xw.App) -> None:
    path = quotes(tmp_path / "live.xlsx")
    book = calc.books.open(str(path))
    try:
        sheet = book.sheets["Quotes"]
        sheet["H2"].formula = '=IFERROR(FX_RATE("USD","CNY",A2),7)'  # no extension is installed in this office
        told = run("freeze", book, author="li.na")
        assert told.cells
        place = next(cell for cell in told.cells if cell[2] == 8)
        assert sheet["H2"].value == 7
        assert not sheet["H2"].formula.startswith("=")
        assert "FX_RATE" in sheet["H2"].note.text.upper()
        assert "formulas are back" in run("undo", book).summary
        assert sheet["H2"].formula.upper() == f"={place[3]}".upper()
        assert "nothing to take back" in run("undo", book).summary
    finally:
        book.close()


def test_undo_of_freeze_overwrites_nothing_that_was_typed_since(tmp_path: Path, location: str, calc: xw.App) -> None:
    path = quotes(tmp_path / "live.xlsx")
    book = calc.books.open(str(path))
    try:
        sheet = book.sheets["Quotes"]
        sheet["H2"].formula = '=IFERROR(FX_RATE("USD","CNY",A2),7)'
        sheet["H3"].formula = '=IFERROR(FX_RATE("USD","CNY",A2),8)'
        assert len(run("freeze", book).cells) >= 2
        sheet["H3"].value = 55
        told = run("undo", book).summary
        assert "changed since" in told
        assert sheet["H3"].value == 55
        assert sheet["H2"].formula.startswith("=")
    finally:
        book.close()


def test_formulas_without_results_stay_formulas(tmp_path: Path, location: str) -> None:
    path = tmp_path / "fresh.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["2026-03-31", '=FX_RATE("USD","CNY",A1)', '=FX_WORDS(5,"CNY")'])
    book.save(path)
    told = run("freeze", path)
    assert told.cells == ()
    assert "never calculated" in told.summary
    assert openpyxl.load_workbook(path).active["B1"].value == '=FX_RATE("USD","CNY",A1)'


def test_a_figure_that_the_rates_contradict_is_not_frozen(tmp_path: Path, location: str) -> None:
    path = tmp_path / "zeros.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Quotes")
        sheet.write("A1", "2026-03-31")
        sheet.write_formula("B1", '=FX_RATE("USD","CNY",A1)', value=0)
    told = run("freeze", path)
    assert told.cells == ()
    assert "calculate the workbook first" in told.summary


def test_undo_takes_nothing_back_in_another_register(workbook: Path, location: str, tmp_path: Path) -> None:
    with Register.open(location) as register, register.changeset(origin="x", reason="x", author="x") as cs:
        cs.insert("customers", [{"legal_name": "Zeta Lighting GmbH", "email": "a@zeta.de", "country": "DE"}] * 2)
    done = run("find_duplicates", workbook, author="li.na")
    assert done.changeset
    other = tmp_path / "other.sqlite"
    with Register.create(other, actor="test") as made:
        for number in range(done.changeset + 2):
            with made.changeset(origin="x", reason="x", author="x") as cs:
                cs.insert("customers", [{"legal_name": f"Theirs {number}"}])
        before = made.state_hash()
    with pytest.raises(ConfigurationError, match="another register"):
        run("undo", workbook, location=str(other))
    with Register.open(other) as made:
        assert made.state_hash() == before
    assert "taken back" in run("undo", workbook).summary


def test_undo_goes_on_where_the_work_was_taken_back_elsewhere(workbook: Path, location: str) -> None:
    with Register.open(location) as register, register.changeset(origin="x", reason="x", author="x") as cs:
        cs.insert("customers", [{"legal_name": "Zeta Lighting GmbH", "email": "a@zeta.de", "country": "DE"}] * 2)
    done = run("find_duplicates", workbook, author="li.na")
    assert done.changeset
    with Register.open(location) as register:
        register.undo(done.changeset, author="wang", reason="x")
    assert "already" in run("undo", workbook).summary
    assert "nothing to take back" in run("undo", workbook).summary


def test_a_month_end_leaves_a_sheet_of_the_same_name_alone(workbook: Path, location: str) -> None:
    name = run("month_end", workbook).summary.split(":")[0]
    book = openpyxl.load_workbook(workbook)
    del book[name]
    book.create_sheet(name)["A1"] = "my own figures"
    book.save(workbook)
    with pytest.raises(ConfigurationError, match="already"):
        run("month_end", workbook)
    assert openpyxl.load_workbook(workbook)[name]["A1"].value == "my own figures"


def test_what_was_typed_is_pushed_and_taken_back(workbook: Path, location: str) -> None:
    with Register.open(location) as register:
        before = register.state_hash()
        first = register.rows("orders")[0]
    book = openpyxl.load_workbook(workbook)
    sheet = book["Orders"]
    row = next(cell.row for cell in sheet["A"] if cell.value == first["id"])
    names = {cell.value: cell.column for line in sheet.iter_rows(max_row=10) for cell in line if cell.value}
    sheet.cell(row, names["Note"]).value = "call first"
    book.save(workbook)
    done = run("push", workbook, author="li.na")
    assert done.changeset
    with Register.open(location) as register:
        assert register.get("orders", first["id"])["note"] == "call first"
    told = run("undo", workbook, author="li.na")
    assert str(done.changeset) in told.summary
    with Register.open(location) as register:
        assert register.state_hash() == before
    assert "nothing to take back" in run("undo", workbook).summary


def test_matching_proposes_and_only_post_settles(workbook: Path, location: str) -> None:
    proposed = run("match_receipts", workbook, author="li.na")
    assert proposed.summary.startswith("0 receipts posted")
    with Register.open(location) as register:
        assert register.count("allocations") == 0
    run("post", workbook, author="li.na")
    assert "taken back" in run("undo", workbook, author="li.na").summary
    with Register.open(location) as register:
        assert register.count("allocations") == 0


def test_duplicates_are_looked_for_and_shown(workbook: Path, location: str) -> None:
    with (
        Register.open(location) as register,
        register.changeset(origin="x", reason="x", author="x") as cs,
    ):
        cs.insert("customers", [{"legal_name": "Zeta Lighting GmbH", "email": "a@zeta.de", "country": "DE"}] * 2)
    told = run("find_duplicates", workbook, author="li.na")
    assert told.changeset
    sheet = openpyxl.load_workbook(workbook)["Duplicates"]
    shown = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "Zeta Lighting GmbH" in shown


def test_a_sheet_is_adopted_with_its_plan_and_taken_back(tmp_path: Path, location: str) -> None:
    path = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Order No.", "Order date", "Customer", "Currency", "Amount"])
        sheet.write_row(1, 0, ["N-1", DAY, "Newcomer Ltd", "USD", 1200.5])
        sheet.write_row(2, 0, ["N-2", DAY, "Newcomer Ltd", "$", 10])
    with Register.open(location) as register:
        before = register.state_hash()
    done = run("adopt_sheet", path, author="li.na")
    assert done.changeset
    assert (tmp_path / "old plan.xlsx").is_file()
    with Register.open(location) as register:
        assert [row["amount"] for row in register.rows("orders", {"number": "N-1"})] == [Decimal("1200.50")]
        assert register.rows("orders", {"number": "N-2"}) == []
    run("undo", path, author="li.na")
    with Register.open(location) as register:
        assert register.state_hash() == before


def test_a_month_end_stands_on_a_sheet_of_its_own(workbook: Path) -> None:
    told = run("month_end", workbook, author="li.na")
    name = told.summary.split(":")[0]
    sheet = openpyxl.load_workbook(workbook)[name]
    shown = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "USD" in shown or "EUR" in shown
    assert shown.count(True) == 1, "received = allocated + credit + other + unmatched"
    assert "workbench receipts close" in told.summary


def test_rates_that_cannot_be_fetched_are_told_and_change_nothing(
    workbook: Path, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with Register.open(location) as register:
        before = register.state_hash()
    told = run("update_rates", workbook, author="li.na")
    assert told.changeset is None
    assert "Not answered: ecb" in told.summary
    with Register.open(location) as register:
        assert register.state_hash() == before


def test_without_a_register_a_macro_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with pytest.raises(ConfigurationError) as refused:
        run("pull", quotes(folder / "a.xlsx"))
    assert "WORKBENCH_REGISTER" in refused.value.remedy
    with pytest.raises(NoSuchMacro) as unknown:
        run("format_disk", folder / "a.xlsx")
    assert "freeze" in unknown.value.remedy


def test_macros_from_the_command_line(workbook: Path, location: str) -> None:
    def asked(*words: str) -> dict[str, object]:
        ran = subprocess.run(
            [sys.executable, "-m", "workbench", "macro", *words, "--json"], check=False, capture_output=True
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    assert [one["name"] for one in asked("list")["macros"]] == list(MACROS)
    assert asked("run", "pull", str(workbook), "--register", location)["macro"] == "pull"
