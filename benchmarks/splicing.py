"""What is lost when somebody else's workbook is edited, and how long it takes, beside openpyxl.

    python benchmarks/splicing.py                              # the sample firm's workbooks, a sheet of 20,000 rows
    python benchmarks/splicing.py --folder DIR --peers         # a folder of workbooks, beside openpyxl at its best
    python benchmarks/splicing.py --rows 100000 --kills 200    # the large sheet, and a process killed while it saves

Of every .xlsx and .xlsm file the first numeric cell without a formula on the first worksheet (or else its first cell,
or else A1) gets another number, over a formula if need be. Then the packages are compared: does every other part hold the same bytes, is every
part that was well-formed still so, does the cell hold the number, and is every marker of a feature (charts, pivots,
validations, extensions, …) there as often as before. Times are processor seconds; each large edit runs by itself.
"""

from __future__ import annotations

import argparse
import collections
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import openpyxl
import xlsxwriter
from lxml import etree

from workbench.errors import FileRefused
from workbench.splicing import CellWrite, WorkbookEditor

ROOT = Path(__file__).resolve().parent.parent
NUMBER = Decimal("12345.67")
SECONDS = 20
MEMORY = 4 * 2**30
COLUMNS = 20
EDITS = 10_000
MARKERS = re.compile(
    rb"<(?:[\w.-]+:)?(extLst|ext|sparkline|drawing|legacyDrawing|picture|oleObject|control|dataValidation|cfRule|hyperlink|"
    rb"mergeCell|tablePart|definedName|pivotCache|externalReference|sheetProtection|autoFilter|headerFooter|pageSetup|"
    rb"rowBreaks|colBreaks|customSheetView|comment|threadedComment|chart|ser|slicer|connection|queryTable|f)(?=[\s/>])"
)
LARGE_CELLS = """
import sys, time
source, target, rows, edits = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
cells = [(n * (rows // edits) + 1, n % 20 + 1, n) for n in range(edits)]
"""
LARGE = {
    "workbench.splicing": """
from decimal import Decimal
from workbench.splicing import CellWrite, WorkbookEditor
editor = WorkbookEditor.open(source)
editor.set_cells("Data", {(r, c): CellWrite(Decimal(n) / 8 if n % 2 else f"new {n}") for r, c, n in cells})
editor.save(target, keep=0)
""",
    "openpyxl": """
import openpyxl
book = openpyxl.load_workbook(source)
for r, c, n in cells:
    book["Data"].cell(r, c).value = n / 8 if n % 2 else f"new {n}"
book.save(target)
""",
}
LARGE_COST = """
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # rusage counts the parent's too
print(time.process_time(), int(peak.split()[1]) / 1024)
"""
CHAIN = ("xl/calcChain.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")
"""Parts that name a cell with a formula, or lead to that part."""
KILLED = """
import sys
from decimal import Decimal
from workbench.splicing import CellWrite, WorkbookEditor
editor = WorkbookEditor.open(sys.argv[1])
print("go", flush=True)
number = 0
while True:
    number += 1
    editor.set_cells("Data", {(row, 2): CellWrite(Decimal(number)) for row in range(1, 501)})
    editor.save(keep=0)
"""


class Target(NamedTuple):
    """The cell to change: sheet, its part, row and column."""

    sheet: str
    part: str
    row: int
    column: int


Edit = Callable[[Path, Path, Target], None]


class TookTooLong(Exception):
    """A peer did not finish in time."""


def splice(source: Path, target: Path, cell: Target) -> None:
    editor = WorkbookEditor.open(source, allow_signed=True)
    editor.set_cells(cell.sheet, {(cell.row, cell.column): CellWrite(NUMBER)}, overwrite_formula=True)
    editor.save(target, keep=0)


def with_openpyxl(source: Path, target: Path, cell: Target) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(source, keep_vba=source.suffix == ".xlsm", rich_text=True)
        book[cell.sheet].cell(cell.row, cell.column).value = float(NUMBER)
        book.save(target)


EDITORS: dict[str, Edit] = {"workbench.splicing": splice, "openpyxl, best options": with_openpyxl}


def parts(path: Path) -> dict[str, bytes]:
    """Contents by name; a damaged entry counts as empty."""
    with zipfile.ZipFile(path) as archive:
        return {name: _content(archive, name) for name in archive.namelist()}


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError):
        return b""


