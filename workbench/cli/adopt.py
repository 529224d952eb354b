"""``workbench adopt``: legacy sheets become register rows, after a plan that shows everything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from workbench.adoption import Plan
from workbench.cli.options import author_option, open_register, register_option
from workbench.cli.output import emit, json_option, progress, table
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.rates import RateBook

SHOWN = 10


@click.command(
    "adopt",
    help=_("Read legacy workbooks and show what would become of every row; with --apply, import in one undoable step."),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--answers",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help=_("Answers to what an earlier plan asked."),
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=None, help=_("Folder for what was read, as CSV.")
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), default=None, help=_("Write the plan as a workbook.")
)
@click.option("--apply", "apply_it", is_flag=True, help=_("Import into the register."))
@register_option
@author_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    files: tuple[Path, ...],
    answers: Path | None,
    out: Path | None,
    report: Path | None,
    apply_it: bool,  # noqa: FBT001 - click passes flags so
    location: str | None,
    author: str,
) -> None:
    """Plan, and apply when asked; exit status 1 when a file was refused."""
    from workbench import adoption
    from workbench.rate_store import load_book

    if apply_it and not location:
        raise ConfigurationError(
            _("There is no register to import into."), remedy=_("Give --register PATH, or set WORKBENCH_REGISTER.")
        )
    with ExitStack() as stack:
        register = stack.enter_context(open_register(location, actor=author)) if location else None
        book = load_book(register) if register else RateBook.embedded()
        step = stack.enter_context(progress())
        plan = adoption.plan(files, book, register=register, answers=answers, progress=step)
        if len(plan.refused) == len(files) == 1:
            raise plan.refused[0]
        if report:
            plan.write_workbook(report)
        written = plan.export(out) if out else []
        changeset = plan.apply(register, author) if apply_it and register else None

    def render(console: Console) -> None:
        _render(console, plan)
        if changeset:
            console.print(_("Imported as changeset {number}.").format(number=changeset))
        elif apply_it:
            console.print(_("Nothing new: the register has all of it already."))
        else:
            console.print(_("Nothing was written. Add --apply to import."))

    result = {**plan.as_dict(), "report": report, "out": written, "changeset": changeset}
    emit(result, render)
    context.exit(1 if plan.refused else 0)


def _render(console: Console, plan: Plan) -> None:
    kinds = {"customers": _("customers"), "orders": _("orders"), "receipts": _("receipts"), "costs": _("costs")}
    decisions = ("imported", "held", "refused", "known")
    counts = plan.counts()
    console.print(
        table(
            _("Records"),
            ("", _("imported"), _("held"), _("refused"), _("known")),
            [
                (word, *(counts[kind].get(one, 0) for one in decisions))
                for kind, word in kinds.items()
                if kind in counts
            ],
            right=(1, 2, 3, 4),
        )
    )
    totals = [one for one in plan.control_totals() if one.kind == "orders"]
    console.print(
        table(
            _("Order amounts: sheet = imported + held + refused + known"),
            (
                _("file"),
                _("sheet"),
                _("currency"),
                _("in the sheet"),
                _("imported"),
                _("held"),
                _("refused"),
                _("known"),
            ),
            [
                (one.file, one.sheet_name, one.currency, one.sheet, one.imported, one.held, one.refused, one.known)
                for one in totals
            ],
            right=(3, 4, 5, 6, 7),
        )
    )
    told = plan.findings
    if told:
        rows = [(one.where, one.message, one.remedy) for one in told[:SHOWN]]
        console.print(
            table(
                _("{count} things to answer or to know").format(count=len(told)),
                (_("where"), _("what"), _("remedy")),
                rows,
            )
        )
        if len(told) > SHOWN:
            console.print(
                _("… and {count} more; --report FILE.xlsx lists all of them.").format(count=len(told) - SHOWN)
            )
    for error in plan.refused:
        console.print(f"{_('refused')}: {error}", style="red", markup=False)
