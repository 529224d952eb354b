"""Pictures, shapes and charts on a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice.errors import NotInLibreOffice
from udfs.libreoffice.formats import to_color
from udfs.libreoffice.members import Members
from workbench.i18n import _

if TYPE_CHECKING:
    import xlwings

    from udfs.libreoffice.books import Sheet
    from udfs.libreoffice.connection import Native
    from udfs.libreoffice.ranges import Range

__all__ = ["Chart", "Charts", "Picture", "Pictures", "Shape", "Shapes"]


class _Drawn:
    """Anything on a sheet that has a name, a place and a size in points."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self._sheet = sheet
        self._name = name

    def _get(self, what: str) -> Any:
        return self._sheet.call("shapes.get", self._name)[what]

    def _set(self, what: str, value: Any) -> None:
        self._sheet.call("shapes.set", self._name, what, value)

    @property
    def api(self) -> Native | None:
        """LibreOffice's shape."""
        page = self._sheet.api.DrawPage
        shapes = (page.getByIndex(index) for index in range(page.Count))
        found: Native | None = next((shape for shape in shapes if shape.Name == self._name), None)
        return found

    @property
    def parent(self) -> Sheet:
        """Its sheet."""
        return self._sheet

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._set("name", value)
        self._name = value

    @property
    def left(self) -> float:
        """Its distance from the left edge."""
        return float(self._get("left"))

    @left.setter
    def left(self, value: float) -> None:
        self._set("left", value)

    @property
    def top(self) -> float:
        """Its distance from the top."""
        return float(self._get("top"))

    @top.setter
    def top(self, value: float) -> None:
        self._set("top", value)

    @property
    def width(self) -> float:
        """Its width."""
        return float(self._get("width"))

    @width.setter
    def width(self, value: float) -> None:
        self._set("width", value)

    @property
    def height(self) -> float:
        """Its height."""
        return float(self._get("height"))

    @height.setter
    def height(self, value: float) -> None:
        self._set("height", value)

    def delete(self) -> None:
        """Removes it."""
        self._sheet.call("shapes.delete", self._name)


class _AllDrawn(Members):
    """All of one kind on a sheet."""

    _kind = "shape"

    def __init__(self, sheet: Sheet) -> None:
        self.parent = sheet

    def _names(self) -> list[str]:
        names: list[str] = self.parent.call("shapes.list", self._kind)
        return names


class Picture(_Drawn, base_classes.Picture):
    """One picture."""

    _locked = True

    @property
    def lock_aspect_ratio(self) -> bool:
        """Whether a new width changes the height too."""
        return self._locked

    @lock_aspect_ratio.setter
    def lock_aspect_ratio(self, value: bool) -> None:
        self._locked = bool(value)

    def index(self) -> int:
        """Its position among the pictures, counted from 1."""
        names: list[str] = self._sheet.call("shapes.list", "picture")
        return names.index(self._name) + 1

    def update(self, filename: str) -> Picture:
        """Puts another image in its place, with its name and size."""
        facts = self._sheet.call("shapes.get", self._name)
        self.delete()
        box = [facts[what] for what in ("left", "top", "width", "height")]
        made = Picture(self._sheet, self._sheet.call("pictures.add", str(Path(filename).resolve()), box))
        made.name = self._name
        return made


class Pictures(_AllDrawn, base_classes.Pictures):
    """The pictures of a sheet."""

    _kind = "picture"

    def _member(self, name: str, position: int) -> Picture:  # noqa: ARG002  # pictures go by name
        return Picture(self.parent, name)

    def add(
        self,
        filename: str,
        link_to_file: Any,  # noqa: ARG002  # always kept in the book
        save_with_document: Any,  # noqa: ARG002  # always kept in the book
        left: float | None,
        top: float | None,
        width: float | None,
        height: float | None,
        anchor: xlwings.Range | None = None,
    ) -> Picture:
        """Puts an image file on the sheet; without a size in its own."""
        if anchor is not None:
            left, top = anchor.left, anchor.top
        path = str(Path(filename).resolve())
        return Picture(self.parent, self.parent.call("pictures.add", path, [left, top, width, height]))


class ShapeFont(base_classes.Font):
    """The font of a shape's text; it can be set, not told apart by letters."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def _look(self, what: str, value: Any) -> None:
        self._shape._set(what, value)  # noqa: SLF001  # one shape, two classes

    @property
    def api(self) -> Native | None:
        """LibreOffice's shape."""
        return self._shape.api

    @property
    def bold(self) -> bool:
        """Whether it is bold."""
        return bool(self.api is not None and self.api.CharWeight > 100)

    @bold.setter
    def bold(self, value: bool) -> None:
        self._look("bold", bool(value))

    @property
    def italic(self) -> bool:
        """Whether it is slanted."""
        return bool(self.api is not None and self.api.CharPosture.value != "NONE")

    @italic.setter
    def italic(self, value: bool) -> None:
        self._look("italic", bool(value))

    @property
    def size(self) -> float | None:
        """Its size in points."""
        return None if self.api is None else float(self.api.CharHeight)

    @size.setter
    def size(self, value: float) -> None:
        self._look("size", float(value))

    @property
    def color(self) -> tuple[int, int, int] | None:
        """Its colour as RGB."""
        value = -1 if self.api is None else max(0, int(self.api.CharColor))
        return None if value < 0 else ((value >> 16) & 255, (value >> 8) & 255, value & 255)

    @color.setter
    def color(self, color_or_rgb: Any) -> None:
        self._look("color", to_color(color_or_rgb))

    @property
    def name(self) -> str | None:
        """The name of the typeface."""
        return None if self.api is None else str(self.api.CharFontName)

    @name.setter
    def name(self, value: str) -> None:
        self._look("name", value)


