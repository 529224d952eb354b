"""Pictures, shapes and charts on a sheet; places and sizes are in points outside, in hundredths of a millimetre here."""

from __future__ import annotations

import os
from typing import Any

import uno

from .layout import POINTS, apply_look
from .service import Office, Rect, Refused, operation, properties, struct

PICTURE, CHART = "com.sun.star.drawing.GraphicObjectShape", "com.sun.star.drawing.OLE2Shape"
CHART_CLASS = "12DCAE26-281F-416F-A234-C3086127382E"
SHAPE_TYPES = {
    PICTURE: "picture",
    CHART: "chart",
    "com.sun.star.drawing.TextShape": "text_box",
    "com.sun.star.drawing.LineShape": "line",
    "com.sun.star.drawing.GroupShape": "group",
    "com.sun.star.drawing.ControlShape": "form_control",
    "com.sun.star.drawing.OpenBezierShape": "freeform",
    "com.sun.star.drawing.ClosedBezierShape": "freeform",
    "com.sun.star.drawing.ConnectorShape": "line",
}
STACKED = {"": (False, False), "_stacked": (True, False), "_stacked_100": (False, True)}
DIAGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "column": ("BarDiagram", {"Vertical": False}), "bar": ("BarDiagram", {"Vertical": True}),
    "line": ("LineDiagram", {"SymbolType": -3}), "line_markers": ("LineDiagram", {"SymbolType": -1}),
    "area": ("AreaDiagram", {}), "pie": ("PieDiagram", {}), "doughnut": ("DonutDiagram", {}),
    "xy_scatter": ("XYDiagram", {}),
    "radar": ("NetDiagram", {"SymbolType": -3}), "radar_markers": ("NetDiagram", {"SymbolType": -1}),
    "radar_filled": ("FilledNetDiagram", {}), "bubble": ("BubbleDiagram", {}),
}  # fmt: skip


# Scatter charts differ in the looks of their series: whether these have lines, and markers.
SCATTERS = {"xy_scatter": (False, True), "xy_scatter_lines": (True, True), "xy_scatter_lines_no_markers": (True, False)}
NO_MARKER = -3


def _is(shape: Any, kind: str) -> bool:
    if kind == "picture":
        return bool(shape.ShapeType == PICTURE)
    if kind == "chart":
        return bool(shape.ShapeType == CHART and shape.CLSID.upper() == CHART_CLASS)
    return True


def shapes_of(office: Office, uid: str, sheet: str, kind: str) -> list[Any]:
    """All shapes of a kind (``picture``, ``chart`` or ``shape`` for all), each with a name of its own."""
    page = office.sheet(uid, sheet).DrawPage
    shapes = [page.getByIndex(index) for index in range(page.Count)]
    found = [shape for shape in shapes if _is(shape, kind)]
    taken = {shape.Name for shape in shapes}
    for number, shape in enumerate(shapes, 1):
        if not shape.Name:
            label = {PICTURE: "Picture", CHART: "Chart"}.get(shape.ShapeType, "Shape")
            names = (f"{label} {candidate}" for candidate in range(number, number + 100_000))
            shape.Name = next(name for name in names if name not in taken)
            taken.add(shape.Name)
    return found


def shape_named(office: Office, uid: str, sheet: str, name: str) -> Any:
    """The shape of this name."""
    for shape in shapes_of(office, uid, sheet, "shape"):
        if shape.Name == name:
            return shape
    raise Refused("no-name", name)


@operation("shapes.list")
def list_shapes(office: Office, uid: str, sheet: str, kind: str) -> list[str]:
    """The names of the shapes of a kind."""
    return [shape.Name for shape in shapes_of(office, uid, sheet, kind)]


@operation("shapes.get")
def get_shape(office: Office, uid: str, sheet: str, name: str) -> dict[str, Any]:
    """Place, size, type and text of a shape."""
    shape = shape_named(office, uid, sheet, name)
    custom = "auto_shape" if shape.ShapeType == "com.sun.star.drawing.CustomShape" else "unknown"
    return {
        "left": shape.Position.X * POINTS,
        "top": shape.Position.Y * POINTS,
        "width": shape.Size.Width * POINTS,
        "height": shape.Size.Height * POINTS,
        "type": SHAPE_TYPES.get(shape.ShapeType, custom),
        "text": shape.String if hasattr(shape, "String") else None,
    }


@operation("shapes.set")
def set_shape(office: Office, uid: str, sheet: str, name: str, what: str, value: Any) -> None:
    """Changes place, size, name or text of a shape, or a property of its text's looks (``font …``)."""
    shape = shape_named(office, uid, sheet, name)
    if what in ("left", "top"):
        at = shape.Position
        setattr(at, "X" if what == "left" else "Y", int(value / POINTS + 0.5))
        shape.Position = at
    elif what in ("width", "height"):
        size = shape.Size
        setattr(size, what.capitalize(), int(value / POINTS + 0.5))
        shape.Size = size
    elif what == "name":
        if value in list_shapes(office, uid, sheet, "shape"):
            raise Refused("name", value)
        shape.Name = value
    elif what == "text":
        shape.String = value
    else:
        apply_look(shape, what, value)


