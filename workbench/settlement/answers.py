"""What people answer about receipts: posted, split, ruled out, taught; all of an answer in one changeset or none of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.errors import RateError
from workbench.i18n import _
from workbench.money import relieve, round_to_minor
from workbench.rates import RateBook
from workbench.register import Changeset
from workbench.settlement.allocation import AllocationRefused, Part, Settlement, allocate_receipt, rate_missing
from workbench.settlement.books import Books, first_open_day, paid_back
from workbench.settlement.receivables import Basis, OpenItem, Receivables
from workbench.settlement.rights import limits_for, require_reason, require_right
from workbench.settlement.tolerance import tolerance_limit
from workbench.settlement.valuation import RateChoice, Valuation

__all__ = ["Chosen", "Posted", "accept", "pay", "put_aside", "reject", "teach", "use_credit", "write_off"]

_SPREAD = Decimal("0.05")
"""How far from the published rate a bank's own may be, for a payment in another currency to count as the whole."""
_TOLD_SPREAD = Decimal("0.1")
"""The same where a person says how much of an instalment it pays."""
_MOST_CHARGES = Decimal("0.1")
"""Of what arrived; banks keep less, on all but the smallest payments."""
_TAUGHT = "payer.taught"


@dataclass(frozen=True, slots=True)
class Chosen:
    """An instalment and how much of it, in its own currency; None takes as much as both hold."""

    instalment_id: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What an answer came to; amounts are in the receipt's currency, ``written_off`` in base currency."""

    receipt_id: str
    allocations: tuple[Mapping[str, Any], ...]
    credit: Decimal
    unmatched: Decimal
    written_off: Decimal = Decimal(0)


@dataclass(slots=True)
class _Desk:
    """One receipt, and the books as they stand inside the changeset."""

    cs: Changeset
    book: RateBook
    person: str
    receipt_id: str | None
    wanted: Sequence[str]
    basis: Basis = Basis.INVOICE_OR_ORDER
    choice: RateChoice = field(default_factory=RateChoice)
    customers: Sequence[str] = ()
    books: Books = field(init=False)
    receivables: Receivables = field(init=False)
    open_day: date | None = field(init=False)

    def __post_init__(self) -> None:
        self.cs.begin()  # from here on nobody else writes
        self.books = Books.around(self.cs, self.receipt_id, self.wanted, self.customers)
        self.receivables = self.books.receivables(self.book, basis=self.basis, choice=self.choice)
        self.open_day = first_open_day(self.cs)

    def receipt(self, receipt_id: str) -> dict[str, Any]:
        for row in self.books.receipts:
            if row["id"] == receipt_id:
                return row
        raise _refused(receipt_id, _("There is no such receipt."))

    def item(self, instalment_id: str, day: date, receipt_id: str) -> OpenItem:
        try:
            return self.receivables.item(instalment_id, day)
        except KeyError:
            raise _refused(receipt_id, _("There is no instalment {id}.").format(id=instalment_id)) from None

    def posted_on(self, day: date) -> date:
        return max(day, self.open_day) if self.open_day else day

    def left_of(self, receipt: Mapping[str, Any]) -> Decimal:
        amount: Decimal = receipt["amount"]
        return amount - self.books.taken().get(receipt["id"], Decimal(0))

    def customer_of(self, instalment_id: str) -> str:
        return str(self.receivables.order_of(instalment_id)["customer_id"])

    def settlement(self, receipt: Mapping[str, Any], parts: Sequence[Part], charges: Decimal, why: str) -> Settlement:
        made = allocate_receipt(
            receipt,
            parts,
            book=self.book,
            base_currency=self.books.base_currency,
            charges=charges,
            earlier=[row for row in self.books.allocations if row["receipt_id"] == receipt["id"]],
            set_aside=[row for row in self.books.credits if row["receipt_id"] == receipt["id"]],
            choice=self.choice,
            reasons=why,
            posted_on=self.posted_on(receipt["value_date"]),
        )
        if made.findings:
            raise _refused(receipt["id"], made.findings[0].message)
        return made


