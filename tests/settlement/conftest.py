"""A rate book and receivables of the worked examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.rates import Observation, RateBook
from workbench.settlement import OpenItem, Valuation

VECTORS = Path(__file__).resolve().parent.parent / "data" / "money_vectors.json"


@pytest.fixture(scope="session")
def vectors() -> dict[str, dict[str, Any]]:
    return {one["id"]: one["expect"] for one in json.loads(VECTORS.read_text(encoding="utf-8"))}


@pytest.fixture(scope="session")
def book_of() -> Callable[[Mapping[tuple[str, str, str], str]], RateBook]:
    """A book with the rates given as (base, quote, day): quote per 1 base."""

    def make(rates: Mapping[tuple[str, str, str], str]) -> RateBook:
        return RateBook(
            Observation("example", "mid", base, quote, 1, value, date.fromisoformat(day))
            for (base, quote, day), value in rates.items()
        )

    return make


@pytest.fixture(scope="session")
def item_at() -> Callable[..., OpenItem]:
    """A receivable that stands at a rate."""

    def make(
        currency: str, amount: str, rate: str, base: str = "CNY", *, day: str = "2026-01-05", name: str = "I-1"
    ) -> OpenItem:
        carrying = Valuation(currency, base, Decimal(rate), date.fromisoformat(day), "example")
        return OpenItem(name, currency, Decimal(amount), base, carrying.convert(Decimal(amount)), carrying)

    return make


@pytest.fixture(scope="session")
def receipt() -> Callable[..., dict[str, Any]]:
    """A receipt, with the rate it was valued at as its evidence."""

    def make(
        currency: str,
        amount: str,
        day: str = "2026-01-31",
        *,
        rate: str | None = None,
        base: str = "CNY",
        name: str = "R-1",
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": name,
            "value_date": date.fromisoformat(day),
            "currency": currency,
            "amount": Decimal(amount),
        }
        if rate is not None:
            row |= {
                "base_currency": base,
                "rate_value": Decimal(rate),
                "rate_date": row["value_date"],
                "rate_source": "example",
            }
        return row

    return make
