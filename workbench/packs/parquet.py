"""The pack's tables as Parquet: exact decimals, and in each file's metadata what the figures rest on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.money import minor_units
from workbench.packs.model import Column, PackTable

__all__ = ["write_parquet"]

_DIGITS = 38


def write_parquet(tables: Sequence[PackTable], folder: Path) -> list[Path]:
    """One file a table, named after it; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in tables:
        path = folder / f"{table.name}.parquet"
        pq.write_table(_arrow(table), path, compression="zstd")
        paths.append(path)
    return paths


def _arrow(table: PackTable) -> pa.Table:
    fields, columns = [], []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        kind, cast = _typed(table, column, values)
        columns.append(pa.array(cast, kind))
        notes = {"title": column.title, "unit": column.currency} if column.kind == "money" else {"title": column.title}
        fields.append(pa.field(column.name, kind, metadata=notes))
    told = {
        "title": table.title,
        "unit": table.unit,
        "basis": table.basis,
        "as_of": table.as_of.isoformat(),
        "rate_sources": ", ".join(table.sources),
        "formula": table.formula,
    }
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=told))


def _typed(table: PackTable, column: Column, values: list[Any]) -> tuple[pa.DataType, list[Any]]:
    if column.kind in {"text", "day", "count"}:
        return {"text": pa.string(), "day": pa.date32(), "count": pa.int64()}[column.kind], values
    exact = [
        None if value is None else value if isinstance(value, Decimal) else Decimal(repr(value)) for value in values
    ]
    places = _places(table, column, [value for value in exact if value is not None])
    with localcontext(prec=60):
        unit = Decimal(1).scaleb(-places)
        return pa.decimal128(_DIGITS, places), [
            None if value is None else value.quantize(unit, rounding=ROUND_HALF_UP) for value in exact
        ]


def _places(table: PackTable, column: Column, values: list[Decimal]) -> int:
    """Minor units for money; else as many decimals as there are, and as fit beside the digits before the point."""
    if column.kind == "money":
        codes = {table.currency_of(column, row) for row in table.rows} - {""}
        return max((minor_units(code) for code in codes or {column.currency or table.unit} if code), default=2)
    digits = max((len(str(abs(int(value)))) for value in values), default=1)
    wanted = max((-int(value.as_tuple().exponent) for value in values), default=0)
    return max(0, min(wanted, _DIGITS - digits))
