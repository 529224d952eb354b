"""What changed between two periods: price, volume, mix and exchange rates; and growth without the rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import pandas as pd

from workbench.analysis import Facts, Measure, decimals, looked_up, measure, objects
from workbench.analysis.orders import order_figures
from workbench.analysis.ratios import percent, rounded_to_sum, to_places
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.money import from_minor, minor_units

__all__ = ["EFFECTS", "ORDERS", "Period", "Sales", "constant_currency", "effects", "growth", "period_bridge"]

EFFECTS: Final = ("volume", "mix", "price", "fx", "new", "lost")
ORDERS: Final = ("fx_last", "fx_first")
"""``fx_last`` values price, volume and mix at the earlier rates; ``fx_first`` at the later ones, FX on earlier sales."""


class Period(NamedTuple):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Sales:
    """``quantity`` sold at ``price`` a unit in a currency, that is worth ``rate`` of base currency."""

    quantity: Fraction
    price: Fraction
    rate: Fraction

    @property
    def worth(self) -> Fraction:
        """In base currency."""
        return self.quantity * self.price * self.rate


def effects(
    before: Mapping[str, Sales], after: Mapping[str, Sales], order: str = "fx_last"
) -> dict[str, dict[str, Fraction]]:
    """Row → effect → its part of the difference in base currency, exact; all of them add up to the difference.

    Args:
        before: row (a product in a currency) → its sales in the earlier period.
        after: the same in the later one.
        order: one of ``ORDERS``.

    Computed row by row and then summed: on totals the price effect would take the mix in.

    Raises:
        ConfigurationError: no such order.
    """
    if order not in ORDERS:
        raise ConfigurationError(
            _("There is no {word} here.").format(word=order),
            remedy=_("Choose one of: {words}").format(words=", ".join(ORDERS)),
        )
    both = [row for row in before if row in after and before[row].quantity]
    total0 = sum((before[row].quantity for row in both), Fraction(0))
    total1 = sum((after[row].quantity for row in both), Fraction(0))
    found: dict[str, dict[str, Fraction]] = {}
    for row in both:
        old, new = before[row], after[row]
        rate = old.rate if order == "fx_last" else new.rate
        unit = old.price * rate
        found[row] = {
            "volume": (total1 - total0) * old.quantity / total0 * unit,
            "mix": (new.quantity - total1 * old.quantity / total0) * unit,
            "price": new.quantity * (new.price - old.price) * rate,
            "fx": (new if order == "fx_last" else old).quantity
            * (new if order == "fx_last" else old).price
            * (new.rate - old.rate),
        }
    for row in before.keys() - set(both):
        found[row] = {"lost": -before[row].worth}
    for row in after.keys() - set(both):
        found.setdefault(row, {})["new"] = after[row].worth
    return found


@measure
def period_bridge(facts: Facts, before: Period, after: Period, order: str = "fx_last") -> Measure:
    """Revenue at the deal rate of two periods and the effects between them; rows: step, level, amount, running.

    A row of the comparison is a product in a currency where the orders have lines, else a customer in a currency whose
    quantity is the number of orders (told in the findings). The effects add up to the difference to the minor unit.

    Raises:
        ConfigurationError: no such order of effects.
    """
    rows = _sales_rows(facts)
    scale = 10 ** minor_units(facts.base)
    old, new = (_sales(rows, period, scale) for period in (before, after))
    parts = effects(old, new, order)
    totals = [sum((one.worth for one in side.values()), Fraction(0)) * scale for side in (old, new)]
    sums = [sum((part.get(effect, Fraction(0)) for part in parts.values()), Fraction(0)) * scale for effect in EFFECTS]
    start = int(totals[0])
    amounts = [start, *rounded_to_sum(sums), int(totals[1])]
    steps = ["before", *EFFECTS, "after"]
    running, value = [], start
    for amount in amounts[1:-1]:
        value += amount
        running.append(value)
    shown = pd.DataFrame({"step": steps, "level": [True, *([False] * len(EFFECTS)), True]})
    shown["amount"] = decimals(pd.Series(amounts), facts.base)
    shown["running"] = decimals(pd.Series([start, *running, amounts[-1]]), facts.base)
    formula = f"volume, mix, price, FX by row ({order}); new and lost rows apart"
    return Measure(shown, facts.base, "deal", facts.as_of, facts.sources_named(), facts.findings, formula)


def _sales_rows(facts: Facts) -> pd.DataFrame:
    """Rows with key, day, quantity, amount (minor units of the currency), currency, worth (minor units of base)."""
    orders = order_figures(facts)
    orders = orders[orders["deal"].notna()].set_index("id", drop=False)
    lines = facts.frame("order_lines")
    if not len(lines):
        if len(orders):
            facts.tell("measure.no-lines", where="order_lines", count=len(orders))
        keys = orders["customer_id"] + " " + orders["currency"]
        columns = {"amount": orders["amount"], "currency": orders["currency"], "worth": orders["deal"]}
        return pd.DataFrame({"key": keys, "day": orders["order_date"], "quantity": "1"} | columns)
    lines = lines[lines["order_id"].isin(orders.index)]
    days = looked_up(lines["order_id"], orders["order_date"])
    worth = facts.convert(lines["amount"], lines["currency"], days, "order_lines")
    keys = lines["product"] + " " + lines["currency"]
    columns = {"amount": lines["amount"], "currency": lines["currency"], "worth": worth}
    rows = pd.DataFrame({"key": keys, "day": days, "quantity": lines["quantity"]} | columns)
    return rows[rows["worth"].notna()]


def _sales(rows: pd.DataFrame, period: Period, scale: int) -> dict[str, Sales]:
    first, last = (pd.Timestamp(day) for day in period)
    found: dict[str, Sales] = {}
    for key, part in rows[(rows["day"] >= first) & (rows["day"] <= last)].groupby("key"):
        quantity = sum((Fraction(Decimal(one)) for one in part["quantity"]), Fraction(0))
        currency = str(part["currency"].iloc[0])
        amount = Fraction(from_minor(int(part["amount"].sum()), currency))
        if not quantity or not amount:
            continue
        worth = int(part["worth"].sum())
        found[str(key)] = Sales(quantity, amount / quantity, worth / amount / scale)
    return found


@measure
def growth(facts: Facts, before: Period, after: Period) -> Measure:
    """Growth by currency and in all, as reported and at the earlier period's rates.

    Columns: currency, before and after (base currency at the deal rates), constant (after at the earlier period's
    average rate of the currency), fx_effect, reported_percent, constant_percent. The last row is the sum, with an
    empty currency. A currency without earlier sales has no earlier rate: its constant figure is its own.
    """
    orders = order_figures(facts)
    orders = orders[orders["deal"].notna()]
    sides = []
    for first, last in (before, after):
        part = orders[(orders["order_date"] >= pd.Timestamp(first)) & (orders["order_date"] <= pd.Timestamp(last))]
        sides.append(part.groupby("currency")[["amount", "deal"]].sum())
    rows: list[tuple[str, int, int, int]] = []
    for code in sorted(set(sides[0].index) | set(sides[1].index)):
        (a0, w0), (a1, w1) = (
            (int(side.loc[code, "amount"]), int(side.loc[code, "deal"])) if code in side.index else (0, 0)
            for side in sides
        )
        rows.append((code, w0, w1, constant_currency(a0, w0, a1) if a0 else w1))
    rows.append(("", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)))
    shown = pd.DataFrame({"currency": [row[0] for row in rows]})
    for at, name in enumerate(("before", "after", "constant"), 1):
        shown[name] = decimals(pd.Series([row[at] for row in rows]), facts.base)
    shown["fx_effect"] = decimals(pd.Series([row[2] - row[3] for row in rows]), facts.base)
    shown["reported_percent"] = objects(percent(row[2] - row[1], row[1]) for row in rows)
    shown["constant_percent"] = objects(percent(row[3] - row[1], row[1]) for row in rows)
    formula = "constant: later amount x earlier average rate; FX effect: later revenue - constant"
    return Measure(shown, facts.base, "deal", facts.as_of, facts.sources_named(), facts.findings, formula)


def constant_currency(before: int, before_worth: int, after: int) -> int:
    """The later amount at the earlier average rate, in minor units of base, rounded once."""
    return int(to_places(Fraction(after * before_worth, before), 0))
