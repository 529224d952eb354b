"""Looks and structure: colours, fonts, borders, sizes, merging, inserting, deleting, copying of cells."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

import uno

from . import cells as cell_values
from .service import Office, Rect, operation, struct

POINTS = 72 / 2540  # of a hundredth of a millimetre, LibreOffice's unit
PLAIN = {
    "bold": ("CharWeight", "CharWeightAsian", "CharWeightComplex"),
    "italic": ("CharPosture", "CharPostureAsian", "CharPostureComplex"),
    "size": ("CharHeight", "CharHeightAsian", "CharHeightComplex"),
    "name": ("CharFontName", "CharFontNameAsian", "CharFontNameComplex"),
    "color": ("CharColor",),
    "back": ("CellBackColor",),
    "wrap": ("IsTextWrapped",),
    "indent": ("ParaIndent",),
}
BOLD, NORMAL = 150.0, 100.0
HORIZONTAL = {
    "general": ("STANDARD", 0), "left": ("LEFT", 0), "center": ("CENTER", 0), "right": ("RIGHT", 0),
    "fill": ("REPEAT", 0), "justify": ("BLOCK", 0), "distributed": ("BLOCK", 1),
}  # fmt: skip
VERTICAL = {"top": (1, 0), "center": (2, 0), "bottom": (3, 0), "justify": (4, 0), "distributed": (4, 1)}
VERTICAL_STANDARD = 0  # the bottom, as everywhere in Excel
SIDES = {
    "edge_top": "TopLine", "edge_bottom": "BottomLine", "edge_left": "LeftLine", "edge_right": "RightLine",
    "inside_vertical": "VerticalLine", "inside_horizontal": "HorizontalLine",
}  # fmt: skip
DIAGONALS = {"diagonal_down": "DiagonalTLBR2", "diagonal_up": "DiagonalBLTR2"}
LINES = {"continuous": 0, "dot": 1, "dash": 2, "double": 15, "dash_dot": 16, "dash_dot_dot": 17, "slant_dash_dot": 16}
LINE_NAMES = {0: "continuous", 1: "dot", 2: "dash", 14: "dash", 15: "double", 16: "dash_dot", 17: "dash_dot_dot"}
WEIGHTS = {"hairline": 2, "thin": 26, "medium": 53, "thick": 88}  # in hundredths of a millimetre
NO_LINE = 0x7FFF


@operation("look.get")
def get_look(office: Office, uid: str, name: str, rect: Rect, what: str) -> Any:
    """One property of cells; None where they differ."""
    found = office.cells(uid, name, rect)
    if what in ("horizontal", "vertical"):
        return _alignment(found, what)
    values = {_plain(what, getattr(group, PLAIN[what][0])) for group in _groups(found)}
    return values.pop() if len(values) == 1 else None


def _groups(found: Any) -> Iterable[Any]:
    groups = found.getUniqueCellFormatRanges()
    return [groups.getByIndex(index) for index in range(groups.Count)]


def _plain(what: str, value: Any) -> Any:
    if what == "bold":
        return value > NORMAL
    if what == "italic":
        return value.value != "NONE"
    if what == "indent":
        return round_to_steps(value)
    return value


def round_to_steps(hundredths: int) -> int:
    """Indentation in Excel's steps of ten points."""
    return int(hundredths * POINTS / 10 + 0.5)


def _alignment(found: Any, what: str) -> str | None:
    values = set()
    for group in _groups(found):
        if what == "horizontal":
            pair = (group.HoriJustify.value, int(group.HoriJustifyMethod))
            values.add(next((name for name, known in HORIZONTAL.items() if known == pair), "general"))
        else:
            vertical = (int(group.VertJustify) or VERTICAL["bottom"][0], int(group.VertJustifyMethod))
            values.add(next((name for name, known in VERTICAL.items() if known == vertical), "bottom"))
    return values.pop() if len(values) == 1 else None


@operation("look.set")
def set_look(office: Office, uid: str, name: str, rect: Rect, what: str, value: Any) -> None:
    """Sets one property of cells."""
    apply_look(office.cells(uid, name, rect), what, value)


