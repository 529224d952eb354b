"""What the columns of a table say about each other: products and sums of others, codes given out one after another.

Used where headings do not tell. A relation holds in nearly all rows, or it is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise

from workbench.dates import read_date
from workbench.money import parse
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.profiles import Profile
from workbench.sheets.words import plain

__all__ = ["Relations", "number_in", "relations_of"]

Rows = Mapping[int, Mapping[int, Cell]]
"""Cells by row and column."""

_LEAST_ROWS = 5
_NEARLY_ALL = 0.95
_MOST_NUMBERS = 8
"""More columns of numbers than this are not compared with each other."""
_ENDS_IN_DIGITS = re.compile(r"(\D*)(\d[\d\s./-]*\d|\d)\D?")


@dataclass(frozen=True, slots=True)
class Relations:
    """Columns by what the others say about them.

    ``amounts`` are products of a quantity and a price, or sums of two parts; ``parts`` what they are made of;
    ``equivalents`` products of an amount and a rate, ``rates`` those rates, ``converted`` those amounts. ``serials`` are
    unique codes that rise with the days or from row to row, as a firm gives them to its own papers; ``counters`` number
    the rows. ``repeated`` are codes of which some stand in several rows. ``earliest`` is the column of days before which no
    other day of its row is, ``later`` the others.
    """

    amounts: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    equivalents: frozenset[int] = frozenset()
    rates: frozenset[int] = frozenset()
    converted: frozenset[int] = frozenset()
    serials: frozenset[int] = frozenset()
    counters: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    earliest: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()


def relations_of(by_row: Rows, profiles: Mapping[int, Profile]) -> Relations:
    """What holds between the columns of some rows; nothing where there are fewer than five."""
    if len(by_row) < _LEAST_ROWS:
        return Relations()
    rows = [by_row[row] for row in sorted(by_row)]
    counters = frozenset(at for at in profiles if _counts_rows(rows, at))
    numbers = {
        at: _numbers(rows, at)
        for at, held in profiles.items()
        if at not in counters and held.date < 0.5 and max(held.amount, held.percent) >= 0.9
    }
    found: dict[str, set[int]] = {
        "amounts": set(),
        "parts": set(),
        "equivalents": set(),
        "rates": set(),
        "converted": set(),
    }
    if 3 <= len(numbers) <= _MOST_NUMBERS:
        for one, other in combinations(numbers, 2):
            _compare(one, other, numbers, found)
    codes = [
        at for at, held in profiles.items()
        if at not in counters and held.code >= 0.9 and held.date < 0.5 and held.money < 0.5 and held.filled >= _LEAST_ROWS
    ]  # fmt: skip
    days = _days(rows, profiles)
    serials = frozenset(at for at in codes if profiles[at].distinct == 1.0 and _rises(rows, at, days))
    repeated = frozenset(
        at
        for at in codes
        if profiles[at].mixed >= 0.5 and profiles[at].distinct < _NEARLY_ALL and profiles[at].distinct > 0.2
    )
    earliest, later = _in_order(rows, [at for at, held in profiles.items() if held.date >= 0.9])
    return Relations(
        frozenset(found["amounts"] - found["parts"]), frozenset(found["parts"]), frozenset(found["equivalents"]),
        frozenset(found["rates"]), frozenset(found["converted"]), serials, counters, repeated,
        earliest, later,
    )  # fmt: skip


def _numbers(rows: Sequence[Mapping[int, Cell]], at: int) -> list[Decimal | None]:
    return [number_in(cells.get(at)) for cells in rows]


def number_in(cell: Cell | None) -> Decimal | None:
    """The number that a cell holds or that is typed in it; None where there is none, or more than one reading."""
    if cell is None:
        return None
    return cell.number if cell.number is not None else parse(plain(cell.text)).amount


def _compare(one: int, other: int, numbers: Mapping[int, list[Decimal | None]], found: dict[str, set[int]]) -> None:
    """Note the column that is these two multiplied or added up, if one is."""
    for third, results in numbers.items():
        if third in (one, other):
            continue
        triples = [
            (a, b, c)
            for a, b, c in zip(numbers[one], numbers[other], results, strict=True)
            if a is not None and b is not None and c is not None and a and b
        ]
        if len(triples) < _LEAST_ROWS:
            continue
        if _holds([abs(a * b - c) <= _rounding(a, b) for a, b, c in triples]):
            _note_product(one, other, third, triples, found)
        elif _holds([a + b == c for a, b, c in triples]) and not _constant([b / a for a, b, _c in triples]):
            found["amounts"].add(third)
            found["parts"].update((one, other))


def _rounding(one: Decimal, other: Decimal) -> Decimal:
    return Decimal("0.011") + abs(one * other) * Decimal("1e-6")


def _holds(checks: Sequence[bool]) -> bool:
    return sum(checks) >= _NEARLY_ALL * len(checks)


def _constant(ratios: Sequence[Decimal]) -> bool:
    """A tax is the same share in nearly every row; parts that people agree on are not."""
    return len({int(ratio * 1000) for ratio in ratios}) <= 2


def _note_product(
    one: int, other: int, third: int, triples: Sequence[tuple[Decimal, Decimal, Decimal]], found: dict[str, set[int]]
) -> None:
    """Quantity times price is an amount; amount times rate its equivalent. What could be either is left open."""
    whole = [_all_whole([t[side] for t in triples]) for side in (0, 1)]
    finer = [any(_decimals(t[side]) > 2 for t in triples) for side in (0, 1)]
    if whole[0] != whole[1] and not any(finer):
        found["amounts"].add(third)
        found["parts"].update((one, other))
    elif finer[0] != finer[1]:
        rate, amount = (one, other) if finer[0] else (other, one)
        found["rates"].add(rate)
        found["converted"].add(amount)
        found["equivalents"].add(third)


def _all_whole(values: Sequence[Decimal]) -> bool:
    return all(value == value.to_integral_value() for value in values)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _counts_rows(rows: Sequence[Mapping[int, Cell]], at: int) -> bool:
    """Whether a column numbers the rows, one by one."""
    numbers = [cell.number if cell is not None else None for cell in (cells.get(at) for cells in rows)]
    filled = [number for number in numbers if number is not None]
    if len(filled) < _NEARLY_ALL * len(rows) or filled[0] not in (0, 1):
        return False
    return all(later - earlier == 1 for earlier, later in pairwise(filled))


def _days(rows: Sequence[Mapping[int, Cell]], profiles: Mapping[int, Profile]) -> list[int | None]:
    """The day of each row by the first column of dates that all can be read; None for each where there is none."""
    for at, held in profiles.items():
        if held.date >= 0.9 and held.filled >= _NEARLY_ALL * len(rows):
            return [_day(cells.get(at)) for cells in rows]
    return [None] * len(rows)


def _in_order(rows: Sequence[Mapping[int, Cell]], dated: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    """The column of days that comes first in every row, and the others; nothing where none does."""
    if len(dated) < 2:
        return frozenset(), frozenset()
    days = {at: [_day(cells.get(at)) for cells in rows] for at in dated}
    for at in dated:
        others = [other for other in dated if other != at]
        if all(_comes_before(days[at], days[other]) for other in others):
            return frozenset({at}), frozenset(others)
    return frozenset(), frozenset()


def _comes_before(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    steps = [b - a for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    return len(steps) >= _LEAST_ROWS and min(steps) >= 0 and _holds([step > 0 for step in steps])


def _day(cell: Cell | None) -> int | None:
    if cell is None:
        return None
    if cell.number is not None:
        return int(cell.number)
    read = read_date(plain(cell.text)[:10] if cell.kind is CellKind.DATE else plain(cell.text))
    return read.date.toordinal() if read.date is not None and not read.ambiguous else None


def _rises(rows: Sequence[Mapping[int, Cell]], at: int, days: Sequence[int | None]) -> bool:
    """Whether codes of one make rise (or fall) from row to row, or with the days."""
    told = []
    for cells, day in zip(rows, days, strict=True):
        cell = cells.get(at)
        found = _ENDS_IN_DIGITS.fullmatch(plain(cell.text)) if cell is not None else None
        if found:
            told.append((found.group(1), int(re.sub(r"\D", "", found.group(2))), day))
    if len(told) < _NEARLY_ALL * len(rows) or len({before for before, _number, _day in told}) > 1:
        return False
    by_row = [number for _before, number, _day in told]
    dated = sorted((day, number) for _before, number, day in told if day is not None)
    by_day = [number for _day, number in dated] if len(dated) == len(told) else []
    return any(_one_way(numbers) for numbers in (by_row, by_row[::-1], by_day) if numbers)


def _one_way(numbers: Sequence[int]) -> bool:
    return sum(later > earlier for earlier, later in pairwise(numbers)) >= _NEARLY_ALL * (len(numbers) - 1)
