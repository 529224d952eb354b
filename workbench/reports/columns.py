"""What a sheet of the workbook is made of, as values: columns, tables, sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from workbench.reports.reading import Page

__all__ = ["NUMERIC", "Alert", "Column", "Group", "Kind", "Sheet", "Table"]


class Kind(Enum):
    """How a column's values are shown, aligned and checked."""

    TEXT = "text"
    LONG = "long"  # sentences: wrapped, with the row as high as they need
    INTEGER = "integer"
    DATE = "date"
    CURRENCY = "currency"
    COUNTRY = "country"
    MONEY = "money"  # by the number format of the row's currency
    RATE = "rate"
    PERCENT = "percent"
    DECIMAL = "decimal"
    SHARE = "share"  # 0 to 1, shown as a percentage
    CHOICE = "choice"
    BOOLEAN = "boolean"
    LIST = "list"  # texts, joined by commas
    LINK = "link"  # an arrow that leads to a row of another sheet, wherever it has been sorted to


class Group(Enum):
    """Columns that belong together; EVIDENCE and MORE can be folded, MORE and KEY are not printed, KEY is hidden."""

    KEY = "key"
    MAIN = "main"
    EVIDENCE = "evidence"
    MORE = "more"


NUMERIC = frozenset({Kind.INTEGER, Kind.MONEY, Kind.RATE, Kind.PERCENT, Kind.SHARE, Kind.DECIMAL})


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Attributes:
        key: name of the value in the row, and of the heading.
        field: the register's field where edits can be pushed; empty where the column is computed.
        currency: for MONEY, the row's key that holds the currency of the amount.
        choices: for CHOICE, the ``table.field`` whose stored codes and labels are used.
        lookup: ``table.field`` by which people name the row whose id goes into ``field``.
        link: for LINK, ``sheet:key``: the sheet that it leads to, and the row's key that holds the id of the row there.
        heading: heading of a firm's own column; empty for ours.
        total: a sum stands above the column, where all of it is in base currency.
        noted: the row's note, its evidence in full, hangs on this cell.
        width: in characters; 0 takes what the content needs.
    """

    key: str
    kind: Kind = Kind.TEXT
    field: str = ""
    group: Group = Group.MAIN
    currency: str = ""
    choices: str = ""
    lookup: str = ""
    link: str = ""
    heading: str = ""
    total: bool = False
    noted: bool = False
    width: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A cell that stands out.

    Where a CHOICE column has this stored code, a number lies ``below`` or ``above`` a limit, a day lies at most
    ``days`` after the as-of day, or, with ``filled``, where there is anything at all. With ``days``, ``only`` names
    a CHOICE column and the code that it shall have as well.
    """

    column: str
    colour: str  # RED, AMBER, GREEN of the palette
    code: str = ""
    below: float | None = None
    above: float | None = None
    days: int | None = None
    filled: bool = False
    only: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Table:
    """A table of a sheet.

    Attributes:
        name: its name in formulas, the same in every language.
        pages: makes the rows anew, in the order of the sheet: stored values by column key.
        count: how many rows there are.
        sample: the first rows, which decide on widths.
        notes: of the first rows, for the column that is ``noted``; empty where a row has none.
        totals: key of a column with a total → its sum, in minor units of base currency.
        offered: key of a column → for the first rows what their drop-down offers; people may type other things as well.
        source: the register's table that it shows; empty where it is a report.
        frozen: columns after the hidden ones that stay in sight.
    """

    name: str
    columns: tuple[Column, ...]
    pages: Callable[[], Iterator[Page]] = lambda: iter(())
    count: int = 0
    sample: list[dict[str, Any]] = field(default_factory=list)
    notes: Sequence[str] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    frozen: int = 0
    alerts: tuple[Alert, ...] = ()
    offered: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that holds one table."""

    key: str
    table: Table
