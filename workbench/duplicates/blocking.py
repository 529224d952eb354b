"""Which pairs are worth comparing: rows that share a rare enough key, in any of many kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from workbench.duplicates.scripts import skeleton
from workbench.duplicates.table import NONE, Ints, Table

__all__ = [
    "LARGEST_BLOCK", "NEIGHBOURS", "candidate_pairs", "hashed_keys", "hashes", "key_hashes", "keys_of", "largest_block",
    "pairs_within",
]  # fmt: skip

LARGEST_BLOCK = 24
"""Rows of a key that are all compared with each other; of a key that more share, only neighbours in name.

Small tables can afford more: up to ``_MOST_IN_BLOCK``, as long as all keys together stay bounded.
"""

_MOST_IN_BLOCK = 400
_AFFORDABLE = 800_000

NEIGHBOURS = 3
_NAMES_AS_TYPED = 2  # further ones are other readings of the same
LONGEST_SLIP = 14
_CHUNK = 50_000
_SORTED_AT_ONCE = 3_000_000  # keys


def candidate_pairs(table: Table) -> tuple[Ints, Ints]:
    """Pairs of row numbers (i < j) that share a key, each once, sorted; their number grows with the rows, not faster."""
    packed = pairs_within(*hashed_keys(table), _name_order(table), len(table))
    return packed // len(table), packed % len(table)


def hashed_keys(table: Table) -> tuple[Ints, Ints]:
    """Row number and hash of every key of every row."""
    parts = [key_hashes(table, range(start, min(start + _CHUNK, len(table)))) for start in range(0, len(table), _CHUNK)]
    count = sum(len(keys) for _, keys in parts)
    rows, keys = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int64)
    while parts:  # from the end, so that no two copies of all of them stand in memory
        some_rows, some_keys = parts.pop()
        rows[count - len(some_rows) : count], keys[count - len(some_keys) : count] = some_rows, some_keys
        count -= len(some_keys)
    return rows, keys


def key_hashes(table: Table, rows: range) -> tuple[Ints, Ints]:
    """Row number and hash of every key of some rows."""
    return hashes((row, set(keys_of(table, row))) for row in rows)


def hashes(keys: Iterable[tuple[int, set[str]]]) -> tuple[Ints, Ints]:
    """Row numbers and hashes of keys given as text; the same on every machine."""
    import pandas as pd  # here, because the door to an empty register opens without it

    at: list[int] = []
    texts: list[str] = []
    for row, found in keys:
        at.extend([row] * len(found))
        texts.extend(found)
    hashed = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return np.array(at, dtype=np.int32), hashed.view(np.int64)


def _name_order(table: Table) -> Ints:
    """The place of every row among all, sorted by name: who stands near whom in a block that is too large."""
    import pandas as pd

    texts = table.names[0].full
    order = np.lexsort((np.arange(len(table)), pd.factorize(texts, sort=True)[0]))
    place = np.empty(len(table), dtype=np.int64)
    place[order] = np.arange(len(table))
    return place


def largest_block(rows: int) -> int:
    """How many rows of one key are all compared with each other in a table of so many rows."""
    return max(LARGEST_BLOCK, min(_MOST_IN_BLOCK, _AFFORDABLE // max(1, rows)))


def pairs_within(rows: Ints, keys: Ints, place: Ints, size: int) -> Ints:
    """Pairs within each key's block as one number each (i * size + j), unique and sorted."""
    shares = 1 + len(keys) // _SORTED_AT_ONCE
    found = []
    for share in range(shares):  # a key's rows are all in one share
        some = keys % shares == share if shares > 1 else slice(None)
        found.append(_pairs_of(rows[some], keys[some], place, size))
    return np.unique(np.concatenate(found)) if shares > 1 else found[0]


def _pairs_of(rows: Ints, keys: Ints, place: Ints, size: int) -> Ints:
    order = np.lexsort((place[rows], keys))
    rows, keys = rows[order].astype(np.int64), keys[order]
    largest = largest_block(size)
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    counts = np.diff(np.r_[starts, len(keys)])
    reach = np.where(np.repeat(counts, counts) > largest, NEIGHBOURS, largest)
    found: list[Ints] = []
    live = np.arange(len(keys))
    for step in range(1, largest):
        live = live[live + step < len(keys)]
        live = live[(keys[live] == keys[live + step]) & (reach[live] >= step)]
        if not len(live):
            break
        one, other = rows[live], rows[live + step]
        found.append(np.minimum(one, other) * size + np.maximum(one, other))
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)


def keys_of(table: Table, row: int) -> Iterator[str]:
    """The keys of one row, as text; a key's first letter tells its kind."""
    yield from _contact_keys(table, row)
    yield from _place_keys(table, row)
    for number, names in enumerate(table.names):
        if names.tokens[row, 0] == NONE:
            continue
        yield from _brand_keys(table, row, names.brand[row])
        if number < _NAMES_AS_TYPED:
            yield from _word_keys(table, row, names.full[row])


def _contact_keys(table: Table, row: int) -> Iterator[str]:
    if tax := table.tax[row]:
        yield "t" + tax
    for number in table.mails[row].tolist():
        if number != NONE:
            yield "m" + table.contact_text(number)
    for number in table.domains[row].tolist():
        if number != NONE:
            yield "d" + table.contact_text(number)
    for number in table.phones[row].tolist():
        if number != NONE:
            yield f"p{number % 10_000_000}"
    if label := table.label[row]:
        yield "n" + label[:6]
        yield "l" + label
    if len(local := table.local[row]) >= 6:
        yield "o" + local


def _place_keys(table: Table, row: int) -> Iterator[str]:
    numbers = [number for number in table.numbers[row].tolist() if number != NONE]
    if numbers:
        words = [word for word in table.address[row].split() if not word.isdigit()]
        if words:
            yield f"a{max(numbers)} {max(words, key=lambda word: (len(word), word))}"
        if code := table.postcode[row]:
            yield f"z{code} {numbers[0]}"
    people = table.contact[row].split()
    if len(people) > 1:
        yield f"c{' '.join(sorted(people))} {table.country_text(int(table.home[row]))}"


def _brand_keys(table: Table, row: int, brand: str) -> Iterator[str]:
    yield "b" + skeleton(brand)
    yield f"n{brand[:6]}"
    yield f"q{brand[:4]} {table.country_text(int(table.home[row]))}"
    yield from _slips(brand)


def _word_keys(table: Table, row: int, full: str) -> Iterator[str]:
    words = full.split()
    country = table.country_text(int(table.home[row]))
    yield "f" + "".join(words)
    yield "s" + "".join(sorted(words))
    for word in words[:5]:
        yield "w" + word
        yield f"k{skeleton(word)} {country}"
    if len(words) > 2:
        yield f"i{''.join(word[0] for word in words)} {country}"
    elif words and 2 <= len(words[0]) <= 5:
        yield f"i{words[0]} {country}"


def _slips(brand: str) -> Iterator[str]:
    """A name and all it becomes when one letter is left out: two names that differ by one letter share a key."""
    if len(brand) > LONGEST_SLIP or len(brand) < 4:
        return
    yield "x" + brand
    for number in range(len(brand)):
        yield "x" + brand[:number] + brand[number + 1 :]
