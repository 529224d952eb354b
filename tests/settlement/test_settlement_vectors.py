"""The worked examples: partial payments, cross-currency receipts, charges, month ends, deposits, credit notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from workbench.money import allocate, round_to_minor
from workbench.rates import RateBook
from workbench.settlement import (
    Advance,
    AllocationRefused,
    Difference,
    Limits,
    OpenItem,
    Part,
    RateChoice,
    Settlement,
    Valuation,
    Valuer,
    allocate_receipt,
    classify_difference,
    closing_rates,
    credit_note,
    lock_identity,
    lock_variance,
    recognise_revenue,
    revalue,
    reversal,
    tolerance_limit,
)

Vectors = Mapping[str, Mapping[str, Any]]
Books = Callable[[Mapping[tuple[str, str, str], str]], RateBook]
Items = Callable[..., OpenItem]
Receipts = Callable[..., dict[str, Any]]
D = Decimal
CHOICE = RateChoice(source="example")


def settle(receipt: dict[str, Any], *parts: Part, base: str = "CNY", charges: str = "0") -> Settlement:
    return allocate_receipt(receipt, parts, book=RateBook(), base_currency=base, charges=D(charges), choice=CHOICE)


def at(currency: str, rate: str, base: str = "CNY", day: str = "2026-03-15") -> Valuation:
    return Valuation(currency, base, D(rate), date.fromisoformat(day), "example")


def test_e06_deposit_and_balance(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E06-lifecycle"]
    lock = at("USD", "7.25")
    deal = lock.convert(D(50000))
    nothing_stands_yet = OpenItem("I-1", "USD", D(15000), "CNY")
    (deposit,) = settle(
        receipt("USD", "15000", "2026-03-01", rate="7.23"), Part(nothing_stands_yet, D(15000))
    ).allocations
    assert deposit["realised_fx"] == 0
    assert deposit["carrying_amount"] == D(want["contract_liability"])

    advance = Advance(deposit["document_amount"], deposit["carrying_amount"])
    delivered = recognise_revenue(D(50000), [advance], at("USD", "7.20"))
    assert delivered.revenue == D(want["revenue_IFRIC22"])
    assert delivered.receivable_base == D(want["AR_at_invoice"])

    balance_item = item_at("USD", "35000", "7.20", name="I-2")
    balance = settle(receipt("USD", "34975", "2026-04-20", rate="7.15"), Part(balance_item, D(35000)), charges="25")
    (row,) = balance.allocations
    assert balance.credit is None
    assert row["realised_fx"] == D(want["realised_fx"])
    fee = round_to_minor(row["fee_amount"] * row["settlement_rate"], "CNY")
    assert fee == D(want["bank_fee_CNY"])
    cash = deposit["settlement_amount"] + row["settlement_amount"]
    assert cash == D(want["gross_cash_value"])
    assert cash - fee == D(want["net_cash_CNY"])

    payments = [(one["document_amount"], one["settlement_amount"]) for one in (deposit, row)]
    assert lock_variance(lock, payments[:1]) == D(want["lock_variance_deposit"])
    assert lock_variance(lock, payments[1:]) == D(want["lock_variance_balance"])
    variance = lock_variance(lock, payments)
    assert (deal, variance) == (D(want["deal_rate_value"]), D(want["lock_variance_total"]))
    assert delivered.revenue - deal == D(want["revenue_minus_deal"])
    rest = lock_identity(revenue=delivered.revenue, deal_value=deal, realised_fx=row["realised_fx"], variance=variance)
    assert rest == D(want["identity"])


def test_e06b_margins_differ_by_exchange_and_fee(vectors: Vectors) -> None:
    want, life = vectors["E06b-margin"], vectors["E06-lifecycle"]
    leak = D(life["lock_variance_total"]) - D(life["bank_fee_CNY"])
    assert leak == D(want["fx_and_fee_leak"])
    assert D(want["margin_deal"]) + leak == D(want["margin_settlement"])
    assert D(want["margin_deal"]) + D(life["revenue_minus_deal"]) == D(want["margin_revenue_basis"])


def test_e08_month_end(vectors: Vectors, item_at: Items, receipt: Receipts, book_of: Books) -> None:
    want = vectors["E08-revaluation"]
    receivable = item_at("USD", "35000", "7.20", day="2026-03-15", name="I-2")
    deposit = OpenItem("I-1", "USD", D(0), "CNY")
    month_end = date(2026, 3, 31)
    valuer = Valuer(book_of({("USD", "CNY", "2026-03-31"): "7.18"}), "CNY", CHOICE)
    rates, findings = closing_rates(["USD"], month_end, valuer)
    assert not findings
    rows = revalue([receivable, deposit], rates, month_end)
    assert [row["instalment_id"] for row in rows] == ["I-2"], "a deposit is not revalued"
    march = rows[0]["unrealised_fx"]
    back = reversal(rows)["I-2"]
    (paid,) = settle(receipt("USD", "35000", "2026-04-20", rate="7.15"), Part(receivable, D(35000))).allocations
    assert march == D(want["unrealised_31Mar"]) == D(want["P&L_Mar"])
    assert back == D(want["reversal_1Apr"])
    assert paid["realised_fx"] == D(want["realised_20Apr"])
    assert back + paid["realised_fx"] == D(want["P&L_Apr"]) == D(want["no_reversal_method_Apr"])
    assert march + back + paid["realised_fx"] == D(want["total"])

    carried = at("USD", "7.23")
    refundable = OpenItem("I-1", "USD", D(-15000), "CNY", carried.convert(D(-15000)), carried)
    (row,) = revalue([refundable], rates, month_end)
    assert row["unrealised_fx"] == D(want["if_deposit_wrongly_revalued_Mar"])


def test_e09_ifric22_example_4(vectors: Vectors, receipt: Receipts) -> None:
    want = vectors["E09-ifric22-ex4"]
    first = recognise_revenue(D(450), [Advance(D(200), D(300))], at("USD", "1.70"))
    assert (first.revenue, first.receivable_base) == (D(want["rev_p1"]), D(want["AR_1Mar"]))
    second = recognise_revenue(D(550), first.advances, at("USD", "1.90"))
    assert second.revenue == D(want["rev_p2"])
    one = OpenItem("I-1", "USD", D(250), "CNY", first.receivable_base, at("USD", "1.70"))
    two = OpenItem("I-2", "USD", D(550), "CNY", second.receivable_base, at("USD", "1.90"))
    rows = settle(receipt("USD", "800", rate="1.90"), Part(one, D(250)), Part(two, D(550))).allocations
    assert sum(row["realised_fx"] for row in rows) == D(want["fx_1Jun"])
    assert sum(row["settlement_amount"] for row in rows) == D(want["cash_1Jun"])
    assert first.released + first.receivable_base + second.revenue + D(want["fx_1Jun"]) - 300 == D(want["check"])


def test_e07a_partial_payment(vectors: Vectors, receipt: Receipts, book_of: Books) -> None:
    want = vectors["E07a-odoo19432"]
    item = OpenItem("I-1", "EUR", D(100), "USD", D(200), at("EUR", "2", "USD"))
    # 0.45 EUR per 1 USD is how the rate is published: it is divided, never inverted and rounded.
    book = book_of({("USD", "EUR", "2026-01-31"): "0.45"})
    (row,) = allocate_receipt(
        receipt("EUR", "90"), [Part(item, D(90))], book=book, base_currency="USD", choice=CHOICE
    ).allocations
    assert row["settlement_amount"] == D(want["bank"])
    assert row["carrying_amount"] == D(want["AR_relief"])
    assert row["realised_fx"] == D(want["fx_gain"])
    assert item.open_amount - row["document_amount"] == D(want["open_EUR"])
    assert item.open_base is not None
    assert item.open_base - row["carrying_amount"] == D(want["open_USD"])


def test_e07b_whole_payment(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E07b-erpnext54947"]
    item = item_at("USD", "110", "531", "XAF")
    (row,) = settle(receipt("USD", "110", rate="600", base="XAF"), Part(item, D(110)), base="XAF").allocations
    assert item.open_base == D(want["AR"]) == row["carrying_amount"]
    assert row["settlement_amount"] == D(want["cash"])
    assert row["realised_fx"] == D(want["fx_gain"])


def test_e07c_payable_in_its_bank_amount(vectors: Vectors, receipt: Receipts) -> None:
    """What the firm owes is a receivable below zero: the bank took the base amount itself."""
    want = vectors["E07c-dolibarr39667"]
    owed = round_to_minor(D(-7173) / D("0.856593"), "EUR")
    assert owed == -D(want["invoice_EUR"])
    item = OpenItem("I-1", "GBP", D("-7173.00"), "EUR", owed, at("GBP", "1.167415937", "EUR"))
    (row,) = settle(receipt("EUR", "-8373.86"), Part(item, D("-7127.16")), base="EUR").allocations
    assert row["carrying_amount"] == -D(want["relief_EUR"])
    assert row["realised_fx"] == -D(want["fx_loss"])
    assert item.open_amount - row["document_amount"] == -D(want["open_GBP"])
    effective = row["document_amount"] / row["receipt_amount"]
    assert effective.quantize(D("0.000001")) == D(want["effective_rate"])


def test_e07d_half_of_both(vectors: Vectors, receipt: Receipts) -> None:
    want = vectors["E07d-dolibarr33301"]
    item = OpenItem("I-1", "CHF", D(940), "EUR", D("1000.00"), at("CHF", "1.0638297872", "EUR"))
    (row,) = settle(receipt("CHF", "470", rate="1.0638297872", base="EUR"), Part(item, D(470)), base="EUR").allocations
    assert item.open_base is not None
    assert (item.open_amount - row["document_amount"], item.open_base - row["carrying_amount"]) == (
        D(want["open_CHF"]),
        D(want["open_EUR"]),
    )


def test_e07e_paid_is_told_in_the_documents_currency(vectors: Vectors, receipt: Receipts) -> None:
    """Converting to base currency and back would leave 3 yen over."""
    want = vectors["E07e-odoo222221"]
    rate = 1 / D("936.29")
    item = OpenItem("I-1", "JPY", D(16345), "USD", D(want["USD"]), at("JPY", str(rate), "USD"))
    settled = settle(receipt("JPY", "16345", rate=str(rate), base="USD"), Part(item, D(16345)), base="USD")
    (row,) = settled.allocations
    assert settled.credit is None
    assert item.open_amount == row["document_amount"]
    assert row["realised_fx"] == 0
    back = round_to_minor(D(want["USD"]) * D("936.29"), "JPY")
    assert back - item.open_amount == D(want["diff"])


def test_e07f_fully_advanced_order(vectors: Vectors) -> None:
    want = vectors["E07f-erpnext30239"]
    spot = at("USD", "80")
    advanced = recognise_revenue(D(1000), [Advance(D(1000), D(75000))], spot)
    assert advanced.revenue == D(want["IFRIC22_revenue_if_fully_advanced"]) == D(want["per1000_advance"])
    assert advanced.advances == ()
    assert spot.convert(D(1000)) == D(want["invoice_if_spot"])
    assert spot.convert(D(1000)) - advanced.revenue == D(want["fx_if_advance_treated_monetary"])


def test_e07g_gain_and_loss(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E07g-selinger"]
    found = []
    for amount, carried, settled in (("100", "1.20", "1.25"), ("200", "1.30", "1.15")):
        item = item_at("USD", amount, carried, "CAD")
        paid = receipt("USD", amount, rate=settled, base="CAD")
        found += [row["realised_fx"] for row in settle(paid, Part(item, D(amount)), base="CAD").allocations]
    assert found == [D(want["fx1"]), D(want["fx2"])]
    assert sum(found) == D(want["net"])


def test_e07h_one_conversion(vectors: Vectors) -> None:
    assert at("USD", "41.5285", "UAH").convert(D("137.14")) == D(vectors["E07h-dolibarr34788"]["UAH"])


def test_e07i_fee_in_the_books_currency(vectors: Vectors, receipt: Receipts) -> None:
    want = vectors["E07i-beancount135"]
    item = OpenItem("I-1", "USD", D("124.98"), "CNY", D(675), at("USD", "5.400864"))
    (row,) = settle(receipt("CNY", "660"), Part(item, D("124.98")), charges="15").allocations
    unit = row["settlement_amount"] / row["document_amount"]
    assert unit.quantize(D("0.000001")) == D(want["unit"])
    assert (row["receipt_amount"], row["fee_amount"], row["realised_fx"]) == (D(660), D(15), D(0))
    assert row["receipt_amount"] + row["fee_amount"] - row["carrying_amount"] == D(want["sum"])


def test_e12_short_payment_told_as_charges(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E12-shortpay"]
    item = item_at("USD", "50000", "7.15")
    settled = settle(receipt("USD", "49712", rate="7.15"), Part(item, D(50000)), charges=want["short"])
    (row,) = settled.allocations
    assert (row["receipt_amount"], row["fee_amount"]) == (D(49712), D(want["short"]))
    assert round_to_minor(row["fee_amount"] * row["settlement_rate"], "CNY") == D(want["short_CNY@7.15"])
    assert row["realised_fx"] == 0


@pytest.mark.parametrize(
    ("name", "owed", "short"),
    [("a", "50000", "25"), ("b", "50000", "30"), ("c", "50000", "30.01"), ("d", "4000", "25"), ("e", "4000", "20")],
)
def test_e13_tolerance_is_the_lower_of_both(vectors: Vectors, name: str, owed: str, short: str) -> None:
    want = vectors[f"E13{name}-tolerance"]
    limits = Limits(D(30), D("0.5"))
    assert tolerance_limit(D(owed), limits) == D(want["limit"])
    within = classify_difference(D(owed), D(owed) - D(short), limits) is Difference.SHORT_WITHIN
    assert str(within) == want["auto_writeoff"]


def test_e14_receipt_in_a_third_currency(vectors: Vectors, receipt: Receipts, book_of: Books) -> None:
    want = vectors["E14-oracle-cross"]
    book = book_of({("USD", "CAD", "2026-01-02"): "1.5", ("USD", "EUR", "2026-01-31"): "1.13"})
    valuer = Valuer(book, "USD", CHOICE)
    carrying = valuer.on("CAD", date(2026, 1, 2))
    item = OpenItem("I-1", "CAD", D(100), "USD", carrying.convert(D(100)), carrying)
    (row,) = allocate_receipt(
        receipt("EUR", "64"), [Part(item, D(90))], book=book, base_currency="USD", choice=CHOICE
    ).allocations
    assert item.open_base == D(want["inv_USD"])
    assert (row["receipt_amount"], row["document_amount"]) == (D(64), D(90))
    assert row["settlement_amount"] == D(want["receipt_USD"])
    assert row["carrying_amount"] == D(want["relief_USD"])
    assert row["realised_fx"] == D(want["fx"])
    assert item.open_amount - row["document_amount"] == D(want["open_CAD"])
    assert item.open_base - row["carrying_amount"] == D(want["open_USD"])


def test_e15_last_part_takes_the_residual(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E15-residual"]
    item = item_at("USD", "100", "7.1234")
    relieved = []
    for number, amount in enumerate(("33.33", "33.33", "33.34")):
        (row,) = settle(receipt("USD", amount, rate="7.1234", name=f"R-{number}"), Part(item, D(amount))).allocations
        relieved.append(row["carrying_amount"])
        assert item.open_base is not None
        item = OpenItem("I-1", "USD", item.open_amount - D(amount), "CNY", item.open_base - relieved[-1], item.carrying)
    assert relieved == [D("237.42"), D("237.42"), D(want["last_part_used"])]
    assert sum(relieved) == D(want["AR"])
    assert (item.open_amount, item.open_base) == (0, 0)


def test_e15b_charges_are_spread_by_largest_remainder(vectors: Vectors, item_at: Items, receipt: Receipts) -> None:
    want = vectors["E15b-allocate"]
    owed = ("10000", "20000", "5000")
    parts = [Part(item_at("USD", amount, "7.2", name=f"I-{amount}"), D(amount)) for amount in owed]
    rows = settle(receipt("USD", "34975", rate="7.15"), *parts, charges="25").allocations
    assert str([str(row["fee_amount"]) for row in rows]) == want["USD"]
    assert sum(row["receipt_amount"] for row in rows) == D(34975)
    assert str([str(one) for one in allocate(D(100), [1, 1, 1], "JPY")]) == want["JPY"]
    assert str([str(one) for one in allocate(D("1.000"), [1, 2, 4], "KWD")]) == want["KWD"]


def test_e20_credit_note_at_the_original_rate(vectors: Vectors, item_at: Items) -> None:
    want = vectors["E20-creditnote"]
    item = item_at("USD", "10000", "7.20")
    note = credit_note(item, D(1000))
    assert (note.base_amount, note.stray) == (D(want["credit_CNY_original"]), 0)
    assert (note.item.open_amount, note.item.open_base) == (D(want["open_USD"]), D(want["open_CNY_original"]))
    spot = credit_note(item, D(1000), at=at("USD", "7.10"))
    assert (spot.base_amount, spot.stray) == (D(want["credit_CNY_spot"]), D(want["stray_if_spot"]))
    assert spot.item == note.item


def test_overpayment_is_the_customers_credit(item_at: Items, receipt: Receipts) -> None:
    item = item_at("USD", "100", "7.20")
    settled = settle(receipt("USD", "130", rate="7.10"), Part(item, D(100)))
    assert settled.credit is not None
    assert (settled.credit.amount, settled.credit.currency) == (D(30), "USD")
    assert settled.allocations[0]["realised_fx"] == D(-10), "the credit is no income"


def test_the_rest_of_a_receipt_is_used_later(item_at: Items, receipt: Receipts) -> None:
    paid = receipt("USD", "100", rate="7.1234")
    first = settle(paid, Part(item_at("USD", "33.33", "7", name="I-1"), D("33.33"))).allocations
    second = allocate_receipt(
        paid,
        [Part(item_at("USD", "66.67", "7", name="I-2"), D("66.67"))],
        book=RateBook(),
        base_currency="CNY",
        earlier=first,
    )
    assert second.credit is None
    assert first[0]["settlement_amount"] + second.allocations[0]["settlement_amount"] == D("712.34")


def test_missing_rate_settles_nothing(item_at: Items, receipt: Receipts, book_of: Books) -> None:
    item = item_at("USD", "100", "7.20")
    settled = allocate_receipt(
        receipt("USD", "100", "2026-01-04"),
        [Part(item, D(100))],
        book=book_of({("USD", "CNY", "2026-01-05"): "7.0"}),
        base_currency="CNY",
        choice=CHOICE,
    )
    assert settled.allocations == ()
    assert [finding.code for finding in settled.findings] == ["settlement.rate-missing"]
    assert "R-1" in settled.findings[0].where


@pytest.mark.parametrize("amount", ["100.01", "-1", "0"])
def test_more_than_is_open_is_refused(item_at: Items, receipt: Receipts, amount: str) -> None:
    with pytest.raises(AllocationRefused, match="are open"):
        settle(receipt("USD", "500", rate="7"), Part(item_at("USD", "100", "7"), D(amount)))


def test_more_than_the_receipt_holds_is_refused(item_at: Items, receipt: Receipts) -> None:
    with pytest.raises(AllocationRefused, match="cannot be taken"):
        settle(receipt("USD", "50", rate="7"), Part(item_at("USD", "100", "7"), D(100)))


def test_one_item_twice_is_refused(item_at: Items, receipt: Receipts) -> None:
    item = item_at("USD", "100", "7")
    with pytest.raises(AllocationRefused, match="twice"):
        settle(receipt("USD", "100", rate="7"), Part(item, D(60)), Part(item, D(60)))


def test_a_crossed_rate_converts_exactly(book_of: Books) -> None:
    """KRW 1 at 20143 KRW per 100 CNY: the quotient has no end, so that only the fraction rounds rightly."""
    book = book_of({("CNY", "KRW", "2026-01-05"): "201.43"})
    valuation = Valuer(book, "CNY", CHOICE).on("KRW", date(2026, 1, 5))
    amount = D(10_000_000)
    exact = Fraction(amount) / Fraction("201.43")
    assert abs(Fraction(valuation.convert(amount)) - exact) <= Fraction(1, 200)
    assert valuation.convert(amount) == D("49645.04")
