"""Columns that several sheets share."""

from __future__ import annotations

from workbench.reports.columns import Column, Group, Kind
from workbench.reports.texts import Texts

__all__ = [
    "CUSTOMER",
    "CUSTOMER_NAME",
    "EVIDENCE",
    "KEYS",
    "LEGS",
    "ORDER",
    "ORDER_NUMBER",
    "SOURCE",
    "SYNC",
    "TO_CUSTOMER",
    "TO_ORDER",
    "more",
    "several",
    "stored",
]

KEYS = (
    Column("id", field="id", group=Group.KEY, width=10),
    Column("version", Kind.INTEGER, field="version", group=Group.KEY, width=8),
    Column("check", group=Group.KEY, width=8),
    Column("marks", group=Group.KEY, width=8),
)
SYNC = Column("sync", width=9)
CUSTOMER = Column("customer_id", group=Group.KEY, width=10)
CUSTOMER_NAME = Column("customer_name", field="customer_id", lookup="customers.legal_name")
TO_CUSTOMER = Column("to_customer", Kind.LINK, link="customers:customer_id")
ORDER = Column("order_id", group=Group.KEY, width=10)
ORDER_NUMBER = Column("order_number", field="order_id", lookup="orders.number")
TO_ORDER = Column("to_order", Kind.LINK, link="orders:order_id")
EVIDENCE = (
    Column("base_currency", Kind.CURRENCY, group=Group.EVIDENCE),
    Column("rate_value", Kind.RATE, group=Group.EVIDENCE),
    Column("rate_date", Kind.DATE, group=Group.EVIDENCE),
    Column("rate_source", Kind.CHOICE, choices="rate_source", group=Group.EVIDENCE),
    Column("rate_kind", Kind.CHOICE, choices="rate_kind", group=Group.EVIDENCE),
    Column("rate_policy", Kind.CHOICE, choices="rate_policy", group=Group.EVIDENCE),
)
LEGS = Column("legs_text", group=Group.MORE)
SOURCE = Column("source_place", group=Group.MORE)


def stored(
    name: str,
    kind: Kind = Kind.TEXT,
    group: Group = Group.MAIN,
    *,
    currency: str = "",
    choices: str = "",
    width: int = 0,
) -> Column:
    """A column that people may edit: it shows the register's field of the same name."""
    return Column(name, kind, field=name, group=group, currency=currency, choices=choices, width=width)


def more(*names: str) -> tuple[Column, ...]:
    """Text columns that people may edit and seldom look at."""
    return tuple(stored(name, group=Group.MORE) for name in names)


def several(first: str | None, count: int | None, texts: Texts) -> str | None:
    """The first name, and how many there are beside it."""
    if not first or not count or count < 2:
        return first
    return f"{first} {texts.say('kinds-more', count=count - 1 if texts.language == 'en' else count)}"
