"""What people decided about receipts, kept in the register, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.i18n import _
from workbench.register import Changeset, Register
from workbench.settlement import answers

__all__ = ["reject", "ruled_out", "still_asks", "taught_payers", "teach_payer"]

_TAUGHT = "payer.taught"


def reject(register: Register, receipt_id: str, author: str, instalment_ids: Iterable[str] = ()) -> int:
    """Rule instalments out for a receipt, or, without any, say that it is no payment of a customer at all.

    Returns:
        The number of the changeset.

    Raises:
        DataRefused: there is no such receipt or instalment.
    """
    with _decision(register, receipt_id, author) as cs:
        answers.reject(cs, receipt_id, author, instalment_ids)
    return cs.number


def teach_payer(register: Register, receipt_id: str, customer_id: str, author: str) -> int:
    """Say that the payer of a receipt pays for this customer, now and later.

    Returns:
        The number of the changeset.

    Raises:
        AllocationRefused: there is no such receipt or customer, or the bank names no payer.
    """
    with _decision(register, receipt_id, author) as cs:
        answers.teach(cs, receipt_id, customer_id, author)
    return cs.number


def _decision(register: Register, receipt_id: str, author: str) -> Changeset:
    reason = _("decision on receipt {receipt}").format(receipt=receipt_id)
    return register.changeset(origin="matching", reason=reason, author=author)


def still_asks(decision: Mapping[str, Any]) -> bool:
    """Whether a person's decision leaves open what the receipt pays: only something was ruled out, or a payer taught."""
    return decision["decision"] == "rejected" and bool(decision.get("instalment_id") or _customers(decision))


def ruled_out(decisions: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of receipt and instalment ids that people ruled out."""
    return [
        (row["receipt_id"], row["instalment_id"])
        for row in decisions
        if row["decision"] == "rejected" and row.get("instalment_id") and row.get("decided_by")
    ]


def taught_payers(
    decisions: Iterable[Mapping[str, Any]], receipts: Iterable[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Pairs of a payer's name and the customer's id that people taught."""
    payer = {row["id"]: row.get("payer") or "" for row in receipts}
    return [
        (payer[row["receipt_id"]], customer)
        for row in decisions
        if row.get("decided_by")
        for customer in _customers(row)
        if payer.get(row["receipt_id"])
    ]


def _customers(decision: Mapping[str, Any]) -> list[str]:
    reasons = decision.get("reasons") or ()
    return [str(one["customer_id"]) for one in reasons if one.get("code") == _TAUGHT and one.get("customer_id")]
