"""``workbench demo``: the main job on the sample firm."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench.cli.output import emit, json_option, progress, table
from workbench.findings import CATALOGUE
from workbench.i18n import _, current_language


@click.command(
    "demo",
    help=_(
        "Turn the sample firm's old sheets and bank statements into a register and a workbook to open, in DIR (default: demo)."
    ),
)
@click.argument(
    "folder", metavar="[DIR]", required=False, default="demo", type=click.Path(file_okay=False, path_type=Path)
)
@json_option
@click.pass_context
def command(context: click.Context, folder: Path) -> None:
    """Run the demo; exit status 1 should a control total not agree."""
    from workbench.demo import DemoOutcome, run_demo

    with progress() as step:
        outcome: DemoOutcome = run_demo(folder, progress=step)
    agrees = outcome.ok and all(one.agrees for one in outcome.orders)

    def render(console: Console) -> None:
        _records(console, outcome.records)
        console.print(
            table(
                _("Order amounts: in the sheets = imported + held + refused; the register counted again afterwards"),
                (_("currency"), _("in the sheets"), _("imported"), _("held"), _("refused"), _("register"), ""),
                [
                    (
                        one.currency,
                        one.sheets,
                        one.imported,
                        one.held,
                        one.refused,
                        one.register,
                        "✓" if one.agrees else "✗",
                    )
                    for one in outcome.orders
                ],
                right=(1, 2, 3, 4, 5),
            )
        )
        console.print(
            table(
                _("Statement entries: in the files, and in the register"),
                (_("currency"), _("in the files"), _("register"), ""),
                [
                    (
                        code,
                        amount,
                        outcome.receipts_after.get(code),
                        "✓" if amount == outcome.receipts_after.get(code) else "✗",
                    )
                    for code, amount in outcome.receipts_before.items()
                ],
                right=(1, 2),
            )
        )
        _findings(console, outcome.findings)
        matched = outcome.matched
        console.print(
            _("{post} receipts posted, {review} for review, {none} are no customer payment or match nothing.").format(
                post=f"{matched['post']:,}", review=f"{matched['review']:,}", none=f"{matched['no_match']:,}"
            )
        )
        console.print(
            _("{count} pairs of customers may be one: see the sheet Duplicates.").format(count=outcome.duplicate_pairs)
        )
        console.print(
            _("{count} changesets, verified; head {head}").format(count=outcome.changesets, head=outcome.head[:16])
        )
        console.print()
        console.print(
            _("Open {workbook} and begin on the sheet Today.").format(workbook=outcome.workbook), style="bold"
        )

    emit(outcome.as_dict(), render)
    context.exit(0 if agrees else 1)


def _records(console: Console, records: object) -> None:
    words = {"customers": _("customers"), "orders": _("orders"), "receipts": _("receipts"), "costs": _("costs")}
    counts = dict(records) if isinstance(records, dict) else {}
    rows = [
        (words[kind], *(counts[kind].get(one, 0) for one in ("imported", "held", "refused")))
        for kind in words
        if kind in counts
    ]
    console.print(
        table(_("Records in the old sheets"), ("", _("imported"), _("held"), _("refused")), rows, right=(1, 2, 3))
    )


def _findings(console: Console, findings: object) -> None:
    chinese = current_language() == "zh_CN"
    rows = [
        (count, CATALOGUE[code].severity.value, CATALOGUE[code].title_zh if chinese else CATALOGUE[code].title_en)
        for code, count in (findings.items() if isinstance(findings, dict) else ())
    ]
    console.print(table(_("Not understood or damaged: all listed in Plan.xlsx"), ("", "", _("what")), rows, right=(0,)))
