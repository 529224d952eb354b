"""Who pays late: ageing, days sales outstanding, overdue risk and expected loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import pandas as pd

from workbench.analysis import Facts, Measure, decimals, measure, objects
from workbench.analysis.orders import order_figures
from workbench.analysis.ratios import percent, to_places
from workbench.exposure.positions import open_instalments
from workbench.money import from_minor, round_fraction

__all__ = ["BUCKETS", "LOSS_RATES", "ageing", "dso", "expected_loss", "loss", "overdue_risk"]

BUCKETS: Final = ("not_due", "1-30", "31-60", "61-90", "91+", "undated", "credit")
LOSS_RATES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {
        "not_due": Decimal("0.02"),
        "1-30": Decimal("0.04"),
        "31-60": Decimal("0.087"),
        "61-90": Decimal("0.25"),
        "91+": Decimal(1),
    }
)
"""Loss rates of a worked example of IFRS 9; a firm gives its own."""


def _bucket(days: int | None, units: int) -> str:
    if units < 0:
        return "credit"
    if days is None:
        return "undated"
    limits = ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
    return next((name for limit, name in limits if days <= limit), "91+")


def _aged(facts: Facts) -> pd.DataFrame:
    rows = open_instalments(facts)
    days = [None if pd.isna(one) else int(one) for one in rows["days_overdue"]]
    rows["bucket"] = [_bucket(day, int(units)) for day, units in zip(days, rows["open_units"], strict=True)]
    return rows


@measure
def ageing(facts: Facts, by: str = "currency") -> Measure:
    """Open instalments by days past due.

    Args:
        facts: what was read of the register.
        by: ``currency``: a row a currency, in that currency and then in base; ``customer``: a row a customer, in base.

    Columns: the group, a column a bucket of ``BUCKETS`` and total in the currency (by currency), and the same with
    ``_base`` at the closing rate. What has no rate has None in base and is told.
    """
    rows = _aged(facts)
    key = "currency" if by == "currency" else "customer_id"
    groups = sorted(set(rows[key]))
    shown = pd.DataFrame({key: groups})
    if by != "currency":
        names = rows.drop_duplicates(key).set_index(key)["customer"]
        shown["customer"] = [names[group] for group in groups]
    unknown = set(rows[key][rows["open_base"].isna()])
    for what, suffix in (("open_units", ""), ("open_base", "_base")):
        if what == "open_units" and by != "currency":
            continue
        sums = rows.groupby([key, "bucket"])[what].sum().unstack(fill_value=0)
        sums = sums.reindex(index=groups, columns=list(BUCKETS), fill_value=0).astype("Int64")
        sums["total"] = sums.sum(axis=1)
        if suffix:
            sums.loc[sums.index.isin(unknown)] = pd.NA
        codes: str | list[str] = facts.base if suffix else groups
        for name in sums.columns:
            shown[f"{name}{suffix}"] = decimals(sums[name], codes)
    return _measure(facts, shown, "days past due on the day; base at the closing rate")


@measure
def dso(facts: Facts, days: int = 90) -> Measure:
    """Days sales outstanding: open receivables / sales of the last ``days`` × ``days``, by currency and in all.

    Columns: currency, open, sales, dso in the currency (one decimal; None without sales). The last row, with an empty
    currency, is in base currency: open at the closing rate, sales at the orders' own rates.
    """
    rows = open_instalments(facts)
    rows = rows[rows["open_units"] > 0]
    orders = order_figures(facts)
    since = pd.Timestamp(facts.as_of - timedelta(days=days))
    recent = orders[orders["order_date"] > since]
    owed, sold = rows.groupby("currency")["open_units"].sum(), recent.groupby("currency")["amount"].sum()
    codes = sorted(set(owed.index) | set(sold.index))
    lines = [(code, int(owed.get(code, 0)), int(sold.get(code, 0))) for code in codes]
    lines.append(("", int(rows["open_base"].sum()), int(recent["deal"].sum())))
    units = pd.Series([line[0] or facts.base for line in lines])
    shown = pd.DataFrame({"currency": [line[0] for line in lines]})
    shown["open"] = decimals(pd.Series([line[1] for line in lines]), units)
    shown["sales"] = decimals(pd.Series([line[2] for line in lines]), units)
    shown["dso"] = objects(to_places(Fraction(owe * days, sale), 1) if sale > 0 else None for _code, owe, sale in lines)
    return _measure(facts, shown, f"open receivables / sales of {days} days x {days}")


@measure
def expected_loss(facts: Facts, rates: Mapping[str, Decimal] = LOSS_RATES) -> Measure:
    """Expected credit loss by the provision matrix (IFRS 9 B5.5.35), in base currency.

    Columns: bucket, open, rate, loss; the last row is the sum. Undated amounts are taken as not due; what customers
    paid too much is no claim.
    """
    rows = _aged(facts)
    rows = rows[(rows["bucket"] != "credit") & rows["open_base"].notna()]
    buckets = rows["bucket"].replace("undated", "not_due")
    sums = rows.groupby(buckets)["open_base"].sum()
    amounts = [from_minor(int(sums.get(name, 0)), facts.base) for name in rates]
    losses = [loss(amount, rate, facts.base) for amount, rate in zip(amounts, rates.values(), strict=True)]
    shown = pd.DataFrame({"bucket": [*rates, ""]})
    shown["open"] = objects([*amounts, sum(amounts, Decimal(0))])
    shown["rate"] = objects([*rates.values(), None])
    shown["loss"] = objects([*losses, sum(losses, Decimal(0))])
    return _measure(facts, shown, "open amount of the bucket x its loss rate")


def loss(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """``rate`` of an amount, rounded once."""
    return round_fraction(Fraction(amount) * Fraction(rate), currency)


@measure
def overdue_risk(facts: Facts, most: int = 20) -> Measure:
    """Customers with overdue amounts, the largest first: overdue_base, open_base, share overdue, oldest days."""
    rows = open_instalments(facts)
    rows = rows[(rows["open_units"] > 0) & rows["open_base"].notna()]
    rows["late"] = rows["open_base"].where(rows["days_overdue"].fillna(0) > 0, 0)
    found = rows.groupby("customer_id").agg(
        customer=("customer", "first"), late=("late", "sum"), owed=("open_base", "sum"), oldest=("days_overdue", "max")
    )
    found = found[found["late"] > 0].sort_values(["late", "customer"], ascending=[False, True]).head(most)
    shown = pd.DataFrame({"customer_id": list(found.index), "customer": list(found["customer"])})
    shown["overdue_base"] = decimals(found["late"], facts.base)
    shown["open_base"] = decimals(found["owed"], facts.base)
    pairs: Sequence[tuple[int, int]] = list(zip(found["late"].tolist(), found["owed"].tolist(), strict=True))
    shown["overdue_percent"] = objects(percent(late, owed, 1) for late, owed in pairs)
    shown["oldest_days"] = [int(days) for days in found["oldest"]]
    return _measure(facts, shown, "open amounts past due, at the closing rate")


def _measure(facts: Facts, shown: pd.DataFrame, formula: str) -> Measure:
    return Measure(shown, facts.base, "closing", facts.as_of, facts.sources_named(), facts.findings, formula)
