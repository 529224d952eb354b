"""Receipts find their instalments: posted where that is sure, explained, and everything else shown with what fits.

Names are imported when they are first asked for: telling a stored reason takes neither numpy nor a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
