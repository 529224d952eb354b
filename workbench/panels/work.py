"""Work beside the page: long steps run in a thread of their own, told as they go, and a failure is told in words."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import Any, Final, TypeVar

from workbench.charts import Chart
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.i18n import _

__all__ = ["LabMissing", "Progress", "Work", "button", "drawn", "labelled", "widgets"]

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
_WIDE: Final = {"description_width": "9em"}


class LabMissing(ConfigurationError, ImportError):
    """Panels need ipywidgets, which is an extra."""

    code = "panels.lab-missing"


def widgets() -> ModuleType:
    """The package ipywidgets.

    Raises:
        LabMissing: it is not installed.
    """
    try:
        import ipywidgets
    except ImportError as error:
        raise LabMissing(
            _("Panels need a package that is not installed."),
            remedy="pip install 'multicurrency-workbench[lab]'",
        ) from error
    module: ModuleType = ipywidgets
    return module


def drawn(chart: Chart) -> tuple[dict[str, Any], ...]:
    """A chart as the content of an Output widget: its specification and its words, without a picture."""
    data = {"application/vnd.vegalite.v5+json": chart.as_dict(), "text/plain": chart.told or chart.title}
    return ({"output_type": "display_data", "data": data, "metadata": {}},)


def button(text: str, told: str, pressed: Callable[[], None], style: str = "") -> Any:
    """A button; Enter and space press it, as everywhere."""
    made = widgets().Button(description=text, tooltip=told, button_style=style)
    made.on_click(lambda _button: pressed())
    return made


def labelled(kind: str, text: str, **wishes: Any) -> Any:
    """An ipywidgets control of that class, its label wide enough to be read."""
    made = getattr(widgets(), kind)(description=text, **wishes)
    made.style = _WIDE
    return made


class Work:
    """One long step at a time, with its progress and what came of it; ``view`` shows both.

    Args:
        controls: what cannot be used meanwhile.
    """

    def __init__(self, controls: Sequence[Any] = ()) -> None:
        kit = widgets()
        self.controls = list(controls)
        self.bar = kit.IntProgress(value=0, min=0, max=1, layout=kit.Layout(width="12em", visibility="hidden"))
        self.words = kit.HTML()
        self.view = kit.HBox([self.bar, self.words])
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="panel")
        self._last: Future[None] | None = None

    def run(self, step: Callable[[Progress], T], then: Callable[[T], str]) -> None:
        """Begin a step; ``then`` takes what it gave and returns what to say of it. Both run off the page's thread."""
        self._busy(busy=True)
        self._last = self._pool.submit(self._do, step, then)
        self._last.add_done_callback(self._done)

    def wait(self) -> None:
        """Until the step has ended; a failure that is none of Workbench's own is raised here."""
        if self._last is not None:
            error = self._last.exception()
            if error is not None and not isinstance(error, WorkbenchError):
                raise error

    def say(self, text: str) -> None:
        """Tell something under the controls."""
        self.words.value = f"<span role='status'>{html.escape(text)}</span>"

    def _do(self, step: Callable[[Progress], Any], then: Callable[[Any], str]) -> None:
        self.say(then(step(self._progress)))

    def _done(self, future: Future[None]) -> None:
        error = future.exception()
        if isinstance(error, WorkbenchError):
            remedy = f" {error.remedy}" if error.remedy else ""
            self.words.value = f"<b role='alert'>{html.escape(str(error) + remedy)}</b>"
        elif error is not None:
            logging.getLogger(__name__).error("a step of a panel failed", exc_info=error)
            self.words.value = f"<b role='alert'>{html.escape(_('Failed: {reason}').format(reason=repr(error)))}</b>"
        self._busy(busy=False)

    def _progress(self, stage: str, done: int, of: int) -> None:
        self.bar.max, self.bar.value = max(of, 1), done
        self.say(stage)

    def _busy(self, *, busy: bool) -> None:
        self.bar.layout.visibility = "visible" if busy else "hidden"
        for one in self.controls:
            one.disabled = busy
