"""Notes on cells: a comment in one part, its yellow box in another; those of other people stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from workbench.i18n import _
from workbench.places import a1, place_of
from workbench.splicing.book import SheetRef
from workbench.splicing.markup import Element, Markup, Patch, appended, insertion_after, text_markup
from workbench.splicing.parts import TRANSITIONAL, folder_of
from workbench.splicing.refusals import NoteRefused, refused
from workbench.splicing.rows import SHEET_ORDER
from workbench.splicing.session import Session
from workbench.splicing.values import held_text

__all__ = ["noted_cells", "write_notes"]

_COMMENTS_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_COMMENTS_ORDER: Final = ("authors", "commentList", "extLst")
_VML: Final = "urn:schemas-microsoft-com:vml"
_OFFICE: Final = "urn:schemas-microsoft-com:office:office"
_EXCEL: Final = "urn:schemas-microsoft-com:office:excel"
_EMPTY_DRAWING: Final = (
    f'<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE: Final = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE: Final = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:160pt;height:{height}pt;z-index:{depth};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPE_ID = re.compile(rb"_x0000_s(\d{1,9})")
_BLOCK: Final = 1024  # shapes are numbered in blocks of this size, one or more a sheet

Notes = Mapping[tuple[int, int], str | None]


def noted_cells(session: Session, sheet: SheetRef) -> list[tuple[int, int]]:
    """Cells of a sheet that carry a note or a threaded comment."""
    found = []
    for part in session.parts.linked(sheet.part, "comments"):
        markup = session.parts.markup(part)
        found += [place for node in _comments(markup) if (place := _place(markup, node)) is not None]
    return found


def write_notes(session: Session, sheet: SheetRef, notes: Notes, author: str) -> None:
    """Set notes, or take those of the author away where the text is None.

    Raises:
        NoteRefused: the cell carries somebody else's note, or the sheet's notes cannot be edited with certainty.
    """
    writer = _Writer(session, sheet, author)
    gone = [place for place, text in notes.items() if text is None]
    texts = {place: text for place, text in notes.items() if text is not None}
    if gone:
        writer.remove(gone)
    if texts:
        writer.set(texts)


class _Writer:
    def __init__(self, session: Session, sheet: SheetRef, author: str) -> None:
        self._session, self._sheet, self._author = session, sheet, author
        self._parts = session.parts

    def set(self, texts: Mapping[tuple[int, int], str]) -> None:
        """Write new notes and new words into notes of ours."""
        part = self._comments_part() or self._new_comments()
        markup = self._markup(part)
        there = self._ours_or_refused(markup, texts)
        patches = [
            Patch(body.open_end, body.close, self._words(markup, texts[place]))
            for place, node in there.items()
            if (body := node.child("text")) is not None and _plain(markup, body) != self._signed(texts[place])
        ]
        self._parts.patch(part, *patches)
        new = {place: text for place, text in texts.items() if place not in there}
        if new:
            number = self._author_number(part)
            markup = self._markup(part)
            parent = markup.root.child("commentList")
            if parent is None:
                raise self._refusal(next(iter(new)), _("the sheet's notes cannot be read"))
            tags = b"".join(self._comment(markup, place, number, text) for place, text in new.items())
            self._parts.patch(part, appended(markup, parent, tags))
            self._draw(new)

    def remove(self, places: list[tuple[int, int]]) -> None:
        """Take notes of ours away; where none is left, the parts that held them go too."""
        part = self._comments_part()
        if part is None:
            return
        markup = self._markup(part)
        ours = self._ours_or_refused(markup, dict.fromkeys(places, ""))
        if not ours:
            return
        self._parts.patch(part, *(Patch(node.start, node.end, b"") for node in ours.values()))
        self._erase(ours)
        if not _comments(self._markup(part)):
            self._parts.unlink(self._sheet.part, part)
            self._parts.remove(part)

    # comments

    def _comments_part(self) -> str | None:
        found = self._parts.linked(self._sheet.part, "comments")
        if len(found) > 1:
            raise self._refusal((1, 1), _("the sheet's notes cannot be read"))
        return found[0] if found and found[0] in self._parts else None

    def _new_comments(self) -> str:
        folder = folder_of(self._session.book.part)
        name = self._parts.unused_name(f"{folder}/comments{{number}}.xml".lstrip("/"))
        namespace = self._session.markup(self._sheet).own_namespace
        empty = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{namespace}"><authors/><commentList/></comments>'
        self._parts.add(name, empty.encode(), _COMMENTS_TYPE)
        self._parts.link(self._sheet.part, "comments", name, prefix=self._link_prefix())
        return name

    def _ours_or_refused(self, markup: Markup, wanted: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], Element]:
        """Notes of ours among the cells; a note of somebody else there is a refusal."""
        authors = markup.root.child("authors")
        names = [] if authors is None else [held_text(markup.text(one)) for one in authors.children]
        found = {}
        for node in _comments(markup):
            place = _place(markup, node)
            if place is None or place not in wanted:
                continue
            number = markup.get(node, "authorId")
            name = names[int(number)] if number.isdigit() and int(number) < len(names) else ""
            body = node.child("text")
            signed = body is not None and _plain(markup, body).startswith(self._signed(""))
            if name != self._author and not (signed and not name.strip()):
                raise self._refusal(place, _("the cell carries a note of {author}").format(author=name.strip() or "?"))
            found[place] = node
        return found

    def _author_number(self, part: str) -> int:
        markup = self._markup(part)
        authors = markup.root.child("authors")
        p = markup.root.prefix
        tag = b"<" + p + b"author>" + text_markup(self._author) + b"</" + p + b"author>"
        if authors is None:
            whole = b"<" + p + b"authors>" + tag + b"</" + p + b"authors>"
            self._parts.patch(part, insertion_after(markup, markup.root, "authors", _COMMENTS_ORDER, whole))
            return 0
        for number, one in enumerate(authors.children):
            if held_text(markup.text(one)) == self._author:
                return number
        self._parts.patch(part, appended(markup, authors, tag))
        return len(authors.children)

    def _words(self, markup: Markup, text: str) -> bytes:
        p = markup.root.prefix
        return b"<" + p + b't xml:space="preserve">' + text_markup(self._signed(text)) + b"</" + p + b"t>"

    def _signed(self, text: str) -> str:
        """The words below their author's name, as spreadsheets do; LibreOffice keeps no author but this."""
        return f"{self._author}:\n{text}"

    def _comment(self, markup: Markup, place: tuple[int, int], author: int, text: str) -> bytes:
        p = markup.root.prefix
        head = b"<" + p + b'comment ref="%s" authorId="%d">' % (a1(*place).encode(), author)
        return head + b"<" + p + b"text>" + self._words(markup, text) + b"</" + p + b"text></" + p + b"comment>"

    # drawings

    def _draw(self, texts: Mapping[tuple[int, int], str]) -> None:
        """Add the boxes of new notes to the sheet's drawing."""
        part = self._drawing_part() or self._new_drawing()
        markup = self._markup(part)
        self._refuse_odd_drawing(markup)
        taken = [int(found) for found in _SHAPE_ID.findall(markup.data)]
        number = max([self._sheet.number * _BLOCK, *taken])
        shapes = [] if b'id="_x0000_t202"' in markup.data else [_SHAPE_TYPE]
        for depth, (place, text) in enumerate(texts.items(), start=len(taken) + 1):
            number += 1
            row, column = place[0] - 1, place[1] - 1
            lines = min(20, sum(1 + len(line) // 28 for line in text.splitlines()) or 1)
            shapes.append(
                _SHAPE.format(
                    number=number, depth=depth, row=row, column=column, left=column + 1, right=column + 3, top=row,
                    bottom=row + 1 + lines, height=20 + 13 * lines,
                )
            )  # fmt: skip
        self._parts.patch(part, appended(markup, markup.root, "".join(shapes).encode()))

    def _erase(self, places: Mapping[tuple[int, int], Element]) -> None:
        """Take the boxes of notes away; a drawing that is empty then goes as a whole."""
        part = self._drawing_part()
        if part is None:
            return
        markup = self._markup(part)
        patches, left = [], 0
        for shape in markup.root.children:
            if shape.local in ("shapelayout", "shapetype"):
                continue
            if _anchored_at(markup, shape) in places:
                patches.append(Patch(shape.start, shape.end, b""))
            else:
                left += 1
        if left:
            self._parts.patch(part, *patches)
            return
        sheet = self._session.markup(self._sheet)
        node = sheet.root.child("legacyDrawing")
        if node is not None:
            self._session.patch(self._sheet, Patch(node.start, node.end, b""))
        self._parts.unlink(self._sheet.part, part)
        self._parts.remove(part)

    def _drawing_part(self) -> str | None:
        sheet = self._session.markup(self._sheet)
        node = sheet.root.child("legacyDrawing")
        if node is None:
            if any(one.local == "legacyDrawing" for one in sheet.root.walk()):
                raise self._refusal((1, 1), _("the sheet's notes are drawn in an unusual way"))
            return None
        wanted = sheet.linked(node)
        for link in self._parts.links(self._sheet.part):
            if link.id == wanted and not link.external and link.target in self._parts:
                return link.target
        raise self._refusal((1, 1), _("the sheet's notes cannot be read"))

    def _new_drawing(self) -> str:
        folder = folder_of(self._session.book.part)
        name = self._parts.unused_name(f"{folder}/drawings/vmlDrawing{{number}}.vml".lstrip("/"))
        self._parts.default_type("vml", _DRAWING_TYPE)
        self._parts.add(name, _EMPTY_DRAWING.format(block=self._sheet.number).encode(), "")
        link = self._parts.link(self._sheet.part, "vmlDrawing", name, prefix=self._link_prefix())
        sheet = self._session.markup(self._sheet)
        tag = b"<" + sheet.prefix + b"legacyDrawing" + sheet.link_attribute(sheet.root, link) + b"/>"
        self._session.patch(self._sheet, insertion_after(sheet, sheet.root, "legacyDrawing", SHEET_ORDER, tag))
        return name

    def _refuse_odd_drawing(self, markup: Markup) -> None:
        usual = {b"v": _VML, b"o": _OFFICE, b"x": _EXCEL}
        if any(markup.root.scopes.get(prefix) != uri for prefix, uri in usual.items()):
            raise self._refusal((1, 1), _("the sheet's notes are drawn in an unusual way"))

    def _link_prefix(self) -> str:
        return self._parts.link_prefix(self._session.book.part) or TRANSITIONAL

    def _markup(self, part: str) -> Markup:
        return self._parts.markup(part)

    def _refusal(self, place: tuple[int, int], message: str) -> NoteRefused:
        return refused(NoteRefused, message, self._session.place(self._sheet, *place))


def _comments(markup: Markup) -> list[Element]:
    parent = markup.root.child("commentList")
    return [] if parent is None else parent.all("comment")


def _place(markup: Markup, node: Element) -> tuple[int, int] | None:
    try:
        return place_of(markup.get(node, "ref"))
    except ValueError:
        return None


def _plain(markup: Markup, body: Element) -> str:
    return held_text("".join(markup.text(one) for one in body.walk() if one.local == "t" and not one.children))


def _anchored_at(markup: Markup, shape: Element) -> tuple[int, int] | None:
    """The cell whose note a shape shows."""
    found = {}
    for node in shape.walk():
        if node.local == "ClientData" and markup.get(node, "ObjectType") != "Note":
            return None
        if node.local in ("Row", "Column") and not node.children:
            text = markup.text(node).strip()
            found[node.local] = int(text) + 1 if text.isdigit() else 0
    return (found["Row"], found["Column"]) if len(found) == 2 else None
