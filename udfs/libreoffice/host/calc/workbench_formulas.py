"""Which of our functions stand in a cell's formula, and what their arguments are now."""

from __future__ import annotations

import re
from typing import Any, Iterator

__all__ = ["UNKNOWN", "calls_in", "error_behind"]

UNKNOWN = object()
"""An argument that is computed within the formula."""

_NAME = re.compile(r"(?:[A-Za-z_][\w.]*\.)?([A-Za-z_]\w*)\s*\(")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?$")
_DATE = re.compile(r"DATE\((\d+)[;,](\d+)[;,](\d+)\)$", re.IGNORECASE)
_AROUND = re.compile(r"[-+*/^&=<>();,{}!\s]+")
_ERRORS = 4  # com.sun.star.sheet.FormulaResult.ERROR
_PLACE = re.compile(
    r"(?:(\$?(?:'(?:[^']|'')+'|[^\s'!.:;,+\-*/&=<>()]+))\.)?(\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?)$"
)


def calls_in(formula: str, cell: Any, names: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each call of one of ``names``, the outermost first; what cannot be told from outside is ``UNKNOWN``."""
    masked = _mask(formula)
    for found in _NAME.finditer(masked):
        name = found.group(1).upper()
        for prefix in ("XLDUDF_WB_", "XLDUDF_", "_XLDUDF_WB_", "XLL_"):
            name = name[len(prefix) :] if name.startswith(prefix) else name
        if name not in names:
            continue
        parts = _parts(masked, formula, found.end())
        yield name, tuple(_known(part.strip(), cell) for part in parts)


def error_behind(formula: str, cell: Any) -> str:
    """The first cell that the formula names and that shows an error itself, as ``Sheet.A1``; empty where none does."""
    masked = _mask(formula)
    for part in _AROUND.split(masked):
        place = _PLACE.match(part)
        try:
            found = None if place is None else _cells(place, cell).queryFormulaCells(_ERRORS)
        except Exception:  # noqa: BLE001, S112  # it only looks like a place
            continue
        if found is not None and found.Count:
            return str(found.RangeAddressesAsString).split(";")[0].split(":")[0].replace("$", "")
    return ""


def _known(text: str, cell: Any) -> Any:
    try:
        return _value(text, cell)
    except ValueError:
        return UNKNOWN


def _mask(formula: str) -> str:
    """The formula with its texts blanked, so that what stands inside them is no function and no comma."""
    return re.sub(r'"(?:[^"]|"")*"', lambda text: '"' + " " * (len(text.group()) - 2) + '"', formula)


def _parts(masked: str, formula: str, start: int) -> list[str]:
    depth, begin, parts = 0, start, []
    for at in range(start, len(masked)):
        letter = masked[at]
        if letter == ")" and depth == 0:
            parts.append(formula[begin:at])
            break
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(letter, 0)
        if letter in ";," and depth == 0:
            parts.append(formula[begin:at])
            begin = at + 1
    return [] if parts == [""] else parts


def _value(text: str, cell: Any) -> Any:
    if text == "":
        return None
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return text[1:-1].replace('""', '"')
    if _NUMBER.match(text):
        return float(text)
    date = _DATE.match(text)
    if date:
        import datetime as dt

        null = cell.getSpreadsheet().DrawPage.Forms.Parent.getPropertyValue("NullDate")
        return float((dt.date(*map(int, date.groups())) - dt.date(null.Year, null.Month, null.Day)).days)
    place = _PLACE.match(text)
    if place is None:
        raise ValueError(text)
    rows = _cells(place, cell).getDataArray()
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def _cells(place: Any, cell: Any) -> Any:
    """The cells that a place in the formula of ``cell`` names."""
    sheet = cell.getSpreadsheet()
    if place.group(1):
        name = place.group(1).lstrip("$")
        name = name[1:-1].replace("''", "'") if name.startswith("'") else name
        sheet = sheet.DrawPage.Forms.Parent.Sheets.getByName(name)
    return sheet.getCellRangeByName(place.group(2).replace("$", ""))
