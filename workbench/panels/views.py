"""Measures as charts: each takes what a measure gave, draws it, and carries its unit, basis, day and sources along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from workbench import profit
from workbench.analysis import Measure, decimals, percent
from workbench.charts import (
    Caption,
    Chart,
    Flow,
    Lock,
    ageing,
    comparison,
    flow,
    heat,
    ladder,
    nothing,
    ranking,
    rate_history,
    waterfall,
)
from workbench.errors import RateError
from workbench.i18n import _
from workbench.panels.desk import Desk
from workbench.settlement.books import Books
from workbench.settlement.control import control_totals

__all__ = [
    "ageing_of",
    "bridge_of",
    "hedge_of",
    "ladder_of",
    "margin_heat",
    "orders_by_currency",
    "ranking_of",
    "rates_of",
    "receipts_flow",
    "risk_of",
    "top",
]

_BUCKETS: Final = ("not_due", "1-30", "31-60", "61-90", "91+", "undated")


def top(measure: Measure, count: int = 12) -> Measure:
    """The first rows of a measure, with all its evidence; the rest is in ``measure.frame``."""
    return measure.only(measure.frame.head(count))


def bridge_of(measure: Measure, title: str = "") -> Chart:
    """A waterfall of steps: the profit bridge or the one between two periods; changes of nothing are left out.

    Where no amount is known, the chart says that there is nothing to show.
    """
    words = _step_words()
    rows = measure.frame.to_dict("records")
    steps = [
        (words.get(row["step"], str(row["step"])), row["amount"], bool(row["level"]))
        for row in rows
        if row["amount"] or (row["level"] and _known(row["amount"]))
    ]
    title = title or _("From the agreed margin to the one that finance finds")
    return waterfall(steps, title, Caption.of(measure)) if steps else nothing(title, Caption.of(measure))


def _step_words() -> dict[str, str]:
    return {
        "deal_margin": _("agreed"),
        "booking_fx": _("booking FX"),
        "invoice_margin": _("invoiced"),
        "realised_fx": _("realised FX"),
        "unrealised_fx": _("unrealised FX"),
        "write_offs": _("written off"),
        "settlement_margin": _("settled"),
        "fees": _("bank fees"),
        "rebate": _("tax rebate"),
        "net_margin": _("net margin"),
        "before": _("before"),
        "volume": _("volume"),
        "mix": _("mix"),
        "price": _("price"),
        "fx": _("FX"),
        "new": _("new"),
        "lost": _("lost"),
        "after": _("after"),
        "rates": _("rates"),
        "costs": _("costs"),
        "then": _("then"),
    }


def ranking_of(measure: Measure, name: str, value: str, title: str, count: int = 10) -> Chart:
    """The largest rows by a column; rows without a figure are left out."""
    rows = [
        (str(row[name]) or _("(not told)"), row[value])
        for row in measure.frame.to_dict("records")
        if isinstance(row[value], Decimal)
    ]
    rows.sort(key=lambda row: (-abs(row[1]), row[0]))
    return ranking(rows[:count], title, Caption.of(measure))


def ladder_of(measure: Measure) -> Chart:
    """The exposure ladder in base currency by due month; currencies without a rate are in the table only."""
    known = [row for row in measure.frame.sort_values("month").to_dict("records") if _known(row["net_base"])]
    rows = [
        (row["month"] or _("no day"), row["currency"], row["net_base"], f"{row['net']:,f} {row['currency']}")
        for row in known
    ]
    return ladder(rows, _("Open in foreign currency by due month"), Caption.of(measure))


def ageing_of(measure: Measure) -> Chart:
    """What is open by days overdue, all currencies in base; those without a rate are in the table only."""
    rows = measure.frame.to_dict("records")
    if not any(_known(row["total_base"]) for row in rows):
        return nothing(_("Receivables by days overdue"), Caption.of(measure))
    sums = [(name, _total(row[f"{name}_base"] for row in rows)) for name in _BUCKETS]
    named = [(_("not due") if name == "not_due" else _("undated") if name == "undated" else name, sum_of)
             for name, sum_of in sums if sum_of or name != "undated"]  # fmt: skip
    return ageing(named, _("Receivables by days overdue"), Caption.of(measure))


def risk_of(measure: Measure) -> Chart:
    """Value at risk by method, side by side, because the methods disagree."""
    words = {
        "parametric": _("normal"),
        "monte_carlo": _("simulated"),
        "historical": _("as in the past"),
        "undiversified": _("each alone"),
    }
    rows = measure.frame.to_dict("records")
    shown = [
        (words[row["method"]], row["at_risk"]) for row in rows if row["method"] in words and _known(row["at_risk"])
    ]
    return ranking(shown, _("What may be lost, by method"), Caption.of(measure))


def hedge_of(measure: Measure) -> Chart:
    """What comes in at each hedge ratio, a line a move of the rate."""
    shocks = [str(name) for name in measure.frame.columns if str(name).endswith("%")]
    lines = [
        (shock, Decimal(int(row["ratio"])), row[shock]) for shock in shocks for row in measure.frame.to_dict("records")
    ]
    return comparison(
        lines,
        _("What hedging would bring"),
        Caption.of(measure),
        across=_("hedged, per cent"),
        up=measure.unit,
    )


def margin_heat(desk: Desk, by: str = "country", count: int = 10) -> Chart:
    """Margin in per cent of revenue at the three bases, for the groups with most revenue."""
    found = {basis: profit.margins(desk.facts, by=by, basis=basis) for basis in profit.BASES}
    key = profit.GROUPS[by]
    words = {"deal": _("agreed"), "invoice": _("invoiced"), "settlement": _("settled")}
    last = found["settlement"]
    order = sorted(last.frame.to_dict("records"), key=lambda row: (-row["revenue"], str(row[key])))
    names = [str(row[key]) for row in order[:count]]
    cells = [
        (str(row[key]) or _("(not told)"), words[basis], row["margin_percent"], f"{row['margin']:,f} {measure.unit}")
        for basis, measure in found.items()
        for row in measure.frame.to_dict("records")
        if str(row[key]) in names
    ]
    caption = Caption(last.unit, " / ".join(words.values()), last.as_of, last.sources)
    down = [name or _("(not told)") for name in names]
    return heat(cells, _("Margin in per cent of revenue"), caption, percent=_("margin %"), down=down)


def rates_of(desk: Desk, currency: str, days: int = 730) -> Chart:
    """The rate of a currency in base, day by day up to the desk's day, with the locks that were taken on it."""
    base, last = desk.facts.base, desk.as_of
    points: dict[Any, Decimal] = {}
    sources: set[str] = set()
    for back in range(days, -1, -1):
        try:
            rate = desk.book.get(currency, base, last - timedelta(days=back))
        except RateError:
            continue
        points[rate.rate_date] = rate.value
        sources.add(rate.source)
    caption = Caption("", _("published"), last, tuple(sorted(sources)))
    return rate_history(list(points.items()), f"{currency}/{base}", caption, _locks(desk, currency))


