"""Reading .xlsx and .xlsm parts exactly: stored digits, untrimmed text, error codes, formulas, formats, hidden parts.

Sheet parts are scanned with one regular expression over canonical XML, which is what spreadsheet programs write. A part
in any other form (other encoding, comments, CDATA) is first put into canonical form by the XML parser.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import compress
from operator import not_
from typing import Any, NamedTuple

from lxml import etree

from workbench.archives import Package, Refused
from workbench.i18n import _
from workbench.sheets.formulas import shifted
from workbench.sheets.model import column_number
from workbench.sheets.number_formats import BUILTIN_FORMATS
from workbench.sheets.raw import LONGEST_CELL, RawSheet, Texts
from workbench.sheets.scanning import Cells, chunks, simple_cells

__all__ = [
    "canonical", "main_part", "number_formats", "parsed", "read_ooxml", "relations", "rich_text", "shared_strings",
    "unescaped",
]  # fmt: skip

_TOKEN = re.compile(rb"<(?:\w+:)?(?:row(?=[\s>/])([^>]*)>|c(?=[\s>/])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>))", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b(r|s|t|hidden)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_ROW = re.compile(rb"<row\s([^>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(.*?)</(?:\w+:)?v>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s>/])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_SHARED_INDEX = re.compile(rb'\bsi\s*=\s*"(\d+)"')
_PLAIN_STRING = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_STRING = re.compile(rb"<(?:\w+:)?si(?:\s*/>|(?:\s[^>]*)?>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?(?<!/)>(.*?)</(?:\w+:)?t>", re.DOTALL)
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_COLUMN_ATTRIBUTE = re.compile(rb'\b(min|max|hidden)="([^"]*)"')
_PLACE = re.compile(rb"\s*([A-Z]{1,3})([0-9]{1,7})\s*")
_ESCAPED = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));")
_UNDERSCORED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_CARRIED = {
    "xl/vbaProject.bin": "macros", "xl/externalLinks/": "external links", "xl/connections.xml": "data connections",
    "xl/embeddings/": "embedded objects", "xl/macrosheets/": "macro sheets",
}  # fmt: skip


_LARGE = 2**18
"""Bytes of a sheet from which it is worth reading as numbers over bytes."""


class _Shared(NamedTuple):
    """The shared strings, and the numbers of those that are empty or too long."""

    strings: list[str]
    odd: frozenset[int]


def read_ooxml(package: Package) -> dict[str, Any]:
    """The workbook: its sheets as ``RawSheet``, their texts, and what is said of it as a whole; raises Refused."""
    main = main_part(package)
    folder = posixpath.dirname(main)
    workbook = parsed(package.xml(main), main)
    links = relations(package, main)
    sharing = next(
        (target for kind, target in links.values() if kind == "sharedStrings"), f"{folder}/sharedStrings.xml"
    )
    styling = next((target for kind, target in links.values() if kind == "styles"), f"{folder}/styles.xml")
    strings = shared_strings(package.xml(sharing)) if sharing in package else []
    formats = number_formats(parsed(package.xml(styling), styling)) if styling in package else ["General"]
    texts = Texts(strings)
    shared = _Shared(
        strings, frozenset(number for number, text in enumerate(strings) if not 0 < len(text) <= LONGEST_CELL)
    )
    sheets = []
    for node in workbook.iter("{*}sheet"):
        link = next((value for key, value in node.attrib.items() if str(key).endswith("}id")), "")
        kind, target = links.get(str(link), ("", ""))
        if kind != "worksheet" or target not in package:
            continue
        sheet = RawSheet(str(node.get("name", "")), texts, hidden=node.get("state", "visible") != "visible")
        _read_sheet(package, target, sheet, shared, len(formats))
        sheets.append(sheet)
    if not sheets:
        raise Refused("file.not-a-workbook", _("there is no sheet in it"))
    properties = next(iter(workbook.iter("{*}workbookPr")), None)
    return {
        "format": "xlsx",
        "sheets": sheets,
        "texts": texts,
        "formats": formats,
        "epoch_1904": properties is not None and properties.get("date1904", "0") in ("1", "true"),
        "carries": [words for part, words in _CARRIED.items() if any(name.startswith(part) for name in package.names)],
    }


def parsed(data: bytes, part: str) -> etree._Element:
    """The part's tree; entities and the network stay closed. Raises Refused where it is not well formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("file.corrupt", _("the part {name} is damaged").format(name=part)) from error


