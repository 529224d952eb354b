"""How an order is to be paid, from its deposit and payment terms: parts that add up exactly to the order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from workbench.adoption.plan import Item
from workbench.money import allocate
from workbench.sheets.record import FieldValue

__all__ = ["Instalment", "instalments_of"]

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*[%％]")
_LETTER_OF_CREDIT = re.compile(r"\bL/?C\b|letter of credit|信用证|信用狀|akkreditiv|crédit documentaire", re.IGNORECASE)
_DAYS = re.compile(
    r"(?:net|o/a|oa|账期|月结|放账|within|after|nach|à)?\s*(\d{1,3})\s*(?:days?|d\b|天|日|tage|jours|días)",
    re.IGNORECASE,
)


class Instalment(NamedTuple):
    """A row of the instalments table, without ``order_id``."""

    sequence: int
    kind: str
    amount: Decimal
    currency: str
    due_date: date | None
    basis: str


class _Terms(NamedTuple):
    """What a firm's words for payment say: share to be paid first, in percent, the rest's kind, basis and days."""

    percent: Decimal
    rest: str
    basis: str
    days: int | None


def instalments_of(item: Item, terms: str) -> list[Instalment]:
    """How an order is to be paid.

    The deposit is the order's own deposit amount or percentage, else the first percentage in its payment terms; the
    balance is the rest, so that both add up to the order to the last unit. A cancelled order has none.
    """
    values = item.record.values
    amount, currency = values.get("order.amount"), str(values.get("order.currency"))
    if not isinstance(amount, Decimal) or values.get("order.status") == "cancelled" or not amount:
        return []
    ordered, due = _day(values.get("order.date")), _day(values.get("order.due_date"))
    if amount < 0:
        return [Instalment(1, "credit_note", amount, currency, due or ordered, "order")]
    said = _terms(terms)
    last_due = due or (ordered + timedelta(days=said.days) if ordered and said.days is not None else None)
    deposit = _deposit(values, amount, currency, said.percent)
    if deposit is None or not 0 < deposit < amount:
        kind = "full" if said.rest == "balance" else said.rest
        return [Instalment(1, kind, amount, currency, last_due, said.basis)]
    return [
        Instalment(1, "deposit", deposit, currency, ordered, "order"),
        Instalment(2, said.rest, amount - deposit, currency, last_due, said.basis),
    ]


def _deposit(values: Mapping[str, FieldValue], amount: Decimal, currency: str, by_terms: Decimal) -> Decimal | None:
    stated = values.get("order.deposit_amount")
    if isinstance(stated, Decimal) and stated:
        return stated
    own = values.get("order.deposit_percent")
    percent = own if isinstance(own, Decimal) else by_terms
    if not 0 < percent < 100:
        return None
    return allocate(amount, [percent, 100 - percent], currency)[0]


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


@lru_cache(maxsize=1024)
def _terms(terms: str) -> _Terms:
    percent, days = _PERCENT.search(terms), _DAYS.search(terms)
    return _Terms(
        Decimal(percent.group(1).replace(",", ".")) if percent else Decimal(0),
        "letter_of_credit" if _LETTER_OF_CREDIT.search(terms) else "balance",
        _basis(terms),
        int(days.group(1)) if days else None,
    )


def _basis(terms: str) -> str:
    if re.search(r"B/?L|提单|documents|单据|copy|dokument", terms, re.IGNORECASE):
        return "documents"
    if re.search(r"before ship|发货前|出货前|shipment|vor versand", terms, re.IGNORECASE):
        return "shipment"
    if re.search(r"arrival|到货|到港", terms, re.IGNORECASE):
        return "arrival"
    return "order"
