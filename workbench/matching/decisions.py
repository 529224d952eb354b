"""What people decided about receipts, kept in the register, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.i18n import _
from workbench.matching.reasons import MatchReason
from workbench.register import Register

__all__ = ["reject", "ruled_out", "still_asks", "taught_payers", "teach_payer"]

_TAUGHT = "payer.taught"


def reject(register: Register, receipt_id: str, author: str, instalment_ids: Iterable[str] = ()) -> int:
    """Rule instalments out for a receipt, or, without any, say that it is no payment of a customer at all.

    Returns:
        The number of the changeset.

    Raises:
        DataRefused: there is no such receipt or instalment.
    """
    ids: list[str | None] = list(instalment_ids) or [None]
    row = {"receipt_id": receipt_id, "decision": "rejected", "reasons": [], "decided_by": author}
    return _decide(register, receipt_id, author, [{**row, "instalment_id": one} for one in ids])


def teach_payer(register: Register, receipt_id: str, customer_id: str, author: str) -> int:
    """Say that the payer of a receipt pays for this customer, now and later.

    Returns:
        The number of the changeset.

    Raises:
        KeyError: there is no such receipt or customer.
        DataRefused: the row is refused.
    """
    payer = register.get("receipts", receipt_id)["payer"] or ""
    customer = register.get("customers", customer_id)
    reason = MatchReason.of(_TAUGHT, payer=payer, customer=customer["legal_name"]).as_dict()
    row = {
        "receipt_id": receipt_id,
        "instalment_id": None,
        "decision": "rejected",
        "reasons": [{**reason, "customer_id": customer_id}],
        "decided_by": author,
    }
    return _decide(register, receipt_id, author, [row])


def _decide(register: Register, receipt_id: str, author: str, rows: list[dict[str, Any]]) -> int:
    reason = _("decision on receipt {receipt}").format(receipt=receipt_id)
    with register.changeset(origin="matching", reason=reason, author=author) as cs:
        for row in register.rows("match_decisions", {"receipt_id": receipt_id}):
            if not row.get("decided_by"):
                cs.delete("match_decisions", row["id"])
        cs.insert("match_decisions", rows)
    return cs.number


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
