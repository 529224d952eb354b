"""``workbench macro``: the macros of the sheets, on closed workbooks."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from workbench.cli.options import author_option, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.i18n import _, current_language


def _macros() -> Any:
    """The macros; they live with the spreadsheet hosts, which the library itself does not know."""
    return importlib.import_module("udfs.macros")


@click.group(
    "macro", short_help=_("Run the sheets' macros on workbooks."), help=_("Run the sheets' macros on workbooks.")
)
def group() -> None:
    """Commands about macros."""


@group.command("list", help=_("List the macros, and what each does."))
@json_option
def list_() -> None:
    """Tell them all."""
    chinese = current_language().startswith("zh")
    rows = [
        (one.name, one.title_zh if chinese else one.title_en, one.help_zh if chinese else one.help_en)
        for one in _macros().MACROS.values()
    ]

    def render(console: Console) -> None:
        console.print(table(_("Macros"), (_("name"), _("button"), _("what it does")), rows))

    emit({"macros": [{"name": name, "title": title, "help": told} for name, title, told in rows]}, render)


@group.command("run", short_help=_("Run a macro on a closed workbook."), help=_("Run the macro NAME on the workbook FILE, which no program has open."))  # fmt: skip
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", default="", metavar="NAME", help=_("Sheet to work on; the first by default."))
@register_option
@author_option
@json_option
def run(name: str, file: Path, sheet: str, location: str | None, author: str) -> None:
    """Run one."""
    with progress() as step:
        outcome = _macros().run(name, file, location=location or "", author=author, sheet=sheet, progress=step)

    def render(console: Console) -> None:
        say(console, outcome.summary)

    emit({"macro": name, "file": str(file), "summary": outcome.summary, "changeset": outcome.changeset}, render)
