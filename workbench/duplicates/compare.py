"""Pairs of rows compared field by field, many at a time: each comparison is a column of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from workbench.duplicates.table import NONE, Floats, Ints, Names, Table, Texts

__all__ = ["FEATURES", "MISSING", "Comparer", "Usage", "word_likeness"]

MISSING = -1.0
"""What a comparison holds where one of the rows says nothing."""

FEATURES: tuple[str, ...] = (
    # the names as strings, 0 to 1
    "name.brand", "name.brand_start", "name.brand_part", "name.sound", "name.bones", "name.full", "name.native",
    # their words
    "name.words_low", "name.words_high", "name.shared", "name.unshared", "name.rare", "name.initials",
    "name.length", "name.script", "name.common_other",
    # what the names say besides
    "name.trade_same", "name.trade_other", "name.trade_open", "name.place", "name.nation",
    # contacts
    "mail.same", "mail.uses", "mail.local", "domain.same", "domain.uses", "domain.alike",
    "label.brand", "phone.same", "phone.uses", "phone.slip", "tax.alike",
    # place and person
    "country.same", "home.same", "city.alike", "address.alike", "address.words", "address.number", "postcode.alike",
    "contact.alike", "contact.word",
    # the table
    "table.brand_rows", "table.rows",
)  # fmt: skip

_Scorer = Callable[..., Any]
_CHUNK = 100_000


class Usage:
    """How many rows of a table hold each mail address, domain, telephone number and name of one sound."""

    def __init__(
        self, rows: int, contacts: Mapping[str, Ints], phones: tuple[Ints, Ints], brands: Mapping[str, int]
    ) -> None:
        """As it was counted.

        Args:
            rows: of the table.
            contacts: for ``mail`` and ``domain`` the rows that hold each number.
            phones: telephone numbers, sorted, and the rows of each.
            brands: rows of each name's consonants.
        """
        self.rows = rows
        self._of = contacts
        self._phones, self._phone_rows = phones
        self._brands = brands

    @classmethod
    def of_table(cls, table: Table) -> Usage:
        """Count a table."""
        brands: dict[str, int] = {}
        for text in table.names[0].bones.tolist():
            brands[text] = brands.get(text, 0) + 1
        phones, phone_rows = np.unique(table.phones[table.phones >= 0], return_counts=True)
        contacts = {"mail": _rows_of(table.mails), "domain": _rows_of(table.domains)}
        return cls(len(table), contacts, (phones, phone_rows), brands)

    def of(self, kind: str, numbers: Ints) -> Ints:
        """Rows that hold each number of a mail address or domain; 1 for one that is not in the table."""
        rows = self._of[kind]
        return np.where(numbers < len(rows), rows[np.clip(numbers, 0, len(rows) - 1)], 1).clip(1)

    def of_phones(self, numbers: Ints) -> Ints:
        """Rows that hold each telephone number; 1 for one that is not in the table."""
        if not len(self._phones):
            return np.ones_like(numbers)
        at = np.searchsorted(self._phones, numbers).clip(0, len(self._phones) - 1)
        return np.where(self._phones[at] == numbers, self._phone_rows[at], 1)

    def of_brands(self, texts: Texts) -> Ints:
        """Rows whose name has the consonants of each text."""
        return np.array([self._brands.get(text, 1) if text else 1 for text in texts.tolist()], dtype=np.int64)


class Comparer:
    """Compares rows of one table with each other, or with rows of another that shares its numbers for texts."""

    def __init__(self, table: Table, other: Table | None = None, usage: Usage | None = None) -> None:
        self._a, self._b = table, other or table
        self._usage = usage or Usage.of_table(self._b)

    @property
    def table(self) -> Table:
        """The table whose rows are compared."""
        return self._a

    def features(self, i: Ints, j: Ints) -> Floats:
        """One row of ``FEATURES`` for each pair (``i`` of the table, ``j`` of the other)."""
        out = np.full((len(i), len(FEATURES)), np.float32(MISSING), dtype=np.float32)
        for start in range(0, len(i), _CHUNK):
            part = slice(start, start + _CHUNK)
            self._fill(out[part], i[part], j[part])
        return out

    def _fill(self, out: Floats, i: Ints, j: Ints) -> None:
        column = {name: out[:, number] for number, name in enumerate(FEATURES)}
        self._names(column, i, j)
        self._contacts(column, i, j)
        self._places(column, i, j)
        column["table.rows"][:] = np.log10(self._usage.rows)
        bones = self._a.names[0].bones[i]
        alike = np.asarray(bones == self._b.names[0].bones[j], dtype=np.bool_) & (bones != "")
        rows = np.log2(self._usage.of_brands(bones))
        column["table.brand_rows"][:] = np.where(alike, rows, np.float32(MISSING))

    # ------------------------------------------------------------------ names
    def _names(self, column: dict[str, Floats], i: Ints, j: Ints) -> None:
        """The best of all combinations of one row's names and the other's."""
        best: Floats | None = None
        names = [name for name in column if name.startswith("name.")]
        block = np.stack([column[name] for name in names], axis=1)
        for one in self._a.names:
            for other in self._b.names:
                both = np.flatnonzero(one.filled[i] & other.filled[j])
                if not len(both):
                    continue
                found, rank = self._name_pair(one, other, i[both], j[both])
                values = np.stack([found[name] for name in names], axis=1)
                if best is None:
                    best = np.full(len(i), -np.inf, dtype=np.float32)
                better = rank > best[both]
                block[both[better]] = values[better]
                best[both[better]] = rank[better]
        for number, name in enumerate(names):
            column[name][:] = block[:, number]

    def _name_pair(self, a: Names, b: Names, i: Ints, j: Ints) -> tuple[dict[str, Floats], Floats]:
        found: dict[str, Floats] = {}
        found["name.brand"] = _ratio(a.brand, b.brand, i, j, fuzz.ratio, 100)
        found["name.brand_start"] = _ratio(a.brand, b.brand, i, j, JaroWinkler.similarity, 1)
        found["name.brand_part"] = _ratio(a.brand, b.brand, i, j, fuzz.partial_ratio, 100)
        found["name.sound"] = _ratio(a.spoken, b.spoken, i, j, fuzz.ratio, 100)
        found["name.bones"] = _ratio(a.bones, b.bones, i, j, fuzz.ratio, 100)
        found["name.full"] = _ratio(a.full, b.full, i, j, fuzz.token_sort_ratio, 100)
        found["name.native"] = _ratio(a.native, b.native, i, j, fuzz.ratio, 100)
        self._words(found, a, b, i, j)
        self._extras(found, a, b, i, j)
        rank = found["name.brand"] + found["name.words_low"] + found["name.native"]
        return found, rank.astype(np.float32)

    def _words(self, found: dict[str, Floats], a: Names, b: Names, i: Ints, j: Ints) -> None:
        """How much of the weight of one name's own words is in the other, and the other way round."""
        like = word_likeness(a, b, i, j)
        weight_a, weight_b = a.weights[i], b.weights[j]
        met_a, met_b = (weight_a * like.max(axis=2)).sum(axis=1), (weight_b * like.max(axis=1)).sum(axis=1)
        share_a = met_a / np.maximum(weight_a.sum(axis=1), 1e-6)
        share_b = met_b / np.maximum(weight_b.sum(axis=1), 1e-6)
        found["name.words_low"] = np.minimum(share_a, share_b)
        found["name.words_high"] = np.maximum(share_a, share_b)
        found["name.shared"] = np.minimum(met_a, met_b)
        found["name.unshared"] = weight_a.sum(axis=1) + weight_b.sum(axis=1) - met_a - met_b
        found["name.rare"] = (weight_a * like.max(axis=2)).max(axis=1)
        common = np.float32(np.log((self._usage.rows + 1000) / (self._usage.rows / 1000 + 1)))
        alone_a = ((like.max(axis=2) < 0.7) & (weight_a > 0) & (weight_a < common)).sum(axis=1)
        alone_b = ((like.max(axis=1) < 0.7) & (weight_b > 0) & (weight_b < common)).sum(axis=1)
        found["name.common_other"] = np.minimum(alone_a, alone_b).astype(np.float32)
        initials = (a.initials[i] != NONE) & (b.tokens[j] == a.initials[i][:, None]).any(axis=1)
        initials |= (b.initials[j] != NONE) & (a.tokens[i] == b.initials[j][:, None]).any(axis=1)
        found["name.initials"] = initials.astype(np.float32)

    def _extras(self, found: dict[str, Floats], a: Names, b: Names, i: Ints, j: Ints) -> None:
        same, only_a, only_b = _overlap(a.senses[i], b.senses[j])
        found["name.trade_same"] = same
        found["name.trade_other"] = np.minimum(only_a, only_b)
        found["name.trade_open"] = np.maximum(only_a, only_b)
        found["name.place"] = _agreement(a.places[i], b.places[j])
        found["name.nation"] = _agreement(
            np.where(a.nations[i] >= 0, a.nations[i], NONE), np.where(b.nations[j] >= 0, b.nations[j], NONE)
        )
        lengths_a, lengths_b = (_lengths(names.brand, at) for names, at in ((a, i), (b, j)))
        found["name.length"] = np.minimum(lengths_a, lengths_b)
        found["name.script"] = (a.script[i] == b.script[j]).astype(np.float32)

    # --------------------------------------------------------------- contacts
    def _contacts(self, column: dict[str, Floats], i: Ints, j: Ints) -> None:
        a, b = self._a, self._b
        column["mail.same"][:], column["mail.uses"][:] = self._shared("mail", a.mails[i], b.mails[j])
        column["domain.same"][:], column["domain.uses"][:] = self._shared("domain", a.domains[i], b.domains[j])
        column["mail.local"][:] = _ratio(a.local, b.local, i, j, fuzz.ratio, 100)
        column["domain.alike"][:] = _ratio(a.label, b.label, i, j, JaroWinkler.similarity, 1)
        forth = _ratio(a.label, b.names[0].brand, i, j, fuzz.partial_ratio, 100)
        back = _ratio(a.names[0].brand, b.label, i, j, fuzz.partial_ratio, 100)
        column["label.brand"][:] = np.maximum(forth, back)
        same, uses, slip = self._phones(a.phones[i], b.phones[j])
        column["phone.same"][:], column["phone.uses"][:], column["phone.slip"][:] = same, uses, slip
        column["tax.alike"][:] = _ratio(a.tax, b.tax, i, j, OSA.normalized_similarity, 1)

    def _shared(self, kind: str, a: Ints, b: Ints) -> tuple[Floats, Floats]:
        """Whether two rows hold a number in common, and (log2) how many rows hold the rarest such number."""
        same = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)).any(axis=2)
        known = _filled(a) & _filled(b)
        return _told(same.any(axis=1), known), _rarest(same, self._usage.of(kind, a))

    def _phones(self, a: Ints, b: Ints) -> tuple[Floats, Floats, Floats]:
        """Same number (1 or 0), the rows that hold it (log2), and whether two numbers differ by one digit at most."""
        same = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)).any(axis=2)
        known = _filled(a) & _filled(b)
        met = same.any(axis=1)
        slip = np.zeros(len(a), dtype=bool)
        slip[known] = (_digits_apart(a[known], b[known]) <= 1).any(axis=(1, 2))
        return _told(met, known), _rarest(same, self._usage.of_phones(a)), _told(slip, known)

    def _places(self, column: dict[str, Floats], i: Ints, j: Ints) -> None:
        a, b = self._a, self._b
        column["country.same"][:] = _equal(a.country[i], b.country[j])
        column["home.same"][:] = _equal(a.home[i], b.home[j])
        column["city.alike"][:] = _ratio(a.city, b.city, i, j, JaroWinkler.similarity, 1)
        column["address.alike"][:] = _ratio(a.address, b.address, i, j, fuzz.token_sort_ratio, 100)
        column["address.words"][:] = _ratio(a.address, b.address, i, j, fuzz.token_set_ratio, 100)
        column["address.number"][:] = _agreement(a.numbers[i], b.numbers[j])
        column["postcode.alike"][:] = _ratio(a.postcode, b.postcode, i, j, OSA.normalized_similarity, 1)
        column["contact.alike"][:] = _ratio(a.contact, b.contact, i, j, fuzz.token_sort_ratio, 100)
        column["contact.word"][:] = _agreement(a.people[i], b.people[j])


