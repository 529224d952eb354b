"""Month end: open receivables at the closing rate, what is not revalued and why, and the lock that follows."""

from __future__ import annotations

import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from workbench.errors import ConfigurationError, ConflictError
from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.i18n import _
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.register.periods import LOCKED_UNTIL
from workbench.settlement.books import BY_ORDER, Books, Past, changeset_now, items_of, realised_in
from workbench.settlement.control import Control, control_totals
from workbench.settlement.ledger import Ledger, ledger
from workbench.settlement.lifecycle import closing_rates, revalue
from workbench.settlement.receivables import Basis, OpenItem
from workbench.settlement.rights import require_reason, require_right
from workbench.settlement.valuation import Valuation

__all__ = [
    "ClosingRefused",
    "MonthEnd",
    "NotMonthEnd",
    "changed_since_closing",
    "close_month",
    "month_end",
    "reopen_month",
]

ZERO = Decimal(0)
BALANCES = "balances"
"""Where a closing keeps the balances of the accounts."""

add_kinds({
    "closing.changed-since": Kind(
        Severity.REPORT,
        "the balance of {value} is not what the month was closed with: {then} then, {now} now",
        "{value} 的余额与结账时不同：当时为 {then}，现在为 {now}",
        "An order of the closed month was added or cancelled since; book the difference by hand, or reopen the month.",
        "结账后有该月订单被新增或取消；请手工补记差额，或重新打开该月。",
    ),
})  # fmt: skip


class ClosingRefused(ConflictError):
    """A month that cannot be closed or reopened: closed already, not closed, or something in it is not settled."""

    code = "closing.refused"


