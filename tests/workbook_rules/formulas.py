"""Formulas: written as Excel stores them, about sheets, tables and names that exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from tests.workbook_rules.package import MAIN, Book, SheetPart
from tests.workbook_rules.sheets import box, place
from tests.workbook_rules.workbook import utf16

__all__ = ["RULES"]

LONGEST = 8_192
MOST_NESTED = 64
_SHEET = re.compile(r"'((?:[^']|'')+)'!|(?<![\w\]])([^\W\d][\w.]*)!")
_FUNCTION = re.compile(r"([A-Za-z_\\][\w.\\]*)\(")
_TABLE = re.compile(r"(?<![\w.'])([A-Za-z_\\][\w.\\]*)\[((?:\[[^\]]*\]|'.|[^\]\['])*)\]")
_COLUMN = re.compile(r"\[((?:'.|[^\]\['])*)\]|^((?:'.|[^\]\['#@])+)$")
_PREFIXED = {
    "XLOOKUP", "XMATCH", "FILTER", "SORT", "SORTBY", "UNIQUE", "SEQUENCE", "RANDARRAY", "LET", "LAMBDA", "TEXTJOIN",
    "CONCAT", "IFS", "SWITCH", "MAXIFS", "MINIFS", "TEXTSPLIT", "TEXTBEFORE", "TEXTAFTER", "VSTACK", "HSTACK",
    "TOCOL", "TOROW", "TAKE", "DROP", "CHOOSECOLS", "CHOOSEROWS", "IFNA", "NUMBERVALUE", "DAYS", "ISOWEEKNUM",
    "FORMULATEXT", "SHEET", "SHEETS", "XOR", "GROUPBY", "PIVOTBY", "ARRAYTOTEXT", "VALUETOTEXT",
}  # fmt: skip
"""Functions newer than the file format: stored under a prefix, or Excel shows #NAME?."""


def formulas_of(book: Book) -> Iterator[tuple[SheetPart, etree._Element, etree._Element]]:
    """Every formula of a cell: sheet, cell and formula."""
    for sheet in book.sheets:
        for formula in sheet.root.iterfind(f"{MAIN}sheetData/{MAIN}row/{MAIN}c/{MAIN}f"):
            yield sheet, formula.getparent(), formula


def _all_texts(book: Book) -> Iterator[tuple[str, str]]:
    """Every formula of cells, names, validations, conditional formats and table columns: place and text."""
    for sheet, cell, formula in formulas_of(book):
        yield f"{sheet.part}!{cell.get('r')}", formula.text or ""
    for sheet in book.sheets:
        for tag in ("formula", "formula1", "formula2"):
            yield from ((sheet.part, node.text or "") for node in sheet.root.iter(f"{MAIN}{tag}"))
    for node in book.root.iter(f"{MAIN}definedName"):
        yield f"{book.main} {node.get('name')}", node.text or ""
    for _sheet, part, root in book.tables:
        for tag in ("calculatedColumnFormula", "totalsRowFormula"):
            yield from ((part, node.text or "") for node in root.iter(f"{MAIN}{tag}"))


def formulas_are_stored_as_excel_does(book: Book) -> Iterator[str]:
    for where, text in _all_texts(book):
        bare = re.sub(r'"[^"]*"', '""', text)
        if bare.startswith("=") or bare.count("(") != bare.count(")") or text.count('"') % 2:
            yield f"{where}: {text[:60]} is no formula"
        if utf16(text) > LONGEST or _depth(bare) > MOST_NESTED:
            yield f"{where}: a formula too long or too deeply nested"
        for name in _FUNCTION.findall(re.sub(r"'[^']*'", "", bare)):
            if name.upper() in _PREFIXED:
                yield f"{where}: {name} needs its prefix _xlfn."
        if "#REF!" in bare or ("|" in bare and "!" in bare):
            yield f"{where}: {text[:60]} points nowhere, or to another program"
        if re.search(r"\[\d+\]", bare):
            yield f"{where}: {text[:60]} leads out of the file"


def _depth(text: str) -> int:
    depth = most = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        most = max(most, depth)
    return most


def formulas_are_about_what_exists(book: Book) -> Iterator[str]:
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    tables = {
        root.get("displayName").casefold(): {
            column.get("name").casefold() for column in root.iterfind(f"{MAIN}tableColumns/{MAIN}tableColumn")
        }
        for _sheet, _part, root in book.tables
    }
    for where, text in _all_texts(book):
        bare = re.sub(r'"[^"]*"', '""', text)
        for quoted, plain in _SHEET.findall(bare):
            if (quoted.replace("''", "'") or plain).casefold() not in sheets:
                yield f"{where}: no sheet {quoted or plain}"
        for name, inside in _TABLE.findall(bare):
            if name.casefold() not in tables:
                yield f"{where}: no table {name}"
                continue
            for bracketed, alone in _COLUMN.findall(inside):
                column = re.sub(r"'(.)", r"\1", bracketed or alone).casefold()
                if column and not column.startswith(("#", "@")) and column not in tables[name.casefold()]:
                    yield f"{where}: no column {column} in {name}"


def shared_formulas_have_their_master(book: Book) -> Iterator[str]:
    masters: dict[tuple[str, str], tuple[int, int, int, int]] = {}
    for sheet, cell, formula in formulas_of(book):
        where, kind = f"{sheet.part}!{cell.get('r')}", formula.get("t", "normal")
        row, column = place(cell.get("r"))
        if kind == "shared":
            key = (sheet.part, formula.get("si"))
            if formula.text:
                masters[key] = box(formula.get("ref"))
            if key not in masters:
                yield f"{where}: shares a formula that nobody has"
                continue
            top, left, bottom, right = masters[key]
            if not (top <= row <= bottom and left <= column <= right):
                yield f"{where}: shares a formula over other cells"
        elif kind == "array":
            if box(formula.get("ref"))[:2] != (row, column):
                yield f"{where}: an array formula that begins elsewhere"
        elif kind != "normal" or not formula.text:
            yield f"{where}: an empty formula"


RULES: list[Callable[[Book], Iterator[str]]] = [
    formulas_are_stored_as_excel_does,
    formulas_are_about_what_exists,
    shared_formulas_have_their_master,
]
