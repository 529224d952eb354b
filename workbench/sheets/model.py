"""What a workbook of somebody else looks like to us: sheets of cells, each with its evidence and its place.

Cells are kept in columns of plain values and made into ``Cell`` objects when asked for, so that a sheet of two million
cells stays affordable.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import compress, pairwise
from typing import NamedTuple

from workbench.places import Box, a1, column_letters, column_number
from workbench.sheets.wire import Columns

__all__ = ["Box", "Cell", "CellKind", "Difference", "Sheet", "Workbook", "a1", "column_letters", "column_number"]


class CellKind(Enum):
    """What the file says a cell holds; an empty cell has no ``Cell``."""

    NUMBER = "n"
    TEXT = "s"
    BOOLEAN = "b"
    ERROR = "e"
    DATE = "d"  # an ISO date written as such (ODF, strict OOXML); most dates are numbers with a date format


_KINDS = {kind.value: kind for kind in CellKind}


class Cell(NamedTuple):
    """One non-empty cell as the file holds it.

    ``text`` is the stored value in the file's own characters (a number's digits, untrimmed text, an error code).
    ``number_format`` is the format code, ``formula`` the formula without ``=`` (its cached result is ``text``).
    """

    row: int
    column: int
    kind: CellKind
    text: str
    number_format: str = "General"
    formula: str = ""

    @property
    def number(self) -> Decimal | None:
        """A number as the decimal that a spreadsheet shows (15 significant digits); None for anything else."""
        if self.kind is not CellKind.NUMBER:
            return None
        return Decimal(f"{float(self.text):.15g}")


@dataclass(slots=True)
class _Packed:
    """Cells in row-major order: per row its number and where it begins, per cell the rest, texts by number."""

    cells: Columns
    texts: Sequence[str]
    formulas: Mapping[int, str]


class Alike(NamedTuple):
    """Rows whose cells stand in the same columns and are of the same kinds and formats.

    ``begins`` is where each row's cells begin; ``columns``, ``kinds`` and ``formats`` are those of the cells of any row.
    """

    rows: Sequence[int]
    begins: Sequence[int]
    columns: Sequence[int]
    kinds: str
    formats: Sequence[int]

    def only(self, chosen: Iterable[object]) -> Alike:
        """Those of the rows that are chosen by a true value."""
        keep = list(chosen)
        return self._replace(rows=list(compress(self.rows, keep)), begins=list(compress(self.begins, keep)))


class Sheet:
    """One sheet: its cells and what is known about its rows, columns and merged ranges."""

    def __init__(self, book: str, name: str, packed: _Packed, formats: Sequence[str], *, hidden: bool = False) -> None:
        self.book, self.name, self.hidden = book, name, hidden
        self.epoch_1904 = False
        self.merges: tuple[Box, ...] = ()
        self.hidden_rows: frozenset[int] = frozenset()
        self.hidden_columns: tuple[tuple[int, int], ...] = ()
        self.comments: Mapping[tuple[int, int], str] = {}
        self._cells, self._texts, self._formulas, self._formats = packed.cells, packed.texts, packed.formulas, formats
        starts = packed.cells.starts
        self._starts = dict(zip(packed.cells.row_numbers, pairwise(starts), strict=True))

    def __len__(self) -> int:
        return len(self._cells.kinds)

    @property
    def rows(self) -> Sequence[int]:
        """Numbers of the rows with a non-empty cell, in order."""
        return list(self._starts)

    def row(self, number: int) -> list[Cell]:
        """The non-empty cells of a row, from left to right."""
        begin, end = self._starts.get(number, (0, 0))
        cells, texts, formats, formulas = self._cells, self._texts, self._formats, self._formulas
        if formulas:
            return [self._cell(number, index) for index in range(begin, end)]
        return [
            Cell(number, column, _KINDS[kind], texts[at], formats[style], "")
            for column, kind, at, style in zip(
                cells.columns[begin:end],
                cells.kinds[begin:end],
                cells.at[begin:end],
                cells.formats[begin:end],
                strict=True,
            )
        ]

    def typed(self, number: int) -> Iterator[tuple[int, str]]:
        """Column and stored text of each non-empty cell of a row."""
        begin, end = self._starts.get(number, (0, 0))
        texts = self._texts
        return zip(self._cells.columns[begin:end], [texts[at] for at in self._cells.at[begin:end]], strict=True)

    def columns_of(self, number: int) -> Sequence[int]:
        """Columns of the non-empty cells of a row."""
        begin, end = self._starts.get(number, (0, 0))
        return self._cells.columns[begin:end]

    def kinds_of(self, number: int) -> Iterator[tuple[int, str]]:
        """Column and kind (as in ``CellKind``) of each non-empty cell of a row."""
        begin, end = self._starts.get(number, (0, 0))
        return zip(self._cells.columns[begin:end], self._cells.kinds[begin:end], strict=True)

    def texts_of(self, number: int) -> int:
        """How many cells of a row hold text."""
        begin, end = self._starts.get(number, (0, 0))
        return self._cells.kinds.count("s", begin, end)

    def alike(self, rows: Iterable[int]) -> list[Alike]:
        """Rows put together that are alike, each group in their order."""
        cells = self._cells
        groups: dict[tuple[bytes, str, bytes], tuple[list[int], list[int]]] = {}
        columns, kinds, formats = memoryview(cells.columns), cells.kinds, memoryview(cells.formats)
        for row in rows:
            begin, end = self._starts[row]
            key = (columns[begin:end].tobytes(), kinds[begin:end], formats[begin:end].tobytes())
            group = groups.get(key)
            if group is None:
                group = groups[key] = ([], [])
            group[0].append(row)
            group[1].append(begin)
        return [
            Alike(numbers, begins, array("I", where), kind, array("I", styles))
            for (where, kind, styles), (numbers, begins) in groups.items()
        ]

    def texts_at(self, alike: Alike, index: int) -> list[str]:
        """The stored texts of one cell of each row, by its number in the row."""
        places = map(self._cells.at.__getitem__, map(index.__add__, alike.begins))
        return list(map(self._texts.__getitem__, places))

    def formulas_at(self, alike: Alike, index: int) -> list[str]:
        """The formulas of one cell of each row; an empty list where none of them has one."""
        formulas = self._formulas
        if not formulas:
            return []
        found = [formulas.get(begin + index, "") for begin in alike.begins]
        return found if any(found) else []

    def format_numbered(self, number: int) -> str:
        """The format code of that number in ``Alike.formats``."""
        return self._formats[number]

    def is_solid_with_figures(self, number: int) -> bool:
        """Whether a row has no gap between its cells, and a number among them."""
        begin, end = self._starts.get(number, (0, 0))
        columns = self._cells.columns
        return (
            end > begin and columns[end - 1] - columns[begin] == end - begin - 1 and "n" in self._cells.kinds[begin:end]
        )

    def is_plain_record(self, number: int, left: int, right: int, least: int) -> bool:
        """Whether a row has its cells between two columns, at least so many, figures among them and no formula."""
        begin, end = self._starts.get(number, (0, 0))
        if end - begin < least or self._cells.columns[begin] < left or self._cells.columns[end - 1] > right:
            return False
        if self._formulas and any(index in self._formulas for index in range(begin, end)):
            return False
        return self._cells.kinds.count("n", begin, end) >= 0.4 * (end - begin)

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell, or None where it is empty."""
        begin, end = self._starts.get(row, (0, 0))
        index = bisect_left(self._cells.columns, column, begin, end)
        if index < end and self._cells.columns[index] == column:
            return self._cell(row, index)
        return None

    def cells(self) -> Iterator[Cell]:
        """Every non-empty cell, row by row."""
        return (self._cell(row, index) for row, (begin, end) in self._starts.items() for index in range(begin, end))

    @property
    def original(self) -> Sheet:
        """The sheet as it is laid out; only a rearranged one differs from it."""
        return self

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Row and column of a cell on the original sheet."""
        return row, column

    def origin_box(self, row: int, columns: Iterable[int]) -> Box:
        """The area on the original sheet that holds those columns of a row."""
        used = tuple(columns)
        return Box(row, min(used), row, max(used))

    def place(self, row: int, column: int) -> str:
        """``Book.xlsx!Sheet!B7``."""
        return f"{self.book}!{self.name}!{a1(row, column)}"

    def column_hidden(self, column: int) -> bool:
        """Whether the column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)

    def merge_over(self, row: int, column: int) -> Box | None:
        """The merged range that covers the cell, if any."""
        around = self._merges_by_row.get(row, ()) if row in self._starts else self.merges
        return next((box for box in around if box.top <= row <= box.bottom and box.left <= column <= box.right), None)

    @property
    def merged_rows(self) -> Collection[int]:
        """The used rows that a merged range covers a part of."""
        return self._merges_by_row.keys()

    @cached_property
    def _merges_by_row(self) -> Mapping[int, tuple[Box, ...]]:
        """Merged ranges per used row; a range over a million rows costs only the rows that hold something."""
        found: dict[int, list[Box]] = {}
        used = sorted(self._starts)
        for box in self.merges:
            for index in range(bisect_left(used, box.top), len(used)):
                if used[index] > box.bottom:
                    break
                found.setdefault(used[index], []).append(box)
        return {row: tuple(boxes) for row, boxes in found.items()}

    def _cell(self, row: int, index: int) -> Cell:
        cells = self._cells
        return Cell(
            row,
            cells.columns[index],
            _KINDS[cells.kinds[index]],
            self._texts[cells.at[index]],
            self._formats[cells.formats[index]],
            self._formulas.get(index, ""),
        )


class Difference(NamedTuple):
    """A cell that a second reader reads otherwise; empty where a reader has no cell there."""

    sheet: str
    row: int
    column: int
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read: its sheets in order, the date system and what else it carries (macros, external links)."""

    file: str
    sha256: str
    format: str  # xlsx, csv, html, xls, ods, xlsb
    sheets: tuple[Sheet, ...]
    epoch_1904: bool = False
    encoding: str = ""
    carries: tuple[str, ...] = field(default=())
    differences: tuple[Difference, ...] = field(default=())
    second_reader_failed: str = ""
