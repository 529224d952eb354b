"""Several processes with workbooks of their own and one register: every edit is stored, or told as a conflict.

    WORKBENCH_SYNC_PROCESSES=10 WORKBENCH_SYNC_ROUNDS=8 python -m pytest tests/sync/test_processes.py

lets more of them work for longer.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.register.conftest import empty_database
from tests.register.writer import Writer
from tests.sync.conftest import fill
from tests.sync.memory import bound_book
from tests.sync.worker import PO
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.sheets import read
from workbench.sync import pull, push, status
from workbench.sync.closed import ClosedFile

PROCESSES = int(os.environ.get("WORKBENCH_SYNC_PROCESSES", "3"))
ROUNDS = int(os.environ.get("WORKBENCH_SYNC_ROUNDS", "3"))
NAMES = ("li.na", "wang.wei", "chen.jie", "ana", "tom", "zhao.min", "eva", "jan", "sofia", "omar")
FIELDS = {"Note": "note", PO: "customer_po"}

Cell = tuple[str, str]
"""A row and a heading."""


@pytest.fixture(scope="module")
def workers() -> Iterator[list[Writer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Writer("tests.sync.worker")) for _one in range(PROCESSES)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "register.sqlite")
    return empty_database(request.getfixturevalue("postgres_server"))


class Told:
    """What a process told: the rows that it added, and each edit with what became of it last."""

    def __init__(self, worker: Writer) -> None:
        self.added: list[str] = []
        self.stored: list[tuple[Cell, str]] = []
        self.open: dict[Cell, str] = {}
        for what, *words in worker.lines():
            if what == "added":
                self.added.append(words[0])
            else:
                row, heading, value = words[0], " ".join(words[1:-1]), words[-1]
                if what == "stored":
                    self.stored.append(((row, heading), value))
                    self.open.pop((row, heading), None)
                else:
                    self.open[row, heading] = value
        assert worker.status == 0


def test_every_edit_is_stored_or_a_conflict(workers: list[Writer], location: str, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.xlsx" for name in NAMES[: len(workers)]}
    orders = [f"O-{number:06d}" for number in range(1, 7)]
    with Register.create(location, actor="test") as register:
        fill(register)
        for name, file in files.items():
            write_bound_workbook(register, RateBook.embedded(), file, language="en", author=name)
    for seed, (worker, (name, file)) in enumerate(zip(workers, files.items(), strict=True)):
        worker.start("working", location, file=str(file), name=name, seed=seed, rounds=ROUNDS, orders=orders)
    told = {name: Told(worker) for worker, name in zip(workers, files, strict=True)}

    with Register.open(location) as register:
        outcome = register.verify()
        assert outcome.ok, outcome.problems
        numbers = Counter(register.column("orders", "number").values())
        assert {one: numbers[one] for all_ in told.values() for one in all_.added} == {
            one: 1 for all_ in told.values() for one in all_.added
        }
        ever = values_ever(register)
        edits = conflicts = 0
        for name, file in files.items():
            edits += len(told[name].stored)
            conflicts += len(told[name].open)
            assert {value for cell, value in told[name].stored} <= ever
            assert not set(told[name].open.values()) & ever
            still_shown(register, file, told[name].open)
            agrees(register, file, name, told[name].open)
    print(f"\n{len(files)} processes: {edits} edits and {sum(len(one.added) for one in told.values())} rows stored, "
          f"{conflicts} conflicts, {outcome.changesets} changesets")  # fmt: skip
    assert edits


def values_ever(register: Register) -> set[str]:
    """Every value that the edited fields have ever had."""
    versions = {row["id"]: range(1, row["version"] + 1) for row in register.rows("orders")}
    rows = register.rows_at_versions("orders", versions).values()
    return {row[field] for row in rows for field in FIELDS.values() if row[field]}


def still_shown(register: Register, file: Path, conflicts: dict[Cell, str]) -> None:
    """What was typed is still in the sheet, and the conflict is told."""
    told = status(register, ClosedFile(file))
    assert {(one.row, one.field): one.mine for one in told.conflicts} == {
        (row, FIELDS[heading]): value for (row, heading), value in conflicts.items()
    }


def agrees(register: Register, file: Path, name: str, conflicts: dict[Cell, str]) -> None:
    """After a pull the sheet shows what the register has, but for the conflicts."""
    pull(register, ClosedFile(file), author=name)
    told = status(register, ClosedFile(file))
    assert (told.edits, told.created, told.refreshed, told.added, told.refused) == (0, 0, 0, 0, [])
    sheet = next(one for one in read(file).sheets if one.name == "Orders")
    rows: dict[int, dict[int, str]] = {}
    for cell in sheet.cells():
        rows.setdefault(cell.row, {})[cell.column] = cell.text
    head = next(number for number, row in rows.items() if "Id" in row.values())
    at = {heading: column for column, heading in rows[head].items()}
    shown = {row[at["Id"]]: row for number, row in rows.items() if number > head and at["Id"] in row}
    for row in register.rows("orders"):
        for heading, field in FIELDS.items():
            if (row["id"], heading) not in conflicts:
                assert shown[row["id"]].get(at[heading]) == row[field]


def test_a_change_in_the_middle_of_a_pull(tmp_path: Path) -> None:
    """What a pull shows and what it says to have seen are of one moment."""
    with Register.create(tmp_path / "register.sqlite", actor="test") as register:
        fill(register)
        book = bound_book(register)

        def rename(name: str) -> None:
            with register.changeset(origin="test", reason="rename", author="boss") as cs:
                cs.update("customers", "C-000002", {"legal_name": name})

        names = iter(["Second Ltd"])

        def meanwhile(stage: str, done: int, _total: int) -> None:
            if stage == "Comparing" and done == 1 and (name := next(names, "")):
                rename(name)

        pull(register, book, author="li.na", progress=meanwhile)
        rename("Third Ltd")
        told = status(register, book)
        assert (told.edits, told.refused) == (0, [])
        assert push(register, book, author="li.na").changeset is None
        assert book.shows("Orders", "O-000001", "Customer") == "Third Ltd"
