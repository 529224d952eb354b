"""Which receipt pays which instalment: posted only where number and amount agree, else shown to a person.

The work grows with the number of receipts and instalments, not with their product: numbers, amounts and payers' names
are looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from rapidfuzz import fuzz

from workbench.duplicates import name_tokens
from workbench.i18n import _
from workbench.matching.numbers import NumberIndex
from workbench.matching.reasons import MatchReason
from workbench.settlement import Difference, Limits, classify_difference

__all__ = ["DEFAULT_CHARGES", "Alternative", "Part", "Proposal", "match"]

DEFAULT_CHARGES = Limits(Decimal(60), Decimal(5))
"""What may be missing for bank charges: the lower of 60 units of the currency and 5 % of the amount owed."""

_MAX_COMBINATIONS = 4096
_MAX_ALTERNATIVES = 5
_NOT_PAYMENTS = frozenset({"fee", "interest", "transfer"})
_SURE = {"payer.same": Decimal("0.99"), "": Decimal("0.97"), "payer.other": Decimal("0.95")}
_MAYBE = Decimal("0.45")
_GUESS = Decimal("0.30")


@dataclass(frozen=True, slots=True)
class Part:
    """What a receipt settles of one instalment, in the instalment's currency."""

    instalment_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Alternative:
    """An instalment that a person may choose instead."""

    instalment_id: str
    amount: Decimal
    confidence: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one receipt.

    ``decision`` is ``post`` (safe to settle without a person), ``review`` or ``no_match``. ``charges`` is what a bank
    kept on the way, in the receipt's currency: the amount instructed less the amount credited.
    """

    receipt_id: str
    parts: tuple[Part, ...]
    confidence: Decimal
    decision: str
    reasons: tuple[MatchReason, ...]
    alternatives: tuple[Alternative, ...] = ()
    charges: Decimal = Decimal(0)


@dataclass(slots=True)
class _Open:
    """An instalment with what is still open of it while receipts are gone through."""

    id: str
    order_id: str
    customer_id: str
    currency: str
    amount: Decimal
    due: date
    sequence: int


@dataclass(slots=True)
class _Ledger:
    """All open instalments and the ways to find them."""

    instalments: dict[str, _Open]
    by_order: dict[str, list[_Open]]
    numbers: NumberIndex
    order_numbers: dict[str, str]
    customers: dict[str, tuple[str, ...]]
    customer_of_name: dict[str, set[str]]
    by_customer: dict[str, list[_Open]]
    by_amount: dict[tuple[str, Decimal], list[_Open]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[str, str] = field(
        default_factory=dict
    )  # instalment and the receipt that waits for a person to give it


@dataclass(frozen=True, slots=True)
class _Came:
    """An amount that a receipt can stand for, and the reason that says which."""

    amount: Decimal
    currency: str
    code: str


def match(
    receipts: Iterable[Mapping[str, Any]],
    instalments: Iterable[Mapping[str, Any]],
    orders: Iterable[Mapping[str, Any]],
    customers: Iterable[Mapping[str, Any]],
    *,
    invoices: Iterable[Mapping[str, Any]] = (),
    earlier_receipts: Iterable[Mapping[str, Any]] = (),
    charges: Limits = DEFAULT_CHARGES,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Proposal]:
    """Propose for every receipt what it pays; in the receipts' order, and the same for any order of the rows.

    Args:
        receipts: rows like the register's; gone through by value date and id.
        instalments: rows with ``open_amount`` (``amount`` where it is missing) and, if they have one, a ``number``.
        orders: rows with ``number``, ``customer_po`` and, if there is one, ``proforma_number``.
        customers: rows with ``legal_name`` and ``local_name``.
        invoices: rows with ``number`` and ``order_id``.
        earlier_receipts: receipts that are dealt with, to know one that is reported again.
        charges: how much may be missing before an amount no longer fits what is named; where the bank tells the
            amount instructed, the higher of the two limits holds.
        progress: called with a stage's name, the steps done and the steps in all.
    """
    ledger = _ledger(instalments, list(orders), list(customers), invoices)
    seen = _Seen()
    for receipt in sorted(earlier_receipts, key=_when):
        seen.other_report_of(receipt)
    rows = list(receipts)
    proposals: dict[str, Proposal] = {}
    for number, receipt in enumerate(sorted(rows, key=_when)):
        proposal = _propose(receipt, ledger, seen, charges)
        for part in proposal.parts:
            if proposal.decision == "post":
                _take(ledger, part)
            elif proposal.confidence >= _MAYBE:
                ledger.claims.setdefault(part.instalment_id, proposal.receipt_id)
        proposals[proposal.receipt_id] = proposal
        if progress and number % 1000 == 0:
            progress(_("matching receipts"), number, len(rows))
    if progress:
        progress(_("matching receipts"), len(rows), len(rows))
    return [proposals[str(receipt["id"])] for receipt in rows]


def _when(receipt: Mapping[str, Any]) -> tuple[date, str]:
    return receipt["value_date"], str(receipt["id"])


def _ledger(
    instalments: Iterable[Mapping[str, Any]],
    orders: Sequence[Mapping[str, Any]],
    customers: Iterable[Mapping[str, Any]],
    invoices: Iterable[Mapping[str, Any]],
) -> _Ledger:
    customer_of = {row["id"]: row["customer_id"] for row in orders}
    every: list[_Open] = []
    numbers: list[tuple[str, str]] = []
    for row in instalments:
        amount = row["open_amount"] if row.get("open_amount") is not None else row["amount"]
        one = _Open(
            row["id"],
            row["order_id"],
            customer_of[row["order_id"]],
            row["currency"],
            amount,
            row.get("due_date") or date.max,
            row.get("sequence") or 0,
        )
        every.append(one)
        if row.get("number"):
            numbers.append((row["number"], "i:" + one.id))
    for row in orders:
        names = ("number", "customer_po", "proforma_number")
        numbers.extend((row[name], "o:" + row["id"]) for name in names if row.get(name))
    numbers.extend((row["number"], "o:" + row["order_id"]) for row in invoices)
    every.sort(key=lambda one: (one.due, one.sequence, one.id))
    ledger = _Ledger(
        {one.id: one for one in every},
        defaultdict(list),
        NumberIndex(numbers),
        {row["id"]: row["number"] for row in orders},
        {},
        defaultdict(set),
        defaultdict(list),
    )
    for one in every:
        ledger.by_order[one.order_id].append(one)
        ledger.by_customer[one.customer_id].append(one)
        if one.amount > 0:
            ledger.by_amount[one.currency, one.amount].append(one)
    for row in customers:
        ledger.customers[row["id"]] = tuple(row[name] for name in ("legal_name", "local_name") if row.get(name))
        for name in ledger.customers[row["id"]]:
            ledger.customer_of_name[_name_key(name)].add(row["id"])
    return ledger


def _name_key(name: str) -> str:
    return " ".join(name_tokens(name))


def _take(ledger: _Ledger, part: Part) -> None:
    one = ledger.instalments[part.instalment_id]
    ledger.by_amount[one.currency, one.amount].remove(one)
    one.amount -= part.amount
    if one.amount > 0:
        ledger.by_amount[one.currency, one.amount].append(one)


class _Seen:
    """Receipts met so far, to know one that the bank reports a second time."""

    def __init__(self) -> None:
        self._by_bank_reference: dict[tuple[object, ...], str] = {}
        self._by_looks: dict[tuple[object, ...], list[tuple[str, str]]] = defaultdict(list)

    def other_report_of(self, receipt: Mapping[str, Any]) -> str | None:
        """Id of the earlier report of the same receipt, if any; remembers this one.

        The bank's own reference decides. Without one on either side, the day, amount, payer and text do.
        """
        id_, reference = str(receipt["id"]), receipt.get("bank_reference") or ""
        money = (receipt["currency"], receipt["amount"])
        looks = (receipt["value_date"], *money, receipt.get("payer") or "", receipt.get("reference") or "")
        other = self._by_bank_reference.setdefault((*money, reference), id_) if reference else id_
        if other == id_:
            other = next((one for one, its in self._by_looks[looks] if not (reference and its)), id_)
        self._by_looks[looks].append((id_, reference))
        return other if other != id_ else None


def _propose(receipt: Mapping[str, Any], ledger: _Ledger, seen: _Seen, charges: Limits) -> Proposal:
    other = seen.other_report_of(receipt)
    if other:
        return _none(receipt, MatchReason.of("receipt.reported-twice", receipt=other))
    kind = receipt.get("kind") or "unknown"
    if kind in _NOT_PAYMENTS:
        return _none(receipt, MatchReason.of("receipt.kind", kind=kind))
    if receipt["amount"] <= 0:
        return _none(receipt, MatchReason("receipt.outgoing"))
    found = ledger.numbers.find(str(receipt.get("reference") or ""))
    if not found:
        return _by_amount_or_payer(receipt, ledger, charges, MatchReason("reference.none"))
    return _by_numbers(receipt, ledger, found, charges)


def _none(receipt: Mapping[str, Any], *reasons: MatchReason) -> Proposal:
    return Proposal(str(receipt["id"]), (), Decimal(0), "no_match", reasons)


def _by_numbers(
    receipt: Mapping[str, Any], ledger: _Ledger, found: Mapping[str, frozenset[str]], charges: Limits
) -> Proposal:
    told = MatchReason.of("reference.found", numbers=", ".join(found))
    orders: dict[str, set[str]] = {}
    for number, keys in found.items():
        named = {_order_of(key, ledger) for key in keys}
        if len(named) > 1:
            shown = ", ".join(sorted(ledger.order_numbers[order] for order in named))
            reason = MatchReason.of("reference.shared", number=number, orders=shown)
            return _by_amount_or_payer(receipt, ledger, charges, reason, among=named)
        orders.setdefault(named.pop(), set()).update(key[2:] for key in keys if key.startswith("i:"))
    owed = [one.amount for order in orders for one in ledger.by_order[order]]
    if not any(amount > 0 for amount in owed):
        # An order without instalments was cancelled or has none yet: then nothing is paid twice.
        code = "reference.settled" if owed else "reference.nothing-owed"
        return _by_amount_or_payer(receipt, ledger, charges, MatchReason.of(code, numbers=", ".join(found)))
    for came in _amounts(receipt, charges):
        chosen = _chosen(orders, ledger, came)
        if chosen is not None:
            return _posted(receipt, ledger, came, chosen, told)
    return _not_agreeing(receipt, ledger, orders, charges, told)


def _order_of(key: str, ledger: _Ledger) -> str:
    return ledger.instalments[key[2:]].order_id if key.startswith("i:") else key[2:]


def _amounts(receipt: Mapping[str, Any], charges: Limits) -> list[_Came]:
    """What the payer sent: as credited, and as instructed where the bank tells it.

    The difference would be booked as charges, so one that no bank takes, or that is none at all, makes the amount
    instructed worth nothing: it may not exceed both limits.
    """
    credited, instructed = receipt["amount"], receipt.get("instructed_amount")
    amounts = [_Came(credited, receipt["currency"], "amount.credited")]
    if instructed and receipt.get("instructed_currency") == receipt["currency"]:
        most = max(charges.amount, instructed * charges.percent / 100)
        if 0 < instructed - credited <= most:
            amounts.append(_Came(instructed, receipt["currency"], "amount.instructed"))
    return amounts


def _chosen(orders: Mapping[str, set[str]], ledger: _Ledger, came: _Came) -> list[_Open] | None:
    """The instalments of the named orders whose open amounts make up exactly what came; None if none or two do."""
    found = [
        taken
        for taken in _combinations(orders, ledger, came.currency)
        if sum((one.amount for one in taken), Decimal(0)) == came.amount
    ]
    fewest = min((len(taken) for taken in found), default=0)
    best = [taken for taken in found if len(taken) == fewest]
    return best[0] if len(best) == 1 else None


def _combinations(orders: Mapping[str, set[str]], ledger: _Ledger, currency: str) -> Iterator[list[_Open]]:
    """One way for every order named; nothing where there are too many to look at each of them."""
    ways = [_ways(ledger.by_order[order], named, currency) for order, named in orders.items()]
    if prod(len(one) for one in ways) <= _MAX_COMBINATIONS:
        for combination in product(*ways):
            yield [one for way in combination for one in way]


def _ways(instalments: Sequence[_Open], named: set[str], currency: str) -> list[list[_Open]]:
    """The ways in which an order may be meant: one instalment, those named, or all that is open.

    Of several instalments of one amount only the named one or, without a name, the one due first is a way.
    """
    open_ = [one for one in instalments if one.amount > 0 and one.currency == currency]
    by_amount: dict[Decimal, _Open] = {}
    for one in sorted(open_, key=lambda one: one.id not in named):
        by_amount.setdefault(one.amount, one)
    ways = [[one] for one in by_amount.values()]
    meant = [one for one in open_ if one.id in named]
    for group in (meant, open_):
        if len(group) > 1 and group not in ways:
            ways.append(group)
    return ways


def _posted(
    receipt: Mapping[str, Any], ledger: _Ledger, came: _Came, chosen: Sequence[_Open], told: MatchReason
) -> Proposal:
    payer = _payer(receipt, ledger, {one.customer_id for one in chosen})
    reasons = [told, MatchReason.of(came.code, amount=came.amount, currency=came.currency)]
    if len(chosen) > 1:
        reasons.append(MatchReason.of("amount.sum", count=len(chosen)))
    elif sum(one.amount == came.amount for one in ledger.by_order[chosen[0].order_id]) > 1:
        reasons.append(MatchReason("amount.equal-instalments"))
    parts = tuple(Part(one.id, one.amount) for one in chosen)
    kept = came.amount - receipt["amount"]
    claimed = [ledger.claims[one.id] for one in chosen if one.id in ledger.claims]
    if claimed:
        reasons.append(MatchReason.of("receipt.claimed", receipt=claimed[0]))
        return _review(receipt, [*reasons, *payer], chosen, parts=parts, confidence=_MAYBE, charges=kept)
    sure = _SURE[payer[0].code if payer else ""]
    return Proposal(str(receipt["id"]), parts, sure, "post", (*reasons, *payer), charges=kept)


def _not_agreeing(
    receipt: Mapping[str, Any],
    ledger: _Ledger,
    orders: Mapping[str, set[str]],
    charges: Limits,
    told: MatchReason,
) -> Proposal:
    """Numbers are named, but no amount agrees: perhaps charges were kept; else the amounts are shown."""
    amount, currency = receipt["amount"], receipt["currency"]
    named = [one for order in orders for one in ledger.by_order[order] if one.amount > 0]
    short: list[tuple[Decimal, list[_Open]]] = []
    for taken in _combinations(orders, ledger, currency):
        owed = sum((one.amount for one in taken), Decimal(0))
        if taken and classify_difference(owed, amount, charges) is Difference.SHORT_WITHIN:
            short.append((owed - amount, taken))
    payer = _payer(receipt, ledger, {one.customer_id for one in named})
    if short:
        missing, taken = min(short, key=lambda one: (one[0], len(one[1])))
        reasons = [told, MatchReason.of("amount.short", short=missing, currency=currency), *payer]
        parts = tuple(Part(one.id, one.amount) for one in taken)
        return _review(receipt, reasons, named, parts=parts, confidence=_MAYBE, charges=missing)
    return _review(receipt, [told, MatchReason.of("amount.differs", amount=amount, currency=currency), *payer], named)


def _by_amount_or_payer(
    receipt: Mapping[str, Any], ledger: _Ledger, charges: Limits, why: MatchReason, among: set[str] | None = None
) -> Proposal:
    """No number to go by: instalments of this very amount, or else the payer's own, for a person to choose from."""
    by_payer = ledger.customer_of_name.get(_name_key(str(receipt.get("payer") or "")), set())
    for came in _amounts(receipt, charges):
        fitting = [
            one
            for one in ledger.by_amount.get((came.currency, came.amount), [])
            if among is None or one.order_id in among
        ]
        if fitting:
            fitting.sort(key=lambda one: (one.customer_id not in by_payer, one.due, one.id))
            return _by_amount(receipt, ledger, why, came, fitting)
    if among:
        open_ = [one for order in sorted(among) for one in ledger.by_order[order] if one.amount > 0]
        return _review(receipt, [why], open_)
    open_ = [one for customer in sorted(by_payer) for one in ledger.by_customer[customer] if one.amount > 0]
    if open_:
        customers = ", ".join(ledger.customers[customer][0] for customer in sorted(by_payer))
        return _review(receipt, [why, MatchReason.of("payer.known", customer=customers)], open_)
    if why.code in {"reference.settled", "reference.nothing-owed"}:
        return _review(receipt, [why], [])
    return _none(receipt, why, MatchReason("receipt.unknown"))


