"""Small registers with their own rate book."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.analysis import Facts, read_facts
from workbench.rates import Observation, RateBook, RateLock
from workbench.register import Register

Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def facts_of(tmp_path: Path) -> Callable[..., Facts]:
    """Facts of a register with these rows, as of a day, with rates of (currency, day): CNY per 1 currency."""

    def make(
        tables: Mapping[str, Rows],
        rates: Mapping[tuple[str, str], str],
        as_of: date,
        locks: Sequence[RateLock] = (),
    ) -> Facts:
        with Register.create(tmp_path / "register.sqlite", base_currency="CNY") as register:
            with register.changeset(origin="test", reason="rows", author="test") as changeset:
                for name, rows in tables.items():
                    changeset.insert(name, list(rows))
            book = RateBook(
                (
                    Observation("example", "mid", code, "CNY", 1, value, date.fromisoformat(day))
                    for (code, day), value in rates.items()
                ),
                locks=locks,
            )
            return read_facts(register, book, as_of=as_of)

    return make