@operation("shapes.delete")
def delete_shape(office: Office, uid: str, sheet: str, name: str) -> None:
    """Removes a shape."""
    shape = shape_named(office, uid, sheet, name)
    charts = office.sheet(uid, sheet).Charts
    if _is(shape, "chart") and charts.hasByName(shape.PersistName):
        charts.removeByName(shape.PersistName)
        return
    office.sheet(uid, sheet).DrawPage.remove(shape)


@operation("shapes.select")
def select_shape(office: Office, uid: str, sheet: str, name: str) -> None:
    """Selects a shape."""
    office.document(uid).CurrentController.select(shape_named(office, uid, sheet, name))


@operation("pictures.add")
def add_picture(office: Office, uid: str, sheet: str, path: str, box: list[float | None]) -> str:
    """Puts an image file on a sheet, at left and top, with width and height (None or negative: the image's own)."""
    provider = office.create("com.sun.star.graphic.GraphicProvider")
    graphic = provider.queryGraphic(properties(URL=uno.systemPathToFileUrl(path)))
    if graphic is None:
        raise Refused("picture", path)
    shape = office.document(uid).createInstance(PICTURE)
    office.sheet(uid, sheet).DrawPage.add(shape)
    shape.Graphic = graphic
    size = graphic.Size100thMM
    if not (size.Width and size.Height):
        size = struct(
            "com.sun.star.awt.Size",
            Width=int(graphic.SizePixel.Width * 2540 / 96),
            Height=int(graphic.SizePixel.Height * 2540 / 96),
        )
    left, top, width, height = box
    ratio = size.Height / size.Width
    if width is not None and width > 0:
        size.Width = int(width / POINTS + 0.5)
        size.Height = int(size.Width * ratio + 0.5)
    if height is not None and height > 0:
        size.Height = int(height / POINTS + 0.5)
        if width is None or width <= 0:
            size.Width = int(size.Height / ratio + 0.5)
    shape.Size = size
    shape.Position = struct("com.sun.star.awt.Point", X=int((left or 0) / POINTS), Y=int((top or 0) / POINTS))
    name: str = list_shapes(office, uid, sheet, "shape")[-1]
    return name


@operation("charts.add")
def add_chart(office: Office, uid: str, sheet: str, box: list[float], source: list[Any] | None) -> str:
    """A chart at left and top, with width and height, of a rectangle of a sheet (``[sheet, rectangle]``) if given."""
    taken = set(office.sheet(uid, sheet).Charts.ElementNames) | set(list_shapes(office, uid, sheet, "shape"))
    name = next(found for found in map("Chart {}".format, range(1, 100_000)) if found not in taken)
    _place_chart(office, uid, sheet, (name, name), box, source)
    return name


def _place_chart(
    office: Office, uid: str, sheet: str, names: tuple[str, str], box: list[float], source: list[Any] | None
) -> None:
    """Puts a chart on a sheet, by its inner and its shown name."""
    left, top, width, height = (int(value / POINTS + 0.5) for value in box)
    ranges = () if source is None else (office.cells(uid, source[0], source[1]).RangeAddress,)
    place = struct("com.sun.star.awt.Rectangle", X=left, Y=top, Width=width, Height=height)
    office.sheet(uid, sheet).Charts.addNewByName(names[0], place, ranges, True, True)
    for shape in shapes_of(office, uid, sheet, "chart"):
        if shape.PersistName == names[0]:
            shape.Name = names[1]


def _chart(office: Office, uid: str, sheet: str, name: str) -> Any:
    """The document inside a chart."""
    return shape_named(office, uid, sheet, name).Model


@operation("charts.get")
def get_chart(office: Office, uid: str, sheet: str, name: str) -> dict[str, Any]:
    """Type, title, legend and whether the series are in rows."""
    model = _chart(office, uid, sheet, name)
    diagram = model.Diagram
    service = diagram.getDiagramType().rpartition(".")[2]
    base = _diagram_name(service, model)
    suffix = (
        "_stacked_100"
        if getattr(diagram, "Percent", False)
        else "_stacked"
        if getattr(diagram, "Stacked", False)
        else ""
    )
    if base in ("column", "bar"):
        base, suffix = base + (suffix or "_clustered"), ""
    return {
        "chart_type": base + suffix,
        "title": model.Title.String if model.HasMainTitle else None,
        "legend": model.Legend.Alignment.value.lower() if model.HasLegend else None,
        "rows": getattr(diagram, "DataRowSource", None) is not None and diagram.DataRowSource.value == "ROWS",
    }


def _diagram_name(service: str, model: Any) -> str:
    diagram = model.Diagram
    if service == "XYDiagram":
        looks = _series_looks(model)
        return next((name for name, known in SCATTERS.items() if known == looks), "xy_scatter")
    for name, (diagram_service, settings) in DIAGRAMS.items():
        if diagram_service == service and all(
            (getattr(diagram, key) == NO_MARKER) == (value == NO_MARKER)
            if key == "SymbolType"
            else getattr(diagram, key) == value
            for key, value in settings.items()
        ):
            return name
    return service


