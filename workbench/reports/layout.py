"""How a table becomes a sheet: headings, widths, totals, checks on typing, alerts, notes and print set-up.

The only formulas here are the totals; they name columns, never data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.money import number_format
from workbench.reports.cells import CellWriter
from workbench.reports.columns import NUMERIC, Alert, Column, Group, Kind, Sheet, Table
from workbench.reports.plain import decimal, fit, plain_text
from workbench.reports.rows import EXCEL_EPOCH, ROW_HEIGHT
from workbench.reports.styles import Palette, Styles
from workbench.reports.texts import Texts

_LONGEST_LIST = 255  # characters

__all__ = ["FIRST_ROW", "HEAD_ROW", "SheetWriter", "first_in_sight", "headings_of", "list_name"]

HEAD_ROW = 3
FIRST_ROW = HEAD_ROW + 1
MAX_ROWS = 1_048_000
SPARE_ROWS = 200  # rows below the table where typing is checked already


class SheetWriter:
    """Writes the tables of one workbook."""

    def __init__(self, texts: Texts, styles: Styles, base: str, as_of: date) -> None:
        self.texts, self.styles, self.base, self.as_of = texts, styles, base, as_of
        self.cells = CellWriter(texts, styles)

    def frame(self, worksheet: Worksheet, sheet: Sheet) -> None:
        """Write a whole sheet but its rows, which are streamed into it: see ``rows``."""
        columns = sheet.table.columns
        first = first_in_sight(columns)
        self.title(worksheet, sheet.key, first, legend=any(column.field for column in columns))
        self.table_frame(worksheet, sheet.table, HEAD_ROW)
        worksheet.freeze_panes(FIRST_ROW, first + sheet.table.frozen)
        printed = [i for i, column in enumerate(columns) if column.group not in (Group.KEY, Group.MORE)]
        worksheet.print_area(0, 0, FIRST_ROW + max(sheet.table.count, 1) - 1, max(printed))
        self.page(worksheet, repeat=HEAD_ROW)

    def title(self, worksheet: Worksheet, key: str, first: int, *, legend: bool = False) -> None:
        """The sheet's name in both languages, what it shows, and the way back to Today."""
        texts, get = self.texts, self.styles.get
        worksheet.set_row(0, 30)
        worksheet.set_row(1, 18)
        large = get(bold=True, font_size=16, font_color=Palette.HEAD)
        small = get(font_size=11, font_color=Palette.FAINT)
        worksheet.write_rich_string(0, first, large, texts.sheet(key), small, f"  {texts.other.sheet(key)}", large)
        about = texts.about(key) + (f"  {texts.say('legend')}" if legend else "")
        worksheet.write_string(1, first, about, get(font_size=9, font_color=Palette.MUTED))
        link = get(font_color=Palette.LINK, font_size=9)
        worksheet.write_url(2, first, f"internal:'{texts.sheet('today')}'!A1", link, texts.say("back"))

    def page(self, worksheet: Worksheet, *, repeat: int | None = None) -> None:
        """Landscape A4, as wide as the page, headings on every page, sheet name and page number at the foot."""
        worksheet.set_landscape()
        worksheet.set_paper(9)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        if repeat is not None:
            worksheet.repeat_rows(repeat)
        worksheet.set_footer(f"&L&8&F&C&8&A&R&8{self.texts.say('page')}")

    def table_frame(self, worksheet: Worksheet, table: Table, head: int, *, widths: bool = True) -> None:
        """Make a real table (ListObject) with its headings in row ``head``, 0-based, and everything but its rows.

        XlsxWriter is told of the first row only, as it keeps an object for each cell of a table; whoever puts the
        rows in widens the table's reference.
        """
        if table.count > MAX_ROWS:
            raise ConfigurationError(
                _("{table} has {count} rows, more than a sheet holds.").format(table=table.name, count=table.count),
                remedy=_("Export this table as Parquet or CSV instead."),
            )
        headings = headings_of(table, self.texts)
        first, last = head + 1, head + max(table.count, 1)
        self._notes(worksheet, table, first)
        self._head(worksheet, table, headings, head, 0)
        if widths:
            self._columns(worksheet, table, headings, 0)
        worksheet.add_table(head, 0, first, len(table.columns) - 1, self._options(table, headings))
        if head >= HEAD_ROW:
            self._totals(worksheet, table, headings, head)
        for i, column in enumerate(table.columns):
            codes = next((j for j, one in enumerate(table.columns) if one.key == column.currency), -1)
            code = xl_rowcol_to_cell(first, codes, col_abs=True) if codes >= 0 else ""
            rule = self._rule(column, xl_rowcol_to_cell(first, i), code) if column.field else {}
            if rule:
                rule = {"error_title": self.texts.say("check-title"), **rule}
                worksheet.data_validation(first, i, last + SPARE_ROWS, i, rule)
        self._offered(worksheet, table, first)
        self._marked(worksheet, table, (first, last + SPARE_ROWS))
        for alert in (*table.alerts, Alert("sync", "AMBER", filled=True)):
            self._alert(worksheet, table, alert, (first, last + SPARE_ROWS))

    def small_table(
        self, worksheet: Worksheet, table: Table, rows: Sequence[Mapping[str, Any]], head: int, *, left: int = 0
    ) -> None:
        """Write a small table of plain values (Decimal, date) with its rows; headings in row ``head``, 0-based."""
        headings = headings_of(table, self.texts)
        for position, row in enumerate(rows or [{}], head + 1):
            worksheet.set_row(position, ROW_HEIGHT)
            for i, column in enumerate(table.columns, left):
                self.cells.write(worksheet, (position, i), column, row)
        self._head(worksheet, table, headings, head, left)
        self._columns(worksheet, table, headings, left)
        right = left + len(table.columns) - 1
        worksheet.add_table(head, left, head + max(len(rows), 1), right, self._options(table, headings))
        for alert in table.alerts:
            self._alert(worksheet, table, alert, (head + 1, head + max(len(rows), 1)))

    def _offered(self, worksheet: Worksheet, table: Table, first: int) -> None:
        """Drop-downs that differ from row to row; what is typed beside the list is taken, too."""
        for i, column in enumerate(table.columns):
            rows: dict[tuple[str, ...], list[int]] = {}
            for position, options in enumerate(table.offered.get(column.key, ()), first):
                if options:
                    rows.setdefault(tuple(_short(options)), []).append(position)
            for kept, places in rows.items():
                others = [[row, i, row, i] for row in places[1:]]
                rule = {"validate": "list", "source": list(kept), "show_error": False, "other_cells": others}
                worksheet.data_validation(places[0], i, places[0], i, rule)

    def references(self, table: Table) -> dict[str, str]:
        """Key of each column → its heading as it is written inside a structured reference."""
        keys = (column.key for column in table.columns)
        return dict(zip(keys, map(_reference, headings_of(table, self.texts)), strict=True))

    def _notes(self, worksheet: Worksheet, table: Table, first: int) -> None:
        noted = next((i for i, column in enumerate(table.columns) if column.noted), None)
        if noted is None:
            return
        for position, text in enumerate(table.notes, first):
            note = plain_text(text, breaks=True)
            if note:
                size = {"width": 340, "height": 26 + 18 * (note.count("\n") + 1)}
                options = {"font_name": self.styles.font, "font_size": 9, "color": Palette.NOTE, "author": "", **size}
                worksheet.write_comment(position, noted, note, options)

    def _head(self, worksheet: Worksheet, table: Table, headings: Sequence[str], head: int, left: int) -> None:
        worksheet.set_row(head, 24)
        start = first_in_sight(table.columns)
        for i, column in enumerate(table.columns):
            # The cell above the first column in sight leads back to Today.
            if not column.heading and column.group is not Group.KEY and (i > start or head != HEAD_ROW):
                other = self.texts.other.heading(column.key)
                if other != headings[i]:
                    style = self.styles.second_heading(numeric=column.kind in NUMERIC)
                    worksheet.write_string(head - 1, left + i, other, style)

    def _columns(self, worksheet: Worksheet, table: Table, headings: Sequence[str], left: int) -> None:
        for i, column in enumerate(table.columns):
            options: dict[str, object] = {}
            if column.group is Group.KEY:
                options["hidden"] = True
            elif column.group in (Group.EVIDENCE, Group.MORE):
                options["level"] = 1
            worksheet.set_column(left + i, left + i, self._width(table, column, headings[i]), None, options)

    def _width(self, table: Table, column: Column, heading: str) -> float:
        if column.width:
            return column.width
        if column.kind is Kind.LINK:
            return max(6, fit(heading) + 4)
        widest = fit(heading) + (6 if column.kind in NUMERIC else 4)  # the filter's arrow
        for row in table.sample:
            value = row.get(column.key)
            if value is not None:
                widest = max(widest, self._size(column, value) + 2)
        return max(7, min(widest, 38))

    def _size(self, column: Column, value: Any) -> int:
        if column.kind is Kind.MONEY:
            return len(f"{value:,}") + 2  # a point and a sign
        if column.kind is Kind.RATE:
            return 11
        if column.kind in NUMERIC:
            return 9
        return 11 if column.kind is Kind.DATE else fit(self.cells.shown(column, value)[:60])

    def _options(self, table: Table, headings: Sequence[str]) -> dict[str, object]:
        columns = [
            {
                "header": heading,
                "header_format": self.styles.heading(computed=not column.field, numeric=column.kind in NUMERIC),
            }
            for heading, column in zip(headings, table.columns, strict=True)
        ]
        return {"name": table.name, "style": None, "columns": columns}

    def _totals(self, worksheet: Worksheet, table: Table, headings: Sequence[str], head: int) -> None:
        """Totals above the table follow the filter. Only columns that hold nothing but base currency have one."""
        labelled = False
        for i, column in enumerate(table.columns):
            total = table.totals.get(column.key)
            if not column.total or total is None or not table.count:
                continue
            style = self.styles.get(bold=True, num_format=number_format(self.base), align="right")
            formula = f"=SUBTOTAL(109,{table.name}[{_reference(headings[i])}])"
            worksheet.write_formula(head - 2, i, formula, style, float(decimal(total, self.base)))
            if not labelled:
                small = self.styles.get(font_size=8, font_color=Palette.MUTED, align="right")
                worksheet.write_string(head - 2, i - 1, self.texts.say("total", currency=self.base), small)
                labelled = True

    def _marked(self, worksheet: Worksheet, table: Table, rows: tuple[int, int]) -> None:
        """Fields named in the hidden column of marks are shown in red: what is refused there, or in conflict."""
        marks = next((i for i, column in enumerate(table.columns) if column.key == "marks"), None)
        if marks is None:
            return
        cell = xl_rowcol_to_cell(rows[0], marks, col_abs=True)
        for i, column in enumerate(table.columns):
            if column.field and column.group is not Group.KEY:
                name = column.field.replace('"', '""')
                rule = {"type": "formula", "criteria": f'=ISNUMBER(SEARCH("|{name}|",{cell}))'}
                worksheet.conditional_format(
                    rows[0], i, rows[1], i, {**rule, "format": self.styles.attention("RED"), "stop_if_true": True}
                )

    def _alert(self, worksheet: Worksheet, table: Table, alert: Alert, rows: tuple[int, int]) -> None:
        at = next((i for i, column in enumerate(table.columns) if column.key == alert.column), None)
        if at is None:
            return
        rule: dict[str, object] = {"format": self.styles.attention(alert.colour), "type": "cell"}
        if alert.filled:
            rule |= {"type": "no_blanks"}
        elif alert.days is not None:
            rule |= {"type": "formula", "criteria": self._until(table, at, alert, rows[0]), "stop_if_true": True}
        elif alert.above is not None:
            rule |= {"criteria": ">=", "value": alert.above}
        elif alert.below is not None:
            # Only numbers: an empty cell counts as 0.
            rule |= {"criteria": "between", "minimum": 0.000001, "maximum": alert.below}
        else:
            label = self.texts.label(alert.code, table.columns[at].choices)
            rule |= {"criteria": "==", "value": f'"{label}"'}
        worksheet.conditional_format(rows[0], at, rows[1], at, rule)

    def _until(self, table: Table, at: int, alert: Alert, row: int) -> str:
        """That the day in a column is there and lies at most so many days after the as-of day."""
        cell = xl_rowcol_to_cell(row, at, col_abs=True)
        last = self.as_of.toordinal() - EXCEL_EPOCH + (alert.days or 0)
        conditions = [f'{cell}<>""', f"{cell}<={last}"]
        key, code = alert.only
        for i, column in enumerate(table.columns):
            if key and column.key == key:
                label = self.texts.label(code, column.choices)
                conditions.append(f'{xl_rowcol_to_cell(row, i, col_abs=True)}="{label}"')
        return f"=AND({','.join(conditions)})"

    def _rule(self, column: Column, cell: str, code: str) -> dict[str, object]:
        """What may be typed into a column, as Excel's rule for its first cell; ``code`` is the cell of its currency.

        An amount may have the minor units of the currency beside it: 100.5 is refused in a row in JPY.
        """
        say = self.texts.say
        if column.lookup:
            # A warning only: the row that is named may be a new one, further down in the other sheet.
            source = f"={list_name(column.lookup)}"
            return {"validate": "list", "source": source, "error_type": "warning", "error_message": say("check-name")}
        if column.kind is Kind.COUNTRY:
            return {"validate": "list", "source": "=lstCountries", "error_message": say("check-country")}
        if column.kind is Kind.CURRENCY:
            return {"validate": "list", "source": "=lstCurrencies", "error_message": say("check-currency")}
        if column.kind is Kind.CHOICE:
            return {"validate": "list", "source": f"={list_name(column.choices)}", "error_message": say("check-choice")}
        if column.kind is Kind.BOOLEAN:
            return {"validate": "list", "source": "=lstYesNo", "error_message": say("check-choice")}
        if column.kind is Kind.DATE:
            limits = {"minimum": date(1990, 1, 1), "maximum": date(2100, 12, 31)}
            return {"validate": "date", "criteria": "between", **limits, "error_message": say("check-date")}
        if column.kind is Kind.MONEY:
            digits = f"INDEX(lstMinorUnits,MATCH({code},lstCurrencies,0))"
            formula = f"=AND(ISNUMBER({cell}),ROUND({cell},{digits})={cell})"
            return {"validate": "custom", "value": formula, "error_message": say("check-amount")}
        return {}


