"""The package: parts, their content types, and the relationships that tie them together."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

__all__ = ["MAIN", "RULES", "Book", "Relation", "SheetPart", "parse"]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = {
    "worksheet": f"{_SHEET_ML}.worksheet+xml",
    "table": f"{_SHEET_ML}.table+xml",
    "comments": f"{_SHEET_ML}.comments+xml",
    "styles": f"{_SHEET_ML}.styles+xml",
    "sharedStrings": f"{_SHEET_ML}.sharedStrings+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
    "extended-properties": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
}
_MAIN_TYPES = {
    ".xlsx": f"{_SHEET_ML}.sheet.main+xml",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
}
_MAY_LEAD_OUT = {"hyperlink"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Relation(NamedTuple):
    """One relationship; ``kind`` is the last word of its type, ``target`` a part's name or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


class SheetPart(NamedTuple):
    """A worksheet: its name, its part and the part's root."""

    name: str
    part: str
    root: etree._Element


def parse(data: bytes) -> etree._Element:
    """Parse with a parser that forgives nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False, huge_tree=True)
    return etree.fromstring(data, parser)


class Book:
    """The parts of a workbook, parsed once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.entries = archive.namelist()
            self.data = {name: archive.read(name) for name in self.entries}
        self.trees = {name: parse(body) for name, body in self.data.items() if name.endswith((".xml", ".rels", ".vml"))}

    def relations(self, part: str) -> list[Relation]:
        """Relationships of a part (of the package itself for an empty name)."""
        folder, name = posixpath.split(part)
        tree = self.trees.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for one in tree if tree is not None else ():
            external = one.get("TargetMode") == "External"
            target = one.get("Target")
            if not external:
                target = unquote(target)
                target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found.append(Relation(one.get("Id"), one.get("Type").rsplit("/", 1)[-1], target, external))
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Parts of a kind that a part names."""
        return [one.target for one in self.relations(part) if one.kind == kind and not one.external]

    @cached_property
    def main(self) -> str:
        return self.related("", "officeDocument")[0]

    @cached_property
    def root(self) -> etree._Element:
        return self.trees[self.main]

    @cached_property
    def sheets(self) -> list[SheetPart]:
        targets = {one.id: one.target for one in self.relations(self.main) if one.kind == "worksheet"}
        nodes = self.root.findall(f"{MAIN}sheets/{MAIN}sheet")
        parts = ((node.get("name"), targets[node.get(f"{RELATION_ID}id")]) for node in nodes)
        return [SheetPart(name, part, self.trees[part]) for name, part in parts]

    @cached_property
    def styles(self) -> etree._Element:
        return self.trees[self.related(self.main, "styles")[0]]

    @cached_property
    def strings(self) -> list[str]:
        """Shared strings as Excel reads them."""
        parts = self.related(self.main, "sharedStrings")
        items = self.trees[parts[0]].findall(f"{MAIN}si") if parts else []
        return [text_of(item) for item in items]

    @cached_property
    def tables(self) -> list[tuple[SheetPart, str, etree._Element]]:
        """Every table with its sheet and part."""
        return [(sheet, part, self.trees[part]) for sheet in self.sheets for part in self.related(sheet.part, "table")]


def text_of(item: etree._Element) -> str:
    """The text of a shared or inline string, without phonetic runs, escapes undone."""
    pieces = [node.text or "" for node in item.iter(f"{MAIN}t") if node.getparent().tag != f"{MAIN}rPh"]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), "".join(pieces))


def names_are_sound(book: Book) -> Iterator[str]:
    folded = [name.lower() for name in book.entries]
    if len(folded) != len(set(folded)):
        yield "two parts have one name"
    if book.entries[0] != "[Content_Types].xml":
        yield "[Content_Types].xml is not the first part"
    for name in book.entries:
        if name.endswith("/") or name.startswith("/") or ".." in name or not name.isascii():
            yield f"{name}: no name for a part"


def every_part_has_its_type(book: Book) -> Iterator[str]:
    tree = book.trees["[Content_Types].xml"]
    defaults = [one.get("Extension").lower() for one in tree.iter(f"{_PACKAGE}Default")]
    overrides = [one.get("PartName").lstrip("/") for one in tree.iter(f"{_PACKAGE}Override")]
    for list_ in (defaults, overrides):
        yield from (f"[Content_Types].xml: {one} stands twice" for one in set(list_) if list_.count(one) > 1)
    yield from (f"[Content_Types].xml: {name} does not exist" for name in overrides if name not in book.data)
    for name in book.entries:
        if name != "[Content_Types].xml" and name not in overrides and name.rpartition(".")[2].lower() not in defaults:
            yield f"{name}: has no content type"


def content_type(book: Book, part: str) -> str:
    """The content type of a part, or nothing."""
    tree = book.trees["[Content_Types].xml"]
    for one in tree.iter(f"{_PACKAGE}Override"):
        if one.get("PartName") == f"/{part}":
            return str(one.get("ContentType"))
    extension = part.rpartition(".")[2].lower()
    found = (one.get("ContentType") for one in tree.iter(f"{_PACKAGE}Default") if one.get("Extension") == extension)
    return str(next(found, ""))


def types_are_those_that_relations_name(book: Book) -> Iterator[str]:
    if content_type(book, book.main) != _MAIN_TYPES[book.path.suffix]:
        yield f"{book.main}: content type does not go with {book.path.suffix}"
    for part in ["", *book.data]:
        for one in book.relations(part):
            wanted = _TYPES.get(one.kind)
            if wanted and not one.external and content_type(book, one.target) != wanted:
                yield f"{one.target}: content type is not that of a {one.kind}"


def relations_lead_somewhere(book: Book) -> Iterator[str]:
    reached, waiting = {"[Content_Types].xml"}, [""]
    while waiting:
        part = waiting.pop()
        folder, name = posixpath.split(part)
        reached |= {part, posixpath.join(folder, "_rels", f"{name}.rels")}
        found = book.relations(part)
        ids = [one.id for one in found]
        yield from (f"{part}: relation {one} stands twice" for one in set(ids) if ids.count(one) > 1)
        for one in found:
            if one.external:
                if one.kind not in _MAY_LEAD_OUT:
                    yield f"{part}: {one.kind} leads out of the file"
            elif one.target not in book.data:
                yield f"{part}: {one.kind} {one.target} does not exist"
            elif one.target not in reached:
                waiting.append(one.target)
    yield from (f"{name}: nothing leads to it" for name in book.entries if name not in reached)


def used_ids_are_relations(book: Book) -> Iterator[str]:
    for part, tree in book.trees.items():
        used = {
            value for node in tree.iter() for name, value in node.attrib.items() if str(name).startswith(RELATION_ID)
        }
        known = {one.id for one in book.relations(part)}
        if not part.endswith(".rels"):
            yield from (f"{part}: {one} is no relation of it" for one in used - known)
        if part.startswith("xl/worksheets/sheet"):
            inside = {one.id for one in book.relations(part) if one.kind != "comments"}
            yield from (f"{part}: relation {one} is not used" for one in inside - used)


def texts_are_printable(book: Book) -> Iterator[str]:
    for part, tree in book.trees.items():
        for node in tree.iter():
            for text in (node.text, node.tail, *node.attrib.values()):
                if text and _CONTROL.search(str(text)):
                    yield f"{part}: a control character in <{etree.QName(node).localname}>"


RULES: list[Callable[[Book], Iterator[str]]] = [
    names_are_sound,
    every_part_has_its_type,
    types_are_those_that_relations_name,
    relations_lead_somewhere,
    used_ids_are_relations,
    texts_are_printable,
]
