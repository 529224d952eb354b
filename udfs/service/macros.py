"""A macro, run on a workbook that LibreOffice has open."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["run"]


def run(request: dict[str, Any]) -> str:
    """Runs ``request["name"]`` on the book ``request["uid"]`` of the LibreOffice behind ``request["pipe"]``.

    Returns:
        The macro's summary in words.

    Raises:
        WorkbenchError: there is no such macro, or it refused.
    """
    import xlwings

    from udfs.libreoffice.connection import Connection
    from udfs.libreoffice.engine import App, register
    from udfs.libreoffice.office import Record, new_folder
    from workbench.i18n import use_language

    macros = importlib.import_module("udfs.macros")
    name = str(request["name"])
    register()
    folder = new_folder()
    connection = Connection.to(Record(int(request["pid"]), str(request["pipe"]), str(folder), shared=False))
    connection.user_owned = True
    try:
        book = xlwings.Book(impl=App(connection).book(str(request["uid"])))
        use_language(str(request.get("language") or "en"))
        return str(macros.run(name, book, location=str(request.get("register") or "")))
    finally:
        connection.close(terminate=False)
        folder.rmdir()
