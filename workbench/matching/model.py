"""Gradient-boosted trees from a JSON file, evaluated with numpy; trained by benchmarks/receipts/train.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.matching.columns import Floats

__all__ = ["Trees", "sigmoid", "trees"]

_CHUNK = 1 << 13
_Ints = npt.NDArray[np.intp]


class Trees:
    """Sums of decision trees over named features; the answer is a log-odds.

    A stored tree is lists of one place a node: ``feature`` (number in ``features``, -1 for a leaf), ``threshold`` (go left
    where the value is not above it), ``left`` (the right child stands behind it), ``value`` (of a leaf), ``missing`` (1
    where an unknown value goes left), and its ``depth``.
    """

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.features: tuple[str, ...] = tuple(stored["features"])
        self._base = float(stored["base"])
        self._trees = [_Tree.of(tree) for tree in stored["trees"]]

    def log_odds(self, columns: Mapping[str, npt.NDArray[Any]]) -> Floats:
        """The log-odds of every row; ``columns`` holds each feature by its name."""
        named = [columns[name] for name in self.features]
        count = len(named[0]) if named else 0
        result = np.empty(count)
        for begin in range(0, count, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            result[part] = self._of(np.stack([column[part].astype(np.float32) for column in named]))
        return result

    def _of(self, columns: npt.NDArray[np.float32]) -> Floats:
        rows = np.arange(columns.shape[1])
        total = np.full(len(rows), self._base)
        unknown = bool(np.isnan(columns).any())
        for tree in self._trees:
            total += tree.values(columns.ravel(), rows, unknown=unknown)
        return total


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree filled up to its full depth, so that the children of node k are 2k + 1 and 2k + 2."""

    feature: _Ints
    threshold: npt.NDArray[np.float32]
    missing_left: npt.NDArray[np.bool_]
    leaf: Floats
    depth: int

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> _Tree:
        depth = int(stored["depth"])
        inner = (1 << depth) - 1
        tree = cls(
            np.zeros(inner, np.intp),
            np.full(inner, np.inf, np.float32),
            np.ones(inner, np.bool_),
            np.zeros(inner + 1),
            depth,
        )
        tree._fill(stored, 0, 0)
        return tree

    def _fill(self, stored: Mapping[str, Any], node: int, at: int) -> None:
        inner = len(self.feature)
        is_leaf = stored["feature"][node] < 0
        if at >= inner:
            self.leaf[at - inner] = stored["value"][node]
            return
        if not is_leaf:
            self.feature[at] = stored["feature"][node]
            self.threshold[at] = stored["threshold"][node]
            self.missing_left[at] = bool(stored["missing"][node])
        # Below a leaf every way leads to its value.
        self._fill(stored, node if is_leaf else stored["left"][node], 2 * at + 1)
        self._fill(stored, node if is_leaf else stored["left"][node] + 1, 2 * at + 2)

    def values(self, flat: npt.NDArray[np.float32], rows: _Ints, *, unknown: bool) -> Floats:
        """The leaf of every row; ``flat`` holds one feature after another."""
        at = np.zeros(len(rows), np.intp)
        begin = self.feature * len(rows)
        for _level in range(self.depth):
            value = flat.take(begin.take(at) + rows)
            right = value > self.threshold.take(at)
            if unknown:
                right |= np.isnan(value) & ~self.missing_left.take(at)
            at += at
            at += 1
            at += right
        return self.leaf.take(at - len(self.feature))


def sigmoid(log_odds: Floats) -> Floats:
    """The probability of a log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500, 500))))


@cache
def trees(name: str) -> Trees:
    """The trees of a name in the model that is shipped."""
    return Trees(stored_model()[name])


@cache
def stored_model() -> Mapping[str, Any]:
    """What benchmarks/receipts/train.py wrote: features, trees, the bar, and the seeds it was trained on."""
    text = (files("workbench.matching") / "data" / "model.json").read_text(encoding="utf-8")
    stored: Mapping[str, Any] = json.loads(text)
    return stored
