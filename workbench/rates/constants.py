"""Rates that are fixed by law or declared by an authority: euro conversion rates, redenominations, pegs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from workbench.money import RETIRED
from workbench.rates.series import Leg

__all__ = ["LEGAL", "PEGS", "FixedRate"]


class FixedRate(NamedTuple):
    """1 ``base`` = ``value`` ``quote`` since a day; ``kind`` is legal or peg, ``authority`` who fixed or declares it."""

    kind: str
    base: str
    quote: str
    value: Decimal
    since: date
    authority: str

    @property
    def exact(self) -> Fraction:
        """``quote`` per 1 ``base``."""
        return Fraction(self.value)

    @property
    def leg(self) -> Leg:
        """The rate as what a result rests on; its date is the day since which it holds."""
        return Leg(self.base, self.quote, self.value, self.since)


# Given the other way round by law, so that the ratio in the list of retired codes is a repeating decimal.
_PER_OLD_UNIT = {"CUC": Decimal(24)}
_EU_COUNCIL = "eu-council"
_REDENOMINATION = "redenomination"


def _legal() -> dict[str, FixedRate]:
    fixed = {}
    for code, retired in RETIRED.items():
        authority = _EU_COUNCIL if retired.successor == "EUR" else _REDENOMINATION
        if retired.source == "unverified":
            continue
        if code in _PER_OLD_UNIT:
            fixed[code] = FixedRate("legal", code, retired.successor, _PER_OLD_UNIT[code], retired.date, authority)
        else:
            fixed[code] = FixedRate("legal", retired.successor, code, retired.ratio, retired.date, authority)
    return fixed


def _peg(code: str, anchor: str, value: str, since: str, authority: str) -> FixedRate:
    return FixedRate("peg", anchor, code, Decimal(value), date.fromisoformat(since), authority)


LEGAL: Mapping[str, FixedRate] = MappingProxyType(_legal())
"""Retired code → its fixed rate, as a rule 1 successor = ratio old units (for the euro, Regulation (EC) 1103/97: six
significant figures, never inverted). Ratios that could not be verified are left out."""

PEGS: Mapping[str, FixedRate] = MappingProxyType(
    {
        peg.quote: peg
        for peg in (
            _peg("AED", "USD", "3.6725", "1997-11-02", "Central Bank of the UAE"),
            _peg("BAM", "EUR", "1.95583", "1999-01-01", "Central Bank of Bosnia and Herzegovina"),
            _peg("BHD", "USD", "0.376", "2001-01-01", "Central Bank of Bahrain"),
            _peg("BMD", "USD", "1", "1972-02-06", "Bermuda Monetary Authority"),
            _peg("BND", "SGD", "1", "1967-06-12", "Brunei Darussalam Central Bank"),
            _peg("BTN", "INR", "1", "1974-01-01", "Royal Monetary Authority of Bhutan"),
            _peg("CVE", "EUR", "110.265", "1999-01-01", "Banco de Cabo Verde"),
            _peg("FKP", "GBP", "1", "1966-02-14", "Falkland Islands Government"),
            _peg("JOD", "USD", "0.709", "1995-10-23", "Central Bank of Jordan"),
            _peg("MOP", "HKD", "1.03", "1983-01-01", "Autoridade Monetária de Macau"),
            _peg("OMR", "USD", "0.3845", "1986-01-01", "Central Bank of Oman"),
            _peg("QAR", "USD", "3.64", "2001-07-09", "Qatar Central Bank"),
            _peg("SAR", "USD", "3.75", "1986-06-01", "Saudi Central Bank"),
            _peg("SHP", "GBP", "1", "1976-02-02", "Government of Saint Helena"),
            _peg("TMT", "USD", "3.5", "2015-01-01", "Central Bank of Turkmenistan"),
            _peg("XAF", "EUR", "655.957", "1999-01-01", "Banque des États de l'Afrique Centrale"),
            _peg("XOF", "EUR", "655.957", "1999-01-01", "Banque Centrale des États de l'Afrique de l'Ouest"),
        )
    }
)
"""Pegged code → 1 anchor = value, as declared by the authority. Not market rates: the label ``peg`` stays on them."""
