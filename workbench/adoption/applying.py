"""A plan becomes register rows: one changeset with customers, orders, instalments, receipts, costs, and where each came from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from workbench.adoption.changed import settle_changed
from workbench.adoption.choices import keep_choices
from workbench.adoption.conflicts import SAME_ORDER_WITHIN
from workbench.adoption.earlier import tell_earlier
from workbench.adoption.instalments import Instalment, instalments_of
from workbench.adoption.plan import Decision, Item, Plan
from workbench.duplicates.entrance import tell_new
from workbench.duplicates.links import standing
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rate_store import converted_fields
from workbench.rates import Rate, RateBook
from workbench.register import Changeset, Register
from workbench.sheets.words import plain

__all__ = ["apply_plan", "tell_known"]

Row = dict[str, Any]
_Thing = TypeVar("_Thing")
_AT_ONCE = 5_000

_CUSTOMER_FIELDS = {
    "code": "code", "name_local": "local_name", "country": "country", "currency": "default_currency", "email": "email",
    "phone": "phone", "tax_id": "tax_id", "address": "address", "terms": "payment_terms", "owner": "owner", "tier": "tier",
    "note": "note",
}  # fmt: skip
_ORDER_FIELDS = {
    "number": "number", "date": "order_date", "currency": "currency", "amount": "amount", "incoterm": "incoterm",
    "incoterm_place": "incoterm_place", "deposit_percent": "deposit_percent", "due_date": "due_date", "status": "status",
    "salesperson": "salesperson", "note": "note", "customer_po": "customer_po",
}  # fmt: skip
_ORDER_VALUES = tuple((f"order.{name}", field_name) for name, field_name in _ORDER_FIELDS.items())
_CONVERTED = (
    "base_currency", "base_amount", "rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy", "rate_legs",
)  # fmt: skip
_COST_KINDS = {
    "purchase": ("purchase", "采购", "进货", "货款", "goods", "einkauf", "ware", "achat", "compra", "仕入"),
    "freight": ("freight", "运费", "海运", "空运", "快递", "shipping", "fracht", "transport", "fret", "flete", "運賃"),
    "insurance": ("insurance", "保险", "保费", "versicherung", "assurance", "seguro", "保険"),
    "domestic": ("domestic", "国内", "港杂", "报关", "拖车", "内陆", "local", "inland", "国内費用"),
    "commission": ("commission", "佣金", "provision", "comisión"),
}  # fmt: skip


def tell_known(plan: Plan, register: Register) -> None:
    """Mark the records that the register has already, and refuse costs of orders that nobody has."""
    _tell_known(plan, register, _Memory.of(register))


def _tell_known(plan: Plan, register: Register, memory: _Memory) -> None:
    for item in plan.items:
        if item.decision is Decision.IMPORTED and memory.has(item):
            item.decision = Decision.KNOWN
    for item in plan.of("orders", Decision.IMPORTED):
        _hold_if_changed(plan, item, memory, register)
    orders = set(memory.order_ids) | {str(item.value("number")) for item in plan.of("orders", Decision.IMPORTED)}
    held = {str(item.value("number")) for item in plan.of("orders", Decision.HELD)}
    for item in plan.of("costs", Decision.IMPORTED):
        number = str(item.value("order_number"))
        if number in orders:
            continue
        item.decision = Decision.HELD if number in held else Decision.REFUSED
        if item.decision is Decision.REFUSED:
            plan.findings.append(Finding("record.order-unknown", item.record.place, number))
    tell_earlier(plan, register, memory.name_of, _names)


def _hold_if_changed(plan: Plan, item: Item, memory: _Memory, register: Register) -> None:
    """Hold an order whose number the register has with other facts: a sheet that was changed must not double it.

    Firms do start their numbers again, so the same number more than half a year apart is another order, and only told.
    """
    number, day = str(item.value("number")), item.value("date")
    others = memory.orders_by_number.get(number, [])
    if not others:
        return
    facts = [f"{other_day} {currency} {amount:f}" for other_day, currency, amount in others]
    if isinstance(day, date) and all(abs((day - other_day).days) > SAME_ORDER_WITHIN for other_day, _c, _a in others):
        told = Finding("record.number-twice", item.record.place, number)
        if told not in plan.findings:  # a plan may be held against the register more than once
            plan.findings.append(told)
        return
    settle_changed(plan, item, register, memory.order_ids[number], facts)


def apply_plan(plan: Plan, register: Register, author: str, book: RateBook) -> int | None:
    """See ``Plan.apply``."""
    memory = _Memory.of(register)
    _tell_known(plan, register, memory)
    fresh = [item for item in plan.items if item.decision is Decision.IMPORTED]
    findings = [one for one in plan.findings if (one.code, one.where) not in memory.open_findings]
    if not fresh and not findings and not plan.learned:
        return None
    files = ", ".join(sorted({source.book.file for source in plan.sources}))
    with register.changeset(origin="adopt", reason=_("adopt {files}").format(files=files), author=author) as changes:
        _Writer(plan, register, changes, memory, book).write(fresh, findings)
        keep_choices(changes, plan.learned)
    return changes.number or None


@dataclass(slots=True)
class _Memory:
    """What the register has already, by the keys that tell it apart."""

    sources: set[tuple[str, str, str]] = field(default_factory=set)
    customers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    orders: set[tuple[object, ...]] = field(default_factory=set)
    order_ids: dict[str, list[str]] = field(default_factory=dict)
    orders_by_number: dict[str, list[tuple[date, str, Decimal]]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    costs: Counter[tuple[object, ...]] = field(default_factory=Counter)
    fingerprints: set[str] = field(default_factory=set)
    open_findings: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, register: Register) -> _Memory:
        memory = cls()
        for row in register.rows("source_records"):
            memory.sources.add((row["table_name"], row["file_sha256"], row["place"]))
        customers = register.rows("customers")
        stands = standing(customers)
        for row in customers:  # an order of a merged customer goes to the one that stands for it
            memory.remember_customer({**row, "id": stands[row["id"]]})
        for row in register.rows("orders"):
            memory.orders.add((row["number"], row["order_date"], row["currency"], row["amount"]))
            memory.order_ids.setdefault(row["number"], []).append(row["id"])
            facts = (row["order_date"], row["currency"], row["amount"])
            memory.orders_by_number.setdefault(row["number"], []).append(facts)
        memory.numbers = {row_id: number for number, ids in memory.order_ids.items() for row_id in ids}
        for row in register.rows("costs"):
            number = memory.numbers[row["order_id"]]
            memory.costs[number, row["kind"], row["supplier"], row["cost_date"], row["currency"], row["amount"]] += 1
        memory.fingerprints = {row["fingerprint"] for row in register.rows("receipts")}
        memory.open_findings = {(row["code"], row["place"]) for row in register.rows("open_findings")}
        return memory

    def remember_customer(self, row: Mapping[str, Any]) -> None:
        """Find the customer again by any of its names, or its code."""
        for name in (row.get("legal_name"), row.get("local_name")):
            if name:
                self.customers.setdefault(_key(name), row["id"])
        if row.get("code"):
            self.codes.setdefault(row["code"], row["id"])

    def customer(self, name: object, code: object) -> str | None:
        """The id of a customer of exactly this name, or of this code."""
        found = self.customers.get(_key(str(name))) if name else None
        return found or (self.codes.get(str(code)) if code else None)

    def name_of(self, table: str, row: Mapping[str, Any]) -> object:
        """What tells a row apart, as ``_names`` has it of a record."""
        if table == "orders":
            return row["number"]
        if table == "receipts":
            return row["fingerprint"]
        if table == "customers":
            return _key(row["legal_name"])
        number = self.numbers.get(row["order_id"])
        return number, row["kind"], row["supplier"], row["cost_date"], row["currency"], row["amount"]

    def has(self, item: Item) -> bool:
        """Whether a record has been imported before, from this file or from another."""
        kind = item.record.kind
        if self.sources and (kind, item.sha256, _place(item)) in self.sources:
            return True
        if kind == "orders":
            return (
                item.value("number"),
                item.value("date"),
                item.value("currency"),
                item.value("amount"),
            ) in self.orders
        if kind == "customers":
            names = [str(name) for name in (item.value("name"), item.value("name_local")) if name]
            return any(_key(name) in self.customers for name in names)
        if kind == "costs":
            facts = tuple(item.value(name) for name in ("supplier", "date", "currency", "amount"))
            key = (item.value("order_number"), _cost_kind(str(item.value("kind") or "")), *facts)
            return item.occurrence < self.costs[key]
        return not self.fingerprints.isdisjoint((_fingerprint(item), _earlier_fingerprint(item)))


class _Writer:
    """Writes a plan's records into one changeset."""

    def __init__(self, plan: Plan, register: Register, changes: Changeset, memory: _Memory, book: RateBook) -> None:
        self.plan, self.changes, self.memory, self.book = plan, changes, memory, book
        self.base = register.base_currency
        self.terms: dict[str, str] = {}
        self.sources: list[tuple[str, str, Item]] = []
        self.problems: list[Finding] = []
        self._evidence: dict[tuple[str, date], tuple[Rate | None, Mapping[str, Any], Finding | None]] = {}
        self._ids: dict[tuple[object, object], str | None] = {}

    def write(self, fresh: list[Item], findings: Iterable[Finding]) -> None:
        """All tables in the order in which they refer to each other."""
        by_kind: dict[str, list[Item]] = {}
        for item in fresh:
            by_kind.setdefault(item.record.kind, []).append(item)
        orders = by_kind.get("orders", [])
        self._customers(by_kind.get("customers", []), orders)
        added = [item for item in orders if not item.replaces]
        ids = self._orders(added)
        self._instalments(added, ids)
        for item in orders:
            if item.replaces:
                self._replace(item)
        self._receipts(by_kind.get("receipts", []))
        self._costs(by_kind.get("costs", []))
        self.changes.insert_columns("source_records", map(_source_columns, _slices(self.sources)))
        told = {(one.code, one.where): one for one in (*findings, *self.problems)}
        self.changes.insert(
            "open_findings", [one.as_row() for key, one in told.items() if key not in self.memory.open_findings]
        )

    def _customers(self, items: Iterable[Item], orders: Iterable[Item]) -> None:
        """One row per exact name; customers that only orders name are added from there."""
        rows: dict[str, Row] = {}
        sources: dict[str, list[Item]] = {}
        for item in items:
            row = _customer_row(item)
            key = _key(row["legal_name"])
            for field_name, value in row.items():
                rows.setdefault(key, {}).setdefault(field_name, value)
            sources.setdefault(key, []).append(item)
        known_local = {_key(row["local_name"]) for row in rows.values() if row.get("local_name")}
        codes: set[object] = {row["code"] for row in rows.values() if row.get("code")}
        seen: set[tuple[object, object]] = set()
        for item in orders:
            name, code = item.value("customer"), item.value("customer_code") or None
            if (name, code) in seen:
                continue
            seen.add((name, code))
            key = _key(str(name or code))
            if key in rows or key in known_local or code in codes or self.memory.customer(name, code):
                continue
            rows[key] = {
                "legal_name": str(name or code), "code": code, "country": item.value("customer_country"),
                "owner": item.value("salesperson"),
            }  # fmt: skip
            sources[key] = [item]
        ids = self.changes.insert("customers", rows.values())
        for row_id, (key, row) in zip(ids, rows.items(), strict=True):
            self.memory.remember_customer({**row, "id": row_id})
            self.terms[row_id] = str(row.get("payment_terms") or "")
            self.sources.extend(("customers", row_id, item) for item in sources[key])
        places = {row_id: sources[key][0].record.place for row_id, key in zip(ids, rows, strict=True)}
        self.problems.extend(tell_new(self.changes, "customers", places))

    def _orders(self, items: list[Item]) -> list[str]:
        ids = self.changes.insert_columns("orders", map(self._order_columns, _slices(items)))
        self.problems.extend(tell_new(self.changes, "orders", _Places(ids, items)))
        for row_id, item in zip(ids, items, strict=True):
            self.memory.order_ids.setdefault(str(item.value("number")), []).append(row_id)
            self.sources.append(("orders", row_id, item))
        return ids

    def _order_columns(self, items: Sequence[Item]) -> dict[str, list[Any]]:
        every = [item.record.values for item in items]
        columns: dict[str, list[Any]] = {
            field_name: [values.get(name) for values in every] for name, field_name in _ORDER_VALUES
        }
        columns["customer_id"] = list(map(self._customer_id, items))
        columns["note"] = [_joined(values.get("order.product"), values.get("order.note")) for values in every]
        facts = zip(
            items, columns["amount"], columns["currency"], columns["order_date"], columns["number"], strict=True
        )
        converted = [
            self._converted(item, amount, currency, day, str(number), str(item.value("customer_code") or ""))
            for item, amount, currency, day, number in facts
        ]
        return columns | {name: [one.get(name) for one in converted] for name in _CONVERTED}

    def _customer_id(self, item: Item) -> str | None:
        said = item.value("customer"), item.value("customer_code")
        if said not in self._ids:
            self._ids[said] = self.memory.customer(*said)
        return self._ids[said]

    def _replace(self, item: Item) -> None:
        """Give an order that is there the sheet's facts; its figure in base currency and its instalments are made anew."""
        order_id = item.replaces
        values = {name: own for name, (own,) in self._order_columns([item]).items() if own is not None}
        self.changes.update("orders", order_id, {**dict.fromkeys(_CONVERTED), **values})
        for old in self.changes.rows("instalments", {"order_id": order_id}):
            self.changes.delete("instalments", old["id"])
        self._instalments([item], [order_id])
        self.sources.append(("orders", order_id, item))

    def _instalments(self, items: list[Item], ids: list[str]) -> None:
        pairs = list(zip(items, ids, strict=True))
        self.changes.insert_columns("instalments", filter(None, map(self._instalment_columns, _slices(pairs))))

    def _instalment_columns(self, pairs: Sequence[tuple[Item, str]]) -> dict[str, list[Any]]:
        parts: list[Instalment] = []
        orders: list[str] = []
        for item, order_id in pairs:
            own = instalments_of(item, str(item.value("terms") or self.terms.get(self._customer_id(item) or "", "")))
            parts += own
            orders += [order_id] * len(own)
        columns = dict(zip(Instalment._fields, map(list, zip(*parts, strict=True)), strict=False))
        return columns | {"order_id": orders} if orders else {}

    def _receipts(self, items: list[Item]) -> None:
        rows, kept = [], []
        for item in items:
            fingerprint = _fingerprint(item)
            if fingerprint in self.memory.fingerprints:
                continue
            self.memory.fingerprints.add(fingerprint)
            row: Row = {
                "account": _account(item), "value_date": item.value("date"), "currency": item.value("currency"),
                "amount": item.value("amount"), "payer": item.value("payer"), "bank_reference": item.value("reference"),
                "reference": _joined(item.value("order_number"), item.value("note")), "fingerprint": fingerprint,
                "kind": "customer" if _decimal(item.value("amount")) >= 0 else "refund",
            }  # fmt: skip
            fee = item.value("bank_fee")
            if isinstance(fee, Decimal) and fee:
                row.update(fee_currency=item.value("currency"), fee_amount=fee)
            row.update(self._converted(item, row["amount"], row["currency"], row["value_date"]))
            rows.append(row)
            kept.append(item)
        ids = self.changes.insert("receipts", rows)
        self.problems.extend(tell_new(self.changes, "receipts", _Places(ids, kept)))
        self.sources.extend(("receipts", row_id, item) for row_id, item in zip(ids, kept, strict=True))

    def _costs(self, items: list[Item]) -> None:
        rows, kept = [], []
        for item in items:
            orders = self.memory.order_ids.get(str(item.value("order_number")), [])
            if len(orders) != 1:
                self.problems.append(
                    Finding("record.order-unknown", item.record.place, str(item.value("order_number")))
                )
                continue
            kind = _cost_kind(str(item.value("kind") or ""))
            purchase = kind == "purchase"
            rows.append({
                "order_id": orders[0], "kind": kind, "supplier": item.value("supplier"), "cost_date": item.value("date"),
                "currency": item.value("currency"), "amount": item.value("amount"), "note": item.value("note"),
                "vat_percent": item.value("vat_percent") if purchase else None,
                "rebate_percent": item.value("rebate_percent") if purchase else None,
            })  # fmt: skip
            kept.append(item)
        ids = self.changes.insert("costs", rows)
        self.sources.extend(("costs", row_id, item) for row_id, item in zip(ids, kept, strict=True))

    def _converted(
        self, item: Item, amount: Decimal, currency: str, day: date, document: str = "", customer: str = ""
    ) -> Row:
        """The figure in base currency with its evidence, or nothing and a finding."""
        agreed = {"document": document, "customer": customer} if self.book.locks else {}
        if agreed:
            evidence, problem = converted_fields(self.book, amount, currency, self.base, day, "", **agreed)
        else:
            rate, evidence, problem = self._rate_of(currency, day)
            if rate is not None:
                evidence = {**evidence, "base_amount": rate.convert(amount)}
        if problem is not None:
            self.problems.append(replace(problem, where=item.record.place, value=format(amount, "f")))
        return dict(evidence)

    def _rate_of(self, currency: str, day: date) -> tuple[Rate | None, Mapping[str, Any], Finding | None]:
        """The rate of a day with its evidence, or what is the matter; looked up once."""
        if (currency, day) not in self._evidence:
            evidence, problem = converted_fields(self.book, Decimal(0), currency, self.base, day, "")
            rate = self.book.get(currency, self.base, day) if problem is None else None
            self._evidence[currency, day] = rate, evidence, problem
        return self._evidence[currency, day]


