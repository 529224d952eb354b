"""Rates of a day, amounts converted with them, and where they come from."""

from __future__ import annotations

from decimal import Decimal

from udfs.functions.cells import amount_of, code_of, day_of, rows_of, single
from udfs.functions.host import book
from udfs.registry import ArgumentRefused, Cell, Kind, Parameter, Range, function
from workbench.i18n import _
from workbench.money import currency, from_cell
from workbench.rates import Rate

__all__ = ["fx_convert", "fx_rate", "fx_source", "fx_sum"]

_BASE = Parameter("base", "currency converted from, e.g. USD", "原币种，例如 USD")
_QUOTE = Parameter("quote", "currency converted to, e.g. CNY", "目标币种，例如 CNY")
_DATE = Parameter("date", "day the rate is wanted for", "汇率日期", kind=Kind.DATE)
_POLICY = Parameter(
    "policy", "how the day is picked; on_or_before if empty", "取数规则；默认取当日或之前最近一日", optional=True
)


@function(
    "FX_RATE", _BASE, _QUOTE, _DATE, _POLICY, category="rates",
    help_en="How much of the quote currency one unit of the base currency was worth on that day.",
    help_zh="该日一单位原币种可兑换的目标币种数额。",
)  # fmt: skip
def fx_rate(base: Cell, quote: Cell, day: Cell, policy: Cell = None) -> Decimal:
    """Quote per 1 base, as published or crossed inside one source; raises RateError leaves, never 1 or 0."""
    return _rate(base, quote, day, policy).value


@function(
    "FX_CONVERT", Parameter("amount", "amount in the base currency", "原币金额", kind=Kind.NUMBER), _BASE, _QUOTE, _DATE, _POLICY,
    category="rates",
    help_en="The amount in the quote currency, rounded once, half up, to that currency's minor units.",
    help_zh="折算为目标币种的金额，按该币种最小单位四舍五入一次。",
)  # fmt: skip
def fx_convert(amount: Cell, base: Cell, quote: Cell, day: Cell, policy: Cell = None) -> Decimal:
    """The amount at the rate of that day; raises InexactCell where a cell could not hold it to the last digit."""
    return from_cell(_rate(base, quote, day, policy).convert(amount_of(amount)))


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
    "FX_SUM", Parameter("amounts", "range of amounts", "金额区域", kind=Kind.NUMBER),
    Parameter("currencies", "their currencies: a range of the same shape, or one code", "对应币种：同形区域或单个代码"),
    Parameter("dates", "their days: a range of the same shape, or one day", "对应日期：同形区域或单个日期", kind=Kind.DATE),
    Parameter("to", "currency of the sum", "合计币种"), _POLICY, category="rates", whole=True,
    help_en="The sum of amounts in several currencies, each converted and rounded at the rate of its day.",
    help_zh="多币种金额合计：每笔按其日期汇率折算并四舍五入后相加。",
)  # fmt: skip
def fx_sum(amounts: Range, currencies: Range, dates: Range, to: Cell, policy: Cell = None) -> Decimal:
    """What FX_CONVERT gives for each row, added up; rows without an amount are left out, all others must convert."""
    target, named = single(to), single(policy)
    currency(code_of(target))
    total = Decimal(0)
    rows = rows_of(amounts)
    codes, days = _spread(currencies, rows), _spread(dates, rows)
    for amount_row, code_row, day_row in zip(rows, codes, days, strict=True):
        for amount, code, day in zip(amount_row, code_row, day_row, strict=True):
            if amount is not None and amount != "":
                total += _rate(code, target, day, named).convert(amount_of(amount))
    return from_cell(total)


def _spread(given: Range, rows: list[list[Cell]]) -> list[list[Cell]]:
    """The cells beside the amounts: a range of their shape, or one cell for all of them."""
    found = rows_of(given)
    if len(found) == 1 and len(found[0]) == 1:
        return [[found[0][0]] * len(row) for row in rows]
    if [len(row) for row in found] != [len(row) for row in rows]:
        raise ArgumentRefused(
            _("The ranges differ in shape: {shapes}.").format(
                shapes=", ".join(f"{len(one)}×{len(one[0]) if one else 0}" for one in (rows, found))
            ),
            remedy=_("Give ranges of the same number of rows and columns."),
        )
    return found


def _rate(base: Cell, quote: Cell, day: Cell, policy: Cell) -> Rate:
    return book().get(code_of(base), code_of(quote), day_of(day), policy=str(policy or "").strip() or "on_or_before")
