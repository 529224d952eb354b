"""``workbench receipts queue | accept | split | reject | teach | credit | use-credit | write-off | post | undo``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.options import DAY, author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, in_minor_units, json_option, progress, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.findings import Finding
    from workbench.register import Changeset, Register
    from workbench.settlement.answers import Chosen, Posted
    from workbench.settlement.queue import Waiting

__all__ = ["COMMANDS"]

SHOWN = 20
_POSTINGS = ("matching", "receipts", "taskpane")
_why = click.option("--why", default="", metavar="TEXT", help=_("Why it is so; kept for ever."))
_instalments = click.option(
    "--instalment", "instalments", multiple=True, metavar="ID[=AMOUNT]",
    help=_("An instalment, by its id or as ORDER/NUMBER, and how much of it."),
)  # fmt: skip


def _as_of(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--as-of", "as_of", type=DAY, metavar="DATE", default=None, help=text)


@click.command(
    "queue",
    short_help=_("List the receipts that wait for a person."),
    help=_("List the receipts that wait for a person, most money and longest waiting first, with the control totals."),
)
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True, help=_("How many to show."))
@_as_of(_("Day to count the waiting from; today by default."))
@register_option
@json_option
def queue_command(limit: int, as_of: datetime | None, location: str | None) -> None:
    """The queue."""
    from workbench.rate_store import load_book
    from workbench.settlement.books import Books
    from workbench.settlement.control import control_totals
    from workbench.settlement.queue import queue

    day = as_of.date() if as_of else _today()
    with open_register(location) as register:
        waiting = queue(register, load_book(register), day)
        control = control_totals(Books.of(register, until=day))
        named = _named(register, waiting[:limit])
        base = register.base_currency

    def render(console: Console) -> None:
        rows = [
            (one.receipt["id"], one.receipt["value_date"], one.receipt.get("payer") or "",
             one.receipt["currency"], in_minor_units(one.left, one.receipt["currency"]), one.base, one.days,
             _words(one, named))
            for one in waiting[:limit]
        ]  # fmt: skip
        headings = (_("receipt"), _("value date"), _("payer"), "", _("left"), base, _("days"), _("proposed"))
        title = _("{count} receipts wait for you").format(count=len(waiting))
        console.print(table(title, headings, rows, right=(4, 5, 6), whole=(0, 1)))
        if len(waiting) > limit:
            say(console, _("… and {count} more.").format(count=len(waiting) - limit))
        sums = [
            (
                one.currency,
                one.received,
                one.allocated,
                one.credit,
                one.other,
                one.unmatched,
                "✓" if one.agrees else _("no"),
            )
            for one in control
        ]
        heads = (_("currency"), _("received"), _("allocated"), _("credit"), _("other"), _("unmatched"), "")
        console.print(table(_("received = allocated + credit + other + unmatched"), heads, sums, right=(1, 2, 3, 4, 5)))

    emit(
        {
            "waiting": [_as_dict(one, named) for one in waiting[:limit]],
            "count": len(waiting),
            "control": [one.as_dict() for one in control],
            "adds_up": all(one.agrees for one in control),
        },
        render,
    )


@click.command(
    "accept",
    short_help=_("Post what is proposed for receipts."),
    help=_(
        "Post what is proposed for receipts, or another alternative, or instalments that you name; all in one changeset."
    ),
)
@click.argument("receipts", nargs=-1, required=True)
@click.option("--alternative", type=click.IntRange(1), default=None, help=_("The alternative of that number instead."))
@_instalments
@click.option(
    "--charges", default="0", metavar="AMOUNT", help=_("What banks kept on the way, in the receipt's currency.")
)
@click.option(
    "--write-off", "write_off_short", is_flag=True, help=_("Give up what stays open afterwards; needs --why.")
)
@_why
@register_option
@author_option
@json_option
def accept_command(
    *,
    receipts: tuple[str, ...],
    alternative: int | None,
    instalments: tuple[str, ...],
    charges: str,
    write_off_short: bool,
    why: str,
    location: str | None,
    author: str,
) -> None:
    """Accept."""
    from workbench.settlement import answers

    if (instalments or alternative) and len(receipts) > 1:
        raise _usage(_("An alternative or instalments are named for one receipt at a time."))

    def answer(cs: Changeset, register: Register, book: Any) -> list[Posted]:
        if not instalments and not write_off_short and _decimal(charges) == 0:
            return [answers.accept(cs, book, one, author, alternative=alternative or 0, why=why) for one in receipts]
        chosen = [_chosen(register, one) for one in instalments] or _proposed(register, receipts[0])
        return [
            answers.pay(
                cs, book, one, chosen, author, charges=_decimal(charges), write_off_short=write_off_short, why=why
            )
            for one in receipts
        ]

    _answered(location, author, _("{count} receipts accepted").format(count=len(receipts)), answer)


@click.command(
    "split",
    short_help=_("Share a receipt among several instalments."),
    help=_(
        "Share a receipt among instalments, each as INSTALMENT=AMOUNT in the instalment's currency; the rest stays open."
    ),
)
@click.argument("receipt")
@click.argument("parts", nargs=-1, required=True, metavar="INSTALMENT=AMOUNT…")
@click.option("--keep-rest", is_flag=True, help=_("Keep the rest as the customer's credit."))
@_why
@register_option
@author_option
@json_option
def split_command(
    *, receipt: str, parts: tuple[str, ...], keep_rest: bool, why: str, location: str | None, author: str
) -> None:
    """Split."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, book: Any) -> list[Posted]:
        chosen = [_chosen(register, one) for one in parts]
        return [answers.pay(cs, book, receipt, chosen, author, keep_rest=keep_rest, why=why)]

    _answered(location, author, _("receipt {receipt} split").format(receipt=receipt), answer)


