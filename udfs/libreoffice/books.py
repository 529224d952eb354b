"""Books and sheets."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice.addresses import Rect, parse
from udfs.libreoffice.connection import Native, Settings
from udfs.libreoffice.drawing import Charts, Pictures, Shapes
from udfs.libreoffice.errors import NotInLibreOffice, NotThere
from udfs.libreoffice.names import Names
from udfs.libreoffice.notes import Note
from udfs.libreoffice.ranges import Range
from udfs.libreoffice.tables import Tables
from workbench.i18n import _

if TYPE_CHECKING:
    from udfs.libreoffice.engine import App

__all__ = ["Book", "Books", "Sheet", "Sheets"]

_MACROS_RUN, _MACROS_NEVER = 4, 0  # com.sun.star.document.MacroExecMode


class Books(base_classes.Books):
    """The open spreadsheets of one LibreOffice."""

    def __init__(self, app: App) -> None:
        self.app = app

    def _list(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.app.call("books.list")
        return found

    @property
    def api(self) -> Native:
        """LibreOffice's desktop object, which holds the documents."""
        return self.app.api

    @property
    def active(self) -> Book:
        """The book in front, or the one opened last."""
        uid = self.app.call("books.active")
        if uid is None:
            raise NotThere(_("no book is open"))
        return self.app.book(uid)

    def __call__(self, name_or_index: str | int) -> Book:
        """A book by its name or its position, counted from 1."""
        books = self._list()
        if isinstance(name_or_index, int):
            if 1 <= name_or_index <= len(books):
                return self.app.book(books[name_or_index - 1]["uid"])
        else:
            for facts in books:
                if _book_name(facts).lower() == name_or_index.lower():
                    return self.app.book(facts["uid"])
        raise NotThere(_("no book named {name} is open").format(name=name_or_index))

    def __contains__(self, key: str | int) -> bool:
        try:
            self(key)
        except NotThere:
            return False
        return True

    def __len__(self) -> int:
        return len(self._list())

    def __iter__(self) -> Iterator[Book]:
        for facts in self._list():
            yield self.app.book(facts["uid"])

    def add(self) -> Book:
        """A new book, ``Book1`` or the next free number."""
        taken = {_book_name(facts).lower() for facts in self._list()}
        number = next(n for n in range(1, len(taken) + 2) if f"book{n}" not in taken)
        facts = self.app.call("books.add", f"Book{number}")
        return self.app.settle(self.app.book(facts["uid"]))

    def open(
        self,
        fullname: str,
        update_links: bool | None = None,
        read_only: bool | None = None,
        format: int | None = None,  # noqa: A002, ARG002  # xlwings' name; the delimiter says it
        password: str | None = None,
        write_res_password: str | None = None,  # noqa: ARG002  # LibreOffice knows one password
        ignore_read_only_recommended: bool | None = None,  # noqa: ARG002  # it does not ask
        origin: int | None = None,  # noqa: ARG002  # text is read as UTF-8
        delimiter: str | None = None,
        editable: bool | None = None,  # noqa: ARG002  # for add-ins of Excel 4
        notify: bool | None = None,  # noqa: ARG002  # it does not wait for files
        converter: int | None = None,  # noqa: ARG002  # it finds out by itself
        add_to_mru: bool | None = None,  # noqa: ARG002  # nor does it list them
        local: bool | None = None,  # noqa: ARG002  # formats are read in English
        corrupt_load: int | None = None,  # noqa: ARG002  # it repairs by itself
    ) -> Book:
        """Opens a file.

        Macros do not run unless they were allowed (``configure(macros=True)``); links are updated only if
        ``update_links`` is true.

        Raises:
            BookRefused: Not a spreadsheet, damaged, or the password is missing or wrong.
        """
        options: dict[str, Any] = {
            "update_links": bool(update_links),
            "read_only": bool(read_only),
            "password": password,
            "delimiter": delimiter,
            "macros": _MACROS_RUN if Settings.macros else _MACROS_NEVER,
        }
        facts = self.app.call("books.open", str(Path(fullname).resolve()), options)
        return self.app.settle(self.app.book(facts["uid"]))