def _digits_apart(a: Ints, b: Ints) -> Ints:
    """In how many of eight digits each number of ``a`` differs from each of ``b`` (9 where one is missing)."""
    apart = np.zeros((len(a), a.shape[1], b.shape[1]), dtype=np.int64)
    one, other = a[:, :, None], b[:, None, :]
    for power in range(8):
        apart += (one // 10**power) % 10 != (other // 10**power) % 10
    apart[(one < 0) | (other < 0)] = 9
    return apart


def _rows_of(numbers: Ints) -> Ints:
    """How many rows hold each number."""
    used = numbers[numbers >= 0]
    return np.bincount(used) if len(used) else np.zeros(1, dtype=np.int64)


def _rarest(same: NDArray[np.bool_], rows: Ints) -> Floats:
    """log2 of the rows that hold the rarest number both have, ``MISSING`` where they have none."""
    held = np.where(same, rows, np.iinfo(np.int64).max).min(axis=1)
    met = same.any(axis=1)
    return np.where(met, np.log2(np.where(met, held, 1)), MISSING).astype(np.float32)


def _filled(numbers: Ints) -> NDArray[np.bool_]:
    return np.asarray((numbers >= 0).any(axis=1))


def _told(yes: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
    return np.where(known, yes.astype(np.float32), np.float32(MISSING)).astype(np.float32)


def _equal(a: Ints, b: Ints) -> Floats:
    return _told(a == b, (a != NONE) & (b != NONE))


def _agreement(a: Ints, b: Ints) -> Floats:
    """The share of the shorter list of numbers that is in the other."""
    same = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)).any(axis=2).sum(axis=1)
    size = np.minimum((a >= 0).sum(axis=1), (b >= 0).sum(axis=1))
    return np.where(size > 0, same / np.maximum(size, 1), MISSING).astype(np.float32)


