"""The spreadsheet functions, each one plain function over single cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from udfs.registry import ArgumentRefused, Cell, Parameter, function
from workbench.dates import read_date
from workbench.i18n import _
from workbench.money import Hints, currency, from_cell, parse
from workbench.rates import Rate, RateBook

__all__ = ["fx_convert", "fx_parse", "fx_rate", "fx_source", "use_book"]

_BASE = Parameter("base", "currency converted from, e.g. USD", "原币种，例如 USD")
_QUOTE = Parameter("quote", "currency converted to, e.g. CNY", "目标币种，例如 CNY")
_DATE = Parameter("date", "day the rate is wanted for", "汇率日期")
_POLICY = Parameter(
    "policy", "how the day is picked; on_or_before if empty", "取数规则；默认取当日或之前最近一日", optional=True
)


class _Host:
    """What the cells of this process are computed from."""

    book: RateBook | None = None


def use_book(book: RateBook | None) -> None:
    """The book that cells are computed from; None is the embedded one."""
    _Host.book = book


@function(
    "FX_RATE", _BASE, _QUOTE, _DATE, _POLICY, category="rates",
    help_en="How much of the quote currency one unit of the base currency was worth on that day.",
    help_zh="该日一单位原币种可兑换的目标币种数额。",
)  # fmt: skip
def fx_rate(base: Cell, quote: Cell, day: Cell, policy: Cell = None) -> Decimal:
    """Quote per 1 base, as published or crossed inside one source; raises RateError leaves, never 1 or 0."""
    return _rate(base, quote, day, policy).value


@function(
    "FX_CONVERT", Parameter("amount", "amount in the base currency", "原币金额"), _BASE, _QUOTE, _DATE, _POLICY,
    category="rates",
    help_en="The amount in the quote currency, rounded once, half up, to that currency's minor units.",
    help_zh="折算为目标币种的金额，按该币种最小单位四舍五入一次。",
)  # fmt: skip
def fx_convert(amount: Cell, base: Cell, quote: Cell, day: Cell, policy: Cell = None) -> Decimal:
    """The amount at the rate of that day; raises InexactCell where a cell could not hold it to the last digit."""
    if not isinstance(amount, int | float | str | Decimal):
        raise ArgumentRefused(_("There is no amount."), remedy=_("Give a number."))
    given = from_cell(amount)
    return from_cell(_rate(base, quote, day, policy).convert(given))


@function(
    "FX_SOURCE", _BASE, _QUOTE, _DATE, _POLICY, category="rates",
    help_en="Who published the rate, on which day, how old it is, and the rates it was crossed from.",
    help_zh="汇率来源、公布日期、距今天数及交叉计算所用汇率。",
)  # fmt: skip
def fx_source(base: Cell, quote: Cell, day: Cell, policy: Cell = None) -> str:
    """One line of evidence."""
    rate = _rate(base, quote, day, policy)
    legs = "; ".join(f"1 {leg.base} = {leg.value} {leg.quote}" for leg in rate.legs)
    return f"{rate.source} {rate.kind} {rate.rate_date} ({rate.age_days} d): {legs}"


@function(
    "FX_PARSE", Parameter("text", "amount as typed, e.g. HK$ 12,000", "输入的金额文本，例如 HK$ 12,000"),
    Parameter("hint", "currency the sheet is known to be in", "已知的表格币种", optional=True), category="money",
    help_en="ISO code and amount of a text, e.g. HKD 12000; an error where it can be read in two ways.",
    help_zh="将文本识别为 ISO 币种与金额，例如 HKD 12000；有歧义时返回错误。",
)  # fmt: skip
def fx_parse(text: Cell, hint: Cell = None) -> str:
    """``CODE amount``; refused where the text is ambiguous or no amount. A number needs the hint for its currency."""
    known = _code(hint)
    if known:
        currency(known)
    parsed = parse("" if text is None else str(text), Hints(currency=known))
    if parsed.ambiguous or parsed.amount is None or parsed.currency is None:
        candidates = ", ".join([*parsed.candidates, *(format(one, "f") for one in parsed.amount_candidates)])
        raise ArgumentRefused(
            _("{text} cannot be read for sure ({candidates}).").format(text=repr(text), candidates=candidates or "—"),
            remedy=_("Write the ISO code and a plain number."),
        )
    return f"{parsed.currency} {parsed.amount:f}"


def _rate(base: Cell, quote: Cell, day: Cell, policy: Cell) -> Rate:
    book = _Host.book or RateBook.embedded()
    return book.get(_code(base), _code(quote), _day(day), policy=str(policy or "").strip() or "on_or_before")


def _code(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip().upper()


def _day(cell: Cell) -> date:
    """A day as a host hands it over: a date, a text that can be one day only, or a serial number of the 1900 system."""
    read = read_date(cell)
    if read.date is not None:
        return read.date
    if read.candidates:
        days = ", ".join(day.isoformat() for day in read.candidates)
        problem = _("{value} may be one of several days: {days}.").format(value=repr(cell), days=days)
    elif cell is None or cell == "":
        problem = _("There is no date.")
    else:
        problem = _("{value} is no date.").format(value=repr(cell))
    raise ArgumentRefused(problem, remedy=_("Give a date cell or 2026-03-31."))
