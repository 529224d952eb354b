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
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

AS_OF = date(2024, 6, 28)
OWN_FORMULA = re.compile(
    r"=SUBTOTAL\(109,tbl[A-Z]\w+\[[^\]]+\]\)"
    r"|=SUMIFS\(tblInstalments\[[^\]]+\],tblInstalments\[[^\]]+\],\$B\d+(,tblInstalments\[[^\]]+\],\"[^\"]+\")?\)"
    r"|=SUM\(E\d+(:E\d+)?\)"
)
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
