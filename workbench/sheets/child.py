"""The process that reads one untrusted file and writes it out: ``python -m workbench.sheets.child FILE``.

It limits its own memory and processor time first, so that no file can take its parent down. It answers as ``wire`` tells,
or with one JSON object ``{"refused": code, "message": …}``.
"""

from __future__ import annotations

import gc
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

MEMORY = 2**30
MEMORY_PER_BYTE = 40
CPU_SECONDS = 15
CPU_SECONDS_PER_MEGABYTE = 2


def seconds_for(size: int) -> int:
    """Processor seconds that a file of that many bytes is given."""
    return CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * (size // 2**20)


def limit_resources(size: int = 0) -> None:
    """Limit this process's memory and processor time, to more for a file of many bytes."""
    try:
        import resource
    except ImportError:  # Windows has no rlimits; there the parent's time limit remains
        return
    memory = MEMORY + MEMORY_PER_BYTE * size
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds_for(size)),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _read(path: Path) -> dict[str, Any]:
    from workbench.archives import Package, Refused
    from workbench.i18n import _

    data = path.read_bytes()
    answer: dict[str, Any]
    if not data:
        raise Refused("file.empty", _("it has no content"))
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        package = Package(path, large=True)
        if "mimetype" in package and "content.xml" in package:
            from workbench.sheets.opendocument import read_opendocument

            answer = read_opendocument(package)
        elif any(name.endswith("workbook.bin") for name in package.names):
            answer = _with_calamine(path, "xlsb")
        else:
            from workbench.sheets.ooxml import read_ooxml

            answer = read_ooxml(package)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused("file.locked", _("it is locked by a password"))
        answer = _with_calamine(path, "xls")
    else:
        answer = _text(data, path.name)
    return {**answer, "sha256": hashlib.sha256(data).hexdigest()}


def _text(data: bytes, name: str) -> dict[str, Any]:
    from workbench.archives import Refused
    from workbench.i18n import _
    from workbench.sheets.text_files import read_markup, read_text

    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")):
        return read_markup(data, name)
    if head.startswith((b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8", b"gif8", b"<?xml", b"7z", b"rar!", b"\x1f\x8b")):
        raise Refused("file.not-a-workbook", _("it is another kind of file"))
    return read_text(data, name)


def _with_calamine(path: Path, kind: str) -> dict[str, Any]:
    from workbench.sheets.other_formats import read_with_calamine

    return read_with_calamine(path, kind)


def main() -> None:
    """Read the file named on the command line; after the answer, what a second reader sees otherwise."""
    limit_resources(Path(sys.argv[1]).stat().st_size)
    gc.disable()  # millions of small values that all stay alive; the process ends soon
    from workbench.archives import Refused
    from workbench.i18n import _
    from workbench.sheets.second_reader import differences
    from workbench.sheets.wire import packed

    path, out = Path(sys.argv[1]), sys.stdout.buffer
    sheets: list[Any] = []
    try:
        answer = _read(path)
        sheets, texts = answer.pop("sheets"), answer.pop("texts").all
        pieces = packed(answer, sheets, texts)
        out.writelines(pieces)
    except Refused as refused:
        _refuse(refused.code, refused.message)
        return
    except (MemoryError, RecursionError):
        _refuse("file.too-large", _("it needs more memory than a file is given"))
        return
    out.flush()
    # The other reader has taken whole processes down; what was read is safe with the parent by now.
    out.write(json.dumps(differences(path, answer["format"], sheets, texts)).encode())


def _refuse(code: str, message: str) -> None:
    sys.stdout.buffer.write(json.dumps({"refused": code, "message": message}).encode())


if __name__ == "__main__":
    main()
