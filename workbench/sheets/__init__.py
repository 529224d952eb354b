"""People's workbooks: reading any of them safely, finding their tables, mapping columns, reading cells with evidence.

``read`` gives a ``Workbook`` of exact cells; ``find_tables`` gives every non-empty cell of a sheet its role; ``map_table``
says what a table lists and what its columns hold; ``read_records`` gives the records with what has to be asked.
"""

from __future__ import annotations

from workbench.sheets.mapping import ColumnMap, TableMap, map_table, map_tables
from workbench.sheets.model import Box, Cell, CellKind, Sheet, Workbook
from workbench.sheets.reading import read
from workbench.sheets.records import Record, read_records
from workbench.sheets.tables import Role, SheetLayout, Table, find_tables

__all__ = [
    "Box",
    "Cell",
    "CellKind",
    "ColumnMap",
    "Record",
    "Role",
    "Sheet",
    "SheetLayout",
    "Table",
    "TableMap",
    "Workbook",
    "find_tables",
    "map_table",
    "map_tables",
    "read",
    "read_records",
]
