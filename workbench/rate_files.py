"""Converting whole files of amounts: every row gets its figure with the rate's date and source, or an error code."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from workbench.errors import FileRefused, MissingComponent, MoneyError, RateError, WorkbenchError
from workbench.i18n import _
from workbench.money import from_cell
from workbench.rates import RateBook

__all__ = ["FileConversion", "convert_file"]

NEEDED = ("amount", "currency", "date")
ADDED = ("converted", "rate_value", "rate_date", "rate_source", "error")


@dataclass(frozen=True, slots=True)
class FileConversion:
    """What came of a file: rows in all, rows with a figure, and error code → rows without one."""

    rows: int
    converted: int
    errors: Mapping[str, int]


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
    rate_source and error; a row with an error has no figure. The file is written beside and renamed when whole.

    Raises:
        FileRefused: the file cannot be read, or lacks a column.
        MissingComponent: Parquet is asked for and pyarrow is not installed.
    """
    headings, rows, total = _read(source)
    missing = [name for name in NEEDED if name not in headings]
    if missing:
        raise FileRefused(
            _("The file has no column {columns}.").format(columns=", ".join(missing)),
            where=f"{source.name}:1",
            remedy=_("Name the columns amount, currency and date."),
        )
    counts: Counter[str] = Counter()
    passing = [name for name in headings if name not in ADDED]

    def results() -> Iterator[dict[str, str]]:
        for number, row in enumerate(rows, start=1):
            figures = _convert_row(row, quote, book, policy)
            counts[figures["error"]] += 1
            if progress and number % 5000 == 0:
                progress(_("converting"), number, max(total, number))
            yield {**{name: row.get(name) or "" for name in passing}, **figures}

    _write(target, [*passing, *ADDED], results())
    converted = counts.pop("", 0)
    return FileConversion(converted + counts.total(), converted, dict(counts.most_common()))


def _convert_row(row: Mapping[str, str | None], quote: str, book: RateBook, policy: str) -> dict[str, str]:
    figures = dict.fromkeys(ADDED, "")
    try:
        amount = _amount(row.get("amount") or "")
        day = date.fromisoformat((row.get("date") or "").strip())
        rate = book.get((row.get("currency") or "").strip(), quote, day, policy=policy)
    except (RateError, MoneyError) as error:
        figures["error"] = error.code
    except InvalidOperation:
        figures["error"] = "amount.unreadable"
    except ValueError:
        figures["error"] = "date.unreadable"
    else:
        figures.update(
            converted=format(rate.convert(amount), "f"),
            rate_value=format(rate.value, "f"),
            rate_date=rate.rate_date.isoformat(),
            rate_source=rate.source,
        )
    return figures


def _amount(text: str) -> Decimal:
    amount = Decimal(text.strip())
    if not amount.is_finite():
        raise InvalidOperation
    return amount


def _read(source: Path) -> tuple[Sequence[str], Iterable[Mapping[str, str | None]], int]:
    if source.suffix.lower() == ".parquet":
        return _read_parquet(source)
    try:
        total = max(sum(block.count(b"\n") for block in _blocks(source)) - 1, 0)
        reader = csv.DictReader(source.open(encoding="utf-8-sig", newline=""), strict=True)
        headings = reader.fieldnames or ()
    except FileNotFoundError as error:
        raise _unreadable(source, _("There is no such file.")) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(source, str(error)) from error
    return headings, _guarded(source, reader), total


def _guarded(source: Path, reader: csv.DictReader[str]) -> Iterator[Mapping[str, str | None]]:
    try:
        for row in reader:
            if None in row:
                raise FileRefused(
                    _("The line has more cells than the heading."),
                    where=f"{source.name}:{reader.line_num}",
                    remedy=_("Quote cells that contain commas."),
                )
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(source, str(error), line=reader.line_num) from error


def _blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _read_parquet(source: Path) -> tuple[Sequence[str], Iterable[Mapping[str, str | None]], int]:
    parquet = _parquet()
    try:
        frame = parquet.read_table(source)
    except FileNotFoundError as error:
        raise _unreadable(source, _("There is no such file.")) from error
    except (OSError, ValueError) as error:
        raise _unreadable(source, str(error)) from error
    names: Sequence[str] = frame.column_names

    def rows() -> Iterator[Mapping[str, str | None]]:
        for batch in frame.to_batches(max_chunksize=65_536):
            for row in batch.to_pylist():
                yield {name: _as_text(value) for name, value in row.items()}

    return names, rows(), frame.num_rows


def _as_text(value: object) -> str | None:
    # A binary float is read as a sheet shows it (15 significant digits), not as its binary expansion.
    if isinstance(value, float):
        return format(from_cell(value), "f")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return None if value is None else str(value)


def _parquet() -> Any:
    try:
        import pyarrow.parquet  # loaded only when asked for: it is an extra
    except ImportError as error:
        raise MissingComponent(
            _("Reading and writing Parquet needs pyarrow."), remedy=_("pip install 'multicurrency-workbench[parquet]'")
        ) from error
    return pyarrow.parquet


def _write(target: Path, headings: Sequence[str], rows: Iterator[dict[str, str]]) -> None:
    with NamedTemporaryFile("wb", dir=target.parent, prefix=target.name, suffix=".part", delete=False) as stream:
        beside = Path(stream.name)
    try:
        if target.suffix.lower() == ".parquet":
            _write_parquet(beside, headings, rows)
        else:
            with beside.open("w", encoding="utf-8", newline="") as text:
                writer = csv.DictWriter(text, headings)
                writer.writeheader()
                writer.writerows(rows)
                text.flush()
                os.fsync(text.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _write_parquet(target: Path, headings: Sequence[str], rows: Iterator[dict[str, str]]) -> None:
    parquet = _parquet()
    import pyarrow as pa

    schema = pa.schema([(name, pa.string()) for name in headings])
    with parquet.ParquetWriter(target, schema) as writer:
        chunk: list[dict[str, str]] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == 65_536:
                writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
                chunk.clear()
        writer.write_table(pa.Table.from_pylist(chunk, schema=schema))


def _unreadable(source: Path, why: str, *, line: int = 0) -> WorkbenchError:
    return FileRefused(
        _("The file cannot be read: {why}").format(why=why),
        where=f"{source.name}:{line}" if line else source.name,
        remedy=_("Give a CSV file in UTF-8 or a Parquet file."),
    )
