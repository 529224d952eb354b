"""Which receipt pays which instalment: posted above a bar of probability, else shown to a person with what else it may be.

The work grows with the number of receipts and instalments, not with their product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from workbench.i18n import _
from workbench.matching.columns import NONE, Codes, Ledger, Receipts
from workbench.matching.explain import Teller
from workbench.matching.model import sigmoid, stored_model, trees
from workbench.matching.reasons import MatchReason
from workbench.matching.refunds import Original, Refund, returned
from workbench.matching.repeats import repeats
from workbench.matching.shares import DEFAULT_CHARGES, Part, Shares
from workbench.matching.verdict import Verdicts, verdicts
from workbench.matching.workspace import Judge, Judged, Workspace
from workbench.rates import RateBook
from workbench.settlement import Limits

__all__ = ["Alternative", "Proposal", "default_bar", "match", "with_refusal"]

_MAX_ALTERNATIVES = 5
_NOT_PAYMENTS = frozenset({"fee", "interest", "transfer"})
_WORTH_SHOWING = 0.02
_WORTH_PROPOSING = Decimal("0.05")
_SECOND_CHOICE = 0.5
_BEYOND_DOUBT = Decimal("0.998")
_LEAST = 1e-9
_FOUR_DIGITS = Decimal("0.0001")
_ROUNDS = 2
_STEPS = _ROUNDS + 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a person may choose instead; ``instalment_id`` and ``amount`` are of the first part."""

    instalment_id: str
    amount: Decimal
    confidence: Decimal
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one receipt.

    ``decision`` is ``post`` (safe to settle without a person), ``review`` or ``no_match``. ``charges`` is what a bank
    kept on the way, in the receipt's currency: the amount instructed less the amount credited. ``confidence`` is the
    probability that exactly these orders are meant.
    """

    receipt_id: str
    parts: tuple[Part, ...]
    confidence: Decimal
    decision: str
    reasons: tuple[MatchReason, ...]
    alternatives: tuple[Alternative, ...] = ()
    charges: Decimal = Decimal(0)


def default_bar() -> Decimal:
    """The probability from which receipts are posted; chosen on other data than the model was trained on."""
    return Decimal(str(stored_model()["bar"]))


def match(
    receipts: Iterable[Mapping[str, Any]],
    instalments: Iterable[Mapping[str, Any]],
    orders: Iterable[Mapping[str, Any]],
    customers: Iterable[Mapping[str, Any]],
    *,
    invoices: Iterable[Mapping[str, Any]] = (),
    earlier_receipts: Iterable[Mapping[str, Any]] = (),
    earlier_links: Iterable[Mapping[str, Any]] = (),
    taught: Iterable[tuple[str, str]] = (),
    rejected: Iterable[tuple[str, str]] = (),
    book: RateBook | None = None,
    charges: Limits = DEFAULT_CHARGES,
    bar: Decimal | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Proposal]:
    """Propose for every receipt what it pays; in the receipts' order, and the same for any order of the rows.

    Args:
        receipts: rows like the register's.
        instalments: rows with ``open_amount`` (``amount`` where it is missing) and, if they have one, a ``number`` and
            an ``issue_date``.
        orders: rows with ``number``, ``customer_po`` and, if there is one, ``proforma_number``.
        customers: rows with ``legal_name``, ``local_name`` and, if it is known, ``bank_account``.
        invoices: rows with ``number`` and ``order_id``.
        earlier_receipts: receipts that are dealt with: they teach, and one that is reported again is known.
        earlier_links: what those paid, rows with ``receipt_id``, ``instalment_id`` and ``amount``.
        taught: pairs of a payer's name and the customer's id it stands for, as a person said.
        rejected: pairs of receipt and instalment ids that a person ruled out.
        book: rates to compare currencies with; without it those that are shipped.
        charges: how much may be missing of what is owed to be taken for bank charges; the amount is in US dollars.
            Where the bank tells the amount instructed, the higher of the two limits holds.
        bar: probability from which a receipt is posted, ``default_bar`` where it is left out.
        progress: called with a stage's name, the steps done and the steps in all.
    """
    step = progress or (lambda _stage, _done, _total: None)
    step(_("matching receipts"), 0, _STEPS)
    people = list(customers)
    currencies, numbers = Codes(), Codes()
    currencies.add("USD")
    for customer in sorted(str(row["id"]) for row in people):
        numbers.add(customer)
    ledger = Ledger.of(instalments, orders, numbers, invoices, currencies)
    given: list[str] = []
    columns = Receipts.of(_noting(receipts, given), currencies)
    earlier = Receipts.of(earlier_receipts, currencies)
    again = repeats(columns, earlier)
    skip = np.array([kind in _NOT_PAYMENTS for kind in columns.kind], np.bool_)
    skip[list(again)] = True
    space = Workspace(
        columns,
        ledger,
        people,
        book or RateBook.embedded(),
        earlier=earlier,
        links=earlier_links,
        taught=taught,
        skip=skip,
    )
    space.rule_out(rejected)
    judged = judge(space, lambda done: step(_("matching receipts"), done, _STEPS))
    desk = _Desk(space, judged, Shares(space, charges), bar if bar is not None else default_bar())
    proposals = desk.proposals()
    proposals |= _repeated(columns, again)
    proposals |= desk.refunds(
        [number for number in np.flatnonzero(columns.amount <= 0).tolist() if number not in again], earlier
    )
    step(_("matching receipts"), _STEPS, _STEPS)
    return [proposals[id_] for id_ in given]


def judge(
    space: Workspace,
    step: Callable[[int], None] = lambda _done: None,
    *,
    first: Judge | None = None,
    later: Judge | None = None,
) -> Judged:
    """All rounds of judging, with the judges that are shipped or others."""
    first, later = first or trees("first").log_odds, later or trees("later").log_odds
    judged = space.first_round(first)
    space.learn(judged)
    for done in range(1, _ROUNDS + 1):
        step(done)
        judged = space.next_round(later, judged, stay=done > 1)
        space.learn(judged)
    step(_ROUNDS + 1)
    return space.last_round(later, judged)


def _noting(receipts: Iterable[Mapping[str, Any]], ids: list[str]) -> Iterable[Mapping[str, Any]]:
    for row in receipts:
        ids.append(str(row["id"]))
        yield row


def _repeated(receipts: Receipts, again: Mapping[int, str]) -> dict[str, Proposal]:
    return {
        receipts.ids[number]: _none(receipts.ids[number], MatchReason.of("receipt.reported-twice", receipt=other))
        for number, other in again.items()
    }


def _none(receipt_id: str, *reasons: MatchReason) -> Proposal:
    return Proposal(receipt_id, (), Decimal(0), "no_match", reasons)


def _decimal(chance: float) -> Decimal:
    return Decimal(min(max(chance, 0.0), 0.9999)).quantize(_FOUR_DIGITS)


class _Desk:
    """Where hypotheses become proposals, the surest first, each open amount given away once."""

    def __init__(self, space: Workspace, judged: Judged, shares: Shares, bar: Decimal) -> None:
        self._space, self._judged, self._shares, self._bar = space, judged, shares, bar
        self._verdicts: Verdicts = verdicts(space, judged)
        found = self._verdicts
        self._sure = sigmoid(trees("final").log_odds(found.columns)) if len(found.receipt) else np.zeros(0)
        self._teller = Teller(space, judged, self._verdicts)
        self._given: dict[int, Original] = {}

    def proposals(self) -> dict[str, Proposal]:
        """A proposal for every receipt that brings money in."""
        space, found = self._space, self._verdicts
        made: dict[str, Proposal] = {}
        for place in np.lexsort((found.receipt, -self._sure)).tolist():
            number = int(found.receipt[place])
            made[space.receipts.ids[number]] = self._proposal(number, place)
        for number in range(len(space.receipts)):
            if space.receipts.ids[number] not in made:
                made[space.receipts.ids[number]] = self._without(number)
        return made

    def _proposal(self, number: int, place: int) -> Proposal:
        """The likeliest of a receipt's hypotheses whose amounts are still there."""
        receipts, chances = self._space.receipts, self._chances(place)
        for hypothesis, chance, is_first in chances:
            share = self._shares.of(hypothesis, self._judged) if is_first or chance >= _WORTH_SHOWING else None
            if share is None:
                continue
            sure = _decimal(float(self._sure[place]) if is_first else min(chance, _SECOND_CHOICE))
            if sure < _WORTH_PROPOSING:
                return self._unlikely(number, hypothesis, chances, sure)
            reasons = self._teller.reasons(number, hypothesis, place, share)
            others = self._alternatives(chances, hypothesis) if sure < _BEYOND_DOUBT else ()
            if sure >= self._bar and is_first and share.may_post and self._teller.is_founded(hypothesis):
                self._shares.take(share)
                self._given[number] = Original(number, share.items, float(sure))
                return Proposal(receipts.ids[number], share.parts, sure, "post", reasons, others, share.charges)
            reasons += self._teller.open_question(share, others)
            return Proposal(receipts.ids[number], share.parts, sure, "review", reasons, others, share.charges)
        return self._without(number)

    def _unlikely(
        self, number: int, hypothesis: int, chances: list[tuple[int, float, bool]], sure: Decimal
    ) -> Proposal:
        """Nothing is proposed; a person is asked where a number or the payer leads somewhere, and sees what fits best."""
        reasons, others = self._teller.unlikely(number, hypothesis), self._alternatives(chances, NONE)
        decision = "review" if self._teller.is_founded(hypothesis) else "no_match"
        return Proposal(self._space.receipts.ids[number], (), sure, decision, reasons, others)

    def _chances(self, place: int) -> list[tuple[int, float, bool]]:
        """The hypotheses with their chances, likeliest first, and whether they mean the orders judged likeliest.

        The first set of orders has the chance of the final judgement, shared by the ways to pay those orders; the other
        sets share what is left.
        """
        found, probability = self._verdicts, self._judged.weighed.probability
        ranked = found.ranked[found.start[place] : found.start[place + 1]]
        first = float(self._sure[place])
        members = found.members(place)
        whole = max(float(probability[members].sum()), _LEAST)
        same = [(one, first * float(probability[one]) / whole, True) for one in members]
        rest = float(probability[ranked[1:]].sum())
        room = min(1.0, max(1 - first, 0.0) / rest) if rest else 0.0
        return same + [(int(one), float(probability[one]) * room, False) for one in ranked[1:]]

    def _alternatives(self, chances: list[tuple[int, float, bool]], chosen: int) -> tuple[Alternative, ...]:
        """Other sets of orders first, then other ways to pay the orders chosen; just the likeliest where nothing is."""
        others = []
        for hypothesis, chance, _is_first in sorted(chances, key=lambda one: one[2] and chosen != NONE):
            share = self._shares.of(hypothesis, self._judged) if hypothesis != chosen and chance > 0 else None
            if share is not None:
                first = share.parts[0]
                sure = _decimal(min(chance, _SECOND_CHOICE))
                others.append(Alternative(first.instalment_id, first.amount, sure, share.parts))
            if len(others) == _MAX_ALTERNATIVES:
                break
        return tuple(others)

    def _without(self, number: int) -> Proposal:
        """Nothing fits; a person is asked where something is named, and shown what is open of it."""
        space = self._space
        id_, is_other_kind = space.receipts.ids[number], space.receipts.kind[number] in _NOT_PAYMENTS
        reasons = self._teller.no_match(number, is_other_kind=is_other_kind)
        if is_other_kind or not space.references.named[number]:
            return _none(id_, *reasons)
        left = [(one, self._shares.left(one)) for one in space.references.items_named(number)]
        others = [Alternative(space.ledger.ids[one], amount, Decimal(0)) for one, amount in left if amount > 0]
        return Proposal(id_, (), Decimal(0), "review", reasons, tuple(others[:_MAX_ALTERNATIVES]))

    def refunds(self, numbers: list[int], earlier: Receipts) -> dict[str, Proposal]:
        """A proposal for every receipt that takes money out again."""
        space = self._space
        found = returned(space, numbers, self._given, earlier)
        made = {}
        for number in numbers:
            refund = found.get(number)
            made[space.receipts.ids[number]] = self._refund(number, refund) if refund else self._outgoing(number)
        return made

    def _outgoing(self, number: int) -> Proposal:
        receipts = self._space.receipts
        kind = receipts.kind[number]
        reason = MatchReason.of("receipt.kind", kind=kind) if kind in _NOT_PAYMENTS else MatchReason("receipt.outgoing")
        return _none(receipts.ids[number], reason)

    def _refund(self, number: int, refund: Refund) -> Proposal:
        receipts = self._space.receipts
        sure = _decimal(refund.chance)
        parts = self._shares.taken_back(number, refund)
        if sure < self._bar or not parts:
            return Proposal(receipts.ids[number], parts, sure, "review", (*refund.reasons, MatchReason("ask.refund")))
        self._shares.note_return(refund, parts)
        return Proposal(receipts.ids[number], parts, sure, "post", refund.reasons)


def with_refusal(proposal: Proposal, problem: str) -> Proposal:
    """The proposal as one for a person, because settling it was refused."""
    reasons = (*proposal.reasons, MatchReason.of("settlement.refused", problem=problem))
    return replace(proposal, decision="review", reasons=reasons)
