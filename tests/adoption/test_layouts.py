"""Generated legacy workbooks with cell-level truth: nothing guessed, nothing forbidden taken, every core value right."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench import adoption
from workbench.rates import RateBook

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "adoption"))

from legacy_bench.generate import known_layouts
from legacy_bench.score import score_workbook


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder, tool = tmp_path_factory.mktemp("legacy"), tmp_path_factory.mktemp("tool")
    book, found = RateBook.embedded(), []
    for make in known_layouts("all").values():
        path = make(77, 24).save(folder)
        adoption.plan([path], book).export(tool)
        found.append(score_workbook(path.parent, tool / path.parent.name))
    return found


def _share(scores: list[dict[str, Any]], name: str) -> float:
    return sum(one["records"].get(name, 0) for one in scores) / sum(one["records"]["truth"] for one in scores)


def test_nearly_every_record_is_right(scores: list[dict[str, Any]]) -> None:
    assert _share(scores, "matched") >= 0.99
    assert _share(scores, "core_right") >= 0.98
    assert _share(scores, "all_right") >= 0.97


def test_totals_subtotals_and_titles_stay_out(scores: list[dict[str, Any]]) -> None:
    assert {one["layout"]: one["forbidden"]["imported"] for one in scores if one["forbidden"]["imported"]} == {}
    assert all(one["records"]["precision"] == 1.0 for one in scores)


def test_what_cannot_be_known_is_asked(scores: list[dict[str, Any]]) -> None:
    for one in scores:
        assert set(one["issues"]["ask"]) <= {"raised", "kind_right"}, one["layout"]
        assert "silent" not in one["issues"]["report"], one["layout"]


def test_currency_totals_agree_to_the_last_unit(scores: list[dict[str, Any]]) -> None:
    assert {one["layout"]: one["totals"] for one in scores if one["totals_right"] not in (1.0, None)} == {}


def test_truth_is_not_looked_at(tmp_path: Path) -> None:
    """The same workbook under another name and without its truth gives the same records."""
    make = known_layouts("titled_zh")["titled_zh"]
    path = make(5, 20).save(tmp_path)
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    one, other = (adoption.plan([file], RateBook.embedded()) for file in (path, copy))
    assert [item.record.values for item in one.items] == [item.record.values for item in other.items]
    assert json.dumps(one.counts()) == json.dumps(other.counts())
