"""Services that mix rates from unnamed sources: Open Exchange Rates, ExchangeRate-API, forex-python's server.

Their figures are nobody's official rate; they help where no institution publishes a currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import as_object, as_text, is_money, iso_day, observed, read_json, unexpected
from workbench.rates.observation import Observation

__all__ = ["ER_API", "FOREX_PYTHON", "OPEN_EXCHANGE_RATES", "parse_er_api", "parse_forex_python", "parse_oxr"]

_OXR = "https://openexchangerates.org/api/"
_ER_API = "https://open.er-api.com/v6/latest/"
_FOREX_PYTHON = "https://theratesapi.com/api/"


def _each_day(wanted: Wanted) -> Iterator[date]:
    day = wanted.since
    while day <= wanted.until:
        yield day
        day += timedelta(days=1)


def oxr_requests(wanted: Wanted) -> Iterator[Request]:
    """One file a day; today's is ``latest.json``."""
    for day in _each_day(wanted):
        name = "latest" if day >= wanted.today else f"historical/{day}"
        yield Request(f"{_OXR}{name}.json", "json", secrets=(("app_id", wanted.key),))


def parse_oxr(body: bytes, context: Context) -> list[Observation]:
    """``timestamp``, ``base`` and ``rates``: 1 base = rate units. The rate date is the timestamp's day (UTC)."""
    answer = as_object(read_json(body, context), context, "{}")
    moment = _moment(answer.get("timestamp"), context, "timestamp")
    return _rates(answer, "base", context, source="openexchangerates", day=moment.date(), published_at=moment)


def er_api_requests(wanted: Wanted) -> Iterator[Request]:
    """The latest rates against the option ``base`` (default USD); there is no history."""
    base = wanted.options.get("base", "USD")
    yield Request(f"{_ER_API}{base if base.isalpha() else 'USD'}", "json")


def parse_er_api(body: bytes, context: Context) -> list[Observation]:
    """``time_last_update_unix``, ``base_code`` and ``rates``: 1 base = rate units."""
    answer = as_object(read_json(body, context), context, "{}")
    if answer.get("result") != "success":
        raise unexpected(context, _("the source reports {code}").format(code=str(answer.get("error-type"))[:40]))
    moment = _moment(answer.get("time_last_update_unix"), context, "time_last_update_unix")
    return _rates(answer, "base_code", context, source="er-api", day=moment.date(), published_at=moment)


def forex_python_requests(wanted: Wanted) -> Iterator[Request]:
    """The address that forex-python asks, one a weekday; ``about`` is the day asked for."""
    for day in _each_day(wanted):
        if day.weekday() < 5:
            yield Request(f"{_FOREX_PYTHON}{day}?base=EUR&rtype=fpy", "json", about=day.isoformat())


def parse_forex_python(body: bytes, context: Context) -> list[Observation]:
    """``base``, ``date`` and ``rates``. An answer for another day than the one asked for is refused."""
    answer = as_object(read_json(body, context), context, "{}")
    day = iso_day(answer.get("date"), context)
    if day.isoformat() != context.about:
        raise unexpected(context, _("rates of {day} in place of {asked}").format(day=day, asked=context.about))
    return _rates(answer, "base", context, source="forex-python", day=day, published_at=None)


def _moment(value: object, context: Context, what: str) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 35:
        raise unexpected(context, what)
    return datetime.fromtimestamp(value, UTC)


def _rates(
    answer: Mapping[str, Any],
    base_name: str,
    context: Context,
    *,
    source: str,
    day: date,
    published_at: datetime | None,
) -> list[Observation]:
    base = as_text(answer.get(base_name), context, base_name)
    rates = as_object(answer.get("rates"), context, "rates")
    if not rates or not is_money(base, context):
        raise unexpected(context, "rates")
    if base in rates and rates[base] != 1:
        raise unexpected(context, _("1 {base} is not 1 {base}").format(base=base))
    return [
        observed(
            context,
            source=source,
            kind="mid",
            base=base,
            quote=code,
            value=value,
            rate_date=day,
            published_at=published_at,
        )
        for code, value in rates.items()
        if code != base and context.wants(day) and is_money(code, context)
    ]


OPEN_EXCHANGE_RATES = Source(
    name="openexchangerates",
    title="Open Exchange Rates (mixed from unnamed sources)",
    kinds=("mid",),
    attribution="Rates by openexchangerates.org, used under its licence.",
    parse=parse_oxr,
    requests=oxr_requests,
    needs_key=True,
    key_help="https://openexchangerates.org/signup",
    redistributable=False,
)

ER_API = Source(
    name="er-api",
    title="ExchangeRate-API, open access (mixed from unnamed sources)",
    kinds=("mid",),
    attribution="Rates By Exchange Rate API (https://www.exchangerate-api.com); not to be passed on.",
    parse=parse_er_api,
    requests=er_api_requests,
    redistributable=False,
)

FOREX_PYTHON = Source(
    name="forex-python",
    title="The server that the package forex-python asks (often out of service; off unless named)",
    kinds=("mid",),
    attribution="Rates by way of theratesapi.com, as used by forex-python.",
    parse=parse_forex_python,
    requests=forex_python_requests,
    off_by_default=True,
)
