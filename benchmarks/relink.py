"""Seconds to spell the functions of a workbook for another host, there and back, beside opening and saving it.

python benchmarks/relink.py --formulas 10000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

from workbench.spellings import relink


def workbook(path: Path, formulas: int) -> Path:
    """A workbook with that many formulas, each with one of our functions in it."""
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("Rates")
    for row in range(1, formulas + 1):
        sheet.append(["USD", row, f'=IFERROR(ROUND(B{row}*FX_RATE(A{row},"CNY",DATE(2026,3,31)),2),"no FX_RATE(")'])
    made.save(path)
    return path


def seconds(work: Callable[[], object]) -> float:
    """The least of three runs."""
    taken = []
    for _turn in range(3):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--formulas", type=int, default=10_000)
    count = reader.parse_args().formulas
    with tempfile.TemporaryDirectory() as folder:
        plain, there, back = (Path(folder) / name for name in ("plain.xlsx", "there.xlsx", "back.xlsx"))
        workbook(plain, count)
        forth = seconds(lambda: relink(plain, "officejs", there))
        home = seconds(lambda: relink(there, "plain", back))
        peer = seconds(lambda: openpyxl.load_workbook(plain).save(Path(folder) / "peer.xlsx"))
    print(f"{count:,} formulas")
    print(f"{'workbench relink --to officejs':<36}{forth:8.2f} s{1:8.1f}×")
    print(f"{'workbench relink --to plain':<36}{home:8.2f} s{home / forth:8.1f}×")
    print(f"{'openpyxl: open and save, no change':<36}{peer:8.2f} s{peer / forth:8.1f}×")


if __name__ == "__main__":
    main()
