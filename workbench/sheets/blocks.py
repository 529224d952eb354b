"""The same labels below each other again and again, with the values beside them; no word of them has to be known.

Either one column for each record, broken into blocks because the page ends (``wide_blocks``), or cards with one record each
(``card_blocks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from workbench.sheets.arrangements import texts_outside
from workbench.sheets.model import Cell, CellKind, Sheet
from workbench.sheets.profiles import is_day
from workbench.sheets.rearranged import Rearranged, around
from workbench.sheets.rows import Column, Role, Table, may_be_heading
from workbench.sheets.words import plain, row_word, squeezed

__all__ = ["card_blocks", "wide_blocks"]

_MOST_CELLS = 40_000
_LEAST_LABELS = 3
_LEAST_BLOCKS = 2
_LEAST_CARDS = 4
_OF_ONE_KIND = 0.85
_FILLED = 0.5
"""Share of a record's labels that have a value."""


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Where blocks of the same labels begin: their first rows, the columns of labels, how many labels each has."""

    sheet: Sheet
    starts: tuple[int, ...]
    columns: tuple[int, ...]
    labels: tuple[str, ...]

    def records(self) -> list[tuple[int, int]]:
        """First row and column of the values of each record, from top to bottom and left to right."""
        found = []
        for start in self.starts:
            rows = range(start, start + len(self.labels))
            used = {at for row in rows for at in self.sheet.columns_of(row)}
            for at, after in pairwise((*self.columns, max(used) + 1)):
                found += [(start, column) for column in range(at + 1, after) if column in used]
        return found

    def value(self, start: int, number: int, column: int) -> Cell | None:
        """The value of a label, by its number in the block; None where it is empty."""
        cell = self.sheet.cell(start + number, column)
        return cell if cell is not None and plain(cell.text) else None


def wide_blocks(sheet: Sheet) -> list[Table]:
    """One column for each record, in blocks below each other that each begin with the labels."""
    blocks = _find(sheet)
    if blocks is None or len(blocks.columns) > 1:
        return []
    records, totals = _without_totals(blocks, blocks.records())
    wide = sum(records.count((start, blocks.columns[0] + 2)) for start in blocks.starts)
    if wide < len(blocks.starts) - 1 or not _is_proven(blocks, records):
        return []
    table = _as_table(blocks, records)
    table.other_cells = dict.fromkeys(totals, Role.TOTAL)
    return [table]


def _without_totals(
    blocks: _Blocks, records: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The records without columns of a word and sums of the values to their left, and the places of those."""
    kept: list[tuple[int, int]] = []
    totals: list[tuple[int, int]] = []
    for start, column in records:
        cells = [
            (at, cell) for at in range(len(blocks.labels)) if (cell := blocks.value(start, at, column)) is not None
        ]
        figures = [(at, cell.number) for at, cell in cells if cell.number is not None]
        sums = {at: sum((_figure(blocks.value(*_of(one, at))) for one in kept), Decimal(0)) for at, _number in figures}
        named = any(cell.kind is CellKind.TEXT and row_word(cell.text) in ("total", "subtotal") for _at, cell in cells)
        if figures and len(cells) < _FILLED * len(blocks.labels) and (named or all(sums[at] == n for at, n in figures)):
            totals += [(cell.row, cell.column) for _at, cell in cells]
        else:
            kept.append((start, column))
    return kept, totals


def _of(record: tuple[int, int], number: int) -> tuple[int, int, int]:
    start, column = record
    return start, number, column


def _figure(cell: Cell | None) -> Decimal:
    return (cell.number if cell is not None else None) or Decimal(0)


def card_blocks(sheet: Sheet) -> list[Table]:
    """Cards below (and beside) each other, each with the same labels and one value beside each of them."""
    blocks = _find(sheet)
    if blocks is None:
        return []
    records = blocks.records()
    if len(records) < _LEAST_CARDS or any(column - 1 not in blocks.columns for _start, column in records):
        return []
    return [_as_table(blocks, records)] if _is_proven(blocks, records) else []


