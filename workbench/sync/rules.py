"""What a sheet may change in the register, in which order, and what must hold beyond single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from workbench.i18n import _
from workbench.register import TABLES, Register

__all__ = ["DEFAULTED", "LABELS", "ORDER", "defaults_of_new", "guard", "locked_fields", "why_protected"]

ORDER = (
    "customers", "contacts", "orders", "order_lines", "instalments", "costs", "invoices", "shipments", "receipts",
    "activities", "tasks", "duplicate_pairs", "match_decisions", "open_findings",
)  # fmt: skip
"""Tables that a sheet may change, those that others refer to first."""

LABELS: Mapping[str, str] = {
    "customers": "legal_name",
    "contacts": "name",
    "orders": "number",
    "invoices": "number",
    "receipts": "reference",
    "tasks": "summary",
}
"""The field by which people know a row."""

_EVIDENCE = frozenset({
    "base_currency", "base_amount", "rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy", "rate_legs",
})  # fmt: skip
_FROM_BANK = frozenset({
    "account", "value_date", "booking_date", "currency", "amount", "instructed_currency", "instructed_amount",
    "fee_currency", "fee_amount", "payer", "payer_account", "reference", "bank_reference",
})  # fmt: skip
_ROLES = ("viewer", "editor", "supervisor", "administrator")
_ONLY: Mapping[str, frozenset[str]] = {
    "duplicate_pairs": frozenset({"decision", "survivor", "take", "why"}),
    "match_decisions": frozenset({"decision", "answer"}),
    "open_findings": frozenset({"state"}),
}


def why_protected(table: str, field: str, *, new: bool = False) -> str:
    """Why a sheet may not change the field, in words; empty where it may. ``new``: in a row that is new."""
    if table not in ORDER:
        return _("this sheet is for reading")
    if field in _EVIDENCE and TABLES[table].name in ("orders", "invoices", "receipts"):
        return _("it follows from the rate book")
    if table == "receipts" and field == "fingerprint":
        return _("it identifies the entry of the statement")
    if table == "receipts" and field in _FROM_BANK and not new:
        return _("it stands so on the bank's statement")
    if field == "merged_into":
        return _("customers are merged by a decision on their pair")
    if table in _ONLY and field not in _ONLY[table]:
        return _("it was found, not typed")
    return ""


def locked_fields(register: Register) -> Mapping[str, str]:
    """Fields (``table.field``) that the person at work may not change, with the reason.

    The firm's setting ``field_roles`` says which role a field needs: ``{"orders.amount": "supervisor"}``.
    """
    wanted = register.setting("field_roles") or {}
    if not wanted or register.actor is None:
        return {}
    roles = {row["name"]: row["role"] for row in register.rows("users")}
    rank = _ROLES.index(roles[register.actor]) if register.actor in roles else -1
    return {
        name: _("it needs the role {role}").format(role=role)
        for name, role in wanted.items()
        if roles and role in _ROLES and rank < _ROLES.index(role)
    }


def guard(
    register: Register, table: str, row: Mapping[str, Any], edits: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """What edits of a row break beyond their own cells: (field, code of the finding, value, details)."""
    if table == "instalments" and {"amount", "currency", "order_id"} & edits.keys():
        done = _settled(register, [row["id"]])
        shown = {"settled": f"{row['currency']} {done}"}
        amount = edits.get("amount")
        if done and "amount" in edits and (amount is None or abs(amount) < abs(done)):
            yield "amount", "sync.settled", str(amount), shown
        for name in ("currency", "order_id"):
            if done and name in edits:
                yield name, "sync.settled", str(edits[name]), shown
    if table == "orders" and "currency" in edits:
        parts = [one["id"] for one in register.rows("instalments", {"order_id": row["id"]})]
        if parts and (done := _settled(register, parts)):
            yield "currency", "sync.settled", str(edits["currency"]), {"settled": f"{row['currency']} {done}"}
    if table == "match_decisions" and "decision" in edits and "posted" in (row["decision"], edits["decision"]):
        why = _("posting and taking back a posting also moves money: use workbench receipts")
        yield "decision", "sync.protected", str(edits["decision"]), {"why": why}


def _settled(register: Register, instalments: list[str]) -> Decimal:
    """What receipts have settled of an order's instalments, in their currency."""
    rows = register.rows("allocations", {"instalment_id": instalments})
    return sum((row["document_amount"] for row in rows), Decimal(0))


DEFAULTED: Mapping[str, frozenset[str]] = {
    "tasks": frozenset({"state"}),
    "receipts": frozenset({"fingerprint"}),
    "instalments": frozenset({"sequence", "currency"}),
}
"""Fields that ``defaults_of_new`` fills."""


def defaults_of_new(register: Register, table: str, values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What a row that was typed without it gets: the state of a task, the next number of an instalment, and so on."""
    if table == "tasks":
        return {"state": "open"}
    if table == "receipts":
        return {"fingerprint": f"typed:{key}"}
    if table == "instalments" and (order_id := values.get("order_id")):
        others = register.rows("instalments", {"order_id": order_id})
        defaults: dict[str, Any] = {"sequence": max((one["sequence"] for one in others), default=0) + 1}
        orders = register.rows("orders", {"id": order_id})
        return defaults | ({"currency": orders[0]["currency"]} if orders else {})
    return {}
