"""What a macro works on: a workbook, open or closed, and the register behind it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import Register
from workbench.sync import BookEdits, BookImage, BookPort, OwnSheet

if TYPE_CHECKING:
    import xlwings

    from workbench.rates import RateBook

__all__ = ["LOG_SHEET", "Desk", "Done", "Frozen", "NoSuchMacro", "Outcome", "Progress"]

Progress = Callable[[str, int, int], None]
LOG_SHEET: Final = "_workbench_macros"
_BESIDE: Final = ("register.sqlite",)
_KEPT: Final = 50


class NoSuchMacro(ConfigurationError, KeyError):
    """There is no macro of this name."""

    code = "udf.no-such-macro"
    __str__ = ConfigurationError.__str__


class Frozen(NamedTuple):
    """A cell whose formula (without its equals sign) became the value that it showed (as text)."""

    sheet: str
    row: int
    column: int
    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a macro did.

    Attributes:
        summary: in words, for a message box or the status bar.
        changeset: number of the register's changeset, None where the register was not changed.
        cells: formulas that became values, which is what Undo has to put back.
    """

    summary: str
    changeset: int | None = None
    cells: tuple[Frozen, ...] = ()

    def __str__(self) -> str:
        return self.summary


@dataclass(frozen=True, slots=True)
class Done:
    """A macro that was run on this workbook, as its hidden sheet keeps it.

    ``hash`` is that of its changeset: a number alone would be another's in another register.
    """

    macro: str
    at: str
    changeset: int | None
    hash: str = ""
    cells: tuple[Frozen, ...] = ()


class Desk:
    """A workbook and its register, while one macro works.

    Args:
        book: an ``xlwings.Book``, or the path of a closed workbook.
        location: the register; WORKBENCH_REGISTER, else ``register.sqlite`` beside the workbook.
        author: who does it; WORKBENCH_AUTHOR, else the login name.
        sheet: the sheet to work on; the one in front of an open workbook, the first of a closed one.
        progress: told of each step; the status bar of the program by default.
    """

    def __init__(
        self,
        book: xlwings.Book | str | Path,
        *,
        location: str = "",
        author: str = "",
        sheet: str = "",
        progress: Progress | None = None,
    ) -> None:
        self.live: xlwings.Book | None = None if isinstance(book, str | Path) else book
        self.path = Path(book) if isinstance(book, str | Path) else Path(book.fullname)
        self.author = author or os.environ.get("WORKBENCH_AUTHOR", "").strip() or getpass.getuser()
        self.progress = progress or self._status
        self._location = location
        self._sheet = sheet
        self._register: Register | None = None
        self._port: BookPort | None = None

    @property
    def register(self) -> Register:
        """The register behind the workbook.

        Raises:
            ConfigurationError: none is named, and none lies beside the workbook.
        """
        if self._register is None:
            self._register = Register.open(self.location, actor=self.author)
        return self._register

    @property
    def location(self) -> str:
        """Where the register is."""
        named = self._location or os.environ.get("WORKBENCH_REGISTER", "")
        if named:
            return named
        for name in _BESIDE:
            if (self.path.parent / name).is_file():
                return str(self.path.parent / name)
        raise ConfigurationError(
            _("No register is known for {file}.").format(file=self.path.name),
            where=str(self.path),
            remedy=_("Set WORKBENCH_REGISTER, or keep register.sqlite beside the workbook."),
        )

    @property
    def rates(self) -> RateBook:
        """The register's rates."""
        from workbench.rate_store import load_book

        return load_book(self.register)

    @property
    def port(self) -> BookPort:
        """The workbook, as the synchronisation reads and writes it."""
        if self._port is None:
            if self.live is not None:
                from udfs.live import LiveBook

                self._port = LiveBook(self.live)
            else:
                from workbench.sync.closed import ClosedFile

                self._port = ClosedFile(self.path)
        return self._port

    @property
    def sheet(self) -> str:
        """Name of the sheet to work on."""
        if self._sheet:
            return self._sheet
        if self.live is not None:
            return str(self.live.sheets.active.name)
        return next(iter(self.port.read().sheets))

    def log(self, image: BookImage | None = None) -> list[Done]:
        """The macros that were run on this workbook and not taken back, oldest first."""
        sheet = (image or self.port.read()).sheets.get(LOG_SHEET)
        found: list[Done] = []
        for number in sorted(sheet.rows) if sheet else ():
            row = {column: cell.text for column, cell in sheet.rows[number].items()} if sheet else {}
            if row.get(1) == "macro":
                told = row.get(4, "")
                number_of = int(told) if told.isdigit() else None
                found.append(Done(row.get(2, ""), row.get(3, ""), number_of, row.get(5, "")))
            elif row.get(1) == "cell" and found:
                place = int(row.get(3, "0")), int(row.get(4, "0"))
                cell = Frozen(row.get(2, ""), *place, row.get(5, ""), row.get(6, ""))
                found[-1] = replace(found[-1], cells=(*found[-1].cells, cell))
        return found

    def keep_log(self, done: list[Done]) -> None:
        """Write the log into its hidden sheet; the newest entries only."""
        rows: list[list[Any]] = []
        for one in done[-_KEPT:]:
            rows.append(["macro", one.macro, one.at, str(one.changeset or ""), one.hash])
            rows += [["cell", *map(str, cell)] for cell in one.cells]
        self.port.write(BookEdits(own={LOG_SHEET: OwnSheet(rows, hidden=True) if rows else None}))

    def record(self, macro: str, outcome: Outcome) -> None:
        """Add what was done to the log, where there is something to take back."""
        if outcome.changeset is None and not outcome.cells:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entry = self.register.entry(outcome.changeset) if outcome.changeset else None
        done = Done(macro, now, outcome.changeset, entry.hash if entry else "", outcome.cells)
        self.keep_log([*self.log(), done])

    def close(self) -> None:
        """Let go of the register, and clear the status bar."""
        if self._register is not None:
            self._register.close()
        if self.live is not None:
            with suppress(NotImplementedError):
                self.live.app.status_bar = False

    def _status(self, stage: str, done: int, total: int) -> None:
        if self.live is not None:
            with suppress(NotImplementedError):
                self.live.app.status_bar = f"{stage} {done}/{total}" if total else stage