def _find(sheet: Sheet) -> _Blocks | None:
    if not 12 <= len(sheet) <= _MOST_CELLS:
        return None
    by_column: dict[int, dict[int, str]] = {}
    for row in sheet.rows:
        for cell in sheet.row(row):
            if may_be_heading(cell):
                by_column.setdefault(cell.column, {})[row] = squeezed(cell.text.rstrip(":： "))
    for at in sorted(by_column)[:3]:
        found = _repeated(by_column[at])
        if found is None:
            continue
        starts, labels = found
        while labels and not any(sheet.cell(start, at + 1) for start in starts):
            starts, labels = tuple(start + 1 for start in starts), labels[1:]  # a title of each page
        if len(labels) < _LEAST_LABELS:
            continue
        columns = [
            other for other, texts in sorted(by_column.items()) if any(_says(texts, start, labels) for start in starts)
        ]
        texts = [sheet.cell(starts[0] + number, at) for number in range(len(labels))]
        written = tuple(plain(cell.text).rstrip(":： ") for cell in texts if cell is not None)
        return _Blocks(sheet, starts, tuple(columns), written)
    return None


def _repeated(texts: dict[int, str]) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    """First rows and labels of the longest run of different texts that comes again and again in a column."""
    rows: dict[str, list[int]] = {}
    for row, text in texts.items():
        rows.setdefault(text, []).append(row)
    best: tuple[tuple[int, ...], tuple[str, ...]] | None = None
    for starts in rows.values():
        if len(starts) < _LEAST_BLOCKS:
            continue
        labels: list[str] = []
        while True:
            said = {texts.get(start + len(labels), "") for start in starts}
            word = said.pop()
            if said or not word or word in labels:
                break
            labels.append(word)
        if len(labels) >= _LEAST_LABELS and (best is None or len(labels) > len(best[1])):
            best = tuple(starts), tuple(labels)
    if best is None or any(len(rows[label]) > len(best[0]) for label in best[1]):
        return None  # a label that stands alone, too, begins something else
    return best


def _says(texts: dict[int, str], start: int, labels: Sequence[str]) -> bool:
    return all(texts.get(start + number) == label for number, label in enumerate(labels))


def _is_proven(blocks: _Blocks, records: Sequence[tuple[int, int]]) -> bool:
    """Whether each label has values of one kind, not all labels of the same, and each record has most of them."""
    kinds = []
    for number in range(len(blocks.labels)):
        values = [cell for start, column in records if (cell := blocks.value(start, number, column)) is not None]
        held = [_kind(cell) for cell in values]
        if not held:
            continue
        usual = max(set(held), key=held.count)
        if held.count(usual) < _OF_ONE_KIND * len(held):
            return False
        kinds.append(usual)
    filled = [
        sum(blocks.value(start, number, column) is not None for number in range(len(blocks.labels)))
        for start, column in records
    ]
    return len(set(kinds)) > 1 and bool(filled) and min(filled) >= _FILLED * len(blocks.labels)


def _kind(cell: Cell) -> str:
    if is_day(cell):
        return "date"
    return "figure" if cell.kind is CellKind.NUMBER or any(map(str.isdigit, cell.text)) else "text"


def _as_table(blocks: _Blocks, records: Sequence[tuple[int, int]]) -> Table:
    """One row per record under the labels."""
    placed = {
        (line, number + 1): cell
        for line, (start, column) in enumerate(records, 1)
        for number in range(len(blocks.labels))
        if (cell := blocks.value(start, number, column)) is not None
    }
    heads = [
        (start + number, column)
        for start in blocks.starts
        for column in blocks.columns
        for number in range(len(blocks.labels))
        if blocks.sheet.cell(start + number, column) is not None
    ]
    view = Rearranged(blocks.sheet, placed)
    area = around([*heads, *(view.origin(*place) for place in placed)])
    texts = texts_outside(blocks.sheet, area)
    columns = tuple(Column(at, (label,)) for at, label in enumerate(blocks.labels, 1))
    return Table(
        view, (), columns, dict.fromkeys(view.rows, Role.RECORD), titles=texts, notes=texts, orientation="cards",
        area=area, head_cells=tuple(heads),
    )  # fmt: skip
