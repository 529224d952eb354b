"""What the server needs from a spreadsheet host's add-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

__all__ = ["AddIn", "Call"]

Call = Sequence[Any]
"""A function's name and its arguments, as JSON."""


class AddIn(Protocol):
    """Files to serve, cells to answer, and a process for those that take long."""

    def file(self, name: str, origin: str) -> tuple[str, bytes] | None:
        """Media type and content of a file; None where there is none of that name."""

    def is_quick(self, name: object) -> bool:
        """Whether a function is computed in memory, so that the request may wait for it."""

    def answers(self, calls: Sequence[Call], stop: Callable[[], bool]) -> Iterator[Any]:
        """The result of each call, as JSON; ends early once ``stop`` says so."""

    def refusal(self, message: str) -> Any:
        """The error value for "there is no answer", with a message, as JSON."""

    def worker(self) -> list[str]:
        """Command of a process that reads batches and writes results, a line of JSON each."""