def pay(
    cs: Changeset,
    book: RateBook,
    receipt_id: str,
    chosen: Sequence[Chosen],
    person: str,
    *,
    charges: Decimal = Decimal(0),
    keep_rest: bool = True,
    write_off_short: bool = False,
    why: str = "",
    proposed: bool = False,
    basis: Basis = Basis.INVOICE_OR_ORDER,
    choice: RateChoice | None = None,
) -> Posted:
    """Settle instalments by a receipt, as a person says; several ones split it.

    Args:
        cs: the changeset; nothing of it is kept where anything is refused.
        book: rates.
        receipt_id: the receipt, of which something must be left.
        chosen: the instalments; without amounts they are filled one after another.
        person: who says so.
        charges: kept by banks on the way, in the receipt's currency.
        keep_rest: what came too much becomes the customer's credit; otherwise it stays unmatched.
        write_off_short: give up what stays open of the instalments afterwards: within the customer's tolerance, or by
            somebody with the right to.
        why: the reason of a write-off, and what is noted of the answer.
        proposed: the charges are those that the matching found, not a person's own.
        basis: when receivables arise.
        choice: which published rates are used.

    Raises:
        AllocationRefused: the receipt does not fit them, nothing of it is left, or they are paid.
        NotPermitted, ReasonMissing: of a write-off, or of charges that are more than banks keep.
    """
    wanted = [one.instalment_id for one in chosen]
    desk = _Desk(cs, book, person, receipt_id, wanted, basis, choice or RateChoice())
    receipt = desk.receipt(receipt_id)
    left = desk.left_of(receipt) + charges
    if not chosen or not left:
        raise _refused(receipt_id, _("Nothing of it is left to settle.") if chosen else _("No instalment is named."))
    if charges and not proposed:
        _check_charges(desk, receipt, charges, why)
    parts = _parts(desk, receipt, chosen, left)
    made = desk.settlement(receipt, parts, charges, _note(person, why))
    cs.insert("allocations", made.allocations)
    credit = Decimal(0)
    if made.credit_row is not None and keep_rest and receipt["amount"] > 0:
        credit = made.credit_row["amount"]
        cs.insert("credits", [{**made.credit_row, "customer_id": desk.customer_of(parts[0].item.instalment_id)}])
    desk.receivables.settle(made.allocations)
    given_up = Decimal(0)
    if write_off_short:
        for part in parts:
            day = desk.posted_on(receipt["value_date"])
            given_up += _give_up(desk, part.item.instalment_id, day, why, receipt)
    _decide(cs, receipt_id, person, [part.item.instalment_id for part in parts], why)
    rest = (made.credit.amount if made.credit else Decimal(0)) - credit
    return Posted(receipt_id, made.allocations, credit, rest, given_up)


def _check_charges(desk: _Desk, receipt: Mapping[str, Any], charges: Decimal, why: str) -> None:
    """Charges are no way around a write-off: far more than banks keep, or tell, needs the same reason and right."""
    told: Decimal = receipt.get("fee_amount") or Decimal(0)
    if receipt.get("instructed_currency") == receipt["currency"]:
        told = max(told, (receipt.get("instructed_amount") or Decimal(0)) - receipt["amount"])
    if charges > max(told, abs(receipt["amount"]) * _MOST_CHARGES):
        what = _("tell so much as charges")
        require_reason(why, what)
        require_right(desk.cs, desk.person, what)


def accept(
    cs: Changeset, book: RateBook, receipt_id: str, person: str, *, alternative: int = 0, why: str = ""
) -> Posted:
    """Post what is proposed for a receipt, or its alternative of that number, counted from 1.

    Raises:
        AllocationRefused: nothing is proposed, there is no such alternative, or it cannot be settled.
    """
    rows = _undecided(cs, receipt_id)
    if alternative:
        others = [one for row in rows[:1] for one in row.get("alternatives") or ()]
        if alternative > len(others):
            raise _refused(receipt_id, _("There are {count} alternatives.").format(count=len(others)))
        return pay(cs, book, receipt_id, _of_alternative(others[alternative - 1]), person, why=why)
    named = [row for row in rows if row.get("instalment_id")]
    if not named:
        raise _refused(receipt_id, _("Nothing is proposed for it."))
    told = [row.get("proposed") or {} for row in named]
    charges = sum((Decimal(str(one.get("charges") or 0)) for one in told[:1]), Decimal(0))
    chosen = [
        Chosen(row["instalment_id"], Decimal(str(one["amount"])) if one.get("amount") else None)
        for row, one in zip(named, told, strict=True)
    ]
    return pay(cs, book, receipt_id, chosen, person, charges=charges, why=why, proposed=True)


