"""The sheet Exposure: what is open in each currency, by the month in which it falls due, and what that is worth.

Every figure is a formula over the table of instalments, so that a reader can trace it and it follows the sheet.
"""

from __future__ import annotations

from datetime import datetime

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workbench.money import round_to_minor
from workbench.reports.columns import Table
from workbench.reports.evidence import sources_named
from workbench.reports.figures import Figures
from workbench.reports.layout import HEAD_ROW, SheetWriter
from workbench.reports.plain import decimal, minor_units, money_format
from workbench.reports.rows import ROW_HEIGHT
from workbench.reports.styles import Palette

__all__ = ["ExposureSheet"]

FIRST = 1  # column of the first bucket; the currency stands before it


class ExposureSheet:
    """Writes Exposure into a worksheet of its own; ``instalments`` is the table that it adds up."""

    def __init__(
        self, workbook: Workbook, worksheet: Worksheet, writer: SheetWriter, figures: Figures, instalments: Table
    ) -> None:
        self._workbook, self._sheet, self._writer, self._figures = workbook, worksheet, writer, figures
        self._say, self._get, self._cell = writer.texts.say, writer.styles.get, writer.styles.cell
        self._table, self._names = instalments.name, writer.references(instalments)
        self._buckets = figures.month_buckets
        self._total = FIRST + len(self._buckets)
        self._codes = sorted(figures.unpaid.units, key=lambda code: (-figures.unpaid.base.get(code, -1), code))

    def write(self) -> int:
        """Write both tables and the chart; returns the number of currencies."""
        sheet, figures = self._sheet, self._figures
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 12)
        sheet.set_column(FIRST, self._total, 14)
        sheet.set_column(self._total + 1, self._total + 4, 15)
        self._writer.title(sheet, "exposure", 0)
        if not self._codes:
            sheet.write_string(HEAD_ROW, 0, self._say("nothing"), self._get(font_color=Palette.FAINT))
            return 0
        row = self._matrix(HEAD_ROW, self._say("exposure-document"), "open_amount", self._codes)
        valued = [code for code in self._codes if code in figures.unpaid.base]
        if valued:
            head = row + 1
            row = self._matrix(head, self._say("exposure-base", currency=figures.base), "open_base", valued)
            self._rates(head, valued)
            self._sums(row, head + 3)
            self._chart(head + 2, len(valued), row + 2)
        self._writer.page(sheet)
        sheet.fit_to_pages(1, 1)
        return len(self._codes)

    def _matrix(self, row: int, title: str, amount: str, codes: list[str]) -> int:
        """Title, first days of the buckets, headings and a line a currency; returns the row after them."""
        sheet = self._sheet
        sheet.set_row(row, 26)
        line = {"bottom": 2, "bottom_color": Palette.HEAD}
        for col in range(self._total + 1):
            sheet.write_blank(row, col, None, self._get(**line))
        sheet.write_string(row, 0, title, self._get(bold=True, font_size=12, font_color=Palette.HEAD, **line))
        self._starts(row + 1)
        self._heads(row + 2)
        for i, code in enumerate(codes, row + 3):
            sheet.set_row(i, ROW_HEIGHT)
            sheet.write_string(i, 0, code, self._cell(bold=True, align="left", indent=1))
            shown = self._figures.base if amount == "open_base" else code
            values = self._values(code, in_base=amount == "open_base")
            for at, units in enumerate(values):
                self._figure((i, FIRST + at), self._formula(at, amount, row + 1, i), units, shown)
            cells = xl_range(i, FIRST, i, self._total - 1)
            self._figure((i, self._total), f"=SUM({cells})", sum(values), shown, bold=True)
        return row + 3 + len(codes)

    def _values(self, code: str, *, in_base: bool) -> list[int]:
        """What each bucket comes to: minor units of the currency, or of base currency."""
        months = self._figures.months
        return [months.get((code, bucket), (0, 0))[1 if in_base else 0] for bucket, _first, _after in self._buckets]

    def _figure(
        self, place: tuple[int, int], formula: str, units: int, code: str, *, bold: bool = False, top: bool = False
    ) -> None:
        properties: dict[str, object] = {"num_format": f"{money_format(code)};–", "align": "right", "indent": 1}
        if bold:
            properties["bold"] = True
        if top:
            properties |= {"top": 1, "top_color": Palette.MUTED}
        if not units:
            properties["font_color"] = Palette.FAINT
        self._sheet.write_formula(*place, formula, self._cell(**properties), float(decimal(units, code)))

    def _formula(self, at: int, amount: str, starts: int, row: int) -> str:
        """A SUMIFS over the instalments of the line's currency that fall due between a bucket's days."""
        table, names = self._table, self._names
        due = f"{table}[{names['due_date']}]"
        currency = f"{table}[{names['currency']}],{xl_rowcol_to_cell(row, 0, col_abs=True)}"
        bucket, first, after = self._buckets[at]
        start = xl_rowcol_to_cell(starts, FIRST + at, row_abs=True)
        end = xl_rowcol_to_cell(starts, FIRST + at + 1, row_abs=True)
        conditions = [currency]
        if bucket == "undated":
            conditions.append(f'{due},"="')
        if first:
            conditions.append(f'{due},">="&{start}')
        if after:
            conditions.append(f'{due},"<"&{end}')
        return f"=SUMIFS({table}[{names[amount]}],{','.join(conditions)})"

    def _starts(self, row: int) -> None:
        """The first day of each bucket, which the formulas refer to."""
        style = self._get(font_size=8, font_color=Palette.FAINT, num_format="yyyy-mm-dd", align="right", indent=1)
        self._sheet.write_string(row, 0, self._say("exposure-from"), self._get(font_size=8, font_color=Palette.FAINT))
        for at, (_bucket, first, _after) in enumerate(self._buckets):
            if first:
                self._sheet.write_datetime(row, FIRST + at, datetime.combine(first, datetime.min.time()), style)

    def _heads(self, row: int) -> None:
        style, left = self._heading("right"), self._heading("left")
        self._sheet.set_row(row, 24)
        self._sheet.write_string(row, 0, self._writer.texts.heading("currency"), left)
        named = {"overdue": "exposure-overdue", "later": "exposure-later", "undated": "exposure-undated"}
        for at, (bucket, _first, _after) in enumerate(self._buckets):
            text = self._say(named[bucket]) if bucket in named else bucket
            self._sheet.write_string(row, FIRST + at, text, style)
        self._sheet.write_string(row, self._total, self._say("sum"), style)

    def _heading(self, align: str) -> Format:
        """A heading of a computed column that has no filter."""
        colours = {"bg_color": Palette.HEAD_COMPUTED, "font_color": Palette.HEAD_COMPUTED_INK}
        return self._get(bold=True, align=align, indent=1, **colours)

    def _rates(self, head: int, codes: list[str]) -> None:
        """Beside the values in base currency: what one per cent moves, and the rate that they stand on."""
        sheet, base, texts = self._sheet, self._figures.base, self._writer.texts
        keys = ("rate_value", "rate_date", "rate_source")
        names = [self._say("exposure-percent"), *(texts.heading(key) for key in keys)]
        for i, name in enumerate(names, self._total + 1):
            sheet.write_string(head + 2, i, name, self._heading("right" if i <= self._total + 2 else "left"))
        plain = self._cell(font_color=Palette.MUTED, align="left", indent=1)
        number = self._cell(num_format="0.0000##", align="right", indent=1, font_color=Palette.MUTED)
        for row, code in enumerate(codes, head + 3):
            rate = self._figures.rates[code].rate
            if rate is None:  # base currency itself
                for i in range(4):
                    sheet.write_blank(row, self._total + 1 + i, None, plain)
                continue
            total = decimal(sum(self._values(code, in_base=True)), base)
            cell = xl_rowcol_to_cell(row, self._total)
            moved = self._cell(num_format=money_format(base), align="right", indent=1)
            formula = f"=ROUND({cell}/100,{minor_units(base)})"
            sheet.write_formula(row, self._total + 1, formula, moved, float(round_to_minor(total / 100, base)))
            sheet.write_number(row, self._total + 2, float(rate.value), number)
            sheet.write_string(row, self._total + 3, rate.rate_date.isoformat(), plain)
            sheet.write_string(row, self._total + 4, ", ".join(sources_named([rate], texts)), plain)

    def _sums(self, row: int, first: int) -> None:
        base = self._figures.base
        style = self._cell(bold=True, top=1, top_color=Palette.MUTED, align="left", indent=1)
        self._sheet.set_row(row, ROW_HEIGHT)
        self._sheet.write_string(row, 0, self._say("sum"), style)
        codes = [code for code in self._codes if code in self._figures.unpaid.base]
        columns = zip(*(self._values(code, in_base=True) for code in codes), strict=True)
        sums = [sum(values) for values in columns]
        for i, units in enumerate([*sums, sum(sums)], FIRST):
            formula = f"=SUM({xl_range(first, i, row - 1, i)})"
            self._figure((row, i), formula, units, base, bold=True, top=True)

    def _chart(self, heads: int, lines: int, row: int) -> None:
        """Columns by due month, a colour a currency, drawn from the cells above."""
        title = self._say("exposure-chart", currency=self._figures.base)
        chart = self._workbook.add_chart({"type": "column", "subtype": "stacked"})
        name, last = self._writer.texts.sheet("exposure"), self._total - 1
        font = {"name": self._writer.styles.font, "size": 9, "bold": False}
        for i in range(min(lines, len(Palette.SERIES))):
            line = heads + 1 + i
            chart.add_series(
                {
                    "name": [name, line, 0],
                    "categories": [name, heads, FIRST, heads, last],
                    "values": [name, line, FIRST, line, last],
                    "fill": {"color": Palette.SERIES[i]},
                    "border": {"none": True},
                    "gap": 60,
                }
            )
        chart.set_title({"name": title, "name_font": {**font, "size": 11, "bold": True, "color": Palette.HEAD}})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_x_axis({"num_font": font, "line": {"color": Palette.LINE}, "major_tick_mark": "none"})
        grid = {"visible": True, "line": {"color": Palette.LINE}}
        chart.set_y_axis({"num_font": font, "num_format": "#,##0", "line": {"none": True}, "major_gridlines": grid})
        chart.set_chartarea({"border": {"color": Palette.LINE}, "fill": {"color": "#FFFFFF"}})
        chart.set_size({"width": 1080, "height": 300})
        self._sheet.insert_chart(row, 0, chart, {"x_offset": 2, "object_position": 2, "description": title})
