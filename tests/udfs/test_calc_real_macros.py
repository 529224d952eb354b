"""Every macro of the menu, pressed as a button on a sheet of a real Calc: the workbook and the register behind it follow."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

pytest.importorskip("xlwings")

import xlwings

from tests.rate_sources.conftest import Playback, plain
from tests.sync.conftest import fill
from tests.udfs.test_calc_macros import ALLOWED, press, until
from udfs.libreoffice.addin import basic, build
from udfs.libreoffice.connection import Connection
from udfs.libreoffice.engine import App
from udfs.macros import MACROS
from workbench.errors import MissingComponent
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="the stand-in for Python is a script"),
    pytest.mark.xdist_group("real-macros"),  # one LibreOffice for all of them
]

SERVICE = """
import sys
from workbench.rate_sources import ecb
ecb._FILES = {files!r}
while sys.argv[1] != "--folder":
    del sys.argv[1]
from udfs.service.__main__ import main
raise SystemExit(main())
"""
TWINS = [{"legal_name": "Zeta Lighting GmbH", "email": "a@zeta.de", "country": "DE"}] * 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("r")


@pytest.fixture(scope="module")
def ecb() -> Iterator[Playback]:
    """The ECB's server, on this machine."""
    server = Playback()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture(scope="module")
def office(place: Path, ecb: Playback) -> Iterator[Connection]:
    """A LibreOffice with the extension as it is installed; only the ECB is another."""
    (place / "service.py").write_text(SERVICE.format(files=f"{ecb.url}/"), encoding="utf-8")
    python = place / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{place / "service.py"}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    build.unpack(place / "extensions" / "workbench", python=str(python))
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_SERVICE_FOLDER", str(place / "s"))
    patch.setenv("WORKBENCH_AUTHOR", "li.na")
    patch.delenv("WORKBENCH_REGISTER", raising=False)
    where = f"-env:BUNDLED_EXTENSIONS={(place / 'extensions').as_uri()}"
    try:
        connection = Connection.start(visible=False, arguments=[where])
    except MissingComponent as missing:
        patch.undo()
        pytest.skip(str(missing))
    yield connection
    connection.close(terminate=True)
    patch.undo()
    address = place / "s" / "address.json"
    if address.exists():
        os.kill(int(json.loads(address.read_text(encoding="utf-8"))["pid"]), signal.SIGTERM)


def owed(cs: Any, order: Mapping[str, Any]) -> None:
    """One instalment of the whole order."""
    whole = {"order_id": order["id"], "sequence": 1, "kind": "full", "due_date": date(2026, 4, 2)}
    cs.insert("instalments", [{**whole, "currency": order["currency"], "amount": order["amount"]}])


class Desk:
    """A register, its workbook in Calc, and a finger for the buttons on a sheet of their own."""

    def __init__(self, office: Connection, folder: Path) -> None:
        self.office, self.folder, self.location = office, folder, str(folder / "register.sqlite")
        with Register.create(self.location, actor="test") as made:
            fill(made)
        with Register.open(self.location) as register:
            path = folder / "Register.xlsx"
            write_bound_workbook(
                register, load_book(register), path, language="en", author="li.na", as_of=date(2026, 4, 1)
            )
        self.book = self.open(path)

    def open(self, path: Path) -> xlwings.Book:
        uid = self.office.call("books.open", str(path), {"macros": ALLOWED})["uid"]
        book = xlwings.Book(impl=App(self.office).book(uid))
        own = book.sheets.add("Buttons", after=book.sheets[-1])
        own.activate()
        self.office.call("commands.trigger", "add_buttons:" + uid)
        return book

    def press(self, macro: str, book: xlwings.Book | None = None) -> str:
        """What the macro says, once it is done."""
        front = book or self.book
        front.sheets["Buttons"].activate()
        return self.told_after(lambda: press(front, MACROS[macro].title_en))

    def told_after(self, act: Callable[[], object]) -> str:
        before = self.office.call("commands.last").get("number", 0)
        act()
        assert until(lambda: self.office.call("commands.last").get("number", 0) > before, 90)
        told = self.office.call("commands.last")
        assert not told["failed"], told["text"]
        return str(told["text"])

    def cell(self, sheet: str, row_id: str, heading: str) -> xlwings.Range:
        used = self.book.sheets[sheet]
        ids = used.range((1, 1), (40, 1)).value
        line = next(row for row in used.range((1, 1), (10, 60)).value if row and heading in row)
        return used.range((ids.index(row_id) + 1, line.index(heading) + 1))

    def register(self) -> Register:
        return Register.open(self.location, actor="wang.wei")


