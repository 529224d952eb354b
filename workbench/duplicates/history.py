"""Every decision that was ever taken, as the register's log tells it, and as a CSV file that can be taken in again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.duplicates.decisions import Decision
from workbench.errors import FileRefused
from workbench.guards import CsvWriter, unguarded
from workbench.i18n import _
from workbench.register import Register
from workbench.register.schema import METADATA

__all__ = ["Told", "history", "read_decisions", "write_decisions"]

_COLUMNS = (
    "changeset", "at", "by", "pair", "customer_a", "name_a", "customer_b", "name_b", "decision", "survivor", "take", "why", "reason",
)  # fmt: skip
_NEEDED = ("customer_a", "customer_b", "decision")


@dataclass(frozen=True, slots=True)
class Told:
    """One decision: who took it, when, in which changeset and why; ``review`` is one that was taken back."""

    changeset: int
    at: datetime
    by: str
    pair: str
    a: str
    b: str
    decision: str
    survivor: str
    take: str
    why: str
    reason: str  # of the changeset


def history(register: Register) -> list[Told]:
    """Decisions in the order in which they were taken; those taken back or overridden since are among them."""
    changes, heads = METADATA.tables["changes"], METADATA.tables["changesets"]
    query = (
        sa.select(changes.c.changeset, heads.c.at, heads.c.author, heads.c.reason, changes.c.row_id, changes.c.action,
                  changes.c.after)
        .join(heads, heads.c.number == changes.c.changeset)
        .where(changes.c.table_name == "duplicate_pairs")
        .order_by(changes.c.changeset, changes.c.seq)
    )  # fmt: skip
    now: dict[str, dict[str, Any]] = {}
    found = []
    with register.snapshot() as connection:
        for number, at, author, reason, row_id, action, after in connection.execute(query):
            was = now.get(row_id, {})
            written = json.loads(after or "{}")
            row = {**was, **written} if action != "delete" else {**was, "decision": "review", "why": None}
            now[row_id] = row
            decided = row["decision"] != was.get("decision", "review")
            if decided or ("decision" in written and action == "update"):
                told = Told(
                    number, datetime.fromisoformat(at), author, row_id, row["customer_a"], row["customer_b"],
                    row["decision"], row.get("survivor") or "", row.get("take") or "", row.get("why") or "",
                    reason,
                )  # fmt: skip
                found.append(told)
    return found


def write_decisions(register: Register, path: Path) -> int:
    """Write all decisions as CSV; returns how many."""
    names = register.column("customers", "legal_name")
    every = history(register)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(_COLUMNS)
        for one in every:
            writer.writerow((
                str(one.changeset), one.at.isoformat(), one.by, one.pair, one.a, str(names.get(one.a, "")), one.b,
                str(names.get(one.b, "")), one.decision, one.survivor, one.take, one.why, one.reason,
            ))  # fmt: skip
    return len(every)


def read_decisions(path: Path, register: Register) -> list[Decision]:
    """The decisions of a CSV file that the register does not hold yet: of each pair the last; empty ones are left out.

    Raises:
        FileRefused: it is no CSV file with the columns customer_a, customer_b and decision.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileRefused(
            _("{file} cannot be read: {problem}").format(file=path.name, problem=error),
            where=path.name,
            remedy=_("Save the decisions as CSV in UTF-8."),
        ) from error
    if not rows or not set(_NEEDED) <= rows[0].keys():
        raise FileRefused(
            _("{file} has no columns {columns}").format(file=path.name, columns=", ".join(_NEEDED)),
            where=path.name,
            remedy=_("Write such a file with: workbench duplicates decisions --out FILE"),
        )
    held = {frozenset((row["customer_a"], row["customer_b"])): row for row in register.rows("duplicate_pairs")}
    last: dict[frozenset[str], Decision] = {}
    for row in rows:
        cells = {name: unguarded((row.get(name) or "").strip()) for name in _COLUMNS}
        if cells["decision"]:
            one = Decision(
                cells["customer_a"],
                cells["customer_b"],
                cells["decision"],
                cells["survivor"],
                cells["take"],
                cells["why"],
            )
            last[frozenset((one.a, one.b))] = one
    return [one for ends, one in last.items() if not _stands(one, held.get(ends))]


def _stands(one: Decision, row: dict[str, Any] | None) -> bool:
    """Whether the register says the same already."""
    if row is None:
        return one.decision == "review"
    return all((row[name] or "") == getattr(one, name) for name in ("decision", "survivor", "take", "why"))
