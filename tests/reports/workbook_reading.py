"""What the tests look up in a written workbook, and in its parts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.cell import Cell
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

AS_OF = date(2024, 6, 28)
_COLUMN = r"tblInstalments\[[^\]]+\]"
_CONDITION = rf'{_COLUMN},(\$[AB]\d+|"[^"&]*"|"[<>]=?"&[A-Z]+\$\d+)'
OWN_FORMULA = re.compile(
    r"=SUBTOTAL\(109,tbl[A-Z]\w+\[[^\]]+\]\)"
    rf"|=SUMIFS\({_COLUMN}(,{_CONDITION})+\)"
    r"|=SUM\([A-Z]\d+(:[A-Z]\d+)?\)"
    r"|=ROUND\([A-Z]+\d+/100,\d\)"
    r"""|=IFERROR\(HYPERLINK\("\#'[\w -]+'![A-Z]+"&MATCH\(\$[A-Z]+\d+,'[\w -]+'!\$A:\$A,0\),"(→|Open →|查看 →)"\),""\)"""
)
LINK = re.compile(r"""=IFERROR\(HYPERLINK\("\#'([\w -]+)'!([A-Z]+)"&MATCH\((\$[A-Z]+\d+),""")
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@cache
def opened(path: Path) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it, once a file: no test writes the same file twice."""
    return openpyxl.load_workbook(path)


def tables_of(path: Path) -> dict[str, tuple[Worksheet, Table]]:
    """Every table of the workbook by name."""
    return {table.name: (sheet, table) for sheet in opened(path) for table in sheet.tables.values()}


def table_rows(path: Path, name: str) -> list[dict[str, Any]]:
    """The cells of a table by heading, one dict a row."""
    sheet, table = tables_of(path)[name]
    head, *rows = sheet[table.ref]
    return [{key.value: cell for key, cell in zip(head, row, strict=True)} for row in rows]


def formulas(path: Path) -> Iterator[tuple[str, str]]:
    """Every formula of the workbook: sheet and text."""
    for sheet in opened(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, str(cell.value)


def followed(path: Path, cell: Cell) -> list[Any]:
    """The row that a link leads to, by the id in the hidden column that its formula names."""
    found = LINK.match(str(cell.value))
    assert found, cell.value
    wanted = cell.parent[found[3].replace("$", "")].value
    (row,) = (row for row in opened(path)[found[1]].iter_rows(values_only=True) if row[0] == wanted)
    return list(row)


def parts(path: Path) -> dict[str, etree._Element]:
    """Every XML part, parsed by a parser that forgives nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        assert len(names) == len({name.lower() for name in names})
        return {
            name: etree.fromstring(package.read(name), parser)
            for name in names
            if name.endswith((".xml", ".rels", ".vml"))
        }
