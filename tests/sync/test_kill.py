"""A push or pull that is killed leaves the old workbook or the new one, both whole, and stores nothing twice or in part.

    python -m tests.sync.test_kill --kills 200 [--location postgresql://…]

kills more often than the test does, and prints what it counted.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.register.conftest import empty_database
from tests.register.writer import Writer
from tests.sync.conftest import fill
from tests.sync.worker import POINTS, typed
from tests.workbook_rules import problems
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.sync import pull, push, status
from workbench.sync.closed import ClosedFile

KILLS = 8
_STAGES = ("Reading_the_workbook", "Comparing", "Storing_the_changes", "Writing_the_workbook")


@pytest.fixture(scope="module")
def worker() -> Iterator[Writer]:
    with Writer("tests.sync.worker") as one:
        yield one


def new_office(location: str, folder: Path) -> Path:
    """A register, and a workbook of it."""
    path = folder / "Orders.xlsx"
    with Register.create(location, actor="test") as register:
        fill(register)
        write_bound_workbook(register, RateBook.embedded(), path, language="en", author="li.na")
    return path


class Desk:
    """What was typed into a workbook and has to be in the register in the end."""

    def __init__(self, location: str, path: Path) -> None:
        self.location, self.path = location, path
        self.typed = 0
        self.wanted: dict[str, str] = {}
        self.added: list[str] = []
        self.before = b""

    def type(self, draw: random.Random, *, refused: bool = False) -> None:
        """New rows and edits; and, where wanted, an amount that no yen can be."""
        self.typed += 1
        cells: dict[str, dict[str, Any]] = {}
        for row in draw.sample([f"O-{number:06d}" for number in range(1, 7)], 3):
            self.wanted[row] = f"note {self.typed}"
            cells[row] = {"Note": self.wanted[row]}
        if refused:
            cells.setdefault("O-000002", {})["Amount"] = Decimal("0.5")
        typed(str(self.path), "Orders", cells)
        new = {}
        for _row in range(draw.randint(1, 3)):
            number = f"NEW-{len(self.added)}"
            self.added.append(number)
            new[number] = {"Order no.": number, "Customer": "Customer 1 Ltd", "Order date": date(2026, 2, 2),
                           "Currency": "USD", "Amount": Decimal(100)}  # fmt: skip
        typed(str(self.path), "Orders", new, key="Order no.")
        self.before = self.path.read_bytes()

    def mend(self) -> None:
        """Type an amount that can be taken."""
        typed(str(self.path), "Orders", {"O-000002": {"Amount": Decimal(900)}})

    def look(self) -> str:
        """The workbook is whole; returns whether it is the old one."""
        assert problems(self.path) == []
        openpyxl.load_workbook(self.path).close()
        return "old file" if self.path.read_bytes() == self.before else "new file"

    def stored(self) -> Mapping[str, int]:
        """Nothing is in the register in part: how often each new row is there, all edits with it."""
        with Register.open(self.location) as register:
            numbers = Counter(register.column("orders", "number").values())
            notes = {row["id"]: row["note"] for row in register.rows("orders")}
        counts = {number: numbers[number] for number in self.added}
        complete = {row: note for row, note in self.wanted.items() if notes[row] != note}
        latest = [number for number in self.added if counts[number] == 0]
        assert bool(latest) == bool(complete), (counts, complete)
        assert set(counts.values()) <= {0, 1}
        return counts

    def finish(self) -> None:
        """Push once more: everything is stored once; and again: nothing is left to do."""
        with Register.open(self.location) as register:
            told = push(register, ClosedFile(self.path), author="li.na", book=RateBook.embedded())
            assert told.refused == []
            assert told.unwritten is None
            assert set(self.stored().values()) == {1}
            assert (told.conflicts, told.asked) == ([], [])
            pull(register, ClosedFile(self.path), author="li.na")
            whole = self.path.read_bytes()
            told = status(register, ClosedFile(self.path))
            assert (told.edits, told.created, told.refused, told.asked) == (0, 0, [], [])
            assert push(register, ClosedFile(self.path), author="li.na").changeset is None
            assert self.path.read_bytes() == whole
        assert problems(self.path) == []

    def prove(self) -> None:
        with Register.open(self.location) as register:
            outcome = register.verify()
            assert outcome.ok, outcome.problems


def kill_round(worker: Writer, desk: Desk, draw: random.Random, kills: int) -> Counter[str]:
    """Type, push and pull, and kill at a random moment, again and again."""
    counts: Counter[str] = Counter()
    for _turn in range(kills):
        refused = draw.random() < 0.2
        desk.type(draw, refused=refused)
        worker.start("syncing", desk.location, file=str(desk.path))
        lines = worker.lines()
        moment = kill_somewhere(worker, lines, draw)
        ended = worker.status == 0
        assert ended or worker.status == -9
        counts["kills"] += not ended
        counts["too late"] += ended
        counts[f"while {moment}"] += not ended
        counts[desk.look()] += 1
        counts["stored before the kill"] += all(desk.stored().values())
        if refused:
            desk.mend()
        desk.finish()
    desk.prove()
    counts["left beside"] = len(list(desk.path.parent.glob(".*.part")))
    return counts


def kill_somewhere(worker: Writer, lines: Iterator[list[str]], draw: random.Random) -> str:
    """Kill after a random stage has begun, a moment later; returns the stage that was told last."""
    stages = draw.randint(1, 8)  # reading, comparing, storing, writing for the push, and the same for the pull
    last = "starting"
    for words in lines:
        if words[0] == "stage":
            last = words[1].replace("_", " ").lower()
            stages -= 1
        if stages == 0:
            break
    time.sleep(draw.choice((0, draw.uniform(0, 0.02), draw.uniform(0, 0.1), draw.uniform(0, 0.3))))
    worker.kill()
    for words in lines:
        if words[0] == "stage":
            last = words[1].replace("_", " ").lower()
    return last


@pytest.mark.parametrize("seed", [1])
def test_kill_9_harms_neither_workbook_nor_register(worker: Writer, tmp_path: Path, seed: int) -> None:
    location = str(tmp_path / "register.sqlite")
    desk = Desk(location, new_office(location, tmp_path))
    counts = kill_round(worker, desk, random.Random(seed), KILLS)
    assert counts["kills"] >= 2  # how many come in time is the machine's affair


@pytest.mark.xdist_group("postgres")
def test_kill_9_harms_nothing_on_postgresql(worker: Writer, tmp_path: Path, postgres_server: str) -> None:
    location = empty_database(postgres_server)
    desk = Desk(location, new_office(location, tmp_path))
    counts = kill_round(worker, desk, random.Random(3), KILLS // 2)
    assert counts["kills"]


@pytest.mark.parametrize("point", POINTS)
def test_a_push_may_die_at_every_step(worker: Writer, tmp_path: Path, point: str) -> None:
    location = str(tmp_path / "register.sqlite")
    desk = Desk(location, new_office(location, tmp_path))
    desk.type(random.Random(point))
    worker.start("dying", location, file=str(desk.path), point=point)
    assert list(worker.lines()) == []
    assert worker.status == 9
    looked = desk.look()
    assert looked == ("old file" if point in {"before the keys", "in the keys"} else "new file")
    counts = desk.stored()
    assert set(counts.values()) == ({1} if POINTS.index(point) > POINTS.index("at the commit") else {0})
    desk.finish()
    desk.prove()


def test_what_the_register_filled_in_is_no_edit_after_a_push_died(worker: Writer, tmp_path: Path) -> None:
    """The sheet never saw these values: its empty cells are not the wish to empty them."""
    location = str(tmp_path / "register.sqlite")
    path = new_office(location, tmp_path)
    typed(str(path), "Follow-ups", {"call them": {"What": "call them"}}, key="What")
    part = {"Order no.": "SO-0001", "Kind": "Deposit", "Amount": Decimal(7)}
    typed(str(path), "Instalments", {"SO-0001": part}, key="Order no.")
    worker.start("dying", location, file=str(path), point="after the commit")
    assert list(worker.lines()) == []
    with Register.open(location) as register:
        told = push(register, ClosedFile(path), author="li.na")
        assert (told.refused, told.edits, told.created, told.changeset) == ([], 0, 0, None)
        assert [one["state"] for one in register.rows("tasks")] == ["open"]
        assert [(one["sequence"], one["currency"]) for one in register.rows("instalments")] == [(1, "EUR")]
        told = status(register, ClosedFile(path))
        assert (told.edits, told.refreshed, told.refused) == (0, 0, [])


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill pushes and pulls of a workbook, and prove what they leave.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--location", help="URL of an empty PostgreSQL database instead of SQLite files")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    total: Counter[str] = Counter()
    start = time.monotonic()
    with Writer("tests.sync.worker") as worker, tempfile.TemporaryDirectory() as folder:
        rounds = 0
        while total["kills"] < wanted.kills:
            rounds += 1
            place = Path(folder) / str(rounds)
            place.mkdir()
            location = wanted.location or str(place / "register.sqlite")
            if rounds == 1 or not wanted.location:
                desk = Desk(location, new_office(location, place))
            turns = min(20, wanted.kills - total["kills"])
            total += kill_round(worker, desk, random.Random(wanted.seed * 1000 + rounds), turns)
            print(f"{total['kills']} kills", flush=True)
    print(f"{time.monotonic() - start:.0f} s")
    for what, count in sorted(total.items()):
        print(f"{count:6} {what}")


if __name__ == "__main__":
    main()
