"""What must hold for any life of an order, and what another bookkeeping program makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.money import minor_units, round_to_minor
from workbench.rates import RateBook
from workbench.settlement import (
    Advance,
    Delivery,
    OpenItem,
    Part,
    RateChoice,
    Receivables,
    Valuation,
    Valuer,
    allocate_receipt,
    journal,
    recognise_revenue,
    revalue,
    reversal,
)

D = Decimal
CHOICE = RateChoice(source="example")
CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "EUR"])
RATES = st.decimals("0.01", "900", places=6)
FIRST = date(2026, 1, 5)


@st.composite
def lives(draw: st.DrawFn) -> tuple[str, str, list[Decimal], list[Decimal], Decimal]:
    """Document and base currency, the parts it is paid in, the rate of every payment, and the carrying rate."""
    currency = draw(CURRENCIES)
    base = draw(CURRENCIES.filter(lambda code: code != currency))
    unit = D(1).scaleb(-minor_units(currency))
    parts = [n * unit for n in draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=6))]
    return currency, base, parts, draw(st.lists(RATES, min_size=len(parts), max_size=len(parts))), draw(RATES)


def pay(
    currency: str, base: str, parts: list[Decimal], rates: list[Decimal], carrying: Decimal
) -> tuple[Receivables, list[dict[str, Any]]]:
    evidence = {"base_currency": base, "rate_value": carrying, "rate_date": FIRST, "rate_source": "example"}
    order = {"id": "O-1", "currency": currency, "amount": sum(parts), "order_date": FIRST, **evidence}
    owed = Receivables(
        [{"id": "I-1", "order_id": "O-1", "currency": currency, "amount": sum(parts)}],
        [order],
        book=RateBook(),
        base_currency=base,
    )
    rows: list[dict[str, Any]] = []
    for number, (amount, rate) in enumerate(zip(parts, rates, strict=True), start=1):
        day = FIRST + timedelta(days=number)
        receipt = {
            "id": f"R-{number}",
            "value_date": day,
            "currency": currency,
            "amount": amount,
            "base_currency": base,
            "rate_value": rate,
            "rate_date": day,
            "rate_source": "example",
        }
        settled = allocate_receipt(receipt, [Part(owed.item("I-1", day), amount)], book=RateBook(), base_currency=base)
        assert settled.credit is None
        owed.settle(settled.allocations)
        rows.extend(settled.allocations)
    return owed, rows


@settings(max_examples=150, deadline=None)
@given(lives())
def test_parts_make_up_the_whole_in_both_currencies(
    life: tuple[str, str, list[Decimal], list[Decimal], Decimal],
) -> None:
    currency, base, parts, rates, carrying = life
    owed, rows = pay(*life)
    whole = Valuation(currency, base, carrying, FIRST, "example").convert(sum(parts, D(0)))
    assert sum(row["document_amount"] for row in rows) == sum(parts)
    assert sum(row["carrying_amount"] for row in rows) == whole
    left = owed.item("I-1", FIRST + timedelta(days=40))
    assert (left.open_amount, left.open_base) == (0, 0)
    brought = sum(round_to_minor(part * rate, base) for part, rate in zip(parts, rates, strict=True))
    assert sum(row["realised_fx"] for row in rows) == brought - whole
    for row in rows:
        assert row["realised_fx"] == row["settlement_amount"] - row["carrying_amount"]
        assert row["carrying_amount"] == round_to_minor(row["carrying_amount"], base)


@settings(max_examples=80, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_order_of_payments_does_not_change_the_total(
    life: tuple[str, str, list[Decimal], list[Decimal], Decimal], random: Any
) -> None:
    currency, base, parts, rates, carrying = life
    shuffled = list(zip(parts, rates, strict=True))
    random.shuffle(shuffled)
    other = (currency, base, [part for part, _rate in shuffled], [rate for _part, rate in shuffled], carrying)
    assert sum(row["realised_fx"] for row in pay(*life)[1]) == sum(row["realised_fx"] for row in pay(*other)[1])


@settings(max_examples=80, deadline=None)
@given(lives())
def test_every_step_leaves_open_what_is_open(life: tuple[str, str, list[Decimal], list[Decimal], Decimal]) -> None:
    """What is open in base currency never grows while payments come in, nor goes below zero."""
    currency, base, parts, _rates, carrying = life
    _owed, rows = pay(*life)
    whole = Valuation(currency, base, carrying, FIRST, "example").convert(sum(parts, D(0)))
    open_base = [whole]
    for row in rows:
        open_base.append(open_base[-1] - row["carrying_amount"])
    assert all(before >= after >= 0 for before, after in pairwise(open_base))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=5),
    st.integers(0, 10**6),
    st.integers(0, 10**9),
    RATES,
)
def test_a_receipt_is_given_away_whole(cents: list[int], fee: int, over: int, rate: Decimal) -> None:
    """Parts, charges and the credit make up the receipt, in its own and in base currency."""
    carrying = Valuation("USD", "CNY", D(7), FIRST, "example")
    amounts = [D(n).scaleb(-2) for n in cents]
    charges, credit = D(fee).scaleb(-2), D(over).scaleb(-2)
    gross = sum(amounts, credit)
    if gross - charges <= 0:
        return
    items = [
        OpenItem(f"I-{n}", "USD", amount, "CNY", carrying.convert(amount), carrying) for n, amount in enumerate(amounts)
    ]
    receipt = {
        "id": "R-1",
        "value_date": FIRST,
        "currency": "USD",
        "amount": gross - charges,
        "base_currency": "CNY",
        "rate_value": rate,
        "rate_date": FIRST,
        "rate_source": "example",
    }
    settled = allocate_receipt(
        receipt,
        [Part(item, item.open_amount) for item in items],
        book=RateBook(),
        base_currency="CNY",
        charges=charges,
    )
    rows = settled.allocations
    kept = sum((row["fee_amount"] or D(0) for row in rows), D(0))
    assert kept == charges
    left = settled.credit.amount if settled.credit else D(0)
    assert sum(row["receipt_amount"] for row in rows) + left == receipt["amount"]
    whole = round_to_minor(gross * rate, "CNY")
    part = sum(row["settlement_amount"] for row in rows)
    assert part == whole if left == 0 else abs(whole - part - round_to_minor(left * rate, "CNY")) <= D("0.03")


@given(RATES, RATES, st.integers(1, 10**9))
def test_month_end_and_its_reversal_leave_nothing(carried: Decimal, closing: Decimal, cents: int) -> None:
    amount = D(cents).scaleb(-2)
    carrying = Valuation("USD", "CNY", carried, FIRST, "example")
    item = OpenItem("I-1", "USD", amount, "CNY", carrying.convert(amount), carrying)
    rates = {"USD": Valuation("USD", "CNY", closing, FIRST, "example")}
    once, again = (revalue([item], rates, date(2026, 1, 31)) for _run in range(2))
    assert once == again
    assert once[0]["unrealised_fx"] + reversal(once)["I-1"] == 0


def balances(text: str) -> Mapping[str, Mapping[str, Decimal]]:
    """What beancount makes of a journal: units per account and currency."""
    from beancount import loader
    from beancount.core import realization

    entries, errors, _options = loader.load_string(text)
    assert not errors, [error.message for error in errors]
    found: dict[str, dict[str, Decimal]] = {}
    for account in realization.iter_children(realization.realize(entries)):
        for position in account.balance:
            amounts = found.setdefault(account.account, {})
            amounts[position.units.currency] = amounts.get(position.units.currency, D(0)) + position.units.number
    return found


def test_beancount_agrees_on_the_life_of_an_order(book_of: Callable[..., RateBook]) -> None:
    """E06 and E14: the exchange differences are left for beancount to work out."""
    book = book_of(
        {
            ("USD", "CNY", "2026-03-01"): "7.23",
            ("USD", "CNY", "2026-03-15"): "7.20",
            ("USD", "CNY", "2026-04-20"): "7.15",
        }
    )
    rows: list[dict[str, Any]] = []
    receipt = {"id": "R-1", "value_date": date(2026, 3, 1), "currency": "USD", "amount": D("15000.00")}
    deposit = OpenItem("I-1", "USD", D("15000.00"), "CNY")
    rows += allocate_receipt(
        receipt, [Part(deposit, D("15000.00"))], book=book, base_currency="CNY", choice=CHOICE
    ).allocations
    delivery = Valuer(book, "CNY", CHOICE).on("USD", date(2026, 3, 15))
    revenue = recognise_revenue(D("50000.00"), [Advance(D("15000.00"), rows[0]["carrying_amount"])], delivery)
    balance = OpenItem("I-2", "USD", revenue.receivable, "CNY", revenue.receivable_base, delivery)
    receipt = {"id": "R-2", "value_date": date(2026, 4, 20), "currency": "USD", "amount": D("34975.00")}
    rows += allocate_receipt(
        receipt, [Part(balance, D("35000.00"))], book=book, base_currency="CNY", charges=D("25.00"), choice=CHOICE
    ).allocations
    text = journal([Delivery(date(2026, 3, 15), balance, revenue.released)], rows, base_currency="CNY")
    found = balances(text)
    assert found["Income:FX"] == {"CNY": D("1750.00")}, "a loss: incomes are credits"
    assert found["Income:Revenue"] == {"CNY": D("-360450.00")}
    assert found["Expenses:BankFee"] == {"CNY": D("178.75")}
    assert found["Assets:Bank:USD"] == {"USD": D("49975.00")}
    assert not found.get("Assets:Receivable:USD")
    assert not found.get("Liabilities:Advances")
    assert -sum(row["realised_fx"] for row in rows) == found["Income:FX"]["CNY"]


def test_beancount_agrees_on_a_receipt_in_a_third_currency(book_of: Callable[..., RateBook]) -> None:
    book = book_of({("USD", "CAD", "2026-01-02"): "1.5", ("USD", "EUR", "2026-01-31"): "1.13"})
    carrying = Valuer(book, "USD", CHOICE).on("CAD", date(2026, 1, 2))
    item = OpenItem("I-1", "CAD", D("100.00"), "USD", carrying.convert(D("100.00")), carrying)
    receipt = {"id": "R-1", "value_date": date(2026, 1, 31), "currency": "EUR", "amount": D("64.00")}
    rows = allocate_receipt(
        receipt, [Part(item, D("90.00"))], book=book, base_currency="USD", choice=CHOICE
    ).allocations
    found = balances(journal([Delivery(date(2026, 1, 2), item)], rows, base_currency="USD"))
    assert found["Income:FX"]["USD"].quantize(D("0.01")) == -rows[0]["realised_fx"] == D("3.36")
    assert found["Assets:Receivable:CAD"] == {"CAD": D("10.00")}


@settings(max_examples=15, deadline=None)
@given(lives())
def test_beancount_agrees_on_any_life(life: tuple[str, str, list[Decimal], list[Decimal], Decimal]) -> None:
    currency, base, parts, _rates, carrying = life
    _owed, rows = pay(*life)
    stands = Valuation(currency, base, carrying, FIRST, "example")
    item = OpenItem("I-1", currency, sum(parts, D(0)), base, stands.convert(sum(parts, D(0))), stands)
    if not item.open_base:
        return
    found = balances(journal([Delivery(FIRST, item)], rows, base_currency=base))
    gained = found.get("Income:FX", {}).get(base, D(0))
    # beancount relieves a lot at its unrounded unit cost: at most half a minor unit off for every payment
    allowed = len(rows) * D(1).scaleb(-minor_units(base))
    assert abs(gained + sum(row["realised_fx"] for row in rows)) <= allowed
