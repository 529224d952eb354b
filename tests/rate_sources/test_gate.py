"""What the gate holds back, what it lets pass, and how it numbers corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from workbench.rate_sources import accept, reject, sift
from workbench.rates import Observation, RateBook, RateSuspect

START = date(2025, 3, 3)


def row(quote: str, value: str, day: date, source: str = "bceao", base: str = "EUR", **more: object) -> Observation:
    return Observation(source, "mid", base, quote, 1, value, day, **more)  # type: ignore[arg-type]


def history(quote: str, value: int, days: int = 32) -> list[Observation]:
    # A calm currency: it moves a little up and down from day to day.
    return [row(quote, f"{value}.{20 + (number * 7) % 30}", START + timedelta(days=number)) for number in range(days)]


DAY = START + timedelta(days=32)
BOOK = RateBook(history("SAR", 4) + history("KRW", 1600) + history("USD", 1) + history("JPY", 160))


def held(observation: Observation, book: RateBook = BOOK) -> str:
    (suspect,) = sift([observation], book).suspect
    assert suspect.status == "suspect"
    return suspect.note


def test_a_relabelled_column_is_named() -> None:
    assert "EUR/KRW under another name" in held(row("SAR", "1601.5", DAY))


@pytest.mark.parametrize(
    ("quote", "value", "word"),
    [
        ("KRW", "0.000624", "inverted"),
        ("JPY", "1.6030", "÷100"),
        ("JPY", "16030", "×100"),
        ("KRW", "1750", "moved by"),
        ("SAR", "3.75", "moved by"),
    ],
)
def test_odd_prints_are_held_back_with_the_reason(quote: str, value: str, word: str) -> None:
    assert word in held(row(quote, value, DAY))


def test_ordinary_moves_pass() -> None:
    result = sift([row("SAR", "4.31", DAY), row("KRW", "1622", DAY), row("CHF", "0.94", DAY)], BOOK)
    assert len(result.new) == 3
    assert not result.suspect


def test_a_suspect_is_stored_but_not_used_until_accepted() -> None:
    result = sift([row("KRW", "1750", DAY)], BOOK)
    book = BOOK.with_observations(result.stored)
    with pytest.raises(RateSuspect):
        book.get("EUR", "KRW", DAY)
    (suspect,) = result.stored
    assert book.with_observations([accept(suspect, "seen in the bulletin")]).get("EUR", "KRW", DAY).value == 1750
    refused = book.with_observations([reject(suspect, "misprint")])
    assert sift([row("KRW", "1750.00", DAY)], book).unchanged, "fetching it again does not store it again"
    assert sift([row("KRW", "1750.00", DAY)], refused).unchanged, "what was rejected stays rejected"


def test_same_value_is_unchanged_and_another_the_next_revision() -> None:
    known = row("USD", "1.2000", DAY)
    book = BOOK.with_observations([known])
    again = sift([replace(known, value="1.20")], book)
    assert (len(again.unchanged), again.stored) == (1, [])
    revised = sift([replace(known, value="1.21"), replace(known, value="1.22")], book)
    assert [one.revision for one in revised.stored] == [2, 3]
    assert (
        book.with_observations(revised.stored).get("EUR", "USD", DAY, source="bceao").value == revised.stored[-1].exact
    )


def test_many_prints_of_a_day_end_with_the_last_published() -> None:
    from datetime import UTC, datetime

    prints = [
        Observation(
            "boc", "bank_buy", "USD", "CNY", 100, value, DAY, published_at=datetime(2025, 4, 4, hour, tzinfo=UTC)
        )
        for value, hour in (("720.30", 8), ("720.10", 1), ("720.30", 9))
    ]
    stored = sift(prints, RateBook()).stored
    assert [(one.value, one.revision) for one in stored] == [("720.10", 1), ("720.30", 2)]


def test_a_devaluation_is_believed_when_it_lasts_or_another_source_has_it() -> None:
    days = [row("KRW", str(1800 + number), DAY + timedelta(days=number)) for number in range(5)]
    result = sift(days, BOOK)
    assert (len(result.suspect), len(result.new)) == (3, 2)
    confirmed = BOOK.with_observations([row("KRW", "1801", DAY, source="ecb")])
    assert not sift([row("KRW", "1800", DAY)], confirmed).suspect


def test_a_slip_stays_suspect_however_often_it_comes() -> None:
    days = [row("JPY", "1.6030", DAY + timedelta(days=number)) for number in range(8)]
    assert len(sift(days, BOOK).suspect) == 8


def test_a_first_print_is_compared_with_other_sources() -> None:
    book = RateBook([row("USD", "1.10", DAY, source="ecb")])
    assert "rate of ecb" in held(row("USD", "1.30", DAY, source="other"), book)
    assert not sift([row("USD", "1.11", DAY, source="other")], book).suspect


def test_a_restless_currency_has_a_wider_limit() -> None:
    restless = [
        row("TRY", str(1000 + 5 * ((number * 37) % 60)), START + timedelta(days=number)) for number in range(60)
    ]
    book = RateBook(restless)
    day = START + timedelta(days=60)
    assert not sift([row("TRY", "1190", day)], book).suspect
    assert sift([row("TRY", "3000", day)], book).suspect


def test_the_embedded_history_passes_through_the_gate_unchanged() -> None:
    book = RateBook.embedded()
    rows = list(book.observations(quote="USD"))[-500:]
    result = sift(rows, book)
    assert (len(result.unchanged), result.stored) == (500, [])
