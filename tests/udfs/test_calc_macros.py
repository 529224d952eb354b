"""Macros from menu, Basic and buttons in a real Calc: the button is pressed, the service runs the macro on the open book."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xlwings")

import xlwings

from udfs.libreoffice.addin import basic, build, model
from udfs.libreoffice.addin.model import CalcMacro
from udfs.libreoffice.connection import Connection
from udfs.libreoffice.engine import App
from workbench.errors import MissingComponent

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for Python is a script")

ALLOWED = 4  # com.sun.star.document.MacroExecMode: what a person answers who is asked about macros
MACROS = [CalcMacro("stamp", "Stamp & go", "盖章"), CalcMacro("refuse", "Refuse", "拒绝")]
DECLARED = """
import sys, types
from workbench.errors import ConfigurationError
macros = types.ModuleType("udfs.macros")
macros.MACROS = {"stamp": None, "refuse": None}
def run(name, book, *, location):
    sheet = book.sheets[0]
    if name == "refuse":
        raise ConfigurationError("The month is closed.", remedy="Reopen it.")
    sheet["C1"].value = (sheet["C1"].value or 0) + sheet["A1"].value
    sheet["C2"].value = book.name
    return "Stamped."
macros.run = run
sys.modules["udfs.macros"] = macros
while sys.argv[1] != "--folder":
    del sys.argv[1]
from udfs.service.__main__ import main
raise SystemExit(main())
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A LibreOffice whose macros are the two of this file, run by a service in another process."""
    folder = tmp_path_factory.mktemp("m")
    (folder / "declared.py").write_text(DECLARED, encoding="utf-8")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "declared.py"}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for name, body in build.contents(model.functions(), MACROS, python=str(python)).items():
        path = folder / "extensions" / "workbench" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    service = folder / "s"
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_SERVICE_FOLDER", str(service))
    try:
        connection = Connection.start(
            visible=False, arguments=[f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}"]
        )
    except MissingComponent as missing:
        patch.undo()
        pytest.skip(str(missing))
    yield connection
    connection.close(terminate=True)
    patch.undo()
    address = service / "address.json"
    if address.exists():
        os.kill(int(json.loads(address.read_text(encoding="utf-8"))["pid"]), signal.SIGTERM)


@pytest.fixture
def book(office: Connection) -> Iterator[xlwings.Book]:
    app = App(office)
    made = xlwings.Book(impl=app.books.add())
    made.sheets[0]["A1"].value = 5
    yield made
    for other in app.books:
        other.close()


def until(condition: Any, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def buttons(node: Any) -> Iterator[Any]:
    """The buttons that a screen reader finds in the window."""
    context = node.getAccessibleContext()
    if context.getAccessibleRole() == 44:  # PUSH_BUTTON
        yield context
    for number in range(min(context.getAccessibleChildCount(), 60)):
        yield from buttons(context.getAccessibleChild(number))


def press(book: xlwings.Book, label: str) -> None:
    """What a finger does: the action of the accessible button in the window that shows the sheet."""
    controller = book.api.getCurrentController()
    controller.setFormDesignMode(False)
    found = [one for one in buttons(controller.Frame.getComponentWindow()) if one.getAccessibleName() == label]
    assert len(found) == 1
    assert found[0].doAccessibleAction(0)


def test_a_button_that_was_saved_in_a_workbook_runs_the_macro_when_it_is_pressed(
    office: Connection, book: xlwings.Book, tmp_path: Path
) -> None:
    office.call("commands.trigger", "add_buttons:" + book.impl.uid)
    book.save(str(tmp_path / "buttons.ods"))
    book.close()
    uid = office.call("books.open", str(tmp_path / "buttons.ods"), {"macros": ALLOWED})["uid"]
    again = xlwings.Book(impl=App(office).book(uid))
    sheet = again.sheets[0]
    press(again, "Stamp & go")
    assert until(lambda: sheet["C2"].value == "buttons.ods")
    assert sheet["C1"].value == 5
    assert until(lambda: office.call("commands.last").get("text") == "Stamped.")
    press(again, "Stamp & go")
    assert until(lambda: sheet["C1"].value == 10)


def test_buttons_are_put_once(office: Connection, book: xlwings.Book) -> None:
    for _time in range(2):
        office.call("commands.trigger", "add_buttons:" + book.impl.uid)
    form = book.api.Sheets.getByIndex(0).DrawPage.Forms.getByName("Workbench")
    assert form.Count == len(MACROS)


def test_a_macro_that_refuses_says_so_and_leaves_the_sheet(office: Connection, book: xlwings.Book) -> None:
    office.call("commands.trigger", "refuse:" + book.impl.uid)
    assert until(lambda: office.call("commands.last").get("failed"))
    assert office.call("commands.last")["text"] == "The month is closed. Reopen it."
    assert book.sheets[0]["C1"].value is None


def test_basic_and_the_menus_url_reach_the_same_macro(office: Connection, book: xlwings.Book) -> None:
    office.call("office.run", None, f"{basic.BUTTONS}.Buttons.stamp", [])
    assert until(lambda: book.sheets[0]["C1"].value == 5)
    assert until(lambda: office.call("commands.last").get("text") == "Stamped.")
    office.call("commands.dispatch", "service:org.multicurrency.workbench.Commands?stamp")
    assert until(lambda: book.sheets[0]["C1"].value == 10)


def test_an_unknown_macro_is_refused(office: Connection, book: xlwings.Book) -> None:
    office.call("commands.trigger", "format_disk:" + book.impl.uid)
    assert until(lambda: office.call("commands.last").get("failed"))
    assert "format_disk" in office.call("commands.last")["text"]
    assert book.sheets[0]["C1"].value is None


def test_menu_and_toolbar_hold_every_macro_in_both_languages() -> None:
    from xml.etree import ElementTree as ET

    from udfs.libreoffice.addin import markup

    text = markup.add_ons(MACROS)
    ET.fromstring(text.encode())
    assert text.count("Commands?stamp<") == 2  # menu and toolbar
    for words in ("Stamp &amp; go", "盖章", "Refuse", "拒绝"):
        assert words in text
