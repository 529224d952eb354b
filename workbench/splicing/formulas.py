"""Formulas moved to another place: references shifted, everything else left letter for letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from workbench.places import LAST_COLUMN, LAST_ROW, column_letters, column_number

__all__ = ["CannotShift", "Reference", "brackets_end", "references", "rewritten", "shifted"]

_PIECE = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>(?:'(?:[^']|'')*'|[\w.\[\]\u0080-\uffff]+(?::[\w.\u0080-\uffff]+)?)!)
    | (?P<brackets>\[)
    | (?P<range>\$?[A-Za-z]{1,3}\$?\d{1,7}:\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.(]))
    | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(!]))
    | (?P<rows>\$?\d{1,7}:\$?\d{1,7}(?![\w.(!]))
    | (?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.(!]))
    | (?P<word>[\w.\\?\u0080-\uffff]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_END = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d{0,7})")


class CannotShift(Exception):
    """A reference would leave the sheet."""


class Reference(NamedTuple):
    """A reference in a formula: the sheet it names (with quotes, empty for its own) and its text (``$A$2:B9``)."""

    sheet: str
    text: str


def rewritten(formula: str, change: Callable[[Reference], str]) -> str:
    """The formula with each reference replaced by what ``change`` makes of it; texts and structured references stay."""
    pieces, sheet, at = [], "", 0
    while at < len(formula):
        found = _PIECE.match(formula, at)
        if found is None:
            break
        kind, text = found.lastgroup, found.group()
        at = found.end()
        if kind == "brackets":
            end = brackets_end(formula, found.start())
            text, at = formula[found.start() : end], end
        elif kind in ("range", "columns", "rows", "cell") and _is_reference(text):
            text = change(Reference(sheet, text))
        sheet = text[:-1] if kind == "sheet" else ""
        pieces.append(text)
    return "".join(pieces)


def references(formula: str) -> Iterator[Reference]:
    """Every reference to cells in a formula."""
    found: list[Reference] = []

    def note(reference: Reference) -> str:
        found.append(reference)
        return reference.text

    rewritten(formula, note)
    yield from found


def shifted(formula: str, rows: int, columns: int) -> str:
    """The formula as it stands that many rows down and columns to the right.

    >>> shifted('E2-N($F2)&"E2"', 3, 0)
    'E5-N($F5)&"E2"'

    Raises:
        CannotShift: a reference would leave the sheet.
    """

    def move(reference: Reference) -> str:
        return ":".join(_moved(end, rows, columns) for end in reference.text.split(":"))

    return rewritten(formula, move)


def _moved(end: str, rows: int, columns: int) -> str:
    found = _END.fullmatch(end)
    if found is None:
        raise CannotShift(end)
    column_fixed, letters, row_fixed, row = found.groups()
    if not letters:  # a whole row, "$3" or "3": its mark was read as the column's
        row_fixed, column_fixed = column_fixed or row_fixed, ""
    if letters and not column_fixed:
        column = column_number(letters) + columns
        if not 1 <= column <= LAST_COLUMN:
            raise CannotShift(end)
        letters = column_letters(column)
    if row and not row_fixed:
        number = int(row) + rows
        if not 1 <= number <= LAST_ROW:
            raise CannotShift(end)
        row = str(number)
    return f"{column_fixed}{letters}{row_fixed}{row}"


def _is_reference(text: str) -> bool:
    """Whether each end lies on a sheet; ``TAX2020`` may, ``ABCD1`` and ``XFE1`` are names."""
    for end in text.split(":"):
        found = _END.fullmatch(end)
        if found is None:
            return False
        letters, row = found.group(2), found.group(4)
        if letters and column_number(letters) > LAST_COLUMN:
            return False
        if row and not 1 <= int(row) <= LAST_ROW:
            return False
    return True


def brackets_end(formula: str, start: int) -> int:
    """The place after the bracket that closes the one at ``start``; ``'`` quotes the next character within."""
    depth, at = 0, start
    while at < len(formula):
        mark = formula[at]
        if mark == "'":
            at += 1
        elif mark == "[":
            depth += 1
        elif mark == "]":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return len(formula)
