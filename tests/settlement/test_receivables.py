"""Carrying rates: on which day a receivable arises, and how its base amount is shared and relieved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import RateError
from workbench.rates import RateBook
from workbench.settlement import Basis, Part, RateChoice, Receivables, allocate_receipt

Books = Callable[[Mapping[tuple[str, str, str], str]], RateBook]
Receipts = Callable[..., dict[str, Any]]
D = Decimal
CHOICE = RateChoice(source="example")
ORDER = {"id": "O-1", "currency": "USD", "amount": D(50000), "order_date": date(2026, 2, 20)}
INVOICE = {"order_id": "O-1", "number": "INV-1", "invoice_date": date(2026, 3, 15), "currency": "USD"}
INSTALMENTS = (
    {"id": "I-1", "order_id": "O-1", "currency": "USD", "amount": D(15000)},
    {"id": "I-2", "order_id": "O-1", "currency": "USD", "amount": D(35000)},
)
RATES = {
    ("USD", "CNY", "2026-02-20"): "7.24",
    ("USD", "CNY", "2026-03-01"): "7.23",
    ("USD", "CNY", "2026-03-15"): "7.20",
    ("USD", "CNY", "2026-04-20"): "7.15",
}


@pytest.fixture
def book(book_of: Books) -> RateBook:
    return book_of(RATES)


def receivables(book: RateBook, basis: Basis, *, invoiced: bool = True, **order: object) -> Receivables:
    return Receivables(
        INSTALMENTS,
        [ORDER | order],
        book=book,
        base_currency="CNY",
        invoices=[INVOICE] if invoiced else [],
        basis=basis,
        choice=CHOICE,
    )


def test_money_before_the_invoice_is_an_advance(book: RateBook, receipt: Receipts) -> None:
    owed = receivables(book, Basis.INVOICE)
    deposit = owed.item("I-1", date(2026, 3, 1))
    assert deposit.is_advance
    early = allocate_receipt(
        receipt("USD", "15000", "2026-03-01"), [Part(deposit, D(15000))], book=book, base_currency="CNY", choice=CHOICE
    )
    assert early.allocations[0]["realised_fx"] == 0
    owed.settle(early.allocations)

    balance = owed.item("I-2", date(2026, 4, 20))
    assert balance.open_base == D("252000.00")
    late = allocate_receipt(
        receipt("USD", "35000", "2026-04-20"), [Part(balance, D(35000))], book=book, base_currency="CNY", choice=CHOICE
    )
    (row,) = late.allocations
    assert row["realised_fx"] == D(-1750)
    assert (row["carrying_rate"], row["carrying_rate_date"]) == (D("7.20"), date(2026, 3, 15))
    assert (row["settlement_rate"], row["settlement_rate_date"]) == (D("7.15"), date(2026, 4, 20))
    assert row["rate_source"] == "example"
    owed.settle(late.allocations)
    after = owed.item("I-2", date(2026, 4, 21))
    assert (after.open_amount, after.open_base) == (0, 0)


def test_order_date_carries_where_there_is_no_invoice(book: RateBook) -> None:
    owed = receivables(book, Basis.INVOICE_OR_ORDER, invoiced=False)
    item = owed.item("I-1", date(2026, 3, 1))
    assert item.carrying is not None
    assert item.carrying.rate == D("7.24")
    assert receivables(book, Basis.INVOICE, invoiced=False).item("I-1", date(2026, 9, 1)).is_advance


def test_order_basis_looks_past_the_invoice(book: RateBook) -> None:
    item = receivables(book, Basis.ORDER).item("I-2", date(2026, 4, 20))
    assert item.carrying is not None
    assert item.carrying.rate_date == date(2026, 2, 20)


def test_evidence_on_the_order_is_used_again(book: RateBook) -> None:
    evidence = {"base_currency": "CNY", "rate_value": D("7.3"), "rate_date": date(2026, 2, 19), "rate_source": "bank"}
    item = receivables(book, Basis.ORDER, **evidence).item("I-1", date(2026, 3, 1))
    assert item.carrying is not None
    assert (item.carrying.rate, item.carrying.source) == (D("7.3"), "bank")
    assert item.open_base == D("109500.00")


def test_instalments_make_up_the_order_in_base_currency(book_of: Books) -> None:
    thirds = [{"id": f"I-{n}", "order_id": "O-1", "currency": "USD", "amount": D("33.33")} for n in range(3)]
    order = ORDER | {"amount": D("99.99")}
    book = book_of({("USD", "CNY", "2026-02-20"): "7.12345"})
    owed = Receivables(thirds, [order], book=book, base_currency="CNY", choice=CHOICE)
    items = [owed.item(row["id"], date(2026, 3, 1)) for row in thirds]
    shares = [item.open_base for item in items if item.open_base is not None]
    assert sum(shares) == D("712.27")
    assert max(shares) - min(shares) <= D("0.01")


def test_no_rate_for_the_day_it_arose(book_of: Books) -> None:
    owed = receivables(book_of({("USD", "CNY", "2026-02-21"): "7.1"}), Basis.ORDER)
    with pytest.raises(RateError):
        owed.item("I-1", date(2026, 3, 1))


def test_the_books_own_currency_needs_no_rate(book: RateBook, receipt: Receipts) -> None:
    order = ORDER | {"currency": "CNY"}
    rows = [{"id": "I-1", "order_id": "O-1", "currency": "CNY", "amount": D("88.80")}]
    owed = Receivables(rows, [order], book=book, base_currency="CNY")
    settled = allocate_receipt(
        receipt("CNY", "88.80"), [Part(owed.item("I-1", date(2026, 3, 1)), D("88.80"))], book=book, base_currency="CNY"
    )
    (row,) = settled.allocations
    assert (row["realised_fx"], row["rate_source"], row["settlement_rate"]) == (0, "same-currency", 1)
