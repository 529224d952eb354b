"""The fast way through a sheet's XML: cells written the usual way, thousands at a time.

A piece of XML is taken this way only where every cell in it was understood; any other piece is left to the careful way
(``ooxml``), so that speed never costs a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import compress
from typing import NamedTuple

from workbench.sheets.model import column_number

__all__ = ["Cells", "chunks", "simple_cells"]

_SIMPLE = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,5})")?(?: t="(n|str|s|b|e|inlineStr)")?>'
    r'(?:<f>([^<]*)</f>)?(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)</c>'
)
_INDEXES = re.compile(r"(?:[0-9]{1,9}(?:\n|\Z))*+").fullmatch
_FIGURES = re.compile(r"(?:-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]{1,4})?(?:\n|\Z))*+").fullmatch
"""One to a line; anything else that may be a number is left to the careful way."""
_CHUNK = 2**20
_KINDS = {"": "n", "n": "n", "s": "s", "str": "s", "b": "b", "e": "e", "inlineStr": "s"}


class Cells(NamedTuple):
    """Cells of a piece of a sheet; ``types`` as in the file, ``values`` and ``formulas`` still escaped."""

    rows: list[int]
    columns: list[int]
    styles: list[int]
    types: tuple[str, ...]
    kinds: str
    values: tuple[str, ...]
    formulas: tuple[str, ...]


class _Letters(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        number = self[letters] = column_number(letters)
        return number


class _Numbers(dict[str, int]):
    def __missing__(self, digits: str) -> int:
        number = self[digits] = int(digits or "0")
        return number


_LETTERS, _NUMBERS = _Letters(), _Numbers()


def chunks(data: bytes, begin: int) -> Iterator[tuple[int, int]]:
    """Begin and end of pieces of about a megabyte that end with a row."""
    end = data.find(b"</sheetData", begin)
    end = len(data) if end < 0 else end
    while begin < end:
        cut = data.find(b"</row>", min(begin + _CHUNK, end), end)
        cut = end if cut < 0 else cut + 6
        yield begin, cut
        begin = cut


def simple_cells(data: bytes, begin: int, end: int) -> Cells | None:
    """All cells of a piece, or None where one of them is written in another way."""
    try:
        text = str(memoryview(data)[begin:end], "utf-8")
    except UnicodeDecodeError:
        return None
    found = _SIMPLE.findall(text)
    inline = text.count("<is")
    if len(found) != text.count("</v>") + text.count("<v/>") + inline or ":c " in text:
        return None
    if not found:
        return Cells([], [], [], (), "", (), ()) if "<f" not in text else None
    letters, digits, styles, types, formulas, values, inlines = zip(*found, strict=True)
    if inline:
        values = tuple(
            own if kind == "inlineStr" else value for kind, value, own in zip(types, values, inlines, strict=True)
        )
    if text.count("<f") != sum(map(bool, formulas)) or not _are_numbers(types, values):
        return None
    get = _KINDS.__getitem__
    return Cells(
        list(map(int, digits)), list(map(_LETTERS.__getitem__, letters)), list(map(_NUMBERS.__getitem__, styles)), types,
        "".join(map(get, types)), values, formulas,
    )  # fmt: skip


def _are_numbers(types: tuple[str, ...], values: tuple[str, ...]) -> bool:
    """Whether every number reads as one, every shared string as an index, and nothing is empty or padded."""
    shared = list(map("s".__eq__, types))
    plain = [kind in ("", "n") for kind in types]
    if not _INDEXES("\n".join(compress(values, shared))):
        return False
    return _FIGURES("\n".join(compress(values, plain))) is not None and "" not in values
