"""The register behind the cells of this process, taken up anew when its rates have changed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from udfs.functions import use_book, use_register

if TYPE_CHECKING:
    from workbench.register import Register

__all__ = ["Host"]

_LOOK_AGAIN = 1.0
"""Seconds for which the register is taken to be as it was."""
_RATES = frozenset({"rate_observations", "rate_locks", "settings"})


class Host:
    """What the functions of this process are computed from: the register's rates, or those of the package.

    May be asked from several threads; one of them looks after the register, the others go on with what there is.
    """

    def __init__(self, location: str | None) -> None:
        self._location = location
        if location:
            use_register(location)
        self._lock = threading.Lock()
        self._looked = 0.0
        self._head = -1

    def refresh(self) -> None:
        """Take the register's rates up, unless that was done a moment ago or nothing has changed."""
        if self._location is None or time.monotonic() - self._looked < _LOOK_AGAIN:
            return
        # The first must wait for the rates; later ones may answer from those that held a second ago.
        if not self._lock.acquire(blocking=self._head < 0):
            return
        try:
            if time.monotonic() - self._looked >= _LOOK_AGAIN:
                self._look(self._location)
                self._looked = time.monotonic()
        finally:
            self._lock.release()

    def _look(self, location: str) -> None:
        from workbench.rate_store import load_book
        from workbench.register import Register

        with Register.open(location) as register:
            newest = register.log(1)
            head = newest[0].number if newest else 0
            if head != self._head and (self._head < 0 or _touched(register, self._head)):
                use_book(load_book(register))
            self._head = head


def _touched(register: Register, since: int) -> bool:
    """Whether rates, or which of them are preferred, changed after a changeset."""
    return any(register.states_at(table, since) for table in _RATES)
