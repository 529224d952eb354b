"""Reading .ods exactly: values with their types, currencies, formulas, error cells, spans, hidden parts, comments."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from workbench.archives import Package, Refused
from workbench.i18n import _
from workbench.places import LAST_COLUMN, LAST_ROW
from workbench.sheets.raw import RawSheet, Texts

__all__ = ["read_opendocument"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALC_EXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_REFERENCE = re.compile(r"\[([^\]]*)\]")
_MOST_CELLS = 5_000_000
"""A cell that is repeated counts as often as it is repeated."""


class _Formats:
    """Number formats by their place in the list that the workbook gives."""

    def __init__(self) -> None:
        self.all = ["General"]

    def number_of(self, code: str) -> int:
        if code not in self.all:
            self.all.append(code)
        return self.all.index(code)


def read_opendocument(package: Package) -> dict[str, Any]:
    """The workbook as ``read_ooxml`` gives it; raises Refused."""
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.xml("META-INF/manifest.xml"):
        raise Refused("file.locked", _("it is locked by a password"))
    texts, formats, sheets = Texts(), _Formats(), []
    hidden: set[str] = set()
    epoch_1904 = False
    content = io.BytesIO(package.xml("content.xml"))
    reader = _Reader(texts, formats)
    try:
        events = etree.iterparse(
            content, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for event, node in events:
            if event == "end" and node.tag == f"{_STYLE}style":
                hidden.update(_hidden_style(node))
            elif event == "end" and node.tag == f"{_TABLE}null-date":
                epoch_1904 = str(node.get(f"{_TABLE}date-value", "")).startswith("1904")
            elif event == "start" and node.tag == f"{_TABLE}table" and _depth(node) == 0:
                name = str(node.get(f"{_TABLE}name", ""))
                sheets.append(reader.begin(name, hidden=node.get(f"{_TABLE}style-name") in hidden))
            elif event == "end" and sheets and node.tag in (f"{_TABLE}table-column", f"{_TABLE}table-row"):
                if _depth(node) == 1:
                    reader.take(node)
                if node.tag == f"{_TABLE}table-row":
                    node.clear()
    except etree.XMLSyntaxError as error:
        raise Refused("file.corrupt", _("the part {name} is damaged").format(name="content.xml")) from error
    if not sheets:
        raise Refused("file.not-a-workbook", _("there is no sheet in it"))
    return {
        "format": "ods",
        "sheets": sheets,
        "texts": texts,
        "formats": formats.all,
        "epoch_1904": epoch_1904,
        "carries": [],
    }


def _hidden_style(node: etree._Element) -> Iterator[str]:
    if node.get(f"{_STYLE}family") == "table" and any(
        one.get(f"{_TABLE}display") == "false" for one in node.iter(f"{_STYLE}table-properties")
    ):
        yield str(node.get(f"{_STYLE}name", ""))


def _depth(node: etree._Element) -> int:
    """In how many tables an element stands; more than one is a table in another's cell."""
    return sum(1 for _table in node.iterancestors(f"{_TABLE}table"))


def _repeated(node: etree._Element, what: str, most: int) -> int:
    text = str(node.get(f"{_TABLE}number-{what}-repeated", "1"))
    return min(int(text), most) if text.isdigit() else 1


