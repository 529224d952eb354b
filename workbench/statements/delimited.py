"""Statements as CSV files and workbooks, each bank's layout told by a profile."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.i18n import _
from workbench.statements.entries import Statement, StatementUnreadable
from workbench.statements.layouts import Profile, built_in_profiles
from workbench.statements.tabular import HEADING_WITHIN, Line, find_heading, read_lines

if TYPE_CHECKING:
    from workbench.sheets import Cell, Sheet

__all__ = ["read", "read_workbook", "text_of"]

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_LINE = 1 << 20


def read(text: str, file: str, profiles: Sequence[Profile] = ()) -> list[Statement]:
    """Every statement of a CSV file: one per account and currency, in the file's own order.

    Args:
        text: the decoded file.
        file: its name, for messages. Where nothing tells the account, the profile's name is the account.
        profiles: the user's own, tried before the built-in ones.

    Raises:
        StatementUnreadable: no profile fits, or a cell cannot be read; names file and line.
        StatementTruncated: a row ends before its last column.
        StatementDoesNotAddUp: a running balance does not follow from the one before, or a total is not the entries' sum.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            raise _unreadable(file, number, _("a line is longer than a megabyte"))
    failed: StatementUnreadable | None = None
    for own in (profiles, built_in_profiles()):
        for delimiter in _DELIMITERS:
            try:
                top = list(islice(_rows(text, delimiter, file), HEADING_WITHIN))
                found = find_heading(top, own)
            except StatementUnreadable as error:
                failed = failed or error
                continue
            if found:
                return read_lines(list(_rows(text, delimiter, file)), *found, file, "csv")
    raise failed or _unreadable(file, 1, _("its headings are those of no bank that is known"))


def read_workbook(path: Path, profiles: Sequence[Profile] = ()) -> list[Statement]:
    """Every statement of the sheets of a workbook whose headings a profile knows.

    Raises:
        FileRefused: the workbook cannot be read, or as in ``read``.
    """
    from workbench import sheets

    book = sheets.read(path)
    statements: list[Statement] = []
    for sheet in book.sheets:
        plain = list(_lines_of(sheet, "."))
        found = find_heading(plain, profiles) or find_heading(plain, built_in_profiles())
        if found:
            number, profile, places = found
            lines = plain if profile.decimal_mark == "." else list(_lines_of(sheet, profile.decimal_mark))
            dated = replace(profile, dates=(*dict.fromkeys(("%Y-%m-%d", *profile.dates)),))
            statements += read_lines(lines, number, dated, places, path.name, "xlsx")
    if not statements:
        raise _unreadable(path.name, 1, _("its headings are those of no bank that is known"))
    return statements


def _lines_of(sheet: Sheet, mark: str) -> Iterator[Line]:
    width = max((sheet.columns_of(row)[-1] for row in sheet.rows), default=0)
    for row in sheet.rows:
        cells = [""] * width
        for cell in sheet.row(row):
            cells[cell.column - 1] = text_of(cell, mark, epoch_1904=sheet.epoch_1904)
        yield row, cells


def text_of(cell: Cell, mark: str, *, epoch_1904: bool) -> str:
    """A cell as a statement would have it in a CSV file: figures with that decimal mark, days as 2026-01-31."""
    from workbench.sheets import CellKind
    from workbench.sheets.number_formats import meaning_of

    number = cell.number
    if number is None:
        return cell.text[:10] if cell.kind is CellKind.DATE else cell.text
    if meaning_of(cell.number_format).is_date:
        start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)
        return (start + timedelta(days=int(number))).isoformat() if 0 < number < 200_000 else cell.text
    return format(number, "f").replace(".", mark)


def _rows(text: str, delimiter: str, file: str) -> Iterator[Line]:
    # Strict: a quotation mark that nobody closes would take the lines after it for one cell, and they were lost.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(file, line, str(error)) from None


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The CSV statement cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_(
            "Get the file from the bank again, or let a profile be proposed: workbench receipts profile FILE --out NAME.toml"
        ),
    )