def main_part(package: Package) -> str:
    """Name of the workbook's part; raises Refused where the package is no workbook."""
    if "_rels/.rels" not in package and "xl/workbook.xml" in package:
        return "xl/workbook.xml"
    if "_rels/.rels" not in package:
        raise Refused("file.not-a-workbook", _("it is a zip archive, but no workbook"))
    for kind, target in relations(package, "").values():
        if kind == "officeDocument" and "word/" not in target and "ppt/" not in target:
            return target
    raise Refused("file.not-a-workbook", _("it is another kind of document"))


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relationships of a part that stay in the package: id to (kind, target part)."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in package:
        return {}
    found = {}
    for node in parsed(package.xml(listing), listing).iter("{*}Relationship"):
        if node.get("TargetMode") == "External":
            continue
        target = str(node.get("Target", ""))
        target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[str(node.get("Id", ""))] = (str(node.get("Type", "")).rsplit("/", 1)[-1], target)
    return found


def number_formats(styles: etree._Element) -> list[str]:
    """Number format code of every cell style."""
    own = {int(node.get("numFmtId", "0")): str(node.get("formatCode", "")) for node in styles.iter("{*}numFmt")}
    cell_styles = next(iter(styles.iter("{*}cellXfs")), None)
    ids = [int(node.get("numFmtId", "0")) for node in cell_styles.iter("{*}xf")] if cell_styles is not None else []
    return [own.get(number) or BUILTIN_FORMATS.get(number, "General") for number in ids] or ["General"]


def canonical(data: bytes, part: str) -> bytes:
    """The part as UTF-8 without comments, processing instructions and CDATA."""
    plain = data[:3] == b"\xef\xbb\xbf" or data[:1] == b"<"
    encoding = re.search(rb'encoding=["\']([^"\']+)', data[:200])
    usual = encoding is None or encoding.group(1).lower() in (b"utf-8", b"us-ascii")
    if plain and usual and b"<![CDATA[" not in data and b"<!--" not in data:
        return data
    tree = parsed(data, part)
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    canonical: bytes = etree.tostring(tree, encoding="utf-8")
    return canonical


def unescaped_text(text: str) -> str:
    """``unescaped`` for what is text already."""
    return unescaped(text.encode()) if "&" in text or "_x" in text or "\r" in text else text


