"""The account of a plan: every non-empty cell and every amount of the sources is somewhere, and the sums prove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.sheets import Record, Role, SheetLayout, TableMap

__all__ = ["AccountOpen", "ControlTotal", "SheetAccount", "account_of"]


class AccountOpen(WorkbenchError, AssertionError):
    """Cells or amounts of a source are unaccounted for; a mistake of ours, and nothing is imported then."""

    code = "adoption.account-open"


@dataclass(frozen=True, slots=True)
class SheetAccount:
    """What became of a sheet's non-empty cells: role or ``unrecognised`` to number; the numbers add up to ``cells``."""

    file: str
    sheet: str
    cells: int
    by_role: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """The account as JSON takes it."""
        return {"file": self.file, "sheet": self.sheet, "cells": self.cells, "by_role": dict(self.by_role)}


@dataclass(slots=True)
class ControlTotal:
    """Amounts of one kind and currency on one sheet; ``sheet`` = imported + held + refused + known."""

    file: str
    sheet_name: str
    kind: str
    currency: str
    records: int = 0
    sheet: Decimal = Decimal(0)
    imported: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    refused: Decimal = Decimal(0)
    known: Decimal = Decimal(0)

    def add(self, amount: Decimal, decision: str) -> None:
        """Count one record's amount under what was decided for it."""
        self.records += 1
        self.sheet += amount
        setattr(self, decision, getattr(self, decision) + amount)

    def as_dict(self) -> dict[str, object]:
        """Amounts as decimal strings."""
        figures = {name: f"{getattr(self, name):f}" for name in ("sheet", "imported", "held", "refused", "known")}
        return {
            "file": self.file, "sheet_name": self.sheet_name, "kind": self.kind, "currency": self.currency,
            "records": self.records, **figures,
        }  # fmt: skip


def account_of(layout: SheetLayout, mapped: Iterable[TableMap], records: Iterable[Record]) -> SheetAccount:
    """Count a sheet's cells by role. ``records`` are those read from it.

    Raises AccountOpen where a cell has no role, or a row kept as a record was not read as one.
    """
    read = [table.table for table in mapped]
    unread = [table for table in layout.tables if not any(table is one for one in read)]
    lines = {(id(record.sheet), record.line) for record in records}
    for table in read:
        for row, role in table.rows.items():
            if role is Role.RECORD and (id(table.sheet), row) not in lines:
                raise AccountOpen(
                    _("a cell was taken for part of a record, but is in none"), where=table.sheet.place(row, table.left)
                )
    counts = layout.counts(unread)
    if counts.total() != len(layout.sheet):
        raise AccountOpen(
            _("not every cell of the sheet is accounted for"), where=f"{layout.sheet.book}!{layout.sheet.name}"
        )
    return SheetAccount(layout.sheet.book, layout.sheet.name, len(layout.sheet), dict(sorted(counts.items())))
