"""What a price is made of: trade terms from FOB to CIF and back, a quotation from cost, the export rebate.

Figures are exact fractions inside and rounded once, half up, to the minor units of their currency. Rates of VAT, rebate
and insurance are the caller's: they depend on goods and day. Percentages are given as a share of 100: 13 means 13 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.errors import MoneyError
from workbench.i18n import _
from workbench.money import round_fraction

__all__ = [
    "ManufacturerRebate",
    "PriceRefused",
    "cif_price",
    "fob_from_cif",
    "fob_quote",
    "manufacturer_rebate",
    "trading_rebate",
]

MARKUP = Decimal(10)
"""What a cargo is insured for above its CIF value, in per cent (Incoterms 2020, CIF A5)."""
_HUNDRED = Fraction(100)


class PriceRefused(MoneyError):
    """The figures make no price: percentages that eat up the whole of it, or amounts below zero."""

    code = "price.refused"


@dataclass(frozen=True, slots=True)
class ManufacturerRebate:
    """One month of a manufacturer under exemption, credit and refund (免抵退), in base currency.

    Attributes:
        non_deductible: input tax that the rebate does not cover; it becomes cost.
        payable: tax to be paid (+), or the credit at the month's end (-).
        ceiling: what may be refunded or set off at most (免抵退税额).
        refund: what is paid out.
        set_off: what is set off against domestic tax (免抵额).
        carried: credit that stays for the next month.
    """

    non_deductible: Decimal
    payable: Decimal
    ceiling: Decimal
    refund: Decimal
    set_off: Decimal
    carried: Decimal


def cif_price(
    fob: Decimal, freight: Decimal, premium_percent: Decimal, code: str, *, markup_percent: Decimal = MARKUP
) -> Decimal:
    """CIF from FOB: ``(FOB + freight) / (1 - (1 + markup) × premium)``, as the premium insures itself, too.

    All amounts in the currency ``code``.

    Raises:
        PriceRefused: an amount below zero, or a premium that leaves nothing.
    """
    _not_below_zero(fob, freight, premium_percent, markup_percent)
    return round_fraction((Fraction(fob) + Fraction(freight)) / _uninsured(premium_percent, markup_percent), code)


def fob_from_cif(
    cif: Decimal, freight: Decimal, premium_percent: Decimal, code: str, *, markup_percent: Decimal = MARKUP
) -> Decimal:
    """FOB from CIF: ``CIF × (1 - (1 + markup) × premium) - freight``; the base of the export rebate.

    Raises:
        PriceRefused: an amount below zero, or nothing is left.
    """
    _not_below_zero(cif, freight, premium_percent, markup_percent)
    left = Fraction(cif) * _uninsured(premium_percent, markup_percent) - Fraction(freight)
    if left < 0:
        raise PriceRefused(
            _("Freight and insurance are more than the CIF price."), remedy=_("Check price, freight and premium.")
        )
    return round_fraction(left, code)


def fob_quote(
    purchase: Decimal,
    rate: Decimal,
    code: str,
    *,
    vat_percent: Decimal,
    rebate_percent: Decimal,
    domestic: Decimal = Decimal(0),
    percents: Decimal = Decimal(0),
) -> Decimal:
    """The FOB price to quote in the currency ``code``.

    Args:
        purchase: price of the goods in base currency with VAT.
        rate: base currency per 1 of the quoted currency.
        code: currency quoted.
        vat_percent: VAT inside the purchase price.
        rebate_percent: what is refunded of the price without VAT.
        domestic: further cost in base currency.
        percents: margin, commission and bank charges together, of the FOB price.

    Raises:
        PriceRefused: the percentages leave nothing of the price, the rate is not above zero, or amounts are below it.
    """
    _not_below_zero(purchase, domestic, percents, vat_percent, rebate_percent)
    if rate <= 0 or percents >= 100:
        raise PriceRefused(
            _("No price comes of a rate of {rate} and {percents} % off the price.").format(
                rate=rate, percents=percents
            ),
            remedy=_("Give a rate above zero, and percentages below 100 in all."),
        )
    cost = Fraction(purchase) - _rebate(purchase, vat_percent, rebate_percent) + Fraction(domestic)
    return round_fraction(cost / Fraction(rate) / (1 - Fraction(percents) / _HUNDRED), code)


def trading_rebate(purchase: Decimal, vat_percent: Decimal, rebate_percent: Decimal, code: str = "CNY") -> Decimal:
    """What a trading company is refunded (免退): purchase price without VAT × rebate rate.

    Raises:
        PriceRefused: an amount below zero, or a rebate above the VAT.
    """
    _not_below_zero(purchase, vat_percent, rebate_percent)
    return round_fraction(_rebate(purchase, vat_percent, rebate_percent), code)


def manufacturer_rebate(
    fob: Decimal,
    *,
    vat_percent: Decimal,
    rebate_percent: Decimal,
    domestic_output: Decimal,
    input_tax: Decimal,
    carried_in: Decimal = Decimal(0),
    duty_free: Decimal = Decimal(0),
    code: str = "CNY",
) -> ManufacturerRebate:
    """One month of 免抵退.

    Args:
        fob: exports at FOB in base currency; CIF and CFR invoices less freight and insurance.
        vat_percent: rate of VAT on the goods.
        rebate_percent: refund rate of the goods.
        domestic_output: output tax of domestic sales.
        input_tax: input tax of the month.
        carried_in: credit carried over from last month.
        duty_free: duty-free material inside the exports, which earns no refund.
        code: base currency.

    Raises:
        PriceRefused: an amount below zero, or a rebate above the VAT.
    """
    _not_below_zero(fob, domestic_output, input_tax, carried_in, duty_free)
    _rebate(fob, vat_percent, rebate_percent)
    counted = Fraction(fob) - Fraction(duty_free)
    lost = round_fraction(counted * Fraction(vat_percent - rebate_percent) / _HUNDRED, code)
    ceiling = round_fraction(counted * Fraction(rebate_percent) / _HUNDRED, code)
    payable = domestic_output - (input_tax - lost) - carried_in
    credit = max(-payable, Decimal(0))
    refund = min(credit, ceiling)
    return ManufacturerRebate(lost, payable, ceiling, refund, ceiling - refund, credit - refund)


def _rebate(purchase: Decimal, vat_percent: Decimal, rebate_percent: Decimal) -> Fraction:
    if rebate_percent > vat_percent:
        raise PriceRefused(
            _("A rebate of {rebate} % is more than the VAT of {vat} %.").format(rebate=rebate_percent, vat=vat_percent),
            remedy=_("Check the two rates."),
        )
    return Fraction(purchase) * Fraction(rebate_percent) / (_HUNDRED + Fraction(vat_percent))


def _uninsured(premium_percent: Decimal, markup_percent: Decimal) -> Fraction:
    left = 1 - (1 + Fraction(markup_percent) / _HUNDRED) * Fraction(premium_percent) / _HUNDRED
    if left <= 0:
        raise PriceRefused(
            _("A premium of {premium} % leaves nothing of the price.").format(premium=premium_percent),
            remedy=_("Give the premium in per cent of the insured value, such as 0.8."),
        )
    return left


def _not_below_zero(*amounts: Decimal) -> None:
    for amount in amounts:
        if amount < 0:
            raise PriceRefused(
                _("{amount} is below zero.").format(amount=amount), remedy=_("Give amounts and percentages from zero.")
            )
