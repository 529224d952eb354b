"""Results that formulas show: stale ones, missing ones, and circles that have none."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from workbench.doctor.book import Book
from workbench.doctor.notes import Notes
from workbench.doctor.references import areas_in
from workbench.doctor.scan import NUMBER, SheetScan
from workbench.places import a1
from workbench.sheets.formulas import NotWorkedOut, result_of

__all__ = ["check_circles", "check_results"]

MOST_FORMULAS = 20_000
"""Formulas worked out again in one workbook, evenly chosen where it has more."""
MOST_LOOKUPS = 2_000_000
MOST_STEPS = 3_000_000
"""Steps from formula to formula that are followed in search of circles."""
MOST_CIRCLES = 20
LONGEST_SHOWN = 8
CLOSE = Decimal("1e-9")

_Cell = tuple[int, int, int]  # number of the sheet, row, column


class _Budget:
    """Numbers looked up so far, over all formulas."""

    def __init__(self, most: int) -> None:
        self.left = most


def check_results(book: Book, notes: Notes, circular: set[tuple[str, int, int]]) -> int:
    """Work out plain arithmetic again; returns how many formulas were compared with what they show.

    ``circular``: cells (sheet's name, row, column) that have no result to compare.
    """
    total = sum(len(sheet.formulas) for sheet in book.sheets)
    every = max(1, -(-total // MOST_FORMULAS))
    budget, compared = _Budget(MOST_LOOKUPS), 0
    for sheet in book.sheets:
        stale: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        empty: list[tuple[int, int]] = []
        for number, ((row, column), formula) in enumerate(sheet.formulas.items()):
            found = sheet.cell(row, column)
            if found is None or found[0].kinds[found[1]] != NUMBER:
                continue
            if not found[0].values[found[1]]:
                empty.append((row, column))
                continue
            shown = found[0].number_at(found[1])
            if number % every or shown is None or budget.left <= 0 or (sheet.name, row, column) in circular:
                continue
            result = result_of(formula, lambda r, c, sheet=sheet: _number(sheet, r, c, budget))  # type: ignore[misc]
            if result is None:
                continue
            compared += 1
            if abs(result - shown) > max(abs(shown), Decimal(1)) * CLOSE:
                stale[column].append((row, f"{shown:f}", f"{Decimal(f'{result:.15g}'):f}"))
        _tell(sheet, stale, empty, notes)
    return compared


def _tell(
    sheet: SheetScan, stale: dict[int, list[tuple[int, str, str]]], empty: list[tuple[int, int]], notes: Notes
) -> None:
    for column, cells in stale.items():
        cells.sort()
        row, shown, result = cells[0]
        rows = [one for one, _shown, _result in cells]
        formula = f"={sheet.formulas[row, column]}"
        notes.cells("doctor.result-stale", sheet.name, column, rows, shown, [result], formula=formula)
    if empty:
        row, column = min(empty)
        place = f"{sheet.name}!{a1(row, column)}"
        notes.add("doctor.result-missing", place, f"={sheet.formulas[row, column]}", count=len(empty))


def _number(sheet: SheetScan, row: int, column: int, budget: _Budget) -> Decimal | None:
    """The number in a cell, None where it is empty; anything else a spreadsheet may read in its own way."""
    budget.left -= 1
    found = sheet.cell(row, column)
    if found is None:
        return None
    number = found[0].number_at(found[1])
    if number is None:
        raise NotWorkedOut
    return number


def check_circles(book: Book, notes: Notes) -> tuple[set[tuple[str, int, int]], bool]:
    """Formulas that read themselves, at once or through others.

    Returns the cells of the circles (sheet's name, row, column), and whether all formulas could be followed.
    """
    graph = _Graph(book)
    circular: set[tuple[str, int, int]] = set()
    for circle in graph.circles():
        circular |= {(book.sheets[sheet].name, row, column) for sheet, row, column in circle}
        names = [f"{book.sheets[sheet].name}!{a1(row, column)}" for sheet, row, column in circle[:LONGEST_SHOWN]]
        path = " → ".join([*names, "…" if len(circle) > LONGEST_SHOWN else names[0]])
        sheet, row, column = circle[0]
        notes.add("doctor.circle", names[0], f"={book.sheets[sheet].formulas[row, column]}", path=path)
    return circular, graph.steps_left > 0


class _Graph:
    """Formula cells, and which of them each one reads."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.steps_left = MOST_STEPS
        self._number = {sheet.name: number for number, sheet in enumerate(book.sheets)}
        self._columns: list[dict[int, list[int]]] = []
        for sheet in book.sheets:
            rows: dict[int, list[int]] = defaultdict(list)
            for row, column in sheet.formulas:
                rows[column].append(row)
            self._columns.append({column: sorted(found) for column, found in rows.items()})

    def circles(self) -> Iterator[list[_Cell]]:
        """Circles, one per formula that closes one, as far as steps are left."""
        done: set[_Cell] = set()
        told = 0
        for number, sheet in enumerate(self._book.sheets):
            for row, column in sheet.formulas:
                start = (number, row, column)
                if start not in done:
                    for circle in self._from(start, done):
                        yield circle
                        told += 1
                        if told >= MOST_CIRCLES:
                            self.steps_left = 0
                            return
                if self.steps_left <= 0:
                    return

    def _from(self, start: _Cell, done: set[_Cell]) -> Iterator[list[_Cell]]:
        """Walk what a cell reads, depth first, without recursion."""
        path: list[_Cell] = [start]
        on_path = {start: 0}
        waiting = [self._reads(start)]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                finished = path.pop()
                del on_path[finished]
                done.add(finished)
            elif following in on_path:
                yield path[on_path[following] :]
            elif following not in done and self.steps_left > 0:
                on_path[following] = len(path)
                path.append(following)
                waiting.append(self._reads(following))

    def _reads(self, cell: _Cell) -> Iterator[_Cell]:
        number, row, column = cell
        sheet = self._book.sheets[number]
        for area in areas_in(self._book, sheet, sheet.formulas[row, column]):
            target = self._number[area.sheet.name]
            columns = self._columns[target]
            for at in (
                columns if area.box.right - area.box.left > len(columns) else range(area.box.left, area.box.right + 1)
            ):
                rows = columns.get(at) if area.box.left <= at <= area.box.right else None
                for index in range(bisect_left(rows, area.box.top), len(rows)) if rows else ():
                    self.steps_left -= 1
                    if rows is None or rows[index] > area.box.bottom or self.steps_left <= 0:
                        break
                    yield target, rows[index], at
