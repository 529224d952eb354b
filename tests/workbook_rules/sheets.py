"""Sheet parts: rows and cells in order, values that are what they claim, ranges, links, validations, formats."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import combinations

from lxml import etree

from tests.workbook_rules.package import MAIN, RELATION_ID, Book, SheetPart, text_of
from tests.workbook_rules.styles import LONGEST_TEXT, number_formats
from tests.workbook_rules.workbook import utf16

__all__ = ["ERRORS", "RULES", "box", "meets", "place"]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_LINKS = 65_530
LONGEST_ADDRESS = 2_079
MOST_AREAS = 8_192
LONGEST_LIST = 255
LAST_DAY = 2_958_465
ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_DATE = re.compile(r"[yd]|h{1,2}:", re.IGNORECASE)

Box = tuple[int, int, int, int]


def place(text: str) -> tuple[int, int]:
    """Row and column of ``B7``."""
    found = _PLACE.fullmatch(text)
    assert found, f"{text} is no cell"
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def box(text: str) -> Box:
    """Top, left, bottom, right of ``B7:D9`` or ``B7``."""
    first, _colon, last = text.partition(":")
    top, left = place(first)
    bottom, right = place(last or first)
    assert top <= bottom <= LAST_ROW, f"{text} is no range"
    assert left <= right <= LAST_COLUMN, f"{text} is no range"
    return top, left, bottom, right


def meets(one: Box, other: Box) -> bool:
    """Whether two ranges share a cell."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _areas(node: etree._Element) -> list[Box]:
    return [box(one) for one in node.get("sqref", node.get("ref", "")).split()]


def cells_are_in_order(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        last_row, used = 0, []
        for row in sheet.root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
            number, last_column = int(row.get("r")), 0
            if not last_row < number <= LAST_ROW:
                yield f"{sheet.part}: row {number} after row {last_row}"
            last_row = number
            for cell in row:
                at, column = place(cell.get("r"))
                if at != number or not last_column < column <= LAST_COLUMN:
                    yield f"{sheet.part}: cell {cell.get('r')} out of place in row {number}"
                last_column = column
                used.append((at, column))
        dimension = sheet.root.find(f"{MAIN}dimension")
        if dimension is not None and used:
            top, left, bottom, right = box(dimension.get("ref"))
            if not all(top <= row <= bottom and left <= column <= right for row, column in used):
                yield f"{sheet.part}: cells outside of its dimension {dimension.get('ref')}"


def cells_hold_what_they_say(book: Book) -> Iterator[str]:
    formats = number_formats(book)
    dates = [bool(_DATE.search(re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code))) for code in formats]
    for sheet in book.sheets:
        for cell in sheet.root.iterfind(f"{MAIN}sheetData/{MAIN}row/{MAIN}c"):
            style = int(cell.get("s", "0"))
            if style >= len(formats):
                yield f"{sheet.part}!{cell.get('r')}: style {style} does not exist"
                continue
            problem = _value_problem(book, cell, is_date=dates[style])
            if problem:
                yield f"{sheet.part}!{cell.get('r')}: {problem}"


def _value_problem(book: Book, cell: etree._Element, *, is_date: bool) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
    if kind == "inlineStr":
        text = text_of(cell.find(f"{MAIN}is"))
        return "text is too long" if utf16(text) > LONGEST_TEXT else ""
    if value is None:
        return ""
    if kind == "s":
        return "" if value.isdigit() and int(value) < len(book.strings) else f"string {value} does not exist"
    if kind == "b":
        return "" if value in ("0", "1") else f"{value} is no truth value"
    if kind == "e":
        return "" if value in ERRORS else f"{value} is no error of Excel's"
    if kind == "n":
        return _number_problem(value, is_date=is_date)
    return "text is too long" if utf16(value) > LONGEST_TEXT else ""


def _number_problem(value: str, *, is_date: bool) -> str:
    try:
        number = float(value)
    except ValueError:
        return f"{value!r} is no number"
    if not math.isfinite(number) or (is_date and not 0 <= number < LAST_DAY + 1):
        return f"{value} is outside of what Excel shows"
    return ""


