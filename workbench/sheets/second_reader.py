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
    if (
        kind not in ("xlsx", "ods")
        or not 0 < cells <= _MOST_CELLS
        or any(_area(sheet) > _MOST_AREA for sheet in sheets)
    ):
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
    theirs: list[list[object]] = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    ours = _rows(sheet, texts)
    for number in range(1, max(len(theirs), max(ours, default=0)) + 1):
        row, other_row = ours.get(number, []), theirs[number - 1] if number <= len(theirs) else []
        if len(row) == len(other_row) - other_row.count("") and all(_plainly_same(one, other_row) for one in row):
            continue
        yield from _of_row(sheet.name, number, row, other_row)


_OurCell = tuple[int, str, str]
"""Column, kind, text."""


def _rows(sheet: RawSheet, texts: list[str]) -> dict[int, list[_OurCell]]:
    rows: dict[int, list[_OurCell]] = {}
    for row, column, kind, at in zip(sheet.rows, sheet.columns, "".join(sheet.kinds), sheet.at, strict=True):
        rows.setdefault(row, []).append((column, kind, texts[at]))
    return rows


def _plainly_same(one: _OurCell, other_row: list[object]) -> bool:
    column, kind, text = one
    if column > len(other_row):
        return False
    other = other_row[column - 1]
    return other == text if kind == "s" else kind == "n" and isinstance(other, float) and float(text) == other


def _of_row(name: str, number: int, row: list[_OurCell], other_row: list[object]) -> Iterator[Difference]:
    ours = {column: (kind, text) for column, kind, text in row}
    others = {column: value for column, value in enumerate(other_row, 1) if value != ""}
    for column in sorted(ours.keys() | others.keys()):
        kind, text = ours.get(column, ("", ""))
        other = others.get(column)
        if not _agree(kind, text, other):
            yield (name, number, column, text[:200], "" if other is None else str(other)[:200])


def _agree(kind: str, text: str, other: object) -> bool:
    if other is None:
        return kind in ("e", "b", "d") or not text.strip()
    if kind == "n" and isinstance(other, (int, float)) and not isinstance(other, bool):
        return abs(float(text) - other) <= 1e-9 * max(1.0, abs(other))
    if kind == "s" and isinstance(other, str):
        return _bare(text) == _bare(other)
    return bool(kind)  # dates and truth values are told in another way by each


def _bare(text: str) -> str:
    """Text without white space, of which each reader keeps as much as it likes."""
    return "".join(text.split())
