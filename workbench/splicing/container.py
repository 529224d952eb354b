"""The zip archive of a workbook as raw bytes: what is not changed is copied, not packed anew."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from workbench.archives import Package, Refused
from workbench.i18n import _

__all__ = ["Container"]

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_STORED: Final = 0
_DEFLATED: Final = 8
_DESCRIPTOR_FOLLOWS: Final = 0x08
_ZIP64: Final = 0x0001
_CHUNK: Final = 2**20
_MOST_ENTRIES: Final = 65_534
_MOST_BYTES: Final = 2**32 - 2


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: its fields of the central record and where its local bytes lie."""

    name: str
    central: tuple[int, ...]  # the record's numbers without the signature
    raw_name: bytes
    extra: bytes
    comment: bytes
    start: int
    packed_at: int
    packed_size: int
    end: int  # of everything that belongs to it, gaps before the next entry included

    @property
    def method(self) -> int:
        return self.central[3]


class Container:
    """The entries of an archive that passed the guard's checks.

    Raises:
        Refused: the archive's directories contradict each other.
    """

    def __init__(self, data: bytes, package: Package) -> None:
        self.data = data
        self._comment = package.comment
        self._entries = self._walk(package)
        self._by_name = {entry.name: entry for entry in self._entries}

    def packed(self, name: str) -> bytes:
        """An entry's packed bytes as they lie in the archive."""
        entry = self._by_name[name]
        return self.data[entry.packed_at : entry.packed_at + entry.packed_size]

    def unpacked(self, name: str) -> bytes:
        """An entry's contents, unpacked without a second copy in memory.

        Raises:
            Refused: they are damaged, or more than the entry says.
        """
        out = io.BytesIO()
        for piece in self._pieces(name):
            out.write(piece)
        return out.getvalue()

    def holds(self, name: str, content: bytes) -> bool:
        """Whether an entry's contents are these bytes; told without unpacking them as a whole."""
        view, at = memoryview(content), 0
        for piece in self._pieces(name):
            if view[at : at + len(piece)] != piece:
                return False
            at += len(piece)
        return at == len(content)

    def _pieces(self, name: str) -> Iterator[bytes]:
        entry = self._by_name[name]
        size, crc, left = entry.central[8], 0, entry.central[8]
        packed = memoryview(self.data)[entry.packed_at : entry.packed_at + entry.packed_size]
        for piece in self._unpacking(packed, entry):
            crc, left = zlib.crc32(piece, crc), left - len(piece)
            if left < 0:
                break
            yield piece
        if left or (size and crc != entry.central[6]):
            raise Refused("file.corrupt", _("the part {name} is damaged").format(name=name))

    def _unpacking(self, packed: memoryview, entry: _Entry) -> Iterator[bytes]:
        if entry.method == _STORED:
            yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
            return
        if entry.method != _DEFLATED:
            raise Refused("file.corrupt", _("the part {name} is packed in an unusual way").format(name=entry.name))
        unpacker = zlib.decompressobj(-15)
        at = 0
        try:
            while not unpacker.eof and (at < len(packed) or unpacker.unconsumed_tail):
                given = unpacker.unconsumed_tail or packed[at : at + _CHUNK]
                at += 0 if unpacker.unconsumed_tail else _CHUNK
                yield unpacker.decompress(given, _CHUNK)
            yield unpacker.flush()
        except zlib.error as error:
            raise Refused("file.corrupt", _("the part {name} is damaged").format(name=entry.name)) from error

    @property
    def names(self) -> list[str]:
        """Names of all entries in the order of the table of contents."""
        return [entry.name for entry in self._entries]

    def can_change(self, name: str) -> bool:
        """Whether the entry is packed in one of the two ways that spreadsheets know."""
        return self._by_name[name].method in (_STORED, _DEFLATED)

    def write(
        self, out: BinaryIO, changed: Mapping[str, bytes], added: Mapping[str, bytes], removed: Collection[str]
    ) -> None:
        """Write the archive with some entries' contents replaced, added at the end, or left out."""
        starts = sorted(entry.start for entry in self._entries)
        out.write(memoryview(self.data)[: starts[0]])
        records: dict[str, bytes] = {}
        for entry in sorted(self._entries, key=lambda one: one.start):
            if entry.name in removed:
                continue
            if entry.name in changed:
                records[entry.name] = self._write_entry(out, entry, changed[entry.name])
            else:
                start = out.tell()
                out.write(memoryview(self.data)[entry.start : entry.end])
                records[entry.name] = _central_record(entry, entry.central, start)
        stamp = self._entries[0].central[4:6]
        new = [_write_new(out, name, content, stamp) for name, content in added.items()]
        ordered = [records[entry.name] for entry in self._entries if entry.name in records] + new
        contents_at = out.tell()
        if len(ordered) > _MOST_ENTRIES or contents_at > _MOST_BYTES:
            raise Refused("file.too-large", _("the package would be too large"))
        directory = b"".join(ordered)
        out.write(directory)
        count = len(ordered)
        out.write(_END.pack(b"PK\5\6", 0, 0, count, count, len(directory), contents_at, len(self._comment)))
        out.write(self._comment)

    def _write_entry(self, out: BinaryIO, entry: _Entry, content: bytes) -> bytes:
        version, flags, method, time, date = entry.central[1:6]
        if method not in (_STORED, _DEFLATED):
            raise Refused("file.corrupt", _("the part {name} is packed in an unusual way").format(name=entry.name))
        local_extra = self.data[entry.packed_at - self._local_extra_size(entry) : entry.packed_at]
        head = (version, flags & ~_DESCRIPTOR_FOLLOWS, method, time, date)
        start = out.tell()
        crc, packed, size = _write_local(out, head, entry.raw_name, _without_zip64(local_extra), content)
        central = (entry.central[0], *head, crc, packed, size, *entry.central[9:])
        return _central_record(entry, central, start)

    def _local_extra_size(self, entry: _Entry) -> int:
        size: int = _LOCAL.unpack_from(self.data, entry.start)[-1]
        return size

    def _walk(self, package: Package) -> list[_Entry]:
        infos = package.entries
        if not infos:
            raise Refused("file.not-a-workbook", _("it is a zip archive, but no workbook"))
        starts = sorted(info.header_offset for info in infos)
        ends = dict(zip(starts, [*starts[1:], package.contents_at], strict=True))
        if len(ends) != len(infos):
            raise Refused("file.hostile", _("two of its parts share their bytes"))
        found, at = [], package.contents_at
        try:
            for info in infos:
                entry, at = self._entry(at, info, ends[info.header_offset])
                found.append(entry)
        except struct.error as error:
            raise Refused("file.corrupt", _("the package cannot be opened")) from error
        return found

    def _entry(self, at: int, info: zipfile.ZipInfo, end: int) -> tuple[_Entry, int]:
        """The entry whose central record stands at ``at``, and where the next record stands."""
        start, packed = info.header_offset, info.compress_size
        signature, *central = _CENTRAL.unpack_from(self.data, at)
        name_size, extra_size, comment_size = central[9:12]
        name_at = at + _CENTRAL.size
        extra_at, comment_at = name_at + name_size, name_at + name_size + extra_size
        local = _LOCAL.unpack_from(self.data, start)
        packed_at = start + _LOCAL.size + local[-2] + local[-1]
        raw_name = self.data[name_at:extra_at]
        local_name = self.data[start + _LOCAL.size : start + _LOCAL.size + local[-2]]
        if signature != b"PK\1\2" or local[0] != b"PK\3\4" or local_name != raw_name:
            raise Refused("file.corrupt", _("the part {name} is damaged").format(name=info.filename))
        if packed_at + packed > end:
            raise Refused("file.hostile", _("two of its parts share their bytes"))
        next_at = comment_at + comment_size
        extra = _without_zip64(self.data[extra_at:comment_at])
        fields = (*central[:7], packed, info.file_size, *central[9:])
        comment = self.data[comment_at:next_at]
        return _Entry(info.filename, fields, raw_name, extra, comment, start, packed_at, packed, end), next_at