def reject(cs: Changeset, receipt_id: str, person: str, instalment_ids: Iterable[str] = (), why: str = "") -> None:
    """Rule instalments out for a receipt, or, without any, say that it is no payment of a customer at all."""
    reasons = [_said(person, why)] if why else []
    row = {"receipt_id": receipt_id, "decision": "rejected", "reasons": reasons, "decided_by": person}
    ids: list[str | None] = [*instalment_ids] or [None]
    _keep(
        cs,
        receipt_id,
        [{**row, "instalment_id": one} for one in ids],
        others={"decision": "rejected", "decided_by": person},
    )


def teach(cs: Changeset, receipt_id: str, customer_id: str, person: str) -> None:
    """Say that the payer of a receipt pays for this customer, now and later.

    Raises:
        AllocationRefused: there is no such receipt or customer, or the bank names no payer.
    """
    receipts, customers = cs.rows("receipts", {"id": receipt_id}), cs.rows("customers", {"id": customer_id})
    if not receipts or not customers:
        raise _refused(receipt_id, _("There is no such receipt or customer."))
    payer, name = receipts[0].get("payer") or "", customers[0]["legal_name"]
    if not payer:
        raise _refused(receipt_id, _("The bank names no payer, so there is nothing to learn."))
    text = _("{payer} pays for {customer}, as you said").format(payer=payer, customer=name)
    reason = {"code": _TAUGHT, "payer": payer, "customer": name, "text": text, "customer_id": customer_id}
    row: dict[str, Any] = {"receipt_id": receipt_id, "instalment_id": None, "decision": "rejected"}
    row |= {"reasons": [reason], "decided_by": person}
    _keep(cs, receipt_id, [row], others=row)


def put_aside(
    cs: Changeset, book: RateBook, receipt_id: str, customer_id: str, person: str, *, refundable: bool = False
) -> Posted:
    """Keep what is left of a receipt as a customer's credit, to be used later.

    Money that went out to the customer uses up what is held, at the rate it is held at; the difference is realised.

    Raises:
        AllocationRefused: nothing is left of it, there is no rate for its value date, or more went out than is held.
    """
    desk = _Desk(cs, book, person, receipt_id, [], customers=[customer_id])
    receipt = desk.receipt(receipt_id)
    if not desk.left_of(receipt):
        raise _refused(receipt_id, _("Nothing of it is left to settle."))
    row = {**(desk.settlement(receipt, [], Decimal(0), "").credit_row or {})}
    if row["amount"] < 0:
        row["base_amount"] = -_paid_back(desk, receipt_id, customer_id, row)
    cs.insert("credits", [{**row, "customer_id": customer_id, "refundable": refundable, "why": _note(person, "")}])
    _decide(cs, receipt_id, person, [], "")
    return Posted(receipt_id, (), row["amount"], Decimal(0))


def _paid_back(desk: _Desk, receipt_id: str, customer_id: str, row: Mapping[str, Any]) -> Decimal:
    """The base amount that what went out was held at."""
    held = list(desk.books.credit_left().values())
    used = paid_back(held, customer_id, row["currency"], -row["amount"])
    if sum((amount for _held, amount, _base in used), Decimal(0)) != -row["amount"]:
        raise _refused(
            receipt_id,
            _("The customer holds less credit than {amount} {currency}.").format(
                amount=-row["amount"], currency=row["currency"]
            ),
        )
    return sum((base for _held, _amount, base in used), Decimal(0))


