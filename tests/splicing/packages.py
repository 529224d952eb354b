"""Workbooks for the tests: written by two libraries, or part by part as raw XML."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def raw_book(
    path: Path,
    sheet: str | bytes,
    *,
    book: str = "",
    more: dict[str, str | bytes] | None = None,
    overrides: dict[str, str] | None = None,
    book_links: str = "",
    sheet_links: str = "",
) -> Path:
    """A workbook of one sheet ``S`` from raw parts; ``book`` is what follows the sheets in the workbook part."""
    types = f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
    types += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    kinds = {"/xl/workbook.xml": BOOK_TYPE, "/xl/worksheets/sheet1.xml": SHEET_TYPE, **(overrides or {})}
    types += "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items()) + "</Types>"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_LINKS}"><Relationship Id="rId1" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        f'<sheet name="S" sheetId="1" r:id="rId1"/></sheets>{book}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_LINKS}"><Relationship Id="rId1" '
        f'Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>{book_links}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    if sheet_links:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{PACKAGE_LINKS}">{sheet_links}</Relationships>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, **(more or {})}.items():
            archive.writestr(name, data)
    return path


def worksheet(rows: str, *, after: str = "", before: str = "") -> str:
    """A worksheet part around its rows."""
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts_of(path: Path) -> dict[str, bytes]:
    """Contents of every part by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
    """One part's text."""
    return parts_of(path)[name].decode("utf-8")


def without_results(path: Path) -> None:
    """Take the results of formulas away, so that LibreOffice has to compute them."""
    contents = parts_of(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data) if "/sheet" in name else data)
