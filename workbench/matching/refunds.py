"""Money that goes back: which receipt it was, and so which instalment is owed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.matching.columns import NONE, Receipts
from workbench.matching.features import Columns
from workbench.matching.model import trees
from workbench.matching.reasons import MatchReason
from workbench.matching.workspace import Workspace

__all__ = ["Original", "Refund", "ReturnPairs", "return_pairs", "returned"]

_MOST = 60  # receipts of a payer that are looked at
_LONGEST = 200  # days between a receipt and its return
_SHORTEST_REFERENCE = 6


@dataclass(frozen=True, slots=True)
class Original:
    """A receipt of this run that was given to instalments, and how sure that is."""

    number: int
    items: tuple[int, ...]
    sure: float


@dataclass(frozen=True, slots=True)
class Refund:
    """What is taken back: of the ``paid`` ten-thousandths of an instalment all, or a ``share``."""

    item: int
    paid: int
    share: float
    full: bool
    chance: float
    reasons: tuple[MatchReason, ...]


@dataclass(frozen=True, slots=True)
class _Paid:
    """A receipt that may come back: what of an instalment it paid, and its own looks."""

    id: str
    day: int
    currency: int
    amount: int
    key: int
    account: int
    reference: str
    items: tuple[tuple[int, int], ...]
    sure: float


@dataclass(slots=True)
class ReturnPairs:
    """Pairs of an outgoing receipt and one that it may return, with their features."""

    outgoing: list[int] = field(default_factory=list)
    original: list[_Paid] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)

    def columns(self) -> Columns:
        """The features as columns."""
        names = list(self.rows[0]) if self.rows else []
        return {name: np.array([row[name] for row in self.rows], np.float64) for name in names}


def returned(
    space: Workspace,
    numbers: Sequence[int],
    given: Mapping[int, Original],
    earlier: Receipts,
) -> dict[int, Refund]:
    """For the outgoing receipts the likeliest receipt that each returns, if any is likely."""
    pairs = return_pairs(space, numbers, given, earlier)
    if not pairs.rows:
        return {}
    odds = np.exp(np.clip(trees("refund").log_odds(pairs.columns()), -30, 30))
    total: dict[int, float] = defaultdict(lambda: 1.0)
    for number, one in zip(pairs.outgoing, odds.tolist(), strict=True):
        total[number] += one
    best: dict[int, tuple[float, int]] = {}
    for place, number in enumerate(pairs.outgoing):
        chance = float(odds[place]) / total[number] * pairs.original[place].sure
        best[number] = max(best.get(number, (0.0, NONE)), (chance, place))
    return {
        number: _refund(space, number, pairs.original[place], pairs.rows[place], chance)
        for number, (chance, place) in best.items()
    }


def _refund(space: Workspace, number: int, original: _Paid, row: Mapping[str, float], chance: float) -> Refund:
    item, paid = max(original.items, key=lambda one: one[1])
    share = min(-int(space.receipts.amount[number]) / original.amount, 1.0)
    reasons = [MatchReason.of("refund.of", receipt=original.id)]
    if row["cites"]:
        reasons.append(MatchReason.of("refund.cites", reference=original.reference))
    if row["names"]:
        reasons.append(MatchReason.of("reference.found", numbers=", ".join(space.references.named[number])))
    if row["equal"]:
        reasons.append(MatchReason("refund.whole"))
    if row["payer"] or row["account"]:
        reasons.append(MatchReason("refund.payer"))
    if row["rivals"]:
        reasons.append(MatchReason.of("refund.others", count=int(row["rivals"])))
    return Refund(item, paid, share, bool(row["equal"]), chance, tuple(reasons))


def return_pairs(
    space: Workspace,
    numbers: Sequence[int],
    given: Mapping[int, Original],
    earlier: Receipts,
) -> ReturnPairs:
    """Outgoing receipts and the receipts each may return: of the same payer, or named by number or reference."""
    pairs = ReturnPairs()
    if not numbers:
        return pairs
    known = _Known([*_of_run(space, given), *_of_history(space, earlier)], space)
    for number in numbers:
        found = known.candidates(space, number)
        rows = [_row(space, number, one) for one in found]
        for row in rows:
            row["rivals"] = sum(_as_good(other, row) for other in rows) - 1.0
            pairs.outgoing.append(number)
        pairs.original.extend(found)
        pairs.rows.extend(rows)
    return pairs


def _as_good(other: Mapping[str, float], row: Mapping[str, float]) -> bool:
    return all(other[name] >= row[name] for name in ("cites", "names", "equal", "payer", "account"))


def _of_run(space: Workspace, given: Mapping[int, Original]) -> Iterable[_Paid]:
    for number, one in given.items():
        items = tuple((item, int(space.ledger.open[item])) for item in one.items)
        yield _paid(
            space.receipts, number, int(space.payers.key[number]), int(space.payers.account[number]), items, one.sure
        )


def _of_history(space: Workspace, earlier: Receipts) -> Iterable[_Paid]:
    paid: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, item, amount in space.links[space.links[:, 2] > 0].tolist():
        paid[number].append((item, amount))
    for number, items in paid.items():
        key, account = int(space.payers.earlier_key[number]), int(space.payers.earlier_account[number])
        yield _paid(earlier, number, key, account, tuple(items), 1.0)


def _paid(
    receipts: Receipts, number: int, key: int, account: int, items: tuple[tuple[int, int], ...], sure: float
) -> _Paid:
    return _Paid(
        receipts.ids[number],
        int(receipts.day[number]),
        int(receipts.currency[number]),
        int(receipts.amount[number]),
        key,
        account,
        receipts.bank_reference[number].strip(),
        items,
        sure,
    )


class _Known:
    """Receipts that may come back, by payer, account, order and the bank's reference."""

    def __init__(self, paid: list[_Paid], space: Workspace) -> None:
        self._by: dict[tuple[str, object], list[_Paid]] = defaultdict(list)
        for one in sorted(paid, key=lambda one: (one.day, one.id)):
            for kind, value in (("key", one.key), ("account", one.account)):
                if value != NONE:
                    self._by[kind, value].append(one)
            if len(one.reference) >= _SHORTEST_REFERENCE:
                self._by["reference", one.reference.upper()].append(one)
            for order in {int(space.ledger.order[item]) for item, _amount in one.items}:
                self._by["order", order].append(one)

    def candidates(self, space: Workspace, number: int) -> list[_Paid]:
        receipts = space.receipts
        keys: list[tuple[str, object]] = [
            ("key", int(space.payers.key[number])),
            ("account", int(space.payers.account[number])),
        ]
        keys += [("reference", word) for word in receipts.text[number].upper().split()]
        keys += [("order", order) for order in sorted(_orders_named(space, number))]
        day, currency, amount = (int(column[number]) for column in (receipts.day, receipts.currency, receipts.amount))
        found: dict[str, _Paid] = {}
        for key in keys:
            for one in self._by.get(key, [])[-_MOST * 4 :]:
                fits = one.currency == currency and 0 <= day - one.day <= _LONGEST and -amount <= one.amount
                if fits:
                    found[one.id] = one
        return sorted(found.values(), key=lambda one: (one.day, one.id))[-_MOST:]


def _orders_named(space: Workspace, number: int) -> set[int]:
    first_item = len(space.ledger.orders)
    documents = {document for found in space.references.named[number].values() for document in found}
    return {one if one < first_item else int(space.ledger.order[one - first_item]) for one in documents}


def _row(space: Workspace, number: int, one: _Paid) -> dict[str, float]:
    receipts = space.receipts
    named = _orders_named(space, number)
    orders = {int(space.ledger.order[item]) for item, _amount in one.items}
    words = receipts.text[number].upper().split()
    key, account = int(space.payers.key[number]), int(space.payers.account[number])
    return {
        "cites": float(len(one.reference) >= _SHORTEST_REFERENCE and one.reference.upper() in words),
        "names": float(bool(named & orders)),
        "names_others": float(len(named - orders)),
        "equal": float(one.amount == -int(receipts.amount[number])),
        "share": -int(receipts.amount[number]) / one.amount,
        "payer": float(key != NONE and key == one.key),
        "account": float(account != NONE and account == one.account),
        "days": float(int(receipts.day[number]) - one.day),
        "orders": float(len(orders)),
    }
