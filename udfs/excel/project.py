"""A VBA project from the text of its modules (MS-OVBA): no compiled code in it, so that Office compiles the text itself."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from udfs.excel.container import compound, packed

__all__ = ["Module", "project"]

_CODE_PAGE: Final = 1252
_ENCODING: Final = "cp1252"
_BASES: Final = {
    "book": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
}
_STDOLE: Final = "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\\Windows\\System32\\stdole2.tlb#OLE Automation"
_SEED: Final = 0x5A


@dataclass(frozen=True, slots=True)
class Module:
    """One module: ``kind`` is code, or the book or sheet whose events it holds."""

    name: str
    source: str
    kind: str = "code"

    def text(self) -> bytes:
        """The source as it is stored, with its attributes."""
        lines = [f'Attribute VB_Name = "{self.name}"']
        if self.kind != "code":
            lines += [
                f'Attribute VB_Base = "{_BASES[self.kind]}"',
                "Attribute VB_GlobalNameSpace = False",
                "Attribute VB_Creatable = False",
                "Attribute VB_PredeclaredId = True",
                "Attribute VB_Exposed = True",
                "Attribute VB_TemplateDerived = False",
                "Attribute VB_Customizable = True",
            ]
        return "\r\n".join([*lines, *self.source.splitlines(), ""]).encode(_ENCODING)


def project(name: str, modules: list[Module]) -> bytes:
    """``vbaProject.bin`` of these modules; the same modules give the same bytes.

    Raises:
        UnicodeEncodeError: a source holds letters that VBA's code page lacks; write them with ChrW.
    """
    storage: Mapping[str, bytes] = {
        "dir": packed(_directory(name, modules)),
        **{one.name: packed(one.text()) for one in modules},
        "_VBA_PROJECT": b"\xcc\x61\xff\xff\x00\x00\x00",
    }
    return compound({"VBA": storage, "PROJECT": _properties(name, modules), "PROJECTwm": _names(modules)})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HL", kind, len(body)) + body


def _twice(kind: int, wide_kind: int, text: str) -> bytes:
    return _record(kind, text.encode(_ENCODING)) + _record(wide_kind, text.encode("utf-16-le"))


def _directory(name: str, modules: list[Module]) -> bytes:
    library = _STDOLE.encode(_ENCODING)
    parts = [
        _record(0x01, struct.pack("<L", 1)),
        _record(0x02, struct.pack("<L", 0x409)),
        _record(0x14, struct.pack("<L", 0x409)),
        _record(0x03, struct.pack("<H", _CODE_PAGE)),
        _record(0x04, name.encode(_ENCODING)),
        _twice(0x05, 0x40, ""),
        _record(0x06, b"") + _record(0x3D, b""),
        _record(0x07, struct.pack("<L", 0)),
        _record(0x08, struct.pack("<L", 0)),
        struct.pack("<HLLH", 0x09, 4, 1, 1),
        _twice(0x0C, 0x3C, ""),
        _twice(0x16, 0x3E, "stdole"),
        _record(0x0D, struct.pack("<L", len(library)) + library + struct.pack("<LH", 0, 0)),
        _record(0x0F, struct.pack("<H", len(modules))),
        _record(0x13, struct.pack("<H", 0xFFFF)),
    ]
    for one in modules:
        parts += [
            _twice(0x19, 0x47, one.name),
            _twice(0x1A, 0x32, one.name),
            _twice(0x1C, 0x48, ""),
            _record(0x31, struct.pack("<L", 0)),
            _record(0x1E, struct.pack("<L", 0)),
            _record(0x2C, struct.pack("<H", 0xFFFF)),
            _record(0x21 if one.kind == "code" else 0x22, b""),
            _record(0x2B, b""),
        ]
    return b"".join([*parts, _record(0x10, b"")])


def _properties(name: str, modules: list[Module]) -> bytes:
    own = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"workbench:{name}")).upper() + "}"
    lines = [f'ID="{own}"']
    lines += [f"Module={one.name}" if one.kind == "code" else f"Document={one.name}/&H00000000" for one in modules]
    lines += [
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_hidden(own, bytes(4))}"',  # not protected
        f'DPB="{_hidden(own, bytes(1))}"',  # no password
        f'GC="{_hidden(own, bytes((255,)))}"',  # to be seen
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{one.name}=0, 0, 0, 0, C" for one in modules),
        "",
    ]
    return "\r\n".join(lines).encode(_ENCODING)


def _hidden(own: str, data: bytes) -> str:
    """Data in the form of MS-OVBA 2.4.3; the key is in the project's own id, it keeps nothing secret."""
    key = sum(own.encode("ascii")) & 0xFF
    before, last, plain = _SEED ^ 2, _SEED ^ key, key
    out = [_SEED, before, last]
    for byte in bytes((_SEED & 6) // 2) + struct.pack("<L", len(data)) + data:
        written = byte ^ ((before + plain) & 0xFF)
        out.append(written)
        before, last, plain = last, written, byte
    return bytes(out).hex().upper()


def _names(modules: list[Module]) -> bytes:
    pairs = (one.name.encode(_ENCODING) + b"\0" + one.name.encode("utf-16-le") + b"\0\0" for one in modules)
    return b"".join(pairs) + b"\0\0"
