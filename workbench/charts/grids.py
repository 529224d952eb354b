"""A table of cells shaded by a ratio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from workbench.charts.chart import Caption, Chart, Spec
from workbench.charts.looks import DOWN, INK, UP
from workbench.i18n import _

__all__ = ["heat"]

_CELL: Final = 44


def heat(
    rows: Iterable[tuple[str, str, Decimal | None, str]],
    title: str,
    caption: Caption,
    *,
    percent: str,
    down: Sequence[str] | None = None,
) -> Chart:
    """Cells of ``(row, column, percent or None, exact amount in words)``: losses orange, gains blue, unknown blank.

    Args:
        rows: the cells.
        title: what the chart shows.
        caption: what its figures rest on.
        percent: what the percentage is of, for the legend.
        down: the order of the rows; by name where not given.
    """
    found = list(rows)
    values: list[Spec] = [
        {"row": row, "column": column, "percent": float(share), "label": f"{share:.1f}", "exact": told}
        for row, column, share, told in found
        if share is not None
    ]
    limit = max([abs(float(value["percent"])) for value in values] or [1.0]) or 1.0
    scale = {"domain": [-limit, 0, limit], "range": [DOWN, "#F3F4F6", UP], "interpolate": "rgb"}
    cells = {
        "mark": {"type": "rect", "cornerRadius": 2, "stroke": "#FFFFFF"},
        "encoding": {
            "color": {"field": "percent", "type": "quantitative", "scale": scale, "title": percent},
            "tooltip": [
                {"field": "row", "type": "nominal", "title": _("name")},
                {"field": "column", "type": "nominal", "title": _("column")},
                {"field": "label", "type": "nominal", "title": percent},
                {"field": "exact", "type": "nominal", "title": _("amount")},
            ],
        },
    }
    strong = f"abs(datum.percent) > {limit * 0.55!r}"
    words = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "text": {"field": "label", "type": "nominal"},
            "color": {"condition": {"test": strong, "value": "#FFFFFF"}, "value": INK},
        },
    }
    spec = {
        "width": {"step": _CELL + 12},
        "height": {"step": _CELL - 14},
        "data": {"values": values},
        "encoding": {
            "x": {"field": "column", "type": "nominal", "title": None, "axis": {"orient": "top", "labelAngle": 0}},
            "y": {"field": "row", "type": "nominal", "title": None, "sort": list(down) if down else None},
        },
        "layer": [cells, words],
    }
    figures = "; ".join(f"{row} / {column}: {share} %" for row, column, share, _told in found if share is not None)
    return Chart(spec, title, caption, " — ".join(part for part in (title, caption.text(), figures) if part))
