"""Arrangements and languages beyond the public layouts: what is understood is right, what is not is left blank."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from workbench import adoption
from workbench.rates import RateBook

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "adoption"))

from fourth_layouts import FOURTH_LAYOUTS
from legacy_bench.score import score_workbook
from other_layouts import OTHER_LAYOUTS
from sealed_layouts import SEALED_LAYOUTS

LAYOUTS = {**OTHER_LAYOUTS, **SEALED_LAYOUTS, **FOURTH_LAYOUTS}


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder, tool = tmp_path_factory.mktemp("other"), tmp_path_factory.mktemp("tool")
    book, found = RateBook.embedded(), {}
    for seed, (name, make) in enumerate(LAYOUTS.items(), 31):
        path = make(seed, 20).save(folder)
        adoption.plan([path], book).export(tool)
        found[name] = score_workbook(path.parent, tool / path.parent.name)
    return found


def test_nothing_is_guessed_wrong(scores: dict[str, dict[str, Any]]) -> None:
    wrong = {name: sum(group.get("wrong", 0) for group in one["cells"].values()) for name, one in scores.items()}
    assert {name: count for name, count in wrong.items() if count} == {}
    assert all(set(one["issues"]["ask"]) <= {"raised", "kind_right"} for one in scores.values())
    assert {name: one["forbidden"]["by_reason"] for name, one in scores.items() if one["forbidden"]["imported"]} == {}


def test_most_records_are_right_in_every_arrangement(scores: dict[str, dict[str, Any]]) -> None:
    shares = {name: one["records"]["core_right_share"] for name, one in scores.items() if one["records"]["truth"]}
    assert {name: share for name, share in shares.items() if share < 0.75} == {}
    assert sum(shares.values()) / len(shares) >= 0.95


def test_every_cell_is_accounted_for(tmp_path: Path) -> None:
    """Also where a table is turned, in cards or across months."""
    for name in ("turned", "cards", "two_lines", "cross_tab", "months_down", "inline_cards", "grouped_headings"):
        path = LAYOUTS[name](5, 20).save(tmp_path)
        plan = adoption.plan([path], RateBook.embedded())
        for account in plan.accounts():
            assert sum(account.by_role.values()) == account.cells
            assert account.by_role["record"] > 0
