"""Our functions for people who already have xlwings Server or Lite: hand this their decorator, ``func``.

In ``custom_functions.py`` of a Server project, or ``main.py`` of Lite::

    from xlwings.server import func        # Lite: from xlwings import func
    from udfs.excel.adapter import declared
    globals().update(declared(func))
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from udfs.registry import FUNCTIONS, Function
from udfs.service.cells import answer

__all__ = ["declared"]


def declared(func: Callable[[Any], Any]) -> dict[str, Any]:
    """Every function under its name in small letters; an error comes as its name, a text such as ``#N/A``."""
    importlib.import_module("udfs.functions")
    return {name.lower(): func(_plain(one)) for name, one in FUNCTIONS.items()}


def _plain(one: Function) -> Callable[..., Any]:
    def plain(*arguments: Any) -> Any:
        given = list(arguments)
        while given and given[-1] is None:
            given.pop()
        return _shown(answer(one.name, given))

    plain.__name__ = plain.__qualname__ = one.name.lower()
    plain.__doc__ = one.help_en
    plain.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(each.name, Parameter.POSITIONAL_OR_KEYWORD, default=None if each.optional else Parameter.empty)
            for each in one.parameters
        ]
    )
    return plain


def _shown(found: Any) -> Any:
    if isinstance(found, list):
        return [[_shown(cell) for cell in row] for row in found]
    return found["error"] if isinstance(found, dict) else found
