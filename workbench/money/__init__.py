"""Money: which currencies there are, exact amounts, and reading what people type.

Standard library only, ready in milliseconds: this runs inside spreadsheet hosts. ``workbench.money.vector`` is the
whole-column form over numpy and is imported separately.
"""

from __future__ import annotations

from workbench.money.amounts import (
    AmountTooLong,
    Balances,
    CurrencyMismatch,
    InexactCell,
    MinorUnitsError,
    Money,
    Rounding,
    allocate,
    from_cell,
    from_minor,
    relieve,
    round_fraction,
    round_ratio,
    round_to_minor,
    to_minor,
)
from workbench.money.currencies import (
    CURRENCIES,
    RETIRED,
    Currency,
    NotTradeCurrency,
    Retired,
    RetiredCurrency,
    UnknownCurrency,
    currency,
    in_use,
    minor_units,
)
from workbench.money.formatting import format_money, number_format
from workbench.money.parsing import Hints, Parsed, parse

__all__ = [
    "CURRENCIES",
    "RETIRED",
    "AmountTooLong",
    "Balances",
    "Currency",
    "CurrencyMismatch",
    "Hints",
    "InexactCell",
    "MinorUnitsError",
    "Money",
    "NotTradeCurrency",
    "Parsed",
    "Retired",
    "RetiredCurrency",
    "Rounding",
    "UnknownCurrency",
    "allocate",
    "currency",
    "format_money",
    "from_cell",
    "from_minor",
    "in_use",
    "minor_units",
    "number_format",
    "parse",
    "relieve",
    "round_fraction",
    "round_ratio",
    "round_to_minor",
    "to_minor",
]
