"""The queries behind the sheets: stored rows with the states that follow from them, in the order of the sheet.

Sums are of minor units in one currency each; nothing is converted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import TABLES, FieldKind
from workbench.register.codec import pack_value
from workbench.register.schema import METADATA

__all__ = ["WAITING", "Queries", "Where"]

Where = Mapping[str, Mapping[str, Any]]
"""Table of the register → field → the value, or list of values, that its rows shall have to be shown."""

WAITING = ("unmatched", "part_matched")
"""States of receipts whose money is still to be matched, and not proposed yet."""

T = METADATA.tables
_MILLION = 10**6
_UNFILTERED = {FieldKind.DECIMAL, FieldKind.MONEY, FieldKind.JSON}
_RATE = ("rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy")
Expression = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Queries:
    """Makes the query of each sheet.

    Attributes:
        as_of: the day that decides what is overdue.
        sqlite: whether the engine keeps days as text.
        where: which customers, orders and instalments are wanted; instalments of an order that is not wanted, and
            orders and contacts of a customer who is not, are left out with them.
    """

    as_of: date
    sqlite: bool
    where: Where

    # sheets that people edit

    def customers(self) -> sa.Select[Any]:
        """Customers with the number of their orders; those that were merged into another one last."""
        one, orders = T["customers"], T["orders"]
        count = sa.select(sa.func.count()).where(orders.c.customer_id == one.c.id).scalar_subquery()
        query = sa.select(*one.c, count.label("order_count"), _place(one))
        return query.where(*self._wanted("customers")).order_by(one.c.merged_into.is_not(None), *_by_id(one))

    def contacts(self) -> sa.Select[Any]:
        """People at customers, by customer."""
        one, customer = T["contacts"], T["customers"]
        query = sa.select(*one.c, customer.c.legal_name.label("customer_name"), _place(one))
        query = query.join(customer, customer.c.id == one.c.customer_id).where(*self._wanted("customers"))
        return query.order_by(*_by_id(customer), *_by_id(one))

    def orders(self) -> sa.Select[Any]:
        """Orders, newest first, with what is open of their instalments and the receipts that paid them."""
        one, customer = T["orders"], T["customers"]
        part, receipts = _owed(), _receipts_of_orders()
        unpaid = sa.case(
            (part.c.order_id.is_(None), sa.null()), (one.c.status == "cancelled", 0), else_=part.c.owed - part.c.settled
        )
        query = (
            sa.select(
                *one.c,
                customer.c.legal_name.label("customer_name"),
                unpaid.label("open_amount"),
                receipts.c.first_receipt,
                receipts.c.receipt_count,
                _place(one),
            )
            .join(customer, customer.c.id == one.c.customer_id)
            .outerjoin(part, sa.and_(part.c.order_id == one.c.id, part.c.currency == one.c.currency))
            .outerjoin(receipts, receipts.c.order_id == one.c.id)
        )
        wanted = self._wanted("customers", "orders")
        return query.where(*wanted).order_by(one.c.order_date.desc(), *_by_id(one))

    def instalments(self, *, unpaid: bool = False) -> sa.Select[Any]:
        """Instalments, the most urgent first: overdue, then open, each by due date; ``unpaid`` leaves out the rest."""
        one, order, customer, settled = T["instalments"], T["orders"], T["customers"], _settled()
        paid = sa.func.coalesce(settled.c.settled, 0)
        rest = sa.case((order.c.status == "cancelled", 0), else_=one.c.amount - paid)
        state = sa.case(
            (order.c.status == "cancelled", "cancelled"),
            (rest == 0, "paid"),
            # Perhaps more than was owed: a credit, which nobody is to be reminded of.
            (sa.and_(rest < 0, one.c.amount > 0), "paid"),
            (one.c.due_date < self._day, "overdue"),
            (paid != 0, "part"),
            else_="open",
        )
        query = (
            sa.select(
                *one.c,
                order.c.number.label("order_number"),
                order.c.customer_id,
                order.c.salesperson,
                customer.c.legal_name.label("customer_name"),
                customer.c.owner,
                customer.c.email,
                customer.c.phone,
                paid.label("settled_amount"),
                rest.label("open_amount"),
                state.label("state"),
            )
            .join(order, order.c.id == one.c.order_id)
            .join(customer, customer.c.id == order.c.customer_id)
            .outerjoin(settled, settled.c.instalment_id == one.c.id)
        ).where(*self._wanted("customers", "orders", "instalments"))
        if unpaid:
            query = query.where(rest != 0)
        rank = sa.case({"overdue": 0, "part": 1, "open": 1, "paid": 2}, value=state, else_=3)
        return query.order_by(rank, one.c.due_date.is_(None), one.c.due_date, *_by_id(one))

    def tasks(self, *, due: bool = False) -> sa.Select[Any]:
        """Follow-ups: what is open first, by due date; ``due``: only what is open and due by the day."""
        one, customer, order = T["tasks"], T["customers"], T["orders"]
        query = (
            sa.select(
                *one.c, customer.c.legal_name.label("customer_name"), order.c.number.label("order_number"), _place(one)
            )
            .outerjoin(customer, customer.c.id == one.c.customer_id)
            .outerjoin(order, order.c.id == one.c.order_id)
        )
        if due:
            query = query.where(one.c.state == "open", one.c.due_date <= self._day)
        return query.order_by(_rank(one.c.state, "open"), one.c.due_date.is_(None), one.c.due_date, *_by_id(one))

    # money that came in

    def receipts(self, *, waiting: bool = False, states: tuple[str, ...] = WAITING) -> sa.Select[Any]:
        """Receipts, newest first, with what is matched of them; ``waiting``: only those in one of the ``states``."""
        one, taken, decided, order = T["receipts"], _taken(), _latest_decisions(), T["orders"]
        matched = sa.func.coalesce(taken.c.taken, 0)
        state = sa.case(
            (sa.and_(matched != 0, matched == one.c.amount), "matched"),
            (matched != 0, "part_matched"),
            (one.c.amount <= 0, "not_applicable"),
            (sa.func.coalesce(one.c.kind, "unknown").not_in(("customer", "unknown")), "not_applicable"),
            (decided.c.is_nothing, "not_applicable"),
            (decided.c.decision == "review", "review"),
            else_="unmatched",
        )
        rest = sa.case((state.in_((*WAITING, "review")), one.c.amount - matched), else_=0)
        query = (
            sa.select(
                *one.c,
                state.label("state"),
                rest.label("unmatched_amount"),
                taken.c.first_order,
                taken.c.order_count,
                order.c.number.label("order_number"),
                _place(one),
            )
            .outerjoin(taken, taken.c.receipt_id == one.c.id)
            .outerjoin(order, order.c.id == taken.c.first_order)
            .outerjoin(decided, decided.c.receipt_id == one.c.id)
        )
        if waiting:
            query = query.where(state.in_(states))
        return query.order_by(one.c.value_date.desc(), *_by_id(one))

    def matches(self) -> sa.Select[Any]:
        """Decisions on receipts: those to confirm first, the surest first."""
        one, receipt, order = T["match_decisions"], T["receipts"], T["orders"]
        instalment, customer = T["instalments"], T["customers"]
        query = (
            sa.select(
                *one.c,
                *(receipt.c[name] for name in ("value_date", "payer", "currency", "amount", "reference")),
                instalment.c.order_id,
                order.c.number.label("order_number"),
                order.c.customer_id,
                customer.c.legal_name.label("customer_name"),
            )
            .join(receipt, receipt.c.id == one.c.receipt_id)
            .outerjoin(instalment, instalment.c.id == one.c.instalment_id)
            .outerjoin(order, order.c.id == instalment.c.order_id)
            .outerjoin(customer, customer.c.id == order.c.customer_id)
        )
        surest = sa.func.coalesce(sa.cast(one.c.confidence, sa.Float), 0).desc()
        return query.order_by(_rank(one.c.decision, "review"), surest, *_by_id(one))

    def undecided_reasons(self) -> sa.Select[Any]:
        """Why receipts wait, by receipt."""
        one = T["match_decisions"]
        query = sa.select(one.c.receipt_id, one.c.reasons).where(one.c.decided_by.is_(None))
        return query.order_by(*_by_id(one))

    def month_ends(self) -> sa.Select[Any]:
        """Lines of closed month ends, the newest month first, those of a credit without an order."""
        one, instalment, order, customer = T["revaluations"], T["instalments"], T["orders"], T["customers"]
        query = (
            sa.select(
                *one.c,
                instalment.c.order_id,
                instalment.c.kind,
                order.c.number.label("order_number"),
                customer.c.legal_name.label("customer_name"),
            )
            .outerjoin(instalment, instalment.c.id == one.c.instalment_id)
            .outerjoin(order, order.c.id == instalment.c.order_id)
            .outerjoin(customer, customer.c.id == order.c.customer_id)
        )
        return query.order_by(one.c.month_end.desc(), *_by_id(one))

    def settlements(self) -> sa.Select[Any]:
        """Allocations, newest first."""
        one, instalment, order, customer = T["allocations"], T["instalments"], T["orders"], T["customers"]
        query = (
            sa.select(
                *one.c,
                instalment.c.order_id,
                order.c.number.label("order_number"),
                order.c.customer_id,
                customer.c.legal_name.label("customer_name"),
            )
            .join(instalment, instalment.c.id == one.c.instalment_id)
            .join(order, order.c.id == instalment.c.order_id)
            .join(customer, customer.c.id == order.c.customer_id)
        )
        return query.order_by(one.c.allocation_date.desc(), *_by_id(one))

    def instalments_named(self, ids: Iterable[str]) -> sa.Select[Any]:
        """What there is to say about some instalments in a few words."""
        one, order, part = T["instalments"], T["orders"], T["allocations"]
        settled = sa.select(_sum(part.c.document_amount)).where(part.c.instalment_id == one.c.id).scalar_subquery()
        query = sa.select(
            one.c.id,
            one.c.kind,
            one.c.currency,
            one.c.amount,
            order.c.number,
            order.c.status,
            sa.func.coalesce(settled, 0).label("settled_amount"),
        )
        return query.join(order, order.c.id == one.c.order_id).where(one.c.id.in_(sorted(ids)))

    # what waits for a decision

    def duplicates(self) -> sa.Select[Any]:
        """Pairs of customers that may be one, both sides beside each other; to be decided first, the likeliest first."""
        one, orders = T["duplicate_pairs"], T["orders"]
        sides: list[Expression] = []
        query_from: sa.FromClause = one
        for side in ("a", "b"):
            customer = T["customers"].alias(side)
            query_from = query_from.join(customer, customer.c.id == one.c[f"customer_{side}"])
            count = sa.select(sa.func.count()).where(orders.c.customer_id == customer.c.id).scalar_subquery()
            sides += [
                customer.c.legal_name.label(f"{side}_name"),
                *(customer.c[name].label(f"{side}_{name}") for name in ("country", "email", "phone")),
                customer.c.tax_id.label(f"{side}_tax"),
                count.label(f"{side}_orders"),
            ]
        likeliest = sa.cast(one.c.score, sa.Float).desc()
        return (
            sa.select(*one.c, *sides)
            .select_from(query_from)
            .order_by(_rank(one.c.decision, "review", "later"), likeliest, *_by_id(one))
        )

    def questions(self) -> sa.Select[Any]:
        """Findings of adoption: open ones first, the gravest first."""
        one = T["open_findings"]
        rank = _rank(one.c.severity, "refuse", "ask", "report")
        return sa.select(*one.c).order_by(one.c.state != "open", rank, one.c.place, *_by_id(one))

    def undecided(self, table: str) -> sa.Select[Any]:
        """Rows of ``match_decisions``, ``duplicate_pairs`` or ``open_findings`` that wait for a person."""
        one = T[table]
        if table == "open_findings":
            return self.questions().where(one.c.state == "open")
        query = self.matches() if table == "match_decisions" else self.duplicates()
        return query.where(one.c.decision == "review")

    # plain rows, to be counted and added up

    def plain(self, table: str) -> sa.Select[Any]:
        """The rows of a table that its sheet shows, without anything beside them."""
        one = T[table]
        query = sa.select(one)
        if table == "instalments":
            query = query.join(T["orders"], T["orders"].c.id == one.c.order_id)
        if table in {"orders", "contacts"}:
            query = query.join(T["customers"], T["customers"].c.id == one.c.customer_id)
        if table == "instalments":
            query = query.join(T["customers"], T["customers"].c.id == T["orders"].c.customer_id)
        tables = {
            "customers": ("customers",),
            "contacts": ("customers",),
            "orders": ("customers", "orders"),
            "instalments": ("customers", "orders", "instalments"),
        }
        return query.where(*self._wanted(*tables.get(table, ())))

    def totals(self, table: str, field: str, currency: str) -> sa.Select[Any]:
        """Per currency the sum of a money field, as ``millions`` and ``units`` so that no sum overflows."""
        rows = self.plain(table).where(T[table].c[field].is_not(None)).subquery()
        amount = rows.c[field]
        return sa.select(
            rows.c[currency].label("currency"),
            _sum(amount // _MILLION).label("millions"),
            _sum(amount % _MILLION).label("units"),
        ).group_by(rows.c[currency])

    def bare_orders(self, base: str) -> sa.Select[Any]:
        """Orders in another currency than ``base`` that have no base amount."""
        one = T["orders"]
        return self.orders().where(one.c.currency != base, one.c.base_amount.is_(None))

    # rates

    def currencies(self) -> Iterable[sa.Select[Any]]:
        """The currencies in use, one query a place, and those of past figures."""
        for table, field in (
            ("orders", "currency"),
            ("instalments", "currency"),
            ("receipts", "currency"),
            ("customers", "default_currency"),
        ):
            column = T[table].c[field]
            yield sa.select(column.label("currency")).where(column.is_not(None)).distinct()

    def rates_used(self) -> Iterable[sa.Select[Any]]:
        """Each different rate behind stored figures: how many stand on it, and the first of them by name."""
        for table, label in (("orders", "number"), ("receipts", "id"), ("invoices", "number")):
            one = T[table]
            names = ("currency", "base_currency", *_RATE)
            legs = sa.func.min(sa.cast(one.c.rate_legs, sa.Text)).label("rate_legs")
            yield _rates(one, {name: one.c[name] for name in names}, one.c[label], legs)
        one = T["allocations"]
        for what, currency in (("carrying", "document_currency"), ("settlement", "receipt_currency")):
            columns = {
                "currency": one.c[currency],
                "base_currency": one.c.base_currency,
                "rate_value": one.c[f"{what}_rate"],
                "rate_date": one.c[f"{what}_rate_date"],
                "rate_source": one.c.rate_source,
            }
            yield _rates(one, columns, one.c.id)

    def changeset(self) -> sa.Select[Any]:
        """Number and hash of the newest changeset."""
        one = T["changesets"]
        return sa.select(one.c.number, one.c.hash).order_by(one.c.number.desc())

    def settings(self) -> sa.Select[Any]:
        """The firm's settings by name."""
        one = T["settings"]
        return sa.select(one.c.name, one.c.value).order_by(one.c.name)

    @property
    def _day(self) -> date | str:
        """The as-of day as the engine compares it."""
        return self.as_of.isoformat() if self.sqlite else self.as_of

    # the filter

    def _wanted(self, *tables: str) -> list[sa.ColumnElement[bool]]:
        return [
            _condition(T[table].c[name], self._parameter(table, name, value))
            for table in tables
            for name, value in self.where.get(table, {}).items()
        ]

    def _parameter(self, table: str, name: str, value: Any) -> Any:
        if isinstance(value, list | tuple | set | frozenset):
            return [self._parameter(table, name, one) for one in value]
        if value is None or name in {"id", "version"}:
            return value
        field = next((one for one in TABLES[table].fields if one.name == name), None)
        if field is None or field.kind in _UNFILTERED:
            raise ConfigurationError(
                _("A sheet cannot be filtered by {field}.").format(field=f"{table}.{name}"),
                remedy=_("Filter by a text, a choice, a day, a currency or an id of that table."),
            )
        return value if field.kind is FieldKind.DATE and not self.sqlite else pack_value(field, value, {})


