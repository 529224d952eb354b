"""The month-end pack: its files say the same to the cent, need nothing else, and come out again byte for byte."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from workbench.money import minor_units
from workbench.packs import collect, write_month_end
from workbench.profit import bridge, margins, read_facts
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.settlement.closing import close_month, month_end

AS_OF = date(2026, 9, 30)
STEM = "month-end-2026-09-30"
HEAD = 6  # the row of the headings in a sheet, counted from 1
HOSTILE = '=HYPERLINK("http://evil.example") <script>alert(1)</script> #panic(1)'


@pytest.fixture(scope="module")
def register_file(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo_dir / "register.sqlite", tmp_path_factory.mktemp("pack") / "register.sqlite"))


def run(register: Path, out: Path, *more: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "workbench", "report", "month_end", "--as-of", "2026-09-30", "--out", str(out)]
    command += ["--register", str(register), "--language", "en", "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(register_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A pack of the demo that the command wrote, and what it said."""
    out = tmp_path_factory.mktemp("out") / "pack"
    status, said = run(register_file, out)
    assert status == 0, said
    return out, said


class Page(HTMLParser):
    """Tables by name as lists of rows of texts, and every attribute that could name something outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.references: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self._rows: list[list[str]] = []
        self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.references += [
            (name, value or "") for name, value in attrs if name in {"src", "href", "xlink:href", "srcset", "action"}
        ]
        if tag == "table":
            self._rows = self.tables[str(found["data-name"])] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._cell = True
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._rows[-1][-1] += data


def page_of(out: Path) -> Page:
    return Page((out / f"{STEM}.html").read_text(encoding="utf-8"))


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_command_names_every_file_with_its_hash(told: tuple[Path, dict[str, Any]]) -> None:
    out, said = told
    assert {one["file"]: one["sha256"] for one in said["files"]} == digests(out)
    assert {f"{STEM}.xlsx", f"{STEM}.html", f"{STEM}.pdf", "manifest.json", "parquet/bridge.parquet"} <= digests(
        out
    ).keys()


def test_control_totals_close(told: tuple[Path, dict[str, Any]]) -> None:
    _out, said = told
    assert said["closes"]
    assert len(said["controls"]) > 20
    for one in said["controls"]:
        assert Decimal(one["left"]) - Decimal(one["right"]) - Decimal(one["explained"]) == 0, one
        assert one["why"] or not Decimal(one["explained"])
    assert {"bridge.net_margin", "exchange.unrealised", "receipts.USD"} <= {one["name"] for one in said["controls"]}


def test_explained_rounding_is_no_more_than_a_cent_an_item(told: tuple[Path, dict[str, Any]]) -> None:
    out, said = told
    (one,) = [one for one in said["controls"] if one["name"] == "exchange.unrealised"]
    lines = pq.read_table(out / "parquet/revaluation.parquet").num_rows
    assert abs(Decimal(one["explained"])) <= Decimal("0.01") * lines


def test_manifest_tells_what_it_was_made_from(told: tuple[Path, dict[str, Any]], register_file: Path) -> None:
    out, _said = told
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    with Register.open(register_file, read_only=True) as register:
        newest = register.log(1)[0]
        assert manifest["register"]["head"] == newest.hash
        assert manifest["register"]["state"] == register.state_hash()
        assert manifest["parameters"]["changeset"] == newest.number
        book = load_book(register)
    rates = {one["currency"]: one for one in manifest["rates"]}
    for code in ("USD", "EUR", "JPY"):
        rate = book.get(code, "CNY", AS_OF)
        assert (rates[code]["rate"], rates[code]["source"], rates[code]["rate_date"]) == (
            f"{rate.value:f}", rate.source, rate.rate_date.isoformat(),
        )  # fmt: skip
    assert manifest["versions"]["pandas"]
    listed = {one["file"]: one["sha256"] for one in manifest["files"]}
    assert listed == {name: digest for name, digest in digests(out).items() if name != "manifest.json"}


@pytest.fixture(scope="module")
def recalculated(told: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook as LibreOffice works it out: no stored result of a formula is left in what it opens."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("calc")
    bare = openpyxl.load_workbook(told[0] / f"{STEM}.xlsx")
    bare.save(folder / "bare.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    command += [
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "made"),
        str(folder / "bare.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return openpyxl.load_workbook(folder / "made" / "bare.xlsx", data_only=True)


def _cents(value: Any, currency: str = "CNY") -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-minor_units(currency)))


def test_totals_are_the_same_in_workbook_parquet_page_and_measures(
    told: tuple[Path, dict[str, Any]], recalculated: Any, register_file: Path
) -> None:
    out, _said = told
    page = page_of(out)
    with Register.open(register_file, read_only=True) as register:
        pack = collect(register, AS_OF)
        facts = read_facts(register, load_book(register), as_of=AS_OF)
        lines = month_end(register, AS_OF).lines
    measured = {
        ("margins_by_customer", "margin"): sum(margins(facts, by="customer").frame["margin"]),
        ("orders", "net_margin"): bridge(facts).frame["amount"].iloc[-1],
        ("revaluation", "unrealised_fx"): sum(row["unrealised_fx"] for row in lines),
    }
    compared = 0
    for table in pack.tables:
        if not table.has_totals:
            continue
        sheet = recalculated[table.title[:31]]
        frame = pq.read_table(out / "parquet" / f"{table.name}.parquet")
        for place, column in enumerate(table.columns):
            if column.kind != "money" or not column.total:
                continue
            stored = sum((one for one in frame[column.name].to_pylist() if one is not None), Decimal(0))
            shown = Decimal(page.tables[table.name][-1][place].replace(",", ""))
            calculated = _cents(sheet.cell(HEAD + 1 + len(table.rows), place + 1).value)
            assert stored == shown == calculated == measured.get((table.name, column.name), stored), (
                table.name,
                column.name,
            )
            compared += 1
    assert compared > 60


def test_bridge_and_controls_are_live_formulas(told: tuple[Path, dict[str, Any]], recalculated: Any) -> None:
    out, said = told
    formulas = openpyxl.load_workbook(out / f"{STEM}.xlsx")
    for row in range(HEAD + 1, HEAD + 11):
        assert str(formulas["Margin bridge"].cell(row, 2).value).startswith("='Margin bridge by order'!")
    rows = pq.read_table(out / "parquet/bridge.parquet").to_pylist()
    for row, stored in enumerate(rows, start=HEAD + 1):
        assert _cents(recalculated["Margin bridge"].cell(row, 2).value) == stored["amount"]
        assert _cents(recalculated["Margin bridge"].cell(row, 3).value) == stored["running"]
    summary = recalculated["Summary"]
    assert summary.cell(18, 1).value == "All control totals close to 0."
    for row, control in enumerate(said["controls"], start=22):
        assert _cents(summary.cell(row, 3).value, control["currency"]) == Decimal(control["left"]), control
        assert _cents(summary.cell(row, 4).value, control["currency"]) == Decimal(control["right"]), control
        assert summary.cell(row, 6).value == 0


def test_every_sheet_prints_across_and_keeps_its_headings(told: tuple[Path, dict[str, Any]]) -> None:
    book = openpyxl.load_workbook(told[0] / f"{STEM}.xlsx")
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.title == "Summary" or sheet.freeze_panes == "B7"
    (chart,) = book["Margin bridge"]._charts
    assert chart.grouping == "stacked"
    assert chart.series[0].graphicalProperties.noFill


def test_the_page_asks_nobody_for_anything(told: tuple[Path, dict[str, Any]]) -> None:
    text = (told[0] / f"{STEM}.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.references
    assert all(value.startswith("#") for _name, value in page.references), page.references
    assert not page.tags & {"link", "iframe", "img", "object", "embed", "base", "form", "image"}
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#")
    assert "svg" in page.tags


def test_money_in_parquet_is_decimal_and_tells_its_unit(told: tuple[Path, dict[str, Any]]) -> None:
    for path in sorted((told[0] / "parquet").iterdir()):
        schema = pq.read_schema(path)
        assert schema.metadata[b"as_of"] == b"2026-09-30"
        assert {b"unit", b"basis", b"rate_sources", b"formula"} <= schema.metadata.keys()
        assert not [field for field in schema if str(field.type) in {"float", "double"}], path.name
    assert str(pq.read_schema(told[0] / "parquet/bridge.parquet").field("amount").type) == "decimal128(38, 2)"


def test_same_register_same_bytes_whatever_is_done_later(
    told: tuple[Path, dict[str, Any]], register_file: Path, tmp_path: Path
) -> None:
    out, said = told
    changed = Path(shutil.copy(register_file, tmp_path / "later.sqlite"))
    with Register.open(changed) as register:
        order = register.rows("orders")[0]
        with register.changeset(origin="test", reason="later", author="test") as changeset:
            changeset.update("orders", order["id"], {"amount": order["amount"] + 1000})
            changeset.insert("customers", [{"legal_name": "Late Ltd"}])
    status, _again = run(changed, tmp_path / "again", "--known-at", str(said["changeset"]))
    assert status == 0
    assert digests(tmp_path / "again") == digests(out)
    with Register.open(changed, read_only=True) as register:
        now = collect(register, AS_OF)
    assert now.made_from["register"]["head"] != json.loads((out / "manifest.json").read_text())["register"]["head"]


def test_a_closed_month_is_told_as_it_was_closed(register_file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(register_file, tmp_path / "closed.sqlite"))
    with Register.open(copy) as register:
        before = collect(register, AS_OF)
        close_month(register, AS_OF, "test")
        with register.changeset(origin="test", reason="later", author="test") as changeset:
            changeset.insert("customers", [{"legal_name": "Late Ltd"}])
        after = collect(register, AS_OF)
    assert after.changeset == before.changeset
    assert [one.rows for one in after.tables[:-1]] == [one.rows for one in before.tables[:-1]]
    assert "pack.not-closed" in {one.code for one in before.findings}
    assert "pack.not-closed" not in {one.code for one in after.findings}


@pytest.fixture
def small(tmp_path: Path) -> Callable[[Mapping[str, Iterable[Mapping[str, Any]]]], Path]:
    """A register with these rows."""

    def make(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> Path:
        path = tmp_path / "small.sqlite"
        with Register.create(path, base_currency="CNY") as register:
            for name, rows in tables.items():
                with register.changeset(origin="test", reason="rows", author="test") as changeset:
                    changeset.insert(name, list(rows))
        return path

    return make


def orders(*rows: tuple[str, str, str, str]) -> dict[str, list[dict[str, Any]]]:
    """A customer with orders of (number, day, currency, amount), each with one instalment due a month later."""
    made = [
        {"id": f"O-{at:06d}", "number": number, "customer_id": "C-000001", "order_date": date.fromisoformat(day), "currency": code,
         "amount": Decimal(amount), "status": "shipped"}
        for at, (number, day, code, amount) in enumerate(rows, start=1)
    ]  # fmt: skip
    parts = [
        {"id": f"I-{one['id'][2:]}", "order_id": one["id"], "sequence": 1, "kind": "balance", "due_date": date(2026, 9, 1),
         "currency": one["currency"], "amount": one["amount"]}
        for one in made
    ]  # fmt: skip
    return {"customers": [{"id": "C-000001", "legal_name": HOSTILE}], "orders": made, "instalments": parts}


def test_an_empty_register_gives_an_empty_pack_that_says_so(small: Any, tmp_path: Path) -> None:
    with Register.open(small({}), read_only=True) as register:
        made = write_month_end(register, tmp_path / "out", AS_OF, language="en")
    assert made.pack.closes
    assert dict(made.pack.figures)["net margin"] is None
    assert "measure.table-empty" in {one.code for one in made.pack.findings}
    assert "Nothing to show." in (tmp_path / "out" / f"{STEM}.html").read_text(encoding="utf-8")


def test_what_has_no_rate_or_no_cost_has_no_figure(small: Any, tmp_path: Path) -> None:
    """Nobody embedded publishes KES, and RUB only until 2022; no order has a cost."""
    path = small(
        orders(
            ("A-1", "2026-08-01", "USD", "1000.00"),
            ("A-2", "2026-08-01", "KES", "5000.00"),
            ("A-3", "2026-08-02", "RUB", "9000.00"),
        )
    )
    with Register.open(path, read_only=True) as register:
        made = write_month_end(register, tmp_path / "out", AS_OF, language="en")
    pack = made.pack
    assert not pack.table("orders").rows
    figures = dict(pack.figures)
    assert figures["margin at deal"] is None
    assert figures["open receivables and orders"] is None
    codes = {(one.code, one.value) for one in pack.findings}
    assert {("measure.rate-missing", "KES"), ("measure.rate-missing", "RUB"), ("measure.no-cost", "")} <= codes
    rates = {row[0]: row for row in pack.table("rates").rows}
    assert rates["KES"][1] is None
    assert rates["RUB"][1] is None
    assert rates["KES"][-1]
    assert rates["USD"][1] is not None
    ageing = {row[0]: row for row in pack.table("ageing").rows}
    assert ageing["KES"][pack.table("ageing").place("total")] == Decimal("5000.00")
    assert ageing["KES"][-1] is None


def test_text_of_the_register_stays_text(small: Any, tmp_path: Path) -> None:
    path = small({**orders(("A-1", "2026-08-01", "USD", "1000.00")), "costs": [
        {"order_id": "O-000001", "kind": "purchase", "currency": "CNY", "amount": Decimal("5000.00")}]})  # fmt: skip
    with Register.open(path, read_only=True) as register:
        made = write_month_end(register, tmp_path / "out", AS_OF, language="zh")
    assert made.pack.closes
    page = page_of(tmp_path / "out")
    assert page.tables["margins_by_customer"][1][1] == HOSTILE
    assert (tmp_path / "out" / f"{STEM}.html").read_text(encoding="utf-8").count("<script>") == 1
    sheet = openpyxl.load_workbook(tmp_path / "out" / f"{STEM}.xlsx")[made.pack.table("margins_by_customer").title]
    cell = sheet.cell(HEAD + 1, 2)
    assert (cell.value, cell.data_type) == (HOSTILE, "s")


def test_a_day_inside_a_month_is_told(small: Any) -> None:
    with Register.open(small(orders(("A-1", "2026-08-01", "USD", "1000.00"))), read_only=True) as register:
        pack = collect(register, date(2026, 9, 15))
    assert not pack.table("revaluation").rows
    (said,) = [one for one in pack.findings if one.code == "pack.not-month-end"]
    assert "2026-09-30" in said.remedy
    assert dict(pack.figures)[pack.figures[3][0]] is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--known-at", "99999"), "config"),
        (("--known-at", "2026-10-01T09:00"), "config"),
        (("--known-at", "soon"), "config"),
    ],
)
def test_a_state_that_never_was_is_refused(
    register_file: Path, tmp_path: Path, more: tuple[str, ...], code: str
) -> None:
    status, said = run(register_file, tmp_path / "out", *more)
    assert status == 1
    assert said["error"]["code"].startswith(code)
    assert said["error"]["remedy"]
    assert not (tmp_path / "out").exists()


def test_an_earlier_pack_is_replaced_and_nothing_else_touched(small: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = small(orders(("A-1", "2026-08-01", "USD", "1000.00")))
    with Register.open(path, read_only=True) as register:
        write_month_end(register, out, date(2026, 8, 31), language="en")
        (out / "notes.txt").write_text("mine", encoding="utf-8")
        write_month_end(register, out, AS_OF, language="en")
    names = {one.name for one in out.iterdir()}
    assert names == {f"{STEM}.xlsx", f"{STEM}.html", f"{STEM}.pdf", "manifest.json", "parquet", "notes.txt"}
