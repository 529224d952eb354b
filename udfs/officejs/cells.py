"""Cells as JSON: what Excel's page sends, and what it gets back.

A text, number or truth value is itself and an empty cell is an empty text. A day is ``{"day": serial}``, an error
``{"error": "#N/A", "message": …}`` (as an argument ``{"error": "#N/A"}``), a range a list of rows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from udfs.registry import ArgumentRefused, Cell, CellError, ErrorKind, passed_on
from workbench.i18n import _

__all__ = ["as_json", "from_json", "loads"]

_EPOCH = date(1899, 12, 30)
_DAY_SECONDS = 86_400
LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
_EXACT = 15
"""Digits that a cell of Excel holds."""


def loads(text: str | bytes) -> Any:
    """JSON as a browser writes it.

    Raises:
        ValueError: it is none, or holds NaN or Infinity.
    """
    return json.loads(text, parse_constant=_no_constant, parse_int=_number, parse_float=float)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _EXACT + 1 else float(digits)


def from_json(value: object) -> Any:
    """One argument: a cell, or a range as rows of cells.

    Raises:
        ArgumentRefused: it is neither.
    """
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list) and len(value[0]) == 1:
            return [[_cell(value[0][0])]]
        return [[_cell(one) for one in row] if isinstance(row, list) else _not_a_cell() for row in value]
    return _cell(value)


def _cell(value: object) -> Cell:
    if value is None or value == "":
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, dict) and isinstance(value.get("error"), str):
        return passed_on(value["error"])
    return _not_a_cell()


def _not_a_cell() -> Any:
    raise ArgumentRefused(_("There is something that no cell holds."), remedy=_("Give texts, numbers, days or ranges."))


def as_json(result: Cell | Sequence[Sequence[Cell]]) -> Any:
    """What a function gave, cell by cell."""
    if isinstance(result, list | tuple):
        return [[_shown(one) for one in row] for row in result]
    return _shown(result)


def _shown(value: Cell) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else _error(ErrorKind.VALUE, _("The text is too long for a cell."))
    if isinstance(value, int | float | Decimal):
        return _figure(value)
    if isinstance(value, CellError):
        return _error(value.kind, value.message)
    if isinstance(value, datetime):
        clock = value.hour * 3600 + value.minute * 60 + value.second
        return {"day": (value.date() - _EPOCH).days + clock / _DAY_SECONDS}
    if isinstance(value, date):
        return {"day": (value - _EPOCH).days}
    return str(value)


def _figure(value: float | Decimal) -> Any:
    try:
        figure = float(value)
    except OverflowError:
        figure = math.inf
    if not math.isfinite(figure):
        return _error(ErrorKind.NUM, _("The figure is too large for a cell."))
    return int(figure) if figure.is_integer() and abs(figure) < 10**_EXACT else figure


def _error(kind: ErrorKind, message: str) -> dict[str, str]:
    return {"error": kind.value, "message": message}
