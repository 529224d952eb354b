"""Aggregations as Ibis expressions: one definition, and the same table from DuckDB and Spark.

Only whole numbers are added up, so that the order in which an engine does it cannot matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.analysis.engines import Backend, engine, tables_on
from workbench.errors import MoneyError
from workbench.i18n import _

__all__ = ["grouped", "split", "summed"]

Ints = npt.NDArray[np.int64]
_SAFE = 2**62


def summed(rows: Any, keys: Sequence[str], sums: Sequence[str]) -> Any:
    """The Ibis expression: ``keys``, the count of rows as ``rows``, and each of ``sums`` added up, ordered by the keys.

    Sums are int64; a sum beyond that is an error of the engine, never another number.
    """
    totals = {name: rows[name].sum().cast("int64") for name in sums}
    table = rows.group_by(list(keys)).agg(rows=rows.count().cast("int64"), **totals)
    return table.order_by(list(keys)) if keys else table


def grouped(table: pa.Table, keys: Sequence[str], sums: Sequence[str], *, on: str | Backend = "duckdb") -> pa.Table:
    """Add up a table of whole numbers by its keys, on an engine.

    Args:
        table: columns ``keys`` and ``sums``; sums are int64 without gaps.
        keys: what to group by.
        sums: what to add up.
        on: as ``engine`` takes it.
    """
    with engine(on) as backend:
        rows = tables_on(backend, {"facts": table.select([*keys, *sums])})["facts"]
        found = summed(rows, keys, sums).to_pyarrow()
    fields = [(key, table.schema.field(key).type) for key in keys]
    schema = pa.schema([*fields, ("rows", pa.int64()), *((name, pa.int64()) for name in sums)])
    return found.select(schema.names).cast(schema)


def split(totals: Ints, weights: Ints, starts: Ints) -> Ints:
    """Split whole totals by whole weights; the parts of each total add up to it exactly.

    Args:
        totals: one a group, in minor units.
        weights: not below zero, all groups one after another; each group's add up to more than zero.
        starts: where each group begins in ``weights``.

    Each part is the difference of two running totals, each rounded half up once.

    Raises:
        MoneyError: a weight below zero, or a group without weight.
    """
    counts = np.diff(np.append(starts, len(weights)))
    whole = np.add.reduceat(weights, starts) if len(starts) else np.zeros(0, np.int64)
    if (weights < 0).any() or (whole <= 0).any():
        raise MoneyError(
            _("Weights are below zero, or add up to nothing."), remedy=_("Split by amounts above zero only.")
        )
    running = np.cumsum(weights) - np.repeat(np.cumsum(whole) - whole, counts)
    before = running - weights
    each_total, each_whole = np.repeat(totals, counts), np.repeat(whole, counts)
    return _share(each_total, running, each_whole) - _share(each_total, before, each_whole)


def _share(total: Ints, part: Ints, whole: Ints) -> Ints:
    """``total`` × ``part`` / ``whole``, half up and away from zero."""
    if not len(total):
        return np.zeros(0, np.int64)
    size = int(np.abs(total).max())
    if 2 * size * int(whole.max()) + int(whole.max()) < _SAFE:
        share = (2 * np.abs(total) * part + whole) // (2 * whole)
        return np.where(total < 0, -share, share)
    exact = [
        (2 * abs(one) * some + all_) // (2 * all_) * (-1 if one < 0 else 1)
        for one, some, all_ in zip(total.tolist(), part.tolist(), whole.tolist(), strict=True)
    ]
    return np.array(exact, np.int64)
