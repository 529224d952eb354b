"""Bank of China's board (外汇牌价): what the bank pays and asks for 100 units of a currency, in yuan.

The board has no interface for programs: its table is pasted or saved as CSV, and read here. Each row gives up to five
prices, several times a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import decoded, is_money, observed, unexpected
from workbench.rates.observation import Observation

__all__ = ["BOC", "parse"]

_BEIJING = timezone(timedelta(hours=8))
_KINDS = {
    "现汇买入价": "bank_buy",
    "现钞买入价": "cash_buy",
    "现汇卖出价": "bank_sell",
    "现钞卖出价": "cash_sell",
    "中行折算价": "mid",
}
_NAME, _DAY, _TIME = ("货币名称", "币种"), ("发布日期",), ("发布时间",)
_NAMES = {
    "阿联酋迪拉姆": "AED", "澳大利亚元": "AUD", "澳元": "AUD", "巴西里亚尔": "BRL", "加拿大元": "CAD", "加元": "CAD",
    "瑞士法郎": "CHF", "丹麦克朗": "DKK", "欧元": "EUR", "英镑": "GBP", "港币": "HKD", "港元": "HKD",
    "印尼卢比": "IDR", "印度尼西亚卢比": "IDR", "印度卢比": "INR", "日元": "JPY", "韩国元": "KRW", "韩元": "KRW",
    "澳门元": "MOP", "林吉特": "MYR", "马来西亚林吉特": "MYR", "挪威克朗": "NOK", "新西兰元": "NZD",
    "菲律宾比索": "PHP", "卢布": "RUB", "俄罗斯卢布": "RUB", "沙特里亚尔": "SAR", "瑞典克朗": "SEK",
    "新加坡元": "SGD", "泰国铢": "THB", "泰铢": "THB", "土耳其里拉": "TRY", "新台币": "TWD", "美元": "USD",
    "南非兰特": "ZAR", "匈牙利福林": "HUF", "波兰兹罗提": "PLN", "墨西哥比索": "MXN", "以色列谢克尔": "ILS",
    "捷克克朗": "CZK", "越南盾": "VND", "科威特第纳尔": "KWD", "卡塔尔里亚尔": "QAR", "蒙古图格里克": "MNT",
    "柬埔寨瑞尔": "KHR", "尼泊尔卢比": "NPR", "巴基斯坦卢比": "PKR", "塞尔维亚第纳尔": "RSD", "文莱元": "BND",
}  # fmt: skip
_MOMENT = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?", re.ASCII
)
_TIME_OF_DAY = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_NOTHING = frozenset({"", "-", "--", "—", "N/A"})


def requests(_wanted: Wanted) -> Iterator[Request]:
    """None: the board is for reading by people.

    Raises:
        ConfigurationError: always, with the way to load the board.
    """
    raise ConfigurationError(
        _("The Bank of China's board cannot be fetched by a program."),
        remedy=_("Copy its table into a text file, or save it as CSV, and load that file."),
    )


def parse(body: bytes, context: Context) -> list[Observation]:
    """A pasted table (tabs, or blanks) or a CSV with the board's headings; in UTF-8 or GB 18030.

    Gives ``bank_buy``, ``cash_buy``, ``bank_sell``, ``cash_sell`` and ``mid``, each: 100 units of the foreign currency =
    value CNY. Rows are ordered by publication; the last of a day is in force. Cells without a price are passed over.
    """
    lines = [line for line in _text(body, context).splitlines() if line.strip()]
    head = next((number for number, line in enumerate(lines) if "现汇买入价" in line), None)
    if head is None:
        raise unexpected(context, _("no heading with 现汇买入价"))
    columns = _cells(lines[head])
    found: list[Observation] = []
    for line in lines[head + 1 :]:
        found += _row(_cells(line), columns, line, context)
    found.sort(key=lambda one: (one.published_at or datetime.min.replace(tzinfo=UTC), one.quote))
    return found


def _text(body: bytes, context: Context) -> str:
    try:
        return body.decode("utf-8-sig") if body.strip() else decoded(body, context)
    except UnicodeDecodeError:
        # What Excel saves as CSV on a Chinese Windows.
        try:
            return body.decode("gb18030")
        except UnicodeDecodeError:
            return decoded(body, context)


def _cells(line: str) -> list[str]:
    for mark in ("\t", ",", "，"):
        if mark in line:
            return [cell.strip().strip('"') for cell in line.split(mark)]
    # Pasted with blanks: a day and its time are one cell.
    return re.sub(r"([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}) +([0-9]{1,2}:)", r"\1T\2", line).split()


def _row(cells: list[str], columns: list[str], line: str, context: Context) -> Iterator[Observation]:
    if len(cells) == len(columns) - 1 and columns[-1] in _TIME and any(name in columns for name in _DAY):
        columns = columns[:-1]
    if len(cells) != len(columns):
        raise unexpected(context, _("a row with {count} cells: {line}").format(count=len(cells), line=line[:60]))
    cell = dict(zip(columns, cells, strict=True))
    name = next((cell[column] for column in _NAME if column in cell), "")
    code = _NAMES.get(name, name)
    if code == "CNY" or not is_money(code, context):
        return
    day, moment = _published(cell, context)
    if not context.wants(day):
        return
    for column, kind in _KINDS.items():
        value = cell.get(column, "")
        if value not in _NOTHING:
            yield observed(
                context,
                source="boc",
                kind=kind,
                base=code,
                quote="CNY",
                unit=100,
                value=value,
                rate_date=day,
                published_at=moment,
            )


def _published(cell: dict[str, str], context: Context) -> tuple[date, datetime | None]:
    words = [cell[column] for column in (*_DAY, *_TIME) if cell.get(column)]
    for word in words:
        found = _MOMENT.fullmatch(word)
        if found is None:
            continue
        time = found.groups()[3:]
        later = _TIME_OF_DAY.fullmatch(words[-1])
        if time[0] is None and later is not None:
            time = later.groups()
        try:
            day = date(*(int(part) for part in found.groups()[:3]))
            if time[0] is None:
                return day, None
            hour, minute, second = (int(part or 0) for part in time)
            moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_BEIJING)
        except ValueError:
            break
        return day, moment.astimezone(UTC)
    raise unexpected(context, _("{value} is no day").format(value=repr(" ".join(words))[:40]))


BOC = Source(
    name="boc",
    title="Bank of China (board rates, 外汇牌价; by paste or file)",
    kinds=tuple(_KINDS.values()),
    attribution="Source: Bank of China, foreign exchange board.",
    parse=parse,
    requests=requests,
)
