"""Binding a sheet of the firm's own: its columns become fields, its rows the register's rows, and it stays as it is.

Three columns are added at its right: the row's id and version, hidden, and one for words on what became of the row.
Nothing else in the file changes, and nothing in the register does until the sheet is pushed.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import TABLES, FieldKind, Register
from workbench.sheets import Sheet, Table, Workbook, find_tables, map_table, read
from workbench.splicing import CellWrite, WorkbookEditor
from workbench.sync.binding import SheetView, add_bindings, new_stamp
from workbench.sync.carried import Unbound, carried_rows, check_stamp, read_stamp
from workbench.sync.closed import KEEP, image_of, origin_of, put_hidden, refuse_open
from workbench.sync.model import BoundColumn, SheetColumns, Stamp
from workbench.sync.rules import LABELS, ORDER
from workbench.sync.values import LookupNames, ValueColumn, field_of

__all__ = ["BoundSheet", "bind_sheet", "share_column"]

_FIELDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "customers": {
        "customer.code": ("code", ""), "customer.name": ("legal_name", ""), "customer.name_local": ("local_name", ""),
        "customer.country": ("country", ""), "customer.currency": ("default_currency", ""), "customer.email": ("email", ""),
        "customer.phone": ("phone", ""), "customer.tax_id": ("tax_id", ""), "customer.address": ("address", ""),
        "customer.terms": ("payment_terms", ""), "customer.owner": ("owner", ""), "customer.tier": ("tier", ""),
        "customer.note": ("note", ""),
    },
    "orders": {
        "order.number": ("number", ""), "order.date": ("order_date", ""),
        "order.customer": ("customer_id", "customers.legal_name"), "order.customer_code": ("customer_id", "customers.code"),
        "order.customer_po": ("customer_po", ""), "order.currency": ("currency", ""), "order.amount": ("amount", ""),
        "order.incoterm": ("incoterm", ""), "order.deposit_percent": ("deposit_percent", ""),
        "order.due_date": ("due_date", ""), "order.salesperson": ("salesperson", ""), "order.note": ("note", ""),
    },
}  # fmt: skip
"""Which field of the register a column of people's sheets holds, and by which field of another table it is named."""

_ALIKE = {"customers": ("code", "legal_name"), "orders": ("number",)}
"""Fields by which a row of a sheet is found in the register."""
_ROW_OF = re.compile(r"![A-Z]+(\d+)")


@dataclass(slots=True)
class BoundSheet:
    """What was bound: heading to field, headings that stay private, rows found in the register and rows that are new."""

    file: str
    sheet: str
    table: str
    columns: dict[str, str] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)
    linked: int = 0
    new: int = 0
    backup: str = ""

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "table": self.table,
            "columns": dict(self.columns),
            "private": list(self.private),
            "linked": self.linked,
            "new": self.new,
            "backup": self.backup,
        }


