"""A workbook opened for examining: damage is noted and gone around, so that one sick part does not hide the others."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from workbench.archives import Package, Refused
from workbench.doctor.notes import Notes
from workbench.doctor.scan import ERROR, SHARED, TEXT, Column, SheetScan, scan_cells
from workbench.i18n import _
from workbench.places import Box, box_of
from workbench.sheets.number_formats import FormatMeaning, meaning_of
from workbench.sheets.ooxml import main_part, number_formats, parsed, relations, shared_strings, unescaped

__all__ = ["Book", "Name", "TablePart", "open_book"]


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name; ``scope`` is the sheet it belongs to, or nothing."""

    name: str
    text: str
    scope: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table (ListObject) as its part describes it."""

    sheet: SheetScan
    part: str
    id: str
    name: str
    box: Box | None
    columns: tuple[str, ...]
    header_rows: int = 1
    totals_rows: int = 0


@dataclass(slots=True)
class Book:
    """The parts that the checks look at."""

    package: Package
    main: str
    root: etree._Element
    sheets: list[SheetScan]
    strings: list[str]
    formats: list[str]
    styles: etree._Element | None
    names: list[Name] = field(default_factory=list)
    tables: list[TablePart] = field(default_factory=list)

    @property
    def epoch_1904(self) -> bool:
        """Whether days are counted from 1904."""
        properties = next(iter(self.root.iter("{*}workbookPr")), None)
        return properties is not None and properties.get("date1904", "0") in ("1", "true")

    def sheet(self, name: str) -> SheetScan | None:
        """The sheet of that name, whatever its case."""
        wanted = name.casefold()
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == wanted), None)

    def text(self, column: Column, at: int) -> str:
        """What a cell holds, in the file's own characters."""
        value = column.values[at]
        if column.kinds[at] == SHARED:
            number = int(value) if value.isdigit() else -1
            return self.strings[number] if 0 <= number < len(self.strings) else ""
        return unescaped(value)

    def meaning(self, style: int) -> FormatMeaning:
        """What the number format of a style tells."""
        return meaning_of(self.formats[style] if style < len(self.formats) else "General")

    def is_text(self, column: Column, at: int) -> bool:
        """Whether a cell holds text."""
        return column.kinds[at] in (SHARED, TEXT)

    def is_error(self, sheet: SheetScan, row: int, column: int) -> bool:
        """Whether a cell shows an error."""
        found = sheet.cell(row, column)
        return found is not None and found[0].kinds[found[1]] == ERROR


def open_book(package: Package, notes: Notes) -> Book | None:
    """Open what can be opened; None where not even the list of sheets can be read.

    Raises:
        Refused: the package is no workbook.
    """
    main = main_part(package)
    root = _tree(package, main, notes)
    if root is None:
        return None
    links = _links(package, main, notes)
    strings_at, styles_at = (_target(links, main, kind) for kind in ("sharedStrings", "styles"))
    styles = _tree(package, styles_at, notes) if styles_at in package else None
    formats = number_formats(styles) if styles is not None else ["General"]
    strings = _strings(package, strings_at, notes) if strings_at in package else []
    book = Book(package, main, root, [], strings, formats, styles)
    for node in root.iter("{*}sheet"):
        link = next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")
        kind, target = links.get(link, ("", ""))
        name = str(node.get("name", ""))
        if not kind and link:  # a module sheet of Excel 95 is listed without a part
            notes.add("doctor.sheet-lost", name, name)
        elif kind == "worksheet" and target in package:
            _add_sheet(book, SheetScan(name, target, str(node.get("state", "visible"))), notes)
    book.names = _names(book)
    return book


def _target(links: Mapping[str, tuple[str, str]], main: str, kind: str) -> str:
    usual = {"sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}[kind]
    found = (target for one, target in links.values() if one == kind)
    return next(found, posixpath.join(posixpath.dirname(main), usual))


def _tree(package: Package, part: str, notes: Notes) -> etree._Element | None:
    try:
        return parsed(package.xml(part), part)
    except Refused as refused:
        notes.add("doctor.package-damaged", "", part, problem=refused.message)
        return None


def _links(package: Package, part: str, notes: Notes) -> dict[str, tuple[str, str]]:
    try:
        return relations(package, part)
    except Refused as refused:
        notes.add("doctor.package-damaged", "", part, problem=refused.message)
        return {}


def _strings(package: Package, part: str, notes: Notes) -> list[str]:
    try:
        return shared_strings(package.xml(part))
    except Refused as refused:
        notes.add("doctor.package-damaged", "", part, problem=refused.message)
        return []


def _add_sheet(book: Book, sheet: SheetScan, notes: Notes) -> None:
    try:
        data = book.package.xml(sheet.part)
        if b"</" not in data[-200:]:
            raise Refused("file.corrupt", _("the sheet {sheet} is cut off").format(sheet=sheet.name))
        scan_cells(data, sheet)
    except Refused as refused:
        notes.add("doctor.package-damaged", sheet.name, sheet.part, problem=refused.message)
        return
    book.sheets.append(sheet)
    for kind, target in _links(book.package, sheet.part, notes).values():
        if kind == "table" and target in book.package:
            root = _tree(book.package, target, notes)
            if root is not None:
                book.tables.append(_table(sheet, target, root))


def _table(sheet: SheetScan, part: str, root: etree._Element) -> TablePart:
    try:
        box = box_of(str(root.get("ref", "")))
    except ValueError:
        box = None
    columns = tuple(unescaped(str(one.get("name", "")).encode()) for one in root.iter("{*}tableColumn"))
    heads, foot = (str(root.get(name, usual)) for name, usual in (("headerRowCount", "1"), ("totalsRowCount", "0")))
    name = str(root.get("displayName") or root.get("name") or "")
    counts = (int(one) if one.isdigit() else 1 for one in (heads, foot))
    return TablePart(sheet, part, str(root.get("id", "")), name, box, columns, *counts)


def _names(book: Book) -> list[Name]:
    sheets = [str(node.get("name", "")) for node in book.root.iter("{*}sheet")]
    found = []
    for node in book.root.iter("{*}definedName"):
        at = str(node.get("localSheetId", ""))
        scope = sheets[int(at)] if at.isdigit() and int(at) < len(sheets) else ""
        hidden = node.get("hidden") in ("1", "true")
        found.append(Name(str(node.get("name", "")), node.text or "", scope, hidden))
    return found
