"""How a read workbook goes from the reading process to its parent: a JSON head, then columns of bytes.

Two million cells as JSON would cost more than reading them. The parent believes nothing of it: lengths are checked, and
what does not fit raises ValueError.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from workbench.sheets.raw import RawSheet

__all__ = ["Columns", "packed", "unpacked"]

_MARK = b"WBSHEET1"
_HEAD = struct.Struct("<8sQ")


class Columns(NamedTuple):
    """The cells of one sheet: per row its number and where its cells begin, per cell the rest."""

    row_numbers: array[int]
    starts: array[int]
    columns: array[int]
    at: array[int]
    formats: array[int]
    kinds: str

    @classmethod
    def of(
        cls, rows: Iterable[int], columns: Iterable[int], at: Iterable[int], formats: Iterable[int], kinds: str
    ) -> Columns:
        """From one entry per cell, in row-major order."""
        numbers, starts = _by_row(rows)
        return cls(numbers, starts, array("I", columns), array("I", at), array("I", formats), kinds)


def packed(answer: dict[str, Any], sheets: list[RawSheet], texts: list[str]) -> Iterator[bytes]:
    """The answer's pieces, to be written one after the other."""
    blobs: list[bytes] = []
    heads = []
    for sheet in sheets:
        sheet.settle()
        numbers, starts = _by_row(sheet.rows)
        parts = [numbers, starts, sheet.columns, sheet.at, sheet.formats]
        data = [_little(part).tobytes() for part in parts] + ["".join(sheet.kinds).encode("ascii")]
        blobs.extend(data)
        heads.append({
            "name": sheet.name, "hidden": sheet.hidden, "sizes": [len(one) for one in data], "formulas": sheet.formulas,
            "merges": sheet.merges, "hidden_rows": sheet.hidden_rows, "hidden_columns": sheet.hidden_columns,
            "comments": sheet.comments, "differences": sheet.differences,
        })  # fmt: skip
    joined = "\0".join(texts)
    if joined.count("\0") >= max(1, len(texts)):  # some text holds the mark that parts them
        joined = "\0".join(text.replace("\0", "\ufffd") for text in texts)
    blobs.append(joined.encode("utf-8", "replace"))
    sizes = {"texts": len(texts), "text_bytes": len(blobs[-1])}
    head = json.dumps({**answer, "sheets": heads, **sizes}, separators=(",", ":")).encode()
    yield _HEAD.pack(_MARK, len(head))
    yield head
    yield from blobs


def _by_row(rows: Iterable[int]) -> tuple[array[int], array[int]]:
    """The numbers of rows in order, and where the cells of each begin."""
    cells = Counter(rows)
    return array("I", cells), array("I", accumulate(cells.values(), initial=0))


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers


def unpacked(data: bytes) -> tuple[dict[str, Any], list[Columns], list[str], bytes]:
    """The head, the columns of each sheet, the texts that their cells name, and what follows.

    Raises ValueError for anything else.
    """
    if len(data) < _HEAD.size:
        raise ValueError(len(data))
    mark, length = _HEAD.unpack_from(data)
    if mark != _MARK:
        raise ValueError(mark)
    view = memoryview(data)
    at = _HEAD.size + length
    head: dict[str, Any] = json.loads(bytes(view[_HEAD.size : at]))
    sheets = []
    for sheet in head["sheets"]:
        pieces = []
        for size in sheet["sizes"]:
            pieces.append(view[at : at + size])
            at += size
        rows, starts, columns, places, formats, kinds = pieces
        sheets.append(
            Columns(
                _numbers(rows), _numbers(starts), _numbers(columns), _numbers(places), _numbers(formats), str(kinds, "ascii")
            )
        )  # fmt: skip
    end = at + head["text_bytes"]
    texts = str(view[at:end], "utf-8").split("\0") if head["texts"] else []
    if end > len(data) or len(texts) != head["texts"]:
        raise ValueError(end)
    for one in sheets:
        _check(one, len(texts))
    return head, sheets, texts, bytes(view[end:])


def _numbers(piece: memoryview) -> array[int]:
    numbers = array("I")
    numbers.frombytes(piece)
    return _little(numbers)


def _check(one: Columns, texts: int) -> None:
    cells = len(one.kinds)
    if not (len(one.columns) == len(one.at) == len(one.formats) == cells == (one.starts[-1] if one.starts else 0)):
        raise ValueError(cells)
    if len(one.starts) != len(one.row_numbers) + 1 or (cells and max(one.at) >= texts):
        raise ValueError(texts)