def apply_look(found: Any, what: str, value: Any) -> None:
    """Sets one property of cells or of a text; fonts for Western, Asian and complex scripts alike."""
    if what == "horizontal":
        justify, method = HORIZONTAL[value]
        found.HoriJustify = uno.Enum("com.sun.star.table.CellHoriJustify", justify)
        found.HoriJustifyMethod = method
        return
    if what == "vertical":
        found.VertJustify, found.VertJustifyMethod = VERTICAL[value]
        return
    if what == "bold":
        value = BOLD if value else NORMAL
    elif what == "italic":
        value = uno.Enum("com.sun.star.awt.FontSlant", "ITALIC" if value else "NONE")
    elif what == "indent":
        value = int(value * 10 / POINTS + 0.5)
    for property_name in PLAIN[what]:
        setattr(found, property_name, value)


@operation("look.colors")
def set_colors(office: Office, uid: str, name: str, rect: Rect, colors: list[tuple[int, list[list[int]]]]) -> None:
    """Fills cells with colours: for each colour the runs that get it, from the rectangle's first cell."""
    document, sheet = office.document(uid), office.sheet(uid, name)
    index = sheet.RangeAddress.Sheet
    for color, runs in colors:
        ranges = document.createInstance("com.sun.star.sheet.SheetCellRanges")
        ranges.addRangeAddresses(
            tuple(
                struct(
                    "com.sun.star.table.CellRangeAddress",
                    Sheet=index, StartColumn=c0 + rect[1], StartRow=r0 + rect[0],
                    EndColumn=c1 + rect[1], EndRow=r1 + rect[0],
                )
                for c0, r0, c1, r1 in runs
            ),
            False,
        )  # fmt: skip
        ranges.CellBackColor = color


@operation("borders.get")
def get_border(office: Office, uid: str, name: str, rect: Rect, side: str) -> dict[str, Any] | None:
    """Line style, weight and colour of one side; None where there is no such side or cells differ."""
    found = office.cells(uid, name, rect)
    if side in DIAGONALS:
        return _line_facts(getattr(found, DIAGONALS[side]))
    table = found.TableBorder2
    if not getattr(table, f"Is{SIDES[side]}Valid"):
        return None
    return _line_facts(getattr(table, SIDES[side]))


def _line_facts(line: Any) -> dict[str, Any]:
    width = line.LineWidth or line.OuterLineWidth
    if not width or line.LineStyle == NO_LINE:
        return {"line_style": "none", "weight": None, "color": None}
    weight = min(WEIGHTS, key=lambda known: abs(WEIGHTS[known] - width))
    return {"line_style": LINE_NAMES.get(line.LineStyle, "continuous"), "weight": weight, "color": line.Color}


@operation("borders.set")
def set_borders(office: Office, uid: str, name: str, rect: Rect, sides: list[str], changes: dict[str, Any]) -> None:
    """Changes style, weight or colour of sides; what is not named stays as it is."""
    found = office.cells(uid, name, rect)
    table = found.TableBorder2
    for side in SIDES.values():
        setattr(table, f"Is{side}Valid", False)
    touched = False
    for side in sides:
        if side in DIAGONALS:
            setattr(found, DIAGONALS[side], _changed(getattr(found, DIAGONALS[side]), changes))
        else:
            line = getattr(found.TableBorder2, SIDES[side])
            setattr(table, SIDES[side], _changed(line, changes))
            setattr(table, f"Is{SIDES[side]}Valid", True)
            touched = True
    if touched:
        found.TableBorder2 = table


def _changed(line: Any, changes: dict[str, Any]) -> Any:
    if changes.get("line_style", "") is None:
        return struct("com.sun.star.table.BorderLine2", LineStyle=NO_LINE)
    width = line.LineWidth or WEIGHTS["thin"]
    if "weight" in changes:
        width = WEIGHTS[changes["weight"]]
    style = line.LineStyle if line.LineStyle != NO_LINE and line.LineWidth else 0
    if "line_style" in changes:
        style = LINES[changes["line_style"]]
    made = struct("com.sun.star.table.BorderLine2", LineStyle=style, LineWidth=width, OuterLineWidth=width)
    made.Color = changes.get("color", line.Color)
    return made


@operation("size.get")
def get_size(office: Office, uid: str, name: str, rect: Rect) -> dict[str, Any]:
    """Place and size of cells in points; width of a column and height of a row where all are equal."""
    found = office.cells(uid, name, rect)
    return {
        "left": found.Position.X * POINTS,
        "top": found.Position.Y * POINTS,
        "width": found.Size.Width * POINTS,
        "height": found.Size.Height * POINTS,
    }


