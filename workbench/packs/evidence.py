"""The register, its rates and its books as they stood, read once for everything in the pack."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workbench.errors import ConfigurationError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.profit import Facts, read_facts
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.settlement.books import Books, Past, changeset_now
from workbench.settlement.closing import MonthEnd, month_end

__all__ = ["Evidence", "read_evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pack is worked out from.

    Attributes:
        changeset: the state of the register.
        head: hash of that changeset.
        state: SHA-256 over all rows as they stood.
        closed: whether the month was closed then.
        closing: the revaluation; None where the day is no month end.
        findings: what reading found.
    """

    as_of: date
    base: str
    changeset: int
    head: str
    state: str
    closed: bool
    book: RateBook
    facts: Facts
    books: Books
    closing: MonthEnd | None
    findings: tuple[Finding, ...]


def read_evidence(register: Register, as_of: date, known_at: datetime | int | None = None) -> Evidence:
    """Read it.

    Args:
        register: read only.
        as_of: the day; usually the last of its month.
        known_at: a changeset or a moment with its zone. None: the state that the month was closed with; else now.

    Raises:
        ConfigurationError: there was no register then, or the moment has no zone.
    """
    standing = _standing(register, as_of)
    number = standing if known_at is None and standing is not None else _resolved(register, known_at)
    entry = register.entry(number)
    if entry is None:
        raise ConfigurationError(
            _("The register has no changeset {number}.").format(number=number), remedy=_("See: workbench log")
        )
    past: Any = Past(register, number)  # reads as a register does
    book = load_book(past)
    facts, books = _read(register, book, as_of, number)
    closed = number == standing or any(
        row["state"] == "closed" and row["month_end"] == as_of for row in past.rows("closings")
    )
    closing, findings = _closing(register, as_of, None if number == standing else number, book)
    if closing is not None and not closed:
        findings = (*findings, Finding("pack.not-closed", as_of.isoformat(), as_of.isoformat()))
    return Evidence(
        as_of=as_of,
        base=facts.base,
        changeset=number,
        head=entry.hash,
        state=register.state_hash(as_of=number),
        closed=closed,
        book=book,
        facts=facts,
        books=books,
        closing=closing,
        findings=findings,
    )


def _read(register: Register, book: RateBook, as_of: date, number: int) -> tuple[Facts, Books]:
    """Facts and books of that state: read as they are while nothing is added, which is quicker than from the log."""
    if number == changeset_now(register):
        facts, books = read_facts(register, book, as_of=as_of), Books.of(register, until=as_of)
        if number == changeset_now(register):
            return _in_order(facts), books
    facts = read_facts(register, book, as_of=as_of, known_at=number)
    return _in_order(facts), Books.as_of(register, number, until=as_of)


def _in_order(facts: Facts) -> Facts:
    """Rows in the order of their ids, whichever way they were read."""
    return replace(facts, tables={name: table.sort_by("id") for name, table in facts.tables.items()})


def _standing(register: Register, as_of: date) -> int | None:
    """The state that the month was closed with."""
    closed = [row for row in register.rows("closings", {"month_end": as_of}) if row["state"] == "closed"]
    return int(closed[-1]["as_of_changeset"]) if closed else None


def _resolved(register: Register, known_at: datetime | int | None) -> int:
    if known_at is None:
        return changeset_now(register)
    if isinstance(known_at, int):
        return known_at
    if known_at.tzinfo is None:
        raise ConfigurationError(
            _("A moment of the past needs its time zone."), remedy=_("Write it as 2026-10-05T09:00:00+08:00.")
        )
    return max((entry.number for entry in register.log() if entry.at <= known_at), default=0)


def _closing(
    register: Register, as_of: date, changeset: int | None, book: RateBook
) -> tuple[MonthEnd | None, tuple[Finding, ...]]:
    last = as_of.replace(day=monthrange(as_of.year, as_of.month)[1])
    if as_of != last:
        details = {"last": last.isoformat()}
        return None, (Finding("pack.not-month-end", as_of.isoformat(), as_of.isoformat(), details=details),)
    made = month_end(register, as_of, changeset=changeset, book=book)
    return made, made.findings