@click.command(
    "reject",
    short_help=_("Rule a proposal out."),
    help=_("Rule instalments out for a receipt; with --no-payment say that it is no customer's payment at all."),
)
@click.argument("receipt")
@_instalments
@click.option("--no-payment", is_flag=True, help=_("It is no customer's payment."))
@_why
@register_option
@author_option
@json_option
def reject_command(
    *, receipt: str, instalments: tuple[str, ...], no_payment: bool, why: str, location: str | None, author: str
) -> None:
    """Reject."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, _book: Any) -> list[Posted]:
        chosen = [_chosen(register, one) for one in instalments]
        if not chosen and not no_payment:
            chosen = _proposed(register, receipt)
        answers.reject(cs, receipt, author, [one.instalment_id for one in chosen], why)
        return []

    _answered(location, author, _("proposal for {receipt} rejected").format(receipt=receipt), answer)


@click.command(
    "teach",
    short_help=_("Say for whom a payer pays."),
    help=_("Say that the payer of a receipt pays for a customer (id, code or name), now and later."),
)
@click.argument("receipt")
@click.argument("customer")
@register_option
@author_option
@json_option
def teach_command(receipt: str, customer: str, location: str | None, author: str) -> None:
    """Teach."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, _book: Any) -> list[Posted]:
        answers.teach(cs, receipt, _customer(register, customer), author)
        return []

    _answered(location, author, _("payer of {receipt} taught").format(receipt=receipt), answer)


@click.command("credit", short_help=_("Keep what is left of a receipt as a credit."),
               help=_("Keep what is left of a receipt as a customer's credit, to be used later."))  # fmt: skip
