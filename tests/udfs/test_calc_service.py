"""The service beside the spreadsheet: who may talk to it, what happens when it dies, and that no cell waits for ever."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.udfs import calc_support as support
from udfs.libreoffice.addin import model
from udfs.service import wire
from udfs.service.client import Client, ServiceGone
from workbench.errors import MissingComponent

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and rights as on Unix")


def pid_of(client: Client) -> int:
    return int(client.ask({"op": "ping"})["result"]["pid"])


def gone(pid: int) -> bool:
    """Whether it has ended, be it that its parent has not asked for its exit status yet."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


def recorded_pid(folder: Path) -> int:
    return int(json.loads((folder / "address.json").read_text(encoding="utf-8"))["pid"])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    where = tmp_path / "s"
    yield where
    if (where / "address.json").exists():
        os.kill(recorded_pid(where), signal.SIGKILL)


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    made = Client(sys.executable, str(folder))
    yield made
    made.close()


def call(client: Client, name: str, *arguments: object) -> object:
    return client.ask({"op": "call", "name": name, "arguments": list(arguments)})["result"]


def test_it_is_started_when_it_is_asked_and_answers_as_the_direct_call(client: Client) -> None:
    for name, arguments in support.table():
        plain = [support._serial(one) for one in arguments]
        answer = call(client, name, *plain)
        found = answer["error"] if isinstance(answer, dict) else answer
        assert support.shown(found) == support.expected(name, arguments), (name, arguments)


