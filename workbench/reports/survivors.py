"""What a merge would keep of each of two customers, for the sheet where people decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from workbench.duplicates.merging import preferred
from workbench.duplicates.survivorship import (
    Choice,
    Reading,
    TakeUnreadable,
    choose,
    last_touched,
    read_take,
    rules_of,
    value_in,
)  # fmt: skip
from workbench.register.schema import METADATA
from workbench.reports.figures import Row
from workbench.reports.reading import Page
from workbench.reports.tables import TableBuilder

__all__ = ["kept_fields"]

_IN_LIMIT = 900
_LISTS = ("allowed_currencies", "tags")
_SHOWN = 40


def kept_fields(builder: TableBuilder, page: Page) -> list[str]:
    """For each pair that is not decided otherwise what the record that stands takes, or keeps against the other."""
    ends = list(zip(page["customer_a"], page["customer_b"], strict=True))
    open_ = [decision in {"review", "later", "merge"} for decision in page["decision"]]
    wanted = {id_ for pair, is_open in zip(ends, open_, strict=True) if is_open for id_ in pair}
    rows = {row["id"]: _plain(row) for row in _customers(builder, wanted)}
    touched = last_touched(builder.snapshot.connection, wanted)
    rules = rules_of(_setting(builder))
    told = []
    for number, (pair, is_open) in enumerate(zip(ends, open_, strict=True)):
        if not is_open or any(rows.get(id_, {}).get("merged_into") for id_ in pair):
            told.append("")
            continue
        one, other = (rows[id_] for id_ in pair)
        kept, merged = _order(page, number, one, other)
        try:
            take = read_take(page["take"][number] or "", Reading(*pair))
        except TakeUnreadable:
            take = {}
        choices = choose(kept, merged, rules=rules, take=take, touched=touched)
        worth = [one for one in choices if one.source != kept["id"] or value_in(merged, one.field)]
        told.append(builder.texts.join([_told(builder, choice, pair) for choice in worth]))
    return told


def _order(page: Page, number: int, one: Row, other: Row) -> tuple[Row, Row]:
    """The record that would stand first: as chosen, else as a merge without a choice takes it."""
    chosen = page["survivor"][number]
    if chosen is None:
        return preferred(one, other, {one["id"]: page["a_orders"][number], other["id"]: page["b_orders"][number]})
    return (other, one) if chosen == "b" else (one, other)


def _told(builder: TableBuilder, choice: Choice, pair: tuple[str, str]) -> str:
    """``E-mail: ann@acme.de (B)``."""
    texts = builder.texts
    sides = {id_: texts.label(letter, "duplicate_pairs.survivor") for id_, letter in zip(pair, "ab", strict=True)}
    whose = "+".join(sides[id_] for id_ in choice.source.split("+"))
    heading = (
        choice.field.removeprefix("custom.") if choice.field.startswith("custom.") else texts.heading(choice.field)
    )
    value = ", ".join(map(str, choice.value)) if isinstance(choice.value, list) else str(choice.value)
    if choice.field == "screening_state" and choice.value:
        value = texts.label(value, "customers.screening_state")
    short = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return f"{heading}: {short} ({whose})"


def _customers(builder: TableBuilder, ids: set[str]) -> Iterator[Row]:
    table = METADATA.tables["customers"]
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IN_LIMIT):
        yield from builder.snapshot.rows(sa.select(*table.c).where(table.c.id.in_(ordered[start : start + _IN_LIMIT])))


def _plain(row: Row) -> dict[str, Any]:
    lists = {name: json.loads(row[name]) for name in _LISTS if row[name]}
    return {**row, **lists, "custom": json.loads(row["custom"]) if row["custom"] else {}}


def _setting(builder: TableBuilder) -> object:
    table = METADATA.tables["settings"]
    found = builder.snapshot.one(sa.select(table.c.value).where(table.c.name == "survivorship"))
    return json.loads(found["value"]) if found else None
