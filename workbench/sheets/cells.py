"""Reading the cells of a mapped column: amounts, currencies, dates, codes, each with evidence and what has to be asked.

A reader knows what its column's other cells prove (day or month first, which decimal mark), but never guesses: a cell
that stays open comes back with its candidates and no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from workbench.dates import buddhist_date, decide_order, existing_day, has_thai_month, read_date
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import RETIRED, Hints, Parsed, minor_units, parse
from workbench.sheets.formulas import NotWorkedOut, referenced, result_of
from workbench.sheets.model import Cell, CellKind, Sheet
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.profiles import INCOTERM, date_like, minguo_date
from workbench.sheets.words import country_of, currency_of, plain, status_of

__all__ = [
    "Amount", "DateColumn", "Reading", "amount_of", "code_text", "country_reading", "currency_reading", "decimal_mark_of",
    "finer_than_currency", "incoterm_reading", "percent_reading", "phone_reading", "problems_of_text", "retired_currency", "status_reading", "text_reading",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell was read as. ``value`` is None where it is empty, damaged or open; ``findings`` then tell why."""

    value: str | Decimal | date | None
    evidence: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    extra: str = ""  # the place behind an Incoterm


NOTHING = Reading(None)


# ---- texts and codes -------------------------------------------------------------------------------------------------

_RUNS_AS_FORMULA = re.compile(r"\s*(?:[=@]\s*\S|[+\-].*[^\W\d_])")
_MAY_RUN = frozenset("=@+-") | {letter for letter in map(chr, range(0x3001)) if letter.isspace()}
"""First characters of a text that could run as a formula."""
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2,}", re.IGNORECASE)
_PHONE_WORDS = re.compile(r"^\s*'?\s*(?:tel|phone|mob|mobile|fax|电话|手机|tél|tlf)?\s*[.:：]?\s*", re.IGNORECASE)


def problems_of_text(cell: Cell, sheet: Sheet) -> tuple[Finding, ...]:
    """Errors and texts that would run as a formula, wherever they stand."""
    if cell.kind is CellKind.TEXT and cell.text[:1] not in _MAY_RUN:
        return ()
    where = sheet.place(cell.row, cell.column)
    if cell.kind is CellKind.ERROR:
        return () if _inherited(cell, sheet) else (Finding("cell.error", where, cell.text),)
    if cell.kind is CellKind.TEXT and not cell.formula and _RUNS_AS_FORMULA.match(cell.text):
        text = plain(cell.text)
        if not re.fullmatch(r"[+\-][\d\s().,/-]+(?:\s*[A-Za-z]{3}|\s*[€$£¥])?", text) and parse(text).amount is None:
            return (Finding("cell.formula-text", where, text),)
    return ()


def _inherited(cell: Cell, sheet: Sheet) -> bool:
    """An error that only comes from another cell's error is told there."""
    if not cell.formula or "#REF!" in cell.formula:
        return False
    places = referenced(cell.formula)
    return any((other := sheet.original.cell(*place)) is not None and other.kind is CellKind.ERROR for place in places)


def text_reading(cell: Cell) -> Reading:
    """Text without what nobody sees; a number as it is written."""
    if cell.kind is CellKind.ERROR:
        return NOTHING
    return Reading(plain(_written(cell)) or None)


def code_text(cell: Cell, sheet: Sheet) -> Reading:
    """A code: zeros that only the number format shows are kept; digits that a spreadsheet has dropped are told."""
    if cell.kind is CellKind.ERROR:
        return NOTHING
    text = plain(_written(cell))
    lost = (cell.kind is CellKind.NUMBER and abs(float(cell.text)) >= 1e15) or _SCIENTIFIC.fullmatch(text)
    if lost:
        return Reading(None, findings=(Finding("cell.lost-digits", sheet.place(cell.row, cell.column), text),))
    padding = meaning_of(cell.number_format).padding
    if padding and text.isdigit():
        return Reading(text.zfill(padding), (_("its number format shows {width} digits").format(width=padding),))
    return Reading(text or None)


def _written(cell: Cell) -> str:
    number = cell.number
    if number is None:
        return cell.text
    return f"{number.normalize():f}" if number else "0"


