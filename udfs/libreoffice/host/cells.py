"""Values and formulas of cells, a whole rectangle at a time."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Sequence, Tuple

from . import formulas
from .service import Office, Rect, Refused, operation, properties, struct

DATE, TIME, LOGICAL, TEXT = 2, 4, 1024, 256  # com.sun.star.util.NumberFormat
DATETIME = DATE | TIME
GENERAL_EVERY = 10_000  # number formats of a locale start at a multiple of this, with General
VALUES, DATES, STRINGS, NOTES, FORMULAS, HARD_FORMATS, STYLES, EDIT = 1, 2, 4, 8, 16, 32, 64, 256
CONTENTS = VALUES | DATES | STRINGS | FORMULAS
ERRORS = 4  # com.sun.star.sheet.FormulaResult
FORMATS_LIMIT = 64  # a rectangle with more formats than this is asked about in halves

Box = Tuple[int, int, int, int]  # first column, first row, last column, last row; from 0, both inclusive


def english() -> Any:
    """The locale whose format codes both spreadsheets write down."""
    return struct("com.sun.star.lang.Locale", Language="en", Country="US")


def boxes(ranges: Any) -> list[Box]:
    """The rectangles of a collection of ranges."""
    return [(a.StartColumn, a.StartRow, a.EndColumn, a.EndRow) for a in ranges.RangeAddresses]


def used_box(sheet: Any) -> Box:
    """The rectangle from A1's row and column on that holds all that is in the sheet."""
    cursor = sheet.createCursor()
    cursor.gotoStartOfUsedArea(False)
    start = cursor.RangeAddress
    cursor.gotoEndOfUsedArea(True)
    end = cursor.RangeAddress
    return start.StartColumn, start.StartRow, end.EndColumn, end.EndRow


def clip(sheet: Any, rect: Rect) -> Rect | None:
    """The part of a rectangle that can hold anything, or None."""
    row, column, rows, columns = rect
    __, __, last_column, last_row = used_box(sheet)
    rows = min(rows, last_row - row + 1)
    columns = min(columns, last_column - column + 1)
    return (row, column, rows, columns) if rows > 0 and columns > 0 else None


def kinds_of_formats(document: Any, cells: Any) -> Iterator[tuple[Any, int, int]]:
    """Groups of equally formatted cells: the ranges, the key of their number format, its type."""
    groups = cells.getUniqueCellFormatRanges()
    known = document.NumberFormats
    for index in range(groups.Count):
        group = groups.getByIndex(index)
        key = group.NumberFormat
        yield group, key, known.getByKey(key).Type


def errors_in(sheet: Any, cells: Any) -> list[tuple[int, int, int]]:
    """Row, column and code of every cell that shows an error; codes are LibreOffice's."""
    found = []
    for first_column, first_row, last_column, last_row in boxes(cells.queryFormulaCells(ERRORS)):
        for row in range(first_row, last_row + 1):
            found += [
                (row, column, sheet.getCellByPosition(column, row).getError())
                for column in range(first_column, last_column + 1)
            ]
    return found


@operation("cells.read")
def read(office: Office, uid: str, name: str, rect: Rect) -> dict[str, Any]:
    """Values (rows of cells) with where dates, truth values and errors are, from the rectangle's first cell."""
    document, sheet = office.document(uid), office.sheet(uid, name)
    if rect[2] * rect[3] > 1:
        clipped = clip(sheet, rect)
        if clipped is None:
            return {"values": []}
        rect = clipped
    cells = office.cells(uid, name, rect)
    top, left = rect[0], rect[1]
    answer: dict[str, Any] = {"values": cells.getDataArray()}
    marks: dict[str, list[Box]] = {"dates": [], "truths": []}
    for group, __, kind in kinds_of_formats(document, cells):
        which = "dates" if kind & DATE else "truths" if kind & LOGICAL else ""
        if which:
            marks[which] += [(c0 - left, r0 - top, c1 - left, r1 - top) for c0, r0, c1, r1 in boxes(group)]
    answer.update({which: found for which, found in marks.items() if found})
    if marks["dates"]:
        null = document.NullDate
        answer["null"] = [null.Year, null.Month, null.Day]
    errors = [(row - top, column - left, code) for row, column, code in errors_in(sheet, cells)]
    if errors:
        answer["errors"] = errors
    return answer


