"""Pairs of rows of any columns in the same comparisons, whatever the columns are: what a trained model can judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from workbench.duplicates.foreign import LEVELS, Column, ForeignTable, Weights
from workbench.duplicates.table import NONE, Floats, Ints

__all__ = ["FOREIGN_FEATURES", "foreign_features"]

FOREIGN_FEATURES: tuple[str, ...] = (
    # what the columns' own weights say: all, for, against; the share of columns that are the same, that are unlike
    "weights.sum", "weights.for", "weights.against", "columns.same", "columns.unlike",
    # all words of a row, rare ones weighing more; words with digits (models, years, house numbers)
    "words.alike", "words.low", "words.high", "words.open_low", "words.open_high", "words.rarest",
    "digits.shared", "digits.open",
    # the column that tells rows apart best
    "main.sorted", "main.set", "main.start",
    # the pair among the candidates of its rows: the best of either, of both, and by how much
    "best.one", "best.both", "lead.low", "lead.high",
    # numbers such as prices: the same, far apart
    "numbers.same", "numbers.apart",
)  # fmt: skip

_WORDS = 32
_CHUNK = 50_000
_FARTHEST = 10.0


def foreign_features(table: ForeignTable, i: Ints, j: Ints, grades: Ints, weights: Weights) -> Floats:
    """One row of ``FOREIGN_FEATURES`` a pair; ``grades`` are the columns' levels of likeness."""
    parts = weights.of(table, i, grades)
    found = _column_features(table, grades, parts, weights.prior)
    found |= _word_features(table, i, j)
    found |= _main_features(table, i, j)
    found |= _rank_features(i, j, 10 * found["weights.sum"] + 5 * found["words.alike"], len(table))
    return np.stack([np.asarray(found[name], dtype=np.float32) for name in FOREIGN_FEATURES], axis=1)


_Found = dict[str, NDArray[Any]]


def _column_features(table: ForeignTable, grades: Ints, parts: NDArray[np.float64], prior: float) -> _Found:
    filled = grades >= 0
    count = filled.sum(axis=1)
    kinds = np.array([column.kind for column in table.columns])
    numbers = grades[:, kinds == "number"]
    least = np.where(numbers >= 0, numbers, LEVELS).min(axis=1, initial=LEVELS)
    return {
        "weights.sum": np.clip(parts.sum(axis=1) + prior, -30, 30) / 10,
        "weights.for": np.clip(parts.clip(0).sum(axis=1), 0, 30) / 10,
        "weights.against": np.clip(parts.clip(None, 0).sum(axis=1), -30, 0) / 10,
        "columns.same": (grades == LEVELS - 1).sum(axis=1) / np.maximum(count, 1),
        "columns.unlike": (filled & (grades <= 1)).sum(axis=1) / np.maximum(count, 1),
        "numbers.same": least == LEVELS - 1,
        "numbers.apart": least < 2,
    }


def _row_words(table: ForeignTable) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """The rarest words of each row, their weights, and which hold a digit."""
    columns = [column.texts for column in table.columns if column.kind != "number"]
    texts = [set(" ".join(cells).split()) for cells in zip(*columns, strict=True)] if columns else [set()] * len(table)
    frequency = Counter(word for words in texts for word in words)
    number = {word: place for place, word in enumerate(sorted(frequency))}
    words = np.full((len(table), _WORDS), NONE, dtype=np.int64)
    weights = np.zeros((len(table), _WORDS), dtype=np.float32)
    digits = np.zeros((len(table), _WORDS), dtype=np.bool_)
    for row, found in enumerate(texts):
        rarest = sorted(found, key=lambda word: (frequency[word], word))[:_WORDS]
        words[row, : len(rarest)] = [number[word] for word in rarest]
        weights[row, : len(rarest)] = [np.log(1 + len(table) / frequency[word]) for word in rarest]
        digits[row, : len(rarest)] = [len(word) > 1 and any(map(str.isdigit, word)) for word in rarest]
    return words, weights, digits


