"""What follows a list when rows are added to its end: references, filters, validations, formats, names and charts.

A range follows when it ends exactly at the list's last row: those that apply to cells (``sqref``) always, references
in formulas and names only where they cover the list from its first rows on. A totals row that moves down takes
references to it along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.i18n import _
from workbench.places import LAST_ROW, Box, a1, box_of
from workbench.splicing.book import SheetRef
from workbench.splicing.formulas import Reference, rewritten
from workbench.splicing.markup import Element, Markup, Patch, plain_text, set_attribute, text_markup
from workbench.splicing.refusals import SharedFormula, refused
from workbench.splicing.rows import INSIDE_TAG, CellSpan, RowSpan, SheetMarkup, attributes_in
from workbench.splicing.session import Session
from workbench.splicing.tables import TableRef

__all__ = ["Growth", "Region"]

_ROW = re.compile(r"(\$?)(\d{1,7})$")
_RANGES = {
    "conditionalFormatting": "sqref", "dataValidation": "sqref", "ignoredError": "sqref", "protectedRange": "sqref",
    "autoFilter": "ref", "sortState": "ref", "sortCondition": "ref", "table": "ref",
}  # fmt: skip
_RULE_FORMULAS = ("formula", "formula1", "formula2", "f")


@dataclass(frozen=True, slots=True)
class Region:
    """A list on a sheet: its data rows up to ``last``, its columns, and its totals row (0 for none).

    A range that begins at ``latest_start`` or above covers the list as a whole.
    """

    sheet: SheetRef
    top: int
    latest_start: int
    last: int
    left: int
    right: int
    table: TableRef | None = None
    totals: int = 0

    def beside(self, box: Box) -> bool:
        """Whether the box has no column in common with the list."""
        return box.right < self.left or box.left > self.right


@dataclass(slots=True)
class Growth:
    """Rows added to a region; ``left_behind`` collects places of formulas that end at the old last row and stay so."""

    session: Session
    region: Region
    rows: int
    left_behind: list[str] = field(default_factory=list)

    def apply(self) -> None:
        """Let everything in the workbook follow; the sheet's cells themselves are not moved.

        Raises:
            SharedFormula: a formula that several rows share cannot follow.
        """
        for sheet in self.session.book.sheets():
            if sheet.part != self.region.sheet.part and not self._named_in(self.session.parts.read(sheet.part)):
                continue
            markup = self.session.markup(sheet)
            patches = list(self._cell_formulas(sheet, markup))
            patches += self._around_rows(sheet, markup)
            if patches:
                self.session.patch(sheet, *patches)
        self._names()
        self._charts()
        self._pivots()
        if self.region.table is not None:
            part = self.region.table.part
            self.session.parts.patch(part, *self._ranges(self.session.parts.markup(part)))

    def _named_in(self, data: bytes) -> bool:
        """Whether the list's sheet is named anywhere in a part."""
        name = self.region.sheet.name
        return text_markup(name) in data or text_markup(name.replace("'", "''")) in data or b"&" in text_markup(name)

    def moved(self, formula: str, *, own_sheet: bool, place: str = "") -> str:
        """The formula with its references grown or moved."""

        def change(reference: Reference) -> str:
            return self._reference(reference, own_sheet=own_sheet, place=place)

        return rewritten(formula, change)

    def _reference(self, reference: Reference, *, own_sheet: bool, place: str) -> str:
        named = reference.sheet.strip("'").replace("''", "'")
        if ":" in named and place and reference.text.endswith(str(self.region.last)):
            self.left_behind.append(place)
        if named.casefold() != self.region.sheet.name.casefold() and not (own_sheet and not reference.sheet):
            return reference.text
        try:
            box = box_of(reference.text)
        except ValueError:
            return reference.text
        region = self.region
        if box.bottom == LAST_ROW or region.beside(box):
            return reference.text
        if region.totals and box.bottom == region.totals and (box.top == box.bottom or self._covers(box)):
            return self._lowered(reference.text, region.totals)
        if box.bottom == region.last and box.top < box.bottom:
            if self._covers(box):
                return self._lowered(reference.text, region.last)
            if place:
                self.left_behind.append(place)
        return reference.text

    def _covers(self, box: Box) -> bool:
        return box.top <= self.region.latest_start

    def _lowered(self, text: str, row: int) -> str:
        """The reference with every end in that row put down."""

        def lower(end: str) -> str:
            found = _ROW.search(end)
            if found is None or int(found.group(2)) != row:
                return end
            return f"{end[: found.start()]}{found.group(1)}{row + self.rows}"

        return ":".join(lower(end) for end in text.split(":"))

    def _box(self, box: Box) -> Box:
        """Where cells that something applies to are afterwards."""
        region = self.region
        if region.beside(box) or box.bottom == LAST_ROW:
            return box
        if region.totals and box.bottom == region.totals:
            top = box.top + self.rows if box.top == box.bottom else box.top
            return Box(top, box.left, box.bottom + self.rows, box.right)
        if box.bottom == region.last:
            return Box(box.top, box.left, box.bottom + self.rows, box.right)
        return box

    def _sqref(self, text: str) -> str:
        """A list of ranges with those that end at the last row grown; the same text where there is none."""
        grown, changed = [], False
        for one in text.split():
            try:
                box = box_of(one)
            except ValueError:
                grown.append(one)
                continue
            new = self._box(box)
            changed = changed or new != box
            grown.append(one if new == box else str(new))
        return " ".join(grown) if changed else text

    # parts

    def _cell_formulas(self, sheet: SheetRef, markup: SheetMarkup) -> Iterator[Patch]:
        """Patches for formulas in cells, but for those in the list's own rows."""
        own = sheet.part == self.region.sheet.part
        for row, cell, found in _formulas_with(markup, self.region.last, self.region.totals):
            inside = own and self.region.top < row.number <= self.region.last and self._within(cell.column)
            if inside:
                continue
            end = markup.scan.index(b"</", found.end())
            text = plain_text(markup.data[found.end() : end])
            place = f"{sheet.name}!{a1(row.number, cell.column)}"
            new = self.moved(text, own_sheet=own, place=place)
            if new == text:
                continue
            self._refuse_shared(found, text, own_sheet=own, where=f"{self.session.where}!{place}")
            yield Patch(found.end(), end, text_markup(new))

    def _within(self, column: int) -> bool:
        return self.region.left <= column <= self.region.right

    def _refuse_shared(self, found: re.Match[bytes], text: str, *, own_sheet: bool, where: str) -> None:
        """A formula shared by several rows stands for another one in each; only fixed rows mean the same in all."""
        values = dict(attributes_in(found.group(1)))
        if values.get(b"t") != b"shared":
            return
        box = box_of(values.get(b"ref", b"A1").decode("ascii", "replace"))

        def change(reference: Reference) -> str:
            new = self._reference(reference, own_sheet=own_sheet, place="")
            floating = re.search(r"(?<!\$)\d+$", new) is not None
            if new != reference.text and floating and box.top != box.bottom:
                message = _("a formula shared by {range} refers to the rows that grow").format(range=str(box))
                raise refused(SharedFormula, message, where)
            return new

        rewritten(text, change)

    def _around_rows(self, sheet: SheetRef, markup: SheetMarkup) -> list[Patch]:
        """Patches for what stands around the rows of a sheet: ranges on its own sheet, formulas of rules on any."""
        own = sheet.part == self.region.sheet.part
        patches = self._ranges(markup) if own else []
        for node in markup.root.walk():
            if node.local not in _RULE_FORMULAS or node.children or node.self_closed:
                continue
            text = markup.text(node)
            new = self._rule_formula(text, node, own_sheet=own)
            if new != text:
                patches.append(Patch(node.open_end, node.close, text_markup(new)))
        return patches

    def _rule_formula(self, text: str, node: Element, *, own_sheet: bool) -> str:
        """The formula of a rule; a reference that is not fixed is another one in every cell, so it stays."""
        always = node.parent is not None and node.parent.local == "sparkline"

        def change(reference: Reference) -> str:
            fixed = all("$" in end.lstrip("$") for end in reference.text.split(":"))
            return self._reference(reference, own_sheet=own_sheet, place="") if fixed or always else reference.text

        return rewritten(text, change)

    def _ranges(self, markup: Markup) -> list[Patch]:
        patches = []
        for node in markup.root.walk():
            name = _RANGES.get(node.local)
            if name is not None:
                text = markup.get(node, name)
                new = self._sqref(text)
                if new != text:
                    patches.append(set_attribute(markup, node, name, new))
            elif node.local == "sqref" and not node.self_closed:
                text = markup.text(node)
                new = self._sqref(text)
                if new != text:
                    patches.append(Patch(node.open_end, node.close, text_markup(new)))
        return patches

    def _names(self) -> None:
        book = self.session.book
        patches = [
            Patch(node.open_end, node.close, text_markup(new))
            for node in book.name_nodes()
            if (new := self.moved(text := book.markup.text(node), own_sheet=False)) != text
        ]
        if patches:
            book.patch(*patches)

    def _charts(self) -> None:
        parts = self.session.parts
        for name in parts.names:
            plain = name.replace("\\", "/").lower()
            if "/charts/" not in plain or not plain.endswith(".xml") or "/_rels/" in plain:
                continue
            markup = parts.markup(name)
            patches = [
                Patch(node.open_end, node.close, text_markup(new))
                for node in markup.root.walk()
                if node.local == "f" and not node.children and not node.self_closed
                if (new := self.moved(text := markup.text(node), own_sheet=False)) != text
            ]
            parts.patch(name, *patches)

    def _pivots(self) -> None:
        """Let pivot tables over the list read the new rows when they are next refreshed."""
        parts = self.session.parts
        for part in parts.linked(self.session.book.part, "pivotCacheDefinition"):
            if part not in parts:
                continue
            markup = parts.markup(part)
            for node in markup.root.walk():
                if node.local == "worksheetSource" and markup.get(node, "sheet") == self.region.sheet.name:
                    text = markup.get(node, "ref")
                    new = self._reference(Reference("", text), own_sheet=True, place="") if text else text
                    if new != text:
                        parts.patch(part, set_attribute(markup, node, "ref", new))
                    break


def _formulas_with(markup: SheetMarkup, *rows: int) -> Iterator[tuple[RowSpan, CellSpan, re.Match[bytes]]]:
    """Formulas in cells whose text holds one of the row numbers, with where they stand."""
    numbers = b"|".join(b"%d" % row for row in rows if row)
    wanted = re.compile(rb"<(?:[^\s<>/:]+:)?f(?=[\s>])" + INSIDE_TAG + rb">(?=[^<]*(?<!\d)(?:" + numbers + rb")(?!\d))")
    yield from markup.formulas(wanted)