def bind_sheet(
    register: Register,
    path: str | Path,
    sheet: str,
    *,
    author: str,
    table: str = "",
    columns: Mapping[str, str] | None = None,
    view: Mapping[str, Any] | None = None,
    language: str = "en",
    keep: int = KEEP,
) -> BoundSheet:
    """Make a sheet of the firm's own a view of a table of the register.

    Args:
        register: gets the binding, in a changeset of its own.
        path: an .xlsx or .xlsm file, closed; the version before is kept beside it.
        sheet: the sheet's name.
        author: whose workbook it is.
        table: customers or orders where the sheet does not say so itself.
        columns: heading to field, instead of what the headings say; an empty field leaves a column private.
        view: rows that it shows, and that arrive by themselves; by default it shows those that its owner put there.
        language: of the words that are written into it.
        keep: how many earlier versions to keep.

    Raises:
        ConfigurationError: the sheet has no such table or column, or is bound already.
        FileRefused: the file cannot be read or edited.
    """
    path = Path(path)
    refuse_open(path)
    book = read(path)
    found = _sheet_named(book, sheet)
    stamp = _stamp_of(book, path, register)
    if stamp and sheet in stamp.bindings.values():
        raise ConfigurationError(
            _("The sheet {sheet} is bound already.").format(sheet=sheet),
            where=f"{path.name}!{sheet}",
            remedy=_("Pull or push it."),
        )
    layout = _table_of(found, path)
    name, bound = _columns_of(layout, table, columns or {}, path)
    service = _service_headings(layout, language)
    sheet_columns = SheetColumns(bound, service[0], service[1], service[2])
    links = _linked_rows(register, layout, name, bound, book)
    made = BoundSheet(path.name, sheet, name, {one.heading: one.field for one in bound})
    made.private = [one.label for one in layout.columns if one.label and one.label not in made.columns]
    made.linked, made.new = len(links), len(layout.records) - len(links)
    bindings = add_bindings(
        register,
        [SheetView(sheet, "", name, sheet_columns, view)],
        workbook=stamp.workbook if stamp else str(uuid.uuid4()),
        file=path.name,
        author=author,
        language=language,
    )
    newest = register.log(1)[0]
    if stamp is None:
        stamp = new_stamp(
            register,
            bindings.workbook,
            bindings.sheets,
            changeset=newest.number,
            origin=origin_of(path),
            language=language,
        )
    else:
        stamp = replace(stamp, bindings={**stamp.bindings, **bindings.sheets})
    stamp = replace(stamp, fresh=(*stamp.fresh, *bindings.sheets))
    made.backup = _write(path, book, layout, service, links, stamp, keep)
    return made


def share_column(
    register: Register, path: str | Path, sheet: str, heading: str, kind: FieldKind, *, author: str, name: str = ""
) -> str:
    """Let a private column of a bound sheet become a typed field of the firm's own; returns the field's name.

    Its values go to the register with the next push.

    Raises:
        ConfigurationError: the sheet is not bound, or has no such private column.
    """
    path = Path(path)
    book = read(path)
    stamp = read_stamp(image_of(book), path.name)
    check_stamp(register, stamp, path.name)
    binding_id = next((one for one, bound in stamp.bindings.items() if bound == sheet), "")
    rows = register.rows("bindings", {"id": binding_id}) if binding_id else []
    if not rows:
        raise ConfigurationError(
            _("The sheet {sheet} is not bound.").format(sheet=sheet),
            where=f"{path.name}!{sheet}",
            remedy=_("Bind it first: workbench bind {file} {sheet}").format(file=path.name, sheet=sheet),
        )
    row = rows[0]
    columns = SheetColumns.from_json(row["columns"])
    texts = {cell.text.strip() for cell in _sheet_named(book, sheet).cells() if cell.row <= _HEADING_ROWS}
    if heading not in texts or heading in {one.heading for one in columns.bound}:
        raise ConfigurationError(
            _("The sheet {sheet} has no private column {heading}.").format(sheet=sheet, heading=heading),
            where=f"{path.name}!{sheet}",
            remedy=_("Give the heading exactly as it stands in the sheet."),
        )
    field_name = name or heading.strip()
    if field_name not in register.custom_fields(row["table_name"]):
        register.define_custom_field(row["table_name"], field_name, kind, author=author)
    bound = (*columns.bound, BoundColumn(heading, f"custom.{field_name}"))
    shared = SheetColumns(bound, columns.key, columns.version, columns.state, columns.marks)
    reason = _("column {heading} of {file} becomes a field").format(heading=heading, file=path.name)
    with register.changeset(origin="bind", reason=reason, author=author) as cs:
        cs.update("bindings", row["id"], {"columns": shared.as_json()}, expected_version=row["version"])
    return field_name


_HEADING_ROWS = 250


