"""The measures of a shared register on PostgreSQL are those of the same rows in a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.analysis.test_measures import LIFE_RATES, exposed, life_of_an_order
from tests.register.conftest import empty_database, postgres_server  # noqa: F401 - a fixture
from workbench import exposure, profit
from workbench.analysis import Facts, order_figures, read_facts
from workbench.rates import Observation, RateBook
from workbench.register import Register

pytestmark = pytest.mark.xdist_group("postgres")
BOOK = RateBook(
    Observation("example", "mid", code, "CNY", 1, value, date.fromisoformat(day))
    for (code, day), value in LIFE_RATES.items()
)
AS_OF = date(2026, 4, 20)


def both(location: str | Path) -> tuple[Facts, Facts]:
    """The facts now, and as they stood before the last changeset."""
    tables = life_of_an_order()
    forwards = [one | {"dealt_on": date(2026, 4, 1)} for one in exposed()["forward_contracts"]]
    with Register.create(location, base_currency="CNY") as register:
        for rows in (tables, {"forward_contracts": forwards}):
            with register.changeset(origin="test", reason="rows", author="test") as changeset:
                for name, some in rows.items():
                    changeset.insert(name, list(some))
        now, before = (read_facts(register, BOOK, as_of=AS_OF, known_at=known) for known in (None, 2))
    return now, before


def test_the_same_measures(postgres_server: str, tmp_path: Path) -> None:  # noqa: F811
    for shared, own in zip(both(empty_database(postgres_server)), both(tmp_path / "own.sqlite"), strict=True):
        assert order_figures(shared).equals(order_figures(own))
        assert len(order_figures(shared)) == 1
        for name, table in own.tables.items():
            assert shared.tables[name].sort_by("id").equals(table.sort_by("id")), name
        for make in (profit.bridge, profit.exchange_differences, exposure.ladder, exposure.ageing):
            assert make(shared).frame.equals(make(own).frame)
            assert make(shared).findings == make(own).findings
