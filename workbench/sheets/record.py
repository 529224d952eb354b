"""A record of a sheet: its values by field, each with the cells and rules that it was read by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workbench.findings import Finding
from workbench.sheets.model import Box, Sheet
from workbench.sheets.rows import Table

__all__ = ["FieldValue", "Record"]

FieldValue = str | Decimal | date


@dataclass(slots=True)
class Record:
    """One record of a sheet.

    ``values`` by field (``order.amount``); ``evidence`` and ``findings`` by field, where there are any. ``parent`` is the
    order that a receipt stands beside. ``spots`` are its fields' columns on its own line, one object for all records that
    have the same, as ``evidence`` may be; ``elsewhere`` are the places of cells that are not on that line.
    """

    kind: str
    sheet: Sheet
    row: int
    box: Box
    values: dict[str, FieldValue] = field(default_factory=dict)
    evidence: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spots: tuple[tuple[str, int], ...] = ()
    elsewhere: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    parent: Record | None = None
    line: int = 0
    """Its row on ``sheet``, which differs from ``row`` where the sheet was rearranged."""
    table: Table | None = None

    @property
    def cells(self) -> dict[str, tuple[int, int]]:
        """Where each field was read, also those that came to nothing: row and column of the first cell of it."""
        line = self.line
        return {name: (line, column) for name, column in reversed(self.spots)} | self.elsewhere

    @property
    def raw(self) -> dict[str, str]:
        """The row as typed, by heading."""
        if self.table is None:
            return {}
        labels, left, right = self.table.labels, self.table.left, self.table.right
        raw: dict[str, str] = {}
        for column, text in self.sheet.typed(self.line):
            if left <= column <= right:
                label = labels.get(column) or str(column)
                raw[label if label not in raw else f"{label} ({column})"] = text
        return raw

    @property
    def place(self) -> str:
        """``Book.xlsx!Sheet!A7:K7``."""
        return f"{self.sheet.book}!{self.sheet.name}!{self.box}"
