"""Asking sources for new rates: the only way from the network into the book, and only when called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from workbench.errors import ConfigurationError, SourceError
from workbench.i18n import _
from workbench.rate_sources.errors import SourceUnexpected
from workbench.rate_sources.fetch import DEFAULT_LIMITS, Fetcher, Limits
from workbench.rate_sources.gate import Sifted, sift
from workbench.rate_sources.model import Source, Wanted
from workbench.rate_sources.registry import source_named
from workbench.rates import Observation, ObservationRefused, RateBook

__all__ = ["SourceReport", "UpdateReport", "update"]

_OVERLAP = timedelta(days=7)
_FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one source gave. With an ``error`` there is nothing to store, whatever came before it failed."""

    source: str
    sifted: Sifted = field(default_factory=Sifted)
    error: SourceError | ConfigurationError | None = None
    attribution: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def stored(self) -> list[Observation]:
        """What is to be added to the book, suspects (status ``suspect``) included."""
        return self.sifted.stored

    def as_dict(self) -> dict[str, object]:
        """Counts and the error, for ``--json``."""
        return {
            "source": self.source,
            "new": len(self.sifted.new),
            "revised": len(self.sifted.revised),
            "unchanged": len(self.sifted.unchanged),
            "suspect": len(self.sifted.suspect),
            "error": str(self.error) if self.error else None,
            "code": self.error.code if self.error else None,
            "attribution": self.attribution,
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What every asked source gave, in the order asked."""

    sources: tuple[SourceReport, ...]

    @property
    def stored(self) -> list[Observation]:
        """Everything to be added to the book."""
        return [row for report in self.sources for row in report.stored]


def update(
    names: Iterable[str],
    book: RateBook,
    *,
    since: date | None = None,
    until: date | None = None,
    cache: Path | None = None,
    keys: Mapping[str, str] = MappingProxyType({}),
    options: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    limits: Limits = DEFAULT_LIMITS,
    today: date | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> UpdateReport:
    """Ask the sources, put what they say through the gate, and report. Nothing is stored here.

    Args:
        names: sources by name; ``frankfurter:ECB`` asks Frankfurter for one provider.
        book: what is known; ``since`` defaults to a week before its last day of that source (at most a year back).
        since: first day wanted.
        until: last day wanted; default today (UTC).
        cache: folder for answers; None: none is kept.
        keys: access key by source name.
        options: a source's own options by source name.
        limits: bounds in time and size for each request.
        today: the day it is, for tests and replays.
        progress: called with the source's name, its number, and the number of sources.

    A source that fails yields nothing and is reported with its error; the others go on.
    """
    fetcher = Fetcher(cache, limits)
    wanted_names = tuple(names)
    day = today or datetime.now(UTC).date()
    reports = []
    for number, asked in enumerate(wanted_names, start=1):
        name, _colon, provider = asked.partition(":")
        own = {**options.get(name, {}), **({"provider": provider} if provider else {})}
        try:
            source = source_named(name)
            last = until or day
            first = since or _first_day(book, source, own, last)
            wanted = Wanted(first, last, day, own, keys.get(name, ""))
            reports.append(_report(asked, source, wanted, fetcher, book))
        except (SourceError, ConfigurationError) as error:
            reports.append(SourceReport(asked, error=error))
        if progress is not None:
            progress(asked, number, len(wanted_names))
    return UpdateReport(tuple(reports))


def _report(asked: str, source: Source, wanted: Wanted, fetcher: Fetcher, book: RateBook) -> SourceReport:
    if wanted.since > wanted.until:
        raise ConfigurationError(_("The first day wanted lies after the last one."), remedy=_("Exchange the two days."))
    left_out: set[str] = set()
    try:
        observations = source.fetch(wanted, fetcher, left_out=left_out)
    except ObservationRefused as error:
        raise SourceUnexpected(
            error.message, where=error.where, remedy=_("Nothing of this answer was stored.")
        ) from error
    return SourceReport(
        asked,
        sifted=sift(observations, book),
        attribution=source.attribution,
        left_out=tuple(sorted(left_out)),
    )


def _first_day(book: RateBook, source: Source, options: Mapping[str, str], until: date) -> date:
    institution = source.institution or source.name
    if options.get("provider"):
        institution = f"{institution}-{options['provider'].lower()}"
    ends = [series.span for series in book.series if series.key.source == institution]
    lasts = [last for _first, last, count in ends if count]
    if not lasts:
        return until - _OVERLAP
    return min(max(date.fromordinal(max(lasts)), until - _FARTHEST), until) - _OVERLAP
