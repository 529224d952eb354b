"""Tables that hold no companies: persons, products, papers. Every column counts for what the table itself shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from workbench.duplicates.normalise import fold
from workbench.duplicates.scripts import latin, skeleton
from workbench.duplicates.table import NONE, Floats, Ints, Texts

__all__ = ["Column", "ForeignTable", "Weights", "all_levels", "estimate", "levels", "read"]

LEVELS = 5
"""Likeness of two values: 0 is none, 4 the same; -1 where one is missing."""

Kind = str  # "text", "code", "words" or "number"

LONGEST_CELL = 2000
_TOKENS = 24
_WORDS_FROM = 3.5  # words in a cell, on average, that make a column one of texts
_NUMBER = re.compile(r"^[^\d-]{0,4}-?\d{1,3}(?:[ ,]?\d{3})*(?:\.\d+)?\D{0,4}$")
_DIGITS = re.compile(r"\d")
_MOST_CROSSED = 6
_SHARED_VALUES, _FEW_VALUES = 0.05, 20
_SEED = 7
_SAMPLE = 200_000
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its values in Latin letters, and what its kind needs besides."""

    name: str
    kind: Kind
    texts: Texts
    share: Floats  # of the filled rows that hold the same value
    numbers: NDArray[np.float64]  # for "number"; not a number elsewhere
    tokens: Ints  # rows x _TOKENS, for "words"
    weights: Floats  # of the tokens, each row's squares add up to 1


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """Rows of a table of any columns."""

    ids: tuple[str, ...]
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.ids)


def read(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> ForeignTable:
    """All columns of (id, row) pairs that hold at least two different values, in the order of their names."""
    names = sorted({name for _, row in rows for name in row})
    columns = [_column(name, [_text(row.get(name)) for _, row in rows]) for name in names]
    return ForeignTable(tuple(id_ for id_, _ in rows), tuple(column for column in columns if column is not None))


def _text(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST_CELL].strip()


def _column(name: str, cells: Sequence[str]) -> Column | None:
    texts = [latin(fold(cell)) for cell in cells]
    counts = Counter(text for text in texts if text)
    filled = sum(counts.values())
    if len(counts) < 2:
        return None
    kind = _kind([cell for cell in cells if cell], [text for text in texts if text])
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    share = np.array([counts[text] / filled if text else 0.0 for text in texts], dtype=np.float32)
    numbers = np.array([_number(cell) if kind == "number" else np.nan for cell in cells], dtype=np.float64)
    tokens, weights = _tokens(texts) if kind == "words" else (np.empty((0, 0), np.int64), np.empty((0, 0), np.float32))
    return Column(name, kind, column, share, numbers, tokens, weights)


def _kind(cells: Sequence[str], texts: Sequence[str]) -> Kind:
    if sum(len(text.split()) for text in texts) / len(texts) >= _WORDS_FROM:
        return "words"
    decimal = sum("." in cell for cell in cells) / len(cells)
    if decimal > 0.2 and sum(_NUMBER.match(cell) is not None for cell in cells) / len(cells) > 0.9:
        return "number"
    digits = sum(len(_DIGITS.findall(text)) for text in texts) / sum(map(len, texts))
    return "code" if digits > 0.5 else "text"


def _number(cell: str) -> float:
    digits = re.sub(r"[^\d.-]", "", cell)
    try:
        return float(digits)
    except ValueError:
        return float("nan")


def _tokens(texts: Sequence[str]) -> tuple[Ints, Floats]:
    """The rarest words of every row, and their weight in it."""
    frequency = Counter(word for text in texts for word in set(text.split()))
    number = {word: place for place, word in enumerate(sorted(frequency))}
    tokens = np.full((len(texts), _TOKENS), NONE, dtype=np.int64)
    weights = np.zeros((len(texts), _TOKENS), dtype=np.float32)
    for row, text in enumerate(texts):
        words = sorted(set(text.split()), key=lambda word: (frequency[word], word))[:_TOKENS]
        tokens[row, : len(words)] = [number[word] for word in words]
        weights[row, : len(words)] = [np.log(1 + len(texts) / frequency[word]) for word in words]
    norm = np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return tokens, weights / np.maximum(norm, np.float32(1e-9))


def levels(column: Column, i: Ints, j: Ints) -> Ints:
    """The likeness of each pair's values, 0 to 4, -1 where one is missing."""
    a, b = column.texts[i], column.texts[j]
    out = np.full(len(i), NONE, dtype=np.int64)
    filled = np.flatnonzero((a != "") & (b != ""))
    if len(filled):
        out[filled] = _LEVELS[column.kind](column, i[filled], j[filled])
    return out


def all_levels(table: ForeignTable, i: Ints, j: Ints) -> Ints:
    """Pairs x columns: the likeness of their values; values that changed places with another column's count as alike."""
    grades = np.stack([levels(column, i, j) for column in table.columns], axis=1)
    texts = [number for number, column in enumerate(table.columns) if column.kind == "text"][:_MOST_CROSSED]
    for one, other in combinations(texts, 2):
        if _share_values(table.columns[one], table.columns[other]):
            _cross(table, (one, other), grades, i, j)
    return grades


def _share_values(one: Column, other: Column) -> bool:
    """Whether two columns hold values of one kind, such as given and family names."""
    a, b = set(one.texts.tolist()) - {""}, set(other.texts.tolist()) - {""}
    return len(a & b) >= _SHARED_VALUES * min(len(a), len(b)) and min(len(a), len(b)) > _FEW_VALUES


def _cross(table: ForeignTable, columns: tuple[int, int], grades: Ints, i: Ints, j: Ints) -> None:
    """Raise the grades of pairs in which the values of two columns stand in each other's place."""
    one, other = (table.columns[number].texts for number in columns)
    unlike = (grades[:, list(columns)] <= 1).all(axis=1)
    filled = (one[i] != "") & (other[j] != "") & (other[i] != "") & (one[j] != "")
    at = np.flatnonzero(unlike & np.asarray(filled, dtype=np.bool_))
    if len(at):
        crossed = np.minimum(_text_grades(one[i[at]], other[j[at]]), _text_grades(other[i[at]], one[j[at]]))
        for number in columns:
            grades[at, number] = np.maximum(grades[at, number], np.where(crossed >= 2, crossed - 1, 0))


def _graded(values: NDArray[Any], bars: Sequence[float], same: NDArray[np.bool_]) -> Ints:
    """Level 4 for the same, else how many of three bars are reached."""
    grade = np.searchsorted(np.asarray(bars), values, side="right")
    return np.where(same, LEVELS - 1, grade).astype(np.int64)


def _same(column: Column, i: Ints, j: Ints) -> NDArray[np.bool_]:
    return np.asarray(column.texts[i] == column.texts[j], dtype=np.bool_)


def _text_levels(column: Column, i: Ints, j: Ints) -> Ints:
    return _text_grades(column.texts[i], column.texts[j])


def _text_grades(one: Texts, other: Texts) -> Ints:
    """Likeness of short texts, blanks aside."""
    a = [text.replace(" ", "") for text in one.tolist()]
    b = [text.replace(" ", "") for text in other.tolist()]
    start = cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float32)
    edits = cpdist(a, b, scorer=OSA.normalized_similarity, dtype=np.float32)
    return _graded(np.maximum(start - 0.05, edits), (0.6, 0.75, 0.85), np.asarray(edits == 1))


