"""Bank statements in the forms that banks send, each read by a lenient reader of its own and held to its own balances."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from workbench.i18n import _
from workbench.statements import delimited, mt103, mt940, ofx
from workbench.statements.entries import (
    Entry,
    Statement,
    StatementDoesNotAddUp,
    StatementTruncated,
    StatementUnreadable,
    with_fingerprints,
)
from workbench.statements.known import KnownMoney, evidence_of, form_of
from workbench.statements.layouts import Profile, built_in_profiles, load_profiles, profile_from
from workbench.statements.likeness import Told

__all__ = [
    "Entry",
    "KnownMoney",
    "Profile",
    "Statement",
    "StatementDoesNotAddUp",
    "StatementTruncated",
    "StatementUnreadable",
    "Told",
    "built_in_profiles",
    "evidence_of",
    "form_of",
    "load_profiles",
    "profile_from",
    "read_statements",
]

_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
LARGEST_FILE = 256 << 20
"""Bytes; a bank's file of a year is a few megabytes."""


def read_statements(path: str | Path, profiles: Sequence[Profile] = ()) -> list[Statement]:
    """Read a statement file, its form told by what is in it, not by its name.

    Args:
        path: MT940, MT942, MT103, CAMT.052/.053/.054, OFX/QFX, CSV or a workbook.
        profiles: the user's own profiles of CSV files and workbooks.

    Raises:
        StatementUnreadable, StatementTruncated, StatementDoesNotAddUp: nothing is half-read; the message names
        file:line and what to do.
    """
    file = Path(path)
    data = _bytes(file)
    if data.startswith(_WORKBOOKS):
        return with_fingerprints(delimited.read_workbook(file, profiles))
    text = decode(data, file.name)
    return with_fingerprints(_read_text(text, data, file.name, profiles))


def _read_text(text: str, data: bytes, file: str, profiles: Sequence[Profile]) -> list[Statement]:
    """By the reader of its form; each is loaded when a file needs it."""
    if ofx.looks_like(text):
        return ofx.read(data, file)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        from workbench.statements import camt

        return camt.read(data, file)
    if mt103.looks_like(text):
        return mt103.read(text, file)
    if mt940.looks_like(text):
        return mt940.read(text, file)
    return delimited.read(text, file, profiles)


def decode(data: bytes, file: str) -> str:
    """Text in UTF-8 or UTF-16 where it says or is so, else GB18030 or cp1252, whichever its letters are likely in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _looks_chinese(data):
        encodings = ["utf-8-sig", "gb18030", "cp1252"]
    else:
        encodings = ["utf-8-sig", "cp1252", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StatementUnreadable(
        _("The text is in no encoding that is known."), where=file, remedy=_("Save it as UTF-8 and try again.")
    )


def _looks_chinese(data: bytes) -> bool:
    """Whether letters beyond ASCII come in pairs of high bytes, as in Chinese; accents in cp1252 mostly stand alone."""
    runs = [len(run) for run in _HIGH_BYTES.findall(data)]
    return sum(length for length in runs if length % 2 == 0) * 2 > sum(runs)


def _bytes(file: Path) -> bytes:
    why = ""
    if not file.is_file():
        why = _("There is no such file.")
    elif file.stat().st_size == 0:
        why = _("The file is empty.")
    elif file.stat().st_size > LARGEST_FILE:
        why = _("The file is larger than any statement.")
    else:
        data = file.read_bytes()
        if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff", *_WORKBOOKS)):
            why = _("The file is binary.")
        elif not data.strip():
            why = _("The file is empty.")
        else:
            return data
    raise StatementUnreadable(
        why, where=file.name, remedy=_("Name a statement file: MT940, CAMT, OFX, CSV or a workbook.")
    )