def _common(lines: Any, what: str) -> Any:
    """A property that all columns or rows share, or None; whole sheets are not walked through."""
    values = set()
    for index in range(min(lines.Count, 2000)):
        values.add(getattr(lines.getByIndex(index), what))
        if len(values) > 1:
            return None
    return values.pop()


@operation("lines.get")
def get_lines(office: Office, uid: str, name: str, rect: Rect, axis: str, what: str) -> Any:
    """A property of columns (``c``) or rows (``r``): ``size`` in points or ``hidden``; None where they differ."""
    found = office.cells(uid, name, rect)
    lines = found.Columns if axis == "c" else found.Rows
    if what == "hidden":
        visible = _common(lines, "IsVisible")
        return None if visible is None else not visible
    size = _common(lines, "Width" if axis == "c" else "Height")
    return None if size is None else size * POINTS


@operation("lines.set")
def set_lines(office: Office, uid: str, name: str, rect: Rect, axis: str, what: str, value: Any) -> None:
    """Sets ``size`` (points), ``hidden`` or ``fit`` (the best size) of columns or rows."""
    found = office.cells(uid, name, rect)
    lines = found.Columns if axis == "c" else found.Rows
    if what == "hidden":
        lines.IsVisible = not value
    elif what == "fit":
        setattr(lines, "OptimalWidth" if axis == "c" else "OptimalHeight", True)
    else:
        setattr(lines, "Width" if axis == "c" else "Height", int(value / POINTS + 0.5))


@operation("lines.fit")
def fit(office: Office, uid: str, name: str, rect: Rect | None, axes: str) -> None:
    """Best widths and heights for what is used, of the rectangle or the whole sheet."""
    sheet = office.sheet(uid, name)
    if rect is None:
        first_column, first_row, last_column, last_row = cell_values.used_box(sheet)
        rect = (first_row, first_column, last_row - first_row + 1, last_column - first_column + 1)
    clipped = cell_values.clip(sheet, rect)
    if clipped is not None:
        for axis in axes:
            set_lines(office, uid, name, clipped, axis, "fit", None)


@operation("lines.group")
def group(office: Office, uid: str, name: str, rect: Rect, axis: str, on: bool) -> None:
    """Groups or ungroups columns or rows."""
    orientation = uno.Enum("com.sun.star.table.TableOrientation", "COLUMNS" if axis == "c" else "ROWS")
    sheet, address = office.sheet(uid, name), office.cells(uid, name, rect).RangeAddress
    (sheet.group if on else sheet.ungroup)(address, orientation)


@operation("structure.insert")
def insert(office: Office, uid: str, name: str, rect: Rect, mode: str) -> None:
    """Makes room: ``DOWN``, ``RIGHT``, ``ROWS`` or ``COLUMNS`` move away."""
    sheet, address = office.sheet(uid, name), office.cells(uid, name, rect).RangeAddress
    sheet.insertCells(address, uno.Enum("com.sun.star.sheet.CellInsertMode", mode))


@operation("structure.delete")
def delete(office: Office, uid: str, name: str, rect: Rect, mode: str) -> None:
    """Takes cells away: the rest moves ``UP`` or ``LEFT``; or whole ``ROWS`` or ``COLUMNS`` go."""
    sheet, address = office.sheet(uid, name), office.cells(uid, name, rect).RangeAddress
    sheet.removeRange(address, uno.Enum("com.sun.star.sheet.CellDeleteMode", mode))


@operation("structure.copy")
def copy(office: Office, source: Sequence[Any], target: Sequence[Any], *, move: bool = False) -> None:
    """Copies (or moves) cells, ``[uid, sheet, rect]``, to the place of another rectangle's first cell."""
    (uid, name, rect), (target_uid, target_name, target_rect) = source, target
    found = office.cells(uid, name, rect)
    if uid == target_uid:
        place = office.cells(uid, target_name, target_rect).getCellByPosition(0, 0).CellAddress
        sheet = office.sheet(uid, target_name)
        (sheet.moveRange if move else sheet.copyRange)(place, found.RangeAddress)
        return
    _copy_across(office, (uid, found), (target_uid, target_name, target_rect))
    if move:
        cell_values.clear(office, uid, name, rect, "all")


