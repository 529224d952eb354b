"""Reading and writing cells in a running LibreOffice through xlwings, beside its peers.

The peers: LibreOffice's own interface cell by cell, as most scripts use it, from another process; and openpyxl, which
has no running program and writes and reads the file. Times are the best of a few rounds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlwings as xw

from udfs import libreoffice
from udfs.libreoffice import office

COLUMNS = 10
CELL_BY_CELL = """
import sys, time, uno
pipe, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
sheet = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ()).Sheets.getByIndex(0)
started = time.perf_counter()
for row in range(rows):
    for column in range(columns):
        cell = sheet.getCellByPosition(column, row)
        if column % 5:
            cell.setValue(row * column)
        else:
            cell.setString(f"text {row}")
written = time.perf_counter()
for row in range(rows):
    for column in range(columns):
        cell = sheet.getCellByPosition(column, row)
        cell.getString() if cell.getType().value == "TEXT" else cell.getValue()
print(written - started, time.perf_counter() - written)
"""


def table(cells: int) -> list[list[object]]:
    """Texts, numbers, dates and truth values."""
    day = dt.datetime(2024, 1, 1)
    return [
        [
            f"text {row}",
            row,
            row * 1.5,
            day + dt.timedelta(days=row % 900),
            row % 2 == 0,
            "x",
            None,
            7.0,
            8,
            f"{row:05}",
        ]
        for row in range(cells // COLUMNS)
    ]


def best(rounds: int, action: Callable[[], object]) -> float:
    times = []
    for __ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def engine(app: xw.App, data: list[list[object]], rounds: int) -> tuple[float, float]:
    sheet = app.books.add().sheets[0]
    target = sheet["A1"].resize(len(data), COLUMNS)

    def write() -> None:
        sheet["A1"].value = data

    written = best(rounds, write)
    read = best(rounds, lambda: target.value)
    assert target.value[-1][:4] == data[-1][:4]
    sheet.book.close()
    return written, read


def formulas(app: xw.App, cells: int, rounds: int) -> tuple[float, float, float]:
    """One formula filled down; as many different ones; reading them."""
    sheet = app.books.add().sheets[0]
    target = sheet["B1"].resize(cells, 1)
    texts = [[f"=A{row}*{row}+SUM(C$1:D{row % 9 + 1})"] for row in range(1, cells + 1)]

    def fill() -> None:
        target.formula = "=A1*2"

    def write() -> None:
        target.formula = texts

    filled, written = best(rounds, fill), best(rounds, write)
    read = best(rounds, lambda: target.formula)
    sheet.book.close()
    return filled, written, read


def openpyxl_file(data: list[list[object]], rounds: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"

        def write() -> None:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet()
            for row in data:
                sheet.append(row)
            book.save(path)

        def read() -> None:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            list(book.worksheets[0].iter_rows(values_only=True))
            book.close()

        return best(rounds, write), best(rounds, read)


def cell_by_cell(app: xw.App, cells: int) -> tuple[float, float]:
    command = [str(office.find_installation().python), "-c", CELL_BY_CELL, app.impl.connection.pipe]
    done = subprocess.run(
        [*command, str(cells // COLUMNS), str(COLUMNS)],
        check=True, capture_output=True, text=True, env=office.clean_environment(),
    )  # fmt: skip
    written, read = map(float, done.stdout.split())
    return written, read


def row(what: str, cells: int, seconds: float, base: float | None = None) -> None:
    ratio = f"{seconds / base:8.1f}x" if base else " " * 9
    print(f"{what:<44} {cells:>8} {seconds * 1000:>10.1f} ms {seconds / cells * 1e6:>8.2f} us/cell {ratio}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--formulas", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cell-by-cell-limit", type=int, default=10_000, help="most cells for the slow peer")
    options = parser.parse_args(arguments)
    libreoffice.activate()
    started = time.perf_counter()
    with xw.App(visible=False, add_book=False) as app:
        print(f"LibreOffice {app.version}, up in {time.perf_counter() - started:.2f} s")
        for cells in options.cells:
            data = table(cells)
            written, read = engine(app, data, options.rounds)
            row("write, this engine", cells, written)
            if cells <= options.cell_by_cell_limit:
                slow_write, slow_read = cell_by_cell(app, cells)
                row("write, UNO cell by cell", cells, slow_write, written)
            file_write, file_read = openpyxl_file(data, options.rounds)
            row("write, openpyxl to a file", cells, file_write, written)
            row("read, this engine", cells, read)
            if cells <= options.cell_by_cell_limit:
                row("read, UNO cell by cell", cells, slow_read, read)
            row("read, openpyxl from a file", cells, file_read, read)
        filled, different, texts = formulas(app, options.formulas, options.rounds)
        row("one formula filled down", options.formulas, filled)
        row("as many different formulas", options.formulas, different)
        row("read formulas", options.formulas, texts)
        sheet = app.books.add().sheets[0]
        row("one cell by itself, write and read", 200, best(1, lambda: single(sheet)))


def single(sheet: xw.Sheet) -> None:
    for number in range(200):
        sheet["A1"].value = number
        assert sheet["A1"].value == number


if __name__ == "__main__":
    main(sys.argv[1:])
