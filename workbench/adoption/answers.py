"""Answers to what a plan asks: a JSON or CSV file of place, code and answer.

A place is a cell (``Book.xlsx!Orders!D7``), a sheet (``Book.xlsx!Orders``) or a file (``Book.xlsx``); the nearest one
counts. The answer is an ISO currency, a date as 2026-03-31 (or ``dmy``/``mdy`` for a sheet), or a plain number.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from workbench.errors import ConfigurationError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES

__all__ = ["Answers", "read_answers"]

Answer = str | Decimal | date


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by (place, code); a code may be empty where the place asks only one thing."""

    given: Mapping[tuple[str, str], str] = field(default_factory=dict)

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
    return ["!".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _understood(text: str, finding: Finding) -> Answer | None:
    if finding.code.startswith("cell.currency"):
        if text.upper() not in CURRENCIES:
            raise _bad(text, finding)
        return text.upper()
    if finding.code.startswith("cell.date"):
        return _date(text, finding)
    if finding.code.startswith("cell.amount"):
        try:
            return Decimal(text)
        except InvalidOperation as error:
            raise _bad(text, finding) from error
    return None


def _date(text: str, finding: Finding) -> date | None:
    if text in ("dmy", "mdy"):
        # Candidates are the two readings of one text; which of them has the day first shows in its digits.
        days = [date.fromisoformat(choice) for choice in finding.candidates]
        leading = int("".join(letter if letter.isdigit() else " " for letter in finding.value).split()[0])
        wanted = [day for day in days if (day.day if text == "dmy" else day.month) == leading]
        return wanted[0] if len(wanted) == 1 else None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _bad(text, finding) from error


def _bad(text: str, finding: Finding) -> ConfigurationError:
    return ConfigurationError(
        _("{answer} is no answer to: {question}").format(answer=text, question=finding.message),
        where=finding.where,
        remedy=_("Give one of {candidates}.").format(candidates=", ".join(finding.candidates) or _("the usual values")),
    )


def read_answers(path: str | Path) -> Answers:
    """Read an answers file: JSON (list of objects, or object of place to answer) or CSV with the same columns."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = (
            _json_rows(json.loads(text)) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
        )
        return Answers({(row["place"], row.get("code") or ""): row["answer"] for row in rows if row["answer"]})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            _("The answers cannot be read."),
            where=path.name,
            remedy=_("Give a CSV or JSON file with the columns place, code and answer."),
        ) from error


def _json_rows(data: object) -> list[dict[str, str]]:
    if isinstance(data, dict):
        return [{"place": str(place), "answer": str(answer)} for place, answer in data.items()]
    if isinstance(data, list):
        return [{key: str(value) for key, value in row.items()} for row in data]
    raise ValueError(data)