@operation("cells.null-date")
def null_date(office: Office, uid: str) -> list[int]:
    """The day that has the number 0."""
    null = office.document(uid).NullDate
    return [null.Year, null.Month, null.Day]


def notes_in(sheet: Any, cells: Any) -> list[tuple[Any, str, bool]]:
    """Position, text and visibility of the notes on these cells."""
    notes = sheet.Annotations
    if not notes.Count:
        return []
    area = cells.RangeAddress
    found = []
    for index in range(notes.Count):
        note = notes.getByIndex(index)
        at = note.Position
        if area.StartColumn <= at.Column <= area.EndColumn and area.StartRow <= at.Row <= area.EndRow:
            found.append((at, note.String, note.IsVisible))
    return found


def put_back_notes(sheet: Any, kept: Iterable[tuple[Any, str, bool]]) -> None:
    """LibreOffice drops the notes of cells that are filled as a rectangle; Excel keeps them."""
    for at, text, visible in kept:
        sheet.Annotations.insertNew(at, text)
        if visible:
            sheet.getCellByPosition(at.Column, at.Row).Annotation.IsVisible = True


def general_boxes(document: Any, cells: Any) -> tuple[list[Box], bool]:
    """Where a date may bring its own format (General, text and truth formats), and whether that is everywhere."""
    found: list[Box] = []
    everywhere = True
    for group, key, kind in kinds_of_formats(document, cells):
        if key % GENERAL_EVERY == 0 or kind & (TEXT | LOGICAL):
            found += boxes(group)
        else:
            everywhere = False
    return found, everywhere


def overlaps(runs: Iterable[Box], allowed: Sequence[Box]) -> Iterator[Box]:
    """The parts of the runs that lie in the allowed rectangles."""
    for run in runs:
        for box in allowed:
            part = (max(run[0], box[0]), max(run[1], box[1]), min(run[2], box[2]), min(run[3], box[3]))
            if part[0] <= part[2] and part[1] <= part[3]:
                yield part


def set_format(document: Any, sheet_index: int, runs: Iterable[Box], key: int) -> None:
    """Gives all these cells a number format, in one go."""
    addresses = tuple(
        struct(
            "com.sun.star.table.CellRangeAddress",
            Sheet=sheet_index, StartColumn=c0, StartRow=r0, EndColumn=c1, EndRow=r1,
        )
        for c0, r0, c1, r1 in runs
    )  # fmt: skip
    if addresses:
        ranges = document.createInstance("com.sun.star.sheet.SheetCellRanges")
        ranges.addRangeAddresses(addresses, False)
        ranges.NumberFormat = key


def shifted(runs: Iterable[Box], row: int, column: int) -> list[Box]:
    """Runs counted from a rectangle's first cell as runs of the sheet."""
    return [(c0 + column, r0 + row, c1 + column, r1 + row) for c0, r0, c1, r1 in runs]


@operation("cells.write")
def write(office: Office, uid: str, name: str, rect: Rect, payload: dict[str, Any]) -> None:
    """Fills a rectangle.

    ``values`` (rows) or ``fill`` (one value for all), with runs of ``dates``, ``datetimes``, ``times``, ``durations``
    and ``truths`` among them, and ``formulas`` (row, column, text) on top.
    """
    document, sheet = office.document(uid), office.sheet(uid, name)
    cells = office.cells(uid, name, rect)
    row, column, rows, columns = rect
    kept = notes_in(sheet, cells)
    for group, __, kind in list(kinds_of_formats(document, cells)):
        if kind & LOGICAL:
            group.NumberFormat = 0
    filled = ((payload["fill"],) * columns,) * rows if "fill" in payload else tuple(map(tuple, payload["values"]))
    cells.setDataArray(filled)
    index = sheet.RangeAddress.Sheet
    _format_as(document, cells, index, payload, (row, column))
    if payload.get("formulas"):
        _write_formulas(office, document, sheet, payload["formulas"], (row, column))
    put_back_notes(sheet, kept)


