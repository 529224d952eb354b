"""``workbench excel``: the functions and macros in Excel for Windows."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench.cli.checks import emit_checks
from workbench.cli.options import refuse_targets, register_option
from workbench.cli.output import emit, json_option, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["group"]


class ExcelNotHere(ConfigurationError):
    """Excel for Windows cannot run on this computer."""

    code = "excel.not-here"


class ExcelNotHealthy(ConfigurationError):
    """Something of the functions in Excel does not work."""

    code = "excel.not-healthy"


_folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Excel's folder of add-ins [default: your own]"),
)


@click.group(
    "excel",
    short_help=_("Functions and macros in Excel for Windows."),
    help=_("Functions and macros in Excel for Windows: install, uninstall, examine."),
)
def group() -> None:
    """All that has to do with Excel for Windows."""


@group.command(
    "install",
    short_help=_("Put the functions and macros into Excel for Windows."),
    help=_("Put the add-in into Excel's folder, and tell it which Python to start. Elsewhere: says what it would do."),
)
@_folder_option
@click.option(
    "--python",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help=_("Python that runs functions and macros [default: the one that runs this]"),
)
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Only write the add-in as this .xlam, or the workbook as this .xlsm."),
)
@register_option
@json_option
def install_command(folder: Path | None, python: Path | None, target: Path | None, location: str | None) -> None:
    """Install, or write the file that can be carried to Windows."""
    from udfs.excel import building, installing

    if target is not None:
        refuse_targets(target)
        building.write(target)
        emit({"file": str(target)}, lambda console: say(console, str(target)))
        return
    here = installing.on_windows()
    register = "" if not location else location if "://" in location else str(Path(location).absolute())
    steps = installing.install(folder, python=str(python or ""), register=register) if here else installing.plan(folder)

    def render(console: Console) -> None:
        say(console, _("Written:") if here else _("On Windows this would write:"))
        console.print(table("", (_("file"), _("what for")), [(str(one.path), one.what) for one in steps], whole=(0,)))
        if here:
            say(console, _("Now tick it once in Excel: File > Options > Add-ins > Go… > Workbench."))

    emit(
        {"installed": here, "steps": [{"file": str(one.path), "what": one.what} for one in steps]},
        render,
        failure=None if here else _not_here(),
    )


@group.command("uninstall", help=_("Take the add-in and its settings out again."))
@_folder_option
@json_option
def uninstall_command(folder: Path | None) -> None:
    """Take away what install has written."""
    from udfs.excel import installing

    here = installing.on_windows()
    gone = installing.uninstall(folder) if here else []
    words = _("Taken away: {files}") if gone else _("There was nothing to take away.")
    emit(
        {"uninstalled": bool(gone), "files": [str(one.path) for one in gone]},
        lambda console: say(console, words.format(files=", ".join(str(one.path) for one in gone))),
        failure=None if here else _not_here(),
    )


@group.command(
    "doctor",
    short_help=_("Find out why functions or macros do not work in Excel."),
    help=_("Look at everything that functions and macros in Excel need; exit status 1 where something is wrong."),
)
@_folder_option
@json_option
def doctor_command(folder: Path | None) -> None:
    """Examine the installation."""
    from udfs.excel import installing

    checks = installing.doctor(folder)
    emit_checks(checks, ExcelNotHealthy)


def _not_here() -> ExcelNotHere:
    import sys

    return ExcelNotHere(
        _("This is {platform}; the add-in works in Excel for Windows only.").format(platform=sys.platform),
        remedy=_(
            "Write it with --to Workbench.xlam and carry it there, or use: workbench serve (Mac, web), workbench libreoffice install"
        ),
    )
