"""The package itself: parts that are missing or of the wrong type, and what travels in it besides cells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from workbench.archives import Package, Refused
from workbench.doctor.book import Book
from workbench.doctor.notes import Notes
from workbench.sheets.ooxml import parsed, relations

__all__ = ["check_carried", "check_parts", "external_books"]

_SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = {
    "worksheet": ("worksheet+xml",),
    "sharedStrings": ("sharedStrings+xml",),
    "styles": ("styles+xml",),
    "table": ("table+xml",),
    "comments": ("comments+xml",),
    "drawing": ("drawing+xml",),
    "chart": ("chart+xml",),
    "officeDocument": ("main+xml",),
}
"""Last words of the content types that a relationship's target may have; other kinds are not judged."""
_CARRIED = (
    (re.compile(r"(?i).*vbaProject\.bin"), "doctor.macros"),
    (re.compile(r"(?i)xl/macrosheets/.*\.xml"), "doctor.macro-sheet"),
    (re.compile(r"(?i)xl/(?:embeddings/.*|activeX/.*\.bin)"), "doctor.embedded"),
    (re.compile(r"(?i)_xmlsignatures/sig\d*\.xml"), "doctor.signature"),
    (re.compile(r"(?i)customUI/.*\.xml"), "doctor.ribbon"),
)


def _relationships(package: Package, listing: str) -> Iterator[tuple[str, str, bool]]:
    """Kind, target and whether it leads out, of every relationship in one ``.rels`` part. Raises Refused."""
    folder = posixpath.dirname(posixpath.dirname(listing))
    for node in parsed(package.xml(listing), listing).iter("{*}Relationship"):
        kind = str(node.get("Type", "")).rsplit("/", 1)[-1]
        target = unquote(str(node.get("Target", "")))
        if node.get("TargetMode") == "External":
            yield kind, target, True
        elif not target.startswith("#"):
            joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            yield kind, posixpath.normpath(joined), False


def check_parts(package: Package, notes: Notes) -> None:
    """Missing parts and wrong content types."""
    try:
        types = _content_types(package)
    except Refused as refused:
        notes.add("doctor.package-damaged", "", "[Content_Types].xml", problem=refused.message)
        types = None
    folded = {name.casefold() for name in package.names}
    for listing in (name for name in package.names if name.endswith(".rels")):
        try:
            found = list(_relationships(package, listing))
        except Refused as refused:
            notes.add("doctor.package-damaged", "", listing, problem=refused.message)
            continue
        for kind, target, outside in found:
            if outside or kind == "hyperlink":
                continue
            if target.casefold() not in folded:
                notes.add("doctor.part-missing", "", target, by=listing, kind=kind)
            elif types is not None and kind in _TYPES:
                given = types.get(target.casefold()) or types.get(f".{target.rpartition('.')[2].casefold()}", "")
                if not given.endswith(_TYPES[kind]):
                    notes.add("doctor.part-type", "", target, given=given or "—", kind=kind)


def _content_types(package: Package) -> dict[str, str]:
    """Content type by part, and by ``.extension``; raises Refused."""
    found: dict[str, str] = {}
    for node in parsed(package.xml("[Content_Types].xml"), "[Content_Types].xml"):
        if not isinstance(node.tag, str):
            continue
        key = node.get("PartName") or f".{node.get('Extension', '')}"
        found[str(key).lstrip("/").casefold()] = str(node.get("ContentType", ""))
    return found


def check_carried(book: Book, notes: Notes) -> None:
    """Macros, connections, embedded files, signatures: named, never opened."""
    for pattern, code in _CARRIED:
        parts = sorted(name for name in book.package.names if pattern.fullmatch(name))
        if parts:
            notes.add(code, "", parts[0], parts[1:4], count=len(parts))
    for node in _elements(book.package, "xl/connections.xml", "connection", notes):
        source = next((str(one.get("connection", "")) for one in node.iter("{*}dbPr")), "")
        told = source or next((one.get("url") or one.get("sourceFile") for one in node.iter()), None)
        code = "doctor.query" if "Microsoft.Mashup" in source else "doctor.connection"
        notes.add(code, "", str(node.get("name", "connection")), source=_without_secrets(str(told or "—")))
    for sheet in book.sheets:
        if sheet.name.casefold() == "xlwings.conf":
            notes.add("doctor.interpreter", sheet.name, sheet.name)


def _without_secrets(source: str) -> str:
    return re.sub(r"(?i)\b(pwd|password|user id|uid)\s*=\s*[^;]*", r"\1=…", source)


def external_books(book: Book, notes: Notes) -> dict[int, str]:
    """Other files that formulas read, by the number that formulas call them; DDE links are noted at once."""
    found: dict[int, str] = {}
    references = list(book.root.iter("{*}externalReference"))
    links = _all_links(book)
    for number, node in enumerate(references, start=1):
        link = next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")
        part = links.get(link, "")
        for dde in _elements(book.package, part, "ddeLink", notes):
            notes.add("doctor.dde", "", f"{dde.get('ddeService', '')}|{dde.get('ddeTopic', '')}")
        listing = posixpath.join(posixpath.dirname(part), "_rels", f"{posixpath.basename(part)}.rels")
        if listing in book.package:
            try:
                outside = [target for _kind, target, out in _relationships(book.package, listing) if out]
            except Refused:
                outside = []  # its damage is told by check_parts
            found[number] = outside[0] if outside else part
    return found


def _all_links(book: Book) -> dict[str, str]:
    try:
        return {link: target for link, (_kind, target) in relations(book.package, book.main).items()}
    except Refused:
        return {}  # told by check_parts


def _elements(package: Package, part: str, tag: str, notes: Notes) -> list[etree._Element]:
    if part not in package:
        return []
    try:
        return list(parsed(package.xml(part), part).iter(f"{{*}}{tag}"))
    except Refused as refused:
        notes.add("doctor.package-damaged", "", part, problem=refused.message)
        return []
