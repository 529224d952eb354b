"""Read one workbook with this package and with its peers, each in a process of its own, in one run.

python benchmarks/reading.py --rows 20000 --columns 20

Processor seconds and memory count the process and what it starts. What each reader loses is said beside it: calamine and
pandas give no number formats and no error cells, so their figures are those of a smaller task.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

FORMATS = {"USD": "[$US$-409]#,##0.00", "EUR": "#,##0.00\\ [$€-407]", "CNY": "[$¥-804]#,##0.00"}
HEADINGS = [
    "Order No.", "Order date", "Customer", "Currency", "Amount", "Incoterm", "Deposit %", "Due date", "Rate", "RMB equiv.", "Status",
    "Salesperson", "Remarks", "Customer PO", "Product", "Quantity", "Unit price", "Net weight", "Gross weight", "Cartons",
]  # fmt: skip
READERS = {
    "workbench": "values, formats, formulas, errors, hidden parts; parent process safe",
    "calamine": "values only",
    "pandas": "values only (calamine engine)",
    "openpyxl": "values and formats (read-only mode)",
}


def make_workbook(path: Path, rows: int, columns: int, *, inline: bool) -> None:
    """An order book with currencies in its number formats."""
    import xlsxwriter

    chance = random.Random(1)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline})
    sheet = book.add_worksheet("Orders")
    money = {code: book.add_format({"num_format": text}) for code, text in FORMATS.items()}
    day, percent = (book.add_format({"num_format": text}) for text in ("yyyy-mm-dd", "0%"))
    sheet.write_row(0, 0, HEADINGS[:columns])
    for row in range(1, rows + 1):
        code, amount = chance.choice(list(money)), chance.randrange(30_000, 9_000_000) / 100
        ordered = date(2023, 1, 2) + timedelta(days=row * 900 // rows)
        due = ordered + timedelta(days=60)
        values: list[tuple[Any, Any]] = [
            (f"PI{row:07d}", None), (datetime(ordered.year, ordered.month, ordered.day), day),
            (f"Firm {chance.randrange(2000)} Trading Ltd", None), (code, None), (amount, money[code]),
            (chance.choice(["FOB", "CIF", "EXW"]), None), (0.3, percent), (datetime(due.year, due.month, due.day), day), (7.1234, None),
            (float(f"{amount * 7.1234:.2f}"), None), (chance.choice(["Open", "Shipped", "Paid"]), None), (chance.choice(["Lily", "Wang Fang"]), None),
            (f"note {row % 500}", None), (f"PO-{chance.randrange(10**6)}", None), (f"Widget {row % 300}", None),
            (chance.randrange(1, 5000), None), (chance.randrange(100, 9999) / 100, None), (chance.randrange(100, 99999) / 10, None),
            (chance.randrange(100, 99999) / 10, None), (chance.randrange(1, 300), None),
        ]  # fmt: skip
        for column, (value, style) in enumerate(values[:columns]):
            sheet.write(row, column, value, style)
    book.close()


def read_with(reader: str, path: Path) -> int:
    """The number of non-empty cells that a reader finds."""
    if reader == "workbench":
        from workbench.sheets import read

        return sum(map(len, read(path).sheets))
    if reader == "calamine":
        from python_calamine import CalamineWorkbook

        return sum(
            value != "" for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows() for value in row
        )
    if reader == "pandas":
        import pandas as pd

        return int(pd.read_excel(path, engine="calamine", header=None).notna().sum().sum())
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    return sum(cell.value is not None and bool(cell.number_format) for row in sheet.iter_rows() for cell in row)


def measured(task: str, path: Path) -> dict[str, float]:
    """Run one task in a process of its own; processor seconds, largest resident set in MB, and what it counted."""
    done = subprocess.run(
        [sys.executable, __file__, "--task", task, "--file", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"seconds": float("nan"), "megabytes": float("nan"), "count": -1}
    sys.stderr.write(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run_task(task: str, path: Path) -> None:
    count = read_with(task, path)
    own, started = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime
    print(json.dumps({"seconds": seconds, "megabytes": max(own.ru_maxrss, started.ru_maxrss) / 1024, "count": count}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--inline", action="store_true", help="texts inside the cells instead of shared ones")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        run_task(options.task, options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.xlsx"
        make_workbook(path, options.rows, options.columns, inline=options.inline)
        print(f"{options.rows} rows x {options.columns} columns, {path.stat().st_size / 2**20:.1f} MB\n")
        print("| reader | cells | CPU s | ratio | largest process, MB | gives |\n|---|---|---|---|---|---|")
        base = 0.0
        for reader, gives in READERS.items():
            found = measured(reader, path)
            base = base or found["seconds"]
            print(
                f"| {reader} | {found['count']:.0f} | {found['seconds']:.2f} | {found['seconds'] / base:.2f} | {found['megabytes']:.0f} | {gives} |"
            )


if __name__ == "__main__":
    main()
