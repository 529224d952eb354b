"""Records: what the rows of a mapped table say, field by field, with the cells they were read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from workbench.findings import Finding
from workbench.i18n import _
from workbench.sheets.cells import (
    Amount,
    DateColumn,
    Reading,
    amount_of,
    code_text,
    country_reading,
    currency_reading,
    decimal_mark_of,
    finer_than_currency,
    incoterm_reading,
    percent_reading,
    phone_reading,
    problems_of_text,
    status_reading,
    text_reading,
)
from workbench.sheets.mapping import COST_COLUMNS, FIELD_KINDS, ColumnMap, TableMap
from workbench.sheets.model import Box, Cell, CellKind, Sheet, Workbook
from workbench.sheets.tables import Role
from workbench.sheets.words import currencies_in, plain

__all__ = ["FieldValue", "Record", "read_records"]

FieldValue = str | Decimal | date

_FILLED_DOWN = ("order.customer", "order.customer_code")
_IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer.name", "customer.name_local", "customer.code"),
    "orders": ("order.number", "order.amount"),
    "receipts": ("receipt.amount", "receipt.reference"),
    "costs": ("cost.amount", *COST_COLUMNS),
}
"""A row with none of these cells filled says nothing that could be a record."""


@dataclass(slots=True)
class Record:
    """One record of a sheet.

    ``values`` by field (``order.amount``); ``cells`` tells where each was read; ``findings`` by field. ``raw`` holds the
    row as typed, by heading. ``parent`` is the order that a receipt stands beside.
    """

    kind: str
    sheet: Sheet
    row: int
    box: Box
    values: dict[str, FieldValue] = field(default_factory=dict)
    evidence: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    parent: Record | None = None

    @property
    def place(self) -> str:
        """``Book.xlsx!Sheet!A7:K7``."""
        return f"{self.sheet.book}!{self.sheet.name}!{self.box}"


def read_records(mapped: TableMap, book: Workbook) -> list[Record]:
    """All records of a table; rows that turn out to say nothing become notes of the table."""
    return _TableReader(mapped, book).records()


class _TableReader:
    """Holds what a table's columns and surroundings prove while its rows are read."""

    def __init__(self, mapped: TableMap, book: Workbook) -> None:
        self.mapped, self.book, self.table, self.sheet = mapped, book, mapped.table, mapped.table.sheet
        rows = self.table.records
        self.columns = [one for one in mapped.columns if one.field]
        cells = {
            one.column.at: [cell for row in rows if (cell := self.sheet.cell(row, one.column.at)) is not None]
            for one in self.columns
        }
        words = (self.sheet.name, *self.table.notes)
        self.named_currencies = {code for text in words for code in currencies_in(text)}
        self.factors = {one.column.at: _factor(one.column.label) or _noted_factor(words) for one in self.columns}
        self.marks = {at: decimal_mark_of(found) for at, found in cells.items()}
        year, month = _year_and_month(words)
        dated = [one.column.at for one in self.columns if FIELD_KINDS[one.field] == "date"]
        self.dates = {
            at: DateColumn.of(
                cells[at],
                epoch_1904=book.epoch_1904,
                siblings=[cells[other] for other in dated if other != at],
                year=year,
                month=month,
            )
            for at in dated
        }
        self.fractions = {
            at: bool(numbers := [cell.number for cell in found if cell.number is not None]) and max(numbers) <= 1
            for at, found in cells.items()
        }
        self.filled_down = {
            one.column.at
            for one in self.columns
            if one.field in _FILLED_DOWN and rows and 0 < len(cells[one.column.at]) < 0.8 * len(rows)
        }
        self._last: dict[int, Cell] = {}

    def records(self) -> list[Record]:
        found: list[Record] = []
        prefix = self.mapped.kind[:-1]
        for row in self.table.records:
            cells = {one.column.at: cell for one in self.columns if (cell := self._cell(row, one.column.at))}
            main = [one for one in self.columns if not one.slot]
            own = {one.field for one in main if one.column.at in cells and cells[one.column.at].row == row}
            if not own & set(_IDENTIFYING[self.mapped.kind]):
                self.table.rows[row] = Role.NOTE
                continue
            record = Record(self.mapped.kind, self.sheet, row, Box(row, self.table.left, row, self.table.right))
            record.raw = self._raw(row)
            wide = [one for one in main if one.field in COST_COLUMNS and one.column.at in cells]
            if wide:
                found.extend(self._costs_of(record, main, wide, cells))
                continue
            self._fill(record, prefix, main, cells)
            found.append(record)
            found.extend(self._beside(record, cells))
        return found

    def _costs_of(
        self, row: Record, columns: Sequence[ColumnMap], wide: Sequence[ColumnMap], cells: Mapping[int, Cell]
    ) -> list[Record]:
        """One cost for each kind of cost that the row has a column for; VAT and rebate go with the purchase."""
        shared = [one for one in columns if one.field not in COST_COLUMNS]
        costs = []
        for one in wide:
            kind = one.field.removeprefix("cost.")
            cost = Record("costs", self.sheet, row.row, row.box, raw=row.raw)
            only_purchase = ("cost.vat_percent", "cost.rebate_percent", "cost.supplier")
            fitting = [other for other in shared if kind == "purchase" or other.field not in only_purchase]
            self._fill(cost, "cost", [*fitting, replace(one, field="cost.amount")], cells)
            if cost.values.get("cost.amount") == 0:
                continue
            cost.values["cost.kind"] = kind
            costs.append(cost)
        return costs

    def _beside(self, order: Record, cells: Mapping[int, Cell]) -> list[Record]:
        """Receipts written beside an order."""
        receipts = []
        for slot in sorted({one.slot for one in self.columns if one.slot}):
            columns = [one for one in self.columns if one.slot == slot]
            filled = [one.column.at for one in columns if one.column.at in cells]
            amounts = [one for one in columns if one.field == "receipt.amount" and one.column.at in cells]
            if not amounts or all(cells[one.column.at].number == 0 for one in amounts):
                continue
            box = Box(order.row, min(filled), order.row, max(filled))
            receipt = Record("receipts", self.sheet, order.row, box, raw=order.raw, parent=order)
            if "order.number" in order.values:
                receipt.values["receipt.order_number"] = order.values["order.number"]
            known = str(order.values.get("order.currency", ""))
            self._fill(receipt, "receipt", columns, cells, known_currency=known, currency_open=not known)
            receipts.append(receipt)
        return receipts

    def _cell(self, row: int, column: int) -> Cell | None:
        """The cell, the merged cell that covers it from above, or the one above in a column written once per group."""
        cell = self.sheet.cell(row, column)
        if cell is not None and (cell.kind is not CellKind.TEXT or cell.formula or plain(cell.text)):
            self._last[column] = cell
            return cell
        merge = self.sheet.merge_over(row, column)
        if merge is not None and merge.top < row and merge.top > max(self.table.header_rows, default=0):
            return self.sheet.cell(merge.top, merge.left)
        if column in self.filled_down:
            return self._last.get(column)
        return None

    def _raw(self, row: int) -> dict[str, str]:
        labels = {column.at: column.label for column in self.table.columns}
        raw: dict[str, str] = {}
        for cell in self.table.cells(row):
            label = labels.get(cell.column) or str(cell.column)
            raw[label if label not in raw else f"{label} ({cell.column})"] = cell.text
        return raw

    def _fill(
        self,
        record: Record,
        prefix: str,
        columns: Sequence[ColumnMap],
        cells: Mapping[int, Cell],
        *,
        known_currency: str = "",
        currency_open: bool = False,
    ) -> None:
        present = [(one, cells[one.column.at]) for one in columns if one.column.at in cells]
        for one, cell in present:
            record.findings.extend((one.field, finding) for finding in problems_of_text(cell, self.sheet))
        candidates: tuple[str, ...] = ()
        for one, cell in present:
            if FIELD_KINDS[one.field] == "currency":
                reading, candidates = currency_reading(cell, self.sheet)
                currency_open = bool(candidates or reading.findings)
                known_currency = str(reading.value or known_currency)
                self._put(record, one.field, cell, reading)
        for one, cell in present:
            kind = FIELD_KINDS[one.field]
            if kind == "amount":
                self._amount(record, prefix, one, cell, known_currency, candidates, currency_open=currency_open)
            elif kind != "currency":
                self._put(record, one.field, cell, self._reading(one, cell, kind))
        if prefix == "receipt" and record.parent and known_currency:
            record.values.setdefault("receipt.currency", known_currency)

    def _reading(self, one: ColumnMap, cell: Cell, kind: str) -> Reading:
        at = one.column.at
        if kind == "date":
            return self.dates[at].read(cell, self.sheet)
        if kind == "code":
            return code_text(cell, self.sheet)
        if kind == "phone":
            return phone_reading(cell)
        if kind == "country":
            return country_reading(cell, self.sheet)
        if kind == "status":
            return status_reading(cell, self.sheet)
        if kind == "incoterm":
            return incoterm_reading(cell, self.sheet)
        if kind == "percent":
            return percent_reading(cell, fractions=self.fractions[at])
        if kind == "rate":
            return Reading(amount_of(cell, self.sheet, decimal_mark=self.marks[at]).value)
        return text_reading(cell)

    def _put(self, record: Record, name: str, cell: Cell, reading: Reading) -> None:
        record.cells.setdefault(name, (cell.row, cell.column))
        record.findings.extend((name, finding) for finding in reading.findings)
        if reading.value is not None:
            record.values[name] = reading.value
            record.evidence[name] = reading.evidence
        if reading.extra:
            record.values["order.incoterm_place"] = reading.extra

    def _amount(
        self,
        record: Record,
        prefix: str,
        one: ColumnMap,
        cell: Cell,
        known: str,
        open_candidates: tuple[str, ...],
        *,
        currency_open: bool,
    ) -> None:
        """Read an amount, and for the record's main amount settle its currency."""
        at = one.column.at
        read = amount_of(
            cell, self.sheet, currency=known or one.currency, decimal_mark=self.marks[at], factor=self.factors[at]
        )
        broken = cell.kind is CellKind.ERROR
        if not broken:
            record.findings.extend((one.field, finding) for finding in read.findings)
        record.cells.setdefault(one.field, (cell.row, cell.column))
        if read.value is not None:
            record.values[one.field] = read.value
            record.evidence[one.field] = read.evidence
        if one.field != f"{prefix}.amount" or (read.value is None and not read.findings):
            return
        if any(finding.code == "cell.currency-unknown" for finding in read.findings):
            return
        currency = self._currency(record, prefix, one, cell, read, known, open_candidates, is_open=currency_open)
        if currency and read.value is not None and finer_than_currency(read.value, currency):
            where = self.sheet.place(cell.row, cell.column)
            finding = Finding("cell.minor-units", where, f"{read.value:f}", details={"currency": currency})
            record.findings.append((one.field, finding))

    def _currency(
        self,
        record: Record,
        prefix: str,
        one: ColumnMap,
        cell: Cell,
        read: Amount,
        known: str,
        open_candidates: tuple[str, ...],
        *,
        is_open: bool,
    ) -> str:
        """The currency of the record's amount, by the nearest evidence; what stays open is asked."""
        name = f"{prefix}.currency"
        where = self.sheet.place(cell.row, cell.column)
        named = [code for code in dict.fromkeys((known, read.currency, one.currency)) if code]
        if len(named) > 1:
            record.values.pop(name, None)
            record.findings.append((name, Finding("cell.currency-ambiguous", where, cell.text, tuple(named))))
            return ""
        if named:
            source = _("the heading names it") if one.currency else _("the amount's own cell names it")
            if not known:
                record.evidence[name] = (*read.evidence, source)
            record.values[name] = named[0]
            return named[0]
        candidates = read.candidates or open_candidates
        settled = self.named_currencies & set(candidates) if candidates else self.named_currencies
        if len(settled) == 1 and (candidates or not is_open):
            (code,) = settled
            record.values[name] = code
            record.evidence[name] = (_("the sheet's name, title or notes say {code}").format(code=code),)
            return code
        if candidates:
            at = record.cells.get(name, (cell.row, cell.column)) if open_candidates else (cell.row, cell.column)
            finding = Finding("cell.currency-ambiguous", self.sheet.place(*at), cell.text, candidates[:6])
            record.findings.append((name, finding))
        elif not is_open:
            record.findings.append((name, Finding("cell.currency-missing", where, cell.text)))
        return ""


