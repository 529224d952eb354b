"""From the profit that was agreed to the profit that finance finds, step by step and to the last minor unit."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import pandas as pd

from workbench.analysis import Facts, Measure, decimals, measure
from workbench.analysis.orders import order_figures
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.profit.margins import GROUPS

__all__ = ["STEPS", "bridge", "exchange_differences"]

STEPS: Final = (
    *("deal_margin", "booking_fx", "invoice_margin", "realised_fx", "unrealised_fx", "write_offs"),
    *("settlement_margin", "fees", "rebate", "net_margin"),
)
"""The bridge in its order; ``*_margin`` are levels, the others changes: fees below zero, rebate above."""
LEVELS: Final = frozenset(step for step in STEPS if step.endswith("_margin"))


@measure
def bridge(facts: Facts, by: str = "") -> Measure:
    """The bridge deal → invoice → settlement → net of fees and with the export rebate.

    ``by`` empty: a row a step (step, level, amount, running); ``by`` one of ``GROUPS`` but product: a row a group and
    a column a step. Margins before ``net_margin`` are before rebate. Each level is the one before and the changes
    between, exactly. Orders without a known cost, rebate or rate are left out and told; where that is all of them, no
    amount is known.

    Raises:
        ConfigurationError: no such group.
    """
    if by and (by not in GROUPS or by == "product"):
        raise ConfigurationError(
            _("There is no {word} here.").format(word=by),
            remedy=_("Choose one of: {words}").format(words=", ".join(one for one in GROUPS if one != "product")),
        )
    rows = _steps(order_figures(facts))
    if by:
        key = GROUPS[by]
        sums = rows.groupby(rows[key].fillna(""), sort=True)[list(STEPS)].sum().reset_index()
        shown = sums[[key]].copy()
        for step in STEPS:
            shown[step] = decimals(sums[step], facts.base)
    else:
        amounts = [int(rows[step].sum()) for step in STEPS]
        level = [step in LEVELS for step in STEPS]
        changes = [0 if is_level else amount for is_level, amount in zip(level, amounts, strict=True)]
        running = [amounts[0] + change for change in accumulate(changes)]
        shown = pd.DataFrame({"step": STEPS, "level": level})
        known = len(rows) > 0
        shown["amount"] = decimals(amounts if known else [None] * len(STEPS), facts.base)
        shown["running"] = decimals(running if known else [None] * len(STEPS), facts.base)
    formula = "deal margin + booking FX + realised FX + unrealised FX - write-offs - fees + rebate = net margin"
    return Measure(shown, facts.base, "deal to settlement", facts.as_of, facts.sources_named(), facts.findings, formula)


def _steps(orders: pd.DataFrame) -> pd.DataFrame:
    rows = orders.assign(
        deal_margin=orders["deal"] - orders["cost"],
        invoice_margin=orders["invoice"] - orders["cost"],
        settlement_margin=orders["settlement"] - orders["cost"],
        fees=-orders["fees"],
    )
    rows["net_margin"] = rows["settlement_margin"] + rows["fees"] + rows["rebate"]
    return rows[rows["net_margin"].notna() & rows["deal_margin"].notna()]


@measure
def exchange_differences(facts: Facts, by: str = "currency") -> Measure:
    """Exchange differences by currency, month or another group (IAS 21).

    Columns: realised_fx of receipts up to the day; unrealised_fx of what is open, at the closing rate against its
    carrying amount; advances, what came before the receivable arose, held at its own rate and not revalued (IFRIC 22).
    """
    key = GROUPS[by]
    rows = order_figures(facts)
    rows = rows[rows["unrealised_fx"].notna()]
    names = {"realised_fx": "realised_fx", "unrealised_fx": "unrealised_fx", "advances": "advance_base"}
    sums = rows.groupby(rows[key].fillna(""), sort=True)[list(names.values())].sum().reset_index()
    shown = sums[[key]].copy()
    for name, column in names.items():
        shown[name] = decimals(sums[column], facts.base)
    return Measure(
        shown,
        facts.base,
        "closing",
        facts.as_of,
        facts.sources_named(),
        facts.findings,
        "open amount at the closing rate - its carrying amount; advances are left out",
    )
