"""What the cells of this process are computed from: a rate book, and a register where there is one.

The register is WORKBENCH_REGISTER unless the host names another. What functions look up in it is read once and kept
until the register has changed; whether it has is looked at once a second at most.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.rates import RateBook

if TYPE_CHECKING:
    from workbench.register import Register

__all__ = ["NoRegister", "Snapshot", "book", "snapshot", "use_book", "use_register"]

_LOOK_AGAIN: Final = 1.0
_Found = TypeVar("_Found")


class NoRegister(ConfigurationError):
    """A function needs the register, and none is named."""

    code = "udf.no-register"


class Snapshot:
    """The register as it stands after one changeset, with what was worked out from it."""

    def __init__(self, register: Register, head: int) -> None:
        self.register = register
        self.head = head
        self._kept: dict[object, Any] = {}
        self._lock = threading.RLock()

    def keep(self, name: object, work_out: Callable[[], _Found]) -> _Found:
        """What was worked out under this name; worked out now if it was not yet."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = work_out()
            found: _Found = self._kept[name]
            return found

    @property
    def book(self) -> RateBook:
        """The rates of the register on top of the embedded ones."""
        from workbench.rate_store import load_book

        return self.keep("book", lambda: load_book(self.register))


class _Host:
    book: RateBook | None = None
    location: str | None = None
    seen: Snapshot | None = None
    seen_at: str = ""
    looked = 0.0
    lock = threading.RLock()


def use_book(book: RateBook | None) -> None:
    """The book that rates are taken from; None is the register's where one is named, else the embedded one."""
    _Host.book = book


def use_register(location: str | None) -> None:
    """The register that functions look into; None is the one that WORKBENCH_REGISTER names."""
    _Host.location = location


def book() -> RateBook:
    """The book that rates are taken from."""
    if _Host.book is not None:
        return _Host.book
    return snapshot().book if _location() else RateBook.embedded()


def snapshot() -> Snapshot:
    """The register as it stands.

    Raises:
        NoRegister: none is named.
        RegisterError: it cannot be opened.
    """
    location = _location()
    if not location:
        raise NoRegister(
            _("The function needs a register, and none is named."),
            remedy=_("Set WORKBENCH_REGISTER to its path or address."),
        )
    with _Host.lock:
        if _Host.seen is None or _Host.seen_at != location or time.monotonic() - _Host.looked >= _LOOK_AGAIN:
            _look(location)
        assert _Host.seen is not None  # noqa: S101  # for the type checker: _look sets it or raises
        return _Host.seen


def _location() -> str:
    return _Host.location or os.environ.get("WORKBENCH_REGISTER", "")


def _look(location: str) -> None:
    from workbench.register import Register

    same = _Host.seen is not None and _Host.seen_at == location
    register = _Host.seen.register if same and _Host.seen else Register.open(location)
    newest = register.log(1)
    head = newest[0].number if newest else 0
    if not same or _Host.seen is None or _Host.seen.head != head:
        _Host.seen = Snapshot(register, head)
    _Host.seen_at, _Host.looked = location, time.monotonic()