def unescaped(data: bytes) -> str:
    """Characters of a text or value, escapes of XML and of spreadsheets undone."""
    text = data.decode("utf-8", errors="replace")
    if "&" in text:
        text = _ESCAPED.sub(_entity, text)
    if "_x" in text:
        text = _UNDERSCORED.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def _entity(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if number < 0x110000 else "\ufffd"


def shared_strings(data: bytes) -> list[str]:
    """The texts of a shared strings part, by their number."""
    data = canonical(data, "sharedStrings.xml")
    plain_ones = _PLAIN_STRING.findall(data)
    if plain_ones and len(plain_ones) == data.count(b"<si"):
        return [unescaped(text) for text in plain_ones]
    return [rich_text(body) for body in _STRING.findall(data)]


def rich_text(body: bytes) -> str:
    """The text of a shared or inline string, without its formats and phonetic hints."""
    if b"rPh" in body:
        body = _PHONETIC.sub(b"", body)
    return "".join(unescaped(piece) for piece in _TEXT.findall(body))


def _read_sheet(package: Package, part: str, sheet: RawSheet, shared: _Shared, styles: int) -> None:
    data = canonical(package.xml(part), part)
    begin = max(data.find(b"sheetData"), 0)
    if b"</" not in data[-200:]:
        raise Refused("file.corrupt", _("the sheet {sheet} is cut off").format(sheet=sheet.name))
    for attributes in _COLUMN.findall(data, 0, begin):
        column = dict(_COLUMN_ATTRIBUTE.findall(attributes))
        if column.get(b"hidden") in (b"1", b"true"):
            sheet.hidden_columns.append((int(column[b"min"]), int(column[b"max"])))
    masters: dict[bytes, tuple[str, int, int]] = {}
    last_row = 0
    large = len(data) - begin > _LARGE
    for start, end in chunks(data, begin):
        if large and _take_plain(data, start, end, sheet, shared, styles):
            last_row = _note_rows(data, start, end, sheet, last_row)
            continue
        found = simple_cells(data, start, end)
        if found is not None and _take_simple(found, sheet, shared, styles):
            last_row = _note_rows(data, start, end, sheet, last_row)
            continue
        for row, column_at, attributes_of, body in _cells(data, start, end, sheet, last_row):
            last_row = row
            if not body:
                continue
            kind, text, formula = _content(body, attributes_of, shared.strings)
            if formula is not None:
                formula = _own_formula(body, formula, masters, row, column_at)
            number = attributes_of.get(b"s", b"")
            style = int(number) if number.isdigit() else 0
            sheet.add(row, column_at, kind, text, style if style < styles else 0, formula or "")
    # Merges stand behind the cells; looking for them among the cells costs as much as reading those.
    behind_cells = max(begin, data.find(b"sheetData>", begin + 9))
    for left, top, right, bottom in _MERGE.findall(data, behind_cells):
        first = (int(top), column_number(left.decode()))
        sheet.merges.append((*first, int(bottom or top), column_number((right or left).decode())))
    _read_comments(package, part, sheet)


def _take_plain(data: bytes, start: int, end: int, sheet: RawSheet, shared: _Shared, styles: int) -> bool:
    """Add the cells of a piece where all of them are of the plainest sort."""
    from workbench.sheets.plain_cells import plain_cells  # here, for numpy, which a small sheet does not pay for

    found = plain_cells(data, start, end)
    if found is None or not found.names_only(len(shared.strings), shared.odd):
        return False
    sheet.check_length(max(map(len, found.values), default=0), found.rows[0])
    at = found.places(sheet.texts.add_all(found.values))
    known = found.styles if max(found.styles) < styles else [style if style < styles else 0 for style in found.styles]
    sheet.extend(found.rows, found.columns, found.kinds, at, known, {}, rising=found.rising)
    return True


def _take_simple(found: Cells, sheet: RawSheet, shared: _Shared, styles: int) -> bool:
    """Add cells that were written the usual way; False where one names an odd string or none."""
    if not found.rows:
        return True
    pointing = list(map("s".__eq__, found.types))
    named = list(map(int, compress(found.values, pointing)))
    if named and (not 0 <= min(named) <= max(named) < len(shared.strings) or not shared.odd.isdisjoint(named)):
        return False
    own = list(compress(found.values, map(not_, pointing)))
    if "str" in found.types or "inlineStr" in found.types:
        typed = compress(found.types, map(not_, pointing))
        own = [
            unescaped_text(text) if kind in ("str", "inlineStr") else text
            for kind, text in zip(typed, own, strict=True)
        ]
    sheet.check_length(max(map(len, own), default=0), found.rows[0])
    following, indexes = iter(range(sheet.texts.add_all(own), 2**32)), iter(named)
    at = [next(indexes if points else following) for points in pointing]
    formulas = {}
    if any(found.formulas):
        formulas = {index: unescaped_text(formula) for index, formula in enumerate(found.formulas) if formula}
    known = found.styles if max(found.styles) < styles else [style if style < styles else 0 for style in found.styles]
    sheet.extend(found.rows, found.columns, found.kinds, at, known, formulas)
    return True


def _note_rows(data: bytes, begin: int, end: int, sheet: RawSheet, last_row: int) -> int:
    """Remember hidden rows of a piece; returns the number of its last row."""
    if data.find(b"hidden=", begin, end) >= 0:
        for attributes in _ROW.findall(data, begin, end):
            found = {name: first or second for name, first, second in _ATTRIBUTE.findall(attributes)}
            last_row = int(found.get(b"r", b"") or last_row + 1)
            if found.get(b"hidden") in (b"1", b"true"):
                sheet.hidden_rows.append(last_row)
        return last_row
    return sheet.rows[-1] if len(sheet) else last_row


def _cells(
    data: bytes, begin: int, end: int, sheet: RawSheet, row: int
) -> Iterator[tuple[int, int, dict[bytes, bytes], bytes]]:
    """Row, column, attributes and content of every cell; places that are left out count on from the last."""
    column = 0
    for found in _TOKEN.finditer(data, begin, end):
        row_attributes, cell_attributes, body = found.groups()
        if row_attributes is not None:
            attributes = {name: first or second for name, first, second in _ATTRIBUTE.findall(row_attributes)}
            row, column = int(attributes.get(b"r", b"") or row + 1), 0
            if attributes.get(b"hidden") in (b"1", b"true"):
                sheet.hidden_rows.append(row)
            continue
        attributes = {name: first or second for name, first, second in _ATTRIBUTE.findall(cell_attributes)}
        place = _PLACE.fullmatch(attributes.get(b"r", b""))
        if place:
            row, column = int(place.group(2)), column_number(place.group(1).decode())
        else:
            column += 1
        yield row, column, attributes, body


def _content(body: bytes, attributes: dict[bytes, bytes], strings: list[str]) -> tuple[str, str, str | None]:
    """Kind, text and formula (None where there is none) of a cell."""
    formula = _FORMULA.search(body) if b"f" in body else None
    formula_text = None if formula is None else unescaped(formula.group(2) or b"")
    kind = attributes.get(b"t", b"n")
    if kind == b"inlineStr":
        return "s", rich_text(body), formula_text
    found = _VALUE.search(body)
    value = found.group(1) if found else b""
    if kind == b"s":
        index = int(value) if value.strip().isdigit() else -1
        return "s", strings[index] if 0 <= index < len(strings) else "", formula_text
    if kind == b"str":
        return "s", unescaped(value), formula_text
    text = unescaped(value).strip()
    if kind in (b"b", b"e", b"d"):
        return kind.decode(), text, formula_text
    try:
        float(text)
    except ValueError:
        return "s", text, formula_text
    return "n", text, formula_text


def _own_formula(body: bytes, formula: str, masters: dict[bytes, tuple[str, int, int]], row: int, column: int) -> str:
    """The formula of this cell; a shared formula is written once and shifted for the others."""
    tag = _FORMULA.search(body)
    index = _SHARED_INDEX.search(tag.group(1)) if tag else None
    if index is None:
        return formula or "?"
    if formula:
        masters[index.group(1)] = (formula, row, column)
        return formula
    master = masters.get(index.group(1))
    return shifted(master[0], row - master[1], column - master[2]) if master else "?"


def _read_comments(package: Package, part: str, sheet: RawSheet) -> None:
    for kind, target in relations(package, part).values():
        if kind != "comments" or target not in package:
            continue
        for node in parsed(package.xml(target), target).iter("{*}comment"):
            place = _PLACE.fullmatch(str(node.get("ref", "")).encode())
            if place:
                text = "".join(piece.text or "" for piece in node.iter("{*}t"))
                sheet.comments.append((int(place.group(2)), column_number(place.group(1).decode()), text))
