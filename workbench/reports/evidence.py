"""Where a converted figure comes from, in words, and the rates that a register's figures stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.rates import Rate
from workbench.reports.cells import shown_amount
from workbench.reports.figures import Figures, Row
from workbench.reports.texts import Texts

__all__ = ["legs_text", "note", "rates_used", "sources_named"]

_CONVERTED = {"orders": ("number", "currency"), "receipts": ("id", "currency"), "invoices": ("number", "currency")}


def legs_text(row: Mapping[str, Any]) -> str:
    """The published rates that a rate was crossed from: ``EUR→USD 1.0850 (2026-03-02) · EUR→CNY 7.85 (2026-03-02)``."""
    return " · ".join(
        f"{leg['base']}→{leg['quote']} {_digits(leg['value'])} ({leg['rate_date']})"
        for leg in row.get("rate_legs") or ()
    )


def note(row: Mapping[str, Any], amount: str, base_amount: str, texts: Texts) -> str:
    """The evidence of a converted figure, a line each: both amounts, the rate, its publication, its legs.

    ``amount`` and ``base_amount`` are the row's keys of the document and the base amount. Empty without a rate.
    """
    if row.get("rate_value") is None or row.get(base_amount) is None:
        return ""
    base, quote = row["base_currency"], row["currency"]
    lines = [
        f"{shown_amount(row[amount], quote)} → {shown_amount(row[base_amount], base)}",
        texts.say("note-rate", value=_digits(row["rate_value"]), base=base, quote=quote),
        texts.say(
            "note-date",
            date=row["rate_date"],
            source=texts.label(row["rate_source"] or "—", "rate_source"),
            kind=texts.label(row["rate_kind"] or "—", "rate_kind"),
            policy=texts.label(row["rate_policy"] or "—", "rate_policy"),
        ),
    ]
    lines += [
        texts.say("note-leg", base=leg["base"], value=_digits(leg["value"]), quote=leg["quote"], date=leg["rate_date"])
        for leg in row.get("rate_legs") or ()
    ]
    return "\n".join(lines)


def rates_used(figures: Figures) -> list[Row]:
    """Each different rate behind a stored figure once, newest first, with how many figures stand on it and one of them."""
    found: dict[tuple[object, ...], Row] = {}
    for name, (label, currency) in _CONVERTED.items():
        for row in figures.tables[name]:
            if row.get("rate_value") is not None and row[currency] != row["base_currency"]:
                _count(found, row[currency], row, str(row[label]))
    for row in figures.tables["allocations"]:
        for what, currency in (("carrying", "document_currency"), ("settlement", "receipt_currency")):
            if row[currency] != row["base_currency"]:
                rate = {
                    "base_currency": row["base_currency"],
                    "rate_value": row[f"{what}_rate"],
                    "rate_date": row[f"{what}_rate_date"],
                    "rate_source": row["rate_source"],
                }
                _count(found, row[currency], rate, row["id"])
    return sorted(found.values(), key=lambda row: (row["pair"], -row["rate_date"].toordinal()))


def _count(found: dict[tuple[object, ...], Row], currency: str, row: Mapping[str, Any], where: str) -> None:
    names = ("rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy")
    key = (currency, row["base_currency"], *(row.get(name) for name in names))
    rate = found.get(key)
    if rate is None:
        pair = f"{currency}→{row['base_currency']}"
        facts = {name: row.get(name) for name in names}
        rate = found[key] = {"pair": pair, **facts, "legs_text": legs_text(row), "uses": 0, "first_use": where}
    rate["uses"] += 1


def _digits(value: object) -> str:
    """A rate at twelve significant digits: enough to check by hand; the register keeps them all."""
    text = str(value)
    digits = text.replace(".", "").lstrip("0")
    return text if len(digits) <= 12 or "." not in text else text[: len(text) - (len(digits) - 12)].rstrip("0") + "…"


def sources_named(rates: Iterable[Rate], texts: Texts) -> list[str]:
    """``ECB mid`` and the like: the sources and kinds that occur, each once."""
    return sorted(
        {f"{texts.label(rate.source, 'rate_source')} {texts.label(rate.kind, 'rate_kind')}" for rate in rates}
    )
