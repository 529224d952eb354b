"""No answer, in whatever order and however typed, uses money twice, gives it away unseen, or invents a difference."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.settlement.firm import make_firm, receipt
from tests.settlement.test_answers import BOOK, adds_up, answered, pay
from workbench.matching import run
from workbench.register import NotPermitted, Register, UndoRefused
from workbench.settlement import AllocationRefused, answers
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books, realised_fx
from workbench.settlement.closing import close_month, month_end
from workbench.settlement.ledger import Ledger, ledger
from workbench.settlement.rights import TOLERANCES, ReasonMissing
from workbench.settlement.typed import typed_amount

D = Decimal
DAY = date(2026, 4, 30)
ROOT = Path(__file__).resolve().parents[2]
Firm = Callable[..., Register]


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return lambda *receipts: make_firm(tmp_path / "r.sqlite", *receipts)


def books_of(register: Register) -> Ledger:
    made = ledger(Books.of(register), BOOK, date(2026, 12, 31), revaluations=register.rows("revaluations"))
    assert not made.findings
    assert all(sum(line.base for line in entry.lines) == 0 for entry in made.entries)
    return made


def balance(register: Register, account: str, currency: str) -> tuple[Decimal, Decimal]:
    return books_of(register).balances().get((account, currency), (D(0), D(0)))


def newest(register: Register) -> int:
    return register.log(1)[0].number


def use_credit(register: Register, amount: str | None) -> Any:
    return answered(
        register, answers.use_credit, "R-000001", Chosen("I-000001", D(amount) if amount else None), "a", on=DAY
    )


def test_write_offs_of_one_instalment_are_held_to_the_tolerance_together(firm: Firm) -> None:
    with firm(receipt("34940", "2026-04-20", 1)) as register:
        with register.changeset(origin="test", reason="roles", author="li.na") as cs:
            cs.insert("users", [{"name": "li.na", "role": "administrator"}, {"name": "wang.fang", "role": "editor"}])
            cs.set_setting(TOLERANCES, {"*": {"amount": "30", "percent": "0.5"}})
        pay(register, "R-000001", ("I-000002", None))

        def give_up(amount: str) -> Any:
            return answered(
                register, answers.write_off, "I-000002", "wang.fang", on=DAY, why="agreed", amount=D(amount)
            )

        give_up("20")
        with pytest.raises(NotPermitted):
            give_up("20")
        assert give_up("10") == D("72.00")


@pytest.mark.parametrize(
    ("amount", "settled", "credit"), [("10", "10", "99928.50"), (None, "13986.01", "0"), ("14500", "14500", "0")]
)
def test_a_receipt_in_another_currency_gives_what_the_part_is_worth(
    firm: Firm, amount: str | None, settled: str, credit: str
) -> None:
    """Never all of it for a few dollars, which would be a gain of nearly all; about its worth is the bank's own rate."""
    with firm(receipt("100000", "2026-04-20", 1, currency="CNY")) as register:
        posted = pay(register, "R-000001", ("I-000002", amount))
        (row,) = posted.allocations
        assert (row["document_amount"], posted.credit) == (D(settled), D(credit))
        assert abs(row["realised_fx"]) < 5000
        assert adds_up(register)


def test_more_than_the_receipt_is_worth_is_refused(firm: Firm) -> None:
    with firm(receipt("100000", "2026-04-20", 1, currency="CNY")) as register:
        with pytest.raises(AllocationRefused, match=r"13986\.01 USD"):
            pay(register, "R-000001", ("I-000002", "30000"))
        with pytest.raises(AllocationRefused, match="left for I-000002"):
            pay(register, "R-000001", ("I-000001", None), ("I-000002", None))


def test_a_bank_s_own_rate_is_shared_by_all_that_the_receipt_pays(firm: Firm) -> None:
    with firm(receipt("355000", "2026-04-20", 1, currency="CNY")) as register:
        posted = pay(register, "R-000001", ("I-000001", None), ("I-000002", None))
        assert [row["document_amount"] for row in posted.allocations] == [D(15000), D(35000)]
        assert [row["receipt_amount"] for row in posted.allocations] == [D(106500), D(248500)]


