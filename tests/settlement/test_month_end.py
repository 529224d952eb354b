"""Month ends: what is revalued and what is not, the lock, any past one again bit for bit, and reminders."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from email.policy import default
from pathlib import Path

import pytest

from tests.settlement.firm import make_firm, rate_book, receipt
from workbench.matching import run
from workbench.rates import Observation
from workbench.register import InvalidRows, NotPermitted, Register
from workbench.settlement import answers, open_items, realised_fx
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books
from workbench.settlement.closing import ClosingRefused, NotMonthEnd, close_month, month_end, reopen_month
from workbench.settlement.dunning import draft, late_payers, write_drafts
from workbench.settlement.ledger import ledger
from workbench.settlement.letters import LETTERS
from workbench.settlement.receivables import Basis
from workbench.settlement.rights import ReasonMissing

D = Decimal
BOOK = rate_book()
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """The deposit has come on 1 March, the balance on 20 April, less USD 25 that the bank kept."""
    rows = (receipt("15000", "2026-03-01", 1), receipt("34975", "2026-04-20", 2), receipt("70", "2026-04-22", 3))
    with make_firm(tmp_path / "r.sqlite", *rows) as made:
        with made.changeset(origin="receipts", reason="deposit", author="li.na") as cs:
            answers.pay(cs, BOOK, "R-000001", [Chosen("I-000001")], "li.na", basis=Basis.INVOICE)
        yield made


def pay_balance(register: Register) -> int:
    with register.changeset(origin="receipts", reason="balance", author="li.na") as cs:
        answers.pay(cs, BOOK, "R-000002", [Chosen("I-000002")], "li.na", charges=D(25))
    return cs.number


def test_the_life_of_an_order_as_the_worked_example_tells_it(register: Register) -> None:
    """E06 and E08 from the register's own rows: March -700.00, taken back, April -1,750.00, charges 178.75."""
    made, _number = close_month(register, MARCH, "li.na", book=BOOK, basis=Basis.INVOICE)
    assert [(row["instalment_id"], row["unrealised_fx"]) for row in made.lines] == [("I-000002", D("-700.00"))]
    assert made.findings == ()
    pay_balance(register)
    assert realised_fx(register, (date(2026, 4, 1), APRIL)) == {"USD": D("-1750.00")}
    assert realised_fx(register, (date(2026, 3, 1), MARCH)) == {"USD": D(0)}
    books, lines = Books.of(register), register.rows("revaluations")
    april = ledger(books, BOOK, APRIL, revaluations=lines, basis=Basis.INVOICE).balances()
    assert april["revenue", "CNY"][1] == D("-360450.00")
    assert april["realised_fx", "CNY"][1] == D("1750.00"), "a loss is a debit"
    assert april["unrealised_fx", "CNY"][1] == 0, "taken back on 1 April"
    assert april["bank_fees", "CNY"][1] == D("178.75")
    assert april["receivable", "USD"] == (D(0), D(0))
    assert april["advances", "CNY"][1] == 0
    assert april["bank", "USD"][1] == D("108450.00") + D("250071.25") + D("499.80")
    assert april["unmatched", "USD"][0] == D(-70)
    march = ledger(books, BOOK, MARCH, revaluations=lines, basis=Basis.INVOICE).balances()
    assert march["receivable", "USD"] == (D(35000), D("252000.00"))
    assert march["unrealised_fx", "CNY"][1] == D("700.00")


def test_an_advance_is_not_revalued_unless_it_is_refundable(tmp_path: Path) -> None:
    with make_firm(tmp_path / "r.sqlite", receipt("15000", "2026-03-01", 1)) as register:
        with register.changeset(origin="test", reason="not delivered", author="li.na") as cs:
            cs.delete("invoices", "V-000001")
            answers.pay(cs, BOOK, "R-000001", [Chosen("I-000001")], "li.na", basis=Basis.INVOICE)
        made = month_end(register, MARCH, book=BOOK, basis=Basis.INVOICE)
        assert made.lines == ()
        assert [(one["source"], one["reason"], one["base_amount"]) for one in made.kept] == [
            ("I-000001", "advance", D("108450.00"))
        ]
        with register.changeset(origin="test", reason="refundable", author="li.na") as cs:
            cs.update("instalments", "I-000001", {"refundable": True})
        (line,) = month_end(register, MARCH, book=BOOK, basis=Basis.INVOICE).lines
        assert (line["open_amount"], line["unrealised_fx"]) == (D(-15000), D("750.00"))


def test_a_refundable_credit_is_revalued(register: Register) -> None:
    with register.changeset(origin="receipts", reason="credit", author="li.na") as cs:
        answers.put_aside(cs, BOOK, "R-000003", "C-000001", "li.na", refundable=True)
    found = {row.get("receipt_id"): row for row in month_end(register, APRIL, book=BOOK).lines}
    assert found["R-000003"]["unrealised_fx"] == D("0.70"), "USD 70 owed, 7.14 then, 7.13 now"


def test_a_closed_month_stays_as_it_is(register: Register) -> None:
    close_month(register, MARCH, "li.na", book=BOOK)
    head = register.state_hash()
    late = receipt("5", "2026-03-31", 9)
    paid = register.rows("allocations")[0]["id"]
    for change in (
        lambda cs: cs.insert("receipts", [late]),
        lambda cs: cs.update("receipts", "R-000001", {"amount": D(14000)}),
        lambda cs: cs.delete("allocations", paid),
        lambda cs: cs.update("orders", "O-000001", {"order_date": date(2026, 5, 1)}),
    ):
        with pytest.raises(InvalidRows) as told, register.changeset(origin="test", reason="late", author="li.na") as cs:
            change(cs)
        (finding,) = told.value.findings
        assert finding.code == "period.locked"
        assert "--reopen" in finding.remedy
    assert register.state_hash() == head
    with register.changeset(origin="test", reason="a note is no figure", author="li.na") as cs:
        cs.update("receipts", "R-000001", {"note": "seen"})


