"""What every statement reader gives: statements with their entries, counted and added up."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workbench.errors import FileRefused, MoneyError
from workbench.i18n import _
from workbench.money import RETIRED, currency, to_minor

__all__ = [
    "Entry",
    "Statement",
    "StatementDoesNotAddUp",
    "StatementTruncated",
    "StatementUnreadable",
    "account_key",
    "amount_of",
    "batch_identity",
    "checked",
    "classify",
    "counted",
    "reference_of",
    "with_fingerprints",
]


class StatementUnreadable(FileRefused):
    """The file is no statement in a form that is known, or a line of it cannot be read."""

    code = "statement.unreadable"


class StatementTruncated(FileRefused):
    """The file ends in the middle of a statement."""

    code = "statement.truncated"


class StatementDoesNotAddUp(FileRefused):
    """Opening balance plus entries is not the closing balance, or entries are missing against the file's own count."""

    code = "statement.does-not-add-up"


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking on an account; field names are those of the register's receipts.

    ``amount`` is credited (positive) or debited (negative) in ``currency``; ``instructed_amount`` is what the payer told
    its bank to send; ``fee_amount`` are charges that the statement names. ``line`` is where the entry starts in the file.

    ``exchange_rate`` is the bank's own, as told; ``exchange_pair`` says between which currencies (``USD/EUR``: one of the
    first in the second) where that is told. ``debtor`` is whose account paid for the ``payer``. ``batch`` is the identity
    that the whole has, of which this entry is a part. ``sender_reference`` is the reference of the payment message.
    """

    account: str
    value_date: date
    currency: str
    amount: Decimal
    line: int
    booking_date: date | None = None
    instructed_currency: str | None = None
    instructed_amount: Decimal | None = None
    fee_currency: str | None = None
    fee_amount: Decimal | None = None
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    bank_reference: str = ""
    kind: str = "unknown"
    fingerprint: str = ""
    exchange_rate: Decimal | None = None
    exchange_pair: str = ""
    debtor: str = ""
    end_to_end: str = ""
    return_reason: str = ""
    batch: str = ""
    sender_reference: str = ""
    alike: int = 1
    """Its number among the entries of its statement that are alike in all that makes its identity."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account in one currency; balances are None where the format carries none.

    ``number`` is the statement's own; ``pending`` counts entries that the bank has not booked, which are not taken;
    ``goes_on`` says that the bank calls it a page after which another one comes.
    """

    file: str
    format: str
    account: str
    currency: str
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...]
    line: int = 1
    number: str = ""
    pending: int = 0
    goes_on: bool = False

    def continues(self, before: Statement) -> bool:
        """Whether it opens with the balance that the one before it closed with: it is that one's next page."""
        same = (self.account, self.currency) == (before.account, before.currency)
        return same and self.opening is not None and self.opening == before.closing

    @property
    def days(self) -> tuple[date, date]:
        """The days of its first and its last booking, in the statement's own order; it must have entries."""
        first, last = self.entries[0], self.entries[-1]
        return first.booking_date or first.value_date, last.booking_date or last.value_date

    @property
    def adds_up(self) -> bool:
        """Whether opening plus entries is closing; false where a balance is missing."""
        if self.opening is None or self.closing is None:
            return False
        return self.opening + sum((one.amount for one in self.entries), Decimal(0)) == self.closing


_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
_IBAN_WITH_CURRENCY = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,29}(?<=\d)[A-Z]{3}")
_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED"})


def amount_of(digits: str) -> Decimal | None:
    """An unsigned amount with a decimal point; None for anything else, also for more digits than money has."""
    return Decimal(digits) if _AMOUNT.fullmatch(digits) else None


def reference_of(told: str) -> str:
    """A bank's reference; empty where the field only says that there is none."""
    return "" if told.upper() in _NO_REFERENCE else told


def checked(statement: Statement) -> Statement:
    """The statement, unless its balances contradict its entries.

    Raises:
        StatementUnreadable: an entry is in another currency than the account, in none that is known, or finer than its
            currency; names the file and the line of the entry.
        StatementDoesNotAddUp: names the file, the line where the statement begins, and the difference.
    """
    for one in statement.entries:
        _check_amounts(one, statement.file)
    foreign = next((one for one in statement.entries if one.currency != statement.currency), None)
    if foreign is not None and statement.opening is not None:
        raise StatementUnreadable(
            _("An entry is in {other}, the account in {currency}.").format(
                other=foreign.currency, currency=statement.currency
            ),
            where=f"{statement.file}:{foreign.line}",
            remedy=_("Get the file from the bank again; nothing of it was imported."),
        )
    if statement.opening is not None and statement.closing is not None and not statement.adds_up:
        total = sum((one.amount for one in statement.entries), Decimal(0))
        raise StatementDoesNotAddUp(
            _(
                "Opening {opening} + {count} entries {total} is not the closing {closing} {currency}: {difference} is missing."
            ).format(
                opening=statement.opening,
                count=len(statement.entries),
                total=total,
                closing=statement.closing,
                currency=statement.currency,
                difference=statement.closing - statement.opening - total,
            ),
            where=f"{statement.file}:{statement.line}",
            remedy=_("Get the file from the bank again; nothing of it was imported."),
        )
    return statement


