"""``workbench money``: what an amount as typed means."""

from __future__ import annotations

import click
from rich.console import Console

from workbench import money
from workbench.cli.output import emit, json_option, table
from workbench.i18n import _


@click.group("money", help=_("Read amounts and currencies as people type them."))
def group() -> None:
    """Commands about single amounts."""


@group.command(
    "parse",
    short_help=_("Tell what an amount as typed means."),
    help=_("Tell the amount and currency of TEXT, such as 'HK$ 12,000' or '1.234,56 €'."),
)
@click.argument("text")
@click.option("--hint", default="", metavar="CUR", help=_("Currency that the sheet is known to be in."))
@click.option("--country", default="", metavar="CC", help=_("Country of the writer (ISO 3166), for '$' and 'kr'."))
@json_option
def parse(text: str, hint: str, country: str) -> None:
    """Parse one text and tell the evidence."""
    if hint:
        money.currency(hint.upper())
    parsed = money.parse(text, money.Hints(currency=hint.upper(), country=country.upper()))
    result: dict[str, object] = {
        "amount": parsed.amount,
        "currency": parsed.currency,
        "candidates": parsed.candidates,
        "amount_candidates": parsed.amount_candidates,
        "ambiguous": parsed.ambiguous,
        "evidence": parsed.evidence,
    }

    def render(console: Console) -> None:
        rows = [
            (_("amount"), parsed.amount if parsed.amount is not None else "—"),
            (_("currency"), parsed.currency or "—"),
            (
                _("may be"),
                ", ".join([*parsed.candidates, *(format(one, "f") for one in parsed.amount_candidates)]) or "—",
            ),
            (_("ambiguous"), _("yes") if parsed.ambiguous else _("no")),
            (_("evidence"), "; ".join(parsed.evidence)),
        ]
        console.print(table("", ("", ""), rows))

    emit(result, render)