def test_undo_does_not_reach_into_a_closed_month(register: Register) -> None:
    posted = register.log(1)[0].number
    _made, closing = close_month(register, MARCH, "li.na", book=BOOK)
    for number in (posted, closing):
        with pytest.raises(InvalidRows, match=r"closed|closing"):
            register.undo(number, author="li.na", reason="test")
    assert register.verify().ok


def test_what_comes_late_is_booked_on_the_first_open_day(tmp_path: Path) -> None:
    rows = (receipt("15000", "2026-03-01", 1, reference="DEPOSIT SO26-00101"),)
    with make_firm(tmp_path / "r.sqlite", *rows) as register:
        close_month(register, MARCH, "li.na", book=BOOK)
        run(register, BOOK, "li.na", bar=D("0.3"))
        (row,) = register.rows("allocations")
        assert (row["allocation_date"], row["settlement_rate_date"]) == (date(2026, 4, 1), date(2026, 3, 1))


def test_any_past_month_end_again_bit_for_bit(register: Register) -> None:
    closed, _number = close_month(register, MARCH, "li.na", book=BOOK)
    close_month(register, APRIL, "li.na", book=BOOK)
    with register.changeset(origin="test", reason="later", author="li.na") as cs:
        cs.insert("receipts", [receipt("100", "2026-05-04", 10)])
        cs.update("instalments", "I-000002", {"due_date": date(2026, 6, 1), "refundable": True})
    revised = [Observation("example", "mid", "USD", "CNY", 1, "7.0001", MARCH, revision=2)]
    again = month_end(register, MARCH, book=BOOK.with_observations(revised))
    assert again.as_dict() == closed.as_dict()
    assert again.fingerprint == closed.fingerprint == register.rows("closings")[0]["figures_sha256"]


def test_reopening_needs_a_right_and_a_reason(register: Register) -> None:
    before = register.rows("allocations")
    close_month(register, MARCH, "li.na", book=BOOK)
    with pytest.raises(ReasonMissing):
        reopen_month(register, MARCH, "li.na", " ")
    with pytest.raises(ClosingRefused, match="not closed"):
        reopen_month(register, APRIL, "li.na", "wrong month")
    with register.changeset(origin="test", reason="people", author="li.na") as cs:
        cs.insert("users", [{"name": "li.na", "role": "editor"}, {"name": "zhao.lei", "role": "supervisor"}])
    register.actor = None
    with pytest.raises(NotPermitted):
        reopen_month(register, MARCH, "li.na", "a late invoice")
    with pytest.raises(NotPermitted):
        close_month(register, APRIL, "li.na", book=BOOK)
    reopen_month(register, MARCH, "zhao.lei", "a late invoice")
    assert register.count("revaluations") == 0
    assert not register.setting("locked_until")
    assert [(row["state"], row["why"]) for row in register.rows("closings")] == [("reopened", "a late invoice")]
    assert register.rows("allocations") == before
    close_month(register, MARCH, "zhao.lei", book=BOOK)


def test_what_cannot_be_closed(register: Register) -> None:
    with pytest.raises(NotMonthEnd):
        month_end(register, date(2026, 3, 30), book=BOOK)
    with pytest.raises(ClosingRefused) as told:
        close_month(register, date(2026, 12, 31), "li.na", book=BOOK)
    assert told.value.remedy, "no rate of December is at hand"
    close_month(register, MARCH, "li.na", book=BOOK)
    with pytest.raises(ClosingRefused, match="already"):
        close_month(register, MARCH, "li.na", book=BOOK)


def test_open_items_of_a_past_day(register: Register) -> None:
    pay_balance(register)
    items, findings = open_items(register, MARCH, book=BOOK, basis=Basis.INVOICE)
    assert not findings
    assert [(item.instalment_id, item.open_amount, item.open_base) for _row, item in items] == [
        ("I-000002", D(35000), D("252000.00"))
    ]
    assert open_items(register, APRIL, book=BOOK)[0] == []


@pytest.mark.parametrize("language", sorted(LETTERS))
def test_reminders_in_the_customers_language(register: Register, tmp_path: Path, language: str) -> None:
    hostile = "Acme\r\nBcc: all@example.com"
    with register.changeset(origin="test", reason="language", author="li.na") as cs:
        cs.update("customers", "C-000001", {"language": language, "legal_name": hostile})
    (reminder,) = late_payers(register, APRIL, book=BOOK)
    assert reminder.overdue == {"USD": D(35000)}
    assert reminder.ageing["USD"]["1-30"] == D(35000)
    assert reminder.ageing_base["1-30"] == D("249550.00")
    first, second = (write_drafts([reminder], tmp_path / name, APRIL, firm="Haiyue")[0] for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    mail = email.message_from_bytes(first.read_bytes(), policy=default)
    assert (mail["To"], mail["Bcc"], mail["X-Unsent"]) == ("pay@acme.example", None, "1")
    text = mail.get_content()
    assert "USD 35,000.00" in text
    assert "SO26-00101" in text
    assert "{" not in text + str(mail["Subject"])
    assert draft(reminder, APRIL).as_bytes() != b""