@click.argument("receipt")
@click.argument("customer")
@click.option("--refundable", is_flag=True, help=_("It may be asked back: it is revalued at month end."))
@register_option
@author_option
@json_option
def credit_command(*, receipt: str, customer: str, refundable: bool, location: str | None, author: str) -> None:
    """Credit."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, book: Any) -> list[Posted]:
        who = _customer(register, customer)
        return [answers.put_aside(cs, book, receipt, who, author, refundable=refundable)]

    _answered(location, author, _("credit of {receipt} kept").format(receipt=receipt), answer)


@click.command("use-credit", short_help=_("Settle an instalment with a credit."),
               help=_("Settle an instalment with the credit that a receipt left."))  # fmt: skip
@click.argument("receipt")
@click.argument("instalment", metavar="INSTALMENT[=AMOUNT]")
@click.option("--on", type=DAY, default=None, metavar="DATE", help=_("Day on which it is used; today by default."))
@register_option
@author_option
@json_option
def use_credit_command(receipt: str, instalment: str, on: datetime | None, location: str | None, author: str) -> None:
    """Use a credit."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, book: Any) -> list[Posted]:
        day = on.date() if on else _today()
        return [answers.use_credit(cs, book, receipt, _chosen(register, instalment), author, on=day)]

    _answered(location, author, _("credit of {receipt} used").format(receipt=receipt), answer)


@click.command("write-off", short_help=_("Give up what is open of an instalment."),
               help=_("Give up what is open of an instalment: within the tolerance, or with a supervisor's right."))  # fmt: skip
@click.argument("instalment", metavar="INSTALMENT[=AMOUNT]")
@click.option("--on", type=DAY, default=None, metavar="DATE", help=_("Day of the write-off; today by default."))
@_why
@register_option
@author_option
@json_option
def write_off_command(instalment: str, on: datetime | None, why: str, location: str | None, author: str) -> None:
    """Write off."""
    from workbench.settlement import answers

    def answer(cs: Changeset, register: Register, book: Any) -> list[Posted]:
        one, day = _chosen(register, instalment), on.date() if on else _today()
        answers.write_off(cs, book, one.instalment_id, author, on=day, why=why, amount=one.amount)
        return []

    _answered(location, author, _("{instalment} written off").format(instalment=instalment), answer)


@click.command("post", short_help=_("Match, and post what is sure."),
               help=_("Match the receipts that wait and post those that are at least as sure as the bar."))  # fmt: skip
@click.option("--bar", default=None, metavar="0…1", help=_("Probability from which receipts are posted."))
@register_option
@author_option
@json_option
def post_command(bar: str | None, location: str | None, author: str) -> None:
    """Post."""
    from workbench import matching
    from workbench.rate_store import load_book

    with open_register(location, actor=author) as register, progress() as step:
        told = bar if bar is not None else register.setting("posting_bar")
        limit = None if told is None else _decimal(str(told))
        if limit is not None and not 0 < limit <= 1:
            raise _usage(_("The bar is a probability between 0 and 1."))
        report = matching.run(register, load_book(register), author, bar=limit, progress=step)

    def render(console: Console) -> None:
        words = {"post": _("posted"), "review": _("for review"), "no_match": _("no match")}
        lines = [(words[name], count) for name, count in report.counts.items()]
        console.print(table("", ("", ""), lines, right=(1,)))
        if report.changeset:
            say(console, _("Posted as changeset {number}; take it back with: workbench undo {number}").format(number=report.changeset))  # fmt: skip

    emit({**report.counts, "allocations": report.allocations, "changeset": report.changeset}, render)


@click.command("undo", short_help=_("Take the newest posting back."),
               help=_("Take the newest posting or answer back, or the one of a changeset."))  # fmt: skip
@click.argument("number", type=int, required=False)
@register_option
@author_option
@json_option
def undo_command(number: int | None, location: str | None, author: str) -> None:
    """Undo."""
    with open_register(location, actor=author) as register:
        log = register.log()
        gone = {entry.undoes for entry in log if entry.undoes}
        newest = next((one.number for one in log if one.origin in _POSTINGS and one.number not in gone), None)
        wanted = number if number is not None else newest
        if wanted is None:
            raise ConfigurationError(
                _("There is no posting to take back."), remedy=_("Look at the log with: workbench log")
            )
        reason = _("posting {number} taken back").format(number=wanted)
        changeset = register.undo(wanted, author=author, reason=reason)

    def render(console: Console) -> None:
        say(
            console,
            _("Changeset {number} is taken back, by changeset {by}.").format(number=wanted, by=changeset.number),
        )

    emit({"undone": wanted, "changeset": changeset.number}, render)


