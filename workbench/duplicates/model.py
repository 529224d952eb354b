"""The weights of the comparisons: boosted decision trees kept as JSON, added up with numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.compare import FEATURES, MISSING
from workbench.duplicates.foreign_compare import FOREIGN_FEATURES
from workbench.duplicates.table import Floats, Ints

__all__ = ["Trees", "company_model", "foreign_weights", "probability"]

_CHUNK = 1024
_SOUNDING = 40  # trees after which a hopeless pair is left
_HOPELESS = -5.5  # log-odds after them; what these pairs could still gain changes no decision
_NEVER = np.float32(3e38)


@dataclass(frozen=True, slots=True)
class Trees:
    """Binary trees over the columns of ``features``; what they add up to is log-odds that two rows are one customer.

    A node goes left where its comparison is at most ``threshold``; the right child is the one behind the left. Leaves
    point to themselves. ``column`` counts the comparisons twice: once with what is missing lowest, once highest.
    """

    features: tuple[str, ...]
    base: float
    roots: Ints
    column: Ints
    threshold: Floats
    left: Ints
    value: Floats
    depth: int
    paths: tuple[float, ...]  # what a common neighbour makes of the log-odds: constant, slope, one for each bar reached
    path_bars: tuple[float, ...]  # how sure the weaker of the two links to the neighbour is

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Trees:
        """The trees as ``as_dict`` stores them."""
        sizes = [len(tree["left"]) for tree in stored["trees"]]
        roots = np.cumsum([0, *sizes[:-1]]).astype(np.int64)
        joined = {
            name: np.concatenate([np.asarray(tree[name]) for tree in stored["trees"]])
            for name in ("column", "threshold", "left", "value")
        }
        shift = np.repeat(roots, sizes)
        threshold = joined["threshold"].astype(np.float32)
        leaf = joined["left"] < 0
        return cls(
            features=tuple(stored["features"]),
            base=float(stored["base"]),
            roots=roots,
            column=joined["column"].astype(np.int64),
            threshold=np.where(leaf, _NEVER, threshold),
            left=np.where(leaf, np.arange(len(leaf)), joined["left"] + shift).astype(np.int64),
            value=joined["value"].astype(np.float32),
            depth=int(stored["depth"]),
            paths=tuple(stored["paths"]),
            path_bars=tuple(stored["path_bars"]),
        )

    def log_odds(self, features: Floats) -> Floats:
        """One number a row of comparisons; rows that can come to nothing are not followed to the end."""
        out = np.empty(len(features), dtype=np.float32)
        for start in range(0, len(features), _CHUNK):
            part = features[start : start + _CHUNK]
            sums = self._sums(part, self.roots[:_SOUNDING])
            alive = np.flatnonzero(sums > _HOPELESS)
            sums[alive] += self._sums(part[alive], self.roots[_SOUNDING:]) - np.float32(self.base)
            out[start : start + _CHUNK] = sums
        return out

    def _sums(self, features: Floats, roots: Ints) -> Floats:
        """All the trees at once: rows x trees nodes, a level deeper each step."""
        flat, begins = _doubled(features)
        node = np.broadcast_to(roots, (len(features), len(roots)))
        for _ in range(self.depth):
            node = self.left[node] + (flat[begins[:, None] + self.column[node]] > self.threshold[node])
        return np.asarray(np.float32(self.base) + self.value[node].sum(axis=1))

    def contributions(self, features: Floats) -> Floats:
        """Rows x comparisons: what each comparison adds to the log-odds; with ``prior`` they make the whole."""
        parts = [self._parts(features[start : start + _CHUNK]) for start in range(0, len(features), _CHUNK)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.features)), dtype=np.float32)

    def _parts(self, features: Floats) -> Floats:
        flat, begins = _doubled(features)
        width = len(self.features)
        first = np.arange(len(features))[:, None] * width
        node = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        out = np.zeros(len(features) * width)
        for _ in range(self.depth):
            below = self.left[node] + (flat[begins[:, None] + self.column[node]] > self.threshold[node])
            moved = self.value[below] - self.value[node]
            out += np.bincount((first + self.column[node] % width).ravel(), moved.ravel(), minlength=len(out))
            node = below
        return out.reshape(len(features), width).astype(np.float32)

    def with_neighbour(self, odds: NDArray[np.float64], weaker: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds of pairs that a third row links; ``weaker`` is the probability of the weaker link, or 0."""
        constant, slope, *steps = self.paths
        step = np.array([0.0, *steps])[np.searchsorted(self.path_bars, weaker, side="right")]
        return np.asarray(constant + slope * odds + step)

    @property
    def prior(self) -> float:
        """The log-odds before anything is compared."""
        return self.base + float(self.value[self.roots].sum())


def _doubled(features: Floats) -> tuple[Floats, Ints]:
    """The comparisons in one row after another, with what is missing lowest and then highest, and where rows begin."""
    high = np.where(features == np.float32(MISSING), _NEVER / 2, features)
    flat = np.concatenate([features, high], axis=1).ravel()
    return flat, np.arange(len(features), dtype=np.int64) * (2 * features.shape[1])


@cache
def company_model() -> Trees:
    """The model for companies; see ``docs/duplicates.md`` for what it was trained on."""
    trees = Trees.from_dict(json.loads(_stored("company_model.json")))
    if trees.features != FEATURES:
        raise ValueError("company_model.json was made for other comparisons: train it again")
    return trees


def _stored(name: str) -> str:
    return (files("workbench.duplicates") / "data" / name).read_text(encoding="utf-8")


@cache
def foreign_weights() -> tuple[float, NDArray[np.float64]]:
    """Constant and weights of ``FOREIGN_FEATURES``: log-odds for rows with texts that are no companies."""
    stored = json.loads(_stored("foreign_model.json"))
    if tuple(stored["weights"]) != FOREIGN_FEATURES:
        raise ValueError("foreign_model.json was made for other comparisons: train it again")
    return float(stored["constant"]), np.array(list(stored["weights"].values()))


def probability(log_odds: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Log-odds as 0 to 1."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds.astype(np.float64), -30.0, 30.0)))
