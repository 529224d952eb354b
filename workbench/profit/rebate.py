"""换汇成本, the cost of one unit of foreign currency, and the export rebate (trading companies, 免退)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from workbench.analysis import Facts, Measure, decimals, measure, objects, order_figures, percent, to_places
from workbench.money import round_fraction

__all__ = ["ExportCost", "exchange_cost", "export_cost"]

_CARRIAGE = ("freight", "insurance")
_WITH_CARRIAGE = frozenset({"CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"})


@dataclass(frozen=True, slots=True)
class ExportCost:
    """An export in base currency: ``rebate``, ``cost`` after it, ``profit`` at the rate, and per cent of the cost.

    ``exchange_cost`` is base currency spent for 1 unit of the foreign currency, four decimals: below the rate is profit.
    """

    rebate: Decimal
    cost: Decimal
    exchange_cost: Decimal
    income: Decimal
    profit: Decimal
    profit_percent: Decimal | None


def export_cost(
    *,
    fob: Decimal,
    rate: Decimal,
    purchase: Decimal,
    vat_percent: Decimal,
    rebate_percent: Decimal,
    domestic: Decimal = Decimal(0),
    base: str = "CNY",
) -> ExportCost:
    """One export of a trading company.

    Args:
        fob: in foreign currency, without freight and insurance.
        rate: base currency per 1 foreign currency.
        purchase: in base currency, with VAT.
        vat_percent: 13 means 13 %.
        rebate_percent: the refund rate; what is refunded makes the goods cheaper, so it is taken off.
        domestic: further cost in base currency.
        base: currency of the books.
    """
    share = Fraction(rebate_percent) / (100 + Fraction(vat_percent))
    rebate = round_fraction(Fraction(purchase) * share, base)
    cost = purchase - rebate + domestic
    income = round_fraction(Fraction(fob) * Fraction(rate), base)
    profit = income - cost
    each = to_places(Fraction(cost) / Fraction(fob), 4)
    return ExportCost(rebate, cost, each, income, profit, percent(profit, cost))


@measure
def exchange_cost(facts: Facts) -> Measure:
    """换汇成本 by order.

    Columns: number, currency, fob (in the currency), cost (base, after rebate and without freight and insurance that
    the price contains), rebate, exchange_cost (base per 1 currency), deal_rate, profit_percent (盈亏率, of the cost).
    Freight and insurance are taken off the price where the order's term contains them; elsewhere they stay costs.
    Orders whose cost is not known, and those in base currency, are left out.
    """
    orders = order_figures(facts)
    orders = orders[orders["cost"].notna() & orders["rebate"].notna() & orders["deal"].notna()]
    orders = orders[(orders["currency"] != facts.base) & (orders["deal"] > 0)].reset_index(drop=True)
    inside = orders["incoterm"].isin(_WITH_CARRIAGE)
    carriage = orders["carriage"].where(inside, 0)
    worth, spent = orders["deal"] - carriage, orders["cost"] - carriage - orders["rebate"]
    shown = orders[["number", "currency"]].copy()
    units = [
        int(to_places(Fraction(int(amount) * int(net), int(deal)), 0))
        for amount, net, deal in zip(orders["amount"], worth, orders["deal"], strict=True)
    ]
    shown["fob"] = fob = decimals(units, orders["currency"])
    shown["cost"] = cost = decimals(spent, facts.base)
    shown["rebate"] = decimals(orders["rebate"], facts.base)
    shown["exchange_cost"] = objects(
        to_places(Fraction(one) / Fraction(net), 4) if net > 0 else None for one, net in zip(cost, fob, strict=True)
    )
    amounts = decimals(orders["amount"], orders["currency"])
    deals = decimals(orders["deal"], facts.base)
    shown["deal_rate"] = objects(
        to_places(Fraction(one) / Fraction(amount), 4) for one, amount in zip(deals, amounts, strict=True)
    )
    pairs = zip(worth.to_numpy(np.int64).tolist(), spent.to_numpy(np.int64).tolist(), strict=True)
    shown["profit_percent"] = objects(percent(net - one, one) for net, one in pairs)
    formula = "(purchase - rebate + domestic cost) / FOB in foreign currency"
    return Measure(pd.DataFrame(shown), facts.base, "deal", facts.as_of, facts.sources_named(), facts.findings, formula)
