"""The rate book and the register together: rates kept in the register, figures converted and audited with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.errors import ConfigurationError, FileRefused, MoneyError, RateError, RegisterError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES
from workbench.rates import Drift, Observation, Rate, RateBook, RateLock, audit
from workbench.register import Register

__all__ = [
    "AuditOutcome",
    "Stored",
    "UpdateOutcome",
    "accept_suspect",
    "add_lock",
    "audit_register",
    "converted_fields",
    "load_book",
    "prefer_sources",
    "read_answer",
    "store_observations",
    "update_from_sources",
]

_PREFERENCE = "rate_sources"
"""Setting with the names of the sources in the order in which they are asked."""
_CONVERTED_TABLES = {"orders": "order_date", "receipts": "value_date", "invoices": "invoice_date"}
_OBSERVATION_FIELDS = (
    "source", "kind", "base", "quote", "unit", "value", "rate_date", "valid_to", "published_at", "fetched_at",
    "payload_sha256", "revision", "status", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of storing observations: counts, and the changeset (None where nothing was new).

    ``left_out`` are codes in the answer that are no currency in circulation; the register keeps none of those.
    """

    new: int
    revised: int
    unchanged: int
    suspect: int
    changeset: int | None
    left_out: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "new": self.new,
            "revised": self.revised,
            "unchanged": self.unchanged,
            "suspect": self.suspect,
            "left_out": list(self.left_out),
            "changeset": self.changeset,
        }


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """What came of an update: one line per source, and the changeset (None where nothing was new)."""

    sources: list[dict[str, Any]]
    changeset: int | None


@dataclass(frozen=True, slots=True)
class AuditOutcome:
    """How many converted figures were recomputed, and every drift."""

    checked: int
    drifts: tuple[Drift, ...]


def load_book(register: Register) -> RateBook:
    """The embedded book with the register's own observations and locks on top.

    Where the firm has said which sources it goes by (``prefer_sources``), they are asked in that order.
    """
    observations = [_observation(row) for row in register.rows("rate_observations")]
    locks = [_lock(row) for row in register.rows("rate_locks")]
    book = RateBook.embedded()
    book = book.with_observations(observations) if observations else book
    book = book.with_locks(locks) if locks else book
    preferred = register.setting(_PREFERENCE)
    return book.with_preference(*preferred, secondary=True) if preferred else book


def prefer_sources(register: Register, names: Sequence[str], *, author: str) -> int | None:
    """Let the register's rates come from these sources, in this order, and after them from the others it has.

    Without names the usual order holds again: only the European Central Bank is asked, unless a source is named.
    Returns the changeset, None where nothing changed.

    Raises:
        ConfigurationError: the register has no rates of one of them.
    """
    wanted = list(dict.fromkeys(names))
    known = load_book(register).sources
    for name in wanted:
        if name not in known:
            raise ConfigurationError(
                _("The register has no rates of {source}.").format(source=name),
                remedy=_("It has rates of: {sources}").format(sources=", ".join(known)),
            )
    rows = register.rows("settings", {"name": _PREFERENCE})
    if wanted == (rows[0]["value"] if rows else []):
        return None
    why = _("rates come from: {sources}").format(sources=", ".join(wanted) or _("the usual source"))
    with register.changeset(origin="settings", reason=why, author=author) as cs:
        if not rows:
            cs.insert("settings", [{"name": _PREFERENCE, "value": wanted}])
        elif wanted:
            cs.update("settings", rows[0]["id"], {"value": wanted}, expected_version=rows[0]["version"])
        else:
            cs.delete("settings", rows[0]["id"])
    return cs.number


