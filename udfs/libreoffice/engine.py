"""The engine that xlwings sees, and its apps: one app is one running LibreOffice."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import xlwings
from xlwings import base_classes

from udfs.libreoffice import office, values
from udfs.libreoffice.books import Book, Books
from udfs.libreoffice.connection import Connection, Native, Settings
from udfs.libreoffice.errors import NotInLibreOffice, NotThere, OfficeError
from udfs.libreoffice.ranges import Range
from workbench.i18n import _

__all__ = ["NAME", "App", "Apps", "Engine", "activate", "attach", "engine"]

NAME = "libreoffice"


class Engine:
    """LibreOffice Calc as an engine of xlwings."""

    @property
    def apps(self) -> Apps:
        """The running LibreOffices."""
        return Apps()

    @property
    def name(self) -> str:
        """The key in ``xlwings.engines``."""
        return NAME

    @property
    def type(self) -> str:
        """``desktop``: values are written at once, not queued."""
        return "desktop"

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:  # noqa: ARG004  # xlwings hands them to every engine
        """A Python value as one that a cell can hold."""
        return values.prepare(value)

    @staticmethod
    def clean_value_data(
        data: list[list[Any]], datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """Raw values as the converters hand them on."""
        return [
            [values.clean(cell, datetime_builder, empty_as, number_builder, err_to_str) for cell in row] for row in data
        ]


engine = Engine()


class _Running:
    """The LibreOffices that this process is connected to, the active one first."""

    apps: ClassVar[dict[int, App]] = {}

    @classmethod
    def add(cls, app: App) -> App:
        others = {pid: one for pid, one in cls.apps.items() if pid != app.pid}
        cls.apps = {app.pid: app, **others}  # an earlier connection to the same LibreOffice gives way to this one
        return app

    @classmethod
    def refresh(cls) -> list[App]:
        """Drops the ones that ended and connects to those that others started for all."""
        cls.apps = {pid: app for pid, app in cls.apps.items() if app.connection.alive and office.alive(pid)}
        for record in office.records():
            if record.pid not in cls.apps:
                try:
                    connection = Connection.to(record)
                except OfficeError:
                    continue  # it ended between the look and the call, or is not ours to talk to
                cls.apps[record.pid] = App(connection)
        return list(cls.apps.values())


@atexit.register
def _end_all() -> None:
    """LibreOffices without a window go with this process; the others are let go."""
    for app in list(_Running.apps.values()):
        app.connection.close(terminate=app.connection.owned)


class Apps(base_classes.Apps):
    """The running LibreOffices: this process's own, and those with a window."""

    def keys(self) -> list[int]:
        """Their process numbers."""
        return [app.pid for app in self]

    def add(
        self,
        spec: str | None = None,
        add_book: bool | None = None,
        xl: Any = None,  # noqa: ARG002  # for Excel only
        visible: bool | None = None,
    ) -> App:
        """Starts LibreOffice: with a window if there is a display and ``visible`` is not False."""
        shown = visible is not False and display_available()
        app = _Running.add(App(Connection.start(visible=shown, program=spec)))
        if add_book:
            app.books.add()
        return app

    @staticmethod
    def cleanup() -> None:
        """Nothing to do: no LibreOffice outlives its purpose."""

    def __iter__(self) -> Iterator[App]:
        return iter(_Running.refresh())

    def __len__(self) -> int:
        return len(_Running.refresh())

    def __getitem__(self, pid: int) -> App:
        for app in self:
            if app.pid == pid:
                return app
        raise NotThere(_("no LibreOffice runs as process {pid}").format(pid=pid))


