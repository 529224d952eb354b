"""One sheet's cells by column, scanned from the bytes of its part in one pass.

Columns hold plain lists and the stored bytes: a hundred thousand rows of twenty columns are scanned in seconds, and what
a check does not look at is never decoded.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from workbench.places import LAST_COLUMN, LAST_ROW, Box, column_number
from workbench.sheets.formulas import shifted
from workbench.sheets.ooxml import canonical, rich_text, unescaped

__all__ = ["BOOLEAN", "ERROR", "NUMBER", "SHARED", "TEXT", "Column", "SheetScan", "scan_cells"]

NUMBER: Final = b"n"
SHARED: Final = b"s"
TEXT: Final = b"str"  # a formula's text; inline texts are taken as such too
BOOLEAN: Final = b"b"
ERROR: Final = b"e"

_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])([^>]*)>")
_CELL = re.compile(
    rb'<(?:\w+:)?c(?:\s+(?:r="([A-Za-z]{1,3})(\d{1,7})"|s="(\d+)"|t="(\w+)"|[\w:]+="[^"]*"))*\s*'
    rb"(?:/>|><v>([^<]*)</v></c>|>(.*?)</(?:\w+:)?c>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb'\b(r|s|hidden|customFormat)="([^"]*)"')
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s>/])([^>]*?)(?:/>|>([^<]*)</)")
_SHARED_INDEX = re.compile(rb'\bsi="(\d+)"')
_PICTURED = re.compile(rb'<c\s[^>]*?\br="([A-Z]+\d+)"[^>]*\svm="')
_SINGLE_QUOTED = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*='")


@dataclass(slots=True)
class Column:
    """The filled cells of one column from top to bottom; ``kinds`` are the file's letters, ``values`` stored bytes."""

    number: int
    rows: list[int] = field(default_factory=list)
    kinds: list[bytes] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)

    def index(self, row: int) -> int:
        """Where the cell of a row is in the lists; -1 where it is empty."""
        at = bisect_left(self.rows, row)
        return at if at < len(self.rows) and self.rows[at] == row else -1

    def between(self, top: int, bottom: int) -> range:
        """Where the cells of these rows are in the lists."""
        return range(bisect_left(self.rows, top), bisect_right(self.rows, bottom))

    def number_at(self, at: int) -> Decimal | None:
        """The number in a place of the lists as a spreadsheet shows it; None for anything else."""
        if self.kinds[at] != NUMBER or not self.values[at]:
            return None
        try:
            return Decimal(f"{float(self.values[at]):.15g}")
        except (ValueError, InvalidOperation):
            return None


@dataclass(slots=True)
class SheetScan:
    """What a sheet part holds: its cells, and where formats without content end.

    ``pictured`` are cells with a picture or a data type, for which the file stores an error that nobody sees. ``head``
    and ``tail`` are the part before and after its cells.
    """

    name: str
    part: str
    state: str = "visible"
    columns: dict[int, Column] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    filled: int = 0
    formatted: int = 0
    last_row: int = 0
    last_column: int = 0
    last_filled_row: int = 0
    last_filled_column: int = 0
    pictured: frozenset[bytes] = frozenset()
    disorder: tuple[int, int] | None = None
    head: bytes = b""
    tail: bytes = b""

    def cell(self, row: int, column: int) -> tuple[Column, int] | None:
        """The column and the place in its lists, or None where the cell is empty."""
        one = self.columns.get(column)
        at = one.index(row) if one is not None else -1
        return (one, at) if one is not None and at >= 0 else None

    @property
    def data_box(self) -> Box | None:
        """The rectangle of everything filled."""
        if not self.filled:
            return None
        top = min(column.rows[0] for column in self.columns.values())
        return Box(top, min(self.columns), self.last_filled_row, self.last_filled_column)


def scan_cells(data: bytes, sheet: SheetScan) -> None:
    """Fill the sheet from its part. Raises Refused where the part is not well formed."""
    data = canonical(data, sheet.part)
    begin, end = data.find(b"<sheetData"), data.rfind(b"</sheetData>")
    if begin < 0 or end < 0 or (b"='" in data and _SINGLE_QUOTED.search(data)):
        data = _rewritten(data, sheet.part)
        begin, end = data.find(b"<sheetData"), data.rfind(b"</sheetData>")
    if end < 0:
        sheet.head, sheet.tail = data, data
        return
    sheet.head, sheet.tail = data[:begin], data[end:]
    if b' vm="' in data:
        sheet.pictured = frozenset(_PICTURED.findall(data, begin, end))
    _Scanner(sheet).rows(data[begin:end])


