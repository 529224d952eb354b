"""A workbook as the synchronisation sees it, wherever it is: closed in its file, open in a program, or in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from workbench.sheets import Cell

__all__ = ["BookEdits", "BookImage", "BookPort", "CellValue", "OwnSheet", "SheetImage", "Write"]

CellValue = str | Decimal | int | date | bool | None
Row = Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class SheetImage:
    """The cells of a sheet by row and column, both 1-based; only those that hold something."""

    name: str
    rows: Mapping[int, Row]


@dataclass(frozen=True, slots=True)
class BookImage:
    """Sheets by name, in order, and the workbook's date system."""

    sheets: Mapping[str, SheetImage]
    epoch_1904: bool = False


class Write(NamedTuple):
    """What a cell is to hold; text is always text, and an empty number format keeps the cell's own."""

    value: CellValue
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet that is ours as a whole: rows of values, replaced each time; ``choices`` are lists for columns (1-based)."""

    rows: Sequence[Sequence[CellValue]]
    hidden: bool = False
    widths: Sequence[float] = ()
    hidden_columns: Sequence[int] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(slots=True)
class BookEdits:
    """What is to be written, all of it or nothing.

    Attributes:
        cells: by sheet, what single cells are to hold.
        added: by sheet, the row below which rows are added (the table's last), and the rows by column.
        notes: by sheet, words to hang on cells; None takes a note of ours away.
        own: sheets of ours to write; None takes one away.
    """

    cells: dict[str, dict[tuple[int, int], Write]] = field(default_factory=dict)
    added: dict[str, tuple[int, list[dict[int, Write]]]] = field(default_factory=dict)
    notes: dict[str, dict[tuple[int, int], str | None]] = field(default_factory=dict)
    own: dict[str, OwnSheet | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((any(self.cells.values()), any(self.added.values()), any(self.notes.values()), self.own))

    def put(self, sheet: str, row: int, column: int, write: Write) -> None:
        """Let a cell hold something else."""
        self.cells.setdefault(sheet, {})[(row, column)] = write


class BookPort(Protocol):
    """A workbook that can be read as a whole and written to, whatever program has it."""

    @property
    def name(self) -> str:
        """The file's name, for places in messages."""

    @property
    def origin(self) -> str:
        """Computer and full path, to tell a copy from a file that was moved."""

    def exists_at(self, origin: str) -> bool:
        """Whether a workbook still is where another origin says (False where that cannot be known)."""

    def read(self) -> BookImage:
        """The workbook as it is now."""

    def write(self, edits: BookEdits) -> str:
        """Write all of the edits or nothing; returns where the version before was kept, if it was."""
