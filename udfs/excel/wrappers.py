"""The VBA of the workbooks: one function per function of the registry, one procedure per macro, and what they share."""

from __future__ import annotations

import importlib
import importlib.util
import re
from importlib import resources
from typing import Final

from udfs.registry import FUNCTIONS, Function

__all__ = ["MODULE", "functions_source", "macros", "procedure", "ribbon", "runtime_source"]

MODULE: Final = "WB"
"""Name of the module, so that ``WB.FX_RATE`` is a name that Excel may resolve as well."""
_RESERVED: Final = frozenset(
    [
        "and",
        "as",
        "base",
        "boolean",
        "byref",
        "byte",
        "byval",
        "call",
        "case",
        "const",
        "currency",
        "date",
        "declare",
        "dim",
        "do",
        "double",
        "each",
        "else",
        "end",
        "enum",
        "erase",
        "error",
        "event",
        "exit",
        "false",
        "for",
        "function",
        "get",
        "global",
        "goto",
        "if",
        "imp",
        "in",
        "input",
        "integer",
        "is",
        "let",
        "like",
        "lock",
        "long",
        "loop",
        "me",
        "mid",
        "mod",
        "new",
        "next",
        "not",
        "nothing",
        "null",
        "object",
        "on",
        "open",
        "option",
        "optional",
        "or",
        "print",
        "private",
        "public",
        "put",
        "raiseevent",
        "redim",
        "rem",
        "resume",
        "return",
        "seek",
        "select",
        "set",
        "single",
        "static",
        "stop",
        "string",
        "sub",
        "text",
        "then",
        "time",
        "to",
        "true",
        "type",
        "until",
        "variant",
        "wend",
        "while",
        "with",
        "write",
        "xor",
        "name",
        "filter",
        "table",
    ]
)
_LONG_HELP: Final = 250


def functions_source() -> str:
    """The module of functions and macros."""
    importlib.import_module("udfs.functions")  # declares them
    shared = resources.files("udfs.excel").joinpath("shared.bas").read_text("utf-8")
    declared = [one for name, one in FUNCTIONS.items() if name != "WB_LAST_ERROR"]
    return "\n".join([shared.rstrip("\n"), *map(_function, declared), *map(_macro, macros())]) + "\n"


def _function(declared: Function) -> str:
    names = [_parameter(one.name) for one in declared.parameters]
    signature = ", ".join(
        f"{'Optional ' if one.optional else ''}ByRef {name} As Variant"
        for name, one in zip(names, declared.parameters, strict=True)
    )
    lasting = not declared.needs_register and declared.category in {"money", "prices"}
    given = ", ".join(f"WB_Given({name})" for name in names)
    return "\n".join(
        [
            "",
            f"Public Function {declared.name}({signature}) As Variant",
            f'Attribute {declared.name}.VB_Description = "{_help(declared.help_en)}"',
            f'Attribute {declared.name}.VB_ProcData.VB_Invoke_Func = " \\n14"',
            f'    {declared.name} = WB_Answer("{declared.name}", {lasting}, Array({given}))',
            "End Function",
        ]
    )


def _parameter(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _help(text: str) -> str:
    plain = text.encode("ascii", "replace").decode("ascii").replace('"', "'")
    return plain if len(plain) <= _LONG_HELP else f"{plain[:_LONG_HELP]}..."


def macros() -> list[tuple[str, str, str, str]]:
    """Name, titles in English and Chinese, and help of every macro; none where the project has none."""
    if importlib.util.find_spec("udfs.macros") is None:
        return []
    declared = importlib.import_module("udfs.macros").MACROS
    return [(name, one.title_en, one.title_zh, one.help_en) for name, one in declared.items()]


def procedure(macro: str) -> str:
    """The procedure that a button is bound to: ``WB_MatchReceipts``."""
    return "WB_" + "".join(word.capitalize() for word in macro.split("_"))


def _macro(macro: tuple[str, str, str, str]) -> str:
    name, _title_en, _title_zh, help_en = macro
    made = procedure(name)
    return "\n".join(
        [
            "",
            f"Public Sub {made}()",
            f'Attribute {made}.VB_Description = "{_help(help_en)}"',
            f'    WB_Run "{name}"',
            "End Sub",
        ]
    )


def runtime_source() -> str:
    """The module of xlwings for workbooks (BSD 3-clause, its notice inside), with the interpreter from one place only.

    A sheet of the workbook, or a file beside it, must not choose which program runs, and the workbook's folder is no
    place to import code from: whoever sent the workbook would decide what runs here.

    Raises:
        ValueError: this version of xlwings has another text at one of these places.
    """
    text = resources.files("xlwings").joinpath("xlwings.bas").read_text("utf-8")
    # Private, so that its own functions are not offered in cells.
    text = re.sub(r"\AAttribute VB_Name = \"xlwings\"\r?\n", "Option Private Module\n", text)
    for old, new, count in (
        ('If source = "" Or source = "sheet" Then', 'If source = "sheet" Then', 1),
        ('If source = "" Or source = "directory" Then', 'If source = "directory" Then', 1),
        ('GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")', '"false"', 2),
        ('GetConfig("LICENSE_KEY", "")', '""', 1),
        ('PROJECT_NAME As String = "xlwings"', 'PROJECT_NAME As String = "workbench"', 1),
    ):
        if text.count(old) != count:
            raise ValueError(f"xlwings.bas has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    return text


def ribbon() -> str:
    """The group of buttons in Excel's ribbon, in English; its tips tell what each does."""
    from lxml import etree

    space = "http://schemas.microsoft.com/office/2009/07/customui"
    root = etree.Element(f"{{{space}}}customUI", nsmap={None: space})
    tabs = etree.SubElement(etree.SubElement(root, f"{{{space}}}ribbon"), f"{{{space}}}tabs")
    tab = etree.SubElement(tabs, f"{{{space}}}tab", id="WorkbenchTab", label="Workbench")
    group = etree.SubElement(tab, f"{{{space}}}group", id="WorkbenchMacros", label="Workbench 登记册")
    for name, title_en, title_zh, help_en in macros():
        etree.SubElement(
            group,
            f"{{{space}}}button",
            id=procedure(name),
            label=f"{title_en} {title_zh}",
            screentip=f"{title_en} {title_zh}",
            supertip=help_en,
            imageMso=_IMAGES.get(name, "MacroPlay"),
            tag=name,
            onAction="WB_Ribbon",
        )
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True, pretty_print=True)
    return written.decode("utf-8")


_IMAGES: Final = {
    "update_rates": "RefreshAll",
    "pull": "GetExternalDataFromText",
    "push": "ExportTextFile",
    "find_duplicates": "RemoveDuplicates",
    "undo": "Undo",
}
