"""``Workbench.xlsm`` and ``Workbench.xlam``, made on any system without Excel; the same sources give the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from udfs.excel.project import Module, project
from udfs.excel.wrappers import MODULE, functions_source, macros, procedure, ribbon, runtime_source
from udfs.registry import FUNCTIONS, CellError, call
from workbench.files import written_whole

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["EXAMPLES", "addin", "vba_project", "workbook", "write"]

_DAY: Final = 46_112.0  # 2026-03-31
EXAMPLES: Final[dict[str, tuple[Any, ...]]] = {
    "FX_RATE": ("USD", "CNY", _DAY),
    "FX_CONVERT": (1000.0, "USD", "CNY", _DAY),
    "FX_SOURCE": ("USD", "CNY", _DAY),
    "FX_PARSE": ("HK$ 12,000",),
    "FX_ROUND": (1.005, "USD"),
    "FX_WORDS": (12345.67, "CNY"),
    "PRICE_CIF": (1000.0, 50.0, 0.003, "USD"),
    "PRICE_FOB": (1053.47, 50.0, 0.003, "USD"),
    "PRICE_QUOTE": (1130.0, 7.1, "USD", 0.13, 0.13),
    "EXPORT_REBATE": (1130.0, 0.13, 0.13),
}
_MADE: Final = datetime(2026, 1, 1)  # fixed, so that files compare
_ADDIN_TYPE: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_BOOK_TYPE: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_UI: Final = "customUI/customUI14.xml"
_UI_LINK: Final = (
    b'<Relationship Id="rWorkbench" Target="' + _UI.encode() + b'" '
    b'Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"/></Relationships>'
)


def vba_project(sheets: int) -> bytes:
    """The VBA project of a workbook with so many sheets."""
    documents = [Module("ThisWorkbook", "", "book")]
    documents += [Module(f"Sheet{number}", "", "sheet") for number in range(1, sheets + 1)]
    code = [Module("xlwings", runtime_source()), Module(MODULE, functions_source())]
    return project("Workbench", [*documents, *code])


def workbook() -> bytes:
    """A workbook with every function explained and computed, and a button for every macro."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": "Workbench", "created": _MADE})
        book.add_vba_project(io.BytesIO(vba_project(2)), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        for number, (name, fill) in enumerate((("Functions", _functions), ("Macros", _macros)), 1):
            sheet = book.add_worksheet(name)
            sheet.set_vba_name(f"Sheet{number}")
            heading = book.add_format({"bold": True, "bottom": 1})
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            fill(sheet, heading, wrapped)
    return out.getvalue()


def _functions(sheet: Worksheet, heading: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 2, 50)
    sheet.set_column(3, 3, 34)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 1)
    for column, text in enumerate(("Function 函数", "What it gives", "说明", "Example 示例")):
        sheet.write_string(0, column, text, heading)
    for row, declared in enumerate(FUNCTIONS.values(), 1):
        names = ", ".join(f"[{one.name}]" if one.optional else one.name for one in declared.parameters)
        sheet.set_row(row, 62)
        sheet.write_string(row, 0, declared.name, wrapped)
        sheet.write_string(row, 1, f"{declared.name}({names})\n{declared.help_en}", wrapped)
        sheet.write_string(row, 2, declared.help_zh, wrapped)
        if declared.name in EXAMPLES:
            given = EXAMPLES[declared.name]
            formula = f"={declared.name}({','.join(map(_literal, given))})"
            sheet.write_formula(row, 3, formula, wrapped, _shown(call(declared.name, *given)))


def _macros(sheet: Worksheet, heading: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 80)
    for column, text in enumerate(("Macro 宏", "What it does")):
        sheet.write_string(0, column, text, heading)
    for row, (name, title_en, title_zh, help_en) in enumerate(macros(), 1):
        sheet.set_row(row, 30)
        sheet.insert_button(
            row, 0, {"macro": procedure(name), "caption": f"{title_en} {title_zh}", "width": 180, "height": 34}
        )
        sheet.write_string(row, 1, help_en, wrapped)


def _literal(value: Any) -> str:
    if value == _DAY:
        return "DATE(2026,3,31)"
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)


def _shown(value: Any) -> Any:
    if isinstance(value, CellError):
        return value.kind.value
    return value if isinstance(value, bool | str) else float(value)


def addin() -> bytes:
    """The add-in: functions and macros for every workbook, with a tab of buttons in the ribbon."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties(
            {"title": "Workbench", "comments": "Exact multi-currency functions and macros.", "created": _MADE}
        )
        book.add_vba_project(io.BytesIO(vba_project(1)), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        book.add_worksheet("Workbench").set_vba_name("Sheet1")
    return _as_addin(out.getvalue())


def _as_addin(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for entry in read.infolist():
            content = read.read(entry)
            if entry.filename == "[Content_Types].xml":
                content = content.replace(_BOOK_TYPE, _ADDIN_TYPE)
            elif entry.filename == "_rels/.rels":
                content = content.replace(b"</Relationships>", _UI_LINK)
            written.writestr(entry, content)
        written.writestr(zipfile.ZipInfo(_UI, (1980, 1, 1, 0, 0, 0)), ribbon(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write(target: Path) -> Path:
    """Write the add-in (.xlam) or the workbook (.xlsm), as the name ends."""
    content = addin() if target.suffix.lower() == ".xlam" else workbook()
    with written_whole(target) as beside:
        beside.write_bytes(content)
    return target
