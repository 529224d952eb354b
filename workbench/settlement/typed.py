"""Answers as people type or choose them in the sheet Matches: accept, an alternative, instalments, reject, a payer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from workbench.errors import WorkbenchError
from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.i18n import _
from workbench.rates import RateBook
from workbench.register import Changeset
from workbench.settlement import answers
from workbench.settlement.allocation import AllocationRefused
from workbench.settlement.answers import Chosen

__all__ = ["ACCEPT", "NO_PAYMENT", "REJECT", "apply_answers", "typed_amount"]

ACCEPT, REJECT, NO_PAYMENT = ("接受", "Accept"), ("否决", "Reject"), ("非货款", "No payment")
"""What stands in the drop-down, in Chinese and in English; either is understood in any workbook."""
_WORDS = {
    **dict.fromkeys((*ACCEPT, "yes", "y", "ok", "是", "1"), "accept"),
    **dict.fromkeys((*REJECT, "no", "n", "否"), "reject"),
    **dict.fromkeys(NO_PAYMENT, "no_payment"),
}
_NUMBERED = re.compile(r"(?:[Aa]lternative\s*|其他\s*)?(\d+)\s*[:：)）.].*", re.DOTALL)
_AMOUNT = re.compile(r"-?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{1,9})?")
_PAYER = re.compile(r"(?:payer|付款人)\s*[:：=]\s*(.+)", re.IGNORECASE | re.DOTALL)

add_kinds({
    "receipt.answer": Kind(
        Severity.REFUSE,
        "the answer {value} cannot be taken: {why}",
        "无法采用回答“{value}”：{why}",
        "Choose from the list, or type an order and instalment such as SO26-00101/2=500, or payer: C-000012.",
        "请从列表中选择，或填写订单与期次（例如 SO26-00101/2=500），或填写“付款人：C-000012”。",
    ),
})  # fmt: skip


def apply_answers(
    cs: Changeset, book: RateBook, typed: Sequence[tuple[Mapping[str, Any], str]], author: str
) -> list[tuple[int, Finding]]:
    """Carry out answers inside a changeset; the caller gives it up where anything is refused.

    Args:
        cs: the changeset.
        book: rates.
        typed: rows of ``match_decisions`` with what was typed beside them; several rows of one receipt count once.
        author: who answers.

    Returns:
        The place in ``typed`` of every answer that is refused, and why.
    """
    refused = []
    done: dict[str, str] = {}
    for number, (row, text) in enumerate(typed):
        receipt, said = row["receipt_id"], text.strip()
        if not said or done.get(receipt) == said:
            continue
        try:
            if receipt in done:
                raise _misread(_("another answer is given for the same receipt"))
            if row.get("decided_by"):
                raise _misread(_("it is decided already"))
            _carry_out(cs, book, row, said, author)
        except WorkbenchError as error:
            refused.append((number, Finding("receipt.answer", "", said[:80], details={"why": error.message})))
        done[receipt] = said
    return refused


def _carry_out(cs: Changeset, book: RateBook, row: Mapping[str, Any], said: str, author: str) -> None:
    receipt = row["receipt_id"]
    word = _WORDS.get(said) or _WORDS.get(said.lower()) or _WORDS.get(said.capitalize())
    if word == "accept":
        answers.accept(cs, book, receipt, author)
    elif word == "no_payment":
        answers.reject(cs, receipt, author)
    elif word == "reject":
        named = [one for one in (row.get("instalment_id"),) if one]
        answers.reject(cs, receipt, author, named)
    elif found := _NUMBERED.fullmatch(said):
        answers.accept(cs, book, receipt, author, alternative=int(found[1]))
    elif found := _PAYER.fullmatch(said):
        answers.teach(cs, receipt, _customer(cs, found[1].strip()), author)
    else:
        chosen = [_chosen(cs, one) for one in re.split(r"[;；\n]", said) if one.strip()]
        answers.pay(cs, book, receipt, chosen, author, keep_rest=len(chosen) == 1)


def _chosen(cs: Changeset, text: str) -> Chosen:
    name, _equals, amount = text.partition("=")
    return Chosen(_instalment(cs, name.strip()), typed_amount(amount) if amount.strip() else None)


def _instalment(cs: Changeset, name: str) -> str:
    if cs.rows("instalments", {"id": name}):
        return name
    number, _slash, sequence = name.rpartition("/")
    orders = cs.rows("orders", {"number": number or name})
    rows = [row for order in orders for row in cs.rows("instalments", {"order_id": order["id"]})]
    found = [row for row in rows if not number or str(row["sequence"]) == sequence.strip()]
    if len(found) != 1:
        raise _misread(_("{name} names {count} instalments.").format(name=name, count=len(found)))
    return str(found[0]["id"])


def _customer(cs: Changeset, name: str) -> str:
    for field in ("id", "code", "legal_name"):
        found = cs.rows("customers", {field: name})
        if len(found) == 1:
            return str(found[0]["id"])
    raise _misread(_("There is no one customer {name}.").format(name=name))


def typed_amount(text: str) -> Decimal:
    """An amount with a decimal point; commas only between groups of three figures, so that 500,00 is no fifty thousand.

    Raises:
        AllocationRefused: the text is none.
    """
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        raise _misread(_("{text} is no amount.").format(text=text))
    return Decimal(plain.replace(",", ""))


def _misread(message: str) -> AllocationRefused:
    return AllocationRefused(message, remedy=_("Choose from the list."))
