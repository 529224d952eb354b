"""Matching over a folder of CSV files, without a register."""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import FileRefused
from workbench.guards import CsvWriter
from workbench.i18n import _
from workbench.matching.engine import Proposal, match
from workbench.reasons import told

__all__ = ["COLUMNS", "match_folder", "prediction_rows", "write_predictions"]

_T = TypeVar("_T")
COLUMNS = ("receipt_id", "item_id", "amount", "confidence", "decision", "reasons")


def match_folder(folder: Path, *, progress: Callable[[str, int, int], None] | None = None) -> list[dict[str, str]]:
    """Match the folder's receipts.csv against its customers.csv, orders.csv and items.csv.

    Returns a row per part that is posted or proposed for review, by ``COLUMNS``; ``amount`` is in the item's currency.

    Raises:
        FileRefused: a file is missing, a value in it cannot be read, an id stands twice, or an item is of no order there.
    """
    receipts = [_receipt(row) for row in _once(_read(folder, "receipts.csv"), "receipt_id")]
    earlier = [_receipt(row) for row in _read(folder, "history.csv", required=False)]
    orders = [_order(row) for row in _read(folder, "orders.csv")]
    known = {order["id"] for order in orders}
    proposals = match(
        receipts,
        [_item(row, known) for row in _once(_read(folder, "items.csv"), "item_id")],
        orders,
        [_customer(row) for row in _read(folder, "customers.csv")],
        earlier_receipts=earlier,
        progress=progress,
    )
    return prediction_rows(proposals)


def prediction_rows(proposals: Iterable[Proposal]) -> list[dict[str, str]]:
    """A row per part of every proposal that is posted or for review."""
    return [
        {
            "receipt_id": proposal.receipt_id,
            "item_id": part.instalment_id,
            "amount": f"{part.amount:f}",
            "confidence": f"{proposal.confidence:f}",
            "decision": proposal.decision,
            "reasons": told(proposal.reasons),
        }
        for proposal in proposals
        if proposal.decision in {"post", "review"}
        for part in proposal.parts
    ]


def write_predictions(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write PRED."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(COLUMNS)
        writer.writerows([row[name] for name in COLUMNS] for row in rows)


def _read(folder: Path, name: str, *, required: bool = True) -> list[dict[str, Any]]:
    path = folder / name
    if not path.is_file():
        if not required:
            return []
        raise FileRefused(
            _("{file} is missing").format(file=name),
            where=str(path),
            remedy=_("The folder holds customers.csv, orders.csv, items.csv and receipts.csv."),
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            return [{**row, "where": f"{name}:{line}"} for line, row in enumerate(csv.DictReader(source), start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileRefused(
            _("{file} cannot be read: {problem}").format(file=name, problem=error),
            where=str(path),
            remedy=_("Save it as CSV in UTF-8."),
        ) from error


def _once(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    seen: set[object] = set()
    for row in rows:
        if row.get(name) in seen:
            raise FileRefused(
                _("{column} {value} stands twice").format(column=name, value=row.get(name)),
                where=row["where"],
                remedy=_("Give every row an id of its own."),
            )
        seen.add(row.get(name))
    return rows


def _value(row: Mapping[str, str], name: str, read: Callable[[str], _T]) -> _T:
    try:
        return read(row[name])
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise FileRefused(
            _("{column} cannot be read: {value}").format(column=name, value=row.get(name)),
            where=row["where"],
            remedy=_("Dates are written 2026-03-31 and amounts 1234.50."),
        ) from error


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError(text)
    return amount


def _receipt(row: Mapping[str, str]) -> dict[str, Any]:
    instructed = row.get("instructed_amount")
    return {
        "id": _value(row, "receipt_id", str),
        "value_date": _value(row, "value_date", date.fromisoformat),
        "currency": _value(row, "currency", str),
        "amount": _value(row, "amount", _amount),
        "payer": row.get("payer_name"),
        "reference": row.get("remittance"),
        "bank_reference": row.get("bank_ref"),
        "instructed_currency": row.get("instructed_currency"),
        "instructed_amount": _value(row, "instructed_amount", _amount) if instructed else None,
    }


def _item(row: Mapping[str, str], orders: Container[str]) -> dict[str, Any]:
    if row.get("order_no") not in orders:
        raise FileRefused(
            _("there is no order {number}").format(number=row.get("order_no")),
            where=row["where"],
            remedy=_("Every item's order_no stands in orders.csv."),
        )
    return {
        "id": _value(row, "item_id", str),
        "number": row["item_id"],
        "order_id": _value(row, "order_no", str),
        "currency": _value(row, "currency", str),
        "open_amount": _value(row, "open_amount", _amount),
        "due_date": _value(row, "due_date", date.fromisoformat),
    }


def _order(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": _value(row, "order_no", str),
        "number": row["order_no"],
        "customer_id": _value(row, "customer_id", str),
        "customer_po": row.get("customer_po"),
        "proforma_number": row.get("pi_no"),
    }


def _customer(row: Mapping[str, str]) -> dict[str, Any]:
    return {"id": _value(row, "customer_id", str), "legal_name": row.get("name"), "local_name": row.get("latin_name")}
