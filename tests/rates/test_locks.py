"""Rates that people agreed on."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from workbench.rates import LockRefused, Observation, RateBook, RateLock, RateMissing, moved
from workbench.rates.frame import lookup

DAY = date(2026, 3, 31)


def lock(value: str = "7.25", scope: str = "order", document: str = "SO-1", **more: Any) -> RateLock:
    fields: dict[str, Any] = {
        "base": "USD",
        "quote": "CNY",
        "valid_from": date(2026, 3, 1),
        "valid_to": None,
        "reason": "signed",
        "person": "li.na",
        **more,
    }
    return RateLock(scope=scope, document=document, value=Decimal(value), **fields)


@pytest.fixture
def book() -> RateBook:
    return RateBook([Observation("cfets", "parity", "USD", "CNY", 1, "7.1000", DAY)])


def test_a_documents_lock_stands_above_everything(book: RateBook) -> None:
    full = book.with_locks(
        [
            lock("7.20", "company", ""),
            lock("7.22", "customer", "C-7"),
            lock("7.25", "order", "SO-1"),
            lock("7.24", "contract", "FWD-3"),
        ]
    )

    def value(**asked: str) -> tuple[str, str, str]:
        rate = full.get("USD", "CNY", DAY, **asked)  # type: ignore[arg-type] - only text options are asked here
        return str(rate.value), rate.kind, rate.source

    assert value(document="SO-1", customer="C-7") == ("7.25", "lock", "order SO-1")
    assert value(document="FWD-3") == ("7.24", "contract", "contract FWD-3")
    assert value(document="SO-2", customer="C-7") == ("7.22", "manual", "customer C-7")
    assert value(document="SO-2") == ("7.20", "manual", "company")
    assert value(source="cfets") == ("7.1000", "parity", "cfets")
    assert value(kind="parity") == ("7.1000", "parity", "cfets")
    assert str(book.get("USD", "CNY", DAY, document="SO-1").value) == "7.1000"


def test_a_lock_holds_in_its_days_and_in_both_directions(book: RateBook) -> None:
    locked = book.with_locks([lock(valid_to=date(2026, 3, 31))])
    back = locked.get("CNY", "USD", DAY, document="SO-1")
    assert back.convert(Decimal(725)) == Decimal("100.00")
    assert back.derived
    assert locked.get("USD", "CNY", date(2026, 4, 1), document="SO-1").source == "cfets"


def test_a_lock_again_is_a_further_row_and_the_newest_decides(book: RateBook) -> None:
    first = lock("7.25", locked_at=datetime(2026, 3, 1, tzinfo=UTC))
    second = lock("7.18", locked_at=datetime(2026, 3, 9, tzinfo=UTC))
    locked = book.with_locks([second]).with_locks([first])
    assert locked.locks == (second, first)
    assert str(locked.get("USD", "CNY", DAY, document="SO-1").value) == "7.18"
    before = locked.get("USD", "CNY", DAY, document="SO-1", known_at=datetime(2026, 3, 5, tzinfo=UTC))
    assert str(before.value) == "7.25"
    with pytest.raises(FrozenInstanceError):
        first.value = Decimal("7.3")  # type: ignore[misc] - the point is that it cannot be set


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"person": "  "},
        {"value": "0"},
        {"value": "NaN"},
        {"scope": "branch"},
        {"document": ""},
        {"quote": "USD"},
        {"valid_to": date(2026, 2, 1)},
    ],
)
def test_a_lock_needs_rate_reason_person_and_document(change: dict[str, Any]) -> None:
    with pytest.raises(LockRefused) as caught:
        lock(**change)
    assert caught.value.code == "rate.lock-refused"


def test_alert_when_the_market_has_moved(vectors: dict[str, Any], book: RateBook) -> None:
    expected = vectors["E21-threshold"]
    agreed = lock("7.25")
    far = moved(agreed, Decimal(expected["-5%_rate"]))
    near = moved(agreed, Decimal("6.8876"))
    assert (far.alert, near.alert) == (True, False)
    assert str((far.change * 100).quantize(Decimal("0.01"))) == expected["move_at_6.8875"]
    assert str((near.change * 100).quantize(Decimal("0.0001"))) == expected["move_at_6.8876"]
    assert moved(agreed, Decimal("7.6125")).alert, "upwards too"
    assert not moved(agreed, book.get("USD", "CNY", DAY)).alert
    assert moved(agreed, book.get("USD", "CNY", DAY), Decimal("0.02")).alert
    with pytest.raises(LockRefused):
        moved(agreed, book.get("CNY", "USD", DAY))


def test_asking_for_a_kind_of_agreement_gives_no_other(book: RateBook) -> None:
    locked = book.with_locks([lock("7.25", "order", "SO-1"), lock("7.20", "company", "")])
    assert locked.get("USD", "CNY", DAY, document="SO-1", kind="lock").kind == "lock"
    assert locked.get("USD", "CNY", DAY, document="SO-1", kind="manual").kind == "manual"
    with pytest.raises(RateMissing):
        locked.get("USD", "CNY", DAY, document="SO-1", kind="contract")
    assert lookup(locked, "USD", "CNY", [DAY], kind="contract").errors.tolist() == ["rate.missing"]


def test_an_agreement_may_end_on_the_last_day_there_is(book: RateBook) -> None:
    locked = book.with_locks([lock("7.20", "company", "", valid_to=date.max)])
    assert lookup(locked, "USD", "CNY", [DAY]).rate.tolist() == [7.2]
