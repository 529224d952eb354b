"""Where a converted figure comes from, in words, and the rates that a register's figures stand on.

Rows are as the register stores them: amounts in minor units, rates as digits, legs as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from workbench.rates import Rate
from workbench.reports.figures import Row
from workbench.reports.plain import decimal, shown_amount
from workbench.reports.queries import Queries
from workbench.reports.reading import Snapshot
from workbench.reports.texts import Texts

__all__ = ["legs_text", "note", "rates_used", "sources_named", "stored_rate"]

_RATE = ("rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy")


def legs_text(legs: str | None) -> str:
    """The published rates that a rate was crossed from: ``EUR→USD 1.0850 (2026-03-02) · EUR→CNY 7.85 (2026-03-02)``.

    ``legs`` is JSON, as the register stores it.
    """
    return " · ".join(
        f"{leg['base']}→{leg['quote']} {_digits(leg['value'])} ({leg['rate_date']})"
        for leg in json.loads(legs or "[]") or ()
    )


def stored_rate(rate: Rate) -> Row:
    """A rate under the names of a converted figure, its values as the register would store them."""
    fields = rate.as_fields()
    return {
        **fields,
        "rate_value": format(rate.value, "f"),
        "rate_date": rate.rate_date.isoformat(),
        "rate_legs": json.dumps(fields["rate_legs"], default=str),
    }


def note(row: Mapping[str, Any], amount: str, base_amount: str, texts: Texts) -> str:
    """The evidence of a converted figure, a line each: both amounts, the rate, its publication, its legs.

    ``amount`` and ``base_amount`` are the row's keys of the document and the base amount. Empty without a rate.
    """
    if row.get("rate_value") is None or row.get(base_amount) is None:
        return ""
    base, quote = row["base_currency"], row["currency"]
    amounts = (shown_amount(decimal(row[key], code), code) for key, code in ((amount, quote), (base_amount, base)))
    lines = [
        " → ".join(amounts),
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
        for leg in json.loads(row.get("rate_legs") or "[]") or ()
    ]
    return "\n".join(lines)


def rates_used(snapshot: Snapshot, queries: Queries) -> list[Row]:
    """Each different rate behind a stored figure once, newest first in its pair: how many stand on it, and one of them."""
    found: dict[tuple[object, ...], Row] = {}
    for query in queries.rates_used():
        for row in snapshot.rows(query):
            names = (row["currency"], row["base_currency"], Decimal(row["rate_value"]))
            key = (*names, *(row.get(name) for name in _RATE[1:]))
            if key in found:
                found[key]["uses"] += row["uses"]
            else:
                pair = f"{row['currency']}→{row['base_currency']}"
                facts = {name: row.get(name) for name in (*_RATE, "uses", "first_use")}
                found[key] = {"pair": pair, **facts, "legs_text": legs_text(row.get("rate_legs"))}
    rows = sorted(found.values(), key=lambda row: (row["rate_date"], row["rate_value"], row["first_use"]), reverse=True)
    return sorted(rows, key=lambda row: str(row["pair"]))


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
