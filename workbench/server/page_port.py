"""A workbook that is open in Excel on the web, as a port of the synchronisation.

The server cannot reach it; the task pane can. So the pane brings the cells, the synchronisation runs in a thread of its
own, and whenever something is to be written the thread waits until the pane says that the workbook holds it.
"""

from __future__ import annotations

import math
import queue
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.places import LAST_COLUMN, LAST_ROW
from workbench.server.errors import BadRequest
from workbench.sheets import Cell, CellKind
from workbench.sync import BookEdits, BookImage, OwnSheet, SheetImage, Write

__all__ = ["NotWritten", "PagePort"]

_PATIENCE = 90.0
"""Seconds in which the pane has to write; the register may be locked meanwhile."""
_EPOCH = date(1899, 12, 30)
_LONGEST_NAME = 255


class NotWritten(FileRefused):
    """The task pane did not write what it was to write: closed, offline, or Excel refused."""

    code = "sync.not-written"


class PagePort:
    """The port; ``take`` collects the cells, ``edits`` and ``written`` are the pane's side of a write."""

    def __init__(self, name: str, place: str) -> None:
        self._name, self._place = name[:_LONGEST_NAME] or "Excel", place
        self._sheets: dict[str, dict[int, dict[int, Cell]]] = {}
        self.outbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self._inbox: queue.Queue[str] = queue.Queue()

    def take(self, sheet: str, top: int, left: int, rows: list[Any]) -> None:
        """Cells of a sheet as the pane read them: rows of ``[value, formula, number format, is an error]`` or None.

        Raises:
            BadRequest: that is no part of a sheet.
        """
        if not (top >= 1 and top + len(rows) - 1 <= LAST_ROW and left >= 1):
            raise BadRequest(_("That is no part of a sheet."))
        held = self._sheets.setdefault(sheet, {})
        for down, row in enumerate(rows, top):
            if not isinstance(row, list) or left + len(row) - 1 > LAST_COLUMN:
                raise BadRequest(_("That is no part of a sheet."))
            cells = {
                across: cell
                for across, given in enumerate(row, left)
                if given is not None and (cell := _cell(down, across, given)) is not None
            }
            if cells:
                held.setdefault(down, {}).update(cells)

    # what the synchronisation asks

    @property
    def name(self) -> str:
        """The workbook's name."""
        return self._name

    @property
    def origin(self) -> str:
        """Where Excel says that it is."""
        return f"excel:{self._place}"

    def exists_at(self, _origin: str) -> bool:
        """Whether it still is elsewhere, too: that cannot be known from a page."""
        return False

    def read(self) -> BookImage:
        """All cells as the pane brought them."""
        return BookImage({name: SheetImage(name, rows) for name, rows in self._sheets.items()})

    def write(self, edits: BookEdits) -> str:
        """Let the pane write, and wait until it has; Excel keeps earlier versions itself.

        Raises:
            NotWritten: it has not.
        """
        self.outbox.put({"write": _edits(edits)})
        try:
            problem = self._inbox.get(timeout=_PATIENCE)
        except queue.Empty:
            problem = _("the pane did not answer")
        if problem:
            raise NotWritten(
                _("Excel did not write into {file}: {problem}").format(file=self.name, problem=problem),
                where=self.name,
                remedy=_("Keep the pane open, and synchronise again."),
            )
        return ""

    def written(self, problem: str) -> None:
        """The pane has written, or says why not."""
        self._inbox.put(problem[:500])


def _cell(row: int, column: int, given: Any) -> Cell | None:
    if not isinstance(given, list) or len(given) != 4:
        raise BadRequest(_("That is no cell."))
    value, formula, number_format, is_error = given
    if not isinstance(formula, str) or not isinstance(number_format, str):
        raise BadRequest(_("That is no cell."))
    written = formula[1:] if formula.startswith("=") and formula != value else ""
    if is_error:
        return Cell(row, column, CellKind.ERROR, str(value), formula=written)
    if isinstance(value, bool):
        return Cell(row, column, CellKind.BOOLEAN, "1" if value else "0", formula=written)
    if isinstance(value, int | float) and math.isfinite(value):
        digits = str(int(value)) if float(value).is_integer() else repr(value)
        return Cell(row, column, CellKind.NUMBER, digits, number_format, written)
    if isinstance(value, str):
        return Cell(row, column, CellKind.TEXT, value, formula=written) if value or written else None
    raise BadRequest(_("That is no cell."))


def _edits(edits: BookEdits) -> dict[str, Any]:
    return {
        "cells": {
            sheet: [[row, column, *_written(write)] for (row, column), write in cells.items()]
            for sheet, cells in edits.cells.items()
        },
        "added": {
            sheet: {"last": last, "rows": [[[column, *_written(one)] for column, one in row.items()] for row in rows]}
            for sheet, (last, rows) in edits.added.items()
        },
        "notes": {
            sheet: [[row, column, words] for (row, column), words in notes.items()]
            for sheet, notes in edits.notes.items()
        },
        "own": {name: None if own is None else _own(own) for name, own in edits.own.items()},
    }


def _own(own: OwnSheet) -> Mapping[str, Any]:
    width = max((len(row) for row in own.rows), default=0)
    rows = [[_plain(value) for value in (*row, *[None] * (width - len(row)))] for row in own.rows]
    return {"rows": rows, "hidden": own.hidden, "widths": list(own.widths), "hiddenColumns": list(own.hidden_columns)}


def _written(write: Write) -> tuple[Any, str]:
    number_format = write.number_format
    if isinstance(write.value, date) and not number_format:
        number_format = "yyyy-mm-dd"
    return _plain(write.value), number_format


def _plain(value: Any) -> Any:
    """A value as Excel takes it; the apostrophe keeps every text a text, whatever it looks like."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f"'{value}"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return (value - _EPOCH).days
    return value
