"""``workbench pull | push | status | bind``: workbooks and the register brought to agree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import ConfigurationError, RegisterError
from workbench.i18n import _, current_language

if TYPE_CHECKING:
    from workbench.findings import Finding
    from workbench.sync import BookPort, SyncReport

_SHOWN = 15
_ASKED_SHOWN = 5

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_KEEP = click.option(
    "--keep", default=5, show_default=True, type=click.IntRange(min=0), metavar="N",
    help=_("How many earlier versions of the workbook to keep beside it."),
)  # fmt: skip
_RESULTS = click.option(
    "--take-formula-results", "take_results", is_flag=True, help=_("Take results of formulas typed over values.")
)


_OPEN = click.option(
    "--open", "live", is_flag=True, help=_("FILE is open in Excel or LibreOffice: synchronise it there, and save it.")
)


class PushRefused(RegisterError):
    """Cells of the sheet cannot be taken as they stand; nothing of the push was applied."""

    code = "sync.refused"


@click.command(
    "status",
    short_help=_("Tell what a workbook and the register would tell each other."),
    help=_("Tell what was typed into the workbook FILE and what is new in the register; nothing is changed."),
)
@_FILE
@register_option
@_RESULTS
@_OPEN
@json_option
def status_command(file: Path, location: str | None, take_results: bool, live: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Compare only."""
    from workbench.sync import status

    with open_register(location) as register, progress() as step:
        told = status(register, _port(file, live=live), take_results=take_results, progress=step)
    emit(told.as_dict(), lambda console: _render(console, told, done=False))


@click.command(
    "pull",
    short_help=_("Bring the register's news into a workbook."),
    help=_(
        "Bring the register's newer values and rows into the workbook FILE; what was typed there stays. A FILE that does "
        "not exist is made: the register's workbook, bound to it."
    ),
)
@_FILE
@register_option
@author_option
@click.option("--restore", is_flag=True, help=_("Bring rows back that were taken out of the sheet."))
@click.option(
    "--where", "filters", multiple=True, metavar="TABLE.FIELD=VALUE",
    help=_("For a new FILE: show only these rows (orders.salesperson=li.na); several values with |."),
)  # fmt: skip
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help=_("For a new FILE: its language."))
@_KEEP
@_OPEN
@json_option
def pull_command(
    file: Path,
    location: str | None,
    author: str,
    restore: bool,  # noqa: FBT001 - click passes flags so
    filters: tuple[str, ...],
    language: str | None,
    keep: int,
    live: bool,  # noqa: FBT001
) -> None:
    """Pull into a workbook, or make it."""
    from workbench.rate_store import load_book
    from workbench.reports.bound_workbook import fresh_image, write_bound_workbook
    from workbench.sync import SyncReport, pull

    with open_register(location, actor=author) as register, progress() as step:
        if file.exists():
            if filters or language:
                raise ConfigurationError(
                    _("--where and --language are for a workbook that is new."),
                    where=str(file),
                    remedy=_("Pull into a file that does not exist yet."),
                )
            rates = load_book(register)
            told = pull(
                register,
                _port(file, keep=keep, live=live),
                author=author,
                restore=restore,
                fresh=lambda words, views: fresh_image(register, rates, words, views),
                progress=step,
            )
        else:
            refuse_targets(file, sources=[location])
            made = write_bound_workbook(
                register,
                load_book(register),
                file,
                language=language or current_language()[:2],
                author=author,
                where=_where(filters),
                progress=step,
            )
            told = SyncReport(file.name, added=sum(view.row_count for view in made.views))
            words = _("{file} is made and shows {count} rows; type into it, then push.")
            emit(told.as_dict(), lambda console: say(console, words.format(file=file, count=f"{told.added:,}")))
            return
    emit(told.as_dict(), lambda console: _render(console, told, done=True))


