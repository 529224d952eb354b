"""Exact amounts: rounding, splitting, adding, and the passage between sheet cells and decimals.

Rule numbers (R1 …) are those of docs/money.md.
"""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from workbench.errors import MoneyError
from workbench.i18n import _
from workbench.money.currencies import minor_units

__all__ = [
    "AmountTooLong",
    "Balances",
    "CurrencyMismatch",
    "InexactCell",
    "MinorUnitsError",
    "Money",
    "Rounding",
    "allocate",
    "from_cell",
    "from_minor",
    "relieve",
    "round_fraction",
    "round_to_minor",
    "to_minor",
]

# Amounts are added and multiplied at this precision; an operation that would lose a digit raises instead.
_EXACT = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP, traps=[
    decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Inexact,
])  # fmt: skip
_ROUNDING = decimal.Context(prec=60)
_UNIT = tuple(Decimal(1).scaleb(-places) for places in range(7))
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")
CELL_DIGITS = 15
"""Significant decimal digits that a spreadsheet cell carries without loss (R4)."""


class CurrencyMismatch(MoneyError):
    """Amounts of different currencies cannot be added, subtracted or compared (R1)."""

    code = "money.currency-mismatch"


class MinorUnitsError(MoneyError):
    """The amount is finer than the currency's smallest unit, such as 100.5 yen (R2)."""

    code = "money.minor-units"


class InexactCell(MoneyError):
    """The cell's number has more than 15 significant digits, so the sheet itself does not hold it exactly (R4)."""

    code = "money.inexact-cell"


class AmountTooLong(MoneyError):
    """The amount has more digits than are computed with (60), or is no number at all."""

    code = "money.too-long"


class Rounding(Enum):
    """How a tie is settled (R3); HALF_UP, away from zero, is what a sheet's ROUND does."""

    HALF_UP = decimal.ROUND_HALF_UP
    HALF_EVEN = decimal.ROUND_HALF_EVEN
    DOWN = decimal.ROUND_DOWN


