"""``workbench report``: workbooks made from the register."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import open_register, register_option
from workbench.cli.output import emit, json_option, progress
from workbench.i18n import _, current_language


@click.command("report", help=_("Write a report made from the register; NAME is register (the register's workbook)."))
@click.argument("name", type=click.Choice(["register"]))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("File to write (.xlsx)."))
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help=_("Language of the headings."))
@click.option(
    "--as-of", "as_of", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help=_("Day the workbook looks from.")
)
@register_option
@json_option
def command(name: str, out: Path, language: str | None, as_of: datetime | None, location: str | None) -> None:
    """Write the workbook."""
    from workbench.rate_store import load_book
    from workbench.reports import write_register_workbook

    with open_register(location) as register, progress() as step:
        made = write_register_workbook(
            register,
            load_book(register),
            out,
            language=language or current_language()[:2],
            as_of=as_of.date() if as_of else None,
            progress=step,
        )
    emit(
        {"report": name, "file": out, "rows": dict(made.rows)},
        lambda console: _told(console, out),
    )


def _told(console: Console, out: Path) -> None:
    console.print(_("{file} is written.").format(file=out))