def _condition(column: Expression, value: Any) -> sa.ColumnElement[bool]:
    if value is None:
        return column.is_(None)
    if isinstance(value, list):
        known = column.in_([one for one in value if one is not None])
        return sa.or_(known, column.is_(None)) if None in value else known
    equal: sa.ColumnElement[bool] = column == value
    return equal


def _by_id(table: sa.FromClause) -> tuple[Expression, Expression]:
    """Order of ids: C-999999 comes before C-1000000."""
    return sa.func.length(table.c.id), table.c.id


def _sum(column: Expression) -> Expression:
    """A sum that is an integer on both engines."""
    return sa.cast(sa.func.sum(column), sa.BigInteger)


def _rank(column: Expression, *first: str) -> Expression:
    """0, 1, … for the values named, a larger number for the others."""
    return sa.case({value: rank for rank, value in enumerate(first)}, value=column, else_=len(first))


def _place(table: sa.FromClause) -> Expression:
    """Where the row was adopted from."""
    source = T["source_records"]
    place = sa.select(source.c.place).where(source.c.row_id == table.c.id).order_by(*_by_id(source)).limit(1)
    return place.scalar_subquery().label("source_place")


def _settled() -> sa.Subquery:
    """Per instalment what was settled of it."""
    part = T["allocations"]
    query = sa.select(part.c.instalment_id, _sum(part.c.document_amount).label("settled"))
    return query.group_by(part.c.instalment_id).subquery("settled")


