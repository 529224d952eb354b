"""The pack as a workbook: a sheet a table, totals, bridge and controls as live formulas, Excel's own charts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbench.i18n import _, current_language
from workbench.money import minor_units
from workbench.packs.model import Column, Control, Pack, PackTable, Row
from workbench.packs.shown import cell_text, total_text
from workbench.packs.workbook_charts import CHARTED, draw
from workbench.reports.styles import Palette, Styles

__all__ = ["HEAD_ROW", "Book", "write_workbook"]

HEAD_ROW: Final = 5
"""Where the headings of a table stand; what it rests on is above."""
_WIDEST: Final = 44
_DIGITS: Final = 15
_SUMMARY_HEAD: Final = 20
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(pack: Pack, path: Path) -> None:
    """Write it. Text of the register is text in it, whatever it looks like."""
    with xlsxwriter.Workbook(str(path), dict(_OPTIONS)) as workbook:
        workbook.set_properties({"title": pack.title, "comments": pack.firm, "created": _pinned(pack)})
        workbook.set_calc_mode("auto")
        Book(workbook, pack).write()


def _pinned(pack: Pack) -> datetime:
    return datetime(pack.as_of.year, pack.as_of.month, pack.as_of.day)


class Book:
    """The workbook while it is written; knows where each figure stands, for the formulas that trace it."""

    def __init__(self, workbook: xlsxwriter.Workbook, pack: Pack) -> None:
        self.workbook = workbook
        self.pack = pack
        self.styles = Styles(workbook, "zh" if current_language() == "zh_CN" else "en")
        self.sheets: dict[str, Worksheet] = {}
        self.names: dict[str, str] = {}

    def write(self) -> None:
        """Every sheet, the summary first."""
        for table in self.pack.tables:
            name = _("Summary") if table.name == "controls" else table.title[:31]
            self.names[table.name] = name
            self.sheets[table.name] = self.workbook.add_worksheet(name)
        for table in self.pack.tables:
            sheet = self.sheets[table.name]
            self._print(sheet, table)
            if table.name == "controls":
                self._summary(sheet, table)
            else:
                self._sheet(sheet, table)
        draw(self)

    def head(self, table: PackTable) -> int:
        """The row of a table's headings."""
        return _SUMMARY_HEAD if table.name == "controls" else HEAD_ROW

    def cell(self, table: str, row: int, column: str) -> str:
        """Address of a cell of a table from any sheet, the first row of figures being 0."""
        one = self.pack.table(table)
        at = xl_rowcol_to_cell(self.head(one) + 1 + row, one.place(column), row_abs=True, col_abs=True)
        return f"'{self.names[table].replace(chr(39), chr(39) * 2)}'!{at}"

    def total(self, table: str, column: str) -> str:
        """Address of the total below a column; nought where the table is empty."""
        rows = len(self.pack.table(table).rows)
        return self.cell(table, rows, column) if rows else "0"

    def text(self, **properties: object) -> Format:
        """A format of the workbook."""
        return self.styles.get(**properties)

    def money(self, currency: str, **properties: object) -> Format:
        """The format of money in a currency: its own decimals, losses red."""
        return self.styles.cell(num_format=_number_format(currency), align="right", **properties)

    def _print(self, sheet: Worksheet, table: PackTable) -> None:
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L&8{_plain(self.pack.title)} · {_plain(self.pack.firm)}&R&8&P / &N")
        head = self.head(table)
        sheet.repeat_rows(head)
        # What charts are drawn from stands to the right of them and is not printed.
        wide = max(len(table.columns), 7) if table.name in {"controls", "ageing"} else len(table.columns)
        across = {"bridge": 17}.get(table.name, wide + 14 if table.name in CHARTED else wide)
        sheet.print_area(0, 0, head + 2 + max(len(table.rows), 24), across - 1)
        if table.name != "controls":
            sheet.freeze_panes(head + 1, 1)

    def _sheet(self, sheet: Worksheet, table: PackTable) -> None:
        sheet.write_string(0, 0, table.title, self.text(bold=True, font_size=15, font_color=Palette.HEAD))
        sheet.set_row(0, 24)
        quiet = self.text(font_color=Palette.MUTED, font_size=9)
        for under, line in enumerate((table.caption(), table.formula, table.note), start=1):
            sheet.write_string(under, 0, line, quiet)
        sheet.write_url(
            4,
            0,
            f"internal:'{self.names['controls']}'!A1",
            self.text(font_color=Palette.LINK, font_size=9),
            _("Summary"),
        )
        self.headings(sheet, table)
        for at, row in enumerate(table.rows):
            self._row(sheet, table, at, row)
        self._totals(sheet, table)
        if table.rows:
            last = HEAD_ROW + len(table.rows)
            sheet.autofilter(HEAD_ROW, 0, last, len(table.columns) - 1)
        else:
            sheet.write_string(HEAD_ROW + 1, 0, _("Nothing to show."), quiet)
        self._widths(sheet, table)

    def headings(self, sheet: Worksheet, table: PackTable) -> None:
        """The headings of a table."""
        head = self.head(table)
        sheet.set_row(head, 30)
        for place, column in enumerate(table.columns):
            sheet.write_string(head, place, column.title, self.styles.heading(computed=False, numeric=_numeric(column)))

    def _row(self, sheet: Worksheet, table: PackTable, at: int, row: Row) -> None:
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            formula = self._formula(table, at, column)
            bold = {"bold": True} if table.name == "bridge" and row[1] == row[2] else {}
            self.put(sheet, (self.head(table) + 1 + at, place), table, column, row, value, formula, bold)

    def put(
        self,
        sheet: Worksheet,
        where: tuple[int, int],
        table: PackTable,
        column: Column,
        row: Row,
        value: Any,
        formula: str = "",
        bold: Mapping[str, object] | None = None,
    ) -> None:
        """One cell: a number where the sheet can hold it exactly, else the text of the figure."""
        looks = dict(bold or {})
        if value is None:
            sheet.write_string(*where, "—", self.styles.cell(align="right", font_color=Palette.FAINT))
        elif column.kind == "day":
            sheet.write_datetime(
                *where,
                datetime(value.year, value.month, value.day),
                self.styles.cell(num_format="yyyy-mm-dd", align="left"),
            )
        elif not _numeric(column):
            wrapped = {"text_wrap": True} if len(str(value)) > _WIDEST else {}
            sheet.write_string(*where, str(value), self.styles.cell(indent=1, **looks, **wrapped))
        elif column.kind == "money":
            form = self.money(table.currency_of(column, row), **looks)
            self._number(sheet, where, value, form, formula)
        else:
            form = self.styles.cell(num_format=_FORMATS[column.kind], align="right", **looks)
            self._number(sheet, where, value, form, formula, inexact=column.kind == "rate")

    def _number(
        self, sheet: Worksheet, where: tuple[int, int], value: Any, form: Format, formula: str, *, inexact: bool = False
    ) -> None:
        exact = not isinstance(value, Decimal) or len(value.as_tuple().digits) <= _DIGITS or inexact
        if formula:
            sheet.write_formula(*where, formula, form, float(value))
        elif exact:
            sheet.write_number(*where, float(value), form)
        else:
            sheet.write_string(*where, f"{value:,f}", form)

    def _formula(self, table: PackTable, at: int, column: Column) -> str:
        """What a reader traces: the bridge from its orders, differences from their figures."""
        if table.name == "bridge" and column.name in {"amount", "running"}:
            return self._bridge_formula(at, column.name)
        if table.name == "revaluation" and column.name == "unrealised_fx":
            return f"=ROUND({self.cell(table.name, at, 'at_closing')}-{self.cell(table.name, at, 'carrying_amount')},{minor_units(self.pack.base)})"
        if table.name == "receipts" and column.name == "difference":
            parts = "".join(
                f"-{self.cell('receipts', at, name)}" for name in ("allocated", "credit", "other", "unmatched")
            )
            places = minor_units(str(table.rows[at][0]))
            return f"=ROUND({self.cell('receipts', at, 'received')}{parts},{places})"
        return ""

    def _bridge_formula(self, at: int, name: str) -> str:
        places = minor_units(self.pack.base)
        if name == "amount":
            step = self.pack.table("orders").columns[at + 1].name
            return f"={self.total('orders', step)}"
        amount = self.cell("bridge", at, "amount")
        if at == 0:
            return f"={amount}"
        level = self.pack.table("orders").columns[at + 1].name.endswith("_margin")
        before = self.cell("bridge", at - 1, "running")
        return f"=ROUND({before}{'' if level else '+' + amount},{places})"

    def _totals(self, sheet: Worksheet, table: PackTable) -> None:
        if not table.has_totals:
            return
        row = HEAD_ROW + 1 + len(table.rows)
        plain = self.text(bold=True, top=1, top_color=Palette.HEAD)
        for place, column in enumerate(table.columns):
            if not column.total:
                sheet.write_string(row, place, _("total") if place == 0 else "", plain)
                continue
            first, last = self.cell(table.name, 0, column.name), self.cell(table.name, len(table.rows) - 1, column.name)
            cells = f"{first}:{last.rpartition('!')[2]}"
            currency = column.currency or table.unit
            places = 0 if column.kind == "count" else minor_units(currency)
            form = self.text(bold=True, top=1, top_color=Palette.HEAD, align="right",
                             num_format=_FORMATS["count"] if column.kind == "count" else _number_format(currency))  # fmt: skip
            sheet.write_formula(row, place, f"=ROUND(SUM({cells}),{places})", form, float(table.total(column)))

    def _widths(self, sheet: Worksheet, table: PackTable) -> None:
        for place, column in enumerate(table.columns):
            texts = [cell_text(table, column, row, row[place]) for row in table.rows[:400]]
            texts.append(total_text(table, column) if table.rows else "")
            longest = max((_width(text) for text in texts), default=0)
            words = max((_width(word) for word in column.title.split()), default=0) + 4
            sheet.set_column(place, place, min(max(longest + 3, words, 9), _WIDEST))

    def _summary(self, sheet: Worksheet, table: PackTable) -> None:
        pack = self.pack
        sheet.write_string(0, 0, pack.title, self.text(bold=True, font_size=20, font_color=Palette.HEAD))
        sheet.set_row(0, 32)
        sheet.write_string(1, 0, pack.firm, self.text(font_size=11))
        told = f"{_('state of the register')}: {pack.made_from['register']['head']}"
        sheet.write_string(2, 0, told, self.text(font_color=Palette.MUTED, font_size=9))
        for at, (title, amount) in enumerate(pack.figures):
            top = 4 + at * 2
            sheet.write_string(top, 0, title, self.text(font_color=Palette.MUTED))
            big = self.text(
                bold=True, font_size=13, align="left", num_format=_number_format(pack.base, f' "{pack.base}"')
            )
            if amount is None:
                sheet.write_string(top + 1, 0, _("not known"), big)
            else:
                sheet.write_number(top + 1, 0, float(amount), big)
        self._contents(sheet)
        last = _SUMMARY_HEAD + len(table.rows)
        difference = xl_rowcol_to_cell(_SUMMARY_HEAD + 1, table.place("difference"))
        until = xl_rowcol_to_cell(max(last, _SUMMARY_HEAD + 1), table.place("difference"))
        verdict = (
            f'=IF(COUNTIF({difference}:{until},"<>0")=0,"{_("All control totals close to 0.")}",'
            f'COUNTIF({difference}:{until},"<>0")&" {_("control totals do not close.")}")'
        )
        left = sum(not one.closes for one in pack.controls)
        said = f"{left} {_('control totals do not close.')}" if left else _("All control totals close to 0.")
        strong = self.text(bold=True, font_size=12, font_color=Palette.GREEN if pack.closes else Palette.RED)
        sheet.write_formula(17, 0, verdict, strong, said)
        sheet.write_string(
            18, 0, f"{table.caption()} · {table.formula}", self.text(font_color=Palette.MUTED, font_size=9)
        )
        self.headings(sheet, table)
        for at, (row, control) in enumerate(zip(table.rows, pack.controls, strict=True)):
            self._control(sheet, table, at, row, control)
        for place, width in enumerate((46, 10, 20, 20, 14, 14, 44)):
            sheet.set_column(place, place, width)

    def _contents(self, sheet: Worksheet) -> None:
        """Links to the sheets beside the headline figures."""
        sheet.write_string(4, 2, _("Sheets"), self.text(bold=True))
        link = self.text(font_color=Palette.LINK)
        names = [(name, title) for name, title in self.names.items() if name != "controls"]
        for at, (_name, title) in enumerate(names):
            column, row = divmod(at, 11)
            sheet.write_url(5 + row, 2 + column * 2, f"internal:'{title}'!A1", link, title)

    def _control(self, sheet: Worksheet, table: PackTable, at: int, row: Row, control: Control) -> None:
        refs = self._traced(control)
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            formula = refs.get(column.name, "")
            if column.name == "difference":
                cells = [
                    xl_rowcol_to_cell(_SUMMARY_HEAD + 1 + at, table.place(name))
                    for name in ("left", "right", "explained")
                ]
                formula = f"=ROUND({'-'.join(cells)},{minor_units(control.currency)})"
            bold = (
                {"bold": True, "font_color": Palette.GREEN if control.closes else Palette.RED}
                if column.name == "difference"
                else None
            )
            self.put(sheet, (_SUMMARY_HEAD + 1 + at, place), table, column, row, value, formula, bold)

    def _traced(self, control: Control) -> dict[str, str]:
        """The formulas of a control's two sides, where they stand in the workbook."""
        kind, _dot, rest = control.name.partition(".")
        if kind == "receipts":
            at = self.pack.table("receipts").values("currency").index(control.currency)
            parts = "+".join(self.cell("receipts", at, name) for name in ("allocated", "credit", "other", "unmatched"))
            return {"left": f"={self.cell('receipts', at, 'received')}", "right": f"={parts}"}
        steps = [column.name for column in self.pack.table("orders").columns[1:]]
        net = self.cell("bridge", steps.index("net_margin"), "amount")
        if kind == "margins":
            return {"left": f"={self.total(f'margins_by_{rest}', 'margin')}", "right": f"={net}"}
        if kind == "bridge" and rest in steps:
            at = steps.index(rest)
            return {"left": f"={self.cell('bridge', at, 'running')}", "right": f"={self.cell('bridge', at, 'amount')}"}
        return {side: f"={self.total(table, column)}" for side, (table, column) in _SIDES.get(control.name, {}).items()}


