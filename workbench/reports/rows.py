"""Rows of the register as rows of a sheet's XML, a page at a time.

XlsxWriter makes everything around the rows. The rows themselves are too many for an object a cell: here each column
turns a page of stored values into the bodies of its cells, and each row is one piece of formatted text. Amounts keep
their exact decimal digits, text is escaped and never a formula; the only formulas are ours: the links' shared one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name

from workbench.findings import Finding
from workbench.money import CURRENCIES
from workbench.reports.cells import CellWriter
from workbench.reports.columns import Column, Group, Kind, Table
from workbench.reports.plain import (
    MAX_TEXT,
    decimal,
    escaped,
    fit,
    is_formula_like,
    minor_units,
    money_format,
    unescaped,
)
from workbench.reports.reading import Page
from workbench.sync.seals import seal

__all__ = ["EXCEL_EPOCH", "ROW_HEIGHT", "RowStream", "link_formula", "sealed_columns"]

ARROW = "→"
CHECK = "check"
ROW_HEIGHT = 19  # points
_REMEMBERED = 4_000  # cells a column; the same currencies, days and labels come again and again
_BAR = "|"
# Beside a bar, what text must not begin or end with to be written as it is; and what XML or Excel has a use for.
_MARKS = ("&", "<", ">", "_x", *(f"{_BAR}{mark}" for mark in "=+-@' "), f" {_BAR}")
_EXACT_BELOW = 10**15  # integers of at most 15 digits are exact in a spreadsheet, wherever their decimal point is
_FIRST_EXCEL_DAY = "1900-03-01"  # before it Excel counts a 29 February 1900 that never was
EXCEL_EPOCH = date(1899, 12, 30).toordinal()
"""What a day's ordinal number is less than, to be its number in a spreadsheet."""
_MAX_LINES = 8
_LONG = 900  # characters of a text that count for its row's height

Bodies = Callable[[Page, int, int], Sequence[str]]
"""Page, its number of rows and the number of its first row in the sheet → what follows ``<c r="B7`` of each cell."""


