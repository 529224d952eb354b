"""Processes that push and pull closed workbooks while tests kill them, or let them compete (see ``tests.register.writer``).

What a job types goes straight into the file, as a spreadsheet program would save it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from tests.register.writer import serve, tell
from workbench.rates import RateBook
from workbench.register import Register
from workbench.sheets import read
from workbench.splicing import CellWrite, WorkbookEditor
from workbench.sync import BookEdits, SyncReport, pull, push
from workbench.sync.closed import ClosedFile

POINTS = (
    "before the keys",
    "in the keys",
    "after the keys",
    "at the commit",
    "after the commit",
    "in the end",
    "at the end",
)
"""Where a push can be made to die."""
PO = "Customer's PO"


def stages(stage: str, done: int, _total: int) -> None:
    if not done:
        tell("stage", stage.replace(" ", "_"))


def syncing(location: str, *, file: str) -> None:
    """Push, then pull; tells each stage as it begins, and what it has done."""
    with Register.open(location) as register:
        told = push(register, ClosedFile(file), author="li.na", book=RateBook.embedded(), progress=stages)
        tell("pushed", told.changeset or 0, len(told.refused))
        told = pull(register, ClosedFile(file), author="li.na", progress=stages)
        tell("pulled", told.refreshed)


def die(*_ignored: object) -> NoReturn:
    os._exit(9)


class MortalFile(ClosedFile):
    """Dies at a point of a push that has new rows: their keys are its first writing, everything else the second."""

    def __init__(self, path: str, point: str) -> None:
        super().__init__(path)
        self._point, self._writes = point, 0

    def write(self, edits: BookEdits) -> str:
        self._writes += 1
        now = ("before the keys", "in the keys", "after the keys") if self._writes == 1 else (
            "after the commit", "in the end", "at the end")  # fmt: skip
        before, inside, after = (one == self._point for one in now)
        if before:
            die()
        if inside:
            setattr(Path, "replace", die)  # noqa: B010 - the very last step, when all is written beside the file
        backup = super().write(edits)
        if after:
            die()
        return backup


def dying(location: str, *, file: str, point: str) -> None:
    """Push, and die at the point."""
    with Register.open(location) as register:
        if point == "at the commit":
            sa.event.listen(register.engine, "commit", die)
        push(register, MortalFile(file, point), author="li.na", book=RateBook.embedded())
    raise AssertionError(f"outlived {point}")


def typed(file: str, sheet: str, cells: Mapping[str, Mapping[str, Any]], *, key: str = "Id") -> None:
    """Type values by the row's key and the heading."""
    book = read(file)
    rows: dict[int, dict[int, str]] = {}
    for cell in next(one for one in book.sheets if one.name == sheet).cells():
        rows.setdefault(cell.row, {})[cell.column] = cell.text
    head = next(number for number, row in rows.items() if {key, "Sync"} <= set(row.values()))
    columns = {heading: column for column, heading in rows[head].items()}
    numbers = {row.get(columns[key], ""): number for number, row in rows.items() if number > head}
    last = max(rows)
    edits: dict[tuple[int, int], CellWrite] = {}
    for row_id, values in cells.items():
        if row_id not in numbers:
            last += 1
            numbers[row_id] = last
        edits |= {(numbers[row_id], columns[heading]): CellWrite(value) for heading, value in values.items()}
    editor = WorkbookEditor.open(file)
    editor.set_cells(sheet, edits)
    editor.save(keep=0)


def working(location: str, *, file: str, name: str, seed: int, rounds: int, orders: list[str]) -> None:
    """Edit orders and add some in a workbook of one's own, pushing and pulling in between; tells every edit and its end."""
    draw = random.Random(seed)
    open_edits: dict[tuple[str, str], str] = {}
    with Register.open(location) as register:
        for number in range(rounds):
            cells: dict[str, dict[str, Any]] = {}
            for _edit in range(draw.randint(1, 4)):
                row, heading = draw.choice(orders), draw.choice(("Note", PO))
                if (row, heading) not in open_edits:
                    cells.setdefault(row, {})[heading] = open_edits[row, heading] = f"{name}-{number}-{draw.random()}"
            typed(file, "Orders", cells)
            if draw.random() < 0.4:
                new = {"Order no.": f"{name}-{number}", "Customer": "Customer 1 Ltd", "Order date": date(2026, 2, 2),
                       "Currency": "USD", "Amount": Decimal(number + 1)}  # fmt: skip
                typed(file, "Orders", {f"{name}-{number}": new}, key="Order no.")
                tell("added", f"{name}-{number}")
            if draw.random() < 0.3:
                pull(register, ClosedFile(file), author=name)
            told = push(register, ClosedFile(file), author=name, book=RateBook.embedded())
            settle(told, open_edits)


def settle(told: SyncReport, open_edits: dict[tuple[str, str], str]) -> None:
    """Tell what became of every edit: pushed, in conflict (it stays in the sheet), or refused."""
    assert not told.refused, told.refused
    assert told.unwritten is None
    fields = {"note": "Note", "customer_po": PO}
    conflicts = {(one.row, fields[one.field]): one for one in told.conflicts}
    for (row, heading), value in list(open_edits.items()):
        if (row, heading) in conflicts:
            assert conflicts[row, heading].mine == value
            tell("conflict", row, heading, value)
        else:
            del open_edits[row, heading]
            tell("stored", row, heading, value)


JOBS: dict[str, Callable[..., None]] = {"syncing": syncing, "dying": dying, "working": working}

if __name__ == "__main__":
    serve(JOBS)
