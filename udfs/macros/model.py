"""What a macro is, for menus, toolbars and buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from udfs.macros.desk import Desk, Outcome

__all__ = ["Macro"]


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro.

    Attributes:
        name: as scripts and buttons call it.
        title_en: on the button, in English.
        title_zh: the same in Chinese.
        help_en: one sentence in English.
        help_zh: the same in Chinese.
        work: does it, on a workbook and its register.
    """

    name: str
    title_en: str
    title_zh: str
    help_en: str
    help_zh: str
    work: Callable[[Desk], Outcome]
