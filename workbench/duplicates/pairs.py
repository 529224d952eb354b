"""What a scan says of two rows, and the rows by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.duplicates.reasons import DuplicateReason
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["DUPLICATE_FROM", "ID_COLUMNS", "OTHER_TAX_NUMBER", "REVIEW_FROM", "DuplicatePair", "identified"]

DUPLICATE_FROM = 0.5
REVIEW_FROM = 0.08
ID_COLUMNS = ("id", "row_id")
OTHER_TAX_NUMBER = 0.7
"""Two tax numbers that are less alike than this are no slip: such a pair is never merged without a person."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two customers that may be one: ``id_a`` < ``id_b``.

    ``score`` is 0 to 1 in four places: how likely the evidence makes it. ``decision`` is ``duplicate`` (one customer),
    ``group`` (two companies that belong together), ``review`` (a person should look) or ``apart``.
    """

    id_a: str
    id_b: str
    score: Decimal
    decision: str
    reasons: tuple[DuplicateReason, ...]


def identified(rows: Iterable[Mapping[str, Any]], id_column: str | None = None) -> dict[str, Mapping[str, Any]]:
    """Rows by their id.

    Raises:
        ConfigurationError: a row has no id, or two rows have the same.
    """
    by_id: dict[str, Mapping[str, Any]] = {}
    for number, row in enumerate(rows, start=1):
        id_ = _id_of(row, id_column)
        where = _("row {number}").format(number=number)
        if not id_:
            raise ConfigurationError(
                _("the row has no id"), where=where, remedy=_("Name the column with the row's id: --id COLUMN.")
            )
        if id_ in by_id:
            raise ConfigurationError(
                _("two rows have the id {id}").format(id=id_),
                where=where,
                remedy=_("Give every row an id of its own, or name another column: --id COLUMN."),
            )
        by_id[id_] = row
    return by_id


def _id_of(row: Mapping[str, Any], id_column: str | None) -> str:
    names = (id_column,) if id_column else ID_COLUMNS
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "")), "")
