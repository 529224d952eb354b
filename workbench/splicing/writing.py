"""Writing cells into a sheet's bytes in one pass over its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.i18n import _
from workbench.places import Box, a1, column_letters
from workbench.splicing.formulas import CannotShift, shifted
from workbench.splicing.markup import Patch, insertion_after, plain_text, set_attribute, text_markup
from workbench.splicing.refusals import ArrayFormula, FormulaInTheWay, SharedFormula, refused
from workbench.splicing.rows import INSIDE_TAG, SHEET_ORDER, CellSpan, RowSpan, SheetMarkup, attributes_in
from workbench.splicing.values import Content, cell_markup, read_cell, same_content

__all__ = ["FORMULA", "HOLDS", "NewCell", "RowWriter", "Written", "grown_dimension", "holds_something"]

FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f(?=[\s/>])" + INSIDE_TAG + rb">")
HOLDS = re.compile(rb"<(?:[^\s<>/:]+:)?(?:v|f|is)(?=[\s/>])")
_EXTENSIONS = re.compile(rb"<(?:[^\s<>/:]+:)?extLst(?=[\s/>]).*", re.DOTALL)
_SPANS = re.compile(rb"(\d+):(\d+)")

StyleOf = Callable[[int], int]
"""The style that a cell is to have, given the one it has or would have."""


@dataclass(frozen=True, slots=True)
class NewCell:
    """What to write into one cell: its content, and the style as a function of the style it has.

    ``raw`` is the whole element where it stands elsewhere already; it must name its place.
    """

    content: Content
    style: StyleOf | None = None
    raw: bytes = b""

    @property
    def leaves_nothing(self) -> bool:
        """Whether a cell that is not there need not be made for it."""
        return not (self.content.kind or self.content.formula or self.raw or self.style is not None)


@dataclass(slots=True)
class Written:
    """What a pass over the rows did."""

    patches: list[Patch] = field(default_factory=list)
    cells: dict[tuple[int, int], Content] = field(default_factory=dict)
    formulas_gone: list[tuple[int, int]] = field(default_factory=list)
    box: Box | None = None

    def note(self, row: int, column: int, content: Content) -> None:
        """Remember a cell that was written."""
        self.cells[row, column] = content
        old = self.box or Box(row, column, row, column)
        self.box = Box(min(old.top, row), min(old.left, column), max(old.bottom, row), max(old.right, column))


@dataclass(frozen=True, slots=True)
class _Shared:
    """The first cell of a shared formula that is overwritten."""

    row: int
    column: int
    index: bytes
    box: Box
    formula: str


class RowWriter:
    """Makes the patches for a set of cells of one sheet."""

    def __init__(
        self,
        sheet: SheetMarkup,
        cells: Mapping[tuple[int, int], NewCell],
        strings: Callable[[], Sequence[str]],
        *,
        overwrite_formula: bool = False,
        no_style_from: frozenset[int] = frozenset(),
        row_attributes: bytes = b"",
    ) -> None:
        self._sheet, self._strings, self._overwrite = sheet, strings, overwrite_formula
        self._row_attributes = row_attributes
        self._no_style_from = no_style_from
        self._wanted: dict[int, dict[int, NewCell]] = {}
        for (row, column), cell in sorted(cells.items(), key=lambda one: one[0]):
            self._wanted.setdefault(row, {})[column] = cell
        self._shared: list[_Shared] = []
        self._column_styles: list[tuple[int, int, int]] | None = None
        self.done = Written()

    def write(self) -> Written:
        """Go over the rows once; nothing is changed by it, the patches are returned.

        Raises:
            FormulaInTheWay, ArrayFormula, SharedFormula: a cell holds a formula that must not go.
            UnusualStructure: the rows cannot be edited with certainty.
        """
        self._refuse_areas()
        numbers = iter(self._wanted)
        wanted = next(numbers, None)
        above: RowSpan | None = None
        for row in self._sheet.rows():
            if wanted is None:
                break
            missing: list[int] = []
            while wanted is not None and wanted < row.number:
                missing.append(wanted)
                wanted = next(numbers, None)
            self._insert_rows(missing, row, above)
            if wanted == row.number:
                self._change_row(row, above)
                wanted = next(numbers, None)
            above = row
        rest = [] if wanted is None else [wanted, *numbers]
        self._append_rows(rest, above)
        self._hand_on_shared()
        return self.done

    def _refuse_areas(self) -> None:
        for area in self._sheet.formula_areas:
            for row, columns in self._wanted.items():
                for column in columns:
                    if area.box.covers(row, column):
                        message = _("{cell} belongs to the array formula or data table in {range}").format(
                            cell=a1(row, column), range=str(area.box)
                        )
                        raise refused(ArrayFormula, message, self._place(row, column))

    def _insert_rows(self, missing: Sequence[int], before: RowSpan, above: RowSpan | None) -> None:
        new = self._new_rows(missing, above)
        if not new:
            return
        self.done.patches.append(Patch(before.start, before.start, new))
        if not before.numbered:
            at = before.start + 1 + len(self._sheet.prefix) + len(b"row")
            self.done.patches.append(Patch(at, at, b' r="%d"' % before.number))

    def _append_rows(self, missing: Sequence[int], above: RowSpan | None) -> None:
        new = self._new_rows(missing, above)
        if not new:
            return
        data, prefix = self._sheet.sheet_data, self._sheet.prefix
        if data is None:
            whole = b"<" + prefix + b"sheetData>" + new + b"</" + prefix + b"sheetData>"
            self.done.patches.append(insertion_after(self._sheet, self._sheet.root, "sheetData", SHEET_ORDER, whole))
        elif data.self_closed:
            self.done.patches.append(insertion_after(self._sheet, data, "row", ("row",), new))
        else:
            at = data.close if above is None else above.end
            self.done.patches.append(Patch(at, at, new))

    def _new_rows(self, numbers: Sequence[int], above: RowSpan | None) -> bytes:
        pieces, prefix = [], self._sheet.prefix
        for number in numbers:
            beside = above if above is not None and above.number == number - 1 else None
            cells = b"".join(
                self._new_cell(number, column, cell, self._inherited(None, beside, column))
                for column, cell in self._wanted[number].items()
                if not cell.leaves_nothing
            )
            if cells:
                pieces.append(
                    b"<"
                    + prefix
                    + b'row r="%d"' % number
                    + self._row_attributes
                    + b">"
                    + cells
                    + b"</"
                    + prefix
                    + b"row>"
                )
        return b"".join(pieces)

    def _change_row(self, row: RowSpan, above: RowSpan | None) -> None:
        there = self._sheet.cells(row)
        by_column = {cell.column: cell for cell in there}
        wanted = self._wanted[row.number]
        inserted: dict[int, bytearray] = {}  # new cells by the place they go to
        pushed: set[int] = set()  # columns of cells without a place of their own that new cells come before
        for column, cell in wanted.items():
            if column in by_column or cell.leaves_nothing:
                continue
            after = next((one for one in there if one.column > column), None)
            at = after.start if after is not None else (there[-1].end if there else row.open_end)
            new = self._new_cell(row.number, column, cell, self._inherited(row, above, column))
            inserted.setdefault(at, bytearray()).extend(new)
            if after is not None and not after.placed:
                pushed.add(after.column)
        for column in wanted.keys() & by_column.keys():
            if self._change_cell(row.number, by_column[column], wanted[column], place=column in pushed):
                pushed.discard(column)
        for column in pushed:
            at = by_column[column].start + 1 + len(self._sheet.prefix) + len(b"c")
            self.done.patches.append(Patch(at, at, b' r="%s"' % a1(row.number, column).encode()))
        self._insert_cells(row, inserted)

    def _insert_cells(self, row: RowSpan, inserted: Mapping[int, bytearray]) -> None:
        if not inserted:
            return
        prefix = self._sheet.prefix
        if row.self_closed:
            slash = self._sheet.data.rindex(b"/", row.start, row.end)
            new = b">" + b"".join(inserted.values()) + b"</" + prefix + b"row>"
            self.done.patches.append(Patch(slash, row.end, new))
        else:
            self.done.patches += [Patch(at, at, bytes(new)) for at, new in inserted.items()]
        self._grow_spans(row)

    def _grow_spans(self, row: RowSpan) -> None:
        tag = self._sheet.data[row.start : row.open_end]
        spans = dict(attributes_in(tag)).get(b"spans")
        found = _SPANS.fullmatch(spans) if spans else None
        if found is None or spans is None:
            return
        columns = list(self._wanted[row.number])
        new = b"%d:%d" % (min(int(found.group(1)), *columns), max(int(found.group(2)), *columns))
        if new != spans:
            at = row.start + tag.index(b"spans")
            at = self._sheet.data.index(spans, at)
            self.done.patches.append(Patch(at, at + len(spans), new))

    def _new_cell(self, row: int, column: int, cell: NewCell, inherited: int) -> bytes:
        if cell.raw:
            self.done.note(row, column, cell.content)
            return cell.raw
        style = inherited if cell.style is None else cell.style(inherited)
        attributes = b' r="%s"' % a1(row, column).encode() + (b' s="%d"' % style if style else b"")
        self.done.note(row, column, cell.content)
        return self._cell_bytes(attributes, cell.content, b"")

    def _cell_bytes(self, attributes: bytes, content: Content, rest: bytes) -> bytes:
        if not content.formula:
            return cell_markup(self._sheet.prefix, attributes, content, rest)
        p = self._sheet.prefix
        formula = b"<" + p + b"f>" + text_markup(content.formula) + b"</" + p + b"f>"
        return b"<" + p + b"c" + attributes + b">" + formula + rest + b"</" + p + b"c>"

    def _change_cell(self, row: int, old: CellSpan, cell: NewCell, *, place: bool) -> bool:
        """Make the patch for a cell that is there; whether its element is written anew."""
        sheet = self._sheet
        had = sheet.attributes_of(old)
        style = next((_int(value) for name, value in had if name == b"s"), 0)
        new_style = style if cell.style is None else cell.style(style)
        formula = FORMULA.search(sheet.scan, old.open_end, old.close)
        self.done.note(row, old.column, cell.content)
        if cell.raw:
            if formula is not None and not cell.content.formula:
                self.done.formulas_gone.append((row, old.column))
            self.done.patches.append(Patch(old.start, old.end, cell.raw))
            return True
        if formula is None and self._holds(sheet.data[old.start : old.end], cell.content):
            if new_style != style:
                self.done.patches.append(self._restyled(old, had, new_style))
            return False
        if formula is not None:
            self._take_formula(row, old.column, formula, cell.content)
        kept = [(name, value) for name, value in had if name not in (b"t", b"cm", b"vm", b"s")]
        if place:
            kept.insert(0, (b"r", a1(row, old.column).encode()))
        if new_style or any(name == b"s" for name, _value in had):
            at = next((index for index, (name, _value) in enumerate(kept) if name == b"r"), -1)
            kept.insert(at + 1, (b"s", b"%d" % new_style))
        attributes = b"".join(b" " + name + b'="' + value.replace(b'"', b"&quot;") + b'"' for name, value in kept)
        body = sheet.data[old.open_end : old.close]
        extensions = _EXTENSIONS.search(body) if b"extLst" in body else None
        rest = extensions.group() if extensions else b""
        self.done.patches.append(Patch(old.start, old.end, self._cell_bytes(attributes, cell.content, rest)))
        return True

    def _holds(self, raw: bytes, content: Content) -> bool:
        """Whether a cell without a formula holds the content already."""
        if content.formula:
            return False
        needs_strings = content.kind == "s" and b"inlineStr" not in raw
        strings = self._strings() if needs_strings else ()
        return same_content(read_cell(raw, self._sheet.scopes, strings), content)

    def _restyled(self, old: CellSpan, had: Sequence[tuple[bytes, bytes]], style: int) -> Patch:
        data = self._sheet.data
        if not any(name == b"s" for name, _value in had):
            at = old.open_end - (2 if old.self_closed else 1)
            return Patch(at, at, b' s="%d"' % style)
        found = re.compile(rb"""\ss\s*=\s*["']([^"']*)["']""").search(data, old.start, old.open_end)
        if found is None:
            raise self._sheet.unusual(_("its cells cannot be read"))
        return Patch(*found.span(1), b"%d" % style)

    def _take_formula(self, row: int, column: int, formula: re.Match[bytes], content: Content) -> None:
        if not self._overwrite and not content.formula:
            message = _("{cell} holds a formula").format(cell=a1(row, column))
            raise refused(FormulaInTheWay, message, self._place(row, column))
        values = dict(attributes_in(formula.group(1)))
        if values.get(b"t") == b"shared" and b"ref" in values:
            box = self._sheet.boxes(values[b"ref"].decode("ascii", "replace"))
            end = formula.end()
            if not formula.group(1).endswith(b"/"):
                end = self._sheet.scan.index(b"</", end)
            text = plain_text(self._sheet.data[formula.end() : end])
            self._shared.append(_Shared(row, column, values.get(b"si", b""), box, text))
        if not content.formula:
            self.done.formulas_gone.append((row, column))

    def _hand_on_shared(self) -> None:
        """Make the next cell of each shared formula its first one."""
        for master in self._shared:
            box = master.box
            if box.top != box.bottom and box.left != box.right:
                message = _("{cell} holds the formula for {range}").format(
                    cell=a1(master.row, master.column), range=str(box)
                )
                raise refused(SharedFormula, message, self._place(master.row, master.column))
            heir = next(self._heirs(master), None)
            if heir is None:
                continue
            row, column, start, end, tag = heir
            try:
                if not master.formula:
                    raise CannotShift(master.formula)
                text = shifted(master.formula, row - master.row, column - master.column)
            except CannotShift as error:
                message = _("the formula of {cell} cannot be handed on").format(cell=a1(master.row, master.column))
                raise refused(SharedFormula, message, self._place(master.row, master.column)) from error
            rest = f"{column_letters(column)}{row}:{column_letters(box.right)}{box.bottom}".encode()
            p = self._sheet.prefix
            opened = tag.rstrip(b">").rstrip(b"/").rstrip() + b' ref="' + rest + b'">'
            self.done.patches.append(Patch(start, end, opened + text_markup(text) + b"</" + p + b"f>"))

    def _heirs(self, master: _Shared) -> Iterator[tuple[int, int, int, int, bytes]]:
        """Cells that share the formula and keep it: row, column, place of the formula's element, its tag."""
        sheet, box = self._sheet, master.box
        for row in sheet.rows():
            if row.number > box.bottom:
                return
            if row.number < box.top:
                continue
            for cell in sheet.cells(row):
                if not box.covers(row.number, cell.column) or cell.column in self._wanted.get(row.number, {}):
                    continue
                formula = FORMULA.search(sheet.scan, cell.open_end, cell.close)
                if formula is None:
                    continue
                values = dict(attributes_in(formula.group(1)))
                if values.get(b"t") != b"shared" or values.get(b"si") != master.index or b"ref" in values:
                    continue
                end = formula.end()
                if not formula.group(1).endswith(b"/"):
                    end = sheet.data.index(b">", sheet.data.index(b"</", end)) + 1
                yield row.number, cell.column, formula.start(), end, formula.group()

    def _inherited(self, row: RowSpan | None, above: RowSpan | None, column: int) -> int:
        """The style of a cell that is not there yet: its row's, its column's, or that of the cell above."""
        if row is not None:
            values = dict(self._sheet.attributes_of(row))
            if values.get(b"customFormat") in (b"1", b"true"):
                return _int(values.get(b"s", b""))
        style = self._column_style(column)
        if style or above is None or above.number in self._no_style_from:
            return style
        if row is not None and above.number != row.number - 1:
            return style
        over = next((one for one in self._sheet.cells(above) if one.column == column), None)
        if over is None:
            return style
        return next((_int(value) for name, value in self._sheet.attributes_of(over) if name == b"s"), 0)

    def _column_style(self, column: int) -> int:
        if self._column_styles is None:
            parent, get = self._sheet.root.child("cols"), self._sheet.get
            nodes = [] if parent is None else parent.children
            self._column_styles = [
                (_int(get(one, "min").encode()), _int(get(one, "max").encode()), _int(get(one, "style").encode()))
                for one in nodes
            ]
        return next((style for first, last, style in self._column_styles if first <= column <= last), 0)

    def _place(self, row: int, column: int) -> str:
        return f"{self._sheet.where}!{a1(row, column)}"


def holds_something(sheet: SheetMarkup, cell: CellSpan) -> bool:
    """Whether a cell has a value or a formula."""
    return HOLDS.search(sheet.scan, cell.open_end, cell.close) is not None


def grown_dimension(sheet: SheetMarkup, box: Box | None) -> list[Patch]:
    """The patch that lets the sheet's stated size take in newly written cells."""
    node = sheet.root.child("dimension")
    if node is None or box is None:
        return []
    old = sheet.boxes(sheet.get(node, "ref") or "A1")
    new = Box(min(old.top, box.top), min(old.left, box.left), max(old.bottom, box.bottom), max(old.right, box.right))
    return [] if new == old else [set_attribute(sheet, node, "ref", str(new))]


def _int(value: bytes) -> int:
    return int(value) if value.strip().isdigit() else 0
