"""The fields of SWIFT messages written as text, with or without their envelopes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Field", "fields_of"]

_TAG = re.compile(r"^\s*:(\d{2}[A-Z]?|NS):(.*)$", re.DOTALL)
_LINES = re.compile(r"\r\n|\n|\r")
_ENVELOPE = re.compile(r"^(\{\d:(?:[^{}]|\{[^{}]*\})*\})*\{4:")


class Field(NamedTuple):
    """A tag with its value, whose lines are parted by line feeds, and the line where it starts."""

    tag: str
    value: str
    line: int


def fields_of(text: str) -> Iterator[Field]:
    """Tags with their values and lines; a value goes on until the next tag or the end of the message."""
    tag, value, start = "", [""], 0
    for number, raw in enumerate(_LINES.split(text), start=1):
        line = raw.rstrip().removeprefix("\ufeff")
        # An envelope may stand on the same line as the first tag: {1:…}{2:…}{4::20:…
        if line.startswith("{"):
            line = _ENVELOPE.sub("", line)
        found = _TAG.match(line)
        if found:
            if tag:
                yield Field(tag, "\n".join(value), start)
            tag, value, start = found.group(1), [found.group(2)], number
        elif line in {"-", "-}"} or line.startswith(("-}{", "{1:", "{5:")):
            if tag:
                yield Field(tag, "\n".join(value), start)
            tag = ""
        elif tag:
            value.append(line)
    if tag:
        yield Field(tag, "\n".join(value), start)
