"""``workbench report``: workbooks made from the register."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from workbench.cli.options import DAY, TargetRefused, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say
from workbench.i18n import _, current_language


@click.command(
    "report",
    short_help=_("Write a workbook made from the register."),
    help=_("Write a report made from the register; NAME is register (the register's workbook)."),
)
@click.argument("name", type=click.Choice(["register"]))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("File to write (.xlsx)."))
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help=_("Language of the headings."))
@click.option(
    "--as-of", "as_of", type=DAY, metavar="DATE", default=None, help=_("Day the workbook looks from (2026-03-31).")
)
@register_option
@json_option
def command(name: str, out: Path, language: str | None, as_of: datetime | None, location: str | None) -> None:
    """Write the workbook."""
    from workbench.rate_store import load_book
    from workbench.reports import write_register_workbook

    refuse_targets(out, sources=[location])
    if out.suffix.lower() != ".xlsx":
        raise TargetRefused(
            _("{file} is no name for a workbook.").format(file=out.name),
            where=str(out),
            remedy=_("Use a file name that ends in .xlsx."),
        )
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
        lambda console: say(console, _("{file} is written.").format(file=out)),
    )
