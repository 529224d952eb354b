"""All checks of one workbook, in the order in which a person would look: package, sheets, formulas, values."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from workbench.archives import Package, Refused
from workbench.doctor import errors, functions, layout, packages, regions, results, sums, tables, values
from workbench.doctor.book import Book, open_book
from workbench.doctor.functions import Shape, bare
from workbench.doctor.notes import Notes
from workbench.i18n import _

__all__ = ["inspect"]

_EXTERNAL = re.compile(r"\[(\d+)\]")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def inspect(path: Path) -> dict[str, Any]:
    """Notes and facts of a workbook, as JSON takes them.

    Raises:
        Refused: the file is no .xlsx or .xlsm, is locked by a password, or needs more than a file is given.
    """
    notes = Notes()
    facts: dict[str, Any] = {}
    _refuse_other_kinds(path)
    try:
        package = Package(path)
        packages.check_parts(package, notes)
        book = open_book(package, notes)
        if book is not None:
            facts = _check(book, notes)
    except Refused as refused:
        if refused.code == "file.hostile":
            notes.add("doctor.hostile", "", refused.message)
        elif refused.code == "file.corrupt":
            notes.add("doctor.package-damaged", "", path.name, problem=refused.message)
        else:
            raise
    return {"notes": [note.as_list() for note in notes.notes], "beyond": dict(notes.beyond), "facts": facts}


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLD:
            if "EncryptedPackage".encode("utf-16-le") in file.read():
                raise Refused("file.locked", _("it is locked by a password"))
            raise Refused("file.not-a-workbook", _("it is a workbook of an older kind; .xlsx and .xlsm are examined"))
    if head[:4] not in _ZIP:
        raise Refused("file.not-a-workbook", _("it is another kind of file; .xlsx and .xlsm are examined"))


def _check(book: Book, notes: Notes) -> dict[str, Any]:
    packages.check_carried(book, notes)
    layout.check_calculation(book, notes)
    layout.check_hidden(book, notes)
    layout.check_size(book, notes)
    layout.check_fragments(book, notes)
    tables.check_tables(book, notes)
    lists = regions.regions(book)
    layout.check_merges(lists, book, notes)
    values.check_headings(lists, notes)
    shapes = functions.shapes(book)
    errors.check_errors(book, notes)
    errors.check_lost_references(book, notes)
    functions.check_functions(book, shapes, notes)
    _check_external(book, shapes, notes)
    values.check_texts(book, lists, notes)
    values.check_shifted_dates(book, notes)
    values.check_live_formulas(book, lists, notes)
    sums.check_sums(book, shapes, lists, notes)
    circular, followed = results.check_circles(book, notes)
    compared = results.check_results(book, notes, circular)
    return {
        "sheets": [
            {
                "name": sheet.name,
                "state": sheet.state,
                "cells": sheet.filled,
                "formulas": len(sheet.formulas),
                "data": str(sheet.data_box) if sheet.data_box else "",
                "used_rows": max(sheet.last_row, sheet.last_filled_row),
            }
            for sheet in book.sheets
        ],
        "tables": len(book.tables),
        "names": len(book.names),
        "formats": len(book.formats),
        "results_compared": compared,
        "circles_followed": followed,
    }


def _check_external(book: Book, found: list[Shape], notes: Notes) -> None:
    """Other workbooks that formulas read, with the first cell that does."""
    books = packages.external_books(book, notes)
    counts: Counter[int] = Counter()
    first: dict[int, str] = {}
    for shape in found:
        if "[" not in shape.text or not _EXTERNAL.search(bare(shape.text)):
            continue
        for sheet, row, column in shape.cells:
            for number in {int(one) for one in _EXTERNAL.findall(bare(sheet.formulas[row, column]))}:
                counts[number] += 1
                first.setdefault(number, Shape("", [(sheet, row, column)]).place)
    for number, target in books.items():
        notes.add("doctor.external-link", first.get(number, ""), target, count=counts[number])
