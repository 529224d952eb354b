"""What is settled must have something that it settles: held when a posting is taken back after others built on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from workbench.register.codec import Stored
from workbench.register.schema import METADATA

__all__ = ["SETTLED", "unsettled"]

SETTLED = frozenset({"allocations", "credits"})
"""Tables whose rows share out other rows' amounts."""
_MANY = 400


def unsettled(connection: sa.Connection, rows: Iterable[Stored]) -> Iterator[str]:
    """Ids of receipts, instalments and customers of which more is used, or paid back, than there is.

    Args:
        connection: with the changes already made.
        rows: stored rows of ``SETTLED`` that were changed, as they were or are.
    """
    receipts, instalments, customers = set(), set(), set()
    for row in rows:
        receipts.add(row.get("receipt_id"))
        instalments.add(row.get("instalment_id"))
        customers.add(row.get("customer_id"))
    allocations, aside_rows = METADATA.tables["allocations"], METADATA.tables["credits"]
    for ids in _chunks(receipts):
        kept = _sums(connection, aside_rows.c.receipt_id, aside_rows.c.amount, ids)
        taken = _sums(connection, allocations.c.receipt_id, allocations.c.receipt_amount, ids)
        for one, amount in _amounts(connection, "receipts", ids):
            aside = kept.get(one, 0)
            if not _within(aside + taken.get(one, 0), amount) or (amount > 0 and aside < 0):
                yield one
    for ids in _chunks(instalments):
        paid = _sums(connection, allocations.c.instalment_id, allocations.c.document_amount, ids)
        yield from (
            one for one, amount in _amounts(connection, "instalments", ids) if not _within(paid.get(one, 0), amount)
        )
    for ids in _chunks(customers):
        query = sa.select(aside_rows.c.customer_id).where(aside_rows.c.customer_id.in_(ids))
        query = query.group_by(aside_rows.c.customer_id, aside_rows.c.currency).having(
            sa.func.sum(aside_rows.c.amount) < 0
        )
        yield from connection.execute(query).scalars()


def _within(used: int, amount: int) -> bool:
    return used == 0 or (used * amount > 0 and abs(used) <= abs(amount))


def _chunks(ids: set[Any]) -> Iterator[list[str]]:
    every = sorted(one for one in ids if one)
    for start in range(0, len(every), _MANY):
        yield every[start : start + _MANY]


def _sums(connection: sa.Connection, key: Any, amount: Any, ids: list[str]) -> dict[str, int]:
    query = sa.select(key, sa.func.sum(amount)).where(key.in_(ids)).group_by(key)
    return {one: int(total) for one, total in connection.execute(query)}


def _amounts(connection: sa.Connection, table: str, ids: list[str]) -> list[tuple[str, int]]:
    made = METADATA.tables[table]
    return [
        (one, int(amount))
        for one, amount in connection.execute(sa.select(made.c.id, made.c.amount).where(made.c.id.in_(ids)))
    ]