_FACTORS = {
    "千": 3,
    "仟": 3,
    "万": 4,
    "萬": 4,
    "百万": 6,
    "百萬": 6,
    "亿": 8,
    "億": 8,
    "k": 3,
    "t": 3,
    "tsd": 3,
    "thousand": 3,
    "thousands": 3,
    "000": 3,
    "'000": 3,
    "mio": 6,
    "million": 6,
    "millions": 6,
}
_FACTOR = re.compile(
    r"[(（\[/]\s*(?:in |en )?(百万|百萬|千|仟|万|萬|亿|億|'?000|k|t|tsd\.?|thousands?|mio\.?|millions?)\s*[A-Z$€£¥元円圆美人民币欧]*\s*[)）\]]?\s*$"
    r"|(百万|百萬|千|仟|万|萬|亿|億)(?:元|円|圆|美元|欧元|人民币|日元|港币)\s*[)）]?\s*$|\bT(?=EUR|€|USD)",
    re.IGNORECASE,
)
_NOTED_FACTOR = re.compile(
    r"(?:单位|單位|単位|unit|einheit|in)\s*[:：]?\s*(百万|百萬|千|仟|万|萬|亿|億|thousands?|millions?|tsd)",
    re.IGNORECASE,
)


def _factor(label: str) -> int:
    """The unit in a heading: 金额(万元) counts in ten thousands. 0 where none is named."""
    found = _FACTOR.search(label)
    if not found:
        return 0
    word = next((group for group in found.groups() if group), "k").lower().rstrip(".")
    return int(10 ** _FACTORS[word])


def _noted_factor(texts: Sequence[str]) -> int:
    """The unit that a note gives for the whole sheet."""
    for text in texts:
        found = _NOTED_FACTOR.search(text)
        if found:
            return int(10 ** _FACTORS[found.group(1).lower()])
    return 1


def _year_and_month(texts: Sequence[str]) -> tuple[int, int]:
    """The year (and month) that a sheet's name, else its titles, speak of; 0 where they name none or several."""
    for text in texts:
        years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", text))
        if len(years) == 1:
            months = re.findall(r"(?:19|20)\d{2}\s?[年./-]\s?(\d{1,2})(?!\d)", text)
            month = int(months[0]) if len(set(months)) == 1 and 1 <= int(months[0]) <= 12 else 0
            return int(years.pop()), month
    return 0, 0
