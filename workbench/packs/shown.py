"""Values as readers see them on paper and on a page."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Any

from workbench.money import minor_units
from workbench.packs.model import Column, PackTable, Row

__all__ = ["RATE_DIGITS", "amount_text", "cell_text", "total_text"]

RATE_DIGITS = 10
"""Significant digits of a rate on paper; Parquet and the manifest have all of them."""


def cell_text(table: PackTable, column: Column, row: Row, value: Any) -> str:
    """A cell; what is not known is a dash, never a nought."""
    if value is None:
        return "—"
    if column.kind == "money":
        return amount_text(value, table.currency_of(column, row))
    if column.kind == "rate":
        return f"{Context(prec=RATE_DIGITS).plus(value):f}"
    if column.kind == "count":
        return f"{value:,d}"
    if column.kind == "number":
        return f"{value:,.2f}" if isinstance(value, float) else f"{value:,f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def amount_text(amount: Decimal, currency: str) -> str:
    """Money at the minor units of its currency, thousands grouped."""
    with localcontext(prec=60):
        return f"{amount:,.{minor_units(currency)}f}"


def total_text(table: PackTable, column: Column) -> str:
    """The cell below a column in the row of totals."""
    if not column.total:
        return ""
    total = table.total(column)
    return f"{total:,d}" if isinstance(total, int) else amount_text(total, column.currency or table.unit)
