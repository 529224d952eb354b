"""Headings understood from their parts: ``Date de cde`` is a date and an order, ``入金額`` an amount and a receipt.

Lists of whole headings (``vocabulary.toml``) never end; the parts that people make headings of do. The parts, and which of
them together make a field, are in ``concepts.toml``; ``languages.toml`` adds the parts of one language after another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any

__all__ = ["fields_by_parts", "languages", "parts_of"]

_WIDE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 24
_MOST_COMBINATIONS = 24
_LEAST_COVERED = 0.6
_ENDING = 3
"""Letters that grammar may add to a stem (заказ-ов, Auftrag-s)."""


@dataclass(frozen=True, slots=True)
class _Rule:
    field: str
    needed: frozenset[str]
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Squeezed words to the parts they name; stems also count inside longer words."""

    words: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    tails: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str]
    rules: tuple[_Rule, ...]


def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("workbench.sheets").joinpath(name).read_text("utf-8"))


@cache
def languages() -> Mapping[str, Mapping[str, list[str]]]:
    """What ``languages.toml`` adds, by language: parts, ``fillers``, ``rows.*`` and ``titles.*``."""
    return _file("languages.toml")


@cache
def _lexicon() -> _Lexicon:
    from workbench.sheets.words import squeezed

    data = _file("concepts.toml")
    words: dict[str, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    tails: dict[str, tuple[str, ...]] = {}
    fillers = {*data["fillers"]["words"]}
    for entries in languages().values():
        fillers.update(entries.get("fillers", ()))
    parts = [(part, entries) for table in (data["words"], *languages().values()) for part, entries in table.items()]
    for part, entries in parts:
        if not part.isupper():
            continue
        for entry in entries:
            bare = squeezed(entry.strip("*")) or entry
            group = stems if entry.endswith("*") else tails if entry.startswith("*") else words
            if part not in group.get(bare, ()):
                group[bare] = (*group.get(bare, ()), part)
    rules = [
        _Rule(field, *(frozenset(side.split()) for side in (*text.split("|"), "")[:2]))
        for field, texts in data["fields"].items()
        for text in texts
    ]
    return _Lexicon(words, stems, tails, frozenset(map(squeezed, fillers)), tuple(rules))


def fields_by_parts(squeezed_label: str) -> dict[str, float]:
    """Fields that a squeezed heading means by its parts, with how well they say so (0.5 to 0.92)."""
    covered, alternatives = parts_of(squeezed_label)
    if covered < _LEAST_COVERED or not alternatives:
        return {}
    found: dict[str, float] = {}
    for parts in alternatives:
        for rule in _lexicon().rules:
            if rule.needed <= parts <= rule.needed | rule.allowed:
                told = 0.92 if len(rule.needed) > 1 else 0.86
                found[rule.field] = max(found.get(rule.field, 0.0), told * (0.5 + 0.5 * covered))
        if parts in ({"DATE"}, {"DATE", "ON"}):
            found.update({"order.date": 0.8 * covered, "receipt.date": 0.8 * covered, "cost.date": 0.7 * covered})
        if parts == {"NUMBER"}:
            found.update({"order.number": 0.55 * covered, "customer.code": 0.5 * covered})
        if parts in ({"NAME"}, {"NAME", "LOCAL"}):
            found.setdefault("customer.name" if "LOCAL" not in parts else "customer.name_local", 0.75 * covered)
        if parts in ({"RECEIPT"}, {"RECEIPT", "FOREIGN"}):
            found.update({"receipt.amount": 0.7 * covered, "order.paid_total": 0.65 * covered})
            found.setdefault("receipt.date", 0.66 * covered)  # "received" over days is the day, over figures the figure
        if parts == {"ON"}:
            found.update({"order.date": 0.72 * covered, "receipt.date": 0.72 * covered})
        if parts == {"TOTAL"}:
            found["order.amount"] = 0.7 * covered
    return found


@lru_cache(maxsize=16384)
def parts_of(label: str) -> tuple[float, tuple[frozenset[str], ...]]:
    """The share of a squeezed heading's letters that is understood, and the sets of parts it may be made of."""
    covered, found = 0, []
    for length, parts in _walk(label):
        covered += length
        if parts:
            found.append(parts)
    letters = sum(not letter.isspace() for letter in label)
    if not letters or not found:
        return 0.0, ()
    combined = []
    for number, choice in enumerate(product(*found)):
        if number >= _MOST_COMBINATIONS:
            break
        combined.append(frozenset(choice))
    return min(1.0, covered / letters), tuple(dict.fromkeys(combined))


def _walk(label: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Pieces of a heading from left to right: letters understood, and the parts that they may name."""
    at = 0
    while at < len(label):
        if label[at] == " ":
            at += 1
            continue
        if _WIDE.match(label[at]):
            size, parts = _wide_piece(label, at)
            yield (len(label[at : at + size].replace(" ", "")) if parts else 0), parts
            at += size
            continue
        size, pieces = _word_piece(label, at)
        yield from pieces
        at += size


def _wide_piece(label: str, at: int) -> tuple[int, tuple[str, ...]]:
    """The longest known word at a place in a run without spaces; one character counts only at the end."""
    words, stems = _lexicon().words, _lexicon().stems
    for size in range(min(_LONGEST, len(label) - at), 0, -1):
        piece = label[at : at + size]
        parts = words.get(piece) or stems.get(piece)
        if parts and (size > 1 or at + 1 >= len(label) or label[at + 1] == " "):
            return size, parts
    if label[at] in _lexicon().fillers:
        return 1, ()
    return 1, ()


def _word_piece(label: str, at: int) -> tuple[int, list[tuple[int, tuple[str, ...]]]]:
    """The longest known words from the start of a word on; inside a word known stems are parted."""
    lexicon = _lexicon()
    limit = min(len(label), at + _LONGEST + 8)
    for end in range(limit, at, -1):
        if end < len(label) and label[end] != " " and not _WIDE.match(label[end]):
            continue
        piece = label[at:end].rstrip()
        parts = lexicon.words.get(piece) or lexicon.stems.get(piece) or lexicon.tails.get(piece)
        if parts:
            return end - at, [(len(piece.replace(" ", "")), parts)]
        if piece in lexicon.fillers or piece.isdigit():
            return end - at, [(len(piece), ())]
    end = at
    while end < len(label) and label[end] != " " and not _WIDE.match(label[end]):
        end += 1
    return end - at, _compound(label[at:end])


def _compound(word: str) -> list[tuple[int, tuple[str, ...]]]:
    """A long word parted into stems: ``auftragssumme``, ``заказов``; nothing where its parts do not explain it."""
    lexicon = _lexicon()
    whole = _run_together(word)
    if whole:
        return whole
    pieces: list[tuple[int, tuple[str, ...]]] = []
    at, loose = 0, 0
    while at < len(word):
        for end in range(len(word), at + 1, -1):
            piece = word[at:end]
            parts = lexicon.stems.get(piece)
            if parts is None and end == len(word) and at > 0 and len(piece) > 1:
                parts = lexicon.tails.get(piece) or (lexicon.words.get(piece) if len(piece) > 2 else None)
            if parts:
                pieces.append((len(piece), parts))
                at = end
                break
        else:
            at += 1
            loose += 1
    if not pieces:
        return [(0, ())]
    if loose <= _ENDING:
        pieces.append((loose, ()))
    return pieces


@lru_cache(maxsize=4096)
def _run_together(word: str) -> list[tuple[int, tuple[str, ...]]]:
    """Words written as one, with nothing left over: ``custname``, ``duedate``; empty where it is not that."""
    for end in range(len(word) - 1, 1, -1):
        parts = _lexicon().words.get(word[:end])
        if not parts:
            continue
        rest = word[end:]
        known = _lexicon().words.get(rest)
        if known and len(rest) > 1:
            return [(end, parts), (len(rest), known)]
        following = _run_together(rest) if len(rest) > 3 else []
        if following:
            return [(end, parts), *following]
    return []
