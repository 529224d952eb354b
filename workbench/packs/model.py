"""What a pack is made of: tables with their evidence, controls that must close, and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from workbench.analysis import Measure
from workbench.charts import Chart
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES, from_minor, minor_units

__all__ = ["Column", "Control", "Kind", "Pack", "PackTable", "Row", "plain_rows"]

Kind = Literal["text", "money", "number", "rate", "count", "day"]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``name`` for machines, ``title`` for people.

    Attributes:
        name: in Parquet and in the manifest.
        title: the heading, in the reader's language.
        kind: money at the minor units of its currency; number is a ratio, a percentage or days with decimals.
        currency: code of the money; "" where the row's column ``currency`` names it.
        total: whether the column is added up below the table; never where currencies are mixed.
    """

    name: str
    title: str
    kind: Kind = "text"
    currency: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class PackTable:
    """Figures with what they rest on.

    Attributes:
        name: of the Parquet file.
        title: in the reader's language.
        columns: the columns.
        rows: a value a column; None where the figure is not known.
        unit: currency code of the money; "" where each row names its own.
        basis: at which rates the figures stand, in words.
        as_of: nothing later counts.
        sources: who published the rates.
        formula: how the figures come about.
        note: one more sentence for the reader.
        section: key of the section that shows it.
        shown: at most that many rows where it is printed; all are in the workbook and in Parquet.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str
    basis: str
    as_of: date
    sources: tuple[str, ...] = ()
    formula: str = ""
    note: str = ""
    section: str = ""
    shown: int = 60

    def place(self, name: str) -> int:
        """Where a column stands."""
        return next(index for index, column in enumerate(self.columns) if column.name == name)

    def values(self, name: str) -> list[Any]:
        """A column's values."""
        at = self.place(name)
        return [row[at] for row in self.rows]

    def currency_of(self, column: Column, row: Row) -> str:
        """The currency of a cell with money."""
        if column.currency:
            return column.currency
        code = str(row[self.place("currency")] or "") if any(one.name == "currency" for one in self.columns) else ""
        return code if code in CURRENCIES else self.unit

    def total(self, column: Column) -> Decimal | int:
        """The exact sum of what is known in a column."""
        known = [value for value in self.values(column.name) if value is not None]
        if column.kind == "count":
            return int(sum(known))
        return sum(known, from_minor(0, column.currency or self.unit))

    @property
    def has_totals(self) -> bool:
        """Whether a row of totals stands below."""
        return bool(self.rows) and any(column.total for column in self.columns)

    def caption(self) -> str:
        """Unit, basis, day and sources in one line."""
        parts = [
            _("in {unit}").format(unit=self.unit) if self.unit else _("each row in its own currency"),
            _("basis: {basis}").format(basis=self.basis) if self.basis else "",
            _("as of {day}").format(day=self.as_of.isoformat()),
            _("rates: {sources}").format(sources=", ".join(self.sources) or _("none used")),
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Control:
    """Two figures that must be the same but for what is explained: ``left - right - explained`` = 0.

    ``why`` names what is explained; both sides are worked out on ways that are independent of each other.
    """

    name: str
    title: str
    currency: str
    left: Decimal
    right: Decimal
    explained: Decimal = Decimal(0)
    why: str = ""

    @property
    def difference(self) -> Decimal:
        """What is left over; 0 where the control closes."""
        return self.left - self.right - self.explained

    @property
    def closes(self) -> bool:
        """Whether nothing is left over."""
        return not self.difference

    def as_dict(self) -> dict[str, object]:
        """For the manifest and ``--json``."""
        units = minor_units(self.currency)
        texts = {name: f"{getattr(self, name):.{units}f}" for name in ("left", "right", "explained", "difference")}
        return {"name": self.name, "currency": self.currency, **texts, "why": self.why, "closes": self.closes}


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that is shown, in the reader's language, and what it was made from.

    Attributes:
        title: of the whole.
        firm: base currency, day and state of the register in one line.
        as_of: the day.
        base: currency of the books.
        changeset: the register's state.
        sections: key → title, in their order.
        tables: in their order.
        charts: name of a table → its chart.
        controls: what must close.
        findings: what is missing.
        figures: the headline figures: title, amount in base currency or text.
        made_from: for the manifest: register, rates, parameters.
    """

    title: str
    firm: str
    as_of: date
    base: str
    changeset: int
    sections: Mapping[str, str]
    tables: tuple[PackTable, ...]
    charts: Mapping[str, Chart]
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    figures: tuple[tuple[str, Decimal | None], ...]
    made_from: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> PackTable:
        """The table of that name."""
        return next(one for one in self.tables if one.name == name)

    @property
    def closes(self) -> bool:
        """Whether every control total closes."""
        return all(one.closes for one in self.controls)


def plain_rows(measure: Measure, names: Sequence[str]) -> Iterable[Row]:
    """The rows of a measure: Decimal, int, str, date or None."""
    for values in measure.frame[list(names)].itertuples(index=False, name=None):
        yield tuple(_plain(value) for value in values)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, Decimal | str):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
