"""Receipts find their instalments: posted where that is sure, explained, and everything else shown with what fits.

Names are imported when they are first asked for: telling a stored reason takes neither numpy nor a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.on_demand import on_demand

if TYPE_CHECKING:
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

_HOMES = {
    "decisions": ("reject", "teach_payer"),
    "engine": ("Alternative", "Proposal", "default_bar", "match"),
    "files": ("match_folder", "prediction_rows", "write_predictions"),
    "posting": ("MatchReport", "MatchingOvertaken", "run"),
    "reasons": ("MatchReason",),
    "shares": ("DEFAULT_CHARGES", "Part"),
}
__getattr__, __dir__ = on_demand(globals(), _HOMES)
