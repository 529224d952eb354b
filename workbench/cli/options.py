"""Options that several commands share, and how they open the register they name."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from workbench.errors import ConfigurationError, FileRefused
from workbench.i18n import _
from workbench.register import Register

__all__ = ["DAY", "TargetRefused", "author_option", "open_register", "refuse_targets", "register_option"]

DAY = click.DateTime(formats=["%Y-%m-%d"])
"""A calendar day as 2026-03-31."""


class TargetRefused(FileRefused):
    """A file to write that has no folder, or would replace one of the files that the command reads."""

    code = "file.target"


def register_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--register PATH-or-URL`` (environment: WORKBENCH_REGISTER)."""
    return click.option(
        "--register",
        "location",
        envvar="WORKBENCH_REGISTER",
        metavar="PATH|URL",
        help=_("Register to work on: a file, or postgresql://… [env: WORKBENCH_REGISTER]"),
    )(command)


def author_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--author NAME`` (environment: WORKBENCH_AUTHOR; else the login name)."""
    return click.option(
        "--author",
        envvar="WORKBENCH_AUTHOR",
        default="",
        callback=lambda _context, _parameter, name: name.strip() or _login_name(),
        metavar="NAME",
        help=_("Who makes the change, for the log [env: WORKBENCH_AUTHOR; else the login name]"),
    )(command)


def open_register(location: str | None, *, actor: str | None = None) -> Register:
    """Open the register a command names; refuses with what to do where none is named."""
    if not location:
        raise ConfigurationError(
            _("No register is named."),
            remedy=_("Give --register PATH, or set WORKBENCH_REGISTER; make one with: workbench new FILE.xlsx"),
        )
    return Register.open(location, actor=actor)


def refuse_targets(*targets: Path | None, sources: Iterable[Path | str | None] = ()) -> None:
    """Refuse a target before any work is done: without its folder, or one of the ``sources`` itself.

    Raises:
        TargetRefused: with the target as its place.
    """
    read = {Path(source).resolve() for source in sources if source and "://" not in str(source)}
    for target in filter(None, targets):
        if not target.parent.is_dir():
            raise TargetRefused(
                _("There is no folder {folder}.").format(folder=target.parent),
                where=str(target),
                remedy=_("Make the folder first."),
            )
        if target.resolve() in read:
            raise TargetRefused(
                _("{file} is read by this command and would be lost.").format(file=target.name),
                where=str(target),
                remedy=_("Give the result another name."),
            )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a bare container has no entry for its user
        return "unknown"
