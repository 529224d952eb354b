"""At the door of the register: what has just come in and may be there already is told, and never refused."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from rapidfuzz import fuzz

from workbench.duplicates import kinds as _kinds  # noqa: F401 - its findings are told here
from workbench.duplicates.door import CustomerIndex
from workbench.duplicates.links import constraints_of, standing
from workbench.duplicates.normalise import fold
from workbench.duplicates.pairs import DuplicatePair
from workbench.findings import Finding
from workbench.i18n import _
from workbench.register import Changeset, Register
from workbench.register.schema import METADATA

__all__ = ["CheckedDocuments", "check_customer", "check_documents", "tell_new"]

Row = dict[str, Any]

_TOLD_FROM = ("duplicate",)
_KEPT_FROM = ("duplicate", "review")
_SHOWN = 3
_DAYS = 3  # between two entries of the same money
_ALIKE_A_DAY = 32
_ALIKE = 85  # of 100, two payers' names
_NOT_WORD = re.compile(r"[\W_]+")


def tell_new(cs: Changeset, table: str, places: Mapping[str, str]) -> list[Finding]:
    """What of the rows just added to a table may be there already; pairs of customers join those to be decided.

    Args:
        cs: the changeset that added them.
        table: customers, orders, invoices or receipts; of other tables nothing is told.
        places: by the new row's id where it came from, for the findings.
    """
    if not places:
        return []
    if table == "customers":
        return _new_customers(cs, places)
    told = _DOCUMENTS.get(table)
    if told is None:
        return []
    with_new = (one for one in told(cs.connection()) if one.new in places or set(one.others) & places.keys())
    found = []
    for one in with_new:
        at = one.new if one.new in places else next(id_ for id_ in one.others if id_ in places)
        found.append(one.finding(places[at]))
    return found


def _new_customers(cs: Changeset, places: Mapping[str, str]) -> list[Finding]:
    """The new customers against those that were there; not against each other, which a scan does."""
    every = cs.rows("customers")
    there = [row for row in every if row["id"] not in places]
    if not there:
        return []
    new = [row for row in every if row["id"] in places]
    stands = standing(every)
    known = cs.rows("duplicate_pairs")
    held = {frozenset((row["customer_a"], row["customer_b"])) for row in known} | constraints_of(every, known).keys()
    names = {row["id"]: str(row["legal_name"]) for row in there}
    found: list[Finding] = []
    fresh: dict[frozenset[str], DuplicatePair] = {}
    for row, pairs in zip(new, CustomerIndex(there).check_many(new, ids=[row["id"] for row in new]), strict=True):
        best: dict[str, DuplicatePair] = {}
        for pair in pairs:
            if pair.decision in _KEPT_FROM:
                best.setdefault(stands[pair.id_b], pair)
        for other, pair in best.items():
            if (ends := frozenset((row["id"], other))) not in held:
                fresh[ends] = pair
        same = [other for other, pair in best.items() if pair.decision in _TOLD_FROM]
        if same:
            shown = tuple(f"{other} {names[other]}" for other in same[:_SHOWN])
            found.append(Finding("duplicate.customer", places[row["id"]], str(row["legal_name"]), shown))
    if fresh:
        cs.insert("duplicate_pairs", [_pair_row(ends, pair) for ends, pair in fresh.items()])
    return found


def _pair_row(ends: Iterable[str], pair: DuplicatePair) -> Row:
    a, b = sorted(ends, key=lambda id_: (len(id_), id_))
    reasons = [reason.as_dict() for reason in pair.reasons]
    return {"customer_a": a, "customer_b": b, "score": pair.score, "reasons": reasons, "decision": "review"}


def check_customer(register: Register, row: Mapping[str, Any]) -> list[DuplicatePair]:
    """Customers that one about to be entered may be, surest first; ``id_b`` is the record that stands today."""
    every = register.rows("customers")
    if not every:
        return []
    stands = standing(every)
    best: dict[str, DuplicatePair] = {}
    for pair in CustomerIndex(every).check(row):
        stands_today = stands[pair.id_b]
        best.setdefault(stands_today, DuplicatePair(pair.id_a, stands_today, pair.score, pair.decision, pair.reasons))
    return list(best.values())


@dataclass(frozen=True, slots=True)
class CheckedDocuments:
    """What may be in the register twice; ``new`` of it was not told before, and is now among the open findings."""

    findings: tuple[Finding, ...]
    new: int
    changeset: int | None


def check_documents(register: Register, *, author: str) -> CheckedDocuments:
    """Look through all orders, invoices and receipts; what is found is kept among the open findings, once."""
    with register.snapshot() as connection:
        told = [one for find in _DOCUMENTS.values() for one in find(connection)]
    findings = [one.finding(f"{one.table} {one.new}") for one in told]
    known = {(row["code"], row["place"]) for row in register.rows("open_findings")}
    fresh = [one for one in findings if (one.code, one.where) not in known]
    if not fresh:
        return CheckedDocuments(tuple(findings), 0, None)
    reason = _("{count} findings about duplicate documents").format(count=len(fresh))
    with register.changeset(origin="duplicates", reason=reason, author=author) as cs:
        cs.insert("open_findings", [one.as_row() for one in fresh])
    return CheckedDocuments(tuple(findings), len(fresh), cs.number)


@dataclass(frozen=True, slots=True)
class _Twice:
    """A document, and those before it that may be the same."""

    code: str
    table: str
    new: str
    value: str
    others: tuple[str, ...]
    names: tuple[str, ...]
    po: str = ""

    def finding(self, where: str) -> Finding:
        return Finding(self.code, where, self.value, self.names, {"po": self.po} if self.po else {})


def _orders(connection: sa.Connection) -> Iterator[_Twice]:
    """Orders of one customer with one order number of the customer's own, but for cancelled ones."""
    orders, customers = METADATA.tables["orders"], METADATA.tables["customers"]
    stands = standing(
        {"id": id_, "merged_into": into}
        for id_, into in connection.execute(sa.select(customers.c.id, customers.c.merged_into))
    )
    query = sa.select(orders.c.id, orders.c.number, orders.c.customer_id, orders.c.customer_po).where(
        orders.c.customer_po.is_not(None), sa.or_(orders.c.status.is_(None), orders.c.status != "cancelled")
    )
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in connection.execute(query.order_by(sa.func.length(orders.c.id), orders.c.id)):
        if number := _plain(row.customer_po):
            groups.setdefault((stands[row.customer_id], number), []).append(row)
    for rows in groups.values():
        for at in range(1, len(rows)):
            before = rows[:at]
            ids, names = tuple(one.id for one in before), tuple(one.number for one in before)
            yield _Twice("duplicate.order", "orders", rows[at].id, rows[at].number, ids, names, rows[at].customer_po)


