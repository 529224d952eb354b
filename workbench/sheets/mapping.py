"""Which field each column of a table holds, and what the table lists: settled jointly, each choice with its reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.i18n import _
from workbench.sheets.assignment import best_assignment
from workbench.sheets.concepts import parts_of
from workbench.sheets.content import Link, Links, fields_by_content, fields_by_relation, link_tables
from workbench.sheets.implied import with_implied, with_parties
from workbench.sheets.model import Cell
from workbench.sheets.profiles import Profile, profile
from workbench.sheets.relations import Relations, relations_of
from workbench.sheets.rows import TRANSLATED, Column, Table, label_strength
from workbench.sheets.words import column_fields as fields_of_heading
from workbench.sheets.words import contains, currency_in, squeezed, title_kinds, vocabulary

__all__ = ["COST_COLUMNS", "FIELD_KINDS", "KINDS", "ColumnMap", "TableMap", "map_table", "map_tables"]

KINDS = ("customers", "orders", "receipts", "costs")
_SAMPLE = 200
WIDEST = 1_000
"""Columns of the widest list that somebody keeps; beyond that it is a grid of something else."""
_LEAST = 0.3
"""Below this score a column is left unmapped."""

COST_COLUMNS = ("cost.purchase", "cost.freight", "cost.insurance", "cost.domestic", "cost.commission", "cost.other")
"""Columns of a cost sheet that each hold one kind of cost of an order."""

FIELD_KINDS: Mapping[str, str] = {
    "customer.code": "code", "customer.name": "text", "customer.name_local": "text", "customer.country": "country",
    "customer.currency": "currency", "customer.email": "email", "customer.phone": "phone", "customer.tax_id": "code",
    "customer.address": "text", "customer.contact": "text", "customer.terms": "text", "customer.owner": "text",
    "customer.tier": "text", "customer.note": "text",
    "order.number": "code", "order.date": "date", "order.customer": "text", "order.customer_code": "code",
    "order.customer_po": "code", "order.currency": "currency", "order.amount": "amount", "order.incoterm": "incoterm",
    "order.deposit_percent": "percent", "order.deposit_amount": "amount", "order.balance_amount": "amount",
    "order.due_date": "date", "order.rate": "rate", "order.amount_base": "amount", "order.status": "status",
    "order.terms": "text", "order.product": "text", "order.customer_country": "country",
    "order.salesperson": "text", "order.note": "text", "order.paid_total": "amount", "order.balance": "amount",
    "receipt.date": "date", "receipt.amount": "amount", "receipt.currency": "currency", "receipt.payer": "text",
    "receipt.reference": "code", "receipt.bank_fee": "amount", "receipt.order_number": "code", "receipt.note": "text",
    "receipt.account": "code",
    "cost.order_number": "code", "cost.kind": "text", "cost.supplier": "text", "cost.date": "date",
    "cost.currency": "currency", "cost.amount": "amount", "cost.purchase": "amount", "cost.freight": "amount",
    "cost.insurance": "amount", "cost.domestic": "amount", "cost.commission": "amount", "cost.other": "amount", "cost.vat_percent": "percent", "cost.rebate_percent": "percent",
    "cost.note": "text",
}  # fmt: skip
"""Every field that a column may hold, and the kind of value in it."""

_ESSENTIAL: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "customers": (("customer.name", "customer.name_local", "customer.code"),),
    "orders": (("order.amount",), ("order.number", "order.customer")),
    "receipts": (("receipt.amount",), ("receipt.date", "receipt.reference", "receipt.order_number")),
    "costs": (
        ("cost.order_number",),
        ("cost.amount", *COST_COLUMNS),
        ("cost.kind", "cost.supplier", "cost.rebate_percent", *COST_COLUMNS),
    ),
}
"""One field of each group has to be there for a table to be of that kind."""

_BASE_LIKE = ("CNY",)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column and its field (empty: none).

    ``slot`` is n for the n-th receipt beside an order, ``currency`` the one that the heading fixes.
    """

    column: Column
    field: str
    slot: int = 0
    currency: str = ""
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    named: bool = True
    """Whether its heading says so, and not only what it holds."""
    factor: int = 0
    """The unit that somebody said it counts in; 0 where its heading and the notes of the sheet tell."""


