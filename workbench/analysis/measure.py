"""A table of figures with everything that it rests on."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from workbench.analysis.facts import Facts
from workbench.findings import Finding
from workbench.i18n import _

__all__ = ["Measure", "measure"]

Asked = ParamSpec("Asked")


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures, and what they rest on.

    Attributes:
        frame: the figures; money is exact ``Decimal`` at the minor units of its currency, None where it is not known.
        unit: currency code of the money in ``frame``; "" where each row names its own.
        basis: deal, invoice, settlement, closing, … : at which rates the figures stand.
        as_of: nothing later counts.
        sources: who published the rates used.
        findings: what is missing, and so left out of the figures.
        formula: how the figures come about, in short.
    """

    frame: pd.DataFrame
    unit: str
    basis: str
    as_of: date
    sources: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    formula: str = ""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def evidence(self) -> dict[str, str]:
        """Unit, basis, as-of and sources, as text for a caption."""
        return {
            "unit": self.unit,
            "basis": self.basis,
            "as_of": self.as_of.isoformat(),
            "sources": ", ".join(self.sources),
        }

    def only(self, frame: pd.DataFrame, findings: Iterable[Finding] | None = None) -> Measure:
        """The same evidence under another table."""
        kept = self.findings if findings is None else tuple(findings)
        return Measure(frame, self.unit, self.basis, self.as_of, self.sources, kept, self.formula)

    def _repr_html_(self) -> str:
        """The table with its evidence, for notebooks: thousands grouped, a dash for what is not known, levels in bold."""
        kinds = [_is_text(self.frame[name]) for name in self.frame.columns]
        heads = "".join(
            f"<th{_LEFT if text else ''}>{html.escape(str(name))}</th>" for name, text in self._shown(kinds)
        )
        lines = [self._line(row, kinds) for row in self.frame.to_dict("records")]
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        missing = "".join(f"<li>{html.escape(one.message)}</li>" for one in self.findings)
        return f"{table}<p>{self._told()}</p>" + (f"<ul>{missing}</ul>" if missing else "")

    def _shown(self, kinds: list[bool]) -> list[tuple[str, bool]]:
        return [(name, text) for name, text in zip(self.frame.columns, kinds, strict=True) if name != "level"]

    def _line(self, row: Mapping[Hashable, object], kinds: list[bool]) -> str:
        strong = " style='font-weight:bold'" if row.get("level") is True else ""
        cells = (f"<td{_LEFT if text else ''}>{_cell(row[name])}</td>" for name, text in self._shown(kinds))
        return f"<tr{strong}>{''.join(cells)}</tr>"

    def _told(self) -> str:
        words = {
            "unit": _("in {unit}").format(unit=self.unit),
            "basis": _("basis: {basis}").format(basis=self.basis),
            "as_of": _("as of {day}").format(day=self.as_of.isoformat()),
            "sources": _("rates: {sources}").format(sources=", ".join(self.sources)),
        }
        return " · ".join(html.escape(words[name]) for name, text in self.evidence.items() if text)


_LEFT = " style='text-align:left'"


def measure(make: Callable[Concatenate[Facts, Asked], Measure]) -> Callable[Concatenate[Facts, Asked], Measure]:
    """A function that gives a measure of facts: findings and sources of its answer are those of its own work.

    ``facts.findings`` has those of all measures afterwards.
    """

    @wraps(make)
    def apart(facts: Facts, /, *asked: Asked.args, **named: Asked.kwargs) -> Measure:
        with facts.apart():
            return make(facts, *asked, **named)

    return apart


def _is_text(column: pd.Series) -> bool:
    return any(isinstance(value, str) for value in column)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return html.escape(value)
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "—"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return html.escape(str(value) if isinstance(value, bool | date) else f"{value:,}")
