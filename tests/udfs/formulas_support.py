"""The PyPI package ``formulas`` as a host of our functions: another engine, of another make, than LibreOffice."""

from __future__ import annotations

import importlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import formulas
import numpy as np
import schedula
from formulas.functions import Array
from formulas.ranges import Ranges
from formulas.tokens.operand import Error, XlError

from udfs.registry import FUNCTIONS, CellError, call, passed_on
from workbench.places import a1

EPOCH = date(1899, 12, 30)


def computed(path: Path, count: int) -> list[Any]:
    """The first cells of column A of a workbook's first sheet, computed."""
    importlib.import_module("udfs.functions")
    known = formulas.get_functions()
    for name in FUNCTIONS:
        known[name] = hosted(name)
    try:
        model = formulas.ExcelModel().loads(str(path)).finish()
        solution = model.calculate()
    finally:
        for name in FUNCTIONS:
            del known[name]
    found = {str(key).upper(): value for key, value in solution.items()}
    sheet = f"'[{path.name.upper()}]SHEET'!"
    return [plain(found[f"{sheet}{a1(row, 1)}"].value[0, 0]) for row in range(1, count + 1)]


def hosted(name: str) -> Any:
    """A function of the registry as that package calls it."""

    def function(*arguments: Any) -> Any:
        return outgoing(call(name, *map(incoming, arguments)))

    return function


def incoming(value: Any) -> Any:
    if isinstance(value, Ranges):
        value = value.value
    if isinstance(value, np.ndarray) and value.ndim:
        return [[incoming(cell) for cell in row] for row in np.atleast_2d(value)]
    if isinstance(value, np.ndarray):
        value = value.item()
    if value is schedula.EMPTY or value == "":
        return None
    if isinstance(value, XlError):
        return passed_on(str(value))
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def outgoing(value: Any) -> Any:
    if isinstance(value, list):
        return np.array([[outgoing(cell) for cell in row] for row in value], dtype=object).view(Array)
    if isinstance(value, CellError):
        return Error.errors[value.kind.value]
    if isinstance(value, bool | str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return float((value.date() - EPOCH).days)
    return float((value - EPOCH).days) if isinstance(value, date) else float(value)


def plain(value: Any) -> Any:
    if isinstance(value, XlError):
        return str(value)
    if value is schedula.EMPTY:
        return None
    return float(value) if isinstance(value, np.number) else value
