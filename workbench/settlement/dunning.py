"""Who is late with how much: ageing per customer, and a draft of a mail to each in the customer's language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from workbench.errors import RateError
from workbench.files import written_whole
from workbench.money import Money, minor_units
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.settlement.books import Books, items_of
from workbench.settlement.letters import LETTERS, Letter

__all__ = ["BUCKETS", "Late", "Reminder", "draft", "late_payers", "write_drafts"]

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "undated")
"""Days overdue, of which the sums of a customer are made."""
_HEADER_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")
_SPOKEN = {
    "CN": "zh", "TW": "zh", "HK": "zh", "MO": "zh", "DE": "de", "AT": "de", "FR": "fr", "ES": "es", "MX": "es",
    "AR": "es", "CL": "es", "CO": "es", "PE": "es", "JP": "ja",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Late:
    """An instalment with something open: in its own currency, and in base currency (None without a rate)."""

    instalment_id: str
    order_number: str
    customer_po: str
    due: date | None
    days: int
    currency: str
    open: Decimal
    base: Decimal | None

    @property
    def bucket(self) -> str:
        """Which of ``BUCKETS`` it is in."""
        if self.due is None:
            return "undated"
        limits = ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
        return next((name for limit, name in limits if self.days <= limit), "over_90")


@dataclass(frozen=True, slots=True)
class Reminder:
    """A customer who is late; ``items`` are overdue, longest first, ``open_items`` everything open."""

    customer: Mapping[str, Any]
    language: str
    items: tuple[Late, ...]
    open_items: tuple[Late, ...]

    @property
    def ageing(self) -> dict[str, dict[str, Decimal]]:
        """Currency → bucket → open, in that currency."""
        sums: dict[str, dict[str, Decimal]] = {}
        for one in self.open_items:
            held = sums.setdefault(one.currency, dict.fromkeys(BUCKETS, Decimal(0)))
            held[one.bucket] += one.open
        return dict(sorted(sums.items()))

    @property
    def ageing_base(self) -> dict[str, Decimal]:
        """Bucket → open in base currency, without what has no rate."""
        sums = dict.fromkeys(BUCKETS, Decimal(0))
        for one in self.open_items:
            sums[one.bucket] += one.base or Decimal(0)
        return sums

    @property
    def overdue(self) -> dict[str, Decimal]:
        """Currency → overdue."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.items:
            sums[one.currency] += one.open
        return dict(sorted(sums.items()))

    @property
    def worth(self) -> Decimal:
        """Overdue in base currency."""
        return sum((one.base or Decimal(0) for one in self.items), Decimal(0))


def late_payers(register: Register, as_of: date, *, book: RateBook | None = None) -> list[Reminder]:
    """Customers with anything overdue on a day, those who owe most first; a credit of theirs is not counted against it."""
    rates = book or load_book(register)
    books = Books.of(register, until=as_of)
    items, _findings = items_of(books, books.receivables(rates), as_of)
    orders = {row["id"]: row for row in books.orders}
    valuer = books.valuer(rates)
    by_customer: dict[str, list[Late]] = defaultdict(list)
    for row, item in items:
        if item.open_amount <= 0:
            continue
        try:
            base: Decimal | None = valuer.on(item.currency, as_of).convert(item.open_amount)
        except RateError:
            base = None
        order, due = orders[row["order_id"]], row.get("due_date")
        by_customer[order["customer_id"]].append(
            Late(
                row["id"],
                order["number"],
                order.get("customer_po") or "",
                due,
                (as_of - due).days if due else 0,
                item.currency,
                item.open_amount,
                base,
            )
        )
    reminders = []
    for customer in books.customers:
        every = sorted(by_customer[customer["id"]], key=lambda one: (-one.days, one.instalment_id))
        late = tuple(one for one in every if one.due is not None and one.days > 0)
        if late:
            reminders.append(Reminder(customer, _language(customer), late, tuple(every)))
    return sorted(reminders, key=lambda one: (-one.worth, one.customer["id"]))


def draft(reminder: Reminder, as_of: date, *, sender: str = "", firm: str = "") -> EmailMessage:
    """A mail that asks for what is overdue, in the customer's language; to be looked at and sent by a person.

    The same reminder on the same day gives the same bytes.
    """
    letter = LETTERS[reminder.language]
    customer = reminder.customer
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _one_line(letter.subject.format(orders=_orders(reminder)))
    if _is_address(sender):
        mail["From"] = sender
    if _is_address(customer.get("email") or ""):
        mail["To"] = customer["email"]
    mail["Date"] = format_datetime(datetime.combine(as_of, time(9), tzinfo=UTC))
    mail["X-Unsent"] = "1"  # mail programs open it to be edited, not as one that came in
    mail.set_content(_text(letter, reminder, as_of, firm), cte="base64")
    return mail


def write_drafts(
    reminders: list[Reminder], folder: Path, as_of: date, *, sender: str = "", firm: str = ""
) -> list[Path]:
    """One ``.eml`` a customer into a folder, which is made; nothing is ever sent. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for one in reminders:
        path = folder / f"{as_of.isoformat()}_{one.customer['id']}.eml"
        with written_whole(path) as beside:
            beside.write_bytes(draft(one, as_of, sender=sender, firm=firm).as_bytes())
        made.append(path)
    return made


def _text(letter: Letter, reminder: Reminder, as_of: date, firm: str) -> str:
    lines = [
        letter.line.format(
            order=_one_line(one.order_number),
            po=f" (PO {_one_line(one.customer_po)})" if one.customer_po else "",
            due=one.due.isoformat() if one.due else "",
            days=one.days,
            amount=_amount(one.open, one.currency),
        )
        for one in reminder.items
    ]
    sums = [letter.total.format(amount=_amount(amount, code)) for code, amount in reminder.overdue.items()]
    name = _one_line(reminder.customer["legal_name"])
    parts = [letter.greeting.format(customer=name), "", letter.opening.format(day=as_of.isoformat()), ""]
    return "\n".join([*parts, *lines, "", *sums, "", letter.closing, "", letter.regards, _one_line(firm), ""])


def _amount(amount: Decimal, code: str) -> str:
    return f"{code} {Money(amount, code).amount:,.{minor_units(code)}f}"


def _orders(reminder: Reminder) -> str:
    numbers = list(dict.fromkeys(one.order_number for one in reminder.items))
    return ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")


def _language(customer: Mapping[str, Any]) -> str:
    """The customer's language, else the one of its country, else English."""
    told = str(customer.get("language") or "").strip().lower()[:2]
    names = {"中文": "zh", "ch": "zh", "ge": "de", "sp": "es", "jp": "ja", "日本": "ja"}
    spoken = names.get(told, told)
    if spoken in LETTERS:
        return spoken
    return _SPOKEN.get(customer.get("country") or "", "en")


def _is_address(text: str) -> bool:
    return bool(re.fullmatch(r"[^@\s<>\"',;:()\\\[\]]+@[^@\s<>\"',;:()\\\[\]]+", text)) and text.isascii()


def _one_line(text: str) -> str:
    return _HEADER_BREAKS.sub(" ", text).strip()
