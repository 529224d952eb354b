"""What a cell costs in LibreOffice Calc: our function alone and over a range, beside a native one and one in Basic.

    python benchmarks/calc_functions.py [--rows 10000] [--slow 1000]

Every way answers rows of its own, a currency and a day of the last twenty years each, in one run of one LibreOffice. Wall
times of a whole recalculation, and the processor time that LibreOffice took for it; "first" is the recalculation in which
nearly every answer is new, "again" the best of three after it. Answers must equal the direct calls, or the benchmark
fails.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

from udfs.libreoffice.addin import basic, model
from udfs.libreoffice.addin.recalculating import office_with_extension
from udfs.libreoffice.connection import Connection
from udfs.libreoffice.engine import App
from udfs.registry import call

CODES = ("USD", "EUR", "JPY", "GBP", "HKD", "AUD", "CAD", "CHF", "SGD", "KRW")
LAST_DAY = 46112
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PEER = """
Function BASIC_RATE(code As String, quote As String, day As Double) As Double
  Dim known As Variant, place As Integer
  known = Array("USD", 6.9, "EUR", 7.93, "JPY", 0.0433, "GBP", 9.1, "HKD", 0.88)
  For place = 0 To UBound(known) Step 2
    If known(place) = code Then
      BASIC_RATE = known(place + 1)
      Exit Function
    End If
  Next place
  BASIC_RATE = 1
End Function
"""


def drawn(seed: int, count: int) -> list[tuple[str, int]]:
    draw = random.Random(seed)
    return [(draw.choice(CODES), LAST_DAY - draw.randrange(20 * 365)) for _each in range(count)]


def made(path: Path, rows: list[tuple[str, int]], formula: str, *, array: bool = False, table: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for number, (code, day) in enumerate(rows, 1):
        sheet.cell(number, 2).value, sheet.cell(number, 3).value = code, day
        if not array:
            sheet.cell(number, 1).value = formula.format(row=number)
    if array:
        sheet["A1"] = ArrayFormula(f"A1:A{len(rows)}", formula.format(rows=len(rows)))
    if table:
        for number, code in enumerate(sorted(CODES), 1):
            sheet.cell(number, 5).value, sheet.cell(number, 6).value = code, number / 7
    book.save(path)
    return path


def processor_time(pid: int) -> float:
    """Seconds that the process has computed so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def measured(connection: Connection, path: Path, count: int) -> tuple[float, float, float, list[Any]]:
    """Seconds of the first recalculation, of the best of three more, processor seconds of the latter, and the answers."""
    uid = connection.call("books.open", str(path), {})["uid"]
    start = time.perf_counter()
    connection.call("books.recalculate", uid)
    first = time.perf_counter() - start
    again, computed = float("inf"), float("inf")
    for _time in range(3):
        start, used = time.perf_counter(), processor_time(connection.pid)
        connection.call("books.recalculate", uid)
        again = min(again, time.perf_counter() - start)
        computed = min(computed, processor_time(connection.pid) - used)
    sheet = App(connection).book(uid).sheets(1)
    values = [row[0] for row in sheet.range((1, 1), (count, 1)).raw_value]
    connection.call("books.close", uid)
    return first, again, computed, values


def first_call(connection: Connection) -> float:
    """Seconds until the first cell of a fresh LibreOffice shows a rate, beyond what a native cell takes there."""
    connection.call("office.probe", "=1+1")
    start = time.perf_counter()
    connection.call("office.probe", "=1+1")
    native = time.perf_counter() - start
    start = time.perf_counter()
    connection.call("office.probe", '=FX_RATE("USD";"CNY";DATE(2026;3;31))')
    return time.perf_counter() - start - native


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rows", type=int, default=10_000)
    reader.add_argument("--slow", type=int, default=1_000, help="rows for the ways through Basic")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ways = [
            ("native VLOOKUP", asked.rows, '=VLOOKUP(B{row},$E$1:$F$10,2,FALSE)', {"table": True}),
            ("FX_RATE, one cell each", asked.rows, '=WB.FX_RATE(B{row},"CNY",C{row})', {}),
            ("FX_RATE over one range", asked.rows, '=WB.FX_RATE(B1:B{rows},"CNY",C1:C{rows})', {"array": True}),
            ("a small function in Basic", asked.slow, '=BASIC_RATE(B{row},"CNY",C{row})', {}),
            ("FX_RATE by its plain name, through Basic", asked.slow, '=FX_RATE(B{row},"CNY",C{row})', {}),
        ]  # fmt: skip
        with office_with_extension(folder) as connection:
            started = first_call(connection)
            connection.call("basic.put", "Peer", PEER)
            connection.call("basic.put", basic.SHIM_MODULE, basic.shim_source(model.functions()))
            found = {}
            for seed, (name, count, formula, how) in enumerate(ways):
                rows = drawn(seed, count)
                found[name] = (*measured(connection, made(folder / "book.xlsx", rows, formula, **how), count), count)
                if "FX_RATE" in name and found[name][3] != [
                    float(call("FX_RATE", code, "CNY", day)) for code, day in rows
                ]:
                    raise SystemExit(f"{name}: not the direct call's answers")
    print(
        f"first call {started * 1000:.0f} ms\n\nmicroseconds a cell{'':23}{'cells':>8}{'first':>9}{'again':>9}{'processor':>11}"
    )
    for name, (first, again, computed, _values, count) in found.items():
        figures = "".join(f"{seconds / count * 1e6:>9.1f}" for seconds in (first, again))
        print(f"{name:42}{count:>8,}{figures}{computed / count * 1e6:>11.1f}")
    native = found["native VLOOKUP"][1] / asked.rows
    single = found["FX_RATE, one cell each"][1] / asked.rows
    slow = found["a small function in Basic"][1] / asked.slow
    print(f"\none cell takes {single / native:.0f} times a VLOOKUP and {single / slow:.2f} times a function in Basic")


if __name__ == "__main__":
    main()
