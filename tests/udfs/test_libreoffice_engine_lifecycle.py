"""LibreOffice's life: started, found, ended; nothing is left behind, however this process goes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwings as xw

from udfs import libreoffice
from udfs.libreoffice import connection, engine, office
from udfs.libreoffice.errors import NotInLibreOffice, OfficeGone, OfficeMissing, OfficeTimeout, StartFailed

pytestmark = [
    pytest.mark.xdist_group("libreoffice"),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc"),
]

SCRIPT = """
    import os, sys, time
    import xlwings as xw
    from udfs import libreoffice
    libreoffice.activate()
    app = xw.App(visible=False)
    app.books[0].sheets[0]["A1"].value = 1
    print(app.pid, app.impl.connection.folder, app.impl.connection._bridge.pid, flush=True)
"""


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def soon(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def python(rest: str) -> tuple[subprocess.Popen[str], int, Path, int]:
    """Another Python that has started a LibreOffice: itself, LibreOffice's number and folder, the bridge's number."""
    code = textwrap.dedent(SCRIPT) + textwrap.dedent(rest)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid, folder, bridge = process.stdout.readline().split()
    assert running(int(pid))
    assert Path(folder).is_dir()
    return process, int(pid), Path(folder), int(bridge)


def write_often(sheet: xw.Sheet) -> None:
    for __ in range(100):
        sheet["A1"].value = 1


@pytest.fixture(autouse=True)
def _needs_libreoffice(calc: xw.App) -> None:
    """Skips where there is none."""


@pytest.mark.parametrize("ending", ["pass", "1 / 0"])
def test_a_process_that_ends_takes_its_libreoffice_along(ending: str) -> None:
    process, pid, folder, bridge = python(ending)
    process.wait(30)
    assert soon(lambda: not running(pid) and not running(bridge) and not folder.exists())


def test_a_killed_process_leaves_nothing_behind() -> None:
    process, pid, folder, bridge = python("time.sleep(60)")
    pipe = json.loads((folder / "record.json").read_text(encoding="utf-8"))["pipe"]
    process.kill()
    process.wait()
    assert soon(lambda: not running(pid) and not running(bridge) and not folder.exists())
    assert not list(Path("/tmp").glob(f"OSL_PIPE_*_{pipe}"))


def test_a_fork_that_lives_on_does_not_keep_it_alive() -> None:
    process, pid, folder, __ = python(
        """
        if os.fork() == 0:
            os.close(1)
            time.sleep(20)
            os._exit(0)
        time.sleep(60)
        """
    )
    process.kill()
    process.wait()
    assert soon(lambda: not running(pid) and not folder.exists(), 10)


def test_a_killed_bridge_takes_libreoffice_along_and_says_so() -> None:
    app = xw.App(visible=False)
    pid, sheet = app.pid, app.books[0].sheets[0]
    app.impl.connection._bridge.kill()
    with pytest.raises(OfficeGone) as gone:
        write_often(sheet)
    assert gone.value.remedy
    assert soon(lambda: not running(pid))
    assert pid not in xw.apps.keys()  # noqa: SIM118  # xlwings' collection has keys but is no mapping


def test_a_crash_is_told_and_a_new_start_works() -> None:
    app = xw.App(visible=False)
    sheet = app.books[0].sheets[0]
    os.kill(app.pid, signal.SIGKILL)
    with pytest.raises(OfficeGone):
        write_often(sheet)
    with xw.App(visible=False) as again:
        again.books[0].sheets[0]["A1"].value = 2
        assert again.books[0].sheets[0]["A1"].value == 2.0


def test_quit_and_kill_end_the_process() -> None:
    for end in ("quit", "kill"):
        app = xw.App(visible=False)
        pid, folder = app.pid, Path(app.impl.connection.folder)
        app.books[0].sheets[0]["A1"].value = "unsaved"
        getattr(app, end)()
        assert soon(lambda pid=pid, folder=folder: not running(pid) and not folder.exists())


def wait_until_stopped(pid: int) -> None:
    """The signal is delivered when the kernel sees fit: until every thread stands, an answer may still come."""
    for _try in range(200):
        threads = Path(f"/proc/{pid}/task").iterdir()
        if all((one / "stat").read_text().rpartition(")")[2].split()[0] == "T" for one in threads):
            return
        time.sleep(0.02)


def test_a_silent_libreoffice_is_a_timeout_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    with xw.App(visible=False) as app:
        sheet = app.books[0].sheets[0]
        sheet["A1"].value = 1
        monkeypatch.setattr(connection.Settings, "timeout", 0.5)
        os.kill(app.pid, signal.SIGSTOP)
        wait_until_stopped(app.pid)
        with pytest.raises(OfficeTimeout, match=r"0\.5 seconds") as late:
            sheet["A1"].value = 2
        assert late.value.remedy
        os.kill(app.pid, signal.SIGCONT)
        monkeypatch.setattr(connection.Settings, "timeout", 30.0)
        assert sheet["A1"].value == 2.0


def test_two_apps_side_by_side(calc: xw.App, tmp_path: Path) -> None:
    with xw.App(visible=False) as other:
        assert {calc.pid, other.pid} <= set(xw.apps.keys())
        assert xw.apps.active == other
        other.books[0].sheets[0]["A1"].value = "here"
        other.books[0].save(tmp_path / "there.xlsx")
        calc.activate()
        assert xw.apps.active == calc
        assert xw.Book(str(tmp_path / "there.xlsx")).app == other
        assert xw.apps[other.pid].books["there.xlsx"].sheets[0]["A1"].value == "here"


def test_without_libreoffice_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(office.OFFICE_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(OfficeMissing) as missing:
        xw.App(visible=False)
    assert office.OFFICE_VARIABLE in missing.value.remedy
    assert isinstance(missing.value, ImportError)


def test_a_libreoffice_that_does_not_come_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\necho no display of any kind >&2\nexit 7\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv(office.OFFICE_VARIABLE, str(broken))
    with pytest.raises(StartFailed, match="no display of any kind"):
        xw.App(visible=False)


def test_it_also_works_from_outside_of_libreoffices_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.Settings, "in_process", False)
    with xw.App(visible=False) as app:
        assert not app.impl.connection.in_process
        sheet = app.books[0].sheets[0]
        sheet["A1"].value = [[1, True, "007"], ["=A1*2", "=1/0", None]]
        assert sheet["A1:C2"].options(err_to_str=True).value == [[1.0, True, "007"], [2.0, "#DIV/0!", None]]
        assert sheet["A2"].formula == "=A1*2"
        assert running(app.pid)


def test_only_this_user_can_reach_it(calc: xw.App) -> None:
    folder = Path(calc.impl.connection.folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o077 == 0
    sockets = [path for path in Path("/tmp").glob(f"OSL_PIPE_{os.getuid()}_workbench*") if path.is_socket()]
    assert sockets
    assert all(path.stat().st_mode & 0o077 == 0 for path in sockets)


def test_a_window_outlives_the_process_that_opened_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":nowhere")  # LibreOffice draws into memory instead
    monkeypatch.setenv("SAL_USE_VCLPLUGIN", "svp")
    code = textwrap.dedent(SCRIPT).replace("visible=False", "visible=True")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pid = int(done.stdout.split()[0])
    try:
        assert running(pid)
        found = xw.apps[pid]
        assert found.visible
        assert found.books[0].sheets[0]["A1"].value == 1.0
        with pytest.raises(NotInLibreOffice):
            found.visible = False
        found.quit()
        assert soon(lambda: not running(pid))
    finally:
        if running(pid):
            os.kill(pid, signal.SIGKILL)


def test_the_users_own_libreoffice_is_joined_and_never_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("SAL_USE_VCLPLUGIN", "svp")
    soffice = office.find_installation().soffice
    command = [str(soffice), "--norestore", "--nologo", "--calc"]
    while subprocess.run([str(soffice), "--headless", "--terminate_after_init"], check=False).returncode == 81:
        continue  # a new profile asks for a second start
    sockets = f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_*"
    before = set(Path("/tmp").glob(sockets))
    users = subprocess.Popen(command, start_new_session=True)
    pids = {users.pid}
    try:
        assert soon(lambda: not set(Path("/tmp").glob(sockets)) <= before, 60)
        app = libreoffice.attach()
        pids.add(app.pid)
        assert app.pid == users.pid
        assert soon(lambda: len(app.books) > 0)
        app.books[0].sheets[0]["A1"].value = "typed by us"
        assert app.books[0].sheets[0]["A1"].value == "typed by us"
        app.screen_updating = False
        app.quit()
        assert running(users.pid)
        assert xw.apps[users.pid].books[0].sheets[0]["A1"].value == "typed by us"
        xw.apps[users.pid].impl.connection.close(terminate=False)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        users.wait()
        engine._Running.refresh()
