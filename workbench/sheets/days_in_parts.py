"""Days whose parts stand apart: a line ``March 2025`` over rows with a day each, or year, month and day in three columns.

They are put together only where the whole table proves it: every day exists, and the days never go back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, permutations

from workbench.dates import BUDDHIST_ERA, existing_day
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.months import Month, month_of
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.rows import Role, Table
from workbench.sheets.words import plain

__all__ = ["with_days_joined"]

_LEAST_RECORDS = 3
_LEAST_LINES = 2
_MOST_ROWS = 20_000
"""Records; lists longer than this are not kept by hand in this way."""

_Days = dict[tuple[int, int], Cell]


def with_days_joined(table: Table) -> Table:
    """The table, knowing the whole day of each record where its parts stand apart."""
    records = table.records
    if table.orientation != "rows" or not _LEAST_RECORDS <= len(records) <= _MOST_ROWS:
        return table
    found = _under_month_lines(table, records) or _in_three_columns(table, records)
    if found is not None:
        table.days, table.day_parts = found
    return table


# ---- a month over its days -------------------------------------------------------------------------------------------


def _under_month_lines(table: Table, records: Sequence[int]) -> tuple[_Days, frozenset[int]] | None:
    months = dict(_month_lines(table))
    over: dict[int, Month] = {}
    current: Month | None = None
    for row, role in table.rows.items():
        current = months.get(row, current)
        if role is Role.RECORD and row not in months and current is not None:
            over[row] = current
    rows = [row for row in records if row not in months]
    if len(months) < _LEAST_LINES or not rows or set(rows) - over.keys():
        return None
    found: list[_Days] = []
    for column in table.columns:
        numbers = _whole_numbers(table, rows, column.at)
        days = [
            existing_day(over[row].year, over[row].month, number) for row, number in zip(rows, numbers, strict=True)
        ]
        if _all_rise(days) and not _counts(rows, numbers, over):
            found.append(_cells(rows, column.at, days))
    if len(found) != 1:
        return None
    table.rows.update(dict.fromkeys(months, Role.NOTE))
    return found[0], frozenset()


def _month_lines(table: Table) -> Iterator[tuple[int, Month]]:
    """Rows of a single cell that names a month and its year."""
    for row in table.rows:
        cells = table.cells(row)
        month = month_of(cells[0], epoch_1904=table.sheet.epoch_1904) if len(cells) == 1 else None
        if month is not None and month.year:
            yield row, month


def _counts(rows: Sequence[int], numbers: Sequence[int], over: Mapping[int, Month]) -> bool:
    """Whether the numbers count the rows of each month, or all rows, and so are no days."""
    by_month: dict[Month, list[int]] = {}
    for row, number in zip(rows, numbers, strict=True):
        by_month.setdefault(over[row], []).append(number)
    return all(
        numbers[0] == 1 and all(later - earlier == 1 for earlier, later in pairwise(numbers))
        for numbers in by_month.values()
    )


# ---- year, month and day beside each other ---------------------------------------------------------------------------


def _in_three_columns(table: Table, records: Sequence[int]) -> tuple[_Days, frozenset[int]] | None:
    """Three columns side by side of which one has years, one months, one days, each maybe only where it changes."""
    found: list[tuple[_Days, frozenset[int]]] = []
    places = [column.at for column in table.columns]
    for at in places:
        beside = (at, at + 1, at + 2)
        if set(beside) <= set(places):
            for year, month, day in permutations(beside):
                days = _put_together(table, records, year, month, day)
                if days is not None:
                    found.append((_cells(records, day, days), frozenset({year, month})))
    return found[0] if len(found) == 1 else None


def _put_together(table: Table, records: Sequence[int], year: int, month: int, day: int) -> list[date | None] | None:
    """The days, or None where these columns are no years, months and days."""
    sheet = table.sheet
    first = sheet.cell(records[0], year)
    if first is None or _year(first) is None:
        return None
    days: list[date | None] = []
    now: tuple[int, int, int] | None = None
    gaps = [0, 0, 0]
    again = [0, 0, 0]
    for row in records:
        cells = [sheet.cell(row, at) for at in (year, month, day)]
        read = [_year(cells[0]), _month(cells[1]), _whole(cells[2])]
        if any(cell is not None and plain(cell.text) and part is None for cell, part in zip(cells, read, strict=True)):
            return None
        for index, part in enumerate(read):
            gaps[index] += part is None
            again[index] += part is not None and now is not None and part == now[index]
        if now is None and None in read:
            return None
        before = now or (0, 0, 0)
        now = (read[0] or before[0], read[1] or before[1], read[2] or before[2])
        days.append(existing_day(*now))
    if gaps[2] or (gaps[1] and again[1]) or (gaps[0] and again[0]):
        return None  # a blank is only "as above" where nothing that stands above is said again; a day is always said
    return days if _all_rise(days) and len(set(days)) > 1 else None


def _year(cell: Cell | None) -> int | None:
    found = re.search(r"(?<!\d)\d{4}(?!\d)", plain(cell.text)) if cell is not None and _is_short(cell) else None
    year = int(found.group()) if found else 0
    if year - BUDDHIST_ERA in range(1990, 2100):
        return year - BUDDHIST_ERA
    return year if year in range(1990, 2100) else None


def _month(cell: Cell | None) -> int | None:
    number = _whole(cell)
    if number is not None:
        return number if 1 <= number <= 12 else None
    named = month_of(cell) if cell is not None and cell.kind is CellKind.TEXT else None
    return named.month if named is not None and not named.year else None


def _is_short(cell: Cell) -> bool:
    return len(cell.text) <= 12 and not meaning_of(cell.number_format).is_date


# ---- parts of both ---------------------------------------------------------------------------------------------------


def _whole(cell: Cell | None) -> int | None:
    """A whole number of two figures, with at most a word of one sign behind it (``3日``, ``3.``)."""
    if cell is None or meaning_of(cell.number_format).is_date:
        return None
    if cell.kind is CellKind.NUMBER:
        number = cell.number
        return int(number) if number is not None and number == int(number) and 0 < number < 100 else None
    found = (
        re.fullmatch(r"(\d{1,2})\s?(?:[日号號일月월]|\.)?", plain(cell.text)) if cell.kind is CellKind.TEXT else None
    )
    return int(found.group(1)) if found else None


def _whole_numbers(table: Table, rows: Sequence[int], at: int) -> list[int]:
    """The whole numbers of a column, 0 where there is none."""
    return [_whole(table.sheet.cell(row, at)) or 0 for row in rows]


def _all_rise(days: Sequence[date | None]) -> bool:
    """Whether all are days and they never go back, or never go forward."""
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return False
    return all(earlier <= later for earlier, later in pairwise(known)) or all(
        earlier >= later for earlier, later in pairwise(known)
    )


def _cells(rows: Sequence[int], at: int, days: Sequence[date | None]) -> _Days:
    """A cell with the whole day in the place of each cell with the day of the month."""
    return {
        (row, at): Cell(row, at, CellKind.DATE, day.isoformat())
        for row, day in zip(rows, days, strict=True)
        if day is not None
    }
