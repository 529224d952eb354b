"""Several people with workbooks of their own, for a long time: every edit is in the register or told as a conflict."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import empty_database
from tests.sync.conftest import fill
from tests.sync.memory import ORDERS, MemoryBook, bound_book
from workbench.register import Register
from workbench.sync import pull, push

SEEDS = int(os.environ.get("WORKBENCH_SIMULATIONS", "6"))
STEPS = 60
PEOPLE = ("li.na", "wang.wei", "chen.jie", "ana", "tom")
SHOWN = {one.heading: one for one in ORDERS.bound}


class Person:
    """Works in a workbook, and knows what was typed into it and not yet settled."""

    def __init__(self, name: str, book: MemoryBook) -> None:
        self.name, self.book = name, book
        self.typed: dict[tuple[str, str], Any] = {}
        self.born: list[str] = []
        self.removed: set[str] = set()
        self.given_up: set[tuple[str, str]] = set()
        self.untouched: dict[tuple[str, str], Any] = {}


class Office:
    def __init__(self, register: Register, seed: int) -> None:
        self.register, self.random = register, random.Random(seed)
        self.numbers = itertools.count(1)
        count = self.random.randint(2, len(PEOPLE))
        self.people = [Person(name, bound_book(register, f"{name}.xlsx", name)) for name in PEOPLE[:count]]
        self.applied = self.conflicts = 0

    def step(self) -> None:
        person = self.random.choice(self.people)
        action = self.random.choices(
            (
                self.edit,
                self.sort,
                self.push,
                self.pull,
                self.add,
                self.remove,
                self.insert_row,
                self.choose,
                self.undo,
            ),
            (40, 6, 14, 10, 6, 3, 2, 5, 1),
        )[0]
        action(person)

    def edit(self, person: Person) -> None:
        keys = self.keys(person)
        if not keys:
            return
        key = self.random.choice(keys)
        heading, value = self.random.choice(
            [
                ("Note", f"note {next(self.numbers)}"),
                ("PO", f"0{next(self.numbers)}"),
                ("Amount", Decimal(self.random.randint(1, 10**6))),
                ("Status", self.random.choice(["Open", "Shipped", "Paid"])),
                ("Date", date(2026, 1, 1 + self.random.randint(0, 30))),
                ("Customer", self.random.choice(["Customer 1 Ltd", "Customer 2 Ltd", "Customer 3 Ltd"])),
            ]
        )
        cell = (key, SHOWN[heading].field)
        was = person.untouched.setdefault(cell, person.book.shows("Orders", key, heading))
        person.book.type("Orders", key, heading, value)
        person.given_up.discard(cell)
        if value == was:  # typed back: nobody can tell that it was ever touched
            person.typed.pop(cell, None)
        else:
            person.typed[cell] = value

    def sort(self, person: Person) -> None:
        person.book.sort("Orders", self.random)

    def insert_row(self, person: Person) -> None:
        """An empty row somewhere in the table, or above it."""
        keyed = person.book.column("Orders", "id")
        rows = [1, *(row for row in person.book.data_rows("Orders") if person.book.get("Orders", row, keyed))]
        person.book.insert_row_above("Orders", self.random.choice(rows))

    def add(self, person: Person) -> None:
        number = f"NEW-{next(self.numbers)}"
        person.book.append(
            "Orders",
            {"Number": number, "Customer": "Customer 1 Ltd", "Date": date(2026, 2, 2), "Currency": "USD",
             "Amount": Decimal(self.random.randint(1, 999))},
        )  # fmt: skip
        person.born.append(number)

    def remove(self, person: Person) -> None:
        keys = self.keys(person)
        if len(keys) > 3:
            key = self.random.choice(keys)
            told_gone = "deleted" in (person.book.shows("Orders", key, "Sync") or "")
            person.book.delete("Orders", person.book.row("Orders", key))
            person.typed = {cell: value for cell, value in person.typed.items() if cell[0] != key}
            if not told_gone:  # a row that only looks deleted, its deletion being undone since, comes back
                person.removed.add(key)

    def pull(self, person: Person) -> None:
        told = pull(self.register, person.book, author=person.name)
        self.settle(person, told, pushed=False)

    def push(self, person: Person) -> None:
        before = {row["id"]: row for row in self.register.rows("orders")}
        told = push(self.register, person.book, author=person.name, delete=True)
        assert told.refused == []
        self.applied += told.edits
        self.only_what_was_typed(person, before)
        if told.changeset:
            for key in person.removed & before.keys():
                assert key not in {row["id"] for row in self.register.rows("orders")}
        person.removed.clear()
        self.settle(person, told, pushed=True)

    def only_what_was_typed(self, person: Person, before: dict[str, dict[str, Any]]) -> None:
        """A stale sheet changes nothing but the cells that its owner typed into."""
        fields = {one.field for one in ORDERS.bound if one.editable}
        for row in self.register.rows("orders"):
            was = before.get(row["id"])
            changed = {name for name in fields if was is not None and was[name] != row[name]}
            assert changed <= {name for key, name in person.typed if key == row["id"]}

    def choose(self, person: Person) -> None:
        if "Conflicts" in person.book.sheets:
            rows = {row for row, _column in person.book.sheets["Conflicts"] if row > 1}
            for row in rows:
                person.book.put("Conflicts", row, 9, self.random.choice(["mine", "theirs"]))
                cell = (person.book.get("Conflicts", row, 11), person.book.get("Conflicts", row, 12))
                if person.book.get("Conflicts", row, 9) == "theirs":
                    person.given_up.add(cell)
                else:
                    person.given_up.discard(cell)

    def undo(self, person: Person) -> None:
        newest = self.register.log(1)[0]
        if newest.origin == "push":
            self.register.undo(newest.number, author=person.name, reason="simulated")

    def settle(self, person: Person, told: Any, *, pushed: bool) -> None:
        """Every edit that was typed is in the register now, or is told as a conflict, or still stands in the sheet."""
        conflicts = {(one.row, one.field) for one in told.conflicts}
        self.conflicts += len(conflicts)
        rows = {row["id"]: row for row in self.register.rows("orders")}
        for (key, name), value in list(person.typed.items()):
            if (key, name) in conflicts:
                continue
            if (key, name) in person.given_up:
                person.given_up.discard((key, name))
                if not self.still_shown(person, key, name):
                    del person.typed[key, name]
                    continue
            if pushed:
                if key in rows:
                    assert self.stored(rows[key], name) == self.meant(name, value), (person.name, key, name)
                del person.typed[key, name]
            else:
                heading = next(one.heading for one in ORDERS.bound if one.field == name and one.editable)
                assert person.book.shows("Orders", key, heading) == value
                if key in rows and self.stored(rows[key], name) == self.meant(name, value):
                    # Somebody else brought the same value; from now on it is the register's, and may be undone there.
                    del person.typed[key, name]
        person.untouched = {cell: was for cell, was in person.untouched.items() if cell in person.typed}
        if pushed:
            numbers = [row["number"] for row in rows.values()]
            for number in person.born:
                assert numbers.count(number) <= 1
            person.born.clear()

    def still_shown(self, person: Person, key: str, name: str) -> bool:
        """A decision for a deletion that was undone since leaves the edit as it was."""
        heading = next(one.heading for one in ORDERS.bound if one.field == name and one.editable)
        return bool(person.book.shows("Orders", key, heading) == person.typed[key, name])

    def stored(self, row: dict[str, Any], name: str) -> Any:
        return row[name]

    def meant(self, name: str, value: Any) -> Any:
        one = next(each for each in ORDERS.bound if each.field == name and each.editable)
        if one.labels:
            return one.labels[value]
        if one.lookup:
            return next(row["id"] for row in self.register.rows("customers", {"legal_name": value}))
        return value

    def keys(self, person: Person) -> list[str]:
        """Rows that the register still has: what was deleted there is told, and nobody goes on typing into it."""
        at = person.book.column("Orders", "id")
        known = set(self.register.column("orders", "number"))
        return sorted(
            value for (_row, column), value in person.book.sheets["Orders"].items() if column == at and value in known
        )

    def end(self) -> None:
        """Everybody syncs until nothing is left to say; then all sheets show what the register has."""
        for _round in range(2):
            for person in self.people:
                self.choose(person)
                self.push(person)
        for person in self.people:
            if "Conflicts" not in person.book.sheets:
                told = pull(self.register, person.book, author=person.name)
                assert (told.edits, told.created) == (0, 0)
        assert self.register.verify().ok


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "register.sqlite")
    else:
        yield empty_database(request.getfixturevalue("postgres_server"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_edit_is_lost(location: str, seed: int) -> None:
    with Register.create(location, actor="test") as register:
        fill(register, orders=8)
        office = Office(register, seed)
        for _step in range(STEPS):
            office.step()
        office.end()
        assert office.applied
