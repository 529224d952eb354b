"""How spreadsheets name their cells: ``B7``, ``A1:D9``, column letters."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["LAST_COLUMN", "LAST_ROW", "Box", "a1", "box_of", "column_letters", "column_number", "place_of"]

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384

_ENDS = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class Box(NamedTuple):
    """A rectangle of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{a1(self.top, self.left)}:{a1(self.bottom, self.right)}"

    def covers(self, row: int, column: int) -> bool:
        """Whether the cell lies in the rectangle."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def column_letters(number: int) -> str:
    """1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def a1(row: int, column: int) -> str:
    """``B7``."""
    return f"{column_letters(column)}{row}"


def place_of(text: str) -> tuple[int, int]:
    """Row and column of ``B7`` or ``$B$7``.

    Raises:
        ValueError: the text names no cell.
    """
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return int(found.group(2)), column_number(found.group(1))


def box_of(text: str) -> Box:
    """The rectangle of ``B7``, ``B7:D9``, whole columns (``B:D``) or whole rows (``7:9``).

    Raises:
        ValueError: the text names no rectangle of cells.
    """
    first, _colon, last = text.partition(":")
    ends = [_ENDS.fullmatch(end.strip()) for end in (first, last or first)]
    if ends[0] is None or ends[1] is None:
        raise ValueError(text)
    (left, top), (right, bottom) = ends[0].groups(), ends[1].groups()
    if bool(left) != bool(right) or bool(top) != bool(bottom) or not (left or top) or not (last or (left and top)):
        raise ValueError(text)
    rows = sorted((int(top or 1), int(bottom or LAST_ROW)))
    columns = sorted((column_number(left or "A"), column_number(right or "XFD")))
    return Box(rows[0], columns[0], rows[1], columns[1])