@click.command(
    "decisions",
    short_help=_("Carry people's decisions into a rebuilt register."),
    help=_("Write what people decided to a file, or take such a file into a register that was made anew."),
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help=_("File to write."))
@click.option(
    "--import", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
    help=_("File to take decisions from."),
)  # fmt: skip
@register_option
@author_option
@json_option
def decisions_command(out: Path | None, source: Path | None, location: str | None, author: str) -> None:
    """Carry decisions over."""
    from workbench.files import written_whole
    from workbench.rate_store import load_book
    from workbench.settlement.remembered import decided_lines, take_lines

    if (out is None) == (source is None):
        raise _usage(_("Give either --out or --import."))
    refuse_targets(out, sources=[location])
    changeset: int | None = None
    findings: list[Finding] = []
    with open_register(location, actor=author) as register:
        if out is not None:
            lines = list(decided_lines(register))
            count = len(lines)
            with written_whole(out) as beside:
                beside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        else:
            text = source.read_text(encoding="utf-8") if source else ""
            reason = _("decisions taken from {file}").format(file=source.name if source else "")
            book = load_book(register)
            with register.changeset(origin="receipts", reason=reason, author=author) as cs:
                count, findings = take_lines(cs, book, text.splitlines())
            changeset = cs.number or None

    def render(console: Console) -> None:
        say(console, _("{count} decisions.").format(count=count))
        for finding in findings[:SHOWN]:
            say(console, f"{finding.where}: {finding.message}")

    emit(
        {"decisions": count, "file": out, "changeset": changeset, "findings": [one.as_dict() for one in findings]},
        render,
    )


COMMANDS: Sequence[click.Command] = (
    decisions_command,
    queue_command, accept_command, split_command, reject_command, teach_command, credit_command, use_credit_command,
    write_off_command, post_command, undo_command,
)  # fmt: skip


def _answered(
    location: str | None,
    author: str,
    reason: str,
    answer: Callable[[Changeset, Register, Any], list[Posted]],
) -> None:
    """Give an answer in one changeset and tell what it came to."""
    from workbench.rate_store import load_book

    with open_register(location, actor=author) as register:
        book = load_book(register)
        with register.changeset(origin="receipts", reason=reason, author=author) as cs:
            posted = answer(cs, register, book)
    rows = [
        {"receipt_id": row["receipt_id"], "instalment_id": row["instalment_id"], "amount": row["document_amount"],
         "currency": row["document_currency"], "settled_base": row["settlement_amount"],
         "realised_fx": row["realised_fx"]}
        for one in posted
        for row in one.allocations
    ]  # fmt: skip
    result = {
        "changeset": cs.number,
        "allocations": rows,
        "credit": sum((one.credit for one in posted), Decimal(0)),
        "unmatched": sum((one.unmatched for one in posted), Decimal(0)),
        "written_off": sum((one.written_off for one in posted), Decimal(0)),
    }

    def render(console: Console) -> None:
        if rows:
            lines = [
                (row["receipt_id"], row["instalment_id"], row["currency"], row["amount"], row["realised_fx"])
                for row in rows
            ]
            heads = (_("receipt"), _("instalment"), "", _("settled"), _("realised FX"))
            console.print(table("", heads, lines, right=(3, 4), whole=(0, 1)))
        said = _("Kept as changeset {number}; take it back with: workbench undo {number}")
        say(console, said.format(number=cs.number))

    emit(result, render)


