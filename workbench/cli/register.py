"""``workbench new | log | undo | verify | backup | restore | upgrade``: the register as a whole."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench import money
from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import FileRefused, RegisterError
from workbench.i18n import _, current_language
from workbench.register import Register, UndoRefused
from workbench.register.locations import is_postgres, shown


class RegisterAltered(RegisterError):
    """Rows or changesets do not agree with the hashes in the register's log."""

    code = "register.altered"


@click.command(
    "new",
    short_help=_("Make an empty register and its workbook."),
    help=_("Make an empty register (FILE.sqlite, or the database that --register names) and its workbook (FILE.xlsx)."),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--base", default="CNY", show_default=True, metavar="CUR", help=_("Currency of the firm's books."))
@click.option(
    "--register",
    "elsewhere",
    default=None,
    metavar="PATH|URL",
    help=_("Where the register goes instead: a file, or the postgresql://… of an empty database."),
)
@author_option
@json_option
def new(file: Path, base: str, elsewhere: str | None, author: str) -> None:
    """Create register and workbook; neither may exist yet."""
    from workbench.rate_store import load_book
    from workbench.reports.bound_workbook import write_bound_workbook

    base = money.currency(base.upper()).code
    workbook = file.with_suffix(".xlsx")
    location = elsewhere or str(file.with_suffix(".sqlite"))
    made = [workbook] if is_postgres(location) else [workbook, Path(location)]
    refuse_targets(*made)
    for path in made:
        if path.exists():
            raise FileRefused(
                _("{file} exists already.").format(file=path.name),
                where=str(path),
                remedy=_("Choose another name; an existing register is never overwritten."),
            )
    with Register.create(location, base_currency=base, actor=author) as register:
        write_bound_workbook(register, load_book(register), workbook, language=current_language()[:2], author=author)

    def render(console: Console) -> None:
        ready = _("Register {register} and workbook {workbook} are ready.")
        say(console, ready.format(register=shown(location), workbook=workbook))

    emit({"register": shown(location), "workbook": workbook, "base_currency": base}, render)


@click.command(
    "log",
    short_help=_("List changesets, newest first."),
    help=_("List changesets, newest first: who, when, from where, why, how many rows."),
)
@register_option
@click.option("--limit", default=20, show_default=True, metavar="N", help=_("How many to list; 0 lists all."))
@json_option
def log(location: str | None, limit: int) -> None:
    """Print the log."""
    with open_register(location) as register:
        entries = register.log(limit or None)
    rows = [
        {
            "number": one.number,
            "author": one.author,
            "at": one.at,
            "origin": one.origin,
            "reason": one.reason,
            "changes": one.changes,
            "undoes": one.undoes,
            "hash": one.hash,
        }
        for one in entries
    ]

    def render(console: Console) -> None:
        headings = ("#", _("when"), _("who"), _("origin"), _("rows"), _("why"))
        lines = [
            (row["number"], f"{row['at']:%Y-%m-%d %H:%M}", row["author"], row["origin"], row["changes"], row["reason"])
            for row in rows
        ]
        console.print(table(_("Changesets"), headings, lines, right=(0, 4), whole=(1, 2, 3)))

    emit({"changesets": rows}, render)


@click.command(
    "undo",
    short_help=_("Take a changeset back."),
    help=_("Take changeset NUMBER back, as a changeset of its own; refused where later work depends on it."),
)
@click.argument("number", type=click.IntRange(min=1))
@register_option
@author_option
@click.option("--reason", default="", help=_("Why it is taken back."))
@json_option
def undo(number: int, location: str | None, author: str, reason: str) -> None:
    """Undo one changeset."""
    with open_register(location, actor=author) as register:
        if number == 1:
            raise UndoRefused(
                _("Changeset 1 made the register; without it there is none."),
                where=shown(location or ""),
                remedy=_("Make another register with: workbench new FILE.xlsx"),
            )
        made = register.undo(
            number, author=author, reason=reason or _("undo of changeset {number}").format(number=number)
        )

    def render(console: Console) -> None:
        say(console, _("Changeset {number} is taken back by changeset {made}.").format(number=number, made=made.number))

    emit({"undone": number, "changeset": made.number, "hash": made.hash}, render)


@click.command(
    "verify",
    short_help=_("Check the log's hashes and every row."),
    help=_("Check every changeset's hash, the chain, and every row against them."),
)
@register_option
@json_option
def verify(location: str | None) -> None:
    """Exit status 1 when anything does not agree."""
    with open_register(location) as register:
        outcome = register.verify()

    def render(console: Console) -> None:
        if outcome.ok:
            agree = _("All {count} changesets and every row agree. Head {head}")
            say(console, agree.format(count=outcome.changesets, head=outcome.head))
        for problem in outcome.problems:
            say(console, f"  {problem}")

    failure = None
    if not outcome.ok:
        failure = RegisterAltered(
            _("The register has been changed behind its log: {count} problems.").format(count=len(outcome.problems)),
            where=shown(location or ""),
            remedy=_("Restore a backup made before, and find out who changed the file."),
        )
    emit(
        {"ok": outcome.ok, "changesets": outcome.changesets, "head": outcome.head, "problems": list(outcome.problems)},
        render,
        failure=failure,
    )


@click.command(
    "upgrade",
    short_help=_("Bring an older register to the present form."),
    help=_("Bring a register that an older version made to the present form; first a copy goes to BACKUP."),
)
@click.argument("file", metavar="BACKUP", type=click.Path(dir_okay=False, path_type=Path))
@register_option
@json_option
def upgrade(file: Path, location: str | None) -> None:
    """Upgrade in place, as a whole or not at all."""
    if not location:
        open_register(location)
    refuse_targets(file, sources=[location])
    with Register.upgrade(location or "", file) as register:
        outcome = register.verify()

    def render(console: Console) -> None:
        told = _("Register {register} is up to date; all {count} changesets agree.")
        say(console, told.format(register=shown(location or ""), count=outcome.changesets))

    emit(
        {
            "register": shown(location or ""),
            "backup": file if file.exists() else None,
            "changesets": outcome.changesets,
            "head": outcome.head,
            "ok": outcome.ok,
        },
        render,
    )


@click.command(
    "backup",
    short_help=_("Copy the register while it is in use."),
    help=_("Copy the register to FILE while it is in use, and read the copy back."),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@register_option
@json_option
def backup(file: Path, location: str | None) -> None:
    """Write and verify a backup."""
    refuse_targets(file, sources=[location])
    with open_register(location) as register, progress() as step:
        step(_("backup"), 0, 1)
        register.backup(file)
        step(_("backup"), 1, 1)
        head = register.verify().head

    def render(console: Console) -> None:
        say(console, _("Backup {file} is written and reads back whole.").format(file=file))

    emit({"backup": file, "head": head}, render)


@click.command(
    "restore",
    short_help=_("Make a register from a backup."),
    help=_("Make the register LOCATION from backup FILE."),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("to", metavar="LOCATION")
@click.option("--force", is_flag=True, help=_("Replace a register that exists there."))
@json_option
def restore(file: Path, to: str, force: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Restore and verify."""
    with Register.restore(file, to, force=force) as register:
        outcome = register.verify()

    def render(console: Console) -> None:
        told = _("Register {register} is restored with {count} changesets.")
        say(console, told.format(register=place, count=outcome.changesets))

    place = shown(to)
    emit({"register": place, "changesets": outcome.changesets, "head": outcome.head, "ok": outcome.ok}, render)
