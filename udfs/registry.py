"""The one declaration of every spreadsheet function: name, parameters, help in zh and en, scalar and range form.

A function is written for single cells. Called with a range (rows of cells) in any of its parameters it gives a range
of the same shape, computed in one call; single values are used for every cell. A cell that fails holds a
``CellError`` in its place, never text that looks like data; each host turns it into a true error value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from workbench.errors import MoneyError, RateError, WorkbenchError

__all__ = ["FUNCTIONS", "Cell", "CellError", "ErrorKind", "Function", "Parameter", "Range", "call", "function"]

Cell = object
"""What a host hands over for one cell: str, int, float, bool, date, Decimal, or None for an empty one."""
Range = Sequence[Sequence[Cell]]

_Plain = TypeVar("_Plain", bound=Callable[..., Cell])


class ErrorKind(Enum):
    """The error values that spreadsheets know."""

    NA = "#N/A"  # the question is right, there is no answer (no rate on that day)
    VALUE = "#VALUE!"  # an argument is of the wrong kind (no such currency, no date)
    NUM = "#NUM!"  # a figure is outside what can be computed exactly


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value with the message that the cell itself cannot show."""

    kind: ErrorKind
    message: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as the function wizard of a spreadsheet shows it."""

    name: str
    help_en: str
    help_zh: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One spreadsheet function; ``scalar`` takes and gives single cells."""

    name: str
    category: str
    parameters: tuple[Parameter, ...]
    help_en: str
    help_zh: str
    scalar: Callable[..., Cell]


FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, *parameters: Parameter, category: str, help_en: str, help_zh: str
) -> Callable[[_Plain], _Plain]:
    """Declare a plain function as the spreadsheet function ``name``."""

    def declare(plain: _Plain) -> _Plain:
        if name in FUNCTIONS:
            raise ValueError(f"{name} is declared twice")
        FUNCTIONS[name] = Function(name, category, parameters, help_en, help_zh, plain)
        return plain

    return declare


def call(name: str, *arguments: Cell | Range) -> Cell | list[list[Cell]]:
    """Call a function by its spreadsheet name with cells, ranges, or both.

    Ranges must have the same shape; the result then has that shape. Never raises for what a cell holds: the error
    stands in the cell.
    """
    scalar = FUNCTIONS[name].scalar
    shapes = {(len(one), len(one[0]) if one else 0) for one in arguments if isinstance(one, list | tuple)}
    if not shapes:
        return _guarded(scalar, arguments)
    if len(shapes) > 1:
        return CellError(ErrorKind.VALUE, f"{name}: the ranges differ in shape")
    (height, width) = shapes.pop()
    return [
        [_guarded(scalar, [_at(one, row, column) for one in arguments]) for column in range(width)]
        for row in range(height)
    ]


def _at(argument: object, row: int, column: int) -> Cell:
    if isinstance(argument, list | tuple):
        cell: Cell = argument[row][column]
        return cell
    return argument


def _guarded(scalar: Callable[..., Cell], arguments: Sequence[Cell]) -> Cell:
    try:
        return scalar(*arguments)
    except RateError as error:
        return CellError(ErrorKind.NA, str(error))
    except MoneyError as error:
        return CellError(ErrorKind.VALUE, str(error))
    except WorkbenchError as error:
        return CellError(ErrorKind.VALUE, str(error))


def help_of(name: str) -> Mapping[str, str]:
    """The function's help by language."""
    declared = FUNCTIONS[name]
    return {"en": declared.help_en, "zh": declared.help_zh}
