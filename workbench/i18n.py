"""Messages in the user's language.

``_("text")`` translates through gettext's catalogue ``workbench`` in ``workbench/locale``; English is the source
language. The language is WORKBENCH_LANG where set, else the usual LC_ALL, LC_MESSAGES and LANG. Standard library only:
the scalar path of the rate book imports this module.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

__all__ = ["_", "current_language", "use_language"]

LOCALE_DIR = Path(__file__).parent / "locale"


def _wanted() -> str:
    for variable in ("WORKBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh_CN" if value.lower().startswith("zh") else "en"
    return "en"


class _Current:
    """The language this process speaks."""

    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str) -> None:
    """Switch this process to ``en`` or ``zh`` (any spelling that begins with one of them)."""
    _Current.language = "zh_CN" if language.lower().startswith("zh") else "en"
    _Current.catalogue = (
        gettext.NullTranslations()
        if _Current.language == "en"
        else gettext.translation("workbench", LOCALE_DIR, languages=[_Current.language], fallback=True)
    )


def current_language() -> str:
    """``en`` or ``zh_CN``."""
    return _Current.language


def _(text: str) -> str:
    """The text in the current language; format it *after* translating, with named places."""
    return _Current.catalogue.gettext(text)


use_language(_wanted())
