"""How fast is the register, and how does that grow, beside storing the same rows without any log?

    python benchmarks/register_speed.py                                   # 10 k and 100 k orders
    python benchmarks/register_speed.py --rows 10000 100000 1000000       # with growth up to a million
    python benchmarks/register_speed.py --rows 100000 --evidence          # orders that carry their rate

Loading counts everything between the rows as people give them (Decimal, date) and the commit on disk: checks, ids,
references, the change of every row and its hash. The peers store the same rows in a table of the same columns and
indexes: Python's sqlite3 with executemany (no checks, no log) and pandas to_sql (without even the indexes). Loading is
measured in processor time and by the clock, so that a busy machine shows; the rest by the clock. Each load runs in a
process of its own; its peak is the memory it took beyond what was there before, while rows come one at a time.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from workbench.money import from_minor
from workbench.register import Register

CURRENCIES = ("USD", "EUR", "JPY", "CNY")
CUSTOMERS = 1_000
SINGLES = 100
UNDONE = 20_000
FIRST_DAY = date(2021, 1, 4)
EVIDENCE = {
    "base_currency": "CNY",
    "rate_value": Decimal("6.913779630112008335504037509768169"),
    "rate_source": "ecb",
    "rate_kind": "mid",
    "rate_policy": "on_or_before",
    "rate_legs": [
        {"base": "EUR", "quote": "USD", "value": "1.1517", "rate_date": "2026-02-27"},
        {"base": "EUR", "quote": "CNY", "value": "7.9626", "rate_date": "2026-02-27"},
    ],
}


class Loaded(NamedTuple):
    """One way of storing the rows: seconds of processor time and by the clock, and the memory it took on top."""

    name: str
    rows: int
    processor: float
    clock: float
    peak_mib: float


def orders(count: int, customers: list[str], *, evidence: bool) -> Iterator[dict[str, Any]]:
    """Orders as adoption hands them over."""
    for number in range(count):
        code = CURRENCIES[number % 4]
        day = FIRST_DAY + timedelta(days=number % 1800)
        row = {
            "number": f"HY{number:08d}",
            "customer_id": customers[number * 7 % len(customers)],
            "order_date": day,
            "currency": code,
            "amount": from_minor(100_000 + number * 37 % 9_000_000, code),
            "incoterm": "FOB",
            "incoterm_place": "Ningbo",
            "due_date": day + timedelta(days=60),
            "status": "open",
            "salesperson": "li.na",
        }
        if evidence:
            row |= {**EVIDENCE, "rate_date": day, "base_amount": from_minor(700_000 + number, "CNY")}
        yield row


def timed(name: str, rows: int, work: Callable[[], Any]) -> Loaded:
    memory, clock, processor = peak_mib(), time.perf_counter(), time.process_time()
    work()
    return Loaded(name, rows, time.process_time() - processor, time.perf_counter() - clock, peak_mib() - memory)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_its_own_process(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **options).result()


def milliseconds(work: Callable[[int], Any], times: int) -> float:
    """Median of several runs, by the clock."""
    taken = []
    for number in range(times):
        start = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def register_load(path: Path, rows: int, *, evidence: bool) -> Loaded:
    with Register.create(path, actor="benchmark") as register:
        with register.changeset(origin="benchmark", reason="customers", author="benchmark") as cs:
            customers = cs.insert("customers", [{"legal_name": f"Firm {n}"} for n in range(CUSTOMERS)])

        def load() -> None:
            with register.changeset(origin="benchmark", reason="orders", author="benchmark") as cs:
                cs.insert("orders", orders(rows, customers, evidence=evidence))

        return timed("Workbench: checked, logged, hashed", rows, load)


def register_work(path: Path, rows: int) -> dict[str, float]:
    """Milliseconds of what people do all day, at that size."""
    figures = {"open": milliseconds(lambda _n: Register.open(path).close(), 5)}
    with Register.open(path) as register:
        spread = max(rows // SINGLES, 1)

        def change(number: int) -> None:
            with register.changeset(origin="benchmark", reason="change", author="benchmark") as cs:
                cs.update("orders", f"O-{number * spread % rows + 1:06d}", {"note": f"changed {number}"})

        def add(number: int) -> None:
            with register.changeset(origin="benchmark", reason="add", author="benchmark") as cs:
                cs.insert("orders", orders(1, [f"C-{number + 1:06d}"], evidence=False))

        figures["change one row"] = milliseconds(change, SINGLES)
        figures["add one row"] = milliseconds(add, SINGLES)
        figures["read one row"] = milliseconds(lambda n: register.get("orders", f"O-{n * spread + 1:06d}"), SINGLES)
        figures["orders of a customer"] = milliseconds(
            lambda n: register.rows("orders", {"customer_id": f"C-{n + 1:06d}"}), 10
        )
        number = register.log(1)[0].number
        figures["undo one changeset"] = milliseconds(
            lambda n: register.undo(number - n, author="benchmark", reason="undo"), 10
        )
        with register.changeset(origin="benchmark", reason="more", author="benchmark") as more:
            more.insert("orders", orders(UNDONE, ["C-000001"], evidence=False))
        figures[f"undo a changeset of {UNDONE:,} rows"] = milliseconds(
            lambda _n: register.undo(more.number, author="benchmark", reason="undo"), 1
        )
        memory = peak_mib()
        figures["read every order, one at a time"] = milliseconds(lambda _n: _read_all(register), 1)
        figures["… MiB that took"] = peak_mib() - memory
        figures["verify all"] = milliseconds(lambda _n: _must_be_whole(register), 1)
        figures["backup"] = milliseconds(lambda _n: register.backup(path.with_suffix(".backup")), 1)
    return figures


def _read_all(register: Register) -> None:
    for _row in register.stream("orders"):
        pass


def _must_be_whole(register: Register) -> None:
    outcome = register.verify()
    if not outcome.ok:
        raise SystemExit(f"the register is damaged: {outcome.problems}")


def plain_sqlite(path: Path, source: Path, rows: int) -> Loaded:
    """The same stored rows, columns and indexes, without checks and log."""
    with closing(sqlite3.connect(source)) as stored, closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536")
        for (statement,) in stored.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'orders' AND sql IS NOT NULL ORDER BY type DESC"
        ):
            connection.execute(statement)
        rows_as_stored = stored.execute("SELECT * FROM orders")
        holders = ", ".join("?" * len(rows_as_stored.description))

        def load() -> None:
            connection.executemany(f"INSERT INTO orders VALUES ({holders})", rows_as_stored)
            connection.commit()

        return timed("sqlite3 executemany: no checks, no log", rows, load)


def pandas_sql(path: Path, source: Path, rows: int) -> Loaded:
    with closing(sqlite3.connect(source)) as stored, closing(sqlite3.connect(path)) as connection:

        def load() -> None:
            frame = pd.read_sql("SELECT * FROM orders", stored)
            frame.to_sql("orders", connection, index=False, chunksize=20_000)

        return timed("pandas read_sql and to_sql: no index, either", rows, load)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--evidence", action="store_true", help="orders with rate, source and legs")
    given = options.parse_args()
    figures: dict[int, dict[str, float]] = {}
    print(
        f"{'loading orders':44}{'rows':>10}{'rows/s cpu':>12}{'rows/s clock':>14}{'time vs ours':>14}{'MB':>8}{'peak MiB':>10}"
    )
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            ours, plain, frame = (Path(folder) / name for name in ("register.sqlite", "plain.sqlite", "frame.sqlite"))
            timings = [(in_its_own_process(register_load, ours, rows, evidence=given.evidence), ours)]
            timings += [(in_its_own_process(plain_sqlite, plain, ours, rows), plain)]
            timings += [(in_its_own_process(pandas_sql, frame, ours, rows), frame)]
            own = timings[0][0].processor
            for one, path in timings:
                print(
                    f"{one.name:44}{rows:>10,}{rows / one.processor:>12,.0f}{rows / one.clock:>14,.0f}"
                    f"{one.processor / own:>13.2f}×{path.stat().st_size / 1e6:>8,.0f}{one.peak_mib:>10,.0f}"
                )
            figures[rows] = in_its_own_process(register_work, ours, rows)
    print(f"\n{'milliseconds at so many orders':44}" + "".join(f"{rows:>12,}" for rows in given.rows))
    for name in figures[given.rows[0]]:
        print(f"{name:44}" + "".join(f"{figures[rows][name]:>12,.2f}" for rows in given.rows))


if __name__ == "__main__":
    main()