def _by_amount(
    receipt: Mapping[str, Any], ledger: _Ledger, why: MatchReason, came: _Came, fitting: Sequence[_Open]
) -> Proposal:
    best = fitting[0]
    payer = _payer(receipt, ledger, {best.customer_id})
    fits = MatchReason.of("amount.only", count=len(fitting), amount=came.amount, currency=came.currency)
    return _review(
        receipt,
        [why, fits, *payer],
        fitting,
        parts=(Part(best.id, best.amount),),
        confidence=_MAYBE if payer and payer[0].code == "payer.same" else _GUESS,
        charges=came.amount - receipt["amount"],
    )


def _review(
    receipt: Mapping[str, Any],
    reasons: Sequence[MatchReason],
    candidates: Sequence[_Open],
    *,
    parts: tuple[Part, ...] = (),
    confidence: Decimal = _GUESS,
    charges: Decimal = Decimal(0),
) -> Proposal:
    taken = {part.instalment_id for part in parts}
    others = [one for one in candidates if one.id not in taken][:_MAX_ALTERNATIVES]
    alternatives = tuple(Alternative(one.id, one.amount, _GUESS) for one in others)
    return Proposal(str(receipt["id"]), parts, confidence, "review", tuple(reasons), alternatives, charges)


def _payer(receipt: Mapping[str, Any], ledger: _Ledger, customers: set[str]) -> list[MatchReason]:
    """Whether the payer's name is that of the one customer in question; empty where the bank tells no payer."""
    payer = str(receipt.get("payer") or "")
    if not payer or len(customers) != 1:
        return []
    names = ledger.customers.get(next(iter(customers)), ())
    if not names:
        return []
    if any(_alike(payer, name) for name in names):
        return [MatchReason.of("payer.same", customer=names[0])]
    return [MatchReason.of("payer.other", payer=payer, customer=names[0])]


def _alike(payer: str, name: str) -> bool:
    one, other = _name_key(payer), _name_key(name)
    return bool(one and other) and fuzz.token_sort_ratio(one, other) >= 85


def with_refusal(proposal: Proposal, problem: str) -> Proposal:
    """The proposal as one for a person, because settling it was refused."""
    reasons = (*proposal.reasons, MatchReason.of("settlement.refused", problem=problem))
    return replace(proposal, decision="review", confidence=_MAYBE, reasons=reasons)
