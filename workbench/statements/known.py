"""Which entries of a statement are money that the register has already, whichever message told of it first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workbench.statements.entries import Entry, Statement, account_key, counted

__all__ = ["KnownMoney", "evidence_of"]

_LATE = timedelta(days=5)
"""An advice names the day of the order's settlement, a statement the day the account was credited."""
_MOST = 50
_LONGEST = 2_000
_WORD = re.compile(r"[A-Z0-9-]{6,}")
_FINAL = re.compile(r"(\S*) (\S+)>(\S+)")


Key = tuple[str, str, Decimal, str]
"""Account, currency, amount, and a word: a reference of the payment."""


class KnownMoney:
    """The register's receipts, asked statement by statement; what is new joins them.

    An entry is known where its identity is; where the whole of which it is a part is, or its parts are; and where a
    payment message told of it. Entries without a bank reference that are alike in everything are told apart by counting
    them, in a statement and over statements that continue each other.
    """

    def __init__(self, receipts: Iterable[Mapping[str, Any]], sources: Iterable[Mapping[str, Any]]) -> None:
        raw = {row["row_id"]: row.get("raw") or {} for row in sources if row["table_name"] == "receipts"}
        self._statements: dict[str, str] = {}
        self._batches: set[str] = set()
        self._advised: dict[Key, list[date]] = {}
        self._booked: dict[Key, list[date]] = {}
        for row in receipts:
            told = raw.get(row["id"], {})
            words = (row["bank_reference"] or "", row["reference"] or "", told.get("end_to_end", ""))
            place = (account_key(row["account"]), row["currency"], row["amount"])
            self._add(row["fingerprint"], told, place, words, row["value_date"])

    def take(self, statements: Iterable[Statement]) -> tuple[list[tuple[Statement, Entry]], int]:
        """The entries that are new, each with its statement, and how many known ones rest on likeness alone."""
        new: list[tuple[Statement, Entry]] = []
        alike = 0
        used: dict[str, int] = {}
        before: Statement | None = None
        for statement in statements:
            if before is None or not statement.continues(before):
                used = {}
            before = statement
            for entry in statement.entries:
                identity = self._identity(entry, statement, used)
                if self._is_known(identity, entry):
                    alike += not entry.bank_reference
                    continue
                new.append((statement, replace(entry, fingerprint=identity)))
                place = (account_key(entry.account), entry.currency, entry.amount)
                self._add(identity, evidence_of(entry, statement), place, _words_of(entry), entry.value_date)
        return new, alike

    def _add(
        self,
        identity: str,
        told: Mapping[str, str],
        place: tuple[str, str, Decimal],
        words: Iterable[str],
        day: date,
    ) -> None:
        self._statements[identity] = told.get("statement", "")
        if told.get("batch"):
            self._batches.add(told["batch"])
        sender = told.get("sender")
        index = self._advised if sender else self._booked
        for word in _references([sender, told.get("end_to_end", "")] if sender else words):
            index.setdefault((*place, word), []).append(day)

    def _identity(self, entry: Entry, statement: Statement, used: dict[str, int]) -> str:
        """The entry's identity; counted on where a statement before this one had an entry just like it.

        ``used`` has, by the identity of the first one alike, how far the entries of this statement were counted.
        """
        if entry.bank_reference:
            return entry.fingerprint
        first = counted(entry, 1)
        count = max(entry.alike, used.get(first, 0) + 1)
        identity = counted(entry, count)
        while identity in self._statements and _follows(statement, self._statements[identity]):
            count += 1
            identity = counted(entry, count)
        used[first] = count
        return identity

    def _is_known(self, identity: str, entry: Entry) -> bool:
        if identity in self._statements or identity in self._batches:
            return True
        if entry.batch and entry.batch in self._statements:
            return True
        return self._was_advised(entry)

    def _was_advised(self, entry: Entry) -> bool:
        """Whether a message advised the money that a statement now has, or the other way round."""
        index = self._booked if entry.sender_reference else self._advised
        if not index:
            return False
        place = (account_key(entry.account), entry.currency, entry.amount)
        words = [entry.sender_reference, entry.end_to_end] if entry.sender_reference else _words_of(entry)
        return any(
            abs(day - entry.value_date) <= _LATE
            for word in _references(words)
            for day in index.get((*place, word), ())[-_MOST:]
        )


def _words_of(entry: Entry) -> tuple[str, ...]:
    return (entry.bank_reference, entry.reference, entry.end_to_end)


def _references(texts: Iterable[str | None]) -> set[str]:
    """The words that may be a payment's reference."""
    words = (word for text in texts if text for word in _WORD.findall(text[:_LONGEST].upper()))
    return {word for word in words if any(one.isdigit() for one in word)}


def evidence_of(entry: Entry, statement: Statement) -> dict[str, str]:
    """What is kept of where an entry came from, so that the same money is known again in another message."""
    told = {"batch": entry.batch, "end_to_end": entry.end_to_end, "sender": entry.sender_reference}
    if not entry.bank_reference and statement.opening is not None and statement.closing is not None:
        told["statement"] = f"{statement.format} {statement.opening}>{statement.closing}"
    return {name: text for name, text in told.items() if text}


def _follows(statement: Statement, other: str) -> bool:
    """Whether a statement begins where another ended, or ends where it began: they hold different money."""
    found = _FINAL.fullmatch(other)
    if not found or statement.opening is None or statement.closing is None or found[1] != statement.format:
        return False
    opening, closing = Decimal(found[2]), Decimal(found[3])
    same = (opening, closing) == (statement.opening, statement.closing)
    return not same and (statement.opening == closing or statement.closing == opening)
