"""What people answer is posted exactly, can be taken back whole, and is never asked again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.settlement.firm import make_firm, rate_book, receipt
from workbench.matching import run
from workbench.register import NotPermitted, Register
from workbench.settlement import AllocationRefused, answers
from workbench.settlement.answers import Chosen, Posted
from workbench.settlement.books import Books
from workbench.settlement.control import control_totals
from workbench.settlement.queue import queue
from workbench.settlement.rights import TOLERANCES, ReasonMissing
from workbench.settlement.typed import apply_answers

D = Decimal
BOOK = rate_book()
DAY = date(2026, 4, 30)


def answered(register: Register, answer: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    with register.changeset(origin="receipts", reason="answer", author="wang.fang") as cs:
        return answer(cs, BOOK, *arguments, **more)


def pay(register: Register, receipt_id: str, *parts: tuple[str, str | None], **more: Any) -> Posted:
    chosen = [Chosen(name, None if amount is None else D(amount)) for name, amount in parts]
    posted: Posted = answered(register, answers.pay, receipt_id, chosen, "wang.fang", **more)
    return posted


def adds_up(register: Register) -> bool:
    return all(one.agrees for one in control_totals(Books.of(register)))


def test_a_deposit_and_a_split_balance(tmp_path: Path) -> None:
    with make_firm(
        tmp_path / "r.sqlite", receipt("15000", "2026-03-01", 1), receipt("35000", "2026-04-20", 2)
    ) as register:
        pay(register, "R-000001", ("I-000001", None))
        first = pay(register, "R-000002", ("I-000002", "20000"), keep_rest=False)
        assert first.unmatched == D(15000)
        assert adds_up(register)
        second = pay(register, "R-000002", ("I-000002", None))
        rows = register.rows("allocations")
        assert [row["realised_fx"] for row in rows] == [D(0), D("-1000.00"), D("-750.00")]
        assert (second.unmatched, second.credit) == (0, 0)
        assert sum(row["carrying_amount"] for row in rows[1:]) == D("252000.00")
        with pytest.raises(AllocationRefused):
            pay(register, "R-000002", ("I-000002", None))
        assert register.count("allocations") == 3


def test_a_chargeback_opens_again_what_was_paid_at_its_rate(tmp_path: Path) -> None:
    """Relief of 252,000 is taken back; the firm lost what the dollar moved between in and out."""
    with make_firm(
        tmp_path / "r.sqlite", receipt("35000", "2026-04-20", 1), receipt("-35000", "2026-04-22", 2)
    ) as register:
        pay(register, "R-000001", ("I-000002", None))
        paid = register.rows("allocations")[0]
        pay(register, "R-000002", ("I-000002", None))
        back = register.rows("allocations")[1]
        assert (back["document_amount"], back["kind"]) == (D(-35000), "taken_back")
        assert back["carrying_amount"] == -paid["carrying_amount"]
        assert back["settlement_amount"] == D("-249900.00")
        assert paid["realised_fx"] + back["realised_fx"] == D("250250.00") - D("249900.00")
        item = Books.of(register).receivables(BOOK).item("I-000002", DAY)
        assert (item.open_amount, item.open_base) == (D(35000), paid["carrying_amount"])
        assert adds_up(register)


def test_no_more_goes_back_than_was_paid(tmp_path: Path) -> None:
    with make_firm(
        tmp_path / "r.sqlite", receipt("1000", "2026-04-20", 1), receipt("-1000.01", "2026-04-22", 2)
    ) as register:
        pay(register, "R-000001", ("I-000002", None))
        with pytest.raises(AllocationRefused, match="cannot go back"):
            pay(register, "R-000002", ("I-000002", "-1000.01"))
        assert register.count("allocations") == 1


def test_a_sure_refund_is_posted_by_the_matching(tmp_path: Path) -> None:
    rows = (
        receipt("35000", "2026-04-20", 1, reference="INV-26044", bank_reference="FT26042000001"),
        receipt("-35000", "2026-04-22", 2, reference="RETURN FT26042000001 INV-26044", kind="refund"),
    )
    with make_firm(tmp_path / "r.sqlite", *rows) as register:
        report = run(register, BOOK, "li.na", bar=D("0.5"))
        assert {one.decision for one in report.proposals} == {"post"}
        assert sum(row["document_amount"] for row in register.rows("allocations")) == 0
        assert adds_up(register)


def test_too_much_is_the_customers_credit_and_is_used_later(tmp_path: Path) -> None:
    rows = (receipt("15100", "2026-03-01", 1), receipt("34900", "2026-04-20", 2))
    with make_firm(tmp_path / "r.sqlite", *rows) as register:
        posted = pay(register, "R-000001", ("I-000001", None))
        assert posted.credit == D(100)
        (credit,) = register.rows("credits")
        assert (credit["amount"], credit["base_amount"], credit["customer_id"]) == (D(100), D("723.00"), "C-000001")
        pay(register, "R-000002", ("I-000002", None))
        used = answered(register, answers.use_credit, "R-000001", Chosen("I-000002"), "wang.fang", on=date(2026, 4, 22))
        (row,) = used.allocations
        assert (row["document_amount"], row["settlement_amount"]) == (D(100), D("723.00"))
        assert row["carrying_amount"] == D("720.00")
        books = Books.of(register)
        assert not books.credit_left()
        assert books.receivables(BOOK).open_amount("I-000002") == 0
        assert adds_up(register)
        with pytest.raises(AllocationRefused, match="no credit"):
            answered(register, answers.use_credit, "R-000001", Chosen("I-000002"), "wang.fang", on=DAY)


def test_matching_keeps_what_came_too_much(tmp_path: Path) -> None:
    rows = receipt("15200", "2026-03-01", 1, reference="DEPOSIT SO26-00101")
    with make_firm(tmp_path / "r.sqlite", rows) as register:
        run(register, BOOK, "li.na", bar=D("0.05"))
        settled = register.rows("allocations")
        kept = register.rows("credits")
        assert sum(row["receipt_amount"] for row in settled) + sum(row["amount"] for row in kept) == D(15200)
        assert adds_up(register)


def test_a_write_off_needs_a_reason_and_a_right(tmp_path: Path) -> None:
    with make_firm(tmp_path / "r.sqlite", receipt("34975", "2026-04-20", 1)) as register:
        with register.changeset(origin="test", reason="people", author="li.na") as cs:
            names = {"li.na": "editor", "wang.fang": "editor", "zhao.lei": "supervisor"}
            cs.insert("users", [{"name": name, "role": role} for name, role in names.items()])
        with pytest.raises(ReasonMissing):
            pay(register, "R-000001", ("I-000002", None), write_off_short=True)
        with pytest.raises(NotPermitted):
            pay(register, "R-000001", ("I-000002", None), write_off_short=True, why="bank charges")
        assert register.count("allocations") == 0, "nothing is half posted"
        with register.changeset(origin="test", reason="limits", author="li.na") as cs:
            cs.set_setting(TOLERANCES, {"*": {"amount": "30", "percent": "0.5"}})
        posted = pay(register, "R-000001", ("I-000002", None), write_off_short=True, why="bank charges")
        assert posted.written_off == D("180.00"), "25 at the rate at which the receivable stands"
        given_up = register.rows("allocations")[1]
        assert (given_up["kind"], given_up["why"], given_up["person"]) == ("write_off", "bank charges", "wang.fang")
        assert (given_up["realised_fx"], given_up["write_off_amount"]) == (D(0), D("180.00"))
        assert Books.of(register).receivables(BOOK).open_amount("I-000002") == 0
        with pytest.raises(NotPermitted):
            answered(register, answers.write_off, "I-000001", "wang.fang", on=DAY, why="bankrupt")
        assert answered(register, answers.write_off, "I-000001", "zhao.lei", on=DAY, why="bankrupt") == D("108000.00")
        assert adds_up(register)


def test_a_receipt_in_another_currency_settles_the_whole(tmp_path: Path) -> None:
    """CNY 250,000 for USD 35,000: 7.142857, within what banks take; the difference is realised."""
    with make_firm(tmp_path / "r.sqlite", receipt("250000", "2026-04-20", 1, currency="CNY")) as register:
        posted = pay(register, "R-000001", ("I-000002", None))
        (row,) = posted.allocations
        assert (row["receipt_amount"], row["document_amount"]) == (D(250000), D(35000))
        assert row["realised_fx"] == D("-2000.00")
        assert posted.unmatched == 0


def test_everything_posted_is_undone_by_one_command(tmp_path: Path) -> None:
    with make_firm(tmp_path / "r.sqlite", receipt("15100", "2026-03-01", 1)) as register:
        run(register, BOOK, "li.na", bar=D(1))
        before = register.state_hash()
        pay(register, "R-000001", ("I-000001", "14000"), write_off_short=True, why="agreed", keep_rest=True)
        register.undo(register.log(1)[0].number, author="li.na", reason="test")
        assert register.state_hash() == before
        assert register.verify().ok


def test_answers_are_kept_and_not_asked_again(tmp_path: Path) -> None:
    rows = (receipt("15000", "2026-03-01", 1, reference="hello"), receipt("77", "2026-04-20", 2, payer="Tax Office"))
    with make_firm(tmp_path / "r.sqlite", *rows) as register:
        run(register, BOOK, "li.na", bar=D("1"))
        waiting = [one.receipt["id"] for one in queue(register, BOOK, DAY)]
        assert waiting == ["R-000001", "R-000002"], "most money and longest waiting first"
        with register.changeset(origin="receipts", reason="no payment", author="wang.fang") as cs:
            answers.reject(cs, "R-000002", "wang.fang", why="tax refund")
        with register.changeset(origin="receipts", reason="not this", author="wang.fang") as cs:
            answers.reject(cs, "R-000001", "wang.fang", ["I-000001"])
        for _again in range(2):
            run(register, BOOK, "li.na")
            assert [one.receipt["id"] for one in queue(register, BOOK, DAY)] == ["R-000001"]
            proposed = [row["instalment_id"] for row in register.rows("match_decisions") if not row["decided_by"]]
            assert "I-000001" not in proposed
        assert register.count("allocations") == 0


@pytest.mark.parametrize(
    ("said", "settled"),
    [
        ("Accept", {"I-000001": D(15000)}),
        ("接受", {"I-000001": D(15000)}),
        ("SO26-00101/2", {"I-000002": D(15000)}),
        ("SO26-00101/1=9000; I-000002=6000", {"I-000001": D(9000), "I-000002": D(6000)}),
        ("No payment", {}),
        ("否决", {}),
        ("payer: Acme Ltd", {}),
    ],
)
def test_answers_typed_in_the_sheet(tmp_path: Path, said: str, settled: dict[str, Decimal]) -> None:
    with make_firm(tmp_path / "r.sqlite", receipt("15000", "2026-03-01", 1, reference="SO26-00101")) as register:
        run(register, BOOK, "li.na", bar=D("1"))
        (row,) = register.rows("match_decisions")
        with register.changeset(origin="push", reason="sheet", author="wang.fang") as cs:
            assert apply_answers(cs, BOOK, [(row, said)], "wang.fang") == []
        found = {one["instalment_id"]: one["document_amount"] for one in register.rows("allocations")}
        assert found == settled
        assert {one["decided_by"] for one in register.rows("match_decisions")} == {"wang.fang"}


@pytest.mark.parametrize("said", ["nonsense", "7: something", "SO26-00101/2=99999999", "SO26-00101", "I-000001=abc"])
def test_an_answer_that_cannot_be_taken_is_told(tmp_path: Path, said: str) -> None:
    with make_firm(tmp_path / "r.sqlite", receipt("15000", "2026-03-01", 1, reference="SO26-00101")) as register:
        run(register, BOOK, "li.na", bar=D("1"))
        (row,) = register.rows("match_decisions")
        with register.changeset(origin="push", reason="sheet", author="wang.fang") as cs:
            ((place, finding),) = apply_answers(cs, BOOK, [(row, said)], "wang.fang")
        assert (place, finding.code) == (0, "receipt.answer")
        assert finding.details["why"]
        assert register.count("allocations") == 0


KILLED = """
import sys
from tests.settlement.firm import rate_book
from workbench.matching import run
from workbench.register import Register
with Register.open(sys.argv[1]) as register:
    print("ready", flush=True)
    run(register, rate_book(), "li.na")
