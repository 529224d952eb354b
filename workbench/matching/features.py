"""What speaks for and against a hypothesis, as columns of numbers: reference, payer, amount, dates, rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.matching.candidates import Hypotheses, Market
from workbench.matching.columns import NONE, SCALE, Floats, Ints, Ledger, Mask, Receipts, Worth, distinct, totals
from workbench.matching.habits import Habits, gap_bin, shortfall
from workbench.matching.payers import Payers, Tally
from workbench.matching.references import References

__all__ = ["Belief", "Columns", "Evidence"]

Columns = dict[str, npt.NDArray[np.generic]]

_PARTS = 20  # a receipt that is a whole number of twentieths of the amount is a likely instalment of it
_LAST_DAYS = 400
_NEARBY = 45  # days


@dataclass(slots=True)
class Belief:
    """What is believed so far: how likely each receipt is each customer's, and each instalment is paid by others."""

    customer: Tally  # (receipt, customer)
    edges: Tally  # (receipt, instalment)
    before: Tally  # (receipt, instalment): the sum over receipts that came before it
    claimed: Floats  # by instalment: the sum over all receipts
    completes: Tally  # (receipt, instalment): whether parts by several receipts make up the whole

    @classmethod
    def nothing(cls, ledger: Ledger) -> Belief:
        """Before anything was matched."""
        none = np.zeros(0, np.int64)
        empty = Tally(none, none, np.zeros(0), 1)
        return cls(empty, empty, empty, np.zeros(len(ledger)), empty)


