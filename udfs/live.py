"""A workbook that is open in Excel or LibreOffice, as a port of the synchronisation (``workbench.sync``).

    import xlwings as xw
    from udfs.live import LiveBook
    from workbench.sync import push

    push(register, LiveBook(xw.books.active), author="li.na")

The spreadsheet program does the writing, so charts, pivots, macros and undecided edits stay as they are. The workbook is
saved after each step: the keys of new rows must be on the disk before the register takes the rows.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlwings as xw

from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.sheets import Cell, CellKind
from workbench.sync import BookEdits, BookImage, OwnSheet, SheetImage, Write

__all__ = ["LiveBook", "NotOpen", "open_book"]

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_VERY_HIDDEN = 2
_DAY_SECONDS = 86_400


class NotOpen(FileRefused):
    """No spreadsheet program that can be reached has the workbook open."""

    code = "file.not-open"


def open_book(path: str | Path) -> xw.Book:
    """The workbook that Excel or LibreOffice has open.

    Raises:
        NotOpen: none has.
    """
    wanted = Path(path).resolve()
    for app in _apps(wanted):
        for book in app.books:
            if Path(book.fullname).resolve() == wanted:
                return book
    raise NotOpen(
        _("{file} is not open in a program that can be reached.").format(file=wanted.name),
        where=str(path),
        remedy=_("Open it in Excel or LibreOffice, or leave --open away to synchronise the closed file."),
    )


def _apps(path: Path) -> Iterator[xw.App]:
    """Programs that may have the file open: every Excel, and LibreOffice where it has left its mark."""
    if "excel" in {one.name for one in xw.engines}:
        yield from (app for app in xw.apps if app.engine.name == "excel")
    if path.with_name(f".~lock.{path.name}#").exists():
        from udfs import libreoffice

        yield libreoffice.attach()


class LiveBook:
    """The port to an open workbook; ``book`` is an ``xlwings.Book`` of any engine that xlwings has."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book

    @property
    def name(self) -> str:
        """The file's name."""
        return str(self._book.name)

    @property
    def origin(self) -> str:
        """Computer and full path."""
        return f"{platform.node()}:{Path(self._book.fullname).resolve()}"

    def exists_at(self, origin: str) -> bool:
        """Whether there is a file at another path of this computer."""
        computer, _colon, path = origin.partition(":")
        return computer == platform.node() and Path(path).is_file() and origin != self.origin

    def read(self) -> BookImage:
        """All sheets as they are now, unsaved edits included."""
        return BookImage({str(sheet.name): _image(sheet) for sheet in self._book.sheets})

    def write(self, edits: BookEdits) -> str:
        """Write all edits and save the workbook; the program itself keeps whatever it keeps of earlier versions."""
        for name, cells in edits.cells.items():
            for place, write in cells.items():
                _put(self._book.sheets[name].range(place), write)
        for name, (last, rows) in edits.added.items():
            _add(self._book.sheets[name], last, rows)
        for name, notes in edits.notes.items():
            for place, words in notes.items():
                _note(self._book.sheets[name].range(place), words)
        for name, own in edits.own.items():
            self._own(name, own)
        self._book.save()
        return ""

    def _own(self, name: str, own: OwnSheet | None) -> None:
        there = next((sheet for sheet in self._book.sheets if sheet.name == name), None)
        if own is None:
            if there is not None:
                there.delete()
            return
        active = self._book.sheets.active
        sheet = there or self._book.sheets.add(name, after=self._book.sheets[-1])
        sheet.clear_contents()
        width = max((len(row) for row in own.rows), default=0)
        if width:
            table = [[_plain(value) for value in (*row, *[None] * (width - len(row)))] for row in own.rows]
            sheet.range((1, 1)).value = table
        for column, wide in enumerate(own.widths, 1):
            sheet.range((1, column)).column_width = wide
        if own.hidden:
            active.activate()
            sheet.visible = False
            if self._book.app.engine.name == "excel":
                sheet.api.Visible = _VERY_HIDDEN


def _image(sheet: xw.Sheet) -> SheetImage:
    used = sheet.used_range
    values = used.options(ndim=2).value
    shown = used.options(ndim=2, err_to_str=True).value
    formulas = _square(used.formula, len(values), len(values[0]) if values else 0)
    rows: dict[int, dict[int, Cell]] = {}
    for down, (line, words, written) in enumerate(zip(values, shown, formulas, strict=True), used.row):
        for across, (value, word, formula) in enumerate(zip(line, words, written, strict=True), used.column):
            cell = _cell(down, across, value, word, formula)
            if cell is not None:
                rows.setdefault(down, {})[across] = cell
    return SheetImage(str(sheet.name), rows)


def _square(formulas: Any, height: int, width: int) -> Sequence[Sequence[str]]:
    """``Range.formula`` in two dimensions: it is a text for one cell, and tuples for more."""
    if height == width == 1:
        return [[str(formulas or "")]]
    if height and width and not isinstance(formulas[0], list | tuple):
        return [formulas] if height == 1 else [[one] for one in formulas]
    return formulas or []


def _cell(row: int, column: int, value: Any, word: Any, formula: str) -> Cell | None:
    written = formula[1:] if isinstance(formula, str) and formula.startswith("=") and formula != value else ""
    if value is None:
        # An error has no value, but a name; an empty cell has neither.
        return Cell(row, column, CellKind.ERROR, str(word), formula=written) if word else None
    if isinstance(value, bool):
        return Cell(row, column, CellKind.BOOLEAN, "1" if value else "0", formula=written)
    if isinstance(value, datetime):
        return Cell(row, column, CellKind.NUMBER, _serial(value), "yyyy-mm-dd", written)
    if isinstance(value, str):
        return Cell(row, column, CellKind.TEXT, value, formula=written) if value or written else None
    digits = str(int(value)) if float(value).is_integer() else repr(value)
    return Cell(row, column, CellKind.NUMBER, digits, formula=written)


def _serial(moment: datetime) -> str:
    apart = moment.replace(tzinfo=None) - _EPOCH
    return str(apart.days) if not apart.seconds else repr(apart.days + apart.seconds / _DAY_SECONDS)


def _put(cell: xw.Range, write: Write) -> None:
    if write.value is None:
        cell.clear_contents()
        return
    if write.number_format:
        cell.number_format = write.number_format
    cell.value = _plain(write.value)


def _plain(value: Any) -> Any:
    """A value as a program takes it; the apostrophe keeps every text a text, whatever it looks like."""
    if isinstance(value, str):
        return f"'{value}" if value else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


def _add(sheet: xw.Sheet, last: int, rows: Sequence[Mapping[int, Write]]) -> None:
    """Write rows below the last one; a table that ends there takes them in."""
    for number, row in enumerate(rows, last + 1):
        for column, write in row.items():
            _put(sheet.range((number, column)), write)
    for table in sheet.tables:
        area = table.range
        bottom = area.row + area.rows.count - 1
        if area.row <= last <= bottom < last + len(rows):
            table.resize(sheet.range(area[0, 0], (last + len(rows), area.column + area.columns.count - 1)))


def _note(cell: xw.Range, words: str | None) -> None:
    if cell.note is not None:
        cell.note.delete()
    if words:
        with suppress(NotImplementedError):
            cell.add_note(words)
