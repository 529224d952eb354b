"""Takes requests, finds what they are about, and carries them out."""

from __future__ import annotations

import json
from typing import Any, Callable, Tuple

import uno

Operation = Callable[..., Any]
Rect = Tuple[int, int, int, int]  # row and column of the first cell, both from 0; rows; columns

OPERATIONS: dict[str, Operation] = {}


class Refused(Exception):
    """A request that cannot be carried out; ``kind`` tells the other side which error to raise."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def operation(name: str) -> Callable[[Operation], Operation]:
    """Makes a function an operation that can be asked for under this name; its first parameter is the office."""

    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register


def struct(name: str, **fields: Any) -> Any:
    """A new UNO struct with these fields set."""
    made = uno.createUnoStruct(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def properties(**values: Any) -> tuple[Any, ...]:
    """Named values as loading, saving and sorting take them."""
    return tuple(struct("com.sun.star.beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


class Office:
    """The running LibreOffice and the objects that requests name."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.desktop = self.create("com.sun.star.frame.Desktop")
        self.objects: dict[int, Any] = {}
        self.locked: dict[str, int] = {}
        self.filters: dict[tuple[Any, ...], Any] = {}
        self.grammars: dict[str, Any] = {}
        self._next_object = 0
        self._documents: dict[str, Any] = {}

    def create(self, service: str) -> Any:
        """An instance of one of LibreOffice's services."""
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def documents(self) -> list[Any]:
        """All open spreadsheets, in the order in which they were opened."""
        found = []
        components = self.desktop.Components.createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if hasattr(component, "supportsService") and component.supportsService(
                "com.sun.star.sheet.SpreadsheetDocument"
            ):
                found.append(component)
        self._documents = {document.RuntimeUID: document for document in found}
        self.grammars = {uid: known for uid, known in self.grammars.items() if uid in self._documents}
        return sorted(found, key=lambda document: int(document.RuntimeUID))

    def document(self, uid: str) -> Any:
        """The open spreadsheet with this identity."""
        document = self._documents.get(uid)
        if document is None:
            self.documents()
            document = self._documents.get(uid)
        if document is None:
            raise Refused("closed", "")
        return document

    def forget(self, uid: str) -> None:
        """The document was closed."""
        self._documents.pop(uid, None)
        self.grammars.pop(uid, None)
        self.locked.pop(uid, None)

    def sheet(self, uid: str, name: str) -> Any:
        """The sheet of this name.

        The name is its identity: LibreOffice's own handles slide to another sheet when theirs is deleted.
        """
        sheets = self.document(uid).Sheets
        if not sheets.hasByName(name):
            raise Refused("no-sheet", name)
        return sheets.getByName(name)

    def cells(self, uid: str, name: str, rect: Rect) -> Any:
        """A rectangle of cells."""
        row, column, rows, columns = rect
        return self.sheet(uid, name).getCellRangeByPosition(column, row, column + columns - 1, row + rows - 1)

    def keep(self, thing: Any) -> int:
        """Holds an object for the other side, until it is let go."""
        self._next_object += 1
        self.objects[self._next_object] = thing
        return self._next_object


class Service:
    """One caller's conversation with this LibreOffice."""

    def __init__(self, context: Any) -> None:
        from . import load_operations

        load_operations()
        self._office = Office(context)

    def answer(self, request: str) -> str:
        """Carries out ``[number, operation, arguments…]``: ``[number, "ok", result]`` or ``[number, kind, message]``.

        A document that was closed behind our back is looked for once more.
        """
        number, name, *arguments = json.loads(request)
        try:
            result = OPERATIONS[name](self._office, *arguments)
            reply = [number, "ok", result]
        except Refused as refusal:
            reply = [number, refusal.kind, refusal.message]
        except Exception as problem:  # noqa: BLE001  # every failure is told to the caller, who raises it
            reply = [number, _kind(problem), _text(problem)]
        return json.dumps(reply, separators=(",", ":"))


def _kind(problem: Exception) -> str:
    name = type(problem).__name__.rpartition(".")[2]
    return "closed" if name == "DisposedException" else "failed"


def _text(problem: Exception) -> str:
    message: str | None = getattr(problem, "Message", None)
    return f"{type(problem).__name__.rpartition('.')[2]}: {message or problem}"
