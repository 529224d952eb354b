"""Scan rows for customers that may be one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.adjusting import Adjustment
from workbench.duplicates.blocking import candidate_pairs
from workbench.duplicates.caution import company_odds, held, held_reason
from workbench.duplicates.clustering import settled, with_decisions
from workbench.duplicates.columns import holds_companies, map_columns
from workbench.duplicates.compare import Comparer
from workbench.duplicates.explain import decide, explain, field_weights, may_be_group
from workbench.duplicates.foreign_engine import scan_foreign
from workbench.duplicates.graph import Neighbours, best_paths
from workbench.duplicates.model import company_model, probability
from workbench.duplicates.pairs import ID_COLUMNS, REVIEW_FROM, DuplicatePair, identified
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.table import NONE, Floats, Ints, Table, TableBuilder
from workbench.i18n import _

__all__ = ["KEPT_FROM", "LINK_FROM", "scan"]

Progress = Callable[[str, int, int], None]

KEPT_FROM = 0.02
"""Probability from which a pair is kept until third rows were heard; what is less is forgotten at once."""
LINK_FROM = 0.3
"""Probability from which a pair is a link to a third row."""
_PART = 500_000
_TELL_EVERY = 5000


@dataclass(frozen=True, slots=True)
class _Scored:
    """Pairs worth keeping, with their comparisons."""

    i: Ints
    j: Ints
    odds: NDArray[np.float64]
    features: Floats
    third: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # a row that both are like, or -1
    heard: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # what it adds to the log-odds


def scan(
    rows: Iterable[Mapping[str, Any]],
    *,
    id_column: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    own_weights: Adjustment | None = None,
    decided: Mapping[frozenset[str], str] | None = None,
) -> list[DuplicatePair]:
    """Pairs of rows that may be one customer, surest first; the same for any order of the rows.

    Args:
        rows: customer rows of the register or of any sheet.
        id_column: column of the row's id; by default ``id`` or ``row_id``.
        columns: the sheet's column for each field it names otherwise (see ``columns``).
        progress: called with a stage's name, the steps done and the steps in all.
        own_weights: what the firm's decisions make of the shipped weights.
        decided: pairs of ids that people decided about: ``duplicate``, ``apart`` or ``group``; no score overrides them.

    Raises:
        ConfigurationError: a row has no id, two rows have the same, or no column tells one row from another.
    """
    step = progress or _silent
    by_id = identified(rows, id_column)
    if not by_id:
        return []
    ids = sorted(by_id)
    ordered = [by_id[id_] for id_ in ids]
    fields = map_columns(ordered, columns, leave=(id_column,) if id_column else ID_COLUMNS)
    if holds_companies(ordered, fields):
        if len(ids) < 2:
            return []
        table = _table(ids, ordered, fields, step)
        found = _told(table, _with_neighbours(table, _candidates(table, step)), step, own_weights)
    else:
        found = scan_foreign(ids, ordered, (id_column,) if id_column else ID_COLUMNS, step)
    return sorted(settled(with_decisions(found, decided or {})), key=lambda pair: (-pair.score, pair.id_a, pair.id_b))


def _silent(_stage: str, _done: int, _all: int) -> None:
    """For callers who do not want to know."""


def _table(
    ids: Sequence[str], rows: Sequence[Mapping[str, Any]], fields: Mapping[str, Sequence[str]], step: Progress
) -> Table:
    builder = TableBuilder(fields)
    for number, (id_, row) in enumerate(zip(ids, rows, strict=True)):
        builder.add(id_, row)
        if number % _TELL_EVERY == 0:
            step(_("reading customers"), number, len(ids))
    return builder.build()


def _candidates(table: Table, step: Progress) -> _Scored:
    i, j = candidate_pairs(table)
    comparer = Comparer(table)
    parts = []
    for start in range(0, len(i), _PART):
        step(_("comparing customers"), start, len(i))
        parts.append(_scored(comparer, i[start : start + _PART], j[start : start + _PART]))
    step(_("comparing customers"), len(i), len(i))
    return _joined(parts or [_scored(comparer, i, j)])


def _scored(comparer: Comparer, i: Ints, j: Ints) -> _Scored:
    features = comparer.features(i, j)
    odds = company_odds(comparer.table, comparer.table, i, j, features)
    kept = (probability(odds) >= KEPT_FROM) | may_be_group(features)
    return _Scored(i[kept], j[kept], odds[kept], features[kept])


def _joined(parts: list[_Scored]) -> _Scored:
    return _Scored(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("i", "j", "odds", "features"))
    )


def _with_neighbours(table: Table, scored: _Scored) -> _Scored:
    """Pairs that only a third row links are compared as well, and every pair hears what third rows say."""
    rows, model = len(table), company_model()
    p = probability(scored.odds)
    sure = p >= LINK_FROM
    packed, _weaker, _third = best_paths(scored.i[sure], scored.j[sure], p[sure], rows)
    new = np.setdiff1d(packed, scored.i * rows + scored.j)
    if len(new):
        scored = _joined([scored, _scored(Comparer(table), new // rows, new % rows)])
        p = probability(scored.odds)
    near = Neighbours.of(scored.i, scored.j, p, rows)
    odds = model.with_neighbour(scored.odds, near.strength)
    third = np.where(near.strength >= LINK_FROM, near.third, NONE)
    return _Scored(scored.i, scored.j, odds, scored.features, third, odds - scored.odds)


def _told(table: Table, scored: _Scored, step: Progress, own: Adjustment | None = None) -> list[DuplicatePair]:
    """The pairs worth a look, with their decision and reasons."""
    odds = scored.odds
    if own:
        odds = own.odds(odds, field_weights(company_model().contributions(scored.features)))
    p = probability(odds)
    group = may_be_group(scored.features)
    shown = np.flatnonzero((p >= REVIEW_FROM) | group)
    step(_("writing reasons"), 0, len(shown))
    weights = field_weights(company_model().contributions(scored.features[shown]))
    if own:
        weights = own.weights(weights)
    raw = company_model().log_odds(scored.features[shown])
    alone = held(table, table, scored.i[shown], scored.j[shown], scored.features[shown], raw)
    found = []
    for at, number in enumerate(shown.tolist()):
        i, j, values = int(scored.i[number]), int(scored.j[number]), scored.features[number]
        reasons = explain(table, (i, j), values, weights[at])
        if scored.third[number] != NONE:
            link = DuplicateReason.of(
                "link.both", id=table.ids[int(scored.third[number])], weight=f"{scored.heard[number]:+.1f}"
            )
            reasons.insert(0, link)
        if alone[at]:
            reasons.append(held_reason(float(raw[at])))
        decision, reasons = decide(float(p[number]), values, reasons, group=bool(group[number]))
        ids = sorted((table.ids[i], table.ids[j]))
        found.append(DuplicatePair(ids[0], ids[1], Decimal(f"{p[number]:.4f}"), decision, tuple(reasons)))
    return found
