"""Spark gives the pairs, scores, reasons and clusters of one machine."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

import pytest

from workbench.duplicates import clusters, scan
from workbench.errors import ConfigurationError

pytest.importorskip("pyspark")
from workbench.duplicates.spark import scan_on_spark, session

BENCH = Path(__file__).resolve().parents[2] / "benchmarks" / "duplicates" / "customers"


def bench(rows: int) -> list[dict[str, str]]:
    """From the benchmark's generator; another benchmark has a module of that name, so no trace of it stays."""
    other = sys.modules.pop("generator", None)
    sys.path.insert(0, str(BENCH))
    try:
        generator = importlib.import_module("generator")
    finally:
        sys.path.remove(str(BENCH))
        del sys.modules["generator"]
        if other is not None:
            sys.modules["generator"] = other
    head, made = generator.generate(rows, seed=340)
    width = head.index("entity_id")
    table = [{name: str(cell) for name, cell in zip(head[:width], row[:width], strict=True)} for row in made]
    # Readings of names, one name many times, and one forwarder's telephone: what makes partitions differ.
    table += [
        {"row_id": f"h{n:03}", "company_name": "General Trading", "phone": "+86 21 5555 0142"} for n in range(450)
    ]
    random.Random(5).shuffle(table)
    return table


def test_two_workers_find_what_one_machine_finds() -> None:
    rows = bench(500)
    alone = scan(rows, id_column="row_id")
    with session("local[2]") as spark:
        found = scan_on_spark(spark, rows, id_column="row_id")
        with pytest.raises(ConfigurationError):
            scan_on_spark(spark, [{"id": "1", "given_name": "Ann", "surname": "Roth"}])
    assert found == alone
    assert clusters(found) == clusters(alone)
    assert {pair.decision for pair in found} >= {"duplicate", "review"}
