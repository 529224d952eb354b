"""What is open in foreign currency: receivables, orders not shipped yet, and currency sold forward."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.analysis import Facts, Measure, decimals, looked_up, measure, objects

__all__ = ["ladder", "open_instalments", "positions", "sensitivity"]


def open_instalments(facts: Facts) -> pd.DataFrame:
    """Every instalment with something open on the day, of orders that are not cancelled.

    Columns: id, order_id, number, customer_id, customer, currency, kind, due_date, open_units (minor units of the
    currency; below zero: paid too much), open_base (at the closing rate), settled_units, days_overdue (missing where
    nothing is due by a date), state: receivable, or order where neither goods nor an invoice have left yet.
    """
    parts = facts.frame("instalments")
    orders = facts.frame("orders").set_index("id")
    customers = facts.frame("customers").set_index("id")
    parts = parts[parts["order_id"].isin(orders.index[orders["status"].fillna("") != "cancelled"])]
    settled = facts.frame("allocations").groupby("instalment_id")["document_amount"].sum()
    parts["settled_units"] = looked_up(parts["id"], settled).fillna(0).astype("Int64")
    parts["open_units"] = parts["amount"] - parts["settled_units"]
    parts = parts[parts["open_units"] != 0].reset_index(drop=True)
    for name in ("number", "customer_id"):
        parts[name] = looked_up(parts["order_id"], orders[name])
    parts["customer"] = looked_up(parts["customer_id"], customers["legal_name"])
    day = pd.Timestamp(facts.as_of)
    parts["days_overdue"] = (day - parts["due_date"]).dt.days.astype("Int64")
    closing = pd.Series(np.datetime64(facts.as_of), index=parts.index)
    parts["open_base"] = facts.convert(parts["open_units"], parts["currency"], closing, "instalments")
    parts["state"] = np.where(parts["order_id"].isin(_left_the_house(facts, orders)), "receivable", "order")
    return parts


def _left_the_house(facts: Facts, orders: pd.DataFrame) -> set[str]:
    """Orders that were shipped or invoiced; where the register keeps neither, all that are not plainly open."""
    shipped, invoiced = facts.frame("shipments")["order_id"], facts.frame("invoices")["order_id"]
    if len(shipped) or len(invoiced):
        told = orders.index[orders["status"].isin(["shipped", "part_paid", "paid"])]
        return {*shipped, *invoiced, *told}
    for name in ("shipments", "invoices"):
        facts.tell("measure.table-empty", name, name)
    return set(orders.index[orders["status"].fillna("") != "open"])


def positions(facts: Facts) -> pd.DataFrame:
    """Rows of currency, due (first day of the month; missing where no day is known), kind, units, base.

    ``units`` are minor units of the currency, ``base`` minor units of base currency at the closing rate; what the firm
    will have to deliver (forwards) is below zero. Overdue amounts fall due in the month of the day itself. Amounts in
    base currency itself are no exposure and are left out.
    """
    parts = open_instalments(facts)
    due = parts["due_date"].where(parts["due_date"] >= pd.Timestamp(facts.as_of), pd.Timestamp(facts.as_of))
    due = due.where(parts["due_date"].notna())
    owed = pd.DataFrame({"currency": parts["currency"], "due": due, "kind": parts["state"]})
    owed["units"], owed["base"] = parts["open_units"], parts["open_base"]
    deals = facts.frame("forward_contracts")
    if not len(deals):
        facts.tell("measure.table-empty", "forward_contracts", "forward_contracts")
    deals = deals[deals["due_to"] >= pd.Timestamp(facts.as_of)]
    sold = pd.DataFrame({"currency": deals["sold_currency"], "due": deals["due_to"]})
    sold["kind"], sold["units"] = "forward", -deals["sold_amount"]
    closing = pd.Series(np.datetime64(facts.as_of), index=sold.index)
    sold["base"] = facts.convert(sold["units"], sold["currency"], closing, "forward_contracts")
    rows = pd.concat([owed, sold], ignore_index=True) if len(sold) else owed
    rows = rows[rows["currency"] != facts.base]
    rows["due"] = rows["due"].dt.to_period("M").dt.to_timestamp()
    return rows.reset_index(drop=True)


@measure
def ladder(facts: Facts) -> Measure:
    """Exposure by currency and due month.

    Columns: currency, month (YYYY-MM, empty where no day is known), receivable, order, forward and net in the currency,
    and net_base at the closing rate (None without a rate). Overdue amounts stand in the month of the day.
    """
    rows = positions(facts)
    rows["month"] = rows["due"].dt.strftime("%Y-%m").fillna("")
    found = rows.pivot_table(index=["currency", "month"], columns="kind", values="units", aggfunc="sum", fill_value=0)
    found = found.reindex(columns=["receivable", "order", "forward"], fill_value=0).astype("Int64").reset_index()
    found["net"] = found[["receivable", "order", "forward"]].sum(axis=1).astype("Int64")
    bad = set(rows["currency"][rows["base"].isna()])
    base = rows.groupby(["currency", "month"])["base"].sum().reset_index(drop=True).astype("Int64")
    shown = found[["currency", "month"]].copy()
    for name in ("receivable", "order", "forward", "net"):
        shown[name] = decimals(found[name], found["currency"])
    shown["net_base"] = decimals(base.mask(found["currency"].isin(bad)), facts.base) if len(found) else []
    return _closing(facts, shown, "open receivables + unshipped orders - forwards sold")


def by_currency(facts: Facts) -> pd.DataFrame:
    """Currency → net units and net base, minor units; base is missing without a rate."""
    rows = positions(facts)
    sums = rows.groupby("currency")[["units", "base"]].sum()
    sums.loc[sums.index.isin(rows["currency"][rows["base"].isna()]), "base"] = pd.NA
    return sums


@measure
def sensitivity(facts: Facts, shocks: tuple[int, ...] = (-10, -5, -1, 1, 5, 10)) -> Measure:
    """What a move of each currency against base does to the net exposure, in base currency.

    Columns: currency, net, net_base, and one a shock in per cent, named ``-10%`` … ``+10%``. The last row, with an
    empty currency, is all of them moving together.
    """
    sums = by_currency(facts)
    known = sums[sums["base"].notna()]
    shown = pd.DataFrame({"currency": [*known.index, ""]})
    shown["net"] = objects([*decimals(known["units"], known.index), None])
    base = [int(value) for value in known["base"]]
    shown["net_base"] = decimals(pd.Series([*base, sum(base)], dtype="Int64"), facts.base)
    for shock in shocks:
        moved = [_half_up(value * shock, 100) for value in base]
        shown[f"{shock:+d}%"] = decimals(pd.Series([*moved, sum(moved)], dtype="Int64"), facts.base)
    return _closing(facts, shown, "net exposure at the closing rate x shock")


def _half_up(value: int, parts: int) -> int:
    size = (2 * abs(value) + parts) // (2 * parts)
    return -size if value < 0 else size


def _closing(facts: Facts, shown: pd.DataFrame, formula: str) -> Measure:
    return Measure(shown, facts.base, "closing", facts.as_of, facts.sources_named(), facts.findings, formula)
