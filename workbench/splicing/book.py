"""The workbook part: its sheets, defined names, date system and calculation, and what speaks against editing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from workbench.archives import Refused
from workbench.i18n import _
from workbench.splicing.markup import (
    Element,
    Markup,
    Patch,
    attribute_text,
    insertion_after,
    set_attribute,
    text_markup,
)
from workbench.splicing.parts import Parts

__all__ = ["BOOK_ORDER", "Book", "SheetRef", "State", "is_signed", "warnings_of"]

BOOK_ORDER: Final = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip

State = Literal["visible", "hidden", "veryHidden"]
_STATES: Final[Mapping[str, State]] = {"hidden": "hidden", "veryHidden": "veryHidden"}


@dataclass(frozen=True, slots=True)
class SheetRef:
    """A worksheet: its name, whether it is shown, its part, its place among all sheets (0-based) and its own number."""

    name: str
    state: State
    part: str
    index: int
    number: int


class Book:
    """The workbook part of a package.

    Raises:
        Refused: there is no workbook in the package, or it is damaged.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.part = self._find_part()
        self._markup: Markup | None = None
        if self.markup.root.local != "workbook":
            raise Refused("file.not-a-workbook", _("it is another kind of document"))

    @property
    def markup(self) -> Markup:
        """The workbook part as it stands now."""
        if self._markup is None:
            self._markup = self._parts.markup(self.part)
        return self._markup

    @property
    def epoch_1904(self) -> bool:
        """Whether days are counted from 1904."""
        node = self.markup.root.child("workbookPr")
        return node is not None and self.markup.get(node, "date1904") in ("1", "true")

    def sheets(self) -> tuple[SheetRef, ...]:
        """The worksheets in the order of their tabs; chart, dialog and macro sheets are left out."""
        links = {link.id: link for link in self._parts.links(self.part)}
        found = []
        for index, node in enumerate(self.sheet_nodes()):
            link = links.get(self.markup.linked(node))
            if link is None or link.kind != "worksheet" or link.external or link.target not in self._parts:
                continue
            values = self.markup.attributes(node)
            state = _STATES.get(values.get("state", ""), "visible")
            number = values.get("sheetId", "")
            found.append(
                SheetRef(values.get("name", ""), state, link.target, index, int(number) if number.isdigit() else 0)
            )
        return tuple(found)

    def sheet_nodes(self) -> list[Element]:
        """The ``sheet`` elements, of sheets of every kind."""
        parent = self.markup.root.child("sheets")
        return [] if parent is None else parent.all("sheet")

    def name_nodes(self) -> list[Element]:
        """The ``definedName`` elements."""
        parent = self.markup.root.child("definedNames")
        return [] if parent is None else parent.all("definedName")

    def names(self) -> dict[str, str]:
        """Names that hold for the whole workbook, hidden ones included, with what they refer to."""
        return {
            self.markup.get(node, "name"): self.markup.text(node)
            for node in self.name_nodes()
            if not self.markup.get(node, "localSheetId")
        }

    def set_name(self, name: str, refers_to: str, *, hidden: bool) -> None:
        """Define a name for the whole workbook, or give it another meaning."""
        for node in self.name_nodes():
            if self.markup.get(node, "name").lower() == name.lower() and not self.markup.get(node, "localSheetId"):
                if self.markup.text(node) != refers_to:
                    self.patch(Patch(node.open_end, node.close, text_markup(refers_to)))
                return
        p = self.markup.root.prefix
        shown = b' hidden="1"' if hidden else b""
        tag = b"<" + p + b'definedName name="' + attribute_text(name) + b'"' + shown + b">" + text_markup(refers_to)
        tag += b"</" + p + b"definedName>"
        parent = self.markup.root.child("definedNames")
        if parent is None:
            whole = b"<" + p + b"definedNames>" + tag + b"</" + p + b"definedNames>"
            self.patch(insertion_after(self.markup, self.markup.root, "definedNames", BOOK_ORDER, whole))
            return
        later = [node for node in parent.children if self.markup.get(node, "name").lower() > name.lower()]
        at = later[0].start if later else None
        if at is None:
            self.patch(insertion_after(self.markup, parent, "definedName", ("definedName",), tag))
        else:
            self.patch(Patch(at, at, tag))

    def drop_name(self, name: str) -> None:
        """Take a name of the whole workbook away; nothing happens where there is none."""
        nodes = self.name_nodes()
        gone = [
            node
            for node in nodes
            if self.markup.get(node, "name").lower() == name.lower() and not self.markup.get(node, "localSheetId")
        ]
        if gone and len(gone) == len(nodes):
            gone = [node.parent for node in gone[:1] if node.parent is not None]
        self.patch(*(Patch(node.start, node.end, b"") for node in gone))

    def recalculate(self) -> None:
        """Have every formula worked out anew when the workbook is next opened."""
        root = self.markup.root
        node = root.child("calcPr")
        if node is None:
            tag = b"<" + root.prefix + b'calcPr fullCalcOnLoad="1"/>'
            self.patch(insertion_after(self.markup, root, "calcPr", BOOK_ORDER, tag))
        elif self.markup.get(node, "fullCalcOnLoad") not in ("1", "true"):
            self.patch(set_attribute(self.markup, node, "fullCalcOnLoad", "1"))

    def patch(self, *patches: Patch) -> None:
        """Make patches in the workbook part."""
        self._parts.patch(self.part, *patches)
        self._markup = None

    def _find_part(self) -> str:
        for link in self._parts.links(""):
            if link.kind == "officeDocument" and not link.external and link.target in self._parts:
                return link.target
        if "xl/workbook.xml" in self._parts and not self._parts.links(""):
            return "xl/workbook.xml"
        raise Refused("file.not-a-workbook", _("it is a zip archive, but no workbook"))


def warnings_of(parts: Parts, book: Book) -> tuple[str, ...]:
    """What a person should know before the workbook is edited."""
    names = [name.replace("\\", "/").lower() for name in parts.names]
    root = book.markup.root
    found = [
        (is_signed(parts), _("The workbook is digitally signed; the edit breaks the signature.")),
        (_has_label(parts, names), _("The workbook carries a sensitivity label.")),
        (any("/externallinks/" in name for name in names), _("The workbook links to other workbooks.")),
        (any("/revisions/" in name for name in names), _("The workbook is shared and keeps a log of changes.")),
        (any("/pivotcache/" in name for name in names), _("Pivot tables show the old values until refreshed.")),
        (root.child("fileSharing") is not None, _("The author recommends opening the workbook read-only.")),
        (root.child("workbookProtection") is not None, _("The workbook's structure is protected.")),
    ]
    return tuple(text for holds, text in found if holds)


def is_signed(parts: Parts) -> bool:
    """Whether the package carries a digital signature (one of its macros alone does not count)."""
    return any(link.kind == "origin" and "signature" in link.target.lower() for link in parts.links(""))


def _has_label(parts: Parts, names: list[str]) -> bool:
    if any(name.endswith("docmetadata/labelinfo.xml") for name in names):
        return True
    return "docProps/custom.xml" in parts and b"MSIP_Label_" in parts.read("docProps/custom.xml")
