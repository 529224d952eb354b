"""Decisions about pairs of customers: taken, checked against those before, kept for ever, and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from workbench.duplicates import kinds as _kinds  # noqa: F401 - its findings are told here
from workbench.duplicates.engine import scan
from workbench.duplicates.links import APART, Ties
from workbench.duplicates.merging import (
    Merged,
    Unmerged,
    merge_of,
    merge_records,
    preferred,
    unmerge_record,
)
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.survivorship import RULES, Reading, TakeUnreadable, read_take, rules_of
from workbench.errors import DataRefused
from workbench.findings import Finding
from workbench.i18n import _
from workbench.register import TABLES, Changeset, NotPermitted, Register
from workbench.register.schema import METADATA

__all__ = [
    "DECISIONS", "Decision", "DecisionsRefused", "Outcome", "apply_decisions", "decide",
    "required_role", "unmerge",
]  # fmt: skip

Row = dict[str, Any]

DECISIONS = TABLES["duplicate_pairs"].field_named("decision").choices
"""What a person may decide about a pair; ``review`` gives it back to the queue."""

_ROLES = ("viewer", "editor", "supervisor", "administrator")
_ROLE_OF = ("customers.merged_into", "duplicate_pairs.decision")
_FIELDS = ("decision", "decided_by", "survivor", "take", "why")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: on a pair of the register by its id, or on any two customers.

    Attributes:
        a: id of a customer, or empty where ``pair`` names the pair.
        b: id of the other customer.
        decision: one of ``DECISIONS``.
        survivor: id of the record that stands, or ``a`` or ``b``; empty leaves it to ``preferred``.
        take: fields to take by hand: ``email=b, phone=C-000012``.
        why: why, in words.
        pair: id of the row of ``duplicate_pairs``.
    """

    a: str
    b: str
    decision: str
    survivor: str = ""
    take: str = ""
    why: str = ""
    pair: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of decisions; ``refused`` holds (number of the decision, field, finding) and then nothing is stored."""

    merged: list[Merged] = field(default_factory=list)
    unmerged: list[Unmerged] = field(default_factory=list)
    decided: int = 0
    refused: list[tuple[int, str, Finding]] = field(default_factory=list)
    changeset: int | None = None


class DecisionsRefused(DataRefused):
    """Decisions that contradict earlier ones or cannot be read; ``findings`` has all of them, and none was stored."""

    code = "duplicates.refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        more = f" … +{len(findings) - 1}" if len(findings) > 1 else ""
        super().__init__(first.message + more, where=first.where, remedy=first.remedy)
        self.findings = tuple(findings)


def required_role(register: Register) -> str:
    """The role that merging needs; empty where anybody who may write may merge.

    The firm's setting ``field_roles`` says it: ``{"customers.merged_into": "supervisor"}``.
    """
    wanted = register.setting("field_roles") or {}
    needed = [wanted[name] for name in _ROLE_OF if wanted.get(name) in _ROLES]
    return max(needed, key=_ROLES.index, default="")


def _lacks_role(register: Register) -> str:
    """The role that the person at work would need to merge and does not have."""
    needed = required_role(register)
    if not needed or register.actor is None:
        return ""
    roles = {row["name"]: row["role"] for row in register.rows("users")}
    rank = _ROLES.index(roles[register.actor]) if register.actor in roles else -1
    return needed if roles and rank < _ROLES.index(needed) else ""


def decide(register: Register, decisions: Sequence[Decision], *, author: str, reason: str = "") -> Outcome:
    """Take decisions, all of them in one changeset or none.

    Raises:
        DecisionsRefused: some contradict earlier ones, or name what is not there; all are listed.
        NotPermitted: the author's role does not allow it.
    """
    told = reason or _("{count} decisions about customers").format(count=len(decisions))
    with register.changeset(origin="duplicates", reason=told, author=author) as cs:
        outcome = apply_decisions(cs, register, decisions, author=author)
        if outcome.refused:
            raise DecisionsRefused([finding for _number, _field, finding in outcome.refused])
    outcome.changeset = cs.number or None
    return outcome


def apply_decisions(cs: Changeset, register: Register, decisions: Sequence[Decision], *, author: str) -> Outcome:
    """Take decisions inside a changeset; the caller gives it up where anything of ``refused`` is told."""
    maker = _Maker(cs, register, author)
    order = sorted(range(len(decisions)), key=lambda number: decisions[number].decision == "merge")
    for number in order:  # what must stay apart is known before anything is merged
        maker.take(number, decisions[number])
    return maker.outcome


class _Maker:
    """Takes decisions one by one, each checked against all that stand."""

    def __init__(self, cs: Changeset, register: Register, author: str) -> None:
        self.cs, self.register, self.author = cs, register, author
        self.outcome = Outcome()
        self.pairs: dict[str, Row] = {row["id"]: row for row in cs.rows("duplicate_pairs")}
        self.by_ids = {_key(row["customer_a"], row["customer_b"]): row["id"] for row in self.pairs.values()}
        self.rules = rules_of(register.setting("survivorship"))
        self.lacking = _lacks_role(register)
        self._read_ties()

    def _read_ties(self) -> None:
        self.ties = Ties(self.cs.rows("customers"), self.pairs.values())

    def take(self, number: int, decision: Decision) -> None:
        """One decision; what speaks against it goes into ``outcome.refused``."""
        found = self._pair_of(decision)
        problems = list(self._problems(decision, found))
        if problems:
            self.outcome.refused += [(number, name, finding) for name, finding in problems]
            return
        was = self.pairs.get(found.id)
        if was is not None and was["decision"] == "merge" and decision.decision != "merge":
            self._take_back(found.id)
            was = self.pairs.get(found.id)
            if decision.decision in APART and self.ties.stands_for(found.a) == self.ties.stands_for(found.b):
                where = f"{found.a} / {found.b}"
                self.outcome.refused.append((number, "decision", Finding("duplicate.merged", where, where)))
                return
        self._store(decision, found, was)
        self.outcome.decided += 1

    def _pair_of(self, decision: Decision) -> _Pair:
        row = self.pairs.get(decision.pair)
        if row is not None:
            return _Pair(row["id"], row["customer_a"], row["customer_b"])
        a, b = sorted((decision.a, decision.b), key=lambda id_: (len(id_), id_))
        return _Pair(self.by_ids.get(_key(a, b), ""), a, b)

    def _problems(self, decision: Decision, pair: _Pair) -> Iterator[tuple[str, Finding]]:
        where = f"{pair.a} / {pair.b}"
        missing = [one for one in (pair.a, pair.b) if one not in self.ties]
        if missing or pair.a == pair.b:
            yield "decision", Finding("duplicate.customer-missing", where, ", ".join(missing) or where)
            return
        if decision.decision not in DECISIONS:
            yield "decision", Finding("duplicate.decision", where, decision.decision, DECISIONS)
            return
        was = self.pairs.get(pair.id)
        merging = decision.decision == "merge" or (was is not None and was["decision"] == "merge")
        if merging and self.lacking:
            details = {"role": self.lacking}
            yield "decision", Finding("duplicate.role", where, self.register.actor or "", details=details)
        reading = Reading(pair.a, pair.b)
        if decision.survivor and reading.id_of(decision.survivor) is None:
            yield "survivor", Finding("duplicate.survivor", where, decision.survivor, (pair.a, pair.b))
        try:
            read_take(decision.take, reading)
        except TakeUnreadable as problem:
            yield "take", Finding("duplicate.take", where, problem.part, details={"fields": ", ".join(RULES)})
        yield from self._contradictions(decision, pair, was, where)

    def _contradictions(
        self, decision: Decision, pair: _Pair, was: Row | None, where: str
    ) -> Iterator[tuple[str, Finding]]:
        one, other = self.ties.stands_for(pair.a), self.ties.stands_for(pair.b)
        if decision.decision == "merge":
            own = {pair.a, pair.b}
            against = [f"{a} / {b}" for a, b in self.ties.between(pair.a, pair.b) if {a, b} != own]
            if one != other and against:
                yield "decision", Finding("duplicate.kept-apart", where, where, tuple(against))
        elif decision.decision in APART and one == other and (was is None or was["decision"] != "merge"):
            yield "decision", Finding("duplicate.merged", where, where)

    def _take_back(self, pair: str) -> None:
        """The merge that a decision on this pair made is taken back."""
        for merge in self.cs.rows("merges", {"undone": False}):
            if merge["survivorship"]["pair"].get("id") == pair:
                self.outcome.unmerged.append(unmerge_record(self.cs, self.register, merge))
        self.pairs = {row["id"]: row for row in self.cs.rows("duplicate_pairs")}
        self.by_ids = {_key(row["customer_a"], row["customer_b"]): row["id"] for row in self.pairs.values()}
        self._read_ties()

    def _store(self, decision: Decision, pair: _Pair, was: Row | None) -> None:
        values = {
            "decision": decision.decision,
            "decided_by": self.author if decision.decision != "review" else None,
            "survivor": {pair.a: "a", pair.b: "b"}.get(Reading(pair.a, pair.b).id_of(decision.survivor) or ""),
            "take": decision.take.strip() or None,
            "why": decision.why.strip() or None,
        }
        id_ = pair.id
        if was is None:
            (id_,) = self.cs.insert("duplicate_pairs", [{**self._evidence(pair), **values}])
        else:
            self.cs.update("duplicate_pairs", id_, values)
        before = None if was is None else {name: was[name] for name in _FIELDS}
        self.pairs[id_] = {"id": id_, "customer_a": pair.a, "customer_b": pair.b, **values}
        self.by_ids[_key(pair.a, pair.b)] = id_
        if decision.decision in APART:
            self.ties.keep_apart(pair.a, pair.b)
        else:
            self.ties.release(pair.a, pair.b)
        if decision.decision == "merge":
            self._merge(decision, pair, {"id": id_, "was": before})

    def _evidence(self, pair: _Pair) -> Row:
        """What a person put together by hand: how alike the two are, told beside it."""
        rows = self.cs.rows("customers", {"id": [pair.a, pair.b]})
        found = scan(rows)
        reasons = [DuplicateReason.of("decision.hand", weight="–"), *(found[0].reasons if found else ())]
        return {
            "customer_a": pair.a,
            "customer_b": pair.b,
            "score": found[0].score if found else 0,
            "reasons": [reason.as_dict() for reason in reasons],
        }

    def _merge(self, decision: Decision, pair: _Pair, link: Mapping[str, Any]) -> None:
        """The two records become one, or rather what stands for each of them today does."""
        one, other = self.ties.stands_for(pair.a), self.ties.stands_for(pair.b)
        if one == other:
            return
        rows = {row["id"]: row for row in self.cs.rows("customers", {"id": [one, other]})}
        named = Reading(pair.a, pair.b).id_of(decision.survivor)
        if named:
            kept = self.ties.stands_for(named)
            merged = other if kept == one else one
        else:
            first, second = preferred(rows[one], rows[other], self._orders([one, other]))
            kept, merged = first["id"], second["id"]
        take = {
            name: self.ties.stands_for(id_) for name, id_ in read_take(decision.take, Reading(pair.a, pair.b)).items()
        }
        done = merge_records(
            self.cs,
            kept,
            merged,
            person=self.author,
            why=decision.why.strip() or _("decided to be one customer"),
            rules=self.rules,
            take=take,
            pair=link,
        )
        self.ties.join(kept, merged)
        self.outcome.merged.append(done)

    def _orders(self, ids: Sequence[str]) -> dict[str, int]:
        orders = METADATA.tables["orders"]
        query = sa.select(orders.c.customer_id, sa.func.count()).where(orders.c.customer_id.in_(ids))
        found = self.cs.connection().execute(query.group_by(orders.c.customer_id))
        return {row[0]: row[1] for row in found}


@dataclass(frozen=True, slots=True)
class _Pair:
    id: str  # empty where the register has no such pair yet
    a: str
    b: str


def _key(one: str, other: str) -> frozenset[str]:
    return frozenset((one, other))


def unmerge(register: Register, merged: str, *, author: str, reason: str = "", apart: bool = False) -> Outcome:
    """Take the merge of a record back; with ``apart`` it is decided as well that the two are not one.

    Raises:
        MergeUnknown: the record is not merged into another.
        NotPermitted: the author's role does not allow it.
    """
    lacking = _lacks_role(register)
    if lacking:
        problem = Finding("duplicate.role", merged, register.actor or "", details={"role": lacking})
        raise NotPermitted(problem.message, where=merged, remedy=problem.remedy)
    told = reason or _("{id} is a customer of its own again").format(id=merged)
    outcome = Outcome()
    with register.changeset(origin="duplicates", reason=told, author=author) as cs:
        merge = merge_of(cs.rows("merges"), merged)
        outcome.unmerged.append(unmerge_record(cs, register, merge))
        if apart:
            one = Decision(str(merge["kept_id"]), merged, "apart", why=reason)
            outcome.decided = apply_decisions(cs, register, [one], author=author).decided
    outcome.changeset = cs.number or None
    return outcome
