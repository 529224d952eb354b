"""Sheets that are ours as a whole, marked by a hidden name each; a sheet without the mark is never touched here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workbench.i18n import _
from workbench.places import Box, a1
from workbench.splicing.book import SheetRef, State
from workbench.splicing.formulas import references
from workbench.splicing.markup import Element, Markup, Patch, appended, attribute_text, set_attribute, text_markup
from workbench.splicing.parts import folder_of
from workbench.splicing.refusals import NameRefused, NotOurs, refused
from workbench.splicing.session import Session
from workbench.splicing.values import CellWrite, Value, cell_markup

__all__ = ["OWN_NAMES", "Layout", "check_name", "put_sheet", "remove_sheet"]

OWN_NAMES: Final = "_workbench."
"""Defined names that begin so are ours."""

SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_MARK: Final = OWN_NAMES + "sheet."
_MOST_CHARACTERS: Final = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = re.compile(r"[A-Za-z_\\\u0080-\uffff][\w.\\]{0,254}")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|[RrCc]")
_LONGEST_LIST: Final = 255
_KEPT_AT_THE_END: Final = ("drawing", "legacyDrawing", "legacyDrawingHF", "picture")

Row = Sequence[CellWrite | Value]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet of ours looks.

    ``widths`` are those of its first columns, ``hidden_columns`` are 1-based, ``frozen_rows`` stay in view, and
    ``choices`` are by column: first row, last row, and the texts to choose from.
    """

    state: State = "visible"
    widths: Sequence[float] = ()
    hidden_columns: Sequence[int] = ()
    frozen_rows: int = 0
    choices: Mapping[int, tuple[int, int, Sequence[str]]] = field(default_factory=dict)


def put_sheet(session: Session, name: str, rows: Sequence[Row], layout: Layout) -> None:
    """Create a sheet of ours, or replace its content.

    Raises:
        NotOurs: there is a sheet of that name without our mark, or somebody put a table on ours.
        NameRefused: no sheet can be called so, or a list to choose from is too long.
    """
    node = _node_named(session, name)
    if node is None:
        sheet = _add(session, name, layout.state)
    else:
        sheet = _own(session, name)
        markup = session.book.markup
        if sheet.state != layout.state:
            session.book.patch(_state_patch(markup, node, layout.state))
    old = session.markup(sheet)
    if old.root.child("tableParts") is not None:
        raise refused(NotOurs, _("somebody put a table on the sheet {sheet}").format(sheet=name), session.where)
    new = _part(session, sheet, old, rows, layout)
    if new != old.data:
        session.replace_sheet(sheet, new)


def remove_sheet(session: Session, name: str) -> None:
    """Take a sheet of ours away.

    Raises:
        NotOurs: it has no mark of ours, formulas refer to it, or it is the only sheet to be seen.
        UnknownSheet: there is none of that name.
    """
    sheet = _own(session, session.sheet(name).name)
    shown = [one for one in session.book.sheet_nodes() if session.book.markup.get(one, "state") in ("", "visible")]
    if len(shown) == 1 and sheet.state == "visible":
        raise refused(NotOurs, _("the workbook would have no sheet left to show"), session.where)
    mark = _mark_of(session, name)
    if mark is not None:
        session.book.drop_name(mark)
    user = next(_users(session, sheet), None)
    if user is not None:
        raise refused(NotOurs, _("{place} refers to the sheet {sheet}").format(place=user, sheet=name), session.where)
    for link in session.parts.links(sheet.part):
        if link.kind not in ("comments", "vmlDrawing"):
            raise refused(NotOurs, _("somebody added something to the sheet {sheet}").format(sheet=name), session.where)
        session.parts.remove(link.target)
    _renumber(session, sheet)
    session.forget_sheet(sheet)
    session.parts.unlink(session.book.part, sheet.part)
    session.parts.remove(sheet.part)


