"""The place of cells, and how operations on them are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice.addresses import Rect
from udfs.libreoffice.connection import Native

if TYPE_CHECKING:
    from udfs.libreoffice.books import Sheet

__all__ = ["Cells"]


class Cells(base_classes.Range):
    """A rectangle of cells of one sheet."""

    def __init__(self, sheet: Sheet, rect: Rect) -> None:
        self.sheet = sheet
        self._rect = rect
        self.options: dict[str, Any] | None = None  # set by xlwings' own Range
        self.arg1_input = ""

    @property
    def wire(self) -> tuple[int, int, int, int]:
        """The rectangle as LibreOffice counts, from 0."""
        row, column, rows, columns = self._rect
        return row - 1, column - 1, rows, columns

    def call(self, operation: str, *arguments: Any) -> Any:
        """Carries out an operation on these cells."""
        return self.sheet.call(operation, self.wire, *arguments)

    @property
    def _empty(self) -> bool:
        return not (self._rect[2] and self._rect[3])

    @property
    def coords(self) -> Rect:
        """Row and column of the first cell, number of rows and of columns."""
        return self._rect

    @property
    def api(self) -> Native:
        """LibreOffice's range, ``com.sun.star.sheet.SheetCellRange``."""
        book = self.sheet.book
        place = [book.uid, self.sheet.name, self.wire]
        return Native(book.app.connection, lambda: book.app.call("object.of", "range", place))

    def __len__(self) -> int:
        return self._rect[2] * self._rect[3]

    @property
    def row(self) -> int:
        """The first row, counted from 1."""
        return self._rect[0]

    @property
    def column(self) -> int:
        """The first column, counted from 1."""
        return self._rect[1]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self._rect[2], self._rect[3]

    def look(self, what: str) -> Any:
        """A property of the cells' looks; None where they differ."""
        return None if self._empty else self.call("look.get", what)

    def set_look(self, what: str, value: Any) -> None:
        """Changes a property of the cells' looks."""
        if not self._empty:
            self.call("look.set", what, value)
