"""What does writing the register's workbook cost, and how does that grow?

    python benchmarks/register_workbook.py                              # 1 k and 10 k orders
    python benchmarks/register_workbook.py --orders 1000 10000 100000   # with the size that it is meant for
    python benchmarks/register_workbook.py --orders 100000 --open       # and how long LibreOffice takes to open it

A register of N orders has 2 N instalments, 1.2 N receipts with a decision each, as many settlements, N / 20 customers;
orders and receipts carry their rate with its evidence. "orders alone" is a register of nothing but N orders and their
customers, for the cost of the one sheet Orders. Each writing runs in a process of its own. ``seconds`` is
processor time of ``write_register_workbook`` alone; ``peak`` the memory of that process, Python and packages included.

The peers write one sheet of as many rows and columns as the sheet Orders has, from rows that are ready in memory or
made on the way, without styles by currency, checks, notes, links or other sheets: XlsxWriter as it is and with
constant_memory. ``per million cells`` is what makes the three comparable.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from workbench.money import from_minor
from workbench.rates import RateBook
from workbench.register import Register

AS_OF = date(2026, 6, 30)
FIRST_DAY = date(2021, 1, 4)
CURRENCIES = ("USD", "EUR", "JPY", "CNY", "GBP")
COUNTRIES = ("US", "DE", "JP", "CN", "GB")
PEOPLE = ("li.na", "wang.wei", "chen.jie", "zhao.min")
BATCH = 20_000


class Written(NamedTuple):
    """One writing: what, how many orders and cells, processor seconds, peak in MiB, size of the file in MB."""

    name: str
    orders: int
    cells: int
    seconds: float
    peak: float
    size: float


@cache
def evidence(code: str, day: date) -> dict[str, Any]:
    """The rate of a day with everything that it stands on."""
    return RateBook.embedded().get(code, "CNY", day).as_fields()


def converted(row: dict[str, Any], day: date) -> dict[str, Any]:
    """The row with its base amount and its evidence."""
    code = row["currency"]
    if code == "CNY":
        return row
    base = RateBook.embedded().get(code, "CNY", day).convert(row["amount"])
    return {**row, "base_currency": "CNY", "base_amount": base, **evidence(code, day)}


def make_register(location: Path, count: int, *, bare: bool = False) -> None:
    """A register of ``count`` orders; nine out of ten are paid; ``bare``: orders and customers only."""
    with Register.create(location, actor="li.na") as register:
        with register.changeset(origin="benchmark", reason="customers", author="li.na") as changes:
            customers = changes.insert("customers", [customer(n) for n in range(max(1, count // 20))])
        for start in range(0, count, BATCH):
            with register.changeset(origin="benchmark", reason="orders", author="li.na") as changes:
                numbers = range(start, min(start + BATCH, count))
                made = [order(n, customers) for n in numbers]
                orders = changes.insert("orders", made)
                if bare:
                    continue
                instalments = [part for one, row in zip(orders, made, strict=True) for part in parts(one, row)]
                pay(changes, instalments, changes.insert("instalments", instalments), start)


def customer(number: int) -> dict[str, Any]:
    code = CURRENCIES[number % len(CURRENCIES)]
    return {
        "code": f"K{number:05d}",
        "legal_name": f"{('Hansen', 'Moreau', '东方', 'Sakura', 'Baker')[number % 5]} Trading {number} Ltd",
        "country": COUNTRIES[number % len(COUNTRIES)],
        "default_currency": code,
        "owner": PEOPLE[number % len(PEOPLE)],
        "email": f"buyer{number}@example{number % 977}.com",
        "payment_terms": "30/70 T/T",
    }


def order(number: int, customers: list[str]) -> dict[str, Any]:
    code = CURRENCIES[number % len(CURRENCIES)]
    day = FIRST_DAY + timedelta(days=number * 13 % 1990)
    row = {
        "number": f"NB{day.year}-{number:06d}",
        "customer_id": customers[number * 7 % len(customers)],
        "customer_po": f"PO-{number * 31 % 10**7:07d}",
        "order_date": day,
        "currency": code,
        "amount": from_minor(100_000 + number * 7919 % 9_000_000, code),
        "incoterm": "FOB",
        "incoterm_place": "Ningbo",
        "deposit_percent": Decimal(30),
        "due_date": day + timedelta(days=75),
        "status": "paid" if number % 10 else "open",
        "salesperson": PEOPLE[number % len(PEOPLE)],
    }
    return converted(row, day)


def parts(order_id: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Deposit and balance."""
    code, day = row["currency"], row["order_date"]
    deposit = (row["amount"] * 3 / 10).quantize(row["amount"])
    shares = (("deposit", deposit, 10), ("balance", row["amount"] - deposit, 75))
    return [
        {
            "order_id": order_id,
            "sequence": sequence,
            "kind": kind,
            "due_date": day + timedelta(days=days),
            "currency": code,
            "amount": amount,
        }
        for sequence, (kind, amount, days) in enumerate(shares, 1)
    ]


