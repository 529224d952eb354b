"""The matching itself: hypotheses are found, judged, weighed against each other, learned from, and judged again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.matching.assignment import Marginals, marginals
from workbench.matching.candidates import MOST_NEAR, Hypotheses, Market, Pairs, stacked, united
from workbench.matching.columns import (
    NONE,
    SCALE,
    Floats,
    Ints,
    Ledger,
    Mask,
    Receipts,
    Worth,
    distinct,
    held,
    spread,
    totals,
)
from workbench.matching.features import Belief, Columns, Evidence
from workbench.matching.habits import Habits, Lesson, gap_bin, history_lesson, linked, shortfall
from workbench.matching.payers import Payers, Tally
from workbench.matching.references import References
from workbench.matching.subsets import MOST, sums_between
from workbench.rates import RateBook

__all__ = ["Judge", "Judged", "Workspace"]

Judge = Callable[[Columns], Floats]
"""From features to log-odds."""

_RECEIPTS_AT_ONCE = 4096
_PAIRS_AT_ONCE = 16_384
_SHOWN = 6  # hypotheses of a receipt that stay, however unlikely
_HOPELESS = 11.0  # log-odds behind the best
_NEARLY = 0.9
_KEPT = 20  # hypotheses of a receipt that are judged by the model
_LEARNED = 60  # customers that a payer may act for
_WELL_KNOWN = 0.7
_MAINLY = 0.7
_LOOKED_AT = 0.45
_FEW = 9  # instalments that are combined of a customer whom the payer is only known to act for
_SUBSETS = 10  # sums that are kept of a customer's instalments
_CUSTOMERS_SUMMED = 8
_SURE = 0.97
_SETTLED = 0.998
_SUM_CHARGES = 75.0
_SUM_SPREAD = 0.025
_MOST_PARTS = 8
_USUAL_LAG = 8
_ALL_BUT = 0.96
_LIKELY_THEIRS = 0.3
_POOL_BEFORE, _POOL_AFTER = 80, 60  # days


@dataclass(slots=True)
class Judged:
    """Hypotheses with their features and how likely each is among all."""

    hypotheses: Hypotheses
    columns: Columns  # of those whose features are kept
    row: Ints  # by hypothesis its place in the columns, NONE where its features are not kept
    log_odds: Floats
    partial: Mask
    weighed: Marginals


class Workspace:
    """All that a run of the matching holds."""

    def __init__(
        self,
        receipts: Receipts,
        ledger: Ledger,
        customers: Sequence[Mapping[str, Any]],
        book: RateBook,
        *,
        earlier: Receipts,
        links: Iterable[Mapping[str, Any]] = (),
        taught: Iterable[tuple[str, str]] = (),
        skip: Mask | None = None,
    ) -> None:
        """``skip`` marks receipts that are no incoming payment or are dealt with otherwise."""
        self.receipts, self.ledger = receipts, ledger
        self.active = (receipts.amount > 0) & ~(skip if skip is not None else np.zeros(len(receipts), np.bool_))
        days = [column for column in (receipts.day, earlier.day, ledger.issue) if len(column)]
        first = min((int(column.min()) for column in days), default=1)
        last = max((int(column.max()) for column in (receipts.day, earlier.day) if len(column)), default=1)
        self.worth = Worth(book, ledger.currencies, max(first, last - 3660), last)
        self.references = References(receipts, ledger)
        self.payers = Payers(receipts, earlier, customers, ledger.customers, taught)
        self.market = Market(ledger, self.worth)
        self.evidence = Evidence(receipts, ledger, self.worth, self.references, self.payers, self.market)
        self.links = linked(links, earlier, ledger)
        """What earlier receipts paid: rows of receipt, instalment and amount."""
        self._history = history_lesson(self.links, earlier, ledger, self.payers, self.worth)
        self.habits = Habits(self._history, ledger.customers, ledger.currencies)
        self.belief = Belief.nothing(ledger)
        self._ruled_out: Ints = np.zeros(0, np.int64)
        receipt, order = self.references.named_orders()
        self._told = distinct(receipt * max(len(ledger.customers), 1) + ledger.order_customer[order])
        """Pairs of receipt and customer whose order is named, as keys."""
        self._named = self._named_items()
        self._by_digits = self._owed(*self.references.items_by_digits())
        told = [receipt * len(ledger) + item for receipt, item in (self._named, self._by_digits)]
        self._item_told = distinct(np.concatenate(told))
        """Pairs of receipt and instalment whose number, or all digits of it, stand in the text, as keys."""
        self._sets_named = self._orders_named()

    def rule_out(self, rejected: Iterable[tuple[str, str]]) -> None:
        """Never propose these pairs of receipt and instalment ids again."""
        receipts = {id_: number for number, id_ in enumerate(self.receipts.ids)}
        items = {id_: number for number, id_ in enumerate(self.ledger.ids)}
        known = [(receipts[one], items[other]) for one, other in rejected if one in receipts and other in items]
        self._ruled_out = np.array(sorted({a * len(self.ledger) + b for a, b in known}), np.int64)

    def _allowed(self, hypotheses: Hypotheses) -> Hypotheses:
        if not len(self._ruled_out):
            return hypotheses
        owner = hypotheses.owner
        keys = hypotheses.receipt[owner] * len(self.ledger) + hypotheses.item
        wrong = totals(owner, held(self._ruled_out, keys), len(hypotheses))
        return hypotheses.taken(np.flatnonzero(wrong == 0))

    # Finding

    def pairs(self) -> Pairs:
        """Receipts and the customers who may have paid, by what is known so far."""
        width = len(self.ledger.customers)
        receipt, order = self.references.named_orders()
        by_digits, item = self.references.items_by_digits()
        found = [
            (receipt, self.ledger.order_customer[order]),
            (by_digits, self.ledger.customer[item]),
            self.payers.pairs(),
            self.habits.by_key.columns(self.payers.key, _LEARNED, 0.3),
            self.habits.by_account.columns(self.payers.account, _LEARNED, 0.3),
        ]
        return Pairs.of([self._active(*one) for one in found], max(width, 1))

    def _active(self, receipt: Ints, other: Ints) -> tuple[Ints, Ints]:
        keep = self.active[receipt]
        return receipt[keep], other[keep]

    def singles(self, pairs: Pairs, low: int, high: int) -> Hypotheses:
        """Hypotheses of one instalment for the receipts from ``low`` up to ``high``, of which ``pairs`` are."""
        some = np.arange(low, high)
        likely = self._pair_strength(pairs, np.arange(len(pairs))) >= _LOOKED_AT
        stranger = some[self.active[some] & ~self._known(pairs, low, high)]
        found = [self._around(pairs, likely), *self._equal(pairs, some), self._with_charges(stranger)]
        found += [_between(one, low, high) for one in (self._named, self._by_digits)]
        return self._plausible(found, pairs, likely)

    def _owed(self, receipt: Ints, item: Ints) -> tuple[Ints, Ints]:
        owed = self.ledger.open[item] > 0
        return self._active(receipt[owed], item[owed])

    def _around(self, pairs: Pairs, likely: Mask) -> tuple[Ints, Ints]:
        """What the likely customers owe around the day."""
        some = Pairs(pairs.receipt[likely], pairs.customer[likely])
        pair, item = self.market.around(some, self.receipts.day[some.receipt])
        return some.receipt[pair], item

    def _equal(self, pairs: Pairs, some: Ints) -> list[tuple[Ints, Ints]]:
        """Open instalments of the amount, of the customers who may have paid and of anybody.

        Of customers whom the payer has paid for before also those that are a little more.
        """
        receipts, market, found = self.receipts, self.market, []
        day = receipts.day[pairs.receipt]
        for currency, amount in self._amounts():
            pair, item = market.equal_of_customer(pairs, currency[pairs.receipt], amount[pairs.receipt], day)
            found.append((pairs.receipt[pair], item))
            at, item = market.equal(currency[some], amount[some], receipts.day[some])
            found.append(self._active(some[at], item))
        acted = np.flatnonzero(self._acted_for(pairs, np.arange(len(pairs))))
        theirs = Pairs(pairs.receipt[acted], pairs.customer[acted])
        receipt = theirs.receipt
        pair, item = market.above_of_customer(theirs, receipts.currency[receipt], receipts.amount[receipt], day[acted])
        return [*found, (receipt[pair], item)]

    def _with_charges(self, strangers: Ints) -> tuple[Ints, Ints]:
        """For receipts whose payer points to nobody: instalments of anybody that are a little more than what came.

        Those due nearest, and those whose number is much like one in the text.
        """
        receipts = self.receipts
        day = receipts.day[strangers]
        at, item = self.market.above(receipts.currency[strangers], receipts.amount[strangers], day)
        nearest = np.arange(len(at)) - np.searchsorted(at, at) < MOST_NEAR
        kept = nearest | (self.references.digits(strangers[at], item) > 0)
        return strangers[at[kept]], item[kept]

    def _plausible(self, found: list[tuple[Ints, Ints]], pairs: Pairs, likely: Mask) -> Hypotheses:
        """Those that are named, or where the amount fits and the payer points to the customer or the amount fits well."""
        keys = distinct(np.concatenate([receipt * len(self.ledger) + item for receipt, item in found]))
        receipt, item = keys // max(len(self.ledger), 1), keys % max(len(self.ledger), 1)
        named = (self.references.own_number(receipt, item) + self.references.order_number(receipt, item)) > 0
        width = len(self.ledger.customers)
        theirs = pairs.receipt[likely] * width + pairs.customer[likely]
        own = held(theirs, receipt * width + self.ledger.customer[item])
        ratio = self.market.ratio(self.receipts, receipt, item)
        with np.errstate(invalid="ignore"):
            own |= named | ((ratio > _NEARLY) & (ratio <= 1.0))
        fits = own & self.market.plausible(self.receipts, receipt, item, named)
        return Hypotheses.of(receipt[fits], np.ones(int(fits.sum()), np.int64), item[fits], self.market.tokens)

    def _amounts(self) -> list[tuple[Ints, Ints]]:
        receipts = self.receipts
        return [(receipts.currency, receipts.amount), (receipts.instructed_currency, receipts.instructed)]

    def _named_items(self) -> tuple[Ints, Ints]:
        ledger = self.ledger
        receipt, order = self._active(*self.references.named_orders())
        owner, place = spread(ledger.order_start[order], ledger.order_start[order + 1] - ledger.order_start[order])
        item = ledger.by_order[place]
        open_ = ledger.open[item] > 0
        return receipt[owner[open_]], item[open_]

    def _known(self, pairs: Pairs, low: int, high: int) -> Mask:
        """By receipt from ``low`` up to ``high`` whether its payer points to some customer."""
        payers, habits = self.payers, self.habits
        receipt, customer = pairs.receipt, pairs.customer
        key, account = payers.key[receipt], payers.account[receipt]
        strong = (payers.alike(receipt, customer) >= _WELL_KNOWN) | (payers.on_file.of(account, customer) > 0)
        for learned, payer in ((habits.by_key, key), (habits.by_account, account)):
            own, every = learned.of(payer, customer), learned.total(payer)
            strong |= (own >= 0.5) & (own >= _MAINLY * every)  # an agent pays for ever new customers
        return totals(receipt - low, strong, high - low) > 0

    def _orders_named(self) -> Hypotheses:
        """All open instalments of one currency of the orders named, and the instalments named, as sets."""
        ledger, references = self.ledger, self.references
        receipt, item = self._named_items()
        own = references.own_number(receipt, item) > 0
        sets = [(receipt, item), (receipt[own], item[own])]
        parts = [self._grouped(*one) for one in sets]
        # The first open instalment of each order named.
        order = np.lexsort((ledger.due[item], ledger.order[item], receipt))
        receipt, item = receipt[order], item[order]
        first = np.ones(len(receipt), np.bool_)
        first[1:] = (receipt[1:] != receipt[:-1]) | (ledger.order[item][1:] != ledger.order[item][:-1])
        parts.append(self._grouped(receipt[first], item[first]))
        return united(parts, self.market.tokens)

    def _grouped(self, receipt: Ints, item: Ints) -> Hypotheses:
        ledger = self.ledger
        order = np.lexsort((item, ledger.currency[item], ledger.customer[item], receipt))
        receipt, item = receipt[order], item[order]
        columns = (receipt, ledger.customer[item], ledger.currency[item])
        begin = np.ones(len(receipt), np.bool_)
        begin[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
        starts = np.flatnonzero(begin)
        sizes = np.diff(np.append(starts, len(receipt)))
        group = np.cumsum(begin) - 1
        keep = (sizes > 1) & (sizes <= 12)
        return Hypotheses.of(receipt[starts[keep]], sizes[keep], item[keep[group]], self.market.tokens)

    def _sums(self, pairs: Pairs, unsure: Mask) -> list[Hypotheses]:
        """Sums for the likely customers with charges and rates; for those an agent may act for only exact ones."""
        chosen = np.flatnonzero(unsure[pairs.receipt])
        rank = self._pair_strength(pairs, chosen)
        order = np.lexsort((-rank, pairs.receipt[chosen]))
        chosen, rank = chosen[order], rank[order]
        receipt = pairs.receipt[chosen]
        nth = np.arange(len(chosen)) - np.searchsorted(receipt, receipt)
        likely = (nth < _CUSTOMERS_SUMMED) & (rank > _LIKELY_THEIRS)
        maybe = ~likely & (nth < _LEARNED) & self._acted_for(pairs, chosen)
        few, many = (Pairs(pairs.receipt[chosen[some]], pairs.customer[chosen[some]]) for some in (likely, maybe))
        found = [self._sums_of(some, which, MOST) for some in few.blocks(_PAIRS_AT_ONCE) for which in range(2)]
        return found + [self._sums_of(some, 0, _FEW) for some in many.blocks(_PAIRS_AT_ONCE)]

    def _acted_for(self, pairs: Pairs, chosen: Ints) -> Mask:
        """Whether the payer has paid for the customer before."""
        receipt, customer = pairs.receipt[chosen], pairs.customer[chosen]
        by_key = self.habits.by_key.of(self.payers.key[receipt], customer)
        return np.asarray((by_key + self.habits.by_account.of(self.payers.account[receipt], customer)) > 0.5, np.bool_)

    def _pair_strength(self, pairs: Pairs, chosen: Ints) -> Floats:
        payers, habits = self.payers, self.habits
        receipt, customer = pairs.receipt[chosen], pairs.customer[chosen]
        key, account = payers.key[receipt], payers.account[receipt]
        by_key = habits.by_key.of(key, customer) / (habits.by_key.total(key) + 0.5)
        by_account = habits.by_account.of(account, customer) / (habits.by_account.total(account) + 0.5)
        named = held(self._told, receipt * max(len(self.ledger.customers), 1) + customer)
        strength = payers.alike(receipt, customer) + 2 * payers.on_file.of(account, customer)
        return np.asarray(
            strength + 2 * by_key + 2 * by_account + 2 * named + 2 * self.belief.customer.of(receipt, customer)
        )

    def _sums_of(self, pairs: Pairs, which: int, pool: int) -> Hypotheses:
        """Sums of ``pool`` instalments in the ``which``-th most usual currency of a customer's open instalments.

        Of a small pool only exact sums count.
        """
        ledger, receipts, market = self.ledger, self.receipts, self.market
        pair, item = market.around(pairs, receipts.day[pairs.receipt])
        receipt = pairs.receipt[pair]
        late = receipts.day[receipt] - ledger.due[item]
        others = np.clip(self.belief.claimed[item] - self.belief.edges.of(receipt, item), 0, 1)
        near = (late <= _POOL_BEFORE) & (late >= -_POOL_AFTER) & (others < 0.9)
        near &= ledger.issue[item] <= receipts.day[receipt] + 10
        pair, item, late = pair[near], item[near], late[near]
        pair, item, late = self._of_currency(pairs, pair, item, late, which)
        low, high, exact = self._bounds(pairs, pair, item)
        high = high if pool == MOST else exact
        fits = ledger.open[item] <= high[pair]
        pair, item, late = pair[fits], item[fits], late[fits]
        told = held(self._item_told, pairs.receipt[pair] * len(ledger) + item)
        distance = np.abs(late - _USUAL_LAG) + 200 * (np.clip(self.belief.claimed[item], 0, 1) > 0.5)
        order = np.lexsort((distance, ~told, pair))
        pair, item = pair[order], item[order]
        nth = np.arange(len(pair)) - np.searchsorted(pair, pair)
        pair, item = pair[nth < pool], item[nth < pool]
        order = np.lexsort((item, pair))
        pair, item = pair[order], item[order]
        nth = np.arange(len(pair)) - np.searchsorted(pair, pair)
        values = np.zeros((len(pairs), MOST), np.int64)
        members = np.zeros((len(pairs), MOST), np.int64)
        values[pair, nth], members[pair, nth] = ledger.open[item], item
        counts = np.bincount(pair, minlength=len(pairs))
        told = held(self._item_told, pairs.receipt[pair] * len(ledger) + item)
        named = totals(pair, told * (1 << nth), len(pairs)).astype(np.int64)
        case, subset = sums_between(values, counts, low, high, exact, most=_SUBSETS, liked=named)
        bits = ((subset[:, None] >> np.arange(MOST)) & 1).astype(np.bool_)
        return Hypotheses.of(pairs.receipt[case], bits.sum(axis=1), members[case][bits], market.tokens)

    def _of_currency(self, pairs: Pairs, pair: Ints, item: Ints, late: Ints, which: int) -> tuple[Ints, Ints, Ints]:
        """Only the instalments in the receipt's (or instructed) currency, or in the most usual other one."""
        ledger, receipts = self.ledger, self.receipts
        receipt = pairs.receipt[pair]
        told = receipts.instructed_currency[receipt]
        own = np.where(told >= 0, told, receipts.currency[receipt])
        mine = ledger.currency[item] == own
        if which == 0:
            return pair[mine], item[mine], late[mine]
        pair, item, late = pair[~mine], item[~mine], late[~mine]
        width = len(ledger.currencies)
        seen, count = np.unique(pair * width + ledger.currency[item], return_counts=True)
        order = np.lexsort((seen, -count, seen // width))
        seen = seen[order]
        first = np.ones(len(seen), np.bool_)
        first[1:] = seen[1:] // width != seen[:-1] // width
        usual = np.isin(pair * width + ledger.currency[item], seen[first])
        return pair[usual], item[usual], late[usual]

    def _bounds(self, pairs: Pairs, pair: Ints, item: Ints) -> tuple[Ints, Ints, Ints]:
        """By pair the least and greatest sum that would do, and the best, in the instalments' currency."""
        ledger, receipts = self.ledger, self.receipts
        currency = np.zeros(len(pairs), np.int64)
        currency[pair] = ledger.currency[item]
        receipt = pairs.receipt
        day, own = receipts.day[receipt], receipts.currency[receipt]
        told = receipts.instructed_currency[receipt] == currency
        rate = self.worth.rate(own, currency, day)
        came = np.where(told, receipts.instructed[receipt], receipts.amount[receipt] * rate)
        charges = _SUM_CHARGES / self.worth.of(currency, day) * 10_000
        same = (own == currency) & ~told
        with np.errstate(invalid="ignore"):
            slack = np.where(np.isfinite(charges), np.minimum(charges, came * 0.2), 0)
            low = np.where(told | same, came, came * (1 - 0.012))
            high = np.where(told, came, np.where(same, came + slack, came * (1 + _SUM_SPREAD) + slack * 0.5))
        exact = np.where(told | same, came, came * 1.01)
        low, high, exact = (np.where(np.isfinite(one), one, 0).astype(np.int64) for one in (low, high, exact))
        return low, high, exact

    # Judging

    def first_round(self, judge: Judge, *, keep: bool = False) -> Judged:
        """Single instalments, and sets that are named, judged by what is known beforehand."""
        pairs = self.pairs()

        def found(low: int, high: int) -> list[Hypotheses]:
            return [self.singles(pairs.between(low, high), low, high), self._sets_named.between(low, high)]

        return self._judged(found, judge, keep=keep)

    def next_round(self, judge: Judge, before: Judged, *, keep: bool = False, stay: bool = False) -> Judged:
        """The likeliest of the round before, and what was learned makes likely, judged again by what was learned.

        With ``stay`` what the same judge found settled the round before is not looked at again.
        """
        pairs, best = self.pairs(), self._best(before)
        unsure = self.active & (best < _SURE)
        again = self.active & (best < _SETTLED) if stay else np.ones(len(self.receipts), np.bool_)
        pairs = Pairs(pairs.receipt[again[pairs.receipt]], pairs.customer[again[pairs.receipt]])

        def found(low: int, high: int) -> list[Hypotheses]:
            some = pairs.between(low, high)
            known = (before.hypotheses.between(low, high), self._sets_named.between(low, high))
            sets = [*known, self.singles(some, low, high), *self._sums(some, unsure)]
            return [one.taken(np.flatnonzero(again[one.receipt])) for one in sets]

        judged = self._judged(found, judge, keep=keep)
        if not stay:
            return judged
        settled = np.flatnonzero(~again[before.hypotheses.receipt])
        both = stacked([judged.hypotheses, before.hypotheses.taken(settled)])
        order = np.argsort(both.receipt, kind="stable")
        hypotheses = both.taken(order)
        log_odds = np.concatenate([judged.log_odds, before.log_odds[settled]])[order]
        partial = np.concatenate([judged.partial, before.partial[settled]])[order]
        return Judged(
            hypotheses, {}, np.full(len(order), NONE), log_odds, partial, self._weighed(hypotheses, log_odds, partial)
        )

    def last_round(self, judge: Judge, before: Judged) -> Judged:
        """The same hypotheses judged once more, by what the round before taught, where that may still change anything.

        Only of those, and of the likeliest ones, features are kept.
        """
        hypotheses, probability = before.hypotheses, before.weighed.probability
        best = self._best(before)[hypotheses.receipt]
        again = np.flatnonzero((best < _SETTLED) | (probability == best))
        log_odds, blocks = before.log_odds.copy(), []
        ends = np.searchsorted(hypotheses.receipt[again], [low for low, _high in self._blocks()] + [len(self.receipts)])
        for begin, end in pairwise(ends.tolist()):
            if end == begin:
                continue
            columns = self.features(hypotheses.taken(again[begin:end]))
            log_odds[again[begin:end]] = judge(columns)
            blocks.append(_small(columns, np.arange(end - begin)))
        row = np.full(len(hypotheses), NONE)
        row[again] = np.arange(len(again))
        weighed = self._weighed(hypotheses, log_odds, before.partial)
        return Judged(hypotheses, _one(blocks), row, log_odds, before.partial, weighed)

    def features(self, hypotheses: Hypotheses) -> Columns:
        """What speaks for and against hypotheses by what is known so far."""
        return self.evidence.columns(hypotheses, self.habits, self.belief)

    def features_of(self, judged: Judged, chosen: Ints) -> Columns:
        """The features by which the chosen hypotheses were judged, computed where they were not kept."""
        row = judged.row[chosen]
        gone = np.flatnonzero(row < 0)
        computed = self.features(judged.hypotheses.taken(chosen[gone])) if len(gone) else {}
        columns: Columns = {}
        for name, column in judged.columns.items():
            columns[name] = column[row]
            if len(gone):
                columns[name][gone] = computed[name]
        return columns

    def _best(self, judged: Judged) -> Floats:
        """By receipt how likely its likeliest hypothesis is."""
        best = np.zeros(len(self.receipts))
        np.maximum.at(best, judged.hypotheses.receipt, judged.weighed.probability)
        return best

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Some thousand receipts at a time, so that what is computed of them stays small."""
        for low in range(0, max(len(self.receipts), 1), _RECEIPTS_AT_ONCE):
            yield low, min(low + _RECEIPTS_AT_ONCE, len(self.receipts))

    def _judged(self, found: Callable[[int, int], list[Hypotheses]], judge: Judge, *, keep: bool) -> Judged:
        """The chances of hypotheses, of each receipt only the likeliest ones; ``keep`` their features, which take room."""
        nothing = np.zeros(0, np.int64)
        kept, odds, blocks = [Hypotheses(nothing, np.zeros(1, np.int64), nothing)], [np.zeros(0)], []
        for low, high in self._blocks():
            some = self._allowed(united(found(low, high), self.market.tokens))
            if not len(some):
                continue
            columns = self.features(some)
            log_odds = judge(columns)
            best = _likeliest(some.receipt, log_odds)
            kept.append(some.taken(best))
            odds.append(log_odds[best])
            if keep:
                blocks.append(_small(columns, best))
        hypotheses, log_odds = stacked(kept), np.concatenate(odds)
        partial = self._partial(hypotheses)
        row = np.arange(len(hypotheses)) if keep else np.full(len(hypotheses), NONE)
        weighed = self._weighed(hypotheses, log_odds, partial)
        return Judged(hypotheses, _one(blocks), row, log_odds, partial, weighed)

    def _weighed(self, hypotheses: Hypotheses, log_odds: Floats, partial: Mask) -> Marginals:
        return marginals(hypotheses, log_odds, partial, len(self.ledger))

    def _partial(self, hypotheses: Hypotheses) -> Mask:
        """Whether only a part of one instalment would be paid, so that another receipt may pay more of it."""
        head = hypotheses.item[hypotheses.start[:-1]]
        ratio = self.market.ratio(self.receipts, hypotheses.receipt, head)
        missing = self._missing(hypotheses)
        with np.errstate(invalid="ignore"):
            return np.asarray((hypotheses.sizes == 1) & (ratio < 0.93) & ~(missing < _SUM_CHARGES), np.bool_)

    def _missing(self, hypotheses: Hypotheses) -> Floats:
        head = hypotheses.item[hypotheses.start[:-1]]
        owed = np.add.reduceat(self.ledger.open[hypotheses.item], hypotheses.start[:-1])
        return shortfall(self.worth, self.receipts, hypotheses.receipt, self.ledger.currency[head], owed)

    # Learning

    def learn(self, judged: Judged) -> None:
        """Take over what was judged as the belief for the next round."""
        hypotheses, probability = judged.hypotheses, judged.weighed.probability
        head = hypotheses.item[hypotheses.start[:-1]]
        customer = self.ledger.customer[head]
        owed = np.maximum.reduceat(self.ledger.due[hypotheses.item], hypotheses.start[:-1])
        lesson = Lesson(
            self.payers.key[hypotheses.receipt],
            self.payers.account[hypotheses.receipt],
            customer,
            self.receipts.currency[hypotheses.receipt],
            gap_bin(self._missing(hypotheses)),
            np.clip(self.receipts.day[hypotheses.receipt] - owed, -120, 120),
            hypotheses.sizes,
            probability,
        )
        self.habits = Habits(Lesson.joined([self._history, lesson]), self.ledger.customers, self.ledger.currencies)
        weighed = judged.weighed
        self.belief = Belief(
            Tally(hypotheses.receipt, customer, probability, len(self.ledger.customers)),
            Tally(weighed.edge_receipt, weighed.edge_item, weighed.edge_probability, len(self.ledger)),
            Tally(weighed.edge_receipt, weighed.edge_item, weighed.claims_before(), len(self.ledger)),
            totals(weighed.edge_item, weighed.edge_probability, len(self.ledger)),
            self._completing(judged),
        )
        matched = totals(hypotheses.receipt, probability, len(self.receipts))
        self.evidence.learn(np.minimum(matched, 1))

    def _completing(self, judged: Judged) -> Tally:
        """Receipts that may pay a part of an instalment, and together with others make up all of it.

        Weight 2 where the sum is exact, 1 where charges may be missing.
        """
        ledger, receipts, hypotheses = self.ledger, self.receipts, judged.hypotheses
        head = hypotheses.item[hypotheses.start[:-1]]
        ratio = self.market.ratio(receipts, hypotheses.receipt, head)
        with np.errstate(invalid="ignore"):
            part = np.flatnonzero((hypotheses.sizes == 1) & (ratio < _ALL_BUT) & np.isfinite(ratio))
        mine = self._customer_chance(hypotheses.receipt[part], ledger.customer[head[part]])
        part, mine = part[mine > _LIKELY_THEIRS], mine[mine > _LIKELY_THEIRS]
        receipt, item, worth = hypotheses.receipt[part], head[part], (ratio[part] * ledger.open[head[part]])
        order = np.lexsort((-mine, item))
        receipt, item, worth = receipt[order], item[order], np.round(worth[order]).astype(np.int64)
        nth = np.arange(len(item)) - np.searchsorted(item, item)
        few = nth < _MOST_PARTS
        receipt, item, worth, nth = receipt[few], item[few], worth[few], nth[few]
        whole, case = np.unique(item, return_inverse=True)
        values, who = np.zeros((len(whole), MOST), np.int64), np.zeros((len(whole), MOST), np.int64)
        values[case, nth], who[case, nth] = worth, receipt
        owed = ledger.open[whole]
        charges = _SUM_CHARGES / self.worth.of(ledger.currency[whole], ledger.due[whole]) * SCALE
        low = owed - np.where(np.isfinite(charges), np.minimum(charges, owed * 0.05), 0).astype(np.int64)
        case, subset = sums_between(values, np.bincount(case, minlength=len(whole)), low, owed, owed, most=2)
        bits = ((subset[:, None] >> np.arange(MOST)) & 1).astype(np.bool_)
        exact = np.sum(values[case] * bits, axis=1) == owed[case]
        row, column = np.nonzero(bits)
        keys = who[case[row], column] * len(ledger) + whole[case[row]]
        pairs, place = np.unique(keys, return_inverse=True)
        weight = np.zeros(len(pairs))
        np.maximum.at(weight, place, 1.0 + exact[row])
        return Tally(pairs // len(ledger), pairs % len(ledger), weight, len(ledger))

    def _customer_chance(self, receipt: Ints, customer: Ints) -> Floats:
        """How likely the payer pays for the customer, by name, account and what was matched."""
        pairs = Pairs(receipt, customer)
        return np.minimum(self._pair_strength(pairs, np.arange(len(pairs))) / 2, 1)


def _between(found: tuple[Ints, Ints], low: int, high: int) -> tuple[Ints, Ints]:
    begin, end = np.searchsorted(found[0], [low, high]).tolist()
    return found[0][begin:end], found[1][begin:end]


def _small(columns: Columns, chosen: Ints) -> Columns:
    return {name: np.array(column[chosen], np.float32) for name, column in columns.items()}


def _one(blocks: list[Columns]) -> Columns:
    """Blocks of columns as one; the blocks are emptied on the way, so that they are never held twice."""
    names = list(blocks[0]) if blocks else []
    return {name: np.concatenate([block.pop(name) for block in blocks]) for name in names}


def _likeliest(receipt: Ints, log_odds: Floats) -> Ints:
    """Of every receipt the best few that are not hopeless beside the best one, in the order of receipts."""
    order = np.lexsort((-log_odds, receipt))
    first = np.searchsorted(receipt[order], receipt[order])
    nth = np.arange(len(order)) - first
    behind = log_odds[order][first] - log_odds[order]
    kept: Ints = order[(nth < _SHOWN) | ((nth < _KEPT) & (behind < _HOPELESS))]
    return kept
