"""``workbench libreoffice``: the functions and macros in LibreOffice Calc."""

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


class NotHealthy(ConfigurationError):
    """Something of the functions in LibreOffice does not work."""

    code = "libreoffice.not-healthy"


def _need_xlwings() -> None:
    """The part that talks to LibreOffice is built on xlwings.

    Raises:
        MissingComponent: it is not installed.
    """
    import udfs.libreoffice as _part  # noqa: F401


def _absolute(location: str | None) -> str:
    """A register's path as it is from any folder; an address as it is."""
    return "" if not location else location if "://" in location else str(Path(location).absolute())


def _by_reason(cells: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """Each reason once, with the first cell that shows it and how many more do."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in cells:
        places.setdefault((one["error"], one["message"]), []).append(f"{one['sheet']}!{one['cell']}")
    return [
        (found[0] if len(found) == 1 else f"{found[0]} +{len(found) - 1}", error, message)
        for (error, message), found in places.items()
    ]


@click.group(
    "libreoffice",
    short_help=_("Functions and macros in LibreOffice Calc."),
    help=_("Functions and macros in LibreOffice Calc: install, examine, recalculate."),
)
def group() -> None:
    """All that has to do with LibreOffice."""


_profile_option = click.option(
    "--profile",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Folder of the LibreOffice settings to work on [default: your own]"),
)
_python_option = click.option(
    "--python",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help=_("Python that runs the heavy functions and the macros [default: the one that runs this]"),
)


@group.command(
    "install",
    short_help=_("Put the functions and macros into LibreOffice."),
    help=_("Put the functions, menu, toolbar and macros into LibreOffice, in the place of an earlier version."),
)
@_profile_option
@_python_option
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help=_("Only write the extension as this .oxt.")
)
@register_option
@json_option
def install_command(profile: Path | None, python: Path | None, target: Path | None, location: str | None) -> None:
    """Install, or write the file that can be installed by hand."""
    _need_xlwings()
    if target is not None:
        from udfs.libreoffice.addin.build import build

        refuse_targets(target)
        build(target, python=str(python or ""), register=_absolute(location))
        emit({"file": str(target)}, lambda console: say(console, str(target)))
        return
    from udfs.libreoffice.addin.installing import install

    done = install(profile, python=str(python or ""), register=_absolute(location))

    def render(console: Console) -> None:
        say(
            console,
            _("Installed in LibreOffice {version} ({profile}).").format(version=done.version, profile=done.profile),
        )
        if done.shim:
            say(console, _("This version reads plain names in .xlsx through functions in Basic, which are slower."))

    emit({"installed": True, "libreoffice": done.version, "profile": str(done.profile), "shim": done.shim}, render)


@group.command("uninstall", help=_("Take the functions and macros out of LibreOffice again."))
@_profile_option
@json_option
def uninstall_command(profile: Path | None) -> None:
    """Take everything out that install has put in."""
    _need_xlwings()
    from udfs.libreoffice.addin.installing import uninstall

    done = uninstall(profile)
    words = _("Taken out of LibreOffice {version}.") if done.done else _("LibreOffice {version} had no such extension.")
    emit(
        {"uninstalled": done.done, "libreoffice": done.version, "profile": str(done.profile)},
        lambda console: say(console, words.format(version=done.version)),
    )


@group.command(
    "doctor",
    short_help=_("Find out why functions or macros do not work in LibreOffice."),
    help=_("Look at everything that functions and macros in LibreOffice need; exit status 1 where something is wrong."),
)
@_profile_option
@_python_option
@json_option
def doctor_command(profile: Path | None, python: Path | None) -> None:
    """Examine the installation."""
    _need_xlwings()
    from udfs.libreoffice.addin.installing import doctor

    checks = doctor(profile, python=str(python or ""))
    emit_checks(checks, NotHealthy)


@group.command(
    "recalc",
    short_help=_("Compute every formula of a closed workbook and save it."),
    help=_(
        "Open a workbook in a LibreOffice of its own, without a window, compute every formula with our functions, and save "
        "it as another file. A LibreOffice that is open is not touched."
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("File to write.")
)
@json_option
def recalc_command(file: Path, target: Path) -> None:
    """Recalculate a closed workbook."""
    refuse_targets(target, sources=[file])
    _need_xlwings()
    from udfs.libreoffice.addin.recalculating import recalculate

    done = recalculate(file, target)

    def render(console: Console) -> None:
        errors = sum(done.errors.values())
        say(console, _("{count} formulas computed, {errors} show an error: {file}").format(
            count=f"{done.formulas:,}", errors=f"{errors:,}", file=target,
        ))  # fmt: skip
        if done.functions:
            console.print(table("", (_("function"), _("cells")), list(done.functions.items()), right=(1,)))
        if done.error_cells:
            rows = _by_reason(done.error_cells)
            console.print(table("", (_("cell"), _("error"), _("message")), rows, whole=(0, 1)))

    emit({"file": str(target), **done.as_dict()}, render)
