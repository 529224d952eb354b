"""Which sources, pegs or legal rates answer a pair: worked out once a pair, then remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from workbench.money import CURRENCIES, RETIRED, currency
from workbench.rates.constants import LEGAL, PEGS, FixedRate
from workbench.rates.routes import Ending, Route
from workbench.rates.series import Hop, Key, Series
from workbench.rates.sources import SourceRule

__all__ = ["Planner"]

_FIXED: Mapping[str, Mapping[str, FixedRate]] = {"legal": LEGAL, "peg": PEGS}
_ALWAYS = SourceRule("")


class _Bridge(NamedTuple):
    """A fixed rate as the step from a currency to its anchor: ``factor`` anchor per 1 currency."""

    anchor: str
    factor: Fraction
    fixed: FixedRate | None


class _Found(NamedTuple):
    source: str
    kind: str
    rule: SourceRule
    hops: tuple[Hop, ...]


class Planner:
    """Finds the routes of a pair in one book."""

    def __init__(
        self,
        series: Mapping[Key, Series],
        preference: tuple[str, ...],
        rule: Callable[[str], SourceRule],
        *,
        secondary: bool,
    ) -> None:
        self._series = series
        self._preference = preference
        self._rule = rule
        self._secondary = secondary
        self._pivots: dict[tuple[str, str], str] = {}
        self._routes: dict[tuple[str, str, str | None, str | None], tuple[Route, ...]] = {}
        self._kinds_of: dict[str, set[str]] = {}
        for key in series:
            self._kinds_of.setdefault(key.source, set()).add(key.kind)

    def routes(self, base: str, quote: str, kind: str | None, source: str | None) -> tuple[Route, ...]:
        """The routes to try, in order; none where nobody publishes the pair.

        Raises:
            UnknownCurrency: a code that ISO 4217 does not know.
        """
        question = (base, quote, kind, source)
        known = self._routes.get(question)
        if known is None:
            for code in (base, quote):
                if code not in RETIRED:
                    currency(code)
            known = self._routes[question] = self._find(base, quote, kind, source)
        return known

    def _find(self, base: str, quote: str, kind: str | None, source: str | None) -> tuple[Route, ...]:
        if base == quote:
            return (Route((base, quote), "identity", "identity", _ALWAYS, ()),)
        if kind is not None and kind in _FIXED:
            return self._fixed(base, quote, kind, source)
        endings = tuple(_endings(base, quote))
        published = tuple(
            Route((base, quote), found.source, found.kind, found.rule, found.hops, endings=endings)
            for found in self._published(base, quote, kind, source)
        )
        if published or kind is not None:
            return published
        return self._fixed(base, quote, "peg", source)

    def _published(self, base: str, quote: str, kind: str | None, source: str | None) -> Iterable[_Found]:
        for name in self._to_ask(kind, source):
            rule = self._rule(name)
            for one in (kind,) if kind else rule.kinds:
                hops = self._hops(name, one, base, quote, rule)
                if hops:
                    yield _Found(name, one, rule, hops)
                    break

    def _to_ask(self, kind: str | None, source: str | None) -> tuple[str, ...]:
        if source is not None:
            return (source,)
        # Who is first in the preference answers; for a kind that only others publish, the first of those.
        having = tuple(name for name in self._preference if kind is None or kind in self._kinds_of.get(name, ()))
        return having if self._secondary else having[:1]

    def _hops(self, source: str, kind: str, base: str, quote: str, rule: SourceRule) -> tuple[Hop, ...]:
        direct = self._hop(source, kind, base, quote)
        if direct:
            return (direct,)
        pivot = rule.pivot or self._common_currency(source, kind)
        if not pivot:
            return ()
        first, second = self._hop(source, kind, base, pivot), self._hop(source, kind, pivot, quote)
        return (first, second) if first and second else ()

    def _hop(self, source: str, kind: str, base: str, quote: str) -> Hop | None:
        series = self._series.get(Key(source, kind, base, quote))
        if series is not None:
            return Hop(series, inverse=False)
        series = self._series.get(Key(source, kind, quote, base))
        return Hop(series, inverse=True) if series is not None else None

    def _common_currency(self, source: str, kind: str) -> str:
        place = (source, kind)
        if place not in self._pivots:
            pairs = [{key.base, key.quote} for key in self._series if (key.source, key.kind) == place]
            common = set.intersection(*pairs) if len(pairs) > 1 else set()
            self._pivots[place] = common.pop() if len(common) == 1 else ""
        return self._pivots[place]

    def _fixed(self, base: str, quote: str, kind: str, source: str | None) -> tuple[Route, ...]:
        start, end = _bridge(base, _FIXED[kind]), _bridge(quote, _FIXED[kind])
        used = [step.fixed for step in (start, end) if step.fixed is not None]
        if not used:
            return ()
        dated: Iterable[_Found] = (_Found("", kind, _ALWAYS, ()),)
        if start.anchor != end.anchor:
            dated = self._published(start.anchor, end.anchor, None, source)
        # The law settles what a retired currency is worth, so for it the ending is no obstacle.
        endings = tuple(_endings(*(code for code in (base, quote) if kind == "peg" or code not in LEGAL)))
        authorities = dict.fromkeys(fixed.authority for fixed in used)
        return tuple(
            Route(
                (base, quote),
                " + ".join((*authorities, *filter(None, [found.source]))),
                kind,
                found.rule,
                found.hops,
                factor=start.factor / end.factor,
                fixed_legs=tuple(fixed.leg for fixed in used),
                fixed_since=max(fixed.since.toordinal() for fixed in used),
                endings=endings,
            )
            for found in dated
        )


def _bridge(code: str, fixed_rates: Mapping[str, FixedRate]) -> _Bridge:
    fixed = fixed_rates.get(code)
    if fixed is None:
        return _Bridge(code, Fraction(1), None)
    if fixed.base == code:
        return _Bridge(fixed.quote, fixed.exact, fixed)
    return _Bridge(fixed.base, 1 / fixed.exact, fixed)


def _endings(*codes: str) -> Iterable[Ending]:
    for code in codes:
        if code in RETIRED and code not in CURRENCIES:
            gone = RETIRED[code]
            yield Ending(gone.date.toordinal(), code, gone.successor, str(gone.ratio))
