"""Document numbers found in remittance text, whatever the bank and the payer did to spaces, hyphens and case."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

__all__ = ["NumberIndex"]

_RUN = re.compile(r"[^\W_]+")
_GROUP = re.compile(r"\d+|[^\W\d_]+")
_LONGEST = 5  # pieces that a number may be torn into
_MIN_LENGTH = 5
_MIN_DIGITS = 3


class NumberIndex:
    """From a document's number to the keys it stands for; looking a text up costs no more for more numbers.

    Digits have to agree exactly, except that leading zeros of a group may be missing (``SO24-437`` for ``SO24-00437``).
    """

    def __init__(self, numbers: Iterable[tuple[str, str]]) -> None:
        """Takes pairs of number and key; numbers too short to be sure of are left out."""
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._shown: dict[str, str] = {}
        for number, key in numbers:
            for form in _forms(number):
                self._keys[form].add(key)
                self._shown.setdefault(form, number)

    def find(self, text: str) -> dict[str, frozenset[str]]:
        """The numbers a text names, as the firm writes them and in the text's order, with their keys."""
        runs = _RUN.findall(_plain(text))
        found: dict[str, frozenset[str]] = {}
        start = 0
        while start < len(runs):
            for size in range(min(_LONGEST, len(runs) - start), 0, -1):
                form = self._known_form(runs[start : start + size])
                if form:
                    found.setdefault(self._shown[form], frozenset(self._keys[form]))
                    start += size - 1
                    break
            start += 1
        return found

    def _known_form(self, runs: list[str]) -> str | None:
        compact = "".join(runs)
        if compact in self._keys:
            return compact
        grouped = _grouped(" ".join(runs))
        return grouped if grouped in self._keys else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _forms(number: str) -> Iterator[str]:
    compact = "".join(_RUN.findall(_plain(number)))
    if len(compact) < _MIN_LENGTH or sum(letter.isdigit() for letter in compact) < _MIN_DIGITS:
        return
    yield compact
    if any(letter.isalpha() for letter in compact):
        yield _grouped(number)


def _grouped(text: str) -> str:
    """Groups of letters and digits with one mark between, without leading zeros: ``so-24-437``."""
    return "-".join(group.lstrip("0") or "0" if group.isdigit() else group for group in _GROUP.findall(_plain(text)))
