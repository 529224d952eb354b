"""Finding, replacing, duplicates, special cells and pasting in parts."""

from __future__ import annotations

from typing import Any, Iterator

from . import cells as cell_values
from . import formulas
from .service import Office, Rect, operation

NUMBERS, WORDS, ERRORS = 1, 2, 4  # com.sun.star.sheet.FormulaResult


def _texts(cells: Any, rect: Rect) -> Iterator[tuple[int, int, str]]:
    """Row, column and shown text of every cell that holds something."""
    for first_column, first_row, last_column, last_row in cell_values.boxes(
        cells.queryContentCells(cell_values.CONTENTS)
    ):
        for row in range(first_row, last_row + 1):
            for column in range(first_column, last_column + 1):
                yield row, column, cells.getCellByPosition(column - rect[1], row - rect[0]).String


@operation("editing.find")
def find(
    office: Office,
    uid: str,
    name: str,
    rect: Rect,
    text: str,
    whole: bool,
    backward: bool,
    by_columns: bool,
    case: bool,
) -> list[int] | None:
    """Row and column of the first (or last) cell that shows the text."""
    wanted = text if case else text.casefold()
    found = []
    for row, column, shown in _texts(office.cells(uid, name, rect), rect):
        candidate = shown if case else shown.casefold()
        if candidate == wanted if whole else wanted in candidate:
            found.append([row, column])
    found.sort(key=(lambda at: (at[1], at[0])) if by_columns else None)
    return found[-1 if backward else 0] if found else None


@operation("editing.replace")
def replace(office: Office, uid: str, name: str, rect: Rect, old: str, new: str, whole: bool, case: bool) -> None:
    """Replaces a text in constants and formulas."""
    cells = office.cells(uid, name, rect)
    search = cells.createReplaceDescriptor()
    search.SearchString, search.ReplaceString = old, new
    search.SearchWords, search.SearchCaseSensitive = whole, case
    cells.replaceAll(search)


@operation("editing.duplicates")
def remove_duplicates(office: Office, uid: str, name: str, rect: Rect, columns: list[int], headers: bool) -> None:
    """Keeps the first of rows that are equal in these columns; the rest moves up."""
    cells = office.cells(uid, name, rect)
    rows = cells.getFormulaArray()
    shown = cells.getDataArray()
    first = 1 if headers else 0
    seen, kept = set(), list(range(first))
    for index in range(first, len(rows)):
        key = tuple(
            value.casefold() if isinstance(value, str) else value for value in (shown[index][c] for c in columns)
        )
        if key not in seen:
            seen.add(key)
            kept.append(index)
    gone = sorted(set(range(len(rows))) - set(kept), reverse=True)
    import uno

    up = uno.Enum("com.sun.star.sheet.CellDeleteMode", "UP")
    row, column, __, width = rect
    sheet = office.sheet(uid, name)
    for index in gone:
        sheet.removeRange(office.cells(uid, name, (row + index, column, 1, width)).RangeAddress, up)


@operation("editing.special")
def special(office: Office, uid: str, name: str, rect: Rect, kind: str, values: str | None) -> list[Rect]:
    """The rectangles of ``blanks``, ``constants``, ``formulas`` or ``visible`` cells, of one kind of value if asked."""
    document, cells = office.document(uid), office.cells(uid, name, rect)
    found = _special(document, cells, kind, values)
    return [(r0, c0, r1 - r0 + 1, c1 - c0 + 1) for c0, r0, c1, r1 in found]