@dataclass(frozen=True, slots=True)
class TableMap:
    """A table with what it lists and what its columns hold; ``rival`` is the next best kind, if it came close."""

    table: Table
    kind: str
    columns: tuple[ColumnMap, ...]
    score: float
    rival: str = ""
    told: bool = True
    """Whether headings, a title or somebody says what it lists; else its contents alone suggest it."""
    implied: Mapping[tuple[int, int], Cell] = field(default_factory=dict)
    """Cells elsewhere that hold for a row and column: a day written once, the currency or customer named above."""

    def having(self, field: str, slot: int = 0) -> list[ColumnMap]:
        """The columns that hold a field."""
        return [one for one in self.columns if one.field == field and one.slot == slot]


@dataclass(frozen=True, slots=True)
class _Choice:
    field: str
    slot: int
    currency: str
    score: float
    reasons: tuple[str, ...]
    named: bool = True

    @property
    def key(self) -> tuple[str, int, str]:
        return self.field, self.slot, self.currency


def map_tables(tables: Sequence[Table], kinds: Mapping[int, str] | None = None) -> list[TableMap | None]:
    """``map_table`` for the tables of a workbook, which tell about each other by the values that they share.

    ``kinds`` says what some of them list, by ``id`` of the table.
    """
    links = link_tables(tables)
    return with_parties([map_table(table, links, kind=(kinds or {}).get(id(table), "")) for table in tables])


def map_table(table: Table, links: Links | None = None, *, kind: str = "") -> TableMap | None:
    """The best reading of a table, or None where it is neither customers, orders, receipts nor costs.

    ``links`` tells which of its columns hold keys of other tables (see ``map_tables``). Where somebody said what it
    lists, ``kind`` is that, and then there is always a reading, unless it is wider than any list that people keep.
    """
    if len(table.columns) > WIDEST:
        return None
    records = table.records[:_SAMPLE]
    by_row = {
        row: {cell.column: table.days.get((row, cell.column), cell) for cell in table.cells(row)} for row in records
    }
    profiles = {
        column.at: profile([cells[column.at] for cells in by_row.values() if column.at in cells])
        for column in table.columns
    }
    titles = dict(title_kinds(table.sheet.name))
    for title in table.titles:
        titles.update(title_kinds(title))
    counting = frozenset(column.at for column in table.columns if _counts_from_one(by_row, column.at))
    known = _Known(profiles, relations_of(by_row, profiles), titles, links or {}, counting)
    if table.unsettled and not kind:
        return None
    if kind or table.listed:
        kind = kind or table.listed
        return with_implied(_settle_amounts(_as_kind(table, kind, known), by_row))
    readings = sorted(
        (_as_kind(table, one, known) for one in KINDS if one != table.never), key=lambda reading: -reading.score
    )
    best, second = readings[0], readings[1]
    if best.score <= 0.8 or (second.score > 0.93 * best.score and not _is_named(best)):
        return None
    if best.kind == "customers" and _lists_others(table):
        return None
    told = (_is_named(best) and _says_customers(best)) or titles.get(best.kind, 0.0) > 0
    if not told and not _is_complete(best, profiles):
        return None
    rival = second.kind if second.score > 0.9 * best.score or not told else ""
    return with_implied(replace(_settle_amounts(best, by_row), rival=rival, told=told))


_OTHERS = re.compile(
    r"supplier|vendor|lieferant|fournisseur|proveedor|fornitor|fornecedor|поставщик|dostawc|leveranci|leverandør|tedarikçi|供应商|供應商|仕入先|공급(?:사|업체|처)"
    r"|employee|mitarbeiter|empleado|employé|dipendent|сотрудник|员工|員工|社員|직원",
    re.IGNORECASE,
)


def _lists_others(table: Table) -> bool:
    """Whether a name of the sheet, a title or the first headings say that suppliers or employees are listed."""
    labels = [column.label for column in table.columns[:2]]
    return any(_OTHERS.search(text) for text in (table.sheet.name, *table.titles, *labels))


def _says_customers(mapped: TableMap) -> bool:
    """Whether headings say customer or company, or what only those have; a code and a name may be anything's."""
    if mapped.kind != "customers":
        return True
    named = {one.field for one in mapped.columns if one.field and one.named}
    if named - {"customer.code", "customer.name", "customer.name_local", "customer.note", "customer.tier"}:
        return True
    labels = [squeezed(label) for one in mapped.columns if one.field for label in one.column.labels]
    return any({"CUSTOMER", "COMPANY"} & parts for label in labels for parts in parts_of(label)[1])


