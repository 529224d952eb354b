"""Pairs of the register's customers, kept in the register with what people decided about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.duplicates.adjusting import adjustment_of
from workbench.duplicates.engine import scan
from workbench.duplicates.links import constraints_of
from workbench.duplicates.pairs import DuplicatePair
from workbench.i18n import _
from workbench.register import Register

__all__ = ["RecordedPairs", "record_pairs"]


@dataclass(frozen=True, slots=True)
class RecordedPairs:
    """What came of a scan of the register; ``changeset`` is None where nothing was new."""

    pairs: tuple[DuplicatePair, ...]
    new: int
    known: int
    changeset: int | None


def record_pairs(register: Register, author: str) -> RecordedPairs:
    """Scan the register's customers and add the pairs it does not hold yet for a person to decide, in one changeset.

    Pairs that the register holds are left as they are: nobody's decision is overwritten, and a second run changes
    nothing. Customers that were merged into another are left out; what was decided about them holds for the record
    that stands.
    """
    every, known = register.rows("customers"), register.rows("duplicate_pairs")
    customers = [row for row in every if not row.get("merged_into")]
    decided = constraints_of(every, known)
    found = scan(customers, own_weights=adjustment_of(register), decided=decided)
    pairs = [pair for pair in found if pair.score]
    held = {frozenset((row["customer_a"], row["customer_b"])) for row in known}
    fresh = [pair for pair in pairs if frozenset((pair.id_a, pair.id_b)) not in held.union(decided)]
    changeset = _store(register, fresh, author) if fresh else None
    return RecordedPairs(tuple(pairs), len(fresh), len(pairs) - len(fresh), changeset)


def _store(register: Register, pairs: Iterable[DuplicatePair], author: str) -> int:
    rows = [
        {
            "customer_a": pair.id_a,
            "customer_b": pair.id_b,
            "score": pair.score,
            "reasons": [reason.as_dict() for reason in pair.reasons],
            "decision": "review",
        }
        for pair in pairs
    ]
    reason = _("{count} pairs of customers that may be one").format(count=len(rows))
    with register.changeset(origin="duplicates", reason=reason, author=author) as cs:
        cs.insert("duplicate_pairs", rows)
    return cs.number
