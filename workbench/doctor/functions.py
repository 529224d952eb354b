"""Which functions the formulas call: unknown ones, ours in the spelling of some host, volatile and dangerous ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from workbench.doctor.book import Book
from workbench.doctor.notes import Notes
from workbench.doctor.scan import SheetScan
from workbench.places import a1
from workbench.spellings import own_spelling

__all__ = ["Shape", "bare", "check_functions", "functions_in", "shapes"]

_STRING = re.compile(r'"[^"]*"')
_SHEET_NAME = re.compile(r"'(?:[^']|'')*'!(?![A-Za-z_\\][\w.\\]*\()")
_CALL = re.compile(r"((?:'[^']*'|\[\d+\])!)?([A-Za-z_\\\u4e00-\u9fff][\w.\\]*)\(")
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_NUMBERED_CALL = re.compile(r"\d\(")
_NUMBERS = re.compile(r"\d(?!\w*\()")
VOLATILE = frozenset({"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "OFFSET", "INDIRECT", "CELL", "INFO"})
DANGEROUS = frozenset(
    {
        "CALL",
        "REGISTER",
        "REGISTER.ID",
        "EXEC",
        "SQL.REQUEST",
        "WEBSERVICE",
        "FOPEN",
        "FWRITE",
        "RUN",
        "DDE",
        "DDEINITIATE",
    }
)
"""Functions that reach outside of the workbook."""


@dataclass(slots=True)
class Shape:
    """Formulas that differ only in digits, those of functions' names apart: one of them, and the cells that hold them."""

    text: str
    cells: list[tuple[SheetScan, int, int]] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The first cell."""
        sheet, row, column = self.cells[0]
        return f"{sheet.name}!{a1(row, column)}"


def shapes(book: Book) -> list[Shape]:
    """The formulas of all cells by shape: what is true of one is true of all, so each shape is looked at once."""
    found: dict[str, Shape] = {}
    for sheet in book.sheets:
        for (row, column), formula in sheet.formulas.items():
            key = _NUMBERS.sub("", formula) if _NUMBERED_CALL.search(formula) else formula.translate(_NO_DIGITS)
            shape = found.get(key)
            if shape is None:
                shape = found[key] = Shape(formula)
            shape.cells.append((sheet, row, column))
    return list(found.values())


def bare(formula: str) -> str:
    """The formula without its texts."""
    return _STRING.sub('""', formula) if '"' in formula else formula


def functions_in(formula: str) -> Iterator[tuple[str, str]]:
    """Functions that a formula calls, as written, with the file they are called from (mostly none)."""
    text = bare(formula)
    if "'" in text:
        text = _SHEET_NAME.sub("", text)
    for source, name in _CALL.findall(text):
        yield name, source.rstrip("!")


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Functions of the file format, and those stored under a prefix."""
    text = resources.files("workbench.doctor").joinpath("excel_functions.txt").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    old = frozenset(name for words in lines if words[0] != "_xlfn" for name in words)
    return old, frozenset(name for words in lines if words[0] == "_xlfn" for name in words[1:])


def check_functions(book: Book, found: list[Shape], notes: Notes) -> None:
    """Note what the formulas of the book call."""
    calls: dict[tuple[str, str], list[Shape]] = defaultdict(list)
    for shape in found:
        for call in dict.fromkeys(functions_in(shape.text)):
            calls[call].append(shape)
    names = {name.name.upper() for name in book.names}
    macros = any(name.casefold().endswith("vbaproject.bin") for name in book.package.names)
    spellings: dict[str, list[str]] = defaultdict(list)
    for (name, source), shaped in sorted(calls.items()):
        place, count = shaped[0].place, sum(len(shape.cells) for shape in shaped)
        own, host = own_spelling(name)
        if source:
            notes.add("doctor.function-elsewhere", place, name, source=source, count=count)
        elif own:
            spellings[host].append(own)
            missing = any(_name_error(shape) for shape in shaped)
            code = "doctor.addin-missing" if missing else "doctor.function-ours"
            notes.add(code, place, name, function=own, host=host, count=count)
        else:
            _check_foreign(notes, name, place, count, known=name.upper() in names, macros=macros)
    if len(spellings) > 1:
        told = [f"{host}: {', '.join(sorted(set(own)))}" for host, own in sorted(spellings.items())]
        notes.add("doctor.function-spellings", "", ", ".join(sorted(spellings)), told)


def _check_foreign(notes: Notes, name: str, place: str, count: int, *, known: bool, macros: bool) -> None:
    upper = name.upper()
    plain = re.sub(r"^_XLFN\.(?:_XLWS\.)?|^_XLWS\.", "", upper)
    old, new = _known()
    if plain in DANGEROUS:
        notes.add("doctor.function-dangerous", place, plain, count=count)
    elif plain in VOLATILE:
        notes.add("doctor.volatile", place, plain, count=count)
    elif known or plain in old or upper.startswith("_XLPM."):
        return
    elif plain in new:
        if upper == plain and plain not in _WITHOUT_PREFIX:
            notes.add("doctor.function-prefix", place, name, count=count)
    else:
        code = "doctor.function-macro" if macros else "doctor.function-unknown"
        notes.add(code, place, name, count=count)


_WITHOUT_PREFIX = frozenset({"AGGREGATE", "CEILING.PRECISE", "FLOOR.PRECISE", "ISO.CEILING", "ECMA.CEILING", "SINGLE"})
"""Newer functions that are stored by their bare names."""


def _name_error(shape: Shape) -> bool:
    for sheet, row, column in shape.cells[:50]:
        found = sheet.cell(row, column)
        if found is not None and found[0].values[found[1]] == b"#NAME?":
            return True
    return False
