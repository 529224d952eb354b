"""A file becomes a workbook: read in a process of its own, under limits, so that no file can harm the caller."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import workbench
from workbench.i18n import _, current_language
from workbench.refusals import refusal
from workbench.sheets.child import seconds_for
from workbench.sheets.model import Box, Difference, Sheet, Workbook, _Packed
from workbench.sheets.wire import Columns, unpacked

__all__ = ["ask_child", "read"]

_SLACK = 1.3
"""Seconds on the clock for each processor second that a file is given."""
LARGEST_FILE = 512 * 2**20


def read(path: str | Path) -> Workbook:
    """Read a spreadsheet (.xlsx, .xlsm, .xls, .xlsb, .ods, .csv, .tsv or a web page called .xls).

    Raises FileRefused (codes ``file.*``) with the file and what to do next where it cannot be read at all; what is
    wrong inside a readable file is no error here.
    """
    path = Path(path)
    data, ended_well = _run_child(path, "workbench.sheets.child")
    if data.startswith(b"{"):
        _raise_refusal(json.loads(data), path)
    try:
        head, sheets, texts, trailer = unpacked(data)
    except (ValueError, KeyError, TypeError) as error:
        raise refusal("file.corrupt", _("reading it failed"), path.name) from error
    second = json.loads(trailer) if trailer and ended_well else {"failed": _("it broke off")}
    epoch_1904 = bool(head.get("epoch_1904", False))
    return Workbook(
        file=path.name,
        sha256=head["sha256"],
        format=head["format"],
        sheets=tuple(
            _sheet(path.name, raw, columns, texts, head["formats"], epoch_1904=epoch_1904)
            for raw, columns in zip(head["sheets"], sheets, strict=True)
        ),
        epoch_1904=epoch_1904,
        encoding=head.get("encoding", ""),
        carries=tuple(head["carries"]),
        differences=tuple(Difference(*one) for one in second.get("differences", ())),
        second_reader_failed=str(second.get("failed", "")),
    )


def ask_child(path: Path, module: str) -> dict[str, Any]:
    """What a module says about a file, run as a process of its own that limits itself; its answer is one JSON object.

    Raises:
        FileRefused: the file is missing, empty or too large, or the answer is ``{"refused": code, "message": …}``.
    """
    data, ended_well = _run_child(path, module)
    if not ended_well:
        raise refusal("file.too-large", _("it needs more time or memory than a file is given"), path.name)
    answer: dict[str, Any] = json.loads(data)
    if "refused" in answer:
        _raise_refusal(answer, path)
    return answer


def _raise_refusal(answer: dict[str, Any], path: Path) -> NoReturn:
    raise refusal(str(answer["refused"]), str(answer["message"]), path.name)


def _run_child(path: Path, module: str) -> tuple[bytes, bool]:
    """What the process wrote, and whether it came to its end by itself. Raises FileRefused where it wrote nothing."""
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
            timeout=_SLACK * seconds_for(size),
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refusal("file.too-large", _("it needs more time than a file is given"), path.name) from error
    if done.stdout:
        return done.stdout, done.returncode == 0
    if done.returncode < 0:
        raise refusal("file.too-large", _("it needs more time or memory than a file is given"), path.name)
    raise refusal("file.corrupt", _("reading it failed"), path.name)


def _sheet(
    book: str, raw: dict[str, Any], columns: Columns, texts: list[str], formats: list[str], *, epoch_1904: bool
) -> Sheet:
    packed = _Packed(columns, texts, {int(index): formula for index, formula in raw["formulas"].items()})
    sheet = Sheet(book, raw["name"], packed, formats, hidden=raw["hidden"])
    sheet.epoch_1904 = epoch_1904
    sheet.merges = tuple(Box(*box) for box in raw["merges"])
    sheet.hidden_rows = frozenset(raw["hidden_rows"])
    sheet.hidden_columns = tuple((first, last) for first, last in raw["hidden_columns"])
    sheet.comments = {(row, column): text for row, column, text in raw["comments"]}
    return sheet
