"""What is posted without a person, what is shown to one, and what is neither."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.matching import Proposal, match
from workbench.matching.numbers import NumberIndex

D = Decimal
CUSTOMERS = [
    {"id": "C-1", "legal_name": "Brückner Maschinen GmbH", "local_name": None},
    {"id": "C-2", "legal_name": "Acme Garden Supplies Ltd", "local_name": None},
    {"id": "C-3", "legal_name": "ООО Северный Дом", "local_name": "Severny Dom LLC"},
]
ORDERS = [
    {"id": "O-1", "number": "SO26-00101", "customer_id": "C-1", "customer_po": "4500487275"},
    {"id": "O-2", "number": "SO26-00102", "customer_id": "C-2", "customer_po": "PO 77812"},
    {"id": "O-3", "number": "SO26-00110", "customer_id": "C-2", "customer_po": "PO 77812"},
    {"id": "O-4", "number": "SO26-00111", "customer_id": "C-3", "customer_po": None},
]
INSTALMENTS = [
    {"id": "I-1", "order_id": "O-1", "sequence": 1, "currency": "USD", "open_amount": D("15000.00"), "due_date": date(2026, 3, 1)},
    {"id": "I-2", "order_id": "O-1", "sequence": 2, "currency": "USD", "open_amount": D("35000.00"), "due_date": date(2026, 4, 1)},
    {"id": "I-3", "order_id": "O-2", "sequence": 1, "currency": "EUR", "open_amount": D("800.00"), "due_date": date(2026, 3, 1)},
    {"id": "I-4", "order_id": "O-3", "sequence": 1, "currency": "EUR", "open_amount": D("1200.00"), "due_date": date(2026, 3, 5)},
    {"id": "I-5", "order_id": "O-4", "sequence": 1, "currency": "USD", "open_amount": D("500.00"), "due_date": date(2026, 3, 5)},
    {"id": "I-6", "order_id": "O-4", "sequence": 2, "currency": "USD", "open_amount": D("500.00"), "due_date": date(2026, 4, 5)},
]  # fmt: skip
INVOICES = [{"order_id": "O-2", "number": "INV2026-0044"}]


def receipt(amount: str, text: str, currency: str = "USD", **more: Any) -> dict[str, Any]:
    row = {"id": "R-1", "value_date": date(2026, 3, 2), "currency": currency, "amount": D(amount), "reference": text}
    return row | more


def propose(*receipts: dict[str, Any]) -> list[Proposal]:
    return match(receipts, INSTALMENTS, ORDERS, CUSTOMERS, invoices=INVOICES)


def one(*receipts: dict[str, Any]) -> Proposal:
    return propose(*receipts)[-1]


def parts(proposal: Proposal) -> dict[str, Decimal]:
    return {part.instalment_id: part.amount for part in proposal.parts}


def codes(proposal: Proposal) -> set[str]:
    return {reason.code for reason in proposal.reasons}


@pytest.mark.parametrize(
    ("amount", "text", "currency", "paid"),
    [
        ("15000", "DEPOSIT SO26-00101", "USD", {"I-1": D(15000)}),
        ("35000", "balance so26/00101.", "USD", {"I-2": D(35000)}),
        ("50000", "SO2600101", "USD", {"I-1": D(15000), "I-2": D(35000)}),
        ("15000", "your SO26-101 thanks", "USD", {"I-1": D(15000)}),
        ("15000", "SO26 001 01", "USD", {"I-1": D(15000)}),
        ("35000", "PO 4500487275", "USD", {"I-2": D(35000)}),
        ("800", "/INV/ INV2026 0044", "EUR", {"I-3": D(800)}),
        ("2000", "SO26-00102 AND SO26-00110", "EUR", {"I-3": D(800), "I-4": D(1200)}),
        ("500", "SO26-00111", "USD", {"I-5": D(500)}),
        ("1000", "ＳＯ２６－００１１１", "USD", {"I-5": D(500), "I-6": D(500)}),
    ],
)
def test_number_and_amount_agree(amount: str, text: str, currency: str, paid: dict[str, Decimal]) -> None:
    proposal = one(receipt(amount, text, currency))
    assert proposal.decision == "post"
    assert parts(proposal) == paid
    assert codes(proposal) >= {"reference.found", "amount.credited"}


@pytest.mark.parametrize(
    ("amount", "text", "currency", "code"),
    [
        ("14975", "SO26-00101", "USD", "amount.short"),  # charges, perhaps
        ("14000", "SO26-00101", "USD", "amount.differs"),
        ("15000", "SO26-00101", "EUR", "amount.differs"),  # another currency's 15,000
        ("15000.01", "SO26-00101", "USD", "amount.differs"),
        ("800", "PO77812", "EUR", "reference.shared"),  # the customer used its number twice
        ("15000", "SO26-00109", "USD", "amount.only"),  # no such order; the amount alone is not enough
        ("15000", "", "USD", "amount.only"),
    ],
)
def test_left_for_a_person(amount: str, text: str, currency: str, code: str) -> None:
    proposal = one(receipt(amount, text, currency))
    assert proposal.decision == "review"
    assert code in codes(proposal)
    assert proposal.parts or proposal.alternatives
    assert proposal.confidence < D("0.5")


def test_short_amount_tells_what_is_missing() -> None:
    proposal = one(receipt("14975", "SO26-00101"))
    assert parts(proposal) == {"I-1": D(15000)}
    assert proposal.charges == 25
    assert [other.instalment_id for other in proposal.alternatives] == ["I-2"]


def test_instructed_amount_stands_for_what_was_sent() -> None:
    proposal = one(receipt("14975", "SO26-00101", instructed_currency="USD", instructed_amount=D(15000)))
    assert (proposal.decision, parts(proposal), proposal.charges) == ("post", {"I-1": D(15000)}, 25)
    assert "amount.instructed" in codes(proposal)


@pytest.mark.parametrize(
    ("credited", "instructed", "posted"),
    [
        ("14712", "15000", True),  # 288 kept: within 5 %
        ("14250", "15000", True),
        ("14249.99", "15000", False),
        ("440", "500", True),  # 60 kept: within the amount
        ("439.99", "500", False),
        ("1", "15000", False),  # else 14,999 would be booked as charges
        ("16000", "15000", False),  # more came than was instructed: no charges at all
    ],
)
def test_instructed_amount_counts_only_where_charges_explain_it(credited: str, instructed: str, posted: bool) -> None:
    text = "SO26-00101" if instructed == "15000" else "SO26-00111"
    proposal = one(receipt(credited, text, instructed_currency="USD", instructed_amount=D(instructed)))
    assert (proposal.decision == "post") is posted
    assert proposal.charges >= 0


@pytest.mark.parametrize(
    ("payer", "code", "confidence"),
    [
        ("BRUECKNER MASCHINEN", "payer.same", "0.99"),
        ("BRUCKNER MASCHINEN G.M.B.H.", "payer.same", "0.99"),
        ("Trade Agent HK Limited", "payer.other", "0.95"),
        ("", "", "0.97"),
    ],
)
def test_payer_is_a_further_reason(payer: str, code: str, confidence: str) -> None:
    proposal = one(receipt("15000", "SO26-00101", payer=payer))
    assert proposal.decision == "post"
    assert proposal.confidence == D(confidence)
    assert {found for found in codes(proposal) if found.startswith("payer")} == ({code} if code else set())


def test_payer_alone_shows_what_the_customer_owes() -> None:
    proposal = one(receipt("77", "goods", payer="SEVERNY DOM"))
    assert (proposal.decision, proposal.parts) == ("review", ())
    assert [other.instalment_id for other in proposal.alternatives] == ["I-5", "I-6"]


@pytest.mark.parametrize("kind", ["fee", "interest", "transfer"])
def test_not_a_customers_payment(kind: str) -> None:
    proposal = one(receipt("15000", "SO26-00101", kind=kind))
    assert (proposal.decision, codes(proposal), proposal.parts) == ("no_match", {"receipt.kind"}, ())


def test_money_going_out_is_never_posted() -> None:
    assert one(receipt("-15000", "SO26-00101")).decision == "no_match"


def test_nothing_fits() -> None:
    proposal = one(receipt("3.21", "hello", payer="Nobody Ltd"))
    assert (proposal.decision, codes(proposal)) == ("no_match", {"reference.none", "receipt.unknown"})


def test_reported_twice_is_posted_once() -> None:
    first = receipt("15000", "SO26-00101", bank_reference="FT123")
    again = receipt("15000", "SO26-00101", bank_reference="FT123", id="R-2")
    without = receipt("15000", "SO26-00101", bank_reference="", id="R-3")
    assert [proposal.decision for proposal in propose(first, again, without)] == ["post", "no_match", "no_match"]


def test_a_payment_of_an_order_without_instalments_is_not_called_paid_twice() -> None:
    left = [row for row in INSTALMENTS if row["order_id"] != "O-1"]
    (proposal,) = match([receipt("15000", "SO26-00101")], left, ORDERS, CUSTOMERS)
    assert (proposal.decision, proposal.parts) == ("review", ())
    assert codes(proposal) == {"reference.nothing-owed"}


def test_two_payments_of_one_day_are_two() -> None:
    first = receipt("500", "SO26-00111", bank_reference="FT1")
    second = receipt("500", "SO26-00111", bank_reference="FT2", id="R-2")
    third = receipt("500", "SO26-00111", bank_reference="FT3", id="R-3")
    found = propose(first, second, third)
    assert [parts(proposal) for proposal in found[:2]] == [{"I-5": D(500)}, {"I-6": D(500)}]
    assert (found[2].decision, found[2].parts) == ("review", ()), "perhaps paid twice"
    assert "reference.settled" in codes(found[2])


def test_what_an_earlier_receipt_may_have_paid_is_not_posted() -> None:
    """The first payment lost 25 to charges and waits for a person; the second may be the same debt paid again."""
    first = receipt("14975", "SO26-00101", bank_reference="FT1")
    second = receipt("15000", "SO26-00101", bank_reference="FT2", id="R-2")
    found = propose(first, second)
    assert [proposal.decision for proposal in found] == ["review", "review"]
    assert "receipt.claimed" in codes(found[1])
    assert parts(found[1]) == {"I-1": D(15000)}


def test_a_receipt_dealt_with_earlier_is_known_again() -> None:
    earlier = receipt("15000", "SO26-00101", bank_reference="FT1", id="R-0")
    again = receipt("15000", "SO26-00101", bank_reference="FT1")
    (proposal,) = match([again], INSTALMENTS, ORDERS, CUSTOMERS, earlier_receipts=[earlier])
    assert codes(proposal) == {"receipt.reported-twice"}


@st.composite
def batches(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = [order["number"] for order in ORDERS] + ["4500487275", "PO 77812", "XX-1"]
    rows = []
    for number in range(draw(st.integers(1, 14))):
        named = draw(st.lists(st.sampled_from(numbers), max_size=3))
        rows.append(
            receipt(
                str(draw(st.sampled_from([500, 800, 1000, 1200, 2000, 15000, 14975, 35000, 50000, 1]))),
                " and ".join(named),
                draw(st.sampled_from(["USD", "EUR"])),
                id=f"R-{number:02}",
                value_date=date(2026, 3, 1) + timedelta(days=draw(st.integers(0, 3))),
                bank_reference=draw(st.sampled_from(["", f"FT{number}", "FT"])),
                payer=draw(st.sampled_from(["", "Acme Garden Supplies", "Nobody"])),
            )
        )
    return rows


@settings(max_examples=200, deadline=None)
@given(batches())
def test_no_instalment_is_paid_beyond_what_is_open(rows: list[dict[str, Any]]) -> None:
    currency = {row["id"]: (row["currency"], row["open_amount"]) for row in INSTALMENTS}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row, proposal in zip(rows, propose(*rows), strict=True):
        assert proposal.receipt_id == row["id"]
        assert proposal.reasons
        if proposal.decision == "post":
            assert sum(part.amount for part in proposal.parts) == row["amount"] + proposal.charges
            for part in proposal.parts:
                assert currency[part.instalment_id][0] == row["currency"]
                paid[part.instalment_id] += part.amount
    assert all(amount <= currency[instalment][1] for instalment, amount in paid.items())


@settings(max_examples=60, deadline=None)
@given(batches(), st.integers(0, 2**16))
def test_order_of_rows_changes_nothing(rows: list[dict[str, Any]], seed: int) -> None:
    shuffle = random.Random(seed).shuffle
    mixed, instalments, orders = list(rows), list(INSTALMENTS), list(ORDERS)
    for table in (mixed, instalments, orders):
        shuffle(table)
    again = match(mixed, instalments, orders, CUSTOMERS[::-1], invoices=INVOICES)
    assert {one.receipt_id: one for one in again} == {one.receipt_id: one for one in propose(*rows)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV2025-07483;SO25-9036", {"INV2025-07483", "SO25-09036"}),
        ("PI2025-081 86", {"PI2025-08186"}),
        ("inv202507483", {"INV2025-07483"}),
        ("INV2025-7483", {"INV2025-07483"}),
        ("INV2025-074831", set()),  # one digit more is another number
        ("XINV2025-07483", set()),  # and so are other letters
        ("INV2025-07484", set()),
        ("07483", set()),
        ("", set()),
        ("9" * 5000 + " SO25-09036", {"SO25-09036"}),
    ],
)
def test_numbers_in_text(text: str, found: set[str]) -> None:
    numbers = ["INV2025-07483", "SO25-09036", "PI2025-08186", "A-1"]
    assert set(NumberIndex((number, "o:" + number) for number in numbers).find(text)) == found
