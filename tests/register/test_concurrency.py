"""Several processes with one register: nobody's work is lost, nobody sees half of anybody's."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.register.conftest import empty_database
from tests.register.writer import Writer
from workbench.register import Register


@pytest.fixture(scope="module")
def writers() -> Iterator[list[Writer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Writer()) for _one in range(4)]


@pytest.fixture
def elsewhere(location: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A second place on the same engine as ``location``."""
    if location.startswith("postgresql:"):
        return empty_database(request.getfixturevalue("postgres_server"))
    return str(tmp_path / "second.sqlite")


def add_task(register: Register, summary: str) -> str:
    with register.changeset(origin="test", reason="task", author="li.na") as cs:
        return cs.insert("tasks", [{"summary": summary, "state": "open"}])[0]


def ended(writer: Writer) -> list[list[str]]:
    """What the writer's job told, once it has ended well."""
    lines = list(writer.lines())
    assert writer.status == 0
    return lines


def test_no_increment_is_lost(writers: list[Writer], register: Register, location: str) -> None:
    row = add_task(register, "0")
    for writer in writers:
        writer.start("increments", location, row=row, times=25)
    for writer in writers:
        ended(writer)
    final = register.get("tasks", row)
    assert (final["summary"], final["version"]) == ("100", 101)
    assert [register.rows("tasks", as_of=2 + n)[0]["summary"] for n in (0, 1, 50, 100)] == ["0", "1", "50", "100"]
    outcome = register.verify()
    assert outcome.ok, outcome.problems
    assert outcome.changesets == 102


def test_batches_of_two_writers_do_not_mix(writers: list[Writer], register: Register, location: str) -> None:
    pair = writers[:2]
    for name, writer in zip("ab", pair, strict=True):
        writer.start("batches", location, name=name, times=5, rows=400)
    told = [line[2] for writer in pair for line in ended(writer)]
    made = [one for one in register.log() if one.origin == "test"]
    assert sorted(told) == sorted(one.hash for one in made)
    assert Counter(one.author for one in made) == {"a": 5, "b": 5}
    assert len({row["id"] for row in register.rows("tasks")}) == 4000
    with register.engine.connect() as connection:
        for one in made:
            query = sa.text("SELECT after FROM changes WHERE changeset = :number")
            rows = connection.execute(query, {"number": one.number}).scalars().all()
            assert len(rows) == one.changes == 400
            assert {json.loads(row)["summary"].split()[0] for row in rows} == {one.author}
    assert register.verify().ok


def test_a_reader_sees_whole_changesets_only(writers: list[Writer], register: Register, location: str) -> None:
    writers[0].start("batches", location, name="a", times=6, rows=1500)
    seen = []
    reading = threading.Event()

    def read() -> None:
        with Register.open(location) as own:
            while not reading.is_set():
                with own.snapshot() as connection:
                    first = connection.execute(sa.text("SELECT count(*) FROM tasks")).scalar_one()
                    changes = connection.execute(sa.text("SELECT sum(changes) FROM changesets")).scalar_one()
                    again = connection.execute(sa.text("SELECT count(*) FROM tasks")).scalar_one()
                seen.append((first, int(changes) - 1, again))

    reader = threading.Thread(target=read)
    reader.start()
    ended(writers[0])
    reading.set()
    reader.join()
    assert len(seen) > 5
    assert all(first == changes == again for first, changes, again in seen), seen
    assert {first % 1500 for first, _changes, _again in seen} == {0}


def test_reading_row_by_row_while_others_write_is_one_state(
    writers: list[Writer], register: Register, location: str
) -> None:
    with register.changeset(origin="test", reason="many", author="li.na") as cs:
        cs.insert("tasks", ({"summary": f"first {n}", "state": "open"} for n in range(12_000)))
    stream = register.stream("tasks")
    got = [next(stream)]
    writers[0].start("batches", location, name="later", times=2, rows=100)
    ended(writers[0])
    got.extend(stream)
    assert len(got) == 12_000
    assert register.count("tasks") == 12_200


def test_a_backup_made_while_others_write_is_whole(
    writers: list[Writer], register: Register, location: str, elsewhere: str, tmp_path: Path
) -> None:
    pair = writers[:2]
    for name, writer in zip("ab", pair, strict=True):
        writer.start("batches", location, name=name, times=6, rows=500)
    told = next(pair[0].lines())
    copy = tmp_path / "copy.backup"
    register.backup(copy)
    for writer in pair:
        ended(writer)
    assert register.verify().ok
    with Register.restore(copy, elsewhere) as restored:
        outcome = restored.verify()
        assert outcome.ok, outcome.problems
        assert told[2] in {one.hash for one in restored.log()}
        assert set(Counter(row["summary"] for row in restored.rows("tasks")).values()) == {500}
        assert restored.rows("tasks") == register.rows("tasks", as_of=outcome.changesets)
        add_task(restored, "the copy can be worked with")
        assert restored.verify().ok
