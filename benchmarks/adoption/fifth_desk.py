"""What the fifth set's workbooks are written with: a made-up firm, the words of its country and its people's habits.

The set was written by somebody who had read neither the product's words nor its rules, and never ran it meanwhile.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

from legacy_bench.book import Book, Cell, Column, Sheet
from legacy_bench.messy import grouped
from legacy_bench.world import World
from other_layouts import Scribe

__all__ = ["COMMON", "FAR", "PLAIN_CENTS", "WORDS", "Desk", "Hand", "Record", "money", "spelled", "typed_day"]

Record = dict[str, Any]
WORDS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("fifth_words.toml").read_text("utf-8"))
COMMON = ["en", "de", "fr", "es", "pt", "it", "ru", "ko", "ja", "zh-Hans", "zh-Hant"]
"""Languages that the trade commonly meets."""
FAR = ["pl", "tr", "th", "el", "uk", "da", "id"]
"""Languages that it seldom meets."""
PLAIN_CENTS = ("USD", "EUR", "GBP", "CHF", "PLN")
"""Currencies with two decimals: typed amounts in these cannot be taken for thousands."""
JOINED = {"ja", "zh-Hans", "zh-Hant", "th"}
MARKS = {
    "de": ".,",
    "es": ".,",
    "pt": ".,",
    "it": ".,",
    "fr": "\u202f,",
    "ru": "\u00a0,",
    "pl": "\u00a0,",
    "uk": "\u00a0,",
}
MARKS |= {"tr": ".,", "el": ".,", "da": ".,", "id": ".,"}
NUMBERS = ("SC{n:05d}", "{short}/{n:04d}", "K-{n:03d}-{short}", "45{n:06d}", "EXP.{year}.{n:03d}")


def typed_day(day: date, look: str) -> str:
    """A day as text in the country's own way with digits."""
    text = look.replace("yyyy", str(day.year))
    text = text.replace("dd", f"{day.day:02d}").replace("mm", f"{day.month:02d}")
    return text.replace("m", str(day.month)).replace("d", str(day.day))


def spelled(day: date, words: dict[str, Any]) -> str:
    """A day as text with the name of its month."""
    month = words.get("in_dates", words["months"])[day.month - 1]
    return str(words["date"]).format(d=day.day, n=day.month, m=month, y=day.year)


def money(value: Decimal, look: str = "#,##0.00", formula: str = "") -> Cell:
    return Cell(value, look, formula)


class Hand(Scribe):
    """One person's writing in one of the set's languages."""

    def __init__(self, rng: random.Random, tongue: str, days: str) -> None:
        super().__init__(rng, tongue, noise=0.03)
        self.words, self.days = WORDS[tongue], days
        self.digits_as_numbers = rng.random() < 0.5

    def _date(self, value: date, _record: Record, _name: str) -> Cell:
        if self.days == "spelled":
            return Cell(spelled(value, self.words))
        if self.days == "typed":
            return Cell(typed_day(value, self.words["day_format"]))
        return Cell(datetime(value.year, value.month, value.day), self.words["day_format"])

    def _code(self, value: str, record: Record, name: str) -> Cell:
        if self.digits_as_numbers and value.isdigit() and not value.startswith("0") and name.endswith("number"):
            return Cell(int(value), "0")
        cell: Cell = super()._code(value, record, name)
        return cell

    def _country(self, value: str, record: Record, name: str) -> Cell:
        own = self.words.get("countries", {}).get(value)
        return Cell(self.rng.choice([own, own, own, value])) if own else super()._country(value, record, name)

    def _currency(self, value: str, record: Record, name: str) -> Cell:
        if self.tongue in FAR:
            return Cell(self.rng.choice([value] * 4 + [self.words["money"].get(value, value)]))
        return super()._currency(value, record, name)

    def amount_text(self, value: Decimal) -> str:
        """An amount as people of this country type it."""
        marks = MARKS.get(self.tongue, ",.")
        return str(grouped(value, marks[0], marks[1], 2))


@dataclass
class Desk:
    """A workbook being written: its firm, its language, its writer."""

    rng: random.Random
    world: World
    tongue: str
    words: dict[str, Any]
    hand: Hand
    book: Book
    chosen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        layout: str,
        seed: int,
        rows: int,
        tongues: list[str],
        *,
        days: Iterable[str] = ("cell", "cell", "typed", "spelled"),
        local: bool = True,
        **world: Any,
    ) -> Desk:
        """Begin a workbook that depends on layout, seed and number of rows only."""
        key = f"fifth:{layout}:{seed}"
        rng = random.Random(key)
        tongue = tongues[(seed + crc32(layout.encode())) % len(tongues)]
        firm = World(crc32(key.encode()), rows, **world)
        number, first = rng.choice(NUMBERS), rng.randrange(11, 400)
        chinese = local and tongue == "zh-Hans" and rng.random() < 0.5
        for index, order in enumerate(firm.orders, first):
            order["order.number"] = number.format(n=index, year=firm.year, short=firm.year % 100)
            if chinese:
                order["order.customer"] = order["customer"]["customer.name_local"]
            for receipt in order["receipts"]:
                receipt["receipt.order_number"] = order["order.number"]
                if chinese:
                    receipt["receipt.payer"] = order["order.customer"]
        return cls(rng, firm, tongue, WORDS[tongue], Hand(rng, tongue, rng.choice(list(days))), Book(layout, seed))

    def head(self, name: str) -> str:
        """The heading of a field, the same all through the workbook."""
        if name not in self.chosen:
            kind, rest = name.split(".")
            self.chosen[name] = self.rng.choice(self.words[kind][rest])
        return self.chosen[name]

    def label(self, name: str) -> str:
        """The heading in one line, as it stands beside a value."""
        return self.head(name).replace("-\n", "-").replace("\n", "" if self.tongue in JOINED else " ")

    def columns(self, fields: list[str], **makers: Callable[[Record, int], Cell | None]) -> list[Column]:
        """Columns under the headings of these fields; makers are given as field=function with "__" for the dot."""
        made = {name.replace("__", "."): make for name, make in makers.items()}
        return [Column(name, self.head(name), made.get(name)) for name in fields]

    def sheet(self, name: str) -> Sheet:
        """A further sheet, its name as short as it has to be."""
        made: Sheet = self.book.sheet(name[:31])
        return made

    def shuffled(self, fields: list[str]) -> list[str]:
        """The fields in another order."""
        return self.rng.sample(fields, len(fields))

    def cells(self, fields: list[str], record: Record) -> dict[str, Cell | None]:
        """What the writer puts down of a record."""
        return {name: self.hand.make(name, record) for name in fields}
