"""Tables and the roles of their rows: what is a record, a heading said again, a total, a note, a signature."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from workbench.findings import Finding
from workbench.sheets.formulas import summed_ranges
from workbench.sheets.model import Box, Cell, CellKind, Sheet
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.words import column_fields, plain, row_word, squeezed

__all__ = ["TRANSLATED", "Column", "Role", "Table", "label_strength", "may_be_heading", "role_of"]

LONGEST_HEADING = 60
TRANSLATED = -1
_NO_WORDS = re.compile(r"[\d\s.,:/%()+\-–¥$€£]+")
_TO_SIGN = re.compile(r"[_＿]{4}|[.…]{8}")
"""A line to write on by hand."""
_PAGE = re.compile(
    r"(?:page|seite|pagina|página|pág\.?|стр\.?|страница|第)?\s*\d{1,4}\s*(?:/|of|von|de|di|из|页|頁|ページ|共|\s)+\s*\d{0,4}\s*(?:页|頁|ページ)?",
    re.IGNORECASE,
)


class Role(Enum):
    """What a row of a table, or a cell outside of tables, is."""

    RECORD = "record"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    TITLE = "title"
    NOTE = "note"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    CARRIED_FORWARD = "carried_forward"
    SIGNATURE = "signature"
    LEFT_OUT = "left_out"  # a record that a trial on a part does not look at


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``labels`` are its headings from top to bottom, ``group`` numbers its group heading.

    A ``group`` of TRANSLATED means that the labels say the same in several languages.
    """

    at: int
    labels: tuple[str, ...]
    group: int = 0

    @property
    def label(self) -> str:
        """The headings in one line."""
        return " ".join(dict.fromkeys(label for label in self.labels if label))

    @property
    def leaf(self) -> str:
        """The lowest heading."""
        return next((label for label in reversed(self.labels) if label), "")