def _is_complete(mapped: TableMap, profiles: Mapping[int, Profile]) -> bool:
    """Whether a table that no word explains has all that such a list has: it could be anything else."""
    prefix = mapped.kind[:-1]
    fields = {one.field.removeprefix(f"{prefix}.") for one in mapped.columns if one.field}
    if mapped.kind == "customers":
        unexplained = any(not one.field and profiles[one.column.at].money >= 0.25 for one in mapped.columns)
        return bool(fields & {"name", "name_local"}) and len(fields) >= 3 and not unexplained
    if not {"date", "amount"} <= fields:
        return False
    return bool(fields & {"customer", "payer", "currency"}) or any(one.currency for one in mapped.columns)


def _is_named(mapped: TableMap) -> bool:
    """Whether at least two headings, and not only what the columns hold, say what the table is."""
    return mapped.table.orientation != "matrix" and sum(one.named for one in mapped.columns if one.field) >= 2


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a table before it is read as one kind or another; ``titles``: kinds that its titles name."""

    profiles: Mapping[int, Profile]
    related: Relations
    titles: Mapping[str, float]
    links: Links
    counting: frozenset[int] = frozenset()
    """Columns that number the rows 1, 2, 3, however few they are."""


def _as_kind(table: Table, kind: str, known: _Known) -> TableMap:
    """The table read as a list of that kind, with a score."""
    profiles = known.profiles
    slots = _receipt_groups(table) if kind == "orders" else {}
    in_parts = {at for _row, at in table.days}
    choices = [
        _day_in_parts(kind)
        if column.at in in_parts
        else []
        if column.at in table.day_parts
        else _proven(column, kind, table.proven[column.at])
        if column.at in table.proven
        else _choices(column, kind, known, slots, known.links.get((id(table), column.at)))
        for column in table.columns
    ]
    _leave_ties_open(choices)
    taken = {
        choice.key
        for column, row in zip(table.columns, choices, strict=True)
        if column.at in table.proven
        for choice in row
    }
    for column, options in zip(table.columns, choices, strict=True):
        if column.at not in table.proven:
            options[:] = [choice for choice in options if choice.key not in taken]
    keys = sorted({choice.key for row in choices for choice in row})
    places = {key: index for index, key in enumerate(keys)}
    scores = [[0.0] * len(keys) for _column in choices]
    for row, options in zip(scores, choices, strict=True):
        for choice in options:
            row[places[choice.key]] = choice.score
    columns, total = [], 0.0
    for column, options, pick in zip(table.columns, choices, best_assignment(scores), strict=True):
        chosen = next((choice for choice in options if pick >= 0 and choice.key == keys[pick]), None)
        if chosen is None:
            columns.append(ColumnMap(column, ""))
            continue
        total += chosen.score * (1.25 if _only_in(column, kind) else 1.0)
        columns.append(
            ColumnMap(
                column, chosen.field, chosen.slot, chosen.currency, chosen.score, chosen.reasons, named=chosen.named
            )
        )
    found = {one.field for one in columns if not one.slot}
    missing = sum(not found & set(group) for group in _ESSENTIAL[kind])
    score = total - 3.0 * missing + 0.9 * known.titles.get(kind, 0.0) + _told_by_numbers(kind, columns, known.related)
    if kind == "customers" and (
        table.days or any(profiles[one.at].amount > 0.9 and _is_amount(one) for one in table.columns)
    ):
        score -= 2.0
    return TableMap(table, kind, tuple(columns), score)


def _proven(column: Column, kind: str, field: str) -> list[_Choice]:
    """What the figures prove a column to hold, in a table of that kind."""
    name, _mark, slot = field.partition("#")
    if not name or (not slot and not name.startswith(f"{kind[:-1]}.")) or (slot and kind != "orders"):
        return []
    code = currency_in(column.label)[0] if FIELD_KINDS[name] == "amount" else ""
    return [_Choice(name, int(slot or 0), code, 1.0, (_("the figures of the table prove it"),))]


def _told_by_numbers(kind: str, columns: Sequence[ColumnMap], related: Relations) -> float:
    """What unnamed columns of codes add to a kind.

    A firm numbers its own orders one after another. Receipts have a reference of the bank's, and beside it the numbers of
    the orders, of which some come twice.
    """
    fields = {one.field: one.column.at for one in columns if one.field and not one.named}
    if kind == "orders" and fields.get("order.number") in related.serials:
        return _NUMBERS_TELL
    both = "receipt.reference" in fields and fields.get("receipt.order_number") in related.repeated
    return _NUMBERS_TELL if kind == "receipts" and both else 0.0


_NUMBERS_TELL = 0.35


def _is_amount(column: Column) -> bool:
    return any(
        FIELD_KINDS.get(field.split("#")[0]) == "amount" and score >= 0.7
        for field, score in fields_of_heading(column.leaf).items()
    )


def _only_in(column: Column, kind: str) -> bool:
    prefixes = {field.split(".")[0] for field, score in fields_of_heading(column.leaf).items() if score >= 0.9}
    return prefixes == {kind[:-1]}


def _receipt_groups(table: Table) -> dict[int, int]:
    """Columns under group headings that each stand for one receipt: column to slot."""
    words = [squeezed(word) for word in vocabulary()["groups"]["receipt"]]
    lefts = sorted(
        {
            column.group
            for column in table.columns
            if column.group > 0 and any(contains(squeezed(column.labels[0]), word) for word in words)
        }
    )
    return {column.at: lefts.index(column.group) + 1 for column in table.columns if column.group in lefts}


def _choices(column: Column, kind: str, known: _Known, slots: Mapping[int, int], link: Link | None) -> list[_Choice]:
    """What a column may hold in a table of that kind."""
    prefix, slot, held = kind[:-1], slots.get(column.at, 0), known.profiles[column.at]
    best: dict[tuple[str, int, str], _Choice] = {}
    for label, weight in _labels(column):
        code, bare = currency_in(label)
        if code and kind != "customers" and not any(map(str.isalnum, bare)):
            choice = _choice(f"{prefix}.amount", prefix, slot, code, 0.8 * weight, held, label)
            if choice and choice.score > best.get(choice.key, _NOTHING).score:
                best[choice.key] = choice
        for text, currency in ((label, ""), *(((bare, code),) if code else ())):
            for name, said in fields_of_heading(text).items():
                choice = _choice(name, prefix, slot, currency, weight * said, held, label)
                if choice and choice.score > best.get(choice.key, _NOTHING).score:
                    best[choice.key] = choice
    if not slot and label_strength(column.label) < _SAYS_SOMETHING:
        suggested, alone = fields_by_relation(prefix, column.at, known.related)
        if not alone:
            suggested = {**fields_by_content(prefix, held, link), **suggested}
        for name, (score, reason) in suggested.items():
            if name not in FIELD_KINDS:  # a list of customers has no amount
                continue
            code = currency_in(column.label)[0] if name == f"{prefix}.amount" else ""
            choice = _Choice(name, 0, code, score, (reason,), named=False)
            if score > best.get(choice.key, _NOTHING).score:
                best[choice.key] = choice
    return [one for one in _without_counters(best.values(), column, known, link) if one.score >= _LEAST]


def _without_counters(
    choices: Iterable[_Choice], column: Column, known: _Known, link: Link | None
) -> Iterator[_Choice]:
    """A column that numbers the rows of the sheet is an own number only where nothing else is.

    Payments of an order are counted, too, and be it only one: that is no order's number.
    """
    for one in choices:
        if column.at in known.counting and link is None and one.field == "receipt.order_number":
            continue
        if column.at in known.related.counters and FIELD_KINDS[one.field] == "code":
            yield replace(one, score=0.8 * one.score)
        else:
            yield one


def _counts_from_one(by_row: Mapping[int, Mapping[int, Cell]], at: int) -> bool:
    numbers = [cells[at].number if at in cells else None for _row, cells in sorted(by_row.items())]
    return bool(numbers) and numbers == list(range(1, len(numbers) + 1))


def _day_in_parts(kind: str) -> list[_Choice]:
    """What a column may hold whose cells are days of months that stand elsewhere: the day of each record."""
    name = f"{kind[:-1]}.date"
    reason = _("year, month and day stand apart, and together they never go back")
    return [_Choice(name, 0, "", 0.95, (reason,), named=False)] if name in FIELD_KINDS else []


def _weakened(choice: _Choice) -> _Choice:
    return replace(choice, score=0.8 * choice.score) if FIELD_KINDS[choice.field] == "code" else choice


_SAYS_SOMETHING = 0.62
"""A heading that names some field this well is believed, whatever the column holds."""


def _leave_ties_open(choices: list[list[_Choice]]) -> None:
    """Take away what only the content suggests of two columns alike: nobody can tell which of them it is."""
    offers: dict[tuple[str, int, str], list[_Choice]] = {}
    for options in choices:
        for choice in options:
            offers.setdefault(choice.key, []).append(choice)
    for key, rivals in offers.items():
        best = max(choice.score for choice in rivals)
        close = [choice for choice in rivals if choice.score >= best - _CLOSE]
        if len(close) > 1 and not any(choice.named for choice in close):
            for options in choices:
                options[:] = [choice for choice in options if choice.key != key or choice.named]


_CLOSE = 0.03
_NAMES = {"order.salesperson", "order.customer", "receipt.payer", "customer.name", "customer.contact"}
_LEAST_CODES = 6
_SHARE = re.compile(r"[%％]|比例|percent|prozent|pourcent|porcentaje", re.IGNORECASE)
"""A heading that says so counts in parts of a hundred, whatever else it says."""

_NOTHING = _Choice("", 0, "", 0.0, ())


def _labels(column: Column) -> list[tuple[str, float]]:
    """The headings to read: the lowest, and all together; each by itself where they say the same twice."""
    if column.group == TRANSLATED:
        return [(label, 1.0) for label in column.labels if label]
    labels = [(column.leaf, 1.0)]
    if column.label != column.leaf:
        labels.append((column.label, 0.98))
        labels.append((column.labels[0], 0.6))
    return labels


def _choice(name: str, prefix: str, slot: int, currency: str, said: float, held: Profile, label: str) -> _Choice | None:
    field, _mark, number = name.partition("#")
    if number:
        if prefix != "order":
            return None
        slot = int(number)
    elif slot:
        if not field.startswith("receipt."):
            return None
    elif not field.startswith(f"{prefix}."):
        return None
    kind = FIELD_KINDS[field]
    if currency and kind != "amount":
        return None
    fit = held.fit(kind)
    score = said * (0.55 + 0.45 * fit)
    if fit < 0.15 or (kind == "amount" and _SHARE.search(label)):
        score *= 0.25
    if field in _NAMES and held.filled >= _LEAST_CODES and min(held.code, held.distinct) >= 0.9:
        score *= 0.25  # a different code in each row is nobody's name
    if currency:
        score *= 0.995
    reasons = (
        _("the heading says {label}").format(label=label),
        _("{share} % of its cells fit").format(share=f"{100 * fit:.0f}"),
    )
    return _Choice(field, slot, currency, score, reasons)


def _settle_amounts(mapped: TableMap, by_row: Mapping[int, Mapping[int, object]]) -> TableMap:
    """Several amount columns: one per currency, or one and its equivalent in the firm's own currency."""
    name = f"{mapped.kind[:-1]}.amount"
    amounts = mapped.having(name)
    if len(amounts) > 1:
        both = sum(sum(one.column.at in cells for one in amounts) > 1 for cells in by_row.values())
        plain_one = [one for one in amounts if not one.currency]
        dropped: set[int] = set()
        if plain_one:
            dropped = {one.column.at for one in amounts if one.currency}
        elif both > 0.3 * len(by_row):
            dropped = {one.column.at for one in amounts if one.currency in _BASE_LIKE}
        has_base = bool(mapped.having("order.amount_base"))
        columns = tuple(
            _as_equivalent(one, has_base=has_base) if one.column.at in dropped else one for one in mapped.columns
        )
        mapped = replace(mapped, columns=columns)
    return replace(mapped, columns=tuple(_settle_parts(mapped)))


