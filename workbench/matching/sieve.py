"""Which of a firm's numbers some texts may name: told by hashes, so that millions of numbers take little room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from workbench.matching.columns import distinct, spread
from workbench.matching.numbers import asked_forms, number_forms

__all__ = ["Sieve"]

_AT_ONCE = 8192


class Sieve:
    """The hashes of all forms of all numbers, sorted."""

    def __init__(self, numbers: Sequence[str]) -> None:
        """Takes the numbers; each is known by its place among them."""
        hashes, owners = [], []
        for begin in range(0, len(numbers), _AT_ONCE):
            some = [[hash(form) for form in number_forms(one)] for one in numbers[begin : begin + _AT_ONCE]]
            hashes.append(np.array([one for forms in some for one in forms], np.int64))
            owners.append(begin + np.repeat(np.arange(len(some)), [len(forms) for forms in some]))
        every = np.concatenate([np.zeros(0, np.int64), *hashes])
        order = np.argsort(every, kind="stable")
        self._hashes = every[order]
        self._owner = np.concatenate([np.zeros(0, np.int64), *owners])[order]

    def maybe(self, texts: Iterable[str]) -> list[int]:
        """The places of the numbers that the texts may name, ascending; a few may be there because of equal hashes."""
        asked = distinct(np.array([hash(form) for text in texts for form in asked_forms(text)], np.int64))
        begin = np.searchsorted(self._hashes, asked, "left")
        _asked, place = spread(begin, np.searchsorted(self._hashes, asked, "right") - begin)
        found: list[int] = distinct(self._owner[place]).tolist()
        return found
