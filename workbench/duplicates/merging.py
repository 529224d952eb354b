"""Merging two customer records into one, and taking that back: a merge is a link, nothing is thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.duplicates.links import standing
from workbench.duplicates.survivorship import Choice, choose, last_touched, value_in
from workbench.errors import RegisterError
from workbench.i18n import _
from workbench.register import TABLES, Changeset, FieldKind, Register

__all__ = ["MergeUnknown", "Merged", "Unmerged", "merge_of", "merge_records", "preferred", "unmerge_record"]

Row = dict[str, Any]

_LINKS = frozenset({"merges", "duplicate_pairs", "customers"})
"""Tables that tell of customers themselves; what they say of a record stays with the record."""
_FOLLOWING = tuple(
    (table.name, field.name)
    for table in TABLES.values()
    if table.name not in _LINKS
    for field in table.fields
    if field.kind is FieldKind.REFERENCE and field.references == "customers"
)


class MergeUnknown(RegisterError):
    """The customer was not merged into another, so there is nothing to take back."""

    code = "duplicates.not-merged"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: which values the record that stands took, and what followed it (table → ids)."""

    id: str
    kept: str
    merged: str
    choices: tuple[Choice, ...]
    moved: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What taking a merge back did; ``stayed`` names what later changes hold where it is."""

    kept: str
    merged: str
    moved: Mapping[str, Sequence[str]]
    stayed: tuple[str, ...]


def preferred(one: Row, other: Row, orders: Mapping[str, int]) -> tuple[Row, Row]:
    """The record that stands and the one that goes, where nobody says: more orders, more filled fields, older id."""

    def rank(row: Row) -> tuple[int, int, int, str]:
        filled = sum(value not in (None, "", [], {}) for value in row.values())
        return (-orders.get(row["id"], 0), -filled, len(row["id"]), row["id"])

    return (one, other) if rank(one) <= rank(other) else (other, one)


def merge_records(
    cs: Changeset,
    kept: str,
    merged: str,
    *,
    person: str,
    why: str,
    rules: Mapping[str, str],
    take: Mapping[str, str],
    pair: Mapping[str, Any],
) -> Merged:
    """Merge one customer into another inside a changeset; both must stand, and the caller has checked that they may.

    Args:
        cs: the changeset.
        kept: id of the record that stands.
        merged: id of the record that goes into it; it stays as it is, with ``merged_into`` set.
        person: who decided.
        why: why.
        rules: of each field, see ``survivorship``.
        take: by field the id of the record that a person chose.
        pair: id of the row of ``duplicate_pairs`` that was decided, and what stood there before (None: it is new).
    """
    rows = {row["id"]: row for row in cs.rows("customers", {"id": [kept, merged]})}
    others = cs.rows("customers", {"merged_into": [kept, merged]})
    touched = last_touched(cs.connection(), [kept, merged])
    choices = choose(rows[kept], rows[merged], rules=rules, take=take, touched=touched, others=others)
    moved = {f"{table}.{field}": list(_follow(cs, table, field, merged, kept)) for table, field in _FOLLOWING}
    moved = {place: ids for place, ids in moved.items() if ids}
    values = _nested({one.field: one.value for one in choices if one.source != kept})
    after = cs.update("customers", kept, values) if values else rows[kept]["version"]
    cs.update("customers", merged, {"merged_into": kept})
    record = {
        "fields": {one.field: {"from": one.source, "rule": one.rule} for one in choices},
        "moved": moved,
        "versions": {"kept": [rows[kept]["version"], after], "merged": rows[merged]["version"]},
        "pair": dict(pair),
    }
    (id_,) = cs.insert(
        "merges",
        [
            {"kept_id": kept, "merged_id": merged, "reason": why, "person": person, "survivorship": record,
             "undone": False}
        ],
    )  # fmt: skip
    return Merged(id_, kept, merged, tuple(choices), moved)


def _follow(cs: Changeset, table: str, field: str, old: str, new: str) -> Iterator[str]:
    for row in cs.rows(table, {field: old}):
        cs.update(table, row["id"], {field: new})
        yield row["id"]


def _nested(values: Mapping[str, Any]) -> Row:
    own = {name.removeprefix("custom."): value for name, value in values.items() if name.startswith("custom.")}
    plain = {name: value for name, value in values.items() if not name.startswith("custom.")}
    return {**plain, "custom": own} if own else plain


def merge_of(merges: Sequence[Row], merged: str) -> Row:
    """The merge that stands of a record; MergeUnknown where there is none."""
    for row in reversed(merges):
        if row["merged_id"] == merged and not row["undone"]:
            return row
    raise MergeUnknown(
        _("{id} is not merged into another customer.").format(id=merged),
        where=merged,
        remedy=_("List what was decided with: workbench duplicates decisions"),
    )


def unmerge_record(cs: Changeset, register: Register, merge: Row) -> Unmerged:
    """Take a merge back inside a changeset.

    What the merge moved goes back unless it was moved on since; a field that it filled becomes what it was unless it
    was changed since. Where everything goes back, the register's data are as though it had never been: only the log
    remembers. What stays is told, and the merge stays on record as undone. The decision on the pair becomes what it
    was before.
    """
    kept, merged, record = str(merge["kept_id"]), str(merge["merged_id"]), dict(merge["survivorship"])
    holder = standing(cs.rows("customers"))[kept]
    stayed: list[str] = []
    moved: dict[str, list[str]] = {}
    for place, ids in record["moved"].items():
        table, _dot, field = place.partition(".")
        for row in cs.rows(table, {"id": ids}):
            if row[field] in (kept, holder):
                cs.update(table, row["id"], {field: merged})
                moved.setdefault(place, []).append(row["id"])
            else:
                stayed.append(f"{table} {row['id']}")
    stayed += _restore_fields(cs, register, merge)
    cs.update("customers", merged, {"merged_into": None})
    _restore_pair(cs, record["pair"])
    if stayed:
        cs.update("merges", merge["id"], {"undone": True})
    else:
        cs.delete("merges", merge["id"])
    return Unmerged(kept, merged, moved, tuple(stayed))


def _restore_fields(cs: Changeset, register: Register, merge: Row) -> list[str]:
    """Give the record that stands its own values again; the fields that were changed since are left and returned."""
    kept = str(merge["kept_id"])
    (now,) = cs.rows("customers", {"id": kept})
    before, after = _states(register, merge)
    earlier = [row for row in cs.rows("merges", {"kept_id": kept, "undone": True}) if _number(row) < _number(merge)]
    values: dict[str, Any] = {}
    stayed = []
    for name in merge["survivorship"]["fields"]:
        was, made = value_in(before, name), value_in(after, name)
        if was == made:
            continue
        if value_in(now, name) != made:
            stayed.append(f"customers {kept}.{name}")
            continue
        values[name] = _without(register, earlier, name, was)
    if values:
        cs.update("customers", kept, _nested(values))
    return stayed


def _without(register: Register, undone: Sequence[Row], name: str, value: Any) -> Any:
    """A field's value as it was before merges that were taken back since, out of their order."""
    for merge in sorted(undone, key=_number, reverse=True):
        before, after = _states(register, merge)
        if name in merge["survivorship"]["fields"] and value_in(after, name) == value != value_in(before, name):
            value = value_in(before, name)
    return value


def _number(merge: Row) -> int:
    return int(str(merge["id"]).rpartition("-")[2])


def _states(register: Register, merge: Row) -> tuple[Row, Row]:
    """The record that stands as it was before the merge, and right after it."""
    kept, (before, after) = str(merge["kept_id"]), merge["survivorship"]["versions"]["kept"]
    found = register.rows_at_versions("customers", {kept: {before, after}})
    return found[kept, before], found[kept, after]


def _restore_pair(cs: Changeset, pair: Mapping[str, Any]) -> None:
    if not pair:
        return
    if pair["was"] is None:
        cs.delete("duplicate_pairs", pair["id"])
    else:
        cs.update("duplicate_pairs", pair["id"], pair["was"])
