"""The register on both engines: exact, validated, undoable, provable."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from workbench.errors import WorkbenchError
from workbench.register import (
    TABLES,
    ChangesetBroken,
    FieldKind,
    InvalidRows,
    NotARegister,
    NotPermitted,
    Register,
    RegisterExists,
    RegisterMissing,
    RowChanged,
    RowMissing,
    SchemaMismatch,
    UndoRefused,
    UnsafeLocation,
)

CUSTOMER = {"legal_name": "Brandner Leuchten GmbH", "country": "DE", "default_currency": "EUR"}


def order(customer: str, number: str = "HY260001", **values: Any) -> dict[str, Any]:
    return {
        "number": number,
        "customer_id": customer,
        "order_date": date(2026, 3, 1),
        "currency": "USD",
        "amount": Decimal("50000.00"),
        **values,
    }


def add(register: Register, table: str, *rows: dict[str, Any], author: str = "li.na") -> list[str]:
    with register.changeset(origin="test", reason="adding", author=author) as cs:
        return cs.insert(table, rows)


def test_every_kind_of_value_comes_back_as_it_went_in(register: Register) -> None:
    (customer,) = add(register, "customers", {**CUSTOMER, "tags": ["VIP", "灯具"], "note": "=1+1"})
    evidence = {
        "base_currency": "CNY",
        "base_amount": Decimal("345689.00"),
        "rate_value": Decimal("6.913779630112008335504037509768169"),
        "rate_date": date(2026, 2, 27),
        "rate_source": "ecb",
        "rate_kind": "mid",
        "rate_policy": "on_or_before",
        "rate_legs": [{"base": "EUR", "quote": "USD", "value": "1.1517", "rate_date": "2026-02-27"}],
    }
    (one,) = add(register, "orders", order(customer, deposit_percent=Decimal(30), **evidence))
    row = register.get("orders", one)
    assert {name: row[name] for name in evidence} == evidence
    assert row["amount"] == Decimal("50000.00")
    assert str(row["amount"]) == "50000.00"
    assert (row["id"], row["version"], row["order_date"]) == (one, 1, date(2026, 3, 1))
    assert register.get("customers", customer)["tags"] == ["VIP", "灯具"]
    moment = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
    (activity,) = add(register, "activities", {"customer_id": customer, "happened_at": moment, "summary": "called"})
    assert register.get("activities", activity)["happened_at"] == moment


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", "1235"), ("KWD", "1.235"), ("USD", "-0.01"), ("CNY", "92233720368547758.07"), ("EUR", "0.00")],
)
def test_money_is_exact_at_its_minor_units(register: Register, currency: str, amount: str) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    (one,) = add(register, "orders", order(customer, currency=currency, amount=Decimal(amount)))
    assert str(register.get("orders", one)["amount"]) == amount
    assert register.control_totals("orders") == {currency: Decimal(amount)}


def test_no_column_is_a_binary_float(register: Register) -> None:
    inspector = sa.inspect(register.engine)
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            assert not isinstance(column["type"], sa.Float), f"{table}.{column['name']}"
            if not register.is_sqlite:
                continue
            assert str(column["type"]) in {"TEXT", "INTEGER"} or table == "alembic_version", f"{table}.{column['name']}"


def test_migrations_make_exactly_the_schema_in_the_code(register: Register) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from workbench.register.schema import METADATA

    with register.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_batch_names_every_problem_and_writes_nothing(register: Register) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    rows = [
        order(customer, "A"),
        order("C-999999", "B"),
        order(customer, "C", currency="JPY", amount=Decimal("100.5")),
        order(customer, "D", currency="XYZ"),
        order(customer, "E", order_date="2026-03-01"),
        order(customer, "F", status="gone"),
        order(customer, "G", amount=1.5),
        {"number": "H"},
        order(customer, "I", colour="red"),
        order(customer, "J", deposit_percent=Decimal("NaN")),
    ]
    with pytest.raises(InvalidRows) as refused, register.changeset(origin="t", reason="t", author="li.na") as cs:
        cs.insert("orders", rows)
    found = {(one.where, one.code) for one in refused.value.findings}
    assert found >= {
        ("orders #2.customer_id", "row.reference"),
        ("orders #3.amount", "row.minor-units"),
        ("orders #4.currency", "row.currency"),
        ("orders #5.order_date", "row.date"),
        ("orders #6.status", "row.choice"),
        ("orders #7.amount", "row.type"),
        ("orders #8.customer_id", "row.required"),
        ("orders #9.colour", "row.unknown-field"),
        ("orders #10.deposit_percent", "row.type"),
    }
    assert not [where for where, _code in found if where.startswith("orders #1.")]
    assert register.count("orders") == 0
    assert len(register.log()) == 2
    assert register.verify().ok


def test_a_refused_batch_cannot_be_half_kept(register: Register) -> None:
    def half() -> None:
        with register.changeset(origin="t", reason="t", author="li.na") as cs:
            cs.insert("customers", [CUSTOMER])
            try:
                cs.insert("customers", [{"country": "DE"}])
            except InvalidRows:
                cs.insert("customers", [CUSTOMER])

    with pytest.raises(ChangesetBroken):
        half()
    assert register.count("customers") == 0


def test_an_error_in_the_block_keeps_nothing(register: Register) -> None:
    def failing() -> None:
        with register.changeset(origin="t", reason="t", author="li.na") as cs:
            cs.insert("customers", [CUSTOMER])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert register.count("customers") == 0
    assert register.verify().ok


def test_unique_fields_and_pairs(register: Register) -> None:
    add(register, "users", {"name": "li.na", "role": "editor"})
    with pytest.raises(InvalidRows, match="occurs already"):
        add(register, "users", {"name": "wang", "role": "viewer"}, {"name": "li.na", "role": "viewer"})
    with pytest.raises(InvalidRows, match="occurs already"):
        add(register, "users", {"name": "chen", "role": "viewer"}, {"name": "chen", "role": "viewer"})


def test_ids_are_never_used_twice(register: Register) -> None:
    first, second = add(register, "customers", CUSTOMER, CUSTOMER)
    assert (first, second) == ("C-000001", "C-000002")
    with register.changeset(origin="t", reason="t", author="li.na") as cs:
        cs.delete("customers", second)
    assert add(register, "customers", CUSTOMER) == ["C-000003"]
    assert add(register, "customers", {**CUSTOMER, "id": "C-000010"}, CUSTOMER) == ["C-000010", "C-000011"]
    with pytest.raises(InvalidRows, match="occurs already"):
        add(register, "customers", {**CUSTOMER, "id": "C-000010"})


def test_update_tells_what_somebody_else_changed(register: Register) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    with register.changeset(origin="push", reason="tier", author="wang") as cs:
        assert cs.update("customers", customer, {"tier": "A", "owner": "Tom"}, expected_version=1) == 2
    with pytest.raises(RowChanged) as conflict, register.changeset(origin="push", reason="x", author="li.na") as cs:
        cs.update("customers", customer, {"tier": "B"}, expected_version=1)
    assert conflict.value.theirs == {"tier": "A", "owner": "Tom"}
    assert conflict.value.extra["author"] == "wang"
    assert register.get("customers", customer)["tier"] == "A"
    with register.changeset(origin="push", reason="x", author="li.na") as cs:
        cs.update("customers", customer, {"tier": None}, expected_version=2)
    assert register.get("customers", customer)["tier"] is None


def test_a_row_in_use_is_not_deleted(register: Register) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    add(register, "orders", order(customer))
    with pytest.raises(InvalidRows, match="still used"), register.changeset(origin="t", reason="t", author="x") as cs:
        cs.delete("customers", customer)
    with pytest.raises(RowMissing), register.changeset(origin="t", reason="t", author="x") as cs:
        cs.delete("customers", "C-777777")


def test_the_past_can_be_read(register: Register) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    before = datetime.now(UTC)
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", customer, {"tier": "A"})
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.delete("customers", customer)
    assert register.rows("customers") == []
    assert [row["tier"] for row in register.rows("customers", as_of=2)] == [None]
    assert [row["tier"] for row in register.rows("customers", as_of=3)] == ["A"]
    assert [row["tier"] for row in register.rows("customers", {"tier": None}, as_of=before)] == [None]
    assert register.rows("customers", as_of=1) == []


def test_undo_restores_every_value(register: Register) -> None:
    (customer, other) = add(register, "customers", CUSTOMER, {**CUSTOMER, "tags": ["x"]})
    state = register.state_hash()
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.insert("orders", [order(customer)])
        cs.update("customers", customer, {"tier": "A", "country": None})
        cs.delete("customers", other)
    number = cs.number
    made = register.undo(number, author="li.na", reason="wrong file")
    assert register.state_hash() == state
    assert register.log(1)[0].undoes == number
    with pytest.raises(UndoRefused, match="taken back already"):
        register.undo(number, author="x", reason="")
    register.undo(made.number, author="x", reason="it was right after all")
    assert register.count("orders") == 1
    assert register.verify().ok


def test_undo_is_refused_where_later_work_depends_on_it(register: Register) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    add(register, "orders", order(customer))
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", customer, {"tier": "A"})
    with pytest.raises(UndoRefused) as refused:
        register.undo(2, author="x", reason="")
    assert refused.value.extra["blocking"] == "3,4"
    register.undo(4, author="x", reason="")
    register.undo(3, author="x", reason="")
    register.undo(2, author="x", reason="")
    assert register.count("customers") == 0
    with pytest.raises(UndoRefused, match="no changeset"):
        register.undo(99, author="x", reason="")
    assert register.verify().ok


def test_custom_fields_are_typed(register: Register) -> None:
    register.define_custom_field(
        "customers", "credit_limit", FieldKind.MONEY, author="x", currency_field="credit_currency"
    )
    register.define_custom_field("customers", "credit_currency", FieldKind.CURRENCY, author="x")
    own = {"credit_limit": Decimal("1000.00"), "credit_currency": "USD"}
    (customer,) = add(register, "customers", {**CUSTOMER, "custom": own})
    assert register.get("customers", customer)["custom"] == own
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", customer, {"custom": {"credit_limit": Decimal("5.00")}})
    assert register.get("customers", customer)["custom"]["credit_limit"] == Decimal("5.00")
    with pytest.raises(InvalidRows) as refused:
        add(
            register,
            "customers",
            {**CUSTOMER, "custom": {"credit_limit": Decimal("1.234"), "credit_currency": "USD", "x": 1}},
        )
    assert {one.code for one in refused.value.findings} == {"row.minor-units", "row.unknown-field"}


def test_roles_are_respected(register: Register, location: str) -> None:
    add(register, "users", {"name": "intern", "role": "viewer"}, {"name": "li.na", "role": "editor"})
    with Register.open(location, actor="intern") as viewed:
        assert viewed.rows("users")
        with pytest.raises(NotPermitted):
            viewed.changeset(origin="t", reason="t", author="intern")
    with Register.open(location, actor="li.na") as edited:
        assert add(edited, "customers", CUSTOMER)


def test_log_is_append_only(register: Register) -> None:
    add(register, "customers", CUSTOMER)
    for table in ("changesets", "changes"):
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET {'reason' if table == 'changesets' else 'after'} = 'x'",
        ):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), register.engine.begin() as connection:
                connection.exec_driver_sql(statement)
    assert register.verify().ok


TAMPERINGS = [
    "UPDATE customers SET legal_name = 'Brandner Leuchten GmbI'",
    "UPDATE orders SET amount = amount + 1",
    "UPDATE orders SET version = 2",
    "DELETE FROM orders",
    "INSERT INTO customers (id, version, legal_name) VALUES ('C-000777', 1, 'Ghost')",
    "UPDATE changes SET after = replace(after, '5000000', '5000001')",
    "UPDATE changes SET before = 'x' WHERE changeset = 4",
    "UPDATE changesets SET author = 'somebody else' WHERE number = 3",
    "UPDATE changesets SET at = '2020-01-01T00:00:00.000000+00:00' WHERE number = 2",
    "UPDATE changesets SET undoes = 1 WHERE number = 2",
    "DELETE FROM changes WHERE changeset = 4",
    "DELETE FROM changesets WHERE number = 3",
    "UPDATE changesets SET hash = previous_hash WHERE number = 4",
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_verify_finds_what_was_changed_behind_the_log(register: Register, tampering: str) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    add(register, "orders", order(customer))
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.update("customers", customer, {"tier": "A"})
    assert register.verify() == (True, 4, register.log(1)[0].hash, ())
    with register.engine.connect() as connection:
        if register.is_sqlite:
            for table in ("changesets", "changes"):
                for verb in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        else:
            for table in ("changesets", "changes"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.exec_driver_sql(tampering)
        connection.commit()
    outcome = register.verify()
    assert not outcome.ok
    assert outcome.problems


def test_every_flipped_byte_of_a_row_is_found(tmp_path: Path) -> None:
    """Flip single bits all over the text of the stored row, straight in the file, one at a time."""
    path = tmp_path / "r.sqlite"
    with Register.create(path, actor="x") as made:
        add(made, "customers", {"legal_name": "Q" * 40})
    plain = path.read_bytes() if not Path(f"{path}-wal").exists() else None
    if plain is None:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain = path.read_bytes()
    places = [at for at in range(len(plain) - 40) if plain[at : at + 40] == b"Q" * 40]
    assert len(places) == 3  # in the row, in its index, and in its change
    for start in places:
        for at in range(start, start + 40, 7):
            flipped = bytearray(plain)
            flipped[at] ^= 1
            copy = tmp_path / f"flip-{at}.sqlite"
            copy.write_bytes(flipped)
            with Register.open(copy) as damaged:
                assert not damaged.verify().ok


def test_backup_and_restore(register: Register, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (customer,) = add(register, "customers", CUSTOMER)
    state, head = register.state_hash(), register.verify().head
    copy = tmp_path / "monday.backup"
    register.backup(copy)
    add(register, "orders", order(customer))
    target = tmp_path / "restored.sqlite"
    if not register.is_sqlite:
        from tests.register.conftest import empty_database

        target = empty_database(request.getfixturevalue("postgres_server"))  # type: ignore[assignment]
    with Register.restore(copy, target) as restored:
        assert restored.state_hash() == state
        assert restored.verify().head == head
        add(restored, "customers", CUSTOMER)
    with pytest.raises(RegisterExists):
        Register.restore(copy, target)
    with Register.restore(copy, target, force=True) as again:
        assert again.state_hash() == state
    assert not [one.name for one in tmp_path.iterdir() if ".part" in one.name]


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite", actor="x") as made:
        made.backup(tmp_path / "b")
    data = bytearray((tmp_path / "b").read_bytes())
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with pytest.raises(WorkbenchError):
        Register.restore(tmp_path / "cut", tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()
    with pytest.raises(RegisterMissing):
        Register.restore(tmp_path / "none", tmp_path / "new.sqlite")


def test_places_that_hold_no_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RegisterMissing):
        Register.open(tmp_path / "none.sqlite")
    with pytest.raises(RegisterMissing):
        Register.create(tmp_path / "no" / "folder.sqlite")
    with pytest.raises(NotARegister):
        Register.open(tmp_path)
    (tmp_path / "text.sqlite").write_text("hello")
    with pytest.raises(NotARegister):
        Register.open(tmp_path / "text.sqlite")
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
    with pytest.raises(NotARegister):
        Register.open(tmp_path / "other.sqlite")
    with Register.create(tmp_path / "r.sqlite", actor="x") as made, made.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match="9999"):
        Register.open(tmp_path / "r.sqlite")
    with pytest.raises(RegisterExists):
        Register.create(tmp_path / "r.sqlite")
    with pytest.raises(UnsafeLocation):
        Register.create("//server/share/r.sqlite") if Path("//server/share").is_dir() else _on_share(
            tmp_path, monkeypatch
        )


def _on_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.register import locations

    monkeypatch.setattr(locations, "_filesystem_of", lambda _path: "cifs")
    Register.create(tmp_path / "share.sqlite")


def test_hostile_names_are_data(register: Register) -> None:
    name = 'x"; DROP TABLE orders;--'
    (customer,) = add(register, "customers", {"legal_name": name})
    assert [row["id"] for row in register.rows("customers", {"legal_name": name})] == [customer]
    with pytest.raises(KeyError):
        register.rows('orders"; DROP TABLE orders;--')
    with pytest.raises(InvalidRows):
        add(register, "customers", {"legal_name": "x", 'y"); DROP TABLE orders;--': 1})
    assert register.count("orders") == 0


def test_every_table_says_what_it_is_for() -> None:
    assert all(table.meaning for table in TABLES.values())
    assert len({table.prefix for table in TABLES.values()}) == len(TABLES)


def test_the_command_line_works_on_both_engines(
    location: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From an empty place to an imported statement and a workbook, without a word of the engine."""
    from workbench.cli import run

    statement = min((Path(__file__).resolve().parents[2] / "workbooks" / "demo" / "statements").glob("*.sta"))
    there = ["--register", location]
    for arguments in (
        ["new", str(tmp_path / "Mine.xlsx"), *there],
        ["receipts", "import", str(statement), *there],
        ["receipts", "match", *there],
        [
            "rates",
            "lock",
            "USD",
            "CNY",
            "7.25",
            "--scope",
            "company",
            "--from",
            "2026-03-01",
            "--reason",
            "r",
            "--person",
            "p",
            *there,
        ],
        ["report", "register", "--out", str(tmp_path / "Again.xlsx"), *there],
        ["verify", *there],
    ):
        assert run(arguments) == 0, capsys.readouterr()
    with Register.open(location) as register:
        assert register.count("receipts") > 10
        assert [entry.origin for entry in register.log()][-1] == "create"
