"""Each source's parser on a sample of its form, and on what must be refused."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ConfigurationError, SourceError
from workbench.rate_sources import SOURCES, Context, Wanted
from workbench.rates import Observation

from .conftest import SAMPLES


def read(name: str, sample: str, about: str = "", **more: object) -> list[Observation]:
    return SOURCES[name].parse((SAMPLES / sample).read_bytes(), Context(about=about, **more))  # type: ignore[arg-type]


def brief(rows: list[Observation]) -> list[str]:
    return [f"{row.rate_date} {row.kind} {row.unit} {row.base} = {row.value} {row.quote}" for row in rows]


@pytest.mark.parametrize(
    ("name", "sample", "about", "expected"),
    [
        ("ecb", "ecb-daily.xml", "", [
            "2026-08-13 mid 1 EUR = 1.1534 USD", "2026-08-13 mid 1 EUR = 171.20 JPY", "2026-08-13 mid 1 EUR = 8.2765 CNY"]),
        ("ecb", "ecb-oneday.csv", "", [
            "2026-10-30 mid 1 EUR = 1.1172 USD", "2026-10-30 mid 1 EUR = 175.68 JPY",
            "2026-10-30 mid 1 EUR = 0.83380 GBP", "2026-10-30 mid 1 EUR = 7.4326 CNY"]),
        ("ecb-sdmx", "ecb-sdmx.csv", "", ["2026-08-07 mid 1 EUR = 4.2983 PLN", "2026-08-07 mid 1 EUR = 1.1502 USD"]),
        ("cfets", "cfets-latest.json", "", [
            "2026-07-31 parity 1 USD = 6.7894 CNY", "2026-07-31 parity 100 JPY = 4.5431 CNY",
            "2026-07-31 parity 1 CNY = 193.72 KRW", "2026-07-31 parity 1 CNY = 0.58420 MYR"]),
        ("frankfurter", "frankfurter.json", "ECB", [
            "2024-01-15 mid 1 EUR = 1.0890 USD", "2024-01-15 mid 1 EUR = 26712 VND"]),
        ("hmrc", "hmrc.xml", "", ["2025-03-01 monthly 1 GBP = 4.6292 AED", "2025-03-01 monthly 1 GBP = 1.3126 USD"]),
        ("hmrc", "hmrc.csv", "", ["2026-07-01 monthly 1 GBP = 1.1564 EUR", "2026-07-01 monthly 1 GBP = 1.3404 USD"]),
        ("treasury", "treasury.json", "", [
            "2026-09-30 quarterly 1 USD = 65.15 AFN", "2026-09-30 quarterly 1 USD = 583.0 XOF",
            "2026-08-31 quarterly 1 USD = 1444.5 ARS"]),
        ("fred", "fred-DEXBZUS.json", "DEXBZUS", ["2026-03-02 mid 1 USD = 5.1901 BRL", "2026-03-04 mid 1 USD = 5.2010 BRL"]),
        ("imf", "imf.tsv", "", [
            "2026-03-02 mid 1 USD = 6.882900 CNY", "2026-03-03 mid 1 USD = 6.897100 CNY",
            "2026-03-02 mid 1 EUR = 1.169800 USD", "2026-03-02 mid 1 USD = 1012500.000000 IRR",
            "2026-03-17 mid 1 USD = 6.888300 CNY"]),
        ("openexchangerates", "oxr.json", "", ["2023-12-31 mid 1 USD = 3.6728 AED", "2023-12-31 mid 1 USD = 70.770205 AFN"]),
        ("er-api", "er-api.json", "", ["2026-05-20 mid 1 USD = 6.8123 CNY", "2026-05-20 mid 1 USD = 129.25 KES"]),
        ("forex-python", "forex-python.json", "2026-05-20", [
            "2026-05-20 mid 1 EUR = 1.1534 USD", "2026-05-20 mid 1 EUR = 8.1 CNY"]),
    ],
)  # fmt: skip
def test_a_sample_gives_its_digits_unit_and_direction(name: str, sample: str, about: str, expected: list[str]) -> None:
    assert brief(read(name, sample, about)) == expected


def test_ecb_history_in_its_archive_skips_gaps_and_days_not_wanted() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", (SAMPLES / "ecb-hist.csv").read_bytes())
    rows = SOURCES["ecb"].parse(packed.getvalue(), Context(until=date(2020, 1, 1)))
    assert brief(rows)[0] == "2014-03-28 mid 1 EUR = 1.3759 USD"
    assert [row.quote for row in rows] == ["USD", "JPY", "BGN", "CNY"]
    for damaged in (packed.getvalue()[:-40], packed.getvalue().replace(b"eurofx", b"eurofX", 1)):
        with pytest.raises(SourceError):
            SOURCES["ecb"].parse(damaged, Context())


def test_ecb_archive_bomb_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", b"\n" * (65 << 20))
    with pytest.raises(SourceError) as caught:
        SOURCES["ecb"].parse(packed.getvalue(), Context())
    assert caught.value.code == "source.too-large"


def test_cfets_tells_the_hour_and_its_pages() -> None:
    rows = read("cfets", "cfets-latest.json")
    assert rows[0].published_at == datetime(2026, 7, 31, 1, 15, tzinfo=timezone.utc)  # noqa: UP017
    wanted = Wanted(date(2026, 9, 28), date(2026, 9, 30), date(2026, 11, 25))
    (first,) = SOURCES["cfets"].requests(wanted)
    assert "pageSize=50" in first.url
    second = SOURCES["cfets"].following(first, (SAMPLES / "cfets-history-1.json").read_bytes())
    assert second is not None
    assert "pageNum=2&" in second.url
    assert SOURCES["cfets"].following(second, (SAMPLES / "cfets-history-2.json").read_bytes()) is None
    assert len(read("cfets", "cfets-history-1.json")) == 7
    many = list(SOURCES["cfets"].requests(Wanted(date(2024, 1, 1), date(2026, 1, 1), date(2026, 11, 25))))
    assert [request.url[request.url.index("startDate") :][:40] for request in many][1].startswith(
        "startDate=2024-12-27"
    )


def test_left_out_names_are_told() -> None:
    context = Context()
    SOURCES["treasury"].parse((SAMPLES / "treasury.json").read_bytes(), context)
    SOURCES["openexchangerates"].parse((SAMPLES / "oxr.json").read_bytes(), context)
    assert context.left_out == {"Narnia-Gold", "BTC", "XAU"}


def test_hmrc_holds_for_the_calendar_month() -> None:
    assert {row.valid_to for row in read("hmrc", "hmrc.xml")} == {date(2025, 3, 31)}
    wanted = Wanted(date(2025, 12, 15), date(2026, 1, 3), date(2026, 1, 3))
    requests = list(SOURCES["hmrc"].requests(wanted))
    assert [request.url.rpartition("_")[2] for request in requests] == ["2025-12.xml", "2026-1.xml"]
    assert [request.may_be_missing for request in requests] == [False, True]


def test_treasury_amendment_has_its_own_day_and_codes_follow_redenominations() -> None:
    from workbench.money import CURRENCIES
    from workbench.rate_sources.treasury_names import code_of

    assert code_of("Sierra Leone-Leone", date(2022, 6, 30)) == "SLL"
    assert code_of("Sierra Leone-Leone", date(2022, 7, 1)) == "SLE"
    assert code_of("Croatia-Kuna", date(2023, 1, 1)) == ""
    from workbench.rate_sources import treasury_names

    assert set(treasury_names._CODES.values()) <= CURRENCIES.keys()
    assert len(set(treasury_names._CODES.values())) >= 140


def test_boc_board_pasted_and_as_csv() -> None:
    rows = read("boc", "boc-paste.txt")
    assert [row.kind for row in rows[:5]] == ["bank_buy", "cash_buy", "bank_sell", "cash_sell", "mid"]
    assert brief(rows)[0] == "2026-05-15 bank_buy 100 USD = 679.50 CNY", "rows are ordered by publication"
    assert rows[-1].published_at == datetime(2026, 5, 15, 9, 24, 59, tzinfo=timezone.utc)  # noqa: UP017
    assert [row.kind for row in rows if row.base == "IDR"] == ["cash_buy", "cash_sell", "mid"]
    (usd,) = {row.value for row in read("boc", "boc.csv") if row.kind == "bank_buy"}
    assert usd == "679.98"
    gb = (SAMPLES / "boc-paste.txt").read_text("utf-8").encode("gb18030")
    assert len(SOURCES["boc"].parse(gb, Context())) == len(rows)
    blanks = (SAMPLES / "boc.csv").read_text("utf-8").replace(",", "  ")
    assert len(SOURCES["boc"].parse(blanks.encode(), Context())) == 5
    with pytest.raises(ConfigurationError):
        list(SOURCES["boc"].requests(Wanted(date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1))))


def test_frankfurter_never_asks_for_a_blend() -> None:
    for provider in ("", "ECB,CFETS", "a b"):
        wanted = Wanted(date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), {"provider": provider})
        with pytest.raises(ConfigurationError) as caught:
            list(SOURCES["frankfurter"].requests(wanted))
        assert caught.value.code == "configuration.provider-missing"
    (row, _other) = read("frankfurter", "frankfurter.json", "ECB")
    assert row.source == "frankfurter-ecb"
    mixed = b'[{"date":"2024-01-15","base":"EUR","quote":"USD","rate":1.08,"providers":[{"key":"ECB"},{"key":"BOE"}]}]'
    with pytest.raises(SourceError):
        SOURCES["frankfurter"].parse(mixed, Context(about="ECB"))


def test_forex_python_answer_of_another_day_is_refused() -> None:
    with pytest.raises(SourceError, match="2026-05-20 in place of 2026-05-24"):
        read("forex-python", "forex-python.json", "2026-05-24")


ECB = (SAMPLES / "ecb-daily.xml").read_bytes()
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
READ_FILE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("code", "name", "body"),
    [
        ("source.hostile", "ecb", LAUGHS + b"<l>&b;</l>"),
        ("source.hostile", "ecb", READ_FILE + b"<l>&a;</l>"),
        ("source.hostile", "ecb", b"<a>" * 5000 + b"</a>" * 5000),
        ("source.truncated", "ecb", ECB[: len(ECB) // 2]),
        ("source.truncated", "ecb", ECB[:-30]),
        ("source.unexpected-shape", "ecb", b"<other/>"),
        ("source.unexpected-shape", "ecb", b'<?xml version="1.0" encoding="klingon"?><other/>'),
        ("source.unexpected-shape", "ecb", ECB.replace(b"'USD'", b"'EUR'")),
        ("source.unexpected-shape", "ecb", b"Date,EUR\n2026-01-01,1\n"),
        ("source.unexpected-shape", "ecb", b"Date,USD\n2026-01-01,1,2\n"),
        ("source.not-data", "ecb", b"Date,USD\n\xff\xfe\n"),
        ("source.empty", "ecb", b" "),
        ("source.bad-rate", "ecb", ECB.replace(b"1.1534", b"0")),
        ("source.bad-rate", "ecb", ECB.replace(b"1.1534", b"-1.1534")),
        ("source.bad-rate", "ecb", ECB.replace(b"1.1534", b"NaN")),
        ("source.bad-rate", "ecb", ECB.replace(b"1.1534", b"1e400")),
        ("source.bad-rate", "ecb", ECB.replace(b"1.1534", "１.1".encode())),
        ("source.unexpected-shape", "ecb-sdmx", (SAMPLES / "ecb-sdmx.csv").read_bytes()[:-4]),
        ("source.unexpected-shape", "cfets", b'{"head":{"rep_code":"500"},"data":{},"records":[]}'),
        ("source.unexpected-shape", "cfets", b"[]"),
        ("source.hostile", "er-api", b"[" * 100_000),
        ("source.hostile", "er-api", b'{"rates":{"CNY":7,"CNY":8}}'),
        ("source.hostile", "er-api", b'{"rates":' + b"9" * 100_000 + b"}"),
        ("source.truncated", "er-api", b'{"result":"success","rates":{"CN'),
        ("source.unexpected-shape", "er-api", b'{"result":"error","error-type":"unsupported-code"}'),
        ("source.unexpected-shape", "er-api", b'{"result":success}'),
        *(
            ("source.bad-rate", "er-api", (SAMPLES / "er-api.json").read_bytes().replace(b"129.25", bad))
            for bad in (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"1e-400", b"0", b"0.0", b"-3", b"null", b"true", b'""')
        ),
        ("source.unexpected-shape", "er-api", (SAMPLES / "er-api.json").read_bytes().replace(b'"USD":1,', b'"USD":2,')),
        ("source.unexpected-shape", "hmrc", (SAMPLES / "hmrc.xml").read_bytes().replace(b"4.6292", b"4.7", 1)),
        ("source.unexpected-shape", "hmrc", (SAMPLES / "hmrc.xml").read_bytes().replace(b"31/Mar", b"30/Mar")),
        ("source.unexpected-shape", "imf", b"Representative\n"),
        ("source.unexpected-shape", "fred", b'{"observations":[]}'),
        ("source.unexpected-shape", "boc", "美元 1 2 3".encode()),
    ],
)  # fmt: skip
def test_damaged_and_hostile_answers_are_refused_whole(code: str, name: str, body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        SOURCES[name].parse(body, Context(where="here"))
    assert (caught.value.code, caught.value.where) == (code, "here")
    assert caught.value.remedy


SAMPLE_OF = {
    "ecb": "ecb-daily.xml", "cfets": "cfets-history-1.json", "hmrc": "hmrc.xml", "treasury": "treasury.json",
    "imf": "imf.tsv", "openexchangerates": "oxr.json", "boc": "boc-paste.txt",
}  # fmt: skip


@given(st.data())
def test_no_damage_gives_anything_but_observations_or_a_source_error(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLE_OF)))
    body = bytearray((SAMPLES / SAMPLE_OF[name]).read_bytes())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    parse: Callable[[bytes, Context], list[Observation]] = SOURCES[name].parse
    with contextlib.suppress(SourceError):
        assert all(row.exact > 0 for row in parse(bytes(body), Context()))


def test_every_source_names_its_attribution_and_kinds() -> None:
    assert {"ecb", "cfets", "boc", "frankfurter", "hmrc", "treasury", "fred", "imf", "er-api"} <= set(SOURCES)
    for source in SOURCES.values():
        assert source.attribution
        assert source.kinds
        assert source.title
    assert not SOURCES["er-api"].redistributable
    assert SOURCES["forex-python"].off_by_default
