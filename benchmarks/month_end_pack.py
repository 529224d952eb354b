"""The month-end pack of a firm with many orders: at most 15 seconds for 10,000 orders.

The register is made from one seed: each order has a deposit, a balance and a purchase with VAT and rebate; receipts of
the paid part stand allocated. What is timed is one run from opening the register to the last file on the disk. Beside
it stands the least anybody would do: the same orders read with pandas and written as one bare sheet.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.packs import write_month_end
from workbench.rates import RateBook
from workbench.register import Register

AS_OF = date(2026, 9, 30)
CODES = ("USD", "EUR", "GBP", "AUD", "SGD", "HKD")
CENT = Decimal("0.01")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20260930)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sqlite"
        fill(path, chosen.orders, random.Random(chosen.seed))
        began, busy = time.perf_counter(), time.process_time()
        with Register.open(path, read_only=True) as register:
            made = write_month_end(register, Path(folder) / "pack", AS_OF, language="en")
        took, used = time.perf_counter() - began, time.process_time() - busy
        bare = bare_sheet(path, Path(folder) / "bare.xlsx")
        size = sum(int(one["bytes"]) for one in made.files) / 1e6
    print(f"{'what':34}{'orders':>9}{'seconds':>9}{'CPU s':>8}{'files':>7}{'MB':>8}{'closes':>8}")
    print(
        f"{'month-end pack':34}{chosen.orders:>9,}{took:>9.2f}{used:>8.2f}{len(made.files):>7}{size:>8.2f}{made.pack.closes!s:>8}"
    )
    print(f"{'pandas, one bare sheet of orders':34}{chosen.orders:>9,}{bare:>9.2f}{'':>8}{1:>7}")
    print(f"pack / bare sheet: {took / bare:.1f}")
    if not made.pack.closes:
        raise SystemExit("a control total does not close")


def fill(path: Path, count: int, rng: random.Random) -> None:
    """A register with that many orders and everything that belongs to them."""
    book = RateBook.embedded()
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("customers", "orders", "instalments", "costs", "receipts", "allocations")
    }
    for number in range(1, count // 8 + 2):
        rows["customers"].append({"id": f"C-{number:06d}", "legal_name": f"Customer {number}", "country": "DE"})
    for number in range(1, count + 1):
        order(rows, number, book, rng)
    with (
        Register.create(path, base_currency="CNY") as register,
        register.changeset(origin="benchmark", reason="rows", author="benchmark") as changeset,
    ):
        for name, made in rows.items():
            changeset.insert(name, made)


def order(rows: dict[str, list[dict[str, Any]]], number: int, book: RateBook, rng: random.Random) -> None:
    day = AS_OF - timedelta(days=rng.randrange(1, 700))
    code, amount = rng.choice(CODES), Decimal(rng.randrange(50_000, 5_000_000)) * CENT
    rate = book.get(code, "CNY", day)
    one = f"O-{number:06d}"
    customer = f"C-{rng.randrange(1, len(rows['customers']) + 1):06d}"
    rows["orders"].append({"id": one, "number": f"B{number:06d}", "customer_id": customer, "order_date": day,
                           "currency": code, "amount": amount, "status": "shipped"})  # fmt: skip
    cost = (rate.convert(amount) * Decimal(rng.randrange(70, 95)) / 100).quantize(CENT)
    rows["costs"].append({"order_id": one, "kind": "purchase", "cost_date": day, "currency": "CNY", "amount": cost,
                          "vat_percent": Decimal(13), "rebate_percent": Decimal(13)})  # fmt: skip
    deposit = (amount * 3 / 10).quantize(CENT)
    for sequence, (kind, part) in enumerate((("deposit", deposit), ("balance", amount - deposit)), start=1):
        name = f"I-{2 * number + sequence - 2:06d}"
        due = day + timedelta(days=60 * (sequence - 1))
        rows["instalments"].append({"id": name, "order_id": one, "sequence": sequence, "kind": kind, "due_date": due,
                                    "currency": code, "amount": part})  # fmt: skip
        came = due + timedelta(days=rng.randrange(40))
        if came <= AS_OF and rng.random() < 0.9:
            paid(rows, name, part, (day, came), book, code)


def paid(
    rows: dict[str, list[dict[str, Any]]],
    instalment: str,
    amount: Decimal,
    days: tuple[date, date],
    book: RateBook,
    code: str,
) -> None:
    carrying, cash = (book.get(code, "CNY", day) for day in days)
    name = f"R-{len(rows['receipts']) + 1:06d}"
    rows["receipts"].append({"id": name, "account": "bank", "value_date": days[1], "currency": code, "amount": amount,
                             "fingerprint": name})  # fmt: skip
    before, after = carrying.convert(amount), cash.convert(amount)
    rows["allocations"].append({
        "receipt_id": name, "instalment_id": instalment, "allocation_date": days[1], "receipt_currency": code,
        "receipt_amount": amount, "document_currency": code, "document_amount": amount, "base_currency": "CNY",
        "carrying_rate": carrying.value, "carrying_rate_date": carrying.rate_date, "carrying_amount": before,
        "settlement_rate": cash.value, "settlement_rate_date": cash.rate_date, "rate_source": cash.source,
        "settlement_amount": after, "realised_fx": after - before,
    })  # fmt: skip


def bare_sheet(path: Path, target: Path) -> float:
    """Seconds to read the orders with pandas and write them as one sheet."""
    import sqlite3

    import pandas as pd

    began = time.perf_counter()
    with sqlite3.connect(path) as connection:
        pd.read_sql("select * from orders", connection).to_excel(target, index=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