def _sheet_named(book: Workbook, name: str) -> Sheet:
    for one in book.sheets:
        if one.name == name:
            return one
    raise ConfigurationError(
        _("{file} has no sheet {sheet}.").format(file=book.file, sheet=name),
        where=book.file,
        remedy=_("It has: {sheets}").format(sheets=", ".join(one.name for one in book.sheets)),
    )


def _stamp_of(book: Workbook, path: Path, register: Register) -> Stamp | None:
    try:
        stamp = read_stamp(image_of(book), path.name)
    except Unbound:
        return None
    check_stamp(register, stamp, path.name)
    return stamp


def _table_of(sheet: Sheet, path: Path) -> Table:
    """The one table of the sheet that can be bound: records in rows below one row of headings."""
    tables = [one for one in find_tables(sheet).tables if one.orientation == "rows" and len(one.header_rows) == 1]
    if len(tables) != 1:
        raise ConfigurationError(
            _("The sheet {sheet} has {count} tables with one row of headings; exactly one can be bound.").format(
                sheet=sheet.name, count=len(tables)
            ),
            where=f"{path.name}!{sheet.name}",
            remedy=_("Put each table on a sheet of its own, with one row of headings."),
        )
    return tables[0]


def _columns_of(layout: Table, table: str, given: Mapping[str, str], path: Path) -> tuple[str, tuple[BoundColumn, ...]]:
    """The table's name and its bound columns, from what the headings say and what was given."""
    where = f"{path.name}!{layout.sheet.name}"
    mapped = map_table(layout)
    name = table or (mapped.kind if mapped else "")
    if name not in ORDER or (name not in _FIELDS and not given):
        raise ConfigurationError(
            _("It cannot be told what the sheet {sheet} lists.").format(sheet=layout.sheet.name),
            where=where,
            remedy=_("Say so with --table customers or --table orders, and name columns with --column HEADING=FIELD."),
        )
    headings = Counter(one.label for one in layout.columns)
    chosen: dict[str, tuple[str, str]] = {}
    for one in mapped.columns if mapped and mapped.kind == name else ():
        target = _FIELDS.get(name, {}).get(one.field)
        if (
            target
            and not one.slot
            and headings[one.column.label] == 1
            and target[0] not in {f for f, _l in chosen.values()}
        ):
            chosen[one.column.label] = target
    for heading, field_name in given.items():
        if heading not in headings:
            raise ConfigurationError(
                _("There is no column {heading}.").format(heading=heading),
                where=where,
                remedy=_("It has: {columns}").format(columns=", ".join(filter(None, headings))),
            )
        chosen.pop(heading, None)
        if field_name:
            chosen[heading] = _named_field(name, field_name, where)
    if not chosen:
        raise ConfigurationError(
            _("No column of the sheet {sheet} is known.").format(sheet=layout.sheet.name),
            where=where,
            remedy=_("Name columns with --column HEADING=FIELD."),
        )
    ordered = [one.label for one in layout.columns if one.label in chosen]
    return name, tuple(BoundColumn(heading, chosen[heading][0], lookup=chosen[heading][1]) for heading in ordered)


def _named_field(table: str, name: str, where: str) -> tuple[str, str]:
    """``amount``, or ``customer_id:legal_name`` where the column names another table's row by that field."""
    name, _colon, by = name.partition(":")
    try:
        known = TABLES[table].field_named(name)
    except KeyError:
        raise ConfigurationError(
            _("{table} has no field {field}.").format(table=table, field=name),
            where=where,
            remedy=_("It has: {fields}").format(fields=", ".join(one.name for one in TABLES[table].fields)),
        ) from None
    by = by or (LABELS.get(known.references, "") if known.references else "")
    return name, f"{known.references}.{by}" if by else ""


def _service_headings(layout: Table, language: str) -> tuple[str, str, str]:
    words = ("登记编号", "登记版本", "同步") if language == "zh" else ("Register id", "Register version", "Sync")
    taken = {one.label for one in layout.columns}
    return tuple(word if word not in taken else f"{word} (Workbench)" for word in words)  # type: ignore[return-value]


