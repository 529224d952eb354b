"""Recomputing stored documents against a book, and telling why a figure would come out otherwise today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, NamedTuple

from workbench.errors import MoneyError, RateError
from workbench.money import round_fraction
from workbench.rates.book import AGREED, RateBook
from workbench.rates.exact import quotient
from workbench.rates.rate import Rate

__all__ = ["Drift", "audit"]

_WITHOUT_OWN_SOURCE = frozenset({"legal", "peg", "identity"})


class Drift(NamedTuple):
    """One stored figure that does not agree with the book.

    ``cause`` is ``revision`` (the source corrected itself), ``later-publication`` (the day's rate came out after the
    document), ``source-switch`` (the figure is another source's than the book's choice), ``manual-edit`` (no source
    ever said so, or the amount is not amount × rate) or ``rate-missing`` (the book has none; ``expected`` tells why).
    """

    document: str
    field: str
    stored: str
    expected: str
    cause: str


def audit(documents: Iterable[Mapping[str, Any]], book: RateBook) -> list[Drift]:
    """Every drift of the documents, in their order.

    A document has ``currency``, ``base_currency``, ``amount``, ``base_amount``, ``date`` and the fields of its rate:
    ``rate_value`` (base currency per 1 currency), ``rate_date``, ``rate_source``, ``rate_kind`` and ``rate_policy``;
    it is called by its ``number`` or ``id``. A document without ``base_amount`` has nothing to check.
    """
    drifts: list[Drift] = []
    for position, document in enumerate(documents, start=1):
        name = str(document.get("number") or document.get("id") or position)
        if document.get("base_amount") is not None:
            drifts.extend(_drifts(name, document, book))
    return drifts


def _drifts(name: str, document: Mapping[str, Any], book: RateBook) -> Iterable[Drift]:
    amount, base_amount = Decimal(document["amount"]), Decimal(document["base_amount"])
    base_currency = document["base_currency"]
    if document["currency"] == base_currency:
        if amount != base_amount:
            yield Drift(name, "base_amount", str(base_amount), str(amount), "manual-edit")
        return
    if document.get("rate_value") is None:
        yield Drift(name, "rate_value", "", "", "rate-missing")
        return
    stored = Decimal(document["rate_value"])
    if document.get("rate_kind") in AGREED:
        expected = round_fraction(Fraction(amount) * Fraction(stored), base_currency)
        if expected != base_amount:
            yield Drift(name, "base_amount", str(base_amount), str(expected), "manual-edit")
        return
    yield from _published_drifts(name, document, book, stored)


def _published_drifts(name: str, document: Mapping[str, Any], book: RateBook, stored: Decimal) -> Iterable[Drift]:
    rate_date = _day(document.get("rate_date") or document["date"])
    try:
        own = _look_up(document, book, document.get("rate_source"))
    except (RateError, MoneyError) as error:
        yield Drift(name, "rate_value", str(stored), error.code, "rate-missing")
        return
    if own.value != stored or own.rate_date != rate_date:
        field = "rate_value" if own.value != stored else "rate_date"
        before, now = (str(stored), str(own.value)) if field == "rate_value" else (str(rate_date), str(own.rate_date))
        yield Drift(name, field, before, now, _cause(document, book, own, stored, rate_date))
        return
    expected = own.convert(Decimal(document["amount"]))
    if expected != Decimal(document["base_amount"]):
        yield Drift(name, "base_amount", str(document["base_amount"]), str(expected), "manual-edit")
        return
    try:
        chosen = _look_up(document, book, None)
    except RateError:
        # The document's own source stands; that the preferred one has no rate changes nothing about the figure.
        return
    if chosen.source != own.source:
        yield Drift(name, "rate_source", own.source, chosen.source, "source-switch")


def _look_up(document: Mapping[str, Any], book: RateBook, source: str | None) -> Rate:
    kind = document.get("rate_kind") or None
    policy = document.get("rate_policy") or "on_or_before"
    if kind in _WITHOUT_OWN_SOURCE:
        source = None
    if kind == "average" and policy == "month_average":
        kind = None
    on = _day(document["date"])
    return book.get(document["currency"], document["base_currency"], on, policy=policy, kind=kind, source=source)


def _cause(document: Mapping[str, Any], book: RateBook, own: Rate, stored: Decimal, rate_date: date) -> str:
    if stored in _values_ever(book, own, rate_date):
        return "revision" if rate_date == own.rate_date else "later-publication"
    for source in book.sources:
        if source == own.source:
            continue
        try:
            other = _look_up({**document, "rate_kind": None}, book, source)
        except RateError:
            continue
        if other.value == stored:
            return "source-switch"
    return "manual-edit"


def _values_ever(book: RateBook, own: Rate, rate_date: date) -> set[Decimal]:
    """Every value that the source's rows of that day, revised ones too, would give for the pair."""
    changes = []
    for (series, inverse), row in zip(own.route.hops, own.rows, strict=True):
        key = series.key
        here = Fraction(series.table.numerators[row], series.table.denominator)
        rows = book.observations(source=key.source, kind=key.kind, base=key.base, quote=key.quote)
        there = [one.exact for one in rows if one.rate_date == rate_date]
        changes.append([here / one if inverse else one / here for one in there])
    values = (own.exact * prod(combination, start=Fraction(1)) for combination in product(*changes))
    return {quotient(value.numerator, value.denominator) for value in values}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