class Evidence:
    """Everything that hypotheses are judged by."""

    def __init__(
        self,
        receipts: Receipts,
        ledger: Ledger,
        worth: Worth,
        references: References,
        payers: Payers,
        market: Market,
    ) -> None:
        self.receipts, self.ledger, self.worth = receipts, ledger, worth
        self.references, self.payers, self.market = references, payers, market
        self._best_alike = self._most_alike()
        self._figures = _figures(receipts.amount)
        self._before, self._after = self._twins()

    def _most_alike(self) -> tuple[Floats, Floats, Ints]:
        """For every receipt how alike the most alike name is, the next one, and whose name the first is."""
        count = len(self.receipts)
        owner, customer = self.payers.pairs()
        alike = self.payers.alike(owner, customer)
        order = np.lexsort((-alike, owner))
        owner, customer, alike = owner[order], customer[order], alike[order]
        keep = np.ones(len(owner), np.bool_)
        keep[1:] = (owner[1:] != owner[:-1]) | (customer[1:] != customer[:-1])
        owner, customer, alike = owner[keep], customer[keep], alike[keep]
        first, second, whose = np.zeros(count), np.zeros(count), np.full(count, NONE)
        at = np.searchsorted(owner, np.arange(count))
        has = np.flatnonzero(np.bincount(owner, minlength=count) > 0)
        first[has], whose[has] = alike[at[has]], customer[at[has]]
        two = np.flatnonzero(np.bincount(owner, minlength=count) > 1)
        second[two] = alike[at[two] + 1]
        return first, second, whose

    def _twins(self) -> tuple[Ints, Ints]:
        """Receipts of the same amount by the same payer, or naming the same, shortly before and after each."""
        first_named = np.full(len(self.receipts), NONE)
        receipt, order = self.references.named_orders()
        first_named[receipt[::-1]] = order[::-1]
        before, after = np.zeros(len(self.receipts), np.int64), np.zeros(len(self.receipts), np.int64)
        for who in (self.payers.key, self.payers.account, first_named):
            earlier, later = _nearby(self.receipts, who)
            before, after = np.maximum(before, earlier), np.maximum(after, later)
        return before, after

    def columns(self, hypotheses: Hypotheses, habits: Habits, belief: Belief) -> Columns:
        """The features of every hypothesis, by what is learned of payers and customers and believed so far."""
        receipt, starts = hypotheses.receipt, hypotheses.start[:-1]
        head = hypotheses.item[starts]
        customer = self.ledger.customer[head]
        # How likely the hypothesis itself is so far, to take out what it taught.
        mine = belief.customer.of(receipt, customer)
        own = np.minimum.reduceat(belief.edges.of(receipt[hypotheses.owner], hypotheses.item), starts)
        return {
            **self._reference(hypotheses),
            **self._payer(receipt, customer, habits, mine),
            **self._amount(hypotheses, head, customer, habits, belief, own),
            **self._dates(hypotheses, customer, habits, belief, mine),
        }

    def _reference(self, hypotheses: Hypotheses) -> Columns:
        owner, receipt, item = hypotheses.owner, hypotheses.receipt[hypotheses.owner], hypotheses.item
        starts, sizes = hypotheses.start[:-1], hypotheses.sizes
        references = self.references
        own, order = references.own_number(receipt, item), references.order_number(receipt, item)
        digits = np.zeros(len(item), np.int64)
        told = references.strings[receipt] > 0
        digits[told] = references.digits(receipt[told], item[told])
        named = np.maximum(own, order)
        orders = _different(owner, self.ledger.order[item], len(hypotheses))
        hit = _different(owner[named > 0], self.ledger.order[item][named > 0], len(hypotheses))
        return {
            "own_mean": _mean(own, starts, sizes),
            "order_mean": _mean(order, starts, sizes),
            "named_share": hit / orders,
            "digits_max": np.maximum.reduceat(digits, starts),
            "digits_mean": _mean(digits.astype(np.float64), starts, sizes),
            "orders_named": references.orders[hypotheses.receipt],
            "orders_missed": references.orders[hypotheses.receipt] - hit,
            "strings": references.strings[hypotheses.receipt],
            "names_settled": references.settled[hypotheses.receipt],
        }

    def _payer(self, receipt: Ints, customer: Ints, habits: Habits, mine: Floats) -> Columns:
        payers = self.payers
        key, account = payers.key[receipt], payers.account[receipt]
        alike = payers.alike(receipt, customer)
        first, second, whose = (column[receipt] for column in self._best_alike)
        key_own, key_all = habits.by_key.of(key, customer), habits.by_key.total(key)
        account_own, account_all = habits.by_account.of(account, customer), habits.by_account.total(account)
        # What the receipt itself taught is taken out again.
        key_own, account_own = np.maximum(key_own - mine, 0), np.maximum(account_own - mine, 0)
        matched = self._matched[receipt] if self._matched is not None else np.zeros(len(receipt))
        key_all, account_all = np.maximum(key_all - matched, 0), np.maximum(account_all - matched, 0)
        on_file = payers.on_file.of(account, customer)
        return {
            "alike": alike,
            "alike_ahead": alike - np.where(whose == customer, second, first),
            "alike_best": first,
            "on_file": on_file - (payers.on_file.total(account) > on_file),
            "taught": payers.taught.of(key, customer) - (payers.taught.total(key) > payers.taught.of(key, customer)),
            "key_count": np.log1p(key_own),
            "key_share": key_own / (key_all + 0.25),
            "key_seen": np.log1p(key_all),
            "account_count": np.log1p(account_own),
            "account_share": account_own / (account_all + 0.25),
            "account_seen": np.log1p(account_all),
            "payer_known": (key >= 0) + 2 * (account >= 0),
            "payer_matches": self._payer_matches[receipt]
            if self._payer_matches is not None
            else np.full(len(receipt), 0.5),
        }

    _matched: Floats | None = None
    _payer_matches: Floats | None = None

    def learn(self, matched: Floats) -> None:
        """Take over how likely each receipt is some customer's payment at all."""
        self._matched = matched
        key = self.payers.key
        known = key >= 0
        count = int(key.max(initial=-1)) + 1
        total = np.bincount(key[known], minlength=count)
        hits = totals(key[known], matched[known], count)
        share = np.full(len(key), 0.5)
        share[known] = (hits[key[known]] - matched[known] + 0.8) / (total[key[known]] - 1 + 1.0)
        self._payer_matches = share

    def _amount(
        self, hypotheses: Hypotheses, head: Ints, customer: Ints, habits: Habits, belief: Belief, own: Floats
    ) -> Columns:
        receipts, ledger, worth = self.receipts, self.ledger, self.worth
        receipt, starts = hypotheses.receipt, hypotheses.start[:-1]
        mine = belief.customer.of(receipt, customer)
        owed = np.add.reduceat(ledger.open[hypotheses.item], starts)
        currency, came = ledger.currency[head], receipts.amount[receipt]
        same = currency == receipts.currency[receipt]
        told = receipts.instructed_currency[receipt]
        instructed = receipts.instructed[receipt]
        in_theirs = told == currency
        sent = np.where((told == receipts.currency[receipt]) & (instructed > came), instructed, came)
        missing = shortfall(worth, receipts, receipt, currency, owed)
        rate = worth.rate(currency, receipts.currency[receipt], receipts.day[receipt])
        issue = ledger.issue[head]
        booked = worth.rate(currency, receipts.currency[receipt], np.minimum(issue, receipts.day[receipt]))
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.where(same, 0.0, 1 - sent / (owed * rate))
            at_book = np.where(same, 0.0, 1 - sent / (owed * booked))
            short = np.where(in_theirs, (owed - instructed) / owed, np.where(same, (owed - sent) / owed, spread))
        gap = gap_bin(missing)
        lacking = owed - came
        by_gap = np.maximum(habits.by_gap.of(customer, np.maximum(gap, 0)) - own, 0)
        usual = habits.gaps.of(receipts.currency[receipt], np.maximum(gap, 0))
        all_gaps = habits.gaps.total(receipts.currency[receipt])
        habit = np.maximum(habits.by_currency.of(customer, receipts.currency[receipt]) - mine, 0)
        habit_all = np.maximum(habits.by_currency.total(customer) - mine, 0)
        return {
            "same_currency": same,
            "exact": same & (owed == came),
            "instructed": np.where(in_theirs, np.where(instructed == owed, 1, -1), 0),
            "instructed_own": np.where(
                (told == receipts.currency[receipt]) & same, np.where(instructed == owed, 1, -1), 0
            ),
            "short": np.clip(short, -1, 1),
            "missing": np.where(same, np.clip(missing, -500, 2000), np.nan),
            "missing_whole": np.where(same & (lacking > 0), np.where(lacking % SCALE == 0, 1, 0), -1),
            "spread": np.where(same, np.nan, np.clip(spread, -1, 1)),
            "spread_booked": np.where(same, np.nan, np.clip(at_book, -1, 1)),
            "gap_customer": np.where(gap >= 0, np.log1p(by_gap), -1),
            "gap_usual": np.where(gap >= 0, np.log((usual + 0.02) / (all_gaps + 1)), 0),
            "charges": receipts.charges[receipt],
            "figures": self._figures[receipt],
            "part": _part(came, owed, same) - _part(instructed, owed, in_theirs & (instructed > 0)) * 0.5,
            "rounded_down": same & (lacking > 0) & (lacking < SCALE) & (came % SCALE == 0),
            "size": hypotheses.sizes,
            "currency_habit": habit / (habit_all + 0.5),
            "lumps": habits.lumps(customer, own * (hypotheses.sizes > 1)),
            "equals_own": self.market.equals_own[head] * (hypotheses.sizes == 1),
            "equals_older": self.market.equals_older[head] * (hypotheses.sizes == 1),
            "in_turn": (self.market.equals_older[head] - self._before[receipt]) * (hypotheses.sizes == 1),
            "twins_before": self._before[receipt],
            "twins_after": self._after[receipt],
            "completes": belief.completes.of(receipt, head) * (hypotheses.sizes == 1),
            "equals": np.log1p(self.market.equals[head] * (hypotheses.sizes == 1)),
            "negative": np.minimum.reduceat(ledger.open[hypotheses.item], starts) < 0,
            "whole_order": _whole_orders(hypotheses, ledger),
            "paid_before": (ledger.open[head] < ledger.amount[head]) & (hypotheses.sizes == 1),
        }

    def _dates(self, hypotheses: Hypotheses, customer: Ints, habits: Habits, belief: Belief, mine: Floats) -> Columns:
        ledger, starts = self.ledger, hypotheses.start[:-1]
        receipt, item = hypotheses.receipt, hypotheses.item
        day = self.receipts.day[receipt]
        last, first = np.maximum.reduceat(ledger.due[item], starts), np.minimum.reduceat(ledger.due[item], starts)
        lag = np.clip(day - last, -_LAST_DAYS, _LAST_DAYS)
        usual = habits.lag(customer, mine, lag.astype(np.float64))
        passed_over, earlier, later = self._passed_over(hypotheses, belief)
        return {
            "lag": lag,
            "lag_first": np.clip(day - first, -_LAST_DAYS, _LAST_DAYS),
            "lag_unusual": lag - usual,
            "since_issue": np.clip(day - np.maximum.reduceat(ledger.issue[item], starts), -30, _LAST_DAYS),
            "span": last - first,
            "passed_over": passed_over,
            "claimed": np.clip(earlier + later, 0, 1),
            "claimed_before": earlier,
            "claimed_after": later,
        }

    def _passed_over(self, hypotheses: Hypotheses, belief: Belief) -> tuple[Floats, Floats, Floats]:
        """Instalments due in between that stay unpaid, and claims to a member by receipts before and after."""
        free = np.clip(1 - belief.claimed, 0, 1) * (self.ledger.open > 0)
        running = np.concatenate([[0.0], np.cumsum(free)])
        starts, owner, item = hypotheses.start[:-1], hypotheses.owner, hypotheses.item
        receipt = hypotheses.receipt[owner]
        first, last = np.minimum.reduceat(item, starts), np.maximum.reduceat(item, starts)
        between = running[last + 1] - running[first] - np.add.reduceat(free[item], starts)
        before = belief.before.of(receipt, item)
        after = belief.claimed[item] - belief.edges.of(receipt, item) - before
        claims = (np.maximum.reduceat(np.clip(one, 0, 2), starts) for one in (before, after))
        return np.maximum(between, 0), *claims