def check_name(name: str, where: str) -> None:
    """Refuse what a spreadsheet does not take as a name.

    Raises:
        NameRefused: it is none.
    """
    if not _NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name):
        raise refused(NameRefused, _("{name} cannot be a name").format(name=name[:40]), where)


def _own(session: Session, name: str) -> SheetRef:
    sheet = next((one for one in session.book.sheets() if one.name == name), None)
    if sheet is None or _mark_of(session, name) is None:
        raise refused(NotOurs, _("the sheet {sheet} was made by somebody else").format(sheet=name), session.where)
    return sheet


def _node_named(session: Session, name: str) -> Element | None:
    """The sheet of that name, of whatever kind; names differ by more than case."""
    markup = session.book.markup
    for node in session.book.sheet_nodes():
        if markup.get(node, "name").casefold() == name.casefold():
            if markup.get(node, "name") != name:
                message = _("the sheet {sheet} was made by somebody else").format(sheet=markup.get(node, "name"))
                raise refused(NotOurs, message, session.where)
            return node
    return None


def _add(session: Session, name: str, state: State) -> SheetRef:
    if not 0 < len(name) <= _MOST_CHARACTERS or _FORBIDDEN.search(name) or name[0] == "'" or name[-1] == "'":
        raise refused(NameRefused, _("no sheet can be called {name}").format(name=name[:40]), session.where)
    book, parts = session.book, session.parts
    folder = folder_of(book.part)
    part = parts.unused_name(f"{folder}/worksheets/sheet{{number}}.xml".lstrip("/"))
    namespace = book.markup.own_namespace
    empty = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}"><sheetData/></worksheet>'
    parts.add(part, empty.encode(), SHEET_TYPE)
    link = parts.link(book.part, "worksheet", part)
    markup = book.markup
    numbers = [markup.get(one, "sheetId") for one in book.sheet_nodes()]
    marked = [key.removeprefix(_MARK) for key in book.names() if key.startswith(_MARK)]
    number = max(int(one) for one in (*numbers, *marked, "0") if one.isdigit()) + 1
    parent = markup.root.child("sheets")
    if parent is None:
        raise refused(NotOurs, _("the workbook has no sheets"), session.where)
    shown = b"" if state == "visible" else b' state="' + state.encode() + b'"'
    tag = b"<" + markup.root.prefix + b'sheet name="' + attribute_text(name) + b'" sheetId="%d"' % number + shown
    tag += markup.link_attribute(parent, link) + b"/>"
    book.patch(appended(markup, parent, tag))
    quoted = name.replace("'", "''")
    book.set_name(f"{_MARK}{number}", f"'{quoted}'!$A$1", hidden=True)
    return session.sheet(name)


def _state_patch(markup: Markup, node: Element, state: State) -> Patch:
    if state != "visible":
        return set_attribute(markup, node, "state", state)
    start, end = markup.attribute_spans(node)["state"]
    start = markup.data.rindex(b"state", node.start, start)
    return Patch(start - 1, end, b"")


def _part(session: Session, sheet: SheetRef, old: Markup, rows: Sequence[Row], layout: Layout) -> bytes:
    """The sheet's bytes; what was drawn or noted on it stays."""
    namespace = old.own_namespace
    declared = b"".join(
        b" xmlns:" + prefix + b'="' + attribute_text(uri) + b'"' for prefix, uri in old.written_scopes.items() if prefix
    )
    kept = b"".join(old.raw(one) for one in old.root.children if one.local in _KEPT_AT_THE_END)
    lines, written = [], {}
    for number, row in enumerate(rows, start=1):
        cells = []
        for column, value in enumerate(row, start=1):
            write = value if isinstance(value, CellWrite) else CellWrite(value)
            new = session.new_cell(sheet, number, column, write)
            style = new.style(0) if new.style is not None else 0
            if new.content.kind or style:
                place = b' r="' + a1(number, column).encode() + b'"' + (b' s="%d"' % style if style else b"")
                cells.append(cell_markup(b"", place, new.content))
                written[number, column] = new.content
        if cells:
            lines.append(b'<row r="%d">' % number + b"".join(cells) + b"</row>")
    session.expect(sheet, written)
    views = _views(layout).encode()
    data = b"<sheetData>" + b"".join(lines) + b"</sheetData>" if lines else b"<sheetData/>"
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}"'.encode()
    choices = _choices(session, layout)
    return head + declared + b">" + views + _columns(layout) + data + choices + kept + b"</worksheet>"


