"""``workbench report``: workbooks and packs made from the register."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import DAY, TargetRefused, open_register, refuse_targets, register_option
from workbench.cli.output import Progressor, emit, json_option, progress, say
from workbench.errors import ConfigurationError
from workbench.i18n import _, current_language
from workbench.register import Register


@click.command(
    "report",
    short_help=_("Write a workbook or a month-end pack made from the register."),
    help=_(
        "Write a report made from the register; NAME is register (the register's workbook, a file) or month_end (the"
        " month-end pack: workbook, page, PDF, Parquet and manifest in a folder)."
    ),
)
@click.argument("name", type=click.Choice(["register", "month_end"]))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=_("What to write: a file (.xlsx) for register, a folder for month_end."),
)
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help=_("Language of the headings."))
@click.option(
    "--as-of", "as_of", type=DAY, metavar="DATE", default=None, help=_("Day the report looks from (2026-03-31).")
)
@click.option(
    "--known-at",
    "known_at",
    metavar="NUMBER|MOMENT",
    default=None,
    help=_("month_end: the register as it stood after that changeset or at that moment (2026-10-05T09:00+08:00)."),
)
@register_option
@json_option
def command(
    name: str, out: Path, language: str | None, as_of: datetime | None, known_at: str | None, location: str | None
) -> None:
    """Write it."""
    day = as_of.date() if as_of else None
    spoken = language or current_language()[:2]
    if name == "month_end":
        _month_end(out, spoken, day, known_at, location)
        return
    if known_at is not None:
        raise ConfigurationError(
            _("The register's workbook shows the register as it is."),
            remedy=_("Leave {option} out.").format(option="--known-at"),
        )
    _register(out, spoken, day, location)


def _register(out: Path, language: str, as_of: date | None, location: str | None) -> None:
    from workbench.rate_store import load_book
    from workbench.reports import write_register_workbook

    refuse_targets(out, sources=[location])
    if out.suffix.lower() != ".xlsx" or out.is_dir():
        raise TargetRefused(
            _("{file} is no name for a workbook.").format(file=out.name),
            where=str(out),
            remedy=_("Use a file name that ends in .xlsx."),
        )
    with open_register(location) as register, progress() as step:
        made = write_register_workbook(
            register, load_book(register), out, language=language, as_of=as_of, progress=step
        )
    emit(
        {"report": "register", "file": out, "rows": dict(made.rows)},
        lambda console: say(console, _("{file} is written.").format(file=out)),
    )


def _month_end(out: Path, language: str, as_of: date | None, known_at: str | None, location: str | None) -> None:
    refuse_targets(out)
    if out.exists() and not out.is_dir():
        raise TargetRefused(
            _("{file} is a file; the pack needs a folder.").format(file=out.name),
            where=str(out),
            remedy=_("Name a folder; it is made where it is not there."),
        )
    if as_of is None:
        raise ConfigurationError(
            _("The pack needs its day."), remedy=_("Give {option}.").format(option="--as-of 2026-09-30")
        )
    with open_register(location) as register, progress() as step:
        _pack(register, out, language, as_of, _moment(known_at), step)


def _pack(
    register: Register, out: Path, language: str, as_of: date, known_at: datetime | int | None, step: Progressor
) -> None:
    from workbench.packs import write_month_end

    made = write_month_end(register, out, as_of, known_at=known_at, language=language, progress=step)
    told = {"report": "month_end", "folder": out, **made.as_dict()}
    closing = (
        _("All control totals close to 0.")
        if made.pack.closes
        else _("Some control totals do not close; see the summary.")
    )
    files = _("{folder} has {count} files.").format(folder=out, count=len(made.files))
    findings = _("Findings: {count}.").format(count=len(told["findings"]))

    def show(console: Console) -> None:
        for sentence in (files, closing, findings):
            say(console, sentence)

    emit(told, show)


def _moment(text: str | None) -> datetime | int | None:
    """A changeset's number, or a moment; its zone is asked for where it has none."""
    if text is None:
        return None
    if text.isdecimal():
        return int(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            _("{text} is neither a changeset's number nor a moment.").format(text=text),
            remedy=_("Write it as 2026-10-05T09:00:00+08:00."),
        ) from error
