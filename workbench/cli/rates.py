"""``workbench rates``: dated rates with their source, and where they come from."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console

from workbench import money
from workbench.cli.options import DAY, author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import RateError, SourceError
from workbench.i18n import _
from workbench.rates import Coverage, RateBook
from workbench.register.locations import shown


class FiguresDrifted(RateError):
    """Stored figures would come out otherwise with today's book."""

    code = "rate.drift"


class SourcesFailed(SourceError):
    """Some of the asked sources gave nothing."""

    code = "source.failed"


def _rate_value(_context: click.Context, _parameter: click.Parameter, text: str) -> Decimal:
    """A rate in plain digits, with all of them."""
    if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,24})?", text, re.ASCII):
        raise click.BadParameter(_("{value} is no rate.").format(value=repr(text)))
    return Decimal(text)


@click.group("rates", help=_("Dated exchange rates with their source; never a guess."))
def group() -> None:
    """Commands about rates."""


def _book(location: str | None) -> RateBook:
    """The register's book where one is named, else the embedded one."""
    if not location:
        return RateBook.embedded()
    from workbench.rate_store import load_book

    with open_register(location) as register:
        return load_book(register)


@group.command(
    "get",
    short_help=_("Look one rate up."),
    help=_("Tell how much QUOTE one BASE was worth on DATE (2026-03-31), and who says so."),
)
@click.argument("base")
@click.argument("quote")
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--policy", default="on_or_before", show_default=True, help=_("How the day is picked."))
@click.option("--kind", default=None, help=_("mid, bank_buy, monthly, legal, peg, …"))
@click.option("--source", default=None, help=_("Only this source."))
@register_option
@json_option
def get(
    base: str, quote: str, day: datetime, policy: str, kind: str | None, source: str | None, location: str | None
) -> None:
    """Look one rate up."""
    rate = _book(location).get(base.upper(), quote.upper(), day.date(), policy=policy, kind=kind, source=source)

    def render(console: Console) -> None:
        say(console, f"1 {rate.base} = {rate.value:f} {rate.quote}", "bold")
        rows = [
            (_("rate date"), rate.rate_date.isoformat()),
            (_("age"), _("{days} days").format(days=rate.age_days)),
            (_("source"), rate.source if rate.source == rate.kind else f"{rate.source} ({rate.kind})"),
            (_("policy"), rate.policy),
            *((_("leg"), f"1 {leg.base} = {leg.value} {leg.quote}  {leg.rate_date}") for leg in rate.legs),
        ]
        console.print(table("", ("", ""), rows))

    emit(rate.as_dict(), render)


