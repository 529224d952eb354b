"""Any history of inserts, changes, deletions and undos: each moment of it can be read, and taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.register.conftest import empty_database
from workbench.register import InvalidRows, Register, UndoRefused

Rows = dict[str, dict[str, Any]]
State = dict[str, Rows]

TABLES = ("users", "customers", "orders")
text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
maybe_text = st.none() | text
customers = st.fixed_dictionaries(
    {"legal_name": text, "tags": st.none() | st.lists(text, max_size=2)},
    optional={"tier": maybe_text, "country": st.sampled_from(["DE", "CN", None]), "note": maybe_text},
)
amounts = st.one_of(
    st.tuples(st.just("JPY"), st.integers(-(10**15), 10**15).map(Decimal)),
    st.tuples(st.just("USD"), st.integers(-(10**15), 10**15).map(lambda n: Decimal(n).scaleb(-2))),
    st.tuples(st.just("KWD"), st.integers(-(10**15), 10**15).map(lambda n: Decimal(n).scaleb(-3))),
)
orders = st.builds(
    lambda number, day, money, rate: {
        "number": number, "order_date": day, "currency": money[0], "amount": money[1], "rate_value": rate,
    },
    text, st.dates(date(1999, 1, 4)), amounts,
    st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**9), max_value=10**9),
)  # fmt: skip


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its version, and without what is empty."""
    return {name: value for name, value in row.items() if name != "version" and value not in (None, {})}


class Histories(RuleBasedStateMachine):
    """The register beside plain dicts: the present state, and the state after each changeset."""

    where: Callable[[], str]

    @initialize()
    def create(self) -> None:
        where = type(self).where()
        Register.create(where).close()
        self.register = Register.open(where)
        self.now: State = {table: {} for table in TABLES}
        self.past: dict[int, State] = {1: self.copy()}
        self.hashes = {1: self.register.state_hash()}

    def teardown(self) -> None:
        if hasattr(self, "register"):
            self.register.close()

    def copy(self) -> State:
        return {table: dict(rows) for table, rows in self.now.items()}

    def remember(self, number: int) -> None:
        assert number == len(self.past) + 1
        self.past[number] = self.copy()
        self.hashes[number] = self.register.state_hash()

    def pick(self, data: st.DataObject, table: str) -> str:
        return data.draw(st.sampled_from(sorted(self.now[table])))

    @rule(data=st.data(), rows=st.lists(customers, min_size=1, max_size=4))
    def insert_customers_and_an_order(self, data: st.DataObject, rows: list[dict[str, Any]]) -> None:
        with self.register.changeset(origin="t", reason="insert", author="x") as cs:
            ids = cs.insert("customers", rows)
            self.now["customers"] |= {one: plain({"id": one, **row}) for one, row in zip(ids, rows, strict=True)}
            order = {**data.draw(orders), "customer_id": self.pick(data, "customers")}
            (one,) = cs.insert("orders", [order])
            self.now["orders"][one] = plain({"id": one, **order})
        self.remember(cs.number)

    @rule(name=st.sampled_from("abc"), role=st.sampled_from(["viewer", "editor"]))
    def insert_user(self, name: str, role: str) -> None:
        row = {"name": name, "role": role}
        taken = any(one["name"] == name for one in self.now["users"].values())
        try:
            with self.register.changeset(origin="t", reason="insert", author="x") as cs:
                (one,) = cs.insert("users", [row])
        except InvalidRows:
            assert taken
            return
        assert not taken
        self.now["users"][one] = {"id": one, **row}
        self.remember(cs.number)

    @precondition(lambda self: self.now["orders"])
    @rule(data=st.data(), change=orders, values=customers)
    def update(self, data: st.DataObject, change: dict[str, Any], values: dict[str, Any]) -> None:
        order, customer = self.pick(data, "orders"), self.pick(data, "customers")
        change = {**change, "customer_id": customer}
        with self.register.changeset(origin="t", reason="update", author="x") as cs:
            cs.update("orders", order, change)
            cs.update("customers", customer, values)
            cs.update("customers", customer, {"owner": "Tom"})
        before = self.now["orders"][order], self.now["customers"][customer]
        self.now["orders"][order] = plain({**self.now["orders"][order], **change})
        self.now["customers"][customer] = plain({**self.now["customers"][customer], **values, "owner": "Tom"})
        if before == (self.now["orders"][order], self.now["customers"][customer]) and not cs.number:
            return  # what was there already is no change, and leaves no changeset
        self.remember(cs.number)

    @precondition(lambda self: any(self.now.values()))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        table = data.draw(st.sampled_from([table for table in TABLES if self.now[table]]))
        one = self.pick(data, table)
        in_use = table == "customers" and any(row["customer_id"] == one for row in self.now["orders"].values())
        try:
            with self.register.changeset(origin="t", reason="delete", author="x") as cs:
                cs.delete(table, one)
        except InvalidRows:
            assert in_use
            return
        assert not in_use
        del self.now[table][one]
        self.remember(cs.number)

    @precondition(lambda self: len(self.past) > 1)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        newest = len(self.past)
        number = newest if data.draw(st.booleans()) else data.draw(st.integers(2, newest))
        before, after = self.past[number - 1], self.past[number]
        try:
            made = self.register.undo(number, author="x", reason="wrong")
        except UndoRefused:
            assert number != newest, "nothing can depend on the newest changeset"
            return
        for table in TABLES:
            for one in {*before[table], *after[table]}:
                if before[table].get(one) != after[table].get(one):
                    self.now[table].pop(one, None)
                    if one in before[table]:
                        self.now[table][one] = before[table][one]
        self.remember(made.number)
        if number == newest:
            assert self.hashes[made.number] == self.hashes[number - 1]

    @invariant()
    def the_present_is_the_models(self) -> None:
        for table in TABLES:
            assert {row["id"]: plain(row) for row in self.register.rows(table)} == self.now[table]

    @precondition(lambda self: len(self.past) > 1)
    @rule(data=st.data())
    def read_the_past(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, len(self.past)))
        for table in TABLES:
            assert {row["id"]: plain(row) for row in self.register.rows(table, as_of=number)} == self.past[number][
                table
            ]

    @rule()
    def prove(self) -> None:
        outcome = self.register.verify()
        assert outcome.ok, outcome.problems
        assert outcome.changesets == len(self.past)


