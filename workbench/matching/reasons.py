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
            "reference.more": _("it names another order as well"),
            "reference.digits": _("the digits in the remittance text are those of {number}"),
            "reference.slip": _("the remittance text has {number} with one digit wrong"),
            "reference.cut": _("the remittance text stops within {number}"),
            "reference.none": _("the remittance text names no number of an open order"),
            "reference.other": _("the remittance text names {numbers}, which fits less well"),
            "reference.settled": _("{numbers} is paid already; this may be paid twice"),
            "reference.nothing-owed": _("{numbers} has no instalment; the order may be cancelled"),
            "amount.credited": _("the amount credited, {amount} {currency}, is the open amount"),
            "amount.instructed": _("the amount the payer instructed, {amount} {currency}, is the open amount"),
            "amount.charges": _("{short} {currency} are missing, as bank charges are"),
            "amount.rate": _("{owed} {currency} were paid in {came}, {percent} % below the published rate"),
            "amount.over": _("{over} {currency} came too much and stay the customer's credit"),
            "amount.part": _("it pays a part: {short} of {owed} {currency} stay open"),
            "amount.unexplained": _(
                "the amount instructed and the amount credited do not agree with {owed} {currency}"
            ),
            "amount.differs": _("the amount, {amount} {currency}, fits none of what is named"),
            "amount.sum": _("it is the sum of {count} open amounts"),
            "date.late": _("it comes {days} days after it was due"),
            "date.early": _("it comes {days} days before it is due"),
            "payer.same": _("the payer's name is the customer's: {customer}"),
            "payer.account": _("the payer's account is on file for {customer}"),
            "payer.taught": _("{payer} pays for {customer}, as you said"),
            "payer.learned": _("this payer's other receipts are {customer}'s: {count}"),
            "payer.agent": _("{payer} pays for several customers; {count} of its receipts are {customer}'s"),
            "payer.other": _("the payer {payer} is not known as {customer}"),
            "rivals.close": _("something else fits nearly as well"),
            "ask.number": _("the number of the order or invoice would settle it"),
            "ask.payer": _("who this payer pays for would settle it"),
            "ask.part": _("whether the rest is still to come would settle it"),
            "ask.refund": _("the number of the order that is paid back would settle it"),
            "receipt.reported-twice": _("the bank reported this receipt twice; the other is {receipt}"),
            "receipt.kind": _("no customer's payment: {kind}"),
            "receipt.outgoing": _("money went out"),
            "nothing.fits": _("no open amount fits; perhaps the order is not in the register"),
            "receipt.unknown": _("neither the number, the amount nor the payer leads to an open instalment"),
            "refund.of": _("it returns money that came with {receipt}"),
            "refund.cites": _("it cites the bank's reference {reference}"),
            "refund.whole": _("the amount is the same"),
            "refund.payer": _("it goes to the same payer"),
            "refund.others": _("{count} other receipts fit as well"),
            "settlement.refused": _("it cannot be settled: {problem}"),
        }
