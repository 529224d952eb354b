"""Names that are all there is to go by: where they differ in a word that many names have, a person decides.

``Nordmark Trading One`` and ``Nordmark Trading West`` may be one customer with a slip or two that stand side by side on
purpose. Which it is cannot be learned from tables in which names were only ever mistyped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.compare import FEATURES, word_likeness
from workbench.duplicates.model import company_model
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.table import NONE, Floats, Ints, Names, Table, word_weights

__all__ = ["company_odds", "held", "held_reason"]

_AT = {name: number for number, name in enumerate(FEATURES)}
_HELD_AT = -0.9  # log-odds, below what counts as a link to a third row: such pairs do not lift each other
_KNOWN_FROM: tuple[tuple[str, float], ...] = (
    ("tax.alike", 0.7), ("mail.same", 1), ("mail.local", 0.8), ("domain.same", 1), ("domain.alike", 0.9), ("label.brand", 0.9),
    ("phone.same", 1), ("phone.slip", 1), ("address.words", 0.8), ("postcode.alike", 1), ("contact.alike", 0.8),
)  # fmt: skip
"""From where on a comparison says more than the names: with any of these the names are not alone."""
_OFTEN, _OFTEN_SHARE = 5, 0.001  # rows, and share of the rows, from which a word is one that many names have
_SLIP = 0.9  # two names this much alike differ in letters and not in a word
_MATCHED = 0.7


def company_odds(table: Table, other: Table, i: Ints, j: Ints, features: Floats) -> NDArray[np.float64]:
    """The log-odds that pairs (``i`` of the table, ``j`` of the other) are one company, before third rows are heard."""
    odds = company_model().log_odds(features).astype(np.float64)
    return np.where(held(table, other, i, j, features, odds), _HELD_AT, odds)


def held(
    table: Table, other: Table, i: Ints, j: Ints, features: Floats, odds: NDArray[np.floating]
) -> NDArray[np.bool_]:
    """Pairs that the model would join for their names alone, though a word that many names have stands in one only."""
    out = np.zeros(len(i), dtype=np.bool_)
    doubtful = (odds > _HELD_AT) & (features[:, _AT["name.brand"]] < _SLIP)
    for name, bar in _KNOWN_FROM:
        doubtful &= features[:, _AT[name]] < bar
    at = np.flatnonzero(doubtful)
    if len(at):
        out[at] = _words_open(table, other, i[at], j[at])
    return out


def held_reason(odds: float) -> DuplicateReason:
    """Why a pair of these log-odds was held back."""
    return DuplicateReason.of("alone.word", weight=f"{_HELD_AT - odds:+.1f}")


def _words_open(table: Table, other: Table, i: Ints, j: Ints) -> NDArray[np.bool_]:
    """Pairs in which each name of the one row and each of the other differ in a word that many names have, or share only such."""
    rows = other.known.rows
    often = float(word_weights(np.array([max(_OFTEN, int(_OFTEN_SHARE * rows))]), rows)[0])
    found = np.ones(len(i), dtype=np.bool_)
    for one in table.names:
        for two in other.names:
            both = one.filled[i] & two.filled[j]
            at = np.flatnonzero(both & found)
            like = word_likeness(one, two, i[at], j[at])
            open_words = _often_alone(one, i[at], like.max(axis=2), often)
            open_words |= _often_alone(two, j[at], like.max(axis=1), often)
            found[at] = open_words | _often_only(one, i[at], like.max(axis=2), often)
    return found


def _often_alone(names: Names, rows: Ints, likeness: Floats, often: float) -> NDArray[np.bool_]:
    lonely = (likeness < _MATCHED) & (names.tokens[rows] != NONE) & (names.weights[rows] <= often)
    return np.asarray(lonely.any(axis=1))


def _often_only(names: Names, rows: Ints, likeness: Floats, often: float) -> NDArray[np.bool_]:
    """Names that share words, but none that few have."""
    met = (likeness >= _MATCHED) & (names.tokens[rows] != NONE)
    return np.asarray(met.any(axis=1) & ~(met & (names.weights[rows] > often)).any(axis=1))