class _Places(Mapping[str, str]):
    """Where the rows with those ids came from; few are ever asked for."""

    def __init__(self, ids: Iterable[str], items: Iterable[Item]) -> None:
        self._items = dict(zip(ids, items, strict=True))

    def __getitem__(self, row_id: str) -> str:
        return self._items[row_id].record.place

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def _slices(things: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    """Some thousand at a time, so that the columns made of them never all stand in memory."""
    return (things[start : start + _AT_ONCE] for start in range(0, len(things), _AT_ONCE))


def _key(name: str) -> str:
    return plain(name).casefold()


def _joined(*texts: object) -> str | None:
    return " · ".join(str(text) for text in texts if text) or None


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def _customer_row(item: Item) -> Row:
    name = item.value("name") or item.value("name_local") or item.value("code")
    row: Row = {"legal_name": name}
    for own, field_name in _CUSTOMER_FIELDS.items():
        value = item.value(own)
        if value is not None:
            row[field_name] = value
    contact = item.value("contact")
    if contact:
        row["special_requirements"] = _("contact: {name}").format(name=contact)
    return row


def _account(item: Item) -> str:
    """The account a receipt came in on; sheets that do not say get their own name, so that it can be put right later."""
    return str(item.value("account") or _("not stated ({sheet})").format(sheet=item.record.sheet.name))


def _fingerprint(item: Item) -> str:
    """Identity of a receipt: its facts, and its number among those with the same facts."""
    return _hashed([*item.facts, str(item.occurrence)])


def _earlier_fingerprint(item: Item) -> str:
    """As it was while an amount counted as typed; registers hold such ones."""
    kind, day, currency, _amount, *rest = item.facts
    return _hashed([kind, day, currency, str(item.value("amount")), *rest, str(item.occurrence)])


def _hashed(facts: list[str]) -> str:
    return "adopted:" + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:40]


