"""Whole columns of rates: as-of look-ups and exact conversion over numpy and pandas.

The answers are those of ``RateBook.get``, row by row: a rate with its date, or a status number for the error that
``get`` would raise. There is no number where there is no rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import MoneyError, RateError
from workbench.i18n import _
from workbench.money import Rounding, from_minor, minor_units, to_minor
from workbench.money.vector import convert_cross
from workbench.rates.book import RateBook
from workbench.rates.grid import DATE_MISSING, EPOCH, OK, STATUSES, Cell, Grid, Ints, cell_of, no_rate, reach, status_of
from workbench.rates.policies import policy_named

__all__ = ["STATUSES", "ConvertedColumn", "RateColumn", "convert", "lookup"]

_CHUNK = 1 << 15  # rows at a time: what is computed on the way then stays in the processor's cache
_GRIDS_KEPT = 32  # a book; a full one takes some 15 MB
_NO_CODE = ""

_Question = tuple[str, str, str | None, str | None]
_grids: WeakKeyDictionary[RateBook, dict[_Question, Grid]] = WeakKeyDictionary()
_grids_lock = Lock()


@dataclass(frozen=True, slots=True)
class RateColumn:
    """Rates row by row.

    ``rate`` is quote per 1 base as the nearest float64, for showing and statistics; NaN where ``status`` is not 0, as
    ``rate_date`` is NaT there. ``status`` is the place in ``STATUSES`` of the error's code, 0 for a rate.
    """

    rate: npt.NDArray[np.float64]
    rate_date: npt.NDArray[np.datetime64]
    status: npt.NDArray[np.uint8]

    @property
    def errors(self) -> npt.NDArray[np.object_]:
        """The error code of each row, "" for a rate."""
        return np.array(STATUSES, dtype=object)[self.status]


@dataclass(frozen=True, slots=True)
class ConvertedColumn:
    """Converted amounts row by row, in minor units of the quote currency; missing where ``rates.status`` is not 0."""

    minor: pd.arrays.IntegerArray
    rates: RateColumn


def lookup(
    book: RateBook,
    base: str | Sequence[str] | Any,
    quote: str | Sequence[str] | Any,
    dates: Any,
    *,
    policy: str = "on_or_before",
    kind: str | None = None,
    source: str | None = None,
) -> RateColumn:
    """Rates of a column of currencies on a column of days, without the locks of single documents.

    Args:
        book: the book to read.
        base: ISO code for all rows, or a column of codes (pandas strings or categories, numpy, any sequence).
        quote: ISO code for all rows, or a column of codes.
        dates: pandas or numpy datetimes without time zone, or a sequence of dates; the time of day does not count.
        policy: name in ``POLICIES``.
        kind: as in ``RateBook.get``.
        source: as in ``RateBook.get``.

    Raises:
        PolicyRefused: no such policy.
    """
    return _Columns(base, quote, dates).answered(book, (policy, kind, source), exact=False).rates


def convert(
    book: RateBook,
    minor: npt.ArrayLike,
    base: str | Sequence[str] | Any,
    quote: str,
    dates: Any,
    *,
    policy: str = "on_or_before",
    kind: str | None = None,
    source: str | None = None,
    mode: Rounding = Rounding.HALF_UP,
) -> ConvertedColumn:
    """Convert amounts exactly, each rounded once, as ``Rate.convert`` does.

    Args:
        book: the book to read.
        minor: amounts in minor units of their base currency, int64.
        base: as in ``lookup``.
        quote: ISO code converted to.
        dates: as in ``lookup``.
        policy: name in ``POLICIES``.
        kind: as in ``RateBook.get``.
        source: as in ``RateBook.get``.
        mode: how a tie is settled.

    Raises:
        MoneyError: amounts that are no integers, or of another length; a result beyond 64 bits.
        PolicyRefused: no such policy.
    """
    columns = _Columns(base, quote, dates)
    amounts = np.asarray(minor)
    if amounts.shape != (columns.count,) or amounts.dtype.kind not in "iu":
        raise MoneyError(
            _("Amounts and dates differ in length, or the amounts are not whole minor units."),
            remedy=_("Give one whole amount for each date."),
        )
    found = columns.answered(book, (policy, kind, source), exact=True)
    return columns.converted(amounts, found, book, (policy, kind, source), mode)


@dataclass(frozen=True, slots=True)
class _Found:
    rates: RateColumn
    numerator: Ints
    denominator: Ints


class _Columns:
    """The question's columns: days since 1970, and currencies as places in short lists of codes."""

    def __init__(self, base: Any, quote: Any, dates: Any) -> None:
        self.days = _days(dates)
        self.count = len(self.days)
        self.bases, self.base_at = _factorised(base, self.count)
        self.quotes, self.quote_at = _factorised(quote, self.count)

    def answered(self, book: RateBook, question: tuple[str, str | None, str | None], *, exact: bool) -> _Found:
        policy_named(question[0])
        found = _Found(
            RateColumn(np.empty(self.count), np.empty(self.count, "M8[D]"), np.empty(self.count, np.uint8)),
            np.zeros(self.count if exact else 0, np.int64),
            np.zeros(self.count if exact else 0, np.int64),
        )
        for number, quote in enumerate(self.quotes):
            rows = None if len(self.quotes) == 1 else np.flatnonzero(self.quote_at == number)
            self._gather(book, _grid(book, quote, question), rows, found)
        self._answer_outside(book, question, found)
        return found

    def _gather(self, book: RateBook, grid: Grid, rows: Ints | None, found: _Found) -> None:
        places = np.zeros(len(self.bases), np.int64)
        used = np.arange(len(self.bases)) if rows is None else np.unique(self.base_at[rows])
        places[used] = grid.rows(book, [self.bases[number] for number in used]) * grid.width
        columns = [(grid.cells.rate, found.rates.rate), (grid.cells.rate_date, found.rates.rate_date)]
        columns.append((grid.cells.status, found.rates.status))
        if len(found.numerator):
            columns += [(grid.cells.numerator, found.numerator), (grid.cells.denominator, found.denominator)]
        for start in range(0, self.count if rows is None else len(rows), _CHUNK):
            part = slice(start, start + _CHUNK) if rows is None else rows[start : start + _CHUNK]
            at = self.days[part] + (EPOCH - grid.first)
            np.clip(at, 0, grid.width - 1, out=at)
            at += places[self.base_at[part]] if len(places) > 1 else places[0]
            for cells, column in columns:
                if rows is None:
                    # "clip" spares numpy a second check and a copy; every place is inside already.
                    np.take(cells, at, out=column[part], mode="clip")
                else:
                    column[part] = cells[at]

    def _answer_outside(self, book: RateBook, question: tuple[str, str | None, str | None], found: _Found) -> None:
        """Days that no grid reaches, each question answered once; rows without a day get a status of their own."""
        first, last = (np.int64(day - EPOCH) for day in reach(book))
        rows = np.flatnonzero((self.days < first) | (self.days > last))
        if not len(rows):
            return
        asked = np.stack([self.base_at[rows], self.quote_at[rows], self.days[rows]], axis=1)
        questions, place = np.unique(asked, axis=0, return_inverse=True)
        cells = [self._scalar(book, question, *one) for one in questions.tolist()]
        found.rates.status[rows] = np.array([cell.status for cell in cells], np.uint8)[place]
        found.rates.rate[rows] = np.array([cell.rate for cell in cells])[place]
        days = np.array([cell.day - EPOCH for cell in cells]).astype("M8[D]")[place]
        found.rates.rate_date[rows] = np.where(found.rates.status[rows] == OK, days, np.datetime64("NaT"))
        if len(found.numerator):
            found.numerator[rows] = np.array([cell.numerator for cell in cells], np.int64)[place]
            found.denominator[rows] = np.array([cell.denominator for cell in cells], np.int64)[place]

    def _scalar(
        self, book: RateBook, question: tuple[str, str | None, str | None], base: int, quote: int, day: int
    ) -> Cell:
        ordinal = day + EPOCH
        if not 1 <= ordinal <= date.max.toordinal():
            return no_rate(DATE_MISSING)
        policy, kind, source = question
        try:
            rate = book.get(
                self.bases[base], self.quotes[quote], date.fromordinal(ordinal), policy=policy, kind=kind, source=source
            )
        except (RateError, MoneyError) as error:
            return no_rate(status_of(error))
        return cell_of(rate)

    def converted(
        self, minor: Ints, found: _Found, book: RateBook, question: tuple[str, str | None, str | None], mode: Rounding
    ) -> ConvertedColumn:
        """The amounts at the rates found."""
        status = found.rates.status
        result = np.zeros(self.count, np.int64)
        fits = (status == OK) & (found.denominator > 0)
        units = np.array([_units(code) for code in self.bases], np.int64)
        everywhere = bool(fits.all())
        rows: slice | Ints = slice(None) if everywhere else np.flatnonzero(fits)
        for quote_number, quote in enumerate(self.quotes):
            at = rows if len(self.quotes) == 1 else np.flatnonzero(fits & (self.quote_at == quote_number))
            result[at] = convert_cross(
                minor[at],
                found.numerator[at],
                found.denominator[at],
                from_units=units[self.base_at[at]],
                to_units=_units(quote),
                mode=mode,
            )
        policy, kind, source = question
        for row in np.flatnonzero((status == OK) & ~fits).tolist():
            base, quote = self.bases[self.base_at[row]], self.quotes[self.quote_at[row]]
            day = date.fromordinal(int(self.days[row]) + EPOCH)
            rate = book.get(base, quote, day, policy=policy, kind=kind, source=source)
            result[row] = to_minor(rate.convert(from_minor(int(minor[row]), base), mode), quote)
        return ConvertedColumn(pd.arrays.IntegerArray(result, status != OK), found.rates)


