"""Customers: found by what people call them, looked at, and checked for duplicates."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from udfs.functions.cells import rows_of, single, text_of, today_or
from udfs.functions.host import Snapshot, snapshot
from udfs.registry import ArgumentRefused, Cell, Kind, NotFound, Parameter, Range, function
from workbench.i18n import _
from workbench.money import from_cell
from workbench.reasons import told

__all__ = ["customer_duplicates", "customer_find", "customer_of", "customer_view"]

_CUSTOMER = Parameter("customer", "code, id or name", "客户代码、编号或名称")
_SURE: Final = "duplicate"
_SHOWN: Final = ("code", "legal_name", "local_name", "country", "default_currency", "payment_terms", "tax_id", "tier", "owner")  # fmt: skip
_NAMES: Final = ("id", "code", "legal_name", "local_name")


@function(
    "CUSTOMER_FIND", Parameter("name", "the customer as somebody wrote it", "客户名称"),
    Parameter("country", "country code, where known", "国家代码", optional=True),
    category="customers", needs_register=True,
    help_en="Id of the customer meant; #N/A where none is, or where it could be several.",
    help_zh="查找客户编号；没有或有多个可能时返回 #N/A。",
)  # fmt: skip
def customer_find(name: Cell, country: Cell = None) -> str:
    """The id of the record that stands, by code or name, else the one that a duplicate check is sure of."""
    return str(customer_of(snapshot(), text_of(name), text_of(country).upper())["id"])


@function(
    "CUSTOMER_VIEW", _CUSTOMER, Parameter("as_of", "day; today if empty", "截止日期，默认今天", optional=True, kind=Kind.DATE),
    category="customers", whole=True, spills=True, needs_register=True,
    help_en="What the register knows of a customer: a table of fields, orders, open and overdue amounts by currency.",
    help_zh="客户概览：字段、订单数、各币种未收与逾期金额。",
)  # fmt: skip
def customer_view(customer: Cell, as_of: Cell = None) -> list[list[Cell]]:
    """Rows of (what, value); one row a currency for what is open and what is overdue."""
    now = snapshot()
    row = customer_of(now, text_of(single(customer)))
    day = today_or(single(as_of))
    found: list[list[Cell]] = [["id", row["id"]]]
    found += [[name, row[name]] for name in _SHOWN if row.get(name)]
    orders = [one for one in _orders(now) if one["customer_id"] == row["id"]]
    found.append([_("orders"), len(orders)])
    owed, late = _owed(now, {one["id"] for one in orders}, day)
    for code in sorted(owed):
        found.append([_("open {currency}").format(currency=code), from_cell(owed[code])])
        if late[code]:
            found.append([_("overdue {currency}").format(currency=code), from_cell(late[code])])
    return found


@function(
    "CUSTOMER_DUPLICATES",
    Parameter("table", "customers with their headings, or one column of names; empty for the register's queue", "含标题的客户表区域或一列名称；留空则取登记册的待审队列", optional=True),
    category="customers", whole=True, spills=True, carried=False, volatile=True, slow=True,
    help_en="Pairs of rows that may be one customer: the two, how sure it is, what to do, and why.",
    help_zh="可能重复的客户：两行、把握程度、处理建议及理由。",
)  # fmt: skip
def customer_duplicates(table: Range | None = None) -> list[list[Cell]]:
    """A heading row and one row a pair, surest first; rows of a range are named by their place (below the headings)."""
    head: list[Cell] = [_("a"), _("b"), _("score"), _("decision"), _("why")]
    pairs = _waiting() if table is None or rows_of(table) == [[None]] else _among(rows_of(table))
    return [head, *pairs] if pairs else [head, ["", "", "", _("none found"), ""]]


def customer_of(now: Snapshot, name: str, country: str = "") -> dict[str, Any]:
    """The customer meant by a code, an id or a name.

    Raises:
        ArgumentRefused: the cell is empty.
        NotFound: no customer goes by that name, or several may.
    """
    if not name:
        raise ArgumentRefused(_("There is no name."), remedy=_("Give the code, id or name of a customer."))
    known = now.keep("customer-names", lambda: _names(now))
    ids = known.get(_plain(name), set())
    if not ids:
        fields = {"legal_name": name, "country": country}
        index = now.keep("customer-index", lambda: _index(now))
        pairs = index.check({key: value for key, value in fields.items() if value})
        sure = [pair for pair in pairs if pair.decision == _SURE]
        ids = {_stands(now)[pair.id_b] for pair in sure}
        if not ids and pairs:
            near = ", ".join(sorted({pair.id_b for pair in pairs})[:5])
            raise NotFound(
                _("{name} may be {customers}, and it is not sure.").format(name=repr(name), customers=near),
                remedy=_("Give the id or the full name."),
            )
    if len(ids) != 1:
        told = ", ".join(sorted(ids)[:5]) or "—"
        raise NotFound(
            _("{name} is not one customer of the register ({customers}).").format(name=repr(name), customers=told),
            remedy=_("Give the id or the full name."),
        )
    return now.keep("customers", lambda: {row["id"]: row for row in now.register.rows("customers")})[next(iter(ids))]


def _names(now: Snapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in now.register.rows("customers"):
        for field in _NAMES:
            if row.get(field):
                found[_plain(row[field])].add(_stands(now)[row["id"]])
    return dict(found)


def _stands(now: Snapshot) -> dict[str, str]:
    from workbench.duplicates.links import standing

    return now.keep("standing", lambda: dict(standing(now.register.rows("customers"))))


def _index(now: Snapshot) -> Any:
    from workbench.duplicates import CustomerIndex

    return CustomerIndex(now.register.rows("customers"))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _orders(now: Snapshot) -> list[dict[str, Any]]:
    return now.keep("orders", lambda: now.register.rows("orders"))


def _owed(now: Snapshot, orders: set[str], day: date) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    from workbench.settlement import open_items

    items, _missing = now.keep(("open", day), lambda: open_items(now.register, day, book=now.book))
    owed: dict[str, Decimal] = defaultdict(Decimal)
    late: dict[str, Decimal] = defaultdict(Decimal)
    for row, item in items:
        if row["order_id"] in orders:
            owed[row["currency"]] += item.open_amount
            if row.get("due_date") and row["due_date"] < day:
                late[row["currency"]] += item.open_amount
    return owed, late


def _waiting() -> list[list[Cell]]:
    from workbench.duplicates.queue import queue

    return [
        [one.a["id"], one.b["id"], from_cell(one.score), "later" if one.later else "review", told(one.reasons)]
        for one in queue(snapshot().register)
    ]


def _among(rows: list[list[Cell]]) -> list[list[Cell]]:
    from workbench.duplicates import scan
    from workbench.duplicates.columns import field_named

    headings = [text_of(cell) for cell in rows[0]] if rows else []
    if len(headings) == 1 and not field_named(headings[0]):
        headings, rows = ["name"], [["name"], *rows]  # a column of names alone
    if len(rows) < 3 or not any(headings):
        raise ArgumentRefused(
            _("There are no two rows below headings."), remedy=_("Give a range whose first row holds the headings.")
        )
    if not {"name", "local_name"} & set(map(field_named, headings)):
        raise ArgumentRefused(
            _("None of the headings is that of the customers' names."), remedy=_("Write Name above them.")
        )
    named = [
        {"row_id": str(place)} | {head: text_of(cell) for head, cell in zip(headings, row, strict=True) if head}
        for place, row in enumerate(rows[1:], 1)
        if any(text_of(cell) for cell in row)
    ]
    pairs = scan(named, id_column="row_id")
    return [[int(one.id_a), int(one.id_b), from_cell(one.score), one.decision, told(one.reasons)] for one in pairs]
