"""Real JupyterLab in a real browser: run all, move a slider, and the figure on the page is Python's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import IN_CI
from workbench.panels import Desk
from workbench.panels.whatif import what_if

CHROMIUM = "/usr/bin/chromium"
if not Path(CHROMIUM).exists() and not IN_CI:
    pytest.skip("Chromium is not installed", allow_module_level=True)
# Two cores that run other tests beside start a kernel in a minute instead of two seconds.
WAIT = 240_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, demo_dir: Path) -> Iterator[tuple[str, Path]]:
    """``workbench lab`` as its users start it, on a copy of the demo; gives the address it told and the register."""
    folder = tmp_path_factory.mktemp("lab")
    register = folder / "register.sqlite"
    shutil.copyfile(demo_dir / "register.sqlite", register)
    command = [sys.executable, "-m", "workbench", "lab", "--folder", str(folder / "mine"), "--no-browser"]
    environment = os.environ | {
        "HOME": str(folder),
        "WORKBENCH_LANG": "en",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environment |= {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--register", str(register)],
            env=environment,
            cwd=folder,
            stderr=log,
            stdout=log,
            process_group=0,
        )
    try:
        yield _address(folder / "log", process), register
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + WAIT / 1000
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/lab/tree/\S+token=[\w-]+", log.read_text())
        if found:
            host, _slash, token = found[0].partition("/lab/")[0], "", found[0].partition("token=")[2]
            try:
                urllib.request.urlopen(f"{host}/api/status?token={token}", timeout=5).close()
            except OSError:
                time.sleep(0.5)
                continue
            return f"{host}|{token.rstrip(';')}"
        time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as kit:
        started = kit.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()


def test_it_asks_for_the_token(served: tuple[str, Path]) -> None:
    host = served[0].partition("|")[0]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{host}/api/contents", timeout=20)
    assert refused.value.code == 403


def test_a_slider_moves_the_figure_to_what_python_says(served: tuple[str, Path], browser: Any) -> None:
    address, register = served
    host, _bar, token = address.partition("|")
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(WAIT)
    elsewhere: list[str] = []
    errors: list[str] = []
    page.on("request", lambda one: elsewhere.append(one.url) if not _own(one.url, host) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{host}/lab/workspaces/test/tree/profitability.ipynb?token={token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook", timeout=WAIT)
    _run_all(page, host, token)
    _all_run(page)
    answer = page.locator(".workbench-answer")
    answer.wait_for(timeout=WAIT)
    desk = Desk.open(str(register))
    assert answer.inner_text() == _figure(desk, shock=0)
    handle = page.locator(".workbench-whatif .noUi-handle").first
    handle.focus()
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.workbench-whatif .widget-readout').textContent.trim() === '3'")
    page.get_by_text(_figure(desk, shock=3), exact=True).wait_for(timeout=WAIT)
    assert _figure(desk, shock=3) != _figure(desk, shock=0)
    assert page.locator(".workbench-whatif svg, .workbench-whatif canvas").count() >= 1, "the chart is drawn"
    pictures = os.environ.get("WORKBENCH_PICTURES")
    if pictures:
        page.screenshot(path=f"{pictures}/lab-profitability.png")
    assert not elsewhere
    assert not errors


def _run_all(page: Any, host: str, token: str) -> None:
    """By the menu, as people do, once the kernel answers; what is asked too early is asked again."""
    from playwright.sync_api import TimeoutError as Late

    _kernel_is_up(host, token)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=WAIT)
    begun = page.locator(".jp-InputPrompt", has_text=re.compile(r"^\[(1|\*)\]:$")).first
    told: list[str] = []
    for _time in range(12):
        try:
            page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click(timeout=WAIT // 16)
            page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click(timeout=WAIT // 16)
            begun.wait_for(timeout=WAIT // 16)
        except Late:
            # Lab asks to wait where it has not met its kernel yet, in a dialog over the menu.
            told += page.locator("dialog.jp-Dialog, .jp-Dialog").all_inner_texts()
            page.keyboard.press("Escape")
            continue
        return
    raise AssertionError(f"no cell has begun: {told}")


def _kernel_is_up(host: str, token: str) -> None:
    """The page has met its kernel, as the server tells."""
    deadline = time.monotonic() + WAIT / 1000
    told: object = None
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{host}/api/kernels?token={token}", timeout=WAIT / 1000) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:  # while a kernel starts, the server cannot tell of it
            told = error
        if isinstance(told, list) and any(one["connections"] and one["execution_state"] == "idle" for one in told):
            return
        time.sleep(0.5)
    raise AssertionError(f"the kernel has not come up: {told}")


def _all_run(page: Any) -> None:
    """The last cell has told its totals; a cell that failed is told as it stands on the page, without waiting further."""
    failed = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
    done = page.get_by_text("All control totals agree.")
    done.or_(failed).first.wait_for(timeout=WAIT)
    assert failed.count() == 0, failed.first.inner_text()
    done.wait_for(timeout=WAIT)


def _figure(desk: Desk, shock: int) -> str:
    measure = what_if(desk.facts, shock=shock)
    return f"{measure.frame['amount'].iloc[-1]:,f} {measure.unit}"


def _own(url: str, host: str) -> bool:
    return url.startswith((host, host.replace("http", "ws", 1), "data:", "blob:"))
