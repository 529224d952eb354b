"""From measures and rows to tables with headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from workbench.analysis import Measure
from workbench.packs.evidence import Evidence
from workbench.packs.model import Column, Kind, PackTable, Row, plain_rows
from workbench.packs.words import basis, formula_of, table_titles, title

__all__ = ["Builder", "money", "of", "texts"]


def texts(*names: str) -> list[Column]:
    """Columns of text."""
    return [Column(name, title(name)) for name in names]


def money(names: Iterable[str], currency: str = "", *, total: bool = False) -> list[Column]:
    """Columns of money in one currency, or in each row's own."""
    return [Column(name, title(name), "money", currency, total) for name in names]


def of(kind: Kind, *names: str, total: bool = False) -> list[Column]:
    """Columns of another kind."""
    return [Column(name, title(name), kind, total=total) for name in names]


class Builder:
    """Makes the tables of one pack."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.base = evidence.base
        self._titles = table_titles()

    def measured(
        self,
        name: str,
        section: str,
        measure: Measure,
        columns: Sequence[Column],
        *,
        taken: Sequence[str] = (),
        leave: Callable[[Row], bool] | None = None,
        note: str = "",
        shown: int = 60,
    ) -> PackTable:
        """A table of a measure; ``taken`` are the measure's own names of the columns where they differ."""
        rows = plain_rows(measure, taken or [column.name for column in columns])
        kept = tuple(row for row in rows if leave is None or not leave(row))
        return PackTable(
            name,
            self._titles[name],
            tuple(columns),
            kept,
            measure.unit,
            basis(measure.basis),
            measure.as_of,
            measure.sources,
            formula_of(name) or measure.formula,
            note,
            section,
            shown,
        )

    def plain(
        self,
        name: str,
        section: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        *,
        unit: str = "",
        stands: str = "",
        sources: Sequence[str] = (),
        formula: str = "",
        note: str = "",
        shown: int = 60,
    ) -> PackTable:
        """A table of rows that come from no measure."""
        return PackTable(
            name,
            self._titles[name],
            tuple(columns),
            tuple(tuple(row) for row in rows),
            unit,
            basis(stands) if stands else "",
            self.evidence.as_of,
            tuple(sources),
            formula_of(name) or formula,
            note,
            section,
            shown,
        )