def phone_reading(cell: Cell) -> Reading:
    """A telephone number without words before it."""
    if cell.kind is CellKind.ERROR:
        return NOTHING
    text = plain(_PHONE_WORDS.sub("", _written(cell)))
    if _SCIENTIFIC.fullmatch(text):
        text = f"{Decimal(text.replace(',', '.')):f}"
    return Reading(text or None)


def country_reading(cell: Cell, sheet: Sheet) -> Reading:
    """ISO 3166 code of the country named."""
    text = plain(_written(cell))
    code = country_of(text)
    if code or not text:
        return Reading(code or None, (text,))
    return Reading(None, findings=(_unknown(cell, sheet, text, "country", "国家"),))


def status_reading(cell: Cell, sheet: Sheet) -> Reading:
    """Order status that the word means."""
    text = plain(_written(cell))
    status = status_of(text)
    if status or not text:
        return Reading(status or None, (text,))
    return Reading(None, findings=(_unknown(cell, sheet, text, "order status", "订单状态"),))


def incoterm_reading(cell: Cell, sheet: Sheet) -> Reading:
    """Incoterm in capitals; what follows it is the named place."""
    text = plain(_written(cell))
    found = INCOTERM.match(text)
    if not found:
        return Reading(None, findings=(_unknown(cell, sheet, text, "Incoterm", "贸易术语"),) if text else ())
    term = found.group(1).upper()
    old = {"CNF": "CFR", "C&F": "CFR", "DAT": "DPU"}
    return Reading(old.get(term, term), (text,), extra=text[found.end() :].strip(" ,-"))


def _unknown(cell: Cell, sheet: Sheet, text: str, what: str, what_zh: str) -> Finding:
    where = sheet.place(cell.row, cell.column)
    return Finding("cell.code-unknown", where, text, details={"what": what, "what_zh": what_zh})


# ---- numbers ---------------------------------------------------------------------------------------------------------


def percent_reading(cell: Cell, *, fractions: bool) -> Reading:
    """A percentage as 30 for 30 %. ``fractions``: the column's bare numbers are parts of one."""
    number = cell.number
    if number is not None:
        scaled = meaning_of(cell.number_format).is_percent or fractions
        value = number * 100 if scaled else number
        return Reading(value.normalize() + 0 if value else Decimal(0))
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d+)?)\s*%?", plain(cell.text))
    return Reading(Decimal(found.group(1).replace(",", "."))) if found else NOTHING


def decimal_mark_of(cells: Iterable[Cell]) -> str:
    """The decimal mark that a column's texts prove, or nothing where they prove both or none."""
    marks = set()
    for cell in cells:
        if cell.kind is not CellKind.TEXT:
            continue
        text = plain(cell.text)
        both = re.search(r"[.,](?=\d{3}\D).*([.,])\d{1,3}(?!\d)", text)
        alone = re.search(r"\d([.,])(?:\d{1,2}|\d{4,})(?!\d|[.,])", text)
        grouped = re.search(r"\d([.,])\d{3}[.,]\d{3}(?!\d)", text)
        if both and both.group(1) != _first_mark(text):
            marks.add(both.group(1))
        elif alone:
            marks.add(alone.group(1))
        elif grouped:
            marks.add("," if grouped.group(1) == "." else ".")
    return marks.pop() if len(marks) == 1 else ""


