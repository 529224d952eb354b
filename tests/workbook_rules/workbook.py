"""The workbook part: sheet names, defined names, what is shown first; and that nothing dangerous travels with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.workbook_rules.package import MAIN, Book

__all__ = ["RULES", "cells_like", "name_is_valid", "utf16"]

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_NAME = re.compile(r"[\w\\][\w.\\?]*", re.UNICODE)
_LIKE_A_CELL = re.compile(r"\$?[A-Z]{1,3}\$?\d+|R\d*C\d*|R\d+|C\d+|[RC]", re.IGNORECASE)
_OWN = re.compile(r"_xlnm\.(?:Print_Area|Print_Titles|_FilterDatabase|Criteria|Extract)")
_DANGEROUS = (
    "externalLinks",
    "connections",
    "queryTables",
    "embeddings",
    "macrosheets",
    "activeX",
    "ctrlProps",
    "vbaProject",
)


def utf16(text: str) -> int:
    """Length as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2


def cells_like(name: str) -> bool:
    """Whether Excel would read the name as a cell."""
    return bool(_LIKE_A_CELL.fullmatch(name))


def name_is_valid(name: str) -> bool:
    """Whether a defined name or table may be called so."""
    starts = name[:1] in "_\\" or name[:1].isalpha()
    return bool(_NAME.fullmatch(name)) and starts and utf16(name) <= 255 and not cells_like(name)


def sheets_are_named(book: Book) -> Iterator[str]:
    nodes = book.root.findall(f"{MAIN}sheets/{MAIN}sheet")
    names = [node.get("name") for node in nodes]
    for name in names:
        if not 1 <= utf16(name) <= 31 or _FORBIDDEN.search(name) or name[0] == "'" or name[-1] == "'":
            yield f"{book.main}: {name!r} cannot be the name of a sheet"
        if name.casefold() == "history":
            yield f"{book.main}: the name History is Excel's own"
    if len({name.casefold() for name in names}) != len(names):
        yield f"{book.main}: two sheets have one name"
    ids = [int(node.get("sheetId")) for node in nodes]
    if len(set(ids)) != len(ids) or not all(1 <= one <= 65_534 for one in ids):
        yield f"{book.main}: sheet ids are not unique or out of range"


def one_visible_sheet_is_shown(book: Book) -> Iterator[str]:
    nodes = book.root.findall(f"{MAIN}sheets/{MAIN}sheet")
    visible = [node.get("state", "visible") == "visible" for node in nodes]
    views = book.root.findall(f"{MAIN}bookViews/{MAIN}workbookView")
    active = int(views[0].get("activeTab", "0")) if views else 0
    if active >= len(nodes) or not visible[active]:
        yield f"{book.main}: the sheet to show first is hidden or missing"
    selected = [
        sheet.name
        for sheet in book.sheets
        for view in sheet.root.findall(f"{MAIN}sheetViews/{MAIN}sheetView")
        if view.get("tabSelected") in ("1", "true")
    ]
    if len(selected) > 1:  # then what is typed into one goes into all of them
        yield f"{book.main}: several sheets are selected: {', '.join(selected)}"


def names_are_sound(book: Book) -> Iterator[str]:
    nodes = book.root.findall(f"{MAIN}definedNames/{MAIN}definedName")
    seen: set[tuple[str, str | None]] = set()
    for node in nodes:
        name, scope = node.get("name"), node.get("localSheetId")
        key = (name.casefold(), scope)
        if key in seen:
            yield f"{book.main}: the name {name} is defined twice"
        seen.add(key)
        if name.startswith("_xlnm."):
            if not _OWN.fullmatch(name) or scope is None:
                yield f"{book.main}: {name} is no name of Excel's, or has no sheet"
        elif not name_is_valid(name):
            yield f"{book.main}: {name} cannot be a defined name"
        if scope is not None and int(scope) >= len(book.sheets):
            yield f"{book.main}: {name} belongs to a sheet that does not exist"
    tables = {root.get("displayName").casefold() for _sheet, _part, root in book.tables}
    yield from (f"{book.main}: {name} is a table as well" for name, _scope in seen if name in tables)


def nothing_dangerous_travels(book: Book) -> Iterator[str]:
    for name in book.entries:
        if any(one in name for one in _DANGEROUS) and not (name == "xl/vbaProject.bin" and book.path.suffix == ".xlsm"):
            yield f"{name}: has no place in a workbook of ours"
    if any(sheet.name.casefold() == "xlwings.conf" for sheet in book.sheets):
        yield f"{book.main}: a sheet chooses which Python runs"
    if any(b"ddeLink" in body or b"ddeService" in body for body in book.data.values()):
        yield "a part asks another program for data"


def references_name_sheets_that_exist(book: Book) -> Iterator[str]:
    names = {sheet.name.casefold() for sheet in book.sheets}
    for node in book.root.findall(f"{MAIN}definedNames/{MAIN}definedName"):
        text = re.sub(r'"[^"]*"', '""', node.text or "")
        if "#REF!" in text:
            yield f"{book.main}: {node.get('name')} points to #REF!"
        for quoted, bare in re.findall(r"'((?:[^']|'')+)'!|([\w.]+)!", text):
            if (quoted.replace("''", "'") or bare).casefold() not in names:
                yield f"{book.main}: {node.get('name')} points to a sheet that does not exist"


RULES: list[Callable[[Book], Iterator[str]]] = [
    sheets_are_named,
    one_visible_sheet_is_shown,
    names_are_sound,
    nothing_dangerous_travels,
    references_name_sheets_that_exist,
]