def test_of_what_the_payer_sent_only_the_part_that_is_left_counts(firm: Firm) -> None:
    sent = {"instructed_currency": "USD", "instructed_amount": D(14000)}
    with firm(receipt("100000", "2026-04-20", 1, currency="CNY", **sent)) as register:
        assert pay(register, "R-000001", ("I-000001", "7000"), keep_rest=False).unmatched == D(50000)
        second = pay(register, "R-000001", ("I-000002", None))
        assert second.allocations[0]["document_amount"] == D(7000)
        assert adds_up(register)


def test_a_credit_that_was_paid_back_is_not_there_to_be_used(firm: Firm) -> None:
    with firm(receipt("35100", "2026-04-20", 1), receipt("-60", "2026-04-22", 2, kind="refund")) as register:
        pay(register, "R-000001", ("I-000002", None))
        answered(register, answers.put_aside, "R-000002", "C-000001", "li.na")
        assert adds_up(register)
        # Held at 7.15, paid back at 7.14: sixty cents are gained.
        assert balance(register, "customer_credits", "USD") == (D(-40), D("-286.00"))
        assert balance(register, "unmatched", "USD") == (D(0), D(0))
        assert realised_fx(register, (date(2026, 4, 1), DAY)) == {"USD": D("-1750.00") + D("0.60")}
        assert month_end(register, DAY, book=BOOK).realised == {"USD": D("-1749.40")}
        with pytest.raises(AllocationRefused):
            use_credit(register, "50")
        use_credit(register, None)
        assert [row["document_amount"] for row in register.rows("allocations")] == [D(35000), D(40)]
        assert balance(register, "customer_credits", "USD") == (D(0), D(0))
        assert adds_up(register)


def test_no_more_credit_goes_back_than_the_customer_has(firm: Firm) -> None:
    with firm(receipt("35100", "2026-04-20", 1), receipt("-100.01", "2026-04-22", 2, kind="refund")) as register:
        pay(register, "R-000001", ("I-000002", None))
        with pytest.raises(AllocationRefused, match="less credit"):
            answered(register, answers.put_aside, "R-000002", "C-000001", "li.na")


@pytest.mark.parametrize("later", ["used", "paid back", "chargeback"])
def test_what_was_built_on_is_not_taken_away(firm: Firm, later: str) -> None:
    out = receipt("-35000" if later == "chargeback" else "-40", "2026-04-22", 2, kind="refund")
    with firm(receipt("35100", "2026-04-20", 1), out) as register:
        pay(register, "R-000001", ("I-000002", None))
        first = newest(register)
        if later == "used":
            use_credit(register, "40")
        elif later == "paid back":
            answered(register, answers.put_aside, "R-000002", "C-000001", "li.na")
        else:
            pay(register, "R-000002", ("I-000002", None))
        second = newest(register)
        before = Books.of(register)
        with pytest.raises(UndoRefused, match="used or paid back"):
            register.undo(first, author="li.na", reason="wrong")
        assert Books.of(register) == before
        register.undo(second, author="li.na", reason="wrong")
        register.undo(first, author="li.na", reason="wrong")
        assert (register.count("allocations"), register.count("credits")) == (0, 0)


def test_what_was_written_off_cannot_be_paid_back(firm: Firm) -> None:
    with firm(receipt("20000", "2026-04-20", 1), receipt("-35000", "2026-04-22", 2, kind="refund")) as register:
        pay(register, "R-000001", ("I-000002", None))
        answered(register, answers.write_off, "I-000002", "li.na", on=DAY, why="bankrupt")
        assert pay(register, "R-000002", ("I-000002", None)).unmatched == D(-15000)
        assert balance(register, "receivable", "USD")[0] == D(35000)  # the deposit's, and the money that went back
        assert adds_up(register)


