"""The firm's own weights: a small correction of the shipped model, learned from the firm's decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.caution import company_odds
from workbench.duplicates.compare import Comparer
from workbench.duplicates.explain import WEIGHED, field_weights
from workbench.duplicates.links import APART
from workbench.duplicates.model import company_model, probability
from workbench.duplicates.table import Floats
from workbench.duplicates.tables import table_of
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import Register

__all__ = ["SETTING", "Adjustment", "Retrained", "adjustment_of", "retrain"]

SETTING = "duplicates_weights"
"""The setting of the register that holds the firm's own weights."""

LEAST, LEAST_OF_EACH = 40, 10
_FOLDS = 5
_WORTH = 0.01  # of the log loss that own weights must save on decisions they were not learned from
_PULL = np.array([2.0, 20.0, *[30.0] * len(WEIGHED)])  # towards the shipped model: constant, slope, fields
_BOUNDS = np.array([1.5, 0.5, *[0.5] * len(WEIGHED)])
_STEPS = 500

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a firm's decisions make of the shipped model's log-odds.

    ``constant`` + ``slope`` x log-odds + for each field of ``WEIGHED`` its part in them x what ``fields`` holds.
    """

    constant: float = 0.0
    slope: float = 1.0
    fields: tuple[float, ...] = (0.0,) * len(WEIGHED)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """As ``as_dict`` stores it; a field of another version weighs as shipped."""
        own = stored["fields"]
        fields = tuple(float(own.get(name, 0.0)) for name in WEIGHED)
        return cls(float(stored["constant"]), float(stored["slope"]), fields)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the register; text, since the register's JSON holds no binary floats of ours."""
        told = {name: f"{value:.4f}" for name, value in zip(WEIGHED, self.fields, strict=True)}
        return {"constant": f"{self.constant:.4f}", "slope": f"{self.slope:.4f}", "fields": told}

    def odds(self, odds: Doubles, weights: Floats) -> Doubles:
        """Log-odds as the firm's decisions see them; ``weights`` holds each field's part, see ``field_weights``."""
        return np.asarray(self.constant + self.slope * odds + weights.astype(np.float64) @ np.array(self.fields))

    def weights(self, weights: Floats) -> Floats:
        """Each field's part as it counts now."""
        return np.asarray(weights * (np.float32(self.slope) + np.array(self.fields, dtype=np.float32)))


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of retraining: log loss on decisions that were not learned from, and whether it is used."""

    decisions: int
    merges: int
    loss_shipped: float
    loss_own: float
    used: bool
    adjustment: Adjustment
    changeset: int | None


def adjustment_of(register: Register) -> Adjustment | None:
    """The firm's own weights; None where it has none."""
    stored = register.setting(SETTING)
    return Adjustment.from_dict(stored) if isinstance(stored, Mapping) else None


def retrain(register: Register, *, author: str, forget: bool = False) -> Retrained:
    """Learn the firm's own weights from its decisions, or go back to the shipped ones.

    The same decisions give the same weights. They are used only where they judge decisions better that they were not
    learned from (five parts, each held out in turn), and they never move far from the shipped ones: no field can lose
    or gain more than half of its weight.

    Raises:
        ConfigurationError: there are fewer than 40 decisions, or fewer than 10 of a kind.
    """
    if forget:
        return _forget(register, author)
    x, y, folds = _decided(register)
    merges = int(y.sum())
    if len(y) < LEAST or min(merges, len(y) - merges) < LEAST_OF_EACH:
        raise ConfigurationError(
            _(
                "There are {merges} merges and {apart} decisions to keep apart; learning needs {least}, {each} of each."
            ).format(merges=merges, apart=len(y) - merges, least=LEAST, each=LEAST_OF_EACH),
            remedy=_("Decide more pairs first: workbench duplicates review"),
        )
    shipped = _loss(x, y, _shipped())
    held_out = np.empty(len(y))
    for fold in range(_FOLDS):
        out = folds == fold
        held_out[out] = x[out] @ _fit(x[~out], y[~out])
    own = _log_loss(held_out, y)
    fitted = _fit(x, y)
    adjustment = Adjustment(float(fitted[0]), float(fitted[1]), tuple(map(float, fitted[2:])))
    used = own < shipped - _WORTH and _wrong(held_out, y) <= _wrong(x @ _shipped(), y)
    changeset = _keep(register, adjustment, author, len(y)) if used else None
    return Retrained(len(y), merges, shipped, own, used, adjustment, changeset)


