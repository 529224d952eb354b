"""What is not settled, because a figure would be wrong in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from workbench.money import MinorUnitsError
from workbench.rates import Observation, RateBook
from workbench.settlement import (
    AllocationRefused,
    Limits,
    OpenItem,
    Part,
    ToleranceError,
    Valuation,
    allocate_receipt,
)

D = Decimal
DAY = date(2026, 3, 5)
BOOK = RateBook(
    [
        Observation("bank", "mid", "USD", "CNY", 1, "7.2000", DAY),
        Observation("bank", "mid", "JPY", "CNY", 100, "4.6000", DAY),
    ]
)
RECEIVABLE = OpenItem("I-1", "USD", D(100), "CNY", D("712.34"), Valuation("USD", "CNY", D("7.1234"), DAY, "bank"))


def receipt(amount: str, currency: str = "USD") -> dict[str, object]:
    return {"id": "R-1", "value_date": DAY, "currency": currency, "amount": D(amount)}


def test_a_part_finer_than_a_cent_is_refused() -> None:
    with pytest.raises(MinorUnitsError):
        allocate_receipt(receipt("100"), [Part(RECEIVABLE, D("33.333"))], book=BOOK, base_currency="CNY")


@pytest.mark.parametrize(("charges", "settled"), [("-10", True), ("5", False)])
def test_charges_that_nobody_kept_are_refused(charges: str, settled: bool) -> None:
    parts = [Part(RECEIVABLE, D(90))] if settled else []
    with pytest.raises(AllocationRefused, match="charges"):
        allocate_receipt(receipt("100"), parts, book=BOOK, base_currency="CNY", charges=D(charges))


def test_a_receipt_that_settles_nothing_is_a_credit() -> None:
    found = allocate_receipt(receipt("100"), [], book=BOOK, base_currency="CNY")
    assert (found.allocations, str(found.credit)) == ((), "USD 100")


def test_an_absurd_rate_of_an_advance_is_written_out() -> None:
    """A hundred quadrillion yen for one cent: nonsense, but a figure that a person can see and undo."""
    advance = OpenItem("I-1", "USD", D("0.01"), "CNY")
    found = allocate_receipt(receipt("1E17", "JPY"), [Part(advance, D("0.01"))], book=BOOK, base_currency="CNY")
    (row,) = found.allocations
    assert row["settlement_amount"] == D("4600000000000000.00")
    assert row["carrying_rate"] == D(460_000_000_000_000_000)


@pytest.mark.parametrize("limit", ["-0.01", "NaN", "Infinity"])
def test_a_tolerance_is_a_number(limit: str) -> None:
    for limits in ((D(limit), D(1)), (D(1), D(limit))):
        with pytest.raises(ToleranceError):
            Limits(*limits)