def test_undo_is_refused_where_a_row_it_needs_is_gone(register: Register) -> None:
    with register.changeset(origin="t", reason="t", author="x") as cs:
        (customer,) = cs.insert("customers", [{"legal_name": "Brandner"}])
        order = {"number": "1", "order_date": date(2026, 3, 1), "currency": "EUR", "amount": Decimal(1)}
        (one,) = cs.insert("orders", [{**order, "customer_id": customer}])
    with register.changeset(origin="t", reason="t", author="x") as deleted:
        deleted.delete("orders", one)
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.delete("customers", customer)
    state = register.state_hash()
    with pytest.raises(UndoRefused, match="Later changesets depend on changeset 3: 4"):
        register.undo(deleted.number, author="x", reason="")
    assert register.state_hash() == state
    register.undo(cs.number, author="x", reason="")
    register.undo(deleted.number, author="x", reason="")
    assert register.get("orders", one)["customer_id"] == customer
    assert register.verify().ok


def test_undo_is_refused_where_another_row_has_the_place(register: Register) -> None:
    with register.changeset(origin="t", reason="t", author="x") as cs:
        (one,) = cs.insert("settings", [{"name": "logo", "value": 1}])
    with register.changeset(origin="t", reason="t", author="x") as deleted:
        deleted.delete("settings", one)
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.insert("settings", [{"name": "logo", "value": 2}])
    with pytest.raises(UndoRefused, match="Later changesets depend on changeset 3: 4"):
        register.undo(deleted.number, author="x", reason="")
    assert register.setting("logo") == 2
    assert register.verify().ok


def test_a_changeset_can_be_undone_and_redone_again_and_again(register: Register) -> None:
    with register.changeset(origin="t", reason="t", author="x") as cs:
        cs.insert("customers", [{"legal_name": "Brandner"}])
    number = cs.number
    for count in (0, 1, 0, 1, 0):
        number = register.undo(number, author="x", reason="").number
        assert register.count("customers") == count
        with pytest.raises(UndoRefused, match="taken back already"):
            register.undo(number - 1, author="x", reason="")
    assert register.verify().ok


def test_a_large_changeset_is_undone_in_order(tmp_path: Path) -> None:
    with Register.create(tmp_path / "register.sqlite") as register:
        state = register.state_hash()
        with register.changeset(origin="t", reason="t", author="x") as cs:
            ids = cs.insert("customers", ({"legal_name": str(n)} for n in range(21_000)))
            for one in ids[::4000]:
                cs.update("customers", one, {"tier": "A"})
                cs.update("customers", one, {"tier": "B", "merged_into": ids[1]})
                cs.update("customers", one, {"tier": "C"})
        after = register.state_hash()
        undone = register.undo(cs.number, author="x", reason="")
        assert register.state_hash() == state
        register.undo(undone.number, author="x", reason="")
        assert register.state_hash() == after
        assert register.verify().ok


def run(where: Callable[[], str], examples: int, steps: int) -> None:
    machine = type("Histories", (Histories,), {"where": staticmethod(where)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_any_history_on_sqlite(tmp_path: Path) -> None:
    run(lambda: str(Path(tempfile.mkdtemp(dir=tmp_path)) / "register.sqlite"), examples=25, steps=25)


@pytest.mark.xdist_group("postgres")
def test_any_history_on_postgresql(postgres_server: str) -> None:
    run(lambda: empty_database(postgres_server), examples=4, steps=20)