def _locks(desk: Desk, currency: str) -> Iterable[Lock]:
    with desk.reading() as register:
        rows = register.rows("rate_locks", {"base": currency, "quote": register.base_currency})
    return [
        Lock(row["valid_from"], row["valid_to"], row["value"], str(row["document"] or row["scope"]))
        for row in rows
        if row["valid_from"] is not None and row["valid_to"] is not None and row["valid_from"] <= desk.as_of
    ]


def receipts_flow(desk: Desk) -> Chart:
    """What became of the money that came in, by currency, valued at the day's rates."""
    with desk.reading() as register:
        totals = control_totals(Books.of(register, until=desk.as_of))
    words = {
        "allocated": _("settles orders"),
        "credit": _("customers' credit"),
        "other": _("no customer's payment"),
        "unmatched": _("waits"),
    }
    base, flows, sources = desk.facts.base, [], set()
    for one in totals:
        try:
            rate = desk.book.get(one.currency, base, desk.as_of)
        except RateError:
            continue
        sources.add(rate.source)
        flows += [Flow(one.currency, word, rate.convert(getattr(one, name))) for name, word in words.items()]
    caption = Caption(base, _("closing"), desk.as_of, tuple(sorted(filter(None, sources))))
    return flow(flows, _("Where the receipts went"), caption)


def orders_by_currency(desk: Desk) -> Measure:
    """Orders up to the day by currency: number, amount as agreed, and base amount at the deal rate.

    Columns: currency, orders, amount, base (None where the rate of an order is missing), percent (of all known base).
    """
    orders = profit.order_figures(desk.facts)
    found = profit.margins(desk.facts, by="currency", basis="deal")
    rows: list[dict[str, Any]] = []
    for code, part in orders.groupby("currency"):
        known = part["deal"].notna().all()
        amount = int(part["amount"].sum())
        rows.append(
            {
                "currency": code,
                "orders": len(part),
                "amount": amount,
                "base": int(part["deal"].sum()) if known else None,
            }
        )
    total = sum(row["base"] or 0 for row in rows)
    rows.sort(key=lambda row: (-(row["base"] or 0), row["currency"]))
    frame = pd.DataFrame({"currency": [row["currency"] for row in rows], "orders": [row["orders"] for row in rows]})
    frame["amount"] = decimals([row["amount"] for row in rows], [row["currency"] for row in rows])
    frame["base"] = decimals([row["base"] for row in rows], desk.facts.base)
    frame["percent"] = pd.Series([percent(row["base"], total) if row["base"] else None for row in rows], dtype=object)
    return found.only(frame)


def _known(value: object) -> bool:
    return isinstance(value, Decimal)


def _total(values: Iterable[Any]) -> Decimal:
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))
