"""Which record a merged customer's fields come from: a rule for each field, or a person's choice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.duplicates.columns import field_named
from workbench.register import TABLES
from workbench.register.schema import METADATA

__all__ = ["RULES", "Choice", "Reading", "TakeUnreadable", "choose", "last_touched", "read_take", "rules_of"]

Row = Mapping[str, Any]

RULES: Mapping[str, str] = {
    "code": "kept", "legal_name": "kept", "local_name": "complete", "country": "frequent",
    "default_currency": "frequent", "allowed_currencies": "all", "payment_terms": "recent", "tax_id": "complete",
    "email": "recent", "phone": "recent", "address": "complete", "tags": "all", "tier": "kept", "owner": "kept",
    "language": "recent", "time_zone": "recent", "source_channel": "kept", "special_requirements": "all",
    "screening_state": "strictest", "note": "all",
}  # fmt: skip
"""The rule of each field where the firm's setting ``survivorship`` says nothing else.

``kept``: the record that stands, unless it is empty there; ``recent``: what was typed last; ``complete``: the longest;
``frequent``: what most of the records say; ``all``: both; ``strictest``: the gravest state of screening.
"""

_STRICT = ("blocked", "review", "unchecked", "clear")
_CHOICES = frozenset({"kept", "recent", "complete", "frequent", "all", "strictest"})
_PART = re.compile(r"\s*([^=＝:：]+?)\s*[=＝:：]\s*(\S+)\s*")
_BETWEEN = re.compile(r"[,;，；、\n]+")
_IN_LIMIT = 900


@dataclass(frozen=True, slots=True)
class Choice:
    """What the record that stands is to hold in one field, whose value that is, and by which rule."""

    field: str
    value: Any
    source: str  # id of a record; two, joined by +, where both are kept
    rule: str  # one of RULES, or "hand"


class TakeUnreadable(ValueError):
    """A choice by hand that names no field, or neither of the two records; ``part`` is what cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Reading:
    """The two records of a pair: letters in a sheet (a, b, 甲, 乙) and ids both name them."""

    a: str
    b: str

    def id_of(self, text: str) -> str | None:
        """The record that a letter or id names; None for neither."""
        known = {
            self.a.casefold(): self.a,
            self.b.casefold(): self.b,
            "a": self.a,
            "b": self.b,
            "甲": self.a,
            "乙": self.b,
        }
        return known.get(text.strip().casefold())


def rules_of(setting: object) -> dict[str, str]:
    """The rule of every field; the firm's ``setting`` overrides ``RULES``, rules that are none of ours are left out."""
    own = setting if isinstance(setting, Mapping) else {}
    return {**RULES, **{str(name): str(rule) for name, rule in own.items() if name in RULES and rule in _CHOICES}}


def read_take(text: str, records: Reading) -> dict[str, str]:
    """``email=b, 电话=a`` or ``phone=C-000012`` as field → id of the record to take it from.

    Raises:
        TakeUnreadable: a part that names no field of a customer, or neither of the two records.
    """
    taken: dict[str, str] = {}
    for part in filter(str.strip, _BETWEEN.split(text)):
        found = _PART.fullmatch(part)
        name = _field(found.group(1)) if found else ""
        record = records.id_of(found.group(2)) if found else None
        if not name or record is None:
            raise TakeUnreadable(part.strip())
        taken[name] = record
    return taken


def _field(text: str) -> str:
    """A customer's field by its name in the register, or by a heading in one of many languages."""
    plain = text.strip().casefold()
    if plain in RULES or plain.startswith("custom."):
        return plain
    return {"name": "legal_name", "notes": "note"}.get(found := field_named(text), found if found in RULES else "")


