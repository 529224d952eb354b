"""The add-in in Chromium with the real office.js: functions, errors, the pane's buttons, and a server that goes and comes."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import udfs.functions  # noqa: F401 - its import declares them
from tests.server.conftest import Served, open_pane
from udfs.registry import FUNCTIONS, call
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook

pytestmark = pytest.mark.xdist_group("chromium")
# office.js frames a page of its makers that counts; the policy forbids it, and Chromium says so.
EXPECTED = ("telemetryservice", "inline style", "status of 4", "ERR_CONNECTION_REFUSED", "net::ERR_FAILED")


def ask(page: Any, name: str, *arguments: Any, address: str = "") -> Any:
    return page.evaluate("([name, args, at]) => MockExcel.call(name, args, at)", [name, list(arguments), address])


def cell(value: Any) -> list[list[Any]]:
    return [[value]]


@pytest.fixture
def own(demo_dir: Path, tmp_path: Path) -> Iterator[Served]:
    """A server of the test's own, with a register that it may change."""
    shutil.copy(demo_dir / "register.sqlite", tmp_path / "register.sqlite")
    made = Served(tmp_path / "home", tmp_path / "register.sqlite")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Served]:
    """The same over a register of five customers, whose workbook lies beside it."""
    with Register.create(tmp_path / "register.sqlite") as register:
        names = ("Nord AB", "Süd GmbH", "Ost Sp. z o.o.", "West Ltd", "宁波远洋")
        with register.changeset(origin="test", reason="customers", author="wang") as cs:
            cs.insert("customers", [{"code": f"C{n}", "legal_name": name} for n, name in enumerate(names)])
        write_bound_workbook(register, load_book(register), tmp_path / "Book1.xlsx", language="en", author="li.na")
    made = Served(tmp_path / "home", tmp_path / "register.sqlite")
    made.start()
    yield made
    made.stop()


def unforeseen(page: Any) -> list[str]:
    return [one for one in page.complaints if not any(known in one for known in EXPECTED)]