@dataclass(slots=True)
class Table:
    """One table: headings, columns, and the role of each of its non-empty rows.

    ``orientation`` is rows, columns (each record a column), cards, two_line or matrix (a cross-tab). In all but the first
    ``sheet`` is a rearranged view, and ``area``, ``heads``, ``head_cells`` and ``other_cells`` speak of the sheet itself.
    ``group_lines`` are rows of a single text over the records that it is about. ``days`` are whole days put together from
    parts that stand apart, by row and column of the day of the month; ``day_parts`` are the columns of the other parts.
    Where its figures prove it, ``listed`` is what it lists (or ``never`` what it does not) and ``proven`` what columns hold,
    by column (empty: no field); ``unsettled`` is a table that nobody can read before a person says what it lists.
    """

    sheet: Sheet
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: dict[int, Role] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    orientation: str = "rows"
    heads: tuple[int, ...] = ()
    area: Box | None = None
    head_cells: tuple[tuple[int, int], ...] = ()
    other_cells: Mapping[tuple[int, int], Role] = field(default_factory=dict)
    amount_columns: tuple[int, ...] = ()
    group_lines: dict[int, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    days: Mapping[tuple[int, int], Cell] = field(default_factory=dict)
    day_parts: frozenset[int] = frozenset()
    listed: str = ""
    never: str = ""
    proven: dict[int, str] = field(default_factory=dict)
    unsettled: bool = False
    _labels: dict[int, str] = field(default_factory=dict, repr=False)

    @property
    def labels(self) -> Mapping[int, str]:
        """Headings by column, each in one line."""
        if len(self._labels) != len(self.columns):
            self._labels = {column.at: column.label for column in self.columns}
        return self._labels

    @property
    def left(self) -> int:
        """Number of its first column."""
        return self.columns[0].at

    @property
    def right(self) -> int:
        """Number of its last column."""
        return self.columns[-1].at

    @property
    def records(self) -> list[int]:
        """Row numbers of the records."""
        return [row for row, role in self.rows.items() if role is Role.RECORD]

    @property
    def box(self) -> Box:
        """From the heading to the last record, on the sheet itself."""
        if self.area is not None:
            return self.area
        records = self.records
        top = min((*self.header_rows, *records))
        return Box(top, self.left, max(records, default=max(self.header_rows, default=top)), self.right)

    def cells(self, row: int) -> list[Cell]:
        """The row's cells within the table."""
        left, right = self.left, self.right
        return [cell for cell in self.sheet.row(row) if left <= cell.column <= right]

    def roles(self) -> Iterator[tuple[tuple[int, int], Role]]:
        """Each non-empty cell of the table, by its place on the sheet itself, with its role."""
        yield from self.other_cells.items()
        yield from ((place, Role.HEADER) for place in self.head_cells)
        left, right = self.left, self.right
        for row, role in [*((row, Role.HEADER) for row in self.header_rows), *self.rows.items()]:
            for column in self.sheet.columns_of(row):
                if left <= column <= right:
                    yield self.sheet.origin(row, column), role


@lru_cache(maxsize=65536)
def label_strength(text: str) -> float:
    """How well a text names some field (0 to 1)."""
    return max(column_fields(plain(text).rstrip(":： ")).values(), default=0.0)


def may_be_heading(cell: Cell) -> bool:
    """Whether a cell could be a heading at all: a short text that is not made of figures."""
    if cell.kind is not CellKind.TEXT or cell.formula or len(cell.text) > 4 * LONGEST_HEADING:
        return False
    text = plain(cell.text)
    return len(text) <= LONGEST_HEADING and not _NO_WORDS.fullmatch(text)


def role_of(row: int, cells: Sequence[Cell], headings: Mapping[int, str], width: int) -> Role:
    """What a row is, from its own cells. ``headings`` are the squeezed headings by column, ``width`` how many there are."""
    texts = [cell for cell in cells if cell.kind is CellKind.TEXT and not _is_uncalculated(cell)]
    same = sum(headings.get(cell.column, "") == squeezed(cell.text) != "" for cell in texts)
    if same >= 2 and same >= 0.7 * len(cells):
        return Role.REPEATED_HEADER
    if len(texts) < len(cells) or len(cells) <= max(4, 0.7 * len(headings)):
        for cell in texts[:3]:
            named = row_word(cell.text) if len(cell.text) < 80 else ""
            if named in ("total", "subtotal", "carried_forward") and _sum_row(cells, cell, headings):
                return Role(named)
            if named in ("signature", "note") and len(cells) <= max(2, width // 3):
                return Role(named)
    if len(texts) == len(cells) and any(_TO_SIGN.search(cell.text) for cell in texts):
        return Role.SIGNATURE
    if width >= 3 and len(cells) == 1 and len(texts) == 1:
        return Role.NOTE
    if width >= 4 and len(cells) == len(texts) == 2 and _PAGE.fullmatch(plain(texts[1].text)):
        return Role.TITLE
    if any(cell.formula for cell in cells) and len(texts) <= 1 and _adds_up_other_rows(cells, row):
        return Role.TOTAL
    return Role.RECORD


def _is_uncalculated(cell: Cell) -> bool:
    """A formula saved without its result, as programs that do not calculate write it, is a figure and no text."""
    return bool(cell.formula) and not cell.text


def _sum_row(cells: Sequence[Cell], named: Cell, headings: Mapping[int, str]) -> bool:
    """A row named as a total holds little else than figures."""
    others = [
        cell
        for cell in cells
        if cell is not named
        and cell.kind is CellKind.TEXT
        and not re.search(r"\d", cell.text)
        and not _is_uncalculated(cell)
    ]
    dates = [cell for cell in cells if cell.kind is CellKind.DATE or meaning_of(cell.number_format).is_date]
    return len(others) <= 1 and len(dates) <= 1 and len(cells) <= max(4, 0.7 * len(headings))


def _adds_up_other_rows(cells: Iterable[Cell], row: int) -> bool:
    ranges = [box for cell in cells if cell.formula for box in summed_ranges(cell.formula)]
    return any((bottom < row or row < top) and bottom > top for top, _left, bottom, _right in ranges)