def _linked_rows(
    register: Register, layout: Table, table: str, bound: Sequence[BoundColumn], book: Workbook
) -> dict[int, Mapping[str, Any]]:
    """Rows of the sheet and the register's rows that they are: by where they were adopted from, else by their name."""
    places = _adopted_from(register, table, book.file, layout.sheet.name)
    custom = register.custom_fields(table)
    names = {one.lookup for one in bound if one.lookup}
    known = {lookup: LookupNames(*_names(register, lookup)) for lookup in names}
    readers = {
        one.field: (ValueColumn(one, field_of(table, one.field, custom), known.get(one.lookup), epoch_1904=book.epoch_1904),
                    next(each.at for each in layout.columns if each.label == one.heading))
        for one in bound
    }  # fmt: skip
    rows = {row["id"]: row for row in register.rows(table)}
    owners = {name: _by_value(rows.values(), name) for name in _ALIKE.get(table, ()) if name in readers}
    linked: dict[int, Mapping[str, Any]] = {}
    for number in layout.records:
        cells = {cell.column: cell for cell in layout.sheet.row(number)}
        candidates = [places[number]] if number in places and places[number] in rows else []
        for name, by_value in owners.items():
            cell = cells.get(readers[name][1])
            candidates += by_value.get(cell.text.strip(), [])[:2] if cell else []
        if candidates and len(set(candidates)) == 1:
            linked[number] = rows[candidates[0]]
    doubled = {row_id for row_id, count in Counter(row["id"] for row in linked.values()).items() if count > 1}
    return {number: row for number, row in linked.items() if row["id"] not in doubled}


def _adopted_from(register: Register, table: str, file: str, sheet: str) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for row in register.rows("source_records", {"file": file, "sheet": sheet, "table_name": table}):
        at = _ROW_OF.search(row["place"])
        if at:
            found.setdefault(int(at.group(1)), []).append(row["row_id"])
    return {number: ids[0] for number, ids in found.items() if len(ids) == 1}


def _names(register: Register, lookup: str) -> tuple[str, dict[str, str], dict[str, str]]:
    table, _dot, name = lookup.partition(".")
    now = {row_id: str(value) for row_id, value in register.column(table, name).items() if value is not None}
    return table, now, now


def _by_value(rows: Any, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row[name]:
            found.setdefault(str(row[name]), []).append(row["id"])
    return found


def _write(
    path: Path,
    book: Workbook,
    layout: Table,
    service: Sequence[str],
    links: Mapping[int, Mapping[str, Any]],
    stamp: Stamp,
    keep: int,
) -> str:
    """Add the service columns, ids and versions, and the hidden sheet."""
    editor = WorkbookEditor.open(path)
    if editor.sha256 != book.sha256:
        raise ConfigurationError(
            _("{file} was changed while it was being bound.").format(file=path.name),
            where=str(path),
            remedy=_("Nothing was written; try again."),
        )
    head, sheet = layout.header_rows[0], layout.sheet.name
    table = next(
        (one for one in editor.tables(sheet) if one.header_row == head and one.first_column == layout.left), None
    )
    after = None if table else layout.right
    hidden = editor.append_columns(
        sheet, service[:2], table=table.name if table else None, header_row=head, after=after, hidden=True
    )
    editor.append_columns(
        sheet, service[2:], table=table.name if table else None, header_row=head,
        after=None if table else hidden[-1], hidden=False,
    )  # fmt: skip
    cells: dict[tuple[int, int], CellWrite] = {}
    for number, row in links.items():
        cells[number, hidden[0]] = CellWrite(row["id"])
        cells[number, hidden[1]] = CellWrite(row["version"])
    editor.set_cells(sheet, cells)
    put_hidden(editor, carried_rows(stamp))
    report = editor.save(keep=keep)
    return str(report.backup) if report.backup else ""
