"""Records: what the rows of a mapped table say, field by field, with the cells they were read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES
from workbench.sheets.batches import plain_records
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
    retired_currency,
    status_reading,
    text_reading,
)
from workbench.sheets.mapping import COST_COLUMNS, FIELD_KINDS, ColumnMap, TableMap
from workbench.sheets.model import Box, Cell, CellKind, Sheet, Workbook
from workbench.sheets.months import year_and_month
from workbench.sheets.record import FieldValue, Record
from workbench.sheets.rows import Role, Table
from workbench.sheets.units import factor_of_heading, factor_of_notes
from workbench.sheets.words import column_fields, currencies_in, looks_like_firm, plain

__all__ = ["FieldValue", "Record", "read_records"]

_FILLED_DOWN = ("order.customer", "order.customer_code")
_IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer.name", "customer.name_local", "customer.code"),
    "orders": ("order.number", "order.amount"),
    "receipts": ("receipt.amount", "receipt.reference"),
    "costs": ("cost.amount", *COST_COLUMNS),
}
"""A row with none of these cells filled says nothing that could be a record."""


def read_records(mapped: TableMap, book: Workbook) -> list[Record]:
    """All records of a table; rows that turn out to say nothing become notes of the table."""
    return _TableReader(mapped, book).records()


_INITIALS = 3
"""Characters; JW. and SD. in capitals are people."""
_DITTO = frozenset(
    form
    for mark in (
        '"', "''", "〃", "″", "“", "”", "„", "々", "仝", "同上", "上同", "〃〃", "idem", "ídem", "id.", "ditto", "do.", "dto.", "dto", '-"-', '- " -', "-„-",
        "то же", "тот же", "та же", "см. выше", "wie oben", "s. o.", "s.o.", "siehe oben", "ibid.", "상동", "위와 같음", "jw.", "j.w.", "tamże", "a.g.e.",
        "igual", "lo mismo", "o mesmo", "come sopra", "c. s.", "come sopra.", "même", "sd.", "samme", "sda.", "як вище", "те саме",
    )
    for form in (mark, *((mark.capitalize(), mark.upper()) if len(mark) > _INITIALS else ()), f" {mark}", f"{mark} ")
)  # fmt: skip
"""Marks that say what the cell above says."""
_MOST_KNOWN = 100_000
_TEXTS_TELL = ("date", "amount", "rate")
"""Kinds of columns whose typed texts prove something about each other."""


@dataclass(slots=True)
class _Held:
    """What a column holds: its typed texts (where they tell something), how many cells, the largest number."""

    texts: list[Cell] = field(default_factory=list)
    filled: int = 0
    largest: Decimal | None = None


class _TableReader:
    """Holds what a table's columns and surroundings prove while its rows are read."""

    def __init__(self, mapped: TableMap, book: Workbook) -> None:
        self.mapped, self.book, self.table, self.sheet = mapped, book, mapped.table, mapped.table.sheet
        rows = self.table.records
        self.columns = [one for one in mapped.columns if one.field]
        self.alike = self.sheet.alike(rows)
        held = self._look_through()
        words = (self.sheet.name, *self.table.notes)
        self.named_currencies = {code for text in words for code in currencies_in(text)}
        self.factors = {
            one.column.at: one.factor or factor_of_heading(one.column.label) or factor_of_notes(words)
            for one in self.columns
        }
        self.marks = {at: decimal_mark_of(one.texts) for at, one in held.items()}
        self.dates = self._date_columns(held, words)
        self.fractions = {at: one.largest is not None and one.largest <= 1 for at, one in held.items()}
        self.filled_down = {
            one.column.at
            for one in self.columns
            if one.field in _FILLED_DOWN and rows and 0 < held[one.column.at].filled < 0.8 * len(rows)
        }
        self.dittoed = self._with_dittos()
        self._last: dict[int, Cell] = {}
        self._said: dict[int, Cell] = {}
        self._known: dict[tuple[int, CellKind, str, str], Reading] = {}
        self._spots: dict[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]] = {}
        self.groups_name_customers = self.mapped.kind == "orders" and _are_customers(self.table, self.sheet)

    def _with_dittos(self) -> set[int]:
        """Columns in which marks stand for what is written above them; under an amount they are left unread."""
        wanted = {one.column.at for one in self.columns if FIELD_KINDS[one.field] != "amount"}
        return {
            column
            for alike in self.alike
            for index, (column, kind) in enumerate(zip(alike.columns, alike.kinds, strict=True))
            if kind == CellKind.TEXT.value and column in wanted
            if not _DITTO.isdisjoint(self.sheet.texts_at(alike, index))
        }

    def _look_through(self) -> dict[int, _Held]:
        """What the mapped columns hold, all rows that are alike at once."""
        held = {one.column.at: _Held() for one in self.columns}
        percents = {one.column.at for one in self.columns if FIELD_KINDS[one.field] == "percent"}
        telling = {one.column.at for one in self.columns if FIELD_KINDS[one.field] in _TEXTS_TELL}
        for alike in self.alike:
            for index, (column, kind) in enumerate(zip(alike.columns, alike.kinds, strict=True)):
                one = held.get(column)
                if one is None:
                    continue
                one.filled += len(alike.rows)
                if kind == CellKind.NUMBER.value and column in percents:
                    texts = set(self.sheet.texts_at(alike, index))
                    numbers = [Cell(0, column, CellKind.NUMBER, text).number or Decimal(0) for text in texts]
                    one.largest = max(*numbers, one.largest if one.largest is not None else numbers[0])
                elif kind == CellKind.TEXT.value and column in telling:
                    one.texts.extend(cell for row in alike.rows if (cell := self.sheet.cell(row, column)) is not None)
        for one in held.values():
            one.texts.sort(key=lambda cell: cell.row)
        return held

    def _date_columns(self, held: Mapping[int, _Held], words: Sequence[str]) -> dict[int, DateColumn]:
        year, month = year_and_month(words)
        dated = [one.column.at for one in self.columns if FIELD_KINDS[one.field] == "date"]
        said = " ".join((*words, *(one.column.label for one in self.mapped.columns)))
        found = {
            at: DateColumn.of(
                held[at].texts,
                epoch_1904=self.book.epoch_1904,
                siblings=[held[other].texts for other in dated if other != at],
                year=year,
                month=month,
            )
            for at in dated
        }
        for one in found.values():
            one.minguo = bool(_TAIWANESE.search(said))
            one.buddhist = bool(_THAI.search(said))
        return found

    def records(self) -> list[Record]:
        found: list[Record] = []
        prefix = self.mapped.kind[:-1]
        main = [one for one in self.columns if not one.slot]
        identifying = [one.column.at for one in main if one.field in _IDENTIFYING[self.mapped.kind]]
        plainly = self._plain_records(identifying)
        for row in self.table.records:
            if row in plainly:
                found.append(plainly[row])
                continue
            cells = self._cells(row)
            if not any(at in cells and cells[at].row == row for at in identifying):
                self.table.rows[row] = Role.NOTE
                continue
            record = self._record(row)
            wide = [one for one in main if one.field in COST_COLUMNS and one.column.at in cells]
            if wide:
                found.extend(self._costs_of(record, main, wide, cells))
                continue
            self._fill(record, prefix, main, cells)
            self._from_group_line(record, row)
            found.append(record)
            found.extend(self._beside(record, cells))
        return found

    def _plain_records(self, identifying: Sequence[int]) -> Mapping[int, Record]:
        """The records of rows that stand for themselves and leave no question."""
        if (
            self.filled_down
            or self.dittoed
            or self.mapped.implied
            or self.table.days
            or (self.groups_name_customers and self.table.group_lines)
        ):
            return {}
        return plain_records(self, self.alike, identifying)

    def _record(self, row: int) -> Record:
        """An empty record of a row, at its place on the sheet itself."""
        if self.table.orientation == "rows":
            box = Box(row, self.table.left, row, self.table.right)
        elif self.table.orientation == "columns":
            box = Box(self.table.left, row, self.table.right, row)
        elif self.table.orientation == "matrix":
            box = self.sheet.origin_box(row, self.sheet.columns_of(row)[-1:])
        else:
            box = self.sheet.origin_box(row, self.sheet.columns_of(row))
        return Record(self.mapped.kind, self.sheet, box.top, box, line=row, table=self.table)

    def _costs_of(
        self, row: Record, columns: Sequence[ColumnMap], wide: Sequence[ColumnMap], cells: Mapping[int, Cell]
    ) -> list[Record]:
        """One cost for each kind of cost that the row has a column for; VAT and rebate go with the purchase."""
        shared = [one for one in columns if one.field not in COST_COLUMNS]
        costs = []
        for one in wide:
            kind = one.field.removeprefix("cost.")
            cost = Record("costs", self.sheet, row.row, row.box, line=row.line, table=self.table)
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
            box = self.sheet.origin_box(order.line, filled)
            receipt = Record("receipts", self.sheet, order.row, box, parent=order, line=order.line, table=self.table)
            if "order.number" in order.values:
                receipt.values["receipt.order_number"] = order.values["order.number"]
            known = str(order.values.get("order.currency", ""))
            self._fill(receipt, "receipt", columns, cells, known_currency=known, currency_open=not known)
            receipts.append(receipt)
        return receipts

    def _cells(self, row: int) -> dict[int, Cell]:
        """The row's cells by column: its own, merged ones from above, and those written once per group."""
        own = {cell.column: cell for cell in self.sheet.row(row)}
        cells = {}
        for one in self.columns:
            at = one.column.at
            cell = self.table.days.get((row, at)) or self.mapped.implied.get((row, at)) or own.get(at)
            if at in self.dittoed and cell is not None:
                if cell.text in _DITTO:
                    cell = self._said.get(at)
                else:
                    self._said[at] = cell
            if cell is None or (cell.kind is CellKind.TEXT and not cell.formula and not plain(cell.text)):
                cell = self._from_above(row, at)
            elif at in self.filled_down:
                self._last[at] = cell
            if cell is not None:
                cells[at] = cell
        return cells

    def _from_above(self, row: int, column: int) -> Cell | None:
        merge = self.sheet.merge_over(row, column) if self.sheet.merges else None
        if merge is not None and merge.top < row and merge.top > max(self.table.header_rows, default=0):
            return self.sheet.cell(merge.top, merge.left)
        return self._last.get(column) if column in self.filled_down else None

    def _from_group_line(self, record: Record, row: int) -> None:
        """The customer that a line over a group of orders names."""
        name = "order.customer"
        at = self.table.group_lines.get(row)
        if at is None or not self.groups_name_customers or name in record.values:
            return
        cell = self.sheet.row(at)[0]
        record.values[name] = _group_name(cell.text)
        record.elsewhere[name] = (cell.row, cell.column)
        record.evidence[name] = (_("the line over the group names it"),)

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
        self._tell_places(record, present)
        for one, cell in present:
            if cell.kind is not CellKind.NUMBER:
                record.findings.extend((one.field, finding) for finding in problems_of_text(cell, self.sheet))
        candidates: tuple[str, ...] = ()
        for one, cell in present:
            if FIELD_KINDS[one.field] == "currency":
                reading, candidates = currency_reading(cell, self.sheet)
                currency_open = bool(candidates or reading.findings)
                known_currency = str(reading.value or known_currency)
                self._put(record, one.field, reading)
        for one, cell in present:
            kind = FIELD_KINDS[one.field]
            if kind == "amount":
                self._amount(record, prefix, one, cell, known_currency, candidates, currency_open=currency_open)
            elif kind != "currency":
                self._put(record, one.field, self._reading(one, cell, kind))
        if prefix == "receipt" and record.parent and known_currency:
            record.values.setdefault("receipt.currency", known_currency)

    def _tell_places(self, record: Record, present: Sequence[tuple[ColumnMap, Cell]]) -> None:
        line = record.line
        spots = tuple([(one.field, cell.column) for one, cell in present if cell.row == line])
        record.spots = self._spots.setdefault(spots, spots)
        if len(spots) < len(present):
            for one, cell in present:
                if cell.row != line:
                    record.elsewhere.setdefault(one.field, (cell.row, cell.column))

    def _reading(self, one: ColumnMap, cell: Cell, kind: str) -> Reading:
        """Read a cell; what was read once without a question is known for the rest of the column."""
        key = (one.column.at, cell.kind, cell.text, cell.number_format)
        known = self._known.get(key)
        if known is None:
            known = self.read_cell(one, cell, kind)
            if not known.findings and not cell.formula and len(self._known) < _MOST_KNOWN:
                self._known[key] = known
        return known

    def read_cell(self, one: ColumnMap, cell: Cell, kind: str) -> Reading:
        """Read a cell that is neither an amount nor a currency."""
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

    def _put(self, record: Record, name: str, reading: Reading) -> None:
        if reading.findings:
            record.findings.extend((name, finding) for finding in reading.findings)
        if reading.value is not None:
            record.values[name] = reading.value
            if reading.evidence:
                record.evidence[name] = reading.evidence
        if reading.extra:
            record.values["order.incoterm_place"] = reading.extra

    def read_amount(self, record: Record, prefix: str, one: ColumnMap, cell: Cell, known: str) -> None:
        """Read an amount of a record whose currency column, where it has one, names ``known``."""
        self._amount(record, prefix, one, cell, known, (), currency_open=False)

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
        if read.value is not None:
            record.values[one.field] = read.value
            if read.evidence:
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
        retired = retired_currency(named[0], where, cell.text) if named else None
        if retired:
            record.findings.append((name, retired))
            return ""
        if named:
            source = _("the heading names it") if one.currency else _("the amount's own cell names it")
            if not known:
                record.evidence[name] = (*read.evidence, source)
            record.values[name] = named[0]
            return named[0]
        candidates = read.candidates or open_candidates
        settled = self.named_currencies & set(candidates) if candidates else self.named_currencies
        settled = {code for code in settled if code in CURRENCIES}
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


_TAIWANESE = re.compile("民國|民国|[訂單幣額國號帳]")
"""Words of a sheet from Taiwan: there a year of three digits counts from 1911."""
_THAI = re.compile(r"[\u0e01-\u0e2e]{2}|\bB\.\s?E\.")
"""Words of a sheet from Thailand, where 2568 is 2025, or one that says so."""
_LABELLED = re.compile(r"\s*([^:：]{1,40})[:：]\s*(\S.*)", re.DOTALL)


def _group_name(text: str) -> str:
    found = _LABELLED.fullmatch(text)
    return plain(found.group(2) if found else text)


def _are_customers(table: Table, sheet: Sheet) -> bool:
    """Whether the lines over a table's groups name customers: by their label, or by looking like firms."""
    lines = sorted(set(table.group_lines.values()))
    texts = [sheet.row(row)[0].text for row in lines]
    labelled = [found.group(1) for text in texts if (found := _LABELLED.fullmatch(text))]
    named = sum(column_fields(label).get("order.customer", 0.0) >= 0.6 for label in labelled)
    return bool(texts) and max(named, sum(looks_like_firm(text) for text in texts)) >= 0.6 * len(texts)
