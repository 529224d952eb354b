"""An update from end to end: addresses, answers, gate, report; and plug-ins."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from workbench.rate_sources import SOURCES, Fetcher, Limits, Source, Wanted, registry, source_named, update
from workbench.rates import RateBook

from .conftest import SAMPLES, Playback, plain

QUICK = Limits(silence=0.3, deadline=0.9, tries=1)
TODAY = date(2026, 11, 25)


@pytest.fixture
def local(playback: Playback, monkeypatch: pytest.MonkeyPatch) -> Playback:
    """The built-in sources, asking this machine in place of theirs."""

    def here(source: Source) -> Source:
        def to_here(url: str) -> str:
            return re.sub(r"^https://[^/]+", playback.url, url)

        def requests(wanted: Wanted) -> list:
            return [replace(request, url=to_here(request.url)) for request in source.requests(wanted)]

        return replace(source, requests=requests)

    moved = {name: here(source) for name, source in SOURCES.items()}
    monkeypatch.setattr("workbench.rate_sources.updating.source_named", moved.__getitem__)
    return playback


def test_update_reports_what_is_new_and_stores_nothing_of_a_failing_source(local: Playback, tmp_path: Path) -> None:
    local.answers["/stats/eurofxref/eurofxref-hist-90d.xml"] = plain(
        (SAMPLES / "ecb-90d.xml").read_bytes(), ETag='"1"', Content_Type="text/xml"
    )
    history = "/ags/ms/cm-u-bk-ccpr/CcprHisNew"
    pages = [(SAMPLES / "cfets-history-1.json").read_bytes(), b"<html>403</html>"]

    def page(handler: BaseHTTPRequestHandler) -> None:
        body = pages.pop(0)
        plain(body, 200 if pages else 403)(handler)

    local.answers[history] = page
    seen: list[tuple[str, int, int]] = []
    report = update(
        ["ecb", "cfets", "fred"],
        RateBook(),
        since=date(2026, 9, 1),
        until=date(2026, 11, 25),
        cache=tmp_path,
        limits=QUICK,
        today=TODAY,
        progress=lambda *step: seen.append(step),
    )
    ecb, cfets, fred = report.sources
    assert (ecb.stored, ecb.error) == ([], None), "the sample's days lie before the period"
    assert cfets.stored == []
    assert cfets.error is not None
    assert cfets.error.code == "source.refused"
    assert fred.error is not None
    assert fred.error.code == "configuration.key-missing"
    assert seen == [("ecb", 1, 3), ("cfets", 2, 3), ("fred", 3, 3)]
    assert cfets.as_dict()["error"]
    assert cfets.as_dict()["new"] == 0

    again = {
        "since": date(2026, 9, 1),
        "until": date(2026, 11, 25),
        "cache": tmp_path,
        "limits": QUICK,
        "today": TODAY,
    }
    local.answers["/stats/eurofxref/eurofxref-hist-90d.xml"] = plain(b"", status=304)
    report = update(["ecb"], RateBook(), **again)  # type: ignore[arg-type]
    assert report.sources[0].error is None, "the answer was kept and is used again"


def test_two_pages_make_one_answer_and_the_second_time_all_is_unchanged(local: Playback) -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        number = 2 if "pageNum=2" in handler.path else 1
        plain((SAMPLES / f"cfets-history-{number}.json").read_bytes())(handler)

    local.answers["/ags/ms/cm-u-bk-ccpr/CcprHisNew"] = page
    period = {"since": date(2026, 9, 28), "until": date(2026, 9, 30), "limits": QUICK, "today": TODAY}
    report = update(["cfets"], RateBook(), **period)  # type: ignore[arg-type]
    assert len(report.stored) == 11
    assert all(len(row.payload_sha256) == 64 and row.fetched_at for row in report.stored)
    book = RateBook(report.stored)
    assert book.get("KRW", "CNY", date(2026, 9, 30)).source == "cfets"
    repeated = update(["cfets"], book, **period).sources[0]  # type: ignore[arg-type]
    assert (len(repeated.sifted.unchanged), repeated.stored) == (11, [])


def test_keys_go_to_the_source_and_nowhere_else(local: Playback) -> None:
    local.answers["/fred/series/observations"] = plain((SAMPLES / "fred-DEXBZUS.json").read_bytes())
    report = update(
        ["fred"], RateBook(), since=date(2026, 3, 1), until=date(2026, 3, 5), keys={"fred": "s3cret"},
        options={"fred": {"series": "DEXBZUS"}}, limits=QUICK, today=TODAY,
    )  # fmt: skip
    assert len(report.stored) == 2
    assert "api_key=s3cret" in local.asked[0][0]
    assert "s3cret" not in repr(report)


def test_holidays_and_files_not_yet_out_are_no_failure(local: Playback) -> None:
    local.answers["/service/data/EXR/D..EUR.SP00.A"] = plain(b"")
    period = {"since": date(2026, 11, 21), "until": date(2026, 11, 22), "limits": QUICK, "today": TODAY}
    for source in update(["ecb-sdmx", "hmrc"], RateBook(), **period).sources:  # type: ignore[arg-type]
        assert (source.error, source.stored) == (None, [])


def test_a_collector_without_an_institution_is_told_what_to_give(local: Playback) -> None:
    (report,) = update(["frankfurter"], RateBook(), since=TODAY, until=TODAY, limits=QUICK, today=TODAY).sources
    assert report.error is not None
    assert report.error.code == "configuration.provider-missing"
    local.answers["/v2/rates"] = plain(b"[]")
    (report,) = update(["frankfurter:cfets"], RateBook(), since=TODAY, until=TODAY, limits=QUICK, today=TODAY).sources
    assert report.error is None
    assert "providers=CFETS" in local.asked[-1][0]


def test_the_first_day_follows_the_book(local: Playback) -> None:
    update(["ecb-sdmx"], RateBook.embedded(), limits=QUICK, today=TODAY)
    assert "startPeriod=2026-1" in local.asked[-1][0]


def test_unknown_sources_are_told() -> None:
    (report,) = update(["nobody"], RateBook(), limits=QUICK, today=TODAY).sources
    assert report.error is not None
    assert report.error.code == "configuration.unknown-source"
    assert "ecb" in report.error.remedy


def test_plug_ins_are_found_and_never_replace_built_in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    import workbench.rate_sources.ecb as module

    monkeypatch.setattr(module, "MINE", replace(SOURCES["ecb"], name="mine"), raising=False)
    points = [
        EntryPoint("mine", "workbench.rate_sources.ecb:MINE", registry.GROUP),
        EntryPoint("ecb", "workbench.rate_sources.ecb:ECB", registry.GROUP),
        EntryPoint("broken", "no_such_package:X", registry.GROUP),
        EntryPoint("other", "workbench.rate_sources.ecb:parse", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
    found = registry.Sources()
    assert found["mine"].name == "mine"
    assert found["ecb"] is SOURCES["ecb"]
    assert [problem.code for problem in found.problems] == ["configuration.unknown-source"] * 3
    assert source_named("ecb").name == "ecb"


def test_importing_and_looking_up_never_open_a_connection() -> None:
    script = (
        "import socket\n"
        "def no(*_a, **_k): raise SystemExit('connected')\n"
        "socket.socket.connect = no; socket.getaddrinfo = no\n"
        "from workbench.rate_sources import SOURCES\n"
        "from workbench.rate_sources.forex_python import get_rate\n"
        "import datetime; list(SOURCES); print(get_rate('USD', 'CNY', datetime.date(2026, 10, 30)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(7.4326 / 1.1172)


def test_fetcher_keeps_nothing_that_did_not_parse(local: Playback, tmp_path: Path) -> None:
    local.answers["/stats/eurofxref/eurofxref-daily.xml"] = plain(b"<other/>", ETag='"1"')
    (report,) = update(["ecb"], RateBook(), since=TODAY, until=TODAY, cache=tmp_path, limits=QUICK, today=TODAY).sources
    assert report.error is not None
    assert report.error.code == "source.unexpected-shape"
    assert not list(tmp_path.iterdir())
    assert Fetcher(tmp_path).cache == tmp_path
