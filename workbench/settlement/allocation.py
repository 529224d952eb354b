"""A receipt is set off against what customers owe, with realised exchange gain or loss for every part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    In a row ``receipt_amount`` is taken from the amount credited and ``fee_amount`` was kept on the way, both in the
    receipt's currency; ``settlement_amount`` is the base value of the two together. ``credit`` is what the customer
    paid too much: a credit in the customer's favour, never income. With ``findings`` nothing at all is settled.
    """

    allocations: tuple[dict[str, Any], ...] = ()
    credit: Money | None = None
    findings: tuple[Finding, ...] = ()


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
) -> Settlement:
    """Settle parts of open items by one receipt, on its value date.

    Args:
        receipt: row of ``receipts``; a rate it carries already is used again.
        parts: what is settled, each open item once.
        book: rates; the settlement rate is that of the value date.
        base_currency: currency of the books.
        charges: kept by banks on the way, in the receipt's currency, beside the amount credited.
        earlier: allocation rows of the same receipt.
        choice: which published rates are used.
        reasons: why, for the rows.

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
        received = _received(receipt, parts, receipt["amount"] + charges - taken, valuer)
    except RateError as error:
        return Settlement(findings=(rate_missing(receipt, error),))
    fees = (
        allocate(charges, [abs(one) for one in received], receipt["currency"]) if charges else [Decimal(0)] * len(parts)
    )
    open_cash, open_base = _still_there(receipt, charges, earlier, cash)
    rows = []
    for part, gross, fee in zip(parts, received, fees, strict=True):
        if abs(gross) > abs(open_cash) or gross * open_cash <= 0:
            raise _refused(
                receipt,
                _("{part} {currency} cannot be taken of {open} left").format(
                    part=gross, currency=receipt["currency"], open=open_cash
                ),
            )
        settled = relieve(open_cash, open_base, gross, base_currency)
        relieved, carrying = _relieved(part, settled, cash)
        rows.append(
            {
                "receipt_id": receipt["id"],
                "instalment_id": part.item.instalment_id,
                "allocation_date": receipt["value_date"],
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
            }
        )
        open_cash, open_base = open_cash - gross, open_base - settled
    credit = Money(open_cash, receipt["currency"]) if open_cash else None
    return Settlement(tuple(rows), credit)


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


def _still_there(
    receipt: Mapping[str, Any], charges: Decimal, earlier: Sequence[Mapping[str, Any]], cash: Valuation
) -> tuple[Decimal, Decimal]:
    """What the receipt still holds with the charges kept on the way, in its own and in base currency."""
    kept = sum((row.get("fee_amount") or Decimal(0) for row in earlier), Decimal(0)) + charges
    taken = sum((row["receipt_amount"] + (row.get("fee_amount") or 0) for row in earlier), Decimal(0))
    gross = receipt["amount"] + kept
    stored = receipt.get("base_amount") if receipt.get("base_currency") == cash.base and not kept else None
    base = stored if stored is not None else cash.convert(gross)
    return gross - taken, base - sum((row["settlement_amount"] for row in earlier), Decimal(0))


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


def _relieved(part: Part, settled: Decimal, cash: Valuation) -> tuple[Decimal, Valuation]:
    """What the part relieves in base currency and the rate it stood at; an advance stands at what came in for it."""
    item = part.item
    if item.carrying is not None and item.open_base is not None:
        return relieve(item.open_amount, item.open_base, part.amount, cash.base), item.carrying
    if item.currency == cash.currency:
        return settled, cash
    with localcontext(prec=60):
        implied = (settled / part.amount).quantize(_RATE_DIGITS)
    return settled, Valuation(item.currency, cash.base, implied, cash.rate_date, cash.source)
