"""Rectangles of cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice import values
from udfs.libreoffice.addresses import MAX_COLUMNS, MAX_ROWS, Rect, format_rect
from udfs.libreoffice.connection import Native
from udfs.libreoffice.errors import NotInLibreOffice, NotThere
from udfs.libreoffice.formats import Borders, Font, from_color, to_color
from udfs.libreoffice.names import Name
from udfs.libreoffice.notes import Note
from workbench.i18n import _

if TYPE_CHECKING:
    import xlwings

    from udfs.libreoffice.books import Sheet

__all__ = ["Range"]

_READ_BUDGET = 1_000_000  # cells in one answer: about 10 MB of text on the wire
_WRITE_BUDGET = 500_000
_DIGIT, _PADDING = 7.0, 5.0  # pixels of a digit of Excel's standard font and of a cell's margins
_PIXELS = 96 / 72  # in a point


class Range(base_classes.Range):
    """Cells of one sheet, by their place: it does not move when rows are inserted before it."""

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

    def _like(self, rect: Sequence[int]) -> Range:
        return self.sheet.rect(rect)

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
        return self._like((*found, 1, 1))

    @property
    def current_region(self) -> Range:
        """The rectangle around the cells that empty rows and columns bound."""
        return self._like(self.call("cells.region"))

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

    # Looks

    def look(self, what: str) -> Any:
        """A property of the cells' looks; None where they differ."""
        return None if self._empty else self.call("look.get", what)

    def set_look(self, what: str, value: Any) -> None:
        """Changes a property of the cells' looks."""
        if not self._empty:
            self.call("look.set", what, value)

    @property
    def font(self) -> Font:
        """The font."""
        return Font(self)

    @property
    def borders(self) -> Borders:
        """The borders."""
        return Borders(self)

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The fill as RGB; None for none."""
        return from_color(self.look("back"))

    @color.setter
    def color(self, color_or_rgb: Any) -> None:
        self.set_look("back", to_color(color_or_rgb))

    def set_colors(self, colors: Sequence[Sequence[Any]]) -> None:
        """Fills cell by cell; ``...`` leaves one as it is."""
        cells: dict[int, list[tuple[int, int]]] = {}
        for row, line in enumerate(colors):
            for column, color in enumerate(line):
                if color is not ...:
                    cells.setdefault(to_color(color), []).append((column, row))
        self.call("look.colors", [(color, values.runs(places)) for color, places in cells.items()])

    @property
    def number_format(self) -> str | None:
        """The format code in English; None where cells differ."""
        found: str | None = None if self._empty else self.call("cells.number-format")
        return found

    @number_format.setter
    def number_format(self, value: str) -> None:
        if not self._empty:
            self.call("cells.set-number-format", value)

    @property
    def wrap_text(self) -> bool | None:
        """Whether long texts are broken into lines."""
        found: bool | None = self.look("wrap")
        return found

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.set_look("wrap", bool(value))

    @property
    def horizontal_alignment(self) -> str | None:
        """``general``, ``left``, ``center`` and so on."""
        found: str | None = self.look("horizontal")
        return found

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        if value == "center_across_selection":
            raise NotInLibreOffice(
                _("LibreOffice does not centre across a selection."), remedy=_("Merge the cells and centre them.")
            )
        self.set_look("horizontal", value)

    @property
    def vertical_alignment(self) -> str | None:
        """``top``, ``center``, ``bottom`` and so on."""
        found: str | None = self.look("vertical")
        return found

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self.set_look("vertical", value)

    def adjust_indent(self, amount: int) -> None:
        """Indents by so many steps more (or less)."""
        self.set_look("indent", max(0, (self.look("indent") or 0) + amount))

    # Sizes

    @property
    def column_width(self) -> float | None:
        """The columns' width in digits of Excel's standard font; None where they differ."""
        if self._empty:
            return 0
        points = self.call("lines.get", "c", "size")
        if points is None:
            return None
        pixels = points * _PIXELS
        full = _DIGIT + _PADDING
        return float(f"{pixels / full if pixels < full else (pixels - _PADDING) / _DIGIT:.2f}")

    @column_width.setter
    def column_width(self, value: float) -> None:
        if not self._empty:
            pixels = value * _DIGIT + _PADDING if value >= 1 else value * (_DIGIT + _PADDING)
            self.call("lines.set", "c", "size", pixels / _PIXELS)

    @property
    def row_height(self) -> float | None:
        """The rows' height in points; None where they differ."""
        found = 0 if self._empty else self.call("lines.get", "r", "size")
        return None if found is None else float(f"{found:.2f}")

    @row_height.setter
    def row_height(self, value: float) -> None:
        if not self._empty:
            self.call("lines.set", "r", "size", value)

    def _size(self, what: str) -> float:
        return 0 if self._empty else float(f"{self.call('size.get')[what]:.2f}")

    @property
    def width(self) -> float:
        """The width in points."""
        return self._size("width")

    @property
    def height(self) -> float:
        """The height in points."""
        return self._size("height")

    @property
    def left(self) -> float:
        """The distance from the sheet's left edge in points."""
        return self._size("left")

    @property
    def top(self) -> float:
        """The distance from the sheet's top in points."""
        return self._size("top")

    @property
    def row_hidden(self) -> bool | None:
        """Whether the rows are hidden; None where they differ."""
        found: bool | None = self.call("lines.get", "r", "hidden")
        return found

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self.call("lines.set", "r", "hidden", bool(value))

    @property
    def column_hidden(self) -> bool | None:
        """Whether the columns are hidden; None where they differ."""
        found: bool | None = self.call("lines.get", "c", "hidden")
        return found

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.call("lines.set", "c", "hidden", bool(value))

    def autofit(self, axis: str | None = None) -> None:
        """Best widths of the columns (``c``), heights of the rows (``r``), or both."""
        if not self._empty:
            self.call("lines.fit", {"r": "r", "rows": "r", "c": "c", "columns": "c", None: "cr"}[axis])

    def group(self, by: str) -> None:
        """Groups the ``rows`` or ``columns``."""
        self.call("lines.group", by[0], True)

    def ungroup(self, by: str) -> None:
        """Takes a group apart."""
        self.call("lines.group", by[0], False)

    # Structure

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
        """Copies the cells with their formats to a place, in this book or another one of the same LibreOffice."""
        if destination is None:
            raise NotInLibreOffice(
                _("the clipboard is left to the user"), remedy=_("Give a destination, or use copy_from.")
            )
        self.sheet.book.app.call("structure.copy", self._place(), destination.impl._place())  # noqa: SLF001  # its own class

    def move(self, destination: xlwings.Range) -> None:
        """Moves the cells; formulas that refer to them follow."""
        self.sheet.book.app.call("structure.move", self._place(), destination.impl._place())  # noqa: SLF001  # its own class

    def merge(self, across: bool = False) -> None:
        """Makes them one cell, or one in each row."""
        self.call("merge.set", True, bool(across))

    def unmerge(self) -> None:
        """Takes merged cells apart."""
        self.call("merge.set", False, False)

    @property
    def merge_area(self) -> Range:
        """The merged cells that the first one belongs to."""
        return self._like(self.call("merge.get")["area"])

    @property
    def merge_cells(self) -> bool | None:
        """Whether the cells are merged; None where only some are."""
        found: bool | None = self.call("merge.get")["merged"]
        return found

    def sort(self, keys: list[int], ascending: list[bool], has_headers: bool) -> None:
        """Sorts the rows by these columns, counted from 1."""
        self.call("cells.sort", [key - 1 for key in keys], ascending, bool(has_headers))

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