def round_to_minor(amount: Decimal, code: str, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """The amount at the currency's minor units.

    >>> round_to_minor(Decimal("1234.5"), "JPY")
    Decimal('1235')
    """
    unit = _UNIT[minor_units(code)]
    if not amount.is_finite():
        raise _too_long(amount)
    try:
        return amount.quantize(unit, rounding=mode.value, context=_ROUNDING)
    except decimal.InvalidOperation:
        raise _too_long(amount) from None


def round_fraction(value: Fraction, code: str, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """An exact fraction rounded once to the currency's minor units."""
    return round_ratio(value.numerator, value.denominator, code, mode)


def round_ratio(above: int, below: int, code: str, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """``above / below`` rounded once to the currency's minor units; ``below`` is positive, and the two may have factors."""
    whole, rest = divmod(abs(above) * 10 ** minor_units(code), below)
    twice = 2 * rest - below
    if mode is Rounding.HALF_UP:
        whole += twice >= 0
    elif mode is Rounding.HALF_EVEN:
        whole += twice > 0 or (twice == 0 and whole % 2 == 1)
    return from_minor(-whole if above < 0 else whole, code)


def to_minor(amount: Decimal, code: str) -> int:
    """The amount as a whole number of minor units (cents, fils; yen themselves).

    Raises:
        MinorUnitsError: the amount is finer than the currency allows; nothing is rounded here.
    """
    try:
        scaled = amount.scaleb(minor_units(code), context=_EXACT)
    except decimal.DecimalException:
        raise _too_long(amount) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise MinorUnitsError(
            _("{amount} has more decimals than {code} has ({units}).").format(
                amount=amount, code=code, units=minor_units(code)
            ),
            remedy=_("Round the amount first, or check the currency."),
        )
    return int(scaled)


def from_minor(units: int, code: str) -> Decimal:
    """The amount of so many minor units.

    >>> from_minor(1250, "KWD")
    Decimal('1.250')
    """
    try:
        return Decimal(units).scaleb(-minor_units(code), context=_EXACT)
    except decimal.DecimalException:
        raise _too_long(units) from None


def _too_long(amount: object) -> AmountTooLong:
    return AmountTooLong(
        _("{amount} has more than 60 digits, or is no number.").format(amount=amount), remedy=_("Check the amount.")
    )


def from_cell(value: float | str | Decimal, *, where: str | None = None) -> Decimal:
    """The decimal that a sheet's cell shows (R4): the shortest text of its binary number, at most 15 digits.

    Args:
        value: int, float, Decimal, or a plain number as text.
        where: the cell, for the error.

    Raises:
        InexactCell: more than 15 significant digits, not a number, or infinite.
        MoneyError: text that is no plain number (``parse`` reads what people type), or a truth value.
    """
    try:
        if isinstance(value, bool) or (isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value)):
            raise decimal.InvalidOperation
        # float's own text, for a subclass such as numpy's writes its type around it
        number = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
    except (decimal.InvalidOperation, TypeError, ValueError):
        raise MoneyError(
            _("{value} is no number.").format(value=repr(value)), where=where, remedy=_("Type a plain number.")
        ) from None
    if not number.is_finite() or len(number.normalize(_ROUNDING).as_tuple().digits) > CELL_DIGITS:
        raise InexactCell(
            _("{value} has more than 15 significant digits; the sheet does not hold it exactly.").format(value=value),
            where=where,
            remedy=_("Split the amount, or keep it as text."),
        )
    return number


def allocate(total: Decimal, weights: Sequence[Decimal | int], code: str) -> list[Decimal]:
    """Split a total by weights so that the parts add up to it exactly (R17).

    Largest remainder in minor units; of equal remainders the earlier part gets the unit. A negative total is split like
    its positive twin.

    >>> [str(part) for part in allocate(Decimal("100"), [1, 1, 1], "JPY")]
    ['34', '33', '33']

    Raises:
        MinorUnitsError: the total is finer than the currency allows.
        MoneyError: no weights, a negative one, a float, or all zero.
    """
    exact = _in_whole_numbers(tuple(map(_ratio, weights)))
    whole = sum(exact)
    if not exact or min(exact) < 0 or whole == 0:
        raise MoneyError(
            _("A total can only be split by weights of which none is negative and one is positive."),
            remedy=_("Check the amounts to split over."),
        )
    units = to_minor(total, code)
    sign, units = (-1, -units) if units < 0 else (1, units)
    floors, rests = zip(*(divmod(units * weight, whole) for weight in exact), strict=True)
    parts = list(floors)
    by_remainder = sorted(range(len(parts)), key=lambda index: (-rests[index], index))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return [from_minor(sign * part, code) for part in parts]


@lru_cache(maxsize=256)  # the same few percentages come again and again
def _in_whole_numbers(ratios: tuple[tuple[int, int], ...]) -> list[int]:
    """Whole numbers in the proportions of the weights."""
    common = math.lcm(*(below for _above, below in ratios))
    return [above * (common // below) for above, below in ratios]


def relieve(open_document: Decimal, open_base: Decimal, part: Decimal, base_code: str) -> Decimal:
    """The share of a carrying amount that a partial settlement relieves (R16).

    Args:
        open_document: what is still open in document currency.
        open_base: what it stands at in base currency.
        part: settled now, in document currency; of the same sign, at most ``open_document``.
        base_code: the base currency.

    The last piece takes whatever is left in base currency, so that nothing open in one currency means nothing open in
    the other.
    """
    settled, owed, base = _exact(part), _exact(open_document), _exact(open_base)
    if settled == owed:
        return open_base
    if owed == 0 or not 0 <= settled / owed <= 1:
        raise MoneyError(
            _("{part} cannot be settled of {open} open.").format(part=part, open=open_document),
            remedy=_("Settle at most what is open; book the rest as a customer credit."),
        )
    return round_fraction(base * settled / owed, base_code)


def _exact(number: Decimal | int) -> Fraction:
    return Fraction(*_ratio(number))


def _ratio(number: Decimal | int) -> tuple[int, int]:
    """The number as whole numbers, one over the other; a float, which is not what it looks like, is refused, as no number is."""
    if not isinstance(number, Decimal | int) or not Decimal(number).is_finite():
        raise MoneyError(
            _("{amount} is no decimal number.").format(amount=repr(number)), remedy=_("Give amounts as Decimal or int.")
        )
    return number.as_integer_ratio()


def _exactly(operation: Callable[[Decimal, Decimal], Decimal], one: Decimal, other: Decimal) -> Decimal:
    try:
        return operation(one, other)
    except decimal.DecimalException:
        raise AmountTooLong(
            _("{one} and {other} together need more than 60 digits.").format(one=one, other=other),
            remedy=_("Round the amounts first."),
        ) from None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, exact; immutable.

    Adding, subtracting or comparing unlike currencies raises CurrencyMismatch; multiplying by a number stays exact and
    unrounded (round at the end, once, with ``rounded``).
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        minor_units(self.currency)
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise MoneyError(
                _("{amount} is no decimal number.").format(amount=repr(self.amount)),
                remedy=_("Give the amount as a Decimal; from_cell and parse read it from a cell or a text."),
            )

    def rounded(self, mode: Rounding = Rounding.HALF_UP) -> Money:
        """At the currency's minor units."""
        return Money(round_to_minor(self.amount, self.currency, mode), self.currency)

    def __add__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(_exactly(_EXACT.add, self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(_exactly(_EXACT.subtract, self.amount, other.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if not isinstance(factor, Decimal | int):
            return NotImplemented
        return Money(_exactly(_EXACT.multiply, self.amount, Decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __abs__(self) -> Money:
        return Money(_EXACT.abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        self._must_match(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._must_match(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        self._must_match(other)
        return self.amount > other.amount

    def __ge__(self, other: Money) -> bool:
        self._must_match(other)
        return self.amount >= other.amount

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:f}"

    def _must_match(self, other: Money) -> None:
        if not isinstance(other, Money):
            raise TypeError(f"{self} and {other!r}: an amount without a currency is no money")
        if self.currency != other.currency:
            raise CurrencyMismatch(
                _("{one} and {other} are different currencies.").format(one=self, other=other),
                remedy=_("Convert one of them at a dated rate first, or keep them apart as Balances."),
            )


class Balances:
    """Amounts of several currencies side by side, each summed exactly; the only sum over mixed currencies there is."""

    def __init__(self, amounts: Iterable[Money] = ()) -> None:
        self._amounts: dict[str, Decimal] = {}
        for one in amounts:
            self.add(one)

    def add(self, money: Money) -> None:
        """Add one amount to its currency."""
        before = self._amounts.get(money.currency, Decimal(0))
        self._amounts[money.currency] = _exactly(_EXACT.add, before, money.amount)

    def items(self) -> ItemsView[str, Decimal]:
        """Currency and amount, sorted by code."""
        return dict(sorted(self._amounts.items())).items()

    def get(self, code: str) -> Decimal:
        """The amount of one currency; 0 where there is none."""
        return self._amounts.get(code, Decimal(0))

    def __iter__(self) -> Iterator[Money]:
        return (Money(amount, code) for code, amount in sorted(self._amounts.items()))

    def __len__(self) -> int:
        return len(self._amounts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Balances):
            return NotImplemented
        mine = {code: amount for code, amount in self._amounts.items() if amount}
        return mine == {code: amount for code, amount in other._amounts.items() if amount}

    __hash__ = None  # type: ignore[assignment]  # it changes, so it is no key

    def __repr__(self) -> str:
        return f"Balances({', '.join(map(str, self))})"
