"""A workbook in memory while it is edited: its parts, and what every kind of edit needs to know about them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

from workbench.archives import Refused
from workbench.i18n import _
from workbench.places import LAST_COLUMN, LAST_ROW, Box, a1
from workbench.refusals import refusal
from workbench.splicing.book import Book, SheetRef
from workbench.splicing.calculation import drop_from_chain, has_formulas
from workbench.splicing.markup import Patch, patched
from workbench.splicing.parts import Parts
from workbench.splicing.refusals import (
    BeyondTheSheet,
    MergedCell,
    NotEditable,
    PivotInTheWay,
    TableRefused,
    UnknownSheet,
    refused,
)
from workbench.splicing.rows import SheetMarkup
from workbench.splicing.strings import SharedStrings
from workbench.splicing.styles import Styles
from workbench.splicing.tables import TableRef, pivot_boxes, read_tables
from workbench.splicing.values import CellWrite, Content, content_of
from workbench.splicing.writing import NewCell, RowWriter, StyleOf, Written, grown_dimension

__all__ = ["Session"]

_DATE_FORMAT: Final = "yyyy-mm-dd"
_TIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
"""Formats of cells that get a day or a moment and show none yet."""

_TALL: Final = 50
"""Rectangles of more rows than this are looked at one by one."""


class Session:
    """The bytes of one workbook and the changes made to them so far.

    Raises:
        Refused: the bytes are no workbook that can be read.
        NotEditable: it is a spreadsheet of another kind.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.where = where
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.parts = Parts(data)
        names = {name.lower() for name in self.parts.names}
        if "mimetype" in names or any(name.endswith("workbook.bin") for name in names):
            raise refused(NotEditable, _("only .xlsx and .xlsm files can be edited"), where)
        self.book = Book(self.parts)
        self.styles = Styles(self.parts, self.book.part)
        self.expected: dict[str, dict[tuple[int, int], Content]] = {}
        self.values_changed = False
        self._strings: SharedStrings | None = None
        self._sheet: SheetMarkup | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """An edit that is made as a whole or, where it is refused, not at all.

        Raises:
            FileRefused: also where a part turns out to be damaged.
        """
        parts = self.parts
        before = dict(parts.changed), dict(parts.added), set(parts.removed), self.values_changed
        expected = {part: dict(cells) for part, cells in self.expected.items()}
        try:
            yield
        except BaseException as error:
            parts.changed, parts.added, parts.removed, self.values_changed = before
            self.expected = expected
            self._forget()
            if isinstance(error, Refused):
                raise refusal(error.code, error.message, self.where) from error
            raise

    def sheet(self, name: str) -> SheetRef:
        """The worksheet of that name.

        Raises:
            UnknownSheet: there is none.
        """
        for ref in self.book.sheets():
            if ref.name == name:
                return ref
        raise refused(UnknownSheet, _("no sheet named {sheet}").format(sheet=name), self.where)

    def place(self, sheet: SheetRef, row: int, column: int) -> str:
        """``Book.xlsx!Sheet!B7``."""
        return f"{self.where}!{sheet.name}!{a1(row, column)}"

    def markup(self, sheet: SheetRef) -> SheetMarkup:
        """The worksheet as it stands now; the last one asked for is kept."""
        if self._sheet is None or self._sheet.part != sheet.part:
            self._sheet = None
            self._sheet = SheetMarkup(self.parts.read(sheet.part), sheet.part, f"{self.where}!{sheet.name}")
        return self._sheet

    def patch(self, sheet: SheetRef, *patches: Patch) -> None:
        """Make patches in the worksheet."""
        if patches:
            data = self.markup(sheet).data  # not read again: a large sheet would be in memory twice
            self._sheet = None
            self.parts.write(sheet.part, patched(data, patches))

    def replace_sheet(self, sheet: SheetRef, data: bytes) -> None:
        """Give a worksheet another content."""
        self._sheet = None
        self.parts.write(sheet.part, data)
        self.values_changed = True

    def expect(self, sheet: SheetRef, cells: dict[tuple[int, int], Content]) -> None:
        """Remember all that a worksheet is to hold."""
        self.expected[sheet.part] = cells

    def forget_sheet(self, sheet: SheetRef) -> None:
        """Expect nothing of a worksheet that goes."""
        self._sheet = None
        self.expected.pop(sheet.part, None)

    def tables(self, sheet: SheetRef) -> tuple[TableRef, ...]:
        """The worksheet's tables."""
        return read_tables(self.parts, sheet.name, sheet.part)

    def strings(self) -> Sequence[str]:
        """The workbook's shared strings."""
        if self._strings is None:
            part = next(iter(self.parts.linked(self.book.part, "sharedStrings")), "")
            if not part or part not in self.parts:
                return ()
            self._strings = SharedStrings(self.parts.markup(part))
        return self._strings

    def write(
        self, sheet: SheetRef, cells: Mapping[tuple[int, int], CellWrite], *, overwrite_formula: bool = False
    ) -> None:
        """Write cells after making sure that nothing of somebody else's stands in the way."""
        self._refuse_places(sheet, cells)
        new = {place: self.new_cell(sheet, *place, write) for place, write in cells.items()}
        headers = frozenset(table.header_row for table in self.tables(sheet))
        self.write_contents(sheet, new, overwrite_formula=overwrite_formula, no_style_from=headers)

    def write_contents(
        self,
        sheet: SheetRef,
        cells: Mapping[tuple[int, int], NewCell],
        *,
        overwrite_formula: bool = False,
        no_style_from: frozenset[int] = frozenset(),
        row_attributes: bytes = b"",
    ) -> Written:
        """Write contents that were checked; keeps the books on what was written."""
        markup = self.markup(sheet)
        writer = RowWriter(
            markup,
            cells,
            self.strings,
            overwrite_formula=overwrite_formula,
            no_style_from=no_style_from,
            row_attributes=row_attributes,
        )
        done = writer.write()
        if done.patches:
            self.patch(sheet, *done.patches, *grown_dimension(markup, done.box))
            self.values_changed = True
        if done.formulas_gone:
            drop_from_chain(self.parts, self.book, sheet.number, done.formulas_gone)
        self.expected.setdefault(sheet.part, {}).update(done.cells)
        return done

    def new_cell(self, sheet: SheetRef, row: int, column: int, write: CellWrite) -> NewCell:
        """A cell's content and style as they are written.

        Raises:
            ValueRefused: a cell cannot hold the value.
        """
        where = self.place(sheet, row, column)
        content = content_of(write.value, epoch_1904=self.book.epoch_1904, where=where)
        return NewCell(content, self._style_of(write, where))

    def _forget(self) -> None:
        """Look at every part anew."""
        self.parts.forget_links()
        self.book = Book(self.parts)
        self.styles = Styles(self.parts, self.book.part)
        self._strings = self._sheet = None

    def settle(self) -> bool:
        """Have formulas worked out anew where values changed; whether there are any that now show old results."""
        stale = self.values_changed and has_formulas(self.parts, self.book)
        if stale:
            self.book.recalculate()
        self.values_changed = False
        return stale

    def _style_of(self, write: CellWrite, where: str) -> StyleOf | None:
        code = write.number_format
        if code is None and isinstance(write.value, date):
            return self._date_style(write, where)
        if code is None and write.style is None:
            return None

        def style(had: int) -> int:
            return self.styles.derive(had if write.style is None else write.style, number_format=code, where=where)

        return style

    def _date_style(self, write: CellWrite, where: str) -> StyleOf:
        code = _TIME_FORMAT if isinstance(write.value, datetime) else _DATE_FORMAT

        def style(had: int) -> int:
            base = had if write.style is None else write.style
            if self.styles.shows_dates(base):
                return base
            return self.styles.derive(base, number_format=code, where=where)

        return style

    def _refuse_places(self, sheet: SheetRef, cells: Mapping[tuple[int, int], CellWrite]) -> None:
        markup = self.markup(sheet)
        covers = _Covers(markup.merges), _Covers(pivot_boxes(self.parts, sheet.part))
        tables = self.tables(sheet)
        for (row, column), write in cells.items():
            where = self.place(sheet, row, column)
            if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
                raise refused(BeyondTheSheet, _("there is no such cell"), where)
            box = covers[0].over(row, column)
            if box is not None and (row, column) != (box.top, box.left):
                message = _("the cell is covered by the merged range {range}").format(range=str(box))
                raise refused(MergedCell, message, where)
            box = covers[1].over(row, column)
            if box is not None:
                raise refused(PivotInTheWay, _("the cell belongs to a pivot table"), where)
            for table in tables:
                if table.ref.covers(row, column):
                    self._refuse_in_table(table, row, column, write, where)

    @staticmethod
    def _refuse_in_table(table: TableRef, row: int, column: int, write: CellWrite, where: str) -> None:
        at = column - table.first_column
        if row == table.header_row and (at >= len(table.columns) or write.value != table.columns[at]):
            message = _("the cell is a heading of the table {table}").format(table=table.name)
            raise refused(TableRefused, message, where)
        if row > table.last_row:
            message = _("the cell belongs to the totals row of the table {table}").format(table=table.name)
            raise refused(TableRefused, message, where)


class _Covers:
    """Which of many rectangles covers a cell; told quickly for sheets with thousands of them."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._tall = [box for box in boxes if box.bottom - box.top >= _TALL]
        self._by_row: dict[int, list[Box]] = {}
        for box in boxes:
            if box.bottom - box.top < _TALL:
                for row in range(box.top, box.bottom + 1):
                    self._by_row.setdefault(row, []).append(box)

    def over(self, row: int, column: int) -> Box | None:
        """The rectangle over the cell, if any."""
        near = self._by_row.get(row, ())
        return next((box for box in (*near, *self._tall) if box.covers(row, column)), None)
