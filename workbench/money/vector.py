"""Exact rounding and conversion of whole columns: int64 minor units in, int64 minor units out, rounded once.

The result of every row is that of unbounded integers; no float ever decides a cent. A float64 quotient only proposes the
answer. The exact remainder, taken modulo 2^64, then corrects it, which is sound while the result stays below 2^50 minor
units (11 trillion.00) and the divisor below 2^61; rows beyond that go through Python's integers.

Imports numpy, so ``workbench.money`` does not import this module by itself.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.errors import MoneyError
from workbench.i18n import _
from workbench.money.amounts import Rounding
from workbench.money.currencies import minor_units

__all__ = ["FromCells", "convert_cross", "convert_direct", "from_cells", "rescale"]

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

CHUNK = 32_768
"""Rows worked on at a time; the intermediate columns then stay in the processor's cache."""

_RESULT_LIMIT = float(2**50)
_DIVISOR_LIMIT = 2**61
_PRODUCT_LIMIT = 2**62
_INT64 = range(-(2**63), 2**63)
_POWERS = np.array([10**power for power in range(19)], dtype=np.int64)


class FromCells(NamedTuple):
    """``minor``: the cells in minor units. ``exact``: which cells held such an amount; the others are 0 in ``minor``."""

    minor: Ints
    exact: Bools


def convert_direct(
    amounts: ArrayLike,
    mantissa: ArrayLike,
    exponent: ArrayLike,
    *,
    from_units: ArrayLike,
    to_units: ArrayLike,
    mode: Rounding = Rounding.HALF_UP,
) -> Ints:
    """Amounts times published rates, in the target's minor units.

    Args:
        amounts: whole minor units of the source currency, shape (n,).
        mantissa: the rates' digits, target units per 1 source unit, positive; shape (n,) or scalar.
        exponent: their decimals: a rate is ``mantissa / 10**exponent`` (7.1878 is 71878, 4); 0 to 18.
        from_units: decimals of the source currency by ISO 4217; shape (n,) or scalar.
        to_units: decimals of the target currency.
        mode: how a tie is settled.

    Returns:
        Whole minor units of the target currency, shape (n,).

    Raises:
        MoneyError: a rate that is not positive, amounts that are no integers, or a result beyond 64 bits.
    """
    shift = _integers(exponent) + _integers(from_units) - _integers(to_units)
    return _divide(_integers(amounts), _rates(mantissa), np.maximum(-shift, 0), None, np.maximum(shift, 0), mode)


def convert_cross(
    amounts: ArrayLike,
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    exponent: ArrayLike = 0,
    from_units: ArrayLike,
    to_units: ArrayLike,
    mode: Rounding = Rounding.HALF_UP,
) -> Ints:
    """Amounts through a common currency, with one division and one rounding, in the target's minor units.

    Args:
        amounts: whole minor units of the source currency, shape (n,).
        numerator: digits of the target's rate, target units per 1 pivot unit, positive; shape (n,) or scalar.
        denominator: digits of the source's rate, source units per 1 pivot unit.
        exponent: decimals of the numerator minus decimals of the denominator: the cross rate is
            ``numerator / denominator / 10**exponent``.
        from_units: decimals of the source currency by ISO 4217.
        to_units: decimals of the target currency.
        mode: how a tie is settled.

    Returns and raises as ``convert_direct``.
    """
    shift = _integers(exponent) + _integers(from_units) - _integers(to_units)
    up, down = np.maximum(-shift, 0), np.maximum(shift, 0)
    return _divide(_integers(amounts), _rates(numerator), up, _rates(denominator), down, mode)


def rescale(values: ArrayLike, from_places: int, to_places: int, mode: Rounding = Rounding.HALF_UP) -> Ints:
    """Scaled integers at fewer (or more) decimals, rounded.

    >>> rescale([12345, -12345], 4, 3).tolist()
    [1235, -1235]
    """
    return convert_direct(values, 1, 0, from_units=from_places, to_units=to_places, mode=mode)


