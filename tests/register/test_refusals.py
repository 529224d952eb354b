"""What the register refuses at its door, in words and with everything as it was."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.register.conftest import empty_database
from workbench.errors import ConfigurationError
from workbench.register import (
    ChangesetBroken,
    FieldKind,
    InvalidRows,
    NotARegister,
    Register,
    RegisterBusy,
    RegisterExists,
    RegisterMissing,
    RegisterReadOnly,
    RowChanged,
    StorageFailed,
    UndoRefused,
    UnsafeLocation,
    locations,
)

CUSTOMER = {"legal_name": "Brandner Leuchten GmbH"}


def add(register: Register, table: str, *rows: dict[str, Any], author: str = "li.na") -> list[str]:
    with register.changeset(origin="test", reason="adding", author=author) as cs:
        return cs.insert(table, rows)


def codes(refused: pytest.ExceptionInfo[InvalidRows]) -> set[tuple[str, str]]:
    return {(one.where, one.code) for one in refused.value.findings}


# values

LONE = "\ud83d"


@pytest.mark.parametrize(
    ("table", "field", "value", "code"),
    [
        ("customers", "legal_name", LONE, "row.type"),
        ("customers", "legal_name", "a\x00b", "row.type"),
        ("customers", "legal_name", b"bytes", "row.type"),
        ("customers", "tags", [LONE], "row.type"),
        ("customers", "tags", ["\x00"], "row.type"),
        ("customers", "tags", {1: "x"}, "row.type"),
        ("customers", "tags", [math.nan], "row.type"),
        ("customers", "tags", [math.inf], "row.type"),
        ("customers", "tags", [10**400], "row.type"),
        ("customers", "tags", [Decimal("sNaN")], "row.type"),
        ("customers", "tags", {"x": object()}, "row.type"),
        ("tasks", "due_date", datetime(2026, 3, 1, tzinfo=UTC), "row.date"),
        ("activities", "happened_at", datetime(2026, 3, 1), "row.timestamp"),
        ("activities", "happened_at", datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))), "row.timestamp"),
        ("order_lines", "quantity", Decimal("1E+999999"), "row.type"),
        ("order_lines", "quantity", Decimal("1E-999999"), "row.type"),
        ("order_lines", "quantity", Decimal("sNaN"), "row.type"),
        ("order_lines", "quantity", 10**300, "row.type"),
        ("order_lines", "quantity", 0.5, "row.type"),
        ("order_lines", "line", True, "row.type"),
        ("order_lines", "line", 2**63, "row.type"),
        ("order_lines", "amount", Decimal("NaN"), "row.minor-units"),
        ("order_lines", "amount", Decimal("92233720368547758.08"), "row.type"),
        ("customers", "custom", "no mapping", "row.type"),
    ],
)
def test_values_that_no_field_takes(register: Register, table: str, field: str, value: object, code: str) -> None:
    row = {**CUSTOMER, "currency": "USD", field: value}
    with pytest.raises(InvalidRows) as refused:
        add(register, table, row)
    assert (f"{table} #1.{field}", code) in codes(refused)
    assert register.verify().changesets == 1


def test_deep_json_is_refused(register: Register) -> None:
    deep: list[Any] = []
    for _level in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidRows):
        add(register, "customers", {**CUSTOMER, "tags": deep})


@pytest.mark.parametrize(
    ("value", "text"),
    [("-0.00", "0.00"), ("1E+3", "1000"), ("1.10", "1.10"), ("0E-7", "0.0000000"), ("-12.5", "-12.5")],
)
def test_decimals_come_back_the_same_on_both_engines(register: Register, value: str, text: str) -> None:
    add(register, "rate_locks", {**LOCK, "value": Decimal(value)})
    assert format(register.rows("rate_locks")[0]["value"], "f") == text
    assert register.verify().ok


LOCK = {
    "scope": "company",
    "base": "USD",
    "quote": "CNY",
    "valid_from": date(2026, 1, 1),
    "reason": "budget",
    "person": "li.na",
    "locked_at": datetime(2026, 1, 1, tzinfo=UTC),
}


def test_json_is_stored_in_the_one_form_that_both_engines_keep(register: Register) -> None:
    value = {
        "b": [1e22, -0.0, 1e-7, 0.1, True, None],
        "a": {"day": date(2026, 3, 1), "sum": Decimal("1.50")},
        "名": "=1",
    }
    (one,) = add(register, "settings", {"name": "all", "value": value})
    assert register.setting("all") == {
        "a": {"day": "2026-03-01", "sum": "1.50"},
        "b": [10**22, 0, 1e-7, 0.1, True, None],
        "名": "=1",
    }
    assert register.verify().ok
    before = register.get("settings", one)["version"]
    with register.changeset(origin="t", reason="same again", author="x") as cs:
        assert cs.update("settings", one, {"value": register.setting("all")}) == before
    assert cs.number == 0


def test_a_changeset_says_who_and_why_in_storable_text(register: Register) -> None:
    for words in ({"author": " "}, {"author": LONE}, {"reason": "a\x00b"}, {"origin": LONE}):
        with pytest.raises(ConfigurationError):
            register.changeset(**{"origin": "t", "reason": "t", "author": "x", **words})


# ids


def test_an_id_is_well_formed_and_never_used_again_even_where_rows_bring_it(register: Register) -> None:
    first, second = add(register, "customers", CUSTOMER, CUSTOMER)
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.delete("customers", second)
    wrong = (second, "K-000009", "C-9", "C-0000010", "C-00000x", "C-٠٠٠٠١٢", "C-000000", "C-" + "9" * 20, "x" * 300)
    for row_id in wrong:
        with pytest.raises(InvalidRows):
            add(register, "customers", {**CUSTOMER, "id": row_id})
    with pytest.raises(InvalidRows):
        add(register, "customers", {**CUSTOMER, "id": "C-000007"}, {**CUSTOMER, "id": "C-000007"})
    assert add(register, "customers", {**CUSTOMER, "id": "C-1000000"}, CUSTOMER) == ["C-1000000", "C-1000001"]
    assert [row["id"] for row in register.rows("customers")] == [first, "C-1000000", "C-1000001"]
    assert register.verify().ok


# changesets that ended or broke


def test_a_changeset_takes_nothing_after_its_end(register: Register) -> None:
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.insert("customers", [CUSTOMER])
    with pytest.raises(ChangesetBroken, match="ended"):
        cs.insert("customers", [CUSTOMER])
    assert register.count("customers") == 1


def test_rows_that_fail_while_they_are_made_keep_nothing(register: Register) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for number in range(12_000):
            yield {"legal_name": f"{number}"}
        message = "the sheet ended"
        raise ValueError(message)

    def load() -> None:
        with register.changeset(origin="t", reason="t", author="x") as cs:
            try:
                cs.insert("customers", rows())
            except ValueError:
                cs.insert("customers", [CUSTOMER])

    with pytest.raises(ChangesetBroken):
        load()
    assert register.count("customers") == 0
    assert register.verify().ok


def test_a_conflict_names_fields_values_person_time_and_changeset(register: Register) -> None:
    (one,) = add(register, "customers", {**CUSTOMER, "tier": "B", "note": "old"})
    for values in ({"tier": "A"}, {"tier": "A", "note": "new"}, {"owner": "Tom"}, {"owner": None}):
        with register.changeset(origin="t", reason="t", author="wang") as cs:
            cs.update("customers", one, values)
    with pytest.raises(RowChanged) as conflict, register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", one, {"tier": "C"}, expected_version=2)
    assert conflict.value.theirs == {"note": "new"}
    assert conflict.value.extra["author"] == "wang"
    assert conflict.value.extra["changeset"] == "6"
    assert datetime.fromisoformat(conflict.value.extra["at"]).tzinfo is not None
    with register.changeset(origin="t", reason="t", author="wang") as cs:
        cs.delete("customers", one)
    with (
        pytest.raises(RowChanged, match=r"deleted since you read it, by wang"),
        register.changeset(origin="t", reason="t", author="x") as cs,
    ):
        cs.update("customers", one, {"tier": "C"}, expected_version=5)


# fields of the firm's own


def test_an_own_field_is_known_at_once_here_and_in_other_processes(register: Register, location: str) -> None:
    add(register, "customers", CUSTOMER)
    with Register.open(location) as other:
        other.define_custom_field("customers", "见面日", FieldKind.DATE, author="x")
    own = {"见面日": date(2026, 3, 1)}
    (one,) = add(register, "customers", {**CUSTOMER, "custom": own})
    assert register.get("customers", one)["custom"] == own
    with register.changeset(origin="t", reason="both at once", author="x") as cs:
        cs.insert("custom_fields", [{"table_name": "customers", "name": "size", "kind": "integer"}])
        (two,) = cs.insert("customers", [{**CUSTOMER, "custom": {"size": 5}}])
    assert register.get("customers", two)["custom"] == {"size": 5}
    register.undo(cs.number, author="x", reason="both go")
    assert register.verify().ok


def test_own_money_may_go_by_the_currency_of_the_row(register: Register) -> None:
    register.define_custom_field("orders", "insured", FieldKind.MONEY, author="x", currency_field="currency")
    (customer,) = add(register, "customers", CUSTOMER)
    order = {"number": "1", "customer_id": customer, "order_date": date(2026, 3, 1), "amount": Decimal(5)}
    (one,) = add(register, "orders", {**order, "currency": "KWD", "custom": {"insured": Decimal("1.250")}})
    assert str(register.get("orders", one)["custom"]["insured"]) == "1.250"
    with pytest.raises(InvalidRows) as refused:
        add(register, "orders", {**order, "currency": "JPY", "custom": {"insured": Decimal("1.250")}})
    assert codes(refused) == {("orders #1.custom.insured", "row.minor-units")}


def test_definitions_of_own_fields_are_checked(register: Register) -> None:
    wrong = [
        {"table_name": "customers", "name": "legal_name", "kind": "text"},
        {"table_name": "customers", "name": "custom", "kind": "text"},
        {"table_name": "customers", "name": "", "kind": "text"},
        {"table_name": "customers", "name": "x" * 101, "kind": "text"},
        {"table_name": "nowhere", "name": "size", "kind": "text"},
        {"table_name": "customers", "name": "limit", "kind": "money"},
        {"table_name": "customers", "name": "grade", "kind": "text", "choices": {"a": 1}},
        {"table_name": "customers", "name": "weight", "kind": "float"},
    ]
    with pytest.raises(InvalidRows) as refused:
        add(register, "custom_fields", *wrong)
    assert codes(refused) == {
        ("custom_fields #1.name", "row.field-name"),
        ("custom_fields #2.name", "row.field-name"),
        ("custom_fields #3.name", "row.field-name"),
        ("custom_fields #4.name", "row.field-name"),
        ("custom_fields #5.table_name", "row.choice"),
        ("custom_fields #6.currency_field", "row.required"),
        ("custom_fields #7.choices", "row.type"),
        ("custom_fields #8.kind", "row.choice"),
    }


def test_an_own_field_with_values_stays(register: Register) -> None:
    register.define_custom_field("customers", 'a"b', FieldKind.INTEGER, author="x")
    (field,) = (row["id"] for row in register.rows("custom_fields"))
    (one,) = add(register, "customers", {**CUSTOMER, "custom": {'a"b': 5}})
    for change in (
        lambda cs: cs.delete("custom_fields", field),
        lambda cs: cs.update("custom_fields", field, {"kind": "text"}),
        lambda cs: cs.update("custom_fields", field, {"name": "c"}),
    ):
        with (
            pytest.raises(InvalidRows, match="still used"),
            register.changeset(origin="t", reason="t", author="x") as cs,
        ):
            change(cs)
    with pytest.raises(UndoRefused) as refused:
        register.undo(2, author="x", reason="")
    assert refused.value.extra["blocking"] == "3"
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("custom_fields", field, {"meaning": "how many"})
    with register.changeset(origin="t", reason="t", author="x") as emptied:
        emptied.update("customers", one, {"custom": {'a"b': None}})
    with register.changeset(origin="t", reason="t", author="x") as removed:
        removed.delete("custom_fields", field)
    with pytest.raises(UndoRefused) as refused:
        register.undo(emptied.number, author="x", reason="")
    assert refused.value.extra["blocking"] == str(removed.number)
    register.undo(removed.number, author="x", reason="")
    register.undo(emptied.number, author="x", reason="")
    assert register.get("customers", one)["custom"] == {'a"b': 5}
    assert register.verify().ok


def test_a_required_own_field_is_asked_of_new_rows_and_not_taken_away(register: Register) -> None:
    (old,) = add(register, "customers", CUSTOMER)
    register.define_custom_field("customers", "region", FieldKind.TEXT, author="x", required=True, choices=("N", "S"))
    with pytest.raises(InvalidRows) as refused:
        add(register, "customers", CUSTOMER, {**CUSTOMER, "custom": {"region": "W"}})
    assert codes(refused) == {
        ("customers #1.custom.region", "row.required"),
        ("customers #2.custom.region", "row.choice"),
    }
    (new,) = add(register, "customers", {**CUSTOMER, "custom": {"region": "N"}})
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", old, {"tier": "A"})
    with pytest.raises(InvalidRows), register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", new, {"custom": {"region": None}})
    with pytest.raises(InvalidRows), register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", new, {"custom": "N"})


# undo


def test_undo_of_an_undo_respects_what_came_between(register: Register) -> None:
    (one,) = add(register, "customers", {**CUSTOMER, "tier": "A"})
    numbers = []
    for tier in "BC":
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.update("customers", one, {"tier": tier})
        numbers.append(cs.number)
    undone = register.undo(numbers[1], author="x", reason="").number
    earlier = register.undo(numbers[0], author="x", reason="").number
    with pytest.raises(UndoRefused) as refused:
        register.undo(undone, author="x", reason="C again")
    assert refused.value.extra["blocking"] == str(earlier)
    register.undo(earlier, author="x", reason="B again")
    register.undo(undone, author="x", reason="C again")
    assert register.get("customers", one)["tier"] == "C"
    assert register.verify().ok


# choosing rows


def test_rows_are_chosen_alike_by_every_kind_of_field_today_and_in_the_past(register: Register) -> None:
    (customer,) = add(register, "customers", {**CUSTOMER, "tags": ["a", {"b": 1}]}, {"legal_name": "Other"})[:1]
    order = {"customer_id": customer, "order_date": date(2026, 3, 1)}
    add(
        register,
        "orders",
        {**order, "number": "1", "currency": "USD", "amount": Decimal("10.00"), "deposit_percent": Decimal("30.0")},
        {**order, "number": "2", "currency": "JPY", "amount": Decimal(10), "status": "open"},
    )
    number = register.log(1)[0].number
    chosen: list[tuple[dict[str, Any], list[str]]] = [
        ({"amount": Decimal(10)}, ["1", "2"]),
        ({"amount": Decimal("10.0"), "currency": "USD"}, ["1"]),
        ({"deposit_percent": Decimal(30)}, ["1"]),
        ({"deposit_percent": None}, ["2"]),
        ({"order_date": date(2026, 3, 1), "number": ["2", "3"]}, ["2"]),
        ({"status": [None, "paid"]}, ["1"]),
        ({"number": [f"{n}" for n in range(2, 40_000)]}, ["2"]),
        ({"id": "O-000002"}, ["2"]),
        ({"id": "O-000009"}, []),
        ({"version": 1, "custom": {}}, ["1", "2"]),
    ]
    for where, expected in chosen:
        for as_of in (None, number):
            assert [row["number"] for row in register.rows("orders", where, as_of=as_of)] == expected, (where, as_of)
    assert len(register.rows("customers", {"tags": ["a", {"b": 1}]})) == 1
    with pytest.raises(InvalidRows):
        register.rows("orders", {"order_date": "2026-03-01"})
    with pytest.raises(KeyError):
        register.rows("orders", {"colour": "red"})
    with pytest.raises(ConfigurationError):
        register.rows("orders", as_of=datetime(2026, 3, 1))


# places


def test_busy_is_told_after_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "_BUSY_SECONDS", 0.05)
    with Register.create(tmp_path / "r.sqlite") as register, Register.open(tmp_path / "r.sqlite") as other:
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.insert("customers", [CUSTOMER])
            assert other.count("customers") == 0
            with pytest.raises(RegisterBusy):
                add(other, "customers", CUSTOMER)
        assert add(other, "customers", CUSTOMER) == ["C-000002"]


def test_a_full_disk_is_told_and_nothing_is_half_stored(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite") as register:
        add(register, "customers", CUSTOMER)
        with register.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(StorageFailed, match="not stored"):
            add(register, "customers", *({"legal_name": "x" * 500} for _row in range(2_000)))
        assert register.count("customers") == 1
        assert register.verify().ok


def test_read_only_reads_and_writes_nothing(register: Register, location: str) -> None:
    add(register, "customers", CUSTOMER)
    with Register.open(location, read_only=True) as viewed:
        assert viewed.count("customers") == 1
        assert viewed.verify().ok
        with pytest.raises(RegisterReadOnly):
            add(viewed, "customers", CUSTOMER)
        add(register, "customers", CUSTOMER)
        assert viewed.count("customers") == 2


UNPRIVILEGED = """
import os, sys
from workbench.errors import WorkbenchError
from workbench.register import Register
path, read_only = sys.argv[1], sys.argv[2] == "read-only"
if os.geteuid() == 0:  # for root no file is read-only
    os.setgid(65534)
    os.setuid(65534)