def converted_fields(
    book: RateBook,
    amount: Decimal,
    currency: str,
    base: str,
    day: date,
    where: str,
    *,
    document: str = "",
    customer: str = "",
) -> tuple[Mapping[str, Any], Finding | None]:
    """The figure in base currency with all of its evidence, as fields of the register.

    Args:
        book: where the rate is from.
        amount: in ``currency``.
        currency: of the document.
        base: currency of the books.
        day: the day the rate is wanted for (order date, value date, invoice date).
        where: the place, for the finding.
        document: number of the order or contract, whose own lock comes before any published rate.
        customer: code of the customer, whose agreed rate comes next.

    Without a rate that can be stood behind the fields stay empty and the finding says why; never 1.
    """
    try:
        rate = book.get(currency, base, day, document=document, customer=customer)
    except (RateError, MoneyError) as error:
        details = {"currency": currency, "base": base, "date": day.isoformat(), "reason": error.message}
        return {}, Finding("rate.unavailable", where, format(amount, "f"), details=details)
    return {
        "base_currency": base,
        "base_amount": rate.convert(amount),
        **rate.as_fields(),
    }, None


def store_observations(
    register: Register, observations: Iterable[Observation], *, author: str, reason: str, origin: str = "rates"
) -> Stored:
    """Put observations through the gate and add what is new, in one changeset.

    A value that differs from the stored one of the same source, kind, pair and day becomes its next revision; an
    implausible one is stored as suspect and not used until it is accepted.
    """
    from workbench.rate_sources import gate

    circulating, gone = _in_circulation(observations)
    sifted = gate.sift(circulating, load_book(register))
    fresh = sifted.stored
    changeset: int | None = None
    if fresh:
        with register.changeset(origin=origin, reason=reason, author=author) as cs:
            cs.insert("rate_observations", [_observation_row(one) for one in fresh])
        changeset = cs.number
    return Stored(len(sifted.new), len(sifted.revised), len(sifted.unchanged), len(sifted.suspect), changeset, gone)


def read_answer(file: Path, source: str) -> tuple[list[Observation], tuple[str, ...]]:
    """Read a file that somebody saved or pasted from a known source, such as a bank's board or ECB's zip.

    Returns the observations, and what in the file is no currency.

    Raises:
        FileRefused: the file cannot be opened.
        ConfigurationError: there is no such source.
        SourceError: the file is not what that source publishes.
    """
    from workbench.rate_sources import source_named
    from workbench.rate_sources.model import Context

    try:
        body = file.read_bytes()
    except OSError as error:
        raise FileRefused(
            _("The file cannot be read: {why}").format(why=error.strerror or error),
            where=str(file),
            remedy=_("Check the path."),
        ) from error
    context = Context(where=file.name, fetched_at=datetime.now(UTC), payload_sha256=hashlib.sha256(body).hexdigest())
    return source_named(source).parse(body, context), tuple(sorted(context.left_out))