@group.command(
    "convert",
    short_help=_("Convert a CSV or Parquet file of amounts."),
    help=_(
        "Convert every row of IN (columns amount, currency, date) to one currency; a row without a rate gets an error code."
    ),
)
@click.argument("source_file", metavar="IN", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("target_file", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", "quote", required=True, metavar="CUR", help=_("Currency to convert to."))
@click.option("--policy", default="on_or_before", show_default=True, help=_("How the day is picked."))
@register_option
@json_option
def convert(source_file: Path, target_file: Path, quote: str, policy: str, location: str | None) -> None:
    """Convert a CSV or Parquet file."""
    from workbench.rate_files import convert_file

    refuse_targets(target_file, sources=[source_file, location])
    with progress() as step:
        outcome = convert_file(
            source_file, target_file, money.currency(quote.upper()).code, _book(location), policy=policy, progress=step
        )

    def render(console: Console) -> None:
        told = _("{converted} of {rows} rows converted, written to {file}.")
        say(console, told.format(converted=f"{outcome.converted:,}", rows=f"{outcome.rows:,}", file=target_file))
        if outcome.errors:
            console.print(table(_("Not converted"), (_("reason"), _("rows")), list(outcome.errors.items()), right=(1,)))

    emit(
        {"rows": outcome.rows, "converted": outcome.converted, "errors": outcome.errors, "out": target_file},
        render,
    )


@group.command(
    "load",
    short_help=_("Store rates from a CSV or XLSX file."),
    help=_("Store rates from a CSV or XLSX file, whose columns are named by options, in the register."),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--source", "name", default="", help=_("Name of the institution that published them."))
@click.option(
    "--as", "known", default="", metavar="SOURCE", help=_("Read FILE as SOURCE publishes it (see: rates sources).")
)
@click.option("--kind", default="mid", show_default=True, help=_("mid, bank_buy, monthly, …"))
@click.option("--date-column", default="date", show_default=True, metavar="NAME", help=_("Column with the day."))
@click.option("--base-column", default="base", show_default=True, metavar="NAME", help=_("Column converted from."))
@click.option("--quote-column", default="quote", show_default=True, metavar="NAME", help=_("Column converted to."))
@click.option("--value-column", default="value", show_default=True, metavar="NAME", help=_("Column with the rate."))
@click.option(
    "--unit",
    default=1,
    show_default=True,
    metavar="N",
    help=_("How many units of the base currency the rate is quoted for, such as 100."),
)
@register_option
@author_option
@json_option
def load(
    file: Path,
    name: str,
    known: str,
    kind: str,
    date_column: str,
    base_column: str,
    quote_column: str,
    value_column: str,
    unit: int,
    location: str | None,
    author: str,
) -> None:
    """Read a file of rates, by a mapping or in a known source's own form, and store what passes the gate."""
    from workbench.rate_sources.mapped import Mapping, read_mapped
    from workbench.rate_store import read_answer, store_observations

    if bool(name) == bool(known):
        raise click.UsageError(_("Give either --source NAME with the columns, or --as SOURCE."))
    with open_register(location, actor=author) as register:
        if known:
            observations, _left_out = read_answer(file, known)
        else:
            mapping = Mapping(
                source=name,
                kind=kind,
                date_column=date_column,
                base_column=base_column,
                quote_column=quote_column,
                value_column=value_column,
                unit=unit,
            )
            observations = list(read_mapped(file, mapping))
        reason = _("rates loaded from {file}").format(file=file.name)
        stored = store_observations(register, observations, author=author, reason=reason)
    _report_stored(stored.as_dict(), stored.new, stored.suspect)


def _keys(sources: tuple[str, ...]) -> dict[str, str]:
    named = {name: os.environ.get(f"WORKBENCH_KEY_{name.upper().replace('-', '_')}", "") for name in sources}
    return {name: key for name, key in named.items() if key}


def _report_stored(result: dict[str, object], new: int, suspect: int) -> None:
    def render(console: Console) -> None:
        say(console, _("{new} rates stored, {suspect} held back as suspect.").format(new=new, suspect=suspect))

    emit(result, render)


@group.command(
    "update",
    short_help=_("Fetch new rates (the only command that uses the network)."),
    help=_(
        "Fetch new rates from the named sources (default: ecb) into the register. The only command that uses the network."
    ),
)
@click.argument("sources", nargs=-1)
@click.option("--since", type=DAY, metavar="DATE", default=None, help=_("First day wanted."))
@click.option("--until", type=DAY, metavar="DATE", default=None, help=_("Last day wanted."))
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="WORKBENCH_CACHE",
    default=None,
    help=_("Folder that keeps answers, so that unchanged ones are not sent again [env: WORKBENCH_CACHE]"),
)
@register_option
@author_option
@json_option
def update(
    sources: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    cache: Path | None,
    location: str | None,
    author: str,
) -> None:
    """Fetch and store; a failing source stores nothing and makes the exit status 1.

    Access keys come from the environment (WORKBENCH_KEY_FRED for the source fred), never from the command line, where
    other users of the machine could read them.
    """
    from workbench.rate_store import update_from_sources

    with open_register(location, actor=author) as register, progress() as step:
        outcome = update_from_sources(
            register,
            sources or ("ecb",),
            since=since.date() if since else None,
            until=until.date() if until else None,
            author=author,
            cache=cache,
            keys=_keys(sources),
            progress=step,
        )

    def render(console: Console) -> None:
        rows = [
            (one["source"], one["new"], one["revised"], one["unchanged"], one["suspect"], one["error"] or "")
            for one in outcome.sources
        ]
        headings = (_("source"), _("new"), _("revised"), _("unchanged"), _("suspect"), _("problem"))
        console.print(table(_("Rates"), headings, rows, right=(1, 2, 3, 4)))

    failed = [str(one["source"]) for one in outcome.sources if one["error"]]
    failure = None
    if failed:
        failure = SourcesFailed(
            _("Nothing came from {sources}.").format(sources=", ".join(failed)),
            where=", ".join(failed),
            remedy=_("See the problem beside each source; what the others gave is stored."),
        )
    emit({"sources": outcome.sources, "changeset": outcome.changeset}, render, failure=failure)


@group.command("sources", help=_("List the sources that rates can come from."))
@json_option
def sources() -> None:
    """List sources with their licence or attribution."""
    from workbench.rate_sources import SOURCES

    rows = [
        {
            "name": one.name,
            "title": one.title,
            "kinds": list(one.kinds),
            "needs_key": one.needs_key,
            "attribution": one.attribution,
        }
        for one in SOURCES.values()
    ]

    def render(console: Console) -> None:
        lines = [(row["name"], row["title"], _("yes") if row["needs_key"] else "", row["attribution"]) for row in rows]
        console.print(
            table(_("Rate sources"), (_("name"), _("institution"), _("key"), _("attribution")), lines, whole=(0,))
        )

    emit({"sources": rows}, render)


@group.command(
    "prefer",
    short_help=_("Say which sources the register goes by."),
    help=_(
        "Let the register's rates come from SOURCES, in this order, then from the others it has. Without --usual and SOURCES: tell the order."
    ),
)
@click.argument("sources", nargs=-1)
@click.option("--usual", is_flag=True, help=_("Go by the usual source alone again."))
@register_option
@author_option
@json_option
def prefer(sources: tuple[str, ...], usual: bool, location: str | None, author: str) -> None:  # noqa: FBT001 - click passes flags so
    """Set or tell the order of the sources."""
    from workbench.rate_store import load_book, prefer_sources

    if sources and usual:
        raise click.UsageError(_("Give sources or --usual, not both."))
    with open_register(location, actor=author) as register:
        changeset = prefer_sources(register, sources, author=author) if sources or usual else None
        book = load_book(register)
    asked = book.sources if book.secondary else book.sources[:1]
    emit(
        {"asked": asked, "sources": book.sources, "changeset": changeset},
        lambda console: say(console, _("Rates come from: {sources}").format(sources=", ".join(asked))),
    )


@group.command(
    "check",
    short_help=_("Tell which currencies have rates, and how fresh."),
    help=_("Tell for every currency in circulation which rates there are, from when, how fresh, from whom."),
)
@click.option(
    "--on", "day", type=DAY, metavar="DATE", default=None, help=_("Day to judge freshness on (default: today).")
)
@register_option
@json_option
def check(day: datetime | None, location: str | None) -> None:
    """Print the coverage table."""
    on = day.date() if day else datetime.now(UTC).date()
    rows = _book(location).coverage()
    covered = {one.currency for one in rows if one.observations}

    def render(console: Console) -> None:
        lines = [
            (one.currency, one.source, one.kind, one.first, one.last, _age(one, on), one.observations)
            for one in rows
            if one.observations
        ]
        headings = (_("code"), _("source"), _("kind"), _("from"), _("to"), _("days old"), _("rates"))
        console.print(table(_("Coverage on {day}").format(day=on), headings, lines, right=(5, 6), whole=(0, 2, 3, 4)))
        console.print()
        without = sorted(set(money.CURRENCIES) - covered)
        console.print(_("Without any rate: {codes}").format(codes=", ".join(without)), highlight=False)
        told = _("{covered} of {all} currencies in circulation have a rate.")
        say(console, told.format(covered=len(covered), all=len(money.CURRENCIES)))

    emit(
        {
            "on": on,
            "currencies": [
                {
                    "currency": one.currency,
                    "source": one.source,
                    "kind": one.kind,
                    "first": one.first,
                    "last": one.last,
                    "age_days": _age(one, on),
                    "observations": one.observations,
                }
                for one in rows
            ],
            "covered": len(covered),
            "circulating": len(money.CURRENCIES),
        },
        render,
    )


@group.command(
    "lock",
    short_help=_("Fix a rate for a document."),
    help=_("Fix 1 BASE = VALUE QUOTE for a document; needs a reason and a person, is never changed."),
)
@click.argument("base")
@click.argument("quote")
@click.argument("value", callback=_rate_value)
@click.option("--document", default="", help=_("Order, contract or customer it is for; empty: the whole company."))
@click.option(
    "--scope",
    type=click.Choice(["order", "customer", "company", "contract"]),
    default="order",
    show_default=True,
    help=_("What the lock is for."),
)
@click.option("--from", "valid_from", type=DAY, metavar="DATE", required=True, help=_("First day it holds."))
@click.option("--to", "valid_to", type=DAY, metavar="DATE", default=None, help=_("Last day it holds."))
@click.option("--reason", required=True, help=_("Why it was fixed."))
@click.option("--person", required=True, help=_("Who agreed to it."))
@register_option
@author_option
@json_option
def lock(
    base: str,
    quote: str,
    value: Decimal,
    document: str,
    scope: str,
    valid_from: datetime,
    valid_to: datetime | None,
    reason: str,
    person: str,
    location: str | None,
    author: str,
) -> None:
    """Add a rate lock."""
    from workbench.rate_store import add_lock

    with open_register(location, actor=author) as register:
        lock_id, changeset = add_lock(
            register,
            base=money.currency(base.upper()).code,
            quote=money.currency(quote.upper()).code,
            value=value,
            document=document,
            scope=scope,
            valid_from=valid_from.date(),
            valid_to=valid_to.date() if valid_to else None,
            reason=reason,
            person=person,
            author=author,
        )
    emit(
        {"lock": lock_id, "changeset": changeset},
        lambda console: say(console, _("Rate lock {lock} is stored.").format(lock=lock_id)),
    )


@group.command(
    "accept",
    short_help=_("Release a suspect rate."),
    help=_("Release a suspect rate (ROW, such as RO-000012) after a person has looked at it."),
)
@click.argument("row")
@click.option("--reason", required=True, help=_("Why it is believed."))
@register_option
@author_option
@json_option
def accept(row: str, reason: str, location: str | None, author: str) -> None:
    """Store an accepted revision of a suspect rate."""
    from workbench.rate_store import accept_suspect

    with open_register(location, actor=author) as register:
        accepted = accept_suspect(register, row, reason=reason, author=author)
    emit(
        {"accepted": row, "row": accepted},
        lambda console: say(console, _("{row} is accepted as {accepted}.").format(row=row, accepted=accepted)),
    )


@group.command(
    "audit",
    short_help=_("Recompute every converted figure of the register."),
    help=_("Recompute every converted figure of the register against today's book and list each drift with its cause."),
)
@register_option
@json_option
def audit(location: str | None) -> None:
    """Exit status 1 when a figure does not agree any more."""
    from workbench.rate_store import audit_register

    with open_register(location) as register:
        outcome = audit_register(register)

    def render(console: Console) -> None:
        say(console, _("{count} converted figures recomputed.").format(count=f"{outcome.checked:,}"))
        if outcome.drifts:
            rows = [(one.document, one.field, one.stored, one.expected, one.cause) for one in outcome.drifts]
            headings = (_("document"), _("field"), _("stored"), _("now"), _("cause"))
            console.print(table(_("Drifts"), headings, rows))

    failure = None
    if outcome.drifts:
        failure = FiguresDrifted(
            _("{count} figures would come out otherwise today.").format(count=len(outcome.drifts)),
            where=shown(location or ""),
            remedy=_("Look at the causes; a figure is only changed by converting its document again."),
        )
    emit(
        {
            "checked": outcome.checked,
            "drifts": [
                {
                    "document": one.document,
                    "field": one.field,
                    "stored": one.stored,
                    "expected": one.expected,
                    "cause": one.cause,
                }
                for one in outcome.drifts
            ],
        },
        render,
        failure=failure,
    )


def _age(one: Coverage, on: date) -> int | None:
    return (on - one.last).days if one.last else None
