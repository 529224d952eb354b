"""A server over TLS in a process of its own, and Chromium with the real office.js around a small mock of Excel."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from udfs.functions import use_book, use_register

HERE = Path(__file__).parent
CDN = "https://appsforoffice.microsoft.com/lib/1/hosted/"
CHROMIUM = "/usr/bin/chromium"
IN_CI = os.environ.get("CI") == "true"


def office_js() -> Path:
    """The folder of npm's packages; skips where it cannot be installed, except in CI."""
    cache = os.environ.get("WORKBENCH_TEST_CACHE") or (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench-tests"
    )
    folder = Path(cache) / "office_js" / "node_modules"
    if not folder.is_dir():
        subprocess.run(["sh", str(HERE.parent.parent / "scripts" / "office_js.sh")], check=False, capture_output=True)
    if not (folder / "@microsoft" / "office-js").is_dir():
        (pytest.fail if IN_CI else pytest.skip)("office.js is not installed: sh scripts/office_js.sh")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A running server that can be stopped and started again at the same port."""

    home: Path
    register: Path | None
    port: int = field(default_factory=free_port)
    person: str = "li.na"
    token: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
        return {**kept, "WORKBENCH_HOME": str(self.home), "WORKBENCH_LANG": "en"}

    def run(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "workbench", "serve", *words, "--json"],
            env=self.environment(), capture_output=True, text=True, check=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def start(self) -> None:
        if not self.token:
            self.run("certificate")
            self.token = self.run("token", "--author", self.person)["token"]
        words = ["--port", str(self.port), "--author", self.person]
        if self.register:
            words += ["--register", str(self.register)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "serve", *words],
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.get("functions.json")
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
                time.sleep(0.05)
            else:
                return
        raise TimeoutError

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(15)
            if self.process.stderr:
                self.process.stderr.close()
            self.process = None

    def client(self) -> httpx.Client:
        import ssl

        trusted = ssl.create_default_context(cafile=str(self.home / "serve" / "authority.pem"))
        return httpx.Client(base_url=self.origin, verify=trusted, trust_env=False, timeout=30)

    def get(self, path: str) -> httpx.Response:
        with self.client() as client:
            return client.get(f"/{path}")

    def ask(self, path: str, question: object, **headers: str) -> httpx.Response:
        with self.client() as client:
            return client.post(
                f"/api/{path}", json=question, headers={"Authorization": f"Bearer {self.token}", **headers}
            )


@pytest.fixture(scope="module", autouse=True)
def named_nowhere() -> Iterator[None]:
    """What an application in this process looks into is forgotten when its module ends."""
    yield
    use_book(None)
    use_register(None)


@pytest.fixture(scope="session")
def served(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that change no register of others: it has a copy of the demo's."""
    folder = tmp_path_factory.mktemp("served")
    register = folder / "register.sqlite"
    shutil.copy(demo_dir / "register.sqlite", register)
    made = Served(folder / "home", register)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; no longer than a module, because playwright keeps an event loop running that others cannot share."""
    if not Path(CHROMIUM).exists():
        (pytest.fail if IN_CI else pytest.skip)("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


def open_pane(browser: Any, server: Served, *, token: str | None = None, language: str = "en", **options: Any) -> Any:
    """The task pane as Excel opens it; what the page complains of is collected in ``page.complaints``."""
    hosted = office_js() / "@microsoft" / "office-js" / "dist"
    context = browser.new_context(
        ignore_https_errors=True, viewport={"width": 320, "height": 700}, locale="en-US", **options
    )
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda one: page.complaints.append(one.text) if one.type == "error" else None)

    def microsoft(route: Any) -> None:
        path = hosted / route.request.url.removeprefix(CDN).partition("?")[0]
        if route.request.url.startswith(CDN) and path.is_file():
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.abort()

    page.route(lambda url: not url.startswith(server.origin), microsoft)
    page.add_init_script((HERE / "excel_mock.js").read_text(encoding="utf-8"))
    held = {"workbench.token": server.token if token is None else token, "workbench.language": language}
    page.add_init_script(
        f"if (window === window.top) for (const [name, value] of Object.entries({json.dumps(held)}))"
        " if (value && !localStorage.getItem(name)) localStorage.setItem(name, value);"
    )
    page.goto(f"{server.origin}/taskpane.html")
    return page


@pytest.fixture
def pane(chromium: Any, served: Served) -> Iterator[Any]:
    page = open_pane(chromium, served)
    yield page
    page.context.close()
