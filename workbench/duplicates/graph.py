"""Pairs as a graph: what common neighbours say of a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.table import NONE, Ints

__all__ = ["Neighbours", "best_paths"]

_MOST_LINKS = 50  # of one row that are followed: a row with more is a hub, and tells nothing


def best_paths(i: Ints, j: Ints, p: NDArray[np.float64], rows: int) -> tuple[Ints, NDArray[np.float64], Ints]:
    """The best way from one row to another over a third: packed pairs (i * rows + j, sorted), its weaker link, the third."""
    links = np.bincount(np.concatenate([i, j]), minlength=rows)
    calm = (links[i] <= _MOST_LINKS) & (links[j] <= _MOST_LINKS)
    begin = np.concatenate([i[calm], j[calm]])
    end = np.concatenate([j[calm], i[calm]])
    weight = np.concatenate([p[calm], p[calm]])
    order = np.lexsort((end, begin))
    begin, end, weight = begin[order], end[order], weight[order]
    degree = np.bincount(begin, minlength=rows)
    start = np.concatenate([[0], np.cumsum(degree)])
    fan = degree[begin]
    first = np.repeat(np.arange(len(begin)), fan)
    second = start[begin[first]] + np.arange(len(first)) - np.repeat(np.cumsum(fan) - fan, fan)
    forward = end[first] < end[second]
    first, second = first[forward], second[forward]
    packed = end[first] * rows + end[second]
    weaker = np.minimum(weight[first], weight[second])
    order = np.lexsort((begin[first], -weaker, packed))
    packed, weaker, third = packed[order], weaker[order], begin[first][order]
    best = np.concatenate([[True], packed[1:] != packed[:-1]]) if len(packed) else np.zeros(0, dtype=bool)
    return packed[best], weaker[best], third[best]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each pair a row that both are like."""

    third: Ints  # -1 where there is none
    strength: NDArray[np.float64]  # the probability of the weaker of the two links to it, or 0

    @classmethod
    def of(cls, i: Ints, j: Ints, p: NDArray[np.float64], rows: int) -> Neighbours:
        """The best common neighbour of each pair."""
        packed, weaker, third = best_paths(i, j, p, rows)
        if not len(packed):
            return cls(np.full(len(i), NONE), np.zeros(len(i)))
        key = i * rows + j
        at = np.searchsorted(packed, key).clip(0, len(packed) - 1)
        met = packed[at] == key
        return cls(np.where(met, third[at], NONE), np.where(met, weaker[at], 0.0))
