"""The wire to one LibreOffice: requests go out line by line through the bridge process, answers come back."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from udfs.libreoffice import office
from udfs.libreoffice.errors import (
    BookRefused,
    FormulaRefused,
    NoSuchAttribute,
    NotInLibreOffice,
    NotThere,
    OfficeError,
    OfficeGone,
    OfficeTimeout,
    StartFailed,
)
from workbench.i18n import _

__all__ = ["Connection", "Native", "Settings"]

_BRIDGE = Path(__file__).parent / "host" / "bridge.py"
_HEADLESS = ("--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard")
_VISIBLE = ("--norestore", "--nologo", "--nodefault", "--nofirststartwizard")


class Settings:
    """What holds for every LibreOffice that this process starts from now on.

    ``timeout`` is the longest wait for one answer, ``start_timeout`` that for LibreOffice to come up, both in
    seconds. ``in_process`` lets our service run inside LibreOffice, where its Python allows it. ``macros`` lets
    macros of opened books run; off, because a book that came by mail may bring any.
    """

    timeout: float = 120.0
    start_timeout: float = 60.0
    in_process: bool = True
    macros: bool = False


class Connection:
    """One LibreOffice and the bridge process to it."""

    def __init__(self, bridge: subprocess.Popen[bytes]) -> None:
        self._bridge = bridge
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._number = 0
        self._dropped: list[int] = []
        self.pid = 0
        self.in_process = False
        self.folder = ""
        self.pipe = ""
        self.owned = False
        self.user_owned = False
        threading.Thread(target=self._listen, daemon=True).start()

    @classmethod
    def start(
        cls, *, visible: bool, program: str | None = None, profile: Path | None = None, arguments: Sequence[str] = ()
    ) -> Connection:
        """Starts a LibreOffice with a profile of its own, or with ``profile``, and further ``arguments``.

        One without a window lives as long as this process; one with a window stays, for the person before it.

        Raises:
            OfficeMissing, OfficePythonMissing: Something is not installed.
            StartFailed: LibreOffice did not come up in time.
        """
        installation = office.find_installation(program)
        folder = office.new_folder()
        command = [
            str(installation.soffice),
            *(_VISIBLE if visible else _HEADLESS),
            f"-env:UserInstallation={(profile or folder / 'profile').absolute().as_uri()}",
            *arguments,
        ]
        options = {"command": command, "folder": str(folder), "owned": not visible}
        return cls._open(installation, "bridge.start", options)

    @classmethod
    def attach(cls) -> Connection:
        """Connects to the LibreOffice that the user has open, with the user's own profile; it is never ended by us.

        It is opened if it is not.
        """
        installation = office.find_installation()
        folder = office.new_folder()
        options = {"command": [str(installation.soffice), *_VISIBLE], "folder": str(folder), "owned": False}
        connection = cls._open(installation, "bridge.attach", options)
        connection.user_owned = True
        return connection

    @classmethod
    def to(cls, record: office.Record) -> Connection:
        """Connects to a LibreOffice that another process started."""
        options = {"command": None, "folder": record.folder, "pipe": record.pipe, "owned": False}
        return cls._open(office.find_installation(), "bridge.attach", options, note=False)

    @classmethod
    def _open(
        cls, installation: office.Installation, action: str, options: dict[str, Any], *, note: bool = True
    ) -> Connection:
        options = {"pipe": office.pipe_name(), **options}
        options |= {"timeout": Settings.start_timeout, "in_process": Settings.in_process}
        bridge = subprocess.Popen(  # noqa: S603  # our own script under the Python that was just tried
            [str(installation.python), str(_BRIDGE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=office.clean_environment(),
            start_new_session=os.name == "posix",
        )
        connection = cls(bridge)
        try:
            facts = connection.call(action, options, timeout=Settings.start_timeout + 30)
        except OfficeError:
            connection.close(terminate=False)
            raise
        connection.pid, connection.in_process = facts["pid"], facts["in_process"]
        connection.folder, connection.pipe, connection.owned = options["folder"], options["pipe"], options["owned"]
        if note:
            office.write_record(office.Record(connection.pid, connection.pipe, connection.folder, not connection.owned))
        return connection

    @property
    def alive(self) -> bool:
        """Whether the bridge still stands."""
        return self._bridge.poll() is None and self._bridge.stdin is not None and not self._bridge.stdin.closed

    def call(self, operation: str, *arguments: Any, timeout: float | None = None) -> Any:
        """Carries out one operation in LibreOffice.

        Raises:
            OfficeTimeout: No answer within ``timeout`` (``Settings.timeout``) seconds.
            OfficeGone: LibreOffice or the bridge ended.
            OfficeError: LibreOffice refused; leaves tell why.
        """
        with self._lock:
            if self._dropped:
                numbers, self._dropped = self._dropped, []
                self._exchange("object.release", [numbers], Settings.timeout)
            return self._exchange(operation, list(arguments), Settings.timeout if timeout is None else timeout)

    def drop(self, number: int) -> None:
        """An object held in LibreOffice is not needed any more; told with the next call."""
        self._dropped.append(number)

    def _exchange(self, operation: str, arguments: list[Any], timeout: float) -> Any:
        self._number += 1
        number = self._number
        line = json.dumps([number, operation, *arguments], separators=(",", ":"), allow_nan=False).encode()
        if not self.alive or self._bridge.stdin is None:
            raise _gone()
        try:
            self._bridge.stdin.write(line + b"\n")
            self._bridge.stdin.flush()
        except OSError as broken:
            raise _gone() from broken
        while True:
            try:
                raw = self._answers.get(timeout=timeout)
            except queue.Empty as late:
                raise OfficeTimeout(
                    _("LibreOffice did not answer within {seconds} seconds.").format(seconds=f"{timeout:g}"),
                    remedy=_("See whether it shows a dialog; app.kill() ends it."),
                ) from late
            if not raw:
                raise _gone()
            answered, kind, result = json.loads(raw)
            if answered != number:
                continue  # the late answer to a call that was given up
            if kind == "ok":
                return result
            if kind == "lost":
                self._let_go()
            raise _error(kind, result)

    def _listen(self) -> None:
        assert self._bridge.stdout is not None  # noqa: S101  # it was opened as a pipe
        for raw in self._bridge.stdout:
            self._answers.put(raw)
        self._answers.put(b"")

    def close(self, *, terminate: bool) -> None:
        """Lets the bridge go; LibreOffice too if asked for and if it is not the user's own."""
        if self.alive and terminate and not self.user_owned:
            try:
                self.call("bridge.quit", timeout=30.0)
            except OfficeError:
                office.kill(self.pid)
        self._let_go()
        try:
            self._bridge.wait(10)
        except subprocess.TimeoutExpired:
            self._bridge.kill()
            self._bridge.wait()

    def _let_go(self) -> None:
        """Ends the bridge's input, upon which it cleans up and ends."""
        if self._bridge.stdin is not None:
            with contextlib.suppress(OSError):  # the pipe broke before: nothing is left to tell
                self._bridge.stdin.close()


