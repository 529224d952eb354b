"""The macros that work on the register: each one step of the engine, then the workbook brought up to date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from udfs.macros.desk import Desk, Outcome
from udfs.macros.freezing import thaw
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.i18n import _
from workbench.sync import BookEdits, OwnSheet, SheetImage, SyncReport

__all__ = [
    "adopt_sheet",
    "find_duplicates",
    "match_receipts",
    "month_end",
    "post",
    "pull",
    "push",
    "undo",
    "update_rates",
]

_NOTHING_POSTED = Decimal(2)
"""A bar that no probability reaches."""


def update_rates(desk: Desk) -> Outcome:
    """Fetch new rates from the sources the firm goes by, else from the ECB, and bring them into the workbook."""
    from workbench.rate_store import update_from_sources

    preferred = desk.register.setting("rate_sources") or ["ecb"]
    done = update_from_sources(
        desk.register, preferred, since=None, until=None, author=desk.author, progress=desk.progress
    )
    failed = [f"{one['source']}: {one['error']}" for one in done.sources if one["error"]]
    new = sum(int(str(one["new"])) for one in done.sources)
    told = _("{count} new rates from {sources}.").format(count=new, sources=", ".join(preferred))
    if failed:
        told += " " + _("Not answered: {problems}").format(problems="; ".join(failed))
    return _shown(desk, told, done.changeset)


def pull(desk: Desk) -> Outcome:
    """Bring the register's news into the workbook."""
    return Outcome(_told(_pull(desk)))


def push(desk: Desk) -> Outcome:
    """Take what was typed in the workbook into the register."""
    from workbench.sync import push as push_

    report = push_(desk.register, desk.port, author=desk.author, progress=desk.progress)
    return Outcome(_told(report), report.changeset)


def find_duplicates(desk: Desk) -> Outcome:
    """Look for customers that may be one, and show the pairs in the workbook."""
    from workbench.duplicates import record_pairs

    done = record_pairs(desk.register, desk.author)
    told = _("{new} new pairs of customers that may be one; {known} were known.")
    return _shown(desk, told.format(new=done.new, known=done.known), done.changeset)


def match_receipts(desk: Desk) -> Outcome:
    """Propose orders for the receipts that wait; nothing is posted."""
    return _matched(desk, _NOTHING_POSTED)


def post(desk: Desk) -> Outcome:
    """Match, and post what is at least as sure as the firm's bar."""
    bar = desk.register.setting("posting_bar")
    return _matched(desk, Decimal(str(bar)) if bar is not None else None)


def adopt_sheet(desk: Desk) -> Outcome:
    """Take the records of the sheet into the register; what has to be asked first stands in the plan beside the file."""
    from workbench import adoption
    from workbench.adoption import Part

    if desk.live is not None:
        desk.live.save()
    target = desk.path.with_name(f"{desk.path.stem} plan.xlsx")
    plan = adoption.plan(
        [desk.path],
        desk.rates,
        desk.register,
        answers=target if target.is_file() else None,
        progress=desk.progress,
        part=Part(sheets=(desk.sheet,)),
    )
    if plan.refused:
        raise plan.refused[0]
    changeset = plan.apply(desk.register, desk.author, book=desk.rates)
    plan.write_workbook(target)
    counts = plan.counts()
    taken = sum(one.get("imported", 0) for one in counts.values())
    told = _("{taken} records were taken in, {asked} questions are open; the plan is {file}.")
    return Outcome(told.format(taken=taken, asked=len(plan.asked), file=target.name), changeset)


