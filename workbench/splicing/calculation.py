"""What the workbook remembers about its formulas: the order of calculation and that results are stale."""

from __future__ import annotations

import re
from collections.abc import Collection

from workbench.places import a1
from workbench.splicing.book import Book
from workbench.splicing.markup import Markup, Patch, set_attribute
from workbench.splicing.parts import Parts

__all__ = ["drop_from_chain", "has_formulas"]

_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f[\s/>]")


def has_formulas(parts: Parts, book: Book) -> bool:
    """Whether any worksheet holds a formula."""
    for sheet in book.sheets():
        data = parts.read(sheet.part)
        if (b"<f" in data or b":f" in data) and _FORMULA.search(data):
            return True
    return False


def drop_from_chain(parts: Parts, book: Book, sheet_number: int, cells: Collection[tuple[int, int]]) -> None:
    """Take cells that hold no formula any more out of the calculation chain; an empty chain goes as a whole."""
    for part in parts.linked(book.part, "calcChain"):
        if part not in parts:
            continue
        markup = parts.markup(part)
        gone = {a1(row, column) for row, column in cells}
        patches, left = _without(markup, str(sheet_number), gone)
        if left:
            parts.patch(part, *patches)
        else:
            parts.unlink(book.part, part)
            parts.remove(part)


def _without(markup: Markup, sheet: str, gone: Collection[str]) -> tuple[list[Patch], int]:
    """Patches that take the entries out, and how many entries stay; an entry without a sheet has its neighbour's."""
    patches, left, current, heading_lost = [], 0, "", False
    for node in markup.root.children:
        values = markup.attributes(node)
        stated = "i" in values
        current = values.get("i", current)
        if current == sheet and values.get("r", "").upper() in gone:
            patches.append(Patch(node.start, node.end, b""))
            heading_lost = heading_lost or stated
            continue
        left += 1
        if heading_lost and not stated:
            patches.append(set_attribute(markup, node, "i", current))
        heading_lost = False
    return patches, left
