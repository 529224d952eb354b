"""The spelling of a function's name for each host, and the function behind a spelling."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["HOSTS", "NAMESPACE", "own_functions", "own_spelling", "spelled"]

NAMESPACE: Final = "WB"
HOSTS: Final[Mapping[str, str]] = {
    "plain": "{name}",
    "officejs": f"_xldudf_{NAMESPACE}_{{name}}",
    "xll": "_xll.{name}",
    "libreoffice74": f"{NAMESPACE}.{{name}}",
}
"""What stands in a file's formulas, by host."""
_PREFIXES: Final = (
    (f"_XLDUDF_{NAMESPACE}_", "officejs"),
    ("_XLL.", "xll"),
    (f"{NAMESPACE}.", "libreoffice74"),
    ("", "plain"),
)
_SERVICES: Final = ("ORG.", "COM.")
"""LibreOffice before 25 writes a service's whole name, of our own kind with ``WORKBENCH`` in it, and no underscores."""


@cache
def own_functions() -> Mapping[str, str]:
    """Our functions: the name without marks (``FXRATE``) to the name (``FX_RATE``)."""
    importlib.import_module("udfs.functions")  # its import declares them
    from udfs.registry import FUNCTIONS

    names = {*FUNCTIONS, "WB_LAST_ERROR"}
    return {name.replace("_", ""): name for name in sorted(names)}


def spelled(name: str, host: str) -> str:
    """A function's name as the files of a host have it.

    >>> spelled("FX_RATE", "officejs")
    '_xldudf_WB_FX_RATE'
    """
    return HOSTS[host].format(name=name)


def own_spelling(name: str) -> tuple[str, str]:
    """Our function and the host whose spelling this is; two empty texts for everything else.

    >>> own_spelling("_xll.fx_rate")
    ('FX_RATE', 'xll')
    >>> own_spelling("FX_RATES")
    ('', '')
    """
    upper, functions = name.upper(), own_functions()
    for prefix, host in _PREFIXES:
        bare = upper.removeprefix(prefix)
        own = functions.get(bare.replace("_", ""), "") if upper.startswith(prefix) else ""
        if own == bare:
            return own, host
    if upper.startswith(_SERVICES) and "WORKBENCH" in upper:
        own = functions.get(upper.rpartition(".")[2].replace("_", ""), "")
        return (own, "libreoffice74") if own else ("", "")
    return "", ""
