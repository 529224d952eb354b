"""Write docs/doctor.md: what ``workbench doctor`` can find, from its catalogue (``--check`` compares)."""

from __future__ import annotations

from pathlib import Path

from generated import write_or_check

from workbench.doctor.kinds import KINDS
from workbench.findings import Severity

TARGET = Path(__file__).resolve().parent.parent / "docs" / "doctor.md"

HEAD = """# What the doctor finds

Made by `python scripts/make_doctor_reference.py` from `workbench/doctor/kinds.py`.

```sh
workbench doctor workbooks/demo/Tom_orders.xlsx  # refused
workbench doctor demo/Register.xlsx
```

`workbench doctor FILE` explains a sick .xlsx or .xlsm: what is wrong, in which cells, and what to do. It changes nothing,
opens no link and runs no macro; the file is read in a process of its own with limits on memory and time, so that a file
made to harm is explained like any other. Exit status 0: healthy; 1: sick, or it could not be examined (another kind of
file, locked by a password, too large). `--json` prints everything for programs, `--all` lists every place.

In Python, `workbench.doctor.examine(path)` gives a `Diagnosis` with `findings`, `facts` and `healthy`. What else knows
something about the file, such as its binding to a register, joins in through `examine(path, also=[…])`: a function that
takes the path and gives findings.

How far it goes: results of plain arithmetic are worked out again for up to 20,000 formulas of a workbook, evenly chosen
(`facts["results_compared"]` tells how many); circles are followed for up to three million steps
(`facts["circles_followed"]` tells whether that was enough); of one kind at most 200 findings are listed and the rest
counted. Lists are found by their table, or by the first row of headings of a sheet; currencies are told by number formats
and by a currency column beside the amounts.

{value} and the like stand for what the file holds.
"""
TITLES = {
    Severity.REFUSE: ("Wrong", "The file is damaged or dangerous, or a figure in it cannot be trusted."),
    Severity.ASK: ("To look at", "Somebody has to look; a workbook with one of these counts as sick."),
    Severity.REPORT: ("To know", "Worth knowing; such a workbook is healthy."),
}


def text() -> str:
    """The page."""
    parts = [HEAD]
    for severity, (title, meaning) in TITLES.items():
        parts.append(f"\n## {title}\n\n{meaning}\n\n| code | what it means | what to do |\n|---|---|---|\n")
        for code, kind in KINDS.items():
            if kind.severity is severity:
                parts.append(f"| `{code}` | {_cell(kind.title_en)} | {_cell(kind.remedy_en)} |\n")
    return "".join(parts)


def _cell(words: str) -> str:
    return (words[:1].upper() + words[1:]).replace("|", "\\|")


if __name__ == "__main__":
    write_or_check(TARGET, text())
