"""Collecting what is wrong, as plain values that leave the examining process; many cells of a column make one note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from workbench.places import column_letters

__all__ = ["Note", "Notes", "runs"]

MOST_OF_A_CODE = 200
"""Notes of one code; what is beyond is counted."""
MOST_RANGES = 6
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Note:
    """A finding before its words. ``place`` is ``Sheet!B7``, ``Sheet!B7:B90``, a sheet, or nothing for the whole book."""

    code: str
    place: str
    value: str = ""
    candidates: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)

    def as_list(self) -> list[Any]:
        """The note as JSON takes it."""
        return [self.code, self.place, self.value, list(self.candidates), self.details]


class Notes:
    """The notes of one workbook."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.beyond: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._told: set[tuple[str, str, str]] = set()

    def add(
        self, code: str, place: str = "", value: str = "", candidates: Sequence[str] = (), **details: str | int
    ) -> None:
        """Add one note, once; details are the names that its words use."""
        if (code, place, value) in self._told:
            return
        self._told.add((code, place, value))
        self._counts[code] += 1
        if self._counts[code] > MOST_OF_A_CODE:
            self.beyond[code] += 1
            return
        told = {name: f"{word:,}" if isinstance(word, int) else _cut(word) for name, word in details.items()}
        self.notes.append(Note(code, place, _cut(value), tuple(_cut(one) for one in candidates), told))

    def cells(
        self,
        code: str,
        sheet: str,
        column: int,
        rows: Sequence[int],
        value: str = "",
        candidates: Sequence[str] = (),
        **details: str | int,
    ) -> None:
        """One note for some cells of a column: its place is their first range, ``count`` and ``ranges`` tell of all."""
        ranges = list(islice(runs(rows, column), MOST_RANGES + 1))
        listed = ", ".join(ranges[:MOST_RANGES]) + (" …" if len(ranges) > MOST_RANGES else "")
        self.add(code, f"{sheet}!{ranges[0]}", value, candidates, count=len(rows), ranges=listed, **details)


def runs(rows: Sequence[int], column: int) -> Iterator[str]:
    """Cells of a column, rows ascending, in as few ranges as they make: ``B2:B5``."""
    letters = column_letters(column)
    first = last = 0
    for row in [*rows, 0]:
        if first and row == last + 1:
            last = row
            continue
        if first:
            yield f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
        first = last = row


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"
