"""Names of our functions as LibreOffice before 25 reads them in an ``.xlsx``, and back to the plain ones.

Those versions know an add-in's function in such a file as ``WB.FX_RATE`` only. A copy with that spelling is what they
compute, quickly and with the workbook's own date system; what they save is spelled as it was before.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from udfs.libreoffice.addin.model import SERVICE
from workbench.archives import Package

__all__ = ["respelled"]

_PARTS = re.compile(r"xl/(worksheets/[^/]+|workbook|tables/[^/]+)\.xml")
_FORMULAS = re.compile(
    rb"(<(?:\w+:)?(f|definedName|formula|formula1|formula2|calculatedColumnFormula)(?:\s[^<>]*)?>)([^<]*)(?=</)"
)
_TEXTS = re.compile(r"(\"(?:[^\"]|\"\")*\"|&quot;(?:(?!&quot;).)*&quot;|'[^']*')", re.DOTALL)


def respelled(source: Path, target: Path, names: Iterable[str], *, plain: bool) -> None:
    """Copies a workbook, with ``names`` spelled plainly or as ``WB.…``; every other byte of every part stays.

    Raises:
        workbench.archives.Refused: no package, or one that must not be unpacked.
    """
    known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w.!])(?:_xldudf_{SERVICE}_|_xll\.|{SERVICE}\.)?({known})(?=\s*\()", re.IGNORECASE)
    put = "" if plain else f"{SERVICE}."
    package = Package(source)
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for entry in package.entries:
            if not _PARTS.fullmatch(entry.filename):
                body = read.read(entry)
            else:
                body = package.xml(entry.filename)
                body = _FORMULAS.sub(lambda found: found[1] + _respell(found[3], pattern, put), body)
            written.writestr(entry, body)


def _respell(formula: bytes, pattern: re.Pattern[str], put: str) -> bytes:
    parts = _TEXTS.split(formula.decode("utf-8"))
    # What is split off at odd places is a text or a sheet's name: no function stands in it.
    parts[::2] = [pattern.sub(lambda found: put + found[1].upper(), part) for part in parts[::2]]
    return "".join(parts).encode("utf-8")