def _owed() -> sa.Subquery:
    """Per order and currency what its instalments come to, and what of it was settled."""
    one, settled = T["instalments"], _settled()
    query = sa.select(
        one.c.order_id,
        one.c.currency,
        _sum(one.c.amount).label("owed"),
        sa.func.coalesce(_sum(settled.c.settled), 0).label("settled"),
    ).outerjoin(settled, settled.c.instalment_id == one.c.id)
    return query.group_by(one.c.order_id, one.c.currency).subquery("owed")


def _receipts_of_orders() -> sa.Subquery:
    """Per order the first receipt that paid it, and how many did."""
    part, one = T["allocations"], T["instalments"]
    query = sa.select(
        one.c.order_id,
        sa.func.min(part.c.receipt_id).label("first_receipt"),
        sa.func.count(part.c.receipt_id.distinct()).label("receipt_count"),
    ).join(one, one.c.id == part.c.instalment_id)
    return query.group_by(one.c.order_id).subquery("paid_by")


def _taken() -> sa.Subquery:
    """Per receipt what was taken from it, credits among it, the first order that it paid, and how many."""
    part, one, aside = T["allocations"], T["instalments"], T["credits"]
    paid = sa.select(part.c.receipt_id, part.c.receipt_amount.label("amount"), one.c.order_id).join(
        one, one.c.id == part.c.instalment_id
    )
    kept = sa.select(aside.c.receipt_id, aside.c.amount, sa.null().label("order_id"))
    every = sa.union_all(paid, kept).subquery("every")
    query = sa.select(
        every.c.receipt_id,
        _sum(every.c.amount).label("taken"),
        sa.func.min(every.c.order_id).label("first_order"),
        sa.func.count(every.c.order_id.distinct()).label("order_count"),
    )
    return query.group_by(every.c.receipt_id).subquery("taken")


