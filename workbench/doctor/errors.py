"""Cells that show an error: where it begins, and how many cells only pass it on."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from workbench.doctor.book import Book
from workbench.doctor.functions import bare
from workbench.doctor.notes import Notes
from workbench.doctor.references import Area, areas_in
from workbench.doctor.scan import ERROR, SheetScan
from workbench.places import a1

__all__ = ["check_errors", "check_lost_references"]

MOST_FOLLOWED = 20_000
"""Error cells whose references are followed; beyond them each counts as a beginning."""
_CODES = {
    b"#DIV/0!": "doctor.error-division",
    b"#N/A": "doctor.error-not-found",
    b"#NAME?": "doctor.error-name",
    b"#NULL!": "doctor.error-null",
    b"#NUM!": "doctor.error-number",
    b"#REF!": "doctor.error-reference",
    b"#VALUE!": "doctor.error-value",
    b"#SPILL!": "doctor.error-spill",
}

_Rows = dict[str, dict[int, list[int]]]


def check_errors(book: Book, notes: Notes) -> None:
    """One note per column and kind of error that begins there, and one per sheet for those that follow."""
    errors = _error_rows(book)
    followed = 0
    for sheet in book.sheets:
        follows: list[tuple[int, int]] = []
        for column, rows in errors.get(sheet.name, {}).items():
            begins: dict[bytes, list[int]] = defaultdict(list)
            pasted: dict[bytes, list[int]] = defaultdict(list)
            for row in rows:
                formula = sheet.formulas.get((row, column))
                kind = sheet.columns[column].values[sheet.columns[column].index(row)]
                followed += 1
                if formula is None:
                    pasted[kind].append(row)
                elif followed <= MOST_FOLLOWED and _passes_on(book, sheet, (row, column), formula, errors):
                    follows.append((row, column))
                else:
                    begins[kind].append(row)
            for kind, found in pasted.items():
                notes.cells("doctor.error-pasted", sheet.name, column, found, kind.decode(errors="replace"))
            for kind, found in begins.items():
                told = kind.decode(errors="replace")
                code = _CODES.get(kind, "doctor.error-other")
                notes.cells(code, sheet.name, column, found, told, formula=f"={sheet.formulas[found[0], column]}")
        if follows:
            notes.add("doctor.error-follows", f"{sheet.name}!{a1(*min(follows))}", str(len(follows)))


def _error_rows(book: Book) -> _Rows:
    found: _Rows = {}
    for sheet in book.sheets:
        for number, column in sheet.columns.items():
            if ERROR in column.kinds:
                rows = [row for row, kind in zip(column.rows, column.kinds, strict=True) if kind == ERROR]
                if sheet.pictured:
                    rows = [row for row in rows if a1(row, number).encode() not in sheet.pictured]
                if rows:
                    found.setdefault(sheet.name, {})[number] = rows
    return found


def _passes_on(book: Book, sheet: SheetScan, cell: tuple[int, int], formula: str, errors: _Rows) -> bool:
    """Whether the error comes from a cell that the formula reads."""
    if "#REF!" in formula:
        return False
    return any(_holds_error(area, errors, sheet, cell) for area in areas_in(book, sheet, formula))


def _holds_error(area: Area, errors: _Rows, sheet: SheetScan, own: tuple[int, int]) -> bool:
    for column, rows in errors.get(area.sheet.name, {}).items():
        if not area.box.left <= column <= area.box.right:
            continue
        for at in range(bisect_left(rows, area.box.top), len(rows)):
            if rows[at] > area.box.bottom:
                break
            if area.sheet is not sheet or (rows[at], column) != own:
                return True
    return False


def check_lost_references(book: Book, notes: Notes) -> None:
    """Formulas and names that have lost what they referred to, whatever they show at the moment."""
    for sheet in book.sheets:
        columns: dict[int, list[int]] = defaultdict(list)
        for (row, column), formula in sheet.formulas.items():
            if "#REF!" in formula and "#REF!" in bare(formula) and not book.is_error(sheet, row, column):
                columns[column].append(row)
        for column, rows in columns.items():
            rows.sort()
            formula = f"={sheet.formulas[rows[0], column]}"
            notes.cells("doctor.reference-lost", sheet.name, column, rows, formula)
    for name in book.names:
        if "#REF!" in name.text and ".wvu." not in name.name:  # what Excel keeps for somebody's view of a sheet
            notes.add("doctor.name-broken", name.scope, name.name, formula=f"={name.text}")