def _as_equivalent(one: ColumnMap, *, has_base: bool) -> ColumnMap:
    base = one.field.startswith("order.") and one.currency in _BASE_LIKE and not has_base
    return replace(one, field="order.amount_base" if base else "", currency="")


def _settle_parts(mapped: TableMap) -> list[ColumnMap]:
    """A deposit or balance column is money received where the date it arrived stands beside it, else a part that is due."""
    dated = {one.slot for one in mapped.columns if one.field == "receipt.date" and one.slot}
    settled = []
    for one in mapped.columns:
        if one.field == "receipt.amount" and one.slot and one.slot not in dated and one.column.group <= 0:
            received = "receipt.amount#" + str(one.slot)
            due = "order.deposit_amount" if one.slot == 1 else "order.balance_amount"
            said = fields_of_heading(one.column.leaf)
            if said.get(due, 0.0) >= said.get(received, 0.0):
                one = replace(one, field=due, slot=0)  # noqa: PLW2901 - the mapped column in its settled form
        elif one.field in ("order.deposit_amount", "order.balance_amount"):
            slot = 1 if one.field == "order.deposit_amount" else 2
            if slot in dated and not mapped.having("receipt.amount", slot):
                one = replace(one, field="receipt.amount", slot=slot)  # noqa: PLW2901 - as above
        settled.append(one)
    return settled
