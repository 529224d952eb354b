"""What people decided, as lines that any rebuilt register understands: by the bank's entry, order and customer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from workbench.errors import DataRefused, WorkbenchError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rates import RateBook
from workbench.register import Changeset, Register
from workbench.settlement import answers
from workbench.settlement.allocation import AllocationRefused
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books

__all__ = ["DecisionsUnreadable", "decided_lines", "take_lines"]

ENGINE = "workbench"


class DecisionsUnreadable(DataRefused):
    """A line that holds no decision."""

    code = "receipts.decisions-unreadable"


def decided_lines(register: Register) -> Iterator[str]:
    """Every decision of a person as a line of JSON: posted, ruled out, no payment, or a payer that was taught."""
    receipts = {row["id"]: row["fingerprint"] for row in register.rows("receipts")}
    customers = {row["id"]: row["legal_name"] for row in register.rows("customers")}
    orders = {row["id"]: row["number"] for row in register.rows("orders")}
    named = {row["id"]: [orders[row["order_id"]], row["sequence"]] for row in register.rows("instalments")}
    paid: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in register.rows("allocations"):
        if row["receipt_id"] and row.get("kind") in (None, "payment", "taken_back"):
            paid[row["receipt_id"]].append(row)
    written: set[str] = set()
    for row in register.rows("match_decisions"):
        receipt, person = row["receipt_id"], row.get("decided_by")
        if not person or person == ENGINE:
            continue
        line: dict[str, Any] = {"receipt": receipts[receipt], "person": person}
        if row["decision"] == "posted":
            if receipt in written or not paid[receipt]:
                continue
            written.add(receipt)
            line |= {"answer": "posted", "parts": [_part(one, named) for one in paid[receipt]]}
            line["charges"] = f"{sum((one.get('fee_amount') or Decimal(0) for one in paid[receipt]), Decimal(0)):f}"
        elif taught := [one["customer_id"] for one in row.get("reasons") or () if one.get("customer_id")]:
            line |= {"answer": "taught", "customer": customers[taught[0]]}
        else:
            line |= {"answer": "rejected", "instalment": named.get(row.get("instalment_id"))}
        yield json.dumps(line, ensure_ascii=False, sort_keys=True)


def take_lines(cs: Changeset, book: RateBook, lines: Iterable[str]) -> tuple[int, list[Finding]]:
    """Answer again what was answered; returns how many, and what no longer fits.

    A receipt that is settled or answered already is left alone, so that taking lines twice changes nothing.

    Raises:
        DecisionsUnreadable: a line is no decision; the caller gives the changeset up.
    """
    books = Books.of(cs)
    receipts = {row["fingerprint"]: row["id"] for row in books.receipts}
    orders = {row["id"]: row["number"] for row in books.orders}
    named = {(orders[row["order_id"]], row["sequence"]): row["id"] for row in books.instalments}
    customers = {row["legal_name"]: row["id"] for row in books.customers}
    settled = set(books.taken())
    said = {
        (row["receipt_id"], row["decision"], row.get("instalment_id"))
        for row in cs.rows("match_decisions")
        if row.get("decided_by")
    }
    count, findings = 0, []
    for number, text in enumerate(lines, start=1):
        line = _read(text, number)
        receipt = receipts.get(line["receipt"])
        try:
            if receipt is None:
                raise AllocationRefused(_("There is no such receipt."))
            if line["answer"] == "posted":
                if receipt in settled:
                    continue
                chosen = [Chosen(named[one["order"], one["number"]], Decimal(one["amount"])) for one in line["parts"]]
                answers.pay(cs, book, receipt, chosen, line["person"], charges=Decimal(line["charges"]))
            elif line["answer"] == "taught":
                if (receipt, "rejected", None) in said:
                    continue
                answers.teach(cs, receipt, customers[line["customer"]], line["person"])
            else:
                instalment = named[line["instalment"][0], line["instalment"][1]] if line["instalment"] else None
                if (receipt, "rejected", instalment) in said:
                    continue
                answers.reject(cs, receipt, line["person"], [instalment] if instalment else [])
        except (KeyError, WorkbenchError) as error:
            why = error.message if isinstance(error, WorkbenchError) else _("{name} is not there").format(name=error)
            findings.append(
                Finding("receipt.answer", f"line {number}", str(line["receipt"])[:80], details={"why": why})
            )
            continue
        count += 1
    return count, findings


def _part(row: Mapping[str, Any], named: Mapping[str, list[Any]]) -> dict[str, Any]:
    order, sequence = named[row["instalment_id"]]
    return {"order": order, "number": sequence, "amount": f"{row['document_amount']:f}"}


def _read(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
        if line["answer"] not in ("posted", "taught", "rejected") or not isinstance(line["receipt"], str):
            raise ValueError(text)
        line["person"] = str(line["person"])
        needed = {"posted": {"parts", "charges"}, "taught": {"customer"}}.get(line["answer"], {"instalment"})
        if not needed <= line.keys():
            raise ValueError(text)
    except (ValueError, KeyError, TypeError) as error:
        raise DecisionsUnreadable(
            _("Line {number} is no decision.").format(number=number),
            where=f"line {number}",
            remedy=_("Take the file that was written by: workbench receipts decisions --out FILE"),
        ) from error
    else:
        found: dict[str, Any] = line
        return found
