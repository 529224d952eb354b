"""What the net margin would be if rates or costs moved, and if part of what is open were hedged."""

from __future__ import annotations

import html
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from workbench import profit
from workbench.analysis import Facts, Measure, measure
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.money import from_minor, round_fraction
from workbench.panels.controls import Check, Controls
from workbench.panels.desk import Desk
from workbench.panels.views import bridge_of
from workbench.panels.work import drawn, labelled, widgets

__all__ = ["ProfitPanel", "what_if"]

_LIMIT: Final = 30


@measure
def what_if(facts: Facts, *, shock: int = 0, cost: int = 0, hedge: int = 0) -> Measure:
    """The net margin with every foreign currency moved by ``shock`` per cent against base and costs by ``cost`` per cent.

    ``hedge`` per cent of what customers still owe keeps the closing rate. Rows step, level, amount, running: the net
    margin as it stands, what rates do to the open amounts at the closing rate, what costs do, and the net margin then;
    orders without a known cost or rate are in none of them, and where that is all of them no amount is known. Each
    effect is rounded once, half up.

    Raises:
        ConfigurationError: a hedge beyond 0 to 100 per cent.
    """
    if not 0 <= hedge <= 100:
        raise ConfigurationError(_("A hedge ratio is from 0 to 100 per cent."), remedy=_("Correct the ratio."))
    orders = profit.order_figures(facts)
    net = orders["settlement"] - orders["cost"] - orders["fees"] + orders["rebate"]
    known = orders[net.notna() & orders["deal"].notna()]
    now = from_minor(int(net[known.index].sum()), facts.base)
    exposed = from_minor(int(known.loc[known["currency"] != facts.base, "open_closing"].sum()), facts.base)
    spent = from_minor(int(known["cost"].sum()), facts.base)
    rates = round_fraction(Fraction(exposed) * Fraction(shock, 100) * Fraction(100 - hedge, 100), facts.base)
    costs = round_fraction(-Fraction(spent) * Fraction(cost, 100), facts.base)
    amounts: list[Decimal | None] = [now, rates, costs, now + rates + costs]
    running: list[Decimal | None] = [now, now + rates, now + rates + costs, now + rates + costs]
    if not len(known):
        amounts = running = [None] * 4
    shown = pd.DataFrame({"step": ["net_margin", "rates", "costs", "then"], "level": [True, False, False, True]})
    shown["amount"] = pd.Series(amounts, dtype=object)
    shown["running"] = pd.Series(running, dtype=object)
    formula = "net margin + open amounts x shock x (1 - hedge) - costs x change"
    basis = _("settlement, rates {shock:+d} %, costs {cost:+d} %, hedged {hedge} %").format(
        shock=shock, cost=cost, hedge=hedge
    )
    return Measure(shown, facts.base, basis, facts.as_of, facts.sources_named(), facts.findings, formula)


class ProfitPanel:
    """Three sliders and their answer: net margin now and then, as a figure and as a waterfall.

    Attributes:
        widget: to be shown.
        answer: the figure in words, with its unit, as it stands on the page.
    """

    def __init__(self, desk: Desk, *, shock: int = 0, cost: int = 0, hedge: int = 0) -> None:
        kit = widgets()
        self.desk = desk
        self.shock = labelled("IntSlider", _("rates, %"), value=shock, min=-_LIMIT, max=_LIMIT)
        self.cost = labelled("IntSlider", _("costs, %"), value=cost, min=-_LIMIT, max=_LIMIT)
        self.hedge = labelled("IntSlider", _("hedged, %"), value=hedge, min=0, max=100, step=5)
        self._told, self._chart = kit.HTML(), kit.Output()
        self.sliders = (self.shock, self.cost, self.hedge)
        for one in self.sliders:
            one.observe(self._moved, names="value")
        self._moved()
        self.widget = kit.VBox([kit.HBox([kit.VBox(list(self.sliders)), self._told]), self._chart])
        self.widget.add_class("workbench-whatif")

    def measure(self) -> Measure:
        """What the sliders ask."""
        return what_if(self.desk.facts, shock=self.shock.value, cost=self.cost.value, hedge=self.hedge.value)

    def controls(self) -> Controls:
        """Net margin now and the effects are the net margin then."""
        rows = self.measure().frame.to_dict("records")
        if rows[0]["amount"] is None:
            return Controls([])
        changed = rows[0]["amount"] + rows[1]["amount"] + rows[2]["amount"]
        now = profit.bridge(self.desk.facts).frame["amount"].iloc[-1]
        unit = self.desk.facts.base
        return Controls(
            [
                Check(_("what if"), unit, changed, rows[3]["amount"]),
                Check(_("net margin, what if and bridge"), unit, rows[0]["amount"], now),
            ]
        )

    def _moved(self, _change: Any = None) -> None:
        measure = self.measure()
        now, then = (measure.frame["amount"].iloc[place] for place in (0, 3))
        self.answer = "—" if then is None else f"{then:,f} {measure.unit}"
        change = "—" if then is None else f"{then - now:+,f} {measure.unit}"
        self._told.value = (
            f"<div style='padding-left:2em'>{html.escape(_('net margin then'))}<br>"
            f"<b class='workbench-answer' role='status' style='font-size:1.6em'>{html.escape(self.answer)}</b><br>"
            f"{html.escape(_('{change} against now').format(change=change))}</div>"
        )
        self._chart.outputs = drawn(bridge_of(measure, _("What if")))
