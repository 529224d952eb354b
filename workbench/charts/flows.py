"""Ribbons from where money came to where it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from workbench.charts.chart import Caption, Chart, Spec
from workbench.charts.looks import INK, SERIES, WIDTH, compact, exact
from workbench.i18n import _

__all__ = ["Flow", "flow"]

_GAP: Final = 0.03
_STEPS: Final = 24


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount, zero or more, from one place to another; all flows of a chart in one unit."""

    source: str
    target: str
    amount: Decimal


def flow(flows: Sequence[Flow], title: str, caption: Caption) -> Chart:
    """Receipts on the left, what became of them on the right; the ribbon's width is the amount."""
    shown = [one for one in flows if one.amount > 0]
    total = float(sum((one.amount for one in shown), Decimal(0))) or 1.0
    left = _stack([one.source for one in shown], shown, total, side="source")
    right = _stack([one.target for one in shown], shown, total, side="target")
    sources = list(left)
    used_left, used_right = dict.fromkeys(left, 0.0), dict.fromkeys(right, 0.0)
    ribbons: list[Spec] = []
    for number, one in enumerate(
        sorted(shown, key=lambda one: (sources.index(one.source), list(right).index(one.target)))
    ):
        height = float(one.amount) / total
        start, end = left[one.source][0] + used_left[one.source], right[one.target][0] + used_right[one.target]
        used_left[one.source] += height
        used_right[one.target] += height
        told = {"source": one.source, "target": one.target, "exact": exact(one.amount)}
        ribbons += [told | {"link": number, **_point(step / _STEPS, start, end, height)} for step in range(_STEPS + 1)]
    names = [*_nodes(left, -0.015, "right"), *_nodes(right, 1.015, "left")]
    hidden = {"axis": None, "scale": {"domain": [-0.45, 1.45]}}
    upright = {"axis": None, "scale": {"reverse": True}}
    area = {
        "data": {"values": ribbons},
        "mark": {"type": "area", "opacity": 0.55},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", **hidden},
            "y": {"field": "low", "type": "quantitative", **upright},
            "y2": {"field": "high"},
            "detail": {"field": "link", "type": "nominal"},
            "color": {
                "field": "source",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": sources, "range": [SERIES[n % len(SERIES)] for n in range(len(sources))]},
            },
            "tooltip": [
                {"field": "source", "type": "nominal", "title": _("from")},
                {"field": "target", "type": "nominal", "title": _("to")},
                {"field": "exact", "type": "nominal", "title": caption.unit or _("amount")},
            ],
        },
    }
    words = [
        {
            "data": {"values": [name for name in names if name["align"] == align]},
            "mark": {"type": "text", "align": align, "fontSize": 11, "color": INK, "limit": 240},
            "encoding": {
                "x": {"field": "x", "type": "quantitative", **hidden},
                "y": {"field": "y", "type": "quantitative", **upright},
                "text": {"field": "label", "type": "nominal"},
            },
        }
        for align in ("right", "left")
    ]
    spec = {"width": WIDTH, "height": max(220, 34 * max(len(left), len(right))), "layer": [area, *words]}
    figures = "; ".join(f"{one.source} → {one.target}: {exact(one.amount)}" for one in shown)
    return Chart(spec, title, caption, " — ".join(part for part in (title, caption.text(), figures) if part))


def _stack(order: list[str], shown: Sequence[Flow], total: float, side: str) -> dict[str, tuple[float, float, Decimal]]:
    """For each name: where it begins, how high it is (shares of the total) and its exact amount."""
    places: dict[str, tuple[float, float, Decimal]] = {}
    at = 0.0
    for name in dict.fromkeys(order):
        amount = sum((one.amount for one in shown if getattr(one, side) == name), Decimal(0))
        height = float(amount) / total
        places[name] = (at, height, amount)
        at += height + _GAP
    return places


def _nodes(places: dict[str, tuple[float, float, Decimal]], x: float, align: str) -> list[Spec]:
    return [
        {"label": f"{name}  {compact(amount)}", "x": x, "y": at + height / 2, "align": align}
        for name, (at, height, amount) in places.items()
    ]


def _point(along: float, start: float, end: float, height: float) -> Spec:
    """One cut through a ribbon that leaves and arrives level."""
    eased = along * along * (3 - 2 * along)
    low = start + (end - start) * eased
    return {"x": along, "low": low, "high": low + height}
