"""A history of rates in a small file, read column by column when a currency is first asked for.

Layout: the magic, the length of the header (4 bytes, little-endian), the header (JSON, xz), then one raw LZMA stream
per column. The first stream is the calendar: publication days as differences. A column is the differences between
successive rates at the column's own scale (its largest number of decimals), 32 bits each, first all lowest bytes, then
all second bytes, and so on. ``runs`` in the header tell on which publication days the column has a rate.
"""

from __future__ import annotations

import json
import lzma
import sys
from array import array
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property, partial
from itertools import accumulate, chain
from pathlib import Path
from typing import NamedTuple, TypedDict

from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.rates.series import Key, Packed, Series, Table
from workbench.rates.sources import rule_of

__all__ = ["PackedHistory", "pack"]

_MAGIC = b"WBRATES1"
_FILTERS = ({"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0},)
_LARGEST = 1 << 22


class _Column(TypedDict):
    quote: str
    scale: int
    runs: list[list[int]]
    size: int


class _Header(TypedDict):
    source: str
    kind: str
    base: str
    payload_sha256: str
    first: int
    calendar: int
    days: int
    columns: list[_Column]


class _Place(NamedTuple):
    column: _Column
    offset: int


class PackedHistory:
    """One source's history out of a packed file. Every column is 1 ``base`` = rate ``quote``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._body = path.read_bytes()
        try:
            self._header, self._start = _read_header(self._body)
        except (ValueError, KeyError, lzma.LZMAError) as error:
            raise FileRefused(
                _("This is no packed history of rates."), where=path.name, remedy=_("Install the package again.")
            ) from error
        offset = self._start + self._header["calendar"]
        self._places: dict[str, _Place] = {}
        for column in self._header["columns"]:
            self._places[column["quote"]] = _Place(column, offset)
            offset += column["size"]

    @property
    def payload_sha256(self) -> str:
        """SHA-256 of the table that was packed."""
        return self._header["payload_sha256"]

    def series(self) -> dict[Key, Series]:
        """One series a column; nothing is decoded yet."""
        header = self._header
        publishes_at = rule_of(header["source"]).publishes_at
        result = {}
        for quote, (column, _offset) in self._places.items():
            key = Key(header["source"], header["kind"], header["base"], quote)
            packed = Packed(
                partial(self._load, quote),
                self._calendar[column["runs"][0][0]],
                self._calendar[column["runs"][-1][1] - 1],
                sum(end - start for start, end in column["runs"]),
                header["payload_sha256"],
            )
            result[key] = Series(key, packed=packed, publishes_at=publishes_at)
        return result

    @cached_property
    def _calendar(self) -> list[int]:
        gaps = self._stream(self._start, self._header["calendar"], self._header["days"])
        return list(accumulate(gaps, initial=self._header["first"]))[1:]

    def _load(self, quote: str) -> Table:
        column, offset = self._places[quote]
        days = list(chain.from_iterable(self._calendar[start:end] for start, end in column["runs"]))
        raw = self._stream(offset, column["size"], 4 * len(days))
        numerators = array("i", accumulate(_from_planes(raw)))
        return Table(days, numerators, 10 ** column["scale"], frozenset(), None)

    def _stream(self, offset: int, size: int, expected: int) -> bytes:
        try:
            decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
            raw = decompressor.decompress(self._body[offset : offset + size], expected)
        except lzma.LZMAError as error:
            raise self._damaged() from error
        if len(raw) != expected:
            raise self._damaged()
        return raw

    def _damaged(self) -> FileRefused:
        return FileRefused(
            _("The packed history of rates is damaged."), where=self._path.name, remedy=_("Install the package again.")
        )


def pack(
    path: Path,
    days: Sequence[int],
    columns: Mapping[str, Sequence[str]],
    *,
    source: str,
    kind: str,
    base: str,
    payload_sha256: str,
) -> None:
    """Write a history: for each quote currency one published text a day (an ordinal), "" where there is none.

    Raises:
        ValueError: a text would not come back digit by digit.
    """
    streams = [_compressed(bytes(after - before for before, after in zip([days[0], *days], days, strict=False)))]
    described: list[_Column] = []
    for quote, texts in columns.items():
        present = [text for text in texts if text]
        scale = max(len(text.partition(".")[2]) for text in present)
        values = [int(Decimal(text).scaleb(scale)) for text in present]
        if [format((Decimal(value).scaleb(-scale)).normalize(), "f") for value in values] != present:
            raise ValueError(f"the digits of {quote} cannot be kept")
        differences = array("i", (after - before for before, after in zip([0, *values], values, strict=False)))
        streams.append(_compressed(_to_planes(differences)))
        described.append({"quote": quote, "scale": scale, "runs": _runs(texts), "size": len(streams[-1])})
    header: _Header = {
        "source": source,
        "kind": kind,
        "base": base,
        "payload_sha256": payload_sha256,
        "first": days[0],
        "calendar": len(streams[0]),
        "days": len(days),
        "columns": described,
    }
    head = lzma.compress(json.dumps(header, separators=(",", ":")).encode(), preset=9)
    path.write_bytes(b"".join([_MAGIC, len(head).to_bytes(4, "little"), head, *streams]))


def _read_header(body: bytes) -> tuple[_Header, int]:
    if body[:8] != _MAGIC:
        raise ValueError(body[:8])
    start = 12 + int.from_bytes(body[8:12], "little")
    header: _Header = json.loads(lzma.LZMADecompressor().decompress(body[12:start], _LARGEST))
    return header, start


def _compressed(raw: bytes) -> bytes:
    return lzma.compress(raw, lzma.FORMAT_RAW, filters=_FILTERS)


def _runs(texts: Sequence[str]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number, text in enumerate(texts):
        if text and runs and runs[-1][1] == number:
            runs[-1][1] = number + 1
        elif text:
            runs.append([number, number + 1])
    return runs


def _to_planes(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    raw = values.tobytes()
    return b"".join(raw[plane::4] for plane in range(4))


def _from_planes(planes: bytes) -> array[int]:
    count = len(planes) // 4
    raw = bytearray(len(planes))
    for plane in range(4):
        raw[plane::4] = planes[plane * count : (plane + 1) * count]
    values = array("i", bytes(raw))
    if sys.byteorder == "big":
        values.byteswap()
    return values
