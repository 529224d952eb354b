"""Changing the structure of a sheet, finding, copying and pasting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from udfs.libreoffice.addresses import MAX_COLUMNS, MAX_ROWS
from udfs.libreoffice.cells import Cells
from udfs.libreoffice.errors import NotInLibreOffice
from udfs.libreoffice.filters import AutoFilter
from workbench.i18n import _

if TYPE_CHECKING:
    import xlwings

    from udfs.libreoffice.ranges import Range
    from udfs.libreoffice.tables import Table

__all__ = ["Editing"]

_PARTS = {
    "all": "all", "formats": "formats", "formulas": "formulas", "values": "values", "column_widths": "widths",
}  # fmt: skip
_FILLS = {"down": "TO_BOTTOM", "up": "TO_TOP", "right": "TO_RIGHT", "left": "TO_LEFT"}


class Editing(Cells):
    """Inserting, deleting, copying, moving, merging, sorting, finding, filling."""

    def _whole(self) -> str:
        return "ROWS" if self._rect[3] >= MAX_COLUMNS else "COLUMNS" if self._rect[2] >= MAX_ROWS else ""

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:  # noqa: ARG002  # formats follow LibreOffice's own rule
        """Makes room; what is here moves ``down`` or ``right``."""
        wide = self._rect[2] > self._rect[3]
        self.call(
            "structure.insert",
            self._whole() or {"down": "DOWN", "right": "RIGHT"}.get(shift or "", "RIGHT" if wide else "DOWN"),
        )

    def delete(self, shift: str | None = None) -> None:
        """Takes the cells away; the rest moves ``up`` or ``left``."""
        wide = self._rect[2] > self._rect[3]
        self.call(
            "structure.delete", self._whole() or {"up": "UP", "left": "LEFT"}.get(shift or "", "LEFT" if wide else "UP")
        )

    def _place(self) -> list[Any]:
        return [self.sheet.book.uid, self.sheet.name, self.wire]

    def copy(self, destination: xlwings.Range | None = None) -> None:
        """Copies the cells with their formats to a place, in this book or another one of the same LibreOffice.

        Without a destination they are remembered for ``paste``; the user's clipboard is left alone.
        """
        if destination is None:
            self.sheet.book.app.copied = self._place()
        else:
            self._to("structure.copy", destination.impl)

    def _to(self, operation: str, target: Editing, *arguments: Any) -> None:
        self.sheet.book.app.call(operation, self._place(), target._place(), *arguments)

    def copy_from(
        self, source_range: xlwings.Range, copy_type: str = "all", skip_blanks: bool = False, transpose: bool = False
    ) -> None:
        """Puts other cells, or a part of them (``values``, ``formulas``, ``formats``, ``link``), here."""
        source: Editing = source_range.impl
        if copy_type == "link":
            sheet = source.sheet.name.replace("'", "''")
            first = source.sheet.rect((*source.wire[:2], 1, 1)).get_address(False, False, False)
            target = self.sheet.rect((*self.wire[:2], *source.shape))
            target.raw_value = f"='{sheet}'!{first}"
        elif copy_type == "all" and not skip_blanks and not transpose:
            source._to("structure.copy", self)
        elif copy_type == "all":
            source._to("editing.paste", self, "formats", False, transpose)
            source._to("editing.paste", self, "formulas", skip_blanks, transpose)
        else:
            source._to("editing.paste", self, copy_type, skip_blanks, transpose)

    def paste(
        self, paste: str | None = None, operation: str | None = None, skip_blanks: bool = False, transpose: bool = False
    ) -> None:
        """Puts what was copied last, or a part of it, here."""
        copied = self.sheet.book.app.copied
        part = _PARTS.get(paste or "all")
        if operation is not None or part is None or copied is None:
            raise NotInLibreOffice(
                _("only values, formulas, formats, column widths or all of copied cells can be pasted")
            )
        call = self.sheet.book.app.call
        if part == "all" and not skip_blanks and not transpose:
            call("structure.copy", copied, self._place())
            return
        for each in ("formats", "formulas") if part == "all" else (part,):
            call("editing.paste", copied, self._place(), each, skip_blanks and each != "formats", transpose)

    def autofill(self, destination: xlwings.Range, type_: str) -> None:
        """Continues the cells over a rectangle that begins or ends with them."""
        if type_ not in ("fill_default", "fill_series", "fill_copy"):
            raise NotInLibreOffice(_("LibreOffice does not fill by {kind}").format(kind=type_))
        target: Editing = destination.impl
        (row, column, rows, columns), (top, left, __, width) = self.wire, target.wire
        if width == columns:
            direction, source = ("down" if row == top else "up"), rows
        else:
            direction, source = ("right" if column == left else "left"), columns
        if type_ == "fill_copy":
            target.call("fill.copy", _FILLS[direction])
        else:
            target.call("fill.auto", source, _FILLS[direction])

    def find(self, text: str, whole: bool, direction: str, order: str, match_case: bool) -> Range | None:
        """The first cell, or the last, that shows a text."""
        found = self.call("editing.find", text, whole, direction == "backward", order == "columns", match_case)
        return None if found is None else self.sheet.rect((*found, 1, 1))

    def replace_all(self, old: str, new: str, whole: bool, match_case: bool) -> None:
        """Replaces a text in constants and formulas."""
        if not self._empty:
            self.call("editing.replace", old, new, whole, match_case)

    def remove_duplicates(self, columns: list[int], has_headers: bool) -> None:
        """Keeps the first of rows that are equal in these columns, counted from 1."""
        self.call("editing.duplicates", [column - 1 for column in columns], has_headers)

    def get_special_cells(self, cell_type: str, value_type: str | None) -> list[Range]:
        """The ``blanks``, ``constants``, ``formulas`` or ``visible`` cells, of one kind of value if asked."""
        return [self.sheet.rect(rect) for rect in self.call("editing.special", cell_type, value_type)]

    @property
    def table(self) -> Table | None:
        """The table that the first cell belongs to."""
        row, column = self.wire[:2]
        for table in self.sheet.tables:
            top, left, rows, columns = table.range.wire
            if top <= row < top + rows and left <= column < left + columns:
                found: Table = table
                return found
        return None

    @property
    def autofilter(self) -> AutoFilter:
        """The filter of these cells, whose first row is a heading."""
        return AutoFilter(self.sheet, {"sheet": self.sheet.name, "rect": self.wire}, self.shape[1])

    def to_png(self, path: str) -> None:
        """Writes just these cells as an image."""
        self.call("cells.export", str(Path(path).resolve()))

    def to_pdf(self, path: str, quality: str | None = None) -> None:  # noqa: ARG002  # text has no quality
        """Writes just these cells as PDF."""
        self.call("cells.export", str(Path(path).resolve()))

    def move(self, destination: xlwings.Range) -> None:
        """Moves the cells; formulas that refer to them follow."""
        self._to("structure.move", destination.impl)

    def merge(self, across: bool = False) -> None:
        """Makes them one cell, or one in each row."""
        self.call("merge.set", True, bool(across))

    def unmerge(self) -> None:
        """Takes merged cells apart."""
        self.call("merge.set", False, False)

    @property
    def merge_area(self) -> Range:
        """The merged cells that the first one belongs to."""
        return self.sheet.rect(self.call("merge.get")["area"])

    @property
    def merge_cells(self) -> bool | None:
        """Whether the cells are merged; None where only some are."""
        found: bool | None = self.call("merge.get")["merged"]
        return found

    def sort(self, keys: list[int], ascending: list[bool], has_headers: bool) -> None:
        """Sorts the rows by these columns, counted from 1."""
        self.call("cells.sort", [key - 1 for key in keys], ascending, bool(has_headers))