def parsed(data: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def cell_nodes(root: etree._Element) -> Iterator[tuple[int, int, etree._Element]]:
    """Cells with their places, which some writers leave out."""
    row = 0
    for line in root.iterfind("{*}sheetData/{*}row"):
        row, column = int(line.get("r") or row + 1), 0
        for cell in line.iterfind("{*}c"):
            place = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r") or "")
            column = openpyxl.utils.column_index_from_string(place[1]) if place else column + 1
            yield row, column, cell


def first_cell(path: Path) -> Target:
    """The cell to change; raises FileRefused where the file is refused on opening."""
    editor = WorkbookEditor.open(path, allow_signed=True)
    if not editor.sheets:
        raise LookupError("no worksheet")
    sheet = editor.sheets[0]
    root = parsed(parts(path)[sheet.part])
    cells = [] if root is None else list(cell_nodes(root))
    numbers = (
        (row, column)
        for row, column, cell in cells
        if cell.get("t", "n") == "n" and cell.find("{*}v") is not None and cell.find("{*}f") is None
    )
    row, column = next(numbers, (cells[0][0], cells[0][1]) if cells else (1, 1))
    return Target(sheet.name, sheet.part, row, column)


def compare(source: Path, target: Path, cell: Target) -> set[str]:
    """What can be said of the result."""
    before, after = parts(source), parts(target)
    found = set()
    over_formula = cell_has_formula(before[cell.part], cell)
    own = {cell.part, *(CHAIN if over_formula else ())}
    if _others(before, own) == _others(after, own):
        found.add("others identical")
    xml = [name for name in after if name.endswith((".xml", ".rels"))]
    if all(parsed(after[name]) is not None or (name in before and parsed(before[name]) is None) for name in xml):
        found.add("well-formed")
    had, has = markers(before), markers(after)
    if over_formula:
        had -= collections.Counter({"<f>": 1, **dict.fromkeys(CHAIN, 1)})
    if has >= had:
        found.add("markers kept")
    root = parsed(after.get(cell.part, b""))
    for row, column, node in cell_nodes(root) if root is not None else ():
        value = node.findtext("{*}v")
        if (row, column) == (cell.row, cell.column) and value and Decimal(value) == NUMBER:
            found.add("reads back")
    return found


def cell_has_formula(data: bytes, cell: Target) -> bool:
    root = parsed(data)
    places = cell_nodes(root) if root is not None else ()
    return any(
        (row, column) == (cell.row, cell.column) and node.find("{*}f") is not None for row, column, node in places
    )


def _others(contents: dict[str, bytes], own: set[str]) -> dict[str, bytes]:
    """All parts but those of the cell; of the workbook part, all but how it is calculated."""
    return {
        name: re.sub(rb"<(?:[\w.-]+:)?calcPr[^>]*>", b"", data) if name.endswith("workbook.xml") else data
        for name, data in contents.items()
        if name not in own
    }


def markers(contents: dict[str, bytes]) -> collections.Counter[str]:
    """How often each marker stands in the package, and how many parts of each kind there are."""
    found: collections.Counter[str] = collections.Counter()
    for name, data in contents.items():
        found[re.sub(r"\d+", "#", name)] += 1
        if name.endswith((".xml", ".vml")):
            found.update(f"<{one.decode()}>" for one in MARKERS.findall(data))
    return found


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise TookTooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def edit_all(folder: Path, edit: Edit) -> tuple[collections.Counter[str], dict[str, list[str]]]:
    """Counts of outcomes, and the files of every outcome that is not the usual one."""
    counts: collections.Counter[str] = collections.Counter()
    unusual: dict[str, list[str]] = collections.defaultdict(list)

    def note(outcome: str, path: Path) -> None:
        counts[outcome] += 1
        unusual[outcome].append(str(path.relative_to(folder)))

    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(one for one in folder.rglob("*") if one.suffix.lower() in (".xlsx", ".xlsm")):
            counts["files"] += 1
            target = Path(scratch) / f"edited{path.suffix}"
            target.unlink(missing_ok=True)
            try:
                cell = first_cell(path)
            except (FileRefused, LookupError) as error:
                note(f"no workbook: {getattr(error, 'code', 'no worksheet')}", path)
                continue
            try:
                with time_limit(SECONDS):
                    edit(path, target, cell)
            except FileRefused as error:
                note(f"refused: {error.code}", path)
                continue
            except Exception as error:  # noqa: BLE001 - whatever a peer raises is a result here
                note(f"failed: {type(error).__name__}", path)
                continue
            counts["edited"] += 1
            said = compare(path, target, cell)
            for fact in ("reads back", "others identical", "well-formed", "markers kept"):
                counts[fact] += fact in said
                if fact not in said:
                    unusual[f"not {fact}"].append(str(path.relative_to(folder)))
    return counts, unusual


def loss_table(folder: Path, *, peers: bool) -> None:
    names = list(EDITORS) if peers else list(EDITORS)[:1]
    print(
        f"{'editor':26}{'files':>7}{'edited':>8}{'refused':>9}{'failed':>8}{'read back':>11}{'others same':>13}{'XML ok':>8}{'markers kept':>14}"
    )
    for name in names:
        counts, unusual = edit_all(folder, EDITORS[name])
        refused = sum(number for key, number in counts.items() if key.startswith(("refused", "no workbook")))
        failed = sum(number for key, number in counts.items() if key.startswith("failed"))
        print(
            f"{name:26}{counts['files']:7}{counts['edited']:8}{refused:9}{failed:8}{counts['reads back']:11}"
            f"{counts['others identical']:13}{counts['well-formed']:8}{counts['markers kept']:14}"
        )
        if name == names[0]:
            for outcome, files in sorted(unusual.items()):
                print(f"  {outcome}: {len(files)} ({', '.join(files[:3])}{' …' if len(files) > 3 else ''})")


def large_book(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": False})
    sheet = book.add_worksheet("Data")
    for row in range(rows):
        for column in range(COLUMNS):
            if column % 4:
                sheet.write_number(row, column, row * 1.25 + column)
            else:
                sheet.write_string(row, column, f"text {row % 5000} {column}")
    book.close()


def time_table(rows: int, *, peers: bool) -> None:
    """Processor seconds and peak memory of each editor, start-up included."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "large.xlsx"
        large_book(path, rows)
        edits = min(EDITS, rows)
        print(f"\n{edits:,} cells into {rows:,} x {COLUMNS} ({path.stat().st_size / 2**20:.1f} MB)")
        first = 0.0
        for name, work in list(LARGE.items())[: 2 if peers else 1]:
            script = LARGE_CELLS + work + LARGE_COST
            done = subprocess.run(
                [sys.executable, "-c", script, str(path), str(Path(scratch) / "out.xlsx"), str(rows), str(edits)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            seconds, memory = map(float, done.stdout.split())
            first = first or seconds
            print(f"  {name:20}{seconds:8.2f} s{memory:8.0f} MB   x {seconds / first:.1f}")


def kill_table(kills: int) -> None:
    """Kill a process that saves all the time; afterwards column B must hold one number, or what it held at first."""
    chance, destroyed, saved = random.Random(11), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "killed.xlsx"
        large_book(path, 500)
        original = second_column(path)
        for _round in range(kills):
            before = path.read_bytes()
            running = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
            if running.stdout is not None:
                running.stdout.readline()
            time.sleep(chance.random() * 0.5)
            running.kill()
            running.wait()
            saved += path.read_bytes() != before
            found = second_column(path)
            destroyed += not (found == original or len(found) == 1)
        left = sum(1 for one in Path(scratch).iterdir() if one.name.endswith(".part"))
    print(f"\nkilled while saving: {kills} times, after at least one save {saved} times")
    print(f"  workbooks destroyed: {destroyed}; unfinished files left beside them: {left}")


def second_column(path: Path) -> set[str | None]:
    """Values of column B; nothing for a file that is no whole workbook."""
    if not zipfile.is_zipfile(path):
        return set()
    root = parsed(parts(path).get("xl/worksheets/sheet1.xml", b""))
    return {
        node.findtext("{*}v") for _row, column, node in (cell_nodes(root) if root is not None else ()) if column == 2
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "workbooks")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--peers", action="store_true", help="openpyxl over the folder and the large sheet too")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    sys.unraisablehook = lambda _unraisable: None  # archives that a peer leaves open
    loss_table(options.folder, peers=options.peers)
    if options.rows:
        time_table(options.rows, peers=options.peers)
    if options.kills:
        kill_table(options.kills)


if __name__ == "__main__":
    main()