def use_credit(cs: Changeset, book: RateBook, receipt_id: str, chosen: Chosen, person: str, *, on: date) -> Posted:
    """Settle an instalment with the credit that a receipt left, on a later day.

    The credit is held at the rate of its receipt, as an advance is; the difference to the receivable is realised.

    Raises:
        AllocationRefused: there is no credit, it is less than the part, or the instalment is another customer's.
    """
    desk = _Desk(cs, book, person, receipt_id, [chosen.instalment_id])
    receipt = {**desk.receipt(receipt_id), "instructed_currency": None, "instructed_amount": None, "fee_amount": None}
    item = desk.item(chosen.instalment_id, desk.posted_on(on), receipt_id)
    customer = desk.customer_of(chosen.instalment_id)
    held = desk.books.credit_left().get((receipt_id, customer))
    if held is None:
        raise _refused(receipt_id, _("It holds no credit of that customer."))
    if held["amount"] < 0:
        raise _refused(receipt_id, _("It holds no credit of that customer."))
    if chosen.amount is None and item.currency != held["currency"]:
        raise _refused(receipt_id, _("Say how much; the currencies differ."))
    valued = {
        **receipt,
        "amount": held["amount"],
        "value_date": on,
        "base_currency": held["base_currency"],
        "base_amount": held["base_amount"],
        "rate_value": held["rate"],
        "rate_date": held["rate_date"],
        "rate_source": held["rate_source"],
    }
    made = allocate_receipt(
        valued,
        _parts(desk, valued, [chosen], held["amount"]),
        book=book,
        base_currency=desk.books.base_currency,
        reasons=_note(person, ""),
        posted_on=desk.posted_on(on),
    )
    cs.insert("allocations", [{**row, "kind": "credit"} for row in made.allocations])
    used = sum((row["receipt_amount"] for row in made.allocations), Decimal(0))
    base = sum((row["settlement_amount"] for row in made.allocations), Decimal(0))
    back = {name: held[name] for name in ("receipt_id", "customer_id", "currency", "base_currency", "rate", "rate_date",
                                          "rate_source", "refundable")}  # fmt: skip
    cs.insert("credits", [{**back, "credit_date": desk.posted_on(on), "amount": -used, "base_amount": -base}])
    return Posted(receipt_id, made.allocations, held["amount"] - used, Decimal(0))


def write_off(
    cs: Changeset,
    book: RateBook,
    instalment_id: str,
    person: str,
    *,
    on: date,
    why: str,
    amount: Decimal | None = None,
) -> Decimal:
    """Give up what is open of an instalment, or ``amount`` of it; returns what that is in base currency.

    Raises:
        AllocationRefused: nothing, or less, is open.
        ReasonMissing, NotPermitted: there is no reason, or it is beyond the tolerance and the person has no right to.
    """
    desk = _Desk(cs, book, person, None, [instalment_id])
    given = _give_up(desk, instalment_id, desk.posted_on(on), why, None, amount)
    if not given:
        raise _refused(instalment_id, _("Nothing of it is open."))
    return given


def _give_up(
    desk: _Desk,
    instalment_id: str,
    day: date,
    why: str,
    receipt: Mapping[str, Any] | None,
    amount: Decimal | None = None,
) -> Decimal:
    item = desk.item(instalment_id, day, instalment_id)
    given = item.open_amount if amount is None else amount
    if not given:
        return Decimal(0)
    what = _("write money off")
    reason = require_reason(why, what)
    before = sum(
        (row["document_amount"] for row in desk.books.allocations
         if row["instalment_id"] == instalment_id and row.get("kind") == "write_off"),
        Decimal(0),
    )  # fmt: skip
    whole = desk.receivables.amount(instalment_id)
    if abs(before + given) > tolerance_limit(whole, limits_for(desk.cs, desk.customer_of(instalment_id))):
        require_right(desk.cs, desk.person, what)
    base = desk.books.base_currency
    zero = Decimal(0)
    if item.open_base is None or item.carrying is None:
        # Nothing stands in the books for it yet: the claim ends, no money is lost.
        carrying, relieved = Valuation(item.currency, base, Decimal(0), day, "no-receivable"), zero
    else:
        carrying, relieved = item.carrying, relieve(item.open_amount, item.open_base, given, base)
    row = {
        "receipt_id": receipt["id"] if receipt else None,
        "instalment_id": instalment_id,
        "allocation_date": day,
        "receipt_currency": receipt["currency"] if receipt else item.currency,
        "receipt_amount": zero,
        "document_currency": item.currency,
        "document_amount": given,
        "base_currency": base,
        "carrying_rate": carrying.rate,
        "carrying_rate_date": carrying.rate_date,
        "carrying_amount": relieved,
        "settlement_rate": carrying.rate,
        "settlement_rate_date": carrying.rate_date,
        "rate_source": carrying.source,
        "settlement_amount": zero,
        "realised_fx": zero,
        "kind": "write_off",
        "write_off_amount": relieved,
        "why": reason,
        "person": desk.person,
    }
    desk.cs.insert("allocations", [row])
    desk.receivables.settle([row])
    return relieved


