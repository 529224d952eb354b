"""The door to a workbook that is edited in place: opened from its bytes, changed in memory, saved whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from workbench.archives import Refused
from workbench.i18n import _
from workbench.places import Box
from workbench.refusals import refusal
from workbench.splicing.appending import append_rows, list_below, region_of, table_named
from workbench.splicing.book import SheetRef, State, is_signed, warnings_of
from workbench.splicing.columns import append_columns, hide_columns
from workbench.splicing.notes import write_notes
from workbench.splicing.own_sheets import OWN_NAMES, Layout, check_name, put_sheet, remove_sheet
from workbench.splicing.refusals import NotEditable, NotOurs, SignedWorkbook, refused
from workbench.splicing.saving import replace_file
from workbench.splicing.session import Session
from workbench.splicing.tables import TableRef
from workbench.splicing.values import CellWrite, Value

__all__ = ["EditReport", "WorkbookEditor"]

NOTE_AUTHOR: Final = "Workbench"
"""Notes of this author are ours."""
LARGEST_FILE: Final = 512 * 2**20


@dataclass(frozen=True, slots=True)
class EditReport:
    """What a save did: parts that changed, came and went, where the earlier version is kept, and what to know.

    ``stale_results`` says that the file holds results of formulas from before the edit. Excel works them out when it
    opens the file; LibreOffice shows them as they are until told to recalculate, and so does whoever reads the file.
    """

    changed_parts: tuple[str, ...]
    added_parts: tuple[str, ...]
    removed_parts: tuple[str, ...]
    backup: Path | None
    sha256: str
    warnings: tuple[str, ...] = ()
    stale_results: bool = False


class WorkbookEditor:
    """Somebody else's .xlsx or .xlsm workbook, edited without touching anything but what the edit is about.

    Every change happens in memory. ``save`` writes parts that were not changed byte for byte as they were, reads back
    what it wrote, and only then puts the new file in the old one's place.
    """

    def __init__(self, path: Path, session: Session) -> None:
        self._path, self._session = path, session
        self._left_behind: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: str | Path, *, allow_signed: bool = False) -> Self:
        """Read a workbook's bytes, once.

        Raises:
            FileRefused: the file is missing, empty, damaged, hostile, too large or locked (codes ``file.*``).
            NotEditable: it is a spreadsheet of another kind (``edit.format``).
            SignedWorkbook: it is digitally signed and ``allow_signed`` was not given.
        """
        path = Path(path).resolve()
        session = _session(_bytes_of(path), path.name)
        with session.attempt():
            if is_signed(session.parts) and not allow_signed:
                raise refused(SignedWorkbook, _("the workbook is digitally signed"), path.name)
        return cls(path, session)

    @property
    def sha256(self) -> str:
        """The digest of the file's bytes as they were read, or last saved."""
        return self._session.sha256

    @property
    def sheets(self) -> tuple[SheetRef, ...]:
        """The worksheets in the order of their tabs."""
        with self._session.attempt():
            return self._session.book.sheets()

    @property
    def defined_names(self) -> Mapping[str, str]:
        """Names that hold for the whole workbook, hidden ones included, with what they refer to."""
        with self._session.attempt():
            return self._session.book.names()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before the workbook is edited."""
        with self._session.attempt():
            found = warnings_of(self._session.parts, self._session.book)
        behind = dict.fromkeys(self._left_behind)
        return (*found, *(_("The formula in {cell} ends above the new rows.").format(cell=cell) for cell in behind))

    def tables(self, sheet: str) -> tuple[TableRef, ...]:
        """The tables of a worksheet."""
        with self._session.attempt():
            return self._session.tables(self._session.sheet(sheet))

    def merged(self, sheet: str) -> tuple[Box, ...]:
        """The merged ranges of a worksheet."""
        with self._session.attempt():
            return self._session.markup(self._session.sheet(sheet)).merges

    def set_cells(
        self, sheet: str, cells: Mapping[tuple[int, int], CellWrite], *, overwrite_formula: bool = False
    ) -> None:
        """Write cells of a worksheet, given by row and column (1-based); all of them or none.

        A cell that holds the value already is left as it is. A cell that is not there yet takes the style of its row,
        its column, or the cell above.

        Raises:
            EditRefused: one of the cells cannot be written safely; ``where`` names it.
        """
        with self._session.attempt():
            self._session.write(self._session.sheet(sheet), cells, overwrite_formula=overwrite_formula)

    def style(
        self,
        base: int,
        *,
        fill: str | None = None,
        font_colour: str | None = None,
        bold: bool | None = None,
        number_format: str | None = None,
    ) -> int:
        """The number of a cell style that looks like ``base`` but for what is given (colours as ``FFC7CE``).

        Raises:
            StyleRefused: the workbook can take no further style, or a colour is none.
        """
        with self._session.attempt():
            return self._session.styles.derive(
                base, fill=fill, font_colour=font_colour, bold=bold, number_format=number_format, where=self._path.name
            )

    def cell_style(self, sheet: str, row: int, column: int) -> int:
        """The style's number of a cell; 0 for a cell that is not there."""
        with self._session.attempt():
            return self._session.markup(self._session.sheet(sheet)).style_at(row, column)

    def append_rows(
        self,
        sheet: str,
        rows: Sequence[Mapping[int, CellWrite]],
        *,
        table: str | None = None,
        after: int | None = None,
    ) -> tuple[int, ...]:
        """Add rows, each by column (1-based), below a table or a plain list; the numbers of the new rows.

        The list is the table of that name, or what ends at the row ``after``, or what ends at the sheet's last used
        row. New rows look like the list's last one and take its calculated columns over. Filters, validations,
        conditional formats, names, print areas, charts and formulas that cover the list to its end take them in; a
        totals row moves down. Formulas that end there without covering the list are named in ``warnings``.

        Raises:
            NoRoom: something else stands where the rows would go.
            TableRefused: there is no such table or column, or its rows come from a query.
            SharedFormula, ArrayFormula: a formula can neither be grown nor copied with certainty.
        """
        session = self._session
        with session.attempt():
            ref = session.sheet(sheet)
            named = table_named(session, ref, table) if table is not None else None
            columns = sorted({column for row in rows for column in row})
            region = region_of(session, ref, named, after, columns)
            numbers, left_behind = append_rows(session, region, rows)
        self._left_behind += left_behind
        return numbers

    def append_columns(
        self,
        sheet: str,
        headings: Sequence[str],
        *,
        table: str | None = None,
        header_row: int = 1,
        after: int | None = None,
        hidden: bool = True,
    ) -> tuple[int, ...]:
        """Add columns at the right of a table, or of the plain list below ``header_row``; their numbers.

        ``after`` is the column of a plain list that they follow, the last used one of its heading row by default.

        Raises:
            NoRoom: something stands there.
            TableRefused: there is no such table, or it has such a column.
        """
        session = self._session
        with session.attempt():
            ref = session.sheet(sheet)
            if table is not None:
                region = region_of(session, ref, table_named(session, ref, table), None, ())
                header_row = region.top
            else:
                region = list_below(session, ref, header_row, after)
            return append_columns(session, region, header_row, headings, hidden=hidden)

    def hide_columns(self, sheet: str, first: int, last: int) -> None:
        """Hide columns of a worksheet."""
        with self._session.attempt():
            hide_columns(self._session, self._session.sheet(sheet), first, last)

    def set_notes(self, sheet: str, notes: Mapping[tuple[int, int], str | None], *, author: str = NOTE_AUTHOR) -> None:
        """Hang notes on cells by row and column; None takes the author's note away.

        The words stand below the author's name. Notes of other authors and threaded comments stay as they are.

        Raises:
            NoteRefused: the cell carries somebody else's note, or the notes cannot be edited with certainty.
        """
        with self._session.attempt():
            write_notes(self._session, self._session.sheet(sheet), notes, author)

    def set_note(self, sheet: str, row: int, column: int, text: str, *, author: str = NOTE_AUTHOR) -> None:
        """Hang one note on a cell; see ``set_notes``."""
        self.set_notes(sheet, {(row, column): text}, author=author)

    def remove_note(self, sheet: str, row: int, column: int, *, author: str = NOTE_AUTHOR) -> None:
        """Take the author's note away from a cell; nothing happens where there is none."""
        self.set_notes(sheet, {(row, column): None}, author=author)

    def put_sheet(
        self,
        name: str,
        rows: Sequence[Sequence[CellWrite | Value]],
        *,
        state: State = "visible",
        widths: Sequence[float] = (),
        hidden_columns: Sequence[int] = (),
        frozen_rows: int = 0,
        choices: Mapping[int, tuple[int, int, Sequence[str]]] | None = None,
    ) -> None:
        """Create a sheet that is ours as a whole, or give it other content; what people noted on it stays.

        Args:
            name: the sheet's name.
            rows: values or ``CellWrite`` by row and column, from A1 on.
            state: ``visible``, ``hidden`` or ``veryHidden`` (not offered for showing by spreadsheet programs).
            widths: widths of the first columns, in characters.
            hidden_columns: columns (1-based) that are not shown.
            frozen_rows: how many rows stay in view.
            choices: by column, first row, last row and the texts to choose from there.

        Raises:
            NotOurs: the sheet of that name was made by somebody else.
            NameRefused: no sheet can be called so.
            ValueRefused: a cell cannot hold a value.
        """
        with self._session.attempt():
            layout = Layout(state, widths, hidden_columns, frozen_rows, choices or {})
            put_sheet(self._session, name, rows, layout)

    def remove_sheet(self, name: str) -> None:
        """Take a sheet of ours away.

        Raises:
            NotOurs: it was made by somebody else, or is in use.
        """
        with self._session.attempt():
            remove_sheet(self._session, name)

    def define_name(self, name: str, refers_to: str, *, hidden: bool = True) -> None:
        """Define a name for the whole workbook (``refers_to`` without ``=``).

        Raises:
            NotOurs: there is such a name, and it does not begin with ``_workbench.``.
            NameRefused: a spreadsheet does not take it as a name.
        """
        with self._session.attempt():
            check_name(name, self._path.name)
            there = {one.casefold() for one in self._session.book.names()}
            if name.casefold() in there and not name.startswith(OWN_NAMES):
                raise refused(NotOurs, _("the name {name} is there already").format(name=name), self._path.name)
            self._session.book.set_name(name, refers_to, hidden=hidden)

    def remove_name(self, name: str) -> None:
        """Take a name that begins with ``_workbench.`` away; nothing happens where there is none.

        Raises:
            NotOurs: it does not begin so.
        """
        with self._session.attempt():
            if not name.startswith(OWN_NAMES):
                raise refused(
                    NotOurs, _("the name {name} was made by somebody else").format(name=name), self._path.name
                )
            self._session.book.drop_name(name)

    def save(self, target: str | Path | None = None, *, keep: int = 5) -> EditReport:
        """Put the edited workbook in the place of the file (or at ``target``); untouched where nothing changed.

        The version before goes to the folder ``.<file name>.backups`` beside it, of which the newest ``keep`` stay.

        Raises:
            FileChanged, FileInUse, NotWritable: the file must not or cannot be replaced.
            ReadBackFailed: the result did not read back as meant; nothing was replaced.
        """
        session, warnings = self._session, self.warnings
        goal = self._path if target is None else Path(target).resolve()
        if goal.suffix.lower() != self._path.suffix.lower():
            raise refused(
                NotEditable, _("the copy must keep the ending {suffix}").format(suffix=self._path.suffix), goal.name
            )
        with session.attempt():
            stale = session.settle()
        parts = session.parts
        if not parts.touched and goal == self._path:
            return EditReport((), (), (), None, session.sha256, warnings)
        data, backup = replace_file(parts, session.expected, self._path, goal, session.sha256, keep)
        self._path, self._session, self._left_behind = goal, _session(data, goal.name), ()
        removed = tuple(sorted(parts.removed))
        return EditReport(tuple(parts.changed), tuple(parts.added), removed, backup, self.sha256, warnings, stale)


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise refusal("file.missing", _("there is no file of that name"), path.name)
    size = path.stat().st_size
    if size == 0:
        raise refusal("file.empty", _("it has no content"), path.name)
    if size > LARGEST_FILE:
        raise refusal("file.too-large", _("it has {size} MB").format(size=size // 2**20), path.name)
    return path.read_bytes()


def _session(data: bytes, where: str) -> Session:
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refusal("file.locked", _("it is locked by a password"), where)
        raise refused(NotEditable, _("only .xlsx and .xlsm files can be edited"), where)
    if not data.startswith(b"PK"):
        raise refused(NotEditable, _("only .xlsx and .xlsm files can be edited"), where)
    try:
        return Session(data, where)
    except Refused as error:
        raise refusal(error.code, error.message, where) from error
