"""Notes on cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlwings import base_classes

if TYPE_CHECKING:
    from udfs.libreoffice.connection import Native
    from udfs.libreoffice.ranges import Range

__all__ = ["Note"]


class Note(base_classes.Note):
    """The note of one cell."""

    def __init__(self, cell: Range) -> None:
        self._cell = cell

    def _facts(self) -> dict[str, str]:
        facts: dict[str, str] | None = self._cell.sheet.call("notes.get", *self._cell.wire[:2])
        return facts or {"text": "", "author": ""}

    @property
    def api(self) -> Native:
        """LibreOffice's annotation."""
        found: Native = self._cell.api.getCellByPosition(0, 0).Annotation
        return found

    @property
    def text(self) -> str:
        """The text."""
        return self._facts()["text"]

    @text.setter
    def text(self, value: str) -> None:
        self._cell.sheet.call("notes.set", *self._cell.wire[:2], value)

    @property
    def author(self) -> str:
        """Who wrote it."""
        return self._facts()["author"]

    @property
    def location(self) -> Range:
        """The cell."""
        return self._cell

    def delete(self) -> None:
        """Removes it."""
        self._cell.sheet.call("notes.delete", *self._cell.wire[:2])
