"""``workbench adopt``: legacy sheets become register rows, after a plan that shows everything."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from workbench.adoption import Answers, Plan, Source, read_answers
from workbench.cli.options import TargetRefused, author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, emit_error, in_minor_units, json_option, progress, say, table
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.i18n import _, current_language
from workbench.rates import RateBook

if TYPE_CHECKING:
    from workbench.register import Register

SHOWN = 10
_AMOUNTS = ("sheet", "imported", "held", "refused", "known")


@click.command(
    "adopt",
    short_help=_("Read legacy workbooks; import them with --apply."),
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
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help=_("Try the first N records of each table only."),
)
@click.option("--sheet", "sheets", multiple=True, metavar="NAME", help=_("Take this sheet only; can be repeated."))
@click.option(
    "--bind", "bind_it", is_flag=True,
    help=_("After --apply, make the sheets views of the register, in a copy of each workbook."),
)  # fmt: skip
@click.option(
    "--in-place", is_flag=True, help=_("With --bind: in the workbook itself; its last version is kept beside it.")
)
@register_option
@author_option
@json_option
def command(
    files: tuple[Path, ...],
    answers: Path | None,
    out: Path | None,
    report: Path | None,
    apply_it: bool,  # noqa: FBT001 - click passes flags so
    rows: int | None,
    sheets: tuple[str, ...],
    bind_it: bool,  # noqa: FBT001 - as above
    in_place: bool,  # noqa: FBT001 - as above
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
    if (bind_it and not apply_it) or (in_place and not bind_it):
        raise click.UsageError(_("--bind goes with --apply, and --in-place with --bind."))
    twice = [name for name, times in Counter(file.stem for file in files).items() if times > 1]
    if out and twice:
        raise TargetRefused(
            _("Several files are named {name}, and --out makes a folder for each name.").format(name=twice[0]),
            where=str(out / twice[0]),
            remedy=_("Adopt them one after the other, each with its own --out."),
        )
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
    refuse_targets(report, sources=[*files, answers, location])
    with ExitStack() as stack:
        register = stack.enter_context(open_register(location, actor=author)) if location else None
        book = load_book(register) if register else RateBook.embedded()
        step = stack.enter_context(progress())
        given = _answers(answers) if answers else None
        part = adoption.Part(rows or 0, sheets)
        plan = adoption.plan(files, book, register=register, answers=given, progress=step, part=part)
        if len(plan.refused) == len(files) == 1:
            raise plan.refused[0]
        if report:
            _write_report(plan, report)
        written = plan.export(out) if out else []
        changeset = plan.apply(register, author) if apply_it and register else None
        bound = _bind(register, files, plan, author, in_place=in_place) if bind_it and register else []

    def render(console: Console) -> None:
        _render(console, plan)
        if changeset:
            say(console, _("Imported as changeset {number}.").format(number=changeset))
        elif apply_it:
            say(console, _("Nothing new to import."))
        else:
            say(console, _("Nothing is imported yet: add --apply to import."))
        for one in bound:
            told = _("{sheet} in {file} is bound: {linked} rows are known to the register.")
            say(console, str(one["why"]) or told.format(sheet=one["sheet"], file=one["file"], linked=one["linked"]))
        for error in plan.refused[1:]:
            emit_error(error, as_json=False)

    result = {**plan.as_dict(), "report": report, "out": written, "changeset": changeset, "bound": bound}
    emit(result, render, failure=plan.refused[0] if plan.refused else None)


def _bind(
    register: Register, files: tuple[Path, ...], plan: Plan, author: str, *, in_place: bool
) -> list[dict[str, object]]:
    """Bind the sheets of customers and orders that were adopted; what cannot be bound is told with its reason."""
    from workbench.sync.foreign import bind_sheet

    by_name = {file.name: file for file in files}
    bound: list[dict[str, object]] = []
    for source in plan.sources:
        kinds = {one.table.sheet.name: one.kind for one in source.tables if one.kind in ("customers", "orders")}
        target = by_name[source.book.file]
        if kinds and not in_place:
            target = _copy_of(target)
        for sheet, kind in kinds.items():
            try:
                made = bind_sheet(
                    register, target, sheet, author=author, table=kind, columns=_chosen(source, sheet),
                    language=current_language()[:2],
                )  # fmt: skip
            except WorkbenchError as error:
                bound.append({"file": str(target), "sheet": sheet, "linked": 0, "new": 0, "why": str(error)})
            else:
                bound.append({"file": str(target), "sheet": sheet, "linked": made.linked, "new": made.new, "why": ""})
    return bound


def _chosen(source: Source, sheet: str) -> dict[str, str]:
    """Columns that the firm said to ignore stay private."""
    return {
        one.column.label: ""
        for mapped in source.tables
        if mapped.table.sheet.name == sheet
        for one in mapped.columns
        if not one.field and one.score and one.column.label
    }


def _copy_of(file: Path) -> Path:
    """A copy beside the workbook, under a name that nothing has yet."""
    stem, number = f"{file.stem} ({_('bound')})", 1
    while (
        target := file.with_name(f"{stem}{file.suffix}" if number == 1 else f"{stem} {number}{file.suffix}")
    ).exists():
        number += 1
    shutil.copyfile(file, target)
    return target


def _answers(path: Path) -> Answers:
    answers = read_answers(path)
    if not answers.given:
        raise ConfigurationError(
            _("There are no answers in the file."),
            where=path.name,
            remedy=_("Give a CSV or JSON file with the columns place, code and answer."),
        )
    return answers


def _write_report(plan: Plan, report: Path) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        plan.write_workbook(report)
    except FileCreateError as error:
        # It wraps what the system said, and that is what the user needs to know.
        raise next((one for one in error.args if isinstance(one, OSError)), OSError(str(error))) from error


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
    say(console, "")
    totals: dict[str, Counter[str]] = {}
    for one in plan.control_totals():
        if one.kind == "orders":
            into = totals.setdefault(one.currency, Counter())
            for name in _AMOUNTS:
                into[name] += getattr(one, name)
    console.print(
        table(
            _("Order amounts: in the sheets = imported + held + refused + known"),
            (_("currency"), _("in the sheets"), _("imported"), _("held"), _("refused"), _("known")),
            [
                (code, *(in_minor_units(Decimal(figures[name]), code) for name in _AMOUNTS))
                for code, figures in sorted(totals.items())
            ],
            right=(1, 2, 3, 4, 5),
        )
    )
    told = plan.findings
    if told:
        say(console, "")
        rows = [(one.where, one.message, one.remedy) for one in told[:SHOWN]]
        console.print(
            table(
                _("{count} things to answer or to know").format(count=len(told)),
                (_("where"), _("what"), _("remedy")),
                rows,
                whole=(0,),
            )
        )
        if len(told) > SHOWN:
            more = _("… and {count} more; --report FILE.xlsx lists all of them.")
            say(console, more.format(count=len(told) - SHOWN))