def _chosen(register: Register, text: str) -> Chosen:
    """``I-000012=500`` or ``SO26-00101/2`` as an instalment and an amount."""
    from workbench.settlement.answers import Chosen

    name, _equals, amount = text.partition("=")
    return Chosen(_instalment(register, name.strip()), _decimal(amount) if amount.strip() else None)


def _instalment(register: Register, name: str) -> str:
    if register.rows("instalments", {"id": name}):
        return name
    number, _slash, sequence = name.rpartition("/")
    orders = register.rows("orders", {"number": number or name})
    rows = [row for order in orders for row in register.rows("instalments", {"order_id": order["id"]})]
    found = [row for row in rows if not number or str(row["sequence"]) == sequence]
    if len(found) != 1:
        raise ConfigurationError(
            _("{name} names {count} instalments.").format(name=name, count=len(found)),
            remedy=_("Give the instalment's id, or the order's number and the instalment's: SO26-00101/2"),
        )
    return str(found[0]["id"])


def _customer(register: Register, name: str) -> str:
    for field in ("id", "code", "legal_name"):
        found = register.rows("customers", {field: name})
        if len(found) == 1:
            return str(found[0]["id"])
    raise ConfigurationError(
        _("There is no one customer {name}.").format(name=name), remedy=_("Give the customer's id, code or whole name.")
    )


def _proposed(register: Register, receipt: str) -> list[Chosen]:
    from workbench.settlement.answers import Chosen

    rows = register.rows("match_decisions", {"receipt_id": receipt})
    return [Chosen(row["instalment_id"]) for row in rows if row.get("instalment_id") and not row.get("decided_by")]


def _named(register: Register, waiting: Sequence[Waiting]) -> dict[str, str]:
    """Instalment id → how people name it."""
    ids = {str(row["instalment_id"]) for one in waiting for row in one.decisions if row.get("instalment_id")}
    ids |= {str(one["instalment_id"]) for item in waiting for row in item.decisions
            for one in row.get("alternatives") or ()}  # fmt: skip
    rows = register.rows_by_id("instalments", ids)
    orders = register.rows_by_id("orders", {row["order_id"] for row in rows.values()})
    return {one: f"{orders[row['order_id']]['number']}/{row['sequence']}" for one, row in rows.items()}


def _words(one: Waiting, named: dict[str, str]) -> str:
    proposed = [named.get(str(row["instalment_id"]), "") for row in one.decisions if row.get("instalment_id")]
    return ", ".join(proposed) or {"rest": _("a part is settled"), "open": _("nothing fits")}.get(one.state, _("asks"))


def _as_dict(one: Waiting, named: dict[str, str]) -> dict[str, Any]:
    first = one.decisions[0] if one.decisions else {}
    return {
        "receipt": one.receipt["id"],
        "value_date": one.receipt["value_date"],
        "payer": one.receipt.get("payer"),
        "reference": one.receipt.get("reference"),
        "currency": one.receipt["currency"],
        "left": one.left,
        "base": one.base,
        "days": one.days,
        "state": one.state,
        "proposed": [
            {"instalment": row["instalment_id"], "order": named.get(str(row["instalment_id"])),
             **(row.get("proposed") or {})}
            for row in one.decisions if row.get("instalment_id")
        ],
        "confidence": first.get("confidence"),
        "reasons": [str(reason.get("text") or reason.get("code")) for reason in first.get("reasons") or ()],
        "alternatives": [
            {**other, "order": named.get(str(other["instalment_id"]))} for other in first.get("alternatives") or ()
        ],
    }  # fmt: skip


def _decimal(text: str) -> Decimal:
    from workbench.settlement.allocation import AllocationRefused
    from workbench.settlement.typed import typed_amount

    try:
        return typed_amount(text)
    except AllocationRefused as error:
        raise _usage(error.message) from None


def _usage(message: str) -> ConfigurationError:
    return ConfigurationError(message, remedy=_("See: workbench receipts --help"))


def _today() -> date:
    return datetime.now().astimezone().date()
