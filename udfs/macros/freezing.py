"""Freeze: formulas of ours become the values they show, with formula and evidence in a note."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from udfs.macros.desk import Desk, Frozen, Outcome
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

    What shows an error, was never calculated, or shows a figure that the rates contradict stays a formula and is told.
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
    frozen: list[Frozen] = []
    left: Counter[str] = Counter()
    for cell in _ours(image):
        reason = _not_to_be_kept(cell, image)
        if reason:
            left[reason] += 1
            continue
        edits.put(name, cell.row, cell.column, Write(_value(cell)))
        edits.notes.setdefault(name, {})[cell.row, cell.column] = f"={cell.formula}\n{_evidence(cell, image)}".strip()
        frozen.append(Frozen(name, cell.row, cell.column, cell.formula, cell.text))
    if frozen:
        desk.port.write(edits)
    words = _("{count} formulas on {sheet} are values now, each with its formula and source in a note.")
    told = words.format(count=len(frozen), sheet=name)
    for reason, count in left.items():
        told += " " + _("Left as formulas: {count}, {reason}.").format(count=count, reason=reason)
    return Outcome(told, cells=tuple(frozen))


def thaw(desk: Desk, cells: tuple[Frozen, ...]) -> tuple[int, int]:
    """Put formulas back where they stood; returns how many, and how many cells were changed since and stay.

    Raises:
        ConfigurationError: the workbook is closed: there the version before is kept beside it.
    """
    if desk.live is None:
        raise ConfigurationError(
            _("Formulas can only be put back while the workbook is open."),
            where=desk.path.name,
            remedy=_("Open it and run Undo there, or take the version that was kept beside it."),
        )
    sheets = desk.port.read().sheets
    back: list[Frozen] = []
    for one in cells:
        now = sheets[one.sheet].rows.get(one.row, {}).get(one.column) if one.sheet in sheets else None
        if now is None or now.formula or not _same(now.text, one.value):
            continue
        place = desk.live.sheets[one.sheet].range((one.row, one.column))
        if place.note is not None and f"={one.formula}" in place.note.text:
            place.formula = f"={one.formula}"
            back.append(one)
    desk.port.write(BookEdits(notes=_no_notes(back)))
    return len(back), len(cells) - len(back)


def _not_to_be_kept(cell: Cell, image: SheetImage) -> str:
    """Why what the cell shows is no value to keep; empty where it is one."""
    if cell.kind is CellKind.ERROR:
        return _("they show an error")
    if not cell.text:
        return _("they were never calculated")
    calls = list(_calls(cell.formula))
    if len(calls) == 1 and re.fullmatch(rf"\s*{_PREFIX}{calls[0][0]}\([^()]*\)\s*", cell.formula, re.IGNORECASE):
        return _contradicted(cell, image, *calls[0])
    return ""


def _contradicted(cell: Cell, image: SheetImage, name: str, arguments: list[str]) -> str:
    """Whether the one call that the formula is gives something else than the cell shows: it was left uncalculated."""
    from udfs.registry import FUNCTIONS, call

    if name not in _RATES or name == "FX_SOURCE" or name not in FUNCTIONS or cell.kind is not CellKind.NUMBER:
        return ""
    given = [_resolved(one, image.rows) for one in arguments]
    if None in given:
        return ""
    found = call(name, *given)
    shown = cell.number
    if isinstance(found, Decimal) and shown is not None and Decimal(f"{found:.12g}") != Decimal(f"{shown:.12g}"):
        return _("they show another figure than today's rates give; calculate the workbook first")
    return ""


def _same(shown: str, frozen: str) -> bool:
    """Whether a cell holds what was frozen in it; of a number a cell's file and its program keep 15 digits."""
    if shown == frozen:
        return True
    try:
        return f"{Decimal(shown):.15g}" == f"{Decimal(frozen):.15g}"
    except InvalidOperation:
        return False


def _no_notes(cells: list[Frozen]) -> dict[str, dict[tuple[int, int], str | None]]:
    notes: dict[str, dict[tuple[int, int], str | None]] = {}
    for one in cells:
        notes.setdefault(one.sheet, {})[one.row, one.column] = None
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
