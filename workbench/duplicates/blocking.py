"""Which pairs are worth comparing: records that share a rare enough key."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from workbench.duplicates.normalise import Name, Record, domain_label

__all__ = ["MAX_BLOCK", "candidate_pairs"]

MAX_BLOCK = 40
"""A key that more records share is too common to suggest a pair: it is split by country, then left out."""


def candidate_pairs(records: Sequence[Record]) -> list[tuple[int, int]]:
    """Index pairs (i < j) that share a key, sorted; the work stays linear in the number of records."""
    frequency = Counter(word for record in records for word in record.words)
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        for key in set(_keys(record, frequency)):
            blocks[key].append(index)
    pairs: set[tuple[int, int]] = set()
    for members in blocks.values():
        for block in _capped(members, records):
            pairs.update(combinations(block, 2))
    return sorted(pairs)


def _keys(record: Record, frequency: Counter[str]) -> Iterator[str]:
    if record.tax_id:
        yield "t:" + record.tax_id
    for mail in record.emails:
        yield "m:" + mail
    for domain in record.domains:
        yield "d:" + domain
        if len(label := domain_label(domain)) >= 4:
            yield "n:" + label[:12]
    for phone in record.phones:
        yield "p:" + phone[-7:]
    for name in record.names:
        yield from _name_keys(name, record.country, frequency)


def _name_keys(name: Name, country: str, frequency: Counter[str]) -> Iterator[str]:
    yield "n:" + name.compact[:12]
    yield "s:" + "".join(sorted(name.tokens))
    rare_first = sorted(set(name.tokens), key=lambda token: (frequency[token], token))
    for token in rare_first[:3]:
        if len(token) >= 3:
            yield "w:" + token
            yield "k:" + token[0] + "".join(letter for letter in token[1:] if letter not in "aeiouy")
        if len(token) >= 2 and not token.isascii():
            yield from ("g:" + token[start : start + 2] for start in range(min(len(token) - 1, 4)))
    for one, other in combinations(rare_first[:4], 2):
        yield "2:" + " ".join(sorted((one, other)))
    if len(name.tokens) >= 3:
        yield "i:" + "".join(token[0] for token in name.tokens) + country
    elif len(name.tokens) <= 2 and 3 <= len(name.tokens[0]) <= 4:
        yield "i:" + name.tokens[0] + country


def _capped(members: list[int], records: Sequence[Record]) -> Iterator[list[int]]:
    if len(members) <= MAX_BLOCK:
        yield members
        return
    by_country: dict[str, list[int]] = defaultdict(list)
    for index in members:
        by_country[records[index].country].append(index)
    yield from (block for block in by_country.values() if len(block) <= MAX_BLOCK)
