"""The main job on the shipped sample firm: old sheets and bank statements become a register and its workbook.

Everything goes through the doors that a user's own files go through; the sample firm gets no special treatment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import workbench
from workbench import adoption, duplicates, matching
from workbench.errors import FileRefused
from workbench.findings import count_by_code
from workbench.i18n import _, current_language
from workbench.rate_store import load_book
from workbench.receipts import ReceiptsImport, import_statements
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook

__all__ = ["DemoOutcome", "run_demo", "sample_files"]

Progress = Callable[[str, int, int], None]
AUTHOR = "workbench demo"
AS_OF = date(2026, 9, 30)
"""The sample firm's last month end; its books know nothing later."""


@dataclass(frozen=True, slots=True)
class CurrencyControl:
    """Order amounts of one currency from the sheets into the register: ``sheets`` = ``imported`` + ``held`` + ``refused``.

    ``register`` is counted in the register afterwards; ``agrees`` tells whether it equals ``imported``.
    """

    currency: str
    sheets: Decimal
    imported: Decimal
    held: Decimal
    refused: Decimal
    register: Decimal

    @property
    def agrees(self) -> bool:
        """Whether nothing was lost or doubled on the way."""
        return self.sheets == self.imported + self.held + self.refused and self.imported == self.register


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What the demo made; ``as_dict`` is what ``workbench demo --json`` prints."""

    register: Path
    workbook: Path
    plan: Path
    records: Mapping[str, Mapping[str, int]]
    rows: Mapping[str, int]
    orders: tuple[CurrencyControl, ...]
    statements: ReceiptsImport
    receipts_before: Mapping[str, Decimal]
    receipts_after: Mapping[str, Decimal]
    findings: Mapping[str, int]
    matched: Mapping[str, int]
    duplicate_pairs: int
    changesets: int
    head: str
    ok: bool

    @property
    def receipts(self) -> list[tuple[str, Decimal, Decimal]]:
        """Per currency what the statement files say and what the register holds."""
        codes = sorted({*self.receipts_before, *self.receipts_after})
        zero = Decimal(0)
        return [(code, self.receipts_before.get(code, zero), self.receipts_after.get(code, zero)) for code in codes]

    @property
    def agrees(self) -> bool:
        """Whether every control total agrees, of orders and of receipts, and the register verifies."""
        orders = all(one.agrees for one in self.orders)
        return self.ok and orders and all(files == register for _code, files, register in self.receipts)

    def as_dict(self) -> dict[str, Any]:
        """Paths, counts and control totals."""
        return {
            "register": self.register,
            "workbook": self.workbook,
            "plan": self.plan,
            "records": self.records,
            "rows": self.rows,
            "control_totals": {
                "orders": [
                    {
                        "currency": one.currency,
                        "sheets": one.sheets,
                        "imported": one.imported,
                        "held": one.held,
                        "refused": one.refused,
                        "register": one.register,
                        "agrees": one.agrees,
                    }
                    for one in self.orders
                ],
                "receipts": [
                    {"currency": code, "statements": files, "register": register, "agrees": files == register}
                    for code, files, register in self.receipts
                ],
            },
            "statements": [one.as_dict() for one in self.statements.files],
            "findings": self.findings,
            "matched": self.matched,
            "duplicate_pairs": self.duplicate_pairs,
            "changesets": self.changesets,
            "head": self.head,
            "ok": self.ok,
        }


def sample_files() -> Path:
    """The folder with the sample firm's files: inside the installed package, or beside it in a checkout."""
    package = Path(workbench.__file__).parent
    for folder in (package / "sample_firm", package.parent / "workbooks" / "demo"):
        if folder.is_dir():
            return folder
    raise FileRefused(
        _("The sample firm's files are not there."),
        where=str(package),
        remedy=_("Install Workbench again, or make them with: make firm"),
    )


def run_demo(folder: Path, *, progress: Progress | None = None) -> DemoOutcome:
    """Adopt the sample firm's sheets and statements into a new register and write its workbook.

    Args:
        folder: where register.sqlite, Register.xlsx and Plan.xlsx go; made when missing, its demo files replaced.
        progress: called with a stage, the steps done and the steps in all.
    """
    step = progress or (lambda _stage, _done, _total: None)
    files = sample_files()
    folder.mkdir(parents=True, exist_ok=True)
    location = folder / "register.sqlite"
    for leftover in (location, Path(f"{location}-wal"), Path(f"{location}-shm")):
        leftover.unlink(missing_ok=True)
    with Register.create(location, base_currency="CNY", actor=AUTHOR) as register:
        book = load_book(register)
        sheets = sorted(files.glob("*.xlsx"))
        plan = adoption.plan(sheets, book, register=register, progress=step)
        plan.write_workbook(folder / "Plan.xlsx")
        step(_("importing"), 0, 1)
        plan.apply(register, AUTHOR)
        step(_("importing"), 1, 1)
        statements = import_statements(
            register, sorted((files / "statements").iterdir()), book, author=AUTHOR, progress=step
        )
        pairs = duplicates.record_pairs(register, AUTHOR)
        report = matching.run(register, book, AUTHOR, progress=step)
        made = write_bound_workbook(
            register,
            book,
            folder / "Register.xlsx",
            language=current_language()[:2],
            author=AUTHOR,
            as_of=AS_OF,
            progress=step,
        )
        step(_("verifying"), 0, 1)
        proof = register.verify()
        step(_("verifying"), 1, 1)
        return DemoOutcome(
            register=location,
            workbook=made.path,
            plan=folder / "Plan.xlsx",
            records=plan.counts(),
            rows=dict(made.rows),
            orders=_order_controls(plan, register),
            statements=statements,
            receipts_before=statements.totals,
            receipts_after=register.control_totals("receipts"),
            findings=count_by_code(plan.findings),
            matched=report.counts,
            duplicate_pairs=len(pairs.pairs),
            changesets=proof.changesets,
            head=proof.head,
            ok=proof.ok,
        )


def _order_controls(plan: adoption.Plan, register: Register) -> tuple[CurrencyControl, ...]:
    sums: dict[str, Counter[str]] = {}
    for total in plan.control_totals():
        if total.kind == "orders":
            into = sums.setdefault(total.currency, Counter())
            for name in ("sheet", "imported", "held", "refused"):
                into[name] += getattr(total, name)
    stored = register.control_totals("orders")
    return tuple(
        CurrencyControl(
            code,
            Decimal(figures["sheet"]),
            Decimal(figures["imported"]),
            Decimal(figures["held"]),
            Decimal(figures["refused"]),
            stored.get(code, Decimal(0)),
        )
        for code, figures in sorted(sums.items())
    )
