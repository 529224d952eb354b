"""The register on an analyst's desk: opened by a path or by what Lab was started with, seen from one day."""

from __future__ import annotations

import getpass
import html
import os
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from workbench.analysis import Facts, read_facts
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register

__all__ = ["REGISTER_VARIABLE", "Desk"]

REGISTER_VARIABLE: Final = "WORKBENCH_REGISTER"
_USUAL: Final = Path("demo/register.sqlite")
_COUNTED: Final = ("customers", "orders", "costs", "instalments", "receipts", "allocations")


@dataclass
class Desk:
    """A register as an analyst works with it.

    Attributes:
        location: the register's path or address.
        as_of: the day that everything is looked at from; later documents do not count.
    """

    location: str
    as_of: date

    @classmethod
    def open(cls, register: str = "", as_of: str = "") -> Desk:
        """Find the register and the day.

        Args:
            register: its path or address; empty is WORKBENCH_REGISTER, else demo/register.sqlite here.
            as_of: a day as 2026-09-30; empty is the end of the newest month that has an order or a receipt, today at
                the latest.

        Raises:
            ConfigurationError: no register is named, or the day is none.
            RegisterError: it cannot be opened.
        """
        location = register or os.environ.get(REGISTER_VARIABLE, "") or (str(_USUAL) if _USUAL.exists() else "")
        if not location:
            raise ConfigurationError(
                _("No register is named."),
                remedy=_("Set register_path, or start Lab with: workbench lab --register PATH"),
            )
        with Register.open(location, read_only=True) as opened:
            day = _day(as_of) if as_of else _newest_month_end(opened)
        return cls(location, day)

    def reading(self) -> Register:
        """The register, opened so that nothing can be written."""
        return Register.open(self.location, read_only=True)

    def writing(self) -> Register:
        """The register, opened by this person; close it after the changeset."""
        return Register.open(self.location, actor=self.author)

    @property
    def author(self) -> str:
        """Who decides: WORKBENCH_AUTHOR, else the login name."""
        named = os.environ.get("WORKBENCH_AUTHOR", "").strip()
        if named:
            return named
        try:
            return getpass.getuser()
        except (OSError, KeyError):  # a bare container has no entry for its user
            return "analyst"

    @cached_property
    def book(self) -> RateBook:
        """The register's rates."""
        with self.reading() as register:
            return load_book(register)

    @cached_property
    def facts(self) -> Facts:
        """What all measures of this notebook share, read once."""
        with self.reading() as register:
            return read_facts(register, self.book, as_of=self.as_of)

    @cached_property
    def summary(self) -> dict[str, str]:
        """What the register holds, in words."""
        with self.reading() as register:
            counts = {name: f"{register.count(name):,}" for name in _COUNTED}
            log = register.log(1)
            base = register.base_currency
        changeset = str(log[0].number) if log else "0"
        return {
            "register": self.location,
            "as of": self.as_of.isoformat(),
            "base": base,
            "changeset": changeset,
        } | counts

    def again(self) -> Desk:
        """The same desk with the register read anew, after something was decided."""
        return Desk(self.location, self.as_of)

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th><td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in self.summary.items()
        )
        return f"<table>{cells}</table>"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            _("{text} is no day.").format(text=text), remedy=_("Write it as 2026-09-30.")
        ) from error


def _newest_month_end(register: Register) -> date:
    today = date.today()  # noqa: DTZ011 - the reader's own calendar day
    days: list[date] = []
    for table, field in (("orders", "order_date"), ("receipts", "value_date")):
        told = {date.fromisoformat(str(day)) for day in set(register.column(table, field).values()) if day is not None}
        days += [day for day in told if day <= today]
    if not days:
        return today
    newest = max(days)
    return min(today, newest.replace(day=monthrange(newest.year, newest.month)[1]))