@click.command(
    "push",
    short_help=_("Bring what was typed into a workbook into the register."),
    help=_(
        "Bring what was typed into the workbook FILE into the register: everything in one changeset, or nothing and every "
        "reason why. The register's news come back into the workbook."
    ),
)
@_FILE
@register_option
@author_option
@click.option("--delete", is_flag=True, help=_("Delete rows that were taken out of the sheet."))
@click.option("--delete-at-most", default=0, metavar="N", help=_("The same, and up to N rows of a table."))
@_RESULTS
@_KEEP
@_OPEN
@json_option
def push_command(
    file: Path,
    location: str | None,
    author: str,
    delete: bool,  # noqa: FBT001 - click passes flags so
    delete_at_most: int,
    take_results: bool,  # noqa: FBT001
    keep: int,
    live: bool,  # noqa: FBT001
) -> None:
    """Push a workbook; exit status 1 where anything is refused."""
    from workbench.sync import push

    with open_register(location, actor=author) as register, progress() as step:
        told = push(
            register,
            _port(file, keep=keep, live=live),
            author=author,
            delete=delete,
            delete_at_most=delete_at_most,
            take_results=take_results,
            progress=step,
        )
    failure = told.unwritten
    if told.refused:
        failure = PushRefused(
            _("{count} cells of {file} cannot be taken; nothing was applied.").format(
                count=len(told.refused), file=file.name
            ),
            where=told.refused[0].where,
            remedy=_("Each is marked in the sheet with what to do; correct them and push again."),
        )
    emit(told.as_dict(), lambda console: _render(console, told, done=True), failure=failure)


@click.command(
    "bind",
    short_help=_("Make a sheet of your own a view of the register."),
    help=_(
        "Make SHEET of the workbook FILE a view of a table of the register. Two hidden columns and one for words are added "
        "at its right; nothing else in the file changes. Afterwards pull, push and status work on it."
    ),
)
@_FILE
@click.argument("sheet")
@register_option
@author_option
@click.option(
    "--table", "table_name", default="", metavar="TABLE", help=_("What it lists, where its headings do not say so.")
)
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD",
    help=_("What a column holds (Kunde=customer_id:legal_name); without a field the column stays private."),
)  # fmt: skip
@click.option(
    "--where", "filters", multiple=True, metavar="FIELD=VALUE",
    help=_("Let these rows arrive by themselves; else the sheet shows those that you put there."),
)  # fmt: skip
@click.option(
    "--share", "shared", default="", metavar="HEADING", help=_("Let a private column become a field of the register.")
)
@click.option(
    "--kind", default="text", type=click.Choice(["text", "integer", "boolean", "date", "currency", "decimal"]),
    help=_("For --share: what the column holds."),
)  # fmt: skip
@_KEEP
@json_option
def bind_command(
    file: Path,
    sheet: str,
    location: str | None,
    author: str,
    table_name: str,
    columns: tuple[str, ...],
    filters: tuple[str, ...],
    shared: str,
    kind: str,
    keep: int,
) -> None:
    """Bind a sheet, or share one of its private columns."""
    from workbench.register import FieldKind
    from workbench.sync.foreign import bind_sheet, share_column

    with open_register(location, actor=author) as register:
        if shared:
            name = share_column(register, file, sheet, shared, FieldKind(kind), author=author)
            told = _("The column {heading} is a field of the register now; push to bring its values there.")
            emit(
                {"file": file, "sheet": sheet, "field": name}, lambda console: say(console, told.format(heading=shared))
            )
            return
        made = bind_sheet(
            register,
            file,
            sheet,
            author=author,
            table=table_name,
            columns=dict(_pair(one) for one in columns),
            view=dict(_values(one) for one in filters) or None,
            language=current_language()[:2],
            keep=keep,
        )

    def render(console: Console) -> None:
        lines = [(heading, field) for heading, field in made.columns.items()]
        console.print(
            table(
                _("{sheet} shows {table}").format(sheet=made.sheet, table=made.table), (_("column"), _("field")), lines
            )
        )
        if made.private:
            say(console, _("Private: {columns}").format(columns=", ".join(made.private)))
        say(console, _("{linked} rows are known, {new} are new; push brings them into the register.").format(
            linked=made.linked, new=made.new))  # fmt: skip

    emit(made.as_dict(), render)