def _extra_fields(extra: bytes) -> list[tuple[int, bytes]]:
    fields, at = [], 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        fields.append((kind, extra[at + 4 : at + 4 + size]))
        at += 4 + size
    return fields


def _without_zip64(extra: bytes) -> bytes:
    """The extra fields without zip64 sizes; kept byte for byte where there are none."""
    fields = _extra_fields(extra)
    if all(kind != _ZIP64 for kind, _body in fields):
        return extra
    return b"".join(struct.pack("<2H", kind, len(body)) + body for kind, body in fields if kind != _ZIP64)


def _central_record(entry: _Entry, numbers: tuple[int, ...], start: int) -> bytes:
    sizes = (len(entry.raw_name), len(entry.extra), len(entry.comment))
    disk_and_attributes = (0, *numbers[13:15])
    record = _CENTRAL.pack(b"PK\1\2", *numbers[:9], *sizes, *disk_and_attributes, start)
    return record + entry.raw_name + entry.extra + entry.comment


def _write_local(
    out: BinaryIO, head: tuple[int, ...], name: bytes, extra: bytes, content: bytes
) -> tuple[int, int, int]:
    """Write header and content; CRC, packed and unpacked size."""
    start, crc, size = out.tell(), zlib.crc32(content), len(content)
    out.write(_LOCAL.pack(b"PK\3\4", *head, crc, 0, size, len(name), len(extra)) + name + extra)
    packed_at = out.tell()
    if head[2] == _DEFLATED:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        view = memoryview(content)
        out.writelines(packer.compress(view[at : at + _CHUNK]) for at in range(0, size, _CHUNK))
        out.write(packer.flush())
    else:
        out.write(content)
    end = out.tell()
    out.seek(start)
    out.write(_LOCAL.pack(b"PK\3\4", *head, crc, end - packed_at, size, len(name), len(extra)))
    out.seek(end)
    return crc, end - packed_at, size


def _write_new(out: BinaryIO, name: str, content: bytes, stamp: tuple[int, ...]) -> bytes:
    raw_name = name.encode("ascii")
    start, head = out.tell(), (20, 0, _DEFLATED, *stamp)
    crc, packed, size = _write_local(out, head, raw_name, b"", content)
    numbers = (20, *head, crc, packed, size, len(raw_name), 0, 0, 0, 0, 0, start)
    return _CENTRAL.pack(b"PK\1\2", *numbers) + raw_name
