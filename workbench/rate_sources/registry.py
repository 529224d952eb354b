"""Which sources there are: the built-in ones and those that other packages bring.

A package brings a source by an entry point in the group ``workbench.rate_sources`` that names a ``Source``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from workbench.i18n import _
from workbench.rate_sources.boc import BOC
from workbench.rate_sources.cfets import CFETS
from workbench.rate_sources.collected import ER_API, FOREX_PYTHON, OPEN_EXCHANGE_RATES
from workbench.rate_sources.ecb import ECB, ECB_SDMX
from workbench.rate_sources.errors import SourceUnknown
from workbench.rate_sources.frankfurter import FRANKFURTER
from workbench.rate_sources.fred import FRED
from workbench.rate_sources.hmrc import HMRC
from workbench.rate_sources.imf import IMF
from workbench.rate_sources.model import Source
from workbench.rate_sources.treasury import TREASURY

__all__ = ["GROUP", "SOURCES", "Sources", "source_named"]

GROUP = "workbench.rate_sources"
_BUILT_IN = (
    ECB,
    ECB_SDMX,
    CFETS,
    BOC,
    FRANKFURTER,
    HMRC,
    TREASURY,
    FRED,
    IMF,
    OPEN_EXCHANGE_RATES,
    ER_API,
    FOREX_PYTHON,
)


class Sources(Mapping[str, Source]):
    """Sources by name; other packages' sources are loaded when first asked for.

    A source from elsewhere never takes the place of a built-in one. What could not be loaded is in ``problems``.
    """

    @cached_property
    def _found(self) -> tuple[dict[str, Source], tuple[SourceUnknown, ...]]:
        found = {source.name: source for source in _BUILT_IN}
        problems: list[SourceUnknown] = []
        for point in entry_points(group=GROUP):
            source, why = _loaded(point)
            if source is not None and source.name in found:
                source, why = None, _("a source of that name is there already")
            if source is None:
                problems.append(
                    SourceUnknown(
                        _("The rate source {name} cannot be used: {why}").format(name=point.name, why=why),
                        where=point.value,
                        remedy=_("Update or remove the package that brings it."),
                    )
                )
            else:
                found[source.name] = source
        return found, tuple(problems)

    @property
    def problems(self) -> tuple[SourceUnknown, ...]:
        """Why sources of other packages are missing."""
        return self._found[1]

    def __getitem__(self, name: str) -> Source:
        return self._found[0][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found[0])

    def __len__(self) -> int:
        return len(self._found[0])


def _loaded(point: EntryPoint) -> tuple[Source | None, str]:
    try:
        source = point.load()
    except Exception as error:  # noqa: BLE001 - another package's code may fail in any way; it is told in problems
        return None, f"{type(error).__name__}: {error}"
    return (source, "") if isinstance(source, Source) else (None, _("it is no Source"))


SOURCES = Sources()
"""Every source by name."""


def source_named(name: str) -> Source:
    """The source of that name.

    Raises:
        SourceUnknown: there is none.
    """
    try:
        return SOURCES[name]
    except KeyError:
        raise SourceUnknown(
            _("There is no rate source named {name}.").format(name=repr(name)),
            remedy=_("Choose one of: {names}").format(names=", ".join(SOURCES)),
        ) from None
