"""``workbench demo``: the main job on the sample firm."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import TargetRefused
from workbench.cli.output import emit, in_minor_units, json_option, progress, say, table
from workbench.cli.words import heading_of, severity_word
from workbench.errors import DataRefused, RegisterError
from workbench.i18n import _


class TotalsDiffer(DataRefused):
    """Amounts were lost or doubled between the sheets and the register."""

    code = "demo.totals-differ"


@click.command(
    "demo",
    short_help=_("See the main job done on a sample firm's old sheets."),
    help=_(
        "Turn the sample firm's old sheets and bank statements into a register and a workbook to open, in DIR (default: demo)."
    ),
)
@click.argument(
    "folder", metavar="[DIR]", required=False, default="demo", type=click.Path(file_okay=False, path_type=Path)
)
@json_option
def command(folder: Path) -> None:
    """Run the demo; exit status 1 should a control total not agree."""
    from workbench.demo import DemoOutcome, run_demo

    _refuse_other_work(folder)
    with progress() as step:
        outcome: DemoOutcome = run_demo(folder, progress=step)

    def render(console: Console) -> None:
        _records(console, outcome.records)
        say(console, "")
        console.print(
            table(
                _("Order amounts: in the sheets = imported + held + refused; the register counted again afterwards"),
                (_("currency"), _("in the sheets"), _("imported"), _("held"), _("refused"), _("register"), ""),
                [
                    (
                        one.currency,
                        *(
                            in_minor_units(amount, one.currency)
                            for amount in (one.sheets, one.imported, one.held, one.refused, one.register)
                        ),
                        "✓" if one.agrees else "✗",
                    )
                    for one in outcome.orders
                ],
                right=(1, 2, 3, 4, 5),
            )
        )
        say(console, "")
        console.print(
            table(
                _("Statement entries: in the files, and in the register"),
                (_("currency"), _("in the files"), _("register"), ""),
                [
                    (
                        code,
                        in_minor_units(files, code),
                        in_minor_units(register, code),
                        "✓" if files == register else "✗",
                    )
                    for code, files, register in outcome.receipts
                ],
                right=(1, 2),
            )
        )
        say(console, "")
        _findings(console, outcome.findings)
        say(console, "")
        matched = outcome.matched
        told = _("{post} receipts posted, {review} for review, {none} are no customer payments or match no order.")
        posted, review, none = (f"{matched[one]:,}" for one in ("post", "review", "no_match"))
        say(console, told.format(post=posted, review=review, none=none))
        pairs = _("{count} pairs of customers may be one: see the sheet Duplicates.")
        say(console, pairs.format(count=outcome.duplicate_pairs))
        proof = _("{count} changesets, verified; head {head}")
        say(console, proof.format(count=outcome.changesets, head=outcome.head[:16]))
        say(console, "")
        say(console, _("Open {workbook} and begin on the sheet Today.").format(workbook=outcome.workbook), "bold")

    failure = None
    if not outcome.agrees:
        failure = TotalsDiffer(
            _("A control total does not agree: amounts were lost or doubled."),
            where=str(outcome.register),
            remedy=_("Compare the table of order amounts with Plan.xlsx."),
        )
    emit(outcome.as_dict(), render, failure=failure)


def _refuse_other_work(folder: Path) -> None:
    """The demo replaces what an earlier demo made, and nothing else."""
    from workbench.demo import AUTHOR
    from workbench.register import Register

    location = folder / "register.sqlite"
    there = [one for one in (location, folder / "Register.xlsx", folder / "Plan.xlsx") if one.exists()]
    if location in there:
        with suppress(RegisterError), Register.open(location) as register:
            if register.log()[-1].author == AUTHOR:
                return
    if there:
        raise TargetRefused(
            _("{file} is not of an earlier demo and would be lost.").format(file=there[0].name),
            where=str(there[0]),
            remedy=_("Give the demo a folder of its own: workbench demo DIR"),
        )


def _records(console: Console, counts: Mapping[str, Mapping[str, int]]) -> None:
    words = {"customers": _("customers"), "orders": _("orders"), "receipts": _("receipts"), "costs": _("costs")}
    rows = [
        (words[kind], *(counts[kind].get(one, 0) for one in ("imported", "held", "refused")))
        for kind in words
        if kind in counts
    ]
    console.print(
        table(_("Records in the old sheets"), ("", _("imported"), _("held"), _("refused")), rows, right=(1, 2, 3))
    )


def _findings(console: Console, counts: Mapping[str, int]) -> None:
    rows = [(count, severity_word(code), heading_of(code)) for code, count in counts.items()]
    console.print(table(_("Not understood or damaged: all listed in Plan.xlsx"), ("", "", _("what")), rows, right=(0,)))
