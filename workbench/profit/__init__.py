"""Profit: what was agreed, what the books say and what the bank got, and where the difference went."""

from workbench.analysis import Facts, Measure, order_figures, read_facts
from workbench.profit.bridge import STEPS, bridge, exchange_differences
from workbench.profit.margins import BASES, GROUPS, margins
from workbench.profit.periods import ORDERS, Period, Sales, effects, growth, period_bridge

__all__ = [
    "BASES",
    "GROUPS",
    "ORDERS",
    "STEPS",
    "Facts",
    "Measure",
    "Period",
    "Sales",
    "bridge",
    "effects",
    "exchange_differences",
    "growth",
    "margins",
    "order_figures",
    "period_bridge",
    "read_facts",
]
