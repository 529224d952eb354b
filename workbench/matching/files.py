"""Matching over a folder of CSV files, without a register."""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import FileRefused
from workbench.guards import CsvWriter
from workbench.i18n import _
from workbench.matching.engine import Proposal, match
from workbench.reasons import told

__all__ = ["COLUMNS", "FolderRows", "match_folder", "prediction_rows", "read_folder", "write_predictions"]

_T = TypeVar("_T")
COLUMNS = ("receipt_id", "item_id", "amount", "confidence", "decision", "reasons")


@dataclass(frozen=True, slots=True)
class FolderRows:
    """A folder's rows as ``match`` takes them; those that are read once are read while they are taken."""

    receipts: Iterable[Mapping[str, Any]]
    instalments: Iterable[Mapping[str, Any]]
    orders: Iterable[Mapping[str, Any]]
    customers: Sequence[Mapping[str, Any]]
    earlier_receipts: Iterable[Mapping[str, Any]]
    earlier_links: Iterable[Mapping[str, Any]]


def match_folder(folder: Path, *, progress: Callable[[str, int, int], None] | None = None) -> list[dict[str, str]]:
    """Match the folder's receipts.csv against its customers.csv, orders.csv and items.csv.

    history.csv holds receipts that are dealt with, history_links.csv what they paid; both may be missing.

    Returns a row per part that is posted or proposed for review, by ``COLUMNS``; ``amount`` is in the item's currency.

    Raises:
        FileRefused: a file is missing, a value in it cannot be read, an id stands twice, or an item is of no order there.
    """
    rows = read_folder(folder)
    proposals = match(
        rows.receipts,
        rows.instalments,
        rows.orders,
        rows.customers,
        earlier_receipts=rows.earlier_receipts,
        earlier_links=rows.earlier_links,
        progress=progress,
    )
    return prediction_rows(proposals)


def read_folder(folder: Path) -> FolderRows:
    """The rows of a folder's files; see ``match_folder`` for what is refused, partly only while rows are taken."""
    for name in ("receipts.csv", "orders.csv", "items.csv", "customers.csv"):
        _refuse_missing(folder, name)
    known = {_value(row, "order_no", str) for row in _read(folder, "orders.csv")}
    return FolderRows(
        receipts=map(_receipt, _once(_read(folder, "receipts.csv"), "receipt_id")),
        instalments=(_item(row, known) for row in _once(_read(folder, "items.csv"), "item_id")),
        orders=map(_order, _read(folder, "orders.csv")),
        customers=[_customer(row) for row in _read(folder, "customers.csv")],
        earlier_receipts=map(_receipt, _read(folder, "history.csv", required=False)),
        earlier_links=map(_link, _read(folder, "history_links.csv", required=False)),
    )


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


def _refuse_missing(folder: Path, name: str) -> None:
    path = folder / name
    if not path.is_file():
        raise FileRefused(
            _("{file} is missing").format(file=name),
            where=str(path),
            remedy=_("The folder holds customers.csv, orders.csv, items.csv and receipts.csv."),
        )


def _read(folder: Path, name: str, *, required: bool = True) -> Iterator[dict[str, Any]]:
    path = folder / name
    if not required and not path.is_file():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            for line, row in enumerate(csv.DictReader(source), start=2):
                row["where"] = f"{name}:{line}"
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileRefused(
            _("{file} cannot be read: {problem}").format(file=name, problem=error),
            where=str(path),
            remedy=_("Save it as CSV in UTF-8."),
        ) from error


def _once(rows: Iterable[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    seen: set[object] = set()
    for row in rows:
        if row.get(name) in seen:
            raise FileRefused(
                _("{column} {value} stands twice").format(column=name, value=row.get(name)),
                where=row["where"],
                remedy=_("Give every row an id of its own."),
            )
        seen.add(row.get(name))
        yield row


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
        "payer_account": row.get("payer_account"),
        "reference": row.get("remittance"),
        "charges": row.get("charges"),
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
        "amount": _value(row, "amount", _amount) if row.get("amount") else None,
        "open_amount": _value(row, "open_amount", _amount),
        "issue_date": _value(row, "issue_date", date.fromisoformat) if row.get("issue_date") else None,
        "due_date": _value(row, "due_date", date.fromisoformat),
    }


def _order(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": _value(row, "order_no", str),
        "number": row["order_no"],
        "customer_id": _value(row, "customer_id", str),
        "customer_po": row.get("customer_po"),
        "proforma_number": row.get("pi_no"),
        "order_date": _value(row, "order_date", date.fromisoformat) if row.get("order_date") else None,
    }


def _customer(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": _value(row, "customer_id", str),
        "legal_name": row.get("name"),
        "local_name": row.get("latin_name"),
        "bank_account": row.get("bank_account"),
    }


def _link(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "receipt_id": _value(row, "receipt_id", str),
        "instalment_id": _value(row, "item_id", str),
        "amount": _value(row, "amount", _amount),
    }
