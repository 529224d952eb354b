"""How customers are tied: merged into one another, kept apart, or companies of one group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["APART", "GROUP", "Ties", "constraints_of", "standing"]

Row = Mapping[str, Any]

GROUP = frozenset({"sister", "parent_a", "parent_b"})
"""Decisions that two customers are companies of one group."""
APART = frozenset({"apart", *GROUP})
"""Decisions that two customers are not one."""


def standing(customers: Iterable[Row]) -> dict[str, str]:
    """By id the record that stands for a customer: itself, or the one that it was merged into, over any chain."""
    into = {str(row["id"]): str(row["merged_into"] or "") for row in customers}
    found: dict[str, str] = {}
    for one in into:
        path, at = [], one
        while into.get(at) and at not in path:
            path.append(at)
            at = found.get(into[at], into[at])
        found.update(dict.fromkeys([*path, one], at))
    return found


class Ties:
    """What was decided about customers so far: who stands for whom, and which must not become one."""

    def __init__(self, customers: Iterable[Row], pairs: Iterable[Row]) -> None:
        self._stands = standing(customers)
        self._members: dict[str, set[str]] = {}
        for one, stands in self._stands.items():
            self._members.setdefault(stands, set()).add(one)
        self._apart: dict[str, set[str]] = {}
        for row in pairs:
            if row["decision"] in APART:
                self.keep_apart(row["customer_a"], row["customer_b"])

    def __contains__(self, one: str) -> bool:
        return one in self._stands

    def stands_for(self, one: str) -> str:
        """The record that stands for a customer today."""
        return self._stands[one]

    def members(self, one: str) -> set[str]:
        """All the records that are one customer with this."""
        return self._members[self._stands[one]]

    def keep_apart(self, one: str, other: str) -> None:
        """Two records that must not become one."""
        self._apart.setdefault(one, set()).add(other)
        self._apart.setdefault(other, set()).add(one)

    def release(self, one: str, other: str) -> None:
        """A decision that two records stay apart was taken back."""
        self._apart.get(one, set()).discard(other)
        self._apart.get(other, set()).discard(one)

    def between(self, one: str, other: str) -> Iterator[tuple[str, str]]:
        """Pairs, kept apart, that would come together if the two customers became one."""
        others = self.members(other)
        for member in sorted(self.members(one)):
            for against in sorted(self._apart.get(member, set()) & others):
                yield member, against

    def join(self, kept: str, merged: str) -> None:
        """One customer goes into the other; both must stand."""
        gone = self._members.pop(merged)
        self._members[kept] |= gone
        self._stands.update(dict.fromkeys(gone, kept))


def constraints_of(customers: Iterable[Row], pairs: Iterable[Row]) -> dict[frozenset[str], str]:
    """What people decided, as a scan needs it: pairs of standing ids that are ``apart`` or two of one ``group``."""
    ties = Ties(customers, ())
    found: dict[frozenset[str], str] = {}
    for row in pairs:
        if row["decision"] in APART:
            ends = frozenset(ties.stands_for(row[name]) for name in ("customer_a", "customer_b"))
            if len(ends) == 2:
                found[ends] = "apart" if row["decision"] == "apart" else "group"
    return found
