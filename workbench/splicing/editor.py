"""The door to a workbook that is edited in place: opened from its bytes, changed in memory, saved whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from workbench.archives import Refused
from workbench.i18n import _
from workbench.places import Box
from workbench.refusals import refusal
from workbench.splicing.book import SheetRef, is_signed, warnings_of
from workbench.splicing.refusals import NotEditable, SignedWorkbook, refused
from workbench.splicing.saving import replace_file
from workbench.splicing.session import Session
from workbench.splicing.tables import TableRef
from workbench.splicing.values import CellWrite

__all__ = ["EditReport", "WorkbookEditor"]

LARGEST_FILE = 512 * 2**20


@dataclass(frozen=True, slots=True)
class EditReport:
    """What a save did: parts that changed, came and went, where the earlier version is kept, and what to know."""

    changed_parts: tuple[str, ...]
    added_parts: tuple[str, ...]
    removed_parts: tuple[str, ...]
    backup: Path | None
    sha256: str
    warnings: tuple[str, ...] = ()


class WorkbookEditor:
    """Somebody else's .xlsx or .xlsm workbook, edited without touching anything but what the edit is about.

    Every change happens in memory. ``save`` writes parts that were not changed byte for byte as they were, reads back
    what it wrote, and only then puts the new file in the old one's place.
    """

    def __init__(self, path: Path, session: Session) -> None:
        self._path, self._session = path, session

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
            return warnings_of(self._session.parts, self._session.book)

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
            session.settle()
        parts = session.parts
        if not parts.touched and goal == self._path:
            return EditReport((), (), (), None, session.sha256, warnings)
        data, backup = replace_file(parts, session.expected, self._path, goal, session.sha256, keep)
        self._path, self._session = goal, _session(data, goal.name)
        removed = tuple(sorted(parts.removed))
        return EditReport(tuple(parts.changed), tuple(parts.added), removed, backup, self.sha256, warnings)


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
