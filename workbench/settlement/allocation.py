"""A receipt is set off against what customers owe, with realised exchange gain or loss for every part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from workbench.errors import MoneyError, RateError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import Money, allocate, relieve, to_minor
from workbench.rates import RateBook
from workbench.settlement.receivables import OpenItem
from workbench.settlement.valuation import SAME_CURRENCY, RateChoice, Valuation, Valuer

__all__ = ["AllocationRefused", "Part", "Settlement", "allocate_receipt", "rate_missing"]

_RATE_DIGITS = Decimal("1e-12")


class AllocationRefused(MoneyError):
    """More would be settled than is open, or more taken from a receipt than it holds."""

    code = "settlement.refused"


@dataclass(frozen=True, slots=True)
class Part:
    """``amount`` of an open item, in its own currency, settled by the receipt.

    ``received`` is what the receipt gives for it, in the receipt's currency and with the charges that were kept on the
    way; it is only needed where the currencies differ and the receipt pays several items.
    """

    item: OpenItem
    amount: Decimal
    received: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Rows for the table ``allocations``, and what is left over.

    ``credit_row`` is that rest as a row of ``credits``, for whoever decides that it is one customer's.

    In a row ``receipt_amount`` is taken from the amount credited and ``fee_amount`` was kept on the way, both in the
    receipt's currency; ``settlement_amount`` is the base value of the two together. ``credit`` is what the customer
    paid too much: a credit in the customer's favour, never income. With ``findings`` nothing at all is settled.
    """

    allocations: tuple[dict[str, Any], ...] = ()
    credit: Money | None = None
    findings: tuple[Finding, ...] = ()
    credit_row: Mapping[str, Any] | None = None


def allocate_receipt(
    receipt: Mapping[str, Any],
    parts: Sequence[Part],
    *,
    book: RateBook,
    base_currency: str,
    charges: Decimal = Decimal(0),
    earlier: Sequence[Mapping[str, Any]] = (),
    choice: RateChoice | None = None,
    reasons: str = "",
    set_aside: Sequence[Mapping[str, Any]] = (),
    posted_on: date | None = None,
) -> Settlement:
    """Settle parts of open items by one receipt, on its value date.

    Money that went out again (a refund, chargeback or reversal) has parts below zero: they open again what was paid, at
    the rate at which it was relieved.

    Args:
        receipt: row of ``receipts``; a rate it carries already is used again.
        parts: what is settled, each open item once.
        book: rates; the settlement rate is that of the value date.
        base_currency: currency of the books.
        charges: kept by banks on the way, in the receipt's currency, beside the amount credited.
        earlier: allocation rows of the same receipt.
        choice: which published rates are used.
        reasons: why, for the rows.
        set_aside: rows of ``credits`` of the same receipt.
        posted_on: the day that the settlement is booked on, where the month of the value date is closed already; the
            settlement rate stays that of the value date.

    Every part relieves its receivable at the carrying rate and brings in cash at the settlement rate; the difference is
    realised. The last part of an item, and of a receipt, takes what is left in base currency.

    Raises:
        AllocationRefused: a part is zero, of the wrong sign or more than is open; an item is named twice; the parts are
            more than the receipt holds; or charges are below zero or belong to nothing that is settled.
        MinorUnitsError: a part is finer than its currency.
    """
    _check(receipt, parts, charges)
    valuer = Valuer(book, base_currency, choice or RateChoice())
    try:
        cash = valuer.on(receipt["currency"], receipt["value_date"], receipt)
        taken = sum((row["receipt_amount"] for row in earlier), Decimal(0))
        taken += sum((row["amount"] for row in set_aside), Decimal(0))
        received = _received(receipt, parts, receipt["amount"] + charges - taken, valuer)
    except RateError as error:
        return Settlement(findings=(rate_missing(receipt, error),))
    fees = _fees(charges, received, receipt)
    open_cash, open_base = _still_there(receipt, charges, earlier, cash, set_aside)
    held = open_cash
    rows: dict[int, dict[str, Any]] = {}
    for number in sorted(range(len(parts)), key=lambda one: received[one] * receipt["amount"] > 0):
        part, gross, fee = parts[number], received[number], fees[number]
        settled = _drawn(receipt, gross, open_cash, open_base, cash)
        relieved, carrying = _relieved(part, settled, cash, receipt)
        rows[number] = {
            "receipt_id": receipt["id"],
            "instalment_id": part.item.instalment_id,
            "allocation_date": posted_on or receipt["value_date"],
            "receipt_currency": receipt["currency"],
            "receipt_amount": gross - fee,
            "document_currency": part.item.currency,
            "document_amount": part.amount,
            "base_currency": base_currency,
            "carrying_rate": carrying.rate,
            "carrying_rate_date": carrying.rate_date,
            "carrying_amount": relieved,
            "settlement_rate": cash.rate,
            "settlement_rate_date": cash.rate_date,
            "rate_source": cash.source if cash.source != SAME_CURRENCY else carrying.source,
            "settlement_amount": settled,
            "realised_fx": settled - relieved,
            "fee_currency": receipt["currency"] if fee else None,
            "fee_amount": fee or None,
            "reasons": reasons or None,
            "kind": "taken_back" if _takes_back(part, receipt) else None,
        }
        open_cash, open_base = open_cash - gross, open_base - settled
    if abs(open_cash) > abs(held):
        raise _refused(receipt, _("what is netted against it is more than what it pays"))
    in_order = tuple(rows[number] for number in range(len(parts)))
    if not open_cash:
        return Settlement(in_order)
    row = {
        "receipt_id": receipt["id"],
        "credit_date": posted_on or receipt["value_date"],
        "currency": receipt["currency"],
        "amount": open_cash,
        "base_currency": base_currency,
        "base_amount": open_base,
        "rate": cash.rate,
        "rate_date": cash.rate_date,
        "rate_source": cash.source,
    }
    return Settlement(in_order, Money(open_cash, receipt["currency"]), credit_row=row)


