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
    size, width = len(scores), len(scores[0])
    # Every row may also stay alone, at no cost.
    cost = [[-max(0.0, score) for score in row] + [0.0] * size for row in scores]
    owner = _Pairing(cost).owners()
    chosen = [-1] * size
    for column in range(1, width + 1):
        row = owner[column]
        if row and scores[row - 1][column - 1] > 0:
            chosen[row - 1] = column - 1
    return chosen


class _Pairing:
    """Rows are added one by one, each along the cheapest way of re-pairing the others (rows and columns from 1)."""

    def __init__(self, cost: Sequence[Sequence[float]]) -> None:
        self._cost, self._size, self._width = cost, len(cost), len(cost[0])
        self._row_price, self._column_price = [0.0] * (self._size + 1), [0.0] * (self._width + 1)
        self._owner, self._way = [0] * (self._width + 1), [0] * (self._width + 1)

    def owners(self) -> list[int]:
        """For each column the row that it is paired with, 0 for none."""
        for row in range(1, self._size + 1):
            self._owner[0] = row
            column = self._free_column()
            while column:
                self._owner[column], column = self._owner[self._way[column]], self._way[column]
        return self._owner

    def _free_column(self) -> int:
        """The free column at the end of the cheapest way from the row in column 0; prices are moved along."""
        slack, seen = [float("inf")] * (self._width + 1), [False] * (self._width + 1)
        column = 0
        while self._owner[column]:
            seen[column] = True
            following = self._nearest(column, slack, seen)
            step = slack[following]
            for other in range(self._width + 1):
                if seen[other]:
                    self._row_price[self._owner[other]] += step
                    self._column_price[other] -= step
                else:
                    slack[other] -= step
            column = following
        return column

    def _nearest(self, column: int, slack: list[float], seen: list[bool]) -> int:
        row = self._owner[column]
        unseen = [other for other in range(1, self._width + 1) if not seen[other]]
        for other in unseen:
            reduced = self._cost[row - 1][other - 1] - self._row_price[row] - self._column_price[other]
            if reduced < slack[other]:
                slack[other], self._way[other] = reduced, column
        return min(unseen, key=slack.__getitem__)
