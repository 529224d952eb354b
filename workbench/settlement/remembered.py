"""What people decided, as lines that any rebuilt register understands: by the bank's entry, order and customer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.errors import DataRefused, WorkbenchError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rates import RateBook
from workbench.register import Changeset, Register
from workbench.settlement import answers
from workbench.settlement import typed as _kinds  # noqa: F401 - its findings are told here
from workbench.settlement.allocation import AllocationRefused
from workbench.settlement.answers import Chosen
from workbench.settlement.books import Books

__all__ = ["DecisionsUnreadable", "decided_lines", "take_lines"]

ENGINE = "workbench"
_OF_MONEY = ("kept", "used", "written_off")
_NEEDED: Mapping[str, set[str]] = {
    "posted": {"parts", "charges"},
    "taught": {"customer"},
    "rejected": {"instalment"},
    "kept": {"customer", "refundable"},
    "used": {"instalment", "amount", "on"},
    "written_off": {"instalment", "amount", "on", "why"},
}


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
    aside = {row["receipt_id"] for row in register.rows("credits") if row["amount"] > 0}
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
            line["keep_rest"] = receipt in aside
        elif taught := [one["customer_id"] for one in row.get("reasons") or () if one.get("customer_id")]:
            line |= {"answer": "taught", "customer": customers[taught[0]]}
        else:
            line |= {"answer": "rejected", "instalment": named.get(row.get("instalment_id"))}
        yield json.dumps(line, ensure_ascii=False, sort_keys=True)
    for line in _money_lines(register, receipts, customers, named, paid):
        yield json.dumps(line, ensure_ascii=False, sort_keys=True)


def _money_lines(
    register: Register,
    receipts: Mapping[str, str],
    customers: Mapping[str, str],
    named: Mapping[str, list[Any]],
    paid: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """What was kept as a credit, used of one, paid back and written off, in the order in which it happened."""
    used = [row for row in register.rows("allocations") if row.get("kind") in ("credit", "write_off")]
    said = {row["receipt_id"]: row["decided_by"] for row in register.rows("match_decisions") if row.get("decided_by")}
    kept = [row for row in register.rows("credits") if not paid.get(row["receipt_id"]) and row.get("why")]
    for row in (one for one in kept if one["amount"] > 0):
        yield _kept(row, receipts, customers, said)
    for row in used:
        name, amount, on = (
            named[row["instalment_id"]],
            f"{row['document_amount']:f}",
            row["allocation_date"].isoformat(),
        )
        line = {"receipt": receipts.get(row["receipt_id"] or "", ""), "instalment": name, "amount": amount, "on": on}
        if row["kind"] == "credit":
            yield {**line, "answer": "used", "person": said.get(row["receipt_id"], "")}
        else:
            yield {**line, "answer": "written_off", "person": row.get("person") or "", "why": row.get("why") or ""}
    for row in (one for one in kept if one["amount"] < 0):
        yield _kept(row, receipts, customers, said)


def _kept(
    row: Mapping[str, Any], receipts: Mapping[str, str], customers: Mapping[str, str], said: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "answer": "kept",
        "receipt": receipts[row["receipt_id"]],
        "person": said.get(row["receipt_id"], ""),
        "customer": customers[row["customer_id"]],
        "refundable": bool(row.get("refundable")),
    }


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
        receipt: Any = receipts.get(line["receipt"])
        try:
            if receipt is None and not (line["answer"] == "written_off" and not line["receipt"]):
                raise AllocationRefused(_("There is no such receipt."))
            if line["answer"] == "posted":
                if receipt in settled:
                    continue
                chosen = [Chosen(named[one["order"], one["number"]], Decimal(one["amount"])) for one in line["parts"]]
                answers.pay(
                    cs, book, receipt, chosen, line["person"], charges=Decimal(line["charges"]), proposed=True,
                    keep_rest=line.get("keep_rest", True),
                )  # fmt: skip
            elif line["answer"] in _OF_MONEY:
                if not _take_money(cs, book, line, receipt, named, customers, settled):
                    continue
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


def _take_money(
    cs: Changeset,
    book: RateBook,
    line: Mapping[str, Any],
    receipt: str | None,
    named: Mapping[tuple[str, int], str],
    customers: Mapping[str, str],
    settled: set[str],
) -> bool:
    """Keep, use or write off again; false where it is done already."""
    if line["answer"] == "kept":
        if receipt in settled:
            return False
        answers.put_aside(
            cs, book, str(receipt), customers[line["customer"]], line["person"], refundable=bool(line["refundable"])
        )
        return True
    instalment, amount = named[line["instalment"][0], line["instalment"][1]], Decimal(line["amount"])
    kind = "credit" if line["answer"] == "used" else "write_off"
    for row in cs.rows("allocations", {"instalment_id": instalment}):
        same = line["answer"] == "written_off" or row["receipt_id"] == receipt
        if same and (row.get("kind"), row["document_amount"]) == (kind, amount):
            return False
    on = date.fromisoformat(line["on"])
    if kind == "credit":
        answers.use_credit(cs, book, str(receipt), Chosen(instalment, amount), line["person"], on=on)
    else:
        answers.write_off(cs, book, instalment, line["person"], on=on, why=line["why"], amount=amount)
    return True


def _part(row: Mapping[str, Any], named: Mapping[str, list[Any]]) -> dict[str, Any]:
    order, sequence = named[row["instalment_id"]]
    return {"order": order, "number": sequence, "amount": f"{row['document_amount']:f}"}


def _read(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
        if line["answer"] not in _NEEDED or not isinstance(line["receipt"], str):
            raise ValueError(text)
        line["person"] = str(line["person"])
        if not _NEEDED[line["answer"]] <= line.keys():
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
