"""What weighs a workbook down or hides from its readers: hidden data, empty formatted rows, styles, fragments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from workbench.doctor.book import Book
from workbench.doctor.notes import Notes
from workbench.doctor.regions import Region
from workbench.doctor.scan import SheetScan
from workbench.doctor.tables import boxes_meet
from workbench.places import Box, a1, box_of, column_letters
from workbench.sheets.formulas import shifted
from workbench.sheets.ooxml import unescaped

__all__ = ["check_calculation", "check_fragments", "check_hidden", "check_merges", "check_size"]

EMPTY_ROWS, EMPTY_COLUMNS = 1_000, 100
"""Formatted rows or columns behind the data that are worth telling."""
MANY_STYLES, MANY_NAMED_STYLES = 4_000, 500
LONGEST_TEXT = 32_767
MOST_LINKS = 65_530
FEWEST_RULES, COPIES = 24, 4
"""A sheet's rules are fragments where there are so many, and each stands there so many times on average."""
MOST_MERGES = 5_000
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([^"]+)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_NUMBERED = re.compile(rb'\b(min|max|hidden)="([^"]*)"')
_FORMATTING = re.compile(rb"<(?:\w+:)?conditionalFormatting\s([^>]*)>(.*?)</(?:\w+:)?conditionalFormatting>", re.DOTALL)
_RULE = re.compile(rb"<(?:\w+:)?cfRule\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?cfRule>)", re.DOTALL)
_VALIDATION = re.compile(rb"<(?:\w+:)?dataValidation\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?dataValidation>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?formula[12]?>([^<]*)</")
_AREAS = re.compile(rb'sqref="([^"]*)"')
_PASSING = re.compile(rb'\s?\b(?:priority|sqref|dxfId|count|\w+:uid)="[^"]*"')
_LOOK = re.compile(rb'dxfId="(\d+)"')


def check_hidden(book: Book, notes: Notes) -> None:
    """Sheets, rows and columns with data that nobody sees."""
    for sheet in book.sheets:
        if sheet.state != "visible" and sheet.filled:
            code = "doctor.sheet-very-hidden" if sheet.state == "veryHidden" else "doctor.sheet-hidden"
            notes.add(code, sheet.name, sheet.name, count=sheet.filled)
        if sheet.hidden_rows:
            filled = {row for column in sheet.columns.values() for row in column.rows}
            rows = sorted(filled.intersection(sheet.hidden_rows))
            if rows:
                code = (
                    "doctor.rows-filtered"
                    if b"filterColumn" in sheet.tail or _filtered(book, sheet)
                    else "doctor.rows-hidden"
                )
                notes.add(code, f"{sheet.name}!{rows[0]}:{rows[-1]}", str(len(rows)), count=len(rows))
        columns = [one for one in _hidden_columns(sheet) if one in sheet.columns]
        if columns:
            letters = ", ".join(column_letters(one) for one in columns[:12]) + (" …" if len(columns) > 12 else "")
            first = column_letters(columns[0])
            notes.add("doctor.columns-hidden", f"{sheet.name}!{first}:{first}", letters, count=len(columns))


def _filtered(book: Book, sheet: SheetScan) -> bool:
    parts = (table.part for table in book.tables if table.sheet is sheet)
    return any(b"filterColumn" in book.package.xml(part) for part in parts)


def _hidden_columns(sheet: SheetScan) -> Iterator[int]:
    for attributes in _COLUMN.findall(sheet.head):
        found = dict(_NUMBERED.findall(attributes))
        if (
            found.get(b"hidden") in (b"1", b"true")
            and found.get(b"min", b"").isdigit()
            and found.get(b"max", b"").isdigit()
        ):
            yield from (one for one in sheet.columns if int(found[b"min"]) <= one <= int(found[b"max"]))


def check_size(book: Book, notes: Notes) -> None:
    """Formats far behind the data, too many styles, texts and links beyond what Excel keeps, cells out of order."""
    for sheet in book.sheets:
        rows, columns = sheet.last_row - sheet.last_filled_row, sheet.last_column - sheet.last_filled_column
        if rows >= EMPTY_ROWS:
            place = f"{sheet.name}!{sheet.last_filled_row + 1}:{sheet.last_row}"
            notes.add("doctor.rows-empty", place, str(rows), last=sheet.last_filled_row, used=sheet.last_row)
        if columns >= EMPTY_COLUMNS:
            first, last = column_letters(sheet.last_filled_column + 1), column_letters(sheet.last_column)
            notes.add("doctor.columns-empty", f"{sheet.name}!{first}:{last}", str(columns), count=columns)
        if sheet.disorder is not None:
            notes.add("doctor.cells-disordered", f"{sheet.name}!{a1(*sheet.disorder)}", sheet.part)
        links = sheet.tail.count(b"<hyperlink ")
        if links > MOST_LINKS:
            notes.add("doctor.links-many", sheet.name, str(links), most=MOST_LINKS)
    _check_styles(book, notes)
    for text in book.strings:
        if len(text) > LONGEST_TEXT:
            notes.add("doctor.text-long", "", text[:40], length=len(text), most=LONGEST_TEXT)


def _check_styles(book: Book, notes: Notes) -> None:
    if book.styles is None:
        return
    styles = len(book.formats)
    named = len(list(book.styles.iter("{*}cellStyle")))
    if styles >= MANY_STYLES or named >= MANY_NAMED_STYLES:
        notes.add("doctor.styles-many", "", str(styles), named=named)


def check_calculation(book: Book, notes: Notes) -> None:
    """Settings under which figures are not what they seem."""
    for node in book.root.iter("{*}calcPr"):
        if node.get("calcMode") == "manual":
            notes.add("doctor.calculation-manual", "", "manual")
        if node.get("iterate") in ("1", "true"):
            notes.add("doctor.calculation-iterates", "", str(node.get("iterateCount", "100")))
        if node.get("fullPrecision") in ("0", "false"):
            notes.add("doctor.calculation-rounds", "", "fullPrecision=0")
    if book.epoch_1904:
        notes.add("doctor.epoch-1904", "", "1904")


def check_merges(lists: list[Region], book: Book, notes: Notes) -> None:
    """Merged cells inside of lists, and merged ranges that overlap."""
    for sheet in book.sheets:
        boxes = list(_merges(sheet))
        for region in (one for one in lists if one.sheet is sheet):
            body = Box(region.row + 1, region.box.left, max(region.bottom, region.row + 1), region.box.right)
            # In a list without a table, cells merged side by side are layout; one value over several records is not.
            inside = [box for box in boxes if boxes_meet(box, body) and (region.table or box.bottom > box.top)]
            if inside:
                code = "doctor.merge-in-table" if region.table else "doctor.merge-in-list"
                notes.add(code, f"{sheet.name}!{inside[0]}", str(inside[0]), count=len(inside))
        overlap = _overlapping(sorted(boxes))
        if overlap is not None:
            notes.add("doctor.merges-overlap", f"{sheet.name}!{overlap}", str(overlap))


def _merges(sheet: SheetScan) -> Iterator[Box]:
    for found in _MERGE.findall(sheet.tail)[:MOST_MERGES]:
        try:
            yield box_of(found.decode())
        except ValueError:
            continue  # no range: Excel drops it, and so do we


def _overlapping(boxes: list[Box]) -> Box | None:
    """A range that covers cells of an earlier one; ``boxes`` in order of their tops."""
    open_: list[Box] = []
    for box in boxes:
        open_ = [one for one in open_ if one.bottom >= box.top]
        if any(boxes_meet(one, box) for one in open_):
            return box
        open_.append(box)
    return None


def check_fragments(book: Book, notes: Notes) -> None:
    """Conditional formats and validations that copying and pasting has cut into many copies of a few."""
    looks = _looks(book)
    for sheet in book.sheets:
        rules = Counter(_rules(sheet, looks))
        checks = Counter(_validations(sheet))
        for code, found in (("doctor.formats-fragmented", rules), ("doctor.validations-fragmented", checks)):
            total = found.total()
            if total >= FEWEST_RULES and total >= COPIES * len(found):
                notes.add(code, sheet.name, str(total), different=len(found))


def _looks(book: Book) -> list[bytes]:
    group = next(iter(book.styles.iter("{*}dxfs")), None) if book.styles is not None else None
    return [] if group is None else [etree.tostring(node, method="c14n") for node in group]


def _rules(sheet: SheetScan, looks: list[bytes]) -> Iterator[tuple[bytes, ...]]:
    """What each rule says, apart from its place: a copy of a rule says the same."""
    for attributes, body in _FORMATTING.findall(sheet.tail):
        anchor = _anchor(attributes)
        for rule, inside in _RULE.findall(body):
            look = _LOOK.search(rule)
            number = int(look.group(1)) if look else -1
            yield (
                _PASSING.sub(b"", rule),
                looks[number] if 0 <= number < len(looks) else b"",
                *_relative(inside, anchor),
            )


def _validations(sheet: SheetScan) -> Iterator[tuple[bytes, ...]]:
    for attributes, body in _VALIDATION.findall(sheet.tail):
        yield _PASSING.sub(b"", attributes), *_relative(body, _anchor(attributes))


def _anchor(attributes: bytes) -> tuple[int, int]:
    """The cell that a rule's formulas are written for."""
    areas = _AREAS.search(attributes)
    try:
        box = box_of(areas.group(1).decode().split(" ")[0]) if areas else None
    except ValueError:
        box = None
    return (box.top, box.left) if box else (1, 1)


def _relative(body: bytes, anchor: tuple[int, int]) -> Iterator[bytes]:
    """Formulas as if written for a cell far enough from the edge that no reference falls off it."""
    for formula in _FORMULA.findall(body):
        yield shifted(unescaped(formula), 2_000_000 - anchor[0], 20_000 - anchor[1]).encode()
