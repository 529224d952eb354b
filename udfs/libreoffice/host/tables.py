"""Tables (LibreOffice calls them database ranges) and the filters of tables and plain ranges."""

from __future__ import annotations

import itertools
from typing import Any, List, Tuple

import uno

from .service import Office, Rect, Refused, operation, struct

PROPERTIES = {"headers": "ContainsHeader", "totals": "TotalsRow", "buttons": "AutoFilter"}
OPERATORS = {
    "equal_to": 2, "not_equal_to": 3, "greater_than": 4, "greater_than_or_equal": 5, "less_than": 6,
    "less_than_or_equal": 7, "empty": 0, "not_empty": 1, "top_items": 8, "top_percent": 9, "bottom_items": 10, "bottom_percent": 11,
}  # fmt: skip
NUMERIC, TEXT = 0, 1  # com.sun.star.sheet.FilterFieldType
NAMES = {number: name for name, number in OPERATORS.items()}


def _rect(at: Any) -> list[int]:
    return [at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1]


def _table(office: Office, uid: str, table: str) -> Any:
    tables = office.document(uid).DatabaseRanges
    if not tables.hasByName(table):
        raise Refused("no-name", table)
    return tables.getByName(table)


@operation("tables.list")
def list_tables(office: Office, uid: str, sheet: str) -> list[str]:
    """The names of a sheet's tables."""
    index = office.sheet(uid, sheet).RangeAddress.Sheet
    tables = office.document(uid).DatabaseRanges
    return [name for name in tables.ElementNames if tables.getByName(name).DataArea.Sheet == index]


@operation("tables.get")
def get_table(office: Office, uid: str, table: str) -> dict[str, Any]:
    """Rectangle and settings of a table."""
    found = _table(office, uid, table)
    facts = {name: bool(getattr(found, property_name)) for name, property_name in PROPERTIES.items()}
    return {"rect": _rect(found.DataArea), **facts}


@operation("tables.add")
def add_table(office: Office, uid: str, sheet: str, rect: Rect, name: str | None, headers: bool) -> str:
    """Makes a rectangle a table, ``Table1`` or the next free number if no name is given."""
    tables = office.document(uid).DatabaseRanges
    if name is None:
        taken = {existing.lower() for existing in tables.ElementNames}
        name = next(found for found in map("Table{}".format, range(1, 100_000)) if found.lower() not in taken)
    try:
        tables.addNewByName(name, office.cells(uid, sheet, rect).RangeAddress)
    except Exception as problem:
        raise Refused("name", name) from problem
    made = tables.getByName(name)
    made.ContainsHeader, made.AutoFilter = headers, headers
    return name


@operation("tables.set")
def set_table(office: Office, uid: str, table: str, what: str, value: bool) -> None:
    """Changes a setting of a table."""
    setattr(_table(office, uid, table), PROPERTIES[what], value)


@operation("tables.rename")
def rename_table(office: Office, uid: str, table: str, new: str) -> None:
    """Renames a table."""
    try:
        _table(office, uid, table).setName(new)
    except Exception as problem:
        raise Refused("name", new) from problem


@operation("tables.resize")
def resize_table(office: Office, uid: str, table: str, sheet: str, rect: Rect) -> None:
    """Gives a table another rectangle."""
    _table(office, uid, table).setDataArea(office.cells(uid, sheet, rect).RangeAddress)


Condition = Tuple[int, str, List[Any], bool]
"""Column (from 0), operator, values of which one must fit, and whether it is an alternative to the one before."""


def _where(office: Office, uid: str, place: dict[str, Any]) -> tuple[Any, Any]:
    """The cells that are filtered, and what holds their filter."""
    if "table" in place:
        table = _table(office, uid, place["table"])
        document, at = office.document(uid), table.DataArea
        sheet = document.Sheets.getByIndex(at.Sheet)
        return sheet.getCellRangeByPosition(at.StartColumn, at.StartRow, at.EndColumn, at.EndRow), table
    return office.cells(uid, place["sheet"], place["rect"]), None


