"""The customers of a register as the table that comparing needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.duplicates.columns import map_columns
from workbench.duplicates.pairs import ID_COLUMNS
from workbench.duplicates.table import Table, TableBuilder

__all__ = ["table_of"]


def table_of(rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """The table of rows by id, in the order of the ids."""
    ids = sorted(rows)
    builder = TableBuilder(map_columns([rows[id_] for id_ in ids], leave=ID_COLUMNS))
    for id_ in ids:
        builder.add(id_, rows[id_])
    return builder.build()
