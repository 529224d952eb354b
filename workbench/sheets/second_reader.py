"""A second opinion: the same workbook read by another program, and the cells on which the two differ.

python-calamine is known to leave out error cells and to trim texts; those are no differences. What it has and we have not
would be a cell lost, and is always told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.sheets.raw import RawSheet

__all__ = ["differences"]

_MOST_CELLS = 250_000
_MOST_AREA = 4_000_000
"""Cells of the used area: the other reader keeps all of them, empty or not."""
_MOST_TOLD = 50

Difference = tuple[str, int, int, str, str]
"""Sheet, row, column, what we read, what the other reader read."""


def differences(path: Path, kind: str, sheets: list[RawSheet], texts: list[str]) -> dict[str, Any]:
    """``{"compared": cells, "differences": [(sheet, row, column, ours, theirs), …]}``; 0 compared: it was not asked."""
    cells = sum(len(sheet) for sheet in sheets)
    if kind != "xlsx" or not 0 < cells <= _MOST_CELLS or any(_area(sheet) > _MOST_AREA for sheet in sheets):
        return {"compared": 0, "differences": []}
    from python_calamine import CalamineError, CalamineWorkbook

    found: list[Difference] = []
    try:
        book = CalamineWorkbook.from_path(str(path))
        for sheet in sheets:
            for one in _of_sheet(book, sheet, texts):
                found.append(one)
                if len(found) >= _MOST_TOLD:
                    return {"compared": cells, "differences": found}
    except (CalamineError, ValueError, OSError) as error:
        return {"compared": 0, "differences": [], "failed": str(error)[:200]}
    return {"compared": cells, "differences": found}


def _area(sheet: RawSheet) -> int:
    return (max(sheet.rows) * max(sheet.columns)) if len(sheet) else 0


def _of_sheet(book: Any, sheet: RawSheet, texts: list[str]) -> Iterator[Difference]:
    kinds = "".join(sheet.kinds)
    ours = {
        (row, column): (kinds[index], texts[sheet.at[index]])
        for index, (row, column) in enumerate(zip(sheet.rows, sheet.columns, strict=True))
    }
    theirs = dict(_their_cells(book, sheet.name))
    for place in sorted(ours.keys() | theirs.keys()):
        kind, text = ours.get(place, ("", ""))
        other = theirs.get(place)
        if not _agree(kind, text, other):
            yield (sheet.name, *place, text[:200], "" if other is None else str(other)[:200])


def _their_cells(book: Any, name: str) -> Iterator[tuple[tuple[int, int], object]]:
    for row, values in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
        for column, value in enumerate(values, 1):
            if value != "":
                yield (row, column), value


def _agree(kind: str, text: str, other: object) -> bool:
    if other is None:
        return kind in ("e", "b", "d") or not text.strip()
    if kind == "n" and isinstance(other, (int, float)) and not isinstance(other, bool):
        return abs(float(text) - other) <= 1e-9 * max(1.0, abs(other))
    if kind == "s" and isinstance(other, str):
        return _bare(text) == _bare(other)
    return bool(kind)  # dates and truth values are told in another way by each


def _bare(text: str) -> str:
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")
