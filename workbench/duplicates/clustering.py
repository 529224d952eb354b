"""Groups of rows that are one customer, from pairs that were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from workbench.duplicates.pairs import DuplicatePair
from workbench.duplicates.reasons import DuplicateReason

__all__ = ["clusters", "settled"]

_SUPPORT = 0.4  # what two groups' rows must score on average, every row with every other, to be one group
_ENOUGH = 3.0  # or in all, where there are so many pairs that not all of them are compared
_COMPARED = 60


def clusters(pairs: Iterable[DuplicatePair]) -> dict[str, str]:
    """Id to the smallest id of its cluster, for every id that a ``duplicate`` pair joins to another.

    Surest pairs first. Two clusters are not joined where the scan says of any two of their members that they are apart
    or two companies of a group, nor where one link is all they have in common: their members must be alike on average.
    """
    every = list(pairs)
    scores = {frozenset((pair.id_a, pair.id_b)): float(pair.score) for pair in every}
    forbidden = {frozenset((pair.id_a, pair.id_b)) for pair in every if pair.decision in {"apart", "group"}}
    members: dict[str, set[str]] = {}
    for pair in sorted(every, key=lambda pair: (-pair.score, pair.id_a, pair.id_b)):
        if pair.decision != "duplicate":
            continue
        one = members.get(pair.id_a, {pair.id_a})
        other = members.get(pair.id_b, {pair.id_b})
        if one is not other and _belong_together(one, other, scores, forbidden):
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
