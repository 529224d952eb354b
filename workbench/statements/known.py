"""Which entries of a statement are money that the register has already, whichever message told of it first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.statements.entries import Entry, Statement, account_key, counted
from workbench.statements.likeness import Likeness, Told, told_by

__all__ = ["KnownMoney", "Taken", "evidence_of", "form_of"]

_SPAN = re.compile(r"(\S*) (\S+)>(\S+)(?: (\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d))?")
Place = tuple[str, str, Decimal]
"""Account, currency and amount."""


class Taken:
    """What came of a file's statements.

    Attributes:
        new: entries that the register does not have, each with its statement.
        again: known money that a further message now tells otherwise, with the statement and its entry.
        alike: how many known entries rest on likeness alone, without a reference of the bank.
    """

    def __init__(self) -> None:
        self.new: list[tuple[Statement, Entry]] = []
        self.again: list[tuple[Told, Statement, Entry]] = []
        self.alike = 0


class KnownMoney:
    """The register's receipts, asked file by file; what is new joins them.

    An entry is known where its identity is; where the whole of which it is a part is, or its parts are; and where a
    message of another kind, or the same statement read before, told of money like it that this one has not told yet.
    Each known receipt stands for one entry of a kind of message. Entries that are alike in everything are told apart
    by counting them, in a statement and over statements that continue each other.
    """

    def __init__(self, receipts: Iterable[Mapping[str, Any]], sources: Iterable[Mapping[str, Any]]) -> None:
        raw: dict[str, list[Mapping[str, str]]] = defaultdict(list)
        for row in sources:
            if row["table_name"] == "receipts":
                raw[row["row_id"]].append(row.get("raw") or {})
        self._by_identity: dict[str, Told] = {}
        self._at: dict[Place, list[Told]] = defaultdict(list)
        self._batches: dict[str, Told] = {}
        for row in receipts:
            evidence = raw.get(row["id"], [])
            merged = {name: text for one in reversed(evidence) for name, text in one.items()}
            forms = {one["form"] for one in evidence if one.get("form")}
            told = told_by(row, merged, forms, row["id"])
            self._add(row["fingerprint"], told, row["account"])
            for other in (one["identity"] for one in evidence if one.get("identity")):
                self._by_identity.setdefault(other, told)

    def take(self, statements: Iterable[Statement]) -> Taken:
        """Tell what of a file's statements is new, and keep it in mind."""
        taken = Taken()
        used: dict[str, int] = {}
        before: Statement | None = None
        for statement in statements:
            if before is None or not statement.continues(before):
                used = {}
            before = statement
            self._take(statement, used, taken)
        return taken

    def _take(self, statement: Statement, used: dict[str, int], taken: Taken) -> None:
        form, span = statement.format, _span_of(statement)
        claimed: set[int] = set()
        left: list[Entry] = []
        for entry in statement.entries:
            identity = self._identity(entry, statement, used)
            known = self._known(identity, entry)
            if known is None:
                left.append(replace(entry, fingerprint=identity))
            else:
                claimed.add(id(known))
                self._tell_again(known, statement, replace(entry, fingerprint=identity), taken)
        likeness = Likeness(self._candidates(left, form, span, claimed), span)
        wholes = _wholes(left)
        found = likeness.find([told_by(_facts(one), evidence_of(one, statement), {form}) for one in left])
        matched = {at for at, known in enumerate(found) if known is not None}
        of_batch = self._batches_found(left, wholes, matched, statement, likeness)
        for at, entry in enumerate(left):
            known = found[at] or of_batch.get(entry.batch)
            if known is None:
                taken.new.append((statement, entry))
                told = told_by(_facts(entry), evidence_of(entry, statement), {form})
                self._add(entry.fingerprint, told, entry.account)
            else:
                self._tell_again(known, statement, entry, taken)

    def _candidates(self, left: Sequence[Entry], form: str, span: str, claimed: set[int]) -> list[Told]:
        """Known money that may be what these entries tell: of another kind of message, or of this very statement."""
        places = dict.fromkeys(_place(one.account, one.currency, one.amount) for one in left)
        for whole in _wholes(left).values():
            places[_place(whole.account, whole.currency, whole.amount)] = None
        return [
            one
            for place in places
            for one in self._at.get(place, ())
            if one.forms and id(one) not in claimed and (form not in one.forms or (span and one.span == span))
        ]

    def _batches_found(
        self,
        left: Sequence[Entry],
        wholes: Mapping[str, Entry],
        matched: set[int],
        statement: Statement,
        likeness: Likeness,
    ) -> dict[str, Told]:
        """By batch the known whole of which only the parts are told now."""
        partly = {left[at].batch for at in matched}
        asked = {key: whole for key, whole in wholes.items() if key not in partly}
        told = [
            told_by(_facts(one), evidence_of(one, statement), {statement.format}, parts=True) for one in asked.values()
        ]
        return {key: one for key, one in zip(asked, likeness.find(told), strict=True) if one is not None}

    def _add(self, identity: str, told: Told, account: str) -> None:
        told.identity = identity
        self._by_identity[identity] = told
        self._at[_place(account, told.currency, told.amount)].append(told)
        if not told.batch:
            return
        # The parts of a batch are also one amount, as another message may tell it.
        whole = self._batches.get(told.batch)
        if whole is None:
            whole = self._batches[told.batch] = replace(told, payer="", text="", words=frozenset(), parts=True)
        else:
            self._at[_place(account, whole.currency, whole.amount)].remove(whole)
            whole.amount += told.amount
        self._at[_place(account, whole.currency, whole.amount)].append(whole)

    def _identity(self, entry: Entry, statement: Statement, used: dict[str, int]) -> str:
        """The entry's identity; counted on where a statement before this one had an entry just like it.

        ``used`` has, by the identity of the first one alike, how far the entries of this statement were counted.
        """
        first = counted(entry, 1)
        count = max(entry.alike, used.get(first, 0) + 1)
        identity = counted(entry, count)
        while (known := self._by_identity.get(identity)) is not None and _follows(statement, known.span):
            count += 1
            identity = counted(entry, count)
        used[first] = count
        return identity

    def _tell_again(self, known: Told, statement: Statement, entry: Entry, taken: Taken) -> None:
        """Keep in mind that a further message told of it, so that it is known when it is told like that again."""
        taken.alike += not (entry.bank_reference and known.reference)
        if known.forms and (statement.format not in known.forms or entry.fingerprint not in self._by_identity):
            known.forms.add(statement.format)
            taken.again.append((known, statement, entry))
        self._by_identity.setdefault(entry.fingerprint, known)

    def _known(self, identity: str, entry: Entry) -> Told | None:
        found = self._by_identity.get(identity) or self._batches.get(identity)
        return found or (self._by_identity.get(entry.batch) if entry.batch else None)


