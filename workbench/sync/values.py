"""One cell and one value of the register: whether they say the same, what a cell is to hold, what a typed cell means.

A cell counts as untouched when it still shows what the register's value looks like in a sheet; only a cell that was
touched is read. So a value that a sheet cannot show exactly (a text of 40,000 characters, a 20-digit rate) survives
every round trip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from rapidfuzz import process

from workbench.dates import read_date
from workbench.findings import Finding
from workbench.money import CURRENCIES, Hints, number_format, parse
from workbench.register import TABLES, Field, FieldKind
from workbench.sheets import Cell, CellKind
from workbench.sheets.number_formats import meaning_of
from workbench.sync.model import BoundColumn

__all__ = ["LookupNames", "Unreadable", "ValueColumn", "field_of", "nested", "value_of"]

MAX_TEXT = 32_767
DATE_FORMAT = "yyyy-mm-dd"
_FIRST_DAYS = {False: date(1900, 3, 1), True: date(1904, 1, 2)}
"""By whether the workbook counts from 1904: the first day that every program shows alike."""
_CUT_MARK = re.compile(r" ?…+ ?(?:\[[^\]]*\]|【[^】]*】)\Z")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIGURES = (CellKind.NUMBER, CellKind.BOOLEAN, CellKind.DATE)
_LISTED = re.compile(r"[,;，；、|\n]+")
_LONGEST_EXACT = 15
_TOO_LARGE = Decimal(10) ** _LONGEST_EXACT
_YES = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}


class Unreadable(Exception):
    """A typed cell that cannot be taken; becomes a finding at the cell."""

    def __init__(self, code: str, value: str, *candidates: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.value, self.candidates, self.details = code, value, candidates, details

    def finding(self, where: str, heading: str) -> Finding:
        """The finding for the cell at that place."""
        return Finding(
            self.code, where, self.value, candidates=self.candidates, details={"field": heading, **self.details}
        )


@dataclass(slots=True)
class LookupNames:
    """Names of the rows that a column refers to: now, and as they were when the sheet was last written.

    ``codes`` are other names by which a row may be typed (a customer's code).
    """

    table: str
    now: Mapping[str, str]
    then: Mapping[str, str]
    codes: Mapping[str, str] = field(default_factory=dict)
    _by_name: dict[str, list[str]] = field(default_factory=dict)

    def ids(self, text: str) -> list[str]:
        """Rows that are called so: by id, by code, by the exact name, else without regard to case and spacing."""
        if text in self.now:
            return [text]
        if not self._by_name:
            for row_id, name in self.now.items():
                self._by_name.setdefault(name, []).append(row_id)
                if (folded := _folded(name)) != name:
                    self._by_name.setdefault(folded, []).append(row_id)
            for row_id, code in self.codes.items():
                self._by_name.setdefault(code, []).append(row_id)
        found = self._by_name.get(text) or self._by_name.get(_folded(text)) or []
        return sorted(set(found))

    def add(self, row_id: str, name: str) -> None:
        """A row that is new in this very synchronisation."""
        self.now = {**self.now, row_id: name}
        self._by_name.clear()


def field_of(table: str, name: str, custom: Mapping[str, Field]) -> Field:
    """The register's field behind a bound column; KeyError where there is none."""
    if name.startswith("custom."):
        return custom[name.removeprefix("custom.")]
    return TABLES[table].field_named(name)


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a field of a row, the firm's own fields (``custom.NAME``) among them."""
    if name.startswith("custom."):
        return (row.get("custom") or {}).get(name.removeprefix("custom."))
    return row.get(name)


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field name as the register takes them: the firm's own fields under ``custom``."""
    own = {name.removeprefix("custom."): value for name, value in values.items() if name.startswith("custom.")}
    plain = {name: value for name, value in values.items() if not name.startswith("custom.")}
    return {**plain, "custom": own} if own else plain


class ValueColumn:
    """Reads and writes the cells of one bound column."""

    def __init__(self, bound: BoundColumn, definition: Field, names: LookupNames | None, *, epoch_1904: bool) -> None:
        self.bound, self.field, self.names = bound, definition, names
        self._epoch_1904 = epoch_1904
        self._shown = {code: label for label, code in bound.labels.items()}
        self._plain = names is None and not bound.labels
        # 30 means 30 %; a cell of 0.3 that shows 30 % means the same.
        self._in_percent = definition.kind is FieldKind.DECIMAL and definition.name.endswith("_percent")
        self._same: Callable[[Cell, Any], bool] = {
            FieldKind.MONEY: self._same_number,
            FieldKind.DECIMAL: self._same_number,
            FieldKind.INTEGER: self._same_number,
            FieldKind.DATE: self._same_date,
        }.get(definition.kind, self._same_text)

    # showing

    def same(self, cell: Cell | None, value: Any) -> bool:
        """Whether the cell still shows the value as it was when the sheet was last written."""
        if cell is not None and cell.formula and not cell.text:
            return False  # typed, and not computed yet
        if cell is None or cell.text == "":
            return value is None or self.text_of(value, then=True) == ""
        if value is None or cell.kind is CellKind.ERROR:
            return False
        return self._same(cell, value)

    def named(self, cell: Cell | None, value: Any) -> bool:
        """Whether the cell calls the row that it refers to as it is called now."""
        return self.names is None or _line_ends(cell.text if cell else "") == _line_ends(self.text_of(value))

    def text_of(self, value: Any, *, then: bool = False) -> str:
        """The value in the words and digits of the sheet; ``then`` by the names of when it was last written."""
        if value is None:
            return ""
        if self.names is not None:
            known = self.names.then if then else self.names.now
            return known.get(value) or self.names.now.get(value, value)
        if isinstance(value, bool):
            return self._shown.get("true" if value else "false", "TRUE" if value else "FALSE")
        if isinstance(value, str):
            return self._shown.get(value, value)
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return ", ".join(str(one) for one in value)
        return str(value)

    def shown(self, value: Any, currency: str | None) -> tuple[str | Decimal | int | date | None, str]:
        """What the cell is to hold, and its number format ("" keeps the cell's own)."""
        if value is None:
            return None, ""
        kind = self.field.kind
        if kind is FieldKind.DATE:
            return (value, DATE_FORMAT) if value >= _FIRST_DAYS[self._epoch_1904] else (value.isoformat(), "")
        if kind is FieldKind.MONEY:
            return _number(value), number_format(currency) if currency and currency in CURRENCIES else ""
        if kind in (FieldKind.DECIMAL, FieldKind.INTEGER):
            return _number(value), "General" if self._in_percent else ""
        return _cut(self.text_of(value)), ""

    # reading

    def read(self, cell: Cell | None, currency: str | None, before: Any) -> Any:
        """The value that was typed.

        Args:
            cell: as it is now; None where it is empty.
            currency: of the row, for money.
            before: the value that stood there, to tell a text from the number that a program made of it.

        Raises:
            Unreadable: it cannot be taken as it stands.
        """
        if cell is None or cell.text == "":
            if cell is not None and cell.formula and before is not None:
                raise Unreadable("sync.formula", cell.formula[:80])  # not computed yet, or its result is nothing
            return None
        if cell.kind is CellKind.ERROR:
            raise Unreadable("sync.error-cell", cell.text)
        if self.names is not None:
            return self._row_called(cell, before)
        kind = self.field.kind
        if kind is FieldKind.MONEY:
            return self._money(cell, currency)
        if kind is FieldKind.DECIMAL:
            return self._decimal(cell)
        if kind is FieldKind.INTEGER:
            return self._integer(cell)
        if kind is FieldKind.DATE:
            return self._date(cell)
        if kind is FieldKind.BOOLEAN:
            return self._boolean(cell)
        text = self._text(cell, before)
        if kind is FieldKind.JSON:
            return [one for one in (piece.strip() for piece in _LISTED.split(text)) if one] or None
        if kind in (FieldKind.CURRENCY, FieldKind.COUNTRY):
            return text.strip().upper()
        return self._coded(text)

    def _coded(self, text: str) -> str:
        if not self.bound.labels:
            return text
        wanted = text.strip()
        if wanted in self.bound.labels:
            return self.bound.labels[wanted]
        if wanted in self._shown:
            return wanted
        folded = {label.casefold(): code for label, code in self.bound.labels.items()}
        if wanted.casefold() in folded:
            return folded[wanted.casefold()]
        raise Unreadable("row.choice", text, *self.bound.labels)

    def _row_called(self, cell: Cell, before: Any) -> str:
        if self.names is None:
            raise TypeError("the column refers to no rows")
        text, was = _as_text(cell), self.text_of(before, then=True)
        if _is_misread(was, text):
            raise Unreadable("sync.text-misread", text[:80], text=was[:80])
        return _looked_up(self.names, text)

    def _text(self, cell: Cell, before: Any) -> str:
        if isinstance(before, str) and _is_too_long(before):
            raise Unreadable("sync.text-cut", f"{cell.text[:40]}…")
        if cell.kind is not CellKind.NUMBER:
            if isinstance(before, str) and _is_misread(before, cell.text):
                raise Unreadable("sync.text-misread", cell.text[:80], text=before[:80])
            return _as_text(cell)
        shown = _as_text(cell)
        if isinstance(before, str) and before != shown and _as_number(before) == cell.number:
            raise Unreadable("sync.number-for-text", shown, text=before)
        if len(shown.strip("-").replace(".", "").lstrip("0")) >= _LONGEST_EXACT:
            raise Unreadable("sync.digits-lost", shown)
        return shown

    def _money(self, cell: Cell, currency: str | None) -> Decimal:
        if cell.kind in _FIGURES:
            return _exact(cell)
        read = parse(cell.text, Hints(currency=currency or ""))
        if read.amount is None:
            code = "cell.amount-ambiguous" if read.amount_candidates else "cell.amount-unreadable"
            raise Unreadable(code, cell.text, *(format(one, "f") for one in read.amount_candidates))
        if currency and read.currency and read.currency != currency:
            raise Unreadable("sync.other-currency", cell.text, currency=currency)
        return read.amount

    def _decimal(self, cell: Cell) -> Decimal:
        if cell.kind in _FIGURES:
            return _exact(cell, in_percent=self._in_percent)
        number = _as_number(cell.text.replace(",", "").strip())
        if number is None:
            raise Unreadable("sync.number", cell.text)
        return number

    def _integer(self, cell: Cell) -> int:
        number = _exact(cell) if cell.kind in _FIGURES else _as_number(cell.text.replace(",", "").strip())
        if number is None or number != int(number):
            raise Unreadable("sync.whole-number", cell.text)
        return int(number)

    def _date(self, cell: Cell) -> date:
        typed: Any = cell.number if cell.kind is CellKind.NUMBER else cell.text
        if isinstance(typed, Decimal):
            if typed != int(typed):
                raise Unreadable("cell.date-unreadable", cell.text)
            typed = int(typed)
        read = read_date(typed, epoch_1904=self._epoch_1904)
        if read.date is not None:
            return read.date
        code = "cell.date-ambiguous" if read.ambiguous else "cell.date-unreadable"
        raise Unreadable(code, cell.text, *(one.isoformat() for one in read.candidates))

    def _boolean(self, cell: Cell) -> bool:
        text = cell.text.strip()
        code = self.bound.labels.get(text, text)
        if code.casefold() not in _YES:
            raise Unreadable("sync.yes-no", cell.text, *(self.bound.labels or ("TRUE", "FALSE")))
        return _YES[code.casefold()]

    # comparing

    def _same_number(self, cell: Cell, value: Any) -> bool:
        if cell.kind is CellKind.NUMBER:
            if self._in_percent and meaning_of(cell.number_format).is_percent:
                return cell.number is not None and cell.number.scaleb(2) == value
            return float(cell.text) == float(value) or _is_rounded(cell.number, Decimal(value))
        return cell.kind is CellKind.TEXT and bool(_as_number(cell.text.replace(",", "")) == value)

    def _same_date(self, cell: Cell, value: date) -> bool:
        if cell.kind is CellKind.NUMBER:
            if cell.text.isdecimal():
                return _day(int(cell.text), self._epoch_1904) == value
            number = cell.number
            return number is not None and number == int(number) and _day(int(number), self._epoch_1904) == value
        return cell.text[:10] == value.isoformat() and cell.text[10:] in ("", "T00:00:00")

    def _same_text(self, cell: Cell, value: Any) -> bool:
        if self._plain and cell.text == value and cell.kind is CellKind.TEXT:
            return True
        wanted = self.text_of(value, then=True)
        if cell.kind is CellKind.BOOLEAN and isinstance(value, bool):
            return (cell.text == "1") == value
        if cell.kind is not CellKind.TEXT:
            return False
        if cell.text == wanted:
            return True
        if _is_too_long(wanted):
            mark = _CUT_MARK.search(cell.text)
            wanted = _cut(wanted, mark.group() if mark else "")
        return _same_lines(cell.text, wanted)


def _number(value: Decimal | int) -> Decimal | str:
    """As a number where a sheet keeps all of its digits, else as text."""
    exact = Decimal(value)
    return exact if Decimal(f"{exact:.15g}") == exact else format(exact, "f")


def _is_misread(before: str, text: str) -> bool:
    """Whether a program that saved the sheet took ``_x0041_`` in a text for the character that files write so."""
    return "_x" in before and _unescaped(before) == _unescaped(text)


def _unescaped(text: str) -> str:
    while (plain := _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)) != text:
        text = plain
    return _line_ends(text)


