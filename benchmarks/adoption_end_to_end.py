"""Adopt an order book from end to end beside pandas, each in a process of its own, in one run.

python benchmarks/adoption_end_to_end.py                       # 5,000 rows of 20 columns
python benchmarks/adoption_end_to_end.py --rows 100000 1000000

``workbench`` finds, maps, reads, checks and plans all rows, and writes them with rates, instalments, the source of each row
and a chain of hashes, in one changeset that can be undone. ``pandas`` reads the values (calamine engine) and writes them
as they are, with ``to_sql``: no formats, no checks, no history. So its figures are those of a much smaller task. Processor
seconds and memory count the process and what it starts; the time of making the workbook is not in them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from reading import make_workbook


def seconds() -> float:
    """Processor seconds of this process and of those it started and waited for."""
    spent = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in spent)


def peak() -> float:
    """Largest resident set in MB, of this process or of one that it started."""
    spent = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return max(one.ru_maxrss for one in spent) / 1024


def with_workbench(path: Path) -> dict[str, float]:
    from workbench import adoption
    from workbench.rates import RateBook
    from workbench.register import Register

    book = RateBook.embedded()
    begun = seconds()
    made = adoption.plan([path], book)
    planned, planned_peak = seconds() - begun, peak()
    with Register.create(path.parent / "register.sqlite") as register:
        made.apply(register, "bench")
        count, whole = register.count("orders"), seconds() - begun
    return {"rows": count, "planned": planned, "planned_peak": planned_peak, "seconds": whole, "peak": peak()}


def with_pandas(path: Path) -> dict[str, float]:
    import pandas as pd
    import sqlalchemy as sa

    begun = seconds()
    frame = pd.read_excel(path, engine="calamine")
    read, read_peak = seconds() - begun, peak()
    engine = sa.create_engine(f"sqlite:///{path.parent / 'pandas.sqlite'}")
    frame.to_sql("orders", engine, index=False)
    engine.dispose()
    return {
        "rows": len(frame),
        "planned": read,
        "planned_peak": read_peak,
        "seconds": seconds() - begun,
        "peak": peak(),
    }


TASKS = {"workbench": with_workbench, "pandas": with_pandas}


def measured(task: str, path: Path) -> dict[str, float]:
    """Run one task in a process of its own."""
    command = [sys.executable, __file__, "--task", task, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[5_000])
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        print(json.dumps(TASKS[options.task](options.file)))
        return
    print("| rows | by | read or planned, CPU s | MB | all, CPU s | MB | ratio |\n|---|---|---|---|---|---|---|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orders.xlsx"
            make_workbook(path, rows, options.columns, inline=False)
            found = {task: measured(task, path) for task in TASKS}
        for task, one in found.items():
            ratio = one["seconds"] / found["pandas"]["seconds"]
            print(
                f"| {one['rows']:,.0f} | {task} | {one['planned']:.1f} | {one['planned_peak']:.0f} "
                f"| {one['seconds']:.1f} | {one['peak']:.0f} | {ratio:.1f} |"
            )


if __name__ == "__main__":
    main()