def from_cells(values: ArrayLike, code: str) -> FromCells:
    """Float cells as exact minor units, by the same contract as ``from_cell`` (R4), without a text in between.

    Args:
        values: float64 as a sheet holds them, shape (n,).
        code: the currency.

    A cell is exact where it is the binary number nearest to an amount of whole minor units with at most 15 digits: both
    then print alike, so it is the amount that the sheet shows.
    """
    cells = np.asarray(values, dtype=np.float64)
    scale = float(10 ** minor_units(code))
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(cells * scale)
        exact = (np.abs(scaled) < 1e15) & (scaled / scale == cells)
    return FromCells(np.where(exact, scaled, 0.0).astype(np.int64), exact)


def _integers(values: ArrayLike) -> Ints:
    array = np.asarray(values)
    if not array.size:  # an empty list has no integers to show
        return np.zeros(array.shape, dtype=np.int64)
    if array.dtype.kind not in "iu" or (array.dtype == np.uint64 and int(array.max()) not in _INT64):
        raise MoneyError(
            _("Amounts and rates are whole numbers here, not {kind}.").format(kind=array.dtype),
            remedy=_("Give minor units and digits as 64-bit integers."),
        )
    return array.astype(np.int64, copy=False)


def _rates(values: ArrayLike) -> Ints:
    rates = _integers(values)
    if rates.size and int(rates.min()) <= 0:
        raise MoneyError(_("A rate must be positive."), remedy=_("Check the rates; a missing one is no zero."))
    return rates


def _divide(amounts: Ints, factor: Ints, up: Ints, divisor: Ints | None, down: Ints, mode: Rounding) -> Ints:
    """``amounts * factor * 10**up / (divisor * 10**down)`` of every row, rounded once."""
    if max(int(up.max(initial=0)), int(down.max(initial=0))) >= len(_POWERS):
        raise MoneyError(_("A rate has more than 18 decimals."), remedy=_("Check the rates."))
    divisor = np.ones((), dtype=np.int64) if divisor is None else divisor
    shape = np.broadcast_shapes(amounts.shape, factor.shape, up.shape, divisor.shape, down.shape)
    if len(shape) > 1:
        raise MoneyError(_("Amounts and rates are single columns."), remedy=_("Convert one column at a time."))
    amounts = np.broadcast_to(amounts, shape).reshape(-1)
    multiplied, wide = _times_power(factor, up)
    divided, wide_divisor = _times_power(divisor, down)
    wide = wide | wide_divisor | (divided >= _DIVISOR_LIMIT)
    result = np.empty(amounts.size, dtype=np.int64)
    unsafe: list[Ints] = []
    for start in range(0, amounts.size, CHUNK):
        part = slice(start, start + CHUNK)
        refused = _divide_chunk(amounts[part], _part(multiplied, part), _part(divided, part), mode, result[part])
        if refused is not None:
            unsafe.append(np.flatnonzero(refused) + start)
    if wide.any():
        unsafe.append(np.flatnonzero(np.broadcast_to(wide, shape)))
    for rows in unsafe:
        taken = (np.broadcast_to(column, shape).reshape(-1)[rows] for column in (amounts, factor, up, divisor, down))
        result[rows] = [_unbounded(row, mode) for row in zip(*(column.tolist() for column in taken), strict=True)]
    return result.reshape(shape)