def _parts(desk: _Desk, receipt: Mapping[str, Any], chosen: Sequence[Chosen], left: Decimal) -> list[Part]:
    """The parts with their amounts: what is told as it is told, the others filled up one after another."""
    # Of a closed month the receipt settles what is open on the first open day: until then it stood unmatched.
    day = desk.posted_on(receipt["value_date"])
    items = [desk.item(one.instalment_id, day, receipt["id"]) for one in chosen]
    told = [one.amount for one in chosen]
    same = [item.currency == receipt["currency"] for item in items]
    rest = left - sum(
        (amount for amount, own in zip(told, same, strict=True) if own and amount is not None), Decimal(0)
    )
    amounts, received = _foreign(desk, receipt, items, told, rest) if not all(same) else ({}, {})
    rest -= sum(received.values(), Decimal(0))
    parts = []
    for at, (item, wanted) in enumerate(zip(items, told, strict=True)):
        amount = amounts.get(at, wanted)
        if amount is None:
            amount = _filled(item, rest)
            rest -= amount
        if not amount:
            why = (
                _("Nothing of it is left for {instalment}.") if item.open_amount else _("{instalment} is paid already.")
            )
            raise _refused(receipt["id"], why.format(instalment=item.instalment_id))
        parts.append(Part(item, amount, received.get(at)))
    return parts


def _filled(item: OpenItem, rest: Decimal) -> Decimal:
    """As much of the item as both hold; money that went out opens again what was paid."""
    if rest < 0 < item.paid:
        return -min(-rest, item.paid)
    if item.open_amount < 0 <= rest:  # a credit note is netted whole
        return item.open_amount
    return max(min(item.open_amount, rest), Decimal(0))


def _foreign(
    desk: _Desk,
    receipt: Mapping[str, Any],
    items: Sequence[OpenItem],
    told: Sequence[Decimal | None],
    rest: Decimal,
) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """Of items in other currencies than the receipt's, by their place: the amount, and what the receipt gives for it.

    Where they are about worth what is left, they get all of it, at the bank's own rate; otherwise each gets what it is
    worth on the value date, and the rest stays.
    """
    foreign = [at for at, item in enumerate(items) if item.currency != receipt["currency"]]
    whole = {at: items[at].open_amount if told[at] is None else told[at] or Decimal(0) for at in foreign}
    if len(foreign) == len(items) and all(whole.values()):
        worth = sum((_cost(desk, receipt, items[at], amount) for at, amount in whole.items()), Decimal(0))
        spread = _SPREAD if all(told[at] is None for at in foreign) else _TOLD_SPREAD
        if abs(rest - worth) <= abs(worth) * spread:
            return whole, {}
    amounts: dict[int, Decimal] = {}
    received: dict[int, Decimal] = {}
    for at in foreign:
        item, wanted = items[at], told[at]
        can = _worth(desk, receipt, item, rest)
        amounts[at] = amount = _filled(item, can) if wanted is None else wanted
        received[at] = rest if amount == can else _cost(desk, receipt, item, amount)
        if abs(received[at]) > abs(rest):
            raise _refused(
                receipt["id"],
                _(
                    "{part} {currency} of {instalment} are more than what is left of it is worth ({worth} {currency})"
                ).format(part=amount, currency=item.currency, instalment=item.instalment_id, worth=can),
            )
        rest -= received[at]
    return amounts, received


