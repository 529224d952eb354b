"""Every order in minor units of base currency: what it was worth at the deal, in the books and in the bank."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.facts import Facts, looked_up
from workbench.money import Rounding, from_minor, round_fraction, to_minor
from workbench.money.vector import convert_cross

__all__ = ["FIGURES", "order_figures"]

FIGURES = (
    *("deal", "invoice", "settlement", "cost", "rebate", "fees"),
    *("booking_fx", "realised_fx", "unrealised_fx", "write_offs", "received", "open_base", "open_closing"),
)
"""Columns of ``order_figures`` in minor units of base currency."""


def order_figures(facts: Facts) -> pd.DataFrame:
    """A row for each order that is not cancelled; figures are whole minor units, missing where they are not known.

    Columns beside ``FIGURES``: id, number, customer_id, customer, country, salesperson, currency, month (YYYY-MM of
    the order date), order_date, incoterm, carriage (freight and insurance, in base), amount and open_amount (minor units of the order's currency), arises (the day the
    receivable arises: the first invoice's, else the order's).

    - deal: at the order's locked rate, else at the rate stored with it, else at that of its day.
    - invoice: advances at what came in for them, the rest at the rate of the day the receivable arises (IFRIC 22).
    - settlement: what came in at its own days' rates, charges inside, and what is open at the closing rate.
    - ``deal + booking_fx = invoice`` and ``invoice + realised_fx + unrealised_fx + write_offs = settlement``, exactly;
      an amount written off is below zero.
    """
    return facts.shared("orders", _figures)


def _figures(facts: Facts) -> pd.DataFrame:
    orders = _orders(facts)
    paid = _paid(facts, orders)
    orders = orders.join(paid)
    for name in paid.columns:
        orders[name] = orders[name].fillna(0).astype("Int64")
    orders["deal"] = _deal(facts, orders)
    unpaid = orders["amount"] - orders["advance_units"]
    receivable = _receivable(facts, orders, unpaid)
    orders["open_amount"] = unpaid - (orders["settled_units"] - orders["advance_units"])
    left = receivable - (orders["carried"] - orders["advance_base"])
    closed = orders["open_amount"] == 0
    stray = int((closed & (left.fillna(0) != 0)).sum())
    if stray:
        facts.tell("measure.books-differ", where="orders", count=stray)
    orders["open_base"] = left.mask(closed, 0)
    closing = facts.convert(orders["open_amount"], orders["currency"], _every(facts, orders), "orders")
    orders["open_closing"] = closing.mask(closed, 0)
    orders["invoice"] = orders["carried"] + orders["open_base"]
    orders["realised_fx"] = orders["received"] - orders["carried"] - orders["write_offs"]
    orders["unrealised_fx"] = orders["open_closing"] - orders["open_base"]
    orders["booking_fx"] = orders["invoice"] - orders["deal"]
    orders["settlement"] = orders["received"] + orders["open_closing"]
    orders = orders.join(_costs(facts, orders))
    return orders.reset_index().drop(columns=["rate_value"], errors="ignore")


def _every(facts: Facts, orders: pd.DataFrame) -> pd.Series:
    return pd.Series(np.datetime64(facts.as_of), index=orders.index)


def _orders(facts: Facts) -> pd.DataFrame:
    orders = facts.frame("orders")
    orders = orders[orders["status"].fillna("") != "cancelled"].set_index("id")
    customers = facts.frame("customers").set_index("id")
    for name, column in (("customer", "legal_name"), ("country", "country"), ("owner", "owner")):
        orders[name] = looked_up(orders["customer_id"], customers[column])
    orders["salesperson"] = orders["salesperson"].fillna(orders["owner"])
    orders["month"] = orders["order_date"].dt.strftime("%Y-%m")
    invoices = facts.frame("invoices").sort_values(["invoice_date", "number"]).drop_duplicates("order_id")
    first = invoices.set_index("order_id")["invoice_date"]
    orders["invoiced"] = first.reindex(orders.index)
    bare = int(orders["invoiced"].isna().sum())
    if bare:
        facts.tell("measure.no-invoice", where="orders", count=bare)
    orders["arises"] = orders["invoiced"].fillna(orders["order_date"])
    parts = facts.frame("instalments")
    notes = parts[parts["kind"] == "credit_note"].groupby("order_id")["amount"].sum()
    orders["credit"] = notes.reindex(orders.index).astype("Int64").fillna(0)
    orders["ordered"] = orders["amount"]
    orders["amount"] = orders["amount"] + orders["credit"]
    orders["sources"] = orders["rate_source"]
    facts.sources |= set(orders["rate_source"].dropna()) - {""}
    return orders


def _paid(facts: Facts, orders: pd.DataFrame) -> pd.DataFrame:
    """Per order: what was settled in its currency and in base, and of it what came before the receivable arose."""
    parts = facts.frame("allocations")
    owner = facts.frame("instalments").set_index("id")["order_id"]
    parts["order_id"] = looked_up(parts["instalment_id"], owner)
    parts = parts[parts["order_id"].isin(orders.index)]
    arises = looked_up(parts["order_id"], orders["arises"])
    early = parts["allocation_date"] < arises
    parts["fees"] = _fees(facts, parts)
    columns = {
        "settled_units": parts["document_amount"],
        "carried": parts["carrying_amount"],
        "received": parts["settlement_amount"],
        "fees": parts["fees"],
        "write_offs": -parts["write_off_amount"].fillna(0),
        "advance_units": parts["document_amount"].where(early, 0),
        "advance_base": parts["carrying_amount"].where(early, 0),
    }
    facts.sources |= set(parts["rate_source"].dropna())
    return pd.DataFrame(columns).groupby(parts["order_id"]).sum()


def _fees(facts: Facts, parts: pd.DataFrame) -> pd.Series:
    """The charges' share of each settlement amount."""
    fees = pd.Series(0, index=parts.index, dtype="Int64")
    for at in parts.index[parts["fee_amount"].fillna(0) != 0]:
        row = parts.loc[at]
        fee = from_minor(int(row["fee_amount"]), row["fee_currency"])
        gross = from_minor(int(row["receipt_amount"]), row["receipt_currency"]) + fee
        worth = Fraction(from_minor(int(row["settlement_amount"]), facts.base))
        fees[at] = to_minor(round_fraction(worth * Fraction(fee) / Fraction(gross), facts.base), facts.base)
    return fees


