"""Whether two messages of different kinds tell of the same money, where no identity of the bank says so."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["Likeness", "Told", "told_by"]

_ADVANCE = frozenset({"mt942", "mt103", "mt910", "camt.052", "camt.054"})
"""Kinds of messages that tell of money before, and beside, the account's statement."""
_LATE, _NEAR = 5, 3
"""Days: an advice names the day of the order's settlement, a statement the day the account was credited."""
_LONGEST = 2_000
_WORD = re.compile(r"[A-Z0-9-]{6,}")


@dataclass(slots=True, eq=False)
class Told:
    """Money as a message told it, in the form in which two are compared.

    ``forms`` are the kinds of messages that told of it; ``span`` is the statement it stood in; ``parts`` says that it is
    the sum of payments that stand for themselves, ``row_id`` the receipt where there is one, ``identity`` the receipt's.
    """

    value_date: date
    booking_date: date | None
    currency: str
    amount: Decimal
    payer: str
    text: str
    reference: str
    words: frozenset[str]
    advice: bool
    forms: set[str]
    span: str
    batch: str = ""
    row_id: str = ""
    parts: bool = False
    identity: str = ""

    @property
    def days(self) -> set[date]:
        """The days it may be found under."""
        return {self.value_date, self.booking_date or self.value_date}


def told_by(
    row: Mapping[str, Any], evidence: Mapping[str, str], forms: set[str], row_id: str = "", *, parts: bool = False
) -> Told:
    """A receipt or an entry, by the names of the register's fields, with what was kept of where it came from."""
    reference, text = row["bank_reference"] or "", row["reference"] or ""
    end, sender = evidence.get("end_to_end", ""), evidence.get("sender", "")
    return Told(
        row["value_date"],
        row["booking_date"],
        row["currency"],
        row["amount"],
        _folded(row["payer"] or ""),
        _folded(text),
        reference,
        _references([sender, end] if sender else [reference, text, end]),
        bool(sender),
        forms,
        evidence.get("statement", ""),
        evidence.get("batch", ""),
        row_id,
        parts,
    )


class Likeness:
    """Known money among which entries of one statement are looked for; each is found once.

    Args:
        known: what may be found.
        span: the statement's own, where it has balances: what was read of that very statement before.
    """

    def __init__(self, known: Iterable[Told], span: str) -> None:
        self._known = list(known)
        self._span = span
        self._gone: set[int] = set()

    def find(self, asked: Sequence[Told]) -> list[Told | None]:
        """For each entry the known money that it is, the surest first; None where there is none."""
        found: list[Told | None] = [None] * len(asked)
        if not self._known:
            return found
        for keys, near, fits in _GRADES:
            self._pass(asked, found, keys, near, fits)
        if self._span:
            self._same_statement(asked, found)
        return found

    def _pass(
        self,
        asked: Sequence[Told],
        found: list[Told | None],
        keys: Callable[[Told], Iterable[Hashable]],
        near: int,
        fits: Callable[[Told, Told], bool],
    ) -> None:
        index: dict[Hashable, deque[Told]] = defaultdict(deque)
        for one in self._known:
            for key in keys(one) if id(one) not in self._gone else ():
                for day in one.days:
                    index[one.amount, key, day].append(one)
        if not index:
            return
        for at, entry in enumerate(asked):
            if found[at] is None:
                found[at] = self._nearest(entry, index, keys, near, fits)

    def _nearest(
        self,
        entry: Told,
        index: Mapping[Hashable, deque[Told]],
        keys: Callable[[Told], Iterable[Hashable]],
        near: int,
        fits: Callable[[Told, Told], bool],
    ) -> Told | None:
        every = list(keys(entry))
        for day in _around(entry, near):
            for key in every:
                held = index.get((entry.amount, key, day))
                while held and id(held[0]) in self._gone:
                    held.popleft()
                if held and fits(entry, held[0]):
                    self._gone.add(id(held[0]))
                    return held.popleft()
        return None

    def _same_statement(self, asked: Sequence[Told], found: list[Told | None]) -> None:
        """Of a statement that was read before, whatever its texts say now: its balances leave room for nothing else."""
        held: dict[Decimal, deque[Told]] = defaultdict(deque)
        for one in self._known:
            if one.span == self._span and id(one) not in self._gone and not one.parts:
                held[one.amount].append(one)
        for at, entry in enumerate(asked):
            if found[at] is None and held[entry.amount]:
                found[at] = held[entry.amount].popleft()
                self._gone.add(id(found[at]))


def _around(entry: Told, near: int) -> Iterator[date]:
    """The entry's own days, then those beside its value date, the nearest first."""
    yield from sorted(entry.days)
    for distance in range(1, near + 1):
        yield entry.value_date - timedelta(days=distance)
        yield entry.value_date + timedelta(days=distance)


def _one_reference(one: Told, two: Told) -> bool:
    """Whether the bank's references do not contradict each other."""
    return not one.reference or not two.reference or one.reference == two.reference


def _by_words(one: Told, two: Told) -> bool:
    return one.advice or two.advice or (_early(one, two) and _one_reference(one, two))


def _by_text(one: Told, two: Told) -> bool:
    return _one_reference(one, two) and (_early(one, two) or bool(one.days & two.days))


def _by_day(one: Told, two: Told) -> bool:
    """Nothing contradicts: the same day, and no two payers; a batch and its parts name none."""
    named = one.payer and two.payer
    return (
        _early(one, two)
        and _one_reference(one, two)
        and not (named and one.payer not in two.payer and two.payer not in one.payer)
        and not ((one.parts or two.parts) and (one.payer or two.payer))
    )


def _early(one: Told, two: Told) -> bool:
    """Whether one of them was told before the account's statement was made."""
    return bool((one.forms | two.forms) & _ADVANCE)


_GRADES: tuple[tuple[Callable[[Told], Iterable[Hashable]], int, Callable[[Told, Told], bool]], ...] = (
    (lambda one: [one.reference] if one.reference else (), _LATE, lambda _one, _two: True),
    (lambda one: one.words, _LATE, _by_words),
    (lambda one: [(one.payer, one.text)] if one.payer or one.text else (), _NEAR, _by_text),
    (lambda one: [one.payer] if one.payer else (), 0, _by_day),
    (lambda _one: ("",), 0, _by_day),
)
"""What two messages have in common, how many days they may lie apart, and what else must hold; the surest first."""


def _references(texts: Iterable[str | None]) -> frozenset[str]:
    """The words that may be a payment's reference."""
    words = (word for text in texts if text for word in _WORD.findall(text[:_LONGEST].upper()))
    return frozenset(word for word in words if any(one.isdigit() for one in word))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
