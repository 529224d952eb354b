"""Trade terms, quotations and the export rebate."""

from __future__ import annotations

from decimal import Decimal

from udfs.functions.cells import amount_of, code_of, number_of
from udfs.registry import Cell, Kind, Parameter, function
from workbench.money import from_cell
from workbench.pricing import MARKUP, cif_price, fob_from_cif, fob_quote, trading_rebate

__all__ = ["export_rebate", "price_cif", "price_fob", "price_quote"]

_FREIGHT = Parameter("freight", "main carriage, in the price's currency", "主运费（报价币种）", kind=Kind.NUMBER)
_PREMIUM = Parameter("premium", "insurance premium in per cent, e.g. 0.8", "保险费率（%），例如 0.8", kind=Kind.NUMBER)
_CURRENCY = Parameter("currency", "currency of the price", "报价币种")
_MARKUP = Parameter("markup", "insured above the value in per cent; 10 if empty", "投保加成（%），默认 10", optional=True, kind=Kind.NUMBER)  # fmt: skip
_VAT = Parameter("vat", "VAT in per cent, e.g. 13", "增值税率（%），例如 13", kind=Kind.NUMBER)
_REBATE = Parameter("rebate", "export rebate in per cent", "出口退税率（%）", kind=Kind.NUMBER)
_PURCHASE = Parameter("purchase", "purchase price with VAT, in base currency", "含税采购价（本位币）", kind=Kind.NUMBER)


@function(
    "PRICE_CIF", Parameter("fob", "FOB price", "FOB 价", kind=Kind.NUMBER), _FREIGHT, _PREMIUM, _CURRENCY, _MARKUP,
    category="prices",
    help_en="CIF price from FOB, freight and insurance; the premium is insured with the goods.",
    help_zh="由 FOB、运费、保险费计算 CIF 价（保险费含在投保金额内）。",
)  # fmt: skip
def price_cif(fob: Cell, freight: Cell, premium: Cell, code: Cell, markup: Cell = None) -> Decimal:
    """``(FOB + freight) / (1 - (1 + markup) × premium)``, rounded once."""
    made = cif_price(
        amount_of(fob), amount_of(freight), amount_of(premium), code_of(code), markup_percent=number_of(markup, MARKUP)
    )
    return from_cell(made)


@function(
    "PRICE_FOB", Parameter("cif", "CIF price", "CIF 价", kind=Kind.NUMBER), _FREIGHT, _PREMIUM, _CURRENCY, _MARKUP,
    category="prices",
    help_en="FOB price inside a CIF price: what customs and the export rebate go by.",
    help_zh="由 CIF 价还原 FOB 价（报关与退税依据）。",
)  # fmt: skip
def price_fob(cif: Cell, freight: Cell, premium: Cell, code: Cell, markup: Cell = None) -> Decimal:
    """``CIF × (1 - (1 + markup) × premium) - freight``, rounded once."""
    made = fob_from_cif(
        amount_of(cif), amount_of(freight), amount_of(premium), code_of(code), markup_percent=number_of(markup, MARKUP)
    )
    return from_cell(made)


@function(
    "PRICE_QUOTE", _PURCHASE, Parameter("rate", "base currency for 1 of the quoted", "汇率（本位币/报价币）", kind=Kind.NUMBER),
    _CURRENCY, _VAT, _REBATE,
    Parameter("domestic", "further cost in base currency", "国内费用（本位币）", optional=True, kind=Kind.NUMBER),
    Parameter("percents", "margin, commission and bank charges in per cent of FOB", "利润、佣金、银行费合计（占 FOB %）", optional=True, kind=Kind.NUMBER),
    category="prices",
    help_en="FOB price to quote: cost after rebate at the rate, with margin, commission and charges inside.",
    help_zh="FOB 报价：扣除退税后的成本按汇率折算，含利润、佣金和费用。",
)  # fmt: skip
def price_quote(
    purchase: Cell, rate: Cell, code: Cell, vat: Cell, rebate: Cell, domestic: Cell = None, percents: Cell = None
) -> Decimal:
    """``(purchase - rebate + domestic) / rate / (1 - percents)``, rounded once."""
    made = fob_quote(
        amount_of(purchase), amount_of(rate), code_of(code), vat_percent=amount_of(vat),
        rebate_percent=amount_of(rebate), domestic=number_of(domestic, Decimal(0)), percents=number_of(percents, Decimal(0)),
    )  # fmt: skip
    return from_cell(made)


@function(
    "EXPORT_REBATE", _PURCHASE, _VAT, _REBATE,
    Parameter("currency", "base currency; CNY if empty", "本位币，默认 CNY", optional=True), category="prices",
    help_en="Export rebate of a trading company: purchase price without VAT times rebate rate.",
    help_zh="外贸企业出口退税额：不含税采购价 × 退税率。",
)  # fmt: skip
def export_rebate(purchase: Cell, vat: Cell, rebate: Cell, code: Cell = None) -> Decimal:
    """What is refunded (免退); it lowers the cost of the export."""
    return from_cell(trading_rebate(amount_of(purchase), amount_of(vat), amount_of(rebate), code_of(code) or "CNY"))