def _wholes(left: Sequence[Entry]) -> dict[str, Entry]:
    """By batch an entry of what its parts come to."""
    wholes: dict[str, Entry] = {}
    for one in left:
        if one.batch:
            held = wholes.get(one.batch)
            amount = one.amount + (held.amount if held else 0)
            wholes[one.batch] = replace(one, amount=amount, payer="", reference="", end_to_end="", batch="")
    return wholes


def _place(account: str, currency: str, amount: Decimal) -> Place:
    return _one_account(account_key(account)), currency, amount


_GERMAN = re.compile(r"(\d{8})/(\d{1,10})(?:[A-Z]{3})?")
_WITH_BANK = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?/(.+)")


def _one_account(key: str) -> str:
    """An account as every message of its bank has it: German ones as bank code and number, others without the bank."""
    if re.fullmatch(r"DE\d{20}", key):
        return f"DE{key[4:]}"
    if found := _GERMAN.fullmatch(key):
        return f"DE{found[1]}{found[2].zfill(10)}"
    return found[1] if (found := _WITH_BANK.fullmatch(key)) else key


def _facts(entry: Entry) -> dict[str, Any]:
    """What an entry tells, by the names of the register's fields."""
    return {name: getattr(entry, name) for name in ("value_date", "booking_date", "currency", "amount", "payer",
                                                    "reference", "bank_reference")}  # fmt: skip


def form_of(entry: Entry, statement: Statement) -> dict[str, str]:
    """What is kept of a further message that told of known money."""
    return {"form": statement.format, "identity": entry.fingerprint}


def evidence_of(entry: Entry, statement: Statement) -> dict[str, str]:
    """What is kept of where an entry came from, so that the same money is known again in another message."""
    told = {
        "batch": entry.batch,
        "end_to_end": entry.end_to_end,
        "sender": entry.sender_reference,
        "statement": _span_of(statement),
        "form": statement.format,
    }
    return {name: text for name, text in told.items() if text}


def _span_of(statement: Statement) -> str:
    """Balances and days of a statement, by which it is known again; empty where it has no balances."""
    if statement.opening is None or statement.closing is None or not statement.entries:
        return ""
    first, last = statement.days
    return f"{statement.format} {statement.opening.normalize():f}>{statement.closing.normalize():f} {first}..{last}"


def _follows(statement: Statement, other: str) -> bool:
    """Whether a statement begins where another ended, or ends where it began: they hold different money."""
    found = _SPAN.fullmatch(other)
    if not found or statement.opening is None or statement.closing is None or found[1] != statement.format:
        return False
    opening, closing = Decimal(found[2]), Decimal(found[3])
    if opening == statement.opening or closing == statement.closing:
        return False  # an overlapping download of an account that is emptied again and again
    first, last = statement.days
    after = statement.opening == closing and (not found[5] or first >= date.fromisoformat(found[5]))
    ahead = statement.closing == opening and (not found[4] or last <= date.fromisoformat(found[4]))
    return after or ahead
