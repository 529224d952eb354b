"""The pairs that wait for a person, the figures behind one of them, and what each bar would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from workbench.duplicates.adjusting import Adjustment, adjustment_of
from workbench.duplicates.caution import company_odds, held, held_reason
from workbench.duplicates.compare import Comparer
from workbench.duplicates.decisions import Decision
from workbench.duplicates.explain import WEIGHED, explain, field_weights
from workbench.duplicates.links import APART, constraints_of, standing
from workbench.duplicates.model import company_model, probability
from workbench.duplicates.pairs import REVIEW_FROM, DuplicatePair
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.tables import table_of
from workbench.register import Register
from workbench.register.conflicts import row_missing

__all__ = ["BARS", "Bar", "Waiting", "Waterfall", "bars", "bars_of", "queue", "sure", "waterfall"]

BARS = tuple(
    map(Decimal, ("0.10", "0.20", "0.30", "0.40", "0.50", "0.60", "0.70", "0.80", "0.90", "0.95", "0.98", "0.99"))
)
_UNSURE = frozenset({"tax.other", "cluster.bridge", "group.country", "group.tax", "group.trade", "decision.hand"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pair that waits: both records as they stand today, and why they may be one."""

    pair: str
    a: Row
    b: Row
    score: Decimal
    later: bool
    reasons: tuple[DuplicateReason, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How a pair's score comes about: log-odds before anything is compared, then what each field adds.

    ``steps`` are (field, what it adds, why in words), the heaviest first; they and ``start`` make ``log_odds``, and
    ``score`` is that as a probability. A notebook charts it as it stands.
    """

    a: str
    b: str
    start: float
    steps: tuple[tuple[str, float, str], ...]
    log_odds: float
    score: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What merging everything from a bar on would come to.

    Attributes:
        bar: the least score that would be merged.
        merged: pairs from the bar on.
        review: pairs below it that a person would look at.
        precision: the share of merged pairs that are right.
        recall: the share of all right pairs that are merged.
        known: pairs whose truth is known; the others count by their score.
    """

    bar: Decimal
    merged: int
    review: int
    precision: float
    recall: float
    known: int


def queue(register: Register) -> list[Waiting]:
    """Pairs that wait for a decision, the best evidence first; those put off until later come last.

    Pairs of records that have become one since, or that an earlier decision keeps apart, wait no longer.
    """
    customers = {row["id"]: row for row in register.rows("customers")}
    pairs = register.rows("duplicate_pairs")
    stands, decided = standing(customers.values()), constraints_of(customers.values(), pairs)
    best: dict[frozenset[str], Waiting] = {}
    for row in pairs:
        if row["decision"] not in {"review", "later"}:
            continue
        one, other = stands[row["customer_a"]], stands[row["customer_b"]]
        ends = frozenset((one, other))
        if len(ends) < 2 or ends in decided:
            continue
        reasons = tuple(DuplicateReason.from_dict(reason) for reason in row["reasons"])
        waiting = Waiting(
            row["id"], customers[one], customers[other], row["score"], row["decision"] == "later", reasons
        )
        held = best.get(ends)
        if held is None or waiting.score > held.score:
            best[ends] = waiting
    return sorted(best.values(), key=lambda one: (one.later, -one.score, one.pair))


def sure(register: Register, bar: Decimal) -> list[Decision]:
    """Merges of the waiting pairs from a bar on: none with two tax numbers, of a group, or that only bridge clusters."""
    return [
        Decision(one.a["id"], one.b["id"], "merge", pair=one.pair)
        for one in queue(register)
        if one.score >= bar and not one.later and not any(reason.code in _UNSURE for reason in one.reasons)
    ]


def waterfall(register: Register, one: str, other: str) -> Waterfall:
    """The figures of two customers' score; merged records are compared as they were.

    Raises:
        RowMissing: there is no such customer.
    """
    rows = {row["id"]: row for row in register.rows("customers")}
    for id_ in (one, other):
        if id_ not in rows:
            raise row_missing("customers", id_)
    table = table_of(rows)
    at = {id_: number for number, id_ in enumerate(table.ids)}
    i, j = np.array([at[one]]), np.array([at[other]])
    features = Comparer(table).features(i, j)
    model, own = company_model(), adjustment_of(register) or Adjustment()
    parts = field_weights(model.contributions(features))
    raw = np.array([model.prior], dtype=np.float64) + parts.sum(axis=1)
    plain = float(own.odds(raw, parts)[0])
    alone = bool(held(table, table, i, j, features, raw)[0])
    odds = float(own.odds(company_odds(table, table, i, j, features), parts)[0]) if alone else plain
    weights = own.weights(parts)[0]
    told = explain(table, (at[one], at[other]), features[0], weights)
    words = {_field_of(reason.code): reason.text for reason in reversed(told)}
    steps = [
        (name, float(weight), words.get(name, ""))
        for name, weight in zip(WEIGHED, weights.tolist(), strict=True)
        if abs(weight) >= 0.005
    ]
    if alone:
        steps.append(("alone", odds - plain, held_reason(float(raw[0])).text))
    steps.sort(key=lambda step: (-abs(step[1]), step[0]))
    score = float(probability(np.array([odds]))[0])
    start = odds - sum(step[1] for step in steps)
    return Waterfall(one, other, start, tuple(steps), odds, score)


def _field_of(code: str) -> str:
    """The field that a reason's code tells of."""
    named = {"name.common": "common", "name.domain": "domain"}
    return named.get(code) or {"email": "mail"}.get(kind := code.partition(".")[0], kind)


def bars(register: Register) -> list[Bar]:
    """What each bar would come to on the register's pairs: decided ones count as decided, others by their score."""
    truth = {"merge": 1.0, **dict.fromkeys(APART, 0.0)}
    rows = register.rows("duplicate_pairs")
    scored = [(float(row["score"]), truth.get(row["decision"])) for row in rows]
    return _bars(scored, 0.0)


def bars_of(pairs: Sequence[DuplicatePair], things: Mapping[str, str]) -> list[Bar]:
    """What each bar would come to on a table whose truth is known; ``things`` says of each id what it is a record of."""
    scored = [(float(pair.score), float(things[pair.id_a] == things[pair.id_b])) for pair in pairs]
    sizes: dict[str, int] = {}
    for thing in things.values():
        sizes[thing] = sizes.get(thing, 0) + 1
    right = sum(size * (size - 1) // 2 for size in sizes.values())
    return _bars(scored, right - sum(is_one for _score, is_one in scored))


def _bars(scored: Sequence[tuple[float, float | None]], unseen: float) -> list[Bar]:
    every = sum(score if is_one is None else is_one for score, is_one in scored) + unseen
    found = []
    for bar in BARS:
        above = [(score, is_one) for score, is_one in scored if score >= bar]
        right = sum(score if is_one is None else is_one for score, is_one in above)
        below = sum(REVIEW_FROM <= score < bar for score, _is_one in scored)
        known = sum(is_one is not None for _score, is_one in above)
        found.append(
            Bar(bar, len(above), below, right / len(above) if above else 1.0, right / every if every else 1.0, known)
        )
    return found
