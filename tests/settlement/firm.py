"""A small firm in CNY with one order of USD 50,000, as in the worked example of a deposit and a balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.rates import Observation, RateBook
from workbench.register import Register

D = Decimal
RATES = {
    "2026-02-20": "7.24", "2026-03-01": "7.23", "2026-03-15": "7.20", "2026-03-31": "7.18", "2026-04-20": "7.15",
    "2026-04-22": "7.14", "2026-04-30": "7.13",
}  # fmt: skip


def rate_book() -> RateBook:
    return RateBook(
        Observation("example", "mid", "USD", "CNY", 1, value, date.fromisoformat(day)) for day, value in RATES.items()
    )


def receipt(
    amount: str, day: str, number: int, *, reference: str = "", currency: str = "USD", **more: Any
) -> dict[str, Any]:
    return {
        "account": "USD-1",
        "value_date": date.fromisoformat(day),
        "currency": currency,
        "amount": D(amount),
        "payer": "ACME LTD",
        "reference": reference,
        "fingerprint": f"f{number}",
        "kind": "customer",
        **more,
    }


def make_firm(path: Path | str, *receipts: dict[str, Any]) -> Register:
    """The firm's register; the order is I-000001 (deposit 15,000) and I-000002 (balance 35,000), invoiced 15 March."""
    register = Register.create(path, base_currency="CNY", actor="li.na")
    with register.changeset(origin="test", reason="books", author="li.na") as cs:
        (customer,) = cs.insert("customers", [{"legal_name": "Acme Ltd", "country": "GB", "email": "pay@acme.example"}])
        order = {"number": "SO26-00101", "customer_id": customer, "order_date": date(2026, 2, 20), "currency": "USD"}
        (order_id,) = cs.insert("orders", [{**order, "amount": D(50000)}])
        common = {"order_id": order_id, "currency": "USD"}
        cs.insert("instalments", [
            {**common, "sequence": 1, "kind": "deposit", "amount": D(15000), "due_date": date(2026, 3, 1)},
            {**common, "sequence": 2, "kind": "balance", "amount": D(35000), "due_date": date(2026, 4, 15)},
        ])  # fmt: skip
        invoice = {"number": "INV-26044", "invoice_date": date(2026, 3, 15), "amount": D(50000)}
        cs.insert("invoices", [{**common, **invoice}])
        cs.insert("receipts", receipts)
    return register
