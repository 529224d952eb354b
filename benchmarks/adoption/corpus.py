"""Read every workbook of a folder and tell how many are read, how many refused and why, the slowest and the largest.

python benchmarks/adoption/corpus.py FOLDER
python benchmarks/adoption/corpus.py FOLDER --plan          # and find, map, read and account for all of it

An exception that is no refusal, more than 20 seconds or more than 1 GiB is a failure, and named.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from workbench import adoption
from workbench.errors import FileRefused
from workbench.rates import RateBook
from workbench.sheets import read

KINDS = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods", ".csv", ".tsv"}
XLSX_FAMILY = {".xlsx", ".xlsm", ".xltx", ".xltm"}
MOST_SECONDS, MOST_MEGABYTES = 20, 1024


def outcome(path: Path, book: RateBook | None) -> tuple[str, str]:
    """``read``, ``refused`` or ``failed``, and the code or the error."""
    try:
        if book is None:
            read(path)
            return "read", ""
        refused = adoption.plan([path], book).refused
    except FileRefused as error:
        return "refused", error.code
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding of this benchmark
        return "failed", f"{type(error).__name__}: {error}"[:160]
    return ("refused", refused[0].code) if refused else ("read", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plan", action="store_true", help="plan each workbook, too")
    parser.add_argument("--limit", type=int, default=0, help="only so many files")
    parser.add_argument("--names", action="store_true", help="name every file that is not read")
    options = parser.parse_args()
    files = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file())
    files = files[: options.limit or None]
    if not files:
        sys.exit("no workbooks there")
    book = RateBook.embedded() if options.plan else None
    counts: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    failures: list[str] = []
    slowest = (0.0, "")
    for path in files:
        begun = time.monotonic()
        what, why = outcome(path, book)
        took = time.monotonic() - begun
        slowest = max(slowest, (took, path.name))
        counts.setdefault(path.suffix.lower(), Counter())[what] += 1
        if why:
            reasons[why] += 1
        if what == "failed" or took > MOST_SECONDS:
            failures.append(f"{path.relative_to(options.folder)}: {why or f'{took:.0f} s'}")
        if options.names and what != "read":
            print(f"{what}: {path.relative_to(options.folder)}: {why}")
    megabytes = {
        name: resource.getrusage(who).ru_maxrss / 1024
        for name, who in (("this process", resource.RUSAGE_SELF), ("the largest child", resource.RUSAGE_CHILDREN))
    }
    print("| kind | files | read | refused | failed |\n|---|---|---|---|---|")
    for kind, one in sorted(counts.items()):
        print(f"| {kind} | {one.total()} | {one['read']} | {one['refused']} | {one['failed']} |")
    for name, kinds in (("xlsx family", XLSX_FAMILY), ("all", set(counts))):
        total = sum(one.total() for kind, one in counts.items() if kind in kinds)
        done = sum(one["read"] for kind, one in counts.items() if kind in kinds)
        print(f"| {name} | {total} | {done} ({done / max(total, 1):.1%}) | | |")
    print("\nrefused: " + ", ".join(f"{code} {times}" for code, times in reasons.most_common()))
    print(f"slowest: {slowest[0]:.1f} s ({slowest[1]}); " + ", ".join(f"{k} {v:.0f} MB" for k, v in megabytes.items()))
    if failures or max(megabytes.values()) > MOST_MEGABYTES:
        sys.exit("failed:\n" + "\n".join(failures))


if __name__ == "__main__":
    main()
