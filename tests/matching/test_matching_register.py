"""The register's receipts matched and settled in one changeset, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.matching import MatchingOvertaken, reject, run, teach_payer
from workbench.rates import Observation, RateBook
from workbench.register import Register
from workbench.settlement import Basis

D = Decimal
RATES = {"2026-02-20": "7.24", "2026-03-01": "7.23", "2026-03-15": "7.20", "2026-04-20": "7.15", "2026-04-22": "7.14"}


@pytest.fixture(scope="module")
def book() -> RateBook:
    return RateBook(
        Observation("example", "mid", "USD", "CNY", 1, value, date.fromisoformat(day)) for day, value in RATES.items()
    )


def receipt(amount: str, day: str, reference: str, number: int, currency: str = "USD") -> dict[str, Any]:
    return {
        "account": "USD-1",
        "value_date": date.fromisoformat(day),
        "currency": currency,
        "amount": D(amount),
        "payer": "ACME LTD",
        "reference": reference,
        "fingerprint": f"f{number}",
        "kind": "customer",
    }


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "firm.sqlite", base_currency="CNY") as made:
        with made.changeset(origin="test", reason="books", author="li.na") as cs:
            (customer,) = cs.insert("customers", [{"legal_name": "Acme Ltd", "country": "GB"}])
            (order,) = cs.insert(
                "orders",
                [
                    {
                        "number": "SO26-00101",
                        "customer_id": customer,
                        "order_date": date(2026, 2, 20),
                        "currency": "USD",
                        "amount": D(50000),
                    }
                ],
            )
            common = {"order_id": order, "currency": "USD"}
            cs.insert(
                "instalments",
                [
                    {**common, "sequence": 1, "kind": "deposit", "amount": D(15000), "due_date": date(2026, 3, 1)},
                    {**common, "sequence": 2, "kind": "balance", "amount": D(35000), "due_date": date(2026, 4, 15)},
                ],
            )
            cs.insert(
                "invoices",
                [{"order_id": order, "number": "INV-26044", "invoice_date": date(2026, 3, 15), "currency": "USD", "amount": D(50000)}],
            )  # fmt: skip
            cs.insert(
                "receipts",
                [
                    receipt("15000", "2026-03-01", "DEPOSIT SO26-00101", 1),
                    receipt("35000", "2026-04-20", "BALANCE INV-26044", 2),
                    receipt("35000", "2026-04-22", "BALANCE INV-26044", 3),
                    receipt("12.50", "2026-04-22", "greetings", 4),
                ],
            )
        yield made


def test_sure_receipts_are_settled_with_their_exchange_difference(register: Register, book: RateBook) -> None:
    report = run(register, book, "li.na")
    assert report.counts == {"post": 2, "review": 1, "no_match": 1}
    assert report.findings == ()
    deposit, balance = register.rows("allocations")
    assert deposit["realised_fx"] == 0, "an advance"
    assert balance["realised_fx"] == D(-1750)
    assert (balance["carrying_rate"], balance["settlement_rate"]) == (D("7.20"), D("7.15"))
    assert "INV-26044" in balance["reasons"]
    decisions = {row["receipt_id"]: row for row in register.rows("match_decisions")}
    assert [row["decision"] for _id, row in sorted(decisions.items())] == ["posted", "posted", "review", "no_match"]


def test_a_second_run_changes_nothing(register: Register, book: RateBook) -> None:
    first = run(register, book, "li.na")
    before = register.verify().head
    again = run(register, book, "li.na")
    assert first.changeset is not None
    assert (again.changeset, again.allocations) == (None, 0)
    assert register.verify().head == before
    assert register.count("match_decisions") == 4


def test_new_receipts_and_decisions_of_people(register: Register, book: RateBook) -> None:
    run(register, book, "li.na")
    proposed = next(row for row in register.rows("match_decisions") if row["decision"] == "review")
    with register.changeset(origin="test", reason="not ours", author="wang.fang") as cs:
        cs.update("match_decisions", proposed["id"], {"decision": "rejected", "decided_by": "wang.fang"})
        cs.insert("receipts", [receipt("1.00", "2026-04-22", "SO26-00101", 5)])
    report = run(register, book, "li.na")
    assert proposed["receipt_id"] not in {one.receipt_id for one in report.proposals}
    assert register.get("match_decisions", proposed["id"])["decision"] == "rejected"
    assert len(report.proposals) == 2


def test_what_a_person_ruled_out_is_not_posted_and_not_asked_again(register: Register, book: RateBook) -> None:
    deposit = register.rows("receipts")[0]["id"]
    run_before = run(register, book, "li.na")
    assert run_before.changeset is not None
    register.undo(run_before.changeset, author="li.na", reason="look again")
    (instalment, _balance) = register.rows("instalments")
    reject(register, deposit, "wang.fang", [instalment["id"]])
    for _attempt in range(2):
        run(register, book, "li.na")
        assert instalment["id"] not in {
            row["instalment_id"] for row in register.rows("allocations", {"receipt_id": deposit})
        }
    kept = [
        row for row in register.rows("match_decisions", {"receipt_id": deposit}) if row["decided_by"] == "wang.fang"
    ]
    assert [row["instalment_id"] for row in kept] == [instalment["id"]]


def test_a_receipt_that_is_no_payment_is_left_alone(register: Register, book: RateBook) -> None:
    first = register.rows("receipts")[0]["id"]
    reject(register, first, "wang.fang")
    assert first not in {one.receipt_id for one in run(register, book, "li.na").proposals}


def test_a_payer_is_taught_once_and_known_ever_after(register: Register, book: RateBook) -> None:
    agent = {"payer": "Harbour Trade Services HK"}
    with register.changeset(origin="test", reason="agent", author="li.na") as cs:
        order = register.rows("orders")[0]
        (second,) = cs.insert(
            "orders",
            [
                {name: order[name] for name in ("customer_id", "order_date", "currency")}
                | {"number": "SO26-00107", "amount": D(7310)}
            ],
        )
        cs.insert(
            "instalments",
            [{"order_id": second, "sequence": 1, "kind": "full", "currency": "USD", "amount": D(7310), "due_date": date(2026, 4, 20)}],
        )  # fmt: skip
        (paid,) = cs.insert("receipts", [receipt("7310", "2026-04-21", "goods", 9) | agent])
    assert next(one for one in run(register, book, "li.na").proposals if one.receipt_id == paid).decision == "review"
    teach_payer(register, paid, order["customer_id"], "wang.fang")
    again = next(one for one in run(register, book, "li.na").proposals if one.receipt_id == paid)
    assert again.decision == "post"
    assert "payer.taught" in {reason.code for reason in again.reasons}
    assert register.count("allocations") == 3


def test_undo_opens_everything_again(register: Register, book: RateBook) -> None:
    changeset = run(register, book, "li.na").changeset
    assert changeset is not None
    register.undo(changeset, author="li.na", reason="test")
    assert (register.count("allocations"), register.count("match_decisions")) == (0, 0)
    assert run(register, book, "li.na").allocations == 2
    assert register.verify().ok


def test_without_a_rate_nothing_is_settled(register: Register) -> None:
    early = RateBook([Observation("example", "mid", "USD", "CNY", 1, "7.2", date(2026, 3, 15))])
    report = run(register, early, "li.na")
    assert [finding.code for finding in report.findings] == ["settlement.rate-missing"] * len(report.findings)
    settled = {row["receipt_id"] for row in register.rows("allocations")}
    told = {row["place"].removeprefix("receipts ") for row in register.rows("open_findings")}
    assert told
    assert not settled & told
    refused = [one for one in report.proposals if one.receipt_id in told]
    assert {one.decision for one in refused} == {"review"}
    again = run(register, early, "li.na")
    assert again.changeset is None, "the same findings are not told twice"


def test_order_basis(register: Register, book: RateBook) -> None:
    run(register, book, "li.na", basis=Basis.ORDER)
    assert sum(row["realised_fx"] for row in register.rows("allocations")) == D("15000") * D("-0.01") + D("35000") * D(
        "-0.09"
    )


def test_cancelled_orders_are_not_paid(register: Register, book: RateBook) -> None:
    (order,) = register.rows("orders")
    with register.changeset(origin="test", reason="off", author="li.na") as cs:
        cs.update("orders", order["id"], {"status": "cancelled"})
    assert run(register, book, "li.na").counts["post"] == 0


def test_two_people_who_match_at_once_post_once(register: Register, book: RateBook, tmp_path: Path) -> None:
    """The second run begins and ends while the first is at work."""
    others = []

    def meanwhile(_stage: str, _done: int, _total: int) -> None:
        if not others:
            others.append(None)
            with Register.open(tmp_path / "firm.sqlite") as same:
                others[0] = run(same, book, "wang.fang").changeset

    report = run(register, book, "li.na", progress=meanwhile)
    assert others[0] is not None
    assert (report.changeset, report.allocations) == (None, 0)
    receipts = [row["receipt_id"] for row in register.rows("allocations")]
    assert len(receipts) == len(set(receipts)) == 2


def test_a_register_that_never_rests_is_told(register: Register, book: RateBook) -> None:
    def meanwhile(_stage: str, _done: int, _total: int) -> None:
        with register.changeset(origin="test", reason="busy", author="wang.fang") as cs:
            cs.insert("customers", [{"legal_name": "Another Ltd"}])

    with pytest.raises(MatchingOvertaken) as told:
        run(register, book, "li.na", progress=meanwhile)
    assert told.value.remedy
    assert register.count("allocations") == 0


def test_a_payer_known_under_a_merged_record_pays_for_the_one_that_stands(register: Register, book: RateBook):
    """The name of the record that went is a further name of the one it was merged into, over a chain as well."""
    (standing,) = register.rows("customers")
    with register.changeset(origin="test", reason="merge", author="li.na") as cs:
        (near,) = cs.insert("customers", [{"legal_name": "Acme Holdings", "merged_into": standing["id"]}])
        cs.insert("customers", [{"legal_name": "Borealis Machinery GmbH", "merged_into": near}])
        (order,) = cs.insert(
            "orders",
            [
                {
                    "number": "SO26-00777",
                    "customer_id": near,
                    "order_date": date(2026, 2, 20),
                    "currency": "USD",
                    "amount": D("8123.45"),
                }
            ],
        )
        instalment = {
            "order_id": order,
            "currency": "USD",
            "sequence": 1,
            "kind": "balance",
            "due_date": date(2026, 4, 15),
        }
        cs.insert("instalments", [{**instalment, "amount": D("8123.45")}])
        paid = {**receipt("8123.45", "2026-04-20", "greetings", 5), "payer": "BOREALIS MACHINERY GMBH"}
        (id_,) = cs.insert("receipts", [paid])
    (proposal,) = [one for one in run(register, book, "li.na").proposals if one.receipt_id == id_]
    assert [part.amount for part in proposal.parts] == [D("8123.45")]
    same = [reason for reason in proposal.reasons if reason.code == "payer.same"]
    assert [reason.as_dict()["customer"] for reason in same] == ["Acme Ltd"]
