"""What a column may hold going by its values alone, and which columns refer to another table's.

Used where a heading is missing or says nothing that is known. Two columns that could equally be the same thing are
both left open: a guess is worse than a blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.i18n import _
from workbench.sheets.model import CellKind
from workbench.sheets.profiles import Profile
from workbench.sheets.relations import Relations
from workbench.sheets.rows import Table
from workbench.sheets.words import plain

__all__ = ["Link", "Links", "fields_by_content", "fields_by_relation", "link_tables"]

_SAMPLE = 2000
_LEAST_VALUES = 3
_INSIDE = 0.8
_UNIQUE = 0.95


@dataclass(frozen=True, slots=True)
class Link:
    """How a column stands to another table's: its values occur there (``refers``), or are referred to from there.

    ``money``: the other table has amounts, as orders have and customers have not.
    """

    refers: bool
    money: bool
    where: str


Links = Mapping[tuple[int, int], Link]
"""By table (its ``id``) and column."""


def fields_by_content(prefix: str, held: Profile, link: Link | None) -> dict[str, tuple[float, str]]:
    """Fields of a kind of record (order, receipt, customer, cost) that a column's values suggest: score and reason."""
    if held.filled < _LEAST_VALUES:
        return {}
    found: dict[str, tuple[float, str]] = {}
    for name, score, fits in _telling(prefix, held):
        if fits:
            found[f"{prefix}.{name}"] = (score, _("nearly all of its cells are of that kind"))
    if link is not None:
        reason = _("its values and those of {place} are the same").format(place=link.where)
        for name, score in _linked(prefix, held, link):
            found[f"{prefix}.{name}"] = (score, reason)
    return found


def fields_by_relation(prefix: str, at: int, related: Relations) -> tuple[dict[str, tuple[float, str]], bool]:
    """Fields that a column's relations to the others suggest, and whether they are all that it can be."""
    if at in related.counters:
        return {}, True
    if at in related.parts:
        return {}, True
    if at in related.amounts:
        return {f"{prefix}.amount": (0.55, _("it is two other columns multiplied or added up"))}, True
    if at in related.converted:
        return {f"{prefix}.amount": (0.55, _("another column is this one at a rate"))}, True
    if prefix == "order" and at in related.equivalents:
        return {"order.amount_base": (0.5, _("it is another column at a rate"))}, True
    if at in related.rates | related.equivalents:
        return ({"order.rate": (0.5, _("another column is converted by it"))} if prefix == "order" else {}), True
    if prefix == "order" and at in related.later:
        return {}, True
    if prefix == "order" and at in related.earliest:
        return {"order.date": (0.46, _("no other day of its row comes before it"))}, True
    if prefix == "order" and at in related.serials:
        return {"order.number": (0.5, _("these numbers rise one after another, as those a firm gives out"))}, False
    if prefix == "receipt" and at in related.repeated:
        return {"receipt.order_number": (0.42, _("some of these numbers stand in several rows"))}, False
    return {}, False


def _telling(prefix: str, held: Profile) -> list[tuple[str, float, bool]]:
    dated = held.date >= 0.9
    money = not dated and (held.money >= 0.85 or _some_with_decimals(held))
    key = held.code >= 0.9 and held.mixed >= 0.5 and held.distinct >= _UNIQUE and not dated and not money
    firm = held.firm >= 0.5 and held.text >= 0.85
    currency, country = held.currency >= 0.85, held.country >= 0.85 and held.currency < 0.5
    by_prefix: dict[str, list[tuple[str, float, bool]]] = {
        "order": [
            ("currency", 0.45, currency), ("incoterm", 0.45, held.incoterm >= 0.85), ("customer_country", 0.35, country),
            ("date", 0.42, dated), ("amount", 0.42, money), ("number", 0.42, key), ("customer", 0.42, firm),
            ("status", 0.4, held.status >= 0.85),
        ],
        "receipt": [
            ("currency", 0.45, currency), ("date", 0.42, dated), ("amount", 0.42, money), ("reference", 0.34, key),
            ("payer", 0.42, firm),
        ],
        "customer": [
            ("currency", 0.42, currency), ("country", 0.45, country), ("email", 0.5, held.email >= 0.85),
            ("phone", 0.4, held.phone >= 0.85 and not money and not dated and held.country < 0.5),
            ("code", 0.38, held.code >= 0.9 and held.distinct >= _UNIQUE and not money and not dated),
            ("name", 0.45, firm and held.distinct >= 0.6),
        ],
        "cost": [("currency", 0.45, currency), ("date", 0.38, dated)],
    }  # fmt: skip
    return by_prefix[prefix]


def _some_with_decimals(held: Profile) -> bool:
    """Numbers that are no percentages, and large, of which many have decimals: round amounts lie between others."""
    return held.amount >= 0.95 and held.money >= 0.25 and held.small < 0.3 and held.distinct >= 0.5


def _linked(prefix: str, held: Profile, link: Link) -> list[tuple[str, float]]:
    coded = held.code >= 0.8
    if prefix == "order" and coded:
        return (
            [("number", 0.62)]
            if not link.refers and link.money
            else [("customer_code", 0.5)]
            if link.refers and not link.money
            else []
        )
    if prefix == "order":
        return [("customer", 0.6)] if link.refers and not link.money else []
    if prefix == "customer":
        return [("code" if coded else "name", 0.6)] if not link.refers else []
    if coded and link.refers and link.money:
        return [("order_number", 0.62)]
    return [("payer", 0.5)] if prefix == "receipt" and link.refers and not coded and not link.money else []


def link_tables(tables: Sequence[Table]) -> Links:
    """Columns of these tables whose values are keys that another of the tables refers to, and those that refer."""
    columns = [column for table in tables for column in _texts_by_column(table)]
    with_money = {id(table): _has_amounts(table) for table in tables}
    links: dict[tuple[int, int], Link] = {}
    for key in columns:
        if not key.unique:
            continue
        for other in columns:
            if other.table is key.table or (
                not other.values <= key.values and len(other.values & key.values) < _INSIDE * len(other.values)
            ):
                continue
            if other.unique and len(other.values) >= len(key.values):
                continue  # two lists of the same things refer to each other, so neither tells anything
            links[id(other.table), other.at] = Link(True, with_money[id(key.table)], key.place)
            links[id(key.table), key.at] = Link(False, with_money[id(other.table)], other.place)
    return links


@dataclass(frozen=True, slots=True)
class _Values:
    table: Table
    at: int
    values: frozenset[str]
    unique: bool
    place: str


def _texts_by_column(table: Table) -> Iterable[_Values]:
    """The texts of each column that has enough different ones to be names or codes."""
    found: dict[int, list[str]] = {}
    for row in table.records[:_SAMPLE]:
        for cell in table.cells(row):
            if cell.kind is CellKind.TEXT and len(cell.text) <= 120:
                found.setdefault(cell.column, []).append(plain(cell.text).casefold())
    for at, texts in found.items():
        values = frozenset(texts) - {""}
        if len(values) >= 2 * _LEAST_VALUES:
            place = table.sheet.place(table.records[0], at)
            yield _Values(table, at, values, len(values) >= _UNIQUE * len(texts), place)


def _has_amounts(table: Table) -> bool:
    """Whether many of a table's rows hold a number with decimals."""
    rows = table.records[:100]
    with_decimals = sum(
        any(
            cell.kind is CellKind.NUMBER and "." in cell.text and "e" not in cell.text.lower()
            for cell in table.cells(row)
        )
        for row in rows
    )
    return with_decimals >= 0.4 * len(rows)
