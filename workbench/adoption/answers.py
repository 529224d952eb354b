"""Answers to what a plan asks: the plan workbook itself, or a JSON or CSV file of place, code and answer.

A place is a cell (``Book.xlsx!Orders!D7``), its column (``Book.xlsx!Orders!D``), a sheet (``Book.xlsx!Orders``) or a file
(``Book.xlsx``); the nearest one counts. The answer is an ISO currency, a date as 2026-03-31 (or ``dmy``, ``mdy``, ``ymd`` for a sheet), or a plain number.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from workbench.dates import read_date
from workbench.errors import ConfigurationError, FileRefused
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES
from workbench.sheets import Cell, CellKind, read
from workbench.sheets.cells import finer_than_currency
from workbench.sheets.number_formats import meaning_of

__all__ = ["Answers", "no_answer", "read_answers"]

_CELL = re.compile(r"([A-Z]{1,3})\d+")
ORDERS_OF_DAYS = ("dmy", "mdy", "ymd")
_COLUMNS = ("place", "code", "answer")

Answer = str | Decimal | date


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by (place, code); a code may be empty where the place asks only one thing."""

    given: Mapping[tuple[str, str], str] = field(default_factory=dict)
    _by_place: Mapping[str, Mapping[str, str]] | None = field(default=None, repr=False, compare=False)

    def at(self, place: str, code: str) -> str | None:
        """The answer of exactly this place and code, as it was written."""
        text = self.given.get((place, code))
        return None if text is None else text.strip()

    def of(self, place: str) -> dict[str, str]:
        """The answers of exactly this place by code."""
        if self._by_place is None:
            by_place: dict[str, dict[str, str]] = {}
            for (where, code), text in self.given.items():
                by_place.setdefault(where, {})[code] = text.strip()
            object.__setattr__(self, "_by_place", by_place)
        return dict((self._by_place or {}).get(place, {}))

    def to(self, finding: Finding) -> Answer | None:
        """The answer to a finding, or None. Raises ConfigurationError for an answer that cannot be one."""
        for place in _places(finding.where):
            for code in (finding.code, ""):
                text = self.given.get((place, code))
                if text is not None:
                    return _understood(text.strip(), finding)
        return None


def _places(where: str) -> list[str]:
    parts = where.split("!")
    places = ["!".join(parts[:length]) for length in range(len(parts), 0, -1)]
    if len(parts) > 2 and (letters := _CELL.fullmatch(parts[-1])):
        places.insert(1, "!".join((*parts[:-1], letters.group(1))))
    return places


def _understood(text: str, finding: Finding) -> Answer | None:
    if finding.code.startswith("cell.currency"):
        if text.upper() not in CURRENCIES:
            raise no_answer(text, finding)
        return text.upper()
    if finding.code.startswith("cell.date"):
        return _date(text, finding)
    if finding.code.startswith("cell.amount") or finding.code == "cell.minor-units":
        try:
            amount = Decimal(text)
        except InvalidOperation as error:
            raise no_answer(text, finding) from error
        currency = finding.details.get("currency", "")
        if not amount.is_finite() or (currency and finer_than_currency(amount, currency)):
            raise no_answer(text, finding)
        return amount
    return None


def _date(text: str, finding: Finding) -> date | None:
    if text == "ymd":
        return read_date(finding.value, order="ymd").date
    if text in ORDERS_OF_DAYS:
        # Candidates are the two readings of one text; which of them has the day first shows in its digits.
        days = [date.fromisoformat(choice) for choice in finding.candidates]
        leading = int("".join(letter if letter.isdigit() else " " for letter in finding.value).split()[0])
        wanted = [day for day in days if (day.day if text == "dmy" else day.month) == leading]
        return wanted[0] if len(wanted) == 1 else None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise no_answer(text, finding) from error


def no_answer(text: str, finding: Finding) -> ConfigurationError:
    """The error that an answer is none to a question, with what may be answered."""
    return ConfigurationError(
        _("{answer} is no answer to: {question}").format(answer=text, question=finding.message),
        where=finding.where,
        remedy=_("Give one of {candidates}.").format(candidates=", ".join(finding.candidates) or _("the usual values")),
    )


def read_answers(path: str | Path) -> Answers:
    """Read answers: the plan workbook, JSON (list of objects, or object of place to answer) or CSV of the same columns.

    Raises:
        ConfigurationError: the file holds no such columns, or cannot be read.
    """
    path = Path(path)
    try:
        rows = _rows_of(path)
        return Answers({(row["place"], row.get("code") or ""): row["answer"] for row in rows if row["answer"]})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, FileRefused) as error:
        raise ConfigurationError(
            _("The answers cannot be read."),
            where=path.name,
            remedy=_("Give the plan workbook, or a CSV or JSON file with the columns place, code and answer."),
        ) from error


def _rows_of(path: Path) -> list[dict[str, str]]:
    kind = path.suffix.lower()
    if kind in (".xlsx", ".xlsm", ".ods", ".xls"):
        return list(_workbook_rows(path))
    text = path.read_text(encoding="utf-8-sig")
    return _json_rows(json.loads(text)) if kind == ".json" else list(csv.DictReader(io.StringIO(text)))


def _workbook_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of every sheet of a plan workbook that takes answers."""
    book = read(path)
    epoch = date(1904, 1, 1) if book.epoch_1904 else date(1899, 12, 30)
    answerable = 0
    for sheet in book.sheets:
        headings = {cell.text: cell.column for cell in sheet.row(sheet.rows[0])} if sheet.rows else {}
        if not set(_COLUMNS) <= headings.keys():
            continue
        answerable += 1
        for number in sheet.rows[1:]:
            cells = {cell.column: cell for cell in sheet.row(number)}
            yield {name: _said(cells.get(headings[name]), epoch) for name in _COLUMNS}
    if not answerable:
        raise KeyError(path.name)


def _said(cell: Cell | None, epoch: date) -> str:
    """What was typed, or picked, into a cell for an answer; a day typed as such is its ISO text."""
    if cell is None:
        return ""
    if cell.kind is CellKind.NUMBER:
        if meaning_of(cell.number_format).is_date:
            return (epoch + timedelta(days=int(float(cell.text)))).isoformat()
        return f"{cell.number:f}"
    return cell.text[:10] if cell.kind is CellKind.DATE else cell.text.strip()


def _json_rows(data: object) -> list[dict[str, str]]:
    if isinstance(data, dict):
        return [{"place": str(place), "answer": str(answer)} for place, answer in data.items()]
    if isinstance(data, list):
        return [{key: str(value) for key, value in row.items()} for row in data]
    raise ValueError(data)
