"""A small firm with customers that are one, and documents that hang on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.register import Register

CUSTOMERS: list[dict[str, Any]] = [
    {"legal_name": "Falkon Werke GmbH", "country": "DE", "email": "a@falkonwerke.de", "phone": "+49 89 37942502",
     "tags": ["vip"], "screening_state": "clear", "note": "pays late"},
    {"legal_name": "FALKON WERKE", "country": "DE", "email": "b@falkonwerke.de", "tax_id": "DE136695976",
     "tags": ["fair"], "screening_state": "blocked", "note": "asks for samples", "address": "Hofweg 1, 80331 München"},
    {"legal_name": "Falkon Werke", "country": "AT", "email": "c@falkonwerke.de", "phone": "+43 1 5550 142"},
    {"legal_name": "Kontiki Marine", "country": "NZ"},
]  # fmt: skip


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Register]:
    """C-000001 with two orders, C-000002 with one order, a contact, a task and a note of what was said."""
    with Register.create(tmp_path / "firm.sqlite") as made:
        with made.changeset(origin="test", reason="firm", author="li.na") as cs:
            ids = cs.insert("customers", CUSTOMERS)
            cs.insert("orders", [order(ids[0], "S-1"), order(ids[0], "S-2"), order(ids[1], "S-3")])
            cs.insert("contacts", [{"customer_id": ids[1], "name": "Anna Roth"}])
            cs.insert("tasks", [{"customer_id": ids[1], "summary": "call", "state": "open"}])
            said = {"customer_id": ids[1], "happened_at": datetime(2026, 3, 1, tzinfo=UTC), "summary": "wants a quote"}
            cs.insert("activities", [said])
        yield made


def order(customer: str, number: str, **values: Any) -> dict[str, Any]:
    return {"number": number, "customer_id": customer, "order_date": date(2026, 3, 1), "currency": "EUR",
            "amount": Decimal("100.00"), "status": "open", **values}  # fmt: skip
