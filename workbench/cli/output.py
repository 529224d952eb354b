"""How a command speaks: one JSON object or readable text on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from workbench.errors import WorkbenchError
from workbench.money import CURRENCIES, minor_units

__all__ = [
    "Progressor",
    "emit",
    "emit_error",
    "in_minor_units",
    "json_option",
    "progress",
    "say",
    "table",
    "wants_json",
]

Progressor = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all."""
_LONGEST_WHOLE = 36
_WIDE = Context(prec=60)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``; ``emit`` and the error handler look it up in the click context."""
    from workbench.i18n import _

    def remember(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's signature
        context.find_root().meta["json"] = value
        return value

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=remember,
        is_eager=True,
        help=_("Print one JSON object on standard output."),
    )(command)


def wants_json() -> bool:
    """Whether the running command was given ``--json``."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get("json"))


def emit(
    result: Mapping[str, object], render: Callable[[Console], None], *, failure: WorkbenchError | None = None
) -> None:
    """Print the result: as JSON when asked for, else through ``render``.

    With a ``failure`` the command did not do all of what was asked: it joins the object as ``error``, or is told on
    standard error, and the exit status becomes 1.
    """
    if wants_json():
        click.echo(to_json({**result, "error": failure.as_dict()} if failure else result))
    else:
        render(Console())
        if failure:
            emit_error(failure, as_json=False)
    if failure:
        click.get_current_context().exit(1)


def say(console: Console, text: str, style: str | None = None) -> None:
    """One line as it is: names of files are no markup, and a line that is cut cannot be copied."""
    console.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def emit_error(error: WorkbenchError, *, as_json: bool) -> None:
    """Tell an error: ``{"error": …}`` on standard output, or words on standard error."""
    if as_json:
        click.echo(to_json({"error": error.as_dict()}))
        return
    from workbench.i18n import _

    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]{_('Error')}[/] [dim]{error.code}[/]", end="  ")
    say(console, error.message)
    if error.where:
        say(console, f"  {_('where')}: {error.where}")
    if error.remedy:
        say(console, f"  {_('remedy')}: {error.remedy}")


def to_json(value: object) -> str:
    """JSON with decimals as strings and dates in ISO form."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> RenderableType:
    """A table for the terminal; ``right`` are the columns with figures. Those and short ``whole`` ones never break."""
    grid = Table(
        header_style="bold",
        show_header=any(headings),
        box=None,
        pad_edge=False,
    )
    texts = [tuple("" if cell is None else _text(cell) for cell in row) for row in rows]
    for number, heading in enumerate(headings):
        widest = max((cell_len(row[number]) for row in texts), default=0)
        grid.add_column(
            heading,
            justify="right" if number in right else "left",
            overflow="fold",
            no_wrap=number in right or (number in whole and widest <= _LONGEST_WHOLE),
        )
    for row in texts:
        grid.add_row(*map(escape, row))
    return Group(Text(title, style="bold"), grid) if title else grid


def in_minor_units(amount: Decimal, code: str) -> Decimal:
    """The amount with the decimals of its currency, so that figures stand under each other; a finer one as it is."""
    if code not in CURRENCIES:
        return amount
    shown = amount.quantize(Decimal(1).scaleb(-minor_units(code)), context=_WIDE)
    return shown if shown == amount else amount


def _text(cell: object) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,f}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell)


@contextmanager
def progress() -> Iterator[Progressor]:
    """A progress bar on standard error; silent where standard error is no terminal."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, Any] = {}

    def step(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)

    with bar:
        yield step
