"""What does examining a workbook cost, beside reading it with openpyxl?

    python benchmarks/doctor.py                     # 10,000 rows of 20 columns
    python benchmarks/doctor.py --rows 10000 100000

A workbook of N orders has 20 columns, two of them formulas, and a sum over two currencies, which must be found. Each
program runs in a process of its own; seconds are processor time, the peak is that process's memory. openpyxl only reads
the cells, without looking at them.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

DOCTOR = (
    "import sys; from pathlib import Path; from workbench.doctor.inspection import inspect; inspect(Path(sys.argv[1]))"
)
OPENPYXL = "import sys, openpyxl; [list(ws.iter_rows()) for ws in openpyxl.load_workbook(sys.argv[1], read_only=True)]"


def make(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Orders")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    money = [book.add_format({"num_format": code}) for code in ("[$$-409]#,##0.00", '#,##0.00 "€"')]
    sheet.write_row(0, 0, ["Order No.", "Order date", "Customer", "Currency", "Amount", *(f"C{n}" for n in range(15))])
    for row in range(1, rows + 1):
        sheet.write_string(row, 0, f"O-{row}")
        sheet.write_datetime(row, 1, date(2024, 1, 1) + timedelta(row % 700), day)
        sheet.write_row(row, 2, [f"Customer {row % 900}", ("USD", "EUR")[row % 2]])
        sheet.write_number(row, 4, row * 1.25, money[row % 2])
        sheet.write_row(row, 5, [row * 0.5 if column % 2 else f"t{(row * 7) % 5000}" for column in range(5, 18)])
        sheet.write_formula(row, 18, f"=E{row + 1}*2", None, row * 2.5)
        sheet.write_formula(row, 19, f"=ROUND(E{row + 1}*F{row + 1},2)", None, 0)
    sheet.write_formula(rows + 1, 4, f"=SUM(E2:E{rows + 1})", None, 1)
    book.close()


def measure(program: str, path: Path) -> tuple[float, float]:
    """Processor seconds and peak MiB of a program run on the file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    script = f"{program}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stdout.split()[-1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    print(f"{'rows × 20':>10} {'doctor s':>9} {'MiB':>5} {'openpyxl s':>11} {'MiB':>5} {'ratio':>6}")
    for rows in parser.parse_args().rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orders.xlsx"
            make(path, rows)
            (ours, own_peak), (theirs, peak) = measure(DOCTOR, path), measure(OPENPYXL, path)
        print(f"{rows:>10,} {ours:>9.1f} {own_peak:>5.0f} {theirs:>11.1f} {peak:>5.0f} {theirs / ours:>5.1f}×")


if __name__ == "__main__":
    main()
