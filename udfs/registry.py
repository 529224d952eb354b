"""The one declaration of every spreadsheet function: name, parameters, help in zh and en, scalar and range form.

A function is written for single cells. Called with a range (rows of cells) in any of its parameters it gives a range
of the same shape, computed in one call; single values are used for every cell. A cell that fails holds a
``CellError`` in its place, never text that looks like data; each host turns it into a true error value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from workbench.errors import RateError, WorkbenchError
from workbench.i18n import _
from workbench.money import AmountTooLong, InexactCell

__all__ = [
    "FUNCTIONS",
    "ArgumentRefused",
    "Cell",
    "CellError",
    "ErrorKind",
    "Function",
    "Parameter",
    "Range",
    "call",
    "function",
]

Cell = object
"""What a host hands over for one cell: str, int, float, bool, date, Decimal, or None for an empty one."""
Range = Sequence[Sequence[Cell]]

_Plain = TypeVar("_Plain", bound=Callable[..., Cell])


class ErrorKind(Enum):
    """The error values that spreadsheets know."""

    NA = "#N/A"  # the question is right, there is no answer (no rate on that day)
    VALUE = "#VALUE!"  # an argument is of the wrong kind (no such currency, no date)
    NUM = "#NUM!"  # a figure is outside what can be computed exactly


class ArgumentRefused(WorkbenchError, ValueError):
    """A cell or range that the function cannot work with: missing, no date, ranges of unequal shape."""

    code = "udf.argument"


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

    Ranges must have the same shape, and the result has it too; a range of one cell counts as that cell, unless there is
    no other. Never raises for what a cell holds or a formula leaves out: the error stands in the cell.

    Raises:
        KeyError: no function is declared under that name.
    """
    declared = FUNCTIONS[name]
    try:
        _check_count(declared, len(arguments))
        shape = _common_shape(arguments)
    except ArgumentRefused as error:
        return _cell_error(error)
    if shape is None:
        return _guarded(declared.scalar, arguments)
    height, width = shape
    return [
        [_guarded(declared.scalar, [_at(one, row, column) for one in arguments]) for column in range(width)]
        for row in range(height)
    ]


def _check_count(declared: Function, given: int) -> None:
    least = sum(not one.optional for one in declared.parameters)
    if not least <= given <= len(declared.parameters):
        names = ", ".join(f"[{one.name}]" if one.optional else one.name for one in declared.parameters)
        raise ArgumentRefused(
            _("{name} was given {count} arguments.").format(name=declared.name, count=given),
            remedy=_("Write {name}({names}).").format(name=declared.name, names=names),
        )


def _common_shape(arguments: Sequence[Cell | Range]) -> tuple[int, int] | None:
    """Rows and columns of the ranges; None where all arguments are single cells."""
    shapes = {_shape(one) for one in arguments if isinstance(one, list | tuple)}
    if len(shapes) > 1:
        shapes.discard((1, 1))
    if len(shapes) > 1:
        raise ArgumentRefused(
            _("The ranges differ in shape: {shapes}.").format(
                shapes=", ".join(f"{height}×{width}" for height, width in sorted(shapes))
            ),
            remedy=_("Give ranges of the same number of rows and columns."),
        )
    return shapes.pop() if shapes else None


def _shape(rows: Sequence[Cell]) -> tuple[int, int]:
    widths = {len(row) if isinstance(row, list | tuple) else -1 for row in rows}
    if len(widths) > 1 or -1 in widths:
        raise ArgumentRefused(
            _("The range is not made of rows of one length."), remedy=_("Give one rectangle of cells.")
        )
    return len(rows), widths.pop() if widths else 0


def _at(argument: object, row: int, column: int) -> Cell:
    if isinstance(argument, list | tuple):
        single = len(argument) == 1 and len(argument[0]) == 1
        cell: Cell = argument[0][0] if single else argument[row][column]
        return cell
    return argument


def _guarded(scalar: Callable[..., Cell], arguments: Sequence[Cell]) -> Cell:
    try:
        return scalar(*arguments)
    except WorkbenchError as error:
        return _cell_error(error)


def _cell_error(error: WorkbenchError) -> CellError:
    if isinstance(error, RateError):
        kind = ErrorKind.NA
    elif isinstance(error, InexactCell | AmountTooLong):
        kind = ErrorKind.NUM
    else:
        kind = ErrorKind.VALUE
    return CellError(kind, str(error))