def _is_too_long(text: str) -> bool:
    """Whether a cell cannot hold the whole text; spreadsheets count in UTF-16."""
    return 2 * len(text) > MAX_TEXT and len(text) + sum(one > "\uffff" for one in text) > MAX_TEXT


def _cut(text: str, mark: str = "") -> str:
    """As much of the text as a cell holds, the mark of the cut at its end."""
    if not _is_too_long(text):
        return text
    return text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))].decode("utf-16-le", errors="ignore") + mark


def _day(serial: int, epoch_1904: bool) -> date | None:  # noqa: FBT001 - one of the workbook's two calendars
    """The day of a serial number; the 29 February 1900 that one calendar counts (60) is no day."""
    first = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 31) if serial < 60 else date(1899, 12, 30)
    try:
        return None if serial == 60 and not epoch_1904 else first + timedelta(days=serial)
    except OverflowError:
        return None


def _is_rounded(shown: Decimal | None, value: Decimal) -> bool:
    """Whether a sheet's number is the value, rounded where it has more digits than sheets keep.

    Programs round from the binary number, from its shortest digits, or half up: the last digit is not always the same.
    """
    if shown is None:
        return False
    if Decimal(f"{value:.15g}") == value:
        return shown == value and abs(value) < _TOO_LARGE  # a typed whole number may have more digits than are shown
    return abs(shown - value) <= Decimal(6).scaleb(value.adjusted() - 15)


