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
        ("15000", "SO26-00101", "EUR", "amount.part"),  # another currency's 15,000
        ("15000", "SO26-00109", "USD", "reference.slip"),  # no such order, nobody named
        ("15000", "", "USD", "reference.none"),  # the amount alone is not enough
        ("35000", "thank you", "USD", "reference.none"),
    ],
)
def test_left_for_a_person(amount: str, text: str, currency: str, code: str) -> None:
    proposal = one(receipt(amount, text, currency))
    assert proposal.decision == "review"
    assert code in codes(proposal)
    assert codes(proposal) & {"ask.number", "ask.payer", "ask.part"}, "what would settle it is told"
    assert proposal.parts


def test_a_number_that_two_orders_share_is_told_apart_by_the_amount() -> None:
    assert parts(one(receipt("800", "PO77812", "EUR", payer="ACME GARDEN SUPPLIES"))) == {"I-3": D(800)}
    assert parts(one(receipt("2000", "PO77812", "EUR", payer="ACME GARDEN SUPPLIES"))) == {
        "I-3": D(800),
        "I-4": D(1200),
    }


def test_bank_charges_are_told_and_kept_apart() -> None:
    proposal = one(receipt("14975", "SO26-00101", payer="BRUECKNER MASCHINEN"))
    assert (proposal.decision, parts(proposal), proposal.charges) == ("post", {"I-1": D(15000)}, 25)
    assert "amount.charges" in codes(proposal)


@pytest.mark.parametrize(("currency", "amount", "kept", "charged"), [
    ("JPY", "1500000", "3000", True),  # about 20 dollars
    ("JPY", "1500000", "40000", False),  # about 270 dollars
    ("USD", "15000", "60", True),
    ("USD", "15000", "61", False),
    ("CHF", "15000", "40", True),
    ("KWD", "5000", "5", False),  # the book has no rate: then nothing is taken for charges
])  # fmt: skip
def test_charges_are_limited_by_what_they_are_worth(currency: str, amount: str, kept: str, charged: bool) -> None:
    owed = [{**INSTALMENTS[0], "currency": currency, "open_amount": D(amount)}]
    came = receipt(str(D(amount) - D(kept)), "SO26-00101", currency, payer="BRUECKNER MASCHINEN")
    (proposal,) = match([came], owed, ORDERS, CUSTOMERS)
    assert proposal.charges == (D(kept) if charged else 0)
    assert sum(parts(proposal).values()) == (D(amount) if charged else D(amount) - D(kept))


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
        ("16000", "15000", False),  # more came than was instructed
    ],
)
def test_instructed_amount_counts_only_where_charges_explain_it(credited: str, instructed: str, posted: bool) -> None:
    text = "SO26-00101" if instructed == "15000" else "SO26-00111"
    proposal = one(receipt(credited, text, instructed_currency="USD", instructed_amount=D(instructed)))
    assert (proposal.decision == "post") is posted
    assert proposal.charges >= 0


@pytest.mark.parametrize(
    ("payer", "code"),
    [
        ("BRUECKNER MASCHINEN", "payer.same"),
        ("BRUCKNER MASCHINEN G.M.B.H.", "payer.same"),
        ("Trade Agent HK Limited", "payer.other"),
        ("", ""),
    ],
)
def test_payer_is_a_further_reason(payer: str, code: str) -> None:
    proposal = one(receipt("15000", "SO26-00101", payer=payer))
    assert proposal.decision == "post"
    assert {found for found in codes(proposal) if found.startswith("payer")} == ({code} if code else set())


def test_payer_alone_shows_what_the_customer_owes() -> None:
    proposal = one(receipt("77", "goods", payer="SEVERNY DOM"))
    assert proposal.decision == "review"
    assert proposal.confidence < D("0.5")
    shown = {part.instalment_id for part in proposal.parts} | {other.instalment_id for other in proposal.alternatives}
    assert shown == {"I-5", "I-6"}


