"""forex-python's calls answered from our rate book: old scripts run unchanged, offline, and never with a guess.

Replace ``from forex_python.converter import …`` by ``from workbench.rate_sources.forex_python import …``. Two things
differ on purpose: a day without a rate that can be stood behind raises RatesNotAvailableError (the original gives some
other day's rate), and codes that do not exist are refused even against themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol

from workbench.errors import MoneyError, RateError
from workbench.i18n import _
from workbench.money import CURRENCIES, currency
from workbench.rates import RateBook

__all__ = [
    "CurrencyCodes",
    "CurrencyRates",
    "DecimalFloatMismatchError",
    "RatesNotAvailableError",
    "convert",
    "get_currency_code_from_symbol",
    "get_currency_name",
    "get_rate",
    "get_rates",
    "get_symbol",
]


class RatesNotAvailableError(RateError):
    """The book has no rate for this pair and day that could be stood behind."""

    code = "rate.not-available"


class DecimalFloatMismatchError(MoneyError):
    """With ``force_decimal`` an amount must be a Decimal."""

    code = "amount.not-decimal"


class _Strftime(Protocol):
    def strftime(self, format: str, /) -> str: ...  # noqa: A002 - the name that date and datetime give it


class CurrencyRates:
    """Rates and conversions as forex-python gives them; rates are floats unless ``force_decimal``.

    ``book`` answers; None: the book that comes with the package. ``date_obj`` None means the newest rate as of today.
    """

    def __init__(self, force_decimal: bool = False, book: RateBook | None = None) -> None:  # noqa: FBT001, FBT002 - forex-python's signature
        self._force_decimal = force_decimal
        self._given = book

    @property
    def _book(self) -> RateBook:
        return self._given or RateBook.embedded()

    def get_rates(self, base_cur: str, date_obj: _Strftime | None = None) -> dict[str, float | Decimal]:
        """Units of each other currency per 1 ``base_cur``, for all that have a rate on that day.

        Raises:
            RatesNotAvailableError: there is none at all.
        """
        rates: dict[str, float | Decimal] = {}
        for code in CURRENCIES:
            if code != base_cur:
                try:
                    rates[code] = self.get_rate(base_cur, code, date_obj)
                except RatesNotAvailableError:
                    # The original, too, only lists what it has.
                    continue
        if not rates:
            raise RatesNotAvailableError(
                _("There are no rates for {code} on that day.").format(code=base_cur),
                remedy=_("Check the code and the day, or fetch newer rates."),
            )
        return rates

    def get_rate(self, base_cur: str, dest_cur: str, date_obj: _Strftime | None = None) -> float | Decimal:
        """Units of ``dest_cur`` per 1 ``base_cur``.

        Raises:
            RatesNotAvailableError: no rate that could be stood behind, or no such currency.
        """
        exact = self._exact(base_cur, dest_cur, date_obj)
        return exact if self._force_decimal else float(exact)

    def convert(
        self, base_cur: str, dest_cur: str, amount: float | Decimal, date_obj: _Strftime | None = None
    ) -> float | Decimal:
        """``amount`` of ``base_cur`` in ``dest_cur``, not rounded; a Decimal gives a Decimal.

        Raises:
            RatesNotAvailableError: no rate that could be stood behind, or no such currency.
            DecimalFloatMismatchError: ``force_decimal`` and the amount is no Decimal.
        """
        exact = self._exact(base_cur, dest_cur, date_obj)
        if isinstance(amount, Decimal):
            return exact * amount
        if self._force_decimal or not isinstance(amount, int | float):
            raise DecimalFloatMismatchError(
                _("The amount {amount} is no Decimal.").format(amount=repr(amount)),
                remedy=_("Give a Decimal, or leave force_decimal out."),
            )
        return float(exact * Decimal(str(amount)))

    def _exact(self, base: str, quote: str, date_obj: _Strftime | None) -> Decimal:
        try:
            currency(base)
            currency(quote)
            return self._book.get(base, quote, _day(date_obj)).value
        except (RateError, MoneyError) as error:
            raise RatesNotAvailableError(error.message, where=error.where, remedy=error.remedy) from error


def _day(date_obj: _Strftime | None) -> date:
    if date_obj is None:
        return datetime.now(UTC).date()
    return date.fromisoformat(date_obj.strftime("%Y-%m-%d"))


class CurrencyCodes:
    """Names and symbols by ISO code, of the currencies in circulation."""

    def get_symbol(self, currency_code: str) -> str | None:
        """The currency's own symbol; the code itself where it has none; None for an unknown code."""
        if currency_code not in CURRENCIES:
            return None
        return next((symbol for symbol, code in _OWN_SYMBOLS.items() if code == currency_code), currency_code)

    def get_currency_name(self, currency_code: str) -> str | None:
        """The English name; None for an unknown code."""
        found = CURRENCIES.get(currency_code)
        return found.name_en if found else None

    def get_currency_code_from_symbol(self, symbol: str) -> str | None:
        """The code, where the symbol belongs to one currency alone; None for ``$``, ``¥`` and other shared ones."""
        if symbol in CURRENCIES:
            return symbol
        return _OWN_SYMBOLS.get(symbol)


# Only symbols that no second currency uses.
_OWN_SYMBOLS = {
    "€": "EUR",
    "US$": "USD",
    "CN¥": "CNY",
    "HK$": "HKD",
    "NT$": "TWD",
    "A$": "AUD",
    "NZ$": "NZD",
    "R$": "BRL",
    "₹": "INR",
    "₩": "KRW",
    "₫": "VND",
    "₴": "UAH",
    "₦": "NGN",
    "₪": "ILS",
    "₱": "PHP",
    "₽": "RUB",
    "฿": "THB",
    "₺": "TRY",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "zł": "PLN",
    "Kč": "CZK",
}

_RATES = CurrencyRates()
_CODES = CurrencyCodes()

get_rates = _RATES.get_rates
get_rate = _RATES.get_rate
convert = _RATES.convert
get_symbol: Callable[[str], str | None] = _CODES.get_symbol
get_currency_name: Callable[[str], str | None] = _CODES.get_currency_name
get_currency_code_from_symbol: Callable[[str], str | None] = _CODES.get_currency_code_from_symbol
