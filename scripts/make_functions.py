"""Write docs/functions.md from the registry of spreadsheet functions and macros (``--check`` compares)."""

from __future__ import annotations

from pathlib import Path

from generated import write_or_check

import udfs.functions  # noqa: F401  # declares them
from udfs.macros import MACROS
from udfs.registry import FUNCTIONS, Function

TARGET = Path(__file__).resolve().parent.parent / "docs" / "functions.md"

HEAD = """# Functions and macros in the sheet

Made by `python scripts/make_functions.py` from `udfs/functions` and `udfs/macros`. The same functions compute in
LibreOffice Calc ([how](libreoffice.md)) and in Excel on the web, Mac and Windows 365 ([how](excel-web.md)).

A range in gives a range out, computed at once. What cannot be answered is a true error: `#N/A` where the register or the
rates have no answer, `#VALUE!` where an argument is wrong, `#NUM!` where a cell could not hold the figure exactly. The
message behind an error is told by `=WB_LAST_ERROR(cell)` (`=WB.WB_LAST_ERROR(cell)` in Excel on the web), and there in the
task pane, too. Functions marked *register*
look into the register that WORKBENCH_REGISTER names; those marked *table* give a table that spills. What is *volatile* may
answer otherwise though its arguments stay, and is computed anew when the register has changed (after a macro, and where the
task pane sees it); what is *slow* is asked in the background where the program allows, and can be cancelled. An error in an
argument (`#N/A` in a cell that a formula names) is passed on as it is, as with the sheet's own functions.

表格函数与宏：参数可以是一个单元格或一个区域；错误以真正的错误值显示，原因可查。
"""
MACRO_HEAD = """
## Macros

On buttons and in the menu; on closed workbooks: `workbench macro run NAME FILE`. Each tells what it did, and Undo takes the
last one back. See [macros](macros.md).

| name | button | does |
|---|---|---|
"""


def text() -> str:
    """The page."""
    parts = [HEAD]
    for category in dict.fromkeys(one.category for one in FUNCTIONS.values()):
        parts.append(f"\n## {category.capitalize()}\n")
        parts += [_entry(one) for one in FUNCTIONS.values() if one.category == category]
    parts.append(MACRO_HEAD)
    parts += [f"| {one.name} | {one.title_en} · {one.title_zh} | {one.help_en} |\n" for one in MACROS.values()]
    return "".join(parts)


def _entry(one: Function) -> str:
    names = ", ".join(f"[{each.name}]" if each.optional else each.name for each in one.parameters)
    marks = [
        word
        for word, on in (
            ("register", one.needs_register),
            ("table", one.spills),
            ("volatile", one.volatile),
            ("slow", one.slow),
        )
        if on
    ]
    rows = "".join(f"| {each.name} | {each.help_en} | {each.help_zh} |\n" for each in one.parameters)
    told = f" *({', '.join(marks)})*" if marks else ""
    return f"\n### `{one.name}({names})`{told}\n\n{one.help_en}  \n{one.help_zh}\n\n| argument | | |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    write_or_check(TARGET, text())
