"""Comments with their shapes, and drawings with their charts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.workbook_rules.package import MAIN, Book
from tests.workbook_rules.sheets import box, place
from tests.workbook_rules.styles import LONGEST_TEXT
from tests.workbook_rules.workbook import utf16

__all__ = ["RULES"]

_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_VML = "{urn:schemas-microsoft-com:vml}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MOST_POINTS = 32_000


def comments_have_their_shapes(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        places: list[tuple[int, int]] = []
        for part in book.related(sheet.part, "comments"):
            root = book.trees[part]
            authors = len(root.findall(f"{MAIN}authors/{MAIN}author"))
            for comment in root.iterfind(f"{MAIN}commentList/{MAIN}comment"):
                places.append(place(comment.get("ref")))
                if int(comment.get("authorId")) >= authors:
                    yield f"{part}!{comment.get('ref')}: nobody wrote it"
                if utf16("".join(node.text or "" for node in comment.iter(f"{MAIN}t"))) > LONGEST_TEXT:
                    yield f"{part}!{comment.get('ref')}: too long"
        if len(set(places)) != len(places):
            yield f"{sheet.part}: two comments on one cell"
        shapes = [
            (int(data.findtext(f"{_EXCEL}Row")) + 1, int(data.findtext(f"{_EXCEL}Column")) + 1)
            for part in book.related(sheet.part, "vmlDrawing")
            for data in book.trees[part].iter(f"{_EXCEL}ClientData")
            if data.get("ObjectType") == "Note"
        ]
        if sorted(shapes) != sorted(places):
            yield f"{sheet.part}: {len(places)} comments and {len(shapes)} shapes, or on other cells"
        if places and sheet.root.find(f"{MAIN}legacyDrawing") is None:
            yield f"{sheet.part}: its comments are not shown"


def shapes_have_ids_of_their_own(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for part in book.related(sheet.part, "vmlDrawing"):
            ids = [shape.get("id") for shape in book.trees[part].iter(f"{_VML}shape")]
            if len(set(ids)) != len(ids):
                yield f"{part}: two shapes have one id"


def charts_are_anchored_and_fed(book: Book) -> Iterator[str]:
    names = {sheet.name.casefold() for sheet in book.sheets}
    for sheet in book.sheets:
        for part in book.related(sheet.part, "drawing"):
            root = book.trees[part]
            ids = [node.get("id") for node in root.iter(f"{_DRAWING}cNvPr")]
            if len(set(ids)) != len(ids):
                yield f"{part}: two drawings have one id"
            if len(root) != len(book.relations(part)):
                yield f"{part}: {len(root)} drawings and {len(book.relations(part))} parts"
            for chart in book.related(part, "chart"):
                yield from _chart_problems(book, chart, names)


def _chart_problems(book: Book, part: str, names: set[str]) -> Iterator[str]:
    root = book.trees[part]
    for formula in root.iter(f"{_CHART}f"):
        name, _bang, cells = (formula.text or "").rpartition("!")
        if name.strip("'").replace("''", "'").casefold() not in names:
            yield f"{part}: draws {formula.text}, which does not exist"
        top, left, bottom, right = box(cells.replace("$", ""))
        if top != bottom and left != right:
            yield f"{part}: a series over a rectangle {formula.text}"
        if (bottom - top + 1) * (right - left + 1) > MOST_POINTS:
            yield f"{part}: a series of more than {MOST_POINTS} points"
    axes = {node.get("val") for node in root.iterfind(f".//{_CHART}plotArea/*/{_CHART}axId")}
    used = {node.get("val") for node in root.iterfind(f".//{_CHART}plotArea/*/{_CHART}crossAx")}
    if not used <= axes or not all(re.fullmatch(r"\d+", one) for one in axes):
        yield f"{part}: axes cross that do not exist"


RULES: list[Callable[[Book], Iterator[str]]] = [
    comments_have_their_shapes,
    shapes_have_ids_of_their_own,
    charts_are_anchored_and_fed,
]
