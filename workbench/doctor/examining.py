"""Examining a workbook: the checks run in a process of their own, their notes become findings with words and places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.doctor.kinds import KINDS
from workbench.findings import CATALOGUE, Finding, Severity, count_by_code
from workbench.i18n import _
from workbench.sheets.reading import ask_child

__all__ = ["Diagnosis", "Examiner", "examine"]

Examiner = Callable[[Path], Iterable[Finding]]
"""A further examination: what somebody else knows of the file (a binding to a register), as findings."""
_ORDER = {Severity.REFUSE: 0, Severity.ASK: 1, Severity.REPORT: 2}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known about a workbook.

    Attributes:
        file: its name.
        findings: the gravest first; a place is ``Book.xlsx!Sheet!B7``, a range of cells, a sheet, or the book.
        facts: sheets with their sizes, counts of tables, names and formats, and how far the checks could go.
        beyond: how many more findings of a code there are than are listed.
    """

    file: str
    findings: tuple[Finding, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    beyond: Mapping[str, int] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong, dangerous, or needs somebody to look."""
        return all(finding.severity is Severity.REPORT for finding in self.findings)

    @property
    def summary(self) -> str:
        """The diagnosis in a sentence or two."""
        wrong, look, know = (
            sum(finding.severity is severity for finding in self.findings) + self._beyond(severity)
            for severity in (Severity.REFUSE, Severity.ASK, Severity.REPORT)
        )
        if self.healthy:
            told = _("{file} is healthy.") if not know else _("{file} is healthy. To know: {know}.")
            return told.format(file=self.file, know=know)
        return _("{file} is sick. Wrong: {wrong}. To look at: {look}. To know: {know}.").format(
            file=self.file, wrong=wrong, look=look, know=know
        )

    def as_dict(self) -> dict[str, object]:
        """The diagnosis for ``--json``."""
        return {
            "file": self.file,
            "healthy": self.healthy,
            "summary": self.summary,
            "counts": count_by_code(self.findings),
            "beyond": dict(self.beyond),
            "findings": [finding.as_dict() for finding in self.findings],
            "facts": dict(self.facts),
        }

    def _beyond(self, severity: Severity) -> int:
        return sum(count for code, count in self.beyond.items() if CATALOGUE[code].severity is severity)


def examine(path: str | Path, *, also: Iterable[Examiner] = ()) -> Diagnosis:
    """Examine a workbook (.xlsx or .xlsm) without changing it; damaged and hostile ones are explained, not refused.

    Args:
        path: read only, in a process of its own with limits on memory and time.
        also: further examinations, whose findings join the others.

    Raises:
        FileRefused: there is no such file, it is no .xlsx or .xlsm, is locked by a password, or too large to examine.
    """
    path = Path(path)
    answer = ask_child(path, "workbench.doctor.child")
    found = [_finding(path.name, *note) for note in answer["notes"]]
    for examiner in also:
        found += examiner(path)
    order = list(KINDS)
    rank = {code: number for number, code in enumerate(order)}
    found.sort(key=lambda one: (_ORDER[one.severity], rank.get(one.code, len(rank))))
    return Diagnosis(path.name, tuple(found), answer["facts"], answer["beyond"])


def _finding(book: str, code: str, place: str, value: str, candidates: list[str], details: dict[str, str]) -> Finding:
    where = f"{book}!{place}" if place else book
    return Finding(code, where, value, tuple(candidates), details)
