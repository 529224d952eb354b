"""Trade terms and rebates, by the worked examples; what eats up a price is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.pricing import (
    PriceRefused,
    cif_price,
    fob_from_cif,
    fob_quote,
    manufacturer_rebate,
    trading_rebate,
)

D = Decimal
VECTORS = {
    one["id"]: one["expect"]
    for one in json.loads((Path(__file__).parent / "data" / "money_vectors.json").read_text(encoding="utf-8"))
}


def test_cif_insures_its_own_premium() -> None:
    expected = VECTORS["E11a-cif"]
    cif = cif_price(D(35), D(5), D("0.8"), "USD")
    assert str(cif) == expected["CIF"] != expected["naive_wrong_CIF"]
    assert str(fob_from_cif(cif, D(5), D("0.8"), "USD")) == expected["check_FOB_back"]
    assert str(cif_price(D(330), D(40), D("0.6"), "USD")) == VECTORS["E11b-cif"]["CIF"]


def test_a_quotation_bears_margin_commission_and_charges() -> None:
    expected = VECTORS["E11c-buildup"]
    assert str(trading_rebate(D("56.50"), D(13), D(13))) == expected["rebate"]
    quote = fob_quote(
        D("56.50"), D("7.15"), "USD", vat_percent=D(13), rebate_percent=D(13), domestic=D("3.20"), percents=D("13.2")
    )
    assert str(quote) == expected["FOB_USD_quote"]


def test_a_trading_company_is_refunded_of_the_price_without_vat() -> None:
    assert str(trading_rebate(D(702000), D(13), D(9))) == VECTORS["E10a-rebate-trading"]["rebate"]


def test_a_manufacturer_is_refunded_at_most_its_credit() -> None:
    expected = VECTORS["E10b-manufacturer"]
    month = manufacturer_rebate(
        D(1000000), vat_percent=D(13), rebate_percent=D(9), domestic_output=D(65000), input_tax=D(120000)
    )
    assert str(month.non_deductible) == expected["non_deductible"]
    assert D(expected["tax_payable"]) == month.payable
    assert str(month.ceiling) == expected["mian_di_tui"]
    assert D(expected["refund"]) == month.refund
    assert D(expected["exempt_offset"]) == month.set_off
    large = manufacturer_rebate(
        D(1000000), vat_percent=D(13), rebate_percent=D(9), domestic_output=D(65000), input_tax=D(200000)
    )
    assert (large.refund, large.carried) == (D(90000), D(5000))


@given(
    st.decimals("0.01", "1000000", places=2),
    st.decimals("0", "10000", places=2),
    st.decimals("0", "5", places=3),
)
def test_fob_to_cif_and_back_loses_less_than_a_cent(fob: Decimal, freight: Decimal, premium: Decimal) -> None:
    cif = cif_price(fob, freight, premium, "USD")
    assert cif >= fob + freight
    assert abs(fob_from_cif(cif, freight, premium, "USD") - fob) <= D("0.01")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cif_price(D(-1), D(0), D(1), "USD"),
        lambda: cif_price(D(1), D(0), D(95), "USD"),
        lambda: fob_from_cif(D(10), D(20), D(1), "USD"),
        lambda: fob_quote(D(1), D(0), "USD", vat_percent=D(13), rebate_percent=D(9)),
        lambda: fob_quote(D(1), D(7), "USD", vat_percent=D(13), rebate_percent=D(9), percents=D(100)),
        lambda: trading_rebate(D(100), D(9), D(13)),
    ],
)
def test_figures_that_make_no_price_are_refused(wrong: object) -> None:
    with pytest.raises(PriceRefused) as refused:
        wrong()  # type: ignore[operator]
    assert refused.value.remedy