def _names(item: Item) -> frozenset[object]:
    """What tells a record apart from others of its kind, in the register, too."""
    if item.record.kind == "orders":
        return frozenset({item.value("number")})
    if item.record.kind == "receipts":
        return frozenset({_fingerprint(item), _earlier_fingerprint(item)})
    if item.record.kind == "customers":
        return frozenset(_key(str(name)) for name in (item.value("name"), item.value("name_local")) if name)
    facts = tuple(item.value(name) for name in ("supplier", "date", "currency", "amount"))
    return frozenset({(item.value("order_number"), _cost_kind(str(item.value("kind") or "")), *facts)})


def _place(item: Item) -> str:
    """Where the record stands; several costs of one row are told apart by their own cells."""
    kind = item.value("kind") if item.record.kind == "costs" else ""
    return f"{item.record.place}{f' {kind}' if kind else ''}"


def _source_columns(sources: Sequence[tuple[str, str, Item]]) -> dict[str, list[Any]]:
    records = [item.record for _table, _row_id, item in sources]
    return {
        "table_name": [table for table, _row_id, _item in sources],
        "row_id": [row_id for _table, row_id, _item in sources],
        "file": [record.sheet.book for record in records],
        "sheet": [record.sheet.name for record in records],
        "place": [_place(item) for _table, _row_id, item in sources],
        "file_sha256": [item.sha256 for _table, _row_id, item in sources],
        "raw": [record.raw for record in records],
    }


def _cost_kind(word: str) -> str:
    lowered = word.casefold()
    return next((kind for kind, words in _COST_KINDS.items() if any(one in lowered for one in words)), "other")