def rate_missing(receipt: Mapping[str, Any], error: RateError) -> Finding:
    """The finding that tells why a receipt was not settled."""
    details = {"problem": error.message, "remedy": error.remedy}
    return Finding("settlement.rate-missing", f"receipts {receipt['id']}", receipt["currency"], details=details)


def _check(receipt: Mapping[str, Any], parts: Sequence[Part], charges: Decimal) -> None:
    if charges < 0 or (charges and not parts):
        raise _refused(
            receipt,
            _("charges of {charges} are below zero, or belong to nothing that is settled").format(charges=charges),
        )
    seen: set[str] = set()
    for part in parts:
        item = part.item
        to_minor(part.amount, item.currency)
        if item.instalment_id in seen:
            raise _refused(receipt, _("{instalment} is named twice").format(instalment=item.instalment_id))
        seen.add(item.instalment_id)
        if _takes_back(part, receipt):
            _check_taken_back(receipt, part, charges)
            continue
        if part.amount * item.open_amount <= 0 or abs(part.amount) > abs(item.open_amount):
            raise _refused(
                receipt,
                _("{part} {currency} of {instalment} cannot be settled; {open} are open").format(
                    part=part.amount, currency=item.currency, instalment=item.instalment_id, open=item.open_amount
                ),
            )


def _refused(receipt: Mapping[str, Any], message: str) -> AllocationRefused:
    return AllocationRefused(
        message,
        where=f"receipts {receipt['id']}",
        remedy=_("Settle at most what is open; what the customer paid too much stays as a credit."),
    )


def _takes_back(part: Part, receipt: Mapping[str, Any]) -> bool:
    """Whether money goes out that had paid the item: it is owed again."""
    out = part.amount * receipt["amount"] > 0 and part.amount * part.item.paid < 0
    return out and part.amount * part.item.open_amount <= 0


def _check_taken_back(receipt: Mapping[str, Any], part: Part, charges: Decimal) -> None:
    item = part.item
    if abs(part.amount) > abs(item.paid) or charges:
        raise _refused(
            receipt,
            _("{part} {currency} of {instalment} cannot go back; {paid} were paid").format(
                part=-part.amount, currency=item.currency, instalment=item.instalment_id, paid=item.paid
            ),
        )