def until(page: Any, truth: str, seconds: float = 60) -> None:
    """Wait without the page evaluating text, which its policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(truth):
        assert time.monotonic() < end, truth
        page.wait_for_timeout(50)


def ready(page: Any) -> None:
    page.wait_for_selector("#main:not([hidden])")
    page.wait_for_selector("#connection.connected")


def test_every_function_of_the_registry_is_associated(pane: Any) -> None:
    ready(pane)
    assert set(pane.evaluate("Object.keys(CustomFunctions._association.mappings)")) == {*FUNCTIONS, "WB_LAST_ERROR"}
    assert unforeseen(pane) == []


def test_cells_and_ranges_have_the_value_of_the_direct_call(pane: Any) -> None:
    ready(pane)
    for arguments in (("USD", "CNY", 45293), ("EUR", "JPY", 45000.0), ("USD", "CNY", 45293, "exact")):
        direct = call("FX_RATE", *arguments)
        told = ask(pane, "FX_RATE", *map(cell, arguments))
        assert told == [[pytest.approx(float(direct), rel=1e-15)]]
    days = [[45293 + 7 * number] for number in range(20)]
    told = ask(pane, "FX_RATE", cell("USD"), cell("CNY"), days)
    assert told == [[pytest.approx(float(one[0]))] for one in call("FX_RATE", "USD", "CNY", days)]


def test_errors_are_error_values_with_their_message(pane: Any) -> None:
    ready(pane)
    missing = ask(pane, "FX_RATE", cell("USD"), cell("CNY"), cell(2), address="[Book1.xlsx]Orders!C7")
    assert missing["code"] == "#N/A"
    wrong = ask(pane, "FX_RATE", cell("USD"), cell("XXX"), cell(45293), address="[Book1.xlsx]Orders!C8")
    assert wrong["code"] == "#VALUE!"
    assert "XXX" in wrong["message"]
    mixed = ask(pane, "FX_RATE", cell("USD"), [["CNY"], ["XXX"]], cell(45293))
    assert isinstance(mixed[0][0], float)
    assert mixed[1][0]["code"] == "#VALUE!"
    why = "CustomFunctions._association.mappings.WB_LAST_ERROR([[0]], {parameterAddresses: ['[Book1.xlsx]Orders!%s']})"
    assert pane.evaluate(why % "C8") == wrong["message"]
    assert pane.evaluate(why % "C9") == ""
    assert pane.evaluate(why.replace("[Book1.xlsx]", "") % "C8") == wrong["message"]
    right = ask(pane, "FX_RATE", cell("USD"), cell("CNY"), cell(45293), address="[Book1.xlsx]Orders!C8")
    assert isinstance(right[0][0], float)
    assert pane.evaluate(why % "C8") == ""
    pane.click("#tab-errors")
    shown = pane.inner_text("#panel")
    assert "Orders!C7" in shown
    assert "Orders!C8" in shown
    assert wrong["message"].split(".")[0] in shown


def test_an_error_in_an_argument_is_passed_on_and_a_formatted_number_is_its_number(pane: Any) -> None:
    ready(pane)
    told = pane.evaluate(
        """async () => {
          const error = (code) => new CustomFunctions.Error(code, "");
          const ofCell = (name, basicValue) => ({ type: "Error", basicType: "Error", errorType: name, basicValue });
          const codes = CustomFunctions.ErrorCode;
          const ask = (first, ...rest) => MockExcel.call("FX_ROUND", [first, [["USD"]], ...rest]);
          return Promise.all([
            ask([[error(codes.notAvailable)]]),
            ask([[ofCell("Div0", "#DIV/0!")]]),
            ask([[1.005], [ofCell("NotAvailable", "#N/A")]]),
            ask([[ofCell("Ref", "#REF!")]]),
            MockExcel.call("FX_RATE", [[["USD"]], [["CNY"]], [[{ type: "FormattedNumber", basicValue: 45293, numberFormat: "yyyy-mm-dd" }]]]),
            MockExcel.call("FX_RATE", [[["USD"]], [["CNY"]], [[45293]]]),
          ]);
        }"""
    )
    assert [told[0]["code"], told[1]["code"]] == ["#N/A", "#DIV/0!"]
    assert told[2][0] == [1.01]
    assert told[2][1][0]["code"] == "#N/A"
    assert told[3]["code"] == "#VALUE!"  # Excel takes no #REF! from a function
    assert "#REF!" in told[3]["message"]
    assert isinstance(told[4][0][0], float)
    assert told[4] == told[5]
    assert unforeseen(pane) == []


def test_the_same_question_is_asked_once_and_many_go_together(pane: Any) -> None:
    ready(pane)
    asked: list[Any] = []
    pane.on("request", lambda one: asked.append(one.post_data_json) if one.url.endswith("/api/calls") else None)
    told = pane.evaluate(
        "Promise.all(Array.from({length: 600}, (_, n) => MockExcel.call('FX_RATE', [[['USD']], [['CNY']], [[45000 + n % 50]]])))"
    )
    assert len(told) == 600
    assert sum(len(one["calls"]) for one in asked) == 50
    assert len(asked) <= 3


def test_a_cancelled_cell_gets_no_answer_and_costs_no_request(pane: Any) -> None:
    ready(pane)
    asked: list[Any] = []
    pane.on("request", lambda one: asked.append(one.url) if one.url.endswith("/api/calls") else None)
    settled = pane.evaluate(
        """async () => {
          let settled = false;
          MockExcel.call('FX_RATE', [[['USD']], [['CNY']], [[45001]]]).then(() => { settled = true; });
          MockExcel.invocations.at(-1).onCanceled();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return settled;
        }"""
    )
    assert not settled
    assert asked == []


def test_what_takes_long_is_asked_for_until_it_is_there_and_can_be_cancelled(pane: Any) -> None:
    ready(pane)
    told = iter([[{"job": "one"}, {"job": "two"}], [None, {"job": "two"}], [{"job": "two"}], [{"job": "two"}]])
    cancelled: list[Any] = []
    again: list[Any] = []

    def calls(route: Any) -> None:
        asked = route.request.post_data_json["calls"]
        again.append(asked)
        first = len(again) == 1
        route.fulfill(json={"results": [{"job": "one"}, {"job": "two"}] if first else ["from the start"] * len(asked)})

    def jobs(route: Any) -> None:
        asked = route.request.post_data_json["jobs"]
        route.fulfill(json={"results": next(told, [{"job": one} for one in asked])[: len(asked)]})

    def cancel(route: Any) -> None:
        cancelled.append(route.request.post_data_json["jobs"])
        route.fulfill(json={"cancelled": 1})

    pane.route("**/api/calls", calls)
    pane.route("**/api/jobs", jobs)
    pane.route("**/api/cancel", cancel)
    pane.evaluate(
        "window.told = {};"
        "for (const name of ['EUR', 'JPY'])"
        " MockExcel.call('FX_RATE', [[[name]], [['CNY']], [[45293]]]).then((one) => { window.told[name] = one; }); 0"
    )
    until(pane, "window.told.EUR !== undefined")  # its job was lost with a server, so it was asked for anew
    assert pane.evaluate("window.told") == {"EUR": [["from the start"]]}
    assert [one[1] for one in again[1]] == ["EUR"]
    pane.evaluate("MockExcel.invocations.at(-1).onCanceled()")
    pane.wait_for_timeout(300)
    assert cancelled == [["two"]]
    assert pane.evaluate("window.told.JPY") is None


def test_a_server_that_restarts_is_found_again(chromium: Any, own: Served) -> None:
    page = open_pane(chromium, own)
    ready(page)
    own.stop()
    page.evaluate(
        "window.later = MockExcel.call('FX_RATE', [[['USD']], [['CNY']], [[45293]]]).then((told) => { window.told = told; }); 0"
    )
    page.wait_for_selector("#connection.away")
    own.start()
    until(page, "window.told !== undefined")
    assert page.evaluate("window.told") == [[pytest.approx(float(call("FX_RATE", "USD", "CNY", 45293)))]]
    page.wait_for_selector("#connection.connected")
    assert unforeseen(page) == []
    page.context.close()


def test_a_person_connects_with_a_token(chromium: Any, served: Served) -> None:
    page = open_pane(chromium, served, token="")
    page.wait_for_selector("#connect:not([hidden])")
    page.fill("#token", "wrong")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('connect-problem').textContent !== ''")
    page.fill("#token", served.token)
    page.keyboard.press("Enter")
    ready(page)
    assert page.is_hidden("#connect")
    until(page, "MockExcel.calculations === 1")
    assert served.token not in page.url
    page.context.close()


def test_a_rate_comes_with_its_evidence_and_goes_into_the_cell(pane: Any) -> None:
    ready(pane)
    for name, value in (("base", "EUR"), ("quote", "CNY"), ("day", "2024-01-02"), ("amount", "35000")):
        pane.fill(f"#{name}", value)
    pane.click("main form .primary")
    until(pane, "document.getElementById('rate').textContent.includes('EUR')")
    shown = pane.inner_text("#rate")
    assert "2024-01-02" in shown
    assert "ECB" in shown
    pane.click("text=Insert formula")
    pane.wait_for_selector("#toast:not([hidden])")
    held = pane.evaluate("MockExcel.dump('Sheet1')")
    assert held[0][3] == '=WB.FX_CONVERT(35000,"EUR","CNY",DATE(2024,1,2))'
    pane.click("text=Insert value")
    until(pane, "MockExcel.dump('Sheet1')[0][3] === ''")
    figure = call("FX_CONVERT", 35000, "EUR", "CNY", 45293)
    assert pane.evaluate("MockExcel.dump('Sheet1')")[0][2] == float(figure)


def test_views_are_walked_with_the_keyboard(pane: Any) -> None:
    ready(pane)
    pane.focus("#tab-rates")
    seen = []
    for _ in range(5):
        pane.keyboard.press("ArrowRight")
        seen.append(pane.evaluate("document.activeElement.id"))
    assert seen == ["tab-duplicates", "tab-matches", "tab-sync", "tab-errors", "tab-rates"]
    assert pane.get_attribute("#tab-rates", "aria-selected") == "true"


def test_the_pane_fits_320_pixels_in_both_languages(pane: Any) -> None:
    ready(pane)
    for _ in range(2):
        for name in ("rates", "duplicates", "matches", "sync", "errors"):
            pane.click(f"#tab-{name}")
            pane.wait_for_timeout(150)
            assert pane.evaluate("document.documentElement.scrollWidth") <= 320, name
            assert pane.evaluate("document.getElementById('panel').scrollWidth") <= 320, name
            assert "object HTML" not in pane.inner_text("#panel")
        pane.click("#language")
    assert unforeseen(pane) == []


def test_cells_follow_the_register(chromium: Any, own: Served) -> None:
    page = open_pane(chromium, own)
    with page.expect_response("**/api/news"):
        ready(page)
    assert page.evaluate("MockExcel.calculations") == 0
    with Register.open(own.register or "") as register, register.changeset(origin="x", reason="x", author="wang") as cs:
        cs.insert("customers", [{"legal_name": "Somebody else's news"}])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, "MockExcel.calculations === 1")
    until(page, "document.getElementById('toast').textContent.includes('register has changed')")
    with page.expect_response("**/api/news"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(100)
    assert page.evaluate("MockExcel.calculations") == 1
    assert unforeseen(page) == []
    page.context.close()


def test_a_pair_is_decided_by_its_person_and_taken_back(chromium: Any, own: Served) -> None:
    page = open_pane(chromium, own)
    ready(page)
    page.click("#tab-duplicates")
    page.wait_for_selector("article")
    with Register.open(own.register or "") as register:
        before = register.log(1)[0].number
        waiting = {row["id"] for row in register.rows("duplicate_pairs", {"decision": "review"})}
    page.click("article >> nth=0 >> text=Keep apart")
    page.wait_for_selector("#toast:not([hidden])")
    until(page, "MockExcel.calculations === 1")  # what cells show may depend on it
    with Register.open(own.register or "") as register:
        entry = register.log(1)[0]
        (changed,) = [row for row in register.rows("duplicate_pairs", {"decision": "apart"}) if row["id"] in waiting]
        assert (entry.number, entry.author, entry.origin) == (before + 1, own.person, "duplicates")
        assert changed["decided_by"] == own.person
    page.click("#toast button")
    until(page, "document.getElementById('toast').textContent === 'Taken back.'")
    with Register.open(own.register or "") as register:
        assert {row["id"] for row in register.rows("duplicate_pairs", {"decision": "review"})} == waiting
        assert register.verify().ok
    assert unforeseen(page) == []
    page.context.close()


def test_receipts_are_ruled_out_and_posted(chromium: Any, own: Served) -> None:
    page = open_pane(chromium, own)
    ready(page)
    page.click("#tab-matches")
    page.wait_for_selector("article")
    cards = page.locator("article").count()
    assert cards > 2
    page.click("article >> nth=0 >> text=Post")
    page.wait_for_selector("#toast:not([hidden]), .problem", timeout=60_000)
    page.locator("article >> text=No customer's payment").last.click()
    until(page, "document.getElementById('toast').textContent.includes('no customer')")
    with Register.open(own.register or "") as register:
        mine = [row for row in register.rows("match_decisions") if row["decided_by"] == own.person]
        assert any(row["decision"] == "rejected" and row["instalment_id"] is None for row in mine)
        posted = {row["receipt_id"] for row in mine if row["decision"] == "posted"}
        assert {row["receipt_id"] for row in register.rows("allocations") if row["receipt_id"] in posted} == posted
        assert register.verify().ok
    page.context.close()


def book_as_mock(path: Path) -> list[dict[str, Any]]:
    """A workbook's sheets as the mock of Excel takes them: results of formulas are not in the file, so they are empty."""
    plain, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    sheets = []
    for sheet in formulas.worksheets:
        cells = []
        for row in sheet.iter_rows():
            for one in row:
                if one.value is None:
                    continue
                value = plain[sheet.title].cell(one.row, one.column).value
                written = one.value if isinstance(one.value, str) and one.data_type == "f" else ""
                if hasattr(value, "isoformat"):
                    from openpyxl.utils.datetime import to_excel

                    value = to_excel(value)
                cells.append([one.row, one.column, "" if value is None else value, written, one.number_format, False])
        sheets.append({"name": sheet.title, "cells": cells})
    return sheets


