"""Texts in CSV files that a spreadsheet would run: written with a mark before them, read back without it.

Spreadsheets run a cell of a CSV file that begins with ``=``, ``+``, ``-`` or ``@``, quoted or not, and forgive blanks,
tabs and line ends before it. A single quote in front makes it text. The mark goes before every such text, marked ones
included, and one mark is taken off again, so that each text comes back as it was. Plain numbers are left alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import TextIO

__all__ = ["CsvWriter", "guarded", "unguarded", "unguarded_row"]

_RUNS = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-][\d ]*\d(?:[.,]\d+)*\s?%?")
_FIRST = frozenset("'=+-@＝＋－＠\t\r\n\0 \u00a0\u3000")


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file.

    >>> guarded("=1+1"), guarded("-5.00"), guarded("Nord AB")
    ("'=1+1", '-5.00', 'Nord AB')
    """
    if text[:1] not in _FIRST or not text or not _RUNS.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def unguarded(text: str) -> str:
    """The text that a guarded one stands for; any other text as it is.

    >>> unguarded("'=1+1"), unguarded("'t Hooft")
    ('=1+1', "'t Hooft")
    """
    return text[1:] if text[:1] == "'" and _RUNS.match(text) else text


def unguarded_row(texts: Iterable[str]) -> list[str]:
    """Every text of a row as it was before it was guarded."""
    return [unguarded(text) if text[:1] == "'" else text for text in texts]


class CsvWriter:
    """Writes rows of texts as a CSV file in which nothing runs and no text ends its line early.

    Lines end in a line feed. ``csv.writer`` then leaves carriage returns unquoted, which begin a new row for every
    reader; rows with one are quoted throughout.
    """

    def __init__(self, stream: TextIO) -> None:
        self._plain = csv.writer(stream, lineterminator="\n")
        self._quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def writerow(self, texts: Iterable[str]) -> None:
        """Write one row."""
        row = [guarded(text) if text[:1] in _FIRST else text for text in texts]
        writer = self._quoted if any("\r" in text for text in row) else self._plain
        writer.writerow(row)

    def writerows(self, rows: Iterable[Iterable[str]]) -> None:
        """Write some rows."""
        for row in rows:
            self.writerow(row)
