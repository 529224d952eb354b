"""Policies that pick the day, and the table of the firm's own choices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from workbench.rates import (
    POLICIES,
    Observation,
    PolicyRefused,
    PolicyTable,
    RateBeforeFirst,
    RateBook,
    RateMissing,
    RateStale,
)

PUBLISHED = ("2026-09-28", "2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09", "2026-10-15")


@pytest.fixture(scope="module")
def autumn() -> RateBook:
    """The publication days around National Day; the value tells the day."""
    return RateBook(
        Observation("cfets", "parity", "USD", "CNY", 1, "7." + day[5:].replace("-", ""), date.fromisoformat(day))
        for day in PUBLISHED
    )


def test_day_or_first_of_month(autumn: RateBook, vectors: dict[str, Any]) -> None:
    expected = vectors["E05b-vat-policy"]
    sale = date(2026, 10, 15)

    def day(on: date, policy: str) -> str:
        return autumn.get("USD", "CNY", on, policy=policy).rate_date.isoformat()

    assert day(sale, "on_or_before") == expected["policy=day"]
    assert day(sale, "month_first") == expected["policy=month_first_effective(previous)"]
    assert day(sale, "month_first_next") == expected["policy=month_first(next) [older Shanghai answer]"]
    assert day(date(2026, 10, 11), "on_or_before") == expected["sale 2026-10-11 (Sunday) day"]


def test_the_first_publication_of_a_month_is_not_known_before_it(autumn: RateBook) -> None:
    with pytest.raises(RateMissing):
        autumn.get("USD", "CNY", date(2026, 10, 7), policy="month_first_next")
    rate = autumn.get("USD", "CNY", date(2026, 10, 8), policy="month_first_next")
    assert (rate.rate_date, rate.age_days) == (date(2026, 10, 8), 7)


def test_customs_day(vectors: dict[str, Any]) -> None:
    expected = vectors["E05c-customs"]

    def wanted(on: date) -> str:
        return date.fromordinal(POLICIES["customs_cn"].wanted(on)).isoformat()

    assert wanted(date(2026, 11, 1)) == wanted(date(2026, 11, 30)) == expected["2026-11"]
    assert wanted(date(2026, 3, 15)) == expected["2026-03_with_holiday(Spring Festival)"]
    assert wanted(date(2027, 1, 15)) == expected["2027-01"]


def test_customs_rate_of_a_month_is_that_of_its_day() -> None:
    days = {date(2026, 2, 13): "7.0101", date(2026, 2, 25): "7.0202", date(2026, 3, 2): "7.0303"}
    book = RateBook(Observation("cfets", "parity", "USD", "CNY", 1, text, day) for day, text in days.items())
    for on in (date(2026, 3, 1), date(2026, 3, 31)):
        rate = book.get("USD", "CNY", on, policy="customs_cn")
        assert (str(rate.value), rate.rate_date, rate.age_days) == ("7.0202", date(2026, 2, 25), 0)


def test_strictly_before_and_exact(embedded: RateBook) -> None:
    monday, friday = date(2024, 3, 11), date(2024, 3, 8)
    assert embedded.get("USD", "CNY", monday, policy="strictly_before").rate_date == friday
    assert embedded.get("USD", "CNY", monday, policy="exact").rate_date == monday
    with pytest.raises(RateMissing):
        embedded.get("USD", "CNY", date(2024, 3, 10), policy="exact")
    with pytest.raises(RateBeforeFirst):
        embedded.get("USD", "EUR", date(1999, 1, 4), policy="strictly_before")


def test_month_end_is_the_last_closed_month(embedded: RateBook) -> None:
    for on, closing in [
        (date(2024, 3, 31), date(2024, 3, 28)),
        (date(2024, 3, 30), date(2024, 2, 29)),
        (date(2024, 4, 10), date(2024, 3, 28)),
    ]:
        assert embedded.get("USD", "CNY", on, policy="month_end").rate_date == closing


def test_month_average_is_the_mean_of_the_month(embedded: RateBook) -> None:
    rate = embedded.get("EUR", "USD", date(2024, 2, 29), policy="month_average")
    texts = [row.digits for row in embedded.observations(quote="USD") if row.rate_date.isoformat()[:7] == "2024-02"]
    assert rate.exact == sum(map(Fraction, texts)) / len(texts)
    assert (rate.kind, rate.derived, rate.rate_date) == ("average", True, date(2024, 2, 29))
    assert embedded.get("EUR", "USD", date(2024, 3, 30), policy="month_average").exact == rate.exact
    cross = embedded.get("USD", "JPY", date(2024, 2, 29), policy="month_average")
    yen = embedded.get("EUR", "JPY", date(2024, 2, 29), policy="month_average")
    assert cross.exact == yen.exact / rate.exact
    assert cross.convert(Decimal(100)) == Decimal(round_half_up(cross.exact * 100))


def round_half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def test_a_broken_month_has_no_average(embedded: RateBook) -> None:
    with pytest.raises(RateStale):
        embedded.get("ISK", "EUR", date(2008, 12, 31), policy="month_average")
    late = RateBook(Observation("bank", "mid", "USD", "EUR", 1, "0.9", date(2024, 5, day)) for day in (20, 25, 31))
    with pytest.raises(RateMissing):
        late.get("USD", "EUR", date(2024, 5, 31), policy="month_average")


def test_no_policy_wants_a_later_day_than_the_transaction() -> None:
    for policy in POLICIES.values():
        for number in range(date(2020, 1, 1).toordinal(), date(2026, 12, 31).toordinal(), 7):
            assert policy.wanted(date.fromordinal(number)) <= number


def test_the_choice_for_vat_is_frozen_for_twelve_months(vectors: dict[str, Any]) -> None:
    assert vectors["E05b-vat-policy"]["change inside 12 months"] == "REFUSE"
    table = PolicyTable().choose("vat", "month_first", date(2026, 1, 1), person="li.na", reason="annual choice")
    with pytest.raises(PolicyRefused) as caught:
        table.choose("vat", "on_or_before", date(2026, 12, 31), person="li.na", reason="better rate")
    assert "2027-01-01" in caught.value.remedy
    changed = table.choose("vat", "on_or_before", date(2027, 1, 1), person="li.na", reason="annual choice")
    assert changed.chosen("vat", date(2026, 12, 31)).policy == "month_first"
    assert (changed.chosen("vat", date(2027, 1, 1)).policy, changed.chosen("vat", date(2027, 1, 1)).version) == (
        "on_or_before",
        2,
    )
    assert len(table.choices) == 1, "the earlier table is as it was"


def test_confirming_the_same_choice_is_no_change() -> None:
    table = PolicyTable().choose("vat", "month_first", date(2026, 2, 28), person="li.na", reason="annual choice")
    again = table.choose("vat", "month_first", date(2026, 6, 1), person="li.na", reason="confirmed")
    with pytest.raises(PolicyRefused):
        again.choose("vat", "on_or_before", date(2027, 3, 1), person="li.na", reason="annual choice")


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "nearest"},
        {"person": " "},
        {"reason": ""},
        {"valid_from": date(2020, 1, 1)},
    ],
)
def test_a_choice_needs_policy_person_reason_and_a_later_day(change: dict[str, Any]) -> None:
    table = PolicyTable().choose("receipt", "on_or_before", date(2025, 1, 1), person="li.na", reason="first")
    choice = {"policy": "month_first", "valid_from": date(2025, 6, 1), "person": "li.na", "reason": "new", **change}
    with pytest.raises(PolicyRefused):
        table.choose(
            "receipt", choice["policy"], choice["valid_from"], person=choice["person"], reason=choice["reason"]
        )


def test_nothing_is_chosen_for_vat_by_default() -> None:
    table = PolicyTable.standard()
    assert table.chosen("customs", date(2026, 1, 1)).policy == "customs_cn"
    with pytest.raises(PolicyRefused):
        table.chosen("vat", date(2026, 1, 1))
