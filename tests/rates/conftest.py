"""Rate books of the worked examples."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.rates import Observation, RateBook

VECTORS = Path(__file__).resolve().parent.parent / "data" / "money_vectors.json"


@pytest.fixture(scope="session")
def vectors() -> dict[str, dict[str, Any]]:
    return {one["id"]: one["expect"] for one in json.loads(VECTORS.read_text(encoding="utf-8"))}


@pytest.fixture(scope="session")
def embedded() -> RateBook:
    return RateBook.embedded()


@pytest.fixture(scope="session")
def cfets_day() -> RateBook:
    """The interbank market's table of 2025-01-14: some rates per 100 foreign units, some per 100 yuan."""
    day = date(2025, 1, 14)

    def row(base: str, quote: str, value: str) -> Observation:
        return Observation("cfets", "parity", base, quote, 100, value, day)

    return RateBook(
        [
            row("USD", "CNY", "718.78"),
            row("EUR", "CNY", "742.06"),
            row("JPY", "CNY", "4.6128"),
            row("CNY", "MYR", "62.223"),
            row("CNY", "RUB", "1403.99"),
            row("CNY", "KRW", "20143"),
        ]
    )
