"""Customer rows as columns that are compared many pairs at a time; the rows as typed stay where they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.normalise import (
    LONGEST_TEXT,
    calling_country,
    company_domain,
    country_code,
    domain_label,
    emails_of,
    fold,
    host_of,
    phone_numbers,
    tax_number,
)
from workbench.duplicates.scripts import has_kana, latin, read_han, script_of, skeleton, sounds
from workbench.duplicates.vocabulary import ParsedName, parse_name

__all__ = ["Knowledge", "Names", "Numbers", "Table", "TableBuilder", "usual_country", "word_weights"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Texts = NDArray[np.object_]

TOKENS, SENSES, PLACES, MAILS, PHONES, NUMBERS, PEOPLE = 6, 4, 3, 3, 4, 4, 3
NONE = -1
_CARE_OF = re.compile(r"^\s*c/?o\b[^,]*,", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "herr", "frau", "sr", "sra", "mme"})
_NOT_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")
_CITY_END = re.compile(r"[市省縣县区區]$")
# What a word is worth before a table has been seen: as if it stood among a thousand others.
_PRIOR_ROWS, _PRIOR_COUNT = 1000.0, 0.5
# A city, legal form or domain ending tells the country if this many rows have it, and this share of them one country.
_USUAL_ROWS, _USUAL_SHARE = 3, 0.9


@dataclass(frozen=True, slots=True)
class Names:
    """One name of every row, in columns; rows without one hold empty texts."""

    text: Texts  # as typed
    brand: Texts  # the firm's own words in Latin letters, written together
    spoken: Texts  # the same with the spellings of one sound made equal
    bones: Texts  # its consonants
    full: Texts  # all the words in Latin letters, with spaces
    native: Texts  # as typed without legal form, folded
    tokens: Ints  # rows x TOKENS: numbers of the firm's own words
    heads: Ints  # rows x TOKENS x 2: numbers of their first three and four letters
    bones_of: Ints  # rows x TOKENS: numbers of their consonants
    weights: Floats  # rows x TOKENS: how much each word tells
    senses: Ints  # rows x SENSES: the trades named
    places: Ints  # rows x PLACES
    nations: Ints  # rows x PLACES: the countries named
    initials: Ints  # number of the word its initials make
    script: Ints

    @property
    def filled(self) -> NDArray[np.bool_]:
        """The rows that have this name."""
        return np.asarray(self.tokens[:, 0] != NONE)


@dataclass(frozen=True, slots=True)
class Table:
    """All rows in columns. Numbers stand for texts and are -1 where there is none."""

    ids: tuple[str, ...]
    names: tuple[Names, ...]
    country: Ints
    home: Ints  # the country, or where there is none what telephone, city, legal form or domain tell of it
    city: Texts
    address: Texts
    numbers: Ints  # rows x NUMBERS: in the address
    postcode: Texts
    tax: Texts
    mails: Ints  # rows x MAILS
    domains: Ints  # rows x MAILS: of firms, not of mail providers
    local: Texts  # what stands before the @ of the first mail address
    label: Texts  # the firm's own part of its first domain
    phones: Ints  # rows x PHONES: last eight digits
    contact: Texts
    people: Ints  # rows x PEOPLE: words of the contact person's name
    known: Knowledge

    def __len__(self) -> int:
        return len(self.ids)

    def contact_text(self, number: int) -> str:
        """The mail address or domain of a number."""
        return self.known.contacts.text(number) if number >= 0 else ""

    def country_text(self, number: int) -> str:
        """The code of a number in ``country`` or ``home``."""
        return self.known.nations.text(number) if number >= 0 else ""


class Numbers:
    """Numbers for texts, in the order they come; a table compared with another goes on from that one's."""

    def __init__(self, before: Numbers | None = None) -> None:
        self._before = before
        self._first = len(before) if before else 0
        self._of: dict[str, int] = {}
        self._texts: list[str] = []

    def __len__(self) -> int:
        return self._first + len(self._texts)

    def __call__(self, text: str) -> int:
        """The number of a text, a new one where it has none."""
        number = self._before.find(text) if self._before else NONE
        if number == NONE:
            number = self._of.setdefault(text, len(self))
            if number == len(self):
                self._texts.append(text)
        return number

    def find(self, text: str) -> int:
        """The number of a text, -1 if it has none."""
        return self._of.get(text, NONE)

    def text(self, number: int) -> str:
        """The text of a number."""
        if self._before and number < self._first:
            return self._before.text(number)
        return self._texts[number - self._first]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a table has shown, kept for rows that are compared with it later."""

    rows: int
    words: Numbers
    weights: Floats  # of each word
    nations: Numbers
    contacts: Numbers
    cities: Mapping[str, int]  # rows of each
    home_of: tuple[Mapping[str, int], ...]  # the country that a city, a legal form, a domain ending stands for


class _NameColumns:
    """The names of one kind while rows are read."""

    def __init__(self, words: Numbers, nations: Numbers) -> None:
        self._words, self._nations = words, nations
        self.texts: dict[str, list[str]] = {
            name: [] for name in ("text", "brand", "spoken", "bones", "full", "native", "script")
        }
        self.lists: dict[str, list[Sequence[int]]] = {
            name: [] for name in ("tokens", "head3", "head4", "bones_of", "senses", "places", "nations", "initials")
        }

    def add(self, name: ParsedName | None, core: Sequence[str], places: Sequence[str]) -> None:
        if name is None:
            for texts in self.texts.values():
                texts.append("")
            for numbers in self.lists.values():
                numbers.append(())
            return
        self._add_texts(name, "".join(core))
        number, lists, first = self._words, self.lists, core[:TOKENS]
        lists["tokens"].append([number(word) for word in first])
        lists["head3"].append([number(word[:3]) if len(word) > 3 else NONE for word in first])
        lists["head4"].append([number(word[:4]) if len(word) > 4 else NONE for word in first])
        lists["bones_of"].append([number("~" + skeleton(word)) for word in first])
        lists["senses"].append(name.senses)
        lists["places"].append([number(place) for place in places])
        lists["nations"].append([self._nations(code) for code in name.nations])
        initials = "".join(word[0] for word in name.words) if len(name.words) > 2 else ""
        lists["initials"].append([number(initials)] if initials else ())

    def _add_texts(self, name: ParsedName, brand: str) -> None:
        texts = self.texts
        texts["text"].append(name.text)
        texts["brand"].append(brand)
        texts["spoken"].append(sounds(brand))
        texts["bones"].append(skeleton(brand))
        texts["full"].append(" ".join(name.words))
        texts["native"].append(name.native)
        texts["script"].append(script_of(name.native))

    def freeze(self, weight_of: Floats) -> Names:
        lists = self.lists
        tokens = padded(lists["tokens"], TOKENS)
        texts = {name: _texts(column) for name, column in self.texts.items() if name != "script"}
        return Names(
            **texts,
            tokens=tokens,
            heads=np.stack([padded(lists["head3"], TOKENS), padded(lists["head4"], TOKENS)], axis=2),
            bones_of=padded(lists["bones_of"], TOKENS),
            weights=np.append(weight_of, np.float32(0))[tokens],  # the last for -1: no word
            senses=padded(lists["senses"], SENSES),
            places=padded(lists["places"], PLACES),
            nations=padded(lists["nations"], PLACES),
            initials=padded(lists["initials"], 1)[:, 0],
            script=np.array([int.from_bytes(script.encode()) for script in self.texts["script"]], dtype=np.int64),
        )


def padded(lists: Sequence[Sequence[int]], width: int) -> Ints:
    """Lists of numbers as a table of ``width`` columns, -1 where a list is shorter."""
    out = np.full((len(lists), width), NONE, dtype=np.int64)
    lengths = np.minimum(np.fromiter(map(len, lists), dtype=np.int64, count=len(lists)), width)
    rows = np.repeat(np.arange(len(lists)), lengths)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    out[rows, columns] = np.fromiter(
        (number for numbers in lists for number in numbers[:width]), dtype=np.int64, count=len(rows)
    )
    return out


def _texts(column: Sequence[str]) -> Texts:
    out = np.empty(len(column), dtype=object)
    out[:] = column
    return out


class TableBuilder:
    """Reads rows one at a time, and makes the table of them."""

    def __init__(
        self, columns: Mapping[str, Sequence[str]], known: Knowledge | None = None, *, counted: bool = False
    ) -> None:
        """Columns by field; what another table has shown; ``counted`` where that one holds these rows as well."""
        self._columns, self._known, self._counted = columns, known, counted
        self.word_rows: Ints = np.zeros(
            0, dtype=np.int64
        )  # how often each word stands in names, once the table is built
        self._words = Numbers(known.words if known else None)
        self._nations = Numbers(known.nations if known else None)
        self._contacts = Numbers(known.contacts if known else None)
        self._ids: list[str] = []
        self._parsed: list[tuple[ParsedName | None, ParsedName | None]] = []
        self._cities: dict[str, int] = {}
        self._texts: dict[str, list[str]] = {
            name: [] for name in ("city", "address", "postcode", "tax", "local", "label", "contact")
        }
        self._lists: dict[str, list[Sequence[int]]] = {
            name: [] for name in ("country", "calling", "numbers", "mails", "domains", "phones", "people")
        }

    @property
    def cities(self) -> Mapping[str, int]:
        """Rows of each city that were read."""
        return self._cities

    def hints(self) -> Iterator[tuple[int, str, str]]:
        """What may tell a row's country, with the country where the row has one: (kind of hint, text, country)."""
        countries = [self._country_text(row) for row in range(len(self._ids))]
        for kind, texts in enumerate(self._hints()):
            yield from ((kind, text, code) for text, code in zip(texts, countries, strict=True) if text and code)

    def add(self, id_: str, row: Mapping[str, Any]) -> None:
        """Read one row."""
        self._ids.append(id_)
        self._add_names(row)
        self._add_contacts(row)
        self._add_place(row)

    def _values(self, row: Mapping[str, Any], field: str) -> list[str]:
        found = (row.get(name) for name in self._columns.get(field, ()))
        return [str(value)[:LONGEST_TEXT].strip() for value in found if value not in (None, "")]

    def _add_names(self, row: Mapping[str, Any]) -> None:
        typed = [*self._values(row, "name")[:1], *self._values(row, "local_name")[:1]]
        parsed = [parse_name(text) for text in dict.fromkeys(typed)]
        parsed = [name for name in parsed if name.words]
        self._parsed.append((parsed[0] if parsed else None, parsed[1] if len(parsed) > 1 else None))

    def _add_contacts(self, row: Mapping[str, Any]) -> None:
        notes = self._values(row, "notes")
        mails = [mail for text in (*self._values(row, "email"), *notes) for mail in emails_of(text)]
        hosts = [mail.rpartition("@")[2] for mail in mails] + [host_of(text) for text in self._values(row, "website")]
        domains = [domain for host in dict.fromkeys(hosts) if host and (domain := company_domain(host))]
        number = self._contacts
        self._lists["mails"].append([number(mail) for mail in dict.fromkeys(mails)])
        self._lists["domains"].append([number("@" + domain) for domain in domains])
        self._texts["local"].append(mails[0].partition("@")[0] if mails else "")
        self._texts["label"].append(latin(domain_label(domains[0])).replace(" ", "") if domains else "")
        told = (*self._values(row, "phone"), *(_NOT_MAIL.sub(" ", text) for text in notes))
        codes = dict.fromkeys(filter(None, map(calling_country, told)))
        self._lists["calling"].append([self._nations(code) for code in codes])
        phones = [int(digits) for text in told for digits in phone_numbers(text)]
        self._lists["phones"].append(tuple(dict.fromkeys(phones)))
        people = [word for text in self._values(row, "contact")[:1] for word in latin(fold(text)).split()]
        people = [word for word in people if word not in _TITLES]
        self._texts["contact"].append(" ".join(people))
        self._lists["people"].append([self._words(word) for word in people])
        self._texts["tax"].append(tax_number(" ".join(self._values(row, "tax_id")[:1])))

    def _add_place(self, row: Mapping[str, Any]) -> None:
        code = next(filter(None, map(country_code, self._values(row, "country"))), "")
        self._lists["country"].append([self._nations(code)] if code else ())
        city = latin(fold(_CITY_END.sub("", " ".join(self._values(row, "city")[:1]))))
        if city:
            self._cities[city] = self._cities.get(city, 0) + 1
        self._texts["city"].append(city)
        typed = unicodedata.normalize("NFKC", _CARE_OF.sub(" ", " ".join(self._values(row, "address")[:1])))
        self._texts["address"].append(latin(fold(typed)))
        self._lists["numbers"].append([int(digits[-9:]) for digits in _DIGITS.findall(typed)])
        self._texts["postcode"].append(latin(" ".join(self._values(row, "postcode")[:1])).replace(" ", ""))

    def _own_words(self, name: ParsedName | None, row: int) -> tuple[Sequence[str], Sequence[str]]:
        """The words of a name that are not a city the table knows, and the places it names."""
        if name is None:
            return (), ()
        code = self._country_text(row).lower()
        city = self._texts["city"][row]
        cities = [word for word in name.core if self._rows_in(word) > 1 or word == city]
        core = [word for word in name.core if word not in cities and word != code]
        return (core, (*name.places, *cities)) if core else (name.core, name.places)

    def _rows_in(self, city: str) -> int:
        before = self._known.cities.get(city, 0) if self._known else 0
        return before + (0 if self._counted else self._cities.get(city, 0))

    def _country_text(self, row: int) -> str:
        numbers = self._lists["country"][row]
        return self._nations.text(numbers[0]) if numbers else ""

    def _readings(self, row: int) -> tuple[Sequence[str], Sequence[str]]:
        """How a name in Han characters is read where it is not read in Mandarin: at most two ways."""
        name = self._parsed[row][0]
        if name is None or not name.han:
            return (), ()
        country = self._country_text(row)
        if country == "JP" or has_kana(name.native):
            return tuple(
                [read_han(word, reading) for word in name.han] for reading in ("native japanese", "chinese japanese")
            )[:2]  # type: ignore[return-value]
        if country in {"HK", "MO", ""}:
            return [read_han(word, "hong kong") for word in name.han], ()
        return (), ()

    def build(self) -> Table:
        """The table of all the rows that were added."""
        columns = [_NameColumns(self._words, self._nations) for _ in range(4)]
        for row, names in enumerate(self._parsed):
            for column, name in zip(columns[:2], names, strict=True):
                column.add(name, *self._own_words(name, row))
            for column, core in zip(columns[2:], self._readings(row), strict=True):
                column.add(names[0] if core else None, core, names[0].places if names[0] and core else ())
        country = padded(self._lists["country"], 1)[:, 0]
        known = self._learned(columns[:2], country)
        used = [column for number, column in enumerate(columns) if number < 2 or any(column.lists["tokens"])]
        return Table(
            ids=tuple(self._ids),
            names=tuple(column.freeze(known.weights) for column in used),
            country=country,
            home=self._home(country, known.home_of),
            known=known,
            city=_texts(self._texts["city"]),
            address=_texts(self._texts["address"]),
            numbers=padded(self._lists["numbers"], NUMBERS),
            postcode=_texts(self._texts["postcode"]),
            tax=_texts(self._texts["tax"]),
            mails=padded(self._lists["mails"], MAILS),
            domains=padded(self._lists["domains"], MAILS),
            local=_texts(self._texts["local"]),
            label=_texts(self._texts["label"]),
            phones=padded(self._lists["phones"], PHONES),
            contact=_texts(self._texts["contact"]),
            people=padded(self._lists["people"], PEOPLE),
        )

    def _learned(self, columns: Sequence[_NameColumns], country: Ints) -> Knowledge:
        """What the table shows; a table compared with another takes over what that one has shown."""
        before = self._known
        if before is None or self._counted:
            self.word_rows = np.zeros(len(self._words), dtype=np.int64)
            for column in columns:
                tokens = padded(column.lists["tokens"], TOKENS)
                np.add.at(self.word_rows, tokens[tokens >= 0], 1)
        if before:
            # Of a table that was counted, only words that stand in it once were not told.
            seen = np.full(len(self._words) - len(before.weights), int(self._counted), dtype=np.int64)
            weights = np.concatenate([before.weights, word_weights(seen, before.rows)])
        else:
            weights = word_weights(self.word_rows, len(self._ids))
        return Knowledge(
            rows=before.rows if before else len(self._ids),
            words=self._words,
            weights=weights,
            nations=self._nations,
            contacts=self._contacts,
            cities=before.cities if before else self._cities,
            home_of=before.home_of if before else tuple(_usual(hint, country) for hint in self._hints()),
        )

    def _home(self, country: Ints, home_of: Sequence[Mapping[str, int]]) -> Ints:
        """The country of each row; where it has none, what else tells it, learned from the rows that have one."""
        home = np.where(country >= 0, country, padded(self._lists["calling"], 1)[:, 0])
        for texts, usual in zip(self._hints(), home_of, strict=True):
            told = np.array([usual.get(text, NONE) for text in texts], dtype=np.int64)
            home = np.where(home >= 0, home, told)
        return home

    def _hints(self) -> tuple[Sequence[str], ...]:
        """City, legal form and domain ending of every row."""
        forms = [names[0].form if names[0] else "" for names in self._parsed]
        hosts = ((self._contacts.text(numbers[0]) if numbers else "") for numbers in self._lists["domains"])
        endings = [ending if len(ending := host.rpartition(".")[2]) == 2 else "" for host in hosts]
        return self._texts["city"], forms, endings


def _usual(texts: Sequence[str], country: Ints) -> dict[str, int]:
    """For each text the country that nearly all rows with it have, if there are enough of them."""
    seen: dict[str, dict[int, int]] = {}
    for text, code in zip(texts, country.tolist(), strict=True):
        if text and code != NONE:
            counts = seen.setdefault(text, {})
            counts[code] = counts.get(code, 0) + 1
    return usual_country(seen)


def usual_country(seen: Mapping[str, Mapping[int, int]]) -> dict[str, int]:
    """For each text the country that nearly all rows with it have; given are rows by text and country."""
    usual = {}
    for text, counts in seen.items():
        code, count = max(counts.items(), key=lambda item: (item[1], -item[0]))
        rows = sum(counts.values())
        if rows >= _USUAL_ROWS and count >= _USUAL_SHARE * rows:
            usual[text] = code
    return usual


def word_weights(word_rows: Ints, rows: int) -> Floats:
    """How much each word tells: the logarithm of how rare it is."""
    seen = np.maximum(word_rows, 0) + _PRIOR_COUNT
    return np.log((rows + _PRIOR_ROWS) / seen).astype(np.float32)