def _gone() -> OfficeGone:
    return OfficeGone(_("LibreOffice has ended."), remedy=_("Start it again; what was not saved is lost."))


def _error(kind: str, detail: str) -> OfficeError:
    simple: dict[str, tuple[type[OfficeError], str]] = {
        "closed": (OfficeGone, _("the book was closed")),
        "no-sheet": (NotThere, _("there is no sheet named {name}")),
        "no-name": (NotThere, _("there is no name {name}")),
        "attribute": (NoSuchAttribute, _("LibreOffice's object has no {name}")),
        "no-macro": (NotThere, _("there is no macro {name}")),
        "open": (BookRefused, _("LibreOffice cannot open it: {name}")),
        "not-a-spreadsheet": (BookRefused, _("it is not a spreadsheet")),
        "file-type": (BookRefused, _("LibreOffice cannot write files of type {name}")),
        "no-password": (BookRefused, _("files of type {name} cannot have a password")),
        "sheet-name": (BookRefused, _("the sheet cannot be named {name}")),
        "last-sheet": (BookRefused, _("{name} is the only sheet; a book needs one")),
        "name": (BookRefused, _("{name} is no name for cells")),
        "formula": (FormulaRefused, _("not a formula: {name}")),
        "format": (FormulaRefused, _("not a number format: {name}")),
        "picture": (BookRefused, _("LibreOffice cannot read the image {name}")),
        "chart-type": (NotInLibreOffice, _("LibreOffice has no chart of type {name}")),
        "start": (StartFailed, _("LibreOffice did not start: {name}")),
        "lost": (OfficeGone, _("the connection to LibreOffice is lost: {name}")),
    }
    leaf, message = simple.get(kind, (OfficeError, _("LibreOffice could not do it: {name}")))
    return leaf(message.format(name=detail))


class Native:
    """An object of LibreOffice's own programming interface, worked with from here.

    Attributes and methods are LibreOffice's: ``sheet.api.Annotations.Count``. Each access is one call.
    """

    def __init__(self, connection: Connection, find: Callable[[], dict[str, Any]]) -> None:
        object.__setattr__(self, "_connection", connection)
        object.__setattr__(self, "_find", find)
        object.__setattr__(self, "_held", None)

    def _number(self) -> int:
        held = self._held
        if held is None:
            held = self._find()
            object.__setattr__(self, "_held", held)
            weakref.finalize(self, self._connection.drop, held["object"])
        number: int = held["object"]
        return number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        answer = self._connection.call("object.get", self._number(), name)
        if isinstance(answer, dict) and answer.get("method"):
            return lambda *arguments: self._inward(
                self._connection.call("object.call", self._number(), name, [_outward(a) for a in arguments])
            )
        return self._inward(answer)

    def __setattr__(self, name: str, value: Any) -> None:
        self._connection.call("object.set", self._number(), name, _outward(value))

    def __repr__(self) -> str:
        self._number()
        return f"<LibreOffice {self._held['text']}>"

    def new_struct(self, name: str, **fields: Any) -> Any:
        """A struct such as ``com.sun.star.table.CellAddress``, to be handed to methods."""
        answer = self._connection.call("object.struct", name, {key: _outward(value) for key, value in fields.items()})
        return self._inward(answer)

    def _inward(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._inward(item) for item in value)
        if isinstance(value, dict) and "object" in value:
            return Native(self._connection, lambda: value)
        if isinstance(value, dict):
            return Symbol(*value["enum"])
        return value


class Symbol(tuple[str, str]):
    """A value of one of LibreOffice's enumerations: its type and its name."""

    def __new__(cls, kind: str, value: str) -> Self:
        """Names an enumeration's value, to be handed to methods."""
        return super().__new__(cls, (kind, value))

    @property
    def value(self) -> str:
        """The name of the value."""
        return self[1]


def _outward(value: Any) -> Any:
    if isinstance(value, Native):
        return {"object": value._number()}  # noqa: SLF001  # its own class's other half
    if isinstance(value, Symbol):
        return {"enum": list(value)}
    if isinstance(value, (list, tuple)):
        return [_outward(item) for item in value]
    return value
