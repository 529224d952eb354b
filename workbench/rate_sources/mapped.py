"""Rates from anybody's CSV or XLSX file, by a mapping that says which column is what."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from workbench.dates import Order, read_date
from workbench.errors import ConfigurationError, FileRefused, MoneyError
from workbench.i18n import _
from workbench.money import CURRENCIES, RETIRED, from_cell
from workbench.rates import Observation, ObservationRefused

__all__ = ["Mapping", "MappingRefused", "RatesFileRefused", "read_mapped"]

_LARGEST_FILE = 64 << 20
_LARGEST_UNPACKED = 512 << 20
_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 10
_EMPTY = frozenset({"", "-", "--", "N/A", "n/a"})


class MappingRefused(ConfigurationError):
    """A mapping that does not fit the file, or says too little."""

    code = "configuration.rate-mapping"


class RatesFileRefused(FileRefused):
    """A file of rates with a cell that is no rate, no day or no currency; nothing of it is used."""

    code = "file.rates-unreadable"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column holds what: ``unit`` base = value quote.

    The columns are named by their headings. ``base`` and ``quote`` are for files in which one side is always the same
    (then its column is not read). ``unit_column``, where given, takes the place of ``unit``; ``valid_to_column`` holds
    the last day of rates for a period. ``date_format`` is for ``strptime``; without it days are read as people write
    them, and ``date_order`` (ymd, dmy, mdy) settles ``03/04/2026``. ``sheet`` defaults to the first.
    """

    source: str
    kind: str = "mid"
    date_column: str = "date"
    base_column: str = "base"
    quote_column: str = "quote"
    value_column: str = "value"
    unit: int = 1
    base: str = ""
    quote: str = ""
    unit_column: str = ""
    valid_to_column: str = ""
    date_format: str = ""
    date_order: Order | None = None
    sheet: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings that the file must have."""
        sides = ("" if self.base else self.base_column, "" if self.quote else self.quote_column)
        named = (self.date_column, *sides, self.value_column, self.unit_column, self.valid_to_column)
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True)
class _Cell:
    value: object
    where: str


def read_mapped(path: Path, mapping: Mapping) -> list[Observation]:
    """The file's rates in their own direction, unit and digits. Rows without a value are passed over.

    Raises:
        MappingRefused: the file lacks a column, or the mapping lacks a source or unit.
        FileRefused: no such file, or one that is too large, damaged, or no CSV in UTF-8 or XLSX.
        RatesFileRefused: a cell that is no rate, day or currency, a formula or an error; ``where`` is the cell.
    """
    if not mapping.source.strip() or not mapping.kind.strip() or mapping.unit < 1:
        raise MappingRefused(
            _("A mapping needs the name of the source, a kind, and a unit of at least 1."),
            remedy=_("Say who published these rates."),
        )
    body = _read(path)
    reading = _xlsx_rows if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv_rows
    rows = reading(path, body, mapping)
    head = next(rows, [])
    places = _places(head, mapping, path)
    stamp = (datetime.now(UTC), sha256(body).hexdigest())
    found = []
    for row in islice(rows, _MOST_ROWS):
        cells = {name: row[place] for name, place in places.items() if place < len(row)}
        value = cells.get(mapping.value_column)
        if value is not None and _text(value) not in _EMPTY:
            found.append(_observation(cells, value, mapping, stamp))
    if not found:
        raise RatesFileRefused(
            _("The file has no rates."), where=path.name, remedy=_("Check that the mapping names the right columns.")
        )
    return found


def _observation(cells: dict[str, _Cell], value: _Cell, mapping: Mapping, stamp: tuple[datetime, str]) -> Observation:
    def cell(name: str) -> _Cell:
        found = cells.get(name)
        if found is None or _text(found) == "":
            raise _refused(_("The row has no {column}.").format(column=name), value.where)
        return found

    day_cell = cell(mapping.date_column)
    try:
        return Observation(
            source=mapping.source,
            kind=mapping.kind,
            base=mapping.base or _code(cell(mapping.base_column)),
            quote=mapping.quote or _code(cell(mapping.quote_column)),
            unit=_unit(cell(mapping.unit_column)) if mapping.unit_column else mapping.unit,
            value=_digits(value),
            rate_date=_day(day_cell, mapping),
            valid_to=_day(cell(mapping.valid_to_column), mapping) if mapping.valid_to_column else None,
            fetched_at=stamp[0],
            payload_sha256=stamp[1],
        )
    except ObservationRefused as error:
        raise _refused(error.message, value.where) from error


def _text(cell: _Cell) -> str:
    return str(cell.value).strip() if cell.value is not None else ""


def _code(cell: _Cell) -> str:
    code = _text(cell).upper()
    if code not in CURRENCIES and code not in RETIRED:
        raise _refused(_("{value} is no currency code.").format(value=repr(_text(cell))), cell.where)
    return code


def _unit(cell: _Cell) -> int:
    number = _text(cell).removesuffix(".0")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 10**6:
        raise _refused(_("{value} is no unit.").format(value=repr(_text(cell))), cell.where)
    return int(number)


def _digits(cell: _Cell) -> str:
    value = cell.value
    if not isinstance(value, str | int | float):
        raise _refused(_("{value} is no rate.").format(value=repr(value)), cell.where)
    try:
        number = from_cell(value.strip() if isinstance(value, str) else value, where=cell.where)
    except MoneyError as error:
        raise _refused(error.message, cell.where) from error
    if number <= 0:
        raise _refused(_("{value} is no rate.").format(value=number), cell.where)
    return format(number, "f")


def _day(cell: _Cell, mapping: Mapping) -> date:
    if mapping.date_format and isinstance(cell.value, str):
        try:
            return datetime.strptime(cell.value.strip(), mapping.date_format).replace(tzinfo=UTC).date()
        except ValueError:
            raise _refused(_("{value} is no day.").format(value=repr(cell.value)), cell.where) from None
    day = read_date(cell.value, order=mapping.date_order)
    if day.date is None or day.ambiguous:
        raise _refused(_("{value} is no day, or can be several.").format(value=repr(cell.value)), cell.where)
    return day.date


def _places(head: list[_Cell], mapping: Mapping, path: Path) -> dict[str, int]:
    names = [_text(cell) for cell in head]
    missing = [column for column in mapping.columns if names.count(column) != 1]
    if missing:
        raise MappingRefused(
            _("The file does not have exactly one column named {columns}.").format(columns=", ".join(missing)),
            where=path.name,
            remedy=_("Its columns are: {names}").format(names=", ".join(name for name in names if name)[:300]),
        )
    return {column: names.index(column) for column in mapping.columns}


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise FileRefused(
                _("The file is larger than {limit} bytes.").format(limit=_LARGEST_FILE),
                where=path.name,
                remedy=_("Give a file with fewer rates."),
            )
        return path.read_bytes()
    except OSError as error:
        raise FileRefused(
            _("The file cannot be read: {why}").format(why=error.strerror or type(error).__name__),
            where=path.name,
            remedy=_("Check the name and the permission."),
        ) from error


def _csv_rows(path: Path, body: bytes, _mapping: Mapping) -> Iterator[list[_Cell]]:
    try:
        text = body.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        for row in reader:
            if any(cell.strip() for cell in row):
                line = f"{path.name}:{reader.line_num}"
                yield [_Cell(cell.strip(), line) for cell in row[:_MOST_COLUMNS]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileRefused(
            _("The file is no CSV in UTF-8: {why}").format(why=error),
            where=path.name,
            remedy=_("Save it as CSV UTF-8 or as XLSX."),
        ) from error


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _xlsx_rows(path: Path, body: bytes, mapping: Mapping) -> Iterator[list[_Cell]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = FileRefused(
        _("The file is no workbook that can be read."), where=path.name, remedy=_("Save it again as XLSX or as CSV.")
    )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_UNPACKED:
                raise damaged
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise damaged from error
    try:
        if mapping.sheet and mapping.sheet not in book.sheetnames:
            raise MappingRefused(
                _("There is no sheet named {sheet}.").format(sheet=mapping.sheet),
                where=path.name,
                remedy=_("The sheets are: {names}").format(names=", ".join(book.sheetnames)[:300]),
            )
        sheet = book[mapping.sheet or book.sheetnames[0]]
        for row in sheet.iter_rows(max_col=_MOST_COLUMNS):
            cells = [_xlsx_cell(cell, f"{path.name}!{sheet.title}") for cell in row]
            if any(cell.value is not None for cell in cells):
                yield cells
    finally:
        book.close()


def _xlsx_cell(cell: object, place: str) -> _Cell:
    value = getattr(cell, "value", None)
    coordinate = getattr(cell, "coordinate", "")
    where = f"{place}!{coordinate}" if coordinate else place
    kind = getattr(cell, "data_type", "n")
    if kind == "f":
        raise _refused(_("The cell holds a formula; its figure may be out of date."), where)
    if kind == "e":
        raise _refused(_("The cell holds the error {value}.").format(value=value), where)
    return _Cell(value, where)


def _refused(message: str, where: str) -> RatesFileRefused:
    return RatesFileRefused(message, where=where, remedy=_("Correct the cell; nothing of the file was used."))
