"""Exposure: what is open in foreign currency, when it falls due, what it may lose, and who pays late."""

from workbench.analysis import Facts, Measure, read_facts
from workbench.exposure.hedging import forward_rate, hedge, marked_to_market
from workbench.exposure.positions import ladder, open_instalments, positions, sensitivity
from workbench.exposure.receivables import ageing, dso, expected_loss, overdue_risk
from workbench.exposure.risk import cash_flow_at_risk, lock_ranking, value_at_risk

__all__ = [
    "Facts",
    "Measure",
    "ageing",
    "cash_flow_at_risk",
    "dso",
    "expected_loss",
    "forward_rate",
    "hedge",
    "ladder",
    "lock_ranking",
    "marked_to_market",
    "open_instalments",
    "overdue_risk",
    "positions",
    "read_facts",
    "sensitivity",
    "value_at_risk",
]