def _first_mark(text: str) -> str:
    found = re.search(r"\d([.,])\d", text)
    return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with the currency that its own cell names (``candidates`` where its sign leaves several open)."""

    value: Decimal | None
    currency: str = ""
    candidates: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def amount_of(cell: Cell, sheet: Sheet, *, currency: str = "", decimal_mark: str = "", factor: int = 1) -> Amount:
    """Read an amount. ``currency`` is what is known from elsewhere, ``factor`` the unit of the column (万元: 10000)."""
    if cell.kind is CellKind.ERROR:
        return Amount(None, findings=problems_of_text(cell, sheet))
    number = cell.number
    if number is not None:
        number, findings, evidence = _recalculated(cell, number, sheet)
        symbol, candidates = _format_currency(cell.number_format)
        if symbol or candidates:
            evidence = (*evidence, _("its number format shows {format}").format(format=cell.number_format))
        return Amount(number * factor if factor != 1 else number, symbol, candidates, evidence, findings)
    text = plain(cell.text)
    if cell.formula and not text:
        return _never_calculated(cell, sheet, factor)
    where = sheet.place(cell.row, cell.column)
    read = parse(text, Hints(currency=currency, decimal_mark=decimal_mark))
    if read.amount is None and not read.amount_candidates:
        if text in ("", "-", "–", "—", "/", "n/a", "N/A", "无"):
            return Amount(None)
        return Amount(None, findings=(Finding("cell.amount-unreadable", where, text),))
    choices = read.amount_candidates or _open_readings(text, read, decimal_mark)
    named = read.currency or read.retired
    if named == currency and parse(text).currency is None:
        named = ""
    candidates = () if read.unknown_code or read.retired else read.candidates
    findings = ()
    if read.unknown_code:
        findings = (Finding("cell.currency-unknown", where, text, read.candidates),)
    if choices or read.amount is None:
        readings = tuple(f"{value:f}" for value in choices)
        findings = (*findings, Finding("cell.amount-ambiguous", where, text, readings))
        return Amount(None, named, candidates, read.evidence, findings)
    return Amount(read.amount * factor, named, candidates, read.evidence, findings)


def _open_readings(text: str, read: Parsed, decimal_mark: str) -> tuple[Decimal, ...]:
    """Both readings of ``KWD 123.250``: such a currency has three decimals, but in a sheet the mark may as well group."""
    found = re.search(r"(?<![\d.,'])-?[1-9]\d{0,2}[.,]\d{3}(?![\d.,'])", text)
    if not found or decimal_mark or read.amount is None or not read.currency or minor_units(read.currency) != 3:
        return ()
    scale = Decimal(1000)
    other = read.amount * scale if read.amount != read.amount.to_integral_value() else read.amount / scale
    return (read.amount, other)


def _never_calculated(cell: Cell, sheet: Sheet, factor: int) -> Amount:
    """A formula that a program wrote without its result."""
    result = _worked_out(cell, sheet)
    if result is None:
        where = sheet.place(cell.row, cell.column)
        return Amount(None, findings=(Finding("cell.formula-empty", where, f"={cell.formula[:60]}"),))
    return Amount(result * factor, evidence=(_("worked out from ={formula}").format(formula=cell.formula[:60]),))


def _worked_out(cell: Cell, sheet: Sheet) -> Decimal | None:
    def number_at(row: int, column: int) -> Decimal | None:
        other = sheet.original.cell(row, column)
        if other is not None and (other.kind is CellKind.ERROR or (other.formula and not other.text)):
            raise NotWorkedOut
        return other.number if other is not None else None

    return result_of(cell.formula, number_at)


def _recalculated(cell: Cell, shown: Decimal, sheet: Sheet) -> tuple[Decimal, tuple[Finding, ...], tuple[str, ...]]:
    """The number, or its formula's result where what is shown is out of date."""
    if not cell.formula:
        return shown, (), ()
    result = _worked_out(cell, sheet)
    if result is None or abs(result - shown) <= max(abs(shown), Decimal(1)) * Decimal("1e-9"):
        return shown, (), (_("the result of ={formula}").format(formula=cell.formula[:60]),)
    result = Decimal(f"{result:.15g}")
    stale = Finding("cell.formula-stale", sheet.place(cell.row, cell.column), f"{shown:f}", (f"{result:f}",))
    return result, (stale,), (_("worked out from ={formula}").format(formula=cell.formula[:60]),)


@lru_cache(maxsize=4096)
def _format_currency(number_format: str) -> tuple[str, tuple[str, ...]]:
    """Currency, or candidates, that a number format shows."""
    meaning = meaning_of(number_format)
    if not meaning.symbol:
        return "", ()
    codes, unknown = currency_of(meaning.symbol)
    if unknown or not codes:
        return "", ()
    if len(codes) == 1:
        return codes[0], ()
    if meaning.lcid_currency in codes:
        return meaning.lcid_currency, ()
    return "", codes


