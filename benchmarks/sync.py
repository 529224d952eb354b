"""What do status, push and pull of a closed workbook cost, and how does that grow?

    python benchmarks/sync.py                                   # 1 k and 5 k rows
    python benchmarks/sync.py --rows 1000 5000 20000 100000     # with the size that it is meant for, and beyond

A sheet of 15 columns shows a register of so many orders (and one customer for 20 of them). In turn: ``status`` where nothing
was typed; ``push`` of 500 edited cells in 500 rows; ``pull`` of 500 rows that were changed in the register; ``pull`` where
nothing is new. Each runs in a process of its own, which has its packages and rates loaded. ``seconds`` is by the clock,
``processor`` that of the process and of the guarded child that reads the file; ``peak`` the larger of their memories.

The peers do a part of it with the same file: openpyxl loads and saves it, which is what most scripts do to change a cell;
pandas reads the sheet (with openpyxl, and with calamine where it is installed) and merges it with the register's rows by
id, which is a comparison of two sides, without a base, without places and without writing anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from workbench.money import from_minor
from workbench.rates import RateBook
from workbench.register import Register
from workbench.splicing import CellWrite, WorkbookEditor
from workbench.sync import BoundColumn, SheetColumns, bind_views, carried_rows, pull, push, status
from workbench.sync.binding import SheetView
from workbench.sync.closed import ClosedFile, origin_of, put_hidden

EDITS = 500
BATCH = 20_000
FIRST_DAY = date(2021, 1, 4)
CURRENCIES = ("USD", "EUR", "JPY", "CNY", "GBP")
STATUS = {"Open": "open", "Shipped": "shipped", "Paid": "paid"}
COLUMNS = SheetColumns(
    (
        BoundColumn("Order no.", "number"),
        BoundColumn("Customer", "customer_id", lookup="customers.legal_name"),
        BoundColumn("Order date", "order_date"),
        BoundColumn("Status", "status", labels=STATUS),
        BoundColumn("Currency", "currency"),
        BoundColumn("Amount", "amount"),
        BoundColumn("Customer's PO", "customer_po"),
        BoundColumn("Incoterm", "incoterm"),
        BoundColumn("Deposit %", "deposit_percent"),
        BoundColumn("Due date", "due_date"),
        BoundColumn("Salesperson", "salesperson"),
        BoundColumn("Note", "note"),
    ),
    key="Id",
    version="Version",
    state="Sync",
)
HEADINGS = [COLUMNS.key, COLUMNS.version, *(one.heading for one in COLUMNS.bound), COLUMNS.state]
NOTE = HEADINGS.index("Note") + 1


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of the processor, MiB at the peak, and what came of it."""

    seconds: float
    processor: float
    peak: float
    told: str = ""


def order(number: int, customers: list[str]) -> dict[str, Any]:
    code = CURRENCIES[number % len(CURRENCIES)]
    day = FIRST_DAY + timedelta(days=number * 13 % 1990)
    return {
        "number": f"NB{day.year}-{number:06d}",
        "customer_id": customers[number * 7 % len(customers)],
        "customer_po": f"PO-{number * 31 % 10**7:07d}",
        "order_date": day,
        "currency": code,
        "amount": from_minor(100_000 + number * 7919 % 9_000_000, code),
        "incoterm": "FOB",
        "deposit_percent": Decimal(30),
        "due_date": day + timedelta(days=75),
        "status": "paid" if number % 10 else "open",
        "salesperson": ("li.na", "wang.wei", "chen.jie")[number % 3],
        "note": f"note {number % 977}",
    }