class NotMonthEnd(ConfigurationError):
    """The day is not the last of its month."""

    code = "closing.day"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What a month end comes to; all amounts are exact, base amounts in ``base_currency``.

    Attributes:
        month_end: the last day of the month.
        base_currency: of the books.
        changeset: the register's state that it was made from.
        rates: currency → closing rate, base per 1 of it.
        lines: rows of ``revaluations``; positive ``unrealised_fx`` is a gain. They are taken back on the next day.
        kept: what is not revalued: ``source``, ``currency``, ``amount``, ``base_amount``, ``reason`` (advance, credit).
        realised: document currency → realised exchange gain (+) or loss (-) of the month.
        control: per currency every receipt up to the day = allocated + credit + unmatched.
        findings: what could not be valued; with any the month cannot be closed.
    """

    month_end: date
    base_currency: str
    changeset: int
    rates: Mapping[str, Valuation]
    lines: tuple[Mapping[str, Any], ...]
    kept: tuple[Mapping[str, Any], ...]
    realised: Mapping[str, Decimal]
    control: tuple[Control, ...]
    findings: tuple[Finding, ...]

    @property
    def unrealised(self) -> dict[str, Decimal]:
        """Document currency → unrealised difference, in base currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.lines:
            sums[row["document_currency"]] += row["unrealised_fx"]
        return dict(sorted(sums.items()))

    @property
    def reversal_day(self) -> date:
        """The first day of the next month."""
        return self.month_end + timedelta(days=1)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, decimals as text: what the fingerprint is made of."""
        return {
            "month_end": self.month_end.isoformat(),
            "base_currency": self.base_currency,
            "rates": {
                code: {"value": f"{one.rate:f}", "rate_date": one.rate_date.isoformat(), "source": one.source}
                for code, one in sorted(self.rates.items())
            },
            "lines": [_plain(row) for row in self.lines],
            "kept": [_plain(row) for row in self.kept],
            "realised": {code: f"{amount:f}" for code, amount in self.realised.items()},
            "unrealised": {code: f"{amount:f}" for code, amount in self.unrealised.items()},
            "control": [one.as_dict() for one in self.control],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all figures: equal where they are equal bit for bit."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def month_end(
    register: Register,
    as_of: date,
    *,
    changeset: int | None = None,
    book: RateBook | None = None,
    basis: Basis = Basis.INVOICE_OR_ORDER,
) -> MonthEnd:
    """Work a month end out; nothing is stored.

    Where the month is closed, it is made from the state of the register and at the rates that it was closed with, so
    that it comes out the same bit for bit, whatever was done since.

    Args:
        register: read only.
        as_of: the last day of a month.
        changeset: make it from that state of the register instead.
        book: rates; those of the register by default.
        basis: when receivables arise.

    Raises:
        NotMonthEnd: of another day.
    """
    _check_day(as_of)
    closed = None if changeset is not None else _standing(register, as_of)
    number = changeset if changeset is not None else changeset_now(register)
    told: Mapping[str, Valuation] = {}
    if closed is not None:
        number = closed["as_of_changeset"]
        told = _told_rates(closed["lines"], register.base_currency)
    past: Any = Past(register, number)  # reads as a register does
    rates = book or load_book(past)
    return _worked_out(Books.as_of(register, number, until=as_of), rates, as_of, number, basis, told)


def close_month(
    register: Register,
    as_of: date,
    person: str,
    *,
    book: RateBook | None = None,
    basis: Basis = Basis.INVOICE_OR_ORDER,
) -> tuple[MonthEnd, int]:
    """Store the revaluation of a month and lock it; returns it and the number of the changeset.

    Raises:
        ClosingRefused: it is closed already, a later month is, or something cannot be valued.
        NotPermitted: the person is neither supervisor nor administrator.
    """
    _check_day(as_of)
    require_right(register, person, _("close a month"))
    number = changeset_now(register)
    rates = book or load_book(register)
    made = _worked_out(Books.as_of(register, number, until=as_of), rates, as_of, number, basis, {})
    if made.findings:
        raise ClosingRefused(
            _("{count} amounts cannot be valued: {first}").format(
                count=len(made.findings), first=made.findings[0].message
            ),
            where=made.findings[0].where,
            remedy=made.findings[0].remedy,
        )
    if any(not one.agrees for one in made.control):
        raise ClosingRefused(
            _("The receipts are not allocated + credit + unmatched."), remedy=_("Look at: workbench receipts queue")
        )
    reason = _("month end {day} closed").format(day=as_of.isoformat())
    with register.changeset(origin="closing", reason=reason, author=person) as cs:
        if cs.begin() != number + 1:
            raise ClosingRefused(_("The register was changed while the month was closed."), remedy=_("Close it again."))
        until = cs.rows("settings", {"name": LOCKED_UNTIL})
        if until and until[0]["value"] and until[0]["value"] >= as_of.isoformat():
            raise ClosingRefused(
                _("It is closed until {day} already.").format(day=until[0]["value"]),
                remedy=_("Reopen it first: workbench receipts close --reopen --as-of DATE --why REASON"),
            )
        cs.insert("revaluations", made.lines)
        row = {
            "month_end": as_of,
            "state": "closed",
            "as_of_changeset": number,
            "figures_sha256": made.fingerprint,
            "lines": {**made.as_dict(), **_kept_with(register, number, made, rates)},
            "person": person,
        }
        cs.insert("closings", [row])
        cs.set_setting(LOCKED_UNTIL, as_of.isoformat())
    return made, cs.number


def _kept_with(register: Register, number: int, made: MonthEnd, book: RateBook) -> dict[str, Any]:
    """What a closing keeps beside its figures: which orders stood without an invoice, and the balances of accounts."""
    books = Books.as_of(register, number)
    invoiced = {row["order_id"] for row in books.invoices}
    stand = sorted(
        row["id"]
        for row in books.orders
        if row["order_date"] <= made.month_end and row["id"] not in invoiced | books.by_order
        and row.get("status") != "cancelled"
    )  # fmt: skip
    revaluations = [*register.rows("revaluations"), *made.lines]
    now = ledger(books, book, made.month_end, revaluations=revaluations)
    return {BY_ORDER: stand, BALANCES: as_balances(now.balances())}


def as_balances(balances: Mapping[tuple[str, str], tuple[Decimal, Decimal]]) -> dict[str, list[str]]:
    """Balances as plain values, by account and currency; without those that are nothing."""
    return {
        f"{account} {code}": [f"{amount:f}", f"{base:f}"]
        for (account, code), (amount, base) in balances.items()
        if amount or base
    }


def changed_since_closing(register: Register, made: Ledger) -> list[Finding]:
    """Accounts whose balance at the last closed month end is another now than the month was closed with.

    An order that came late, or was cancelled later, does that: the vouchers of the closed month were others.
    """
    until = max((entry.day for entry in made.entries), default=None)
    closed = [row for row in register.rows("closings") if row["state"] == "closed" and BALANCES in row["lines"]]
    closed = [row for row in closed if until is not None and row["month_end"] <= until]
    if not closed:
        return []
    last = max(closed, key=lambda row: row["month_end"])
    entries = tuple(entry for entry in made.entries if entry.day <= last["month_end"])
    now, then = as_balances(Ledger(made.base_currency, entries, ()).balances()), last["lines"][BALANCES]
    return [
        Finding(
            "closing.changed-since", last["month_end"].isoformat(), name,
            details={"then": _words_of(then.get(name)), "now": _words_of(now.get(name))},
        )
        for name in sorted(then.keys() | now.keys())
        if [Decimal(one) for one in then.get(name, ("0", "0"))] != [Decimal(one) for one in now.get(name, ("0", "0"))]
    ]  # fmt: skip


def _words_of(balance: list[str] | None) -> str:
    return " / ".join(balance or ["0", "0"])


def reopen_month(register: Register, as_of: date, person: str, why: str) -> int:
    """Unlock a month and take its revaluation back; the closing stays in the register as one that was reopened.

    Raises:
        ClosingRefused: it is not closed, or a later one is.
        ReasonMissing, NotPermitted: without a reason; by somebody who is neither supervisor nor administrator.
    """
    _check_day(as_of)
    what = _("reopen a month")
    reason = require_reason(why, what)
    require_right(register, person, what)
    said = _("month end {day} reopened: {why}").format(day=as_of.isoformat(), why=reason)
    with register.changeset(origin="closing", reason=said, author=person) as cs:
        standing = [row for row in cs.rows("closings") if row["state"] == "closed"]
        mine = [row for row in standing if row["month_end"] == as_of]
        later = [row for row in standing if row["month_end"] > as_of]
        if not mine or later:
            raise ClosingRefused(
                _("{day} is closed as well.").format(day=max(row["month_end"] for row in later).isoformat())
                if later
                else _("{day} is not closed.").format(day=as_of.isoformat()),
                remedy=_("Reopen the last closed month first."),
            )
        before = [row["month_end"] for row in standing if row["month_end"] < as_of]
        cs.update("closings", mine[0]["id"], {"state": "reopened", "why": reason})
        cs.set_setting(LOCKED_UNTIL, max(before).isoformat() if before else "")
        for row in cs.rows("revaluations", {"month_end": as_of}):
            cs.delete("revaluations", row["id"])
    return cs.number


def _worked_out(
    books: Books, book: RateBook, as_of: date, number: int, basis: Basis, told: Mapping[str, Valuation]
) -> MonthEnd:
    items, findings = items_of(books, books.receivables(book, basis=basis), as_of)
    standing = [item for _row, item in items if item.open_base is not None]
    advances, kept = _advances(books, book, basis, as_of)
    aside, kept_credits = _credits(books)
    wanted = {item.currency for item in (*standing, *advances)} | {row["currency"] for row in aside}
    valuer = books.valuer(book)
    rates, missing = (dict(told), []) if told else closing_rates(wanted - {books.base_currency}, as_of, valuer)
    foreign = [item for item in (*standing, *advances) if item.currency != books.base_currency]
    lines = [*revalue(foreign, rates, as_of), *_revalued_credits(aside, rates, as_of, books.base_currency)]
    lines.sort(key=lambda row: (row.get("instalment_id") or "", row.get("receipt_id") or ""))
    return MonthEnd(
        as_of,
        books.base_currency,
        number,
        rates,
        tuple(lines),
        (*kept, *kept_credits),
        realised_in(books, (as_of.replace(day=1), as_of)),
        tuple(control_totals(books)),
        (*findings, *missing),
    )


def _advances(books: Books, book: RateBook, basis: Basis, as_of: date) -> tuple[list[OpenItem], list[dict[str, Any]]]:
    """Money that came before its receivable: refundable deposits as debts in foreign currency, and the others told."""
    receivables = books.receivables(book, basis=basis)
    paid: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in books.allocations:
        paid[row["instalment_id"]].append(row)
    debts, kept = [], []
    for row in books.instalments:
        day = receivables.arises_on(row["id"])
        if not paid[row["id"]] or (day is not None and day <= as_of):
            continue
        amount = sum((one["document_amount"] for one in paid[row["id"]] if one.get("kind") != "write_off"), ZERO)
        base = sum((one["carrying_amount"] for one in paid[row["id"]]), ZERO)
        if not amount:
            continue
        if row.get("refundable"):
            first = paid[row["id"]][0]
            carried = Valuation(
                row["currency"], books.base_currency, first["settlement_rate"], first["settlement_rate_date"],
                first["rate_source"],
            )  # fmt: skip
            debts.append(OpenItem(row["id"], row["currency"], -amount, books.base_currency, -base, carried))
        else:
            kept.append(_kept(row["id"], row["currency"], amount, base, "advance"))
    return debts, kept


def _credits(books: Books) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    refundable, kept = [], []
    for (receipt_id, _customer), row in sorted(books.credit_left().items()):
        if row.get("refundable"):
            refundable.append(row)
        else:
            kept.append(_kept(receipt_id, row["currency"], row["amount"], row["base_amount"], "credit"))
    return refundable, kept


def _kept(source: str, currency: str, amount: Decimal, base: Decimal, reason: str) -> dict[str, Any]:
    return {"source": source, "currency": currency, "amount": amount, "base_amount": base, "reason": reason}


def _revalued_credits(
    aside: Iterable[Mapping[str, Any]], rates: Mapping[str, Valuation], as_of: date, base: str
) -> list[dict[str, Any]]:
    rows = []
    for row in aside:
        closing = rates.get(row["currency"])
        if closing is None or row["currency"] == base:
            continue
        rows.append({
            "month_end": as_of,
            "receipt_id": row["receipt_id"],
            "document_currency": row["currency"],
            "open_amount": -row["amount"],
            "base_currency": base,
            "carrying_amount": -row["base_amount"],
            "closing_rate": closing.rate,
            "closing_rate_date": closing.rate_date,
            "unrealised_fx": row["base_amount"] - closing.convert(row["amount"]),
        })  # fmt: skip
    return rows


def _standing(register: Register, as_of: date) -> dict[str, Any] | None:
    found = [row for row in register.rows("closings", {"month_end": as_of}) if row["state"] == "closed"]
    return found[-1] if found else None


def _told_rates(lines: Mapping[str, Any], base: str) -> dict[str, Valuation]:
    """The closing rates as they are kept with the closing: a later version's rates change nothing."""
    return {
        code: Valuation(code, base, Decimal(one["value"]), date.fromisoformat(one["rate_date"]), one["source"])
        for code, one in lines["rates"].items()
    }


def _check_day(as_of: date) -> None:
    if as_of.day != monthrange(as_of.year, as_of.month)[1]:
        last = as_of.replace(day=monthrange(as_of.year, as_of.month)[1])
        raise NotMonthEnd(
            _("{day} is not the last day of a month.").format(day=as_of.isoformat()),
            remedy=_("Close {day}.").format(day=last.isoformat()),
        )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: object) -> object:
        return f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value

    return {name: plain(value) for name, value in row.items()}
