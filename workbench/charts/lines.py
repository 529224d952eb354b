"""Lines over time: rates with the locks that were taken, and several ways to one figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workbench.charts.chart import Caption, Chart, Spec
from workbench.charts.looks import DOWN, UP, WIDTH
from workbench.i18n import _

__all__ = ["Lock", "comparison", "rate_history"]

_MONTHS: Spec = {"format": "%Y-%m", "tickCount": 8, "labelOverlap": True}


@dataclass(frozen=True, slots=True)
class Lock:
    """A rate that was locked: from when until when, at what, for which document."""

    start: date
    end: date
    value: Decimal
    document: str


def rate_history(
    points: Sequence[tuple[date, Decimal]], pair: str, caption: Caption, locks: Iterable[Lock] = ()
) -> Chart:
    """The published rate day by day, and the locks as bars over the days they held.

    Args:
        points: rates as published, ``pair`` "USD/CNY" meaning CNY for 1 USD.
        pair: base and quote currency.
        caption: what the rates rest on.
        locks: drawn over the line.
    """
    title = _("Rate {pair}").format(pair=pair)
    values = [{"day": day.isoformat(), "rate": float(rate), "exact": str(rate)} for day, rate in points]
    held = [
        {"from": one.start.isoformat(), "to": one.end.isoformat(), "rate": float(one.value), "exact": str(one.value)}
        | {"document": one.document}
        for one in locks
    ]
    y = {"field": "rate", "type": "quantitative", "title": pair, "scale": {"zero": False}}
    line = {
        "data": {"values": values},
        "mark": {"type": "line", "color": UP, "strokeWidth": 1.5, "tooltip": True},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "title": None, "axis": _MONTHS},
            "y": y,
            "tooltip": _tips("day"),
        },
    }
    layers: list[Spec] = [line]
    if held:
        over = {
            "x": {"field": "from", "type": "temporal"},
            "x2": {"field": "to"},
            "y": y,
            "tooltip": [*_tips("from"), {"field": "document", "type": "nominal", "title": _("lock for")}],
        }
        layers.append(
            {"data": {"values": held}, "mark": {"type": "rule", "color": DOWN, "strokeWidth": 4}, "encoding": over}
        )
    spec = {"width": WIDTH, "height": 240, "layer": layers}
    told = f"{title} — {caption.text()}"
    if points:
        told += f" — {points[0][0].isoformat()}: {points[0][1]}; {points[-1][0].isoformat()}: {points[-1][1]}"
    return Chart(spec, title, caption, told)


def comparison(
    series: Iterable[tuple[str, Decimal, Decimal]], title: str, caption: Caption, *, across: str, up: str
) -> Chart:
    """Several lines over one figure: ``(series, x, y)``, for sweeps such as the hedge ratio."""
    found = list(series)
    names = list(dict.fromkeys(name for name, _x, _y in found))
    line: Spec = {"field": "series", "type": "nominal", "title": None, "scale": {"domain": names}}
    values = [{"series": name, "x": float(x), "y": float(y), "exact": f"{y:,f}"} for name, x, y in found]
    spec = {
        "width": WIDTH,
        "height": 260,
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": across},
            "y": {
                "field": "y",
                "type": "quantitative",
                "title": up,
                "axis": {"format": "~s"},
                "scale": {"zero": False},
            },
            "color": {**line, "legend": {"orient": "top"}},
            "strokeDash": line,
            "tooltip": [
                {"field": "series", "type": "nominal", "title": _("name")},
                {"field": "x", "type": "quantitative", "title": across},
                {"field": "exact", "type": "nominal", "title": up},
            ],
        },
    }
    figures = "; ".join(f"{name} {x}: {y:,f}" for name, x, y in found)
    return Chart(spec, title, caption, " — ".join(part for part in (title, caption.text(), figures) if part))


def _tips(day: str) -> list[Spec]:
    return [
        {"field": day, "type": "temporal", "title": _("day"), "format": "%Y-%m-%d"},
        {"field": "exact", "type": "nominal", "title": _("rate")},
    ]
