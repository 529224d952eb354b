"""How much exchange rates may take: value at risk and cash flow at risk, three ways side by side.

Statistics of rates are floating-point; what they come to is rounded to whole base currency units once and is an
estimate, never an entry in the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import Facts, Measure, decimals, measure
from workbench.errors import ConfigurationError
from workbench.exposure.positions import by_currency, positions
from workbench.i18n import _
from workbench.money import minor_units
from workbench.rates.frame import lookup

__all__ = ["cash_flow_at_risk", "lock_ranking", "returns_of", "value_at_risk"]

Floats = npt.NDArray[np.float64]
_QUANTILE: Final = {90: 1.2816, 95: 1.6449, 99: 2.3263}
_YEAR = 252
_LEAST = 250


def _quantile(confidence: int) -> float:
    if confidence not in _QUANTILE:
        raise ConfigurationError(_("A confidence is 90, 95 or 99 per cent."), remedy=_("Correct the confidence."))
    return _QUANTILE[confidence]


@dataclass(frozen=True, slots=True)
class _History:
    codes: list[str]
    worth: Floats
    returns: Floats  # days × currencies


def returns_of(facts: Facts, codes: list[str], years: int) -> tuple[list[str], Floats]:
    """Daily log returns of each currency in base over the last years, on days on which all of them have a rate.

    Currencies with too short a history are left out and told; returns have shape (days, currencies).
    """
    first = date(facts.as_of.year - years, facts.as_of.month, min(facts.as_of.day, 28))
    days = pd.bdate_range(first, facts.as_of)
    columns: dict[str, Floats] = {}
    for code in codes:
        found = lookup(facts.book, code, facts.base, days)
        rates = np.where(found.rate_date == days.to_numpy().astype("datetime64[D]"), found.rate, np.nan)
        if int(np.isfinite(rates).sum()) < min(_LEAST, len(days) // 2):
            facts.tell("measure.history-short", code, "rates")
            continue
        columns[code] = rates
    if not columns:
        return [], np.zeros((0, 0))
    table = np.column_stack(list(columns.values()))
    table = table[np.isfinite(table).all(axis=1)]
    return list(columns), np.diff(np.log(table), axis=0)


def _history(facts: Facts, years: int) -> _History:
    sums = by_currency(facts)
    sums = sums[sums["base"].notna() & (sums["base"] != 0)]
    codes, returns = returns_of(facts, list(sums.index), years)
    scale = 10.0 ** minor_units(facts.base)
    return _History(codes, np.array([int(sums["base"][code]) / scale for code in codes]), returns)


@measure
def value_at_risk(
    facts: Facts, *, days: int = 60, confidence: int = 95, years: int = 5, paths: int = 100_000, seed: int = 20260930
) -> Measure:
    """What the net exposure may lose in ``days`` trading days, three ways side by side.

    Rows: parametric (normal, from the covariance of the years' daily returns), monte_carlo (log-normal, Cholesky,
    seeded), historical (every window of that many days in the history), undiversified (each currency alone, added
    up), and a row ``component CODE`` a currency (they add up to the parametric figure). Columns: method, at_risk,
    beyond (the mean loss beyond it, None where the method has none), percent of the exposure.

    ``confidence`` is 90, 95 or 99.

    Raises:
        ConfigurationError: another confidence.
    """
    one = _history(facts, years)
    formula = f"{confidence} % over {days} trading days, {years} years of daily rates, seed {seed}, {paths} paths"
    if not one.codes:
        return _measure(facts, _table(facts, [], 0.0), formula)
    z, total = _quantile(confidence), float(np.abs(one.worth).sum())
    cov = np.atleast_2d(np.cov(one.returns, rowvar=False)) * days
    sigma = float(np.sqrt(one.worth @ cov @ one.worth))
    rows: list[tuple[str, float, float | None]] = [("parametric", z * sigma, None)]
    rows.append(("monte_carlo", *_tail(_simulated(one, cov, paths, seed), confidence)))
    if len(one.returns) > days:
        rows.append(("historical", *_tail(_windows(one, days), confidence)))
    rows.append(("undiversified", z * float(np.sum(np.abs(one.worth) * np.sqrt(np.diag(cov)))), None))
    parts = z * one.worth * (cov @ one.worth) / sigma if sigma else np.zeros(len(one.codes))
    rows += [(f"component {code}", float(part), None) for code, part in zip(one.codes, parts, strict=True)]
    return _measure(facts, _table(facts, rows, total), formula)


def _simulated(one: _History, cov: Floats, paths: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    root = np.linalg.cholesky(cov + np.eye(len(cov)) * 1e-15)
    moves = generator.standard_normal((paths, len(cov))) @ root.T - np.diag(cov) / 2
    return np.asarray((np.exp(moves) - 1) @ one.worth, dtype=np.float64)


def _windows(one: _History, days: int) -> Floats:
    summed = np.vstack([np.zeros(one.returns.shape[1]), np.cumsum(one.returns, axis=0)])
    return np.asarray((np.exp(summed[days:] - summed[:-days]) - 1) @ one.worth, dtype=np.float64)


def _tail(gains: Floats, confidence: int) -> tuple[float, float]:
    """The loss at the quantile and the mean loss beyond it."""
    limit = float(np.quantile(gains, 1 - confidence / 100))
    return -limit, -float(gains[gains <= limit].mean())


def _table(facts: Facts, rows: list[tuple[str, float, float | None]], total: float) -> pd.DataFrame:
    scale = 10 ** minor_units(facts.base)

    def money(values: list[Any]) -> npt.NDArray[np.object_]:
        whole = [pd.NA if one is None else int(np.rint(one)) * scale for one in values]
        return decimals(pd.Series(whole, dtype="Int64"), facts.base)

    shown = pd.DataFrame({"method": [row[0] for row in rows]})
    shown["at_risk"], shown["beyond"] = money([row[1] for row in rows]), money([row[2] for row in rows])
    shown["percent"] = [float(np.rint(row[1] / total * 10_000)) / 100 if total else None for row in rows]
    return shown


@measure
def cash_flow_at_risk(
    facts: Facts, *, confidence: int = 95, years: int = 5, paths: int = 100_000, seed: int = 20260930
) -> Measure:
    """What the cash flows of each due month may lose until then, by month and method.

    Columns: month, net_base (at the closing rate), parametric, monte_carlo, historical. Amounts without a day are left
    out.
    """
    rows = positions(facts)
    rows = rows[rows["base"].notna() & rows["due"].notna()]
    codes, returns = returns_of(facts, sorted(set(rows["currency"])), years)
    table = rows[rows["currency"].isin(codes)].pivot_table(
        index="due", columns="currency", values="base", aggfunc="sum", fill_value=0
    )
    scale, lines = 10.0 ** minor_units(facts.base), []
    for due, values in table.reindex(columns=codes, fill_value=0).iterrows():
        days = _trading_days(facts.as_of, pd.Timestamp(str(due)).date())
        one = _History(codes, np.array([int(value) / scale for value in values]), returns)
        cov = np.atleast_2d(np.cov(returns, rowvar=False)) * days
        normal = _quantile(confidence) * float(np.sqrt(one.worth @ cov @ one.worth))
        drawn, _beyond = _tail(_simulated(one, cov, paths, seed), confidence)
        seen = _tail(_windows(one, days), confidence)[0] if len(returns) > days else None
        lines.append((f"{pd.Timestamp(str(due)):%Y-%m}", int(values.sum()), normal, drawn, seen))
    shown = pd.DataFrame({"month": [line[0] for line in lines]})
    shown["net_base"] = decimals(pd.Series([line[1] for line in lines], dtype="Int64"), facts.base)
    columns: Any = ([line[2] for line in lines], [line[3] for line in lines], [line[4] for line in lines])
    for name, found in zip(("parametric", "monte_carlo", "historical"), columns, strict=True):
        whole = [pd.NA if value is None else int(np.rint(value)) * int(scale) for value in found]
        shown[name] = decimals(pd.Series(whole, dtype="Int64"), facts.base)
    return _measure(facts, shown, f"{confidence} % until the end of the due month, {years} years, seed {seed}")


def _trading_days(first: date, month: date) -> int:
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return max(1, int(np.busday_count(first, after - timedelta(days=1))))


@measure
def lock_ranking(facts: Facts, *, confidence: int = 95, years: int = 5) -> Measure:
    """What to lock today: currency and due month, ranked by the money at risk until then.

    Columns: currency, month, net (in the currency), net_base (at the closing rate), volatility (per cent a year),
    days (trading days to the end of the due month), at_risk (normal, each alone).
    """
    rows = positions(facts)
    rows = rows[rows["base"].notna() & rows["due"].notna()]
    codes, returns = returns_of(facts, sorted(set(rows["currency"])), years)
    daily = dict(zip(codes, returns.std(axis=0, ddof=1).tolist() if len(codes) else [], strict=True))
    sums = rows[rows["currency"].isin(codes)].groupby(["currency", "due"])[["units", "base"]].sum().reset_index()
    scale = 10 ** minor_units(facts.base)
    sums["days"] = [_trading_days(facts.as_of, due.date()) for due in sums["due"]]
    risk = [
        int(np.rint(_quantile(confidence) * daily[str(code)] * float(days) ** 0.5 * abs(int(base)) / scale)) * scale
        for code, days, base in zip(sums["currency"], sums["days"], sums["base"], strict=True)
    ]
    shown = pd.DataFrame({"currency": sums["currency"], "month": sums["due"].dt.strftime("%Y-%m")})
    shown["net"], shown["net_base"] = decimals(sums["units"], sums["currency"]), decimals(sums["base"], facts.base)
    shown["volatility"] = [float(np.rint(daily[code] * np.sqrt(_YEAR) * 10_000)) / 100 for code in sums["currency"]]
    shown["days"], shown["at_risk"] = sums["days"], decimals(pd.Series(risk, dtype="Int64"), facts.base)
    shown = shown.assign(_rank=[-one for one in risk]).sort_values(["_rank", "currency", "month"], ignore_index=True)
    return _measure(facts, shown.drop(columns="_rank"), f"{confidence} % x volatility x square root of the days")


def _measure(facts: Facts, shown: pd.DataFrame, formula: str) -> Measure:
    return Measure(shown, facts.base, "closing", facts.as_of, facts.sources_named(), facts.findings, formula)
