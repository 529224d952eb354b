"""Closed months: what is dated in one may not change until it is opened again, whichever door the change comes through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa

from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.register.codec import Stored, canonical
from workbench.register.schema import METADATA
from workbench.register.tables import Table

__all__ = ["LOCKED_UNTIL", "locked_until", "may_be_added", "period_problems"]

LOCKED_UNTIL = "locked_until"
"""Name of the setting with the last day of the last closed month, as ISO text; empty where none is closed."""

_EVERYTHING: Final = frozenset[str]()
_DATED: Mapping[str, tuple[str, frozenset[str]]] = {
    # table: its day, and the fields that figures follow from (all of them where none is named)
    "receipts": (
        "value_date",
        frozenset({"value_date", "currency", "amount", "account", "base_amount", "base_currency", "rate_value"}),
    ),
    "allocations": ("allocation_date", _EVERYTHING),
    "credits": ("credit_date", _EVERYTHING),
    "revaluations": ("month_end", _EVERYTHING),
    "invoices": (
        "invoice_date",
        frozenset({"invoice_date", "currency", "amount", "order_id", "base_amount", "rate_value"}),
    ),
    "orders": ("order_date", frozenset({"order_date", "currency", "amount", "base_amount", "rate_value"})),
}
_OF_INSTALMENTS = frozenset({"order_id", "currency", "amount"})
_MAY_COME_LATE = frozenset({"orders"})

add_kinds({
    "period.lock": Kind(
        Severity.REFUSE,
        "the lock of closed months cannot be set to {value} by hand",
        "不能手工将结账锁定日设为 {value}",
        "Close or reopen a month: workbench receipts close --as-of DATE",
        "请结账或重新打开月份：workbench receipts close --as-of 日期",
    ),
    "period.locked": Kind(
        Severity.REFUSE,
        "{value} lies in a month that is closed (until {until})",
        "{value} 属于已结账的月份（截至 {until}）",
        "Date it after {until}, or reopen the month: workbench receipts close --reopen --as-of {until} --why REASON",
        "请使用 {until} 之后的日期，或重新打开该月：workbench receipts close --reopen --as-of {until} --why 原因",
    ),
    "period.closing": Kind(
        Severity.REFUSE,
        "the closing of {value} cannot be taken away",
        "{value} 的结账记录不能删除",
        "Reopen the month: workbench receipts close --reopen --as-of {value} --why REASON",
        "请重新打开该月：workbench receipts close --reopen --as-of {value} --why 原因",
    ),
})  # fmt: skip


def locked_until(connection: sa.Connection) -> date | None:
    """The last day that is closed; None where no month is."""
    made = METADATA.tables["settings"]
    stored = connection.execute(sa.select(made.c.value).where(made.c.name == LOCKED_UNTIL)).scalar()
    value = json.loads(stored) if isinstance(stored, str) and stored.startswith(('"', "null")) else stored
    return date.fromisoformat(value) if value else None


def may_be_added(table: Table) -> bool:
    """Whether a new row of the table never alters a closed month, whatever it says."""
    return table.name != "settings" and (table.name not in _DATED or table.name in _MAY_COME_LATE)


def period_problems(
    connection: sa.Connection,
    table: Table,
    steps: Sequence[tuple[Stored | None, Stored | None]],
    place: Callable[[int], str],
) -> Iterator[Finding]:
    """Changes (before, after; None for no row) that would alter a closed month."""
    if table.name == "closings":
        for index, (before, after) in enumerate(steps):
            if before is not None and after is None:
                yield Finding("period.closing", place(index), str(before.get("month_end")))
        return
    if table.name == "settings":
        yield from _lock_problems(connection, steps, place)
        return
    if table.name == "instalments":
        yield from _instalment_problems(connection, steps, place)
        return
    if table.name not in _DATED:
        return
    limit = locked_until(connection)
    if limit is None:
        return
    until = limit.isoformat()
    day, fields = _DATED[table.name]
    for index, (before, after) in enumerate(steps):
        if before is None and table.name in _MAY_COME_LATE:
            continue
        if before is not None and after is not None and _alike(before, after, fields):
            continue
        days = sorted(str(row[day]) for row in (before, after) if row is not None and row.get(day))
        if days and days[0] <= until:
            yield Finding("period.locked", f"{place(index)}.{day}", days[0], details={"until": until})


def _lock_problems(
    connection: sa.Connection, steps: Sequence[tuple[Stored | None, Stored | None]], place: Callable[[int], str]
) -> Iterator[Finding]:
    """The lock is what the closings say: nobody moves it but by closing or reopening a month."""
    for index, (before, after) in enumerate(steps):
        row = after or before or {}
        if row.get("name") != LOCKED_UNTIL:
            continue
        closings = METADATA.tables["closings"]
        last = connection.execute(sa.select(sa.func.max(closings.c.month_end)).where(closings.c.state == "closed"))
        wanted, told = last.scalar(), (after or {}).get("value")
        if (str(wanted) if wanted else "") != (told or ""):
            yield Finding("period.lock", place(index), str(told or "-"))


def _instalment_problems(
    connection: sa.Connection, steps: Sequence[tuple[Stored | None, Stored | None]], place: Callable[[int], str]
) -> Iterator[Finding]:
    """Instalments of an order whose receivable stands in a closed month: since its invoice, else since the order."""
    changed = {
        index: before
        for index, (before, after) in enumerate(steps)
        if before is not None and (after is None or not _alike(before, after, _OF_INSTALMENTS))
    }
    limit = locked_until(connection) if changed else None
    if limit is None:
        return
    orders, invoices = METADATA.tables["orders"], METADATA.tables["invoices"]
    first = sa.func.coalesce(sa.func.min(invoices.c.invoice_date), orders.c.order_date)
    query = sa.select(orders.c.id, first).outerjoin(invoices, invoices.c.order_id == orders.c.id)
    query = query.where(orders.c.id.in_({row["order_id"] for row in changed.values()})).group_by(
        orders.c.id, orders.c.order_date
    )
    days = {one: str(day) for one, day in connection.execute(query)}
    for index, row in changed.items():
        day = days.get(row["order_id"], "")
        if day and day <= limit.isoformat():
            yield Finding("period.locked", place(index), day, details={"until": limit.isoformat()})


def _alike(before: Stored, after: Stored, fields: frozenset[str]) -> bool:
    names = fields or (before.keys() | after.keys()) - {"version"}
    return all(canonical(before.get(name)) == canonical(after.get(name)) for name in names)
