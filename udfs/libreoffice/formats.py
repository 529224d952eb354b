"""Fonts, borders and colours of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes
from xlwings.base_classes import _UNSET  # what Borders.set is handed for "leave as it is"

if TYPE_CHECKING:
    from udfs.libreoffice.cells import Cells
    from udfs.libreoffice.connection import Native

__all__ = ["Border", "Borders", "Font", "from_color", "to_color"]

Color = tuple[int, int, int]
AUTOMATIC = -1
_BLACK = 0


def to_color(value: Color | str | int | None) -> int:
    """An RGB tuple, ``#aabbcc`` or Excel's colour number as LibreOffice's colour number; None is none."""
    if value is None:
        return AUTOMATIC
    if isinstance(value, str):
        return int(value.lstrip("#"), 16)
    if isinstance(value, int):  # Excel's numbers have red in the lowest byte
        value = value & 255, (value >> 8) & 255, (value >> 16) & 255
    red, green, blue = value
    return (red << 16) | (green << 8) | blue


def from_color(value: int | None) -> Color | None:
    """LibreOffice's colour number as an RGB tuple; None for none and for mixed ones."""
    if value is None or value == AUTOMATIC:
        return None
    return (value >> 16) & 255, (value >> 8) & 255, value & 255


class Font(base_classes.Font):
    """The font of cells; what differs among them is None."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    @property
    def api(self) -> Native:
        """LibreOffice's range, whose ``Char…`` properties these are."""
        return self._cells.api

    @property
    def bold(self) -> bool | None:
        """Whether it is bold."""
        found: bool | None = self._cells.look("bold")
        return found

    @bold.setter
    def bold(self, value: bool) -> None:
        self._cells.set_look("bold", bool(value))

    @property
    def italic(self) -> bool | None:
        """Whether it is slanted."""
        found: bool | None = self._cells.look("italic")
        return found

    @italic.setter
    def italic(self, value: bool) -> None:
        self._cells.set_look("italic", bool(value))

    @property
    def size(self) -> float | None:
        """Its size in points."""
        found: float | None = self._cells.look("size")
        return found

    @size.setter
    def size(self, value: float) -> None:
        self._cells.set_look("size", float(value))

    @property
    def color(self) -> Color | None:
        """Its colour as RGB."""
        found = self._cells.look("color")
        return from_color(_BLACK if found == AUTOMATIC else found)

    @color.setter
    def color(self, color_or_rgb: Color | str | int) -> None:
        self._cells.set_look("color", to_color(color_or_rgb))

    @property
    def name(self) -> str | None:
        """The name of the typeface."""
        found: str | None = self._cells.look("name")
        return found

    @name.setter
    def name(self, value: str) -> None:
        self._cells.set_look("name", value)


class Border(base_classes.Border):
    """One side of cells."""

    def __init__(self, cells: Cells, side: str) -> None:
        self._cells = cells
        self._side = side

    @property
    def api(self) -> Native:
        """LibreOffice's range, whose ``TableBorder2`` this is part of."""
        return self._cells.api

    def _fact(self, name: str) -> Any:
        facts = self._cells.call("borders.get", self._side)
        return None if facts is None else facts[name]

    def _change(self, name: str, value: Any) -> None:
        self._cells.call("borders.set", [self._side], {name: value})

    @property
    def line_style(self) -> str | None:
        """``continuous``, ``dash``…, or ``none``."""
        found: str | None = self._fact("line_style")
        return found

    @line_style.setter
    def line_style(self, value: str | None) -> None:
        self._change("line_style", value)

    @property
    def weight(self) -> str | None:
        """``hairline``, ``thin``, ``medium`` or ``thick``."""
        found: str | None = self._fact("weight")
        return found

    @weight.setter
    def weight(self, value: str) -> None:
        self._change("weight", value)

    @property
    def color(self) -> Color | None:
        """Its colour as RGB."""
        return from_color(self._fact("color"))

    @color.setter
    def color(self, color_or_rgb: Color | str | int) -> None:
        self._change("color", to_color(color_or_rgb))


class Borders(base_classes.Borders):
    """All sides of cells."""

    def __init__(self, cells: Cells) -> None:
        self.parent = cells

    @property
    def api(self) -> Native:
        """LibreOffice's range."""
        return self.parent.api

    def __getitem__(self, key: str) -> Border:
        return Border(self.parent, key)

    def _sides(self) -> list[str]:
        """The sides that cells of this shape have."""
        rows, columns = self.parent.shape
        absent = {"inside_vertical": columns < 2, "inside_horizontal": rows < 2}
        return [side for side in base_classes.BORDER_GRID_SIDES if not absent.get(side)]

    def _common(self, name: str) -> Any:
        found = {getattr(self[side], name) for side in self._sides()}
        return found.pop() if len(found) == 1 else None

    @property
    def line_style(self) -> str | None:
        """The style that all sides share."""
        found: str | None = self._common("line_style")
        return found

    @line_style.setter
    def line_style(self, value: Any) -> None:
        self.set(line_style=value)

    @property
    def weight(self) -> str | None:
        """The weight that all sides share."""
        found: str | None = self._common("weight")
        return found

    @weight.setter
    def weight(self, value: Any) -> None:
        self.set(weight=value)

    @property
    def color(self) -> Color | None:
        """The colour that all sides share."""
        found: Color | None = self._common("color")
        return found

    @color.setter
    def color(self, value: Any) -> None:
        self.set(color=value)

    def set(
        self,
        which: Any = base_classes.BORDER_GRID_SIDES,
        *,
        line_style: Any = _UNSET,
        weight: Any = _UNSET,
        color: Any = _UNSET,
    ) -> None:
        """Changes these sides; what is not given stays."""
        changes: dict[str, Any] = {}
        if line_style is not _UNSET:
            changes["line_style"] = line_style
        if weight is not _UNSET:
            changes["weight"] = weight
        if color is not _UNSET:
            changes["color"] = to_color(color)
        there = {*self._sides(), "diagonal_down", "diagonal_up"}
        self.parent.call("borders.set", [side for side in which if side in there], changes)
