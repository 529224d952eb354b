"""The calls of our functions in one formula, found without touching what only looks like one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from workbench.spellings.names import own_spelling
from workbench.splicing.formulas import brackets_end

__all__ = ["Call", "calls", "respelled"]

_PIECE: Final = re.compile(
    r"""
    "(?:[^"]|"")*"                                             # a text
    | (?P<quoted>'(?:[^']|'')*'!)(?P<elsewhere>[A-Za-z_][\w.]*)?(?P<opens>\s*\()?
    | '(?:[^']|'')*'                                           # a quoted name without a mark
    | \[(?P<link>\d+)\]!(?P<linked>[A-Za-z_][\w.]*)(?=\s*\()
    | (?P<brackets>\[)
    | (?P<sheet>[\w.\\?\u0080-\uffff]+!)[\w.\\?]*              # a name of a sheet or book
    | (?P<word>[\w.\\?\u0080-\uffff]+)(?P<open>\s*\()?
    """,
    re.VERBOSE,
)
_ADD_INS: Final = (".xlam", ".xla", ".xll", ".xlsm")
_RAW: Final = re.compile(r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<!--.*?-->|<\?.*?\?>|&#?\w+;|.", re.DOTALL)


class Call(NamedTuple):
    """A call of one of our functions: where its name stands in the formula, and how it is spelled."""

    start: int
    end: int
    name: str
    host: str
    """The host whose spelling this is: plain, officejs, xll, libreoffice74, or elsewhere."""
    text: str
    """The name as it is spelled."""
    link: str = ""
    """Where the call goes to another file: the number of the link, or the path."""


def calls(formula: str) -> Iterator[Call]:
    """The calls of our functions in a formula's text, from left to right."""
    at = 0
    while found := _PIECE.search(formula, at):
        at = found.end()
        if found["brackets"]:
            at = brackets_end(formula, found.start())
        elif found["word"] and found["open"]:
            name, host = own_spelling(found["word"])
            if name:
                yield Call(*found.span("word"), name, host, found["word"])
        elif found["linked"]:
            yield from _elsewhere(found.start(), found.end("linked"), found["linked"], found["link"])
        elif found["elsewhere"] and found["opens"]:
            yield from _elsewhere(found.start(), found.end("elsewhere"), found["elsewhere"], found["quoted"][1:-2])


def _elsewhere(start: int, end: int, word: str, link: str) -> Iterator[Call]:
    name, host = own_spelling(word)
    if name and host == "plain" and (link.isdigit() or link.lower().endswith(_ADD_INS)):
        yield Call(start, end, name, "elsewhere", word, link)


def respelled(raw: str, change: Callable[[Call], str | None]) -> str:
    """A formula as it stands in XML, with the names that ``change`` gives another text for; the rest letter for letter."""
    if "&" not in raw and "<" not in raw:
        text, places = raw, None
    else:
        text, places = _plain_text(raw)
    pieces, at = [], 0
    for call in calls(text):
        put = change(call)
        if put is None:
            continue
        start, end = (call.start, call.end) if places is None else (places[call.start][0], places[call.end - 1][1])
        pieces += [raw[at:start], put]
        at = end
    return "".join([*pieces, raw[at:]]) if pieces else raw


def _plain_text(raw: str) -> tuple[str, list[tuple[int, int]]]:
    """The text that XML means, and for each letter where it is written."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for piece in _RAW.finditer(raw):
        written = piece.group()
        if piece["cdata"] is not None:
            start = piece.start("cdata")
            letters += piece["cdata"]
            places += [(start + at, start + at + 1) for at in range(len(piece["cdata"]))]
        elif not written.startswith(("<!--", "<?")):
            meant = html.unescape(written) if len(written) > 1 else written
            letters += meant
            places += [piece.span()] * len(meant)
    return "".join(letters), places
