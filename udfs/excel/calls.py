"""What Excel asks for through COM: one function over plain values, and one macro on the workbook in front.

An error goes out as a text between marks that no cell's text can hold; the VBA turns it into a true error value.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, cast

from udfs.excel.settings import read_settings
from udfs.functions import use_register
from udfs.registry import FUNCTIONS, Kind, passed_on
from udfs.service.cells import answer as answer_cells
from workbench.errors import WorkbenchError
from workbench.i18n import _

__all__ = ["MARK", "answer", "run_macro"]

MARK = "\ue000"
"""Stands before and after the name of an error; in a text that holds it, it is left out."""
_ERRORS = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
}
"""Error values as COM hands them over; numbers of cells always come as float."""
_DAYS_TO_1904 = 1462.0
_LONGEST = 32_767
_RAW = {"convert": "raw"}


def answer(name: str, from_1904: bool, arguments: tuple[Any, ...]) -> list[list[Any]]:  # noqa: FBT001 - COM has no names
    """Call a function for Excel.

    Args:
        name: as it stands in the formula.
        from_1904: whether the asking workbook counts days from 1904.
        arguments: cells, and ranges as tuples of rows; what was left out is None.

    Returns:
        Rows of cells, an error as a text between marks with its message behind.
    """
    try:
        given = _arguments(name, arguments, from_1904=from_1904)
        found = answer_cells(name, given, from_1904=from_1904)
    except Exception as problem:  # noqa: BLE001 - a cell must get an answer, whatever a function does
        found = {"error": "#VALUE!", "message": _("The function failed: {problem}").format(problem=repr(problem))}
    rows = found if isinstance(found, list) else [[found]]
    return [[_shown(cell) for cell in row] for row in rows] or [[""]]


def _arguments(name: str, arguments: tuple[Any, ...], *, from_1904: bool) -> list[Any]:
    given = list(arguments)
    while given and given[-1] is None:
        given.pop()
    parameters = FUNCTIONS[name].parameters if name in FUNCTIONS else ()
    shifts = [from_1904 and one.kind is Kind.DATE for one in parameters]
    return [_cells(one, shift) for one, shift in zip(given, shifts, strict=False)]


def _cells(value: Any, shift: bool) -> Any:  # noqa: FBT001 - one of two positions
    if isinstance(value, list | tuple):
        rows = [row if isinstance(row, list | tuple) else [row] for row in value]
        return [[_cells(cell, shift) for cell in row] for row in rows]
    if isinstance(value, int) and not isinstance(value, bool):
        error = _ERRORS.get(value)
        return value if error is None else passed_on(error)
    return value + _DAYS_TO_1904 if shift and isinstance(value, float) else value


def _shown(cell: Any) -> Any:
    if isinstance(cell, dict):
        return f"{MARK}{cell['error']}{MARK}{cell['message']}"
    if isinstance(cell, str):
        text = cell.replace(MARK, "")
        return text if len(text) <= _LONGEST else f"{MARK}#VALUE!{MARK}{_('The text is too long for a cell.')}"
    return "" if cell is None else cell


def run_macro(name: str) -> str:
    """Run a macro on the workbook that Excel has in front; what it did, in words.

    A refusal is told in words as well: Excel shows one message either way.
    """
    import xlwings

    book = xlwings.Book.caller()

    def progress(step: str, done: int, of: int) -> None:
        book.app.status_bar = f"Workbench: {step} ({done}/{of})" if of else f"Workbench: {step}"

    try:
        outcome = importlib.import_module("udfs.macros").run(name, book, location=_register(), progress=progress)
    except WorkbenchError as refused:
        return "\n".join(filter(None, (refused.message, refused.where, refused.remedy)))
    return str(outcome)


def _register() -> str:
    """The register that the add-in was installed for; WORKBENCH_REGISTER goes before it."""
    return "" if os.environ.get("WORKBENCH_REGISTER") else read_settings().get("REGISTER", "")


def _declare() -> None:
    """Tell xlwings' COM server how to hand values over: as they are."""
    for function, names in ((answer, ("name", "from_1904", "arguments")), (run_macro, ("name",))):
        cast("Any", function).__xlfunc__ = {
            "name": function.__name__,
            "sub": False,
            "args": [
                {"name": name, "pos": place, "doc": "", "vba": None, "options": dict(_RAW)}
                for place, name in enumerate(names)
            ],
            "ret": {"doc": "", "options": {}},
            "category": "Workbench",
            "volatile": False,
            "call_in_wizard": True,
            "async_mode": None,
        }


_declare()
use_register(_register() or None)
