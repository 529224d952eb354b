"""Scan rows that are no companies: every column of the table counts, for what the table itself shows of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.blocking import hashes, pairs_within
from workbench.duplicates.foreign import LEVELS, ForeignTable, Weights, all_levels, estimate, keys_of, read
from workbench.duplicates.foreign_compare import foreign_features
from workbench.duplicates.graph import Neighbours
from workbench.duplicates.model import company_model, foreign_weights, probability
from workbench.duplicates.pairs import DUPLICATE_FROM, DuplicatePair
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.table import Ints
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["candidates", "scan_foreign"]

_WORTH_TELLING = 0.2
_REVIEW_FROM = 0.02  # lower than for companies: tables that nobody has seen are judged with less confidence
_LOWEST_BAR, _HIGHEST_BAR, _BAR_STEP = 2.0, 22.0, 2.0  # of the log-odds, which dependent columns overstate
_SPREAD = 2.0


def scan_foreign(
    ids: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    leave: Collection[str],
    step: Callable[[str, int, int], None],
) -> list[DuplicatePair]:
    """Pairs of rows that may be one thing; ``leave`` are columns that do not count, such as the id.

    Raises:
        ConfigurationError: no column holds two different values.
    """
    table = read([(id_, _without(row, leave)) for id_, row in zip(ids, rows, strict=True)])
    if not table.columns:
        raise ConfigurationError(
            _("no column of the table tells one row from another"),
            where="--map",
            remedy=_("Say which column holds the name: --map name=COLUMN."),
        )
    step(_("comparing rows"), 0, len(table))
    i, j = candidates(table)
    if not len(i):
        return []
    grades = all_levels(table, i, j)
    weights = estimate(table, grades)
    odds = _log_odds(table, i, j, grades, weights)
    near = Neighbours.of(i, j, probability(odds), len(table))
    p = probability(company_model().with_neighbour(odds, near.strength))
    shown = np.flatnonzero(p >= _REVIEW_FROM)
    step(_("comparing rows"), len(table), len(table))
    parts = weights.of(table, i[shown], grades[shown])
    return [
        _pair(table, (int(i[number]), int(j[number])), float(p[number]), grades[number], parts[at])
        for at, number in enumerate(shown.tolist())
    ]


def _log_odds(table: ForeignTable, i: Ints, j: Ints, grades: Ints, weights: Weights) -> NDArray[np.float64]:
    """With columns of texts, what tables like it have taught; else the table's own weights, from where pairs are few."""
    if any(column.kind == "words" for column in table.columns):
        constant, factors = foreign_weights()
        return np.asarray(constant + foreign_features(table, i, j, grades, weights) @ factors)
    total = weights.prior + weights.of(table, i, grades).sum(axis=1)
    return np.asarray((total - _valley(total)) / _SPREAD)


def _valley(total: NDArray[np.float64]) -> float:
    """Where between the many pairs that are not one and the fewer that are the fewest pairs lie."""
    edges = np.arange(_LOWEST_BAR, _HIGHEST_BAR + _BAR_STEP, _BAR_STEP)
    counts = np.convolve(np.histogram(total, edges)[0], np.ones(3), mode="valid")
    return float(edges[np.argmin(counts)] + 1.5 * _BAR_STEP)


def _without(row: Mapping[str, Any], leave: Collection[str]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name and name not in leave}


def candidates(table: ForeignTable) -> tuple[Ints, Ints]:
    """Pairs of row numbers (i < j) that share a key, sorted."""
    rows, keys = hashes((row, set(keys_of(table, row))) for row in range(len(table)))
    packed = pairs_within(rows, keys, np.arange(len(table)), len(table))
    return packed // len(table), packed % len(table)


def _pair(
    table: ForeignTable, pair: tuple[int, int], p: float, grades: Ints, parts: NDArray[np.float64]
) -> DuplicatePair:
    decision = "duplicate" if p >= DUPLICATE_FROM else "review"
    a, b = sorted(table.ids[row] for row in pair)
    return DuplicatePair(a, b, Decimal(f"{p:.4f}"), decision, tuple(_reasons(table, pair, grades, parts)))


def _reasons(
    table: ForeignTable, pair: tuple[int, int], grades: Ints, parts: NDArray[np.float64]
) -> list[DuplicateReason]:
    """What each column says, heaviest first."""
    told = []
    for column, grade, part in zip(table.columns, grades.tolist(), parts.tolist(), strict=True):
        if grade < 0 or abs(part) < _WORTH_TELLING:
            continue
        a, b = (str(column.texts[row]) for row in pair)
        code = "column.same" if grade == LEVELS - 1 else "column.close" if grade >= 2 else "column.other"
        facts = {"column": column.name, "value": a, "a": a, "b": b, "weight": f"{part:+.1f}"}
        told.append((abs(part), column.name, DuplicateReason.of(code, **facts)))
    return [reason for *_weight, reason in sorted(told, key=lambda item: (-item[0], item[1]))]