def _rewritten(data: bytes, part: str) -> bytes:
    """The part in the usual form: no prefixes of its own, double quotes."""
    from lxml import etree

    from workbench.sheets.ooxml import parsed

    tree = parsed(data, part)
    main = etree.QName(tree).namespace
    for node in tree.iter(etree.Element):
        if etree.QName(node).namespace == main:
            node.tag = etree.QName(node).localname
    etree.cleanup_namespaces(tree)
    rewritten: bytes = etree.tostring(tree, encoding="utf-8")
    return rewritten.replace(b"<sheetData/>", b"<sheetData></sheetData>")


class _Scanner:
    """Reads rows and their cells, counting on where a file leaves out their places."""

    def __init__(self, sheet: SheetScan) -> None:
        self._sheet = sheet
        self._letters: dict[bytes, int] = {}
        self._styles: dict[bytes, int] = {b"": 0}
        self._masters: dict[bytes, tuple[str, int, int]] = {}
        self._row = 0

    def rows(self, data: bytes) -> None:
        """All rows; a piece up to ``</row>`` holds one row with cells and any number of empty ones before it."""
        for piece in data.split(b"</row>"):
            starts = list(_ROW.finditer(piece))
            if not starts:
                continue
            for found in starts:
                self._begin_row(found.group(1))
            last = starts[-1]
            if not last.group(1).endswith(b"/"):
                self._cells(piece[last.end() :])
        self._settle()

    def _begin_row(self, attributes: bytes) -> None:
        sheet = self._sheet
        known = dict(_ATTRIBUTE.findall(attributes))
        number = known.get(b"r", b"")
        row = int(number) if number.isdigit() else self._row + 1
        if row <= self._row and sheet.disorder is None:
            sheet.disorder = (row, 1)
        self._row = row
        if known.get(b"hidden") in (b"1", b"true"):
            sheet.hidden_rows.append(row)
        if known.get(b"customFormat") in (b"1", b"true") and row > sheet.last_row:
            sheet.last_row = row

    def _cells(self, body: bytes) -> None:
        sheet, row, last = self._sheet, self._row, 0
        formatted = 0
        for letters, _number, style, kind, plain, rest in _CELL.findall(body):
            column = (self._letters.get(letters) or self._learn(letters)) if letters else last + 1
            if column <= last and sheet.disorder is None:
                sheet.disorder = (row, column)
            last = column
            if plain:
                holds, value = kind or NUMBER, plain
            elif rest:
                holds, value = self._special(row, column, kind, rest)
            else:
                formatted += 1
                continue
            one = sheet.columns.get(column)
            if one is None:
                one = sheet.columns[column] = Column(column)
            one.rows.append(row)
            one.kinds.append(holds)
            styled = self._styles.get(style)
            one.styles.append(self._learn_style(style) if styled is None else styled)
            one.values.append(value)
        sheet.formatted += formatted
        sheet.last_row = max(sheet.last_row, row)
        sheet.last_column = max(sheet.last_column, last)

    def _special(self, row: int, column: int, kind: bytes, body: bytes) -> tuple[bytes, bytes]:
        """Kind and stored bytes of a cell with a formula or an inline text."""
        if kind == b"inlineStr":
            return TEXT, rich_text(body).encode("utf-8", errors="replace")
        value = _VALUE.search(body)
        formula = _FORMULA.search(body)
        if formula is not None:
            self._sheet.formulas[row, column] = self._formula(row, column, *formula.groups())
        return kind or NUMBER, value.group(1) if value else b""

    def _formula(self, row: int, column: int, attributes: bytes, text: bytes | None) -> str:
        formula = unescaped(text or b"")
        index = _SHARED_INDEX.search(attributes)
        if index is None or b"shared" not in attributes:
            return formula
        if formula:
            self._masters[index.group(1)] = (formula, row, column)
            return formula
        master = self._masters.get(index.group(1))
        return shifted(master[0], row - master[1], column - master[2]) if master else ""

    def _learn(self, letters: bytes) -> int:
        number = self._letters[letters] = min(column_number(letters.decode()), LAST_COLUMN)
        return number

    def _learn_style(self, style: bytes) -> int:
        number = self._styles[style] = int(style)
        return number

    def _settle(self) -> None:
        """What is known only at the end; where cells stand out of order each column is sorted."""
        sheet = self._sheet
        if sheet.disorder is not None:
            for column in sheet.columns.values():
                _sort(column)
        sheet.filled = sum(len(column.rows) for column in sheet.columns.values())
        sheet.last_filled_row = min(max((column.rows[-1] for column in sheet.columns.values()), default=0), LAST_ROW)
        sheet.last_filled_column = max(sheet.columns, default=0)


def _sort(column: Column) -> None:
    order = sorted({row: at for at, row in enumerate(column.rows)}.items())
    for name in ("kinds", "styles", "values"):
        old = getattr(column, name)
        setattr(column, name, [old[at] for _row, at in order])
    column.rows = [row for row, _at in order]
