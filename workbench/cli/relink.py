"""``workbench relink``: our functions in a workbook, spelled for another spreadsheet program."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import refuse_targets
from workbench.cli.output import emit, json_option, say, table
from workbench.i18n import _

__all__ = ["command"]

_HOSTS = ("plain", "officejs", "xll", "libreoffice74")


@click.command(
    "relink",
    short_help=_("Spell the functions in a workbook for another spreadsheet program."),
    help=_(
        "Spell Workbench's functions in a workbook for another spreadsheet program, where they show #NAME?. Formulas, names, "
        "conditional formats and validations are looked at; nothing else in the file changes."
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--to",
    "host",
    required=True,
    type=click.Choice(_HOSTS),
    help=_(
        "plain: Excel with macros, LibreOffice 25 and later; officejs: Excel on the web and Mac; xll: add-ins of the XLL "
        "kind; libreoffice74: LibreOffice before 25."
    ),
)
@click.option(
    "--out", "target", type=click.Path(dir_okay=False, path_type=Path), help=_("File to write [default: FILE itself]")
)
@json_option
def command(file: Path, host: str, target: Path | None) -> None:
    """Respell a workbook."""
    refuse_targets(target, sources=[file])
    from workbench.spellings import relink

    done = relink(file, host, target)

    def render(console: Console) -> None:
        say(
            console,
            _("{calls} calls in {formulas} formulas are spelled for {host} now: {file}").format(
                calls=f"{done.calls:,}", formulas=f"{done.formulas:,}", host=host, file=target or file
            ),
        )
        if done.before:
            rows = [(name, f"{count:,}") for name, count in done.before.items()]
            console.print(table("", (_("spelling before"), _("calls")), rows, right=(1,)))
        for one in done.left:
            say(console, _("Left as it is: {spelling} ({count})").format(spelling=one.spelling, count=one.count))
        if done.calls:
            say(
                console,
                _("Results stay as they were until the file is computed: Ctrl+Alt+F9, in LibreOffice Ctrl+Shift+F9."),
            )
        if done.backup:
            say(console, _("The version before is kept as {path}.").format(path=done.backup))

    emit(
        {
            "file": str(target or file),
            "to": host,
            "formulas": done.formulas,
            "calls": done.calls,
            "spellings": done.before,
            "parts": list(done.parts),
            "left": [{"spelling": one.spelling, "count": one.count} for one in done.left],
            "backup": str(done.backup) if done.backup else None,
        },
        render,
    )
