"""The fastest way through a sheet's XML: cells without a formula, tens of thousands at a time, as numbers over its bytes.

What is taken is narrow: cells exactly as spreadsheet programs write them, ``<c r="B7" s="3" t="s"><v>12</v></c>``,
or empty, ``<c r="B7" s="3"/>``. A piece of XML with anything else in it is left whole to ``scanning``, which knows more ways of writing, and that to ``ooxml``.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["PlainCells", "plain_cells"]

_Bytes = NDArray[np.uint8]
_Whole = NDArray[np.int64]
_Mask = NDArray[np.bool_]

_LETTERS, _DIGITS, _STYLE_DIGITS, _INDEX_DIGITS = 3, 7, 5, 9
_A, _Z, _0, _9 = b"AZ09"
_FIGURES = re.compile(r"(?:-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]{1,4})?\n)*+").fullmatch
_TYPES = ((b' t="s"', "s"), (b' t="n"', "n"), (b' t="b"', "b"), (b' t="e"', "e"))
_COLUMN_BITS = 14
_MARGIN = 40
"""Bytes that may be looked at beyond a tag's begin."""


class PlainCells(NamedTuple):
    """Cells of a piece of a sheet, in the order of the file.

    ``kinds`` as in ``CellKind``; ``shared`` are the numbers of shared strings, one for each cell of kind ``s``, and
    ``values`` the characters of all others. ``rising``: each cell stands behind the one before it.
    """

    rows: array[int]
    columns: array[int]
    styles: array[int]
    kinds: str
    shared: _Whole
    values: list[str]
    rising: bool

    def places(self, first: int) -> array[int]:
        """Numbers of the cells' texts, where those in ``values`` are numbered from ``first``."""
        pointing = np.frombuffer(self.kinds.encode("ascii"), np.uint8) == ord("s")
        numbers = np.empty(len(pointing), np.int64)
        numbers[pointing] = self.shared
        numbers[~pointing] = np.arange(first, first + len(self.values))
        return _array(numbers)

    def names_only(self, strings: int, odd: Iterable[int]) -> bool:
        """Whether all shared strings that are named exist, and none of them is odd."""
        if not len(self.shared):
            return True
        return int(self.shared.max()) < strings and not np.isin(self.shared, np.array(sorted(odd), np.int64)).any()


class _Odd(Exception):
    """The piece holds something that is not written the usual way."""


def plain_cells(data: bytes, begin: int, end: int) -> PlainCells | None:
    """All cells of a piece, or None where something in it is written in another way."""
    piece = memoryview(data)[begin:end]
    if bytes(piece[-6:]) != b"</row>":
        return None
    codes = np.zeros(len(piece) + _MARGIN, np.uint8)
    codes[: len(piece)] = np.frombuffer(piece, np.uint8)
    if int(codes.max()) >= 0x80:
        return None
    try:
        return _read(codes, np.flatnonzero(codes == ord("<")), piece)
    except _Odd:
        return None


def _read(codes: _Bytes, tags: _Whole, piece: memoryview) -> PlainCells:
    # Every tag of the piece is a cell's (its own, its value's, and the ends of both), a row's, or the end of a row.
    first, second = codes[tags + 1], codes[tags + 2]
    starts = np.flatnonzero((first == ord("c")) & (second == ord(" ")))
    rows = int(np.count_nonzero(first == ord("r")) + np.count_nonzero((first == ord("/")) & (second == ord("r"))))
    _must(len(starts) > 0 and starts[-1] + 1 < len(tags))
    empty = codes[tags[starts + 1] - 2] == ord("/")
    filled = starts[~empty]
    _must(len(filled) > 0 and filled[-1] + 3 < len(tags))
    _must(len(tags) == 4 * len(filled) + (len(starts) - len(filled)) + rows)
    begins, value_tags, value_ends, cell_ends = (tags[filled + step] for step in range(4))
    _must_be(codes, begins + 3, b'r="')
    _must_be(codes, value_tags + 1, b"v>")
    _must_be(codes, value_ends + 1, b"/v>")
    _must_be(codes, cell_ends + 1, b"/c>")
    _must(bool(np.all(cell_ends == value_ends + 4)))
    at = begins + 6
    columns, at = _number(codes, at, _A, _Z, 26, _A - 1, _LETTERS)
    numbers, at = _number(codes, at, _0, _9, 10, _0, _DIGITS)
    _must_be(codes, at, b'"')
    at = at + 1
    styles = np.zeros(len(at), np.int64)
    styled = _are(codes, at, b' s="')
    if styled.any():
        styles[styled], after = _number(codes, at[styled] + 4, _0, _9, 10, _0, _STYLE_DIGITS)
        _must_be(codes, after, b'"')
        at[styled] = after + 1
    kinds = np.full(len(at), ord("n"), np.uint8)
    for words, kind in _TYPES:
        typed = _are(codes, at, words)
        kinds[typed] = ord(kind)
        at[typed] += len(words)
    _must_be(codes, at, b">")
    _must(bool(np.all(at + 1 == value_tags)))
    value_begins = value_tags + 3
    pointing = kinds == ord("s")
    shared, after = _number(codes, value_begins[pointing], _0, _9, 10, _0, _INDEX_DIGITS)
    _must(bool(np.all(after == value_ends[pointing])))
    text = str(piece, "ascii")
    own = ~pointing
    spans = zip(value_begins[own].tolist(), value_ends[own].tolist(), strict=True)
    values = [text[first:last] for first, last in spans]
    figures = (kinds[own] == ord("n")).tolist()
    shown = values if all(figures) else [value for value, figure in zip(values, figures, strict=True) if figure]
    _must("" not in values and "&" not in text and bool(_FIGURES("\n".join([*shown, ""]))))
    standing = numbers << _COLUMN_BITS | columns
    rising = bool(np.all(standing[1:] > standing[:-1]))
    return PlainCells(
        _array(numbers), _array(columns), _array(styles), kinds.tobytes().decode("ascii"), shared, values, rising
    )


def _must(holds: bool) -> None:  # noqa: FBT001 - it reads as a sentence
    if not holds:
        raise _Odd


def _are(codes: _Bytes, at: _Whole, words: bytes) -> _Mask:
    """At which places these bytes stand."""
    same: _Mask = codes[at] == words[0]
    for step, code in enumerate(words[1:], start=1):
        same &= codes[at + step] == code
    return same


def _must_be(codes: _Bytes, at: _Whole, words: bytes) -> None:
    _must(bool(_are(codes, at, words).all()))


def _number(
    codes: _Bytes, at: _Whole, least: int, most: int, base: int, zero: int, longest: int
) -> tuple[_Whole, _Whole]:
    """The number written at each place in digits from ``least`` to ``most``, and where what follows begins."""
    found, at = np.zeros(len(at), np.int64), at.copy()
    running = np.ones(len(at), np.bool_)
    for step in range(longest):
        digits = codes[at]
        running &= (digits >= least) & (digits <= most)
        _must(step > 0 or bool(running.all()))
        if not running.any():
            break
        found = np.where(running, found * base + (digits.astype(np.int64) - zero), found)
        at += running
    return found, at


def _array(numbers: _Whole) -> array[int]:
    made = array("I")
    made.frombytes(numbers.astype(np.uint32).tobytes())
    return made
