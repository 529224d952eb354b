"""What is earned, at three rates, by order, customer, product, country, salesperson, currency or month."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.analysis import Facts, Measure, decimals, grouped, looked_up, measure, objects, split
from workbench.analysis.engines import Backend
from workbench.analysis.orders import order_figures
from workbench.analysis.ratios import percent
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["BASES", "GROUPS", "margins"]

BASES: Final = ("deal", "invoice", "settlement")
GROUPS: Final = {
    "order": "number",
    "customer": "customer_id",
    "product": "product",
    "country": "country",
    "salesperson": "salesperson",
    "currency": "currency",
    "month": "month",
}
_SUMS = ("revenue", "cost", "rebate", "fees", "margin")
_FORMULA = {
    "deal": "order amount at the deal rate - cost + rebate",
    "invoice": "advances at their own rates + the rest at the booking rate - cost + rebate",
    "settlement": "receipts at their own rates + what is open at the closing rate - fees - cost + rebate",
}


@measure
def margins(facts: Facts, by: str = "order", basis: str = "settlement", *, on: str | Backend = "duckdb") -> Measure:
    """The margin table.

    Args:
        facts: what was read of the register.
        by: one of ``GROUPS``.
        basis: one of ``BASES``; fees count at settlement only.
        on: the engine, as ``analysis.engine`` takes it.

    Columns: the group (and ``name`` for customers), orders, revenue, cost, rebate, fees, margin, margin_percent (of
    revenue, two decimals), ordered by margin. Orders whose cost or rate is not known are in no figure and are told
    in the findings.

    Raises:
        ConfigurationError: no such group or basis.
    """
    _check(by, GROUPS)
    _check(basis, BASES)
    rows = _by_product(facts, _complete(facts, basis)) if by == "product" else _complete(facts, basis)
    key = GROUPS[by]
    rows[key] = rows[key].astype(object).where(rows[key].notna(), "")
    table = pa.table(
        {key: pa.array(list(rows[key]), pa.string()), "id": pa.array(list(rows["id"]), pa.string())}
        | {name: pa.array(rows[name].to_numpy(np.int64)) for name in _SUMS}
    )
    frame = grouped(table, [key], _SUMS, on=on).to_pandas()
    frame = frame.rename(columns={"rows": "lines" if by == "product" else "orders"})
    frame = frame.sort_values(["margin", key], ascending=[False, True], ignore_index=True)
    shown = frame[[key]].copy()
    if by == "customer":
        names = rows.drop_duplicates(key).set_index(key)["customer"]
        shown["name"] = looked_up(frame[key], names)
    shown[frame.columns[1]] = frame.iloc[:, 1]
    for name in _SUMS:
        shown[name] = decimals(frame[name], facts.base)
    pairs = zip(frame["margin"].tolist(), frame["revenue"].tolist(), strict=True)
    shown["margin_percent"] = objects(percent(margin, revenue) for margin, revenue in pairs)
    return Measure(shown, facts.base, basis, facts.as_of, facts.sources_named(), facts.findings, _FORMULA[basis])


def _check(word: str, known: Collection[str]) -> None:
    if word not in known:
        raise ConfigurationError(
            _("There is no {word} here.").format(word=word),
            remedy=_("Choose one of: {words}").format(words=", ".join(known)),
        )


def _complete(facts: Facts, basis: str) -> pd.DataFrame:
    """Orders whose margin is known, with revenue, fees and margin at the basis."""
    orders = order_figures(facts)
    orders["revenue"] = orders[basis]
    if basis != "settlement":
        orders["fees"] = orders["fees"] * 0
    orders["margin"] = orders["revenue"] - orders["cost"] + orders["rebate"] - orders["fees"]
    return orders[orders["margin"].notna()].reset_index(drop=True)


def _by_product(facts: Facts, orders: pd.DataFrame) -> pd.DataFrame:
    """The orders' figures shared out over their lines by amount, to the last minor unit."""
    lines = facts.frame("order_lines").sort_values(["order_id", "line"], ignore_index=True)
    orders = orders.set_index("id", drop=False)
    bare = int((~orders.index.isin(lines["order_id"])).sum())
    if bare:
        facts.tell("measure.no-lines", where="order_lines", count=bare)
    lines = lines[lines["order_id"].isin(orders.index)]
    sums = lines.groupby("order_id")["amount"].agg(["sum", "min"])
    whole = orders["ordered"].reindex(sums.index)
    good = (sums["sum"] == whole) & (sums["min"] >= 0) & (sums["sum"] > 0)
    if int((~good).sum()):
        facts.tell("measure.lines-differ", where="order_lines", count=int((~good).sum()))
    lines = lines[lines["order_id"].isin(sums.index[good])].reset_index(drop=True)
    found = pd.DataFrame({"id": lines["order_id"], "product": lines["product"]})
    ids, starts = np.unique(lines["order_id"].to_numpy(str), return_index=True)
    starts = starts.astype(np.int64)
    weights = lines["amount"].to_numpy(np.int64)
    for name in ("revenue", "cost", "rebate", "fees"):
        found[name] = split(orders.loc[ids, name].to_numpy(np.int64), weights, starts)
    found["margin"] = found["revenue"] - found["cost"] + found["rebate"] - found["fees"]
    return found
