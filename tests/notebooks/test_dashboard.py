"""``workbench dashboard`` as it is served: a token or nothing, two pages, and no other host for the browser to ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def address(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the command tells: host and token."""
    folder = tmp_path_factory.mktemp("dashboard")
    command = [sys.executable, "-m", "workbench", "dashboard", "--folder", "mine", "--no-browser", "--register"]
    environment = os.environ | {"HOME": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    environment |= {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, str(demo_dir / "register.sqlite")],
            env=environment,
            cwd=folder,
            stderr=log,
            stdout=log,
            process_group=0,
        )
    try:
        yield _listening(folder / "log", process)
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def _listening(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", log.read_text())
        if found:
            try:
                urllib.request.urlopen(found[0], timeout=60).close()
            except urllib.error.URLError:
                time.sleep(0.3)
                continue
            return found[0]
        time.sleep(0.3)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("token", ["", "?token=wrong"])
@pytest.mark.parametrize("page", ["", "voila/render/profitability.ipynb"])
def test_without_the_token_there_is_only_the_login(address: str, page: str, token: str) -> None:
    host = address.partition("?")[0]
    with urllib.request.urlopen(f"{host}{page}{token}", timeout=60) as answer:
        assert answer.url.startswith(f"{host}login?")


def test_it_shows_two_pages_and_lets_the_browser_ask_nobody_else(address: str) -> None:
    host, _question, token = address.partition("?")
    with urllib.request.urlopen(f"{host}voila/api/contents?{token}", timeout=60) as answer:
        named = {one["name"] for one in json.load(answer)["content"]}
    assert named == {"profitability.ipynb", "fx_exposure.ipynb"}
    with urllib.request.urlopen(address, timeout=60) as answer:
        rule = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in rule
    assert "http" not in rule
    assert "*" not in rule