def _code_levels(column: Column, i: Ints, j: Ints) -> Ints:
    a, b = column.texts[i].tolist(), column.texts[j].tolist()
    edits = cpdist(a, b, scorer=OSA.distance, dtype=np.int32)
    return _graded(-edits.astype(np.float64), (-3.5, -2.5, -1.5), _same(column, i, j))


def _words_levels(column: Column, i: Ints, j: Ints) -> Ints:
    same = column.tokens[i][:, :, None] == column.tokens[j][:, None, :]
    same &= column.tokens[i][:, :, None] >= 0
    alike = np.einsum("pa,pb,pab->p", column.weights[i], column.weights[j], same.astype(np.float32))
    return _graded(alike, (0.25, 0.5, 0.75), _same(column, i, j))


def _number_levels(column: Column, i: Ints, j: Ints) -> Ints:
    a, b = column.numbers[i], column.numbers[j]
    apart = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-9)
    return _graded(-np.nan_to_num(apart, nan=1.0), (-0.3, -0.1, -0.02), a == b)


_LEVELS = {"text": _text_levels, "code": _code_levels, "words": _words_levels, "number": _number_levels}


# ------------------------------------------------------------------------------------------------------- weights
@dataclass(frozen=True, slots=True)
class Weights:
    """What each level of each column adds to the log-odds that two rows are one, learned from the table itself."""

    prior: float  # log-odds of a candidate before its columns are looked at
    levels: NDArray[np.float64]  # columns x LEVELS

    def of(self, table: ForeignTable, i: Ints, grades: Ints) -> NDArray[np.float64]:
        """Pairs x columns: what each column adds; the same value counts for more where few rows hold it."""
        out = np.zeros(grades.shape, dtype=np.float64)
        for number, column in enumerate(table.columns):
            grade = grades[:, number]
            out[:, number] = np.where(grade >= 0, self.levels[number][np.maximum(grade, 0)], 0.0)
            same = grade == LEVELS - 1
            usual = float((column.share**2).sum() / max(float(column.share.sum()), 1e-12))
            share = np.maximum(column.share[i[same]], 1e-9)
            out[same, number] += _RARE * np.log(max(usual, 1e-9) / share)
        return out


