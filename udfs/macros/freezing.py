"""Freeze: formulas of ours become the values they show, with formula and evidence in a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from udfs.macros.desk import Desk, Outcome
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.sheets import Cell, CellKind
from workbench.sync import BookEdits, SheetImage, Write

__all__ = ["freeze", "thaw"]

_PREFIX: Final = r"(?:_xldudf_WB_|_xlfn\._xll\.|_xll\.|WB\.|'[^']*'!)?"
_REFERENCE: Final = re.compile(r"^\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
_RATES: Final = {"FX_RATE": 0, "FX_CONVERT": 1, "FX_SOURCE": 0}
"""Functions whose rate can be told, with the place of their first currency."""


def freeze(desk: Desk) -> Outcome:
    """Replace each formula of the sheet that calls one of our functions by its value.

    Cells that show an error stay formulas: an error is no value to keep.
    """
    name = desk.sheet
    image = desk.port.read().sheets.get(name)
    if image is None:
        raise ConfigurationError(
            _("{file} has no sheet {sheet}.").format(file=desk.path.name, sheet=repr(name)),
            where=desk.path.name,
            remedy=_("Give the sheet's name as its tab shows it."),
        )
    edits = BookEdits()
    frozen: list[tuple[str, int, int, str]] = []
    kept = 0
    for cell in _ours(image):
        if cell.kind is CellKind.ERROR:
            kept += 1
            continue
        edits.put(name, cell.row, cell.column, Write(_value(cell)))
        edits.notes.setdefault(name, {})[cell.row, cell.column] = f"={cell.formula}\n{_evidence(cell, image)}".strip()
        frozen.append((name, cell.row, cell.column, cell.formula))
    if frozen:
        desk.port.write(edits)
    words = _("{count} formulas on {sheet} are values now, each with its formula and source in a note.")
    told = words.format(count=len(frozen), sheet=name)
    if kept:
        told += " " + _("{count} that show an error were left as they are.").format(count=kept)
    return Outcome(told, cells=tuple(frozen))


def thaw(desk: Desk, cells: tuple[tuple[str, int, int, str], ...]) -> None:
    """Put formulas back where they stood.

    Raises:
        ConfigurationError: the workbook is closed: there the version before is kept beside it.
    """
    if desk.live is None:
        raise ConfigurationError(
            _("Formulas can only be put back while the workbook is open."),
            where=desk.path.name,
            remedy=_("Open it and run Undo there, or take the version that was kept beside it."),
        )
    for sheet, row, column, formula in cells:
        place = desk.live.sheets[sheet].range((row, column))
        place.formula = f"={formula}"
    desk.port.write(BookEdits(notes=_no_notes(cells)))


def _no_notes(cells: tuple[tuple[str, int, int, str], ...]) -> dict[str, dict[tuple[int, int], str | None]]:
    notes: dict[str, dict[tuple[int, int], str | None]] = {}
    for sheet, row, column, _formula in cells:
        notes.setdefault(sheet, {})[row, column] = None
    return notes


def _ours(image: SheetImage) -> Iterator[Cell]:
    import udfs.functions  # noqa: F401  # declares the functions
    from udfs.registry import FUNCTIONS

    called = re.compile(rf"(?<![A-Za-z0-9_.]){_PREFIX}({'|'.join(FUNCTIONS)})\(", re.IGNORECASE)
    for row in image.rows.values():
        for cell in row.values():
            if cell.formula and called.search(re.sub(r'"[^"]*"', '""', cell.formula)):
                yield cell


def _value(cell: Cell) -> bool | str | Decimal | None:
    if cell.kind is CellKind.NUMBER:
        return cell.number
    return cell.text == "1" if cell.kind is CellKind.BOOLEAN else cell.text


def _evidence(cell: Cell, image: SheetImage) -> str:
    """Where each rate in the formula comes from; empty where its arguments are computed themselves."""
    from udfs.registry import CellError, call

    found = []
    for name, arguments in _calls(cell.formula):
        if name in _RATES:
            given = [_resolved(one, image.rows) for one in arguments[_RATES[name] :]]
            if len(given) >= 3 and None not in given[:3]:
                told = call("FX_SOURCE", *given)
                found.append(told.message if isinstance(told, CellError) else str(told))
    return "\n".join(dict.fromkeys(found))


def _calls(formula: str) -> Iterator[tuple[str, list[str]]]:
    """Each call in a formula whose arguments are single operands, with these; others have none."""
    from openpyxl.formula import Tokenizer

    stack: list[tuple[str, list[list[str]]]] = []
    for token in Tokenizer(f"={formula}").items:
        if token.type == "FUNC" and token.subtype == "OPEN":
            name = re.sub(_PREFIX, "", token.value, count=1, flags=re.IGNORECASE).rstrip("(").upper()
            stack.append((name, [[]]))
        elif token.type == "FUNC" and stack:
            name, parts = stack.pop()
            yield name, [part[0] if len(part) == 1 else "" for part in parts]
            if stack:
                stack[-1][1][-1].append("")
                stack[-1][1][-1].append("")
        elif token.type == "SEP" and stack:
            stack[-1][1].append([])
        elif stack and token.type != "WHITE-SPACE":
            stack[-1][1][-1].append(token.value)


def _resolved(operand: str, rows: Mapping[int, Mapping[int, Cell]]) -> object:
    """The value of a literal or of a cell on the same sheet; None where it is neither."""
    if operand.startswith('"'):
        return operand[1:-1].replace('""', '"')
    found = _REFERENCE.match(operand.upper())
    if found is None:
        return operand or None
    from openpyxl.utils import column_index_from_string

    cell = rows.get(int(found[2]), {}).get(column_index_from_string(found[1]))
    if cell is None:
        return None
    return cell.number if cell.kind is CellKind.NUMBER else cell.text
