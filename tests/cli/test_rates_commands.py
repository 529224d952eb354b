"""``workbench rates`` as scripts call it: shapes, errors, and what the register keeps."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Workbench, state
from workbench.guards import unguarded
from workbench.rates import RateBook
from workbench.register import Register

BOOK = RateBook.embedded()


def test_get_tells_the_rate_with_its_evidence(workbench: Workbench) -> None:
    found = workbench("rates", "get", "usd", "CNY", "2026-03-31", "--json")
    assert found.status == 0
    assert found.err == ""
    assert found.json == {
        "value": found.json["value"],
        "base": "USD",
        "quote": "CNY",
        "date": "2026-03-31",
        "rate_date": "2026-03-31",
        "age_days": 0,
        "source": "ecb",
        "kind": "mid",
        "policy": "on_or_before",
        "legs": [
            {"base": "EUR", "quote": "USD", "value": "1.1498", "rate_date": "2026-03-31"},
            {"base": "EUR", "quote": "CNY", "value": "7.9341", "rate_date": "2026-03-31"},
        ],
    }
    cross = Decimal(found.json["value"])
    assert abs(cross * Decimal("1.1498") - Decimal("7.9341")) < Decimal("1e-27")


def test_get_over_a_weekend_is_the_friday(workbench: Workbench) -> None:
    found = workbench("rates", "get", "EUR", "USD", "2026-03-29", "--json").json
    assert (found["rate_date"], found["age_days"]) == ("2026-03-27", 2)
    strict = workbench("rates", "get", "EUR", "USD", "2026-03-27", "--policy", "strictly_before", "--json").json
    assert (strict["rate_date"], strict["policy"]) == ("2026-03-26", "strictly_before")


def test_get_without_json_is_for_people(workbench: Workbench) -> None:
    found = workbench("rates", "get", "EUR", "USD", "2026-03-31")
    assert found.out.startswith("1 EUR = 1.1498 USD\n")
    assert "2026-03-31" in found.out
    assert "ecb" in found.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("VND", "CNY", "2026-01-05"), "rate.missing"),
        (("EUR", "USD", "2099-01-01"), "rate.stale"),
        (("USD", "CNY", "1999-02-01"), "rate.before-first"),
        (("USD", "XYZ", "2026-03-31"), "currency.unknown"),
        (("XYZ", "USD", "2026-03-31"), "currency.unknown"),
        (("EUR", "USD", "2026-03-31", "--policy", "guess"), "rate.policy-refused"),
        (("EUR", "USD", "2026-03-31", "--source", "nobody"), "rate.missing"),
    ],
)
def test_get_refuses_with_its_reason(workbench: Workbench, arguments: tuple[str, ...], code: str) -> None:
    workbench("rates", "get", *arguments, "--json").error(code)
    spoken = workbench("rates", "get", *arguments)
    assert (spoken.status, spoken.out) == (1, "")
    assert code in spoken.err


@pytest.mark.parametrize(
    ("currency", "successor", "ratio"),
    [("HRK", "EUR", "7.53450"), ("TRL", "TRY", "1000000"), ("DEM", "EUR", "1.95583")],
)
def test_a_retired_currency_names_its_successor(
    workbench: Workbench, currency: str, successor: str, ratio: str
) -> None:
    error = workbench("rates", "get", currency, "USD", "2024-01-02", "--json").error("rate.retired")
    assert (error["successor"], Decimal(error["ratio"])) == (successor, Decimal(ratio))


@pytest.mark.parametrize(
    "arguments",
    [
        ("USD", "CNY"),
        ("USD", "CNY", "31/03/2026"),
        ("USD", "CNY", "2026-02-30"),
        ("USD", "CNY", "2026-03-31", "--what"),
    ],
)
def test_wrong_usage_is_status_two(workbench: Workbench, arguments: tuple[str, ...]) -> None:
    found = workbench("rates", "get", *arguments, "--json")
    assert (found.status, found.out) == (2, "")
    assert "workbench" in found.err


def test_sources_and_coverage(workbench: Workbench) -> None:
    sources = workbench("rates", "sources", "--json").json["sources"]
    assert {"ecb", "cfets", "boc", "fred"} <= {one["name"] for one in sources}
    assert all(one.keys() == {"name", "title", "kinds", "needs_key", "attribution"} for one in sources)
    covered = workbench("rates", "check", "--on", "2026-10-31", "--json").json
    assert covered.keys() == {"on", "currencies", "covered", "circulating"}
    by_code = {one["currency"]: one for one in covered["currencies"]}
    assert len(by_code) == covered["circulating"] == 155
    assert by_code["USD"]["source"] == "ecb"
    assert by_code["USD"]["first"] == "1999-01-04"
    assert by_code["USD"]["age_days"] == (date(2026, 10, 31) - date.fromisoformat(by_code["USD"]["last"])).days
    assert (by_code["VND"]["observations"], by_code["VND"]["age_days"]) == (0, None)
    assert sum(1 for one in by_code.values() if one["observations"]) == covered["covered"]


def test_a_lock_decides_for_its_company(workbench: Workbench, register: Path) -> None:
    made = workbench(
        "rates", "lock", "USD", "CNY", "7.1234", "--scope", "company", "--from", "2026-03-01", "--to", "2026-03-31",
        "--reason", "forward with the bank", "--person", "Wang Fang", "--register", register, "--json",
    )  # fmt: skip
    assert made.json.keys() == {"lock", "changeset"}
    inside = workbench("rates", "get", "USD", "CNY", "2026-03-31", "--register", register, "--json").json
    assert (inside["value"], inside["kind"]) == ("7.1234", "manual")
    after = workbench("rates", "get", "USD", "CNY", "2026-04-01", "--register", register, "--json").json
    assert after["source"] == "ecb"


@pytest.mark.parametrize(
    ("value", "status"),
    [("0", 1), ("0.00", 1), ("-7.1", 2), ("seven", 2), ("1e5", 2), ("7,1", 2), ("", 2), ("9" * 40, 2)],
)
def test_a_lock_without_a_rate_is_refused(workbench: Workbench, register: Path, value: str, status: int) -> None:
    before = state(register)
    refused = workbench(
        "rates", "lock", "USD", "CNY", "--scope", "company", "--from", "2026-03-01", "--reason", "r", "--person", "p",
        "--register", register, "--json", "--", value,
    )  # fmt: skip
    assert refused.status == status
    if status == 1:
        refused.error("rate.lock-refused")
    assert state(register) == before


def test_a_lock_keeps_every_digit(workbench: Workbench, register: Path) -> None:
    workbench(
        "rates", "lock", "USD", "CNY", "7.12345678901234567890", "--scope", "order", "--document", "PI-1", "--from",
        "2026-03-01", "--reason", "r", "--person", "p", "--register", register,
    )  # fmt: skip
    with Register.open(register) as opened:
        (row,) = opened.rows("rate_locks")
    assert (row["value"], row["document"], row["rate_row"]["source"]) == (
        Decimal("7.12345678901234567890"),
        "PI-1",
        "ecb",
    )


# Rates of Vietnam, which nobody in the embedded book has: 100 VND in CNY, with one figure a hundred times too large.
DAYS = [date(2026, 3, day) for day in range(2, 28)]
SLIP = date(2026, 3, 25)


def vietnam(path: Path, *, slip: bool = True) -> Path:
    lines = ["date,base,quote,value"]
    for number, day in enumerate(DAYS):
        value = f"0.02{700 + number % 7}"
        lines.append(f"{day},VND,CNY,{'2.' + value[4:] if slip and day == SLIP else value}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(workbench: Workbench, file: Path, register: Path, *more: object) -> dict[str, object]:
    found = workbench(
        "rates", "load", file, "--source", "sbv", "--unit", "100", *more, "--register", register, "--json"
    )
    assert found.status == 0, found.out + found.err
    return found.json


def test_loaded_rates_are_in_the_register_only(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    stored = load(workbench, vietnam(tmp_path / "vnd.csv", slip=False), register)
    assert stored == {
        "new": len(DAYS), "revised": 0, "unchanged": 0, "suspect": 0, "left_out": [], "changeset": 2,
    }  # fmt: skip
    ask = ("rates", "get", "VND", "CNY", "2026-03-02", "--json")
    found = workbench(*ask, "--source", "sbv", "--register", register).json
    assert (Decimal(found["value"]), found["source"]) == (Decimal("0.000270"), "sbv")
    assert found["legs"] == [{"base": "VND", "quote": "CNY", "value": found["value"], "rate_date": "2026-03-02"}]
    workbench(*ask, "--source", "sbv").error("rate.missing")
    again = load(workbench, tmp_path / "vnd.csv", register)
    assert (again["unchanged"], again["changeset"]) == (len(DAYS), None)


def test_the_register_goes_by_the_sources_that_the_firm_prefers(
    workbench: Workbench, register: Path, tmp_path: Path
) -> None:
    load(workbench, vietnam(tmp_path / "vnd.csv", slip=False), register)
    ask = ("rates", "get", "VND", "CNY", "2026-03-02", "--register", register, "--json")
    prefer = ("rates", "prefer", "--register", register, "--json")
    assert "sbv" in workbench(*ask).error("rate.missing")["remedy"]
    assert workbench(*prefer).json == {"asked": ["ecb"], "sources": ["ecb", "sbv"], "changeset": None}
    assert workbench(*prefer, "ecb", "sbv").json == {"asked": ["ecb", "sbv"], "sources": ["ecb", "sbv"], "changeset": 3}
    assert workbench(*ask).json["source"] == "sbv"
    assert (
        workbench("rates", "get", "EUR", "CNY", "2026-03-02", "--register", register, "--json").json["source"] == "ecb"
    )
    before = state(register)
    workbench(*prefer, "nobody").error("configuration.error")
    assert workbench(*prefer, "ecb", "--usual").status == 2
    assert workbench(*prefer, "ecb", "sbv").json["changeset"] is None
    assert state(register) == before
    assert workbench(*prefer, "--usual").json["asked"] == ["ecb"]
    workbench(*ask).error("rate.missing")


def test_a_slip_is_held_back_until_a_person_accepts_it(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    stored = load(workbench, vietnam(tmp_path / "vnd.csv"), register)
    assert (stored["new"], stored["suspect"]) == (len(DAYS) - 1, 1)
    ask = ("rates", "get", "VND", "CNY", SLIP, "--source", "sbv", "--register", register, "--json")
    workbench(*ask).error("rate.suspect")
    with Register.open(register) as opened:
        (row,) = opened.rows("rate_observations", {"status": "suspect"})
    assert row["rate_date"] == SLIP
    assert row["note"]
    accepted = workbench(
        "rates", "accept", row["id"], "--reason", "seen on their site", "--register", register, "--json"
    )
    assert accepted.json["accepted"] == row["id"]
    assert Decimal(workbench(*ask).json["value"]) == Decimal(row["value"]) / 100
    assert accepted.json["row"] != row["id"]
    before = state(register)
    workbench("rates", "accept", accepted.json["row"], "--reason", "x", "--register", register, "--json").error(
        "register.error"
    )
    workbench("rates", "accept", "RO-999999", "--reason", "x", "--register", register, "--json").error(
        "register.row-missing"
    )
    assert state(register) == before


def test_a_correction_replaces_the_slip(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    load(workbench, vietnam(tmp_path / "vnd.csv"), register)
    corrected = load(workbench, vietnam(tmp_path / "vnd2.csv", slip=False), register)
    assert (corrected["revised"], corrected["unchanged"]) == (1, len(DAYS) - 1)
    found = workbench("rates", "get", "VND", "CNY", SLIP, "--source", "sbv", "--register", register, "--json").json
    assert Decimal(found["value"]) < Decimal("0.001")
    with Register.open(register) as opened:
        (slip,) = opened.rows("rate_observations", {"status": "suspect"})
    accept = ("rates", "accept", slip["id"], "--reason", "x", "--register", register, "--json")
    workbench(*accept).error("register.error")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("date,base,quote\n2026-03-02,VND,CNY\n", "configuration.rate-mapping"),
        ("date,base,quote,value\n2026-03-02,VND,CNY,0\n", "file.rates-unreadable"),
        ("date,base,quote,value\n2026-03-02,VND,CNY,n.a.\n", "file.rates-unreadable"),
        ("date,base,quote,value\n2026-03-02,QQQ,CNY,1.5\n", "file.rates-unreadable"),
        ("date,base,quote,value\nyesterday,VND,CNY,1.5\n", "file.rates-unreadable"),
    ],
)
def test_a_bad_file_of_rates_stores_nothing(
    workbench: Workbench, register: Path, tmp_path: Path, text: str, code: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    before = state(register)
    error = workbench("rates", "load", file, "--source", "sbv", "--register", register, "--json").error(code)
    assert "bad.csv" in error["where"]
    assert state(register) == before


def test_an_unknown_source_is_told_and_stores_nothing(workbench: Workbench, register: Path) -> None:
    before = state(register)
    found = workbench("rates", "update", "nobody", "--register", register, "--json")
    found.error("source.failed")
    assert found.json["changeset"] is None
    assert [(one["source"], one["code"]) for one in found.json["sources"]] == [
        ("nobody", "configuration.unknown-source")
    ]
    assert state(register) == before


def test_audit_finds_a_changed_figure(workbench: Workbench, demo_register: Path) -> None:
    clean = workbench("rates", "audit", "--register", demo_register, "--json")
    assert (clean.status, clean.json["drifts"]) == (0, [])
    assert clean.json["checked"] > 4000
    with Register.open(demo_register, actor="li.na") as opened:
        order = next(row for row in opened.rows("orders") if row["currency"] == "USD")
        with opened.changeset(origin="test", reason="typed over", author="li.na") as changes:
            changes.update(
                "orders", order["id"], {"base_amount": order["base_amount"] + 1}, expected_version=order["version"]
            )
    drifted = workbench("rates", "audit", "--register", demo_register, "--json")
    drifted.error("rate.drift")
    (drift,) = drifted.json["drifts"]
    assert drift == {
        "document": f"orders {order['number']}",
        "field": "base_amount",
        "stored": format(order["base_amount"] + 1, "f"),
        "expected": format(order["base_amount"], "f"),
        "cause": "manual-edit",
    }


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


ROWS = [
    ["id", "amount", "currency", "date", "note"],
    ["007", "100.00", "USD", "2026-03-31", 'quoted, "text"\nin two lines'],
    ["008", "12345678901234567890.12", "EUR", "2026-03-29", "=1+1"],
    ["009", "-5", "usd", "2026-03-31", " spaced "],
    ["010", "1", "VND", "2026-03-31", "合同"],
    ["011", "1", "XYZ", "2026-03-31", ""],
    ["012", "one", "USD", "2026-03-31", "NULL"],
    ["013", "1", "USD", "31/03/2026", "NaN"],
    ["014", "1", "HRK", "2026-03-31", "1e5"],
    ["015", "1e999999999", "USD", "2026-03-31", ""],
    ["016", "nan", "USD", "2026-03-31", ""],
    ["017", "1", "CNY", "2026-03-31", ""],
]


@pytest.fixture
def amounts(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(ROWS)
    return path


def test_convert_gives_a_figure_or_a_code(workbench: Workbench, amounts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    found = workbench("rates", "convert", amounts, out, "--to", "cny", "--json")
    assert found.status == 0
    assert found.json == {
        "rows": 11,
        "converted": 4,
        "errors": {
            "amount.unreadable": 3,
            "rate.missing": 1,
            "currency.unknown": 1,
            "date.unreadable": 1,
            "rate.retired": 1,
        },
        "out": str(out),
    }
    rows = read(out)
    assert list(rows[0]) == [*ROWS[0], "converted", "rate_value", "rate_date", "rate_source", "error"]
    assert [[unguarded(row[name]) for name in ROWS[0]] for row in rows] == ROWS[1:]
    for row in rows:
        if row["error"]:
            assert not any(row[name] for name in ("converted", "rate_value", "rate_date", "rate_source"))
            continue
        rate = BOOK.get(row["currency"].upper(), "CNY", date.fromisoformat(row["date"]))
        assert row["converted"] == format(rate.convert(Decimal(row["amount"])), "f")
        assert (Decimal(row["rate_value"]), row["rate_date"]) == (rate.value, rate.rate_date.isoformat())
    assert [row["error"] for row in rows] == [
        "", "", "", "rate.missing", "currency.unknown", "amount.unreadable", "date.unreadable", "rate.retired",
        "amount.unreadable", "amount.unreadable", "",
    ]  # fmt: skip


def test_parquet_and_csv_agree(workbench: Workbench, amounts: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    workbench("rates", "convert", amounts, tmp_path / "a.parquet", "--to", "CNY")
    workbench("rates", "convert", tmp_path / "a.parquet", tmp_path / "b.parquet", "--to", "CNY")
    workbench("rates", "convert", tmp_path / "b.parquet", tmp_path / "b.csv", "--to", "CNY")
    workbench("rates", "convert", amounts, tmp_path / "a.csv", "--to", "CNY")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert parquet.read_table(tmp_path / "a.parquet").equals(parquet.read_table(tmp_path / "b.parquet"))


def test_parquet_keeps_the_types_of_what_passes_through(workbench: Workbench, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    table = pa.table(
        {
            "id": pa.array([1, None], pa.int64()),
            "amount": pa.array([Decimal("10.10"), Decimal("0.10")], pa.decimal128(20, 2)),
            "currency": ["EUR", None],
            "date": pa.array([date(2026, 3, 31)] * 2),
            "float": [0.1, None],
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    workbench("rates", "convert", tmp_path / "in.parquet", tmp_path / "out.parquet", "--to", "USD")
    made = parquet.read_table(tmp_path / "out.parquet")
    assert made.select(table.column_names).equals(table)
    assert made["converted"].to_pylist() == ["11.61", ""]
    assert made["error"].to_pylist() == ["", "currency.unknown"]


def test_a_large_file_is_whole_in_order(workbench: Workbench, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    days = [date(2026, 3, 1 + number % 28) for number in range(40_000)]
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["amount", "currency", "date"], *([f"{n}.25", "USD", day] for n, day in enumerate(days))]
        )
    found = workbench("rates", "convert", source, out, "--to", "JPY", "--json").json
    assert (found["rows"], found["converted"]) == (40_000, 40_000)
    assert [row["amount"] for row in read(out)] == [f"{number}.25" for number in range(40_000)]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"amount,currency\n1,USD\n", "in.csv:1"),
        (b"amount,currency,date,date\n1,USD,2026-03-31,x\n", "in.csv:1"),
        (b"", "in.csv:1"),
        (b"amount,currency,date\n1,USD,2026-03-31,extra\n", "in.csv:2"),
        (b'amount,currency,date\n"1,USD,2026-03-31\n', "in.csv:2"),
        (b"amount,currency,date\n1,USD,2026-03-31\n\xff\xfe\n", "in.csv"),
    ],
)
def test_convert_refuses_a_broken_file_and_leaves_nothing(
    workbench: Workbench, tmp_path: Path, content: bytes, where: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    out.write_text("yesterday's", encoding="utf-8")
    error = workbench("rates", "convert", source, out, "--to", "CNY", "--json").error("file.refused")
    assert error["where"].startswith(where)
    assert {one.name for one in tmp_path.iterdir()} == {"in.csv", "out.csv"}
    assert out.read_text(encoding="utf-8") == "yesterday's"


def test_convert_refuses_what_cannot_be_written(workbench: Workbench, amounts: Path, tmp_path: Path) -> None:
    original = amounts.read_bytes()
    workbench("rates", "convert", amounts, amounts, "--to", "CNY", "--json").error("file.target")
    missing = workbench("rates", "convert", amounts, tmp_path / "no" / "out.csv", "--to", "CNY", "--json")
    assert missing.error("file.target")["where"] == str(tmp_path / "no" / "out.csv")
    workbench("rates", "convert", tmp_path / "none.csv", tmp_path / "o.csv", "--to", "CNY", "--json").error(
        "file.refused"
    )
    broken = tmp_path / "in.parquet"
    broken.write_bytes(b"PAR1 no")
    workbench("rates", "convert", broken, tmp_path / "o.csv", "--to", "CNY", "--json").error("file.refused")
    workbench("rates", "convert", amounts, tmp_path / "o.csv", "--to", "CNY", "--policy", "x", "--json").error(
        "rate.policy-refused"
    )
    workbench("rates", "convert", amounts, tmp_path / "o.csv", "--to", "XYZ", "--json").error("currency.unknown")
    assert amounts.read_bytes() == original
    assert not (tmp_path / "o.csv").exists()


def test_a_file_is_read_as_its_source_publishes_it(workbench: Workbench, register: Path) -> None:
    """A board pasted from the bank's page, and a fixing saved from the market's: each in its own direction and unit."""
    samples = Path(__file__).resolve().parents[1] / "rate_sources" / "samples"
    boc = workbench("rates", "load", samples / "boc-paste.txt", "--as", "boc", "--register", register, "--json")
    assert boc.status == 0, boc.out
    got = workbench(
        "rates",
        "get",
        "USD",
        "CNY",
        "2026-05-15",
        "--source",
        "boc",
        "--kind",
        "bank_buy",
        "--register",
        register,
        "--json",
    ).json
    assert Decimal(got["value"]) == Decimal("6.7998")
    cfets = workbench("rates", "load", samples / "cfets-latest.json", "--as", "cfets", "--register", register, "--json")
    assert cfets.json["new"] + cfets.json["suspect"] == 4
    ask = ("2026-07-31", "--source", "cfets", "--register", register, "--json")
    assert Decimal(workbench("rates", "get", "JPY", "CNY", *ask).json["value"]) == Decimal("0.045431")
    assert Decimal(workbench("rates", "get", "CNY", "MYR", *ask).json["value"]) == Decimal("0.58420")
    workbench("rates", "get", "KRW", "CNY", *ask).error("rate.suspect")
    workbench("rates", "load", samples / "hmrc.xml", "--as", "cfets", "--register", register, "--json").error(
        "source.unexpected-shape"
    )
    assert workbench("rates", "load", samples / "boc.csv", "--register", register).status == 2


def test_retired_currencies_in_an_answer_are_left_out_and_told(
    workbench: Workbench, register: Path, tmp_path: Path
) -> None:
    (tmp_path / "old.csv").write_text("date,base,quote,value\n2022-12-30,EUR,HRK,7.5365\n2022-12-30,EUR,USD,1.0666\n")
    found = workbench("rates", "load", tmp_path / "old.csv", "--source", "house", "--register", register, "--json").json
    assert (found["new"], found["left_out"]) == (1, ["HRK"])