def _special(document: Any, cells: Any, kind: str, values: str | None) -> list[cell_values.Box]:
    if kind == "blanks":
        return cell_values.boxes(cells.queryEmptyCells())
    if kind == "visible":
        return cell_values.boxes(cells.queryVisibleCells())
    if kind == "formulas":
        flags = {"numbers": NUMBERS, "logical": NUMBERS, "text": WORDS, "errors": ERRORS, None: 7}[values]
        found = cell_values.boxes(cells.queryFormulaCells(flags))
    else:
        numbers = cell_values.VALUES | cell_values.DATES
        flags = {"text": cell_values.STRINGS, "errors": 0, None: numbers | cell_values.STRINGS}.get(values, numbers)
        found = cell_values.boxes(cells.queryContentCells(flags)) if flags else []
    if values in ("numbers", "logical"):
        truths: list[cell_values.Box] = []
        others: list[cell_values.Box] = []
        for group, __, number_kind in cell_values.kinds_of_formats(document, cells):
            (truths if number_kind & cell_values.LOGICAL else others).extend(cell_values.boxes(group))
        found = list(cell_values.overlaps(found, truths if values == "logical" else others))
    return found


@operation("editing.paste")
def paste(office: Office, source: list[Any], target: list[Any], what: str, skip_blanks: bool, transpose: bool) -> None:
    """Puts a part of some cells (``values``, ``formulas``, ``formats``, ``widths``, ``link``) in another place."""
    (uid, name, rect), (target_uid, target_name, target_rect) = source, target
    cells = office.cells(uid, name, rect)
    rows, columns = (rect[3], rect[2]) if transpose else (rect[2], rect[3])
    place = (target_rect[0], target_rect[1], rows, columns)
    receiver = office.cells(target_uid, target_name, place)
    if what in ("formats", "widths"):
        _paste_looks(office, (uid, name, rect), (target_uid, target_name, place), what=what, transpose=transpose)
        return
    found = (
        cells.getDataArray()
        if what == "values"
        else _portable(office, uid, cells, rect, (target_uid, receiver), transpose)
    )
    if transpose:
        found = tuple(zip(*found))
    if skip_blanks:
        before = receiver.getFormulaArray() if what != "values" else receiver.getDataArray()
        found = tuple(tuple(o if n == "" else n for n, o in zip(new, old)) for new, old in zip(found, before))
    kept = cell_values.notes_in(office.sheet(target_uid, target_name), receiver)
    if what == "values":
        receiver.setDataArray(found)
    else:
        receiver.setFormulaArray(found)
    cell_values.put_back_notes(office.sheet(target_uid, target_name), kept)


def _portable(office: Office, uid: str, cells: Any, rect: Rect, target: tuple[str, Any], transpose: bool) -> Any:
    """Contents with formulas as they read at their new place."""
    found = [list(row) for row in cells.getFormulaArray()]
    old, new = formulas.grammar(office, office.document(uid)), target[1]
    for first_column, first_row, last_column, last_row in cell_values.boxes(
        cells.queryContentCells(cell_values.FORMULAS)
    ):
        for row in range(first_row - rect[0], last_row - rect[0] + 1):
            for column in range(first_column - rect[1], last_column - rect[1] + 1):
                at = new.getCellByPosition(row if transpose else column, column if transpose else row).CellAddress
                found[row][column] = "=" + old.native_tokens(cells.getCellByPosition(column, row).getTokens(), at)
    return tuple(map(tuple, found))


def _paste_looks(
    office: Office, source: tuple[str, str, Rect], target: tuple[str, str, Rect], *, what: str, transpose: bool
) -> None:
    cells, receiver = office.cells(*source), office.cells(*target)
    if what == "widths":
        for index in range(min(cells.Columns.Count, receiver.Columns.Count)):
            receiver.Columns.getByIndex(index).Width = cells.Columns.getByIndex(index).Width
        return
    names = [
        found.Name for found in cells.getPropertySetInfo().getProperties()
        if found.Name.startswith(("Char", "Cell", "Para", "Hori", "Vert", "Is", "Number", "Rotate", "Top", "Bottom", "Left", "Right", "Diagonal"))
        and not found.Attributes & 16
    ]  # fmt: skip
    for row in range(source[2][2]):
        for column in range(source[2][3]):
            old = cells.getCellByPosition(column, row)
            new = receiver.getCellByPosition(row if transpose else column, column if transpose else row)
            for name in names:
                new.setPropertyValue(name, old.getPropertyValue(name))
