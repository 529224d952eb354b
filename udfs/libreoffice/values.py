"""Between Python's values and cells, with the answers that xlwings gives on Excel.

Numbers are floats; dates are ``datetime`` where the cell's format shows a day (a time alone is a float, the fraction
of a day); truth values are ``bool``; empty cells and empty texts are None; errors are Excel's error numbers in the raw
value, which the converters turn into None or, with ``err_to_str``, into their names.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from udfs.libreoffice.errors import CellRefused
from workbench.i18n import _

__all__ = ["ERROR_NAMES", "clean", "decode", "encode", "prepare"]

Run = tuple[int, int, int, int]
"""First column, first row, last column, last row, counted from the rectangle's first cell."""

_DIV0, _NA, _NAME, _NULL, _NUM, _REF, _VALUE = (
    -2146826281, -2146826246, -2146826259, -2146826288, -2146826252, -2146826265, -2146826273,
)  # fmt: skip
ERROR_NAMES = {
    _DIV0: "#DIV/0!",
    _NA: "#N/A",
    _NAME: "#NAME?",
    _NULL: "#NULL!",
    _NUM: "#NUM!",
    _REF: "#REF!",
    _VALUE: "#VALUE!",
}
"""Excel's error numbers as its automation interface gives them, and what the cells show."""
_FROM_LIBREOFFICE = {
    503: _NUM, 513: _NUM, 521: _NULL, 523: _NUM, 524: _REF, 525: _NAME, 526: _NAME, 527: _VALUE, 532: _DIV0, 32767: _NA,
}  # fmt: skip
"""All others, such as a circular reference (522) and a wrong argument (502), are #VALUE! as in the files it writes;
a wrong argument of a numeric function is #NUM! in Excel."""
_MILLISECONDS = 86_400_000
_MICROSECONDS = 86_400_000_000
_EARLIEST = dt.date(1, 1, 1).toordinal()
_LATEST = dt.date(9999, 12, 31).toordinal()
_DEFAULT_NULL = (1899, 12, 30)
_MARKS: dict[type, str] = {
    bool: "truths",
    dt.datetime: "datetimes",
    dt.date: "dates",
    dt.time: "times",
    dt.timedelta: "durations",
}


def prepare(value: Any) -> Any:
    """A Python value as one that a cell can hold: NumPy's and pandas' own become plain, missing ones an empty text."""
    if value is None:
        return ""
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if kind is float:
        return "" if math.isnan(value) else value
    if isinstance(value, (str, dt.date, dt.time, dt.timedelta, Decimal)) and not hasattr(value, "to_pydatetime"):
        return value
    return _prepare_foreign(value)


def _prepare_foreign(value: Any) -> Any:
    """Values of NumPy and pandas, told by what they can do, so that neither needs to be installed."""
    if str(value) in {"NaT", "<NA>"}:
        return ""
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    if hasattr(value, "to_pytimedelta"):
        return value.to_pytimedelta()
    if type(value).__name__ == "datetime64":
        return value.astype("datetime64[us]").item()
    if hasattr(value, "item"):
        return prepare(value.item())
    return value


def clean(value: Any, dates: Any, empty: Any, numbers: Any, errors_as_text: bool) -> Any:
    """A raw value as xlwings' converters hand it on."""
    if value is None or value == "":
        return empty
    kind = type(value)
    if kind is float:
        return value if numbers is None else numbers(value)
    if kind is dt.datetime:
        return _built(value, dates)
    if kind is int and value in ERROR_NAMES:
        return ERROR_NAMES[value] if errors_as_text else None
    return value


def _built(value: dt.datetime, builder: Any) -> Any:
    if builder is dt.datetime:
        return value
    return builder(
        year=value.year, month=value.month, day=value.day, hour=value.hour, minute=value.minute,
        second=value.second, microsecond=value.microsecond, tzinfo=None,
    )  # fmt: skip


def decode(answer: dict[str, Any], rows: int, columns: int) -> list[list[Any]]:
    """Rows of raw values from what LibreOffice told of a rectangle; cells beyond what is used are empty."""
    found: list[list[Any]] = answer["values"]
    for row in found:
        for column, value in enumerate(row):
            if value == "":
                row[column] = None
    null = dt.date(*answer.get("null", _DEFAULT_NULL)).toordinal()
    for run in answer.get("dates", ()):
        _convert(found, run, lambda serial: _datetime(serial, null))
    for run in answer.get("truths", ()):
        _convert(found, run, bool)
    for row_index, column, code in answer.get("errors", ()):
        found[row_index][column] = _FROM_LIBREOFFICE.get(code, _VALUE)
    width = len(found[0]) if found else 0
    if width < columns:
        beyond = [None] * (columns - width)
        found = [row + beyond for row in found]
    found.extend([None] * columns for __ in range(rows - len(found)))
    return found