def _invoices(connection: sa.Connection) -> Iterator[_Twice]:
    """Invoices with one number, and equal ones of an order that is invoiced for more than its value."""
    invoices, orders = METADATA.tables["invoices"], METADATA.tables["orders"]
    query = (
        sa.select(invoices.c.id, invoices.c.number, invoices.c.order_id, invoices.c.currency, invoices.c.amount,
                  orders.c.currency.label("ordered_in"), orders.c.amount.label("ordered"))
        .join(orders, orders.c.id == invoices.c.order_id)
        .order_by(sa.func.length(invoices.c.id), invoices.c.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    raised: dict[tuple[str, str], int] = {}
    numbers: dict[str, list[Any]] = {}
    equal: dict[tuple[str, str, int], list[Any]] = {}
    for row in rows:
        raised[row.order_id, row.currency] = raised.get((row.order_id, row.currency), 0) + row.amount
    for row in rows:
        number, facts = _plain(row.number), (row.order_id, row.currency, row.amount)
        before = list(numbers.get(number, ())) if number else []
        over = row.currency == row.ordered_in and raised[row.order_id, row.currency] > row.ordered
        before += [one for one in equal.get(facts, ()) if over and one not in before]
        if before:
            ids, names = tuple(one.id for one in before), tuple(one.number for one in before)
            yield _Twice("duplicate.invoice", "invoices", row.id, row.number, ids, names)
        numbers.setdefault(number, []).append(row)
        equal.setdefault(facts, []).append(row)


def _receipts(connection: sa.Connection) -> Iterator[_Twice]:
    """The same money twice: one amount within days, and one reference of the bank, or one payer where none is given.

    Two payments of one amount that the bank gave two references are two payments.
    """
    receipts = METADATA.tables["receipts"]
    names = ("id", "currency", "amount", "value_date", "payer", "bank_reference", "reference", "account")
    query = sa.select(*(receipts.c[name] for name in names)).where(receipts.c.amount > 0)
    groups: dict[tuple[str, int, int], deque[Any]] = {}
    for row in connection.execute(query.order_by(sa.func.length(receipts.c.id), receipts.c.id)):
        day = _day(row.value_date).toordinal()
        near = (groups.get((row.currency, row.amount, day + days), ()) for days in range(-_DAYS, _DAYS + 1))
        same = [one for before in near for one in before if _same_money(one, row)]
        if same:
            ids = tuple(one.id for one in same)
            yield _Twice("duplicate.receipt", "receipts", row.id, row.id, ids, ids)
        # Thousands of equal payments on one day are compared with the latest of them only.
        groups.setdefault((row.currency, row.amount, day), deque(maxlen=_ALIKE_A_DAY)).append(row)


def _same_money(one: Any, other: Any) -> bool:
    references = [_plain(row.bank_reference) for row in (one, other)]
    if all(references):
        return references[0] == references[1]
    payers = [fold(row.payer or "") for row in (one, other)]
    if all(payers):
        return fuzz.token_set_ratio(*payers) >= _ALIKE
    texts = [_plain(row.reference) for row in (one, other)]
    return bool(texts[0]) and texts[0] == texts[1]


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _plain(text: str | None) -> str:
    return _NOT_WORD.sub("", fold(text or ""))


_DOCUMENTS: Mapping[str, Callable[[sa.Connection], Iterator[_Twice]]] = {
    "orders": _orders,
    "invoices": _invoices,
    "receipts": _receipts,
}
