"""The register's receipts matched and settled: what is sure is posted, the rest is proposed, all in one changeset."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.duplicates.links import standing
from workbench.errors import ConflictError, MoneyError, RateError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.matching.decisions import ruled_out, still_asks, taught_payers
from workbench.matching.engine import Proposal, match, with_refusal
from workbench.matching.shares import DEFAULT_CHARGES
from workbench.rates import RateBook
from workbench.reasons import told
from workbench.register import Changeset, Register
from workbench.settlement import (
    Basis,
    Limits,
    Part,
    RateChoice,
    Receivables,
    Settlement,
    allocate_receipt,
    first_open_day,
    rate_missing,
    standing_by_order,
)

__all__ = ["MatchReport", "MatchingOvertaken", "run"]

ENGINE = "workbench"
"""Who decided what was posted without a person."""
_ATTEMPTS = 3


class MatchingOvertaken(ConflictError):
    """Somebody kept changing the register while receipts were matched; nothing was posted."""

    code = "matching.overtaken"


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What came of a run; ``changeset`` is None where nothing changed."""

    proposals: tuple[Proposal, ...]
    allocations: int
    findings: tuple[Finding, ...]
    changeset: int | None

    @property
    def counts(self) -> dict[str, int]:
        """Receipts per decision: post, review, no_match."""
        found = Counter(proposal.decision for proposal in self.proposals)
        return {decision: found[decision] for decision in ("post", "review", "no_match")}


@dataclass(frozen=True, slots=True)
class _Books:
    """The register's rows that a run reads."""

    changeset: int  # the register's last one before anything was read
    open_day: date | None  # the first day that is not closed
    by_order: frozenset[str]  # orders that stood by their date when a month was closed
    stands: Mapping[str, str]  # by customer the record that it was merged into, else itself
    receipts: list[dict[str, Any]]
    instalments: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    customers: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    allocations: list[dict[str, Any]]
    credits: list[dict[str, Any]]
    decisions: list[dict[str, Any]]

    @classmethod
    def of(cls, register: Register) -> _Books:
        tables = (
            "receipts", "instalments", "orders", "customers", "invoices", "allocations", "credits", "match_decisions",
        )  # fmt: skip
        found = {table: register.rows(table) for table in tables}
        stands = standing(found["customers"])
        found["customers"] = _merged(found["customers"], stands)
        by_order = standing_by_order(register)
        return cls(_last_changeset(register), first_open_day(register), by_order, stands, *found.values())


