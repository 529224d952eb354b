"""Frankfurter v2: one institution's rates out of its collection of official sources.

Without ``providers`` the service mixes institutions into a figure that nobody published; so naming one is required.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from workbench.i18n import _
from workbench.rate_sources.errors import ProviderMissing
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import (
    as_list,
    as_object,
    as_text,
    is_money,
    iso_day,
    observed,
    read_json,
    unexpected,
)
from workbench.rates.observation import Observation

__all__ = ["FRANKFURTER", "parse"]

_RATES = "https://api.frankfurter.dev/v2/rates"
_KEY = re.compile(r"[A-Za-z0-9_-]{2,20}", re.ASCII)
_PIECE = timedelta(days=180)


def requests(wanted: Wanted) -> Iterator[Request]:
    """The period in pieces of half a year; options: ``provider`` (one key), ``base`` (default EUR), ``quotes``.

    Raises:
        ProviderMissing: no provider, or more than one, is named.
    """
    provider = wanted.options.get("provider", "")
    if not _KEY.fullmatch(provider):
        raise ProviderMissing(
            _("Frankfurter needs the name of one institution."),
            remedy=_("Give provider=ECB or another single key from its list of providers."),
        )
    since = wanted.since
    while since <= wanted.until:
        until = min(since + _PIECE, wanted.until)
        query = {"from": since.isoformat(), "to": until.isoformat(), "base": wanted.options.get("base", "EUR")}
        if wanted.options.get("quotes"):
            query["quotes"] = wanted.options["quotes"]
        query["providers"] = provider.upper()
        yield Request(f"{_RATES}?{urlencode(query)}", "json", about=provider.upper())
        since = until + timedelta(days=1)


def parse(body: bytes, context: Context) -> list[Observation]:
    """A JSON array of ``date``, ``base``, ``quote``, ``rate``: 1 base = rate quote. ``context.about`` is the provider."""
    if not _KEY.fullmatch(context.about):
        raise ProviderMissing(
            _("Frankfurter needs the name of one institution."),
            remedy=_("Give provider=ECB or another single key from its list of providers."),
        )
    found = []
    for row in as_list(read_json(body, context), context, "[]"):
        one = as_object(row, context, _("row"))
        mixed = [part for part in as_list(one.get("providers", []), context, "providers") if not _is_of(part, context)]
        if mixed:
            raise unexpected(context, _("rates of other institutions than the one asked for"))
        day = iso_day(one.get("date"), context)
        base, quote = as_text(one.get("base"), context, "base"), as_text(one.get("quote"), context, "quote")
        if context.wants(day) and base != quote and is_money(base, context) and is_money(quote, context):
            found.append(
                observed(
                    context,
                    source=f"frankfurter-{context.about.lower()}",
                    kind="mid",
                    base=base,
                    quote=quote,
                    value=one.get("rate"),
                    rate_date=day,
                )
            )
    return found


def _is_of(part: object, context: Context) -> bool:
    return str(as_object(part, context, "providers").get("key", "")).upper() == context.about.upper()


FRANKFURTER = Source(
    name="frankfurter",
    title="Frankfurter (one named institution out of its collection)",
    kinds=("mid",),
    attribution="Rates of the named institution, by way of frankfurter.dev (open source, MIT).",
    parse=parse,
    requests=requests,
    institution="frankfurter",
)