_WRITTEN_AS = {
    "dates": "YYYY-MM-DD",
    "datetimes": "YYYY-MM-DD HH:MM",
    "times": "HH:MM:SS",
    "durations": "[HH]:MM:SS",
}


def _format_as(document: Any, cells: Any, sheet_index: int, payload: dict[str, Any], origin: tuple[int, int]) -> None:
    truths = payload.get("truths")
    if truths:
        key = document.NumberFormats.getStandardFormat(LOGICAL, english())
        set_format(document, sheet_index, shifted(truths, *origin), key)
    wanted = [which for which in _WRITTEN_AS if payload.get(which)]
    if not wanted:
        return
    allowed, everywhere = general_boxes(document, cells)
    for which in wanted:
        runs = shifted(payload[which], *origin)
        key = formulas.format_key(document, _WRITTEN_AS[which])
        set_format(document, sheet_index, runs if everywhere else overlaps(runs, allowed), key)


def _write_formulas(
    office: Office, document: Any, sheet: Any, written: Iterable[Sequence[Any]], origin: tuple[int, int]
) -> None:
    """Writes formulas, whole columns of them at once where their spelling allows it."""
    grammar = formulas.grammar(office, document)
    columns: dict[int, list[tuple[int, str]]] = {}
    for row, column, text in written:
        columns.setdefault(origin[1] + column, []).append((origin[0] + row, text))
    document.lockControllers()
    try:
        refused = [
            text
            for column, found in columns.items()
            for run in _runs(found)
            for text in _write_run(grammar, sheet, column, run)
        ]
    finally:
        document.unlockControllers()
    if refused:
        raise Refused("formula", refused[0])


