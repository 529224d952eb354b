"""Options that several commands share, and how they open the register they name."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import click

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import Register

__all__ = ["author_option", "open_register", "register_option"]


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
        default=_login_name,
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


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a bare container has no entry for its user
        return "unknown"
