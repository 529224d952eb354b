"""Adding columns at the right of a list, hidden ones for keys in particular."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.i18n import _
from workbench.places import LAST_COLUMN, Box, a1, box_of
from workbench.splicing.book import SheetRef
from workbench.splicing.growth import Region
from workbench.splicing.markup import Element, Markup, Patch, appended, attribute_text, insertion_after, set_attribute
from workbench.splicing.refusals import BeyondTheSheet, NoRoom, TableRefused, refused
from workbench.splicing.rows import SHEET_ORDER, SheetMarkup
from workbench.splicing.session import Session
from workbench.splicing.tables import TableRef, pivot_boxes
from workbench.splicing.values import CellWrite
from workbench.splicing.writing import holds_something

__all__ = ["append_columns", "hide_columns"]


def append_columns(
    session: Session, region: Region, header_row: int, headings: Sequence[str], *, hidden: bool
) -> tuple[int, ...]:
    """Write headings at the right of a list, whose table and filter then take the columns in; their numbers.

    Raises:
        NoRoom: something stands there. BeyondTheSheet: the sheet ends before. TableRefused: a heading is there already.
    """
    sheet = region.sheet
    columns = tuple(range(region.right + 1, region.right + 1 + len(headings)))
    where = session.place(sheet, header_row, min(region.right + 1, LAST_COLUMN))
    if region.right + len(headings) > LAST_COLUMN:
        raise refused(BeyondTheSheet, _("the sheet ends before"), where)
    bottom = max(region.last, header_row) + (1 if region.table is not None and region.table.totals else 0)
    _refuse_without_room(session, region, Box(header_row, columns[0], bottom, columns[-1]))
    style = session.markup(sheet).style_at(header_row, region.right)
    cells = {
        (header_row, column): session.new_cell(sheet, header_row, column, CellWrite(heading, style))
        for column, heading in zip(columns, headings, strict=True)
    }
    session.write_contents(sheet, cells)
    if region.table is not None:
        _widen_table(session, region.table, headings, where)
    else:
        _widen_filter(session, region, header_row, len(headings))
    if hidden:
        hide_columns(session, sheet, columns[0], columns[-1])
    return columns


def hide_columns(session: Session, sheet: SheetRef, first: int, last: int) -> None:
    """Hide columns; ranges of columns that the sheet describes together are taken apart."""
    markup = session.markup(sheet)
    parent = markup.root.child("cols")
    p = markup.prefix
    if parent is None:
        whole = b"<" + p + b"cols>" + _hidden(p, first, last) + b"</" + p + b"cols>"
        session.patch(sheet, insertion_after(markup, markup.root, "cols", SHEET_ORDER, whole))
        return
    patches: list[Patch] = []
    following = first  # the next column that no element describes yet
    after = parent.open_end
    for node in parent.children:
        low, high = _span(markup, node)
        if high < first:
            after = node.end
            continue
        if low > last:
            break
        if low > following:
            patches.append(Patch(node.start, node.start, _hidden(p, following, low - 1)))
        patches.append(Patch(node.start, node.end, _taken_apart(markup, node, max(first, low), min(last, high))))
        following, after = high + 1, node.end
    if following <= last:
        patches.append(Patch(after, after, _hidden(p, following, last)))
    session.patch(sheet, *patches)


def _refuse_without_room(session: Session, region: Region, taken: Box) -> None:
    markup = session.markup(region.sheet)
    for row in markup.rows():
        if taken.top <= row.number <= taken.bottom:
            for cell in markup.cells(row):
                if taken.covers(row.number, cell.column) and holds_something(markup, cell):
                    where = session.place(region.sheet, row.number, cell.column)
                    raise refused(NoRoom, _("{cell} is in the way").format(cell=a1(row.number, cell.column)), where)
    boxes = [*markup.merges, *pivot_boxes(session.parts, region.sheet.part)]
    boxes += [table.ref for table in session.tables(region.sheet)]
    for box in boxes:
        apart = box.right < taken.left or box.left > taken.right or box.bottom < taken.top or box.top > taken.bottom
        if not apart:
            where = session.place(region.sheet, taken.top, taken.left)
            raise refused(NoRoom, _("{range} is in the way").format(range=str(box)), where)


def _widen_table(session: Session, table: TableRef, headings: Sequence[str], where: str) -> None:
    taken = {name.casefold() for name in table.columns}
    for heading in headings:
        if heading.casefold() in taken or not heading:
            message = _("the table {table} cannot get a column named {heading}").format(
                table=table.name, heading=heading
            )
            raise refused(TableRefused, message, where)
        taken.add(heading.casefold())
    if not table.header_row or session.parts.linked(table.part, "queryTable"):
        message = _("the table {table} cannot get a column").format(table=table.name)
        raise refused(TableRefused, message, where)
    markup = session.parts.markup(table.part)
    parent = markup.root.child("tableColumns")
    if parent is None:
        raise refused(TableRefused, _("the table {table} cannot get a column").format(table=table.name), where)
    number = max((int(markup.get(one, "id", "0")) for one in parent.children), default=0)
    p = parent.prefix
    new = b"".join(
        b"<" + p + b'tableColumn id="%d" name="' % (number + at) + attribute_text(heading) + b'"/>'
        for at, heading in enumerate(headings, start=1)
    )
    patches = [
        appended(markup, parent, new),
        set_attribute(markup, parent, "count", str(len(parent.children) + len(headings))),
        set_attribute(markup, markup.root, "ref", str(_widened(table.ref, len(headings)))),
    ]
    filters = markup.root.child("autoFilter")
    if filters is not None:
        box = box_of(markup.get(filters, "ref"))
        patches.append(set_attribute(markup, filters, "ref", str(_widened(box, len(headings)))))
    session.parts.patch(table.part, *patches)


def _widen_filter(session: Session, region: Region, header_row: int, count: int) -> None:
    """Let a sheet's filter over the list, and the name that goes with it, take the new columns in."""
    markup = session.markup(region.sheet)
    node = markup.root.child("autoFilter")
    if node is None:
        return
    box = markup.boxes(markup.get(node, "ref"))
    if box.right != region.right or not box.top <= header_row <= box.bottom:
        return
    session.patch(region.sheet, set_attribute(markup, node, "ref", str(_widened(box, count))))
    book = session.book
    for name in book.name_nodes():
        values = book.markup.attributes(name)
        if values.get("name") == "_xlnm._FilterDatabase" and values.get("localSheetId") == str(region.sheet.index):
            sheet, mark, _ref = book.markup.text(name).rpartition("!")
            wide = _widened(box, count)
            first, last = a1(wide.top, wide.left), a1(wide.bottom, wide.right)
            fixed = ":".join(_fixed(one) for one in (first, last))
            book.patch(Patch(name.open_end, name.close, attribute_text(f"{sheet}{mark}{fixed}")))
            return


