"""Amounts: read from texts, rounded, checked against their currency, written out in words."""

from __future__ import annotations

from decimal import Decimal

from udfs.functions.cells import amount_of, code_of, text_of
from udfs.registry import ArgumentRefused, Cell, Kind, Parameter, function
from workbench.i18n import _
from workbench.money import Hints, currency, from_cell, parse, round_to_minor
from workbench.money.words import LANGUAGES, in_words

__all__ = ["fx_check", "fx_parse", "fx_round", "fx_words"]

_AMOUNT = Parameter("amount", "the amount", "金额", kind=Kind.NUMBER)
_CURRENCY = Parameter("currency", "its currency, e.g. USD", "币种，例如 USD")


@function(
    "FX_PARSE", Parameter("text", "amount as typed, e.g. HK$ 12,000", "输入的金额文本，例如 HK$ 12,000"),
    Parameter("hint", "currency the sheet is known to be in", "已知的表格币种", optional=True), category="money",
    help_en="ISO code and amount of a text, e.g. HKD 12000; an error where it can be read in two ways.",
    help_zh="将文本识别为 ISO 币种与金额，例如 HKD 12000；有歧义时返回错误。",
)  # fmt: skip
def fx_parse(text: Cell, hint: Cell = None) -> str:
    """``CODE amount``; refused where the text is ambiguous or no amount. A number needs the hint for its currency."""
    known = code_of(hint)
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


@function(
    "FX_ROUND", _AMOUNT, _CURRENCY, category="money",
    help_en="The amount at the minor units of its currency, half away from zero as ROUND does.",
    help_zh="按币种最小单位四舍五入，与 ROUND 一致。",
)  # fmt: skip
def fx_round(amount: Cell, code: Cell) -> Decimal:
    """The amount as it can be paid: JPY without decimals, KWD with three."""
    return from_cell(round_to_minor(amount_of(amount), code_of(code)))


@function(
    "FX_CHECK", _AMOUNT, _CURRENCY, category="money",
    help_en="TRUE where such an amount can exist in the currency, FALSE where it has more decimals than that has.",
    help_zh="金额的小数位数符合该币种时为 TRUE，否则为 FALSE。",
)  # fmt: skip
def fx_check(amount: Cell, code: Cell) -> bool:
    """Whether the amount needs no rounding in its currency; an unknown currency is an error."""
    given = amount_of(amount)
    return round_to_minor(given, code_of(code)) == given


@function(
    "FX_WORDS", _AMOUNT, _CURRENCY,
    Parameter("language", f"zh (default), {', '.join(sorted(set(LANGUAGES) - {'zh'}))}", "语言，默认 zh 大写", optional=True),
    category="money", carried=False,
    help_en="The amount in words, as it is written on invoices and cheques; Chinese in financial characters.",
    help_zh="金额大写；也可用其他语言书写。",
)  # fmt: skip
def fx_words(amount: Cell, code: Cell, language: Cell = None) -> str:
    """Words for an amount that its currency can have; refused where it would have to be rounded first."""
    return in_words(amount_of(amount), code_of(code), text_of(language).lower() or "zh")
