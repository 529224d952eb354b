"""Styles and shared strings: counts that tell the truth, indices that exist, limits that Excel keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from tests.workbook_rules.package import MAIN, Book
from tests.workbook_rules.workbook import utf16

__all__ = ["RULES", "number_formats"]

MOST_CELL_FORMATS = 64_000
MOST_FONTS = 1_024
MOST_NUMBER_FORMATS = 200
FIRST_OWN_FORMAT = 164
LONGEST_TEXT = 32_767
MOST_LINES = 253
_INDICES = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}


def _items(book: Book, name: str) -> list[etree._Element]:
    group = book.styles.find(f"{MAIN}{name}")
    return [] if group is None else list(group)


def number_formats(book: Book) -> list[str]:
    """The number format of every cell style; ``date`` for one of Excel's own date formats."""
    own = {int(node.get("numFmtId")): node.get("formatCode") for node in _items(book, "numFmts")}
    ids = [int(node.get("numFmtId", "0")) for node in _items(book, "cellXfs")]
    return [own.get(one, "yyyy" if 14 <= one <= 22 or 45 <= one <= 47 else "") for one in ids]


def counts_are_true(book: Book) -> Iterator[str]:
    for group in book.styles:
        count = group.get("count") if isinstance(group.tag, str) else None
        if count is not None and int(count) != len(group):
            yield f"styles: {etree.QName(group).localname} says {count} and holds {len(group)}"


def limits_are_kept(book: Book) -> Iterator[str]:
    for name, most in (
        ("cellXfs", MOST_CELL_FORMATS),
        ("dxfs", MOST_CELL_FORMATS),
        ("fonts", MOST_FONTS),
        ("numFmts", MOST_NUMBER_FORMATS),
    ):
        if len(_items(book, name)) > most:
            yield f"styles: {len(_items(book, name))} {name}, more than {most}"


def indices_exist(book: Book) -> Iterator[str]:
    own = {int(node.get("numFmtId")) for node in _items(book, "numFmts")}
    for group in ("cellXfs", "cellStyleXfs"):
        for number, node in enumerate(_items(book, group)):
            for attribute, target in _INDICES.items():
                if node.get(attribute) is not None and int(node.get(attribute)) >= len(_items(book, target)):
                    yield f"styles: {group} {number} names a {attribute} that does not exist"
            wanted = int(node.get("numFmtId", "0"))
            if wanted >= FIRST_OWN_FORMAT and wanted not in own:
                yield f"styles: {group} {number} names number format {wanted}, which does not exist"
    fills = [one.find(f"{MAIN}patternFill") for one in _items(book, "fills")[:2]]
    if [one.get("patternType") if one is not None else None for one in fills] != ["none", "gray125"]:
        yield "styles: the first two fills are not Excel's own"


def number_formats_are_readable(book: Book) -> Iterator[str]:
    nodes = _items(book, "numFmts")
    ids = [int(node.get("numFmtId")) for node in nodes]
    if len(set(ids)) != len(ids) or any(one < FIRST_OWN_FORMAT for one in ids):
        yield "styles: number format ids are not unique, or Excel's own"
    for node in nodes:
        code = node.get("formatCode")
        bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
        if '"' in bare or "[" in bare or bare.count(";") > 3 or not 1 <= utf16(code) <= 255:
            yield f"styles: {code!r} is no number format"


def strings_fit_cells(book: Book) -> Iterator[str]:
    for text in book.strings:
        if utf16(text) > LONGEST_TEXT:
            yield f"sharedStrings: a text of {utf16(text)} characters ({text[:20]!r})"
        if text.count("\n") > MOST_LINES:
            yield f"sharedStrings: a text of {text.count(chr(10))} lines ({text[:20]!r})"
    for part in book.related(book.main, "sharedStrings"):
        unique = book.trees[part].get("uniqueCount")
        if unique is not None and int(unique) != len(book.strings):
            yield f"{part}: says {unique} strings and holds {len(book.strings)}"


RULES: list[Callable[[Book], Iterator[str]]] = [
    counts_are_true,
    limits_are_kept,
    indices_exist,
    number_formats_are_readable,
    strings_fit_cells,
]
