"""A process that is killed while it writes loses nothing that it was told is stored, and leaves nothing half done.

    python -m tests.register.test_kill --kills 500 [--location postgresql://…]

kills more often than the test does, and prints what it counted.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.register.conftest import empty_database
from tests.register.writer import Writer
from workbench.register import NotARegister, Register, RegisterMissing, locations

ROUND = 20
"""Kills per register; its proof at the end reads everything."""
_PARTIAL = """
SELECT number FROM changesets WHERE changes <> (SELECT count(*) FROM changes WHERE changeset = number)
UNION SELECT changeset FROM changes WHERE changeset NOT IN (SELECT number FROM changesets)
"""


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    with Writer() as one:
        yield one


def kill_round(writer: Writer, location: str, seed: int, kills: int = ROUND, longest: float = 0.1) -> Counter[str]:
    """Kill a writer of one register again and again, at random moments; look each time at what is stored."""
    draw = random.Random(seed)
    with Register.open(location) as register:
        told = {one.number: one.hash for one in register.log()}
    before = len(told)
    counts: Counter[str] = Counter()
    for turn in range(kills):
        writer.start("mixed", location, seed=seed * 1000 + turn)
        lines = writer.lines()
        # Some die while they open the register, most while they write; the wait makes slow machines get on, too.
        seen = [next(lines) for _wait in range(draw.choice((0, 1, 1, 2)))]
        time.sleep(draw.uniform(0, 0.01) if draw.random() < 0.3 else draw.uniform(0, longest))
        writer.kill()
        told.update((int(number), digest) for _committed, number, digest in [*seen, *lines])
        assert writer.status == -9
        counts += look(location, told)
    with Register.open(location) as register:
        with register.changeset(origin="test", reason="goes on", author="test") as cs:
            cs.insert("customers", [{"legal_name": "after all that"}])
        outcome = register.verify()
        assert outcome.ok, outcome.problems
        assert cs.number == outcome.changesets == len(told) + 1
    counts["changesets"] = outcome.changesets - before
    return counts


def look(location: str, told: dict[int, str]) -> Counter[str]:
    """The register opens, has every changeset that was told, and none in part."""
    with Register.open(location) as register:
        with register.changeset(origin="test", reason="wait", author="test") as cs:
            cs.connection()  # A PostgreSQL server may still be busy with the dead writer's last commit.
        with register.engine.connect() as connection:
            headers = connection.execute(sa.text("SELECT number, hash FROM changesets ORDER BY number"))
            stored = {number: digest for number, digest in headers}  # noqa: C416 - rows are not plain tuples
            partial = connection.execute(sa.text(_PARTIAL)).scalars().all()
        assert {number: stored.get(number) for number in told} == told
        assert partial == []
        assert list(stored) == list(range(1, len(stored) + 1))
    # A changeset that was committed but not told yet when the kill came is whole, too.
    untold = len(stored) - len(told)
    assert untold in {0, 1}
    told.update(stored)
    return Counter(kills=1, untold=untold)


@pytest.mark.parametrize("seed", range(10))
def test_kill_9_loses_nothing_on_sqlite(writer: Writer, tmp_path: Path, seed: int) -> None:
    location = str(tmp_path / "register.sqlite")
    Register.create(location).close()
    counts = kill_round(writer, location, seed)
    assert counts["changesets"] > ROUND / 2


@pytest.mark.xdist_group("postgres")
def test_kill_9_loses_nothing_on_postgresql(writer: Writer, postgres_server: str) -> None:
    location = empty_database(postgres_server)
    Register.create(location).close()
    counts = kill_round(writer, location, seed=7)
    assert counts["changesets"] > ROUND / 2


def test_a_kill_while_the_register_is_made_leaves_a_register_or_none(writer: Writer, tmp_path: Path) -> None:
    draw = random.Random(3)
    outcomes: Counter[str] = Counter()
    for turn in range(12):
        location = tmp_path / f"{turn}.sqlite"
        writer.start("creating", str(location))
        time.sleep(draw.uniform(0, 0.25))
        writer.kill()
        told = list(writer.lines())
        try:
            with Register.open(location) as register:
                assert register.base_currency == "EUR"
                outcomes["made"] += 1
        except (RegisterMissing, NotARegister):
            assert not told
            outcomes["not made"] += 1
            with Register.create(location, base_currency="EUR") as register:
                assert register.base_currency == "EUR"
                assert register.verify().ok
    assert outcomes["not made"]


def test_a_register_without_its_first_changeset_is_made_anew(tmp_path: Path) -> None:
    location = tmp_path / "register.sqlite"
    engine = locations.engine_for(location, must_exist=False)
    locations.migrate(engine)
    engine.dispose()
    with pytest.raises(NotARegister, match="interrupted"):
        Register.open(location)
    with Register.create(location, base_currency="EUR") as register:
        assert register.base_currency == "EUR"


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill writers of a register, and prove it after every 20 kills.")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--location", help="URL of an empty PostgreSQL database instead of SQLite files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=0.2, help="seconds until a kill, at most")
    wanted = parser.parse_args()
    total: Counter[str] = Counter()
    start = time.monotonic()
    with Writer() as writer, tempfile.TemporaryDirectory() as folder:
        for number in range(-(-wanted.kills // ROUND)):
            location = wanted.location or str(Path(folder) / f"{number}.sqlite")
            if number == 0 or not wanted.location:
                Register.create(location).close()
            counts = kill_round(
                writer, location, wanted.seed + number, min(ROUND, wanted.kills - number * ROUND), wanted.longest
            )
            total += counts
            print(f"{total['kills']} kills, {total['changesets']} changesets proved", flush=True)
    print(
        f"{total['kills']} kills in {time.monotonic() - start:.0f} s: every told changeset stored, none in part; "
        f"{total['untold']} committed just before they could be told"
    )


if __name__ == "__main__":
    main()
