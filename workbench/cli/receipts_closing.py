"""``workbench receipts close | export | dun``: month end, vouchers and journals, reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.options import DAY, author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, say, table
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.settlement.closing import MonthEnd

__all__ = ["COMMANDS"]

_FORMATS = {"csv": ".csv", "xlsx": ".xlsx", "beancount": ".beancount", "hledger": ".journal"}
_needed_day = click.option("--as-of", "as_of", type=DAY, metavar="DATE", required=True, help=_("The last day."))


@click.command(
    "close",
    short_help=_("Revalue a month end and lock the month."),
    help=_(
        "Revalue what is open at the end of a month, store it with its reversal on the next day, and lock the month."
    ),
)
@click.option("--as-of", "as_of", type=DAY, metavar="DATE", required=True, help=_("The last day of the month."))
@click.option("--dry-run", is_flag=True, help=_("Only show the figures; of a closed month those it was closed with."))
@click.option("--reopen", is_flag=True, help=_("Unlock the month and take its revaluation back; needs --why."))
@click.option("--why", default="", metavar="TEXT", help=_("Why the month is reopened."))
@register_option
@author_option
@json_option
def close_command(*, as_of: datetime, dry_run: bool, reopen: bool, why: str, location: str | None, author: str) -> None:
    """Close, look or reopen."""
    from workbench.settlement.closing import close_month, month_end, reopen_month

    day = as_of.date()
    with open_register(location, actor=author) as register:
        if reopen:
            number = reopen_month(register, day, author, why)
            emit(
                {"reopened": day, "changeset": number},
                lambda console: say(console, _("{day} is open again.").format(day=day.isoformat())),
            )
            return
        if dry_run:
            made, changeset = month_end(register, day), None
        else:
            made, changeset = close_month(register, day, author)

    def render(console: Console) -> None:
        _show(console, made)
        if changeset:
            said = _("Closed as changeset {number}; the reversal is dated {day}. Nothing until {until} can change now.")
            say(console, said.format(number=changeset, day=made.reversal_day, until=day))

    emit({**made.as_dict(), "fingerprint": made.fingerprint, "changeset": changeset}, render)


def _show(console: Console, made: MonthEnd) -> None:
    sums: dict[str, list[Decimal]] = {}
    for row in made.lines:
        held = sums.setdefault(row["document_currency"], [Decimal(0)] * 3)
        for place, name in enumerate(("open_amount", "carrying_amount", "unrealised_fx")):
            held[place] += row[name]
    rows: list[tuple[Any, ...]] = []
    for code, (open_, carrying, fx) in sorted(sums.items()):
        rate = made.rates[code]
        rows.append((code, open_, carrying, f"{rate.rate:.6f}", rate.rate_date, fx))
    total = sum((row["unrealised_fx"] for row in made.lines), Decimal(0))
    rows.append((made.base_currency, "", "", "", "", total))
    heads = ("", _("open"), _("carrying"), _("rate"), _("of"), _("unrealised"))
    title = _("Month end {day} in {currency}").format(day=made.month_end.isoformat(), currency=made.base_currency)
    console.print(table(title, heads, rows, right=(1, 2, 3, 5), whole=(4,)))
    realised = sum(made.realised.values(), Decimal(0))
    say(console, _("Realised in the month: {amount}").format(amount=f"{realised:,f}"))
    if made.kept:
        say(console, _("Not revalued, being advances or credits that are not refundable: {count}").format(count=len(made.kept)))  # fmt: skip
    for finding in made.findings[:10]:
        say(console, f"{finding.where}: {finding.message}")


@click.command(
    "export",
    short_help=_("Export vouchers or a journal."),
    help=_("Export everything up to a day as vouchers (csv, xlsx) or as a beancount or hledger journal."),
)
@_needed_day
@click.option("--from", "since", type=DAY, metavar="DATE", default=None, help=_("First day of the vouchers."))
@click.option(
    "--format", "form", type=click.Choice(list(_FORMATS)), default=None, help=_("By the file's name if left out.")
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("File to write."))
@register_option
@json_option
def export_command(as_of: datetime, since: datetime | None, form: str | None, out: Path, location: str | None) -> None:
    """Export."""
    from workbench.files import written_whole
    from workbench.rate_store import load_book
    from workbench.settlement import exports
    from workbench.settlement.books import Books
    from workbench.settlement.closing import changed_since_closing
    from workbench.settlement.ledger import Ledger, ledger

    refuse_targets(out, sources=[location])
    wanted = form or next((name for name, end in _FORMATS.items() if out.suffix.lower() == end), "csv")
    with open_register(location) as register:
        revaluations = register.rows("revaluations")
        made = ledger(Books.of(register), load_book(register), as_of.date(), revaluations=revaluations)
        made = Ledger(made.base_currency, made.entries, (*made.findings, *changed_since_closing(register, made)))
        accounts = register.setting("voucher_accounts") or {}
    if since is not None:
        kept = tuple(entry for entry in made.entries if entry.day >= since.date())
        made = Ledger(made.base_currency, kept, made.findings)
    if wanted == "csv":
        exports.write_voucher_csv(made, out, accounts)
    elif wanted == "xlsx":
        exports.write_voucher_xlsx(made, out, accounts)
    else:
        text = exports.to_beancount(made) if wanted == "beancount" else exports.to_hledger(made)
        with written_whole(out) as beside:
            beside.write_text(text, encoding="utf-8")

    def render(console: Console) -> None:
        say(console, _("{count} entries in {file}.").format(count=len(made.entries), file=out.name))
        for finding in made.findings[:10]:
            say(console, f"{finding.where}: {finding.message}")

    emit(
        {
            "file": out,
            "format": wanted,
            "entries": len(made.entries),
            "findings": [one.as_dict() for one in made.findings],
        },
        render,
    )


@click.command(
    "dun",
    short_help=_("List late payers and draft reminders."),
    help=_(
        "List late payers with their ageing and write drafts of reminders (.eml) in their languages; nothing is sent."
    ),
)
@_needed_day
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help=_("Folder for the drafts."))
@click.option("--from-address", "sender", default="", metavar="ADDRESS", help=_("Your address, as the sender."))
@click.option("--firm", default="", metavar="NAME", help=_("Your firm's name, below the text."))
@register_option
@json_option
def dun_command(as_of: datetime, out: Path | None, sender: str, firm: str, location: str | None) -> None:
    """Dun."""
    from workbench.settlement.dunning import BUCKETS, late_payers, write_drafts

    day = as_of.date()
    with open_register(location) as register:
        reminders = late_payers(register, day)
        base = register.base_currency
    files = write_drafts(reminders, out, day, sender=sender, firm=firm) if out else []

    def render(console: Console) -> None:
        rows = [
            (one.customer["legal_name"], one.language, ", ".join(f"{code} {amount:,f}" for code, amount in one.overdue.items()),
             one.worth, max(item.days for item in one.items))
            for one in reminders[:30]
        ]  # fmt: skip
        heads = (_("customer"), "", _("overdue"), base, _("days"))
        title = _("{count} customers are late on {day}").format(count=len(reminders), day=day.isoformat())
        console.print(table(title, heads, rows, right=(3, 4)))
        if len(reminders) > 30:
            say(console, _("… and {count} more.").format(count=len(reminders) - 30))
        if files:
            say(console, _("{count} drafts in {folder}; nothing was sent.").format(count=len(files), folder=out))

    emit(
        {
            "as_of": day,
            "base_currency": base,
            "buckets": list(BUCKETS),
            "customers": [
                {
                    "customer": one.customer["id"],
                    "name": one.customer["legal_name"],
                    "email": one.customer.get("email"),
                    "language": one.language,
                    "overdue": one.overdue,
                    "overdue_base": one.worth,
                    "ageing": one.ageing,
                    "ageing_base": one.ageing_base,
                }
                for one in reminders
            ],
            "drafts": files,
        },
        render,
    )


COMMANDS: Sequence[click.Command] = (close_command, export_command, dun_command)