def _copy_across(office: Office, source: tuple[str, Any], target: Sequence[Any]) -> None:
    """The way of the clipboard, without touching the user's."""
    uid, found = source
    controller = office.document(uid).CurrentController
    before = controller.getSelection()
    controller.select(found)
    content = controller.getTransferable()
    controller.select(before)
    target_uid, target_name, target_rect = target
    receiver = office.document(target_uid).CurrentController
    receiver.select(office.cells(target_uid, target_name, (target_rect[0], target_rect[1], 1, 1)))
    receiver.insertTransferable(content)


@operation("structure.move")
def move(office: Office, source: Sequence[Any], target: Sequence[Any]) -> None:
    """Moves cells; references to them follow."""
    copy(office, source, target, move=True)


@operation("merge.get")
def get_merge(office: Office, uid: str, name: str, rect: Rect) -> dict[str, Any]:
    """Whether cells are merged (None where only some are), and the merged rectangle around the first one."""
    found = office.cells(uid, name, rect)
    sheet = office.sheet(uid, name)
    cursor = sheet.createCursorByRange(found.getCellByPosition(0, 0))
    cursor.collapseToMergedArea()
    at = cursor.RangeAddress
    area = [at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1]
    merged: bool | None = bool(found.getIsMerged())
    if merged and not _all_merged(sheet, rect):
        merged = None
    elif area[2] * area[3] > 1 and rect[2] * rect[3] == 1:
        merged = True
    return {"merged": merged, "area": area}


def _all_merged(sheet: Any, rect: Rect) -> bool:
    """Whether every cell belongs to a merged one."""
    covered: set[tuple[int, int]] = set()
    for row in range(rect[0], rect[0] + rect[2]):
        for column in range(rect[1], rect[1] + rect[3]):
            if (row, column) in covered:
                continue
            cursor = sheet.createCursorByRange(sheet.getCellByPosition(column, row))
            cursor.collapseToMergedArea()
            at = cursor.RangeAddress
            if at.StartRow == at.EndRow and at.StartColumn == at.EndColumn:
                return False
            covered |= {
                (r, c) for r in range(at.StartRow, at.EndRow + 1) for c in range(at.StartColumn, at.EndColumn + 1)
            }
    return True


@operation("merge.set")
def set_merge(office: Office, uid: str, name: str, rect: Rect, on: bool, across: bool) -> None:
    """Merges cells (each row by itself if ``across``) or takes them apart."""
    if across and on:
        for row in range(rect[0], rect[0] + rect[2]):
            office.cells(uid, name, (row, rect[1], 1, rect[3])).merge(True)
        return
    office.cells(uid, name, rect).merge(on)


@operation("link.get")
def get_link(office: Office, uid: str, name: str, rect: Rect) -> str | None:
    """The address that the first cell leads to."""
    fields = office.cells(uid, name, rect).getCellByPosition(0, 0).getTextFields().createEnumeration()
    while fields.hasMoreElements():
        field = fields.nextElement()
        if field.getPropertySetInfo().hasPropertyByName("URL"):
            return str(field.URL)
    return None


@operation("link.set")
def set_link(office: Office, uid: str, name: str, rect: Rect, address: str, text: str | None) -> None:
    """Makes the first cell's text a link."""
    cell = office.cells(uid, name, rect).getCellByPosition(0, 0)
    field = office.document(uid).createInstance("com.sun.star.text.TextField.URL")
    field.URL = address
    field.Representation = text if text is not None else (cell.String or address)
    cell.String = ""
    cursor = cell.createTextCursor()
    cell.insertTextContent(cursor, field, False)


@operation("fill.auto")
def autofill(office: Office, uid: str, name: str, rect: Rect, source: int, direction: str) -> None:
    """Continues the first (or last) ``source`` rows or columns over the rest of the rectangle."""
    office.cells(uid, name, rect).fillAuto(uno.Enum("com.sun.star.sheet.FillDirection", direction), source)


@operation("fill.copy")
def fill_copy(office: Office, uid: str, name: str, rect: Rect, direction: str) -> None:
    """Copies the first row or column over the rest of the rectangle; formulas follow their references."""
    way = uno.Enum("com.sun.star.sheet.FillDirection", direction)
    mode = uno.Enum("com.sun.star.sheet.FillMode", "SIMPLE")
    unit = uno.Enum("com.sun.star.sheet.FillDateMode", "FILL_DATE_DAY")
    office.cells(uid, name, rect).fillSeries(way, mode, unit, 1.0, 1e307)
