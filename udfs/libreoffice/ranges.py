"""Rectangles of cells."""

from __future__ import annotations

import datetime as dt
from typing import Any

from udfs.libreoffice import values
from udfs.libreoffice.addresses import format_rect
from udfs.libreoffice.editing import Editing
from udfs.libreoffice.errors import NotThere
from udfs.libreoffice.looks import Looks
from udfs.libreoffice.names import Name
from udfs.libreoffice.notes import Note
from workbench.i18n import _

__all__ = ["Range"]

_READ_BUDGET = 1_000_000  # cells in one answer: about 10 MB of text on the wire
_WRITE_BUDGET = 500_000


class Range(Looks, Editing):
    """Cells of one sheet, by their place: it does not move when rows are inserted before it."""

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        """One cell: by its number, row after row, or by row and column; all counted from 1."""
        if arg2 is None:
            row, column = divmod(arg1 - 1, self._rect[3])
        else:
            row, column = arg1 - 1, arg2 - 1
        return Range(self.sheet, (self._rect[0] + row, self._rect[1] + column, 1, 1))

    @property
    def rows(self) -> list[Range]:
        """Each row by itself."""
        row, column, rows, columns = self._rect
        return [Range(self.sheet, (row + index, column, 1, columns)) for index in range(rows)]

    @property
    def columns(self) -> list[Range]:
        """Each column by itself."""
        row, column, rows, columns = self._rect
        return [Range(self.sheet, (row, column + index, rows, 1)) for index in range(columns)]

    # Values and formulas

    @property
    def max_cells_per_read(self) -> int:
        """Cells in one answer; more are read in parts."""
        return _READ_BUDGET

    @property
    def max_cells_per_write(self) -> int:
        """Cells in one request; more are written in parts."""
        return _WRITE_BUDGET

    @property
    def raw_value(self) -> Any:
        """One value, or rows of values: floats, texts, truth values, datetimes, None, and Excel's error numbers."""
        if self._empty:
            return None
        rows = values.decode(self.call("cells.read"), *self.shape)
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        if self._empty:
            return
        if not isinstance(data, (list, tuple)):
            self._fill(data)
            return
        rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in data]
        if data and not isinstance(data[0], (list, tuple)):
            rows = [list(data)]
        width = max(map(len, rows), default=0)
        if width:
            rows = [row + [None] * (width - len(row)) for row in rows]
            target = Range(self.sheet, (self.row, self.column, len(rows), width))
            target.call("cells.write", values.encode(rows, self._null_date(rows)))

    def _null_date(self, rows: list[list[Any]]) -> dt.date:
        """The day with the number 0, asked for only when days are written."""
        if any(isinstance(value, dt.date) for row in rows for value in row):
            return dt.date(*self.sheet.book.call("cells.null-date"))
        return dt.date(1899, 12, 30)

    def _fill(self, value: Any) -> None:
        """One value for all cells; a formula's relative references follow."""
        one = [[values.prepare(value)]]
        payload = values.encode(one, self._null_date(one))
        if "formulas" in payload:
            self.call("cells.fill-formula", payload["formulas"][0][2])
            return
        last = (0, 0, self.shape[1] - 1, self.shape[0] - 1)
        payload = {key: [last] for key in payload if key != "values"} | {"fill": payload["values"][0][0]}
        self.call("cells.write", payload)

    def clear_contents(self) -> None:
        """Empties the cells; formats and notes stay."""
        if not self._empty:
            self.call("cells.clear", "contents")

    def clear_formats(self) -> None:
        """Takes formats away."""
        if not self._empty:
            self.call("cells.clear", "formats")

    def clear(self) -> None:
        """Empties the cells and takes formats and notes away."""
        if not self._empty:
            self.call("cells.clear", "all")

    @property
    def formula(self) -> Any:
        """Formulas in Excel's English spelling, constants as text: one, or a tuple of rows."""
        if self._empty:
            return None
        answer = self.call("cells.formulas")
        rows: list[list[str]] = answer["values"]
        for first_column, first_row, last_column, last_row in answer.get("truths", ()):
            for line in rows[first_row : last_row + 1]:
                for column in range(first_column, last_column + 1):
                    line[column] = {"1": "TRUE", "0": "FALSE"}.get(line[column], line[column])
        if len(self) == 1:
            return rows[0][0] if rows else ""
        height, width = self.shape
        padded = [tuple(row) + ("",) * (width - len(row)) for row in rows]
        return tuple(padded + [("",) * width] * (height - len(padded)))

    @formula.setter
    def formula(self, value: Any) -> None:
        if self._empty:
            return
        if isinstance(value, (list, tuple)):
            rows = value if value and isinstance(value[0], (list, tuple)) else [value]
            self.call("cells.set-formulas", [[_as_typed(cell) for cell in row] for row in rows])
        else:
            self.call("cells.fill-formula", _as_typed(value))

    @property
    def formula2(self) -> Any:
        """The same as ``formula``: LibreOffice has no spilling formulas."""
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.formula = value

    @property
    def formula_array(self) -> str | None:
        """The array formula that the first cell belongs to."""
        found: str | None = None if self._empty else self.call("cells.array-formula")
        return found

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        if not self._empty:
            self.call("cells.set-array-formula", value)

    @property
    def has_array(self) -> bool | None:
        """Whether the cells belong to array formulas; None where only some do."""
        found: bool | None = self.call("cells.has-array")
        return found

    # Places

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        """The address, with book and sheet if ``external``."""
        address = format_rect(self._rect, row_absolute=row_absolute, column_absolute=col_absolute)
        if not external:
            return address
        book, sheet = self.sheet.book.name, self.sheet.name
        if (book + sheet).replace("_", "").replace(".", "").isalnum():
            return f"[{book}]{sheet}!{address}"
        place = f"[{book}]{sheet}".replace("'", "''")
        return f"'{place}'!{address}"

    @property
    def address(self) -> str:
        """The address, ``$A$1:$B$2``."""
        if self._empty:
            return f"{format_rect((*self._rect[:2], 1, 1))}{{{self._rect[2]}x{self._rect[3]}}}"
        return format_rect(self._rect)

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead."""
        ways = {"u": "up", "d": "down", "l": "left", "r": "right"}
        row, column = self.wire[:2]
        found = self.sheet.call("cells.end", row, column, ways.get(direction, direction))
        return self.sheet.rect((*found, 1, 1))

    @property
    def current_region(self) -> Range:
        """The rectangle around the cells that empty rows and columns bound."""
        return self.sheet.rect(self.call("cells.region"))

    def select(self) -> None:
        """Selects the cells."""
        self.sheet.activate()
        self.call("selection.set")

    @property
    def name(self) -> Name | None:
        """The name that stands for exactly these cells."""
        found = self.sheet.call("names.at", list(self.wire))
        if found is None:
            return None
        name, owner = found
        book = self.sheet.book
        return Name(book, name, None if owner is None else book.sheet(owner))

    @name.setter
    def name(self, value: str) -> None:
        sheet = self.sheet.name.replace("'", "''")
        self.sheet.book.names.add(value, f"='{sheet}'!{self.address}")

    # Links and notes

    @property
    def hyperlink(self) -> str:
        """The address that the cell leads to."""
        found: str | None = self.call("link.get")
        if found is None:
            raise NotThere(_("the cell has no link"), where=self.address)
        return found

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:  # noqa: ARG002  # LibreOffice shows the address
        """Makes the cell a link."""
        self.call("link.set", address, text_to_display)

    @property
    def comment(self) -> None:
        """LibreOffice has notes, no threads of comments."""
        return

    @property
    def note(self) -> Note | None:
        """The first cell's note."""
        return None if self.sheet.call("notes.get", *self.wire[:2]) is None else Note(self(1, 1))

    def add_note(self, text: str) -> Note:
        """Gives the first cell a note."""
        made = Note(self(1, 1))
        made.text = text
        return made


def _as_typed(value: Any) -> str:
    """A constant as it would be typed into a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value)
