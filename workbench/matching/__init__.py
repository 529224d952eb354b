"""Receipts find their instalments: posted where that is sure, explained, and everything else shown with what fits."""

from workbench.matching.decisions import reject, teach_payer
from workbench.matching.engine import Alternative, Proposal, default_bar, match
from workbench.matching.files import match_folder, prediction_rows, write_predictions
from workbench.matching.posting import MatchingOvertaken, MatchReport, run
from workbench.matching.reasons import MatchReason
from workbench.matching.shares import DEFAULT_CHARGES, Part

__all__ = [
    "DEFAULT_CHARGES",
    "Alternative",
    "MatchReason",
    "MatchReport",
    "MatchingOvertaken",
    "Part",
    "Proposal",
    "default_bar",
    "match",
    "match_folder",
    "prediction_rows",
    "reject",
    "run",
    "teach_payer",
    "write_predictions",
]