def _runs(found: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Rows one below the other."""
    run: list[tuple[int, str]] = []
    for row, text in sorted(found):
        if run and row != run[-1][0] + 1:
            yield run
            run = []
        run.append((row, text))
    if run:
        yield run


def _write_run(grammar: formulas.Grammar, sheet: Any, column: int, run: list[tuple[int, str]]) -> list[str]:
    """Writes formulas below each other; those that are none are left out and given back."""
    cells = sheet.getCellRangeByPosition(column, run[0][0], column, run[-1][0])
    quick = [grammar.quick_native(text) for __, text in run]
    if any(quick):
        cells.setFormulaArray(tuple((text or "",) for text in quick))
    for native, (row, text) in zip(quick, run):
        if native is None:
            grammar.write(sheet.getCellByPosition(column, row), text)
    texts = dict(run)
    refused = []
    for row, __, code in errors_in(sheet, cells):
        if code in formulas.SYNTAX_ERRORS:
            sheet.getCellByPosition(column, row).setString("")
            refused.append(texts[row])
    return refused


@operation("cells.formulas")
def read_formulas(office: Office, uid: str, name: str, rect: Rect) -> dict[str, Any]:
    """Formulas as Excel writes them, and constants as text (rows of cells), clipped to what is used."""
    document, sheet = office.document(uid), office.sheet(uid, name)
    if rect[2] * rect[3] > 1:
        clipped = clip(sheet, rect)
        if clipped is None:
            return {"values": []}
        rect = clipped
    cells = office.cells(uid, name, rect)
    rows = [[_constant(value) for value in row] for row in cells.getDataArray()]
    found = boxes(cells.queryContentCells(FORMULAS))
    grammar, native = formulas.grammar(office, document), cells.getFormulaArray() if found else ()
    for first_column, first_row, last_column, last_row in found:
        for row in range(first_row, last_row + 1):
            for column in range(first_column, last_column + 1):
                r, c = row - rect[0], column - rect[1]
                rows[r][c] = grammar.quick_excel(native[r][c]) or grammar.read(sheet.getCellByPosition(column, row))
    answer: dict[str, Any] = {"values": rows}
    truths: list[Box] = []
    for group, __, kind in kinds_of_formats(document, cells):
        if kind & LOGICAL:
            truths += [(c0 - rect[1], r0 - rect[0], c1 - rect[1], r1 - rect[0]) for c0, r0, c1, r1 in boxes(group)]
    if truths:
        answer["truths"] = truths
    return answer


def _constant(value: Any) -> str:
    """A constant as Excel's formula bar shows it: dates as day numbers, numbers with up to 15 digits."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.15g}"


@operation("cells.set-formulas")
def set_formulas(office: Office, uid: str, name: str, rect: Rect, rows: list[list[str]]) -> None:
    """Writes formulas (rows of cells); a text without ``=`` is entered as a person would type it."""
    document, sheet = office.document(uid), office.sheet(uid, name)
    written = []
    for r, texts in enumerate(rows):
        for c, text in enumerate(texts):
            if text.startswith("=") and len(text) > 1:
                written.append((r, c, text))
            else:
                sheet.getCellByPosition(rect[1] + c, rect[0] + r).setFormula(text)
    _write_formulas(office, document, sheet, written, (rect[0], rect[1]))


@operation("cells.fill-formula")
def fill_formula(office: Office, uid: str, name: str, rect: Rect, text: str) -> None:
    """Writes one formula into the first cell and fills the rest with it, relative references following."""
    set_formulas(office, uid, name, (rect[0], rect[1], 1, 1), [[text]])
    cells = office.cells(uid, name, rect)
    if rect[3] > 1:
        first_row = office.cells(uid, name, (rect[0], rect[1], 1, rect[3]))
        _copy_formula(first_row, to_right=True)
    if rect[2] > 1:
        _copy_formula(cells, to_right=False)


def _copy_formula(cells: Any, *, to_right: bool) -> None:
    import uno

    direction = uno.Enum("com.sun.star.sheet.FillDirection", "TO_RIGHT" if to_right else "TO_BOTTOM")
    mode = uno.Enum("com.sun.star.sheet.FillMode", "SIMPLE")
    unit = uno.Enum("com.sun.star.sheet.FillDateMode", "FILL_DATE_DAY")
    cells.fillSeries(direction, mode, unit, 1.0, 1e307)


@operation("cells.array-formula")
def array_formula(office: Office, uid: str, name: str, rect: Rect) -> str | None:
    """The array formula that this rectangle is part of, if it is one."""
    cell = office.cells(uid, name, (rect[0], rect[1], 1, 1)).getCellByPosition(0, 0)
    if not cell.getArrayFormula():
        return None
    return formulas.grammar(office, office.document(uid)).read(cell)


@operation("cells.set-array-formula")
def set_array_formula(office: Office, uid: str, name: str, rect: Rect, text: str) -> None:
    """Makes the rectangle one array formula."""
    cells = office.cells(uid, name, rect)
    grammar = formulas.grammar(office, office.document(uid))
    cells.setArrayTokens(grammar.tokens(text, cells.getCellByPosition(0, 0).CellAddress))
    if cells.getCellByPosition(0, 0).getError() in formulas.SYNTAX_ERRORS:
        cells.clearContents(FORMULAS)
        raise Refused("formula", text)


@operation("cells.has-array")
def has_array(office: Office, uid: str, name: str, rect: Rect) -> bool | None:
    """Whether all cells (True), none (False) or some (None) belong to array formulas."""
    cells = office.cells(uid, name, rect)
    found = set()
    for row in range(rect[2]):
        for column in range(rect[3]):
            found.add(bool(cells.getCellByPosition(column, row).getArrayFormula()))
    return found.pop() if len(found) == 1 else None


@operation("cells.clear")
def clear(office: Office, uid: str, name: str, rect: Rect | None, what: str) -> None:
    """Clears contents, formats or both; of the whole sheet where no rectangle is given."""
    sheet = office.sheet(uid, name)
    cells = sheet if rect is None else office.cells(uid, name, rect)
    flags = {
        "contents": CONTENTS,
        "formats": HARD_FORMATS | STYLES | EDIT,
        "all": CONTENTS | NOTES | HARD_FORMATS | STYLES | EDIT,
    }[what]
    if what != "contents":
        cells.merge(False)
    cells.clearContents(flags)


@operation("cells.used")
def used(office: Office, uid: str, name: str) -> Rect:
    """The used rectangle."""
    first_column, first_row, last_column, last_row = used_box(office.sheet(uid, name))
    return first_row, first_column, last_row - first_row + 1, last_column - first_column + 1


@operation("cells.region")
def region(office: Office, uid: str, name: str, rect: Rect) -> Rect:
    """The rectangle around these cells that empty rows and columns bound."""
    sheet = office.sheet(uid, name)
    cursor = sheet.createCursorByRange(office.cells(uid, name, rect))
    cursor.collapseToCurrentRegion()
    at = cursor.RangeAddress
    return at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1


@operation("cells.end")
def end(office: Office, uid: str, name: str, row: int, column: int, direction: str) -> list[int]:
    """Where Ctrl and an arrow key lead from this cell: row and column."""
    sheet = office.sheet(uid, name)
    vertical = direction in {"down", "up"}
    step = 1 if direction in {"down", "right"} else -1
    limit = (sheet.Rows.Count if vertical else sheet.Columns.Count) - 1
    start = row if vertical else column
    box = used_box(sheet)
    edge = box[3] if vertical else box[2]
    filled = _filled(sheet, row, column, vertical=vertical, edge=edge)
    at = _jump(filled, start, step, limit)
    return [at, column] if vertical else [row, at]


def _filled(sheet: Any, row: int, column: int, *, vertical: bool, edge: int) -> list[bool]:
    """Which cells of this column (or row) hold something, up to the last used one."""
    if vertical:
        line = sheet.getCellRangeByPosition(column, 0, column, edge)
    else:
        line = sheet.getCellRangeByPosition(0, row, edge, row)
    filled = [False] * (edge + 1)
    for first_column, first_row, last_column, last_row in boxes(line.queryContentCells(CONTENTS)):
        first, last = (first_row, last_row) if vertical else (first_column, last_column)
        filled[first : last + 1] = [True] * (last - first + 1)
    return filled


def _jump(filled: list[bool], start: int, step: int, limit: int) -> int:
    """From a cell at the end of a block, or in an empty stretch, to the next filled cell; else to the block's end."""

    def at(position: int) -> bool:
        return position < len(filled) and filled[position]

    def inside(position: int) -> bool:
        return 0 <= position <= limit

    position = start + step
    if not inside(position):
        return start
    if at(start) and at(position):
        while inside(position + step) and at(position + step):
            position += step
        return position
    while inside(position) and not at(position):
        if position >= len(filled) and step > 0:
            return limit
        position += step
    return position if inside(position) else (limit if step > 0 else 0)


@operation("cells.number-format")
def number_format(office: Office, uid: str, name: str, rect: Rect) -> str | None:
    """The format code in English, or None where cells differ."""
    document, cells = office.document(uid), office.cells(uid, name, rect)
    keys = {key for __, key, __ in kinds_of_formats(document, cells)}
    codes = {formulas.format_code(document, key) for key in keys}
    return codes.pop() if len(codes) == 1 else None


@operation("cells.set-number-format")
def set_number_format(office: Office, uid: str, name: str, rect: Rect, code: str) -> None:
    """Gives the cells a format, named by its English code."""
    office.cells(uid, name, rect).NumberFormat = formulas.format_key(office.document(uid), code)


@operation("cells.sort")
def sort(
    office: Office, uid: str, name: str, rect: Rect, keys: list[int], ascending: list[bool], has_headers: bool
) -> None:
    """Sorts rows by columns (from 0); text without regard to case, as Excel does."""
    import uno

    fields = tuple(
        struct("com.sun.star.table.TableSortField", Field=key, IsAscending=direction, IsCaseSensitive=False)
        for key, direction in zip(keys, ascending)
    )
    sequence = uno.Any("[]com.sun.star.table.TableSortField", fields)
    settings = properties(ContainsHeader=has_headers, IsSortColumns=False, BindFormatsToContent=True)
    settings += (struct("com.sun.star.beans.PropertyValue", Name="SortFields", Value=sequence),)
    uno.invoke(office.cells(uid, name, rect), "sort", (settings,))
