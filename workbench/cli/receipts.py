"""``workbench receipts``: bank statements in, receipts matched to orders."""

from __future__ import annotations

import csv
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, emit_error, json_option, progress, say, table
from workbench.cli.receipts_answers import COMMANDS as ANSWERS
from workbench.cli.receipts_closing import COMMANDS as CLOSING
from workbench.cli.receipts_profile import COMMANDS as PROFILES
from workbench.i18n import _

SHOWN = 10
_FOLDER_FILES = ("customers.csv", "orders.csv", "items.csv", "receipts.csv", "history.csv")


@click.group("receipts", help=_("Import bank statements and match receipts to orders."))
def group() -> None:
    """Commands about receipts."""


for _command in (*ANSWERS, *CLOSING, *PROFILES):
    group.add_command(_command)


@group.command(
    "import",
    short_help=_("Import bank statements, each entry once."),
    help=_("Import statement files (MT940, MT942, MT103, CAMT, OFX, CSV, XLSX); what is known is not imported twice."),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help=_("A profile of a CSV or XLSX layout, or a folder of them; tried before the built-in ones."),
)
@register_option
@author_option
@json_option
def import_(files: tuple[Path, ...], profiles: tuple[Path, ...], location: str | None, author: str) -> None:
    """Import; exit status 1 when a file was refused."""
    from workbench.rate_store import load_book
    from workbench.receipts import import_statements
    from workbench.statements import load_profiles

    named = [one for path in profiles for one in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    own = load_profiles(named)
    with open_register(location, actor=author) as register, progress() as step:
        outcome = import_statements(register, files, load_book(register), author=author, profiles=own, progress=step)

    refused = [one.error for one in outcome.files if one.error]

    def render(console: Console) -> None:
        rows = [
            (one.file, one.format, one.entries, one.new, one.known, _("yes") if one.adds_up else _("no"))
            for one in outcome.files
        ]
        headings = (_("file"), _("format"), _("entries"), _("new"), _("known"), _("adds up"))
        console.print(table(_("Statements"), headings, rows, right=(2, 3, 4)))
        if outcome.changeset:
            say(console, _("Imported as changeset {number}.").format(number=outcome.changeset))
        elif not refused:
            say(console, _("Nothing new to import."))
        for finding in outcome.findings[:SHOWN]:
            say(console, f"{finding.where}: {finding.message}")
        if len(outcome.findings) > SHOWN:
            say(console, _("… and {count} more.").format(count=len(outcome.findings) - SHOWN))
        for error in refused[1:]:
            emit_error(error, as_json=False)

    emit(
        {
            "files": [one.as_dict() for one in outcome.files],
            "totals": outcome.totals,
            "findings": [one.as_dict() for one in outcome.findings],
            "changeset": outcome.changeset,
        },
        render,
        failure=refused[0] if refused else None,
    )


@group.command(
    "match",
    short_help=_("Match receipts to instalments."),
    help=_("Match receipts to instalments: post what is sure, leave the rest for a person with reasons."),
)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help=_("Match the CSV files of this folder instead of a register."),
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help=_("Proposals, as CSV."))
@register_option
@author_option
@json_option
def match(folder: Path | None, out: Path | None, location: str | None, author: str) -> None:
    """Match a register or a folder."""
    from workbench import matching
    from workbench.rate_store import load_book

    refuse_targets(out, sources=[location, *(folder / name for name in _FOLDER_FILES if folder)])
    counts = dict.fromkeys(("post", "review", "no_match"), 0)
    changeset, allocations = None, 0
    if folder is not None:
        with progress() as step:
            rows = matching.match_folder(folder, progress=step)
        decided = {**_unmatched(folder), **{row["receipt_id"]: row["decision"] for row in rows}}
    else:
        with open_register(location, actor=author) as register, progress() as step:
            report = matching.run(register, load_book(register), author, progress=step)
        rows, changeset, allocations = matching.prediction_rows(report.proposals), report.changeset, report.allocations
        decided = {one.receipt_id: one.decision for one in report.proposals}
    for decision in decided.values():
        counts[decision] += 1
    if out:
        matching.write_predictions(rows, out)

    def render(console: Console) -> None:
        words = {"post": _("posted"), "review": _("for review"), "no_match": _("no match")}
        lines = [(words[decision], count) for decision, count in counts.items()]
        console.print(table(_("{count} receipts").format(count=len(decided)), ("", ""), lines, right=(1,)))

    emit({"receipts": len(decided), **counts, "allocations": allocations, "out": out, "changeset": changeset}, render)


def _unmatched(folder: Path) -> dict[str, str]:
    """Every receipt of the folder as one that matches nothing: predictions only name those that match."""
    with (folder / "receipts.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row["receipt_id"]: "no_match" for row in csv.DictReader(stream)}