def update_from_sources(
    register: Register,
    names: Sequence[str],
    *,
    since: date | None,
    until: date | None,
    author: str,
    cache: Path | None = None,
    keys: Mapping[str, str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> UpdateOutcome:
    """Fetch from the named sources and store what is new; a source that fails stores nothing and is told.

    ``cache`` is a folder for answers that the sources say are unchanged; ``keys`` are access keys by source.
    """
    from workbench.rate_sources import update

    report = update(
        names, load_book(register), since=since, until=until, cache=cache, keys=keys or {}, progress=progress
    )
    fresh, _gone = _in_circulation(report.stored)
    changeset: int | None = None
    if fresh:
        reason = _("rates from {sources}").format(sources=", ".join(names))
        with register.changeset(origin="rates", reason=reason, author=author) as cs:
            cs.insert("rate_observations", [_observation_row(one) for one in fresh])
        changeset = cs.number
    return UpdateOutcome([source.as_dict() for source in report.sources], changeset)


def add_lock(
    register: Register,
    *,
    scope: str,
    document: str,
    base: str,
    quote: str,
    value: Decimal,
    valid_from: date,
    valid_to: date | None,
    reason: str,
    person: str,
    author: str,
) -> tuple[str, int]:
    """Add a rate lock (``quote`` per 1 ``base``) with the published rate in view on its first day.

    Returns the lock's id and the changeset. Raises LockRefused without a reason or a person.
    """
    in_view = _rate_in_view(load_book(register), base, quote, valid_from)
    lock = RateLock(
        scope, document, base, quote, value, valid_from, valid_to, reason, person, datetime.now(UTC),
        in_view.as_dict() if in_view else None,
    )  # fmt: skip
    row = {
        "scope": lock.scope,
        "document": lock.document or None,
        "base": lock.base,
        "quote": lock.quote,
        "value": lock.value,
        "valid_from": lock.valid_from,
        "valid_to": lock.valid_to,
        "reason": lock.reason,
        "person": lock.person,
        "locked_at": lock.locked_at,
        "rate_row": lock.rate_row,
    }
    why = _("rate lock {base}/{quote} {value} for {document}: {reason}").format(
        base=base, quote=quote, value=value, document=document or scope, reason=reason
    )
    with register.changeset(origin="rates", reason=why, author=author) as cs:
        (lock_id,) = cs.insert("rate_locks", [row])
    return lock_id, cs.number


def accept_suspect(register: Register, row_id: str, *, reason: str, author: str) -> str:
    """Release a suspect observation: its next revision, with status ok, is stored beside it. Returns the new row's id.

    Raises:
        RegisterError: the row is not held back, or the source has given another figure of that day since.
    """
    row = register.get("rate_observations", row_id)
    if row["status"] != "suspect":
        raise RegisterError(
            _("{row} is not held back.").format(row=row_id),
            where=f"rate_observations {row_id}",
            remedy=_("Only suspect rates need to be accepted."),
        )
    same = {name: row[name] for name in ("source", "kind", "base", "quote", "rate_date")}
    later = [one for one in register.rows("rate_observations", same) if one["revision"] > row["revision"]]
    in_force = [one["id"] for one in later if one["status"] == "ok"]
    if in_force:
        raise RegisterError(
            _("{later} has replaced {row} already.").format(later=in_force[-1], row=row_id),
            where=f"rate_observations {row_id}",
            remedy=_("Load the figure again if the earlier one is right after all."),
        )
    suspect = _observation(row)
    revision = max([suspect.revision, *(one["revision"] for one in later)]) + 1
    accepted = replace(suspect, revision=revision, status="ok", note=reason)
    why = _("suspect rate {row} accepted: {reason}").format(row=row_id, reason=reason)
    with register.changeset(origin="rates", reason=why, author=author) as cs:
        (accepted_id,) = cs.insert("rate_observations", [_observation_row(accepted)])
    return accepted_id


def audit_register(register: Register) -> AuditOutcome:
    """Recompute every converted figure of the register against its book as it is now."""
    documents = [
        {**row, "date": row[day], "number": f"{table} {row.get('number') or row['id']}"}
        for table, day in _CONVERTED_TABLES.items()
        for row in register.stream(table)
        if row["base_amount"] is not None
    ]
    return AuditOutcome(len(documents), tuple(audit(documents, load_book(register))))


def _in_circulation(observations: Iterable[Observation]) -> tuple[list[Observation], tuple[str, ...]]:
    """Observations of currencies in circulation, and the codes of the others."""
    kept, gone = [], set()
    for one in observations:
        unknown = {one.base, one.quote} - CURRENCIES.keys()
        gone |= unknown
        if not unknown:
            kept.append(one)
    return kept, tuple(sorted(gone))


def _rate_in_view(book: RateBook, base: str, quote: str, day: date) -> Rate | None:
    try:
        return book.get(base, quote, day)
    except RateError:
        # A lock may be for a pair that nobody publishes; then there is no published rate to keep beside it.
        return None


def _observation(row: Mapping[str, Any]) -> Observation:
    values = {name: row[name] for name in _OBSERVATION_FIELDS}
    for name in ("payload_sha256", "note"):
        values[name] = values[name] or ""
    return Observation(**values)


def _observation_row(one: Observation) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _OBSERVATION_FIELDS}
    for name in ("published_at", "fetched_at"):
        if row[name] is not None and row[name].tzinfo is None:
            row[name] = row[name].replace(tzinfo=UTC)
    return {name: value if value != "" else None for name, value in row.items()}


def _lock(row: Mapping[str, Any]) -> RateLock:
    return RateLock(
        row["scope"], row["document"] or "", row["base"], row["quote"], row["value"], row["valid_from"], row["valid_to"],
        row["reason"], row["person"], row["locked_at"], row["rate_row"],
    )  # fmt: skip
