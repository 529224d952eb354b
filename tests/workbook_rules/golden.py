"""A workbook's parts as text that people can read and compare: what a sheet shows, and what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tests.workbook_rules.package import MAIN, Book, SheetPart, text_of
from tests.workbook_rules.styles import number_formats

__all__ = ["dump"]

MOST_ROWS = 8
"""Rows of a sheet that are written out; further ones are counted."""
_HASH = re.compile(r"\b[0-9a-f]{12,64}\b")
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def dump(path: Path) -> str:
    """The parts of a workbook in lines; what differs from run to run (hashes of changesets) is left out."""
    book = Book(path)
    lines = ["# package", *sorted(book.entries), "", "# names", *_names(book)]
    for sheet in book.sheets:
        lines += ["", f"# sheet {sheet.name}", *_sheet(book, sheet)]
    return _HASH.sub("…", "\n".join(lines)) + "\n"


def _names(book: Book) -> Iterator[str]:
    for node in book.root.iter(f"{MAIN}definedName"):
        scope = node.get("localSheetId")
        yield f"{node.get('name')}{f' of sheet {scope}' if scope else ''} = {node.text}"


def _sheet(book: Book, sheet: SheetPart) -> Iterator[str]:
    yield from _view(sheet)
    yield from _cells(book, sheet)
    for other, _part, root in book.tables:
        if other.part == sheet.part:
            columns = ", ".join(one.get("name") for one in root.iter(f"{MAIN}tableColumn"))
            yield f"table {root.get('displayName')} {root.get('ref')}: {columns}"
    yield from _rules(sheet)
    for part in book.related(sheet.part, "comments"):
        yield from (
            f"comment {one.get('ref')}: {_line(_words(one))}" for one in book.trees[part].iter(f"{MAIN}comment")
        )
    for drawing in book.related(sheet.part, "drawing"):
        for chart in book.related(drawing, "chart"):
            tree = book.trees[chart]
            kind = next(etree.QName(one).localname for one in tree.find(f".//{_CHART}plotArea") if "Chart" in one.tag)
            yield f"chart {kind}: {', '.join(one.text or '' for one in tree.iter(f'{_CHART}f'))}"


def _view(sheet: SheetPart) -> Iterator[str]:
    pane = sheet.root.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
    if pane is not None:
        yield f"frozen above and left of {pane.get('topLeftCell')}"
    columns = sheet.root.findall(f"{MAIN}cols/{MAIN}col")
    if columns:
        hidden = [one for one in columns if one.get("hidden") == "1"]
        yield "widths " + ", ".join(
            f"{one.get('min')}-{one.get('max')}: {float(one.get('width')):.0f}{' hidden' if one in hidden else ''}"
            for one in columns
        )


def _cells(book: Book, sheet: SheetPart) -> Iterator[str]:
    formats = number_formats(book)
    rows = sheet.root.findall(f"{MAIN}sheetData/{MAIN}row")
    for row in rows[:MOST_ROWS]:
        for cell in row:
            shown = _shown(book, cell)
            if shown:
                code = formats[int(cell.get("s", "0"))]
                yield f"{cell.get('r')} {shown}{f'  [{code}]' if code else ''}"
    if len(rows) > MOST_ROWS:
        yield f"… {len(rows) - MOST_ROWS} more rows"


def _shown(book: Book, cell: etree._Element) -> str:
    formula, value = cell.findtext(f"{MAIN}f"), cell.findtext(f"{MAIN}v")
    if cell.get("t") == "s":
        value = book.strings[int(value or 0)]
    elif cell.get("t") == "inlineStr":
        value = text_of(cell.find(f"{MAIN}is"))
    told = "" if value is None else _line(value)
    return f"={formula} → {told}" if formula else told


def _rules(sheet: SheetPart) -> Iterator[str]:
    for node in sheet.root.iter(f"{MAIN}dataValidation"):
        formulas = " ; ".join(one.text or "" for one in node)
        yield f"validation {node.get('sqref')} {node.get('type')} {node.get('operator', '')} {_line(formulas)}"
    for block in sheet.root.iter(f"{MAIN}conditionalFormatting"):
        for rule in block.iter(f"{MAIN}cfRule"):
            formulas = " ; ".join(one.text or "" for one in rule.iter(f"{MAIN}formula"))
            yield f"format {block.get('sqref')} {rule.get('type')} {rule.get('operator', '')} {_line(formulas)}"
    links = sheet.root.findall(f"{MAIN}hyperlinks/{MAIN}hyperlink")
    yield from (f"link {one.get('ref')} → {one.get('location')}" for one in links[:MOST_ROWS])
    setup = sheet.root.find(f"{MAIN}pageSetup")
    if setup is not None:
        yield "print " + " ".join(f"{name}={value}" for name, value in sorted(setup.attrib.items()))


def _words(node: etree._Element) -> str:
    return "".join(text.text or "" for text in node.iter(f"{MAIN}t"))


def _line(text: str) -> str:
    return text.replace("\n", " ⏎ ").replace("\t", "⇥").strip()
