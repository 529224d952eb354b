"""Looks and sizes of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from udfs.libreoffice import values
from udfs.libreoffice.cells import Cells
from udfs.libreoffice.errors import NotInLibreOffice
from udfs.libreoffice.formats import Borders, Font, from_color, to_color
from udfs.libreoffice.rules import ConditionalFormats, DataValidation
from workbench.i18n import _

__all__ = ["Looks"]

_DIGIT, _PADDING = 7.0, 5.0  # pixels of a digit of Excel's standard font and of a cell's margins
_PIXELS = 96 / 72  # in a point


class Looks(Cells):
    """Fonts, fills, borders, formats, rules and sizes."""

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
    def data_validation(self) -> DataValidation:
        """What may be typed into the cells."""
        return DataValidation(self)

    @property
    def conditional_formats(self) -> ConditionalFormats:
        """Formats that depend on values."""
        return ConditionalFormats(self)

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