def _series(model: Any) -> list[Any]:
    """Every series of a chart."""
    system = model.getFirstDiagram().getCoordinateSystems()[0]
    return [series for kind in system.getChartTypes() for series in kind.getDataSeries()]


def _series_looks(model: Any) -> tuple[bool, bool]:
    """Whether the first series has lines and markers."""
    for series in _series(model):
        return series.LineStyle.value != "NONE", series.Symbol.Style.value != "NONE"
    return False, True


def _set_series_looks(model: Any, *, lines: bool, markers: bool) -> None:
    for series in _series(model):
        series.LineStyle = uno.Enum("com.sun.star.drawing.LineStyle", "SOLID" if lines else "NONE")
        symbol = series.Symbol
        symbol.Style = uno.Enum("com.sun.star.chart2.SymbolStyle", "AUTO" if markers else "NONE")
        series.Symbol = symbol


@operation("charts.set")
def set_chart(office: Office, uid: str, sheet: str, name: str, what: str, value: Any) -> None:
    """Changes type, title, legend, source (a rectangle of a sheet) or the direction of the series."""
    model = _chart(office, uid, sheet, name)
    if what == "chart_type":
        _set_type(model, value)
    elif what == "title":
        model.HasMainTitle = value is not None
        if value is not None:
            model.Title.String = value
    elif what == "legend":
        model.HasLegend = value is not None
        if value is not None:
            model.Legend.Alignment = uno.Enum("com.sun.star.chart.ChartLegendPosition", value.upper())
    elif what == "rows":
        model.Diagram.DataRowSource = uno.Enum("com.sun.star.chart.ChartDataRowSource", "ROWS" if value else "COLUMNS")
    else:
        _change_source(office, uid, sheet, name, value)


def _change_source(office: Office, uid: str, sheet: str, name: str, source: list[Any]) -> None:
    """A chart that was made without cells gets no series later: it is made anew, and looks as before."""
    facts, looks = get_shape(office, uid, sheet, name), get_chart(office, uid, sheet, name)
    inner = shape_named(office, uid, sheet, name).PersistName
    delete_shape(office, uid, sheet, name)
    box = [facts[what] for what in ("left", "top", "width", "height")]
    _place_chart(office, uid, sheet, (inner, name), box, source)
    for what in ("chart_type", "title", "legend"):
        set_chart(office, uid, sheet, name, what, looks[what])


def _set_type(model: Any, chart_type: str) -> None:
    suffix = next((known for known in ("_stacked_100", "_stacked") if chart_type.endswith(known)), "")
    base = chart_type[: len(chart_type) - len(suffix)].replace("_clustered", "")
    scatter = SCATTERS.get(base)
    if scatter is not None:
        base = "xy_scatter"
    if base not in DIAGRAMS:
        raise Refused("chart-type", chart_type)
    service, settings = DIAGRAMS[base]
    diagram = model.createInstance("com.sun.star.chart." + service)
    model.Diagram = diagram
    diagram = model.Diagram
    for name, value in settings.items():
        setattr(diagram, name, value)
    if hasattr(diagram, "Stacked"):
        diagram.Stacked, diagram.Percent = STACKED[suffix]
    if scatter is not None:
        _set_series_looks(model, lines=scatter[0], markers=scatter[1])


@operation("charts.export")
def export_chart(office: Office, uid: str, sheet: str, name: str, path: str) -> None:
    """Writes a chart or any shape as PNG."""
    _export(office, shape_named(office, uid, sheet, name), path)


def _export(office: Office, thing: Any, path: str) -> None:
    exporter = office.create("com.sun.star.drawing.GraphicExportFilter")
    exporter.setSourceDocument(thing)
    exporter.filter(properties(URL=uno.systemPathToFileUrl(os.path.abspath(path)), MediaType="image/png"))


@operation("cells.export")
def export_cells(office: Office, uid: str, sheet: str, rect: Rect, path: str) -> None:
    """Writes just these cells as PDF or PNG."""
    document = office.document(uid)
    cells = office.cells(uid, sheet, rect)
    if not path.lower().endswith(".pdf"):
        _export_image(document, cells, path)
        return
    selection = struct("com.sun.star.beans.PropertyValue", Name="Selection", Value=cells)
    settings = uno.Any("[]com.sun.star.beans.PropertyValue", (selection,))
    values = properties(FilterName="calc_pdf_Export", FilterData=settings, Overwrite=True)
    document.storeToURL(uno.systemPathToFileUrl(path), values)


def _export_image(document: Any, cells: Any, path: str) -> None:
    """The image that the clipboard would get, without touching the user's clipboard or selection."""
    controller = document.CurrentController
    before = controller.getSelection()
    controller.select(cells)
    flavor = struct("com.sun.star.datatransfer.DataFlavor", MimeType="image/png", DataType=uno.getTypeByName("[]byte"))
    data = controller.getTransferable().getTransferData(flavor)
    controller.select(before)
    with open(path, "wb") as file:
        file.write(data.value)