def shown(page: Any, path: Path, *more: list[Any]) -> None:
    """Open a workbook in the mock, with further cells on its sheet Customers."""
    sheets = book_as_mock(path)
    next(one["cells"] for one in sheets if one["name"] == "Customers").extend(more)
    page.evaluate(
        "(sheets) => { MockExcel.sheets.length = 0; for (const one of sheets) MockExcel.addSheet(one.name, one.cells); }",
        sheets,
    )
    page.click("#tab-sync")


def customers(page: Any) -> list[Any]:
    held: list[Any] = page.evaluate("MockExcel.dump('Customers')")
    return held


def test_a_workbook_is_pushed_and_pulled_through_the_page(chromium: Any, small: Served, tmp_path: Path) -> None:
    page = open_pane(chromium, small)
    ready(page)
    shown(page, tmp_path / "Book1.xlsx")
    page.click("text=Compare only")
    page.wait_for_selector("#sync-result h3", timeout=60_000)
    assert page.inner_text("#sync-result h3") == "Workbook and register agree."

    (place,) = [one for one in customers(page) if one[2] == "Nord AB"]
    last = max(one[0] for one in customers(page) if one[2] in {"宁波远洋", "West Ltd"})
    page.evaluate(
        "(cells) => cells.forEach(([row, column, value]) => MockExcel.sheets.find((one) => one.name === 'Customers')"
        ".cells.set(`${row},${column}`, {value, formula: '', format: 'General'}))",
        [[place[0], place[1], "=SUM(1) & Söhne"], [last + 1, place[1], "Brand New Ltd"]],
    )
    page.click("text=Push my edits")
    until(page, "(document.querySelector('#sync-result h3')?.textContent || '').startsWith('Stored')")
    location = small.register or Path()
    with Register.open(location) as register:
        rows = {row["legal_name"]: row for row in register.rows("customers")}
        assert {"=SUM(1) & Söhne", "Brand New Ltd"} <= rows.keys()
        assert len(rows) == 6
        entry = register.log(1)[0]
        assert (entry.author, entry.origin) == ("li.na", "push")
        with register.changeset(origin="test", reason="elsewhere", author="wang") as cs:
            cs.update("customers", rows["=SUM(1) & Söhne"]["id"], {"legal_name": "=1+1 Elsewhere"})
        new_id = rows["Brand New Ltd"]["id"]
    assert page.evaluate("MockExcel.saves") >= 1
    assert any(one[0] == last + 1 and one[2] == new_id for one in customers(page))  # its key has come back

    page.click("text=Pull news")
    until(page, "MockExcel.dump('Customers').some((one) => one[2] === '=1+1 Elsewhere')")
    (pulled,) = [one for one in customers(page) if one[2] == "=1+1 Elsewhere"]
    assert pulled[:2] == place[:2]
    assert pulled[3] == ""  # a text, not a formula
    assert unforeseen(page) == []
    page.context.close()


