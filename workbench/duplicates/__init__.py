"""Customers that may be one: found, weighed, explained and grouped. What to do about them is a person's decision."""

from workbench.duplicates.engine import DuplicatePair, clusters, scan
from workbench.duplicates.files import read_rows, write_clusters, write_pairs
from workbench.duplicates.normalise import fold, name_tokens
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.stored import RecordedPairs, record_pairs

__all__ = [
    "DuplicatePair",
    "DuplicateReason",
    "RecordedPairs",
    "clusters",
    "fold",
    "name_tokens",
    "read_rows",
    "record_pairs",
    "scan",
    "write_clusters",
    "write_pairs",
]
