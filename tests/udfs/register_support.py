"""A register with a bit of everything that functions look up, and what they are asked about it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.sync.conftest import fill
from workbench.register import Register

DAY = date(2026, 4, 1)
QUESTIONS: list[tuple[str, tuple[Any, ...]]] = [
    ("CUSTOMER_FIND", ("Kuehne Lampen GmbH.",)), ("CUSTOMER_FIND", ("K002",)), ("CUSTOMER_FIND", ("库内灯具", "DE")),
    ("CUSTOMER_FIND", ("Customer 1 Ltd", "")), ("CUSTOMER_FIND", ("Nobody & Sons",)), ("CUSTOMER_FIND", ("",)),
    ("CUSTOMER_DUPLICATES", ([["Kuehne Lampen GmbH"], ["Kühne Lampen GmbH"], ["Customer 1 Ltd"]],)),
    ("CUSTOMER_DUPLICATES", (1.0,)),
    ("CUSTOMER_VIEW", ("K002", DAY)), ("CUSTOMER_VIEW", ("C-000001", "2026-04-01")), ("CUSTOMER_VIEW", ("K999", DAY)),
    ("ORDER_OPEN", ("SO-0001", DAY)), ("ORDER_OPEN", ("so-0002", DAY)), ("ORDER_OPEN", ("SO-0001", date(2026, 3, 1))),
    ("ORDER_OPEN", ("SO-9999", DAY)), ("ORDER_OPEN", ("SO-0001", "soon")),
    ("ORDER_MARGIN", ("SO-0001", "invoice", DAY)), ("ORDER_MARGIN", ("SO-0001", "deal", DAY)),
    ("ORDER_MARGIN", ("SO-0001", "hope", DAY)), ("ORDER_MARGIN", ("SO-0002", "invoice", DAY)),
    ("RECEIPT_MATCH", ("R-000001",)), ("RECEIPT_MATCH", ("FT-77",)), ("RECEIPT_MATCH", ("R-999999",)),
    ("RECEIPT_WHY", ("R-000001",)), ("RECEIPT_WHY", ("",)),
    ("REGISTER_LIST", ("orders", "currency=USD", "number,amount,order_date")), ("REGISTER_LIST", ("customers",)),
    ("REGISTER_LIST", ("passwords",)), ("REGISTER_LIST", ("orders", "colour=red")),
]  # fmt: skip
"""Each function that looks into the register: what is there, what is not, and nonsense."""


def books(made: Register) -> None:
    """Customers, orders, one instalment with its cost, and a receipt for it."""
    fill(made)
    with made.changeset(origin="x", reason="x", author="x") as cs:
        cs.insert("customers", [{"legal_name": "Kühne Lampen GmbH", "local_name": "库内灯具", "country": "DE"}])
        order = cs.rows("orders", {"number": "SO-0001"})[0]
        cs.insert("instalments", [
            {"order_id": order["id"], "sequence": 1, "kind": "balance", "currency": order["currency"],
             "amount": order["amount"], "due_date": DAY - timedelta(days=9)},
        ])  # fmt: skip
        cs.insert("costs", [
            {"order_id": order["id"], "kind": "purchase", "currency": "CNY", "amount": Decimal(4000),
             "cost_date": order["order_date"]},
        ])  # fmt: skip
        cs.insert("receipts", [
            {"account": "A", "value_date": DAY, "currency": order["currency"], "amount": order["amount"],
             "payer": "Customer 2 Ltd", "reference": "SO-0001", "fingerprint": "f1", "kind": "customer",
             "bank_reference": "FT-77"},
        ])  # fmt: skip


def matched_books(where: str) -> None:
    """The same with its receipt matched, in a register of its own."""
    from workbench import matching
    from workbench.rate_store import load_book

    with Register.create(where, actor="test") as made:
        books(made)
        matching.run(made, load_book(made), "test", bar=Decimal(2))
