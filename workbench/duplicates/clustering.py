"""Groups of rows that are one customer, from pairs that were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from workbench.duplicates.pairs import DuplicatePair
from workbench.duplicates.reasons import DuplicateReason

__all__ = ["clusters", "settled", "with_decisions"]

_SUPPORT = 0.4  # what two groups' rows must score on average, every row with every other, to be one group
_ENOUGH = 3.0  # or in all, where there are so many pairs that not all of them are compared
_COMPARED = 60
_BY_HAND = "decision.person"


def clusters(pairs: Iterable[DuplicatePair]) -> dict[str, str]:
    """Id to the smallest id of its cluster, for every id that a ``duplicate`` pair joins to another.

    Surest pairs first. Two clusters are not joined where the scan says of any two of their members that they are apart
    or two companies of a group, nor where one link is all they have in common: their members must be alike on average.
    """
    every = list(pairs)
    scores = {frozenset((pair.id_a, pair.id_b)): float(pair.score) for pair in every}
    forbidden = {frozenset((pair.id_a, pair.id_b)) for pair in every if pair.decision in {"apart", "group"}}
    members: dict[str, set[str]] = {}
    for pair in sorted(every, key=lambda pair: (not _is_decided(pair), -pair.score, pair.id_a, pair.id_b)):
        if pair.decision != "duplicate":
            continue
        one = members.get(pair.id_a, {pair.id_a})
        other = members.get(pair.id_b, {pair.id_b})
        if one is not other and (_is_decided(pair) or _belong_together(one, other, scores, forbidden)):
            joined = one | other
            members.update(dict.fromkeys(joined, joined))
    return {id_: min(group) for id_, group in sorted(members.items())}


def _belong_together(
    one: set[str], other: set[str], scores: Mapping[frozenset[str], float], forbidden: set[frozenset[str]]
) -> bool:
    across = [frozenset((a, b)) for a in sorted(one) for b in sorted(other)]
    if not forbidden.isdisjoint(across):
        return False
    needed = _SUPPORT * len(across) if len(across) <= _COMPARED else _ENOUGH
    return sum(scores.get(link, 0.0) for link in across) >= needed


def settled(pairs: Iterable[DuplicatePair]) -> list[DuplicatePair]:
    """The pairs, with those for review that would join two groups which do not belong together."""
    every = list(pairs)
    cluster = clusters(every)
    return [
        replace(pair, decision="review", reasons=(*pair.reasons, DuplicateReason.of("cluster.bridge", weight="–")))
        if pair.decision == "duplicate" and cluster.get(pair.id_a, pair.id_a) != cluster.get(pair.id_b, pair.id_b)
        else pair
        for pair in every
    ]


def with_decisions(pairs: Iterable[DuplicatePair], decided: Mapping[frozenset[str], str]) -> list[DuplicatePair]:
    """The pairs with what people decided about them; a decision on two rows that the scan did not pair is added."""
    left = dict(decided)
    found = []
    for pair in pairs:
        decision = left.pop(frozenset((pair.id_a, pair.id_b)), None)
        found.append(pair if decision is None else _decided(pair, decision))
    for ends, decision in sorted(left.items(), key=lambda item: sorted(item[0])):
        one, other = sorted(ends)
        found.append(_decided(DuplicatePair(one, other, Decimal(0), decision, ()), decision))
    return found


def _decided(pair: DuplicatePair, decision: str) -> DuplicatePair:
    return replace(pair, decision=decision, reasons=(*pair.reasons, DuplicateReason.of(_BY_HAND, weight="–")))


def _is_decided(pair: DuplicatePair) -> bool:
    return pair.decision == "duplicate" and any(reason.code == _BY_HAND for reason in pair.reasons)
