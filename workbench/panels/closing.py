"""The month end as a notebook shows it: what would be booked, what stands in the way, and its fingerprint."""

from __future__ import annotations

import html
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from workbench.analysis import Measure
from workbench.i18n import _
from workbench.panels.controls import Controls
from workbench.panels.desk import Desk
from workbench.settlement.closing import MonthEnd, month_end

__all__ = ["Closing", "Told", "closing_of"]


@dataclass(frozen=True, slots=True)
class Told:
    """Lines of words, shown as a list."""

    lines: tuple[str, ...]

    def _repr_html_(self) -> str:
        return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in self.lines) + "</ul>"


@dataclass(frozen=True, slots=True)
class Closing:
    """A month end that was looked at, not made.

    Attributes:
        made: every line, rate and finding of it.
    """

    made: MonthEnd

    @property
    def lines(self) -> Measure:
        """By currency: open (in it), carrying and value (base), rate (base per 1), its day, and the difference."""
        sums: dict[str, list[Decimal]] = {}
        for row in self.made.lines:
            held = sums.setdefault(row["document_currency"], [Decimal(0)] * 3)
            for place, name in enumerate(("open_amount", "carrying_amount", "unrealised_fx")):
                held[place] += row[name]
        columns: dict[str, list[object]] = {
            "currency": list(sums),
            "open": [one[0] for one in sums.values()],
            "carrying": [one[1] for one in sums.values()],
            "rate": [self.made.rates[code].rate.quantize(Decimal("0.000001")) for code in sums],
            "rate_date": [self.made.rates[code].rate_date for code in sums],
            "unrealised_fx": [one[2] for one in sums.values()],
        }
        frame = pd.DataFrame(columns, dtype=object).sort_values("currency", ignore_index=True)
        sources = tuple(sorted({self.made.rates[code].source for code in sums}))
        formula = "open amount at the closing rate - its carrying amount"
        return Measure(
            frame, self.made.base_currency, "closing", self.made.month_end, sources, self.made.findings, formula
        )

    @property
    def told(self) -> Told:
        """Totals, what is not revalued, what stands in the way, and the fingerprint of all figures."""
        made, unit = self.made, self.made.base_currency
        gained = sum((row["unrealised_fx"] for row in made.lines), Decimal(0))
        realised = sum(made.realised.values(), Decimal(0))
        lines = [
            _("month end {day}, taken back on {next}").format(day=made.month_end, next=made.reversal_day),
            _("unrealised exchange difference {amount} {unit}").format(amount=f"{gained:,f}", unit=unit),
            _("realised in the month {amount} {unit}").format(amount=f"{realised:,f}", unit=unit),
            _("advances and credits that are not revalued: {count}").format(count=len(made.kept)),
            _("in the way of closing: {count}").format(count=len(made.findings)),
            _("fingerprint {hash}").format(hash=made.fingerprint),
        ]
        return Told((*lines, *(f"{one.where}: {one.message}" for one in made.findings)))

    @property
    def controls(self) -> Controls:
        """Receipts and revaluation close."""
        return Controls.of_month_end(self.made)


def closing_of(desk: Desk) -> Closing:
    """The last month end up to the desk's day; nothing is stored."""
    with desk.reading() as register:
        return Closing(month_end(register, _last_month_end(desk.as_of)))


def _last_month_end(day: date) -> date:
    if day.day == monthrange(day.year, day.month)[1]:
        return day
    return day.replace(day=1) - timedelta(days=1)
