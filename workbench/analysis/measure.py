"""A table of figures with everything that it rests on."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from workbench.findings import Finding

__all__ = ["Measure"]


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
        """The table with its evidence, for notebooks."""
        told = " · ".join(html.escape(f"{name}: {text}") for name, text in self.evidence.items() if text)
        missing = "".join(f"<li>{html.escape(one.message)}</li>" for one in self.findings)
        return f"{self.frame.to_html(index=False)}<p>{told}</p>" + (f"<ul>{missing}</ul>" if missing else "")
