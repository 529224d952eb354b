"""A whole synthetic firm, matched and held against what is true: the promises that no run may break."""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.matching import Proposal, match
from workbench.matching.files import FolderRows, read_folder

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks" / "receipts"))


def matched(rows: FolderRows) -> list[Proposal]:
    return match(
        rows.receipts,
        rows.instalments,
        rows.orders,
        rows.customers,
        earlier_receipts=rows.earlier_receipts,
        earlier_links=rows.earlier_links,
    )


@pytest.fixture(scope="module", params=["base", "hard", "cold"])
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    worlds = pytest.importorskip("worlds")
    folder: Path = tmp_path_factory.mktemp("firm") / request.param
    return worlds.make(folder, profile=request.param, seed=8100, receipts=700)


@pytest.fixture(scope="module")
def proposals(firm: Path) -> list[Proposal]:
    return matched(read_folder(firm))


def table(firm: Path, name: str) -> list[dict[str, str]]:
    with (firm / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_what_is_posted_is_right(firm: Path, proposals: list[Proposal]) -> None:
    order = {row["item_id"]: row["order_no"] for row in table(firm, "items.csv")}
    paid: dict[str, set[str]] = defaultdict(set)
    for row in table(firm, "truth/allocations.csv"):
        paid[row["receipt_id"]].add(row["order_no"])
    posted = [one for one in proposals if one.decision == "post"]
    right = [one for one in posted if {order[part.instalment_id] for part in one.parts} == paid[one.receipt_id]]
    assert len(right) >= 0.985 * len(posted)  # four in 600: the figures for the promise itself are in the benchmark
    assert len(right) >= (0.7 if firm.name == "hard" else 0.85) * len(paid)


def test_nothing_is_reported_twice_and_posted(firm: Path, proposals: list[Proposal]) -> None:
    again = {row["receipt_id"] for row in table(firm, "truth/receipts.csv") if row["label"] == "duplicate"}
    assert again
    assert not again & {one.receipt_id for one in proposals if one.decision == "post"}


def test_no_instalment_is_paid_beyond_what_is_open(firm: Path, proposals: list[Proposal]) -> None:
    open_ = {row["item_id"]: Decimal(row["open_amount"]) for row in table(firm, "items.csv")}
    given: dict[str, Decimal] = defaultdict(Decimal)
    for one in proposals:
        for part in one.parts if one.decision == "post" else ():
            given[part.instalment_id] += max(part.amount, Decimal(0))
    assert all(amount <= open_[item] for item, amount in given.items())


def test_no_receipt_gives_more_than_it_holds(firm: Path, proposals: list[Proposal]) -> None:
    currency = {row["item_id"]: row["currency"] for row in table(firm, "items.csv")}
    receipts = {row["receipt_id"]: row for row in table(firm, "receipts.csv")}
    for one in proposals:
        row = receipts[one.receipt_id]
        if one.decision == "post" and {currency[part.instalment_id] for part in one.parts} == {row["currency"]}:
            assert abs(sum(part.amount for part in one.parts)) <= abs(Decimal(row["amount"])) + one.charges


def test_every_proposal_tells_why_and_the_open_ones_what_would_settle_them(proposals: list[Proposal]) -> None:
    assert all(one.reasons and all(str(reason) for reason in one.reasons) for one in proposals)
    waiting = [one for one in proposals if one.decision == "review" and one.parts and one.parts[0].amount > 0]
    assert all(any(reason.code.startswith("ask.") for reason in one.reasons) for one in waiting)


def test_many_equal_amounts_stay_a_bounded_task() -> None:
    """One customer, one amount, 1,500 receipts without a word: pairs would be two million."""
    from datetime import date, timedelta

    from workbench.matching.columns import Codes, Ledger, Receipts
    from workbench.matching.workspace import Workspace
    from workbench.rates import RateBook

    count = 1500
    days = [date(2026, 1, 1) + timedelta(days=number % 300) for number in range(count)]
    orders = [{"id": f"O-{number}", "number": f"SO26-{number:05}", "customer_id": "C-1"} for number in range(count)]
    instalments = [
        {
            "id": f"I-{number}",
            "order_id": f"O-{number}",
            "currency": "USD",
            "open_amount": Decimal(500),
            "due_date": day,
        }
        for number, day in enumerate(days)
    ]
    receipts = [
        {"id": f"R-{number:05}", "value_date": day, "currency": "USD", "amount": Decimal(500), "payer": "ACME LTD",
         "bank_reference": f"F{number}"}
        for number, day in enumerate(days)
    ]  # fmt: skip
    customers, currencies = Codes(), Codes()
    customers.add("C-1")
    ledger = Ledger.of(instalments, orders, customers, [], currencies)
    columns = Receipts.of(receipts, currencies)
    people = [{"id": "C-1", "legal_name": "Acme Ltd"}]
    space = Workspace(columns, ledger, people, RateBook.embedded(), earlier=Receipts.of([], currencies))
    assert len(space.singles(space.pairs(), 0, count)) <= 90 * count
    found = match(receipts, instalments, orders, people)
    taken = [part.instalment_id for one in found if one.decision == "post" for part in one.parts]
    assert len(taken) == len(set(taken))