class Shape(_Drawn, base_classes.Shape):
    """Anything drawn on a sheet."""

    @property
    def type(self) -> str:
        """``picture``, ``chart``, ``text_box``, ``auto_shape`` and so on."""
        return str(self._get("type"))

    @property
    def index(self) -> int:
        """Its position among all shapes, counted from 1."""
        names: list[str] = self._sheet.call("shapes.list", "shape")
        return names.index(self._name) + 1

    def activate(self) -> None:
        """Selects it."""
        self._sheet.activate()
        self._sheet.call("shapes.select", self._name)

    def scale_height(self, factor: float, relative_to_original_size: bool, scale: str) -> None:  # noqa: ARG002  # the upper left corner stays
        """Makes it so many times as high."""
        self.height *= factor

    def scale_width(self, factor: float, relative_to_original_size: bool, scale: str) -> None:  # noqa: ARG002  # the upper left corner stays
        """Makes it so many times as wide."""
        self.width *= factor

    @property
    def text(self) -> str | None:
        """Its text; None for what has none."""
        found: str | None = self._get("text")
        return found

    @text.setter
    def text(self, value: str) -> None:
        self._set("text", value)

    @property
    def font(self) -> ShapeFont:
        """The font of its text."""
        return ShapeFont(self)


class Shapes(_AllDrawn):
    """All that is drawn on a sheet."""

    def _member(self, name: str, position: int) -> Shape:  # noqa: ARG002  # shapes go by name
        return Shape(self.parent, name)


class Chart(_Drawn, base_classes.Chart):
    """One chart."""

    def _chart(self, what: str) -> Any:
        return self._sheet.call("charts.get", self._name)[what]

    def _change(self, what: str, value: Any) -> None:
        self._sheet.call("charts.set", self._name, what, value)

    def set_source_data(self, rng: Range, plot_by: str | None = None) -> None:
        """Draws these cells, headings in the first row and column."""
        self._change("source", [rng.sheet.name, rng.wire])
        if plot_by is not None:
            self.plot_by = plot_by

    @property
    def chart_type(self) -> str:
        """The name of its type."""
        return str(self._chart("chart_type"))

    @chart_type.setter
    def chart_type(self, chart_type: str) -> None:
        self._change("chart_type", chart_type)

    @property
    def title(self) -> str | None:
        """Its title."""
        found: str | None = self._chart("title")
        return found

    @title.setter
    def title(self, value: str | None) -> None:
        self._change("title", value)

    @property
    def legend(self) -> ChartLegend:
        """Its legend."""
        return ChartLegend(self)

    @property
    def plot_by(self) -> str:
        """Whether series are ``rows`` or ``columns``."""
        return "rows" if self._chart("rows") else "columns"

    @plot_by.setter
    def plot_by(self, value: str) -> None:
        self._change("rows", value == "rows")

    def to_png(self, path: str) -> None:
        """Writes it as an image."""
        self._sheet.call("charts.export", self._name, str(Path(path).resolve()))


class ChartLegend(base_classes.ChartLegend):
    """The legend of a chart."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    @property
    def api(self) -> Native | None:
        """LibreOffice's legend."""
        return None if self._chart.api is None else self._chart.api.Model.Legend

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return self._chart._chart("legend") is not None  # noqa: SLF001  # one chart, two classes

    @visible.setter
    def visible(self, value: bool) -> None:
        if bool(value) != self.visible:
            self._chart._change("legend", "right" if value else None)  # noqa: SLF001  # one chart, two classes

    @property
    def position(self) -> str | None:
        """Where it stands: ``right``, ``left``, ``top``, ``bottom``."""
        found: str | None = self._chart._chart("legend")  # noqa: SLF001  # one chart, two classes
        return found

    @position.setter
    def position(self, value: str) -> None:
        if value == "corner":
            raise NotInLibreOffice(_("LibreOffice puts no legend in a corner"))
        self._chart._change("legend", value)  # noqa: SLF001  # one chart, two classes


class Charts(_AllDrawn, base_classes.Charts):
    """The charts of a sheet."""

    _kind = "chart"

    def _member(self, name: str, position: int) -> Chart:  # noqa: ARG002  # charts go by name
        return Chart(self.parent, name)

    def add(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        chart_type: str | None = None,
        source: Range | None = None,
        plot_by: str | None = None,
        name: str | None = None,
        anchor: xlwings.Range | None = None,
        style: int | None = None,  # noqa: ARG002  # LibreOffice has no styles of charts
    ) -> Chart:
        """A new chart, of these cells if a source is given."""
        if anchor is not None:
            left, top = anchor.left, anchor.top
        cells = None if source is None else [source.sheet.name, source.wire]
        made = Chart(self.parent, self.parent.call("charts.add", [left or 0, top or 0, width, height], cells))
        if plot_by is not None:
            made.plot_by = plot_by
        if chart_type is not None:
            made.chart_type = chart_type
        if name is not None:
            made.name = name
        return made
