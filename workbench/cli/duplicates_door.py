"""``workbench duplicates check | documents``: what is about to be, or has been, entered twice."""

from __future__ import annotations

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, register_option
from workbench.cli.output import emit, json_option, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["COMMANDS"]

SHOWN = 20


@click.command(
    "check",
    short_help=_("Check a new customer before it is entered."),
    help=_("Tell whether a new customer is in the register already; nothing is stored."),
)
@click.argument("facts", nargs=-1, required=True, metavar="FIELD=VALUE…")
@register_option
@json_option
def check(facts: tuple[str, ...], location: str | None) -> None:
    """At the door."""
    from workbench.duplicates import FIELDS, field_named
    from workbench.duplicates.entrance import check_customer

    row = {}
    for one in facts:
        name, equals, value = one.partition("=")
        field = field_named(name)
        if not equals or not field:
            raise ConfigurationError(
                _("{text} does not name a field and a column.").format(text=one),
                where="FIELD=VALUE",
                remedy=_("Write for example --map name=Company; fields are {fields}.").format(fields=", ".join(FIELDS)),
            )
        row[_REGISTER.get(field, field)] = value
    with open_register(location) as register:
        found = check_customer(register, row)
        names = register.column("customers", "legal_name")

    def render(console: Console) -> None:
        if not found:
            say(console, _("No customer like this is in the register."))
            return
        rows = [
            (pair.id_b, names[pair.id_b], pair.score, pair.decision, "; ".join(reason.text for reason in pair.reasons))
            for pair in found
        ]
        headings = (_("one"), _("name"), _("score"), _("decision"), _("reasons"))
        console.print(table(_("This customer may be there already"), headings, rows, right=(2,), whole=(0, 3)))

    told = [
        {"customer": pair.id_b, "name": names[pair.id_b], "score": pair.score, "decision": pair.decision,
         "reasons": [reason.text for reason in pair.reasons]}
        for pair in found
    ]  # fmt: skip
    emit({"found": told}, render)


_REGISTER = {"name": "legal_name", "notes": "note"}


@click.command(
    "documents",
    short_help=_("Orders, invoices and receipts that may be there twice."),
    help=_(
        "Tell orders, invoices and receipts that may be in the register twice; each goes to the sheet Questions once."
    ),
)
@register_option
@author_option
@json_option
def documents(location: str | None, author: str) -> None:
    """Documents that may be there twice."""
    from workbench.duplicates.entrance import check_documents

    with open_register(location, actor=author) as register:
        found = check_documents(register, author=author)

    def render(console: Console) -> None:
        if not found.findings:
            say(console, _("Nothing looks as if it were there twice."))
        for finding in found.findings[:SHOWN]:
            say(console, f"{finding.where}: {finding.message}")

    emit(
        {"findings": [one.as_dict() for one in found.findings], "new": found.new, "changeset": found.changeset}, render
    )


COMMANDS: tuple[click.Command, ...] = (check, documents)
