"""US Treasury: reporting rates of exchange, quarterly, each 1 USD = rate units of the other currency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import as_list, as_object, as_text, iso_day, observed, read_json, unexpected
from workbench.rate_sources.treasury_names import code_of
from workbench.rates.observation import Observation

__all__ = ["TREASURY", "parse"]

_TABLE = "https://api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting/od/rates_of_exchange"
_FIELDS = "record_date,effective_date,country_currency_desc,exchange_rate"
_QUARTER = timedelta(days=100)
_MOST_PAGES = 20
_PAGE = re.compile(r"(?<=&page\[number\]=)[0-9]+", re.ASCII)


def requests(wanted: Wanted) -> Iterator[Request]:
    """The quarters that reach into the period."""
    period = f"record_date:gte:{wanted.since - _QUARTER},record_date:lte:{wanted.until}"
    yield Request(f"{_TABLE}?fields={_FIELDS}&filter={period}&sort=record_date&page[size]=1000&page[number]=1", "json")


def following(request: Request, body: bytes) -> Request | None:
    """The next page of the table."""
    context = Context(where=request.url)
    meta = as_object(as_object(read_json(body, context), context, "{}").get("meta", {}), context, "meta")
    total = meta.get("total-pages", 1)
    if not isinstance(total, int) or total > _MOST_PAGES:
        raise unexpected(context, _("{count} pages").format(count=str(total)[:20]))
    page = _PAGE.search(request.url)
    number = int(page.group()) if page else total
    return None if number >= total else Request(_PAGE.sub(str(number + 1), request.url), "json")


def parse(body: bytes, context: Context) -> list[Observation]:
    """``data`` rows. The rate date is the day it takes effect (an amendment has its own), else the record date.

    Several names can stand for one currency (the countries of a franc zone): the first is taken, and where they differ
    by more than the source's rounding the answer is refused. Names without a known code are left out and told.
    """
    answer = as_object(read_json(body, context), context, "{}")
    found: dict[tuple[str, date], Observation] = {}
    for row in as_list(answer.get("data"), context, "data"):
        one = as_object(row, context, "data")
        day = iso_day(one.get("effective_date") or one.get("record_date"), context)
        label = as_text(one.get("country_currency_desc"), context, "country_currency_desc")
        code = code_of(label, day)
        if not code:
            context.left_out.add(label[:60])
        elif day <= context.until and code != "USD":
            rate = observed(
                context,
                source="treasury",
                kind="quarterly",
                base="USD",
                quote=code,
                value=one.get("exchange_rate"),
                rate_date=day,
            )
            kept = found.setdefault((code, day), rate)
            if abs(kept.exact / rate.exact - 1) * 100 > 5:
                raise unexpected(context, _("two rates for {code}").format(code=code))
    return list(found.values())


TREASURY = Source(
    name="treasury",
    title="US Department of the Treasury (quarterly reporting rates)",
    kinds=("quarterly",),
    attribution="Source: U.S. Department of the Treasury, Bureau of the Fiscal Service, fiscaldata.treasury.gov.",
    parse=parse,
    requests=requests,
    following=following,
)
