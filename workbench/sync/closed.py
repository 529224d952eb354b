"""A closed workbook: read under guard, and edited in its file without touching anything but what changes."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.sheets import Workbook, read
from workbench.splicing import CellWrite, WorkbookEditor
from workbench.splicing.refusals import NoteRefused
from workbench.sync.carried import HIDDEN_SHEET
from workbench.sync.images import BookEdits, BookImage, CellValue, OwnSheet, SheetImage, Write

__all__ = ["KEEP", "ClosedFile", "WorkbookInUse", "image_of", "origin_of", "put_hidden", "refuse_open"]

KEEP = 5
"""Earlier versions of a workbook that are kept beside it."""
_NOTE_AUTHOR = "Workbench"
_MARK = "_workbench.sheet.0"
_HEAD = "243B53"
_SPARE = 50  # rows below the conflicts where choices are offered, too


class WorkbookInUse(FileRefused):
    """The workbook is open in a spreadsheet program; nothing was read or written."""

    code = "file.in-use"


def origin_of(path: Path) -> str:
    """Computer and full path, by which a copy is told from a file that was moved."""
    return f"{platform.node()}:{path.resolve()}"


def refuse_open(path: Path) -> None:
    """Refuse where Excel or LibreOffice has left its mark beside the workbook that it has open.

    Raises:
        WorkbookInUse: with what to do.
    """
    for mark in (path.with_name(f".~lock.{path.name}#"), path.with_name(f"~${path.name}")):
        if mark.exists():
            raise WorkbookInUse(
                _("{file} is open in a spreadsheet program.").format(file=path.name),
                where=str(path),
                remedy=_(
                    "Save and close it there, or synchronise it there with --open; if nobody has it open, delete {mark}."
                ).format(mark=mark.name),
            )


class ClosedFile:
    """The port to a workbook's file; ``keep`` earlier versions are kept beside it.

    Raises (on ``read`` and ``write``):
        WorkbookInUse: a spreadsheet program has the file open.
        FileRefused: it cannot be read, was changed between reading and writing, or cannot be edited safely.
    """

    def __init__(self, path: str | Path, *, keep: int = KEEP) -> None:
        self.path = Path(path)
        self._keep = keep
        self._sha256 = ""
        self._backup = ""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def origin(self) -> str:
        """Computer and full path."""
        return origin_of(self.path)

    def exists_at(self, origin: str) -> bool:
        """Whether there is a file at another path of this computer."""
        computer, _colon, path = origin.partition(":")
        return computer == platform.node() and Path(path).is_file() and Path(path) != self.path.resolve()

    def read(self) -> BookImage:
        """Read all sheets, in a process of its own."""
        refuse_open(self.path)
        book = read(self.path)
        if book.format != "xlsx":
            raise FileRefused(
                _("{file} cannot be written back to.").format(file=self.name),
                where=str(self.path),
                remedy=_("Save it as .xlsx or .xlsm in Excel or LibreOffice first."),
            )
        self._sha256 = book.sha256
        return image_of(book)

    def write(self, edits: BookEdits) -> str:
        """Write all edits; the file appears whole, and the version before is kept."""
        refuse_open(self.path)
        editor = WorkbookEditor.open(self.path)
        if self._sha256 and editor.sha256 != self._sha256:
            raise FileRefused(
                _("{file} was changed by somebody else while it was being worked on.").format(file=self.name),
                where=str(self.path),
                remedy=_("Nothing was written; try again."),
            )
        for sheet, cells in edits.cells.items():
            editor.set_cells(sheet, {place: _written(one) for place, one in cells.items()}, overwrite_formula=True)
        for sheet, (last, rows) in edits.added.items():
            _add(editor, sheet, last, [{column: _written(one) for column, one in row.items()} for row in rows])
        for sheet, notes in edits.notes.items():
            _note(editor, sheet, notes)
        for name, own in edits.own.items():
            if own is not None:
                _put(editor, name, own)
            elif name in {one.name for one in editor.sheets}:
                editor.remove_sheet(name)
        # The keys of new rows are written before everything else; one backup for the whole is enough.
        report = editor.save(keep=self._keep if not self._backup else 0)
        self._sha256 = report.sha256
        self._backup = self._backup or (str(report.backup) if report.backup else "")
        return self._backup


def image_of(book: Workbook, only: Collection[str] | None = None) -> BookImage:
    """A workbook that was read, as the synchronisation sees it."""
    sheets = {}
    for sheet in book.sheets:
        numbers = sheet.rows if only is None or sheet.name in only else ()
        rows = {number: {cell.column: cell for cell in sheet.row(number)} for number in numbers}
        sheets[sheet.name] = SheetImage(sheet.name, rows)
    return BookImage(sheets, book.epoch_1904)


def _written(write: Write) -> CellWrite:
    return CellWrite(write.value, number_format=write.number_format or None)


def _add(editor: WorkbookEditor, sheet: str, last: int, rows: list[dict[int, CellWrite]]) -> None:
    """Add rows below the last one: first into empty rows that a table has left, then by growing it."""
    table = next((one for one in editor.tables(sheet) if one.header_row <= last <= one.last_row), None)
    if table is not None and last < table.last_row:
        room = table.last_row - last
        filled, rows = rows[:room], rows[room:]
        cells = {(number, column): one for number, row in enumerate(filled, last + 1) for column, one in row.items()}
        editor.set_cells(sheet, cells)
        last = table.last_row
    if rows:
        editor.append_rows(sheet, rows, table=table.name if table else None, after=last)


def _note(editor: WorkbookEditor, sheet: str, notes: Mapping[tuple[int, int], str | None]) -> None:
    """Hang words on cells; where somebody has a note of their own, theirs stays and the row's words must do."""
    try:
        editor.set_notes(sheet, notes, author=_NOTE_AUTHOR)
    except NoteRefused:
        for place, words in notes.items():
            with suppress(NoteRefused):
                editor.set_notes(sheet, {place: words}, author=_NOTE_AUTHOR)


def _looking_well(editor: WorkbookEditor, rows: Sequence[Sequence[CellValue]]) -> list[list[CellWrite]]:
    """Headings that stand out over plain rows."""
    head = editor.style(0, bold=True, fill=_HEAD, font_colour="FFFFFF")
    return [[CellWrite(value, style=head if number == 0 else None) for value in row] for number, row in enumerate(rows)]


def put_hidden(editor: WorkbookEditor, rows: Sequence[Sequence[str]]) -> None:
    """Write what the workbook carries about itself into its very hidden sheet."""
    _put(editor, HIDDEN_SHEET, OwnSheet(rows, hidden=True))


def _put(editor: WorkbookEditor, name: str, own: OwnSheet) -> None:
    if name == HIDDEN_SHEET and any(one.name == name for one in editor.sheets):
        # It was read as ours already; other programs may have lost the name that marks it.
        editor.define_name(_MARK, f"'{name}'!$A$1")
    editor.put_sheet(
        name,
        own.rows if own.hidden else _looking_well(editor, own.rows),
        state="veryHidden" if own.hidden else "visible",
        widths=own.widths,
        hidden_columns=own.hidden_columns,
        frozen_rows=0 if own.hidden else 1,
        choices={column: (2, len(own.rows) + _SPARE, texts) for column, texts in own.choices.items()},
    )