def _deal(facts: Facts, orders: pd.DataFrame) -> pd.Series:
    stored = orders["base_amount"].where(orders["base_currency"] == facts.base)
    plain = stored.isna() | (orders["credit"] != 0)
    other = facts.convert(orders["amount"].where(plain), orders["currency"], orders["order_date"], "orders")
    deal = stored.where(~plain, other)
    for lock in facts.book.locks:
        if lock.scope != "order":
            continue
        for at in orders.index[orders["number"] == lock.document]:
            row = orders.loc[at]
            day = row["order_date"].date()
            if not lock.holds(row["currency"], facts.base, day) and lock.valid_from > facts.as_of:
                continue
            rate = facts.book.get(row["currency"], facts.base, max(day, lock.valid_from), document=row["number"])
            deal[at] = to_minor(rate.convert(from_minor(int(row["amount"]), row["currency"])), facts.base)
            facts.sources.add(rate.source)
    return deal.astype("Int64")


def _receivable(facts: Facts, orders: pd.DataFrame, unpaid: pd.Series) -> pd.Series:
    """What is unpaid on the day the receivable arises, in base; the rate stored with the order is used again."""
    whole = orders["invoiced"].isna() & (unpaid == orders["ordered"]) & (orders["base_currency"] == facts.base)
    other = facts.convert(unpaid.mask(whole), orders["currency"], orders["arises"], "orders")
    return orders["base_amount"].where(whole, other).astype("Int64")


def _costs(facts: Facts, orders: pd.DataFrame) -> pd.DataFrame:
    costs = facts.frame("costs")
    costs = costs[costs["order_id"].isin(orders.index)]
    days = costs["cost_date"].fillna(looked_up(costs["order_id"], orders["order_date"]))
    costs["base"] = facts.convert(costs["amount"], costs["currency"], days, "costs")
    costs["rebate"] = _rebates(facts, costs)
    unknown = costs["base"].isna() | costs["rebate"].isna()
    costs["carriage"] = costs["base"].where(costs["kind"].isin(["freight", "insurance"]), 0)
    sums = costs.groupby("order_id")[["base", "rebate", "carriage"]].sum()
    sums.loc[sums.index.isin(costs["order_id"][unknown])] = pd.NA
    found = sums.reindex(orders.index).rename(columns={"base": "cost"})
    bare = int((~orders.index.isin(costs["order_id"])).sum())
    if bare:
        facts.tell("measure.no-cost", where="orders", count=bare)
    return found.astype("Int64")


def _rebates(facts: Facts, costs: pd.DataFrame) -> pd.Series:
    """Export rebate of each purchase: amount with VAT / (1 + VAT) × rebate rate; 0 for other costs."""
    rebates = pd.Series(0, index=costs.index, dtype="Int64")
    due = (costs["kind"] == "purchase") & costs["rebate_percent"].notna()
    unknown = due & (costs["vat_percent"].isna() | costs["base"].isna())
    if int((due & costs["vat_percent"].isna()).sum()):
        facts.tell("measure.not-kept", "costs.vat_percent", "costs")
    for (vat, rate), rows in costs[due & ~unknown].groupby(["vat_percent", "rebate_percent"]):
        share = Fraction(Decimal(str(rate))) / (100 + Fraction(Decimal(str(vat))))
        amounts: Any = rows["base"].to_numpy(np.int64)
        count = len(rows)
        rebates[rows.index] = convert_cross(
            amounts,
            np.full(count, share.numerator, np.int64),
            np.full(count, share.denominator, np.int64),
            from_units=0,
            to_units=0,
            mode=Rounding.HALF_UP,
        )
    return rebates.mask(unknown)
