"""Bars of money: waterfalls, ladders by month, ageing and rankings.

Lengths are drawn from floating numbers; every label and tooltip is the exact amount, written out beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from workbench.charts.chart import Caption, Chart, Spec
from workbench.charts.looks import AGES, DOWN, INK, LEVEL, SERIES, UP, WIDTH, compact, exact
from workbench.i18n import _

__all__ = ["ageing", "ladder", "ranking", "waterfall"]

Step = tuple[str, Decimal, bool]
Rung = tuple[str, str, Decimal, str]
_AXIS: Final = {"format": "~s", "grid": True, "domain": False, "ticks": False}
_ROUNDED: Final = {"type": "bar", "cornerRadius": 2}


def waterfall(steps: Sequence[Step], title: str, caption: Caption) -> Chart:
    """From one level to the next by steps: ``(name, amount, is_level)`` in their order.

    A level stands on the ground, a change hangs between the running totals.
    """
    rows: list[Spec] = []
    running = Decimal(0)
    for name, amount, is_level in steps:
        start = Decimal(0) if is_level else running
        running = amount if is_level else running + amount
        kind = _("level") if is_level else (_("more") if amount >= 0 else _("less"))
        row = {"step": name, "from": float(start), "to": float(running), "kind": kind}
        label = compact(amount) if is_level or amount < 0 else f"+{compact(amount)}"
        rows.append(row | {"top": float(max(start, running)), "label": label, "amount": exact(amount)})
    x = {
        "field": "step",
        "type": "nominal",
        "sort": [name for name, _amount, _level in steps],
        "title": None,
        "axis": {"labelAngle": 0, "labelLimit": 96, "labelExpr": "split(datum.label, ' ')"},
    }
    colour = _colours((_("level"), LEVEL), (_("more"), UP), (_("less"), DOWN))
    bars = {
        "mark": _ROUNDED | {"size": 46},
        "encoding": {
            "y": {"field": "from", "type": "quantitative", "title": caption.unit or None, "axis": _AXIS},
            "y2": {"field": "to"},
            "color": colour | {"field": "kind", "type": "nominal"},
            "tooltip": _tips(("step", _("step")), ("amount", _amount(caption))),
        },
    }
    words = {
        "mark": {"type": "text", "dy": -8, "color": INK, "fontSize": 11},
        "encoding": {"y": {"field": "top", "type": "quantitative"}, "text": {"field": "label", "type": "nominal"}},
    }
    spec = {
        "width": max(WIDTH, 84 * len(rows)),
        "height": 300,
        "data": {"values": rows},
        "encoding": {"x": x},
        "layer": [bars, words],
    }
    return Chart(spec, title, caption, _told(title, [(name, amount) for name, amount, _level in steps], caption))


def ladder(rows: Iterable[Rung], title: str, caption: Caption) -> Chart:
    """Stacked columns a month: ``(month, currency, amount in the caption's unit, exact text of the original)``.

    What is owed by the firm stands below the line. The largest currencies have a colour each, the others one together, so
    that no colour means two.
    """
    found = _few_colours(list(rows))
    values = [
        {"month": month, "currency": code, "amount": float(amount), "exact": exact(amount), "original": original}
        for month, code, amount, original in found
    ]
    spec = {
        "width": WIDTH,
        "height": 280,
        "data": {"values": values},
        "mark": _ROUNDED | {"width": {"band": 0.6}},
        "encoding": {
            "x": {"field": "month", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}},
            "y": {"field": "amount", "type": "quantitative", "title": caption.unit or None, "axis": _AXIS},
            "color": {
                "field": "currency",
                "type": "nominal",
                "title": _("currency"),
                "scale": {"domain": _by_size(found)},
            },
            "tooltip": _tips(
                ("month", _("month")),
                ("currency", _("currency")),
                ("original", _("original amount")),
                ("exact", _amount(caption)),
            ),
        },
    }
    named = [(f"{month} {code}", amount) for month, code, amount, _original in found]
    return Chart(spec, title, caption, _told(title, named, caption))


def _few_colours(rows: list[Rung]) -> list[Rung]:
    own = _by_size(rows)[: len(SERIES) - 1] if len({row[1] for row in rows}) > len(SERIES) else _by_size(rows)
    rest: dict[str, Decimal] = {}
    for month, code, amount, _original in rows:
        if code not in own:
            rest[month] = rest.get(month, Decimal(0)) + amount
    kept = [row for row in rows if row[1] in own]
    return kept + [(month, _("others"), amount, _("see the table")) for month, amount in rest.items()]


def _by_size(rows: list[Rung]) -> list[str]:
    """Currencies from the largest amount over all months to the smallest; what is put together comes last."""
    sizes: dict[str, Decimal] = {}
    for _month, code, amount, _original in rows:
        sizes[code] = sizes.get(code, Decimal(0)) + abs(amount)
    return sorted(sizes, key=lambda code: (code == _("others"), -sizes[code], code))


def ageing(buckets: Sequence[tuple[str, Decimal]], title: str, caption: Caption) -> Chart:
    """One bar a bucket of days overdue, in their order, warmer the later."""
    colours = [AGES[min(place, len(AGES) - 1)] for place in range(len(buckets))]
    values = [
        {"bucket": name, "amount": float(amount), "exact": exact(amount), "label": compact(amount)}
        for name, amount in buckets
    ]
    order = {"field": "bucket", "type": "nominal", "sort": [name for name, _amount_of in buckets]}
    colour = {"field": "bucket", "type": "nominal", "legend": None}
    scale = {"domain": [name for name, _amount_of in buckets], "range": colours}
    return _bars(values, order, colour | {"scale": scale}, "bucket", title, caption, buckets)


def ranking(rows: Sequence[tuple[str, Decimal]], title: str, caption: Caption) -> Chart:
    """Bars from the largest to the smallest; below zero in the colour of losses."""
    values = [
        {
            "name": name,
            "amount": float(amount),
            "exact": exact(amount),
            "label": compact(amount),
            "kind": _("less") if amount < 0 else _("more"),
        }
        for name, amount in rows
    ]
    order = {"field": "name", "type": "nominal", "sort": [name for name, _amount_of in rows]}
    colour = _colours((_("more"), UP), (_("less"), DOWN)) | {"field": "kind", "type": "nominal", "legend": None}
    return _bars(values, order, colour, "name", title, caption, rows)


def _bars(
    values: list[Spec],
    order: Spec,
    colour: Spec,
    name: str,
    title: str,
    caption: Caption,
    told: Sequence[tuple[str, Decimal]],
) -> Chart:
    tips = _tips((name, _("name")), ("exact", _amount(caption)))
    across = {
        "field": "amount",
        "type": "quantitative",
        "title": caption.unit or None,
        "axis": {**_AXIS, "tickCount": 6},
    }
    bars = {"mark": _ROUNDED, "encoding": {"color": colour, "tooltip": tips}}
    words = [_labels("datum.amount >= 0", "left", 5), _labels("datum.amount < 0", "right", -5)]
    spec = {
        "width": WIDTH - 140,
        "height": {"step": 28},
        "data": {"values": values},
        "encoding": {"y": order | {"title": None, "axis": {"labelLimit": 220}}, "x": across},
        "layer": [bars, *words],
    }
    return Chart(spec, title, caption, _told(title, told, caption))


def _labels(which: str, align: str, dx: int) -> Spec:
    return {
        "transform": [{"filter": which}],
        "mark": {"type": "text", "align": align, "dx": dx, "fontSize": 11, "color": INK},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }


def _colours(*pairs: tuple[str, str]) -> Spec:
    scale = {"domain": [name for name, _colour in pairs], "range": [colour for _name, colour in pairs]}
    return {"scale": scale, "title": None, "legend": {"orient": "top"}}


def _tips(*fields: tuple[str, str]) -> list[Any]:
    return [{"field": field, "type": "nominal", "title": title} for field, title in fields]


def _amount(caption: Caption) -> str:
    return _("amount in {unit}").format(unit=caption.unit) if caption.unit else _("amount")


def _told(title: str, rows: Iterable[tuple[str, Decimal]], caption: Caption) -> str:
    """The chart in words: the title, what it rests on, and every figure."""
    figures = "; ".join(f"{name}: {exact(amount)}" for name, amount in rows)
    return " — ".join(part for part in (title, caption.text(), figures) if part)
