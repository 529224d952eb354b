"""A file becomes a workbook: read in a process of its own, under limits, so that no file can harm the caller."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import workbench
from workbench.i18n import _, current_language
from workbench.refusals import refusal
from workbench.sheets.model import Box, Sheet, Workbook, _Packed

__all__ = ["ask_child", "read"]

SECONDS = 180
LARGEST_FILE = 512 * 2**20


def read(path: str | Path) -> Workbook:
    """Read a spreadsheet (.xlsx, .xlsm, .xls, .xlsb, .ods, .csv, .tsv or a web page called .xls).

    Raises FileRefused (codes ``file.*``) with the file and what to do next where it cannot be read at all; what is
    wrong inside a readable file is no error here.
    """
    path = Path(path)
    answer = ask_child(path)
    formats = answer["formats"]
    epoch_1904 = bool(answer.get("epoch_1904", False))
    sheets = tuple(_sheet(path.name, raw, formats) for raw in answer["sheets"])
    for sheet in sheets:
        sheet.epoch_1904 = epoch_1904
    return Workbook(
        file=path.name,
        sha256=answer["sha256"],
        format=answer["format"],
        sheets=sheets,
        epoch_1904=epoch_1904,
        encoding=answer.get("encoding", ""),
        carries=tuple(answer["carries"]),
    )


def ask_child(path: Path, module: str = "workbench.sheets.child") -> dict[str, Any]:
    """What a module says about a file, run as a process of its own that limits itself; its answer is one JSON object.

    Raises:
        FileRefused: the file is missing, empty or too large, or the answer is ``{"refused": code, "message": …}``.
    """
    if not path.is_file():
        raise refusal("file.missing", _("there is no file of that name"), path.name)
    size = path.stat().st_size
    if size == 0:
        raise refusal("file.empty", _("it has no content"), path.name)
    if size > LARGEST_FILE:
        raise refusal("file.too-large", _("it has {size} MB").format(size=size // 2**20), path.name)
    package_root = str(Path(workbench.__file__).parent.parent)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(part for part in (package_root, os.environ.get("PYTHONPATH", "")) if part),
        "WORKBENCH_LANG": current_language(),
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and a path as an argument of its own
            [sys.executable, "-m", module, str(path.resolve())],
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refusal("file.too-large", _("it needs more time than a file is given"), path.name) from error
    if done.returncode < 0:
        raise refusal("file.too-large", _("it needs more time or memory than a file is given"), path.name)
    if done.returncode != 0:
        raise refusal("file.corrupt", _("reading it failed"), path.name)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise refusal(str(answer["refused"]), str(answer["message"]), path.name)
    return answer


def _sheet(book: str, raw: dict[str, Any], formats: list[str]) -> Sheet:
    packed = _Packed(
        raw["rows"],
        raw["columns"],
        raw["kinds"],
        raw["texts"],
        raw["formats"],
        {int(index): formula for index, formula in raw["formulas"].items()},
    )
    sheet = Sheet(book, raw["name"], packed, formats, hidden=raw["hidden"])
    sheet.merges = tuple(Box(*box) for box in raw["merges"])
    sheet.hidden_rows = frozenset(raw["hidden_rows"])
    sheet.hidden_columns = tuple((first, last) for first, last in raw["hidden_columns"])
    sheet.comments = {(row, column): text for row, column, text in raw["comments"]}
    return sheet
