"""Profit: what was agreed, what the books say and what the bank got, and where the difference went."""

from workbench.analysis import Facts, Measure, order_figures, read_facts
from workbench.profit.bridge import STEPS, bridge, exchange_differences
from workbench.profit.customers import SEGMENTS, abc, channels, cohorts, concentration, funnel, segments
from workbench.profit.margins import BASES, GROUPS, margins
from workbench.profit.periods import ORDERS, Period, Sales, effects, growth, period_bridge
from workbench.profit.rebate import ExportCost, exchange_cost, export_cost

__all__ = [
    "BASES",
    "GROUPS",
    "ORDERS",
    "SEGMENTS",
    "STEPS",
    "ExportCost",
    "Facts",
    "Measure",
    "Period",
    "Sales",
    "abc",
    "bridge",
    "channels",
    "cohorts",
    "concentration",
    "effects",
    "exchange_cost",
    "exchange_differences",
    "export_cost",
    "funnel",
    "growth",
    "margins",
    "order_figures",
    "period_bridge",
    "read_facts",
    "segments",
]