try:
    with Register.open(path, read_only=read_only) as register:
        print("customers", register.count("customers"))
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.insert("customers", [{"legal_name": "y"}])
except WorkbenchError as error:
    print(error.code)
"""


def told_to_others(path: Path, mode: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(path), mode],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_file_or_medium_that_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        path = folder / "r.sqlite"
        with Register.create(path) as register:
            add(register, "customers", CUSTOMER)
        path.chmod(0o444)
        folder.chmod(0o555)
        assert told_to_others(path, "read-only") == ["customers", "1", "register.read-only"]
        assert told_to_others(path, "writing") == ["register.read-only"]
        folder.chmod(0o777)
        assert told_to_others(path, "read-only") == ["customers", "1", "register.read-only"]
        assert told_to_others(path, "writing") == ["customers", "1", "register.read-only"]
        path.chmod(0o000)
        assert told_to_others(path, "writing") == ["register.storage"]


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_network_share_is_refused_wherever_it_is_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    share, link = tmp_path / "team share", tmp_path / "link.sqlite"
    share.mkdir()
    link.symlink_to(share / "r.sqlite")
    mounts = tmp_path / "mounts"
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(f"rootfs / ext4 rw 0 0\nserver:/x {escaped} {kind} rw 0 0\ntmpfs {escaped}/local tmpfs rw 0 0\n")
    monkeypatch.setattr(locations, "MOUNTS", mounts)
    for place in (share / "r.sqlite", link):
        with pytest.raises(UnsafeLocation):
            Register.create(place)
    assert not (share / "r.sqlite").exists()
    Register.create(tmp_path / "here.sqlite").close()


def test_a_file_with_other_tables_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE ledger (x)")
    before = path.read_bytes()
    with pytest.raises(NotARegister, match="ledger"):
        Register.create(path)
    assert path.read_bytes()[100:] == before[100:]


@pytest.mark.xdist_group("postgres")
def test_a_database_with_other_tables_or_without_unicode_is_not_touched(postgres_server: str) -> None:
    import psycopg

    url = empty_database(postgres_server)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE ledger (x int)")
    with pytest.raises(NotARegister, match="ledger"):
        Register.create(url)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(NotARegister, match="LATIN1"):
        Register.create(postgres_server.replace("/postgres?", "/latin?"))
    with pytest.raises(RegisterMissing, match="does not answer"):
        Register.open(postgres_server.replace("/postgres?", "/missing?"))
    with pytest.raises(RegisterMissing):
        Register.open("postgresql://[::1")


@pytest.mark.xdist_group("postgres")
def test_a_server_that_goes_away_is_told(postgres_server: str) -> None:
    register = Register.create(empty_database(postgres_server))

    def interrupted() -> None:
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.insert("customers", [CUSTOMER])
            mine = cs.connection().execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with register.engine.connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            cs.insert("customers", [CUSTOMER])

    with pytest.raises(StorageFailed):
        interrupted()
    assert register.count("customers") == 0
    assert add(register, "customers", CUSTOMER) == ["C-000001"]


def test_only_one_of_two_creators_makes_the_register(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Register.create(location, base_currency="EUR").close()
    monkeypatch.setattr(locations, "has_register", lambda _engine: False)
    with pytest.raises(RegisterExists):
        Register.create(location, base_currency="CNY")
    with Register.open(location) as register:
        assert register.base_currency == "EUR"
        assert len(register.log()) == 1


# proof


def test_verify_knows_a_past_cut_short_and_a_counter_set_back(register: Register) -> None:
    add(register, "customers", CUSTOMER)
    head = register.verify().head
    assert register.verify(known_head=head).ok
    assert not register.verify(known_head="0" * 64).ok
    with register.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sequences SET last = 0 WHERE table_name = 'customers'")
        connection.commit()
    assert any("counter" in problem for problem in register.verify().problems)


def test_a_clock_set_back_keeps_the_order_of_moments(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.register import changesets

    add(register, "customers", CUSTOMER)
    newest = register.log(1)[0].at

    class Earlier(datetime):
        @classmethod
        def now(cls, _zone: Any = None) -> datetime:  # type: ignore[override] - only what the code calls
            return newest - timedelta(hours=1)

    monkeypatch.setattr(changesets, "datetime", Earlier)
    add(register, "customers", CUSTOMER)
    assert [one.at for one in register.log(2)] == [newest, newest]
    assert len(register.rows("customers", as_of=newest)) == 2


def test_settings_are_set_and_kept(register: Register) -> None:
    for value in ("A", ["B"], ["B"]):
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.set_setting("sheet", value)
    assert register.setting("sheet") == ["B"]
    assert register.setting("none", default=3) == 3
    assert len(register.log()) == 3
