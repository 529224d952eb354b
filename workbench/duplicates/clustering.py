"""Groups of rows that are one customer, from pairs that were judged."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.duplicates.graph import bridges
from workbench.duplicates.pairs import SURE_FROM, DuplicatePair

__all__ = ["clusters"]


def clusters(pairs: Iterable[DuplicatePair]) -> dict[str, str]:
    """Id to the smallest id of its cluster, for every id that a ``duplicate`` pair joins to another.

    Surest pairs first; two clusters are not joined where the scan says of any two of their members that they are
    apart or two companies of a group, nor where one unsure link alone would hold two groups of rows together.
    """
    every = list(pairs)
    links = {(pair.id_a, pair.id_b): pair for pair in every if pair.decision == "duplicate"}
    weak = {link for link in bridges(links) if links[link].score < SURE_FROM}
    forbidden = {frozenset((pair.id_a, pair.id_b)) for pair in every if pair.decision in {"apart", "group"}}
    members: dict[str, set[str]] = {}
    for link, _pair in sorted(links.items(), key=lambda item: (-item[1].score, item[0])):
        one, other = (members.get(end, {end}) for end in link)
        if link in weak or one is other or any(frozenset((a, b)) in forbidden for a in one for b in other):
            continue
        joined = one | other
        members.update(dict.fromkeys(joined, joined))
    return {id_: min(group) for id_, group in sorted(members.items())}
