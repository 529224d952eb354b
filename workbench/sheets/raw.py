"""What the reading process hands to its parent: plain lists that fit JSON, no objects."""

from __future__ import annotations

from typing import Any

from workbench.archives import Refused
from workbench.i18n import _

__all__ = ["LONGEST_CELL", "RawSheet"]

LONGEST_CELL = 1_000_000
"""Characters; a spreadsheet's own limit is 32,767."""


class RawSheet:
    """Cells of a sheet as they are found, put into row-major order at the end."""

    def __init__(self, name: str, *, hidden: bool = False) -> None:
        self.name, self.hidden = name, hidden
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.formats: list[int] = []
        self.formulas: dict[int, str] = {}
        self.merges: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int, str]] = []

    def add(self, row: int, column: int, kind: str, text: str, style: int = 0, formula: str = "") -> None:
        """Add one cell; an empty text without a formula is no cell."""
        if text == "" and not formula:
            return
        if len(text) > LONGEST_CELL:
            raise Refused(
                "file.too-large",
                _("a cell of row {row} of {sheet} holds {count} characters").format(
                    row=row, sheet=self.name, count=len(text)
                ),
            )
        if formula:
            self.formulas[len(self.rows)] = formula
        self.rows.append(row)
        self.columns.append(column)
        self.kinds.append(kind)
        self.texts.append(text)
        self.formats.append(style)

    def packed(self) -> dict[str, Any]:
        """The sheet as JSON takes it."""
        order = range(len(self.rows))
        places = list(zip(self.rows, self.columns, strict=True))
        if any(places[index] >= places[index + 1] for index in range(len(places) - 1)):
            # Where a file names a cell twice the last one counts, as in spreadsheet programs.
            last = {place: index for index, place in enumerate(places)}
            sorted_order = [last[place] for place in sorted(last)]
            return self._packed(sorted_order)
        return self._packed(order)

    def _packed(self, order: range | list[int]) -> dict[str, Any]:
        formulas = {
            str(new): self.formulas[old] for new, old in enumerate(order) if old in self.formulas
        } if self.formulas else {}  # fmt: skip
        return {
            "name": self.name,
            "hidden": self.hidden,
            "rows": [self.rows[index] for index in order],
            "columns": [self.columns[index] for index in order],
            "kinds": "".join(self.kinds[index] for index in order),
            "texts": [self.texts[index] for index in order],
            "formats": [self.formats[index] for index in order],
            "formulas": formulas,
            "merges": self.merges,
            "hidden_rows": self.hidden_rows,
            "hidden_columns": self.hidden_columns,
            "comments": self.comments,
        }
