"""At the door: new customers are checked against those already there, before they become duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from workbench.duplicates.blocking import LARGEST_BLOCK, hashed_keys, key_hashes
from workbench.duplicates.caution import company_odds, held, held_reason
from workbench.duplicates.columns import map_columns
from workbench.duplicates.compare import Comparer, Usage
from workbench.duplicates.explain import decide, explain, field_weights, may_be_group
from workbench.duplicates.model import company_model, probability
from workbench.duplicates.pairs import ID_COLUMNS, REVIEW_FROM, DuplicatePair, identified
from workbench.duplicates.table import Ints, Table, TableBuilder

__all__ = ["CustomerIndex"]

_PART = 2_000  # new rows that are checked together


class CustomerIndex:
    """The customers there are, ready to be asked whether a new one is among them.

    Making it costs about what reading the rows for a scan costs; asking is quick. It does not change: make another one
    when the register has changed by more than new customers would tell.
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        id_column: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        by_id = identified(rows, id_column)
        ordered = [by_id[id_] for id_ in sorted(by_id)]
        self._fields = map_columns(ordered, columns, leave=(id_column,) if id_column else ID_COLUMNS)
        builder = TableBuilder(self._fields)
        for id_, row in zip(sorted(by_id), ordered, strict=True):
            builder.add(id_, row)
        self._table = builder.build()
        self._usage = Usage.of_table(self._table)
        rows_of, keys = hashed_keys(self._table)
        order = np.lexsort((rows_of, keys))
        self._rows, self._keys = rows_of[order], keys[order]

    def __len__(self) -> int:
        return len(self._table)

    def check(self, row: Mapping[str, Any], *, id_: str = "new") -> list[DuplicatePair]:
        """Customers that the new one may be, surest first; ``id_a`` is the new row's."""
        return self.check_many([row], ids=[id_])[0]

    def check_many(
        self, rows: Sequence[Mapping[str, Any]], *, ids: Sequence[str] | None = None
    ) -> list[list[DuplicatePair]]:
        """For each new row the customers it may be, surest first. The new rows are not compared with each other."""
        names = list(ids) if ids is not None else [str(number) for number in range(len(rows))]
        found: list[list[DuplicatePair]] = []
        for start in range(0, len(rows), _PART):
            builder = TableBuilder(self._fields, self._table.known)
            for id_, row in zip(names[start : start + _PART], rows[start : start + _PART], strict=True):
                builder.add(id_, row)
            found.extend(self._check(builder.build()))
        return found

    def _check(self, new: Table) -> list[list[DuplicatePair]]:
        found: list[list[DuplicatePair]] = [[] for _ in range(len(new))]
        i, j = self._candidates(new)
        features = Comparer(new, self._table, self._usage).features(i, j)
        odds = company_odds(new, self._table, i, j, features)
        p = probability(odds)
        group = may_be_group(features)
        shown = np.flatnonzero((p >= REVIEW_FROM) | group)
        weights = field_weights(company_model().contributions(features[shown]))
        raw = company_model().log_odds(features[shown])
        alone = held(new, self._table, i[shown], j[shown], features[shown], raw)
        for at, number in enumerate(shown.tolist()):
            values = features[number]
            pair = int(i[number]), int(j[number])
            reasons = explain(new, pair, values, weights[at], self._table)
            if alone[at]:
                reasons.append(held_reason(float(raw[at])))
            decision, reasons = decide(float(p[number]), values, reasons, group=bool(group[number]))
            score = Decimal(f"{p[number]:.4f}")
            ids = new.ids[pair[0]], self._table.ids[pair[1]]
            found[pair[0]].append(DuplicatePair(*ids, score, decision, tuple(reasons)))
        return [sorted(pairs, key=lambda pair: (-pair.score, pair.id_b)) for pairs in found]

    def _candidates(self, new: Table) -> tuple[Ints, Ints]:
        """(new row, known row) for every key they share that not too many known rows have."""
        rows, keys = key_hashes(new, range(len(new)))
        first = np.searchsorted(self._keys, keys, side="left")
        size = np.searchsorted(self._keys, keys, side="right") - first
        size = np.where(size > LARGEST_BLOCK, 0, size)
        begin = np.repeat(first, size)
        step = np.arange(len(begin)) - np.repeat(np.cumsum(size) - size, size)
        packed = np.unique(np.repeat(rows, size) * len(self._table) + self._rows[begin + step])
        return packed // len(self._table), packed % len(self._table)