def _times_power(values: Ints, power: Ints) -> tuple[Ints, Bools]:
    """``values * 10**power``, and where that leaves 64 bits (there 1 stands for it)."""
    scale = _POWERS[power]
    wide = np.asarray(values > (2**63 - 1) // scale)
    return np.where(wide, 1, values * scale) if wide.any() else np.asarray(values * scale), wide


def _part(column: Ints, part: slice) -> Ints:
    return column[part] if column.ndim else column


def _divide_chunk(amounts: Ints, factor: Ints, divisor: Ints, mode: Rounding, out: Ints) -> Bools | None:
    """Write ``amounts * factor / divisor``, rounded, to ``out``; return which rows it cannot do, or None for none."""
    if divisor.ndim == 0 and mode is Rounding.HALF_UP:
        largest = max(int(amounts.max()), -int(amounts.min())) * int(factor.max())
        if largest + int(divisor) < _PRODUCT_LIMIT:
            _divide_by_one_number(amounts, factor, int(divisor), out)
            return None
    return _divide_by_proposal(amounts, factor, divisor, mode, out)


def _divide_by_one_number(amounts: Ints, factor: Ints, divisor: int, out: Ints) -> None:
    """HALF_UP where no product leaves 64 bits."""
    np.multiply(amounts, factor, out=out)
    if divisor == 1:
        return
    # A negative tie goes down, away from zero; an odd divisor leaves no ties.
    out += divisor // 2 + (out >> 63 if divisor % 2 == 0 else 0)
    out //= divisor


def _divide_by_proposal(amounts: Ints, factor: Ints, divisor: Ints, mode: Rounding, out: Ints) -> Bools | None:
    """The general case: float64 proposes a quotient within 1.125 of the true one, the remainder mod 2^64 settles it.

    Five roundings to 53 bits (three conversions, product, quotient) leave an error below 5/8 while the quotient is
    below 2^50, and rounding to a whole adds at most 1/2.
    """
    size = np.abs(amounts)
    proposal = size.astype(np.float64)
    proposal *= factor
    proposal /= divisor
    refused = None
    if proposal.max() >= _RESULT_LIMIT or proposal.min() < 0:  # the lowest int64 has no positive twin
        refused = (proposal >= _RESULT_LIMIT) | (proposal < 0)
        proposal[refused] = 0
    np.floor(proposal, out=proposal) if mode is Rounding.DOWN else np.rint(proposal, out=proposal)
    quotient = proposal.astype(np.int64)
    size *= factor
    size -= quotient * divisor
    _settle(quotient, size, divisor, mode)
    sign = amounts >> 63  # 0, or -1 with which exclusive-or and subtraction negate
    np.bitwise_xor(quotient, sign, out=out)
    out -= sign
    return refused


def _settle(quotient: Ints, remainder: Ints, divisor: Ints, mode: Rounding) -> None:
    """Correct the quotients, all of positive rows, by what remains of them; few need it."""
    if mode is Rounding.DOWN:
        quotient += remainder >= divisor
        quotient -= remainder < 0
        return
    remainder <<= 1
    rows = np.flatnonzero(np.abs(remainder) >= divisor)
    if not rows.size:
        return
    found, twice = quotient[rows], remainder[rows]
    whole = divisor[rows] if divisor.ndim else divisor
    if mode is Rounding.HALF_UP:
        quotient[rows] = found + (twice >= whole) - (twice < -whole)
    else:
        odd = (found & 1).astype(np.bool_)
        quotient[rows] = (
            found + ((twice > whole) | ((twice == whole) & odd)) - ((twice < -whole) | ((twice == -whole) & odd))
        )


def _unbounded(row: tuple[int, ...], mode: Rounding) -> int:
    """One row in Python's integers."""
    amount, factor, up, divisor, down = row
    below = divisor * int(_POWERS[down])
    whole, rest = divmod(abs(amount) * factor * int(_POWERS[up]), below)
    twice = 2 * rest - below
    if mode is Rounding.HALF_UP:
        whole += twice >= 0
    elif mode is Rounding.HALF_EVEN:
        whole += twice > 0 or (twice == 0 and whole % 2 == 1)
    result = -whole if amount < 0 else whole
    if result not in _INT64:
        raise MoneyError(
            _("{amount} minor units convert to more than 64 bits hold.").format(amount=amount),
            remedy=_("Check amount and rate."),
        )
    return result
