"""Decisions outlive the register; whatever people answer in whatever order, no money appears or vanishes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.settlement.firm import make_firm, rate_book, receipt
from workbench.errors import WorkbenchError
from workbench.matching import run
from workbench.register import Register
from workbench.settlement import answers
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books
from workbench.settlement.control import control_totals
from workbench.settlement.ledger import ledger
from workbench.settlement.queue import queue
from workbench.settlement.remembered import DecisionsUnreadable, decided_lines, take_lines

D = Decimal
BOOK = rate_book()
DAY = date(2026, 4, 30)
ROWS = (
    receipt("15000", "2026-03-01", 1, payer="Harbour Agents"),
    receipt("34975", "2026-04-20", 2),
    receipt("77", "2026-04-20", 3, payer="Tax Office"),
    receipt("500", "2026-04-22", 4),
)


def test_decisions_survive_a_rebuild(tmp_path: Path) -> None:
    with make_firm(tmp_path / "old.sqlite", *ROWS) as old:
        with old.changeset(origin="receipts", reason="answers", author="wang.fang") as cs:
            answers.pay(cs, BOOK, "R-000002", [Chosen("I-000002", D(35000))], "wang.fang", charges=D(25))
            answers.teach(cs, "R-000001", "C-000001", "wang.fang")
            answers.reject(cs, "R-000003", "wang.fang")
            answers.reject(cs, "R-000004", "wang.fang", ["I-000001"])
        lines = list(decided_lines(old))
        kept = [(row["document_amount"], row["fee_amount"], row["realised_fx"]) for row in old.rows("allocations")]
    with make_firm(tmp_path / "new.sqlite", *reversed(ROWS)) as new:
        for wanted in (4, 0):
            with new.changeset(origin="receipts", reason="again", author="li.na") as cs:
                assert take_lines(cs, BOOK, lines) == (wanted, [])
        rows = new.rows("allocations")
        assert [(row["document_amount"], row["fee_amount"], row["realised_fx"]) for row in rows] == kept
        assert sorted(decided_lines(new)) == sorted(lines)
        run(new, BOOK, "li.na", bar=D(1))
        waiting = {one.receipt["fingerprint"] for one in queue(new, BOOK, DAY)}
        assert waiting == {"f1", "f4"}, "a taught payer and a ruled-out instalment still ask what they pay"
        proposed = {
            row["instalment_id"]
            for row in new.rows("match_decisions", {"receipt_id": "R-000001"})
            if not row["decided_by"]
        }
        assert "I-000001" not in proposed


def test_credits_and_write_offs_survive_a_rebuild(tmp_path: Path) -> None:
    rows = (*ROWS, receipt("100", "2026-04-22", 7), receipt("-30", "2026-04-22", 8, kind="refund"))
    with make_firm(tmp_path / "old.sqlite", *rows) as old:
        with old.changeset(origin="receipts", reason="answers", author="wang.fang") as cs:
            answers.pay(cs, BOOK, "R-000002", [Chosen("I-000002", D(34000))], "wang.fang", keep_rest=False)
            answers.put_aside(cs, BOOK, "R-000005", "C-000001", "wang.fang")
            answers.use_credit(cs, BOOK, "R-000005", Chosen("I-000001", D(60)), "wang.fang", on=DAY)
            answers.put_aside(cs, BOOK, "R-000006", "C-000001", "wang.fang")
            answers.write_off(cs, BOOK, "I-000002", "wang.fang", on=DAY, why="agreed", amount=D(40))
        lines = list(decided_lines(old))
        state = ledger(Books.of(old), BOOK, DAY).balances()
    with make_firm(tmp_path / "new.sqlite", *rows) as new:
        for wanted in (5, 0):
            with new.changeset(origin="receipts", reason="again", author="li.na") as cs:
                assert take_lines(cs, BOOK, lines) == (wanted, [])
        assert ledger(Books.of(new), BOOK, DAY).balances() == state
        assert sorted(decided_lines(new)) == sorted(lines)


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"answer": "posted", "receipt": "f1", "person": "x"}', "nonsense"])
def test_what_is_no_decision_is_refused(tmp_path: Path, line: str) -> None:
    with make_firm(tmp_path / "r.sqlite", *ROWS) as register:
        changeset = register.changeset(origin="receipts", reason="x", author="li.na")
        with pytest.raises(DecisionsUnreadable) as told, changeset as cs:
            take_lines(cs, BOOK, [line])
        assert told.value.where == "line 1"
        assert register.count("match_decisions") == 0


@pytest.fixture(scope="module")
def firm() -> Iterator[Register]:
    with TemporaryDirectory() as folder:
        rows = (*ROWS, receipt("-400", "2026-04-22", 5, kind="refund"), receipt("900", "2026-04-22", 6, currency="CNY"))
        with make_firm(Path(folder) / "r.sqlite", *rows) as register:
            yield register


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "aside", "use", "write_off"]),
        st.integers(1, 6),
        st.integers(1, 2),
        st.one_of(st.none(), st.integers(-50_000_00, 50_000_00)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_no_order_of_answers_makes_or_loses_money(
    firm: Register, steps: list[tuple[str, int, int, int | None]]
) -> None:
    before, newest = firm.state_hash(), firm.log(1)[0].number
    for kind, number, part, cents in steps:
        amount = None if cents is None else D(cents).scaleb(-2)
        chosen, name = Chosen(f"I-00000{part}", amount), f"R-00000{number}"
        try:
            with firm.changeset(origin="receipts", reason=kind, author="li.na") as cs:
                if kind == "pay":
                    answers.pay(cs, BOOK, name, [chosen], "li.na", keep_rest=part == 1)
                elif kind == "aside":
                    answers.put_aside(cs, BOOK, name, "C-000001", "li.na")
                elif kind == "use":
                    answers.use_credit(cs, BOOK, name, chosen, "li.na", on=DAY)
                else:
                    answers.write_off(cs, BOOK, chosen.instalment_id, "li.na", on=DAY, why="test", amount=amount)
        except WorkbenchError:
            continue
        books = Books.of(firm)
        assert all(one.agrees for one in control_totals(books))
        assert all(row["amount"] >= 0 for row in books.credit_left().values() if row["receipt_id"] != "R-000005")
        owed = books.receivables(BOOK)
        for row in books.instalments:
            item = owed.item(row["id"], DAY)
            assert 0 <= item.open_amount <= row["amount"]
            assert (item.open_amount == 0) == (item.open_base == 0)
        made = ledger(books, BOOK, DAY)
        assert all(sum(line.base for line in entry.lines) == 0 for entry in made.entries)
    for entry in firm.log():
        if entry.number > newest:
            firm.undo(entry.number, author="li.na", reason="test")
    assert firm.state_hash() == before