def _fees(charges: Decimal, received: Sequence[Decimal], receipt: Mapping[str, Any]) -> list[Decimal]:
    """The charges by part, by largest remainder; what is netted against the receipt bears none."""
    if not charges:
        return [Decimal(0)] * len(received)
    return allocate(charges, [max(one, Decimal(0)) for one in received], receipt["currency"])


def _drawn(
    receipt: Mapping[str, Any], gross: Decimal, open_cash: Decimal, open_base: Decimal, cash: Valuation
) -> Decimal:
    """The base amount of ``gross``, taken of what the receipt still holds; what is netted against it adds to that."""
    if gross * receipt["amount"] < 0:
        return cash.convert(gross)
    if abs(gross) > abs(open_cash) or gross * open_cash <= 0:
        raise _refused(
            receipt,
            _("{part} {currency} cannot be taken of {open} left").format(
                part=gross, currency=receipt["currency"], open=open_cash
            ),
        )
    return relieve(open_cash, open_base, gross, cash.base)


def _still_there(
    receipt: Mapping[str, Any],
    charges: Decimal,
    earlier: Sequence[Mapping[str, Any]],
    cash: Valuation,
    set_aside: Sequence[Mapping[str, Any]] = (),
) -> tuple[Decimal, Decimal]:
    """What the receipt still holds with the charges kept on the way, in its own and in base currency."""
    kept = sum((row.get("fee_amount") or Decimal(0) for row in earlier), Decimal(0)) + charges
    taken = sum((row["receipt_amount"] + (row.get("fee_amount") or 0) for row in earlier), Decimal(0))
    gross = receipt["amount"] + kept
    stored = receipt.get("base_amount") if receipt.get("base_currency") == cash.base and not kept else None
    base = stored if stored is not None else cash.convert(gross)
    taken += sum((row["amount"] for row in set_aside), Decimal(0))
    used = sum((row["settlement_amount"] for row in earlier), Decimal(0))
    used += sum((row["base_amount"] for row in set_aside), Decimal(0))
    return gross - taken, base - used


def _received(receipt: Mapping[str, Any], parts: Sequence[Part], left: Decimal, valuer: Valuer) -> list[Decimal]:
    """What the receipt gives for each part, in its own currency.

    Parts in the receipt's currency take their own amount; the others share what is left by their worth on the value
    date, unless it is told.
    """
    told = {
        part.item.instalment_id: part.amount if part.item.currency == receipt["currency"] else part.received
        for part in parts
    }
    unknown = [part for part in parts if told[part.item.instalment_id] is None]
    rest = left - sum((amount for amount in told.values() if amount is not None), Decimal(0))
    shares = iter(_by_worth(receipt, unknown, rest, valuer))
    amounts = (told[part.item.instalment_id] for part in parts)
    return [next(shares) if amount is None else amount for amount in amounts]


def _by_worth(receipt: Mapping[str, Any], parts: Sequence[Part], left: Decimal, valuer: Valuer) -> list[Decimal]:
    if len(parts) < 2:
        return [left] * len(parts)
    day = receipt["value_date"]
    worth = [abs(valuer.on(part.item.currency, day).convert(part.amount)) for part in parts]
    return allocate(left, worth, receipt["currency"])


def _relieved(part: Part, settled: Decimal, cash: Valuation, receipt: Mapping[str, Any]) -> tuple[Decimal, Valuation]:
    """What the part relieves in base currency and the rate it stood at; an advance stands at what came in for it."""
    item = part.item
    if _takes_back(part, receipt):
        again = -relieve(item.paid, item.paid_base, -part.amount, cash.base)
        return again, item.carrying or _implied(item, again, part.amount, cash)
    if item.carrying is not None and item.open_base is not None:
        return relieve(item.open_amount, item.open_base, part.amount, cash.base), item.carrying
    if item.currency == cash.currency:
        return settled, cash
    return settled, _implied(item, settled, part.amount, cash)


def _implied(item: OpenItem, base_amount: Decimal, amount: Decimal, cash: Valuation) -> Valuation:
    """The rate that follows from two amounts."""
    with localcontext(prec=60):
        implied = (base_amount / amount).quantize(_RATE_DIGITS)
    return Valuation(item.currency, cash.base, implied, cash.rate_date, cash.source)
