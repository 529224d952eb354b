"""Cells between hosts and functions: what a host can hold, as JSON has it.

Standard library only: the same conversion is used inside LibreOffice and in the service, so that both give the same.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from udfs.registry import CellError, call
from workbench.i18n import _

__all__ = ["answer", "to_host"]

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_DAY = timedelta(days=1)


def answer(name: str, arguments: list[Any], *, from_1904: bool = False) -> Any:
    """Calls the function of this name; the result as a host takes it, an error as ``{"error", "message"}``.

    Days in ``arguments`` count as in the 1900 system; those that come out count from 1904 where the workbook does.
    """
    try:
        return to_host(call(name, *arguments), _EPOCH_1904 if from_1904 else _EPOCH)
    except KeyError:
        return {"error": "#VALUE!", "message": _("There is no function {name}.").format(name=name)}


def to_host(value: Any, epoch: datetime = _EPOCH) -> Any:
    """Numbers as float, days as the number of days since ``epoch``, errors as ``{"error", "message"}``."""
    if isinstance(value, list | tuple):
        return [to_host(one, epoch) for one in value]
    if isinstance(value, CellError):
        return {"error": value.kind.value, "message": value.message}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - epoch) / _DAY
    if isinstance(value, date):
        return float((datetime(value.year, value.month, value.day) - epoch).days)
    if isinstance(value, Decimal | int | float):
        return float(value)
    return str(value)
