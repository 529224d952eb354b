"""Why a receipt is, or is not, taken to pay an instalment."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.i18n import _
from workbench.reasons import Reason

__all__ = ["MatchReason"]


class MatchReason(Reason):
    """A reason of the matching, told in the reader's language."""

    __slots__ = ()

    @classmethod
    def sentences(cls) -> Mapping[str, str]:
        """The sentence of every code in the current language."""
        return {
            "reference.found": _("the remittance text names {numbers}"),
            "reference.none": _("the remittance text names no number of an open order"),
            "reference.shared": _("{number} names more than one order: {orders}"),
            "reference.settled": _("{numbers} is paid already; this may be paid twice"),
            "reference.nothing-owed": _("{numbers} has no instalment; the order may be cancelled"),
            "amount.credited": _("the amount credited, {amount} {currency}, is the open amount"),
            "amount.instructed": _("the amount the payer instructed, {amount} {currency}, is the open amount"),
            "amount.sum": _("it is the sum of the {count} open amounts named"),
            "amount.equal-instalments": _(
                "the order has several instalments of this amount; the one due first is taken"
            ),
            "amount.short": _("{short} {currency} are missing, which may be bank charges"),
            "amount.differs": _("the amount, {amount} {currency}, fits none of what is named"),
            "amount.only": _("only the amount fits: {count} open instalments of {amount} {currency}"),
            "payer.same": _("the payer's name is the customer's: {customer}"),
            "payer.other": _("the payer {payer} is not known as {customer}"),
            "payer.known": _("the payer's name is that of {customer}"),
            "receipt.reported-twice": _("the bank reported this receipt twice; the other is {receipt}"),
            "receipt.claimed": _("{receipt} came earlier, may pay the same, and is not decided yet"),
            "receipt.kind": _("no customer's payment: {kind}"),
            "receipt.outgoing": _("money went out"),
            "receipt.unknown": _("neither the number, the amount nor the payer leads to an open instalment"),
            "settlement.refused": _("it cannot be settled: {problem}"),
        }
