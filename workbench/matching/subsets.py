"""Several instalments that together are what came: all sums of a few of them at once, bounded for any amounts."""

from __future__ import annotations

import numpy as np

from workbench.matching.columns import Floats, Ints

__all__ = ["MOST", "sums_between"]

MOST = 14
"""Instalments that are combined; 2 to the power of it sums are formed for each receipt."""
_LARGEST = 8  # instalments that one receipt pays
_CHUNK = 128


def sums_between(
    values: Ints, counts: Ints, low: Ints, high: Ints, exact: Ints, *, most: int, liked: Ints | None = None
) -> tuple[Ints, Ints]:
    """Subsets of two or more values whose sum lies between two bounds.

    Args:
        values: shape (cases, MOST), each case's values first, zeros behind them.
        counts: how many values each case has.
        low: the least sum.
        high: the greatest sum.
        exact: the sum that is preferred where there are more subsets than ``most``.
        most: how many subsets a case may have; the nearest to ``exact`` with the fewest members are taken.
        liked: by case the values, as bits, that are likely members; where there are any, as many subsets again are taken
            by how few of them they leave out.

    Returns:
        Pairs of case and subset, the subset as a number whose bit k says that value k is in it.
    """
    cases: list[Ints] = []
    found: list[Ints] = []
    order = np.argsort(counts, kind="stable")
    for begin in range(0, len(order), _CHUNK):
        some = order[begin : begin + _CHUNK]
        width = int(counts[some].max(initial=0))
        if width < 2:
            continue
        wanted = liked[some] if liked is not None else np.zeros(len(some), np.int64)
        case, subset = _chunk(values[some, :width], counts[some], low[some], high[some], exact[some], most, wanted)
        cases.append(some[case])
        found.append(subset)
    if not cases:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(cases), np.concatenate(found)


def _chunk(values: Ints, counts: Ints, low: Ints, high: Ints, exact: Ints, most: int, liked: Ints) -> tuple[Ints, Ints]:
    sums = np.zeros((len(values), 1), np.int64)
    for column in range(values.shape[1]):
        sums = np.concatenate([sums, sums + values[:, column : column + 1]], axis=1)
    sizes = _sizes(values.shape[1])
    inside = (sums >= low[:, None]) & (sums <= high[:, None]) & ((sizes >= 2) & (sizes <= _LARGEST))
    inside &= np.arange(sums.shape[1]) < (1 << counts)[:, None]  # zeros behind the values are no members
    case, subset = np.nonzero(inside)
    away: Floats = np.abs(sums[case, subset] - exact[case]).astype(np.float64)
    order = np.lexsort((_span(subset), sizes[subset], away, case))
    case, subset = case[order], subset[order]
    kept = np.arange(len(case)) - np.searchsorted(case, case) < most
    if liked.any():
        left_out = sizes[liked[case] & ~subset]
        again = np.lexsort((np.arange(len(case)), left_out, case))  # by what is left out, then as above
        nth = np.arange(len(case)) - np.searchsorted(case, case)
        kept[again] |= (nth < most) & (liked[case] > 0)
    return case[kept], subset[kept].astype(np.int64)


def _sizes(bits: int) -> Ints:
    numbers = np.arange(1 << bits)
    return sum(((numbers >> bit) & 1 for bit in range(bits)), np.zeros(1 << bits, np.int64))


def _span(subset: Ints) -> Ints:
    """Values passed over between the first and the last of a subset: neighbours are paid together more often."""
    numbers = np.maximum(subset, 1)
    last = np.floor(np.log2(numbers)).astype(np.int64)
    first = np.floor(np.log2(numbers & -numbers)).astype(np.int64)
    return last - first