def _word_features(table: ForeignTable, i: Ints, j: Ints) -> _Found:
    words, weights, digits = _row_words(table)
    whole = float(np.log(1 + len(table)))
    parts = []
    for start in range(0, max(1, len(i)), _CHUNK):
        a, b = i[start : start + _CHUNK], j[start : start + _CHUNK]
        same = (words[a][:, :, None] == words[b][:, None, :]) & (words[a][:, :, None] >= 0)
        in_b, in_a = same.any(axis=2), same.any(axis=1)
        parts.append(_word_part(weights[a], weights[b], in_b, in_a, digits[a], digits[b], whole))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _word_part(
    a: Floats, b: Floats, in_b: NDArray[np.bool_], in_a: NDArray[np.bool_], digits_a: Any, digits_b: Any, whole: float
) -> _Found:
    met_a, met_b = (a * in_b).sum(axis=1), (b * in_a).sum(axis=1)
    share_a, share_b = met_a / (a.sum(axis=1) + 1e-9), met_b / (b.sum(axis=1) + 1e-9)
    open_a, open_b = (a * ~in_b).sum(axis=1) / whole, (b * ~in_a).sum(axis=1) / whole
    number_a, number_b = a * digits_a, b * digits_b
    left_a, left_b = (number_a * ~in_b).sum(axis=1) / whole, (number_b * ~in_a).sum(axis=1) / whole
    return {
        "words.alike": (a**2 * in_b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1) + 1e-9),
        "words.low": np.minimum(share_a, share_b),
        "words.high": np.maximum(share_a, share_b),
        "words.rarest": (a * in_b).max(axis=1) / whole,
        "words.open_low": np.clip(np.minimum(open_a, open_b), 0, 4),
        "words.open_high": np.clip(np.maximum(open_a, open_b), 0, 6) / 3,
        "digits.shared": np.clip((number_a * in_b).sum(axis=1) / whole, 0, 2),
        "digits.open": np.clip(np.minimum(left_a, left_b), 0, 2),
    }


def _tells_apart(column: Column) -> float:
    if column.kind in {"number", "code"}:
        return -1.0
    filled = column.texts[column.texts != ""]
    return len(set(filled.tolist())) / max(1, len(column.texts))


def _main_features(table: ForeignTable, i: Ints, j: Ints) -> _Found:
    main = max(table.columns, key=_tells_apart)
    a, b = main.texts[i].tolist(), main.texts[j].tolist()
    scorers: dict[str, tuple[Callable[..., Any], float]] = {
        "main.set": (fuzz.token_set_ratio, 100), "main.sorted": (fuzz.token_sort_ratio, 100),
        "main.start": (JaroWinkler.similarity, 1),
    }  # fmt: skip
    return {name: cpdist(a, b, scorer=scorer) / scale for name, (scorer, scale) in scorers.items()}


def _rank_features(i: Ints, j: Ints, score: NDArray[Any], rows: int) -> _Found:
    """The pair's place among all candidates of each of its rows, and its lead over the best other."""
    ends, scores = np.concatenate([i, j]), np.concatenate([score, score])
    order = np.lexsort((-scores, ends))
    starts = np.flatnonzero(np.concatenate([[True], ends[order][1:] != ends[order][:-1]]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    best, second = np.full(rows, -99.0), np.full(rows, -99.0)
    best[ends[rank == 0]], second[ends[rank == 1]] = scores[rank == 0], scores[rank == 1]
    leads = [score - np.where(score >= best[end], second[end], best[end]) for end in (i, j)]
    ranks = rank[: len(i)], rank[len(i) :]
    return {
        "best.one": np.minimum(*ranks) == 0,
        "best.both": np.maximum(*ranks) == 0,
        "lead.low": np.clip(np.minimum(*leads), -_FARTHEST, _FARTHEST) / 5,
        "lead.high": np.clip(np.maximum(*leads), -_FARTHEST, _FARTHEST) / 5,
    }