def currency_reading(cell: Cell, sheet: Sheet) -> tuple[Reading, tuple[str, ...]]:
    """The currency a cell of a currency column names; with it the candidates where it leaves several open."""
    if cell.kind is CellKind.ERROR:
        return NOTHING, ()
    text = plain(cell.text)
    codes, unknown = currency_of(text)
    if len(codes) == 1 and not unknown:
        retired = retired_currency(codes[0], sheet.place(cell.row, cell.column), text)
        return Reading(None, findings=(retired,)) if retired else Reading(codes[0], (text,)), ()
    if codes and not unknown:
        return NOTHING, codes
    where = sheet.place(cell.row, cell.column)
    return Reading(None, findings=(Finding("cell.currency-unknown", where, text, codes),) if text else ()), ()


def retired_currency(code: str, where: str, text: str) -> Finding | None:
    """What to ask where an amount is in a currency that was replaced; None for one in use."""
    gone = RETIRED.get(code)
    if gone is None:
        return None
    details = {"code": code, "successor": gone.successor, "ratio": str(gone.ratio), "day": gone.date.isoformat()}
    return Finding("cell.currency-retired", where, text, details=details)


def finer_than_currency(value: Decimal, currency: str) -> bool:
    """Whether an amount has more decimals than its currency."""
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent > minor_units(currency)


# ---- dates -----------------------------------------------------------------------------------------------------------