@pytest.fixture
def desk(office: Connection, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(office, tmp_path)
    yield made
    for other in App(office).books:
        other.close()


def test_pull_push_and_undo(desk: Desk) -> None:
    with desk.register() as register:
        before = register.state_hash()
    note = desk.cell("Orders", "O-000002", "Note")
    note.value = "call first"
    assert "1 edits taken" in desk.press("push")
    with desk.register() as register:
        assert register.get("orders", "O-000002")["note"] == "call first"
        assert register.log(1)[0].author == "li.na"
    assert "taken back" in desk.press("undo")
    assert note.value is None
    with desk.register() as register:
        assert register.state_hash() == before
        with register.changeset(origin="x", reason="x", author="wang.wei") as cs:
            cs.update("orders", "O-000003", {"note": "from elsewhere"})
    assert "cells brought up to date" in desk.press("pull")
    assert desk.cell("Orders", "O-000003", "Note").value == "from elsewhere"


def test_duplicates_matches_and_posting(desk: Desk) -> None:
    with desk.register() as register, register.changeset(origin="x", reason="x", author="x") as cs:
        order = register.get("orders", "O-000001")
        cs.insert("customers", TWINS)
        owed(cs, order)
        cs.insert(
            "receipts",
            [{"account": "A", "value_date": date(2026, 4, 1), "currency": order["currency"], "amount": order["amount"],
              "payer": "Customer 2 Ltd", "reference": f"Invoice {order['number']}", "fingerprint": "f1", "kind": "customer"}],
        )  # fmt: skip
    assert "0 were known" in desk.press("find_duplicates")
    shown = [one for row in desk.book.sheets["Duplicates"].used_range.value for one in row]
    assert shown.count("Zeta Lighting GmbH") >= 2
    assert desk.press("match_receipts").startswith("0 receipts posted")
    with desk.register() as register:
        assert register.count("match_decisions") > 0
        assert register.count("allocations") == 0
        with register.changeset(origin="x", reason="x", author="x") as cs:
            cs.set_setting("posting_bar", "0.5")
    told = desk.press("post")
    with desk.register() as register:
        posted = register.count("allocations")
    assert told.startswith(f"{posted} receipts posted")
    assert posted == 1
    assert "taken back" in desk.press("undo")
    with desk.register() as register:
        assert register.count("allocations") == 0


def test_rates_are_fetched_cells_calculated_and_the_month_is_worked_out(desk: Desk, ecb: Playback) -> None:
    day = date.today() - timedelta(days=3)  # noqa: DTZ011  # as the macro counts
    known = RateBook.embedded().get("EUR", "USD", date(2026, 10, 30)).value
    new = (known + Decimal("0.0123")).quantize(Decimal("0.0001"))
    daily = (
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f'<Cube><Cube time="{day}"><Cube currency="USD" rate="{new}"/></Cube></Cube></gesmes:Envelope>'
    ).encode()
    for name in ("eurofxref-daily.xml", "eurofxref-hist-90d.xml"):
        ecb.answers[f"/{name}"] = plain(daily, Content_Type="text/xml")
    drawn = desk.book.sheets["Buttons"]["H1"]
    drawn.formula = "=RAND()"
    before = drawn.value
    told = desk.press("update_rates")
    assert "1 new rates from ecb" in told
    assert drawn.value != before  # all cells were calculated anew
    with desk.register() as register:
        assert load_book(register).get("EUR", "USD", day).value == new
        with register.changeset(origin="x", reason="x", author="x") as cs:
            owed(cs, register.get("orders", "O-000001"))
    name = desk.press("month_end").split(":")[0]
    rows = desk.book.sheets[name].used_range.value
    assert any(row[0] in {"USD", "EUR", "JPY"} for row in rows)


def test_a_sheet_is_adopted_and_formulas_are_frozen(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Order No.", "Order date", "Customer", "Currency", "Amount"])
        sheet.write_row(1, 0, ["N-1", date(2026, 4, 1), "Newcomer Ltd", "USD", 1200.5])
    old = desk.open(path)
    old.sheets["Orders"].activate()
    adopt = f"{basic.BUTTONS}.Buttons.adopt_sheet"
    assert "1 records were taken in" in desk.told_after(lambda: desk.office.call("office.run", None, adopt, []))
    with desk.register() as register:
        assert [row["amount"] for row in register.rows("orders", {"number": "N-1"})] == [Decimal("1200.50")]
    sheet = old.sheets["Buttons"]
    sheet["H1"].formula = '=FX_RATE("USD","CNY",DATE(2026,3,31))'
    value = sheet["H1"].value
    assert value == float(RateBook.embedded().get("USD", "CNY", date(2026, 3, 31)).value)
    assert "1 formulas" in desk.press("freeze", old)
    assert not sheet["H1"].formula.startswith("=")
    assert sheet["H1"].value == pytest.approx(value, rel=1e-14)
    assert "FX_RATE" in sheet["H1"].note.text
    assert "1 formulas are back" in desk.press("undo", old)
    assert "FX_RATE" in sheet["H1"].formula


def test_all_macros_of_the_menu_were_pressed() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in MACROS if f'press("{name}"' not in text and f".Buttons.{name}" not in text] == []
