"""What a rate source is: a description of what to fetch, and a pure parser of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from workbench.i18n import _
from workbench.rate_sources.errors import KeyMissing, SourceMissing
from workbench.rates.observation import Observation

if TYPE_CHECKING:
    from workbench.rate_sources.fetch import Fetched, Fetcher

__all__ = ["Context", "Expects", "Request", "Source", "Wanted"]

Expects = Literal["xml", "json", "text", "zip"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days to ask for (both inclusive) and with what.

    ``today`` tells a source whether a day lies in the past; ``options`` are the source's own (``provider`` for
    Frankfurter); ``key`` is the access key where a source needs one.
    """

    since: date
    until: date
    today: date
    options: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One address to read.

    ``url`` has no secret in it: it is what errors show and what the cache is named after. ``secrets`` are query fields
    that are added only when sending. ``about`` tells the parser what the answer itself does not say (a series, a
    provider). Where ``may_be_empty`` an empty answer means that nothing was published (a holiday); where
    ``may_be_missing`` so does a 404.
    """

    url: str
    expects: Expects
    about: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    may_be_empty: bool = False
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser knows beside the answer.

    Rows outside ``since`` … ``until`` are passed over. ``left_out`` collects the codes or names in the answer that are
    no money (metals, index units, coins) or not known, so that a report can tell of them.
    """

    where: str = ""
    about: str = ""
    since: date = date.min
    until: date = date.max
    fetched_at: datetime | None = None
    payload_sha256: str = ""
    left_out: set[str] = field(default_factory=set)

    def wants(self, day: date) -> bool:
        """Whether the day lies in the asked period."""
        return self.since <= day <= self.until


def _no_further(_request: Request, _body: bytes) -> Request | None:
    return None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of rates, built in or from a plug-in.

    ``parse`` turns one answer into observations in the published direction, unit and digits, and raises SourceError
    where the answer is not what it should be. ``requests`` says what to read for the days wanted; ``following`` names
    the next page, if the answer has one. ``redistributable`` is False where the terms forbid passing the rates on.
    ``institution`` prefixes the observations' source where it differs from ``name``.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    attribution: str
    parse: Callable[[bytes, Context], list[Observation]]
    requests: Callable[[Wanted], Iterable[Request]]
    following: Callable[[Request, bytes], Request | None] = _no_further
    institution: str = ""
    needs_key: bool = False
    key_help: str = ""
    redistributable: bool = True
    off_by_default: bool = False

    def fetch(self, wanted: Wanted, fetcher: Fetcher, *, left_out: set[str] | None = None) -> list[Observation]:
        """Everything the source has for the days wanted; all of it or an error.

        Raises:
            KeyMissing: the source needs an access key.
            SourceError: one of the answers failed; nothing of the others is returned.
        """
        if self.needs_key and not wanted.key:
            raise KeyMissing(
                _("The source {name} needs an access key.").format(name=self.name), remedy=self.key_help or self.title
            )
        observations: list[Observation] = []
        answers: list[Fetched] = []
        for first in self.requests(wanted):
            request: Request | None = first
            while request is not None:
                try:
                    answer = fetcher.get(request)
                except SourceMissing:
                    if request.may_be_missing:
                        break
                    raise
                context = Context(
                    where=request.url,
                    about=request.about,
                    since=wanted.since,
                    until=wanted.until,
                    fetched_at=answer.fetched_at,
                    payload_sha256=answer.sha256,
                    left_out=set() if left_out is None else left_out,
                )
                if answer.body or not request.may_be_empty:
                    observations += self.parse(answer.body, context)
                answers.append(answer)
                request = self.following(request, answer.body)
        for answer in answers:
            fetcher.keep(answer)
        return observations
