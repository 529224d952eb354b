"""Value at risk of the demo's exposure on the embedded rate history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from workbench.errors import ConfigurationError
from workbench.exposure import Facts, cash_flow_at_risk, ladder, lock_ranking, read_facts, value_at_risk
from workbench.rates import RateBook
from workbench.register import Register


@pytest.fixture(scope="module")
def facts(demo_dir: Path) -> Iterator[Facts]:
    with Register.open(demo_dir / "register.sqlite", read_only=True) as register:
        yield read_facts(register, RateBook.embedded(), as_of=date(2026, 9, 30))


def test_three_methods_stand_side_by_side(facts: Facts) -> None:
    rows = value_at_risk(facts, paths=50_000).frame.set_index("method")
    normal, drawn = float(rows.loc["parametric", "at_risk"]), float(rows.loc["monte_carlo", "at_risk"])
    assert drawn == pytest.approx(normal, rel=0.05)
    assert rows.loc["historical", "at_risk"] > 0
    assert rows.loc["undiversified", "at_risk"] > rows.loc["parametric", "at_risk"]
    assert rows.loc["monte_carlo", "beyond"] > rows.loc["monte_carlo", "at_risk"]


def test_components_add_up_to_the_parametric_figure(facts: Facts) -> None:
    rows = value_at_risk(facts, paths=1_000).frame.set_index("method")["at_risk"]
    parts = rows[[name for name in rows.index if name.startswith("component")]]
    # Each is rounded to a whole unit of base currency.
    assert abs(parts.sum() - rows["parametric"]) <= len(parts)


def test_the_seed_decides_what_is_drawn(facts: Facts) -> None:
    first, again, other = (value_at_risk(facts, paths=2_000, seed=seed).frame for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_more_time_and_more_confidence_risk_more(facts: Facts) -> None:
    def parametric(**more: int) -> float:
        return float(value_at_risk(facts, paths=100, **more).frame["at_risk"].iloc[0])

    assert parametric(days=10) < parametric(days=60) < parametric(days=60, confidence=99)
    # Square root of time: four times the days, twice the risk.
    assert parametric(days=80) == pytest.approx(2 * parametric(days=20), rel=1e-5)


def test_the_ranking_and_the_months_are_those_of_the_ladder(facts: Facts) -> None:
    ranked, steps = lock_ranking(facts).frame, ladder(facts).frame
    assert list(ranked["at_risk"]) == sorted(ranked["at_risk"], reverse=True)
    dated = steps[steps["month"] != ""].set_index(["currency", "month"])["net"]
    assert ranked.set_index(["currency", "month"])["net"].sort_index().equals(dated.sort_index())
    months = cash_flow_at_risk(facts, paths=500).frame
    assert months["net_base"].sum() == steps[steps["month"] != ""]["net_base"].sum()


def test_an_unknown_confidence_is_refused(facts: Facts) -> None:
    with pytest.raises(ConfigurationError):
        value_at_risk(facts, confidence=42)