def test_history_teaches_who_pays_for_whom() -> None:
    """An agent without any likeness to the customer's name, and no number in the text."""
    agent = {"payer": "Harbour Trade Services HK", "payer_account": "HK00123456789"}
    before = [
        receipt(
            "100", "x", id=f"R-0{number}", value_date=date(2026, 1, number + 1), bank_reference=f"F{number}", **agent
        )
        for number in range(5)
    ]
    links = [{"receipt_id": row["id"], "instalment_id": "I-9", "amount": D(100)} for row in before]
    settled = {**INSTALMENTS[0], "id": "I-9", "amount": D(500), "open_amount": D(0)}
    now = receipt("15000", "goods", bank_reference="F9", **agent)
    stranger = match([now], [*INSTALMENTS, settled], ORDERS, CUSTOMERS)[0]
    known = match([now], [*INSTALMENTS, settled], ORDERS, CUSTOMERS, earlier_receipts=before, earlier_links=links)[0]
    assert (stranger.decision, known.decision) == ("review", "post")
    assert "payer.learned" in codes(known)


def test_what_a_person_taught_is_used() -> None:
    now = receipt("15000", "goods", payer="Harbour Trade Services HK")
    taught = [("HARBOUR TRADE SERVICES (HK) LTD", "C-1"), ("Harbour Trade Services HK", "C-1")]
    (proposal,) = match([now], INSTALMENTS, ORDERS, CUSTOMERS, taught=taught)
    assert proposal.decision == "post"
    assert "payer.taught" in codes(proposal)


def test_what_a_person_ruled_out_is_not_proposed_again() -> None:
    now = receipt("15000", "SO26-00101", payer="BRUECKNER MASCHINEN")
    (proposal,) = match([now], INSTALMENTS, ORDERS, CUSTOMERS, rejected=[("R-1", "I-1")])
    shown = {part.instalment_id for part in proposal.parts}
    shown |= {part.instalment_id for other in proposal.alternatives for part in other.parts}
    assert "I-1" not in shown


def test_a_higher_bar_leaves_more_to_a_person() -> None:
    now = receipt("15000", "SO26-00101", payer="BRUECKNER MASCHINEN")
    (proposal,) = match([now], INSTALMENTS, ORDERS, CUSTOMERS, bar=D(1))
    assert proposal.decision == "review"
    assert parts(proposal) == {"I-1": D(15000)}


@pytest.mark.parametrize("kind", ["fee", "interest", "transfer"])
def test_not_a_customers_payment(kind: str) -> None:
    proposal = one(receipt("15000", "SO26-00101", kind=kind))
    assert (proposal.decision, codes(proposal), proposal.parts) == ("no_match", {"receipt.kind"}, ())


def test_money_going_out_is_never_posted() -> None:
    assert one(receipt("-15000", "SO26-00101")).decision == "no_match"


def test_money_that_goes_back_is_traced_to_its_receipt() -> None:
    came = receipt("15000", "SO26-00101", bank_reference="FT2600012345", payer="BRUECKNER MASCHINEN")
    back = receipt(
        "-15000",
        "RETURN OF FUNDS OUR REF FT2600012345",
        id="R-2",
        value_date=date(2026, 3, 9),
        payer="BRUECKNER MASCHINEN",
    )
    proposal = propose(came, back)[-1]
    assert parts(proposal) == {"I-1": D(-15000)}
    assert codes(proposal) >= {"refund.of", "refund.cites", "refund.whole"}


def test_nothing_fits() -> None:
    proposal = one(receipt("3.21", "hello", payer="Nobody Ltd"))
    assert (proposal.decision, codes(proposal)) == ("no_match", {"reference.none", "receipt.unknown"})


def test_reported_twice_is_posted_once() -> None:
    first = receipt("15000", "SO26-00101", bank_reference="FT123")
    again = receipt("15000", "SO26-00101", bank_reference="FT123", id="R-2")
    without = receipt("15000", "SO26-00101", bank_reference="", id="R-3")
    assert [proposal.decision for proposal in propose(first, again, without)] == ["post", "no_match", "no_match"]


def test_reported_again_without_a_reference_or_cut_short() -> None:
    first = receipt("15000", "DEPOSIT SO26-00101 THANK YOU", bank_reference="FT123", payer="BRUECKNER MASCHINEN GMBH")
    again = receipt(
        "15000", "/REMI/DEPOSIT SO26-00101", bank_reference="NONREF", id="R-2", payer="BRUECKNER MASCHIN",
        value_date=date(2026, 3, 3),
    )  # fmt: skip
    assert [proposal.decision for proposal in propose(first, again)] == ["post", "no_match"]