def _short(options: Sequence[str]) -> list[str]:
    """As many of the options as a list inside a cell's rule may hold, which separates them by commas."""
    kept: list[str] = []
    for one in options:
        plain = plain_text(one).replace(",", " ").lstrip("=+-@").replace('"', '""')
        if sum(map(len, kept)) + len(kept) + len(plain) <= _LONGEST_LIST:
            kept.append(plain)
    return kept


def list_name(choices: str) -> str:
    """Defined name of the drop-down list of ``table.field``: ``lstOrdersStatus``."""
    return "lst" + "".join(word.capitalize() for word in re.split(r"[._]", choices))


def first_in_sight(columns: Sequence[Column]) -> int:
    """Place of the first column that is not hidden, 0-based."""
    return next(i for i, column in enumerate(columns) if column.group is not Group.KEY)


def _reference(heading: str) -> str:
    """A heading as it is written inside a structured reference."""
    return re.sub(r"([\[\]#'])", r"'\1", heading)


def headings_of(table: Table, texts: Texts) -> list[str]:
    """Headings in the workbook's language, unique without regard to case, as a table demands."""
    headings: list[str] = []
    seen: set[str] = set()
    for column in table.columns:
        own = plain_text(column.heading)[:200] or texts.say("own-field")
        wanted = own if column.heading else texts.heading(column.key)
        heading, number = wanted, 1
        while heading.lower() in seen:
            number += 1
            heading = f"{wanted} {number}"
        seen.add(heading.lower())
        headings.append(heading)
    return headings