def _check_amounts(entry: Entry, file: str) -> None:
    """Refuse an amount that its currency cannot have: then the figure was not read as it was meant."""
    for amount, code in (
        (entry.amount, entry.currency),
        (entry.instructed_amount, entry.instructed_currency or ""),
        (entry.fee_amount, entry.fee_currency or ""),
    ):
        try:
            if amount is not None:
                # Of old statements some are in money that is no more; it was money then.
                to_minor(amount, code if code in RETIRED else currency(code).code)
        except MoneyError as error:
            raise StatementUnreadable(
                error.message if code else _("The entry does not say its currency."),
                where=f"{file}:{entry.line}",
                remedy=_("Get the file from the bank again; nothing of it was imported."),
            ) from None


def with_fingerprints(statements: Sequence[Statement]) -> list[Statement]:
    """Give every entry of a file its stable identity.

    The bank's own reference with account, day and amount where there is one; otherwise everything the entry says. Entries
    that are alike in all of that are told apart by counting them, so that importing a file twice changes nothing and two
    true payments of the same amount stay two. The count goes on over a statement that opens with the closing balance of
    the one before: it is that one's next page, not a further report of the same entries.
    """
    seen: Counter[str] = Counter()
    result: list[Statement] = []
    for one in statements:
        if not (result and one.continues(result[-1])):
            seen.clear()
        entries = []
        for entry in one.entries:
            key = "\x1f".join(_identity(entry))
            seen[key] += 1
            entries.append(replace(entry, fingerprint=_digest(key, seen[key]), alike=seen[key]))
        result.append(replace(one, entries=tuple(entries)))
    return result


def batch_identity(whole: Entry) -> str:
    """The identity of an entry that is reported as a whole elsewhere and in parts here.

    Without a bank reference it only holds the parts together: no other message has it.
    """
    if not whole.bank_reference:
        return _digest("\x1f".join(["batch", str(whole.line), *_identity(whole)]), 1)
    return _digest("\x1f".join(_identity(whole)), 1)


def counted(entry: Entry, count: int) -> str:
    """The identity of an entry as the so-manieth of those that are alike."""
    return _digest("\x1f".join(_identity(entry)), count)


def account_key(account: str) -> str:
    """An account as it is compared: IBANs are written with blanks and with the currency behind."""
    plain = re.sub(r"[\s-]", "", account).upper()
    return plain[:-3] if _IBAN_WITH_CURRENCY.fullmatch(plain) else plain


def _digest(key: str, count: int) -> str:
    return hashlib.sha256(f"{key}\x1f{count}".encode()).hexdigest()[:32]


def _identity(entry: Entry) -> list[str]:
    facts = [
        account_key(entry.account),
        entry.value_date.isoformat(),
        entry.currency,
        format(entry.amount.normalize(), "f"),
    ]
    if entry.bank_reference:
        return [*facts, entry.bank_reference]
    return [*facts, _folded(entry.payer), _folded(entry.reference)]


_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "fee",
        re.compile(
            r"\b(charges?|fees?|commission|handling)\b|手续费|管理费|年费|电报费|gebühr|entgelt|frais", re.IGNORECASE
        ),
    ),
    ("interest", re.compile(r"\binterest\b|结息|利息|zinsen|intérêts", re.IGNORECASE)),
    (
        "transfer",
        re.compile(r"\b(own account|fx settlement|internal transfer|sweep)\b|结汇|调拨|内部转账", re.IGNORECASE),
    ),
    ("refund", re.compile(r"\b(refund|chargeback|return(ed)? payment)\b|退款|退汇", re.IGNORECASE)),
)


def classify(amount: Decimal, payer: str, text: str, code: str = "") -> str:
    """A receipt's kind from what the bank says; ``code`` is the bank's transaction code where the format has one.

    Only plain cases are named: a credit with a payer is customer money, a debit or a payerless credit is what its words
    say, anything else is unknown.
    """
    by_code = {"NCHG": "fee", "CHRG": "fee", "NINT": "interest", "INTR": "interest"}.get(code.upper(), "")
    if by_code:
        return by_code
    for kind, words in _KINDS:
        # "Less bank charges" on money that comes in is what the payer wrote, no charge of ours.
        fits = amount < 0 if kind == "fee" else amount < 0 or not payer or kind == "refund"
        if fits and words.search(text):
            return kind
    if amount > 0 and payer:
        return "customer"
    return "other" if amount < 0 else "unknown"


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