def test_reported_again_with_the_payer_written_into_the_text() -> None:
    """Half of an instalment twice: without the repeat being known both would be posted."""
    first = receipt("7500", "", bank_reference="FT123", payer="BRUECKNER MASCHINEN GMBH")
    again = receipt(
        "7500", "/ORDP/BRUECKNER MASCHINEN GMBH/REMI/", bank_reference="NONREF741540", id="R-2", payer="BRUECKNER MASCHINEN",
        value_date=date(2026, 3, 3),
    )  # fmt: skip
    _first, repeated = propose(first, again)
    assert (repeated.decision, codes(repeated)) == ("no_match", {"receipt.reported-twice"})


def test_a_payment_of_an_order_without_instalments_is_not_called_paid_twice() -> None:
    left = [row for row in INSTALMENTS if row["order_id"] != "O-1"]
    (proposal,) = match([receipt("15000", "SO26-00101")], left, ORDERS, CUSTOMERS)
    assert (proposal.decision, proposal.parts) == ("review", ())
    assert codes(proposal) == {"reference.nothing-owed"}


def test_of_three_payments_for_two_instalments_one_waits() -> None:
    first = receipt("500", "SO26-00111", bank_reference="FT1")
    second = receipt("500", "SO26-00111", bank_reference="FT2", id="R-2", value_date=date(2026, 3, 20))
    third = receipt("500", "SO26-00111", bank_reference="FT3", id="R-3", value_date=date(2026, 3, 28))
    found = propose(first, second, third)
    posted = [proposal for proposal in found if proposal.decision == "post"]
    assert len({part.instalment_id for proposal in posted for part in proposal.parts}) == len(posted) <= 2


def test_what_is_paid_already_is_shown_to_a_person() -> None:
    paid = [
        {**row, "open_amount": D(0), "amount": row["open_amount"]} for row in INSTALMENTS if row["order_id"] == "O-1"
    ]
    (proposal,) = match([receipt("15000", "SO26-00101")], paid, ORDERS, CUSTOMERS)
    assert (proposal.decision, proposal.parts) == ("review", ())
    assert codes(proposal) == {"reference.settled"}


def test_one_debt_paid_twice_is_posted_once() -> None:
    """The first payment lost 25 to charges; the second may be the same debt paid again."""
    first = receipt("14975", "SO26-00101", bank_reference="FT1")
    second = receipt("15000", "SO26-00101", bank_reference="FT2", id="R-2")
    posted = [proposal for proposal in propose(first, second) if proposal.decision == "post"]
    assert sum(parts(proposal).get("I-1", D(0)) for proposal in posted) <= 15000


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


@settings(max_examples=40, deadline=None)
@given(batches())
def test_no_instalment_is_paid_beyond_what_is_open(rows: list[dict[str, Any]]) -> None:
    currency = {row["id"]: (row["currency"], row["open_amount"]) for row in INSTALMENTS}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row, proposal in zip(rows, propose(*rows), strict=True):
        assert proposal.receipt_id == row["id"]
        assert proposal.reasons
        if proposal.decision == "post":
            same = {currency[part.instalment_id][0] for part in proposal.parts} == {row["currency"]}
            assert not same or sum(part.amount for part in proposal.parts) <= row["amount"] + proposal.charges
            for part in proposal.parts:
                assert part.amount > 0
                paid[part.instalment_id] += part.amount
    assert all(amount <= currency[instalment][1] for instalment, amount in paid.items())


@settings(max_examples=25, deadline=None)
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
        ("9" * 500 + " SO25-09036", {"SO25-09036"}),
        ("9" * 5000 + " SO25-09036", set()),  # no bank carries so much
    ],
)
def test_numbers_in_text(text: str, found: set[str]) -> None:
    numbers = ["INV2025-07483", "SO25-09036", "PI2025-08186", "A-1"]
    assert set(NumberIndex((number, "o:" + number) for number in numbers).find(text)) == found