class _Reader:
    """Takes columns and rows of one sheet after the other."""

    def __init__(self, texts: Texts, formats: _Formats) -> None:
        self._texts, self._formats = texts, formats
        self._sheet = RawSheet("", texts)
        self._row = self._column = self._cells = 0

    def begin(self, name: str, *, hidden: bool) -> RawSheet:
        """Start a sheet."""
        self._sheet = RawSheet(name, self._texts, hidden=hidden)
        self._row = self._column = 0
        return self._sheet

    def take(self, node: etree._Element) -> None:
        """A column's or a row's element that has been read to its end."""
        shown = node.get(f"{_TABLE}visibility", "visible") == "visible"
        if node.tag == f"{_TABLE}table-column":
            width = _repeated(node, "columns", LAST_COLUMN)
            if not shown:
                self._sheet.hidden_columns.append((self._column + 1, self._column + width))
            self._column += width
            return
        times = _repeated(node, "rows", LAST_ROW)
        cells = list(self._cells_of(node))
        if cells or not shown:
            self._cells += times * max(1, len(cells))
            if self._cells > _MOST_CELLS:
                raise Refused(
                    "file.too-large", _("the sheet {sheet} is too wide and long").format(sheet=self._sheet.name)
                )
            for row in range(self._row + 1, self._row + times + 1):
                if not shown:
                    self._sheet.hidden_rows.append(row)
                for column, kind, text, style, formula in cells:
                    self._sheet.add(row, column, kind, text, style, formula)
        self._row += times

    def _cells_of(self, row: etree._Element) -> Iterator[tuple[int, str, str, int, str]]:
        column = 0
        for node in row:
            if node.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            times = _repeated(node, "columns", LAST_COLUMN)
            self._note_extras(node, column + 1)
            kind, text, style = self._content(node)
            formula = _formula(str(node.get(f"{_TABLE}formula", "")))
            if text or formula:
                if times * (self._row + 1) > _MOST_CELLS:
                    raise Refused(
                        "file.too-large", _("the sheet {sheet} is too wide and long").format(sheet=self._sheet.name)
                    )
                for at in range(column + 1, column + times + 1):
                    yield at, kind, text, style, formula
            column += times

    def _note_extras(self, node: etree._Element, column: int) -> None:
        row = self._row + 1
        down, across = (str(node.get(f"{_TABLE}number-{what}-spanned", "1")) for what in ("rows", "columns"))
        if (down, across) != ("1", "1") and down.isdigit() and across.isdigit():
            self._sheet.merges.append((row, column, row + int(down) - 1, column + int(across) - 1))
        for note in node.iter(f"{_OFFICE}annotation"):
            self._sheet.comments.append((row, column, _paragraphs(note)))

    def _content(self, node: etree._Element) -> tuple[str, str, int]:
        """Kind, text and number format of a cell."""
        kind = str(node.get(f"{_OFFICE}value-type", ""))
        value = str(node.get(f"{_OFFICE}value", ""))
        if node.get(f"{_CALC_EXT}value-type") == "error":
            return "e", _paragraphs(node) or "#VALUE!", 0
        if kind in ("float", "currency", "percentage") and value:
            currency = str(node.get(f"{_OFFICE}currency", ""))
            code = f"[${currency}]#,##0.00" if currency else "0.00%" if kind == "percentage" else "General"
            return "n", value, self._formats.number_of(code)
        if kind == "date":
            return "d", str(node.get(f"{_OFFICE}date-value", "")), 0
        if kind == "boolean":
            return "b", "1" if node.get(f"{_OFFICE}boolean-value") == "true" else "0", 0
        return "s", str(node.get(f"{_OFFICE}string-value", "")) or _paragraphs(node), 0


def _paragraphs(node: etree._Element) -> str:
    return "\n".join("".join(_pieces(one)) for one in node if one.tag == f"{_TEXT}p")


def _pieces(node: etree._Element) -> Iterator[str]:
    """The text of a paragraph; runs of spaces, tabs and line breaks are elements of their own."""
    if node.tag == f"{_TEXT}s":
        count = str(node.get(f"{_TEXT}c", "1"))
        yield " " * (min(int(count), 1000) if count.isdigit() else 1)
    elif node.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
        yield "\t" if node.tag.endswith("tab") else "\n"
    yield node.text or ""
    for one in node:
        if one.tag != f"{_OFFICE}annotation":
            yield from _pieces(one)
        yield one.tail or ""


def _formula(text: str) -> str:
    """``of:=SUM([.A1:.A3])`` as other spreadsheets write it: ``SUM(A1:A3)``."""
    if not text:
        return ""
    bare = text.partition(":=")[2] or text.lstrip("=")
    return _REFERENCE.sub(lambda found: found.group(1).replace(":.", ":").lstrip("."), bare).replace(";", ",")
