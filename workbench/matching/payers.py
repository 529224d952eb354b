"""Who paid: names and accounts of payers against customers, on file, alike, or learned from what was matched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from workbench.duplicates import name_tokens
from workbench.matching.columns import NONE, Codes, Floats, Ints, Receipts, runs, spread, totals

__all__ = ["Names", "Payers", "Tally", "account_key", "name_key"]

_CHUNK = 256  # payers compared at a time
_ALIKE = 0.30  # cosine below which a name is not worth a look
_MOST_ALIKE = 6
_SHORTEST_ACCOUNT = 5


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """A name as its words without legal form, one space between; empty for an empty name."""
    return " ".join(name_tokens(name)) if name else ""


def account_key(account: str) -> str:
    """An account number without spaces and hyphens; empty where it is too short to tell anybody."""
    key = "".join(letter for letter in account.upper() if letter.isalnum())
    return key if len(key) >= _SHORTEST_ACCOUNT else ""


class Tally:
    """Sums of weights by pairs of row and column, asked for many pairs at once."""

    def __init__(self, rows: Ints, columns: Ints, weights: Floats, width: int) -> None:
        """Takes as many rows, columns and weights; rows below zero are left out."""
        known = rows >= 0
        self._width = max(width, 1)
        keys = rows[known] * self._width + columns[known]
        self._keys, place = np.unique(keys, return_inverse=True)
        self._sums = totals(place, weights[known], len(self._keys))
        count = int(rows.max(initial=-1)) + 1
        self._totals = totals(rows[known], weights[known], max(count, 1))

    def of(self, rows: Ints, columns: Ints) -> Floats:
        """The sum of every pair; 0 for rows below zero."""
        if not len(self._keys):
            return np.zeros(len(rows))
        keys = rows * self._width + columns
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where((self._keys[at] == keys) & (rows >= 0), self._sums[at], 0.0)

    def total(self, rows: Ints) -> Floats:
        """The sum of every row over all columns."""
        at = np.clip(rows, 0, len(self._totals) - 1)
        return np.where((rows >= 0) & (rows < len(self._totals)), self._totals[at], 0.0)

    def columns(self, rows: Ints, most: int, least: float) -> tuple[Ints, Ints]:
        """For every row asked the heaviest columns, at most ``most``: pairs of place in ``rows`` and column."""
        heavy = self._sums >= least
        keys, weights = self._keys[heavy], self._sums[heavy]
        row = keys // self._width
        order = np.lexsort((keys, -weights, row))
        row, column = row[order], keys[order] % self._width
        begin, count = runs(row, rows)
        owner, place = spread(begin, np.where(rows >= 0, np.minimum(count, most), 0))
        return owner, column[place]


@dataclass(slots=True)
class Names:
    """Customers' names by their trigrams, each weighed by how few names hold it."""

    texts: list[str]
    customer: Ints
    _grams: Codes
    _weight: Floats
    _start: Ints
    _names: Ints  # name numbers by trigram
    _share: Floats  # weight of the trigram in the name, norm 1

    @classmethod
    def of(cls, names: Iterable[tuple[str, int]]) -> Names:
        """Takes pairs of name key and customer number."""
        pairs = sorted({(key, customer) for key, customer in names if key})
        grams = Codes()
        owner, code = _coded([key for key, _customer in pairs], grams)
        count = len(pairs)
        frequency = np.bincount(code, minlength=len(grams))
        weight = np.log((count + 1) / (frequency + 0.5))
        norm = np.sqrt(totals(owner, weight[code] ** 2, count))
        rare = frequency[code] <= max(60, count // 25)
        owner, code = owner[rare], code[rare]
        order = np.argsort(code, kind="stable")
        return cls(
            [key for key, _customer in pairs],
            np.array([customer for _key, customer in pairs], np.int64),
            grams,
            weight,
            np.searchsorted(code[order], np.arange(len(grams) + 1)),
            owner[order],
            (weight[code] / np.maximum(norm[owner], 1e-9))[order],
        )

    def alike(self, keys: Sequence[str]) -> tuple[Ints, Ints, Floats]:
        """For every key the customers with the most alike names: key number, customer, and alike from 0 to 1."""
        found = [self._alike(keys[begin : begin + _CHUNK], begin) for begin in range(0, len(keys), _CHUNK)]
        if not found or not self.texts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        key, name, cosine = (np.concatenate(parts) for parts in zip(*found, strict=True))
        pairs = [[keys[one] for one in key.tolist()], [self.texts[one] for one in name.tolist()]]
        ratio = process.cpdist(*pairs, scorer=fuzz.token_sort_ratio, dtype=np.float32)
        part = process.cpdist(*pairs, scorer=fuzz.partial_ratio, dtype=np.float32)
        alike = (cosine + np.maximum(ratio, 0.95 * part) / 100) / 2
        # A customer may have several names: the most alike one counts.
        order = np.lexsort((-alike, self.customer[name], key))
        key, customer, alike = key[order], self.customer[name[order]], alike[order]
        first = np.r_[True, (key[1:] != key[:-1]) | (customer[1:] != customer[:-1])][: len(key)]
        return key[first], customer[first], alike[first]

    def _alike(self, keys: Sequence[str], offset: int) -> tuple[Ints, Ints, Floats]:
        owner, code = _coded(keys, self._grams, known_only=True)
        unknown = self._weight.max(initial=1.0)
        grams = np.array([max(len(key), 1) for key in keys], np.float64)
        held = np.bincount(owner, minlength=len(keys))
        squares = totals(owner, self._weight[code] ** 2, len(keys))
        norm = np.sqrt(squares + np.maximum(grams - held, 0) * unknown**2 * 0.25)
        gram, place = spread(self._start[code], self._start[code + 1] - self._start[code])
        weights = self._share[place] * self._weight[code[gram]]
        count = max(len(self.texts), 1)
        dense = totals(owner[gram] * count + self._names[place], weights, len(keys) * count)
        dense = dense.reshape(len(keys), count) / np.maximum(norm, 1e-9)[:, None]
        key, name = np.nonzero(dense >= _ALIKE)
        cosine = dense[key, name]
        order = np.lexsort((-cosine, key))
        key, name, cosine = key[order], name[order], cosine[order]
        rank = np.arange(len(key)) - np.searchsorted(key, key)
        best = rank < _MOST_ALIKE
        return key[best] + offset, name[best], np.minimum(cosine[best], 1.0)


def _coded(keys: Sequence[str], grams: Codes, *, known_only: bool = False) -> tuple[Ints, Ints]:
    owners: list[int] = []
    codes: list[int] = []
    number = grams.find if known_only else grams.add
    for owner, key in enumerate(keys):
        padded = f" {key} "
        for gram in {padded[place : place + 3] for place in range(len(padded) - 2)}:
            code = number(gram)
            if code != NONE:
                owners.append(owner)
                codes.append(code)
    return np.array(owners, np.int64), np.array(codes, np.int64)


class Payers:
    """The payers of all receipts: who they are by name and account, as far as files tell."""

    def __init__(
        self,
        receipts: Receipts,
        earlier: Receipts,
        customers: Sequence[Mapping[str, Any]],
        numbers: Codes,
        taught: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Takes customers' rows and pairs of payer's name and customer id that a person taught."""
        self._keys, self._accounts = Codes(), Codes()
        self.key, self.account = self._of(receipts)
        self.earlier_key, self.earlier_account = self._of(earlier)
        self.customer_names = list(numbers.texts)
        names: list[tuple[str, int]] = []
        on_file: dict[int, set[int]] = defaultdict(set)
        for row in customers:
            customer = numbers.find(str(row["id"]))
            if customer == NONE:
                continue
            self.customer_names[customer] = str(row.get("legal_name") or row.get("local_name") or row["id"])
            names.extend((name_key(str(row[name])), customer) for name in ("legal_name", "local_name") if row.get(name))
            account = self._accounts.find(account_key(str(row.get("bank_account") or "")))
            if account != NONE:
                on_file[account].add(customer)
        pairs = [(account, customer) for account, owners in on_file.items() for customer in sorted(owners)]
        self.on_file = _tally(pairs, len(numbers))
        told = [(self._keys.find(name_key(name)), numbers.find(customer)) for name, customer in taught]
        self.taught = _tally([pair for pair in told if NONE not in pair], len(numbers))
        self._alike = self._names_alike(names, len(numbers))

    def _of(self, receipts: Receipts) -> tuple[Ints, Ints]:
        keys = (self._keys.add(key) if (key := name_key(name)) else NONE for name in receipts.payer)
        accounts = (self._accounts.add(key) if (key := account_key(one)) else NONE for one in receipts.account)
        return np.fromiter(keys, np.int64, len(receipts)), np.fromiter(accounts, np.int64, len(receipts))

    def _names_alike(self, names: list[tuple[str, int]], width: int) -> Tally:
        key, customer, alike = Names.of(names).alike(self._keys.texts)
        return Tally(key, customer, alike, width)

    def alike(self, receipt: Ints, customer: Ints) -> Floats:
        """How alike the payer's name is to the customer's, from 0 to 1."""
        return self._alike.of(self.key[receipt], customer)

    def pairs(self) -> tuple[Ints, Ints]:
        """Pairs of receipt and customer that name or account suggest."""
        found = [
            self._alike.columns(self.key, _MOST_ALIKE, _ALIKE),
            self.on_file.columns(self.account, _MOST_ALIKE, 0.5),
            self.taught.columns(self.key, _MOST_ALIKE, 0.5),
        ]
        return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def _tally(pairs: Sequence[tuple[int, int]], width: int) -> Tally:
    columns = np.array(pairs, np.int64).reshape(len(pairs), 2)
    return Tally(columns[:, 0], columns[:, 1], np.ones(len(pairs)), width)