def display_available() -> bool:
    """Whether a window could be shown."""
    if sys.platform.startswith(("win", "darwin")):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class App(base_classes.App):
    """One running LibreOffice."""

    # Kept for code that sets them: LibreOffice asks nothing while it is driven from outside.
    display_alerts = True
    enable_events = True
    interactive = True

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._facts: dict[str, str] = {}
        self._books: dict[str, Book] = {}
        self._status: str | bool = False
        self._screen_updating = True
        self._calculation = "automatic"
        self.copied: list[Any] | None = None
        """Place of the cells that were copied last: book, sheet, rectangle."""

    def call(self, operation: str, *arguments: Any) -> Any:
        """Carries out one operation in this LibreOffice."""
        return self.connection.call(operation, *arguments)

    def book(self, uid: str) -> Book:
        """The one object of this process for an open book."""
        if uid not in self._books:
            self._books[uid] = Book(self, uid)
        return self._books[uid]

    def forget(self, uid: str) -> None:
        """The book was closed."""
        self._books.pop(uid, None)

    @property
    def engine(self) -> Engine:
        """The engine."""
        return engine

    @property
    def api(self) -> Native:
        """LibreOffice's desktop object, ``com.sun.star.frame.Desktop``."""
        return Native(self.connection, lambda: self.call("object.of", "app", []))

    @property
    def selection(self) -> Range | None:
        """The selected cells of the active book."""
        if not len(self.books):
            return None
        return self.books.active.selection

    def activate(self, steal_focus: bool = False) -> None:
        """Makes this the app that ``xw.apps.active`` gives."""
        _Running.add(self)
        if steal_focus and self.visible and len(self.books):
            self.books.active.activate()

    @property
    def visible(self) -> bool:
        """Whether it was started with a window."""
        return not self.connection.owned

    @visible.setter
    def visible(self, visible: bool) -> None:
        """A LibreOffice without a window cannot get one later: where there is no display nothing is asked of it."""
        if bool(visible) != self.visible and display_available():
            raise NotInLibreOffice(
                _("LibreOffice gets or loses its window only at its start."),
                remedy=_("Start it with App(visible=True) or App(visible=False)."),
            )

    def quit(self) -> None:
        """Ends LibreOffice without saving; the user's own one is only let go."""
        self.connection.close(terminate=True)
        _Running.apps.pop(self.pid, None)

    def kill(self) -> None:
        """Ends its process at once, the user's own one too."""
        office.kill(self.pid)
        self.connection.close(terminate=False)
        _Running.apps.pop(self.pid, None)

    @property
    def screen_updating(self) -> bool:
        """Whether windows are redrawn."""
        return self._screen_updating

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        self._screen_updating = bool(value)
        for book in self.books:
            self.call("books.lock", book.uid, not value)

    @property
    def startup_path(self) -> str:
        """The folder of the user's settings."""
        return self._fact("user")

    @property
    def calculation(self) -> str:
        """``automatic`` or ``manual``, for all books."""
        return "automatic" if self.call("office.automatic") else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in {"automatic", "manual"}:
            raise NotInLibreOffice(_("LibreOffice calculates automatic or manual, not {mode}").format(mode=value))
        self._calculation = value
        self.call("office.automatic", value == "automatic")

    def settle(self, book: Book) -> Book:
        """A book that was just opened takes over what was set for all."""
        if self._calculation == "manual":
            self.call("office.automatic", False)
        if not self._screen_updating:
            self.call("books.lock", book.uid, True)
        return book

    def calculate(self) -> None:
        """Recalculates all books."""
        self.call("office.calculate")

    @property
    def version(self) -> str:
        """LibreOffice's version."""
        return self._fact("version")

    @property
    def path(self) -> str:
        """The folder of LibreOffice's programs."""
        return self._fact("program")

    def _fact(self, name: str) -> str:
        if not self._facts:
            self._facts = self.call("office.facts")
        return self._facts[name]

    @property
    def books(self) -> Books:
        """The open books."""
        return Books(self)

    @property
    def hwnd(self) -> None:
        """LibreOffice has no window handle to give."""
        return

    @property
    def pid(self) -> int:
        """LibreOffice's process number."""
        return self.connection.pid

    def run(self, macro: str, args: Any) -> Any:
        """Runs a Basic macro, ``Module.Name`` or ``Library.Module.Name``, of a book (``'Book'!…``) or the user's own."""
        uid = None
        if "!" in macro:
            book, macro = macro.rsplit("!", 1)
            uid = self.books(book.strip("'")).uid
        return self.call("office.run", uid, macro, list(args))

    @property
    def status_bar(self) -> str | bool:
        """The text that was put into the status bar, or False."""
        return self._status

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        self._status = value
        self.call("office.status", None if isinstance(value, bool) else str(value))

    @property
    def cut_copy_mode(self) -> None:
        """No clipboard is used, so no copying is under way."""
        return

    @cut_copy_mode.setter
    def cut_copy_mode(self, value: Any) -> None:
        """Nothing to end."""

    def alert(self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: Any) -> str:  # noqa: ARG002  # callbacks are for servers
        """A message box; the name of the button that was pressed."""
        if not self.visible:
            raise NotInLibreOffice(
                _("LibreOffice runs without a window, so nobody would see: {text}").format(text=prompt)
            )
        answer: str = self.connection.call(
            "office.alert", prompt or "", title or "", buttons or "ok", mode == "critical", timeout=24 * 3600.0
        )
        return answer


_registered: list[xlwings.Engine] = []


def register() -> xlwings.Engine:
    """Makes ``xlwings.engines["libreoffice"]`` known; where no Excel is, it becomes the active engine."""
    if not _registered:
        wrapped = xlwings.Engine(impl=engine)
        xlwings.engines.add(wrapped)
        _registered.append(wrapped)
        if xlwings.engines.active is None:
            wrapped.activate()
    return _registered[0]


def activate() -> xlwings.Engine:
    """Makes LibreOffice what ``xw.Book``, ``xw.App`` and ``xw.apps`` work with, also where Excel is installed."""
    wrapped = register()
    wrapped.activate()
    return wrapped


def attach() -> xlwings.App:
    """The LibreOffice that the user has open, as an app of xlwings; it is opened if it is not.

    Its books are the user's: ``quit`` only lets go of it.
    """
    register()
    return xlwings.App(impl=_Running.add(App(Connection.attach())))


def configure(
    *,
    timeout: float | None = None,
    start_timeout: float | None = None,
    macros: bool | None = None,
    in_process: bool | None = None,
) -> None:
    """Changes how LibreOffice is worked with from now on; what is None stays.

    Args:
        timeout: Longest wait for one answer, in seconds (120).
        start_timeout: Longest wait for LibreOffice to come up, in seconds (60).
        macros: Whether macros of opened books may run (False).
        in_process: Whether the service runs inside LibreOffice, which is quicker (True), or beside it.
    """
    for name, value in (
        ("timeout", timeout), ("start_timeout", start_timeout), ("macros", macros), ("in_process", in_process),
    ):  # fmt: skip
        if value is not None:
            setattr(Settings, name, value)
