"""Decisions of a panel, each a changeset of the register, the newest of which can be taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod

from workbench.i18n import _
from workbench.panels.desk import Desk
from workbench.panels.work import Work

__all__ = ["Decided"]


class Decided(ABC):
    """What panels share that work through a queue.

    Attributes:
        changesets: what was decided here, newest last; undo takes back from its end.
    """

    work: Work

    def __init__(self, desk: Desk) -> None:
        self.desk, self.changesets = desk, list[int]()

    def take_back(self) -> None:
        """Undo the newest decision made here."""
        if not self.changesets:
            self.work.say(_("Nothing was decided here yet."))
            return
        number = self.changesets[-1]

        def step(_progress: object) -> int:
            with self.desk.writing() as register:
                return register.undo(number, author=self.desk.author, reason=_("taken back by its author")).number

        def then(undone: int) -> str:
            self.changesets.pop()
            self._read()
            return _("changeset {number} is taken back by {undone}").format(number=number, undone=undone)

        self.work.run(step, then)

    def _stored(self, number: int | None, words: str) -> str:
        """Look at the queue again after a decision; returns what to say of it."""
        if number:
            self.changesets.append(number)
        self._read()
        return _("{what}, changeset {number}").format(what=words, number=number)

    @abstractmethod
    def _read(self) -> None:
        """Show the queue as it stands in the register."""
