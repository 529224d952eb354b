"""The sheet Today: what to do this morning, what is owed in which currency, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workbench.money import number_format
from workbench.reports.charts import TodayCharts
from workbench.reports.columns import Table
from workbench.reports.evidence import sources_named
from workbench.reports.figures import Amounts, Figures, LatestRate, Row, Tally
from workbench.reports.layout import SheetWriter
from workbench.reports.needs import Need, collect_needs
from workbench.reports.plain import cut, decimal, fit, money_format, shown_amount
from workbench.reports.rows import link_formula
from workbench.reports.styles import Palette

__all__ = ["TodaySheet"]

LEFT, RIGHT = 1, 10  # columns B to K
HIDDEN = 12  # ids of the rows that links lead to
ZERO = Decimal(0)
_MAX_AMOUNTS = 6
NBSP = "\u00a0"  # a code and its amount stay on one line
_WORDS_WIDTH = 60  # characters of a line of amounts
_MOST = 5  # instalments named on the sheet


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure, None where it cannot be told; ``colour`` of the palette, empty where there is nothing to say."""

    label: str
    value: Decimal | int | None
    number_format: str
    below: str
    colour: str


class TodaySheet:
    """Writes Today into a worksheet of its own.

    ``empty`` tells that the register has neither customers nor orders yet.
    """

    def __init__(
        self, workbook: Workbook, worksheet: Worksheet, writer: SheetWriter, figures: Figures, *, empty: bool
    ) -> None:
        self.workbook, self.sheet, self.writer, self.figures = workbook, worksheet, writer, figures
        self.empty = empty
        self._targets: Mapping[str, tuple[str, str]] = {}
        self.say, self.get, self.cell = writer.texts.say, writer.styles.get, writer.styles.cell
        self.money = number_format(figures.base)
        self.needs = {need.key: need for need in collect_needs(figures)}

    def write(self, instalments: Table, targets: Mapping[str, tuple[str, str]]) -> None:
        """Write everything.

        Args:
            instalments: the table that the figures per currency add up from.
            targets: key of a sheet → its name, and the letters of its first column in sight.
        """
        sheet, self._targets = self.sheet, targets
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2)
        sheet.set_column(LEFT, RIGHT, 13.5)
        sheet.set_column(RIGHT + 1, RIGHT + 1, 2)
        sheet.set_column(HIDDEN, HIDDEN, 10, None, {"hidden": True})
        self._head()
        self._cards(4)
        row = self._attention(8)
        row = self._latest_payers(row + 1)
        lines = _open_by_currency(self.figures)
        row += 1
        end = self._currencies(row, lines, instalments)
        self._ageing(row)
        if any(line["base"] for line in lines):
            charts = TodayCharts(self.workbook, self.sheet, self.writer, self.figures.base)
            below = max(end, row + len(self.figures.ages) + 3) + 1
            charts.by_currency(sum(1 for line in lines if line["base"] is not None), (row + 2, LEFT), (below, LEFT))
            charts.ageing((row + 2, 9), (below, LEFT + 5))
        self.writer.page(sheet)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()

    def _head(self) -> None:
        texts, get, sheet, figures = self.writer.texts, self.get, self.sheet, self.figures
        sheet.set_row(0, 34)
        large = get(bold=True, font_size=22, font_color=Palette.HEAD)
        small = get(font_size=12, font_color=Palette.FAINT)
        aside = f"   {texts.other.sheet('today')} · {self.say('title')}"
        sheet.write_rich_string(0, LEFT, large, texts.sheet("today"), small, aside, large)
        number, hash_ = figures.changeset
        state = self.say("state-line", number=number, hash=hash_[:12]) if number else ""
        facts = [self.say("as-of", date=figures.as_of.isoformat()), self.say("base", currency=figures.base), state]
        sheet.write_string(1, LEFT, "   ·   ".join(fact for fact in facts if fact), get(font_color=Palette.MUTED))
        sheet.write_string(2, LEFT, self._rates_line(), get(font_color=Palette.MUTED))
        sheet.set_row(3, 10)

    def _rates_line(self) -> str:
        rates = [latest.rate for latest in self.figures.rates.values() if latest.rate]
        if not rates:
            return self.say("rates-own" if set(self.figures.rates) == {self.figures.base} else "rates-none")
        sources = sources_named(rates, self.writer.texts)
        policy = ", ".join(sorted({self.writer.texts.label(rate.policy, "rate_policy") for rate in rates}))
        newest = max(rate.rate_date for rate in rates)
        return self.say("rates-line", sources=", ".join(sources), policy=policy, date=newest.isoformat())

    # -- cards -----------------------------------------------------------------------------------------------------

    def _cards(self, row: int) -> None:
        needs, say = self.needs, self.say
        figures = self.figures
        decide = [needs[key] for key in ("need-duplicates", "need-review", "need-questions")]
        parts = dict(zip(("duplicates", "matches", "questions"), (need.count for need in decide), strict=True))
        total = sum(parts.values())
        cards = (
            self._money("card-open", figures.unpaid, "ACCENT", "instalments"),
            self._money("card-overdue", figures.overdue, "RED", "instalments"),
            self._money("card-due", figures.due_7, "AMBER", "instalments"),
            self._money("card-unmatched", figures.waiting, "AMBER", "receipts"),
            Card(say("card-decide"), total, "#,##0", say("card-decide-sub", **parts), "AMBER" if total else ""),
        )
        for at, card in enumerate(cards):
            self._card(row, LEFT + 2 * at, card)
        for i, height in enumerate((22, 32, 20, 12), row):
            self.sheet.set_row(i, height)

    def _money(self, key: str, tally: Tally, colour: str, what: str) -> Card:
        below = self.say(f"card-{what}", count=tally.count)
        if tally.missing:
            below += " · " + self.say("without", currencies=", ".join(tally.missing))
        label = self.say("card-label", label=self.say(key), currency=self.figures.base)
        value = self._base(tally)
        known = None if tally.missing and not value else value
        return Card(label, known, self.money, below, colour if value or tally.missing else "")

    def _base(self, tally: Tally) -> Decimal:
        return decimal(sum(tally.base.values()), self.figures.base)

    def _card(self, row: int, col: int, card: Card) -> None:
        ink = getattr(Palette, card.colour) if card.colour else Palette.FAINT
        strong = ink if card.colour in {"RED", "AMBER"} else Palette.INK
        frame = {"bg_color": Palette.PAPER, "indent": 1, "align": "left", "right": 5, "right_color": "#FFFFFF"}
        styles = (
            self.get(**frame, font_size=9, font_color=Palette.MUTED, top=5, top_color=ink),
            self.get(**frame, font_size=17, bold=True, font_color=strong, num_format=card.number_format),
            self.get(**frame, font_size=8, font_color=Palette.MUTED, text_wrap=True),
        )
        for i, style in enumerate(styles, row):
            self.sheet.merge_range(i, col, i, col + 1, "", style)
        self.sheet.write_string(row, col, card.label, styles[0])
        if card.value is None:
            self.sheet.write_string(row + 1, col, "—", styles[1])
        else:
            self.sheet.write_number(row + 1, col, float(card.value), styles[1])
        self.sheet.write_string(row + 2, col, card.below, styles[2])

    # -- what needs attention --------------------------------------------------------------------------------------

    def _attention(self, row: int) -> int:
        """The list; returns the row after it."""
        self._section(row, LEFT, RIGHT, self.say("attention"))
        row += 1
        if self.empty:
            self.sheet.write_string(row, LEFT, self.say("empty"), self.get(font_color=Palette.ACCENT, bold=True))
            row += 1
        columns = (
            (LEFT, 3, "item", "left"),
            (4, 4, "count", "right"),
            (5, 8, "amounts", "left"),
            (9, 9, "in-base", "right"),
        )
        for first, last, key, align in columns:
            self._merged(row, first, last, self.say(key, currency=self.figures.base), self._small(align))
        self.sheet.write_blank(row, RIGHT, None, self._small("right"))
        for need in self.needs.values():
            row += 1
            self._need(row, need)
        return row + 1

    def _need(self, row: int, need: Need) -> None:
        cell, tally, worth = self.cell, need.tally, self._base(need.tally)
        ink = Palette.INK if need.count else Palette.FAINT
        mark = getattr(Palette, need.colour) if need.count else Palette.LINE
        strong = mark if need.count and need.colour in {"RED", "AMBER"} else ink
        words = self._rate_problems(need) or _amounts(tally.amounts)
        if tally.missing:
            without = self.say("without", currencies=", ".join(tally.missing))
            words += f" · {self.say('in-base', currency=self.figures.base)}{NBSP}{without}"
        lines = max(1, -(-fit(words) // _WORDS_WIDTH))
        self.sheet.set_row(row, 6 + 15 * lines)
        self._merged(row, LEFT, 3, self.say(need.key), cell(left=5, left_color=mark, indent=1, font_color=ink))
        none = f'#,##0;0;"{self.say("nothing")}"'
        count = cell(bold=bool(need.count), font_color=strong, align="right", num_format=none)
        self.sheet.write_number(row, 4, need.count, count)
        self._merged(row, 5, 8, words, cell(font_color=ink, text_wrap=True, indent=1, align="left"))
        base = cell(num_format=self.money, align="right", font_color=ink)
        if worth or (tally.amounts and not tally.missing):
            self.sheet.write_number(row, 9, float(worth), base)
        else:
            self.sheet.write_blank(row, 9, None, base)
        self._go(row, need.sheet, tally.first, Palette.LINK if need.count else Palette.FAINT)

    def _rate_problems(self, need: Need) -> str:
        label = self.writer.texts.label
        problems = [(code, self.figures.rates[code].problem) for code in need.currencies]
        return " · ".join(f"{code}{NBSP}{label(problem, 'rate_problem')}" for code, problem in problems)

    # -- who to call ----------------------------------------------------------------------------------------------

    def _latest_payers(self, row: int) -> int:
        """The instalments overdue that are worth most; nothing where none is overdue. Returns the row after them."""
        late = self.figures.late[:_MOST]
        if not late:
            return row
        self._section(row, LEFT, RIGHT, self.say("largest", count=len(late)))
        columns = (
            (LEFT, 3, "customer_name", "left"),
            (4, 4, "order_number", "left"),
            (5, 5, "due_date", "left"),
            (6, 6, "days_overdue", "right"),
            (7, 8, "open_amount", "right"),
        )
        row += 1
        for first, last, key, align in columns:
            self._merged(row, first, last, self.writer.texts.heading(key), self._small(align))
        self.sheet.write_string(row, 9, self.say("in-base", currency=self.figures.base), self._small("right"))
        self.sheet.write_blank(row, RIGHT, None, self._small("right"))
        for one in late:
            row += 1
            self._late(row, one)
        return row + 1

    def _late(self, row: int, one: Row) -> None:
        left = self.cell(align="left", indent=1)
        self.sheet.set_row(row, 19)
        self._merged(row, LEFT, 3, cut(one["customer_name"], 60), left)
        self._merged(row, 4, 4, cut(one["order_number"], 20), left)
        self.sheet.write_string(row, 5, one["due_date"], left)
        self.sheet.write_number(row, 6, one["days_overdue"], self.cell(align="right", font_color=Palette.RED))
        self._merged(row, 7, 8, self._amount(one), self.cell(align="right"))
        if one["open_base"] is None:
            self._no_rate(row, 9)
        else:
            self.sheet.write_number(row, 9, float(decimal(one["open_base"], self.figures.base)), self._base_style())
        self._go(row, "instalments", one["id"], Palette.LINK)

    @staticmethod
    def _amount(one: Row) -> str:
        return shown_amount(decimal(one["open_amount"], one["currency"]), one["currency"])

    # -- per currency, ageing, charts ------------------------------------------------------------------------------

    def _currencies(self, row: int, lines: list[Row], instalments: Table) -> int:
        """Open receivables by currency, added up by formulas from the sheet Instalments; returns the row after it."""
        self._section(row, LEFT, 7, self.say("by-currency"))
        keys = ("currency", "open_amount", "overdue_text", "", "rate_value", "rate_date", "rate_source")
        for i, key in enumerate(keys):
            name = self.writer.texts.heading(key) if key else self.say("in-base", currency=self.figures.base)
            self.sheet.write_string(row + 1, LEFT + i, name, self._small("right" if 0 < i < 5 else "left"))
        first = row = row + 2
        for line in lines:
            self.sheet.set_row(row, 19)
            self._currency(row, line, instalments)
            self._rate(row, line["latest"])
            row += 1
        if not lines:
            self.sheet.write_string(row, LEFT, self.say("nothing"), self.get(font_color=Palette.FAINT))
            return row + 1
        bold = {"bold": True, "top": 1, "top_color": Palette.MUTED}
        self.sheet.write_string(row, LEFT, self.say("sum"), self.get(**bold, align="left", indent=1))
        for col in (2, 3, 5, 6, 7):
            self.sheet.write_blank(row, col, None, self.get(**bold))
        total = sum((line["base"] or ZERO for line in lines), ZERO)
        cells = xl_range(first, 4, row - 1, 4)
        style = self.get(**bold, num_format=self.money, align="right")
        self.sheet.write_formula(row, 4, f"=SUM({cells})", style, float(total))
        return row + 1

    def _currency(self, row: int, line: Row, table: Table) -> None:
        """Open, overdue and open in base currency, each a SUMIFS over the table for the currency in this row."""
        heads = self.writer.references(table)
        own = f"{table.name}[{heads['currency']}],{xl_rowcol_to_cell(row, LEFT, col_abs=True)}"
        late = f'{own},{table.name}[{heads["state"]}],"{self.writer.texts.label("overdue")}"'
        number = {"num_format": money_format(line["currency"]), "align": "right"}
        red = self.cell(**number, font_color=Palette.RED if line["overdue"] else Palette.FAINT)

        def sum_of(key: str, condition: str) -> str:
            return f"=SUMIFS({table.name}[{heads[key]}],{condition})"

        self.sheet.write_string(row, LEFT, line["currency"], self.cell(bold=True, align="left", indent=1))
        self.sheet.write_formula(row, 2, sum_of("open_amount", own), self.cell(**number), float(line["open"]))
        self.sheet.write_formula(row, 3, sum_of("open_amount", late), red, float(line["overdue"]))
        if line["base"] is None:
            self._no_rate(row, 4)
        else:
            self.sheet.write_formula(row, 4, sum_of("open_base", own), self._base_style(), float(line["base"]))

    def _rate(self, row: int, latest: LatestRate) -> None:
        plain = self.cell(font_color=Palette.MUTED, align="left", indent=1)
        number = self.cell(num_format="0.0000##", align="right", font_color=Palette.MUTED)
        if latest.rate is None:
            self.sheet.write_blank(row, 5, None, number)
            self.sheet.write_blank(row, 6, None, plain)
            self.sheet.write_string(row, 7, self.writer.texts.label(latest.problem, "rate_problem"), plain)
        else:
            self.sheet.write_number(row, 5, float(latest.rate.value), number)
            self.sheet.write_string(row, 6, latest.rate.rate_date.isoformat(), plain)
            self.sheet.write_string(row, 7, ", ".join(sources_named([latest.rate], self.writer.texts)), plain)

    def _ageing(self, row: int) -> None:
        self._section(row, 9, RIGHT, self.say("ageing"))
        self.sheet.write_string(row + 1, 9, self.say("bucket"), self._small("left"))
        self.sheet.write_string(row + 1, RIGHT, self.say("in-base", currency=self.figures.base), self._small("right"))
        for i, (bucket, units) in enumerate(self.figures.ages.items(), row + 2):
            amount = decimal(units, self.figures.base)
            late = bucket not in {"age-none", "age-undated"} and amount
            self.sheet.write_string(i, 9, self.say(bucket), self.cell(align="left", indent=1))
            self.sheet.write_number(i, RIGHT, float(amount), self._base_style(Palette.RED if late else Palette.INK))

    # -- small parts -----------------------------------------------------------------------------------------------

    def _section(self, row: int, first: int, last: int, text: str) -> None:
        self.sheet.set_row(row, 26)
        style = self.get(bold=True, font_size=12, font_color=Palette.HEAD, bottom=2, bottom_color=Palette.HEAD)
        self.sheet.write_string(row, first, text, style)
        for col in range(first + 1, last + 1):
            self.sheet.write_blank(row, col, None, style)

    def _small(self, align: str) -> Format:
        line = {"bottom": 1, "bottom_color": Palette.LINE, "indent": 1 if align == "left" else 0}
        return self.get(font_size=8, font_color=Palette.MUTED, align=align, **line)

    def _base_style(self, colour: str = Palette.INK) -> Format:
        return self.cell(num_format=self.money, align="right", font_color=colour)

    def _no_rate(self, row: int, col: int) -> None:
        self.sheet.write_string(row, col, self.say("no-rate"), self.cell(font_color=Palette.AMBER, align="right"))

    def _go(self, row: int, sheet: str, row_id: str, colour: str) -> None:
        """Lead to a row by its id, wherever it has been sorted to; to the sheet where no row is meant."""
        style = self.cell(font_color=colour, align="right")
        name, letters = self._targets.get(sheet, (self.writer.texts.sheet(sheet), "A"))
        if row_id:
            self.sheet.write_string(row, HIDDEN, row_id)
            formula = link_formula(name, letters, xl_rowcol_to_cell(row, HIDDEN, col_abs=True), self.say("go"))
            self.sheet.write_formula(row, RIGHT, f"={formula}", style, self.say("go"))
        else:
            self.sheet.write_url(row, RIGHT, f"internal:'{name}'!A1", style, self.say("go"))

    def _merged(self, row: int, first: int, last: int, text: str, style: Format) -> None:
        if first != last:
            self.sheet.merge_range(row, first, row, last, "", style)
        self.writer.cells.text(self.sheet, (row, first), text, style)


def _amounts(amounts: Amounts) -> str:
    shown = [shown_amount(amount, code).replace(" ", NBSP) for code, amount in amounts.items()]
    more = f" · +{len(shown) - _MAX_AMOUNTS}" if len(shown) > _MAX_AMOUNTS else ""
    return " · ".join(shown[:_MAX_AMOUNTS]) + more


def _open_by_currency(figures: Figures) -> list[Row]:
    """Per currency with open receivables: open and overdue in that currency, open in base currency, the rate."""
    codes = sorted(figures.unpaid.units, key=lambda code: (-figures.unpaid.base.get(code, -1), code))
    return [
        {
            "currency": code,
            "latest": figures.rates[code],
            "open": decimal(figures.unpaid.units[code], code),
            "overdue": decimal(figures.overdue.units.get(code, 0), code),
            "base": decimal(figures.unpaid.base[code], figures.base) if code in figures.unpaid.base else None,
        }
        for code in codes
    ]