def test_money_that_goes_out_pays_nothing(firm: Firm) -> None:
    with firm(receipt("-400", "2026-04-22", 1, kind="refund")) as register:
        with pytest.raises(AllocationRefused):
            pay(register, "R-000001", ("I-000001", "1.52"))
        assert adds_up(register)


def test_charges_are_no_way_around_a_write_off(firm: Firm) -> None:
    told = receipt("34000", "2026-04-20", 2, instructed_currency="USD", instructed_amount=D(35000))
    with firm(receipt("100", "2026-04-20", 1), told) as register:
        with pytest.raises(ReasonMissing):
            pay(register, "R-000001", ("I-000002", "35000"), charges=D(34900))
        with pytest.raises(ReasonMissing):
            pay(register, "R-000001", ("I-000002", "135"), charges=D(35))
        assert pay(register, "R-000002", ("I-000002", None), charges=D(1000)).unmatched == 0


@pytest.mark.parametrize("by", ["answer", "matching"])
def test_what_comes_after_the_close_relieves_what_stands_then(firm: Firm, by: str) -> None:
    """Money of 1 March, found in April: the invoice of 15 March is open, and nothing of it is left over in base currency."""
    with firm(receipt("35000", "2026-03-01", 1, reference="SO26-00101 balance INV-26044")) as register:
        close_month(register, date(2026, 3, 31), "li.na", book=BOOK)
        if by == "answer":
            pay(register, "R-000001", ("I-000002", None))
        else:
            run(register, BOOK, "li.na", bar=D("0.01"))
        (row,) = register.rows("allocations")
        assert (row["allocation_date"], row["realised_fx"]) == (date(2026, 4, 1), 35000 * (D("7.23") - D("7.20")))
        item = Books.of(register).receivables(BOOK).item("I-000002", DAY)
        assert (item.open_amount, item.open_base) == (0, 0)
        assert balance(register, "receivable", "USD") == (D(15000), D("108000.00"))


@pytest.mark.parametrize(
    "typed", ["500,00", "5,00", "1.234,50", "1,23,456", "NaN", "1e3", "Infinity", "½", "--5", "五百"]
)
def test_an_amount_that_may_mean_another_is_not_guessed(typed: str) -> None:
    with pytest.raises(AllocationRefused):
        typed_amount(typed)


@pytest.mark.parametrize(("typed", "meant"), [("1,234.50", "1234.50"), (" 500 ", "500"), ("-12.5", "-12.5")])
def test_amounts_as_they_are_typed(typed: str, meant: str) -> None:
    assert typed_amount(typed) == D(meant)


POSTING = """
import sys
from decimal import Decimal
from pathlib import Path
from tests.settlement.firm import rate_book
from workbench.errors import WorkbenchError
from workbench.register import Register
from workbench.settlement import answers
from workbench.settlement.answers import Chosen

with Register.open(Path(sys.argv[1]), actor=sys.argv[2]) as register:
    for number in range(1, 13):
        try:
            with register.changeset(origin="receipts", reason="answer", author=sys.argv[2]) as cs:
                answers.pay(cs, rate_book(), f"R-{number:06d}", [Chosen("I-000002", Decimal(4000))], sys.argv[2], keep_rest=False)
            print(number)
        except WorkbenchError:
            pass
"""


def test_two_at_once_post_each_receipt_once_and_no_more_than_is_open(firm: Firm, tmp_path: Path) -> None:
    """Twelve receipts of 4,000 for 35,000: eight fit, whoever is first."""
    with firm(*(receipt("4000", "2026-04-20", number) for number in range(1, 13))) as register:
        both = [
            subprocess.Popen(
                [sys.executable, "-c", POSTING, str(tmp_path / "r.sqlite"), name],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for name in ("li.na", "wang.fang")
        ]  # fmt: skip
        said = [one.communicate(timeout=120)[0].split() for one in both]
        assert [one.returncode for one in both] == [0, 0]
        done = sorted(number for some in said for number in some)
        assert len(done) == len(set(done)) == 8
        assert sum(row["document_amount"] for row in register.rows("allocations")) == D(32000)
        assert adds_up(register)
