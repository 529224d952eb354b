"""China Foreign Exchange Trade System: RMB central parity (中间价), published about 9:15 Beijing on trading days.

The directions are mixed and kept as published: ``USD/CNY`` and ``100JPY/CNY`` say how many yuan the foreign unit
costs, ``CNY/KRW`` and ``CNY/MYR`` how many foreign units one yuan buys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from workbench.i18n import _
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

__all__ = ["CFETS", "parse"]

_SITE = "https://www.chinamoney.com.cn"
_LATEST = f"{_SITE}/r/cms/www/chinamoney/data/fx/ccpr.json"
_HISTORY = f"{_SITE}/ags/ms/cm-u-bk-ccpr/CcprHisNew"
_HEADERS = (("Referer", f"{_SITE}/chinese/bkccpr/"), ("Accept", "application/json"))
# More rows a page are answered with 403, longer periods with nothing.
_PAGE_ROWS = 50
_LONGEST_PERIOD = timedelta(days=360)
_MOST_PAGES = 40
_PAIR = re.compile(r"([0-9]{1,4})?([A-Z]{3})/([A-Z]{3})", re.ASCII)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{1,2}):([0-9]{2})", re.ASCII)
_PAGE = re.compile(r"(?<=&pageNum=)[0-9]+", re.ASCII)
_BEIJING = timezone(timedelta(hours=8))


def requests(wanted: Wanted) -> Iterator[Request]:
    """The latest file where only today is wanted, else the history in pieces of less than a year."""
    if wanted.since >= wanted.today:
        yield Request(_LATEST, "json", headers=_HEADERS)
        return
    since = wanted.since
    while since <= wanted.until:
        until = min(since + _LONGEST_PERIOD, wanted.until)
        query = f"startDate={since}&endDate={until}&currency=&pageNum=1&pageSize={_PAGE_ROWS}"
        yield Request(f"{_HISTORY}?{query}", "json", headers=_HEADERS)
        since = until + timedelta(days=1)


def following(request: Request, body: bytes) -> Request | None:
    """The next page of a history answer."""
    page = _PAGE.search(request.url)
    if page is None:
        return None
    context = Context(where=request.url)
    data = as_object(as_object(read_json(body, context), context, "{}").get("data"), context, "data")
    total = data.get("pageTotal", 1)
    number = int(page.group())
    if not isinstance(total, int) or total > _MOST_PAGES:
        raise unexpected(context, _("{count} pages").format(count=str(total)[:20]))
    if number >= total:
        return None
    return Request(_PAGE.sub(str(number + 1), request.url), "json", headers=_HEADERS)


def parse(body: bytes, context: Context) -> list[Observation]:
    """The latest file (``records`` of ``vrtEName``, ``price``) or a history page (``head`` and ``values``)."""
    answer = as_object(read_json(body, context), context, "{}")
    head = as_object(answer.get("head"), context, "head")
    if head.get("rep_code") != "200":
        raise unexpected(context, _("the source reports code {code}").format(code=str(head.get("rep_code"))[:20]))
    data = as_object(answer.get("data"), context, "data")
    records = as_list(answer.get("records"), context, "records")
    return _latest(data, records, context) if "lastDate" in data else _history(data, records, context)


def _latest(data: object, records: object, context: Context) -> list[Observation]:
    moment = _MOMENT.fullmatch(as_text(as_object(data, context, "data")["lastDate"], context, "lastDate"))
    if moment is None or int(moment[2]) > 23 or int(moment[3]) > 59:
        raise unexpected(context, "lastDate")
    day = iso_day(moment[1], context)
    published = datetime(day.year, day.month, day.day, int(moment[2]), int(moment[3]), tzinfo=_BEIJING).astimezone(UTC)
    if not context.wants(day):
        return []
    found = []
    for record in as_list(records, context, "records"):
        one = as_object(record, context, "records")
        found += _rate(context, one.get("vrtEName"), one.get("price"), day, published)
    if not found:
        raise unexpected(context, _("no rates"))
    return found


def _history(data: object, records: object, context: Context) -> list[Observation]:
    columns = as_list(as_object(data, context, "data").get("head"), context, "head")
    found = []
    for record in as_list(records, context, "records"):
        one = as_object(record, context, "records")
        day = iso_day(one.get("date"), context)
        values = as_list(one.get("values"), context, "values")
        if len(values) != len(columns):
            raise unexpected(
                context, _("{count} values for {pairs} pairs").format(count=len(values), pairs=len(columns))
            )
        if context.wants(day):
            for pair, value in zip(columns, values, strict=True):
                found += _rate(context, pair, value, day)
    return found


def _rate(
    context: Context, pair: object, value: object, day: date, published: datetime | None = None
) -> list[Observation]:
    name = _PAIR.fullmatch(as_text(pair, context, _("pair")))
    if name is None or "CNY" not in (name[2], name[3]):
        raise unexpected(context, _("{value} is no pair with CNY").format(value=repr(pair)[:40]))
    # A pair that began later has dashes before its first day.
    if value in {"---", "--", "-", ""}:
        return []
    if not (is_money(name[2], context) and is_money(name[3], context)):
        return []
    return [
        observed(
            context,
            source="cfets",
            kind="parity",
            base=name[2],
            quote=name[3],
            unit=int(name[1] or 1),
            value=value,
            rate_date=day,
            published_at=published,
        )
    ]


CFETS = Source(
    name="cfets",
    title="China Foreign Exchange Trade System (RMB central parity, 人民币汇率中间价)",
    kinds=("parity",),
    attribution="Source: China Foreign Exchange Trade System, authorised by the People's Bank of China.",
    parse=parse,
    requests=requests,
    following=following,
)
