"""Records of rows that are alike, read column by column: what a text was read as once holds wherever it stands again.

Only rows about which nothing is to be asked or told are read here; any other row is left to the careful way (``records``),
so that speed never costs a finding. What a cell says is told by the same functions on both ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple, Protocol

from workbench.money import minor_units
from workbench.sheets.cells import Reading, currency_reading, problems_of_text
from workbench.sheets.mapping import COST_COLUMNS, FIELD_KINDS, ColumnMap, TableMap
from workbench.sheets.model import Alike, Box, Cell, CellKind, Sheet
from workbench.sheets.record import FieldValue, Record
from workbench.sheets.rows import Table
from workbench.sheets.words import plain

__all__ = ["TableReader", "plain_records"]

_FEWEST = 4
"""Rows; fewer that are alike are read one by one."""
_REPEATED = 0.5
"""Share of different texts up to which a column's readings are kept for further rows."""


class TableReader(Protocol):
    """What is known of a table, and how its cells are read by themselves."""

    mapped: TableMap
    table: Table
    sheet: Sheet
    columns: list[ColumnMap]
    factors: dict[int, int]

    def read_cell(self, one: ColumnMap, cell: Cell, kind: str) -> Reading:
        """Read a cell that is neither an amount nor a currency."""

    def read_amount(self, record: Record, prefix: str, one: ColumnMap, cell: Cell, known: str) -> None:
        """Read an amount into a record, and settle the currency of the main amount."""


class _Effect(NamedTuple):
    """What a cell gives to its record: the value of its own field, and that of a further one."""

    value: FieldValue | None = None
    evidence: tuple[str, ...] = ()
    further: FieldValue | None = None
    further_evidence: tuple[str, ...] = ()


_NOTHING = _Effect()
_MANY = 400
"""Decimals; no number of a cell has more."""
_SURE = re.compile(r"[A-Za-z][!-~]*(?: [!-~]+)*").fullmatch
"""Texts of plain letters with nothing to tidy, that are no number and would not run as a formula."""


_Fresh = Callable[[int, str, str], _Effect | None]
"""What a cell of a column gives, by its row, its text, and the currency that its row names elsewhere."""


class _Column(NamedTuple):
    """A mapped column of a batch; ``nth`` is where its cells stand in each row's."""

    one: ColumnMap
    kind: str
    alike: Alike
    nth: int

    @property
    def cell_kind(self) -> CellKind:
        """The kind of all its cells."""
        return CellKind(self.alike.kinds[self.nth])

    @property
    def key(self) -> tuple[int, str, int]:
        """What its readings hold for: the column, and the cells' kind and format."""
        return self.one.column.at, self.alike.kinds[self.nth], self.alike.formats[self.nth]


class _Given(NamedTuple):
    """What a column gives to the records of a batch."""

    name: str
    values: Sequence[FieldValue | None]
    evidence: Sequence[tuple[str, ...]]


def plain_records(reader: TableReader, alike: Sequence[Alike], identifying: Sequence[int]) -> dict[int, Record]:
    """Records by row, of the rows that leave nothing to be asked or told.

    Args:
        reader: the table and how its cells are read.
        alike: its rows, by likeness.
        identifying: columns of which a record fills at least one.
    """
    main = [one for one in reader.columns if not one.slot]
    if reader.table.orientation != "rows" or len(main) < len(reader.columns):
        return {}
    if any(one.field in COST_COLUMNS for one in main):
        return {}
    batches = _Batches(reader)
    found: dict[int, Record] = {}
    merged = reader.sheet.merged_rows
    for one in alike:
        if merged:
            one = one.only(row not in merged for row in one.rows)  # noqa: PLW2901 - the rest of it
        if len(one.rows) >= _FEWEST and not set(identifying).isdisjoint(one.columns):
            found.update(batches.records(one))
    return found


