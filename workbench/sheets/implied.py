"""What rows leave unsaid because something near says it for all of them.

A day written once for the rows under it, a currency in a line over each block, the customer in a line over its own sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.dates import read_date
from workbench.i18n import _
from workbench.money import CURRENCIES
from workbench.sheets.concepts import parts_of
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.rearranged import as_text
from workbench.sheets.rows import Column, Table
from workbench.sheets.words import column_fields, currencies_in, looks_like_firm, plain, squeezed

if TYPE_CHECKING:
    from workbench.sheets.mapping import TableMap

__all__ = ["with_implied", "with_parties"]

_LEAST_RECORDS = 6
_SELDOM = 0.7
_LINES_ABOVE = 8
_LEAST_SHEETS = 3
_NAMED = 0.6
_LABELLED = re.compile(r"\s*([^:：]{1,40})[:：]\s*(\S.*)", re.DOTALL)
_IN_BRACKETS = re.compile(r"(.*\S)\s*[(（\[]([A-Z]{3})[)）\]]")
_OF_EITHER_SIDE = {"account", "acct", "partner", "consignee", "ship to", "destinatario", "cari"}
_PARTY = {"orders": "order.customer", "receipts": "receipt.payer"}


def with_implied(mapped: TableMap) -> TableMap:
    """The table with the days and currencies that its rows leave to lines above them."""
    if mapped.table.orientation != "rows" or mapped.kind not in _PARTY:
        return mapped
    return _with_currencies(_with_days(mapped))


def _with_days(mapped: TableMap) -> TableMap:
    name = f"{mapped.kind[:-1]}.date"
    columns = mapped.having(name)
    if len(columns) != 1:
        return mapped
    at, table = columns[0].column.at, mapped.table
    records = table.records
    sample = records[:200]
    filled = sum(table.sheet.cell(row, at) is not None for row in sample)
    if len(sample) < _LEAST_RECORDS or not 2 < filled <= _SELDOM * len(sample):
        return mapped
    implied: dict[tuple[int, int], Cell] = {}
    written: list[int | None] = []
    last: Cell | None = None
    for row in records:
        cell = table.sheet.cell(row, at)
        if cell is not None and plain(cell.text):
            last = cell
            written.append(_day(cell))
        elif last is None:
            return mapped
        else:
            implied[row, at] = last
    days = [day for day in written if day is not None]
    if len(days) < len(written) or not _one_way(days):
        return mapped
    reason = _("a day is written once for the rows under it")
    changed = tuple(
        replace(one, reasons=(*one.reasons, reason)) if one.column.at == at else one for one in mapped.columns
    )
    return replace(mapped, columns=changed, implied={**mapped.implied, **implied})


def _day(cell: Cell) -> int | None:
    if cell.kind is CellKind.NUMBER:
        return int(cell.number or 0) if meaning_of(cell.number_format).is_date else None
    read = read_date(cell.text[:10] if cell.kind is CellKind.DATE else plain(cell.text))
    return read.date.toordinal() if read.date is not None and not read.ambiguous else None


def _one_way(days: Sequence[int]) -> bool:
    """No day is written twice, and they rise or fall: where one were just missing, this would be chance."""
    rising = [later > earlier for earlier, later in pairwise(days)]
    return all(rising) or not any(rising)


def _with_currencies(mapped: TableMap) -> TableMap:
    name, table = f"{mapped.kind[:-1]}.currency", mapped.table
    if mapped.having(name) or any(one.currency for one in mapped.columns) or not table.group_lines:
        return mapped
    named: dict[int, Cell] = {}
    for line in set(table.group_lines.values()):
        cell = table.sheet.row(line)[0]
        codes = currencies_in(cell.text)
        if len(codes) != 1:
            return mapped
        named[line] = as_text(cell, codes[0])
    if set(table.records) - table.group_lines.keys():
        return mapped
    implied = {(row, table.right + 1): named[line] for row, line in table.group_lines.items()}
    return _with_column(mapped, name, implied, _("the line over the group names it"))


def _with_column(mapped: TableMap, name: str, cells: Mapping[tuple[int, int], Cell], reason: str) -> TableMap:
    """The table with one column more, which stands beside it only in thought."""
    from workbench.sheets.mapping import ColumnMap

    column = ColumnMap(Column(next(iter(cells))[1], ("",)), name, score=0.9, reasons=(reason,))
    return replace(mapped, columns=(*mapped.columns, column), implied={**mapped.implied, **cells})


# ---- the party above its own sheet -----------------------------------------------------------------------------------


def with_parties(tables: Sequence[TableMap | None]) -> list[TableMap | None]:
    """The tables of a workbook, those without a party with the one that a line above them names.

    The line's label says so, or the sheets of three parties have the same label with a different firm each.
    """
    above = [_labelled_above(one) if one is not None and _lacks_party(one) else {} for one in tables]
    shared: dict[str, list[str]] = {}
    for facts in above:
        for label, cell in facts.items():
            shared.setdefault(label, []).append(squeezed(cell.text))
    found: list[TableMap | None] = []
    for one, facts in zip(tables, above, strict=True):
        parties = [
            cell for label, cell in facts.items() if _names_party(label, cell.text) or _tells_apart(shared[label])
        ]
        if one is not None and len(parties) == 1:
            party = _without_currency(parties[0])
            cells = {(row, one.table.right + 2): party for row in one.table.records}
            one = _with_column(one, _PARTY[one.kind], cells, _("a line above the table names it"))  # noqa: PLW2901 - with more
        found.append(one)
    return found


def _without_currency(cell: Cell) -> Cell:
    """The party without the currency of its account: Harbour Ltd (EUR)."""
    found = _IN_BRACKETS.fullmatch(plain(cell.text))
    return as_text(cell, found.group(1)) if found and found.group(2) in CURRENCIES else cell


def _lacks_party(mapped: TableMap) -> bool:
    if mapped.kind not in _PARTY or mapped.table.orientation != "rows" or not mapped.table.header_rows:
        return False
    parties = (_PARTY[mapped.kind], "order.customer_code", "receipt.order_number")
    return not mapped.table.group_lines and not any(mapped.having(name) for name in parties)


def _labelled_above(mapped: TableMap) -> dict[str, Cell]:
    """Labels over a table with their values: in one cell, or in the cell to the right."""
    return dict(_pairs(mapped.table))


def _pairs(table: Table) -> Iterator[tuple[str, Cell]]:
    top = table.header_rows[0]
    for row in range(max(1, top - _LINES_ABOVE), top):
        cells = [cell for cell in table.sheet.row(row) if cell.kind is CellKind.TEXT and plain(cell.text)]
        for number, cell in enumerate(cells):
            inline = _LABELLED.fullmatch(cell.text)
            if inline:
                yield squeezed(inline.group(1)), as_text(cell, inline.group(2))
            elif number + 1 < len(cells) and cells[number + 1].column - cell.column <= 3:
                yield squeezed(cell.text), cells[number + 1]


def _names_party(label: str, value: str) -> bool:
    """A label such as company or account may as well be about the firm itself."""
    _covered, alternatives = parts_of(label)
    if (
        not any("CUSTOMER" in parts for parts in alternatives)
        or column_fields(label).get("order.customer", 0.0) < _NAMED
    ):
        return False
    return looks_like_firm(value) if label in _OF_EITHER_SIDE else any(map(str.isalpha, value))


def _tells_apart(values: Sequence[str]) -> bool:
    return len(values) >= _LEAST_SHEETS and len(set(values)) == len(values) and all(map(looks_like_firm, values))
