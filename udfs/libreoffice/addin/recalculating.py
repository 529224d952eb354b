"""A closed workbook, computed by a LibreOffice of its own that has the extension."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from udfs.libreoffice.addin import build, model, spelling
from udfs.libreoffice.connection import Connection
from workbench.archives import Refused
from workbench.errors import FileRefused
from workbench.files import written_whole
from workbench.i18n import _
from workbench.places import a1

__all__ = ["PLAIN_NAMES_SINCE", "Recalculated", "office_with_extension", "recalculate"]

PLAIN_NAMES_SINCE = 25
"""The LibreOffice that reads the plain name of an add-in's function in an .xlsx."""
_PACKAGES = {".xlsx", ".xlsm"}
_KEPT = 200
"""Error cells that are listed one by one; all are counted."""


class CannotRecalculate(FileRefused):
    """A file that is no workbook that LibreOffice can compute and save."""

    code = "libreoffice.recalc"


@dataclass(frozen=True, slots=True)
class Recalculated:
    """What stands in a workbook after every formula was computed."""

    formulas: int
    errors: dict[str, int]
    """Number of cells by error value."""
    error_cells: list[dict[str, str]] = field(default_factory=list)
    """The first of them: sheet, cell, error, message."""
    functions: dict[str, int] = field(default_factory=dict)
    """How often each of our own functions is called."""
    other_functions: dict[str, int] = field(default_factory=dict)
    version: str = ""

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "formulas": self.formulas,
            "errors": self.errors,
            "error_cells": self.error_cells,
            "functions": self.functions,
            "other_functions": self.other_functions,
            "libreoffice": self.version,
        }


@contextmanager
def office_with_extension(folder: Path, *, python: str = "") -> Iterator[Connection]:
    """A LibreOffice without a window, with a profile of its own and the extension of this very project."""
    build.unpack(folder / "extensions" / "workbench", python=python)
    where = f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}"
    connection = Connection.start(visible=False, arguments=[where])
    try:
        yield connection
    finally:
        connection.close(terminate=True)


def recalculate(source: Path, target: Path) -> Recalculated:
    """Opens ``source``, computes every formula anew, and saves it as ``target``; no office that runs is touched.

    Raises:
        CannotRecalculate: it is no workbook.
        OfficeError, MissingComponent: LibreOffice is missing, or refuses the file.
    """
    names = [one.name for one in model.functions()]
    with tempfile.TemporaryDirectory(prefix="workbench-recalc-") as temporary:
        folder = Path(temporary)
        with office_with_extension(folder) as connection:
            version = str(connection.call("office.facts")["version"])
            before, after = folder / f"before{source.suffix.lower()}", folder / f"after{target.suffix.lower()}"
            old = int(version.split(".", maxsplit=1)[0]) < PLAIN_NAMES_SINCE
            _copy(source, before, names, plain=not old)
            uid = connection.call("books.open", str(before), {})["uid"]
            connection.call("books.recalculate", uid, timeout=600.0)
            found = connection.call("books.survey", uid, _KEPT)
            connection.call("books.save", uid, str(after), None)
        with written_whole(target) as beside:
            _copy(after, beside, names, plain=True)
    return _summary(found, set(names), version)


def _copy(source: Path, target: Path, names: list[str], *, plain: bool) -> None:
    if source.suffix.lower() not in _PACKAGES:
        shutil.copyfile(source, target)
        return
    try:
        spelling.respelled(source, target, names, plain=plain)
    except (Refused, UnicodeDecodeError) as refused:
        raise CannotRecalculate(
            _("LibreOffice cannot compute it: {reason}.").format(reason=str(refused)),
            where=str(source),
            remedy=_("Open it in the program that wrote it and save it as .xlsx."),
        ) from refused


def _summary(found: dict[str, Any], ours: set[str], version: str) -> Recalculated:
    return Recalculated(
        found["formulas"],
        dict(sorted(found["errors"].items())),
        [
            {"sheet": sheet, "cell": a1(row + 1, column + 1), "error": kind, "message": message}
            for sheet, row, column, kind, message in found["cells"]
        ],
        {name: count for name, count in sorted(found["functions"].items()) if name in ours},
        {name: count for name, count in sorted(found["functions"].items()) if name not in ours},
        version,
    )