"""


def test_killed_while_posting_all_or_nothing(tmp_path: Path) -> None:
    """WORKBENCH_KILLS says how often; the moment of the kill moves through the run."""
    rows = [receipt(f"{100 + n}", "2026-04-22", n, reference="greetings", payer=f"Payer {n}") for n in range(60)]
    rows.append(receipt("15000", "2026-03-01", 98, reference="DEPOSIT SO26-00101"))
    rows.append(receipt("35000", "2026-04-20", 99, reference="BALANCE INV-26044"))
    times = int(os.environ.get("WORKBENCH_KILLS", "4"))
    location = tmp_path / "r.sqlite"
    make_firm(location, *rows).close()
    with Register.open(location) as register:
        whole = run(register, BOOK, "li.na")
        assert whole.allocations
        register.undo(whole.changeset or 0, author="li.na", reason="again")
        before = len(register.log())
    for number in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(location)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=0.05 + 1.2 * number / max(times - 1, 1))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        process.stdout.close()
        with Register.open(location) as register:
            assert register.verify().ok
            assert register.count("allocations") in (0, whole.allocations)
            assert adds_up(register)
            log = register.log()
            if len(log) > before:
                assert register.count("allocations") == whole.allocations
                register.undo(log[0].number, author="li.na", reason="again")
                before = len(register.log())
