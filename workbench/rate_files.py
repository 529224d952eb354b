"""Converting whole files of amounts: every row gets its figure with the rate's date and source, or an error code."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from workbench.errors import FileRefused, MissingComponent, MoneyError, RateError, WorkbenchError
from workbench.files import written_whole
from workbench.guards import CsvWriter, unguarded_row
from workbench.i18n import _
from workbench.money import from_cell
from workbench.rates import Rate, RateBook
from workbench.rates.policies import policy_named

__all__ = ["FileConversion", "convert_file"]

NEEDED = ("amount", "currency", "date")
ADDED = ("converted", "rate_value", "rate_date", "rate_source", "error")
_ROWS_AT_ONCE = 1 << 14
_RATES_KEPT = 1 << 16
# Exact decimals of any usual length; an exponent of three digits would make numbers that fill the memory.
_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileConversion:
    """What came of a file: rows in all, rows with a figure, and error code → rows without one."""

    rows: int
    converted: int
    errors: dict[str, int]


def convert_file(
    source: Path,
    target: Path,
    quote: str,
    book: RateBook,
    *,
    policy: str = "on_or_before",
    progress: Callable[[str, int, int], None] | None = None,
) -> FileConversion:
    """Convert the rows of ``source`` (amount, currency, date; other columns pass through) to ``quote``.

    CSV (UTF-8) or Parquet by file name. ``target`` gains converted, rate_value (``quote`` per 1 currency), rate_date,
    rate_source and error, all as text; a row with an error has no figure. Rows are read and written a few thousand at
    a time; the file is written beside and renamed when whole.

    Raises:
        FileRefused: the file cannot be read, lacks a column or has one twice.
        PolicyRefused: no such policy.
        MissingComponent: Parquet is asked for and pyarrow is not installed.
    """
    converter = _Converter(book, quote, policy_named(policy).name)
    reader: _Reader = _ParquetReader(source) if _is_parquet(source) else _CsvReader(source)
    places = [_place(reader, name, source) for name in NEEDED]
    passing = [place for place, name in enumerate(reader.names) if name not in ADDED]
    headings = [*(reader.names[place] for place in passing), *ADDED]
    counts: Counter[str] = Counter()

    def converted() -> Iterator[tuple[_Batch, list[tuple[str, ...]]]]:
        for batch in reader.batches():
            figures = [converter.figures(*row) for row in zip(*map(batch.texts, places), strict=True)]
            counts.update(row[-1] for row in figures)
            if progress:
                progress(_("converting"), counts.total(), max(reader.total, counts.total()))
            yield batch, figures

    with written_whole(target) as beside:
        write = _write_parquet if _is_parquet(target) else _write_csv
        write(beside, headings, passing, converted())
    rows, done = counts.total(), counts.pop("", 0)
    return FileConversion(rows, done, dict(counts.most_common()))


class _Quoted(NamedTuple):
    """A rate with its evidence as the file shows it."""

    rate: Rate
    evidence: tuple[str, str, str]


class _Converter:
    """Converts texts to one currency. What it looked up it remembers: a file asks for few pairs on few days."""

    def __init__(self, book: RateBook, quote: str, policy: str) -> None:
        self._book = book
        self._quote = quote
        self._policy = policy
        self._rate = lru_cache(_RATES_KEPT)(self._look_up)

    def figures(self, amount: str, currency: str, day: str) -> tuple[str, ...]:
        """The cells of ``ADDED`` for one row."""
        text = amount.strip()
        if not _AMOUNT.fullmatch(text):
            return ("", "", "", "", "amount.unreadable")
        found = self._rate(currency, day)
        if isinstance(found, str):
            return ("", "", "", "", found)
        return (format(found.rate.convert(Decimal(text)), "f"), *found.evidence, "")

    def _look_up(self, currency: str, day: str) -> _Quoted | str:
        try:
            wanted = date.fromisoformat(day.strip())
        except ValueError:
            return "date.unreadable"
        try:
            rate = self._book.get(currency.strip().upper(), self._quote, wanted, policy=self._policy)
        except (RateError, MoneyError) as error:
            return error.code
        return _Quoted(rate, (format(rate.value, "f"), rate.rate_date.isoformat(), rate.source))


class _Batch(Protocol):
    """Some rows of a file; columns are named by their places."""

    def texts(self, place: int) -> Sequence[str]:
        """The column as text."""

    def rows(self, places: Sequence[int]) -> Iterable[Sequence[str]]:
        """The rows as text."""

    def arrays(self, places: Sequence[int]) -> list[Any]:
        """The columns as Arrow arrays, of their own types where the file has types."""


class _Reader(Protocol):
    """A file of rows; ``total`` is about how many there are."""

    @property
    def names(self) -> Sequence[str]:
        """The column headings."""

    @property
    def total(self) -> int:
        """Rows to come, for the progress bar."""

    def batches(self) -> Iterator[_Batch]:
        """The rows, some at a time."""


class _CsvReader:
    def __init__(self, source: Path) -> None:
        self._source = source
        try:
            self.total = max(sum(block.count(b"\n") for block in _blocks(source)) - 1, 0)
            with source.open(encoding="utf-8-sig", newline="") as stream:
                self.names: Sequence[str] = unguarded_row(next(csv.reader(stream, strict=True), []))
        except FileNotFoundError as error:
            raise _unreadable(source, _("There is no such file.")) from error
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise _unreadable(source, str(error)) from error

    def batches(self) -> Iterator[_Batch]:
        with self._source.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            next(reader, None)
            rows = self._whole_rows(reader)
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                yield _TextBatch(some)

    def _whole_rows(self, reader: Any) -> Iterator[list[str]]:
        """The rows that are not blank, short ones filled up."""
        width = len(self.names)
        try:
            for row in reader:
                if len(row) > width:
                    raise FileRefused(
                        _("The line has more cells than the heading."),
                        where=f"{self._source.name}:{reader.line_num}",
                        remedy=_("Quote cells that contain commas."),
                    )
                if row:
                    whole = row if len(row) == width else row + [""] * (width - len(row))
                    yield unguarded_row(whole)
        except (UnicodeDecodeError, csv.Error) as error:
            raise _unreadable(self._source, str(error), line=reader.line_num) from error


@dataclass(frozen=True, slots=True)
class _TextBatch:
    lines: list[list[str]]

    def texts(self, place: int) -> Sequence[str]:
        return [row[place] for row in self.lines]

    def rows(self, places: Sequence[int]) -> Iterable[Sequence[str]]:
        if self.lines and len(places) == len(self.lines[0]):
            return self.lines
        return [[row[place] for place in places] for row in self.lines]

    def arrays(self, places: Sequence[int]) -> list[Any]:
        arrow = _arrow()
        return [arrow.array(self.texts(place), arrow.string()) for place in places]


class _ParquetReader:
    def __init__(self, source: Path) -> None:
        parquet = _parquet()
        try:
            self._file = parquet.ParquetFile(source)
        except FileNotFoundError as error:
            raise _unreadable(source, _("There is no such file.")) from error
        except (OSError, ValueError) as error:
            raise _unreadable(source, str(error)) from error
        self._source = source
        self.names: Sequence[str] = self._file.schema_arrow.names
        self.total: int = self._file.metadata.num_rows

    def batches(self) -> Iterator[_Batch]:
        with self._file:
            batches = self._file.iter_batches(_ROWS_AT_ONCE)
            while True:
                try:
                    batch = next(batches, None)
                except (OSError, ValueError) as error:
                    raise _unreadable(self._source, str(error)) from error
                if batch is None:
                    return
                yield _ArrowBatch(batch)


@dataclass(frozen=True, slots=True)
class _ArrowBatch:
    batch: Any

    def texts(self, place: int) -> Sequence[str]:
        return [_as_text(value) for value in self.batch.column(place).to_pylist()]

    def rows(self, places: Sequence[int]) -> Iterable[Sequence[str]]:
        return zip(*(self.texts(place) for place in places), strict=True)

    def arrays(self, places: Sequence[int]) -> list[Any]:
        return [self.batch.column(place) for place in places]


def _as_text(value: object) -> str:
    if isinstance(value, float):
        # As a sheet shows it (15 significant digits), not its binary expansion; one that has more stays unreadable.
        try:
            return format(from_cell(value), "f")
        except MoneyError:
            return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    return "" if value is None else str(value)


def _place(reader: _Reader, name: str, source: Path) -> int:
    times = list(reader.names).count(name)
    if times != 1:
        words = _("The file has no column {column}.") if not times else _("The file has the column {column} twice.")
        raise FileRefused(
            words.format(column=name),
            where=f"{source.name}:1",
            remedy=_("Name the columns amount, currency and date."),
        )
    return list(reader.names).index(name)


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _parquet() -> Any:
    try:
        import pyarrow.parquet  # loaded only when asked for: it is an extra
    except ImportError as error:
        raise MissingComponent(
            _("Reading and writing Parquet needs pyarrow."), remedy=_("pip install 'multicurrency-workbench[parquet]'")
        ) from error
    return pyarrow.parquet


def _arrow() -> Any:
    import pyarrow as pa

    return pa


_Results = Iterable[tuple[_Batch, list[tuple[str, ...]]]]


def _write_csv(target: Path, headings: Sequence[str], passing: Sequence[int], results: _Results) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = CsvWriter(stream)
        writer.writerow(headings)
        for batch, figures in results:
            writer.writerows((*row, *added) for row, added in zip(batch.rows(passing), figures, strict=True))


def _write_parquet(target: Path, headings: Sequence[str], passing: Sequence[int], results: _Results) -> None:
    parquet, arrow = _parquet(), _arrow()
    writer = None
    try:
        for batch, figures in results:
            added = [arrow.array(list(column), arrow.string()) for column in zip(*figures, strict=True)]
            part = arrow.Table.from_arrays([*batch.arrays(passing), *added], names=list(headings))
            writer = writer or parquet.ParquetWriter(target, part.schema)
            writer.write_table(part)
        if writer is None:
            empty = arrow.schema([(name, arrow.string()) for name in headings])
            writer = parquet.ParquetWriter(target, empty)
    finally:
        if writer is not None:
            writer.close()


def _unreadable(source: Path, why: str, *, line: int = 0) -> WorkbenchError:
    return FileRefused(
        _("The file cannot be read: {why}").format(why=why),
        where=f"{source.name}:{line}" if line else source.name,
        remedy=_("Give a CSV file in UTF-8 or a Parquet file."),
    )
