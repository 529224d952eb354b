"""Who gets an answer: hosts, origins, tokens, bodies; and that nothing of the inside comes out."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from udfs.officejs import AddIn
from udfs.registry import FUNCTIONS
from workbench.register import Register
from workbench.server import Limits, Tokens, create_app

ORIGIN = "https://localhost:8643"
ORIGINS = [ORIGIN, "https://127.0.0.1:8643", "https://[::1]:8643"]


class Server:
    """The application without sockets."""

    def __init__(self, folder: Path, addin: Any = None, register: str | None = None, limits: Limits | None = None):
        self.tokens = Tokens(folder / "tokens.json")
        self.token = self.tokens.renew("li.na")
        self.app = create_app(addin or AddIn(register), register, tokens=self.tokens, origins=ORIGINS, limits=limits)

    def send(self, method: str, path: str, content: bytes | None = None, **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(go())

    def ask(self, path: str, question: Any, **headers: str) -> httpx.Response:
        given = {"authorization": f"Bearer {self.token}", "content_type": "application/json", **headers}
        given = {name.replace("_", "-"): value for name, value in given.items() if value}
        content = question if isinstance(question, bytes) else json.dumps(question).encode()
        return self.send("POST", f"/api/{path}", content, **given)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return Server(tmp_path_factory.mktemp("guard"))


CALL = {"calls": [["FX_RATE", "USD", "CNY", 45293]]}


def test_a_person_with_a_token_gets_an_answer(server: Server) -> None:
    told = server.ask("calls", CALL, origin=ORIGIN)
    assert told.status_code == 200
    assert told.json()["results"][0] == pytest.approx(7.1, abs=0.1)


@pytest.mark.parametrize("host", ["evil.example:8643", "localhost", "localhost:80", "localhost.evil.example:8643", ""])
def test_a_name_that_was_bound_to_this_computer_is_not_served(server: Server, host: str) -> None:
    for method, path in (("GET", "/functions.json"), ("POST", "/api/calls")):
        headers = {"host": host, "authorization": f"Bearer {server.token}", "content-type": "application/json"}
        assert server.send(method, path, b"{}", **headers).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8643", "https://localhost:8644"])
def test_other_origins_get_no_data(server: Server, origin: str) -> None:
    told = server.ask("calls", CALL, origin=origin)
    assert told.status_code == 403
    assert "access-control-allow-origin" not in told.headers
    assert server.ask("calls", CALL, sec_fetch_site="cross-site").status_code == 403


def test_no_site_gets_a_preflight_for_data(server: Server) -> None:
    told = server.send("OPTIONS", "/api/calls", origin="https://evil.example")
    assert told.status_code == 405
    assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_no_question(server: Server, kind: str) -> None:
    assert server.ask("calls", CALL, content_type=kind).status_code == 415


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic bGkubmE6eA=="])
def test_without_a_token_there_is_nothing(server: Server, given: str) -> None:
    told = server.ask("calls", CALL, authorization=given)
    assert told.status_code == 401
    assert told.headers["www-authenticate"] == "Bearer"


def test_a_renewed_or_revoked_token_does_not_hold(tmp_path: Path) -> None:
    server = Server(tmp_path)
    before, server.token = server.token, server.tokens.renew("li.na")
    assert server.ask("hello", {}).status_code == 200
    assert server.ask("hello", {}, authorization=f"Bearer {before}").status_code == 401
    assert server.tokens.revoke("li.na")
    assert server.ask("hello", {}).status_code == 401


def test_tokens_are_kept_as_hashes_that_only_the_owner_reads(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "t" / "tokens.json")
    token = tokens.renew("li.na")
    assert token not in (tmp_path / "t" / "tokens.json").read_text(encoding="utf-8")
    assert (tmp_path / "t" / "tokens.json").stat().st_mode & 0o077 == 0
    assert tokens.holder(token) == "li.na"


def test_the_token_is_never_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        server.ask("calls", CALL)
        server.ask("calls", b"{")
        server.ask("calls", CALL, authorization="Bearer secret-guess")
    assert "/api/calls" in caplog.text
    assert server.token not in caplog.text
    assert "secret-guess" not in caplog.text


def test_large_bodies_are_refused_told_or_not(tmp_path: Path) -> None:
    server = Server(tmp_path, limits=Limits(body=1000))
    assert server.ask("calls", b" " * 1001).status_code == 413

    async def untold() -> int:
        async def body() -> Any:
            for _ in range(20):
                yield b" " * 100

        transport = httpx.ASGITransport(server.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            headers = {"authorization": f"Bearer {server.token}", "content-type": "application/json"}
            return (await client.post("/api/calls", content=body(), headers=headers)).status_code

    assert asyncio.run(untold()) == 413


def test_a_body_that_does_not_arrive_ends(tmp_path: Path) -> None:
    server = Server(tmp_path, limits=Limits(reading=0.05))
    sent: list[dict[str, Any]] = []

    async def never() -> dict[str, Any]:
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost:8643"), (b"authorization", f"Bearer {server.token}".encode()),
               (b"content-type", b"application/json"), (b"content-length", b"10")]  # fmt: skip
    scope = {"type": "http", "method": "POST", "path": "/api/calls", "headers": headers, "query_string": b""}
    asyncio.run(server.app(scope, never, send))
    assert sent[0]["status"] == 408


def test_too_many_calls_or_cells_are_refused(tmp_path: Path) -> None:
    server = Server(tmp_path, limits=Limits(calls=3, cells=10))
    assert server.ask("calls", {"calls": [["FX_RATE"]] * 4}).status_code == 413
    assert server.ask("calls", {"calls": [["FX_RATE", [["USD"]] * 11]]}).status_code == 413
    assert server.ask("calls", {"calls": [["FX_RATE", "USD"]] * 3}).status_code == 200


class Failing(AddIn):
    """An add-in in which something breaks that nobody foresaw."""

    def answers(self, _calls: Sequence[Any], _stop: Callable[[], bool]) -> Iterator[Any]:
        raise RuntimeError("a secret of the inside")


def test_what_breaks_is_told_by_its_number_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = Server(tmp_path, Failing(None)).ask("calls", CALL)
    assert told.status_code == 500
    assert told.json()["error"]["code"] == "server.internal"
    assert "secret" not in told.text
    assert "Traceback" not in told.text
    number = told.json()["error"]["message"].split()[2].rstrip(";")
    assert f"error {number}" in caplog.text
    assert "a secret of the inside" in caplog.text


@pytest.mark.parametrize(("path", "kept"), [("/taskpane.html", "no-cache"), ("/functions.json", "no-cache")])
def test_files_are_public_and_framed_by_office_only(server: Server, path: str, kept: str) -> None:
    told = server.send("GET", path, origin="https://excel.officeapps.live.com")
    assert told.status_code == 200
    assert told.headers["access-control-allow-origin"] == "*"
    assert told.headers["cache-control"] == kept
    policy = told.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self' https://*.officeapps.live.com" in policy
    assert told.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/nothing", "/../addin.py", "/%2e%2e/addin.py", "/icons/../../addin.py", "/page/", "/addin.py"]
)
def test_only_the_files_of_the_add_in_are_served(server: Server, path: str) -> None:
    assert server.send("GET", path).status_code == 404


def test_answers_come_in_the_language_that_is_asked_for(server: Server) -> None:
    question = {"calls": [["FX_RATE", "USD", "XXX", 45293]]}
    for language, word in (("zh-CN", "货币"), ("en-US", "currency")):
        assert word in server.ask("calls", question, accept_language=language).json()["results"][0]["message"]


def test_pane_without_a_register_says_so(server: Server) -> None:
    told = server.ask("overview", {})
    assert told.status_code == 422
    assert told.json()["error"]["code"] == "server.no-register"
    assert server.ask("rates", {"base": "USD", "quote": "CNY", "day": "2024-01-02"}).json()["rate_date"] == "2024-01-02"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["USD", "CNY", "2024-01-02"]),
)
ARGUMENTS = st.recursive(CELLS, lambda inner: st.lists(inner, max_size=4), max_leaves=12)
NAMES = st.sampled_from([*(name for name, one in FUNCTIONS.items() if not one.slow), "NOPE", ""])
BATCHES = st.fixed_dictionaries({"calls": st.lists(st.lists(st.one_of(NAMES, ARGUMENTS), max_size=6), max_size=6)})
JSON = st.recursive(
    CELLS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=15,
)  # fmt: skip
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(question=st.one_of(BATCHES, JSON, st.binary(max_size=60)))
def test_no_question_about_cells_breaks_the_server(
    server: Server, question: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    told = server.ask("calls", question)
    assert told.status_code in {200, 400, 413}, told.text
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]  # no function failed unforeseen
    if told.status_code == 200:
        asked = question if isinstance(question, dict) else json.loads(question)
        assert len(told.json()["results"]) == len(asked["calls"])
    else:
        assert told.json()["error"]["code"].startswith("server.")


@pytest.fixture(scope="module")
def with_register(tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("fuzzed")
    Register.create(folder / "r.sqlite").close()
    return Server(folder, register=str(folder / "r.sqlite"))


FIELDS = st.dictionaries(
    st.sampled_from(["id", "since", "version", "decision", "offset", "receipt", "instalments", "changeset", "base", "quote", "day",
                     "amount", "policy", "run", "sheet", "top", "left", "rows", "action", "name", "place", "jobs", "wait"]),
    st.one_of(JSON, st.sampled_from(["merge", "post", "none", "push", "USD", "CNY", "2024-01-02", "1.234,50"])),
    max_size=6,
)  # fmt: skip
PATHS = st.sampled_from(["news", "jobs", "cancel", "overview", "duplicates", "duplicates/decide", "matches", "matches/decide",
                         "undo", "rates", "sync/begin", "sync/sheet", "sync/next", "sync/written", "hello"])  # fmt: skip


@QUIET
@example(path="sync/begin", question={"action": []})
@example(path="duplicates/decide", question={"id": "x", "version": 1, "decision": {}})
@example(path="matches/decide", question={"receipt": "x", "decision": [], "instalments": [[]]})
@example(path="jobs", question={"jobs": [[]], "wait": {}})
@given(path=PATHS, question=st.one_of(FIELDS, JSON))
def test_no_question_of_the_pane_breaks_the_server(with_register: Server, path: str, question: Any) -> None:
    told = with_register.ask(path, question)
    assert told.status_code < 500, told.text


@pytest.mark.parametrize("text", [rb"\ud800", rb"a\u0000b", rb"\udfff\ud800"])
def test_what_is_no_character_neither_breaks_the_server_nor_a_database(with_register: Server, text: bytes) -> None:
    told = with_register.ask("duplicates/decide", b'{"id": "%s", "version": 1, "decision": "merge"}' % text)
    assert told.status_code == 422
    assert with_register.ask("duplicates/decide", b'{"id": "\xed\xa0\x80"}').status_code == 400  # no UTF-8
    shown = with_register.ask("calls", b'{"calls": [["FX_PARSE", "%s \\ud83d\\ude00"]]}' % text).json()["results"][0]
    assert "\N{GRINNING FACE}" in shown["message"]


def test_a_number_that_no_cell_holds_is_no_cell(with_register: Server) -> None:
    run = with_register.ask("sync/begin", {"action": "status", "name": "a.xlsx", "place": ""}).json()["run"]
    part = b'{"run": "%s", "sheet": "S", "top": 1, "left": 1, "rows": [[[1e999, "", "", false]]]}' % run.encode()
    assert with_register.ask("sync/sheet", part).status_code == 400


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "sheet": st.one_of(st.just("Orders"), JSON),
        "top": st.one_of(st.integers(0, 3), JSON),
        "left": st.one_of(st.integers(0, 3), JSON),
        "rows": st.one_of(st.lists(st.lists(st.one_of(JSON, st.lists(CELLS, min_size=4, max_size=4)), max_size=3)), JSON),
    },
)  # fmt: skip


@QUIET
@given(part=PARTS)
def test_no_part_of_a_sheet_breaks_the_server(with_register: Server, part: dict[str, Any]) -> None:
    """What a page sends once its synchronisation has begun gets further than a number that nobody knows."""
    run = with_register.ask("sync/begin", {"action": "status", "name": "a.xlsx", "place": ""}).json()["run"]
    told = with_register.ask("sync/sheet", {"run": run, **part})
    assert told.status_code in {200, 400}, told.text