def _latest_decisions() -> sa.Subquery:
    """Per receipt the decision that stands, and whether a person said that it is no customer's payment."""
    one = T["match_decisions"]
    newest = sa.func.row_number().over(
        partition_by=one.c.receipt_id, order_by=(sa.func.length(one.c.id).desc(), one.c.id.desc())
    )
    taught = sa.cast(one.c.reasons, sa.Text).like("%payer.taught%")
    nothing = sa.and_(
        one.c.decision == "rejected", one.c.instalment_id.is_(None), one.c.decided_by.is_not(None), sa.not_(taught)
    )
    ranked = sa.select(one.c.receipt_id, one.c.decision, nothing.label("is_nothing"), newest.label("place")).subquery()
    kept = (ranked.c.receipt_id, ranked.c.decision, ranked.c.is_nothing)
    return sa.select(*kept).where(ranked.c.place == 1).subquery("decided")


def _rates(table: sa.FromClause, columns: Mapping[str, Expression], label: Expression, *more: Any) -> sa.Select[Any]:
    query = sa.select(
        *(column.label(name) for name, column in columns.items()),
        sa.func.count().label("uses"),
        sa.func.min(label).label("first_use"),
        *more,
    ).select_from(table)
    used = query.where(columns["rate_value"].is_not(None), columns["currency"] != columns["base_currency"])
    return used.group_by(*columns.values())
