"""Who the business rests on: concentration, ABC, cohorts, repurchase, segments, channels."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import pandas as pd

from workbench.analysis import Facts, Measure, decimals, looked_up, measure, objects, order_figures, percent, to_places

__all__ = ["SEGMENTS", "abc", "channels", "cohorts", "concentration", "concentration_index", "funnel", "segments"]

SEGMENTS: Final = ("vip", "potential", "regular", "dormant")
_DORMANT_DAYS = 180


def _orders(facts: Facts) -> pd.DataFrame:
    rows = order_figures(facts)
    return rows[rows["deal"].notna()].reset_index(drop=True)


def concentration_index(shares: Sequence[int]) -> Fraction:
    """Herfindahl-Hirschman index of whole amounts, 0 to 1: the sum of the squared shares; 0 of nothing."""
    total = sum(shares)
    return sum((Fraction(one, total) ** 2 for one in shares), Fraction(0)) if total else Fraction(0)


@measure
def concentration(facts: Facts, by: str = "customer_id", top: int = 5) -> Measure:
    """How far revenue rests on few; ``by`` customer_id, country or currency.

    Columns: groups, hhi (0 to 1, four decimals), effective (1 / hhi: how many equal ones it is like), top (how many),
    top_percent (their share), largest, largest_percent (from 10 % on to be disclosed by IFRS 8.34).
    """
    sums = _orders(facts).groupby(by)["deal"].sum()
    sums = sums[sums > 0].sort_values(ascending=False, kind="stable")
    values = [int(one) for one in sums]
    index, total = concentration_index(values), sum(values)
    row = {
        "groups": len(values),
        "hhi": to_places(index, 4) if index else None,
        "effective": to_places(1 / index, 1) if index else None,
        "top": min(top, len(values)),
        "top_percent": percent(sum(values[:top]), total),
        "largest": str(sums.index[0]) if values else "",
        "largest_percent": percent(values[0], total) if values else None,
    }
    return _measure(facts, pd.DataFrame([row]), "sum of squared shares of revenue")


@measure
def abc(facts: Facts, limits: tuple[int, int] = (80, 95)) -> Measure:
    """Customers by revenue: A up to the first limit of the running share in per cent, B up to the second, then C.

    Columns: customer_id, customer, revenue, percent, running_percent, class. The one that crosses a limit still belongs
    to the class before it.
    """
    rows = _orders(facts)
    sums = rows.groupby("customer_id").agg(customer=("customer", "first"), deal=("deal", "sum"))
    sums = sums.sort_values("deal", ascending=False, kind="stable")
    values = [int(one) for one in sums["deal"]]
    total, running = sum(values), 0
    classes, shares = [], []
    for value in values:
        before = Fraction(running * 100, total) if total else Fraction(0)
        classes.append("A" if before < limits[0] else "B" if before < limits[1] else "C")
        running += value
        shares.append(percent(running, total))
    shown = pd.DataFrame({"customer_id": list(sums.index), "customer": list(sums["customer"])})
    shown["revenue"] = decimals(values, facts.base)
    shown["percent"] = objects(percent(value, total) for value in values)
    shown["running_percent"], shown["class"] = objects(shares), classes
    return _measure(facts, shown, "running share of revenue at the deal rate")


@measure
def cohorts(facts: Facts) -> Measure:
    """Customers by the month of their first order, and what they bought in each month after it.

    Columns: cohort (YYYY-MM), customers, age (months since), active (customers that ordered), active_percent,
    revenue. Only ages up to the day are told.
    """
    rows = _orders(facts)
    month = rows["order_date"].dt.year * 12 + rows["order_date"].dt.month - 1
    first = month.groupby(rows["customer_id"]).transform("min")
    rows = rows.assign(cohort=first, age=month - first)
    size = rows.groupby("cohort")["customer_id"].nunique()
    found = rows.groupby(["cohort", "age"]).agg(active=("customer_id", "nunique"), deal=("deal", "sum")).reset_index()
    counts = [int(size[one]) for one in found["cohort"]]
    shown = pd.DataFrame({"cohort": [f"{one // 12}-{one % 12 + 1:02d}" for one in found["cohort"]]})
    shown["customers"], shown["age"], shown["active"] = counts, found["age"], found["active"]
    shown["active_percent"] = objects(
        percent(active, count, 1) for active, count in zip(found["active"].tolist(), counts, strict=True)
    )
    shown["revenue"] = decimals(found["deal"], facts.base)
    return _measure(facts, shown, "by the month of the first order")


@measure
def segments(facts: Facts, dormant_days: int = _DORMANT_DAYS) -> Measure:
    """Recency, frequency and money of each customer, and a segment.

    Columns: customer_id, customer, recency (days since the last order), orders, revenue, r, f, m (quintiles, 5 is
    best), repeat (ordered more than once), segment: dormant after ``dormant_days``; vip with f and m at least 4;
    potential with r at least 4 and f below 4; else regular.
    """
    rows = _orders(facts)
    found = rows.groupby("customer_id").agg(
        customer=("customer", "first"), last=("order_date", "max"), orders=("id", "size"), deal=("deal", "sum")
    )
    found["recency"] = (pd.Timestamp(facts.as_of) - found["last"]).dt.days
    scores = {
        "r": _quintiles([-int(one) for one in found["recency"]]),
        "f": _quintiles([int(one) for one in found["orders"]]),
        "m": _quintiles([int(one) for one in found["deal"]]),
    }
    shown = pd.DataFrame({"customer_id": list(found.index), "customer": list(found["customer"])})
    shown["recency"], shown["orders"] = list(found["recency"]), list(found["orders"])
    shown["revenue"] = decimals(found["deal"], facts.base)
    for name, values in scores.items():
        shown[name] = values
    shown["repeat"] = [one > 1 for one in found["orders"]]
    shown["segment"] = [
        _segment(days, r, f, m, dormant_days)
        for days, r, f, m in zip(found["recency"].tolist(), scores["r"], scores["f"], scores["m"], strict=True)
    ]
    return _measure(facts, shown, "quintiles of recency, orders and revenue at the deal rate")


def _segment(days: int, r: int, f: int, m: int, dormant: int) -> str:
    if days > dormant:
        return "dormant"
    if f >= 4 and m >= 4:
        return "vip"
    return "potential" if r >= 4 and f < 4 else "regular"


def _quintiles(values: Sequence[int]) -> list[int]:
    """1 to 5 by rank; equal values share the better place."""
    ordered = sorted(values)
    place = {value: at for at, value in enumerate(ordered)}
    return [place[value] * 5 // len(values) + 1 for value in values]


@measure
def channels(facts: Facts) -> Measure:
    """Customers, buyers, conversion and revenue by source channel.

    Columns: channel, customers, buyers, conversion_percent, revenue, margin (at the deal rate, of orders with known
    cost). Return on investment needs what a channel costs, which the register does not keep; that is told.
    """
    customers = facts.frame("customers")
    customers = customers[customers["merged_into"].isna()]
    facts.tell("measure.not-kept", "channel cost")
    if not customers["source_channel"].notna().any():
        facts.tell("measure.table-empty", "customers.source_channel", "customers")
    named = customers.set_index("id")["source_channel"].fillna("")
    rows = _orders(facts)
    rows = rows.assign(channel=looked_up(rows["customer_id"], named).fillna(""))
    margin = rows["deal"] - rows["cost"] + rows["rebate"]
    sums = (
        rows.assign(margin=margin)
        .groupby("channel")
        .agg(buyers=("customer_id", "nunique"), deal=("deal", "sum"), margin=("margin", "sum"))
    )
    counts = named.groupby(named).size()
    names = sorted(set(counts.index) | set(sums.index))
    sums = sums.reindex(names).fillna(0)
    shown = pd.DataFrame({"channel": names, "customers": [int(counts.get(name, 0)) for name in names]})
    shown["buyers"] = [int(one) for one in sums["buyers"]]
    pairs = zip(shown["buyers"].tolist(), shown["customers"].tolist(), strict=True)
    shown["conversion_percent"] = objects(percent(buyers, count, 1) for buyers, count in pairs)
    shown["revenue"], shown["margin"] = decimals(sums["deal"], facts.base), decimals(sums["margin"], facts.base)
    return _measure(facts, shown, "buyers / customers of the channel")


@measure
def funnel(facts: Facts) -> Measure:
    """From customers to paid orders, as far as the register tells; leads, quotes and lost reasons are not kept.

    Columns: stage, count, percent (of the stage before).
    """
    for name in ("leads", "quotes", "lost reasons"):
        facts.tell("measure.not-kept", name)
    customers = facts.frame("customers")
    rows = _orders(facts)
    paid = rows[rows["open_amount"] <= 0]
    counts = (
        ("customers", int(customers["merged_into"].isna().sum())),
        ("customers with an order", int(rows["customer_id"].nunique())),
        ("customers with a paid order", int(paid["customer_id"].nunique())),
        ("customers with a second order", int((rows.groupby("customer_id").size() > 1).sum())),
    )
    shown = pd.DataFrame(counts, columns=["stage", "count"])
    before: list[int | None] = [None, *(count for _stage, count in counts[:-1])]
    shares: list[Decimal | None] = [
        percent(count, whole, 1) if whole else None for (_stage, count), whole in zip(counts, before, strict=True)
    ]
    shown["percent"] = objects(shares)
    return _measure(facts, shown, "count / count of the stage before")


def _measure(facts: Facts, shown: pd.DataFrame, formula: str) -> Measure:
    return Measure(shown, facts.base, "deal", facts.as_of, facts.sources_named(), facts.findings, formula)
