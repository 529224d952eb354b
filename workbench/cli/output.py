"""How a command speaks: one JSON object or readable text on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from workbench.errors import WorkbenchError

__all__ = ["Progressor", "emit", "emit_error", "json_option", "progress", "table", "wants_json"]

Progressor = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all."""


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


def emit(result: Mapping[str, object], render: Callable[[Console], None]) -> None:
    """Print the result: as JSON when asked for, else through ``render``."""
    if wants_json():
        click.echo(to_json(result))
    else:
        render(Console(soft_wrap=False))


def emit_error(error: WorkbenchError, *, as_json: bool) -> None:
    """Tell an error: ``{"error": …}`` on standard output, or words on standard error."""
    if as_json:
        click.echo(to_json({"error": error.as_dict()}))
        return
    from workbench.i18n import _

    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]{_('Error')}[/] [{'dim'}]{error.code}[/]", end="  ")
    console.print(error.message, markup=False)
    if error.where:
        console.print(f"  {_('where')}  {error.where}", markup=False)
    if error.remedy:
        console.print(f"  {_('remedy')}  {error.remedy}", markup=False)


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


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> Table:
    """A table for the terminal; ``right`` are the columns with figures."""
    grid = Table(
        title=title or None, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
    for number, heading in enumerate(headings):
        grid.add_column(heading, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*("" if cell is None else _escape(cell) for cell in row))
    return grid


def _escape(cell: object) -> str:
    from rich.markup import escape

    if isinstance(cell, Decimal):
        return f"{cell:,f}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return escape(str(cell))


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
