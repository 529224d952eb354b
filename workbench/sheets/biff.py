"""What an old .xls says beside its values: number formats, error cells, hidden rows and columns, the date system.

Only the records that tell this are looked at; the values come from another reader. A file in another or damaged form
gives nothing (None), and currencies are then asked for instead of guessed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.sheets.number_formats import BUILTIN_FORMATS

__all__ = ["Page", "Worksheets", "beside_values"]

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF, _DATEMODE = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x22
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR, _ROW, _COLINFO = 0x203, 0x27E, 0xBD, 0x06, 0x205, 0x208, 0x7D
_BIFF8 = 0x0600
_ONE_CELL = (_NUMBER, _RK, _FORMULA, _BOOLERR)


@dataclass(slots=True)
class Page:
    """One sheet: number format by cell (row and column from 1), error codes, hidden rows and columns."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Worksheets:
    """The sheets by name, and whether days are counted from 1904."""

    pages: dict[str, Page]
    epoch_1904: bool


def beside_values(data: bytes) -> Worksheets | None:
    """What the workbook stream of an .xls tells, or None where it cannot be followed."""
    try:
        stream = _workbook_stream(data)
        return _read(stream) if stream else None
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        return None


# ---- the compound file ------------------------------------------------------------------------------------------------


class _Compound:
    """A file of sectors in chains, as far as finding one stream needs it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size: int = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
        if data[:8] != _SIGNATURE or self._size not in (512, 4096):
            raise ValueError(self._size)
        tables = list(struct.unpack_from("<109I", data, 76))
        following = struct.unpack_from("<I", data, 68)[0]
        seen = 0
        while following < _LAST_SECTOR and seen * self._size < len(data):
            *more, following = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            tables.extend(more)
            seen += 1
        self._next: list[int] = []
        for number in tables:
            if number < _LAST_SECTOR:
                self._next.extend(struct.unpack(f"<{self._size // 4}I", self._sector(number)))

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        sector: bytes = self._data[begin : begin + self._size]
        return sector + b"\0" * (self._size - len(sector))

    def chain(self, start: int) -> bytes:
        """The bytes of a chain of sectors; one that runs in circles raises ValueError."""
        pieces: list[bytes] = []
        number = start
        while number < _LAST_SECTOR:
            pieces.append(self._sector(number))
            if len(pieces) > len(self._next):
                raise ValueError(start)
            number = self._next[number]
        return b"".join(pieces)

    def stream(self, names: tuple[str, ...]) -> bytes:
        """The first stream of one of these names; empty where there is none."""
        directory = self.chain(struct.unpack_from("<I", self._data, 48)[0])
        small_start, least = struct.unpack_from("<I", self._data, 60)[0], struct.unpack_from("<I", self._data, 56)[0]
        root = b""
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                root = self.chain(start) if size else b""
            elif kind == 2 and name in names:
                return self.chain(start)[:size] if size >= least else self._small(start, size, root, small_start)
        return b""

    def _small(self, start: int, size: int, root: bytes, table_start: int) -> bytes:
        table = self.chain(table_start)
        following = struct.unpack(f"<{len(table) // 4}I", table)
        pieces: list[bytes] = []
        number = start
        while number < _LAST_SECTOR and len(pieces) <= len(following):
            pieces.append(root[number * 64 : number * 64 + 64])
            number = following[number]
        return b"".join(pieces)[:size]


def _workbook_stream(data: bytes) -> bytes:
    return _Compound(data).stream(("Workbook", "Book"))


# ---- records -----------------------------------------------------------------------------------------------------------


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place on to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _text(body: bytes, characters: int, at: int) -> str:
    """A text of so many characters, a byte or two each as its flags say."""
    if body[at] & 1:
        return body[at + 1 : at + 1 + 2 * characters].decode("utf-16-le")
    return body[at + 1 : at + 1 + characters].decode("latin-1")


def _read(stream: bytes) -> Worksheets | None:
    codes: dict[int, str] = {}
    styles: list[int] = []
    places: dict[str, int] = {}
    epoch_1904 = False
    for kind, body in _records(stream, 0):
        if kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8:
            return None
        if kind == _BOUNDSHEET:
            places[_text(body, body[6], 7)] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT:
            number, characters = struct.unpack_from("<HH", body)
            codes[number] = _text(body, characters, 4)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _DATEMODE:
            epoch_1904 = struct.unpack_from("<H", body)[0] == 1
    formats = [codes.get(number) or BUILTIN_FORMATS.get(number, "General") for number in styles]
    return Worksheets({name: _page(stream, at, formats) for name, at in places.items()}, epoch_1904)


def _page(stream: bytes, at: int, formats: list[str]) -> Page:
    page = Page()
    for kind, body in _records(stream, at):
        if kind in _ONE_CELL:
            row, column, style = struct.unpack_from("<HHH", body)
            _note(page, row, column, style, formats)
            error = _error_of(kind, body)
            if error:
                page.errors[row + 1, column + 1] = error
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for number in range((len(body) - 6) // 6):
                _note(page, row, first + number, struct.unpack_from("<H", body, 4 + 6 * number)[0], formats)
        elif kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
            page.hidden_rows.append(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLINFO and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            page.hidden_columns.append((first + 1, last + 1))
    return page


def _note(page: Page, row: int, column: int, style: int, formats: list[str]) -> None:
    if style < len(formats) and formats[style] != "General":
        page.formats[row + 1, column + 1] = formats[style]


def _error_of(kind: int, body: bytes) -> str:
    """The error that a cell holds or its formula gave."""
    if kind == _BOOLERR and body[7]:
        return _ERRORS.get(body[6], "#VALUE!")
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#VALUE!")
    return ""
