"""Run every benchmark at a modest size (``make bench``); each prints its own table beside its peers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = (
    ("exact_conversion.py",),
    ("rate_lookup.py",),
    ("register_speed.py", "--rows", "10000", "100000"),
    ("register_workbook.py",),
    ("adoption/run.py",),
    ("receipts/run.py",),
    ("reading.py",),
    ("splicing.py", "--peers", "--kills", "20"),
    ("statements.py",),
    ("sync.py",),
    ("officejs_calls.py",),
    ("margin_engines.py",),
    ("calc_functions.py",),
    ("month_end_pack.py",),
)


def main() -> None:
    failed = []
    for script, *arguments in RUNS:
        print(f"\n== {script} {' '.join(arguments)}", flush=True)
        if subprocess.run([sys.executable, str(HERE / script), *arguments], check=False).returncode:
            failed.append(script)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