class RowStream:
    """Makes the rows of one table.

    Args:
        table: whose rows.
        cells: gives formats and labels, and takes findings.
        sheet: name of the sheet.
        targets: key of each sheet that links lead to → its name, and the letters of its first column in sight.

    The formats that the rows can need are made at once, since the workbook's styles are written before its rows.
    """

    def __init__(self, table: Table, cells: CellWriter, sheet: str, targets: Mapping[str, tuple[str, str]]) -> None:
        self._table, self._cells, self._sheet, self._targets = table, cells, sheet, targets
        self._letters = [xl_col_to_name(i) for i in range(len(table.columns))]
        self._makers = [self._maker(column, i) for i, column in enumerate(table.columns)]
        self._long = [column for column in table.columns if column.kind is Kind.LONG and column.width]
        cell = "".join(f'<c r="{letters}%s%s' for letters in self._letters)
        height = "%s" if self._long else str(ROW_HEIGHT)
        self._last = 0
        keys = [column.key for column in table.columns]
        self._check = keys.index(CHECK) if CHECK in keys else None
        self._sealed = sealed_columns(table.columns)
        self._known_seals: dict[str, str] = {}
        self._template = f'<row r="%s" ht="{height}" customHeight="1">{cell}</row>'

    def xml(self, first: int) -> Iterator[bytes]:
        """The ``row`` elements, the first of which is row ``first`` of the sheet; one blank row where there is none."""
        self._last = first + max(self._table.count, 1) - 1
        empty = True
        for page in self._table.pages():
            size = len(next(iter(page.values())))
            yield self._rows(page, size, first)
            first += size
            empty = False
        if empty:
            yield self._rows({}, 1, first)

    def _rows(self, page: Page, size: int, first: int) -> bytes:
        numbers = [str(number) for number in range(first, first + size)]
        parts: list[Sequence[str]] = [numbers]
        if self._long:
            parts.append(self._heights(page, size))
        made = [bodies(page, size, first) for bodies in self._makers]
        if self._check is not None and self._sealed and page:
            made[self._check] = self._seals(made)
        for bodies in made:
            parts += (numbers, bodies)
        return "".join(map(self._template.__mod__, zip(*parts, strict=True))).encode()

    def _seals(self, made: Sequence[Sequence[str]]) -> list[str]:
        """The cells of the hidden column by which an edit to a computed cell is noticed."""
        columns = []
        for index in self._sealed:
            if len(self._known_seals) > _REMEMBERED:
                self._known_seals.clear()
            get = self._known_seals.get
            columns.append([get(body) or self._seal(body) for body in made[index]])
        begin, end = (
            f'{_style(self._cells.format(self._table.columns[self._check or 0]))} t="inlineStr"><is><t>',
            "</t></is></c>",
        )
        return [f"{begin}{''.join(row)}{end}" for row in zip(*columns, strict=True)]

    def _seal(self, body: str) -> str:
        _before, is_number, number = body.partition("<v>")
        if is_number:
            sealed = seal("n", number.removesuffix("</v></c>"))
        else:
            text = body.partition("<t")[2].partition(">")[2].removesuffix("</t></is></c>")
            sealed = seal("s", unescaped(text))
        self._known_seals[body] = sealed
        return sealed

    def _heights(self, page: Page, size: int) -> list[str]:
        """Points: a row is as high as its longest wrapped text needs."""
        lines = [1] * size
        for column in self._long:
            texts: Sequence[Any] = page.get(column.key) or [None] * size
            lines = [max(before, _lines(text, column.width - 2)) for before, text in zip(lines, texts, strict=True)]
        return [str(ROW_HEIGHT if one == 1 else 6 + 14 * min(one, _MAX_LINES)) for one in lines]

    # one way of making bodies for each kind of column

    def _maker(self, column: Column, index: int) -> Bodies:
        if column.kind is Kind.MONEY:
            return self._money(column, index)
        if column.kind is Kind.LINK:
            return self._link(column, index)
        if column.kind is Kind.TEXT:
            return self._text(column, index)
        return self._remembering(column, index, self._one(column))

    def _one(self, column: Column) -> Callable[[Any], tuple[str, str]]:
        """For one value: the body, and the code of a finding where the cell cannot show it as it is."""
        style = _style(self._cells.format(column))
        quoted = _style(self._cells.format(column, quoted=True))

        def number(value: Any) -> tuple[str, str]:
            return f"{style}><v>{float(value)!r}</v></c>", ""

        def exact(value: Any) -> tuple[str, str]:
            figure = Decimal(value)
            if Decimal(repr(float(figure))) == figure:
                return number(figure)
            return f'{quoted} t="inlineStr"><is><t>{figure:,}</t></is></c>', "workbook.amount-as-text"

        def integer(value: Any) -> tuple[str, str]:
            return f"{style}><v>{value}</v></c>", ""

        def day(value: str) -> tuple[str, str]:
            if value < _FIRST_EXCEL_DAY:
                return text(value)
            return f"{style}><v>{date.fromisoformat(value[:10]).toordinal() - EXCEL_EPOCH}</v></c>", ""

        def text(value: Any) -> tuple[str, str]:
            shown = self._cells.shown(column, value)
            safe = self._cells.safe(shown)
            space = ' xml:space="preserve"' if safe != safe.strip() else ""
            used = quoted if is_formula_like(safe) else style
            told = "" if safe is shown else "workbook.text-cut"
            return f'{used} t="inlineStr"><is><t{space}>{escaped(safe)}</t></is></c>', told

        made = {
            Kind.RATE: number,
            Kind.PERCENT: number,
            Kind.SHARE: number,
            Kind.DECIMAL: exact,
            Kind.INTEGER: integer,
            Kind.DATE: day,
        }
        return made.get(column.kind, text)

    def _text(self, column: Column, index: int) -> Bodies:
        """Text: a page without anything particular is written as it is; any other page value by value."""
        one_by_one = self._remembering(column, index, self._one(column))
        begin, end = f'{_style(self._cells.format(column))} t="inlineStr"><is><t>', "</t></is></c>"

        def bodies(page: Page, size: int, first: int) -> Sequence[str]:
            values = page.get(column.key)
            if values is None or not _is_ordinary(values):
                return one_by_one(page, size, first)
            return [f"{begin}{value}{end}" for value in values]

        return bodies

    def _remembering(self, column: Column, index: int, one: Callable[[Any], tuple[str, str]]) -> Bodies:
        blank = f"{_style(self._cells.format(column))}/>"
        known: dict[Any, str] = {None: blank, "": blank}
        told: dict[Any, str] = {}

        def learn(value: Any) -> str:
            body, finding = one(value)
            if finding:
                told[value] = finding
            else:
                known[value] = body
            return body

        def bodies(page: Page, size: int, first: int) -> Sequence[str]:
            values = page.get(column.key)
            if values is None:
                return [blank] * size
            if len(known) > _REMEMBERED:
                known.clear()
                known.update({None: blank, "": blank})
            get = known.get
            made = [get(value) or learn(value) for value in values]
            if told:
                self._tell(values, told, index, first)
                told.clear()
            return made

        return bodies

    def _tell(self, values: Sequence[Any], told: Mapping[Any, str], index: int, first: int) -> None:
        for number, value in enumerate(values, first):
            if value in told:
                shown = str(value)
                shown = f"{shown[:40]}…" if told[value] == "workbook.text-cut" else shown
                place = f"{self._sheet}!{self._letters[index]}{number}"
                self._cells.findings.append(Finding(told[value], place, shown))

    def _money(self, column: Column, index: int) -> Bodies:
        plain = {made: _style(self._cells.format(column, made)) for made in sorted(_MONEY_FORMATS)}
        quoted = {made: _style(self._cells.format(column, made, quoted=True)) for made in sorted(_MONEY_FORMATS)}
        blank = f"{_style(self._cells.format(column))}/>"
        styles: dict[str | None, tuple[str, int]] = {}

        def learn(code: str | None) -> tuple[str, int]:
            styles[code] = (plain[money_format(code or "")], minor_units(code or ""))
            return styles[code]

        def bodies(page: Page, size: int, first: int) -> Sequence[str]:
            amounts = page.get(column.key)
            if amounts is None:
                return [blank] * size
            made = []
            for number, (units, code) in enumerate(zip(amounts, page[column.currency], strict=True), first):
                if units is None:
                    made.append(blank)
                    continue
                style, scale = styles.get(code) or learn(code)
                if scale == 2 and 100 <= units < _EXACT_BELOW:  # nearly every amount
                    digits = str(units)
                    made.append(f"{style}><v>{digits[:-2]}.{digits[-2:]}</v></c>")
                elif -_EXACT_BELOW < units < _EXACT_BELOW:
                    made.append(f"{style}><v>{_digits(units, scale)}</v></c>")
                else:
                    place = f"{self._sheet}!{self._letters[index]}{number}"
                    made.append(self._huge(decimal(units, code or ""), style, quoted[money_format(code or "")], place))
            return made

        return bodies

    def _huge(self, amount: Decimal, style: str, quoted: str, place: str) -> str:
        """An amount with more digits than a spreadsheet's number holds: exact as text rather than wrong as a number."""
        if Decimal(repr(float(amount))) == amount:
            return f"{style}><v>{amount:f}</v></c>"
        self._cells.findings.append(Finding("workbook.amount-as-text", place, str(amount)))
        return f'{quoted} t="inlineStr"><is><t>{amount:,}</t></is></c>'

    def _link(self, column: Column, index: int) -> Bodies:
        """An arrow that finds its row by the id in a hidden column, wherever either sheet has been sorted to.

        One formula is shared by the whole column; a row without an id has none.
        """
        style = _style(self._cells.format(column))
        sheet, _, key = column.link.partition(":")
        name, letters = self._targets[sheet]
        at = next(i for i, one in enumerate(self._table.columns) if one.key == key)
        blank, shared = f"{style}/>", f'{style} t="str"><f t="shared" si="{index}"/><v>{ARROW}</v></c>'
        begun = False

        def bodies(page: Page, size: int, first: int) -> Sequence[str]:
            nonlocal begun
            ids = page.get(key)
            if ids is None:
                return [blank] * size
            made = [shared if one else blank for one in ids]
            if not begun and shared in made:
                begun = True
                start = made.index(shared)
                formula = escaped(link_formula(name, letters, f"${self._letters[at]}{first + start}"))
                place = f"{self._letters[index]}{first + start}:{self._letters[index]}{self._last}"
                whole = f'<f t="shared" ref="{place}" si="{index}">{formula}</f>'
                made[start] = f'{style} t="str">{whole}<v>{ARROW}</v></c>'
            return made

        return bodies