def _views(layout: Layout) -> str:
    if not layout.frozen_rows:
        return ""
    rows = layout.frozen_rows
    pane = f'<pane ySplit="{rows}" topLeftCell="A{rows + 1}" activePane="bottomLeft" state="frozen"/>'
    return f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'


def _columns(layout: Layout) -> bytes:
    widths = dict(enumerate(layout.widths, start=1))
    hidden = set(layout.hidden_columns)
    tags = []
    for column in sorted({*widths, *hidden}):
        shown = ' hidden="1"' if column in hidden else ""
        width = widths.get(column, 9.140625)
        tags.append(f'<col min="{column}" max="{column}" width="{width:g}"{shown} customWidth="1"/>')
    return f"<cols>{''.join(tags)}</cols>".encode() if tags else b""


def _choices(session: Session, layout: Layout) -> bytes:
    tags = []
    for column, (first, last, choices) in sorted(layout.choices.items()):
        listed = ",".join(choices)
        if len(listed) > _LONGEST_LIST or any("," in one for one in choices):
            message = _("a list to choose from holds {most} characters and no commas").format(most=_LONGEST_LIST)
            raise refused(NameRefused, message, session.where)
        place = str(Box(first, column, last, column))
        tag = f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{place}"><formula1>'.encode()
        quoted = text_markup('"' + listed.replace('"', '""') + '"')
        tags.append(tag + quoted + b"</formula1></dataValidation>")
    return b'<dataValidations count="%d">' % len(tags) + b"".join(tags) + b"</dataValidations>" if tags else b""


def _users(session: Session, sheet: SheetRef) -> Iterator[str]:
    """Parts whose formulas name the sheet."""
    plain, quoted = text_markup(sheet.name), text_markup(sheet.name.replace("'", "''"))
    marks = (plain + b"!", quoted + b"'!", quoted + b"&apos;!")
    for name in session.parts.names:
        if name == sheet.part or not name.endswith(".xml") or "docprops" in name.lower():
            continue
        data = session.parts.read(name)
        if any(mark in data for mark in marks):
            yield name


def _mark_of(session: Session, name: str) -> str | None:
    """The defined name that marks a sheet as ours; it follows the sheet when somebody renames it."""
    for key, refers_to in session.book.names().items():
        if key.startswith(_MARK):
            sheets = {one.sheet.strip("'").replace("''", "'") for one in references(refers_to)}
            if name in sheets:
                return key
    return None


def _renumber(session: Session, sheet: SheetRef) -> None:
    """Take the sheet out of the list, and count on what counts the sheets by their place."""
    book = session.book
    markup = book.markup
    nodes = book.sheet_nodes()
    patches = [Patch(nodes[sheet.index].start, nodes[sheet.index].end, b"")]
    for node in book.name_nodes():
        at = markup.get(node, "localSheetId")
        if at.isdigit() and int(at) == sheet.index:
            patches.append(Patch(node.start, node.end, b""))
        elif at.isdigit() and int(at) > sheet.index:
            patches.append(set_attribute(markup, node, "localSheetId", str(int(at) - 1)))
    views = markup.root.child("bookViews")
    for view in () if views is None else views.children:
        for name in ("activeTab", "firstSheet"):
            at = markup.get(view, name)
            if at.isdigit() and int(at) >= sheet.index and int(at) > 0:
                patches.append(set_attribute(markup, view, name, str(int(at) - 1)))
    book.patch(*patches)
