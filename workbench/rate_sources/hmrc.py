"""HM Revenue & Customs: rates for a calendar month, each 1 GBP = rate units of the other currency."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import (
    is_money,
    observed,
    read_csv,
    read_xml,
    unexpected,
    written_day,
)
from workbench.rates.observation import Observation

__all__ = ["HMRC", "parse"]

_FILES = "https://www.trade-tariff.service.gov.uk/api/v2/exchange_rates/files/"
_COLUMNS = ("currency code", "currency units per £1", "start date", "end date")


def requests(wanted: Wanted) -> Iterator[Request]:
    """One file a month; the month is not zero-padded, and the newest may not be out yet."""
    year, month = wanted.since.year, wanted.since.month
    while (year, month) <= (wanted.until.year, wanted.until.month):
        not_out = (year, month) >= (wanted.today.year, wanted.today.month)
        yield Request(f"{_FILES}monthly_xml_{year}-{month}.xml", "xml", may_be_missing=not_out)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def parse(body: bytes, context: Context) -> list[Observation]:
    """The monthly XML or CSV. Currencies of several countries stand there several times with the same rate.

    Countries are not told by ISO codes in these files, so only the currency codes are read. ``rate_date`` and
    ``valid_to`` are the first and last day of the month.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        rows = _xml_rows(body, context)
    else:
        rows = _csv_rows(body, context)
    found: dict[tuple[str, date], Observation] = {}
    for code, value, first, last in rows:
        if first > last or first.day != 1 or (last + timedelta(days=1)).day != 1 or (last - first).days > 31:
            raise unexpected(context, _("a period that is no calendar month"))
        if first > context.until or last < context.since or code == "GBP" or not is_money(code, context):
            continue
        one = observed(
            context, source="hmrc", kind="monthly", base="GBP", quote=code, value=value, rate_date=first, valid_to=last
        )
        if found.setdefault((code, first), one).exact != one.exact:
            raise unexpected(context, _("two rates for {code}").format(code=code))
    return list(found.values())


def _xml_rows(body: bytes, context: Context) -> Iterator[tuple[str, str, date, date]]:
    root = read_xml(body, context)
    first, word, last = (root.get("Period") or "").partition(" to ")
    if root.tag != "exchangeRateMonthList" or not word:
        raise unexpected(context, "exchangeRateMonthList")
    begin, end = written_day(first, context), written_day(last, context)
    rates = root.findall("exchangeRate")
    if not rates:
        raise unexpected(context, _("no rates"))
    for rate in rates:
        yield (rate.findtext("currencyCode") or "").strip(), (rate.findtext("rateNew") or "").strip(), begin, end


def _csv_rows(body: bytes, context: Context) -> Iterator[tuple[str, str, date, date]]:
    if not body.endswith(b"\n"):
        raise unexpected(context, _("the last line is not complete"))
    rows = read_csv(body, context)
    head = [cell.lower() for cell in next(rows)]
    if not set(_COLUMNS) <= set(head):
        raise unexpected(context, _("no heading with {columns}").format(columns=", ".join(_COLUMNS)))
    places = [head.index(column) for column in _COLUMNS]
    for row in rows:
        if len(row) != len(head):
            raise unexpected(context, _("a row with {count} cells").format(count=len(row)))
        code, value, first, last = (row[place] for place in places)
        yield code, value, _day(first, context), _day(last, context)


def _day(text: str, context: Context) -> date:
    """A day written 31/03/2026."""
    parts = text.split("/")
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise unexpected(context, _("{value} is no day").format(value=repr(text)[:40])) from None


HMRC = Source(
    name="hmrc",
    title="HM Revenue & Customs (monthly rates)",
    kinds=("monthly",),
    attribution="Contains public sector information licensed under the Open Government Licence v3.0.",
    parse=parse,
    requests=requests,
)