def _merged(customers: Iterable[Mapping[str, Any]], stands: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of merged records as further names and accounts of the one that stands, whose own row comes last."""
    rows = [{**row, "id": stands[row["id"]]} for row in customers if stands[row["id"]] != row["id"]]
    return rows + [dict(row) for row in customers if stands[row["id"]] == row["id"]]


def _last_changeset(register: Register) -> int:
    return next((entry.number for entry in register.log(1)), 0)


def run(
    register: Register,
    book: RateBook,
    author: str,
    *,
    basis: Basis = Basis.INVOICE_OR_ORDER,
    choice: RateChoice | None = None,
    charges: Limits = DEFAULT_CHARGES,
    bar: Decimal | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> MatchReport:
    """Match the receipts that nobody has dealt with yet, and settle those that are at least as sure as ``bar``.

    A receipt with allocations or with a person's decision is left alone, so a second run changes nothing; where a person
    only ruled an instalment out, another one may still be found. Where a rate is missing nothing is settled: the receipt
    becomes one for review, and a finding says why. What somebody else posts meanwhile is not posted again: the run then
    starts anew.

    Raises:
        MatchingOvertaken: the register changed during each of several attempts.
    """
    attempts = 1
    while True:
        try:
            return _run(register, book, author, basis=basis, choice=choice, charges=charges, bar=bar, progress=progress)
        except MatchingOvertaken:
            if attempts == _ATTEMPTS:
                raise
            attempts += 1


def _run(
    register: Register,
    book: RateBook,
    author: str,
    *,
    basis: Basis,
    choice: RateChoice | None,
    charges: Limits,
    bar: Decimal | None,
    progress: Callable[[str, int, int], None] | None,
) -> MatchReport:
    books = _Books.of(register)
    done = {row["receipt_id"] for row in (*books.allocations, *books.credits) if row["receipt_id"]}
    done |= {row["receipt_id"] for row in books.decisions if row.get("decided_by") and not still_asks(row)}
    waiting = [row for row in books.receipts if row["id"] not in done]
    receivables = Receivables(
        books.instalments,
        books.orders,
        book=book,
        base_currency=register.base_currency,
        invoices=books.invoices,
        allocations=books.allocations,
        basis=basis,
        choice=choice,
        by_order=books.by_order,
    )
    cancelled = {row["id"] for row in books.orders if row.get("status") == "cancelled"}
    payable = [row for row in books.instalments if row["order_id"] not in cancelled]
    desk = _Desk(receivables, book, register.base_currency, choice, books.open_day)
    taught = taught_payers(books.decisions, books.receipts)
    outcome: dict[str, Proposal] = {}
    posted = {""}
    # What is posted leaves fewer readings for the rest, so the rest is looked at again until nothing more is sure: a
    # second run then has nothing to change.
    while posted:
        left = [row for row in waiting if row["id"] not in done]
        proposals = match(
            left,
            [{**row, "open_amount": receivables.open_amount(row["id"])} for row in payable],
            [{**row, "customer_id": books.stands[row["customer_id"]]} for row in books.orders],
            books.customers,
            invoices=books.invoices,
            earlier_receipts=[row for row in books.receipts if row["id"] in done],
            earlier_links=[
                {**row, "amount": row["document_amount"]}
                for row in (*books.allocations, *desk.allocations)
                if row["receipt_id"]
            ],
            taught=[(payer, books.stands.get(one, one)) for payer, one in taught],
            rejected=ruled_out(books.decisions),
            book=book,
            charges=charges,
            bar=bar,
            progress=progress,
        )
        settled = desk.settle(left, proposals)
        outcome.update((proposal.receipt_id, proposal) for proposal in settled)
        posted = {proposal.receipt_id for proposal in settled if proposal.decision == "post"}
        done |= posted
    final = [outcome[row["id"]] for row in waiting]
    changeset = _store(register, final, desk, books, author)
    return MatchReport(tuple(final), len(desk.allocations), tuple(desk.findings), changeset)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where proposals become allocation rows and findings."""

    receivables: Receivables
    book: RateBook
    base_currency: str
    choice: RateChoice | None
    open_day: date | None
    allocations: list[dict[str, Any]] = field(default_factory=list)
    credits: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def settle(self, receipts: Sequence[Mapping[str, Any]], proposals: Sequence[Proposal]) -> list[Proposal]:
        """Settle what is posted, by value date; a proposal that cannot be settled becomes one for review."""
        outcome = {proposal.receipt_id: proposal for proposal in proposals}
        for receipt in sorted(receipts, key=lambda row: (row["value_date"], row["id"])):
            proposal = outcome[receipt["id"]]
            if proposal.decision == "post":
                settlement = self._settlement(receipt, proposal)
                if isinstance(settlement, str):
                    outcome[receipt["id"]] = with_refusal(proposal, settlement)
                    continue
                self.receivables.settle(settlement.allocations)
                self.allocations.extend(settlement.allocations)
                if settlement.credit_row is not None:
                    customer = self.receivables.order_of(proposal.parts[0].instalment_id)["customer_id"]
                    self.credits.append({**settlement.credit_row, "customer_id": customer})
                self.findings.extend(settlement.findings)
                if settlement.findings:
                    outcome[receipt["id"]] = with_refusal(proposal, settlement.findings[0].message)
        return [outcome[proposal.receipt_id] for proposal in proposals]

    def _settlement(self, receipt: Mapping[str, Any], proposal: Proposal) -> Settlement | str:
        """The settlement, or why the settlement refuses it."""
        # What comes late settles what is open on the day it is booked on: until then it stood unmatched.
        day = max(receipt["value_date"], self.open_day) if self.open_day else receipt["value_date"]
        try:
            parts = [Part(self.receivables.item(part.instalment_id, day), part.amount) for part in proposal.parts]
        except RateError as error:
            return Settlement(findings=(rate_missing(receipt, error),))
        try:
            return allocate_receipt(
                receipt,
                parts,
                book=self.book,
                base_currency=self.base_currency,
                charges=proposal.charges,
                choice=self.choice,
                reasons=told(proposal.reasons),
                posted_on=day,
            )
        except MoneyError as error:
            return error.message


def _store(
    register: Register,
    proposals: Iterable[Proposal],
    desk: _Desk,
    books: _Books,
    author: str,
) -> int | None:
    held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in books.decisions:
        if not row.get("decided_by"):
            held[row["receipt_id"]].append(row)
    wanted = {proposal.receipt_id: _decision_rows(proposal) for proposal in proposals}
    changed = {id_: rows for id_, rows in wanted.items() if list(map(_said, rows)) != list(map(_said, held[id_]))}
    fresh = _new_findings(register, desk.findings)
    if not (changed or desk.allocations or fresh):
        return None
    reason = _("{count} receipts matched, {posted} allocations").format(
        count=len(changed), posted=len(desk.allocations)
    )
    with register.changeset(origin="matching", reason=reason, author=author) as cs:
        cs.connection()  # from here on nobody else writes
        if cs.number != books.changeset + 1:
            raise MatchingOvertaken(
                _("The register was changed while receipts were matched."), remedy=_("Match the receipts again.")
            )
        cs.insert("allocations", desk.allocations)
        cs.insert("credits", desk.credits)
        _replace_decisions(cs, changed, held)
        cs.insert("open_findings", fresh)
    return cs.number


def _replace_decisions(
    cs: Changeset, changed: Mapping[str, list[dict[str, Any]]], held: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    for receipt_id in changed:
        for row in held[receipt_id]:
            cs.delete("match_decisions", row["id"])
    cs.insert("match_decisions", [row for rows in changed.values() for row in rows])


def _decision_rows(proposal: Proposal) -> list[dict[str, Any]]:
    """A row per part; a proposal without parts has one row without an instalment."""
    common = {
        "receipt_id": proposal.receipt_id,
        "decision": "posted" if proposal.decision == "post" else proposal.decision,
        "confidence": proposal.confidence,
        "reasons": [reason.as_dict() for reason in proposal.reasons],
        "alternatives": [
            {
                "instalment_id": one.instalment_id,
                "amount": f"{one.amount:f}",
                "confidence": f"{one.confidence:f}",
                "text": f"{one.instalment_id} {one.amount:f}",
                "parts": [[part.instalment_id, f"{part.amount:f}"] for part in one.parts],
            }
            for one in proposal.alternatives
        ],
        "decided_by": ENGINE if proposal.decision == "post" else None,
    }
    charges = f"{proposal.charges:f}"
    return [
        {
            **common,
            "instalment_id": part.instalment_id,
            "proposed": {"amount": f"{part.amount:f}", "charges": charges},
        }
        for part in proposal.parts
    ] or [{**common, "instalment_id": None}]


def _said(row: Mapping[str, Any]) -> tuple[object, ...]:
    """What a row says, whatever the language it was told in."""
    reasons = [{name: fact for name, fact in reason.items() if name != "text"} for reason in row["reasons"]]
    confidence = Decimal(0) if row.get("confidence") is None else row["confidence"]
    others = [one["instalment_id"] for one in row.get("alternatives") or ()]
    return row["decision"], row.get("instalment_id"), confidence, reasons, others


def _new_findings(register: Register, findings: Iterable[Finding]) -> list[dict[str, object]]:
    open_ = {(row["code"], row["place"]) for row in register.rows("open_findings") if row["state"] == "open"}
    fresh = {(finding.code, finding.where): finding for finding in findings}
    return [finding.as_row() for key, finding in fresh.items() if key not in open_]
