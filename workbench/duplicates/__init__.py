"""Customers that may be one: found, weighed, explained and grouped. What to do about them is a person's decision."""

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
