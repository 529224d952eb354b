"""Customer rows as columns that are compared many pairs at a time; the rows as typed stay where they are."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
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

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float32]
Texts = NDArray[np.object_]

_HEADS = (3, 4)  # first letters of a word that may stand for it
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


class _Grid:
    """Rows of up to ``width`` numbers, -1 where a row has fewer; four bytes each while rows are read and after."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._cells = array("i")
        self._none = (NONE,) * width

    def add(self, numbers: Sequence[int] = ()) -> None:
        """One row more."""
        self._cells.extend((*numbers, *self._none)[: self._width])

    def first(self, row: int) -> int:
        """The first number of a row, -1 if it has none."""
        return self._cells[row * self._width]

    def frozen(self) -> Ints:
        """Rows x width."""
        return np.frombuffer(self._cells, dtype=np.int32).reshape(-1, self._width)

    def any(self) -> bool:
        """Whether there is any number."""
        return bool((self.frozen() != NONE).any())


class _NameColumns:
    """The names of one kind while rows are read."""

    def __init__(self, words: Numbers, nations: Numbers) -> None:
        self._words, self._nations = words, nations
        self.texts: dict[str, list[str]] = {name: [] for name in ("text", "brand", "spoken", "bones", "full", "native")}
        widths = {"tokens": TOKENS, "heads": 2 * TOKENS, "bones_of": TOKENS, "senses": SENSES, "places": PLACES,
                  "nations": PLACES, "initials": 1, "script": 1}  # fmt: skip
        self.grids = {name: _Grid(width) for name, width in widths.items()}

    def add(self, name: ParsedName | None, core: Sequence[str], places: Sequence[str]) -> None:
        if name is None:
            for texts in self.texts.values():
                texts.append("")
            for grid in self.grids.values():
                grid.add()
            return
        self._add_texts(name, "".join(core))
        number, grids, first = self._words, self.grids, core[:TOKENS]
        grids["tokens"].add([number(word) for word in first])
        heads = ((word[:size] if len(word) > size else "") for word in first for size in _HEADS)
        grids["heads"].add([number(head) if head else NONE for head in heads])
        grids["bones_of"].add([number("~" + skeleton(word)) for word in first])
        grids["senses"].add(name.senses)
        grids["places"].add([number(place) for place in places])
        grids["nations"].add([self._nations(code) for code in name.nations])
        initials = "".join(word[0] for word in name.words) if len(name.words) > 2 else ""
        grids["initials"].add([number(initials)] if initials else ())
        grids["script"].add([int.from_bytes(script_of(name.native).encode())])

    def _add_texts(self, name: ParsedName, brand: str) -> None:
        texts = self.texts
        texts["text"].append(name.text)
        texts["brand"].append(brand)
        texts["bones"].append(skeleton(brand))
        for column, text in (("spoken", sounds(brand)), ("full", " ".join(name.words)), ("native", name.native)):
            texts[column].append(brand if text == brand else text)  # one object for both: millions of them count

    def freeze(self, weight_of: Floats) -> Names:
        grids = {name: grid.frozen() for name, grid in self.grids.items()}
        texts = {name: _texts(self.texts.pop(name)) for name in tuple(self.texts)}
        tokens = grids["tokens"]
        return Names(
            **texts,
            tokens=tokens,
            heads=grids["heads"].reshape(-1, TOKENS, 2),
            bones_of=grids["bones_of"],
            weights=np.append(weight_of, np.float32(0))[tokens],  # the last for -1: no word
            senses=grids["senses"],
            places=grids["places"],
            nations=grids["nations"],
            initials=grids["initials"][:, 0],
            script=grids["script"][:, 0],
        )


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
        self._forms: list[str] = []
        self._cities: dict[str, int] = {}
        self._texts: dict[str, list[str]] = {
            name: [] for name in ("city", "address", "postcode", "tax", "local", "label", "contact")
        }
        widths = {"country": 1, "calling": 1, "numbers": NUMBERS, "mails": MAILS, "domains": MAILS, "phones": PHONES,
                  "people": PEOPLE}  # fmt: skip
        self._grids = {name: _Grid(width) for name, width in widths.items()}

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
        self._forms.append(sys.intern(parsed[0].form) if parsed else "")

    def _add_contacts(self, row: Mapping[str, Any]) -> None:
        notes = self._values(row, "notes")
        mails = [mail for text in (*self._values(row, "email"), *notes) for mail in emails_of(text)]
        hosts = [mail.rpartition("@")[2] for mail in mails] + [host_of(text) for text in self._values(row, "website")]
        domains = [domain for host in dict.fromkeys(hosts) if host and (domain := company_domain(host))]
        number = self._contacts
        self._grids["mails"].add([number(mail) for mail in dict.fromkeys(mails)])
        self._grids["domains"].add([number("@" + domain) for domain in domains])
        self._texts["local"].append(mails[0].partition("@")[0] if mails else "")
        self._texts["label"].append(latin(domain_label(domains[0])).replace(" ", "") if domains else "")
        told = (*self._values(row, "phone"), *(_NOT_MAIL.sub(" ", text) for text in notes))
        codes = dict.fromkeys(filter(None, map(calling_country, told)))
        self._grids["calling"].add([self._nations(code) for code in codes])
        phones = [int(digits) for text in told for digits in phone_numbers(text)]
        self._grids["phones"].add(tuple(dict.fromkeys(phones)))
        people = [word for text in self._values(row, "contact")[:1] for word in latin(fold(text)).split()]
        people = [word for word in people if word not in _TITLES]
        self._texts["contact"].append(" ".join(people))
        self._grids["people"].add([self._words(word) for word in people])
        self._texts["tax"].append(tax_number(" ".join(self._values(row, "tax_id")[:1])))

    def _add_place(self, row: Mapping[str, Any]) -> None:
        code = next(filter(None, map(country_code, self._values(row, "country"))), "")
        self._grids["country"].add([self._nations(code)] if code else ())
        city = latin(fold(_CITY_END.sub("", " ".join(self._values(row, "city")[:1]))))
        city = sys.intern(city)
        if city:
            self._cities[city] = self._cities.get(city, 0) + 1
        self._texts["city"].append(city)
        typed = unicodedata.normalize("NFKC", _CARE_OF.sub(" ", " ".join(self._values(row, "address")[:1])))
        self._texts["address"].append(latin(fold(typed)))
        self._grids["numbers"].add([int(digits[-9:]) for digits in _DIGITS.findall(typed)])
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
        number = self._grids["country"].first(row)
        return self._nations.text(number) if number >= 0 else ""

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
            self._parsed[row] = (None, None)
        grids = {name: grid.frozen() for name, grid in self._grids.items()}
        country = grids["country"][:, 0]
        known = self._learned(columns[:2], country)
        used = [column for number, column in enumerate(columns) if number < 2 or column.grids["tokens"].any()]
        return Table(
            ids=tuple(self._ids),
            names=tuple(column.freeze(known.weights) for column in used),
            country=country,
            home=self._home(country, known.home_of),
            known=known,
            city=_texts(self._texts["city"]),
            address=_texts(self._texts["address"]),
            numbers=grids["numbers"],
            postcode=_texts(self._texts["postcode"]),
            tax=_texts(self._texts["tax"]),
            mails=grids["mails"],
            domains=grids["domains"],
            local=_texts(self._texts["local"]),
            label=_texts(self._texts["label"]),
            phones=grids["phones"],
            contact=_texts(self._texts["contact"]),
            people=grids["people"],
        )

    def _learned(self, columns: Sequence[_NameColumns], country: Ints) -> Knowledge:
        """What the table shows; a table compared with another takes over what that one has shown."""
        before = self._known
        if before is None or self._counted:
            self.word_rows = np.zeros(len(self._words), dtype=np.int64)
            for column in columns:
                tokens = column.grids["tokens"].frozen()
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
        home = np.where(country >= 0, country, self._grids["calling"].frozen()[:, 0])
        for texts, usual in zip(self._hints(), home_of, strict=True):
            told = np.array([usual.get(text, NONE) for text in texts], dtype=np.int64)
            home = np.where(home >= 0, home, told)
        return home

    def _hints(self) -> tuple[Sequence[str], ...]:
        """City, legal form and domain ending of every row."""
        first = (self._grids["domains"].first(row) for row in range(len(self._ids)))
        hosts = ((self._contacts.text(number) if number >= 0 else "") for number in first)
        endings = [ending if len(ending := host.rpartition(".")[2]) == 2 else "" for host in hosts]
        return self._texts["city"], self._forms, endings


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
