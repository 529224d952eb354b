"""Revisions, rates held back, and what could be known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from workbench.rates import Observation, ObservationRefused, RateBeforeFirst, RateBook, RateMissing, RateSuspect

DAY = date(2026, 3, 31)


def row(value: str, day: date = DAY, **more: Any) -> Observation:
    return Observation("bank", "mid", "USD", "CNY", 1, value, day, **more)


def test_the_highest_accepted_revision_is_in_force_and_the_others_stay() -> None:
    rows = [row("7.10"), row("7.30", revision=3), row("7.20", revision=2)]
    book = RateBook(rows)
    assert str(book.get("USD", "CNY", DAY).value) == "7.30"
    assert list(book.observations(base="USD")) == rows


def test_of_equal_revisions_the_later_addition_is_in_force() -> None:
    book = RateBook([row("7.10")]).with_observations([row("7.11")])
    assert str(book.get("USD", "CNY", DAY).value) == "7.11"


def test_a_book_does_not_change_when_another_grows_from_it() -> None:
    first = RateBook([row("7.10")])
    second = first.with_observations([row("7.20", revision=2)])
    assert [str(book.get("USD", "CNY", DAY).value) for book in (first, second, first)] == ["7.10", "7.20", "7.10"]


def test_a_revision_of_an_embedded_rate() -> None:
    book = RateBook.embedded()
    day = date(2024, 3, 8)
    grown = book.with_observations([Observation("ecb", "mid", "EUR", "JPY", 1, "161.00", day, revision=2)])
    assert str(book.get("EUR", "JPY", day).value) == "160.99"
    assert str(grown.get("EUR", "JPY", day).value) == "161.00"
    assert grown.get("EUR", "JPY", date(2024, 3, 7)).value == book.get("EUR", "JPY", date(2024, 3, 7)).value
    assert [one.digits for one in grown.observations(quote="JPY") if one.rate_date == day] == ["160.99", "161.00"]


def test_a_later_day_extends_the_embedded_history() -> None:
    next_day = Observation("ecb", "mid", "EUR", "USD", 1, "1.1200", date(2026, 11, 2))
    rate = RateBook.embedded().with_observations([next_day]).get("EUR", "USD", date(2026, 11, 3))
    assert (str(rate.value), rate.rate_date) == ("1.1200", date(2026, 11, 2))


def test_a_suspect_rate_is_never_handed_out_nor_passed_over() -> None:
    book = RateBook([row("7.10", date(2026, 3, 30)), row("71.0", DAY, status="suspect")])
    with pytest.raises(RateSuspect) as caught:
        book.get("USD", "CNY", DAY)
    assert (caught.value.extra["value"], caught.value.extra["rate_date"]) == ("71.0", "2026-03-31")
    assert book.get("USD", "CNY", date(2026, 3, 30)).value == Decimal("7.10")
    with pytest.raises(RateSuspect):
        book.get("CNY", "USD", date(2026, 4, 2))


def test_a_suspect_revision_does_not_displace_an_accepted_rate() -> None:
    book = RateBook([row("7.10"), row("71.0", revision=2, status="suspect")])
    assert str(book.get("USD", "CNY", DAY).value) == "7.10"
    accepted = book.with_observations([row("7.11", revision=3)])
    assert str(accepted.get("USD", "CNY", DAY).value) == "7.11"


def test_a_rejected_rate_counts_as_never_published() -> None:
    book = RateBook([row("7.10", date(2026, 3, 30)), row("71.0", status="rejected")])
    assert book.get("USD", "CNY", DAY).rate_date == date(2026, 3, 30)
    with pytest.raises(RateMissing):
        RateBook([row("71.0", status="rejected")]).get("USD", "CNY", DAY)


def test_a_month_can_be_run_again_as_it_was_known() -> None:
    early = datetime(2026, 3, 31, 16, tzinfo=UTC)
    corrected = datetime(2026, 4, 3, 9, tzinfo=UTC)
    book = RateBook(
        [
            row("7.05", date(2026, 3, 30), published_at=early - timedelta(days=1)),
            row("7.10", published_at=early),
            row("7.12", revision=2, published_at=corrected),
        ]
    )

    def known(moment: datetime) -> str:
        return str(book.get("USD", "CNY", DAY, known_at=moment).value)

    assert known(corrected) == known(datetime(2030, 1, 1, tzinfo=UTC)) == "7.12"
    assert known(corrected - timedelta(seconds=1)) == "7.10"
    assert known(early - timedelta(seconds=1)) == "7.05"
    with pytest.raises((RateBeforeFirst, RateMissing)):
        known(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_moment_is_a_moment_in_any_time_zone() -> None:
    beijing = timezone(timedelta(hours=8))
    book = RateBook([row("7.10", published_at=datetime(2026, 3, 31, 9, 15, tzinfo=beijing))])
    assert book.get("USD", "CNY", DAY, known_at=datetime(2026, 3, 31, 1, 15, tzinfo=UTC)).value == Decimal("7.10")
    assert book.known_at(datetime(2026, 3, 31, 1, 15)).get("USD", "CNY", DAY)
    with pytest.raises(RateMissing):
        book.get("USD", "CNY", DAY, known_at=datetime(2026, 3, 31, 1, 14, tzinfo=UTC))


def test_a_packed_rate_is_known_from_its_publication_hour() -> None:
    book = RateBook.embedded()
    day = date(2024, 3, 8)
    before = book.get("EUR", "USD", day, known_at=datetime(2024, 3, 8, 14, 59, tzinfo=UTC))
    after = book.get("EUR", "USD", day, known_at=datetime(2024, 3, 8, 15, 0, tzinfo=UTC))
    assert (before.rate_date, after.rate_date) == (date(2024, 3, 7), day)


@pytest.mark.parametrize(
    "change",
    [
        {"value": "0"},
        {"value": "0.000"},
        {"value": "-7.1"},
        {"value": "7,1"},
        {"value": "1e3"},
        {"value": "NaN"},
        {"value": ""},
        {"value": "７.1"},
        {"value": "1" * 50},
        {"value": Decimal("Infinity")},
        {"unit": 0},
        {"revision": 0},
        {"status": "fine"},
        {"base": "US"},
        {"base": "CNY"},
        {"quote": "cny"},
        {"source": ""},
        {"kind": ""},
        {"valid_to": date(2026, 3, 30)},
    ],
)
def test_what_cannot_be_a_rate_is_refused(change: dict[str, Any]) -> None:
    values: dict[str, Any] = {
        "source": "bank",
        "kind": "mid",
        "base": "USD",
        "quote": "CNY",
        "unit": 1,
        "value": "7.1",
        "rate_date": DAY,
    }
    with pytest.raises(ObservationRefused):
        Observation(**{**values, **change})


def test_digits_stay_as_published() -> None:
    one = Observation("cfets", "parity", "JPY", "CNY", 100, Decimal("4.6100"), DAY)
    assert (one.digits, one.mantissa, one.exponent) == ("4.6100", 46100, -4)
    assert str(RateBook([one]).get("JPY", "CNY", DAY).value) == "0.046100"


def test_rejecting_a_suspect_print_brings_back_what_stood_before() -> None:
    day = date(2026, 3, 2)
    good = Observation("house", "mid", "USD", "CNY", 1, "7.20", date(2026, 2, 27))
    suspect = Observation("house", "mid", "USD", "CNY", 1, "72.0", day, status="suspect")
    rejected = Observation("house", "mid", "USD", "CNY", 1, "72.0", day, revision=2, status="rejected")
    with pytest.raises(RateSuspect):
        RateBook([good, suspect]).get("USD", "CNY", day, source="house")
    rate = RateBook([good, suspect, rejected]).get("USD", "CNY", day, source="house")
    assert (rate.value, rate.rate_date) == (Decimal("7.20"), date(2026, 2, 27))
