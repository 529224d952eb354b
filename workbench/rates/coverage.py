"""What a book covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from workbench.money import CURRENCIES
from workbench.rates.constants import PEGS
from workbench.rates.series import Series

__all__ = ["Coverage", "coverage_of"]


class Coverage(NamedTuple):
    """That a source has a kind of rate of a currency from ``first`` to ``last``, on so many days.

    Nobody has it: ``source`` and ``kind`` are empty, the days None, ``observations`` 0. A peg reaches as far as the
    rates of its anchor.
    """

    currency: str
    source: str
    kind: str
    first: date | None
    last: date | None
    observations: int


def coverage_of(series: Iterable[Series], sources: Sequence[str]) -> list[Coverage]:
    """One row or more for each currency in circulation, by code and then in the order of ``sources``."""
    found: dict[tuple[str, str, str], tuple[int, int, int]] = {}
    for one in series:
        first, last, count = one.span
        if not count:
            continue
        for code in (one.key.base, one.key.quote):
            place = (code, one.key.source, one.key.kind)
            before = found.get(place, (first, last, count))
            found[place] = (min(before[0], first), max(before[1], last), max(before[2], count))
    order = {name: number for number, name in enumerate(sources)}
    rows = [
        Coverage(code, source, kind, date.fromordinal(first), date.fromordinal(last), count)
        for (code, source, kind), (first, last, count) in found.items()
        if code in CURRENCIES
    ]
    covered = {row.currency for row in rows}
    newest = {row.currency: row.last for row in rows}
    for code, peg in PEGS.items():
        if code not in covered:
            rows.append(Coverage(code, peg.authority, "peg", peg.since, newest.get(peg.base), 1))
            covered.add(code)
    rows.extend(Coverage(code, "", "", None, None, 0) for code in CURRENCIES if code not in covered)
    return sorted(rows, key=lambda row: (row.currency, order.get(row.source, len(order)), row.source, row.kind))
