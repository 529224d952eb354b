"""Document numbers found in remittance text, whatever the bank and the payer did to spaces, hyphens and case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["NumberIndex", "asked_forms", "digit_strings", "number_digits", "number_forms"]

K = TypeVar("K", bound=Hashable)

LONGEST_TEXT = 1000
"""Characters that are read of a remittance text; no bank carries more."""

_RUN = re.compile(r"[^\W_]+")
_GROUP = re.compile(r"\d+|[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_LETTER_O = re.compile(r"(?<=\d)o(?![^\W\d_])|(?<![^\W\d_])o(?=\d)")
_LONGEST = 5  # pieces that a number may be torn into
_MIN_LENGTH = 5
_MIN_DIGITS = 3
_MOST_STRINGS = 8
_MOST_DIGITS = 12


class NumberIndex(Generic[K]):
    """From a document's number to the keys it stands for; looking a text up costs no more for more numbers.

    Digits have to agree exactly, except that leading zeros of a group may be missing (``SO24-437`` for ``SO24-00437``).
    """

    def __init__(self, numbers: Iterable[tuple[str, K]]) -> None:
        """Takes pairs of number and key; numbers too short to be sure of are left out."""
        # A tuple a form, the number as the firm writes it first: sets would take four times the memory.
        self._known: dict[str, tuple[str, tuple[K, ...]]] = {}
        for number, key in numbers:
            for form in number_forms(number):
                shown, keys = self._known.get(form, (number, ()))
                if key not in keys:
                    self._known[form] = (shown, (*keys, key))

    def find(self, text: str) -> dict[str, frozenset[K]]:
        """The numbers a text names, as the firm writes them and in the text's order, with their keys."""
        runs = _RUN.findall(_plain(text))
        found: dict[str, frozenset[K]] = {}
        start = 0
        while start < len(runs):
            for size in range(min(_LONGEST, len(runs) - start), 0, -1):
                known = self._of(runs[start : start + size])
                if known:
                    found.setdefault(known[0], frozenset(known[1]))
                    start += size - 1
                    break
            start += 1
        return found

    def _of(self, runs: list[str]) -> tuple[str, tuple[K, ...]] | None:
        compact = "".join(runs)
        if len(compact) < _MIN_DIGITS or compact.isalpha():
            return None
        return self._known.get(compact) or self._known.get(_grouped(" ".join(runs)))


def asked_forms(text: str) -> Iterator[str]:
    """Every form that an index is asked for when a text is looked up."""
    runs = _RUN.findall(_plain(text))
    for start in range(len(runs)):
        for size in range(1, min(_LONGEST, len(runs) - start) + 1):
            compact = "".join(runs[start : start + size])
            if len(compact) >= _MIN_DIGITS and not compact.isalpha():
                yield compact
                yield _grouped(" ".join(runs[start : start + size]))


def digit_strings(text: str) -> list[str]:
    """The strings of digits that a text may mean as numbers: every run, and neighbouring runs joined.

    A letter O beside a digit is read as a zero.
    """
    pieces = _DIGITS.findall(_LETTER_O.sub("0", _plain(text)))[:_MOST_STRINGS]
    strings = dict.fromkeys(
        "".join(pieces[start : start + size]) for size in (1, 2, 3) for start in range(len(pieces) - size + 1)
    )
    return [one for one in strings if _MIN_DIGITS <= len(one) <= _MOST_DIGITS][:_MOST_STRINGS]


def number_digits(number: str) -> list[str]:
    """What of a document's number tells it from others: its last group of digits, and all its digits."""
    groups = _DIGITS.findall(_plain(number))
    if not groups:
        return []
    strings = dict.fromkeys((groups[-1], "".join(groups)))
    return [one for one in strings if _MIN_DIGITS <= len(one) <= _MOST_DIGITS]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()


def number_forms(number: str) -> Iterator[str]:
    """The forms by which an index knows a number; none where it is too short to be sure of."""
    compact = "".join(_RUN.findall(_plain(number)))
    if len(compact) < _MIN_LENGTH or sum(letter.isdigit() for letter in compact) < _MIN_DIGITS:
        return
    yield compact
    if any(letter.isalpha() for letter in compact):
        yield _grouped(number)


def _grouped(text: str) -> str:
    """Groups of letters and digits with one mark between, without leading zeros: ``so-24-437``."""
    return "-".join(group.lstrip("0") or "0" if group.isdigit() else group for group in _GROUP.findall(_plain(text)))