def sealed_columns(columns: Sequence[Column]) -> list[int]:
    """Places of the computed columns, an edit to which is to be noticed; none in a table that is only read."""
    if not any(column.field and column.group is not Group.KEY for column in columns):
        return []
    return [
        i
        for i, column in enumerate(columns)
        if not column.field and column.group is not Group.KEY and column.kind is not Kind.LINK and column.key != "sync"
    ]


def link_formula(sheet: str, letters: str, cell: str, shown: str = ARROW) -> str:
    """A formula, without its ``=``, that leads to the row of a sheet whose first, hidden column has the id in ``cell``."""
    quoted = sheet.replace("'", "''")
    return f"""IFERROR(HYPERLINK("#'{quoted}'!{letters}"&MATCH({cell},'{quoted}'!$A:$A,0),"{shown}"),"")"""


_MONEY_FORMATS = {money_format(""), *(money_format(code) for code in CURRENCIES)}


def _style(made: Format) -> str:
    """What follows the reference of a cell: the number of its format.

    XlsxWriter gives it out when a cell is written, and has no public name for it.
    """
    return f'" s="{made._get_xf_index()}"'  # noqa: SLF001 - the number has no public name


def _is_ordinary(values: Sequence[Any]) -> bool:
    """Whether all of the values are texts that XML and spreadsheets take as they are; decided for all of them at once."""
    try:
        joined = f"{_BAR}{_BAR.join(values)}{_BAR}"
    except TypeError:  # an empty one, or one that is no text
        return False
    return (
        joined.isprintable()  # so no control character, no space but the plain one, no lone surrogate
        and joined.count(_BAR) == len(values) + 1
        and _BAR * 2 not in joined
        and not any(mark in joined for mark in _MARKS)
        and 2 * max(map(len, values)) <= MAX_TEXT
    )


def _digits(units: int, scale: int) -> str:
    """Minor units as decimal digits: 123450 of a currency with two decimals is 1234.5 as ``1234.50``."""
    if not scale:
        return str(units)
    digits = str(units) if units >= 0 else str(-units)
    if len(digits) <= scale:
        digits = digits.rjust(scale + 1, "0")
    point = len(digits) - scale
    return f"{'-' if units < 0 else ''}{digits[:point]}.{digits[point:]}"


def _lines(text: str | None, width: int) -> int:
    if not text or (2 * len(text) <= width and "\n" not in text):
        return 1
    return sum(-(-max(fit(line), 1) // max(width, 1)) for line in text[:_LONG].split("\n"))
