"""Make workbooks/Workbench.xlsm and workbooks/Workbench.xlam from the registry; with ``--check`` only compare."""

from __future__ import annotations

import sys
from pathlib import Path

from udfs.excel.building import addin, workbook

FOLDER = Path(__file__).resolve().parent.parent / "workbooks"


def main() -> None:
    """Write both, or leave with status 1 where one is not as it would be written."""
    made = {FOLDER / "Workbench.xlsm": workbook(), FOLDER / "Workbench.xlam": addin()}
    if "--check" in sys.argv:
        sys.exit(any(not path.exists() or path.read_bytes() != content for path, content in made.items()))
    for path, content in made.items():
        path.write_bytes(content)


if __name__ == "__main__":
    main()