def _exact(cell: Cell, *, in_percent: bool = False) -> Decimal:
    """The number as the sheet shows it; refused where it shows a date, or where its last digits may be lost."""
    number = cell.number
    if number is None:
        raise Unreadable("sync.number", _as_text(cell))
    shown = meaning_of(cell.number_format)
    if shown.is_date or (shown.is_percent and not in_percent):
        raise Unreadable("sync.shown-otherwise", cell.text)
    if abs(number) >= _TOO_LARGE:
        raise Unreadable("sync.digits-lost", cell.text)
    return number.scaleb(2) if shown.is_percent else number


def _as_text(cell: Cell) -> str:
    """The cell as text: a number in the digits that a sheet shows.

    Raises:
        Unreadable: it is a number that looks otherwise: what was typed as 3-4 or 30% is no longer there.
    """
    if cell.kind is CellKind.BOOLEAN:
        return "TRUE" if cell.text == "1" else "FALSE"
    number = cell.number
    if number is None:
        return _line_ends(cell.text)
    shown = meaning_of(cell.number_format)
    if shown.is_date or shown.is_percent or shown.symbol:
        raise Unreadable("sync.shown-otherwise", cell.text)
    return (format(number.normalize(), "f") if number != 0 else "0").zfill(shown.padding)


def _as_number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _same_lines(shown: str, wanted: str) -> bool:
    """Whether the texts are the same but for line ends, as programs keep them: CR as LF, CR beside LF as one, or dropped."""
    lines = _line_ends(shown)
    if lines == _line_ends(wanted):
        return True
    return "\r" in wanted and lines in {_line_ends(wanted.replace("\n\r", "\n")), wanted.replace("\r", "")}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _looked_up(names: LookupNames, text: str) -> str:
    """The id of the row that is called so; ``Name (C-000012)`` names one of several."""
    wanted = text.strip()
    marked = re.fullmatch(r".*\(([A-Z]{1,3}-\d{6,})\)", wanted)
    found = names.ids(marked.group(1) if marked and marked.group(1) in names.now else wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise Unreadable("sync.lookup-ambiguous", text, *(f"{names.now[one]} ({one})" for one in found[:6]))
    close = process.extract(wanted, dict(names.now), limit=3, score_cutoff=60)
    raise Unreadable("sync.lookup-missing", text, *(name for name, _score, _id in close), table=names.table)
