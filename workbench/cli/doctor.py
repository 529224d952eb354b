"""``workbench doctor``: what is wrong with a workbook, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import register_option
from workbench.cli.output import emit, json_option, say, table
from workbench.cli.words import heading_of
from workbench.findings import Finding, Severity
from workbench.i18n import _

SHOWN = 3
"""Places of one kind that are listed unless --all is given."""


@click.command(
    "doctor",
    short_help=_("Explain what is wrong with a workbook."),
    help=_(
        "Explain what is wrong with a workbook (.xlsx, .xlsm), where, and what to do; changes nothing. "
        "Exit status 0 when it is healthy, 1 when it is sick."
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help=_("List every place, not only the first of each kind."))
@register_option
@json_option
def command(file: Path, everything: bool, location: str | None) -> None:  # noqa: FBT001 - click passes flags so
    """Examine the file, and beside its register where one is named."""
    from workbench.doctor import examine

    if location:
        from workbench.register import Register
        from workbench.sync.examining import examine_binding

        with Register.open(location) as register:
            diagnosis = examine(file, also=[lambda path: examine_binding(register, path)])
    else:
        diagnosis = examine(file)

    def render(console: Console) -> None:
        say(console, diagnosis.summary, "bold")
        for severity, title in (
            (Severity.REFUSE, _("Wrong")),
            (Severity.ASK, _("To look at")),
            (Severity.REPORT, _("To know")),
        ):
            found = [one for one in diagnosis.findings if one.severity is severity]
            if found:
                say(console, "")
                say(console, f"{title} ({len(found)})", "bold")
                _render(console, found, None if everything else SHOWN)
        for code, count in diagnosis.beyond.items():
            say(console, _("… and {count} more: {kind}").format(count=count, kind=heading_of(code)))
        sheets = diagnosis.facts.get("sheets", ())
        if sheets:
            say(console, "")
            rows = [(one["name"], one["data"], one["used_rows"], one["cells"], one["formulas"]) for one in sheets]
            headings = (_("sheet"), _("data in"), _("used to row"), _("cells"), _("formulas"))
            console.print(table("", headings, rows, right=(2, 3, 4)))

    emit(diagnosis.as_dict(), render)
    if not diagnosis.healthy:
        click.get_current_context().exit(1)


def _render(console: Console, findings: Sequence[Finding], most: int | None) -> None:
    """Each kind with its remedy once, and its places."""
    for code in dict.fromkeys(one.code for one in findings):
        own = [one for one in findings if one.code == code]
        for one in own[:most]:
            place = one.where.partition("!")[2]
            say(console, f"  {place}: {one.message}" if place else f"  {one.message}")
        if most is not None and len(own) > most:
            say(console, "  " + _("… and {count} more; --all lists them.").format(count=len(own) - most))
        say(console, f"    → {own[0].remedy}", "dim")