_SLASHED = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{2}|\d{4})(?:\s.*)?")
_YEARLESS = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\.?|(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?")


@dataclass(slots=True)
class DateColumn:
    """What a column of dates proves about its own order, and the year and month that its sheet names."""

    epoch_1904: bool = False
    order: str = ""  # dmy, mdy, ymd (of years with two digits), mixed or unknown
    year: int = 0
    month: int = 0
    evidence: tuple[str, ...] = field(default=())
    minguo: bool = False
    """Whether years of three digits are proven to count from 1911."""
    buddhist: bool = False
    """Whether years such as 2568 are proven to count from 543 before our era."""

    @classmethod
    def of(
        cls,
        cells: Sequence[Cell],
        *,
        epoch_1904: bool,
        siblings: Sequence[Sequence[Cell]] = (),
        year: int = 0,
        month: int = 0,
    ) -> DateColumn:
        """Evidence from the column itself, then from the sheet's other date columns, then from the order of its rows."""
        own = _orders(cells)
        if len(own) > 1:
            return cls(epoch_1904, "mixed", year, month)
        if own:
            return cls(epoch_1904, own.pop(), year, month, (_("other dates of the column settle the order"),))
        beside = {order for column in siblings for order in _orders(column)}
        if len(beside) == 1:
            return cls(epoch_1904, beside.pop(), year, month, (_("other dates of the sheet settle the order"),))
        rising = _rising_order(cells) if not beside else ""
        return cls(epoch_1904, rising, year, month, (_("in this order the rows are sorted by date"),) if rising else ())

    def read(self, cell: Cell, sheet: Sheet) -> Reading:
        """Read one cell."""
        if cell.kind is CellKind.ERROR:
            return NOTHING
        number = cell.number
        if number is not None:
            return self._from_number(cell, number, sheet)
        text = plain(cell.text)
        if not text or text in ("-", "–", "/", "n/a", "TBD", "待定"):
            return NOTHING
        yearless = _YEARLESS.fullmatch(text)
        if yearless and cell.kind is CellKind.TEXT:
            return self._without_year(cell, yearless, sheet)
        order = self.order if self.order in ("dmy", "mdy", "ymd") else None
        read = read_date(text, order=order, epoch_1904=self.epoch_1904)  # type: ignore[arg-type]  # narrowed above
        if read.date is not None and not read.ambiguous:
            return Reading(read.date, (*self.evidence, read.rule) if order else (read.rule,))
        where = sheet.place(cell.row, cell.column)
        taiwan = minguo_date(text)
        if taiwan is not None and self.minguo:
            return Reading(taiwan, (_("the sheet counts years from 1911"),))
        thai = buddhist_date(text, order)  # type: ignore[arg-type]  # narrowed above
        if thai is not None and (self.buddhist or has_thai_month(text)):
            return Reading(thai, (_("the sheet counts years as in Thailand: 2568 is 2025"),))
        if read.candidates or taiwan is not None or thai is not None:
            choices = tuple(day.isoformat() for day in read.candidates or (taiwan or thai,) if day)
            return Reading(None, findings=(Finding("cell.date-ambiguous", where, text, choices),))
        return Reading(None, findings=(Finding("cell.date-unreadable", where, text),))

    def _from_number(self, cell: Cell, number: Decimal, sheet: Sheet) -> Reading:
        if re.fullmatch(r"(?:19|20)\d{6}", f"{number:f}"):
            read = read_date(f"{number:f}")
            return Reading(read.date, (read.rule,)) if read.date else NOTHING
        if self.minguo and (taiwan := minguo_date(f"{number:f}")) is not None:
            return Reading(taiwan, (_("the sheet counts years from 1911"),))
        if not 1 <= number < 2_958_466:
            return Reading(
                None, findings=(Finding("cell.date-unreadable", sheet.place(cell.row, cell.column), f"{number:f}"),)
            )
        start = date(1904, 1, 1) if self.epoch_1904 else date(1899, 12, 30)
        system = "1904" if self.epoch_1904 else "1900"
        return Reading(
            start + timedelta(days=int(number)), (_("day number of the {system} date system").format(system=system),)
        )

    def _without_year(self, cell: Cell, found: re.Match[str], sheet: Sheet) -> Reading:
        """A day and month; the year is the one that the sheet names."""
        first, second, month, day = (int(part) if part else 0 for part in found.groups())
        where, text = sheet.place(cell.row, cell.column), plain(cell.text)
        pairs = {(month, day)} if month else {(first, second), (second, first)}
        pairs = {pair for pair in pairs if 1 <= pair[0] <= 12 and 1 <= pair[1] <= 31}
        if self.month and len(pairs) > 1:
            pairs = {pair for pair in pairs if pair[0] == self.month} or pairs
        if len(pairs) > 1 and self.order in ("dmy", "mdy"):
            pairs = {(second, first) if self.order == "dmy" else (first, second)}
        if not self.year or not pairs:
            return Reading(None, findings=(Finding("cell.date-unreadable", where, text),))
        days = sorted(found_day for pair in pairs if (found_day := existing_day(self.year, *pair)))
        if len(days) == 1:
            return Reading(days[0], (_("the sheet is of {year}").format(year=self.year),))
        return Reading(None, findings=(Finding("cell.date-ambiguous", where, text, tuple(map(str, days))),))


def _orders(cells: Sequence[Cell]) -> set[str]:
    """Orders of day, month and year that a column's texts prove."""
    found: set[str] = set()
    short: list[str] = []  # 25-05-03 may be the third of May in 2025, or the 25th in 2003
    for cell in cells:
        text = plain(cell.text) if cell.kind is CellKind.TEXT else ""
        if not date_like(text):
            continue
        parts = _SLASHED.fullmatch(text) or re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\.?", text)
        if parts:
            first, second = int(parts.group(1)), int(parts.group(3))
            if len(parts.groups()) == 4 and len(parts.group(4)) == 2:
                short.append(text)
            elif first > 12 >= second:
                found.add("dmy")
            elif second > 12 >= first:
                found.add("mdy")
    decided = decide_order(short)
    return found | {decided} if decided else found


def _rising_order(cells: Sequence[Cell]) -> str:
    """The order under which at least six dates rise row by row, where the other order does not give that."""
    parts = [found for cell in cells if cell.kind is CellKind.TEXT and (found := _SLASHED.fullmatch(plain(cell.text)))]
    if len(parts) < 6:
        return ""

    def sorted_in(order: str) -> bool:
        days = []
        for found in parts:
            first, second, year = int(found.group(1)), int(found.group(3)), int(found.group(4))
            day = existing_day(
                year + 2000 if year < 100 else year, *((second, first) if order == "dmy" else (first, second))
            )
            if day is None:
                return False
            days.append(day)
        rising = all(one <= other for one, other in pairwise(days))
        return (rising or all(one >= other for one, other in pairwise(days))) and len(set(days)) >= 4

    orders = [order for order in ("dmy", "mdy") if sorted_in(order)]
    return orders[0] if len(orders) == 1 else ""