def _cost(desk: _Desk, receipt: Mapping[str, Any], item: OpenItem, amount: Decimal) -> Decimal:
    """What an amount of the item is worth in the receipt's currency."""
    one = _worth(desk, receipt, item, receipt["amount"])
    return round_to_minor(amount * receipt["amount"] / one, receipt["currency"]) if one else receipt["amount"]


def _worth(desk: _Desk, receipt: Mapping[str, Any], item: OpenItem, amount: Decimal) -> Decimal:
    """An amount of the receipt in the item's currency, at the rates of the value date."""
    valuer, day = desk.books.valuer(desk.book, desk.choice), receipt["value_date"]
    if receipt.get("instructed_currency") == item.currency and receipt.get("instructed_amount"):
        told: Decimal = receipt["instructed_amount"]
        if abs(amount) >= abs(receipt["amount"]):
            return told if amount > 0 else -told
        return round_to_minor(told * amount / abs(receipt["amount"]), item.currency)
    try:
        cash, document = valuer.on(receipt["currency"], day, receipt), valuer.on(item.currency, day)
    except RateError as error:
        raise _refused(receipt["id"], rate_missing(receipt, error).message) from error
    return round_to_minor(cash.convert(amount) / document.rate, item.currency)


def _of_alternative(one: Mapping[str, Any]) -> list[Chosen]:
    parts = one.get("parts") or [[one["instalment_id"], one.get("amount")]]
    return [Chosen(str(name), Decimal(str(amount)) if amount else None) for name, amount in parts]


def _decide(cs: Changeset, receipt_id: str, person: str, instalments: Sequence[str], why: str) -> None:
    """Keep the decision, with the reasons of what had been proposed."""
    proposed = {row.get("instalment_id"): row for row in _undecided(cs, receipt_id)}
    rows = []
    named: list[str | None] = [*instalments] or [None]
    for one in named:
        before = proposed.get(one) or {}
        rows.append({
            "receipt_id": receipt_id,
            "instalment_id": one,
            "decision": "posted",
            "confidence": before.get("confidence"),
            "reasons": [*(before.get("reasons") or ()), _said(person, why)],
            "decided_by": person,
        })  # fmt: skip
    _keep(cs, receipt_id, rows, others={"decision": "rejected", "decided_by": person})


def _undecided(cs: Changeset, receipt_id: str) -> list[dict[str, Any]]:
    """What is only proposed for a receipt."""
    return [row for row in cs.rows("match_decisions", {"receipt_id": receipt_id}) if not row.get("decided_by")]


def _keep(cs: Changeset, receipt_id: str, wanted: Sequence[Mapping[str, Any]], *, others: Mapping[str, Any]) -> None:
    """Make the proposal's rows say what was decided, so that whoever sees them in a sheet sees them change.

    Proposed rows beyond those take on ``others``: an instalment that was not chosen is ruled out.
    """
    held = _undecided(cs, receipt_id)
    rest = list(wanted)
    for row in sorted(held, key=lambda one: all(one.get("instalment_id") != two["instalment_id"] for two in wanted)):
        same = next((one for one in rest if one["instalment_id"] == row.get("instalment_id")), None)
        chosen = same or (rest[0] if rest else None)
        if chosen is not None:
            rest.remove(chosen)
        cs.update("match_decisions", row["id"], dict(chosen or others))
    cs.insert("match_decisions", rest)


def _said(person: str, why: str) -> dict[str, str]:
    return {"code": "answer.person", "person": person, "why": why, "text": _note(person, why)}


def _note(person: str, why: str) -> str:
    told = _("{person} said so").format(person=person)
    return f"{told}: {why}" if why else told


def _refused(place: str, message: str) -> AllocationRefused:
    return AllocationRefused(
        message,
        where=f"receipts {place}",
        remedy=_("Look at what waits with: workbench receipts queue; take back a posting with: workbench undo"),
    )
