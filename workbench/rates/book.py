"""The rate book: every rate there is, looked up by day, with its source, or an error that says why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from workbench.i18n import _
from workbench.money import RETIRED
from workbench.rates.coverage import Coverage, coverage_of
from workbench.rates.errors import RateBeforeFirst, RateMissing, RateRetired, RateStale
from workbench.rates.locks import RateLock, lock_in_force
from workbench.rates.observation import Observation, in_utc
from workbench.rates.packed import PackedHistory
from workbench.rates.plans import Planner
from workbench.rates.policies import POLICIES, policy_named
from workbench.rates.rate import Rate
from workbench.rates.routes import Route
from workbench.rates.series import Key, Series
from workbench.rates.sources import SourceRule, rule_of

__all__ = ["AGREED", "RateBook"]

_CACHED_RATES = 1 << 13
_CACHED_VIEWS = 16
AGREED = frozenset({"lock", "contract", "manual"})
"""Kinds that people agreed on instead of reading them from a source."""
_HISTORY = Path(__file__).parent / "data" / "ecb.rates"


class RateBook:
    """Rates by source, kind and pair, read as of a day. A book never changes; ``with_…`` makes a further one.

    ``preference`` orders the sources. Where no source is named, only the first is asked; the others only with
    ``secondary=True``, and the answer always names the one it is from. Rates are crossed inside one source, through
    its pivot, and divided once, at the end. Below the sources stand declared pegs, labelled ``peg``. What people
    agreed on (locks, overrides) stands above everything else.

    Reading is safe from several threads.
    """

    def __init__(
        self,
        observations: Iterable[Observation] = (),
        *,
        preference: Iterable[str] = (),
        secondary: bool = False,
        locks: Iterable[RateLock] = (),
        rules: Mapping[str, SourceRule] = MappingProxyType({}),
        series: Mapping[Key, Series] = MappingProxyType({}),
    ) -> None:
        """A book of ``series`` with ``observations`` appended; sources not in ``preference`` go to its end."""
        self._rules = rules
        self._series = self._appended(series, observations)
        self.preference = tuple(dict.fromkeys((*preference, *(key.source for key in self._series))))
        self.secondary = secondary
        self.locks = tuple(locks)
        self._planner = Planner(self._series, self.preference, self.rule, secondary=secondary)
        # Shadow the methods of the same name: a repeated question is answered by the C cache alone.
        vars(self)["get"] = lru_cache(_CACHED_RATES)(self.get)
        vars(self)["known_at"] = lru_cache(_CACHED_VIEWS)(self.known_at)

    @classmethod
    @lru_cache(1)
    def embedded(cls) -> RateBook:
        """The book that comes with the package: ECB reference rates since 1999, legal euro rates, pegs."""
        return cls(series=PackedHistory(_HISTORY).series())

    def get(
        self,
        base: str,
        quote: str,
        on: date,
        *,
        policy: str = "on_or_before",
        kind: str | None = None,
        source: str | None = None,
        document: str = "",
        customer: str = "",
        known_at: datetime | None = None,
    ) -> Rate:
        """How much ``quote`` 1 ``base`` is worth as of ``on``.

        Args:
            base: ISO code converted from; the value is quote per 1 base.
            quote: ISO code converted to. Against itself a known currency is exactly 1, of kind ``identity``.
            on: the day of the transaction. A datetime is refused: which day it is depends on the place.
            policy: name in ``POLICIES`` that picks the rate date; never a later one than ``on``.
            kind: mid, bank_buy, …; ``legal`` converts retired currencies at their fixed rate, ``peg`` asks for
                declared pegs only. None takes the source's usual kind.
            source: only this source; None follows ``preference``.
            document: order or contract whose lock decides.
            customer: customer code whose override decides.
            known_at: only what could be known at that moment.

        Raises:
            UnknownCurrency: a code that ISO 4217 does not know.
            RateMissing: nobody who may be asked publishes the pair, or not on that day.
            RateBeforeFirst: the day lies before the first rate.
            RateStale: the newest rate is too old for its source.
            RateRetired: a currency had ended by that day.
            RateSuspect: the rate of that day is held back.
            PolicyRefused: no such policy.
        """
        if type(on) is not date:
            raise TypeError(f"a rate is wanted for a date, not for {type(on).__name__}")
        if known_at is not None:
            return self.known_at(known_at).get(
                base, quote, on, policy=policy, kind=kind, source=source, document=document, customer=customer
            )
        if self.locks and source is None and (kind is None or kind in AGREED):
            lock = lock_in_force(self.locks, (base, quote), on, document=document, customer=customer, kind=kind)
            if lock is not None:
                return lock.rate(base, quote, on, policy_named(policy).name)
        routes = self._planner.routes(base, quote, kind, source)
        chosen = POLICIES.get(policy) or policy_named(policy)
        if len(routes) == 1:
            return routes[0].rate(on, chosen)
        failure: RateStale | RateBeforeFirst | RateMissing | None = None
        for route in routes:
            try:
                return route.rate(on, chosen)
            except (RateStale, RateBeforeFirst, RateMissing) as error:
                failure = failure or error
        raise failure or self._nobody(base, quote, on, kind)

    def with_observations(self, observations: Iterable[Observation]) -> RateBook:
        """A further book with these rates appended; sources that are new go to the end of the preference.

        Among rows of the same source, kind, pair and rate date the highest accepted revision is in force; the others
        stay in the book.
        """
        return self._like(series=self._appended(self._series, observations))

    def with_locks(self, locks: Iterable[RateLock]) -> RateBook:
        """A further book with these locks and overrides added."""
        return self._like(locks=(*self.locks, *locks))

    def with_preference(self, *sources: str, secondary: bool = False) -> RateBook:
        """A further book that asks these sources in this order; beyond the first only with ``secondary``."""
        return self._like(preference=sources, secondary=secondary)

    def with_rules(self, *rules: SourceRule) -> RateBook:
        """A further book in which these sources have other limits, pivots or kinds."""
        return self._like(rules={**self._rules, **{rule.name: rule for rule in rules}})

    def known_at(self, moment: datetime) -> RateBook:
        """The book as it could be known at that moment: later publications, revisions and locks are not in it."""
        until = in_utc(moment)
        return self._like(
            series={key: one.known_at(until) for key, one in self._series.items()},
            locks=tuple(lock for lock in self.locks if lock.locked_at is None or in_utc(lock.locked_at) <= until),
        )

    def rule(self, source: str) -> SourceRule:
        """How this book reads that source."""
        return self._rules.get(source) or rule_of(source)

    @property
    def series(self) -> tuple[Series, ...]:
        """Every series in the book."""
        return tuple(self._series.values())

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source in the book, preferred ones first."""
        present = dict.fromkeys(key.source for key in self._series)
        ordered = [name for name in self.preference if name in present]
        return (*ordered, *(name for name in present if name not in ordered))

    def observations(
        self, *, source: str | None = None, kind: str | None = None, base: str | None = None, quote: str | None = None
    ) -> Iterator[Observation]:
        """Every observation ever added that fits, superseded, suspect and rejected ones too."""
        for key, series in self._series.items():
            wanted = zip((source, kind, base, quote), key, strict=True)
            if all(want is None or want == have for want, have in wanted):
                yield from series.observations()

    def coverage(self) -> list[Coverage]:
        """For each currency in circulation who has rates of it, of which kind, from when to when; or nobody."""
        return coverage_of(self._series.values(), self.sources)

    def routes(self, base: str, quote: str, kind: str | None = None, source: str | None = None) -> tuple[Route, ...]:
        """The ways in which the pair is answered, in the order they are tried (for vectorised lookups)."""
        return self._planner.routes(base, quote, kind, source)

    def _appended(self, present: Mapping[Key, Series], observations: Iterable[Observation]) -> dict[Key, Series]:
        series = dict(present)
        rows_of: dict[Key, list[Observation]] = {}
        for row in observations:
            rows_of.setdefault(Key(row.source, row.kind, row.base, row.quote), []).append(row)
        for key, rows in rows_of.items():
            before = series.get(key) or Series(key, publishes_at=self.rule(key.source).publishes_at)
            series[key] = before.with_rows(rows)
        return series

    def _like(
        self,
        *,
        series: Mapping[Key, Series] | None = None,
        preference: tuple[str, ...] | None = None,
        secondary: bool | None = None,
        locks: tuple[RateLock, ...] | None = None,
        rules: Mapping[str, SourceRule] | None = None,
    ) -> RateBook:
        return RateBook(
            series=self._series if series is None else series,
            preference=self.preference if preference is None else preference,
            secondary=self.secondary if secondary is None else secondary,
            locks=self.locks if locks is None else locks,
            rules=self._rules if rules is None else rules,
        )

    def _nobody(self, base: str, quote: str, on: date, kind: str | None) -> RateMissing | RateRetired:
        for code in (base, quote):
            gone = RETIRED.get(code)
            if gone is not None and on >= gone.date and kind != "legal":
                return RateRetired(code, gone.successor, str(gone.ratio), since=gone.date)
        others = [name for name in self.sources if self._planner.routes(base, quote, kind, name)]
        remedy = (
            _("{sources} have it: name one, or allow secondary sources.").format(sources=", ".join(others))
            if others
            else _("Fetch it from a source that publishes it, or load it from a file.")
        )
        return RateMissing(_("The book has no {base}/{quote} rate.").format(base=base, quote=quote), remedy=remedy)
