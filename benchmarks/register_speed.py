"""How fast is the register, and how does that grow, beside storing the same rows without any log?

    python benchmarks/register_speed.py                                   # 10 k and 100 k orders
    python benchmarks/register_speed.py --rows 10000 100000 1000000       # with growth up to a million
    python benchmarks/register_speed.py --rows 100000 --evidence          # orders that carry their rate

Loading counts everything between the rows as people give them (Decimal, date) and the commit on disk: checks, ids,
references, the change of every row and its hash. The peers store the same rows in a table of the same columns and
indexes: Python's sqlite3 with executemany (no checks, no log) and pandas to_sql (without even the indexes). Loading is
measured in processor time and by the clock, so that a busy machine shows; the rest by the clock.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from workbench.money import from_minor
from workbench.register import Register

CURRENCIES = ("USD", "EUR", "JPY", "CNY")
CUSTOMERS = 1_000
SINGLES = 100
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
    """One way of storing the rows: seconds of processor time and by the clock."""

    name: str
    rows: int
    processor: float
    clock: float


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
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Loaded(name, rows, time.process_time() - processor, time.perf_counter() - clock)


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
        prepared = list(orders(rows, customers, evidence=evidence))

        def load() -> None:
            with register.changeset(origin="benchmark", reason="orders", author="benchmark") as cs:
                cs.insert("orders", prepared)

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
        figures["verify all"] = milliseconds(lambda _n: _must_be_whole(register), 1)
        figures["backup"] = milliseconds(lambda _n: register.backup(path.with_suffix(".backup")), 1)
    return figures


def _must_be_whole(register: Register) -> None:
    outcome = register.verify()
    if not outcome.ok:
        raise SystemExit(f"the register is damaged: {outcome.problems}")


def plain_sqlite(path: Path, source: Path) -> Loaded:
    """The same stored rows, columns and indexes, without checks and log."""
    with closing(sqlite3.connect(source)) as connection:
        (table,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'orders'").fetchone()
        indexes = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'orders' AND sql IS NOT NULL"
        ).fetchall()
        prepared = connection.execute("SELECT * FROM orders").fetchall()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(table)
        for (index,) in indexes:
            connection.execute(index)

        def load() -> None:
            holders = ", ".join("?" * len(prepared[0]))
            connection.executemany(f"INSERT INTO orders VALUES ({holders})", prepared)
            connection.commit()

        return timed("sqlite3 executemany: no checks, no log", len(prepared), load)


def pandas_sql(path: Path, source: Path) -> Loaded:
    with closing(sqlite3.connect(source)) as connection:
        frame = pd.read_sql("SELECT * FROM orders", connection)
    with closing(sqlite3.connect(path)) as connection:
        return timed(
            "pandas to_sql: no checks, no log, no index",
            len(frame),
            lambda: frame.to_sql("orders", connection, index=False, chunksize=20_000),
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--evidence", action="store_true", help="orders with rate, source and legs")
    given = options.parse_args()
    figures: dict[int, dict[str, float]] = {}
    print(f"{'loading orders':44}{'rows':>10}{'rows/s cpu':>12}{'rows/s clock':>14}{'time vs ours':>14}{'MB':>8}")
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            ours, plain, frame = (Path(folder) / name for name in ("register.sqlite", "plain.sqlite", "frame.sqlite"))
            timings = [(register_load(ours, rows, evidence=given.evidence), ours)]
            timings += [(plain_sqlite(plain, ours), plain), (pandas_sql(frame, ours), frame)]
            own = timings[0][0].processor
            for one, path in timings:
                print(
                    f"{one.name:44}{rows:>10,}{rows / one.processor:>12,.0f}{rows / one.clock:>14,.0f}"
                    f"{one.processor / own:>13.2f}×{path.stat().st_size / 1e6:>8,.0f}"
                )
            figures[rows] = register_work(ours, rows)
    print(f"\n{'milliseconds at so many orders':44}" + "".join(f"{rows:>12,}" for rows in given.rows))
    for name in figures[given.rows[0]]:
        print(f"{name:44}" + "".join(f"{figures[rows][name]:>12,.2f}" for rows in given.rows))


if __name__ == "__main__":
    main()
