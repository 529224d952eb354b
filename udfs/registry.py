"""The one declaration of every spreadsheet function: name, parameters, help in zh and en, scalar and range form.

A function is written for single cells. Called with a range (rows of cells) in any of its parameters it gives a range
of the same shape, computed in one call; single values are used for every cell, and equal cells are computed once. A
function that is declared ``whole`` takes ranges as they are and gives one cell, or a table that ``spills``. A cell that
fails holds a ``CellError`` in its place, never text that looks like data; each host turns it into a true error value.
An error value that a host hands over as a cell is passed on as it is, as spreadsheets' own functions do.
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
    "Kind",
    "NotFound",
    "Parameter",
    "Range",
    "call",
    "function",
    "passed_on",
]

Cell = object
"""What a host hands over for one cell: str, int, float, bool, date, Decimal, or None for an empty one."""
Range = Sequence[Sequence[Cell]]

_Plain = TypeVar("_Plain", bound=Callable[..., Cell])


class ErrorKind(Enum):
    """The error values that spreadsheets know; those after ``NUM`` come from other formulas only and are passed on."""

    NA = "#N/A"  # the question is right, there is no answer (no rate on that day)
    VALUE = "#VALUE!"  # an argument is of the wrong kind (no such currency, no date)
    NUM = "#NUM!"  # a figure is outside what can be computed exactly
    DIV0 = "#DIV/0!"
    REF = "#REF!"
    NAME = "#NAME?"
    NULL = "#NULL!"


class Kind(Enum):
    """What a parameter takes, for hosts that have to convert it (days are counted differently by workbook)."""

    ANY = "any"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class ArgumentRefused(WorkbenchError, ValueError):
    """A cell or range that the function cannot work with: missing, no date, ranges of unequal shape."""

    code = "udf.argument"


class NotFound(WorkbenchError, LookupError):
    """The question is right, and the register has no answer to it."""

    code = "udf.not-found"


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
    kind: Kind = Kind.ANY


@dataclass(frozen=True, slots=True)
class Function:
    """One spreadsheet function.

    Attributes:
        name: as it stands in a formula.
        category: rates, money, prices, customers, orders, receipts or register.
        parameters: in their order; optional ones last.
        help_en: one sentence in English.
        help_zh: the same in Chinese.
        scalar: takes and gives single cells; a ``whole`` one takes ranges, and may give rows of cells.
        whole: ranges are given to it as they are.
        spills: its result is a table of a size that depends on the data.
        needs_register: it looks into the register.
        carried: it runs in a host's own Python with nothing but the standard library.
        volatile: its answer may change while its arguments stay; hosts compute it anew when the register has changed.
        slow: it may take longer than memory does; hosts ask it in the background where they can, and can cancel it.
    """

    name: str
    category: str
    parameters: tuple[Parameter, ...]
    help_en: str
    help_zh: str
    scalar: Callable[..., Cell]
    whole: bool = False
    spills: bool = False
    needs_register: bool = False
    carried: bool = True
    volatile: bool = False
    slow: bool = False


FUNCTIONS: dict[str, Function] = {}


def function(
    name: str,
    *parameters: Parameter,
    category: str,
    help_en: str,
    help_zh: str,
    whole: bool = False,
    spills: bool = False,
    needs_register: bool = False,
    carried: bool = True,
    volatile: bool = False,
    slow: bool = False,
) -> Callable[[_Plain], _Plain]:
    """Declare a plain function as the spreadsheet function ``name``; see ``Function`` for the rest.

    What looks into the register is volatile and slow without saying so.
    """

    def declare(plain: _Plain) -> _Plain:
        if name in FUNCTIONS:
            raise ValueError(f"{name} is declared twice")
        inside = carried and not needs_register
        FUNCTIONS[name] = Function(
            name, category, parameters, help_en, help_zh, plain, whole, spills, needs_register, inside,
            volatile or needs_register, slow or needs_register,
        )  # fmt: skip
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
        shapes = [_shape(one) for one in arguments if isinstance(one, list | tuple)]
        shape = None if declared.whole else _common_shape(shapes)
    except ArgumentRefused as error:
        return _cell_error(error)
    if declared.whole or shape is None:
        return _guarded(declared.scalar, arguments)
    height, width = shape
    columns = [_flat(one, height * width) for one in arguments]
    known: dict[tuple[object, ...], Cell] = {}
    cells: list[Cell] = []
    for given in zip(*columns, strict=True):
        # 1, 1.0 and True are equal, and yet not the same cell.
        key = (*given, *map(type, given))
        try:
            cells.append(known[key])
        except KeyError:
            known[key] = found = _guarded(declared.scalar, given)
            cells.append(found)
        except TypeError:  # a cell that cannot be a key
            cells.append(_guarded(declared.scalar, given))
    return [cells[start : start + width] for start in range(0, height * width, width)] if width else [[]] * height


def _check_count(declared: Function, given: int) -> None:
    least = sum(not one.optional for one in declared.parameters)
    if not least <= given <= len(declared.parameters):
        names = ", ".join(f"[{one.name}]" if one.optional else one.name for one in declared.parameters)
        raise ArgumentRefused(
            _("{name} was given {count} arguments.").format(name=declared.name, count=given),
            remedy=_("Write {name}({names}).").format(name=declared.name, names=names),
        )


def _common_shape(found: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Rows and columns of the ranges; None where all arguments are single cells."""
    shapes = set(found)
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


def _flat(argument: object, size: int) -> Sequence[Cell]:
    """The cells of a range one after the other; a single cell as often as there are cells."""
    if isinstance(argument, list | tuple):
        if len(argument) == 1 and len(argument[0]) == 1:
            return [argument[0][0]] * size
        return [cell for row in argument for cell in row]
    return [argument] * size


def _guarded(scalar: Callable[..., Cell], arguments: Sequence[Cell | Range]) -> Cell:
    for one in arguments:
        if isinstance(one, CellError | list | tuple) and (error := _first_error(one)) is not None:
            return error
    try:
        return scalar(*arguments)
    except WorkbenchError as error:
        return _cell_error(error)


def _first_error(argument: object) -> CellError | None:
    if isinstance(argument, CellError):
        return argument
    rows = argument if isinstance(argument, list | tuple) else ()
    cells = (cell for row in rows for cell in (row if isinstance(row, list | tuple) else (row,)))
    return next((cell for cell in cells if isinstance(cell, CellError)), None)


def passed_on(name: str) -> CellError:
    """An error value that a host hands over by its name (``#DIV/0!``); one that is not known here is ``#VALUE!``."""
    kind = next((one for one in ErrorKind if one.value == name), ErrorKind.VALUE)
    return CellError(kind, _("An argument shows {error} itself, and it is passed on.").format(error=name))


def _cell_error(error: WorkbenchError) -> CellError:
    if isinstance(error, RateError | NotFound):
        kind = ErrorKind.NA
    elif isinstance(error, InexactCell | AmountTooLong):
        kind = ErrorKind.NUM
    else:
        kind = ErrorKind.VALUE
    return CellError(kind, str(error))