def _overlap(a: Ints, b: Ints) -> tuple[Floats, Floats, Floats]:
    """How many numbers both lists hold, and how many only the one or the other."""
    same = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)).any(axis=2).sum(axis=1)
    only_a, only_b = (a >= 0).sum(axis=1) - same, (b >= 0).sum(axis=1) - same
    return same.astype(np.float32), only_a.astype(np.float32), only_b.astype(np.float32)


def word_likeness(a: Names, b: Names, i: Ints, j: Ints) -> Floats:
    """Pairs x TOKENS x TOKENS: 1 for the same word, less for one of its sound, or cut short."""
    one, other = a.tokens[i][:, :, None], b.tokens[j][:, None, :]
    there = (one >= 0) & (other >= 0)
    like = np.zeros(there.shape, dtype=np.float32)
    like[(a.bones_of[i][:, :, None] == b.bones_of[j][:, None, :]) & there] = 0.8
    cut = (a.heads[i][:, :, None, :] == other[..., None]).any(axis=3)
    cut |= (b.heads[j][:, None, :, :] == one[..., None]).any(axis=3)
    like[cut & there] = 0.85
    like[(one == other) & there] = 1.0
    return like


def _lengths(texts: Texts, at: Ints) -> Floats:
    return np.fromiter((len(text) for text in texts[at].tolist()), dtype=np.float32, count=len(at))


def _ratio(a: Texts, b: Texts, i: Ints, j: Ints, scorer: _Scorer, scale: float) -> Floats:
    """``scorer`` of two columns' texts as 0 to 1, ``MISSING`` where one is empty."""
    one, other = a[i], b[j]
    filled = np.flatnonzero((one != "") & (other != ""))
    out = np.full(len(i), np.float32(MISSING), dtype=np.float32)
    if len(filled):
        scores = cpdist(one[filled].tolist(), other[filled].tolist(), scorer=scorer, dtype=np.float32)
        out[filled] = scores / np.float32(scale)
    return out
