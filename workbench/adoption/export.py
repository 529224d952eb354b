"""What was read, as CSV files that other programs can check: a folder per workbook.

``tables.json`` lists the tables with their ranges and column fields; ``customers.csv``, ``orders.csv`` and
``receipts.csv`` the records with their places; ``issues.csv`` what is asked and told of single cells (advice on the sheet's own formulas
is in the plan).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from workbench.adoption.plan import Item, Plan, Source
from workbench.findings import Finding
from workbench.guards import CsvWriter
from workbench.sheets import TableMap
from workbench.sheets.model import column_letters

__all__ = ["export_plan"]

_FIELDS = {
    "customers": ("code", "name", "name_local", "country", "currency", "email", "phone", "tax_id", "address", "contact", "terms"),
    "orders": (
        "number", "date", "customer", "currency", "amount", "incoterm", "deposit_percent", "due_date", "rate", "amount_base",
        "status", "salesperson", "note", "paid_total", "balance",
    ),
    "receipts": ("date", "amount", "currency", "payer", "reference", "bank_fee", "order_number", "note"),
}  # fmt: skip
_ISSUE_KINDS = {
    "cell.date-ambiguous": "ambiguous_date", "cell.currency-ambiguous": "ambiguous_currency",
    "cell.currency-missing": "ambiguous_currency", "cell.amount-ambiguous": "ambiguous_number",
    "cell.currency-retired": "unknown_currency", "cell.currency-unknown": "unknown_currency", "cell.lost-digits": "lost_digits", "cell.error": "broken_formula",
    "cell.formula-stale": "stale_formula", "cell.minor-units": "minor_units", "cell.formula-text": "formula_text",
}  # fmt: skip


def export_plan(plan: Plan, folder: Path) -> list[Path]:
    """Write the folders; returns them."""
    written = []
    for source in plan.sources:
        target = folder / Path(source.book.file).stem
        target.mkdir(parents=True, exist_ok=True)
        tables = [_table(one) for one in source.tables if one.kind in _FIELDS]
        (target / "tables.json").write_text(json.dumps(tables, ensure_ascii=False, indent=1), encoding="utf-8")
        own = [item for item in plan.items if item.record.sheet.book == source.book.file]
        for kind, fields in _FIELDS.items():
            _write_records(target / f"{kind}.csv", kind, fields, [item for item in own if item.record.kind == kind])
        _write_issues(target / "issues.csv", source, plan.findings)
        written.append(target)
    return written


def _table(mapped: TableMap) -> dict[str, object]:
    known = {f"{kind[:-1]}.{name}" for kind, names in _FIELDS.items() for name in names}
    columns = {
        column_letters(one.column.at): one.field + (f"#{one.slot}" if one.slot else "")
        for one in mapped.columns
        if one.field in known
    }
    if mapped.table.orientation == "columns":  # there a column of the view is a row of the sheet
        columns = {str(one.column.at): one.field for one in mapped.columns if one.field in known}
    amounts = [one.field for one in mapped.columns if one.field.endswith(".amount")]
    columns.update({column_letters(at): amounts[0] for at in mapped.table.amount_columns if amounts})
    return {
        "sheet": mapped.table.sheet.name,
        "kind": mapped.kind,
        "range": str(mapped.table.box),
        "header_rows": list(mapped.table.heads or mapped.table.header_rows),
        "columns": columns,
    }


def _write_records(path: Path, kind: str, fields: Iterable[str], items: Iterable[Item]) -> None:
    names = [f"{kind[:-1]}.{name}" for name in fields]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(["sheet", "row", "range", *names])
        for item in items:
            record = item.record
            values = [_plain(record.values.get(name)) for name in names]
            writer.writerow([record.sheet.name, str(record.row), str(record.box), *values])


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _write_issues(path: Path, source: Source, findings: Iterable[Finding]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(["sheet", "cell", "kind", "message"])
        for finding in findings:
            parts = finding.where.split("!")
            if len(parts) == 3 and parts[0] == source.book.file and not finding.code.startswith(("record.", "sheet.")):
                kind = _ISSUE_KINDS.get(finding.code, finding.code)
                writer.writerow([parts[1], parts[2], kind, finding.message])