def month_end(desk: Desk) -> Outcome:
    """Work the last complete month out and write it to a sheet of its own; closing it is a step by itself."""
    from workbench.settlement.closing import month_end as worked_out

    day = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011  # the user's own calendar
    made = worked_out(desk.register, day)
    rows: list[list[Any]] = [[_("Month end {day}").format(day=day.isoformat()), made.base_currency], []]
    rows.append([_("currency"), _("rate"), _("rate of"), _("source")])
    rows += [[code, _in_a_cell(one.rate), one.rate_date, one.source] for code, one in sorted(made.rates.items())]
    rows += [[], [_("currency"), _("realised FX"), _("unrealised FX")]]
    codes = sorted({*made.realised, *made.unrealised})
    zero = Decimal(0)
    rows += [[code, made.realised.get(code, zero), made.unrealised.get(code, zero)] for code in codes]
    rows += [[], [_("currency"), _("received"), _("allocated"), _("credit"), _("other"), _("unmatched"), _("agrees")]]
    rows += [
        [one.currency, one.received, one.allocated, one.credit, one.other, one.unmatched, one.agrees]
        for one in made.control
    ]
    rows += [[], *([finding.where, finding.message] for finding in made.findings)]
    name = f"{_('Month end')} {day:%Y-%m}"
    there = desk.port.read().sheets.get(name)
    if there is not None and there.rows and _first_text(there) != rows[0][0]:
        raise ConfigurationError(
            _("There is a sheet {sheet} already that is not from this macro.").format(sheet=repr(name)),
            where=desk.path.name,
            remedy=_("Rename that sheet, and run the macro again."),
        )
    desk.port.write(BookEdits(own={name: OwnSheet(rows, widths=(18, 16, 16, 16, 16, 16, 10))}))
    told = _("{sheet}: {lines} open items revalued, {missing} could not be. To close it: {command}")
    command = f"workbench receipts close --as-of {day.isoformat()}"
    return Outcome(told.format(sheet=name, lines=len(made.lines), missing=len(made.findings), command=command))


def undo(desk: Desk) -> Outcome:
    """Take the last macro back that changed something."""
    done = desk.log()
    if not done:
        return Outcome(_("There is nothing to take back in this workbook."))
    last = done[-1]
    if last.cells:
        back, kept = thaw(desk, last.cells)
        desk.keep_log(done[:-1])
        told = _("{count} formulas are back.").format(count=back)
        if kept:
            told += " " + _("{count} cells were changed since and stay as they are.").format(count=kept)
        return Outcome(told)
    entry = desk.register.entry(last.changeset) if last.changeset is not None else None
    if entry is None or entry.hash != last.hash:
        raise ConfigurationError(
            _("The last macro on this workbook worked on another register."),
            where=desk.path.name,
            remedy=_("Name that register, or take its work back there: workbench log, workbench undo"),
        )
    later = next((one for one in desk.register.log() if one.undoes == entry.number), None)
    if later is None:
        reason = _("taken back from {file}").format(file=desk.path.name)
        number = desk.register.undo(entry.number, author=desk.author, reason=reason).number
        told = _("Changeset {number} is taken back, by changeset {by}.").format(number=entry.number, by=number)
    else:
        told = _("Changeset {number} was taken back already, by changeset {by}.").format(
            number=entry.number, by=later.number
        )
    desk.keep_log(done[:-1])
    return Outcome(_shown(desk, told, None).summary)


def _first_text(sheet: SheetImage) -> str:
    cell = sheet.rows.get(1, {}).get(1)
    return cell.text if cell else ""


def _in_a_cell(rate: Decimal) -> Decimal:
    """A crossed rate with the digits that a cell can keep."""
    return Decimal(f"{rate:.12g}")


def _matched(desk: Desk, bar: Decimal | None) -> Outcome:
    from workbench import matching

    report = matching.run(desk.register, desk.rates, desk.author, bar=bar, progress=desk.progress)
    told = _("{posted} receipts posted, {review} wait for a person, {none} match nothing.")
    words = told.format(posted=report.counts["post"], review=report.counts["review"], none=report.counts["no_match"])
    return _shown(desk, words, report.changeset)


def _shown(desk: Desk, told: str, changeset: int | None) -> Outcome:
    """Bring the change into the workbook; where that cannot be, the register's change stands and is told all the same."""
    try:
        report = _pull(desk)
    except WorkbenchError as error:
        return Outcome(f"{told} {_('The workbook was not brought up to date:')} {error}", changeset)
    return Outcome(f"{told} {_told(report)}", changeset)


def _pull(desk: Desk) -> SyncReport:
    from workbench.reports.bound_workbook import fresh_image
    from workbench.sync import pull as pull_

    rates = desk.rates
    return pull_(
        desk.register,
        desk.port,
        author=desk.author,
        fresh=lambda words, views: fresh_image(desk.register, rates, words, views),
        progress=desk.progress,
    )


def _told(report: SyncReport) -> str:
    if report.refused:
        first = report.refused[0]
        words = _("Nothing was taken: {count} cells cannot be, the first is {where}: {problem}")
        return words.format(count=len(report.refused), where=first.where, problem=first.message)
    words = _("{edits} edits taken, {created} rows new; {refreshed} cells brought up to date, {added} rows added.")
    told = words.format(edits=report.edits, created=report.created, refreshed=report.refreshed, added=report.added)
    if report.conflicts:
        told += " " + _("{count} cells differ on both sides; see the sheet of conflicts.").format(
            count=len(report.conflicts)
        )
    return told
