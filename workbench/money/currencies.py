"""Which currencies there are, with how many decimals, and what became of those that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from workbench.errors import MoneyError
from workbench.i18n import _
from workbench.money import _iso4217

__all__ = [
    "CURRENCIES",
    "RETIRED",
    "Currency",
    "NotTradeCurrency",
    "Retired",
    "RetiredCurrency",
    "UnknownCurrency",
    "currency",
    "in_use",
    "minor_units",
]


class UnknownCurrency(MoneyError):
    """The code is no ISO 4217 currency code, past or present."""

    code = "currency.unknown"


class RetiredCurrency(MoneyError):
    """The currency is no longer legal tender; ``extra`` names successor, ratio and date."""

    code = "currency.retired"


class NotTradeCurrency(MoneyError):
    """A metal, fund, indexed unit or test code: nobody is paid in it."""

    code = "currency.not-money"


class Currency(NamedTuple):
    """One currency of ISO 4217."""

    code: str
    numeric: int
    minor_units: int
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Retired:
    """A currency that was replaced.

    ``ratio`` is how many old units made one unit of ``successor``; ``date`` is the successor's first day; ``source``
    says where ratio and day are from, or "unverified" where the ratio is too uncertain to convert with.
    """

    code: str
    successor: str
    ratio: Decimal
    date: date
    minor_units: int
    source: str
    name_en: str
    name_zh: str


_EURO_ALONE = date(2002, 1, 1)
"""The first members of the euro, and Greece, kept their old units beside it until then (Regulation (EC) 974/98)."""

CURRENCIES: Mapping[str, Currency] = MappingProxyType(
    {
        code: Currency(code, numeric, units, name_en, name_zh)
        for code, (numeric, units, circulates, name_en, name_zh) in _iso4217.ACTIVE.items()
        if circulates
    }
)
"""The 155 currencies in circulation, by code."""

RETIRED: Mapping[str, Retired] = MappingProxyType(
    {
        code: Retired(code, successor, Decimal(ratio), date.fromisoformat(day), units, source, name_en, name_zh)
        for code, (successor, ratio, day, units, source, name_en, name_zh) in _iso4217.RETIRED.items()
    }
)
"""Currencies that were replaced, by code."""

_MINOR_UNITS: Mapping[str, int] = MappingProxyType(
    {
        **{code: row[1] for code, row in _iso4217.ACTIVE.items()},
        **{code: one.minor_units for code, one in RETIRED.items()},
    }
)


def in_use(code: str, on: date) -> bool:
    """Whether a document of that day could be made out in the currency: it circulates, or it did then.

    >>> in_use("HRK", date(2020, 3, 1)), in_use("HRK", date(2024, 3, 1))
    (True, False)
    """
    gone = RETIRED.get(code)
    if gone is None:
        return code in CURRENCIES
    return on < (max(gone.date, _EURO_ALONE) if gone.successor == "EUR" else gone.date)


def currency(code: str) -> Currency:
    """The currency in circulation with that alphabetic code (upper case).

    Raises:
        RetiredCurrency: it was replaced; ``extra`` has successor, ratio (old per 1 new) and date.
        NotTradeCurrency: ISO knows the code, but nobody is paid in it (XAU, CLF, XXX).
        UnknownCurrency: no such code.
    """
    found = CURRENCIES.get(code)
    if found is None:
        raise _why_not(code)
    return found


def minor_units(code: str) -> int:
    """Decimals of the currency by ISO 4217: of the circulating, the retired, and units of account such as CLF.

    Raises:
        NotTradeCurrency: ISO gives the code no minor units (metals, funds, test codes).
        UnknownCurrency: no such code.
    """
    try:
        return _MINOR_UNITS[code]
    except KeyError:
        raise _why_not(code) from None


def _why_not(code: str) -> MoneyError:
    if code in RETIRED:
        gone = RETIRED[code]
        return RetiredCurrency(
            _("{code} was replaced by {successor} on {date}.").format(
                code=code, successor=gone.successor, date=gone.date.isoformat()
            ),
            remedy=_("Use {successor}; {ratio} {code} = 1 {successor}.").format(
                code=code, successor=gone.successor, ratio=gone.ratio
            ),
            successor=gone.successor,
            ratio=str(gone.ratio),
            date=gone.date.isoformat(),
        )
    if code in _iso4217.ACTIVE or code in _iso4217.WITHOUT_MINOR_UNITS:
        return NotTradeCurrency(
            _("{code} is not a currency that anybody is paid in.").format(code=code),
            remedy=_("Use the currency of the invoice."),
        )
    return UnknownCurrency(
        _("{code} is no ISO 4217 currency code.").format(code=repr(code)),
        remedy=_("Use three capital letters such as USD, CNY or HKD."),
    )
