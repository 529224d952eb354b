"""A sheet seen as rows under headings although it is laid out otherwise; every cell still knows where it really stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.sheets.model import Box, Cell, CellKind, Sheet, _Packed
from workbench.sheets.wire import Columns

__all__ = ["Rearranged", "around", "as_text", "turned"]


class Rearranged(Sheet):
    """Cells of a sheet put at other rows and columns, so that each record is one row.

    Places that people see (``place``, ``origin``, ``origin_box``) are those of the sheet itself; ``original`` is that sheet.
    """

    def __init__(self, source: Sheet, placed: Mapping[tuple[int, int], Cell]) -> None:
        places = sorted(placed)
        cells = [placed[place] for place in places]
        formats = list(dict.fromkeys(cell.number_format for cell in cells))
        numbers = {code: number for number, code in enumerate(formats)}
        columns = Columns.of(
            [row for row, _column in places],
            [column for _row, column in places],
            range(len(cells)),
            [numbers[cell.number_format] for cell in cells],
            "".join(cell.kind.value for cell in cells),
        )
        formulas = {index: cell.formula for index, cell in enumerate(cells) if cell.formula}
        packed = _Packed(columns, [cell.text for cell in cells], formulas)
        super().__init__(source.book, source.name, packed, formats, hidden=source.hidden)
        self.epoch_1904 = source.epoch_1904
        self._source = source.original
        self._origins = {place: source.origin(cell.row, cell.column) for place, cell in placed.items()}

    @property
    def original(self) -> Sheet:
        """The sheet as it is laid out."""
        return self._source

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Row and column on the sheet itself."""
        return self._origins.get((row, column), (row, column))

    def place(self, row: int, column: int) -> str:
        """``Book.xlsx!Sheet!B7`` on the sheet itself."""
        return self._source.place(*self.origin(row, column))

    def origin_box(self, row: int, columns: Iterable[int]) -> Box:
        """The area on the sheet itself that holds those columns of a row."""
        return around(self.origin(row, column) for column in columns)


def around(places: Iterable[tuple[int, int]]) -> Box:
    """The smallest box around some cells."""
    rows, columns = zip(*places, strict=True)
    return Box(min(rows), min(columns), max(rows), max(columns))


def as_text(cell: Cell, text: str) -> Cell:
    """A part of a cell's text, at the same place."""
    return cell._replace(kind=CellKind.TEXT, text=text)


def turned(sheet: Sheet) -> Rearranged:
    """The sheet with rows as columns and columns as rows."""
    return Rearranged(sheet, {(cell.column, cell.row): cell for cell in sheet.cells()})
