"""European Central Bank: euro reference rates, each 1 EUR = rate units of the other currency, about 16:00 CET."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import (
    decoded,
    is_money,
    iso_day,
    observed,
    read_csv,
    read_xml,
    unexpected,
    unzipped,
    written_day,
)
from workbench.rates.observation import Observation

__all__ = ["ECB", "ECB_SDMX", "parse", "parse_sdmx"]

_FILES = "https://www.ecb.europa.eu/stats/eurofxref/"
_SDMX = "https://data-api.ecb.europa.eu/service/data/EXR/D..EUR.SP00.A"
_NAMESPACE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_SDMX_COLUMNS = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "TIME_PERIOD", "OBS_VALUE")
_SHORT = timedelta(days=85)


def requests(wanted: Wanted) -> Iterator[Request]:
    """The smallest of the published files that holds the first day wanted."""
    age = wanted.today - wanted.since
    if age <= timedelta(0):
        yield Request(_FILES + "eurofxref-daily.xml", "xml")
    elif age <= _SHORT:
        yield Request(_FILES + "eurofxref-hist-90d.xml", "xml")
    else:
        yield Request(_FILES + "eurofxref-hist.zip", "zip")


def parse(body: bytes, context: Context) -> list[Observation]:
    """The daily or 90-day XML, the history archive, or the CSV in it (or in the one-day archive)."""
    if body.startswith(b"PK"):
        body = unzipped(body, context)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _parse_xml(body, context)
    return _parse_csv(body, context)


def _parse_xml(body: bytes, context: Context) -> list[Observation]:
    found: list[Observation] = []
    days = 0
    for cube in read_xml(body, context).iter(_NAMESPACE):
        if "time" not in cube.attrib:
            continue
        days += 1
        day = iso_day(cube.get("time"), context)
        if not context.wants(day):
            continue
        for rate in cube.findall(_NAMESPACE):
            code = rate.get("currency") or ""
            if is_money(code, context):
                found.append(_rate(context, code, rate.get("rate"), day))
    if not days:
        raise unexpected(context, _("no day with rates"))
    return found


def _parse_csv(body: bytes, context: Context) -> list[Observation]:
    rows = read_csv(body, context)
    head = next(rows)
    if head[0] != "Date" or "USD" not in head:
        raise unexpected(context, _("no heading with Date and USD"))
    found: list[Observation] = []
    for row in rows:
        if len(row) != len(head):
            raise unexpected(context, _("a row with {count} cells").format(count=len(row)))
        # The one-day file writes 30 October 2026, the history 2026-10-30.
        day = written_day(row[0], context) if " " in row[0] else iso_day(row[0], context)
        if not context.wants(day):
            continue
        for code, value in zip(head[1:], row[1:], strict=True):
            if code and value not in {"N/A", ""} and is_money(code, context):
                found.append(_rate(context, code, value, day))
    return found


def sdmx_requests(wanted: Wanted) -> Iterator[Request]:
    """One query for all currencies; a period without publication answers with nothing."""
    period = f"startPeriod={wanted.since}&endPeriod={wanted.until}"
    yield Request(f"{_SDMX}?{period}&format=csvdata&detail=dataonly", "text", may_be_empty=True, may_be_missing=True)


def parse_sdmx(body: bytes, context: Context) -> list[Observation]:
    """The CSV of the statistical data service (csvdata, dataonly); the last line must be complete."""
    if not decoded(body, context).endswith("\n"):
        raise unexpected(context, _("the last line is not complete"))
    rows = read_csv(body, context)
    head = next(rows)
    if not set(_SDMX_COLUMNS) <= set(head):
        raise unexpected(context, _("no heading with {columns}").format(columns=", ".join(_SDMX_COLUMNS)))
    found: list[Observation] = []
    for row in rows:
        if len(row) != len(head):
            raise unexpected(context, _("a row with {count} cells").format(count=len(row)))
        cell = dict(zip(head, row, strict=True))
        if (cell["FREQ"], cell["CURRENCY_DENOM"], cell["EXR_TYPE"]) != ("D", "EUR", "SP00"):
            raise unexpected(context, _("a series other than daily euro reference rates"))
        day = iso_day(cell["TIME_PERIOD"], context)
        if context.wants(day) and cell["OBS_VALUE"] not in {"", "NaN"} and is_money(cell["CURRENCY"], context):
            found.append(_rate(context, cell["CURRENCY"], cell["OBS_VALUE"], day))
    return found


def _rate(context: Context, code: str, value: object, day: date) -> Observation:
    return observed(context, source="ecb", kind="mid", base="EUR", quote=code, value=value, rate_date=day)


_ATTRIBUTION = "Source: European Central Bank, euro foreign exchange reference rates (for information only)."

ECB = Source(
    name="ecb",
    title="European Central Bank",
    kinds=("mid",),
    attribution=_ATTRIBUTION,
    parse=parse,
    requests=requests,
)

ECB_SDMX = Source(
    name="ecb-sdmx",
    title="European Central Bank (statistical data service)",
    kinds=("mid",),
    attribution=_ATTRIBUTION,
    parse=parse_sdmx,
    requests=sdmx_requests,
    institution="ecb",
)