_SIDES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "bridge.currencies": {"left": ("bridge_by_currency", "net_margin"), "right": ("orders", "net_margin")},
    "left-out.realised_fx": {"left": ("exchange", "realised_fx"), "right": ("orders", "realised_fx")},
    "left-out.unrealised_fx": {"left": ("exchange", "unrealised_fx"), "right": ("orders", "unrealised_fx")},
    "exchange.realised": {"right": ("exchange", "realised_fx")},
    "exchange.month": {"right": ("exchange", "realised_month")},
    "exchange.unrealised": {"left": ("revaluation", "unrealised_fx"), "right": ("exchange", "unrealised_fx")},
    "voucher": {"left": ("voucher", "debit"), "right": ("voucher", "credit")},
    "ageing.customers": {"left": ("ageing", "total_base"), "right": ("ageing_by_customer", "total_base")},
    "ageing.loss": {
        "left": ("ageing", "total_base"),
        "right": ("expected_loss", "open"),
        "explained": ("ageing", "credit_base"),
    },
    "exposure": {"left": ("ladder", "net_base"), "right": ("sensitivity", "net_base")},
}
_FORMATS: Final = {"count": "#,##0", "rate": "0.00000000", "number": "#,##0.00##"}


def _number_format(currency: str, after: str = "") -> str:
    places = minor_units(currency) if currency else 2
    digits = "#,##0" + (f".{'0' * places}" if places else "") + after
    return f"{digits};[Red]-{digits};{digits}"


def _numeric(column: Column) -> bool:
    return column.kind in {"money", "number", "rate", "count"}


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _plain(text: str) -> str:
    """Text for a footer, in which an ampersand begins a command."""
    return text.replace("&", "&&")
