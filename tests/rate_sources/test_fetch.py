"""The fetcher against a real server that misbehaves in every way a source can."""

from __future__ import annotations

import gzip
import json
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from workbench.errors import SourceError
from workbench.rate_sources import Fetcher, Limits, Request

from .conftest import Answer, Playback, plain

QUICK = Limits(silence=0.3, deadline=0.9, tries=2, pause=0.01, largest=10_000)
XML = b"<rates><rate/></rates>"


def fetch(playback: Playback, answer: Answer, expects: str = "xml", **more: object) -> bytes:
    playback.answers["/r"] = answer
    return Fetcher(limits=QUICK).get(Request(f"{playback.url}/r", expects, **more)).body  # type: ignore[arg-type]


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _number in range(30):
        handler.wfile.write(b"<")
        handler.wfile.flush()
        time.sleep(0.1)


def drip_header(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _number in range(30):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.1)


def silent(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


def broken_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<rates>")


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("source.timeout", silent),
        ("source.timeout", drip_body),
        ("source.timeout", drip_header),
        ("source.refused", plain(b"<html>no</html>", status=403, Content_Type="text/html")),
        ("source.refused", plain(b"{}", status=429)),
        ("source.missing", plain(b"", status=404)),
        ("source.overloaded", plain(b"", status=502)),
        ("source.empty", plain(b"")),
        ("source.empty", plain(b"\xef\xbb\xbf \r\n")),
        ("source.not-data", plain(b"<!DOCTYPE html><p>Sign in", Content_Type="text/html; charset=utf-8")),
        ("source.not-data", plain(b"  <HTML><body>blocked")),
        ("source.not-data", plain(b'{"rates":{}}')),
        ("source.not-data", plain(XML, Content_Encoding="br")),
        ("source.not-data", plain(XML, Content_Encoding="gzip")),
        ("source.not-data", plain(XML, status=206)),
        ("source.not-data", plain(b"", status=304)),
        ("source.truncated", plain(XML[:9], length=len(XML))),
        ("source.truncated", broken_chunks),
        ("source.truncated", plain(gzip.compress(XML)[:-9], Content_Encoding="gzip")),
        ("source.too-large", plain(b"<" * 10_001)),
        ("source.too-large", plain(b"", length=1 << 40)),
        ("source.too-large", plain(gzip.compress(b"<" * 5_000_000), Content_Encoding="gzip")),
        ("source.redirect", plain(b"", status=302, Location="/r")),
        ("source.redirect", plain(b"", status=302, Location="file:///etc/passwd")),
        ("source.redirect", plain(b"", status=301, Location="ftp://127.0.0.1/x")),
        ("source.redirect", plain(b"", status=307)),
    ],
)
def test_every_failure_has_its_code_place_and_remedy(playback: Playback, code: str, answer: Answer) -> None:
    start = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch(playback, answer)
    assert caught.value.code == code
    assert caught.value.where == f"{playback.url}/r"
    assert caught.value.remedy
    assert time.monotonic() - start < 3


def test_nobody_listens_and_unknown_addresses() -> None:
    for url in ("http://127.0.0.1:9/r", "file:///etc/passwd"):
        with pytest.raises(SourceError) as caught:
            Fetcher(limits=QUICK).get(Request(url, "xml"))
        assert caught.value.code == "source.unreachable"


def test_a_passing_fault_is_tried_again_a_refusal_is_not(playback: Playback) -> None:
    answers = [plain(b"", status=500), plain(XML)]

    def in_turn(handler: BaseHTTPRequestHandler) -> None:
        answers.pop(0)(handler)

    assert fetch(playback, in_turn) == XML
    assert len(playback.asked) == 2
    with pytest.raises(SourceError):
        fetch(playback, plain(b"", status=403))
    assert len(playback.asked) == 3


def test_honest_gzip_and_redirect_are_followed(playback: Playback) -> None:
    playback.answers["/real"] = plain(gzip.compress(XML), Content_Encoding="gzip")
    assert fetch(playback, plain(b"", status=302, Location="/real")) == XML


def test_an_expected_empty_answer_is_an_answer(playback: Playback) -> None:
    assert fetch(playback, plain(b""), "text", may_be_empty=True) == b""


def test_unchanged_answers_come_from_the_cache_and_a_damaged_cache_does_not_count(
    playback: Playback, tmp_path: Path
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == '"v1"':
            plain(b"", status=304)(handler)
        else:
            plain(XML, ETag='"v1"')(handler)

    playback.answers["/r"] = answer
    fetcher = Fetcher(tmp_path / "cache", QUICK)
    request = Request(f"{playback.url}/r", "xml", secrets=(("api_key", "s3cret"),))
    first = fetcher.get(request)
    assert not list(tmp_path.rglob("*.body")), "nothing is kept before it was found good"
    fetcher.keep(first)
    second = fetcher.get(request)
    assert (second.body, second.from_cache, second.fetched_at) == (XML, True, first.fetched_at)
    for path in tmp_path.rglob("*.*"):
        assert "s3cret" not in path.name
        assert b"s3cret" not in path.read_bytes()
    (body,) = tmp_path.rglob("*.body")
    body.write_bytes(b"<rates>")
    assert fetcher.get(request).body == XML
    (head,) = tmp_path.rglob("*.json")
    head.write_text(json.dumps([1]))
    assert fetcher.get(request).body == XML


def test_keys_are_sent_but_never_shown(playback: Playback) -> None:
    for answer in (plain(b"", status=403), silent, plain(b"", status=302, Location="http://[bad"), broken_chunks):
        with pytest.raises(SourceError) as caught:
            fetch(playback, answer, secrets=(("api_key", "s3cret"),))
        shown = f"{caught.value!r} {caught.value} {caught.value.as_dict()} {caught.value.__cause__!r}"
        assert "s3cret" not in shown
    assert playback.asked[0][0] == "/r?api_key=s3cret"
    assert "s3cret" not in repr(Request("http://x/", "xml", secrets=(("api_key", "s3cret"),)))


def test_this_machine_is_not_asked_through_a_proxy(playback: Playback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert fetch(playback, plain(XML)) == XML
