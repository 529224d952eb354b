"""Why a receipt is, or is not, taken to pay something, in the terms of a bookkeeper."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from workbench.matching.columns import NONE, SCALE, Ints
from workbench.matching.features import Columns
from workbench.matching.reasons import MatchReason
from workbench.matching.references import CUT, DIGITS, ONE_SLIP
from workbench.matching.shares import Share
from workbench.matching.verdict import Verdicts
from workbench.matching.workspace import Judged, Workspace

__all__ = ["Teller"]

_ALIKE = 0.75
_SOMEHOW_ALIKE = 0.5
_KNOWN = 0.8
_MOST_SHOWN = 5
_LATE, _EARLY = 45, -10
_DIGITS_SAID = {DIGITS: "reference.digits", ONE_SLIP: "reference.slip", CUT: "reference.cut"}
_STORIES = {
    "exact": "amount.credited",
    "instructed": "amount.instructed",
    "charges": "amount.charges",
    "rate": "amount.rate",
    "over": "amount.over",
    "part": "amount.part",
    "unexplained": "amount.unexplained",
}


class Teller:
    """Tells the reasons of hypotheses from their features."""

    def __init__(self, space: Workspace, judged: Judged, found: Verdicts) -> None:
        self._space, self._judged, self._found = space, judged, found
        self._names = space.payers.customer_names
        self._unkept: tuple[int, Columns] = (NONE, {})
        """The hypothesis whose features were computed last, as they were not kept."""

    def reasons(self, number: int, hypothesis: int, place: int, share: Share) -> tuple[MatchReason, ...]:
        """Reference, payer, amount, dates and rivals, as far as they say anything."""
        return (
            *self._reference(number, hypothesis),
            *self._payer(number, hypothesis),
            *self._amount(number, hypothesis, share),
            *self._dates(hypothesis),
            *self._rivals(place),
        )

    def _feature(self, hypothesis: int, name: str) -> float:
        row = int(self._judged.row[hypothesis])
        if row != NONE:
            return float(self._judged.columns[name][row])
        if hypothesis != self._unkept[0]:
            self._unkept = hypothesis, self._space.features_of(self._judged, np.array([hypothesis]))
        return float(self._unkept[1][name][0])

    def _items(self, hypothesis: int) -> Ints:
        sets = self._judged.hypotheses
        return sets.item[sets.start[hypothesis] : sets.start[hypothesis + 1]]

    def is_founded(self, hypothesis: int) -> bool:
        """Whether a number or the payer speaks for it: nothing is posted because of its amount alone."""
        ties = ("on_file", "taught", "key_count", "account_count")
        by_payer = any(self._feature(hypothesis, name) > 0 for name in ties)
        by_number = self._feature(hypothesis, "named_share") > 0 or self._feature(hypothesis, "digits_max") >= DIGITS
        return by_payer or by_number or self._feature(hypothesis, "alike") >= _SOMEHOW_ALIKE

    def _reference(self, number: int, hypothesis: int) -> list[MatchReason]:
        named = self._space.references.named[number]
        numbers = ", ".join(list(named)[:_MOST_SHOWN])
        if self._feature(hypothesis, "named_share") > 0:
            told = [MatchReason.of("reference.found", numbers=numbers)]
            if self._feature(hypothesis, "orders_missed") > 0:
                told.append(MatchReason("reference.more"))
            return told
        digits = int(self._feature(hypothesis, "digits_max"))
        if digits:
            return [MatchReason.of(_DIGITS_SAID[digits], number=self._own_number(hypothesis))]
        if self._feature(hypothesis, "names_settled"):
            return [MatchReason.of("reference.settled", numbers=numbers)]
        return [MatchReason.of("reference.other", numbers=numbers)] if named else [MatchReason("reference.none")]

    def _own_number(self, hypothesis: int) -> str:
        """How the firm writes the number of the first instalment."""
        ledger = self._space.ledger
        item = int(self._items(hypothesis)[0])
        numbers = ledger.order_numbers[int(ledger.order[item])]
        return ledger.numbers[item] or (numbers[0] if numbers else ledger.ids[item])

    def _payer(self, number: int, hypothesis: int) -> list[MatchReason]:
        """The strongest tie between payer and customer."""
        customer = self._names[int(self._space.ledger.customer[self._items(hypothesis)[0]])]
        payer = self._space.receipts.payer[number]
        seen = int(np.rint(np.expm1(max(self._feature(hypothesis, name) for name in ("key_count", "account_count")))))
        if self._feature(hypothesis, "taught") > 0:
            return [MatchReason.of("payer.taught", payer=payer, customer=customer)]
        if self._feature(hypothesis, "on_file") > 0:
            return [MatchReason.of("payer.account", customer=customer)]
        if self._feature(hypothesis, "alike") >= _ALIKE and self._feature(hypothesis, "alike_ahead") >= 0:
            return [MatchReason.of("payer.same", customer=customer)]
        share = max(self._feature(hypothesis, name) for name in ("key_share", "account_share"))
        if seen and share >= _KNOWN:
            return [MatchReason.of("payer.learned", customer=customer, count=seen)]
        if seen:
            return [MatchReason.of("payer.agent", payer=payer, customer=customer, count=seen)]
        return [MatchReason.of("payer.other", payer=payer, customer=customer)] if payer else []

    def _amount(self, number: int, hypothesis: int, share: Share) -> list[MatchReason]:
        receipts, ledger = self._space.receipts, self._space.ledger
        codes = ledger.currencies.texts
        theirs = codes[int(ledger.currency[self._items(hypothesis)[0]])]
        came = share.owed - share.difference
        code = _STORIES[share.story]
        facts: dict[str, object] = {"amount": f"{came:f}", "currency": theirs}
        if code == "amount.charges":
            facts = {"short": f"{share.charges:f}", "currency": theirs}
        elif code == "amount.instructed":
            facts["amount"] = f"{share.owed:f}"
        elif code == "amount.rate":
            facts = {"owed": f"{share.owed:f}", "currency": theirs, "came": codes[int(receipts.currency[number])]}
            facts["percent"] = f"{100 * self._feature(hypothesis, 'short'):.1f}"
        elif code == "amount.unexplained":
            facts = {"owed": f"{share.owed:f}", "currency": theirs}
        elif code == "amount.over":
            facts = {"over": f"{-share.difference:f}", "currency": theirs}
        elif code == "amount.part":
            facts = {"short": f"{share.difference:f}", "owed": f"{share.owed:f}", "currency": theirs}
        told = [MatchReason.of(code, **facts)]
        if len(share.parts) > 1:
            told.append(MatchReason.of("amount.sum", count=len(share.parts)))
        return told

    def _dates(self, hypothesis: int) -> list[MatchReason]:
        lag = int(self._feature(hypothesis, "lag"))
        if lag > _LATE:
            return [MatchReason.of("date.late", days=lag)]
        return [MatchReason.of("date.early", days=-lag)] if lag < _EARLY else []

    def _rivals(self, place: int) -> list[MatchReason]:
        second = float(self._found.columns["chance_second"][place])
        return [MatchReason("rivals.close")] if second > -3 else []

    def unlikely(self, number: int, hypothesis: int) -> tuple[MatchReason, ...]:
        """What leads nowhere: the reference, the payer, and that nothing open agrees with them."""
        payer = [reason for reason in self._payer(number, hypothesis) if reason.code != "payer.other"]
        return (*self._reference(number, hypothesis), *payer, MatchReason("nothing.fits"))

    def open_question(self, share: Share, others: Sequence[object]) -> tuple[MatchReason, ...]:
        """What would settle a proposal that waits for a person."""
        if share.story == "part":
            return (MatchReason("ask.part"),)
        return (MatchReason("ask.number") if others else MatchReason("ask.payer"),)

    def no_match(self, number: int, *, is_other_kind: bool) -> tuple[MatchReason, ...]:
        """Why nothing is proposed."""
        space = self._space
        if is_other_kind:
            return (MatchReason.of("receipt.kind", kind=space.receipts.kind[number]),)
        named = space.references.named[number]
        if not named:
            return MatchReason("reference.none"), MatchReason("receipt.unknown")
        numbers = ", ".join(list(named)[:_MOST_SHOWN])
        if not space.references.settled[number]:
            receipts, codes = space.receipts, space.ledger.currencies.texts
            facts = {"amount": f"{Decimal(int(receipts.amount[number])) / SCALE:f}"}
            facts["currency"] = codes[int(receipts.currency[number])]
            return MatchReason.of("reference.found", numbers=numbers), MatchReason.of("amount.differs", **facts)
        # An order without instalments was cancelled or has none yet: then nothing is paid twice.
        owed = any(space.references.items_named(number))
        return (MatchReason.of("reference.settled" if owed else "reference.nothing-owed", numbers=numbers),)
