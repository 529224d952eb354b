"""Filters of tables and of plain cells."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

if TYPE_CHECKING:
    from udfs.libreoffice.books import Sheet

__all__ = ["AutoFilter"]

_TO_EXCEL = {"equal_to": "=", "not_equal_to": "<>", "greater_than": ">", "less_than": "<"} | {
    "greater_than_or_equal": ">=",
    "less_than_or_equal": "<=",
}
_BOUNDS = {"between": ("greater_than_or_equal", "less_than_or_equal"), "not_between": ("less_than", "greater_than")}
_ITEMS = {"top_items", "bottom_items", "top_percent", "bottom_percent"}


class AutoFilter(base_classes.AutoFilter):
    """Which rows are shown, by conditions on columns that are counted from 1."""

    def __init__(self, sheet: Sheet, place: dict[str, Any], columns: int) -> None:
        self._sheet = sheet
        self._place = place
        self._columns = columns

    def _call(self, operation: str, *arguments: Any) -> Any:
        return self._sheet.book.call(operation, self._place, *arguments)

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """The conditions of every column."""
        conditions: dict[int, list[dict[str, Any]]] = {}
        for condition in self._call("filter.get"):
            conditions.setdefault(condition["field"] + 1, []).append(condition)
        return [_snapshot(field, conditions.get(field, [])) for field in range(1, self._columns + 1)]

    def _apply(self, field: int, *conditions: tuple[str, list[Any], bool]) -> None:
        self._call("filter.set", field - 1, conditions)

    def apply_values(self, field: int, values: list[str]) -> None:
        """Shows the rows with one of these texts."""
        self._apply(field, ("equal_to", values, False))

    def apply_comparison(self, field: int, operator: str, value1: Any, value2: Any) -> None:
        """Shows the rows that compare so; None stands for empty cells."""
        if value1 is None:
            self._apply(field, ("empty" if operator == "equal_to" else "not_empty", [], False))
        elif operator in _BOUNDS:
            first, second = _BOUNDS[operator]
            self._apply(field, (first, [_value(value1)], False), (second, [_value(value2)], operator == "not_between"))
        else:
            self._apply(field, (operator, [_value(value1)], False))

    def apply_top_items(self, field: int, count: int) -> None:
        """Shows the largest values."""
        self._apply(field, ("top_items", [float(count)], False))

    def apply_bottom_items(self, field: int, count: int) -> None:
        """Shows the smallest values."""
        self._apply(field, ("bottom_items", [float(count)], False))

    def apply_top_percent(self, field: int, percent: float) -> None:
        """Shows the largest part of the rows."""
        self._apply(field, ("top_percent", [float(percent)], False))

    def apply_bottom_percent(self, field: int, percent: float) -> None:
        """Shows the smallest part of the rows."""
        self._apply(field, ("bottom_percent", [float(percent)], False))

    def clear(self, field: int | None) -> None:
        """Takes the conditions of one column away, or all."""
        if field is None:
            self._call("filter.clear")
        else:
            self._apply(field)


def _value(value: Any) -> str | float:
    """A value to compare with: numbers and days as numbers, all else as text."""
    if isinstance(value, dict):
        moment = dt.datetime.fromisoformat(value["value"])
        return (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    try:
        return float(value)
    except ValueError:
        return str(value)


def _text(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _snapshot(field: int, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    """The conditions of one column in xlwings' shape."""
    if not conditions:
        empty: dict[str, Any] = base_classes.empty_autofilter_criteria(field)
        return empty
    first = conditions[0]
    operator, values = first["operator"], [_text(value) for value in first["values"]]
    kind: str
    criteria1: str | list[str] | None
    criteria2: str | None
    if operator in _ITEMS:
        kind, criteria1, criteria2 = operator, values[0], None
    elif operator in ("empty", "not_empty"):
        kind, criteria1, criteria2 = "comparison", "=" if operator == "empty" else "<>", None
    elif operator not in _TO_EXCEL:
        kind, criteria1, criteria2 = "unknown", None, None
    elif operator == "equal_to" and (len(values) > 1 or not _is_number(first["values"])):
        kind, criteria1, criteria2 = "values", values, None
    else:
        second = conditions[1] if len(conditions) > 1 else None
        kind, criteria1 = "comparison", _TO_EXCEL[operator] + values[0]
        criteria2 = None if second is None else _TO_EXCEL[second["operator"]] + _text(second["values"][0])
    join = "or" if len(conditions) > 1 and conditions[1]["either"] else "and"
    snapshot: dict[str, Any] = base_classes.autofilter_criteria_snapshot(field, kind, criteria1, criteria2, join)
    return snapshot


def _is_number(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], float)
