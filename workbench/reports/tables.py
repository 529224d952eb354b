"""From a query to a table of a sheet: its pages, its count and totals, and the rows that decide on its looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from workbench.register import Field, FieldKind
from workbench.reports.columns import Alert, Column, Group, Kind, Table
from workbench.reports.figures import Figures, Row
from workbench.reports.queries import Queries
from workbench.reports.reading import Page, Snapshot
from workbench.reports.texts import Texts

__all__ = ["Derive", "TableBuilder", "page_of", "rows_of"]

MAX_NOTES = 1_500  # a note is a drawing: thousands of them make a workbook slow to open
_SAMPLE = 300
_MILLION = 10**6

Derive = Callable[[Page], None]
"""Adds the computed columns to a page."""

_OWN_KINDS = {
    FieldKind.INTEGER: Kind.DECIMAL,
    FieldKind.DECIMAL: Kind.DECIMAL,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.DATE: Kind.DATE,
    FieldKind.CURRENCY: Kind.CURRENCY,
    FieldKind.MONEY: Kind.MONEY,
}


def rows_of(page: Page) -> Iterator[Row]:
    """The rows of a page as dicts."""
    names = list(page)
    for values in zip(*page.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def page_of(rows: Sequence[Row]) -> Page:
    """Rows that have the same keys as one page."""
    return {name: [row[name] for row in rows] for name in rows[0]}


@dataclass(frozen=True, slots=True)
class TableBuilder:
    """Builds the tables of one workbook out of one state of the register."""

    snapshot: Snapshot
    queries: Queries
    figures: Figures
    texts: Texts
    own: dict[str, Mapping[str, Field]] = field(default_factory=dict)

    def shown(
        self,
        name: str,
        source: str,
        query: sa.Select[Any],
        columns: tuple[Column, ...],
        *,
        derive: Derive | None = None,
        note: Callable[[Row], str] | None = None,
        totals: Mapping[str, int] | None = None,
        frozen: int = 0,
        alerts: tuple[Alert, ...] = (),
    ) -> Table:
        """A table that shows ``source``, a table of the register, with the firm's own fields as further columns.

        Args:
            name: of the table in formulas.
            source: whose rows are counted and whose money is added up.
            query: the rows in their order.
            columns: what is shown of them.
            derive: adds columns that the query does not bring.
            note: the note of a row.
            totals: sums of columns that the register does not store, in minor units of base currency.
            frozen: columns in sight while scrolling.
            alerts: what stands out.
        """
        own = self.snapshot.custom_fields(source)
        self.own[source] = own
        columns += tuple(_own_column(field, own) for field in own.values())

        def pages(limited: sa.Select[Any] = query) -> Iterator[Page]:
            for page in self.snapshot.pages(limited):
                if own:
                    _add_own(page, own)
                if derive:
                    derive(page)
                yield page

        sample: list[Row] = []
        notes: list[str] = []
        for page in pages(query.limit(MAX_NOTES if note else _SAMPLE)):
            for row in rows_of(page):
                if len(sample) < _SAMPLE:
                    sample.append(row)
                if note:
                    notes.append(note(row))
        sums = dict(totals or {})
        for column in columns:
            if column.total and column.key not in sums:
                sums |= self._total(source, column)
        count = self.snapshot.count(self.queries.plain(source))
        return Table(name, columns, pages, count, sample, notes, sums, source, frozen, alerts)

    def told(self, name: str, columns: tuple[Column, ...], rows: Sequence[Row], *, frozen: int = 0) -> Table:
        """A table of computed rows, which show no table of the register."""

        def pages() -> Iterator[Page]:
            if rows:
                yield page_of(rows)

        return Table(name, columns, pages, len(rows), list(rows[:_SAMPLE]), frozen=frozen)

    def _total(self, source: str, column: Column) -> dict[str, int]:
        """The column's sum, if all of it is in base currency."""
        found = list(self.snapshot.rows(self.queries.totals(source, column.key, column.currency)))
        if [row["currency"] for row in found] != [self.figures.base]:
            return {}
        return {column.key: found[0]["millions"] * _MILLION + found[0]["units"]}


def _own_column(field: Field, fields: Mapping[str, Field]) -> Column:
    key, code = f"custom.{field.name}", field.currency_field
    currency = f"custom.{code}" if code in fields else code
    kind = _OWN_KINDS.get(field.kind, Kind.TEXT)
    return Column(key, kind, field=key, group=Group.MORE, heading=field.name, currency=currency)


def _add_own(page: Page, own: Mapping[str, Field]) -> None:
    stored = [json.loads(text) if text else {} for text in page["custom"]]
    for name in own:
        page[f"custom.{name}"] = [one.get(name) for one in stored]
