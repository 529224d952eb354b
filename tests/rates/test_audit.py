"""The audit names every figure that would come out otherwise, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from workbench.rates import Observation, RateBook, audit

DAY = date(2026, 3, 31)


def row(value: str, day: date = DAY, source: str = "ecb", quote: str = "USD", **more: Any) -> Observation:
    return Observation(source, "mid", "EUR", quote, 1, value, day, **more)


@pytest.fixture
def book() -> RateBook:
    return RateBook(
        [row("1.10"), row("7.70", quote="CNY"), row("1.12", source="bank"), row("7.70", source="bank", quote="CNY")]
    )


def posted(book: RateBook, currency: str = "USD", **changes: Any) -> dict[str, Any]:
    rate = book.get(currency, "CNY", DAY)
    amount = Decimal("1234.56")
    document = {
        "number": "SO-1",
        "currency": currency,
        "base_currency": "CNY",
        "amount": amount,
        "base_amount": rate.convert(amount),
        "date": DAY,
        **rate.as_fields(),
    }
    return {**document, **changes}


def causes(documents: list[dict[str, Any]], book: RateBook) -> list[tuple[str, str, str]]:
    return [(one.document, one.field, one.cause) for one in audit(documents, book)]


def test_a_posted_document_agrees(book: RateBook) -> None:
    assert audit([posted(book), posted(book, "EUR"), posted(book, "CNY")], book) == []


def test_a_revision_of_a_leg(book: RateBook) -> None:
    document = posted(book)
    later = book.with_observations([row("1.11", revision=2)])
    (drift,) = audit([document], later)
    assert (drift.document, drift.field, drift.cause) == ("SO-1", "rate_value", "revision")
    assert (Decimal(drift.stored), Decimal(drift.expected)) == (
        document["rate_value"],
        later.get("USD", "CNY", DAY).value,
    )


def test_a_rate_that_came_out_later(book: RateBook) -> None:
    document = posted(book, date=date(2026, 4, 1))
    later = book.with_observations([row("1.2", date(2026, 4, 1)), row("7.8", date(2026, 4, 1), quote="CNY")])
    assert causes([document], later) == [("SO-1", "rate_value", "later-publication")]


def test_a_switch_of_the_source(book: RateBook) -> None:
    document = posted(book)
    assert causes([document], book.with_preference("bank")) == [("SO-1", "rate_source", "source-switch")]
    other = book.with_preference("bank")
    mislabelled = posted(other, rate_source="ecb")
    assert causes([mislabelled], book) == [("SO-1", "rate_value", "source-switch")]


def test_an_edit_by_hand(book: RateBook) -> None:
    assert causes([posted(book, rate_value=Decimal("7.05"))], book) == [("SO-1", "rate_value", "manual-edit")]
    assert causes([posted(book, base_amount=Decimal("8641.93"))], book) == [("SO-1", "base_amount", "manual-edit")]
    assert causes([posted(book, "CNY", base_amount=Decimal("1.00"))], book) == [("SO-1", "base_amount", "manual-edit")]
    assert causes([posted(book, rate_date=date(2026, 3, 30))], book) == [("SO-1", "rate_date", "manual-edit")]


def test_a_rate_that_is_missing(book: RateBook) -> None:
    old = posted(book, date=date(2020, 1, 1), rate_date=date(2020, 1, 1))
    (drift,) = audit([old], book)
    assert (drift.cause, drift.expected) == ("rate-missing", "rate.before-first")
    assert causes([posted(book, rate_value=None)], book) == [("SO-1", "rate_value", "rate-missing")]
    assert causes([{**posted(book), "currency": "QQQ"}], book) == [("SO-1", "rate_value", "rate-missing")]


def test_agreed_rates_are_checked_by_their_own_arithmetic(book: RateBook) -> None:
    locked = posted(book, rate_kind="lock", rate_value=Decimal("7.25"), base_amount=Decimal("8950.56"))
    assert audit([locked], book) == []
    assert causes([{**locked, "base_amount": Decimal("8950.57")}], book) == [("SO-1", "base_amount", "manual-edit")]


def test_texts_as_stored_in_sheets_are_understood(book: RateBook) -> None:
    document = {name: str(value) for name, value in posted(book).items()}
    assert audit([document], book) == []


def test_pegs_legal_rates_and_averages_agree_with_themselves() -> None:
    book = RateBook.embedded()
    amount = Decimal("1000.00")
    documents = []
    for currency, on, policy, kind in [
        ("AED", date(2026, 10, 30), "on_or_before", None),
        ("HRK", date(2024, 1, 2), "on_or_before", "legal"),
        ("USD", date(2024, 2, 29), "month_average", None),
    ]:
        rate = book.get(currency, "EUR", on, policy=policy, kind=kind)
        documents.append(
            {
                "number": currency,
                "currency": currency,
                "base_currency": "EUR",
                "amount": amount,
                "base_amount": rate.convert(amount),
                "date": on,
                "rate_value": rate.value,
                "rate_date": rate.rate_date,
                "rate_source": rate.source,
                "rate_kind": rate.kind,
                "rate_policy": rate.policy,
            }
        )
    assert audit(documents, book) == []


def test_several_drifts_come_in_order(book: RateBook) -> None:
    later = book.with_observations([row("1.11", revision=2, fetched_at=datetime(2026, 4, 2, tzinfo=UTC))])
    documents = [posted(book, number=f"SO-{number}") for number in range(5)]
    assert [one.document for one in audit(documents, later)] == [f"SO-{number}" for number in range(5)]