def columns_and_rows_are_sized(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        last = 0
        for node in sheet.root.iterfind(f"{MAIN}cols/{MAIN}col"):
            first, end = int(node.get("min")), int(node.get("max"))
            if not last < first <= end <= LAST_COLUMN or not 0 <= float(node.get("width", "8")) <= 255:
                yield f"{sheet.part}: columns {first} to {end} overlap, or are too wide"
            last = end
        heights = sheet.root.xpath("m:sheetData/m:row/@ht", namespaces={"m": MAIN.strip("{}")})
        if any(not 0 <= float(height) <= 409.5 for height in heights):
            yield f"{sheet.part}: a row is higher than 409.5 points"


def merges_are_apart(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        boxes = [box(node.get("ref")) for node in sheet.root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell")]
        if any(meets(one, other) for one, other in combinations(boxes, 2)):
            yield f"{sheet.part}: merged ranges overlap"
        tables = [box(root.get("ref")) for other, _part, root in book.tables if other.part == sheet.part]
        if any(meets(one, table) for one in boxes for table in tables):
            yield f"{sheet.part}: cells are merged inside of a table"


def links_lead_to_cells(book: Book) -> Iterator[str]:
    names = {sheet.name.casefold() for sheet in book.sheets}
    defined = {node.get("name").casefold() for node in book.root.iter(f"{MAIN}definedName")}
    for sheet in book.sheets:
        nodes = sheet.root.findall(f"{MAIN}hyperlinks/{MAIN}hyperlink")
        if len(nodes) > MOST_LINKS:
            yield f"{sheet.part}: {len(nodes)} links; Excel keeps {MOST_LINKS}"
        for node in nodes:
            box(node.get("ref"))
            yield from _link_problems(sheet, node, names, defined)


def _link_problems(sheet: SheetPart, node: etree._Element, names: set[str], defined: set[str]) -> Iterator[str]:
    where, location = f"{sheet.part}!{node.get('ref')}", node.get("location")
    if location is None and node.get(f"{RELATION_ID}id") is None:
        yield f"{where}: a link to nowhere"
    if location is not None:
        name, bang, cell = location.rpartition("!")
        known = name.strip("'").replace("''", "'").casefold() in names if bang else location.casefold() in defined
        if not known or (bang and not all(_PLACE.fullmatch(end) for end in cell.split(":"))):
            yield f"{where}: links to {location}, which does not exist"
    if utf16(node.get("display", "") + (location or "")) > LONGEST_ADDRESS or utf16(node.get("tooltip", "")) > 255:
        yield f"{where}: a link's text is too long"


def validations_are_acceptable(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        group = sheet.root.find(f"{MAIN}dataValidations")
        nodes = [] if group is None else list(group)
        if group is not None and int(group.get("count", len(nodes))) != len(nodes):
            yield f"{sheet.part}: says {group.get('count')} validations and holds {len(nodes)}"
        areas: list[tuple[int, Box]] = []
        for number, node in enumerate(nodes):
            own = _areas(node)
            if not 1 <= len(own) <= MOST_AREAS:
                yield f"{sheet.part}: a validation over {len(own)} areas"
            areas += [(number, one) for one in own]
            yield from _validation_problems(sheet, node)
        for (number, one), (other_number, other) in combinations(areas, 2):
            if number != other_number and meets(one, other):
                yield f"{sheet.part}: two validations over one cell ({one}, {other})"


def _validation_problems(sheet: SheetPart, node: etree._Element) -> Iterator[str]:
    where = f"{sheet.part}!{node.get('sqref')[:40]}"
    for name, most in (("promptTitle", 32), ("errorTitle", 32), ("prompt", 255), ("error", 225)):
        if utf16(node.get(name, "")) > most:
            yield f"{where}: {name} is longer than {most} characters"
    for formula in (node.findtext(f"{MAIN}formula1"), node.findtext(f"{MAIN}formula2")):
        if formula is None:
            continue
        inner = formula[1:-1] if formula.startswith('"') else formula
        if utf16(inner.replace('""', '"')) > LONGEST_LIST:
            yield f"{where}: a validation of {utf16(inner)} characters"
        if "[" in re.sub(r'"[^"]*"', "", formula):
            yield f"{where}: a validation may not name a table"


def conditional_formats_are_acceptable(book: Book) -> Iterator[str]:
    looks = book.styles.find(f"{MAIN}dxfs")
    count = 0 if looks is None else len(looks)
    for sheet in book.sheets:
        priorities = []
        for block in sheet.root.iterfind(f"{MAIN}conditionalFormatting"):
            if not 1 <= len(_areas(block)) <= MOST_AREAS:
                yield f"{sheet.part}: a conditional format over no cell, or too many areas"
            for rule in block.iterfind(f"{MAIN}cfRule"):
                priorities.append(int(rule.get("priority")))
                if rule.get("dxfId") is not None and int(rule.get("dxfId")) >= count:
                    yield f"{sheet.part}: a conditional format names look {rule.get('dxfId')}, which does not exist"
                for formula in rule.iterfind(f"{MAIN}formula"):
                    if "[" in re.sub(r'"[^"]*"', "", formula.text or "") or utf16(formula.text or "") > 8_192:
                        yield f"{sheet.part}: a conditional format may not say {formula.text[:60]}"
        if len(set(priorities)) != len(priorities) or any(one < 1 for one in priorities):
            yield f"{sheet.part}: two conditional formats have one priority"


def print_setup_is_acceptable(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for group in ("rowBreaks", "colBreaks"):
            if len(sheet.root.findall(f"{MAIN}{group}/{MAIN}brk")) > 1_026:
                yield f"{sheet.part}: more than 1,026 page breaks"
        for node in sheet.root.iterfind(f"{MAIN}headerFooter/*"):
            if utf16(node.text or "") > 255:
                yield f"{sheet.part}: a header or footer of more than 255 characters"
        pane = sheet.root.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
        if pane is not None and pane.get("state") == "frozen":
            row, column = place(pane.get("topLeftCell"))
            if row <= int(float(pane.get("ySplit", "0"))) or column <= int(float(pane.get("xSplit", "0"))):
                yield f"{sheet.part}: the pane begins inside of its frozen rows"


RULES: list[Callable[[Book], Iterator[str]]] = [
    cells_are_in_order,
    cells_hold_what_they_say,
    columns_and_rows_are_sized,
    merges_are_apart,
    links_lead_to_cells,
    validations_are_acceptable,
    conditional_formats_are_acceptable,
    print_setup_is_acceptable,
]
