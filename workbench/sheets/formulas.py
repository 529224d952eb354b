"""Formulas of a sheet: shifting a shared one, and working out plain arithmetic to see whether a shown result is stale.

Only arithmetic over cells of the same sheet is worked out; any other formula is left alone (None), never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation

from workbench.sheets.model import column_letters, column_number

__all__ = ["Lookup", "NotWorkedOut", "referenced", "result_of", "shifted", "summed_ranges"]

Lookup = Callable[[int, int], Decimal | None]
"""The number in a cell by row and column; an empty or text cell is None."""

_REFERENCE = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?![\w(!])")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[Ee][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z]+)(?=\()"
    r"|(?P<range>\$?[A-Za-z]{1,3}\$?\d+:\$?[A-Za-z]{1,3}\$?\d+)|(?P<cell>\$?[A-Za-z]{1,3}\$?\d+)(?![\w!])|(?P<mark>[-+*/(),%]))"
)
_SUM = re.compile(r"(?:SUM|SUBTOTAL)\(\s*(?:\d+\s*,\s*)?(\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)\s*\)", re.IGNORECASE)
_MOST_CELLS = 20_000
_DEEPEST = 40


class NotWorkedOut(Exception):
    """The formula is more than plain arithmetic."""


def shifted(formula: str, rows: int, columns: int) -> str:
    """The formula as it stands that many rows down and columns to the right.

    >>> shifted("E2-N($F2)", 3, 0)
    'E5-N($F5)'
    """

    def move(found: re.Match[str]) -> str:
        column_fixed, letters, row_fixed, row = found.groups()
        if not column_fixed:
            letters = column_letters(max(1, column_number(letters) + columns))
        if not row_fixed:
            row = str(max(1, int(row) + rows))
        return f"{column_fixed}{letters}{row_fixed}{row}"

    return _REFERENCE.sub(move, formula)


def summed_ranges(formula: str) -> list[tuple[int, int, int, int]]:
    """Ranges (top, left, bottom, right) that a formula made only of sums adds up; empty for any other formula."""
    if re.sub(r"[+\s,]|" + _SUM.pattern, "", formula, flags=re.IGNORECASE):
        return []
    return [_box(text) for text in _SUM.findall(formula)]


def _box(text: str) -> tuple[int, int, int, int]:
    first, last = (_REFERENCE.fullmatch(end) for end in text.split(":"))
    if first is None or last is None:
        raise NotWorkedOut
    rows = sorted((int(first.group(4)), int(last.group(4))))
    columns = sorted((column_number(first.group(2)), column_number(last.group(2))))
    return rows[0], columns[0], rows[1], columns[1]


def referenced(formula: str) -> list[tuple[int, int]]:
    """Cells (row, column) of the same sheet that a formula names one by one, and the corners of its ranges."""
    return [(int(found.group(4)), column_number(found.group(2))) for found in _REFERENCE.finditer(formula)]


def result_of(formula: str, lookup: Lookup) -> Decimal | None:
    """The formula's result, or None where it is more than plain arithmetic."""
    try:
        return _Arithmetic(formula, lookup).result()
    except (NotWorkedOut, DivisionByZero, InvalidOperation):
        return None


class _Arithmetic:
    """A recursive reader of + - * / and a few functions."""

    def __init__(self, formula: str, lookup: Lookup) -> None:
        self._lookup = lookup
        self._depth = 0
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(formula.rstrip()):
            found = _TOKEN.match(formula, position)
            if found is None or found.lastgroup is None:
                raise NotWorkedOut
            self._tokens.append((found.lastgroup, found.group(found.lastgroup)))
            position = found.end()
        self._at = 0

    def result(self) -> Decimal:
        value = self._sum()
        if self._at != len(self._tokens):
            raise NotWorkedOut
        return value

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _sum(self) -> Decimal:
        value = self._product()
        while self._peek() in ("+", "-"):
            sign = self._next()[1]
            other = self._product()
            value = value + other if sign == "+" else value - other
        return value

    def _product(self) -> Decimal:
        value = self._factor()
        while self._peek() in ("*", "/"):
            sign = self._next()[1]
            other = self._factor()
            value = value * other if sign == "*" else value / other
        return value

    def _factor(self) -> Decimal:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotWorkedOut
        value = self._plain()
        while self._peek() == "%":
            self._next()
            value /= 100
        self._depth -= 1
        return value

    def _plain(self) -> Decimal:
        kind, text = self._next()
        if kind == "number":
            return Decimal(text)
        if kind == "cell":
            return self._cell(text) or Decimal(0)
        if kind == "name":
            return self._function(text.upper())
        if text == "-":
            return -self._factor()
        if text == "+":
            return self._factor()
        if text == "(":
            value = self._sum()
            self._expect(")")
            return value
        raise NotWorkedOut

    def _function(self, name: str) -> Decimal:
        self._expect("(")
        values: list[Decimal] = []
        while self._peek() != ")":
            kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
            if kind == "range":
                self._at += 1
                values.extend(self._range(text))
            else:
                values.append(self._sum())
            if self._peek() == ",":
                self._next()
        self._expect(")")
        if name == "SUM":
            return sum(values, Decimal(0))
        if name in ("N", "ABS") and len(values) == 1:
            return values[0] if name == "N" else abs(values[0])
        if name in ("MIN", "MAX") and values:
            return min(values) if name == "MIN" else max(values)
        raise NotWorkedOut

    def _range(self, text: str) -> list[Decimal]:
        top, left, bottom, right = _box(text)
        if (bottom - top + 1) * (right - left + 1) > _MOST_CELLS:
            raise NotWorkedOut
        found = (self._lookup(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        return [value for value in found if value is not None]

    def _cell(self, text: str) -> Decimal | None:
        place = _REFERENCE.fullmatch(text)
        if place is None:
            raise NotWorkedOut
        return self._lookup(int(place.group(4)), column_number(place.group(2)))

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NotWorkedOut
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise NotWorkedOut
