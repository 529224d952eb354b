"""Tables: the thing over which Excel offers a repair most often."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from lxml import etree

from tests.workbook_rules.package import MAIN, Book, SheetPart, text_of
from tests.workbook_rules.sheets import box, meets
from tests.workbook_rules.workbook import name_is_valid, utf16

__all__ = ["RULES"]


def tables_have_names_and_ids_of_their_own(book: Book) -> Iterator[str]:
    roots = [root for _sheet, _part, root in book.tables]
    ids = [root.get("id") for root in roots]
    if len(set(ids)) != len(ids):
        yield "tables: two have one id"
    for attribute in ("name", "displayName"):
        names = [root.get(attribute).casefold() for root in roots]
        if len(set(names)) != len(names):
            yield f"tables: two have one {attribute}"
    for _sheet, part, root in book.tables:
        if not name_is_valid(root.get("displayName")):
            yield f"{part}: {root.get('displayName')} cannot be the name of a table"


def tables_are_apart(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        boxes = [box(root.get("ref")) for other, _part, root in book.tables if other.part == sheet.part]
        if any(meets(one, other) for one, other in combinations(boxes, 2)):
            yield f"{sheet.part}: two tables overlap"
        filter_ = sheet.root.find(f"{MAIN}autoFilter")
        if filter_ is not None and any(meets(box(filter_.get("ref")), one) for one in boxes):
            yield f"{sheet.part}: the sheet's own filter lies over a table"
        group = sheet.root.find(f"{MAIN}tableParts")
        if group is not None and not int(group.get("count")) == len(group) == len(boxes):
            yield f"{sheet.part}: says {group.get('count')} tables and has {len(boxes)}"


def tables_fit_their_cells(book: Book) -> Iterator[str]:
    for sheet, part, root in book.tables:
        top, left, bottom, right = box(root.get("ref"))
        columns = root.findall(f"{MAIN}tableColumns/{MAIN}tableColumn")
        names = [_decoded(one.get("name")) for one in columns]
        if not int(root.find(f"{MAIN}tableColumns").get("count")) == len(columns) == right - left + 1:
            yield f"{part}: {len(columns)} columns over {root.get('ref')}"
        if len({name.casefold() for name in names}) != len(names):
            yield f"{part}: two columns have one name"
        ids = [one.get("id") for one in columns]
        if len(set(ids)) != len(ids):
            yield f"{part}: two columns have one id"
        if any(not 1 <= utf16(name) <= 255 for name in names):
            yield f"{part}: a column's name is empty or too long"
        heads, foot = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
        if bottom - top + 1 - heads - foot < 1:
            yield f"{part}: no row for data in {root.get('ref')}"
        if heads:
            cells = _row(book, sheet, top)
            for position, name in enumerate(names):
                if cells.get(left + position) != name:
                    yield f"{part}: the heading {cells.get(left + position)!r} is not its column's {name!r}"
        yield from _filter_problems(part, root, (top, left, bottom - foot, right))


def _filter_problems(part: str, root: etree._Element, wanted: tuple[int, int, int, int]) -> Iterator[str]:
    filter_ = root.find(f"{MAIN}autoFilter")
    if filter_ is not None:
        if box(filter_.get("ref")) != wanted:
            yield f"{part}: its filter covers {filter_.get('ref')}"
        width = wanted[3] - wanted[1] + 1
        if any(int(one.get("colId")) >= width for one in filter_.iterfind(f"{MAIN}filterColumn")):
            yield f"{part}: a filter over a column that it does not have"


def _decoded(name: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), name)


def _row(book: Book, sheet: SheetPart, number: int) -> dict[int, str | None]:
    """Column to text of a row's cells; what is no text is None."""
    found: dict[int, str | None] = {}
    for cell in sheet.root.iterfind(f"{MAIN}sheetData/{MAIN}row[@r='{number}']/{MAIN}c"):
        column = box(cell.get("r"))[1]
        if cell.get("t") == "s":
            found[column] = book.strings[int(cell.findtext(f"{MAIN}v"))]
        elif cell.get("t") == "inlineStr":
            found[column] = text_of(cell.find(f"{MAIN}is"))
        else:
            found[column] = None
    return found


RULES: list[Callable[[Book], Iterator[str]]] = [
    tables_have_names_and_ids_of_their_own,
    tables_are_apart,
    tables_fit_their_cells,
]