_RARE = 0.5  # how far a value's own frequency, instead of its column's, makes the weight of an agreement
_M = np.array([0.04, 0.03, 0.05, 0.13, 0.75])  # how alike one thing's values are expected to be
_BELIEF = 40.0  # pairs that the expectation counts for


def estimate(table: ForeignTable, grades: Ints) -> Weights:
    """Weights by expectation maximisation over candidate pairs (no labels), held by what is usual and by random pairs."""
    chance = _chance(table)
    m = np.tile(_M, (len(table.columns), 1))
    u = chance.copy()
    share = min(0.5, len(table) / (4.0 * max(1, len(grades))))
    patterns, inverse, counts = np.unique(grades, axis=0, return_inverse=True, return_counts=True)
    del inverse
    for _ in range(_ROUNDS):
        odds = np.log(share / (1 - share)) + _log_ratio(patterns, m, u)
        belief = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        is_one, is_not = belief * counts, (1 - belief) * counts
        m = np.stack([_shares(patterns[:, c], is_one, _M) for c in range(len(m))])
        u = np.stack([_shares(patterns[:, c], is_not, chance[c]) for c in range(len(u))])
        share = float(np.clip(is_one.sum() / counts.sum(), 1e-6, 0.95))
    ratio = np.log(m / u)
    return Weights(float(np.log(share / (1 - share))), np.maximum.accumulate(ratio, axis=1))


def _log_ratio(patterns: Ints, m: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.log(m / u)
    parts = [np.where(patterns[:, c] >= 0, ratio[c][np.maximum(patterns[:, c], 0)], 0.0) for c in range(len(m))]
    return np.asarray(np.sum(parts, axis=0))


def _shares(grades: Ints, weights: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    filled = grades >= 0
    seen = np.bincount(grades[filled], weights=weights[filled], minlength=LEVELS)
    return np.asarray((seen + _BELIEF * expected) / (seen.sum() + _BELIEF))


def _chance(table: ForeignTable) -> NDArray[np.float64]:
    """Columns x LEVELS: how alike the values of two rows drawn at random are."""
    random = np.random.default_rng(_SEED)
    i = random.integers(0, len(table), _SAMPLE)
    j = random.integers(0, len(table), _SAMPLE)
    i, j = i[i != j], j[i != j]
    shares = []
    for column in table.columns:
        grade = levels(column, i, j)
        seen = np.bincount(grade[grade >= 0], minlength=LEVELS).astype(np.float64)
        shares.append((seen + 0.5) / (seen.sum() + 0.5 * LEVELS))
    return np.array(shares)


# ------------------------------------------------------------------------------------------------------ blocking
_RAREST = 8
_PAIRED = 7
_LONGEST_SLIP = 14


def keys_of(table: ForeignTable, row: int) -> Iterator[str]:
    """The keys that make a row a candidate with others that share one."""
    heads = []
    for number, column in enumerate(table.columns):
        text = column.texts[row]
        if not text or column.kind == "number":
            continue
        heads.append(f"{number}{text.replace(' ', '')[:4]}")
        if column.kind == "words":
            yield from _word_keys(column, row)
        else:
            yield from _value_keys(number, column.kind, text)
    for one, other in combinations(heads[:_PAIRED], 2):
        yield f"2{one} {other}"


def _word_keys(column: Column, row: int) -> Iterator[str]:
    words = [int(word) for word in column.tokens[row] if word != NONE]
    for word in words[:_RAREST]:
        yield f"w{column.name} {word}"
    for one, other in combinations(words[:5], 2):
        yield f"p{column.name} {min(one, other)} {max(one, other)}"


def _value_keys(number: int, kind: str, text: str) -> Iterator[str]:
    plain = text.replace(" ", "")
    yield f"v{number}{plain}"
    if kind == "text":
        yield f"k{number}{skeleton(plain)}"
        for word in text.split():
            yield f"t{number}{word}"
    if 5 <= len(plain) <= _LONGEST_SLIP:
        for at in range(len(plain)):
            yield f"x{number}{plain[:at]}{plain[at + 1 :]}"
