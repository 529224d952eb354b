"""A currency's rate over time, and what selling part of its exposure forward would bring."""

from __future__ import annotations

import html
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench import exposure
from workbench.analysis import Measure
from workbench.errors import ConfigurationError, RateError
from workbench.i18n import _
from workbench.panels.desk import Desk
from workbench.panels.views import hedge_of, rates_of
from workbench.panels.work import drawn, labelled, widgets

__all__ = ["RatePanel"]


class RatePanel:
    """Choose a currency, a hedge ratio and a move of its rate.

    Args:
        desk: the register.
        currency: the first one shown; empty is the one with most open.
        home_percent: interest a year in base currency, for the forward.
        foreign_percent: the same in the currency.
        days: until the forward is due.

    Raises:
        ConfigurationError: an interest rate is no number.
    """

    def __init__(self, desk: Desk, currency: str, *, home_percent: str, foreign_percent: str, days: int) -> None:
        kit = widgets()
        self.desk, self.days = desk, days
        self.home, self.foreign = _percent(home_percent), _percent(foreign_percent)
        self.codes = _exposed(desk)
        chosen = currency if currency in self.codes else (self.codes[0] if self.codes else None)
        self.currency = labelled("Dropdown", _("currency"), options=self.codes, value=chosen)
        self.ratio = labelled("IntSlider", _("hedged, %"), value=50, min=0, max=100, step=5)
        self.shock = labelled("IntSlider", _("rate moves, %"), value=-5, min=-20, max=20)
        self._told, self._rates, self._sweep = kit.HTML(), kit.Output(), kit.Output()
        self.currency.observe(self._chosen, names="value")
        self.ratio.observe(self._moved, names="value")
        self.shock.observe(self._moved, names="value")
        self._chosen()
        left = kit.VBox([self.currency, self.ratio, self.shock])
        self.widget = kit.VBox([kit.HBox([left, self._told]), self._rates, self._sweep])

    def measure(self) -> Measure:
        """The hedge sweep of the chosen currency, with the panel's ratio and move in it."""
        ratios = sorted({0, 25, 50, 75, 100, self.ratio.value})
        shocks = sorted({-10, -5, 0, 5, 10, self.shock.value})
        return exposure.hedge(
            self.desk.facts,
            self.currency.value,
            home_percent=self.home,
            foreign_percent=self.foreign,
            days=self.days,
            ratios=ratios,
            shocks=shocks,
        )

    def _chosen(self, _change: Any = None) -> None:
        if self.currency.value is None:
            self._told.value = html.escape(_("Nothing is open in a foreign currency that has a rate on the day."))
            return
        self._rates.outputs = drawn(rates_of(self.desk, self.currency.value))
        self._moved()

    def _moved(self, _change: Any = None) -> None:
        if self.currency.value is None:
            return
        measure = self.measure()
        row = next(one for one in measure.frame.to_dict("records") if one["ratio"] == self.ratio.value)
        brought = row[f"{self.shock.value:+d}%"]
        self.answer = f"{brought:,f} {measure.unit}"
        told = _("forward {rate}, due in {days} days").format(rate=row["forward"], days=self.days)
        self._told.value = (
            f"<div style='padding-left:2em'>{html.escape(_('comes in'))}<br>"
            f"<b class='workbench-answer' role='status' style='font-size:1.6em'>{html.escape(self.answer)}</b><br>"
            f"{html.escape(told)}</div>"
        )
        self._sweep.outputs = drawn(hedge_of(measure))


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ConfigurationError(
            _("{text} is no interest rate.").format(text=text), remedy=_("Write 4.3 for 4.3 per cent a year.")
        ) from error


def _exposed(desk: Desk) -> list[str]:
    """Currencies with something open and a rate on the day, the largest first."""
    rows = exposure.sensitivity(desk.facts).frame.to_dict("records")
    found = []
    for row in rows:
        if row["currency"] and row["net"]:
            try:
                desk.book.get(row["currency"], desk.facts.base, desk.as_of)
            except RateError:
                continue
            found.append((-abs(row["net_base"]), row["currency"]))
    return [code for _size, code in sorted(found)]
