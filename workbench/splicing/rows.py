"""A worksheet part: what stands around its rows, and its rows and cells one after another with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from workbench.i18n import _
from workbench.places import LAST_COLUMN, LAST_ROW, Box, box_of, column_number
from workbench.splicing.markup import Element, Markup
from workbench.splicing.refusals import UnusualStructure, refused

__all__ = ["INSIDE_TAG", "SHEET_ORDER", "CellSpan", "FormulaArea", "RowSpan", "SheetMarkup", "attributes_in"]

SHEET_ORDER: Final = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
)  # fmt: skip
"""Children of a worksheet in the order that its schema demands."""

INSIDE_TAG = rb"""([^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*)"""
# The place, where it comes first as usual, is found along with the tag.
_ROW_TAG = rb"row(?=[\s/>])(?: r=\"(\d{1,7})\")?" + INSIDE_TAG + rb">"
_CELL = re.compile(
    rb"<((?:[^\s<>/:]+:)?)c(?=[\s/>])(?: r=\"([A-Z]{1,3})(\d{1,7})\")?" + INSIDE_TAG + rb">(?:(?<=/>)|.*?(</\1c\s*>))",
    re.DOTALL,
)
_NUMBER = re.compile(rb"""\sr\s*=\s*["']\s*(\d{1,7})\s*["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_OWN_PLACE = re.compile(rb"""\sr\s*=""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=/"'<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f(?=[\s/>])" + INSIDE_TAG + rb">")
_OWNER = re.compile(rb"""\st\s*=\s*["'](array|dataTable)["']""")


class RowSpan(NamedTuple):
    """Where a row stands; ``close`` is where its content ends, ``numbered`` whether it says its own number."""

    number: int
    start: int
    open_end: int
    close: int
    end: int
    numbered: bool

    @property
    def self_closed(self) -> bool:
        """Whether it is written as ``<row/>``."""
        return self.close == self.end


class CellSpan(NamedTuple):
    """Where a cell stands, as ``RowSpan``."""

    column: int
    start: int
    open_end: int
    close: int
    end: int
    placed: bool

    @property
    def self_closed(self) -> bool:
        """Whether it is written as ``<c/>``."""
        return self.close == self.end


@dataclass(frozen=True, slots=True)
class FormulaArea:
    """Cells that one array formula or data table fills."""

    kind: str
    box: Box


class SheetMarkup(Markup):
    """A worksheet part with its rows.

    Raises:
        Refused: the part is damaged.
        UnusualStructure: its rows stand in no order, or in another namespace than the sheet.
    """

    def __init__(self, data: bytes, part: str, where: str) -> None:
        super().__init__(data, part, opaque="sheetData")
        self.where = where
        self.prefix = self.root.prefix

    @cached_property
    def sheet_data(self) -> Element | None:
        """The element that holds the rows."""
        found = self.root.all("sheetData")
        if len(found) > 1:
            raise self.unusual(_("the rows stand in several places"))
        return found[0] if found else None

    @cached_property
    def scopes(self) -> bytes:
        """Declarations of every prefix that cells may use, as attributes."""
        return self.declarations(self.sheet_data or self.root)

    @cached_property
    def _rows_tag(self) -> re.Pattern[bytes]:
        """The tag of a row; looking for the sheet's own prefix alone is much quicker than for any."""
        other = rb"<row[\s/>]" if self.prefix else rb":row[\s/>]"
        data = self.sheet_data
        if data is not None and re.compile(other).search(self.scan, data.open_end, data.close):
            raise self.unusual(_("its rows use several namespaces"))
        return re.compile(b"<" + re.escape(self.prefix) + _ROW_TAG)

    @cached_property
    def merges(self) -> tuple[Box, ...]:
        """Merged ranges."""
        parent = self.root.child("mergeCells")
        return () if parent is None else tuple(self.boxes(self.get(one, "ref")) for one in parent.children)

    @cached_property
    def formula_areas(self) -> tuple[FormulaArea, ...]:
        """Array formulas and data tables with the cells they fill."""
        if b"array" not in self.scan and b"dataTable" not in self.scan:
            return ()
        found = []
        for formula in _FORMULA.finditer(self.scan):
            kind = _OWNER.search(formula.group(1))
            if kind:
                values = dict(attributes_in(formula.group(1)))
                found.append(FormulaArea(kind.group(1).decode(), self.boxes(values.get(b"ref", b"A1").decode())))
        return tuple(found)

    def rows(self) -> Iterator[RowSpan]:
        """The rows in ascending order."""
        data = self.sheet_data
        if data is None or data.self_closed:
            return
        number, limit, scan = 0, data.close, self.scan
        closing = b"</" + self.prefix + b"row"
        for found in self._rows_tag.finditer(scan, data.open_end, limit):
            stated, inside, open_end = found.group(1), found.group(2), found.end()
            if stated is None and (given := _NUMBER.search(inside)):
                stated = given.group(1)
            before, number = number, number + 1 if stated is None else int(stated)
            if number <= before:
                raise self.unusual(_("its rows are not in order"))
            if number > LAST_ROW:
                raise self.unusual(_("it has more rows than a sheet can have"))
            close = end = open_end
            if not inside.endswith(b"/"):
                close = scan.find(closing, open_end, limit)
                end = scan.find(b">", close, limit) + 1
                if close < 0 or scan[close + len(closing) : end].strip() != b">":
                    raise self.unusual(_("its rows cannot be found"))
            yield RowSpan(number, found.start(), open_end, close, end, stated is not None)
        if not number and scan[data.open_end : limit].strip():
            raise self.unusual(_("its rows cannot be found"))

    def cells(self, row: RowSpan) -> list[CellSpan]:
        """The cells of a row from left to right."""
        found, column = [], 0
        for cell in _CELL.finditer(self.scan, row.open_end, row.close):
            prefix, letters, number, inside, _close = cell.groups()
            if prefix != self.prefix:
                raise self.unusual(_("its cells use several namespaces"))
            given = _columns(letters) if letters else self._column_in(inside, row.number)
            if (given and given <= column) or (number and int(number) != row.number):
                raise self.unusual(_("its cells are not in order"))
            column = given or column + 1
            if column > LAST_COLUMN:
                raise self.unusual(_("it has more columns than a sheet can have"))
            end, close = cell.end(), cell.start(5)
            open_end = cell.end(4) + 1
            found.append(CellSpan(column, cell.start(), open_end, close if close >= 0 else end, end, bool(given)))
        return found

    def formulas(self, pattern: re.Pattern[bytes]) -> Iterator[tuple[RowSpan, CellSpan, re.Match[bytes]]]:
        """Matches of a pattern for formula tags, with the cells that they stand in."""
        data = self.sheet_data
        found = [] if data is None else list(pattern.finditer(self.scan, data.open_end, data.close))
        if not found:
            return
        following = iter(found)
        one = next(following, None)
        for row in self.rows():
            cells: list[CellSpan] | None = None
            while one is not None and one.start() < row.end:
                cells = self.cells(row) if cells is None else cells
                at = one.start()
                cell = next((cell for cell in cells if cell.start < at < cell.end), None)
                if cell is not None:
                    yield row, cell, one
                one = next(following, None)
            if one is None:
                return

    def style_at(self, row: int, column: int) -> int:
        """The style's number of a cell; 0 for a cell that is not there."""
        for one in self.rows():
            if one.number == row:
                cell = next((cell for cell in self.cells(one) if cell.column == column), None)
                style = b"" if cell is None else dict(self.attributes_of(cell)).get(b"s", b"")
                return int(style) if style.isdigit() else 0
            if one.number > row:
                break
        return 0

    def attributes_of(self, span: RowSpan | CellSpan) -> list[tuple[bytes, bytes]]:
        """Attributes of a row or cell as written: names and raw values."""
        return attributes_in(self.data[span.start : span.open_end])

    def boxes(self, text: str) -> Box:
        """A range's rectangle."""
        try:
            return box_of(text)
        except ValueError as error:
            raise self.unusual(_("{text} is no range").format(text=text[:40])) from error

    def unusual(self, what: str) -> UnusualStructure:
        """The refusal to edit this sheet."""
        message = _("the sheet cannot be edited with certainty: {what}").format(what=what)
        return refused(UnusualStructure, message, self.where)

    def _column_in(self, inside: bytes, row: int) -> int:
        """The column that a cell names; 0 where it names none."""
        found = _PLACE.search(inside)
        if found is not None:
            if int(found.group(2)) != row:
                raise self.unusual(_("its cells are not in order"))
            return _columns(found.group(1))
        if _OWN_PLACE.search(inside):
            text = inside[:40].decode("utf-8", "replace")
            raise self.unusual(_("{text} is no cell").format(text=text))
        return 0


@lru_cache(maxsize=LAST_COLUMN)
def _columns(letters: bytes) -> int:
    return column_number(letters.decode("ascii"))


def attributes_in(tag: bytes) -> list[tuple[bytes, bytes]]:
    """Attributes within a tag as written: names and raw values."""
    return [(name, first or second) for name, first, second in _ATTRIBUTE.findall(tag)]
