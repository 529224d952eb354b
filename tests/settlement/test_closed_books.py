"""What was closed stays what it was: in the lock, in the vouchers, and when an invoice comes after the close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.settlement.firm import make_firm, receipt
from tests.settlement.test_answers import BOOK, pay
from workbench.register import InvalidRows, Register
from workbench.settlement import Books
from workbench.settlement.closing import changed_since_closing, close_month, month_end, reopen_month
from workbench.settlement.ledger import Ledger, ledger

D = Decimal
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


def change(register: Register, table: str, row_id: str, values: Mapping[str, Any]) -> None:
    with register.changeset(origin="test", reason="change", author="wang.fang") as cs:
        cs.update(table, row_id, values)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """The deposit of 1 March is posted; the balance of 20 April is not; nothing is invoiced yet."""
    made = make_firm(tmp_path / "r.sqlite", receipt("15000", "2026-03-01", 1), receipt("35000", "2026-04-20", 2))
    with made.changeset(origin="test", reason="no invoice", author="li.na") as cs:
        cs.delete("invoices", "V-000001")
    pay(made, "R-000001", ("I-000001", None))
    return made


def invoice(register: Register, day: date) -> None:
    row = {"order_id": "O-000001", "currency": "USD", "number": "INV-1", "invoice_date": day, "amount": D(50000)}
    with register.changeset(origin="test", reason="invoice", author="li.na") as cs:
        cs.insert("invoices", [row])


def books(register: Register, until: date) -> Ledger:
    return ledger(Books.of(register), BOOK, until, revaluations=register.rows("revaluations"))


def test_an_invoice_after_the_close_does_not_move_the_receivable(register: Register) -> None:
    """Vouchers of March were handed over: those of April go on from there, and together they are the whole."""
    made, _number = close_month(register, MARCH, "li.na", book=BOOK)
    assert [row["open_amount"] for row in made.lines] == [D(35000)]
    march = books(register, MARCH).entries
    invoice(register, date(2026, 4, 20))
    pay(register, "R-000002", ("I-000002", None))
    whole = books(register, APRIL)
    assert whole.entries[: len(march)] == march
    assert whole.balances()["receivable", "USD"] == (0, 0)
    assert not changed_since_closing(register, whole)
    assert month_end(register, MARCH, book=BOOK).fingerprint == made.fingerprint


def test_an_invoice_that_is_known_at_the_close_says_when_the_receivable_arises(register: Register) -> None:
    """The month end and the vouchers say the same: nothing is receivable before the invoice's day."""
    invoice(register, date(2026, 4, 20))
    made, _number = close_month(register, MARCH, "li.na", book=BOOK)
    assert not made.lines
    assert [row["reason"] for row in made.kept] == ["advance"]
    assert ("receivable", "USD") not in books(register, MARCH).balances()


def test_a_reopened_month_no_longer_holds_the_receivable(register: Register) -> None:
    close_month(register, MARCH, "li.na", book=BOOK)
    reopen_month(register, MARCH, "li.na", "the invoice came")
    invoice(register, date(2026, 4, 20))
    assert ("receivable", "USD") not in books(register, MARCH).balances()


@pytest.mark.parametrize("value", ["", "2026-02-28", "2026-12-31"])
def test_nobody_moves_the_lock_by_hand(register: Register, value: str) -> None:
    close_month(register, MARCH, "li.na", book=BOOK)
    with (
        pytest.raises(InvalidRows, match="by hand"),
        register.changeset(origin="test", reason="lock", author="li.na") as cs,
    ):
        cs.set_setting("locked_until", value)


def test_undoing_does_not_close_a_month_again(register: Register) -> None:
    """What was changed while it was open would be in no closing."""
    close_month(register, MARCH, "li.na", book=BOOK)
    number = reopen_month(register, MARCH, "li.na", "an error")
    with pytest.raises(InvalidRows):
        register.undo(number, author="li.na", reason="back")
    assert not register.setting("locked_until")


@pytest.mark.parametrize(
    ("table", "row_id", "values"),
    [
        ("instalments", "I-000002", {"amount": D(1)}),
        ("instalments", "I-000001", {"currency": "EUR"}),
        ("receipts", "R-000001", {"rate_value": D(9)}),
        ("orders", "O-000001", {"rate_value": D(9)}),
    ],
)
def test_what_the_closed_figures_follow_from_is_locked(
    register: Register, table: str, row_id: str, values: dict[str, Any]
) -> None:
    close_month(register, MARCH, "li.na", book=BOOK)
    with pytest.raises(InvalidRows, match="closed"):
        change(register, table, row_id, values)


def test_instalments_of_what_is_invoiced_later_may_change(register: Register) -> None:
    invoice(register, date(2026, 4, 20))
    close_month(register, MARCH, "li.na", book=BOOK)
    change(register, "instalments", "I-000002", {"amount": D(34000)})


def test_what_is_no_longer_as_it_was_closed_is_told(register: Register) -> None:
    close_month(register, MARCH, "li.na", book=BOOK)
    assert not changed_since_closing(register, books(register, APRIL))
    order = {"number": "SO26-00102", "customer_id": "C-000001", "order_date": date(2026, 3, 20), "currency": "CNY"}
    with register.changeset(origin="test", reason="came late", author="li.na") as cs:
        (late,) = cs.insert("orders", [{**order, "amount": D(700)}])
        part = {"order_id": late, "sequence": 1, "kind": "full", "currency": "CNY", "amount": D(700)}
        cs.insert("instalments", [part])
    found = changed_since_closing(register, books(register, APRIL))
    assert {one.value for one in found} == {"receivable CNY", "revenue CNY"}
    assert found[0].details["now"] == "700.00 / 700.00"