class _Batches:
    def __init__(self, reader: TableReader) -> None:
        self.reader, self.sheet = reader, reader.sheet
        self.kind, self.prefix = reader.mapped.kind, reader.mapped.kind[:-1]
        self._known: dict[tuple[int, str, int], dict[tuple[str, str], _Effect | None]] = {}
        self._evidence: dict[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], dict[str, tuple[str, ...]]] = {}

    def records(self, alike: Alike) -> Mapping[int, Record]:
        """The records of rows that are alike, but for those that need a closer look."""
        places = {column: index for index, column in enumerate(alike.columns)}
        present = [one for one in self.reader.columns if one.column.at in places]
        if any(alike.kinds[places[one.column.at]] == CellKind.ERROR.value for one in present):
            return {}
        given, plainly = self._given(alike, present, places)
        while not all(plainly):
            alike = alike.only(plainly)
            if len(alike.rows) < _FEWEST:
                return {}
            given, plainly = self._given(alike, present, places)
        spots = tuple((one.field, one.column.at) for one in present)
        return dict(zip(alike.rows, self._made(alike.rows, given, spots), strict=True))

    def _made(
        self, rows: Sequence[int], given: Sequence[_Given], spots: tuple[tuple[str, int], ...]
    ) -> Sequence[Record]:
        names = tuple(one.name for one in given)
        table, sheet, kind = self.reader.table, self.sheet, self.kind
        values: list[dict[str, FieldValue]] = [
            {name: value for name, value in zip(names, line, strict=True) if value is not None}
            for line in zip(*(one.values for one in given), strict=True)
        ]
        evidence = [self._shared(names, line) for line in zip(*(one.evidence for one in given), strict=True)]
        boxes = map(Box, rows, repeat(table.left), rows, repeat(table.right))
        return [
            Record(kind, sheet, row, box, own, why, spots, line=row, table=table)
            for row, box, own, why in zip(rows, boxes, values, evidence, strict=True)
        ]

    def _shared(self, names: tuple[str, ...], line: tuple[tuple[str, ...], ...]) -> dict[str, tuple[str, ...]]:
        found = self._evidence.get((names, line))
        if found is None:
            found = {name: why for name, why in zip(names, line, strict=True) if why}
            self._evidence[names, line] = found
        return found

    def _given(
        self, alike: Alike, present: Sequence[ColumnMap], places: Mapping[int, int]
    ) -> tuple[list[_Given], list[bool]]:
        """What the columns give, currencies first; and for each row whether all of its cells are plain."""
        known: Sequence[str] = [""] * len(alike.rows)
        plainly = [True] * len(alike.rows)
        given: list[_Given] = []
        for of_currency in (True, False):
            for one in present:
                kind = FIELD_KINDS[one.field]
                if (kind == "currency") is not of_currency:
                    continue
                column = _Column(one, kind, alike, places[one.column.at])
                values, evidence, further, further_evidence = zip(*self._read(column, known, plainly), strict=True)
                given.append(_Given(one.field, values, evidence))
                if any(value is not None for value in further):
                    name = f"{self.prefix}.currency" if kind == "amount" else "order.incoterm_place"
                    given.append(_Given(name, further, further_evidence))
                if of_currency:
                    known = [str(value or before) for value, before in zip(values, known, strict=True)]
        return given, plainly

    def _read(self, column: _Column, known: Sequence[str], plainly: list[bool]) -> Iterable[_Effect]:
        """What a column's cells give; rows of cells that need a closer look are marked in ``plainly``."""
        texts = self.sheet.texts_at(column.alike, column.nth)
        formulas = self.sheet.formulas_at(column.alike, column.nth)
        if (
            not formulas
            and column.kind in ("text", "code")
            and column.cell_kind is CellKind.TEXT
            and all(map(_SURE, texts))
        ):
            return zip(texts, repeat(()), repeat(None), repeat(()))  # type: ignore[return-value]  # as _Effect
        effects = self._effects(column, texts, formulas, known)
        if None in effects:
            plainly[:] = [whole and effect is not None for whole, effect in zip(plainly, effects, strict=True)]
        return [effect or _NOTHING for effect in effects]

    def _effects(
        self, column: _Column, texts: Sequence[str], formulas: Sequence[str], known: Sequence[str]
    ) -> Sequence[_Effect | None]:
        rows, number_format = column.alike.rows, self.sheet.format_numbered(column.alike.formats[column.nth])

        def fresh(row: int, text: str, currency: str, formula: str = "") -> _Effect | None:
            cell = Cell(row, column.one.column.at, column.cell_kind, text, number_format, formula)
            return self._effect(column.one, column.kind, cell, currency)

        if formulas:
            return list(map(fresh, rows, texts, known, formulas))
        keys = list(zip(texts, known if column.kind == "amount" else repeat(""), strict=False))
        different = set(keys)
        if len(different) <= _REPEATED * len(keys):
            held = self._known.setdefault(column.key, {})
            for key in different - held.keys():
                held[key] = fresh(rows[0], *key)
            return list(map(held.__getitem__, keys))
        if column.kind == "amount" and column.cell_kind is CellKind.NUMBER:
            return self._numbers(column, keys, fresh)
        return [fresh(row, text, currency) for row, (text, currency) in zip(rows, keys, strict=True)]

    def _numbers(self, column: _Column, keys: Sequence[tuple[str, str]], fresh: _Fresh) -> Sequence[_Effect | None]:
        """Amounts that are numbers: what they give beside their value is the same for one format and currency."""
        rows, factor = column.alike.rows, self.reader.factors[column.one.column.at]
        like = {known: fresh(rows[0], "1", known) for known in {known for _text, known in keys}}
        decimals = {
            known: minor_units(str(one.further)) if one and one.further else _MANY for known, one in like.items()
        }
        effects: list[_Effect | None] = []
        for row, (text, known) in zip(rows, keys, strict=True):
            shown, model = f"{float(text):.15g}", like[known]
            _whole, _point, fraction = shown.partition(".")
            if model is None or factor != 1 or len(fraction) > decimals[known] or "e" in shown:
                effects.append(fresh(row, text, known))
            else:
                effects.append(_Effect(Decimal(shown), *model[1:]))
        return effects

    def _effect(self, one: ColumnMap, kind: str, cell: Cell, known: str) -> _Effect | None:
        """What a cell gives, or None where its row needs a closer look."""
        if cell.kind is not CellKind.NUMBER:
            if cell.kind is CellKind.TEXT and not cell.formula and not plain(cell.text):
                return None
            if problems_of_text(cell, self.sheet):
                return None
        if kind == "amount":
            return self._amount(one, cell, known)
        if kind == "currency":
            reading, candidates = currency_reading(cell, self.sheet)
            if candidates:
                return None
        else:
            reading = self.reader.read_cell(one, cell, kind)
        if reading.findings:
            return None
        return _Effect(reading.value, reading.evidence if reading.value is not None else (), reading.extra or None)

    def _amount(self, one: ColumnMap, cell: Cell, known: str) -> _Effect | None:
        record = Record(self.kind, self.sheet, cell.row, Box(cell.row, cell.column, cell.row, cell.column))
        self.reader.read_amount(record, self.prefix, one, cell, known)
        if record.findings:
            return None
        name = f"{self.prefix}.currency"
        return _Effect(
            record.values.get(one.field), record.evidence.get(one.field, ()),
            record.values.get(name), record.evidence.get(name, ()),
        )  # fmt: skip
