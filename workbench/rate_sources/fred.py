"""Federal Reserve H.10 noon rates by way of FRED, one series a pair; the direction differs from series to series."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from urllib.parse import urlencode

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import as_list, as_object, iso_day, observed, read_json, unexpected
from workbench.rates.observation import Observation

__all__ = ["FRED", "SERIES", "parse"]

_OBSERVATIONS = "https://api.stlouisfed.org/fred/series/observations"

SERIES = MappingProxyType(
    {
        **{name: (code, "USD") for name, code in
           (("DEXUSAL", "AUD"), ("DEXUSEU", "EUR"), ("DEXUSNZ", "NZD"), ("DEXUSUK", "GBP"))},
        **{name: ("USD", code) for name, code in
           (("DEXBZUS", "BRL"), ("DEXCAUS", "CAD"), ("DEXCHUS", "CNY"), ("DEXDNUS", "DKK"), ("DEXHKUS", "HKD"),
            ("DEXINUS", "INR"), ("DEXJPUS", "JPY"), ("DEXKOUS", "KRW"), ("DEXMAUS", "MYR"), ("DEXMXUS", "MXN"),
            ("DEXNOUS", "NOK"), ("DEXSDUS", "SEK"), ("DEXSFUS", "ZAR"), ("DEXSIUS", "SGD"), ("DEXSLUS", "LKR"),
            ("DEXSZUS", "CHF"), ("DEXTAUS", "TWD"), ("DEXTHUS", "THB"))},
    }
)  # fmt: skip
"""Series → (base, quote): 1 base = value quote."""


def requests(wanted: Wanted) -> Iterator[Request]:
    """One request a series; the option ``series`` names some of them, separated by commas."""
    names = wanted.options.get("series", ",".join(SERIES)).split(",")
    for name in names:
        query = {
            "series_id": name.strip(),
            "file_type": "json",
            "observation_start": wanted.since.isoformat(),
            "observation_end": wanted.until.isoformat(),
        }
        url = f"{_OBSERVATIONS}?{urlencode(query)}"
        yield Request(url, "json", about=name.strip(), secrets=(("api_key", wanted.key),))


def parse(body: bytes, context: Context) -> list[Observation]:
    """``observations`` of the series named by ``context.about``; days without a rate hold a full stop."""
    pair = SERIES.get(context.about)
    if pair is None:
        raise unexpected(context, _("{series} is no known series").format(series=repr(context.about)[:40]))
    answer = as_object(read_json(body, context), context, "{}")
    found = []
    for row in as_list(answer.get("observations"), context, "observations"):
        one = as_object(row, context, "observations")
        day = iso_day(one.get("date"), context)
        if one.get("value") != "." and context.wants(day):
            value = one.get("value")
            found.append(
                observed(context, source="fred", kind="mid", base=pair[0], quote=pair[1], value=value, rate_date=day)
            )
    return found


FRED = Source(
    name="fred",
    title="Board of Governors of the Federal Reserve System (H.10), by way of FRED",
    kinds=("mid",),
    attribution="Source: Board of Governors of the Federal Reserve System (US), retrieved from FRED, St. Louis Fed.",
    parse=parse,
    requests=requests,
    needs_key=True,
    key_help="https://fred.stlouisfed.org/docs/api/api_key.html",
)
