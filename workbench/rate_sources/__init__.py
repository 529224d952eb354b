"""Rate sources: where published rates come from, how their answers are read, and what is held back as implausible.

Importing and looking rates up never touches the network; only ``update`` and ``Source.fetch`` do, when called.
"""

from __future__ import annotations

from workbench.rate_sources.fetch import Fetcher, Limits
from workbench.rate_sources.gate import Sifted, accept, reject, sift
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.registry import SOURCES, source_named
from workbench.rate_sources.updating import SourceReport, UpdateReport, update

__all__ = [
    "SOURCES",
    "Context",
    "Fetcher",
    "Limits",
    "Request",
    "Sifted",
    "Source",
    "SourceReport",
    "UpdateReport",
    "Wanted",
    "accept",
    "reject",
    "sift",
    "source_named",
    "update",
]
