"""Messages in the user's language.

``_("text")`` translates through gettext's catalogue ``workbench`` in ``workbench/locale``; English is the source
language. The language is WORKBENCH_LANG where set, else the usual LC_ALL, LC_MESSAGES and LANG; ``speaking`` gives one
request or one workbook its own, whatever other threads speak. Standard library only: the scalar path of the rate book
imports this module.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

__all__ = ["_", "current_language", "speaking", "use_language"]

LOCALE_DIR = Path(__file__).parent / "locale"


def _wanted() -> str:
    for variable in ("WORKBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return value
    return "en"


def _known(language: str) -> str:
    return "zh_CN" if language.lower().startswith("zh") else "en"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("workbench", LOCALE_DIR, languages=[language], fallback=True)


class _Process:
    """The language this process speaks where nothing else is said."""

    language = _known(_wanted())


_SPOKEN: ContextVar[str | None] = ContextVar("workbench_language", default=None)


def use_language(language: str) -> None:
    """Switch this process to ``en`` or ``zh`` (any spelling that begins with one of them)."""
    _Process.language = _known(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``en`` or ``zh`` inside the block, in this thread or task only."""
    before = _SPOKEN.set(_known(language))
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def current_language() -> str:
    """``en`` or ``zh_CN``."""
    return _SPOKEN.get() or _Process.language


def _(text: str) -> str:
    """The text in the current language; format it *after* translating, with named places."""
    return _catalogue(_SPOKEN.get() or _Process.language).gettext(text)
