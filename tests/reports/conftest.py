"""A small firm whose figures can be added up by hand, and one whose texts are hostile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.register.conftest import empty_database, postgres_server
from workbench.rates import RateBook
from workbench.register import FieldKind, Register

__all__ = ["postgres_server"]

NAMED = {"code": "reference.found", "numbers": "NB-1", "text": "words of another day"}
LEGS = [
    {"base": "EUR", "quote": "USD", "value": "1.0720", "rate_date": "2024-04-30"},
    {"base": "EUR", "quote": "CNY", "value": "7.7604", "rate_date": "2024-04-30"},
]


@pytest.fixture(scope="session")
def book() -> RateBook:
    return RateBook.embedded()


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    register = Register.create(tmp_path_factory.mktemp("firm") / "firm.sqlite", base_currency="CNY", actor="li.na")
    fill_firm(register)
    yield register
    register.close()


@pytest.fixture
def both_engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Register]]:
    """The same firm, with a field of its own, in a SQLite file and in PostgreSQL."""
    server = request.getfixturevalue("postgres_server")
    made = [
        Register.create(location, base_currency="CNY", actor="li.na")
        for location in (tmp_path / "firm.sqlite", empty_database(server))
    ]
    for register in made:
        fill_firm(register)
        register.define_custom_field("orders", "Held", FieldKind.MONEY, author="li.na", currency_field="currency")
        register.define_custom_field("orders", "Audited", FieldKind.BOOLEAN, author="li.na")
        with register.changeset(origin="test", reason="own fields", author="li.na") as changes:
            changes.update("orders", "O-000001", {"custom": {"Held": Decimal("12.50"), "Audited": False}})
            changes.update("customers", "C-000001", {"allowed_currencies": ["USD", "EUR"], "tags": []})
            changes.update("instalments", "I-000001", {"refundable": True})
    yield made
    for register in made:
        register.close()


def fill_firm(register: Register) -> None:
    """Four orders: USD with evidence (part settled, overdue), JPY (open), KWD without evidence, CNY paid."""
    with register.changeset(origin="test", reason="a small firm", author="li.na") as changes:
        customers = changes.insert(
            "customers",
            [
                {"code": "K1", "legal_name": "Hansen Möbel GmbH", "country": "DE", "default_currency": "USD"},
                {"code": "K2", "legal_name": "東京精密株式会社", "country": "JP", "default_currency": "JPY"},
                {"code": "K3", "legal_name": "Hansen Moebel", "country": "DE", "screening_state": "review"},
            ],
        )
        evidence = {
            "base_currency": "CNY",
            "base_amount": Decimal("361958.21"),
            "rate_value": Decimal("7.2391642"),
            "rate_date": date(2024, 4, 30),
            "rate_source": "ecb",
            "rate_kind": "mid",
            "rate_policy": "on_or_before",
            "rate_legs": LEGS,
        }
        orders = changes.insert(
            "orders",
            [
                _order("NB-1", customers[0], "USD", "50000.00", date(2024, 5, 1), status="part_paid", **evidence),
                _order("NB-2", customers[1], "JPY", "1234567", date(2024, 5, 2), status="open"),
                _order("NB-3", customers[0], "KWD", "1000.125", date(2024, 5, 3), status="open"),
                _order("NB-4", customers[2], "CNY", "800.50", date(2024, 5, 4), status="paid"),
            ],
        )
        instalments = changes.insert(
            "instalments",
            [
                _instalment(orders[0], 1, "deposit", "USD", "15000.00", date(2024, 5, 10)),
                _instalment(orders[0], 2, "balance", "USD", "35000.00", date(2024, 6, 1)),
                _instalment(orders[1], 1, "full", "JPY", "1234567", date(2024, 7, 3)),
                _instalment(orders[2], 1, "full", "KWD", "1000.125", date(2024, 7, 20)),
                _instalment(orders[3], 1, "full", "CNY", "800.50", date(2024, 5, 20)),
            ],
        )
        receipts = changes.insert(
            "receipts",
            [
                _receipt("USD", "15000.00", date(2024, 5, 10), "HANSEN MOEBEL", "NB-1 deposit", kind="customer"),
                _receipt("CNY", "800.50", date(2024, 5, 20), "Hansen Moebel", "NB-4", kind="customer"),
                _receipt("USD", "9975.00", date(2024, 6, 20), "HANSEN MOEBEL", "part of balance", kind="customer"),
                _receipt("JPY", "500000", date(2024, 6, 21), "TOKYO SEIMITSU", "?", kind="unknown"),
                _receipt("USD", "-25.00", date(2024, 6, 21), "", "charges", kind="fee"),
            ],
        )
        changes.insert(
            "contacts",
            [
                {
                    "customer_id": customers[0],
                    "name": "Anke Hansen",
                    "role": "purchasing",
                    "email": "anke@hansen.example",
                }
            ],
        )
        changes.insert(
            "tasks",
            [
                {"summary": "Ask for the balance of NB-1", "due_date": date(2024, 6, 27), "owner": "li.na",
                 "state": "open", "customer_id": customers[0], "order_id": orders[0]},
                {"summary": "Send the catalogue", "due_date": date(2024, 8, 1), "state": "done"},
            ],
        )  # fmt: skip
        changes.insert(
            "allocations",
            [
                _allocation(receipts[0], instalments[0], "USD", "15000.00", "7.2391642", "7.1500"),
                _allocation(receipts[1], instalments[4], "CNY", "800.50", "1", "1"),
            ],
        )
        _judgements(changes, customers, receipts, instalments)


def _judgements(changes, customers, receipts, instalments) -> None:
    changes.insert(
        "match_decisions",
        [
            _match(receipts[0], instalments[0], "posted", "0.98", ["order number in the reference"]),
            {
                **_match(receipts[2], instalments[1], "review", "0.61", ["first told so", NAMED]),
                "alternatives": [{"instalment_id": instalments[2], "amount": "1", "text": "told otherwise"}],
            },
        ],
    )
    changes.insert(
        "duplicate_pairs",
        [
            {
                "customer_a": customers[0],
                "customer_b": customers[2],
                "score": Decimal("0.93"),
                "reasons": ["names alike"],
                "decision": "review",
            }
        ],
    )
    changes.insert(
        "open_findings",
        [
            {
                "code": "cell.currency-ambiguous",
                "severity": "ask",
                "place": "Old.xlsx!Sheet1!F7",
                "value": "¥1,200",
                "candidates": ["CNY", "JPY"],
                "state": "open",
            }
        ],
    )


def _order(number: str, customer: str, currency: str, amount: str, day: date, **more: object) -> dict[str, object]:
    facts = {"number": number, "customer_id": customer, "currency": currency, "amount": Decimal(amount)}
    return {**facts, "order_date": day, **more}


def _instalment(order: str, sequence: int, kind: str, currency: str, amount: str, due: date) -> dict[str, object]:
    facts = {"order_id": order, "sequence": sequence, "kind": kind, "currency": currency}
    return {**facts, "amount": Decimal(amount), "due_date": due}


def _receipt(
    currency: str, amount: str, day: date, payer: str, reference: str, *, kind: str, mark: str = ""
) -> dict[str, object]:
    return {
        "account": "BOC 4521",
        "value_date": day,
        "currency": currency,
        "amount": Decimal(amount),
        "payer": payer,
        "reference": reference,
        "fingerprint": f"{currency} {amount} {day} {mark}",
        "kind": kind,
    }


def _allocation(
    receipt: str, instalment: str, currency: str, amount: str, carrying: str, settlement: str
) -> dict[str, object]:
    carried = (Decimal(amount) * Decimal(carrying)).quantize(Decimal("0.01"))
    settled = (Decimal(amount) * Decimal(settlement)).quantize(Decimal("0.01"))
    return {
        "receipt_id": receipt,
        "instalment_id": instalment,
        "allocation_date": date(2024, 5, 20),
        "receipt_currency": currency,
        "receipt_amount": Decimal(amount),
        "document_currency": currency,
        "document_amount": Decimal(amount),
        "base_currency": "CNY",
        "carrying_rate": Decimal(carrying),
        "carrying_rate_date": date(2024, 4, 30),
        "carrying_amount": carried,
        "settlement_rate": Decimal(settlement),
        "settlement_rate_date": date(2024, 5, 10),
        "rate_source": "boc",
        "settlement_amount": settled,
        "realised_fx": settled - carried,
    }


def _match(receipt: str, instalment: str, decision: str, confidence: str, reasons: list[object]) -> dict[str, object]:
    facts = {"receipt_id": receipt, "instalment_id": instalment, "decision": decision}
    return {**facts, "confidence": Decimal(confidence), "reasons": reasons}


@pytest.fixture
def make_register(tmp_path: Path) -> Iterator[Register]:
    register = Register.create(tmp_path / "own.sqlite", base_currency="CNY", actor="li.na")
    yield register
    register.close()
