"""``workbench receipts profile``: how an unknown bank's table is laid out, proposed as a file to keep."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import refuse_targets
from workbench.cli.output import emit, json_option, say, table
from workbench.i18n import _

__all__ = ["COMMANDS"]


@click.command(
    "profile",
    short_help=_("Propose a profile for an unknown statement table."),
    help=_("Propose a profile for a bank's CSV or XLSX file that import does not know; check it, then import with it."),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("The profile, as TOML."))
@json_option
def profile(file: Path, out: Path) -> None:
    """Propose; exit status 1 when the proposal cannot read the file."""
    from workbench.files import written_whole
    from workbench.statements.proposing import propose

    refuse_targets(out, sources=[file])
    proposal = propose(file, out.stem)
    with written_whole(out) as target:
        target.write_text(proposal.toml, encoding="utf-8")
    entries = sum(len(one.entries) for one in proposal.statements)
    adds_up = bool(proposal.statements) and all(one.adds_up for one in proposal.statements)

    def render(console: Console) -> None:
        rows = [(name, ", ".join(headings)) for name, headings in proposal.profile.columns.items()]
        console.print(table(str(out), (_("field"), _("heading")), rows))
        if proposal.unused:
            say(console, _("Not used: {headings}").format(headings=", ".join(proposal.unused)))
        if proposal.statements:
            balances = _("balances add up") if adds_up else _("it carries no balances to check")
            say(console, _("It reads {count} entries; {balances}.").format(count=entries, balances=balances))

    emit(
        {
            "out": out,
            "columns": {name: list(headings) for name, headings in proposal.profile.columns.items()},
            "unused": list(proposal.unused),
            "entries": entries,
            "adds_up": adds_up,
        },
        render,
        failure=proposal.problem,
    )


COMMANDS = (profile,)
