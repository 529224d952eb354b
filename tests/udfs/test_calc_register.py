"""Functions that look into the register, from a real Calc through the service: each host its own register, always as it is now."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

pytest.importorskip("xlwings")

from tests.udfs import calc_support as support
from tests.udfs.register_support import QUESTIONS, matched_books
from tests.udfs.test_calc_service import recorded_pid
from udfs.service.client import Client
from workbench.errors import MissingComponent
from workbench.rate_store import prefer_sources, store_observations
from workbench.rates import Observation
from workbench.register import Register

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
DAY = date(2026, 3, 31)


def made(path: Path, rate: str, customer: str) -> Path:
    with Register.create(path, base_currency="CNY") as register:
        with register.changeset(origin="test", reason="books", author="li.na") as cs:
            (one,) = cs.insert("customers", [{"legal_name": customer, "country": "GB"}])
            cs.insert(
                "orders",
                [{"number": "SO1", "customer_id": one, "order_date": DAY, "currency": "USD", "amount": Decimal(50000)}],
            )
        store_observations(
            register, [Observation("cfets", "parity", "USD", "KZT", 1, rate, DAY)], author="li.na", reason="test"
        )
        prefer_sources(register, ["cfets"], author="li.na")
    return path


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "s"
    monkeypatch.setenv("WORKBENCH_SERVICE_FOLDER", str(folder))
    yield folder
    if (folder / "address.json").exists():
        os.kill(recorded_pid(folder), signal.SIGKILL)


def test_cells_show_the_named_register_and_follow_its_changes(
    tmp_path: Path, service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = made(tmp_path / "r.sqlite", "512.3", "Acme Ltd")
    monkeypatch.setenv("WORKBENCH_REGISTER", str(location))
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904  # days go in and come out as this workbook counts them
    book.active["A1"] = '=WB.FX_RATE("USD","KZT",DATE(2026,3,31),"on_or_before")'
    book.active["A2"] = '=WB.CUSTOMER_FIND("Nobody & Sons")'
    book.active["A3"] = "=WB.WB_LAST_ERROR(A2)"
    book.active["C1"] = ArrayFormula("C1:E2", '=WB.REGISTER_LIST("orders","","number,order_date,amount")')
    book.active["A4"] = "=N(D2=DATE(2026,3,31))"
    book.save(tmp_path / "b.xlsx")
    try:
        with support.office(tmp_path / "o") as connection:
            uid = support.opened(connection, tmp_path / "b.xlsx")
            shown = support.column(connection, uid, 4)
            assert shown[:2] == [512.3, "#N/A"]
            assert "Nobody & Sons" in shown[2]
            assert shown[3] == 1
            assert support.column(connection, uid, 2, 3)[1] == "SO1"
            assert support.column(connection, uid, 2, 5)[1] == 50000
            with Register.open(str(location), actor="li.na") as register:
                store_observations(
                    register,
                    [Observation("cfets", "parity", "USD", "KZT", 1, "514.5", DAY, revision=2)],
                    author="li.na",
                    reason="test",
                )
            client = Client(sys.executable, str(service))
            os.kill(
                int(client.ask({"op": "ping"})["result"]["pid"]), signal.SIGKILL
            )  # nothing is kept of the old figures
            client.close()
            connection.call("books.recalculate", uid)
            assert support.column(connection, uid, 1) == [514.5]
    except MissingComponent as missing:
        pytest.skip(str(missing))


def test_two_hosts_with_two_registers_never_see_each_others(tmp_path: Path, service: Path) -> None:
    registers = [made(tmp_path / "a.sqlite", "511.5", "Acme Ltd"), made(tmp_path / "b.sqlite", "517.25", "Brown Ltd")]
    clients = [Client(sys.executable, str(service)) for _each in registers]
    for _turn in range(3):
        for client, register, rate in zip(clients, registers, (511.5, 517.25), strict=True):
            request = {"op": "call", "name": "FX_RATE", "arguments": ["USD", "KZT", 46112.0], "register": str(register)}
            assert client.ask(request)["result"] == rate
    request = {"op": "call", "name": "FX_RATE", "arguments": ["USD", "KZT", 46112.0]}
    assert clients[0].ask(request)["result"]["error"] == "#N/A"  # none is named: the embedded rates
    for client in clients:
        client.close()


def test_every_function_that_looks_into_a_register_equals_the_direct_call(
    tmp_path: Path, service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = str(tmp_path / "register.sqlite")
    matched_books(where)
    monkeypatch.setenv("WORKBENCH_REGISTER", where)
    wanted = [support.expected(*row) for row in QUESTIONS]
    corners = [one[0][0] if isinstance(one, list) else one for one in wanted]
    path = support.workbook(tmp_path / "b.xlsx", [support.formula(*row) for row in QUESTIONS])
    try:
        with support.office(tmp_path / "o") as connection:
            found = support.column(connection, support.opened(connection, path), len(QUESTIONS))
    except MissingComponent as missing:
        pytest.skip(str(missing))
    near = [pytest.approx(one, rel=1e-14) if isinstance(one, float) else one for one in corners]
    assert [row for row, mine, right in zip(QUESTIONS, found, near, strict=True) if mine != right] == []
    answered = {name for (name, _given), one in zip(QUESTIONS, corners, strict=True) if one not in {"#N/A", "#VALUE!"}}
    assert answered == {name for name, _given in QUESTIONS}
