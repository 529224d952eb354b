"""A receipt posted to the instalments that a person chose, with the amounts that the matching makes of them."""

from __future__ import annotations

from typing import Any

from workbench.i18n import _
from workbench.matching import Proposal, match
from workbench.rate_store import load_book
from workbench.reasons import told
from workbench.register import Register
from workbench.settlement import AllocationRefused, Part, Receivables, allocate_receipt

__all__ = ["post_chosen"]


def post_chosen(register: Register, receipt_id: str, instalments: list[str], author: str) -> int:
    """Settle what a person says the receipt pays; returns the changeset.

    How much of each instalment is paid, and what banks kept on the way, is what the matching finds for exactly these
    instalments. Where it finds no way in which the receipt pays all of them, nothing is posted.

    Raises:
        AllocationRefused: the receipt does not fit them, is settled already, or they are.
        RowMissing: there is no such receipt.
    """
    receipt = register.get("receipts", receipt_id)
    book = load_book(register)
    with register.changeset(
        origin="taskpane", reason=_("receipt {receipt} posted").format(receipt=receipt_id), author=author
    ) as cs:
        cs.begin()  # from here on nobody else writes
        held = register.rows("allocations")
        if any(row["receipt_id"] == receipt_id for row in held):
            raise _refused(receipt_id, _("It is settled already."))
        orders = register.rows("orders")
        receivables = Receivables(
            register.rows("instalments"),
            orders,
            book=book,
            base_currency=register.base_currency,
            invoices=register.rows("invoices"),
            allocations=held,
        )
        proposal = _proposal(register, receipt, instalments, receivables, orders)
        settlement = allocate_receipt(
            receipt,
            [Part(receivables.item(one.instalment_id, receipt["value_date"]), one.amount) for one in proposal.parts],
            book=book,
            base_currency=register.base_currency,
            charges=proposal.charges,
            reasons=told(proposal.reasons),
        )
        if settlement.findings:
            raise _refused(receipt_id, settlement.findings[0].message)
        cs.insert("allocations", settlement.allocations)
        for row in register.rows("match_decisions", {"receipt_id": receipt_id}):
            if not row.get("decided_by"):
                cs.delete("match_decisions", row["id"])
        common = {
            "receipt_id": receipt_id,
            "decision": "posted",
            "confidence": proposal.confidence,
            "reasons": [reason.as_dict() for reason in proposal.reasons],
            "decided_by": author,
        }
        cs.insert("match_decisions", [{**common, "instalment_id": one.instalment_id} for one in proposal.parts])
    return cs.number


def _proposal(
    register: Register,
    receipt: dict[str, Any],
    instalments: list[str],
    receivables: Receivables,
    orders: list[dict[str, Any]],
) -> Proposal:
    found = register.rows_by_id("instalments", instalments)
    wanted = [{**found[one], "open_amount": receivables.open_amount(one)} for one in found]
    for row in wanted:
        if not row["open_amount"]:
            raise _refused(receipt["id"], _("{instalment} is paid already.").format(instalment=row["id"]))
    (proposal,) = match([receipt], wanted, orders, register.rows("customers"), book=load_book(register))
    if {one.instalment_id for one in proposal.parts} != set(instalments):
        raise _refused(receipt["id"], _("The amount does not fit what it is to pay."))
    return proposal


def _refused(receipt_id: str, message: str) -> AllocationRefused:
    return AllocationRefused(
        message,
        where=f"receipts {receipt_id}",
        remedy=_("Choose other instalments, or settle it in the register workbook."),
    )
