"""What the reading process hands to its parent: columns of plain numbers and texts, no objects."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from operator import lt

from workbench.archives import Refused
from workbench.i18n import _

__all__ = ["LONGEST_CELL", "RawSheet", "Texts"]

LONGEST_CELL = 1_000_000
"""Characters; a spreadsheet's own limit is 32,767."""
_COLUMN_BITS = 14


class Texts:
    """The texts of a workbook's cells, each kept once where that is cheap to tell."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.all: list[str] = list(known)
        self._places: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The text's number."""
        place = self._places.get(text)
        if place is None:
            place = len(self.all)
            self.all.append(text)
            if len(self._places) < 200_000:
                self._places[text] = place
        return place

    def add_all(self, texts: Sequence[str]) -> int:
        """Keep texts that hardly repeat (amounts); they get numbers one after the other from the one returned."""
        first = len(self.all)
        self.all.extend(texts)
        return first


class RawSheet:
    """Cells of a sheet as they are found, put into row-major order at the end."""

    def __init__(self, name: str, texts: Texts, *, hidden: bool = False) -> None:
        self.name, self.hidden, self.texts = name, hidden, texts
        self.rows, self.columns = array("I"), array("I")
        self.kinds: list[str] = []
        self.at, self.formats = array("I"), array("I")
        self.formulas: dict[int, str] = {}
        self.merges: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int, str]] = []
        self.differences: list[tuple[int, int, str, str]] = []
        self._last, self._sorted = 0, True

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: int, column: int, kind: str, text: str, style: int = 0, formula: str = "") -> None:
        """Add one cell; an empty text without a formula is no cell."""
        if text == "" and not formula:
            return
        self.check_length(len(text), row)
        if formula:
            self.formulas[len(self.rows)] = formula
        place = row << _COLUMN_BITS | column
        self._sorted = self._sorted and place > self._last
        self._last = place
        self.rows.append(row)
        self.columns.append(column)
        self.kinds.append(kind)
        self.at.append(self.texts.add(text))
        self.formats.append(style)

    def check_length(self, characters: int, row: int) -> None:
        """Raise Refused for a text longer than any spreadsheet's."""
        if characters > LONGEST_CELL:
            raise Refused(
                "file.too-large",
                _("a cell of row {row} of {sheet} holds {count} characters").format(
                    row=row, sheet=self.name, count=characters
                ),
            )

    def extend(
        self,
        rows: Sequence[int],
        columns: Sequence[int],
        kinds: str,
        at: Sequence[int],
        formats: Iterable[int],
        formulas: Mapping[int, str],
        *,
        rising: bool | None = None,
    ) -> None:
        """Add many non-empty cells; ``formulas`` by their position among them, ``rising`` whether they are in order."""
        if rising is None:
            places = [row << _COLUMN_BITS | column for row, column in zip(rows, columns, strict=True)]
            rising = all(map(lt, places, islice(places, 1, None)))
        begin, end = (rows[index] << _COLUMN_BITS | columns[index] for index in (0, -1))
        self._sorted = self._sorted and rising and begin > self._last
        self._last = max(self._last, end)
        first = len(self.rows)
        self.formulas.update((first + index, formula) for index, formula in formulas.items())
        self.rows.extend(rows)
        self.columns.extend(columns)
        self.kinds.append(kinds)
        self.at.extend(at)
        self.formats.extend(formats)

    def settle(self) -> None:
        """Put the cells into order; where a file names a cell twice the last one counts, as in spreadsheet programs."""
        if self._sorted:
            return
        last = {place: index for index, place in enumerate(zip(self.rows, self.columns, strict=True))}
        order = [last[place] for place in sorted(last)]
        kinds = "".join(self.kinds)
        self.kinds = ["".join(kinds[index] for index in order)]
        self.rows, self.columns, self.at, self.formats = (
            array("I", (column[index] for index in order))
            for column in (self.rows, self.columns, self.at, self.formats)
        )
        self.formulas = {new: self.formulas[old] for new, old in enumerate(order) if old in self.formulas}
        self._sorted = True