def test_a_push_whose_keys_excel_cannot_write_takes_nothing(chromium: Any, small: Served, tmp_path: Path) -> None:
    page = open_pane(chromium, small)
    ready(page)
    location = small.register or Path()
    with Register.open(location) as register:
        head = register.log(1)[0].number
    shown(page, tmp_path / "Book1.xlsx")
    (place,) = [one for one in customers(page) if one[2] == "宁波远洋"]
    last = max(one[0] for one in customers(page) if one[2] in {"宁波远洋", "West Ltd", "Nord AB", "Süd GmbH"})
    shown(page, tmp_path / "Book1.xlsx", [last + 1, place[1], "Brand New Ltd", "", "General", False])
    page.evaluate("MockExcel.failWrite = 'the sheet is protected'")
    page.click("text=Push my edits")
    page.wait_for_selector("#sync-result .problem", timeout=60_000)
    assert "the sheet is protected" in page.inner_text("#sync-result")
    with Register.open(location) as register:
        assert register.count("customers") == 5
        assert register.log(1)[0].number == head
    page.context.close()


def test_words_and_results_are_never_markup(chromium: Any, own: Served) -> None:
    with Register.open(own.register or "") as register:
        pair = register.rows("duplicate_pairs", {"decision": "review"})[0]
        with register.changeset(origin="test", reason="hostile", author="wang") as cs:
            cs.update("customers", pair["customer_a"], {"legal_name": "<img src=x onerror=window.owned=1>"})
    page = open_pane(chromium, own)
    ready(page)
    page.click("#tab-duplicates")
    page.wait_for_selector("article")
    assert "<img src=x" in page.inner_text("#panel")
    assert page.evaluate("window.owned") is None
    assert json.dumps(page.complaints).count("onerror") == 0
    page.context.close()
