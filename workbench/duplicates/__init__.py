"""Customers that may be one: found, weighed, explained and grouped. What to do about them is a person's decision.

Names are imported when they are first asked for: telling a stored reason takes neither numpy nor pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.on_demand import on_demand

if TYPE_CHECKING:
    from workbench.duplicates.clustering import clusters
    from workbench.duplicates.columns import FIELDS, field_named, map_columns
    from workbench.duplicates.door import CustomerIndex
    from workbench.duplicates.engine import scan
    from workbench.duplicates.files import read_rows, write_clusters, write_pairs
    from workbench.duplicates.normalise import fold, name_tokens
    from workbench.duplicates.pairs import DuplicatePair, identified
    from workbench.duplicates.reasons import DuplicateReason
    from workbench.duplicates.stored import RecordedPairs, record_pairs

__all__ = [
    "FIELDS",
    "CustomerIndex",
    "DuplicatePair",
    "DuplicateReason",
    "RecordedPairs",
    "clusters",
    "field_named",
    "fold",
    "identified",
    "map_columns",
    "name_tokens",
    "read_rows",
    "record_pairs",
    "scan",
    "write_clusters",
    "write_pairs",
]

_HOMES = {
    "clustering": ("clusters",),
    "columns": ("FIELDS", "field_named", "map_columns"),
    "door": ("CustomerIndex",),
    "engine": ("scan",),
    "files": ("read_rows", "write_clusters", "write_pairs"),
    "normalise": ("fold", "name_tokens"),
    "pairs": ("DuplicatePair", "identified"),
    "reasons": ("DuplicateReason",),
    "stored": ("RecordedPairs", "record_pairs"),
}
__getattr__, __dir__ = on_demand(globals(), _HOMES)
