"""Every function with every row of its arguments in every host: how many values and errors are those of the direct call.

python benchmarks/host_agreement.py --write docs/hosts.md
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.udfs.calc_support import expected, formula, table, workbook  # noqa: E402
from tests.udfs.register_support import QUESTIONS, matched_books  # noqa: E402
from udfs.functions import use_register  # noqa: E402
from udfs.registry import FUNCTIONS  # noqa: E402

Row = tuple[str, tuple[Any, ...]]
ERRORS = {"#N/A", "#VALUE!", "#NUM!"}
BEGIN, END = "<!-- agreement -->", "<!-- end of agreement -->"


def serials(arguments: tuple[Any, ...]) -> list[Any]:
    """Days as the numbers that hosts count in."""
    return [float((one - date(1899, 12, 30)).days) if isinstance(one, date) else one for one in arguments]


def libreoffice(rows: list[Row]) -> list[Any]:
    """A workbook, opened, recalculated and saved by a real LibreOffice with the extension."""
    import openpyxl

    from udfs.libreoffice.addin.recalculating import recalculate

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.xlsx", Path(folder) / "b.xlsx"
        workbook(source, [formula(*row, prefix="") for row in rows])
        recalculate(source, target)
        sheet = openpyxl.load_workbook(target, data_only=True).active
        return [sheet.cell(row, 1).value for row in range(1, len(rows) + 1)]


def service(rows: list[Row]) -> list[Any]:
    """The service that works beside a host, over its socket, in a process of its own."""
    from udfs.service.client import Client

    with tempfile.TemporaryDirectory() as folder:
        client = Client(sys.executable, folder)
        replies = [client.ask({"op": "call", "name": name, "arguments": serials(given)}) for name, given in rows]
        client.ask({"op": "ping"})
        client.close()
    return [told(one["result"]) for one in replies]


def officejs(rows: list[Row]) -> list[Any]:
    """What the web add-in's worker answers, in a process of its own, as JSON."""
    batch = {"language": "en", "calls": [[name, *serials(given)] for name, given in rows]}
    done = subprocess.run(
        [sys.executable, "-c", "from udfs.officejs.worker import main; main([])"],
        input=json.dumps(batch) + "\n", capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return [told(json.loads(line)) for line in done.stdout.splitlines()]


def two_engines(rows: list[Row]) -> list[Any]:
    """The PyPI package ``formulas`` with our functions registered."""
    from tests.udfs.formulas_support import computed

    logging.getLogger("schedula").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        source = workbook(Path(folder) / "a.xlsx", [formula(*row, prefix="") for row in rows])
        return computed(source, len(rows))


def excel_com(rows: list[Row]) -> list[Any]:
    """The COM server of xlwings with pywin32 replaced, as the VBA calls it; the VBA's own part is not run."""
    calls = [[name, False, serials(given)] for name, given in rows]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "udfs" / "com_stub.py")],
        input=json.dumps(calls), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return [told(one) for one in json.loads(done.stdout)]


HOSTS: dict[str, Callable[[list[Row]], list[Any]]] = {
    "LibreOffice": libreoffice,
    "service": service,
    "Office.js": officejs,
    "formulas": two_engines,
    "Excel COM, stubbed": excel_com,
}


def told(value: Any) -> Any:
    """One form for what hosts give: errors by their names."""
    if isinstance(value, list):
        return [[told(cell) for cell in (row if isinstance(row, list) else [row])] for row in value]
    if isinstance(value, dict):
        return value["error"] if "error" in value else float(value["day"])
    if isinstance(value, str) and value.startswith("\ue000"):
        return value[1:].partition("\ue000")[0]
    return None if value == "" else value


def agrees(found: Any, wanted: Any) -> bool:
    """Whether a host shows what the direct call gives; a sheet shows the corner of a table in one cell."""
    if isinstance(wanted, list):
        cells = [cell for row in wanted for cell in row]
        given = [cell for row in found for cell in row] if isinstance(found, list) else [found]
        few = cells if isinstance(found, list) else cells[:1]
        return len(given) == len(few) and all(map(agrees, given, few))
    if isinstance(wanted, date):
        wanted = float((wanted - date(1899, 12, 30)).days)
    if isinstance(wanted, float) and isinstance(found, int | float) and not isinstance(found, bool):
        return abs(found - wanted) <= 1e-14 * max(1.0, abs(wanted))
    return bool((None if found == "" else found) == (None if wanted == "" else wanted))


def answered(rows: list[Row]) -> tuple[list[Any], dict[str, list[Any]]]:
    """What the direct call gives, and what each host gives."""
    return [expected(name, given) for name, given in rows], {host: ask(rows) for host, ask in HOSTS.items()}


def counted() -> list[list[str]]:
    """A row per function, a column per host: agreeing of all, values and errors apart."""
    plain = table()
    wanted, found = answered(plain)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_REGISTER"] = where = str(Path(folder) / "register.sqlite")
        matched_books(where)
        told_by, found_by = answered(QUESTIONS)
        use_register(None)
        del os.environ["WORKBENCH_REGISTER"]
    rows = [*plain, *QUESTIONS]
    wanted += told_by
    found = {host: values + found_by[host] for host, values in found.items()}
    lines, sums = [], {host: [0, 0, 0, 0] for host in HOSTS}
    for function in sorted(FUNCTIONS):
        places = [at for at, (name, _given) in enumerate(rows) if name == function]
        line = [f"`{function}`"]
        for host, values in found.items():
            counts = [0, 0, 0, 0]
            for at in places:
                error = 2 if isinstance(wanted[at], str) and wanted[at] in ERRORS else 0
                counts[error + 1] += 1
                counts[error] += agrees(values[at], wanted[at])
            sums[host] = [a + b for a, b in zip(sums[host], counts, strict=True)]
            line.append(shown(counts))
        lines.append(line)
    return [*lines, ["**all**", *(f"**{shown(one)}**" for one in sums.values())]]


def shown(counts: list[int]) -> str:
    return f"{counts[0]}/{counts[1]} · {counts[2]}/{counts[3]}"


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--write", type=Path, help="file whose table is replaced, between its two marks")
    target = reader.parse_args().write
    head = [["function", *HOSTS], ["---"] * (len(HOSTS) + 1)]
    text = "\n".join("| " + " | ".join(line) + " |" for line in [*head, *counted()])
    if target is None:
        print(text)
        return
    page = target.read_text("utf-8")
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    target.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