def _mean(values: Floats, starts: Ints, sizes: Ints) -> Floats:
    return np.asarray(np.add.reduceat(values, starts) / sizes)


def _different(owner: Ints, values: Ints, count: int) -> Ints:
    """How many different values every owner has."""
    width = int(values.max(initial=0)) + 1
    pairs = distinct(owner * width + values)
    return np.bincount(pairs // width, minlength=count)


def _figures(amount: Ints) -> Ints:
    """Significant figures of amounts: 3 for 1,230.00."""
    digits = np.ceil(np.log10(np.maximum(np.abs(amount), 1) + 1)).astype(np.int64)
    zeros = np.zeros(len(amount), np.int64)
    left = np.abs(amount)
    for _digit in range(16):
        whole = (left % 10 == 0) & (left > 0)
        zeros += whole
        left = np.where(whole, left // 10, left)
        left = np.where(whole, left, 1)  # once it ends in another digit, no more zeros count
    return np.asarray(digits - zeros, np.int64)


def _part(came: Ints, owed: Ints, usable: Mask) -> Ints:
    """1 where what came is a whole number of twentieths of what is owed, to the unit or the hundredth."""
    twentieths = np.round(came * _PARTS / np.maximum(owed, 1)).astype(np.int64)
    part = owed * twentieths // _PARTS
    off = np.abs(part - came)
    fits = (off <= SCALE // 100) | ((off <= SCALE) & (came % SCALE == 0))
    return np.asarray(usable & fits & (twentieths > 0) & (twentieths < _PARTS), np.int64)


def _whole_orders(hypotheses: Hypotheses, ledger: Ledger) -> Mask:
    """Whether a set is all that is open of one order with several open instalments."""
    starts, order = hypotheses.start[:-1], ledger.order[hypotheses.item]
    one = np.minimum.reduceat(order, starts) == np.maximum.reduceat(order, starts)
    open_ = np.bincount(ledger.order[ledger.open > 0], minlength=len(ledger.orders))
    return np.asarray(one & (hypotheses.sizes > 1) & (hypotheses.sizes == open_[order[starts]]), np.bool_)


def _nearby(receipts: Receipts, who: Ints) -> tuple[Ints, Ints]:
    """How many receipts of the same amount and the same ``who`` come in the weeks before and after."""
    before, after = np.zeros(len(receipts), np.int64), np.zeros(len(receipts), np.int64)
    known = np.flatnonzero(who >= 0)
    order = known[
        np.lexsort((known, receipts.day[known], who[known], receipts.amount[known], receipts.currency[known]))
    ]
    columns = (receipts.currency[order], receipts.amount[order], who[order])
    differs = np.zeros(len(order), np.bool_)
    for column in columns:
        differs[1:] |= column[1:] != column[:-1]
    packed = np.cumsum(differs) * (1 << 23) + receipts.day[order]
    place = np.arange(len(order))
    before[order] = place - np.searchsorted(packed, packed - _NEARBY, "left")
    after[order] = np.searchsorted(packed, packed + _NEARBY, "right") - place - 1
    return before, after
