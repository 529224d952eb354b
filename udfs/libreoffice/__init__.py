"""LibreOffice Calc as an engine of xlwings.

``import udfs.libreoffice`` registers the engine; where no Excel is installed it becomes the active one, so that code
written for xlwings runs unchanged::

    import xlwings as xw
    import udfs.libreoffice

    with xw.App(visible=False) as app:
        book = app.books.open("receipts.xlsx")
        book.sheets["Receipts"]["A1"].expand().value

LibreOffice runs in its own process, with its own profile, and is talked to through a pipe that only the same user can
open. One that has no window ends with the Python that started it.
"""

from __future__ import annotations

from udfs.libreoffice.errors import MissingXlwings, OfficeError

try:
    import xlwings as _xlwings  # noqa: F401  # asked for before anything is built on it
except ImportError as _absent:
    raise MissingXlwings from _absent

from udfs.libreoffice.engine import NAME, activate, attach, configure, register

__all__ = ["NAME", "OfficeError", "activate", "attach", "configure", "register"]

register()
