"""How all charts look: colours that colour-blind readers tell apart, fonts that hold Chinese, quiet axes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

__all__ = ["AGES", "CONFIG", "DOWN", "INK", "LEVEL", "MUTED", "UP", "WIDTH", "compact", "exact"]

# Okabe and Ito's blue, vermilion and grey: told apart with every common colour blindness, and in grey.
UP: Final = "#0072B2"
DOWN: Final = "#D55E00"
LEVEL: Final = "#4B5563"
SERIES: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C00")
AGES: Final = ("#0072B2", "#F0C75E", "#E69F00", "#D97A1E", "#D55E00", "#8F2D00")
INK: Final = "#1F2937"
MUTED: Final = "#6B7280"
WIDTH: Final = 640

_FONT: Final = "Noto Sans, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, Helvetica, Arial, sans-serif"
CONFIG: Final[dict[str, Any]] = {
    "font": _FONT,
    "background": "#FFFFFF",
    "padding": 12,
    "view": {"stroke": None},
    "title": {"fontSize": 15, "color": INK, "subtitleColor": MUTED, "subtitleFontSize": 11, "subtitlePadding": 6},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 11,
        "titleColor": MUTED,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": "#E5E7EB",
        "domainColor": "#9CA3AF",
        "tickColor": "#9CA3AF",
    },
    "legend": {"labelColor": INK, "titleColor": MUTED, "labelFontSize": 11, "titleFontWeight": "normal"},
    "range": {"category": list(SERIES)},
}


def exact(amount: Decimal) -> str:
    """The amount as it is, thousands grouped, for labels and tooltips: ``1,234.50``."""
    return f"{amount:,f}"


def compact(amount: Decimal) -> str:
    """The amount short enough to stand on a bar: ``1.23 M``, ``45.6 k``, ``780``; never without its sign."""
    size = abs(amount)
    for least, letter in ((Decimal(999500000), "bn"), (Decimal(999500), "M"), (Decimal("999.5"), "k")):
        if size >= least:
            power = {"bn": 9, "M": 6, "k": 3}[letter]
            return f"{_three(amount.scaleb(-power))} {letter}"
    return f"{_three(amount)}"


def _three(number: Decimal) -> str:
    """Three significant digits or whole numbers, without trailing zeros after the point."""
    whole = len(str(int(abs(number))))
    text = f"{number:.{max(0, 3 - whole)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