def _units(code: str) -> int:
    try:
        return minor_units(code)
    except MoneyError:
        return 0  # of a code that has no rate either


def _grid(book: RateBook, quote: str, question: tuple[str, str | None, str | None]) -> Grid:
    policy, kind, source = question
    with _grids_lock:
        grids = _grids.setdefault(book, {})
        grid = grids.get((quote, policy, kind, source))
        if grid is None:
            if len(grids) == _GRIDS_KEPT:
                del grids[next(iter(grids))]
            grid = grids[quote, policy, kind, source] = Grid(book, quote, policy, kind, source)
        return grid


def _days(dates: Any) -> Ints:
    array = np.asarray(dates)
    if array.dtype.kind != "M":
        if array.dtype != object or not all(one is None or type(one) is date or one is pd.NaT for one in array):
            raise TypeError("dates are days or datetimes without time zone")
        array = np.array([np.datetime64("NaT") if one is None or one is pd.NaT else one for one in array], "M8[D]")
    return np.atleast_1d(array).astype("M8[D]").view(np.int64)


def _factorised(column: Any, count: int) -> tuple[list[str], Ints]:
    """The distinct codes, and for each row its place among them; what is no text has the code ""."""
    if isinstance(column, str):
        return [column], np.broadcast_to(np.int64(0), (count,))
    values = pd.Series(column)
    places: Ints
    if isinstance(values.dtype, pd.CategoricalDtype):
        places, uniques = values.cat.codes.to_numpy().astype(np.int64), values.cat.categories
    else:
        found, uniques = pd.factorize(values)
        places = found.astype(np.int64, copy=False)
    if len(places) != count:
        raise MoneyError(_("Currencies and dates are no columns of one length."), remedy=_("Give one currency a date."))
    codes = [one if isinstance(one, str) else _NO_CODE for one in uniques]
    if (places < 0).any():
        places = np.where(places < 0, len(codes), places)
        codes.append(_NO_CODE)
    return codes, places