def _port(file: Path, *, live: bool, keep: int = 5) -> BookPort:
    """The closed file, or the workbook in the program that has it open."""
    if live:
        from udfs.live import LiveBook, open_book

        return LiveBook(open_book(file))
    from workbench.sync.closed import ClosedFile

    return ClosedFile(file, keep=keep)


def _pair(text: str) -> tuple[str, str]:
    """``HEADING=FIELD``; a heading may hold equals signs itself.

    Raises:
        ConfigurationError: there is none.
    """
    heading, equals, field = text.rpartition("=")
    if not equals:
        raise ConfigurationError(
            _("{text} is no pair.").format(text=text),
            remedy=_("Write it with an equals sign, for example: Kunde=customer_id"),
        )
    return heading, field.strip()


def _values(text: str) -> tuple[str, Any]:
    """``status=open|shipped``."""
    name, value = _pair(text)
    values = [piece.strip() for piece in value.split("|")]
    return name.strip(), values if len(values) > 1 else values[0]


def _where(filters: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
    """``orders.status=open|shipped`` as the register takes it.

    Raises:
        ConfigurationError: there is no such table or field.
    """
    from workbench.register import TABLES

    chosen: dict[str, dict[str, Any]] = {}
    for one in filters:
        name, equals, value = one.partition("=")
        table_name, _dot, field = name.strip().partition(".")
        known = TABLES.get(table_name)
        if not equals or known is None or field not in {each.name for each in known.fields}:
            raise ConfigurationError(
                _("{filter} chooses no rows.").format(filter=one),
                remedy=_("Write it as TABLE.FIELD=VALUE, for example: orders.salesperson=li.na"),
            )
        chosen.setdefault(table_name, {})[field] = _values(f"{field}={value}")[1]
    return chosen


def _render(console: Console, told: SyncReport, *, done: bool) -> None:
    if told.copy_of:
        say(
            console,
            _("{file} is a copy of {original}; it goes its own way.").format(file=told.file, original=told.copy_of),
        )
    counts = [
        (_("new rows"), told.created),
        (_("changed rows"), told.updated),
        (_("edited cells"), told.edits),
        (_("deleted rows"), told.deleted),
        (_("edited alike on both sides"), told.same),
        (_("cells with newer values"), told.refreshed),
        (_("rows the sheet lacked"), told.added),
        (_("rows deleted in the register"), told.gone),
    ]
    lines = [one for one in counts if one[1]]
    if lines:
        console.print(table("", ("", ""), lines, right=(1,)))
    if told.conflicts:
        rows = [(one.place, one.base, one.mine, one.theirs, one.author) for one in told.conflicts[:_SHOWN]]
        headings = (_("cell"), _("before"), _("mine"), _("theirs"), _("by"))
        console.print(table(_("Conflicts: {count}").format(count=len(told.conflicts)), headings, rows, whole=(0,)))
    _findings(console, _("Refused"), told.refused)
    _findings(console, _("Asked"), told.asked, most=_ASKED_SHOWN)
    _findings(console, _("Noticed"), told.notes)
    say(console, _last_words(told, done=done))


def _findings(console: Console, title: str, findings: list[Finding], *, most: int = _SHOWN) -> None:
    if findings:
        rows = [(one.where, one.message, one.remedy) for one in findings[:most]]
        headings = (_("where"), _("what"), _("remedy"))
        console.print(table(f"{title}: {len(findings)}", headings, rows, whole=(0,)))


def _last_words(told: SyncReport, *, done: bool) -> str:
    if told.refused:
        return _("Nothing was applied.")
    if not done:
        return _("Nothing was changed; push to apply, pull to refresh.")
    if told.changeset is not None:
        return _("Stored as changeset {number}; take it back with: workbench undo {number}").format(
            number=told.changeset
        )
    return (
        _("{file} and the register agree.").format(file=told.file) if not told.conflicts else _("Decide the conflicts.")
    )
