"""The compound file that holds a VBA project, and the packing of its streams (MS-CFB version 3, MS-OVBA 2.4.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["compound", "packed", "unpacked"]

_SECTOR: Final = 512
_MINI: Final = 64
_CUTOFF: Final = 4096
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_CHUNK: Final = 4096

Tree = Mapping[str, "bytes | Tree"]


@dataclass(slots=True)
class _Node:
    name: str
    kind: int
    content: bytes = b""
    children: list[int] = field(default_factory=list)
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0


def compound(tree: Tree) -> bytes:
    """A compound file with these streams (bytes) and storages (mappings); the same input gives the same bytes."""
    nodes = [_Node("Root Entry", _ROOT)]
    _collect(nodes, 0, tree)
    sectors: list[bytes] = []
    chains: list[list[int]] = []
    mini = bytearray()
    mini_table: list[int] = []
    for node in nodes[1:]:
        if node.kind == _STREAM and node.content:
            node.size = len(node.content)
            if node.size < _CUTOFF:
                node.start = _into_mini(mini, mini_table, node.content)
            else:
                node.start = _into_sectors(sectors, chains, node.content)
    if mini:
        nodes[0].start, nodes[0].size = _into_sectors(sectors, chains, bytes(mini)), len(mini)
    table = struct.pack(f"<{len(mini_table)}L", *mini_table)
    mini_start = _into_sectors(sectors, chains, table, filler=b"\xff") if table else _END
    mini_sectors = len(chains[-1]) if table else 0
    directory = b"".join(map(_entry, nodes))
    directory_start = _into_sectors(sectors, chains, directory + _empty_entries(len(nodes)))
    return _written(sectors, chains, directory_start, mini_start, mini_sectors)


def _collect(nodes: list[_Node], parent: int, tree: Tree) -> None:
    for name, content in tree.items():
        at = len(nodes)
        nodes[parent].children.append(at)
        if isinstance(content, bytes):
            nodes.append(_Node(name, _STREAM, content))
        else:
            nodes.append(_Node(name, _STORAGE))
            _collect(nodes, at, content)
    order = sorted(nodes[parent].children, key=lambda at: (len(nodes[at].name), nodes[at].name.upper()))
    nodes[parent].child = _balanced(nodes, order)


def _balanced(nodes: list[_Node], order: list[int]) -> int:
    """The root of a search tree over entries in their order (shorter names first)."""
    if not order:
        return _NONE
    middle = len(order) // 2
    nodes[order[middle]].left = _balanced(nodes, order[:middle])
    nodes[order[middle]].right = _balanced(nodes, order[middle + 1 :])
    return order[middle]


def _into_mini(mini: bytearray, table: list[int], content: bytes) -> int:
    start, count = len(table), -(-len(content) // _MINI)
    mini += content.ljust(count * _MINI, b"\0")
    table += [*range(start + 1, start + count), _END]
    return start


def _into_sectors(sectors: list[bytes], chains: list[list[int]], content: bytes, filler: bytes = b"\0") -> int:
    start, count = len(sectors), -(-len(content) // _SECTOR)
    padded = content.ljust(count * _SECTOR, filler)
    sectors += [padded[at : at + _SECTOR] for at in range(0, len(padded), _SECTOR)]
    chains.append(list(range(start, start + count)))
    return start


def _entry(node: _Node) -> bytes:
    name = node.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBLLL16sLQQLQ",
        name,
        len(name) + 2,
        node.kind,
        1,  # black
        node.left,
        node.right,
        node.child,
        b"",
        0,
        0,
        0,
        0 if node.kind == _STORAGE else node.start,
        node.size,
    )


def _empty_entries(used: int) -> bytes:
    empty = struct.pack("<64sHBBLLL16sLQQLQ", b"", 0, 0, 0, _NONE, _NONE, _NONE, b"", 0, 0, 0, 0, 0)
    return empty * (-used % (_SECTOR // 128))


def _written(sectors: list[bytes], chains: list[list[int]], directory: int, mini: int, mini_sectors: int) -> bytes:
    per = _SECTOR // 4
    tables = 1
    while tables * per < len(sectors) + tables:
        tables += 1
    if tables > 109:  # what the header itself has room for
        raise ValueError("the project is too large")
    table = [_FREE] * (tables * per)
    for chain in chains:
        for at, following in zip(chain, [*chain[1:], _END], strict=True):
            table[at] = following
    first = len(sectors)
    table[first : first + tables] = [_FAT] * tables
    header = struct.pack(
        "<8s16sHHHHH6sLLLLLLLLLL",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, tables, directory, 0, _CUTOFF, mini, mini_sectors, _END, 0, first,
    )  # fmt: skip
    places = struct.pack("<108L", *range(first + 1, first + tables), *[_FREE] * (109 - tables))
    return header + places + b"".join(sectors) + struct.pack(f"<{len(table)}L", *table)


def packed(data: bytes) -> bytes:
    """A stream as VBA packs it."""
    out = bytearray(b"\x01")
    for at in range(0, len(data), _CHUNK):
        chunk = data[at : at + _CHUNK]
        body = b"".join(_tokens(chunk))
        if len(body) >= _CHUNK:  # would not get shorter: kept as it is
            out += struct.pack("<H", 0x3FFF) + chunk.ljust(_CHUNK, b"\0")
        else:
            out += struct.pack("<H", 0xB000 | (len(body) + 2 - 3)) + body
    return bytes(out)


def _tokens(chunk: bytes) -> Iterator[bytes]:
    """Groups of a byte of flags and eight tokens: a letter, or a copy of what came before."""
    seen: dict[bytes, list[int]] = {}
    at = 0
    while at < len(chunk):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(chunk):
                break
            bits = max(4, (at - 1).bit_length()) if at else 4
            place, length = _longest(chunk, at, seen, (0xFFFF >> bits) + 3)
            step = length or 1
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", ((at - place - 1) << (16 - bits)) | (length - 3))
            else:
                group.append(chunk[at])
            for passed in range(at, at + step):
                seen.setdefault(chunk[passed : passed + 3], []).append(passed)
            at += step
        yield bytes((flags,)) + group


def _longest(chunk: bytes, at: int, seen: Mapping[bytes, list[int]], most: int) -> tuple[int, int]:
    best, length = 0, 0
    for place in reversed(seen.get(chunk[at : at + 3], [])[-32:]):
        end = 0
        while at + end < len(chunk) and end < most and chunk[place + end] == chunk[at + end]:
            end += 1
        if end > length:
            best, length = place, end
    return (best, length) if length >= 3 else (0, 0)


def unpacked(data: bytes) -> bytes:
    """The stream behind ``packed``; for checking what was written."""
    out, at = bytearray(), 1
    while at < len(data):
        (head,) = struct.unpack_from("<H", data, at)
        end, at, begin = at + (head & 0xFFF) + 3, at + 2, len(out)
        if not head & 0x8000:
            out += data[at:end]
            at = end
            continue
        while at < end:
            flags, at = data[at], at + 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    out.append(data[at])
                    at += 1
                    continue
                (token,) = struct.unpack_from("<H", data, at)
                at += 2
                done = len(out) - begin
                bits = max(4, (done - 1).bit_length())
                back, count = (token >> (16 - bits)) + 1, (token & (0xFFFF >> bits)) + 3
                for _turn in range(count):
                    out.append(out[-back])
    return bytes(out)
