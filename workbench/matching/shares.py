"""How much of each instalment a receipt settles, and what was kept on the way; in exact amounts, each given away once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from workbench.errors import MoneyError
from workbench.matching.columns import SCALE, Ints, scaled
from workbench.matching.refunds import Refund
from workbench.matching.workspace import Judged, Workspace
from workbench.money import Rounding, round_to_minor
from workbench.settlement import Limits

__all__ = ["DEFAULT_CHARGES", "Part", "Share", "Shares"]

DEFAULT_CHARGES = Limits(Decimal(60), Decimal(5))
"""What may be missing for bank charges: the lower of 60 US dollars' worth and 5 % of the amount owed."""

_SPREAD = 0.03  # between a bank's rate and the published one


@dataclass(frozen=True, slots=True)
class Part:
    """What a receipt settles of one instalment, in the instalment's currency."""

    instalment_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What a receipt gives to the members of a hypothesis.

    ``story`` names how the amount is explained: exact, instructed, charges, rate, over, part, unexplained. ``difference`` is what is
    missing (negative: too much), in the instalments' currency.
    """

    items: tuple[int, ...]
    taken: tuple[int, ...]  # in ten-thousandths
    parts: tuple[Part, ...]
    charges: Decimal
    story: str
    difference: Decimal
    owed: Decimal
    may_post: bool


class Shares:
    """What is still open of every instalment while receipts are given to them."""

    def __init__(self, space: Workspace, charges: Limits) -> None:
        self._space, self._charges = space, charges
        self._left: Ints = space.ledger.open.copy()
        self._returned: dict[int, int] = {}

    def of(self, hypothesis: int, judged: Judged) -> Share | None:
        """What the receipt would settle; None where a member is paid already."""
        space, sets = self._space, judged.hypotheses
        number = int(sets.receipt[hypothesis])
        items = sets.item[sets.start[hypothesis] : sets.start[hypothesis + 1]]
        left = self._left[items]
        if (left == 0).any() or (not judged.partial[hypothesis] and (left != space.ledger.open[items]).any()):
            return None
        owed = int(left.sum())
        if owed <= 0:
            return None
        story, came, kept = self._story(number, int(space.ledger.currency[items[0]]), owed)
        taken = self._filled(left, came, space.ledger.currencies.texts[int(space.ledger.currency[items[0]])])
        if taken is None:
            return None
        parts = tuple(
            Part(space.ledger.ids[item], self._exact(item, amount))
            for item, amount in zip(items.tolist(), taken, strict=True)
        )
        return Share(
            tuple(items.tolist()), tuple(taken), parts, _amount(kept), story, _amount(owed - came), _amount(owed),
            may_post=story != "unexplained",
        )  # fmt: skip

    def _story(self, number: int, currency: int, owed: int) -> tuple[str, int, int]:
        """How the amount is explained, what it is worth in the instalments' currency, and what was kept on the way."""
        receipts = self._space.receipts
        came, own = int(receipts.amount[number]), int(receipts.currency[number])
        told, instructed = int(receipts.instructed_currency[number]), int(receipts.instructed[number])
        if own != currency:
            return self._foreign(number, currency, owed)
        if told == currency and 0 < instructed < came:
            return "unexplained", came, 0
        if came == owed:
            return "exact", owed, 0
        if (
            told == currency
            and came < instructed
            and self._are_charges(number, instructed, instructed - came, told=True)
        ):
            if instructed == owed:
                return "instructed", owed, owed - came
            if instructed < owed:
                return "part", instructed, instructed - came
        elif told == currency and instructed >= owed > came:
            return "unexplained", came, 0
        if came > owed:
            return "over", came, 0
        if self._are_charges(number, owed, owed - came, told=False):
            return "charges", owed, owed - came
        return "part", came, 0

    def _are_charges(self, number: int, owed: int, kept: int, *, told: bool) -> bool:
        """Whether a bank may have kept that much; where it told the amount instructed the higher limit holds."""
        space = self._space
        currency = space.receipts.currency[number : number + 1]
        unit = float(space.worth.of(currency, space.receipts.day[number : number + 1])[0])
        most = float(self._charges.amount) / unit if np.isfinite(unit) and unit > 0 else 0.0
        by_percent = owed * float(self._charges.percent) / 100
        by_amount = most * SCALE
        return 0 < kept <= (max(by_amount, by_percent) if told else min(by_amount, by_percent))

    def _foreign(self, number: int, currency: int, owed: int) -> tuple[str, int, int]:
        space, receipts = self._space, self._space.receipts
        told, instructed = int(receipts.instructed_currency[number]), int(receipts.instructed[number])
        if told == currency:
            return ("instructed" if instructed == owed else "over" if instructed > owed else "part"), instructed, 0
        day = receipts.day[number : number + 1]
        rate = float(space.worth.rate(receipts.currency[number : number + 1], np.array([currency]), day)[0])
        if not np.isfinite(rate):
            return "rate", owed, 0
        worth = int(receipts.amount[number] * rate)
        charges = float(self._charges.amount) * SCALE / float(space.worth.of(np.array([currency]), day)[0])
        if abs(owed - worth) <= owed * _SPREAD + charges:
            return "rate", owed, 0
        return ("over" if worth > owed else "part"), worth, 0

    def _filled(self, left: Ints, came: int, currency: str) -> list[int] | None:
        """The members filled up one after another, credit notes first; whole where all of it came."""
        if came >= int(left.sum()):
            return [int(one) for one in left]
        if (left < 0).any():
            return None
        rest = int(_rounded(_amount(came), currency) * SCALE)
        taken = []
        for one in left.tolist():
            part = min(one, rest)
            taken.append(part)
            rest -= part
        return taken if all(taken) else None

    def _exact(self, item: int, taken: int) -> Decimal:
        ledger = self._space.ledger
        if taken == int(ledger.open[item]):
            return ledger.open_text[item]
        return _rounded(_amount(taken), ledger.currencies.texts[int(ledger.currency[item])])

    def left(self, item: int) -> Decimal:
        """What is open of an instalment."""
        return _amount(int(self._left[item]))

    def take(self, share: Share) -> None:
        """Give the share away."""
        for item, amount in zip(share.items, share.taken, strict=True):
            self._left[item] -= amount

    def taken_back(self, number: int, refund: Refund) -> tuple[Part, ...]:
        """The parts, below zero, of an instalment that is owed again."""
        space = self._space
        ledger, receipts = space.ledger, space.receipts
        item = refund.item
        currency = int(ledger.currency[item])
        code = ledger.currencies.texts[currency]
        amount = -int(receipts.amount[number])
        if currency == int(receipts.currency[number]):
            back = min(amount, refund.paid)
        else:
            back = refund.paid if refund.full else int(refund.paid * refund.share)
        back = min(back, refund.paid - self._returned.get(item, 0))
        owed_again = _rounded(_amount(max(back, 0)), code)
        return (Part(ledger.ids[item], -owed_again),) if owed_again else ()

    def note_return(self, refund: Refund, parts: tuple[Part, ...]) -> None:
        """Take into account that parts are owed again: no more comes back than was paid."""
        returned = sum((scaled(-part.amount) for part in parts), 0)
        self._returned[refund.item] = self._returned.get(refund.item, 0) + returned


def _amount(units: int) -> Decimal:
    return Decimal(units) / SCALE


def _rounded(amount: Decimal, currency: str) -> Decimal:
    try:
        return round_to_minor(amount, currency, Rounding.DOWN)
    except MoneyError:  # a code that is no currency: then its amounts are settled as they are
        return amount
