"""Receipts that a bank reports a second time: under its reference, or without one but looking the same."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from workbench.matching.columns import Receipts
from workbench.matching.payers import account_key, name_key

__all__ = ["repeats"]

_NO_REFERENCE = re.compile(r"\W*(non\W?ref|not\W?provided|n\W?a|none|unknown|0+)\W*\d*\W*", re.IGNORECASE)
_DAYS = 1  # between two reports of one receipt
_NOT_WORD = re.compile(r"[\W_]+")
_TAG = re.compile(r"/[A-Z]{3,4}/")
_SHORTEST = 6
_MOST_COMPARED = 40


@dataclass(frozen=True, slots=True)
class _Look:
    id: str
    day: int
    has_reference: bool
    payer: str
    account: str
    name: str  # the payer as it stands there, letters and digits only
    text: str


def repeats(receipts: Receipts, earlier: Receipts) -> dict[int, str]:
    """The receipts that were reported before, by number, and the id of the first report.

    The bank's own reference decides. Where one of two reports has none, they are the same if amount, payer and text agree
    (one may be cut short) and the days are next to each other.
    """
    by_reference: dict[tuple[int, int, str], str] = {}
    by_amount: dict[tuple[int, int], list[_Look]] = defaultdict(list)
    found: dict[int, str] = {}
    for batch, is_earlier in ((earlier, True), (receipts, False)):
        for number in range(len(batch)):
            reference = _reference(batch.bank_reference[number])
            money = (int(batch.currency[number]), int(batch.amount[number]))
            id_ = batch.ids[number]
            first = by_reference.setdefault((*money, reference), id_) if reference else id_
            look = _look(batch, number, has_reference=bool(reference))
            if first == id_:
                near = by_amount[money][-_MOST_COMPARED:]
                first = next((one.id for one in reversed(near) if _same(one, look)), id_)
            by_amount[money].append(look)
            if first != id_ and not is_earlier:
                found[number] = first
    return found


def _reference(text: str) -> str:
    return "" if _NO_REFERENCE.fullmatch(text) else text.strip()


def _look(receipts: Receipts, number: int, *, has_reference: bool) -> _Look:
    return _Look(
        receipts.ids[number],
        int(receipts.day[number]),
        has_reference,
        name_key(receipts.payer[number]),
        account_key(receipts.account[number]),
        _NOT_WORD.sub("", receipts.payer[number].upper()),
        _NOT_WORD.sub("", _TAG.sub("", receipts.text[number].upper())),
    )


def _same(one: _Look, other: _Look) -> bool:
    if (one.has_reference and other.has_reference) or other.day - one.day > _DAYS:
        return False
    if one.account and other.account and one.account != other.account:
        return False
    return _agree(one.payer, other.payer) and _agree(*_without_names(one, other))


def _without_names(one: _Look, other: _Look) -> tuple[str, str]:
    """Both texts without the payer's name, which one report writes in its own field and another into the text."""
    texts = one.text, other.text
    for name in sorted((one.name, other.name), key=len, reverse=True):
        if len(name) >= _SHORTEST:
            texts = texts[0].replace(name, ""), texts[1].replace(name, "")
    return texts


def _agree(one: str, other: str) -> bool:
    """Whether one text holds the other, as when a bank cuts it short or writes more around it."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST and short in long