def make_register(location: Path, count: int) -> None:
    with Register.create(location, actor="li.na") as register:
        with register.changeset(origin="benchmark", reason="customers", author="li.na") as changes:
            rows = (
                {"legal_name": f"Customer {n} Trading Ltd", "code": f"K{n:05d}"} for n in range(max(1, count // 20))
            )
            customers = changes.insert("customers", rows)
        for start in range(0, count, BATCH):
            with register.changeset(origin="benchmark", reason="orders", author="li.na") as changes:
                changes.insert("orders", [order(n, customers) for n in range(start, min(start + BATCH, count))])


def make_workbook(location: Path, path: Path) -> None:
    """The sheet as a pull would leave it, with a table around it."""
    with Register.open(location) as register:
        names = register.column("customers", "legal_name")
        labels = {code: label for label, code in STATUS.items()}
        with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as book:
            sheet = book.add_worksheet("Orders")
            money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
            count = 0
            for count, row in enumerate(register.stream("orders"), 1):
                sheet.write_row(count, 0, [row["id"], row["version"], row["number"], names[row["customer_id"]]])
                sheet.write_datetime(count, 4, row["order_date"], day)
                sheet.write_row(count, 5, [labels[row["status"]], row["currency"]])
                sheet.write_number(count, 7, float(row["amount"]), money)
                sheet.write_row(count, 8, [row["customer_po"], row["incoterm"], float(row["deposit_percent"])])
                sheet.write_datetime(count, 11, row["due_date"], day)
                sheet.write_row(count, 12, [row["salesperson"], row["note"]])
            sheet.add_table(0, 0, count, len(HEADINGS) - 1, {"columns": [{"header": one} for one in HEADINGS]})
        seen = register.log(1)[0].number
        view = SheetView("Orders", "Table1", "orders", COLUMNS, {})
        stamp = bind_views(
            register, [view], file=path.name, origin=origin_of(path), language="en", author="li.na", changeset=seen
        )
        editor = WorkbookEditor.open(path)
        put_hidden(editor, carried_rows(replace(stamp, changeset=seen)))
        editor.save(keep=0)


# What is measured


def measured(task: Callable[[], str]) -> Cost:
    clock, used = time.perf_counter(), _processor()
    told = task()
    seconds, processor = time.perf_counter() - clock, _processor() - used
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return Cost(seconds, processor, peak, told)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ours(name: str, location: Path, path: Path) -> Cost:
    rates = RateBook.embedded()
    with Register.open(location) as register:
        if name == "status":
            return measured(lambda: f"{status(register, ClosedFile(path)).edits} edits")
        if name == "push of 500 edits":
            type_notes(path)
            return measured(
                lambda: f"{push(register, ClosedFile(path), author='li.na', book=rates).edits} edits stored"
            )
        if name == "pull of 500 rows":
            change_rows(register)
        return measured(lambda: f"{pull(register, ClosedFile(path), author='li.na').refreshed} cells written")


def type_notes(path: Path) -> None:
    editor = WorkbookEditor.open(path)
    editor.set_cells("Orders", {(row, NOTE): CellWrite(f"typed {row}") for row in range(2, EDITS + 2)})
    editor.save(keep=0)


def change_rows(register: Register) -> None:
    ids = sorted(register.column("orders", "number"))[-EDITS:]
    with register.changeset(origin="benchmark", reason="changes", author="boss") as changes:
        for row_id in ids:
            changes.update("orders", row_id, {"note": f"changed {row_id}"})


def with_openpyxl(path: Path) -> Cost:
    import openpyxl

    def load_and_save() -> str:
        openpyxl.load_workbook(path).save(path.with_name("saved.xlsx"))
        return "nothing compared"

    return measured(load_and_save)


def with_pandas(location: Path, path: Path, engine: Literal["openpyxl", "calamine"]) -> Cost:
    import pandas as pd

    def merge() -> str:
        sheet = pd.read_excel(path, sheet_name="Orders", engine=engine, dtype={"Note": str})
        stored = pd.read_sql_table("orders", f"sqlite:///{location}", columns=["id", "number", "note", "version"])
        both = sheet.merge(stored, left_on="Id", right_on="id", how="outer", indicator=True)
        changed = both[(both["_merge"] == "both") & (both["Note"] != both["note"])]
        return f"{len(changed)} cells differ"

    return measured(merge)


def alone(task: Callable[..., Any], *args: Any) -> Any:
    """Run in a process of its own, so that peaks do not add up."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(task, *args).result()


def show(count: int, name: str, cost: Cost, beside: float = 0) -> None:
    ratio = f"{cost.processor / beside:9.2f}" if beside else " " * 9
    print(
        f"{count:9,} {name:32}{cost.seconds:9.2f}{cost.processor:11.2f}{cost.peak:10.0f}{ratio}  {cost.told}",
        flush=True,
    )


def run(count: int, folder: Path, *, peers: bool) -> None:
    location, path = folder / f"{count}.sqlite", folder / f"{count}.xlsx"
    alone(make_register, location, count)
    alone(make_workbook, location, path)
    costs = {
        name: alone(ours, name, location, path)
        for name in ("status", "push of 500 edits", "pull of 500 rows", "pull of nothing")
    }
    beside = 0.0
    if peers:
        saved = alone(with_openpyxl, path)
        beside = saved.processor
    for name, cost in costs.items():
        show(count, name, cost, beside)
    if peers:
        show(count, "openpyxl: load, save", saved, beside)
        engines: list[Literal["openpyxl", "calamine"]] = ["openpyxl"]
        if importlib.util.find_spec("python_calamine"):
            engines.append("calamine")
        for engine in engines:
            show(count, f"pandas ({engine}): read, merge", alone(with_pandas, location, path, engine), beside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    print(f"{'rows':>9} {'':32}{'seconds':>9}{'processor':>11}{'peak MiB':>10}{'openpyxl':>9}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for count in options.rows:
            run(count, Path(scratch), peers=not options.no_peers)


if __name__ == "__main__":
    main()
