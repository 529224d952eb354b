"""The best joint choice of partners: the assignment problem, solved exactly for small tables."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["best_assignment"]


def best_assignment(scores: Sequence[Sequence[float]]) -> list[int]:
    """For each row the column it is paired with (-1: none), so that the sum of scores is the largest.

    A pair with a score of zero or less is never made. Uses the shortest augmenting path method, O(n³).

    >>> best_assignment([[0.9, 0.8], [0.9, 0.1]])
    [1, 0]
    """
    if not scores or not scores[0]:
        return [-1] * len(scores)
    size = len(scores)
    width = len(scores[0]) + size  # every row may also stay alone, at no cost
    cost = [[-max(0.0, score) for score in row] + [0.0] * size for row in scores]
    row_price, column_price = [0.0] * (size + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, size + 1):
        owner[0], column = row, 0
        slack, seen = [float("inf")] * (width + 1), [False] * (width + 1)
        while owner[column]:
            seen[column] = True
            current, step, following = owner[column], float("inf"), 0
            for other in range(1, width + 1):
                if seen[other]:
                    continue
                reduced = cost[current - 1][other - 1] - row_price[current] - column_price[other]
                if reduced < slack[other]:
                    slack[other], way[other] = reduced, column
                if slack[other] < step:
                    step, following = slack[other], other
            for other in range(width + 1):
                if seen[other]:
                    row_price[owner[other]] += step
                    column_price[other] -= step
                else:
                    slack[other] -= step
            column = following
        while column:
            owner[column], column = owner[way[column]], way[column]
    chosen = [-1] * size
    for column in range(1, len(scores[0]) + 1):
        row = owner[column]
        if row and scores[row - 1][column - 1] > 0:
            chosen[row - 1] = column - 1
    return chosen
