from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.register.conftest import postgres_server
from workbench.register import Register

__all__ = ["fill", "postgres_server", "register"]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "register.sqlite", base_currency="CNY", actor="test") as made:
        fill(made)
        yield made


def fill(register: Register, customers: int = 3, orders: int = 6) -> None:
    """A small register: customers C-000001 …, orders O-000001 …, all in turn in USD, EUR and JPY."""
    with register.changeset(origin="test", reason="fill", author="test") as cs:
        ids = cs.insert(
            "customers",
            [
                {"legal_name": f"Customer {n} Ltd", "code": f"K{n:03d}", "phone": f"00{n}4155", "tags": ["vip", "a"]}
                for n in range(1, customers + 1)
            ],
        )
        cs.insert(
            "orders",
            [
                {
                    "number": f"SO-{n:04d}",
                    "customer_id": ids[n % customers],
                    "order_date": date(2026, 3, 1 + n % 28),
                    "currency": ("USD", "EUR", "JPY")[n % 3],
                    "amount": Decimal(1000 + n) if n % 3 == 2 else Decimal(f"{1000 + n}.50"),
                    "status": "open",
                    "customer_po": f"000{n}",
                    "note": None,
                }
                for n in range(1, orders + 1)
            ],
        )