def _convert(rows: list[list[Any]], run: Sequence[int], change: Any) -> None:
    first_column, first_row, last_column, last_row = run
    for row in rows[first_row : last_row + 1]:
        for column in range(first_column, last_column + 1):
            if type(row[column]) is float:
                row[column] = change(row[column])


def _datetime(serial: float, null: int) -> dt.datetime | float:
    """The moment that a day number stands for, to the millisecond; the number itself outside of the calendar."""
    days, milliseconds = divmod(_nearest(serial * _MILLISECONDS), _MILLISECONDS)
    ordinal = null + days
    if not _EARLIEST <= ordinal <= _LATEST:
        return serial
    return dt.datetime.combine(dt.date.fromordinal(ordinal), dt.time()) + dt.timedelta(milliseconds=milliseconds)


def _nearest(value: float) -> int:
    return math.floor(value + 0.5)


def encode(rows: Sequence[Sequence[Any]], null: dt.date) -> dict[str, Any]:
    """Rows of values as LibreOffice takes them.

    Numbers and texts, with runs that say which numbers are dates or truth values, and formulas by themselves.

    A text that begins with ``=`` is a formula; an apostrophe in front makes any text a text, as in a sheet.

    Raises:
        CellRefused: A value that no cell can hold (an object, an infinite number).
    """
    marked: dict[str, list[tuple[int, int]]] = {}
    formulas: list[tuple[int, int, str]] = []
    origin = null.toordinal()
    values = []
    for row_index, row in enumerate(rows):
        line: list[Any] = []
        for column, value in enumerate(row):
            kind = type(value)
            if kind is float and math.isfinite(value):
                line.append(value)
            elif kind is not str:
                number, mark = _number(value, origin)
                line.append(number)
                if mark:
                    marked.setdefault(mark, []).append((column, row_index))
            elif value[:1] == "=" and len(value) > 1:
                formulas.append((row_index, column, value))
                line.append("")
            else:
                line.append(value[1:] if value[:1] == "'" else value)
        values.append(line)
    payload: dict[str, Any] = {"values": values}
    payload |= {mark: runs(cells) for mark, cells in marked.items()}
    if formulas:
        payload["formulas"] = formulas
    return payload


def _number(value: Any, origin: int) -> tuple[Any, str]:
    """A value that is neither a float nor a text, as a number and the kind of format that shows it."""
    if value is None:
        return "", ""
    kind = type(value)
    mark = _MARKS.get(kind) or next((mark for known, mark in _MARKS.items() if isinstance(value, known)), "")
    if mark == "truths":
        return float(value), mark
    if mark == "datetimes":
        day = value.toordinal() - origin
        return day + _fraction(value.time()), mark
    if mark == "dates":
        return float(value.toordinal() - origin), mark
    if mark == "times":
        return _fraction(value), mark
    if mark == "durations":
        return value / dt.timedelta(days=1), mark
    if isinstance(value, str):
        return str(value), ""
    if isinstance(value, (int, Decimal)) and math.isfinite(value):
        return float(value), ""
    raise CellRefused(
        _("no cell can hold {value}").format(value=repr(value)[:80]),
        remedy=_("Write numbers, texts, dates, truth values or None."),
    )


def _fraction(time: dt.time) -> float:
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return (seconds * 1_000_000 + time.microsecond) / _MICROSECONDS


def runs(cells: Iterable[tuple[int, int]]) -> list[Run]:
    """Cells (column, row) as vertical runs, side by side ones joined where they are equally long."""
    vertical: list[Run] = []
    for column, row in sorted(cells):
        last = vertical[-1] if vertical else None
        if last is not None and last[0] == column and last[3] == row - 1:
            vertical[-1] = (column, last[1], column, row)
        else:
            vertical.append((column, row, column, row))
    joined: dict[tuple[int, int], list[Run]] = {}
    for first, top, last_column, bottom in vertical:
        line = joined.setdefault((top, bottom), [])
        if line and line[-1][2] == first - 1:
            line[-1] = (line[-1][0], top, last_column, bottom)
        else:
            line.append((first, top, last_column, bottom))
    return [run for line in joined.values() for run in line]
