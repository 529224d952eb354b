"""A workbook in memory that people can edit, for tests with thousands of synchronisations."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.register import Register
from workbench.sheets import Cell, CellKind
from workbench.sync import (
    HIDDEN_SHEET,
    BookEdits,
    BookImage,
    BoundColumn,
    SheetColumns,
    SheetImage,
    bind_views,
    carried_rows,
    pull,
)
from workbench.sync.binding import SheetView

EPOCH = date(1899, 12, 30)
HEAD = 4

ORDERS = SheetColumns(
    (
        BoundColumn("Number", "number"),
        BoundColumn("Customer", "customer_id", lookup="customers.legal_name"),
        BoundColumn("Date", "order_date"),
        BoundColumn(
            "Status", "status", labels={"Open": "open", "Shipped": "shipped", "Paid": "paid", "Part": "part_paid"}
        ),
        BoundColumn("Currency", "currency"),
        BoundColumn("Amount", "amount"),
        BoundColumn("In base", "base_amount", editable=False),
        BoundColumn("PO", "customer_po"),
        BoundColumn("Note", "note"),
    ),
    key="id",
    version="version",
    state="Sync",
)
CUSTOMERS = SheetColumns(
    (
        BoundColumn("Name", "legal_name"),
        BoundColumn("Code", "code"),
        BoundColumn("Country", "country"),
        BoundColumn("Phone", "phone"),
        BoundColumn("Tax id", "tax_id"),
        BoundColumn("Tags", "tags"),
        BoundColumn("Address", "address"),
    ),
    key="id",
    version="version",
    state="Sync",
)
VIEWS = {"Customers": ("customers", CUSTOMERS), "Orders": ("orders", ORDERS)}


class MemoryBook:
    """Sheets of cells by row and column; ``None`` is an empty cell."""

    def __init__(self, name: str, sheets: Mapping[str, dict[tuple[int, int], Any]] | None = None) -> None:
        self.file = name
        self.sheets: dict[str, dict[tuple[int, int], Any]] = {one: dict(cells) for one, cells in (sheets or {}).items()}
        self.notes: dict[str, dict[tuple[int, int], str]] = {}
        self.formulas: dict[tuple[str, int, int], str] = {}
        self.others: set[str] = set()
        self.writes = 0

    # the port

    @property
    def name(self) -> str:
        return self.file

    @property
    def origin(self) -> str:
        return f"memory:{self.file}"

    def exists_at(self, origin: str) -> bool:
        return origin in self.others

    def read(self) -> BookImage:
        return BookImage({name: SheetImage(name, self._rows(name)) for name in self.sheets})

    def write(self, edits: BookEdits) -> str:
        self.writes += 1
        for sheet, cells in edits.cells.items():
            for place, write in cells.items():
                self.put(sheet, *place, write.value)
        for sheet, (after, rows) in edits.added.items():
            for number, row in enumerate(rows, after + 1):
                for column, write in row.items():
                    assert (number, column) not in self.sheets[sheet], "added over something"
                    self.put(sheet, number, column, write.value)
        for sheet, notes in edits.notes.items():
            for place, words in notes.items():
                if words is None:
                    self.notes[sheet].pop(place, None)
                else:
                    self.notes.setdefault(sheet, {})[place] = words
        for name, own in edits.own.items():
            self.sheets.pop(name, None)
            if own is not None:
                self.sheets[name] = {
                    (row, column): value
                    for row, values in enumerate(own.rows, 1)
                    for column, value in enumerate(values, 1)
                    if value is not None and value != ""
                }
        return ""

    # what people do

    def put(self, sheet: str, row: int, column: int, value: Any) -> None:
        self.formulas.pop((sheet, row, column), None)
        if value is None or value == "":
            self.sheets[sheet].pop((row, column), None)
        else:
            self.sheets[sheet][(row, column)] = value

    def get(self, sheet: str, row: int, column: int) -> Any:
        return self.sheets[sheet].get((row, column))

    def head(self, sheet: str) -> int:
        return next((row for (row, _column), value in self.sheets[sheet].items() if value == "version"), HEAD)

    def column(self, sheet: str, heading: str) -> int:
        head = self.head(sheet)
        return next(column for (row, column), value in self.sheets[sheet].items() if row == head and value == heading)

    def row(self, sheet: str, key: str, heading: str = "id") -> int:
        at = self.column(sheet, heading)
        return next(row for (row, column), value in self.sheets[sheet].items() if column == at and value == key)

    def type(self, sheet: str, key: str, heading: str, value: Any, *, by: str = "id") -> None:
        """Type into the cell of the row with that key under that heading."""
        self.put(sheet, self.row(sheet, key, by), self.column(sheet, heading), value)

    def shows(self, sheet: str, key: str, heading: str, *, by: str = "id") -> Any:
        return self.get(sheet, self.row(sheet, key, by), self.column(sheet, heading))

    def data_rows(self, sheet: str) -> list[int]:
        head = self.head(sheet)
        return sorted({row for row, _column in self.sheets[sheet] if row > head})

    def append(self, sheet: str, values: Mapping[str, Any]) -> int:
        row = max([self.head(sheet), *self.data_rows(sheet)]) + 1
        for heading, value in values.items():
            self.put(sheet, row, self.column(sheet, heading), value)
        return row

    def delete(self, sheet: str, row: int) -> None:
        """Delete a row as a spreadsheet does: those below move up."""
        self.sheets[sheet] = {
            (one - (one > row), column): value for (one, column), value in self.sheets[sheet].items() if one != row
        }

    def sort(self, sheet: str, order: random.Random | None = None, *, columns: set[int] | None = None) -> None:
        """Shuffle the rows; of some columns only where ``columns`` are given (as careless people do)."""
        rows = self.data_rows(sheet)
        mixed = list(rows)
        (order or random.Random(1)).shuffle(mixed)
        to = dict(zip(rows, mixed, strict=True))
        self.sheets[sheet] = {
            (to.get(row, row) if columns is None or column in columns else row, column): value
            for (row, column), value in self.sheets[sheet].items()
        }

    def insert_column(self, sheet: str, at: int, heading: str) -> None:
        self.sheets[sheet] = {
            (row, column + (column >= at)): value for (row, column), value in self.sheets[sheet].items()
        }
        self.put(sheet, HEAD, at, heading)

    def insert_row_above(self, sheet: str, at: int) -> None:
        self.sheets[sheet] = {(row + (row >= at), column): value for (row, column), value in self.sheets[sheet].items()}

    def rename(self, sheet: str, name: str) -> None:
        self.sheets = {name if one == sheet else one: cells for one, cells in self.sheets.items()}

    def copy(self, name: str) -> MemoryBook:
        copied = MemoryBook(name, self.sheets)
        copied.formulas = dict(self.formulas)
        copied.others = {self.origin, *self.others}
        return copied

    def _rows(self, name: str) -> dict[int, dict[int, Cell]]:
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), value in self.sheets[name].items():
            rows.setdefault(row, {})[column] = cell_of(row, column, value, self.formulas.get((name, row, column), ""))
        return rows


class Err(str):
    """An error value in a cell."""


def cell_of(row: int, column: int, value: Any, formula: str = "") -> Cell:
    if isinstance(value, Err):
        return Cell(row, column, CellKind.ERROR, str(value), formula=formula)
    if isinstance(value, bool):
        return Cell(row, column, CellKind.BOOLEAN, "1" if value else "0", formula=formula)
    if isinstance(value, str):
        return Cell(row, column, CellKind.TEXT, value, formula=formula)
    if isinstance(value, date):
        return Cell(row, column, CellKind.NUMBER, str((value - EPOCH).days), "yyyy-mm-dd", formula)
    if isinstance(value, float):
        return Cell(row, column, CellKind.NUMBER, repr(value), formula=formula)
    return Cell(row, column, CellKind.NUMBER, format(Decimal(value), "f"), formula=formula)


def bound_book(register: Register, name: str = "Book.xlsx", author: str = "li.na", view: Any = None) -> MemoryBook:
    """A workbook with the sheets Customers and Orders, bound and pulled."""
    views = [
        SheetView(sheet, f"tbl{sheet}", table, columns, (view or {}).get(table, {}))
        for sheet, (table, columns) in VIEWS.items()
    ]
    book = MemoryBook(name)
    stamp = bind_views(register, views, file=name, origin=book.origin, language="en", author=author)
    for sheet, (_table, columns) in VIEWS.items():
        headings = [columns.key, columns.version, *(one.heading for one in columns.bound), columns.state]
        book.sheets[sheet] = {(HEAD, at): heading for at, heading in enumerate(headings, 1)}
    # As of before anything: everything is new to it.
    book.sheets[HIDDEN_SHEET] = {
        (row, column): value
        for row, values in enumerate(carried_rows(stamp), 1)
        for column, value in enumerate(values, 1)
        if value
    }
    pull(register, book, author=author, restore=True)
    return book