def _fixed(place: str) -> str:
    letters = place.rstrip("0123456789")
    return f"${letters}${place[len(letters) :]}"


def _widened(box: Box, count: int) -> Box:
    return box._replace(right=box.right + count)


def _hidden(prefix: bytes, first: int, last: int) -> bytes:
    return b"<" + prefix + b'col min="%d" max="%d" width="9.140625" hidden="1" customWidth="1"/>' % (first, last)


def _span(markup: SheetMarkup, node: Element) -> tuple[int, int]:
    low, high = markup.get(node, "min"), markup.get(node, "max")
    if not (low.isdigit() and high.isdigit()):
        raise markup.unusual(_("its columns cannot be read"))
    return int(low), int(high)


def _taken_apart(markup: SheetMarkup, node: Element, first: int, last: int) -> bytes:
    """The element of a range of columns as up to three, of which the middle one is hidden."""
    low, high = _span(markup, node)
    pieces = []
    if low < first:
        pieces.append(_with(markup, node, {"min": low, "max": first - 1}))
    pieces.append(_with(markup, node, {"min": first, "max": last, "hidden": 1}))
    if high > last:
        pieces.append(_with(markup, node, {"min": last + 1, "max": high}))
    return b"".join(pieces)


def _with(markup: Markup, node: Element, values: dict[str, int]) -> bytes:
    return markup.altered(node, {name: str(value) for name, value in values.items()})
