"""One definition on two engines: the same table from DuckDB, from Spark and from plain Python, bit for bit."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis import grouped, split
from workbench.errors import ConfigurationError, MoneyError

KEYS, SUMS = ["product", "month"], ["revenue", "cost"]


def rows(count: int) -> pa.Table:
    rng = np.random.default_rng(8)
    names = ["", "Schrauben", "螺丝", "a'b", *(f"p{number}" for number in range(20))]
    return pa.table(
        {
            "product": pa.array([names[at] for at in rng.integers(0, len(names), count)]),
            "month": pa.array(rng.integers(0, 24, count).astype(np.int32)),
            "revenue": pa.array(rng.integers(-(10**13), 10**13, count)),
            "cost": pa.array(rng.integers(0, 10**6, count)),
        }
    )


def by_hand(table: pa.Table) -> dict[tuple[str, int], list[int]]:
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in table.to_pylist():
        sums = found[row["product"], row["month"]]
        sums[0] += 1
        sums[1] += row["revenue"]
        sums[2] += row["cost"]
    return found


def test_duckdb_adds_up_exactly() -> None:
    table = rows(5_000)
    found = grouped(table, KEYS, SUMS)
    assert {
        (one["product"], one["month"]): [one["rows"], one["revenue"], one["cost"]] for one in found.to_pylist()
    } == by_hand(table)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
@pytest.mark.parametrize("master", ["local-cluster[2,1,1024]"])
def test_spark_gives_the_same_table(master: str) -> None:
    """Two workers in processes of their own, as on a cluster."""
    pytest.importorskip("pyspark")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    table = rows(20_000)
    assert grouped(table, KEYS, SUMS, on=master).equals(grouped(table, KEYS, SUMS))


def test_a_sum_beyond_64_bits_is_an_error() -> None:
    table = pa.table({"k": ["a", "a"], "v": [2**63 - 1, 1]})
    with pytest.raises(Exception, match=r"(?i)range|overflow|bounds"):
        grouped(table, ["k"], ["v"])


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        grouped(rows(1), KEYS, SUMS, on="abacus")


groups = st.lists(
    st.tuples(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=6)),
    min_size=1,
    max_size=5,
).filter(lambda found: all(sum(weights) > 0 for _total, weights in found))


@given(groups)
def test_parts_add_up_and_lie_within_one_of_their_share(found: list[tuple[int, list[int]]]) -> None:
    totals = np.array([total for total, _weights in found], np.int64)
    weights = np.array([one for _total, some in found for one in some], np.int64)
    starts = np.cumsum([0, *(len(some) for _total, some in found[:-1])])
    parts = split(totals, weights, starts)
    assert np.add.reduceat(parts, starts).tolist() == totals.tolist()
    at = 0
    for total, some in found:
        for weight in some:
            assert abs(int(parts[at]) * sum(some) - total * weight) <= sum(some)
            at += 1


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(MoneyError):
        split(np.array([5]), np.array([0, 0]), np.array([0]))
