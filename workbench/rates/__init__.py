"""The rate book: dated exchange rates with their source, kept exact, never guessed.

Standard library only. ``workbench.rates.frame`` looks whole columns up over numpy and is imported separately.
"""

from __future__ import annotations

from workbench.rates.audit import Drift, audit
from workbench.rates.book import RateBook
from workbench.rates.constants import LEGAL, PEGS, FixedRate
from workbench.rates.coverage import Coverage
from workbench.rates.errors import (
    LockRefused,
    ObservationRefused,
    PolicyRefused,
    RateBeforeFirst,
    RateMissing,
    RateRetired,
    RateStale,
    RateSuspect,
)
from workbench.rates.locks import Move, RateLock, moved
from workbench.rates.observation import Observation
from workbench.rates.policies import POLICIES, Policy, PolicyChoice, PolicyTable
from workbench.rates.rate import Rate
from workbench.rates.series import Leg
from workbench.rates.sources import RULES, SourceRule

__all__ = [
    "LEGAL",
    "PEGS",
    "POLICIES",
    "RULES",
    "Coverage",
    "Drift",
    "FixedRate",
    "Leg",
    "LockRefused",
    "Move",
    "Observation",
    "ObservationRefused",
    "Policy",
    "PolicyChoice",
    "PolicyRefused",
    "PolicyTable",
    "Rate",
    "RateBeforeFirst",
    "RateBook",
    "RateLock",
    "RateMissing",
    "RateRetired",
    "RateStale",
    "RateSuspect",
    "SourceRule",
    "audit",
    "moved",
]
