"""One chart: its specification, what it rests on, and the ways to show it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from workbench.charts.looks import CONFIG, MUTED, WIDTH
from workbench.errors import ConfigurationError
from workbench.files import written_whole
from workbench.i18n import _

__all__ = ["Caption", "Chart", "PicturesMissing", "Spec", "nothing"]

Spec = dict[str, Any]
MIME: Final = "application/vnd.vegalite.v5+json"
_SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
# What vl-convert draws with; the specifications keep to what JupyterLab's own 5.6 knows.
_DRAWN_BY: Final = "5.20"


class PicturesMissing(ConfigurationError, ImportError):
    """Pictures need vl-convert, which is an extra."""

    code = "charts.pictures-missing"


@dataclass(frozen=True, slots=True)
class Caption:
    """What every chart has to say of its figures.

    Attributes:
        unit: currency code of the amounts; "" where each mark names its own.
        basis: at which rates or amounts the figures stand.
        as_of: nothing later counts.
        sources: who published the rates.
    """

    unit: str = ""
    basis: str = ""
    as_of: date | None = None
    sources: tuple[str, ...] = ()

    @classmethod
    def of(cls, measure: Any) -> Caption:
        """The caption of anything that carries unit, basis, as_of and sources, as measures do."""
        return cls(measure.unit, measure.basis, measure.as_of, tuple(measure.sources))

    def text(self) -> str:
        """One line in the reader's language."""
        parts = [
            _("in {unit}").format(unit=self.unit) if self.unit else "",
            _("basis: {basis}").format(basis=self.basis) if self.basis else "",
            _("as of {day}").format(day=self.as_of.isoformat()) if self.as_of else "",
            _("rates: {sources}").format(sources=", ".join(self.sources)) if self.sources else "",
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite v5 specification with a title, a caption and a text that says what it shows.

    Attributes:
        spec: the specification without title, data inside.
        title: what the chart shows.
        caption: what its figures rest on.
        told: the figures in words, for those who cannot see the chart and for plain terminals.
    """

    spec: Mapping[str, Any]
    title: str
    caption: Caption = field(default_factory=Caption)
    told: str = ""

    def as_dict(self) -> Spec:
        """The whole specification, ready for any drawer of Vega-Lite 5.6 or later."""
        title = {"text": self.title, "subtitle": self.caption.text(), "anchor": "start", "offset": 12}
        whole = {"$schema": _SCHEMA, "title": title, "description": self.told or self.title, "config": CONFIG}
        return whole | dict(self.spec)

    def svg(self) -> str:
        """The picture as SVG text.

        Raises:
            PicturesMissing: vl-convert is not installed.
        """
        return str(_drawer().vegalite_to_svg(self.as_dict(), vl_version=_DRAWN_BY))

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as PNG; ``scale`` pixels for each point."""
        return bytes(_drawer().vegalite_to_png(self.as_dict(), vl_version=_DRAWN_BY, scale=scale))

    def pdf(self) -> bytes:
        """The picture as a page of PDF."""
        return bytes(_drawer().vegalite_to_pdf(self.as_dict(), vl_version=_DRAWN_BY))

    def save(self, path: str | Path) -> Path:
        """Write .svg, .png, .pdf or .vl.json, by the name.

        Raises:
            ConfigurationError: none of these.
        """
        target = Path(path)
        makers: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.svg,
            ".png": self.png,
            ".pdf": self.pdf,
            ".json": lambda: json.dumps(self.as_dict(), ensure_ascii=False),
        }
        maker = makers.get(target.suffix.lower())
        if maker is None:
            raise ConfigurationError(
                _("A chart cannot be written as {name}.").format(name=target.name),
                remedy=_("Let the name end in one of: {words}").format(words=", ".join(makers)),
            )
        made = maker()
        with written_whole(target) as beside:
            beside.write_bytes(made.encode() if isinstance(made, str) else made)
        return target

    def _repr_mimebundle_(self, **_wishes: object) -> dict[str, object]:
        """For notebooks: drawn by JupyterLab; as pictures where the notebook becomes a page, if vl-convert is there.

        JupyterLab adds a PNG where there is none, and voila, which draws with the same code, fails at that.
        """
        bundle: dict[str, object] = {MIME: self.as_dict(), "text/plain": self.told or self.title}
        with suppress(PicturesMissing):
            bundle["image/svg+xml"] = self.svg()
            bundle["image/png"] = b64encode(self.png(scale=1)).decode("ascii")
        return bundle


def nothing(title: str, caption: Caption) -> Chart:
    """The chart of figures that are not known: it says so, and has no axis that could be read as nought."""
    words = _("Nothing to show.")
    mark = {"type": "text", "align": "left", "x": 0, "fontSize": 13, "color": MUTED}
    spec = {"width": WIDTH, "height": 40, "data": {"values": [{"words": words}]}, "mark": mark}
    spec["encoding"] = {"text": {"field": "words", "type": "nominal"}}
    return Chart(spec, title, caption, " — ".join(part for part in (title, caption.text(), words) if part))


def _drawer() -> ModuleType:
    try:
        import vl_convert
    except ImportError as error:
        raise PicturesMissing(
            _("Pictures of charts need a package that is not installed."),
            remedy="pip install 'multicurrency-workbench[pictures]'",
        ) from error
    module: ModuleType = vl_convert
    return module