def _key(uid: str, place: dict[str, Any]) -> tuple[Any, ...]:
    return (uid, place.get("table"), place.get("sheet"), *place.get("rect", ()))


def _conditions(office: Office, uid: str, place: dict[str, Any]) -> list[Condition]:
    """What was asked for here, or else what the document brought along."""
    known: list[Condition] | None = office.filters.get(_key(uid, place))
    if known is not None:
        return known
    cells, table = _where(office, uid, place)
    descriptor = cells.createFilterDescriptor(False) if table is None else table.getFilterDescriptor()
    return [
        (
            field.Field,
            NAMES.get(field.Operator, "unknown"),
            [value.NumericValue if value.IsNumeric else value.StringValue for value in field.Values],
            field.Connection.value == "OR",
        )
        for field in descriptor.getFilterFields3()
    ]


@operation("filter.get")
def get_filter(office: Office, uid: str, place: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions, each with its column (from 0), operator and values."""
    return [
        {"field": condition[0], "operator": condition[1], "values": condition[2], "either": condition[3]}
        for condition in _conditions(office, uid, place)
    ]


@operation("filter.set")
def set_filter(office: Office, uid: str, place: dict[str, Any], column: int, conditions: list[list[Any]]) -> None:
    """Replaces the conditions on one column: ``[operator, values, either]`` each; none clears it."""
    wanted = [condition for condition in _conditions(office, uid, place) if condition[0] != column]
    wanted += [(column, name, values, either) for name, values, either in conditions]
    office.filters[_key(uid, place)] = wanted
    cells, table = _where(office, uid, place)
    if table is not None and wanted and not any(condition[3] for condition in wanted):
        table.getFilterDescriptor().setFilterFields3(tuple(_field(*condition) for condition in wanted))
        table.refresh()
        return
    descriptor = cells.createFilterDescriptor(True)
    descriptor.ContainsHeader = True
    descriptor.setFilterFields3(tuple(_alternatives(wanted)))
    cells.filter(descriptor)


@operation("filter.clear")
def clear_filter(office: Office, uid: str, place: dict[str, Any]) -> None:
    """Shows all rows again."""
    office.filters[_key(uid, place)] = []
    cells, table = _where(office, uid, place)
    if table is not None:
        table.getFilterDescriptor().setFilterFields3(())
    descriptor = cells.createFilterDescriptor(True)
    descriptor.ContainsHeader = True
    cells.filter(descriptor)


def _alternatives(conditions: list[Condition]) -> list[Any]:
    """The conditions as a filter of plain cells takes them: alternatives, in each of which all must hold."""
    columns: dict[int, list[list[Condition]]] = {}
    for field, name, values, either in conditions:
        known = columns.setdefault(field, [])
        if len(values) > 1:
            known += [[(field, name, [value], False)] for value in values]
        elif either or not known:
            known.append([(field, name, values, False)])
        else:
            known[-1].append((field, name, values, False))
    fields: list[Any] = []
    for choice in itertools.product(*columns.values()):
        together = [condition for part in choice for condition in part]
        for position, (field, name, values, __) in enumerate(together):
            fields.append(_field(field, name, values, position == 0 and bool(fields)))
    return fields


def _field(column: int, name: str, values: list[Any], either: bool) -> Any:
    return struct(
        "com.sun.star.sheet.TableFilterField3",
        Field=column,
        Operator=OPERATORS[name],
        Connection=uno.Enum("com.sun.star.sheet.FilterConnection", "OR" if either else "AND"),
        Values=tuple(_filter_value(value) for value in values),
    )


def _filter_value(value: Any) -> Any:
    if isinstance(value, str):
        return struct("com.sun.star.sheet.FilterFieldValue", StringValue=value, FilterType=TEXT)
    return struct(
        "com.sun.star.sheet.FilterFieldValue", IsNumeric=True, NumericValue=value, StringValue=f"{value:.15g}"
    )