def _keep(register: Register, adjustment: Adjustment, author: str, decisions: int) -> int | None:
    reason = _("weights for duplicates learned from {count} decisions").format(count=decisions)
    with register.changeset(origin="duplicates", reason=reason, author=author) as cs:
        cs.set_setting(SETTING, adjustment.as_dict())
    return cs.number or None


def _forget(register: Register, author: str) -> Retrained:
    rows = register.rows("settings", {"name": SETTING})
    number = None
    if rows:
        reason = _("back to the shipped weights for duplicates")
        with register.changeset(origin="duplicates", reason=reason, author=author) as cs:
            cs.delete("settings", rows[0]["id"])
        number = cs.number
    return Retrained(0, 0, 0.0, 0.0, used=False, adjustment=Adjustment(), changeset=number)


def _decided(register: Register) -> tuple[Doubles, Doubles, NDArray[np.int64]]:
    """Decided pairs: (1, log-odds, parts of the fields), merged or not, and which of the parts holds a pair out.

    A record that took values of another in a merge is compared as it was before.
    """
    pairs = [row for row in register.rows("duplicate_pairs") if row["decision"] in {"merge", *APART}]
    customers = {row["id"]: row for row in register.rows("customers")}
    before: dict[tuple[str, str], int] = {}
    for merge in register.rows("merges"):
        if not merge["undone"]:
            before.setdefault((merge["kept_id"], merge["merged_id"]), merge["survivorship"]["versions"]["kept"][0])
    wanted: dict[str, set[int]] = {}
    for (kept, _merged), version in before.items():
        wanted.setdefault(kept, set()).add(version)
    older = register.rows_at_versions("customers", wanted)
    rows = {
        **customers,
        **{f"{id_}@{version}": {**row, "id": f"{id_}@{version}"} for (id_, version), row in older.items()},
    }
    table = table_of(rows)
    at = {id_: number for number, id_ in enumerate(table.ids)}
    ends = []
    for pair in pairs:
        a, b = pair["customer_a"], pair["customer_b"]
        a, b = (_then(one, other, before) for one, other in ((a, b), (b, a)))
        ends.append((at[a], at[b]))
    i, j = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    features = Comparer(table).features(i, j)
    model = company_model()
    odds = company_odds(table, table, i, j, features)
    parts = field_weights(model.contributions(features)).astype(np.float64)
    x = np.column_stack([np.ones(len(odds)), odds, parts])
    y = np.array([row["decision"] == "merge" for row in pairs], dtype=np.float64)
    marks = [hashlib.sha256(f"{row['customer_a']} {row['customer_b']}".encode()).digest()[0] for row in pairs]
    return x, y, np.array(marks, dtype=np.int64) % _FOLDS


def _then(one: str, other: str, before: Mapping[tuple[str, str], int]) -> str:
    version = before.get((one, other))
    return one if version is None else f"{one}@{version}"


def _shipped() -> Doubles:
    return np.array([0.0, 1.0, *[0.0] * len(WEIGHED)])


def _fit(x: Doubles, y: Doubles) -> Doubles:
    """Weights near the shipped ones, and inside the bounds, that make the decisions likeliest: always the same answer."""
    start = _shipped()
    w, reached = start.copy(), _cost(x, y, start)
    for _step in range(_STEPS):
        p = probability(x @ w)
        slope = x.T @ (p - y) + _PULL * (w - start)
        scale = (x * x).T @ (p * (1 - p)) + _PULL
        better = None
        for power in range(12):
            tried = np.clip(w - slope / scale / 2**power, start - _BOUNDS, start + _BOUNDS)
            if (cost := _cost(x, y, tried)) < reached - 1e-9:
                better = tried, cost
                break
        if better is None:
            break
        w, reached = better
    return w


def _cost(x: Doubles, y: Doubles, w: Doubles) -> float:
    return _log_loss(x @ w, y) * len(y) + float((_PULL * (w - _shipped()) ** 2).sum()) / 2


def _loss(x: Doubles, y: Doubles, w: Doubles) -> float:
    return _log_loss(x @ w, y)


def _log_loss(odds: Doubles, y: Doubles) -> float:
    return float(np.mean(np.logaddexp(0, np.where(y > 0, -odds, odds))))


def _wrong(odds: Doubles, y: Doubles) -> int:
    """Pairs that would be merged and must not be."""
    return int(((odds > 0) & (y == 0)).sum())
