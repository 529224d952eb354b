"""Receivables and allocations as a beancount journal, so that other software can add them up again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workbench.money import round_fraction
from workbench.settlement.receivables import OpenItem

__all__ = ["Delivery", "journal"]

_FX, _REVENUE, _FEE, _ADVANCES = "Income:FX", "Income:Revenue", "Expenses:BankFee", "Liabilities:Advances"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A receivable as it arose on ``day``; ``released`` is the base amount of advances that it uses up."""

    day: date
    item: OpenItem
    released: Decimal = Decimal(0)


def journal(deliveries: Iterable[Delivery], allocations: Iterable[Mapping[str, Any]], *, base_currency: str) -> str:
    """The text of a beancount journal.

    Receivables are lots held at cost, named by their instalment, and payments take from these lots. The amounts of
    revenue and of exchange gain or loss are left out: the reader works them out, independently of this program.
    """
    raised = list(deliveries)
    rows = sorted(allocations, key=lambda row: (row["allocation_date"], row["receipt_id"], row["instalment_id"]))
    receivable = {one.item.instalment_id for one in raised}
    entries: list[tuple[date, int, list[str]]] = []
    entries.extend((one.day, 1, _delivery(one)) for one in raised)
    entries.extend(
        (row["allocation_date"], 0, _receipt(row, advance=row["instalment_id"] not in receivable)) for row in rows
    )
    entries.sort(key=lambda entry: entry[:2])
    opened = min((day for day, _order, _lines in entries), default=date(2000, 1, 1)).isoformat()
    accounts = sorted({line.split()[0] for _day, _order, lines in entries for line in lines[1:]} | {_FX})
    head = [f'option "operating_currency" "{base_currency}"', 'option "booking_method" "STRICT"', ""]
    head += [f"{opened} open {account}" for account in accounts]
    body = ["\n".join([lines[0], *(f"  {line}" for line in lines[1:])]) for _day, _order, lines in entries]
    return "\n".join(head) + "\n\n" + "\n\n".join(body) + "\n"


def _delivery(one: Delivery) -> list[str]:
    item = one.item
    label, base = _text(item.instalment_id), item.base_currency
    cost = f"{{{{{item.open_base} {base}, {label}}}}}"
    lines = [
        f"{one.day.isoformat()} * {_text('delivery ' + item.instalment_id)}",
        f"{_receivable(item.currency)}  {item.open_amount} {item.currency} {cost}",
    ]
    if one.released:
        lines.append(f"{_ADVANCES}  {one.released} {base}")
    return [*lines, _REVENUE]


def _receipt(row: Mapping[str, Any], *, advance: bool) -> list[str]:
    base, currency = row["base_currency"], row["receipt_currency"]
    fee_base = _fee_base(row)
    cash = row["settlement_amount"] - fee_base
    bank = f"Assets:Bank:{currency}  {row['receipt_amount']} {currency}"
    lines = [
        f"{row['allocation_date'].isoformat()} * {_text(str(row['receipt_id']) + ' ' + str(row['instalment_id']))}",
        bank if currency == base else f"{bank} @@ {abs(cash)} {base}",
    ]
    if fee_base:
        lines.append(f"{_FEE}  {fee_base} {base}")
    if advance:
        return [*lines, f"{_ADVANCES}  {-row['carrying_amount']} {base}"]
    document = row["document_currency"]
    lot = f"{{{_text(row['instalment_id'])}}}"
    return [*lines, f"{_receivable(document)}  {-row['document_amount']} {document} {lot}", _FX]


def _fee_base(row: Mapping[str, Any]) -> Decimal:
    """The charges' share of the settlement amount, at its minor units."""
    fee = row.get("fee_amount") or Decimal(0)
    if not fee:
        return Decimal(0)
    share = Fraction(fee) / Fraction(row["receipt_amount"] + fee)
    return round_fraction(Fraction(row["settlement_amount"]) * share, row["base_currency"])


def _receivable(currency: str) -> str:
    return f"Assets:Receivable:{currency}"


def _text(text: str) -> str:
    return '"' + re.sub(r'["\\\n\r]', " ", text) + '"'
