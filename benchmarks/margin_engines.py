"""The margin table of many order lines: DuckDB beside pandas, each in a process of its own, growing tenfold.

Every process makes the same order lines from one seed, then shares orders' revenue, cost and rebate out over their
lines to the minor unit and adds the margin up by product and month. What is timed is from the lines in memory (as the
register gives them) to the finished table; the tables of all engines must be equal. Spark is measured when asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

KEYS = ("product", "month")
SUMS = ("revenue", "cost", "rebate", "margin")
LINES_AN_ORDER = 4
PRODUCTS, MONTHS = 500, 24


def orders_and_lines(lines: int, seed: int) -> tuple[dict[str, np.ndarray], pa.Table]:
    """Orders' figures in minor units of base, and their lines: order number, product, amount."""
    rng = np.random.default_rng(seed)
    count = lines // LINES_AN_ORDER
    amount = rng.integers(100, 5_000_000, lines)
    worth = np.add.reduceat(amount, np.arange(0, lines, LINES_AN_ORDER)) * 7
    orders = {
        "revenue": worth,
        "cost": worth * rng.integers(70, 95, count) // 100,
        "rebate": worth // 12,
        "month": rng.integers(0, MONTHS, count).astype(np.int16),
    }
    products = pa.DictionaryArray.from_arrays(
        pa.array(rng.integers(0, PRODUCTS, lines).astype(np.int16)),
        pa.array([f"product {number:03d}" for number in range(PRODUCTS)]),
    )
    return orders, pa.table({"product": products, "amount": pa.array(amount)})


def facts(orders: dict[str, np.ndarray], lines: pa.Table) -> pa.Table:
    """The orders' figures on their lines."""
    from workbench.analysis import split

    weights = lines["amount"].to_numpy()
    starts = np.arange(0, len(weights), LINES_AN_ORDER)
    shares = {name: split(orders[name], weights, starts) for name in SUMS[:3]}
    shares["margin"] = shares["revenue"] - shares["cost"] + shares["rebate"]
    months = pa.array(np.repeat(orders["month"], LINES_AN_ORDER).astype(np.int32))
    return pa.table({"product": lines["product"], "month": months} | {k: pa.array(v) for k, v in shares.items()})


def by_pandas(table: pa.Table) -> pa.Table:
    frame = table.to_pandas()
    grouped = frame.groupby(list(KEYS), observed=True, sort=True)
    found = grouped[list(SUMS)].sum()
    found.insert(0, "rows", grouped.size())
    return pa.Table.from_pandas(found.reset_index(), preserve_index=False)


def measure(engine: str, lines: int, seed: int) -> dict[str, object]:
    orders, rows = orders_and_lines(lines, seed)
    began, worked = time.perf_counter(), time.process_time()
    table = facts(orders, rows)
    if engine == "pandas":
        found = by_pandas(table)
    else:
        from workbench.analysis import grouped

        found = grouped(table, KEYS, SUMS, on=engine)
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    found = found.set_column(0, "product", found["product"].cast(pa.string())).sort_by(
        [(key, "ascending") for key in KEYS]
    )
    digest = hash_of(found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "engine": engine,
        "lines": lines,
        "seconds": took,
        "cpu": cpu,
        "gib": peak,
        "rows": found.num_rows,
        "digest": digest,
    }


def hash_of(table: pa.Table) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(table.to_pylist(), sort_keys=True).encode()).hexdigest()[:12]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", default=["duckdb", "pandas"], help="duckdb, pandas, a Spark master")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "LINES"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one[0], int(given.one[1]), given.seed)))
        return
    print(
        f"{'lines':>12} {'engine':<24} {'seconds':>8} {'CPU s':>7} {'peak GiB':>9} {'µs a line':>10} {'to pandas':>10}  table"
    )
    for lines in given.sizes:
        results = []
        for engine in given.engines:
            command = [sys.executable, __file__, "--seed", str(given.seed), "--one", engine, str(lines)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
        peer = next((one["seconds"] for one in results if one["engine"] == "pandas"), None)
        for one in results:
            ratio = f"{one['seconds'] / peer:.2f}" if peer else "–"
            micro = one["seconds"] / lines * 1e6
            print(
                f"{lines:>12,} {one['engine']:<24} {one['seconds']:>8.2f} {one['cpu']:>7.2f} {one['gib']:>9.2f} {micro:>10.3f} {ratio:>10}  {one['digest']}"
            )
        if len({one["digest"] for one in results}) > 1:
            raise SystemExit("the engines do not agree")


if __name__ == "__main__":
    main()