def test_secret_socket_and_address_are_the_owners_only(client: Client, folder: Path) -> None:
    pid_of(client)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("token", "socket", "address.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_two_hosts_share_one_service(client: Client, folder: Path) -> None:
    others = [Client(sys.executable, str(folder)) for _each in range(4)]
    found: list[int] = []
    threads = [threading.Thread(target=lambda one=one: found.append(pid_of(one))) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(found) == {pid_of(client)}
    assert len(found) == 4
    for one in others:
        one.close()


def test_a_stranger_without_the_secret_gets_nothing(client: Client, folder: Path) -> None:
    pid_of(client)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(10)
        stranger.connect(str(folder / "socket"))
        with pytest.raises((wire.WireError, OSError)):
            wire.prove_as_client(stranger, b"x" * wire.TOKEN_BYTES)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(10)
        stranger.connect(str(folder / "socket"))
        stranger.sendall(b"\0" * 64)  # a nonce and a wrong proof
        received = b""
        while part := stranger.recv(4096):
            received += part
        assert len(received) <= 64  # the challenge, and not one answer
    assert call(client, "FX_PARSE", "USD 5") == "USD 5"


def test_a_stranger_on_its_address_learns_nothing_and_is_not_believed(client: Client, folder: Path) -> None:
    pid = pid_of(client)
    token = (folder / "token").read_bytes()
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    (folder / "socket").unlink()
    heard = b""
    with socket.socket(socket.AF_UNIX) as false_one:
        false_one.bind(str(folder / "socket"))
        false_one.listen(4)
        false_one.settimeout(20)

        def answer() -> None:
            nonlocal heard
            connection, _peer = false_one.accept()
            with connection:
                heard += connection.recv(4096)
                connection.sendall(b"\1" * 64)
                connection.settimeout(2)
                heard += connection.recv(4096)

        listening = threading.Thread(target=answer, daemon=True)
        listening.start()
        assert call(client, "FX_PARSE", "USD 5") == "USD 5"  # the client went past it and started a true one
        listening.join(10)
    assert token not in heard
    assert len(heard) == 32  # the nonce only
    assert pid_of(client) != pid


def test_one_that_died_is_started_again(client: Client) -> None:
    before = pid_of(client)
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    assert call(client, "FX_PARSE", "USD 5") == "USD 5"
    assert pid_of(client) != before


def test_a_macro_is_never_run_twice_because_the_service_died(client: Client) -> None:
    os.kill(pid_of(client), signal.SIGKILL)
    with pytest.raises(ServiceGone):
        client.ask({"op": "ping", "again": False})


def test_one_that_hangs_costs_the_time_limit_and_no_more(client: Client) -> None:
    pid = pid_of(client)
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "T":
        time.sleep(0.01)
    try:
        with pytest.raises(ServiceGone, match="no answer"):
            client.ask({"op": "ping"}, timeout=0.3)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert pid_of(client) == pid


def test_nobody_asks_so_it_ends_and_leaves_nothing_to_connect_to(folder: Path) -> None:
    served = subprocess.Popen([sys.executable, "-m", "udfs.service", "--folder", str(folder), "--idle", "0.2"])
    assert served.wait(30) == 0
    assert not (folder / "address.json").exists()
    assert not (folder / "socket").exists()


@pytest.mark.parametrize(
    "request_", [None, 5, [], {}, {"op": "call"}, {"op": "call", "name": "X", "arguments": 1}, {"op": "eval"}]
)
def test_requests_of_no_sense_are_answered_with_an_error(client: Client, request_: object) -> None:
    answer = client.ask(request_ if isinstance(request_, dict) else {"op": request_})
    assert answer["error"] == "#VALUE!"
    assert "Traceback" not in answer["message"]
    assert call(client, "FX_PARSE", "USD 5") == "USD 5"


def test_a_message_beyond_all_measure_is_refused_unread() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall((wire.LONGEST + 1).to_bytes(4, "big"))
        with pytest.raises(wire.WireError, match="too long"):
            wire.receive(theirs)


def test_cells_through_the_service_equal_the_direct_call(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older Python inside LibreOffice does with every function, and each does with the heavy ones."""
    pytest.importorskip("xlwings")
    monkeypatch.setenv("WORKBENCH_SERVICE_FOLDER", str(folder))
    rows = support.table()
    path = support.workbook(tmp_path / "all.xlsx", [support.formula(*row) for row in rows])
    try:
        with support.office(tmp_path / "o", carried=False) as connection:
            uid = support.opened(connection, path)
            assert support.column(connection, uid, len(rows)) == [support.expected(*row) for row in rows]
            assert (folder / "socket").exists()
    except MissingComponent as missing:
        pytest.skip(str(missing))


def test_without_a_service_every_cell_is_an_error_with_its_reason_and_no_old_figure_stays(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xlwings")
    monkeypatch.setenv("WORKBENCH_SERVICE_FOLDER", str(folder))
    formulas = [support.formula("FX_PARSE", ("USD 5",)), "=WB.WB_LAST_ERROR(A1)", '=IFERROR(A1,"no")']
    path = support.workbook(tmp_path / "dead.xlsx", formulas)
    try:
        with support.office(tmp_path / "o", carried=False, start_timeout=0.5) as connection:
            uid = support.opened(connection, path)
            assert support.column(connection, uid, 3) == ["USD 5", None, "USD 5"]
            pid = recorded_pid(folder)
            (folder / "lock").unlink()
            (folder / "lock").mkdir()  # no service can start any more
            os.kill(pid, signal.SIGKILL)
            assert gone(pid)
            (folder / "address.json").unlink()
            connection.call("books.recalculate", uid)
            shown = support.column(connection, uid, 3)
            assert shown[0] == "#N/A"
            assert "workbench libreoffice doctor" in shown[1]
            assert shown[2] == "no"
    except MissingComponent as missing:
        pytest.skip(str(missing))


def test_the_extension_carries_what_it_needs_and_nothing_heavy() -> None:
    from udfs.libreoffice.addin import build

    names = build.contents(model.functions(), model.macros())
    assert {"pythonpath/udfs/registry.py", "pythonpath/workbench/rates/data/ecb.rates"} <= names.keys()
    assert not [one for one in names if "/register/" in one or "sqlalchemy" in one]
    assert sum(map(len, names.values())) < 4 * 2**20


def test_what_runs_under_libreoffices_python_is_written_for_python_3_8() -> None:
    import ast

    root = Path(model.__file__).resolve().parents[2]
    files = [
        *(root / "libreoffice" / "host").rglob("*.py"),
        *(root / "service" / name for name in ("wire.py", "client.py")),
    ]
    assert len(files) > 10
    for path in files:
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 8))
