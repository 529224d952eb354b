"""What cells ask, answered in this process: a batch of calls in, a result for each out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from udfs.officejs.cells import as_json, from_json
from udfs.registry import FUNCTIONS, ArgumentRefused, ErrorKind, call
from workbench.i18n import _

__all__ = ["Call", "answers", "refusal"]

Call = Sequence[Any]
"""A function's name and its arguments, as JSON."""
_LOG = logging.getLogger("workbench.server")


def answers(calls: Sequence[Call], stop: Callable[[], bool]) -> Iterator[Any]:
    """The result of each call, as JSON, in order; ends early once ``stop`` says so.

    What fails inside a function without a reason that it meant to give is logged here, and its cell says only that.
    """
    for number, one in enumerate(calls):
        if not number % 64 and stop():
            return
        yield _answer(one)


def _answer(one: Call) -> Any:
    name, *arguments = one
    if name not in FUNCTIONS:
        return refusal(ErrorKind.VALUE, _("There is no function {name}.").format(name=name))
    try:
        return as_json(call(name, *map(from_json, arguments)))
    except ArgumentRefused as error:
        return refusal(ErrorKind.VALUE, str(error))
    except Exception:  # noqa: BLE001 - a page of cells must not fail because of one
        _LOG.exception("%s failed", name)
        return refusal(ErrorKind.VALUE, _("The function failed; the server's log says why."))


def refusal(kind: ErrorKind, message: str) -> dict[str, str]:
    """An error value with its message, as JSON."""
    return {"error": kind.value, "message": message}