def _book_name(facts: dict[str, str]) -> str:
    return Path(facts["path"]).name if facts["path"] else facts["title"]


class Book(base_classes.Book):
    """One open spreadsheet."""

    def __init__(self, app: App, uid: str) -> None:
        self._app = app
        self.uid = uid
        self._sheets: weakref.WeakValueDictionary[str, SheetName] = weakref.WeakValueDictionary()

    def call(self, operation: str, *arguments: Any) -> Any:
        """Carries out an operation on this book."""
        return self._app.call(operation, self.uid, *arguments)

    def sheet(self, name: str) -> Sheet:
        """A sheet by its exact name; all objects for one sheet learn of its new name together."""
        shared = self._sheets.get(name)
        if shared is None:
            shared = self._sheets[name] = SheetName(name)
        return Sheet(self, shared)

    def renamed(self, shared: SheetName, new: str) -> None:
        """A sheet was given another name."""
        self._sheets.pop(shared.text, None)
        shared.text = new
        self._sheets[new] = shared

    @property
    def api(self) -> Native:
        """LibreOffice's document, ``com.sun.star.sheet.SpreadsheetDocument``."""
        return Native(self._app.connection, lambda: self._app.call("object.of", "book", [self.uid]))

    def json(self) -> Any:
        """Books of xlwings Server have one, LibreOffice's have not."""
        raise NotInLibreOffice(_("only books of xlwings Server can be given as JSON"))

    @property
    def name(self) -> str:
        """The file's name, or ``Book1`` while there is none."""
        return _book_name(self.call("books.describe"))

    @property
    def fullname(self) -> str:
        """The file's path, or the name while there is none."""
        facts = self.call("books.describe")
        return str(facts["path"] or facts["title"])

    @property
    def sheets(self) -> Sheets:
        """The sheets."""
        return Sheets(self)

    @property
    def app(self) -> App:
        """The LibreOffice it is open in."""
        return self._app

    @property
    def names(self) -> Names:
        """All names, those of single sheets too."""
        return Names(self, None)

    @property
    def selection(self) -> Range | None:
        """The selected cells."""
        found = self.call("selection.get")
        return None if found is None else self.sheet(found["sheet"]).rect(found["rect"])

    def close(self) -> None:
        """Closes without saving."""
        self.call("books.close")
        self._app.forget(self.uid)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Saves; to another file or type if a path is given. A new book goes to the current folder as ``.xlsx``.

        Raises:
            BookRefused: LibreOffice cannot write this type (such as ``.xlsb``).
        """
        target = None
        if path is not None:
            target = str(Path(path).resolve())
        elif not self.call("books.describe")["path"]:
            target = str(Path.cwd() / f"{self.name}.xlsx")
        elif password is not None:
            target = self.fullname
        self.call("books.save", target, password)

    def activate(self) -> None:
        """Brings it to the front."""
        self.call("books.activate")

    def to_pdf(self, path: str, quality: str = "standard") -> None:
        """Writes all shown sheets as PDF."""
        self.call("books.export", str(Path(path).resolve()), quality)


class SheetName:
    """The present name of a sheet, shared by all objects that stand for it."""

    def __init__(self, text: str) -> None:
        self.text = text


class Sheets(base_classes.Sheets):
    """The sheets of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Any:
        """LibreOffice's collection of sheets."""
        return self.book.api.Sheets

    def _names(self) -> list[str]:
        names: list[str] = self.book.call("sheets.list")
        return names

    @property
    def active(self) -> Sheet:
        """The sheet in front."""
        return self.book.sheet(self.book.call("sheets.active"))

    def __call__(self, name_or_index: str | int) -> Sheet:
        """A sheet by its name or its position, counted from 1."""
        names = self._names()
        if isinstance(name_or_index, int):
            if 1 <= name_or_index <= len(names):
                return self.book.sheet(names[name_or_index - 1])
        else:
            for name in names:
                if name.lower() == name_or_index.lower():
                    return self.book.sheet(name)
        raise NotThere(_("there is no sheet named {name}").format(name=name_or_index))

    def __contains__(self, key: str | int) -> bool:
        try:
            self(key)
        except NotThere:
            return False
        return True

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Sheet]:
        for name in self._names():
            yield self.book.sheet(name)

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet before or after another one, else before the active one."""
        anchor = after or before or self.active
        position = anchor.index if after is not None else anchor.index - 1
        return self.book.sheet(self.book.call("sheets.add", name, position))


class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, shared: SheetName) -> None:
        self._book = book
        self._name = shared

    def call(self, operation: str, *arguments: Any) -> Any:
        """Carries out an operation on this sheet."""
        return self._book.call(operation, self._name.text, *arguments)

    def rect(self, rect: Sequence[int]) -> Range:
        """Cells by row and column of the first (from 0), number of rows and of columns."""
        return Range(self, (rect[0] + 1, rect[1] + 1, rect[2], rect[3]))

    @property
    def api(self) -> Native:
        """LibreOffice's sheet, ``com.sun.star.sheet.Spreadsheet``."""
        place = [self._book.uid, self._name.text]
        return Native(self._book.app.connection, lambda: self._book.app.call("object.of", "sheet", place))

    @property
    def name(self) -> str:
        """Its name."""
        return self._name.text

    @name.setter
    def name(self, value: str) -> None:
        self.call("sheets.rename", value)
        self._book.renamed(self._name, value)

    @property
    def names(self) -> Names:
        """The names that hold on this sheet only."""
        return Names(self._book, self)

    @property
    def book(self) -> Book:
        """Its book."""
        return self._book

    @property
    def notes(self) -> list[Note]:
        """The notes of all cells."""
        return [Note(self.rect((row, column, 1, 1))) for row, column in self.call("notes.list")]

    @property
    def comments(self) -> list[Any]:
        """LibreOffice has notes, no threads of comments."""
        return []

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.call("sheets.facts")
        return facts

    @property
    def index(self) -> int:
        """Its position, counted from 1."""
        return int(self._facts()["index"]) + 1

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Cells by address, name, table, (row, column) from 1, or by two corners."""
        first = self._corner(arg1)
        if arg2 is None:
            found = first
        else:
            last = self._corner(arg2)
            top, left = min(first.row, last.row), min(first.column, last.column)
            bottom = max(first.row + first.shape[0], last.row + last.shape[0])
            right = max(first.column + first.shape[1], last.column + last.shape[1])
            found = Range(self, (top, left, bottom - top, right - left))
        found.arg1_input = arg1 if isinstance(arg1, str) else ""
        return found

    def _corner(self, given: Any) -> Range:
        if isinstance(given, Range):
            return given
        if isinstance(given, tuple):
            if 0 in given[:2]:
                raise IndexError(_("Rows and columns are counted from 1."))
            rows, columns = given[2:] if len(given) == 4 else (1, 1)
            return Range(self, (given[0], given[1], rows, columns))
        return self._named(str(given))

    def _named(self, text: str) -> Range:
        rect: Rect | None = parse(text)
        if rect is not None:
            return Range(self, rect)
        sheet, mark, local = text.rpartition("!")
        if mark:
            return self._book.sheets(sheet.strip("'").replace("''", "'")).range(local)
        found = self._book.call("names.resolve", self._name.text, text)
        if found is None:
            raise NotThere(_("no cells are called {name}").format(name=text), where=self._name.text)
        return self._book.sheet(found["sheet"]).rect(found["rect"])

    @property
    def cells(self) -> Range:
        """All cells."""
        facts = self._facts()
        return Range(self, (1, 1, facts["rows"], facts["columns"]))

    def activate(self) -> None:
        """Brings it to the front."""
        self.call("sheets.activate")

    def select(self) -> None:
        """Brings it to the front."""
        self.activate()

    def clear_contents(self) -> None:
        """Empties all cells; formats and notes stay."""
        self.call("cells.clear", None, "contents")

    def clear_formats(self) -> None:
        """Takes all formats away."""
        self.call("cells.clear", None, "formats")

    def clear(self) -> None:
        """Empties all cells and takes formats and notes away."""
        self.call("cells.clear", None, "all")

    def autofit(self, axis: str | None = None) -> None:
        """Best widths of columns (``c``), heights of rows (``r``), or both."""
        self.call("lines.fit", None, {"r": "r", "rows": "r", "c": "c", "columns": "c", None: "cr"}[axis])

    def delete(self) -> None:
        """Deletes it."""
        self.call("sheets.delete")

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """Copies it before or after a sheet of this or another book of the same LibreOffice."""
        anchor = after or before or self
        position = anchor.index if after is not None else anchor.index - 1
        taken = {name.lower() for name in anchor.book.call("sheets.list")}
        new = next(
            candidate
            for candidate in map(f"{self.name} ({{}})".format, range(2, 10_000))
            if candidate.lower() not in taken
        )
        self.call("sheets.copy", anchor.book.uid, position, new)

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        """Moves it before or after a sheet of its book."""
        anchor = after or before
        if anchor is not None:
            self.call("sheets.move", anchor.index if after is not None else anchor.index - 1)

    @property
    def used_range(self) -> Range:
        """The rectangle that holds all contents."""
        return self.rect(self.call("cells.used"))

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self._facts()["visible"])

    @visible.setter
    def visible(self, value: bool) -> None:
        self.call("sheets.show", bool(value))

    @property
    def show_gridlines(self) -> bool:
        """Whether grid lines are shown."""
        return bool(self.call("sheets.gridlines"))

    @show_gridlines.setter
    def show_gridlines(self, value: bool) -> None:
        self.call("sheets.gridlines", bool(value))

    @property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables(self)

    @property
    def pictures(self) -> Pictures:
        """Its pictures."""
        return Pictures(self)

    @property
    def shapes(self) -> Shapes:
        """All that is drawn on it."""
        return Shapes(self)

    @property
    def charts(self) -> Charts:
        """Its charts."""
        return Charts(self)

    @property
    def freeze_panes(self) -> FreezePanes:
        """Rows and columns that stay in sight."""
        return FreezePanes(self)

    @property
    def page_setup(self) -> PageSetup:
        """What is printed."""
        return PageSetup(self)

    def to_html(self, path: str) -> None:
        """Writes the book as a web page."""
        self._book.call("books.export", str(Path(path).resolve()), "standard")


class FreezePanes(base_classes.FreezePanes):
    """Rows and columns of a sheet that stay in sight."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def freeze_at(self, frozen_range: str) -> None:
        """Keeps this range, from the sheet's corner on, in sight: ``A1:B2``, ``A:A``, ``1:2``."""
        found = self.sheet.range(frozen_range)
        rows, columns = found.row + found.shape[0] - 1, found.column + found.shape[1] - 1
        facts = self.sheet.call("sheets.facts")
        self.sheet.call("sheets.freeze", columns % facts["columns"], rows % facts["rows"])

    def unfreeze(self) -> None:
        """Lets all scroll again."""
        self.sheet.call("sheets.freeze", 0, 0)


class PageSetup(base_classes.PageSetup):
    """What is printed of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def api(self) -> Native:
        """LibreOffice's sheet."""
        return self.sheet.api

    @property
    def print_area(self) -> str | None:
        """The address of what is printed; None for all."""
        rect = self.sheet.call("sheets.print-area")
        return None if rect is None else self.sheet.rect(rect).address

    @print_area.setter
    def print_area(self, value: str | None) -> None:
        self.sheet.call("sheets.set-print-area", None if value is None else self.sheet.range(value).wire)