def choose(
    kept: Row,
    merged: Row,
    *,
    rules: Mapping[str, str],
    take: Mapping[str, str],
    touched: Mapping[str, Mapping[str, int]],
    others: Sequence[Row] = (),
) -> list[Choice]:
    """What becomes of every field in which the two records differ.

    Args:
        kept: the record that stands.
        merged: the record that goes into it.
        rules: of each field, see ``rules_of``.
        take: by field the id of the record that a person chose.
        touched: by id and field the changeset that last wrote it, see ``last_touched``.
        others: records that were merged into one of the two before; they count where the most frequent is asked for.
    """
    found = []
    names = [field.name for field in TABLES["customers"].fields if field.name != "merged_into"]
    own = sorted({*(kept.get("custom") or {}), *(merged.get("custom") or {})})
    for name in (*names, *(f"custom.{one}" for one in own)):
        values = {str(row["id"]): value_in(row, name) for row in (kept, merged)}
        ours, theirs = values.values()
        if ours == theirs:
            continue
        if name in take:
            found.append(Choice(name, values[take[name]], take[name], "hand"))
            continue
        rule = rules.get(name, "kept")
        if _empty(ours) or _empty(theirs):
            source = str((merged if _empty(ours) else kept)["id"])
            if rule == "strictest" and source != kept["id"] and theirs == "clear":
                source = str(kept["id"])  # never screened is not clear
            found.append(Choice(name, values[source], source, rule))
        elif rule == "all":
            found.append(Choice(name, _both(ours, theirs), "+".join(values), rule))
        else:
            wins = _JUDGES[rule](name, kept, merged, touched, others)
            source = str((merged if wins else kept)["id"])
            found.append(Choice(name, values[source], source, rule))
    return found


def value_in(row: Row, name: str) -> Any:
    """A field of a row; the firm's own are called ``custom.NAME``."""
    own = name.removeprefix("custom.")
    return (row.get("custom") or {}).get(own) if own != name else row.get(name)


def _empty(value: object) -> bool:
    return value in (None, "", [], {})


def _both(ours: Any, theirs: Any) -> Any:
    if isinstance(ours, list) and isinstance(theirs, list):
        return [*ours, *(one for one in theirs if one not in ours)]
    ours, theirs = str(ours), str(theirs)
    if theirs in ours:
        return ours
    return theirs if ours in theirs else f"{ours}\n{theirs}"


_Judge = Callable[[str, Row, Row, Mapping[str, Mapping[str, int]], Sequence[Row]], bool]
"""Whether the record that goes wins a field over the one that stands."""


def _kept(_name: str, _kept: Row, _merged: Row, _touched: object, _others: object) -> bool:
    return False


def _recent(name: str, kept: Row, merged: Row, touched: Mapping[str, Mapping[str, int]], _others: object) -> bool:
    ours, theirs = (touched.get(str(row["id"]), {}).get(name, 0) for row in (kept, merged))
    return theirs > ours


def _complete(name: str, kept: Row, merged: Row, _touched: object, _others: object) -> bool:
    return len(str(value_in(merged, name))) > len(str(value_in(kept, name)))


def _frequent(name: str, kept: Row, merged: Row, _touched: object, others: Sequence[Row]) -> bool:
    counts = Counter(str(value_in(row, name)) for row in (kept, merged, *others) if not _empty(value_in(row, name)))
    return counts[str(value_in(merged, name))] > counts[str(value_in(kept, name))]


def _strictest(name: str, kept: Row, merged: Row, _touched: object, _others: object) -> bool:
    ours, theirs = (_STRICT.index(str(value_in(row, name))) for row in (kept, merged))
    return theirs < ours


_JUDGES: Mapping[str, _Judge] = {
    "kept": _kept,
    "recent": _recent,
    "complete": _complete,
    "frequent": _frequent,
    "strictest": _strictest,
    "all": _kept,
}


def last_touched(connection: sa.Connection, ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """By customer and field the number of the changeset that wrote it last."""
    changes = METADATA.tables["changes"]
    found: dict[str, dict[str, int]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _IN_LIMIT):
        query = (
            sa.select(changes.c.row_id, changes.c.changeset, changes.c.after)
            .where(changes.c.table_name == "customers", changes.c.row_id.in_(wanted[start : start + _IN_LIMIT]))
            .order_by(changes.c.row_id, changes.c.changeset, changes.c.seq)
        )
        for row_id, number, after in connection.execute(query):
            written = json.loads(after or "{}")
            names = [*written, *(f"custom.{name}" for name in written.get("custom") or {})]
            found.setdefault(row_id, {}).update(dict.fromkeys(names, number))
    return found
