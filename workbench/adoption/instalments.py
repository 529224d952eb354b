"""How an order is to be paid, from its deposit and payment terms: parts that add up exactly to the order."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workbench.adoption.plan import Item
from workbench.money import allocate

__all__ = ["instalments_of"]

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*[%％]")
_LETTER_OF_CREDIT = re.compile(r"\bL/?C\b|letter of credit|信用证|信用狀|akkreditiv|crédit documentaire", re.IGNORECASE)
_DAYS = re.compile(
    r"(?:net|o/a|oa|账期|月结|放账|within|after|nach|à)?\s*(\d{1,3})\s*(?:days?|d\b|天|日|tage|jours|días)",
    re.IGNORECASE,
)


def instalments_of(item: Item, terms: str) -> list[dict[str, Any]]:
    """Rows of the instalments table for an order, without ``order_id``.

    The deposit is the order's own deposit amount or percentage, else the first percentage in its payment terms; the
    balance is the rest, so that both add up to the order to the last unit. A cancelled order has none.
    """
    amount, currency = item.value("amount"), str(item.value("currency"))
    if not isinstance(amount, Decimal) or item.value("status") == "cancelled" or not amount:
        return []
    ordered, due = item.value("date"), item.value("due_date")
    if amount < 0:
        return [_row(1, "credit_note", amount, currency, due or ordered, "order")]
    last_due = due if isinstance(due, date) else _due_by_terms(ordered, terms)
    deposit = _deposit(item, amount, currency, terms)
    rest = "letter_of_credit" if _LETTER_OF_CREDIT.search(terms) else "balance"
    if deposit is None or not 0 < deposit < amount:
        return [_row(1, "full" if rest == "balance" else rest, amount, currency, last_due, _basis(terms))]
    return [
        _row(1, "deposit", deposit, currency, ordered, "order"),
        _row(2, rest, amount - deposit, currency, last_due, _basis(terms)),
    ]


def _deposit(item: Item, amount: Decimal, currency: str, terms: str) -> Decimal | None:
    stated = item.value("deposit_amount")
    if isinstance(stated, Decimal) and stated:
        return stated
    percent = item.value("deposit_percent")
    if not isinstance(percent, Decimal):
        found = _PERCENT.search(terms)
        percent = Decimal(found.group(1).replace(",", ".")) if found else Decimal(0)
    if not 0 < percent < 100:
        return None
    return allocate(amount, [percent, 100 - percent], currency)[0]


def _due_by_terms(ordered: object, terms: str) -> date | None:
    found = _DAYS.search(terms)
    return ordered + timedelta(days=int(found.group(1))) if found and isinstance(ordered, date) else None


def _basis(terms: str) -> str:
    if re.search(r"B/?L|提单|documents|单据|copy|dokument", terms, re.IGNORECASE):
        return "documents"
    if re.search(r"before ship|发货前|出货前|shipment|vor versand", terms, re.IGNORECASE):
        return "shipment"
    if re.search(r"arrival|到货|到港", terms, re.IGNORECASE):
        return "arrival"
    return "order"


def _row(sequence: int, kind: str, amount: Decimal, currency: str, due: object, basis: str) -> dict[str, Any]:
    return {"sequence": sequence, "kind": kind, "amount": amount, "currency": currency, "due_date": due, "basis": basis}
