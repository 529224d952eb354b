"""What a cell may hold, read as the functions need it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from udfs.registry import ArgumentRefused, Cell
from workbench.dates import read_date
from workbench.i18n import _
from workbench.money import from_cell

__all__ = ["amount_of", "code_of", "day_of", "number_of", "rows_of", "single", "text_of", "today_or"]


def code_of(cell: Cell) -> str:
    """A currency code as typed, in capitals; empty for an empty cell."""
    return "" if cell is None else str(cell).strip().upper()


def text_of(cell: Cell) -> str:
    """The text of a cell; whole numbers without a point, as sheets show them."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def amount_of(cell: Cell) -> Decimal:
    """The exact amount of a cell.

    Raises:
        ArgumentRefused: it holds none.
        InexactCell: it holds more digits than a cell keeps.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | str | Decimal) or cell == "":
        raise ArgumentRefused(_("There is no amount."), remedy=_("Give a number."))
    return from_cell(cell)


def number_of(cell: Cell, default: Decimal) -> Decimal:
    """As ``amount_of``; the default for an empty cell."""
    return default if cell is None or cell == "" else amount_of(cell)


def day_of(cell: Cell) -> date:
    """A day as a host hands it over: a date, a text that can be one day only, or a serial number of the 1900 system.

    Raises:
        ArgumentRefused: it is no day, or may be several.
    """
    read = read_date(cell)
    if read.date is not None:
        return read.date
    if read.candidates:
        days = ", ".join(day.isoformat() for day in read.candidates)
        problem = _("{value} may be one of several days: {days}.").format(value=repr(cell), days=days)
    elif cell is None or cell == "":
        problem = _("There is no date.")
    else:
        problem = _("{value} is no date.").format(value=repr(cell))
    raise ArgumentRefused(problem, remedy=_("Give a date cell or 2026-03-31."))


def today_or(cell: Cell) -> date:
    """As ``day_of``; the user's own day for an empty cell."""
    return date.today() if cell is None or cell == "" else day_of(cell)  # noqa: DTZ011  # the user's calendar


def single(argument: object) -> Cell:
    """The one cell of a parameter that is a cell, in a function that takes ranges as they are.

    Raises:
        ArgumentRefused: it is a range of several.
    """
    rows = rows_of(argument)
    if len(rows) != 1 or len(rows[0]) != 1:
        raise ArgumentRefused(_("One cell is needed here, not a range."), remedy=_("Give one cell."))
    return rows[0][0]


def rows_of(argument: object) -> list[list[Cell]]:
    """A range as rows of cells; a single cell is a range of one."""
    if isinstance(argument, list | tuple):
        return [list(row) if isinstance(row, list | tuple) else [row] for row in argument]
    return [[argument]]