def pay(changes: Any, instalments: list[dict[str, Any]], ids: list[str], start: int) -> None:
    """A receipt for 120 of 200 instalments of the paid orders, its decision, and its settlement."""
    paid = [pair for n, pair in enumerate(zip(ids, instalments, strict=True)) if n % 5 < 3]
    receipts = [
        converted(
            {
                "account": f"BOC {row['currency']}",
                "value_date": row["due_date"],
                "currency": row["currency"],
                "amount": row["amount"],
                "payer": f"PAYER {n % 4999} LTD",
                "reference": f"INV {start + n:07d} {row['kind']}",
                "bank_reference": f"FT{start:06d}{n:07d}",
                "fingerprint": f"{start}-{n}",
                "kind": "customer",
            },
            row["due_date"],
        )
        for n, (_id, row) in enumerate(paid)
    ]
    received = changes.insert("receipts", receipts)
    settled = [one for one in zip(received, receipts, paid, strict=True) if one[1]["amount"]]
    changes.insert(
        "match_decisions",
        [
            {
                "receipt_id": receipt,
                "instalment_id": instalment,
                "decision": "posted",
                "confidence": Decimal("0.97"),
                "reasons": reasons(row),
            }
            for receipt, row, (instalment, _part) in settled
        ],
    )
    changes.insert("allocations", [settlement(*one) for one in settled])


def reasons(row: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"code": "reference.found", "numbers": row["reference"].split()[1]},
        {"code": "amount.credited", "amount": str(row["amount"]), "currency": row["currency"]},
    ]


def settlement(receipt: str, row: dict[str, Any], paid: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    base = row.get("base_amount", row["amount"])
    rate = row.get("rate_value", Decimal(1))
    day = row["value_date"]
    return {
        "receipt_id": receipt,
        "instalment_id": paid[0],
        "allocation_date": day,
        "receipt_currency": row["currency"],
        "receipt_amount": row["amount"],
        "document_currency": row["currency"],
        "document_amount": row["amount"],
        "base_currency": "CNY",
        "carrying_rate": rate,
        "carrying_rate_date": day,
        "carrying_amount": base,
        "settlement_rate": rate,
        "settlement_rate_date": day,
        "rate_source": row.get("rate_source", "ecb"),
        "settlement_amount": base,
        "realised_fx": Decimal("0.00"),
    }


def ours(location: Path, count: int, path: Path, *, name: str = "register workbook") -> Written:
    from workbench.reports import write_register_workbook

    with Register.open(location) as register:
        book = RateBook.embedded()
        begin = time.process_time()
        report = write_register_workbook(register, book, path, language="en", as_of=AS_OF)
        seconds = time.process_time() - begin
    cells = sum(len(view.columns) * view.row_count for view in report.views)
    return Written(name, count, cells, seconds, _peak(), path.stat().st_size / 1e6)


def plain(count: int, path: Path, *, constant_memory: bool) -> Written:
    """One sheet of the shape of Orders by XlsxWriter alone."""
    begin = time.process_time()
    workbook = xlsxwriter.Workbook(path, {"constant_memory": constant_memory, "strings_to_urls": False})
    sheet = workbook.add_worksheet("Orders")
    money, day = workbook.add_format({"num_format": "#,##0.00"}), workbook.add_format({"num_format": "yyyy-mm-dd"})
    columns = 0
    for position, row in enumerate(peer_rows(count)):
        columns = len(row)
        for col, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(position, col, float(value), money)
            elif isinstance(value, date):
                sheet.write_datetime(position, col, value, day)
            else:
                sheet.write_string(position, col, value)
    workbook.close()
    seconds = time.process_time() - begin
    name = "XlsxWriter constant_memory" if constant_memory else "XlsxWriter"
    return Written(name, count, columns * count, seconds, _peak(), path.stat().st_size / 1e6)


def peer_rows(count: int) -> Iterator[list[Any]]:
    """Rows as wide as the sheet Orders, made of what an order has."""
    for number in range(count):
        row = order(number, ["C-000001"])
        values = [value for value in row.values() if not isinstance(value, list)]
        yield (values * 2)[:32]


def opened(path: Path, folder: Path) -> tuple[float, float]:
    """Seconds by the clock and of processor time that LibreOffice takes to open the workbook and write one sheet of it."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    subprocess.run(
        [*command, "--convert-to", "csv", "--outdir", str(folder), str(path)], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begin, used


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(task: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Run in a process of its own, so that peaks do not add up."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(task, *args, **more).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--keep", type=Path, help="folder where registers and workbooks stay, to be used again")
    parser.add_argument("--open", action="store_true", help="also open the largest workbook in LibreOffice")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{'':28}{'orders':>9}{'cells':>12}{'seconds':>9}{'s/M cells':>11}{'peak MiB':>10}{'file MB':>9}")
        for count in options.orders:
            location, path = folder / f"{count}.sqlite", folder / f"{count}.xlsx"
            if not location.exists():
                alone(make_register, location, count)
            show(alone(ours, location, count, path))
            bare = folder / f"{count}-orders.sqlite"
            if not bare.exists():
                alone(make_register, bare, count, bare=True)
            show(alone(ours, bare, count, folder / "orders.xlsx", name="the same, orders alone"))
            if not options.no_peers:
                for constant in (False, True):
                    show(alone(plain, count, folder / "peer.xlsx", constant_memory=constant))
        with zipfile.ZipFile(path) as package:
            parts = {one.filename: one.file_size / 1e6 for one in package.infolist() if one.file_size > 1e6}
        print("parts of the largest, MB:", ", ".join(f"{name} {size:.0f}" for name, size in parts.items()))
        if options.open and shutil.which("soffice"):
            clock, used = opened(path, Path(scratch))
            print(
                f"LibreOffice opens {path.name} and saves it as ODS: {clock:.0f} s by the clock, {used:.0f} s processor"
            )


def show(one: Written) -> None:
    rate = one.seconds / max(one.cells, 1) * 1e6
    figures = f"{one.orders:>9,}{one.cells:>12,}{one.seconds:>9.1f}{rate:>11.2f}{one.peak:>10.0f}{one.size:>9.1f}"
    print(f"{one.name:28}{figures}", flush=True)


if __name__ == "__main__":
    main()
